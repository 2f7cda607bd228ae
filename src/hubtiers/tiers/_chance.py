"""What chance alone would give an agreement of tiers, and how sure an observed one is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_by_chance", "kappa_by_chance", "kappas", "resampled_kappas", "share_bounds"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_OUTSIDE = 0.05
"""What an interval of 95 % leaves outside."""


def share_bounds(matches: int, n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a share (Clopper and Pearson 1934).

    Where all or none agree there is only one side to be wrong on, and the whole 5 % lie there: the
    bound is .05^(1/n), close to the 1 − 3/n of the rule of three.

    >>> [round(bound, 3) for bound in share_bounds(14, 14)]
    [0.807, 1.0]
    >>> [round(bound, 3) for bound in share_bounds(7, 14)]
    [0.23, 0.77]
    """
    from scipy.stats import beta

    outside = _OUTSIDE if matches in (0, n) else _OUTSIDE / 2
    low = float(beta.ppf(outside, matches, n - matches + 1)) if matches > 0 else 0.0
    high = float(beta.ppf(1 - outside, matches + 1, n - matches)) if matches < n else 1.0
    return low, high


def kappas(tables: Ints) -> Floats:
    """Return Cohen's kappa with linear weights of tables of counts, stacked on the first axis."""
    k = tables.shape[-1]
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    n = rows.sum(axis=1)
    by_chance = np.einsum("ti,ij,tj->t", rows, distance, columns) / n
    observed = (tables * distance).sum(axis=(1, 2))
    share = np.divide(observed, by_chance, out=np.zeros(len(tables)), where=by_chance > 0)
    return np.asarray(1.0 - share)


def kappa_by_chance(table: Ints, draws: int, rng: int) -> float:
    """Return the share of permutations of the reference that agree at least as well; never 0."""
    reference, tier = _sides(table)
    observed = int(np.abs(reference - tier).sum())
    dealt = _dealt(reference, draws, rng)
    # Permutations keep both margins, so that kappa goes by the sum of distances alone.
    as_near = np.abs(dealt - tier).sum(axis=1) <= observed
    return (1 + int(as_near.sum())) / (1 + draws)


def resampled_kappas(table: Ints, draws: int, rng: int) -> Floats:
    """Return kappa of samples of as many regions, drawn with replacement."""
    n = int(table.sum())
    shares = (table / n).ravel()
    samples = np.random.default_rng(rng).multinomial(n, shares, size=draws)
    return kappas(samples.reshape(draws, *table.shape))


def best_by_chance(tiers: Ints, reference: Ints, draws: int, rng: int) -> Ints:
    """Return the best number of matches of several schemes with permutations of a reference.

    Parameters
    ----------
    tiers
        Schemes × regions: place of the tier, -1 for none.
    reference
        Place of the tier of the reference, by region.
    draws, rng
        How many permutations, and their seed.
    """
    dealt = _dealt(reference, draws, rng)
    best = np.zeros(draws, dtype=np.int64)
    for own in tiers:
        np.maximum(best, (dealt == own).sum(axis=1), out=best)
    return best


def _sides(table: Ints) -> tuple[Ints, Ints]:
    """Return the place of the reference (row) and of the tier (column), region by region."""
    rows, columns = np.indices(table.shape)
    return np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel())


def _dealt(places: Ints, draws: int, rng: int) -> Ints:
    """Return the places dealt out anew, draws × regions."""
    return np.random.default_rng(rng).permuted(np.tile(places, (draws, 1)), axis=1)
