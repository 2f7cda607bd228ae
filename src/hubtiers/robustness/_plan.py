"""From a variation to draws: which factors there are, what each draw chooses, and the scheme that a draw stands for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._methods import describe, offered
from hubtiers.errors import DataError, OverlapError, SpecError, UnknownOptionError
from hubtiers.robustness._leave_out import scheme_without
from hubtiers.robustness.variation import PerLevel, Variation, WeightDraw
from hubtiers.scheme import Result, Scheme
from hubtiers.scoring.weight import GivenWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.scale import TierScale, tier_labels

__all__ = ["BLOCK", "Draws", "Factor", "Plan", "complete_values", "make_plan", "normalised_values", "seed_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 512
"""Draws that share one stream of random numbers. The streams depend on nothing else: not on workers, not on tasks."""

_FOLDS = 5
_CHOICES, _WEIGHTS, _KEYS = 0, 1, 2


@dataclass(frozen=True)
class Factor:
    """One thing that varies: a step with options, or one of `weights`, `gaps`, `noise` with none to count."""

    name: str
    options: tuple[Any, ...] = ()

    @property
    def discrete(self) -> bool:
        """Whether it has options to count."""
        return bool(self.options)


@dataclass(frozen=True, eq=False)
class Draws:
    """What some draws choose: an option of each discrete factor, weights, and keys of the random data.

    `choices` is draws × discrete factors, `weights` draws × indicators or None, `keys` draws × 2 (gaps, noise).
    """

    choices: Ints
    weights: Floats | None
    keys: Ints

    def take(self, which: Any) -> Draws:
        """Return some of the draws."""
        return Draws(self.choices[which], None if self.weights is None else self.weights[which], self.keys[which])

    def __len__(self) -> int:
        return len(self.choices)


@dataclass(frozen=True)
class Held:
    """A tier step that keeps the cut-points of an earlier fit."""

    scale: TierScale

    def fit(self, scores: pd.Series) -> TierScale:
        """Return the earlier scale."""
        del scores
        return self.scale


@dataclass(frozen=True, eq=False)
class DrawnGaps:
    """An imputing step that gives values drawn before."""

    complete: pd.DataFrame

    def fit(self, values: pd.DataFrame) -> DrawnGaps:
        """Return itself: nothing is learnt."""
        del values
        return self

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values drawn."""
        del values
        return self.complete


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that decides what draw number i is; it can be sent to another process."""

    scheme: Scheme
    table: IndicatorTable
    variation: Variation
    factors: tuple[Factor, ...]
    weights: pd.Series
    labels: tuple[str, ...]
    held: TierScale | None
    seed: tuple[int, ...]
    pools: dict[Any, dict[str, Floats]] = field(default_factory=dict, repr=False)

    @property
    def discrete(self) -> tuple[Factor, ...]:
        """Factors with options, in the order of the columns of `Draws.choices`."""
        return tuple(f for f in self.factors if f.discrete)

    @property
    def draws_weights(self) -> bool:
        """Whether weights are drawn from a distribution."""
        return self.variation.weights is not None and not isinstance(self.variation.weights, tuple)

    @property
    def data_varies(self) -> bool:
        """Whether each draw has values of its own."""
        return self.variation.redraw_gaps or self.variation.noise is not None

    def stream(self, block: int, purpose: int) -> np.random.Generator:
        """Return the random numbers of a block for one purpose; adding a factor does not move those of the others."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(block, purpose))))

    def blocks(self, first: int, last: int) -> Draws:
        """Return the draws of some blocks, from the first up to but not including the last, one after the other."""
        shape = ((last - first) * BLOCK, len(self.table.framework.codes))
        weights = np.empty(shape) if self.draws_weights else None
        choices, keys = np.empty((shape[0], len(self.discrete)), np.int64), np.zeros((shape[0], 2), np.int64)
        for number in range(first, last):
            part = slice((number - first) * BLOCK, (number - first + 1) * BLOCK)
            choices[part] = self.chosen(self.stream(number, _CHOICES).random((BLOCK, len(self.discrete))))
            if self.data_varies:
                keys[part] = self.stream(number, _KEYS).integers(0, 2**53, (BLOCK, 2))
            if weights is not None:
                rng = self.stream(number, _WEIGHTS)
                draw: WeightDraw = self.variation.weights
                weights[part] = draw.draw(rng, BLOCK, base=self.weights, framework=self.table.framework)
        return Draws(choices, weights, keys)

    def block(self, number: int) -> Draws:
        """Return the draws of one block."""
        return self.blocks(number, number + 1)

    def chosen(self, u: Floats) -> Ints:
        """Return the option that each number between 0 and 1 picks (draws × discrete factors)."""
        sizes = np.array([len(f.options) for f in self.discrete], dtype=float)
        return np.asarray(np.minimum(np.floor(u * sizes), sizes - 1), np.int64)

    def options(self, choice: Ints) -> dict[str, Any]:
        """Return the option of each discrete factor by its name."""
        return {f.name: f.options[i] for f, i in zip(self.discrete, choice, strict=True)}

    def steps(self, options: dict[str, Any]) -> Scheme:
        """Return the scheme with the chosen steps."""
        steps: dict[str, Any] = {
            name: options[name] for name in ("impute", "treat", "normalise", "weight", "tier") if name in options
        }
        levels = [value for name, value in options.items() if name.startswith("aggregate")]
        if levels:
            steps["aggregate"] = tuple(levels) if isinstance(self.variation.aggregate, PerLevel) else levels[0]
        if self.held is not None:
            steps["tier"] = Held(self.held)
        return scheme_without(self.scheme.replace(**steps), options.get("leave_out"))

    def table_without(self, code: str | None) -> IndicatorTable:
        """Return the table whose framework lacks an indicator; its column stays, as a denominator of others."""
        if code is None:
            return self.table
        return dataclasses.replace(self.table, framework=self.table.framework.without([code]))

    def data(self, scheme: Scheme, table: IndicatorTable, keys: Ints) -> tuple[Scheme, IndicatorTable]:
        """Return scheme and table with the noise and the filled gaps that the keys stand for."""
        if self.variation.noise is not None:
            values = table.values
            noisy = pd.DataFrame(self.noisy_values(keys), values.index, values.columns)
            table = dataclasses.replace(table, values=noisy)
        if self.variation.redraw_gaps:
            measured, complete = complete_values(scheme, table)
            filled = measured.isna() & complete.notna()
            if filled.to_numpy().any():
                complete = redrawn(complete, filled, self._errors(scheme, table), _keyed(keys[0]))
                scheme = scheme.replace(impute=DrawnGaps(complete))
        return scheme, table

    def noisy_values(self, keys: Ints) -> Floats:
        """Return the values of the table with the noise that the keys stand for."""
        return np.asarray(self.variation.noise.apply(self.table.values.to_numpy(float), _keyed(keys[1])))

    def _errors(self, scheme: Scheme, table: IndicatorTable) -> dict[str, Floats]:
        """Return the errors of the filling, from the values without noise; they are looked for once."""
        gone = _left_out(self.table, table)
        key = (repr(scheme.impute), gone)
        if key not in self.pools:
            self.pools[key] = residual_pools(scheme, self.table_without(gone))
        return self.pools[key]

    def stands_for(self, draws: Draws, number: int) -> tuple[Scheme, IndicatorTable]:
        """Return the plain scheme and table of one draw."""
        options = self.options(draws.choices[number])
        scheme, table = self.data(self.steps(options), self.table_without(options.get("leave_out")), draws.keys[number])
        if draws.weights is not None:
            weights = dict(zip(self.table.framework.codes, draws.weights[number].tolist(), strict=True))
            scheme = scheme.replace(weight=GivenWeights({c: weights[c] for c in table.framework.codes}))
        return scheme, table


def make_plan(base: Result, variation: Variation, *, tiers: str, seed: tuple[int, ...]) -> Plan:
    """Return the plan of an analysis around a result, after checking that the choices fit together."""
    scheme, table = base.fitted.scheme, base.table
    if not isinstance(variation, Variation):
        raise SpecError(f"The variation is {variation!r}. Give one such as Variation(weights=Dirichlet()).")
    if tiers not in ("refit", "fixed"):
        raise UnknownOptionError("choice for tiers:", tiers, ("refit", "fixed"))
    if tiers == "fixed" and variation.tier:
        raise SpecError(
            "tiers='fixed' keeps the cut-points of the scheme. Leave `tier` out of the Variation, or refit."
        )
    factors = tuple(_factors(variation, table))
    for factor in factors:
        if factor.name == "weight":
            _refuse_overlaps(factor.options, table)
    held = base.breaks if tiers == "fixed" else None
    if variation.redraw_gaps:
        _require_gaps(scheme, variation, table)
    labels = _common_labels(_labels_of(base, rule) for rule in variation.tier or (scheme.tier,))
    return Plan(scheme, _without_geometry(table), variation, factors, base.weights, labels, held, seed)


def _without_geometry(table: IndicatorTable) -> IndicatorTable:
    """Return the table with empty geometry: it is heavy to send, and overlaps have been looked for by now."""
    if not isinstance(table.regions, gpd.GeoDataFrame):
        return table
    names = pd.DataFrame(table.regions.drop(columns=table.regions.geometry.name))
    empty = gpd.GeoSeries([None] * len(names), index=names.index, crs=table.regions.crs)
    return dataclasses.replace(table, regions=gpd.GeoDataFrame(names, geometry=empty))


def seed_of(rng: int | np.random.Generator) -> tuple[int, ...]:
    """Return the seed of all streams: the number itself, or four numbers drawn from the generator."""
    if isinstance(rng, np.random.Generator):
        return tuple(int(n) for n in rng.integers(0, 2**32, 4))
    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)) or rng < 0:
        raise SpecError(f"The seed is {rng!r}. Give a whole number of at least 0, or a numpy Generator.")
    return (int(rng),)


def complete_values(scheme: Scheme, table: IndicatorTable) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the values divided by size, and the same with gaps filled, as `Scheme.run` makes them."""
    offers: dict[str, Any] = {"framework": table.framework, "regions": table.regions, "panel": None, "year": None}
    measured = scheme.denominate.fit(table.values, **offered(scheme.denominate.fit, offers)).apply(table.values)
    impute = scheme.impute.fit(measured, **offered(scheme.impute.fit, offers))
    complete: pd.DataFrame = impute.apply(measured, **offered(impute.apply, offers))
    return measured, complete


def normalised_values(scheme: Scheme, table: IndicatorTable) -> pd.DataFrame:
    """Return treated and normalised values, as `Scheme.run` makes them."""
    _, complete = complete_values(scheme, table)
    direction = pd.Series({i.code: i.direction for i in table.framework.indicators})
    offers: dict[str, Any] = {"framework": table.framework, "regions": table.regions, "direction": direction}
    treated = scheme.treat.fit(complete, **offered(scheme.treat.fit, offers)).apply(complete)
    fitted = scheme.normalise.fit(treated, **offered(scheme.normalise.fit, offers))
    frame: pd.DataFrame = fitted.apply(treated)
    return frame


def residual_pools(scheme: Scheme, table: IndicatorTable) -> dict[str, Floats]:
    """Return by indicator the errors that the filling makes where the value is known.

    Known values are hidden a fifth at a time and filled by the method fitted on the rest.
    """
    measured, _ = complete_values(scheme, table)
    x = measured.to_numpy(float)
    rows, columns = np.indices(x.shape)
    errors = np.full(x.shape, np.nan)
    offers: dict[str, Any] = {"framework": table.framework, "regions": table.regions, "panel": None, "year": None}
    for fold in range(_FOLDS):
        hidden = ~np.isnan(x) & ((rows + 2 * columns) % _FOLDS == fold)
        shown = pd.DataFrame(np.where(hidden, np.nan, x), measured.index, measured.columns)
        try:
            impute = scheme.impute.fit(shown, **offered(scheme.impute.fit, offers))
            filled = impute.apply(shown, **offered(impute.apply, offers)).to_numpy(float)
        except DataError:
            # A group or a column may have no value left; the other folds still tell of the errors.
            continue
        errors[hidden] = (x - filled)[hidden]
    return {str(code): e[~np.isnan(e)] for code, e in zip(measured.columns, errors.T, strict=True)}


def redrawn(
    complete: pd.DataFrame, filled: pd.DataFrame, pools: dict[str, Floats], rng: np.random.Generator
) -> pd.DataFrame:
    """Return values whose filled gaps have an error of the filling added, drawn from those of the indicator."""
    drawn = complete.copy()
    for code in complete.columns[filled.any().to_numpy()]:
        pool = pools[str(code)]
        if not len(pool):
            raise DataError(
                f"redraw_gaps finds no error to draw for {code!r}: too few of its values are known. Leave "
                "redraw_gaps out, or drop the indicator."
            )
        rows = filled[code].to_numpy()
        drawn.loc[rows, code] += pool[rng.integers(0, len(pool), int(rows.sum()))]
    return drawn


def _keyed(key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int(key))))


def _left_out(whole: IndicatorTable, table: IndicatorTable) -> str | None:
    gone = [code for code in whole.framework.codes if code not in table.framework.codes]
    return gone[0] if gone else None


def _factors(variation: Variation, table: IndicatorTable) -> Iterable[Factor]:
    yield from _step_factors(variation, ("impute", "treat", "normalise"))
    if variation.leave_one_out:
        codes = table.framework.codes
        if len(codes) < 2:
            raise SpecError("leave_one_out needs at least two indicators, but the framework has one.")
        yield Factor("leave_out", (None, *codes))
    if isinstance(variation.aggregate, PerLevel):
        for number, level in enumerate(variation.aggregate.levels, start=1):
            yield Factor(f"aggregate, level {number}", level)
    else:
        yield from _step_factors(variation, ("aggregate",))
    if isinstance(variation.weights, tuple):
        yield Factor("weight", variation.weights)
    elif variation.weights is not None:
        yield Factor("weights")
    yield from _step_factors(variation, ("tier",))
    if variation.redraw_gaps:
        yield Factor("gaps")
    if variation.noise is not None:
        yield Factor("noise")


def _step_factors(variation: Variation, steps: Sequence[str]) -> Iterable[Factor]:
    for step in steps:
        if options := getattr(variation, step):
            yield Factor(step, options)


def _refuse_overlaps(weightings: Sequence[Any], table: IndicatorTable) -> None:
    for weighting in weightings:
        if table.overlaps and Scheme(weight=weighting).uses_data:
            raise OverlapError([(table.label(a), table.label(b)) for a, b in table.overlaps], describe(weighting))


def _require_gaps(scheme: Scheme, variation: Variation, table: IndicatorTable) -> None:
    for impute in variation.impute or (scheme.impute,):
        measured, complete = complete_values(scheme.replace(impute=impute), table)
        if (measured.isna() & complete.notna()).to_numpy().any():
            return
    raise SpecError(
        "redraw_gaps draws filled gaps anew, but the scheme fills none. Leave redraw_gaps out, or choose a method that "
        "fills gaps, such as MeanImpute()."
    )


def _labels_of(base: Result, rule: Any) -> tuple[str, ...]:
    """Return the tiers that a rule may give, highest first."""
    k, labels = getattr(rule, "k", None), getattr(rule, "labels", None)
    if isinstance(k, int):
        return tier_labels(k, labels)
    if rule is base.fitted.scheme.tier or rule == base.fitted.scheme.tier:
        return base.breaks.labels
    return base.fitted.scheme.replace(tier=rule).run(base.table).breaks.labels


def _common_labels(several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the longest list of tiers, after checking that the others are parts of it in the same order."""
    lists = sorted(several, key=len, reverse=True)
    longest = lists[0]
    for other in lists[1:]:
        if list(other) != [label for label in longest if label in other]:
            raise SpecError(
                f"The tier rules give {', '.join(longest)} and {', '.join(other)}, which have no common order. Give "
                "all rules labels from one list."
            )
    return longest
