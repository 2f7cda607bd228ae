"""Where everything of a printed map lies: the regions on their projection, and the base map of their place as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.errors import DataError, listing
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.scheme import Result
from hubtiers.show.words import Text, word

__all__ = ["CHINA", "BaseMap", "Inset", "Scene", "make_scene"]

Window = tuple[float, float, float, float]
"""Left, bottom, right and top, or west, south, east and north."""


@dataclass(frozen=True)
class Inset:
    """A part of the printed map on axes of its own.

    Attributes
    ----------
    id, title
        Name of its axes, and what is written into it.
    window
        Its frame on the projection of the map.
    width
        Its width as a share of the width of the map.
    """

    id: str
    title: Text
    window: Window
    width: float


@dataclass(frozen=True)
class BaseMap:
    """The printed map of a place, whatever is scored on it.

    Attributes
    ----------
    projection
        Reference system of the map, in metres.
    window
        Frame of the map on the projection.
    around, graticule
        What of the layers can come into view, and where the graticule lies, in degrees.
    units, borders
        The level of which all others consist, and the one whose outlines are drawn over the regions.
    context
        The layer of other countries.
    lines
        Layers of lines that belong on every map of the place.
    insets
        Parts on axes of their own.
    """

    projection: str
    window: Window
    around: Window
    graticule: Window
    units: str
    borders: str
    context: str
    lines: tuple[str, ...] = ()
    insets: tuple[Inset, ...] = ()


CHINA = BaseMap(
    projection="+proj=aea +lat_1=25 +lat_2=47 +lat_0=36 +lon_0=105 +datum=WGS84 +units=m",
    window=(-2.75e6, -2.3e6, 2.65e6, 2.2e6),
    around=(55.0, -12.0, 160.0, 62.0),
    graticule=(60.0, 0.0, 150.0, 60.0),
    units="city",
    borders="province",
    context="world",
    lines=("south_china_sea",),
    insets=(Inset("south-china-sea", word("inset"), (2.6e5, -3.62e6, 1.95e6, -1.5e6), 0.137),),
)


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
    base
        The base map of the place; None for a layer that has none.
    """

    crs: str
    window: Window
    regions: gpd.GeoSeries
    units: gpd.GeoSeries
    base: BaseMap | None = None

    @property
    def insets(self) -> tuple[Inset, ...]:
        """Parts on axes of their own."""
        return self.base.insets if self.base else ()

    def leaves_gaps(self, result: Result) -> bool:
        """Return whether some unit of the base map belongs to no region of the result."""
        if self.base is None:
            return False
        covered: set[str] = set().union(*result.table.members().values())
        return len(covered) < len(self.units)


def make_scene(result: Result) -> Scene:
    """Return the places of a result: on the base map of their place, or on a projection for them alone.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    """
    regions = _require_areas(result)
    base = _base_map_of(regions)
    if base is None:
        return _own_scene(regions)
    shapes = regions.geometry.to_crs(base.projection)
    units = level_of(base, base.units)
    return Scene(base.projection, base.window, _largest_first(shapes), units, base)


def _require_areas(result: Result) -> gpd.GeoDataFrame:
    regions = result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        raise DataError(
            "The result has no geometry to draw. Join the indicators to regions with join_indicators first."
        )
    has_area = regions.geom_type.isin(["Polygon", "MultiPolygon"]) & ~regions.geometry.is_empty
    odd = regions.index[~has_area]
    if len(odd):
        raise DataError(f"A map needs regions with an area, but these have none: {listing(odd)}. Give them polygons.")
    return regions


def _base_map_of(regions: gpd.GeoDataFrame) -> BaseMap | None:
    """Return the base map that regions belong to; None for a layer that lies elsewhere."""
    west, south, east, north = regions.to_crs(4326).total_bounds
    inside = west > 70 and east < 140 and south > 0 and north < 56
    return CHINA if "members" in regions.columns or inside else None


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
def level_of(base: BaseMap, level: str) -> gpd.GeoSeries:
    """Return the shapes of a level on the projection of the map."""
    return load_regions(level).geometry.to_crs(base.projection)


@cache
def land_of(base: BaseMap) -> gpd.GeoSeries:
    """Return the whole land of the place as one shape."""
    shapes = level_of(base, base.borders)
    return gpd.GeoSeries([shapely.coverage_union_all(shapes.array)], crs=base.projection)


@cache
def context_of(base: BaseMap) -> gpd.GeoSeries:
    """Return the countries around the place."""
    return _in_view(base, base.context)


@cache
def lines_of(base: BaseMap) -> tuple[Any, ...]:
    """Return the lines that belong on every map of the place."""
    layers = [_in_view(base, name) for name in base.lines]
    return tuple(line for layer in layers for line in layer)


def _in_view(base: BaseMap, name: str) -> gpd.GeoSeries:
    shapes = load_context(name, pack="china").geometry.clip_by_rect(*base.around)
    return shapes[~shapes.is_empty].to_crs(base.projection)


@cache
def graticule_of(base: BaseMap) -> gpd.GeoSeries:
    """Return meridians and parallels, every ten degrees."""
    west, south, east, north = base.graticule
    up, across = np.arange(south, north + 1), np.arange(west, east + 1)
    meridians = [shapely.linestrings(np.full(len(up), lon), up) for lon in across[::10]]
    parallels = [shapely.linestrings(across, np.full(len(across), lat)) for lat in up[::10]]
    return gpd.GeoSeries([*meridians, *parallels], crs=4326).to_crs(base.projection)
