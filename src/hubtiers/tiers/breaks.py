"""Tiers from one score: where to cut a ranking into classes.

Classes are closed above: a score equal to a cut-point belongs to the class below it. Equal scores never split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError
from hubtiers.framework import TIER_NAMES_ZH, TIERS

__all__ = ["NaturalBreaks", "TierScale"]


@dataclass(frozen=True, repr=False)
class TierScale:
    """Cut-points between tiers, and how well they fit the scores they were made from.

    Attributes
    ----------
    labels
        Tier names, highest first.
    breaks
        Cut-points, ascending, one fewer than tiers: each is the highest score of the tier below it.
    lowest, highest
        Range of the fitted scores.
    counts
        Fitted regions in each tier, in the order of `labels`.
    gvf
        Goodness of variance fit, 0 to 1: the share of the scores' variance that lies between tiers.
    method
        How the cut-points were found.
    """

    labels: tuple[str, ...]
    breaks: tuple[float, ...]
    lowest: float
    highest: float
    counts: tuple[int, ...]
    gvf: float
    method: str

    def apply(self, scores: pd.Series) -> pd.Series:
        """Sort scores into the fitted tiers.

        Parameters
        ----------
        scores
            Score by region; scores outside the fitted range fall into the outermost tiers.

        Returns
        -------
        pandas.Series
            Ordered categorical, lowest tier first in its order, so that `tier >= "national"` means what it says.

        Notes
        -----
        **Missing values** stay missing: a region without a score has no tier.
        """
        upward = self.labels[::-1]
        codes = np.searchsorted(self.breaks, scores.to_numpy(float), side="left")
        codes = np.where(scores.isna(), -1, codes)
        tier = pd.Categorical.from_codes(codes.tolist(), categories=list(upward), ordered=True)
        return pd.Series(tier, index=scores.index, name="tier")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per tier, highest first: bounds (above `lower`, up to and including `upper`) and count."""
        edges = [self.lowest, *self.breaks, self.highest][::-1]
        return pd.DataFrame(
            {
                "tier": self.labels,
                "tier_zh": [TIER_NAMES_ZH.get(label, label) for label in self.labels],
                "lower": edges[1:],
                "upper": edges[:-1],
                "count": self.counts,
            }
        )

    def __repr__(self) -> str:
        rows = self.to_frame().itertuples()
        lines = [f"  {r.tier:<15} {r.lower:>9.4f} … {r.upper:<9.4f} {r.count:>5}" for r in rows]
        return "\n".join([f"<TierScale: {self.method}, GVF {self.gvf:.4f}>", *lines])

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(index=False, float_format="%.4f")
        return f"<p>{escape(self.method)}, GVF {self.gvf:.4f}</p>{table}"


def tier_labels(k: int, labels: Sequence[str] | None) -> tuple[str, ...]:
    """Return the given labels, or Zhang's highest `k` tiers, highest first."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise SpecError(f"The number of tiers is {k!r}; it must be a whole number of at least 1.")
    if labels is None:
        if k > len(TIERS):
            raise SpecError(f"Zhang's framework has {len(TIERS)} tiers; for {k} give labels=(…), highest first.")
        return TIERS[:k]
    if len(labels) != k or len(set(labels)) != k:
        raise SpecError(f"{k} tiers need {k} different labels, highest first, but got {tuple(labels)!r}.")
    return tuple(labels)


def optimal_classes(values: NDArray[np.float64], counts: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the start of each class in the partition of sorted distinct values with the least within-class variance.

    Dynamic programme over the classes (Fisher 1958; Wang and Song 2011): exact, O(k·m²) for m distinct values.
    Among partitions of equal variance the one with the lowest starts wins, so that the answer is unique.
    """
    centred = values - np.average(values, weights=counts)
    n, s, q = (np.concatenate([[0.0], np.cumsum(counts * centred**p)]) for p in (0, 1, 2))
    m = len(values)
    cost = np.full((k, m + 1), np.inf)
    start = np.zeros((k, m + 1), dtype=np.int64)
    cost[0, 1:] = q[1:] - s[1:] ** 2 / n[1:]
    for c in range(1, k):
        for end in range(c + 1, m + 1):
            first = np.arange(c, end)
            within = (q[end] - q[first]) - (s[end] - s[first]) ** 2 / (n[end] - n[first])
            total = cost[c - 1, first] + np.maximum(within, 0.0)
            best = int(np.argmin(total))
            cost[c, end], start[c, end] = total[best], first[best]
    starts, end = np.zeros(k, dtype=np.int64), m
    for c in range(k - 1, 0, -1):
        starts[c] = end = start[c, end]
    return starts


def variance_fit(scores: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """Return the goodness of variance fit: 1 − (sum of squares within classes) / (sum of squares in all)."""
    whole = float(((scores - scores.mean()) ** 2).sum())
    means = {c: scores[classes == c].mean() for c in np.unique(classes)}
    within = sum(float(((scores[classes == c] - mean) ** 2).sum()) for c, mean in means.items())
    return 1.0 - within / whole if whole > 0 else 1.0


@dataclass(frozen=True)
class NaturalBreaks:
    """Natural breaks (自然断点, Fisher–Jenks): tiers whose regions are as alike as possible.

    Choose it when tiers should follow the gaps in the scores at hand. It is the true optimum, not the sampled or
    iterated approximation of many GIS. The cut-points move when regions are added; they are not thresholds.

    Parameters
    ----------
    k
        Number of tiers.
    labels
        Names, highest first; Zhang's highest `k` tiers when left out.

    Notes
    -----
    Minimises the sum of squared deviations from class means over all partitions of the sorted scores
    (Fisher 1958, doi:10.1080/01621459.1958.10501479). Classes are closed above.

    **Missing values** get no tier and play no part. **Ties** stay together.

    Examples
    --------
    >>> scores = pd.Series([0.9, 0.8, 0.3, 0.25, 0.1, None], index=list("abcdef"))
    >>> scale = NaturalBreaks(3).fit(scores)
    >>> scale.breaks
    (0.1, 0.3)
    >>> scale.apply(scores).tolist()
    ['international', 'international', 'national', 'national', 'regional', nan]
    """

    k: int = 4
    labels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        tier_labels(self.k, self.labels)

    def fit(self, scores: pd.Series) -> TierScale:
        """Find the best cut-points for these scores.

        Raises
        ------
        DataError
            When there are fewer distinct scores than tiers, or a score is infinite.
        """
        known = scores.dropna().to_numpy(float)
        if not np.isfinite(known).all():
            raise DataError("NaturalBreaks() needs finite scores, but some are infinite. Look at the normalisation.")
        values, inverse, counts = np.unique(known, return_inverse=True, return_counts=True)
        if len(values) < self.k:
            raise DataError(
                f"NaturalBreaks({self.k}) needs at least {self.k} different scores, but there "
                f"{'is' if len(values) == 1 else 'are'} {len(values)}. Ask for fewer tiers, or score more regions."
            )
        starts = optimal_classes(values, counts, self.k)
        classes = np.searchsorted(starts, inverse, side="right") - 1
        return TierScale(
            labels=tier_labels(self.k, self.labels),
            breaks=tuple(values[starts[1:] - 1].tolist()),
            lowest=float(values[0]),
            highest=float(values[-1]),
            counts=tuple(np.bincount(classes, minlength=self.k)[::-1].tolist()),
            gvf=variance_fit(known, classes),
            method=f"natural breaks in {self.k} tiers",
        )
