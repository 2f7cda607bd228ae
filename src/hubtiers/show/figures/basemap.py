"""What lies under and over the tiers on a printed map: land, graticule, regions, borders and lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.scheme import Result
from hubtiers.show.figures.scene import (
    Scene,
    Window,
    graticule_of,
    land_of,
    level_of,
    lines_of,
)
from hubtiers.show.style import NO_DATA_COLOUR, tier_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "PAPER",
    "areas_of",
    "draw_ground",
    "draw_lines",
    "draw_regions",
    "paths_along",
    "prepare",
]

_SEA, _LAND, PAPER, _GRID = "#f2f6f8", "#e9e8e4", "#ffffff", "#dfe6ea"
_COAST, _EDGE, _BORDER, _LINE = "#d3d2cd", "#b9bdc1", "#6d757c", "#4a5157"
_NO_DATA_EDGE = "#a3a29d"
# Seams of many small regions are drawn thinner.
_MANY_REGIONS = 60


def prepare(axes: Axes, window: Window) -> None:
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
    """Draw other countries and, for a pack, the graticule and its land as white paper."""
    around = _within(scene.context, axes)
    axes.add_collection(areas_of(around, face=_LAND, edge=_COAST, width=0.3, name="world", order=1))
    if scene.pack is None:
        return
    net = graticule_of(scene.pack)
    axes.add_collection(paths_along(net, colour=_GRID, width=0.4, name="graticule", order=1.2))
    land = _within(land_of(scene.pack), axes)
    axes.add_collection(areas_of(land, face=PAPER, edge=_EDGE, width=0.3, name="ground", order=2))


def draw_regions(axes: Axes, scene: Scene, result: Result) -> None:
    """Draw the regions in the colours of their tiers, those without a score hatched."""
    colours = tier_colours(result.breaks.labels)
    shapes = _visible(scene.regions, axes)
    tier = result.tier.astype("object").reindex(shapes.index)
    scored = tier.notna()
    width = 0.25 if len(scene.regions) > _MANY_REGIONS else 0.5
    faces = [colours[label] for label in tier[scored]]
    filled = areas_of(
        shapes[scored], face=faces, edge="white", width=width, name="regions", order=3
    )
    axes.add_collection(filled)
    if not scored.all():
        bare = shapes[~scored]
        missing = areas_of(
            bare, face=NO_DATA_COLOUR, edge=_NO_DATA_EDGE, width=width, name="no-data", order=3
        )
        missing.set_hatch("/////")
        axes.add_collection(missing)


def draw_lines(axes: Axes, scene: Scene) -> None:
    """Draw the borders above the regions, and the lines that belong on every map of the place."""
    pack = scene.pack
    if pack is None:
        return
    outlines = _visible(level_of(pack, pack.borders), axes)
    borders = areas_of(outlines, face="none", edge=_BORDER, width=0.5, name="provinces", order=4)
    axes.add_collection(borders)
    axes.add_collection(
        paths_along(lines_of(pack), colour=_LINE, width=1.5, name="dashes", order=4.2)
    )


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
    shapes: Iterable[Any],
    *,
    face: str | Sequence[str],
    edge: str,
    width: float,
    name: str,
    order: float,
) -> Any:
    """Return shapes as one collection that can be found by its name."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import PathPatch

    patches = [PathPatch(_outline(shape)) for shape in shapes]
    areas = PatchCollection(
        patches, facecolors=face, edgecolors=edge, linewidths=width, zorder=order
    )
    areas.set_joinstyle("round")
    areas.set_gid(name)
    return areas


def _outline(shape: Any) -> Any:
    """Return the rings of a shape as one path; holes run the other way round."""
    from matplotlib.path import Path as Outline

    points, codes = [], []
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        for ring in (part.exterior, *part.interiors):
            corners = shapely.get_coordinates(ring)
            points.append(corners)
            codes.append(
                [Outline.MOVETO, *[Outline.LINETO] * (len(corners) - 2), Outline.CLOSEPOLY]
            )
    return Outline(np.concatenate(points), np.concatenate(codes))


def paths_along(lines: Iterable[Any], *, colour: str, width: float, name: str, order: float) -> Any:
    """Return lines as one collection that can be found by its name."""
    from matplotlib.collections import LineCollection

    points = [shapely.get_coordinates(part) for line in lines for part in shapely.get_parts(line)]
    drawn = LineCollection(points, colors=colour, linewidths=width, zorder=order, capstyle="round")
    drawn.set_gid(name)
    return drawn
