"""How often a region changes tier between two years, when choices of method are drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._progress import progress_bar
from hubtiers._steps import Given, complete_values, prepare, rescale
from hubtiers.errors import SpecError
from hubtiers.robustness._cutting import columns_of, tier_rule
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plain import PlainDraws
from hubtiers.robustness._plan import BLOCK, Draws, Plan, make_plan, seed_of
from hubtiers.robustness._scoring import Prepared, compiled_forms, prepare_values, score_draws
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Scheme, stack_years
from hubtiers.scoring.impute import takes_years
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.scale import TierScale, classes_of
from hubtiers.years.panel import TierPanel

__all__ = ["TierMoves", "assess_moves"]

Ints = NDArray[np.int64]
Small = NDArray[np.int16]


@dataclass(frozen=True, repr=False, eq=False)
class TierMoves:
    """How often regions climb and fall, as `assess_moves` gives it.

    Attributes
    ----------
    panel
        What was drawn around.
    frame
        One row per region and pair of successive years, and of the first and the last year:
        `region_id`, `year_from`, `year_to`, and the shares of the draws in which it `climbs`,
        `stays` and `falls`; missing where it has no tier in one of the two years in any draw.
    draws
        How many draws.
    varied
        What was varied, in words.
    """

    panel: TierPanel
    frame: pd.DataFrame
    draws: int
    varied: tuple[str, ...]

    @property
    def movers(self) -> pd.DataFrame:
        """The changes of the panel, each with the share of draws that go the same way.

        As `TierPanel.movers`, with `probability`; missing where the change spans a year without a
        score.
        """
        return self._with_shares(self.panel.movers)

    @property
    def moved(self) -> pd.DataFrame:
        """Changes from the first year to the last, likewise with their `probability`."""
        return self._with_shares(self.panel.moved())

    def _with_shares(self, movers: pd.DataFrame) -> pd.DataFrame:
        keys = ["region_id", "year_from", "year_to"]
        shares = movers[keys].merge(self.frame, how="left", on=keys)
        up = movers["tier_change"].to_numpy() > 0
        return movers.assign(probability=np.where(up, shares["climbs"], shares["falls"]))

    def to_frame(self) -> pd.DataFrame:
        """Return names and shares, one row per region and pair of years."""
        named = self.frame.join(self.panel.regions, on="region_id")
        first = ["region_id", "name_zh", "name_en"]
        return named[[*first, *(name for name in named if name not in first)]]

    def _head(self) -> str:
        moved, years = self.moved, self.panel.years
        sure = int((moved["probability"] >= 0.9).sum())
        return (
            f"{self.draws} draws, varied: {'; '.join(self.varied)}; of {len(moved)} changes of "
            f"tier from {years[0]} to {years[-1]}, {sure} go the same way in at least 90 % of them"
        )

    def __repr__(self) -> str:
        return f"<TierMoves: {self._head()}>\n{self.moved.head(8)}"

    def _repr_html_(self) -> str:
        table = self.moved.to_html(escape=True, index=False, na_rep="–")
        return f"<p>{escape(self._head())}</p>{table}"


def assess_moves(
    panel: TierPanel,
    variation: Variation,
    *,
    draws: int = 1_000,
    rng: int | np.random.Generator = 0,
    progress: bool = False,
) -> TierMoves:
    """Say how often each change of tier happens when choices are drawn (层级变动的稳健性).

    Choose it before a rise or fall is published: one that happens in half of the draws is chance.

    Parameters
    ----------
    panel
        A panel, whose scheme is varied.
    variation
        What is varied. A draw holds for all years: the same weights, the same methods, and one
        scale, fitted as `panel.fit_on` says.
    draws
        How many times everything is drawn.
    rng
        Seed of the draws; the same number gives the same answer.
    progress
        Show a progress bar on standard error?

    Returns
    -------
    TierMoves

    Raises
    ------
    SpecError, UnknownOptionError
        When a choice is wrong.
    HubtiersError
        When the data do not fit a step, in the scheme itself or in a draw.

    Notes
    -----
    A panel on one scale from all years runs in the compiled loop, as does one that is refitted. On
    the scale of one year, scores are compiled where levels are weighted means and the data stay as
    they are; the tier rule is fitted draw by draw.

    **Missing values**: draws in which a region has no tier in one of the two years do not count;
    shares are of the others. Gaps that were filled from other years stay filled as they were.

    Examples
    --------
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> from hubtiers.years.panel import tier_panel
    >>> def table(rd):
    ...     values = {"rd": rd, "papers": [1.0, 2.0, 9.0]}
    ...     return IndicatorTable.from_frame(pd.DataFrame(values, index=["a", "b", "c"]))
    >>> tables = {2012: table([1.0, 2.0, 9.0]), 2022: table([1.0, 9.0, 9.0])}
    >>> panel = tier_panel(Scheme(tier=NaturalBreaks(2)), tables)
    >>> moves = assess_moves(panel, Variation(weights="dirichlet"), draws=1000)
    >>> moves.movers[["region_id", "probability"]].round(2).values.tolist()
    [['b', 0.56]]
    """
    if not isinstance(panel, TierPanel):
        raise SpecError(f"assess_moves takes a TierPanel, but got {type(panel).__name__}.")
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 1:
        raise SpecError(f"assess_moves(draws={draws!r}) needs a whole number of at least 1.")
    ways = _ways_of(panel, variation, seed_of(rng))
    counts = _Counts.empty(panel)
    with progress_bar("Drawing", draws, shown=progress) as advance:
        for first in range(0, draws, BLOCK):
            kept = min(BLOCK, draws - first)
            counts.add(ways.classes(first // BLOCK, kept))
            advance(kept)
    return TierMoves(panel, counts.to_frame(), draws, tuple(variation.words))


@dataclass(eq=False)
class _Counts:
    """Draws in which each region climbs, stays and falls between two years."""

    panel: TierPanel
    pairs: list[tuple[int, int]]
    steps: Ints

    @classmethod
    def empty(cls, panel: TierPanel) -> _Counts:
        years = panel.years
        pairs = list(dict.fromkeys([*pairwise(years), (years[0], years[-1])]))
        return cls(panel, pairs, np.zeros((len(pairs), len(panel.regions), 3), np.int64))

    def add(self, classes: Mapping[int, Small]) -> None:
        """Count draws × regions of each year; columns are tiers from the highest, -1 for none."""
        everywhere = self.panel.regions.index
        spread = {}
        for year in self.panel.years:
            index = self.panel.results[year].table.values.index
            whole = np.full((len(classes[year]), len(everywhere)), -1, np.int16)
            whole[:, everywhere.get_indexer(index)] = classes[year]
            spread[year] = whole
        for number, (before, after) in enumerate(self.pairs):
            known = (spread[before] >= 0) & (spread[after] >= 0)
            # The first tier is the highest: a smaller number afterwards is a climb.
            for place, way in enumerate((np.less, np.equal, np.greater)):
                self.steps[number, :, place] += (known & way(spread[after], spread[before])).sum(
                    axis=0
                )

    def to_frame(self) -> pd.DataFrame:
        regions = self.panel.regions.index
        counted = self.steps.sum(axis=2, keepdims=True)
        shares = np.divide(
            self.steps, counted, out=np.full(self.steps.shape, np.nan), where=counted > 0
        )
        frame = pd.DataFrame(shares.reshape(-1, 3), columns=["climbs", "stays", "falls"])
        starts, ends = zip(*self.pairs, strict=True)
        frame.insert(0, "year_to", np.repeat(ends, len(regions)))
        frame.insert(0, "year_from", np.repeat(starts, len(regions)))
        frame.insert(0, "region_id", np.tile(regions, len(self.pairs)))
        return frame


class _Apart:
    """Every year has a scale of its own: the same draws, year by year."""

    def __init__(self, plans: Mapping[int, Plan]) -> None:
        self.plans = plans
        self.evaluators = {year: DrawEvaluator(plan) for year, plan in plans.items()}
        longest = max((plan.labels for plan in plans.values()), key=len)
        self.columns = {
            year: np.array([*map(longest.index, plan.labels), -1], np.int16)
            for year, plan in plans.items()
        }

    def classes(self, block: int, kept: int) -> dict[int, Small]:
        """Return the tiers of a block, draws × regions of each year."""
        found = {}
        for year, plan in self.plans.items():
            draws = plan.block(block).take(slice(0, kept))
            tiers = _gathered(self.evaluators[year], draws, len(plan.table.values))
            # A rule may find fewer tiers in one year than in another.
            found[year] = self.columns[year][tiers]
        return found


class _Together:
    """All years are fitted as one table."""

    def __init__(self, plan: Plan, places: Mapping[int, slice]) -> None:
        self.plan, self.places = plan, places
        self.evaluator = DrawEvaluator(plan)

    def classes(self, block: int, kept: int) -> dict[int, Small]:
        """Return the tiers of a block, draws × regions of each year."""
        draws = self.plan.block(block).take(slice(0, kept))
        found = _gathered(self.evaluator, draws, len(self.plan.table.values))
        return {year: found[:, place] for year, place in self.places.items()}


def _gathered(evaluator: DrawEvaluator, draws: Draws, size: int) -> Small:
    classes = np.empty((len(draws), size), np.int16)
    for drawn in evaluator.evaluate(draws):
        classes[drawn.which] = drawn.classes
    return classes


class _OneYear:
    """One year is fitted in every draw, and the others are scored by what it gave."""

    def __init__(self, plan: Plan, places: Mapping[int, slice], year: int) -> None:
        self.plan, self.places, self.year = plan, places, year
        self.plain = PlainDraws(plan)
        self._values: dict[tuple[int, ...], Prepared] = {}

    def classes(self, block: int, kept: int) -> dict[int, Small]:
        """Return the tiers of a block, draws × regions of each year."""
        draws = self.plan.block(block).take(slice(0, kept))
        found = np.empty((kept, len(self.plan.table.values)), np.int16)
        for which in _alike(draws.choices):
            options = self.plan.options(draws.choices[which[0]])
            scheme = self.plain.scheme_of(options)
            if self._is_compiled(scheme, options):
                found[which] = self._compiled(scheme, draws, which)
            else:
                for number in which:
                    found[number] = self._plainly(draws, int(number))
        return {year: found[:, place] for year, place in self.places.items()}

    def _is_compiled(self, scheme: Scheme, options: Mapping[str, object]) -> bool:
        forms = compiled_forms(scheme)
        # Other rules learn from the regions of the fit, such as the best of each indicator.
        means = all(form is not None and form.rule == "power" for form in forms)
        only_scores = tier_rule(scheme.tier, self.plan.labels) is not None
        fixed_values = self.plan.draws_weights and not self.plan.data_varies
        return means and only_scores and fixed_values and "leave_out" not in options

    def _compiled(self, scheme: Scheme, draws: Draws, which: Ints) -> Small:
        assert draws.weights is not None
        key = tuple(draws.choices[which[0]].tolist())
        if key not in self._values:
            self._values[key] = self._prepared(scheme)
        scores = score_draws(self._values[key], draws.weights, which)
        index = self.plan.table.values.index
        place = self.places[self.year]
        classes = np.empty(scores.shape, np.int16)
        for row, own in zip(scores, classes, strict=True):
            scale = scheme.tier.fit(pd.Series(row[place], index=index[place]))
            own[:] = _tier_columns(scale, row, index, self.plan.labels)
        return classes

    def _prepared(self, scheme: Scheme) -> Prepared:
        """Return the values of all years, normalised as those of the fitted year are."""
        table = self.plan.table
        steps = prepare(scheme, Given(self._fit_table(table)))
        normalised = rescale(steps, complete_values(steps, Given(table)))
        return prepare_values(normalised, scheme, table.framework)

    def _plainly(self, draws: Draws, number: int) -> Small:
        scheme, table = self.plain.stands_for(draws, number)
        fitted = scheme.fit(self._fit_table(table))
        return columns_of(fitted.score(table).tier, self.plan.labels)

    def _fit_table(self, table: IndicatorTable) -> IndicatorTable:
        return table.only(table.values.index[self.places[self.year]])


def _tier_columns(
    scale: TierScale, scores: NDArray[np.float64], index: pd.Index, labels: tuple[str, ...]
) -> Small:
    """Return the column of the tier of each score; cut-points are applied without a frame."""
    if type(scale) is not TierScale:
        return columns_of(scale.apply(pd.Series(scores, index=index)), labels)
    columns = np.array([*(labels.index(label) for label in scale.labels[::-1]), -1], np.int16)
    return columns[classes_of(scores, scale.breaks)]


def _alike(choices: Ints) -> Iterator[Ints]:
    """Yield the places of draws with the same choices."""
    if choices.shape[1] == 0:
        yield np.arange(len(choices))
        return
    _, groups = np.unique(choices, axis=0, return_inverse=True)
    for group in range(int(groups.max()) + 1):
        yield np.flatnonzero(groups.ravel() == group)


@dataclass(frozen=True, eq=False)
class KnownGaps:
    """An imputing step that fills gaps as a panel filled them, from other years."""

    complete: pd.DataFrame

    def fit(self, values: pd.DataFrame) -> KnownGaps:
        """Return itself: nothing is learnt."""
        del values
        return self

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return values with the gaps filled; what the panel left missing is missing."""
        known = self.complete.reindex(index=values.index, columns=values.columns)
        return values.fillna(known).where(known.notna())


def _ways_of(
    panel: TierPanel, variation: Variation, seed: tuple[int, ...]
) -> _Apart | _Together | _OneYear:
    """Return what gives the tiers of a block of draws."""
    if panel.is_refit:
        plans = {}
        for year, result in panel.results.items():
            scheme = _filled(result.fitted.scheme, result.complete)
            base = scheme.run(_plain_table(result.table))
            plans[year] = make_plan(base, variation, tiers="refit", seed=seed)
        return _Apart(plans)
    scheme, table, places = _stacked(panel)
    if panel.fit_on == "all":
        base = scheme.run(table)
    else:
        own = table.values.index[places[int(panel.fit_on)]]
        base = scheme.fit(table.only(own)).score(table)
    plan = make_plan(base, variation, tiers="refit", seed=seed)
    if panel.fit_on == "all":
        return _Together(plan, places)
    return _OneYear(plan, places, int(panel.fit_on))


def _stacked(panel: TierPanel) -> tuple[Scheme, IndicatorTable, dict[int, slice]]:
    """Return scheme and table of all years on top of each other, and where each year stands."""
    tables = {year: _plain_table(result.table) for year, result in panel.results.items()}
    table, places, start = stack_years(tables), {}, 0
    for year, one in tables.items():
        places[year] = slice(start, start + len(one.values))
        start += len(one.values)
    complete = pd.concat([result.complete for result in panel.results.values()])
    scheme = panel.results[panel.years[0]].fitted.scheme
    return _filled(scheme, complete.set_axis(table.values.index, axis=0)), table, places


def _filled(scheme: Scheme, complete: pd.DataFrame) -> Scheme:
    if not takes_years(scheme.impute):
        return scheme
    return scheme.replace(impute=KnownGaps(complete))


def _plain_table(table: IndicatorTable) -> IndicatorTable:
    """Return a table whose regions are names only.

    The same region in two years shares its territory with itself, which is no overlap.
    """
    regions = pd.DataFrame(table.regions).drop(columns=["members", "geometry"], errors="ignore")
    return replace(table, regions=regions)
