"""Values, and the account of them, from series whose cells have been read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.matching import Task
from hubtiers.table.yearbook.numbers import Numbers
from hubtiers.table.yearbook.read_report import ColumnRead, ReadReport, SetAside
from hubtiers.table.yearbook.tables import Found
from hubtiers.table.yearbook.years import Years

__all__ = ["make_report", "make_values"]

_SOURCE = re.compile(r"(?:资料|数据)?来源\s*[:：]|sources?\s*[:：]", re.IGNORECASE)
_COLUMNS = ("region", "indicator", "value", "year", "unit", "source", "status", "cell")


def make_values(task: Task, read: Sequence[Numbers], years: Years) -> pd.DataFrame:
    """Return one row for every cell of a region, and note what is true of the values as a whole."""
    source = _source(task)
    columns: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    for numbers in read:
        n, grid = numbers.named, numbers.named.series.grid
        kept = [pair for pair in numbers if not pair[0].aside]
        dated = n.header.year, years.of(n)
        # Column by column: a row of its own for each value would take most of the time.
        columns["region"] += [slot.region for slot, _ in kept]
        columns["indicator"] += [n.indicator] * len(kept)
        columns["value"] += [numbers.value(cell) for _, cell in kept]
        columns["year"] += [dated[0] or slot.year or dated[1] for slot, _ in kept]
        columns["unit"] += [numbers.unit] * len(kept)
        columns["source"] += [slot.source or source for slot, _ in kept]
        columns["status"] += [f"{slot.status} {cell.flags}".strip() for slot, cell in kept]
        columns["cell"] += [grid.place(slot.row, slot.column) for slot, _ in kept]
    values = pd.DataFrame(columns)
    values = values.astype({"value": "float64", "year": "Int64"})
    _note_values(task, values, read)
    return values


def _source(task: Task) -> str:
    """Return what the line below the table names as its source, else the file."""
    found = [text for _, text in task.notes.footnote_rows if _SOURCE.match(text)]
    return _SOURCE.sub("", found[0]).strip() if len(found) == 1 else task.book.where


def _note_values(task: Task, values: pd.DataFrame, read: Sequence[Numbers]) -> None:
    """Note what stands twice, lacks a year, is absent, or had separators."""
    say = task.notes.say
    twice = values[values.duplicated(["region", "indicator", "year"], keep=False)]
    _refuse_lists(task, values, twice)
    if len(twice):
        pairs = zip(twice["region"], twice["indicator"], strict=True)
        seen = listing(dict.fromkeys(f"{region} {indicator}" for region, indicator in pairs))
        say(f"{len(twice)} values share region, indicator and year and were all kept: {seen}")
    undated = int(values["year"].isna().sum())
    if 0 < undated < len(values):
        say(f"{undated} values have no year")
    if grouped := sum(cell.grouped for numbers in read for cell in numbers.cells):
        say(f"{grouped} cells had separators between thousands")
    found = set(values["indicator"])
    wanted = task.framework.codes if task.framework is not None else ()
    if absent := [code for code in wanted if code not in found]:
        say(f"not in the file: {listing(absent, most=40)}")


def _refuse_lists(task: Task, values: pd.DataFrame, twice: pd.DataFrame) -> None:
    """Raise when regions stand in several rows throughout: what tells these apart is not known."""
    repeated = twice["region"].nunique()
    if repeated < 2 or repeated * 2 < values["region"].nunique():
        return
    region = str(twice["region"].iloc[0])
    cells = twice.loc[twice["region"] == region, "cell"]
    raise DataError(
        f"{task.where} has several values of {repeated} regions for one indicator and year, such "
        f"as {region} in {listing(cells)}. Put what tells them apart into a column called 年份 or "
        "指标, or keep one row for each region."
    )


def make_report(task: Task, found: Found, read: Sequence[Numbers], years: Years) -> ReadReport:
    """Return the account of how a file was read."""
    cells = [cell for numbers in read for cell in numbers.cells]
    missing = Counter(cell.missing for cell in cells if cell.missing)
    flags = Counter(cell.flags for cell in cells if cell.flags)
    header_rows, region_column = _head(found)
    return ReadReport(
        file=task.book.where,
        kind=task.book.kind,
        encoding=task.book.encoding,
        delimiter=task.book.delimiter,
        sheet=", ".join(dict.fromkeys(s.grid.sheet.name for s in found.series)),
        layout=found.kind,
        title_rows=_title_rows(found),
        header_rows=header_rows,
        region_column=region_column,
        columns=tuple(_column_read(numbers, years) for numbers in read),
        ignored=tuple(task.notes.ignored),
        set_aside=_set_aside(read, years),
        missing=tuple(missing.most_common()),
        flags=tuple(flags.most_common()),
        footnotes=(*task.notes.marks, *_marks(read)),
        footnote_rows=tuple(task.notes.footnote_rows),
        notes=tuple(task.notes.texts),
        layouts=tuple(task.notes.layouts),
        regions=_regions(found),
    )


def _head(found: Found) -> tuple[tuple[int, ...], tuple[str, str]]:
    """Return the rows of the first header, and the letter and header of its column of regions."""
    if found.export is not None:
        return (found.export.header_row,), found.export.region
    if not found.blocks:
        return (), ("", "")
    first = found.blocks[0]
    return first.header_rows, (first.grid.letter(first.panel.region), first.region_header)


def _title_rows(found: Found) -> tuple[tuple[int, str], ...]:
    return tuple(line for titles in found.titles for line in titles.lines)


def _regions(found: Found) -> tuple[str, ...]:
    slots = (slot for series in found.series for slot in series.slots)
    return tuple(dict.fromkeys(slot.region for slot in slots if not slot.aside))


def _column_read(numbers: Numbers, years: Years) -> ColumnRead:
    n = numbers.named
    path = [" ".join(" ".join(level).split()) for level in n.series.levels]
    return ColumnRead(
        column=n.series.letter,
        header=n.header.text,
        indicator=n.indicator,
        rule=n.rule,
        year=years.of(n),
        unit_written=n.unit,
        unit_from=n.unit_from,
        unit=numbers.unit,
        factor=float(numbers.factor),
        cells=sum(cell.value is not None for cell in numbers.cells),
        path=tuple(path),
        year_from=years.origin(n),
    )


def _set_aside(read: Sequence[Numbers], years: Years) -> tuple[SetAside, ...]:
    aside = []
    for numbers in read:
        n, undated = numbers.named, years.of(numbers.named)
        for slot, cell in numbers:
            if slot.aside:
                year, value = n.header.year or slot.year or undated, numbers.value(cell)
                told = (slot.row, slot.region, n.indicator, year, value, numbers.unit)
                aside.append(SetAside(*told, slot.aside))
    return tuple(aside)


def _marks(read: Sequence[Numbers]) -> list[tuple[str, str, str]]:
    """Return the cells from which a footnote mark was removed."""
    marks = []
    for numbers in read:
        grid = numbers.named.series.grid
        for slot, cell in numbers:
            if cell.marks:
                place, text = grid.place(slot.row, slot.column), grid.text(slot.row, slot.column)
                marks.append((place, text, cell.missing or str(cell.value)))
    return marks
