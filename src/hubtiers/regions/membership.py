"""Which city units a region consists of, and which regions therefore share territory.

Overlap is computed, never listed: two regions overlap when they share a city unit, or, for a layer
without declared members, when they share more than a sliver of area.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hubtiers.errors import CRSError, DataError, SpecError, UnknownOptionError, listing
from hubtiers.regions._tables import city_units, consortia, provinces

__all__ = [
    "MOST_OVERLAPS",
    "consortium_ids",
    "expand_members",
    "has_member_units",
    "member_units",
    "overlaps",
    "overlaps_by_geometry",
]

MOST_OVERLAPS = 100_000
"""Pairs of regions that share territory, at most: as many as no division of a country has."""

_ROWS_AT_ONCE = 64
_EQUAL_AREA = "+proj=cea +datum=WGS84 +units=m"


def consortium_ids() -> tuple[str, ...]:
    """Return the ids of the declared consortia, such as ``yangtze-delta``.

    Examples
    --------
    >>> consortium_ids()[:3]
    ('beijing-tianjin-hebei', 'yangtze-delta', 'greater-bay-area')
    """
    return tuple(consortia())


def member_units(region_id: str) -> tuple[str, ...]:
    """Return the city units that a province, city unit or consortium consists of, in code order.

    Parameters
    ----------
    region_id
        A six-digit adcode or the slug of a consortium. The code of a municipality, of Taiwan, Hong
        Kong or Macao means the same territory at both levels.

    Raises
    ------
    UnknownOptionError
        When there is no such region.

    Examples
    --------
    >>> member_units("110000")
    ('110000',)
    >>> len(member_units("greater-bay-area"))
    11
    """
    if region_id in city_units():
        return (region_id,)
    if region_id in consortia():
        return consortia()[region_id].members
    if region_id in provinces():
        return tuple(unit.region_id for unit in city_units().values() if unit.province == region_id)
    raise UnknownOptionError("region id", region_id, [*provinces(), *city_units(), *consortia()])


def has_member_units(region_id: str) -> bool:
    """Return whether `member_units` knows an id.

    >>> has_member_units("110000"), has_member_units("atlantis")
    (True, False)
    """
    return any(region_id in known for known in (city_units(), consortia(), provinces()))


def expand_members(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the city units of several regions together, each once, in order of first appearance.

    Use it to turn the members of a layout, which mix provinces, cities and consortia, into units to
    dissolve.

    Parameters
    ----------
    ids
        Ids of provinces, city units and consortia in any mixture.

    Returns
    -------
    tuple of str
        Ids of city units.

    Raises
    ------
    SpecError
        When `ids` is one string instead of several.
    UnknownOptionError
        When an id is unknown.

    Examples
    --------
    >>> expand_members(["310000", "440100"])
    ('310000', '440100')
    """
    if isinstance(ids, str):
        raise SpecError(
            f"expand_members() needs a list of region ids, but got the string {ids!r}. Write "
            f"[{ids!r}]."
        )
    return tuple(dict.fromkeys(unit for region_id in ids for unit in member_units(region_id)))


def overlaps(members: Mapping[str, Iterable[str]] | pd.DataFrame) -> list[tuple[str, str]]:
    """Return the pairs of regions that share territory.

    Use it before weights are taken from data: a region that lies inside another one would count
    twice.

    Parameters
    ----------
    members
        Region id → ids of its members (provinces, city units, consortia), or a frame as
        `load_regions` returns it. Of a frame without a `members` column the geometry decides (see
        `overlaps_by_geometry`).

    Returns
    -------
    list of (str, str)
        Pairs in order of appearance: the first id of a pair stands before the second in `members`.

    Examples
    --------
    >>> overlaps({"110000": ["110000"], "jjj": ["beijing-tianjin-hebei"], "310000": ["310000"]})
    [('110000', 'jjj')]
    """
    if isinstance(members, pd.DataFrame):
        if "members" not in members.columns:
            return overlaps_by_geometry(members)
        members = {str(region): _parts_of(text) for region, text in members["members"].items()}
    # Members may be units of a user's own; only known regions are expanded.
    known = {*provinces(), *city_units(), *consortia()}
    units: dict[str, set[str]] = {}
    for region, group in members.items():
        expanded = [member_units(member) if member in known else (member,) for member in group]
        units[region] = set().union(*expanded)
    return _sharing(units)


def _sharing(units: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """Return the pairs of regions that have a unit in common, in the order of the regions."""
    holders: dict[str, list[int]] = {}
    for place, own in enumerate(units.values()):
        for unit in own:
            holders.setdefault(unit, []).append(place)
    pairs: set[tuple[int, int]] = set()
    for places in holders.values():
        pairs.update(combinations(places, 2))
    names = list(units)
    return [(names[a], names[b]) for a, b in sorted(pairs)]


def _parts_of(text: object) -> list[str]:
    return [unit for unit in str(text).split(";") if unit]


def overlaps_by_geometry(
    regions: gpd.GeoDataFrame, *, tolerance: float = 0.01
) -> list[tuple[str, str]]:
    """Return the pairs of regions whose shared area is more than a small share of the smaller one.

    Use it for a layer of your own, which declares no members. Borders that touch, or that cross by
    the sliver of a hand-drawn edge, are no overlap.

    Parameters
    ----------
    regions
        Polygons with a coordinate reference system, indexed by region id.
    tolerance
        Share of the smaller region's area (0 to 1) up to which shared area counts as a sliver.

    Returns
    -------
    list of (str, str)
        Pairs in the order of the rows.

    Raises
    ------
    CRSError
        When the layer has no coordinate reference system.
    SpecError
        When `tolerance` is not between 0 and 1.
    DataError
        When more than 100,000 pairs overlap.

    Notes
    -----
    Areas are measured in a cylindrical equal-area projection. Rows without geometry overlap
    nothing.

    Examples
    --------
    >>> from shapely import box
    >>> boxes = [box(0, 0, 2, 2), box(1, 1, 2, 2), box(2, 0, 3, 2)]
    >>> layer = gpd.GeoDataFrame(geometry=boxes, crs="EPSG:4326")
    >>> layer.index = ["whole", "part", "neighbour"]
    >>> overlaps_by_geometry(layer)
    [('whole', 'part')]
    """
    if not 0 <= tolerance < 1:
        raise SpecError(
            f"tolerance is {tolerance}, but it is a share of area. Use a number from 0 up to 1."
        )
    if regions.crs is None:
        raise CRSError(
            "The layer has no coordinate reference system. Set one, for example "
            "layer.set_crs('EPSG:4326')."
        )
    shapes = np.asarray(regions.geometry.to_crs(_EQUAL_AREA).array)
    names = [str(name) for name in regions.index]
    pairs: list[tuple[str, str]] = []
    for found in _overlapping(shapes, tolerance):
        pairs += [(names[a], names[b]) for a, b in found]
        if len(pairs) > MOST_OVERLAPS:
            told = listing(f"{a} with {b}" for a, b in pairs[:MOST_OVERLAPS])
            raise DataError(
                f"More than {MOST_OVERLAPS} pairs of regions share territory: {told}. Such a layer "
                "mostly has the same shapes once for each year or kind: keep one row for each "
                "region."
            )
    return pairs


def _overlapping(shapes: NDArray[np.object_], tolerance: float) -> Iterator[list[tuple[int, int]]]:
    """Yield the pairs of shapes that overlap, in order, some rows at a time."""
    tree, areas = shapely.STRtree(shapes), shapely.area(shapes)
    for start in range(0, len(shapes), _ROWS_AT_ONCE):
        rows = shapes[start : start + _ROWS_AT_ONCE]
        first, second = tree.query(rows, predicate="intersects")
        first = first + start
        once = first < second
        first, second = first[once], second[once]
        shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
        smaller = np.minimum(areas[first], areas[second])
        overlapping = shared > np.maximum(tolerance * smaller, 0)
        yield sorted(zip(first[overlapping].tolist(), second[overlapping].tolist(), strict=True))
