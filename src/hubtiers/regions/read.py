"""A user's own boundaries: any vector file, opened by the driver its name promises, checked and repaired."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from hubtiers.errors import (
    CRSError,
    DataError,
    DuplicateRegionError,
    HubtiersError,
    MissingColumnError,
    MissingDependencyError,
    SpecError,
    UnknownOptionError,
    listing,
)

__all__ = ["ReadLimits", "RegionFileReport", "read_regions"]

_REMOTE = re.compile(r"^([a-z][a-z0-9+.-]+://|/vsi|\\\\|//)", re.IGNORECASE)
# A GeoJSON file may point to its reference system elsewhere, which GDAL would fetch.
_CRS_LINK = re.compile(rb'"crs"\s*:\s*\{[^{}]*"type"\s*:\s*"(?:link|url)"', re.IGNORECASE)
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')
_SAME_AS_WGS84 = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")
_ZIP_HINT = "Unpack the archive and name the .shp, .gpkg or .geojson file inside."


class _Format(NamedTuple):
    driver: str
    prefix: str
    is_own: Callable[[bytes], bool]


class _Opened(NamedTuple):
    """What a file gave: `is_declared` says whether the file itself names its reference system."""

    frame: gpd.GeoDataFrame
    driver: str
    encoding: str
    is_declared: bool
    notes: tuple[str, ...] = ()


_FORMATS = {
    ".geojson": _Format("GeoJSON", "GeoJSON:", lambda head: head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"),
    ".json": _Format("GeoJSON", "GeoJSON:", lambda head: head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"),
    ".shp": _Format("ESRI Shapefile", "", lambda head: head[:4] == b"\x00\x00\x27\x0a"),
    ".gpkg": _Format("GPKG", "", lambda head: head[:15] == b"SQLite format 3" and head[68:70] == b"GP"),
    ".fgb": _Format("FlatGeobuf", "", lambda head: head[:3] == b"fgb"),
}


@dataclass(frozen=True)
class ReadLimits:
    """How large a boundary file may be; checked before it is parsed.

    `megabytes` is the size of the file with its companions, `features` the number of rows it declares.
    """

    megabytes: float = 500.0
    features: int = 200_000

    def __post_init__(self) -> None:
        if not (self.megabytes > 0 and self.features > 0):
            raise SpecError(f"{self!r} allows nothing. Limits are positive numbers.")


@dataclass(frozen=True)
class RegionFileReport:
    """What `read_regions` found in a file and what it changed.

    `repaired` holds one (region id, what was wrong, share of the area that changed) for each repaired region.
    """

    path: str
    driver: str
    regions: int
    crs_of_file: str
    id_column: str
    name_column: str
    encoding: str
    repaired: tuple[tuple[str, str, float], ...] = ()
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per repaired region."""
        return pd.DataFrame(list(self.repaired), columns=["region_id", "fault", "area_change"])

    def to_text(self) -> str:
        """Return the report as lines of text."""
        lines = [
            f"{self.path} ({self.driver}): {self.regions} regions, {self.crs_of_file} → EPSG:4326.",
            f"  ids from {self.id_column!r}, names from {self.name_column!r}, text {self.encoding}",
        ]
        lines += [f"  note: {note}" for note in self.notes]
        lines += [f"  repaired {r}: {fault}; area {change:+.2%}" for r, fault, change in self.repaired[:20]]
        if len(self.repaired) > 20:
            lines.append(f"  … and {len(self.repaired) - 20} more repaired")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.to_text())}</pre>"


def read_regions(
    path: str | Path,
    *,
    id_column: str | None = None,
    name_zh: str | None = None,
    name_en: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    allow_remote: bool = False,
    limits: ReadLimits | None = None,
) -> gpd.GeoDataFrame:
    """Read boundaries of your own (自有边界) as regions that hubtiers can join, score and draw.

    Use it instead of `load_regions` for districts, counties, another country or any other division.

    Parameters
    ----------
    path
        A .geojson, .json, .shp, .gpkg, .fgb or .parquet file of polygons.
    id_column
        Column that identifies a region; ``region_id`` when not given. Whole numbers become text without decimals.
    name_zh, name_en
        Columns with the Chinese and the English name; columns of these names, or the id, when not given.
    layer
        Layer of a .gpkg with several.
    crs
        Coordinate reference system of a file that declares none, for example ``"EPSG:4490"``.
    allow_remote
        Whether `path` may be a URL or a path of GDAL's virtual file systems. Its size is not checked then.
    limits
        Size limits; `ReadLimits()` when not given.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, index `region_id` (str) in the order of the file; `name_zh`, `name_en`, `lon` and `lat` of a point
        inside (degrees), `geometry`, then the other columns. ``attrs["report"]`` is a `RegionFileReport`.

    Raises
    ------
    DataError
        When the file is missing, too large, not what its name says, or holds no polygons.
    CRSError
        When no coordinate reference system is declared or given, or the coordinates contradict it.
    MissingColumnError, DuplicateRegionError, SpecError

    Notes
    -----
    A region without an id or a geometry is an error that names it, never dropped. Invalid polygons are repaired and
    reported. CGCS2000 (EPSG:4490) is taken as WGS84, from which it differs by centimetres. GCJ-02 cannot be seen from
    the file: see `gcj02_suspicion`.

    Examples
    --------
    >>> import tempfile
    >>> source = gpd.GeoDataFrame({"code": [7.0]}, geometry=[shapely.box(100, 30, 101, 31)], crs="EPSG:4490")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source.to_file(Path(folder, "own.gpkg"))
    ...     regions = read_regions(Path(folder, "own.gpkg"), id_column="code")
    >>> regions.index.tolist(), regions.crs.to_epsg()
    (['7'], 4326)
    """
    limits = limits or ReadLimits()
    where = Path(str(path)).name
    if allow_remote and _REMOTE.match(str(path)):
        opened = _open(str(path), None, layer, limits)
    else:
        opened = _open_file(_checked_file(path, limits), layer, limits)
    raw = opened.frame
    system = _system(opened, crs, where)
    placed, notes = _place(raw.geometry, system, where)
    column = _id_column(raw, id_column, where)
    ids = _ids(raw[column], column, where)
    shapes, repaired = _polygons(placed, ids, where)
    names = {
        "name_zh": _name_column(raw, "name_zh", name_zh, where),
        "name_en": _name_column(raw, "name_en", name_en, where),
    }
    frame = _assemble(raw, column, ids, shapes, names)
    frame.attrs["report"] = RegionFileReport(
        path=where,
        driver=opened.driver,
        regions=len(frame),
        crs_of_file=_name(system),
        id_column=column,
        name_column=names["name_zh"] or column,
        encoding=opened.encoding,
        repaired=tuple(repaired),
        notes=(*opened.notes, *notes),
    )
    return frame


def _checked_file(path: str | Path, limits: ReadLimits) -> Path:
    if _REMOTE.match(str(path)):
        raise SpecError(
            f"{str(path)!r} is a URL or a virtual path. Download the file first, or pass allow_remote=True if you "
            "trust its source."
        )
    file = Path(path)
    if not file.is_file():
        raise DataError(f"There is no file {path}. Check the path.")
    if file.suffix.lower() in (".zip", ".rar", ".7z"):
        raise DataError(f"{file.name} is an archive. {_ZIP_HINT}")
    if file.suffix.lower() not in (*_FORMATS, ".parquet"):
        raise UnknownOptionError(f"kind of boundary file in {file.name!r}:", file.suffix, [*_FORMATS, ".parquet"])
    companions = file.parent.glob(f"{_escape(file.stem)}.*") if file.suffix.lower() == ".shp" else [file]
    size = sum(part.stat().st_size for part in companions if part.is_file()) / 1e6
    if size > limits.megabytes:
        raise DataError(
            f"{file.name} has {size:.0f} MB; the limit is {limits.megabytes:.0f} MB. Simplify it, or raise the limit "
            "with limits=ReadLimits(megabytes=…)."
        )
    return file


def _escape(stem: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", stem)


def _open_file(file: Path, layer: str | None, limits: ReadLimits) -> _Opened:
    if file.suffix.lower() == ".parquet":
        return _Opened(_open_parquet(file, limits), "Parquet", "utf-8", is_declared=True)
    form = _FORMATS[file.suffix.lower()]
    is_json = form.driver == "GeoJSON"
    with file.open("rb") as stream:
        head = stream.read(4096)
        whole = head + stream.read() if is_json else b""
    if not form.is_own(head):
        raise DataError(
            f"{file.name} is not a {form.driver} file, although its name says so. Export it again, or give it the "
            "extension of what it is."
        )
    if _CRS_LINK.search(whole):
        raise CRSError(f"{file.name} refers to a reference system on the web. Export it with the system named inside.")
    opened = _open(f"{form.prefix}{file.resolve()}", form.driver, layer, limits)
    # GeoJSON without a member “crs” means WGS84 by its standard, but many writers forget to say otherwise.
    return opened._replace(is_declared=not is_json or bool(_CRS_MEMBER.search(whole)))


def _open(source: str, driver: str | None, layer: str | None, limits: ReadLimits) -> _Opened:
    name = source.rpartition("/")[2]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = _check_layer(source, driver, layer, limits)
            frame, encoding = _decode(source, layer)
        except HubtiersError:
            raise
        except Exception as error:
            # Broken files bring up errors of every kind from GDAL and its wrappers; each means the same to the user.
            raise DataError(f"{name} cannot be read: {_first_line(error)}. Export it again.") from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(f"{name} has no geometry. Name a file of polygons.")
    notes = tuple(dict.fromkeys(_first_line(w.message) for w in caught))
    return _Opened(frame, found, encoding, is_declared=True, notes=notes)


def _first_line(message: object) -> str:
    return (str(message).strip().splitlines() or ["unknown fault"])[0].rstrip(".")


def _check_layer(source: str, driver: str | None, layer: str | None, limits: ReadLimits) -> str:
    """Check which driver opens a file and how many features it declares, before any is parsed."""
    import pyogrio

    name = source.rpartition("/")[2]
    layers = [str(row[0]) for row in pyogrio.list_layers(source)]
    if layer is not None and layer not in layers:
        raise UnknownOptionError(f"layer of {name}", layer, layers)
    if layer is None and len(layers) > 1:
        raise SpecError(f"{name} has the layers {listing(map(repr, layers))}. Name one with layer=….")
    info = pyogrio.read_info(source, layer=layer, force_feature_count=True, encoding="utf-8")
    if driver is not None and info["driver"] != driver:
        raise DataError(f"{name} was opened as {info['driver']}, not as {driver}. Export it again.")
    _check_count(int(info["features"]), name, limits)
    return str(info["driver"])


def _check_count(features: int, name: str, limits: ReadLimits) -> None:
    if features > limits.features:
        raise DataError(
            f"{name} has {features} features; the limit is {limits.features}. Dissolve it, or raise the limit with "
            "limits=ReadLimits(features=…)."
        )


def _decode(source: str, layer: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """Read with UTF-8, else GB18030; the tables of shapefiles carry either, and rarely say which."""
    has_cpg = source.lower().endswith(".shp") and Path(source).with_suffix(".cpg").is_file()
    if has_cpg or not source.lower().endswith(".shp"):
        return gpd.read_file(source, layer=layer, engine="pyogrio"), "as declared"
    try:
        return gpd.read_file(source, layer=layer, engine="pyogrio", encoding="utf-8"), "utf-8"
    except UnicodeDecodeError:
        return gpd.read_file(source, layer=layer, engine="pyogrio", encoding="gb18030"), "gb18030"


def _open_parquet(file: Path, limits: ReadLimits) -> gpd.GeoDataFrame:
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingDependencyError("pyarrow", "parquet", "Reading a .parquet file") from None
    try:
        _check_count(pyarrow.parquet.ParquetFile(file).metadata.num_rows, file.name, limits)
        return gpd.read_parquet(file)
    except HubtiersError:
        raise
    except Exception as error:
        # As above: what a damaged file brings up depends on where it is damaged.
        raise DataError(f"{file.name} cannot be read: {_first_line(error)}. Export it again.") from error


def _system(opened: _Opened, crs: str | None, where: str) -> pyproj.CRS:
    """Return the reference system that the file declares, or the one that was given."""
    given, declared = _given_crs(crs), opened.frame.crs
    if given is None and declared is None:
        raise CRSError(
            f"{where} declares no coordinate reference system. Say which one it is in, for example crs='EPSG:4326' "
            "or crs='EPSG:4490' for degrees."
        )
    if given is None or (declared is not None and given == declared):
        return pyproj.CRS(declared)
    if declared is not None and opened.is_declared:
        raise CRSError(
            f"{where} declares {_name(declared)}, but crs={crs!r} was given. Leave `crs` out, or correct the file."
        )
    return given


def _place(shapes: gpd.GeoSeries, system: pyproj.CRS, where: str) -> tuple[gpd.GeoSeries, list[str]]:
    """Return the geometry in EPSG:4326, and notes on what was assumed."""
    shapes = shapes.set_crs(system, allow_override=True)
    notes = _check_degrees(shapes, where) if system.is_geographic else []
    if _name(system) in _SAME_AS_WGS84:
        if _name(system) == "EPSG:4490":
            notes.append("CGCS2000 (EPSG:4490) taken as WGS84; they differ by centimetres")
        return shapes.set_crs("EPSG:4326", allow_override=True), notes
    placed = shapes.to_crs("EPSG:4326")
    _check_finite(placed, where)
    return placed, notes


def _given_crs(crs: str | None) -> pyproj.CRS | None:
    if crs is None:
        return None
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise CRSError(f"crs={crs!r} is no coordinate reference system. Use a code such as 'EPSG:4326'.") from None


def _name(crs: object) -> str:
    system = pyproj.CRS.from_user_input(crs)
    authority = system.to_authority()
    return ":".join(authority) if authority else str(system.name)


def _check_finite(shapes: gpd.GeoSeries, where: str) -> None:
    if not np.isfinite(shapely.get_coordinates(np.asarray(shapes.dropna().array))).all():
        raise CRSError(f"{where} has coordinates that are not finite numbers. Check its coordinate reference system.")


def _check_degrees(shapes: gpd.GeoSeries, where: str) -> list[str]:
    _check_finite(shapes, where)
    xy = shapely.get_coordinates(np.asarray(shapes.dropna().array))
    if not len(xy):
        return []
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    extent = f"x from {west:.6g} to {east:.6g} and y from {south:.6g} to {north:.6g}"
    if max(abs(south), abs(north)) > 90 and max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180:
        raise CRSError(f"{where} has {extent}: latitude and longitude look swapped. Write longitude first.")
    if max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 90:
        raise CRSError(
            f"{where} has {extent}, which are no degrees: the coordinates look projected. Say in which system, for "
            "example crs='EPSG:4547' for a zone of CGCS2000."
        )
    if south >= 73 and north <= 90 and west >= 3 and east <= 54:
        return [f"{extent}: if this should be China, latitude and longitude are swapped"]
    return []


def _id_column(raw: gpd.GeoDataFrame, id_column: str | None, where: str) -> str:
    columns = [str(c) for c in raw.columns if c != raw.geometry.name]
    wanted = id_column or "region_id"
    if wanted in columns:
        return wanted
    if id_column is None:
        raise MissingColumnError([wanted], f"{where} needs a column that identifies regions (id_column=…); it", columns)
    raise MissingColumnError([wanted], where, columns)


def _ids(values: pd.Series, column: str, where: str) -> list[str]:
    if len(values) == 0:
        raise DataError(f"{where} has no regions. Name a file with at least one polygon.")
    ids = [_id(value) for value in values]
    if blank := [row for row, text in enumerate(ids, start=1) if not text]:
        raise DataError(f"{where} has no {column!r} in row {listing(blank)}. Give every region an id.")
    if twice := [text for text in dict.fromkeys(ids) if ids.count(text) > 1]:
        raise DuplicateRegionError(twice, where, "Dissolve their parts into one region, or give them ids of their own.")
    return ids


def _id(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _polygons(
    shapes: gpd.GeoSeries, ids: list[str], where: str
) -> tuple[NDArray[np.object_], list[tuple[str, str, float]]]:
    """Return valid polygons and what had to be repaired."""
    geometry = np.asarray(shapes.array, dtype=object)
    empty = [i for i, s in zip(ids, geometry, strict=True) if s is None or s.is_empty]
    if empty:
        raise DataError(f"{where} has no geometry for {listing(empty)}. Draw these regions, or leave them out.")
    flat = [f"{i} ({s.geom_type})" for i, s in zip(ids, geometry, strict=True) if not s.geom_type.endswith("Polygon")]
    if flat:
        raise DataError(f"{where} has regions that are no polygons: {listing(flat)}. Regions are areas.")
    geometry = shapely.force_2d(geometry)
    repaired = []
    for row in np.flatnonzero(~shapely.is_valid(geometry)):
        fixed = shapely.make_valid(geometry[row], method="structure", keep_collapsed=False)
        parts = [p for p in shapely.get_parts(shapely.get_parts(fixed)) if p.geom_type == "Polygon" and p.area > 0]
        if not parts:
            raise DataError(f"{where} has an outline without area for {ids[row]}. Draw it again.")
        whole = shapely.multipolygons(parts) if len(parts) > 1 else parts[0]
        before = shapely.area(geometry[row])
        change = float(shapely.area(whole) / before - 1) if before > 0 else float("inf")
        repaired.append((ids[row], str(shapely.is_valid_reason(geometry[row])).split("[")[0], change))
        geometry[row] = whole
    return geometry, repaired


def _name_column(raw: gpd.GeoDataFrame, wanted: str, given: str | None, where: str) -> str | None:
    if given is not None and given not in raw.columns:
        raise MissingColumnError([given], where, [str(c) for c in raw.columns])
    return given or (wanted if wanted in raw.columns else None)


def _assemble(
    raw: gpd.GeoDataFrame, column: str, ids: list[str], shapes: NDArray[np.object_], names: Mapping[str, str | None]
) -> gpd.GeoDataFrame:
    """Put the columns in the order of bundled regions, the user's other columns after them."""
    data: dict[str, object] = {}
    for wanted, source in names.items():
        written = [""] * len(ids) if source is None else [_id(value) for value in raw[source]]
        data[wanted] = [name or region for name, region in zip(written, ids, strict=True)]
    points = shapely.point_on_surface(shapes)
    data |= {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}
    # A column `members` of another meaning would be taken for city units.
    used = {*data, "region_id", "members", raw.geometry.name, column}
    rest = {str(c): raw[c].to_numpy() for c in raw.columns if c not in used}
    index = pd.Index(ids, name="region_id", dtype="str")
    return gpd.GeoDataFrame(data | {"geometry": shapes} | rest, index=index, geometry="geometry", crs="EPSG:4326")
