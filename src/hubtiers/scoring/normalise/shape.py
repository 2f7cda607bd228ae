"""Normalisers that bend the distribution: ranks and logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import (
    calculable,
    oriented,
    require_domain,
    require_every_column,
    require_varied,
    same_columns,
)
from hubtiers._method import About, number_in_formula, scaled_both_ways
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.scoring.normalise.linear import FittedLinear, require_range

__all__ = ["FittedLogMinMax", "FittedPercentileRank", "LogMinMax", "PercentileRank"]


_TIES = ("mean", "lowest", "turned")


def rank_position(
    x: NDArray[np.float64], field: NDArray[np.float64], *, ties: str = "mean"
) -> NDArray[np.float64]:
    """Return the share of a sorted field of values that each x is above; NaN stays NaN.

    Ties count half, or with ``ties="lowest"`` not at all, or with ``ties="highest"`` wholly.

    A member of the field is not compared with itself, so that the lowest gets 0 and the highest 1.
    Values from outside come to lie half-way between their neighbours, and beyond the ends at 0 or
    1. A field of one value gives 0.5.
    """
    below = np.searchsorted(field, x, side="left")
    equal = np.searchsorted(field, x, side="right") - below
    others = len(field) - 1
    share = {"mean": 0.5, "lowest": 0.0, "highest": 1.0}[ties]
    tied = np.where(equal > 0, share * (equal - 1), -0.5)
    position = (below + tied) / others if others else np.where(equal > 0, 0.5, np.sign(below))
    return np.where(np.isnan(x), np.nan, np.clip(position, 0.0, 1.0))


@dataclass(frozen=True)
class PercentileRank:
    """Percentile rank (百分位排名): the share of the other regions that a region is ahead of.

    Choose it when only the order of the regions can be trusted, or when outliers should have no say
    at all.

    Parameters
    ----------
    ties
        ``"mean"``: tied regions share the mean of their ranks; ``"lowest"``: they share the lowest,
        as Excel's PERCENTRANK.INC and many published indices have it; ``"turned"``: likewise, but
        where less is better the values are ranked as they stand and the rank is turned over, so
        that the tied share the highest, as in the Social Vulnerability Index.

    Notes
    -----
    y = (r − 1) / (n − 1), r the rank from the worst up, n the number of values. A region of a later
    year stands half-way between the fitted values around it. A constant indicator is accepted and
    gets 0.5.

    **Missing values** have no rank and stay missing; n counts the values present.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5, “ranking”.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [7.0, 1.0, 7.0, 900.0, 2.0]})
    >>> PercentileRank().fit(values).apply(values)["patents"].tolist()
    [0.625, 0.0, 0.625, 1.0, 0.25]
    >>> PercentileRank(ties="lowest").fit(values).apply(values)["patents"].tolist()
    [0.5, 0.0, 0.5, 1.0, 0.25]
    >>> less = pd.Series({"patents": -1})
    >>> ranks = PercentileRank(ties="turned").fit(values, direction=less)
    >>> ranks.apply(values)["patents"].tolist()
    [0.5, 1.0, 0.5, 0.0, 0.75]
    """

    ties: str = "mean"
    keeps_ratios: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="百分位排名",
        en="percentile rank",
        says_zh="取值为所超过的其他区域的比例；同值区域取相同位次。",
        says_en="The share of the other regions that a region is ahead of; ties share one rank.",
        formula="y_{ij} = (r_{ij} − 1) / (n_{j} − 1)",
    )
    score_unit: ClassVar[str] = "share of the other regions"

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        ties_zh, ties_en = "平均位次", "the mean of their ranks"
        if self.ties == "lowest":
            ties_zh, ties_en = "最低位次", "the lowest of their ranks"
        elif self.ties == "turned":
            ties_zh = "最低位次（逆向指标取最高位次）"
            ties_en = "the lowest of their ranks, or the highest where less is better"
        return self.about.replaced(
            says_zh=f"r 为由差到好的位次；同值区域取{ties_zh}。",
            says_en=f"r is the rank from the worst up; regions with one value share {ties_en}.",
        )

    def __post_init__(self) -> None:
        if self.ties not in _TIES:
            raise UnknownOptionError("choice for PercentileRank(ties=…):", str(self.ties), _TIES)

    def fit(
        self, values: pd.DataFrame, *, direction: pd.Series | None = None
    ) -> FittedPercentileRank:
        """Keep the sorted values of each indicator.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        """
        numbers = calculable(values, "PercentileRank()")
        require_every_column(numbers, "PercentileRank()")
        sign = oriented(direction, numbers.columns, "PercentileRank()")
        x = numbers.to_numpy() * sign.to_numpy()
        fields = tuple(np.sort(column[~np.isnan(column)]) for column in x.T)
        return FittedPercentileRank(self, fields, sign)


@dataclass(frozen=True, eq=False)
class FittedPercentileRank:
    """Sorted values of the fit, times direction, one array by indicator."""

    method: PercentileRank
    fields: tuple[NDArray[np.float64], ...]
    direction: pd.Series

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the position of each value in the fitted field, 0 to 1, higher is better.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.direction.index, values, "PercentileRank()")
        x = numbers.to_numpy() * self.direction.to_numpy()
        ranked = []
        for column, field, sign in zip(x.T, self.fields, self.direction, strict=True):
            ties = self.method.ties
            if ties == "turned":
                ties = "lowest" if sign > 0 else "highest"
            ranked.append(rank_position(column, field, ties=ties))
        return pd.DataFrame(np.column_stack(ranked), index=numbers.index, columns=numbers.columns)


def signed_log(x: NDArray[np.float64], offset: float) -> NDArray[np.float64]:
    """Return the logarithm of the size of x, with the sign of x.

    An odd function, increasing where it is defined.

    With an offset of 0 it is ln x for x > 0 and −ln(−x) for x < 0; with an offset c > 0 it is
    sgn(x)·ln(1 + |x|/c).
    """
    if offset > 0:
        return np.asarray(np.sign(x) * np.log1p(np.abs(x) / offset))
    return np.asarray(np.sign(x) * np.log(np.where(x == 0, 1.0, np.abs(x))))


@dataclass(frozen=True)
class LogMinMax:
    """Min–max scaling of logarithms (对数极差标准化): ratios count, not differences.

    Choose it for sizes that span orders of magnitude, where twice as many patents should mean the
    same to a small region as to a large one.

    Parameters
    ----------
    low, high
        The scale after normalisation, without unit.
    offset
        Constant added to the size of every value before the logarithm, in the indicator's unit. 0
        takes the plain logarithm and refuses zeros; 1 is usual for counts.

    Notes
    -----
    y = low + (high − low)·(ln x − ln min) / (ln max − ln min) with direction +1, mirrored with
    direction −1. Negative values are taken as −ln(−x), so that turning the sign of an indicator and
    its direction changes nothing; with offset 0 an indicator must not change sign. A constant
    indicator is refused.

    **Missing values** are ignored when the bounds are fitted and stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [1.0, 10.0, 100.0]})
    >>> LogMinMax().fit(values).apply(values)["patents"].tolist()
    [0.0, 0.5, 1.0]
    """

    low: float = 0.0
    high: float = 1.0
    offset: float = 0.0
    about: ClassVar[About] = About(
        zh="对数极差标准化",
        en="min–max scaling of logarithms",
        says_zh="取对数后作极差标准化，比较的是倍数。",
        says_en="Logarithms are scaled between worst and best, so that ratios count.",
        formula=(
            "y_{ij} = low + (high − low) · (L(x_{ij}) − lowest_{j}) / (highest_{j} − lowest_{j})"
        ),
    )
    counts_regions: ClassVar[bool] = False

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        from_low = "(L(x_{ij}) − lowest_{j}) / (highest_{j} − lowest_{j})"
        from_high = "(highest_{j} − L(x_{ij})) / (highest_{j} − lowest_{j})"
        formula = scaled_both_ways(self.low, self.high, from_low, from_high)
        logarithm = "L(x) = ln x;  x < 0: L(x) = −ln(−x)"
        if self.offset:
            offset = number_in_formula(self.offset)
            logarithm = f"L(x) = ln(1 + x / {offset});  x < 0: L(x) = −ln(1 − x / {offset})"
        return self.about.replaced(formula=f"{formula}\n{logarithm}")

    def __post_init__(self) -> None:
        require_range(self)
        if self.offset != 0 and not 1e-100 <= self.offset <= 1e100:
            raise SpecError(
                f"LogMinMax(offset={self.offset}) needs an offset of 0 or a positive number, such "
                "as 1."
            )

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLogMinMax:
        """Learn the bounds of each indicator's logarithm.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        DomainError
            When the offset is 0 and an indicator has a zero, or values of both signs.
        ConstantIndicatorError
            When an indicator has the same value in every region.
        """
        numbers = calculable(values, "LogMinMax()")
        require_every_column(numbers, "LogMinMax()")
        sign = oriented(direction, numbers.columns, "LogMinMax()")
        negative = (numbers < 0).any() & ~(numbers > 0).any()
        side = pd.Series(np.where(negative, -1.0, 1.0), index=numbers.columns)
        logs = _logarithms(numbers, side, self.offset)
        lowest, highest = logs.min(), logs.max()
        require_varied(numbers, "LogMinMax()", spread=highest - lowest)
        worst = lowest.where(sign > 0, highest)
        line = FittedLinear(
            self, worst, highest - lowest, sign, self.low, self.high - self.low, clip=False
        )
        return FittedLogMinMax(self, line, side)


@dataclass(frozen=True, eq=False)
class FittedLogMinMax:
    """Bounds of the logarithms (`line`), and the sign that values must have (`side`)."""

    method: LogMinMax
    line: FittedLinear
    side: pd.Series

    @property
    def parameters(self) -> dict[str, pd.Series]:
        """Lowest and highest logarithm by indicator."""
        lowest, highest = self.line.ends
        return {"lowest_{j}": lowest, "highest_{j}": highest}

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values on the fitted scale, higher is better.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DomainError
            When the offset is 0 and a value has another sign than those of the fit.
        """
        numbers = same_columns(self.side.index, values, "LogMinMax()")
        return self.line.apply(_logarithms(numbers, self.side, self.method.offset))

    def invert(self, normalised: pd.DataFrame) -> pd.DataFrame:
        """Return values of the common scale in the indicators' own units."""
        logs = self.line.invert(normalised)
        if self.method.offset > 0:
            return logs.map(np.sign) * (self.method.offset * logs.abs().map(np.expm1))
        return (logs * self.side).map(np.exp) * self.side


def _logarithms(numbers: pd.DataFrame, side: pd.Series, offset: float) -> pd.DataFrame:
    x = numbers.to_numpy()
    if offset == 0:
        require_domain(
            numbers,
            x * side.to_numpy() > 0,
            method="LogMinMax()",
            needs="values other than 0 that all have the same sign",
            way_out="Give an offset, for example LogMinMax(offset=1), or use PercentileRank().",
        )
    return pd.DataFrame(signed_log(x, offset), index=numbers.index, columns=numbers.columns)
