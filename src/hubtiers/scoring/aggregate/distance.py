"""Scores by distance from an ideal region: TOPSIS, VIKOR, grey relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import aligned_weights, calculable, same_columns
from hubtiers._method import About, CompiledForm, number_in_formula
from hubtiers.errors import DataError, SpecError
from hubtiers.scoring.aggregate.nesting import (
    Nesting,
    in_levels,
    require_levels,
    weighted_sum,
    weights_by_row,
)

__all__ = ["FittedGreyRelation", "FittedTopsis", "FittedVikor", "GreyRelation", "Topsis", "Vikor"]


def relative_closeness(
    x: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    ideal: NDArray[np.float64],
    anti: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return d⁻ / (d⁺ + d⁻), the Euclidean distances of weighted rows from the worst and the best.

    NaN left out. The weights are one set, or one for each row.
    """
    size = np.nanmax(
        ideal - anti
    )  # the ratio does not depend on it; squares of very small gaps would vanish
    to_ideal = np.sqrt(np.nansum((weights * ((x - ideal) / size)) ** 2, axis=1))
    to_anti = np.sqrt(np.nansum((weights * ((x - anti) / size)) ** 2, axis=1))
    total = to_ideal + to_anti
    return np.asarray(np.divide(to_anti, total, out=np.full(len(x), np.nan), where=total > 0))


@dataclass(frozen=True)
class Topsis:
    """TOPSIS (优劣解距离法): near to the best in everything, far from the worst in everything.

    Choose it when all-round distance matters more than a sum, and the field expects it.

    Parameters
    ----------
    levels
        `"all"`: the score comes from all indicators at once with their effective weights, as the
        literature has it; a sub-score is the method over the indicators of its group. `"each"`: at
        every level of the framework, the score from sub-scores. In a tuple of aggregations the
        method stands at its own level, and `levels` plays no part.

    Notes
    -----
    s = d⁻ / (d⁺ + d⁻), with d⁺ and d⁻ the Euclidean distances of w·y from the best and the worst
    value of each column among the fitted regions; 0 to 1. Direction was applied by the normaliser,
    so that the best is always the largest. The normaliser decides the answer: with `MinMax`, the
    default of a scheme, other scores come out than with `VectorNorm`, which Hwang and Yoon used.
    Entropy-weighted TOPSIS (熵权TOPSIS) is `Scheme(weight="entropy", aggregate="topsis")`, with
    either normaliser.
    Values of a later year beyond the fitted best or worst count as these. Constant columns have no
    effect; when all are constant the method is undefined and refuses.

    **Missing values** are left out of both distances; a region without any value has no score. With
    `levels="all"` a gap hands its weight on within its group, level by level, as under the means,
    so that functions keep their weight; a group in which all regions are the same has no sub-score.

    References
    ----------
    Hwang and Yoon (1981), doi:10.1007/978-3-642-48318-9; Opricovic and Tzeng (2004),
    doi:10.1016/S0377-2217(03)00020-1.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.0, 1.0, 1.0]}, index=["x", "y", "z"])
    >>> Topsis().fit(values).apply(values).round(3).tolist()
    [0.0, 0.691, 1.0]
    """

    levels: str = "all"
    about: ClassVar[About] = About(
        zh="TOPSIS 法",
        en="TOPSIS",
        says_zh="按与正、负理想解的距离计算贴近度；理想解由各项在计分区域中的最好值、最差值组成。",
        says_en=(
            "Closeness to the best and distance from the worst in everything; best and worst are "
            "those of each member among the regions that are scored."
        ),
        formula=(
            "s_{g} = d^{−} / (d^{+} + d^{−})\n"
            "d^{+} = √(Σ_{k} (w_{k} (y_{k} − best_{k}))^{2}),  "
            "d^{−} = √(Σ_{k} (w_{k} (y_{k} − worst_{k}))^{2})"
        ),
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        return in_levels(self.about, self.levels)

    compiled_form: ClassVar[CompiledForm] = CompiledForm("topsis")

    def __post_init__(self) -> None:
        require_levels(self.levels, "Topsis")

    def fit(
        self,
        values: pd.DataFrame,
        *,
        weights: pd.Series | None = None,
        nested: Nesting | None = None,
    ) -> FittedTopsis:
        """Find the best and the worst value of each column.

        Raises
        ------
        DataError
            When there is no indicator, the weights do not fit, or all regions are the same.
        """
        numbers = calculable(values, "Topsis()")
        aligned = aligned_weights(weights, numbers.columns, "Topsis()")
        ideal, anti = numbers.max(), numbers.min()
        _require_different(ideal - anti, aligned, "Topsis()")
        return FittedTopsis(self, aligned, ideal, anti, nested)


@dataclass(frozen=True, eq=False)
class FittedTopsis:
    """Weights, and the best and the worst value by indicator."""

    method: Topsis
    weights: pd.Series
    ideal: pd.Series
    anti: pd.Series
    nested: Nesting | None = None

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return the relative closeness of each region to the fitted ideal.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.weights.index, values, "Topsis()")
        ideal, anti = self.ideal.to_numpy(), self.anti.to_numpy()
        x = np.clip(numbers.to_numpy(), anti, ideal)
        weights = weights_by_row(x, self.weights, self.nested)
        scores = relative_closeness(x, weights, ideal=ideal, anti=anti)
        return pd.Series(scores, index=values.index, name="score")


def group_utility_and_regret(
    x: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    ideal: NDArray[np.float64],
    anti: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return VIKOR's S (weighted sum of gaps from the ideal) and R (largest of them) by row.

    The gap is (ideal − x) / (ideal − anti), 0 in constant columns. The weights, one set or one for
    each row, go from missing values to those present.
    """
    span = ideal - anti
    gap = np.divide(ideal - x, span, out=np.where(np.isnan(x), np.nan, 0.0), where=span > 0)
    counted = ~np.isnan(gap)
    share = np.where(counted, weights, 0.0)
    total = share.sum(axis=1, keepdims=True)
    share = np.divide(share, total, out=np.full_like(share, np.nan), where=total > 0)
    weighted = share * np.where(counted, gap, 0.0)
    return weighted.sum(axis=1), weighted.max(axis=1)


@dataclass(frozen=True)
class Vikor:
    """VIKOR (多准则妥协解排序法).

    A compromise between the good of most indicators and the least regret in any one.

    Choose it when one very bad indicator should not disappear in the sum.

    Parameters
    ----------
    majority
        v, the weight of the sum of gaps against the largest gap, 0 to 1.
    levels
        As in `Topsis`.

    Notes
    -----
    S = Σ w·gap, R = max w·gap, gap = (best − y) / (best − worst); Q = v·(S − S*) / (S⁻ − S*) + (1 −
    v)·(R − R*) / (R⁻ − R*), where * is the least and ⁻ the largest among the fitted regions.
    Published Q is the better the smaller; the score here is **1 − Q**, so that higher is better. A
    term whose largest and least are equal is 0. Constant columns have no effect; when all are
    constant the method refuses.

    **Missing values** give their weight to the values that are present, with `levels="all"` within
    their group, level by level, as under the means; a region without any value has no score, and a
    group in which all regions are the same no sub-score.

    References
    ----------
    Opricovic and Tzeng (2004), doi:10.1016/S0377-2217(03)00020-1, and (2007),
    doi:10.1016/j.ejor.2006.01.020.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.0, 1.0, 1.0]}, index=["x", "y", "z"])
    >>> Vikor().fit(values).apply(values).tolist()
    [0.0, 0.625, 1.0]
    """

    majority: float = 0.5
    levels: str = "all"
    about: ClassVar[About] = About(
        zh="VIKOR 法",
        en="VIKOR",
        says_zh=(
            "在群体效益 S 与最大个体遗憾 R 之间折中，得分取 1 − Q；"
            "* 与 − 为各计分区域中的最小值与最大值。"
        ),
        says_en=(
            "A compromise between the good of most indicators, S, and the least regret, R; the "
            "score is 1 − Q; * and − are the least and the largest of the regions that are scored."
        ),
        formula=(
            "s_{g} = 1 − Q,  Q = v (S − S^{*}) / (S^{−} − S^{*}) + (1 − v) (R − R^{*}) / (R^{−} − "
            "R^{*})\n"
            "S = Σ_{k} w_{k} gap_{k} / Σ_{k} w_{k},  R = max_{k} w_{k} gap_{k} / Σ_{k} w_{k},  "
            "gap_{k} = (best_{k} − y_{k}) / (best_{k} − worst_{k})"
        ),
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        said = self.about.replaced(
            formula=f"{self.about.formula},  v = {number_in_formula(self.majority)}"
        )
        return in_levels(said, self.levels)

    def __post_init__(self) -> None:
        if not 0 <= self.majority <= 1:
            raise SpecError(
                f"Vikor(majority={self.majority}) needs a weight of 0 to 1, such as 0.5."
            )
        require_levels(self.levels, "Vikor")

    @property
    def compiled_form(self) -> CompiledForm:
        """Rule and option of the compiled loop."""
        return CompiledForm("vikor", float(self.majority))

    def fit(
        self,
        values: pd.DataFrame,
        *,
        weights: pd.Series | None = None,
        nested: Nesting | None = None,
    ) -> FittedVikor:
        """Find best and worst of each column, and the range of S and R.

        Raises
        ------
        DataError
            When there is no indicator, the weights do not fit, or all regions are the same.
        """
        numbers = calculable(values, "Vikor()")
        aligned = aligned_weights(weights, numbers.columns, "Vikor()")
        ideal, anti = numbers.max(), numbers.min()
        _require_different(ideal - anti, aligned, "Vikor()")
        x = numbers.to_numpy()
        shared = weights_by_row(x, aligned, nested)
        both = group_utility_and_regret(x, shared, ideal=ideal.to_numpy(), anti=anti.to_numpy())
        utility, regret = (pd.Series(part) for part in both)
        ranges = (
            float(utility.min()),
            float(utility.max()),
            float(regret.min()),
            float(regret.max()),
        )
        return FittedVikor(self, aligned, ideal, anti, ranges, nested)


@dataclass(frozen=True, eq=False)
class FittedVikor:
    """Weights, best and worst by indicator, and `ranges`.

    Least and largest S, least and largest R.
    """

    method: Vikor
    weights: pd.Series
    ideal: pd.Series
    anti: pd.Series
    ranges: tuple[float, float, float, float]
    nested: Nesting | None = None

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return 1 − Q of each region.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.weights.index, values, "Vikor()")
        x = numbers.to_numpy()
        utility, regret = group_utility_and_regret(
            x,
            weights_by_row(x, self.weights, self.nested),
            ideal=self.ideal.to_numpy(),
            anti=self.anti.to_numpy(),
        )
        least_s, most_s, least_r, most_r = self.ranges
        by_sum = (utility - least_s) / (most_s - least_s) if most_s > least_s else utility * 0.0
        by_worst = (regret - least_r) / (most_r - least_r) if most_r > least_r else regret * 0.0
        majority = self.method.majority
        return pd.Series(
            1.0 - (majority * by_sum + (1.0 - majority) * by_worst),
            index=values.index,
            name="score",
        )


def grey_coefficients(
    gap: NDArray[np.float64], *, most: float, distinction: float
) -> NDArray[np.float64]:
    """Return Deng's grey relational coefficients ρΔmax / (Δ + ρΔmax).

    Δmin is 0, since some value is the best.
    """
    return distinction * most / (gap + distinction * most)


@dataclass(frozen=True)
class GreyRelation:
    """Grey relational degree (灰色关联度): how closely a region's profile follows the best one.

    Choose it for few regions and few data, where the field expects it.

    Parameters
    ----------
    distinction
        ρ (分辨系数), above 0 and at most 1; the smaller, the more large gaps are told apart from
        each other.
    levels
        As in `Topsis`.

    Notes
    -----
    The reference is the best value of each column among the fitted regions; Δ is how far a value
    falls short of it, Δmin and Δmax are taken over the whole table; Δmin is 0, since some region is
    the reference. ξ = (Δmin + ρΔmax) / (Δ + ρΔmax) and s = Σ w·ξ / Σ w. Values of a later year
    above the reference count as it. When all columns are constant the method refuses.

    **Missing values** give their weight to the values that are present, with `levels="all"` within
    their group, level by level, as under the means; a region without any value has no score, and a
    group in which all regions are the same no sub-score.

    References
    ----------
    Deng (1989), Introduction to grey system theory, Journal of Grey System 1(1), 1–24.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.0, 1.0, 1.0]}, index=["x", "y", "z"])
    >>> GreyRelation().fit(values).apply(values).round(3).tolist()
    [0.333, 0.75, 1.0]
    """

    distinction: float = 0.5
    levels: str = "all"
    about: ClassVar[About] = About(
        zh="灰色关联度",
        en="grey relational degree",
        says_zh="与最优参考序列的加权关联系数；Δ 为与各项最好值的差距，其中最大者记 max。",
        says_en=(
            "How closely a region follows the best profile; Δ is how far it falls short of the "
            "best of each member, and Δ max the largest of all."
        ),
        formula=(
            "s_{g} = Σ_{k} w_{k} ξ_{k} / Σ_{k} w_{k},  ξ_{k} = ρ Δ_{max} / (Δ_{k} + ρ Δ_{max}),  "
            "Δ_{k} = best_{k} − y_{k}"
        ),
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        said = self.about.replaced(
            formula=f"{self.about.formula},  ρ = {number_in_formula(self.distinction)}"
        )
        return in_levels(said, self.levels)

    def __post_init__(self) -> None:
        if not 0 < self.distinction <= 1:
            raise SpecError(
                f"GreyRelation(distinction={self.distinction}) needs a number above 0 and at most "
                "1."
            )
        require_levels(self.levels, "GreyRelation")

    @property
    def compiled_form(self) -> CompiledForm:
        """Rule and option of the compiled loop."""
        return CompiledForm("grey", float(self.distinction))

    def fit(
        self,
        values: pd.DataFrame,
        *,
        weights: pd.Series | None = None,
        nested: Nesting | None = None,
    ) -> FittedGreyRelation:
        """Find the reference of each column, and the largest gap of the table.

        Raises
        ------
        DataError
            When there is no indicator, the weights do not fit, or all regions are the same.
        """
        numbers = calculable(values, "GreyRelation()")
        aligned = aligned_weights(weights, numbers.columns, "GreyRelation()")
        reference = numbers.max()
        _require_different(reference - numbers.min(), aligned, "GreyRelation()")
        gaps = reference - numbers.loc[:, aligned > 0]
        return FittedGreyRelation(self, aligned, reference, float(gaps.max().max()), nested)


@dataclass(frozen=True, eq=False)
class FittedGreyRelation:
    """Weights, reference by indicator, and the largest gap."""

    method: GreyRelation
    weights: pd.Series
    reference: pd.Series
    most: float
    nested: Nesting | None = None

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return the grey relational degree of each region.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.weights.index, values, "GreyRelation()")
        gap = np.clip(self.reference.to_numpy() - numbers.to_numpy(), 0.0, None)
        close = grey_coefficients(gap, most=self.most, distinction=self.method.distinction)
        weights = weights_by_row(close, self.weights, self.nested)
        present = ~np.isnan(close)
        total = weighted_sum(present.astype(float), weights)
        scores = weighted_sum(np.where(present, close, 0.0), weights)
        scores = np.divide(scores, total, out=np.full(len(close), np.nan), where=total > 0)
        return pd.Series(scores, index=values.index, name="score")


def _require_different(span: pd.Series, weights: pd.Series, method: str) -> None:
    if not ((span > 0) & (weights > 0)).any():
        raise DataError(
            f"{method} compares regions with the best and the worst, but all regions are the same "
            "in every indicator that counts. Give at least two regions that differ, or use "
            "Arithmetic()."
        )
