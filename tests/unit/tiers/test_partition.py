"""The two engines of natural breaks, and the compiled kernel as other compiled code calls it."""

from __future__ import annotations

import numpy as np
import pytest

from hubtiers.tiers._kernel import distinct_kernel, natural_breaks_kernel, new_workspace
from hubtiers.tiers._partition import (
    SMALL,
    compiled_classes,
    matrix_classes,
    optimal_classes,
    prefix_sums,
)


def test_both_engines_find_the_same_starts() -> None:
    rng = np.random.default_rng(7)
    for size in (1, 2, 5, 60, 333, SMALL):
        values = np.unique(rng.lognormal(size=size))
        counts = rng.integers(1, 5, len(values)).astype(float)
        for k in range(1, min(7, len(values)) + 1):
            assert (
                matrix_classes(values, counts, k).tolist()
                == compiled_classes(values, counts, k).tolist()
            )


def test_known_starts() -> None:
    values, counts = np.array([1.0, 2.0, 10.0, 11.0, 30.0]), np.ones(5, np.int64)
    assert optimal_classes(values, counts, 3).tolist() == [0, 2, 4]
    assert optimal_classes(values, counts, 1).tolist() == [0]
    assert optimal_classes(values, counts, 5).tolist() == [0, 1, 2, 3, 4]


def test_counts_pull_the_cut() -> None:
    values = np.array([0.0, 1.0, 2.1])
    assert optimal_classes(values, np.array([1, 1, 1]), 2).tolist() == [0, 2]
    assert optimal_classes(values, np.array([9, 1, 1]), 2).tolist() == [0, 1]


def test_kernel_returns_the_sum_of_squares_and_reuses_its_memory() -> None:
    work, starts = new_workspace(50, 4), np.zeros(3, np.int64)
    rng = np.random.default_rng(3)
    for size in (50, 4, 17):
        values = np.sort(rng.normal(size=size))
        least = natural_breaks_kernel(values, np.ones(size), starts, work)
        groups = np.split(values, starts[1:])
        assert least == pytest.approx(sum(((g - g.mean()) ** 2).sum() for g in groups), abs=1e-12)
        assert starts.tolist() == matrix_classes(values, np.ones(size), 3).tolist()


def test_kernel_can_be_called_from_compiled_code() -> None:
    from numba import njit

    @njit
    def cut(ordered, values, counts, starts, work):
        m = distinct_kernel(ordered, values, counts)
        natural_breaks_kernel(values[:m], counts[:m], starts, work)
        return m

    ordered = np.array([1.0, 1.0, 2.0, 8.0, 8.0, 8.5, 20.0])
    values, counts, starts = np.zeros(7), np.zeros(7), np.zeros(3, np.int64)
    assert cut(ordered, values, counts, starts, new_workspace(7, 3)) == 5
    assert values[:5].tolist() == [1.0, 2.0, 8.0, 8.5, 20.0]
    assert counts[:5].tolist() == [2.0, 1.0, 2.0, 1.0, 1.0]
    assert starts.tolist() == [0, 2, 4]


def test_sums_grow_outwards_from_the_middle() -> None:
    n, s, q = prefix_sums(np.array([1.0, 3.0, 4.0, 9.0]), np.array([1.0, 2.0, 1.0, 1.0]))
    assert n.tolist() == [-3.0, -2.0, 0.0, 1.0, 2.0]
    assert np.diff(s).tolist() == [-3.0, -2.0, 0.0, 5.0]
    assert np.diff(q).tolist() == [9.0, 2.0, 0.0, 25.0]
    assert s[2] == q[2] == 0.0
