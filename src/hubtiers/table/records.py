"""Lists of records as people keep them.

A spreadsheet or text with one row per record, perhaps under a title.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hubtiers._storage import decode_text
from hubtiers.errors import DataError, MissingColumnError, MissingDependencyError, SpecError
from hubtiers.regions._names import name_key
from hubtiers.table.yearbook.cells import as_text
from hubtiers.table.yearbook.formats import open_book
from hubtiers.table.yearbook.sheet import DEFAULT_LIMITS, Sheet, choose_sheet

__all__ = ["read_list"]

_TEXTS = (".csv", ".csv.gz", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".htm", ".html")
_PARQUET = (".parquet", ".geoparquet")
# Titles stand above the header of many lists; further down there is none.
_HEADER_ROWS = 30
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
    if not path.is_file():
        raise DataError(f"There is no file {path}. Check the path.")
    name = path.name.lower()
    if name.endswith(_PARQUET):
        frame = _read_parquet(path)
    elif name.endswith(_TEXTS):
        frame = _read_text(path, wanted[0])
    elif name.endswith(_WORKBOOKS):
        book = open_book(path, DEFAULT_LIMITS, None)
        frame = _from_sheet(choose_sheet(book, None), wanted[0])
    else:
        kinds = ", ".join((*_TEXTS, *_WORKBOOKS, *_PARQUET))
        raise DataError(f"{path.name} is no list that can be read. Save it as one of {kinds}.")
    return _take(frame, wanted, useful, f"The list {path.name}"), path.name


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
            if name_key(wanted) in map(name_key, row):
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


def _from_sheet(sheet: Sheet, wanted: str) -> pd.DataFrame:
    rows = list(sheet.rows.values())
    texts = [{name_key(as_text(value)) for value in row.values()} for row in rows[:_HEADER_ROWS]]
    start = next((i for i, keys in enumerate(texts) if name_key(wanted) in keys), 0)
    header = {column: as_text(value).strip() for column, value in rows[start].items()}
    body = [[as_text(row.get(column)) for column in header] for row in rows[start + 1 :]]
    return pd.DataFrame(body, columns=list(header.values()), dtype="object")
