"""Legends of a printed map: the tiers with their ranges and counts, and the hubs of a layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hubtiers.hubs.layout import HubLayout
from hubtiers.scheme import Result
from hubtiers.show.figures.basemap import leaves_gaps, paper_of
from hubtiers.show.figures.furniture import Furniture
from hubtiers.show.figures.hub_marks import CORRIDOR, CORRIDOR_DASHES, marker_of
from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.outlines import box_of
from hubtiers.show.figures.room import Piece
from hubtiers.show.figures.scene import Frame, Scene
from hubtiers.show.style import NO_DATA_COLOUR, hub_colours, hub_shapes, tier_colours
from hubtiers.show.words import break_texts, say, tier_name, yardstick_text

if TYPE_CHECKING:
    from hubtiers.show.figures.canvas import Board

__all__ = ["legend_items"]

_EDGE, _NO_DATA_EDGE = "#b9bdc1", "#a3a29d"
_CORNERS = ("lower left", "lower right", "upper left", "upper right")

Rows = list[tuple[Any, str]]
"""A symbol and its text, row by row."""


def legend_items(
    board: Board, result: Result, layout: HubLayout | None, scene: Scene
) -> list[Furniture]:
    """Return the legends of tiers and hubs as pieces that find their place on the map."""
    language = board.language
    rows = _tier_rows(result, language) + _other_rows(result, scene, language)
    rows += _yardstick_rows(result, language)
    found = [_legend_item(board, rows, say("tier_score", language), "legend")]
    if layout is not None:
        found.append(
            _legend_item(board, _hub_rows(layout, language), say("hubs", language), "hub-legend")
        )
    return found


def _legend_item(board: Board, rows: Rows, title: str, name: str) -> Furniture:
    """Return a legend: drawn out of the way to know its size, and put in its place afterwards."""
    legend = _draw_legend(board, rows, title)
    extent = box_of(legend)
    piece = Piece(name, extent.right - extent.left, extent.top - extent.bottom, _CORNERS)

    def draw(_frame: Frame, place: Box) -> Box:
        inside = board.axes.get_window_extent()
        corner = place.left / inside.width, place.bottom / inside.height
        legend.set_bbox_to_anchor(corner, transform=board.axes.transAxes)
        board.figure.draw_without_rendering()
        return box_of(legend)

    return Furniture(lambda _frame, _width: piece, draw)


def _tier_rows(result: Result, language: str) -> Rows:
    from matplotlib.patches import Patch

    scale, colours = result.breaks, tier_colours(result.breaks.labels)
    rows: Rows = []
    for label, span, count in zip(
        scale.labels, break_texts(scale, language), scale.counts, strict=True
    ):
        patch = Patch(facecolor=colours[label], edgecolor=_EDGE, linewidth=0.4)
        rows.append((patch, f"{tier_name(label, language)}  {span}  ({count})"))
    return rows


def _other_rows(result: Result, scene: Scene, language: str) -> Rows:
    """Return what has no tier: regions without a score, and places that belong to no region."""
    from matplotlib.patches import Patch

    rows: Rows = []
    unscored = int(result.scores.reindex(scene.area.study.index).isna().sum())
    if unscored:
        hatched = Patch(
            facecolor=NO_DATA_COLOUR, edgecolor=_NO_DATA_EDGE, hatch="/////", linewidth=0.4
        )
        rows.append((hatched, f"{say('no_data', language)}  ({unscored})"))
    if leaves_gaps(scene, result):
        blank = Patch(facecolor=paper_of(scene), edgecolor=_EDGE, linewidth=0.6)
        rows.append((blank, say("not_in_study", language)))
    return rows


def _yardstick_rows(result: Result, language: str) -> Rows:
    """Return what the tiers are relative to, which is nowhere on the map."""
    from matplotlib.patches import Patch

    said = yardstick_text(result)
    return [] if said is None else [(Patch(visible=False), said.say(language))]


def _hub_rows(layout: HubLayout, language: str) -> Rows:
    from matplotlib.lines import Line2D

    colours, shapes = hub_colours(layout.tiers), hub_shapes(layout.tiers)
    rows: Rows = []
    for tier in layout.tiers:
        marker = marker_of(shapes[tier])
        number = sum(hub.tier == tier for hub in layout.hubs)
        if number:
            size = 10 if marker == "*" else 5.5
            mark = Line2D(
                [], [], linestyle="none", marker=marker, color=colours[tier], markersize=size
            )
            rows.append((mark, f"{tier_name(tier, language)}  ({number})"))
    if any(hub.extent for hub in layout.hubs):
        outline = Line2D([], [], color=colours[layout.tiers[0]], linewidth=1.5)
        rows.append((outline, say("extents", language)))
    if layout.corridors:
        dashed = Line2D([], [], color=CORRIDOR, linewidth=1.1, linestyle=CORRIDOR_DASHES)
        rows.append((dashed, say("corridors", language)))
    return rows


def _draw_legend(board: Board, rows: Sequence[tuple[Any, str]], title: str) -> Any:
    from matplotlib.legend import Legend

    handles, texts = zip(*rows, strict=True)
    # matplotlib leaves out labels that start with an underscore, so that texts are set afterwards.
    legend = Legend(
        board.axes,
        handles,
        ["x"] * len(rows),
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0),
        borderaxespad=0.0,
        title=title,
        fontsize=board.sheet.points(8),
        title_fontsize=board.sheet.points(8.5),
        frameon=True,
        framealpha=0.92,
        edgecolor="#c9cdd1",
        facecolor="white",
        handlelength=1.6,
        handleheight=0.9,
        labelspacing=0.45,
        fancybox=False,
        alignment="left",
    )
    for slot, text in zip(legend.get_texts(), texts, strict=True):
        slot.set_text(board.text(text))
    legend.set_zorder(9)
    legend.get_frame().set_linewidth(0.5)
    board.axes.add_artist(legend)
    board.figure.draw_without_rendering()
    return legend
