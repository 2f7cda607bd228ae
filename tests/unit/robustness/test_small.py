"""Small analyses are counted in numpy, and give what the kernels give to the last bit."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers._rounding import round_significant
from hubtiers.robustness import _small
from hubtiers.robustness.montecarlo import assess_robustness


@pytest.fixture
def table():
    rng = np.random.default_rng(4)
    values = pd.DataFrame(rng.lognormal(size=(23, 6)).round(1), columns=list("abcdef"))
    # Regions that tie in all draws, and one without a score.
    values.iloc[7] = values.iloc[3]
    values.iloc[11] = np.nan
    values.index = [f"r{number:02}" for number in range(23)]
    return ht.IndicatorTable.from_frame(values)


SCHEMES = [
    ht.Scheme(tier=ht.NaturalBreaks(3)),
    ht.Scheme(tier=ht.NaturalBreaks(2), aggregate=ht.Geometric(), normalise=ht.MinMax(1, 100)),
    ht.Scheme(tier=ht.Thresholds((0.3, 0.5))),
    ht.Scheme(tier=ht.Quantiles(3)),
    ht.Scheme(normalise=ht.ZScore(), tier=ht.NaturalBreaks(4)),
]
VARIATIONS = [
    ht.Variation(weights="dirichlet"),
    ht.Variation(weights="dirichlet", leave_one_out=True),
    ht.Variation(weights="dirichlet", noise=ht.Noise(0.1)),
]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("variation", VARIATIONS)
def test_numpy_counts_what_the_kernels_count(table, scheme, variation, monkeypatch):
    _small.load_kernels()
    expected = assess_robustness(scheme, table, variation, draws=150, rng=6).counts
    monkeypatch.setattr(_small, "_KERNELS", "none")
    assert _small.is_small(23)
    found = assess_robustness(scheme, table, variation, draws=150, rng=6).counts
    for name in ("tiers", "ranks", "duels", "sums", "by_option", "option_draws"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    assert found.draws == expected.draws == 150
    assert expected.tiers.sum() == 22 * 150


def test_sums_are_those_of_the_kernel_to_the_last_bit():
    from hubtiers._rounding import powers_by_exponent
    from hubtiers._rounding_kernel import round_kernel
    from hubtiers.scoring.aggregate.kernels import flat_kernel

    rng = np.random.default_rng(2)
    for indicators in (1, 4, 7, 10):
        matrix = rng.normal(size=(indicators, 16)) * 10.0 ** rng.integers(-9, 9, (indicators, 16))
        weights, which = rng.dirichlet(np.ones(indicators), 9), np.array([3, 0, 8, 8, 1])
        expected = np.empty((5, 16))
        flat_kernel(matrix, weights, which, expected)
        found = _small.weighted_sums(matrix, weights, which)
        assert found.tobytes() == expected.tobytes()
        found[0, 0] = expected[0, 0] = np.nan
        round_kernel(expected, expected.view(np.int64), powers_by_exponent())
        assert round_significant(found).tobytes() == expected.tobytes()


def test_a_large_analysis_goes_over_to_the_kernels(table, monkeypatch):
    loaded = []
    monkeypatch.setattr(_small, "_KERNELS", "none")
    monkeypatch.setattr("hubtiers.robustness._evaluate.load_kernels", lambda: loaded.append(1))
    monkeypatch.setattr("hubtiers.robustness._evaluate.MOST_CELLS", 23 * 100)
    assess_robustness(SCHEMES[0], table, VARIATIONS[0], draws=100, rng=6)
    assert not loaded
    assess_robustness(SCHEMES[0], table, VARIATIONS[0], draws=101, rng=6)
    assert loaded
    assert not _small.is_small(65)


def test_a_shipped_study_of_a_few_regions_needs_no_compiler():
    code = """
import sys, hubtiers as ht
study = ht.load_study("zhang2022")
weights = ht.Variation(weights="dirichlet")
robust = ht.assess_robustness(study.scheme, study.load_table(), weights, draws=1_000)
print(robust.draws, "numba" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000", "False"]
