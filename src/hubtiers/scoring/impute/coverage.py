"""How much of a region is known, and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable
from hubtiers._method import About
from hubtiers.errors import DataError, SpecError

__all__ = ["RequireCoverage", "blank_below", "indicator_coverage", "require_share"]


def indicator_coverage(values: pd.DataFrame) -> pd.Series:
    """Return the share of indicators that each region has a value for (0 to 1)."""
    return values.notna().mean(axis=1).rename("coverage")


def blank_below(values: pd.DataFrame, share: float, *, judged_by: pd.DataFrame) -> pd.DataFrame:
    """Return the values with every region blanked that has less than a share of them."""
    return values.where(indicator_coverage(judged_by) >= share, axis=0)


def require_share(share: float, method: str) -> None:
    """Refuse a share that is not between 0 and 1.

    Raises
    ------
    SpecError
    """
    if not 0 <= share <= 1:
        raise SpecError(f"{method}(share={share}) needs a share between 0 and 1, such as 0.5.")


@dataclass(frozen=True)
class RequireCoverage:
    """Score only regions with enough values (覆盖率门槛); fill nothing.

    Choose it whenever gaps are few, or when an invented value would be worse than none. It is the
    default, and strict: `share=1` scores complete regions only.

    Parameters
    ----------
    share
        Least share of the indicators, between 0 (exclusive) and 1, that a region must have.

    Notes
    -----
    **Missing values.** A region below the threshold has no score and is shown as “no data”. A
    region above it keeps its gaps; the aggregation spreads the weight of a gap over the values that
    are present.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, None]}, index=["x", "y"])
    >>> RequireCoverage(0.7).fit(values).apply(values)
         a    b
    x  1.0  3.0
    y  NaN  NaN
    """

    share: float = 1.0
    about: ClassVar[About] = About(
        zh="覆盖率门槛",
        en="coverage threshold",
        says_zh="不填补缺失值；指标覆盖率低于门槛的区域不计分，标为“无数据”。",
        says_en=(
            "Nothing is filled; a region with less than the required share of values has no score "
            "and shows as no data."
        ),
    )
    counts_regions: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise SpecError(
                f"RequireCoverage(share={self.share}) needs a share above 0 and at most 1, such as "
                "0.7."
            )

    def fit(self, values: pd.DataFrame) -> RequireCoverage:
        """Check that some region passes; nothing is learnt from the data.

        Raises
        ------
        DataError
            When no region reaches the threshold.
        """
        calculable(values, "RequireCoverage()", rows=False)
        if values.empty or not (indicator_coverage(values) >= self.share).any():
            best = 0.0 if values.empty else indicator_coverage(values).max()
            raise DataError(
                f"No region has values for {self.share:.0%} of the {values.shape[1]} indicators; "
                f"the best has {best:.0%}. Lower RequireCoverage(share=…), or drop indicators that "
                "are mostly missing."
            )
        return self

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values with every region below the threshold blanked (rows stay)."""
        return blank_below(values, self.share, judged_by=values)

    def mark(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return False for every cell: nothing is filled."""
        return pd.DataFrame(
            np.zeros(values.shape, dtype=bool), index=values.index, columns=values.columns
        )

    def array_form(
        self, x: NDArray[np.float64], direction: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return a bare array with every row below the threshold blanked, as `apply` does."""
        del direction
        enough = (~np.isnan(x)).mean(axis=1) >= self.share
        return np.where(enough[:, None], x, np.nan)
