"""Normalisers that move and stretch.

A straight line from the indicator's unit to the common scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import (
    LARGEST_VALUE,
    calculable,
    oriented,
    require_choice,
    require_every_column,
    require_varied,
    same_columns,
)
from hubtiers._method import About, both_directions, number_in_formula, scaled_both_ways
from hubtiers.errors import ConstantIndicatorError, DataError, SpecError, listing

__all__ = [
    "AsIs",
    "FittedLinear",
    "FittedMinMax",
    "MinMax",
    "RobustScale",
    "VectorNorm",
    "ZScore",
    "is_number",
    "require_range",
]


_SMALLEST_SPREAD = 1e-100


def is_number(value: object) -> bool:
    """Say whether a value is a number, of Python or of NumPy, and no truth value."""
    return isinstance(value, Real) and not isinstance(value, bool)


def require_range(method: Any) -> None:
    """Refuse a scale whose `low` does not lie below its `high`.

    Raises
    ------
    SpecError
    """
    low, high = method.low, method.high
    if not (is_number(low) and is_number(high) and -np.inf < low < high < np.inf):
        raise SpecError(
            f"{type(method).__name__}(low={low!r}, high={high!r}) needs a finite low below a "
            "finite high."
        )


def linear_scale(
    x: NDArray[np.float64],
    *,
    origin: NDArray[np.float64],
    spread: NDArray[np.float64],
    direction: NDArray[np.float64],
    start: float,
    span: float,
) -> NDArray[np.float64]:
    """Return start + span · direction · (x − origin) / spread, column by column; NaN stays NaN."""
    return start + span * ((x - origin) * direction / spread)


def known_range(
    x: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the lowest and highest value of each column of a bare array.

    None where a frame must be checked.

    That is where a column has fewer than two values, hardly varies, or has values too large to
    compute with.
    """
    known = ~np.isnan(x)
    if (known.sum(axis=0) < 2).any() or np.abs(x[known]).max() > LARGEST_VALUE:
        return None
    low, high = np.where(known, x, np.inf).min(axis=0), np.where(known, x, -np.inf).max(axis=0)
    return (low, high) if ((high - low) > _SMALLEST_SPREAD).all() else None


@dataclass(frozen=True, eq=False)
class FittedLinear:
    """A straight line by indicator.

    `origin` gets `start`, and every `spread` beyond it adds `span`.

    Attributes
    ----------
    origin, spread
        Series by indicator, in the indicator's unit.
    direction
        +1 or −1 by indicator.
    start, span
        On the common scale.
    clip
        Whether results are cut off at `start` and `start + span`.
    """

    method: object
    origin: pd.Series
    spread: pd.Series
    direction: pd.Series
    start: float
    span: float
    clip: bool

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values on the fitted scale, higher is better.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DataError
            When a result is too large to compute with.
        """
        name = f"{type(self.method).__name__}()"
        numbers = same_columns(self.origin.index, values, name)
        with np.errstate(over="ignore"):
            scaled = linear_scale(
                numbers.to_numpy(),
                origin=self.origin.to_numpy(),
                spread=self.spread.to_numpy(),
                direction=self.direction.to_numpy(),
                start=self.start,
                span=self.span,
            )
        if self.clip:
            scaled = np.clip(scaled, self.start, self.start + self.span)
        return calculable(
            pd.DataFrame(scaled, index=numbers.index, columns=numbers.columns), name, rows=False
        )

    @property
    def parameters(self) -> dict[str, pd.Series]:
        """What the method's formula needs of each indicator, by the symbol that stands there."""
        learnt: Callable[[FittedLinear], dict[str, pd.Series]] | None
        learnt = getattr(self.method, "learnt", None)
        return {} if learnt is None else learnt(self)

    @property
    def ends(self) -> tuple[pd.Series, pd.Series]:
        """The values of each indicator between which the line runs, the lower one first."""
        low = self.origin.where(self.direction > 0, self.origin - self.spread)
        return low, low + self.spread

    def invert(self, normalised: pd.DataFrame) -> pd.DataFrame:
        """Return values of the common scale in the indicators' own units.

        What it takes to reach a normalised value.
        """
        share = (normalised - self.start) / self.span
        return self.origin + share * self.direction * self.spread


@dataclass(frozen=True, eq=False)
class FittedMinMax(FittedLinear):
    """Bounds and directions learnt by `MinMax`, each a Series by indicator."""

    lowest: pd.Series
    highest: pd.Series

    @property
    def parameters(self) -> dict[str, pd.Series]:
        """Lowest and highest value by indicator."""
        return {"min_{j}": self.lowest, "max_{j}": self.highest}


@dataclass(frozen=True)
class MinMax:
    """Min–max scaling (极差标准化): the worst region gets `low`, the best gets `high`.

    Choose it when scores should be easy to read and no single outlier rules an indicator; use
    `Goalposts` when the range itself must not depend on the regions at hand.

    Parameters
    ----------
    low, high
        The scale after normalisation, without unit.

    Notes
    -----
    With direction +1, y = low + (high − low)·(x − min) / (max − min); with direction −1, max − x
    replaces x − min. The formula is step 5 of the OECD/JRC Handbook on Constructing Composite
    Indicators (2008), “re-scaling”. Values of a later year outside the fitted range fall outside
    [low, high]; nothing is clipped. A constant indicator is refused.

    **Missing values** are ignored when the bounds are fitted and stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [1.0, 3.0, 5.0]}, index=["a", "b", "c"])
    >>> MinMax().fit(values).apply(values)["patents"].tolist()
    [0.0, 0.5, 1.0]
    >>> MinMax().fit(values, direction=pd.Series({"patents": -1})).apply(values)["patents"].tolist()
    [1.0, 0.5, 0.0]
    """

    low: float = 0.0
    high: float = 1.0
    about: ClassVar[About] = About(
        zh="极差标准化",
        en="min–max scaling",
        says_zh="最差区域取下限，最好区域取上限；逆向指标反向计算。",
        says_en=(
            "The worst region gets the lower end, the best the upper one; where less is better the "
            "scale is reversed."
        ),
        formula="y_{ij} = low + (high − low) · (x_{ij} − min_{j}) / (max_{j} − min_{j})",
    )
    counts_regions: ClassVar[bool] = False

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        from_low = "(x_{ij} − min_{j}) / (max_{j} − min_{j})"
        from_high = "(max_{j} − x_{ij}) / (max_{j} − min_{j})"
        formula = scaled_both_ways(self.low, self.high, from_low, from_high)
        return self.about.replaced(formula=formula)

    def __post_init__(self) -> None:
        require_range(self)

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedMinMax:
        """Learn the bounds of each indicator.

        Parameters
        ----------
        values
            Regions × indicators, in the indicators' own units.
        direction
            +1 or −1 by indicator; +1 throughout when left out.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        ConstantIndicatorError
            When an indicator has the same value in every region.
        """
        numbers, sign = _ready(values, direction, "MinMax()")
        lowest, highest = numbers.min(), numbers.max()
        require_varied(numbers, "MinMax()")
        worst = lowest.where(sign > 0, highest)
        span = self.high - self.low
        return FittedMinMax(
            method=self,
            origin=worst,
            spread=highest - lowest,
            direction=sign,
            start=self.low,
            span=span,
            clip=False,
            lowest=lowest,
            highest=highest,
        )

    def array_form(
        self, x: NDArray[np.float64], direction: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Return what `fit` and `apply` give for a bare array.

        None where a frame must be checked.
        """
        ends = known_range(x)
        if ends is None:
            return None
        low, high = ends
        return linear_scale(
            x,
            origin=np.where(direction > 0, low, high),
            spread=high - low,
            direction=direction,
            start=self.low,
            span=self.high - self.low,
        )


@dataclass(frozen=True)
class ZScore:
    """Z-score (Z 值标准化): how many standard deviations a region lies above the mean.

    Choose it when indicators should vary equally, whatever their range; scores are not bounded. The
    penalised mean of Mazziotta and Pareto takes `ZScore(mean=100, deviation=10,
    spread="population")`.

    Parameters
    ----------
    mean, deviation
        Mean and standard deviation after normalisation, without unit.
    spread
        `"sample"`: s² = Σ(x − x̄)² / (n − 1). `"population"`: s² = Σ(x − x̄)² / n, where the regions
        are all there are.

    Notes
    -----
    y = mean + deviation · direction · (x − x̄) / s. A constant indicator is refused.

    **Missing values** are left out of mean and deviation, and stay missing.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [1.0, 3.0, 5.0]})
    >>> ZScore().fit(values).apply(values)["patents"].tolist()
    [-1.0, 0.0, 1.0]
    """

    mean: float = 0.0
    deviation: float = 1.0
    spread: str = "sample"
    keeps_ratios: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="Z 值标准化",
        en="z-scores",
        says_zh="以高于均值多少个标准差计量；逆向指标反号。",
        says_en=(
            "How many standard deviations a region lies above the mean; the sign turns where less "
            "is better."
        ),
        formula="y_{ij} = mean + deviation · (x_{ij} − x̄_{j}) / s_{j}",
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        mean, deviation = number_in_formula(self.mean), number_in_formula(self.deviation)
        lines = [
            f"y_{{ij}} = {mean} {sign} {deviation} · (x_{{ij}} − x̄_{{j}}) / s_{{j}}"
            for sign in "+−"
        ]
        divisor = "(n_{j} − 1)" if self.spread == "sample" else "n_{j}"
        spread = f"s_{{j}}^{{2}} = Σ_{{i}} (x_{{ij}} − x̄_{{j}})^{{2}} / {divisor}"
        return self.about.replaced(formula=f"{both_directions(*lines)}\n{spread}")

    def learnt(self, fitted: FittedLinear) -> dict[str, pd.Series]:
        """Return what the formula needs of each indicator."""
        return {"x̄_{j}": fitted.origin, "s_{j}": fitted.spread}

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and 0 < self.deviation < np.inf):
            raise SpecError(
                f"ZScore(mean={self.mean}, deviation={self.deviation}) needs a positive deviation."
            )
        require_choice("spread of ZScore(spread=…)", self.spread, ("sample", "population"))

    @property
    def _lost(self) -> int:
        """How many regions the divisor of the variance is short of."""
        return 1 if self.spread == "sample" else 0

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLinear:
        """Learn mean and standard deviation of each indicator.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        ConstantIndicatorError
            When an indicator has the same value in every region, or a single value.
        """
        numbers, sign = _ready(values, direction, "ZScore()")
        require_varied(numbers, "ZScore()")
        extent = numbers.max() - numbers.min()
        # Over the range, squares of very small values do not vanish.
        centre, spread = numbers.mean(), extent * (numbers / extent).std(ddof=self._lost)
        return FittedLinear(self, centre, spread, sign, self.mean, self.deviation, clip=False)

    def array_form(
        self, x: NDArray[np.float64], direction: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Return what `fit` and `apply` give for a bare array.

        None where a frame must be checked.
        """
        ends = known_range(x)
        if ends is None:
            return None
        extent = ends[1] - ends[0]
        known = ~np.isnan(x)
        count = known.sum(axis=0)
        mean = np.where(known, x, 0.0).sum(axis=0) / count
        # In parts of the range, so that squares neither vanish nor grow too large.
        away = np.where(known, (x - mean) / extent, 0.0)
        return linear_scale(
            x,
            origin=mean,
            spread=extent * np.sqrt((away**2).sum(axis=0) / (count - self._lost)),
            direction=direction,
            start=self.mean,
            span=self.deviation,
        )


@dataclass(frozen=True)
class RobustScale:
    """Median and interquartile range (稳健标准化) in place of mean and standard deviation.

    Choose it when a few extreme regions should not set the scale for all the others.

    Notes
    -----
    y = direction · (x − median) / (Q3 − Q1), the quartiles interpolated linearly between values. An
    indicator that is the same in half of the regions or more has no interquartile range and is
    refused.

    **Missing values** are left out of median and quartiles, and stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [1.0, 2.0, 3.0, 4.0, 100.0]})
    >>> RobustScale().fit(values).apply(values)["patents"].tolist()
    [-1.0, -0.5, 0.0, 0.5, 48.5]
    """

    keeps_ratios: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="稳健标准化",
        en="median and interquartile range",
        says_zh="以中位数和四分位距代替均值和标准差。",
        says_en="Median and interquartile range in place of mean and standard deviation.",
        formula=both_directions(
            "y_{ij} = (x_{ij} − median_{j}) / iqr_{j}",
            "y_{ij} = (median_{j} − x_{ij}) / iqr_{j}",
        ),
    )

    def learnt(self, fitted: FittedLinear) -> dict[str, pd.Series]:
        """Return what the formula needs of each indicator."""
        return {"median_{j}": fitted.origin, "iqr_{j}": fitted.spread}

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLinear:
        """Learn median and quartiles of each indicator.

        Raises
        ------
        DataError
            When an indicator has no value at all, or no interquartile range.
        ConstantIndicatorError
            When an indicator has the same value in every region.
        """
        numbers, sign = _ready(values, direction, "RobustScale()")
        require_varied(numbers, "RobustScale()")
        spread = numbers.quantile(0.75) - numbers.quantile(0.25)
        if flat := numbers.columns[~(spread > 0)].tolist():
            raise DataError(
                "RobustScale() needs quartiles that differ, but half of the regions or more share "
                f"one value of {listing(map(repr, flat))}. Use PercentileRank() or MinMax(), or "
                "drop the indicator."
            )
        return FittedLinear(self, numbers.median(), spread, sign, 0.0, 1.0, clip=False)


@dataclass(frozen=True)
class VectorNorm:
    """Vector normalisation (向量归一化): each indicator divided by its length over all regions.

    Choose it with `Topsis` to follow Hwang and Yoon. It keeps proportions and the zero, and does
    not bring indicators to one range.

    Notes
    -----
    y = direction · x / √Σx². A cost is negated, not subtracted from 1: the differences between
    regions, which is all that a distance uses, are the same both ways, and only the negation keeps
    x with direction +1 and −x with direction −1 equal. Costs are therefore at most 0 afterwards:
    take another normaliser for `Geometric` or `EntropyWeights`. A constant indicator is accepted;
    one that is 0 everywhere is refused.

    **Missing values** are left out of the length, and stay missing.

    References
    ----------
    Hwang and Yoon (1981), Multiple Attribute Decision Making, doi:10.1007/978-3-642-48318-9.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [3.0, 4.0]})
    >>> VectorNorm().fit(values).apply(values)["patents"].tolist()
    [0.6, 0.8]
    """

    about: ClassVar[About] = About(
        zh="向量归一化",
        en="vector normalisation",
        says_zh="除以该指标的向量长度；逆向指标反号。",
        says_en="Each indicator is divided by its length; the sign turns where less is better.",
        formula=both_directions("y_{ij} = x_{ij} / l_{j}", "y_{ij} = −x_{ij} / l_{j}")
        + "\nl_{j} = √(Σ_{i} x_{ij}^{2})",
    )

    def learnt(self, fitted: FittedLinear) -> dict[str, pd.Series]:
        """Return what the formula needs of each indicator."""
        return {"l_{j}": fitted.spread}

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLinear:
        """Learn the length of each indicator.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        ConstantIndicatorError
            When an indicator is 0 in every region.
        """
        numbers, sign = _ready(values, direction, "VectorNorm()")
        largest = numbers.abs().max()
        if zero := numbers.columns[largest == 0].tolist():
            raise ConstantIndicatorError(zero, "VectorNorm()")
        # Lengths of values near the smallest floating-point number would vanish when squared as
        # they are.
        length = largest * np.sqrt(((numbers / largest) ** 2).sum())
        return FittedLinear(self, length * 0.0, length, sign, 0.0, 1.0, clip=False)


@dataclass(frozen=True)
class AsIs:
    """Values as they stand (不作标准化): for indicators that are on one scale already.

    Choose it for sub-indices or scores that somebody has brought to one scale before, and that are
    to keep it.

    Notes
    -----
    y = x, with direction −1 y = −x. Indicators in different units are not refused: that they can be
    added up is for the user to know. A constant indicator is accepted.

    **Missing values** stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"goal_1": [64.0, 60.0], "goal_2": [74.0, 44.0]})
    >>> AsIs().fit(values).apply(values)["goal_2"].tolist()
    [74.0, 44.0]
    """

    about: ClassVar[About] = About(
        zh="不作标准化",
        en="values as they stand",
        says_zh="指标已在同一尺度上，直接使用；逆向指标反号。",
        says_en="Indicators are on one scale already; the sign turns where less is better.",
        formula=both_directions("y_{ij} = x_{ij}", "y_{ij} = −x_{ij}"),
    )
    counts_regions: ClassVar[bool] = False

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLinear:
        """Learn nothing but the direction.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        """
        numbers, sign = _ready(values, direction, "AsIs()")
        nothing = pd.Series(0.0, index=numbers.columns)
        return FittedLinear(self, nothing, nothing + 1.0, sign, 0.0, 1.0, clip=False)


def _ready(
    values: pd.DataFrame, direction: pd.Series | None, method: str
) -> tuple[pd.DataFrame, pd.Series]:
    numbers = calculable(values, method)
    require_every_column(numbers, method)
    return numbers, oriented(direction, numbers.columns, method)
