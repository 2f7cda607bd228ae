"""Where everything of a printed map lies: the regions, and the map of the pack they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.errors import DataError, listing
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.pack import DEFAULT_PACK, Inset, Pack, load_pack
from hubtiers.scheme import Result

__all__ = [
    "Scene",
    "Window",
    "context_of",
    "graticule_of",
    "land_of",
    "level_of",
    "lines_of",
    "make_scene",
]

Window = tuple[float, float, float, float]
"""Left, bottom, right and top."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that has a place on the paper, in metres on its projection.

    Attributes
    ----------
    crs, window
        Reference system and frame of the map.
    regions
        Shapes of the regions of the result, the largest first.
    units
        Shapes of the units that hubs and regions consist of, by id.
    pack
        The pack whose printed map this is: its land, borders, lines and insets are drawn; None for a
        layer that has none.
    """

    crs: str
    window: Window
    regions: gpd.GeoSeries
    units: gpd.GeoSeries
    pack: Pack | None = None

    @property
    def insets(self) -> tuple[Inset, ...]:
        """Parts on axes of their own."""
        return self.pack.insets if self.pack else ()

    def leaves_gaps(self, result: Result) -> bool:
        """Return whether some unit of the pack belongs to no region of the result."""
        if self.pack is None:
            return False
        covered: set[str] = set().union(*result.table.members().values())
        return len(covered) < len(self.units)


def make_scene(result: Result) -> Scene:
    """Return the places of a result: on the map of their pack, or on a projection for them alone.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    """
    regions = _require_areas(result)
    pack = _pack_around(regions)
    if pack is None or pack.window is None:
        return _own_scene(regions)
    shapes = regions.geometry.to_crs(pack.projection)
    units = level_of(pack, pack.units)
    return Scene(pack.projection, pack.window, _largest_first(shapes), units, pack)


def _require_areas(result: Result) -> gpd.GeoDataFrame:
    regions = result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        raise DataError(
            "The result has no geometry to draw. Join the indicators to regions with join_indicators first."
        )
    has_area = regions.geom_type.isin(["Polygon", "MultiPolygon"]) & ~regions.geometry.is_empty
    odd = regions.index[~has_area]
    if len(odd):
        raise DataError(
            f"A map needs regions with an area, but these have none: {listing(odd)}. Give them polygons."
        )
    return regions


def _pack_around(regions: gpd.GeoDataFrame) -> Pack | None:
    """Return the pack whose printed map the regions lie on; None for a layer that lies elsewhere."""
    west, south, east, north = regions.to_crs(4326).total_bounds
    inside = west > 70 and east < 140 and south > 0 and north < 56
    return load_pack(DEFAULT_PACK) if "members" in regions.columns or inside else None


def _own_scene(regions: gpd.GeoDataFrame) -> Scene:
    """Return the scene of a layer without a base map: an equal-area projection around its middle."""
    west, south, east, north = regions.to_crs(4326).total_bounds
    third = (north - south) / 6
    crs = (
        f"+proj=aea +lat_1={south + third} +lat_2={north - third + 1e-6} +lat_0={(south + north) / 2} "
        f"+lon_0={(west + east) / 2} +datum=WGS84 +units=m"
    )
    shapes = regions.geometry.to_crs(crs)
    left, bottom, right, top = shapes.total_bounds
    margin = 0.08 * max(right - left, top - bottom)
    # Legend and scale bar get a strip of their own below a map that is not laid out by hand.
    strip = 0.4 * (top - bottom)
    window = (left - margin, bottom - strip - margin, right + margin, top + margin)
    return Scene(crs, window, _largest_first(shapes), shapes)


def _largest_first(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    order = shapes.area.sort_values(ascending=False, kind="stable").index
    return shapes.loc[order]


@cache
def level_of(pack: Pack, level: str) -> gpd.GeoSeries:
    """Return the shapes of a level of a pack on the projection of its map."""
    return load_regions(level, pack=pack).geometry.to_crs(pack.projection)


@cache
def land_of(pack: Pack) -> gpd.GeoSeries:
    """Return the whole land of a pack as one shape."""
    shapes = level_of(pack, pack.borders)
    return gpd.GeoSeries([shapely.coverage_union_all(shapes.array)], crs=pack.projection)


@cache
def context_of(pack: Pack) -> gpd.GeoSeries:
    """Return the countries around a pack."""
    return _in_view(pack, load_context("world", pack=pack))


@cache
def lines_of(pack: Pack) -> tuple[Any, ...]:
    """Return the lines that belong on every map of a pack."""
    layers = [_in_view(pack, pack.line_shapes(line)) for line in pack.lines]
    return tuple(chain.from_iterable(layers))


def _in_view(pack: Pack, layer: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the part of a layer that can come into view, on the projection of the map."""
    shapes = layer.geometry
    if pack.around is not None:
        shapes = shapes.clip_by_rect(*pack.around)
    return shapes[~shapes.is_empty].to_crs(pack.projection)


@cache
def graticule_of(pack: Pack) -> gpd.GeoSeries:
    """Return meridians and parallels, every ten degrees; none where a pack has no box for them."""
    if pack.graticule is None:
        return gpd.GeoSeries([], crs=pack.projection)
    west, south, east, north = pack.graticule
    up, across = np.arange(south, north + 1), np.arange(west, east + 1)
    meridians = [shapely.linestrings(np.full(len(up), lon), up) for lon in across[::10]]
    parallels = [shapely.linestrings(across, np.full(len(across), lat)) for lat in up[::10]]
    return gpd.GeoSeries([*meridians, *parallels], crs=4326).to_crs(pack.projection)
