"""What lies under and around the tiers on a printed map: land, borders, the dash line, the inset, scale and north."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from hubtiers.errors import DataError, listing
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.scheme import Result
from hubtiers.show.figures.labels import Box
from hubtiers.show.style import NO_DATA_COLOUR, tier_colours
from hubtiers.show.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hubtiers.show.figures.canvas import Board

__all__ = [
    "ALBERS",
    "PAPER",
    "Scene",
    "areas_of",
    "box_of",
    "draw_ground",
    "draw_inset",
    "draw_lines",
    "draw_north",
    "draw_regions",
    "draw_scale_bar",
    "leaves_gaps",
    "make_scene",
    "paths_along",
    "prepare",
]

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=36 +lon_0=105 +datum=WGS84 +units=m"
_AROUND_CHINA = (55.0, -12.0, 160.0, 62.0)
_MAIN = (-2.75e6, -2.3e6, 2.65e6, 2.2e6)
_SOUTH = (2.6e5, -3.62e6, 1.95e6, -1.5e6)
_INSET_SHARE = 0.137
_SEA, _LAND, PAPER, _GRID = "#f2f6f8", "#e9e8e4", "#ffffff", "#dfe6ea"


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that has a place, in metres on the paper's projection."""

    crs: Any
    in_china: bool
    window: tuple[float, float, float, float]
    regions: gpd.GeoSeries
    units: gpd.GeoSeries


@cache
def ground(name: str) -> gpd.GeoSeries:
    """Return a bundled layer on the projection of the map."""
    if name in ("world", "south_china_sea"):
        shapes = load_context(name, pack="china").geometry
        return shapes.clip_by_rect(*_AROUND_CHINA).pipe(lambda s: s[~s.is_empty]).to_crs(ALBERS)
    if name == "land":
        return gpd.GeoSeries([shapely.coverage_union_all(ground("province").array)], crs=ALBERS)
    return load_regions(name).geometry.to_crs(ALBERS)


def make_scene(result: Result) -> Scene:
    """Return the places of a result: on the map of China, or, for a layer that lies elsewhere, on one of its own."""
    regions = result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        raise DataError(
            "The result has no geometry to draw. Join the indicators to regions with join_indicators first."
        )
    odd = regions.index[~regions.geom_type.isin(["Polygon", "MultiPolygon"]) | regions.geometry.is_empty]
    if len(odd):
        raise DataError(f"A map needs regions with an area, but these have none: {listing(odd)}. Give them polygons.")
    west, south, east, north = regions.to_crs(4326).total_bounds
    in_china = "members" in regions.columns or (west > 70 and east < 140 and south > 0 and north < 56)
    if in_china:
        shapes = regions.geometry.to_crs(ALBERS)
        return Scene(ALBERS, in_china, _MAIN, _largest_first(shapes), ground("city"))
    third = (north - south) / 6
    crs = (
        f"+proj=aea +lat_1={south + third} +lat_2={north - third + 1e-6} +lat_0={(south + north) / 2} "
        f"+lon_0={(west + east) / 2} +datum=WGS84 +units=m"
    )
    shapes = regions.geometry.to_crs(crs)
    left, bottom, right, top = shapes.total_bounds
    margin = 0.08 * max(right - left, top - bottom)
    # Legend and scale bar get a strip of their own below a map that is not laid out by hand.
    window = (left - margin, bottom - 0.4 * (top - bottom) - margin, right + margin, top + margin)
    return Scene(crs, in_china, window, _largest_first(shapes), shapes)


def _largest_first(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    return shapes.loc[shapes.area.sort_values(ascending=False, kind="stable").index]


def prepare(axes: Axes, window: tuple[float, float, float, float]) -> None:
    """Set the frame of a map."""
    axes.set_xlim(window[0], window[2])
    axes.set_ylim(window[1], window[3])
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(_SEA)
    for side in axes.spines.values():
        side.set_zorder(10)


def draw_ground(axes: Axes, scene: Scene) -> None:
    """Draw other countries, the graticule, and China as white paper."""
    if not scene.in_china:
        return
    world, land = (_within(ground(name), axes) for name in ("world", "land"))
    axes.add_collection(areas_of(world, face=_LAND, edge="#d3d2cd", width=0.3, name="world", order=1))
    axes.add_collection(paths_along(_graticule(), colour=_GRID, width=0.4, name="graticule", order=1.2))
    axes.add_collection(areas_of(land, face=PAPER, edge="#b9bdc1", width=0.3, name="ground", order=2))


def draw_regions(axes: Axes, scene: Scene, result: Result) -> None:
    """Draw the regions in the colours of their tiers, those without a score hatched."""
    colours = tier_colours(result.breaks.labels)
    shapes = _visible(scene.regions, axes)
    tier = result.tier.astype("object").reindex(shapes.index)
    scored = tier.notna()
    width = 0.25 if len(scene.regions) > 60 else 0.5
    faces = [colours[label] for label in tier[scored]]
    axes.add_collection(areas_of(shapes[scored], face=faces, edge="white", width=width, name="regions", order=3))
    if not scored.all():
        missing = areas_of(shapes[~scored], face=NO_DATA_COLOUR, edge="#a3a29d", width=width, name="no-data", order=3)
        missing.set_hatch("/////")
        axes.add_collection(missing)


def draw_lines(axes: Axes, scene: Scene) -> None:
    """Draw the borders of provinces and the dash line."""
    if not scene.in_china:
        return
    provinces = _visible(ground("province"), axes)
    axes.add_collection(areas_of(provinces, face="none", edge="#6d757c", width=0.5, name="provinces", order=4))
    lines = ground("south_china_sea")
    axes.add_collection(paths_along(lines, colour="#4a5157", width=1.5, name="dashes", order=4.2))


def _frame(axes: Axes) -> Any:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return shapely.box(left, bottom, right, top)


def _visible(shapes: gpd.GeoSeries, axes: Axes) -> gpd.GeoSeries:
    """Return the shapes of which something is seen, whole: files would carry the others for nothing."""
    return shapes[shapes.intersects(_frame(axes))]


def _within(shapes: gpd.GeoSeries, axes: Axes) -> gpd.GeoSeries:
    """Return shapes cut a little outside the frame, so that the cut is not seen."""
    cut = shapes.clip_by_rect(*_frame(axes).buffer(2e4).bounds)
    return cut[~cut.is_empty]


def areas_of(
    shapes: Iterable[Any], *, face: str | Sequence[str], edge: str, width: float, name: str, order: float
) -> Any:
    """Return shapes as one collection that can be found by its name."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import PathPatch

    patches = [PathPatch(_outline(shape)) for shape in shapes]
    areas = PatchCollection(patches, facecolors=face, edgecolors=edge, linewidths=width, zorder=order)
    areas.set_joinstyle("round")
    areas.set_gid(name)
    return areas


def _outline(shape: Any) -> Any:
    """Return the rings of a shape as one path; holes run the other way round."""
    from matplotlib.path import Path as Outline

    rings = [
        ring for part in shapely.get_parts(shapely.orient_polygons(shape)) for ring in (part.exterior, *part.interiors)
    ]
    points = [shapely.get_coordinates(ring) for ring in rings]
    codes = [[Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY] for ring in points]
    return Outline(np.concatenate(points), np.concatenate(codes))


def paths_along(lines: Iterable[Any], *, colour: str, width: float, name: str, order: float) -> Any:
    """Return lines as one collection that can be found by its name."""
    from matplotlib.collections import LineCollection

    points = [shapely.get_coordinates(part) for line in lines for part in shapely.get_parts(line)]
    drawn = LineCollection(points, colors=colour, linewidths=width, zorder=order, capstyle="round")
    drawn.set_gid(name)
    return drawn


@cache
def _graticule() -> gpd.GeoSeries:
    west, south, east, north = (60, 0, 150, 60)
    steps = np.arange(0, 61, 1.0)
    meridians = [np.column_stack([np.full(61, lon), steps]) for lon in range(west, east + 1, 10)]
    across = np.arange(west, east + 1, 1.0)
    parallels = [np.column_stack([across, np.full(len(across), lat)]) for lat in range(south, north + 1, 10)]
    lines = [shapely.linestrings(points) for points in (*meridians, *parallels)]
    return gpd.GeoSeries(lines, crs=4326).to_crs(ALBERS)


def draw_scale_bar(board: Board, window: tuple[float, float, float, float]) -> Box:
    """Draw a bar of two round lengths that takes about an eighth of the width."""
    from matplotlib.patches import Rectangle

    axes, span = board.axes, window[2] - window[0]
    half = max([k * 10**power for power in range(7) for k in (1, 2.5, 5) if 2 * k * 10**power <= span / 8], default=1)
    left, bottom, height = window[0] + 0.455 * span, window[1] + 0.022 * span, 0.006 * span
    bars = [
        axes.add_patch(
            Rectangle((left + k * half, bottom), half, height, facecolor=face, edgecolor="#22262a", lw=0.6, zorder=9)
        )
        for k, face in enumerate(("#22262a", "white"))
    ]
    texts = [
        axes.text(
            left + k * half, bottom + 1.6 * height, f"{k * half / 1000:g}{unit}", ha="center", fontsize=7, zorder=9
        )
        for k, unit in ((0, ""), (1, ""), (2, f" {say('kilometres', board.language)}"))
    ]
    return around([*bars, *texts])


def draw_north(board: Board, scene: Scene) -> Box:
    """Draw an arrow along the meridian through its foot: on a cone north is not straight up everywhere."""
    left, bottom, right, top = scene.window
    foot = np.array([left + 0.06 * (right - left), top - 0.14 * (top - bottom)])
    # Numbers rather than a layer of one point, of which older numpy warns.
    degrees = pyproj.Transformer.from_crs(scene.crs, 4326, always_xy=True)
    lon, lat = degrees.transform(*foot.tolist())
    along = np.array(degrees.transform(lon, lat + 0.5, direction="INVERSE")) - foot
    along = along / np.hypot(*along) * 0.065 * (top - bottom)
    arrow = board.axes.annotate(
        "", xy=tuple(foot + along), xytext=tuple(foot), zorder=9,
        arrowprops={"arrowstyle": "-|>,head_width=0.35,head_length=0.8", "color": "#22262a", "linewidth": 1.2},
    )  # fmt: skip
    letter = board.axes.text(
        *(foot + 1.35 * along), say("north", board.language), ha="center", va="center", fontsize=9, zorder=9
    )
    arrow.set_gid("north")
    return around([letter, arrow])


def draw_inset(board: Board, scene: Scene, result: Result) -> Box:
    """Draw the islands and the line in the South China Sea on axes of their own, at about half the scale."""
    main = board.axes
    inset = board.figure.add_axes((0, 0, 1, 1), label="south-china-sea", zorder=10)
    inset.set_axes_locator(_corner(main))
    prepare(inset, _SOUTH)
    draw_ground(inset, scene)
    draw_regions(inset, scene, result)
    draw_lines(inset, scene)
    for side in inset.spines.values():
        side.set_linewidth(0.7)
    inset.text(0.97, 0.025, say("inset", board.language), transform=inset.transAxes, ha="right", fontsize=6.5, zorder=9)
    board.figure.draw_without_rendering()
    return box_of(inset)


def _corner(main: Axes) -> Callable[[Any, Any], Any]:
    """Return where the inset stands: in the lower right corner of the map, wherever that is drawn."""
    from matplotlib.transforms import Bbox

    def locate(_axes: Any, _renderer: Any) -> Any:
        place = main.get_position()
        shape = (_SOUTH[3] - _SOUTH[1]) / (_SOUTH[2] - _SOUTH[0])
        stretch = (_MAIN[2] - _MAIN[0]) / (_MAIN[3] - _MAIN[1])
        width = _INSET_SHARE * place.width
        height = _INSET_SHARE * shape * stretch * place.height
        gap = 0.006 * place.width
        return Bbox.from_bounds(place.x1 - width - gap, place.y0 + gap * stretch, width, height)

    return locate


def box_of(artist: Any) -> Box:
    """Return where an artist stands, in pixels."""
    return around([artist])


def around(artists: Iterable[Any]) -> Box:
    extents = [artist.get_window_extent() for artist in artists]
    return Box(
        min(e.x0 for e in extents), min(e.y0 for e in extents), max(e.x1 for e in extents), max(e.y1 for e in extents)
    )


def leaves_gaps(result: Result) -> bool:
    """Return whether some part of China belongs to no region of the result."""
    covered = {unit for units in result.table.members().values() for unit in units}
    return len(covered) < len(ground("city"))
