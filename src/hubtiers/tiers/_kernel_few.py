"""Natural breaks for three or four tiers, faster than the full programme.

Most places for a cut are never looked at.

Import this module only inside the functions that use it, because numba is slow to import. The
answer is that of `hubtiers.tiers._kernel.natural_breaks_kernel`, to which ties and other numbers of
tiers are left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled
from hubtiers.tiers._kernel import Workspace, natural_breaks_kernel, sum_outwards
from hubtiers.tiers.scale import SAME

__all__ = ["Ends", "best_starts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FEWEST = 12


class Ends(NamedTuple):
    """Memory: sums of squares up to and from each place, and the best on either side of it.

    `low` and `high` are the least sums of squares below and above a cut; `at_low` and `at_high` the
    further cuts that give them.
    """

    head: Floats
    tail: Floats
    low: Floats
    high: Floats
    at_low: Ints
    at_high: Ints
    queue: Ints


@compiled
def best_starts(values: Floats, weights: Floats, starts: Ints, work: Workspace, ends: Ends) -> None:
    """Write the start of each class of the best partition into `starts`."""
    m, k = len(values), len(starts)
    if k < 3 or k > 4 or m < _FEWEST:
        natural_breaks_kernel(values, weights, starts, work)
        return
    sum_outwards(values, weights, work)
    n, s, q, head, tail = work.n, work.s, work.q, ends.head, ends.tail
    head[0] = 0.0
    for place in range(m):
        head[place + 1] = _squares(n, s, q, 0, place + 1)
        tail[place] = _squares(n, s, q, place, m)
    cut, least = _search(m, k, n, s, q, ends)
    if not _unique(m, k, cut, least, n, s, q, ends):
        natural_breaks_kernel(values, weights, starts, work)
        return
    starts[0], starts[k - 2], starts[k - 1] = 0, cut, ends.at_high[cut]
    if k == 4:
        starts[1] = ends.at_low[cut]


@compiled
def _squares(n: Floats, s: Floats, q: Floats, first: int, end: int) -> float:
    """Return the sum of squares of the class from `first` up to but not including `end`."""
    deviation = s[end] - s[first]
    squares: float = (q[end] - q[first]) - deviation * deviation / (n[end] - n[first])
    return max(squares, 0.0)


@compiled
def _search(m: int, k: int, n: Floats, s: Floats, q: Floats, ends: Ends) -> tuple[int, float]:
    """Return the best cut with two classes above it, and the least sum of squares.

    Looks at the middle of ever smaller stretches of cuts. With the cut further up, the sum below it
    only grows and the sum above only shrinks: a stretch whose ends already add up to more than the
    best so far cannot hold the best.
    """
    # One loop on bare arrays: parted into functions it is a tenth to a third slower.
    head, tail, queue = ends.head, ends.tail, ends.queue
    low, high, at_low, at_high = ends.low, ends.high, ends.at_low, ends.at_high
    for place in range(m + 1):
        high[place] = np.inf
    # The outermost cuts first, marked by -1, then the stretch between them.
    queue[0], queue[1], queue[2], queue[3], queue[4], queue[5] = -1, k - 2, -1, m - 2, k - 2, m - 2
    done, waiting, best, least = 0, 6, 0, np.inf
    while done < waiting:
        left, right = queue[done], queue[done + 1]
        done += 2
        if left < 0:
            cut, from_low, to_low, from_high, to_high = right, 1, right - 1, right + 1, m - 1
        elif right - left > 1 and low[left] + high[right] <= least * (1.0 + 2.0 * SAME):
            cut = (left + right) // 2
            from_low, to_low = at_low[left], min(at_low[right], cut - 1)
            from_high, to_high = max(at_high[left], cut + 1), at_high[right]
            queue[waiting], queue[waiting + 1] = left, cut
            queue[waiting + 2], queue[waiting + 3] = cut, right
            waiting += 4
        else:
            continue
        below, at = (np.inf, from_low) if k == 4 else (head[cut], 0)
        for place in range(from_low, to_low + 1 if k == 4 else 0):
            total = head[place] + _squares(n, s, q, place, cut)
            if total < below:
                below, at = total, place
        low[cut], at_low[cut] = below, at
        above, at = np.inf, from_high
        for place in range(from_high, to_high + 1):
            total = tail[place] + _squares(n, s, q, cut, place)
            if total < above:
                above, at = total, place
        high[cut], at_high[cut] = above, at
        if below + above < least:
            best, least = cut, below + above
    return best, least


@compiled
def _unique(
    m: int, k: int, cut: int, least: float, n: Floats, s: Floats, q: Floats, ends: Ends
) -> bool:
    """Say whether no other partition is as good, to within twice what counts as the same."""
    most = least * (1.0 + 2.0 * SAME)
    low, high, found = ends.low, ends.high, 0
    for place in range(k - 2, m - 1):
        found += high[place] < np.inf and low[place] + high[place] <= most
    for place in range(cut + 1, m):
        found += low[cut] + (ends.tail[place] + _squares(n, s, q, cut, place)) <= most
    for place in range(1, cut if k == 4 else 0):
        found += (ends.head[place] + _squares(n, s, q, place, cut)) + high[cut] <= most
    return least > 0.0 and found == k - 1
