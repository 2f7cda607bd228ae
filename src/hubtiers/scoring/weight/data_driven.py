"""Weights from the spread of the normalised values: entropy, CRITIC, coefficient of variation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, require_domain, require_every_column, require_varied
from hubtiers._method import About, number_in_formula
from hubtiers.errors import ConstantIndicatorError, DataError, SpecError
from hubtiers.framework import Framework
from hubtiers.scoring.weight.fitted import FittedWeights, as_weights, scaled

__all__ = ["CriticWeights", "EntropyWeights", "VariationWeights"]


def shannon_weights(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return entropy weights of the columns of a non-negative matrix (regions × indicators).

    NaN is left out.

    The share of a region in its column is p; the divergence of a column is d = 1 + Σ p ln p / ln n,
    with 0·ln 0 = 0 and n the number of values present; the weight is d / Σ d. A constant column has
    d = 0.
    """
    shares = x / np.nansum(x, axis=0)
    positive = np.where(shares > 0, shares, 1.0)
    entropy = -np.nansum(shares * np.log(positive), axis=0) / np.log(np.sum(~np.isnan(x), axis=0))
    return scaled(np.clip(1.0 - entropy, 0.0, None))


def critic_contrast(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return CRITIC weights of the columns of a matrix (regions × indicators).

    Σ_j · Σ_k (1 − r_jk), scaled to sum 1.

    Correlations are computed over the regions where both indicators are present.
    """
    spread = np.nanstd(x, axis=0, ddof=1)
    correlation = pd.DataFrame(x).corr().to_numpy()
    return scaled(spread * np.clip(np.sum(1.0 - correlation, axis=0), 0.0, None))


def variation_shares(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients of variation s / x̄ of the columns (s with n − 1), scaled to sum 1.

    NaN is left out.
    """
    return scaled(np.nanstd(x, axis=0, ddof=1) / np.nanmean(x, axis=0))


@dataclass(frozen=True)
class EntropyWeights:
    """Entropy weights (熵值法).

    An indicator counts the more, the more unevenly it is spread over the regions.

    Choose it where the field expects it, and look at what it does: it rewards skew, so a single
    dominant region can raise an indicator's weight. It needs values that are not negative.

    Parameters
    ----------
    shift
        Constant added to every normalised value before shares are taken. Many papers shift by a
        small number to avoid ln 0; that changes the weights, so here it is 0 unless you say
        otherwise, with 0·ln 0 = 0.

    Notes
    -----
    With p the share of a region in the column total and n regions, d = 1 + Σ p ln p / ln n and w =
    d / Σ d (Shannon entropy with k = 1/ln n). A constant column gets weight 0.

    **Missing values** are left out, column by column; n counts the values present.

    Examples
    --------
    >>> values = pd.DataFrame({"even": [0.5, 0.5, 0.4], "skewed": [0.0, 0.1, 1.0]})
    >>> EntropyWeights().fit(values).weights.round(3).tolist()
    [0.007, 0.993]
    """

    shift: float = 0.0
    uses_data: ClassVar[bool] = True
    about: ClassVar[About] = About(
        zh="熵值法",
        en="entropy weights",
        says_zh="指标在区域间分布越不均，权重越大。",
        says_en=("The more unevenly an indicator is spread over the regions, the more it counts."),
        formula="d_{j} = 1 + (1 / ln n) Σ_{i} p_{ij} ln p_{ij},  w_{j} = d_{j} / Σ_{k} d_{k}",
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        value = "y_{ij}"
        if self.shift:
            value = f"(y_{{ij}} + {number_in_formula(self.shift)})"
        share = f"p_{{ij}} = {value} / Σ_{{i}} {value},  0 ln 0 = 0"
        return self.about.replaced(formula=f"{share}\n{self.about.formula}")

    def __post_init__(self) -> None:
        if not 0 <= self.shift < np.inf:
            raise SpecError(
                f"EntropyWeights(shift={self.shift}) needs a shift of 0 or a small positive number."
            )

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
        shifted = calculable(values, "EntropyWeights()") + self.shift
        require_domain(
            shifted,
            shifted.to_numpy() >= 0,
            method="EntropyWeights()",
            needs="values that are not negative",
            way_out="Normalise with MinMax(), or give a shift that lifts all values to 0 or above.",
        )
        for code in shifted.columns:
            if shifted[code].count() < 2 or shifted[code].sum() == 0:
                raise DataError(
                    f"EntropyWeights() needs at least two values and a positive sum, but {code!r} "
                    f"has {shifted[code].count()} values with the sum {shifted[code].sum():g}. "
                    "Drop it from the framework."
                )
        if (shifted.min() == shifted.max()).all():
            raise ConstantIndicatorError(shifted.columns, "EntropyWeights()")
        weights = shannon_weights(shifted.to_numpy())
        if not np.isfinite(weights).all():
            raise ConstantIndicatorError(shifted.columns, "EntropyWeights()")
        return FittedWeights(self, as_weights(weights, shifted.columns))


@dataclass(frozen=True)
class CriticWeights:
    """CRITIC weights (CRITIC 权重法).

    An indicator counts the more, the more it varies and the less it repeats others.

    Choose it when indicators overlap in content and the double counting should be damped. Costs are
    turned into benefits by the normalisation first; some packages skip that and get other weights.

    Notes
    -----
    w_j ∝ σ_j Σ_k (1 − r_jk) with σ the standard deviation and r the Pearson correlation of the
    normalised indicators. A constant indicator is refused.

    **Missing values** are left out; a correlation uses the regions where both indicators are
    present.

    References
    ----------
    Diakoulaki, Mavrotas and Papayannakis (1995), doi:10.1016/0305-0548(94)00059-H.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [1.0, 0.5, 0.0]})
    >>> CriticWeights().fit(values).weights.tolist()
    [0.5, 0.5]
    """

    uses_data: ClassVar[bool] = True
    about: ClassVar[About] = About(
        zh="CRITIC 权重法",
        en="CRITIC weights",
        says_zh="指标变异越大、与其他指标重复越少，权重越大。",
        says_en=(
            "The more an indicator varies and the less it repeats others, the more it counts."
        ),
        formula="w_{j} ∝ σ_{j} Σ_{k} (1 − r_{jk})",
    )

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Compute the weights from normalised values (regions × indicators).

        Raises
        ------
        DataError
            When two indicators share fewer than three regions, or all indicators are perfectly
            correlated.
        ConstantIndicatorError
            When an indicator is constant, so that its correlations are undefined.
        """
        del framework
        numbers = calculable(values, "CriticWeights()")
        require_every_column(numbers, "CriticWeights()")
        require_varied(numbers, "CriticWeights()", spread=numbers.std(ddof=1))
        if numbers.shape[1] == 1:
            return FittedWeights(self, as_weights(np.ones(1), numbers.columns))
        present = numbers.notna().to_numpy(float)
        if (present.T @ present).min() < 3:
            raise DataError(
                "CriticWeights() needs at least three regions where any two indicators are both "
                "present. Add regions, or raise RequireCoverage(share=…)."
            )
        weights = critic_contrast(numbers.to_numpy())
        if not np.isfinite(weights).all():
            raise DataError(
                "CriticWeights() finds that all indicators are perfectly correlated, or constant "
                "where they are both present, so that none carries information of its own. Keep "
                "one of them, or use EqualWeights()."
            )
        return FittedWeights(self, as_weights(weights, numbers.columns))


@dataclass(frozen=True)
class VariationWeights:
    """Weights by coefficient of variation (变异系数法).

    An indicator counts the more, the more it varies for its mean.

    Choose it as a simple relative of the entropy weights; like them, it rewards skew.

    Notes
    -----
    v = s / x̄ with s² = Σ(x − x̄)² / (n − 1), and w = v / Σ v, on the normalised values. They must
    not be negative: a mean near 0 would give any weight at all, so that z-scores are refused. A
    constant indicator is refused.

    **Missing values** are left out, column by column.

    Examples
    --------
    >>> values = pd.DataFrame({"even": [0.4, 0.5, 0.6], "uneven": [0.2, 0.5, 0.8]})
    >>> VariationWeights().fit(values).weights.round(2).tolist()
    [0.25, 0.75]
    """

    uses_data: ClassVar[bool] = True
    about: ClassVar[About] = About(
        zh="变异系数法",
        en="weights by coefficient of variation",
        says_zh="权重与变异系数成正比。",
        says_en="Weights are proportional to the coefficient of variation.",
        formula="w_{j} ∝ s_{j} / ȳ_{j}",
    )

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Compute the weights from normalised values (regions × indicators).

        Raises
        ------
        DomainError
            When a value is negative.
        DataError
            When an indicator has no value.
        ConstantIndicatorError
            When an indicator has the same value in every region.
        """
        del framework
        numbers = calculable(values, "VariationWeights()")
        require_every_column(numbers, "VariationWeights()")
        require_domain(
            numbers,
            numbers.to_numpy() >= 0,
            method="VariationWeights()",
            needs="values that are not negative",
            way_out="Normalise with MinMax().",
        )
        require_varied(numbers, "VariationWeights()", spread=numbers.std(ddof=1))
        return FittedWeights(
            self, as_weights(variation_shares(numbers.to_numpy()), numbers.columns)
        )
