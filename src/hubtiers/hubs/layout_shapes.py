"""The shapes of a layout: extents, cores and corridors over regions, and what they cover."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hubtiers.errors import DataError, UnknownOptionError, listing
from hubtiers.hubs.layout import Hub, HubLayout, layout_members
from hubtiers.regions.distance import seats

__all__ = ["WHAT", "coverage", "overlapping_extents", "shapes_of"]

WHAT = ("hubs", "cores", "extents", "corridors")


def shapes_of(layout: HubLayout, regions: gpd.GeoDataFrame, what: str = "hubs") -> gpd.GeoDataFrame:
    """Return a layout as shapes (布局的图形).

    Parameters
    ----------
    layout
        Any layout.
    regions
        Regions that it is made of; those that it does not name are not used.
    what
        ``"hubs"``: one point a hub, at the seat of its first core; ``"cores"``: one point a core;
        ``"extents"``: one area a hub that has an extent; ``"corridors"``: one line a corridor.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326. Areas are dissolved and valid; parts outside `regions` are left out.

    Raises
    ------
    UnknownOptionError
        When `what` is none of these.
    DataError
        When no core lies among the regions.

    Examples
    --------
    >>> from hubtiers.hubs.layout import load_layout
    >>> from hubtiers.regions.boundaries import load_regions
    >>> shapes = shapes_of(load_layout("zhang2022"), load_regions("city"), "extents")
    >>> len(shapes), bool(shapes.geometry.is_valid.all())
    (8, True)
    """
    if what not in WHAT:
        raise UnknownOptionError("part of a layout", what, WHAT)
    degrees = regions.to_crs("EPSG:4326") if regions.crs is not None else regions
    known = set(degrees.index)
    if not any(_inside(hub.cores, known) for hub in layout.hubs):
        raise DataError(
            f"No core of the layout {layout.id!r} lies among these regions. Give the regions that "
            "it is made of."
        )
    if what == "corridors":
        return _corridors(layout, degrees)
    return _extents(layout, degrees) if what == "extents" else _points(layout, degrees, what)


def _points(layout: HubLayout, regions: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    rows, ids = [], []
    for hub in layout.hubs:
        cores = _inside(hub.cores, set(regions.index))
        for place, core in enumerate(cores[:1] if what == "hubs" else cores):
            rows.append({**_facts(hub), "core": core, "lead": place == 0})
            ids.append(core)
    places = seats(regions.loc[list(dict.fromkeys(ids))])
    own = {core: layout.seats.get(core) for core in ids}
    points = [
        shapely.Point(own[core] or (places["lon"].loc[core], places["lat"].loc[core]))
        for core in ids
    ]
    return gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4326")


def _extents(layout: HubLayout, regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows, shapes = [], []
    for hub in layout.hubs:
        inside = _inside(hub.extent, set(regions.index))
        if inside:
            rows.append({**_facts(hub), "members": ";".join(inside)})
            joined = shapely.union_all(regions.geometry.loc[list(inside)].to_numpy())
            shapes.append(shapely.make_valid(joined))
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _corridors(layout: HubLayout, regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows, shapes = [], []
    for corridor in layout.corridors:
        members = _inside(corridor.members, set(regions.index))
        if len(members) > 1:
            places = seats(regions.loc[list(members)])
            shapes.append(shapely.LineString(np.column_stack([places["lon"], places["lat"]])))
            names = {"name_zh": corridor.name_zh, "name_en": corridor.name_en}
            rows.append({"corridor": corridor.id, **names, "members": ";".join(members)})
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _facts(hub: Hub) -> dict[str, object]:
    return {"hub": hub.id, "tier": hub.tier, "name_zh": hub.name_zh, "name_en": hub.name_en}


def _inside(ids: tuple[str, ...], known: set[str]) -> tuple[str, ...]:
    return tuple(unit for unit in layout_members(ids, known) if unit in known)


def overlapping_extents(layout: HubLayout, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return which extents share regions: `hub_a`, `hub_b`, `shared` (ids).

    Overlaps are allowed, since hubs are not subordinate to each other; they are to be known.

    Examples
    --------
    >>> from hubtiers.hubs.layout import load_layout
    >>> from hubtiers.regions.boundaries import load_regions
    >>> len(overlapping_extents(load_layout("zhang2022"), load_regions("city")))
    0
    """
    known = set(regions.index)
    inside = {hub.id: set(_inside(hub.extent, known)) for hub in layout.hubs}
    ids = list(inside)
    rows = [
        (a, b, ";".join(sorted(inside[a] & inside[b])))
        for number, a in enumerate(ids)
        for b in ids[number + 1 :]
        if inside[a] & inside[b]
    ]
    return pd.DataFrame(rows, columns=["hub_a", "hub_b", "shared"])


def coverage(layout: HubLayout, population: pd.Series) -> tuple[float, int, int]:
    """Return the share of a population inside an extent, and of how many regions it is known.

    Parameters
    ----------
    layout
        A layout with extents.
    population
        By region; missing where it is not known.

    Returns
    -------
    tuple
        Share, regions with a population, regions.

    Raises
    ------
    DataError
        When the layout has no extent, or no region has a population.

    Examples
    --------
    >>> from hubtiers.hubs.layout import load_layout
    >>> coverage(load_layout("zhang2022"), pd.Series({"110000": 3.0, "620100": 1.0}))
    (0.75, 2, 2)
    """
    if not any(hub.extent for hub in layout.hubs):
        raise DataError(
            f"No hub of the layout {layout.id!r} has an extent, so that it covers nothing. Give "
            "hubs an extent first."
        )
    known = population.dropna()
    if not known.sum() > 0:
        raise DataError("No region has a population above 0. Give it by region id.")
    ids = set(population.index)
    inside = {unit for hub in layout.hubs for unit in _inside(hub.extent, ids)}
    if not inside:
        raise DataError(
            f"The extents of the layout {layout.id!r} hold none of {listing(population.index)}. "
            "Write the population by the region ids of the layout."
        )
    covered = known[known.index.isin(inside)].sum()
    return float(covered / known.sum()), len(known), len(population)
