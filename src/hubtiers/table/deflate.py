"""Money of several years at the prices of one (不变价): by a price index that the user gives."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hubtiers.errors import DataError, MissingColumnError, SpecError, listing
from hubtiers.framework import Framework
from hubtiers.regions.layer_names import match_layer
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.records import read_list

__all__ = ["PriceIndex", "deflate_table", "is_money", "money_indicators"]

# The currency that a unit is counted in stands before what it is counted per: 元/人, yuan per head.
_PER = re.compile(r"/|每|\bper\b|\ba (?:head|person|year)\b")
_CURRENCY = re.compile(
    r"元|人民币|欧元|英镑|卢比|卢布|法郎|韩元|日元|[$€£¥￥₩₹]"
    r"|\b(?:yuan|rmb|cny|usd|eur|gbp|jpy|krw|inr|dollars?|euros?|pounds? sterling|yen|won)\b",
    flags=re.IGNORECASE,
)
_FORMS = ("fixed", "previous-year")
_BASE = 100.0


def is_money(unit: str) -> bool:
    """Say whether a unit is a currency (货币单位), by its words.

    The rule: what stands before "per", "/" or 每 names a currency, such as 亿元, 元/人, 10,000 yuan
    or US$. A ratio of money to money is a per cent and no money.

    Examples
    --------
    >>> [is_money(unit) for unit in ("亿元", "元/人", "100 million yuan", "US$")]
    [True, True, True, True]
    >>> [is_money(unit) for unit in ("件/亿元", "%", "papers", "个", "单元", "")]
    [False, False, False, False, False, False]
    """
    counted = _PER.split(unit, maxsplit=1)[0].replace("单元", "")
    return bool(_CURRENCY.search(counted))


def money_indicators(framework: Framework) -> list[str]:
    """Return the codes of the indicators whose unit, in either language, is a currency."""
    return [
        node.code
        for node in framework.indicators
        if is_money(node.unit) or is_money(getattr(node, "unit_en", "") or "")
    ]


@dataclass(frozen=True, repr=False, eq=False)
class PriceIndex:
    """A price index: what money of other years is worth at the prices of the base year.

    Parameters
    ----------
    prices
        A Series by year; or a frame by region (index) and year (columns), for prices that differ
        between regions.
    base
        The year whose prices are used. Left out, the only year whose index is 100.
    form
        `"fixed"`: all years against one, such as 2015 = 100; `"previous-year"` (上年=100): each
        year against the one before, to be linked.
    indicators
        Codes of the indicators and denominators that are money. Left out, the indicators whose
        unit is a currency, by the rule of `is_money`.
    source
        Where the index is from, for tables and report.

    Raises
    ------
    SpecError, DataError
        When an index is no positive number, a year stands twice or is missing where years are
        linked, or the base year is not among them.

    Notes
    -----
    **Missing values.** A value that is missing stays so; a value whose year or region the index
    does not have is an error, not a value at other prices.

    Examples
    --------
    >>> prices = PriceIndex(pd.Series({2020: 100.0, 2021: 105.0, 2022: 110.0}))
    >>> prices.base, float(prices.factors([2022]).loc[2022].round(4))
    (2020, 0.9091)
    >>> linked = PriceIndex(pd.Series({2021: 105.0, 2022: 110.0}), base=2020, form="previous-year")
    >>> float(linked.factors([2022]).loc[2022].round(4))
    0.8658
    """

    prices: pd.Series | pd.DataFrame
    base: int | None = None
    form: str = "fixed"
    indicators: tuple[str, ...] | str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.form not in _FORMS:
            raise SpecError(f"form={self.form!r} is none of {listing(map(repr, _FORMS))}.")
        object.__setattr__(self, "prices", _by_year(self.prices))
        if self.form == "previous-year":
            object.__setattr__(self, "prices", self._linked())
        base = self._found_base() if self.base is None else self.base
        if base not in self._years:
            raise SpecError(
                f"base={base!r} is no year of the price index, which has "
                f"{listing(self._years, most=20)}. Name one of these."
            )
        object.__setattr__(self, "base", base)

    @classmethod
    def read(
        cls,
        path: str | Path,
        *,
        base: int | None = None,
        form: str = "fixed",
        indicators: Iterable[str] | None = None,
    ) -> PriceIndex:
        """Read an index from a list with the columns `year` and `index`, and perhaps `region`.

        Raises
        ------
        MissingColumnError
            When a column is not there.
        DataError
            When a cell is no number, or a year stands twice.
        """
        frame, name = read_list(path, ["year", "index"], ["region"])
        for column in ("year", "index"):
            numbers = pd.to_numeric(frame[column], errors="coerce")
            if numbers.isna().any():
                odd = frame.loc[numbers.isna(), column].map(repr)
                raise DataError(f"{name}: {listing(odd)} in the column {column!r} is no number.")
            frame[column] = numbers
        cell = [column for column in ("region", "year") if column in frame]
        if (twice := frame.duplicated(cell)).any():
            raise DataError(
                f"{name} has more than one index for "
                f"{listing(map(_told, frame.loc[twice, cell].to_dict('records')))}. Keep one."
            )
        indexed = frame.set_index(cell)["index"]
        return cls(
            indexed.unstack("year") if "region" in frame else indexed,  # noqa: PD010 — no averages
            base=base,
            form=form,
            indicators=None if indicators is None else tuple(indicators),
            source=name,
        )

    def factors(self, years: Iterable[int]) -> pd.Series | pd.DataFrame:
        """Return what money of each year is multiplied by; by region where prices differ.

        Raises
        ------
        DataError
            When the index lacks a year.
        """
        wanted = sorted({int(year) for year in years})
        if absent := [year for year in wanted if year not in self._years]:
            raise DataError(
                f"The price index has no value for {listing(absent)}; it has "
                f"{listing(self._years, most=20)}. Add the year, or leave it out of the panel."
            )
        prices = self.prices
        if isinstance(prices, pd.Series):
            by_year: pd.Series = prices.loc[self.base_year] / prices.loc[wanted]
            return by_year
        return prices[wanted].rdiv(prices[self.base_year], axis=0)

    def applies_to(self, framework: Framework) -> list[str]:
        """Return the codes that are deflated.

        Raises
        ------
        SpecError
            When a code that was named is none of the framework, or none is money.
        """
        if self.indicators is None:
            found = money_indicators(framework)
            if not found:
                raise SpecError(
                    "No indicator has a currency as its unit, so that there is nothing to deflate. "
                    "State the units in the framework, or name the indicators with indicators=(…)."
                )
            return found
        known = [*framework.codes, *framework.denominators]
        named = [self.indicators] if isinstance(self.indicators, str) else list(self.indicators)
        if absent := [code for code in named if code not in known]:
            raise MissingColumnError(absent, "The framework", known)
        return named

    @property
    def base_year(self) -> int:
        """The year whose prices are used."""
        assert self.base is not None
        return self.base

    @property
    def _years(self) -> list[int]:
        axis = self.prices.index if isinstance(self.prices, pd.Series) else self.prices.columns
        return [int(year) for year in axis]

    def _found_base(self) -> int:
        """Return the only year whose index is 100."""
        at_base = np.isclose(self.prices.to_numpy(), _BASE, rtol=1e-12)
        is_base = at_base if isinstance(self.prices, pd.Series) else at_base.all(axis=0)
        years = [year for year, found in zip(self._years, is_base, strict=True) if found]
        if len(years) != 1:
            what = f"{listing(years)} have" if years else "no year has"
            raise SpecError(
                f"The base year of the price index is not clear: {what} the index 100. Name it: "
                "base=…."
            )
        return years[0]

    def _linked(self) -> pd.Series | pd.DataFrame:
        """Return an index of each year against the one before as one against the first."""
        years = self._years
        if absent := sorted(set(range(years[0], years[-1] + 1)) - set(years)):
            raise DataError(
                f"The price index links each year to the one before, but {listing(absent)} is "
                "missing. Add it."
            )
        steps = self.prices / _BASE
        first = years[0] - 1
        if isinstance(steps, pd.Series):
            by_year: pd.Series = pd.concat([pd.Series({first: _BASE}), _BASE * steps.cumprod()])
            return by_year
        linked = _BASE * steps.cumprod(axis=1)
        linked.insert(0, first, _BASE)
        return linked

    def __repr__(self) -> str:
        years, where = self._years, ""
        if isinstance(self.prices, pd.DataFrame):
            where = f", {len(self.prices)} regions"
        source = f", {self.source}" if self.source else ""
        return f"<PriceIndex: {years[0]} to {years[-1]}{where}, base {self.base}{source}>"

    def _repr_html_(self) -> str:
        frame = self.prices.to_frame("index") if isinstance(self.prices, pd.Series) else self.prices
        return f"<p>{escape(repr(self)[1:-1])}</p>{frame.to_html(escape=True)}"


def _told(row: Mapping[Any, object]) -> str:
    return " ".join(str(cell) for cell in row.values())


def _by_year(prices: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Return an index as numbers, years ascending."""
    if not isinstance(prices, pd.Series | pd.DataFrame):
        raise SpecError(
            f"The price index is a {type(prices).__name__}. Give a Series by year, or a frame of "
            "regions × years."
        )
    axis = prices.index if isinstance(prices, pd.Series) else prices.columns
    try:
        years = pd.Index([int(year) for year in axis], name="year")
        numbers = prices.astype("float64")
    except (TypeError, ValueError):
        raise DataError(
            "The price index needs whole years and numbers, but holds something else."
        ) from None
    if years.has_duplicates:
        twice = listing(years[years.duplicated()])
        raise DataError(f"The price index has {twice} more than once. Keep one value a year.")
    if not len(years) or not (numbers.to_numpy() > 0).all():
        raise DataError(
            "The price index needs a positive number for every year, such as 100, and has gaps or "
            "other numbers."
        )
    if isinstance(numbers, pd.Series):
        by_year: pd.Series = numbers.set_axis(years).sort_index()
        return by_year
    numbers = pd.DataFrame(numbers)
    numbers.index = numbers.index.astype(str)
    by_region: pd.DataFrame = numbers.set_axis(years, axis=1).sort_index(axis=1)
    return by_region


def deflate_table(
    table: IndicatorTable, prices: PriceIndex, *, year: int | None = None
) -> IndicatorTable:
    """Return a table whose money is at the prices of the base year of an index.

    Parameters
    ----------
    table
        Values at the prices of their own year.
    prices
        The index.
    year
        The year of values that state none.

    Raises
    ------
    DataError
        When a value states no year, or the index lacks its year or its region.
    SpecError
        When nothing is money.
    """
    values = table.values.copy()
    for code in prices.applies_to(table.framework):
        if code in values:
            values[code] = values[code] * _factors_of(table, code, prices, year)
    return dataclasses.replace(table, values=values)


def _factors_of(
    table: IndicatorTable, code: str, prices: PriceIndex, year: int | None
) -> pd.Series:
    """Return the factor of every region that has a value of an indicator."""
    known = table.values.index[table.values[code].notna()]
    # The year of a denominator is not kept: it is that of the table.
    years = table.year[code] if code in table.year else pd.Series(pd.NA, table.values.index)
    stated = years[known].fillna(year) if year is not None else years[known]
    if stated.isna().any():
        raise DataError(
            f"{code!r} has values without a year, so that no price index fits them. Give year=…."
        )
    factors = prices.factors(stated)
    if isinstance(factors, pd.Series):
        return stated.map(factors)
    # A price index by region may call the regions by name, as other tables do.
    names = [str(name) for name in factors.index]
    found = match_layer(names, table.regions, source=table.source)["region_id"]
    factors = factors.set_axis([r or n for r, n in zip(found, names, strict=True)], axis=0)
    if absent := [region for region in known if region not in factors.index]:
        raise DataError(
            f"The price index has no row for {listing(map(table.label, absent))}. It needs one for "
            "every region with a value, by its id or name."
        )
    cells = zip(known, stated, strict=True)
    return pd.Series([factors.loc[region, one] for region, one in cells], index=known)
