"""Opening a boundary file: by the driver its name promises, nothing fetched, size checked."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import geopandas as gpd
import pyproj

from hubtiers.errors import (
    CRSError,
    DataError,
    HubtiersError,
    MissingDependencyError,
    SpecError,
    UnknownOptionError,
    listing,
)

__all__ = ["Opened", "ReadLimits", "open_layer"]

_REMOTE = re.compile(r"^([a-z][a-z0-9+.-]+://|/vsi|\\\\|//)", re.IGNORECASE)


class _Format(NamedTuple):
    driver: str
    is_own: Callable[[bytes], bool]


class Opened(NamedTuple):
    """What a file gave: `is_declared` says whether the file itself names its reference system."""

    frame: gpd.GeoDataFrame
    driver: str
    encoding: str
    is_declared: bool
    notes: tuple[str, ...] = ()


def _is_object(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


_FORMATS = {
    ".geojson": _Format("GeoJSON", _is_object),
    ".json": _Format("GeoJSON", _is_object),
    ".topojson": _Format("TopoJSON", _is_object),
    ".shp": _Format("ESRI Shapefile", lambda head: head[:4] == b"\x00\x00\x27\x0a"),
    ".gpkg": _Format("GPKG", lambda head: head[:15] == b"SQLite format 3" and head[68:70] == b"GP"),
    ".fgb": _Format("FlatGeobuf", lambda head: head[:3] == b"fgb"),
}
_PARQUET = (".parquet", ".geoparquet")
_ZIP_HINT = "Unpack the archive and name the .shp, .gpkg or .geojson file inside."


@dataclass(frozen=True)
class ReadLimits:
    """How large a boundary file may be; checked before it is parsed.

    `megabytes` is the size of the file with its companions (unpacked, where it is an archive),
    `features` the number of rows it declares.
    """

    megabytes: float = 500.0
    features: int = 200_000

    def __post_init__(self) -> None:
        if not (self.megabytes > 0 and self.features > 0):
            raise SpecError(f"{self!r} allows nothing. Limits are positive numbers.")


def open_layer(
    path: str | Path, layer: str | None, limits: ReadLimits, *, allow_remote: bool
) -> Opened:
    """Return the rows of a file as they stand in it."""
    if _REMOTE.match(str(path)):
        if allow_remote:
            return _open(str(path), None, layer, limits)
        raise SpecError(
            f"{str(path)!r} is a URL or a virtual path. Download the file first, or pass "
            "allow_remote=True if you trust its source."
        )
    file = Path(path)
    if not file.is_file():
        raise DataError(f"There is no file {path}. Check the path.")
    suffix = file.suffix.lower()
    if suffix in (".rar", ".7z"):
        raise DataError(f"{file.name} is an archive. {_ZIP_HINT}")
    if suffix == ".zip":
        with _unpacked(file, layer, limits) as inside:
            # A name that chose the file of the archive is no layer of it.
            rest = None if layer in (inside.name, inside.stem) else layer
            return _open_file(inside, rest, limits)
    return _open_file(file, layer, limits)


def _open_file(file: Path, layer: str | None, limits: ReadLimits) -> Opened:
    suffix = file.suffix.lower()
    if suffix not in (*_FORMATS, *_PARQUET):
        raise UnknownOptionError(
            f"kind of boundary file in {file.name!r}:", file.suffix, [*_FORMATS, *_PARQUET, ".zip"]
        )
    _check_size(file, limits)
    if suffix in _PARQUET:
        return Opened(_open_parquet(file, limits), "Parquet", "utf-8", is_declared=True)
    form = _FORMATS[suffix]
    with file.open("rb") as stream:
        head = stream.read(4096)
    if not form.is_own(head):
        raise DataError(
            f"{file.name} is not a {form.driver} file, although its name says so. Export it again, "
            "or give it the extension of what it is."
        )
    if form.driver not in ("GeoJSON", "TopoJSON"):
        return _open(str(file.resolve()), form.driver, layer, limits)
    return _open_json(file, layer, limits)


def _check_size(file: Path, limits: ReadLimits) -> None:
    companions = (
        file.parent.glob(f"{_escape(file.stem)}.*") if file.suffix.lower() == ".shp" else [file]
    )
    size = sum(part.stat().st_size for part in companions if part.is_file()) / 1e6
    if size > limits.megabytes:
        raise DataError(
            f"{file.name} has {size:.0f} MB; the limit is {limits.megabytes:.0f} MB. Simplify it, "
            "or raise the limit with limits=ReadLimits(megabytes=…)."
        )


def _escape(stem: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", stem)


@contextlib.contextmanager
def _unpacked(archive: Path, layer: str | None, limits: ReadLimits) -> Iterator[Path]:
    """Unpack the one boundary file of an archive, with its companions, and yield its path."""
    try:
        packed = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError):
        raise DataError(
            f"{archive.name} is an archive, but cannot be opened as one. {_ZIP_HINT}"
        ) from None
    with packed, tempfile.TemporaryDirectory() as folder:
        chosen = _member(packed, archive.name, layer)
        base = chosen[: -len(PurePosixPath(chosen).suffix)]
        parts = [
            info
            for info in packed.infolist()
            if info.filename.rpartition(".")[0] == base or info.filename == chosen
        ]
        if sum(info.file_size for info in parts) > limits.megabytes * 1e6:
            raise DataError(
                f"{archive.name} unpacks to more than {limits.megabytes:.0f} MB. Simplify the "
                "layer, or raise the limit with limits=ReadLimits(megabytes=…)."
            )
        for info in parts:
            # Names inside an archive may lead anywhere; only the last part is used.
            target = Path(folder, PurePosixPath(info.filename).name)
            try:
                target.write_bytes(packed.read(info))
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
                raise DataError(
                    f"{archive.name} cannot be unpacked: {error}. {_ZIP_HINT}"
                ) from None
        yield Path(folder, PurePosixPath(chosen).name)


def _member(packed: zipfile.ZipFile, where: str, layer: str | None) -> str:
    """Return the name of the boundary file in an archive."""
    names = [
        name
        for name in packed.namelist()
        if not name.startswith("__MACOSX") and not name.endswith("/")
    ]
    found = [name for name in names if PurePosixPath(name).suffix.lower() in (*_FORMATS, *_PARQUET)]
    if layer is not None and len(found) > 1:
        found = [
            name
            for name in found
            if layer in (name, PurePosixPath(name).name, PurePosixPath(name).stem)
        ] or found
    if not found:
        raise DataError(
            f"{where} holds no boundary file (it holds {listing(names) or 'nothing'}). Name an "
            "archive with a .shp, .gpkg or .geojson file inside."
        )
    if len(found) > 1:
        raise SpecError(
            f"{where} holds the files {listing(map(repr, found), most=12)}. Name one with layer=…."
        )
    return found[0]


def _open_json(file: Path, layer: str | None, limits: ReadLimits) -> Opened:
    """Open GeoJSON or TopoJSON once its reference system is known to be harmless."""
    try:
        content = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{file.name} cannot be read: {_first_line(error)}. Export it again."
        ) from None
    kind = content.get("type") if isinstance(content, dict) else None
    driver = "TopoJSON" if kind == "Topology" else "GeoJSON"
    declared = _declared_system(content, file.name)
    opened = _open(f"{driver}:{file.resolve()}", driver, layer, limits)
    if driver == "TopoJSON":
        # Its standard knows degrees of WGS84 only, and GDAL leaves the system open.
        frame = opened.frame.set_crs("EPSG:4326", allow_override=True)
        return opened._replace(frame=frame, is_declared=False)
    # GeoJSON without a member “crs” means WGS84 by its standard, but many writers forget to say
    # otherwise.
    return opened._replace(is_declared=declared)


def _declared_system(content: Any, where: str) -> bool:
    """Return whether JSON names its reference system; one that GDAL would fetch is refused."""
    inside = content.get("features", []) if isinstance(content, dict) else []
    members = [item.get("crs") for item in (content, *inside) if isinstance(item, dict)]
    for crs in members:
        properties = crs.get("properties") if isinstance(crs, dict) else None
        if isinstance(crs, dict) and (
            str(crs.get("type", "")).lower() != "name"
            or not isinstance(properties, dict)
            or set(properties) != {"name"}
        ):
            raise CRSError(
                f"{where} refers to a reference system on the web. Export it with the system named "
                "inside."
            )
    named = members[0] if members else None
    if not isinstance(named, dict):
        return False
    name = str(named["properties"]["name"])
    try:
        pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise CRSError(
            f"{where} declares the reference system {name!r}, which is not known. Export it in "
            "EPSG:4326."
        ) from None
    return True


def _open(source: str, driver: str | None, layer: str | None, limits: ReadLimits) -> Opened:
    name = source.rpartition("/")[2]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found, chosen = _check_layer(source, driver, layer, limits)
            frame, encoding = _decode(source, chosen)
        except HubtiersError:
            raise
        except Exception as error:
            # Broken files bring up errors of every kind from GDAL and its wrappers; each means the
            # same to the user.
            raise DataError(
                f"{name} cannot be read: {_first_line(error)}. Export it again."
            ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(f"{name} has no geometry. Name a file of polygons.")
    notes = tuple(dict.fromkeys(_first_line(w.message) for w in caught))
    return Opened(frame, found, encoding, is_declared=True, notes=notes)


def _first_line(message: object) -> str:
    return (str(message).strip().splitlines() or ["unknown fault"])[0].rstrip(".")


def _check_layer(
    source: str, driver: str | None, layer: str | None, limits: ReadLimits
) -> tuple[str, str | None]:
    """Return driver and layer of a file; its features are counted before it is parsed."""
    import pyogrio

    name = source.rpartition("/")[2]
    kinds = {str(row[0]): row[1] for row in pyogrio.list_layers(source)}
    if layer is not None and layer not in kinds:
        raise UnknownOptionError(f"layer of {name}", layer, kinds)
    # Tables without geometry, such as the styles that a desktop program keeps, are no layers of
    # regions.
    drawn = [title for title, kind in kinds.items() if kind is not None] or list(kinds)
    if layer is None and len(drawn) > 1:
        raise SpecError(
            f"{name} has the layers {listing(map(repr, drawn))}. Name one with layer=…."
        )
    chosen = layer or (drawn[0] if drawn else None)
    info = pyogrio.read_info(source, layer=chosen, force_feature_count=True, encoding="utf-8")
    if driver is not None and info["driver"] != driver:
        raise DataError(f"{name} was opened as {info['driver']}, not as {driver}. Export it again.")
    _check_count(int(info["features"]), name, limits)
    return str(info["driver"]), chosen


def _check_count(features: int, name: str, limits: ReadLimits) -> None:
    if features > limits.features:
        raise DataError(
            f"{name} has {features} features; the limit is {limits.features}. Dissolve it, or "
            "raise the limit with limits=ReadLimits(features=…)."
        )


def _decode(source: str, layer: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """Read with UTF-8, else GB18030; tables of shapefiles carry either, and rarely say which."""
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
        raise DataError(
            f"{file.name} cannot be read: {_first_line(error)}. Export it again."
        ) from error
