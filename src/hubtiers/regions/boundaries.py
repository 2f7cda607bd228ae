"""The bundled boundaries: provinces, city units, consortia dissolved from them, and the context of a map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

import geopandas as gpd
import numpy as np
import shapely

from hubtiers._storage import data_path
from hubtiers.errors import DuplicateRegionError, SpecError, UnknownOptionError
from hubtiers.regions._tables import city_units, consortia, places, provinces
from hubtiers.regions.membership import member_units

__all__ = ["load_context", "load_regions"]

LEVELS = ("province", "city", "consortium")
CONTEXTS = ("world", "south_china_sea")
_COLUMNS = ["name_zh", "name_en", "short_zh", "level", "province", "members", "lon", "lat", "geometry"]


def load_regions(level: str | Iterable[str] = "city") -> gpd.GeoDataFrame:
    """Load bundled regions (行政区划) as polygons with their names.

    Use it as the first step of every analysis: the index of the frame is what indicators are joined to.

    Parameters
    ----------
    level
        ``"province"`` (34), ``"city"`` (372 units: prefectures, municipalities, Taiwan, Hong Kong, Macao and directly
        administered counties), ``"consortium"``, or a list of region ids of any mixture: adcodes and consortium slugs.
        In a list, the code of a municipality means the province.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, index `region_id` (str) in code order or in the order of the list. Columns: `name_zh`, `name_en`,
        `short_zh`, `level`, `province` (adcode; empty for a consortium over several), `members` (ids of city units,
        joined by semicolons), `lon` and `lat` of a label point in degrees, `geometry`. The frame is the caller's own.

    Raises
    ------
    UnknownOptionError
        When the level or a region id is unknown.
    DuplicateRegionError
        When a list names a region twice.

    Notes
    -----
    Nothing is missing: every unit has geometry and names. Outlines are simplified (1,500 m tolerance) and nest
    exactly; areas and lengths measured on them are approximate. Source and terms stand in ``data/boundaries/NOTICE``.

    Examples
    --------
    >>> regions = load_regions(["610000", "yangtze-delta"])
    >>> regions["name_zh"].to_dict()
    {'610000': '陕西省', 'yangtze-delta': '长三角'}
    """
    if isinstance(level, str):
        if level not in LEVELS:
            raise UnknownOptionError("level of regions", level, LEVELS)
        return _level(level).copy()
    ids = [str(region_id) for region_id in level]
    if not ids:
        raise SpecError("The list of region ids is empty. Name at least one region, or a level such as 'city'.")
    if len(set(ids)) < len(ids):
        raise DuplicateRegionError([i for i in ids if ids.count(i) > 1], "The list of region ids")
    rows = {}
    for region_id in ids:
        source = _level(_level_of(region_id))
        rows[region_id] = dict(zip(source.columns, source.loc[region_id], strict=True))
    return _frame(list(rows), list(rows.values()))


def load_context(name: str) -> gpd.GeoDataFrame:
    """Load what surrounds the regions on a map: ``"world"`` or ``"south_china_sea"``.

    Parameters
    ----------
    name
        ``"world"``: the other countries (Natural Earth, columns `id` and `name`), cut along the bundled outline.
        ``"south_china_sea"``: the ten dashes of the line in the South China Sea (column `dash`).

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, the caller's own copy.

    Raises
    ------
    UnknownOptionError
        When there is no such layer.

    Examples
    --------
    >>> len(load_context("south_china_sea"))
    10
    """
    if name not in CONTEXTS:
        raise UnknownOptionError("map context", name, CONTEXTS)
    return _read(name).copy()


@cache
def _read(name: str) -> gpd.GeoDataFrame:
    # The files are our own, one feature a line; reading them without GDAL is quicker and opens nothing else.
    features = json.loads(data_path("boundaries", f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    return gpd.GeoDataFrame([feature["properties"] for feature in features], geometry=shapes, crs="EPSG:4326")


@cache
def _level(level: str) -> gpd.GeoDataFrame:
    if level == "consortium":
        labels = {place.region_id: place for place in places() if place.level == "consortium"}
        return _frame(list(labels), [_dissolve(region_id) for region_id in labels])
    frame = _read(level).set_index("region_id")
    frame["members"] = [";".join(member_units(region_id)) for region_id in frame.index]
    return frame[_COLUMNS]


def _dissolve(region_id: str) -> dict[str, object]:
    place = next(p for p in places() if p.region_id == region_id)
    members = consortia()[region_id].members
    shapes = np.asarray(_level("city").geometry.loc[list(members)].array)
    return {
        "name_zh": place.name_zh,
        "name_en": place.name_en,
        "short_zh": place.short_zh,
        "level": "consortium",
        "province": place.province,
        "members": ";".join(members),
        "lon": place.lon,
        "lat": place.lat,
        "geometry": shapely.coverage_union_all(shapes),
    }


def _frame(ids: list[str], rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(rows, columns=_COLUMNS, geometry="geometry", crs="EPSG:4326")
    frame.index = frame.index.map(dict(enumerate(ids))).rename("region_id")
    return frame


def _level_of(region_id: str) -> str:
    for level, known in (("province", provinces()), ("city", city_units()), ("consortium", consortia())):
        if region_id in known:
            return level
    raise UnknownOptionError("region id", region_id, [*provinces(), *city_units(), *consortia()])
