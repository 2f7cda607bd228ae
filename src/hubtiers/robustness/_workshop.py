"""Where draws become scores, ranks and tiers: what no factor touches is made once and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._hierarchy import by_level, groups_upwards, method_at
from hubtiers._method import own_fact
from hubtiers._steps import Given, asked_for
from hubtiers.errors import DataError, SpecError, listing
from hubtiers.framework import Framework
from hubtiers.robustness._plan import Draws, FixedScale, Plan, normalised_values
from hubtiers.robustness._quick import has_short_cut, quick_values
from hubtiers.scheme import Result, Scheme
from hubtiers.scoring.aggregate import (
    Arithmetic,
    Copeland,
    Geometric,
    GreyRelation,
    Harmonic,
    MazziottaPareto,
    PowerMean,
    Topsis,
    Vikor,
)
from hubtiers.tiers.breaks import NaturalBreaks, Thresholds
from hubtiers.tiers.scale import tier_labels

__all__ = ["Placed", "Workshop"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Small = NDArray[np.int16]

_CELLS = 65_536
_LANES = 8
"""Numbers that a processor works on at once, at most."""

_KEPT_SETUPS = 4096
_KEPT_BYTES = 96_000_000


@dataclass(frozen=True, eq=False)
class Placed:
    """Ranks (0 for none), tiers (-1 for none) and, where asked for, scores (NaN for none), draws × regions.

    `which` are the draws of the set that was asked for; they have one row each, or share the only row.
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
class Prepared:
    """Normalised values of the regions that have some (`rows`), as the compiled kernels want them.

    `form` is not None where one weighted mean over all indicators gives the score: 1 when `matrix` holds the values, 0
    their logarithms, -1 their reciprocals. It then has some more columns, so that the processor works on whole groups
    of numbers. Else `program` describes the hierarchy for `tree_kernel`.
    """

    rows: Ints
    matrix: Floats
    form: int | None
    program: tuple[Ints, Ints, Ints, Floats]
    used: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rule:
    """How a tier rule is applied: `code` of the kernel, cut-points, column of each class (lowest first)."""

    code: int
    breaks: Floats
    columns: Ints
    method: Any


@dataclass(frozen=True, eq=False)
class Setup:
    """What draws with the same choices share; `rule` is None where the plain path must run."""

    key: tuple[int, ...]
    scheme: Scheme
    gone: str | None
    rule: Rule | None
    values_key: tuple[Any, ...]


class Workshop:
    """Evaluates draws of one plan. Threads may share it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.size = len(plan.table.values)
        self._lock = Lock()
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._setups: dict[tuple[int, ...], Setup] = {}
        self._column = {label: number for number, label in enumerate(plan.labels)}

    def place(self, draws: Draws, *, scores: bool = False) -> Iterator[Placed]:
        """Yield what the draws give, those with the same choices together; with scores only where asked for."""
        # Draws with the same choices share everything but weights and data.
        order = np.lexsort(draws.choices.T[::-1]) if draws.choices.shape[1] else np.arange(len(draws))
        chosen = draws.choices[order]
        cuts = np.flatnonzero((chosen[1:] != chosen[:-1]).any(axis=1)) + 1
        for which in np.split(order, cuts):
            if len(which):
                yield from self._place_alike(draws, which, scores=scores)

    def _place_alike(self, draws: Draws, which: Ints, *, scores: bool) -> Iterator[Placed]:
        made = self._setup(draws.choices[which[0]])
        if not self.plan.data_varies and draws.weights is None:
            yield Placed(which, *self._keep(("outcome", made.key), lambda: self._plainly(draws, int(which[0]))))
        elif made.rule is None:
            for number in which:
                yield Placed(np.array([number]), *self._plainly(draws, int(number)))
        else:
            yield self._compute(draws, which, made, scores=scores)

    def _compute(self, draws: Draws, which: Ints, made: Setup, *, scores: bool) -> Placed:
        """Return what the compiled loop gives; scores pass through a small buffer, so that they stay in the cache."""
        shape = (len(which), self.size)
        ranks, classes = np.empty(shape, np.int16), np.empty(shape, np.int16)
        kept = np.empty(shape) if scores else None
        step = max(8, _CELLS // max(self.size, 1))
        for start in range(0, len(which), step):
            part = slice(start, start + step)
            found = self._scores(draws, which[part], made)
            self._cut(found, made, draws, which[part], ranks[part], classes[part])
            if kept is not None:
                kept[part] = found
        return Placed(which, ranks, classes, kept)

    def _setup(self, choice: Ints) -> Setup:
        """Return what all draws with these choices share."""
        key = tuple(choice.tolist())
        if key not in self._setups:
            options = self.plan.options(choice)
            scheme = self.plan.steps(options)
            rule = self._rule(scheme.tier) if self._compiled(scheme) else None
            if len(self._setups) > _KEPT_SETUPS:
                self._setups.clear()
            self._setups[key] = Setup(key, scheme, options.get("leave_out"), rule, self._values_key(choice))
        return self._setups[key]

    def _values_key(self, choice: Ints) -> tuple[Any, ...]:
        """Return the choices that decide the normalised values, and how they are aggregated."""
        decide = ("impute", "treat", "normalise", "leave_out", "aggregate")
        names = [f.name.split(",")[0] for f in self.plan.discrete]
        return ("values", *(int(c) for name, c in zip(names, choice, strict=True) if name in decide))

    def _keep(self, key: Any, make: Any) -> Any:
        """Return what was made under a key before, or make it; the oldest things go when they take too much memory."""
        with self._lock:
            if key in self._kept:
                return self._kept[key]
            made = self._kept[key] = make()
            each = 8 * (self.size + 1) * (len(self.plan.table.framework.codes) + 4)
            while len(self._kept) > max(8, _KEPT_BYTES // each):
                self._kept.popitem(last=False)
            return made

    def result(self, draws: Draws, number: int) -> Result:
        """Return what the plain path gives for one draw."""
        scheme, table = self.plan.stands_for(draws, number)
        return scheme.run(table)

    def _plainly(self, draws: Draws, number: int) -> tuple[Small, Small, Floats]:
        result = self.result(draws, number)
        ranks = result.rank.to_numpy(np.int16, na_value=0)
        return ranks[None], self._columns(result.tier)[None], result.scores.to_numpy(float)[None]

    def _columns(self, tier: pd.Series) -> Small:
        """Return the column of each tier, -1 for none."""
        if unknown := [label for label in tier.cat.categories if label not in self._column]:
            raise SpecError(
                f"A draw gives the tier {listing(map(repr, unknown))}, but the scheme itself gives "
                f"{listing(self.plan.labels)}. Let the tier rule say all that it may give, in a property "
                "`possible_tiers` of the class, the highest first."
            )
        place = np.array([*(self._column[label] for label in tier.cat.categories), -1], np.int16)
        return np.asarray(place[tier.cat.codes.to_numpy()], np.int16)

    def _compiled(self, scheme: Scheme) -> bool:
        """Whether the kernels know the aggregation, the weights are the same for all regions, and tiers need scores."""
        ladder = by_level(scheme.aggregate)
        from_scores = own_fact(scheme.tier, "cuts") is not None or not asked_for(scheme.tier.fit)
        if isinstance(scheme.tier, FixedScale):
            from_scores = scheme.tier.cuts is not None
        flat = self.plan.draws_weights or not (
            isinstance(scheme.weight, tuple) or type(scheme.weight).__name__ == "BenefitOfDoubt"
        )
        return flat and from_scores and all(_coded(method) is not None for method in ladder)

    def _scores(self, draws: Draws, which: Ints, made: Setup) -> Floats:
        if self.plan.data_varies:
            return np.vstack([self._scores_of_own_data(draws, int(n), made) for n in which])
        prepared = self._keep(made.values_key, lambda: self._prepare_choice(made.scheme, made.gone))
        assert draws.weights is not None
        return self._score(prepared, draws.weights, which, draws, which)

    def _prepare_choice(self, scheme: Scheme, gone: str | None) -> Prepared:
        table = self.plan.table_without(gone)
        return prepare(normalised_values(scheme, table), scheme, self.plan.table.framework)

    def _scores_of_own_data(self, draws: Draws, number: int, made: Setup) -> Floats:
        framework, which = self.plan.table.framework, np.array([number])
        values = self._quick_values(draws.keys[number], made)
        if values is None:
            scheme, table = self.plan.data(made.scheme, self.plan.table_without(made.gone), draws.keys[number])
            values = normalised_values(scheme, table)
        weights, rows = draws.weights, which
        if weights is None:
            method: Any = made.scheme.weight
            given = Given(self.plan.table_without(made.gone))
            fitted = method.fit(values, **given.to(method.fit, values))
            if fitted.by_region is not None:
                # The kernels know one set of weights for all regions.
                return self._plainly(draws, number)[2]
            stated = fitted.weights.reindex(framework.codes).fillna(0.0)
            weights, rows = stated.to_numpy(float)[None], np.zeros(1, np.int64)
        return self._score(prepare(values, made.scheme, framework), weights, rows, draws, which)

    def _quick_values(self, keys: Ints, made: Setup) -> pd.DataFrame | None:
        """Return normalised values with noise by the short cut, None where there is none."""
        plan = self.plan
        if plan.variation.redraw_gaps or not has_short_cut(made.scheme):
            return None
        noisy = plan.noisy_values(keys)
        kept = [code for code in plan.table.framework.codes if code != made.gone]
        columns = plan.table.values.columns.get_indexer(pd.Index(kept))
        direction = np.array([i.direction for i in plan.table.framework.indicators if i.code != made.gone], float)
        values = quick_values(made.scheme, noisy[:, columns], direction)
        return None if values is None else pd.DataFrame(values, plan.table.values.index, kept)

    def _score(self, prepared: Prepared, weights: Floats, rows: Ints, draws: Draws, which: Ints) -> Floats:
        """Return the scores (draws × regions) that some rows of the weights give; `which` draws they are."""
        from hubtiers._rounding import powers_by_exponent
        from hubtiers._rounding_kernel import round_kernel
        from hubtiers.scoring.aggregate.kernels import flat_kernel, tree_kernel

        if not prepared.used.all():
            weights, rows = np.where(prepared.used, weights[rows], 0.0), np.arange(len(rows))
            weights = weights / weights.sum(axis=1, keepdims=True)
        weights = np.ascontiguousarray(weights)
        n = len(prepared.rows)
        scores = np.empty((len(rows), n if prepared.form is None else prepared.matrix.shape[1]))
        if prepared.form is not None:
            flat_kernel(prepared.matrix, weights, rows, scores)
            if prepared.form == 0:
                np.exp(scores, out=scores)
            elif prepared.form == -1:
                np.reciprocal(scores, out=scores)
        else:
            board = np.vstack([prepared.matrix, np.empty((len(prepared.program[2]), n))])
            refused = tree_kernel(board, weights, rows, *prepared.program, scores)
            if refused >= 0:
                raise self._refusal(draws, int(which[refused]))
        round_kernel(scores, scores.view(np.int64), powers_by_exponent())
        if n == self.size:
            return np.ascontiguousarray(scores[:, :n])
        full = np.full((len(rows), self.size), np.nan)
        full[:, prepared.rows] = scores[:, :n]
        return full

    def _refusal(self, draws: Draws, number: int) -> DataError:
        """Return the error of the plain path for a draw that a kernel refused."""
        try:
            self.result(draws, number)
        except DataError as error:
            return error
        return DataError("A draw could not be scored, although the plain path can. Please report this with its seed.")

    def _rule(self, method: Any) -> Rule:
        from hubtiers.robustness._kernel import FIXED, GIVEN, NATURAL

        labels: tuple[str, ...] = ()
        code, breaks = GIVEN, np.empty(0)
        if isinstance(method, FixedScale):
            code, breaks, labels = FIXED, np.array(method.scale.breaks, float), method.scale.labels
        elif isinstance(method, Thresholds):
            code, breaks = FIXED, np.array(method.breaks, float)
            labels = tier_labels(len(breaks) + 1, method.labels)
        elif isinstance(method, NaturalBreaks) and method.scale == "linear":
            code, labels = NATURAL, tier_labels(method.k, method.labels)
        columns = np.array([self._column[label] for label in labels[::-1]] or [0], np.int64)
        return Rule(code, breaks, columns, method)

    def _cut(self, scores: Floats, made: Setup, draws: Draws, which: Ints, ranks: Small, classes: Small) -> None:
        from hubtiers.robustness._kernel import GIVEN, NATURAL, key_kernel, place_kernel, quick_kernel

        rule = made.rule
        assert rule is not None
        keys, careful = np.empty(scores.shape, np.int64), np.ones(len(scores), np.bool_)
        key_kernel(scores, scores.view(np.int64), keys)
        keys.sort(axis=1)
        if rule.code != NATURAL:
            quick_kernel(scores, keys, rule.breaks, rule.columns, ranks, classes, careful)
        if careful.any():
            refused = place_kernel(scores, keys, rule.code, rule.breaks, rule.columns, ranks, classes, careful)
            if refused >= 0:
                raise self._refusal(draws, int(which[refused]))
        if rule.code == GIVEN:
            for row, own in zip(scores, classes, strict=True):
                series = pd.Series(row, index=self.plan.table.values.index)
                own[:] = self._columns(rule.method.fit(series).apply(series))


def prepare(values: pd.DataFrame, scheme: Scheme, framework: Framework) -> Prepared:
    """Return normalised values ready for the kernels, with a gap for an indicator that was left out."""
    used = np.array([code in values.columns for code in framework.codes])
    x = values.reindex(columns=framework.codes).to_numpy(float)
    known = ~np.isnan(x)
    rows = np.flatnonzero(known.any(axis=1))
    matrix = np.ascontiguousarray(x[rows].T)
    program = _program(scheme, framework)
    form = _flat_form(program)
    complete = bool(known[rows][:, used].all())
    if form is None or not complete or (form != 1 and not (matrix[used] > 0).all()):
        return Prepared(rows, matrix, None, program, used)
    matrix[~used] = 0.0
    if form == 0:
        matrix[used] = np.log(matrix[used])
    elif form == -1:
        matrix[used] = 1.0 / matrix[used]
    # The surplus columns hold ones, which are inside the domain of every form.
    padded = np.ones((len(matrix), -(-len(rows) // _LANES) * _LANES))
    padded[:, : len(rows)] = matrix
    return Prepared(rows, padded, form, program, used)


def _program(scheme: Scheme, framework: Framework) -> tuple[Ints, Ints, Ints, Floats]:
    """Return the groups, the lowest first: where their children start, the children, and rule and option of each."""
    ladder = by_level(scheme.aggregate)
    place = {code: number for number, code in enumerate(framework.codes)}
    first, children = [0], list[int]()
    rules, options = list[int](), list[float]()
    for group in groups_upwards(framework):
        place[group.code] = len(framework.codes) + len(rules)
        children += [place[child] for child in group.children]
        first.append(len(children))
        coded = _coded(method_at(ladder, group.level))
        assert coded is not None
        rules.append(coded[0])
        options.append(coded[1])
    return (*(np.array(part, np.int64) for part in (first, children, rules)), np.array(options))  # type: ignore[return-value]


def _flat_form(program: tuple[Ints, Ints, Ints, Floats]) -> int | None:
    """Return the form (see `Prepared`) when all levels take the same plain mean, which nests without a trace."""
    from hubtiers.scoring.aggregate.kernels import POWER

    rules, options = program[2], program[3]
    same = bool((rules == POWER).all() and (options == options[0]).all())
    return int(options[0]) if same and options[0] in (1.0, 0.0, -1.0) else None


def _coded(method: Any) -> tuple[int, float] | None:
    """Return rule and option of an aggregation method for `tree_kernel`, None when it is not compiled."""
    from hubtiers.scoring.aggregate.kernels import COPELAND, GREY, PENALTY, POWER, TOPSIS, VIKOR

    kind = type(method)
    means = {Arithmetic: 1.0, Geometric: 0.0, Harmonic: -1.0}
    if kind in means:
        return POWER, means[kind]
    if isinstance(method, PowerMean):
        return POWER, float(method.exponent)
    if isinstance(method, MazziottaPareto):
        return PENALTY, -1.0 if method.sign == "-" else 1.0
    if isinstance(method, Vikor):
        return VIKOR, float(method.majority)
    if isinstance(method, GreyRelation):
        return GREY, float(method.distinction)
    return {Topsis: (TOPSIS, 0.0), Copeland: (COPELAND, 0.0)}.get(kind)
