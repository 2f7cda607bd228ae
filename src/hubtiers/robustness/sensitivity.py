"""Which choice matters: Sobol indices over all choices together, and leaving one indicator out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._overlaps import counted_twice, telling_overlaps, untold
from hubtiers.errors import DataError, HubtiersError, SpecError, UnknownOptionError
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._leave_out import scheme_without
from hubtiers.robustness._plan import Draws, Plan, make_plan, seed_of
from hubtiers.robustness._separation import own_tiers
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Result, Scheme
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["Sensitivity", "leave_one_out", "sensitivity", "sensitivity_of", "sobol_indices"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TARGETS = ("tier_flips", "rank_shift")
_RESAMPLES = 300
_AT_ONCE = 512
_MOST_SAMPLES = 1 << 20


@dataclass(frozen=True, repr=False, eq=False)
class Sensitivity:
    """Sobol indices of every factor, for one target or several.

    Attributes
    ----------
    table
        Index `target` and `factor`; columns `first` and `total` (indices), each with `_low` and
        `_high`, the bootstrap interval of 95 %.
    variance
        Variance of each target.
    samples
        Samples; the model was evaluated samples × (2 × factors + 2) times.
    """

    table: pd.DataFrame
    variance: pd.Series
    samples: int

    def to_frame(self) -> pd.DataFrame:
        """Return the table of indices."""
        return self.table.copy()

    def _head(self) -> str:
        return f"Sobol indices from {self.samples} samples, 95 % bootstrap intervals"

    def __repr__(self) -> str:
        return f"<Sensitivity: {self._head()}>\n{self.table.round(3)}"

    def _repr_html_(self) -> str:
        table = self.table.to_html(escape=True, float_format="{:.3f}".format)
        return f"<p>{escape(self._head())}</p>{table}"


def sobol_indices(
    function: Callable[[Floats], Floats],
    factors: Mapping[str, int] | Sequence[str],
    *,
    samples: int = 16_384,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Sobol indices (索博尔指数): how much of the variance of a function each factor explains.

    Choose it for any model whose inputs can be drawn from numbers between 0 and 1; `sensitivity`
    does so for a scheme. A factor may be a group of inputs.

    Parameters
    ----------
    function
        Takes an array of samples × inputs, uniform between 0 and 1, and returns one number per
        sample, or samples × targets.
    factors
        Names of the factors in the order of the inputs; a mapping says how many inputs each takes.
    samples
        Rows of the design, rounded up to a power of 2; the function gets samples × (2 × factors +
        2) rows in all.
    rng
        Seed of the design and of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        By factor (by target and factor where there are several targets): `first`, `total`, and the
        ends of their 95 % bootstrap intervals.

    Raises
    ------
    SpecError
        When there is no factor, or the number of samples is none.
    DataError
        When the function gives another number of values than rows, or values that are not finite.

    Notes
    -----
    A scrambled Sobol' sequence gives the matrices A and B; AB is A with one factor from B.
    First-order index (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018): mean of f(B)·(f(AB) −
    f(A)) over the variance. Total index (Jansen 1999, doi:10.1016/S0010-4655(98)00154-4): half the
    mean of (f(A) − f(AB))² over the variance. Both are taken the other way round, too, and
    averaged. Values are centred first. A factor that does not change f has both indices exactly 0,
    as have all when f is constant.

    Examples
    --------
    >>> found = sobol_indices(lambda u: u[:, 0] + 2 * u[:, 1], ["a", "b"], samples=1024)
    >>> found["first"].round(2).tolist()
    [0.2, 0.8]
    """
    widths = dict(factors) if isinstance(factors, Mapping) else dict.fromkeys(factors, 1)
    if not widths or any(width < 1 for width in widths.values()):
        raise SpecError(
            f"sobol_indices(factors={factors!r}) needs at least one factor, each with at least one "
            "input."
        )
    power = _power_of_two(samples)
    a, b = _design(sum(widths.values()), power, rng)
    outputs = _outputs_of(lambda u: _evaluated(function, u), a, b, list(widths.values()))
    single = outputs[0].shape[1] == 1
    names = [""] if single else [str(t) for t in range(outputs[0].shape[1])]
    table, _ = _indices(outputs, list(widths), names, rng)
    return table.droplevel("target") if single else table


def sensitivity(
    scheme: Scheme,
    table: IndicatorTable,
    variation: Variation,
    *,
    targets: Sequence[str] = _TARGETS,
    samples: int = 1024,
    rng: int | np.random.Generator = 0,
    tiers: str = "refit",
) -> Sensitivity:
    """Say which choice moves tiers and ranks most (敏感性分析): weights, normalisation, and so on.

    Parameters
    ----------
    scheme, table, variation, tiers
        As in `assess_robustness`. All weights together are one factor, as are noise and redrawn
        gaps.
    targets
        `"tier_flips"` (regions whose tier is not that of the scheme), `"rank_shift"` (mean absolute
        difference of ranks from those of the scheme), or the id of a region (its rank).
    samples
        Rows of the design, rounded up to a power of 2; samples × (2 × factors + 2) draws are
        scored.
    rng
        Seed.

    Returns
    -------
    Sensitivity

    Raises
    ------
    UnknownOptionError
        When a target is not known.
    SpecError, DataError
        As in `assess_robustness`.

    Notes
    -----
    See `sobol_indices` for the estimators. A factor with one option, or with options that give the
    same, has both indices 0.

    **Missing values**: a region without a score counts with neither rank nor tier; as a target it
    must have a score in every draw.

    Examples
    --------
    >>> columns = {"rd": [1.0, 2.0, 4.0], "patents": [10.0, 50.0, 40.0]}
    >>> table = IndicatorTable.from_frame(pd.DataFrame(columns, index=["a", "b", "c"]))
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> scheme = Scheme(tier=NaturalBreaks(2))
    >>> varied = Variation(weights="dirichlet", normalise=("MinMax",))
    >>> found = sensitivity(scheme, table, varied, targets=["tier_flips"], samples=256)
    >>> found.table["total"].round(1).to_dict()
    {('tier_flips', 'normalise'): 0.0, ('tier_flips', 'weights'): 1.0}
    """
    with telling_overlaps(table, [*counted_twice(variation), "the sums over all regions"]):
        base = scheme.run(table)
        plan = make_plan(base, variation, tiers=tiers, seed=seed_of(rng))
    return sensitivity_of(plan, base, targets=targets, samples=samples)


def sensitivity_of(
    plan: Plan, base: Result, *, targets: Sequence[str], samples: int
) -> Sensitivity:
    """Return the Sobol indices of a plan's factors."""
    wanted = (targets,) if isinstance(targets, str) else tuple(targets)
    regions = plan.table.values.index
    for target in wanted:
        if target not in _TARGETS and target not in regions:
            raise UnknownOptionError(
                "target of a sensitivity analysis:", target, (*_TARGETS, *map(str, regions))
            )
    widths = {f.name: _width(plan, f.name) for f in plan.factors}
    power = _power_of_two(samples)
    a, b = _design(sum(widths.values()), power, _generator(plan.seed))
    evaluator, columns = DrawEvaluator(plan), _columns_of(widths)

    def model(u: Floats) -> Floats:
        return _outputs(evaluator, _draws_at(plan, u, columns), base, wanted)

    outputs = _outputs_of(model, a, b, list(widths.values()))
    found, variance = _indices(outputs, list(widths), list(wanted), _generator(plan.seed))
    return Sensitivity(found, variance, len(a))


def _width(plan: Plan, name: str) -> int:
    """Return how many numbers between 0 and 1 a factor takes."""
    if name == "weights":
        return int(plan.variation.weights.width(plan.table.framework))
    return 1


def _columns_of(widths: Mapping[str, int]) -> dict[str, Ints]:
    """Return the columns of the design that belong to each factor."""
    columns, start = {}, 0
    for name, width in widths.items():
        columns[name] = np.arange(start, start + width)
        start += width
    return columns


def _draws_at(plan: Plan, u: Floats, columns: Mapping[str, Ints]) -> Draws:
    """Return the draws that numbers between 0 and 1 stand for."""
    discrete = [int(columns[f.name][0]) for f in plan.discrete]
    weights = None
    if plan.draws_weights:
        own = u[:, columns["weights"]]
        weights = plan.variation.weights.from_uniform(
            own, base=plan.weights, framework=plan.table.framework
        )
    keys = np.zeros((len(u), 2), np.int64)
    for place, name in enumerate(("gaps", "noise")):
        if name in columns:
            keys[:, place] = (u[:, columns[name][0]] * 2.0**53).astype(np.int64)
    return Draws(plan.chosen(u[:, discrete]), weights, keys)


def _outputs(
    evaluator: DrawEvaluator, draws: Draws, base: Result, targets: Sequence[str]
) -> Floats:
    """Return the targets of each draw (draws × targets)."""
    regions = evaluator.plan.table.values.index
    rank = base.rank.to_numpy(float, na_value=np.nan)
    own = own_tiers(evaluator.plan, base)
    found = np.empty((len(draws), len(targets)))
    for start in range(0, len(draws), _AT_ONCE):
        for drawn in evaluator.evaluate(draws.take(slice(start, start + _AT_ONCE))):
            ranks = np.where(drawn.ranks > 0, drawn.ranks, np.nan)
            for column, target in enumerate(targets):
                if target == "tier_flips":
                    value = _tier_flips(drawn.classes, own)
                elif target == "rank_shift":
                    value = np.nanmean(np.abs(ranks - rank), axis=1)
                else:
                    value = ranks[:, regions.get_loc(target)]
                found[start + drawn.which, column] = value
    if not np.isfinite(found).all():
        names = ", ".join(targets)
        raise DataError(
            f"A region of the targets {names} has no score in some draws. Choose others."
        )
    return found


def _tier_flips(classes: NDArray[np.int16], own: Ints) -> Floats:
    """Return by draw how many regions have another tier than in the scheme, and one in both."""
    both = (classes >= 0) & (own >= 0)
    flips = both & (classes != own)
    return np.asarray(flips.sum(axis=1), float)


def _power_of_two(samples: int) -> int:
    if (
        isinstance(samples, bool)
        or not isinstance(samples, (int, np.integer))
        or not 2 <= samples <= _MOST_SAMPLES
    ):
        raise SpecError(f"samples={samples!r} needs a whole number between 2 and {_MOST_SAMPLES}.")
    return int(np.ceil(np.log2(samples)))


def _generator(rng: int | np.random.Generator | tuple[int, ...]) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return rng
    return np.random.default_rng(
        np.random.SeedSequence(rng if isinstance(rng, tuple) else seed_of(rng))
    )


def _design(inputs: int, power: int, rng: int | np.random.Generator) -> tuple[Floats, Floats]:
    """Return two independent matrices, 2**power × inputs, from one low-discrepancy sequence."""
    from scipy.stats import qmc

    points = qmc.Sobol(2 * inputs, scramble=True, rng=_generator(rng)).random_base2(power)
    points = np.clip(points, 2.0**-54, 1.0 - 2.0**-53)
    return points[:, :inputs], points[:, inputs:]


def _outputs_of(
    model: Callable[[Floats], Floats], a: Floats, b: Floats, widths: Sequence[int]
) -> list[Floats]:
    """Return the values at A, B, A with each factor from B, and B with each factor from A."""
    edges = np.cumsum([0, *widths]).tolist()
    outputs = [model(a), model(b)]
    for main, other in ((a, b), (b, a)):
        for left, right in pairwise(edges):
            mixed = main.copy()
            mixed[:, left:right] = other[:, left:right]
            outputs.append(model(mixed))
    return outputs


def _evaluated(function: Callable[[Floats], Floats], u: Floats) -> Floats:
    values = np.asarray(function(u.copy()), dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    if len(values) != len(u) or not np.isfinite(values).all():
        raise DataError(
            f"The function must give one finite number for each of {len(u)} rows, or a row of them."
        )
    return values


def _indices(
    outputs: Sequence[Floats],
    factors: Sequence[str],
    targets: Sequence[str],
    rng: int | np.random.Generator,
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the indices with bootstrap intervals, and the variance of each target."""
    terms = _terms(np.stack(outputs))
    best = _estimates(terms.mean(axis=0), len(targets))
    low, high = _interval(terms, len(targets), _generator(rng))
    index = pd.MultiIndex.from_product([targets, factors], names=["target", "factor"])
    columns = {}
    for kind, name in enumerate(("first", "total")):
        columns[name] = best[kind].T.ravel()
        columns[f"{name}_low"] = low[kind].T.ravel()
        columns[f"{name}_high"] = high[kind].T.ravel()
    variance = np.stack(outputs[:2]).var(axis=(0, 1))
    by_target = pd.Series(variance, index=pd.Index(targets, name="target"))
    return pd.DataFrame(columns, index=index), by_target


def _interval(terms: Floats, targets: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the ends of the 95 % interval of the estimates over resampled rows of the design."""
    size = len(terms)
    found = []
    for _ in range(_RESAMPLES):
        times = np.bincount(generator.integers(0, size, size), minlength=size)
        found.append(_estimates(times @ terms / size, targets))
    low, high = np.quantile(np.array(found), (0.025, 0.975), axis=0)
    return low, high


def _terms(f: Floats) -> Floats:
    """Return, by sample, what the estimates are means of.

    `f` holds f(A), f(B), and f(AB) and f(BA) of each factor.
    """
    # Centring keeps the products small; the indices do not depend on the mean.
    f = f - f[:2].mean(axis=(0, 1))
    a, b, factors = f[0], f[1], (len(f) - 2) // 2
    in_a, in_b = f[2 : 2 + factors] - a, f[2 + factors :] - b
    first, total = (b * in_a + a * in_b) / 2.0, (in_a**2 + in_b**2) / 4.0
    rows = [(a + b) / 2.0, (a**2 + b**2) / 2.0, *first, *total]
    return np.concatenate(rows, axis=1)


def _estimates(means: Floats, targets: int) -> Floats:
    """Return first-order and total indices, 2 × factors × targets, from the means of the terms."""
    mean, square, *rest = means.reshape(-1, targets)
    both = np.array(rest).reshape(2, -1, targets)
    variance = np.maximum(square - mean**2, 0.0)
    return np.asarray(np.divide(both, variance, out=np.zeros_like(both), where=variance > 0))


def leave_one_out(scheme: Scheme, table: IndicatorTable) -> pd.DataFrame:
    """Leave out each indicator in turn (逐一剔除): what changes without it.

    Parameters
    ----------
    scheme, table
        The method that is examined, and what it scores.

    Returns
    -------
    pandas.DataFrame
        By indicator, in the order of the framework: `weight` in the scheme, `mean_shift` and
        `largest_shift` of ranks, `tier_flips` (regions whose tier changes), `moved` (their ids, `;`
        between them), `kendall` (tau-b of the scores with those of the scheme), `note` (why a
        scheme cannot be run without the indicator).

    Raises
    ------
    SpecError
        When there is only one indicator.
    DataError

    Notes
    -----
    **Missing values**: regions with a score on one side only are not compared.

    Examples
    --------
    >>> columns = {"rd": [1.0, 2.0, 4.0], "patents": [10.0, 50.0, 40.0]}
    >>> table = IndicatorTable.from_frame(pd.DataFrame(columns, index=["a", "b", "c"]))
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> leave_one_out(Scheme(tier=NaturalBreaks(2)), table)["tier_flips"].to_dict()
    {'rd': 0, 'patents': 1}
    """
    with telling_overlaps(table, ["the shifts over all regions"]):
        base = scheme.run(table)
    plan = make_plan(base, Variation(leave_one_out=True), tiers="refit", seed=(0,))
    rows: dict[str, tuple[Any, ...]] = {}
    for code in table.framework.codes:
        try:
            with untold():
                other = scheme_without(scheme, code).run(plan.table_without(code))
            rows[code] = _without(base, other)
        except HubtiersError as error:
            rows[code] = (np.nan, np.nan, pd.NA, "", np.nan, str(error))
    names = ["mean_shift", "largest_shift", "tier_flips", "moved", "kendall", "note"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("indicator")
    frame.insert(0, "weight", base.weights)
    return frame.astype({"tier_flips": "Int64"})


def _without(base: Result, other: Result) -> tuple[float, float, int, str, float, str]:
    both = base.scores.notna() & other.scores.notna()
    shift = (base.rank[both] - other.rank[both]).abs().astype(float)
    flips = base.tier[both].astype(object) != other.tier[both].astype(object)
    kendall = float(base.scores[both].corr(other.scores[both], method="kendall"))
    moved = ";".join(map(str, flips.index[flips]))
    return float(shift.mean()), float(shift.max()), int(flips.sum()), moved, kendall, ""
