"""The tier map for print: one picture with the South China Sea inset, drawn from what the result says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.errors import SpecError
from hubtiers.framework import TIERS
from hubtiers.hubs.layout import HubLayout
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.regions.membership import expand_members
from hubtiers.scheme import Result
from hubtiers.show.figures.basemap import (
    ALBERS,
    PAPER,
    Scene,
    areas_of,
    box_of,
    draw_ground,
    draw_inset,
    draw_lines,
    draw_north,
    draw_regions,
    draw_scale_bar,
    leaves_gaps,
    make_scene,
    paths_along,
    prepare,
)
from hubtiers.show.figures.labels import Box, place_labels
from hubtiers.show.methods import method_text
from hubtiers.show.style import HUB_SHAPES, NO_DATA_COLOUR, hub_colours, tier_colours
from hubtiers.show.words import Text, break_note, break_texts, region_names, say, tier_name, title_texts, word
from hubtiers.show.wrapping import wrap_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["save_figure", "tier_figure"]

_MARKERS = tuple({"star": "*", "diamond": "D", "square": "s", "circle": "o"}[shape] for shape in HUB_SHAPES)
_MARKER_SIZES = (130.0, 38.0, 34.0, 24.0)
_CORRIDOR = "#6a3d9a"
_MOST_LABELS = 20


def tier_figure(
    result: Result,
    *,
    layout: HubLayout | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str = "zh",
    ax: Axes | None = None,
    approval: str | None = None,
    caption: bool = True,
) -> Figure:
    """Draw the tiers of a result as a map for print (层级地图), with an inset of the South China Sea.

    Choose it for a paper, a slide or a printed report; `tier_map` draws the same for the browser.

    Parameters
    ----------
    result
        What to draw; its table must have geometry.
    layout
        Hubs whose extents, cores and corridors are drawn. Without one, the best regions are named.
    title
        Title as a text, or as `{"zh": …, "en": …}`.
    language
        `"zh"`: words in Chinese, with a caption in Chinese and English. `"en"`: everything in English.
    ax
        Axes to draw on; left out, a figure of 9 inches' width is made.
    approval
        Number of the map's approval (审图号), printed only when given: a published map of China needs one, and no
        library can issue it.
    caption
        Whether the caption stands below the map.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with `savefig`, or with `save_figure`, as PNG, SVG or PDF; text stays text.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    SpecError
        When there is a layout, but the regions lie outside China.
    UnknownOptionError
        When the language is not known.
    HubtiersError
        When Chinese is asked for and no font with Chinese characters is installed.

    Notes
    -----
    Tiers, cut-points and counts are those of the result. The projection is Albers' equal-area one for China; a layer
    of yours that lies elsewhere is drawn in one for its own place, without inset. Where regions overlap, the smaller
    one lies above.

    **Missing values.** A region without a score is hatched as “no data”; what belongs to no region stays white.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> figure = tier_figure(load_study("zhang2022").run().result, language="en")
    >>> len(figure.axes)
    2
    """
    from hubtiers.show.figures.canvas import drawing

    scene = make_scene(result)
    if layout is not None and not scene.in_china:
        raise SpecError(f"The hubs of the layout {layout.id!r} lie in China, but the regions do not. Leave it out.")
    names = title_texts(title, word("tier_title"))
    with drawing(language, ax, size=(9.0, 8.3)) as board:
        prepare(board.axes, scene.window)
        draw_ground(board.axes, scene)
        draw_regions(board.axes, scene, result)
        draw_lines(board.axes, scene)
        heading = wrap_text(board.text(names.say(language)), 76)
        board.axes.set_title("\n".join(heading), fontsize=13, weight="bold", pad=10)
        lines = _caption_lines(board, map_caption(result, layout, title), approval) if caption else []
        _write_caption(board, lines)
        if board.own:
            _arrange(board, len(heading), len(lines))
        furniture = [draw_scale_bar(board, scene.window), draw_north(board, scene)]
        if layout is not None:
            _draw_layout(board.axes, scene, layout)
        furniture += _draw_legends(board, result, layout, scene)
        if scene.in_china:
            furniture.append(draw_inset(board, scene, result))
        _draw_labels(board, _label_points(scene, result, layout, language), furniture)
        return board.figure


def save_figure(figure: Figure, path: str | Path, *, dpi: int = 200) -> Path:
    """Write a figure as PNG, SVG or PDF by the suffix of the path (保存图件), whole or not at all.

    Text stays text in SVG and PDF, and the same figure gives the same PNG and SVG byte for byte.

    Parameters
    ----------
    figure
        What one of the functions here has drawn, or any other matplotlib figure.
    path
        A path that ends in `.png`, `.svg` or `.pdf`.
    dpi
        Pixels per inch of a PNG.

    Raises
    ------
    UnknownOptionError
        When the suffix is another one.
    """
    from hubtiers.show.figures import canvas

    return canvas.save_figure(figure, path, dpi=dpi)


def _draw_layout(axes: Axes, scene: Scene, layout: HubLayout) -> None:
    colours = hub_colours(TIERS)
    for tier, marker, size in zip(TIERS, _MARKERS, _MARKER_SIZES, strict=True):
        hubs = [hub for hub in layout.hubs if hub.tier == tier]
        extents = [_mainland(_members(scene, hub.extent)) for hub in hubs if hub.extent]
        if extents:
            outline = areas_of(extents, face="none", edge=colours[tier], width=1.4, name=f"extent-{tier}", order=5)
            axes.add_collection(outline)
        points = [_core_point(scene, core) for hub in hubs for core in expand_members(hub.cores)]
        if points:
            x, y = zip(*points, strict=True)
            marks = axes.scatter(
                x, y, s=size, marker=marker, color=colours[tier], edgecolors="white", linewidths=0.7, zorder=7
            )
            marks.set_gid(f"hubs-{tier}")
    lines = [
        shapely.linestrings([_core_point(scene, unit) for unit in units])
        for corridor in layout.corridors
        if len(units := expand_members(corridor.members)) > 1
    ]
    if lines:
        corridors = paths_along(lines, colour=_CORRIDOR, width=1.1, name="corridors", order=6)
        corridors.set_linestyle((0, (3, 1.5)))
        axes.add_collection(paths_along(lines, colour="white", width=2.4, name="corridors-casing", order=5.9))
        axes.add_collection(corridors)


def _mainland(shapes: Any) -> Any:
    """Return the union of shapes without islets, whose outlines would run together."""
    parts = shapely.get_parts(shapely.coverage_union_all(shapes))
    areas = shapely.area(parts)
    return shapely.multipolygons(parts[areas > min(6e8, 0.5 * areas.max())])


def _members(scene: Scene, ids: Iterable[str]) -> Any:
    return scene.units.loc[list(expand_members(ids))].array


@cache
def _seats() -> Mapping[str, tuple[float, float]]:
    cities = gazetteer("city")
    points = gpd.points_from_xy(cities["seat_lon"], cities["seat_lat"], crs=4326).to_crs(ALBERS)
    return dict(zip(cities["region_id"], zip(points.x, points.y, strict=True), strict=True))


def _core_point(scene: Scene, unit: str) -> tuple[float, float]:
    """Return where a city is marked: at its seat, where that is known, not in the middle of its territory."""
    seat = _seats().get(unit)
    if seat is not None and np.isfinite(seat).all():
        return seat
    point = scene.units.loc[unit].representative_point()
    return float(point.x), float(point.y)


def _label_points(
    scene: Scene, result: Result, layout: HubLayout | None, language: str
) -> list[tuple[str, tuple[float, float]]]:
    """Return what is named: the cores of the hubs, highest tier first, or else the best regions."""
    if layout is None:
        best = result.rank.dropna().sort_values(kind="stable").index[:_MOST_LABELS]
        points = scene.regions.loc[best].representative_point()
        return list(zip(region_names(result, language)[best], zip(points.x, points.y, strict=True), strict=True))
    cities = load_regions("city")
    column = "short_zh" if language == "zh" else "name_en"
    hubs = sorted(layout.hubs, key=lambda hub: TIERS.index(hub.tier))
    cores = [core for hub in hubs for core in expand_members(hub.cores)]
    return [(str(cities.loc[core, column]), _core_point(scene, core)) for core in cores]


def _draw_labels(board: Board, points: Sequence[tuple[str, tuple[float, float]]], furniture: Sequence[Box]) -> None:
    axes = board.axes
    texts = [board.text(name) for name, _ in points]
    anchors = [tuple(axes.transData.transform(at)) for _, at in points]
    sizes = []
    for text in texts:
        probe = axes.text(0, 0, text, fontsize=8)
        extent = probe.get_window_extent()
        sizes.append((extent.width + 4, extent.height + 2))
        probe.remove()
    dot = board.figure.dpi / 72 * 4.5
    marks = [Box(x - dot, y - dot, x + dot, y + dot) for x, y in anchors]
    inside = axes.get_window_extent()
    bounds = Box(inside.x0 + 3, inside.y0 + 3, inside.x1 - 3, inside.y1 - 3)
    centres = place_labels(anchors, sizes, bounds=bounds, obstacles=[*furniture, *marks], gap=1.4 * dot)
    for text, at, anchor, centre, size in zip(texts, points, anchors, centres, sizes, strict=True):
        shift = np.subtract(centre, anchor) * 72 / board.figure.dpi
        far = abs(centre[1] - anchor[1]) > 1.4 * size[1] or abs(centre[0] - anchor[0]) > size[0] / 2 + 3 * dot
        line = {"arrowstyle": "-", "linewidth": 0.5, "color": "#5b636a", "shrinkA": 0, "shrinkB": 3} if far else None
        label = axes.annotate(
            text, xy=at[1], xytext=tuple(shift), textcoords="offset points", ha="center", va="center", fontsize=8,
            arrowprops=line, zorder=8,
            bbox={"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.78},
        )  # fmt: skip
        label.set_gid("label")


def _draw_legends(board: Board, result: Result, layout: HubLayout | None, scene: Scene) -> list[Box]:
    from matplotlib.patches import Patch

    language, colours = board.language, tier_colours(result.breaks.labels)
    counts = result.tier.value_counts()
    rows: list[tuple[Any, str]] = []
    for label, span in zip(result.breaks.labels, break_texts(result.breaks), strict=True):
        text = f"{tier_name(label, language)}  {span}  ({int(counts.get(label, 0))})"
        rows.append((Patch(facecolor=colours[label], edgecolor="#b9bdc1", linewidth=0.4), text))
    if result.no_data:
        hatched = Patch(facecolor=NO_DATA_COLOUR, edgecolor="#a3a29d", hatch="/////", linewidth=0.4)
        rows.append((hatched, f"{say('no_data', language)}  ({len(result.no_data)})"))
    if scene.in_china and leaves_gaps(result):
        rows.append((Patch(facecolor=PAPER, edgecolor="#b9bdc1", linewidth=0.6), say("not_in_study", language)))
    title = say("tier_score", language)
    first = _legend(board, rows, title, (0.012, 0.012))
    if layout is None:
        return [first]
    hub_rows = _hub_rows(layout, language)
    inverse = board.axes.transAxes.inverted()
    beside = inverse.transform((first.right, first.bottom))[0] + 0.01
    return [first, _legend(board, hub_rows, say("hubs", language), (float(beside), 0.012))]


def _hub_rows(layout: HubLayout, language: str) -> list[tuple[Any, str]]:
    from matplotlib.lines import Line2D

    colours = hub_colours(TIERS)
    rows: list[tuple[Any, str]] = []
    for tier, marker in zip(TIERS, _MARKERS, strict=True):
        number = sum(hub.tier == tier for hub in layout.hubs)
        if number:
            size = 10 if marker == "*" else 5.5
            mark = Line2D([], [], linestyle="none", marker=marker, color=colours[tier], markersize=size)
            rows.append((mark, f"{tier_name(tier, language)}  ({number})"))
    if any(hub.extent for hub in layout.hubs):
        rows.append((Line2D([], [], color=colours[TIERS[0]], linewidth=1.5), say("extents", language)))
    if layout.corridors:
        dashed = Line2D([], [], color=_CORRIDOR, linewidth=1.1, linestyle=(0, (3, 1.5)))
        rows.append((dashed, say("corridors", language)))
    return rows


def _legend(board: Board, rows: Sequence[tuple[Any, str]], title: str, at: tuple[float, float]) -> Box:
    from matplotlib.legend import Legend

    # matplotlib leaves out labels that start with an underscore, so that texts are set afterwards.
    handles, texts = [handle for handle, _ in rows], [board.text(text) for _, text in rows]
    legend = Legend(
        board.axes, handles, ["x"] * len(rows), loc="lower left", bbox_to_anchor=at, borderaxespad=0.0, title=title,
        fontsize=8, title_fontsize=8.5, frameon=True, framealpha=0.92, edgecolor="#c9cdd1", facecolor="white",
        handlelength=1.6, handleheight=0.9, labelspacing=0.45, fancybox=False, alignment="left",
    )  # fmt: skip
    for slot, text in zip(legend.get_texts(), texts, strict=True):
        slot.set_text(text)
    legend.set_zorder(9)
    legend.get_frame().set_linewidth(0.5)
    board.axes.add_artist(legend)
    board.figure.draw_without_rendering()
    return box_of(legend)


def map_caption(result: Result, layout: HubLayout | None, title: Mapping[str, str] | str | None) -> Text:
    """Return what stands below the map, in both languages: title, method, fit, hubs, source of the boundaries."""
    names = title_texts(title, word("tier_title"))
    scale = result.breaks
    hubs: Text | str = ""
    if layout is not None:
        known = {"zh": layout.title_zh, "en": layout.title_en}
        hubs = word("caption_hubs").fill(title=title_texts(known, Text.same(layout.id)))
    return word("caption").fill(
        title=Text(_sentence(names.zh, "zh"), _sentence(names.en, "en")),
        n=int(result.scores.notna().sum()),
        k=len(scale.labels),
        method=method_text(result.fitted.scheme.tier),
        gvf=f"{scale.gvf:.3f}",
        ends=break_note(scale),
        hubs=hubs,
        source=word("boundary_note"),
    )


def _caption_lines(board: Board, caption: Text, approval: str | None) -> list[str]:
    languages = ("zh", "en") if board.language == "zh" else ("en",)
    lines = [f"{say('figure', language)}  {caption.say(language)}" for language in languages]
    if approval:
        lines.append(f"{say('approval', board.language)}{approval}")
    return [part for line in lines for part in wrap_text(board.text(line), 148)]


def _sentence(text: str, language: str) -> str:
    ended = text.endswith(("。", "？", "！", ".", "?", "!"))
    return text if ended else f"{text}{say('full_stop', language)}"


def _write_caption(board: Board, lines: Sequence[str]) -> None:
    board.axes.text(
        0, -0.012, "\n".join(lines), transform=board.axes.transAxes, va="top", fontsize=7.6, linespacing=1.45,
        color="#3a4045", gid="caption",
    )  # fmt: skip


def _arrange(board: Board, title_lines: int, caption_lines: int) -> None:
    """Give the map the width of the sheet, and the sheet the height that title, map and caption need."""
    axes, width = board.axes, 9.0
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    map_height = 0.97 * width * (top - bottom) / (right - left)
    head, foot = 0.18 + 0.27 * title_lines, 0.14 + 0.158 * caption_lines
    height = head + map_height + foot
    board.figure.set_size_inches(width, height)
    axes.set_position((0.015, foot / height, 0.97, map_height / height))
