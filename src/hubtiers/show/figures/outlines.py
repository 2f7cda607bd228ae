"""Shapes and lines as collections of matplotlib that can be found by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely

from hubtiers.show.figures.labels import Box

__all__ = ["areas_of", "around", "box_of", "paths_along"]


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
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import PathPatch

    patches = [PathPatch(_outline(shape)) for shape in shapes]
    areas = PatchCollection(
        patches, facecolors=face, edgecolors=edge, linewidths=width, zorder=order
    )
    areas.set_joinstyle("round")
    areas.set_gid(name)
    return areas


def _outline(shape: Any) -> Any:
    """Return the rings of a shape as one path; holes run the other way round."""
    from matplotlib.path import Path as Outline

    parts = shapely.get_parts(shapely.orient_polygons(shape))
    areal = [part for part in parts if part.geom_type == "Polygon"]
    rings: list[Any] = []
    for part in areal:
        rings += [part.exterior, *part.interiors]
    points = [shapely.get_coordinates(ring) for ring in rings]
    codes = [
        [Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY] for ring in points
    ]
    if not points:
        return Outline(np.zeros((0, 2)))
    return Outline(np.concatenate(points), np.concatenate(codes))


def paths_along(lines: Iterable[Any], *, colour: str, width: float, name: str, order: float) -> Any:
    """Return lines as one collection that can be found by its name."""
    from matplotlib.collections import LineCollection

    parts = shapely.get_parts(np.array(list(lines), dtype=object))
    points = [shapely.get_coordinates(part) for part in parts]
    drawn = LineCollection(points, colors=colour, linewidths=width, zorder=order, capstyle="round")
    drawn.set_gid(name)
    return drawn


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
