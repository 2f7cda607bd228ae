"""How a weight lies in space: its mean centre and its deviation ellipse (标准差椭圆)."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError
from hubtiers.regions.distance import mean_point, seats

__all__ = ["Ellipse", "deviation_ellipse", "ellipse_of", "mean_centre"]

Floats = NDArray[np.float64]
_M_PER_KM = 1000.0


@dataclass(frozen=True)
class Ellipse:
    """A deviation ellipse, as `deviation_ellipse` gives it.

    Attributes
    ----------
    lon, lat
        Centre in degrees.
    long_axis, short_axis
        Standard deviations along the axes, km.
    angle
        Direction of the long axis, degrees clockwise from north, 0 to 180.
    regions
        How many regions count.
    """

    lon: float
    lat: float
    long_axis: float
    short_axis: float
    angle: float
    regions: int

    def to_frame(self) -> pd.DataFrame:
        """Return the ellipse as one row."""
        return pd.DataFrame([{name: getattr(self, name) for name in self.__dataclass_fields__}])

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def mean_centre(values: pd.Series, regions: gpd.GeoDataFrame) -> tuple[float, float]:
    """Mean centre (重心): longitude and latitude of the centre of a weight, in degrees.

    Parameters
    ----------
    values
        Weight by region, none negative.
    regions
        Regions; their seats count, or points inside.

    Returns
    -------
    tuple
        Longitude and latitude, WGS84.

    Raises
    ------
    DataError
        When a weight is negative, none is positive, or they lie evenly around the globe.

    Notes
    -----
    The weighted mean of unit vectors, brought back to the surface; a mean of degrees lies off, and
    fails at 180°. **Missing values** are left out.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> two = load_regions(["110000", "310000"])
    >>> [round(x, 1) for x in mean_centre(pd.Series({"110000": 1.0, "310000": 1.0}), two)]
    [119.1, 35.6]
    """
    points, weight = _points(values, regions)
    return mean_point(points, weight)


def deviation_ellipse(values: pd.Series, regions: gpd.GeoDataFrame) -> Ellipse:
    """Deviation ellipse (标准差椭圆): how far, and in which direction, a weight spreads.

    Parameters
    ----------
    values
        Weight by region, none negative.
    regions
        Regions; their seats count, or points inside.

    Returns
    -------
    Ellipse

    Raises
    ------
    DataError
        When a weight is negative, or fewer than three regions have one.

    Notes
    -----
    Standard deviations are the roots of the eigenvalues of the covariance in an equal-area
    projection around the mean centre. Other programs print √2 or √(2n/(n−2)) times as much.
    **Missing values** are left out.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> provinces = load_regions("province")
    >>> found = deviation_ellipse(pd.Series(1.0, provinces.index), provinces)
    >>> found.regions, bool(found.long_axis > found.short_axis)
    (34, True)
    """
    from pyproj import Transformer

    points, weight = _points(values, regions)
    if len(points) < 3:
        raise DataError(
            f"An ellipse needs at least three regions with a weight; got {len(points)}."
        )
    centre = mean_point(points, weight)
    plane = f"+proj=laea +lat_0={centre[1]} +lon_0={centre[0]} +datum=WGS84 +units=m"
    x, y = Transformer.from_crs("EPSG:4326", plane, always_xy=True).transform(*points.T)
    long_axis, short_axis, angle = ellipse_of(np.asarray(x), np.asarray(y), weight)
    return Ellipse(
        *centre, long_axis / _M_PER_KM, short_axis / _M_PER_KM, angle, regions=len(points)
    )


def ellipse_of(x: Floats, y: Floats, weight: Floats) -> tuple[float, float, float]:
    """Return both standard deviations, the larger first, and the angle of the larger from north.

    >>> x, y = np.array([-2.0, 0.0, 2.0]), np.array([0.0, 1e-9, 0.0])
    >>> [round(v, 6) for v in ellipse_of(x, y, np.ones(3))]
    [1.632993, 0.0, 90.0]
    """
    points = np.column_stack([x, y])
    away = points - np.average(points, axis=0, weights=weight)
    covariance = (away * weight[:, None]).T @ away / weight.sum()
    values, vectors = np.linalg.eigh(covariance)
    east, north = vectors[:, 1]
    angle = float(np.degrees(np.arctan2(east, north)) % 180.0)
    short, long = np.sqrt(np.maximum(values, 0.0))
    return float(long), float(short), angle


def _points(values: pd.Series, regions: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return longitude and latitude of the regions with a weight (regions × 2), and the weights."""
    known = values.reindex(regions.index).astype("float64").dropna()
    if (known < 0).any():
        raise DataError(f"A weight is {known.min():g}, but it cannot be negative.")
    known = known[known > 0]
    if known.empty:
        raise DataError("No region has a weight above 0, so that there is no centre.")
    points = seats(regions.loc[known.index])[["lon", "lat"]]
    return np.asarray(points, dtype=np.float64), np.asarray(known, dtype=np.float64)
