"""Layers of regions: empty, null and self-crossing shapes, 180°, wrong systems, nested collections, properties of odd types."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from fuzz.trial import chance, damaged, pick, require, told

from hubtiers.regions.read import read_regions

KIND = "layers"
ODD = (
    None,
    0,
    -1,
    1.5,
    True,
    [],
    [1, [2]],
    {"a": {"b": 1}},
    "",
    "  ",
    "\u202eabc",
    "\x1b[2J",
    "=1+1",
    "x" * 3000,
    10**40,
    "nan",
)
NAMES = ("Alba", "北京", "São Miguel", "New  York", "Zone (1)", "Ωmega", "l'Est", 'Qu"ote')
CRS = (
    "EPSG:4326",
    "urn:ogc:def:crs:OGC:1.3:CRS84",
    "EPSG:4490",
    "EPSG:3857",
    "EPSG:999999",
    "EPSG:5773",
    "nonsense",
    4326,
    None,
    {},
)
Features = list[dict[str, Any]]


def made(rng: np.random.Generator) -> Features:
    """Return squares beside each other, somewhere on earth, each with an id of its own."""
    west, south = int(rng.integers(-170, 160)), int(rng.integers(-80, 70))
    count = int(rng.integers(1, 9))
    features = []
    for place in range(count):
        left, bottom = west + place % 3, south + place // 3
        ring = _ring(left, bottom, left + 1, bottom + 1)
        properties: dict[str, Any] = {"region_id": f"r{place}", "name": pick(rng, NAMES)}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    return features


def _ring(left: float, bottom: float, right: float, top: float) -> list[list[float]]:
    return [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]


def odd_shape(rng: np.random.Generator, shape: dict[str, Any]) -> Any:
    """Return a geometry that is none, none of areas, or hardly one."""
    ring = [corner[:2] for corner in shape["coordinates"][0]]
    line = {"type": "LineString", "coordinates": ring[:2]}
    bow = [ring[0], ring[2], ring[1], ring[3], ring[0]]
    collection = {"type": "GeometryCollection", "geometries": [shape]}
    return pick(
        rng,
        (
            None,
            {},
            {"type": "Polygon", "coordinates": []},
            {"type": "Polygon", "coordinates": [[]]},
            {"type": "Polygon", "coordinates": [ring[:2]]},
            {"type": "Polygon", "coordinates": [ring[:-1]]},
            {"type": "Polygon", "coordinates": [[ring[0]] * 5]},
            {"type": "Polygon", "coordinates": [bow]},
            {"type": "Polygon", "coordinates": [ring, ring]},
            {"type": "Polygon", "coordinates": [[[x, y, 5.0] for x, y in ring]]},
            {"type": "Polygon", "coordinates": [[[x, "a"] for x, _ in ring]]},
            {"type": "Polygon", "coordinates": [[[x, None] for x, _ in ring]]},
            {"type": "Polygon", "coordinates": [[[1e300 * x, y] for x, y in ring]]},
            {"type": "MultiPolygon", "coordinates": [[ring], [ring]]},
            {"type": "Point", "coordinates": ring[0]},
            {"type": "Nothing", "coordinates": ring},
            line,
            collection,
            {"type": "GeometryCollection", "geometries": [collection, line]},
            {"type": "GeometryCollection", "geometries": []},
        ),
    )


def spoilt(rng: np.random.Generator, features: Features) -> None:
    """Change one feature or two."""
    for _ in range(int(rng.integers(1, 3))):
        feature = pick(rng, features)
        match int(rng.integers(5)):
            case 0 | 1 if isinstance(feature["geometry"], dict) and _is_square(feature):
                feature["geometry"] = odd_shape(rng, feature["geometry"])
            case 2:
                feature["properties"]["region_id"] = pick(rng, ODD)
            case 3:
                feature["properties"]["name"] = pick(rng, ODD)
            case _:
                feature["properties"][pick(rng, ("level", "lon", "geometry", "id", "parent"))] = (
                    pick(rng, ODD)
                )


def _is_square(feature: dict[str, Any]) -> bool:
    shape = feature["geometry"]
    rings = shape["coordinates"] if shape.get("type") == "Polygon" else []
    corners = rings[0] if len(rings) == 1 else []
    numbers = [value for corner in corners for value in corner]
    return len(corners) == 5 and all(isinstance(value, (int, float)) for value in numbers)


def crossing(rng: np.random.Generator, features: Features) -> float:
    """Put a square over 180°, written in one of three ways; return its latitude."""
    south = float(rng.integers(-80, 70))
    west, east = float(rng.integers(170, 180)), float(rng.integers(181, 190))
    ends = pick(rng, ((west, east - 360), (west, east), (west - 360, east - 360)))
    shape = {"type": "Polygon", "coordinates": [_ring(ends[0], south, ends[1], south + 1)]}
    feature = {
        "type": "Feature",
        "properties": {"region_id": "over", "name": "Over"},
        "geometry": shape,
    }
    features[:] = [*(each for each in features if _clear_of(each, south)), feature]
    return south


def _clear_of(feature: dict[str, Any], south: float) -> bool:
    bottom = feature["geometry"]["coordinates"][0][0][1]
    return abs(bottom - south) > 2


def written(rng: np.random.Generator, features: Features, folder: Path, crs: Any) -> Path:
    """Write the layer as GeoJSON, and now and then as GeoPackage."""
    content: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs != "none":
        content["crs"] = {"type": "name", "properties": {"name": crs}}
    path = folder / pick(rng, ("layer.geojson", "layer.json"))
    path.write_text(json.dumps(content, ensure_ascii=chance(rng, 0.5)), encoding="utf-8")
    return path


def as_geopackage(features: Features, folder: Path) -> Path:
    """Write the layer as GeoPackage."""
    import geopandas as gpd

    frame = gpd.GeoDataFrame.from_features(features, crs=4326)
    path = folder / "layer.gpkg"
    frame.to_file(path)
    return path


def compared(regions: Any, features: Features) -> None:
    """Require each region once, in the order of the file, where the file says."""
    ids = [feature["properties"]["region_id"] for feature in features]
    require(list(regions.index) == ids, f"{list(regions.index)} is not {ids}")
    for feature, shape in zip(features, regions.geometry, strict=True):
        expected = shapely.Polygon(feature["geometry"]["coordinates"][0])
        require(shape.equals(expected), f"{shape} is not {expected}")


def sound(regions: Any, count: int) -> None:
    """Require what holds of every layer that was read."""
    require(regions.index.is_unique and len(regions) == count, f"{len(regions)} regions of {count}")
    require(all(isinstance(name, str) and name for name in regions.index), list(regions.index))
    require(regions.geometry.is_valid.all() and not regions.geometry.is_empty.any(), "shapes")
    west, south, east, north = regions.total_bounds
    require(-180 <= west <= east <= 180 and -90 <= south <= north <= 90, regions.total_bounds)
    require(regions["name_zh"].map(bool).all() and regions["name_en"].map(bool).all(), "names")


def trial(rng: np.random.Generator, folder: Path) -> str:
    """Write one layer, spoilt in one way or not at all, and read it."""
    features = made(rng)
    way = pick(
        rng, ("whole", "whole", "spoilt", "spoilt", "spoilt", "over", "crs", "bytes", "gpkg")
    )
    crs: Any = "none"
    south = crossing(rng, features) if way == "over" else math.nan
    if way == "spoilt":
        spoilt(rng, features)
    if way == "crs":
        crs = pick(rng, CRS)
    path = written(rng, features, folder, crs)
    if way == "gpkg":
        path = as_geopackage(features, folder)
    if way == "bytes":
        path.write_bytes(damaged(rng, path.read_bytes()))
    regions, said = told(lambda: read_regions(path), path.name, "region")
    if said:
        require(way not in ("whole", "gpkg", "over"), said)
        return "refused"
    repr(regions.attrs["report"])
    if way != "bytes":
        sound(regions, len(features))
    if way == "over":
        west, bottom, east, top = shapely.bounds(regions.geometry["over"])
        area = regions.geometry["over"].area
        require((bottom, top) == (south, south + 1), (bottom, top))
        require((west, east) == (-180, 180) or area <= 20, f"{west} to {east}, {area} degrees²")
        require(area <= 20, f"the other side of the earth: {area} degrees²")
        return "right"
    if way in ("whole", "gpkg"):
        compared(regions, features)
        return "right"
    return "read"
