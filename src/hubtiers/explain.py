"""Why a region stands where it stands: contributions, tier peers, the next tier, obstacles."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._methods import describe
from hubtiers._steps_up import StepUp, next_break, tier_above, tier_steps, whole_steps
from hubtiers.errors import DataError
from hubtiers.framework import Framework
from hubtiers.gaps import weights_in
from hubtiers.obstacles import obstacle_degree
from hubtiers.scheme import Result
from hubtiers.scoring.aggregate import Arithmetic

__all__ = ["Explanation", "StepUp", "explain", "median_of_others", "peer_medians", "standouts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST = 3
"""Strengths and weaknesses that are named of each region."""


@dataclass(frozen=True, repr=False, eq=False)
class Explanation:
    """Why one region has its score and its tier, as `Result.explain` gives it.

    Attributes
    ----------
    region, name
        Id and name.
    score, rank, scored, tier
        Composite score, rank among `scored` regions, tier.
    indicators
        One row per indicator: names, `value` and `unit` as in the data, `imputed`, `normalised`,
        `weight` (as it counts for this region: a missing value hands its weight on),
        `contribution`, `peer_median`, `difference` from it, `obstacle` (share of what is missing to
        the best; see `obstacle_degree`).
    additive, method
        Whether the contributions sum to the score, and the aggregation in words.
    peers
        The other regions of the same tier.
    next_tier, gap
        The tier above and how far the score lies below its cut-point: it must gain *more* than the
        gap, which is 0 only on a cut-point that was declared. None in the highest tier, and for
        tiers that are not cut from the score.
    steps
        Every single indicator that could lift the region to a higher tier, the smallest share of
        its range first.
    note
        Why there are no steps, where there are none.
    whole_step
        The smallest step that can be taken: in whole numbers where the indicator counts things,
        that is where all its values are whole. None where there is none.
    """

    region: str
    name: str
    score: float
    rank: int
    scored: int
    tier: str
    indicators: pd.DataFrame
    additive: bool
    method: str
    peers: tuple[str, ...]
    next_tier: str | None
    gap: float | None
    steps: tuple[StepUp, ...]
    note: str
    whole_step: StepUp | None = None

    @property
    def contributions(self) -> pd.Series:
        """Weight × normalised value of every indicator; they sum to the score when `additive`."""
        return self.indicators["contribution"]

    @property
    def contributions_are(self) -> str:
        """What the contributions are, in words."""
        if self.additive:
            return "weight × normalised value; they sum to the score"
        return f"weight × normalised value; under {self.method} they do not sum to the score"

    @property
    def strengths(self) -> pd.Series:
        """The three indicators furthest above the median of the tier's other regions.

        By the difference of normalised values.
        """
        difference = self.indicators["difference"]
        return difference.iloc[_furthest_above(difference.to_numpy(float), _MOST)]

    @property
    def weaknesses(self) -> pd.Series:
        """The three indicators furthest below the median of the tier's other regions.

        By the difference of normalised values.
        """
        difference = self.indicators["difference"]
        return difference.iloc[_furthest_below(difference.to_numpy(float), _MOST)]

    @property
    def obstacles(self) -> pd.Series:
        """Obstacle degree (障碍度) of every indicator, largest first."""
        return self.indicators["obstacle"].sort_values(ascending=False, kind="stable")

    @property
    def smallest_step(self) -> StepUp | None:
        """The smallest change of one indicator that lifts the region to a higher tier, or None."""
        return self.steps[0] if self.steps else None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per indicator, in the order of the framework."""
        return self.indicators.copy()

    def _lines(self) -> list[str]:
        most = self.contributions.sort_values(ascending=False, kind="stable").head(_MOST)
        peers = f"{len(self.peers)} other region{'' if len(self.peers) == 1 else 's'} of its tier"
        lines = [
            f"Largest contributions ({self.contributions_are}): {_pairs(most)}",
            f"Strengths against {peers}: {_pairs(self.strengths, sign='+')}",
            f"Weaknesses: {_pairs(self.weaknesses, sign='+')}",
            f"Largest obstacles: {_pairs(self.obstacles.head(_MOST), percent=True)}",
        ]
        if self.next_tier is not None:
            if self.gap == 0:
                at_cut = "the score is the cut-point itself, and any gain lifts it"
                lines.append(f"Next tier: {self.next_tier}; {at_cut}")
                return lines
            lines.append(
                f"Next tier: {self.next_tier}, whose cut-point lies {self.gap:.4g} above the score"
            )
        lines.append(f"Smallest single change that lifts it: {self._step_text()}")
        return lines

    def _step_text(self) -> str:
        """Return the step that can be taken, by the name of its indicator, or why there is none."""
        step = self.whole_step
        if step is None:
            return self.note or "none in whole numbers"
        named = self.indicators.loc[step.indicator, ["name_en", "name_zh"]]
        return step.to_text(next(filter(None, named), step.indicator))

    def _head(self) -> str:
        place = f"rank {self.rank} of {self.scored}, {self.tier}"
        return f"{self.region} {self.name}: score {self.score:.4f}, {place}"

    def __repr__(self) -> str:
        return "\n".join(
            [f"<Explanation of {self._head()}>", *(f"  {line}" for line in self._lines())]
        )

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self._lines())
        table = self.indicators.to_html(escape=True, na_rep="–", float_format="{:.4g}".format)
        return f"<p>{escape(self._head())}</p><ul>{items}</ul>{table}"


def explain(result: Result, region: str) -> Explanation:
    """Say why a region stands where it stands (得分解释); the same as `result.explain(region)`.

    Parameters
    ----------
    result
        What `Scheme.run` or `FittedScheme.score` gave.
    region
        Id of the region, or its name where no other region has it.

    Returns
    -------
    Explanation

    Raises
    ------
    UnknownOptionError
        When the region is not in the table.
    DataError
        When it has no score.

    Notes
    -----
    The steps to the next tier hold bounds, weights and cut-points of the fit, change one value at a
    time and go no further than the best value of the fit. They are found on the whole way from the
    value to the score, so that they hold for every treatment, normalisation and aggregation whose
    scores do not depend on the other regions. Where a score can fall while an indicator improves
    (Mazziotta–Pareto, TOPSIS), a smaller step may exist.

    **Missing values** have no contribution, no difference and no step; filled values have no step.

    Examples
    --------
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> columns = {"rd": [1.0, 2.0, 4.0], "patents": [10.0, 40.0, 50.0]}
    >>> frame = pd.DataFrame(columns, index=["a", "b", "c"])
    >>> result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    >>> explain(result, "a").next_tier
    'international'
    """
    region = result.table.find(region)
    if pd.isna(result.scores[region]):
        raise DataError(
            f"{region} {result.table.label(region)} has no score, so there is nothing to explain: "
            f"{result.coverage[region]:.0%} of its values are present. Look at "
            "RequireCoverage(share=…)."
        )
    tier = result.tier[region]
    peers = result.tier.index[(result.tier == tier) & (result.tier.index != region)]
    cut = next_break(result, region)
    steps, note = tier_steps(result, region)
    chosen = result.fitted.scheme.aggregate
    levels = chosen if isinstance(chosen, tuple) else (chosen,)
    return Explanation(
        region=region,
        name=result.table.label(region),
        score=float(result.scores[region]),
        rank=int(result.rank[region]),
        scored=int(result.scores.notna().sum()),
        tier=str(tier),
        indicators=_indicator_rows(result, region),
        additive=all(isinstance(method, Arithmetic) for method in levels),
        method=describe(chosen),
        peers=tuple(peers),
        next_tier=None if cut is None else tier_above(result, cut),
        gap=None if cut is None else cut - float(result.scores[region]),
        steps=steps,
        note=note,
        whole_step=next(iter(whole_steps(result, region, steps)), None),
    )


def standouts(result: Result, *, most: int = _MOST) -> pd.DataFrame:
    """Strengths and weaknesses of all regions at once (优势与短板).

    Parameters
    ----------
    result
        Scored regions.
    most
        How many of each are named for a region at most.

    Returns
    -------
    pandas.DataFrame
        One row for each: `region_id`, `kind` (`"strength"` or `"weakness"`), `indicator`,
        `difference` (normalised value minus the median of the tier's other regions), `value` (in
        the unit of the data).

        Regions in the order of the table, strengths first, the largest first.

    Notes
    -----
    **Missing values**, and regions that are alone in their tier or have none, stand out in nothing.

    Examples
    --------
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import Thresholds
    >>> columns = {"rd": [0.0, 2.0, 4.0], "patents": [0.0, 40.0, 30.0]}
    >>> frame = pd.DataFrame(columns, index=["a", "b", "c"])
    >>> result = Scheme(tier=Thresholds((0.5,))).run(IndicatorTable.from_frame(frame))
    >>> standouts(result)[["region_id", "kind", "indicator"]].values.tolist()[:2]
    [['b', 'strength', 'patents'], ['b', 'weakness', 'rd']]
    """
    difference = result.normalised - peer_medians(result)
    codes = list(map(str, difference.columns))
    values = result.table.values.loc[difference.index, codes].to_numpy(float)
    rows = []
    for number, (region, own) in enumerate(
        zip(map(str, difference.index), difference.to_numpy(float), strict=True)
    ):
        for kind, furthest in (("strength", _furthest_above), ("weakness", _furthest_below)):
            for place in furthest(own, most):
                distance, value = float(own[place]), float(values[number, place])
                rows.append((region, kind, codes[place], distance, value))
    columns = ["region_id", "kind", "indicator", "difference", "value"]
    return pd.DataFrame(rows, columns=columns)


def _furthest_above(difference: Floats, most: int) -> Ints:
    """Return the places of the largest differences above 0, the largest first."""
    above = np.flatnonzero(difference > 0)
    return above[np.argsort(-difference[above], kind="stable")][:most]


def _furthest_below(difference: Floats, most: int) -> Ints:
    """Return the places of the smallest differences below 0, the smallest first."""
    below = np.flatnonzero(difference < 0)
    return below[np.argsort(difference[below], kind="stable")][:most]


def peer_medians(result: Result) -> pd.DataFrame:
    """Return by region and indicator the median normalised value of the tier's other regions.

    Missing where there is no other region with a value, and for regions without a tier.
    """
    normalised = result.normalised.to_numpy(float)
    medians = np.full(normalised.shape, np.nan)
    for tier in result.breaks.labels:
        inside = (result.tier == tier).to_numpy()
        medians[inside] = median_of_others(normalised[inside])
    return pd.DataFrame(medians, result.normalised.index, result.normalised.columns)


def median_of_others(x: Floats) -> Floats:
    """Return for every cell the median of the other present values of its column, NaN for none."""
    order = np.argsort(x, axis=0, kind="stable")
    place = np.argsort(order, axis=0, kind="stable")
    ordered = np.take_along_axis(x, order, axis=0)
    present = ~np.isnan(x)
    others = present.sum(axis=0) - present
    medians = np.zeros_like(x)
    # The median is the mean of the two middle values, which are the same one where others are odd.
    for middle in ((others - 1) // 2, others // 2):
        at = np.maximum(middle, 0)
        # In the whole column, the others stand one place further from the cell's own place on.
        at = at + (at >= place)
        medians += np.take_along_axis(ordered, np.minimum(at, len(x) - 1), axis=0) / 2
    return np.where(others < 1, np.nan, medians)


def _indicator_rows(result: Result, region: str) -> pd.DataFrame:
    """Return the table of an explanation: one row per indicator."""
    framework = result.fitted.framework
    weight = weights_in(result, region)
    frame = _indicator_names(framework)
    frame["value"] = result.table.values.loc[region, framework.codes]
    frame["unit"] = [node.unit for node in framework.indicators]
    frame["imputed"] = result.imputed.loc[region]
    frame["normalised"] = result.normalised.loc[region]
    frame["weight"] = [weight.get(code, 0.0) for code in framework.codes]
    frame["contribution"] = frame["weight"] * frame["normalised"]
    frame["peer_median"] = peer_medians(result).loc[region]
    frame["difference"] = frame["normalised"] - frame["peer_median"]
    frame["obstacle"] = obstacle_degree(result).loc[region]
    return frame


def _indicator_names(framework: Framework) -> pd.DataFrame:
    names_zh = [node.name_zh for node in framework.indicators]
    names_en = [node.name_en for node in framework.indicators]
    index = pd.Index(framework.codes, name="indicator")
    return pd.DataFrame({"name_zh": names_zh, "name_en": names_en}, index=index)


def _pairs(values: pd.Series, *, sign: str = "", percent: bool = False) -> str:
    form = ".0%" if percent else f"{sign}.3f"
    shown = [f"{code} {value:{form}}" for code, value in values.items()]
    return ", ".join(shown) or "none"
