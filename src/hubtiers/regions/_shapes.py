"""Shapes of packs in plain form (GeoJSON in degrees), read once while the file stays as it is."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import shapely


def read_shapes(path: Path) -> gpd.GeoDataFrame:
    """Return the features of a GeoJSON file in degrees; callers must not change the frame."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> gpd.GeoDataFrame:
    # Reading them without GDAL is quicker, and opens nothing else.
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    return gpd.GeoDataFrame(
        [feature["properties"] for feature in features], geometry=shapes, crs="EPSG:4326"
    )
