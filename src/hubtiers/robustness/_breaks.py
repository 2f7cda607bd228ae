"""Natural breaks for three or four tiers, faster than the full programme: most places for a cut are never looked at.

Import this module only inside the functions that use it, because numba is slow to import. The answer is that of
`hubtiers.tiers._kernel.natural_breaks_kernel`, to which ties and other numbers of tiers are left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubtiers.tiers._kernel import Workspace, _sum_outwards, _within, compiled, natural_breaks_kernel
from hubtiers.tiers._partition import SAME

__all__ = ["Ends", "best_starts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FEWEST = 12


class Ends(NamedTuple):
    """Memory: sums of squares of the class up to, and from, each place; the best there is on either side of a cut.

    `low` and `high` are the sums of squares below and above a cut; `at_low` and `at_high` the cuts that give them.
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
    """Write the start of each class of the best partition of ascending distinct values into `starts`."""
    m, k = len(values), len(starts)
    if k < 3 or k > 4 or m < _FEWEST:
        natural_breaks_kernel(values, weights, starts, work)
        return
    _sum_outwards(values, weights, work)
    for place in range(m):
        ends.head[place] = _within(work, 0, place) if place > 0 else 0.0
        ends.tail[place] = _within(work, place, m)
    least = _search(m, k, work, ends)
    if not _unique(m, k, least, work, ends, starts):
        natural_breaks_kernel(values, weights, starts, work)


@compiled
def _search(m: int, k: int, work: Workspace, ends: Ends) -> float:
    """Return the least sum of squares, looking at the middle of ever smaller stretches of cuts.

    With the cut further up, the sum below it only grows and the sum above only shrinks. So a stretch whose ends
    already add up to more than the best so far cannot hold the best.
    """
    first, last = k - 2, m - 2
    ends.high[: m + 1] = np.inf
    least = min(
        _look(first, 1, first - 1, first + 1, m - 1, k, work, ends),
        _look(last, 1, last - 1, last + 1, m - 1, k, work, ends),
    )
    queue = ends.queue
    queue[0], queue[1] = first, last
    done, waiting = 0, 2
    while done < waiting:
        left, right = queue[done], queue[done + 1]
        done += 2
        if right - left > 1 and ends.low[left] + ends.high[right] <= least * (1.0 + 2.0 * SAME):
            cut = (left + right) // 2
            below, above = min(ends.at_low[right], cut - 1), max(ends.at_high[left], cut + 1)
            least = min(least, _look(cut, ends.at_low[left], below, above, ends.at_high[right], k, work, ends))
            queue[waiting], queue[waiting + 1], queue[waiting + 2], queue[waiting + 3] = left, cut, cut, right
            waiting += 4
    return least


@compiled
def _look(cut: int, low: int, below: int, above: int, high: int, k: int, work: Workspace, ends: Ends) -> float:
    """Find the best further cut above a cut, and with four classes below it; return the sum of squares."""
    if k == 4:
        ends.low[cut], ends.at_low[cut] = np.inf, low
        for place in range(low, below + 1):
            total = ends.head[place] + _within(work, place, cut)
            if total < ends.low[cut]:
                ends.low[cut], ends.at_low[cut] = total, place
    else:
        ends.low[cut], ends.at_low[cut] = ends.head[cut], 0
    ends.high[cut], ends.at_high[cut] = np.inf, above
    for place in range(above, high + 1):
        total = _within(work, cut, place) + ends.tail[place]
        if total < ends.high[cut]:
            ends.high[cut], ends.at_high[cut] = total, place
    return ends.low[cut] + ends.high[cut]


@compiled
def _unique(m: int, k: int, least: float, work: Workspace, ends: Ends, starts: Ints) -> bool:
    """Write the best starts, unless another partition is as good to within twice what counts as the same."""
    most = least * (1.0 + 2.0 * SAME)
    found, cut = 0, 0
    for place in range(k - 2, m - 1):
        if ends.high[place] < np.inf and ends.low[place] + ends.high[place] <= most:
            found, cut = found + 1, place
    for place in range(cut + 1, m):
        found += ends.low[cut] + (_within(work, cut, place) + ends.tail[place]) <= most
    for place in range(1, cut if k == 4 else 0):
        found += (ends.head[place] + _within(work, place, cut)) + ends.high[cut] <= most
    starts[0], starts[k - 2], starts[k - 1] = 0, cut, ends.at_high[cut]
    if k == 4:
        starts[1] = ends.at_low[cut]
    return bool(least > 0.0 and found == k - 1)
