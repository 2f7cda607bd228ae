"""Agreement of two classifications, and of cities with their provinces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score, cohen_kappa_score

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.tiers.agreement import (
    agreement,
    compare_levels,
    kappa_error,
    rand_adjusted,
    weighted_kappa,
)

TIER = pd.Series(
    {"a": "international", "b": "national", "c": "national", "d": "local", "e": None, "x": "local"}
)
REFERENCE = pd.Series(
    {
        "a": "international",
        "b": "regional",
        "c": "national",
        "d": "local",
        "e": "local",
        "y": "local",
    }
)


def test_matches_confusion_and_disagreements() -> None:
    found = agreement(TIER, REFERENCE)
    assert (found.n, found.matches, found.share) == (4, 3, 0.75)
    assert found.disagreements.to_dict("index") == {
        "b": {"tier": "national", "reference": "regional"}
    }
    assert found.confusion.loc["regional", "national"] == 1
    assert np.trace(found.confusion) == 3
    assert found.confusion.index.name == "reference"
    assert set(found.not_compared) == {"e", "x", "y"}


def test_measures_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        a = rng.integers(0, 4, 30)
        b = np.where(rng.random(30) < 0.6, a, rng.integers(0, 4, 30))
        table = np.zeros((4, 4), np.int64)
        np.add.at(table, (a, b), 1)
        assert weighted_kappa(table) == pytest.approx(
            cohen_kappa_score(a, b, labels=range(4), weights="linear")
        )
        assert rand_adjusted(table) == pytest.approx(adjusted_rand_score(a, b))


def test_kappa_error_is_the_delta_method() -> None:
    table = np.array([[12, 3, 0], [4, 9, 5], [1, 2, 14]])
    n, step = table.sum(), 1e-5
    slope = np.zeros((3, 3))
    for i, j in np.ndindex(3, 3):
        up, down = (table.astype(float) for _ in range(2))
        up[i, j] += n * step
        down[i, j] -= n * step
        slope[i, j] = (weighted_kappa(up) - weighted_kappa(down)) / (2 * step)
    share = table / n
    expected = np.sqrt(((share * slope**2).sum() - (share * slope).sum() ** 2) / n)
    assert kappa_error(table) == pytest.approx(expected, rel=1e-6)


def test_interval_of_kappa() -> None:
    found = agreement(TIER, REFERENCE)
    low, high = found.kappa_interval
    assert low == pytest.approx(max(found.kappa - 1.959964 * found.kappa_se, -1), abs=1e-6)
    assert high == pytest.approx(min(found.kappa + 1.959964 * found.kappa_se, 1), abs=1e-6)
    row = found.to_frame().iloc[0]
    assert (row["kappa_low"], row["kappa_high"], row["share"]) == (low, high, 0.75)


def codes(rng: np.random.Generator, n: int) -> tuple[pd.Series, pd.Series]:
    kind = pd.CategoricalDtype(["low", "mid", "top"], ordered=True)
    first = rng.integers(0, 3, n)
    second = np.where(rng.random(n) < 0.5, first, rng.integers(0, 3, n))
    labels = np.array(["low", "mid", "top"])
    return pd.Series(labels[first], dtype=kind), pd.Series(labels[second], dtype=kind)


def test_p_value_is_the_share_of_permutations() -> None:
    from itertools import permutations

    tier, reference = codes(np.random.default_rng(4), 6)
    found = agreement(tier, reference, draws=20_000)
    every = [
        agreement(tier, pd.Series(list(order), dtype=reference.dtype)).kappa
        for order in list(permutations(reference))[::4]
    ]
    assert found.p_value == pytest.approx(np.mean(np.array(every) >= found.kappa - 1e-12), abs=0.02)


def test_bootstrap_resamples_the_regions() -> None:
    tier, reference = codes(np.random.default_rng(9), 40)
    found, drawn = agreement(tier, reference, draws=4000), np.random.default_rng(1)
    slow = []
    for _ in range(1500):
        rows = drawn.integers(0, 40, 40)
        table = np.zeros((3, 3), np.int64)
        np.add.at(table, (reference.cat.codes.iloc[rows], tier.cat.codes.iloc[rows]), 1)
        slow.append(weighted_kappa(table))
    assert found.bootstrap_interval == pytest.approx(np.quantile(slow, [0.025, 0.975]), abs=0.03)
    assert found.bootstrap_interval == agreement(tier, reference, draws=4000).bootstrap_interval
    assert (
        found.bootstrap_interval != agreement(tier, reference, draws=4000, rng=1).bootstrap_interval
    )


def test_exact_interval_of_the_share() -> None:
    """Clopper and Pearson (1934), as scipy.stats.binomtest has it; one-sided at the ends."""
    from scipy.stats import binomtest

    tier, reference = codes(np.random.default_rng(9), 40)
    found = agreement(tier, reference)
    exact = binomtest(found.matches, 40).proportion_ci(0.95, "exact")
    assert found.share_interval == pytest.approx((exact.low, exact.high))
    assert agreement(tier, tier).share_interval == pytest.approx((0.05 ** (1 / 40), 1.0))


def test_full_agreement_is_never_said_to_be_certain() -> None:
    tier = pd.Series(["international"] * 3 + ["national"] * 5 + ["regional"] * 6)
    same = agreement(tier, tier)
    assert np.isnan(same.bootstrap_interval).all()
    assert "1.000 (all agree: a share of at least 0.807 with 95 %; permutations p 0.0002)" in repr(
        same
    )
    assert "1.000 to 1.000" not in repr(same)


def test_what_the_reference_does_not_name_is_counted() -> None:
    tier = pd.Series({"a": "international", "b": "national", "c": "regional", "d": "local"})
    found = agreement(tier, pd.Series({"a": "international"}))
    assert found.unnamed.to_dict() == {"b": "national", "c": "regional", "d": "local"}
    assert found.high_tiers == ("international", "national")
    assert found.unnamed_high.to_dict() == {"b": "national"}
    assert found.to_frame().loc[0, "unnamed_high"] == 1
    assert repr(found).endswith("1 in international or national that the reference does not name>")
    three = agreement(tier.drop("d"), pd.Series({"a": "international"}))
    assert three.high_tiers == ("international", "national")


def test_full_agreement_and_one_tier() -> None:
    same = agreement(TIER, TIER)
    assert (same.kappa, same.kappa_se, same.kappa_interval, same.adjusted_rand) == (
        1.0,
        0.0,
        (1.0, 1.0),
        1.0,
    )
    alone = pd.Series({"a": "local", "b": "local"})
    assert agreement(alone, alone).kappa == 1.0
    assert np.isnan(agreement(alone, alone).kappa_se)


def test_own_tiers_in_their_own_order() -> None:
    kind = pd.CategoricalDtype(["low", "mid", "top"], ordered=True)
    found = agreement(pd.Series(["top", "low"], dtype=kind), pd.Series(["top", "top"], dtype=kind))
    assert found.confusion.index.tolist() == ["top", "mid", "low"]
    assert found.confusion.loc["top"].tolist() == [1, 0, 1]


def test_agreement_errors() -> None:
    with pytest.raises(DataError, match="No region has a tier on both sides"):
        agreement(TIER, pd.Series({"q": "local"}))
    with pytest.raises(DataError, match="compared by region, but a stands more than once"):
        agreement(TIER, pd.Series(["local", "local"], index=["a", "a"]))
    with pytest.raises(
        SpecError, match=r"agreement\(draws=0\) must be a whole number of at least 1"
    ):
        agreement(TIER, REFERENCE, draws=0)
    with pytest.raises(UnknownOptionError, match="Unknown tier 'galactic'"):
        agreement(TIER, pd.Series({"a": "galactic"}))


CITIES = pd.Series(
    {"w": "national", "h": "local", "b": "international", "n": None, "o": "local", "m": "regional"}
)
PROVINCES = pd.Series({"P": "regional", "B": "international", "M": None})
WHERE = {"w": "P", "h": "P", "b": "B", "n": "P", "o": "elsewhere", "m": "M"}


def test_cities_beside_their_provinces() -> None:
    found = compare_levels(CITIES, PROVINCES, WHERE)
    assert found.table["steps"].dtype == "Int64"
    assert found.table["steps"].dropna().to_dict() == {"w": 1, "h": -1, "b": 0}
    assert found.table["province_tier"].to_dict()["w"] == "regional"
    assert found.disagreements.index.tolist() == ["w", "h"]
    assert found.not_compared == ("n", "o", "m")
    assert found.to_frame().equals(found.table)
    expected = "<LevelComparison: of 3 cities 1 have the tier of their province, 1 a higher and 1 a lower one; 3 not compared>"
    assert repr(found) == expected
    assert compare_levels(CITIES, PROVINCES, pd.Series(WHERE)).table.equals(found.table)


def test_comparison_of_levels_is_escaped() -> None:
    found = compare_levels(pd.Series({"<b>": "local"}), pd.Series({"P": "regional"}), {"<b>": "P"})
    assert "<b>" not in found._repr_html_()
    assert "&lt;b&gt;" in found._repr_html_()


def test_comparison_of_levels_errors() -> None:
    with pytest.raises(DataError, match="No city has a tier and a province with a tier"):
        compare_levels(CITIES, PROVINCES, {})
    with pytest.raises(UnknownOptionError, match="Unknown tier 'huge'"):
        compare_levels(CITIES, pd.Series({"P": "huge"}), WHERE)
    with pytest.raises(DataError, match="P stands more than once"):
        compare_levels(CITIES, pd.Series(["local", "local"], index=["P", "P"]), WHERE)
