"""From a variation to draws.

Which factors there are, what each draw chooses, and the scheme that a draw stands for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import asked_for, own_fact
from hubtiers._methods import METHODS, describe
from hubtiers.errors import OverlapError, SpecError, UnknownOptionError
from hubtiers.robustness._draw_errors import told_of_draw
from hubtiers.robustness._gaps import complete_values, filled_cells
from hubtiers.robustness._units import refuse_other_units
from hubtiers.robustness.variation import PerLevel, Variation, WeightDraw
from hubtiers.scheme import Result, Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.scale import TierScale

__all__ = ["BLOCK", "Draws", "Factor", "Plan", "make_plan", "seed_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 512
"""Draws that share one stream of random numbers. The streams depend on nothing else: not on
workers, not on tasks."""

_CHOICES, _WEIGHTS, _KEYS = 0, 1, 2


@dataclass(frozen=True)
class Factor:
    """One thing that varies.

    A step with options, or one of `weights`, `gaps`, `noise` with none to count.
    """

    name: str
    options: tuple[Any, ...] = ()

    @property
    def discrete(self) -> bool:
        """Whether it has options to count."""
        return bool(self.options)


@dataclass(frozen=True, eq=False)
class Draws:
    """What some draws choose.

    An option of each discrete factor, weights, and keys of the random data.

    `choices` is draws × discrete factors, `weights` draws × indicators or None, `keys` draws × 2
    (gaps, noise), `numbers` what each is called by, None where nobody counts them.
    """

    choices: Ints
    weights: Floats | None
    keys: Ints
    numbers: Ints | None = None

    def take(self, which: Any) -> Draws:
        """Return some of the draws."""
        return Draws(
            self.choices[which],
            None if self.weights is None else self.weights[which],
            self.keys[which],
            None if self.numbers is None else self.numbers[which],
        )

    def __len__(self) -> int:
        return len(self.choices)


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that decides what draw number i is; it can be sent to another process."""

    scheme: Scheme
    table: IndicatorTable
    variation: Variation
    factors: tuple[Factor, ...]
    weights: pd.Series
    labels: tuple[str, ...]
    fixed: TierScale | None
    seed: tuple[int, ...]

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
        """Return the random numbers of a block for one purpose.

        Adding a factor does not move those of the others.
        """
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(block, purpose)))
        )

    def blocks(self, first: int, last: int) -> Draws:
        """Return the draws of some blocks, from the first up to but not including the last."""
        shape = ((last - first) * BLOCK, len(self.table.framework.codes))
        weights = np.empty(shape) if self.draws_weights else None
        choices, keys = (
            np.empty((shape[0], len(self.discrete)), np.int64),
            np.zeros((shape[0], 2), np.int64),
        )
        for number in range(first, last):
            part = slice((number - first) * BLOCK, (number - first + 1) * BLOCK)
            choices[part] = self.chosen(
                self.stream(number, _CHOICES).random((BLOCK, len(self.discrete)))
            )
            if self.data_varies:
                keys[part] = self.stream(number, _KEYS).integers(0, 2**53, (BLOCK, 2))
            if weights is not None:
                rng = self.stream(number, _WEIGHTS)
                draw: WeightDraw = self.variation.weights
                weights[part] = draw.draw(
                    rng, BLOCK, base=self.weights, framework=self.table.framework
                )
        return Draws(choices, weights, keys, np.arange(first * BLOCK, last * BLOCK))

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

    def option_rows(self, choice: Ints) -> Ints:
        """Return the place of each chosen option among the options of all discrete factors."""
        sizes = [len(factor.options) for factor in self.discrete]
        starts = np.cumsum([0, *sizes[:-1]]) if sizes else np.empty(0, np.int64)
        return np.asarray(choice + starts, np.int64)

    def table_without(self, code: str | None) -> IndicatorTable:
        """Return the table whose framework lacks an indicator.

        Its column stays, as a denominator of others.
        """
        if code is None:
            return self.table
        return dataclasses.replace(self.table, framework=self.table.framework.without([code]))


def make_plan(base: Result, variation: Variation, *, tiers: str, seed: tuple[int, ...]) -> Plan:
    """Return the plan of an analysis around a result; the choices must fit together."""
    scheme, table = base.fitted.scheme, base.table
    if not isinstance(variation, Variation):
        raise SpecError(
            f"The variation is {variation!r}. Give one such as Variation(weights=Dirichlet())."
        )
    if tiers not in ("refit", "fixed"):
        raise UnknownOptionError("choice for tiers:", tiers, ("refit", "fixed"))
    if tiers == "fixed" and variation.tier:
        raise SpecError(
            "tiers='fixed' keeps the cut-points of the scheme. Leave `tier` out of the Variation "
            "(in a study file, out of [robustness.variation]), or refit, tiers='refit' (in a study "
            'file, tiers = "refit" under [robustness]).'
        )
    refuse_other_units(scheme, variation, tiers=tiers)
    factors = tuple(_factors(variation, table))
    for factor in factors:
        if factor.name == "weight":
            _refuse_overlaps(factor.options, table)
    fixed = base.breaks if tiers == "fixed" else None
    if variation.redraw_gaps:
        _require_gaps(scheme, variation, table)
    rules = variation.tier or (scheme.tier,)
    # Tiers of the result that no draw can give count as well: their share is 0.
    labels = _common_labels([base.breaks.labels, *(_labels_of(base, rule) for rule in rules)])
    if not any(_uses_geometry(method) for method in _every_method(scheme, factors)):
        table = _without_geometry(table)
    return Plan(scheme, table, variation, factors, base.weights, labels, fixed, seed)


def _every_method(scheme: Scheme, factors: Iterable[Factor]) -> Iterable[Any]:
    """Yield every method that a draw may use."""
    chosen = [getattr(scheme, step) for step in METHODS]
    for factor in factors:
        chosen += factor.options
    for methods in chosen:
        yield from methods if isinstance(methods, tuple) else (methods,)


def _uses_geometry(method: Any) -> bool:
    """Say whether a method may look at the shapes of the regions.

    One of a user's own that asks for them may.
    """
    asked = asked_for(method.fit) if hasattr(method, "fit") else ()
    return bool(own_fact(method, "uses_geometry", default="regions" in asked or "table" in asked))


def _without_geometry(table: IndicatorTable) -> IndicatorTable:
    """Return the table with empty geometry.

    It is heavy to send, and overlaps have been looked for by now.
    """
    if not isinstance(table.regions, gpd.GeoDataFrame):
        return table
    names = pd.DataFrame(table.regions.drop(columns=table.regions.geometry.name))
    empty = gpd.GeoSeries([None] * len(names), index=names.index, crs=table.regions.crs)
    return dataclasses.replace(table, regions=gpd.GeoDataFrame(names, geometry=empty))


def seed_of(rng: int | np.random.Generator) -> tuple[int, ...]:
    """Return the seed of all streams.

    The number itself, or four numbers drawn from the generator.
    """
    if isinstance(rng, np.random.Generator):
        return tuple(int(n) for n in rng.integers(0, 2**32, 4))
    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)) or rng < 0:
        raise SpecError(
            f"The seed is {rng!r}. Give a whole number of at least 0, or a numpy Generator."
        )
    return (int(rng),)


def _factors(variation: Variation, table: IndicatorTable) -> Iterable[Factor]:
    yield from _step_factors(variation, ("impute", "treat", "normalise"))
    if variation.leave_one_out:
        codes = table.framework.codes
        if len(codes) < 2:
            raise SpecError(
                "leave_one_out needs at least two indicators, but the framework has one."
            )
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
            raise OverlapError(
                [(table.label(a), table.label(b)) for a, b in table.overlaps], describe(weighting)
            )


def _require_gaps(scheme: Scheme, variation: Variation, table: IndicatorTable) -> None:
    for impute in variation.impute or (scheme.impute,):
        with told_of_draw({"impute": impute}):
            measured, complete = complete_values(scheme.replace(impute=impute), table)
        if filled_cells(measured, complete).to_numpy().any():
            return
    raise SpecError(
        "redraw_gaps draws filled gaps anew, but the scheme fills none. Leave redraw_gaps out, or "
        "choose a method that fills gaps, such as MeanImpute()."
    )


def _labels_of(base: Result, rule: Any) -> tuple[str, ...]:
    """Return the tiers that a rule may give, highest first.

    For a rule that does not say so, those it gives here.
    """
    stated: tuple[str, ...] | None = own_fact(rule, "possible_tiers")
    if stated is not None:
        return stated
    if rule is base.fitted.scheme.tier or rule == base.fitted.scheme.tier:
        return base.breaks.labels
    with told_of_draw({"tier": rule}):
        return base.fitted.scheme.replace(tier=rule).run(base.table).breaks.labels


def _common_labels(several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the longest list of tiers; the others must be parts of it in the same order."""
    lists = sorted(several, key=len, reverse=True)
    longest = lists[0]
    for other in lists[1:]:
        if list(other) != [label for label in longest if label in other]:
            raise SpecError(
                f"The tier rules give {', '.join(longest)} and {', '.join(other)}, which have no "
                "common order. Give all rules labels from one list."
            )
    return longest
