"""Shapes and lines as collections of matplotlib that can be found by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from hubtiers.show.figures.labels import Box

__all__ = ["areas_of", "around", "box_of", "paths_along", "take_place"]


def areas_of(
    shapes: Iterable[Any],
    *,
    face: str | Sequence[str],
    edge: str,
    width: float,
    name: str,
    order: float,
) -> Any:
    """Return shapes as one collection that can be found by its name."""
    from matplotlib.collections import PathCollection

    areas = PathCollection(
        _outlines(shapes), facecolors=face, edgecolors=edge, linewidths=width, zorder=order
    )
    areas.set_joinstyle("round")
    areas.set_gid(name)
    return areas


def _outlines(shapes: Iterable[Any]) -> list[Any]:
    """Return the rings of each shape as one path; holes run the other way round."""
    from matplotlib.path import Path as Outline

    oriented = shapely.orient_polygons(np.array(list(shapes), dtype=object))
    parts, owners = shapely.get_parts(oriented, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, places = shapely.get_rings(parts[areal], return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Outline.LINETO, dtype=Outline.code_type)
    starts = np.searchsorted(ring_of, np.arange(len(rings)))
    codes[starts] = Outline.MOVETO
    codes[np.append(starts[1:], len(points))[: len(rings)] - 1] = Outline.CLOSEPOLY
    # Where the points of each shape begin and end.
    owner_of = owners[areal][places][ring_of]
    edges = np.searchsorted(owner_of, np.arange(len(oriented) + 1))
    return [Outline(points[start:end], codes[start:end]) for start, end in pairwise(edges)]


def paths_along(lines: Iterable[Any], *, colour: str, width: float, name: str, order: float) -> Any:
    """Return lines as one collection that can be found by its name."""
    from matplotlib.collections import LineCollection

    parts = shapely.get_parts(np.array(list(lines), dtype=object))
    points = [shapely.get_coordinates(part) for part in parts]
    drawn = LineCollection(points, colors=colour, linewidths=width, zorder=order, capstyle="round")
    drawn.set_gid(name)
    return drawn


def take_place(axes: Any) -> None:
    """Put axes where they belong, as drawing them would do, so that their size can be asked."""
    locate = axes.get_axes_locator()
    axes.apply_aspect(None if locate is None else locate(axes, None))


def box_of(artist: Any) -> Box:
    """Return where an artist stands, in pixels."""
    return around([artist])


def around(artists: Iterable[Any]) -> Box:
    """Return the box around artists, in pixels."""
    extents = [artist.get_window_extent() for artist in artists]
    return Box(
        min(e.x0 for e in extents),
        min(e.y0 for e in extents),
        max(e.x1 for e in extents),
        max(e.y1 for e in extents),
    )
