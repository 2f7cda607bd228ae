"""Files of point records cut into pieces, which any process that sees the files counts alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hubtiers._storage import replacing
from hubtiers.errors import DataError, SpecError, listing
from hubtiers.table.points.counter import Counter
from hubtiers.table.points.partials import Partials
from hubtiers.table.points.record_ids import IdsWriter, Ints, RecordIds, ids_in
from hubtiers.table.points.records import (
    SUFFIXES,
    Records,
    Request,
    encodings,
    read_records,
    row_groups,
)
from hubtiers.table.points.region_index import RegionIndex

__all__ = ["Piece", "PointFiles", "count_piece", "keep_ids", "marked", "pieces_of"]

PIECE_RECORDS = 4_000_000
"""Records of a Parquet file from which a further piece begins, at the next row group."""


@dataclass(frozen=True)
class PointFiles:
    """Files of point records, counted so that an interrupted count goes on where it stopped.

    Parameters
    ----------
    path
        A file, or a folder of files, as `count_points` takes them.
    partials
        Folder for the counts of each file (of each piece of a large Parquet file). A count that is
        asked for again takes what stands there for the same bytes, the same regions, and the same
        options, and counts the rest. With `record_id` it holds the hashes of ids as well, 8 bytes a
        record. It may be removed at any time.

    Examples
    --------
    >>> PointFiles("firms", partials="firms-counted")
    PointFiles(path='firms', partials='firms-counted')
    """

    path: str | Path
    partials: str | Path | None = None


class Piece(NamedTuple):
    """A file, or some row groups of a Parquet file.

    `name` is what messages call the file, with the folder where there are several; `size` its
    bytes, by which a worker knows that it sees the same file; `share` the piece's share of all
    bytes. Where ids are compared, `ids` is the file of their hashes, and `repeated` the places of
    records that an earlier one repeats.
    """

    path: str
    name: str
    is_alone: bool
    size: int
    share: float
    groups: tuple[int, ...] | None
    ids: str = ""
    repeated: Ints | None = None


def pieces_of(points: str | Path) -> list[Piece]:
    """Return the pieces of a file, or of the files of a folder in the order of their names.

    Raises
    ------
    SpecError
        When the path is an address, or its ending tells no format.
    DataError
        When there is no such file, or the folder holds others or none.
    """
    name = str(points)
    if "://" in name or name.startswith("/vsi"):
        raise SpecError(
            f"{name} is no file on this machine. Download it first and give the path of the file."
        )
    top = Path(points)
    files = _files_in(top) if top.is_dir() else [_checked(top)]
    sizes = [path.stat().st_size for path in files]
    whole = max(sum(sizes), 1)
    pieces = []
    for path, size in zip(files, sizes, strict=True):
        said = str(path.relative_to(top)) if top.is_dir() else path.name
        groups = _grouped(path)
        place, share = str(path.absolute()), size / whole / len(groups)
        pieces += [Piece(place, said, len(files) == 1, size, share, part) for part in groups]
    return pieces


def _files_in(folder: Path) -> list[Path]:
    """Return the files of a folder and its folders; hidden ones are those of other programs."""
    files: list[Path] = []
    others: list[Path] = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith((".", "_")) for part in parts) or not path.is_file():
            continue
        (files if _is_known(path) else others).append(path)
    if others:
        raise DataError(
            f"The folder {folder} holds files that are no point records: "
            f"{listing(str(path.relative_to(folder)) for path in others)}. Move them away, or give "
            f"their names a leading _. Known endings: {', '.join(SUFFIXES)}."
        )
    if not files:
        raise DataError(
            f"The folder {folder} holds no point records. Known endings: {', '.join(SUFFIXES)}."
        )
    return files


def _checked(path: Path) -> Path:
    if not _is_known(path):
        raise SpecError(
            f"{path} has no ending that tells its format. Known: {', '.join(SUFFIXES)}."
        )
    if not path.is_file():
        raise DataError(f"There is no point file {path}. Check the path.")
    return path


def _is_known(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def _grouped(path: Path) -> list[tuple[int, ...] | None]:
    """Return the row groups of each piece of a file; None for a file that is one piece."""
    if encodings(path) != ("",):
        return [None]
    parts: list[list[int]] = [[]]
    records = 0
    for group, rows in enumerate(row_groups(path)):
        if records >= PIECE_RECORDS:
            parts.append([])
            records = 0
        parts[-1].append(group)
        records += rows
    return [tuple(part) for part in parts] if len(parts) > 1 else [None]


def count_piece(
    piece: Piece,
    index: RegionIndex,
    request: Request,
    partials: Partials | None,
    advance: Callable[[float], None] | None = None,
) -> Counter:
    """Count the records of a piece, or take the count that was kept.

    Errors name the file where there are several.
    """
    try:
        _require_same(piece)
        counter = None if partials is None else partials.load(piece)
        if counter is None:
            counter = _counted(piece, index, request, advance)
            if partials is not None:
                partials.save(piece, counter)
        elif advance is not None:
            advance(piece.share)
    except DataError as error:
        _name_file(piece, error)
        raise
    return counter


def _name_file(piece: Piece, error: DataError) -> None:
    """Name the file in an error where there are several."""
    if not piece.is_alone and piece.name not in str(error):
        error.args = (f"{piece.name}: {error}",)


def _require_same(piece: Piece) -> None:
    """Raise where this process does not see the file that the count began with."""
    try:
        size = Path(piece.path).stat().st_size
    except OSError:
        raise DataError(
            f"A worker does not see {piece.path}. Put the files where all workers see them under "
            "the same path, or count with engine='local'."
        ) from None
    if size != piece.size:
        raise DataError(
            f"{piece.path} has {size:,} bytes, but had {piece.size:,} when the count began. Wait "
            "until it is whole, and count again."
        )


def _counted(
    piece: Piece, index: RegionIndex, request: Request, advance: Callable[[float], None] | None
) -> Counter:
    path = Path(piece.path)
    for encoding in encodings(path):
        counter, done = Counter(), 0.0
        with contextlib.suppress(UnicodeDecodeError):
            for records in _marked(piece, request, encoding):
                counter.add(records, index)
                if advance is not None:
                    advance((records.done - done) * piece.share)
                done = records.done
            counter.carry()
            counter.encodings = (encoding,)
            return counter
        if advance is not None:
            advance(-done * piece.share)
    raise _no_encoding(piece)


def _no_encoding(piece: Piece) -> DataError:
    return DataError(f"{piece.name} is neither UTF-8 nor GB18030 text. Save it as CSV UTF-8.")


def _marked(piece: Piece, request: Request, encoding: str) -> Iterator[Records]:
    """Read the records of a piece, those marked that repeat an earlier one."""
    chunks = read_records(Path(piece.path), request, encoding=encoding, groups=piece.groups)
    if piece.repeated is None:
        return chunks
    hashes = ids_in(Path(piece.ids))
    if hashes is None:
        raise _no_ids(piece)
    return marked(chunks, RecordIds(hashes, piece.repeated))


def marked(chunks: Iterator[Records], ids: RecordIds) -> Iterator[Records]:
    """Mark the records of chunks that repeat an earlier one."""
    start = 0
    for records in chunks:
        if start + len(records.x) > len(ids.hashes):
            break
        yield records.marked(ids, start)
        start += len(records.x)
    if start != len(ids.hashes):
        raise DataError("The records changed while they were counted. Count again.")


def _no_ids(piece: Piece) -> DataError:
    return DataError(
        f"A worker does not see {piece.ids}, where the ids of {piece.name} are kept. Keep the "
        "partial counts where all workers see them under the same path, or count with "
        "engine='local'."
    )


def keep_ids(
    piece: Piece,
    request: Request,
    place: Path,
    advance: Callable[[float], None] | None = None,
) -> Path:
    """Write the hashes of the ids of a piece, unless they stand there whole."""
    try:
        _require_same(piece)
        if ids_in(place, is_checked=True) is None:
            for encoding in encodings(Path(piece.path)):
                with contextlib.suppress(UnicodeDecodeError):
                    _write_ids(piece, request, encoding, place)
                    break
            else:
                raise _no_encoding(piece)
    except DataError as error:
        _name_file(piece, error)
        raise
    if advance is not None:
        advance(piece.share)
    return place


def _write_ids(piece: Piece, request: Request, encoding: str, place: Path) -> None:
    chunks = read_records(Path(piece.path), request, encoding=encoding, groups=piece.groups)
    with replacing(place) as path, IdsWriter(path) as writer:
        for records in chunks:
            assert records.ids is not None
            writer.add(records.ids)
