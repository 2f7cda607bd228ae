"""Names on a printed map: cores of the hubs, or the best regions, where they hide nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

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
    from hubtiers.show.figures.canvas import Board

__all__ = ["draw_labels", "label_points"]

_MOST_LABELS = 20
_FONT_SIZE = 8
_POINTS_AN_INCH = 72

Point = tuple[float, float]


def label_points(
    scene: Scene, result: Result, layout: HubLayout | None, language: str
) -> list[tuple[str, Point]]:
    """Return what is named in the main map: the cores, highest tier first, or the best regions."""
    if layout is None:
        return _best_regions(scene, result, language)
    hubs = sorted(layout.hubs, key=lambda hub: layout.tiers.index(hub.tier))
    cores = chain.from_iterable(scene.members(hub.cores) for hub in hubs)
    names = _core_names(scene, result, language)
    seats = seats_of(layout, scene.pack)
    named = [(names[core], core_point(scene, core, seats)) for core in cores]
    return [(name, at) for name, at in named if _inside(at, scene.frame)]


def _best_regions(scene: Scene, result: Result, language: str) -> list[tuple[str, Point]]:
    names = region_names(result, language)
    shapes = scene.regions(scene.frame)
    best = result.rank.dropna().sort_values(kind="stable").index[:_MOST_LABELS]
    points = shapes.loc[
        [region for region in best if region in shapes.index]
    ].representative_point()
    named = [
        (str(names[region]), (float(point.x), float(point.y))) for region, point in points.items()
    ]
    return [(name, at) for name, at in named if _inside(at, scene.frame)]


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


def draw_labels(
    board: Board, points: Sequence[tuple[str, Point]], furniture: Sequence[Box]
) -> None:
    """Name points where the names hide neither each other nor the furniture of the map."""
    axes = board.axes
    texts = [board.text(name) for name, _ in points]
    anchors = [tuple(axes.transData.transform(at)) for _, at in points]
    sizes = sizes_of(board, texts, board.sheet.points(_FONT_SIZE))
    dot = board.figure.dpi / _POINTS_AN_INCH * 4.5
    frame = axes.get_window_extent()
    centres = place_labels(
        anchors,
        sizes,
        bounds=Box(frame.x0 + 3, frame.y0 + 3, frame.x1 - 3, frame.y1 - 3),
        obstacles=[*furniture, *dots_around(anchors, dot)],
        gap=1.4 * dot,
    )
    for number, (_, at) in enumerate(points):
        leads = _is_far(anchors[number], centres[number], sizes[number], dot)
        shift = np.subtract(centres[number], anchors[number]) * _POINTS_AN_INCH / board.figure.dpi
        _draw_label(board, texts[number], at, tuple(shift), leads=leads)


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
