"""Coordinates straight from the bytes of points in WKB, without an object for each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["plain_coordinates"]

_HEAD = bytes((1, 1, 0, 0, 0))
"""Of a point in two dimensions: little-endian, type 1."""
_LENGTH = len(_HEAD) + 16


def plain_coordinates(column: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return x and y of an Arrow column of WKB, or None when another shape or a gap is among them.

    An empty point has NaN twice, as it is written.
    """
    # Where geoarrow-pyarrow is installed, WKB comes as an extension type around its bytes.
    column = getattr(column, "storage", column)
    offset_type = {"binary": np.int32, "large_binary": np.int64}.get(str(column.type))
    if offset_type is None or column.null_count or not len(column):
        return None
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, offset_type)[column.offset : column.offset + len(column) + 1]
    if np.any(np.diff(ends) != _LENGTH):
        return None
    written = np.frombuffer(data, np.uint8, len(column) * _LENGTH, int(ends[0]))
    rows = written.reshape(len(column), _LENGTH)
    if np.any(rows[:, : len(_HEAD)] != np.frombuffer(_HEAD, np.uint8)):
        return None
    both = np.ascontiguousarray(rows[:, len(_HEAD) :]).view("<f8")
    return both[:, 0].astype(np.float64), both[:, 1].astype(np.float64)
