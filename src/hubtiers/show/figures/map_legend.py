"""Legends of a printed map: the tiers with their ranges and counts, and the hubs of a layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hubtiers.hubs.network import HubNetwork
from hubtiers.scheme import Result
from hubtiers.show.figures.basemap import NO_DATA_HATCH, leaves_gaps, paper_of
from hubtiers.show.figures.furniture import Furniture
from hubtiers.show.figures.hub_marks import (
    COCORE_SHARE,
    CORRIDOR,
    CORRIDOR_DASHES,
    EXTENT_TINT,
    MARKER_SIZES,
    STAR_SIZE,
    WEAK_DASHES,
    HubLayers,
    marker_of,
    ring_outline,
)
from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.outlines import box_of
from hubtiers.show.figures.room import Piece
from hubtiers.show.figures.scene import Frame, Scene
from hubtiers.show.style import LINK_COLOURS, NO_DATA_COLOUR, hub_colours, hub_shapes, tier_colours
from hubtiers.show.words import break_texts, say, tier_name, yardstick_text

if TYPE_CHECKING:
    from hubtiers.show.figures.canvas import Board

__all__ = ["Rows", "hub_legends", "legend_item", "other_rows", "tier_legend"]

_EDGE, _NO_DATA_EDGE = "#b9bdc1", "#a3a29d"
_CORNERS = ("lower left", "lower right", "upper left", "upper right")

Rows = list[tuple[Any, str]]
"""A symbol and its text, row by row; a text without a symbol heads what follows."""


def tier_legend(result: Result, scene: Scene, language: str) -> tuple[Rows, str, str]:
    """Return the rows of the legend of tiers, its title and its name."""
    rows = _tier_rows(result, language) + other_rows(result, scene, language)
    rows += _yardstick_rows(result, language)
    return rows, say("tier_score", language), "legend"


def hub_legends(layers: HubLayers | None, language: str) -> list[tuple[Rows, str, str]]:
    """Return the legends of hubs and links, each with rows, title and name; none without hubs."""
    if layers is None:
        return []
    rows = _hub_rows(layers, language)
    if layers.stability is not None:
        rows.append((_ring(), say("ring_legend", language)))
    found = [(rows, say("hubs", language), "hub-legend")]
    if layers.network is not None:
        linked = _link_rows(layers.network, language)
        found.append((linked, say("links_legend", language), "link-legend"))
    return found


def legend_item(board: Board, rows: Rows, title: str, name: str) -> Furniture:
    """Return a legend: drawn out of the way to know its size, and put in its place afterwards."""
    legend = _draw_legend(board, rows, title)
    extent = box_of(legend)
    piece = Piece(name, extent.right - extent.left, extent.top - extent.bottom, _CORNERS)

    def draw(_frame: Frame, place: Box) -> Box:
        inside = board.axes.get_window_extent()
        corner = place.left / inside.width, place.bottom / inside.height
        legend.set_bbox_to_anchor(corner, transform=board.axes.transAxes)
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


def other_rows(result: Result, scene: Scene, language: str) -> Rows:
    """Return what has no tier: regions without a score, and places that belong to no region."""
    from matplotlib.patches import Patch

    rows: Rows = []
    unscored = int(result.scores.reindex(scene.area.study.index).isna().sum())
    if unscored:
        hatched = Patch(
            facecolor=NO_DATA_COLOUR, edgecolor=_NO_DATA_EDGE, hatch=NO_DATA_HATCH, linewidth=0.4
        )
        rows.append((hatched, f"{say('no_data', language)}  ({unscored})"))
    if leaves_gaps(scene, result):
        blank = Patch(facecolor=paper_of(scene), edgecolor=_EDGE, linewidth=0.6)
        rows.append((blank, say("not_in_study", language)))
    return rows


def _yardstick_rows(result: Result, language: str) -> Rows:
    """Return what the tiers are relative to, which is nowhere on the map."""
    said = yardstick_text(result)
    return [] if said is None else [(None, said.say(language))]


def _hub_rows(layers: HubLayers, language: str) -> Rows:
    from matplotlib.colors import to_rgba
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    layout = layers.layout
    colours, shapes = hub_colours(layout.tiers), hub_shapes(layout.tiers)
    rows: Rows = []
    for tier in layout.tiers:
        number = sum(hub.tier == tier for hub in layout.hubs)
        if number:
            mark = _mark(colours[tier], shapes[tier])
            rows.append((mark, f"{tier_name(tier, language)}  ({number})"))
    first, shape = colours[layout.tiers[0]], shapes[layout.tiers[0]]
    if layers.has_leads:
        pair = (_mark(first, shape), _mark("white", "star", STAR_SIZE))
        rows.append((pair, say("lead_shown", language)))
    if any(len(hub.cores) > 1 for hub in layout.hubs):
        size = (COCORE_SHARE * MARKER_SIZES["diamond"]) ** 0.5
        joined = Line2D([], [], color=first, marker=marker_of(shape), markersize=size)
        rows.append((joined, say("cocores_shown", language)))
    if any(hub.extent for hub in layout.hubs):
        pale = Patch(facecolor=to_rgba(first, 2 * EXTENT_TINT), edgecolor=first, linewidth=1.4)
        rows.append((pale, say("extents", language)))
    if layout.corridors:
        dashed = Line2D([], [], color=CORRIDOR, linewidth=1.1, linestyle=CORRIDOR_DASHES)
        rows.append((dashed, say("corridors", language)))
    return rows


def _mark(colour: str, shape: str, size: float | None = None) -> Any:
    """Return the symbol of a core for a legend."""
    from matplotlib.lines import Line2D

    area = 0.75 * (MARKER_SIZES[shape] if size is None else size)
    mark = Line2D([], [], linestyle="none", marker=marker_of(shape), color=colour)
    mark.set(markersize=area**0.5, markeredgecolor="white", markeredgewidth=0.3)
    return mark


def _ring() -> Any:
    """Return the symbol of a share of draws: two thirds of a ring."""
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        linestyle="none",
        marker=ring_outline(2 / 3),
        markersize=11,
        markerfacecolor="none",
        markeredgecolor="#22262a",
        markeredgewidth=1.5,
    )


def _link_rows(network: HubNetwork, language: str) -> Rows:
    """Return the types of links that there are with their numbers, and how strength is drawn."""
    from matplotlib.lines import Line2D

    counts = network.links["type"].value_counts()
    rows: Rows = []
    for kind, colour in LINK_COLOURS.items():
        if kind in counts:
            text = f"{say(f'link_{kind}', language)}  ({counts[kind]})"
            rows.append((Line2D([], [], color=colour, linewidth=2.2), text))
    found = set(network.links["strength"])
    if "strong" in found:
        rows.append((Line2D([], [], color="#44505a"), say("link_strong_line", language)))
    if "weak" in found:
        weak = Line2D([], [], color="#44505a", linewidth=1.0, linestyle=WEAK_DASHES)
        rows.append((weak, say("link_weak_line", language)))
    return rows


def _draw_legend(board: Board, rows: Sequence[tuple[Any, str]], title: str) -> Any:
    from matplotlib.legend import Legend
    from matplotlib.patches import Patch

    handles, texts = zip(*rows, strict=True)
    # matplotlib leaves out labels that start with an underscore, so that texts are set afterwards.
    legend = Legend(
        board.axes,
        [Patch(visible=False) if handle is None else handle for handle in handles],
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
    _set_out_headings(legend, handles)
    legend.set_zorder(9)
    legend.get_frame().set_linewidth(0.5)
    board.axes.add_artist(legend)
    return legend


def _set_out_headings(legend: Any, handles: Sequence[Any]) -> None:
    """Let texts without a symbol begin where symbols do."""
    _title, table = legend.get_children()[0].get_children()
    (column,) = table.get_children()
    for handle, row in zip(handles, column.get_children(), strict=True):
        if handle is None:
            symbol, _text = row.get_children()
            symbol.width = row.sep = 0
