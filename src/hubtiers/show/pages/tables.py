"""Three-line tables (三线表) of a result, as a workbook, as Markdown and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import cell_text, replacing
from hubtiers.compare import Comparison
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.pages.markup import latex_text, markdown_text
from hubtiers.show.pages.print_tables import TABLE_LANGUAGES, Cell, Column, PrintTable, list_tables
from hubtiers.show.words import LANGUAGES, say
from hubtiers.show.wrapping import text_width

__all__ = ["save_tables", "to_latex", "to_markdown"]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_000
_WIDEST = 46
_LONG_TABLE = 40
_FONT = "Times New Roman"


def save_tables(
    result: Result,
    path: str | Path,
    *,
    language: str = "both",
    robustness: Robustness | None = None,
    comparison: Comparison | pd.DataFrame | None = None,
) -> Path:
    """Write the tables of a result as a workbook for Word or Excel (三线表), a sheet each.

    Choose it for the tables of a paper: indicator system, scores and ranks, tiers, weights, and, where they are given,
    the comparison of schemes and the certainty of tiers and ranks.

    Parameters
    ----------
    result
        What to print.
    path
        A path that ends in `.xlsx`.
    language
        `"zh"`, `"en"`, or `"both"`: headings in two rows, texts in both languages.
    robustness
        What `assess_robustness` gave.
    comparison
        What `compare_schemes` gave, or a frame with one row per scheme.

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
    Rules stand above the heading, below it, and below the last row; there are none between columns. Numbers are
    numbers, unrounded, with a format. Text that would start a formula is neutralised.

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
        raise SpecError(f"The tables are a workbook, but the path is {target.name!r}. Give one that ends in .xlsx.")
    if language not in TABLE_LANGUAGES:
        raise UnknownOptionError("language of a table", language, TABLE_LANGUAGES)
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for number, table in enumerate(list_tables(result, robustness=robustness, comparison=comparison).values(), start=1):
        sheet = book.create_sheet(table.title.say("zh" if language == "zh" else "en")[:31])
        _fill_sheet(sheet, table, language, number)
    with replacing(target) as temporary:
        book.save(temporary)
    return target


def to_markdown(
    result: Result,
    *,
    table: str = "scores",
    language: str = "zh",
    comparison: Comparison | pd.DataFrame | None = None,
) -> str:
    """Return one table of a result as Markdown (GitHub's form), shown as it was written.

    Parameters
    ----------
    result
        What to print.
    table
        `"indicators"`, `"scores"`, `"tiers"` or `"weights"`; with a comparison also `"comparison"`, and `"ranks"`.
    language
        `"zh"`, `"en"` or `"both"`.
    comparison
        What `compare_schemes` gave, or a frame with one row per scheme.

    Raises
    ------
    UnknownOptionError
        When the table or the language is not known.

    Notes
    -----
    **Missing values** are dashes.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> print(to_markdown(load_study("zhang2022").run().result, table="tiers", language="en").splitlines()[4])
    | International | 0.1768 | 0.7853 | 3 |
    """
    chosen = _find_table(result, table, comparison)
    columns, _ = chosen.shown(language)
    lines = [f"**{markdown_text(chosen.title.say(language))}**", ""]
    lines.append(_markdown_row(markdown_text(column.heading.say(language)) for column in columns))
    lines.append(_markdown_row("---" if column.digits is None else "---:" for column in columns))
    lines += [_markdown_row(map(markdown_text, row)) for row in chosen.texts(language)]
    notes = [markdown_text(note.say(language)) for note in chosen.notes]
    return "\n".join([*lines, "", *("  \n".join(notes).splitlines())]).rstrip() + "\n"


def _markdown_row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def to_latex(
    result: Result,
    *,
    table: str = "scores",
    language: str = "zh",
    comparison: Comparison | pd.DataFrame | None = None,
) -> str:
    r"""Return one table of a result as LaTeX with the rules of `booktabs`, shown as it was written.

    Parameters
    ----------
    result
        What to print.
    table
        `"indicators"`, `"scores"`, `"tiers"` or `"weights"`; with a comparison also `"comparison"`, and `"ranks"`.
    language
        `"zh"`, `"en"` or `"both"`.
    comparison
        What `compare_schemes` gave, or a frame with one row per scheme.

    Raises
    ------
    UnknownOptionError
        When the table or the language is not known.

    Notes
    -----
    The preamble needs `booktabs`, `longtable` for more than 40 rows, and for Chinese `ctex` with XeLaTeX or LuaLaTeX.

    **Missing values** are dashes.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> print(to_latex(load_study("zhang2022").run().result, table="tiers", language="en").splitlines()[6])
    International & 0.1768 & 0.7853 & 3 \\
    """
    chosen = _find_table(result, table, comparison)
    columns, _ = chosen.shown(language)
    shape = "".join("l" if column.digits is None else "r" for column in columns)
    head = _latex_row(latex_text(column.heading.say(language)) for column in columns)
    body = [_latex_row(map(latex_text, row)) for row in chosen.texts(language)]
    caption = rf"\caption{{{latex_text(chosen.title.say(language))}}}"
    notes = [rf"\par\footnotesize {latex_text(note.say(language))}" for note in chosen.notes]
    if len(body) > _LONG_TABLE:
        opening = [rf"\begin{{longtable}}{{{shape}}}", caption + r" \\", r"\toprule", head, r"\midrule", r"\endhead"]
        lines = [*opening, r"\bottomrule", r"\endfoot", *body, r"\end{longtable}", *notes]
    else:
        opening = [r"\begin{table}[htbp]", r"\centering", caption, rf"\begin{{tabular}}{{{shape}}}"]
        rules = [rf"\toprule {head}", r"\midrule", *body, r"\bottomrule"]
        lines = [*opening, *rules, r"\end{tabular}", *notes, r"\end{table}"]
    return "\n".join(lines) + "\n"


def _latex_row(cells: Any) -> str:
    return " & ".join(cells) + r" \\"


def _find_table(result: Result, name: str, comparison: Comparison | pd.DataFrame | None) -> PrintTable:
    tables = list_tables(result, comparison=comparison)
    if name not in tables:
        raise UnknownOptionError("table", name, tables)
    return tables[name]


def _fill_sheet(sheet: Any, table: PrintTable, language: str, number: int) -> None:
    columns, rows = table.shown(language)
    titles = [(own, f"{say('table_number', own, n=number)}  {table.title.say(own)}") for own in LANGUAGES]
    line = 0
    for own, title in titles:
        if language in (own, "both"):
            line += 1
            _write(sheet, line, 1, title).font = _font(12, bold=True)
    first_head = line + 1
    for own in ("zh", "en") if language == "both" else (language,):
        line += 1
        for place, column in enumerate(columns, start=1):
            cell = _write(sheet, line, place, column.heading.say(own))
            cell.font = _font(10.5, bold=True)
            cell.alignment = _alignment("center", wrap=True)
    last_head = line
    for row in rows:
        line += 1
        for place, (value, column) in enumerate(zip(row, columns, strict=True), start=1):
            cell = _write(sheet, line, place, value, column)
            cell.font = _font(10.5)
    _rule(sheet, (first_head, last_head, line), len(columns))
    for note in table.notes:
        for own in ("zh", "en") if language == "both" else (language,):
            line += 1
            _write(sheet, line, 1, note.say(own)).font = _font(9)
    _lay_out(sheet, columns, table.texts(language), (first_head, last_head), table.headings)


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
        digits = column.digits if column else None
        cell.number_format = f"0.{'0' * digits}" if digits else "0"
        cell.alignment = _alignment("right")
    return cell


def _rule(sheet: Any, lines: tuple[int, int, int], width: int) -> None:
    """Draw the three rules: above the heading, below it, below the last row."""
    from openpyxl.styles import Border, Side

    first, last, end = lines
    medium, thin = Side(style="medium"), Side(style="thin")
    for line in sorted({first, last, end}):
        for place in range(1, width + 1):
            top = medium if line == first else Side()
            bottom = medium if line == end else thin if line == last else Side()
            sheet.cell(row=line, column=place).border = Border(left=Side(), right=Side(), top=top, bottom=bottom)


def _lay_out(
    sheet: Any, columns: Sequence[Column], texts: Sequence[Sequence[str]], head: tuple[int, int], headings: int
) -> None:
    """Freeze the heading, set widths, and make the sheet fit the width of a page."""
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(columns):
        words = [column.heading.zh, column.heading.en, *(row[place] for row in texts)]
        widest = max(map(text_width, words[2:]), default=0)
        # Headings wrap, so that they count for half.
        wanted = max(widest, max(map(text_width, words[:2])) // 2 + 1)
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(wanted, _WIDEST) + 2.5
    frozen = min(headings, 3) if len(columns) > headings else 0
    sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{head[1] + 1}"
    sheet.sheet_view.showGridLines = False
    sheet.print_title_rows = f"{head[0]}:{head[1]}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if len(columns) > 6 else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
