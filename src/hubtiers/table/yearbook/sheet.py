"""A file becomes sheets of cells: limits and disguises are checked before anything is parsed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path

from hubtiers.errors import DataError, SpecError
from hubtiers.table.yearbook.cells import as_text

__all__ = ["DEFAULT_LIMITS", "Book", "ReadLimits", "Sheet", "column_letter", "read_delimited"]

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a file may ask for before it is refused.

    A workbook of less than a megabyte can hold gigabytes. Limits are checked before the tables are
    parsed, or where a format does not state its size, while they are.

    Parameters
    ----------
    max_bytes
        Size of the file, in bytes.
    max_unzipped_bytes
        Size of all parts of an .xlsx together once unzipped, in bytes.
    max_ratio
        How many times larger an .xlsx may become when unzipped.
    max_cells
        Cells of all sheets that are read together, empty cells that the file stores included; of a
        web page also the lines of text beside its tables, and cells that go on over several rows
        once for each of them.

    Raises
    ------
    SpecError
        When a limit is not positive.

    Examples
    --------
    >>> ReadLimits(max_cells=10_000_000).max_cells
    10000000
    """

    max_bytes: int = 64 * 2**20
    max_unzipped_bytes: int = 256 * 2**20
    max_ratio: float = 200.0
    max_cells: int = 2_000_000

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise SpecError(
                    f"ReadLimits({limit.name}={value!r}) does not limit anything. Use a positive "
                    "number."
                )

    def check(self, name: str, value: float, where: str, what: str) -> None:
        """Raise a DataError when `value` is above the limit called `name`."""
        limit = getattr(self, name)
        if value > limit:
            raise DataError(
                f"{where} {what} ({value:,.0f}; the limit {name} is {limit:,.0f}). If it is meant "
                "to be so large, "
                f"pass limits=ReadLimits({name}=…) with a higher number."
            )


DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet that hold something, by row and column, both counted from 1.

    `merges` are inclusive (first row, first column, last row, last column).
    """

    name: str
    rows: dict[int, dict[int, object]]
    merges: Sequence[tuple[int, int, int, int]] = ()
    unsettled: frozenset[tuple[int, int]] = frozenset()

    def place(self, row: int, column: int) -> str:
        """Return the address of a cell as a spreadsheet writes it."""
        return f"{self.column(column)}{row}"

    def column(self, column: int) -> str:
        """Return the address of a column, to which that of a cell adds its row."""
        letter = column_letter(column)
        return f"{self.name}!{letter}" if self.name else letter

    @property
    def has_table(self) -> bool:
        """Whether at least two rows have two cells or more, and one of these a number."""
        wide = [cells for cells in self.rows.values() if len(cells) > 1]
        return len(wide) > 1 and any(_has_digit(v) for cells in wide for v in cells.values())


@dataclass(frozen=True)
class Book:
    """What a file holds: its kind, how it was decoded, and its sheets."""

    path: Path
    kind: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def where(self) -> str:
        """The file's name, for messages."""
        return self.path.name


def _has_digit(value: object) -> bool:
    return not isinstance(value, str) or any(c.isdigit() for c in value)


@lru_cache(maxsize=1 << 15)
def column_letter(column: int) -> str:
    """Return the letters of a column counted from 1.

    >>> column_letter(1), column_letter(28)
    ('A', 'AB')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_delimited(
    path: Path, decoded: tuple[str, str], limits: ReadLimits, notes: tuple[str, ...] = ()
) -> Book:
    """Read delimited text: comma, semicolon or tab, whichever splits most rows alike."""
    text, encoding = decoded
    if "\0" in text:
        raise DataError(f"{path.name} holds null bytes and is no text. Save it as CSV UTF-8.")
    tables = {mark: _count_fields(text, mark, limits) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: tables[mark])
    if path.suffix.lower() == ".tsv" and tables["\t"][0] > 1:
        # The keys of Eurostat's first column hold commas: A,PC_GDP,AT11.
        delimiter = "\t"
    rows: dict[int, dict[int, object]] = {}
    for number, record in _records(text, delimiter, path.name, limits):
        cells: dict[int, object] = {c: v for c, v in enumerate(record, start=1) if v.strip()}
        if cells:
            rows[number] = cells
    return Book(path, "csv", (Sheet("", rows),), encoding, delimiter, notes)


def _count_fields(text: str, delimiter: str, limits: ReadLimits) -> tuple[int, int]:
    """Return how many rows have the commonest number of fields, and that number."""
    counts: Counter[int] = Counter()
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(record) > 1 and "".join(record).strip():
                counts[len(record)] += 1
                if counts.total() >= limits.max_cells:
                    break
    except csv.Error:
        return 0, 0
    return max(((rows, width) for width, rows in counts.items()), default=(0, 0))


def _records(
    text: str, delimiter: str, name: str, limits: ReadLimits
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells = 0
    try:
        for number, record in enumerate(reader, start=1):
            cells += len(record)
            limits.check("max_cells", cells, name, "has too many cells")
            yield number, record
    except csv.Error as error:
        raise DataError(
            f"{name}, line {reader.line_num}: the quotation marks or fields are broken ({error}). "
            "Save the file anew as CSV UTF-8."
        ) from None


def first_rows(sheet: Sheet, most: int = 3) -> str:
    """Return the first rows as one short text, for messages."""
    rows = list(sheet.rows.values())[:most]
    return ", ".join(
        repr(" | ".join(as_text(v).strip()[:20] for v in list(cells.values())[:6]))
        for cells in rows
    )
