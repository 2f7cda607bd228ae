"""One published example for each method; the source stands in the docstring of each test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.scoring.aggregate import Copeland, GreyRelation, MazziottaPareto, Topsis, Vikor
from hubtiers.scoring.normalise import MinMax, VectorNorm, ZScore
from hubtiers.scoring.treat import Winsorise, kurtosis, skewness
from hubtiers.scoring.weight import (
    CombinedWeights,
    CriticWeights,
    EntropyWeights,
    GivenWeights,
    VariationWeights,
)


def frame(*rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[f"c{n}" for n in range(len(rows[0]))], dtype=float)


def signs(text: str) -> pd.Series:
    return pd.Series({f"c{n}": 1 if sign == "+" else -1 for n, sign in enumerate(text.split())})


def test_critic() -> None:
    """Diakoulaki, Mavrotas and Papayannakis (1995), doi:10.1016/0305-0548(94)00059-H."""
    values = frame(
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.10],
        [-34.6, 3.31, 0.98],
    )
    weights = CriticWeights().fit(MinMax().fit(values).apply(values)).weights
    assert weights.tolist() == pytest.approx([0.20222554, 0.48090173, 0.31687273], abs=5e-9)


def test_entropy() -> None:
    """Elsayed et al. (2017): column shares, k = 1/ln n."""
    values = frame(
        [7, 312, 1891, 6613, 163],
        [72, 88, 728, 941804, 1078],
        [10, 252, 2594, 3466, 117471],
        [10, 145, 980, 2371, 86329],
        [65, 54, 350, 501, 29897],
        [29, 48, 380, 912, 34051],
        [7, 476, 3300, 78470, 2212],
        [70, 87, 650, 733, 819000],
        [4, 86, 591, 3015, 103],
        [12, 79, 579, 3240, 96098],
        [21, 45, 261, 1253, 453],
        [1, 72, 530, 4333, 0.1048],
    )
    weights = EntropyWeights().fit(values).weights
    assert weights.tolist() == pytest.approx(
        [0.104991, 0.069124, 0.071373, 0.449937, 0.304575], abs=5e-7
    )


def test_topsis_with_vector_norm() -> None:
    """Tzeng and Huang (2011), Multiple Attribute Decision Making."""
    values = frame([5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6])
    normalised = VectorNorm().fit(values).apply(values)
    weights = pd.Series([0.3, 0.4, 0.3], index=values.columns)
    scores = Topsis().fit(normalised, weights=weights).apply(normalised)
    assert scores.tolist() == pytest.approx([0.5037, 0.6581, 0.7482, 0.3340], abs=5e-5)


@pytest.mark.parametrize(
    ("normaliser", "expected"),
    [(MinMax(), [0.500, 0.617, 0.500]), (VectorNorm(), [0.762, 0.722, 0.238])],
)
def test_topsis_depends_on_the_normaliser(
    normaliser: MinMax | VectorNorm, expected: list[float]
) -> None:
    """Opricovic and Tzeng (2004), doi:10.1016/S0377-2217(03)00020-1: one cost, one benefit, equal weights."""
    values = frame([1, 3000], [2, 3750], [5, 4500])
    normalised = normaliser.fit(values, direction=signs("- +")).apply(values)
    scores = Topsis().fit(normalised).apply(normalised)
    assert scores.tolist() == pytest.approx(expected, abs=5e-4)


def test_vikor() -> None:
    """Opricovic and Tzeng (2007), doi:10.1016/j.ejor.2006.01.020: six alternatives, equal weights; Q = 1 − score."""
    values = frame(
        [4184.3, 2914.0, 407.2, 251.0, 195, 244, 15, 2.41],
        [5211.9, 3630.0, 501.7, 308.3, 282, 346, 21, 1.41],
        [5021.3, 3920.5, 504.0, 278.6, 12, 56, 3, 4.42],
        [5566.1, 3957.9, 559.5, 335.3, 167, 268, 16, 3.36],
        [5060.5, 3293.5, 514.1, 284.2, 69, 90, 7, 4.04],
        [4317.9, 2925.9, 432.8, 239.3, 12, 55, 3, 4.36],
    )
    normalised = MinMax().fit(values, direction=signs("+ - + + - - - +")).apply(values)
    scores = Vikor().fit(normalised).apply(normalised)
    assert (1 - scores).tolist() == pytest.approx([0.991, 1, 0.473, 0.670, 0, 0.578], abs=5e-4)


def test_skewness_and_kurtosis_of_type_2() -> None:
    """Against scipy, whose `bias=False` is the same definition as type 2 of e1071."""
    stats = pytest.importorskip("scipy.stats")
    x = np.array([1.0, 2.0, 2.5, 7.0, 30.0, 4.0, 4.5])
    assert skewness(x) == pytest.approx(stats.skew(x, bias=False), rel=1e-12)
    assert kurtosis(x) == pytest.approx(stats.kurtosis(x, bias=False), rel=1e-12)


def test_winsorise_one_extreme_at_a_time() -> None:
    """COINr's documented rule (doi:10.21105/joss.04567) on its own examples: 1 to 10 or 20, and two outliers."""
    one = pd.DataFrame({"a": [*map(float, range(1, 11)), 30.0, 100.0]})
    fitted = Winsorise().fit(one)
    assert fitted.details.loc["a", "action"] == "winsorised"
    assert fitted.apply(one)["a"].tolist() == [*map(float, range(1, 11)), 30.0, 30.0]
    two = pd.DataFrame({"a": [*map(float, range(1, 21)), 100.0, 200.0]})
    assert Winsorise(points=2).fit(two).apply(two)["a"].tolist() == [
        *map(float, range(1, 21)),
        20.0,
        20.0,
    ]
    # With one point 100 twice is still outside the gate, so that the indicator is reverted and logged.
    logged = Winsorise(points=1).fit(two).apply(two)["a"]
    assert logged.tolist() == pytest.approx(np.log(two["a"] - 1 + 1.99).tolist())
    mirrored = Winsorise(points=2).fit(-two).apply(-two)["a"]
    assert mirrored.tolist() == [*(-float(n) for n in range(1, 21)), -20.0, -20.0]


def test_mazziotta_pareto_by_hand() -> None:
    """Mazziotta and Pareto (2016): values of mean 100; M = 100, S = 10, penalty S·cv = 1."""
    values = frame([110, 90], [120, 100])
    expected = [100 - 100 / 100, 110 - 100 / 110]
    assert MazziottaPareto().fit(values).apply(values).tolist() == pytest.approx(expected)
    expected_up = [101, 110 + 100 / 110]
    assert MazziottaPareto(sign="+").fit(values).apply(values).tolist() == pytest.approx(
        expected_up
    )
    z = ZScore(mean=100, deviation=10).fit(values).apply(values)
    assert z["c0"].tolist() == pytest.approx([100 - 10 / np.sqrt(2), 100 + 10 / np.sqrt(2)])


def test_grey_relation_by_hand() -> None:
    """Deng (1989): gaps 0 to 1, distinction 0.5, so that a gap d has the coefficient 0.5 / (d + 0.5)."""
    values = frame([1, 0.25], [0, 1], [0.5, 0])
    scores = GreyRelation().fit(values).apply(values)
    expected = [(1 + 0.5 / 1.25) / 2, (0.5 / 1.5 + 1) / 2, (0.5 / 1.0 + 0.5 / 1.5) / 2]
    assert scores.tolist() == pytest.approx(expected)


def test_copeland_by_hand() -> None:
    """A Condorcet cycle is a draw; one that beats two of three others has 2 wins and 1 loss."""
    cycle = frame([3, 1, 2], [2, 3, 1], [1, 2, 3])
    assert Copeland().fit(cycle).apply(cycle).tolist() == [0.5, 0.5, 0.5]
    field = frame([4, 4, 1], [3, 3, 2], [2, 2, 3], [1, 1, 4])
    net = 4 * (2 * Copeland().fit(field).apply(field) - 1)
    assert net.tolist() == [3, 1, -1, -3]
    heavy = pd.Series([0.2, 0.2, 0.6], index=field.columns)
    assert (4 * (2 * Copeland().fit(field, weights=heavy).apply(field) - 1)).tolist() == [
        -3,
        -1,
        1,
        3,
    ]


def test_variation_and_combined_weights_by_hand() -> None:
    values = frame([1, 1], [2, 4], [3, 7])
    variation = VariationWeights().fit(values).weights
    assert variation.tolist() == pytest.approx([0.5 / 1.25, 0.75 / 1.25])
    first, second = GivenWeights({"c0": 0.8, "c1": 0.2}), GivenWeights({"c0": 0.5, "c1": 0.5})
    product = CombinedWeights((first, second)).fit(values).weights
    assert product.tolist() == pytest.approx([0.8, 0.2])
    nearest = CombinedWeights((first, second), rule="minimum_relative_entropy").fit(values).weights
    assert nearest.tolist() == pytest.approx([2 / 3, 1 / 3])
    # Game theory: [.68 .5; .5 .5] a = [.68 .5] has the solution a = (1, 0).
    mixture = CombinedWeights((first, second), rule="game_theory").fit(values).weights
    assert mixture.tolist() == pytest.approx([0.8, 0.2])
