"""The cells of one indicator: a column of a wide table, some rows of a long one, a row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hubtiers.errors import DataError, MissingColumnError, listing
from hubtiers.table.yearbook.blocks import Block
from hubtiers.table.yearbook.cells import NOT_A_NUMBER, Parsed, as_text, is_flag, parse_year
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.headers import chinese
from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.roles import Roles
from hubtiers.table.yearbook.rows import Row
from hubtiers.table.yearbook.titles import Titles
from hubtiers.table.yearbook.words import ROLES, role_of

__all__ = [
    "Cells",
    "Series",
    "Slot",
    "dated_series",
    "has_dated_columns",
    "is_long",
    "long_series",
    "one_region_series",
    "wide_series",
]


_LABELS = ("indicator", "unit", "source", "status")


class Slot(NamedTuple):
    """One cell of a value, with what its row says of it. `aside` says why its row is no region.

    A named tuple, because one is made for every cell of a table.
    """

    row: int
    column: int
    region: str
    year: int | None = None
    source: str = ""
    status: str = ""
    aside: str = ""


@dataclass(frozen=True)
class Cells:
    """Cells of a series read as numbers, with what is asked of all of them worked out once."""

    parsed: tuple[Parsed, ...]

    @cached_property
    def floats(self) -> npt.NDArray[np.float64]:
        """The numbers as they are written, NaN where they are missing."""
        # Numbers are finite, so that NaN is what is missing and nothing else.
        numbers = [math.nan if cell.value is None else cell.value for cell in self.parsed]
        return np.array(numbers, dtype=np.float64)

    @cached_property
    def marked(self) -> list[int]:
        """The places of the cells of which there is more to say than a number: a few of many."""
        plain = ("", "", "", False, "", False)
        return [at for at, cell in enumerate(self.parsed) if cell[1:] != plain]

    @cached_property
    def has_words(self) -> bool:
        """Whether a cell is neither a number nor a missing mark."""
        return any(cell is NOT_A_NUMBER for cell in self.parsed)

    @property
    def noted(self) -> Iterator[Parsed]:
        """The cells of which there is more to say than a number."""
        return (self.parsed[at] for at in self.marked)


@dataclass(frozen=True)
class Series:
    """Cells of one indicator in one unit, and what is above; `key` says why it is none."""

    grid: Grid
    titles: Titles
    column: int
    levels: tuple[tuple[str, ...], ...]
    slots: tuple[Slot, ...]
    unit: str = ""
    key: str = ""
    row: int | None = None
    others: tuple[str, ...] = ()
    is_spanned: bool = False

    @property
    def letter(self) -> str:
        """Where the series stands: the letter of its column, or the number of its row."""
        return self.grid.letter(self.column) if self.row is None else f"row {self.row}"

    @cached_property
    def cells(self) -> Cells:
        """The cells read as numbers, in the order of the slots."""
        columns = {slot.column for slot in self.slots}
        if len(columns) == 1:
            rows = (slot.row for slot in self.slots)
            return Cells(tuple(self.grid.parsed_rows(rows, columns.pop())))
        parsed = self.grid.parsed
        return Cells(tuple([parsed(slot.row, slot.column) for slot in self.slots]))

    @cached_property
    def years(self) -> frozenset[int | None]:
        """The years that the rows state; None is one of them where a row states none."""
        return frozenset(slot.year for slot in self.slots)

    @cached_property
    def regions(self) -> frozenset[str]:
        """The names of the regions that the series has cells of."""
        return frozenset(slot.region for slot in self.slots if not slot.aside)

    @property
    def text(self) -> str:
        """All that stands above the values, as one line."""
        return " ".join(" ".join(part.split()) for level in self.levels for part in level)


def is_long(roles: Roles, layout: str) -> bool:
    """Return whether a table has one row for each value: columns of values and of indicators."""
    return layout == "long" or (
        layout == "auto" and bool(roles.named.get("indicator") and roles.named.get("value"))
    )


def wide_series(roles: Roles, titles: Titles, where: str, notes: Notes) -> list[Series]:
    """Return every column beside the names, in the order of the columns."""
    block, series = roles.block, []
    year_column = roles.one("year", where)
    years = _years(block, where, year_column)
    for column in block.columns:
        levels = roles.paths[column]
        if column == year_column:
            continue
        if not levels:
            notes.ignored.append((block.grid.letter(column), "", "the column has no header"))
            continue
        flags = _flags_beside(block, roles, column)
        slots = _slots(block, column, years, flags)
        texts = tuple(level.texts for level in levels)
        key, is_spanned = roles.keys.get(column, ""), _is_spanned(block, column)
        series.append(
            Series(block.grid, titles, column, texts, slots, key=key, is_spanned=is_spanned)
        )
    return series


def _slots(
    block: Block, column: int, years: Mapping[int, int | None], flags: Mapping[int, str]
) -> tuple[Slot, ...]:
    """Return the cells of a column beside the names."""
    numbers, rows = _numbers_of(block), block.rows
    dated = map(years.get, numbers) if years else repeat(None)
    flagged = [flags.get(number, "") for number in numbers] if flags else repeat("")
    regions, asides = (row.region for row in rows), (row.aside for row in rows)
    told = zip(numbers, repeat(column), regions, dated, repeat(""), flagged, asides, strict=False)
    return tuple(map(Slot._make, told))


def _flags_beside(block: Block, roles: Roles, column: int) -> dict[int, str]:
    """Return the flags of the values of a column, where a column without header beside holds them.

    The workbooks of Eurostat have one beside each year.
    """
    beside, grid = column + 1, block.grid
    if beside not in block.columns or roles.paths[beside]:
        return {}
    texts = {row.number: grid.text(row.number, beside) for row in block.rows}
    written = {row: text for row, text in texts.items() if text}
    return written if all(is_flag(text) for text in written.values()) else {}


def _is_spanned(block: Block, column: int) -> bool:
    """Return whether the first row of the header has a merged cell above a column and others."""
    columns = block.columns
    for row in block.header_rows:
        first = block.grid.merged_from.get((row, column), (row, column))
        if block.grid.text(*first):
            return sum(block.grid.merged_from.get((row, c)) == first for c in columns) > 1
    return False


def _years(block: Block, where: str, column: int | None) -> dict[int, int | None]:
    if column is None:
        return {}
    grid, years, wrong = block.grid, {}, []
    for row in block.rows:
        raw = grid.filled.get((row.number, column), grid.raw(row.number, column))
        years[row.number] = parse_year(raw)
        if years[row.number] is None and not grid.parsed(row.number, column).missing:
            wrong.append(f"{grid.place(row.number, column)} {as_text(raw)[:40]!r}")
    if wrong:
        raise DataError(
            f"{where} has {len(wrong)} cells in its column of years that are no year between 1900 "
            "and "
            f"2099: {listing(wrong)}. Write four digits, such as 2022."
        )
    return years


def long_series(roles: Roles, titles: Titles, where: str, notes: Notes) -> list[Series]:
    """Return the rows of every indicator, in the order of their first rows."""
    block = roles.block
    columns = {role: roles.one(role, where) for role in ROLES}
    indicator, value = columns["indicator"], columns["value"]
    if indicator is None or value is None:
        absent = [role for role in ("indicator", "value") if columns[role] is None]
        headers = [header for c in block.columns if (header := roles.header(c))]
        raise MissingColumnError(absent, f"The long table of {where}", headers)
    groups = _groups(block, columns, value, _years(block, where, columns["year"]))
    unnamed = [slot.row for (name, _), slots in groups.items() for slot in slots if not name]
    if unnamed:
        raise DataError(
            f"{where} names no indicator in the rows {listing(unnamed)}. Write one into each row."
        )
    names = _second_names(block, roles, indicator, notes)
    _note_unused(roles, notes)
    series = []
    for (code, unit), slots in groups.items():
        levels = ((names.get(code, code),),)
        series.append(Series(block.grid, titles, value, levels, tuple(slots), unit, others=(code,)))
    return series


def _groups(
    block: Block,
    columns: Mapping[str, int | None],
    value: int,
    years: Mapping[int, int | None],
) -> dict[tuple[str, str], list[Slot]]:
    """Return the cells of values by indicator and unit."""
    groups: dict[tuple[str, str], list[Slot]] = {}
    for row in block.rows:
        told = {role: _label(block.grid, row, columns[role]) for role in _LABELS}
        year = years.get(row.number)
        source, status = told["source"], told["status"]
        slot = Slot(row.number, value, row.region, year, source, status, row.aside)
        groups.setdefault((told["indicator"], told["unit"]), []).append(slot)
    return groups


def has_dated_columns(roles: Roles, layout: str) -> bool:
    """Return whether rows name indicators, and every column of numbers is one of a year."""
    if layout != "auto" or len(roles.named.get("indicator", ())) != 1 or roles.named.get("value"):
        return False
    block, taken = roles.block, {c for columns in roles.named.values() for c in columns}
    dated = _dated_columns(roles)
    others = [c for c in block.columns if c not in (taken | set(dated) | set(roles.keys))]
    rows = [row.number for row in block.rows]
    return bool(dated) and not any(block.grid.is_number(row, c) for c in others for row in rows)


def _dated_columns(roles: Roles) -> dict[int, int]:
    """Return the columns whose header is a year, with the year."""
    dated = {}
    for column in roles.block.columns:
        year = parse_year(roles.header(column))
        if year is not None:
            dated[column] = year
    return dated


def dated_series(roles: Roles, titles: Titles, where: str, notes: Notes) -> list[Series]:
    """Return the rows of every indicator in a table with a column for each year."""
    block = roles.block
    columns = {role: roles.one(role, where) for role in ROLES}
    series: list[Series] = []
    groups: dict[tuple[str, str], list[Slot]] = {}
    for column, year in _dated_columns(roles).items():
        found = _groups(block, columns, column, dict.fromkeys(_numbers_of(block), year))
        for key, slots in found.items():
            groups.setdefault(key, []).extend(slots)
    first = next(iter(_dated_columns(roles)))
    for (name, unit), slots in groups.items():
        series.append(Series(block.grid, titles, first, ((name,),), tuple(slots), unit))
    notes.recognise("the rows name the indicators, and the columns are years")
    return series


def _numbers_of(block: Block) -> list[int]:
    return [row.number for row in block.rows]


def _label(grid: Grid, row: Row, column: int | None) -> str:
    if column is None:
        return ""
    place = (row.number, column)
    return " ".join(as_text(grid.filled.get(place, grid.raw(*place))).split())


def _second_names(block: Block, roles: Roles, indicator: int, notes: Notes) -> dict[str, str]:
    """Return Chinese names for coded indicators: a column that goes with them one to one."""
    rows = block.rows
    codes = [_label(block.grid, row, indicator) for row in rows]
    if any(chinese(code) for code in codes):
        return {}
    taken = {c for columns in roles.named.values() for c in columns}
    for column in block.columns:
        texts = [_label(block.grid, row, column) for row in rows]
        pairs = set(zip(codes, texts, strict=True))
        is_named = column not in taken and all(chinese(text) for text in texts)
        if is_named and len(pairs) == len({code for code, _ in pairs}) == len(
            {text for _, text in pairs}
        ):
            letters = block.grid.letter(indicator), block.grid.letter(column)
            notes.layouts[
                f"column {letters[1]} names the indicators that column {letters[0]} has as codes"
            ] = None
            roles.named.setdefault("name of the indicator", []).append(column)
            return dict(pairs)
    return {}


def _note_unused(roles: Roles, notes: Notes) -> None:
    taken = {c for columns in roles.named.values() for c in columns}
    for column in roles.block.columns:
        if column not in taken:
            letter = roles.block.grid.letter(column)
            notes.ignored.append((letter, roles.header(column), "not a column of a long table"))


def one_region_series(grid: Grid, titles: Titles, region: str, notes: Notes) -> list[Series]:
    """Return the rows of a table of one region: indicators in the rows, years in the header."""
    found = _indicator_header(grid)
    if found is None:
        return []
    header, column = found
    below = [row for row in grid.rows if row > header]
    years = {c: parse_year(grid.raw(header, c)) for c in grid.columns if c != column}
    dated = [c for c, year in years.items() if year is not None]
    _note_undated(grid, below, [c for c in years if c not in dated], notes)
    for row in grid.rows[: grid.rows.index(header)]:
        notes.say(f"row {row} stands above the table: {grid.row_text(row)!r}")
    series, unnamed = [], []
    for row in below:
        name = grid.text(row, column)
        if not any(grid.is_number(row, c) for c in dated):
            notes.footnote_rows.append((row, grid.row_text(row)))
        elif not grid.is_text(row, column):
            unnamed.append(row)
        else:
            slots = tuple(Slot(row, c, region, years[c]) for c in dated)
            series.append(Series(grid, titles, column, ((name,),), slots, row=row))
    if unnamed:
        raise DataError(
            f"{grid.sheet.name or 'The table'} names no indicator in the rows {listing(unnamed)}. "
            "Write one into each row."
        )
    return series


def _note_undated(grid: Grid, rows: Sequence[int], columns: Sequence[int], notes: Notes) -> None:
    """Note the columns of a table of one region that hold numbers of no year."""
    for column in columns:
        if any(grid.is_number(row, column) for row in rows):
            notes.ignored.append((grid.letter(column), "", "the column states no year"))


def _indicator_header(grid: Grid) -> tuple[int, int] | None:
    """Return the row and column of the word above the indicators, left of years."""
    for row in grid.rows[:30]:
        for column in grid.sheet.rows[row]:
            right = [c for c in grid.sheet.rows[row] if c > column]
            years = [c for c in right if parse_year(grid.raw(row, c)) is not None]
            if (
                role_of(grid.text(row, column)) == "indicator"
                and years
                and len(years) == len(right)
            ):
                return row, column
    return None
