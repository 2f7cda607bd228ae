"""Several years side by side for print: small maps on one scale, with who moved between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers.errors import SpecError, listing
from hubtiers.show.credits import boundary_note
from hubtiers.show.figures.basemap import NO_DATA_HATCH, draw_ground, draw_lines, prepare
from hubtiers.show.figures.outlines import areas_of
from hubtiers.show.figures.scene import Frame, Scene, SideMap, make_scene
from hubtiers.show.figures.sheet import Sheet, sheet_of
from hubtiers.show.language import language_of, languages_of
from hubtiers.show.style import NO_DATA_COLOUR, tier_colours
from hubtiers.show.words import Text, break_texts, say, tier_name, title_texts, word
from hubtiers.show.wrapping import text_width, wrap_text
from hubtiers.show.year_text import scale_text
from hubtiers.years.panel import PRESENCE, TierPanel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["years_caption", "years_figure"]

CLIMBED, FELL = "#00703c", "#a3005c"
_EDGE, _NO_DATA_EDGE = "#b9bdc1", "#a3a29d"
_SIDE, _BETWEEN = 0.015, 0.012
_HEAD, _TITLE, _LINE, _ROW = 0.24, 0.27, 0.158, 0.2
_CAPTION_WIDTH = 168
_TITLE_WIDTH = 76
_POINTS_AN_INCH = 72
_CELL, _SYMBOL = 0.55, 3.8
"""Width of a half-width cell, and of the symbol with the space around it, in letters."""


@dataclass(frozen=True, eq=False)
class _Grid:
    """Where the small maps stand, in inches."""

    years: Sequence[int]
    columns: int
    sheet: Sheet
    shape: float
    above: float
    below: float

    @property
    def rows(self) -> int:
        return math.ceil(len(self.years) / self.columns)

    @property
    def width(self) -> float:
        """Width of one map."""
        free = 1 - 2 * _SIDE - (self.columns - 1) * _BETWEEN
        return self.sheet.inches * free / self.columns

    @property
    def height(self) -> float:
        """Height of the sheet."""
        return self.above + self.below + self.rows * (self.width * self.shape + self.head)

    @property
    def head(self) -> float:
        """Height of the line above each map."""
        return _HEAD * self.sheet.letters

    def places(self) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
        """Return each year with the place of its map, as shares of the sheet."""
        whole, tall = self.sheet.inches, self.width * self.shape
        for number, year in enumerate(self.years):
            row, column = divmod(number, self.columns)
            left = _SIDE + column * (self.width / whole + _BETWEEN)
            top = self.above + row * (tall + self.head) + self.head
            bottom = 1 - (top + tall) / self.height
            yield year, (left, bottom, self.width / whole, tall / self.height)


def years_figure(
    panel: TierPanel,
    *,
    years: Iterable[int] | None = None,
    columns: int | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str | None = None,
    caption: bool = True,
    width: float | str | None = None,
    font_size: float | None = None,
) -> Figure:
    """Draw the tiers of several years as small maps (历年层级图), the movers outlined.

    Choose it for a paper; `tier_map(…, panel=panel)` has a slider.

    Parameters
    ----------
    panel
        What `tier_panel` gave; its tables must have geometry.
    years
        The years that are shown, ascending; all of the panel when left out.
    columns
        Maps in a row; as many as make them largest on a page when left out.
    title, language, caption, width, font_size
        As for `tier_figure`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecError
        When `panel` is something else, a year is not in it, or a size cannot be printed.
    DataError
        When the tables have no geometry.
    UnknownOptionError
        When the language or the name of a width is not known.

    Notes
    -----
    A region is outlined where its tier differs from that in the map before; above each map stands
    how many climbed (▲) and fell (▼). The frame is that of the last year shown.

    **Missing values.** A region without a score in a year is hatched. One that the table of the
    year lacks is bare, as the legend says; one that only earlier years have is drawn in these.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> panel = load_study("provinces-years").run().panel
    >>> figure = years_figure(panel, years=[2012, 2017, 2022], language="en")
    >>> [axes.get_gid() for axes in figure.axes if axes.get_gid().startswith("year")]
    ['year-2012', 'year-2017', 'year-2022']
    """
    from hubtiers.show.figures.canvas import drawing

    shown = _shown_years(panel, years)
    result = panel.results[shown[-1]]
    spoken, sheet = language_of(result, language), sheet_of(width, font_size)
    scene = make_scene(result, None)
    with drawing(spoken, None, size=(sheet.inches, 5.0), sheet=sheet) as board:
        board.axes.remove()
        heading = title_texts(title, word("tier_title")).say(spoken)
        above = wrap_text(board.text(heading), sheet.characters(_TITLE_WIDTH))
        lines = _caption_lines(board, panel, shown, title) if caption else []
        rows = _legend_rows(panel, shown, spoken)
        grid = _Grid(
            years=shown,
            columns=columns or _columns(len(shown), sheet),
            sheet=sheet,
            shape=scene.frame.shape,
            above=(0.12 + _TITLE * len(above)) * sheet.letters,
            below=(0.2 + _ROW * _legend_lines(rows, sheet) + _LINE * len(lines)) * sheet.letters,
        )
        board.figure.set_size_inches(sheet.inches, grid.height)
        _write_texts(board, grid, above, lines, rows)
        for year, place in grid.places():
            _draw_year(board, scene, panel, year, place)
        return board.figure


def years_caption(
    panel: TierPanel, years: Sequence[int], title: Mapping[str, str] | str | None
) -> Text:
    """Return what stands below the small maps: title, years, scale, outlines, boundaries."""
    names = title_texts(title, word("tier_title"))
    result = panel.results[years[-1]]
    return word("years_caption").fill(
        title=names,
        first=years[0],
        last=years[-1],
        scale=scale_text(panel),
        source=boundary_note(result.table.regions),
    )


def _shown_years(panel: TierPanel, years: Iterable[int] | None) -> list[int]:
    if not isinstance(panel, TierPanel):
        raise SpecError(
            f"years_figure() draws a panel, but this is {type(panel).__name__}. Give what "
            "tier_panel() returned, or Outcome.panel."
        )
    shown = list(panel.years) if years is None else sorted(set(years))
    if odd := [year for year in shown if year not in panel.results]:
        raise SpecError(
            f"{listing(odd)} is no year of the panel, which has {listing(panel.years, most=20)}."
        )
    if not shown:
        raise SpecError(f"years=[] shows nothing. The panel has {listing(panel.years, most=20)}.")
    return shown


def _columns(number: int, sheet: Sheet) -> int:
    most = 2 if sheet.is_narrow else 3 if number <= 9 else 4
    return min(number, most)


def _caption_lines(
    board: Board, panel: TierPanel, years: Sequence[int], title: Mapping[str, str] | str | None
) -> list[str]:
    """Return the caption, in Chinese and English where the study speaks both."""
    language, result = board.language, panel.results[years[-1]]
    both = language == "zh" and "en" in languages_of(result)
    lines: list[str] = []
    for own in ("zh", "en") if both else (language,):
        text = f"{say('figure', own)}  {years_caption(panel, years, title).say(own)}"
        lines += wrap_text(board.text(text), board.sheet.characters(_CAPTION_WIDTH))
    return lines


def _legend_rows(
    panel: TierPanel, years: Sequence[int], language: str
) -> list[tuple[str, dict[str, Any]]]:
    """Return the text and the look of each entry; ranges where all years share them."""
    scale = panel.results[panel.years[-1]].breaks
    spans = dict(zip(scale.labels, break_texts(scale, language), strict=True))
    colours = tier_colours(panel.labels)
    rows: list[tuple[str, dict[str, Any]]] = []
    for label in panel.labels:
        span = "" if panel.is_refit else f"  {spans.get(label, '')}"
        look = {"facecolor": colours[label], "edgecolor": _EDGE, "linewidth": 0.4}
        rows.append((f"{tier_name(label, language)}{span}", look))
    presence = panel.presence[list(years)]
    if (presence == PRESENCE[1]).any(axis=None):
        hatched = {"facecolor": NO_DATA_COLOUR, "edgecolor": _NO_DATA_EDGE, "hatch": NO_DATA_HATCH}
        rows.append((say("no_data", language), hatched))
    # The regions of the last map are looked for in the others.
    last = panel.results[years[-1]].table.regions.index
    if (presence.loc[last] == PRESENCE[2]).any(axis=None):
        bare = {"facecolor": "white", "edgecolor": _EDGE, "linewidth": 0.4}
        rows.append((say("absent", language), bare))
    for key, colour in (("years_climbed", CLIMBED), ("years_fell", FELL)):
        rows.append((say(key, language), {"facecolor": "white", "edgecolor": colour}))
    return rows


def _legend_columns(rows: Sequence[tuple[str, dict[str, Any]]], sheet: Sheet) -> int:
    """Return in how many columns the entries fit the width of the sheet."""
    letter = sheet.points(8) / _POINTS_AN_INCH
    widths = [letter * (_CELL * text_width(text) + _SYMBOL) for text, _ in rows]
    for columns in range(len(rows), 1, -1):
        # As matplotlib deals them out: from the top down, the first columns the longer ones.
        across = sum(float(part.max()) for part in np.array_split(widths, columns))
        if across <= (1 - 2 * _SIDE) * sheet.inches:
            return columns
    return 1


def _legend_lines(rows: Sequence[tuple[str, dict[str, Any]]], sheet: Sheet) -> int:
    return math.ceil(len(rows) / _legend_columns(rows, sheet))


def _write_texts(
    board: Board,
    grid: _Grid,
    above: Sequence[str],
    lines: Sequence[str],
    rows: Sequence[tuple[str, dict[str, Any]]],
) -> None:
    from matplotlib.patches import Patch

    sheet, figure, height = grid.sheet, board.figure, grid.height
    figure.text(
        0.5,
        1 - 0.08 * sheet.letters / height,
        "\n".join(above),
        ha="center",
        va="top",
        fontsize=sheet.points(13),
        weight="bold",
    )
    legend = figure.legend(
        [Patch(**look) for _, look in rows],
        ["x"] * len(rows),
        loc="upper left",
        bbox_to_anchor=(_SIDE, (grid.below - 0.06 * sheet.letters) / height),
        borderaxespad=0.0,
        borderpad=0.0,
        ncols=_legend_columns(rows, sheet),
        fontsize=sheet.points(8),
        columnspacing=1.4,
        handlelength=1.6,
    )
    # matplotlib leaves out labels that start with an underscore, so that texts are set afterwards.
    for slot, (text, _) in zip(legend.get_texts(), rows, strict=True):
        slot.set_text(board.text(text))
    figure.text(
        _SIDE,
        0.08 * sheet.letters / height,
        "\n".join(lines),
        va="bottom",
        fontsize=sheet.points(7.6),
        linespacing=1.45,
        color="#3a4045",
        gid="caption",
    )


def _draw_year(
    board: Board,
    scene: Scene,
    panel: TierPanel,
    year: int,
    place: tuple[float, float, float, float],
) -> None:
    axes = board.figure.add_axes(place, label=f"year-{year}")
    axes.set_gid(f"year-{year}")
    before = _before(board, year)
    moved = _moved(panel, before, year)
    _draw_map(axes, scene, scene.frame, panel, year, moved)
    letters = board.sheet.points(8.5)
    axes.set_title(str(year), loc="left", fontsize=letters, weight="bold", pad=3)
    if before is not None:
        up, down = (sum(way == side for way in moved.values()) for side in (CLIMBED, FELL))
        axes.set_title(board.text(f"▲{up} ▼{down}"), loc="right", fontsize=letters, pad=3)
    shift = 0.0
    for inset in scene.insets:
        shift += _draw_inset(board, place, scene, inset, shift, (panel, year, moved))


def _before(board: Board, year: int) -> int | None:
    """Return the year of the map before this one, which is drawn already."""
    marks = [str(axes.get_gid()) for axes in board.figure.axes]
    drawn = [int(mark.removeprefix("year-")) for mark in marks if mark.startswith("year-")]
    earlier = [one for one in drawn if one < year]
    return max(earlier, default=None)


def _moved(panel: TierPanel, before: int | None, year: int) -> dict[str, str]:
    """Return the colour of the outline of each region that changed tier between two maps."""
    if before is None:
        return {}
    frame = panel.moved(before, year)
    pairs = zip(frame["region_id"], frame["tier_change"], strict=True)
    return {str(region): CLIMBED if change > 0 else FELL for region, change in pairs}


def _draw_map(
    axes: Axes,
    scene: Scene,
    frame: Frame,
    panel: TierPanel,
    year: int,
    moved: Mapping[str, str],
) -> None:
    prepare(axes, frame.window)
    draw_ground(axes, scene, frame)
    shapes = _shapes_of(scene, frame, panel, year)
    _draw_tiers(axes, shapes, panel, year)
    draw_lines(axes, scene, frame)
    for colour in (CLIMBED, FELL):
        own = [region for region in shapes.index if moved.get(str(region)) == colour]
        if own:
            axes.add_collection(
                areas_of(
                    shapes.loc[own], face="none", edge=colour, width=1.3, name="moved", order=5
                )
            )


def _shapes_of(scene: Scene, frame: Frame, panel: TierPanel, year: int) -> gpd.GeoSeries:
    """Return the regions of the scene, and those of a year that the layer of the scene lacks."""
    shown, layer = scene.seen_regions(frame), panel.results[year].table.regions
    others = layer[~layer.index.isin(scene.area.layer.index)]
    if others.empty or not isinstance(others, gpd.GeoDataFrame):
        return shown
    placed = scene.placed(others.geometry.to_crs(4326), frame)
    return gpd.GeoSeries(pd.concat([shown, placed[~placed.is_empty]]), crs=shown.crs)


def _draw_tiers(axes: Axes, shapes: gpd.GeoSeries, panel: TierPanel, year: int) -> None:
    """Draw the regions of a year: by tier, hatched without a score, bare where there is none."""
    colours, presence = tier_colours(panel.labels), panel.presence[year].reindex(shapes.index)
    scored, unscored, absent = (presence == kind for kind in PRESENCE)
    tiers = panel.tiers[year].astype("object")
    faces = [colours[tiers[region]] for region in shapes.index[scored]]
    options = {"width": 0.3 if len(shapes) <= 60 else 0.1, "order": 3}
    for chosen, face, edge, name in (
        (absent, "white", _EDGE, "absent"),
        (scored, faces, "white", "regions"),
        (unscored, NO_DATA_COLOUR, _NO_DATA_EDGE, "no-data"),
    ):
        if chosen.any():
            areas = areas_of(shapes[chosen], face=face, edge=edge, name=name, **options)
            areas.set_hatch(NO_DATA_HATCH if name == "no-data" else None)
            axes.add_collection(areas)


def _draw_inset(
    board: Board,
    place: tuple[float, float, float, float],
    scene: Scene,
    inset: SideMap,
    shift: float,
    drawn: tuple[TierPanel, int, Mapping[str, str]],
) -> float:
    """Draw an inset in the lower corner of a small map; return its share of the width."""
    left, bottom, width, height = place
    across = inset.width * width
    up = across * board.sheet.inches * inset.frame.shape / board.figure.get_size_inches()[1]
    from_right = inset.corners[0].endswith("right")
    start = left + width - across - shift * width if from_right else left + shift * width
    low = bottom if inset.corners[0].startswith("lower") else bottom + height - up
    axes = board.figure.add_axes((start, low, across, up), label=f"{inset.id}-{drawn[1]}", zorder=9)
    axes.set_gid(inset.id)
    _draw_map(axes, scene, inset.frame, *drawn)
    return inset.width
