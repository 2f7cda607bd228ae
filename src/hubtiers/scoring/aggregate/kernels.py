"""Aggregation compiled: from normalised values and weights to the scores of many draws.

Import this module only inside the functions that use it, because numba is slow to import. The formulas are those of
`hubtiers.scoring.aggregate`; a property test holds the two together.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled

__all__ = ["POWER", "RULES", "flat_kernel", "tree_kernel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POWER, PENALTY, TOPSIS, VIKOR, GREY, COPELAND = 0, 1, 2, 3, 4, 5
"""Rules of aggregation that are compiled."""

RULES = {
    "power": POWER,
    "penalty": PENALTY,
    "topsis": TOPSIS,
    "vikor": VIKOR,
    "grey": GREY,
    "copeland": COPELAND,
}
"""The same by the names that `CompiledForm` has for them."""

_STRIP = 512
_CLOSE = 1e-12


@compiled
def flat_kernel(matrix: Floats, weights: Floats, which: Ints, out: Floats) -> None:
    """Write the sums over all indicators (draws × regions) of weight times value (indicators × regions).

    `which` rows of the weights are taken.
    """
    m, n = matrix.shape
    draws = len(which)
    out[:] = 0.0
    for left in range(0, n, _STRIP):
        right = min(left + _STRIP, n)
        # Four indicators are added to two draws at once, in the order in which one at a time would be added.
        for d in range(0, draws - 1, 2):
            a, b = out[d, left:right], out[d + 1, left:right]
            first, second = weights[which[d]], weights[which[d + 1]]
            for j in range(0, m - 3, 4):
                v, w = matrix[j, left:right], matrix[j + 1, left:right]
                x, y = matrix[j + 2, left:right], matrix[j + 3, left:right]
                av, aw, ax, ay = first[j], first[j + 1], first[j + 2], first[j + 3]
                bv, bw, bx, by = second[j], second[j + 1], second[j + 2], second[j + 3]
                for r in range(len(a)):
                    a[r] = (((a[r] + av * v[r]) + aw * w[r]) + ax * x[r]) + ay * y[r]
                    b[r] = (((b[r] + bv * v[r]) + bw * w[r]) + bx * x[r]) + by * y[r]
        for d in range(draws):
            paired = d < draws - draws % 2
            row = out[d, left:right]
            for j in range(m - m % 4 if paired else 0, m):
                values, weight = matrix[j, left:right], weights[which[d], j]
                for r in range(len(row)):
                    row[r] += weight * values[r]


@compiled
def tree_kernel(
    board: Floats,
    weights: Floats,
    which: Ints,
    first: Ints,
    children: Ints,
    rules: Ints,
    options: Floats,
    out: Floats,
) -> int:
    """Write the scores of a hierarchy, level by level; return the first draw that a rule refuses, or -1.

    The first rows of `board` are the indicators (× regions), the others take the groups, the lowest first and the whole
    last. Group g has the children `children[first[g]:first[g + 1]]`, rows of the board. `which` rows of the weights are
    taken.
    """
    m, groups = weights.shape[1], len(rules)
    mass = np.zeros(m + groups)
    kept, share = np.empty(len(board), np.int64), np.empty(len(board))
    for d in range(len(which)):
        mass[:m] = weights[which[d]]
        for g in range(groups):
            total = 0.0
            for child in children[first[g] : first[g + 1]]:
                total += mass[child]
            mass[m + g] = total
            count = 0
            for child in children[first[g] : first[g + 1]]:
                if mass[child] > 0.0:
                    kept[count], share[count] = child, mass[child] / total
                    count += 1
            target = board[m + g]
            if count == 0:
                target[:] = np.nan
            elif not _aggregate(board, kept[:count], share[:count], rules[g], options[g], target):
                return d
        out[d] = board[m + groups - 1]
    return -1


@compiled
def _aggregate(
    board: Floats, kept: Ints, share: Floats, rule: int, option: float, out: Floats
) -> bool:
    """Aggregate the kept rows of the board by one rule; False when the values are outside its domain."""
    if rule == POWER:
        return _power_mean(board, kept, share, option, out)
    if rule == PENALTY:
        return _penalised(board, kept, share, option, out)
    if rule == COPELAND:
        _duels(board, kept, share, out)
        return True
    best, worst = np.empty(len(kept)), np.empty(len(kept))
    differs = False
    for i in range(len(kept)):
        best[i], worst[i] = -np.inf, np.inf
        for value in board[kept[i]]:
            if not math.isnan(value):
                best[i], worst[i] = max(best[i], value), min(worst[i], value)
        differs = differs or best[i] > worst[i]
    if not differs:
        return False
    if rule == TOPSIS:
        _closeness(board, kept, share, best, worst, out)
    elif rule == VIKOR:
        _compromise(board, kept, share, best, worst, option, out)
    else:
        _grey(board, kept, share, best, worst, option, out)
    return True


@compiled
def _mean(board: Floats, kept: Ints, share: Floats, out: Floats) -> None:
    """Write the weighted mean over the values present."""
    n = board.shape[1]
    mass = np.zeros(n)
    out[:] = 0.0
    for i in range(len(kept)):
        values = board[kept[i]]
        for r in range(n):
            if values[r] == values[r]:
                out[r] += share[i] * values[r]
                mass[r] += share[i]
    for r in range(n):
        out[r] = out[r] / mass[r] if mass[r] > 0.0 else np.nan


@compiled
def _power_mean(board: Floats, kept: Ints, share: Floats, exponent: float, out: Floats) -> bool:
    if exponent == 1.0:
        _mean(board, kept, share, out)
        return True
    for r in range(board.shape[1]):
        total, mass, anchor = 0.0, 0.0, 0.0
        for child in kept:
            value = board[child, r]
            if value <= 0.0 and (exponent <= 0.0 or value < 0.0):
                return False
            if not math.isnan(value) and (mass == 0.0 or (value > anchor) == (exponent > 0.0)):
                anchor, mass = value, 1.0
        anchor = anchor if anchor > 0.0 else 1.0
        mass = 0.0
        for i in range(len(kept)):
            value = board[kept[i], r]
            if not math.isnan(value):
                total += share[i] * (
                    math.log(value) if exponent == 0.0 else (value / anchor) ** exponent
                )
                mass += share[i]
        if mass == 0.0:
            out[r] = np.nan
        elif exponent == 0.0:
            out[r] = math.exp(total / mass)
        else:
            out[r] = (total / mass) ** (1.0 / exponent) * anchor
    return True


@compiled
def _penalised(board: Floats, kept: Ints, share: Floats, sign: float, out: Floats) -> bool:
    _mean(board, kept, share, out)
    for r in range(board.shape[1]):
        total, mass = 0.0, 0.0
        for i in range(len(kept)):
            value = board[kept[i], r]
            if value <= 0.0:
                return False
            if not math.isnan(value):
                total += share[i] * (value - out[r]) * (value - out[r])
                mass += share[i]
        if mass > 0.0:
            out[r] += sign * (total / mass) / out[r]
    return True


@compiled
def _closeness(
    board: Floats, kept: Ints, share: Floats, best: Floats, worst: Floats, out: Floats
) -> None:
    size = 0.0
    for i in range(len(kept)):
        size = max(size, best[i] - worst[i])
    for r in range(board.shape[1]):
        to_best, to_worst = 0.0, 0.0
        for i in range(len(kept)):
            value = board[kept[i], r]
            if not math.isnan(value):
                to_best += (share[i] * ((value - best[i]) / size)) ** 2
                to_worst += (share[i] * ((value - worst[i]) / size)) ** 2
        to_best, to_worst = math.sqrt(to_best), math.sqrt(to_worst)
        out[r] = to_worst / (to_best + to_worst) if to_best + to_worst > 0.0 else np.nan


@compiled
def _compromise(
    board: Floats,
    kept: Ints,
    share: Floats,
    best: Floats,
    worst: Floats,
    majority: float,
    out: Floats,
) -> None:
    n = board.shape[1]
    regret = np.zeros(n)
    for r in range(n):
        total, mass = 0.0, 0.0
        for i in range(len(kept)):
            value, span = board[kept[i], r], best[i] - worst[i]
            if not math.isnan(value):
                gap = (best[i] - value) / span if span > 0.0 else 0.0
                total += share[i] * gap
                regret[r] = max(regret[r], share[i] * gap)
                mass += share[i]
        out[r] = total / mass if mass > 0.0 else np.nan
        regret[r] = regret[r] / mass if mass > 0.0 else np.nan
    least_s, most_s, least_r, most_r = (
        np.nanmin(out),
        np.nanmax(out),
        np.nanmin(regret),
        np.nanmax(regret),
    )
    for r in range(n):
        by_sum = (out[r] - least_s) / (most_s - least_s) if most_s > least_s else out[r] * 0.0
        by_worst = (
            (regret[r] - least_r) / (most_r - least_r) if most_r > least_r else regret[r] * 0.0
        )
        out[r] = 1.0 - (majority * by_sum + (1.0 - majority) * by_worst)


@compiled
def _grey(
    board: Floats,
    kept: Ints,
    share: Floats,
    best: Floats,
    worst: Floats,
    distinction: float,
    out: Floats,
) -> None:
    most = 0.0
    for i in range(len(kept)):
        most = max(most, best[i] - worst[i])
    # The best region of a column has no gap to it, so that the least gap of the table is 0.
    for r in range(board.shape[1]):
        total, mass = 0.0, 0.0
        for i in range(len(kept)):
            value = board[kept[i], r]
            if not math.isnan(value):
                total += share[i] * (distinction * most / ((best[i] - value) + distinction * most))
                mass += share[i]
        out[r] = total / mass if mass > 0.0 else np.nan


@compiled
def _duels(board: Floats, kept: Ints, share: Floats, out: Floats) -> None:
    n = board.shape[1]
    some = np.zeros(n, np.bool_)
    for child in kept:
        for r in range(n):
            some[r] = some[r] or board[child, r] == board[child, r]
    for r in range(n):
        total, field = 0.0, 0.0
        for other in range(n):
            if not (some[r] and some[other]):
                continue
            margin = 0.0
            for i in range(len(kept)):
                mine, theirs = board[kept[i], r], board[kept[i], other]
                margin += share[i] * ((mine > theirs) - (mine < theirs))
            field += 1.0
            total += 0.0 if abs(margin) <= _CLOSE else math.copysign(1.0, margin)
        out[r] = 0.5 + total / field / 2.0 if field > 0.0 else np.nan
