"""Three-line tables (三线表) of a result as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import cell_text, replacing
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
from hubtiers.show.pages.sheet_cells import Cells, Look, plain_text
from hubtiers.show.pages.value_tables import (
    method_table,
    normalised_values,
    raw_values,
    source_table,
)
from hubtiers.show.words import LANGUAGES, Text, say, word
from hubtiers.show.wrapping import text_width

__all__ = ["save_tables", "write_workbook"]

_LONGEST_CELL = 32_000
# Excel allows no longer name of a sheet.
_LONGEST_TITLE = 31
_WIDEST = 46
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
    spoken = language or language_of(result, None)
    listed = list_tables(result, robustness=robustness, comparison=comparison)
    return write_workbook(result, listed.values(), path, language=spoken, hubs=hubs)


def write_workbook(
    result: Result,
    listed: Iterable[PrintTable],
    path: str | Path,
    *,
    language: str,
    hubs: HubFindings | None,
) -> Path:
    """Write what `list_tables` gave, the tables of hubs and those of all values as a workbook."""
    import openpyxl

    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise SpecError(
            f"The tables are a workbook, but the path is {target.name!r}. Give one that ends in "
            ".xlsx."
        )
    require_table_language(language)
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    cells = Cells(book)
    tables = [*listed]
    tables += [*hub_tables(result, hubs), *plan_tables(hubs)] if hubs is not None else []
    tables += [raw_values(result), normalised_values(result)]
    tables += [method_table(result), source_table(result)]
    titles = sheet_titles(tables, language)
    for number, (table, title) in enumerate(zip(tables, titles, strict=True), start=1):
        shown = _apart(table) if language == "both" else table
        _fill_sheet(cells, title, shown, language, number)
    with replacing(target) as temporary:
        cells.save(temporary)
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


def _fill_sheet(cells: Cells, title: str, table: PrintTable, language: str, number: int) -> None:
    """Write title, heading, rows and notes from the top down, for `"both"` in both languages."""
    sheet = cells.new_sheet(title)
    columns, rows = table.shown(language)
    languages = LANGUAGES if language == "both" else (language,)
    for own in languages:
        said = f"{say('table_number', own, n=number)}  {table.title.say(own)}"
        cells.write_row(sheet, [(_text(said), Look(size=12, bold=True))])
    # Three rules: above the heading, below it, below the last row.
    first = len(sheet.rows) + 1
    head = first + len(languages) - 1
    last = head + len(rows)
    for line, own in enumerate(languages, start=first):
        above, below = _rules(line, first, head, last)
        ruled = Look(bold=True, across="center", wrap=True, top=above, bottom=below)
        cells.write_row(sheet, [(_text(c.heading.say(own)), ruled) for c in columns])
    for line, row in enumerate(rows, start=head + 1):
        rules = _rules(line, first, head, last)
        cells.write_row(sheet, [_cell(*pair, rules) for pair in zip(row, columns, strict=True)])
    for note in table.notes:
        for own in languages:
            cells.write_row(sheet, [(_text(note.say(own)), Look(size=9))])
    _set_widths(sheet.sheet, columns, table.texts(language))
    _set_page(sheet.sheet, (first, head), len(columns), table.headings)
    _set_filter(sheet.sheet, (head, last), len(columns))


def _rules(line: int, first: int, head: int, last: int) -> tuple[str, str]:
    """Return the rules above and below a line: around the heading, and below the last row."""
    below = "medium" if line == last else "thin" if line == head else ""
    return "medium" if line == first else "", below


def _cell(value: Cell, column: Column, rules: tuple[str, str]) -> tuple[str | float | None, Look]:
    """Return the value of a cell and how it is set, between the rules above and below its line."""
    above, below = rules
    if isinstance(value, str):
        text = _text(value)
        return text, Look(across="left", wrap=text_width(text) > _WIDEST, top=above, bottom=below)
    if isinstance(value, (int, float)):
        shown = "" if column.significant else _number_format(column)
        return value, Look(across="right", format=shown, top=above, bottom=below)
    return None, Look(top=above, bottom=below)


def _text(value: str) -> str:
    """Return a text that a spreadsheet shows as a text."""
    text = cell_text(plain_text(value))
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


@cache
def _number_format(column: Column) -> str:
    """Return how the numbers of a column are shown; a share never seen as its upper bound."""
    digits = column.digits
    plain = f"0.{'0' * digits}" if digits else "0"
    if not column.draws:
        return plain
    never, always = (share_text(end, column.draws, digits or 0) for end in (0.0, 1.0))
    return f'[=0]"{never}";[=1]"{always}";{plain}'


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
