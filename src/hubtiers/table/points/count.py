"""Point records into regions: counts per region and kind, exact on borders, in bounded memory."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hubtiers._dask import address_of, broadcast, connected
from hubtiers._progress import progress_bar
from hubtiers.errors import DataError, SpecError, listing
from hubtiers.table.points.point_report import PointReport
from hubtiers.table.points.records import Records, Request, encodings, read_records
from hubtiers.table.points.region_index import RegionIndex, build_index, locate

__all__ = ["PointReport", "RegionIndex", "assign", "build_index", "count_points"]

MAX_KINDS = 1000
"""Most columns of a result; more are a sign that `by` names a column of ids or texts."""

_HEAVIEST = 2.0**100

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


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


def count_points(
    points: str | Path | pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    by: str | None = None,
    weight: str | None = None,
    engine: str = "local",
    chunk_size: int = 500_000,
    border: str = "first",
    progress: bool = False,
) -> pd.DataFrame:
    """Count point records per region (点数据计数): firms, patents, or laboratories.

    Parameters
    ----------
    points
        Path of a .csv, .csv.gz, .parquet or .geoparquet file, or a (Geo)DataFrame. Coordinates are
        the columns lon and lat in degrees (also longitude/latitude, lng, 经度/纬度), or point
        geometry; of a GeoDataFrame and of GeoParquet the geometry is taken, and converted from its
        coordinate reference system.
    regions
        Polygons indexed by region id, as `load_regions` returns them.
    by
        Column with the kind of each record; the result has one column per kind, in alphabetical
        order.
    weight
        Column with a weight from 0 up to 1e30; the result sums weights instead of counting records.
    engine
        "local": this process, one core. "dask": the chunks are read here and counted by the workers
        of the dask.distributed client in use, or of the scheduler at an address ("tcp://…"); the
        counts are the same.
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
        When a file or frame cannot be read as point records, or the regions do not fit (see
        `build_index`).
    MissingDependencyError
        When a Parquet file is given and pyarrow is not installed, or dask is asked for and is not.

    Notes
    -----
    Records on a border are found exactly (see `assign`). Weights are added without rounding, and
    rounded once at the end, so sums do not depend on order either. **Missing values**: records
    without coordinates, kind or weight and records outside all regions are not counted; the report
    says how many, and each record is in exactly one figure.

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
    _check_options(chunk_size, {"by": by, "weight": weight})
    address = None if engine == "local" else address_of(engine)
    index = build_index(regions, border=border)
    request = Request(by, weight, chunk_size)
    for encoding in encodings(points):
        with (
            contextlib.suppress(UnicodeDecodeError),
            progress_bar("Counting points", 1.0, shown=progress) as advance,
        ):
            chunks = _noted(read_records(points, request, encoding=encoding), advance)
            counter = (
                _count_here(chunks, index)
                if engine == "local"
                else _count_on_dask(chunks, index, address)
            )
            return _result(counter, index, request, _source(points), encoding)
    raise DataError(f"{points} is neither UTF-8 nor GB18030 text. Save it as CSV UTF-8.")


def _noted(chunks: Iterator[Records], advance: Callable[[float], None]) -> Iterator[Records]:
    """Pass chunks on, and say how much of the source is done when the next one is asked for."""
    done = 0.0
    for records in chunks:
        yield records
        advance(records.done - done)
        done = records.done


def _count_here(chunks: Iterator[Records], index: RegionIndex) -> _Counter:
    counter = _Counter()
    for records in chunks:
        counter.add(records, index)
    return counter


def _count_on_dask(chunks: Iterator[Records], index: RegionIndex, address: str | None) -> _Counter:
    """Let workers count chunks, a few more at a time than they have threads for.

    Only those wait in memory.
    """
    counter = _Counter()
    with connected(address) as client:
        shared = broadcast(client, index)
        waiting: deque[Any] = deque()
        for records in chunks:
            waiting.append(client.submit(_count_chunk, records, shared, pure=False))
            if len(waiting) > 2 * sum(client.nthreads().values()):
                counter.merge(waiting.popleft().result())
        while waiting:
            counter.merge(waiting.popleft().result())
    return counter


def _count_chunk(records: Records, index: RegionIndex) -> _Counter | str:
    """Count one chunk from nothing: the task that a cluster runs.

    What does not fit comes back as its message.
    """
    try:
        return _count_here(iter([records]), index)
    except DataError as error:
        return str(error)


class _Counter:
    """Running totals over chunks, per kind and region.

    Adding chunks in any order gives the same totals.
    """

    def __init__(self) -> None:
        self.totals: dict[str, Ints] = {}
        self.figures = dict.fromkeys(PointReport._fields[: PointReport._fields.index("rule")], 0)
        self.examples: tuple[str, ...] = ()

    def add(self, records: Records, index: RegionIndex) -> None:
        """Locate and add a chunk."""
        number, lie = locate(records.x, records.y, index)
        known = ~np.isnan(records.x + records.y)
        has_kind = known if records.kind is None else known & (records.kind >= 0)
        has_all = has_kind if records.weight is None else has_kind & _weighted(records)
        inside = number >= 0
        counted, outside = has_all & inside, np.flatnonzero(has_all & ~inside)
        unreadable, located, with_kind, complete = map(
            _count, (records.unreadable, known, has_kind, has_all)
        )
        found = {
            "records": len(number),
            "counted": complete - len(outside),
            "outside": len(outside),
            "missing_coordinates": len(number) - located - unreadable,
            "unreadable_coordinates": unreadable,
            "missing_kind": located - with_kind,
            "missing_weight": with_kind - complete,
            **_places(lie[counted], records.x[outside], records.y[outside], index),
        }
        for name, figure in found.items():
            self.figures[name] += figure
        self.figures["chunks"] += 1
        self.examples = (self.examples + records.examples)[:5]
        self._add_totals(records, number[counted], counted, len(index.region_ids))

    def merge(self, other: _Counter | str) -> None:
        """Add the totals of other chunks, which come after those counted so far.

        Raise what went wrong with them.
        """
        if isinstance(other, str):
            raise DataError(other)
        for name, figure in other.figures.items():
            self.figures[name] += figure
        self.examples = (self.examples + other.examples)[:5]
        self._require_few_kinds(tuple(other.totals))
        for name, total in other.totals.items():
            self._add_total(name, total)

    def _add_totals(self, records: Records, number: Ints, counted: Mask, regions: int) -> None:
        labels: tuple[str, ...]
        labels, used, place = ("count",), np.zeros(1, np.int64), number
        if records.kind is not None:
            # A kind whose records all lie outside keeps its column of zeros.
            labels, used = records.labels, np.unique(records.kind[records.kind >= 0])
            place = np.searchsorted(used, records.kind[counted]) * regions + number
        if not len(used):
            return
        names = [labels[k] for k in used]
        self._require_few_kinds(names)
        weight = None if records.weight is None else records.weight[counted]
        totals = _totals(place, len(used) * regions, weight)
        for name, total in zip(names, totals.reshape(len(used), regions, -1), strict=True):
            self._add_total(name, total)

    def _require_few_kinds(self, names: Sequence[str]) -> None:
        if len({*self.totals, *names}) > MAX_KINDS:
            raise DataError(
                f"There are more than {MAX_KINDS:,} kinds (MAX_KINDS), such as {listing(names)}. "
                "Take `by` from a column with few different labels."
            )

    def _add_total(self, name: str, total: Ints) -> None:
        self.totals[name] = self.totals[name] + total if name in self.totals else total


def _count(mask: npt.NDArray[Any]) -> int:
    return int(np.count_nonzero(mask))


def _places(lie: npt.NDArray[np.uint8], x: Floats, y: Floats, index: RegionIndex) -> dict[str, int]:
    """Tell how counted records lie, and what may be wrong with those outside at `x`, `y`."""
    from hubtiers.table.points import grid

    shared = _count(lie == grid.SHARED)
    return {
        "border": _count(lie == grid.BORDER) + shared,
        "shared_border": shared,
        "overlap": _count(lie == grid.OVERLAP),
        "swapped": _count(locate(y, x, index)[0] >= 0),
        "impossible": _count((np.abs(x) > 180) | (np.abs(y) > 90)),
    }


def _totals(place: Ints, places: int, weight: Floats | None) -> Ints:
    """Return the number of records in each place, or the words of the exact sum of weights."""
    from hubtiers.table.points import grid

    if weight is None:
        return np.bincount(place, minlength=places).astype(np.int64)
    words = np.zeros((places, grid.LIMBS), np.int64)
    grid.add_exactly(words, place, weight)
    return words


def _sums(words: Ints) -> Floats:
    """Return exact sums, rounded once to the nearest number."""
    from hubtiers.table.points import grid

    sums = np.zeros(len(words))
    for i in np.flatnonzero(words.any(axis=1)):
        whole = sum(int(word) << 32 * place for place, word in enumerate(words[i]))
        sums[i] = whole / (1 << grid.LIMB_SHIFT)
    return sums


def _weighted(records: Records) -> Mask:
    """Tell which records have a weight; refuse those that no sum of parts can mean."""
    weight = records.weight
    assert weight is not None
    wrong = np.flatnonzero(
        (weight < 0) | (weight > _HEAVIEST) | ((weight > 0) & (weight < 1 / _HEAVIEST))
    )
    if len(wrong):
        raise DataError(
            f"Record {records.row + wrong[0] + 1} has the weight {weight[wrong[0]]}. Weights are 0 "
            "or lie between 1e-30 and 1e30; correct the record, or change the unit."
        )
    return ~np.isnan(weight)


def _result(
    counter: _Counter, index: RegionIndex, request: Request, source: str, encoding: str
) -> pd.DataFrame:
    ids = pd.Index(index.region_ids, name="region_id")
    names = sorted(counter.totals) if request.by is not None else ["count"]
    columns = {}
    for name in names:
        total = counter.totals.get(name, np.zeros((len(ids), 1), np.int64))
        columns[name] = total[:, 0] if request.weight is None else _sums(total)
    frame = pd.DataFrame(columns, index=ids)
    rule = {
        "rule": index.border,
        "source": source,
        "encoding": encoding,
        "examples": counter.examples,
    }
    frame.attrs["report"] = PointReport(**counter.figures, **rule)  # type: ignore[arg-type]
    return frame


def _source(points: str | Path | pd.DataFrame) -> str:
    return f"a {type(points).__name__}" if isinstance(points, pd.DataFrame) else Path(points).name


def _check_options(chunk_size: int, names: dict[str, str | None]) -> None:
    if isinstance(chunk_size, bool) or not isinstance(chunk_size, int) or chunk_size < 1:
        raise SpecError(
            f"chunk_size is {chunk_size!r}. Use a whole number of records above 0, such as 500_000."
        )
    for option, name in names.items():
        if name is not None and not isinstance(name, str):
            raise SpecError(f"{option} is {name!r}. Give the name of one column, or None.")


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
