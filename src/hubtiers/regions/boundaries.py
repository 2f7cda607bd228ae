"""Regions as polygons: the levels of a pack, parts of them, and what surrounds them on a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.errors import DataError, DuplicateRegionError, SpecError, UnknownOptionError, listing
from hubtiers.regions._names import name_key
from hubtiers.regions._packaged import read_packaged
from hubtiers.regions._shapes import read_shapes
from hubtiers.regions._tables import city_units, consortia, places, provinces
from hubtiers.regions.gazetteer import match_names
from hubtiers.regions.groupings import find_group, group_spellings, groups_of_lines
from hubtiers.regions.membership import member_units
from hubtiers.regions.pack import (
    DEFAULT_PACK,
    LANGUAGES,
    WORLD_PACK,
    Pack,
    languages_of,
    load_pack,
    pack_names,
    pack_source,
)
from hubtiers.regions.read import read_regions

__all__ = ["load_context", "load_regions"]

_COLUMNS = [
    "name_zh",
    "name_en",
    "short_zh",
    "level",
    "province",
    "members",
    "lon",
    "lat",
    "seat_lon",
    "seat_lat",
    "geometry",
]


def load_regions(
    level: str | Iterable[str] = "city",
    *,
    pack: str | Path | Pack | None = None,
    within: str | Iterable[str] | None = None,
) -> gpd.GeoDataFrame:
    """Load bundled regions (行政区划) as polygons with their names, or those of a pack of your own.

    Use it as the first step of every analysis: the index of the frame is what indicators are joined
    to.

    Parameters
    ----------
    level
        ``"province"`` (34), ``"city"`` (372 units: prefectures, municipalities, Taiwan, Hong Kong,
        Macao and directly administered counties), ``"county"`` (2,891 counties and districts, with
        the extra ``hubtiers[county]``), ``"consortium"``, ``"country"`` (of the world), or a list
        of region ids of any mixture: adcodes and consortium slugs, or ids of `pack`. In a list, the
        code of a municipality means the province.
    pack
        Name of a pack that ships (``"china"``, ``"world"``) or folder of your own, whose level is
        meant. Left out, it is the one that has the level.
    within
        Names or ids of what the regions lie in: provinces, consortia and macro-regions
        (``["长三角"]``), or regions of a higher level and groups of `pack`. Where groups of several
        groupings have a name, it says which: ``"macro_region:中部"``.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, index `region_id` (str) in code order or in the order of the list. Columns:
        `name_zh`, `name_en`, `short_zh`, `level`, `province` (adcode; empty for a consortium over
        several), `members` (ids of city units, joined by semicolons), `lon` and `lat` of a label
        point and `seat_lon` and `seat_lat` of the seat of government in degrees (missing for a
        consortium), a column for each grouping of the pack (`macro_region` with the four
        macro-regions, `geographic_region` with seven; empty for what lies in none or several),
        `geometry`. Other packs have `name_zh`, `name_en`, `level`, their own
        columns (such as the parent), `lon`, `lat` and `geometry`. The frame is the caller's own;
        `frame.attrs` says which pack it is from and whom to credit.

    Raises
    ------
    UnknownOptionError
        When the level, a region id, the pack or a name of `within` is unknown.
    DuplicateRegionError
        When a list names a region twice.
    DataError
        When no region of the level lies within.
    MissingDependencyError
        When the level is one that a package holds, and that is not installed.

    Notes
    -----
    Nothing is missing: every unit has geometry and names. Outlines are simplified and nest exactly;
    areas and lengths measured on them are approximate. Source and terms stand in
    ``data/boundaries/NOTICE`` and in the pack's `terms`.

    Examples
    --------
    >>> regions = load_regions(["610000", "yangtze-delta"])
    >>> regions["name_zh"].to_dict()
    {'610000': '陕西省', 'yangtze-delta': '长三角'}
    >>> len(load_regions("city", within=["长三角"])), load_regions("country").loc["FJI", "name_en"]
    (41, 'Fiji')
    """
    chosen = _pack_of(level, pack)
    if isinstance(level, str):
        name, frame = level, _level_of_pack(chosen, level)
    else:
        name, frame = _listed(chosen, list(map(str, level)))
    if within is not None:
        frame = _within(
            frame,
            chosen,
            name,
            [within] if isinstance(within, str) else [str(part) for part in within],
        )
    frame = _with_groups(frame, chosen, name)
    frame.attrs.update(
        pack_source(chosen, name, tuple(frame.attrs.get("languages", LANGUAGES))).to_attrs()
    )
    return frame


def _pack_of(level: str | Iterable[str], pack: str | Path | Pack | None) -> Pack:
    """Return the pack that is named, or else the one that has the level."""
    if pack is not None:
        return load_pack(pack)
    default = load_pack(DEFAULT_PACK)
    if not isinstance(level, str) or level in default.levels:
        return default
    packs = [load_pack(name) for name in pack_names()]
    found = [other for other in packs if level in other.levels]
    if not found:
        raise UnknownOptionError(
            "level of regions", level, [name for other in packs for name in other.levels]
        )
    return found[0]


def _level_of_pack(pack: Pack, level: str) -> gpd.GeoDataFrame:
    if pack.level(level).package is not None:
        frame = read_packaged(pack, level).copy()
        frame.attrs["languages"] = list(languages_of(frame))
        return frame
    if pack.is_shipped and pack.id == DEFAULT_PACK:
        return _level(level).copy()
    return _plain_level(pack, level)


def _plain_level(pack: Pack, level: str) -> gpd.GeoDataFrame:
    """Return a level of a pack without a gazetteer; rows that it sets aside are no regions."""
    about = pack.level(level)
    file = pack.folder / about.file
    if about.members:
        return _dissolved(pack, level)
    if pack.is_shipped:
        frame = read_shapes(file).set_index("region_id")
        aside = {row.get("id", "") for row in pack.set_aside} | {""}
        frame = frame[~frame.index.isin(aside)].copy()
        frame.insert(2, "level", level)
        return frame
    frame = read_regions(
        file,
        id_column=about.id_column or None,
        name_zh=about.name_zh or None,
        name_en=about.name_en or None,
        layer=about.layer or None,
    )
    if about.parent_column and about.parent_column not in frame.columns:
        raise UnknownOptionError(
            f"parent column of the level {level!r}:", about.parent_column, map(str, frame.columns)
        )
    if about.parent_column:
        frame[about.parent_column] = frame[about.parent_column].astype("str")
    return frame


def _dissolved(pack: Pack, level: str) -> gpd.GeoDataFrame:
    """Return a level that is declared by members and dissolved from the units of the pack."""
    units = _level_of_pack(pack, pack.units)
    rows, shapes = {}, []
    for row in pack.table(pack.level(level).members):
        members = [unit for unit in row["members"].split(";") if unit]
        if absent := [unit for unit in members if unit not in units.index]:
            raise UnknownOptionError(f"member of {row['region_id']!r}:", absent[0], units.index)
        names = {key: row.get(key) or row["region_id"] for key in ("name_zh", "name_en")}
        rows[row["region_id"]] = {**names, "level": level}
        shapes.append(shapely.union_all(np.asarray(units.geometry.loc[members].array)))
    frame = gpd.GeoDataFrame.from_dict(rows, orient="index").set_geometry(shapes, crs="EPSG:4326")
    return frame.rename_axis("region_id")


def _listed(pack: Pack, ids: list[str]) -> tuple[str, gpd.GeoDataFrame]:
    """Return the regions of a list, and their level where the pack keeps levels apart."""
    if not ids:
        raise SpecError(
            "The list of region ids is empty. Name at least one region, or a level such as 'city'."
        )
    if len(set(ids)) < len(ids):
        raise DuplicateRegionError([i for i in ids if ids.count(i) > 1], "The list of region ids")
    if pack.is_shipped and pack.id == DEFAULT_PACK:
        rows = {}
        for region_id in ids:
            source = _level(_level_of(region_id))
            rows[region_id] = dict(zip(source.columns, source.loc[region_id], strict=True))
        return "", _frame(list(rows), list(rows.values()))
    levels = {level: _level_of_pack(pack, level) for level in pack.levels}
    known = [str(region) for frame in levels.values() for region in frame.index]
    if absent := [region for region in ids if region not in known]:
        raise UnknownOptionError("region id", absent[0], known)
    for level, frame in levels.items():
        if set(ids) <= set(frame.index):
            return level, frame.loc[ids].copy()
    raise SpecError(
        f"The ids {listing(map(repr, ids))} belong to several levels of the pack {pack.id!r}. Name "
        f"regions of one level: {listing(pack.levels, most=9)}."
    )


def _within(frame: gpd.GeoDataFrame, pack: Pack, level: str, names: list[str]) -> gpd.GeoDataFrame:
    """Return the regions that lie wholly in what is named."""
    if not names:
        raise SpecError(
            "within=[] names nothing. Name at least one region or group, or leave it out."
        )
    if pack.is_shipped and pack.id == DEFAULT_PACK:
        units = {unit for name in names for unit in _units_of(name, pack)}
        if "members" in frame.columns:
            inside = [set(members.split(";")) <= units for members in frame["members"]]
        else:
            inside = [not units.isdisjoint(line) for line in lineage(frame, pack, level)]
    else:
        inside = _descends(frame, pack, level, names)
    if not any(inside):
        raise DataError(
            f"No region of the level lies within {listing(map(repr, names))}. Name a larger region."
        )
    return frame[inside].copy()


def _with_groups(frame: gpd.GeoDataFrame, pack: Pack, level: str) -> gpd.GeoDataFrame:
    """Return the frame with a column for each grouping, of the regions that it has or lie below."""
    lines = _lines(frame, pack, level) if pack.groupings else []
    for grouping in pack.groupings.values():
        is_above = level and grouping.of not in _from_the_top(pack, level)
        if (is_above and "members" not in frame.columns) or grouping.column in frame.columns:
            continue
        place = frame.columns.get_loc(frame.geometry.name)
        frame.insert(place, grouping.column, groups_of_lines(grouping, lines))
    return frame


def _lines(frame: gpd.GeoDataFrame, pack: Pack, level: str) -> list[tuple[tuple[str, ...], ...]]:
    """Return for every region the lines of its units, or its own one where it has no members."""
    if "members" not in frame.columns:
        return [(line,) for line in lineage(frame, pack, level)]
    units = _unit_lines(pack)

    def lines_of(members: str) -> tuple[tuple[str, ...], ...]:
        return tuple(units[unit] for unit in members.split(";"))

    return [lines_of(members) for members in frame["members"]]


@lru_cache(maxsize=8)
def _unit_lines(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Return for every unit of a pack its id and those of the regions above it."""
    lines = lineage(_level_of_pack(pack, pack.units), pack, pack.units)
    return {line[0]: line for line in lines}


def _units_of(name: str, pack: Pack) -> tuple[str, ...]:
    """Return the units of a province, a consortium, a macro-region or a city, by id or name."""
    if group := find_group(pack, name):
        return tuple(unit for member in group for unit in member_units(member))
    for level in ("consortium", "province", "any"):
        found = match_names([name], level=level).frame.iloc[0]
        if isinstance(found["region_id"], str) and found["region_id"]:
            return member_units(found["region_id"])
    groups = group_spellings(pack)
    known = [
        text
        for place in places()
        for text in (place.region_id, place.name_zh, place.short_zh, place.name_en)
    ]
    raise UnknownOptionError("region or group in within=:", name, [*groups, *dict.fromkeys(known)])


def _descends(frame: gpd.GeoDataFrame, pack: Pack, level: str, names: list[str]) -> list[bool]:
    """Return which rows are named, or lie in a region or group that is, at any level above."""
    wanted = {region for name in names for region in _named(name, frame, pack, level)}
    return [bool(wanted & set(line)) for line in lineage(frame, pack, level)]


def _named(name: str, frame: gpd.GeoDataFrame, pack: Pack, level: str) -> tuple[str, ...]:
    """Return the regions that a name means: a group, or one of the highest level that has it."""
    if group := find_group(pack, name):
        return group
    aliases, key = pack.aliases(), name_key(name)
    spelt = group_spellings(pack)
    for about in _from_the_top(pack, level):
        layer = frame if about == level else _level_of_pack(pack, about)
        found = []
        for region, zh, en in zip(layer.index, layer["name_zh"], layer["name_en"], strict=True):
            texts = [str(text) for text in (region, zh, en, *aliases.get(str(region), ()))]
            spelt += texts
            if key in map(name_key, texts):
                found.append(str(region))
        if len(found) > 1:
            raise SpecError(
                f"within={name!r} can mean {listing(found)} of the level {about!r}. Give the id."
            )
        if found:
            return tuple(found)
    raise UnknownOptionError("region or group in within=:", name, spelt)


def _from_the_top(pack: Pack, level: str) -> list[str]:
    """Return the levels above a level, highest first, and the level itself."""
    line = [level]
    while (above := pack.level(line[0]).parent) and above not in line:
        line.insert(0, above)
    return line


def lineage(frame: gpd.GeoDataFrame, pack: Pack, level: str) -> list[tuple[str, ...]]:
    """Return for every row of a level its id and those of the regions above it, nearest first."""
    lines = [[str(region)] for region in frame.index]
    layer = frame
    for name in _from_the_top(pack, level)[::-1]:
        about = pack.level(name)
        if not about.parent or about.parent_column not in layer.columns:
            break
        parents: Mapping[Any, Any] = layer[about.parent_column].to_dict()
        for line in lines:
            line.append(str(parents.get(line[-1], "")))
        layer = _level_of_pack(pack, about.parent)
    return [tuple(line) for line in lines]


def load_context(name: str = "world", *, pack: str | Path | Pack | None = None) -> gpd.GeoDataFrame:
    """Load what surrounds the regions on a map.

    Parameters
    ----------
    name
        ``"world"``: land by country, columns `id` and `name`; or a line of the pack, such as
        ``"south_china_sea"``, the ten dashes of the line in the South China Sea (column `dash`).
    pack
        The pack of the regions that are drawn: what lies around them is then cut along its outline,
        where the pack has a layer for it. Left out, the world is whole, with nothing cut out.

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
    >>> bool(load_context("world").contains(shapely.Point(116, 40)).any())
    True
    """
    chosen = load_pack(WORLD_PACK if pack is None else pack)
    if name == "world":
        return _land(chosen)
    packs = [chosen] if pack is not None else [load_pack(other) for other in pack_names()]
    for other in packs:
        if name in {line.id for line in other.lines}:
            return other.line_shapes(name)
    raise UnknownOptionError(
        "map context", name, ["world", *(line.id for other in packs for line in other.lines)]
    )


def _land(pack: Pack) -> gpd.GeoDataFrame:
    if not pack.context_file:
        pack = load_pack(WORLD_PACK)
    frame = read_shapes(pack.folder / pack.context_file).copy()
    if "region_id" in frame.columns:
        frame = frame.rename(columns={"region_id": "id", "name_en": "name"})
    return frame[["id", "name", "geometry"]]


@cache
def _level(level: str) -> gpd.GeoDataFrame:
    pack = load_pack(DEFAULT_PACK)
    if level == "consortium":
        labels = {place.region_id: place for place in places() if place.level == "consortium"}
        return _frame(list(labels), [_dissolve(region_id) for region_id in labels])
    frame = read_shapes(pack.folder / pack.level(level).file).set_index("region_id")
    frame["members"] = [";".join(member_units(region_id)) for region_id in frame.index]
    seats = {place.region_id: place for place in places() if place.level == level}
    for column in ("seat_lon", "seat_lat"):
        frame[column] = [getattr(seats[region_id], column) for region_id in frame.index]
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
        "seat_lon": place.seat_lon,
        "seat_lat": place.seat_lat,
        "geometry": shapely.coverage_union_all(shapes),
    }


def _frame(ids: list[str], rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(rows, columns=_COLUMNS, geometry="geometry", crs="EPSG:4326")
    frame.index = frame.index.map(dict(enumerate(ids))).rename("region_id")
    return frame


@lru_cache(maxsize=4096)
def _level_of(region_id: str) -> str:
    for level, known in (
        ("province", provinces()),
        ("city", city_units()),
        ("consortium", consortia()),
    ):
        if region_id in known:
            return level
    known_ids = dict.fromkeys([*provinces(), *city_units(), *consortia()])
    raise UnknownOptionError("region id", region_id, known_ids)
