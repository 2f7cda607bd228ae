"""Regions prepared for locating points: checked, and laid out as a grid over their borders."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from hubtiers.errors import CRSError, DataError, DuplicateRegionError, UnknownOptionError, listing
from hubtiers.regions.membership import overlaps_by_geometry
from hubtiers.table.points.records import same_degrees

__all__ = ["RegionIndex", "build_index", "locate"]

_RULES = ("first", "last")
_MOST_CELLS = 1024
_SMALLEST_CELL = 1e-6
_MOST_PAIRS = 100

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class RegionIndex:
    """Regions prepared for `assign`: pickle it once and send it to every worker.

    Attributes
    ----------
    region_ids
        Ids of the regions; a region's number is its position here.
    border
        Which region gets a point on a shared border: the "first" or the "last" by id.
    grid
        Arrays for the compiled kernels.
    """

    region_ids: tuple[str, ...]
    border: str
    grid: Any

    def __repr__(self) -> str:
        rows, columns = self.grid.shape
        size = f"{len(self.grid.edges):,} edges, {rows} × {columns} cells"
        return f"<RegionIndex: {len(self.region_ids)} regions, {size}>"


def build_index(regions: gpd.GeoDataFrame, *, border: str = "first") -> RegionIndex:
    """Prepare regions for `assign`.

    Use it when points come from somewhere that `count_points` does not read.

    Parameters
    ----------
    regions
        Polygons with a coordinate reference system, indexed by region id (strings).
    border
        Which region gets a point on a shared border: the "first" or the "last" by region id.

    Returns
    -------
    RegionIndex

    Raises
    ------
    CRSError, DuplicateRegionError
        When the coordinate reference system is missing; when an id stands twice.
    DataError
        When ids are no strings, a geometry is missing, invalid or no polygon, or regions overlap.

    Notes
    -----
    Regions that are found to share more than 1 % of the smaller one's area are refused; found are
    those where one wholly covers a cell of the grid (1024 × 1024 over the layer) that the other
    reaches, or an inner point of it. Points in slivers that stay below are given out by the border
    rule.

    Examples
    --------
    >>> from shapely import box
    >>> squares = [box(0, 0, 2, 2), box(2, 0, 4, 2)]
    >>> regions = gpd.GeoDataFrame(geometry=squares, index=["b", "a"], crs="EPSG:4326")
    >>> build_index(regions).region_ids
    ('b', 'a')
    """
    if border not in _RULES:
        raise UnknownOptionError("border rule", border, _RULES)
    _check_regions(regions)
    if not same_degrees(regions.crs):
        try:
            regions = regions.to_crs(4326)
        except pyproj.exceptions.ProjError:
            raise CRSError(
                f"The regions are in {regions.crs.name!r}, which lies nowhere on earth. Set the "
                "system that they are in, for example regions.set_crs('EPSG:4326', "
                "allow_override=True)."
            ) from None
    shapes = np.array(regions.geometry.array, dtype=object)
    _check_shapes(regions.index, shapes)
    ids = tuple(regions.index.tolist())
    order = np.array(
        sorted(range(len(ids)), key=ids.__getitem__, reverse=border == "last"), np.int64
    )
    return RegionIndex(ids, border, _build_grid(regions.index, shapes, order))


def locate(x: Floats, y: Floats, index: RegionIndex) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Return the number of the region of each point, -1 for none, and how it lies (see `grid`)."""
    from hubtiers.table.points import grid

    if len(x) != len(y):
        raise DataError(
            f"There are {len(x)} longitudes and {len(y)} latitudes. Give one of each per point."
        )
    # Kernels are compiled once, for contiguous arrays that may be written.
    x, y = (np.require(values, np.float64, ["C", "W"]) for values in (x, y))
    number, _, lie = grid.locate(x, y, index.grid)
    return number, lie


def _check_regions(regions: gpd.GeoDataFrame) -> None:
    if not isinstance(regions, gpd.GeoDataFrame) or regions.active_geometry_name is None:
        raise DataError(
            "The regions are no GeoDataFrame with geometry. Take load_regions(), or set_geometry()."
        )
    if not len(regions):
        raise DataError("The layer of regions is empty. Points need at least one region.")
    if regions.crs is None:
        raise CRSError(
            "The regions have no coordinate reference system. Set it, for example "
            "regions.set_crs('EPSG:4326')."
        )
    if not all(isinstance(name, str) for name in regions.index.tolist()):
        raise DataError(
            "Region ids are strings, but the index of the regions starts with "
            f"{regions.index[0]!r}. Use regions.set_index('region_id'), or turn the index into "
            "strings."
        )
    if not regions.index.is_unique:
        raise DuplicateRegionError(
            regions.index[regions.index.duplicated()], "The layer of regions"
        )


def _check_shapes(ids: pd.Index, shapes: npt.NDArray[np.object_]) -> None:
    bad: Mask = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if bad.any():
        raise DataError(
            f"These regions have no geometry: {listing(ids[bad])}. Drop them, or draw them."
        )
    bad = ~np.isin(shapely.get_type_id(shapes), (3, 6))
    if bad.any():
        raise DataError(
            f"These regions are no polygons: {listing(ids[bad])}. Points are counted in polygons."
        )
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        raise DataError(
            "These regions have invalid geometry, such as a border that crosses itself: "
            f"{listing(ids[bad])}. Repair them, for example with regions.make_valid(), and look at "
            "what changed."
        )
    bounds = shapely.bounds(shapes)
    bad = np.any(np.abs(bounds) > np.array([360, 90, 360, 90]), axis=1)
    if bad.any():
        raise CRSError(
            "These regions lie beyond 360° or 90°, so their coordinates are no degrees: "
            f"{listing(ids[bad])}. Set the coordinate reference system that the layer really has, "
            "with set_crs(…, allow_override=True)."
        )


def _build_grid(ids: pd.Index, shapes: npt.NDArray[np.object_], order: Ints) -> Any:
    """Return the grid over the regions, for the compiled kernels; refuse regions that overlap."""
    from hubtiers.table.points import grid

    _check_areas(ids, shapes)
    parts, region = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    edges, owner = grid.upward_edges(coordinates, ring, region[part])
    frame, shape = _frame(shapely.total_bounds(shapes), len(edges))
    rows, columns = shape
    buckets = grid.bucket_edges(edges, owner, frame, rows, len(shapes))
    pairs_cells, pairs_codes = grid.rasterise(buckets, frame, shape, order)
    begin, codes = grid.gather(pairs_cells, pairs_codes, rows * columns)
    cells, lists = grid.pack(begin, codes, buckets, columns)
    made = grid.Grid(frame, shape, cells, lists, buckets.edges)
    suspects = np.vstack([grid.conflicts(begin, codes), _nested(shapes, made)])
    _refuse_overlaps(ids, shapes, suspects)
    return made


def _frame(corners: Floats, edges: int) -> tuple[Floats, tuple[int, int]]:
    """Return the frame of a grid (see `grid.Grid`) and its rows and columns."""
    from hubtiers.table.points.grid import TINY

    low, high = np.split(np.where(np.abs(corners) < TINY, 0.0, corners), 2)
    # About one edge in eight cells, so that few cells hold more than one.
    wanted = min(max(math.isqrt(8 * edges), 16), _MOST_CELLS)
    columns, rows = (max(min(wanted, int(span / _SMALLEST_CELL)), 1) for span in high - low)
    frame = np.array([*low, columns / (high[0] - low[0]), rows / (high[1] - low[1]), *high])
    return frame, (rows, columns)


def _nested(shapes: npt.NDArray[np.object_], made: Any) -> npt.NDArray[Any]:
    """Return pairs of regions (n × 2) of which one holds an inner point of the other."""
    from hubtiers.table.points import grid

    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    first, other, _ = grid.locate(inner[:, 0].copy(), inner[:, 1].copy(), made)
    return np.column_stack([first, other])[other >= 0]


def _check_areas(ids: pd.Index, shapes: npt.NDArray[np.object_]) -> None:
    """Refuse regions stacked so deep that a grid of them would fill the memory."""
    low_x, low_y, high_x, high_y = shapely.total_bounds(shapes)
    if shapely.area(shapes).sum() <= (high_x - low_x) * (high_y - low_y) * (1 + 1e-9):
        return
    inner = shapely.point_on_surface(shapes[:_MOST_PAIRS])
    first, other = shapely.STRtree(shapes).query(inner, predicate="intersects")
    _refuse_overlaps(ids, shapes, np.column_stack([first, other])[first != other])


def _refuse_overlaps(
    ids: pd.Index, shapes: npt.NDArray[np.object_], pairs: npt.NDArray[Any]
) -> None:
    suspects = np.unique(np.unique(np.sort(pairs, axis=1), axis=0)[:_MOST_PAIRS])
    if not len(suspects):
        return
    layer = gpd.GeoDataFrame(geometry=shapes[suspects], index=ids[suspects], crs=4326)
    if overlapping := overlaps_by_geometry(layer):
        names = listing(f"{a} with {b}" for a, b in overlapping)
        raise DataError(
            f"These regions overlap, so a point could belong to both: {names}. "
            "Keep disjoint regions; count larger ones by adding the counts of their members."
        )
