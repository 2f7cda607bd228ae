"""What the web map paints: the smallest areas, whose they are, and where regions lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.pack import Pack
from hubtiers.scheme import Result
from hubtiers.show.framing import frame_shapes, joined_at
from hubtiers.show.study_area import StudyArea, study_area

__all__ = ["Ground", "label_point", "lay_ground"]


@dataclass(frozen=True, eq=False)
class Ground:
    """The areas that the map paints, called units, and the regions that they belong to.

    Attributes
    ----------
    area
        Which regions the study is about.
    pack
        The pack that the regions are from; None for a layer of the user's own.
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
    cut
        The meridian where the globe is cut open: all longitudes lie within the turn that starts
        there.
    """

    area: StudyArea
    pack: Pack | None
    bundled: bool
    regions: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    number: Mapping[str, int]
    owner: list[int]
    members: list[list[int]]
    cut: float

    @cached_property
    def place(self) -> dict[str, int]:
        """The number of each region by its id."""
        return {str(region): number for number, region in enumerate(self.regions.index)}

    def units_in(self, place: str) -> list[int]:
        """Return the numbers of the units of a unit or region; none where neither is known."""
        if place in self.number:
            return [self.number[place]]
        return self.members[self.place[place]] if place in self.place else []

    def place_of(self, region: int) -> dict[str, Any]:
        """Return the label point of a region, and its units where they are painted otherwise."""
        lat, lon = label_point(self.regions, region)
        # Five digits of a degree are a metre.
        turned = (lon - self.cut) % 360.0 + self.cut
        place: dict[str, Any] = {"at": [round(lat, 5), round(turned, 5)]}
        if not self.area.is_study[region]:
            place["outside"] = True
        if any(self.owner[unit] != region for unit in self.members[region]):
            place["units"] = self.members[region]
        return place


def lay_ground(result: Result) -> Ground:
    """Return the ground of the map of a result.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    """
    area = study_area(result)
    pack = area.source.load_pack()
    regions = result.table.regions
    # As has just been checked.
    assert isinstance(regions, gpd.GeoDataFrame)
    bundled = "members" in regions.columns and pack is not None and pack.is_shipped
    layer: gpd.GeoDataFrame = regions
    if bundled and pack is not None:
        layer = load_regions(pack.units, pack=pack)
    units = layer.to_crs(4326)
    # The bundled units all lie within one turn; a layer of the user's own may lie on both sides of
    # 180 degrees.
    cut = -180.0 if bundled else frame_shapes(area.study.array).cut
    opened = gpd.GeoSeries(joined_at(units.geometry.array, cut), index=units.index, crs=4326)
    units = gpd.GeoDataFrame(units.drop(columns=units.geometry.name), geometry=opened)
    number = {unit: place for place, unit in enumerate(units.index)}
    members = _members(regions, number, bundled=bundled)
    owner = _owners(members, area.is_study.tolist(), len(units))
    return Ground(area, pack, bundled, regions, units, number, owner, members, cut)


def _members(
    regions: gpd.GeoDataFrame, number: Mapping[str, int], *, bundled: bool
) -> list[list[int]]:
    if not bundled:
        return [[number[region]] for region in regions.index]
    listed = regions["members"].str.split(";")
    return [list(map(number.__getitem__, units)) for units in listed]


def _owners(members: list[list[int]], is_study: list[bool], units: int) -> list[int]:
    """Return the region of each unit; what is not of the study belongs to none."""
    owner = [-1] * units
    # The smallest region comes last, so that it is the one seen where regions overlap.
    for region in sorted(range(len(members)), key=lambda place: -len(members[place])):
        if is_study[region]:
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
