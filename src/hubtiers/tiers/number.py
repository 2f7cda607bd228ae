"""How many tiers: what each number of natural breaks would explain, and what it would cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import SpecError
from hubtiers.tiers._partition import optimal_classes
from hubtiers.tiers.scale import (
    distinct_scores,
    finite_scores,
    squares_within,
    variance_fit,
    within_reach,
)

__all__ = ["choose_k"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def choose_k(scores: pd.Series, kmax: int = 8) -> pd.DataFrame:
    """Compare numbers of tiers (层级数的选择) by natural breaks of the scores.

    Use it before fixing `k`: look for the bend where GVF stops gaining, for the largest silhouette,
    and for the lowest BIC. The three need not agree, and the framework may settle the matter; the
    table is no test.

    Parameters
    ----------
    scores
        Score by region.
    kmax
        Largest number of tiers to try; fewer when there are fewer distinct scores.

    Returns
    -------
    pandas.DataFrame
        One row per `k` from 1: `gvf`, goodness of variance fit; `gvf_gain`, what the last tier
        added to it; `silhouette`, the mean over regions, −1 to 1, more is better; `bic`, less is
        better; `smallest`, regions in the smallest tier.

    Raises
    ------
    SpecError
        When `kmax` is no whole number of at least 1.
    DataError
        When all scores are equal or missing, or one is infinite.

    Notes
    -----
    Silhouette (Rousseeuw 1987): (b − a) / max(a, b) with a the mean distance to the others of the
    own tier and b that to the nearest other tier; 0 for a region alone in its tier, missing for one
    tier. BIC is that of a normal mixture with one variance and each region in its own tier: n
    ln(2πW/n) + n − 2 Σ m ln(m/n) + 2k ln n, where W is the sum of squares within tiers and m the
    regions of a tier; missing where W is 0.

    **Missing values** play no part.

    Examples
    --------
    >>> table = choose_k(pd.Series([1.0, 1.1, 1.2, 5.0, 5.1, 9.0, 9.2]), 4)
    >>> table["gvf"].round(3).tolist()
    [0.0, 0.788, 0.999, 1.0]
    >>> int(table["silhouette"].idxmax())
    3
    """
    if isinstance(kmax, bool) or not isinstance(kmax, int) or kmax < 1:
        raise SpecError(f"choose_k(kmax={kmax!r}) must be a whole number of at least 1.")
    raw = np.sort(finite_scores(scores, "choose_k()"))
    known = within_reach(raw)
    # BIC is said in the unit of the scores, although squares are taken of scores below 1.
    unit = float(np.abs(raw).max()) / float(np.abs(known).max())
    shift = 2 * len(known) * float(np.log(unit))
    values, counts = distinct_scores(known, 2, "choose_k()")
    table = pd.DataFrame(
        [_judged(k, known, values, counts) for k in range(1, min(kmax, len(values)) + 1)],
        columns=["k", "gvf", "silhouette", "bic", "smallest"],
    ).set_index("k")
    table["bic"] += shift
    table.insert(1, "gvf_gain", table["gvf"].diff())
    return table


def _judged(
    k: int, known: Floats, values: Floats, counts: Ints
) -> tuple[int, float, float, float, int]:
    """Return what the best partition into `k` tiers explains and costs."""
    starts = optimal_classes(values, counts, k)
    firsts = np.append(np.cumsum(np.append(0, counts))[starts], len(known))
    sizes = np.diff(firsts)
    classes = np.repeat(np.arange(k), sizes)
    bic = _bic(squares_within(known, classes), sizes)
    return k, variance_fit(known, classes), _silhouette(known, firsts), bic, int(sizes.min())


def _silhouette(ordered: Floats, firsts: Ints) -> float:
    """Return the mean silhouette of sorted values in contiguous classes."""
    k, sizes = len(firsts) - 1, np.diff(firsts)
    if k < 2:
        return float("nan")
    sums = np.append(0.0, np.cumsum(ordered))
    means = np.diff(sums[firsts]) / sizes
    place, own = np.arange(len(ordered)), np.repeat(np.arange(k), sizes)
    start, end = firsts[own], firsts[own + 1]
    below = (place - start) * ordered - (sums[place] - sums[start])
    above = (sums[end] - sums[place]) - (end - place) * ordered
    a = (below + above) / np.maximum(sizes[own] - 1, 1)
    gap = np.abs(ordered[:, None] - means)
    gap[place, own] = np.inf
    b = gap.min(axis=1)
    return float(np.where(sizes[own] > 1, (b - a) / np.maximum(a, b), 0.0).mean())


def _bic(within: float, sizes: Ints) -> float:
    n, k = int(sizes.sum()), len(sizes)
    if within <= 0:
        return float("nan")
    shares = float((sizes * np.log(sizes / n)).sum())
    return float(n * np.log(2 * np.pi * within / n) + n - 2 * shares + 2 * k * np.log(n))
