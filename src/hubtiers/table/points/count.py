"""Point records into regions: counts per region and kind, exact on borders, in bounded memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hubtiers._dask import address_of, computed, connected
from hubtiers._progress import progress_bar
from hubtiers.errors import DataError, HubtiersError, SpecError, listing
from hubtiers.table.points.counter import Counter, means, sums
from hubtiers.table.points.partials import Partials, partials_in
from hubtiers.table.points.pieces import (
    Piece,
    PointFiles,
    count_piece,
    keep_ids,
    marked,
    pieces_of,
)
from hubtiers.table.points.point_report import PointReport
from hubtiers.table.points.record_ids import RecordIds, ids_in, repeated_among
from hubtiers.table.points.records import BETWEEN, Records, Request, read_records
from hubtiers.table.points.region_index import RegionIndex, build_index, locate

__all__ = [
    "MeanOf",
    "PointFiles",
    "PointReport",
    "RegionIndex",
    "assign",
    "build_index",
    "count_points",
]

_BLOCK = 64
"""Pieces whose counts the workers add up before one comes back here."""

_HERE = "here"
"""Stands where else is the address of a scheduler, or None for the client in use."""

_FAN = 8
"""Counts that are added up at a time, in the tree of a block."""

Told = TypeVar("Told")
"""What a task gives when nothing is wrong."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MeanOf:
    """The mean of a column over the records of each region, for `count_points(weight=…)`.

    Examples
    --------
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 2)], index=["a"], crs="EPSG:4326")
    >>> records = pd.DataFrame({"lon": [1, 1], "lat": [1, 1], "staff": [10, 15]})
    >>> count_points(records, regions, weight=MeanOf("staff")).loc["a", "count"].item()
    12.5
    """

    column: str


def assign(x: npt.ArrayLike, y: npt.ArrayLike, index: RegionIndex) -> Ints:
    """Return the number of the region of each point, -1 outside.

    The pure step to spread over workers.

    Parameters
    ----------
    x, y
        Longitudes and latitudes in degrees, of shape (n,).
    index
        The result of `build_index`.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        Positions in `index.region_ids`.

    Raises
    ------
    DataError
        When `x` and `y` are not numbers of the same one-dimensional shape.

    Notes
    -----
    A point lies on a border when the turn from an edge to it is exactly zero in exact arithmetic,
    so neither the order of points, polygons and vertices nor a split into chunks or threads can
    change an answer. Coordinates below 1e-100 degrees count as 0. **Missing values**: points with
    NaN or infinite coordinates are outside.

    Examples
    --------
    >>> from shapely import box
    >>> squares = [box(0, 0, 2, 2), box(2, 0, 4, 2)]
    >>> regions = gpd.GeoDataFrame(geometry=squares, index=["b", "a"], crs="EPSG:4326")
    >>> assign([1.0, 2.0, 9.0], [1.0, 1.0, 1.0], build_index(regions)).tolist()
    [0, 1, -1]
    """
    number, _ = locate(_coordinates(x, "x"), _coordinates(y, "y"), index)
    return number


def count_points(  # noqa: PLR0913 - each is a choice of its own
    points: str | Path | PointFiles | pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    by: str | Sequence[str] | None = None,
    weight: str | MeanOf | None = None,
    record_id: str | None = None,
    engine: str = "local",
    chunk_size: int = 500_000,
    border: str = "first",
    progress: bool = False,
) -> pd.DataFrame:
    """Count point records per region (点数据计数): firms, patents, or laboratories.

    Parameters
    ----------
    points
        Path of a .csv, .csv.gz, .parquet or .geoparquet file, or of a folder of such files (and
        folders of them; names with a leading dot or _ are passed over); `PointFiles`, to resume an
        interrupted count; or a (Geo)DataFrame. Coordinates are the columns lon and lat in degrees
        (also longitude/latitude, lng, 经度/纬度), or point geometry; of a GeoDataFrame and of
        GeoParquet the geometry is taken, and converted from its coordinate reference system.
    regions
        Polygons indexed by region id, as `load_regions` returns them.
    by
        Column with the kind of each record; the result has one column per kind, in alphabetical
        order. Of several columns, such as kind and year, each combination that occurs is a kind,
        and the columns of the result have a level for each.
    weight
        Column with a weight from 0 up to 1e30; the result sums weights instead of counting records.
        `MeanOf(column)` gives their mean instead, NaN where a region has no records.
    record_id
        Column with the id of each record: the first record of an id is counted, later ones are
        repeated and are not, wherever they stand. Ids are texts: 01 is not 1. They are compared as
        64-bit hashes, and take 8 bytes a record on disk.
    engine
        "local": this process, one core. "dask": the workers of the dask.distributed client in use,
        or of the scheduler at an address ("tcp://…"), read the files, which they must see under the
        same path, and add up their counts; a frame is sent to them in chunks. The counts are the
        same, also when workers are lost on the way.
    chunk_size
        Records held in memory at a time; the counts do not depend on it.
    border
        A point on a shared border is counted once: in the "first" or the "last" of these regions by
        region id.
    progress
        Show a progress bar on standard error?

    Returns
    -------
    pandas.DataFrame
        Index `region_id` in the order of `regions`; one column per kind, or the column `count`
        without `by`; int64, or float64 with `weight`. `attrs["report"]` is a `PointReport`. Regions
        without records have 0.

    Raises
    ------
    SpecError
        When an option is wrong.
    DataError
        When a file or frame cannot be read as point records, the regions do not fit (see
        `build_index`), or all workers are lost.
    MissingDependencyError
        When a Parquet file is given and pyarrow is not installed, or dask is asked for and is not.

    Notes
    -----
    Records on a border are found exactly (see `assign`). Weights are added without rounding, and
    rounded once at the end, so sums do not depend on order either. **Missing values**: records
    without coordinates, kind or weight and records outside all regions are not counted; the report
    says how many, and each record is in exactly one figure.

    **Repeated records.** With `record_id` files are read twice, ids first. The first record of an
    id is that of the first file by name, and of the first row; it stands for the id even where it
    has no coordinates, kind or weight. A record without an id counts as one of its own, and the
    report says how many there are. Memory holds two million ids at a time and 8 bytes for each
    repeated record, whatever the number of records; 24 bytes a record are put aside in a temporary
    folder, or beside the partial counts. Two ids among n records have the same hash by chance with
    a probability of n² / 2⁶⁵: .0003 among a hundred million, .03 among a billion. A cluster needs
    `PointFiles(partials=…)`, a folder that all workers see, for the ids.

    A large Parquet file is counted in pieces of some row groups, each file of another kind in one
    piece; records are numbered from 1 within their file.

    Examples
    --------
    >>> from shapely import box
    >>> squares = [box(0, 0, 2, 2), box(2, 0, 4, 2)]
    >>> regions = gpd.GeoDataFrame(geometry=squares, index=["b", "a"], crs="EPSG:4326")
    >>> records = pd.DataFrame({"lon": [1, 2, 9], "lat": [1, 1, 1], "kind": ["lab", "lab", "firm"]})
    >>> counts = count_points(records, regions, by="kind")
    >>> counts.to_dict()
    {'firm': {'b': 0, 'a': 0}, 'lab': {'b': 1, 'a': 1}}
    >>> report = counts.attrs["report"]
    >>> report.counted, report.outside, report.shared_border
    (2, 1, 1)
    """
    mean = isinstance(weight, MeanOf)
    column = weight.column if isinstance(weight, MeanOf) else weight
    request = _request(by, column, record_id, chunk_size)
    address = _HERE if engine == "local" else address_of(engine)
    files = None if isinstance(points, pd.DataFrame) else _files(points)
    pieces = [] if files is None else pieces_of(files.path)
    index = build_index(regions, border=border)
    with progress_bar("Counting points", 1.0, shown=progress) as advance:
        if isinstance(points, pd.DataFrame):
            chunks = _noted(_frame_chunks(points, request), advance)
            parts = _counts_of_chunks(chunks, index, address)
            # Closed here, so that tasks of a cluster are given up before the way to it closes.
            with closing(parts):
                counter = _sum_of(parts)
        else:
            assert files is not None
            counter = _count_files(files, pieces, index, request, address, advance)
    return _result(counter, index, request, mean=mean, source=_source(points))


def _frame_chunks(points: pd.DataFrame, request: Request) -> Iterator[Records]:
    """Return the records of a frame in chunks, those marked that repeat an earlier one."""
    if request.record_id is None:
        return read_records(points, request)
    hashes = [records.ids for records in read_records(points, _only_ids(request))]
    ids = np.concatenate([part for part in hashes if part is not None] or [np.empty(0, np.uint64)])
    repeated = repeated_among([ids], None)[0]
    return marked(read_records(points, _without_ids(request)), RecordIds(ids, repeated))


def _only_ids(request: Request) -> Request:
    return replace(request, by=(), weight=None)


def _without_ids(request: Request) -> Request:
    return replace(request, record_id=None)


def _count_files(
    files: PointFiles,
    pieces: Sequence[Piece],
    index: RegionIndex,
    request: Request,
    address: str | None,
    advance: Callable[[float], None],
) -> Counter:
    """Count the records of files; where ids are compared, these are read before."""
    with contextlib.ExitStack() as stack:
        if request.record_id is not None:
            # Both readings are half of the way.
            advance = _halved(advance)
            folder = Path(files.partials or _scratch(stack, address)).absolute()
            hashing = _Hashing(_only_ids(request), Partials(str(folder), ""))
            pieces = _with_ids(pieces, hashing, address, advance)
        partials = files.partials and partials_in(files.partials, index, request)
        counting = _Counting(index, _without_ids(request), partials or None)
        # Closed here, so that tasks of a cluster are given up before the way to it closes.
        parts = stack.enter_context(closing(_counts_of_pieces(pieces, counting, address, advance)))
        return _sum_of(parts)


def _halved(advance: Callable[[float], None]) -> Callable[[float], None]:
    def halved(share: float) -> None:
        advance(share / 2)

    return halved


def _scratch(stack: contextlib.ExitStack, address: str | None) -> str:
    """Return a folder for the ids of a count that is not to be resumed."""
    if address != _HERE:
        raise SpecError(
            "record_id=… on a cluster needs a folder for the ids that all workers see. Name one "
            "with PointFiles(points, partials=…), or count with engine='local'."
        )
    return stack.enter_context(TemporaryDirectory(prefix="hubtiers-ids-"))


@dataclass(frozen=True)
class _Hashing:
    """What all pieces share whose ids are read."""

    request: Request
    kept: Partials

    def keep(self, piece: Piece, advance: Callable[[float], None] | None = None) -> Path:
        assert self.request.record_id is not None
        place = self.kept.ids_place(piece, self.request.record_id)
        return keep_ids(piece, self.request, place, advance)


def _with_ids(
    pieces: Sequence[Piece],
    hashing: _Hashing,
    address: str | None,
    advance: Callable[[float], None],
) -> list[Piece]:
    """Return the pieces with the places of the records that repeat an earlier one."""
    if address == _HERE:
        places = [hashing.keep(piece, advance) for piece in pieces]
    else:
        places = _kept_by_workers(pieces, hashing, address, advance)
    ids = [ids_in(place) for place in places]
    whole = [hashes for hashes in ids if hashes is not None]
    if len(whole) < len(ids):
        raise DataError(
            f"The ids that a worker wrote to {hashing.kept.folder} are not here. Name a folder "
            "that all workers and this process see under the same path."
        )
    repeated = repeated_among(whole, Path(hashing.kept.folder))
    triples = zip(pieces, places, repeated, strict=True)
    return [piece._replace(ids=str(place), repeated=again) for piece, place, again in triples]


def _kept_by_workers(
    pieces: Sequence[Piece],
    hashing: _Hashing,
    address: str | None,
    advance: Callable[[float], None],
) -> list[Path]:
    """Let the workers read the ids, and return where they wrote them."""
    places: list[Path] = []
    with connected(address) as client:

        def submit(piece: Piece, shared: Any) -> Any:
            return client.submit(_told, _Hashing.keep, shared, piece, pure=False)

        with closing(computed(client, hashing, submit, pieces)) as kept:
            for piece, place in zip(pieces, kept, strict=True):
                if isinstance(place, str):
                    raise DataError(place)
                places.append(place)
                advance(piece.share)
    return places


@dataclass(frozen=True)
class _Counting:
    """What all pieces share: it is sent to each worker once."""

    index: RegionIndex
    request: Request
    partials: Partials | None

    def count(self, piece: Piece, advance: Callable[[float], None] | None = None) -> Counter:
        return count_piece(piece, self.index, self.request, self.partials, advance)


def _noted(chunks: Iterator[Records], advance: Callable[[float], None]) -> Iterator[Records]:
    """Pass chunks on, and say how much of the source is done when the next one is asked for."""
    done = 0.0
    for records in chunks:
        yield records
        advance(records.done - done)
        done = records.done


def _count_chunk(records: Records, index: RegionIndex) -> Counter:
    counter = Counter()
    counter.add(records, index)
    counter.carry()
    return counter


def _sum_of(parts: Iterable[Counter | str]) -> Counter:
    whole = Counter()
    for part in parts:
        if isinstance(part, str):
            raise DataError(part)
        whole.merge(part)
    return whole


def _told(function: Callable[..., Told], *arguments: Any) -> Told | str:
    """Run a task on a worker; an error comes back as its message, since not all can be sent."""
    try:
        return function(*arguments)
    except HubtiersError as error:
        return str(error)


def _counts_of_chunks(
    chunks: Iterator[Records], index: RegionIndex, address: str | None
) -> Generator[Counter | str]:
    """Count chunks of a frame; on a cluster only a few of them wait in memory."""
    if address == _HERE:
        yield from (_count_chunk(records, index) for records in chunks)
        return
    with connected(address) as client:

        def submit(records: Records, shared: Any) -> Any:
            return client.submit(_told, _count_chunk, records, shared, pure=False)

        with closing(computed(client, index, submit, chunks)) as counted:
            yield from counted


def _counts_of_pieces(
    pieces: Sequence[Piece],
    counting: _Counting,
    address: str | None,
    advance: Callable[[float], None],
) -> Generator[Counter | str]:
    """Count pieces; on a cluster workers read them, and add up the counts of a block as a tree."""
    if address == _HERE:
        yield from (counting.count(piece, advance) for piece in pieces)
        return
    blocks = [pieces[start : start + _BLOCK] for start in range(0, len(pieces), _BLOCK)]
    with connected(address) as client:

        def submit(block: Sequence[Piece], shared: Any) -> Any:
            level = [
                client.submit(_told, _Counting.count, shared, piece, pure=False) for piece in block
            ]
            while len(level) > 1:
                groups = [level[start : start + _FAN] for start in range(0, len(level), _FAN)]
                level = [client.submit(_told, _sum_of, group, pure=False) for group in groups]
            return level[0]

        with closing(computed(client, counting, submit, blocks)) as counted:
            for block, part in zip(blocks, counted, strict=True):
                advance(sum(piece.share for piece in block))
                yield part


def _result(
    counter: Counter, index: RegionIndex, request: Request, *, mean: bool, source: str
) -> pd.DataFrame:
    ids = pd.Index(index.region_ids, name="region_id")
    names = sorted(counter.totals) if request.by else ["count"]
    columns = {}
    for name in names:
        total = counter.totals.get(name, np.zeros((len(ids), 2), np.int64))
        columns[name] = total[:, 0] if request.weight is None else sums(total)
        if mean:
            columns[name] = means(total)
    frame = pd.DataFrame(columns, index=ids)
    if len(request.by) > 1:
        kinds = [tuple(name.split(BETWEEN)) for name in names]
        frame.columns = pd.MultiIndex.from_tuples(kinds, names=request.by)
    rule = {
        "rule": index.border,
        "source": source,
        "encoding": " and ".join(filter(None, counter.encodings)),
        "examples": counter.examples,
    }
    frame.attrs["report"] = PointReport(**counter.figures, **rule)  # type: ignore[arg-type]
    return frame


def _source(points: str | Path | PointFiles | pd.DataFrame) -> str:
    if isinstance(points, pd.DataFrame):
        return f"a {type(points).__name__}"
    return Path(points.path if isinstance(points, PointFiles) else points).name


def _files(points: object) -> PointFiles:
    files = points if isinstance(points, PointFiles) else PointFiles(points)  # type: ignore[arg-type]
    if not isinstance(files.path, (str, Path)):
        raise SpecError(
            "count_points() takes a path or a (Geo)DataFrame of point records, but got "
            f"{type(files.path).__name__}. Convert the points to a DataFrame with the columns lon "
            "and lat."
        )
    return files


def _request(
    by: str | Sequence[str] | None, weight: str | None, record_id: str | None, chunk_size: int
) -> Request:
    if isinstance(chunk_size, bool) or not isinstance(chunk_size, int) or chunk_size < 1:
        raise SpecError(
            f"chunk_size is {chunk_size!r}. Use a whole number of records above 0, such as 500_000."
        )
    if weight is not None and not isinstance(weight, str):
        raise SpecError(f"weight is {weight!r}. Give the name of one column, or None.")
    if record_id is not None and not isinstance(record_id, str):
        raise SpecError(f"record_id is {record_id!r}. Give the name of one column, or None.")
    names = () if by is None else (by,) if isinstance(by, str) else by
    is_list = isinstance(names, (list, tuple))
    if not is_list or not all(isinstance(name, str) for name in names):
        raise SpecError(f"by is {by!r}. Give the name of one column, a list of names, or None.")
    if len(set(names)) < len(names):
        raise SpecError(f"by names a column twice: {listing(names)}. Name each once.")
    return Request(tuple(names), weight, chunk_size, record_id)


def _coordinates(values: npt.ArrayLike, name: str) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"{name} holds values that are no numbers. Give degrees as numbers."
        ) from None
    if array.ndim != 1:
        raise DataError(
            f"{name} has {array.ndim} dimensions. Give one-dimensional arrays of degrees."
        )
    return array
