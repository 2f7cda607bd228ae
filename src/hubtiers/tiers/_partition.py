"""The best partition of sorted values into classes: exact, the same by either of two engines.

The sum of squares within classes is least over all partitions (Fisher 1958). Partitions whose sums
of squares agree to `SAME` count as equal, and the one with the lowest starts wins: rounding never
decides. Up to `SMALL` values numpy answers as long as the compiled kernel is not loaded, which
spares a study of a few hundred regions the import of numba.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from hubtiers.tiers.scale import SAME, within_reach

__all__ = ["SMALL", "compiled_classes", "matrix_classes", "optimal_classes"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SMALL = 400
"""Most distinct values that numpy partitions; China has fewer city units."""


def optimal_classes(values: Floats, counts: Ints, k: int) -> Ints:
    """Return the start of each class in the partition with the least variance within classes.

    `counts` says how often each value stands. Needs 1 ≤ k ≤ number of values.
    """
    # Both give the same answer: once the kernel is there, it is the quicker one for any number of
    # values.
    loaded = "hubtiers.tiers._kernel" in sys.modules
    engine = compiled_classes if loaded or len(values) > SMALL else matrix_classes
    return engine(within_reach(values), counts.astype(np.float64), k)


def compiled_classes(values: Floats, weights: Floats, k: int) -> Ints:
    """Partition by divide and conquer, compiled: O(k·m·log m) for m values."""
    # numba is slow to import and only needed here.
    from hubtiers.tiers._kernel import natural_breaks_kernel, new_workspace

    starts = np.zeros(k, np.int64)
    natural_breaks_kernel(values, weights, starts, new_workspace(len(values), k))
    return starts


def matrix_classes(values: Floats, weights: Floats, k: int) -> Ints:
    """Partition by the full dynamic programme on the matrix of sums of squares of all classes."""
    m = len(values)
    within = _class_squares(prefix_sums(values, weights))
    best = np.full((k, m + 1), np.inf)
    best[0] = within[0]
    for c in range(1, k - 1):
        best[c] = (best[c - 1, :m, None] + within).min(axis=0)
    if k > 1:  # the last class ends at the last value
        best[k - 1, m] = (best[k - 2, :m] + within[:, m]).min()
    starts, end, above = np.zeros(k, np.int64), m, 0.0
    limit = best[k - 1, m] * (1.0 + SAME)
    for c in range(k - 1, 0, -1):
        total = best[c - 1, :end] + within[:end, end] + above
        starts[c] = int(np.argmax(total <= max(limit, total.min())))
        above += within[starts[c], end]
        end = starts[c]
    return starts


def _class_squares(sums: Floats) -> Floats:
    """Return the sum of squares of the class from each first value (row) up to each end (column).

    Inf where empty.
    """
    n, s, q = sums
    empty = np.arange(len(n)) <= np.arange(len(n) - 1)[:, None]
    size = n - n[:-1, None]
    size[empty] = 1.0
    between = s - s[:-1, None]
    between *= between
    between /= size
    within: Floats = q - q[:-1, None]
    within -= between
    np.maximum(within, 0.0, out=within)
    within[empty] = np.inf
    return within


def prefix_sums(values: Floats, weights: Floats) -> Floats:
    """Return sums (3 × m + 1) of weights, deviations and squares, outwards from the middle.

    The deviations are taken from the middle value, and the sums grow away from it: far values do
    not drown the rest.
    """
    middle = len(values) // 2
    deviation = values - values[middle]
    sums = np.zeros((3, len(values) + 1))
    for row, term in zip(
        sums, (weights, weights * deviation, weights * deviation * deviation), strict=True
    ):
        row[middle + 1 :] = np.cumsum(term[middle:])
        row[:middle] = -np.cumsum(term[:middle][::-1])[::-1]
    return sums
