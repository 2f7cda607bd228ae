"""Published and analytic numbers: Sobol indices of the Ishigami function, and Zhang's layout under any weights."""

from __future__ import annotations

import numpy as np
import pytest

from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.sensitivity import sobol_indices
from hubtiers.robustness.variation import Dirichlet, Variation


def ishigami(u):
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def analytic(a=7.0, b=0.1):
    """First-order and total indices from the moments of the function (Ishigami and Homma 1990)."""
    first = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2, a**2 / 8.0, 0.0
    both = b**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = sum(first) + both
    return np.array(first) / whole, np.array([first[0] + both, first[1], both]) / whole


@pytest.mark.parametrize("seed", range(5))
def test_ishigami(seed):
    table = sobol_indices(ishigami, ["x1", "x2", "x3"], rng=seed)
    first, total = analytic()
    np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=5e-5)
    np.testing.assert_allclose(total, [0.5576, 0.4424, 0.2437], atol=5e-5)
    np.testing.assert_allclose(table["first"], first, atol=0.01)
    np.testing.assert_allclose(table["total"], total, atol=0.01)
    for name, truth in (("first", first), ("total", total)):
        assert (table[f"{name}_low"] - 0.01 <= truth).all()
        assert (truth <= table[f"{name}_high"] + 0.01).all()
        assert (table[f"{name}_high"] - table[f"{name}_low"] < 0.12).all()


def test_grouped_factors_and_an_idle_one():
    table = sobol_indices(
        lambda u: ishigami(u[:, [0, 1, 2]]), {"x1 and x3": 1, "x2": 1, "rest": 1, "idle": 2}
    )
    assert table.loc["idle", ["first", "total"]].tolist() == [0.0, 0.0]
    grouped = sobol_indices(lambda u: ishigami(u[:, [0, 2, 1]]), {"x1 and x3": 2, "x2": 1})
    first, total = analytic()
    assert grouped.loc["x2", "first"] == pytest.approx(first[1], abs=0.01)
    assert grouped.loc["x1 and x3", "first"] == pytest.approx(1.0 - first[1], abs=0.01)
    assert grouped.loc["x1 and x3", "total"] == pytest.approx(1.0 - total[1], abs=0.01)


def test_zhang_order_is_robust_and_the_cut_points_are_not(zhang_outcome):
    result = zhang_outcome.result
    robust = assess_robustness(
        result.fitted.scheme,
        result.table,
        Variation(weights=Dirichlet()),
        draws=100_000,
        rng=2022,
        reference=zhang_outcome.reference,
    )
    assert len(robust.reference) == 14
    assert robust.reference_share == pytest.approx(0.05, abs=0.003)
    assert robust.reference_share_error == pytest.approx(np.sqrt(0.049 * 0.951 / 100_000), rel=0.02)
    assert robust.order_share == pytest.approx(0.75, abs=0.006)
    assert robust.order_share_error == pytest.approx(np.sqrt(0.75 * 0.25 / 100_000), rel=0.02)
