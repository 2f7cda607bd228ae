"""Point records in chunks of bounded memory, from frames, CSV and Parquet, as plain arrays."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from hubtiers.errors import (
    CRSError,
    DataError,
    MissingColumnError,
    MissingDependencyError,
    SpecError,
    listing,
)
from hubtiers.table._missing import MISSING_MARKS, is_missing_mark
from hubtiers.table.points.record_ids import Hashes, RecordIds, hashes_of

__all__ = [
    "BETWEEN",
    "MAX_BYTES",
    "MAX_LINE_BYTES",
    "MAX_ROWS",
    "SUFFIXES",
    "Records",
    "Request",
    "encodings",
    "read_records",
    "row_groups",
    "same_degrees",
]

MAX_ROWS = 1_000_000_000
"""Most records of one source; also what the exact sum of weights has room for."""

MAX_BYTES = 64_000_000_000
"""Most bytes of one file, after decompression."""

MAX_LINE_BYTES = 4_000_000
"""Longest line of a CSV file; a longer one is no point record."""

BETWEEN = "\x1f"
"""What parts the labels of several columns: the separator of units, which no text has."""

_LON = ("lon", "lng", "long", "longitude", "经度", "經度")
_LAT = ("lat", "latitude", "纬度", "緯度")
SUFFIXES = (".csv", ".csv.gz", ".parquet", ".geoparquet")
"""Endings of files of point records."""


# Before 3.1, pandas reads some numbers one bit off unless asked; since then it is exact and warns
# of the option.
_OLD_PANDAS = tuple(int(part) for part in pd.__version__.split(".")[:2]) < (3, 1)
_EXACT_NUMBERS: dict[str, Any] = {"float_precision": "round_trip"} if _OLD_PANDAS else {}

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Request:
    """What to read from each record, and how many records at a time.

    `by` names the columns that make the kind together; none for a plain count. `record_id` is the
    column of ids, when these are to be read.
    """

    by: tuple[str, ...]
    weight: str | None
    chunk_size: int
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """A chunk of point records.

    `x` and `y` are degrees, NaN where missing or `unreadable` (text that is no number, or
    infinite). `kind` holds positions in `labels`, -1 where missing; labels of several columns are
    joined by `BETWEEN`. `row` is the number of the first record, `done` the share of the source
    read so far. `ids` are hashes of the ids where these were asked for; `repeated` says which
    records have the id of an earlier one, and `without_id` how many have none.
    """

    row: int
    x: Floats
    y: Floats
    unreadable: npt.NDArray[np.bool_]
    kind: Ints | None
    labels: tuple[str, ...]
    weight: Floats | None
    examples: tuple[str, ...]
    done: float
    ids: Hashes | None = None
    repeated: npt.NDArray[np.bool_] | None = None
    without_id: int = 0

    def marked(self, ids: RecordIds, start: int) -> Records:
        """Return the chunk with its repeated records marked; `start` counts from the first id."""
        repeated, without = ids.of(start, start + len(self.x))
        return replace(self, repeated=repeated, without_id=without)


def encodings(points: object) -> tuple[str, ...]:
    """Return the encodings to try in turn.

    UTF-8 before GB18030, because most UTF-8 is also valid GB18030.
    """
    is_text = isinstance(points, (str, Path)) and str(points).lower().endswith((".csv", ".csv.gz"))
    return ("utf-8-sig", "gb18030") if is_text else ("",)


def read_records(
    points: Path | pd.DataFrame,
    request: Request,
    *,
    encoding: str = "",
    groups: Sequence[int] | None = None,
) -> Iterator[Records]:
    """Yield the records of a file or frame; of a Parquet file perhaps those of some row groups.

    Raises UnicodeDecodeError when `encoding` is not that of the file.
    """
    if isinstance(points, pd.DataFrame):
        return _frame_records(points, request)
    if encoding:
        return _csv_records(points, request, encoding)
    return _parquet_records(points, request, groups)


def row_groups(path: Path) -> list[int]:
    """Return the number of records in each row group of a Parquet file."""
    with _parquet(path) as (_, parquet), parquet.ParquetFile(path) as file:
        about = file.metadata
        return [about.row_group(i).num_rows for i in range(about.num_row_groups)]


def same_degrees(crs: pyproj.CRS) -> bool:
    """Tell whether coordinates of a system need no conversion to EPSG:4326."""
    return crs.to_authority() in {("EPSG", "4326"), ("OGC", "CRS84"), ("EPSG", "4490")}


def _check_rows(rows: int, where: str) -> None:
    if rows > MAX_ROWS:
        raise DataError(
            f"{where} has {rows:,} records or more, above the limit of {MAX_ROWS:,} (MAX_ROWS). "
            "Split it, and add the counts of the parts."
        )


def _plain(name: object) -> str:
    return unicodedata.normalize("NFKC", str(name)).strip().casefold()


def _only(names: Sequence[str], wanted: Iterable[str], what: str, where: str) -> int | None:
    """Return the position of the one column that bears one of the wanted names, or None."""
    found = [i for i, name in enumerate(names) if _plain(name) in wanted]
    if len(found) > 1:
        raise DataError(
            f"{where} has more than one column for the {what}: "
            f"{listing(repr(names[i]) for i in found)}. Rename or drop all but one."
        )
    return found[0] if found else None


def _coordinate_columns(names: Sequence[str], where: str) -> dict[str, int] | None:
    lon, lat = _only(names, _LON, "longitude", where), _only(names, _LAT, "latitude", where)
    return None if lon is None or lat is None else {"x": lon, "y": lat}


_KIND = "kind "
_ID = "id"


def _named_columns(names: Sequence[str], request: Request, where: str) -> dict[str, int]:
    """Return the positions of the columns for `by` (kind 0, kind 1 …), `weight` and `id`."""
    found = {}
    wanted = {f"{_KIND}{at}": name for at, name in enumerate(request.by)}
    if request.weight is not None:
        wanted["weight"] = request.weight
    if request.record_id is not None:
        wanted[_ID] = request.record_id
    for role, name in wanted.items():
        if name not in names:
            raise MissingColumnError([name], where, names)
        if list(names).count(name) > 1:
            raise DataError(
                f"{where} has more than one column {name!r}. Rename or drop all but one."
            )
        found[role] = list(names).index(name)
    return found


def _lacks_coordinates(names: Sequence[str], where: str) -> MissingColumnError:
    return MissingColumnError(["lon", "lat"], where, names)


def _numbers(column: pd.Series) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return numbers, and which cells hold something that is no finite number.

    A number is NaN where it is missing or unreadable.
    """
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(
        column.dtype
    ):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        bad = np.isinf(values)
    else:
        parsed = [_number(cell) for cell in column.array]
        values = np.array([value for value, _ in parsed], dtype=np.float64)
        bad = np.array([flag for _, flag in parsed], dtype=bool)
    return np.where(bad, np.nan, values), bad


def _number(cell: object) -> tuple[float, bool]:
    if cell is None or cell is pd.NA:
        return np.nan, False
    text = unicodedata.normalize("NFKC", str(cell)).strip().replace("−", "-")
    if is_missing_mark(text):
        return np.nan, False
    try:
        value = float(text)
    except ValueError:
        return np.nan, True
    return value, "_" in text or not np.isfinite(value)


def _labels(column: pd.Series) -> tuple[Ints, tuple[str, ...]]:
    """Return the position of the label of each cell, -1 where there is none, and the labels."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), list(column.cat.categories)
    else:
        try:
            codes, uniques = pd.factorize(column)
        except TypeError:
            raise DataError(
                f"The column {column.name!r} holds values that are no labels, such as lists."
            ) from None
        values = list(uniques)
    labels = [_label(value) for value in values]
    blank = np.array([label == "" for label in labels] + [True])
    return np.where(blank[codes], -1, codes).astype(np.int64), tuple(labels)


def _joint_labels(columns: list[pd.Series]) -> tuple[Ints, tuple[str, ...]]:
    """Return positions and labels of the kinds that one or several columns make together."""
    codes, labels = _labels(columns[0])
    for column in columns[1:]:
        more, endings = _labels(column)
        is_known = (codes >= 0) & (more >= 0)
        pairs = np.where(is_known, codes * max(len(endings), 1) + more, -1)
        # Only pairs that occur get a label, of which there are far fewer than of all pairs.
        used, place = np.unique(pairs, return_inverse=True)
        first = int(len(used) > 0 and used[0] < 0)
        codes = place.astype(np.int64) - first
        labels = tuple(
            labels[pair // len(endings)] + BETWEEN + endings[pair % len(endings)]
            for pair in used[first:]
        )
    return codes, labels


def _label(value: object) -> str:
    # A column of whole numbers turns to floats as soon as one is missing.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _records(row: int, columns: dict[str, pd.Series], done: float) -> Records:
    """Turn raw columns `x`, `y` and perhaps kinds, `weight` and `id` into records."""
    x, bad_x = _numbers(columns["x"])
    y, bad_y = _numbers(columns["y"])
    unreadable = bad_x | bad_y
    examples = tuple(
        f"record {row + i + 1}: {columns['x'].iloc[i]}, {columns['y'].iloc[i]}"
        for i in np.flatnonzero(unreadable)[:5]
    )
    x[unreadable] = np.nan
    kinds = [columns[role] for role in columns if role.startswith(_KIND)]
    kind, labels = _joint_labels(kinds) if kinds else (None, ())
    weight = None
    if "weight" in columns:
        weight, _ = _numbers(columns["weight"])
    ids = hashes_of(columns[_ID]) if _ID in columns else None
    return Records(row, x, y, unreadable, kind, labels, weight, examples, done, ids)


def _point_columns(
    shapes: npt.NDArray[np.object_], crs: pyproj.CRS | None, row: int
) -> dict[str, pd.Series]:
    """Return the coordinates of points as columns in degrees; `crs` is None for degrees."""
    types = shapely.get_type_id(shapes)
    wrong = np.flatnonzero((types != 0) & (types != -1))
    if len(wrong):
        raise DataError(
            f"Record {row + wrong[0] + 1} is a {shapes[wrong[0]].geom_type}, but point records "
            "hold one Point each. Take a point of it, for example with .representative_point(), "
            "or explode multi-points."
        )
    shapes = shapes.copy()
    shapes[shapely.is_empty(shapes)] = None
    return _degrees(shapely.get_x(shapes), shapely.get_y(shapes), crs)


def _degrees(x: Floats, y: Floats, crs: pyproj.CRS | None) -> dict[str, pd.Series]:
    if crs is not None and not same_degrees(crs):
        try:
            to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
        except pyproj.exceptions.ProjError:
            # Drawings have systems of their own, and heights have no longitude.
            raise CRSError(
                f"The points are in {crs.name!r}, which lies nowhere on earth. Set the system that "
                "they are in, for example points.set_crs('EPSG:4326', allow_override=True)."
            ) from None
        x, y = to_degrees.transform(x, y)
    return {"x": pd.Series(x), "y": pd.Series(y)}


def _no_crs(where: str) -> CRSError:
    return CRSError(
        f"{where} has geometry without a coordinate reference system. Set it, for example "
        "points.set_crs('EPSG:4326') for longitudes and latitudes."
    )


def _frame_records(frame: pd.DataFrame, request: Request) -> Iterator[Records]:
    names, where = [str(name) for name in frame.columns], "The frame of points"
    roles = _named_columns(names, request, where)
    place = _coordinate_columns(names, where)
    crs, geometry = None, None
    if isinstance(frame, gpd.GeoDataFrame):
        with contextlib.suppress(AttributeError):
            geometry, crs = frame.geometry, frame.crs
        if geometry is not None and crs is None:
            raise _no_crs(where)
    elif place is None and "geometry" in names:
        geometry = frame.iloc[:, names.index("geometry")]
    if geometry is None and place is None:
        raise _lacks_coordinates(names, where)
    roles |= (place or {}) if geometry is None else {}
    _check_rows(len(frame), where)
    for start in range(0, len(frame), request.chunk_size):
        stop = min(start + request.chunk_size, len(frame))
        columns = {role: frame.iloc[start:stop, at] for role, at in roles.items()}
        if geometry is not None:
            columns |= _point_columns(_shapes(geometry.iloc[start:stop], where), crs, start)
        yield _records(start, columns, stop / len(frame))


def _shapes(column: pd.Series, where: str) -> npt.NDArray[np.object_]:
    shapes = np.array(column, dtype=object)
    shapes[pd.isna(column).to_numpy()] = None
    if not shapely.is_valid_input(shapes).all():
        raise DataError(
            f"{where} has a column 'geometry' whose cells are no geometries. Give the columns lon "
            "and lat."
        )
    return shapes


class _Bounded(io.RawIOBase):
    """Bytes of a perhaps compressed file, refused once there are too many, or a line has no end."""

    def __init__(self, handle: IO[bytes], name: str) -> None:
        self._handle, self._name = handle, name
        self._total = self._line = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._handle.read(len(buffer))
        self._total += len(data)
        newline = data.rfind(b"\n")
        self._line = self._line + len(data) if newline < 0 else len(data) - newline - 1
        if self._total > MAX_BYTES:
            raise DataError(
                f"{self._name} holds more than {MAX_BYTES:,} bytes (MAX_BYTES). Split it, and add "
                "the counts."
            )
        if self._line > MAX_LINE_BYTES:
            raise DataError(
                f"{self._name} has a line of more than {MAX_LINE_BYTES:,} bytes (MAX_LINE_BYTES); "
                "that is no point record. Check that the file is a CSV table with one record per "
                "line."
            )
        buffer[: len(data)] = data
        return len(data)


@contextlib.contextmanager
def _opened(path: Path, encoding: str) -> Iterator[tuple[IO[str], IO[bytes]]]:
    """Yield the text of a CSV file and the handle of the file itself, for its position."""
    with path.open("rb") as raw:
        inner = gzip.GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw
        bounded = io.BufferedReader(_Bounded(inner, path.name), 1 << 18)  # type: ignore[arg-type]
        yield io.TextIOWrapper(bounded, encoding=encoding, errors="strict", newline=""), raw


def _csv_records(path: Path, request: Request, encoding: str) -> Iterator[Records]:
    try:
        yield from _parse_csv(path, request, encoding)
    except (pd.errors.ParserError, csv.Error) as error:
        raise DataError(
            f"{path.name} is no regular CSV table: {error}. Save it again as CSV UTF-8."
        ) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{path.name} is damaged or no gzip file: {error}. Get the file again."
        ) from None


class _Renamed:
    """Text of a CSV file under a header of numbers.

    It has one column more for what rows have too much.
    """

    def __init__(self, text: IO[str], width: int) -> None:
        self._text = text
        self._header = ",".join(f"{at}" for at in range(width + 1)) + "\n"

    def read(self, size: int = -1) -> str:
        header, self._header = self._header, ""
        return header or self._text.read(size)

    def __iter__(self) -> Iterator[str]:
        return iter(self.read, "")


def _parse_csv(path: Path, request: Request, encoding: str) -> Iterator[Records]:
    row = 0
    with _opened(path, encoding) as (text, raw):
        names = next(csv.reader(text), [])
        roles = _named_columns(names, request, path.name)
        place = _coordinate_columns(names, path.name)
        if place is None:
            raise _lacks_coordinates(names, path.name)
        roles |= place
        if len(set(roles.values())) < len(roles):
            raise SpecError(
                f"{path.name}: one column cannot be two of longitude, latitude, kind, weight and "
                "id."
            )
        for frame in _csv_chunks(text, roles, len(names), request.chunk_size):
            _check_width(frame[f"{len(names)}"], row, len(names), path.name)
            _check_rows(row + len(frame), path.name)
            columns = {role: frame[f"{at}"] for role, at in roles.items()}
            yield _records(row, columns, raw.tell() / max(path.stat().st_size, 1))
            row += len(frame)


def _check_width(surplus: pd.Series, row: int, width: int, where: str) -> None:
    long = np.flatnonzero((surplus.notna() & (surplus != "")).to_numpy())
    if len(long):
        raise DataError(
            f"{where}: record {row + long[0] + 1} has more cells than the header, which has "
            f"{width}. Put text that holds commas into quotation marks."
        )


def _is_text(role: str) -> bool:
    return role == _ID or role.startswith(_KIND)


def _csv_chunks(
    text: IO[str], roles: dict[str, int], width: int, size: int
) -> Iterator[pd.DataFrame]:
    labels = {f"{width}"} | {f"{at}" for role, at in roles.items() if _is_text(role)}
    numbers = {f"{at}" for role, at in roles.items() if not _is_text(role)}
    yield from pd.read_csv(
        cast("IO[str]", _Renamed(text, width)),
        usecols=sorted(labels | numbers),
        index_col=False,
        # Labels stay as they are written: pandas would turn categories into numbers, and 01 into 1,
        # wherever all labels of a chunk look like numbers.
        dtype=dict.fromkeys(labels, object),
        keep_default_na=False,
        na_values={name: sorted(MISSING_MARKS) for name in numbers},
        low_memory=False,
        chunksize=size,
        **_EXACT_NUMBERS,
    )


@contextlib.contextmanager
def _parquet(path: Path) -> Iterator[tuple[Any, Any]]:
    """Yield pyarrow and its reader; what they refuse is told of the file."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingDependencyError("pyarrow", "parquet", "Reading Parquet") from None
    try:
        yield pa, parquet
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path.name} cannot be read as Parquet: {error}. Write the file again."
        ) from None


def _parquet_records(
    path: Path, request: Request, groups: Sequence[int] | None
) -> Iterator[Records]:
    with _parquet(path) as (pa, parquet):
        # Labels stay a dictionary, so that a small file cannot unfold into gigabytes of text.
        with parquet.ParquetFile(path) as file:
            dictionary = _texts_of(pa, file.schema_arrow, request.by)
        with parquet.ParquetFile(path, read_dictionary=dictionary) as file:
            yield from _parse_parquet(file, path, request, groups)


def _texts_of(pa: Any, schema: Any, columns: Sequence[str]) -> list[str]:
    """Return the columns that hold texts; others cannot be read as a dictionary."""
    texts = []
    for column in columns:
        if schema.names.count(column) == 1:
            kind = schema.field(column).type
            if pa.types.is_string(kind) or pa.types.is_large_string(kind):
                texts.append(column)
    return texts


def _parse_parquet(
    file: Any, path: Path, request: Request, groups: Sequence[int] | None
) -> Iterator[Records]:
    names = list(file.schema_arrow.names)
    rows = file.metadata.num_rows
    _check_rows(rows, path.name)
    size = sum(
        file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups)
    )
    if size > MAX_BYTES:
        raise DataError(
            f"{path.name} unfolds to {size:,} bytes, above the limit of {MAX_BYTES:,} (MAX_BYTES). "
            "Split it."
        )
    roles = _named_columns(names, request, path.name)
    geometry, crs = _geo_metadata(file.schema_arrow.metadata or {}, names, path.name)
    if geometry is None:
        place = _coordinate_columns(names, path.name)
        if place is None:
            raise _lacks_coordinates(names, path.name)
        roles |= place
    first = groups[0] if groups else 0
    row = start = sum(file.metadata.row_group(i).num_rows for i in range(first))
    chosen = range(file.metadata.num_row_groups) if groups is None else groups
    total = sum(file.metadata.row_group(i).num_rows for i in chosen)
    wanted = list(
        dict.fromkeys(
            [*(names[at] for at in roles.values()), *([] if geometry is None else [geometry])]
        )
    )
    size = request.chunk_size
    for batch in file.iter_batches(batch_size=size, row_groups=list(chosen), columns=wanted):
        columns = {
            role: _arrow_column(batch.column(names[at]), names[at], role, path.name)
            for role, at in roles.items()
        }
        if geometry is not None:
            columns |= _arrow_points(batch.column(geometry), crs, row, path.name)
        yield _records(row, columns, (row + batch.num_rows - start) / max(total, 1))
        row += batch.num_rows


def _arrow_column(column: Any, name: str, role: str, where: str) -> pd.Series:
    """Return a column of a Parquet file; ids as texts, for a gap would turn whole numbers around.

    pandas has no room for a gap among whole numbers, and makes floats of them.
    """
    if role != _ID:
        return cast("pd.Series", column.to_pandas())
    import pyarrow as pa

    try:
        return cast("pd.Series", column.cast(pa.string()).to_pandas())
    except pa.ArrowException:
        raise DataError(
            f"The column {name!r} of {where} holds {column.type}, of which no ids can be made. "
            "Give a column of texts or whole numbers."
        ) from None


def _geo_metadata(
    metadata: dict[bytes, bytes], names: list[str], where: str
) -> tuple[str | None, pyproj.CRS | None]:
    """Return the geometry column of a GeoParquet file and its system, None for degrees."""
    if b"geo" not in metadata:
        return None, None
    try:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        crs = geo["columns"][name].get("crs", "OGC:CRS84")
        if name not in names:
            raise KeyError(name)
        if crs is None:
            raise _no_crs(where)
        return name, pyproj.CRS.from_user_input(crs)
    except (ValueError, KeyError, TypeError, AttributeError, pyproj.exceptions.CRSError) as error:
        if isinstance(error, CRSError):
            raise
        raise DataError(
            f"{where} has GeoParquet metadata that cannot be read ({error!r}). Write it again."
        ) from None


def _arrow_points(
    column: Any, crs: pyproj.CRS | None, row: int, where: str
) -> dict[str, pd.Series]:
    """Return the coordinates of a GeoParquet column, which holds WKB or pairs of numbers."""
    if hasattr(column, "field"):
        x, y = (np.array(column.field(axis).to_pandas(), dtype=np.float64) for axis in ("x", "y"))
        return _degrees(x, y, crs)
    try:
        shapes = shapely.from_wkb(np.array(column.to_pandas(), dtype=object))
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        raise DataError(
            f"{where} has geometry that is no WKB: {error}. Write the file again."
        ) from None
    return _point_columns(shapes, crs, row)
