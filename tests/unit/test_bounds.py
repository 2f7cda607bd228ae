"""Small inputs that ask for much work: answered in time, or refused with a sentence before the work."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hubtiers.errors import DataError
from hubtiers.regions import _placing, membership
from hubtiers.regions.membership import overlaps_by_geometry
from hubtiers.regions.read import read_regions
from hubtiers.scoring.aggregate import Copeland, outranking


def layer(shapes):
    ids = [f"r{number}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"region_id": ids}, geometry=list(shapes), crs=4326)


def scribble(corners):
    places = np.random.default_rng(1).random((corners, 2))
    return shapely.Polygon(places + np.array([100.0, 30.0]))


@pytest.mark.parametrize("shape", [scribble(600), shapely.MultiPolygon([scribble(300)] * 2)])
def test_an_outline_that_crosses_itself_throughout_is_refused(shape):
    match = r"outline that crosses itself more than 20000 times, of r1: .* Draw it again"
    with pytest.raises(DataError, match=match):
        read_regions(layer([shapely.box(0, 0, 1, 1), shape]))


def test_many_copies_in_one_region_are_refused():
    copies = shapely.MultiPolygon([shapely.box(0, 0, 1, 1)] * 200)
    with pytest.raises(DataError, match="of r0: that is no area"):
        read_regions(layer([copies]))


def test_islands_and_few_crossings_are_repaired(monkeypatch):
    """Rings that close, neighbours and a bow tie are no reason to refuse."""
    monkeypatch.setattr(_placing, "MOST_CROSSINGS", 1)
    islands = [shapely.box(2 * i, 0, 2 * i + 1, 1) for i in range(40)]
    tie = shapely.Polygon([(0, 5), (1, 6), (1, 5), (0, 6)])
    regions = read_regions(layer([shapely.MultiPolygon([*islands, tie])]))
    assert regions.geometry.iloc[0].area == pytest.approx(40.5)
    twice = shapely.Polygon([(0, 5), (1, 6), (2, 5), (2, 6), (1, 5), (0, 6)])
    with pytest.raises(DataError, match="more than 1 times"):
        read_regions(layer([twice]))


def test_overlaps_are_found_in_the_order_of_the_rows_however_many_rows_at_once(monkeypatch):
    rng = np.random.default_rng(3)
    corners = rng.random((70, 2)) * 20
    frame = layer([shapely.box(x, y, x + 2, y + 2) for x, y in corners]).set_index("region_id")
    found = overlaps_by_geometry(frame)
    ids = list(frame.index)
    expected = [
        (a, b)
        for i, a in enumerate(ids)
        for j, b in enumerate(ids)
        if i < j and (np.abs(corners[i] - corners[j]) < 2).all()
    ]
    large = [pair for pair in expected if pair in found]
    assert found == large
    assert len(expected) - len(found) < 5
    monkeypatch.setattr(membership, "_ROWS_AT_ONCE", 7)
    assert overlaps_by_geometry(frame) == found


def test_the_same_shapes_many_times_are_refused(monkeypatch):
    monkeypatch.setattr(membership, "MOST_OVERLAPS", 44)
    ten = layer([shapely.box(0, 0, 1, 1)] * 10).set_index("region_id")
    match = r"More than 44 pairs .*: r0 with r1, r0 with r2, .* keep one row for each region"
    with pytest.raises(DataError, match=match):
        overlaps_by_geometry(ten)
    assert len(overlaps_by_geometry(ten.iloc[:9])) == 36


def test_copeland_compares_some_regions_at_a_time_and_refuses_too_many(monkeypatch):
    rng = np.random.default_rng(4)
    values = pd.DataFrame(rng.integers(0, 6, (41, 3)).astype(float), columns=list("abc"))
    values.iloc[5, 1] = np.nan
    whole = Copeland().fit(values).apply(values)
    monkeypatch.setattr(outranking, "_MARGINS_AT_ONCE", 100)
    pd.testing.assert_series_equal(Copeland().fit(values).apply(values), whole)
    monkeypatch.setattr(outranking, "MOST_DUELS", 3 * 40 * 40)
    match = r"41 regions in 3 indicators are too many\. Score 40 at most"
    with pytest.raises(DataError, match=match):
        Copeland().fit(values)
    assert len(Copeland().fit(values.iloc[:40]).field) == 40
