"""From draws to scores, ranks and tiers: what no factor touches is made once and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._hierarchy import fit_weights
from hubtiers._method import asked_for, own_fact
from hubtiers._steps import Given, prepare
from hubtiers._yardstick import named_score, normalised_yardstick
from hubtiers.errors import DataError
from hubtiers.robustness._bare import bare_form
from hubtiers.robustness._cutting import TierRule, columns_of, cut_draws, tier_rule
from hubtiers.robustness._draw_errors import told_of_draw
from hubtiers.robustness._plain import PlainDraws
from hubtiers.robustness._plan import Draws, Plan
from hubtiers.robustness._scoring import (
    Prepared,
    Refused,
    compiled_forms,
    prepare_values,
    program_of,
    score_draws,
)
from hubtiers.robustness._small import MOST_CELLS, load_kernels
from hubtiers.scheme import Result, Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.yardstick import ScoredYardstick

__all__ = ["DrawEvaluator", "Evaluated"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Small = NDArray[np.int16]

_CELLS = 65_536
"""Scores that are made and cut together, so that they stay in the cache of the processor."""

_KEPT_CHOICES = 4096
_KEPT_BYTES = 96_000_000


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Ranks (0 for none), tiers (-1) and, where asked for, scores (NaN), draws × regions.

    `which` are the draws of the set that was asked for; they have one row each, or share the only
    row.
    """

    which: Ints
    ranks: Small
    classes: Small
    scores: Floats | None

    @property
    def times(self) -> int:
        """How many draws each row stands for."""
        return len(self.which) // len(self.ranks)


@dataclass(frozen=True, eq=False)
class Choice:
    """What draws with the same choices share.

    Attributes
    ----------
    key
        The number of each choice.
    scheme, left_out
        The scheme with the chosen steps, and the indicator that is left out.
    rule
        How tiers are found; None where the plain path must run.
    values_key
        The choices that decide normalised values and aggregation.
    """

    key: tuple[int, ...]
    scheme: Scheme
    left_out: str | None
    rule: TierRule | None
    values_key: tuple[Any, ...]


class Kept:
    """Things made before, by key; the oldest go when they take too much memory.

    Threads may share it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._things: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what was made under a key before, or make it."""
        with self._lock:
            if key not in self._things:
                made = make()
                self._things[key] = made
                while len(self._things) > self._most:
                    self._things.popitem(last=False)
                return made
            return self._things[key]


class NoisyValues:
    """Values with the noise of some draws, kept where scores and tiers both take them."""

    def __init__(self, plain: PlainDraws, draws: Draws, *, kept: bool) -> None:
        self._plain, self._draws, self._are_kept = plain, draws, kept
        self._made: dict[int, Floats] = {}

    def of(self, number: int) -> Floats:
        """Return the values of a draw, regions × columns of the table."""
        if number in self._made:
            return self._made[number]
        values = self._plain.noisy_values(self._draws.keys[number])
        if self._are_kept:
            self._made[number] = values
        return values


class DrawEvaluator:
    """Evaluates draws of one plan. Threads may share it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.plain = PlainDraws(plan)
        self.size = len(plan.table.values)
        bytes_each = 8 * (self.size + 1) * (len(plan.table.framework.codes) + 4)
        self._kept = Kept(max(8, _KEPT_BYTES // bytes_each))
        self._choices: dict[tuple[int, ...], Choice] = {}
        self._cells = 0

    def evaluate(self, draws: Draws, *, scores: bool = False) -> Iterator[Evaluated]:
        """Yield what the draws give, those with the same choices together.

        With scores only where asked for.
        """
        # Draws with the same choices share everything but weights and data.
        order = np.arange(len(draws))
        if draws.choices.shape[1]:
            order = np.lexsort(draws.choices.T[::-1])
        chosen = draws.choices[order]
        changes = np.flatnonzero((chosen[1:] != chosen[:-1]).any(axis=1)) + 1
        for which in np.split(order, changes):
            if len(which):
                with self._told(draws, which):
                    yield from self._evaluate_alike(draws, which, scores=scores)

    def _told(self, draws: Draws, which: Ints) -> AbstractContextManager[None]:
        """Say of errors of draws that are alike what they chose, and how the first is called."""
        options = self.plan.options(draws.choices[which[0]])
        number = None if draws.numbers is None else int(draws.numbers[which[0]])
        # Of drawn data each error says so itself.
        words = () if self.plan.data_varies else self.plan.variation.words
        return told_of_draw(options, number, words="; ".join(words))

    def _evaluate_alike(self, draws: Draws, which: Ints, *, scores: bool) -> Iterator[Evaluated]:
        choice = self._choice(draws.choices[which[0]])
        if not self.plan.data_varies and draws.weights is None:
            # All of them are one and the same draw.
            shared = self._kept.get(
                ("outcome", choice.key), lambda: self._plainly(draws, int(which[0]))
            )
            yield Evaluated(which, *shared)
        elif choice.rule is None:
            for number in which:
                yield Evaluated(np.array([number]), *self._plainly(draws, int(number)))
        else:
            yield self._compute(draws, which, choice, choice.rule, scores=scores)

    def _compute(
        self, draws: Draws, which: Ints, choice: Choice, rule: TierRule, *, scores: bool
    ) -> Evaluated:
        """Return what the compiled loop gives.

        Scores pass through a small buffer, so that they stay in the cache.
        """
        self._cells += len(which) * self.size
        if self._cells > MOST_CELLS:
            load_kernels()
        shape = (len(which), self.size)
        ranks, classes = np.empty(shape, np.int16), np.empty(shape, np.int16)
        kept = np.empty(shape) if scores else None
        step = max(8, _CELLS // max(self.size, 1))
        for start in range(0, len(which), step):
            part = slice(start, start + step)
            noisy = NoisyValues(self.plain, draws, kept=rule.table_form is not None)
            try:
                found = self._scores(draws, which[part], choice, noisy)
                cut_draws(found, rule, ranks[part], classes[part])
                measure = self._measure(draws, which[part], choice, rule)
            except Refused as refused:
                raise self._reason(draws, int(which[part][refused.row])) from None
            if rule.is_asked:
                self._ask_rule(rule, found, draws, which[part], classes[part], measure)
            if rule.table_form is not None:
                self._place(rule, which[part], choice, noisy, classes[part])
            if kept is not None:
                kept[part] = found
        return Evaluated(which, ranks, classes, kept)

    def _choice(self, numbers: Ints) -> Choice:
        """Return what all draws with these choices share."""
        key = tuple(numbers.tolist())
        if key not in self._choices:
            options = self.plan.options(numbers)
            scheme = self.plain.scheme_of(options)
            rule = None
            if self._scores_are_compiled(scheme):
                compiled = self._yardstick_is_compiled(scheme)
                rule = tier_rule(scheme.tier, self.plan.labels, with_yardstick=compiled)
            if len(self._choices) > _KEPT_CHOICES:
                self._choices.clear()
            self._choices[key] = Choice(
                key, scheme, options.get("leave_out"), rule, self._values_key(numbers)
            )
        return self._choices[key]

    def _values_key(self, numbers: Ints) -> tuple[Any, ...]:
        decide = ("impute", "treat", "normalise", "leave_out", "aggregate")
        names = [factor.name.split(",")[0] for factor in self.plan.discrete]
        chosen = zip(names, numbers, strict=True)
        return ("values", *(int(number) for name, number in chosen if name in decide))

    def _scores_are_compiled(self, scheme: Scheme) -> bool:
        """Say whether the kernels know the aggregation, and all regions have the same weights."""
        same_weights = self.plan.draws_weights or not (
            isinstance(scheme.weight, tuple) or own_fact(scheme.weight, "by_region", default=False)
        )
        return same_weights and None not in compiled_forms(scheme)

    def _yardstick_is_compiled(self, scheme: Scheme) -> bool:
        """Say whether the kernels can score the yardstick, which stands apart from the regions.

        Only weighted means look at one row at a time; and where draws have values of their own, the
        plain path learns what the yardstick is scored by.
        """
        if self.plan.table.yardstick is None or self.plan.data_varies:
            return False
        forms = compiled_forms(scheme)
        return all(form is not None and form.rule == "power" for form in forms)

    def _measure(
        self, draws: Draws, which: Ints, choice: Choice, rule: TierRule
    ) -> list[ScoredYardstick] | None:
        """Return the yardstick with its score in each draw; None for rules that do not need it."""
        table = self.plan.table_without(choice.left_out)
        if table.yardstick is None or own_fact(rule.method, "uses_only_scores", default=True):
            return None
        prepared: Prepared = self._kept.get(
            ("yardstick", choice.values_key), lambda: self._prepared_yardstick(choice, table)
        )
        assert draws.weights is not None
        scores = score_draws(prepared, draws.weights, which)[:, 0]
        return [named_score(table.yardstick, float(score)) for score in scores]

    def _prepared_yardstick(self, choice: Choice, table: IndicatorTable) -> Prepared:
        given = Given(table)
        values = normalised_yardstick(prepare(choice.scheme, given), given)
        return prepare_values(values, choice.scheme, self.plan.table.framework)

    def result(self, draws: Draws, number: int) -> Result:
        """Return what the plain path gives for one draw."""
        return self.plain.result(draws, number)

    def _plainly(self, draws: Draws, number: int) -> tuple[Small, Small, Floats]:
        result = self.plain.result(draws, number)
        ranks = result.rank.to_numpy(np.int16, na_value=0)
        tiers = columns_of(result.tier, self.plan.labels)
        return ranks[None], tiers[None], result.scores.to_numpy(float)[None]

    def _scores(self, draws: Draws, which: Ints, choice: Choice, noisy: NoisyValues) -> Floats:
        if self.plan.data_varies:
            rows = [self._scores_of_own_data(draws, int(number), choice, noisy) for number in which]
            return np.vstack(rows)
        prepared: Prepared = self._kept.get(choice.values_key, lambda: self._prepared(choice))
        assert draws.weights is not None
        return score_draws(prepared, draws.weights, which)

    def _prepared(self, choice: Choice) -> Prepared:
        table = self.plan.table_without(choice.left_out)
        values = prepare(choice.scheme, Given(table)).normalised
        return prepare_values(values, choice.scheme, self.plan.table.framework)

    def _scores_of_own_data(
        self, draws: Draws, number: int, choice: Choice, noisy: NoisyValues
    ) -> Floats:
        """Return the scores of a draw whose values are its own (one row)."""
        table = self.plan.table_without(choice.left_out)
        values = self._values_of_own_data(draws, number, choice, table, noisy)
        with self.plain.told_as_drawn():
            weights = self._weights(draws, number, choice, Given(table), values)
        if weights is None:
            return self._plainly(draws, number)[2]
        framework = self.plan.table.framework
        program = self._kept.get(
            ("program", choice.values_key), lambda: program_of(choice.scheme, framework)
        )
        prepared = prepare_values(values, choice.scheme, framework, program)
        try:
            return score_draws(prepared, weights, np.zeros(1, np.int64))
        except Refused:
            raise self._reason(draws, number) from None

    def _values_of_own_data(
        self, draws: Draws, number: int, choice: Choice, table: IndicatorTable, noisy: NoisyValues
    ) -> pd.DataFrame:
        """Return the normalised values of a draw, by the short cut where there is one."""
        if not self.plan.variation.redraw_gaps:
            form = self._kept.get(
                ("bare", choice.values_key), lambda: bare_form(choice.scheme, table)
            )
            with self.plain.told_as_drawn():
                values: pd.DataFrame | None = None if form is None else form(noisy.of(number))
            if values is not None:
                return values
        scheme, own = self.plain.with_own_data(choice.scheme, table, draws.keys[number])
        with self.plain.told_as_drawn():
            return prepare(scheme, Given(own)).normalised

    def _weights(
        self, draws: Draws, number: int, choice: Choice, given: Given, values: pd.DataFrame
    ) -> Floats | None:
        """Return the weights of a draw (one row).

        None where every region has its own, which no kernel knows.
        """
        if draws.weights is not None:
            return draws.weights[[number]]
        method: Any = choice.scheme.weight
        fitted = fit_weights(method, values, given)
        if fitted.by_region is not None:
            return None
        stated = fitted.weights.reindex(self.plan.table.framework.codes, fill_value=0.0)
        return stated.to_numpy(float)[None]

    def _ask_rule(
        self,
        rule: TierRule,
        scores: Floats,
        draws: Draws,
        which: Ints,
        classes: Small,
        measure: Sequence[ScoredYardstick] | None,
    ) -> None:
        """Write the tiers of a rule that is not compiled, draw by draw."""
        for place, (row, number, own) in enumerate(zip(scores, which, classes, strict=True)):
            series = pd.Series(row, index=self.plan.table.values.index)
            beside = {} if measure is None else {"yardstick": measure[place]}
            with self.plain.told_as_drawn():
                scale = rule.method.fit(series, **beside)
            if asked_for(scale.apply):
                own[:] = self._plainly(draws, int(number))[1][0]
            else:
                own[:] = columns_of(scale.apply(series), self.plan.labels)

    def _place(
        self, rule: TierRule, which: Ints, choice: Choice, noisy: NoisyValues, classes: Small
    ) -> None:
        """Write the tiers of a rule that reads the values of the table, where there is a score."""
        assert rule.table_form is not None
        form, left_out = rule.table_form, choice.left_out
        key = (repr(rule.method), left_out)
        tiers_of = self._kept.get(("place", *key), lambda: form(self.plan.table_without(left_out)))
        if self.plan.variation.noise is None:
            values = self.plan.table.values.to_numpy(float)
            tiers = self._kept.get(("placed", *key), lambda: tiers_of(values))
            classes[:] = np.where(classes >= 0, tiers, -1)
            return
        for number, own in zip(which, classes, strict=True):
            values = noisy.of(int(number))
            with self.plain.told_as_drawn():
                tiers = tiers_of(values)
            own[:] = np.where(own >= 0, tiers, -1)

    def _reason(self, draws: Draws, number: int) -> DataError:
        """Return the error of the plain path for a draw that a kernel refused."""
        try:
            self.plain.result(draws, number)
        except DataError as error:
            return error
        return DataError(
            "A draw could not be scored, although the plain path can. Please report this with its "
            "seed."
        )
