"""Which regions of a layer are the study, and which are only the land around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.errors import DataError, listing
from hubtiers.regions.pack import LayerSource, Pack, source_of
from hubtiers.scheme import Result
from hubtiers.show.framing import around_frame, projected

__all__ = ["MOST_OF_A_MAP", "StudyArea", "fills_map", "study_area"]

Box = tuple[float, float, float, float]

MOST_OF_A_MAP = 0.55
"""A study takes its pack's printed map when it fills so much of its width or height."""


@dataclass(frozen=True, eq=False)
class StudyArea:
    """The regions of a result in degrees.

    Attributes
    ----------
    layer
        All of them.
    is_study
        Which of them the study is about.
    source
        Where they come from.
    """

    layer: gpd.GeoSeries
    is_study: np.ndarray[Any, np.dtype[np.bool_]]
    source: LayerSource

    @property
    def study(self) -> gpd.GeoSeries:
        """The regions that the study is about."""
        return self.layer[self.is_study]

    @property
    def rest(self) -> gpd.GeoSeries:
        """The other regions of the layer: land around the study, not “no data”."""
        return self.layer[~self.is_study]

    def outline(self, bounds: Box) -> Any:
        """Return the union of the layer, roughly, in a box of degrees that may lie across 180°."""
        inside = around_frame(self.layer, bounds)
        return shapely.union_all(shapely.simplify(np.asarray(inside.array), 0.02))


def study_area(result: Result) -> StudyArea:
    """Return the regions of a result: those that it is about, and the rest of their layer.

    A layer of which more than half has no value at all is the map of a larger place than the study:
    what has no value is the rest of the country, not a region without data.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    """
    regions = result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        raise DataError(
            "The result has no geometry to draw. Join the indicators to regions with "
            "join_indicators first."
        )
    odd = regions.index[
        ~regions.geom_type.isin(["Polygon", "MultiPolygon"]) | regions.geometry.is_empty
    ]
    if len(odd):
        raise DataError(
            f"A map needs regions with an area, but these have none: {listing(odd)}. Give them "
            "polygons."
        )
    return StudyArea(regions.geometry.to_crs(4326), regions_of_study(result), source_of(regions))


def regions_of_study(result: Result) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each region of the layer whether the study is about it."""
    values = result.table.values
    valued = (
        values.notna()
        .any(axis=1)
        .reindex(result.table.regions.index, fill_value=False)
        .to_numpy(bool)
    )
    mostly_empty = valued.any() and valued.sum() < len(valued) / 2
    return valued if mostly_empty else np.ones(len(valued), dtype=bool)


def fills_map(shapes: gpd.GeoSeries, pack: Pack) -> bool:
    """Return whether shapes in degrees fill enough of their pack's map to be shown on it."""
    if pack.window is None:
        return False
    left, bottom, right, top = pack.window
    inside = projected(shapes, pack.projection).clip_by_rect(*pack.window)
    if inside.is_empty.all():
        return False
    west, south, east, north = inside.total_bounds
    share = max((east - west) / (right - left), (north - south) / (top - bottom))
    return bool(share >= MOST_OF_A_MAP)
