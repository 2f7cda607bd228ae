"""Aggregation compiled: from normalised values and weights to the scores of many draws.

Import this module only inside the functions that use it, because numba is slow to import. The
formulas are those of `hubtiers.scoring.aggregate`; a property test holds the two together.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled
from hubtiers.scoring.aggregate.program import (
    COPELAND,
    PENALTY,
    POWER,
    TOPSIS,
    VIKOR,
    Gaps,
    Program,
)

__all__ = ["flat_kernel", "tree_kernel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_STRIP = 512
_CLOSE = 1e-12


@compiled
def flat_kernel(matrix: Floats, weights: Floats, which: Ints, out: Floats) -> None:
    """Write the sums over all indicators of weight times value (draws × regions).

    `which` rows of the weights are taken.
    """
    m, n = matrix.shape
    draws = len(which)
    paired, fours = draws - draws % 2, m - m % 4
    out[:] = 0.0
    # A strip of regions at a time stays in the cache while all draws go by.
    for left in range(0, n, _STRIP):
        right = min(left + _STRIP, n)
        for d in range(0, paired, 2):
            first, second = weights[which[d]], weights[which[d + 1]]
            _add_fours(matrix, first, second, out[d], out[d + 1], left, right)
        for d in range(draws):
            start = fours if d < paired else 0
            _add_singly(matrix, weights[which[d]], start, out[d], left, right)


@compiled
def _add_fours(
    matrix: Floats, first: Floats, second: Floats, one: Floats, two: Floats, left: int, right: int
) -> None:
    """Add four indicators at once to two draws, in the order in which one at a time is added."""
    # Slices of one row each lie side by side in memory, which lets the processor take many at once.
    a, b = one[left:right], two[left:right]
    for j in range(0, len(matrix) - 3, 4):
        v, w = matrix[j, left:right], matrix[j + 1, left:right]
        x, y = matrix[j + 2, left:right], matrix[j + 3, left:right]
        av, aw, ax, ay = first[j], first[j + 1], first[j + 2], first[j + 3]
        bv, bw, bx, by = second[j], second[j + 1], second[j + 2], second[j + 3]
        for r in range(len(a)):
            a[r] = (((a[r] + av * v[r]) + aw * w[r]) + ax * x[r]) + ay * y[r]
            b[r] = (((b[r] + bv * v[r]) + bw * w[r]) + bx * x[r]) + by * y[r]


@compiled
def _add_singly(
    matrix: Floats, weights: Floats, start: int, out: Floats, left: int, right: int
) -> None:
    """Add the indicators from a place on, one at a time."""
    row = out[left:right]
    for j in range(start, len(matrix)):
        values, weight = matrix[j, left:right], weights[j]
        for r in range(len(row)):
            row[r] += weight * values[r]


class Shares(NamedTuple):
    """What the kept rows of the nodes count for (patterns × rows).

    `pattern` says of each region which row of `by_pattern` is its own.
    """

    by_pattern: Floats
    pattern: Ints


@compiled
def tree_kernel(
    nodes: Floats, weights: Floats, which: Ints, program: Program, gaps: Gaps, out: Floats
) -> int:
    """Write the scores of a hierarchy, level by level.

    Return the first draw that a rule refuses, or -1.

    The first rows of `nodes` are the indicators (× regions), the others take the groups, the lowest
    first and the whole last. Group g has the children `children[first[g]:first[g + 1]]`, rows of
    the nodes. `which` rows of the weights are taken.
    """
    first, children = program.first, program.children
    m, groups = weights.shape[1], len(program.rules)
    mass = np.zeros(m + groups)
    kept, share = np.empty(len(nodes), np.int64), np.empty((len(gaps.present), len(nodes)))
    for d in range(len(which)):
        _copy(weights[which[d]], mass)
        for g in range(groups):
            count = _keep(mass, m + g, children[first[g] : first[g + 1]], kept, share[0])
            if count == 0:
                nodes[m + g][:] = np.nan
                continue
            taken = kept[:count]
            nested = len(gaps.start) > 1
            if nested:
                for p in range(len(gaps.present)):
                    _hand_on(mass[:m], gaps.present[p], taken, gaps, share[p])
            own = Shares(share[:, :count], gaps.pattern)
            if nested and program.rules[g] == COPELAND:
                _nested_duels(nodes, taken, own, mass[:m], gaps, nodes[m + g])
            elif not _aggregate(
                nodes, taken, own, program.rules[g], program.options[g], nodes[m + g]
            ):
                return d
        _copy(nodes[m + groups - 1], out[d])
    return -1


@compiled
def _copy(source: Floats, target: Floats) -> None:
    """Copy a row to the start of another; an assignment would take seconds longer to compile."""
    for place in range(len(source)):
        target[place] = source[place]


@compiled
def _keep(mass: Floats, target: int, children: Ints, kept: Ints, share: Floats) -> int:
    """Write the weight of a group, which of its children count, and their shares of it.

    Return how many count.
    """
    total = 0.0
    for child in children:
        total += mass[child]
    mass[target] = total
    count = 0
    for child in children:
        if mass[child] > 0.0:
            kept[count], share[count] = child, mass[child] / total
            count += 1
    return count


@compiled
def _hand_on(mass: Floats, present: Flags, kept: Ints, gaps: Gaps, share: Floats) -> None:
    """Write the shares of the kept indicators when those that are not present hand theirs on.

    They do so within their group, so that what a group counts for stays as long as it has a value.
    """
    left = np.zeros(len(mass))
    for j in range(len(mass)):
        if present[j]:
            left[j] = mass[j]
    for g in range(len(gaps.start) - 1):
        whole, there = 0.0, 0.0
        for j in gaps.below[gaps.start[g] : gaps.start[g + 1]]:
            whole += mass[j]
            there += left[j]
        if there > 0.0 and there != whole:
            for j in gaps.below[gaps.start[g] : gaps.start[g + 1]]:
                left[j] *= whole / there
    total = 0.0
    for j in range(len(left)):
        total += left[j]
    for i in range(len(kept)):
        share[i] = left[kept[i]] / total if total > 0.0 else 0.0


@compiled
def _aggregate(
    nodes: Floats, kept: Ints, own: Shares, rule: int, option: float, out: Floats
) -> bool:
    """Aggregate the kept rows of the nodes by one rule.

    False when the values are outside its domain.
    """
    if rule == POWER:
        return _power_mean(nodes, kept, own.by_pattern[0], option, out)
    if rule == PENALTY:
        return _penalised(nodes, kept, own, option, out)
    if rule == COPELAND:
        _duels(nodes, kept, own.by_pattern[0], out)
        return True
    best, worst = np.empty(len(kept)), np.empty(len(kept))
    differs = False
    for i in range(len(kept)):
        best[i], worst[i] = -np.inf, np.inf
        for value in nodes[kept[i]]:
            if not math.isnan(value):
                best[i], worst[i] = max(best[i], value), min(worst[i], value)
        differs = differs or best[i] > worst[i]
    if not differs:
        return False
    if rule == TOPSIS:
        _closeness(nodes, kept, own, best, worst, out)
    elif rule == VIKOR:
        _compromise(nodes, kept, own, best, worst, option, out)
    else:
        _grey(nodes, kept, own, best, worst, option, out)
    return True


@compiled
def _mean(nodes: Floats, kept: Ints, share: Floats, out: Floats) -> None:
    """Write the weighted mean over the values present."""
    n = nodes.shape[1]
    mass = np.zeros(n)
    out[:] = 0.0
    for i in range(len(kept)):
        values = nodes[kept[i]]
        for r in range(n):
            if values[r] == values[r]:
                out[r] += share[i] * values[r]
                mass[r] += share[i]
    for r in range(n):
        out[r] = out[r] / mass[r] if mass[r] > 0.0 else np.nan


@compiled
def _power_mean(nodes: Floats, kept: Ints, share: Floats, exponent: float, out: Floats) -> bool:
    if exponent == 1.0:
        _mean(nodes, kept, share, out)
        return True
    for r in range(nodes.shape[1]):
        total, mass, anchor = 0.0, 0.0, 0.0
        for child in kept:
            value = nodes[child, r]
            if value <= 0.0 and (exponent <= 0.0 or value < 0.0):
                return False
            if not math.isnan(value) and (mass == 0.0 or (value > anchor) == (exponent > 0.0)):
                anchor, mass = value, 1.0
        anchor = anchor if anchor > 0.0 else 1.0
        mass = 0.0
        for i in range(len(kept)):
            value = nodes[kept[i], r]
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
def _penalised(nodes: Floats, kept: Ints, own: Shares, sign: float, out: Floats) -> bool:
    for r in range(nodes.shape[1]):
        share = own.by_pattern[own.pattern[r]]
        total, mass = 0.0, 0.0
        for i in range(len(kept)):
            value = nodes[kept[i], r]
            if not math.isnan(value):
                total += share[i] * value
                mass += share[i]
        if mass == 0.0:
            out[r] = np.nan
            continue
        mean = total / mass
        if mean <= 0.0:
            return False
        spread = 0.0
        for i in range(len(kept)):
            value = nodes[kept[i], r]
            if not math.isnan(value):
                spread += share[i] * (value - mean) * (value - mean)
        out[r] = mean + sign * (spread / mass) / mean
    return True


@compiled
def _closeness(
    nodes: Floats, kept: Ints, own: Shares, best: Floats, worst: Floats, out: Floats
) -> None:
    size = 0.0
    for i in range(len(kept)):
        size = max(size, best[i] - worst[i])
    for r in range(nodes.shape[1]):
        share = own.by_pattern[own.pattern[r]]
        to_best, to_worst = 0.0, 0.0
        for i in range(len(kept)):
            value = nodes[kept[i], r]
            if not math.isnan(value):
                to_best += (share[i] * ((value - best[i]) / size)) ** 2
                to_worst += (share[i] * ((value - worst[i]) / size)) ** 2
        to_best, to_worst = math.sqrt(to_best), math.sqrt(to_worst)
        out[r] = to_worst / (to_best + to_worst) if to_best + to_worst > 0.0 else np.nan


@compiled
def _compromise(
    nodes: Floats,
    kept: Ints,
    own: Shares,
    best: Floats,
    worst: Floats,
    majority: float,
    out: Floats,
) -> None:
    n = nodes.shape[1]
    regret = np.zeros(n)
    for r in range(n):
        share = own.by_pattern[own.pattern[r]]
        total, mass = 0.0, 0.0
        for i in range(len(kept)):
            value, span = nodes[kept[i], r], best[i] - worst[i]
            if not math.isnan(value):
                gap = (best[i] - value) / span if span > 0.0 else 0.0
                total += share[i] * gap
                regret[r] = max(regret[r], share[i] * gap)
                mass += share[i]
        out[r] = total / mass if mass > 0.0 else np.nan
        regret[r] = regret[r] / mass if mass > 0.0 else np.nan
    _to_range(out)
    _to_range(regret)
    for r in range(n):
        out[r] = 1.0 - (majority * out[r] + (1.0 - majority) * regret[r])


@compiled
def _to_range(x: Floats) -> None:
    """Bring values to 0 … 1 between the least and the largest, or to 0 where they are equal."""
    least, most = np.inf, -np.inf
    for r in range(len(x)):
        if not math.isnan(x[r]):
            least, most = min(least, x[r]), max(most, x[r])
    for r in range(len(x)):
        x[r] = (x[r] - least) / (most - least) if most > least else x[r] * 0.0


@compiled
def _grey(
    nodes: Floats,
    kept: Ints,
    own: Shares,
    best: Floats,
    worst: Floats,
    distinction: float,
    out: Floats,
) -> None:
    most = 0.0
    for i in range(len(kept)):
        most = max(most, best[i] - worst[i])
    # The best region of a column has no gap to it, so that the least gap of the table is 0.
    for r in range(nodes.shape[1]):
        share = own.by_pattern[own.pattern[r]]
        total, mass = 0.0, 0.0
        for i in range(len(kept)):
            value = nodes[kept[i], r]
            if not math.isnan(value):
                total += share[i] * (distinction * most / ((best[i] - value) + distinction * most))
                mass += share[i]
        out[r] = total / mass if mass > 0.0 else np.nan


@compiled
def _duels(nodes: Floats, kept: Ints, share: Floats, out: Floats) -> None:
    n = nodes.shape[1]
    some = _with_values(nodes, kept)
    for r in range(n):
        total, field = 0.0, 0.0
        for other in range(n):
            if not (some[r] and some[other]):
                continue
            margin = 0.0
            for i in range(len(kept)):
                mine, theirs = nodes[kept[i], r], nodes[kept[i], other]
                margin += share[i] * ((mine > theirs) - (mine < theirs))
            field += 1.0
            total += 0.0 if abs(margin) <= _CLOSE else math.copysign(1.0, margin)
        out[r] = 0.5 + total / field / 2.0 if field > 0.0 else np.nan


@compiled
def _nested_duels(
    nodes: Floats, kept: Ints, own: Shares, mass: Floats, gaps: Gaps, out: Floats
) -> None:
    """Write the duels of regions of which each pair has weights of its own."""
    n = nodes.shape[1]
    some = _with_values(nodes, kept)
    share, both = np.empty(len(kept)), np.empty(len(mass), np.bool_)
    for r in range(n):
        total, field = 0.0, 0.0
        mine = own.pattern[r]
        for other in range(n):
            if not (some[r] and some[other]):
                continue
            theirs = own.pattern[other]
            if mine == theirs:
                _copy(own.by_pattern[mine], share)
            else:
                for j in range(len(mass)):
                    both[j] = gaps.present[mine, j] and gaps.present[theirs, j]
                _hand_on(mass, both, kept, gaps, share)
            margin = 0.0
            for i in range(len(kept)):
                a, b = nodes[kept[i], r], nodes[kept[i], other]
                margin += share[i] * ((a > b) - (a < b))
            field += 1.0
            total += 0.0 if abs(margin) <= _CLOSE else math.copysign(1.0, margin)
        out[r] = 0.5 + total / field / 2.0 if field > 0.0 else np.nan


@compiled
def _with_values(nodes: Floats, kept: Ints) -> Flags:
    """Return which regions have a value in any of the kept rows."""
    some = np.zeros(nodes.shape[1], np.bool_)
    for child in kept:
        for r in range(len(some)):
            some[r] = some[r] or nodes[child, r] == nodes[child, r]
    return some
