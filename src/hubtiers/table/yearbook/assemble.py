"""Values, and the account of them, from series whose cells have been read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.matching import Named, Task
from hubtiers.table.yearbook.numbers import Numbers
from hubtiers.table.yearbook.read_report import ColumnRead, ReadReport, SetAside
from hubtiers.table.yearbook.series import Slot
from hubtiers.table.yearbook.tables import Found
from hubtiers.table.yearbook.years import Years

__all__ = ["make_report", "make_values"]

_SOURCE = re.compile(r"(?:资料|数据)?来源\s*[:：]|sources?\s*[:：]", re.IGNORECASE)
_COLUMNS = ("region", "indicator", "value", "year", "unit", "source", "status", "cell")


def make_values(task: Task, read: Sequence[Numbers], years: Years) -> pd.DataFrame:
    """Return one row for every cell of a region, and note what is true of the values as a whole."""
    source = _source(task)
    columns: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    numbers_read: list[npt.NDArray[np.float64]] = []
    for numbers in read:
        n, slots = numbers.named, numbers.named.series.slots
        kept = [at for at, slot in enumerate(slots) if not slot.aside]
        numbers_read.append(numbers.values()[kept])
        statuses, slots = _statuses(numbers, kept), tuple([slots[at] for at in kept])
        # Column by column: a row of its own for each value would take most of the time.
        columns["region"] += [slot.region for slot in slots]
        columns["indicator"] += [n.indicator] * len(kept)
        columns["year"] += _years_of(n, slots, years)
        columns["unit"] += [numbers.unit] * len(kept)
        columns["source"] += [slot.source or source for slot in slots]
        columns["status"] += statuses
        columns["cell"] += _places(n.series.grid, slots)
    told: dict[str, object] = {**columns, "value": np.concatenate(numbers_read)}
    values = pd.DataFrame(told)
    values = values.astype({"value": "float64", "year": "Int64"})
    _note_values(task, values, read)
    return values


def _years_of(n: Named, slots: Sequence[Slot], years: Years) -> list[int | None]:
    """Return the years of cells: of their header, else their row, else what was said of all."""
    of_header, of_table = n.header.year, years.of(n)
    if of_header or not n.series.years - {None}:
        return [of_header or of_table] * len(slots)
    return [slot.year or of_table for slot in slots]


def _statuses(numbers: Numbers, kept: Sequence[int]) -> list[str]:
    """Return what is said of values: in a column of their rows, and behind their numbers."""
    slots, parsed = numbers.named.series.slots, numbers.cells.parsed
    said = {at: slots[at].status.strip() for at in kept if slots[at].status}
    for at in numbers.cells.marked:
        if flags := parsed[at].flags:
            said[at] = f"{slots[at].status} {flags}".strip()
    return [said.get(at, "") for at in kept] if said else [""] * len(kept)


def _places(grid: Grid, slots: Sequence[Slot]) -> list[str]:
    """Return the addresses of cells, for which that of each column is made once."""
    columns = {column: grid.sheet.column(column) for column in {slot.column for slot in slots}}
    return [f"{columns[slot.column]}{slot.row}" for slot in slots]


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
    if grouped := sum(cell.grouped for numbers in read for cell in numbers.cells.noted):
        say(f"{grouped} cells had separators between thousands")
    found = set(values["indicator"].unique())
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
    cells = [cell for numbers in read for cell in numbers.cells.noted]
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
        cells=int(np.count_nonzero(~np.isnan(numbers.cells.floats))),
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
        for slot, cell in numbers.noted:
            if cell.marks:
                place, text = grid.place(slot.row, slot.column), grid.text(slot.row, slot.column)
                marks.append((place, text, cell.missing or str(cell.value)))
    return marks
