"""A user's own boundaries: any file or frame, checked, repaired, with ids and names found."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.affinity
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError
from hubtiers.regions._columns import cell_texts, find_id_column, find_name_columns, region_ids
from hubtiers.regions._names import without_direction
from hubtiers.regions._open import Opened, ReadLimits, open_layer
from hubtiers.regions._placing import place, polygons_of, system_name, system_of
from hubtiers.regions._where import rows_where
from hubtiers.regions.pack import LANGUAGES, LayerSource

__all__ = ["ReadLimits", "RegionFileReport", "read_regions"]


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
    raw = _rows(opened.frame, where, title)
    system = system_of(opened, crs, title)
    placed, notes = place(raw.geometry, system, title)
    column = find_id_column(raw, id_column, title)
    names = find_name_columns(raw, {"": name, "zh": name_zh, "en": name_en}, column, title)
    ids = region_ids(raw[column], column, title)
    shapes, repaired = polygons_of(placed, ids, title)
    frame = _assemble(raw, column, ids, shapes, names)
    texts = _credit(credit)
    frame.attrs["credit"] = texts
    frame.attrs["report"] = RegionFileReport(
        path=title,
        driver=opened.driver,
        regions=len(frame),
        crs_of_file=system_name(system),
        id_column=column,
        name_column=names["zh"] or names["en"] or column,
        encoding=opened.encoding,
        credit=texts["en"],
        left_out=len(opened.frame) - len(raw),
        repaired=tuple(repaired),
        notes=(*opened.notes, *notes),
    )
    return frame


def _rows(frame: gpd.GeoDataFrame, where: str | None, title: str) -> gpd.GeoDataFrame:
    if where is None:
        return frame
    kept = frame[rows_where(frame, where, title)]
    if not len(kept):
        raise DataError(f"{title} has no row where {where}. Check the condition.")
    return kept


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


def _assemble(
    raw: gpd.GeoDataFrame,
    column: str,
    ids: list[str],
    shapes: NDArray[np.object_],
    names: Mapping[str, str | None],
) -> gpd.GeoDataFrame:
    """Return the columns in the order of bundled regions, then the user's."""
    written = {
        code: [without_direction(text) for text in cell_texts(raw[c])]
        for code, c in names.items()
        if c is not None
    }
    blank = [""] * len(ids)
    data: dict[str, object] = {}
    for code, other in (("zh", "en"), ("en", "zh")):
        triples = zip(written.get(code, blank), written.get(other, blank), ids, strict=True)
        data[f"name_{code}"] = [own or spare or region for own, spare, region in triples]
    points = shapely.point_on_surface(shapes)
    data |= {"lon": shapely.get_x(points), "lat": shapely.get_y(points), "geometry": shapes}
    # A column `members` of another meaning would be taken for city units.
    used = {*data, "region_id", "members", raw.geometry.name, column}
    data |= {str(c): raw[c].to_numpy() for c in raw.columns if c not in used}
    index = pd.Index(ids, name="region_id", dtype="str")
    frame = gpd.GeoDataFrame(data, index=index, geometry="geometry", crs="EPSG:4326")
    languages = tuple(code for code in LANGUAGES if any(written.get(code, ()))) or ("en",)
    frame.attrs = LayerSource(languages=languages).to_attrs()
    return frame
