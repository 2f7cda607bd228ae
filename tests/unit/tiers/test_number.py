"""How many tiers: each measure against a slow computation of its definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_score

from hubtiers.errors import DataError, SpecError
from hubtiers.tiers.breaks import NaturalBreaks
from hubtiers.tiers.number import choose_k, cut_gaps, preferred_k

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
    assert preferred_k(table) == {"silhouette": 3, "bic": 3, "gap": 3}


def test_evenly_spread_scores_ask_for_one_tier() -> None:
    table = choose_k(pd.Series(np.random.default_rng(3).random(200)), 5)
    assert preferred_k(table)["gap"] == 1


def test_gap_by_its_definition() -> None:
    """Tibshirani, Walther and Hastie (2001): mean ln W of even samples less ln W of the scores."""
    drawn = np.random.default_rng(7)
    low, high, n = SCORES.min(), SCORES.max(), len(SCORES)
    samples = [pd.Series(drawn.uniform(low, high, n)) for _ in range(20)]
    table = choose_k(SCORES, 4, references=20, rng=7)
    for k in range(1, 5):
        logs = [np.log(within(sample, k)) for sample in samples]
        assert table.loc[k, "gap"] == pytest.approx(np.mean(logs) - np.log(within(SCORES, k)))
        assert table.loc[k, "gap_error"] == pytest.approx(np.std(logs) * np.sqrt(1 + 1 / 20))


def within(scores: pd.Series, k: int) -> float:
    labels = tuple(map(str, range(k)))
    codes = NaturalBreaks(k, labels=labels).fit(scores).apply(scores).cat.codes
    return float(scores.groupby(codes).apply(lambda part: ((part - part.mean()) ** 2).sum()).sum())


def test_gap_is_the_same_again_and_may_be_left_out(table: pd.DataFrame) -> None:
    assert choose_k(SCORES, 6)["gap"].tolist() == table["gap"].tolist()
    without = choose_k(SCORES, 6, references=0)
    assert without.columns.tolist() == ["gvf", "gvf_gain", "silhouette", "bic", "smallest"]
    assert list(preferred_k(without)) == ["silhouette", "bic"]


def test_the_gap_rule_takes_the_first_k_within_one_error() -> None:
    columns = {"silhouette": [np.nan] * 3, "bic": [3.0, 1.0, 2.0], "gap_error": [0.1] * 3}
    table = pd.DataFrame({**columns, "gap": [0.5, 0.9, 0.95]}, index=[1, 2, 3])
    assert preferred_k(table) == {"silhouette": None, "bic": 2, "gap": 2}
    assert preferred_k(table.assign(gap=[0.5, 0.9, 1.5]))["gap"] is None


def tiers_of(codes: list[float], labels: list[str]) -> pd.Series:
    return pd.Series(pd.Categorical([labels[c] for c in codes], labels, ordered=True))


def test_width_of_the_gap_at_each_cut() -> None:
    scores = pd.Series([0.0, 0.1, 0.3, 0.4, 1.4, 1.5])
    found = cut_gaps(scores, tiers_of([0, 0, 1, 1, 2, 2], ["low", "middle", "high"]))
    assert found["tier_above"].tolist() == ["high", "middle"]
    assert found["tier_below"].tolist() == ["middle", "low"]
    assert found["lowest_above"].tolist() == [1.4, 0.3]
    assert found["highest_below"].tolist() == [0.4, 0.1]
    assert found["width"].tolist() == pytest.approx([1.0, 0.2])
    assert found["times_median"].tolist() == pytest.approx([10.0, 2.0])
    assert found["place"].tolist() == [1.0, 2.0]


def test_tiers_that_overlap_in_the_score_have_no_place_and_empty_ones_are_passed_over() -> None:
    scores = pd.Series([0.0, 0.5, 0.3, 0.4, np.nan])
    found = cut_gaps(scores, tiers_of([0, 0, 2, 2, 2], ["low", "middle", "high"]))
    assert found[["tier_above", "tier_below"]].values.tolist() == [["high", "low"]]
    assert found["width"].tolist() == pytest.approx([-0.2])
    assert found["place"].isna().all()


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
    with pytest.raises(SpecError, match=r"choose_k\(references=-1\) must be a whole number"):
        choose_k(SCORES, references=-1)
    with pytest.raises(DataError, match=r"cut_gaps\(\) needs tiers with an order"):
        cut_gaps(SCORES, SCORES)
    with pytest.raises(DataError, match="needs at least 2 different scores, but there is 1"):
        choose_k(pd.Series([3.0, 3.0]))
    with pytest.raises(DataError, match="found no region with a score"):
        choose_k(pd.Series([None], dtype=float))
