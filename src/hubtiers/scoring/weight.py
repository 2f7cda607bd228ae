"""How much each indicator counts. Every method gives weights that are at least 0 and sum to 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import ConstantIndicatorError, DataError, DomainError, SpecError, UnknownOptionError
from hubtiers.framework import Framework

__all__ = ["CriticWeights", "EntropyWeights", "EqualWeights", "FittedWeights"]


@dataclass(frozen=True, eq=False)
class FittedWeights:
    """Weights by indicator (at least 0, sum 1) and the method that gave them."""

    method: object
    weights: pd.Series

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the weighted values, region by region; their sum along a complete row is the weighted mean."""
        return values * self.weights.reindex(values.columns)


def shannon_weights(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return entropy weights of the columns of a non-negative matrix (regions × indicators); NaN is left out.

    The share of a region in its column is p; the divergence of a column is d = 1 + Σ p ln p / ln n, with 0·ln 0 = 0 and
    n the number of values present; the weight is d / Σ d. A constant column has d = 0.
    """
    shares = x / np.nansum(x, axis=0)
    positive = np.where(shares > 0, shares, 1.0)
    entropy = -np.nansum(shares * np.log(positive), axis=0) / np.log(np.sum(~np.isnan(x), axis=0))
    return _scaled(np.clip(1.0 - entropy, 0.0, None))


def critic_contrast(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return CRITIC weights of the columns of a matrix (regions × indicators): σ_j · Σ_k (1 − r_jk), scaled to sum 1.

    Correlations are computed over the regions where both indicators are present.
    """
    spread = np.nanstd(x, axis=0, ddof=1)
    correlation = pd.DataFrame(x).corr().to_numpy()
    return _scaled(spread * np.clip(np.sum(1.0 - correlation, axis=0), 0.0, None))


def _scaled(importance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale to sum 1; NaN throughout when there is nothing to scale."""
    total = importance.sum()
    return importance / total if total > 0 else np.full_like(importance, np.nan)


@dataclass(frozen=True)
class EqualWeights:
    """Equal weights (等权): the transparent choice, and the benchmark for every other.

    Parameters
    ----------
    per
        `"indicator"`: every indicator counts the same, so that a function with more indicators counts more.
        `"function"`: every child of a node counts the same, level by level, so that functions count the same.

    Notes
    -----
    **Missing values** do not matter; the weights do not depend on the data.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 4.0]})
    >>> EqualWeights().fit(values).weights.tolist()
    [0.5, 0.5]
    """

    per: str = "indicator"
    uses_data: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.per not in ("indicator", "function"):
            raise UnknownOptionError("unit of EqualWeights(per=…)", self.per, ("indicator", "function"))

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Return 1/n for each of n indicators, or 1/n among siblings at each level.

        Raises
        ------
        SpecError
            When `per="function"` and no framework says which indicator belongs to which function.
        """
        if self.per == "indicator":
            return FittedWeights(self, pd.Series(1.0 / values.shape[1], index=values.columns, name="weight"))
        if framework is None:
            raise SpecError("EqualWeights(per='function') needs the framework that groups the indicators.")
        weights = {
            code: float(np.prod([1.0 / len(framework.filled_children(up)) for up in framework.ancestors(code)]))
            for code in values.columns
        }
        return FittedWeights(self, pd.Series(weights, name="weight"))


@dataclass(frozen=True)
class EntropyWeights:
    """Entropy weights (熵值法): an indicator counts the more, the more unevenly it is spread over the regions.

    Choose it where the field expects it, and look at what it does: it rewards skew, so a single dominant region can
    raise an indicator's weight. It needs values that are not negative.

    Parameters
    ----------
    shift
        Constant added to every normalised value before shares are taken. Many papers shift by a small number to avoid
        ln 0; that changes the weights, so here it is 0 unless you say otherwise, with 0·ln 0 = 0.

    Notes
    -----
    With p the share of a region in the column total and n regions, d = 1 + Σ p ln p / ln n and w = d / Σ d (Shannon
    entropy with k = 1/ln n). A constant column gets weight 0.

    **Missing values** are left out, column by column; n counts the values present.

    Examples
    --------
    >>> values = pd.DataFrame({"even": [0.5, 0.5, 0.4], "skewed": [0.0, 0.1, 1.0]})
    >>> EntropyWeights().fit(values).weights.round(3).tolist()
    [0.009, 0.991]
    """

    shift: float = 0.0
    uses_data: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0 <= self.shift < np.inf:
            raise SpecError(f"EntropyWeights(shift={self.shift}) needs a shift of 0 or a small positive number.")

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Compute the weights from normalised values (regions × indicators).

        Raises
        ------
        DomainError
            When a value is negative.
        DataError
            When an indicator has fewer than two values, or sums to zero.
        ConstantIndicatorError
            When every indicator is constant, so that none can be told from another.
        """
        del framework
        shifted = values + self.shift
        _require_not_negative(shifted)
        for code in values.columns:
            if shifted[code].count() < 2 or shifted[code].sum() == 0:
                raise DataError(
                    f"EntropyWeights() needs at least two values and a positive sum, but {code!r} has "
                    f"{shifted[code].count()} values with the sum {shifted[code].sum():g}. Drop it from the framework."
                )
        weights = shannon_weights(shifted.to_numpy(float))
        if not np.isfinite(weights).all():
            raise ConstantIndicatorError(values.columns, "EntropyWeights()")
        return FittedWeights(self, pd.Series(weights, index=values.columns, name="weight"))


@dataclass(frozen=True)
class CriticWeights:
    """CRITIC weights: an indicator counts the more, the more it varies and the less it repeats the others.

    Choose it when indicators overlap in content and the double counting should be damped. Costs are turned into
    benefits by the normalisation first; some packages skip that and get other weights.

    Notes
    -----
    w_j ∝ σ_j Σ_k (1 − r_jk) with σ the standard deviation and r the Pearson correlation of the normalised indicators
    (Diakoulaki, Mavrotas and Papayannakis 1995, doi:10.1016/0305-0548(94)00059-H).

    **Missing values** are left out; a correlation uses the regions where both indicators are present.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [1.0, 0.5, 0.0]})
    >>> CriticWeights().fit(values).weights.tolist()
    [0.5, 0.5]
    """

    uses_data: ClassVar[bool] = True

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Compute the weights from normalised values (regions × indicators).

        Raises
        ------
        DataError
            When two indicators share fewer than three regions.
        ConstantIndicatorError
            When an indicator is constant, so that its correlations are undefined.
        """
        del framework
        if constant := [code for code in values.columns if values[code].nunique() < 2]:
            raise ConstantIndicatorError(constant, "CriticWeights()")
        if values.shape[1] == 1:
            return FittedWeights(self, pd.Series(1.0, index=values.columns, name="weight"))
        present = values.notna().to_numpy(float)
        if (present.T @ present).min() < 3:
            raise DataError(
                "CriticWeights() needs at least three regions where any two indicators are both present. "
                "Add regions, or raise RequireCoverage(share=…)."
            )
        weights = critic_contrast(values.to_numpy(float))
        if not np.isfinite(weights).all():
            raise DataError(
                "CriticWeights() finds that all indicators are perfectly correlated, so that none carries information "
                "of its own. Keep one of them, or use EqualWeights()."
            )
        return FittedWeights(self, pd.Series(weights, index=values.columns, name="weight"))


def _require_not_negative(values: pd.DataFrame) -> None:
    for code in values.columns:
        below = values.index[values[code] < 0]
        if len(below):
            raise DomainError(
                "EntropyWeights()",
                "values that are not negative",
                code,
                f"{values.loc[below[0], code]:.4g} (normalised)",
                below,
                "Normalise with MinMax(), or give a shift that lifts all values to 0 or above.",
            )

