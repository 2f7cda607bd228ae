"""What missing values did to a score: which indicators are missing, and where their weight went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.scheme import Result

__all__ = ["gap_effects", "weights_in"]

_CHANGE = 1e-9
"""Weights that differ by less are the same but for rounding."""

_COLUMNS = [
    "region_id",
    "indicator",
    "weight",
    "filled",
    "taken_over_by",
    "heaviest",
    "weight_before",
    "weight_now",
]


def gap_effects(result: Result) -> pd.DataFrame:
    """Say what missing values did (缺失影响): where the weight of a gap went, region by region.

    Choose it before a score with gaps is published: where a function has few indicators, one that
    is missing can leave a third of the score to a single other one. `RequireCoverage(share,
    per="function")` leaves such regions without a score.

    Parameters
    ----------
    result
        Scored regions.

    Returns
    -------
    pandas.DataFrame
        One row for each region with a score and indicator that is missing in it, in the order of
        the table: `region_id`, `indicator`, `weight` (what it counts for where nothing is missing),
        `filled` (whether it has been imputed; its weight then went nowhere), `taken_over_by` (the
        indicators that count for more instead, `;` between them), `heaviest` (the one of these that
        counts for most), and the weight of that one in the score: `weight_before` without any gap
        and `weight_now`.

    Notes
    -----
    **Missing values.** The aggregation hands the weight of a gap on to what is present in the same
    group, and that of an empty group to the groups beside it. Indicators of weight 0, and regions
    without a score, have no row.

    Examples
    --------
    >>> from hubtiers.framework import Framework, Group, Indicator
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.scoring.impute import RequireCoverage
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> nodes = (Indicator("papers", parent="research"), Indicator("gdp", parent="industry"))
    >>> nodes += (Indicator("zones", parent="industry"),)
    >>> framework = Framework(nodes, (Group("research"), Group("industry")))
    >>> columns = {"papers": [1.0, 2, 3], "gdp": [None, 4, 6], "zones": [1.0, 2, 5]}
    >>> frame = pd.DataFrame(columns, index=["a", "b", "c"])
    >>> table = IndicatorTable.from_frame(frame, framework=framework)
    >>> scheme = Scheme(impute=RequireCoverage(0.6), tier=NaturalBreaks(2))
    >>> gap_effects(scheme.run(table))[["indicator", "heaviest", "weight_now"]].round(2).values
    array([['gdp', 'zones', 0.67]], dtype=object)
    """
    rows = list(_rows(result))
    return pd.DataFrame(rows, columns=_COLUMNS)


_Taker = tuple[str, str | None, float | None, float | None]
_Flags = NDArray[np.bool_]


def _rows(result: Result) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `gap_effects`."""
    own, takers_in = result.weights, _Takers(result)
    missing, filled = _gaps_of(result)
    regions = list(map(str, result.normalised.index))
    for place in np.flatnonzero((missing | filled).any(axis=1)).tolist():
        region = regions[place]
        takers = takers_in(region, missing[place])
        for column, code in enumerate(own.index):
            if missing[place, column]:
                yield (region, code, own[code], False, *takers[code])
            elif filled[place, column]:
                yield (region, code, own[code], True, "", None, None, None)


def _gaps_of(result: Result) -> tuple[_Flags, _Flags]:
    """Return regions × indicators that are missing, and those that are filled, where they count."""
    counted = result.scores.notna().to_numpy()[:, None]
    weighs = (result.weights > 0).to_numpy()
    missing = result.normalised.isna().to_numpy() & weighs & counted
    return missing, result.imputed.to_numpy() & counted


class _Takers:
    """Says, for each indicator that a region lacks, which ones count for more instead."""

    def __init__(self, result: Result) -> None:
        framework = result.table.framework
        self.result = result
        self.own = {str(code): float(weight) for code, weight in result.weights.items()}
        groups = ["", *(group.code for group in framework.groups)]
        leaves = {group: framework.leaves(group) for group in groups}
        # What lies in the groups above each indicator, nearest first.
        self.around = {code: [leaves[g] for g in framework.ancestors(code)] for code in self.own}
        self.kept: dict[bytes, dict[str, _Taker]] = {}

    def __call__(self, region: str, missing: _Flags) -> dict[str, _Taker]:
        """Return them by indicator; `missing` flags the indicators that the region lacks."""
        # Regions that lack the same indicators have the same weights, unless each has its own.
        is_own = self.result.fitted.hierarchy.by_region
        key = region.encode() if is_own else missing.tobytes()
        if key not in self.kept:
            gone = [code for code, is_gap in zip(self.own, missing, strict=True) if is_gap]
            now = weights_in(self.result, region) if gone else {}
            around, own = self.around, self.own
            self.kept[key] = {code: _taken_over(around[code], own, now) for code in gone}
        return self.kept[key]


def _taken_over(
    around: list[list[str]], own: Mapping[str, float], now: Mapping[str, float]
) -> _Taker:
    """Return which indicators count for more instead of one, and the heaviest of them."""
    gained = [c for c in own if now.get(c, 0.0) > own[c] + _CHANGE]
    takers = gained
    for below in around:
        inside = [c for c in gained if c in below]
        # The weight stays in the nearest group whose own weight is as it was.
        kept = abs(sum(now.get(c, 0.0) - own[c] for c in below)) <= _CHANGE
        if inside and kept:
            takers = inside
            break
    if not takers:
        return "", None, None, None
    heaviest = max(takers, key=lambda c: now[c])
    return ";".join(takers), heaviest, float(own[heaviest]), float(now[heaviest])


def weights_in(result: Result, region: str) -> dict[str, float]:
    """Return what each node weighs for one region: a missing value hands its weight on."""
    normalised, nodes = result.normalised.loc[[region]], result.nodes.loc[[region]]
    shares = result.fitted.hierarchy.shares_of(region, normalised, nodes)
    weight = {"": 1.0}
    # From the score down: a node's weight is its share of its parent's.
    for group in reversed(shares):
        if group in weight:
            weight |= {child: weight[group] * share for child, share in shares[group].items()}
    return weight
