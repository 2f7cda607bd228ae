"""The tier map for print: one picture framed by what was given, drawn from what the result says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubtiers._drawing import require_result
from hubtiers.hubs.layout import HubLayout
from hubtiers.scheme import Result
from hubtiers.show.credits import boundary_note
from hubtiers.show.figures.basemap import draw_ground, draw_lines, draw_regions, prepare
from hubtiers.show.figures.furniture import (
    Furniture,
    draw_north_on_meridian,
    settle,
    standard_furniture,
)
from hubtiers.show.figures.hub_marks import draw_layout
from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.map_labels import draw_labels, label_points
from hubtiers.show.figures.map_legend import legend_items
from hubtiers.show.figures.scene import Frame, Scene, make_scene
from hubtiers.show.figures.sheet import sheet_of
from hubtiers.show.figures.sidemaps import inset_items, locator_item
from hubtiers.show.hub_seats import seat_note, seats_of
from hubtiers.show.language import language_of, languages_of
from hubtiers.show.methods import method_text
from hubtiers.show.words import Text, break_note, region_text, say, title_texts, word
from hubtiers.show.wrapping import wrap_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["map_caption", "save_figure", "tier_figure"]

_MAP_SHARE = 0.97
_FEW_LABELS = 9
"""Names on a narrow map, where more would hide what they name."""
_LEGEND_GAP = 5.0
_TITLE_WIDTH, _CAPTION_WIDTH = 76, 168


def tier_figure(  # noqa: PLR0913 -- a map has these choices, each of them simple
    result: Result,
    *,
    layout: HubLayout | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str | None = None,
    ax: Axes | None = None,
    approval: str | None = None,
    caption: bool = True,
    extent: tuple[float, float, float, float] | None = None,
    crs: str | None = None,
    width: float | str | None = None,
    font_size: float | None = None,
) -> Figure:
    """Draw the tiers of a result as a map for print (层级地图), framed by what has data.

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
        `"zh"`: words in Chinese, with a caption in Chinese and, where the regions have English
        names, in English. `"en"`: everything in English. Left out, English for a study without
        Chinese names.
    ax
        Axes to draw on; left out, a figure of 9 inches' width is made.
    approval
        Number of the map's approval (审图号), printed only when given: a published map of China
        needs one, and no library can issue it.
    caption
        Whether the caption stands below the map.
    extent
        West, south, east and north of the frame in degrees, for those who know better; east is
        greater than west, also across 180°, as in `(170, -20, 190, -10)`. There are no insets then.
    crs
        Projection of the map, such as `"EPSG:3035"`.
    width
        Width of the sheet in millimetres, `"column"` (85) or `"page"` (175); left out, 9 inches.
    font_size
        Size of the legend's letters in points; title, caption and names go with it. Left out, 8
        points, and 6.5 in a column.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with `savefig`, or with `save_figure`, as PNG, SVG, PDF or TIFF; text stays text.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    SpecError
        When the extent is no box, the layout has cores that the regions do not know, or a size
        cannot be printed.
    CRSError
        When the projection is not known, or is in degrees.
    UnknownOptionError
        When the language or the name of a width is not known.
    HubtiersError
        When Chinese is asked for and no font with Chinese characters is installed.

    Notes
    -----
    Tiers, cut-points and counts are those of the result. Where regions overlap, the smaller one
    lies above.

    The frame is that of the regions with data, the projection an equal-area one chosen for the
    place (Equal Earth for the world, EPSG:3035 for Europe, Albers' conic or Lambert's azimuthal one
    elsewhere); a study that fills its pack's printed map is shown on that, with its lines and
    insets. Small parts far away become insets, which the caption names. A scale bar is drawn where
    lengths differ by at most 8 % over the frame, a north arrow where north leans at most 5° from
    straight up; a pack's own map has it on its middle meridian.

    **Missing values.** A region without a score is hatched as “no data”; what belongs to no region
    stays white. Of a layer that is mostly empty, the regions without any value are not of the
    study, and white as well.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> figure = tier_figure(load_study("zhang2022").run().result, language="en")
    >>> len(figure.axes)
    2
    """
    require_result(result, "tier_figure()")
    from hubtiers.show.figures.canvas import drawing

    scene = make_scene(result, layout, extent=extent, crs=crs)
    spoken = language_of(result, language)
    sheet = sheet_of(width, font_size)
    with drawing(spoken, ax, size=(sheet.inches, 8.3), sheet=sheet) as board:
        said = map_caption(result, layout, title, scene) if caption else None
        lines = _caption_lines(board, said, _caption_languages(result, spoken), approval)
        title_lines = _write_texts(board, title, lines)
        furniture = _furniture(board, scene, result, layout)
        legends = legend_items(board, result, layout, scene)
        below = board.own and sheet.is_narrow
        if not below:
            furniture[len(scene.insets) : len(scene.insets)] = legends
        scene, places = settle(scene, furniture, lambda frame: _map_width(board, frame))
        prepare(board.axes, scene.frame.window)
        stacked = _stacked(board, scene.frame, legends) if below else []
        if board.own:
            _arrange(board, scene.frame, title_lines, len(lines), _depth(stacked))
        _draw_map(board, scene, result, layout)
        covered = _draw_furniture(board, scene, furniture, places)
        _draw_below(board, scene.frame, legends, stacked)
        named = label_points(scene, result, layout, spoken)
        draw_labels(board, named[:_FEW_LABELS] if sheet.is_narrow else named, covered)
        return board.figure


def _draw_map(board: Board, scene: Scene, result: Result, layout: HubLayout | None) -> None:
    draw_ground(board.axes, scene, scene.frame)
    draw_regions(board.axes, scene, result, scene.frame)
    draw_lines(board.axes, scene, scene.frame)
    if layout is not None:
        draw_layout(board.axes, scene, layout, scene.frame)
    # From here on everything has its size in pixels, which furniture and labels need.
    board.figure.draw_without_rendering()


def _draw_furniture(
    board: Board, scene: Scene, furniture: Sequence[Furniture], places: Sequence[Box]
) -> list[Box]:
    """Draw every piece in its place, and return what labels must keep out of."""
    pairs = zip(furniture, places, strict=True)
    covered = [item.draw(scene.frame, place) for item, place in pairs]
    if scene.is_whole:
        covered.append(draw_north_on_meridian(board, scene.frame))
    return covered


def save_figure(figure: Figure, path: str | Path, *, dpi: int = 200) -> Path:
    """Write a figure as PNG, SVG, PDF or TIFF by the suffix of the path (保存图件), or not at all.

    Text stays text in SVG and PDF, and the same figure gives the same PNG and SVG byte for byte.

    Parameters
    ----------
    figure
        What one of the functions here has drawn, or any other matplotlib figure.
    path
        A path that ends in `.png`, `.svg`, `.pdf` or `.tiff`.
    dpi
        Pixels per inch of a PNG or TIFF.

    Raises
    ------
    UnknownOptionError
        When the suffix is another one.
    """
    from hubtiers.show.figures import canvas

    return canvas.save_figure(figure, path, dpi=dpi)


def _furniture(
    board: Board, scene: Scene, result: Result, layout: HubLayout | None
) -> list[Furniture]:
    """Return what needs room on the map beside its legends, in the order in which it chooses."""
    found = inset_items(board, scene, result, layout)
    locator = locator_item(board, scene)
    return [*found, *([locator] if locator else []), *standard_furniture(board, scene)]


def _map_width(board: Board, frame: Frame) -> float:
    """Return the width in pixels that the map of a frame takes on its sheet."""
    if board.own:
        return _MAP_SHARE * board.sheet.inches * float(board.figure.dpi)
    # The axes of a caller keep their place; the map takes as much of it as its shape allows.
    whole = board.figure.get_window_extent()
    given = board.axes.get_position(original=True)
    return float(min(given.width * whole.width, given.height * whole.height / frame.shape))


def map_caption(
    result: Result,
    layout: HubLayout | None,
    title: Mapping[str, str] | str | None,
    scene: Scene | None = None,
) -> Text:
    """Return what stands below the map: title, method, fit, hubs, insets, source of boundaries."""
    names = title_texts(title, word("tier_title"))
    scale = result.breaks
    hubs: Text | str = ""
    if layout is not None:
        known = {"zh": layout.title_zh, "en": layout.title_en}
        hubs = word("caption_hubs").fill(title=title_texts(known, Text.same(layout.id)))
        remark = seat_note(layout, seats_of(layout, scene.pack if scene else None))
        hubs = hubs if isinstance(remark, str) else Text(hubs.zh + remark.zh, hubs.en + remark.en)
    return word("caption").fill(
        title=Text(_sentence(names.zh, "zh"), _sentence(names.en, "en")),
        n=int(result.scores.notna().sum()),
        k=len(scale.labels),
        method=method_text(result.fitted.scheme.tier),
        gvf=f"{scale.gvf:.3f}",
        ends=break_note(scale),
        hubs=hubs,
        insets=_inset_note(scene, result) if scene is not None else "",
        source=boundary_note(result.table.regions),
    )


def _inset_note(scene: Scene, result: Result) -> Text | str:
    """Return what a reader must know of parts that are not in the main map.

    The insets of a pack's own map go without saying.
    """
    if scene.is_whole:
        return ""
    titles = [inset.title for inset in scene.insets if any(inset.title)]
    note = Text("", "")
    if titles:
        chinese, english = zip(*titles, strict=True)
        places = Text("；".join(chinese), "; ".join(english))
        note = word("caption_insets").fill(places=places)
    if scene.left_out:
        absent = word("caption_left_out").fill(places=region_text(result, scene.left_out))
        note = Text(note.zh + absent.zh, note.en + absent.en)
    return note


def _caption_languages(result: Result, language: str) -> tuple[str, ...]:
    """Return the languages of the caption: a Chinese one is in English too, with English names."""
    both = language == "zh" and "en" in languages_of(result)
    return ("zh", "en") if both else (language,)


def _caption_lines(
    board: Board, caption: Text | None, languages: Sequence[str], approval: str | None
) -> list[str]:
    """Return the lines below the map; none without a caption."""
    if caption is None:
        return []
    said = [f"{say('figure', language)}  {caption.say(language)}" for language in languages]
    if approval:
        said.append(f"{say('approval', board.language)}{approval}")
    lines: list[str] = []
    for text in said:
        lines += wrap_text(board.text(text), board.sheet.characters(_CAPTION_WIDTH))
    return lines


def _sentence(text: str, language: str) -> str:
    ended = text.endswith(("。", "？", "！", ".", "?", "!"))
    return text if ended else f"{text}{say('full_stop', language)}"


def _write_texts(board: Board, title: Mapping[str, str] | str | None, lines: Sequence[str]) -> int:
    """Write title and caption; return how many lines the title takes."""
    text = title_texts(title, word("tier_title")).say(board.language)
    heading = wrap_text(board.text(text), board.sheet.characters(_TITLE_WIDTH))
    board.axes.set_title(
        "\n".join(heading),
        fontsize=board.sheet.points(13),
        weight="bold",
        pad=board.sheet.points(10),
    )
    board.axes.text(
        0, -0.012, "\n".join(lines), transform=board.axes.transAxes, va="top",
        fontsize=board.sheet.points(7.6),
        linespacing=1.45, color="#3a4045", gid="caption",
    )  # fmt: skip
    return len(heading)


def _stacked(board: Board, frame: Frame, legends: Sequence[Furniture]) -> list[Box]:
    """Return places below the map, in pixels from its lower left: side by side while they fit."""
    width = _map_width(board, frame)
    places: list[Box] = []
    left, top = 0.0, -_LEGEND_GAP
    for item in legends:
        piece = item.piece(frame, width)
        if places and left + piece.width > width:
            left, top = 0.0, min(place.bottom for place in places) - _LEGEND_GAP
        places.append(Box(left, top - piece.height, left + piece.width, top))
        left += piece.width + _LEGEND_GAP
    return places


def _depth(places: Sequence[Box]) -> float:
    """Return how many pixels below the map the lowest legend ends."""
    return max((-place.bottom for place in places), default=0.0)


def _draw_below(
    board: Board, frame: Frame, legends: Sequence[Furniture], places: Sequence[Box]
) -> None:
    """Draw legends below the map, and move the caption below them."""
    for item, place in zip(legends, places, strict=False):
        item.draw(frame, place)
    height = board.axes.get_window_extent().height
    for text in board.axes.texts:
        if places and text.get_gid() == "caption":
            text.set_y(text.get_position()[1] - _depth(places) / height)


def _arrange(
    board: Board, frame: Frame, title_lines: int, caption_lines: int, legends: float
) -> None:
    """Give the map the width of the sheet, and the sheet the height that everything needs.

    `legends` is how many pixels they take below the map.
    """
    width, letters = board.sheet.inches, board.sheet.letters
    map_height = _MAP_SHARE * width * frame.shape
    head = (0.18 + 0.27 * title_lines) * letters
    foot = (0.14 + 0.158 * caption_lines) * letters + legends / float(board.figure.dpi)
    height = head + map_height + foot
    board.figure.set_size_inches(width, height)
    board.axes.set_position((0.015, foot / height, _MAP_SHARE, map_height / height))
