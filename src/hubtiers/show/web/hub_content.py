"""Hubs and corridors of a layout as plain values for the page of a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hubtiers.errors import SpecError, listing
from hubtiers.hubs.layout import Corridor, Hub, HubLayout, layout_members
from hubtiers.hubs.propose import ProposedLayout
from hubtiers.show.hub_seats import Seats, seat_note, seats_of
from hubtiers.show.style import hub_colours, hub_shapes
from hubtiers.show.web.ground import Ground, label_point
from hubtiers.show.words import Text, tier_text

__all__ = ["drawn_units", "layout_content", "placed_cores", "seat_in"]

_RADIUS = {"star": 10, "diamond": 8.5, "square": 7, "circle": 5.5}


def layout_content(layout: HubLayout | None, ground: Ground) -> dict[str, Any]:
    """Return the hubs and corridors of a layout; none without one.

    Raises
    ------
    SpecError
        When cores are no region that the map knows.
    """
    if layout is None:
        return {"hubs": [], "hubTiers": [], "hubSource": "", "corridors": []}
    _require_cores(layout, ground)
    seats = seats_of(layout, ground.pack)
    remark = seat_note(layout, seats)
    remark = Text.same(remark) if isinstance(remark, str) else remark
    content: dict[str, Any] = {
        "hubs": [_hub_row(hub, layout.tiers, ground, seats) for hub in layout.hubs],
        # The first core of a computed layout has the best score; others order theirs as they like.
        "hasLeads": isinstance(layout, ProposedLayout),
        "hubTiers": _hub_looks(layout.tiers),
        "hubSource": layout.source,
        "hubRemark": {key: text.strip() for key, text in remark.to_plain().items()},
        "corridors": [_corridor_row(corridor, ground) for corridor in layout.corridors],
    }
    return content


def drawn_units(content: dict[str, Any], ground: Ground) -> set[int]:
    """Return the numbers of the units that the hubs of a layout lie in."""
    units: set[int] = set()
    for hub in content["hubs"]:
        units.update(hub["units"])
        units.update(n for core in hub["cores"] for n in ground.units_in(core["id"]))
    return units


def _require_cores(layout: HubLayout, ground: Ground) -> None:
    """Refuse a layout of places of which a layer of the user's own knows none."""
    cores = [core for hub in layout.hubs for core in placed_cores(hub, ground)]
    absent = [core for core in cores if not ground.units_in(core)]
    if cores and len(absent) == len(cores):
        raise SpecError(
            f"The hubs of the layout {layout.id!r} have cores that are no region of the layer: "
            f"{listing(absent)}. Leave the layout out, or name regions of the layer."
        )


def _hub_looks(tiers: Sequence[str]) -> list[dict[str, Any]]:
    """Return name, colour, size and shape of the symbol of each tier of hubs, highest first."""
    colours, shapes = hub_colours(tiers), hub_shapes(tiers)
    looks = []
    for tier in tiers:
        name, shape = tier_text(tier).to_plain(), shapes[tier]
        look = {"names": name, "color": colours[tier], "radius": _RADIUS[shape], "shape": shape}
        looks.append(look)
    return looks


def _hub_row(hub: Hub, tiers: Sequence[str], ground: Ground, seats: Seats) -> dict[str, Any]:
    """Return a hub: names, tier, the units of its extent, and its cores."""
    number = ground.number
    extent = [number[unit] for unit in layout_members(hub.extent, number) if unit in number]
    cores = [core for core in placed_cores(hub, ground) if ground.units_in(core)]
    return {
        "id": hub.id,
        "name_zh": hub.name_zh or hub.name_en or hub.id,
        "name_en": hub.name_en or hub.name_zh or hub.id,
        "tier": list(tiers).index(hub.tier),
        "units": extent,
        "cores": [_core_row(core, ground, seats) for core in cores],
        "focus_zh": list(hub.focus_zh),
        "focus_en": list(hub.focus_en),
        "note_zh": hub.note_zh or hub.note,
        "note_en": hub.note or hub.note_zh,
    }


def placed_cores(hub: Hub, ground: Ground) -> tuple[str, ...]:
    """Return where the cores of a hub are marked: a region of the result once, not city by city."""
    own = {core for core in hub.cores if core in ground.place}
    return layout_members(hub.cores, {*ground.number, *own})


def _core_row(core: str, ground: Ground, seats: Seats) -> dict[str, Any]:
    row = (ground.units if core in ground.number else ground.regions).loc[core]
    lat, lon = seat_in(core, ground, seats)
    return {
        "id": core,
        "name_zh": str(row.get("short_zh", row["name_zh"])),
        "name_en": str(row["name_en"]),
        "lon": lon,
        "lat": lat,
    }


def seat_in(core: str, ground: Ground, seats: Seats) -> tuple[float, float]:
    """Return latitude and longitude of a seat, or of a point inside where none is known."""
    if core in ground.number:
        lat, lon = label_point(ground.units, ground.number[core])
    else:
        lat, lon = label_point(ground.regions, ground.place[core])
    lon, lat = seats.get(core, (lon, lat))
    return float(lat), (float(lon) - ground.cut) % 360.0 + ground.cut


def _corridor_row(corridor: Corridor, ground: Ground) -> dict[str, Any]:
    """Return a corridor: names, and the line through its members in their order."""
    number = ground.number
    members = [unit for unit in layout_members(corridor.members, number) if unit in number]
    line = [label_point(ground.units, number[unit]) for unit in members]
    return {
        "id": corridor.id,
        "name_zh": corridor.name_zh or corridor.name_en or corridor.id,
        "name_en": corridor.name_en or corridor.name_zh or corridor.id,
        "note_zh": corridor.note_zh or corridor.note,
        "note_en": corridor.note or corridor.note_zh,
        "line": [(lat, (lon - ground.cut) % 360.0 + ground.cut) for lat, lon in line],
    }
