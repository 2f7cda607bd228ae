"""Passages between classes: counts, where they lead, and what is not known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import hubtiers as ht
from hubtiers.years.panel import tier_panel
from hubtiers.years.transitions import mean_first_passage


def frame(*rows, years=(2010, 2015, 2020)):
    return pd.DataFrame(list(rows), index=[f"r{n}" for n in range(len(rows))], columns=list(years))


def test_counts_and_what_has_no_class():
    found = ht.tier_transitions(frame([1, 2, 2], [2, None, 1], [1, 1, 2]))
    assert found.counts.to_numpy().tolist() == [[1, 2], [0, 1]]
    assert found.left_out == 2
    assert found.probabilities.to_numpy().tolist() == [[1 / 3, 2 / 3], [0.0, 1.0]]
    assert found.standard_errors.iloc[0].tolist() == pytest.approx([np.sqrt(2 / 27)] * 2)
    assert found.step == 5
    assert "4 steps of 5 years, 2010 to 2020, 2 without a class left out" in repr(found)


def test_a_class_that_is_never_left_takes_all():
    found = ht.tier_transitions(frame([1, 2, 2], [1, 1, 2]))
    assert found.steady_state.tolist() == [0.0, 1.0]
    assert found.first_passage.to_numpy().tolist() == [
        pytest.approx([np.inf, 1.5]),
        pytest.approx([np.inf, 1.0]),
    ]


def test_two_classes_that_are_never_left_have_no_one_steady_state():
    found = ht.tier_transitions(frame([1, 1, 1], [2, 2, 2]))
    assert found.steady_state is None
    assert found.no_steady_state == "Regions that reach one of these never leave it: 1, 2."


def test_an_empty_row_is_not_invented():
    found = ht.tier_transitions(frame([1, 1, 2], [1, 1, 1]))
    assert found.probabilities.iloc[1].isna().all()
    assert found.steady_state is None
    assert "No step out of 2 was seen" in found.no_steady_state
    # What lies behind the class that nobody was seen to leave is not known.
    assert np.isnan(found.first_passage.loc[2, 1])
    assert found.first_passage.loc[1, 2] == pytest.approx(4.0)


def test_a_class_that_nobody_has_is_left_out_of_the_steady_state():
    found = ht.tier_transitions(frame([1, 3, 1], [3, 1, 3]), classes=(1, 2, 3))
    assert found.steady_state.iloc[[0, 2]].tolist() == pytest.approx([0.5, 0.5])
    assert np.isnan(found.steady_state.iloc[1])


def test_first_passage_by_hand():
    p = np.array([[0.5, 0.25, 0.25], [0.5, 0.0, 0.5], [0.25, 0.25, 0.5]])
    # The Land of Oz: Kemeny and Snell (1976), Finite Markov Chains, and Grinstead and Snell.
    expected = [[5 / 2, 4, 10 / 3], [8 / 3, 5, 8 / 3], [10 / 3, 4, 5 / 2]]
    np.testing.assert_allclose(mean_first_passage(p), expected, rtol=1e-12)


def test_uneven_years():
    tiers = frame([1, 2, 2], [2, 1, 1], years=(2010, 2012, 2020))
    with pytest.raises(ht.NotComparableError, match="2010, 2012, 2020 are unevenly spaced"):
        ht.tier_transitions(tiers)
    assert ht.tier_transitions(tiers, uneven=True).step is None


def test_order_of_classes():
    tiers = frame(["local", "national", "local"], ["national", "local", "local"])
    assert ht.tier_transitions(tiers).counts.index.tolist() == ["national", "local"]
    letters = frame(["x", "y", "x"])
    with pytest.raises(ht.SpecError, match=r"'x', 'y' have no order of their own. Give classes="):
        ht.tier_transitions(letters)
    assert ht.tier_transitions(letters, classes=("y", "x")).counts.index.tolist() == ["y", "x"]
    with pytest.raises(ht.SpecError, match="has the class 'y', which is not among 'x', 'z'"):
        ht.tier_transitions(letters, classes=("x", "z"))


def test_what_is_no_panel():
    with pytest.raises(ht.SpecError, match="need a TierPanel or a frame of classes, but got list"):
        ht.tier_transitions([1, 2])
    with pytest.raises(ht.DataError, match="The columns of the frame must be years, but are 'a'"):
        ht.tier_transitions(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(ht.DataError, match="at least two different years, but the frame has 2010"):
        ht.tier_transitions(pd.DataFrame({2010: [1]}))
    with pytest.raises(ht.DataError, match="No region has a class in two successive years"):
        ht.tier_transitions(frame([1, None, 1]))


@pytest.fixture
def panel():
    def table(values):
        one = pd.DataFrame({"rd": values}, index=list("abcd"), dtype=float)
        return ht.IndicatorTable.from_frame(one)

    tables = {2010: table([1, 2, 8, 9]), 2020: table([1, 8, 8, 9])}
    return tier_panel(ht.Scheme(tier=ht.Thresholds((0.5,))), tables)


def test_a_panel_has_its_own_tiers(panel):
    found = ht.tier_transitions(panel)
    assert found.counts.index.tolist() == ["international", "national"]
    assert found.counts.to_numpy().tolist() == [[2, 0], [1, 1]]
    with pytest.raises(ht.SpecError, match="A panel has its own tiers. Leave `classes` out"):
        ht.tier_transitions(panel, classes=(1, 2))


CHAIN = {"a": ("b",), "b": ("a", "c"), "c": ("b", "d"), "d": ("c",)}


class TestSpatial:
    def test_tier_of_the_neighbours(self, panel):
        found = ht.spatial_transitions(panel, CHAIN)
        # Scores of 2010 are 0, 1/8, 7/8 and 1, and tiers part at 1/2: a stands beside b (1/8), b
        # between a and c (7/16), c between b and d (9/16), d beside c (7/8).
        assert found.by_lag["national"].counts.to_numpy().tolist() == [[0, 0], [1, 1]]
        assert found.by_lag["international"].counts.to_numpy().tolist() == [[2, 0], [0, 0]]
        assert found.pooled.left_out == 0

    def test_an_island_is_told(self, panel):
        found = ht.spatial_transitions(panel, CHAIN | {"a": (), "b": ("c",)})
        assert found.islands == ("a",)
        assert found.pooled.left_out == 1
        assert "without neighbours: a" in repr(found)

    def test_shapes_give_neighbours(self, panel):
        boxes = [box(n, 0, n + 1, 1) for n in range(4)]
        layer = ht.read_regions(
            gpd.GeoDataFrame(
                {"id": list("abcd"), "name": list("abcd")}, geometry=boxes, crs="EPSG:4326"
            ),
            id_column="id",
            name="name",
        )
        by_shape, by_hand = (ht.spatial_transitions(panel, n) for n in (layer, CHAIN))
        pd.testing.assert_frame_equal(by_shape.to_frame(), by_hand.to_frame())

    def test_refusals(self, panel):
        refitted = tier_panel(
            panel.fitted.scheme, {y: r.table for y, r in panel.results.items()}, refit=True
        )
        with pytest.raises(ht.NotComparableError, match="Every year of the panel has a scale"):
            ht.spatial_transitions(refitted, CHAIN)
        with pytest.raises(ht.DataError, match="No region has a neighbour with a value"):
            ht.spatial_transitions(panel, {"x": ("y",)})
        with pytest.raises(
            ht.SpecError, match="needs a TierPanel or a frame of values, but got int"
        ):
            ht.spatial_transitions(3, CHAIN)
        with pytest.raises(ht.SpecError, match="classes=1 must be a whole number of at least 2"):
            ht.spatial_transitions(panel.scores, CHAIN, classes=1)
        uneven = panel.scores.assign(x=1.0).set_axis([2010, 2012, 2020], axis=1)
        with pytest.raises(ht.NotComparableError, match="are unevenly spaced"):
            ht.spatial_transitions(uneven, CHAIN)

    def test_clusters_have_no_cut_points(self, panel):
        tables = {year: result.table for year, result in panel.results.items()}
        clusters = tier_panel(ht.Scheme(tier=ht.KMeans(2)), tables)
        with pytest.raises(ht.NotComparableError, match="are not cut from the score"):
            ht.spatial_transitions(clusters, CHAIN)
