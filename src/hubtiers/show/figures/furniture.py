"""Furniture of a printed map: how large each piece is and where it stands; scale and north."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.outlines import around
from hubtiers.show.figures.room import PIECE, Piece, covered_cells, find_room
from hubtiers.show.figures.scene import Frame, Scene
from hubtiers.show.framing import north_spread, scale_spread, transformer
from hubtiers.show.words import say

if TYPE_CHECKING:
    from hubtiers.show.figures.canvas import Board

__all__ = ["Furniture", "settle", "standard_furniture"]

NORTH_TOLERANCE = 5.0
"""Degrees: where north leans more than this anywhere in the frame, no arrow can show it."""

SCALE_TOLERANCE = 0.08
"""Where lengths differ by more than this share over the frame, no bar can show them."""

_INK = "#22262a"
_GROW, _MOST_STEPS = 0.06, 7
_ARROW_POINTS = (14.0, 40.0)


@dataclass(frozen=True, eq=False)
class Furniture:
    """Something that stands on the map.

    Attributes
    ----------
    piece
        Its size on a frame, in pixels of the map.
    draw
        Draws it at a place in pixels from the lower left of the map, and returns what it covers on
        the sheet.
    is_fixed
        Whether it stands in its corner whatever lies there.
    place
        Where it stands on a frame of this width, if it looks for no place of its own.
    """

    piece: Callable[[Frame, float], Piece]
    draw: Callable[[Frame, Box], Box]
    is_fixed: bool = False
    place: Callable[[Frame, float], Box] | None = None


def settle(
    scene: Scene, furniture: Sequence[Furniture], width_of: Callable[[Frame], float]
) -> tuple[Scene, list[Box]]:
    """Return the scene with a frame that has room for everything, and each piece's place.

    The frame of a study grows in small steps, never to twice its size; the printed map of a whole
    pack stays as it is.

    Parameters
    ----------
    scene
        What is drawn.
    furniture
        In the order in which it chooses its place.
    width_of
        Width in pixels of the map of a frame.
    """
    steps = 0 if scene.is_whole else _MOST_STEPS
    frame = scene.frame
    for number in range(steps + 1):
        width = width_of(frame)
        size = width, width * frame.shape
        pieces = [item.piece(frame, width) for item in furniture]
        taken = _taken(scene, frame).astype(np.int64)
        pairs = list(zip(pieces, furniture, strict=True))
        given = {piece.name: item.place(frame, width) for piece, item in pairs if item.place}
        fixed = [piece for piece, item in pairs if item.is_fixed]
        first = given | (find_room(fixed, np.zeros_like(taken), size, force=True) or {})
        _block(taken, first.values(), size)
        others = [piece for piece, item in pairs if not (item.is_fixed or item.place)]
        places = find_room(others, taken, size, force=number == steps)
        if places is not None:
            found = {**first, **places}
            return replace(scene, frame=frame), [found[piece.name] for piece in pieces]
        frame = _grown(frame)
    raise AssertionError("the last step finds a place for every piece")


def _taken(scene: Scene, frame: Frame) -> Any:
    """Return the cells that must be seen: the regions; on a pack's own map all of its land."""
    return scene.once(("taken", frame), lambda: _covered(scene, frame))


def _covered(scene: Scene, frame: Frame) -> Any:
    shapes = np.asarray(scene.regions(frame).array, dtype=object)
    if scene.is_whole and scene.pack is not None:
        shapes = np.concatenate(
            [shapes, np.asarray(scene.level(scene.pack.borders, frame).array, dtype=object)]
        )
    return covered_cells(shapes, frame.window)


def _block(taken: Any, boxes: Any, size: tuple[float, float]) -> None:
    rows, columns = taken.shape
    for box in boxes:
        left, right = (
            int(box.left / size[0] * columns),
            int(np.ceil(box.right / size[0] * columns)) + 1,
        )
        bottom, top = int(box.bottom / size[1] * rows), int(np.ceil(box.top / size[1] * rows)) + 1
        taken[bottom:top, left:right] = PIECE


def _grown(frame: Frame) -> Frame:
    """Return a frame that is a little larger: downward when it is wide, to the right when high."""
    left, bottom, right, top = frame.window
    if frame.shape < 0.8:
        return replace(frame, window=(left, bottom - _GROW * (top - bottom), right, top))
    return replace(frame, window=(left, bottom, right + _GROW * (right - left), top))


def standard_furniture(board: Board, scene: Scene) -> list[Furniture]:
    """Return the scale bar and the north arrow, each only where it tells the truth."""
    found = []
    if scale_spread(scene.frame.crs, scene.frame.window) <= SCALE_TOLERANCE:
        found.append(_scale_bar(board))
    if scene.is_whole:
        found.append(_north_on_meridian(board))
    elif north_spread(scene.frame.crs, scene.frame.window) <= NORTH_TOLERANCE:
        found.append(_north(board))
    return found


def _half_length(frame: Frame) -> tuple[float, float]:
    """Return half the bar's length in true metres, and how long that is on the map."""
    stretch = _stretch(frame)
    longest = (frame.window[2] - frame.window[0]) / stretch / 12
    lengths = [digit * 10**power for power, digit in product(range(7), (1, 2.5, 5))]
    half = max([length for length in lengths if length <= longest], default=1)
    return half, half * stretch


def _stretch(frame: Frame) -> float:
    """Return how long a true metre is on the map in its middle; 1 on any map nearly true."""
    left, bottom, right, top = frame.window
    middle, step = ((left + right) / 2, (bottom + top) / 2), (right - left) / 50
    onto = transformer(frame.crs)
    here = onto.transform(middle[0], middle[1], direction="INVERSE")
    beside = onto.transform(middle[0] + step, middle[1], direction="INVERSE")
    _, _, length = pyproj.Geod(ellps="WGS84").inv(*here, *beside)
    stretch = step / length if np.isfinite(length) and length > 0 else 1.0
    return 1.0 if abs(stretch - 1) < 0.05 else float(stretch)


def _scale_bar(board: Board) -> Furniture:
    dots = board.figure.dpi / 72
    corners = ("bottom", "lower right", "lower left", "upper left", "upper right")

    def piece(frame: Frame, width: float) -> Piece:
        _, drawn = _half_length(frame)
        bar = 2 * drawn / (frame.window[2] - frame.window[0]) * width
        first, _, last = _label_widths(board, _bar_texts(board, frame))
        return Piece("scale", bar + (first + last) / 2 + 4, board.sheet.points(15) * dots, corners)

    def draw(frame: Frame, place: Box) -> Box:
        texts = _bar_texts(board, frame)
        first, middle, last = _label_widths(board, texts)
        _, drawn = _half_length(frame)
        left, bottom, right, _ = frame.window
        metres = (right - left) / board.axes.get_window_extent().width
        start, foot = place.left + first / 2 + 2, place.bottom + 1
        at = left + start * metres, bottom + foot * metres, drawn, 3.4 * dots * metres
        # The middle label is left out where it would touch the last one.
        shown = (0, 1, 2) if drawn / metres > (middle + last) / 2 + 5 else (0, 2)
        return _bar(board, at, texts, shown)

    return Furniture(piece, draw)


def _bar_texts(board: Board, frame: Frame) -> list[str]:
    half, _ = _half_length(frame)
    unit = say("kilometres", board.language)
    return ["0", f"{half / 1000:g}", f"{2 * half / 1000:g} {unit}"]


def _label_widths(board: Board, texts: Sequence[str]) -> list[float]:
    return [_text_width(board, text, board.sheet.points(7)) for text in texts]


def _bar(
    board: Board,
    place: tuple[float, float, float, float],
    texts: Sequence[str],
    shown: Sequence[int],
) -> Box:
    from matplotlib.patches import Rectangle

    start, foot, half, height = place
    artists = []
    for k, face in enumerate((_INK, "white")):
        bar = Rectangle(
            (start + k * half, foot), half, height, facecolor=face, edgecolor=_INK, lw=0.6, zorder=9
        )
        artists.append(board.axes.add_patch(bar))
    for k in shown:
        at = start + k * half, foot + 1.5 * height
        artists.append(
            board.axes.text(
                *at, texts[k], ha="center", fontsize=board.sheet.points(7), zorder=9, gid="scale"
            )
        )
    return around(artists)


def _text_width(board: Board, text: str, size: float) -> float:
    probe = board.axes.text(0, 0, board.text(text), fontsize=size)
    width = float(probe.get_window_extent().width)
    probe.remove()
    return width


def _north(board: Board) -> Furniture:
    dots = board.figure.dpi / 72
    width, height = (side * dots for side in _ARROW_POINTS)
    corners = ("upper left", "upper right", "lower right", "lower left")

    def draw(frame: Frame, place: Box) -> Box:
        return _arrow(board, frame, ((place.left + place.right) / 2, place.bottom + 2 * dots))

    return Furniture(lambda _frame, _width: Piece("north", width, height, corners), draw)


def _north_on_meridian(board: Board) -> Furniture:
    """Return the arrow on the middle meridian of a pack's own map, where north is straight up."""
    dots = board.figure.dpi / 72
    wide, high = (side * dots for side in _ARROW_POINTS)

    def place(frame: Frame, width: float) -> Box:
        left, _, right, _ = frame.window
        across = (0.0 - left) / (right - left) * width
        bottom = width * frame.shape - high - 5 * dots
        return Box(across - wide / 2, bottom, across + wide / 2, bottom + high)

    def draw(frame: Frame, where: Box) -> Box:
        return _arrow(board, frame, ((where.left + where.right) / 2, where.bottom))

    return Furniture(lambda _frame, _width: Piece("north", wide, high, ()), draw, place=place)


def _arrow(board: Board, frame: Frame, at: tuple[float, float]) -> Box:
    """Draw an arrow along the meridian through its foot, the letter on its tip."""
    left, bottom, right, _ = frame.window
    dots = board.figure.dpi / 72
    metres = (right - left) / board.axes.get_window_extent().width
    foot = np.array([left + at[0] * metres, bottom + at[1] * metres])
    # Numbers rather than a layer of one point, of which older numpy warns.
    onto = transformer(frame.crs)
    lon, lat = onto.transform(float(foot[0]), float(foot[1]), direction="INVERSE")
    along = np.array(onto.transform(lon, lat + 0.01)) - foot
    along = along / np.hypot(*along) * 26 * dots * metres
    arrow = board.axes.annotate(
        "", xy=tuple(foot + along), xytext=tuple(foot), zorder=9, annotation_clip=False,
        arrowprops={"arrowstyle": "-|>,head_width=0.3,head_length=0.7", "color": _INK,
                    "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    letter = board.axes.text(
        *(foot + 1.22 * along),
        say("north", board.language),
        ha="center",
        va="center",
        fontsize=board.sheet.points(8.5),
        zorder=9,
    )
    arrow.set_gid("north")
    return around([letter, arrow])
