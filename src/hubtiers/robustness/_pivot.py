"""Which indicator's weight separates the draws in which a region leaves its tier from the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plan import BLOCK, Plan
from hubtiers.scheme import Result

__all__ = ["Separation", "separate"]


@dataclass(frozen=True, eq=False)
class Separation:
    """Mean weights by region and indicator in draws that keep the region's tier and in those that do not."""

    kept: pd.DataFrame
    moved: pd.DataFrame
    difference: pd.DataFrame
    changed: pd.Series

    def strongest(self, order: pd.Index) -> pd.DataFrame:
        """Return for each region that changes tier the indicator with the largest difference, in a given order."""
        names = ["indicator", "separation", "weight_kept", "weight_changed", "changed"]
        rows = {}
        for region in order:
            if self.difference.columns.empty or self.difference.loc[region].isna().all():
                continue
            code = self.difference.loc[region].abs().idxmax()
            cells = (frame.loc[region, code] for frame in (self.difference, self.kept, self.moved))
            rows[region] = (code, *cells, self.changed[region])
        frame: pd.DataFrame = pd.DataFrame.from_dict(rows, orient="index", columns=names)
        frame.index.name = order.name
        return frame


def separate(plan: Plan, base: Result, count: int) -> Separation:
    """Replay the first `count` draws and compare weights where regions leave their tier and where they stay."""
    regions = plan.table.values.index
    codes = plan.table.framework.codes if plan.draws_weights else []
    place = {label: number for number, label in enumerate(plan.labels)}
    own = base.tier.astype(object).map(place).fillna(-1).to_numpy(int)
    evaluator = DrawEvaluator(plan)
    kept_times, times = np.zeros(len(regions)), np.zeros(len(regions))
    kept_sum, all_sum = np.zeros((2, len(regions), len(codes)))
    moments = np.zeros((3, len(codes)))
    for number in range(-(-count // BLOCK)):
        draws = plan.block(number).take(slice(0, min(BLOCK, count - number * BLOCK)))
        weights = draws.weights if draws.weights is not None else np.zeros((len(draws), 0))
        moments += [np.full(len(codes), len(draws)), weights.sum(axis=0), (weights**2).sum(axis=0)]
        for drawn in evaluator.evaluate(draws):
            known = (drawn.classes >= 0).astype(float)
            stays = known * (drawn.classes == own)
            mine = weights[drawn.which]
            if len(drawn.ranks) == len(mine):
                kept_sum += stays.T @ mine
                all_sum += known.T @ mine
            kept_times += stays.sum(axis=0) * drawn.times
            times += known.sum(axis=0) * drawn.times
    kept_times[own < 0] = 0.0
    times[own < 0] = 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = kept_sum / kept_times[:, None]
        moved = (all_sum - kept_sum) / (times - kept_times)[:, None]
        n, total, square = moments
        spread = np.sqrt(np.maximum(square / n - (total / n) ** 2, 0.0))
        both = ((kept_times > 0) & (kept_times < times))[:, None] & (spread > 1e-15)
        difference = np.where(both, (moved - kept) / spread, np.nan)
        changed = 1.0 - kept_times / times
    tables = [pd.DataFrame(part, regions, codes) for part in (kept, moved, difference)]
    return Separation(tables[0], tables[1], tables[2], pd.Series(changed, regions, name="changed"))
