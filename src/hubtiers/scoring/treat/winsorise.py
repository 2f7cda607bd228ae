"""Pull in extremes one at a time, and take the logarithm where that is not enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, require_choice, require_domain, same_columns
from hubtiers._method import About
from hubtiers.errors import SpecError
from hubtiers.scoring.treat.untouched import touched_values

__all__ = ["FittedWinsorise", "Winsorise", "kurtosis", "skewness"]

_FEWEST = 4
"""Kurtosis is not defined for fewer values."""

_LOG_SHIFT = 0.01
"""Share of the range that keeps the smallest value above 0 under the logarithm."""


def skewness(x: NDArray[np.float64]) -> float:
    """Return the sample skewness G1 = √(n(n−1)) / (n−2) · m3 / m2^1.5 of at least 3 values.

    NaN when they are equal.
    """
    n, moment = len(x), _moments(x)
    return (
        float(np.sqrt(n * (n - 1)) / (n - 2) * moment[1] / moment[0] ** 1.5)
        if n > 2 and moment[0] > 0
        else np.nan
    )


def kurtosis(x: NDArray[np.float64]) -> float:
    """Return the sample excess kurtosis G2 of at least 4 values; NaN when they are equal.

    G2 = (n − 1) / ((n − 2)(n − 3)) · ((n + 1)(m4 / m2² − 3) + 6)
    """
    n, moment = len(x), _moments(x)
    if n < _FEWEST or not moment[0] > 0:
        return np.nan
    return float((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (moment[2] / moment[0] ** 2 - 3) + 6))


def _moments(x: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the second, third and fourth central moment of x over its range.

    Scale does not matter, overflow would.
    """
    if len(x) == 0 or not np.ptp(x) > 0:
        return 0.0, 0.0, 0.0
    centred = (x - x.mean()) / np.ptp(x)
    return float((centred**2).mean()), float((centred**3).mean()), float((centred**4).mean())


def pull_in_extremes(
    x: NDArray[np.float64], *, points: int, skew_limit: float, kurtosis_limit: float
) -> tuple[float, float, bool]:
    """Return the lower and the upper cap of x that pass the gate, and whether they do.

    While the gate |G1| < limit or G2 < limit is closed, all values equal to the largest (or the
    smallest, when the skew is negative) are set to the next one. It ends when at least `points`
    values are touched.
    """
    x = x.copy()
    high: NDArray[np.bool_] = np.zeros(len(x), dtype=bool)
    low = high.copy()
    while not (passed := _gate(x, skew_limit, kurtosis_limit)) and high.sum() + low.sum() < points:
        if skewness(x) >= 0:
            high = x == x.max()
            x[high] = x[~high].max()
        else:
            low = x == x.min()
            x[low] = x[~low].min()
    return float(x.min()), float(x.max()), passed


def _gate(x: NDArray[np.float64], skew_limit: float, kurtosis_limit: float) -> bool:
    if len(x) < _FEWEST or not np.ptp(x) > 0:
        return True
    return abs(skewness(x)) < skew_limit or kurtosis(x) < kurtosis_limit


@dataclass(frozen=True)
class Winsorise:
    """Winsorise outliers (缩尾处理), and take the logarithm where that is not enough.

    Choose it when a few extreme regions would squeeze all others together under min–max scaling.

    Parameters
    ----------
    points
        Most values to pull in, per indicator. A tie at the end is pulled in together, which may
        exceed it.
    skew_limit, kurtosis_limit
        An indicator passes when its skewness is smaller in size than the first, **or** its excess
        kurtosis smaller than the second.
    fallback
        What becomes of an indicator that does not pass after `points` values: `"log"` reverts it
        and takes ln(x − min + 0.01·range); `"keep"` keeps what was pulled in.

    Notes
    -----
    Sample skewness G1 and excess kurtosis G2 (type 2 of the R package e1071). One extreme at a time
    is set to the next value, on the side to which the indicator is skewed. The rule is that of
    COINr, with the same defaults. Later years are capped at, or transformed with, what was fitted.
    Constant indicators and those with fewer than four values pass.

    **Missing values** are left out and stay missing.

    References
    ----------
    Becker et al. (2022), COINr, doi:10.21105/joss.04567.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 100.0]})
    >>> fitted = Winsorise().fit(values)
    >>> float(fitted.apply(values)["a"].max())
    9.0
    >>> fitted.report(values)[["before", "after", "action"]].values.tolist()
    [[100.0, 9.0, 'winsorised']]
    """

    points: int = 5
    skew_limit: float = 2.0
    kurtosis_limit: float = 3.5
    fallback: str = "log"
    about: ClassVar[About] = About(
        zh="缩尾处理",
        en="winsorising",
        says_zh="偏度和峰度同时超限的指标逐个把极端值改为次极端值；仍不足时取对数。",
        says_en=(
            "Where skewness and kurtosis are too large, extremes are set to the next value, or the "
            "fallback is used."
        ),
        formula=(
            "x′_{ij} = min(max(x_{ij}, lower_{j}), upper_{j})\n"
            f"x′_{{ij}} = ln(x_{{ij}} − min_{{j}} + {_LOG_SHIFT:g} · (max_{{j}} − min_{{j}}))"
        ),
    )

    def __post_init__(self) -> None:
        if isinstance(self.points, bool) or not isinstance(self.points, int) or self.points < 0:
            raise SpecError(
                f"Winsorise(points={self.points!r}) needs a whole number of 0 or more, such as 5."
            )
        if not self.skew_limit > 0 or np.isnan(self.kurtosis_limit):
            raise SpecError(
                f"Winsorise(skew_limit={self.skew_limit}, kurtosis_limit={self.kurtosis_limit}) "
                "needs a positive limit of skewness, such as 2, and a limit of kurtosis, such as "
                "3.5."
            )
        require_choice("fallback of Winsorise(fallback=…)", self.fallback, ("log", "keep"))

    @property
    def score_unit(self) -> Any:
        """Unit of the scores: that of the values, unless the fallback may take the logarithm."""
        return "values" if self.fallback == "keep" else self

    def fit(self, values: pd.DataFrame) -> FittedWinsorise:
        """Find the caps of each indicator, or that it needs the logarithm.

        Raises
        ------
        DataError
            When there is no region or indicator.
        """
        numbers = calculable(values, "Winsorise()")
        rows = {
            code: self._column(np.sort(numbers[code].dropna().to_numpy()))
            for code in numbers.columns
        }
        details = pd.DataFrame.from_dict(rows, orient="index", columns=["action", "lower", "upper"])
        return FittedWinsorise(self, details.reindex(numbers.columns), numbers.min(), numbers.max())

    def _column(self, x: NDArray[np.float64]) -> tuple[str, float, float]:
        if _gate(x, self.skew_limit, self.kurtosis_limit):
            return "none", -np.inf, np.inf
        lower, upper, passed = pull_in_extremes(
            x, points=self.points, skew_limit=self.skew_limit, kurtosis_limit=self.kurtosis_limit
        )
        return ("winsorised" if passed or self.fallback == "keep" else "log"), lower, upper


@dataclass(frozen=True, eq=False)
class FittedWinsorise:
    """What becomes of each indicator.

    Attributes
    ----------
    details
        One row per indicator: `action` (none, winsorised, log) and the caps `lower` and `upper`.
    lowest, highest
        Range of each indicator in the fit, which the logarithm uses.
    """

    method: Winsorise
    details: pd.DataFrame
    lowest: pd.Series
    highest: pd.Series

    @property
    def parameters(self) -> dict[str, pd.Series]:
        """Caps of what is capped, and the range of what is logged; missing for the rest."""
        capped, logged = (self.details["action"] == name for name in ("winsorised", "log"))
        return {
            "lower_{j}": self.details["lower"].where(capped),
            "upper_{j}": self.details["upper"].where(capped),
            "min_{j}": self.lowest.where(logged),
            "max_{j}": self.highest.where(logged),
        }

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values capped or transformed as fitted.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DomainError
            When a value of a later year lies too far below the fitted range for the logarithm.
        """
        numbers = same_columns(self.details.index, values, "Winsorise()")
        treated = {}
        for code, action, lower, upper in self.details.itertuples():
            column = numbers[code]
            if action == "log":
                column = self._logarithm(numbers[[code]])[code]
            treated[code] = column.clip(lower, upper) if action == "winsorised" else column
        return pd.DataFrame(treated, index=numbers.index)

    @property
    def log_shift(self) -> pd.Series:
        """What the logarithm adds to the distance from the lowest value, by indicator."""
        return _LOG_SHIFT * (self.highest - self.lowest)

    def _logarithm(self, column: pd.DataFrame) -> pd.DataFrame:
        shifted = column - self.lowest[column.columns] + self.log_shift[column.columns]
        require_domain(
            column,
            shifted.to_numpy() > 0,
            method="Winsorise()",
            needs="values that are not far below the fitted range",
            way_out="Fit on all years together, or use Winsorise(fallback='keep').",
        )
        return pd.DataFrame(np.log(shifted.to_numpy()), index=column.index, columns=column.columns)

    def report(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return one row per value that `apply` changes.

        Region, indicator, before, after, action.
        """
        return touched_values(
            values,
            self.apply(values),
            {str(code): action for code, action in self.details["action"].items()},
        )
