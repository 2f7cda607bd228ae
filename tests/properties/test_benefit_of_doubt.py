"""The linear programmes of the benefit of the doubt: right to the last digit, and a matter of each region alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hubtiers.scoring.weight.benefit_of_doubt import multipliers_of_all, undominated


@st.composite
def fields(draw):
    """Values on a coarse grid, which makes corners coincide, or anywhere; with bounds on the weights."""
    rows, columns = draw(st.integers(2, 25)), draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = (
        rng.integers(1, 6, (rows, columns)).astype(float)
        if draw(st.booleans())
        else rng.random((rows, columns)) + 0.01
    )
    if draw(st.booleans()):
        x = np.vstack([x, x[0] * (1 + 1e-9), x[0] * (1 - 1e-9)])
    share = draw(st.sampled_from([(0.0, 1.0), (0.5, 1.0), (0.5, 1.5), (0.0, 2.0)]))
    return x, min(share[0] / columns, 1.0), min(max(share[1] / columns, 1.01 / columns), 1.0)


def plain_score(own, field, lower, upper):
    m = len(own)
    sides = np.vstack(
        [field, lower * np.ones((m, m)) - np.eye(m), np.eye(m) - upper * np.ones((m, m))]
    )
    ends = np.concatenate([np.ones(len(field)), np.zeros(2 * m)])
    return -linprog(-own, A_ub=sides, b_ub=ends, bounds=(0, None), method="highs").fun


@settings(max_examples=150, deadline=None)
@given(fields())
def test_multipliers_are_the_best_there_are(case):
    x, lower, upper = case
    weights = multipliers_of_all(x, undominated(x), lower=lower, upper=upper)
    assert (weights >= 0).all()
    assert (x @ weights.T).max() <= 1 + 1e-11
    total = weights.sum(axis=1, keepdims=True)
    assert (weights >= lower * total - 1e-11 * total).all()
    assert (weights <= upper * total + 1e-11 * total).all()
    scores = (weights * x).sum(axis=1)
    # HiGHS is right to about 1e-7, on either side.
    expected = [plain_score(own, x, lower, upper) for own in x]
    assert np.abs(scores - expected).max() < 1e-6


@settings(max_examples=100, deadline=None)
@given(fields(), st.randoms(use_true_random=False))
def test_the_score_of_a_region_does_not_depend_on_what_else_is_asked(case, random):
    x, lower, upper = case
    field = undominated(x)
    scores = (multipliers_of_all(x, field, lower=lower, upper=upper) * x).sum(axis=1)
    order = list(range(len(x)))
    random.shuffle(order)
    some = order[: max(1, len(x) // 2)]
    again = (multipliers_of_all(x[some], field, lower=lower, upper=upper) * x[some]).sum(axis=1)
    assert np.abs(again - scores[some]).max() < 1e-12
