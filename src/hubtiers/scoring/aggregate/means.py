"""Means: arithmetic, geometric, harmonic, of any power, and with a penalty for imbalance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import (
    aligned_weights,
    calculable,
    require_choice,
    require_domain,
    same_columns,
)
from hubtiers._method import About, CompiledForm, number_in_formula
from hubtiers.errors import DomainError, SpecError
from hubtiers.scoring.aggregate.nesting import (
    Nesting,
    at_once,
    require_levels,
    weighted_sum,
    weights_by_row,
)

__all__ = [
    "Arithmetic",
    "FittedArithmetic",
    "FittedMazziottaPareto",
    "FittedPowerMean",
    "Geometric",
    "Harmonic",
    "MazziottaPareto",
    "PowerMean",
]


MEANS = "the values of which a mean is taken"
"""Unit of the score under every weighted mean, whatever its power."""


def weighted_mean(x: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean of each row, the weights shared out anew over the values present.

    NaN for empty rows. The weights are one set, or one for each row.
    """
    present = ~np.isnan(x)
    total = weighted_sum(present.astype(float), weights)
    summed = weighted_sum(np.where(present, x, 0.0), weights)
    return np.asarray(np.divide(summed, total, out=np.full(len(x), np.nan), where=total > 0))


def weighted_power_mean(
    x: NDArray[np.float64], weights: NDArray[np.float64], exponent: float
) -> NDArray[np.float64]:
    """Return (Σ w·x^p / Σ w)^(1/p) of each row over the values present.

    The geometric mean for p = 0.

    Values count only where their weight is above 0. Powers are taken of x over the row's largest
    value (smallest for p < 0), so that they stay between 0 and 1.
    """
    counted = ~np.isnan(x) & (weights > 0)
    if exponent == 0:
        return np.exp(
            weighted_mean(np.where(counted, np.log(np.where(counted, x, 1.0)), np.nan), weights)
        )
    extreme = np.max if exponent > 0 else np.min
    anchor = extreme(
        np.where(counted, x, -np.inf if exponent > 0 else np.inf), axis=1, keepdims=True
    )
    anchor = np.where(np.isfinite(anchor) & (anchor != 0), anchor, 1.0)
    with np.errstate(over="ignore"):  # a ratio too large for p < 0 has the power 0, as it should
        powers = np.where(counted, np.where(counted, x / anchor, 1.0) ** exponent, np.nan)
    return weighted_mean(powers, weights) ** (1.0 / exponent) * anchor[:, 0]


def penalised_mean(
    x: NDArray[np.float64], weights: NDArray[np.float64], sign: float
) -> NDArray[np.float64]:
    """Return M + sign · S²/M of each row, with weighted mean M and weighted variance S²."""
    mean = weighted_mean(x, weights)
    variance = weighted_mean((x - mean[:, None]) ** 2, weights)
    return mean + sign * variance / mean


@dataclass(frozen=True)
class Arithmetic:
    """Weighted arithmetic mean (加权算术平均).

    A weakness is made up for, fully, by a strength elsewhere.

    Choose it for transparency, and when full compensation between indicators is acceptable.

    Notes
    -----
    s = Σ w·y / Σ w over the indicators present.

    **Missing values** give their weight to the values that are present; a region without any value
    has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, None]}, index=["x", "y"])
    >>> Arithmetic().fit(values).apply(values).tolist()
    [0.5, 1.0]
    """

    about: ClassVar[About] = About(
        zh="加权算术平均",
        en="weighted arithmetic mean",
        says_zh="短板可由长处完全弥补。",
        says_en="A weakness is made up for by a strength.",
        formula="s_{g} = Σ_{k} w_{k} y_{k} / Σ_{k} w_{k}",
    )
    compiled_form: ClassVar[CompiledForm] = CompiledForm("power", 1.0)
    score_unit: ClassVar[str] = MEANS

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> FittedArithmetic:
        """Keep the weights; equal ones when none are given.

        Raises
        ------
        DataError
            When there is no indicator to aggregate, or the weights do not fit.
        """
        numbers = calculable(values, "Arithmetic()")
        return FittedArithmetic(self, aligned_weights(weights, numbers.columns, "Arithmetic()"))


@dataclass(frozen=True, eq=False)
class FittedArithmetic:
    """Weights by indicator that `Arithmetic` was given."""

    method: Arithmetic
    weights: pd.Series

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return one score per region.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.weights.index, values, "Arithmetic()")
        scores = weighted_mean(numbers.to_numpy(), self.weights.to_numpy())
        return pd.Series(scores, index=values.index, name="score")


@dataclass(frozen=True)
class Geometric:
    """Weighted geometric mean (加权几何平均): a weakness is made up for only in part.

    Choose it when a region should be good at everything: ratios count, and a value near 0 pulls the
    score down.

    Notes
    -----
    s = Π y^(w / Σ w) over the indicators present. All values that count must be positive.

    **Missing values** give their weight to the values that are present; a region without any value
    has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 4.0], "b": [4.0, 4.0]}, index=["x", "y"])
    >>> Geometric().fit(values).apply(values).round(12).tolist()
    [2.0, 4.0]
    """

    about: ClassVar[About] = About(
        zh="加权几何平均",
        en="weighted geometric mean",
        says_zh="短板只能部分弥补。",
        says_en="A weakness is made up for only in part.",
        formula="s_{g} = (Π_{k} y_{k}^{w_{k}})^{1 / Σ_{k} w_{k}}",
    )
    compiled_form: ClassVar[CompiledForm] = CompiledForm("power", 0.0)
    score_unit: ClassVar[str] = MEANS

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> FittedPowerMean:
        """Keep the weights, and check that the values are positive.

        Raises
        ------
        DomainError
            When a value that counts is 0 or negative.
        DataError
            When there is no indicator to aggregate, or the weights do not fit.
        """
        return _fitted_power_mean(self, values, weights, 0.0)


@dataclass(frozen=True)
class Harmonic:
    """Weighted harmonic mean (调和平均): the weakest indicator rules.

    Choose it when imbalance should be punished more than the geometric mean does.

    Notes
    -----
    s = Σ w / Σ (w / y) over the indicators present. All values that count must be positive.

    **Missing values** give their weight to the values that are present; a region without any value
    has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 4.0], "b": [3.0, 4.0]}, index=["x", "y"])
    >>> Harmonic().fit(values).apply(values).tolist()
    [1.5, 4.0]
    """

    about: ClassVar[About] = About(
        zh="加权调和平均",
        en="weighted harmonic mean",
        says_zh="最弱指标起主导作用。",
        says_en="The weakest indicator rules.",
        formula="s_{g} = Σ_{k} w_{k} / Σ_{k} (w_{k} / y_{k})",
    )
    compiled_form: ClassVar[CompiledForm] = CompiledForm("power", -1.0)
    score_unit: ClassVar[str] = MEANS

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> FittedPowerMean:
        """Keep the weights, and check that the values are positive.

        Raises
        ------
        DomainError
            When a value that counts is 0 or negative.
        DataError
            When there is no indicator to aggregate, or the weights do not fit.
        """
        return _fitted_power_mean(self, values, weights, -1.0)


@dataclass(frozen=True)
class PowerMean:
    """Weighted power mean (幂平均): one number says how far a weakness can be made up for.

    Choose it to move between the arithmetic mean (1), the geometric (0), the harmonic (−1) and
    beyond.

    Parameters
    ----------
    exponent
        p. The smaller, the more the weakest indicator counts; above 1, strengths count more than
        weaknesses.

    Notes
    -----
    s = (Σ w·y^p / Σ w)^(1/p) over the indicators present. Values that count must be positive for p
    ≤ 0, and 0 or more for other p; only p = 1 takes any value.

    **Missing values** give their weight to the values that are present; a region without any value
    has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0], "b": [7.0]})
    >>> PowerMean(2).fit(values).apply(values).tolist()
    [5.0]
    """

    exponent: float = 0.5
    about: ClassVar[About] = About(
        zh="加权幂平均",
        en="weighted power mean",
        says_zh="以幂次 p 控制可弥补程度的加权平均。",
        says_en="The exponent p says how far a weakness can be made up for.",
        formula="s_{g} = (Σ_{k} w_{k} y_{k}^{p} / Σ_{k} w_{k})^{1/p}",
    )
    score_unit: ClassVar[str] = MEANS

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        formula = f"{self.about.formula},  p = {number_in_formula(self.exponent)}"
        if self.exponent == 0:
            formula = Geometric.about.formula
        return self.about.replaced(formula=formula)

    def __post_init__(self) -> None:
        if not (
            np.isfinite(self.exponent) and (self.exponent == 0 or 1e-3 <= abs(self.exponent) <= 100)
        ):
            raise SpecError(
                f"PowerMean(exponent={self.exponent}) needs 0, or a size between 0.001 and 100, "
                "such as 0.5."
            )

    @property
    def compiled_form(self) -> CompiledForm:
        """Rule and option of the compiled loop."""
        return CompiledForm("power", float(self.exponent))

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> FittedPowerMean:
        """Keep the weights, and check that the power can be taken of the values.

        Raises
        ------
        DomainError
            When a value that counts is outside the domain of the power.
        DataError
            When there is no indicator to aggregate, or the weights do not fit.
        """
        return _fitted_power_mean(self, values, weights, float(self.exponent))


@dataclass(frozen=True, eq=False)
class FittedPowerMean:
    """Weights by indicator, and the exponent: 0 geometric, −1 harmonic."""

    method: Geometric | Harmonic | PowerMean
    weights: pd.Series
    exponent: float

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return one score per region.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DomainError
            When a value that counts is outside the domain of the mean.
        """
        name = f"{type(self.method).__name__}()"
        numbers = same_columns(self.weights.index, values, name)
        _require_power_domain(numbers, self.weights, self.exponent, name)
        x, weights = numbers.to_numpy(), self.weights.to_numpy()
        scores = (
            weighted_mean(x, weights)
            if self.exponent == 1
            else weighted_power_mean(x, weights, self.exponent)
        )
        return pd.Series(scores, index=values.index, name="score")


def _fitted_power_mean(
    method: Geometric | Harmonic | PowerMean,
    values: pd.DataFrame,
    weights: pd.Series | None,
    exponent: float,
) -> FittedPowerMean:
    name = f"{type(method).__name__}()"
    numbers = calculable(values, name)
    aligned = aligned_weights(weights, numbers.columns, name)
    _require_power_domain(numbers, aligned, exponent, name)
    return FittedPowerMean(method, aligned, exponent)


def _require_power_domain(
    numbers: pd.DataFrame, weights: pd.Series, exponent: float, name: str
) -> None:
    if exponent == 1:
        return
    x, idle = numbers.to_numpy(), weights.to_numpy() == 0
    require_domain(
        numbers,
        idle | (x > 0 if exponent <= 0 else x >= 0),
        method=name,
        needs="positive values" if exponent <= 0 else "values that are not negative",
        way_out=(
            "Normalise to a positive range, for example MinMax(low=1, high=100), or use "
            "Arithmetic()."
        ),
    )


@dataclass(frozen=True)
class MazziottaPareto:
    """Mean with a penalty for imbalance (Mazziotta–Pareto 惩罚均值).

    Equal strengths beat a mixture of high and low.

    Choose it when compensation should cost something, yet zero or negative raw values must not
    break the index.

    Parameters
    ----------
    sign
        `"-"` lowers the score of unbalanced regions, for scores where more is better; `"+"` raises
        it, for an index of something bad such as poverty.
    levels
        `"each"`: at every level of the framework, as other means, so that imbalance between
        functions costs as well. `"all"`: over all indicators at once with their effective weights,
        as the papers have it; a sub-score is the method over the indicators of its group. In a
        tuple of aggregations the method stands at its own level, and `levels` plays no part.

    Notes
    -----
    s = M ± S²/M = M ± S·cv, with the weighted mean M and the weighted standard deviation S of a
    region's own values, cv = S/M. S is that of a population: it divides by Σ w, not by n − 1. The
    normaliser makes the index: after `ZScore(mean=100, deviation=10, spread="population")` it is
    that of 2011, which is relative to the regions of the fit; after `CentredGoalposts()`, 70 to 130
    around a reference of 100, it is the adjusted one of 2016, whose values compare over years. M
    must be above 0; single values need not be. With a penalty the score does not rise in every
    indicator everywhere: a lone improvement can cost more in balance than it brings.

    **Missing values** give their weight to the values that are present, with `levels="all"` within
    their group, level by level; a region without any value has no score.

    References
    ----------
    De Muro, Mazziotta and Pareto (2011), doi:10.1007/s11205-010-9727-z; the adjusted index:
    Mazziotta and Pareto (2016), doi:10.1007/s11205-015-0998-2.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [100.0, 90.0], "b": [100.0, 110.0]}, index=["even", "uneven"])
    >>> MazziottaPareto().fit(values).apply(values).tolist()
    [100.0, 99.0]
    """

    sign: str = "-"
    levels: str = "each"
    about: ClassVar[About] = About(
        zh="Mazziotta–Pareto 惩罚均值",
        en="mean with a penalty for imbalance",
        says_zh="均值减去（或加上）与失衡程度相应的惩罚项。",
        says_en="The mean, less (or plus) a penalty for imbalance.",
        formula="s_{g} = M ± S^{2} / M",
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        sign = "−" if self.sign == "-" else "+"
        mean = "M = Σ_{k} w_{k} y_{k} / Σ_{k} w_{k}"
        variance = "S^{2} = Σ_{k} w_{k} (y_{k} − M)^{2} / Σ_{k} w_{k}"
        said = self.about.replaced(formula=f"s_{{g}} = M {sign} S^{{2}} / M\n{mean},  {variance}")
        return said if self.levels == "each" else at_once(said)

    def __post_init__(self) -> None:
        require_choice("sign of MazziottaPareto(sign=…)", self.sign, ("-", "+"))
        require_levels(self.levels, "MazziottaPareto")

    @property
    def compiled_form(self) -> CompiledForm:
        """Rule and option of the compiled loop."""
        return CompiledForm("penalty", -1.0 if self.sign == "-" else 1.0)

    def fit(
        self,
        values: pd.DataFrame,
        *,
        weights: pd.Series | None = None,
        nested: Nesting | None = None,
    ) -> FittedMazziottaPareto:
        """Keep the weights, and check that the means are positive.

        Raises
        ------
        DomainError
            When the mean of a region is 0 or negative.
        DataError
            When there is no indicator to aggregate, or the weights do not fit.
        """
        numbers = calculable(values, "MazziottaPareto()")
        aligned = aligned_weights(weights, numbers.columns, "MazziottaPareto()")
        fitted = FittedMazziottaPareto(self, aligned, nested)
        fitted.apply(numbers)
        return fitted


@dataclass(frozen=True, eq=False)
class FittedMazziottaPareto:
    """Weights by indicator that `MazziottaPareto` was given."""

    method: MazziottaPareto
    weights: pd.Series
    nested: Nesting | None = None

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return one score per region.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DomainError
            When the mean of a region is 0 or negative.
        """
        numbers = same_columns(self.weights.index, values, "MazziottaPareto()")
        x = numbers.to_numpy()
        weights = weights_by_row(x, self.weights, self.nested)
        _require_positive_means(pd.Series(weighted_mean(x, weights), index=values.index))
        sign = -1.0 if self.method.sign == "-" else 1.0
        return pd.Series(penalised_mean(x, weights, sign), index=values.index, name="score")


def _require_positive_means(means: pd.Series) -> None:
    low = means[means <= 0]
    if low.empty:
        return
    least, most = float(low.min()), float(low.max())
    value = f"{least:.4g}" if least == most else f"between {least:.4g} and {most:.4g}"
    raise DomainError(
        "MazziottaPareto()",
        "regions whose mean is above 0, since it divides by it",
        "mean",
        value,
        list(low.index),
        "Normalise to a scale that stays above 0, such as MinMax(low=70, high=130), or use "
        "Arithmetic().",
    )
