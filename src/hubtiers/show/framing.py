"""How a map frames what was given: its middle, its projection, and which parts are insets.

Longitudes run round the globe, so that a layer on both sides of 180° is one place, not two.
Everything here is geometry alone: shapes in degrees go in, boxes and projections come out. The
printed and the web map share it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from hubtiers.errors import SpecError

__all__ = [
    "Framing",
    "around_frame",
    "choose_projection",
    "degrees_in",
    "frame_shapes",
    "joined_at",
    "longitude_span",
    "north_spread",
    "outlying",
    "padded",
    "projected",
    "require_extent",
    "scale_spread",
    "transformer",
    "without_twins",
]

Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]

WORLD_SPAN = 150.0
"""A layer that spans more degrees than this, and comes near the equator, is the world."""

_WORLD_CENTRE = 11.0
_HALF_TURN = 180.0 - 1e-7
_EARTH_KM = 6371.0
# Europe's own grid, where it is known and where what is drawn is as large as a continent.
_EUROPE: Box = (-32.0, 27.0, 46.0, 82.0)
_EUROPE_PROJECTION = (
    "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m"
)
_CONTINENT_KM = 2600.0
# A part stays in the frame when the frame grows no more than this; else it is an inset, if it is a
# small part. Islets of a region that is seen anyway must cost less, and all parts together no more
# than the last.
_PART_GROWTH = 1.35
_ISLET_GROWTH = 1.3
_MOST_GROWTH = 1.9
_MOST_AREA = 0.35
_MOST_REGIONS = 0.25
_MOST_INSETS = 8
# Parts that are nearer to each other than a tenth of the whole belong together, within these
# bounds.
_REACH_SHARE = 0.1
_REACH_KM = (30.0, 300.0)


@dataclass(frozen=True, eq=False)
class Framing:
    """What the frame of a map shows.

    Attributes
    ----------
    bounds
        West, south, east and north of the main part in degrees; east is greater than west, also
        across 180°.
    insets
        The same for each small part that lies far away.
    left_out
        Places in the given order of the shapes of which nothing is inside the main part or an
        inset.
    """

    bounds: Box
    insets: tuple[Box, ...] = ()
    left_out: tuple[int, ...] = ()

    @property
    def cut(self) -> float:
        """The meridian opposite to the middle, where the globe is cut open."""
        return (self.bounds[0] + self.bounds[2]) / 2 - 180.0


def longitude_span(west: Floats, east: Floats) -> tuple[float, float]:
    """Return the shortest span of longitudes that holds all intervals: without the widest gap.

    Parameters
    ----------
    west, east
        Ends of the intervals in degrees, each within one turn.

    Returns
    -------
    tuple of float
        West in [-180, 180) and east, which is greater, also beyond 180.

    Examples
    --------
    Fiji, on both sides of 180°:

    >>> longitude_span(np.array([177.3, -180.0]), np.array([180.0, -179.8]))
    (177.3, 180.2)
    """
    order = np.argsort(west, kind="stable")
    starts, ends = west[order], np.maximum.accumulate(east[order])
    # The gap before each interval; the one before the first runs round the globe.
    before = np.concatenate([[ends[-1] - 360.0], ends[:-1]])
    gaps = starts - before
    widest = int(np.argmax(gaps))
    if gaps[widest] <= 0:
        return -180.0, 180.0
    first = float(starts[widest])
    return first, float(round(first + 360.0 - gaps[widest], 9))


def joined_at(shapes: Sequence[Any] | NDArray[Any], cut: float) -> NDArray[Any]:
    """Return polygons with longitudes from `cut` to `cut` + 360; those cut along 180° are whole.

    Parameters
    ----------
    shapes
        Polygons and multipolygons in degrees.
    cut
        The meridian where the globe is cut open.
    """
    found = np.asarray(shapes, dtype=object)
    if not len(found):
        return found
    bounds = shapely.bounds(found)
    inside = (bounds[:, 0] >= cut) & (bounds[:, 2] <= cut + 360.0)
    moved = found.copy()
    for number in np.flatnonzero(~inside):
        moved[number] = _around_cut(found[number], cut)
    return moved


def _around_cut(shape: Any, cut: float) -> Any:
    """Return one shape opened at a meridian."""
    west, _, east, _ = shapely.bounds(shape)
    whole = math.floor((west - cut) / 360.0) * -360.0
    if east + whole <= cut + 360.0:
        return _turned_by(shape, whole)
    turns: list[list[Any]] = []
    for turn in (whole - 360.0, whole):
        pieces = _polygons(
            shapely.clip_by_rect(_turned_by(shape, turn), cut, -90.0, cut + 360.0, 90.0)
        )
        turns += [pieces] if pieces else []
    if len(turns) == 1:
        return shapely.multipolygons(turns[0])
    # On a lattice of a millionth of a degree the two sides of an old cut meet exactly.
    return shapely.union_all(turns[0] + turns[1], grid_size=1e-6)


def _turned_by(shape: Any, degrees: float) -> Any:
    return shapely.transform(shape, lambda xy: np.add(xy, (degrees, 0.0))) if degrees else shape


def _polygons(shape: Any) -> list[Any]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]


def frame_shapes(shapes: Sequence[Any] | NDArray[Any]) -> Framing:
    """Return what a map of shapes shows: the main part, and small ones far away as insets.

    Parts near each other belong together. The group with the most shapes is the main part; another
    one stays in its frame when that grows little, or when the group is too large to be a small part
    of the whole.

    Parameters
    ----------
    shapes
        Polygons and multipolygons in degrees, one for each region.

    Examples
    --------
    >>> mainland, island = shapely.box(0, 40, 10, 50), shapely.box(40, -20, 41, -19)
    >>> framing = frame_shapes([mainland, mainland, mainland, island])
    >>> framing.bounds, framing.insets
    ((0.0, 40.0, 10.0, 50.0), ((40.0, -20.0, 41.0, -19.0),))
    """
    parts, owner = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
    group = _groups(parts)
    area = _areas_km2(parts)
    largest = _largest_parts(area, owner)
    count = np.bincount(group[largest], minlength=group.max() + 1)
    areas = np.bincount(group, weights=area, minlength=group.max() + 1)
    main = int(np.lexsort((areas, count))[-1])
    kept, others = _kept(parts, group, main, areas / areas[main], count / count[main])
    # Islets of regions that are seen elsewhere need no inset.
    others = [other for other in others if count[other]]
    seen = np.isin(group, [*kept, *others[:_MOST_INSETS]])
    left_out = sorted(set(owner.tolist()) - set(owner[seen].tolist()))
    bounds = _bounds(parts[np.isin(group, kept)])
    boxes = [_bounds(parts[group == other]) for other in others[:_MOST_INSETS]]
    return Framing(bounds, tuple(boxes), tuple(left_out))


def _kept(
    parts: NDArray[Any], group: NDArray[np.intp], main: int, area: Floats, count: Floats
) -> tuple[list[int], list[int]]:
    """Return the groups inside the frame, and those that become insets, most shapes first."""
    frame = _bounds(parts[group == main])
    own = _size_km2(frame)
    kept, others = [main], []
    boxes = {g: _bounds(parts[group == g]) for g in range(len(area)) if g != main}
    # What costs least comes first, so that one far part does not drive out a near one; islets come
    # last.
    for other in sorted(boxes, key=lambda g: (count[g] == 0, _size_km2(_hull(frame, boxes[g])), g)):
        hull = _hull(frame, boxes[other])
        small = area[other] <= _MOST_AREA or count[other] <= _MOST_REGIONS
        growth = _size_km2(hull) / _size_km2(frame)
        most = _PART_GROWTH if count[other] else _ISLET_GROWTH
        if small and (growth > most or _size_km2(hull) > _MOST_GROWTH * own):
            others.append(other)
        else:
            kept.append(other)
            frame = hull
    return kept, sorted(others, key=lambda g: (-count[g], -area[g]))


def _hull(a: Box, b: Box) -> Box:
    """Return the smallest box around two, whichever way round the globe is shorter."""
    west, east = longitude_span(*_intervals([a, b]))
    return west, min(a[1], b[1]), east, max(a[3], b[3])


def _intervals(boxes: Sequence[Box]) -> tuple[Floats, Floats]:
    """Return the ends of the boxes' longitudes, a box across 180° as two."""
    pairs = []
    for first, _, last, _ in boxes:
        west = _turned(first)
        east = west + last - first
        if east > 180.0:
            pairs += [(west, 180.0), (-180.0, east - 360.0)]
        else:
            pairs.append((west, east))
    ends = np.array(pairs)
    return ends[:, 0], ends[:, 1]


def _size_km2(box: Box) -> float:
    """Return the size of the upright rectangle that a map of the box takes."""
    west, south, east, north = box
    widest = 0.0 if south < 0 < north else min(abs(south), abs(north))
    degree = math.radians(1) * _EARTH_KM
    width = min(east - west, 360.0) * degree * math.cos(math.radians(widest))
    # A part that is a point or a line still takes some room.
    return max(width, 1.0) * max((north - south) * degree, 1.0)


def _bounds(parts: NDArray[Any]) -> Box:
    edges = shapely.bounds(parts)
    west, east = longitude_span(*_intervals([tuple(row) for row in edges.tolist()]))
    return west, float(edges[:, 1].min()), east, float(edges[:, 3].max())


def _areas_km2(parts: NDArray[Any]) -> Floats:
    """Return rough areas: degrees, shortened with the latitude."""
    middle = shapely.bounds(parts)[:, [1, 3]].mean(axis=1)
    areas: Floats = shapely.area(parts) * np.cos(np.radians(middle)) * 111.2**2
    return areas


def _largest_parts(area: Floats, owner: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the number of the largest part of each shape that has parts."""
    order = np.lexsort((-area, owner))
    first = np.flatnonzero(np.diff(owner[order], prepend=-1))
    return order[first]


def _groups(parts: NDArray[Any]) -> NDArray[np.intp]:
    """Return the number of the group that each part belongs to: parts within reach are of one."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    degrees, part = shapely.get_coordinates(parts, return_index=True)
    points = _on_sphere(degrees)
    across = float(np.linalg.norm(np.ptp(points, axis=0)))
    reach = float(np.clip(_REACH_SHARE * across, *_REACH_KM))
    # Cells of a quarter of the reach stand for their points, so that coasts of any detail take
    # little time.
    cells, cell = np.unique(np.round(points / (reach / 4)), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    near = cKDTree(cells * (reach / 4)).query_pairs(reach, output_type="ndarray")
    # All cells of a part belong together, however long its edges: each is tied to the part's first.
    first = cell[np.searchsorted(part, part)]
    ends = np.vstack([near, np.column_stack([first, cell])])
    links = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(cells),) * 2)
    _, group = connected_components(links, directed=False)
    firsts = np.searchsorted(part, np.arange(len(parts)))
    numbers: NDArray[np.intp] = np.unique(group[cell[firsts]], return_inverse=True)[1].reshape(-1)
    return numbers


def _on_sphere(degrees: Floats) -> Floats:
    """Return places on the globe in kilometres from its middle."""
    lon, lat = np.radians(degrees).T
    return _EARTH_KM * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )


def choose_projection(bounds: Box) -> str:
    """Return an equal-area projection that suits a place, as PROJ reads it.

    The world is drawn in Equal Earth, what lies around a pole in Lambert's azimuthal projection on
    it, Europe in that of its statistical office (EPSG:3035), a wide country of the middle latitudes
    in Albers' conic, anything else in Lambert's azimuthal projection on its middle.

    Parameters
    ----------
    bounds
        West, south, east and north in degrees; east is greater than west.

    Examples
    --------
    >>> choose_projection((125.0, 33.0, 130.9, 38.6))
    '+proj=laea +lat_0=35.8 +lon_0=127.95 +datum=WGS84 +units=m'
    """
    west, south, east, north = bounds
    span, centre, middle = east - west, _turned((west + east) / 2), (south + north) / 2
    if span > WORLD_SPAN and min(abs(south), abs(north)) > 50 and south * north > 0:
        pole = math.copysign(90.0, middle)
        return f"+proj=laea +lat_0={pole:g} +lon_0={centre:.6g} +datum=WGS84 +units=m"
    nearest = 0.0 if south < 0 < north else min(abs(south), abs(north))
    if span > 300 or (span > WORLD_SPAN and nearest < 35):
        # A nearly closed ring is cut in the Bering Strait, where maps of the world are cut.
        world = _WORLD_CENTRE if span > 300 else centre
        return f"+proj=eqearth +lon_0={world:.6g} +datum=WGS84 +units=m"
    degree = math.radians(1) * _EARTH_KM
    height = (north - south) * degree
    width = span * degree * math.cos(math.radians(middle))
    if _within(bounds, _EUROPE) and max(width, height) > _CONTINENT_KM:
        return _EUROPE_PROJECTION
    if 20 < abs(middle) < 70 and nearest > 10 and width > 1.2 * height and span > 20:
        sixth = (north - south) / 6
        return (
            f"+proj=aea +lat_1={south + sixth:.6g} +lat_2={north - sixth:.6g} "
            f"+lat_0={middle:.6g} +lon_0={centre:.6g} +datum=WGS84 +units=m"
        )
    return f"+proj=laea +lat_0={middle:.6g} +lon_0={centre:.6g} +datum=WGS84 +units=m"


def _turned(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0


def _within(box: Box, other: Box) -> bool:
    west, south, east, north = other
    return west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north


def projected(shapes: gpd.GeoSeries, crs: str, *, step: float = 1.0) -> gpd.GeoSeries:
    """Return shapes in degrees on a projection; long edges bend as the projection bends them.

    What has no place on the projection is cut away: the far side of the globe on a conic or
    azimuthal one.

    Parameters
    ----------
    shapes
        Polygons or lines in degrees.
    crs
        A projection as PROJ reads it.
    step
        Longest edge in degrees that stays straight.
    """
    _, centre, _ = _middle_of(crs)
    kept = np.array(shapes.array, dtype=object)
    areal = np.isin(shapely.get_type_id(kept), (3, 6))
    kept[areal] = joined_at(kept[areal], centre - 180.0)
    domain = _domain_of(crs)
    if domain is not None:
        kept = shapely.intersection(kept, domain)
    bent = shapely.segmentize(kept, step)
    # A longitude on the cut itself could fall on either side of the map.
    edges = centre - _HALF_TURN, centre + _HALF_TURN
    bent = shapely.transform(bent, lambda xy: np.column_stack([xy[:, 0].clip(*edges), xy[:, 1]]))
    onto = transformer(crs)
    placed = shapely.transform(bent, lambda xy: np.column_stack(onto.transform(*xy.T)))
    return gpd.GeoSeries(placed, index=shapes.index, crs=crs)


def _middle_of(crs: str) -> tuple[str, float, float]:
    """Return the method of a projection, and its middle in degrees; 0 where it says none."""
    operation = pyproj.CRS(crs).coordinate_operation
    if operation is None:
        return "", 0.0, 0.0
    said = {item.name: float(item.value) for item in operation.params}
    lon = [value for name, value in said.items() if "Longitude" in name]
    # A cone lies where its parallels lie, whatever latitude its origin has.
    parallels = [value for name, value in said.items() if "standard parallel" in name]
    lat = parallels or [value for name, value in said.items() if "Latitude" in name]
    return operation.method_name, lon[0] if lon else 0.0, sum(lat) / max(len(lat), 1)


def _domain_of(crs: str) -> Any:
    """Return the part of the globe that a projection shows well, in degrees; None for all of it."""
    method, centre, lat = _middle_of(crs)
    if method.startswith(("Albers", "Lambert Conic")):
        south, north = (-25.0, 90.0) if lat > 0 else (-90.0, 25.0)
        return shapely.box(centre - 179.0, south, centre + 179.0, north)
    if method.startswith("Lambert Azimuthal") and abs(lat) < 89:
        # Within 90 degrees of the middle, roughly: enough for any frame that is not the world.
        reach = min(85.0 / max(math.cos(math.radians(lat)), 0.48), 179.0)
        return shapely.box(centre - reach, max(lat - 80, -90), centre + reach, min(lat + 80, 90))
    return None


@lru_cache(maxsize=64)
def transformer(crs: str) -> pyproj.Transformer:
    """Return the way from degrees to a projection, and back with `direction="INVERSE"`."""
    return pyproj.Transformer.from_crs(4326, crs, always_xy=True)


def degrees_in(crs: str, window: Box, *, steps: int = 25) -> tuple[Floats, Floats]:
    """Return the degrees of a lattice of places in a window; NaN where the globe has none."""
    left, bottom, right, top = window
    x, y = np.meshgrid(np.linspace(left, right, steps), np.linspace(bottom, top, steps))
    onto = transformer(crs)
    lon, lat = onto.transform(x, y, direction="INVERSE")
    again = np.hypot(*np.subtract(onto.transform(lon, lat), (x, y)))
    # Beyond the edge of the globe some projections answer all the same, and wrongly.
    sound = np.isfinite(lon) & np.isfinite(lat) & (again < 1e-3 * max(right - left, top - bottom))
    return np.where(sound, lon, np.nan), np.where(sound, lat, np.nan)


def north_spread(crs: str, window: Box) -> float:
    """Return the largest angle between north and straight up; 180 where there is no north."""
    lon, lat = degrees_in(crs, window)
    if np.isnan(lon).any():
        return 180.0
    onto = transformer(crs)
    step = 1e-4
    start = np.array(onto.transform(lon, np.minimum(lat, 90 - 2 * step)))
    end = np.array(onto.transform(lon, np.minimum(lat, 90 - 2 * step) + step))
    east, north = end - start
    return float(np.abs(np.degrees(np.arctan2(east, north))).max())


def scale_spread(crs: str, window: Box) -> float:
    """Return by what share lengths of a level line differ in a window; infinite off the globe."""
    step = (window[2] - window[0]) / 60
    lon, lat = degrees_in(crs, window)
    onto = transformer(crs)
    x, y = onto.transform(lon, lat)
    beside = onto.transform(np.asarray(x) + step, np.asarray(y), direction="INVERSE")
    if np.isnan(lon).any() or not np.isfinite(beside).all():
        return math.inf
    _, _, length = pyproj.Geod(ellps="WGS84").inv(lon, lat, *beside)
    return float(np.max(length) / np.min(length) - 1)


def padded(box: Box, share: float, shape: tuple[float, float]) -> Box:
    """Return a box with a margin, its height within bounds that are shares of the width."""
    left, bottom, right, top = box
    margin = share * max(right - left, top - bottom)
    width, height = right - left + 2 * margin, top - bottom + 2 * margin
    low, high = shape
    if height > high * width:
        width = height / high
    elif height < low * width:
        height = low * width
    x, y = (left + right) / 2, (bottom + top) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def require_extent(extent: Box) -> Box:
    """Return an extent that is a box in degrees.

    Raises
    ------
    SpecError
        When it is none.
    """
    west, south, east, north = extent
    if -90 <= south < north <= 90 and -360 <= west < east <= 540 and east - west <= 360:
        return extent
    raise SpecError(
        f"extent={extent!r} is not a box. Give west, south, east and north in degrees; east is "
        "greater than west, also across 180°, as in (170, -20, 190, -10)."
    )


def around_frame(world: gpd.GeoSeries, bounds: Box, *, margin: float = 0.0) -> gpd.GeoSeries:
    """Return the part of a layer within a box in degrees, in the same turn as the box."""
    west, south, east, north = bounds
    box = west - margin, max(south - margin, -90.0), east + margin, min(north + margin, 90.0)
    opened = joined_at(world.array, (west + east) / 2 - 180.0)
    cut = shapely.clip_by_rect(opened, *box)
    found = gpd.GeoSeries(cut, index=world.index, crs=world.crs)
    return found[~found.is_empty]


def without_twins(context: gpd.GeoSeries, study: Any, *, border: float = 0.3) -> gpd.GeoSeries:
    """Return land around a study without that which the study itself draws.

    A coarse outline of the same country would stand out beneath its finer regions, as land in the
    sea. Where it meets a neighbour a strip of it stays, so that no sea shows between two outlines
    of one border.

    Parameters
    ----------
    context
        Polygons in degrees.
    study
        The union of the regions, in the same degrees.
    border
        Width of the strip in degrees.
    """
    parts = context.explode(index_parts=False)
    shapes = np.asarray(parts.array, dtype=object)
    shapely.prepare(study)
    near = shapely.intersects(shapes, study)
    share = np.zeros(len(shapes))
    share[near] = shapely.area(shapely.intersection(shapes[near], study)) / shapely.area(
        shapes[near]
    )
    twin = share > 0.5
    if not twin.any():
        return context
    neighbours = shapely.union_all(shapes[~twin & _reaches(shapes, shapes[twin], border)])
    strips = shapely.intersection(shapes[twin], shapely.buffer(neighbours, border))
    kept = np.concatenate([shapes[~twin], strips])
    index = np.concatenate([parts.index[~twin], parts.index[twin]])
    found = gpd.GeoSeries(kept, index=index, crs=context.crs)
    return found[~found.is_empty & found.geom_type.isin(["Polygon", "MultiPolygon"])]


def _reaches(shapes: NDArray[Any], others: NDArray[Any], distance: float) -> NDArray[np.bool_]:
    """Return which shapes come within a distance of any of the others."""
    tree = shapely.STRtree(others)
    found = np.zeros(len(shapes), dtype=bool)
    found[np.unique(tree.query(shapes, predicate="dwithin", distance=distance)[0])] = True
    return found


def outlying(shapes: gpd.GeoSeries, framing: Framing) -> list[list[str]]:
    """Return for each inset the regions whose largest part lies in it."""
    parts, owner = shapely.get_parts(np.asarray(shapes.array, dtype=object), return_index=True)
    largest = _largest_parts(_areas_km2(parts), owner)
    middle = shapely.get_coordinates(shapely.point_on_surface(parts[largest]))
    found = []
    for west, south, east, north in framing.insets:
        turned = (middle[:, 0] - west) % 360.0
        inside = (turned <= east - west) & (middle[:, 1] >= south) & (middle[:, 1] <= north)
        found.append([str(shapes.index[number]) for number in owner[largest][inside]])
    return found
