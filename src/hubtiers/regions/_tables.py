"""Tables of the pack that has a gazetteer, read once: the gazetteer itself and the consortia."""

from __future__ import annotations

import csv
import io
from functools import cache, lru_cache
from typing import NamedTuple

from hubtiers._storage import data_path, read_text
from hubtiers.regions.pack import DEFAULT_PACK


class Place(NamedTuple):
    """One row of the gazetteer: a province, a city unit or a consortium."""

    region_id: str
    level: str
    name_zh: str
    short_zh: str
    name_en: str
    iso: str
    province: str
    parent: str
    lon: float
    lat: float
    seat_zh: str
    seat_lon: float
    seat_lat: float
    seat_source: str
    aliases: tuple[str, ...]


class Consortium(NamedTuple):
    """A declared group of regions, such as 长三角, and the city units it consists of."""

    region_id: str
    name_zh: str
    name_en: str
    members: tuple[str, ...]
    source: str


@cache
def shipped_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one table of the pack; callers must not change them."""
    text, _ = read_text(data_path("boundaries", DEFAULT_PACK, name))
    return tuple(csv.DictReader(io.StringIO(text)))


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Return the gazetteer: provinces, then city units, then consortia."""
    rows = []
    for row in shipped_rows("gazetteer.csv"):
        numbers = {key: float(row[key] or "nan") for key in ("lon", "lat", "seat_lon", "seat_lat")}
        aliases = tuple(filter(None, row["aliases"].split(";")))
        rows.append(Place(**{**row, **numbers, "aliases": aliases}))  # type: ignore[arg-type]
    return tuple(rows)


@lru_cache(maxsize=1)
def city_units() -> dict[str, Place]:
    """Return the city units by id, in the order of their codes."""
    return {place.region_id: place for place in places() if place.level == "city"}


@lru_cache(maxsize=1)
def provinces() -> dict[str, Place]:
    """Return the provinces by id, in the order of their codes."""
    return {place.region_id: place for place in places() if place.level == "province"}


@lru_cache(maxsize=1)
def consortia() -> dict[str, Consortium]:
    """Return the declared consortia by id, with members expanded to city units."""
    declared = {}
    for row in shipped_rows("consortia.csv"):
        wanted = row["members"].split(";")
        units = [
            unit.region_id
            for unit in city_units().values()
            if {unit.region_id, unit.province} & set(wanted)
        ]
        declared[row["region_id"]] = Consortium(
            row["region_id"], row["name_zh"], row["name_en"], tuple(units), row["source"]
        )
    return declared
