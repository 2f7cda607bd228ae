"""Hubs of a layout on a printed map: extents, cores and corridors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.framework import TIERS
from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.show.figures.outlines import areas_of, paths_along
from hubtiers.show.figures.scene import Scene
from hubtiers.show.style import HUB_SHAPES, hub_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CORRIDOR", "CORRIDOR_DASHES", "MARKERS", "core_point", "draw_layout"]

CORRIDOR = "#6a3d9a"
CORRIDOR_DASHES = (0, (3, 1.5))
_BY_SHAPE = {"star": "*", "diamond": "D", "square": "s", "circle": "o"}
MARKERS = tuple(_BY_SHAPE[shape] for shape in HUB_SHAPES)
"""matplotlib's name of the symbol of each tier of hubs, highest first."""

_MARKER_SIZES = (130.0, 38.0, 34.0, 24.0)
_SMALLEST_ISLAND = 6e8


def draw_layout(axes: Axes, scene: Scene, layout: HubLayout) -> None:
    """Draw the extents and cores of the hubs, tier by tier, and the corridors."""
    for tier, marker, size in zip(TIERS, MARKERS, _MARKER_SIZES, strict=True):
        hubs = [hub for hub in layout.hubs if hub.tier == tier]
        _draw_extents(axes, scene, hubs, tier)
        _draw_cores(axes, scene, hubs, tier, marker, size)
    _draw_corridors(axes, scene, layout.corridors)


def _draw_extents(axes: Axes, scene: Scene, hubs: list[Hub], tier: str) -> None:
    extents = [_mainland(_members(scene, hub.extent)) for hub in hubs if hub.extent]
    if extents:
        colour = hub_colours(TIERS)[tier]
        axes.add_collection(
            areas_of(extents, face="none", edge=colour, width=1.4, name=f"extent-{tier}", order=5)
        )


def _draw_cores(
    axes: Axes, scene: Scene, hubs: list[Hub], tier: str, marker: str, size: float
) -> None:
    cores = chain.from_iterable(scene.members(hub.cores) for hub in hubs)
    points = [core_point(scene, core) for core in cores]
    if points:
        x, y = zip(*points, strict=True)
        colour = hub_colours(TIERS)[tier]
        marks = axes.scatter(
            x,
            y,
            s=size,
            marker=marker,
            color=colour,
            edgecolors="white",
            linewidths=0.7,
            zorder=7,
        )
        marks.set_gid(f"hubs-{tier}")


def _draw_corridors(axes: Axes, scene: Scene, corridors: Iterable[Corridor]) -> None:
    lines = []
    for corridor in corridors:
        points = [core_point(scene, unit) for unit in scene.members(corridor.members)]
        if len(points) > 1:
            lines.append(shapely.linestrings(points))
    if lines:
        casing = paths_along(lines, colour="white", width=2.4, name="corridors-casing", order=5.9)
        dashed = paths_along(lines, colour=CORRIDOR, width=1.1, name="corridors", order=6)
        dashed.set_linestyle(CORRIDOR_DASHES)
        axes.add_collection(casing)
        axes.add_collection(dashed)


def _mainland(shapes: Any) -> Any:
    """Return the union of shapes without islets, whose outlines would run together."""
    parts = shapely.get_parts(shapely.coverage_union_all(shapes))
    areas = shapely.area(parts)
    return shapely.multipolygons(parts[areas > min(_SMALLEST_ISLAND, 0.5 * areas.max())])


def _members(scene: Scene, ids: Iterable[str]) -> Any:
    return scene.units(scene.frame).loc[list(scene.members(ids))].array


def core_point(scene: Scene, unit: str) -> tuple[float, float]:
    """Return where a core is marked: at the seat of a city where it is known, else inside it."""
    seat = _seats(scene.frame.crs).get(unit) if scene.has_units else None
    if seat is not None and np.isfinite(seat).all():
        return seat
    point = scene.units(scene.frame).loc[unit].representative_point()
    return float(point.x), float(point.y)


@cache
def _seats(crs: str) -> Mapping[str, tuple[float, float]]:
    """Return the seat of each city on a projection."""
    cities = gazetteer("city")
    points = gpd.points_from_xy(cities["seat_lon"], cities["seat_lat"], crs=4326).to_crs(crs)
    places = zip(points.x, points.y, strict=True)
    return dict(zip(cities["region_id"], places, strict=True))
