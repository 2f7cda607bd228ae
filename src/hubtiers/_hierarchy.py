"""From indicators up to the score.

Weights of every node within its parent, and aggregation level by level.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import asked_for
from hubtiers._rounding import round_significant, round_sums
from hubtiers._steps import Given
from hubtiers.errors import DataError, NotComparableError, SpecError, listing
from hubtiers.framework import Framework
from hubtiers.scoring.aggregate import Arithmetic, Nesting
from hubtiers.scoring.weight import FittedWeights

_Method = TypeVar("_Method")

_ROUNDING = 1e-9
"""How far the sum of weights may be from 1."""


class Fitted(Protocol):
    """A step that has learnt from data; it gives a frame or a Series."""

    # The steps differ in what they take and give; what each needs is looked up by `Given`.
    @property
    def apply(self) -> Any: ...


class FittedAggregate(Protocol):
    """An aggregation that has learnt from data."""

    @property
    def apply(self) -> Callable[..., pd.Series]: ...


class WeightStep(Protocol):
    """A step that says how much each indicator counts.

    Whether the weights come from the data it says in an attribute `uses_data`; see
    `hubtiers._method.uses_data`. That is no member here: type checkers tell attributes of a class
    from properties, and either will do.
    """

    @property
    def fit(self) -> Callable[..., FittedWeights]: ...


class AggregateStep(Protocol):
    """A step that brings the children of a node together."""

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> FittedAggregate: ...


@dataclass(frozen=True, eq=False)
class GroupNode:
    """One group that holds indicators.

    Attributes
    ----------
    code
        Its code; empty for the score.
    level
        0 for the lowest groups.
    children, leaves
        Codes of its children, and the columns of the indicators below each.
    only_indicators
        Whether all children are indicators.
    labels
        The children as one index: frames and weights that share it need not be aligned.
    """

    code: str
    level: int
    children: tuple[str, ...]
    leaves: tuple[tuple[int, ...], ...]
    only_indicators: bool
    labels: pd.Index


@lru_cache(maxsize=64)
def groups_upwards(framework: Framework) -> tuple[GroupNode, ...]:
    """Return the groups that hold indicators, the lowest first and the score last."""
    return tuple(_groups_upwards(framework))


def _groups_upwards(framework: Framework) -> Iterator[GroupNode]:
    column = {code: number for number, code in enumerate(framework.codes)}
    for level, groups in enumerate(framework.levels()):
        for code in groups:
            children = tuple(framework.filled_children(code))
            leaves = tuple(_columns_below(framework, child, column) for child in children)
            only_indicators = all(child in column for child in children)
            yield GroupNode(code, level, children, leaves, only_indicators, pd.Index(children))


def all_at_once(aggregate: AggregateStep | tuple[AggregateStep, ...]) -> bool:
    """Return whether an aggregation takes all indicators of a group at once, at whatever depth.

    A method says so in an attribute `levels`; in a tuple, each stands at its own level.
    """
    return not isinstance(aggregate, tuple) and getattr(aggregate, "levels", "each") == "all"


@lru_cache(maxsize=64)
def nesting_of(framework: Framework) -> Nesting:
    """Return which indicators stand below each group, the lowest groups first."""
    codes = framework.codes
    below = []
    for group in groups_upwards(framework):
        columns = itertools.chain.from_iterable(group.leaves)
        below.append(tuple(codes[column] for column in columns))
    return Nesting(tuple(below))


def _with_all_below(group: GroupNode, codes: list[str]) -> GroupNode:
    """Return the group as if all indicators below it were its children."""
    columns = list(itertools.chain.from_iterable(group.leaves))
    below = tuple(codes[column] for column in columns)
    alone = tuple((column,) for column in columns)
    return GroupNode(
        group.code,
        group.level,
        children=below,
        leaves=alone,
        only_indicators=True,
        labels=pd.Index(below),
    )


def _columns_below(framework: Framework, node: str, column: Mapping[str, int]) -> tuple[int, ...]:
    below = [node] if node in column else framework.leaves(node)
    return tuple(column[leaf] for leaf in below)


def by_level(chosen: _Method | tuple[_Method, ...]) -> tuple[_Method, ...]:
    """Return the methods of a step from the lowest level up, also where one serves all levels."""
    return chosen if isinstance(chosen, tuple) else (chosen,)


def method_at(methods: tuple[_Method, ...], level: int) -> _Method:
    """Return the method for a level: the last member of the tuple serves all levels above it."""
    return methods[min(level, len(methods) - 1)]


@dataclass(frozen=True, eq=False)
class RegionalWeights:
    """What each child counts for in each region (regions × children).

    The score of the group is the sum of weighted values when they are `multipliers`, else their
    weighted mean.
    """

    frame: pd.DataFrame
    multipliers: bool


@dataclass(frozen=True, eq=False)
class Inputs:
    """What the aggregation of a group brings together.

    Attributes
    ----------
    group
        The group with its children or, where the method takes all indicators at once, with all
        indicators below it in place of its children.
    share
        What each of them counts for in the group, sum 1; all 0 where the group plays no part.
    """

    group: GroupNode
    share: pd.Series


@dataclass(frozen=True, eq=False)
class FittedNode:
    """A group with the share of each child, and what its aggregation learnt.

    Attributes
    ----------
    group
        The group and its children.
    method
        The aggregation.
    share
        Weight of each child within the group, sum 1; all 0 where the group plays no part.
    inputs
        What is brought together: the children, or all indicators below them.
    aggregate
        Fitted on the inputs that have a weight; None where the group plays no part.
    own
        Weights fitted within this group, where the scheme weights level by level.
    """

    group: GroupNode
    method: AggregateStep
    share: pd.Series
    inputs: Inputs
    aggregate: Fitted | None
    own: FittedWeights | None

    @property
    def takes_all(self) -> bool:
        """Whether all indicators below are brought together at once."""
        return self.inputs.group is not self.group

    def apply(self, values: pd.DataFrame, regional: RegionalWeights | None = None) -> pd.Series:
        """Return the score of the group from its inputs, with weights by region where there are."""
        if regional is not None:
            return self._apply_by_region(values, regional)
        if self.aggregate is None:
            return pd.Series(np.nan, index=values.index)
        scores: pd.Series = self.aggregate.apply(only(values, self.inputs.share))
        return scores

    def _apply_by_region(self, children: pd.DataFrame, regional: RegionalWeights) -> pd.Series:
        if not isinstance(self.method, Arithmetic):
            raise SpecError(
                "Weights by region, as BenefitOfDoubt() gives them, are made for a weighted sum, "
                f"but {self.method!r} brings the children of {self.group.code or 'the score'!r} "
                "together. Use Arithmetic() there."
            )
        weights, values = regional.frame.to_numpy(float), children.to_numpy(float)
        scores = _mean_by_region(values, weights)
        if regional.multipliers:
            scores = scores * weights.sum(axis=1)
        return pd.Series(scores, index=children.index)


def _mean_by_region(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean of each row under weights of its own, over the values present.

    NaN where there are none.
    """
    present = np.where(np.isnan(values), 0.0, weights)
    total = present.sum(axis=1)
    summed = (present * np.nan_to_num(values)).sum(axis=1)
    return np.asarray(np.divide(summed, total, out=np.full(len(values), np.nan), where=total > 0))


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Every group from the lowest up, fitted.

    `flat` are weights over all indicators at once, where there are such.
    """

    nodes: tuple[FittedNode, ...]
    flat: FittedWeights | None

    @property
    def by_region(self) -> bool:
        """Whether regions have weights of their own."""
        fitted = (self.flat, *(node.own for node in self.nodes))
        return any(_by_region(weights) is not None for weights in fitted)

    def node_weights(self) -> pd.Series:
        """Return the weight of every node within its parent."""
        shares: pd.Series = pd.concat([node.share for node in self.nodes[::-1]])
        return shares.rename("weight")

    def reach(self) -> dict[Any, float]:
        """Return by node what it counts for in the score.

        The product of the weights on the way up.
        """
        reach: dict[Any, float] = {"": 1.0}
        for node in self.nodes[::-1]:
            own = reach[node.group.code]
            reach |= {child: own * share for child, share in node.share.items()}
        return reach

    def effective(self, codes: list[str]) -> pd.Series:
        """Return the weight of every indicator in the score; they sum to 1."""
        if self.flat is not None:
            return self.flat.weights.reindex(codes)
        reach = self.reach()
        return pd.Series({code: reach[code] for code in codes}, name="weight")

    def scores(self, normalised: pd.DataFrame) -> pd.DataFrame:
        """Return the score of every group, lowest first, and of the whole in the column ""."""
        scored: dict[str, pd.Series] = {}
        flat = weights_by_region(self.flat, normalised)
        for node in self.nodes:
            own = None
            if node.own is not None:
                own = weights_by_region(node.own, gather(normalised, scored, node.group))
            values = gather(normalised, scored, node.inputs.group)
            scored[node.group.code] = node.apply(values, regional_weights(node.group, flat, own))
        return pd.DataFrame(scored, index=normalised.index)

    def rounded(self, scored: pd.DataFrame, normalised: pd.DataFrame) -> pd.DataFrame:
        """Return scores of all groups, rounded; relative to what was added where parts cancel."""
        numbers = scored.to_numpy(float)
        if not self._cancels(normalised):
            return pd.DataFrame(round_significant(numbers), scored.index, scored.columns)
        sizes = self.scores(normalised.abs()).to_numpy(float)
        return pd.DataFrame(round_sums(numbers.T, sizes.T).T, scored.index, scored.columns)

    def _cancels(self, normalised: pd.DataFrame) -> bool:
        """Say whether scores are sums of positive and negative parts."""
        added = all(type(node.method) is Arithmetic for node in self.nodes)
        return added and bool((normalised.to_numpy(float) < 0).any())

    def shares_of(
        self, region: str, normalised: pd.DataFrame, nodes: pd.DataFrame
    ) -> dict[str, dict[str, float]]:
        """Return by group what each child counts for in one region.

        Missing children hand their weight on.
        """
        known = pd.concat([normalised.loc[region], nodes.loc[region]]).notna().to_dict()
        flat = weights_by_region(self.flat, normalised)
        shares = {}
        for node in self.nodes:
            children = gather(normalised, nodes, node.group)
            own = None if node.own is None else weights_by_region(node.own, children)
            regional = regional_weights(node.group, flat, own)
            stated: dict[Any, float] = (
                node.share if regional is None else regional.frame.loc[region]
            ).to_dict()
            present = {c: stated[c] for c in node.group.children if stated[c] > 0 and known[c]}
            if node.takes_all:
                # What counts is whether there are indicators below; a sub-score may be undefined.
                known[node.group.code] = bool(present)
            # Multipliers need not sum to 1; what is missing hands its part on, so that their sum
            # stays.
            whole = sum(stated.values()) if regional is not None and regional.multipliers else 1.0
            total = sum(present.values())
            shares[node.group.code] = {
                child: whole * weight / total for child, weight in present.items()
            }
        return shares


def fit_hierarchy(
    framework: Framework,
    normalised: pd.DataFrame,
    *,
    weight: WeightStep | tuple[WeightStep, ...] | FittedWeights,
    aggregate: AggregateStep | tuple[AggregateStep, ...],
    given: Given | None,
) -> tuple[Hierarchy, pd.DataFrame]:
    """Fit weights and aggregation from the lowest level up.

    Return them with the score of every group.

    One weighting method is fitted over all indicators at once; a tuple is fitted group by group, on
    the scores of its children. `given` is what the methods may ask for beside the values; None
    where weights stand already.
    """
    flat = (
        None if isinstance(weight, tuple) else _flat_weights(weight, framework, normalised, given)
    )
    flat_by_region = _by_region(flat)
    scored: dict[str, pd.Series] = {}
    fitted: list[FittedNode] = []
    inputs = _InputFinder(framework, at_once=all_at_once(aggregate))
    for group in groups_upwards(framework):
        own = None
        if isinstance(weight, tuple):
            children = gather(normalised, scored, group)
            own = fit_weights(method_at(weight, group.level), children, given)
        share = _share(group, flat, own)
        chosen = method_at(by_level(aggregate), group.level)
        values, found = inputs.find(group, share, normalised, scored)
        learnt = _fit_aggregate(chosen, values, found, inputs.nesting, given)
        node = FittedNode(group, chosen, share, found, learnt, own)
        regional = regional_weights(group, flat_by_region, _by_region(own))
        scored[group.code] = node.apply(values, regional)
        fitted.append(node)
    return Hierarchy(tuple(fitted), flat), pd.DataFrame(scored, index=normalised.index)


class _InputFinder:
    """Finds what each group brings together, from the lowest group up."""

    def __init__(self, framework: Framework, *, at_once: bool) -> None:
        self.nesting = nesting_of(framework) if at_once else None
        self._codes = framework.codes
        self._within = {code: pd.Series({code: 1.0}) for code in framework.codes}

    def find(
        self,
        group: GroupNode,
        share: pd.Series,
        normalised: pd.DataFrame,
        scored: Mapping[str, pd.Series],
    ) -> tuple[pd.DataFrame, Inputs]:
        """Return the values that a group brings together, and what each counts for."""
        if self.nesting is None:
            return gather(normalised, scored, group), Inputs(group, share)
        # An indicator counts for the product of the shares of siblings on its way up.
        parts = [self._within[child] * share[child] for child in group.children]
        below = _with_all_below(group, self._codes)
        # Indicators of a group need not stand side by side in the framework.
        inputs = Inputs(below, pd.concat(parts).reindex(below.labels))
        self._within[group.code] = inputs.share
        return gather(normalised, scored, below), inputs


def _flat_weights(
    weight: WeightStep | FittedWeights,
    framework: Framework,
    normalised: pd.DataFrame,
    given: Given | None,
) -> FittedWeights:
    """Return weights over all indicators at once, in the order of the framework."""
    flat = weight if isinstance(weight, FittedWeights) else fit_weights(weight, normalised, given)
    if list(flat.weights.index) == framework.codes:
        return flat
    return dataclasses.replace(flat, weights=flat.weights.reindex(framework.codes))


def fit_weights(method: WeightStep, values: pd.DataFrame, given: Given | None) -> FittedWeights:
    """Return the weights that a method gives to the columns of normalised values.

    Raises
    ------
    DataError
        When a column gets no weight, or the weights are no shares of the whole.
    """
    fitted: FittedWeights = _fit_step(method, values, given)
    weights = fitted.weights.reindex(values.columns)
    if absent := [repr(code) for code in values.columns[weights.isna()]]:
        raise DataError(
            f"{method!r} gives {listing(absent)} no weight. Give every child of a group one, 0 to "
            "leave it out."
        )
    if not (weights >= 0).all() or abs(weights.sum() - 1.0) > _ROUNDING:
        raise DataError(
            f"{method!r} gives weights from {weights.min():g} to {weights.max():g} that sum to "
            f"{weights.sum():g}. Weights are shares: let them be at least 0 and sum to 1."
        )
    return fitted


def _fit_step(method: Any, values: pd.DataFrame, given: Given | None, **beside: Any) -> Any:
    asked = {} if given is None else given.to(method.fit, values)
    return method.fit(values, **asked, **beside)


def _fit_aggregate(
    method: AggregateStep,
    values: pd.DataFrame,
    inputs: Inputs,
    nesting: Nesting | None,
    given: Given | None,
) -> Fitted | None:
    """Fit the aggregation of a group on the inputs that have a weight; None where none has one.

    With a nesting, the group takes all indicators below it at once.
    """
    kept = only(values, inputs.share)
    if kept.shape[1] == 0:
        return None
    counted = inputs.share if kept is values else inputs.share[inputs.share > 0]
    beside: dict[str, Any] = {"weights": counted}
    if nesting is not None and "nested" in asked_for(method.fit):
        beside["nested"] = nesting
    try:
        fitted: Fitted = _fit_step(method, kept, given, **beside)
    except DataError:
        # The score comes from the indicators, not from the sub-scores: a group in which the method
        # is not defined, since all regions are the same there, only has no sub-score.
        if nesting is None or inputs.group.code == "":
            raise
        return None
    return fitted


def gather(
    normalised: pd.DataFrame, scored: Mapping[str, pd.Series] | pd.DataFrame, group: GroupNode
) -> pd.DataFrame:
    """Return the children of a group side by side.

    Indicators, and groups that were scored already.
    """
    if group.only_indicators:
        columns = [column for below in group.leaves for column in below]
        return pd.DataFrame(
            normalised.to_numpy(float)[:, columns], index=normalised.index, columns=group.labels
        )
    scores = [scored[c] if c in scored else normalised[c] for c in group.children]
    stacked = np.column_stack([score.to_numpy(float) for score in scores])
    return pd.DataFrame(stacked, index=normalised.index, columns=group.labels)


def only(children: pd.DataFrame, share: pd.Series) -> pd.DataFrame:
    """Return the children that have a weight: one of weight 0 plays no part."""
    counts = share.to_numpy(float) > 0
    return children if counts.all() else children.loc[:, counts]


def regional_weights(
    group: GroupNode, flat: pd.DataFrame | None, own: pd.DataFrame | None
) -> RegionalWeights | None:
    """Return the weights by region of a group's children; None where all regions share one set.

    Parameters
    ----------
    group
        The group.
    flat
        Weights by region of all indicators, where there are such.
    own
        Weights by region of the group's children, fitted within the group, where there are such.

    Notes
    -----
    Weights by region are multipliers: the score is the sum of weighted values, as in the benefit of
    the doubt. A group between the indicators and the score has no multipliers of its own, so that
    its score is their weighted mean.
    """
    if own is not None:
        return RegionalWeights(own, multipliers=True)
    if flat is None:
        return None
    weights = flat.to_numpy(float)
    columns = {
        child: weights[:, below].sum(axis=1)
        for child, below in zip(group.children, group.leaves, strict=True)
    }
    return RegionalWeights(pd.DataFrame(columns, index=flat.index), multipliers=group.code == "")


def weights_by_region(weights: FittedWeights | None, values: pd.DataFrame) -> pd.DataFrame | None:
    """Return weights by region for these regions; None when all regions share one set."""
    fitted = _by_region(weights)
    if fitted is None:
        return None
    solve = getattr(weights, "for_regions", None)
    if solve is not None:
        frame: pd.DataFrame = solve(values)
        return frame
    if unknown := [r for r in values.index if r not in fitted.index]:
        raise NotComparableError(
            f"The weights were fitted region by region, but {listing(unknown)} had no part in the "
            "fit. Fit again with them."
        )
    return fitted.reindex(values.index)


def _by_region(weights: FittedWeights | None) -> pd.DataFrame | None:
    return getattr(weights, "by_region", None)


def _share(group: GroupNode, flat: FittedWeights | None, own: FittedWeights | None) -> pd.Series:
    """Return the weight of each child within its group.

    All 0 when every indicator below has weight 0.
    """
    if own is not None:
        stated = own.weights.reindex(list(group.children)).to_numpy(float)
    else:
        assert flat is not None
        weights = flat.weights.to_numpy(float)
        stated = np.array([weights[list(columns)].sum() for columns in group.leaves])
    total = stated.sum()
    return pd.Series(stated / total if total > 0 else stated, index=group.labels)
