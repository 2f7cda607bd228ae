"""How many tiers: what each number of natural breaks would explain, and what it would cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError
from hubtiers.tiers._partition import optimal_classes
from hubtiers.tiers.scale import (
    distinct_scores,
    finite_scores,
    squares_within,
    variance_fit,
    within_reach,
)

__all__ = ["choose_k", "cut_gaps", "preferred_k"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FEWEST_LIKE = 1e-12
"""Least share of the spread that counts as a sum of squares, so that its logarithm exists."""


def choose_k(
    scores: pd.Series, kmax: int = 8, *, references: int = 100, rng: int = 42
) -> pd.DataFrame:
    """Compare numbers of tiers (层级数的选择) by natural breaks of the scores.

    Use it before fixing `k`: look for the bend where GVF stops gaining, for the largest silhouette,
    for the lowest BIC, and for what the gap statistic stops at (`preferred_k` reads the last three
    off). They need not agree, and the framework may settle the matter; the table is no test.

    Parameters
    ----------
    scores
        Score by region.
    kmax
        Largest number of tiers to try; fewer when there are fewer distinct scores.
    references
        How many samples of evenly spread scores the gap statistic is taken against; 0 leaves it
        out.
    rng
        Seed of these samples.

    Returns
    -------
    pandas.DataFrame
        One row per `k` from 1: `gvf`, goodness of variance fit; `gvf_gain`, what the last tier
        added to it; `silhouette`, the mean over regions, −1 to 1, more is better; `bic`, less is
        better; `smallest`, regions in the smallest tier; `gap`, how much closer the scores lie
        within tiers than evenly spread ones would (in logarithms), and `gap_error`, its error.

    Raises
    ------
    SpecError
        When `kmax` is no whole number of at least 1, or `references` none of at least 0.
    DataError
        When all scores are equal or missing, or one is infinite.

    Notes
    -----
    Silhouette (Rousseeuw 1987): (b − a) / max(a, b) with a the mean distance to the others of the
    own tier and b that to the nearest other tier; 0 for a region alone in its tier, missing for one
    tier. BIC is that of a normal mixture with one variance and each region in its own tier: n
    ln(2πW/n) + n − 2 Σ m ln(m/n) + 2k ln n, where W is the sum of squares within tiers and m the
    regions of a tier; missing where W is 0. The gap statistic (Tibshirani, Walther and Hastie 2001,
    doi:10.1111/1467-9868.00293) is the mean of ln W over samples of as many scores from the uniform
    distribution between the lowest and the highest, less the ln W of the scores; its error is the
    standard deviation of that mean's members times √(1 + 1/references). It can be compared with
    k = 1, which silhouette cannot.

    **Missing values** play no part.

    Examples
    --------
    >>> table = choose_k(pd.Series([1.0, 1.1, 1.2, 5.0, 5.1, 9.0, 9.2]), 4)
    >>> table["gvf"].round(3).tolist()
    [0.0, 0.788, 0.999, 1.0]
    >>> preferred_k(table)["silhouette"]
    3
    """
    if isinstance(kmax, bool) or not isinstance(kmax, int) or kmax < 1:
        raise SpecError(f"choose_k(kmax={kmax!r}) must be a whole number of at least 1.")
    if isinstance(references, bool) or not isinstance(references, int) or references < 0:
        raise SpecError(
            f"choose_k(references={references!r}) must be a whole number of at least 0."
        )
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
    if references:
        table["gap"], table["gap_error"] = _gap_statistic(known, len(table), references, rng)
    return table


def preferred_k(table: pd.DataFrame) -> dict[str, int | None]:
    """Return the number of tiers that each measure prefers (各指标偏好的层级数).

    Parameters
    ----------
    table
        What `choose_k` gave.

    Returns
    -------
    dict
        By measure: the `k` with the largest `silhouette` and that with the lowest `bic`; for `gap`
        the smallest `k` whose gap is at least that of the next `k` less its error, where there is
        one. None where a measure is missing, or the gap statistic has not stopped rising. GVF rises
        with every tier and prefers none.

    Examples
    --------
    >>> preferred_k(choose_k(pd.Series([1.0, 1.1, 1.2, 5.0, 5.1]), 3))["silhouette"]
    2
    """
    found: dict[str, int | None] = {}
    for measure, sign in (("silhouette", 1), ("bic", -1)):
        known = (sign * table[measure]).dropna()
        best = known.index[known == known.max()].tolist()
        found[measure] = int(best[0]) if best else None
    if "gap" in table.columns:
        enough = (table["gap"] - table["gap_error"]).shift(-1)
        stops = table.index[(table["gap"] >= enough).to_numpy()].tolist()
        found["gap"] = int(stops[0]) if stops else None
    return found


def cut_gaps(scores: pd.Series, tier: pd.Series) -> pd.DataFrame:
    """Return how wide the gap in the scores is at each cut between tiers (断点处的间隔).

    Choose it to see whether a cut-point lies in an empty stretch of the scores or amid regions that
    hardly differ: tiers are drawn by nature where the gap is many times the usual one.

    Parameters
    ----------
    scores
        Score by region.
    tier
        Tier by region, an ordered categorical such as `Result.tier`.

    Returns
    -------
    pandas.DataFrame
        One row per cut, the highest first: `tier_above` and `tier_below`; `lowest_above` and
        `highest_below`, the scores on both sides; `width` of the gap, in the unit of the score;
        `times_median`, its multiple of the median gap between neighbouring different scores;
        `place`, 1 where it is the widest of all gaps.

    Raises
    ------
    DataError
        When the tiers have no order.

    Notes
    -----
    Tiers that are not cut from the score may overlap in it: the width is then negative, and there
    is no place. Empty tiers are passed over.

    **Missing values**: regions without a score or a tier play no part.

    Examples
    --------
    >>> scores = pd.Series([0.1, 0.2, 0.3, 0.9])
    >>> tier = pd.Categorical(["low", "low", "low", "high"], ["low", "high"], ordered=True)
    >>> cut_gaps(scores, pd.Series(tier))[["width", "times_median"]].round(3).values.tolist()
    [[0.6, 6.0]]
    """
    if not isinstance(tier.dtype, pd.CategoricalDtype) or not tier.cat.ordered:
        raise DataError(
            f"cut_gaps() needs tiers with an order, such as Result.tier, but they are {tier.dtype}."
        )
    known = pd.DataFrame({"score": scores.astype("float64"), "tier": tier}).dropna()
    ends = known.groupby("tier", observed=True)["score"].agg(["min", "max"])
    gaps = np.diff(np.unique(known["score"]))
    usual = float(np.median(gaps)) if len(gaps) else float("nan")
    rows = []
    for below, above in zip(ends.index[-2::-1], ends.index[:0:-1], strict=True):
        top, low = float(ends.loc[below, "max"]), float(ends.loc[above, "min"])
        width = low - top
        # Differences of the same two scores are equal to the last digit.
        place = 1.0 + float((gaps > width).sum()) if width > 0 else float("nan")
        rows.append((str(above), str(below), low, top, width, width / usual, place))
    columns = ["tier_above", "tier_below", "lowest_above", "highest_below"]
    return pd.DataFrame(rows, columns=[*columns, "width", "times_median", "place"])


def _gap_statistic(known: Floats, most: int, references: int, rng: int) -> tuple[Floats, Floats]:
    """Return gap and error for 1 up to `most` tiers of sorted scores."""
    draws = np.random.default_rng(rng)
    spread = float(known[-1] - known[0])
    own = _log_within(known, most, spread)
    samples = np.empty((references, most))
    for number in range(references):
        even = np.sort(draws.uniform(known[0], known[-1], len(known)))
        samples[number] = _log_within(even, most, spread)
    error = samples.std(axis=0) * np.sqrt(1.0 + 1.0 / references)
    return samples.mean(axis=0) - own, error


def _log_within(ordered: Floats, most: int, spread: float) -> Floats:
    """Return the logarithm of the sum of squares within 1 up to `most` tiers."""
    values, counts = np.unique(ordered, return_counts=True)
    least = (_FEWEST_LIKE * spread) ** 2
    logs = np.empty(most)
    for k in range(1, most + 1):
        starts = optimal_classes(values, counts, k)
        firsts = np.append(np.cumsum(np.append(0, counts))[starts], len(ordered))
        classes = np.repeat(np.arange(k), np.diff(firsts))
        logs[k - 1] = np.log(max(squares_within(ordered, classes), least))
    return logs


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
