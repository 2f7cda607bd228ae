"""From indicators up to the score: weights of every node within its parent, and aggregation level by level."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from hubtiers._methods import offered
from hubtiers.errors import DataError, NotComparableError, SpecError, listing
from hubtiers.framework import Framework
from hubtiers.scoring.aggregate import Arithmetic
from hubtiers.scoring.weight import FittedWeights

_T = TypeVar("_T")


class Fitted(Protocol):
    """A step that has learnt from data; it gives a frame or a Series."""

    # The steps differ in what they take and give; what each needs is looked up by `offered`.
    @property
    def apply(self) -> Any: ...


class WeightStep(Protocol):
    """A step that says how much each indicator counts."""

    @property
    def uses_data(self) -> bool: ...

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights: ...


class AggregateStep(Protocol):
    """A step that brings the children of a node together."""

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> Fitted: ...


@dataclass(frozen=True, eq=False)
class Climb:
    """One group that holds indicators: its height (0 is lowest), its children, and the columns below each child.

    `labels` are the children as one index: frames and weights that share it need not be aligned.
    """

    group: str
    height: int
    children: tuple[str, ...]
    leaves: tuple[tuple[int, ...], ...]
    only_indicators: bool
    labels: pd.Index


@lru_cache(maxsize=64)
def climbs(framework: Framework) -> tuple[Climb, ...]:
    """Return the groups that hold indicators, the lowest first and the score last."""
    return tuple(_climbs(framework))


def _climbs(framework: Framework) -> Iterator[Climb]:
    place = {code: number for number, code in enumerate(framework.codes)}
    for height, groups in enumerate(framework.levels()):
        for group in groups:
            children = tuple(framework.filled_children(group))
            below = [[c] if c in place else framework.leaves(c) for c in children]
            leaves = tuple(tuple(place[leaf] for leaf in codes) for codes in below)
            yield Climb(group, height, children, leaves, all(c in place for c in children), pd.Index(children))


def rung(ladder: tuple[_T, ...], height: int) -> _T:
    """Return the method for a level: the last member of the tuple serves all levels above it."""
    return ladder[min(height, len(ladder) - 1)]


@dataclass(frozen=True, eq=False)
class Masses:
    """What each child counts for in each region (regions × children); summed when `whole`, else averaged."""

    frame: pd.DataFrame
    whole: bool


@dataclass(frozen=True, eq=False)
class FittedNode:
    """A group with the share of each child, and what its aggregation learnt.

    Attributes
    ----------
    share
        Weight of each child within the group, sum 1; all 0 where the group plays no part.
    aggregate
        Fitted on the children that have a weight; None where the group plays no part.
    own
        Weights fitted within this group, where the scheme weights level by level.
    """

    climb: Climb
    method: AggregateStep
    share: pd.Series
    aggregate: Fitted | None
    own: FittedWeights | None

    def apply(self, children: pd.DataFrame, masses: Masses | None = None) -> pd.Series:
        """Return the score of the group, with weights by region where there are any."""
        if masses is not None:
            return self._apply_by_region(children, masses)
        if self.aggregate is None:
            return pd.Series(np.nan, index=children.index)
        scores: pd.Series = self.aggregate.apply(only(children, self.share))
        return scores

    def _apply_by_region(self, children: pd.DataFrame, masses: Masses) -> pd.Series:
        if not isinstance(self.method, Arithmetic):
            raise SpecError(
                f"Weights by region, as BenefitOfDoubt() gives them, are made for a weighted sum, but {self.method!r} "
                f"brings the children of {self.climb.group or 'the score'!r} together. Use Arithmetic() there."
            )
        w, x = masses.frame.to_numpy(float), children.to_numpy(float)
        present = np.where(np.isnan(x), 0.0, w)
        summed, mass = (present * np.nan_to_num(x)).sum(axis=1), present.sum(axis=1)
        mean = np.divide(summed, mass, out=np.full(len(x), np.nan), where=mass > 0)
        return pd.Series(np.asarray(mean * w.sum(axis=1) if masses.whole else mean), index=children.index)


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Every group from the lowest up, fitted; `flat` are weights over all indicators at once, where there are such."""

    nodes: tuple[FittedNode, ...]
    flat: FittedWeights | None

    @property
    def by_region(self) -> bool:
        """Whether regions have weights of their own."""
        return any(_by_region(weights) is not None for weights in (self.flat, *(n.own for n in self.nodes)))

    def node_weights(self) -> pd.Series:
        """Return the weight of every node within its parent."""
        shares: pd.Series = pd.concat([node.share for node in self.nodes[::-1]])
        return shares.rename("weight")

    def reach(self) -> dict[Any, float]:
        """Return by node what it counts for in the score: the product of the weights on the way up."""
        reach: dict[Any, float] = {"": 1.0}
        for node in self.nodes[::-1]:
            reach |= {child: reach[node.climb.group] * share for child, share in node.share.items()}
        return reach

    def effective(self, codes: list[str]) -> pd.Series:
        """Return the weight of every indicator in the score; they sum to 1."""
        if self.flat is not None:
            return self.flat.weights.reindex(codes)
        reach = self.reach()
        return pd.Series({code: reach[code] for code in codes}, name="weight")

    def climb(self, normalised: pd.DataFrame) -> pd.DataFrame:
        """Return the score of every group, lowest first, and of the whole in the column with the empty name."""
        board: dict[str, pd.Series] = {}
        masses = regional_masses(self.flat, normalised)
        for node in self.nodes:
            children = gather(normalised, board, node.climb)
            board[node.climb.group] = node.apply(children, node_masses(node.climb, children, masses, node.own))
        return pd.DataFrame(board, index=normalised.index)

    def shares_of(self, region: str, normalised: pd.DataFrame, nodes: pd.DataFrame) -> dict[str, dict[str, float]]:
        """Return by group what each child counts for in one region; missing children hand their weight on."""
        row = pd.concat([normalised.loc[region], nodes.loc[region]])
        masses = regional_masses(self.flat, normalised)
        shares = {}
        for node in self.nodes:
            children = gather(normalised, nodes, node.climb)
            local = node_masses(node.climb, children, masses, node.own)
            raw: dict[Any, float] = (node.share if local is None else local.frame.loc[region]).to_dict()
            present = {c: raw[c] for c in node.climb.children if raw[c] > 0 and pd.notna(row[c])}
            scale = sum(present.values())
            gain = sum(raw.values()) if local is not None and local.whole else 1.0
            shares[node.climb.group] = {c: gain * w / scale for c, w in present.items()}
        return shares


def fit_hierarchy(
    framework: Framework,
    normalised: pd.DataFrame,
    *,
    weight: WeightStep | tuple[WeightStep, ...] | FittedWeights,
    aggregate: AggregateStep | tuple[AggregateStep, ...],
    offers: Mapping[str, Any],
) -> tuple[Hierarchy, pd.DataFrame]:
    """Fit weights and aggregation from the lowest level up; return them with the score of every group.

    One weighting method is fitted over all indicators at once; a tuple is fitted group by group, on the scores of its
    children.
    """
    flat: FittedWeights | None = None
    if isinstance(weight, FittedWeights):
        flat = weight
    elif not isinstance(weight, tuple):
        flat = weight.fit(normalised, **offered(weight.fit, offers))
    if flat is not None and list(flat.weights.index) != framework.codes:
        flat = dataclasses.replace(flat, weights=flat.weights.reindex(framework.codes))
    board: dict[str, pd.Series] = {}
    fitted: list[FittedNode] = []
    masses = _by_region(flat)
    ladder = aggregate if isinstance(aggregate, tuple) else (aggregate,)
    for climb in climbs(framework):
        children = gather(normalised, board, climb)
        own = None
        if isinstance(weight, tuple):
            method = rung(weight, climb.height)
            own = method.fit(children, **offered(method.fit, offers))
        share = _share(climb, flat, own)
        chosen, kept = rung(ladder, climb.height), only(children, share)
        counted = share[share > 0] if kept is not children else share
        learnt = None if kept.shape[1] == 0 else chosen.fit(kept, weights=counted)
        node = FittedNode(climb, chosen, share, learnt, own)
        board[climb.group] = node.apply(children, node_masses(climb, children, masses, own, refit=False))
        fitted.append(node)
    return Hierarchy(tuple(fitted), flat), pd.DataFrame(board, index=normalised.index)


def gather(normalised: pd.DataFrame, board: Mapping[str, pd.Series] | pd.DataFrame, climb: Climb) -> pd.DataFrame:
    """Return the children of a group side by side: indicators, and groups that were scored already."""
    if climb.only_indicators:
        columns = [column for below in climb.leaves for column in below]
        return pd.DataFrame(normalised.to_numpy(float)[:, columns], index=normalised.index, columns=climb.labels)
    scores = [board[c] if c in board else normalised[c] for c in climb.children]
    stacked = np.column_stack([score.to_numpy(float) for score in scores])
    return pd.DataFrame(stacked, index=normalised.index, columns=climb.labels)


def only(children: pd.DataFrame, share: pd.Series) -> pd.DataFrame:
    """Return the children that have a weight: one of weight 0 plays no part."""
    counts = share.to_numpy(float) > 0
    return children if counts.all() else children.loc[:, counts]


def node_masses(
    climb: Climb, children: pd.DataFrame, masses: pd.DataFrame | None, own: FittedWeights | None, *, refit: bool = True
) -> Masses | None:
    """Return the weights by region of a group's children, or None where all regions share one set of weights.

    Weights by region are multipliers: the score is the sum of weighted values, as in the benefit of the doubt. A group
    between the indicators and the score has no multipliers of its own, so that its score is their weighted mean.
    """
    if own is not None:
        local = regional_masses(own, children) if refit else _by_region(own)
        return None if local is None else Masses(local, whole=True)
    if masses is None:
        return None
    raw = masses.to_numpy(float)
    columns = {c: raw[:, columns].sum(axis=1) for c, columns in zip(climb.children, climb.leaves, strict=True)}
    return Masses(pd.DataFrame(columns, index=masses.index), whole=climb.group == "")


def regional_masses(weights: FittedWeights | None, values: pd.DataFrame) -> pd.DataFrame | None:
    """Return weights by region for these regions, or None when all regions share one set of weights."""
    fitted = _by_region(weights)
    if fitted is None:
        return None
    solve = getattr(weights, "for_regions", None)
    if solve is not None:
        frame: pd.DataFrame = solve(values)
        return frame
    if unknown := [r for r in values.index if r not in fitted.index]:
        raise NotComparableError(
            f"The weights were fitted region by region, but {listing(unknown)} had no part in the fit. Fit again "
            "with them."
        )
    return fitted.reindex(values.index)


def _by_region(weights: FittedWeights | None) -> pd.DataFrame | None:
    return getattr(weights, "by_region", None)


def _share(climb: Climb, flat: FittedWeights | None, own: FittedWeights | None) -> pd.Series:
    """Return the weight of each child within its group; all 0 when every indicator below has weight 0."""
    if own is not None:
        raw = own.weights.reindex(list(climb.children)).to_numpy(float)
    else:
        assert flat is not None
        weights = flat.weights.to_numpy(float)
        raw = np.array([weights[list(columns)].sum() for columns in climb.leaves])
    if np.isnan(raw).any():
        absent = listing(repr(c) for c, weight in zip(climb.children, raw, strict=True) if np.isnan(weight))
        raise DataError(f"The weighting gives {absent} no weight. Give every child of a group one, 0 to leave it out.")
    total = raw.sum()
    return pd.Series(raw / total if total > 0 else raw, index=climb.labels)
