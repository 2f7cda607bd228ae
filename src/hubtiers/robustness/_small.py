"""The loops of `_kernel` in numpy, for analyses so small that compiling would be most of the time.

A machine that never compiled spends seconds on kernels that a few dozen regions do not need, and
every run spends one on importing numba. Sums run in the order of the kernels, so that both give the
same numbers to the last bit; a property test holds them together.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from hubtiers._rounding import round_significant
from hubtiers.tiers._partition import optimal_classes

__all__ = [
    "FIXED",
    "GIVEN",
    "MOST_CELLS",
    "NATURAL",
    "add_counts",
    "add_matches",
    "cut_rows",
    "is_small",
    "load_kernels",
    "rounded",
    "weighted_sums",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Small = NDArray[np.int16]

GIVEN, FIXED, NATURAL = 0, 1, 2
"""How tiers are found: they stand already, by cut-points, or by natural breaks in every draw."""

MOST_CELLS = 60_000
"""Most scores (draws × regions) of an analysis that numpy ranks and cuts."""

_MOST_REGIONS = 64
_KERNELS = "hubtiers.robustness._kernel"


def is_small(regions: int) -> bool:
    """Say whether numpy is to work: the kernels are not there yet, and regions are few."""
    return _KERNELS not in sys.modules and regions <= _MOST_REGIONS


def load_kernels() -> None:
    """Let the kernels do whatever comes."""
    import hubtiers.robustness._kernel  # noqa: F401 - that they are there is what counts


def weighted_sums(matrix: Floats, weights: Floats, which: Ints) -> Floats:
    """Return the sums over all indicators of weight times value (draws × regions)."""
    chosen = weights[which]
    sums = np.zeros((len(which), matrix.shape[1]))
    for place, values in enumerate(matrix):
        sums += chosen[:, [place]] * values
    return sums


def rounded(scores: Floats) -> Floats:
    """Return scores as `round_kernel` leaves them."""
    # A missing score is rounded, too, and remains missing.
    return round_significant(scores)


def cut_rows(
    scores: Floats, rule: int, breaks: Floats, columns: Ints, ranks: Small, classes: Small
) -> int:
    """Write rank and tier of each score, as `place_kernel` does.

    Returns the first draw whose scores cannot be cut, or -1.
    """
    is_known = ~np.isnan(scores)
    above = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    ranks[:] = np.where(is_known, above + 1, 0)
    for draw, (row, known) in enumerate(zip(scores, is_known, strict=True)):
        cuts = _natural_cuts(row[known], len(columns)) if rule == NATURAL else breaks
        if cuts is None:
            return draw
        # Classes are closed above: a score at a cut is in the class below it.
        classes[draw] = np.where(known, columns[np.searchsorted(cuts, row)], -1)
    return -1


def _natural_cuts(scores: Floats, k: int) -> Floats | None:
    """Return the highest score of each class but the last; None with too few distinct scores."""
    values, counts = np.unique(scores, return_counts=True)
    if len(values) < k:
        return None
    starts = optimal_classes(values, counts, k)
    cuts: Floats = values[starts[1:] - 1]
    return cuts


def add_counts(
    ranks: Small, classes: Small, times: int, order: Ints, tiers: Ints, histogram: Ints, duels: Ints
) -> None:
    """Add draws to how often a region had each tier and rank, as `count_kernel` does."""
    for column in range(tiers.shape[1]):
        tiers[:, column] += times * (classes == column).sum(axis=0)
    for region in range(len(histogram)):
        found = np.bincount(ranks[:, region], minlength=histogram.shape[1] + 1)
        histogram[region] += times * found[1:]
    before, own = ranks[:, order[:-1]], ranks[:, order[1:]]
    duels[0, : len(order) - 1] += times * ((before > 0) & (before < own)).sum(axis=0)
    duels[1, : len(order) - 1] += times * ((own > 0) & (own < before)).sum(axis=0)


def add_matches(
    ranks: Small, classes: Small, times: int, members: Ints, wanted: Small, sums: Ints
) -> None:
    """Add up how draws agree with a reference, as `match_kernel` does."""
    same = (classes == wanted).sum(axis=1)
    in_order = np.ones(len(ranks), np.bool_)
    above = np.zeros(len(ranks), np.int16)
    # Every region stands before all of the lower tiers, which come after it among the members.
    for part in np.split(members, np.flatnonzero(np.diff(wanted[members])) + 1):
        own = ranks[:, part]
        in_order &= (own > above[:, None]).all(axis=1)
        above = np.maximum(above, own.max(axis=1))
    found = [same == len(members), in_order, same, same * same]
    sums += times * np.array([int(part.sum()) for part in found])
