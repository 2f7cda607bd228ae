"""What holds of any panel: nothing moves where nothing changes, and order does not matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import hubtiers as ht
from hubtiers.years.spatial import homogeneity
from hubtiers.years.transitions import mean_first_passage, row_shares, stationary, transition_counts

SCHEME = ht.Scheme(tier=ht.Quantiles(2))
SEEDS = st.integers(0, 2**32 - 1)


def table(values):
    return ht.IndicatorTable.from_frame(values)


def frame(seed, rows=8):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.random((rows, 3)), [f"r{n}" for n in range(rows)], list("xyz"))


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.sampled_from([{}, {"fit_on": "first"}, {"refit": True}]))
def test_a_constant_panel_never_moves(seed, options):
    one = table(frame(seed))
    panel = ht.tier_panel(SCHEME, {2010: one, 2015: one, 2020: one}, **options)
    assert panel.movers.empty
    counts = ht.tier_transitions(panel).counts.to_numpy()
    assert counts.sum() == np.trace(counts) == 16
    moves = ht.assess_moves(panel, ht.Variation(weights="dirichlet"), draws=20, rng=seed)
    assert (moves.frame["stays"] == 1.0).all()


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.sampled_from([{}, {"fit_on": "last"}, {"refit": True}]))
def test_the_order_of_regions_does_not_matter(seed, options):
    early, late = frame(seed), frame(seed + 1)
    order = np.random.default_rng(seed).permutation(early.index)
    panel = ht.tier_panel(SCHEME, {2010: table(early), 2020: table(late)}, **options)
    other = ht.tier_panel(
        SCHEME, {2020: table(late.loc[order]), 2010: table(early.loc[order])}, **options
    )
    pd.testing.assert_frame_equal(other.scores.loc[panel.scores.index], panel.scores, rtol=1e-11)
    pd.testing.assert_frame_equal(other.tiers.loc[panel.tiers.index], panel.tiers)
    pd.testing.assert_frame_equal(other.movers, panel.movers, rtol=1e-11)


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.integers(2, 5))
def test_chains(seed, k):
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, k, (40, 6))
    counts, left_out = transition_counts(codes, k)
    assert counts.sum() + left_out == 40 * 5
    by_hand = np.zeros((k, k), int)
    for row in codes:
        for start, end in zip(row[:-1], row[1:], strict=True):
            if start >= 0 and end >= 0:
                by_hand[start, end] += 1
    assert counts.tolist() == by_hand.tolist()
    shares = row_shares(counts + 1)
    steady = stationary(shares)
    np.testing.assert_allclose(steady @ shares, steady, atol=1e-12)
    passage = mean_first_passage(shares)
    np.testing.assert_allclose(np.diag(passage), 1 / steady, rtol=1e-8)
    # m_ij = 1 + Σ_{k≠j} p_ik m_kj.
    inner = passage - np.diag(np.diag(passage))
    np.testing.assert_allclose(passage, 1 + shares @ inner, rtol=1e-8)


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.integers(2, 4))
def test_the_same_matrix_everywhere_is_homogeneous(seed, m):
    rng = np.random.default_rng(seed)
    one = rng.integers(0, 9, (3, 3))
    q, ratio, _ = homogeneity(np.stack([one] * m))
    assert abs(q) < 1e-9
    assert abs(ratio) < 1e-9
    q, ratio, freedom = homogeneity(rng.integers(0, 30, (m, 3, 3)))
    assert q >= 0
    assert ratio >= -1e-9
    assert freedom <= 3 * 2 * (m - 1)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_a_centre_lies_among_its_regions_and_knows_no_order(seed):
    rng = np.random.default_rng(seed)
    places = pd.DataFrame({"lon": rng.uniform(100, 120, 6), "lat": rng.uniform(20, 40, 6)})
    places.index = [f"r{n}" for n in range(6)]
    weights = pd.DataFrame(rng.random((6, 2)), places.index, [2010, 2020])
    path = ht.centre_path(weights, places)
    assert path.frame["lon"].between(places["lon"].min(), places["lon"].max()).all()
    order = rng.permutation(places.index)
    other = ht.centre_path(7.0 * weights.loc[order], places)
    np.testing.assert_allclose(other.frame[["lon", "lat"]], path.frame[["lon", "lat"]], atol=1e-9)
    assert abs(other.km - path.km) < 1e-6
