"""Hubs of a layout on a printed map: extents, cores, corridors, links and shares of draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyproj
import shapely

from hubtiers.errors import SpecError
from hubtiers.hubs.layout import Corridor, Hub, HubLayout, require_same_hubs
from hubtiers.hubs.network import HubNetwork
from hubtiers.hubs.propose import ProposedLayout
from hubtiers.hubs.stability import LayoutStability
from hubtiers.show.figures.outlines import areas_of, paths_along
from hubtiers.show.figures.scene import Frame, Scene
from hubtiers.show.hub_seats import seats_of
from hubtiers.show.style import LINK_COLOURS, hub_colours, hub_shapes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "COCORE_SHARE",
    "CORRIDOR",
    "CORRIDOR_DASHES",
    "EXTENT_TINT",
    "MARKER_SIZES",
    "STAR_SIZE",
    "WEAK_DASHES",
    "HubLayers",
    "core_point",
    "draw_layers",
    "hub_layers",
    "marker_of",
    "ring_outline",
]

CORRIDOR = "#6a3d9a"
CORRIDOR_DASHES = (0, (3, 1.5))
WEAK_DASHES = (0, (4, 2.4))
MARKER_SIZES = {"star": 190.0, "diamond": 62.0, "square": 50.0, "circle": 36.0}
"""Area of the mark of a core by its symbol, in square points."""
COCORE_SHARE = 0.55
"""Area of the mark of a further core as a share of that of the lead."""
STAR_SIZE = 15.0
"""Area of the white star inside the mark of a lead, in square points."""

_SMALLEST_ISLAND = 6e8
EXTENT_TINT = 0.07
"""How much of its colour an extent gives to the tiers below it: they must still be told."""

_LINK_WIDTHS = (0.5, 2.8)
_RING_SIZE = 150.0
_BY_SHAPE = {"star": "*", "diamond": "D", "square": "s", "circle": "o"}

Seats = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class HubLayers:
    """What is drawn of hubs: a layout, and its links and shares of draws where they are given."""

    layout: HubLayout
    network: HubNetwork | None = None
    stability: LayoutStability | None = None

    @property
    def has_leads(self) -> bool:
        """Whether the first core of a hub leads it: where scores say so, not where a source lists.

        Whoever publishes a layout may name its cores in any order.
        """
        return isinstance(self.layout, ProposedLayout)


def marker_of(shape: str) -> str:
    """Return what matplotlib calls a symbol."""
    return _BY_SHAPE[shape]


def hub_layers(
    layout: HubLayout | None,
    network: HubNetwork | None = None,
    stability: LayoutStability | None = None,
) -> HubLayers | None:
    """Return what is drawn of hubs; None without a layout.

    Raises
    ------
    SpecError
        When something else is given, or links or shares come without a layout.
    NotComparableError
        When links or shares are of another layout.
    """
    given = {"layout": layout, "network": network, "stability": stability}
    kinds = {"layout": HubLayout, "network": HubNetwork, "stability": LayoutStability}
    makers = {"layout": "load_layout", "network": "build_network", "stability": "assess_layout"}
    for name, value in given.items():
        if value is not None and not isinstance(value, kinds[name]):
            raise SpecError(
                f"{name} is {type(value).__name__}, not {kinds[name].__name__}. Give what "
                f"{makers[name]}() returns, or leave it out."
            )
    if layout is None:
        if lonely := [name for name, value in given.items() if value is not None]:
            raise SpecError(
                f"{' and '.join(lonely)} can be drawn over a layout only. Give layout= as well."
            )
        return None
    if network is not None:
        way_out = "Give the network of this layout."
        require_same_hubs(layout, network.layout, "The network", way_out)
    if stability is not None:
        way_out = "Give the stability of this layout."
        require_same_hubs(layout, stability.proposed, "The stability", way_out)
    return HubLayers(layout, network, stability)


class _Look(NamedTuple):
    """How a tier of hubs is drawn."""

    name: str
    colour: str
    shape: str


def draw_layers(axes: Axes, scene: Scene, layers: HubLayers, frame: Frame) -> None:
    """Draw extents, corridors, links and cores in a frame, the cores above everything."""
    layout = layers.layout
    colours, shapes = hub_colours(layout.tiers), hub_shapes(layout.tiers)
    marks = _Marks(scene, frame, seats_of(layout, scene.pack))
    _draw_corridors(axes, layout.corridors, marks)
    if layers.network is not None:
        _draw_links(axes, layers.network, layout, marks)
    for tier in layout.tiers:
        hubs = [hub for hub in layout.hubs if hub.tier == tier]
        look = _Look(tier, colours[tier], shapes[tier])
        _draw_extents(axes, scene, hubs, look, frame)
        _draw_cores(axes, hubs, look, marks, has_leads=layers.has_leads)
        if layers.stability is not None:
            _draw_rings(axes, hubs, layers.stability.core, look, marks)


def _draw_extents(axes: Axes, scene: Scene, hubs: list[Hub], look: _Look, frame: Frame) -> None:
    """Draw extents as an outline with a pale tint, through which the tiers are still seen."""
    from matplotlib.colors import to_rgba

    shapes = [_members(scene, frame, hub.extent) for hub in hubs if hub.extent]
    extents = [_mainland(shape) for shape in shapes if len(shape)]
    if extents:
        name = f"extent-{look.name}"
        drawn = areas_of(extents, face="none", edge=look.colour, width=1.4, name=name, order=5)
        drawn.set_facecolor(to_rgba(look.colour, EXTENT_TINT))
        axes.add_collection(drawn)


def _draw_cores(
    axes: Axes, hubs: list[Hub], look: _Look, marks: _Marks, *, has_leads: bool
) -> None:
    """Draw the cores of hubs, joined; a lead has a star inside, further cores are smaller."""
    size = MARKER_SIZES[look.shape]
    points, sizes, joints, leads = [], [], [], []
    for hub in hubs:
        places = [marks.at(core) for core in marks.scene.members(hub.cores)]
        joints += [shapely.linestrings([places[0], other]) for other in places[1:]]
        points += places
        leads.append(places[0])
        further = COCORE_SHARE * size if has_leads else size
        sizes += [size, *[further] * (len(places) - 1)]
    if joints:
        name = f"cocores-{look.name}"
        axes.add_collection(
            paths_along(joints, colour=look.colour, width=1.6, name=name, order=6.8)
        )
    if points:
        options = {"marker": marker_of(look.shape), "colour": look.colour, "edge": "white"}
        _scatter(axes, points, sizes, f"hubs-{look.name}", order=7.0, **options)
    if leads and has_leads:
        options = {"marker": "*", "colour": "white", "edge": "none"}
        inner = [STAR_SIZE] * len(leads)
        _scatter(axes, leads, inner, f"leads-{look.name}", order=7.1, **options)


def _scatter(
    axes: Axes,
    points: list[tuple[float, float]],
    sizes: list[float],
    name: str,
    *,
    marker: str,
    colour: str,
    edge: str,
    order: float,
) -> None:
    """Mark points by a collection that can be found by its name."""
    x, y = zip(*points, strict=True)
    drawn = axes.scatter(
        x, y, s=sizes, marker=marker, color=colour, edgecolors=edge, linewidths=0.7, zorder=order
    )
    drawn.set_gid(name)


def _draw_rings(axes: Axes, hubs: list[Hub], shares: pd.Series, look: _Look, marks: _Marks) -> None:
    """Draw the share of draws of each core as a part of a ring, clockwise from the top."""
    cores = [core for hub in hubs for core in marks.scene.members(hub.cores)]
    known = [core for core in cores if core in shares.index and pd.notna(shares[core])]
    if not known:
        return
    x, y = zip(*(marks.at(core) for core in known), strict=True)
    size = MARKER_SIZES[look.shape] + _RING_SIZE
    track = axes.scatter(
        x, y, s=size, facecolors="none", edgecolors="white", linewidths=2.6, zorder=6.3
    )
    track.set_gid(f"ring-tracks-{look.name}")
    ring = axes.scatter(
        x, y, s=size, facecolors="none", edgecolors="#22262a", linewidths=1.5, zorder=6.4
    )
    ring.set_paths([ring_outline(float(shares[core])) for core in known])
    ring.set_gid(f"rings-{look.name}")


def ring_outline(share: float) -> Any:
    """Return a share of a circle of diameter 1 as a path, clockwise from the top."""
    from matplotlib.path import Path as Outline

    turn = np.linspace(0.0, 2.0 * np.pi * min(max(share, 0.0), 1.0), 64)
    return Outline(0.5 * np.column_stack([np.sin(turn), np.cos(turn)]))


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


def _draw_links(axes: Axes, network: HubNetwork, layout: HubLayout, marks: _Marks) -> None:
    """Draw the links: colour by type, width by weight, weak ones dashed and below strong ones."""
    ends = _ends(network, layout, marks)
    links = network.links
    low, high = _LINK_WIDTHS
    widths = low + (high - low) * np.sqrt(links["weight"] / links["weight"].max())
    for strength, order in (("weak", 5.4), ("strong", 5.6)):
        for kind, colour in LINK_COLOURS.items():
            chosen = links[(links["strength"] == strength) & (links["type"] == kind)]
            if not len(chosen):
                continue
            pairs = zip(chosen["from"], chosen["to"], strict=True)
            lines = [shapely.linestrings([ends[a], ends[b]]) for a, b in pairs]
            name = f"links-{strength}-{kind}"
            drawn = paths_along(lines, colour=colour, width=1.0, name=name, order=order)
            drawn.set_linewidths(list(widths[chosen.index]))
            if strength == "weak":
                drawn.set_linestyle(WEAK_DASHES)
                drawn.set_alpha(0.35)
            axes.add_collection(drawn)


def _ends(network: HubNetwork, layout: HubLayout, marks: _Marks) -> dict[str, tuple[float, float]]:
    """Return where each node stands: a hub at its lead, another place at its own seat."""
    leads = {hub.id: marks.scene.members(hub.cores)[0] for hub in layout.hubs}
    return {str(node): marks.at(leads.get(str(node), str(node))) for node in network.nodes.index}


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
