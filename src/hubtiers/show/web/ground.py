"""What the web map paints: the smallest areas, which region each belongs to, and where the regions lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from hubtiers.errors import DataError
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Result

__all__ = ["Ground", "label_point", "lay_ground"]


@dataclass(frozen=True, eq=False)
class Ground:
    """The areas that the map paints, called units, and the regions of the result that they belong to.

    Attributes
    ----------
    bundled
        Whether the units are those of the bundled level that all bundled regions consist of; each
        region of a layer of the user's own is a unit of its own.
    regions, units
        The regions of the result, and the units, in degrees.
    number
        The number of each unit by its id.
    owner
        For each unit the region it is painted with, -1 for none.
    members
        For each region the numbers of its units.
    """

    bundled: bool
    regions: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    number: Mapping[str, int]
    owner: list[int]
    members: list[list[int]]

    def place_of(self, region: int) -> dict[str, Any]:
        """Return the label point of a region, and its units where they are not simply those painted with it."""
        place: dict[str, Any] = {"at": list(label_point(self.regions, region))}
        if any(self.owner[unit] != region for unit in self.members[region]):
            place["units"] = self.members[region]
        return place


def lay_ground(result: Result) -> Ground:
    """Return the ground of the map of a result.

    Raises
    ------
    DataError
        When the result has no geometry.
    """
    regions = result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        raise DataError(
            "The result has no geometry to draw. Join the indicators to regions with join_indicators first."
        )
    bundled = "members" in regions.columns
    units = load_regions("city") if bundled else regions.to_crs(4326)
    number = {unit: place for place, unit in enumerate(units.index)}
    members = _members(regions, number)
    return Ground(bundled, regions, units, number, _owners(members, len(units)), members)


def _members(regions: gpd.GeoDataFrame, number: Mapping[str, int]) -> list[list[int]]:
    if "members" not in regions.columns:
        return [[number[region]] for region in regions.index]
    listed = regions["members"].str.split(";")
    return [list(map(number.__getitem__, units)) for units in listed]


def _owners(members: list[list[int]], units: int) -> list[int]:
    owner = [-1] * units
    # The smallest region comes last, so that it is the one seen where regions overlap.
    for region in sorted(range(len(members)), key=lambda place: -len(members[place])):
        for unit in members[region]:
            owner[unit] = region
    return owner


def label_point(frame: gpd.GeoDataFrame, place: int) -> tuple[float, float]:
    """Return latitude and longitude of the label point of a row, or of a point inside its area."""
    row = frame.iloc[place]
    labelled = {"lon", "lat"} <= set(frame.columns)
    if labelled and pd.notna(row["lon"]) and pd.notna(row["lat"]):
        return float(row["lat"]), float(row["lon"])
    area = frame.geometry.iloc[[place]].to_crs(4326)
    inside = area.representative_point().iloc[0]
    return float(inside.y), float(inside.x)
