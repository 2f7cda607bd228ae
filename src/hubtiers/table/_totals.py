"""Rows of a table that are a whole and no region of the layer: totals, and the country itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from hubtiers.regions._names import name_key
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.pack import WORLD_PACK, load_pack
from hubtiers.table.yearbook.words import why_no_region

__all__ = ["mark_totals"]

# Codes that nest, as those of the NUTS do, begin with the letters of the country.
_NESTED = re.compile(r"[A-Z]{2}[A-Z0-9]{0,2}")
# One region can bear the name of its country; two lie in it.
_FEWEST_INSIDE = 2


def mark_totals(matches: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Give names that are no region of the layer, but a whole, the rule *total*.

    A whole is what words or a pack call a total (World, EU27_2020), and the country or the larger
    region by its code (AT, AT1) that regions of the layer lie in, as long as every one of these has
    a row of its own: a region may bear the name of its country.
    """
    is_open = matches["rule"] == "unmatched"
    if not is_open.any():
        return matches
    names = matches.loc[is_open, "name"]
    countries = _countries_of(regions, names)
    named, ids = set(matches["region_id"]), [str(region) for region in regions.index]
    found = []
    for name in names:
        inside, below = countries.get(name, set()), _below(name, ids)
        is_country = len(inside) >= _FEWEST_INSIDE and inside <= named
        is_larger = bool(below) and below <= named
        found.append(is_country or is_larger or why_no_region(name) == "total")
    marked = matches.copy()
    wholes = names.index[found]
    marked.loc[wholes, "rule"] = "total"
    marked.loc[wholes, "note"] = "a total, set aside"
    return marked


def _below(name: str, ids: Sequence[str]) -> set[str]:
    """Return the regions whose codes go on where a code ends: AT11 and AT12 lie in AT1."""
    if not _NESTED.fullmatch(name):
        return set()
    return {region for region in ids if region.startswith(name) and region != name}


def _countries_of(regions: pd.DataFrame, names: pd.Series) -> dict[str, set[str]]:
    """Return the regions that lie in each country that is named."""
    if not isinstance(regions, gpd.GeoDataFrame) or regions.active_geometry_name is None:
        return {}
    pack = load_pack(WORLD_PACK)
    world = load_regions(pack.units, pack=pack)
    by_key: dict[str, str] = {}
    others = pack.aliases()
    for country, row in world[["name_zh", "name_en"]].iterrows():
        spelt = {country, row["name_zh"], row["name_en"], *others.get(str(country), ())}
        by_key |= {name_key(str(text)): str(country) for text in spelt}
    named = {name: by_key[name_key(name)] for name in names if name_key(name) in by_key}
    if not named or regions.crs is None:
        return {}
    points = regions.geometry.representative_point().to_crs(world.crs)
    found: dict[str, set[str]] = {}
    for name, country in named.items():
        inside = points.within(world.geometry[country])
        found[name] = {str(region) for region in points.index[inside]}
    return found
