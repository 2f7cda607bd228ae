"""WGS84 and GCJ-02: convert between them, and tell whether a layer carries undeclared GCJ-02.

Chinese web maps publish coordinates in GCJ-02 (火星坐标), a shift of WGS84 by some 100 to 700 m
that varies from place to place. Files taken from them usually declare WGS84 all the same.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TypeVar, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from hubtiers.errors import CRSError, SpecError
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.pack import DEFAULT_PACK, load_pack

__all__ = ["GcjReport", "gcj02_suspicion", "gcj02_to_wgs84", "wgs84_to_gcj02"]

Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]
Layer = TypeVar("Layer", gpd.GeoDataFrame, gpd.GeoSeries)

# The ellipsoid of Krasovsky and the bounding box, as the published formula has them.
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
# Vertices farther than this from any bundled border belong to other lines and say nothing.
_REACH_M = 2500.0
_MOST_VERTICES = 20_000
_FEWEST_VERTICES = 30
# The better reading must fit by so much: outlines are simplified, so that a true fit leaves some
# 100 m.
_CLEAR = 0.85


@dataclass(frozen=True)
class GcjReport:
    """Which reading of a layer fits the bundled borders better.

    `verdict` is ``"gcj02"`` (convert the layer), ``"wgs84"`` (leave it) or ``"undecided"`` (too few
    vertices near a bundled border, or no clear difference). Distances are medians in metres over
    `vertices` vertices.
    """

    verdict: str
    vertices: int
    distance_as_is_m: float
    distance_if_converted_m: float

    def to_frame(self) -> pd.DataFrame:
        """Return the report as one row."""
        return pd.DataFrame([{f.name: getattr(self, f.name) for f in fields(self)}])

    def to_text(self) -> str:
        """Return the report as a sentence."""
        advice = {
            "gcj02": "The layer is probably in GCJ-02. Convert it with gcj02_to_wgs84(regions).",
            "wgs84": "The layer fits as it is.",
            "undecided": (
                "The bundled borders do not decide; compare the layer with one that is known to be "
                "right."
            ),
        }
        return (
            f"{self.verdict}: {self.vertices} vertices lie {self.distance_as_is_m:.0f} m from the "
            f"bundled borders as they are, {self.distance_if_converted_m:.0f} m when read as "
            f"GCJ-02 (medians). {advice[self.verdict]}"
        )

    def __repr__(self) -> str:
        return f"<GcjReport {self.to_text()}>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.to_text())}</p>"


@overload
def wgs84_to_gcj02(lon: Layer) -> Layer: ...
@overload
def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]: ...
def wgs84_to_gcj02(
    lon: ArrayLike | Layer, lat: ArrayLike | None = None
) -> tuple[Floats, Floats] | Layer:
    """Shift WGS84 coordinates to GCJ-02 (WGS84 转 GCJ-02).

    Use it to lay results over a Chinese web map that draws GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, of any one shape; or a GeoDataFrame or GeoSeries instead of both.

    Returns
    -------
    tuple of numpy.ndarray, or the same kind of layer
        Degrees. Coordinates outside the bounding box of the formula stay as they are.

    Raises
    ------
    SpecError
        When `lat` is missing for an array, or the shapes differ.
    CRSError
        When a layer has no coordinate reference system.

    Notes
    -----
    Missing values stay missing.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(116.391, 39.907)
    >>> round(float(lon), 5), round(float(lat), 5)
    (116.39724, 39.9084)
    """
    if isinstance(lon, (gpd.GeoDataFrame, gpd.GeoSeries)):
        return _shift_layer(lon, _to_gcj02)
    return _to_gcj02(*_pair(lon, lat))


@overload
def gcj02_to_wgs84(lon: Layer) -> Layer: ...
@overload
def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]: ...
def gcj02_to_wgs84(
    lon: ArrayLike | Layer, lat: ArrayLike | None = None
) -> tuple[Floats, Floats] | Layer:
    """Shift GCJ-02 coordinates to WGS84 (GCJ-02 转 WGS84).

    Use it on layers taken from a Chinese web map; `gcj02_suspicion` tells whether a layer is one.

    Parameters
    ----------
    lon, lat
        Degrees, of any one shape; or a GeoDataFrame or GeoSeries instead of both.

    Returns
    -------
    tuple of numpy.ndarray, or the same kind of layer
        Degrees. Coordinates outside the bounding box of the formula stay as they are.

    Raises
    ------
    SpecError
        When `lat` is missing for an array, or the shapes differ.
    CRSError
        When a layer has no coordinate reference system.

    Notes
    -----
    The formula has no inverse of its own; it is inverted by iteration to well below a millimetre.
    Missing values stay missing.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02([116.391], [39.907]))
    >>> lon.round(9).tolist(), lat.round(9).tolist()
    ([116.391], [39.907])
    """
    if isinstance(lon, (gpd.GeoDataFrame, gpd.GeoSeries)):
        return _shift_layer(lon, _to_wgs84)
    return _to_wgs84(*_pair(lon, lat))


def gcj02_suspicion(regions: gpd.GeoDataFrame) -> GcjReport:
    """Test whether a layer that claims WGS84 carries GCJ-02 coordinates instead.

    Use it on boundaries of unknown origin before points are counted in them: a shift of 500 m moves
    points of dense cities into the neighbouring district.

    Parameters
    ----------
    regions
        Polygons or lines with a coordinate reference system.

    Returns
    -------
    GcjReport

    Raises
    ------
    CRSError
        When the layer has no coordinate reference system.

    Notes
    -----
    Vertices within 2.5 km of a bundled city border are compared with it, once as they are and once
    read as GCJ-02. The reading with the smaller median distance wins when it is at least 15 %
    smaller. Missing geometry is ignored.

    Examples
    --------
    >>> gcj02_suspicion(wgs84_to_gcj02(load_regions(["610000"]))).verdict
    'gcj02'
    """
    lon, lat = _vertices(regions)
    as_is = _distance_to_borders(lon, lat)
    converted = _distance_to_borders(*_to_wgs84(lon, lat))
    near = np.minimum(as_is, converted) < _REACH_M
    if near.sum() < _FEWEST_VERTICES:
        return GcjReport("undecided", int(near.sum()), float("nan"), float("nan"))
    before, after = float(np.median(as_is[near])), float(np.median(converted[near]))
    verdict = (
        "gcj02" if after < _CLEAR * before else "wgs84" if before < _CLEAR * after else "undecided"
    )
    return GcjReport(verdict, int(near.sum()), before, after)


def _pair(lon: ArrayLike, lat: ArrayLike | None) -> tuple[Floats, Floats]:
    if lat is None:
        raise SpecError(
            "The latitudes are missing. Give longitudes and latitudes, or a GeoDataFrame alone."
        )
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.shape != y.shape:
        raise SpecError(
            f"There are {x.size} longitudes and {y.size} latitudes. Give as many of one as of the "
            "other."
        )
    return x, y


def _inside(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    return (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)


def _offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the shift in degrees: a plane and four groups of waves, scaled by the ellipsoid."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (
        (ripple + _waves(x, (20.0, 1.0), (40.0, 3.0)) + _waves(x, (150.0, 12.0), (300.0, 30.0)))
        * 2.0
        / 3.0
    )
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (
        (ripple + _waves(y, (20.0, 1.0), (40.0, 3.0)) + _waves(y, (160.0, 12.0), (320.0, 30.0)))
        * 2.0
        / 3.0
    )
    latitude = np.radians(lat)
    flattening = 1.0 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    prime_vertical = _SEMI_MAJOR_M / np.sqrt(flattening)
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / flattening**1.5
    return np.degrees(east / (prime_vertical * np.cos(latitude))), np.degrees(north / meridian)


def _waves(angle: Floats, *terms: tuple[float, float]) -> Floats:
    total = np.zeros_like(angle)
    for amplitude, divisor in terms:
        total = total + amplitude * np.sin(angle * np.pi / divisor)
    return total


def _to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = _inside(lon, lat)
    east, north = _offset(np.where(inside, lon, 105.0), np.where(inside, lat, 35.0))
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def _to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = _inside(lon, lat)
    goal_x, goal_y = np.where(inside, lon, 105.0), np.where(inside, lat, 35.0)
    x, y = goal_x, goal_y
    # The shift changes by less than 1 % over its own length, so that each round gains two digits.
    for _ in range(8):
        east, north = _offset(x, y)
        x, y = goal_x - east, goal_y - north
    return np.where(inside, x, lon), np.where(inside, y, lat)


def _shift_layer(layer: Layer, shift: Shift) -> Layer:
    if layer.crs is None:
        raise CRSError(
            "The layer has no coordinate reference system. Set one, for example "
            "layer.set_crs('EPSG:4326')."
        )
    degrees = layer.to_crs("EPSG:4326")
    shapes = np.asarray(degrees.geometry.array)
    moved = shapely.transform(shapes, lambda xy: np.column_stack(shift(xy[:, 0], xy[:, 1])))
    series = gpd.GeoSeries(moved, index=degrees.index, crs="EPSG:4326", name=degrees.geometry.name)
    result = series if isinstance(layer, gpd.GeoSeries) else degrees.set_geometry(series)
    return result.to_crs(layer.crs)


def _vertices(regions: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    if regions.crs is None:
        raise CRSError(
            "The layer has no coordinate reference system. Set one, for example "
            "layer.set_crs('EPSG:4326')."
        )
    shapes = regions.geometry.to_crs("EPSG:4326").dropna()
    xy = np.unique(shapely.get_coordinates(np.asarray(shapes.array)), axis=0)
    step = max(1, len(xy) // _MOST_VERTICES)
    return xy[::step, 0], xy[::step, 1]


@lru_cache(maxsize=1)
def _borders() -> shapely.STRtree:
    """Index the bundled city borders segment by segment, in metres."""
    lines = shapely.boundary(
        np.asarray(load_regions("city").geometry.to_crs(load_pack(DEFAULT_PACK).projection).array)
    )
    xy, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    joined = owner[1:] == owner[:-1]
    segments = shapely.linestrings(np.stack([xy[:-1][joined], xy[1:][joined]], axis=1))
    return shapely.STRtree(np.asarray(segments))


def _distance_to_borders(lon: Floats, lat: Floats) -> Floats:
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(
        load_pack(DEFAULT_PACK).projection
    )
    pairs, distance = _borders().query_nearest(
        np.asarray(points.array), return_distance=True, all_matches=False
    )
    result = np.full(len(points), np.inf)
    result[pairs[0]] = distance
    return result
