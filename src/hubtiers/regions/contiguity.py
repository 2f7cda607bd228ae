"""Which regions are neighbours: they touch, or are the nearest ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from hubtiers.errors import DataError, DuplicateRegionError, SpecError, UnknownOptionError

__all__ = ["CONTIGUITY_RULES", "Contiguity", "contiguity", "neighbour_pairs", "without_neighbours"]

Contiguity = Mapping[str, tuple[str, ...]]
"""Neighbours by region."""

CONTIGUITY_RULES = ("queen", "rook", "nearest")

_GAP = 1e-6
"""Regions closer than this, in degrees (a decimetre), touch: outlines are rounded to about that."""


def contiguity(
    regions: gpd.GeoDataFrame, rule: str = "queen", *, k: int = 4
) -> dict[str, tuple[str, ...]]:
    """Return the neighbours of each region (空间邻接关系).

    Choose `"queen"` for regions that cover the land, and `"nearest"` where islands or scattered
    regions would be left without a neighbour.

    Parameters
    ----------
    regions
        Regions with geometry, indexed by region id, as `load_regions` or `read_regions` gives them.
    rule
        `"queen"`: regions that touch, if only in a corner; `"rook"`: regions that share a border
        with a length; `"nearest"`: the `k` nearest by great-circle distance between points inside
        the regions.
    k
        How many neighbours each region has under `"nearest"`.

    Returns
    -------
    dict of str to tuple of str
        Neighbours by region, both in the order of the rows. No region is its own neighbour. Under
        `"queen"` and `"rook"` the relation is mutual; under `"nearest"` it need not be.

    Raises
    ------
    UnknownOptionError
        When the rule is not known.
    SpecError
        When `k` is no whole number of at least 1.
    DataError
        When the regions have no geometry, or are fewer than `k` + 1 under `"nearest"`.
    DuplicateRegionError
        When a region stands twice.

    Notes
    -----
    Outlines within a decimetre of each other count as touching; regions that overlap touch as well.

    **Missing values**: a region without a shape has no neighbours and is nobody's neighbour.

    Examples
    --------
    >>> from shapely import box
    >>> boxes = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 1, 3, 2), box(9, 9, 10, 10)]
    >>> layer = gpd.GeoDataFrame(geometry=boxes, index=list("abcd"), crs="EPSG:4326")
    >>> contiguity(layer)
    {'a': ('b',), 'b': ('a', 'c'), 'c': ('b',), 'd': ()}
    >>> contiguity(layer, "rook")["b"]
    ('a',)
    """
    if rule not in CONTIGUITY_RULES:
        raise UnknownOptionError("rule of contiguity", rule, CONTIGUITY_RULES)
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise SpecError(f"contiguity(k={k!r}) must be a whole number of at least 1.")
    shapes = _shapes_in_degrees(regions)
    names = [str(name) for name in regions.index]
    first, second = _nearest(shapes, k) if rule == "nearest" else _touching(shapes, rule)
    found: dict[str, list[str]] = {name: [] for name in names}
    for place, other in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        found[names[place]].append(names[other])
    return {name: tuple(others) for name, others in found.items()}


def neighbour_pairs(
    neighbours: Contiguity, regions: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of each region and of its neighbours among `regions`, a pair at a time.

    Neighbours that are not among the regions are left out.

    >>> neighbour_pairs({"a": ("b", "c"), "b": ("a",)}, ["b", "a"])
    (array([0, 1]), array([1, 0]))
    """
    place = {region: number for number, region in enumerate(regions)}
    first, second = [], []
    for region in regions:
        for other in neighbours.get(region, ()):
            if other in place:
                first.append(place[region])
                second.append(place[other])
    return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)


def without_neighbours(neighbours: Contiguity) -> list[str]:
    """Return the regions that have no neighbour, such as islands.

    >>> without_neighbours({"a": ("b",), "b": ("a",), "c": ()})
    ['c']
    """
    return [region for region, others in neighbours.items() if not others]


def _shapes_in_degrees(regions: gpd.GeoDataFrame) -> NDArray[Any]:
    """Return the shapes by row, in degrees where the layer says where it lies."""
    if not isinstance(regions, gpd.GeoDataFrame) or not regions.geometry.notna().any():
        raise DataError(
            "contiguity() needs regions with geometry, but there is none. Take them from "
            "load_regions or read_regions, or give the neighbours by region yourself."
        )
    if regions.index.has_duplicates:
        twice = regions.index[regions.index.duplicated()]
        raise DuplicateRegionError(twice, "The layer of regions")
    geometry = regions.geometry
    if geometry.crs is not None:
        geometry = geometry.to_crs("EPSG:4326")
    return np.asarray(geometry.array)


def _touching(shapes: NDArray[Any], rule: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of regions that touch, each pair in both directions."""
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="dwithin", distance=_GAP)
    apart = first != second
    first, second = first[apart], second[apart]
    if rule == "rook":
        # Outlines are widened by the gap that counts as none; what they share in a mere corner is
        # no longer than the gap itself.
        widened = shapely.buffer(shapes, _GAP)
        borders = shapely.boundary(shapes[second])
        shared = shapely.length(shapely.intersection(widened[first], borders))
        long = shared > 10 * _GAP
        first, second = first[long], second[long]
    return first.astype(np.int64), second.astype(np.int64)


def _nearest(shapes: NDArray[Any], k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of regions and of the `k` nearest to each."""
    from scipy.spatial import cKDTree

    known = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if len(known) <= k:
        raise DataError(
            f"contiguity(k={k}) needs more than {k} regions with a shape, but there are "
            f"{len(known)}. Ask for fewer neighbours."
        )
    points = shapely.point_on_surface(shapes[known])
    turns = np.radians(shapely.get_coordinates(points))
    # On the unit sphere the order of straight distances is that of great-circle distances.
    flat = np.cos(turns[:, 1])
    ball = np.column_stack(
        [flat * np.cos(turns[:, 0]), flat * np.sin(turns[:, 0]), np.sin(turns[:, 1])]
    )
    _, found = cKDTree(ball).query(ball, k=k + 1)
    first, second = [], []
    for place, near in enumerate(found):
        # Where points coincide, a region need not come first among its own nearest.
        others = near[near != place][:k]
        first += [place] * len(others)
        second += others.tolist()
    return known[first], known[second]
