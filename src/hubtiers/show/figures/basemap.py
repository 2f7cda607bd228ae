"""What lies under and around the tiers on a printed map: land, borders, lines of the pack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hubtiers.scheme import Result
from hubtiers.show.figures.outlines import areas_of, paths_along
from hubtiers.show.figures.scene import Frame, Scene, cut_to, degrees_around, thinned
from hubtiers.show.framing import degrees_in, projected
from hubtiers.show.style import NO_DATA_COLOUR, tier_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "NO_DATA_HATCH",
    "OTHER_HATCH",
    "draw_fills",
    "draw_ground",
    "draw_lines",
    "draw_locator",
    "draw_regions",
    "draw_textures",
    "leaves_gaps",
    "paper_of",
    "prepare",
]

_SEA, _LAND, _PAPER, _REST, _GRID = "#f2f6f8", "#e9e8e4", "#ffffff", "#f6f5f1", "#dfe6ea"
_COAST, _EDGE, _BORDER, _DASH, _HERE = "#d3d2cd", "#b9bdc1", "#6d757c", "#4a5157", "#c0392b"
# Meridians and parallels are drawn where the frame is so wide that north turns within it.
_GRID_FROM_DEGREES = 12.0

NO_DATA_HATCH, OTHER_HATCH = "/////", "\\\\\\\\"
"""Hatching of regions without data, and of those that have data but no colour."""


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


def draw_ground(axes: Axes, scene: Scene, frame: Frame) -> None:
    """Draw the land around, meridians and parallels, and what is not of the study as paper."""
    _draw_globe(axes, frame)
    world = scene.context(frame)
    axes.add_collection(areas_of(world, face=_LAND, edge=_COAST, width=0.3, name="world", order=1))
    grid = _graticule(scene, frame)
    if len(grid):
        axes.add_collection(paths_along(grid, colour=_GRID, width=0.4, name="graticule", order=1.2))
    land = _paper(scene, frame)
    axes.add_collection(
        areas_of(land, face=paper_of(scene), edge=_EDGE, width=0.3, name="ground", order=2)
    )


def paper_of(scene: Scene) -> str:
    """Return the colour of land that is not of the study: white on a pack's map, else tinted."""
    return _PAPER if scene.is_whole else _REST


def _draw_globe(axes: Axes, frame: Frame) -> None:
    """Draw the edge of the globe where the frame reaches beyond it."""
    lon, _ = degrees_in(frame.crs, frame.window)
    if not np.isnan(lon).any() or "eqearth" not in frame.crs:
        return
    middle = float(np.nanmedian(lon))
    globe = gpd.GeoSeries([shapely.box(middle - 179.999, -90.0, middle + 179.999, 90.0)], crs=4326)
    axes.set_facecolor(_PAPER)
    sea = cut_to(projected(globe, frame.crs), frame.window)
    axes.add_collection(areas_of(sea, face=_SEA, edge=_COAST, width=0.4, name="globe", order=0.5))


def _paper(scene: Scene, frame: Frame) -> gpd.GeoSeries:
    """Return the land that the map is about in a frame: the pack's, or the rest of the layer."""
    return scene.once(("paper", frame), lambda: thinned(_whole_paper(scene, frame), frame))


def _whole_paper(scene: Scene, frame: Frame) -> gpd.GeoSeries:
    if not scene.has_units or scene.pack is None:
        return cut_to(scene.rest(frame), frame.window)
    units = scene.level(scene.pack.borders, frame)
    return cut_to(
        gpd.GeoSeries([shapely.coverage_union_all(units.array)], crs=frame.crs), frame.window
    )


def draw_regions(axes: Axes, scene: Scene, result: Result, frame: Frame) -> None:
    """Draw the regions in the colours of their tiers, those without a score hatched."""
    colours = tier_colours(result.breaks.labels)
    draw_fills(axes, scene, frame, result.tier.astype("object").map(colours))


def draw_fills(
    axes: Axes, scene: Scene, frame: Frame, fills: pd.Series, hatched: pd.Series | None = None
) -> None:
    """Draw the regions in these colours, those without one hatched as without data.

    Parameters
    ----------
    axes, scene, frame
        Where and what is drawn.
    fills
        Colour by region; missing where there is none.
    hatched
        Whether a region without a colour has data all the same and is hatched the other way, by
        region; none when left out.
    """
    regions = scene.regions(frame)
    shapes = scene.seen_regions(frame)
    fills = fills.reindex(shapes.index)
    known = fills.notna()
    width = 0.5 if len(regions) <= 60 else 0.25 if len(regions) <= 800 else 0.1
    options = {"width": width, "order": 3}
    coloured = areas_of(
        shapes[known], face=list(fills[known]), edge="white", name="regions", **options
    )
    axes.add_collection(coloured)
    marked = fills.index[:0] if hatched is None else hatched.index[hatched]
    other = fills.index.isin(marked) & ~known
    for chosen, face, edge, hatch, name in (
        (~known & ~other, NO_DATA_COLOUR, "#a3a29d", NO_DATA_HATCH, "no-data"),
        (other, _PAPER, "#8566b2", OTHER_HATCH, "hatched"),
    ):
        if chosen.any():
            areas = areas_of(shapes[chosen], face=face, edge=edge, name=name, **options)
            areas.set_hatch(hatch)
            axes.add_collection(areas)


def draw_textures(
    axes: Axes, scene: Scene, frame: Frame, chosen: pd.Index, *, line: str, hatch: str, name: str
) -> None:
    """Draw a texture over some regions, which have their colours already."""
    shapes = scene.seen_regions(frame)
    shapes = shapes[shapes.index.isin(chosen)]
    if shapes.empty:
        return
    texture = areas_of(shapes, face="none", edge=line, width=0.0, name=name, order=3.1)
    texture.set_hatch(hatch)
    axes.add_collection(texture)


def draw_lines(axes: Axes, scene: Scene, frame: Frame) -> None:
    """Draw the borders and the lines that belong on every map of the pack."""
    if scene.pack is None:
        return
    if scene.border_level:
        borders = scene.seen_borders(frame)
        axes.add_collection(
            areas_of(borders, face="none", edge=_BORDER, width=0.5, name="borders", order=4)
        )
    lines = scene.lines(frame)
    if len(lines):
        axes.add_collection(paths_along(lines, colour=_DASH, width=1.5, name="dashes", order=4.2))


def draw_locator(axes: Axes, scene: Scene, frame: Frame, shown: Frame) -> None:
    """Draw where the main map lies: the whole, its lines, the study, and the frame."""
    whole = (
        scene.level(scene.pack.borders, frame)
        if scene.has_units and scene.pack
        else scene.rest(frame)
    )
    axes.add_collection(
        areas_of(whole, face=_PAPER, edge=_EDGE, width=0.25, name="ground", order=2)
    )
    study = scene.regions(frame)
    axes.add_collection(
        areas_of(study, face=_BORDER, edge=_BORDER, width=0.2, name="study", order=3)
    )
    lines = scene.lines(frame)
    if len(lines):
        axes.add_collection(paths_along(lines, colour=_DASH, width=0.7, name="dashes", order=4.2))
    edge = _edge_on(shown, frame.crs)
    axes.add_collection(paths_along([edge], colour=_HERE, width=0.8, name="frame", order=5))


def _edge_on(frame: Frame, crs: str) -> Any:
    """Return the edge of a frame on another projection."""
    import pyproj

    edge = shapely.segmentize(
        shapely.box(*frame.window).exterior, (frame.window[2] - frame.window[0]) / 20
    )
    transformer = pyproj.Transformer.from_crs(frame.crs, crs, always_xy=True)
    return shapely.transform(edge, lambda xy: np.column_stack(transformer.transform(*xy.T)))


def _graticule(scene: Scene, frame: Frame) -> gpd.GeoSeries:
    """Return meridians and parallels; none in a small frame, where they would say little."""
    pack = scene.pack
    if scene.is_whole and pack is not None and pack.graticule is not None:
        return _lines_every(10.0, pack.graticule, frame.crs)
    west, south, east, north = degrees_around(frame)
    span = max(east - west, north - south)
    if span < _GRID_FROM_DEGREES:
        return gpd.GeoSeries([], crs=frame.crs)
    step = 30.0 if span > 150 else 10.0 if span > 40 else 5.0
    low, high = np.floor([west / step, south / step]), np.ceil([east / step, north / step])
    box = (
        float(low[0] * step),
        max(float(low[1] * step), -90.0),
        float(high[0] * step),
        min(float(high[1] * step), 90.0),
    )
    return cut_to(_lines_every(step, box, frame.crs), frame.window)


def _lines_every(step: float, box: tuple[float, float, float, float], crs: str) -> gpd.GeoSeries:
    west, south, east, north = box
    up = np.arange(south, north + 0.5, 1.0)
    along = np.arange(west, east + 0.5, 1.0)
    lines = [
        np.column_stack([np.full(len(up), lon), up]) for lon in np.arange(west, east + 0.5, step)
    ]
    lines += [
        np.column_stack([along, np.full(len(along), lat)])
        for lat in np.arange(south, north + 0.5, step)
    ]
    return projected(
        gpd.GeoSeries([shapely.linestrings(points) for points in lines], crs=4326), crs
    )


def leaves_gaps(scene: Scene, result: Result) -> bool:
    """Return whether some land of the pack or the layer belongs to no region of the study."""
    if not scene.has_units or scene.pack is None:
        return len(scene.area.rest) > 0
    study = set(scene.area.study.index)
    members = result.table.members()
    covered: set[str] = set().union(*(members[region] for region in study))
    return len(covered) < len(scene.level(scene.pack.units, scene.frame))
