"""The compiled loop of the Monte Carlo: scores are ranked, cut into tiers and counted.

Import this module only inside the functions that use it, because numba is slow to import. Sums run
in a fixed order and nothing is fused or reordered, so that the answer is the same on every
processor and for every size of block.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled
from hubtiers.robustness._small import NATURAL
from hubtiers.tiers._kernel import Workspace, distinct_kernel
from hubtiers.tiers._kernel_few import Ends, best_starts

__all__ = [
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
    """Write whole numbers that sort as the scores do, up to their last digits.

    Those hold the place in the row. Scores that are missing come last.
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
    scores: Floats,
    keys: Ints,
    breaks: Floats,
    columns: Ints,
    ranks: Small,
    classes: Small,
    careful: Flags,
) -> None:
    """Write ranks and tiers as `place_kernel` does, in one go through the sorted keys.

    Marks as `careful` the draws that this is not enough for, because two keys are too close to say
    which is greater.
    """
    mask = mask_of(scores.shape[1])
    # No score lies above the last cut, so that the search for the class ends.
    cuts = np.full(len(breaks) + 1, np.inf)
    for c in range(len(breaks)):
        cuts[c] = breaks[c]
    for d in range(len(scores)):
        present = _present(keys[d], mask)
        _write_missing(keys[d], mask, present, ranks[d], classes[d])
        careful[d] = _too_close(keys[d], mask, present)
        c = 0
        for i in range(present):
            place = keys[d, i] & mask
            while scores[d, place] > cuts[c]:
                c += 1
            ranks[d, place] = present - i
            classes[d, place] = columns[c]


@compiled
def _present(keys: Ints, mask: int) -> int:
    """Return how many scores a draw has, from its sorted keys: missing ones stand last."""
    present = len(keys)
    while present > 0 and (keys[present - 1] | mask) == _LAST:
        present -= 1
    return present


@compiled
def _too_close(keys: Ints, mask: int, present: int) -> bool:
    """Say whether neighbours differ in the digits of the place only: their order is not known."""
    close = 0
    # Counting all of them lets the processor compare several at a time.
    for i in range(1, present):
        close += (keys[i] ^ keys[i - 1]) <= mask
    return close > 0


@compiled
def _write_missing(keys: Ints, mask: int, present: int, ranks: Small, classes: Small) -> None:
    """Write that the regions behind the first `present` keys have neither rank nor tier."""
    for i in range(present, len(keys)):
        place = keys[i] & mask
        ranks[place] = 0
        classes[place] = -1


class Memory(NamedTuple):
    """What `place_kernel` works in; it stands for one draw at a time.

    `order` are the places of the scores, ascending, and `ordered` the scores. `values` are the
    distinct ones among them, `scaled` the same below 1, `counts` how often each stands, `starts`
    where each class begins among them. `work` and `ends` are those of the natural breaks.
    """

    order: Ints
    ordered: Floats
    values: Floats
    scaled: Floats
    counts: Floats
    starts: Ints
    work: Workspace
    ends: Ends


@compiled
def _new_memory(n: int, k: int) -> Memory:
    """Return memory for `n` scores in `k` classes."""
    work = Workspace(
        n=np.zeros(n + 1),
        s=np.zeros(n + 1),
        q=np.zeros(n + 1),
        best=np.zeros((k, n + 1)),
        start=np.zeros(n + 1, np.int64),
    )
    ends = Ends(
        head=np.zeros(n + 1),
        tail=np.zeros(n + 1),
        low=np.zeros(n + 1),
        high=np.zeros(n + 1),
        at_low=np.zeros(n + 1, np.int64),
        at_high=np.zeros(n + 1, np.int64),
        # Two numbers for each stretch of cuts that may still be looked at.
        queue=np.zeros(4 * n + 8, np.int64),
    )
    return Memory(
        order=np.empty(n, np.int64),
        ordered=np.empty(n),
        values=np.empty(n),
        scaled=np.empty(n),
        counts=np.empty(n),
        starts=np.empty(k, np.int64),
        work=work,
        ends=ends,
    )


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
    """Write rank and tier of each score.

    The best has rank 1, equal scores share the better one, a missing score has rank 0 and tier -1.
    `keys` are those of `key_kernel`, sorted. `columns` holds the tier of each class, lowest first.
    Only `careful` draws are looked at. Returns the first of them whose scores cannot be cut, or -1.
    """
    mask = mask_of(scores.shape[1])
    memory = _new_memory(scores.shape[1], len(columns))
    cuts = np.empty(len(columns) - 1) if rule == NATURAL else breaks.copy()
    for d in range(len(scores)):
        if not careful[d]:
            continue
        present = _read_order(scores[d], keys[d], mask, memory.order, memory.ordered)
        _insert(memory.ordered, memory.order, present)
        if rule == NATURAL and not _natural_cuts(memory, present, cuts):
            return d
        _write_row(memory, present, cuts, columns, ranks[d], classes[d])
        _write_missing(keys[d], mask, present, ranks[d], classes[d])
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
def _natural_cuts(memory: Memory, present: int, cuts: Floats) -> bool:
    """Write the highest score of each class but the last; False with too few distinct scores."""
    starts = memory.starts
    m = distinct_kernel(memory.ordered[:present], memory.values, memory.counts)
    if m < len(starts):
        return False
    values, scaled = memory.values[:m], memory.scaled[:m]
    # A power of two brings the largest below 1: exact, and safe to square.
    power = math.frexp(max(abs(values[0]), abs(values[-1])))[1]
    unit = math.ldexp(1.0, -max(min(power, 1000), -1000))
    for i in range(m):
        scaled[i] = values[i] * unit
    best_starts(scaled, memory.counts[:m], starts, memory.work, memory.ends)
    for c in range(1, len(starts)):
        cuts[c - 1] = values[starts[c] - 1]
    return True


@compiled
def _write_row(
    memory: Memory, present: int, cuts: Floats, columns: Ints, ranks: Small, classes: Small
) -> None:
    """Write ranks and tiers, from the best score down; classes are closed above."""
    order, ordered = memory.order, memory.ordered
    c, rank = len(cuts), 0
    for i in range(present - 1, -1, -1):
        value = ordered[i]
        if i == present - 1 or value != ordered[i + 1]:
            rank = present - i
            while c > 0 and value <= cuts[c - 1]:
                c -= 1
        ranks[order[i]] = rank
        classes[order[i]] = columns[c]


@compiled
def _insert(ordered: Floats, order: Ints, present: int) -> None:
    """Sort scores that are nearly sorted already.

    Others are sorted by widening steps (Shell's method), so that no scores take very long.
    """
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
    """Sort every `gap`-th score by insertion; give up (False) after more than `most` moves."""
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
    """Add draws to how often a region had each tier and rank, and stood before the next one.

    Each draw counts `times`. `order` are regions as they are compared: the first row of `duels`
    counts that one stands before the next, the second that it stands behind it.
    """
    _count_tiers(classes, times, tiers)
    draws = len(ranks)
    # A few regions at a time are turned, so that the counts of one stay in the cache while its
    # draws go by. Each lot begins with the last region of the one before.
    turned = np.zeros((_TILE + 1, draws), np.int16)
    for left in range(0, len(order), _TILE):
        lot = order[left : left + _TILE]
        # Assigned as a whole, the texts of numba's own errors would be compiled as well.
        for d in range(draws):
            turned[0, d] = turned[_TILE, d]
            for i in range(len(lot)):
                turned[i + 1, d] = ranks[d, lot[i]]
        for i in range(len(lot)):
            before, own = turned[i], turned[i + 1]
            _count_ranks(own, times, histogram[lot[i]])
            if left + i > 0:
                duels[0, left + i - 1] += times * _wins(before, own)
                duels[1, left + i - 1] += times * _wins(own, before)


@compiled
def _count_tiers(classes: Small, times: int, tiers: Ints) -> None:
    for d in range(classes.shape[0]):
        for r in range(classes.shape[1]):
            if classes[d, r] >= 0:
                tiers[r, classes[d, r]] += times


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
def match_kernel(
    ranks: Small, classes: Small, times: int, members: Ints, wanted: Small, sums: Ints
) -> None:
    """Add up how draws agree with a reference.

    `sums` are the draws that give it exactly, that keep its order, the number of regions in their
    tier, and its square. `members` are the regions of the reference, those of its highest tier
    first; `wanted` is the tier of every region of the table, -2 for those that are not in it.
    """
    for d in range(len(ranks)):
        same = _same_tier(classes[d], wanted)
        sums[0] += times * (same == len(members))
        sums[1] += times * _in_order(ranks[d], members, wanted)
        sums[2] += times * same
        sums[3] += times * same * same


@compiled
def _same_tier(classes: Small, wanted: Small) -> int:
    """Return how many regions have the tier that is wanted."""
    same = 0
    for r in range(len(wanted)):
        same += classes[r] == wanted[r]
    return same


@compiled
def _in_order(ranks: Small, members: Ints, wanted: Small) -> bool:
    """Say whether every region stands before all of the lower tiers."""
    # Worst rank among higher tiers of the reference, and worst so far in the present one.
    above, worst, tier = 0, 0, -2
    for region in members:
        if wanted[region] != tier:
            tier, above = wanted[region], worst
        if ranks[region] <= above:
            return False
        worst = max(worst, ranks[region])
    return True
