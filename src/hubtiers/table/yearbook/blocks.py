"""The rows of a panel: titles, headers and names from top to bottom, as often as the table begins anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import parse_number, parse_year
from hubtiers.table.yearbook.choices import choice
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.headers import name_key
from hubtiers.table.yearbook.panels import Panel
from hubtiers.table.yearbook.places import countries_among, is_place, known_as
from hubtiers.table.yearbook.words import (
    is_below_abroad,
    is_closing_line,
    is_continuation,
    is_unit_note,
    region_word,
    why_no_region,
)

__all__ = ["Block", "Notes", "Row", "find_blocks"]

_HEADING = re.compile(r"[一二三四五六七八九十]+\s*[、.．]")
_COUNTING = ("甲", "乙", "编号", "序号", "栏次", "")
_LONG = 25
_LONG_ASCII = 60


@dataclass
class Notes:
    """What is gathered while a file is read, for the report."""

    texts: list[str] = field(default_factory=list)
    marks: list[tuple[str, str, str]] = field(default_factory=list)
    footnote_rows: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[tuple[str, str, str]] = field(default_factory=list)
    layouts: dict[str, None] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Note a sentence once."""
        if text not in self.texts:
            self.texts.append(text)


@dataclass(frozen=True, slots=True)
class Row:
    """A row with a name. `aside` says why it is no region, and is empty for a region."""

    number: int
    region: str
    aside: str = ""


@dataclass(frozen=True)
class Block:
    """One table: its titles, the rows of its header, its rows of names, and the columns beside them."""

    grid: Grid
    panel: Panel
    titles: tuple[tuple[int, str], ...]
    header_rows: tuple[int, ...]
    rows: tuple[Row, ...]
    is_continued: bool = False

    @property
    def region_header(self) -> str:
        """What stands above the names."""
        texts = (self.grid.text(row, self.panel.region) for row in self.header_rows)
        return next((text for text in texts if region_word(text)), "")

    @property
    def columns(self) -> list[int]:
        """The columns beside the names that hold something in the header or below it."""
        used = {c for row in self.header_rows for c in self.grid.sheet.rows.get(row, {})}
        used |= {c for row in self.rows for c in self.grid.sheet.rows.get(row.number, {})}
        return [c for c in self.panel.columns if c in used]


def find_blocks(grid: Grid, panel: Panel, where: str, notes: Notes) -> list[Block]:
    """Cut a panel into tables, each with its titles, header and rows."""
    walk = _Walk(grid, panel, where, notes)
    for row in grid.rows:
        walk.step(row)
    return walk.finish()


class _Walk:
    """Walks down a panel. What is pending above the first row of names becomes titles and header."""

    def __init__(self, grid: Grid, panel: Panel, where: str, notes: Notes) -> None:
        self.grid, self.panel, self.where, self.notes = grid, panel, where, notes
        self.blocks: list[Block] = []
        self.pending: list[int] = []
        self.rows: list[Row] = []
        self.orphans: list[str] = []
        self.footnoted = False
        self.columns = sorted({panel.region, *panel.glosses, *panel.columns})
        self.headed = [r for r in grid.rows if self._is_header_word(r)]

    def step(self, row: int) -> None:
        """Take the next row."""
        beside = self.grid.filled_columns(row, self.panel.columns)
        name = self._name(row)
        if not beside and not name:
            return
        if self._is_header_word(row) and self._repeats_header(row):
            self.notes.say(f"row {row} repeats the header and was left out")
        elif self._continues_name(row):
            self.rows[-1] = replace(self.rows[-1], region=f"{self.rows[-1].region} {name}")
        elif self.rows and self._opens_header(row, name, beside):
            self._close()
            self.pending = [row]
        elif self._is_data(row, name, beside):
            self._take(row, name)
        elif self.rows:
            self._below(row, name, beside)
        else:
            self.pending.append(row)

    def finish(self) -> list[Block]:
        """Return the tables found, or raise for rows of numbers that nobody is named for."""
        self._close()
        if self.orphans:
            raise DataError(
                f"{self.where} has values but no region in the rows {listing(self.orphans)}. Write the name into each "
                f"row, or name another column with {choice('region_column')}."
            )
        return self.blocks

    def _name(self, row: int) -> str:
        name = self.grid.name(row, self.panel.region)[0]
        if name or self.grid.text(row, self.panel.region):
            return name
        return next((text for c in self.panel.glosses if (text := self.grid.name(row, c)[0])), "")

    def _is_header_word(self, row: int) -> bool:
        if self.panel.head is not None:
            return row == self.panel.head
        if not region_word(self.grid.text(row, self.panel.region)):
            return False
        beside = self.grid.filled_columns(row, self.panel.columns)
        return not any(self.grid.is_plain_number(row, c) for c in beside)

    def _repeats_header(self, row: int) -> bool:
        """Return whether a row says what the header said, as on the next page of a printed table."""
        if not self.rows or self._still_to_come(row):
            return False
        header = self._header_of(self.pending)
        known = {c: {name_key(self.grid.text(r, c)) for r in header} for c in self.columns}
        texts = {
            c: name_key(self.grid.text(row, c)) for c in self.grid.filled_columns(row, self.columns)
        }
        return len(texts) > 1 and all(text in known[c] for c, text in texts.items())

    def _still_to_come(self, row: int) -> bool:
        """Return whether further rows of a header follow, so that the row alone does not tell."""
        following = next(
            (r for r in self.grid.rows if r > row and self.grid.filled_columns(r, self.columns)),
            None,
        )
        if following is None:
            return False
        texts = self.grid.filled_columns(following, self.panel.columns)
        return not self.grid.text(following, self.panel.region) and bool(texts)

    def _opens_header(self, row: int, name: str, beside: Sequence[int]) -> bool:
        """Return whether a second table begins here: its title, or the first row of its header."""
        if self._is_header_word(row) or self._heads_names_again(row, name, beside):
            return True
        following = next((r for r in self.headed if r > row), None)
        if following is None:
            return False
        between = [r for r in self.grid.rows if row <= r < following]
        if any(self.grid.is_plain_number(r, c) for r in between for c in self.panel.columns):
            return False
        return (
            is_continuation(name)
            or is_unit_note(self.grid.row_text(row, self.columns))
            or bool(beside)
        )

    def _heads_names_again(self, row: int, name: str, beside: Sequence[int]) -> bool:
        """Return whether words without a name stand above names that were read before: a part without 地区."""
        if name or not beside or not any(self.grid.is_text(row, c) for c in beside):
            return False
        if any(self.grid.is_plain_number(row, c) for c in beside):
            return False
        known = {r.region for r in self.rows}
        below = (r for r in self.grid.rows if r > row and self.grid.text(r, self.panel.region))
        return self.grid.name(next(below, 0), self.panel.region)[0] in known

    def _is_data(self, row: int, name: str, beside: Sequence[int]) -> bool:
        """Return whether a row names a region, or a total, of the table."""
        if not name or parse_number(name).missing or region_word(name):
            return False
        numbers = [c for c in beside if self.grid.is_number(row, c)]
        if not self.rows and name in _COUNTING and self._counts_up(row, beside):
            return False
        if self._precedes_header(row):
            return False
        if is_unit_note(self.grid.row_text(row, self.columns)):
            return False
        if not numbers and (is_closing_line(name) or (_HEADING.match(name) and not beside)):
            return False
        is_known = bool(known_as(name)) or bool(why_no_region(name))
        if self.rows:
            return bool(numbers) or is_known or bool(beside)
        # Years beside a name are values once the words above the names have been seen, and before that a header.
        if numbers and (
            self._is_headed() or any(self.grid.is_plain_number(row, c) for c in numbers)
        ):
            return True
        if beside:
            return is_known
        # The first region of a list may have no values; a line that more of the header follows is none.
        return self._is_headed() and (is_known or not self._still_to_come(row))

    def _precedes_header(self, row: int) -> bool:
        """Return whether the words above the names are still to come, so that this is a row of the header."""
        following = next((r for r in self.headed if r > row), None)
        return (
            following is not None
            and not self.rows
            and not known_as(self._name(row))
            and not why_no_region(self._name(row))
        )

    def _is_headed(self) -> bool:
        return any(self._is_header_word(row) for row in self.pending)

    def _counts_up(self, row: int, beside: Sequence[int]) -> bool:
        seen = [self.grid.parsed(row, c).value for c in beside]
        return bool(seen) and all(
            v is not None and v == n for n, v in enumerate(seen, start=int(seen[0] or 0))
        )

    def _take(self, row: int, name: str) -> None:
        text, marks = self.grid.name(row, self.panel.region)
        if marks:
            self.notes.marks.append(
                (
                    self.grid.place(row, self.panel.region),
                    self.grid.text(row, self.panel.region),
                    text,
                )
            )
        self.rows.append(Row(row, name))
        self.footnoted = False

    def _continues_name(self, row: int) -> bool:
        """Return whether a name goes on in a second row, whose values are merged with those of the first."""
        if not self.rows:
            return False
        filled = self.grid.filled_columns(row, self.columns)
        if any(c in self.panel.columns for c in filled):
            return False
        above = self.rows[-1].number
        merged = [
            c for c in self.panel.columns if self.grid.merged_from.get((row, c), (0, 0))[0] == above
        ]
        name, first = self.grid.name(row, self.panel.region)[0], self.rows[-1].region
        return bool(merged) and name.isascii() and not first.isascii()

    def _below(self, row: int, name: str, beside: Sequence[int]) -> None:
        """Take a row below the first names that is no row of a region."""
        numbers = [self.grid.parsed(row, c).value for c in beside if self.grid.is_number(row, c)]
        text = self.grid.row_text(row, self.columns)
        if not name and numbers and self._is_nothing(row, beside):
            self.notes.say(f"row {row} has zeros and no name, and was left out")
        elif numbers:
            self.orphans.append(str(row))
        elif _HEADING.match(name) and not beside:
            self.notes.say(f"row {row} is a heading and was left out: {name!r}")
        elif not beside and self._is_line_below(row, name):
            self.notes.footnote_rows.append((row, text))
            self.footnoted = True
        elif not name or beside:
            if is_closing_line(text):
                self.notes.footnote_rows.append((row, text))
                self.footnoted = True
            else:
                self.notes.say(f"row {row} names no region and holds no number: {text!r}")
        else:
            self.rows.append(Row(row, name))

    def _is_nothing(self, row: int, beside: Sequence[int]) -> bool:
        return all(self.grid.parsed(row, c).value in (0, None) for c in beside)

    def _is_line_below(self, row: int, name: str) -> bool:
        """Return whether a line that stands alone is a remark and no name of a region without values."""
        if is_closing_line(name) or self.footnoted or not self.grid.text(row, self.panel.region):
            return True
        if len(name) > (_LONG_ASCII if name.isascii() else _LONG):
            return True
        # A name that nothing is known of, below the last numbers of a list of known places, is a line such as 制表 or 完.
        is_last = not any(
            self.grid.is_number(r, c) for r in self.grid.rows if r > row for c in self.panel.columns
        )
        known = sum(is_place(r.region) or bool(why_no_region(r.region)) for r in self.rows)
        return is_last and known * 10 >= 9 * len(self.rows) and not known_as(name)

    def _close(self) -> None:
        """End the table that was being read."""
        if self.rows:
            header = self._header_of(self.pending)
            above = [r for r in self.pending if r < min(header, default=self.rows[0].number)]
            titles = tuple((r, self.grid.row_text(r, self.columns)) for r in above)
            rows = tuple(_mark_aside(self.rows, self.notes))
            is_continued = any(is_continuation(text) for _, text in titles)
            self._refuse_unnamed_header(header)
            self.blocks.append(
                Block(self.grid, self.panel, titles, tuple(header), rows, is_continued)
            )
        self.rows, self.pending, self.footnoted = [], [], False

    def _header_of(self, pending: Sequence[int]) -> list[int]:
        """Return the rows of the header among those above the names: the others are titles."""
        anchor = max((r for r in pending if self._is_header_word(r)), default=None)
        below = [
            r for r in pending if anchor is not None and r >= anchor and not self._is_beside(r)
        ]
        rows: list[int] = []
        for row in reversed(
            [r for r in pending if (anchor is None or r < anchor) and not self._is_counted(r)]
        ):
            if not self._can_be_header(row, [*rows, *below]):
                break
            rows.insert(0, row)
        return [*rows, *below]

    def _is_beside(self, row: int) -> bool:
        """Return whether a row below the words is no header: it numbers the columns, or is a heading of its own."""
        if self._is_counted(row):
            return True
        if self._is_header_word(row) or self.grid.filled_columns(row, self.panel.columns):
            return False
        self.notes.say(f"row {row} is a heading and was left out: {self._name(row)!r}")
        return True

    def _is_counted(self, row: int) -> bool:
        beside = self.grid.filled_columns(row, self.panel.columns)
        if (
            len(beside) > 1
            and self._counts_up(row, beside)
            and not all(parse_year(self.grid.raw(row, c)) for c in beside)
        ):
            self.notes.say(f"row {row} numbers the columns and was left out")
            return True
        return False

    def _can_be_header(self, row: int, below: Sequence[int]) -> bool:
        """Return whether a row above the words belongs to the header: it says something of single columns."""
        beside = self.grid.filled_columns(row, self.panel.columns)
        if not beside or is_unit_note(self.grid.row_text(row, self.columns)):
            return False
        texts = [self.grid.text(row, c) for c in beside]
        if all(_is_bracketed(text) for text in texts) and not self._is_unit_row(row, beside):
            return False
        if len(beside) > 1 or any(parse_year(text) for text in texts):
            return True
        return self._heads_alone(row, beside[0], below)

    def _heads_alone(self, row: int, column: int, below: Sequence[int]) -> bool:
        """Return whether the one text of a row heads a column or a group of columns, and is no title."""
        text = self.grid.text(row, column)
        if below and not any(self.grid.text(r, column) for r in below):
            return True
        # A title has no lines and no unit, and does not stand above years.
        if len(text.splitlines()) > 1 or (
            below and parse_year(self.grid.raw(below[0], column)) is not None
        ):
            return not region_word(text)
        return len(text) <= _LONG and self._is_apart(row)

    def _is_unit_row(self, row: int, beside: Sequence[int]) -> bool:
        """Return whether brackets stand below words, as units do, and not at the edge of a title."""
        above = [r for r in self.pending if row - 3 <= r < row]
        return all(any(self.grid.text(r, c) for r in above) for c in beside)

    def _is_apart(self, row: int) -> bool:
        column = self.grid.filled_columns(row, self.panel.columns)[0]
        spanned = [
            c for c in self.panel.columns if self.grid.merged_from.get((row, c)) == (row, column)
        ]
        return len(spanned) < max(2, len(self.panel.columns))

    def _refuse_unnamed_header(self, header: Sequence[int]) -> None:
        """Raise when a row of numbers without a name would be swallowed by the header."""
        for row in header:
            numbers = [c for c in self.panel.columns if self.grid.is_plain_number(row, c)]
            if numbers:
                self.orphans.append(str(row))


def _is_bracketed(text: str) -> bool:
    return bool(re.fullmatch(r"[(（\[].*[)）\]]", " ".join(text.split())))


def _mark_aside(rows: Sequence[Row], notes: Notes) -> list[Row]:
    """Mark totals and rests, and macro-regions where they stand among other regions."""
    reasons = [why_no_region(row.region) for row in rows]
    part, other = reasons.count("part"), reasons.count("other part")
    keep_other = not part and other <= 2
    macro = [r == "part" or (r == "other part" and not keep_other) for r in reasons]
    total = [r in ("total", "rest") for r in reasons]
    if any(total):
        # Among countries, a country is a row like any other.
        countries = countries_among([row.region for row in rows])
        total = [t and not country for t, country in zip(total, countries, strict=True)]
    if any(macro) and all(a or b for a, b in zip(total, macro, strict=True)):
        notes.say("the table holds macro-regions only, which were therefore kept as regions")
        macro = [False] * len(rows)
    marked, abroad = [], False
    for row, is_total, is_macro in zip(rows, total, macro, strict=True):
        abroad = abroad or is_below_abroad(row.region)
        reason = "a total or rest" if is_total else "a macro-region" if is_macro else ""
        if abroad and not reason and not known_as(row.region):
            reason = "below the line of foreign countries"
        marked.append(replace(row, aside=reason))
    return marked
