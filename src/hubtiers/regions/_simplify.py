"""Outlines simplified all at once, so that neighbours keep one border."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Geometries = NDArray[Any]


def simplify_coverage(
    shapes: Geometries, system: str, tolerance: float, *, decimals: int
) -> Geometries:
    """Return outlines in degrees that leave those given by up to `tolerance` metres.

    `system` is the reference system in whose metres they are simplified; degrees are rounded to
    `decimals`. What vanishes at this tolerance keeps its outline: a region is never lost.
    """
    transformer = Transformer.from_crs("EPSG:4326", system, always_xy=True)

    def forward(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))

    metres = shapely.transform(shapes, forward)
    simple = shapely.coverage_simplify(metres, tolerance)
    simple = np.where(shapely.is_empty(simple), metres, simple)
    return rounded(shapely.transform(simple, back), decimals)


def rounded(shapes: Geometries, decimals: int) -> Geometries:
    """Return shapes with the decimals that are written; shared vertices stay shared."""
    plain = shapely.transform(shapes, lambda xy: np.round(xy, decimals))
    bad = ~shapely.is_valid(plain)
    plain[bad] = shapely.make_valid(plain[bad], method="structure", keep_collapsed=False)
    return np.asarray(plain, dtype=object)
