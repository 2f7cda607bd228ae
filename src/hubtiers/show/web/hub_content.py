"""Hubs and corridors of a layout as plain values for the page of a map."""

from __future__ import annotations

from functools import cache
from typing import Any

from hubtiers.framework import TIERS
from hubtiers.hubs.layout import Corridor, Hub
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.regions.membership import expand_members
from hubtiers.show.style import HUB_SHAPES, hub_colours
from hubtiers.show.web.ground import Ground, label_point
from hubtiers.show.words import tier_text

__all__ = ["corridor_row", "hub_looks", "hub_row"]

_MARK_RADIUS = (10, 8.5, 7, 5.5)


def hub_looks() -> list[dict[str, Any]]:
    """Return name, colour, size and shape of the symbol of each tier of hubs, highest first."""
    colours = hub_colours(TIERS)
    looks = []
    for tier, radius, shape in zip(TIERS, _MARK_RADIUS, HUB_SHAPES, strict=True):
        name = tier_text(tier).to_plain()
        looks.append({"names": name, "color": colours[tier], "radius": radius, "shape": shape})
    return looks


def hub_row(hub: Hub, ground: Ground) -> dict[str, Any]:
    """Return a hub: names, tier, the units of its extent, and its cores."""
    extent = [ground.number[unit] for unit in expand_members(hub.extent) if unit in ground.number]
    cores = [_core_row(core, ground) for core in expand_members(hub.cores) if core in ground.number]
    return {
        "id": hub.id,
        "name_zh": hub.name_zh,
        "name_en": hub.name_en,
        "tier": TIERS.index(hub.tier),
        "units": extent,
        "cores": cores,
        "focus_zh": list(hub.focus_zh),
        "focus_en": list(hub.focus_en),
        "note": hub.note,
    }


def _core_row(core: str, ground: Ground) -> dict[str, Any]:
    row = ground.units.loc[core]
    # A core is marked at the seat of its city, where one is known, not in the middle of its
    # territory.
    lat, lon = _seats().get(core) or label_point(ground.units, ground.number[core])
    return {
        "id": core,
        "name_zh": str(row.get("short_zh", row["name_zh"])),
        "name_en": str(row["name_en"]),
        "lon": float(lon),
        "lat": float(lat),
    }


@cache
def _seats() -> dict[str, tuple[float, float]]:
    cities = gazetteer("city")
    points = zip(cities["seat_lat"], cities["seat_lon"], strict=True)
    return dict(zip(cities["region_id"], points, strict=True))


def corridor_row(corridor: Corridor, ground: Ground) -> dict[str, Any]:
    """Return a corridor: names, and the line through its members in their order."""
    members = [unit for unit in expand_members(corridor.members) if unit in ground.number]
    line = [label_point(ground.units, ground.number[unit]) for unit in members]
    return {
        "id": corridor.id,
        "name_zh": corridor.name_zh,
        "name_en": corridor.name_en,
        "note": corridor.note,
        "line": line,
    }
