"""The cells of a sheet as a reader sees them: merges filled, escapes undone, numbers told."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property, lru_cache

from hubtiers.errors import DataError
from hubtiers.table.yearbook.cells import (
    NO_RULES,
    NOT_A_NUMBER,
    CellRules,
    Parsed,
    as_text,
    clean_name,
    parse_number,
    parse_year,
)
from hubtiers.table.yearbook.sheet import Sheet, column_letter

__all__ = ["Grid"]

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _clean(value: object) -> object:
    """Undo what Excel writes for a carriage return, and set line ends right."""
    if not isinstance(value, str) or (value.isprintable() and "_x" not in value):
        return value
    text = (
        _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), value) if "_x" in value else value
    )
    return text.replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=1 << 16)
def _cleaned(name: str) -> tuple[str, str]:
    return clean_name(_clean(name))


class Grid:
    """A sheet by row and column, both counted from 1."""

    def __init__(self, sheet: Sheet, rules: CellRules = NO_RULES) -> None:
        self.sheet, self.rules = sheet, rules
        self.rows = sorted(sheet.rows)
        self._parsed: dict[int, dict[int, Parsed]] = {}
        self._blank = parse_number(None, rules)
        self._texts: dict[tuple[int, int], str] = {}

    @cached_property
    def columns(self) -> list[int]:
        """Columns with a cell."""
        return sorted({c for cells in self.sheet.rows.values() for c in cells})

    def raw(self, row: int, column: int) -> object:
        """Return a cell as stored, without regard to merges."""
        return self.sheet.rows.get(row, {}).get(column)

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell, with its line breaks."""
        place = (row, column)
        if place not in self._texts:
            self._texts[place] = as_text(_clean(self.raw(row, column))).strip()
        return self._texts[place]

    def parsed(self, row: int, column: int) -> Parsed:
        """Return a cell read as a number."""
        # A column at once, so that what is asked of columns finds their cells side by side.
        known = self._parsed.get(column)
        if known is None:
            known = self._parse(column)
        return known.get(row, self._blank)

    def parsed_rows(self, rows: Iterable[int], column: int) -> list[Parsed]:
        """Return the cells of a column in some rows, read as numbers."""
        known = self._parsed.get(column) or self._parse(column)
        return [known.get(row, self._blank) for row in rows]

    def _parse(self, column: int) -> dict[int, Parsed]:
        raw, rules = self.sheet.rows, self.rules
        filled = ((row, cells[column]) for row, cells in raw.items() if column in cells)
        known = {row: parse_number(_clean(value), rules) for row, value in filled}
        self._parsed[column] = known
        return known

    def is_number(self, row: int, column: int) -> bool:
        """Return whether a cell holds a number."""
        return self.parsed(row, column).value is not None

    def is_plain_number(self, row: int, column: int) -> bool:
        """Return whether a cell holds a number that is no year."""
        return self.is_number(row, column) and parse_year(self.raw(row, column)) is None

    def is_text(self, row: int, column: int) -> bool:
        """Return whether a cell holds words: neither a number nor a mark of a missing one."""
        return bool(self.text(row, column)) and self.parsed(row, column) is NOT_A_NUMBER

    def name(self, row: int, column: int) -> tuple[str, str]:
        """Return the name in a cell or its merge, spaces set right, and the footnote marks."""
        value = self.filled.get((row, column), self.raw(row, column))
        return _cleaned(value) if isinstance(value, str) else clean_name(value)

    def filled_columns(self, row: int, columns: Iterable[int]) -> list[int]:
        """Return those of the columns that hold something in a row."""
        cells = self.sheet.rows.get(row, {})
        return [c for c in columns if c in cells]

    def place(self, row: int, column: int) -> str:
        """Return the address of a cell."""
        return self.sheet.place(row, column)

    def row_text(self, row: int, columns: Iterable[int] | None = None) -> str:
        """Return what a row says, or some of its columns, as one line."""
        wanted = (
            self.sheet.rows.get(row, {}) if columns is None else self.filled_columns(row, columns)
        )
        return " ".join(dict.fromkeys(" ".join(self.text(row, c).split()) for c in wanted))

    @cached_property
    def filled(self) -> dict[tuple[int, int], object]:
        """The empty cells of merges, with what their merge holds."""
        cells: dict[tuple[int, int], object] = {}
        for place, first in self.merged_from.items():
            value = self.raw(*first)
            if place != first and value is not None and self.raw(*place) is None:
                cells[place] = value
        return cells

    @cached_property
    def merged_from(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Where the text of a cell stands: the first cell of the merge that it is in."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        visited, most = 0, 4 * len(self.rows) * len(self.columns) + 1000
        for top, left, bottom, right in self.sheet.merges:
            rows = self.rows[bisect_left(self.rows, top) : bisect_right(self.rows, bottom)]
            columns = self.columns[
                bisect_left(self.columns, left) : bisect_right(self.columns, right)
            ]
            visited += len(rows) * len(columns)
            if visited > most:
                raise DataError(
                    f"The sheet {self.sheet.name!r} has merged cells that overlap. Save the file "
                    "anew in a spreadsheet."
                )
            found.update({(r, c): (top, left) for r in rows for c in columns})
        return found

    def letter(self, column: int) -> str:
        """Return the letter of a column."""
        return column_letter(column)
