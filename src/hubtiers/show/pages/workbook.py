"""Three-line tables (三线表) of a result as a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hubtiers._storage import cell_text, replacing, without_clock
from hubtiers._study_hubs import HubFindings
from hubtiers.compare import Comparison
from hubtiers.errors import SpecError
from hubtiers.robustness._shares import share_text
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.language import language_of
from hubtiers.show.pages.print_table import Cell, Column, PrintTable, require_table_language
from hubtiers.show.pages.result_tables import list_tables
from hubtiers.show.pages.sections_hubs import hub_tables
from hubtiers.show.pages.sections_plan import plan_tables
from hubtiers.show.pages.value_tables import (
    method_table,
    normalised_values,
    raw_values,
    source_table,
)
from hubtiers.show.words import LANGUAGES, Text, say, word
from hubtiers.show.wrapping import text_width

__all__ = ["save_tables"]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_000
# Excel allows no longer name of a sheet.
_LONGEST_TITLE = 31
_WIDEST = 46
_FONT = "Times New Roman"
_COLUMN_IN = {"zh": "column_in_zh", "en": "column_in_en"}
# Sheets whose tables have titles too long for the name of a sheet.
_SHORT = {
    "certainty": "sheet_certainty",
    "sizes_by_option": "sheet_sizes",
    "by_option": "sheet_by_option",
    "gap_effects": "sheet_gaps",
    "positions": "sheet_positions",
    "windows": "sheet_windows",
    "hub_windows": "sheet_hub_windows",
    "layout_stability": "sheet_stability",
}


class _Look(NamedTuple):
    """How a cell is set."""

    size: float = 10.5
    bold: bool = False
    across: str = ""
    wrap: bool = False
    format: str = ""


@dataclass(frozen=True)
class _Pen:
    """Writes cells: to make the style of a cell takes long, so that each look has one style."""

    styles: dict[_Look, Any] = field(default_factory=dict)

    def set(self, cell: Any, look: _Look) -> None:
        known = self.styles.get(look)
        if known is None:
            cell.font = _font(look.size, bold=look.bold)
            if look.across:
                cell.alignment = _alignment(look.across, wrap=look.wrap)
            if look.format:
                cell.number_format = look.format
            self.styles[look] = cell._style
        else:
            # Shared: whoever changes the style of a cell takes a copy first.
            cell._style = known


def save_tables(
    result: Result,
    path: str | Path,
    *,
    language: str | None = None,
    robustness: Robustness | None = None,
    comparison: Comparison | pd.DataFrame | None = None,
    hubs: HubFindings | None = None,
) -> Path:
    """Write the tables of a result as a workbook for Word or Excel (三线表), a sheet each.

    Choose it for the tables of a paper: indicator system, scores and ranks, tiers, weights, and,
    where they are given, the comparison of schemes and the certainty of tiers and ranks.

    Parameters
    ----------
    result
        What to print.
    path
        A path that ends in `.xlsx`.
    language
        `"zh"`, `"en"`, or `"both"`: headings in two rows, and a column for each language where
        texts differ. Left out, that of the names of the study.
    robustness
        What `assess_robustness` gave.
    comparison
        What `compare_schemes` gave, or a frame with one row per scheme.
    hubs
        `Outcome.hubs`: the proposed layout, its stability, comparison, network and diffusion.

    Returns
    -------
    pathlib.Path
        The path, whose file is complete or not there.

    Raises
    ------
    UnknownOptionError
        When the language is not known.
    SpecError
        When the path does not end in `.xlsx`, or the comparison is something else.

    Notes
    -----
    Rules stand above the heading, below it, and below the last row; there are none between columns.
    Numbers are numbers, unrounded, with a format. Text that would start a formula is neutralised.
    Every heading has a filter and stays in view. With the raw values, the method, the weights and
    the sources, each on a sheet, the scores can be computed again.

    **Missing values** are empty cells.

    Examples
    --------
    >>> import tempfile
    >>> from hubtiers.study import load_study
    >>> result = load_study("zhang2022").run().result
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_tables(result, f"{folder}/tables.xlsx").name
    'tables.xlsx'
    """
    import openpyxl

    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise SpecError(
            f"The tables are a workbook, but the path is {target.name!r}. Give one that ends in "
            ".xlsx."
        )
    spoken = language or language_of(result, None)
    require_table_language(spoken)
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    tables = [*list_tables(result, robustness=robustness, comparison=comparison).values()]
    tables += [*hub_tables(result, hubs), *plan_tables(hubs)] if hubs is not None else []
    tables += [raw_values(result), normalised_values(result)]
    tables += [method_table(result), source_table(result)]
    pen, titles = _Pen(), sheet_titles(tables, spoken)
    for number, (table, title) in enumerate(zip(tables, titles, strict=True), start=1):
        shown = _apart(table) if spoken == "both" else table
        _fill_sheet(book.create_sheet(title), shown, spoken, number, pen)
    with replacing(target) as temporary:
        book.save(temporary)
        without_clock(temporary)
    return target


def sheet_titles(tables: Iterable[PrintTable], language: str) -> list[str]:
    """Return the name of each table's sheet: whole words, no longer than a workbook allows.

    For `"both"` in both languages where there is room, else in English.
    """
    titles: list[str] = []
    for table in tables:
        said = word(_SHORT[table.name]) if table.name in _SHORT else table.title
        title = said.say(language)
        if language == "both" and len(title) > _LONGEST_TITLE:
            title = said.en
        title = _whole_words(title)
        again = count(2)
        while title.casefold() in map(str.casefold, titles):
            title = f"{_whole_words(said.say('en'), _LONGEST_TITLE - 4)} ({next(again)})"
        titles.append(title)
    return titles


def _whole_words(title: str, most: int = _LONGEST_TITLE) -> str:
    """Return as many whole words of a title as fit."""
    if len(title) <= most:
        return title
    return title[: most + 1].rpartition(" ")[0].strip() or title[:most]


def _apart(table: PrintTable) -> PrintTable:
    """Return a table with a column for each language where the texts of a column differ.

    Two languages in a cell would be no value that a filter or a pivot table knows again.
    """
    columns: list[Column] = []
    places: list[tuple[int, str]] = []
    headings = table.headings
    for place, own in enumerate(table.columns):
        if own.only or not any(_differs(row[place]) for row in table.rows):
            columns.append(own)
            places.append((place, ""))
            continue
        for language in LANGUAGES:
            heading = word(_COLUMN_IN[language]).fill(name=own.heading)
            columns.append(replace(own, heading=heading))
            places.append((place, language))
        headings += place < table.headings
    rows = [tuple(_in(row[place], language) for place, language in places) for row in table.rows]
    return replace(table, columns=tuple(columns), rows=tuple(rows), headings=headings)


def _differs(cell: Cell) -> bool:
    """Say whether a cell reads otherwise in the other language."""
    return isinstance(cell, Text) and cell.zh != cell.en


def _in(cell: Cell, language: str) -> Cell:
    return Text.same(cell.say(language)) if language and isinstance(cell, Text) else cell


def _fill_sheet(sheet: Any, table: PrintTable, language: str, number: int, pen: _Pen) -> None:
    """Write title, heading, rows and notes from the top down, for `"both"` in both languages."""
    columns, rows = table.shown(language)
    languages = LANGUAGES if language == "both" else (language,)
    lines = count(1)
    for own in languages:
        title = f"{say('table_number', own, n=number)}  {table.title.say(own)}"
        _write_line(sheet, next(lines), [title], _Look(size=12, bold=True), pen)
    head = [next(lines) for _ in languages]
    heading = _Look(bold=True, across="center", wrap=True)
    for line, own in zip(head, languages, strict=True):
        _write_line(sheet, line, [c.heading.say(own) for c in columns], heading, pen)
    last = head[-1]
    for row in rows:
        last = next(lines)
        for place, (value, column) in enumerate(zip(row, columns, strict=True), start=1):
            _write(sheet.cell(row=last, column=place), value, column, pen)
    _rule(sheet, (head[0], head[-1], last), len(columns))
    for note in table.notes:
        for own in languages:
            _write_line(sheet, next(lines), [note.say(own)], _Look(size=9), pen)
    _set_widths(sheet, columns, table.texts(language))
    _set_page(sheet, (head[0], head[-1]), len(columns), table.headings)
    _set_filter(sheet, (head[-1], last), len(columns))


def _write_line(sheet: Any, line: int, texts: Sequence[str], look: _Look, pen: _Pen) -> None:
    for place, text in enumerate(texts, start=1):
        cell = sheet.cell(row=line, column=place)
        _write_text(cell, text)
        pen.set(cell, look)


@cache
def _font(size: float, *, bold: bool = False) -> Any:
    from openpyxl.styles import Font

    return Font(name=_FONT, size=size, bold=bold)


@cache
def _alignment(across: str, *, wrap: bool = False) -> Any:
    from openpyxl.styles import Alignment

    return Alignment(horizontal=across, vertical="center", wrap_text=wrap)


def _write(cell: Any, value: Cell, column: Column, pen: _Pen) -> None:
    if isinstance(value, str):
        text = _write_text(cell, value)
        pen.set(cell, _Look(across="left", wrap=text_width(text) > _WIDEST))
    elif isinstance(value, (int, float)):
        cell.value = value
        shown = "" if column.significant else _number_format(column)
        pen.set(cell, _Look(across="right", format=shown))
    else:
        pen.set(cell, _Look())


def _write_text(cell: Any, value: str) -> str:
    """Write a text that a spreadsheet shows as a text, and return it."""
    text = cell_text(_CONTROL.sub("\ufffd", value))
    cell.value = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
    # The type is set, not guessed: "#N/A" in a name is a text, too.
    cell.data_type = "s"
    return text


@cache
def _number_format(column: Column) -> str:
    """Return how the numbers of a column are shown; a share never seen as its upper bound."""
    digits = column.digits
    plain = f"0.{'0' * digits}" if digits else "0"
    if not column.draws:
        return plain
    never, always = (share_text(end, column.draws, digits or 0) for end in (0.0, 1.0))
    return f'[=0]"{never}";[=1]"{always}";{plain}'


def _rule(sheet: Any, lines: tuple[int, int, int], width: int) -> None:
    """Draw the three rules: above the heading, below it, below the last row."""
    from openpyxl.styles import Border, Side

    first, last, end = lines
    medium, thin = Side(style="medium"), Side(style="thin")
    for line in sorted({first, last, end}):
        for place in range(1, width + 1):
            top = medium if line == first else Side()
            bottom = medium if line == end else thin if line == last else Side()
            cell = sheet.cell(row=line, column=place)
            cell._style = copy(cell._style)
            cell.border = Border(left=Side(), right=Side(), top=top, bottom=bottom)


def _set_widths(sheet: Any, columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> None:
    """Make every column as wide as its texts, within bounds."""
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(columns):
        widest = max((text_width(row[place]) for row in texts), default=0)
        # Headings wrap, so that they count for half.
        heading = max(text_width(column.heading.zh), text_width(column.heading.en)) // 2 + 1
        wanted = min(max(widest, heading), _WIDEST) + 2.5
        sheet.column_dimensions[get_column_letter(place + 1)].width = wanted


def _set_page(sheet: Any, head: tuple[int, int], width: int, headings: int) -> None:
    """Freeze the heading and the names of the rows, and make the sheet fit the width of a page."""
    from openpyxl.utils import get_column_letter

    frozen = min(headings, 3) if width > headings else 0
    sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{head[1] + 1}"
    sheet.sheet_view.showGridLines = False
    sheet.print_title_rows = f"{head[0]}:{head[1]}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if width > 6 else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _set_filter(sheet: Any, lines: tuple[int, int], width: int) -> None:
    """Give the heading a filter over all rows."""
    from openpyxl.utils import get_column_letter

    first, last = lines
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(width)}{max(last, first)}"
