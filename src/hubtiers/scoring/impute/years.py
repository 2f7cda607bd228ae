"""Fill gaps from other years of the same region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, same_columns
from hubtiers._method import About
from hubtiers.errors import DataError, SpecError, listing
from hubtiers.scoring.impute.coverage import blank_below, require_share

__all__ = ["FittedYears", "LatestYear", "LinearInTime", "takes_years"]

_PANEL: dict[str, Any] = {"data": True}
"""Values of other years are data, and no option that a study file could hold."""


def latest_before(
    x: NDArray[np.float64], years: NDArray[np.float64], year: float, *, age: float
) -> NDArray[np.float64]:
    """Return the last value of each row (regions × years) in the `age` years up to a year.

    NaN when there is none.
    """
    wanted = (years <= year) & (years >= year - age)
    history = x[:, wanted][:, ::-1]
    if history.shape[1] == 0:
        return np.full(len(x), np.nan)
    return np.asarray(history[np.arange(len(x)), (~np.isnan(history)).argmax(axis=1)])


def between_years(
    x: NDArray[np.float64], years: NDArray[np.float64], year: float
) -> NDArray[np.float64]:
    """Return each row's value on the straight line between the nearest known years around a year.

    NaN at the ends.
    """
    filled = np.full(len(x), np.nan)
    for row, known in enumerate(~np.isnan(x)):
        if known.any() and years[known].min() <= year <= years[known].max():
            filled[row] = np.interp(year, years[known], x[row, known])
    return filled


@dataclass(frozen=True)
class LatestYear:
    """Fill gaps with the region's latest earlier value (最近年份填补).

    Choose it for structures that change slowly, such as the number of universities.

    Parameters
    ----------
    most_age
        Oldest value accepted, in years before the year to be filled; None accepts any.
    share
        Least share of the indicators, 0 to 1, that a region must have **after** filling.
    panel
        The values of several years, by region and year, for a table that stands alone; where
        several tables are fitted together, these are looked at and nothing need be given.

    Notes
    -----
    **Missing values** become the last value known up to the year of the table, and are marked.
    Later years are not looked at. What has no earlier value stays missing; a region with less than
    `share` is then blanked.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["x", "y"], [2021, 2022]], names=["region_id", "year"])
    >>> panel = pd.DataFrame({"a": [1.0, None, 3.0, 4.0]}, index=index)
    >>> values = panel.xs(2022, level="year")
    >>> LatestYear().fit(values, panel=panel, year=2022).apply(values)["a"].tolist()
    [1.0, 4.0]
    """

    most_age: int | None = None
    share: float = 1.0
    panel: pd.DataFrame | None = field(default=None, repr=False, compare=False, metadata=_PANEL)
    about: ClassVar[About] = About(
        zh="最近年份填补",
        en="latest earlier year",
        says_zh="缺失值以该区域最近的较早年份之值填补并标记。",
        says_en="Gaps become the region's latest earlier value, and are marked.",
    )
    counts_regions: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require_share(self.share, "LatestYear")
        if self.most_age is not None and not 0 < self.most_age < np.inf:
            raise SpecError(
                f"LatestYear(most_age={self.most_age}) needs a positive number of years, or None."
            )

    def fit(
        self, values: pd.DataFrame, *, panel: pd.DataFrame | None = None, year: int | None = None
    ) -> FittedYears:
        """Keep the values of all years.

        Parameters
        ----------
        values
            Regions × indicators of the year at hand.
        panel
            The indicators of several years, with an index of region and year; that of the method
            itself comes first.
        year
            The year of `values`; it may also be given to `apply`.

        Raises
        ------
        DataError
            When there is no panel, or it has no such index, other columns, or a row twice.
        """
        return FittedYears(self, _as_panel(values, _first(self.panel, panel), "LatestYear()"), year)

    def fill(
        self, x: NDArray[np.float64], years: NDArray[np.float64], year: float
    ) -> NDArray[np.float64]:
        """Return what gaps of a year are filled with, from regions × years of one indicator."""
        return latest_before(x, years, year, age=self._age)

    def origins(self, x: NDArray[np.float64], years: NDArray[np.float64], year: float) -> list[str]:
        """Return the year that each filling is from; empty where there is none."""
        known = np.where(np.isnan(x), np.nan, years)
        return [_as_year(one) for one in latest_before(known, years, year, age=self._age)]

    @property
    def _age(self) -> float:
        return np.inf if self.most_age is None else float(self.most_age)


@dataclass(frozen=True)
class LinearInTime:
    """Fill gaps on the straight line between the years around them (线性插值填补).

    Choose it for series with a gap in the middle. Ends are not extended.

    Parameters
    ----------
    share
        Least share of the indicators, 0 to 1, that a region must have **after** filling.
    panel
        The values of several years, by region and year, for a table that stands alone; where
        several tables are fitted together, these are looked at and nothing need be given.

    Notes
    -----
    **Missing values** between two known years are interpolated and marked. What has no earlier or
    no later value stays missing; a region with less than `share` is then blanked.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["x"], [2020, 2021, 2024]], names=["region_id", "year"])
    >>> panel = pd.DataFrame({"a": [1.0, None, 5.0]}, index=index)
    >>> values = panel.xs(2021, level="year")
    >>> LinearInTime().fit(values, panel=panel, year=2021).apply(values)["a"].tolist()
    [2.0]
    """

    share: float = 1.0
    panel: pd.DataFrame | None = field(default=None, repr=False, compare=False, metadata=_PANEL)
    about: ClassVar[About] = About(
        zh="线性插值填补",
        en="interpolation in time",
        says_zh="前后年份均有值的缺失值按直线插值并标记。",
        says_en=(
            "Gaps between two known years are interpolated on a straight line, and are marked."
        ),
    )
    counts_regions: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require_share(self.share, "LinearInTime")

    def fit(
        self, values: pd.DataFrame, *, panel: pd.DataFrame | None = None, year: int | None = None
    ) -> FittedYears:
        """Keep the values of all years; parameters and errors as in `LatestYear.fit`."""
        return FittedYears(
            self, _as_panel(values, _first(self.panel, panel), "LinearInTime()"), year
        )

    def fill(
        self, x: NDArray[np.float64], years: NDArray[np.float64], year: float
    ) -> NDArray[np.float64]:
        """Return what gaps of a year are filled with, from regions × years of one indicator."""
        return between_years(x, years, year)

    def origins(self, x: NDArray[np.float64], years: NDArray[np.float64], year: float) -> list[str]:
        """Return the two years that each filling lies between; empty where there are none."""
        known = np.where(np.isnan(x), np.nan, years)
        before = latest_before(known, years, year, age=np.inf)
        # The nearest later year is the latest one where time runs backwards.
        after = -latest_before(-known[:, ::-1], -years[::-1], -year, age=np.inf)
        ends = zip(map(_as_year, before), map(_as_year, after), strict=True)
        return [f"{first}–{last}" if first and last else "" for first, last in ends]


@dataclass(frozen=True, eq=False)
class FittedYears:
    """The values of all years, by region and year, and the year of the table that was fitted."""

    method: LatestYear | LinearInTime
    panel: pd.DataFrame
    year: int | None = None

    def apply(self, values: pd.DataFrame, *, year: int | None = None) -> pd.DataFrame:
        """Return the values with gaps filled from other years, poorly known regions blanked.

        Parameters
        ----------
        values
            Regions × indicators; or a panel, with an index of region and year.
        year
            The year of these values; left out, the year of the fit. A panel brings its own years.

        Raises
        ------
        SpecError
            When the year is known neither from the fit nor here.
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.panel.columns, values, f"{type(self.method).__name__}()")
        if numbers.index.nlevels == 2:
            years = numbers.index.get_level_values(1)
            parts = [self._filled(numbers[years == one], float(one)) for one in years.unique()]
            filled = pd.concat(parts).reindex(numbers.index) if parts else numbers
        else:
            filled = self._filled(numbers, self._year(year))
        return blank_below(filled, self.method.share, judged_by=filled)

    def mark(self, values: pd.DataFrame, *, year: int | None = None) -> pd.DataFrame:
        """Return True for every cell that `apply` fills."""
        return values.isna() & self.apply(values, year=year).notna()

    def sources(self, values: pd.DataFrame, *, year: int | None = None) -> pd.DataFrame:
        """Return the years that fillings are from, for every cell; empty where there are none.

        `year` is as in `apply`.
        """
        numbers = same_columns(self.panel.columns, values, f"{type(self.method).__name__}()")
        if numbers.index.nlevels == 2:
            years = numbers.index.get_level_values(1)
            parts = [self._origins(numbers[years == one], float(one)) for one in years.unique()]
            return pd.concat(parts).reindex(numbers.index)
        return self._origins(numbers, self._year(year))

    def _origins(self, numbers: pd.DataFrame, year: float) -> pd.DataFrame:
        regions = numbers.index.get_level_values(0)
        series = {code: self._series(code, regions) for code in numbers.columns}
        told = {
            code: self.method.origins(x.to_numpy(float), x.columns.to_numpy(float), year)
            for code, x in series.items()
        }
        return pd.DataFrame(told, index=numbers.index)

    def _series(self, code: str, regions: pd.Index) -> pd.DataFrame:
        """Return the values of an indicator, regions × years."""
        series = self.panel[code].unstack()  # noqa: PD010 — a pivot would average duplicates
        return series.reindex(index=regions, columns=sorted(series.columns))

    def _year(self, year: int | None) -> float:
        known = self.year if year is None else year
        if known is None:
            name = f"{type(self.method).__name__}()"
            raise SpecError(
                f"{name} needs the year of the values it fills. Give year=…, or fit with "
                "Scheme.fit_panel."
            )
        return float(known)

    def _filled(self, numbers: pd.DataFrame, year: float) -> pd.DataFrame:
        regions = numbers.index.get_level_values(0)
        filled = {}
        for code in numbers.columns:
            series = self._series(code, regions)
            estimate = self.method.fill(
                series.to_numpy(float), series.columns.to_numpy(float), year
            )
            filled[code] = numbers[code].where(
                numbers[code].notna(), pd.Series(estimate, index=numbers.index)
            )
        return pd.DataFrame(filled, index=numbers.index)


def takes_years(method: object) -> bool:
    """Say whether a method fills gaps from other years, and can be given these."""
    return isinstance(method, LatestYear | LinearInTime)


def _first(own: pd.DataFrame | None, given: pd.DataFrame | None) -> pd.DataFrame | None:
    return given if own is None else own


def _as_year(year: float) -> str:
    return "" if np.isnan(year) else str(int(year))


def _as_panel(values: pd.DataFrame, panel: pd.DataFrame | None, method: str) -> pd.DataFrame:
    if panel is None:
        raise DataError(
            f"{method} fills gaps from other years, but was given one year only. Fit several with "
            "Scheme.fit_panel, or give panel=…."
        )
    columns = calculable(values, method, rows=False).columns
    # A panel may know more than the indicators at hand, as where one is left out.
    known = panel[list(columns)] if set(columns) <= set(panel.columns) else panel
    numbers = same_columns(columns, known, method)
    if numbers.index.nlevels != 2 or not pd.api.types.is_numeric_dtype(
        numbers.index.get_level_values(1)
    ):
        raise DataError(
            f"{method} needs a panel with an index of region and year (a number), in this order."
        )
    if numbers.empty:
        raise DataError(f"{method} needs a panel with at least one region and year.")
    if numbers.index.has_duplicates:
        twice = numbers.index[numbers.index.duplicated()]
        raise DataError(
            f"{method} needs one row per region and year, but has more for {listing(twice)}."
        )
    return numbers
