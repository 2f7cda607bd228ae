"""A user's own boundaries: any file or frame, checked, repaired, with ids and names found."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
import shapely.affinity
from numpy.typing import NDArray

from hubtiers.errors import (
    CRSError,
    DataError,
    DuplicateRegionError,
    MissingColumnError,
    SpecError,
    listing,
)
from hubtiers.regions._open import Opened, ReadLimits, open_layer
from hubtiers.regions._where import rows_where
from hubtiers.regions.pack import LayerSource

__all__ = ["ReadLimits", "RegionFileReport", "read_regions"]

_SAME_AS_WGS84 = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")
# How columns of ids and names are called where nobody says so, in the order in which they are
# tried.
_ID_COLUMNS = (
    *(
        "region_id",
        "geoid",
        "geo_id",
        "nuts_id",
        "lau_id",
        "gisco_id",
        "adcode",
        "gb",
        "code",
        "id",
        "fips",
        "geocode",
    ),
    *(
        "adm3_pcode",
        "adm2_pcode",
        "adm1_pcode",
        "gid_3",
        "gid_2",
        "gid_1",
        "gid_0",
        "adm1_code",
        "iso_3166_2",
    ),
    *("iso_a3", "iso3", "adm0_a3", "iso_a2", "hasc_1", "行政区划代码", "代码", "编码"),
)
_NAME_COLUMNS = (
    *(
        "name",
        "nuts_name",
        "name_latn",
        "namelsad",
        "lau_name",
        "shapename",
        "adm3_en",
        "adm2_en",
        "adm1_en",
    ),
    *(
        "name_3",
        "name_2",
        "name_1",
        "name_0",
        "admin",
        "country",
        "state",
        "county",
        "district",
        "province",
        "region",
    ),
    *("region_name", "名称", "地名", "地区", "区域", "市", "省"),
)


@dataclass(frozen=True)
class RegionFileReport:
    """What `read_regions` found in a file and what it changed.

    `repaired` holds one (region id, what was wrong, share of the area that changed) for each
    repaired region; `left_out` counts the rows that `where` left out.
    """

    path: str
    driver: str
    regions: int
    crs_of_file: str
    id_column: str
    name_column: str
    encoding: str
    credit: str = ""
    left_out: int = 0
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
        if self.left_out:
            lines.append(f"  {self.left_out} rows left out by the condition")
        lines += [f"  note: {note}" for note in self.notes]
        lines += [
            f"  repaired {r}: {fault}; area {change:+.2%}"
            for r, fault, change in self.repaired[:20]
        ]
        if len(self.repaired) > 20:
            lines.append(f"  … and {len(self.repaired) - 20} more repaired")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.to_text())}</pre>"


def read_regions(  # noqa: PLR0913 - each names one thing about the layer
    source: str | Path | gpd.GeoDataFrame,
    *,
    id_column: str | None = None,
    name: str | None = None,
    name_zh: str | None = None,
    name_en: str | None = None,
    layer: str | None = None,
    where: str | None = None,
    credit: str | Mapping[str, str] | None = None,
    crs: str | None = None,
    allow_remote: bool = False,
    limits: ReadLimits | None = None,
) -> gpd.GeoDataFrame:
    """Read boundaries of your own (自有边界) as regions that hubtiers can join, score and draw.

    Use it instead of `load_regions` for districts, counties, another country or any other division.

    Parameters
    ----------
    source
        A .geojson, .json, .topojson, .shp, .gpkg, .fgb or .parquet file of polygons, a .zip with
        one of them inside, or a GeoDataFrame.
    id_column
        Column that identifies a region. Left out, it is ``region_id``, the named index of a frame,
        or a column of a usual name (GEOID, NUTS_ID, code, …) with a value of its own in every row;
        the report says which. Whole numbers become text without decimals.
    name
        Column with the name in whatever language; a column of a usual name (name, NUTS_NAME, …)
        when left out.
    name_zh, name_en
        Columns with the Chinese and the English name, where there are both. A name that is missing
        in one language is that of the other, and last the id.
    layer
        Layer of a file with several, or file of an archive with several.
    where
        Rows to take, such as ``"CNTR_CODE in ('DE', 'FR')"``: comparisons of columns joined by and,
        or, not.
    credit
        Whom a map of these boundaries must name, such as ``"© EuroGeographics"``; by language where
        they differ: ``{"zh": …, "en": …}``. Left out, a map names nobody.
    crs
        Coordinate reference system of a layer that declares none, for example ``"EPSG:4490"``.
    allow_remote
        Whether `source` may be a URL or a path of GDAL's virtual file systems. Its size is not
        checked then.
    limits
        How large a file may be; 500 MB and 200,000 regions when not given.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, index `region_id` (str) in the order of the rows. Columns: `name_zh`, `name_en`,
        `lon` and `lat` of a point inside (degrees), `geometry`, then the layer's own columns.
        `frame.attrs["report"]` says what was found and changed; `frame.attrs["credit"]` is the
        credit line.

    Raises
    ------
    DataError
        When the file does not exist, is too large or not readable, has no regions, ids or geometry,
        or shapes that are no areas. `DuplicateRegionError` and `MissingColumnError` are of this
        kind.
    CRSError
        When the reference system is unknown or contradicts the coordinates.
    SpecError
        When `source` is remote, or `layer` is missing or unknown, or `where` is no condition.

    Notes
    -----
    Missing names are those of the other language, then the id; a missing id or geometry is an
    error. Invalid outlines are repaired and reported, and a ring that runs over 180° is cut there.
    CGCS2000 (EPSG:4490) is taken as WGS84, from which it differs by centimetres. GCJ-02 cannot be
    seen from the file: see `gcj02_suspicion`.

    Examples
    --------
    >>> square = shapely.box(100, 30, 101, 31)
    >>> source = gpd.GeoDataFrame({"code": [7.0]}, geometry=[square], crs="EPSG:4490")
    >>> regions = read_regions(source, id_column="code", credit="© me")
    >>> regions.index.tolist(), regions.crs.to_epsg(), regions.attrs["credit"]["en"]
    (['7'], 4326, '© me')
    """
    title, opened = _opened(source, layer, limits or ReadLimits(), allow_remote=allow_remote)
    raw, whole = opened.frame, len(opened.frame)
    if where is not None:
        raw = raw[rows_where(raw, where, title)]
        if not len(raw):
            raise DataError(f"{title} has no row where {where}. Check the condition.")
    system = _system(opened, crs, title)
    placed, notes = _place(raw.geometry, system, title)
    column = _id_column(raw, id_column, title)
    ids = _ids(raw[column], column, title)
    shapes, repaired = _polygons(placed, ids, title)
    names = _name_columns(raw, {"": name, "zh": name_zh, "en": name_en}, column, title)
    frame, languages = _assemble(raw, column, ids, shapes, names)
    texts = _credit(credit)
    frame.attrs = LayerSource(
        credit_zh=texts["zh"], credit_en=texts["en"], languages=languages
    ).to_attrs()
    frame.attrs["report"] = RegionFileReport(
        path=title,
        driver=opened.driver,
        regions=len(frame),
        crs_of_file=_name(system),
        id_column=column,
        name_column=names["zh"] or names["en"] or column,
        encoding=opened.encoding,
        credit=texts["en"],
        left_out=whole - len(raw),
        repaired=tuple(repaired),
        notes=(*opened.notes, *notes),
    )
    return frame


def _opened(
    source: str | Path | gpd.GeoDataFrame,
    layer: str | None,
    limits: ReadLimits,
    *,
    allow_remote: bool,
) -> tuple[str, Opened]:
    """Return what messages call the source, and its rows, an index with a meaning as a column."""
    if isinstance(source, (str, Path)):
        return Path(str(source)).name, open_layer(source, layer, limits, allow_remote=allow_remote)
    if not isinstance(source, gpd.GeoDataFrame):
        raise SpecError(
            "Boundaries are the path of a file or a GeoDataFrame, but this is "
            f"{type(source).__name__}. A frame of numbers goes into join_indicators(regions, "
            "frame)."
        )
    try:
        source.geometry  # noqa: B018 - raises where no column of geometry is active
    except AttributeError:
        raise DataError(
            "The GeoDataFrame has no active geometry. Set it with set_geometry."
        ) from None
    frame = source.copy()
    if not isinstance(frame.index, (pd.RangeIndex, pd.MultiIndex)):
        label = str(frame.index.name or "region_id")
        if label not in frame.columns:
            frame.insert(0, label, frame.index)
    return "The GeoDataFrame", Opened(
        frame.reset_index(drop=True), "in memory", "as given", is_declared=True
    )


def _credit(credit: str | Mapping[str, str] | None) -> dict[str, str]:
    if credit is None or isinstance(credit, str):
        return dict.fromkeys(("zh", "en"), credit or "")
    if not isinstance(credit, Mapping) or not set(credit) <= {"zh", "en"}:
        raise SpecError(
            f'credit={credit!r} is no credit line. Give a text, or {{"zh": "…", "en": "…"}}.'
        )
    return {code: credit.get(code) or next(iter(credit.values()), "") for code in ("zh", "en")}


def _system(opened: Opened, crs: str | None, where: str) -> pyproj.CRS:
    """Return the reference system that the file declares, or the one that was given."""
    given, declared = _given_crs(crs), opened.frame.crs
    if given is None and declared is not None and pyproj.CRS(declared).is_engineering:
        raise CRSError(
            f"{where} is in a system of its own that lies nowhere on earth ({_name(declared)}). "
            "Say which one it is in, for example crs='EPSG:4326'."
        )
    if given is None and declared is None:
        raise CRSError(
            f"{where} declares no coordinate reference system. Say which one it is in, for example "
            "crs='EPSG:4326' or crs='EPSG:4490' for degrees."
        )
    if given is None or (declared is not None and given == declared):
        return pyproj.CRS(declared)
    if declared is not None and opened.is_declared and not pyproj.CRS(declared).is_engineering:
        raise CRSError(
            f"{where} declares {_name(declared)}, but crs={crs!r} was given. Leave `crs` out, or "
            "correct the file."
        )
    return given


def _place(
    shapes: gpd.GeoSeries, system: pyproj.CRS, where: str
) -> tuple[gpd.GeoSeries, list[str]]:
    """Return the geometry in EPSG:4326, and notes on what was assumed."""
    shapes = shapes.set_crs(system, allow_override=True)
    notes = _check_degrees(shapes, where) if system.is_geographic else []
    if system.is_geographic:
        shapes = _unrolled(shapes)
    if _name(system) in _SAME_AS_WGS84:
        if _name(system) == "EPSG:4490":
            notes.append("CGCS2000 (EPSG:4490) taken as WGS84; they differ by centimetres")
        return shapes.set_crs("EPSG:4326", allow_override=True), notes
    if not system.is_geographic:
        _check_metres(shapes, where, _name(system))
    placed = shapes.to_crs("EPSG:4326")
    _check_finite(placed, where)
    return placed, notes


def _given_crs(crs: str | None) -> pyproj.CRS | None:
    if crs is None:
        return None
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise CRSError(
            f"crs={crs!r} is no coordinate reference system. Use a code such as 'EPSG:4326'."
        ) from None


def _name(crs: object) -> str:
    system = pyproj.CRS.from_user_input(crs)
    authority = system.to_authority()
    return ":".join(authority) if authority else str(system.name)


def _check_finite(shapes: gpd.GeoSeries, where: str) -> None:
    if not np.isfinite(shapely.get_coordinates(np.asarray(shapes.dropna().array))).all():
        raise CRSError(
            f"{where} has coordinates that are not finite numbers. Check its coordinate reference "
            "system."
        )


def _check_degrees(shapes: gpd.GeoSeries, where: str) -> list[str]:
    _check_finite(shapes, where)
    xy = shapely.get_coordinates(np.asarray(shapes.dropna().array))
    if not len(xy):
        return []
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    extent = f"x from {west:.6g} to {east:.6g} and y from {south:.6g} to {north:.6g}"
    if (
        max(abs(south), abs(north)) > 90
        and max(abs(west), abs(east)) <= 90
        and max(abs(south), abs(north)) <= 180
    ):
        raise CRSError(
            f"{where} has {extent}: latitude and longitude look swapped. Write longitude first."
        )
    if max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 90:
        raise CRSError(
            f"{where} has {extent}, which are no degrees: the coordinates look projected. Say in "
            "which system, for example crs='EPSG:4547' for a zone of CGCS2000."
        )
    if south >= 73 and north <= 90 and west >= 3 and east <= 54:
        return [f"{extent}: if this should be China, latitude and longitude are swapped"]
    return []


def _check_metres(shapes: gpd.GeoSeries, where: str, system: str) -> None:
    _check_finite(shapes, where)
    west, south, east, north = shapes.total_bounds
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        raise CRSError(
            f"{where} declares {system}, but its coordinates look like degrees (x from {west:.6g} "
            f"to {east:.6g}). Correct the reference system of the file."
        )


def _unrolled(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Cut shapes whose ring jumps over 180°, so that they do not run round the globe."""
    geometry = np.asarray(shapes.array, dtype=object).copy()
    for row, shape in enumerate(geometry):
        if shape is not None and shape.geom_type.endswith("Polygon") and _jumps(shape):
            parts = [piece for part in shapely.get_parts(shape) for piece in _cut(part)]
            geometry[row] = shapely.union_all(parts)
    return gpd.GeoSeries(geometry, index=shapes.index, crs=shapes.crs)


def _jumps(shape: shapely.Geometry) -> bool:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return any(
        bool((np.abs(np.diff(shapely.get_coordinates(ring)[:, 0])) > 180).any()) for ring in rings
    )


def _cut(part: shapely.Polygon) -> list[Any]:
    rings = [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
    if not any((np.abs(np.diff(ring[:, 0])) > 180).any() for ring in rings):
        return [part]
    for ring in rings:
        ring[:, 0] = np.unwrap(ring[:, 0], period=360)
    # A ring round a pole does not close when it is unrolled; it stays as it was written.
    if any(abs(ring[0, 0] - ring[-1, 0]) > 180 for ring in rings):
        return [part]
    whole = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
    pieces: list[Any] = []
    for turn in (-360.0, 0.0, 360.0):
        piece = shapely.intersection(whole, shapely.box(-180 + turn, -90, 180 + turn, 90))
        pieces += shapely.get_parts(shapely.affinity.translate(piece, xoff=-turn)).tolist()
    return [piece for piece in pieces if piece.geom_type == "Polygon"]


def _id_column(raw: gpd.GeoDataFrame, id_column: str | None, where: str) -> str:
    columns = [str(c) for c in raw.columns if c != raw.geometry.name]
    if id_column is not None:
        if id_column in columns:
            return id_column
        raise MissingColumnError([id_column], where, columns)
    if "region_id" in columns:
        return "region_id"
    for column in usual_id_columns(raw):
        # A column that is called an id and is none would make a region of every second row.
        if _identifies(raw[column]):
            return column
    raise MissingColumnError(
        ["region_id"], f"{where} needs a column that identifies regions (id_column=…); it", columns
    )


def usual_id_columns(raw: gpd.GeoDataFrame) -> list[str]:
    """Return the columns whose name says that they identify regions, the likeliest first."""
    folded = {str(c).casefold(): str(c) for c in reversed(raw.columns) if c != raw.geometry.name}
    return [folded[usual] for usual in _ID_COLUMNS if usual in folded]


def _identifies(values: pd.Series) -> bool:
    ids = [_id(value) for value in values]
    return bool(ids) and all(ids) and len(set(ids)) == len(ids)


def _ids(values: pd.Series, column: str, where: str) -> list[str]:
    if len(values) == 0:
        raise DataError(f"{where} has no regions. Name a file with at least one polygon.")
    ids = [_id(value) for value in values]
    if blank := [row for row, text in enumerate(ids, start=1) if not text]:
        raise DataError(
            f"{where} has no {column!r} in row {listing(blank)}. Give every region an id, or leave "
            f"such rows out with where='{column} is not null'."
        )
    if twice := [text for text, times in Counter(ids).items() if times > 1]:
        raise DuplicateRegionError(
            twice, where, "Dissolve their parts into one region, or give them ids of their own."
        )
    return ids


def _id(value: object) -> str:
    if (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and np.isnan(value))
    ):
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
        raise DataError(
            f"{where} has no geometry for {listing(empty)}. Draw these regions, or leave them out."
        )
    flat = [
        f"{i} ({s.geom_type})"
        for i, s in zip(ids, geometry, strict=True)
        if not s.geom_type.endswith("Polygon")
    ]
    if flat:
        raise DataError(
            f"{where} has regions that are no polygons: {listing(flat)}. Regions are areas."
        )
    geometry = shapely.force_2d(geometry)
    repaired = []
    for row in np.flatnonzero(~shapely.is_valid(geometry)):
        fixed = shapely.make_valid(geometry[row], method="structure", keep_collapsed=False)
        parts = [
            p
            for p in shapely.get_parts(shapely.get_parts(fixed))
            if p.geom_type == "Polygon" and p.area > 0
        ]
        if not parts:
            raise DataError(f"{where} has an outline without area for {ids[row]}. Draw it again.")
        whole = shapely.multipolygons(parts) if len(parts) > 1 else parts[0]
        before = shapely.area(geometry[row])
        change = float(shapely.area(whole) / before - 1) if before > 0 else float("inf")
        repaired.append(
            (ids[row], str(shapely.is_valid_reason(geometry[row])).split("[")[0], change)
        )
        geometry[row] = whole
    return geometry, repaired


def _name_columns(
    raw: gpd.GeoDataFrame, given: Mapping[str, str | None], id_column: str, where: str
) -> dict[str, str | None]:
    """Return the column of the Chinese and of the English name; None where there is none."""
    columns = [str(c) for c in raw.columns if c != raw.geometry.name]
    if absent := [
        column for column in given.values() if column is not None and column not in columns
    ]:
        raise MissingColumnError(absent, where, columns)
    found = {
        code: given[code] or (f"name_{code}" if f"name_{code}" in columns else None)
        for code in ("zh", "en")
    }
    single = given[""]
    if single is None and not any(found.values()):
        folded = {column.casefold(): column for column in reversed(columns)}
        single = next(
            (
                folded[usual]
                for usual in _NAME_COLUMNS
                if usual in folded and folded[usual] != id_column
            ),
            None,
        )
    if single is not None:
        code = "zh" if _is_chinese(raw[single]) else "en"
        found[code] = found[code] or single
    return found


def _is_chinese(values: pd.Series) -> bool:
    """Return whether most names are written in Chinese characters."""
    written = [text for text in map(_id, values) if text]
    han = sum(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in written)
    return 2 * han > len(written)


def _assemble(
    raw: gpd.GeoDataFrame,
    column: str,
    ids: list[str],
    shapes: NDArray[np.object_],
    names: Mapping[str, str | None],
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the columns in the order of bundled regions, then the user's, and the languages."""
    written = {
        code: [""] * len(ids) if c is None else [_id(value) for value in raw[c]]
        for code, c in names.items()
    }
    data: dict[str, object] = {}
    for code, other in (("zh", "en"), ("en", "zh")):
        triples = zip(written[code], written[other], ids, strict=True)
        data[f"name_{code}"] = [own or spare or region for own, spare, region in triples]
    points = shapely.point_on_surface(shapes)
    data |= {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}
    # A column `members` of another meaning would be taken for city units.
    used = {*data, "region_id", "members", raw.geometry.name, column}
    rest = {str(c): raw[c].to_numpy() for c in raw.columns if c not in used}
    index = pd.Index(ids, name="region_id", dtype="str")
    frame = gpd.GeoDataFrame(
        data | {"geometry": shapes} | rest, index=index, geometry="geometry", crs="EPSG:4326"
    )
    return frame, tuple(code for code in ("zh", "en") if any(written[code])) or ("en",)
