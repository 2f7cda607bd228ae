"""Names on a printed map: cores of the hubs, or the best regions, where they hide nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from hubtiers.hubs.layout import HubLayout
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Result
from hubtiers.show.figures.chart_parts import dots_around, sizes_of
from hubtiers.show.figures.hub_marks import core_point
from hubtiers.show.figures.labels import Box, place_labels
from hubtiers.show.figures.scene import Frame, Scene
from hubtiers.show.hub_seats import seats_of
from hubtiers.show.words import region_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hubtiers.show.figures.canvas import Board

__all__ = ["Named", "draw_labels", "label_points"]

_MOST_LABELS = 20
_FONT_SIZE = 8
_POINTS_AN_INCH = 72
_MOST_COVERED = 0.2
"""Share of a region that its name may cover."""

Point = tuple[float, float]


class Named(NamedTuple):
    """What is named on a map: its name, where it is, and its ground where no mark stands there."""

    name: str
    at: Point
    ground: Any = None


def label_points(
    scene: Scene, result: Result, layout: HubLayout | None, language: str
) -> list[Named]:
    """Return what is named in the main map: the cores, highest tier first, or the best regions."""
    if layout is None:
        return _best_regions(scene, result, language)
    hubs = sorted(layout.hubs, key=lambda hub: layout.tiers.index(hub.tier))
    cores = chain.from_iterable(scene.members(hub.cores) for hub in hubs)
    names = _core_names(scene, result, language)
    seats = seats_of(layout, scene.pack)
    named = [Named(names[core], core_point(scene, core, seats)) for core in cores]
    return [one for one in named if _inside(one.at, scene.frame)]


def _best_regions(scene: Scene, result: Result, language: str) -> list[Named]:
    names = region_names(result, language)
    shapes = scene.regions(scene.frame)
    best = result.rank.dropna().sort_values(kind="stable").index[:_MOST_LABELS]
    grounds = shapes.loc[[region for region in best if region in shapes.index]]
    points = grounds.representative_point()
    named = [
        Named(str(names[region]), (float(point.x), float(point.y)), ground)
        for (region, point), ground in zip(points.items(), grounds, strict=True)
    ]
    return [one for one in named if _inside(one.at, scene.frame)]


def _core_names(scene: Scene, result: Result, language: str) -> Mapping[str, str]:
    """Return the names of the units that a layout is made of."""
    if not scene.has_units or scene.pack is None:
        return {str(region): str(name) for region, name in region_names(result, language).items()}
    units = load_regions(scene.pack.units, pack=scene.pack)
    short = scene.pack.names.short
    column = short if language == "zh" and short in units.columns else f"name_{language}"
    return {str(unit): str(name) for unit, name in units[column].items()}


def _inside(at: Point, frame: Frame) -> bool:
    left, bottom, right, top = frame.window
    return left < at[0] < right and bottom < at[1] < top


def draw_labels(board: Board, points: Sequence[Named], furniture: Sequence[Box]) -> None:
    """Name points where the names hide neither each other nor the furniture of the map.

    A name stands on its region where that is large enough for it, else beside its point.
    """
    axes = board.axes
    texts = [board.text(one.name) for one in points]
    anchors = [tuple(axes.transData.transform(one.at)) for one in points]
    sizes = sizes_of(board, texts, board.sheet.points(_FONT_SIZE))
    dot = board.figure.dpi / _POINTS_AN_INCH * 4.5
    frame = axes.get_window_extent()
    marks = [anchor for anchor, one in zip(anchors, points, strict=True) if one.ground is None]
    centres = place_labels(
        anchors,
        sizes,
        bounds=Box(frame.x0 + 3, frame.y0 + 3, frame.x1 - 3, frame.y1 - 3),
        obstacles=[*furniture, *dots_around(marks, dot)],
        gap=1.4 * dot,
        upon=[_has_room(axes, *named) for named in zip(points, anchors, sizes, strict=True)],
    )
    for number, one in enumerate(points):
        leads = _is_far(anchors[number], centres[number], sizes[number], dot)
        shift = np.subtract(centres[number], anchors[number]) * _POINTS_AN_INCH / board.figure.dpi
        _draw_label(board, texts[number], one.at, tuple(shift), leads=leads)


def _has_room(axes: Axes, named: Named, anchor: Point, size: Point) -> bool:
    """Return whether a name fits on its region and leaves most of its colour to be seen."""
    if named.ground is None:
        return False
    ground = shapely.transform(named.ground, axes.transData.transform)
    (x, y), (across, up) = anchor, size
    label = shapely.box(x - across / 2, y - up / 2, x + across / 2, y + up / 2)
    return bool(label.area < _MOST_COVERED * ground.area and ground.contains(label))


def _is_far(anchor: Point, centre: Point, size: Point, dot: float) -> bool:
    """Return whether a label stands so far from its point that a line must lead to it."""
    across, up = abs(centre[0] - anchor[0]), abs(centre[1] - anchor[1])
    return up > 1.4 * size[1] or across > size[0] / 2 + 3 * dot


def _draw_label(board: Board, text: str, at: Point, shift: Point, *, leads: bool) -> None:
    line = {"arrowstyle": "-", "linewidth": 0.5, "color": "#5b636a", "shrinkA": 0, "shrinkB": 3}
    paper = {
        "boxstyle": "square,pad=0.12",
        "facecolor": "white",
        "edgecolor": "none",
        "alpha": 0.78,
    }
    label = board.axes.annotate(
        text,
        xy=at,
        xytext=shift,
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=board.sheet.points(_FONT_SIZE),
        arrowprops=line if leads else None,
        zorder=8,
        bbox=paper,
    )
    label.set_gid("label")
