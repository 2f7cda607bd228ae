"""The rows of a panel one by one: what a single row can be, before it is known what it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from hubtiers.table.yearbook.cells import parse_year
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.panels import Panel
from hubtiers.table.yearbook.places import known_as
from hubtiers.table.yearbook.words import is_unit_note, region_word, why_no_region

__all__ = ["LONG_LINE", "Lines", "header_rows"]

# A name of a region or a column is shorter than this; a title or a remark may be longer.
LONG_LINE = 25


class Lines:
    """A panel by rows: the name of a row, what stands beside it, and what the row can be."""

    def __init__(self, grid: Grid, panel: Panel) -> None:
        self.grid, self.panel = grid, panel
        self.columns = sorted({panel.region, *panel.glosses, *panel.columns})
        self._names: dict[int, str] = {}
        self._beside: dict[int, list[int]] = {}
        self.headed = [row for row in grid.rows if self.has_region_word(row)]

    def name(self, row: int) -> str:
        """Return the name of a row, that of its gloss where it has no other."""
        if row not in self._names:
            columns = (self.panel.region, *self.panel.glosses)
            names = (self.grid.name(row, column)[0] for column in columns)
            self._names[row] = next(filter(None, names), "")
        return self._names[row]

    def beside(self, row: int) -> list[int]:
        """Return the columns beside the name that hold something."""
        # Each row is asked about several times in a row, and of a wide table each answer is long.
        if row not in self._beside:
            self._beside = {row: self.grid.filled_columns(row, self.panel.columns)}
        return self._beside[row]

    def text(self, row: int) -> str:
        """Return all that a row says in this panel."""
        return self.grid.row_text(row, self.columns)

    def has_numbers(self, row: int) -> bool:
        """Return whether a column beside the name holds a number."""
        return any(self.grid.is_number(row, c) for c in self.beside(row))

    def plain_numbers(self, row: int) -> list[int]:
        """Return the columns beside the name that hold numbers which are no years."""
        return [c for c in self.beside(row) if self.grid.is_plain_number(row, c)]

    def words(self, row: int) -> list[int]:
        """Return the columns beside the name that hold words."""
        return [c for c in self.beside(row) if self.grid.is_text(row, c)]

    def after(self, row: int) -> Iterator[int]:
        """Return the rows below a row that hold something in this panel."""
        rows = self.grid.rows
        below = (rows[number] for number in range(bisect_right(rows, row), len(rows)))
        return (r for r in below if self.grid.filled_columns(r, self.columns))

    def has_region_word(self, row: int) -> bool:
        """Return whether a row has the word above the names, or is the one that was asked for."""
        if self.panel.head is not None:
            return row == self.panel.head
        is_word = bool(region_word(self.grid.text(row, self.panel.region)))
        return is_word and not self.plain_numbers(row)

    def is_known(self, row: int) -> bool:
        """Return whether the name of a row is that of a known region, or of none by its wording."""
        name = self.name(row)
        return bool(known_as(name)) or bool(why_no_region(name))

    def states_unit(self, row: int) -> bool:
        """Return whether a row states the unit of the table."""
        return is_unit_note(self.text(row))

    def counts_up(self, row: int) -> bool:
        """Return whether a row numbers the columns: 1, 2, 3 … beside 甲 or nothing."""
        seen = [self.grid.parsed(row, c).value for c in self.beside(row)]
        first = int(seen[0] or 0) if seen else 0
        return bool(seen) and seen == list(range(first, first + len(seen)))

    def numbers_columns(self, row: int) -> bool:
        """Return whether a row of the header numbers the columns, and does not state years."""
        beside = self.beside(row)
        years = [c for c in beside if parse_year(self.grid.raw(row, c)) is not None]
        return len(beside) > 1 and self.counts_up(row) and len(years) < len(beside)

    def has_only_zeros(self, row: int) -> bool:
        """Return whether a row holds zeros and nothing else."""
        return all(self.grid.parsed(row, c).value in (0, None) for c in self.beside(row))

    def more_follows(self, row: int) -> bool:
        """Return whether the next row has texts and no name, as the rows of a header have."""
        following = next(self.after(row), None)
        if following is None:
            return False
        has_name = bool(self.grid.text(following, self.panel.region))
        return not has_name and bool(self.beside(following))

    def is_spread(self, row: int, column: int) -> bool:
        """Return whether the cell of a column is merged over all columns beside the names."""
        merged_from = self.grid.merged_from
        spanned = [c for c in self.panel.columns if merged_from.get((row, c)) == (row, column)]
        return len(spanned) >= max(2, len(self.panel.columns))


def is_bracketed(text: str) -> bool:
    """Return whether a text stands in brackets as a whole."""
    return bool(re.fullmatch(r"[(（\[].*[)）\]]", " ".join(text.split())))


def header_rows(lines: Lines, pending: Sequence[int]) -> list[int]:
    """Return the rows of the header among those above the names: the others are titles.

    From the word above the names downwards all rows belong to it; above, those that say something
    of single columns, up to the first that does not.
    """
    anchor = max((row for row in pending if lines.has_region_word(row)), default=None)
    below = [row for row in pending if anchor is not None and row >= anchor]
    header = [row for row in below if _is_of_header(lines, row)]
    for row in reversed([row for row in pending if anchor is None or row < anchor]):
        if lines.numbers_columns(row):
            continue
        if not _can_be_header(lines, row, header, pending):
            break
        header.insert(0, row)
    return header


def _is_of_header(lines: Lines, row: int) -> bool:
    """Return whether a row below the words is of the header: no heading, no numbers of columns."""
    if lines.numbers_columns(row):
        return False
    return lines.has_region_word(row) or bool(lines.beside(row))


def _can_be_header(lines: Lines, row: int, below: Sequence[int], pending: Sequence[int]) -> bool:
    """Return whether a row above the words says something of single columns."""
    beside = lines.beside(row)
    if not beside or lines.states_unit(row):
        return False
    texts = [lines.grid.text(row, c) for c in beside]
    if all(is_bracketed(text) for text in texts) and not _is_unit_row(lines, row, pending):
        return False
    if len(beside) > 1 or any(parse_year(text) for text in texts):
        return True
    return _heads_alone(lines, row, beside[0], below)


def _is_unit_row(lines: Lines, row: int, pending: Sequence[int]) -> bool:
    """Return whether brackets stand below words, as units do, and not at the edge of a title."""
    above = [r for r in pending if row - 3 <= r < row]
    headed: set[int] = set()
    for r in above:
        headed.update(c for c in lines.beside(row) if lines.grid.text(r, c))
    return headed == set(lines.beside(row))


def _heads_alone(lines: Lines, row: int, column: int, below: Sequence[int]) -> bool:
    """Return whether the one text of a row heads a column or a group, and is no title."""
    text = lines.grid.text(row, column)
    if below and not any(lines.grid.text(r, column) for r in below):
        return True
    if column < lines.panel.region and (row, column) not in lines.grid.merged_from:
        # A title stands above the first column, be it that of the names or not.
        return False
    # A title has no lines, and does not stand above years.
    is_above_year = bool(below) and parse_year(lines.grid.raw(below[0], column)) is not None
    if len(text.splitlines()) > 1 or is_above_year:
        return not region_word(text)
    return len(text) <= LONG_LINE and not lines.is_spread(row, column)
