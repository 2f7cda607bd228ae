"""Which weights would lift a region: the smallest change, found as a linear programme."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._hierarchy import by_level
from hubtiers._method import own_fact
from hubtiers._methods import describe
from hubtiers.errors import DataError, UnknownOptionError
from hubtiers.scheme import Result
from hubtiers.scoring.weight import GivenWeights

__all__ = ["Reweighting", "weights_to_rise"]

_MARGIN = 1e-8
_TOLERANCE = 1e-10
_MOST = 4


@dataclass(frozen=True, repr=False, eq=False)
class Reweighting:
    """The smallest change of weights that lifts a region to a higher tier (`weights_to_rise`).

    Attributes
    ----------
    region, name
        Id and name.
    tier, target
        The tier it has, and the one it is to reach; None when there is no higher one.
    table
        By indicator: `weight` in the scheme, `needed`, `change`; empty when nothing was found.
    moved
        Weight that must move from some indicators to others, 0 to 1: half the sum of the absolute
        changes. NaN when nothing was found.
    score
        The score with the needed weights; it lies just above the cut-point.
    note
        Why there is no change, where there is none.
    """

    region: str
    name: str
    tier: str
    target: str | None
    table: pd.DataFrame
    moved: float
    score: float
    note: str

    @property
    def possible(self) -> bool:
        """Whether some weights lift the region."""
        return not self.table.empty

    @property
    def weights(self) -> GivenWeights | None:
        """The needed weights as a method for `scheme.replace(weight=…)`; None without any."""
        if not self.possible:
            return None
        needed = {str(code): float(weight) for code, weight in self.table["needed"].items()}
        return GivenWeights(needed)

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def __str__(self) -> str:
        head = f"{self.region} {self.name}, {self.tier}"
        if not self.possible:
            return f"{head}: {self.note}"
        change = self.table["change"]
        largest = (
            change[change.abs() > _MARGIN]
            .sort_values(key=np.abs, ascending=False, kind="stable")
            .head(_MOST)
        )
        shown = ", ".join(f"{code} {value:+.3f}" for code, value in largest.items())
        return f"{head}: {self.target} when {self.moved:.1%} of the weight moves ({shown})"

    def __repr__(self) -> str:
        return f"<Reweighting: {self}>"

    def _repr_html_(self) -> str:
        table = self.table.to_html(escape=True, float_format="{:.4f}".format)
        return f"<p>{escape(str(self))}</p>{table}"


def weights_to_rise(result: Result, region: str, *, tier: str | None = None) -> Reweighting:
    """Find the weights nearest to the scheme's that lift a region to a higher tier (权重空间).

    Choose it to tell whether a region's tier hangs on the weights: a small change says that it
    does, and names the indicators on which.

    Parameters
    ----------
    result
        What `Scheme.run` gave. Its cut-points are held: where they come out of the scores, they lie
        in the middle of the gap between two tiers.
    region
        Id of the region.
    tier
        The tier to reach; the one above its own when left out.

    Returns
    -------
    Reweighting

    Raises
    ------
    UnknownOptionError
        When the region or the tier is not known.
    DataError
        When the region has no score, or the tier is not above its own.

    Notes
    -----
    Minimises Σ|w − w₀| over weights w ≥ 0 with Σw = 1 under which the region's score exceeds the
    cut-point b. For a weighted power mean with the same exponent at all levels that condition is
    linear: Σ w·(g(y) − g(b)) > 0 with g(y) = y, ln y, or the power. Under other aggregations,
    weights by region, and tiers that are not cut from the score, nothing is found, and `note` says
    so.

    **Missing values** hand their weight on to the others; with groups between the indicators and
    the score that is not linear, and nothing is found for a region with gaps.

    Examples
    --------
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import Thresholds
    >>> columns = {"rd": [0.0, 2.0, 4.0], "patents": [0.0, 40.0, 40.0]}
    >>> frame = pd.DataFrame(columns, index=["a", "b", "c"])
    >>> result = Scheme(tier=Thresholds((0.8,))).run(IndicatorTable.from_frame(frame))
    >>> weights_to_rise(result, "b").table["change"].round(3).to_dict()
    {'rd': -0.1, 'patents': 0.1}
    """
    if region not in result.scores.index:
        raise UnknownOptionError("region", region, map(str, result.scores.index))
    if pd.isna(result.scores[region]):
        raise DataError(
            f"{region} {result.table.label(region)} has no score, so that no weights can lift it."
        )
    own, labels = str(result.tier[region]), result.breaks.labels
    target, note = _target(result, own, tier), ""
    if target is None:
        return _nothing(result, region, None, "it is in the highest tier")
    note = _obstacle(result, region)
    if note:
        return _nothing(result, region, target, note)
    bar = result.breaks.breaks[len(labels) - 2 - labels.index(target)]
    gains = _gains(result, region, bar)
    if not isinstance(gains, np.ndarray):
        return _nothing(result, region, target, gains)
    needed = nearest_weights(result.weights.to_numpy(float), gains)
    if needed is None:
        note = "no weights lift it: none of its indicators stands above the cut-point"
        return _nothing(result, region, target, note)
    return _found(result, region, target, needed)


def nearest_weights(
    base: NDArray[np.float64], gains: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return weights w ≥ 0, Σw = 1, with w·gains > 0 and the least Σ|w − base|, or None."""
    from scipy.optimize import linprog

    m, size = len(base), float(np.abs(gains).max())
    if not gains.max() > _MARGIN * size:
        return None
    # w = base + up − down: the sum of ups and downs is what is made small.
    above_cut = np.concatenate([-gains, gains]) / size
    sum_kept = np.concatenate([np.ones(m), -np.ones(m)])
    # A weight may rise at will, and fall to 0.
    ups, downs = [(0, None)] * m, [(0, weight) for weight in base]
    tolerances = ("primal_feasibility_tolerance", "dual_feasibility_tolerance")
    solved = linprog(
        np.ones(2 * m),
        A_ub=[above_cut],
        b_ub=[float(base @ gains) / size - _MARGIN],
        A_eq=[sum_kept],
        b_eq=[0.0],
        bounds=ups + downs,
        method="highs",
        options=dict.fromkeys(tolerances, _TOLERANCE),
    )
    if solved.status != 0:
        return None
    up, down = solved.x[:m], solved.x[m:]
    weights = np.clip(base + up - down, 0.0, None)
    return np.asarray(weights / weights.sum())


def _target(result: Result, own: str, tier: str | None) -> str | None:
    labels = result.breaks.labels
    place = labels.index(own)
    if tier is None:
        return labels[place - 1] if place else None
    if tier not in labels:
        raise UnknownOptionError("tier", tier, labels)
    if labels.index(tier) >= place:
        raise DataError(
            f"The tier {tier!r} is not above {own!r}. Name one of the tiers above it, or none."
        )
    return tier


def _exponent(result: Result) -> float | None:
    """Return the exponent of the power mean that all levels share, None when they do not."""
    forms = [
        own_fact(method, "compiled_form") for method in by_level(result.fitted.scheme.aggregate)
    ]
    first = forms[0]
    if first is None or first.rule != "power" or any(form != first for form in forms):
        return None
    return float(first.option)


def _obstacle(result: Result, region: str) -> str:
    """Return why the condition is not linear in the weights; empty when it is."""
    if not result.breaks.breaks:
        return f"not defined: these tiers ({result.breaks.method}) are not cut from the score"
    if _exponent(result) is None:
        chosen = describe(result.fitted.scheme.aggregate)
        return f"not defined: under {chosen} the score is not linear in the weights"
    if result.fitted.hierarchy.by_region:
        chosen = describe(result.fitted.scheme.weight)
        return f"not defined: {chosen} gives every region weights of its own"
    gaps = bool(result.normalised.loc[[region]].isna().to_numpy().any())
    if gaps and result.sub_scores.shape[1]:
        return "not defined: it lacks values, whose weight is handed on within their groups"
    return ""


def _gains(result: Result, region: str, bar: float) -> NDArray[np.float64] | str:
    """Return what a unit of weight on each indicator adds to the distance above the cut-point.

    It is 0 where a value is missing. A text instead says why there is no such number.
    """
    exponent = _exponent(result)
    y = result.normalised.loc[[region]].to_numpy(float)[0]
    if exponent == 1.0:
        return np.asarray(np.nan_to_num(y - bar))
    if bar <= 0 or (np.nan_to_num(y, nan=1.0) <= 0).any():
        return "not defined: the cut-point and the values must be positive under this mean"
    if exponent == 0.0:
        return np.asarray(np.nan_to_num(np.log(y) - np.log(bar)))
    assert exponent is not None
    return np.asarray(np.nan_to_num(np.sign(exponent) * ((y / bar) ** exponent - 1.0)))


def _nothing(result: Result, region: str, target: str | None, note: str) -> Reweighting:
    columns = ["weight", "needed", "change"]
    empty = pd.DataFrame(columns=columns, dtype=float).rename_axis("indicator")
    own = str(result.tier[region])
    return Reweighting(region, result.table.label(region), own, target, empty, np.nan, np.nan, note)


def _found(result: Result, region: str, target: str, needed: NDArray[np.float64]) -> Reweighting:
    base = result.weights
    table = pd.DataFrame(
        {"weight": base, "needed": needed, "change": needed - base.to_numpy(float)}
    )
    scores = result.fitted.aggregate_levels(result.normalised, table["needed"].rename("weight"))[""]
    moved = float(table["change"].abs().sum() / 2.0)
    return Reweighting(
        region,
        result.table.label(region),
        str(result.tier[region]),
        target,
        table.rename_axis("indicator"),
        moved,
        float(scores[region]),
        "",
    )
