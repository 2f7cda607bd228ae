"""The tier map for print: one picture with the South China Sea inset, drawn from what the result says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from hubtiers.errors import SpecError
from hubtiers.hubs.layout import HubLayout
from hubtiers.scheme import Result
from hubtiers.show.credits import boundary_note
from hubtiers.show.figures.basemap import draw_ground, draw_lines, draw_regions, prepare
from hubtiers.show.figures.furniture import draw_furniture, draw_insets
from hubtiers.show.figures.hub_marks import draw_layout
from hubtiers.show.figures.map_labels import draw_labels, label_points
from hubtiers.show.figures.map_legend import draw_legends
from hubtiers.show.figures.scene import Scene, make_scene
from hubtiers.show.methods import method_text
from hubtiers.show.words import Text, break_note, say, title_texts, word
from hubtiers.show.wrapping import wrap_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["map_caption", "save_figure", "tier_figure"]

_WIDTH = 9.0
_TITLE_WIDTH, _CAPTION_WIDTH = 76, 148


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
        `"zh"`: words in Chinese, with a caption in Chinese and English. `"en"`: everything in
        English.
    ax
        Axes to draw on; left out, a figure of 9 inches' width is made.
    approval
        Number of the map's approval (审图号), printed only when given: a published map of China needs
        one, and no library can issue it.
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
    Tiers, cut-points and counts are those of the result. The projection is Albers' equal-area one
    for China; a layer of yours that lies elsewhere is drawn in one for its own place, without
    inset. Where regions overlap, the smaller one lies above.

    **Missing values.** A region without a score is hatched as “no data”; what belongs to no region
    stays white.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> figure = tier_figure(load_study("zhang2022").run().result, language="en")
    >>> len(figure.axes)
    2
    """
    from hubtiers.show.figures.canvas import drawing

    scene = make_scene(result, layout)
    _require_place(layout, scene)
    with drawing(language, ax, size=(_WIDTH, 8.3)) as board:
        _draw_map(board, scene, result)
        heading = wrap_text(
            board.text(title_texts(title, word("tier_title")).say(language)), _TITLE_WIDTH
        )
        board.axes.set_title("\n".join(heading), fontsize=13, weight="bold", pad=10)
        lines = (
            _caption_lines(board, map_caption(result, layout, title), approval) if caption else []
        )
        _write_caption(board, lines)
        if board.own:
            _arrange(board, len(heading), len(lines))
        # From here on everything has its size in pixels, which labels need.
        furniture = draw_furniture(board, scene)
        if layout is not None:
            draw_layout(board.axes, scene, layout)
        furniture += draw_legends(board, result, layout, scene)
        furniture += draw_insets(board, scene, result)
        draw_labels(board, label_points(scene, result, layout, language), furniture)
        return board.figure


def _require_place(layout: HubLayout | None, scene: Scene) -> None:
    if layout is not None and scene.pack is None:
        raise SpecError(
            f"The hubs of the layout {layout.id!r} lie in China, but the regions do not. Leave it out."
        )


def _draw_map(board: Board, scene: Scene, result: Result) -> None:
    prepare(board.axes, scene.window)
    draw_ground(board.axes, scene)
    draw_regions(board.axes, scene, result)
    draw_lines(board.axes, scene)


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


def map_caption(
    result: Result, layout: HubLayout | None, title: Mapping[str, str] | str | None
) -> Text:
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
        source=_credit(result),
    )


def _credit(result: Result) -> Text | str:
    regions = result.table.regions
    return boundary_note(regions) if isinstance(regions, gpd.GeoDataFrame) else ""


def _caption_lines(board: Board, caption: Text, approval: str | None) -> list[str]:
    languages = ("zh", "en") if board.language == "zh" else ("en",)
    lines = [say("figure", language) + "  " + caption.say(language) for language in languages]
    if approval:
        lines.append(say("approval", board.language) + approval)
    return [part for line in lines for part in wrap_text(board.text(line), _CAPTION_WIDTH)]


def _sentence(text: str, language: str) -> str:
    ended = text.endswith(("。", "？", "！", ".", "?", "!"))
    return text if ended else text + say("full_stop", language)


def _write_caption(board: Board, lines: Sequence[str]) -> None:
    board.axes.text(
        0,
        -0.012,
        "\n".join(lines),
        transform=board.axes.transAxes,
        va="top",
        fontsize=7.6,
        linespacing=1.45,
        color="#3a4045",
        gid="caption",
    )


def _arrange(board: Board, title_lines: int, caption_lines: int) -> None:
    """Give the map the width of the sheet, and the sheet the height that title, map and caption need."""
    axes, width = board.axes, _WIDTH
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    map_height = 0.97 * width * (top - bottom) / (right - left)
    head, foot = 0.18 + 0.27 * title_lines, 0.14 + 0.158 * caption_lines
    height = head + map_height + foot
    board.figure.set_size_inches(width, height)
    axes.set_position((0.015, foot / height, 0.97, map_height / height))
