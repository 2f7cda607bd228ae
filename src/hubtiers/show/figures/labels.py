"""Where labels go so that they hide neither each other nor what they name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product

__all__ = ["Box", "place_labels"]

_SIDES = (0, 180, 45, 315, 135, 225, 90, 270, 22, 158, 338, 202, 67, 113, 293, 247)
_RINGS = 14


@dataclass(frozen=True)
class Box:
    """An upright rectangle, in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def shared_area(self, other: Box) -> float:
        """Return the area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    def outside(self, bounds: Box) -> float:
        """Return how far the box reaches beyond bounds."""
        sides = (
            bounds.left - self.left,
            bounds.bottom - self.bottom,
            self.right - bounds.right,
            self.top - bounds.top,
        )
        return sum(max(side, 0.0) for side in sides)


def place_labels(
    anchors: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    *,
    bounds: Box,
    obstacles: Sequence[Box] = (),
    gap: float = 6.0,
    upon: Sequence[bool] = (),
) -> list[tuple[float, float]]:
    """Return the centre of each label.

    Labels are placed in the order given, each at the first free place: beside its anchor, then
    further and further around it. Where no place is free the one that hides least is taken; no
    label is left out.

    Parameters
    ----------
    anchors, sizes
        Points that are named, and width and height of the labels, in pixels.
    bounds
        Where labels may stand.
    obstacles
        What they must not hide.
    gap
        Distance between a point and a label beside it.
    upon
        Which labels may stand on their point; none when left out.

    Examples
    --------
    >>> place_labels([(50, 50), (50, 50)], [(20, 10), (20, 10)], bounds=Box(0, 0, 100, 100))
    [(66.0, 50.0), (34.0, 50.0)]
    """
    taken = list(obstacles)
    centres = []
    for number, (anchor, size) in enumerate(zip(anchors, sizes, strict=True)):
        first = [anchor] if any(upon[number : number + 1]) else []
        tried = chain(first, _places_around(anchor, size, gap))
        centre, box = _first_free(tried, size, bounds, taken)
        taken.append(box)
        centres.append(centre)
    return centres


def _places_around(
    anchor: tuple[float, float], size: tuple[float, float], gap: float
) -> Iterator[tuple[float, float]]:
    """Give centres of a label beside its anchor, then further and further around it."""
    rings = [gap + 0.8 * ring * size[1] for ring in range(_RINGS)]
    for distance, side in product(rings, _SIDES):
        yield _beside(anchor, size, side, distance)


def _first_free(
    centres: Iterable[tuple[float, float]],
    size: tuple[float, float],
    bounds: Box,
    taken: Sequence[Box],
) -> tuple[tuple[float, float], Box]:
    """Return the first centre where a label hides nothing, else where it hides least."""
    best: tuple[float, tuple[float, float], Box] | None = None
    for centre in centres:
        box = _around(centre, size)
        hidden = sum(box.shared_area(other) for other in taken) + 1e3 * box.outside(bounds)
        if hidden == 0:
            return centre, box
        if best is None or hidden < best[0]:
            best = hidden, centre, box
    assert best is not None
    return best[1], best[2]


def _beside(
    anchor: tuple[float, float], size: tuple[float, float], side: float, distance: float
) -> tuple[float, float]:
    across, up = math.cos(math.radians(side)), math.sin(math.radians(side))
    # The near edge of the label, not its centre, keeps the distance.
    x = anchor[0] + across * distance + _sign(across) * size[0] / 2
    y = anchor[1] + up * distance + _sign(up) * size[1] / 2
    return round(x, 3), round(y, 3)


def _sign(value: float) -> float:
    return 0.0 if abs(value) < 0.3 else math.copysign(1.0, value)


def _around(centre: tuple[float, float], size: tuple[float, float]) -> Box:
    half, up = size[0] / 2, size[1] / 2
    return Box(centre[0] - half, centre[1] - up, centre[0] + half, centre[1] + up)
