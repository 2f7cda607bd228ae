"""Numbers of the literature on size structure; the source stands in the docstring of each test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.hubs.structure import rank_size, zeta_of


@pytest.mark.parametrize(
    ("n", "mean", "spread"),
    [(20, 1.047, 0.317), (50, 1.010, 0.195), (100, 1.002, 0.139), (500, 0.997, 0.064)],
)
def test_rank_minus_half(n: int, mean: float, spread: float) -> None:
    """Gabaix and Ibragimov (2011), JBES 29(1): sizes of Pareto with exponent 1, shift ½, error ζ√(2/n).

    Their experiment with 20 000 samples; without the shift the means are .899, .923, .944 and .977.
    """
    rng, samples = np.random.default_rng(29), 4000
    found = np.array([zeta_of(1.0 / rng.random(n)) for _ in range(samples)])
    assert found.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(samples))
    assert found.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * samples))
    assert found.std() == pytest.approx(np.sqrt(2 / n), rel=0.06)


@pytest.mark.parametrize(("n", "mean"), [(20, 0.899), (50, 0.923), (100, 0.944), (500, 0.977)])
def test_without_the_shift_the_exponent_is_too_small(n: int, mean: float) -> None:
    """The same experiment with plain ranks; the plain ζ is R² / q, as q is the other direction."""
    rng, samples = np.random.default_rng(31), 600
    found = []
    for _ in range(samples):
        law = rank_size(pd.Series(1.0 / rng.random(n), [f"r{k}" for k in range(n)]))
        found.append(law.r_squared / law.q)
    error = float(np.std(found)) / np.sqrt(samples)
    assert np.mean(found) == pytest.approx(mean, abs=4 * error)
