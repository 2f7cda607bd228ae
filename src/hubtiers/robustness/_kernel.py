"""The compiled loop of the Monte Carlo: scores of many draws are ranked, cut into tiers and counted.

Import this module only inside the functions that use it, because numba is slow to import. Sums run in a fixed order and
nothing is fused or reordered, so that the answer is the same on every processor and for every size of block.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled
from hubtiers.tiers._kernel import Workspace, distinct_kernel
from hubtiers.tiers._kernel_few import Ends, best_starts

__all__ = [
    "FIXED",
    "GIVEN",
    "NATURAL",
    "count_kernel",
    "key_kernel",
    "match_kernel",
    "place_kernel",
    "quick_kernel",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Small = NDArray[np.int16]
Flags = NDArray[np.bool_]

GIVEN, FIXED, NATURAL = 0, 1, 2
"""How tiers are found: they stand already, by cut-points, or by natural breaks in every draw."""

_FEW = 32
_LAST = np.int64(0x7FFF_FFFF_FFFF_FFFF)
_MOVES = 16
_TILE = 16


@compiled
def mask_of(n: int) -> int:
    """Return the digits of a key that hold the place of one of `n` scores."""
    mask = 0
    while mask < n:
        mask = 2 * mask + 1
    return mask


@compiled
def key_kernel(scores: Floats, bits: Ints, keys: Ints) -> None:
    """Write whole numbers that sort as the scores do, up to their last digits, which hold the place in the row.

    Scores that are missing come last.
    """
    mask = mask_of(scores.shape[1])
    for d in range(scores.shape[0]):
        for r in range(scores.shape[1]):
            # Zero has two signs, and only one key.
            key = bits[d, r] if scores[d, r] != 0.0 else 0
            key ^= (key >> 63) & 0x7FFF_FFFF_FFFF_FFFF
            keys[d, r] = ((key if scores[d, r] == scores[d, r] else _LAST) & ~mask) | r


@compiled
def quick_kernel(
    scores: Floats, keys: Ints, breaks: Floats, columns: Ints, ranks: Small, classes: Small, careful: Flags
) -> None:
    """Write ranks and tiers as `place_kernel` does, in one go through the sorted keys.

    Marks as `careful` the draws that this is not enough for, because two keys are too close to say which is greater.
    """
    n, mask, cuts = scores.shape[1], mask_of(scores.shape[1]), np.append(breaks, np.inf)
    for d in range(len(scores)):
        present, close, c = n, 0, 0
        while present > 0 and (keys[d, present - 1] | mask) == _LAST:
            present -= 1
            place = keys[d, present] & mask
            ranks[d, place], classes[d, place] = 0, -1
        for i in range(1, present):
            close += (keys[d, i] ^ keys[d, i - 1]) <= mask
        careful[d] = close > 0
        for i in range(present):
            place = keys[d, i] & mask
            while scores[d, place] > cuts[c]:
                c += 1
            ranks[d, place], classes[d, place] = present - i, columns[c]


@compiled
def place_kernel(
    scores: Floats,
    keys: Ints,
    rule: int,
    breaks: Floats,
    columns: Ints,
    ranks: Small,
    classes: Small,
    careful: Flags,
) -> int:
    """Write rank (1 is best, equal scores share the better one, 0 for none) and tier (-1 for none) of each score.

    `keys` are those of `key_kernel`, sorted. `columns` holds the tier of each class, lowest first. Only `careful` draws
    are looked at. Returns the first of them whose scores cannot be cut, or -1.
    """
    n, k, mask = scores.shape[1], len(columns), mask_of(scores.shape[1])
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
        if not careful[d]:
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
        ranks[order[i]], classes[order[i]] = rank, columns[c]


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
def count_kernel(
    ranks: Small, classes: Small, times: int, order: Ints, tiers: Ints, histogram: Ints, duels: Ints
) -> None:
    """Add draws, each counting `times`, to how often a region had each tier and rank, and stood before the next one.

    `order` are regions as they are compared: the first row of `duels` counts that one stands before the next, the
    second that it stands behind it.
    """
    draws, n = ranks.shape
    for d in range(draws):
        for r in range(n):
            if classes[d, r] >= 0:
                tiers[r, classes[d, r]] += times
    # A few regions at a time are turned, so that the counts of one stay in the cache while its draws go by. Each lot
    # begins with the last region of the one before.
    turned = np.zeros((_TILE + 1, draws), np.int16)
    for left in range(0, len(order), _TILE):
        lot = order[left : left + _TILE]
        turned[0] = turned[_TILE]
        for d in range(draws):
            for i in range(len(lot)):
                turned[i + 1, d] = ranks[d, lot[i]]
        for i in range(len(lot)):
            _count_ranks(turned[i + 1], times, histogram[lot[i]])
            if left + i > 0:
                duels[0, left + i - 1] += times * _wins(turned[i], turned[i + 1])
                duels[1, left + i - 1] += times * _wins(turned[i + 1], turned[i])


@compiled
def _count_ranks(ranks: Small, times: int, row: Ints) -> None:
    for rank in ranks:
        if rank > 0:
            row[rank - 1] += times


@compiled
def _wins(mine: Small, other: Small) -> int:
    """Return in how many draws a region stands before another."""
    total = 0
    for d in range(len(mine)):
        total += (mine[d] > 0) & (mine[d] < other[d])
    return total


@compiled
def match_kernel(ranks: Small, classes: Small, times: int, members: Ints, wanted: Small, sums: Ints) -> None:
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
        sums[0] += times * (same == len(members))
        sums[1] += times * ahead
        sums[2] += times * same
        sums[3] += times * same * same
