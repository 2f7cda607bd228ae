"""Agreement of two classifications, and of cities with their provinces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score, cohen_kappa_score

from hubtiers.errors import DataError, UnknownOptionError
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
    assert f"{found.kappa:.3f} (95 % interval {low:.3f} to {high:.3f})" in repr(found)


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
