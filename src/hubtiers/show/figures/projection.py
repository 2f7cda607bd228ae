"""The projection of a map whose pack has none: equal-area, around the middle of what is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["MapProjection", "choose_projection"]

_WIDEST = 100.0
"""Degrees that one azimuthal map may span; what is wider is drawn as the world is."""

_WORLD = 300.0
_MIDDLE_OF_THE_WORLD = 11.0
"""What spans the world is torn at 169 degrees west, in the Bering Strait, where no land lies."""

_LAST_LATITUDE = 89.0


@dataclass(frozen=True)
class MapProjection:
    """An equal-area projection around the middle of a layer.

    Attributes
    ----------
    crs
        Its definition, in metres.
    lon, lat
        Its middle in degrees.
    width, height
        What the layer spans, in degrees.
    """

    crs: str
    lon: float
    lat: float
    width: float
    height: float

    @property
    def is_azimuthal(self) -> bool:
        """Return whether scale and direction hold for the whole map, more or less."""
        return max(self.width, self.height) <= _WIDEST

    def project_context(self, shapes: gpd.GeoSeries) -> gpd.GeoSeries:
        """Return shapes in degrees on the projection, those parts that can come into view.

        They are cut along the far side of the globe, where the projection is torn.
        """
        across = min(0.9 * self.width + 4, 179.999)
        up = 0.9 * max(self.height, self.width / 2) + 4
        south, north = max(self.lat - up, -_LAST_LATITUDE), min(self.lat + up, _LAST_LATITUDE)
        west = self.lon - across
        pieces = []
        # Longitudes of a layer run from -180 to 180, those of the view may run beyond either.
        for turn in (-360.0, 0.0, 360.0):
            left, right = max(west + turn, -180.0), min(self.lon + across + turn, 180.0)
            if left < right:
                cut = shapes.clip_by_rect(left, south, right, north)
                pieces.append(cut[~cut.is_empty])
        return pd.concat(pieces).segmentize(1.0).to_crs(self.crs)


def choose_projection(shapes: gpd.GeoSeries) -> MapProjection:
    """Return the projection for shapes in degrees.

    The middle lies opposite the widest gap in longitude, so that a country on both sides of the
    180th meridian stays in one piece: Lambert's azimuthal equal-area projection, and Equal Earth
    for what spans more than a hundred degrees.
    """
    points = shapely.get_coordinates(shapes.array)
    lon, width = _middle(points[:, 0])
    if width > _WORLD:
        lon = _MIDDLE_OF_THE_WORLD
    south, north = float(points[:, 1].min()), float(points[:, 1].max())
    lat = (south + north) / 2
    kind = f"laea +lat_0={lat}" if max(width, north - south) <= _WIDEST else "eqearth"
    crs = f"+proj={kind} +lon_0={lon} +datum=WGS84 +units=m"
    return MapProjection(crs, lon, lat, width, north - south)


def _middle(longitudes: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    """Return the middle and the span of longitudes, which lie on a circle."""
    places = np.unique(np.mod(longitudes, 360.0))
    gaps = np.diff(places, append=places[0] + 360.0)
    widest = int(np.argmax(gaps))
    width = 360.0 - float(gaps[widest])
    start = float(places[(widest + 1) % len(places)])
    middle = np.mod(start + width / 2 + 180.0, 360.0) - 180.0
    return float(middle), width
