"""How many tiers: each measure against a slow computation of its definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_score

from hubtiers.errors import DataError, SpecError
from hubtiers.tiers.breaks import NaturalBreaks
from hubtiers.tiers.number import choose_k

SCORES = pd.Series(np.random.default_rng(5).lognormal(size=40).round(2))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return choose_k(SCORES, 6)


def groups(k: int) -> np.ndarray:
    labels = tuple(map(str, range(k)))
    return NaturalBreaks(k, labels=labels).fit(SCORES).apply(SCORES).cat.codes.to_numpy()


def test_gvf_is_that_of_natural_breaks(table: pd.DataFrame) -> None:
    fits = [NaturalBreaks(k, labels=tuple(map(str, range(k)))).fit(SCORES) for k in range(1, 7)]
    assert table.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert table["gvf"].tolist() == pytest.approx([f.gvf for f in fits], abs=1e-12)
    assert table["gvf_gain"].tolist()[1:] == pytest.approx(np.diff([f.gvf for f in fits]))
    assert table["smallest"].tolist() == [min(f.counts) for f in fits]


def test_silhouette_is_that_of_scikit_learn(table: pd.DataFrame) -> None:
    assert np.isnan(table.loc[1, "silhouette"])
    for k in range(2, 7):
        expected = silhouette_score(SCORES.to_numpy()[:, None], groups(k))
        assert table.loc[k, "silhouette"] == pytest.approx(expected, abs=1e-12)


def test_bic_by_its_definition(table: pd.DataFrame) -> None:
    for k in range(1, 7):
        codes, n = groups(k), len(SCORES)
        means = SCORES.groupby(codes).transform("mean")
        variance = ((SCORES - means) ** 2).mean()
        share = pd.Series(codes).map(pd.Series(codes).value_counts() / n)
        density = (
            -0.5 * np.log(2 * np.pi * variance)
            - (SCORES - means) ** 2 / (2 * variance)
            + np.log(share)
        )
        assert table.loc[k, "bic"] == pytest.approx(-2 * density.sum() + 2 * k * np.log(n))


def test_three_clear_groups_are_found() -> None:
    rng = np.random.default_rng(1)
    table = choose_k(pd.Series(np.concatenate([rng.normal(m, 0.1, 30) for m in (0, 3, 9)])))
    assert table["silhouette"].idxmax() == 3
    assert table["bic"].idxmin() == 3


def test_no_more_tiers_than_different_scores() -> None:
    table = choose_k(pd.Series([1.0, 2.0, 2.0, 4.0, None]), 8)
    assert table.index.tolist() == [1, 2, 3]
    assert table.loc[3, "gvf"] == 1.0
    assert np.isnan(table.loc[3, "bic"])


def test_huge_scores_change_nothing_but_the_unit_of_bic() -> None:
    huge = choose_k(SCORES * 1e200, 4)
    here = choose_k(SCORES, 4)
    assert huge["silhouette"].tolist() == pytest.approx(here["silhouette"].tolist(), nan_ok=True)
    assert (huge["bic"] - here["bic"]).tolist() == pytest.approx([2 * 40 * 200 * np.log(10)] * 4)


def test_wrong_choices_and_data() -> None:
    with pytest.raises(SpecError, match=r"choose_k\(kmax=0\) must be a whole number"):
        choose_k(SCORES, 0)
    with pytest.raises(DataError, match="needs at least 2 different scores, but there is 1"):
        choose_k(pd.Series([3.0, 3.0]))
    with pytest.raises(DataError, match="found no region with a score"):
        choose_k(pd.Series([None], dtype=float))
