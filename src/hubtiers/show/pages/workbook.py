"""Three-line tables (三线表) of a result as a workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

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
from hubtiers.show.words import LANGUAGES, say
from hubtiers.show.wrapping import text_width

__all__ = ["save_tables"]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_000
# Excel allows no longer name of a sheet.
_LONGEST_TITLE = 31
_WIDEST = 46
_FONT = "Times New Roman"


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
        `"zh"`, `"en"`, or `"both"`: headings in two rows, texts in both languages. Left out, that
        of the names of the study.
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
    for number, table in enumerate(tables, start=1):
        title = table.title.say("zh" if spoken == "zh" else "en")
        _fill_sheet(book.create_sheet(title[:_LONGEST_TITLE]), table, spoken, number)
    with replacing(target) as temporary:
        book.save(temporary)
        without_clock(temporary)
    return target


def _fill_sheet(sheet: Any, table: PrintTable, language: str, number: int) -> None:
    """Write title, heading, rows and notes from the top down, for `"both"` in both languages."""
    columns, rows = table.shown(language)
    languages = LANGUAGES if language == "both" else (language,)
    lines = count(1)
    for own in languages:
        title = f"{say('table_number', own, n=number)}  {table.title.say(own)}"
        _write_line(sheet, next(lines), [title], size=12, bold=True)
    head = [next(lines) for _ in languages]
    for line, own in zip(head, languages, strict=True):
        _write_line(sheet, line, [c.heading.say(own) for c in columns], bold=True, centred=True)
    last = head[-1]
    for row in rows:
        last = next(lines)
        for place, (value, column) in enumerate(zip(row, columns, strict=True), start=1):
            _write(sheet, last, place, value, column).font = _font(10.5)
    _rule(sheet, (head[0], head[-1], last), len(columns))
    for note in table.notes:
        for own in languages:
            _write_line(sheet, next(lines), [note.say(own)], size=9)
    _set_widths(sheet, columns, table.texts(language))
    _set_page(sheet, (head[0], head[-1]), len(columns), table.headings)


def _write_line(
    sheet: Any,
    line: int,
    texts: Sequence[str],
    *,
    size: float = 10.5,
    bold: bool = False,
    centred: bool = False,
) -> None:
    for place, text in enumerate(texts, start=1):
        cell = _write(sheet, line, place, text)
        cell.font = _font(size, bold=bold)
        if centred:
            cell.alignment = _alignment("center", wrap=True)


@cache
def _font(size: float, *, bold: bool = False) -> Any:
    from openpyxl.styles import Font

    return Font(name=_FONT, size=size, bold=bold)


@cache
def _alignment(across: str, *, wrap: bool = False) -> Any:
    from openpyxl.styles import Alignment

    return Alignment(horizontal=across, vertical="center", wrap_text=wrap)


def _write(sheet: Any, line: int, place: int, value: Cell, column: Column | None = None) -> Any:
    cell = sheet.cell(row=line, column=place)
    if isinstance(value, str):
        text = cell_text(_CONTROL.sub("\ufffd", value))
        # The type is set, not guessed: "#N/A" in a name is a text, too.
        cell.value = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
        cell.data_type = "s"
        if column is not None:
            cell.alignment = _alignment("left", wrap=text_width(text) > _WIDEST)
    elif isinstance(value, (int, float)):
        cell.value = value
        if column is None or not column.significant:
            cell.number_format = _number_format(column)
        cell.alignment = _alignment("right")
    return cell


def _number_format(column: Column | None) -> str:
    """Return how the numbers of a column are shown; a share never seen as its upper bound."""
    digits = column.digits if column else None
    plain = f"0.{'0' * digits}" if digits else "0"
    if column is None or not column.draws:
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
