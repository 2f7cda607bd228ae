"""Published transition matrices of income in the United States; the source stands in each test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hubtiers as ht

DATA = Path(__file__).parent / "data" / "us_income.csv"


@pytest.fixture(scope="module")
def income():
    frame = pd.read_csv(DATA, index_col="state")
    neighbours = {
        state: tuple(names.split(";")) for state, names in frame.pop("neighbours").items()
    }
    return frame.set_axis(frame.columns.astype(int), axis=1).astype(float), neighbours


def quintiles(year: pd.Series) -> pd.Series:
    cuts = np.percentile(year, [20, 40, 60, 80])
    return pd.Series(np.searchsorted(cuts, year), year.index)


def test_markov_chain_of_income(income):
    """Documentation of giddy.Markov 2.3: quintiles of each year."""
    found = ht.tier_transitions(income[0].apply(quintiles))
    assert found.counts.to_numpy().tolist() == [
        [729, 71, 1, 0, 0],
        [72, 567, 80, 3, 0],
        [0, 81, 631, 86, 2],
        [0, 3, 86, 573, 56],
        [0, 0, 1, 57, 741],
    ]
    steady = [0.20774716, 0.18725774, 0.20740537, 0.18821787, 0.20937187]
    np.testing.assert_allclose(found.steady_state, steady, rtol=0, atol=5e-9)
    assert (found.step, found.left_out) == (1, 0)


def test_mean_first_passage_of_income(income):
    """m = (I − Z + 1 diag Z) D, the formula of Kemeny and Snell (1976) for a regular chain."""
    found = ht.tier_transitions(income[0].apply(quintiles))
    p, steady = found.probabilities.to_numpy(), found.steady_state.to_numpy()
    z = np.linalg.inv(np.eye(5) - p + np.outer(np.ones(5), steady))
    expected = (np.eye(5) - z + np.ones((5, 5)) * np.diag(z)) @ np.diag(1 / steady)
    np.testing.assert_allclose(found.first_passage, expected, rtol=1e-9)


def test_spatial_markov_chain_of_income(income):
    """Documentation of giddy.Spatial_Markov 2.3 (Rey 2001): income over the mean of its year."""
    values, neighbours = income
    found = ht.spatial_transitions(values / values.mean(), neighbours, classes=5)
    cuts = [0.83999133, 0.94707545, 1.03242697, 1.14911154]
    lag_cuts = [0.88973386, 0.95891917, 1.01469758, 1.1183566]
    np.testing.assert_allclose(found.cuts, cuts, rtol=0, atol=5e-9)
    np.testing.assert_allclose(found.lag_cuts, lag_cuts, rtol=0, atol=5e-9)
    assert round(found.likelihood_ratio, 3) == 170.659
    assert round(found.q, 3) == 200.624
    assert found.degrees_of_freedom == 60
    first = found.by_lag[0].probabilities.iloc[0].round(8).tolist()
    assert first == [0.96341463, 0.0304878, 0.00609756, 0.0, 0.0]
    assert found.q_p_value < 1e-16
    assert found.islands == ()
    assert found.pooled.counts.to_numpy().sum() == 48 * 80
