"""How far each number of the rules of position may move before a region changes its tier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.tiers._position import Bar, best_of, tiers_by_bars

__all__ = ["sensitivity_windows"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Window(NamedTuple):
    """How far one number may move while the others stay.

    `lowest` and `highest` bound it; beyond them `if_lower` and `if_higher` are the regions that
    change first, and the tiers that they get.
    """

    option: str
    value: float
    lowest: float
    highest: float
    if_lower: str
    tier_if_lower: str
    if_higher: str
    tier_if_higher: str


def sensitivity_windows(
    bars: Sequence[Bar],
    functions: int,
    *,
    regions: Sequence[str],
    known: Flags,
    labels: Sequence[str],
) -> pd.DataFrame:
    """Return one row for each number of the rules: its value and its window.

    Parameters
    ----------
    bars
        All bars, with the measures of all regions.
    functions
        How many functions must reach a bar.
    regions
        Ids of the regions.
    known
        Which regions have a tier.
    labels
        Names of the tiers, the lowest first.

    Notes
    -----
    A region that a bar lifts above the tier which the other bars give it changes when the bar
    crosses its measure m, the one that it reaches in so many functions. So a share may fall to just
    above the largest m below it, and rise to the smallest m that reaches it:
    max {m < bar} < bar ≤ min {m ≥ bar}. Places are whole numbers and counted alike. Without such a
    region there is no limit on that side. The number of functions is tried out.
    """
    names = np.asarray(regions, dtype=object)[known]
    kept = [_only(bar, known) for bar in bars]
    rows = [_window(bar, kept, functions, names, labels) for bar in kept]
    rows.append(_functions_window(kept, functions, names, labels))
    return pd.DataFrame(rows, columns=list(Window._fields))


def _only(bar: Bar, known: Flags) -> Bar:
    return Bar(bar.option, bar.tier, bar.measures[known], bar.least, bar.text)


def _window(
    bar: Bar, bars: Sequence[Bar], functions: int, names: NDArray[np.object_], labels: Sequence[str]
) -> Window:
    others = tiers_by_bars([other for other in bars if other is not bar], functions)
    measure = best_of(bar.measures, functions)
    is_lifted = (others < bar.tier) & np.isfinite(measure)
    below = measure[is_lifted & (measure < bar.least)]
    above = measure[is_lifted & (measure >= bar.least)]
    next_below = float(below.max()) if len(below) else -np.inf
    next_above = float(above.min()) if len(above) else np.inf
    risen = is_lifted & (measure == next_below)
    fallen = is_lifted & (measure == next_above)
    rises = _named(names[risen]), _tiers(np.full(int(risen.sum()), bar.tier), labels)
    falls = _named(names[fallen]), _tiers(others[fallen], labels)
    if bar.counts_places:
        # A place of 3 is the measure -3: what a lower bar lets in, more places let in.
        fewest = -next_above if len(above) else 0.0
        most = -next_below - 1 if len(below) else np.inf
        return Window(bar.option, -bar.least, fewest, most, *falls, *rises)
    return Window(bar.option, bar.least, max(next_below, 0.0), next_above, *rises, *falls)


def _functions_window(
    bars: Sequence[Bar], functions: int, names: NDArray[np.object_], labels: Sequence[str]
) -> Window:
    now = tiers_by_bars(bars, functions)
    width = bars[0].measures.shape[1]
    fewer = _first_change(bars, now, range(functions - 1, 0, -1))
    more = _first_change(bars, now, range(functions + 1, width + 1))
    changed = []
    for number in (fewer, more):
        tiers = now if number is None else tiers_by_bars(bars, number)
        moved = tiers != now
        changed += [_named(names[moved]), _tiers(tiers[moved], labels)]
    lowest = 1 if fewer is None else fewer + 1
    highest = width if more is None else more - 1
    return Window("functions", functions, lowest, highest, *changed)


def _first_change(bars: Sequence[Bar], now: Ints, tried: Iterable[int]) -> int | None:
    """Return the first number of functions under which some region has another tier."""
    for number in tried:
        if (tiers_by_bars(bars, number) != now).any():
            return number
    return None


def _named(regions: Iterable[object]) -> str:
    return ";".join(map(str, regions))


def _tiers(tiers: Ints, labels: Sequence[str]) -> str:
    return ";".join(labels[tier] for tier in tiers)
