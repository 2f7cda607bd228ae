"""The tier map for print: one picture framed by what was given, drawn from what the result says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hubtiers._drawing import require_result
from hubtiers.errors import SpecError
from hubtiers.hubs.layout import HubLayout
from hubtiers.hubs.network import HubNetwork
from hubtiers.hubs.stability import LayoutStability
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import marks_note
from hubtiers.show.credits import boundary_note
from hubtiers.show.figures.basemap import draw_ground, draw_lines, draw_regions, prepare
from hubtiers.show.figures.certainty_fill import (
    chance_legend,
    chances,
    draw_chances,
    draw_marked,
    marked_legend,
)
from hubtiers.show.figures.furniture import (
    Furniture,
    settle,
    standard_furniture,
)
from hubtiers.show.figures.hub_marks import HubLayers, draw_layers, hub_layers
from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.map_labels import Named, draw_labels, label_points
from hubtiers.show.figures.map_legend import Rows, hub_legends, legend_item, tier_legend
from hubtiers.show.figures.scene import Frame, Scene, make_scene
from hubtiers.show.figures.sheet import sheet_of
from hubtiers.show.figures.sidemaps import inset_items, locator_item
from hubtiers.show.figures.vector import cut_below
from hubtiers.show.headline import headline as sentences_of
from hubtiers.show.hub_seats import seat_note, seats_of
from hubtiers.show.language import language_of, languages_of
from hubtiers.show.methods import method_text
from hubtiers.show.words import Text, break_note, region_text, say, title_texts, word
from hubtiers.show.wrapping import wrap_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = [
    "SHEET_INCHES",
    "Picture",
    "Printing",
    "captions_in",
    "draw_sheet",
    "draw_tiers",
    "map_caption",
    "save_figure",
    "tier_figure",
    "without_caption",
]

SHEET_INCHES = 9.0
_MAP_SHARE = 0.97
_TITLE_WIDTH, _CAPTION_WIDTH = 76, 164
_FEW_LABELS = 9
"""Names on a narrow map, where more would hide what they name."""
_LEGEND_GAP = 5.0
_FOOT = 0.14
"""Inches of paper below the map where there is no caption."""


def tier_figure(  # noqa: PLR0913 -- a map has these choices, each of them simple
    result: Result,
    *,
    layout: HubLayout | None = None,
    network: HubNetwork | None = None,
    stability: LayoutStability | None = None,
    robustness: Robustness | None = None,
    at_least: str | None = None,
    headline: Sequence[Text] | None = None,
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
        Hubs whose extents, cores and corridors are drawn, the cores of a hub joined. In a proposed
        layout the lead has a star inside and further cores are smaller. Without a layout, the best
        regions are named.
    network
        Links of the layout, as `build_network` gives them: strong solid and weak dashed, colour by
        type, width by weight.
    stability
        As `assess_layout` gives it: a ring around each core shows the share of draws in which it is
        one.
    robustness
        As `assess_robustness` gives it: tiers that are leaning have dots, open ones stripes.
    at_least
        A tier: the map then shows the probability of this tier or a higher one in place of tiers.
    headline
        Sentences of the caption, after the title. Left out, the first two of what the result and
        its robustness say of themselves, and what the marks mean; an empty list for none.
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
        When the extent is no box, the layout has cores that the regions do not know, links or
        shares come without their layout, `at_least` without robustness or with the lowest tier, or
        a size cannot be printed.
    CRSError
        When the projection is not known, or is in degrees.
    UnknownOptionError
        When the language, the tier of `at_least`, or the name of a width is not known.
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
    layers = hub_layers(layout, network, stability)
    scene = make_scene(result, layout, extent=extent, crs=crs)
    printing = Printing(
        title=title,
        language=language,
        headline=headline,
        caption=caption,
        approval=approval,
        ax=ax,
        width=width,
        font_size=font_size,
    )
    return draw_tiers(result, scene, layers, printing, robustness=robustness, at_least=at_least)


@dataclass(frozen=True, kw_only=True, eq=False)
class Printing:
    """How a map is printed, as `tier_figure` takes it."""

    title: Mapping[str, str] | str | None = None
    language: str | None = None
    headline: Sequence[Text] | None = None
    caption: bool = True
    approval: str | None = None
    ax: Axes | None = None
    width: float | str | None = None
    font_size: float | None = None


def draw_tiers(
    result: Result,
    scene: Scene,
    layers: HubLayers | None,
    printing: Printing,
    *,
    robustness: Robustness | None = None,
    at_least: str | None = None,
) -> Figure:
    """Draw the tiers of a result in a scene, which may serve several maps."""
    from hubtiers.show.figures.canvas import drawing

    spoken, title = language_of(result, printing.language), printing.title
    said = None
    if printing.caption:
        sentences = printing.headline
        if sentences is None:
            sentences = _sentences(result, robustness)
        said = map_caption(result, layers, title, scene, sentences)
    fill, legend = _fill(result, scene, robustness, at_least, spoken)
    layout = None if layers is None else layers.layout
    picture = Picture(
        scene=scene,
        fill=fill,
        legends=(legend, *hub_legends(layers, spoken)),
        title=title_texts(title, word("tier_title")).say(spoken),
        captions=captions_in(result, said, spoken),
        layers=layers,
        points=lambda settled: label_points(settled, result, layout, spoken),
    )
    sheet = sheet_of(printing.width, printing.font_size)
    with drawing(spoken, printing.ax, size=(sheet.inches, 8.3), sheet=sheet) as board:
        draw_sheet(board, picture, printing.approval)
        return board.figure


def _sentences(result: Result, robustness: Robustness | None) -> list[Text]:
    """Return what a caption says of the tiers and, with draws, of how sure they are."""
    said = sentences_of(result, robustness=robustness)[:2]
    return said if robustness is None else [*said, marks_note(robustness)]


def _fill(
    result: Result,
    scene: Scene,
    robustness: Robustness | None,
    at_least: str | None,
    language: str,
) -> tuple[Callable[[Axes, Frame], None], tuple[Rows, str, str]]:
    """Return what colours the regions, and its legend: tiers, their marks, or a probability."""
    if robustness is None:
        if at_least is not None:
            raise SpecError(
                f"tier_figure(at_least={at_least!r}) shows a probability, which needs draws. Give "
                "robustness=assess_robustness(…)."
            )
        legend = tier_legend(result, scene, language)
        return lambda axes, frame: draw_regions(axes, scene, result, frame), legend
    if at_least is None:
        legend = marked_legend(result, scene, robustness, language)
        return lambda axes, frame: draw_marked(axes, scene, frame, result, robustness), legend
    shares = chances(result, robustness, at_least)
    legend = chance_legend(result, scene, shares, at_least, language)
    return lambda axes, frame: draw_chances(axes, scene, frame, shares), legend


@dataclass(frozen=True, eq=False)
class Picture:
    """What a map for print shows and says.

    Attributes
    ----------
    scene
        What has a place on it, before it has been given room.
    fill
        Draws the regions in their colours in a frame.
    legends
        Rows, title and name of each legend, in the order in which they choose their place.
    title, captions
        What stands above, and the sentences below, one by language.
    layers
        What is drawn of hubs.
    points
        Names and places of what is named, in the frame that everything has room in.
    """

    scene: Scene
    fill: Callable[[Axes, Frame], None]
    legends: Sequence[tuple[Rows, str, str]]
    title: str
    captions: Sequence[str]
    layers: HubLayers | None
    points: Callable[[Scene], list[Named]]

    def draw(self, axes: Axes, scene: Scene, frame: Frame, *, hubs: bool = True) -> None:
        """Draw everything that lies on the ground of a frame."""
        draw_ground(axes, scene, frame)
        self.fill(axes, frame)
        draw_lines(axes, scene, frame)
        if self.layers is not None and hubs:
            draw_layers(axes, scene, self.layers, frame)


def draw_sheet(board: Board, picture: Picture, approval: str | None) -> None:
    """Draw a picture with title, caption, legends, scale bar and insets on a board."""
    lines = _caption_lines(board, picture.captions, approval)
    title_lines = _write_texts(board, picture.title, lines)
    furniture = _furniture(board, picture)
    legends = [legend_item(board, *legend) for legend in picture.legends]
    below = board.own and board.sheet.is_narrow
    if not below:
        insets = len(picture.scene.insets)
        furniture[insets:insets] = legends
    scene, places = settle(picture.scene, furniture, lambda frame: _map_width(board, frame))
    prepare(board.axes, scene.frame.window)
    stacked = _stacked(board, scene.frame, legends) if below else []
    if board.own:
        _arrange(board, scene.frame, title_lines, len(lines), _depth(stacked))
    picture.draw(board.axes, scene, scene.frame)
    # Furniture and labels need the size in pixels of what is there.
    board.settle()
    pairs = zip(furniture, places, strict=True)
    # What names must keep out of.
    covered = [item.draw(scene.frame, place) for item, place in pairs]
    _draw_below(board, scene.frame, legends, stacked)
    named = picture.points(scene)[: _FEW_LABELS if board.sheet.is_narrow else None]
    draw_labels(board, named, covered)


def without_caption(figure: Figure, svg: str) -> str:
    """Return a map that stands on a sheet of its own, as SVG, without the caption below it."""
    height = float(figure.get_size_inches()[1])
    foot = figure.axes[0].get_position().y0 * height - _FOOT
    return cut_below(svg, 72 * (height - max(foot, 0.0)))


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


def _furniture(board: Board, picture: Picture) -> list[Furniture]:
    """Return what needs room on the map beside its legends, in the order in which it chooses."""
    scene = picture.scene
    found = inset_items(board, scene, picture.draw)
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
    layout: HubLayout | HubLayers | None,
    title: Mapping[str, str] | str | None,
    scene: Scene | None = None,
    sentences: Sequence[Text] = (),
) -> Text:
    """Return what stands below the map.

    Title, sentences of the headline, method, fit, hubs, insets, source of boundaries.
    """
    names = title_texts(title, word("tier_title"))
    scale = result.breaks
    layers = hub_layers(layout) if isinstance(layout, HubLayout) else layout
    hubs = "" if layers is None else _hub_caption(layers, scene)
    links = layers.network.sources if layers is not None and layers.network is not None else ()
    return word("caption").fill(
        title=_joined([Text(_sentence(names.zh, "zh"), _sentence(names.en, "en")), *sentences]),
        n=int(result.scores.notna().sum()),
        k=len(scale.labels),
        method=method_text(result.fitted.scheme.tier),
        gvf=f"{scale.gvf:.3f}",
        ends=break_note(scale),
        hubs=hubs,
        insets=_inset_note(scene, result) if scene is not None else "",
        source=boundary_note(result.table.regions, links),
    )


def _joined(sentences: Sequence[Text]) -> Text:
    """Return sentences in a row; Chinese ones need no space."""
    chinese, english = zip(*[(said.zh, said.en) for said in sentences], strict=True)
    return Text("".join(chinese), " ".join(english))


def _hub_caption(layers: HubLayers, scene: Scene | None) -> Text:
    """Return what the caption says of hubs: their source, marks, links and rings."""
    layout, network, stability = layers.layout, layers.network, layers.stability
    known = {"zh": layout.title_zh, "en": layout.title_en}
    said: list[Text | str] = [
        word("caption_hubs").fill(title=title_texts(known, Text.same(layout.id)))
    ]
    said.append(seat_note(layout, seats_of(layout, scene.pack if scene else None)))
    if network is not None:
        rules = {"model": repr(network.model), "strong": repr(network.strong)}
        said.append(word("caption_links").fill(**rules))
    if stability is not None:
        said.append(word("caption_rings").fill(draws=stability.draws))
    texts = [text for text in said if isinstance(text, Text)]
    return Text("".join(text.zh for text in texts), "".join(text.en for text in texts))


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


def captions_in(result: Result, caption: Text | None, language: str) -> list[str]:
    """Return the caption in its languages: one in Chinese stands in English too, with such names.

    There is none without one.
    """
    if caption is None:
        return []
    both = language == "zh" and "en" in languages_of(result)
    languages = ("zh", "en") if both else (language,)
    return [f"{say('figure', spoken)}  {caption.say(spoken)}" for spoken in languages]


def _caption_lines(board: Board, captions: Sequence[str], approval: str | None) -> list[str]:
    """Return the lines below the map; none without a caption."""
    if not captions:
        return []
    said = list(captions)
    if approval:
        said.append(f"{say('approval', board.language)}{approval}")
    lines: list[str] = []
    for text in said:
        lines += wrap_text(board.text(text), board.sheet.characters(_CAPTION_WIDTH))
    return lines


def _sentence(text: str, language: str) -> str:
    ended = text.endswith(("。", "？", "！", ".", "?", "!"))
    return text if ended else f"{text}{say('full_stop', language)}"


def _write_texts(board: Board, title: str, lines: Sequence[str]) -> int:
    """Write title and caption; return how many lines the title takes."""
    heading = wrap_text(board.text(title), board.sheet.characters(_TITLE_WIDTH))
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
    foot = (_FOOT + 0.158 * caption_lines) * letters + legends / float(board.figure.dpi)
    height = head + map_height + foot
    board.figure.set_size_inches(width, height)
    board.axes.set_position((0.015, foot / height, _MAP_SHARE, map_height / height))
