"""Lists of records as people keep them.

A spreadsheet or text with one row per record, perhaps under a title.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from hubtiers._storage import decode_text
from hubtiers.errors import (
    DataError,
    MissingColumnError,
    MissingDependencyError,
    SpecError,
    listing,
)
from hubtiers.regions._names import name_key
from hubtiers.table.yearbook.cells import as_text
from hubtiers.table.yearbook.formats import open_book
from hubtiers.table.yearbook.sheet import ReadLimits, Sheet

__all__ = ["read_list", "read_rows"]

_TEXTS = (".csv", ".csv.gz", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".htm", ".html")
_PARQUET = (".parquet", ".geoparquet")
# Titles stand above the header of many lists; further down there is none.
_HEADER_ROWS = 30
# A list has more rows than a yearbook, and few columns.
_LIMITS = ReadLimits(max_bytes=256 * 2**20, max_unzipped_bytes=2**30, max_cells=10_000_000)
# After decompression; more than any list of names has, and less than memory.
_MOST_BYTES = 4 * 2**30


def read_list(
    records: str | Path | pd.DataFrame, wanted: Sequence[str], useful: Sequence[str] = ()
) -> tuple[pd.DataFrame, str]:
    """Return the columns that are wanted, the useful ones that are there, and what was read.

    The first column that is wanted also says where the header stands.

    Raises
    ------
    MissingColumnError
        When a column that is wanted is not there.
    DataError
        When the file is not there, too large, or no list.
    """
    if isinstance(records, pd.DataFrame):
        return _take(records, wanted, useful, "The list"), f"a {type(records).__name__}"
    if not isinstance(records, str | Path):
        raise SpecError(
            f"The records are a {type(records).__name__}. Pass the path of a list, or a frame."
        )
    path = Path(records)
    frame = read_rows(path, wanted[0])
    return _take(frame, wanted, useful, f"The list {path.name}"), path.name


def read_rows(path: Path, wanted: str = "") -> pd.DataFrame:
    """Return all rows and columns of a list.

    The header is the first row that has the column `wanted`; the first row of all without one.

    Raises
    ------
    DataError
        When the file is not there, too large, or no list.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}. Check the path.")
    name = path.name.lower()
    if name.endswith(_PARQUET):
        return _read_parquet(path)
    if name.endswith(_TEXTS):
        return _read_text(path, wanted)
    if name.endswith(_WORKBOOKS):
        return _read_workbook(path, wanted)
    kinds = ", ".join((*_TEXTS, *_WORKBOOKS, *_PARQUET))
    raise DataError(f"{path.name} is no list that can be read. Save it as one of {kinds}.")


def _take(
    frame: pd.DataFrame, wanted: Sequence[str], useful: Sequence[str], where: str
) -> pd.DataFrame:
    """Return columns under the names that were asked for.

    Spaces and width of headers do not matter.
    """
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()]
        if clash := [
            str(name) for name in twice if name_key(str(name)) in {name_key(w) for w in wanted}
        ]:
            raise DataError(
                f"{where} has the column {clash[0]!r} more than once. Rename one of them."
            )
        frame = frame.loc[:, ~frame.columns.duplicated()]
    by_key = {name_key(str(name)): name for name in reversed(frame.columns)}
    found = {name: name if name in frame.columns else by_key.get(name_key(name)) for name in wanted}
    if absent := [name for name, column in found.items() if column is None]:
        raise MissingColumnError(absent, where, map(str, frame.columns))
    for name in frame.columns:
        if (
            name_key(str(name)) in {name_key(other) for other in useful}
            and name not in found.values()
        ):
            found[str(name)] = name
    return pd.DataFrame({name: frame[column] for name, column in found.items()})


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingDependencyError("pyarrow", "parquet", "Reading Parquet lists") from None
    try:
        with pq.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if name != "geometry"]
            frame: pd.DataFrame = file.read(columns=columns).to_pandas()
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path.name} is damaged or no Parquet file ({str(error)[:120]}). Write it again."
        ) from None
    return frame


def _read_text(path: Path, wanted: str) -> pd.DataFrame:
    text, _ = decode_text(_bytes(path), path.name)
    start = io.StringIO(text, newline="").read(1 << 16)
    delimiter = max((",", "\t", ";"), key=start.count)
    head, before = io.StringIO(text, newline=""), 0
    try:
        for number, row in enumerate(csv.reader(head, delimiter=delimiter, strict=True)):
            if not wanted or name_key(wanted) in map(name_key, row):
                before = number
                break
            if number == _HEADER_ROWS:
                break
        options = {
            "dtype": str,
            "keep_default_na": False,
            "sep": delimiter,
            "skip_blank_lines": False,
        }
        return pd.read_csv(io.StringIO(text, newline=""), header=before, **options)  # type: ignore[call-overload,no-any-return]
    except (csv.Error, ValueError) as error:
        raise DataError(
            f"{path.name}: the quotation marks or fields are broken ({str(error)[:120]}). Save it "
            "anew as CSV UTF-8."
        ) from None


def _bytes(path: Path) -> bytes:
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as handle:
        try:
            content = handle.read(_MOST_BYTES + 1)
        except (OSError, EOFError) as error:
            raise DataError(f"{path.name} is damaged ({error}). Get it again.") from None
    if len(content) > _MOST_BYTES:
        raise DataError(
            f"{path.name} has more than {_MOST_BYTES:,} bytes. Split it, or save it as Parquet."
        )
    return content


def _read_workbook(path: Path, wanted: str) -> pd.DataFrame:
    """Read the only sheet with the column that is wanted, or the only sheet."""
    try:
        book = open_book(path, _LIMITS, None)
    except DataError as error:
        if "limits=ReadLimits" not in str(error):
            raise
        raise DataError(
            f"{path.name} is too large for a list in a workbook. Save it as CSV UTF-8 or as "
            "Parquet."
        ) from None
    filled = [sheet for sheet in book.sheets if sheet.rows]
    fitting = [sheet for sheet in filled if _header_row(sheet, wanted) is not None] or filled
    if len(fitting) != 1:
        names = listing((repr(sheet.name) for sheet in fitting), most=12)
        column = f"the column {wanted!r}" if wanted else "rows"
        what = f"{column} in {len(fitting)} sheets: {names}" if fitting else "no rows"
        raise DataError(
            f"{path.name} has {what}. Save the list that is meant as a file of its own."
        )
    return _from_sheet(fitting[0], wanted)


def _header_row(sheet: Sheet, wanted: str) -> int | None:
    """Return the place, among the rows, of the first one with the column that is wanted."""
    for place, row in enumerate(list(sheet.rows.values())[:_HEADER_ROWS]):
        if not wanted or name_key(wanted) in {name_key(as_text(value)) for value in row.values()}:
            return place
    return None


def _from_sheet(sheet: Sheet, wanted: str) -> pd.DataFrame:
    rows = list(sheet.rows.values())
    start = _header_row(sheet, wanted) or 0
    header = {column: as_text(value).strip() for column, value in rows[start].items()}
    body = [_cells_of(row, header) for row in rows[start + 1 :]]
    return pd.DataFrame(body, columns=list(header.values()), dtype="object")


def _cells_of(row: Mapping[int, object], columns: Iterable[int]) -> list[str]:
    return [as_text(row.get(column)) for column in columns]
