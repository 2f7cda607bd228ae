"""What holds for every tier rule and any scores."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from instances import options

from hubtiers._method import asked_for
from hubtiers.errors import DataError
from hubtiers.tiers._partition import compiled_classes, matrix_classes
from hubtiers.tiers.breaks import (
    EqualIntervals,
    HeadTail,
    NaturalBreaks,
    Quantiles,
    StandardDeviation,
    Thresholds,
)
from hubtiers.tiers.scale import SAME

RULES = tuple(rule for rule in options("tier", ()) if not asked_for(rule.fit))
by_rule = pytest.mark.parametrize("rule", RULES, ids=repr)

# The first call compiles, and that takes longer than any example may.
QUICK = settings(max_examples=50, deadline=None)

one_score = st.one_of(
    st.integers(1, 20).map(float),
    st.integers(1, 10**9).map(lambda i: i / 10**7),
    st.just(float("nan")),
)
some_scores = st.lists(one_score, min_size=5, max_size=40).map(
    lambda values: pd.Series(values, index=[f"r{i}" for i in range(len(values))])
)


def fitted(rule: Any, scores: pd.Series) -> Any:
    assume(scores.nunique() >= 4)
    return rule.fit(scores)


@by_rule
@QUICK
@given(scores=some_scores)
def test_higher_score_never_lower_tier_and_equal_scores_never_split(
    rule: Any, scores: pd.Series
) -> None:
    tier = fitted(rule, scores).apply(scores)
    ranked = pd.DataFrame({"score": scores, "tier": tier.cat.codes}).dropna().sort_values("score")
    assert ranked["tier"].is_monotonic_increasing
    assert (ranked.groupby("score")["tier"].nunique() == 1).all()


@by_rule
@QUICK
@given(scores=some_scores)
def test_missing_never_has_a_tier_and_the_rest_always_has(rule: Any, scores: pd.Series) -> None:
    scale = fitted(rule, scores)
    tier = scale.apply(scores)
    assert tier.isna().equals(scores.isna())
    known = rule.fit(scores.dropna())
    assert (known.breaks, known.counts, known.gvf) == (scale.breaks, scale.counts, scale.gvf)


@by_rule
@QUICK
@given(scores=some_scores, data=st.data())
def test_order_of_regions_changes_nothing(
    rule: Any, scores: pd.Series, data: st.DataObject
) -> None:
    before = fitted(rule, scores)
    shuffled = scores[data.draw(st.permutations(list(scores.index)))]
    after = rule.fit(shuffled)
    assert after.counts == before.counts
    assert after.apply(shuffled)[scores.index].equals(before.apply(scores))


def assert_within(inside: pd.Series, row: Any, rule: Any, scale: Any) -> None:
    """Check that scores lie between the bounds of their tier; a missing bound is that of an empty tier's open end."""
    # Bounds of a printed score are held against printed scores; tests/unit/tiers/test_ends.py does that.
    if getattr(rule, "digits", None) is not None:
        return
    if scale.shows_ranges:
        ends = (row.lower, row.upper)
        assert ends == (inside.min(), inside.max()) if len(inside) else np.isnan(ends).all()
        return
    is_highest, is_lowest = row.tier == scale.labels[0], row.tier == scale.labels[-1]
    if getattr(rule, "closed", "above") == "below":
        assert (inside >= row.lower).all()
        # The upper bound of the highest tier is the highest score itself.
        assert (inside <= row.upper).all() if is_highest else (inside < row.upper).all()
        return
    assert (inside <= row.upper).all()
    assert (inside > row.lower).all() or (inside >= row.lower).all() == is_lowest


@by_rule
@QUICK
@given(scores=some_scores)
def test_scale_tells_the_truth_about_its_tiers(rule: Any, scores: pd.Series) -> None:
    scale = fitted(rule, scores)
    tier = scale.apply(scores)
    assert len(scale.breaks) + 1 == len(scale.labels) == len(scale.counts) <= 4
    assert list(scale.breaks) == sorted(scale.breaks)
    assert [int((tier == label).sum()) for label in scale.labels] == list(scale.counts)
    assert -1e-9 <= scale.gvf <= 1.0
    for row in scale.to_frame().itertuples():
        assert_within(scores[tier == row.tier], row, rule, scale)
    distance = scale.distance_to_next(scores)
    assert (distance.dropna() >= 0).all()
    assert distance.isna().equals(scores.isna() | (tier == scale.labels[0]))


@by_rule
@QUICK
@given(scores=some_scores)
def test_inputs_stay_bitwise_as_they_are(rule: Any, scores: pd.Series) -> None:
    before = scores.to_numpy().tobytes()
    fitted(rule, scores).apply(scores)
    assert scores.to_numpy().tobytes() == before


@pytest.mark.parametrize("rule", [r for r in RULES if not isinstance(r, Thresholds)], ids=repr)
@QUICK
@given(scores=some_scores, factor=st.sampled_from([0.1, 3.0, 1e6]))
def test_unit_of_the_score_changes_no_tier(rule: Any, scores: pd.Series, factor: float) -> None:
    before = fitted(rule, scores).apply(scores)
    assert rule.fit(scores * factor).apply(scores * factor).equals(before)


def brute_force(values: np.ndarray, counts: np.ndarray, k: int) -> list[int]:
    """Try every partition; of those with the same sum of squares take the one with the lowest starts."""

    def squares(starts: tuple[int, ...]) -> float:
        total = 0.0
        for a, b in zip(starts, (*starts[1:], len(values)), strict=True):
            mean = np.average(values[a:b], weights=counts[a:b])
            total += float((counts[a:b] * (values[a:b] - mean) ** 2).sum())
        return total

    every = [(0, *cuts) for cuts in combinations(range(1, len(values)), k - 1)]
    found = [squares(starts) for starts in every]
    # `combinations` counts upwards, so the first that is good enough has the lowest starts.
    return list(next(s for s, f in zip(every, found, strict=True) if f <= min(found) * (1 + SAME)))


several_values = st.lists(st.integers(-300, 300), min_size=1, max_size=10, unique=True)


@settings(max_examples=200, deadline=None)
@given(
    numbers=several_values,
    unit=st.sampled_from([1.0, 0.1, 1e-3, 7e5]),
    k=st.integers(1, 4),
    data=st.data(),
)
def test_natural_breaks_equal_brute_force(
    numbers: list[int], unit: float, k: int, data: st.DataObject
) -> None:
    assume(k <= len(numbers))
    values = np.array(sorted(numbers)) * unit
    counts = np.array(
        data.draw(st.lists(st.integers(1, 3), min_size=len(values), max_size=len(values))), float
    )
    expected = brute_force(values, counts, k)
    assert matrix_classes(values, counts, k).tolist() == expected
    assert compiled_classes(values, counts, k).tolist() == expected
    scores = pd.Series(np.repeat(values, counts.astype(int)))
    frame = NaturalBreaks(k).fit(scores).to_frame()[::-1]
    assert frame["lower"].tolist() == values[expected].tolist()
    assert frame["upper"].tolist()[:-1] == values[np.array(expected[1:], int) - 1].tolist()


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.integers(0, 60).map(float), st.floats(0, 60)),
        min_size=1,
        max_size=120,
        unique=True,
    ),
    k=st.integers(1, 7),
    data=st.data(),
)
def test_both_engines_give_identical_starts(
    values: list[float], k: int, data: st.DataObject
) -> None:
    ordered = np.unique(np.round(values, 9))
    assume(k <= len(ordered))
    counts = np.array(
        data.draw(st.lists(st.integers(1, 9), min_size=len(ordered), max_size=len(ordered))), float
    )
    assert (
        matrix_classes(ordered, counts, k).tolist() == compiled_classes(ordered, counts, k).tolist()
    )


@QUICK
@given(scores=some_scores, k=st.integers(1, 4))
def test_natural_breaks_fit_at_least_as_well_as_any_other_rule(scores: pd.Series, k: int) -> None:
    assume(scores.nunique() >= k)
    best = NaturalBreaks(k).fit(scores).gvf
    for other in (Quantiles(k), EqualIntervals(k), HeadTail(k)):
        assume(scores.nunique() >= 2)
        assert other.fit(scores).gvf <= best + 1e-9


@QUICK
@given(scores=some_scores, k=st.integers(1, 4))
def test_quantiles_without_ties_differ_by_one_region_at_most(scores: pd.Series, k: int) -> None:
    distinct = scores.drop_duplicates()
    assume(distinct.notna().sum() >= k)
    counts = Quantiles(k).fit(distinct).counts
    assert max(counts) - min(counts) <= 1


@QUICK
@given(k=st.integers(2, 4), value=st.integers(-5, 5), n=st.integers(1, 5))
def test_too_few_different_scores_is_always_a_sentence(k: int, value: int, n: int) -> None:
    for rule in (
        NaturalBreaks(k),
        Quantiles(k),
        EqualIntervals(k),
        HeadTail(k),
        StandardDeviation(),
    ):
        with pytest.raises(DataError, match="different scores, but there is 1"):
            rule.fit(pd.Series([float(value)] * n + [np.nan]))
