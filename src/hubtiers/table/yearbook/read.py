"""Reading indicators from the files that statistical offices publish: every decision ends in a report."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.framework import Framework
from hubtiers.table.yearbook.blocks import Notes
from hubtiers.table.yearbook.cells import NOT_A_NUMBER, Parsed, without_blanks
from hubtiers.table.yearbook.formats import open_book
from hubtiers.table.yearbook.matching import Named, Task, name_series, refuse_twins
from hubtiers.table.yearbook.read_report import ColumnRead, ReadReport, SetAside
from hubtiers.table.yearbook.series import Slot
from hubtiers.table.yearbook.sheet import DEFAULT_LIMITS, ReadLimits
from hubtiers.table.yearbook.tables import Found, find_tables
from hubtiers.table.yearbook.titles import year_in_name
from hubtiers.table.yearbook.units import factor_between

__all__ = ["ColumnRead", "IndicatorFile", "ReadLimits", "ReadReport", "SetAside", "read_indicators"]

_LAYOUTS = ("auto", "wide", "long")
_SOURCE = re.compile(r"(?:资料|数据)?来源\s*[:：]|sources?\s*[:：]", re.IGNORECASE)
_COLUMNS = ("region", "indicator", "value", "year", "unit", "source", "status", "cell")


@dataclass(frozen=True, eq=False, repr=False)
class IndicatorFile:
    """What `read_indicators` found in a file.

    Attributes
    ----------
    values
        One row per region, indicator and year: `region` as written (spaces set right, footnote marks removed),
        `indicator`, `value` (float, NaN where the file has a missing mark), `year` (Int64, <NA> where the file states
        none), `unit`, `source`, `status` and `cell`, the address such as ``Sheet1!C7``.
    report
        Every decision that was taken on the way, as a `ReadReport`.
    """

    values: pd.DataFrame
    report: ReadReport

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the values."""
        return self.values.copy()

    def __repr__(self) -> str:
        years = self.values["year"].dropna()
        span = f", {years.min()}–{years.max()}" if len(years) else ""
        counts = f"{self.values['indicator'].nunique()} indicators × {self.values['region'].nunique()} regions{span}"
        missing = int(self.values["value"].isna().sum())
        return f"<IndicatorFile: {counts}, {len(self.values)} values ({missing} missing) from {self.report.file}>"

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


def read_indicators(
    path: str | os.PathLike[str],
    *,
    framework: Framework | None = None,
    sheet: str | None = None,
    year: int | None = None,
    units: Mapping[str, str] | None = None,
    region_column: str | None = None,
    layout: str = "auto",
    limits: ReadLimits = DEFAULT_LIMITS,
) -> IndicatorFile:
    r"""Read indicators from a yearbook file (统计年鉴), however messy, with an account of every decision.

    Use it for files that were made for people: titles above the table, merged headers, units in brackets, full-width
    digits, footnote marks, totals among the rows. What is ambiguous is an error that says which argument settles it.

    Parameters
    ----------
    path
        A local .csv, .tsv or .txt (UTF-8, with or without BOM, UTF-16 with one, or GB18030; comma, semicolon or tab),
        .xlsx, .xlsm, .xls, .htm or .html file. An .xls may be what databases export under this name: a workbook that is
        encrypted with the default key of spreadsheets, one of any older version, a web page, XML, or text.
    framework
        The indicators to look for. Columns are matched to its codes and names, and values are converted to its units.
        Without it every column of numbers becomes an indicator, called as its header without the unit, and a column
        of text is ignored.
    sheet
        The sheet of a workbook. Without it the only visible sheet that holds a table is read.
    year
        The year of the values for which the table states none. It outweighs a year in the title above the table.
    units
        The unit that a column is written in, by its header or by the indicator's code; it outweighs the file.
    region_column
        The column of the regions, by its header or by its letter.
    layout
        ``"wide"``: one column per indicator, or per indicator and year; ``"long"``: one row per value, with columns
        for indicator and value; ``"auto"``: long when there are such columns.
    limits
        What the file may ask for, as `ReadLimits`.

    Returns
    -------
    IndicatorFile
        With `.values`, a tidy frame, and `.report`, a `ReadReport`.

    Raises
    ------
    DataError
        When the file cannot be read, or not in one way only. Cells that are no number are named with their place.
    SpecError
        When an argument is wrong.
    MissingDependencyError
        For .xls and web pages without the extra `xls`.

    Notes
    -----
    **Missing values.** Blanks and the marks — – - … .. . × / 空 无 缺 不详 NA N/A n.a. NaN null are missing: the
    row stays, its value is NaN, and the report counts the marks. Some offices print … for “less than half the unit”;
    it is missing here too.

    Totals and macro-regions (全国, 合计, 东部地区) are set aside, with their values in the report. A number in
    parentheses, a power of ten and an error such as #DIV/0! are no numbers. A cell that a workbook shows as 12.3% is
    read as 12.3 with the unit %, whatever is stored. An .xls does not tell whether a formula was ever computed; its
    stored result is read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = '主要指标（2022年）,,\n城 市,生产总值（亿元）,人口/万人\n合计,３０,5\n合 肥,"1,234.5①",—\n'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "年鉴.csv")
    ...     _ = path.write_text(text, encoding="gb18030")
    ...     file = read_indicators(path)
    >>> file.values[["region", "indicator", "value", "year", "unit", "cell"]]
      region indicator   value  year unit cell
    0     合肥      生产总值  1234.5  2022   亿元   B4
    1     合肥        人口     NaN  2022   万人   C4
    >>> [(s.name, s.indicator, s.value) for s in file.report.set_aside]
    [('合计', '生产总值', 30.0), ('合计', '人口', 5.0)]
    """
    _check_arguments(framework, sheet, year, units, region_column, layout)
    book = open_book(path, limits, sheet)
    notes = Notes(list(book.notes))
    found = find_tables(book, sheet, region_column, layout, notes)
    task = Task(
        book, found.where.rstrip(","), found.kind, framework, units or {}, year, found.series, notes
    )
    return _assemble(task, found)


def _check_arguments(
    framework: object,
    sheet: object,
    year: object,
    units: object,
    region_column: object,
    layout: object,
) -> None:
    if framework is not None and not isinstance(framework, Framework):
        raise SpecError(
            f"framework is {type(framework).__name__}. Pass a Framework, as load_framework returns it."
        )
    for name, value in (("sheet", sheet), ("region_column", region_column)):
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise SpecError(f"{name} is {value!r}. Pass a name, or leave it out.")
    if year is not None and (
        isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2099
    ):
        raise SpecError(
            f"year is {year!r}. Pass a whole number between 1900 and 2099, or leave it out."
        )
    texts = [*units, *units.values()] if isinstance(units, Mapping) else [None]
    if units is not None and not all(isinstance(text, str) and text.strip() for text in texts):
        raise SpecError(
            f"units is {units!r}. Pass a mapping from header or code to unit, such as {{'gdp': '亿元'}}."
        )
    if layout not in _LAYOUTS:
        raise UnknownOptionError("layout", layout, _LAYOUTS)


def _assemble(task: Task, found: Found) -> IndicatorFile:
    named = _with_numbers(task)
    parsed = _parse_all(task, named)
    refuse_twins(task, [n for n, _ in parsed])
    source, years = _source(task), _Years(task, [n for n, _ in parsed])
    rows: list[tuple[object, ...]] = []
    columns: list[ColumnRead] = []
    aside: list[SetAside] = []
    for written, cells in parsed:
        n, factor = _settle_unit(task, written, cells)
        unit = n.wanted or n.unit
        for slot, cell in zip(n.series.slots, cells, strict=True):
            value = _value(cell, n.unit, factor)
            year = n.header.year or slot.year or years.of(n)
            if slot.aside:
                aside.append(
                    SetAside(slot.row, slot.region, n.indicator, year, value, unit, slot.aside)
                )
                continue
            place = n.series.grid.place(slot.row, slot.column)
            rows.append(
                (
                    slot.region,
                    n.indicator,
                    value,
                    year,
                    unit,
                    slot.source or source,
                    slot.status,
                    place,
                )
            )
        columns.append(_column_read(n, factor, cells, years))
    values = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(
        {"value": "float64", "year": "Int64"}
    )
    _note_values(task, values, parsed)
    return IndicatorFile(values, _report(task, found, columns, aside, parsed))


def _with_numbers(task: Task) -> list[Named]:
    """Name the series that hold numbers; a column of words beside them is none, unless it was asked for."""
    if task.framework is not None or task.kind == "long":
        return name_series(task)
    numeric = []
    for series in task.series:
        cells = [series.grid.parsed(slot.row, slot.column) for slot in series.slots]
        bad = sum(cell is NOT_A_NUMBER for cell in cells)
        if bad and bad == sum(not cell.missing for cell in cells):
            task.notes.ignored.append((series.letter, series.text, "text, no numbers"))
        else:
            numeric.append(series)
    if not numeric:
        raise DataError(
            f"{task.where} has no column of numbers beside the regions. Check the header and the sheet."
        )
    return name_series(replace(task, series=numeric))


def _parse_all(task: Task, named: list[Named]) -> list[tuple[Named, list[Parsed]]]:
    """Read every cell as a number; those that are none end in one error that names them."""
    parsed: list[tuple[Named, list[Parsed]]] = []
    wrong: list[str] = []
    for n in named:
        cells = _cells(task, n)
        bad = [
            slot for slot, cell in zip(n.series.slots, cells, strict=True) if cell is NOT_A_NUMBER
        ]
        wrong += [
            f"{_cell(slot, n)}: {n.series.grid.text(slot.row, slot.column)[:40]!r}" for slot in bad
        ]
        parsed.append((n, cells))
    if wrong:
        noun = "cell is no number" if len(wrong) == 1 else f"{len(wrong)} cells are no numbers"
        raise DataError(
            f"{task.where}: {noun}: {listing(wrong)}. Correct them, or write — where there is no value."
        )
    _refuse_unsettled(task, [n for n, _ in parsed])
    return parsed


def _cells(task: Task, n: Named) -> list[Parsed]:
    """Read the cells of a series; blanks within a number are closed where all others have as many decimals."""
    grid, slots = n.series.grid, n.series.slots
    cells = [grid.parsed(slot.row, slot.column) for slot in slots]
    if NOT_A_NUMBER not in cells:
        return cells
    texts = [grid.text(slot.row, slot.column) for slot in slots]
    written = [text for text, cell in zip(texts, cells, strict=True) if cell.value is not None]
    decimals = {len(text.partition(".")[2]) for text in written}
    if len(decimals) != 1:
        return cells
    only = decimals.pop()
    for number, (slot, cell) in enumerate(zip(slots, cells, strict=True)):
        if (
            cell is NOT_A_NUMBER
            and (closed := without_blanks(texts[number], only)) is not NOT_A_NUMBER
        ):
            cells[number] = closed
            task.notes.say(
                f"{grid.place(slot.row, slot.column)} {texts[number]!r} was read as {closed.value}, like the other "
                f"cells of its column with {only} decimals"
            )
    return cells


def _cell(slot: Slot, n: Named) -> str:
    name, grid = n.header.text or n.indicator, n.series.grid
    return f"{grid.place(slot.row, slot.column)} (row {slot.row}, column {grid.letter(slot.column)}, {name!r})"


def _refuse_unsettled(task: Task, named: list[Named]) -> None:
    slots = [
        n.series.grid.place(slot.row, slot.column)
        for n in named
        for slot in n.series.slots
        if (slot.row, slot.column) in n.series.grid.sheet.unsettled
    ]
    if slots:
        noun = "a formula" if len(slots) == 1 else f"{len(slots)} formulas"
        raise DataError(
            f"{task.where} has {noun} without a stored result: {listing(slots)}. Save it from a spreadsheet."
        )


def _settle_unit(task: Task, n: Named, cells: list[Parsed]) -> tuple[Named, Decimal]:
    """Return the series with the unit it is written in, and the factor to the unit that is wanted."""
    signs = Counter(cell.sign for cell in cells if cell.value)
    if not n.unit:
        n = _unit_from_cells(task, n, signs)
    elif foreign := {sign for sign in signs if sign and factor_between(sign, n.unit) is None}:
        raise DataError(
            f"{task.column(n.series)} is in {n.unit!r}, but {sum(signs[s] for s in foreign)} of its cells are marked "
            f"{listing(sorted(foreign))}. Correct the header or the cells, or pass units={{{n.indicator!r}: …}}."
        )
    if signs["%"] and n.unit_from != "cells":
        task.notes.texts.append(
            f"column {n.series.letter}: {signs['%']} cells are written or shown with %"
        )
    factor = factor_between(n.unit, n.wanted) if n.wanted else Decimal(1)
    if factor is None:
        raise DataError(
            f"{task.column(n.series)} is in {n.unit!r} (said by the {n.unit_from}), but the framework measures "
            f"{n.indicator!r} in {n.wanted!r}, and no factor leads from one to the other. Correct the header, or pass "
            f"units={{{n.indicator!r}: {n.wanted!r}}} if that is what the column holds."
        )
    return n, factor


def _unit_from_cells(task: Task, n: Named, signs: Counter[str]) -> Named:
    marked = [sign for sign in signs if sign]
    if len(marked) == 1 and len(signs) == 1:
        return replace(n, unit=marked[0], unit_from="cells", wanted=n.wanted or marked[0])
    if marked:
        raise DataError(
            f"{task.column(n.series)} has {signs.total() - signs['']} cells with {listing(marked)} and {signs['']} "
            f"without, and no unit. Pass units={{{n.indicator!r}: …}} to say what the others are in."
        )
    if n.wanted:
        task.notes.texts.append(
            f"column {n.series.letter} states no unit; it was taken to be in {n.wanted!r}, as the framework has it"
        )
    return replace(n, unit=n.wanted, unit_from="framework" if n.wanted else "")


def _value(cell: Parsed, unit: str, factor: Decimal) -> float:
    if cell.value is None:
        return math.nan
    if cell.sign and cell.value and cell.sign != unit:
        factor *= factor_between(cell.sign, unit) or Decimal(1)
    # Multiplying decimals, not floats: 12,345.6 万元 are 1.23456 亿元 to the last bit.
    return float(cell.value if factor == 1 else cell.value * factor)


class _Years:
    """The years of the values for which the table itself states none: from an argument, a title, a sheet, a file."""

    def __init__(self, task: Task, named: Sequence[Named]) -> None:
        self._task = task
        by_row = {slot.year for n in named for slot in n.series.slots} - {None}
        by_header = {n.header.year for n in named} - {None}
        if by_row and by_header and task.kind != "one region":
            raise DataError(
                f"{task.where} has a column of years as well as years in its headers. Remove one of them."
            )
        stated = sorted(y for y in by_row | by_header if y is not None)
        is_open = any(
            n.header.year is None and slot.year is None for n in named for slot in n.series.slots
        )
        if task.year is not None and not is_open and stated != [task.year]:
            raise DataError(
                f"{task.where} states the years {listing(stated, most=12)}, but year={task.year} was passed. Leave it "
                "out: it is for tables that state none."
            )
        # A sheet of many rows with and without a year is told apart by its rows; a title would only guess.
        self._is_by_row = bool(by_row)
        if not is_open:
            return
        if not stated and not any(self._found(n)[0] for n in named):
            task.notes.say("no year is stated")

    def of(self, n: Named) -> int | None:
        """Return the year of the values of a series that states none."""
        if self._is_by_row and self._task.year is None:
            return None
        year, where = self._found(n)
        if year is not None and n.header.year is None:
            self._say(n, year, where)
        return year

    def origin(self, n: Named) -> str:
        """Return where the year of a series was said."""
        if n.header.year is not None:
            return "header"
        return (
            "rows" if any(slot.year is not None for slot in n.series.slots) else self._found(n)[1]
        )

    def _say(self, n: Named, year: int, where: str) -> None:
        if where != "argument":
            place = "the title" if where == "title" else f"the name of the {where}"
            self._task.notes.say(f"the year {year} was taken from {place}")
            return
        title = n.series.titles.year
        other = f" and outweighs {title} in the title" if title not in (None, year) else ""
        self._task.notes.say(f"year={year} was passed{other}")

    def _found(self, n: Named) -> tuple[int | None, str]:
        task, titles = self._task, n.series.titles
        if task.year is not None:
            return task.year, "argument"
        if titles.year is not None:
            return titles.year, "title"
        if titles.has_several_years:
            return None, ""
        for name, where in ((n.series.grid.sheet.name, "sheet"), (task.book.path.stem, "file")):
            if (year := year_in_name(name)) is not None:
                return year, where
        return None, ""


def _source(task: Task) -> str:
    found = [text for _, text in task.notes.footnote_rows if _SOURCE.match(text)]
    return _SOURCE.sub("", found[0]).strip() if len(found) == 1 else task.book.where


def _column_read(n: Named, factor: Decimal, cells: list[Parsed], years: _Years) -> ColumnRead:
    return ColumnRead(
        column=n.series.letter,
        header=n.header.text,
        indicator=n.indicator,
        rule=n.rule,
        year=n.header.year or years.of(n),
        unit_written=n.unit,
        unit_from=n.unit_from,
        unit=n.wanted or n.unit,
        factor=float(factor),
        cells=sum(cell.value is not None for cell in cells),
        path=tuple(" ".join(" ".join(level).split()) for level in n.series.levels),
        year_from=years.origin(n),
    )


def _refuse_lists(task: Task, values: pd.DataFrame, twice: pd.DataFrame) -> None:
    """Raise when regions stand in several rows throughout: something tells these apart that was not understood."""
    repeated = twice["region"].nunique()
    if repeated < 2 or repeated * 2 < values["region"].nunique():
        return
    region = str(twice["region"].iloc[0])
    cells = twice.loc[twice["region"] == region, "cell"]
    raise DataError(
        f"{task.where} has several values of {repeated} regions for one indicator and year, such as {region} in "
        f"{listing(cells)}. Put what tells them apart into a column called 年份 or 指标, or keep one row for each region."
    )


def _note_values(
    task: Task, values: pd.DataFrame, parsed: list[tuple[Named, list[Parsed]]]
) -> None:
    """Note what is true of the values as a whole: what stands twice, lacks a year, or had separators."""
    notes = task.notes.texts
    twice = values[values.duplicated(["region", "indicator", "year"], keep=False)]
    _refuse_lists(task, values, twice)
    if len(twice):
        seen = dict.fromkeys(
            f"{r} {i}" for r, i in zip(twice["region"], twice["indicator"], strict=True)
        )
        notes.append(
            f"{len(twice)} values share region, indicator and year and were all kept: {listing(seen)}"
        )
    if 0 < values["year"].isna().sum() < len(values):
        notes.append(f"{values['year'].isna().sum()} values have no year")
    if grouped := sum(cell.grouped for _, cells in parsed for cell in cells):
        notes.append(f"{grouped} cells had separators between thousands")
    if task.framework is not None:
        absent = [code for code in task.framework.codes if code not in set(values["indicator"])]
        notes += [f"not in the file: {listing(absent, most=40)}"] if absent else []


def _report(
    task: Task, found: Found, columns: list[ColumnRead], aside: list[SetAside],
    parsed: list[tuple[Named, list[Parsed]]],
) -> ReadReport:  # fmt: skip
    missing = Counter(cell.missing for _, cells in parsed for cell in cells if cell.missing)
    marks = [
        (
            n.series.grid.place(slot.row, slot.column),
            n.series.grid.text(slot.row, slot.column),
            _read_as(cell),
        )
        for n, cells in parsed
        for slot, cell in zip(n.series.slots, cells, strict=True)
        if cell.marks
    ]
    first = found.blocks[0] if found.blocks else None
    return ReadReport(
        file=task.book.where,
        kind=task.book.kind,
        encoding=task.book.encoding,
        delimiter=task.book.delimiter,
        sheet=", ".join(dict.fromkeys(s.grid.sheet.name for s in found.series)),
        layout=found.kind,
        title_rows=tuple(line for titles in found.titles for line in titles.lines),
        header_rows=first.header_rows if first else (),
        region_column=(first.grid.letter(first.panel.region), first.region_header)
        if first
        else ("", ""),
        columns=tuple(columns),
        ignored=tuple(task.notes.ignored),
        set_aside=tuple(aside),
        missing=tuple(missing.most_common()),
        footnotes=(*task.notes.marks, *marks),
        footnote_rows=tuple(task.notes.footnote_rows),
        notes=tuple(task.notes.texts),
        layouts=tuple(task.notes.layouts),
        regions=tuple(
            dict.fromkeys(slot.region for s in found.series for slot in s.slots if not slot.aside)
        ),
    )


def _read_as(cell: Parsed) -> str:
    return cell.missing or str(cell.value)
