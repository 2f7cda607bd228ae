"""The tables of a panel from top to bottom: titles, header, names, as often as they begin."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import parse_number
from hubtiers.table.yearbook.choices import choice
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.headers import name_key
from hubtiers.table.yearbook.lines import LONG_LINE, Lines, header_rows
from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.panels import Panel
from hubtiers.table.yearbook.places import is_place, known_as
from hubtiers.table.yearbook.rows import Row, mark_aside
from hubtiers.table.yearbook.words import (
    is_closing_line,
    is_continuation,
    region_word,
    why_no_region,
)

__all__ = ["Block", "find_blocks"]

_HEADING = re.compile(r"[一二三四五六七八九十]+\s*[、.．]")
_COUNTING = ("甲", "乙", "编号", "序号", "栏次")
_LONG_IN_ENGLISH = 60


@dataclass(frozen=True)
class Block:
    """One table: titles, rows of the header, rows of names, and the columns beside them."""

    grid: Grid
    panel: Panel
    titles: tuple[tuple[int, str], ...]
    header_rows: tuple[int, ...]
    rows: tuple[Row, ...]

    @property
    def region_header(self) -> str:
        """What stands above the names."""
        texts = (self.grid.text(row, self.panel.region) for row in self.header_rows)
        return next((text for text in texts if region_word(text)), "")

    @cached_property
    def columns(self) -> list[int]:
        """The columns beside the names that hold something in the header or below it."""
        used: set[int] = set()
        for row in (*self.header_rows, *(row.number for row in self.rows)):
            used.update(self.grid.sheet.rows.get(row, {}))
        return [c for c in self.panel.columns if c in used]


def find_blocks(grid: Grid, panel: Panel, where: str, notes: Notes) -> list[Block]:
    """Cut a panel into tables, each with its titles, header and rows.

    Raises
    ------
    DataError
        When rows hold numbers and no name.
    """
    walk = _Walk(Lines(grid, panel), notes)
    for row in grid.rows:
        walk.step(row)
    walk.close()
    if walk.orphans:
        raise DataError(
            f"{where} has values but no region in the rows {listing(walk.orphans)}. Write the name "
            f"into each row, or name another column with {choice('region_column')}."
        )
    return walk.blocks


class _Walk:
    """Walks down a panel. What is pending above the first name becomes titles and header."""

    def __init__(self, lines: Lines, notes: Notes) -> None:
        self.lines, self.notes = lines, notes
        self.blocks: list[Block] = []
        self.orphans: list[int] = []
        self._begin()

    def _begin(self, *pending: int) -> None:
        self.pending: list[int] = list(pending)
        self.rows: list[Row] = []
        self.has_remarks = False

    def step(self, row: int) -> None:
        """Take the next row."""
        name, beside = self.lines.name(row), self.lines.beside(row)
        if not beside and not name:
            return
        if self.rows and self._repeats_header(row):
            self.notes.say(f"row {row} repeats the header and was left out")
        elif self.rows and self._continues_name(row):
            self.rows[-1] = replace(self.rows[-1], region=f"{self.rows[-1].region} {name}")
        elif self.rows and self._opens_table(row):
            self.close()
            self._begin(row)
        elif self._is_named(row):
            self._take(row, name)
        elif self.rows:
            self._below(row)
        else:
            self.pending.append(row)

    def close(self) -> None:
        """End the table that was being read."""
        if self.rows:
            header = header_rows(self.lines, self.pending)
            self._note_left_out(header)
            # A row of numbers without a name would be swallowed by the header.
            self.orphans += [row for row in header if self.lines.plain_numbers(row)]
            first = min(header, default=self.rows[0].number)
            titles = [(row, self.lines.text(row)) for row in self.pending if row < first]
            rows = mark_aside(self.rows, self.notes)
            grid, panel = self.lines.grid, self.lines.panel
            self.blocks.append(Block(grid, panel, tuple(titles), tuple(header), tuple(rows)))
        self._begin()

    def _note_left_out(self, header: list[int]) -> None:
        for row in self.pending:
            if self.lines.numbers_columns(row):
                self.notes.say(f"row {row} numbers the columns and was left out")
            elif header and row > header[0] and row not in header:
                name = self.lines.name(row)
                self.notes.say(f"row {row} is a heading and was left out: {name!r}")

    def _repeats_header(self, row: int) -> bool:
        """Return whether a row says what the header said, as on the next page of a table."""
        if not self.lines.has_region_word(row) or self.lines.more_follows(row):
            return False
        grid = self.lines.grid
        columns = grid.filled_columns(row, self.lines.columns)
        header = header_rows(self.lines, self.pending)
        for column in columns:
            known = {name_key(grid.text(r, column)) for r in header}
            if name_key(grid.text(row, column)) not in known:
                return False
        return len(columns) > 1

    def _continues_name(self, row: int) -> bool:
        """Return whether an English name stands below the Chinese one, beside merged values."""
        if self.lines.beside(row):
            return False
        above, merged_from = self.rows[-1], self.lines.grid.merged_from
        columns = self.lines.panel.columns
        merged = [c for c in columns if merged_from.get((row, c), (0, 0))[0] == above.number]
        return bool(merged) and self.lines.name(row).isascii() and not above.region.isascii()

    def _opens_table(self, row: int) -> bool:
        """Return whether a second table begins here: its title, or the first row of its header."""
        if self.lines.has_region_word(row) or self._heads_names_again(row):
            return True
        following = next((r for r in self.lines.headed if r > row), None)
        if following is None or self.lines.plain_numbers(row):
            return False
        between = (r for r in self.lines.after(row) if r < following)
        if any(self.lines.plain_numbers(r) for r in between):
            return False
        is_title = is_continuation(self.lines.name(row)) or self.lines.states_unit(row)
        return is_title or bool(self.lines.beside(row))

    def _heads_names_again(self, row: int) -> bool:
        """Return whether words without a name stand above names that were read before."""
        lines = self.lines
        if lines.name(row) or not lines.words(row) or lines.plain_numbers(row):
            return False
        known = {r.region for r in self.rows}
        below = (lines.name(r) for r in lines.after(row))
        return next(filter(None, below), "") in known

    def _is_named(self, row: int) -> bool:
        """Return whether a row names a region, or a total, of the table."""
        name, lines = self.lines.name(row), self.lines
        if not name or parse_number(name).missing or region_word(name):
            return False
        has_numbers, has_texts = lines.has_numbers(row), bool(lines.beside(row))
        if not has_numbers and lines.states_unit(row):
            return False
        is_heading = bool(_HEADING.match(name)) and not has_texts
        if not has_numbers and (is_closing_line(name) or is_heading):
            return False
        if self.rows:
            return has_texts or lines.is_known(row)
        return self._is_first_named(row, name, has_numbers=has_numbers, has_texts=has_texts)

    def _is_first_named(self, row: int, name: str, *, has_numbers: bool, has_texts: bool) -> bool:
        """Return whether a row below pending ones is the first of the names."""
        lines = self.lines
        if name in _COUNTING and lines.counts_up(row):
            return False
        is_known = lines.is_known(row)
        if not is_known and any(r > row for r in lines.headed):
            return False
        # Years beside a name are values once the word above the names was seen, else a header.
        is_headed = any(lines.has_region_word(r) for r in self.pending)
        if has_numbers and (is_headed or lines.plain_numbers(row)):
            return True
        if has_texts:
            return is_known
        # The first region may have no values; a line that more of the header follows is none.
        return is_headed and (is_known or not lines.more_follows(row))

    def _take(self, row: int, name: str) -> None:
        grid, column = self.lines.grid, self.lines.panel.region
        text, marks = grid.name(row, column)
        if marks:
            self.notes.marks.append((grid.place(row, column), grid.text(row, column), text))
        self.rows.append(Row(row, name))
        self.has_remarks = False

    def _below(self, row: int) -> None:
        """Take a row below the first names that is no row of a region."""
        name, text, lines = self.lines.name(row), self.lines.text(row), self.lines
        has_texts = bool(lines.beside(row))
        if lines.has_numbers(row):
            if name or not lines.has_only_zeros(row):
                self.orphans.append(row)
            else:
                self.notes.say(f"row {row} has zeros and no name, and was left out")
        elif _HEADING.match(name) and not has_texts:
            self.notes.say(f"row {row} is a heading and was left out: {name!r}")
        elif is_closing_line(text) or (not has_texts and self._is_remark(row, name)):
            self.notes.footnote_rows.append((row, text))
            self.has_remarks = True
        elif name and not has_texts:
            self.rows.append(Row(row, name))
        else:
            self.notes.say(f"row {row} names no region and holds no number: {text!r}")

    def _is_remark(self, row: int, name: str) -> bool:
        """Return whether a line that stands alone is no name of a region without values."""
        has_name = bool(self.lines.grid.text(row, self.lines.panel.region))
        if self.has_remarks or not has_name:
            return True
        if len(name) > (_LONG_IN_ENGLISH if name.isascii() else LONG_LINE):
            return True
        # Below the last numbers of a list of known regions, a name that is none is a line: 完.
        if known_as(name) or any(self.lines.has_numbers(r) for r in self.lines.after(row)):
            return False
        known = [r for r in self.rows if is_place(r.region) or why_no_region(r.region)]
        return len(known) * 10 >= len(self.rows) * 9
