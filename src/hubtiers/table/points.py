"""Point records into regions: counts per region and kind, exact on borders, in bounded memory."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from hubtiers.errors import CRSError, DataError, DuplicateRegionError, SpecError, UnknownOptionError, listing
from hubtiers.regions.membership import overlaps_by_geometry
from hubtiers.table._records import Records, Request, encodings, read_records, same_degrees

__all__ = ["PointReport", "RegionIndex", "assign", "build_index", "count_points"]

MAX_KINDS = 1000
"""Most columns of a result; more are a sign that `by` names a column of ids or texts."""

_ENGINES = ("local",)
_RULES = ("first", "last")
_MOST_CELLS = 1024
_SMALLEST_CELL = 1e-6
_MOST_PAIRS = 100
_HEAVIEST = 2.0**100

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class PointReport(NamedTuple):
    """Account of a count of point records: every record is in exactly one of the first six figures after `records`.

    Stored in the `attrs` of the counts. A named tuple, because pandas writes `attrs` to Parquet as JSON.

    Attributes
    ----------
    records
        All point records read.
    counted
        Records counted in a region.
    outside
        Records in no region; of these `swapped` lie in one with longitude and latitude exchanged, and `impossible`
        are beyond 180° or 90° (projected coordinates, for example).
    missing_coordinates, unreadable_coordinates
        Records with an empty coordinate; with one that is no finite number. `examples` shows the first of the latter.
    missing_kind, missing_weight
        Records with coordinates but no label in `by`; with both but no finite number in `weight`.
    border, shared_border
        Counted records exactly on a border; those of them on the border of several regions, where `rule` decided.
    overlap
        Counted records inside more than one region, where slivers overlap; `rule` decided.
    """

    records: int
    counted: int
    outside: int
    missing_coordinates: int
    unreadable_coordinates: int
    missing_kind: int
    missing_weight: int
    border: int
    shared_border: int
    overlap: int
    swapped: int
    impossible: int
    chunks: int
    rule: str
    source: str
    encoding: str
    examples: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per figure: its name, the number of records, and their share of all records."""
        names = self._fields[: self._fields.index("chunks")]
        figures = [getattr(self, name) for name in names]
        return pd.DataFrame({"figure": names, "records": figures, "share": [n / max(self.records, 1) for n in figures]})

    def to_text(self) -> str:
        """Return the account as lines of plain text; figures that are 0 are left out."""
        lines = [f"{self.records:,} point records from {self.source}: {self.counted:,} counted"]
        notes = (
            (self.outside, "outside all regions"),
            (self.swapped, "of these would lie inside with longitude and latitude swapped: check the columns"),
            (self.impossible, "of these beyond 180° or 90°: check the coordinate reference system"),
            (self.missing_coordinates, "without coordinates"),
            (self.unreadable_coordinates, f"with unreadable coordinates ({listing(self.examples)})"),
            (self.missing_kind, "without a kind"),
            (self.missing_weight, "without a weight"),
            (self.border, f"on a border, {self.shared_border:,} of them on a shared one ({self._rule()})"),
            (self.overlap, f"inside more than one region ({self._rule()})"),
        )
        return "\n".join(lines + [f"  {number:,} {note}" for number, note in notes if number])

    def _rule(self) -> str:
        return f"each counted once, in the {self.rule} region by region_id"

    def __repr__(self) -> str:
        return f"<PointReport: {self.to_text()}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.to_text())}</pre>"


@dataclass(frozen=True, eq=False, repr=False)
class RegionIndex:
    """Regions prepared for `assign`: pickle it once and send it to every worker.

    Attributes
    ----------
    region_ids
        Ids of the regions; a region's number is its position here.
    border
        Which region gets a point on a shared border: the "first" or the "last" by id.
    grid
        Arrays for the compiled kernels.
    """

    region_ids: tuple[str, ...]
    border: str
    grid: Any

    def __repr__(self) -> str:
        rows, columns = self.grid.shape
        return (
            f"<RegionIndex: {len(self.region_ids)} regions, {len(self.grid.edges):,} edges, {rows} × {columns} cells>"
        )


def build_index(regions: gpd.GeoDataFrame, *, border: str = "first") -> RegionIndex:
    """Prepare regions for `assign`; use it when points come from somewhere that `count_points` does not read.

    Parameters
    ----------
    regions
        Polygons with a coordinate reference system, indexed by region id (strings).
    border
        Which region gets a point on a shared border: the "first" or the "last" by region id.

    Returns
    -------
    RegionIndex

    Raises
    ------
    CRSError, DuplicateRegionError
        When the coordinate reference system is missing; when an id stands twice.
    DataError
        When ids are no strings, a geometry is missing, invalid or no polygon, or regions overlap.

    Notes
    -----
    Regions that are found to share more than 1 % of the smaller one's area are refused; found are those where one
    wholly covers a cell of the grid (1024 × 1024 over the layer) that the other reaches, or an inner point of it.
    Points in slivers that stay below are given out by the border rule.

    Examples
    --------
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 2), box(2, 0, 4, 2)], index=["b", "a"], crs="EPSG:4326")
    >>> build_index(regions).region_ids
    ('b', 'a')
    """
    if border not in _RULES:
        raise UnknownOptionError("border rule", border, _RULES)
    _check_regions(regions)
    if not same_degrees(regions.crs):
        regions = regions.to_crs(4326)
    shapes = np.array(regions.geometry.array, dtype=object)
    _check_shapes(regions.index, shapes)
    ids = tuple(regions.index.tolist())
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__, reverse=border == "last"), np.int64)
    return RegionIndex(ids, border, _build_grid(regions.index, shapes, order))


def assign(x: npt.ArrayLike, y: npt.ArrayLike, index: RegionIndex) -> Ints:
    """Return the number of the region of each point, -1 outside: the pure step to spread over workers.

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
    A point lies on a border when the turn from an edge to it is exactly zero in exact arithmetic, so neither the
    order of points, polygons and vertices nor a split into chunks or threads can change an answer. Coordinates below
    1e-100 degrees count as 0. **Missing values**: points with NaN or infinite coordinates are outside.

    Examples
    --------
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 2), box(2, 0, 4, 2)], index=["b", "a"], crs="EPSG:4326")
    >>> assign([1.0, 2.0, 9.0], [1.0, 1.0, 1.0], build_index(regions)).tolist()
    [0, 1, -1]
    """
    number, _ = _locate(_coordinates(x, "x"), _coordinates(y, "y"), index)
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
    """Count point records per region (点数据计数), for example firms, patents or laboratories with coordinates.

    Parameters
    ----------
    points
        Path of a .csv, .csv.gz, .parquet or .geoparquet file, or a (Geo)DataFrame. Coordinates are the columns lon
        and lat in degrees (also longitude/latitude, lng, 经度/纬度), or point geometry; of a GeoDataFrame and of
        GeoParquet the geometry is taken, and converted from its coordinate reference system.
    regions
        Polygons indexed by region id, as `load_regions` returns them.
    by
        Column with the kind of each record; the result has one column per kind, in alphabetical order.
    weight
        Column with a weight from 0 up to 1e30; the result sums weights instead of counting records.
    engine
        "local": this process, one core.
    chunk_size
        Records held in memory at a time; the counts do not depend on it.
    border
        A point on a shared border is counted once: in the "first" or the "last" of these regions by region id.
    progress
        Show a progress bar on standard error?

    Returns
    -------
    pandas.DataFrame
        Index `region_id` in the order of `regions`; one column per kind, or the column `count` without `by`; int64,
        or float64 with `weight`. `attrs["report"]` is a `PointReport`. Regions without records have 0.

    Raises
    ------
    SpecError
        When an option is wrong.
    DataError
        When a file or frame cannot be read as point records, or the regions do not fit (see `build_index`).
    MissingDependencyError
        When a Parquet file is given and pyarrow is not installed.

    Notes
    -----
    Records on a border are found exactly (see `assign`). Weights are added without rounding, and rounded once at the
    end, so sums do not depend on order either. **Missing values**: records without coordinates, kind or weight and
    records outside all regions are not counted; the report says how many, and each record is in exactly one figure.

    Examples
    --------
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 2), box(2, 0, 4, 2)], index=["b", "a"], crs="EPSG:4326")
    >>> records = pd.DataFrame({"lon": [1, 2, 9], "lat": [1, 1, 1], "kind": ["lab", "lab", "firm"]})
    >>> counts = count_points(records, regions, by="kind")
    >>> counts.to_dict()
    {'firm': {'b': 0, 'a': 0}, 'lab': {'b': 1, 'a': 1}}
    >>> counts.attrs["report"]
    <PointReport: 3 point records from a DataFrame: 2 counted
      1 outside all regions
      1 on a border, 1 of them on a shared one (each counted once, in the first region by region_id)>
    """
    _check_options(engine, chunk_size, {"by": by, "weight": weight})
    index = build_index(regions, border=border)
    request = Request(by, weight, chunk_size)
    for encoding in encodings(points):
        counter = _Counter(index)
        with contextlib.suppress(UnicodeDecodeError), _bar(shown=progress) as advance:
            for records in read_records(points, request, encoding=encoding):
                counter.add(records)
                advance(records.done)
            return _result(counter, request, _source(points), encoding)
    raise DataError(f"{points} is neither UTF-8 nor GB18030 text. Save it as CSV UTF-8.")


class _Counter:
    """Running totals over chunks, per kind and region; adding chunks in any order gives the same totals."""

    def __init__(self, index: RegionIndex) -> None:
        self.index = index
        self.totals: dict[str, Ints] = {}
        self.figures = dict.fromkeys(PointReport._fields[: PointReport._fields.index("rule")], 0)
        self.examples: tuple[str, ...] = ()

    def add(self, records: Records) -> None:
        """Locate and add a chunk."""
        number, lie = _locate(records.x, records.y, self.index)
        known = ~np.isnan(records.x + records.y)
        has_kind = known if records.kind is None else known & (records.kind >= 0)
        has_all = has_kind if records.weight is None else has_kind & _weighted(records)
        inside = number >= 0
        counted, outside = has_all & inside, np.flatnonzero(has_all & ~inside)
        unreadable, located, with_kind, complete = map(_count, (records.unreadable, known, has_kind, has_all))
        found = {
            "records": len(number),
            "counted": complete - len(outside),
            "outside": len(outside),
            "missing_coordinates": len(number) - located - unreadable,
            "unreadable_coordinates": unreadable,
            "missing_kind": located - with_kind,
            "missing_weight": with_kind - complete,
            **self._places(lie[counted], records.x[outside], records.y[outside]),
        }
        for name, figure in found.items():
            self.figures[name] += figure
        self.figures["chunks"] += 1
        self.examples = (self.examples + records.examples)[:5]
        self._add_totals(records, number[counted], counted)

    def _places(self, lie: npt.NDArray[np.uint8], x: Floats, y: Floats) -> dict[str, int]:
        """Tell how counted records lie, and what may be wrong with those outside at `x`, `y`."""
        from hubtiers.table import _grid

        shared = _count(lie == _grid.SHARED)
        return {
            "border": _count(lie == _grid.BORDER) + shared,
            "shared_border": shared,
            "overlap": _count(lie == _grid.OVERLAP),
            "swapped": _count(_locate(y, x, self.index)[0] >= 0),
            "impossible": _count((np.abs(x) > 180) | (np.abs(y) > 90)),
        }

    def _add_totals(self, records: Records, number: Ints, counted: Mask) -> None:
        regions = len(self.index.region_ids)
        labels: tuple[str, ...]
        labels, used, place = ("count",), np.zeros(1, np.int64), number
        if records.kind is not None:
            # A kind whose records all lie outside keeps its column of zeros.
            labels, used = records.labels, np.unique(records.kind[records.kind >= 0])
            place = np.searchsorted(used, records.kind[counted]) * regions + number
        if not len(used):
            return
        names = [labels[k] for k in used]
        if len({*self.totals, *names}) > MAX_KINDS:
            raise DataError(
                f"There are more than {MAX_KINDS:,} kinds (MAX_KINDS), such as {listing(names)}. "
                "Take `by` from a column with few different labels."
            )
        weight = None if records.weight is None else records.weight[counted]
        totals = _totals(place, len(used) * regions, weight)
        for name, total in zip(names, totals.reshape(len(used), regions, -1), strict=True):
            self.totals[name] = self.totals[name] + total if name in self.totals else total


def _count(mask: npt.NDArray[Any]) -> int:
    return int(np.count_nonzero(mask))


def _totals(place: Ints, places: int, weight: Floats | None) -> Ints:
    """Return the number of records in each place, or the words of the exact sum of their weights."""
    from hubtiers.table import _grid

    if weight is None:
        return np.bincount(place, minlength=places).astype(np.int64)
    words = np.zeros((places, _grid.LIMBS), np.int64)
    _grid.add_exactly(words, place, weight)
    return words


def _sums(words: Ints) -> Floats:
    """Return exact sums, rounded once to the nearest number."""
    from hubtiers.table import _grid

    sums = np.zeros(len(words))
    for i in np.flatnonzero(words.any(axis=1)):
        whole = sum(int(word) << 32 * place for place, word in enumerate(words[i]))
        sums[i] = whole / (1 << _grid.LIMB_SHIFT)
    return sums


def _weighted(records: Records) -> Mask:
    """Tell which records have a weight; refuse those that no sum of parts can mean."""
    weight = records.weight
    assert weight is not None
    wrong = np.flatnonzero((weight < 0) | (weight > _HEAVIEST) | ((weight > 0) & (weight < 1 / _HEAVIEST)))
    if len(wrong):
        raise DataError(
            f"Record {records.row + wrong[0] + 1} has the weight {weight[wrong[0]]}. Weights are 0 or lie between "
            "1e-30 and 1e30; correct the record, or change the unit."
        )
    return ~np.isnan(weight)


def _result(counter: _Counter, request: Request, source: str, encoding: str) -> pd.DataFrame:
    ids = pd.Index(counter.index.region_ids, name="region_id")
    names = sorted(counter.totals) if request.by is not None else ["count"]
    columns = {}
    for name in names:
        total = counter.totals.get(name, np.zeros((len(ids), 1), np.int64))
        columns[name] = total[:, 0] if request.weight is None else _sums(total)
    frame = pd.DataFrame(columns, index=ids)
    rule = {"rule": counter.index.border, "source": source, "encoding": encoding, "examples": counter.examples}
    frame.attrs["report"] = PointReport(**counter.figures, **rule)  # type: ignore[arg-type]
    return frame


def _source(points: str | Path | pd.DataFrame) -> str:
    return f"a {type(points).__name__}" if isinstance(points, pd.DataFrame) else Path(points).name


def _check_options(engine: str, chunk_size: int, names: dict[str, str | None]) -> None:
    if engine not in _ENGINES:
        raise UnknownOptionError("engine", engine, _ENGINES)
    if isinstance(chunk_size, bool) or not isinstance(chunk_size, int) or chunk_size < 1:
        raise SpecError(f"chunk_size is {chunk_size!r}. Use a whole number of records above 0, such as 500_000.")
    for option, name in names.items():
        if name is not None and not isinstance(name, str):
            raise SpecError(f"{option} is {name!r}. Give the name of one column, or None.")


@contextlib.contextmanager
def _bar(*, shown: bool) -> Iterator[Callable[[float], None]]:
    """Yield a function that takes the share done; it draws a bar on standard error if `shown`."""
    if not shown:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Counting points", total=1.0)
        yield lambda done: progress.update(task, completed=done)


def _coordinates(values: npt.ArrayLike, name: str) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name} holds values that are no numbers. Give degrees as numbers.") from None
    if array.ndim != 1:
        raise DataError(f"{name} has {array.ndim} dimensions. Give one-dimensional arrays of degrees.")
    return array


def _locate(x: Floats, y: Floats, index: RegionIndex) -> tuple[Ints, npt.NDArray[np.uint8]]:
    from hubtiers.table import _grid

    if len(x) != len(y):
        raise DataError(f"There are {len(x)} longitudes and {len(y)} latitudes. Give one of each per point.")
    # Kernels are compiled once, for contiguous arrays that may be written.
    x, y = (np.require(values, np.float64, ["C", "W"]) for values in (x, y))
    number, _, lie = _grid.locate(x, y, index.grid)
    return number, lie


def _check_regions(regions: gpd.GeoDataFrame) -> None:
    if not isinstance(regions, gpd.GeoDataFrame) or regions.active_geometry_name is None:
        raise DataError("The regions are no GeoDataFrame with geometry. Take load_regions(), or set_geometry().")
    if not len(regions):
        raise DataError("The layer of regions is empty. Points need at least one region.")
    if regions.crs is None:
        raise CRSError(
            "The regions have no coordinate reference system. Set it, for example regions.set_crs('EPSG:4326')."
        )
    if not all(isinstance(name, str) for name in regions.index.tolist()):
        raise DataError(
            f"Region ids are strings, but the index of the regions starts with {regions.index[0]!r}. "
            "Use regions.set_index('region_id'), or turn the index into strings."
        )
    if not regions.index.is_unique:
        raise DuplicateRegionError(regions.index[regions.index.duplicated()], "The layer of regions")


def _check_shapes(ids: pd.Index, shapes: npt.NDArray[np.object_]) -> None:
    bad: Mask = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if bad.any():
        raise DataError(f"These regions have no geometry: {listing(ids[bad])}. Drop them, or draw them.")
    bad = ~np.isin(shapely.get_type_id(shapes), (3, 6))
    if bad.any():
        raise DataError(f"These regions are no polygons: {listing(ids[bad])}. Points are counted in polygons.")
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        raise DataError(
            f"These regions have invalid geometry, such as a border that crosses itself: {listing(ids[bad])}. "
            "Repair them, for example with regions.make_valid(), and look at what changed."
        )
    bounds = shapely.bounds(shapes)
    bad = np.any(np.abs(bounds) > np.array([360, 90, 360, 90]), axis=1)
    if bad.any():
        raise CRSError(
            f"These regions lie beyond 360° or 90°, so their coordinates are no degrees: {listing(ids[bad])}. Set the "
            "coordinate reference system that the layer really has, with set_crs(…, allow_override=True)."
        )


def _build_grid(ids: pd.Index, shapes: npt.NDArray[np.object_], order: Ints) -> Any:
    from hubtiers.table import _grid

    _check_areas(ids, shapes)
    parts, region = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    edges, owner = _grid.upward_edges(coordinates, ring, region[part])
    corners = shapely.total_bounds(shapes)
    low, high = np.split(np.where(np.abs(corners) < _grid.TINY, 0.0, corners), 2)
    wanted = min(max(math.isqrt(8 * len(edges)), 16), _MOST_CELLS)
    columns, rows = (max(min(wanted, int(span / _SMALLEST_CELL)), 1) for span in high - low)
    frame = np.array([*low, columns / (high[0] - low[0]), rows / (high[1] - low[1]), *high])
    buckets = _grid.bucket_edges(edges, owner, frame, rows, len(shapes))
    begin, codes = _grid.gather(*_grid.rasterise(buckets, frame, (rows, columns), order), rows * columns)
    cells, lists = _grid.pack(begin, codes, buckets, columns)
    grid = _grid.Grid(frame, (rows, columns), cells, lists, buckets.edges)
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    first, other, _ = _grid.locate(inner[:, 0].copy(), inner[:, 1].copy(), grid)
    nested = np.column_stack([first, other])[other >= 0]
    _refuse_overlaps(ids, shapes, np.vstack([_grid.conflicts(begin, codes), nested]))
    return grid


def _check_areas(ids: pd.Index, shapes: npt.NDArray[np.object_]) -> None:
    """Refuse regions stacked so deep that a grid of them would fill the memory."""
    low_x, low_y, high_x, high_y = shapely.total_bounds(shapes)
    if shapely.area(shapes).sum() <= (high_x - low_x) * (high_y - low_y) * (1 + 1e-9):
        return
    inner = shapely.point_on_surface(shapes[:_MOST_PAIRS])
    first, other = shapely.STRtree(shapes).query(inner, predicate="intersects")
    _refuse_overlaps(ids, shapes, np.column_stack([first, other])[first != other])


def _refuse_overlaps(ids: pd.Index, shapes: npt.NDArray[np.object_], pairs: npt.NDArray[Any]) -> None:
    suspects = np.unique(np.unique(np.sort(pairs, axis=1), axis=0)[:_MOST_PAIRS])
    if not len(suspects):
        return
    layer = gpd.GeoDataFrame(geometry=shapes[suspects], index=ids[suspects], crs=4326)
    if overlapping := overlaps_by_geometry(layer):
        names = listing(f"{a} with {b}" for a, b in overlapping)
        raise DataError(
            f"These regions overlap, so a point could belong to both: {names}. "
            "Keep disjoint regions; count larger ones by adding the counts of their members."
        )
