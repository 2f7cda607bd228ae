"""Where the cores of hubs are marked: at their seats, or where these are unknown inside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from hubtiers.hubs.layout import HubLayout, layout_members
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.regions.pack import Pack
from hubtiers.show.words import Text, word

__all__ = ["Seats", "seat_note", "seats_of"]

Seats = Mapping[str, tuple[float, float]]


def seats_of(layout: HubLayout, pack: Pack | None) -> Seats:
    """Return longitude and latitude of the seats that the layout names, or else the pack knows."""
    known = {} if pack is None else pack.seats()
    if pack is not None and pack.names.gazetteer:
        known = {**_seats_of_gazetteer(), **known}
    return {**known, **layout.seats}


@cache
def _seats_of_gazetteer() -> Seats:
    cities = gazetteer("city")
    points = zip(cities["seat_lon"], cities["seat_lat"], strict=True)
    seats = dict(zip(cities["region_id"], points, strict=True))
    return {region: at for region, at in seats.items() if not any(map(math.isnan, at))}


def seat_note(layout: HubLayout, seats: Seats) -> Text | str:
    """Return the remark that cores are marked inside their regions, where seats are unknown."""
    cores = [core for hub in layout.hubs for core in layout_members(hub.cores, seats)]
    return "" if all(core in seats for core in cores) else word("cores_inside")
