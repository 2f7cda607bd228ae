"""Cut-points on one score: each rule against numbers worked out by hand, and what each of them survives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, HubtiersError, SpecError, UnknownOptionError
from hubtiers.tiers.breaks import (
    EqualIntervals,
    HeadTail,
    NaturalBreaks,
    Quantiles,
    RelativeTo,
    StandardDeviation,
    Thresholds,
    TierScale,
)

SCORES = pd.Series([0.9, 0.8, 0.35, 0.3, 0.3, 0.1, 0.05, None], index=list("abcdefgh"))
RULES = (
    NaturalBreaks(3),
    NaturalBreaks(3, scale="log"),
    Quantiles(3),
    EqualIntervals(3),
    HeadTail(3),
    StandardDeviation(at=(-0.5, 0.5)),
    Thresholds((0.2, 0.5)),
    RelativeTo((50, 150)),
    RelativeTo((50, 100), region="b"),
)


def name(rule: Any) -> str:
    return repr(rule)


@pytest.mark.parametrize(
    ("rule", "breaks", "counts"),
    [
        (NaturalBreaks(3), (0.2, 0.575), (2, 3, 2)),
        (NaturalBreaks(1), (), (7,)),
        (NaturalBreaks(2, scale="log"), (math.sqrt(0.1 * 0.3),), (5, 2)),
        (
            Quantiles(2),
            (0.325,),
            (3, 4),
        ),  # target 3.5: the change below 0.35 leaves 4, that below 0.3 leaves 2
        (Quantiles(3), (0.2, 0.575), (2, 3, 2)),  # targets 2.33 and 4.67: 2 and 5
        (EqualIntervals(4), (0.2625, 0.475, 0.6875), (2, 0, 3, 2)),
        (HeadTail(4), (0.4, 0.85), (1, 1, 5)),
        (HeadTail(1), (), (7,)),
        (Thresholds((0.2, 0.3, 0.9)), (0.2, 0.3, 0.9), (0, 3, 2, 2)),
        (RelativeTo((50, 100, 200)), (0.2, 0.4, 0.8), (1, 1, 3, 2)),
        (RelativeTo((50,), region="b"), (0.4,), (2, 5)),
    ],
    ids=name,
)
def test_breaks_and_counts(rule: Any, breaks: tuple[float, ...], counts: tuple[int, ...]) -> None:
    scale = rule.fit(SCORES)
    assert scale.breaks == pytest.approx(breaks, abs=1e-12)
    assert scale.counts == counts
    assert scale.labels == ("international", "national", "regional", "local")[: len(counts)]
    assert (scale.lowest, scale.highest) == (0.05, 0.9)


def test_standard_deviation_uses_n_minus_one() -> None:
    scale = StandardDeviation(at=(-1, 0, 2)).fit(
        pd.Series([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
    )
    s = math.sqrt(32 / 7)
    # The mean is the score of two regions, and the next one is 7.
    assert scale.breaks == pytest.approx((5 - s, 6.0, 5 + 2 * s))
    assert scale.bounds == pytest.approx((5 - s, 5.0, 5 + 2 * s))
    assert scale.counts == (0, 2, 5, 1)


def test_head_tail_goes_on_while_the_head_is_small() -> None:
    scores = pd.Series([1.0] * 12 + [5.0] * 4 + [20.0] * 2 + [90.0])
    scale = HeadTail(8, labels=tuple("ABCDEFGH")).fit(scores)
    # Means: 162/19, then 130/3 of the three above it (16 %), then one value is left.
    assert scale.breaks == pytest.approx((162 / 19, 130 / 3))
    assert (scale.labels, scale.counts) == (("A", "B", "C"), (1, 2, 16))
    assert HeadTail(8, labels=tuple("ABCDEFGH"), most_in_head=0.1).fit(
        scores
    ).breaks == pytest.approx((162 / 19,))
    assert HeadTail(2).fit(scores).breaks == pytest.approx((162 / 19,))


def test_quantiles_keep_ties_together_and_the_highest_tier_full() -> None:
    scale = Quantiles(4).fit(pd.Series([0.0, 1, 2, 3, 5, 5, 5, 5, 5, 5]))
    assert scale.breaks == (1.5, 4.0, 4.0)
    assert scale.counts == (6, 0, 2, 2)
    assert scale.apply(pd.Series([5.0, 4.0, 4.1])).tolist() == [
        "international",
        "regional",
        "international",
    ]


def test_natural_breaks_on_the_log_scale_look_at_ratios() -> None:
    scores = pd.Series([1.0, 1.1, 10.0, 11.0, 100.0, 120.0])
    log = NaturalBreaks(3, scale="log").fit(scores)
    assert log.breaks == pytest.approx((math.sqrt(11.0), math.sqrt(1100.0)), rel=1e-15)
    assert log.method == "natural breaks of the logarithm in 3 tiers"
    assert NaturalBreaks(3).fit(scores).breaks == (55.5, 110.0)
    logs = np.log(scores.to_numpy()).reshape(3, 2)
    assert log.gvf == pytest.approx(1 - (logs.var(axis=1) * 2).sum() / (logs.var() * 6))


def test_natural_breaks_of_equal_fit_take_the_lowest_cut_points() -> None:
    # In floating point 0.3 − 0.2 is not 0.2 − 0.1; rounding must not decide.
    assert highest_below_each(NaturalBreaks(2).fit(pd.Series([0.1, 0.2, 0.3]))) == [0.1]
    scale = NaturalBreaks(3).fit(pd.Series([0.4, 0.1, 0.2, 0.3]))
    assert highest_below_each(scale) == [0.1, 0.2]


def highest_below_each(scale: TierScale) -> list[float]:
    """Return the highest score below each cut-point, ascending."""
    return scale.to_frame()["upper"].tolist()[:0:-1]


def test_an_extreme_value_does_not_drown_the_others() -> None:
    near = [0.0, 0.1, 0.2, 5.0, 5.1, 9.0, 9.3]
    for extreme in (1e9, -1e9):
        scale = NaturalBreaks(4).fit(pd.Series([*near, extreme]))
        expected = [0.2, 5.1, 9.3] if extreme > 0 else [-1e9, 0.2, 5.1]
        assert highest_below_each(scale) == expected


@pytest.mark.parametrize("factor", [1e290, 1e-290])
@pytest.mark.parametrize("rule", [r for r in RULES if not isinstance(r, Thresholds)], ids=name)
def test_huge_and_tiny_scores(rule: Any, factor: float) -> None:
    expected = rule.fit(SCORES)
    scale = rule.fit(SCORES * factor)
    assert scale.breaks == pytest.approx([b * factor for b in expected.breaks], rel=1e-9)
    assert scale.counts == expected.counts
    assert scale.gvf == pytest.approx(expected.gvf, rel=1e-9)


MANY = pd.Series([0.9, 0.8, 0.7, 0.35, 0.3, 0.25, 0.1, 0.05, 0.04, None], index=list("abcdefghij"))
EXTREME = pd.concat([MANY, pd.Series({"new": 50.0})])
SURVIVES = {  # one extreme region, adding a constant, multiplying, any increasing transformation
    NaturalBreaks(3): (False, True, True, False),
    Quantiles(3): (False, True, True, True),
    EqualIntervals(3): (False, True, True, False),
    HeadTail(3): (False, True, True, False),
    StandardDeviation(at=(-0.5, 0.5)): (False, True, True, False),
    Thresholds((0.2, 0.5)): (True, False, False, False),
    RelativeTo((50, 150)): (False, False, True, False),
    RelativeTo((50, 100), region="b"): (True, False, True, False),
}


@pytest.mark.parametrize(("rule", "survives"), SURVIVES.items(), ids=map(name, SURVIVES))
def test_which_rules_survive_what(rule: Any, survives: tuple[bool, ...]) -> None:
    before = rule.fit(MANY).apply(MANY)
    changed = [EXTREME, MANY + 10, MANY * 7, np.exp(9 * MANY)]
    after = [rule.fit(scores).apply(scores)[MANY.index] for scores in changed]
    assert tuple(same_tiers(tier, before) for tier in after) == survives


def same_tiers(tier: pd.Series, other: pd.Series) -> bool:
    return tier.astype(object).fillna("–").tolist() == other.astype(object).fillna("–").tolist()


def test_a_region_on_a_computed_cut_point_stays_below_it() -> None:
    # In floating point the mean of these is not 0.3, and twice it is not 0.6.
    scores = pd.Series([0.1, 0.2, 0.3, 0.6, 0.3])
    assert scores.mean() != 0.3
    assert RelativeTo((100, 200)).fit(scores).counts == (0, 1, 4)
    scale = HeadTail(2).fit(scores)
    assert (scale.bounds, scale.breaks) == ((0.3,), (0.3 + (0.6 - 0.3) / 2,))
    assert scale.apply(scores).tolist().count("international") == 1


@pytest.mark.parametrize("rule", [NaturalBreaks(4), Quantiles(4), EqualIntervals(4)], ids=name)
def test_too_few_different_scores_is_a_sentence(rule: Any) -> None:
    for scores, have in (([1.0], "is 1"), ([1.0, 1.0, 2.0, 3.0, None], "are 3")):
        with pytest.raises(
            DataError,
            match=rf"{type(rule).__name__}\(4\) needs at least 4 different scores, .* {have}\.",
        ):
            rule.fit(pd.Series(scores))


@pytest.mark.parametrize("rule", [HeadTail(), StandardDeviation()], ids=name)
def test_equal_scores_have_no_mean_to_cut_at(rule: Any) -> None:
    with pytest.raises(DataError, match="needs at least 2 different scores, but there is 1"):
        rule.fit(pd.Series([2.0, 2.0]))


@pytest.mark.parametrize("rule", [Thresholds((1, 2)), RelativeTo((50, 100))], ids=name)
def test_absolute_rules_take_one_region(rule: Any) -> None:
    scale = rule.fit(pd.Series([2.0]))
    assert scale.counts == (0, 1, 0)


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_no_score_and_infinite_scores(rule: Any) -> None:
    with pytest.raises(DataError, match="found no region with a score"):
        rule.fit(pd.Series([None, None], dtype=float))
    with pytest.raises(DataError, match=r"needs finite scores, but [ac] has an infinite one"):
        rule.fit(SCORES.where(SCORES.index != "c", math.inf))


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_fit_leaves_the_scores_alone(rule: Any) -> None:
    scores = SCORES.copy()
    rule.fit(scores).apply(scores)
    pd.testing.assert_series_equal(scores, SCORES)


def test_log_scale_needs_positive_scores() -> None:
    with pytest.raises(
        DataError,
        match=r"log scale needs positive scores, but 'score' is 0\.0 in 1 region \(b\)\. Norm",
    ):
        NaturalBreaks(2, scale="log").fit(pd.Series({"a": 1.0, "b": 0.0, "c": 3.0}))
    with pytest.raises(UnknownOptionError, match="Unknown scale of NaturalBreaks: 'logarithm'"):
        NaturalBreaks(2, scale="logarithm")


def test_yardstick() -> None:
    with pytest.raises(UnknownOptionError, match="Unknown region 'z'"):
        RelativeTo(region="z").fit(SCORES)
    with pytest.raises(
        DataError, match=r"RelativeTo\(region='h'\) cannot be used: it has no score"
    ):
        RelativeTo(region="h").fit(SCORES)
    with pytest.raises(DataError, match="it has more than one score"):
        RelativeTo(region="a").fit(pd.Series([1.0, 2.0], index=["a", "a"]))
    with pytest.raises(
        DataError, match="needs a positive yardstick, but the score of the mean is 0"
    ):
        RelativeTo().fit(pd.Series([-1.0, 1.0]))
    with pytest.raises(
        DataError, match="positive yardstick, but the score of the region 'a' is -1"
    ):
        RelativeTo(region="a").fit(pd.Series({"a": -1.0, "b": 1.0}))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Thresholds(()), r"Thresholds\(breaks=\(\)\) must be at least one finite number"),
        (lambda: Thresholds((2, 1)), "each above the one before it"),
        (lambda: Thresholds((1, 1)), "each above the one before it"),
        (lambda: Thresholds((1, math.nan)), "finite number"),
        (lambda: Thresholds(("low",)), "are no numbers"),
        (lambda: Thresholds(3), "are no numbers"),
        (lambda: Thresholds((1, 2, 3, 4)), "for 5 give labels"),
        (lambda: StandardDeviation(at=(1, -1)), r"StandardDeviation\(at=\(1, -1\)\) must be"),
        (lambda: RelativeTo((0, 50)), "is not positive"),
        (lambda: HeadTail(most_in_head=1), r"HeadTail\(most_in_head=1\) is no share"),
        (lambda: Quantiles(0), "must be a whole number of at least 1"),
        (lambda: EqualIntervals(2, labels=("a",)), "2 tiers need 2 different labels"),
    ],
)
def test_wrong_choices(make: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        make()


def test_methods_can_be_compared_and_hashed() -> None:
    assert Thresholds([1, 2], labels=["a", "b", "c"]) == Thresholds(
        (1.0, 2.0), labels=("a", "b", "c")
    )
    assert hash(Thresholds([1, 2])) == hash(Thresholds((1.0, 2.0)))
    assert {NaturalBreaks(3, labels=["a", "b", "c"]): 1}[
        NaturalBreaks(3, labels=("a", "b", "c"))
    ] == 1


def test_thresholds_can_keep_the_cut_points_of_a_fit() -> None:
    scale = NaturalBreaks(3).fit(SCORES)
    kept = Thresholds(scale.breaks, labels=scale.labels).fit(SCORES)
    assert (kept.breaks, kept.counts, kept.gvf) == (scale.breaks, scale.counts, scale.gvf)


def test_errors_are_ours() -> None:
    for scores in (
        pd.Series(["x"]),
        pd.Series([1 + 2j]),
        pd.Series(["1", 2.0], dtype=object),
        [1, 2],
        None,
    ):
        with pytest.raises(HubtiersError, match="takes "):
            NaturalBreaks(2).fit(scores)
