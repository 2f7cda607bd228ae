"""Normalisers that measure against something named: goalposts, or a reference."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from hubtiers._checks import (
    calculable,
    named_pairs,
    oriented,
    require_choice,
    require_every_column,
    require_varied,
)
from hubtiers._method import About, both_directions, number_in_formula, scaled_both_ways
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError, listing
from hubtiers.scoring.normalise.linear import FittedLinear, is_number, require_range

__all__ = ["CentredGoalposts", "DistanceToReference", "Goalposts"]


@dataclass(frozen=True)
class Goalposts:
    """Goalposts (目标值标准化).

    Each indicator between two bounds that you set, whatever the regions at hand.

    Choose it when scores must stay comparable between years and samples, or when a policy target
    exists. The Human Development Index and the Technology Achievement Index are made so.

    Parameters
    ----------
    bounds
        (lower, upper) by indicator, in its unit; a mapping, kept as a tuple of (indicator, lower,
        upper). Indicators that a table does not have are passed over.
    clip
        Whether values beyond a bound count as the bound.
    low, high
        The scale after normalisation, without unit.

    Notes
    -----
    y = low + (high − low)·(x − lower) / (upper − lower) with direction +1; with direction −1, upper
    − x replaces x − lower. Nothing is learnt from the data, so that constant indicators and single
    regions are accepted.

    **Missing values** stay missing.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), doi:10.1111/j.1467-985X.2005.00350.x.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [0.0, 497.0, 1200.0]})
    >>> Goalposts({"patents": (0, 994)}).fit(values).apply(values)["patents"].tolist()
    [0.0, 0.5, 1.0]
    """

    bounds: Mapping[str, tuple[float, float]] | tuple[tuple[str, float, float], ...]
    clip: bool = True
    low: float = 0.0
    high: float = 1.0
    about: ClassVar[About] = About(
        zh="目标值标准化",
        en="goalposts",
        says_zh="每个指标在预先给定的上下限之间线性换算。",
        says_en="Each indicator lies between two bounds set in advance.",
        formula="y_{ij} = low + (high − low) · (x_{ij} − a_{j}) / (b_{j} − a_{j})",
    )
    counts_regions: ClassVar[bool] = False

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        from_low, from_high = (
            "(x_{ij} − a_{j}) / (b_{j} − a_{j})",
            "(b_{j} − x_{ij}) / (b_{j} − a_{j})",
        )
        formula = scaled_both_ways(self.low, self.high, from_low, from_high)
        beyond_zh, beyond_en = "可超出该范围", "lie beyond the scale"
        if self.clip:
            beyond_zh, beyond_en = "按该界限计", "count as the bound"
        return self.about.replaced(
            says_zh=f"每个指标在预先给定的上下限 a、b 之间线性换算；超出界限的值{beyond_zh}。",
            says_en=(
                "Each indicator lies between two bounds a and b set in advance; values outside "
                f"them {beyond_en}."
            ),
            formula=formula,
        )

    def learnt(self, fitted: FittedLinear) -> dict[str, pd.Series]:
        """Return what the formula needs of each indicator."""
        lower, upper = fitted.ends
        return {"a_{j}": lower, "b_{j}": upper}

    def __post_init__(self) -> None:
        require_range(self)
        object.__setattr__(self, "bounds", _as_bounds(self.bounds))

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLinear:
        """Attach the bounds to the indicators.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        MissingColumnError
            When an indicator has no bounds.
        """
        numbers = calculable(values, "Goalposts()")
        require_every_column(numbers, "Goalposts()")
        posts = {code: (lower, upper) for code, lower, upper in _as_bounds(self.bounds)}
        if absent := [code for code in numbers.columns if code not in posts]:
            raise MissingColumnError(absent, "Goalposts(bounds=…)", posts)
        sign = oriented(direction, numbers.columns, "Goalposts()")
        lower = pd.Series({code: posts[code][0] for code in numbers.columns})
        upper = pd.Series({code: posts[code][1] for code in numbers.columns})
        worst = lower.where(sign > 0, upper)
        return FittedLinear(
            self, worst, upper - lower, sign, self.low, self.high - self.low, clip=self.clip
        )


def _as_bounds(bounds: Any) -> tuple[tuple[str, float, float], ...]:
    if not isinstance(bounds, Mapping):
        with suppress(TypeError, IndexError):  # `named_pairs` says what is expected
            bounds = [(entry[0], tuple(entry[1:])) for entry in bounds]
    rows = []
    for code, pair in named_pairs(bounds, "Goalposts(bounds=…)"):
        try:
            lower, upper = (float(bound) for bound in pair)
        except (TypeError, ValueError):
            raise SpecError(
                f"Goalposts() needs two numbers for {code!r}, such as (0, 100), but got {pair!r}."
            ) from None
        if not (np.isfinite(lower) and np.isfinite(upper) and lower < upper):
            raise SpecError(
                f"Goalposts() needs a finite lower bound below the upper one, but {code!r} has "
                f"{pair!r}."
            )
        rows.append((code, lower, upper))
    return tuple(rows)


@dataclass(frozen=True)
class CentredGoalposts:
    """Goalposts centred on a reference (以参照值为中心的目标值标准化).

    The reference gets the middle of the scale, and the whole range of an indicator its length.

    Choose it with `MazziottaPareto` for the adjusted index, whose values compare over years: fit
    once, on the years together (`Scheme.fit_panel`) or on the first, and score the others.

    Parameters
    ----------
    reference
        The value by indicator that gets the middle of the scale, in the indicator's unit; a
        mapping, kept as a tuple of pairs. Left out, the mean of the regions of the fit.
    low, high
        The goalposts after normalisation, without unit.

    Notes
    -----
    With Δ = (max − min) / 2 over the fit, the goalposts are r − Δ and r + Δ: y = low + (high −
    low)·(x − r + Δ) / 2Δ with direction +1, mirrored around r with direction −1. Values beyond a
    goalpost fall outside [low, high]; nothing is clipped. A constant indicator is refused.

    **Missing values** are left out of mean and range, and stay missing.

    References
    ----------
    Mazziotta and Pareto (2016), doi:10.1007/s11205-015-0998-2.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [0.0, 1.0, 5.0]})
    >>> CentredGoalposts().fit(values).apply(values)["patents"].tolist()
    [76.0, 88.0, 136.0]
    >>> CentredGoalposts({"patents": 1}).fit(values).apply(values)["patents"].tolist()
    [88.0, 100.0, 148.0]
    """

    reference: Mapping[str, float] | tuple[tuple[str, float], ...] | None = None
    low: float = 70.0
    high: float = 130.0
    keeps_ratios: ClassVar[bool] = False
    about: ClassVar[About] = About(
        zh="以参照值为中心的目标值标准化",
        en="goalposts centred on a reference",
        says_zh="参照值取区间中点，指标的全距对应区间全长；逆向指标反向计算。",
        says_en=(
            "The reference gets the middle of the scale and the whole range its length; where less "
            "is better the scale is reversed."
        ),
        formula="y_{ij} = (low + high) / 2 ± (high − low) · (x_{ij} − r_{j}) / range_{j}",
    )

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        middle = number_in_formula((self.low + self.high) / 2)
        length = number_in_formula(self.high - self.low)
        lines = [
            f"y_{{ij}} = {middle} {sign} {length} · (x_{{ij}} − r_{{j}}) / range_{{j}}"
            for sign in "+−"
        ]
        return self.about.replaced(formula=both_directions(*lines))

    def learnt(self, fitted: FittedLinear) -> dict[str, pd.Series]:
        """Return what the formula needs of each indicator."""
        return {"r_{j}": fitted.origin, "range_{j}": fitted.spread}

    def __post_init__(self) -> None:
        require_range(self)
        if self.reference is None:
            return
        pairs = named_pairs(self.reference, "CentredGoalposts(reference=…)")
        for code, value in pairs:
            if not is_number(value) or not np.isfinite(value):
                raise SpecError(
                    f"CentredGoalposts() needs a finite number as the reference of {code!r}, but "
                    f"got {value!r}."
                )
        object.__setattr__(self, "reference", tuple((code, float(value)) for code, value in pairs))

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLinear:
        """Learn the range of each indicator and, where no reference is given, its mean.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        ConstantIndicatorError
            When an indicator has the same value in every region.
        MissingColumnError
            When references are given, but not for an indicator.
        """
        numbers = calculable(values, "CentredGoalposts()")
        require_every_column(numbers, "CentredGoalposts()")
        require_varied(numbers, "CentredGoalposts()")
        sign = oriented(direction, numbers.columns, "CentredGoalposts()")
        middle = (self.low + self.high) / 2
        extent = numbers.max() - numbers.min()
        return FittedLinear(
            self, self._centre(numbers), extent, sign, middle, self.high - self.low, clip=False
        )

    def _centre(self, numbers: pd.DataFrame) -> pd.Series:
        if self.reference is None:
            return numbers.mean()
        given = dict(named_pairs(self.reference, "CentredGoalposts(reference=…)"))
        if absent := [code for code in numbers.columns if code not in given]:
            raise MissingColumnError(absent, "CentredGoalposts(reference=…)", given)
        return pd.Series({code: given[code] for code in numbers.columns})


@dataclass(frozen=True)
class DistanceToReference:
    """Distance to a reference (与标杆的距离).

    How far a region is above or below a leader, a mean or a named region.

    Choose it when readers ask “how far from the best”, or from a region that all know.

    Parameters
    ----------
    reference
        `"best"` (the largest value, or the smallest of a cost), `"mean"` or `"median"`.
    region
        Id of a region to measure against instead; then `reference` is not used.

    Notes
    -----
    y = 1 + direction · (x − r) / `|r|`: the reference gets 1, and 0.9 means ten per cent worse than
    it. For a benefit and r > 0 this is x / r. A constant indicator is accepted and gets 1. A
    reference of 0 is refused: nothing can be measured in shares of it.

    **Missing values** are left out of mean and median, and stay missing.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [50.0, 80.0, 100.0]}, index=["a", "b", "c"])
    >>> DistanceToReference().fit(values).apply(values)["patents"].tolist()
    [0.5, 0.8, 1.0]
    """

    reference: str = "best"
    region: str | None = None
    about: ClassVar[About] = About(
        zh="与标杆的距离",
        en="distance to a reference",
        says_zh="以相对标杆值的差距计量，标杆为 1。",
        says_en="How far a region is above or below the reference, which gets 1.",
        formula=both_directions(
            "y_{ij} = 1 + (x_{ij} − r_{j}) / |r_{j}|", "y_{ij} = 1 − (x_{ij} − r_{j}) / |r_{j}|"
        ),
    )

    def learnt(self, fitted: FittedLinear) -> dict[str, pd.Series]:
        """Return what the formula needs of each indicator."""
        return {"r_{j}": fitted.origin}

    def __post_init__(self) -> None:
        known = ("best", "mean", "median")
        require_choice("reference of DistanceToReference(reference=…)", self.reference, known)

    @property
    def counts_regions(self) -> bool:
        """Whether the reference is a mean or a median of all regions."""
        return self.region is None and self.reference != "best"

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedLinear:
        """Look up the reference value of each indicator.

        Raises
        ------
        DataError
            When an indicator has no value at all, or its reference is 0 or missing.
        UnknownOptionError
            When the reference region is not in the table.
        """
        numbers = calculable(values, "DistanceToReference()")
        require_every_column(numbers, "DistanceToReference()")
        sign = oriented(direction, numbers.columns, "DistanceToReference()")
        level = self._level(numbers, sign)
        if absent := level.index[level.isna()].tolist():
            raise DataError(
                f"DistanceToReference(region={self.region!r}) has no value for {listing(absent)}."
            )
        if zero := level.index[level == 0].tolist():
            raise DataError(
                f"DistanceToReference() measures in shares of the reference, but the reference of "
                f"{listing(map(repr, zero))} is 0. Choose another reference, or use MinMax()."
            )
        return FittedLinear(self, level, level.abs(), sign, 1.0, 1.0, clip=False)

    def _level(self, numbers: pd.DataFrame, sign: pd.Series) -> pd.Series:
        if self.region is not None:
            if self.region not in numbers.index:
                raise UnknownOptionError(
                    "region in DistanceToReference(region=…)", self.region, map(str, numbers.index)
                )
            return pd.Series(numbers.loc[self.region])
        if self.reference == "best":
            return numbers.max().where(sign > 0, numbers.min())
        return numbers.mean() if self.reference == "mean" else numbers.median()
