"""Natural breaks compiled, to be called from Python or from other compiled code.

Import this module only inside the functions that use it, because numba is slow to import. The
kernels release the interpreter lock, allocate nothing, and use no fast-math, so that they give the
same answer on every processor. They give what `hubtiers.tiers._partition.matrix_classes` gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled
from hubtiers.tiers.scale import SAME

__all__ = ["Workspace", "distinct_kernel", "natural_breaks_kernel", "new_workspace", "sum_outwards"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Workspace(NamedTuple):
    """Memory of one kernel call at a time.

    Prefix sums, least sums of squares by class and end, best starts by end.
    """

    n: Floats
    s: Floats
    q: Floats
    best: Floats
    start: Ints


def new_workspace(most: int, k: int) -> Workspace:
    """Return memory for up to `most` distinct values in up to `k` classes.

    Each thread needs its own.
    """
    n, s, q = np.zeros((3, most + 1))
    return Workspace(n, s, q, np.zeros((k, most + 1)), np.zeros(most + 1, np.int64))


@compiled
def distinct_kernel(ordered: Floats, values: Floats, counts: Floats) -> int:
    """Write the distinct values of a sorted array and how often each stands.

    Return how many there are.
    """
    m = 0
    for i in range(len(ordered)):
        if i == 0 or ordered[i] != ordered[i - 1]:
            values[m] = ordered[i]
            counts[m] = 0.0
            m += 1
        counts[m - 1] += 1.0
    return m


@compiled
def natural_breaks_kernel(values: Floats, weights: Floats, starts: Ints, work: Workspace) -> float:
    """Write the start of each class of the best partition into `starts`.

    Return its sum of squares within classes.

    `values` are distinct and ascending, `weights` say how much each counts, and `len(starts)` is
    the number of classes, at most that of values. The lowest starts win among partitions that are
    equal to one part in 10¹⁰.
    """
    m, k = len(values), len(starts)
    sum_outwards(values, weights, work)
    for end in range(1, m + 1):
        work.best[0, end] = _within(work, 0, end)
    # The last class ends at the last value: its row of the table needs one entry only.
    for c in range(1, k - 1):
        _fill_row(c, m, work)
    least: float = work.best[0, m] if k == 1 else np.inf
    for first in range(k - 1, m if k > 1 else 0):
        least = min(least, work.best[k - 2, first] + _within(work, first, m))
    starts[0] = 0
    end, above = m, 0.0
    for c in range(k - 1, 0, -1):
        starts[c] = _lowest_start(c, end, above, least * (1.0 + SAME), work)
        above += _within(work, starts[c], end)
        end = starts[c]
    return least


@compiled
def sum_outwards(values: Floats, weights: Floats, work: Workspace) -> None:
    m = len(values)
    middle = m // 2
    work.n[middle] = work.s[middle] = work.q[middle] = 0.0
    for i in range(middle, m):
        deviation = values[i] - values[middle]
        work.n[i + 1] = work.n[i] + weights[i]
        work.s[i + 1] = work.s[i] + weights[i] * deviation
        work.q[i + 1] = work.q[i] + weights[i] * deviation * deviation
    for i in range(middle - 1, -1, -1):
        deviation = values[i] - values[middle]
        work.n[i] = work.n[i + 1] - weights[i]
        work.s[i] = work.s[i + 1] - weights[i] * deviation
        work.q[i] = work.q[i + 1] - weights[i] * deviation * deviation


@compiled
def _within(work: Workspace, first: int, end: int) -> float:
    """Return the sum of squares of the class from `first` up to but not including `end`."""
    s = work.s[end] - work.s[first]
    squares: float = (work.q[end] - work.q[first]) - s * s / (work.n[end] - work.n[first])
    return max(squares, 0.0)


@compiled
def _fill_row(c: int, m: int, work: Workspace) -> None:
    """Fill the least sums of squares of `c + 1` classes by end, halving the step between ends.

    The best start never falls as the end grows, so each end searches only between the starts of its
    neighbours.
    """
    length = m - c
    step = 1
    while 2 * step <= length:
        step *= 2
    while step >= 1:
        for place in range(step, length + 1, 2 * step):
            end = c + place
            low = work.start[end - step] if place > step else c
            high = work.start[end + step] if place + step <= length else end - 1
            least, at = np.inf, low
            for first in range(low, min(high, end - 1) + 1):
                total = work.best[c - 1, first] + _within(work, first, end)
                if total < least:
                    least, at = total, first
            work.best[c, end] = least
            work.start[end] = at
        step //= 2


@compiled
def _lowest_start(c: int, end: int, above: float, limit: float, work: Workspace) -> int:
    """Return the lowest start of class `c` that keeps within the limit, or else the best one."""
    least, at = np.inf, c
    for first in range(c, end):
        total = work.best[c - 1, first] + _within(work, first, end) + above
        if total <= limit:
            return first
        if total < least:
            least, at = total, first
    return at
