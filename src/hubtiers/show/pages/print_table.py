"""A table for print: columns that say what they take of a record, in two languages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pandas as pd

from hubtiers.errors import UnknownOptionError
from hubtiers.robustness._shares import share_text
from hubtiers.show.words import Text, figures_text, number_text, tier_text, word

__all__ = [
    "REGION",
    "REGION_ID",
    "TABLE_LANGUAGES",
    "Cell",
    "Column",
    "PrintTable",
    "cell_at",
    "cell_words",
    "column",
    "number_at",
    "print_table",
    "records_of",
    "require_table_language",
    "text_at",
    "tier_at",
    "tier_cell",
    "whole_at",
]

TABLE_LANGUAGES = ("zh", "en", "both")

Cell = Text | str | float | int | None
Reader = Callable[[Any], Cell]


@dataclass(frozen=True)
class Column:
    """A column of a table for print.

    Attributes
    ----------
    heading
        What stands above it.
    of
        What it takes of a record; None is a missing value.
    digits
        Digits of its numbers after the point; None for a column of text.
    only
        The language it is kept for; empty for every language.
    significant
        Significant figures of its numbers, in place of digits after the point; 0 for none.
    draws
        How many draws stand behind its numbers, where they are shares of draws: one that no draw
        has shown is printed as its upper bound. 0 for other numbers.
    """

    heading: Text
    of: Reader
    digits: int | None = None
    only: str = ""
    significant: int = 0
    draws: int = 0

    @property
    def holds_numbers(self) -> bool:
        """Whether its cells are numbers."""
        return self.digits is not None or self.significant > 0

    def serves(self, language: str) -> bool:
        """Return whether the column belongs into a table in this language."""
        return not self.only or language in (self.only, "both")


def column(
    heading: str | Text,
    *,
    of: Reader,
    digits: int | None = None,
    only: str = "",
    significant: int = 0,
    draws: int = 0,
) -> Column:
    """Return a column; a heading that is a string is a word of the book."""
    said = heading if isinstance(heading, Text) else word(heading)
    return Column(said, of, digits, only, significant, draws)


@dataclass(frozen=True, eq=False)
class PrintTable:
    """A table for print.

    Attributes
    ----------
    name
        Short name, such as `scores`.
    title
        Its caption.
    columns, rows
        Columns and cells; None is a missing value.
    notes
        What stands below it: method, sources, what is missing.
    headings
        How many columns, from the left, name the row.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Text, ...] = ()
    headings: int = 1

    def shown(self, language: str) -> tuple[list[Column], list[list[Cell]]]:
        """Return the columns and rows in a language; texts in both where `"both"` is asked for."""
        require_table_language(language)
        places = [k for k, column in enumerate(self.columns) if column.serves(language)]
        columns = [self.columns[place] for place in places]
        return columns, [_row_in(language, row, places) for row in self.rows]

    def texts(self, language: str) -> list[list[str]]:
        """Return the rows as text, numbers with the digits of their column."""
        columns, rows = self.shown(language)
        return [list(map(cell_words, row, columns)) for row in rows]

    def without(self, heading: Text) -> PrintTable:
        """Return the table without the columns of a heading; itself where there is none."""
        places = [k for k, column in enumerate(self.columns) if column.heading != heading]
        columns = tuple(self.columns[place] for place in places)
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return replace(self, columns=columns, rows=rows)

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a frame with English headings."""
        columns, rows = self.shown("en")
        return pd.DataFrame(rows, columns=[column.heading.en for column in columns])


def print_table(
    name: str,
    title: str,
    columns: Iterable[Column],
    records: Iterable[Any],
    *,
    notes: Iterable[Text] = (),
    headings: int = 1,
) -> PrintTable:
    """Return the table that the columns make of the records, a row each.

    >>> rank = column("rank", of=whole_at("place"), digits=0)
    >>> print_table("ranks", "rank_table", [rank], [{"place": 1.0}, {"place": None}]).texts("en")
    [['1'], ['–']]
    """
    kept = tuple(columns)
    rows = tuple(_row_of(record, kept) for record in records)
    return PrintTable(name, word(title), kept, rows, tuple(notes), headings)


def _row_of(record: Any, columns: Sequence[Column]) -> tuple[Cell, ...]:
    return tuple(column.of(record) for column in columns)


def _row_in(language: str, row: Sequence[Cell], places: Sequence[int]) -> list[Cell]:
    cells = [row[place] for place in places]
    return [cell.say(language) if isinstance(cell, Text) else cell for cell in cells]


def require_table_language(language: str) -> None:
    """Refuse a language that no table is printed in."""
    if language not in TABLE_LANGUAGES:
        raise UnknownOptionError("language of a table", language, TABLE_LANGUAGES)


def cell_words(cell: Cell, column: Column) -> str:
    """Return a cell as text, a dash for what is missing."""
    if cell is None:
        return "–"
    if isinstance(cell, (int, float)):
        if column.draws:
            return share_text(cell, column.draws, column.digits or 0)
        if column.significant:
            return figures_text(cell, column.significant)
        return number_text(cell, column.digits or 0)
    return cell.say("both") if isinstance(cell, Text) else cell


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by region as records, the id of the region under `region_id`."""
    rows = frame.rename_axis("region_id").reset_index().to_dict("records")
    return cast("list[dict[str, Any]]", rows)


def text_at(key: str | int) -> Reader:
    """Return what takes the text under a key of a record; None where it is missing."""
    return lambda record: None if _is_missing(record[key]) else str(record[key])


def number_at(key: str | int) -> Reader:
    """Return what takes the number under a key of a record; None where it is missing."""
    return lambda record: None if _is_missing(record[key]) else float(record[key])


def whole_at(key: str | int) -> Reader:
    """Return what takes the whole number under a key of a record; None where it is missing."""
    return lambda record: None if _is_missing(record[key]) else int(float(record[key]))


def tier_at(key: str | int) -> Reader:
    """Return what takes the name of the tier under a key of a record; None where there is none."""
    return lambda record: tier_cell(record[key])


def tier_cell(label: object) -> Text | None:
    """Return the name of a tier in both languages; None where there is none."""
    return None if _is_missing(label) else tier_text(label)


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def cell_at(key: str | int, digits: int | None) -> Reader:
    """Return what takes the value under a key as text or number, as the digits say."""
    if digits is None:
        return text_at(key)
    return whole_at(key) if digits == 0 else number_at(key)


REGION_ID = column("region_id", of=text_at("region_id"))
REGION = (
    column("region_zh", of=text_at("name_zh"), only="zh"),
    column("region_en", of=text_at("name_en"), only="en"),
)
"""The name of a region, in the language of the table or in both."""
