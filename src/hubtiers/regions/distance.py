"""How far regions lie apart: geodesic kilometres between their seats, or a table of the user's."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from hubtiers.errors import CRSError, DataError, UnknownOptionError, listing
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.pairs import read_pairs, square_pairs

__all__ = [
    "distances",
    "geodesic_km",
    "largest_part",
    "mean_point",
    "points_inside",
    "read_distances",
    "seats",
]

Floats = NDArray[np.float64]

_M_PER_KM = 1000.0


def seats(regions: pd.DataFrame) -> pd.DataFrame:
    """Return the point that stands for each region in distances (驻地).

    Parameters
    ----------
    regions
        Any regions. Where they have the columns `seat_lon` and `seat_lat`, these are taken.

    Returns
    -------
    pandas.DataFrame
        By region: `lon`, `lat` in degrees (WGS84), and `kind`: ``"seat"``, or ``"inside"`` for a
        point inside the largest part of the region, where no seat is known.

    Raises
    ------
    CRSError
        When the layer has no coordinate reference system and a point inside is needed.
    DataError
        When a region has neither seat nor geometry.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> seats(load_regions(["510100"])).round(2).to_dict("records")
    [{'lon': 104.07, 'lat': 30.67, 'kind': 'seat'}]
    """
    nothing = pd.Series(np.nan, regions.index)
    lon, lat = (
        pd.to_numeric(regions[name], errors="coerce") if name in regions.columns else nothing
        for name in ("seat_lon", "seat_lat")
    )
    found = pd.DataFrame({"lon": lon, "lat": lat}, dtype="float64")
    without = found.isna().any(axis=1)
    if without.any():
        found.loc[without, ["lon", "lat"]] = points_inside(regions[without])
    found["kind"] = np.where(without, "inside", "seat")
    return found.rename_axis("region_id")


def points_inside(regions: pd.DataFrame) -> Floats:
    """Return longitude and latitude of a point inside the largest part of each region.

    Raises
    ------
    CRSError
        When the layer has no coordinate reference system.
    DataError
        When a region has no geometry.
    """
    if not isinstance(regions, gpd.GeoDataFrame):
        raise _no_geometry(regions.index)
    if regions.crs is None:
        raise CRSError(
            "The layer has no coordinate reference system, so that no distance in kilometres "
            "can be taken. Say which it is, for example regions.set_crs('EPSG:4326')."
        )
    shapes = regions.geometry.to_crs("EPSG:4326").to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if empty.any():
        raise _no_geometry(regions.index[empty])
    largest = np.array([largest_part(shape) for shape in shapes])
    # The centroid moves smoothly with the outline; the other point jumps, and serves where the
    # centroid falls outside.
    points = shapely.centroid(largest)
    outside = ~shapely.covers(largest, points)
    points[outside] = shapely.point_on_surface(largest[outside])
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _no_geometry(regions: pd.Index) -> DataError:
    return DataError(
        f"{listing(map(repr, regions))} have no geometry, so that their distances are unknown. "
        "Give them the columns seat_lon and seat_lat, or leave them out."
    )


def largest_part(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the largest part of a shape; the first where several are equal."""
    parts = shapely.get_parts(shape)
    largest: shapely.Geometry = parts[int(np.argmax(shapely.area(parts)))]
    return largest


def distances(
    regions: gpd.GeoDataFrame, to: gpd.GeoDataFrame | list[str] | None = None
) -> pd.DataFrame:
    """Geodesic distances between the seats of regions, in kilometres (大地距离).

    Parameters
    ----------
    regions
        Any regions, in any coordinate reference system.
    to
        Other regions, or ids of some of `regions`; all of `regions` when left out. A few ids are
        much faster than all pairs.

    Returns
    -------
    pandas.DataFrame
        Regions × `to`, km on the ellipsoid of WGS84. ``attrs["unit"]`` is ``"km"``, and
        ``attrs["inside"]`` lists the regions whose seat is not known: a point inside stands for it.

    Raises
    ------
    UnknownOptionError
        When an id of `to` is none of the regions.
    CRSError
        When a layer without seats has no coordinate reference system.
    DataError
        When a region has neither seat nor geometry.

    Notes
    -----
    The length of the geodesic, not of a road, and never of degrees (Karney 2013,
    doi:10.1007/s00190-012-0578-z, as in PROJ). For travel times use `read_distances`.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> to_chengdu = distances(load_regions("city"), ["510100"])
    >>> round(float(to_chengdu.loc["500000", "510100"]))
    270
    """
    here = seats(regions)
    there = seats(_others(regions, to))
    points = zip(there["lon"], there["lat"], strict=True)
    columns = [geodesic_km(lon, lat, here["lon"], here["lat"]) for lon, lat in points]
    frame = pd.DataFrame(np.column_stack(columns), here.index, there.index.rename(None))
    inside = [*here.index[here["kind"] == "inside"], *there.index[there["kind"] == "inside"]]
    frame.attrs.update(unit="km", inside=list(dict.fromkeys(inside)))
    return frame


def geodesic_km(lon: float, lat: float, lon_to: ArrayLike, lat_to: ArrayLike) -> Floats:
    """Return the length in km of the geodesics from a point in degrees to others."""
    from pyproj import Geod

    far_lon, far_lat = np.asarray(lon_to, dtype=np.float64), np.asarray(lat_to, dtype=np.float64)
    here_lon, here_lat = np.full_like(far_lon, lon), np.full_like(far_lat, lat)
    _, _, metres = Geod(ellps="WGS84").inv(here_lon, here_lat, far_lon, far_lat)
    return np.asarray(metres, dtype=np.float64) / _M_PER_KM


def mean_point(points: Floats, weights: Floats) -> tuple[float, float]:
    """Return longitude and latitude of the weighted mean of unit vectors, in degrees.

    Parameters
    ----------
    points
        Longitude and latitude in degrees, points × 2.
    weights
        A weight by point, none negative and not all zero.

    Raises
    ------
    DataError
        When the mean lies in the middle of the globe.

    Notes
    -----
    A mean of degrees would depend on where the degrees start, and shrink east–west distances in the
    north.

    Examples
    --------
    >>> mean_point(np.array([[179.0, 0.0], [-179.0, 0.0]]), np.ones(2))
    (180.0, 0.0)
    """
    along, up = np.radians(points).T
    vectors = np.column_stack([np.cos(up) * np.cos(along), np.cos(up) * np.sin(along), np.sin(up)])
    x, y, z = weights @ vectors / weights.sum()
    if np.hypot(np.hypot(x, y), z) < 1e-9:
        raise DataError(
            "The weights lie evenly around the globe, so that there is no centre on its surface."
        )
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _others(regions: gpd.GeoDataFrame, to: gpd.GeoDataFrame | list[str] | None) -> gpd.GeoDataFrame:
    if to is None:
        return regions
    if isinstance(to, gpd.GeoDataFrame):
        return to
    for region in to:
        if region not in regions.index:
            raise UnknownOptionError("region", region, map(str, regions.index))
    return regions.loc[list(to)]


def read_distances(
    source: str | Path | pd.DataFrame,
    regions: pd.DataFrame | None = None,
    *,
    unit: str,
    symmetric: bool | None = None,
) -> pd.DataFrame:
    """Read distances or travel times of your own (距离矩阵), long or square.

    Parameters
    ----------
    source
        A CSV file or a frame: a square table (first column and header name the same places), or one
        row by pair with the columns `from`, `to` (origin and destination, 起点 and 终点) and one of
        numbers.
    regions
        Regions whose ids or names the places are; left out, places stay as written.
    unit
        What is measured, such as ``"km"`` or ``"min"``. Parameters in km mean nothing against
        minutes, so it must be said.
    symmetric
        Whether a pair has one distance: None takes a pair listed once for both directions and keeps
        directions that differ; True refuses those; False wants both.

    Returns
    -------
    pandas.DataFrame
        Places × places, 0 on the diagonal; ``attrs["unit"]`` is the unit.

    Raises
    ------
    DataError
        When a pair is missing, stands twice, or is negative; when all are 0; when a place is no
        region, or directions differ although they must not.

    Notes
    -----
    **Missing values** are refused: no distance is not the same as far. Leave the region out, or
    give it the time of another way.

    Examples
    --------
    >>> rows = [("a", "b", 30), ("a", "c", 70), ("b", "c", 45)]
    >>> pairs = pd.DataFrame(rows, columns=["from", "to", "minutes"])
    >>> read_distances(pairs, unit="min").loc["c", "a"]
    np.float64(70.0)
    """
    raw = source if isinstance(source, pd.DataFrame) else read_pairs(source)
    square, _ = square_pairs(raw, "distance")
    if symmetric is not False:
        square = square.where(square.notna(), square.T)
    if regions is not None:
        square = _with_ids(square, regions)
    _refuse_bad(square, symmetric=symmetric)
    square.attrs["unit"] = unit
    return square


def _with_ids(square: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    places = list(square.index)
    matched = match_layer(places, regions)
    found = matched["region_id"].tolist()
    unknown = [p for p, i in zip(places, found, strict=True) if not isinstance(i, str) or not i]
    if unknown:
        raise DataError(
            f"The distances name {listing(map(repr, unknown))}, which is none of the regions. "
            "Write names or ids as the regions have them, or leave these rows out."
        )
    if len(set(found)) < len(found):
        twice = listing(sorted({i for i in found if found.count(i) > 1}))
        raise DataError(f"Several rows of the distances mean {twice}. Leave one of them.")
    return square.set_axis(found).set_axis(found, axis=1)


def _refuse_bad(square: pd.DataFrame, *, symmetric: bool | None) -> None:
    numbers = square.to_numpy()
    for wrong, what in (
        (np.isnan(numbers), "is missing"),
        (np.isinf(numbers), "is infinite"),
        (numbers < 0, "is negative"),
    ):
        if wrong.any():
            row, column = (int(i) for i in np.argwhere(wrong)[0])
            more = f" (and {int(wrong.sum()) - 1} more)" if wrong.sum() > 1 else ""
            raise DataError(
                f"The distance from {square.index[row]!r} to {square.columns[column]!r} "
                f"{what}{more}. Give every pair a distance of at least 0."
            )
    if len(numbers) > 1 and not numbers.any():
        raise DataError("All distances are 0. Check which column holds them.")
    if symmetric and not np.allclose(numbers, numbers.T):
        row, column = (int(i) for i in np.argwhere(~np.isclose(numbers, numbers.T))[0])
        raise DataError(
            f"The distance from {square.index[row]!r} to {square.columns[column]!r} is "
            f"{numbers[row, column]:g}, and {numbers[column, row]:g} the other way. Leave out "
            "symmetric=True if directions may differ."
        )
