"""Where legend, scale bar and insets find room on a printed map: measured free rectangles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from hubtiers.show.figures.labels import Box

__all__ = ["CORNERS", "PIECE", "Piece", "Room", "covered_cells", "find_room"]

PIECE = 25
"""What a cell of another piece counts for, beside 1 for land: two pieces are never read at once."""

CORNERS = {
    "lower left": (0.0, 0.0),
    "lower right": (1.0, 0.0),
    "upper left": (0.0, 1.0),
    "upper right": (1.0, 1.0),
    "bottom": (0.5, 0.0),
}
_COLUMNS = 150
# A place near the next corner of the list is taken only when it is nearer to that by this share of
# the map, so that pieces keep together.
_NEXT_CORNER = 0.2


@dataclass(frozen=True)
class Piece:
    """Something that needs room on a map.

    Attributes
    ----------
    name
        By which its place is found.
    width, height
        Its size in pixels.
    corners
        Where it would rather stand, best first; keys of `CORNERS`.
    """

    name: str
    width: float
    height: float
    corners: tuple[str, ...]


class Room:
    """The free part of a map, as a lattice of cells.

    Parameters
    ----------
    taken
        Rows (from the bottom) × columns: how much each cell holds that must be seen, 0 for nothing.
    width, height
        The map in pixels.
    """

    def __init__(
        self, taken: NDArray[np.bool_] | NDArray[np.int64], width: float, height: float
    ) -> None:
        self.taken = taken.astype(np.int64)
        self.width, self.height = width, height

    @property
    def _cell(self) -> tuple[float, float]:
        rows, columns = self.taken.shape
        return self.width / columns, self.height / rows

    def place(self, piece: Piece, *, gap: float = 6.0, force: bool = False) -> Box | None:
        """Take the free place nearest to a corner that the piece prefers, and return it in pixels.

        With `force`, a piece that fits nowhere takes the place where it hides least; else there is
        none.
        """
        across, up = self._cell
        columns, rows = (
            math.ceil((piece.width + gap) / across),
            math.ceil((piece.height + gap) / up),
        )
        if rows > self.taken.shape[0] or columns > self.taken.shape[1]:
            return None
        hidden = _sums(self.taken, rows, columns)
        cost = self._cost(hidden.shape, piece.corners)
        free = hidden == 0
        if not free.any() and not force:
            return None
        row, column = np.unravel_index(np.argmin(np.where(free, cost, 9.0 + hidden)), hidden.shape)
        self.taken[row : row + rows, column : column + columns] = PIECE
        return self._box(piece, int(row), int(column), hidden.shape, gap)

    def _cost(self, shape: tuple[int, int], corners: Sequence[str]) -> NDArray[np.float64]:
        """Return how far each place is from the preferred corners, as a share of the map."""
        up = np.linspace(0, 1, shape[0])[:, None] if shape[0] > 1 else np.zeros((1, 1))
        along = np.linspace(0, 1, shape[1])[None, :] if shape[1] > 1 else np.zeros((1, 1))
        costs = []
        for number, corner in enumerate(corners):
            x, y = CORNERS[corner]
            # Beside each other rather than above each other.
            costs.append(np.hypot(0.5 * (along - x), up - y) + _NEXT_CORNER * number)
        nearest: NDArray[np.float64] = np.min(costs, axis=0)
        return nearest

    def _box(self, piece: Piece, row: int, column: int, places: tuple[int, int], gap: float) -> Box:
        """Return the place in pixels: flush with an edge of the map that it touches."""
        across, up = self._cell
        left = (
            self.width - piece.width - gap if 0 < column == places[1] - 1 else column * across + gap
        )
        bottom = self.height - piece.height - gap if 0 < row == places[0] - 1 else row * up + gap
        left, bottom = max(min(left, self.width - piece.width - gap), gap), max(bottom, gap)
        return Box(left, bottom, left + piece.width, bottom + piece.height)


def _sums(taken: NDArray[np.int64], rows: int, columns: int) -> NDArray[np.int64]:
    """Return what a rectangle would hide at every place where it lies inside."""
    total = np.zeros((taken.shape[0] + 1, taken.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = taken.cumsum(axis=0).cumsum(axis=1)
    sums: NDArray[np.int64] = (
        total[rows:, columns:]
        - total[:-rows, columns:]
        - total[rows:, :-columns]
        + total[:-rows, :-columns]
    )
    return sums


def covered_cells(
    shapes: NDArray[np.object_], window: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    """Return which cells of a window hold something of the shapes, rows from the bottom."""
    left, bottom, right, top = window
    columns = _COLUMNS
    rows = max(1, round(columns * (top - bottom) / (right - left)))
    x, y = np.linspace(left, right, columns + 1), np.linspace(bottom, top, rows + 1)
    west, south = (edge.ravel() for edge in np.meshgrid(x[:-1], y[:-1]))
    east, north = (edge.ravel() for edge in np.meshgrid(x[1:], y[1:]))
    cells = shapely.box(west, south, east, north)
    taken = np.zeros(len(cells), dtype=bool)
    taken[shapely.STRtree(cells).query(shapes, predicate="intersects")[1]] = True
    return taken.reshape(rows, columns)


def find_room(
    pieces: Sequence[Piece],
    taken: NDArray[np.bool_] | NDArray[np.int64],
    size: tuple[float, float],
    *,
    force: bool = False,
) -> dict[str, Box] | None:
    """Return the place of each piece in pixels from the lower left; None when one has no room.

    Parameters
    ----------
    pieces
        In the order in which they choose.
    taken
        How much each cell holds that must be seen, rows from the bottom.
    size
        Width and height of the map in pixels.
    force
        Whether a piece that fits nowhere takes the place where it hides least.
    """
    room = Room(taken, *size)
    places = {}
    for piece in pieces:
        place = room.place(piece, force=force)
        if place is None:
            return None
        places[piece.name] = place
    return places
