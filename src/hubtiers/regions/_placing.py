"""Placing a layer on earth: its reference system, its degrees, its outlines."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
import shapely.affinity
from numpy.typing import NDArray

from hubtiers.errors import CRSError, DataError, listing
from hubtiers.regions._open import Opened

__all__ = ["place", "polygons_of", "system_name", "system_of"]

MOST_CROSSINGS = 20_000
"""How often an outline may meet itself and be repaired: far more than errors of drawing do."""

_SEGMENTS_AT_ONCE = 128
_EDGE = 180 + 1e-6
"""How far east or west a coordinate may lie that is rounded, in degrees."""
_SAME_AS_WGS84 = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")


def system_of(opened: Opened, crs: str | None, where: str) -> pyproj.CRS:
    """Return the reference system that the file declares, or the one that was given."""
    given, declared = _given_crs(crs), opened.frame.crs
    if given is None and declared is not None and pyproj.CRS(declared).is_engineering:
        raise CRSError(
            f"{where} is in a system of its own that lies nowhere on earth "
            f"({system_name(declared)}). Say which one it is in, for example crs='EPSG:4326'."
        )
    if given is None and declared is None:
        raise CRSError(
            f"{where} declares no coordinate reference system. Say which one it is in, for example "
            "crs='EPSG:4326' or crs='EPSG:4490' for degrees."
        )
    if given is None or (declared is not None and given == declared):
        return pyproj.CRS(declared)
    if declared is not None and opened.is_declared and not pyproj.CRS(declared).is_engineering:
        raise CRSError(
            f"{where} declares {system_name(declared)}, but crs={crs!r} was given. Leave `crs` "
            "out, or correct the file."
        )
    return given


def place(shapes: gpd.GeoSeries, system: pyproj.CRS, where: str) -> tuple[gpd.GeoSeries, list[str]]:
    """Return the geometry in EPSG:4326, and notes on what was assumed."""
    shapes = shapes.set_crs(system, allow_override=True)
    notes = _check_degrees(shapes, where) if system.is_geographic else []
    if system.is_geographic:
        shapes = _unrolled(shapes)
    if system_name(system) in _SAME_AS_WGS84:
        if system_name(system) == "EPSG:4490":
            notes.append("CGCS2000 (EPSG:4490) taken as WGS84; they differ by centimetres")
        return shapes.set_crs("EPSG:4326", allow_override=True), notes
    if not system.is_geographic:
        _check_metres(shapes, where, system_name(system))
    placed = shapes.to_crs("EPSG:4326")
    _check_finite(placed, where)
    return placed, notes


def _given_crs(crs: str | None) -> pyproj.CRS | None:
    if crs is None:
        return None
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise CRSError(
            f"crs={crs!r} is no coordinate reference system. Use a code such as 'EPSG:4326'."
        ) from None


def system_name(crs: object) -> str:
    """Return the code of a reference system, or its name where it has none."""
    system = pyproj.CRS.from_user_input(crs)
    authority = system.to_authority()
    return ":".join(authority) if authority else str(system.name)


def _check_finite(shapes: gpd.GeoSeries, where: str) -> None:
    if not np.isfinite(shapely.get_coordinates(np.asarray(shapes.dropna().array))).all():
        raise CRSError(
            f"{where} has coordinates that are not finite numbers. Check its coordinate reference "
            "system."
        )


def _check_degrees(shapes: gpd.GeoSeries, where: str) -> list[str]:
    _check_finite(shapes, where)
    xy = shapely.get_coordinates(np.asarray(shapes.dropna().array))
    if not len(xy):
        return []
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    extent = f"x from {west:.6g} to {east:.6g} and y from {south:.6g} to {north:.6g}"
    if (
        max(abs(south), abs(north)) > 90
        and max(abs(west), abs(east)) <= 90
        and max(abs(south), abs(north)) <= 180
    ):
        raise CRSError(
            f"{where} has {extent}: latitude and longitude look swapped. Write longitude first."
        )
    if max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 90:
        raise CRSError(
            f"{where} has {extent}, which are no degrees: the coordinates look projected. Say in "
            "which system, for example crs='EPSG:4547' for a zone of CGCS2000."
        )
    if south >= 73 and north <= 90 and west >= 3 and east <= 54:
        return [f"{extent}: if this should be China, latitude and longitude are swapped"]
    return []


def _check_metres(shapes: gpd.GeoSeries, where: str, system: str) -> None:
    _check_finite(shapes, where)
    west, south, east, north = shapes.total_bounds
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        raise CRSError(
            f"{where} declares {system}, but its coordinates look like degrees (x from {west:.6g} "
            f"to {east:.6g}). Correct the reference system of the file."
        )


def _unrolled(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Cut shapes at 180° whose ring jumps over it or lies beyond.

    The one would run round the globe, and the other never meet a point from the other side.
    """
    geometry = np.asarray(shapes.array, dtype=object).copy()
    for row, shape in enumerate(geometry):
        if shape is not None and shape.geom_type.endswith("Polygon") and _is_over(shape):
            parts = [piece for part in shapely.get_parts(shape) for piece in _cut(part)]
            geometry[row] = shapely.union_all(parts)
    return gpd.GeoSeries(geometry, index=shapes.index, crs=shapes.crs)


def _is_over(shape: shapely.Geometry) -> bool:
    return any(_is_ring_over(shapely.get_coordinates(ring)) for ring in _rings(shape))


def _is_ring_over(ring: NDArray[np.float64]) -> bool:
    east = ring[:, 0]
    return bool((np.abs(np.diff(east)) > 180).any() or (np.abs(east) > _EDGE).any())


def _cut(part: shapely.Polygon) -> list[Any]:
    rings = [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
    if not any(_is_ring_over(ring) for ring in rings):
        return [part]
    for ring in rings:
        ring[:, 0] = np.unwrap(ring[:, 0], period=360)
    # A ring round a pole does not close when it is unrolled; it stays as it was written.
    if any(abs(ring[0, 0] - ring[-1, 0]) > 180 for ring in rings):
        return [part]
    whole = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
    pieces: list[Any] = []
    for turn in (-360.0, 0.0, 360.0):
        piece = shapely.intersection(whole, shapely.box(-180 + turn, -90, 180 + turn, 90))
        pieces += shapely.get_parts(shapely.affinity.translate(piece, xoff=-turn)).tolist()
    return [piece for piece in pieces if piece.geom_type == "Polygon"]


def polygons_of(
    shapes: gpd.GeoSeries, ids: list[str], where: str
) -> tuple[NDArray[np.object_], list[tuple[str, str, float]]]:
    """Return valid polygons and what had to be repaired."""
    geometry = np.asarray(shapes.array, dtype=object)
    _require_areas(geometry, ids, where)
    geometry = shapely.force_2d(geometry)
    repaired = []
    for row in np.flatnonzero(~shapely.is_valid(geometry)):
        _require_few_crossings(geometry[row], ids[row], where)
        fixed = shapely.make_valid(geometry[row], method="structure", keep_collapsed=False)
        pieces = shapely.get_parts(shapely.get_parts(fixed))
        parts = [p for p in pieces if p.geom_type == "Polygon" and p.area > 0]
        if not parts:
            raise DataError(f"{where} has an outline without area for {ids[row]}. Draw it again.")
        whole = shapely.multipolygons(parts) if len(parts) > 1 else parts[0]
        before = shapely.area(geometry[row])
        change = float(shapely.area(whole) / before - 1) if before > 0 else float("inf")
        repaired.append(
            (ids[row], str(shapely.is_valid_reason(geometry[row])).split("[")[0], change)
        )
        geometry[row] = whole
    return geometry, repaired


def _require_few_crossings(shape: shapely.Geometry, region: str, where: str) -> None:
    """Refuse an outline that crosses itself so often that its repair would take all memory."""
    rings = _rings(shape)
    lines = _segments(rings)
    # The first and the last segment of each ring meet, as neighbours do.
    tree, meetings = shapely.STRtree(lines), -len(rings)
    for start in range(0, len(lines), _SEGMENTS_AT_ONCE):
        some = lines[start : start + _SEGMENTS_AT_ONCE]
        first, second = tree.query(some, predicate="intersects")
        # Each pair is counted from one of its two segments, neighbours are not.
        meetings += int((first + start + 1 < second).sum())
        if meetings > MOST_CROSSINGS:
            raise DataError(
                f"{where} has an outline that crosses itself more than {MOST_CROSSINGS} times, of "
                f"{region}: that is no area, and cannot be repaired. Draw it again, or leave it "
                "out."
            )


def _rings(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return all rings of a polygon, or of several."""
    parts = shapely.get_parts(shape)
    return [ring for part in parts for ring in (part.exterior, *part.interiors)]


def _segments(rings: list[shapely.Geometry]) -> NDArray[np.object_]:
    """Return the segments of rings, one ring after the other."""
    lines: list[NDArray[np.object_]] = []
    for ring in rings:
        corners = shapely.get_coordinates(ring)
        ends = np.stack([corners[:-1], corners[1:]], axis=1)
        lines.append(np.asarray(shapely.linestrings(ends), dtype=object))
    return np.concatenate(lines)


def _require_areas(geometry: NDArray[np.object_], ids: list[str], where: str) -> None:
    pairs = list(zip(ids, geometry, strict=True))
    if empty := [region for region, shape in pairs if shape is None or shape.is_empty]:
        raise DataError(
            f"{where} has no geometry for {listing(empty)}. Draw these regions, or leave them out."
        )
    flat = [f"{i} ({s.geom_type})" for i, s in pairs if not s.geom_type.endswith("Polygon")]
    if flat:
        raise DataError(
            f"{where} has regions that are no polygons: {listing(flat)}. Regions are areas."
        )
