"""Scores, ranks and tiers of several years on one scale (层级面板), and who changed tier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import product

import numpy as np
import pandas as pd

from hubtiers.errors import DataError, NotComparableError, SpecError, listing
from hubtiers.scheme import FittedScheme, Result, Scheme, require_one_framework
from hubtiers.scoring.denominate import NoDenominate
from hubtiers.scoring.impute import takes_years
from hubtiers.table.deflate import PriceIndex, deflate_table, money_indicators
from hubtiers.table.indicator_table import IndicatorTable, require_table

__all__ = ["TierPanel", "require_whole_ratios", "tier_panel"]

PRESENCE = ("scored", "no data", "absent")
"""Whether a region has a score in a year, has too few values, or is no region of that year."""


@dataclass(frozen=True, repr=False, eq=False)
class TierPanel:
    """Scores, ranks and tiers by year, as `tier_panel` gives them.

    Attributes
    ----------
    results
        The result of each year, years ascending.
    fit_on
        What bounds, weights and cut-points come from: `"all"` years together, or a year; `"each"`
        where every year has its own, so that tiers are relative to the year.
    deflated
        The price index by which money is at the prices of one year; None where it is nominal.
    """

    results: Mapping[int, Result]
    fit_on: str | int
    deflated: PriceIndex | None = None

    @property
    def years(self) -> tuple[int, ...]:
        """The years, ascending."""
        return tuple(self.results)

    @property
    def is_refit(self) -> bool:
        """Whether every year has a scale of its own."""
        return self.fit_on == "each"

    @property
    def fitted(self) -> FittedScheme | None:
        """The one fit that all years were scored with; None where each has its own."""
        return None if self.is_refit else self.results[self.years[0]].fitted

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        lists = [result.breaks.labels for result in self.results.values()]
        # A rule may find fewer tiers in one year than in another, never others.
        return max(lists, key=len)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Names of all regions of any year, as they are called in the last one that has them."""
        names = [result.table.regions[["name_zh", "name_en"]] for result in self.results.values()]
        order = pd.concat(names[::-1])
        frame = pd.DataFrame(order[~order.index.duplicated()])
        first = pd.concat(names).index.drop_duplicates()
        return frame.loc[first].rename_axis("region_id")

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Scores, regions × years; missing where a region has none."""
        return self._by_year({year: result.scores for year, result in self.results.items()})

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """Ranks within the year, regions × years; 1 is best."""
        return self._by_year({year: result.rank for year, result in self.results.items()})

    @cached_property
    def tiers(self) -> pd.DataFrame:
        """Tiers, regions × years, ordered categoricals."""
        dtype = pd.CategoricalDtype(list(self.labels[::-1]), ordered=True)
        tiers = {year: result.tier.astype(dtype) for year, result in self.results.items()}
        return self._by_year(tiers)

    @cached_property
    def presence(self) -> pd.DataFrame:
        """Regions × years: `"scored"`, `"no data"`, or `"absent"` from the table of the year."""
        found = {}
        for year, result in self.results.items():
            known = result.scores.notna().map({True: PRESENCE[0], False: PRESENCE[1]})
            found[year] = known.reindex(self.regions.index).fillna(PRESENCE[2])
        return pd.DataFrame(found)

    @cached_property
    def carried(self) -> pd.DataFrame:
        """Values that gaps were filled with from other years, one row each.

        Columns `region_id`, `year`, `indicator`, `value`, and the `years` that it is from.
        """
        parts = [
            result.carried.assign(year=year)
            for year, result in self.results.items()
            if len(result.carried)
        ]
        columns = ["region_id", "year", "indicator", "value", "years"]
        if not parts:
            return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})
        return pd.concat(parts, ignore_index=True)[columns]

    @cached_property
    def nominal_money(self) -> list[str]:
        """Codes of the scored indicators that are money at the prices of their own years."""
        framework = next(iter(self.results.values())).table.framework
        codes = money_indicators(framework)
        if self.deflated is None:
            return codes
        done = self.deflated.applies_to(framework)
        return [code for code in codes if code not in done]

    def values(self, indicator: str) -> pd.DataFrame:
        """Return an indicator as it was scored from, regions × years, at the panel's prices.

        Raises
        ------
        UnknownOptionError
            When the panel has no such indicator.
        """
        columns = {
            year: result.table.select([indicator]).values[indicator]
            for year, result in self.results.items()
        }
        return self._by_year(columns)

    @cached_property
    def movers(self) -> pd.DataFrame:
        """Regions that changed tier (层级变动), one row per change, by year and then by rank.

        A change is told between two years with a score that follow on each other; a year without a
        score lies between them where `year_from` and `year_to` are further apart. `tier_change` is
        positive where a region climbed.
        """
        rows = [
            change
            for region, codes in self._codes.iterrows()
            for change in _changes(str(region), codes.dropna())
        ]
        return self._with_names(pd.DataFrame(rows, columns=["region_id", "year_from", "year_to"]))

    def moved(self, first: int | None = None, last: int | None = None) -> pd.DataFrame:
        """Return the regions whose tier differs between two years; the first and the last year.

        Regions without a score in one of the two are left out; `presence` says which these are.

        Raises
        ------
        SpecError
            When a year is not in the panel.
        """
        pair = [self.years[0] if first is None else first, self.years[-1] if last is None else last]
        if absent := [year for year in pair if year not in self.results]:
            raise SpecError(
                f"{listing(absent)} is no year of the panel, which has {listing(self.years)}."
            )
        codes = self._codes[pair].dropna()
        moved = codes.index[codes[pair[0]] != codes[pair[1]]]
        frame = pd.DataFrame({"region_id": moved, "year_from": pair[0], "year_to": pair[1]})
        return self._with_names(frame)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per region and year: names, score, rank, tier, presence.

        Regions in the order of the tables; `carried` lists what was filled from other years.
        """
        regions, years = self.regions.index.tolist(), list(self.years)
        pairs = list(product(regions, years))
        index = pd.MultiIndex.from_tuples(pairs, names=["region_id", "year"])
        tall = {"score": self.scores, "rank": self.ranks, "tier": self.tiers}
        frame = pd.DataFrame(index=index)
        for name in ("name_zh", "name_en"):
            frame[name] = self.regions[name].reindex(index.get_level_values(0)).to_numpy()
        for name, wide in tall.items():
            columns = [wide[year].set_axis(_paired(wide.index, year)) for year in self.years]
            frame[name] = pd.concat(columns).reindex(index)
        frame["presence"] = self.presence.to_numpy().ravel()
        told = self.carried["indicator"] + " (" + self.carried["years"] + ")"
        told = told.groupby([self.carried["region_id"], self.carried["year"]]).agg("; ".join)
        frame["carried"] = told.reindex(index).fillna("") if len(told) else ""
        order = ["region_id", "name_zh", "name_en", "year", *tall, "presence", "carried"]
        return frame.reset_index()[order]

    @cached_property
    def _codes(self) -> pd.DataFrame:
        """Tiers as numbers, 0 the lowest; missing where there is none."""
        codes: pd.DataFrame = self.tiers.apply(lambda tier: tier.cat.codes).astype("float64")
        return codes.where(codes >= 0)

    def _by_year(self, columns: Mapping[int, pd.Series]) -> pd.DataFrame:
        aligned = {year: column.reindex(self.regions.index) for year, column in columns.items()}
        return pd.DataFrame(aligned).rename_axis(columns="year")

    def _with_names(self, changes: pd.DataFrame) -> pd.DataFrame:
        """Return changes with names, and score, rank and tier before and after."""
        frame = changes.join(self.regions, on="region_id")
        ends = {"before": "year_from", "after": "year_to"}
        for name, wide in (("score", self.scores), ("rank", self.ranks), ("tier", self.tiers)):
            for end, column in ends.items():
                cells = zip(frame["region_id"], frame[column], strict=True)
                frame[f"{name}_{end}"] = pd.Series(
                    [wide.loc[region, year] for region, year in cells],
                    index=frame.index,
                    dtype=wide[self.years[0]].dtype,
                )
        climbed = frame["tier_after"].cat.codes - frame["tier_before"].cat.codes
        frame["tier_change"] = climbed.astype("int64")
        ordered = frame.sort_values(["year_to", "rank_after", "region_id"], kind="stable")
        first = ["region_id", "name_zh", "name_en", "year_from", "year_to"]
        rest = [column for column in ordered.columns if column not in first]
        return ordered[[*first, *rest]].reset_index(drop=True)

    def _head(self) -> str:
        scale = {
            "all": "one scale, from all years together",
            "each": "a scale for each year: tiers are relative to the year",
        }.get(str(self.fit_on), f"one scale, from {self.fit_on}")
        moves = len(self.movers)
        money = ""
        if self.nominal_money:
            count = len(self.nominal_money)
            noun = "indicator is" if count == 1 else "indicators are"
            money = f"; {count} {noun} money at the prices of each year"
        return (
            f"{len(self.regions)} regions × {len(self.years)} years ({self.years[0]} to "
            f"{self.years[-1]}), {scale}; {moves} {'change' if moves == 1 else 'changes'} of tier"
            f"{money}"
        )

    def __repr__(self) -> str:
        return f"<TierPanel: {self._head()}>\n{self.tiers.join(self.regions['name_en']).head(8)}"

    def _repr_html_(self) -> str:
        shown = self.regions.join(self.tiers.astype("object"))
        return f"<p>{escape(self._head())}</p>{shown.to_html(escape=True, na_rep='–')}"


def _paired(regions: pd.Index, year: int) -> pd.MultiIndex:
    return pd.MultiIndex.from_product([regions, [year]])


def _changes(region: str, codes: pd.Series) -> list[tuple[str, int, int]]:
    """Return the pairs of years between which a row of tiers changes."""
    years, tiers = codes.index.tolist(), codes.to_numpy()
    places = np.flatnonzero(tiers[1:] != tiers[:-1])
    return [(region, years[place], years[place + 1]) for place in places]


def tier_panel(
    scheme: Scheme,
    tables: Mapping[int, IndicatorTable],
    *,
    refit: bool = False,
    fit_on: str | int = "all",
    years: Iterable[int] | None = None,
    deflate: PriceIndex | None = None,
) -> TierPanel:
    """Score and sort several years so that they can be compared (层级面板).

    Parameters
    ----------
    scheme
        The method.
    tables
        A table for each year, with the same framework, as `join_years` gives them. Their regions
        may differ.
    refit
        Fit each year anew. Tiers are then relative to the year: a region may fall while all of its
        values grow.
    fit_on
        Where the one scale comes from: `"all"`, the regions of all years together (the default:
        no value lies outside the bounds, and no year is given precedence); `"first"`, so that a
        later year never changes what was said of an earlier one; `"last"` or a year, so that the
        tiers of that year are those that it has alone.
    years
        The years that are scored; all of `tables` when left out. The others only fill gaps, where
        `scheme.impute` is `LatestYear` or `LinearInTime`.
    deflate
        A price index that brings money to the prices of one year, before anything else.

    Returns
    -------
    TierPanel

    Raises
    ------
    NotComparableError
        When a year has other indicators than the others, or no value at all for one of them.
    DataError
        When there are fewer than two years, or a year has no value.
    SpecError
        When a year or `fit_on` is not among the tables, or money is deflated on one side of a
        ratio only.
    HubtiersError
        When the data do not fit a step.

    Notes
    -----
    **Missing values.** A region that has too few values in a year, or is no region of that year,
    stays in the panel without a score, and `presence` says which of the two it is.

    Examples
    --------
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> def table(rd):
    ...     return IndicatorTable.from_frame(pd.DataFrame({"rd": rd}, index=["a", "b", "c"]))
    >>> tables = {2012: table([1.0, 2.0, 9.0]), 2022: table([1.0, 8.0, 9.0])}
    >>> panel = tier_panel(Scheme(tier=NaturalBreaks(2)), tables)
    >>> panel.movers[["region_id", "year_from", "year_to", "tier_change"]].values.tolist()
    [['b', 2012, 2022, 1]]
    >>> panel.scores[2022].tolist()
    [0.0, 0.875, 1.0]
    """
    _require_tables(tables)
    wanted = sorted(tables) if years is None else sorted(set(years))
    if absent := [year for year in wanted if year not in tables]:
        raise SpecError(
            f"There is no table for {listing(absent)}; the tables are of "
            f"{listing(sorted(tables), most=20)}."
        )
    if len(wanted) < 2:
        raise DataError(
            f"A panel needs at least two years, but there is {listing(wanted) or 'none'}. Score "
            "one year with Scheme.run(table)."
        )
    if deflate is not None:
        require_whole_ratios(scheme, deflate, tables[wanted[0]])
        tables = {year: deflate_table(t, deflate, year=year) for year, t in tables.items()}
    require_one_framework(tables)
    scheme = scheme.knowing_years(tables)
    scored = {year: tables[year] for year in wanted}
    _require_values(scheme, scored)
    if refit:
        results = {year: scheme.run(scored[year], year=year) for year in wanted}
    else:
        fitted = scheme.fit_panel(scored, fit_on=fit_on)
        results = {year: fitted.score(scored[year], year=year) for year in wanted}
    _require_all_indicators(results)
    named = {"first": wanted[0], "last": wanted[-1]}.get(str(fit_on), fit_on)
    return TierPanel(results, "each" if refit else named, deflate)


def _require_tables(tables: Mapping[int, IndicatorTable]) -> None:
    if not isinstance(tables, Mapping):
        raise SpecError(
            f"tier_panel takes a table for each year, such as {{2012: table, 2022: table}}, but "
            f"got {type(tables).__name__}."
        )
    for year, table in tables.items():
        if isinstance(year, bool) or not isinstance(year, int | np.integer):
            raise SpecError(f"{year!r} is no year. Key the tables by whole numbers, such as 2022.")
        require_table(table, "tier_panel()")


def require_whole_ratios(scheme: Scheme, prices: PriceIndex, table: IndicatorTable) -> None:
    """Refuse to deflate what is divided by something that stays as it is.

    Raises
    ------
    SpecError
        When money is deflated that a denominator divides, and nothing says whether that is money.
    """
    if prices.indicators is not None or isinstance(scheme.denominate, NoDenominate):
        return
    deflated = prices.applies_to(table.framework)
    size_of = {node.code: node.denominator for node in table.framework.indicators}
    if divided := [code for code in deflated if size_of.get(code)]:
        size = size_of[divided[0]]
        raise SpecError(
            f"{listing(map(repr, divided))} is money that is divided by {size!r}, and it is not "
            "known whether that is money as well. Name all that is to be deflated, denominators "
            "too, with indicators=(…)."
        )


def _require_values(scheme: Scheme, tables: Mapping[int, IndicatorTable]) -> None:
    """Refuse a year without a value, and one without an indicator that others have."""
    for year, table in tables.items():
        known = table.values[table.framework.codes].notna()
        if not known.to_numpy().any():
            raise DataError(f"The table of {year} holds no value. Leave the year out.")
        if not takes_years(scheme.impute):
            _refuse_gone(year, known.columns[~known.any()].tolist())


def _require_all_indicators(results: Mapping[int, Result]) -> None:
    """Refuse a year in which an indicator has no value, even with gaps filled."""
    for year, result in results.items():
        known = result.complete.notna()
        if known.to_numpy().any():
            _refuse_gone(year, known.columns[~known.any()].tolist())


def _refuse_gone(year: int, codes: list[str]) -> None:
    if codes:
        raise NotComparableError(
            f"No region has a value of {listing(map(repr, codes))} in {year}, so that its scores "
            "would be made of other indicators than those of other years. Leave the year or the "
            "indicator out, or fill the gap from other years with LinearInTime() or LatestYear()."
        )
