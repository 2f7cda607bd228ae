"""The one place that knows the order of steps: coverage, treatment, normalisation, weights, aggregation, tiers.

`Scheme` holds the choices, `FittedScheme` what they learnt from one table, `Result` what they say of another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, NotComparableError, OverlapError, SpecError, UnknownOptionError, listing
from hubtiers.framework import Framework
from hubtiers.scoring.aggregate import Arithmetic
from hubtiers.scoring.impute import RequireCoverage, indicator_coverage
from hubtiers.scoring.normalise import MinMax
from hubtiers.scoring.treat import NoTreatment
from hubtiers.scoring.weight import CriticWeights, EntropyWeights, EqualWeights, FittedWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, TierScale

__all__ = ["METHODS", "FittedScheme", "Result", "Scheme", "make_step", "short_name"]

METHODS: Mapping[str, tuple[type, ...]] = {
    "impute": (RequireCoverage,),
    "treat": (NoTreatment,),
    "normalise": (MinMax,),
    "weight": (EqualWeights, EntropyWeights, CriticWeights),
    "aggregate": (Arithmetic,),
    "tier": (NaturalBreaks,),
}
"""Every method by its step: a new method is one line here."""

SIGNIFICANT_DIGITS = 12
"""Scores are rounded to this many digits before they are ranked, so that the answer is the same on every processor."""


_LARGEST = 290
_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(-_LARGEST, _LARGEST + 1)])


class Fitted(Protocol):
    """A step that has learnt from data."""

    def apply(self, values: Any, /) -> Any: ...


class ValueStep(Protocol):
    """A step that changes values: coverage, treatment."""

    def fit(self, values: pd.DataFrame) -> Fitted: ...


class NormaliseStep(Protocol):
    """A step that brings values to one scale and applies their direction."""

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> Fitted: ...


class WeightStep(Protocol):
    """A step that says how much each indicator counts."""

    @property
    def uses_data(self) -> bool: ...

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights: ...


class AggregateStep(Protocol):
    """A step that brings the children of a node together."""

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> Fitted: ...


class TierStep(Protocol):
    """A step that finds the cut-points between tiers."""

    def fit(self, scores: pd.Series) -> TierScale: ...


@dataclass(frozen=True)
class Scheme:
    """A declared method: how indicators become scores, and scores become tiers.

    Parameters
    ----------
    impute, treat, normalise, weight, aggregate, tier
        One method object for each step. `aggregate` may be a tuple, from the lowest level of the framework up; its
        last member serves all higher levels.

    Notes
    -----
    The steps run in this order: coverage, treatment, normalisation (which applies direction), weights, aggregation from
    the lowest groups to the score, tiers.

    **Missing values** are never filled unless `impute` says so.

    Examples
    --------
    >>> frame = pd.DataFrame({"rd": [1.0, 2.0, 4.0], "patents": [10.0, 40.0, 50.0]}, index=["a", "b", "c"])
    >>> result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    >>> result.scores.round(3).tolist()
    [0.0, 0.542, 1.0]
    """

    impute: ValueStep = field(default_factory=RequireCoverage)
    treat: ValueStep = field(default_factory=NoTreatment)
    normalise: NormaliseStep = field(default_factory=MinMax)
    weight: WeightStep = field(default_factory=EqualWeights)
    aggregate: AggregateStep | tuple[AggregateStep, ...] = field(default_factory=Arithmetic)
    tier: TierStep = field(default_factory=NaturalBreaks)

    def __post_init__(self) -> None:
        for step in METHODS:
            chosen = getattr(self, step)
            members = chosen if step == "aggregate" and isinstance(chosen, tuple) else (chosen,)
            for method in members or (None,):
                if isinstance(method, type) or not callable(getattr(method, "fit", None)):
                    example = METHODS[step][0].__name__
                    raise SpecError(f"Scheme({step}={method!r}) is no method object. Give one such as {example}().")

    def replace(self, **steps: Any) -> Scheme:
        """Return the scheme with some steps exchanged, such as `scheme.replace(weight=EntropyWeights())`."""
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
        if self.weight.uses_data and table.overlaps:
            pairs = [(table.label(a), table.label(b)) for a, b in table.overlaps]
            raise OverlapError(pairs, f"{type(self.weight).__name__}()")
        treat = self.treat.fit(table.values)
        impute = self.impute.fit(treated := treat.apply(table.values))
        complete = impute.apply(treated)
        direction = pd.Series({i.code: i.direction for i in table.framework.indicators})
        normalise = self.normalise.fit(complete, direction=direction)
        normalised = normalise.apply(complete)
        weights = self.weight.fit(normalised, framework=table.framework)
        fitted = FittedScheme(self, table.framework, treat, impute, normalise, weights)
        nodes = fitted.aggregate_levels(normalised, weights.weights)
        return dataclasses.replace(fitted, tier=self.tier.fit(nodes[""]))

    def run(self, table: IndicatorTable) -> Result:
        """Fit and score the same table."""
        return self.fit(table).score(table)

    def to_spec(self) -> dict[str, Any]:
        """Return the scheme as plain values, as they stand in a study file."""
        return {name: _spec(getattr(self, name)) for name in METHODS}

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Scheme:
        """Make a scheme from plain values, such as `{"weight": "entropy", "tier": {"method": "NaturalBreaks", "k": 3}}`.

        Raises
        ------
        UnknownOptionError, SpecError
            When a step, a method or an option is not known, or an option has a wrong value.
        """
        for name in spec:
            if name not in METHODS:
                raise UnknownOptionError("step of a scheme", name, METHODS)
        return cls(**{name: _step_or_steps(name, value) for name, value in spec.items()})


@dataclass(frozen=True, eq=False)
class FittedScheme:
    """A scheme with what it learnt from one table; scores others by the same bounds, weights and cut-points."""

    scheme: Scheme
    framework: Framework
    treat: Fitted
    impute: Fitted
    normalise: Fitted
    weight: FittedWeights
    tier: TierScale | None = None

    def score(self, table: IndicatorTable) -> Result:
        """Score a table that has the same indicators as the one of the fit.

        Raises
        ------
        NotComparableError
            When the indicators differ.
        """
        if table.framework.codes != self.framework.codes:
            mine, theirs = set(self.framework.codes), set(table.framework.codes)
            odd = listing(sorted(mine ^ theirs)) or "their order"
            raise NotComparableError(
                f"The scheme was fitted on other indicators; the difference is {odd}. Score a table with the same "
                "framework, or fit again."
            )
        assert self.tier is not None
        treated = self.treat.apply(table.values)
        normalised = self.normalise.apply(self.impute.apply(treated))
        nodes = self.aggregate_levels(normalised, self.weight.weights)
        return Result(self, table, normalised, nodes, self.tier.apply(nodes[""]).rename("tier"))

    def aggregate_levels(self, normalised: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
        """Return the score of every group, lowest first, and of the whole in the column with the empty name."""
        chosen = self.scheme.aggregate
        ladder: tuple[AggregateStep, ...] = chosen if isinstance(chosen, tuple) else (chosen,)
        nodes = normalised.copy()
        for height, groups in enumerate(self.framework.levels()):
            method = ladder[min(height, len(ladder) - 1)]
            for group in groups:
                children = self.framework.filled_children(group)
                share = pd.Series({c: weights[self._leaves(c)].sum() for c in children})
                if share.sum() <= 0:  # every indicator below has weight 0: the group plays no part and has no score
                    nodes[group] = np.nan
                    continue
                fitted = method.fit(nodes[children], weights=share / share.sum())
                nodes[group] = fitted.apply(nodes[children])
        scores = nodes.drop(columns=normalised.columns)
        return pd.DataFrame(round_significant(scores.to_numpy(float)), scores.index, scores.columns)

    def _leaves(self, code: str) -> list[str]:
        return [code] if code in self.framework.codes else self.framework.leaves(code)


@dataclass(frozen=True, repr=False, eq=False)
class Result:
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
    """

    fitted: FittedScheme
    table: IndicatorTable
    normalised: pd.DataFrame
    nodes: pd.DataFrame
    tier: pd.Series

    @property
    def scores(self) -> pd.Series:
        """Composite score by region; missing where coverage is too low."""
        return self.nodes[""].rename("score")

    @property
    def sub_scores(self) -> pd.DataFrame:
        """Score of every group of the framework that holds indicators, highest groups first."""
        order = [g.code for g in self.table.framework.groups if g.code in self.nodes.columns]
        return self.nodes[order]

    @property
    def rank(self) -> pd.Series:
        """Rank by score, 1 is best; equal scores share the better rank, and no score has no rank."""
        return self.scores.rank(ascending=False, method="min").astype("Int64").rename("rank")

    @property
    def coverage(self) -> pd.Series:
        """Share of the indicators that each region has a value for."""
        return indicator_coverage(self.table.values)

    @property
    def weights(self) -> pd.Series:
        """Effective weight of every indicator in the score; they sum to 1."""
        return self.fitted.weight.weights.copy()

    @property
    def effective_indicators(self) -> float:
        """How many equally weighted indicators would be as concentrated: 1 / Σ w²."""
        return float(1.0 / (self.weights**2).sum())

    @property
    def breaks(self) -> TierScale:
        """Cut-points, counts and goodness of variance fit of the tiers."""
        assert self.fitted.tier is not None
        return self.fitted.tier

    @cached_property
    def no_data(self) -> list[str]:
        """Regions without a score."""
        return self.scores.index[self.scores.isna()].tolist()

    def to_frame(self) -> pd.DataFrame:
        """Return names, score, rank, tier, sub-scores and coverage, one row per region, best first.

        Regions without a score come last. Equal ranks are in the order of the region id.
        """
        frame = pd.concat(
            [self.table.regions[["name_zh", "name_en"]], self.scores, self.rank, self.tier, self.sub_scores], axis=1
        )
        frame["coverage"] = self.coverage
        frame.index.name = "region_id"
        return frame.sort_index().sort_values("rank", kind="stable", na_position="last")

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Return `to_frame()` with the geometry of the regions.

        Raises
        ------
        DataError
            When the table was made without geometry.
        """
        if not isinstance(self.table.regions, gpd.GeoDataFrame):
            raise DataError("The table has no geometry. Join the indicators to regions with join_indicators first.")
        frame = self.to_frame()
        return gpd.GeoDataFrame(frame, geometry=self.table.regions.geometry.loc[frame.index], crs=self.table.regions.crs)

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {label}" for label, n in zip(self.breaks.labels, self._tier_counts(), strict=True))
        unscored = f", {len(self.no_data)} no data" if self.no_data else ""
        return f"<Result: {counts}{unscored}; GVF {self.breaks.gvf:.3f}>\n{self.to_frame().head(8)}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self).splitlines()[0][1:-1])}</p>{self.to_frame().to_html(escape=True, na_rep='–')}"

    def _tier_counts(self) -> list[int]:
        counts = self.tier.value_counts()
        return [int(counts.get(label, 0)) for label in self.breaks.labels]


def make_step(step: str, spec: Any) -> Any:
    """Return the method object that a study file or the command line names.

    Parameters
    ----------
    step
        One of the keys of `METHODS`.
    spec
        A name (`"EntropyWeights"`, or short `"entropy"`), or a mapping with `method` and its options.

    Raises
    ------
    UnknownOptionError, SpecError

    Examples
    --------
    >>> make_step("tier", {"method": "NaturalBreaks", "k": 3})
    NaturalBreaks(k=3, labels=None)
    """
    options = dict(spec) if isinstance(spec, Mapping) else {"method": spec}
    name = options.pop("method", None)
    if name is None:
        raise SpecError(f"The step {step!r} has no method. Write for example {METHODS[step][0].__name__!r}.")
    by_key = {key: method for method in METHODS[step] for key in (_key(method.__name__), _key(short_name(method)))}
    method = by_key.get(_key(str(name)))
    if method is None:
        raise UnknownOptionError(f"method for the step {step!r}:", name, [m.__name__ for m in METHODS[step]])
    known = [f.name for f in dataclasses.fields(method)]
    for option in options:
        if option not in known:
            raise UnknownOptionError(f"option of {method.__name__}:", option, known)
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    try:
        return method(**options)
    except TypeError as error:
        raise SpecError(f"{method.__name__} cannot be made from {options}: {error}.") from None


def short_name(method: type) -> str:
    """Return the short name of a weighting method: `EntropyWeights` is `entropy`."""
    return method.__name__.removesuffix("Weights").lower()


def _key(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _step_or_steps(step: str, value: Any) -> Any:
    if step == "aggregate" and isinstance(value, (list, tuple)):
        return tuple(make_step(step, member) for member in value)
    return make_step(step, value)


def _spec(method: Any) -> Any:
    if isinstance(method, tuple):
        return [_spec(member) for member in method]
    options = {f.name: getattr(method, f.name) for f in dataclasses.fields(method)}
    return {"method": type(method).__name__, **{k: v for k, v in options.items() if v is not None}}


def round_significant(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to at least `SIGNIFICANT_DIGITS` decimal digits by steps that are exact on every processor.

    Sums and products differ in their last bits between processors and block sizes; rounded scores do not, so that ranks,
    ties and tiers are the same everywhere.
    """
    # The binary exponent bounds the decimal one in whole numbers; a logarithm could round either way at a power of ten.
    exponent = np.frexp(x)[1].astype(np.int64) * 30103 // 100_000
    scale = _POWERS_OF_TEN[np.clip(SIGNIFICANT_DIGITS - exponent, -_LARGEST, _LARGEST) + _LARGEST]
    return np.asarray(np.rint(x * scale) / scale)
