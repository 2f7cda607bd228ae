"""The compiled loop of the Monte Carlo: scores of many draws are rounded, ranked, cut into tiers and counted.

Import this module only inside the functions that use it, because numba is slow to import. Sums run in a fixed order and
nothing is fused or reordered, so that the answer is the same on every processor and for every size of block.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hubtiers.tiers._kernel import Workspace, compiled, distinct_kernel, natural_breaks_kernel

__all__ = ["FIXED", "GIVEN", "NATURAL", "count_kernel", "match_kernel", "place_kernel", "round_kernel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Small = NDArray[np.int32]

GIVEN, FIXED, NATURAL = 0, 1, 2
"""How tiers are found: they stand already, by cut-points, or by natural breaks in every draw."""

_FEW = 32
_MIDDLE = 512
_MOVES = 16


@compiled
def round_kernel(scores: Floats, bits: Ints, scale: Floats) -> None:
    """Round scores as `hubtiers.scheme.round_significant` does; `bits` is the same memory seen as whole numbers.

    `scale` holds the power of ten for every binary exponent.
    """
    for d in range(scores.shape[0]):
        for r in range(scores.shape[1]):
            power = scale[(bits[d, r] >> 52) & 2047]
            scores[d, r] = np.rint(scores[d, r] * power) / power


@compiled
def place_kernel(scores: Floats, rule: int, breaks: Floats, columns: Ints, ranks: Small, classes: Small) -> int:
    """Write rank (1 is best, equal scores share the better one, 0 for none) and tier (-1 for none) of each score.

    Returns the first draw whose scores cannot be cut, or -1. `columns` holds the tier of each class, lowest first.
    """
    n, k = scores.shape[1], len(columns)
    order, spare, keys = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    cells = np.empty(1024 if n <= _MIDDLE else 2048, np.int32)
    ordered, values, counts = np.empty(n), np.empty(n), np.empty(n)
    starts = np.empty(k + 1, np.int64)
    work = Workspace(
        np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1), np.zeros((max(k, 1), n + 1)), np.zeros(n + 1, np.int64)
    )
    for d in range(len(scores)):
        present = _sort_row(scores[d], order, spare, keys, cells, ordered)
        _rank_row(ordered, order, present, ranks[d])
        if rule == FIXED:
            _cut_row(ordered, order, present, breaks, columns, classes[d])
        elif rule == NATURAL:
            m = distinct_kernel(ordered[:present], values, counts)
            if m < k:
                return d
            _scale_down(values[:m])
            natural_breaks_kernel(values[:m], counts[:m], starts[:k], work)
            starts[k] = m
            _class_row(counts, starts, columns, order, classes[d])
            for r in range(n):
                if ranks[d, r] == 0:
                    classes[d, r] = -1
    return -1


@compiled
def _scale_down(values: Floats) -> None:
    """Multiply by the power of two that brings the largest below 1: exact, and safe to square."""
    power = -math.frexp(max(abs(values[0]), abs(values[-1])))[1]
    for i in range(len(values)):
        values[i] = math.ldexp(values[i], power)


@compiled
def _class_row(counts: Floats, starts: Ints, columns: Ints, order: Small, classes: Small) -> None:
    """Write the tier of every region from the first distinct value of each class."""
    i = 0
    for c in range(len(columns)):
        for v in range(starts[c], starts[c + 1]):
            for _ in range(int(counts[v])):
                classes[order[i]] = columns[c]
                i += 1


@compiled
def _cut_row(ordered: Floats, order: Small, present: int, breaks: Floats, columns: Ints, classes: Small) -> None:
    """Write the tier of every region by cut-points, closed above."""
    classes[:] = -1
    c = 0
    for i in range(present):
        while c < len(breaks) and breaks[c] < ordered[i]:
            c += 1
        classes[order[i]] = columns[c]


@compiled
def _rank_row(ordered: Floats, order: Small, present: int, ranks: Small) -> None:
    ranks[:] = 0
    rank = 0
    for i in range(present - 1, -1, -1):
        if i == present - 1 or ordered[i] != ordered[i + 1]:
            rank = present - i
        ranks[order[i]] = rank


@compiled
def _sort_row(row: Floats, order: Small, spare: Small, keys: Small, cells: Small, ordered: Floats) -> int:
    """Sort the scores that are known, ascending, into `ordered`, and the places they came from into `order`.

    Scores are dealt into cells of equal width, which brings them nearly into order, and insertion does the rest.
    """
    present = 0
    low, high = np.inf, -np.inf
    for r in range(len(row)):
        if row[r] == row[r]:
            order[present] = r
            present += 1
            low, high = min(low, row[r]), max(high, row[r])
    twice = len(cells) == 2048
    steps = float(len(cells) * len(cells) - 1) if twice else float(len(cells) - 1)
    stretch = steps / (high - low) if high > low else 0.0
    if present > _FEW and 0.0 < stretch < np.inf:
        for i in range(present):
            keys[order[i]] = np.int32((row[order[i]] - low) * stretch)
        _deal(order, spare, keys, cells, present, 0)
        order[:present] = spare[:present]
        if twice:
            _deal(order, spare, keys, cells, present, 11)
            order[:present] = spare[:present]
    for i in range(present):
        ordered[i] = row[order[i]]
    _insert(ordered, order, present)
    return present


@compiled
def _deal(order: Small, spare: Small, keys: Small, cells: Small, present: int, shift: int) -> None:
    """Order places by eleven bits of their key, keeping the order of equal ones."""
    mask = len(cells) - 1
    cells[:] = 0
    for i in range(present):
        cells[(keys[order[i]] >> shift) & mask] += 1
    total = 0
    for cell in range(len(cells)):
        size = cells[cell]
        cells[cell] = total
        total += size
    for i in range(present):
        cell = (keys[order[i]] >> shift) & mask
        spare[cells[cell]] = order[i]
        cells[cell] += 1


@compiled
def _insert(ordered: Floats, order: Small, present: int) -> None:
    """Sort what is nearly sorted already; what is not, by widening steps, so that no scores take very long."""
    if _sift(ordered, order, present, 1, _MOVES * present + _FEW * _FEW):
        return
    gap = 1
    while gap < present // 3:
        gap = 3 * gap + 1
    while gap >= 1:
        _sift(ordered, order, present, gap, present * present)
        gap //= 3


@compiled
def _sift(ordered: Floats, order: Small, present: int, gap: int, most: int) -> bool:
    """Sort every `gap`-th score by insertion; give up, and say so, when it takes more than `most` moves."""
    moves = 0
    for i in range(gap, present):
        value, place = ordered[i], order[i]
        j = i - gap
        while j >= 0 and ordered[j] > value:
            ordered[j + gap], order[j + gap] = ordered[j], order[j]
            j -= gap
            moves += 1
        ordered[j + gap], order[j + gap] = value, place
        if moves > most:
            return False
    return True


@compiled
def count_kernel(
    ranks: Small, classes: Small, times: Ints, below: Ints, tiers: Ints, histogram: Ints, duels: Ints
) -> None:
    """Add draws, each counting `times`, to how often a region had each tier and rank, and beat the region `below`."""
    for r in range(ranks.shape[1]):
        other = below[r]
        for d in range(len(ranks)):
            if ranks[d, r] == 0:
                continue
            histogram[r, ranks[d, r] - 1] += times[d]
            tiers[r, classes[d, r]] += times[d]
            if other >= 0 and ranks[d, other] > 0:
                if ranks[d, r] < ranks[d, other]:
                    duels[r, 0] += times[d]
                elif ranks[d, r] > ranks[d, other]:
                    duels[r, 1] += times[d]


@compiled
def match_kernel(ranks: Small, classes: Small, times: Ints, members: Ints, tier: Ints, sums: Ints) -> None:
    """Add up how draws agree with a reference: exact, in order, regions in the same tier, and the square of these.

    `members` are the regions of the reference, those of its highest tier first; `tier` is the tier of each.
    """
    for d in range(len(ranks)):
        same, ahead = 0, True
        # Worst rank among higher tiers of the reference, and worst so far in the present one.
        above, worst = 0, 0
        for i in range(len(members)):
            rank = ranks[d, members[i]]
            if i > 0 and tier[i] != tier[i - 1]:
                above = worst
            ahead = ahead and rank > above
            worst = max(worst, rank)
            if rank > 0 and classes[d, members[i]] == tier[i]:
                same += 1
        sums[0] += times[d] * (same == len(members))
        sums[1] += times[d] * ahead
        sums[2] += times[d] * same
        sums[3] += times[d] * same * same
