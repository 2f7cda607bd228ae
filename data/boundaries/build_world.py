"""The recipe of the pack `world`: `make boundaries`, or `python data/boundaries/build_world.py [world-atlas.tgz]`.

It takes the countries of the npm package world-atlas (1:110 million) and, from 1:50 and 1:10 million,
those that are too small for that scale; cuts these out of their neighbours, gives them ISO codes and
names, and writes `country.geojson` and `aliases.csv` into the folder of the pack. The same sources give
the same bytes. Every check must hold, or nothing is written.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pycountry
import shapely
from babel import Locale
from formats import DECIMALS, fetch_topology, polygons_of, read_topology, write_geojson
from shapely import Geometry

PACK = Path(__file__).resolve().parent / "world"
# Codes that the source leaves out: a user-assigned one that statistical offices use.
CODES = {"Kosovo": "XKX"}
TWO_LETTERS = {"XKX": "XK"}


class Country(NamedTuple):
    """A country or territory: ISO codes (empty where it has none), the source's name, and its outline."""

    region_id: str
    alpha_2: str
    numeric: str
    name: str
    shape: Geometry


def main(arguments: Sequence[str]) -> None:
    """Build, check and write both files; print the table of checks."""
    archive = Path(arguments[0]) if arguments else None
    coarse = read_countries(archive, "countries-110m.json")
    fine: list[Country] = []
    for name in ("countries-50m.json", "countries-10m.json"):
        known = {text for country in (*coarse, *fine) for text in (country.name, country.numeric)}
        found = [country for country in read_countries(archive, name) if country.region_id]
        fine += [country for country in found if not {country.name, country.numeric} & known]
    countries = sorted(
        [*cut(coarse, fine), *fine], key=lambda c: (c.region_id == "", c.region_id, c.name)
    )
    by_hand = {row["region_id"]: row for row in read_table("names.csv")}
    english, chinese = Locale("en").territories, Locale("zh").territories
    rows = []
    for country in countries:
        own = by_hand.get(country.region_id, {})
        rows.append(
            {
                "region_id": country.region_id,
                "name_zh": own.get("name_zh") or chinese.get(country.alpha_2, ""),
                "name_en": own.get("name_en")
                or english.get(country.alpha_2, country.name).replace("’", "'"),
                "alpha_2": country.alpha_2,
                "numeric": country.numeric,
                **label_point(country.shape),
            }
        )
    check(countries, rows, len(coarse), len(fine))
    write_geojson(
        PACK / "country.geojson", zip(rows, [country.shape for country in countries], strict=True)
    )
    write_aliases(countries, rows)
    data = (PACK / "country.geojson").read_bytes()
    print(
        f"country.geojson{len(data) / 1e6:8.3f} MB{len(gzip.compress(data, mtime=0)) / 1e6:8.3f} MB gz"
    )


def read_countries(archive: Path | None, name: str) -> list[Country]:
    """Return the countries of one file with their codes, rounded to the decimals that are written."""
    found: dict[tuple[str, str], list[Geometry]] = {}
    for numeric, label, shape in read_topology(fetch_topology(archive, name), "countries"):
        # Dependencies that the source draws apart share the code of their country: one region.
        found.setdefault((numeric, label if not numeric else ""), []).append(shape)
    names = {}
    for numeric, label, _ in read_topology(fetch_topology(archive, name), "countries"):
        names.setdefault((numeric, label if not numeric else ""), label)
    return [country_of(key[0], names[key], shapes) for key, shapes in found.items()]


def country_of(numeric: str, name: str, shapes: list[Geometry]) -> Country:
    """Return a country with its codes."""
    whole = rounded(shapely.union_all(shapes))
    entry = pycountry.countries.get(numeric=numeric) if numeric else None
    if entry is not None:
        return Country(entry.alpha_3, entry.alpha_2, numeric, name, whole)
    code = CODES.get(name, "")
    return Country(code, TWO_LETTERS.get(code, ""), numeric, name, whole)


def rounded(shape: Geometry) -> Geometry:
    """Return the polygons of a shape on the lattice that is written."""
    return shapely.union_all(polygons_of(shapely.set_precision(shape, 10.0**-DECIMALS)))


def cut(coarse: list[Country], fine: list[Country]) -> list[Country]:
    """Cut the small countries out of the large ones around them, so that no land belongs to two."""
    small = shapely.union_all([country.shape for country in fine])
    return [
        country._replace(shape=rounded(shapely.difference(country.shape, small)))
        if shapely.intersects(country.shape, small)
        else country
        for country in coarse
    ]


def label_point(shape: Geometry) -> dict[str, float]:
    """Return a point inside the largest part."""
    point = shapely.point_on_surface(max(polygons_of(shape), key=shapely.area))
    return {"lon": round(point.x, DECIMALS), "lat": round(point.y, DECIMALS)}


def write_aliases(countries: list[Country], rows: list[dict[str, object]]) -> None:
    """Write the other names of each country: ISO 3166, Natural Earth, CLDR, and those by hand."""
    aliases: dict[tuple[str, str], None] = {}
    for country, row in zip(countries, rows, strict=True):
        if not country.region_id:
            continue
        entry = pycountry.countries.get(alpha_3=country.region_id)
        titles = (
            [getattr(entry, key, "") for key in ("name", "common_name", "official_name")]
            if entry
            else []
        )
        cldr = [Locale(code).territories.get(country.alpha_2, "") for code in ("en", "zh")]
        taken = {country.region_id, row["name_zh"], row["name_en"], ""}
        for name in (country.alpha_2, country.name, *titles, *cldr):
            if name not in taken:
                aliases[country.region_id, name] = None
    for row in read_table("more_aliases.csv"):
        aliases[row["region_id"], row["alias"]] = None
    with (PACK / "aliases.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("region_id", "alias"), *sorted(aliases)])


def read_table(name: str) -> list[dict[str, str]]:
    """Read one of the hand-written tables of the pack."""
    with (PACK / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check(countries: list[Country], rows: list[dict[str, object]], coarse: int, fine: int) -> None:
    """Print the table of checks and stop when one fails."""
    shapes = [country.shape for country in countries]
    ids = [country.region_id for country in countries if country.region_id]
    unnamed = [
        row["region_id"]
        for row in rows
        if row["region_id"] and not (row["name_zh"] and row["name_en"])
    ]
    nameless = tuple(sorted(country.name for country in countries if not country.region_id))
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="overlaps")
    shared = max(
        (
            shapely.area(shapely.intersection(shapes[a], shapes[b]))
            for a, b in zip(first, second, strict=True)
        ),
        default=0,
    )
    table = [
        ("countries of 1:110 million, and smaller ones", (coarse, fine), (177, 64)),
        ("ids that stand twice", len(ids) - len(set(ids)), 0),
        ("invalid outlines", int((~shapely.is_valid(shapes)).sum()), 0),
        ("empty outlines", int(shapely.is_empty(shapes).sum()), 0),
        ("ids without names", unnamed, []),
        ("without a code, land only", nameless, ("N. Cyprus", "Somaliland")),
        ("largest area that two share, square degrees, below .01", bool(shared < 0.01), True),
    ]
    for name, found, expected in table:
        print(f"{'ok  ' if found == expected else 'FAIL'} {name}: {found}")
    if failed := [name for name, found, expected in table if found != expected]:
        raise SystemExit(
            f"The world was not written, because these checks fail: {'; '.join(failed)}."
        )


if __name__ == "__main__":
    main(sys.argv[1:])
