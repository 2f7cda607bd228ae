"""Why a region stands where it stands: contributions, tier peers, the next tier, obstacles, and coupled functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._methods import describe
from hubtiers.errors import DataError, DomainError, UnknownOptionError, listing
from hubtiers.framework import Indicator
from hubtiers.scheme import FittedScheme, Result
from hubtiers.scoring.aggregate import Arithmetic

__all__ = ["Explanation", "StepUp", "coupling_coordination", "explain", "obstacle_degree"]

_MOST = 3
_POINTS, _POINTS_BY_REGION = 15, 1
_MOST_ROUNDS = 60
_PRECISION = 1e-7
"""How closely the smallest change is found, as a share of the change."""

_MARGIN = 1e-11


@dataclass(frozen=True)
class StepUp:
    """The change of one indicator that lifts a region to a higher tier, all else equal: filled gaps keep their filling.

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

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.indicator} from {self.value:.6g} to {self.needed:.6g}{unit} ({self.change:+.4g})"


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
        gap, which is 0 for the highest region of a tier cut by natural breaks. None in the highest
        tier, and for tiers that are not cut from the score.
    steps
        Every single indicator that could lift the region to a higher tier, the smallest share of
        its range first.
    note
        Why there are no steps, where there are none.
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
        """The three indicators furthest above the median of the tier's other regions (normalised difference)."""
        ahead = self.indicators["difference"]
        return ahead[ahead > 0].sort_values(ascending=False, kind="stable").head(_MOST)

    @property
    def weaknesses(self) -> pd.Series:
        """The three indicators furthest below the median of the tier's other regions (normalised difference)."""
        behind = self.indicators["difference"]
        return behind[behind < 0].sort_values(kind="stable").head(_MOST)

    @property
    def obstacles(self) -> pd.Series:
        """Obstacle degree (障碍度) of every indicator, largest first."""
        return self.indicators["obstacle"].sort_values(ascending=False, kind="stable")

    @property
    def smallest_step(self) -> StepUp | None:
        """The smallest change of one indicator that lifts the region to a higher tier; None when there is none."""
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
                lines.append(
                    f"Next tier: {self.next_tier}; the score is the cut-point itself, and any gain lifts it"
                )
                return lines
            lines.append(
                f"Next tier: {self.next_tier}, whose cut-point lies {self.gap:.4g} above the score"
            )
        lines.append(f"Smallest single change that lifts it: {self.smallest_step or self.note}")
        return lines

    def _head(self) -> str:
        return f"{self.region} {self.name}: score {self.score:.4f}, rank {self.rank} of {self.scored}, {self.tier}"

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
    >>> frame = pd.DataFrame({"rd": [1.0, 2.0, 4.0], "patents": [10.0, 40.0, 50.0]}, index=["a", "b", "c"])
    >>> result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    >>> explain(result, "a").next_tier
    'international'
    """
    region = result.table.find(region)
    if pd.isna(result.scores[region]):
        raise DataError(
            f"{region} {result.table.label(region)} has no score, so there is nothing to explain: "
            f"{result.coverage[region]:.0%} of its values are present. Look at RequireCoverage(share=…)."
        )
    tier = result.tier[region]
    peers = result.tier.index[(result.tier == tier) & (result.tier.index != region)]
    bar = _next_break(result, region)
    steps, note = tier_steps(result, region)
    chosen = result.fitted.scheme.aggregate
    return Explanation(
        region=region,
        name=result.table.label(region),
        score=float(result.scores[region]),
        rank=int(result.rank[region]),
        scored=int(result.scores.notna().sum()),
        tier=str(tier),
        indicators=_indicator_rows(result, region, peers),
        additive=all(
            isinstance(m, Arithmetic) for m in (chosen if isinstance(chosen, tuple) else (chosen,))
        ),
        method=describe(chosen),
        peers=tuple(peers),
        next_tier=None if bar is None else _tier_above(result, bar),
        gap=None if bar is None else bar - float(result.scores[region]),
        steps=steps,
        note=note,
    )


def obstacle_degree(result: Result, *, by: str = "indicator") -> pd.DataFrame:
    """Obstacle degree (障碍度): what holds each region back most from the best there is.

    Choose it to tell regions where effort would count: a weak indicator with a large weight is a
    large obstacle.

    Parameters
    ----------
    result
        Scored regions.
    by
        `"indicator"`, or `"function"` for the sums below each group that stands directly under the
        score.

    Returns
    -------
    pandas.DataFrame
        Regions × indicators (or functions): shares, each row sums to 1; all 0 for a region that is
        best in everything.

    Raises
    ------
    UnknownOptionError

    Notes
    -----
    O_ij = w_j·D_ij / Σ_j w_j·D_ij with the effective weight w and the deviation D = (best − y) /
    (best − worst), where best and worst are those of the fit on the normalised scale; for min–max
    this is 1 − y. A value better than the best of the fit is no obstacle (D = 0). Many papers print
    the shares in per cent.

    **Missing values** are left out of the sum and stay missing; a region without a score is missing
    throughout.

    Examples
    --------
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> frame = pd.DataFrame({"rd": [1.0, 3.0, 5.0], "patents": [10.0, 40.0, 50.0]}, index=["a", "b", "c"])
    >>> result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    >>> obstacle_degree(result).loc["b"].round(3).to_dict()
    {'rd': 0.667, 'patents': 0.333}
    """
    if by not in ("indicator", "function"):
        raise UnknownOptionError("level of obstacle_degree(by=…)", by, ("indicator", "function"))
    scale = result.fitted.scale
    span = (scale["highest"] - scale["lowest"]).to_numpy(float)
    behind = scale["highest"].to_numpy(float) - result.normalised.to_numpy(float)
    deviation = np.divide(behind, span, out=np.where(np.isnan(behind), np.nan, 0.0), where=span > 0)
    weighted = np.clip(deviation, 0.0, None) * result.weights.to_numpy(float)
    weighted[result.scores.isna().to_numpy()] = np.nan
    total = np.nansum(weighted, axis=1, keepdims=True)
    shares = np.divide(
        weighted, total, out=np.where(np.isnan(weighted), np.nan, 0.0), where=total > 0
    )
    frame = pd.DataFrame(shares, result.normalised.index, result.normalised.columns)
    if by == "indicator":
        return frame
    framework = result.fitted.framework
    tops = {c: framework.leaves(c) or [c] for c in framework.filled_children()}
    return pd.DataFrame(
        {top: frame[leaves].sum(axis=1, min_count=1) for top, leaves in tops.items()}
    )


def coupling_coordination(
    result: Result,
    *,
    functions: Sequence[str] | None = None,
    weights: str = "scheme",
    form: str = "ratio",
) -> pd.DataFrame:
    """Coupling coordination (耦合协调度) between functions: do they develop together, and how far.

    Choose it to find regions that are strong in one function and weak in another; it says nothing
    of cause.

    Parameters
    ----------
    result
        Scored regions, with sub-scores between 0 and 1.
    functions
        Codes of the groups; those directly under the score when left out.
    weights
        For T: `"scheme"` takes the weights of the scheme, `"equal"` the same for all.
    form
        `"ratio"` or `"revised"`: which coupling degree, see Notes.

    Returns
    -------
    pandas.DataFrame
        By region: `coupling` C, `development` T and `coordination` D, each between 0 and 1.

    Raises
    ------
    UnknownOptionError, DomainError
    DataError
        When there are fewer than two functions.

    Notes
    -----
    For the scores U of n functions, T = Σ a·U and D = √(C·T). Three coupling degrees are in use:

    * ratio: C = (Π U)^(1/n) / (Σ U / n), the geometric over the arithmetic mean. Its range is 0 to
      1 for every n.
    * revised: C = √([1 − Σ_{i>j} |U_i − U_j| / (1 + … + (n−1))] · (Π U_i / max U)^{1/(n−1)}), of
      Wang, Kong, Ren, Zhi and Dai (2021, 自然资源学报 36(3)); range 0 to 1, and spread more evenly over
      it.
    * without the factor n, C = (Π U)^(1/n) / Σ U. It is printed in many papers, but cannot exceed
      1/n, so that the usual classes of D do not fit it. It is not offered.

    A region whose functions are all 0 has C = 0.

    **Missing values**: a region that lacks the score of a function is missing throughout.

    Examples
    --------
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.framework import Framework, Group, Indicator
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> framework = Framework((Indicator("rd", parent="f"), Indicator("jobs", parent="g")), (Group("f"), Group("g")))
    >>> frame = pd.DataFrame({"rd": [0.0, 4.0, 10.0], "jobs": [0.0, 9.0, 10.0]}, index=["a", "b", "c"])
    >>> result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame, framework=framework))
    >>> coupling_coordination(result).loc["b"].round(4).to_dict()
    {'coupling': 0.9231, 'development': 0.65, 'coordination': 0.7746}
    """
    if form not in _COUPLING:
        raise UnknownOptionError("form of coupling_coordination(form=…)", form, _COUPLING)
    if weights not in ("scheme", "equal"):
        raise UnknownOptionError(
            "choice of coupling_coordination(weights=…)", weights, ("scheme", "equal")
        )
    codes = _functions(result, functions)
    scores = result.nodes[codes]
    _require_unit_range(scores)
    raw = result.fitted.hierarchy.reach() if weights == "scheme" else dict.fromkeys(codes, 1.0)
    share = np.array([raw[c] for c in codes]) / sum(raw[c] for c in codes)
    u = np.clip(scores.to_numpy(float), 0.0, 1.0)
    coupling, development = _COUPLING[form](u), u @ share
    columns = {
        "coupling": coupling,
        "development": development,
        "coordination": np.sqrt(coupling * development),
    }
    return pd.DataFrame(columns, index=scores.index)


def coupling_ratio(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geometric over the arithmetic mean of each row; 0 where all are 0."""
    mean = u.mean(axis=1)
    product = np.prod(u ** (1.0 / u.shape[1]), axis=1)
    return np.asarray(
        np.divide(product, mean, out=np.where(np.isnan(mean), np.nan, 0.0), where=mean > 0)
    )


def coupling_revised(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the revised coupling degree of each row: closeness of the values times their ratio to the largest."""
    n = u.shape[1]
    i, j = np.triu_indices(n, 1)
    apart = np.abs(u[:, i] - u[:, j]).sum(axis=1) / (n * (n - 1) / 2)
    # One of the functions is the largest, so that the product of ratios has n − 1 factors below 1.
    largest = u.max(axis=1, keepdims=True)
    ratios = np.divide(u, largest, out=np.where(np.isnan(u), np.nan, 0.0), where=largest > 0)
    return np.asarray(np.sqrt((1.0 - apart) * np.prod(ratios, axis=1) ** (1.0 / (n - 1))))


_COUPLING = {"ratio": coupling_ratio, "revised": coupling_revised}


def tier_steps(result: Result, region: str) -> tuple[tuple[StepUp, ...], str]:
    """Return the single changes that lift a region to a higher tier, smallest first, or why there are none."""
    fitted, score = result.fitted, float(result.scores[region])
    bar = _next_break(result, region)
    if bar is None:
        return (), _why_no_gap(result, region)
    complete: pd.Series = result.complete.loc[[region]].iloc[0]
    again = _what_if(fitted, pd.DataFrame([complete])).to_numpy(float)[0]
    if not np.isclose(again, score, rtol=1e-9, atol=1e-12):
        return (
            (),
            f"not defined: under {describe(fitted.scheme.aggregate)} a score depends on the other regions",
        )
    known = complete.notna().to_numpy() & ~result.imputed.loc[[region]].to_numpy()[0]
    candidates = [code for code, has in zip(fitted.framework.codes, known, strict=True) if has]
    # A score right on the edge could fall to either side in the last rounded digit; the step goes a
    # little further.
    margin = _MARGIN * max(abs(bar), result.breaks.highest - result.breaks.lowest)
    needed = _needed_values(fitted, complete, candidates, bar + margin)
    if not needed:
        return (), "no single indicator can lift it, even at the best value of the fit"
    steps = [_make_step(result, region, complete, code, value) for code, value in needed.items()]
    # Under equal weights many steps are the same length, and the framework decides; their last
    # digits are the search's.
    return tuple(sorted(steps, key=lambda s: float(f"{s.share_of_range:.5g}"))), ""


def _needed_values(
    fitted: FittedScheme, row: pd.Series, codes: list[str], bar: float
) -> dict[str, float]:
    """Return by indicator the value nearest to the present one whose score is above the bar, where there is one."""
    direction = np.array([i.direction for i in fitted.framework.indicators if i.code in codes])
    low, reach = row[codes].to_numpy(float), fitted.reach.loc[codes]
    high = np.where(direction > 0, reach["highest"], reach["lowest"])
    # Weights by region take a linear programme for every value that is tried, so that halving needs
    # the fewest.
    points = _POINTS_BY_REGION if fitted.hierarchy.by_region else _POINTS
    ahead = (high - low) * direction > 0
    keep = ahead & (_scores_at(fitted, row, codes, high[:, None])[:, 0] > bar)
    codes, now, high = [c for c, k in zip(codes, keep, strict=True) if k], low[keep], high[keep]
    low, share, rows = now, np.arange(1, points + 2) / (points + 1), np.arange(len(codes))
    for _ in range(_MOST_ROUNDS):
        if (np.abs(high - low) <= _PRECISION * np.abs(high - now)).all():
            break
        tried = low[:, None] + (high - low)[:, None] * share
        tried[:, -1] = high
        lifted = _scores_at(fitted, row, codes, tried) > bar
        lifted[:, -1] = True
        first = lifted.argmax(axis=1)
        low = np.where(first > 0, tried[rows, np.maximum(first - 1, 0)], low)
        high = tried[rows, first]
    return dict(zip(codes, high.tolist(), strict=True))


def _scores_at(
    fitted: FittedScheme, row: pd.Series, codes: list[str], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the score for each value (indicators × values) that an indicator takes in place of its own."""
    n, tries = values.shape
    if n == 0:
        return values
    block = np.tile(row.to_numpy(float), (n * tries, 1))
    block[np.arange(n * tries), np.repeat(row.index.get_indexer(pd.Index(codes)), tries)] = (
        values.ravel()
    )
    return (
        _what_if(fitted, pd.DataFrame(block, columns=row.index)).to_numpy(float).reshape(n, tries)
    )


def _what_if(fitted: FittedScheme, complete: pd.DataFrame) -> pd.Series:
    rows = complete.set_axis(
        pd.Index([str(n) for n in range(len(complete))], name="region_id"), axis=0
    )
    return fitted.aggregate_levels(fitted.rescale(rows))[""]


def _make_step(result: Result, region: str, complete: pd.Series, code: str, value: float) -> StepUp:
    fitted = result.fitted
    pair = pd.DataFrame([complete, complete], index=["now", "needed"])
    pair.loc["needed", code] = value
    normalised = fitted.rescale(pair)[code]
    gain = float(normalised["needed"] - normalised["now"])
    ends = fitted.scale.loc[[code]].to_numpy(float)[0]
    size = float(fitted.denominate.sizes(result.table.values.loc[[region]])[code].iloc[0])
    reached = fitted.tier.apply(_what_if(fitted, pair.loc[["needed"]])).iloc[0]
    unit = getattr(fitted.framework[code], "unit", "")
    return StepUp(
        code,
        str(reached),
        gain,
        gain / float(ends[1] - ends[0]),
        float(complete[code]) * size,
        value * size,
        unit,
    )


def _why_no_gap(result: Result, region: str) -> str:
    if result.tier[region] == result.breaks.labels[0]:
        return "none, it is in the highest tier"
    return f"not defined: these tiers ({result.breaks.method}) are not cut from the score"


def _next_break(result: Result, region: str) -> float | None:
    """Return the cut-point that a region must exceed to rise; None in the highest tier and without cut-points."""
    return next((b for b in result.breaks.breaks if b >= result.scores[region]), None)


def _tier_above(result: Result, bar: float) -> str:
    """Return the tier of a score just above a cut-point: an empty tier between is passed over."""
    return str(result.breaks.apply(pd.Series([np.nextafter(bar, np.inf)])).iloc[0])


def _indicator_rows(result: Result, region: str, peers: pd.Index) -> pd.DataFrame:
    """Return the table of an explanation: one row per indicator."""
    framework = result.fitted.framework
    shares = result.fitted.hierarchy.shares_of(
        region, result.normalised.loc[[region]], result.nodes.loc[[region]]
    )
    weight = {"": 1.0}
    for group in reversed(shares):
        weight |= {
            child: weight[group] * share
            for child, share in shares[group].items()
            if group in weight
        }
    nodes = [node for node in framework.indicators if isinstance(node, Indicator)]
    frame = pd.DataFrame(
        {"name_zh": [n.name_zh for n in nodes], "name_en": [n.name_en for n in nodes]},
        index=pd.Index(framework.codes, name="indicator"),
    )
    frame["value"] = result.table.values.loc[region, framework.codes]
    frame["unit"] = [n.unit for n in nodes]
    frame["imputed"] = result.imputed.loc[region]
    frame["normalised"] = result.normalised.loc[region]
    frame["weight"] = [weight.get(code, 0.0) for code in framework.codes]
    frame["contribution"] = frame["weight"] * frame["normalised"]
    frame["peer_median"] = result.normalised.loc[peers].median() if len(peers) else np.nan
    frame["difference"] = frame["normalised"] - frame["peer_median"]
    frame["obstacle"] = obstacle_degree(result).loc[region]
    return frame


def _functions(result: Result, functions: Sequence[str] | None) -> list[str]:
    scored = [
        g.code
        for g in result.fitted.framework.groups
        if g.code in result.nodes and result.nodes[g.code].notna().any()
    ]
    top = set(result.fitted.framework.children())
    codes = [c for c in scored if c in top] if functions is None else list(dict.fromkeys(functions))
    for code in codes:
        if code not in scored:
            raise UnknownOptionError("function with a score", code, scored)
    if len(codes) < 2:
        raise DataError(
            f"Coupling needs at least two functions with a score, but there is {listing(codes) or 'none'}. Group the "
            "indicators in the framework, or name the groups."
        )
    return codes


def _require_unit_range(scores: pd.DataFrame) -> None:
    for code in scores.columns:
        outside = scores.index[(scores[code] < -1e-9) | (scores[code] > 1 + 1e-9)]
        if len(outside):
            raise DomainError(
                "coupling_coordination()",
                "sub-scores between 0 and 1",
                code,
                f"{scores.loc[outside[0], code]:.4g}",
                list(outside),
                "Normalise with MinMax(), and score with the bounds of the same table.",
            )


def _pairs(values: pd.Series, *, sign: str = "", percent: bool = False) -> str:
    shown = [
        f"{code} {value:.0%}" if percent else f"{code} {value:{sign}.3f}"
        for code, value in values.items()
    ]
    return ", ".join(shown) or "none"
