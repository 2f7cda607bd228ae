"""The compiled loop of the Monte Carlo: scores of many draws are rounded, ranked, cut into tiers and counted.

Import this module only inside the functions that use it, because numba is slow to import. Sums run in a fixed order and
nothing is fused or reordered, so that the answer is the same on every processor and for every size of block.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hubtiers.robustness._breaks import Ends, best_starts
from hubtiers.tiers._kernel import Workspace, compiled, distinct_kernel

__all__ = [
    "FIXED",
    "GIVEN",
    "NATURAL",
    "count_kernel",
    "duel_kernel",
    "key_kernel",
    "match_kernel",
    "place_kernel",
    "round_kernel",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Small = NDArray[np.int16]

GIVEN, FIXED, NATURAL = 0, 1, 2
"""How tiers are found: they stand already, by cut-points, or by natural breaks in every draw."""

_FEW = 32
_LAST = np.int64(0x7FFF_FFFF_FFFF_FFFF)
_MOVES = 16
_TILE = 16


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
def key_kernel(scores: Floats, bits: Ints, mask: int, keys: Ints) -> None:
    """Write whole numbers that sort as the scores do, up to their last digits, which hold the place in the row.

    Scores that are missing come last.
    """
    for d in range(scores.shape[0]):
        for r in range(scores.shape[1]):
            key = bits[d, r]
            key ^= (key >> 63) & 0x7FFF_FFFF_FFFF_FFFF
            keys[d, r] = ((key if scores[d, r] == scores[d, r] else _LAST) & ~mask) | r


@compiled
def place_kernel(
    scores: Floats,
    keys: Ints,
    mask: int,
    rule: int,
    breaks: Floats,
    columns: Ints,
    ranks: Small,
    classes: Small,
) -> int:
    """Write rank (1 is best, equal scores share the better one, 0 for none) and tier (-1 for none) of each score.

    `keys` are those of `key_kernel`, sorted. `columns` holds the tier of each class, lowest first. Returns the first
    draw whose scores cannot be cut, or -1.
    """
    n, k = scores.shape[1], len(columns)
    order, ordered = np.empty(n, np.int64), np.empty(n)
    values, scaled, counts = np.empty(n), np.empty(n), np.empty(n)
    starts, cuts = np.empty(k, np.int64), breaks.copy()
    work = Workspace(np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1), np.zeros((k, n + 1)), np.zeros(n + 1, np.int64))
    whole = np.zeros(n + 1, np.int64)
    ends = Ends(values, values, values, values, whole, whole, whole)
    if rule == NATURAL:
        cuts = np.empty(k - 1)
        ends = Ends(
            np.zeros(n + 1),
            np.zeros(n + 1),
            np.zeros(n + 1),
            np.zeros(n + 1),
            np.zeros(n + 1, np.int64),
            np.zeros(n + 1, np.int64),
            np.zeros(4 * n + 8, np.int64),
        )
    for d in range(len(scores)):
        if rule != NATURAL and _write_at_once(scores[d], keys[d], mask, cuts, columns, ranks[d], classes[d]):
            continue
        present = _read_order(scores[d], keys[d], mask, order, ordered)
        _insert(ordered, order, present)
        if rule == NATURAL:
            m = distinct_kernel(ordered[:present], values, counts)
            if m < k:
                return d
            _natural_cuts(values[:m], scaled[:m], counts[:m], starts, work, ends, cuts)
        _write_row(ordered, order, present, cuts, columns, ranks[d], classes[d])
        for i in range(present, n):
            ranks[d, keys[d, i] & mask], classes[d, keys[d, i] & mask] = 0, -1
    return -1


@compiled
def _write_at_once(
    row: Floats, keys: Ints, mask: int, cuts: Floats, columns: Ints, ranks: Small, classes: Small
) -> bool:
    """Write ranks and tiers in the order of the keys; False when scores differ only in digits that keys do not hold."""
    n = len(row)
    present = n
    while present > 0 and row[keys[present - 1] & mask] != row[keys[present - 1] & mask]:
        present -= 1
        ranks[keys[present] & mask], classes[keys[present] & mask] = 0, -1
    c, rank, last = len(cuts), 0, np.inf
    column = columns[c] if len(columns) > 0 else 0
    for i in range(present - 1, -1, -1):
        place = keys[i] & mask
        value = row[place]
        if value != last:
            if value > last:
                return False
            rank, last = present - i, value
            while c > 0 and value <= cuts[c - 1]:
                c -= 1
                column = columns[c]
        ranks[place], classes[place] = rank, column
    return True


@compiled
def _read_order(row: Floats, keys: Ints, mask: int, order: Ints, ordered: Floats) -> int:
    """Write the places of the scores, ascending, and the scores; return how many there are."""
    for i in range(len(row)):
        place = keys[i] & mask
        order[i] = place
        ordered[i] = row[place]
        if ordered[i] != ordered[i]:
            return i
    return len(row)


@compiled
def _natural_cuts(
    values: Floats, scaled: Floats, counts: Floats, starts: Ints, work: Workspace, ends: Ends, cuts: Floats
) -> None:
    """Write the highest score of each class but the last."""
    # A power of two brings the largest below 1: exact, and safe to square.
    power = math.frexp(max(abs(values[0]), abs(values[-1])))[1]
    unit = math.ldexp(1.0, -max(min(power, 1000), -1000))
    for i in range(len(values)):
        scaled[i] = values[i] * unit
    best_starts(scaled, counts, starts, work, ends)
    for c in range(1, len(starts)):
        cuts[c - 1] = values[starts[c] - 1]


@compiled
def _write_row(
    ordered: Floats, order: Ints, present: int, cuts: Floats, columns: Ints, ranks: Small, classes: Small
) -> None:
    """Write ranks and tiers, from the best score down; classes are closed above."""
    c, rank = len(cuts), 0
    for i in range(present - 1, -1, -1):
        value = ordered[i]
        if i == present - 1 or value != ordered[i + 1]:
            rank = present - i
            while c > 0 and value <= cuts[c - 1]:
                c -= 1
        ranks[order[i]], classes[order[i]] = rank, columns[c] if len(columns) > 0 else 0


@compiled
def _insert(ordered: Floats, order: Ints, present: int) -> None:
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
def _sift(ordered: Floats, order: Ints, present: int, gap: int, most: int) -> bool:
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
def count_kernel(ranks: Small, classes: Small, times: Ints, tiers: Ints, histogram: Ints) -> None:
    """Add draws, each counting `times`, to how often a region had each tier and rank."""
    draws, n = ranks.shape
    for d in range(draws):
        for r in range(n):
            if classes[d, r] >= 0:
                tiers[r, classes[d, r]] += times[d]
    turned = np.empty((_TILE, draws), np.int16)
    # A few regions at a time are turned, so that the counts of one stay in the cache while its draws go by.
    for left in range(0, n, _TILE):
        size = min(_TILE, n - left)
        for d in range(draws):
            for r in range(size):
                turned[r, d] = ranks[d, left + r]
        for r in range(size):
            row = histogram[left + r]
            for d in range(draws):
                if turned[r, d] > 0:
                    row[turned[r, d] - 1] += times[d]


@compiled
def duel_kernel(ranks: Small, times: Ints, order: Ints, duels: Ints) -> None:
    """Add up how often each region of `order` stands before (first row), or behind, the next one."""
    for d in range(len(ranks)):
        row, count = ranks[d], times[d]
        mine = row[order[0]] if len(order) > 0 else 0
        for i in range(len(order) - 1):
            other = row[order[i + 1]]
            both = count * ((mine > 0) & (other > 0))
            duels[0, i] += both * (mine < other)
            duels[1, i] += both * (mine > other)
            mine = other


@compiled
def match_kernel(ranks: Small, classes: Small, times: Ints, members: Ints, wanted: Small, sums: Ints) -> None:
    """Add up how draws agree with a reference: exact, in order, regions in the same tier, and the square of these.

    `members` are the regions of the reference, those of its highest tier first; `wanted` is the tier of every region of
    the table, -2 for those that are not in the reference.
    """
    for d in range(len(ranks)):
        row, same = classes[d], 0
        for r in range(len(wanted)):
            same += row[r] == wanted[r]
        # Worst rank among higher tiers of the reference, and worst so far in the present one.
        above, worst, ahead, tier = 0, 0, True, -2
        for region in members:
            rank = ranks[d, region]
            if wanted[region] != tier:
                tier, above = wanted[region], worst
            if rank <= above:
                ahead = False
                break
            worst = max(worst, rank)
        sums[0] += times[d] * (same == len(members))
        sums[1] += times[d] * ahead
        sums[2] += times[d] * same
        sums[3] += times[d] * same * same
