"""Numbers of the literature on size structure; the source stands in the docstring of each test."""

from __future__ import annotations

import numpy as np
import pytest

from hubtiers.hubs.structure import zeta_of


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
