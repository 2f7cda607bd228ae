"""What a tier rule leaves behind.

The cut-points, how well they fit, and the tiers they give to scores.

Classes are closed above: a score equal to a cut-point belongs to the class below it. Equal scores
never split. Cut-points that are declared the other way, or for printed scores, are kept as the
highest scores that stay below them, so that every reader of `breaks` goes by one rule.

A cut-point that comes out of the scores lies on none of them: any number between two neighbours
cuts the fit into the same classes, and the middle of the gap is the one that treats the region
below and the region above alike. On the score of the region below, any gain would lift that region,
while the one above had the whole gap to fall.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError, listing
from hubtiers.framework import TIER_NAMES_ZH, TIERS

__all__ = ["GroupedTiers", "TierScale"]

SAME = 1e-10
"""Sums of squares whose relative difference is smaller count as equal."""

_INFINITE = 1e300


@dataclass(frozen=True, repr=False)
class TierScale:
    """Cut-points between tiers, and how well they fit the scores they were made from.

    Attributes
    ----------
    labels
        Tier names, highest first.
    breaks
        Cut-points, ascending, one fewer than tiers: a score must exceed one to stand above it.
        Those that come out of the fitted scores lie in the middle of the gap between the highest
        score below and the lowest above; those that are declared lie where they were declared. Two
        equal cut-points leave the tier between them empty.
    lowest, highest
        Range of the fitted scores.
    counts
        Fitted regions in each tier, in the order of `labels`.
    gvf
        Goodness of variance fit, 0 to 1: the share of the scores' variance that lies between tiers.
    method
        How the cut-points were found.
    closed
        Which end of its range belongs to a tier: ``"above"`` or ``"below"``.
    bounds
        Cut-points that were declared, or that a formula such as a mean gave, as they are printed;
        None where the classes of the fit gave the cut-points, and the ranges of these are printed.
    ranges
        Lowest and highest fitted score in each tier, in the order of `labels`; NaN for an empty
        tier.

    Examples
    --------
    >>> scale = scale_at(np.array([1.0, 2.0, 6.0, 7.0]), [2.0], ("national", "regional"), "by hand")
    >>> scale.apply(pd.Series({"a": 2.0, "b": 2.5, "c": None})).to_dict()
    {'a': 'regional', 'b': 'national', 'c': nan}
    >>> scale.distance_to_next(pd.Series({"a": 0.5, "b": 2.5})).to_dict()
    {'a': 1.5, 'b': nan}
    """

    labels: tuple[str, ...]
    breaks: tuple[float, ...]
    lowest: float
    highest: float
    counts: tuple[int, ...]
    gvf: float
    method: str
    closed: str = field(default="above", kw_only=True)
    bounds: tuple[float, ...] | None = field(default=None, kw_only=True)
    ranges: tuple[tuple[float, float], ...] = field(default=(), kw_only=True)

    def apply(self, scores: pd.Series) -> pd.Series:
        """Sort scores into the fitted tiers.

        Parameters
        ----------
        scores
            Score by region; scores outside the fitted range fall into the outermost tiers. Scores
            of a later year or of a scenario are sorted by the same cut-points.

        Returns
        -------
        pandas.Series
            Ordered categorical, lowest tier first in its order, so that `tier >= "national"` means
            what it says.

        Raises
        ------
        DataError
            When the scores are no numbers.

        Notes
        -----
        **Missing values** stay missing: a region without a score has no tier.
        """
        return tier_series(
            classes_of(score_numbers(scores, "TierScale.apply"), self.breaks),
            self.labels,
            scores.index,
        )

    def distance_to_next(self, scores: pd.Series) -> pd.Series:
        """Return how far each score lies below the tier above it.

        Parameters
        ----------
        scores
            Score by region.

        Returns
        -------
        pandas.Series
            Gap to the cut-point above, in units of the score. A tier is closed above, so a region
            moves up when it gains *more* than this; a region that stands on a declared cut-point
            has the distance 0.

        Notes
        -----
        **Missing values**: missing for a region without a score, and for the highest tier, which
        has none above it.
        """
        values = score_numbers(scores, "TierScale.distance_to_next")
        above = np.append(np.asarray(self.breaks, float), np.nan)[
            np.searchsorted(self.breaks, values, side="left")
        ]
        return pd.Series(above - values, index=scores.index, name="distance_to_next")

    def recount(self, scores: pd.Series) -> TierScale:
        """Return the same cut-points with counts, range and fit for other scores.

        Raises
        ------
        DataError
            When no region has a score, or a score is infinite.
        """
        known = finite_scores(scores, "TierScale.recount")
        scale = scale_at(known, self.breaks, self.labels, self.method, bounds=self.bounds)
        return replace(scale, closed=self.closed)

    @property
    def shows_ranges(self) -> bool:
        """Whether a tier is printed by the lowest and highest score in it, not by cut-points."""
        return self.bounds is None and bool(self.ranges)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per tier, highest first: its bounds and count.

        Where the classes of the fit gave the cut-points, `lower` and `upper` are the lowest and the
        highest fitted score of the tier, missing for an empty one; the cut-points in `breaks` lie
        between them. Where cut-points were declared or come from a formula, a tier lies above
        `lower` and goes up to and including `upper`, and one that is closed below begins with
        `lower` and stays below `upper`. Its outer bounds are the lowest and the highest score; they
        are missing where the outermost tier is empty.
        """
        if self.shows_ranges:
            return self._rows([low for low, _ in self.ranges], [high for _, high in self.ranges])
        low = self.lowest if self.counts[-1] else math.nan
        high = self.highest if self.counts[0] else math.nan
        edges = [low, *(self.bounds or self.breaks), high][::-1]
        return self._rows(edges[1:], edges[:-1])

    def _rows(self, lower: Sequence[float], upper: Sequence[float]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "tier": self.labels,
                "tier_zh": [TIER_NAMES_ZH.get(label, label) for label in self.labels],
                "lower": lower,
                "upper": upper,
                "count": self.counts,
            }
        )

    def __repr__(self) -> str:
        rows = self.to_frame().itertuples()
        lines = [f"  {r.tier:<15} {r.lower:>9.4f} … {r.upper:<9.4f} {r.count:>5}" for r in rows]
        return "\n".join([f"<{type(self).__name__}: {self._summary()}>", *lines])

    def _summary(self) -> str:
        return f"{self.method}, GVF {self.gvf:.4f}"

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(index=False, float_format="{:.4f}".format)
        return f"<p>{escape(self._summary())}</p>{table}"


@dataclass(frozen=True, repr=False, eq=False)
class GroupedTiers(TierScale):
    """Tiers that are not cut from the score: clusters, or rules of position.

    Their ranges of score may overlap.

    `breaks` is empty, and no region has a distance to the next tier.

    Attributes
    ----------
    ranges
        Lowest and highest score in each tier, in the order of `labels`; NaN for an empty tier.
    """

    # These tiers cannot be without: the range is all that is known of a tier on the score.
    ranges: tuple[tuple[float, float], ...] = field(kw_only=False)

    def distance_to_next(self, scores: pd.Series) -> pd.Series:
        """Return missing for every region: these tiers have no cut-point on the score."""
        return pd.Series(np.nan, index=scores.index, name="distance_to_next")


def tier_labels(k: int, labels: Sequence[str] | None) -> tuple[str, ...]:
    """Return the given labels, or Zhang's highest `k` tiers, highest first."""
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise SpecError(f"The number of tiers is {k!r}; it must be a whole number of at least 1.")
    if labels is None:
        if k > len(TIERS):
            raise SpecError(
                f"Zhang's framework has {len(TIERS)} tiers; for {k} give labels=(…), highest first."
            )
        return TIERS[:k]
    if isinstance(labels, str) or len(labels) != k or len(set(labels)) != k:
        raise SpecError(f"{k} tiers need {k} different labels, highest first, but got {labels!r}.")
    return tuple(labels)


def finite_scores(scores: pd.Series, method: str) -> NDArray[np.float64]:
    """Return the scores that are known, in their order.

    None at all, or an infinite one, is an error.
    """
    values = score_numbers(scores, method)
    if len(odd := scores.index[np.abs(values) >= _INFINITE]):
        raise DataError(
            f"{method} needs finite scores, but {listing(odd)} "
            f"{'has' if len(odd) == 1 else 'have'} an infinite one ({_INFINITE:g} and beyond count "
            "as such). Look at the normalisation."
        )
    known = values[~np.isnan(values)]
    if not len(known):
        raise DataError(
            f"{method} found no region with a score ({len(values)} in all). Look at the coverage "
            "that the scheme requires, and at the indicators."
        )
    return known


def distinct_scores(
    scores: NDArray[np.float64], k: int, method: str
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the different scores, ascending, and how often each stands.

    Fewer than `k` of them is an error.
    """
    values, counts = np.unique(scores, return_counts=True)
    distinct = len(values)
    if distinct < k:
        raise DataError(
            f"{method} needs at least {k} different scores, but there "
            f"{'is' if distinct == 1 else 'are'} {distinct}. Ask for fewer tiers, or score more "
            "regions."
        )
    return values, counts


def classes_of(values: NDArray[np.float64], breaks: Sequence[float]) -> NDArray[np.int64]:
    """Return the class of each value, 0 the lowest, closed above; -1 for a missing value."""
    return np.where(np.isnan(values), -1, np.searchsorted(breaks, values, side="left"))


def tier_series(classes: Iterable[int], labels: Sequence[str], index: pd.Index) -> pd.Series:
    """Return classes (0 the lowest, -1 none) as an ordered categorical by region."""
    dtype = pd.CategoricalDtype(list(labels[::-1]), ordered=True)
    return pd.Series(
        pd.Categorical.from_codes([int(c) for c in classes], dtype=dtype), index=index, name="tier"
    )


def scale_at(
    known: NDArray[np.float64],
    breaks: Sequence[float],
    labels: tuple[str, ...],
    method: str,
    *,
    log: bool = False,
    bounds: Sequence[float] | None = None,
) -> TierScale:
    """Return the scale with these cut-points, counted and judged on known scores.

    `bounds` are the cut-points to print; the ranges of the classes are printed without them.
    """
    classes = classes_of(known, breaks)
    return TierScale(
        labels=labels,
        breaks=tuple(float(b) for b in breaks),
        lowest=float(known.min()),
        highest=float(known.max()),
        counts=class_counts(classes, len(labels)),
        gvf=variance_fit(np.log(known) if log else known, classes),
        method=method,
        bounds=None if bounds is None else tuple(float(bound) for bound in bounds),
        ranges=score_ranges(known, classes, len(labels)),
    )


def between_scores(
    cuts: Sequence[float], known: NDArray[np.float64], *, log: bool = False
) -> tuple[float, ...]:
    """Return cut-points that lie on no score and leave the same classes.

    One that lies on a score moves to the middle of the gap above it; one that lies on none stays.
    Above the highest score there is no gap, and a cut-point there stays as well.

    Parameters
    ----------
    cuts
        Cut-points, ascending, closed above.
    known
        The scores of the fit.
    log
        Whether the middle is that of the logarithms, √(a·b), in place of (a + b) / 2.

    Examples
    --------
    >>> between_scores((0.25, 0.6, 1.0), np.array([0.25, 0.75, 1.0]))
    (0.5, 0.6, 1.0)
    """
    values = np.unique(known)
    above = np.searchsorted(values, cuts, side="right")
    moved = []
    for cut, place in zip(cuts, above, strict=True):
        inside = 0 < place < len(values) and values[place - 1] == cut
        moved.append(_middle(float(cut), float(values[place]), log=log) if inside else float(cut))
    return tuple(moved)


def _middle(below: float, above: float, *, log: bool) -> float:
    """Return the middle of the gap between two scores."""
    middle = math.sqrt(below) * math.sqrt(above) if log else below + (above - below) / 2
    # Between floats that are neighbours there is no number, and rounding may not reach `above`.
    return middle if below <= middle < above else below


def highest_below(cuts: Sequence[float], *, closed: str, digits: int | None) -> tuple[float, ...]:
    """Return the highest score that stays below each declared cut-point.

    Parameters
    ----------
    cuts
        Cut-points as they were declared, ascending.
    closed
        ``"above"``: a score on a cut-point stays below it; ``"below"``: it stands above.
    digits
        Decimals that scores are rounded to before they are compared, halves upwards; None compares
        them as they are.

    Examples
    --------
    >>> highest_below((0.55,), closed="above", digits=None)
    (0.55,)
    >>> [cut < 0.5495 for cut in highest_below((0.55,), closed="below", digits=3)]
    [True]
    """
    if digits is None:
        lowest = list(map(float, cuts))
        if closed == "above":
            return tuple(lowest)
    else:
        lowest = [_lowest_rounded(cut, closed, digits) for cut in cuts]
    return tuple(math.nextafter(score, -math.inf) for score in lowest)


def _lowest_rounded(cut: float, closed: str, digits: int) -> float:
    """Return the lowest score that is printed as one that stands above a cut-point."""
    # In decimals, as people round: 0.5495 is no binary fraction.
    steps = Decimal(repr(float(cut))).scaleb(digits)
    if closed == "above":
        first = steps.to_integral_value(ROUND_FLOOR) + 1
    else:
        first = steps.to_integral_value(ROUND_CEILING)
    return float((first - Decimal("0.5")).scaleb(-digits))


def class_counts(classes: NDArray[np.int64], k: int) -> tuple[int, ...]:
    """Return how many have each class, highest class first."""
    return tuple(np.bincount(classes[classes >= 0], minlength=k)[::-1].tolist())


def score_ranges(
    scores: NDArray[np.float64], classes: NDArray[np.int64], k: int
) -> tuple[tuple[float, float], ...]:
    """Return lowest and highest score of each class, highest class first; NaN for an empty one."""
    groups = [scores[classes == c] for c in range(k - 1, -1, -1)]
    return tuple((float(g.min()), float(g.max())) if len(g) else (np.nan, np.nan) for g in groups)


def variance_fit(scores: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """Return the goodness of variance fit.

    1 − (sum of squares within classes) / (sum of squares in all).
    """
    scores = within_reach(scores)
    whole = float(((scores - scores.mean()) ** 2).sum())
    return 1.0 - squares_within(scores, classes) / whole if whole > 0 else 1.0


def squares_within(scores: NDArray[np.float64], classes: NDArray[np.int64]) -> float:
    """Return the sum of squared deviations from the means of the classes."""
    sizes = np.maximum(np.bincount(classes), 1)
    means = np.bincount(classes, weights=scores) / sizes
    return float(((scores - means[classes]) ** 2).sum())


def within_reach(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values times the power of two that brings the largest below 1.

    Exact, and safe to square.
    """
    return np.ldexp(values, -int(np.frexp(np.abs(values).max())[1]))


def score_numbers(scores: pd.Series, method: str) -> NDArray[np.float64]:
    """Return scores as floats, missing ones as NaN."""
    if not isinstance(scores, pd.Series):
        raise DataError(
            f"{method} takes a pandas Series of scores by region, but got {type(scores).__name__}."
        )
    if scores.dtype == object:
        real = all(isinstance(value, Real) for value in scores.dropna())
    else:
        real = pd.api.types.is_numeric_dtype(scores.dtype) and not pd.api.types.is_complex_dtype(
            scores.dtype
        )
    if not real:
        raise DataError(f"{method} takes numbers, but the scores are of the type {scores.dtype}.")
    return scores.to_numpy(np.float64, na_value=np.nan)
