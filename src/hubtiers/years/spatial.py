"""Whether passages between tiers depend on the neighbours (空间马尔可夫链), after Rey (2001)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, NotComparableError, SpecError, listing
from hubtiers.regions.contiguity import Contiguity, contiguity, neighbour_pairs
from hubtiers.tiers.scale import classes_of
from hubtiers.years.panel import TierPanel
from hubtiers.years.transitions import (
    Classes,
    TierTransitions,
    classes_of_panel,
    row_shares,
    transition_counts,
)

__all__ = ["SpatialTransitions", "spatial_transitions"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, repr=False, eq=False)
class SpatialTransitions:
    """Passages between classes by the class of the neighbours, as `spatial_transitions` gives them.

    Attributes
    ----------
    by_lag
        The transitions of regions whose neighbours, at the start of the step, have each class.
    pooled
        All of these steps together.
    cuts, lag_cuts
        Cut-points of the classes, and of those of the neighbours' mean.
    q, likelihood_ratio
        Statistics of the hypothesis that all conditional matrices are the same.
    degrees_of_freedom
        Of both, after Bickenbach and Bode (2003): Σ_i (A_i − 1)(B_i − 1), where A_i are the classes
        that class i leads to and B_i the classes of neighbours under which it was seen.
    islands
        Regions without neighbours; their steps are in no conditional matrix and not in `pooled`.
    """

    by_lag: Mapping[object, TierTransitions]
    pooled: TierTransitions
    cuts: tuple[float, ...]
    lag_cuts: tuple[float, ...]
    q: float
    likelihood_ratio: float
    degrees_of_freedom: int
    islands: tuple[str, ...]

    @cached_property
    def q_p_value(self) -> float:
        """Probability of a Q as large where neighbours do not matter (χ²)."""
        return _chi_square_tail(self.q, self.degrees_of_freedom)

    @cached_property
    def likelihood_ratio_p_value(self) -> float:
        """Probability of a likelihood ratio as large where neighbours do not matter (χ²)."""
        return _chi_square_tail(self.likelihood_ratio, self.degrees_of_freedom)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per class of neighbours and pair of classes, as in `TierTransitions`."""
        parts = []
        for lag, transitions in self.by_lag.items():
            part = transitions.to_frame()
            part.insert(0, "neighbours", [lag] * len(part))
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def _head(self) -> str:
        islands = f"; without neighbours: {listing(self.islands)}" if self.islands else ""
        return (
            f"Q {self.q:.1f} (p {self.q_p_value:.3f}), likelihood ratio "
            f"{self.likelihood_ratio:.1f} (p {self.likelihood_ratio_p_value:.3f}), "
            f"{self.degrees_of_freedom} degrees of freedom, {self.pooled._head()}{islands}"
        )

    def __repr__(self) -> str:
        return f"<SpatialTransitions: {self._head()}>"

    def _repr_html_(self) -> str:
        shares = [
            f"<h4>{escape(str(lag))}</h4>{transitions._repr_html_()}"
            for lag, transitions in self.by_lag.items()
        ]
        return f"<p>{escape(self._head())}</p>{''.join(shares)}"


def spatial_transitions(
    panel: TierPanel | pd.DataFrame,
    neighbours: Contiguity | gpd.GeoDataFrame,
    *,
    classes: int = 5,
    lag_classes: int | None = None,
    uneven: bool = False,
) -> SpatialTransitions:
    """Count the passages between tiers by the tier of the neighbours (空间马尔可夫链).

    Choose it to ask whether a region beside strong regions climbs more often.

    Parameters
    ----------
    panel
        A panel with one scale: classes are its tiers, and the mean score of the neighbours is
        sorted by the same cut-points. Or a frame of values, regions × years: classes are quantiles
        of all values together.
    neighbours
        Neighbours by region, as `contiguity` gives them, or regions with geometry (queen
        contiguity).
    classes
        How many quantiles, for a frame.
    lag_classes
        How many quantiles of the neighbours' means; for a frame as many as `classes`, for a panel
        its tiers, when left out.
    uneven
        As in `tier_transitions`.

    Returns
    -------
    SpatialTransitions
        Matrices by class of the neighbours, and the tests that they are all the same.

    Raises
    ------
    NotComparableError
        When every year of a panel has its own scale, its tiers are not cut from the score, or its
        years are unevenly spaced.
    DataError
        When no region has a neighbour with a value.
    SpecError
        When a number of classes is no whole number above 1.

    Notes
    -----
    The neighbours' mean counts each alike, and is that of the year in which the step starts. The
    tests take steps as independent, which those of one region are not: p-values are too small.

    **Missing values**: neighbours without a value are left out of the mean; a step without a class
    at one end, or of a region without a neighbour that has a value, is in no matrix and counted in
    `pooled.left_out`.

    Examples
    --------
    >>> values = pd.DataFrame({2012: [1.0, 2, 3, 4], 2022: [1.0, 3, 2, 4]}, index=list("abcd"))
    >>> chain = {"a": ("b",), "b": ("a", "c"), "c": ("b", "d"), "d": ("c",)}
    >>> found = spatial_transitions(values, chain, classes=2)
    >>> found.by_lag[0].counts.to_numpy().tolist(), found.by_lag[1].counts.to_numpy().tolist()
    ([[1, 1], [0, 0]], [[0, 0], [1, 1]])
    """
    if isinstance(neighbours, gpd.GeoDataFrame):
        neighbours = contiguity(neighbours)
    values, known, cuts = _values_and_classes(panel, classes)
    if known.step is None and not uneven:
        raise NotComparableError(
            f"The years {listing(values.columns, most=20)} are unevenly spaced, so that a step "
            "has no one length. Leave years out, or pass uneven=True to count all steps alike."
        )
    lags = neighbour_means(values, neighbours)
    if np.isnan(lags).all():
        raise DataError(
            "No region has a neighbour with a value. Check that neighbours and panel call their "
            f"regions alike: the panel has {listing(map(str, values.index))}."
        )
    if lag_classes is None:
        lag_cuts = cuts if isinstance(panel, TierPanel) else quantile_cuts(lags, classes)
    else:
        lag_cuts = quantile_cuts(lags, _whole(lag_classes, "lag_classes"))
    lag_codes = classes_of(lags, lag_cuts)
    if isinstance(panel, TierPanel) and lag_classes is None:
        lag_labels: Sequence[object] = panel.labels
        # Tiers are numbered from the highest, classes of a scale from the lowest.
        lag_codes = np.where(lag_codes < 0, -1, len(lag_labels) - 1 - lag_codes)
    else:
        lag_labels = range(len(lag_cuts) + 1)
    alone = [str(region) for region in values.index if not neighbours.get(str(region))]
    counted = _conditional(known, lag_codes, len(lag_labels))
    return _assembled(known, counted, lag_labels, (cuts, lag_cuts), tuple(alone))


def _values_and_classes(
    panel: TierPanel | pd.DataFrame, classes: int
) -> tuple[pd.DataFrame, Classes, tuple[float, ...]]:
    if isinstance(panel, TierPanel):
        cuts = _one_scale(panel)
        return panel.scores, classes_of_panel(panel), cuts
    if not isinstance(panel, pd.DataFrame):
        raise SpecError(
            f"spatial_transitions needs a TierPanel or a frame of values, but got "
            f"{type(panel).__name__}."
        )
    frame = panel.sort_index(axis=1).astype("float64")
    cuts = quantile_cuts(frame.to_numpy(), _whole(classes, "classes"))
    codes = pd.DataFrame(classes_of(frame.to_numpy(), cuts), frame.index, frame.columns)
    return frame, Classes(codes, tuple(range(len(cuts) + 1))), cuts


def _one_scale(panel: TierPanel) -> tuple[float, ...]:
    """Return the cut-points of a panel.

    Raises
    ------
    NotComparableError
        When it has none that hold for all years.
    """
    fitted = panel.fitted
    if fitted is None:
        raise NotComparableError(
            "Every year of the panel has a scale of its own, so that no cut-points hold for the "
            "neighbours of all years. Make the panel without refit, or give a frame of values."
        )
    cuts = fitted.tier.breaks
    if len(cuts) != len(panel.labels) - 1:
        raise NotComparableError(
            "The tiers of the panel are not cut from the score, so that the mean score of the "
            "neighbours has no tier. Give lag_classes=… with panel.scores as a frame of values."
        )
    return cuts


def _whole(number: object, name: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 2:
        raise SpecError(f"{name}={number!r} must be a whole number of at least 2.")
    return number


def quantile_cuts(values: Floats, k: int) -> tuple[float, ...]:
    """Return the cut-points between k quantiles of all values that are known.

    >>> quantile_cuts(np.array([[1.0, 2.0], [3.0, np.nan]]), 2)
    (2.0,)
    """
    known = values[~np.isnan(values)]
    return tuple(float(cut) for cut in np.percentile(known, np.arange(1, k) * 100.0 / k))


def neighbour_means(values: pd.DataFrame, neighbours: Contiguity) -> Floats:
    """Return the mean of each region's neighbours that have a value, regions × years."""
    x = values.to_numpy(float)
    first, second = neighbour_pairs(neighbours, [str(region) for region in values.index])
    known = ~np.isnan(x)
    sums, counts = np.zeros(x.shape), np.zeros(x.shape)
    np.add.at(sums, first, np.where(known, x, 0.0)[second])
    np.add.at(counts, first, known[second].astype(float))
    means: Floats = np.divide(sums, counts, out=np.full(x.shape, np.nan), where=counts > 0)
    return means


def _conditional(known: Classes, lag_codes: Ints, lags: int) -> Ints:
    """Return the counts by class of the neighbours: lags × from × to."""
    k, codes = len(known.labels), known.codes.to_numpy()
    counts = np.zeros((lags, k, k), np.int64)
    for step in range(codes.shape[1] - 1):
        for lag in range(lags):
            rows = lag_codes[:, step] == lag
            counts[lag] += transition_counts(codes[rows, step : step + 2], k)[0]
    return counts


def _assembled(
    known: Classes,
    counts: Ints,
    lag_labels: Sequence[object],
    cuts: tuple[tuple[float, ...], tuple[float, ...]],
    islands: tuple[str, ...],
) -> SpatialTransitions:
    index = pd.Index(known.labels, name="from")
    years = tuple(int(year) for year in known.codes.columns)
    steps = known.codes.shape[0] * (known.codes.shape[1] - 1)

    def framed(part: Ints, left_out: int) -> TierTransitions:
        frame = pd.DataFrame(part, index, index.rename("to"))
        return TierTransitions(frame, years, known.step, left_out)

    by_lag = {lag: framed(part, 0) for lag, part in zip(lag_labels, counts, strict=True)}
    pooled = framed(counts.sum(axis=0), steps - int(counts.sum()))
    q, ratio, freedom = homogeneity(counts)
    return SpatialTransitions(by_lag, pooled, *cuts, q, ratio, freedom, islands)


def homogeneity(counts: Ints) -> tuple[float, float, int]:
    """Return Q, the likelihood ratio and their degrees of freedom for matrices × from × to.

    The hypothesis is that all matrices have the same probabilities (Bickenbach and Bode 2003).

    >>> Q, ratio, freedom = homogeneity(np.array([[[8, 2], [3, 7]], [[8, 2], [3, 7]]]))
    >>> Q, ratio, freedom
    (0.0, 0.0, 2)
    """
    pooled = row_shares(counts.sum(axis=0))
    q, ratio = 0.0, 0.0
    for one in counts:
        seen, shares = one.sum(axis=1, keepdims=True), row_shares(one)
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = seen * (shares - pooled) ** 2 / pooled
            logs = one * np.log(shares / pooled)
        q += float(squares[(pooled > 0) & (seen > 0)].sum())
        ratio += 2.0 * float(logs[one > 0].sum())
    ways = (counts.sum(axis=0) > 0).sum(axis=1)
    conditions = (counts.sum(axis=2) > 0).sum(axis=0)
    left = conditions > 0
    return q, ratio, int(((ways - 1) * (conditions - 1))[left].sum())


def _chi_square_tail(statistic: float, freedom: int) -> float:
    from scipy.stats import chi2

    return float(chi2.sf(statistic, freedom)) if freedom else float("nan")
