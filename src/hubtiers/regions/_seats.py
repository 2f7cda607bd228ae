"""Seats of government: tables of them, and what counts as one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hubtiers.errors import DataError, MissingColumnError

__all__ = ["as_seat", "seats_of_table"]

_COLUMNS = ("region_id", "lon", "lat")


def seats_of_table(rows: Sequence[Mapping[str, str]], name: str) -> dict[str, tuple[float, float]]:
    """Return longitude and latitude by region id from the rows of a table.

    Raises
    ------
    MissingColumnError, DataError
        When a column is not there, or a seat is no pair of degrees.
    """
    have = rows[0] if rows else ()
    if absent := [column for column in _COLUMNS if column not in have]:
        raise MissingColumnError(absent, f"The table of seats {name}", have)
    seats: dict[str, tuple[float, float]] = {}
    for row in rows:
        region = row["region_id"]
        seats[region] = as_seat(f"{region} in {name}", (row["lon"], row["lat"]))
    return seats


def as_seat(region: object, at: Any) -> tuple[float, float]:
    """Return longitude and latitude in degrees as numbers.

    Raises
    ------
    DataError
        When they are none.
    """
    try:
        lon, lat = (float(degree) for degree in at)
    except (TypeError, ValueError):
        lon, lat = math.nan, math.nan
    if not (abs(lon) <= 360 and abs(lat) <= 90):
        raise DataError(f"The seat of {region} is {at!r}. Give longitude and latitude in degrees.")
    return lon, lat
