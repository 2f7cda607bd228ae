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
from hubtiers.hubs.layout import HubLayout
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.pack import DEFAULT_PACK, Inset, Pack, load_pack, source_of
from hubtiers.scheme import Result
from hubtiers.show.figures.projection import choose_projection

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

_MARGIN = 0.08
_LEGEND = (0.3, 0.19)
"""Width and height that legends take, as shares of the width of the map."""

_PART = 0.5
"""Regions that take up less of both width and height of a pack's map have a frame of their own."""


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
    context
        Shapes of the countries around.
    pack
        The pack whose printed map this is: its land, borders, lines and insets are drawn; None for a
        layer that has none.
    insets
        Parts of the map on axes of their own.
    has_scale
        Whether one scale and one direction of north hold for the whole map; not for the world.
    """

    crs: str
    window: Window
    regions: gpd.GeoSeries
    units: gpd.GeoSeries
    context: gpd.GeoSeries
    pack: Pack | None = None
    insets: tuple[Inset, ...] = ()
    has_scale: bool = True

    @property
    def is_part(self) -> bool:
        """Return whether the frame shows a small part of the pack."""
        return self.pack is not None and self.window != self.pack.window

    def leaves_gaps(self, result: Result) -> bool:
        """Return whether some unit of the pack belongs to no region of the result."""
        if self.pack is None:
            return False
        covered: set[str] = set().union(*result.table.members().values())
        return len(covered) < len(self.units)


def make_scene(result: Result, layout: HubLayout | None = None) -> Scene:
    """Return the places of a result: on the map of their pack, or on a projection for them alone.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    """
    regions = _require_areas(result)
    pack = _pack_of(regions, layout)
    if pack is None or pack.window is None:
        return _own_scene(regions)
    shapes = _largest_first(regions.geometry.to_crs(pack.projection))
    part = _frame_of_part(shapes, pack.window)
    window, insets = (part, ()) if part else (pack.window, pack.insets)
    units = level_of(pack, pack.units)
    return Scene(pack.projection, window, shapes, units, context_of(pack), pack, insets)


def _frame_of_part(shapes: gpd.GeoSeries, window: Window) -> Window | None:
    """Return the frame of regions that are a small part of a pack; None where its own frame fits."""
    left, bottom, right, top = shapes.total_bounds
    width, height = window[2] - window[0], window[3] - window[1]
    if max((right - left) / width, (top - bottom) / height) > _PART:
        return None
    return _window_around(shapes)


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


def _pack_of(regions: gpd.GeoDataFrame, layout: HubLayout | None) -> Pack | None:
    """Return the pack that regions come from; None for a layer of the user's own.

    Hubs tell the place of such a layer: a layout names units of the default pack.
    """
    pack = source_of(regions).load_pack()
    if pack is not None or layout is None:
        return pack
    default = load_pack(DEFAULT_PACK)
    land = load_regions(default.borders, pack=default)
    inside = shapely.box(*regions.to_crs(4326).total_bounds).intersects(land.geometry).any()
    return default if inside else None


def _own_scene(regions: gpd.GeoDataFrame) -> Scene:
    """Return the scene of a layer without a printed map: an equal-area projection around its middle."""
    degrees = regions.geometry.to_crs(4326)
    projection = choose_projection(degrees)
    shapes = degrees.to_crs(projection.crs)
    window = _window_around(shapes)
    around = projection.project_context(load_context("world").geometry)
    scaled = projection.is_azimuthal
    ordered = _largest_first(shapes)
    return Scene(projection.crs, window, ordered, shapes, around, has_scale=scaled)


def _window_around(shapes: gpd.GeoSeries) -> Window:
    """Return the frame of a map that is not laid out by hand.

    It is no taller than wide, and the legend in its lower left corner hides no region.
    """
    left, bottom, right, top = shapes.total_bounds.tolist()
    margin = _MARGIN * max(right - left, top - bottom)
    left, bottom, right, top = left - margin, bottom - margin, right + margin, top + margin
    # What a tall study leaves free goes to its left, where the legend stands.
    right += 0.3 * max(top - bottom - (right - left), 0.0)
    left = min(left, right - (top - bottom))
    width = right - left
    corner = shapely.box(left, bottom, left + _LEGEND[0] * width, bottom + _LEGEND[1] * width)
    if shapes.intersects(corner).any():
        bottom -= _LEGEND[1] * width
    return left, bottom, right, top


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
