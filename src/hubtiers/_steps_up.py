"""Which single change would lift a region to a higher tier, found on the way to the score."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._methods import describe
from hubtiers.errors import DomainError
from hubtiers.scheme import FittedScheme, Result

__all__ = ["StepUp", "next_break", "tier_above", "tier_steps", "whole_steps"]

Floats = NDArray[np.float64]

_POINTS, _POINTS_BY_REGION = 15, 1
_MOST_ROUNDS = 60
_PRECISION = 1e-9
"""How closely the smallest change is found, as a share of the change."""

_MARGIN = 1e-11

_WHOLE_TRIES = 3
"""How many whole numbers are tried, from the last one before the value that suffices."""


@dataclass(frozen=True)
class StepUp:
    """The change of one indicator that lifts a region to a higher tier, all else equal.

    Filled gaps keep their filling.

    Attributes
    ----------
    indicator, tier
        What changes, and the tier that is reached.
    normalised_change
        Change on the normalised scale (positive: better).
    share_of_range
        The same as a share of the range between the worst and the best normalised value of the fit.
    value, needed
        Value now and value needed, in the unit of the data.
    unit
        That unit.
    """

    indicator: str
    tier: str
    normalised_change: float
    share_of_range: float
    value: float
    needed: float
    unit: str

    @property
    def change(self) -> float:
        """Change in the unit of the data; negative where less is better."""
        return self.needed - self.value

    def to_text(self, name: str) -> str:
        """Return the change in words, with what the indicator is called."""
        unit = f" {self.unit}" if self.unit else ""
        values = f"from {self.value:.6g} to {self.needed:.6g}{unit}"
        return f"{name} {values} ({self.change:+.4g})"

    def __str__(self) -> str:
        return self.to_text(self.indicator)


def tier_steps(result: Result, region: str) -> tuple[tuple[StepUp, ...], str]:
    """Return the single changes that lift a region to a higher tier, smallest first.

    Where there are none, a sentence says why; else it is empty.
    """
    cut = next_break(result, region)
    if cut is None:
        return (), _why_no_gap(result, region)
    try:
        return _lifting_steps(result, region, cut)
    except DomainError as error:
        # The best and worst values of the fit, which are tried, need not suit the method.
        return (), f"not defined: the values that were tried do not suit a step. {error}"


def whole_steps(result: Result, region: str, steps: tuple[StepUp, ...]) -> tuple[StepUp, ...]:
    """Return steps in whole numbers where their indicators count things, smallest first.

    An indicator counts things when every value that was observed is whole. Nobody founds half a
    university: the next whole number that lifts the region stands in place of the exact one, and an
    indicator of which none does is left out.
    """
    values = result.table.values
    whole = []
    for step in steps:
        observed = values[step.indicator].dropna()
        if not (observed % 1 == 0).all():
            whole.append(step)
        elif (rounded := _whole_step(result, region, step)) is not None:
            whole.append(rounded)
    return tuple(sorted(whole, key=_length))


def _whole_step(result: Result, region: str, step: StepUp) -> StepUp | None:
    """Return the step to the nearest whole number that lifts the region; None for none."""
    cut = next_break(result, region)
    assert cut is not None
    complete: pd.Series = result.complete.loc[[region]].iloc[0]
    size = _size_of(result, region, step.indicator)
    for value in _whole_values(step):
        tried = complete.to_frame().T.astype(float)
        tried[step.indicator] = value / size
        if float(_what_if(result.fitted, tried).iloc[0]) > cut:
            found = _make_step(result, region, complete, step.indicator, value / size)
            return replace(found, value=float(round(step.value)), needed=float(value))
    return None


def _whole_values(step: StepUp) -> Iterator[int]:
    """Return whole numbers to try, from the last one that need not suffice."""
    rises = step.needed > step.value
    start = math.floor(step.needed) if rises else math.ceil(step.needed)
    for number in range(_WHOLE_TRIES):
        yield start + number if rises else start - number


def _lifting_steps(result: Result, region: str, cut: float) -> tuple[tuple[StepUp, ...], str]:
    """Return the changes that lift the score above a cut-point, or a sentence in their place."""
    fitted = result.fitted
    complete: pd.Series = result.complete.loc[[region]].iloc[0]
    if not _scored_alone(fitted, complete, float(result.scores[region])):
        method = describe(fitted.scheme.aggregate)
        return (), f"not defined: under {method} a score depends on the other regions"
    known = complete.notna().to_numpy() & ~result.imputed.loc[[region]].to_numpy()[0]
    candidates = [code for code, has in zip(fitted.framework.codes, known, strict=True) if has]
    # A score right on the edge could fall to either side in the last rounded digit; the step goes a
    # little further.
    margin = _MARGIN * max(abs(cut), result.breaks.highest - result.breaks.lowest)
    needed = _needed_values(fitted, complete, candidates, cut + margin)
    if not needed:
        return (), "no single indicator can lift it, even at the best value of the fit"
    steps = [_make_step(result, region, complete, code, value) for code, value in needed.items()]
    return tuple(sorted(steps, key=_length)), ""


def _scored_alone(fitted: FittedScheme, complete: pd.Series, score: float) -> bool:
    """Say whether a region has the same score alone, beside the best values, and the worst.

    A count of wins may by chance be the same in one of these companies, but not in all.
    """
    best, worst = _ends(fitted, better=True), _ends(fitted, better=False)
    for company in ([], [best], [worst]):
        again = _what_if(fitted, pd.DataFrame([complete, *company])).to_numpy(float)[0]
        if not np.isclose(again, score, rtol=1e-9, atol=1e-12):
            return False
    return True


def _ends(fitted: FittedScheme, *, better: bool) -> pd.Series:
    """Return by indicator the best (or the worst) value of the fit, in the unit of the fit."""
    directions = [indicator.direction for indicator in fitted.framework.indicators]
    high_wanted = (np.array(directions) > 0) == better
    return fitted.reach["highest"].where(high_wanted, fitted.reach["lowest"])


def _length(step: StepUp) -> float:
    """Return how long a step is; under equal weights many are as long, and the framework decides.

    The last digits are those of the search and do not count.
    """
    return float(f"{step.share_of_range:.5g}")


def _needed_values(
    fitted: FittedScheme, row: pd.Series, codes: list[str], cut: float
) -> dict[str, float]:
    """Return by indicator the value nearest to the present one whose score is above the cut.

    Indicators that cannot lift the score above it are left out.
    """
    directions = [i.direction for i in fitted.framework.indicators if i.code in codes]
    now = row[codes].to_numpy(float)
    best = _ends(fitted, better=True)[codes].to_numpy(float)
    improves = (best - now) * np.array(directions) > 0
    lifts = improves & (_scores_at(fitted, row, codes, best[:, None])[:, 0] > cut)
    lifting = [code for code, can in zip(codes, lifts, strict=True) if can]
    needed = _nearest_lifting(fitted, row, lifting, best[lifts], cut)
    return dict(zip(lifting, needed.tolist(), strict=True))


def _nearest_lifting(
    fitted: FittedScheme, row: pd.Series, codes: list[str], best: Floats, cut: float
) -> Floats:
    """Return for each indicator the value nearest to its own that lifts the score above the cut.

    The best value does so. Each round looks at several values between the last that does not lift
    and the first that does, and goes on between the neighbours where that changes.
    """
    now = row[codes].to_numpy(float)
    # Weights by region take a linear programme for every value that is tried, so that halving needs
    # the fewest.
    points = _POINTS_BY_REGION if fitted.hierarchy.by_region else _POINTS
    share, rows = np.arange(1, points + 2) / (points + 1), np.arange(len(codes))
    low, high = now, best
    for _ in range(_MOST_ROUNDS):
        if (np.abs(high - low) <= _PRECISION * np.abs(high - now)).all():
            break
        tried = low[:, None] + (high - low)[:, None] * share
        tried[:, -1] = high
        lifted = _scores_at(fitted, row, codes, tried) > cut
        lifted[:, -1] = True
        first = lifted.argmax(axis=1)
        before = tried[rows, np.maximum(first - 1, 0)]
        low = np.where(first > 0, before, low)
        high = tried[rows, first]
    return high


def _scores_at(fitted: FittedScheme, row: pd.Series, codes: list[str], values: Floats) -> Floats:
    """Return the score for each value (indicators × values) that an indicator takes instead."""
    n, tries = values.shape
    if n == 0:
        return values
    block = np.tile(row.to_numpy(float), (n * tries, 1))
    columns = row.index.get_indexer(pd.Index(codes))
    block[np.arange(n * tries), np.repeat(columns, tries)] = values.ravel()
    scores = _what_if(fitted, pd.DataFrame(block, columns=row.index))
    return scores.to_numpy(float).reshape(n, tries)


def _what_if(fitted: FittedScheme, complete: pd.DataFrame) -> pd.Series:
    """Return the scores of rows of values that stand for no region."""
    index = pd.RangeIndex(len(complete)).astype(str).rename("region_id")
    return fitted.aggregate_levels(fitted.rescale(complete.set_axis(index, axis=0)))[""]


def _make_step(result: Result, region: str, complete: pd.Series, code: str, value: float) -> StepUp:
    fitted = result.fitted
    pair = pd.DataFrame([complete, complete], index=["now", "needed"])
    pair.loc["needed", code] = value
    normalised = fitted.rescale(pair)[code]
    gain = float(normalised["needed"] - normalised["now"])
    worst, best = fitted.scale.loc[[code]].to_numpy(float)[0]
    size = _size_of(result, region, code)
    tier = fitted.tier.apply(_what_if(fitted, pair.loc[["needed"]])).iloc[0]
    return StepUp(
        indicator=code,
        tier=str(tier),
        normalised_change=gain,
        share_of_range=gain / float(best - worst),
        value=float(complete[code]) * size,
        needed=value * size,
        unit=getattr(fitted.framework[code], "unit", ""),
    )


def _size_of(result: Result, region: str, code: str) -> float:
    """Return what a value was divided by: values are told as they stand in the data."""
    own = result.table.values.loc[[region]]
    return float(result.fitted.denominate.sizes(own)[code].iloc[0])


def _why_no_gap(result: Result, region: str) -> str:
    if result.tier[region] == result.breaks.labels[0]:
        return "none, it is in the highest tier"
    return f"not defined: these tiers ({result.breaks.method}) are not cut from the score"


def next_break(result: Result, region: str) -> float | None:
    """Return the cut-point that a region must exceed to rise.

    None in the highest tier, and for tiers without cut-points.
    """
    return next((cut for cut in result.breaks.breaks if cut >= result.scores[region]), None)


def tier_above(result: Result, cut: float) -> str:
    """Return the tier of a score just above a cut-point: an empty tier between is passed over."""
    just_above = pd.Series([np.nextafter(cut, np.inf)])
    return str(result.breaks.apply(just_above).iloc[0])
