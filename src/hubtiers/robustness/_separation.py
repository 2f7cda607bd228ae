"""Which weight separates the draws in which a region leaves its tier from those that keep it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.robustness._evaluate import DrawEvaluator, Evaluated
from hubtiers.robustness._plan import BLOCK, Draws, Plan
from hubtiers.scheme import Result

__all__ = [
    "Separation",
    "WeightSums",
    "mean_weights",
    "own_tiers",
    "separate",
    "standardised_difference",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SMALLEST_SPREAD = 1e-15
"""Weights that vary less than this do not vary: what is left is rounding."""

_COLUMNS = ["indicator", "separation", "weight_kept", "weight_changed", "changed"]


@dataclass(frozen=True, eq=False)
class Separation:
    """Mean weights in draws that keep a region's tier and in those that do not.

    Attributes
    ----------
    kept, moved
        Regions × indicators: mean weight in the draws of either kind.
    difference
        The second minus the first, in standard deviations of the weight over all draws.
    changed
        By region: share of the draws in which it leaves its tier.
    """

    kept: pd.DataFrame
    moved: pd.DataFrame
    difference: pd.DataFrame
    changed: pd.Series

    def strongest(self, order: pd.Index) -> pd.DataFrame:
        """Return, in a given order, the indicator with the largest difference for each region.

        Regions without any difference, which never or always leave their tier, are left out.
        """
        rows = {}
        for region in order:
            own = self.difference.loc[region]
            if own.isna().all():
                continue
            code = own.abs().idxmax()
            weights = (self.kept.loc[region, code], self.moved.loc[region, code])
            rows[region] = (code, own[code], *weights, self.changed[region])
        frame: pd.DataFrame = pd.DataFrame.from_dict(rows, orient="index", columns=_COLUMNS)
        frame.index.name = order.name
        return frame


@dataclass(eq=False)
class WeightSums:
    """Sums over draws from which the means and the spread of the weights follow.

    Attributes
    ----------
    kept_times, times
        By region: draws that give it its own tier, and draws that give it any.
    kept, all
        Regions × indicators: sum of the weights over these draws.
    total, square
        By indicator: sum of the weights over all draws, and of their squares.
    draws
        How many draws there are in all.
    """

    kept_times: Floats
    times: Floats
    kept: Floats
    all: Floats
    total: Floats
    square: Floats
    draws: int = 0

    @classmethod
    def empty(cls, regions: int, indicators: int) -> WeightSums:
        """Return sums of 0."""
        by_region, by_indicator = np.zeros(regions), np.zeros(indicators)
        both = np.zeros((regions, indicators))
        return cls(
            kept_times=by_region,
            times=by_region.copy(),
            kept=both,
            all=both.copy(),
            total=by_indicator,
            square=by_indicator.copy(),
        )

    def add_weights(self, weights: Floats) -> None:
        """Add the weights of some draws (draws × indicators)."""
        self.draws += len(weights)
        self.total += weights.sum(axis=0)
        self.square += (weights**2).sum(axis=0)

    def add_tiers(self, drawn: Evaluated, weights: Floats, own: Ints) -> None:
        """Add what the tiers of some draws say of their weights; `own` is each region's tier."""
        has_tier = (drawn.classes >= 0).astype(float)
        keeps_tier = has_tier * (drawn.classes == own)
        # Draws that share one row of tiers have no weights of their own.
        if len(drawn.ranks) == len(weights):
            self.kept += keeps_tier.T @ weights
            self.all += has_tier.T @ weights
        self.kept_times += keeps_tier.sum(axis=0) * drawn.times
        self.times += has_tier.sum(axis=0) * drawn.times


def separate(plan: Plan, base: Result, count: int) -> Separation:
    """Compare the weights of the first `count` draws where regions leave their tier and stay."""
    regions = plan.table.values.index
    codes = plan.table.framework.codes if plan.draws_weights else []
    sums = _sums_over_draws(plan, own_tiers(plan, base), count, len(codes))
    kept, moved = mean_weights(sums)
    difference = standardised_difference(sums, kept, moved)
    with np.errstate(invalid="ignore"):
        changed = 1.0 - sums.kept_times / sums.times
    return Separation(
        kept=pd.DataFrame(kept, regions, codes),
        moved=pd.DataFrame(moved, regions, codes),
        difference=pd.DataFrame(difference, regions, codes),
        changed=pd.Series(changed, regions, name="changed"),
    )


def own_tiers(plan: Plan, base: Result) -> Ints:
    """Return the column of the tier that the scheme itself gives each region, -1 for none."""
    column = {label: number for number, label in enumerate(plan.labels)}
    return np.asarray(base.tier.astype(object).map(column).fillna(-1).to_numpy(int), np.int64)


def _sums_over_draws(plan: Plan, own: Ints, count: int, indicators: int) -> WeightSums:
    """Replay the first `count` draws and add up their weights."""
    sums = WeightSums.empty(len(own), indicators)
    evaluator = DrawEvaluator(plan)
    for draws in _first_draws(plan, count):
        weights = draws.weights
        if weights is None:
            weights = np.zeros((len(draws), 0))
        sums.add_weights(weights)
        for drawn in evaluator.evaluate(draws):
            sums.add_tiers(drawn, weights[drawn.which], own)
    # A region without a tier in the scheme has none to keep or to leave.
    sums.times[own < 0] = 0.0
    return sums


def _first_draws(plan: Plan, count: int) -> Iterator[Draws]:
    """Yield the first `count` draws, block by block."""
    for start in range(0, count, BLOCK):
        yield plan.block(start // BLOCK).take(slice(0, min(BLOCK, count - start)))


def mean_weights(sums: WeightSums) -> tuple[Floats, Floats]:
    """Return mean weights (regions × indicators) in draws that keep the tier, and in the others."""
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = sums.kept / sums.kept_times[:, None]
        moved = (sums.all - sums.kept) / (sums.times - sums.kept_times)[:, None]
    return kept, moved


def standardised_difference(sums: WeightSums, kept: Floats, moved: Floats) -> Floats:
    """Return moved minus kept in standard deviations of the weight; NaN where there is no such."""
    # First and second moment of the weights over all draws, whatever tier they give.
    mean, mean_square = sums.total / sums.draws, sums.square / sums.draws
    variance = mean_square - mean**2
    # Rounding may leave a variance of nothing slightly below it.
    spread = np.sqrt(np.maximum(variance, 0.0))
    sometimes = (sums.kept_times > 0) & (sums.kept_times < sums.times)
    defined = sometimes[:, None] & (spread > _SMALLEST_SPREAD)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(defined, (moved - kept) / spread, np.nan)
