"""How much of a region is known, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, require_choice
from hubtiers._method import About
from hubtiers.errors import DataError, SpecError, listing
from hubtiers.framework import Framework

__all__ = [
    "FittedCoverage",
    "RequireCoverage",
    "blank_below",
    "indicator_coverage",
    "require_share",
]


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


_LEVELS: Mapping[str, int] = {"function": 1, "sub-group": 2}
"""Levels of a framework by their names, as steps below the score."""

_EVERY_GROUP = "group"


@dataclass(frozen=True)
class RequireCoverage:
    """Score only regions with enough values (覆盖率门槛); fill nothing.

    Choose it whenever gaps are few, or when an invented value would be worse than none. It is the
    default, and strict: `share=1` scores complete regions only.

    Parameters
    ----------
    share
        Least share of the indicators, between 0 (exclusive) and 1, that a region must have.
    per
        Where the share must be reached: `"framework"`, among all indicators together;
        `"function"`, within every group right below the score; `"sub-group"`, within every group
        one step further down; `"group"`, within every group of any level. An indicator that stands
        in no such group counts with its like. Choose `"function"` where a function has few
        indicators: a score may otherwise hang on a single one of them, because the weight of the
        others falls on it (see `gap_effects`).

    Notes
    -----
    **Missing values.** A region below the threshold has no score and is shown as “no data”. A
    region above it keeps its gaps; the aggregation spreads the weight of a gap over the values that
    are present in the same group.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, None]}, index=["x", "y"])
    >>> RequireCoverage(0.7).fit(values).apply(values)
         a    b
    x  1.0  3.0
    y  NaN  NaN
    """

    share: float = 1.0
    per: str = "framework"
    about: ClassVar[About] = About(
        zh="覆盖率门槛",
        en="coverage threshold",
        says_zh=(
            "不填补缺失值；指标覆盖率（全部指标，或 per 所指各组之内）低于门槛的区域不计分，"
            "标为“无数据”。"
        ),
        says_en=(
            "Nothing is filled; a region with less than the required share of values (of all, or "
            "within each group that `per` names) has no score and shows as no data."
        ),
    )
    counts_regions: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise SpecError(
                f"RequireCoverage(share={self.share}) needs a share above 0 and at most 1, such as "
                "0.7."
            )
        require_choice(
            "level for RequireCoverage(per=…)", self.per, ("framework", *_LEVELS, _EVERY_GROUP)
        )

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedCoverage:
        """Check that some region passes; nothing is learnt from the data.

        Raises
        ------
        DataError
            When no region reaches the threshold.
        SpecError
            When the framework has no group at the level of `per`.
        """
        calculable(values, "RequireCoverage()", rows=False)
        groups = _groups(self, values.columns, framework)
        fitted = FittedCoverage(self, tuple(tuple(codes) for codes in groups.values()))
        least = fitted.least_coverage(values)
        if values.empty or not (least >= self.share).any():
            best = 0.0 if values.empty else least.max()
            where = "" if self.per == "framework" else f" within every {self.per}"
            raise DataError(
                f"No region has values for {self.share:.0%} of the {values.shape[1]} indicators"
                f"{where}; the best has {best:.0%}. Lower RequireCoverage(share=…), or drop "
                "indicators that are mostly missing."
            )
        return fitted

    def array_form(
        self,
        x: NDArray[np.float64],
        direction: NDArray[np.float64],
        framework: Framework | None = None,
    ) -> NDArray[np.float64]:
        """Return a bare array with every row below the threshold blanked, as `apply` does."""
        del direction
        known, enough = ~np.isnan(x), np.ones(len(x), dtype=bool)
        codes = list(map(str, range(x.shape[1]))) if framework is None else framework.codes
        place = {code: number for number, code in enumerate(codes)}
        for members in _groups(self, codes, framework).values():
            own = known[:, [place[code] for code in members]]
            enough &= own.mean(axis=1) >= self.share
        return np.where(enough[:, None], x, np.nan)


@dataclass(frozen=True)
class FittedCoverage:
    """A coverage threshold, and the groups of indicators within which it must be reached.

    Attributes
    ----------
    method
        The step.
    groups
        Codes of the indicators of each group.
    """

    method: RequireCoverage
    groups: tuple[tuple[str, ...], ...]

    def least_coverage(self, values: pd.DataFrame) -> pd.Series:
        """Return by region the share of values in the group where it has fewest."""
        shares = [indicator_coverage(values[list(codes)]) for codes in self.groups]
        return pd.concat(shares, axis=1).min(axis=1).rename("coverage")

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values with every region below the threshold blanked (rows stay)."""
        return values.where(self.least_coverage(values) >= self.method.share, axis=0)

    def mark(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return False for every cell: nothing is filled."""
        return pd.DataFrame(
            np.zeros(values.shape, dtype=bool), index=values.index, columns=values.columns
        )


def _groups(
    method: RequireCoverage, columns: Iterable[str], framework: Framework | None
) -> dict[str, list[str]]:
    """Return the indicators of each group within which a share is asked for."""
    if method.per == "framework":
        return {"": list(columns)}
    if framework is None:
        raise SpecError(
            f"RequireCoverage(per={method.per!r}) needs the framework that groups the indicators."
        )
    found: dict[str, list[str]] = {}
    for code in columns:
        for group in _groups_of(method.per, framework.ancestors(code)):
            found.setdefault(group, []).append(code)
    if set(found) <= {""}:
        known = [name for name, depth in _LEVELS.items() if depth in _depths(framework)]
        raise SpecError(
            f"RequireCoverage(per={method.per!r}) finds no such group in the framework, which has "
            f"{listing(known) or 'no groups'}. Write per='framework', or give the indicators a "
            "parent."
        )
    return found


def _groups_of(per: str, above: list[str]) -> list[str]:
    """Return the groups among the ancestors of an indicator that count; "" for none of them."""
    # The ancestors stand nearest first, and end with the score.
    if per == _EVERY_GROUP:
        return above[:-1] or [""]
    from_the_score = above[-2::-1]
    level = _LEVELS[per]
    return [from_the_score[level - 1] if len(from_the_score) >= level else ""]


def _depths(framework: Framework) -> set[int]:
    return {framework.depth(group.code) for group in framework.groups}
