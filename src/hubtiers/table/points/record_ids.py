"""Records told twice: ids as 64-bit hashes, compared over all files in bounded memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hubtiers.errors import DataError
from hubtiers.table._missing import is_missing_mark

__all__ = ["IdsWriter", "RecordIds", "hashes_of", "ids_in", "repeated_among"]

NO_ID = np.uint64(0)
"""Stands for an id that is missing."""

COMPARED = 2_000_000
"""Ids that are compared in memory at a time, at about 50 bytes each."""

_SLICE = 1_000_000
_SUM = hashlib.sha256().digest_size
_LONGEST_MARK = 8
_EXACT_FLOATS = 2.0**53

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]


def hashes_of(column: pd.Series) -> Hashes:
    """Return a 64-bit hash of each id, `NO_ID` where there is none.

    Ids are texts, as kinds are: 01 is not 1, and the number 1 is the text 1.

    Raises
    ------
    DataError
        When the column holds numbers so large that floats do not tell them apart.
    """
    _require_exact(column)
    is_text = pd.api.types.infer_dtype(column, skipna=True) == "string"
    if is_text or pd.api.types.is_integer_dtype(column.dtype):
        texts = column.astype("str").str.strip()
    else:
        texts = column.map(_text, na_action="ignore").astype("str")
    texts = texts.fillna("")
    hashes = pd.util.hash_array(texts.to_numpy(dtype=object), categorize=False)
    hashes[hashes == NO_ID] = 1
    # No mark has a digit, and nearly every id has one: few texts are left to be looked at.
    can_be_mark = (texts.str.len() <= _LONGEST_MARK) & ~texts.str.contains("[0-9]")
    short = texts[can_be_mark.to_numpy(dtype=bool)]
    marks = [text for text in short.unique() if is_missing_mark(text)]
    hashes[column.isna().to_numpy() | texts.isin(marks).to_numpy(dtype=bool)] = NO_ID
    return hashes


def _require_exact(column: pd.Series) -> None:
    """Raise where floats hold whole numbers that they do not tell apart."""
    if pd.api.types.is_float_dtype(column.dtype) and (column.abs() >= _EXACT_FLOATS).any():
        raise DataError(
            f"The column {column.name!r} holds ids as floating-point numbers above "
            f"{_EXACT_FLOATS:,.0f}, where neighbours are the same. Keep ids as text or as whole "
            "numbers."
        )


def _text(value: object) -> str:
    # A column of whole numbers turns to floats as soon as one is missing.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


class RecordIds(NamedTuple):
    """The ids of the records of a piece, and the places of those that an earlier record has."""

    hashes: Hashes
    repeated: Ints

    def of(self, start: int, stop: int) -> tuple[npt.NDArray[np.bool_], int]:
        """Return which records of a chunk repeat an earlier one, and how many have no id."""
        first, last = np.searchsorted(self.repeated, [start, stop])
        mask = np.zeros(stop - start, dtype=bool)
        mask[self.repeated[first:last] - start] = True
        return mask, int(np.count_nonzero(self.hashes[start:stop] == NO_ID))


class IdsWriter:
    """Writes the hashes of ids to a file, with a hash of them all at its end."""

    def __init__(self, path: Path) -> None:
        self._file, self._said = path.open("wb"), hashlib.sha256()

    def __enter__(self) -> IdsWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.write(self._said.digest())
        self._file.close()

    def add(self, hashes: Hashes) -> None:
        """Write the ids of the next records."""
        data = hashes.tobytes()
        self._said.update(data)
        self._file.write(data)


def ids_in(path: Path, *, is_checked: bool = False) -> Hashes | None:
    """Return the hashes in a file, read as they are needed; None when it is not whole.

    With `is_checked` all are read once, to see that they are what was written.
    """
    if not path.is_file():
        return None
    count, rest = divmod(path.stat().st_size - _SUM, 8)
    if rest or count < 0:
        return None
    # An empty part of a file cannot be mapped.
    hashes = np.memmap(path, np.uint64, "r", shape=(count,)) if count else np.empty(0, np.uint64)
    if is_checked:
        said = hashlib.sha256()
        for start in range(0, count, _SLICE):
            said.update(hashes[start : start + _SLICE].tobytes())
        with path.open("rb") as file:
            file.seek(-_SUM, 2)
            if file.read() != said.digest():
                return None
    return hashes


def repeated_among(ids: Sequence[Hashes], scratch: Path | None) -> list[Ints]:
    """Return the places in each sequence of ids that stand before, in it or an earlier one.

    Parameters
    ----------
    ids
        Hashes of the records of each piece, in the order of the pieces.
    scratch
        A folder for what is put aside: 16 bytes a record, when there are more than `COMPARED`.
    """
    ends = np.cumsum([len(hashes) for hashes in ids])
    parts = -(-int(ends[-1]) // COMPARED)
    if parts <= 1:
        found = [_repeated(*_joined(_slices(ids)))] if parts else []
    else:
        with TemporaryDirectory(dir=scratch, prefix=".ids-") as folder:
            places = _put_aside(ids, parts, Path(folder))
            found = [_repeated(*_read_back(place)) for place in places]
    serials = np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)
    starts = ends - [len(hashes) for hashes in ids]
    cuts = np.searchsorted(serials, starts)
    return [part - start for part, start in zip(np.split(serials, cuts[1:]), starts, strict=True)]


def _slices(ids: Sequence[Hashes]) -> Iterator[tuple[Hashes, Ints]]:
    """Yield ids with the numbers of their records, a bounded number at a time."""
    serial = 0
    for hashes in ids:
        for start in range(0, len(hashes), _SLICE):
            part = np.asarray(hashes[start : start + _SLICE])
            known = np.flatnonzero(part != NO_ID)
            yield part[known], known + serial
            serial += len(part)


def _joined(parts: Iterator[tuple[Hashes, Ints]]) -> tuple[Hashes, Ints]:
    hashes, serials = zip(*parts, strict=True)
    return np.concatenate(hashes), np.concatenate(serials)


def _put_aside(ids: Sequence[Hashes], parts: int, folder: Path) -> list[Path]:
    """Write ids to as many files as `parts`, the same id always to the same file."""
    places = [folder / f"{part}" for part in range(parts)]
    for hashes, serials in _slices(ids):
        part_of = (hashes % np.uint64(parts)).astype(np.int64)
        order = np.argsort(part_of, kind="stable")
        pairs = np.column_stack([hashes[order], serials[order].astype(np.uint64)])
        cuts = np.searchsorted(part_of[order], np.arange(1, parts))
        for place, rows in zip(places, np.split(pairs, cuts), strict=True):
            with place.open("ab") as file:
                file.write(np.ascontiguousarray(rows).tobytes())
    return places


def _read_back(place: Path) -> tuple[Hashes, Ints]:
    pairs = np.fromfile(place, np.uint64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1].astype(np.int64)


def _repeated(hashes: Hashes, serials: Ints) -> Ints:
    """Return the records whose id an earlier one has; serials rise, so that a stable sort tells."""
    order = np.argsort(hashes, kind="stable")
    sorted_hashes = hashes[order]
    again: Ints = serials[order[1:][sorted_hashes[1:] == sorted_hashes[:-1]]]
    return again
