"""Where the centre of weight of regions lies, and how it moves over the years (重心迁移)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError, listing
from hubtiers.regions.distance import mean_point, points_inside, seats

__all__ = ["CentrePath", "centre_path"]

Floats = NDArray[np.float64]

_PLACES = ("seat", "point", "inside")
_SEAT, _POINT = ["seat_lon", "seat_lat"], ["lon", "lat"]
_METRES = 1000.0
_STANDSTILL_KM = 1e-6
"""A move of less than a millimetre has no direction."""


@dataclass(frozen=True, repr=False, eq=False)
class CentrePath:
    """The centre of weight by year, as `centre_path` gives it.

    Attributes
    ----------
    frame
        By year: `lon`, `lat` (degrees, WGS84); `km` and `bearing` from the year before (degrees,
        clockwise from north, missing for the first year and where it stands still); `km_from_first`
        and `bearing_from_first`.
    at
        Which point stands for a region: its `"seat"`, the `"point"` of its row, a point `"inside"`
        it, or `"seat or inside"` where some regions have no seat.
    regions
        The regions that count in every year.
    left_out
        Regions without a value in some year, which count in none.
    """

    frame: pd.DataFrame
    at: str
    regions: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def km(self) -> float:
        """Kilometres from the first centre to the last, as the crow flies."""
        return float(self.frame["km_from_first"].iloc[-1])

    @property
    def bearing(self) -> float:
        """Direction from the first centre to the last, degrees clockwise from north."""
        return float(self.frame["bearing_from_first"].iloc[-1])

    def to_frame(self) -> pd.DataFrame:
        """Return the path, a row for each year."""
        return self.frame.copy()

    def _head(self) -> str:
        first, last = self.frame.index[0], self.frame.index[-1]
        out = f"; without a value in some year: {listing(self.left_out)}" if self.left_out else ""
        way = "" if np.isnan(self.bearing) else f" towards {self.bearing:.0f}°"
        return f"{first} to {last}, {self.km:.1f} km{way}, {len(self.regions)} regions{out}"

    def __repr__(self) -> str:
        return f"<CentrePath: {self._head()}>\n{self.frame.round(3)}"

    def _repr_html_(self) -> str:
        table = self.frame.to_html(na_rep="–", float_format="{:.3f}".format)
        return f"<p>{escape(self._head())}</p>{table}"


def centre_path(
    values: pd.DataFrame, regions: pd.DataFrame, *, at: str | None = None
) -> CentrePath:
    """Say where the centre of weight lies in each year, and how far it moves (重心迁移).

    Parameters
    ----------
    values
        Weights, regions × years: a quantity that can be added up, such as `panel.values("rd")`.
        None may be negative.
    regions
        Regions by id, as `load_regions` gives them, with columns `lon` and `lat` (degrees, WGS84),
        or with geometry.
    at
        `"seat"`: the seat of each region, from the columns `seat_lon` and `seat_lat` that
        `load_regions` gives; `"point"`: what `lon` and `lat` give; `"inside"`: a point inside each
        region. Left out, the seat, or a point inside a region without one, as in `mean_centre`;
        `lon` and `lat` where the regions have neither seats nor geometry.

    Returns
    -------
    CentrePath
        Degrees of WGS84, kilometres on its ellipsoid, bearings in degrees clockwise from north.

    Raises
    ------
    DataError
        When a weight is negative, a year has no weight, no region has a value in every year, a
        region is not among `regions` or has no place, or the weights lie evenly around the globe.
    CRSError
        When a point inside is needed and the layer has no coordinate reference system.
    MissingColumnError
        When seats or points are asked for and there are none.
    UnknownOptionError, SpecError

    Notes
    -----
    The centre is the weighted mean of the regions' unit vectors, brought back to the surface: a
    mean of degrees would depend on where the degrees start, and shrink east–west distances in the
    north. Distances and bearings are those of the shortest line on the ellipsoid (Karney 2013).

    **Missing values**: a region without a value in some year counts in none, so that a gap moves
    nothing; `left_out` names it.

    Examples
    --------
    >>> weights = pd.DataFrame({2012: [1.0, 1.0], 2022: [1.0, 3.0]}, index=["a", "b"])
    >>> places = pd.DataFrame({"lon": [110.0, 120.0], "lat": [0.0, 0.0]}, index=["a", "b"])
    >>> path = centre_path(weights, places)
    >>> path.frame["lon"].round(2).tolist(), round(path.km), round(path.bearing)
    ([115.0, 117.5], 279, 90)
    """
    if at is not None and at not in _PLACES:
        raise UnknownOptionError("choice for at=", at, _PLACES)
    weights, left_out = _whole_rows(values)
    chosen, points = _points(regions, list(weights.index), at)
    sums = weights.sum()
    if not (sums > 0).all():
        raise DataError(
            f"Every value of {listing(sums.index[~(sums > 0)])} is zero, so that there is no "
            "centre. Leave these years out."
        )
    centres = np.array([mean_point(points, weights[year].to_numpy()) for year in weights])
    frame = pd.DataFrame(centres, weights.columns.rename("year"), ["lon", "lat"])
    frame["km"], frame["bearing"] = _ways(centres, np.vstack([centres[:1], centres[:-1]]))
    starts = np.repeat(centres[:1], len(centres), axis=0)
    frame["km_from_first"], frame["bearing_from_first"] = _ways(centres, starts)
    frame.loc[frame.index[0], ["km", "bearing"]] = np.nan
    return CentrePath(frame, chosen, tuple(map(str, weights.index)), left_out)


def _whole_rows(values: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the regions with a value in every year, years ascending, and the others' names."""
    if not isinstance(values, pd.DataFrame):
        raise SpecError(
            f"centre_path needs a frame of regions × years, but got {type(values).__name__}."
        )
    numbers = values.sort_index(axis=1).astype("float64")
    if odd := [str(region) for region in numbers.index[(numbers < 0).any(axis=1)]]:
        raise DataError(
            f"The values of {listing(odd)} are negative. A centre needs weights that add up, such "
            "as counts or sums."
        )
    whole = numbers.notna().all(axis=1)
    if not whole.any():
        raise DataError(
            "No region has a value in every year, so that the centre would move with the gaps. "
            "Leave years out."
        )
    return numbers[whole], tuple(str(region) for region in numbers.index[~whole])


def _points(regions: pd.DataFrame, ids: list[str], at: str | None) -> tuple[str, Floats]:
    """Return which points stand for the regions, and where they lie in degrees."""
    if absent := [region for region in ids if region not in regions.index]:
        raise DataError(
            f"The regions lack {listing(absent)}, which have a value. Give the regions that the "
            "values are from."
        )
    chosen = regions.loc[ids]
    if at == "inside":
        return at, points_inside(chosen)
    if at == "point" or (at is None and _only_points(chosen)):
        return "point", _listed(chosen)
    if at == "seat" and not set(_SEAT) <= set(regions.columns):
        raise MissingColumnError(_SEAT, "The regions", map(str, regions))
    found = seats(chosen)
    kinds = found["kind"]
    if at == "seat" and (kinds != at).any():
        raise DataError(
            f"{listing(found.index[kinds != at])} has no seat. Add it, or leave at='seat' out to "
            "take a point inside such regions."
        )
    told = "seat or inside" if len(set(kinds)) > 1 else str(kinds.iloc[0])
    return told, found[_POINT].to_numpy(float)


def _only_points(regions: pd.DataFrame) -> bool:
    """Say whether regions have a listed point and nothing else that tells where they lie."""
    listed, seat = (set(pair) <= set(regions.columns) for pair in (_POINT, _SEAT))
    return listed and not seat and not isinstance(regions, gpd.GeoDataFrame)


def _listed(regions: pd.DataFrame) -> Floats:
    if not set(_POINT) <= set(regions.columns):
        raise MissingColumnError(_POINT, "The regions", map(str, regions))
    points = regions[_POINT].to_numpy(float)
    if len(odd := regions.index[np.isnan(points).any(axis=1)]):
        raise DataError(f"{listing(odd)} has no place. Add it, or leave the region out.")
    return points


def _ways(ends: Floats, starts: Floats) -> tuple[Floats, Floats]:
    """Return kilometres and bearing from each start to each end; no bearing where it stands."""
    forward, _, metres = _ellipsoid()(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    km = np.asarray(metres) / _METRES
    return km, np.where(km > _STANDSTILL_KM, np.mod(np.asarray(forward), 360.0), np.nan)


@lru_cache(maxsize=1)
def _ellipsoid() -> Callable[..., Any]:
    from pyproj import Geod

    inverse: Callable[..., Any] = Geod(ellps="WGS84").inv
    return inverse
