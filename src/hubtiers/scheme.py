"""The one place that knows the order of steps.

Size, gaps, treatment, normalisation, weights, aggregation, tiers.

`Scheme` holds the choices, `FittedScheme` what they learnt from one table, `Result` what they say
of another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers._drawing import Drawn
from hubtiers._hierarchy import (
    AggregateStep,
    Fitted,
    Hierarchy,
    WeightStep,
    fit_hierarchy,
    gather,
    only,
)
from hubtiers._method import uses_data
from hubtiers._methods import (
    BY_LEVEL,
    METHODS,
    describe,
    make_step,
    make_steps,
    short_name,
    to_spec,
)
from hubtiers._notebook import folded_html, pairs_html
from hubtiers._overlaps import counted_twice, telling_overlaps
from hubtiers._result_columns import COVERAGE, GAPS, NAMES, REGION_ID, SCORED
from hubtiers._steps import (
    Given,
    complete_values,
    fit_and_apply,
    measure,
    prepare,
    require_method,
    rescale,
)
from hubtiers._yardstick import score_yardstick
from hubtiers.errors import (
    DataError,
    NotComparableError,
    OverlapError,
    SpecError,
    UnknownOptionError,
    listing,
)
from hubtiers.framework import Framework
from hubtiers.scoring.aggregate import Arithmetic
from hubtiers.scoring.denominate import FittedDenominate, NoDenominate
from hubtiers.scoring.impute import RequireCoverage, indicator_coverage, takes_years
from hubtiers.scoring.normalise import MinMax
from hubtiers.scoring.treat import NoTreatment
from hubtiers.scoring.weight import EqualWeights, FittedWeights
from hubtiers.table.indicator_table import IndicatorTable, require_table
from hubtiers.tiers.breaks import NaturalBreaks, TierScale
from hubtiers.tiers.scale import class_counts
from hubtiers.tiers.yardstick import ScoredYardstick

if TYPE_CHECKING:
    from hubtiers.explain import Explanation

__all__ = [
    "METHODS",
    "FittedScheme",
    "Result",
    "Scheme",
    "make_step",
    "require_one_framework",
    "short_name",
    "stack_years",
]


class DenominateStep(Protocol):
    """A step that picks the scored columns, and divides totals by size."""

    def fit(
        self, values: pd.DataFrame, *, framework: Framework | None = None
    ) -> FittedDenominate: ...


class FittedValues(Protocol):
    """A step that has learnt how to change values."""

    @property
    def apply(self) -> Callable[..., pd.DataFrame]: ...


class ValueStep(Protocol):
    """A step that changes values: gaps, treatment."""

    # What a step may ask for differs from one to the next; `Given` finds it by the names of the
    # parameters.
    @property
    def fit(self) -> Callable[..., FittedValues]: ...


class NormaliseStep(Protocol):
    """A step that brings values to one scale and applies their direction."""

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedValues: ...


class TierStep(Protocol):
    """A step that sorts scores into tiers."""

    @property
    def fit(self) -> Callable[..., TierScale]: ...


def _told(method: object) -> str:
    """Return a step in words: its method, or one for each level from the lowest up."""
    if isinstance(method, tuple):
        return "; ".join(map(describe, method))
    return "–" if method is None else describe(method)


@dataclass(frozen=True)
class Scheme:
    """A declared method: how indicators become scores, and scores become tiers.

    Parameters
    ----------
    impute, treat, normalise, weight, aggregate, tier, denominate
        One method object for each step, or its name where it needs no option, such as `"entropy"`
        or `"natural-breaks"`. `weight` and `aggregate` may be tuples, from the lowest level of the
        framework up; the last member serves all higher levels.

    Raises
    ------
    UnknownOptionError, SpecError
        When a name is not known, what is given is no method object, belongs to another step, or its
        `fit` asks for something that no step is given.

    Notes
    -----
    The steps run in this order: denominators, gaps, treatment, normalisation (which applies
    direction), weights, aggregation from the lowest groups to the score, tiers.

    One weighting method is fitted over all indicators at once, and the weight of a group is the sum
    of its indicators' weights. A tuple is fitted group by group: its first member weights
    indicators within their groups, the next weights groups by their scores. Weights by region
    (`BenefitOfDoubt`) need `Arithmetic` where they count; the score is then the largest that the
    region can reach, while a sub-score depends on which of several equally good weightings was
    found.

    A method of one's own is any object whose `fit` takes values and returns what has an `apply`; a
    weighting returns `FittedWeights`, a tier rule a `TierScale`. Beside the values, its `fit` gets
    what else it names among its parameters: `framework`, `regions`, `year`, `panel` (the values by
    region and year, in `fit_panel`) and `direction`; a tier rule also `features` (the sub-scores
    under the score), `table` and `yardstick` (that of the table, scored), an aggregation `weights`
    and, when it takes all indicators at once, `nested` (which of them stand in which group). An
    aggregation takes them at once when it is the only one of the scheme and has an attribute
    `levels` that is `"all"`, as `Topsis` has; the sub-score of a group is then the method over the
    indicators of the group alone.

    **Missing values** are never filled unless `impute` says so; `Result.imputed` marks what was
    filled.

    Examples
    --------
    >>> values = {"rd": [1.0, 2.0, 4.0], "patents": [10.0, 40.0, 50.0]}
    >>> frame = pd.DataFrame(values, index=["a", "b", "c"])
    >>> result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    >>> result.scores.round(3).tolist()
    [0.0, 0.542, 1.0]
    """

    impute: ValueStep = field(default_factory=RequireCoverage)
    treat: ValueStep = field(default_factory=NoTreatment)
    normalise: NormaliseStep = field(default_factory=MinMax)
    weight: WeightStep | tuple[WeightStep, ...] = field(default_factory=EqualWeights)
    aggregate: AggregateStep | tuple[AggregateStep, ...] = field(default_factory=Arithmetic)
    tier: TierStep = field(default_factory=NaturalBreaks)
    denominate: DenominateStep = field(default_factory=NoDenominate)

    if TYPE_CHECKING:
        # A name is taken as well as an object, and is an object from then on.
        def __init__(
            self,
            impute: ValueStep | str = ...,
            treat: ValueStep | str = ...,
            normalise: NormaliseStep | str = ...,
            weight: WeightStep | str | tuple[WeightStep | str, ...] = ...,
            aggregate: AggregateStep | str | tuple[AggregateStep | str, ...] = ...,
            tier: TierStep | str = ...,
            denominate: DenominateStep | str = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        for step in METHODS:
            chosen = getattr(self, step)
            if step in BY_LEVEL and isinstance(chosen, tuple) and chosen:
                made: Any = tuple(_as_method(step, member) for member in chosen)
            else:
                made = _as_method(step, chosen)
            object.__setattr__(self, step, made)

    @property
    def uses_data(self) -> bool:
        """Whether a weighting takes its weights from the data."""
        weights = self.weight if isinstance(self.weight, tuple) else (self.weight,)
        return any(uses_data(method) for method in weights)

    def replace(self, **steps: Any) -> Scheme:
        """Return the scheme with steps exchanged, such as `scheme.replace(weight="entropy")`."""
        for name in steps:
            if name not in METHODS:
                raise UnknownOptionError("step of a scheme", name, METHODS)
        return dataclasses.replace(self, **steps)

    def fit(self, table: IndicatorTable) -> FittedScheme:
        """Learn bounds, weights and cut-points from a table.

        Raises
        ------
        OverlapError
            When the weights come from the data and regions of the table overlap.
        DataError
            When the data do not fit a step; the message names columns or regions.
        """
        return self.run(table).fitted

    def run(self, table: IndicatorTable, *, year: int | None = None) -> Result:
        """Fit and score the same table: `scheme.fit(table).score(table)` in one pass.

        `year` is that of the table, as in `FittedScheme.score`.
        """
        self._refuse_overlaps(table)
        with telling_overlaps(table, counted_twice(self)):
            return _learn(self, Given(table, only_year=year))

    def fit_panel(
        self, tables: Mapping[int, IndicatorTable], *, fit_on: str | int = "all"
    ) -> FittedScheme:
        """Learn from several years at once (面板统一标准化), so that their scores can be compared.

        Parameters
        ----------
        tables
            A table for each year, with the same framework. Their regions may differ.
        fit_on
            Which regions bounds, weights and cut-points come from: `"all"`, the regions of all
            years together, so that no value lies outside the bounds; `"first"`, `"last"` or a year,
            those of one year, whose own result then stays what it is alone.

        Returns
        -------
        FittedScheme
            Score each year with `fitted.score(tables[year], year=year)` and compare two with
            `Result.change`.

        Raises
        ------
        NotComparableError
            When a year has other indicators, directions or units than the first.
        SpecError
            When the weighting gives every region weights of its own, or `fit_on` is none of the
            years.
        OverlapError, DataError

        Notes
        -----
        **Missing values** are treated in each year as they are in one table; a method that fills
        gaps from other years gets all of them.

        Examples
        --------
        >>> tables = {
        ...     year: IndicatorTable.from_frame(pd.DataFrame({"rd": rd}, index=["a", "b"]))
        ...     for year, rd in {2020: [1.0, 2.0], 2024: [2.0, 5.0]}.items()
        ... }
        >>> fitted = Scheme(tier=NaturalBreaks(2)).fit_panel(tables)
        >>> fitted.score(tables[2020]).scores.tolist(), fitted.score(tables[2024]).scores.tolist()
        ([0.0, 0.25], [0.25, 1.0])
        """
        if not tables:
            raise DataError("There is no year to fit on. Give at least one, such as {2024: table}.")
        require_one_framework(tables)
        for table in tables.values():
            self._refuse_overlaps(table)
        only = _fit_year(fit_on, tables)
        with telling_overlaps(next(iter(tables.values())), counted_twice(self)):
            if only is None:
                fitted = _learn(self, Given(stack_years(tables), years=_years(tables))).fitted
            else:
                one = Given(tables[only], only_year=only)
                fitted = _learn(self.knowing_years(tables), one).fitted
        if fitted.hierarchy.by_region:
            raise SpecError(
                f"{describe(self.weight)} gives every region weights of its own, which hold for "
                "one table. Fit each year by itself, or choose weights that are the same for all "
                "regions."
            )
        return fitted

    def knowing_years(self, tables: Mapping[int, IndicatorTable]) -> Scheme:
        """Return the scheme whose way to fill gaps knows the values of several years.

        A method such as `LatestYear` then also fills a table that stands alone. Any other scheme,
        and one that knows other years already, stays as it is.
        """
        impute: Any = self.impute
        if not takes_years(impute) or impute.panel is not None:
            return self
        stacked = stack_years(tables)
        _, measured = measure(self, Given(stacked))
        panel = measured.set_axis(_years(tables), axis=0)
        return self.replace(impute=dataclasses.replace(impute, panel=panel))

    def _repr_html_(self) -> str:
        steps = [field.name for field in dataclasses.fields(self) if field.init]
        return pairs_html((step, _told(getattr(self, step))) for step in steps)

    def to_spec(self) -> dict[str, Any]:
        """Return the scheme as plain values, as they stand in a study file.

        Raises
        ------
        SpecError
            When a method of one's own is not known by name; `register` makes it so.
        """
        return {step: to_spec(step, getattr(self, step)) for step in METHODS}

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Scheme:
        """Make a scheme from plain values, such as `{"tier": {"method": "KMeans", "k": 3}}`.

        Raises
        ------
        UnknownOptionError, SpecError
            When a step, a method or an option is not known, or an option has a wrong value.
        """
        for name in spec:
            if name not in METHODS:
                raise UnknownOptionError("step of a scheme", name, METHODS)
        return cls(**{step: make_steps(step, named) for step, named in spec.items()})

    def _refuse_overlaps(self, table: IndicatorTable) -> None:
        require_table(table, "Scheme.run()")
        if self.uses_data and table.overlaps:
            pairs = [(table.label(a), table.label(b)) for a, b in table.overlaps]
            raise OverlapError(pairs, describe(self.weight))


def _as_method(step: str, chosen: Any) -> Any:
    """Return the method object that is given, or named."""
    method = make_step(step, chosen) if isinstance(chosen, str) else chosen
    require_method(step, method)
    return method


@dataclass(frozen=True, eq=False)
class FittedScheme:
    """A scheme with what it learnt from one table.

    Scores others by the same bounds, weights and cut-points.

    Attributes
    ----------
    scheme, framework
        The choices, and the meaning of the indicators of the fit.
    denominate, impute, treat, normalise, tier
        What each step learnt.
    hierarchy
        Weights of every node within its parent, and what aggregation learnt.
    reach
        Lowest and highest value of every indicator at the fit (denominated, gaps filled as `impute`
        says).
    yardstick
        What the fit made of the yardstick of its table; None where it has none.
    """

    scheme: Scheme
    framework: Framework
    denominate: FittedDenominate
    impute: Fitted
    treat: Fitted
    normalise: Fitted
    hierarchy: Hierarchy
    reach: pd.DataFrame
    tier: TierScale
    yardstick: ScoredYardstick | None = None

    @cached_property
    def weight(self) -> FittedWeights:
        """Effective weight of every indicator, and the method that gave them."""
        flat = self.hierarchy.flat
        return flat or FittedWeights(
            self.scheme.weight, self.hierarchy.effective(self.framework.codes)
        )

    @cached_property
    def scale(self) -> pd.DataFrame:
        """Lowest and highest normalised value of every indicator at the fit; higher is better."""
        ends = self.rescale(self.reach.T)
        return pd.DataFrame({"lowest": ends.min(), "highest": ends.max()})

    def score(self, table: IndicatorTable, *, year: int | None = None) -> Result:
        """Score a table that has the same indicators as the one of the fit.

        Parameters
        ----------
        table
            What is scored.
        year
            Its year, for methods that fill gaps from other years; the year of its values when they
            have only one.

        Raises
        ------
        NotComparableError
            When the indicators differ, or one of them has another direction, unit, parent or
            denominator.
        """
        require_table(table, "FittedScheme.score()")
        _require_same(self.framework, table.framework, "The table")
        complete = self.complete(table, year=year)
        normalised = self.rescale(complete)
        nodes = self.aggregate_levels(normalised)
        placing = Given(
            table, only_year=year, features=_features(normalised, nodes, self.hierarchy)
        )
        place: Any = self.tier.apply
        tier = place(nodes[""], **placing.to(place, nodes[""]))
        own = score_yardstick(self, self.hierarchy, self.reach, Given(table, only_year=year))
        return Result(
            fitted=self,
            table=table,
            normalised=normalised,
            nodes=nodes,
            tier=tier.rename("tier"),
            complete=complete,
            year=placing.known_year(),
            yardstick=own,
        )

    def complete(self, table: IndicatorTable, *, year: int | None = None) -> pd.DataFrame:
        """Return the values of a table, denominated and with gaps filled, before treatment."""
        return complete_values(self, Given(table, only_year=year))

    def rescale(self, complete: pd.DataFrame) -> pd.DataFrame:
        """Return values treated and normalised as the fit says: higher is better."""
        return rescale(self, complete)

    def aggregate_levels(
        self, normalised: pd.DataFrame, weights: pd.Series | None = None
    ) -> pd.DataFrame:
        """Return the score of every group, lowest first, and of the whole in the column "".

        Parameters
        ----------
        normalised
            Regions × indicators, higher is better.
        weights
            Effective weights by indicator in place of the fitted ones; aggregation is then fitted
            on `normalised`.
        """
        if weights is None:
            return self.hierarchy.rounded(self.hierarchy.scores(normalised), normalised)
        flat = FittedWeights(self.scheme.weight, weights)
        hierarchy, scored = fit_hierarchy(
            self.framework, normalised, weight=flat, aggregate=self.scheme.aggregate, given=None
        )
        return hierarchy.rounded(scored, normalised)


def _learn(scheme: Scheme, given: Given) -> Result:
    """Fit every step on a table, and keep what each gave on the way."""
    framework = given.table.framework
    ready = prepare(scheme, given)
    hierarchy, scored = fit_hierarchy(
        framework, ready.normalised, weight=scheme.weight, aggregate=scheme.aggregate, given=given
    )
    nodes = hierarchy.rounded(scored, ready.normalised)
    reach = pd.DataFrame({"lowest": ready.complete.min(), "highest": ready.complete.max()})
    yardstick = score_yardstick(ready, hierarchy, reach, given)
    features = _features(ready.normalised, nodes, hierarchy)
    placing = dataclasses.replace(given, features=features, yardstick=yardstick)
    scale, tier = fit_and_apply(scheme.tier, nodes[""], placing)
    fitted = FittedScheme(
        scheme=scheme,
        framework=framework,
        denominate=ready.denominate,
        impute=ready.impute,
        treat=ready.treat,
        normalise=ready.normalise,
        hierarchy=hierarchy,
        reach=reach,
        tier=scale,
        yardstick=yardstick,
    )
    return Result(
        fitted=fitted,
        table=given.table,
        normalised=ready.normalised,
        nodes=nodes,
        tier=tier.rename("tier"),
        complete=ready.complete,
        year=given.known_year(),
        yardstick=yardstick,
    )


def _features(normalised: pd.DataFrame, nodes: pd.DataFrame, hierarchy: Hierarchy) -> pd.DataFrame:
    """Return the children of the score that have a weight; tier methods may ask for them."""
    top = hierarchy.nodes[-1]
    return only(gather(normalised, nodes, top.group), top.share)


def _require_same(mine: Framework, other: Framework, what: str) -> None:
    """Refuse a framework whose scores would not mean the same."""
    if mine is other:
        return
    if mine.codes != other.codes:
        odd = listing(sorted(set(mine.codes) ^ set(other.codes))) or "their order"
        raise NotComparableError(
            f"{what} has other indicators than the fit; the difference is {odd}. Score a table "
            "with the same framework, or fit again."
        )
    for name in ("direction", "unit", "parent", "denominator", "kind"):
        differing = [
            f"{a.code!r} ({getattr(a, name)!r} at the fit, now {getattr(b, name)!r})"
            for a, b in zip(mine.indicators, other.indicators, strict=True)
            if getattr(a, name) != getattr(b, name)
        ]
        if differing:
            raise NotComparableError(
                f"{what} has another {name} than the fit for {listing(differing)}. Bring the table "
                "to the framework of the fit, or fit again."
            )
    if [(g.code, g.parent) for g in mine.groups] != [(g.code, g.parent) for g in other.groups]:
        raise NotComparableError(
            f"{what} groups its indicators otherwise than the fit. Fit again with its framework."
        )


def require_one_framework(tables: Mapping[int, IndicatorTable]) -> None:
    """Refuse years whose scores would not mean the same.

    Raises
    ------
    NotComparableError
        When a year has other indicators, directions or units than the first.
    """
    first = next(iter(tables.values()))
    for year, table in tables.items():
        _require_same(first.framework, table.framework, f"The table of {year}")


def _fit_year(fit_on: str | int, tables: Mapping[int, IndicatorTable]) -> int | None:
    """Return the year that a panel is fitted on; None for all of them together."""
    if fit_on == "all":
        return None
    named = {"first": min(tables), "last": max(tables)}
    year: Any = named.get(fit_on) if isinstance(fit_on, str) else fit_on
    if year is None or isinstance(year, bool) or year not in tables:
        raise SpecError(
            f"fit_on={fit_on!r} is none of the years, which are {listing(tables, most=20)}. Give "
            'one of these, "first", "last", or "all" for all years together.'
        )
    return int(year)


def stack_years(tables: Mapping[int, IndicatorTable]) -> IndicatorTable:
    """Return all years as one table whose regions are named `region@year`."""
    parts = [_named_by_year(table, year) for year, table in tables.items()]

    def stacked(name: str) -> pd.DataFrame:
        return pd.concat([part[name] for part in parts])

    return IndicatorTable(
        values=stacked("values"),
        regions=stacked("regions"),
        framework=next(iter(tables.values())).framework,
        status=stacked("status"),
        year=stacked("year"),
    )


def _named_by_year(table: IndicatorTable, year: int) -> dict[str, pd.DataFrame]:
    index = pd.Index([f"{region}@{year}" for region in table.values.index], name="region_id")
    frames = {
        "values": table.values,
        "regions": pd.DataFrame(table.regions),
        "status": table.status,
        "year": table.year,
    }
    return {name: frame.set_axis(index) for name, frame in frames.items()}


def _years(tables: Mapping[int, IndicatorTable]) -> pd.MultiIndex:
    pairs = [(region, year) for year, table in tables.items() for region in table.values.index]
    return pd.MultiIndex.from_tuples(pairs, names=["region_id", "year"])


@dataclass(frozen=True, repr=False, eq=False)
class Result(Drawn):
    """Scores, ranks and tiers of the regions of one table, and how they were made.

    Attributes
    ----------
    fitted
        The scheme with what it had learnt.
    table
        What was scored.
    normalised
        Regions × indicators after normalisation: higher is better.
    nodes
        Regions × groups: the sub-scores; the column with the empty name is the score.
    tier
        Ordered categorical by region; missing where there is no score.
    complete
        Regions × indicators: the values that were treated and normalised, divided by size and with
        gaps filled.
    year
        The year of the table, where it is known.
    yardstick
        What the fitted scheme says of the yardstick of the table, which is no region; None where
        the table has none.
    """

    fitted: FittedScheme
    table: IndicatorTable
    normalised: pd.DataFrame
    nodes: pd.DataFrame
    tier: pd.Series
    complete: pd.DataFrame
    year: int | None = None
    yardstick: ScoredYardstick | None = None

    @property
    def scores(self) -> pd.Series:
        """Composite score by region; missing where coverage is too low."""
        return self.nodes[""].rename("score")

    @cached_property
    def imputed(self) -> pd.DataFrame:
        """Regions × indicators: whether a cell was missing and has been filled."""
        return self._measured.isna() & self.complete.notna()

    @cached_property
    def carried(self) -> pd.DataFrame:
        """Values that gaps were filled with from other years, one row each.

        Columns `region_id`, `indicator`, `value` and `years`: the year that the value is from, or
        the two years that it lies between. Empty where `impute` looks at no other years.
        """
        columns = ["region_id", "indicator", "value", "years"]
        find = getattr(self.fitted.impute, "sources", None)
        rows, places = np.nonzero(self.imputed.to_numpy())
        if find is None or not len(rows):
            return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})
        sources = find(self._measured, year=self.year)
        cells = {
            "region_id": self.complete.index[rows],
            "indicator": self.complete.columns[places],
            "value": self.complete.to_numpy(float)[rows, places],
            "years": sources.to_numpy(object)[rows, places],
        }
        return pd.DataFrame(cells)

    @cached_property
    def _measured(self) -> pd.DataFrame:
        return self.fitted.denominate.apply(self.table.values)

    @property
    def sub_scores(self) -> pd.DataFrame:
        """Score of every group of the framework that holds indicators, highest groups first."""
        order = [g.code for g in self.table.framework.groups if g.code in self.nodes.columns]
        return self.nodes[order]

    @property
    def rank(self) -> pd.Series:
        """Rank by score, 1 is best.

        Equal scores share the better rank, and no score has no rank.
        """
        return self.scores.rank(ascending=False, method="min").astype("Int64").rename("rank")

    @property
    def coverage(self) -> pd.Series:
        """Share of the indicators that each region has a value for, and a denominator if needed."""
        return indicator_coverage(self._measured)

    @property
    def weights(self) -> pd.Series:
        """Effective weight of every indicator in the score; they sum to 1."""
        return self.fitted.weight.weights.copy()

    @property
    def node_weights(self) -> pd.Series:
        """Weight of every node, indicator or group, within its parent; siblings sum to 1."""
        return self.fitted.hierarchy.node_weights()

    @property
    def effective_indicators(self) -> float:
        """How many equally weighted indicators would be as concentrated: 1 / Σ w²."""
        return float(1.0 / (self.weights**2).sum())

    @property
    def breaks(self) -> TierScale:
        """Cut-points, counts and goodness of variance fit of the tiers."""
        return self.fitted.tier

    @property
    def tier_counts(self) -> dict[str, int]:
        """Regions in each tier, highest first.

        `breaks.counts` says it of the regions that the cut-points were learnt from, which may be
        those of another year.
        """
        counts = class_counts(
            self.tier.cat.codes.to_numpy().astype(np.int64), len(self.breaks.labels)
        )
        return dict(zip(self.breaks.labels, counts, strict=True))

    @cached_property
    def no_data(self) -> list[str]:
        """Regions without a score."""
        return self.scores.index[self.scores.isna()].tolist()

    def to_frame(self) -> pd.DataFrame:
        """Return names, score, rank, tier, sub-scores and coverage, one row per region, best first.

        Regions without a score come last. Equal ranks are in the order of the region id. Where
        values are missing in regions with a score, `missing` names their indicators (`;` between
        them) and `heaviest_weight` is the largest weight that another one took over; see
        `hubtiers.gap_effects`.
        """
        standing = (self.scores, self.rank, self.tier)
        frame = pd.concat(
            [
                self.table.regions[list(NAMES)],
                *(found.rename(name) for name, found in zip(SCORED, standing, strict=True)),
                self.sub_scores,
            ],
            axis=1,
        )
        frame[COVERAGE] = self.coverage
        frame = frame.join(self._gap_marks) if len(self._gap_marks) else frame
        frame.index.name = REGION_ID
        return frame.sort_index().sort_values("rank", kind="stable", na_position="last")

    @cached_property
    def gap_effects(self) -> pd.DataFrame:
        """What missing values did to the scores; see `hubtiers.gap_effects`."""
        # It reads results, so it stands above this module; it is only looked up when asked for.
        from hubtiers.gaps import gap_effects

        return gap_effects(self)

    @cached_property
    def _gap_marks(self) -> pd.DataFrame:
        """By region with gaps: the missing indicators, and the heaviest that took over."""
        gaps = self.gap_effects[~self.gap_effects["filled"].astype(bool)]
        by_region = gaps.groupby("region_id", sort=False)
        marks = by_region["indicator"].agg(";".join), by_region["weight_now"].max()
        return pd.DataFrame(dict(zip(GAPS, marks, strict=True)))

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Return `to_frame()` with the geometry of the regions.

        Raises
        ------
        DataError
            When the table was made without geometry.
        """
        if not isinstance(self.table.regions, gpd.GeoDataFrame):
            raise DataError(
                "The table has no geometry. Join the indicators to regions with join_indicators "
                "first."
            )
        frame = self.to_frame()
        return gpd.GeoDataFrame(
            frame, geometry=self.table.regions.geometry.loc[frame.index], crs=self.table.regions.crs
        )

    def explain(self, region: str) -> Explanation:
        """Say why a region stands where it stands (得分解释).

        Contributions, strengths, weaknesses, the next tier.

        Raises
        ------
        UnknownOptionError
            When the table has no region of this id or name.
        DataError
            When it has no score.
        """
        # The explanation reads results, so it stands above this module; it is only looked up when
        # asked for.
        from hubtiers.explain import explain

        return explain(self, region)

    def change(self, earlier: Result) -> pd.DataFrame:
        """Return what has changed since an earlier result of the same fit (变化), region by region.

        Parameters
        ----------
        earlier
            A result of the same `FittedScheme`: another year, or a scenario.

        Returns
        -------
        pandas.DataFrame
            By region: names; score, rank and tier before and after; `score_change`, `rank_change`
            (positive: places gained) and `tier_change` (positive: tiers climbed).

        Raises
        ------
        NotComparableError
            When the two come from different fits.

        Notes
        -----
        **Missing values**: a region without a score on one side stays, and its changes are missing.
        """
        if earlier.fitted is not self.fitted:
            raise NotComparableError(
                "The two results come from different fits, so that their scores do not share "
                "bounds, weights and cut-points. Score both tables with one fit: Scheme.fit(table) "
                "or Scheme.fit_panel({year: table})."
            )
        names = pd.concat([r.table.regions[["name_zh", "name_en"]] for r in (self, earlier)])
        order = self.scores.index.union(earlier.scores.index, sort=False)
        frame = names[~names.index.duplicated()].loc[order]
        for name in ("scores", "rank", "tier"):
            before, after = (getattr(r, name).reindex(order) for r in (earlier, self))
            column = name.removesuffix("s")
            frame[f"{column}_before"], frame[f"{column}_after"] = before, after
            if name == "tier":
                before, after = (
                    t.cat.codes.astype("Int64").replace(-1, pd.NA) for t in (before, after)
                )
            frame[f"{column}_change"] = before - after if name == "rank" else after - before
        return frame

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {label}" for label, n in self.tier_counts.items())
        unscored = f", {len(self.no_data)} no data" if self.no_data else ""
        return f"<Result: {counts}{unscored}; GVF {self.breaks.gvf:.3f}>\n{self.to_frame().head(8)}"

    def _repr_html_(self) -> str:
        shown = self._map_html() or folded_html(self.to_frame())
        return f"<p>{escape(repr(self).splitlines()[0][1:-1])}</p>{shown}"
