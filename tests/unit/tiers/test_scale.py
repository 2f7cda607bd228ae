"""What a tier rule leaves behind."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, SpecError
from hubtiers.tiers.scale import (
    GroupedTiers,
    TierScale,
    between_scores,
    finite_scores,
    scale_at,
    tier_labels,
    variance_fit,
    within_reach,
)

SCORES = pd.Series({"a": 10.0, "b": 30.0, "c": 30.5, "d": 60.0, "e": None})


@pytest.fixture
def scale() -> TierScale:
    cuts = [30.0, 50.0]
    known = np.array([10.0, 30.0, 30.5, 60.0])
    return scale_at(known, cuts, ("top", "middle", "low"), "by hand", bounds=cuts)


def test_classes_are_closed_above_and_missing_stays_missing(scale: TierScale) -> None:
    tier = scale.apply(SCORES)
    assert tier.to_dict() == {"a": "low", "b": "low", "c": "middle", "d": "top", "e": np.nan}
    assert tier.name == "tier"
    assert tier.cat.categories.tolist() == ["low", "middle", "top"]
    assert (tier >= "middle").tolist() == [False, False, True, True, False]


def test_scores_outside_the_range_fall_into_the_outermost_tiers(scale: TierScale) -> None:
    later = pd.Series({"x": -5.0, "y": 1e9, "z": math.inf, "w": -math.inf})
    assert scale.apply(later).tolist() == ["low", "top", "top", "low"]


def test_nullable_numbers_are_scores_too(scale: TierScale) -> None:
    assert scale.apply(pd.Series([31, None, 30], dtype="Int64")).tolist() == [
        "middle",
        np.nan,
        "low",
    ]


def test_distance_to_next(scale: TierScale) -> None:
    distance = scale.distance_to_next(SCORES)
    assert distance.name == "distance_to_next"
    assert distance.to_dict() == pytest.approx(
        {"a": 20.0, "b": 0.0, "c": 19.5, "d": np.nan, "e": np.nan}, nan_ok=True
    )


def test_a_region_moves_up_when_it_gains_more_than_the_distance(scale: TierScale) -> None:
    just = SCORES + scale.distance_to_next(SCORES).fillna(0)
    assert scale.apply(just).equals(scale.apply(SCORES))
    assert scale.apply(np.nextafter(just, np.inf)).tolist()[:3] == ["middle", "middle", "top"]


def test_frame_has_the_highest_tier_first(scale: TierScale) -> None:
    frame = scale.to_frame()
    assert frame.to_dict("list") == {
        "tier": ["top", "middle", "low"],
        "tier_zh": ["top", "middle", "low"],
        "lower": [50.0, 30.0, 10.0],
        "upper": [60.0, 50.0, 30.0],
        "count": [1, 1, 2],
    }


def test_frame_never_runs_backwards_when_cut_points_lie_outside_the_scores() -> None:
    cuts = [10.0, 20.0]
    scale = scale_at(np.array([4.0, 5.0]), cuts, ("a", "b", "c"), "by hand", bounds=cuts)
    frame = scale.to_frame()
    assert frame["lower"].tolist() == [20.0, 10.0, 4.0]
    # No region stands in the highest tier, so that it has no upper end.
    assert frame["upper"].tolist()[1:] == [20.0, 10.0]
    assert np.isnan(frame["upper"][0])
    assert frame["count"].tolist() == [0, 0, 2]


def test_a_scale_of_one_s_own_is_printed_by_its_cut_points() -> None:
    scale = TierScale(("up", "down"), (3.0,), 1.0, 9.0, (1, 2), 0.5, "mine")
    assert scale.to_frame()[["lower", "upper"]].to_numpy().tolist() == [[3.0, 9.0], [1.0, 3.0]]


def test_tiers_that_are_learnt_are_printed_by_the_scores_in_them() -> None:
    scale = scale_at(np.array([1.0, 2.0, 6.0, 9.0]), [4.0, 4.0], ("a", "b", "c"), "learnt")
    assert scale.to_frame()["lower"].tolist()[::2] == [6.0, 1.0]
    assert scale.to_frame()["upper"].tolist()[::2] == [9.0, 2.0]
    assert scale.to_frame().loc[1, ["lower", "upper"]].isna().all()
    later = scale.recount(pd.Series([3.0, 4.5, 5.0]))
    assert later.breaks == (4.0, 4.0)
    assert later.to_frame()["lower"].tolist()[::2] == [4.5, 3.0]


def test_cut_points_leave_the_scores_for_the_middle_of_the_gap() -> None:
    known = np.array([4.0, 1.0, 1.0, 16.0, 9.0])
    assert between_scores([1.0, 4.0], known) == (2.5, 6.5)
    assert between_scores([1.0, 4.0], known, log=True) == (2.0, 6.0)
    # Between two scores, below all and on the highest there is nothing to move away from.
    assert between_scores([0.5, 8.0, 16.0], known) == (0.5, 8.0, 16.0)
    assert between_scores([0.5, 20.0], known) == (0.5, 20.0)
    assert between_scores([4.0, 4.0], known) == (6.5, 6.5)


def test_the_middle_never_reaches_the_score_above() -> None:
    for low in (1.0, 0.1, -3.0, 1e-310, 1e300):
        pair = np.array([low, np.nextafter(low, np.inf)])
        assert between_scores([low], pair) == (low,)
    assert between_scores([1e-300], np.array([1e-300, 1e300]), log=True) == pytest.approx((1.0,))
    assert between_scores([-9e299], np.array([-9e299, 9e299])) == (0.0,)


def test_one_tier_has_no_cut_point() -> None:
    scale = scale_at(np.array([1.0, 2.0]), [], ("all",), "by hand")
    assert scale.apply(pd.Series([5.0])).tolist() == ["all"]
    assert scale.to_frame()[["lower", "upper"]].to_numpy().tolist() == [[1.0, 2.0]]
    assert scale.distance_to_next(pd.Series([1.0])).isna().all()
    assert scale.gvf == 0.0


def test_recount_keeps_the_cut_points(scale: TierScale) -> None:
    later = scale.recount(pd.Series([20.0, 55.0, 70.0, None]))
    assert (later.breaks, later.labels, later.method) == (scale.breaks, scale.labels, scale.method)
    assert (later.counts, later.lowest, later.highest) == ((2, 0, 1), 20.0, 70.0)
    assert later.gvf == pytest.approx(1 - 112.5 / np.var([20, 55, 70]) / 3)


def test_repr_and_html(scale: TierScale) -> None:
    assert repr(scale).splitlines()[0] == f"<TierScale: by hand, GVF {scale.gvf:.4f}>"
    assert repr(scale).splitlines()[1].split() == ["top", "50.0000", "…", "60.0000", "1"]
    odd = scale_at(np.array([1.0, 2.0]), [1.5], ("<b>", "b"), "<i>")
    assert "<b>" not in odd._repr_html_()
    assert "&lt;b&gt;" in odd._repr_html_()
    assert "<i>" not in odd._repr_html_()


def test_variance_fit() -> None:
    scores, classes = np.array([1.0, 2.0, 10.0, 12.0]), np.array([0, 0, 1, 1])
    assert variance_fit(scores, classes) == pytest.approx(1 - 2.5 / ((scores - 6.25) ** 2).sum())
    assert variance_fit(scores, np.zeros(4, int)) == 0.0
    assert variance_fit(np.ones(3), np.zeros(3, int)) == 1.0


@pytest.mark.parametrize("factor", [1e300, 1e-300, -3.0])
def test_variance_fit_does_not_depend_on_the_unit(factor: float) -> None:
    scores, classes = np.array([1.0, 2.0, 10.0, 12.0]), np.array([0, 0, 1, 1])
    assert variance_fit(scores * factor, classes) == pytest.approx(
        variance_fit(scores, classes), rel=1e-12
    )


def test_within_reach_is_exact() -> None:
    values = np.array([3.0e300, -1.5e300, 7.0])
    assert np.abs(within_reach(values)).max() < 1
    assert (within_reach(values)[:2] * 2.0**999 == values[:2]).all()


def test_grouped_tiers_have_ranges_and_no_distance() -> None:
    grouped = GroupedTiers(("a", "b"), (), 1.0, 9.0, (1, 2), 0.5, "rules", ((4.0, 9.0), (1.0, 5.0)))
    assert grouped.to_frame()[["lower", "upper"]].to_numpy().tolist() == [[4.0, 9.0], [1.0, 5.0]]
    assert grouped.distance_to_next(pd.Series([1.0, 2.0])).isna().all()
    assert repr(grouped).startswith("<GroupedTiers: rules, GVF 0.5000>")


def test_labels() -> None:
    assert tier_labels(2, None) == ("international", "national")
    assert tier_labels(2, ["x", "y"]) == ("x", "y")
    with pytest.raises(
        SpecError, match="number of tiers is 0; it must be a whole number of at least 1"
    ):
        tier_labels(0, None)
    with pytest.raises(SpecError, match="number of tiers is True"):
        tier_labels(True, None)
    with pytest.raises(SpecError, match=r"has 4 tiers; for 5 give labels=\(…\), highest first"):
        tier_labels(5, None)
    for wrong in (["x"], ["x", "x"], "xy"):
        with pytest.raises(SpecError, match="2 tiers need 2 different labels, highest first"):
            tier_labels(2, wrong)


def test_finite_scores_says_what_is_wrong() -> None:
    assert finite_scores(SCORES, "M()").tolist() == [10.0, 30.0, 30.5, 60.0]
    with pytest.raises(
        DataError, match=r"M\(\) needs finite scores, but b has an infinite one .* Look at the norm"
    ):
        finite_scores(pd.Series({"a": 1.0, "b": math.inf}), "M()")
    with pytest.raises(DataError, match=r"found no region with a score \(2 in all\)"):
        finite_scores(pd.Series([None, None], dtype=float), "M()")
    with pytest.raises(DataError, match=r"found no region with a score \(0 in all\)"):
        finite_scores(pd.Series([], dtype=float), "M()")
    with pytest.raises(DataError, match="takes numbers, but the scores are of the type"):
        finite_scores(pd.Series(["a", "b"]), "M()")
    with pytest.raises(DataError, match="takes a pandas Series of scores by region, but got list"):
        finite_scores([1.0], "M()")
