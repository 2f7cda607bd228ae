"""How regions stand in their functions: shares, places, and the tiers that bars on both give.

Pure functions on arrays, so that a scheme and every draw of the Monte Carlo use the same formulas.
R are regions, C the indicators that add up over regions, F the functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubtiers._rounding import round_significant

__all__ = ["Bar", "Columns", "best_of", "places_within", "shares_of", "tiers_by_bars"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Columns:
    """Indicators that a share can be taken of.

    Attributes
    ----------
    codes
        The indicators.
    owner
        The number of the function that each belongs to.
    functions
        The functions; each has at least one indicator.
    totals
        The total of each indicator; NaN where it is the sum over the regions.
    are_shares
        Whether the values are shares in per cent already.
    """

    codes: tuple[str, ...]
    owner: Ints
    functions: tuple[str, ...]
    totals: Floats
    are_shares: Flags


def shares_of(values: Floats, columns: Columns) -> Floats:
    """Return each region's share in each function, in per cent (R × F, from R × C).

    The mean over its indicators of 100 · value / total; NaN where a region has none of them.
    """
    known = ~np.isnan(values)
    summed = np.where(known, values, 0.0).sum(axis=0)
    totals = np.where(np.isnan(columns.totals), summed, columns.totals)
    # What is a share in per cent already is divided by 100 %.
    parts = values / np.where(columns.are_shares, 100.0, totals) * 100.0
    shares = np.full((len(values), len(columns.functions)), np.nan)
    for number in range(len(columns.functions)):
        own = columns.owner == number
        count = known[:, own].sum(axis=1)
        added = np.where(known[:, own], parts[:, own], 0.0).sum(axis=1)
        shares[count > 0, number] = added[count > 0] / count[count > 0]
    # Sums differ in their last bits between processors, and a bar may lie on a share.
    return round_significant(shares)


def places_within(shares: Floats, groups: Ints) -> Floats:
    """Return the place of each region within its group, by function (R × F); 1 is the largest.

    Equal shares have the better place. NaN without a group (-1), without a share above 0, and
    where no other region of the group has a share.
    """
    width = shares.shape[1]
    places = np.full(shares.shape, np.nan)
    grouped = (groups >= 0)[:, None]
    region, function = np.nonzero(grouped & (shares > 0))
    if not len(region):
        return places
    cell = groups[region] * width + function
    value = shares[region, function]
    order = np.lexsort((-value, cell))
    region, function, cell, value = region[order], function[order], cell[order], value[order]
    is_first = np.append(True, cell[1:] != cell[:-1])
    is_new = is_first | np.append(True, value[1:] != value[:-1])
    number = np.arange(len(cell))
    start = np.maximum.accumulate(np.where(is_first, number, 0))
    tied = np.maximum.accumulate(np.where(is_new, number, 0))
    has_share_region, has_share_function = np.nonzero(grouped & ~np.isnan(shares))
    rivals = np.bincount(groups[has_share_region] * width + has_share_function)
    places[region, function] = np.where(rivals[cell] > 1, tied - start + 1.0, np.nan)
    return places


def best_of(measures: Floats, functions: int) -> Floats:
    """Return what each region reaches in at least so many functions: its k-th largest measure.

    Minus infinity where it has fewer.
    """
    width = measures.shape[1]
    filled = np.where(np.isnan(measures), -np.inf, measures)
    return np.asarray(np.partition(filled, width - functions, axis=1)[:, width - functions])


@dataclass(frozen=True, eq=False)
class Bar:
    """A bar that some measure of a region must reach.

    Attributes
    ----------
    option
        The option of the rules that holds the bar.
    tier
        What a region gets that reaches it; 0 is the lowest tier.
    measures
        Regions × functions, higher is better: a share, or minus a place.
    least
        What must be reached: the share, or minus the number of places.
    text
        The rule in words.
    """

    option: str
    tier: int
    measures: Floats
    least: float
    text: str

    @property
    def counts_places(self) -> bool:
        """Whether the measure is minus a place, so that the option is a whole number."""
        return self.option.endswith("_places")


def tiers_by_bars(bars: Sequence[Bar], functions: int) -> Ints:
    """Return the tier of each region, 0 the lowest.

    The highest of the bars that it reaches in at least so many functions.
    """
    tiers = np.zeros(len(bars[0].measures), np.int64)
    for bar in bars:
        reached = best_of(bar.measures, functions) >= bar.least
        tiers = np.maximum(tiers, np.where(reached, bar.tier, 0))
    return tiers
