"""Hubs of a layout on a printed map: extents, cores and corridors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import pyproj
import shapely

from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.show.figures.outlines import areas_of, paths_along
from hubtiers.show.figures.scene import Frame, Scene
from hubtiers.show.hub_seats import seats_of
from hubtiers.show.style import hub_colours, hub_shapes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CORRIDOR", "CORRIDOR_DASHES", "core_point", "draw_layout", "marker_of"]

CORRIDOR = "#6a3d9a"
CORRIDOR_DASHES = (0, (3, 1.5))
_BY_SHAPE = {"star": "*", "diamond": "D", "square": "s", "circle": "o"}
_MARKER_SIZES = {"star": 130.0, "diamond": 38.0, "square": 34.0, "circle": 24.0}
_SMALLEST_ISLAND = 6e8

Seats = Mapping[str, tuple[float, float]]


class _Look(NamedTuple):
    """How a tier of hubs is drawn."""

    name: str
    colour: str
    shape: str


def marker_of(shape: str) -> str:
    """Return what matplotlib calls a symbol."""
    return _BY_SHAPE[shape]


def draw_layout(axes: Axes, scene: Scene, layout: HubLayout, frame: Frame) -> None:
    """Draw the extents and cores of the hubs in a frame, tier by tier, and the corridors."""
    colours, shapes = hub_colours(layout.tiers), hub_shapes(layout.tiers)
    marks = _Marks(scene, frame, seats_of(layout, scene.pack))
    for tier in layout.tiers:
        hubs = [hub for hub in layout.hubs if hub.tier == tier]
        look = _Look(tier, colours[tier], shapes[tier])
        _draw_extents(axes, scene, hubs, look, frame)
        _draw_cores(axes, scene, hubs, look, marks)
    _draw_corridors(axes, layout.corridors, marks)


def _draw_extents(axes: Axes, scene: Scene, hubs: list[Hub], look: _Look, frame: Frame) -> None:
    shapes = [_members(scene, frame, hub.extent) for hub in hubs if hub.extent]
    extents = [_mainland(shape) for shape in shapes if len(shape)]
    if extents:
        name = f"extent-{look.name}"
        axes.add_collection(
            areas_of(extents, face="none", edge=look.colour, width=1.4, name=name, order=5)
        )


def _draw_cores(axes: Axes, scene: Scene, hubs: list[Hub], look: _Look, marks: _Marks) -> None:
    cores = chain.from_iterable(scene.members(hub.cores) for hub in hubs)
    points = [marks.at(core) for core in cores]
    if points:
        x, y = zip(*points, strict=True)
        drawn = axes.scatter(
            x,
            y,
            s=_MARKER_SIZES[look.shape],
            marker=marker_of(look.shape),
            color=look.colour,
            edgecolors="white",
            linewidths=0.7,
            zorder=7,
        )
        drawn.set_gid(f"hubs-{look.name}")


def _draw_corridors(axes: Axes, corridors: Iterable[Corridor], marks: _Marks) -> None:
    lines = []
    for corridor in corridors:
        points = [marks.at(unit) for unit in marks.scene.members(corridor.members)]
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


def _members(scene: Scene, frame: Frame, ids: Iterable[str]) -> Any:
    known = scene.units(frame)
    return known.loc[[unit for unit in scene.members(ids) if unit in known.index]].array


def core_point(scene: Scene, unit: str, seats: Seats) -> tuple[float, float]:
    """Return where a core is marked on the main map."""
    return _Marks(scene, scene.frame, seats).at(unit)


class _Marks(NamedTuple):
    """Where cores are marked in a frame: at their seats where known, else inside their regions."""

    scene: Scene
    frame: Frame
    seats: Seats

    def at(self, unit: str) -> tuple[float, float]:
        """Return the place of a unit."""
        if unit in self.seats:
            return _projected(*self.seats[unit], str(self.frame.crs))
        point = self.scene.units(self.frame).loc[unit].representative_point()
        return float(point.x), float(point.y)


@lru_cache(maxsize=1024)
def _projected(lon: float, lat: float, crs: str) -> tuple[float, float]:
    """Return where a point in degrees lies on a projection."""
    to_map = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_map.transform(lon, lat)
    return float(x), float(y)
