"""Reading indicators from files as offices publish them: every decision is reported."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.framework import Framework
from hubtiers.table.yearbook.assemble import make_report, make_values
from hubtiers.table.yearbook.cells import cell_rules
from hubtiers.table.yearbook.formats import open_book
from hubtiers.table.yearbook.matching import Task, name_series, refuse_twins
from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.numbers import numeric_series, read_numbers
from hubtiers.table.yearbook.read_report import ColumnRead, ReadReport, SetAside
from hubtiers.table.yearbook.sheet import DEFAULT_LIMITS, ReadLimits
from hubtiers.table.yearbook.tables import Found, find_tables
from hubtiers.table.yearbook.years import Years

__all__ = ["ColumnRead", "IndicatorFile", "ReadLimits", "ReadReport", "SetAside", "read_indicators"]

_LAYOUTS = ("auto", "wide", "long")


@dataclass(frozen=True, eq=False, repr=False)
class IndicatorFile:
    """What `read_indicators` found in a file.

    Attributes
    ----------
    values
        One row per region, indicator and year: `region` as written (spaces set right, footnote
        marks removed), `indicator`, `value` (float, NaN where the file has a missing mark), `year`
        (Int64, <NA> where the file states none), `unit`, `source`, `status` and `cell`, the address
        such as ``Sheet1!C7``.
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
        indicators, regions = (self.values[name].nunique() for name in ("indicator", "region"))
        missing = int(self.values["value"].isna().sum())
        counts = f"{indicators} indicators × {regions} regions{span}, {len(self.values)} values"
        return f"<IndicatorFile: {counts} ({missing} missing) from {self.report.file}>"

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Let Python not look for cycles while many cells are made: there are none, and it costs."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_collector_paused()
def read_indicators(  # noqa: PLR0913 - each is a choice that a message may ask for
    path: str | os.PathLike[str],
    *,
    framework: Framework | None = None,
    sheet: str | None = None,
    year: int | None = None,
    units: Mapping[str, str] | None = None,
    region_column: str | None = None,
    layout: str = "auto",
    keep: Sequence[str] = (),
    decimal: str | None = None,
    missing: Sequence[float | str] = (),
    limits: ReadLimits = DEFAULT_LIMITS,
) -> IndicatorFile:
    r"""Read indicators from a yearbook file (统计年鉴), with an account of every decision.

    Use it for files that were made for people: titles above the table, merged headers, units in
    brackets, full-width digits, footnote marks, totals among the rows. What is ambiguous is an
    error that says which argument settles it.

    Parameters
    ----------
    path
        A local .csv, .tsv or .txt (UTF-8, with or without BOM, or GB18030; comma, semicolon or
        tab), .xlsx, .xlsm or .xls file; also one that is called .xls and holds a web page.
    framework
        The indicators to look for. Columns are matched to its codes and names, whole or by lines
        that no other column has, and values are converted to its units. Without it every column of
        numbers becomes an indicator, called as its header without unit and gloss; keys, ranks and
        columns of text are set aside.
    sheet
        The sheet of a workbook. Without it the visible sheet that holds a table is read, or all
        those of one table that goes on from sheet to sheet.
    year
        The year of the values for which the table states none. It outweighs a year in the title
        above the table and in the names of sheet and file, which are taken in this order.
    units
        The unit that a column is written in, by its header or by the indicator's code; it outweighs
        the file.
    region_column
        The column of the regions: by its header, by its letter, or by the cell above the names,
        such as ``"A5"``.
    layout
        ``"wide"``: one column per indicator, or per indicator and year; ``"long"``: one row per
        value, with columns for indicator and value; ``"auto"``: long when there are such columns.
    keep
        Columns to read although they look like keys or ranks, by header or letter. A framework that
        names such a column keeps it as well. Numbers such as -999 in these columns are numbers.
    decimal
        ``","`` for numbers such as 1.234,56 and 12,5, or ``"."``. Left out, a point stands before
        decimals and a comma between thousands, and what can only be read with a decimal comma, or
        in both ways, is an error that says so. Numbers that a workbook stores as numbers are what
        they are.
    missing
        Numbers and texts that stand for missing values, such as ``[-999, "k.A."]``.
    limits
        What the file may ask for, as `ReadLimits`.

    Returns
    -------
    IndicatorFile
        With `.values`, a tidy frame, and `.report`, a `ReadReport`.

    Raises
    ------
    DataError
        When the file cannot be read, or not in one way only. Cells that are no number are named
        with their place.
    SpecError
        When an argument is wrong.
    MissingDependencyError
        For .xls and web pages without the extra `xls`.

    Notes
    -----
    **Missing values.** Blanks and the marks — – - … .. . : × / 空 无 缺 不详 NA N/A n.a. NaN null
    are missing: the row stays, its value is NaN, and the report counts the marks. Some offices
    print … for “less than half the unit”; it is missing here too. Numbers such as -999 or 999999
    that stand apart from all others of their column are asked about: `missing` or `keep` settles
    it. A flag behind a number (12.3 e, 12.3 (p), : u) stands in `status`.

    **Layouts.** Names in two languages, headers over several rows, tables that go on to the right,
    below or on the next sheet, long tables and tables of one region are recognised, and said in the
    report; so are the exports of Eurostat, the OECD, the World Bank and the US Census Bureau.
    `report.preview()` shows the table as it was understood.

    Totals and macro-regions (全国, 合计, 东部地区) are set aside, and stand in the report. A number
    in parentheses, a power of ten and an error such as #DIV/0! are no numbers. A cell that a
    workbook shows as 12.3% is read as 12.3 with the unit %, whatever is stored. An .xls does not
    tell whether a formula was ever computed; its stored result is read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = '主要指标（2022年）,,\n城 市,生产总值（亿元）,人口/万人\n'
    >>> text += '合计,３０,5\n合 肥,"1,234.5①",—\n'
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
    _check_keep(keep)
    rules = cell_rules(decimal, missing)
    book = open_book(path, limits, sheet)
    notes = Notes(list(book.notes))
    found = find_tables(book, sheet, region_column, layout, rules, notes)
    task = Task(
        book=book,
        where=found.where.rstrip(","),
        kind=found.kind,
        framework=framework,
        units=units or {},
        year=year,
        keep=keep,
        rules=rules,
        series=found.series,
        notes=notes,
    )
    return _values_of(task, found)


def _values_of(task: Task, found: Found) -> IndicatorFile:
    """Name, read and date every series, and tell what was done."""
    if task.framework is None and found.kind != "long":
        task = replace(task, series=numeric_series(task))
    read = read_numbers(task, name_series(task))
    refuse_twins(task, [numbers.named for numbers in read])
    years = Years(task, [numbers.named for numbers in read])
    values = make_values(task, read, years)
    return IndicatorFile(values, make_report(task, found, read, years))


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
            f"framework is {type(framework).__name__}. Pass a Framework, as load_framework "
            "returns it."
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
            f"units is {units!r}. Pass a mapping from header or code to unit, such as "
            f"{{'gdp': '亿元'}}."
        )
    if layout not in _LAYOUTS:
        raise UnknownOptionError("layout", layout, _LAYOUTS)


def _check_keep(keep: object) -> None:
    texts = keep if isinstance(keep, Sequence) and not isinstance(keep, str) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise SpecError(
            f"keep is {keep!r}. Pass a list of headers or letters of columns, such as ['位次']."
        )
