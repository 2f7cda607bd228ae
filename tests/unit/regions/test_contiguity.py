"""Neighbours: touching in a border or a corner, or nearest."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import box

from hubtiers.errors import DataError, DuplicateRegionError, SpecError, UnknownOptionError
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.contiguity import contiguity, neighbour_pairs, without_neighbours


def grid(rows: int, columns: int) -> gpd.GeoDataFrame:
    """Unit squares, named by row and column."""
    cells = {}
    for row in range(rows):
        for column in range(columns):
            cells[f"{row}{column}"] = box(column, row, column + 1, row + 1)
    return gpd.GeoDataFrame(geometry=list(cells.values()), index=list(cells), crs="EPSG:4326")


def test_queen_touches_in_corners_and_rook_does_not() -> None:
    layer = grid(3, 3)
    assert contiguity(layer)["11"] == ("00", "01", "02", "10", "12", "20", "21", "22")
    assert contiguity(layer)["00"] == ("01", "10", "11")
    assert contiguity(layer, "rook")["11"] == ("01", "10", "12", "21")
    assert contiguity(layer, "rook")["00"] == ("01", "10")


def test_rook_borders_are_told_in_a_projection_too() -> None:
    layer = grid(2, 2).to_crs("EPSG:3857")
    assert contiguity(layer, "rook") == contiguity(grid(2, 2), "rook")


def test_nearest_by_great_circle() -> None:
    """At 80° north, ten degrees of longitude are nearer than three of latitude."""
    boxes = [box(0, 80, 0.1, 80.1), box(10, 80, 10.1, 80.1), box(0, 77, 0.1, 77.1)]
    layer = gpd.GeoDataFrame(geometry=boxes, index=list("abc"), crs="EPSG:4326")
    assert contiguity(layer, "nearest", k=1) == {"a": ("b",), "b": ("a",), "c": ("a",)}


def test_nearest_need_not_be_mutual_and_skips_a_region_without_a_shape() -> None:
    layer = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1, 1), None, box(2, 0, 3, 1), box(9, 0, 10, 1)],
        index=list("abcd"),
        crs="EPSG:4326",
    )
    assert contiguity(layer, "nearest", k=1) == {"a": ("c",), "b": (), "c": ("a",), "d": ("c",)}
    assert contiguity(layer) == {"a": (), "b": (), "c": (), "d": ()}


def test_provinces_share_their_borders() -> None:
    neighbours = contiguity(load_regions("province"))
    assert neighbours["110000"] == ("120000", "130000")
    assert without_neighbours(neighbours) == ["460000", "710000"]
    mutual = [(a, b) for a, others in neighbours.items() for b in others]
    assert all((b, a) in set(mutual) for a, b in mutual)


def test_pairs_among_some_regions_only() -> None:
    first, second = neighbour_pairs(contiguity(grid(1, 4)), ["03", "01", "00"])
    assert first.tolist() == [1, 2]
    assert second.tolist() == [2, 1]


def test_what_cannot_be_told_is_refused() -> None:
    layer = grid(1, 3)
    with pytest.raises(UnknownOptionError, match="Unknown rule of contiguity 'bishop'"):
        contiguity(layer, "bishop")
    with pytest.raises(SpecError, match=r"contiguity\(k=0\) must be a whole number of at least 1"):
        contiguity(layer, "nearest", k=0)
    with pytest.raises(DataError, match=r"needs more than 4 regions with a shape, but there are 3"):
        contiguity(layer, "nearest")
    with pytest.raises(DataError, match=r"contiguity\(\) needs regions with geometry"):
        contiguity(layer.drop(columns="geometry"))
    twice = layer.set_index([["a", "a", "b"]])
    with pytest.raises(DuplicateRegionError, match="The layer of regions has more than one row"):
        contiguity(twice)
