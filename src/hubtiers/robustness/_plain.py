"""What a draw stands for.

The plain scheme and table that give, run as any other, what the draw gives.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import asked_for
from hubtiers._overlaps import untold
from hubtiers.errors import DataError
from hubtiers.robustness._domain import Ends, domains_of
from hubtiers.robustness._gaps import (
    DrawnGaps,
    Pool,
    complete_values,
    filled_cells,
    redrawn,
    residual_pools,
)
from hubtiers.robustness._leave_out import scheme_without
from hubtiers.robustness._plan import Draws, Plan
from hubtiers.robustness.variation import PerLevel
from hubtiers.scheme import Result, Scheme
from hubtiers.scoring.weight import GivenWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.scale import TierScale

__all__ = ["FixedScale", "PlainDraws"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DRAWN = "A draw, in which values are not those of the data but drawn"

_VARIED = ("impute", "treat", "normalise", "weight", "tier")
"""Steps of a scheme that a variation exchanges as they are; those of aggregation may be named level
by level."""


@dataclass(frozen=True)
class FixedScale:
    """A tier step that keeps the tiers of an earlier fit."""

    scale: TierScale

    @property
    def cuts(self) -> str | None:
        """Fixed, where the tiers are cut from the score."""
        return "fixed" if self.uses_only_scores else None

    @property
    def uses_only_scores(self) -> bool:
        """Whether the scores alone say which tier a region has."""
        return not asked_for(self.scale.apply)

    @property
    def cut_points(self) -> tuple[float, ...]:
        """The cut-points, ascending."""
        return self.scale.breaks

    @property
    def possible_tiers(self) -> tuple[str, ...]:
        """Names of the tiers, highest first."""
        return self.scale.labels

    @property
    def table_form(self) -> Any:
        """That of the scale, where its tiers are read from the table; else None."""
        return getattr(self.scale, "table_form", None)

    def fit(self, scores: pd.Series) -> TierScale:
        """Return the earlier scale."""
        del scores
        return self.scale


class PlainDraws:
    """The plain path of a plan: slow, and the measure of the compiled one."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._pools: dict[Any, dict[str, Pool]] = {}

    def result(self, draws: Draws, number: int) -> Result:
        """Return what the scheme of one draw gives for its table."""
        scheme, table = self.stands_for(draws, number)
        with self.told_as_drawn(), untold():
            return scheme.run(table)

    @contextmanager
    def told_as_drawn(self) -> Iterator[None]:
        """Say of an error in values that were drawn that they were: the data may not hold them."""
        try:
            yield
        except DataError as error:
            told = str(error)
            if self.plan.data_varies and not told.startswith(_DRAWN):
                drawn = "; ".join(self.plan.variation.words_of_data)
                error.args = (f"{_DRAWN} ({drawn}): {told}", *error.args[1:])
            raise

    def stands_for(self, draws: Draws, number: int) -> tuple[Scheme, IndicatorTable]:
        """Return the plain scheme and table of one draw."""
        options = self.plan.options(draws.choices[number])
        without = self.plan.table_without(options.get("leave_out"))
        scheme, table = self.with_own_data(self.scheme_of(options), without, draws.keys[number])
        if draws.weights is None:
            return scheme, table
        codes = self.plan.table.framework.codes
        weights = dict(zip(codes, draws.weights[number].tolist(), strict=True))
        given = GivenWeights({code: weights[code] for code in table.framework.codes})
        return scheme.replace(weight=given), table

    def scheme_of(self, options: dict[str, Any]) -> Scheme:
        """Return the scheme with the chosen steps."""
        plan = self.plan
        steps = {name: options[name] for name in _VARIED if name in options}
        levels = [value for name, value in options.items() if name.startswith("aggregate")]
        if levels:
            steps["aggregate"] = (
                tuple(levels) if isinstance(plan.variation.aggregate, PerLevel) else levels[0]
            )
        if plan.fixed is not None:
            steps["tier"] = FixedScale(plan.fixed)
        return scheme_without(plan.scheme.replace(**steps), options.get("leave_out"))

    def with_own_data(
        self, scheme: Scheme, table: IndicatorTable, keys: Ints
    ) -> tuple[Scheme, IndicatorTable]:
        """Return scheme and table with the noise and the filled gaps that the keys stand for."""
        variation = self.plan.variation
        if variation.noise is not None:
            values = table.values
            noisy = pd.DataFrame(self.noisy_values(keys), values.index, values.columns)
            table = dataclasses.replace(table, values=noisy)
        if variation.redraw_gaps:
            scheme = self._with_drawn_gaps(scheme, table, keys)
        return scheme, table

    def noisy_values(self, keys: Ints) -> Floats:
        """Return the values of the table with the noise that the keys stand for."""
        values = self.plan.table.values.to_numpy(float)
        noisy = self.plan.variation.noise.apply(values, _generator(keys[1]))
        return self._ends.brought_back(noisy)

    @cached_property
    def _ends(self) -> Ends:
        """Where the values of each column of the table end."""
        table = self.plan.table
        return Ends(domains_of(table.values, table.framework, raw=table.values))

    def _with_drawn_gaps(self, scheme: Scheme, table: IndicatorTable, keys: Ints) -> Scheme:
        measured, complete = complete_values(scheme, table)
        filled = filled_cells(measured, complete)
        if not filled.to_numpy().any():
            return scheme
        drawn = redrawn(complete, filled, self._errors(scheme, table), _generator(keys[0]))
        return scheme.replace(impute=DrawnGaps(drawn))

    def _errors(self, scheme: Scheme, table: IndicatorTable) -> dict[str, Pool]:
        """Return the errors of the filling, from the values without noise.

        They are looked for once.
        """
        left_out = _left_out(self.plan.table, table)
        key = (repr(scheme.impute), left_out)
        if key not in self._pools:
            self._pools[key] = residual_pools(scheme, self.plan.table_without(left_out))
        return self._pools[key]


def _generator(key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int(key))))


def _left_out(whole: IndicatorTable, table: IndicatorTable) -> str | None:
    left_out = [code for code in whole.framework.codes if code not in table.framework.codes]
    return left_out[0] if left_out else None
