"""Polygons as shared lines.

Every border is written once, and any grouping of units can be outlined from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, pairwise

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Topology", "build_topology", "encode_line"]

_SCALE = 10_000
"""Coordinates are whole numbers of 1e-4 degree, about 10 m."""

Points = NDArray[np.int64]


@dataclass
class Topology:
    """Lines between junctions, and polygons as sequences of them.

    Attributes
    ----------
    arcs
        Each line once: first point, then steps, as whole numbers of 1e-4 degree in the order x, y.
    polygons
        For each unit a list of polygons, each a list of rings, each a list of arc numbers; `~n` is
        arc n reversed.
    owners
        For each arc the units on its two sides (one at the outer edge).
    """

    arcs: list[list[int]] = field(default_factory=list)
    polygons: list[list[list[list[int]]]] = field(default_factory=list)
    owners: list[list[int]] = field(default_factory=list)

    def to_plain(self) -> dict[str, object]:
        """Return plain lists for the page."""
        return {"arcs": self.arcs, "polygons": self.polygons, "owners": self.owners}


def encode_line(coordinates: NDArray[np.float64]) -> list[int]:
    """Return a line as its first point and its steps, in whole numbers of 1e-4 degree."""
    return _steps(_whole(coordinates))


def build_topology(geometry: gpd.GeoSeries) -> Topology:
    """Split the borders of polygons at their junctions and write each piece once.

    Borders are shared where both sides have the same vertices, as in a coverage; layers that are no
    coverage come out right too, only larger.
    """
    rings = [_unit_rings(shape) for shape in geometry]
    junctions = _junctions(rings)
    topology = Topology()
    known: dict[tuple[bytes, bytes], int] = {}
    for unit, parts in enumerate(rings):
        polygons: list[list[list[int]]] = []
        for part in parts:
            lines = []
            for ring in part:
                pieces = _split(ring, junctions)
                lines.append([_arc(topology, known, piece, unit) for piece in pieces])
            polygons.append(list(filter(None, lines)))
        # What has shrunk to a line or a point on the grid is left out.
        topology.polygons.append(list(filter(None, polygons)))
    return topology


def _unit_rings(shape: shapely.Geometry) -> list[list[Points]]:
    """Return the rings of each part of a shape."""
    return [_rings(part) for part in shapely.get_parts(shape)]


def _rings(polygon: shapely.Polygon) -> list[Points]:
    lines = (polygon.exterior, *polygon.interiors)
    return [_whole(shapely.get_coordinates(line)) for line in lines]


def _whole(coordinates: NDArray[np.float64]) -> Points:
    points = np.rint(coordinates * _SCALE).astype(np.int64)
    keep = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
    return np.asarray(points[keep])


def _junctions(units: list[list[list[Points]]]) -> set[int]:
    """Return the points where more than two different border pieces meet."""
    rings = chain.from_iterable(chain.from_iterable(units))
    edges = np.concatenate([_edges(ring) for ring in rings])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    points, degree = np.unique(edges, return_counts=True)
    return set(points[degree != 2].tolist())


def _edges(ring: Points) -> NDArray[np.int64]:
    """Return the two ends of every step along a ring."""
    keys = _keys(ring)
    return np.stack([keys[:-1], keys[1:]], axis=1)


def _keys(points: Points) -> NDArray[np.int64]:
    return np.asarray(points[:, 0] * (1 << 32) + points[:, 1])


def _split(ring: Points, junctions: set[int]) -> list[Points]:
    """Cut a closed ring at its junctions.

    A ring without any starts at its smallest point, so that twins coincide.
    """
    points = ring[:-1]
    if len(points) < 3:
        return []
    keys = _keys(points).tolist()
    cuts = [i for i, key in enumerate(keys) if key in junctions] or [int(np.argmin(keys))]
    points = np.roll(points, -cuts[0], axis=0)
    places = [c - cuts[0] for c in cuts] + [len(points)]
    closed = np.concatenate([points, points[:1]])
    return [closed[a : b + 1] for a, b in pairwise(places)]


def _arc(
    topology: Topology, known: dict[tuple[bytes, bytes], int], piece: Points, unit: int
) -> int:
    """Return the number of the arc along a piece, adding it when it is new.

    It is `~n` for an arc that runs the other way.
    """
    forward, backward = piece.tobytes(), piece[::-1].tobytes()
    key = (min(forward, backward), max(forward, backward))
    number = known.setdefault(key, len(topology.arcs))
    if number == len(topology.arcs):
        topology.arcs.append(_steps(piece))
        topology.owners.append([unit])
        return number
    if unit not in topology.owners[number]:
        topology.owners[number].append(unit)
    first = topology.arcs[number][:4]
    runs_forward = first == _steps(piece[:2]) if len(piece) > 1 else True
    return number if runs_forward else ~number


def _steps(points: Points) -> list[int]:
    steps = np.concatenate([points[:1], np.diff(points, axis=0)])
    flat: list[int] = steps.ravel().tolist()
    return flat
