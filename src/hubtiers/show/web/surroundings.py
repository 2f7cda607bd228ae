"""What the web map shows around the regions: its view, land, lines of the pack, credits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hubtiers.regions.boundaries import load_context
from hubtiers.regions.pack import WORLD_PACK, Pack
from hubtiers.scheme import Result
from hubtiers.show.credits import attribution, boundary_note, coordinate_note
from hubtiers.show.framing import (
    Framing,
    frame_shapes,
    joined_at,
    outlying,
    require_extent,
    without_twins,
)
from hubtiers.show.part_titles import part_title
from hubtiers.show.study_area import StudyArea, fills_map
from hubtiers.show.web.ground import Ground
from hubtiers.show.web.topology import encode_line

__all__ = ["context_content", "view_content"]

Box = tuple[float, float, float, float]


def view_content(
    result: Result, ground: Ground, hub_units: Iterable[int], extent: Box | None
) -> dict[str, Any]:
    """Return where the map opens, and the small parts far away that it can go to.

    Parameters
    ----------
    hub_units
        Numbers of the units of a layout, which the opening view holds as well.
    extent
        West, south, east and north, for those who know better.
    """
    if extent is not None:
        return {"bounds": _corners(require_extent(extent)), "parts": []}
    area, pack = ground.area, ground.pack
    shapes = np.concatenate([area.study.array, ground.units.geometry.iloc[list(hub_units)].array])
    held = gpd.GeoSeries(shapes, crs=4326)
    if pack is not None and pack.window and fills_map(held, pack):
        return {"bounds": _mainland(ground.units), "parts": []}
    framing = frame_shapes(held.array)
    return {"bounds": _corners(framing.bounds), "parts": _parts(result, area, framing)}


def _corners(bounds: Box) -> list[list[float]]:
    """Return a box as the browser reads it: its southwestern and its northeastern corner."""
    west, south, east, north = bounds
    return [[south, west], [north, east]]


def _mainland(units: gpd.GeoDataFrame) -> list[list[float]]:
    west, south, east, north = units.total_bounds.tolist()
    # Islands far in the south would shrink everything else; the view opens on the mainland and can
    # be moved.
    points = units.geometry.representative_point()
    south = max(south, float(points.y.quantile(0.005)) - 1.5)
    return _corners((west, south, east, north))


def _parts(result: Result, area: StudyArea, framing: Framing) -> list[dict[str, Any]]:
    """Return the small parts far away: their regions, and where they lie."""
    found = []
    for bounds, regions in zip(framing.insets, outlying(area.study, framing), strict=True):
        west, south, east, north = bounds
        # In the same turn of the globe as everything else.
        turn = 360.0 * np.floor((west - framing.cut) / 360.0)
        names = part_title(result, regions)
        corners = _corners((west - turn, south, east - turn, north))
        found.append({"name_zh": names.zh, "name_en": names.en, "bounds": corners})
    return found


def context_content(ground: Ground, links: Sequence[str] = ()) -> dict[str, Any]:
    """Return the land around, the lines of the pack, and whose work the shapes and links are."""
    pack = ground.pack
    note = coordinate_note(ground.regions)
    return {
        "world": [_outlines(shape) for shape in _land(ground)],
        "dashes": _lines(pack),
        "note": boundary_note(ground.regions, links).to_plain(),
        "coordinates": note.to_plain() if note is not None else None,
        "attribution": attribution(ground.regions),
    }


def _land(ground: Ground) -> list[Any]:
    pack = ground.pack
    if pack is not None and pack.borders and pack.context_file:
        return list(load_context("world", pack=pack).geometry)
    world = load_context("world", pack=WORLD_PACK).geometry
    cut = ground.cut
    opened = gpd.GeoSeries(joined_at(world.array, cut), crs=4326)
    return list(without_twins(opened, ground.area.outline((cut, -90.0, cut + 360.0, 90.0))))


def _lines(pack: Pack | None) -> list[list[int]]:
    if pack is None:
        return []
    lines: list[list[int]] = []
    for line in pack.lines:
        parts = shapely.get_parts(pack.line_shapes(line).geometry.array)
        lines += [encode_line(shapely.get_coordinates(part)) for part in parts]
    return lines


def _outlines(shape: Any) -> list[list[int]]:
    """Return the outer ring of every part of a shape."""
    return [
        encode_line(shapely.get_coordinates(part.exterior)) for part in shapely.get_parts(shape)
    ]
