"""Scores of many draws, compiled.

Normalised values are prepared once, and each draw brings its weights.

What they give is what `hubtiers._hierarchy` gives; a property test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._hierarchy import (
    all_at_once,
    by_level,
    groups_upwards,
    method_at,
    nesting_of,
)
from hubtiers._method import CompiledForm, own_fact
from hubtiers._rounding import powers_by_exponent, round_sums
from hubtiers.framework import Framework
from hubtiers.robustness._small import is_small, rounded, weighted_sums
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate.program import POWER, RULES, Gaps, Program

__all__ = [
    "Prepared",
    "Refused",
    "compiled_forms",
    "prepare_values",
    "program_of",
    "score_draws",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LANES = 8
"""Numbers that a processor works on at once, at most."""

_PLAIN_MEANS = (1.0, 0.0, -1.0)
"""Exponents of the arithmetic, geometric and harmonic mean, which nest over levels without a trace.
"""


class Refused(Exception):  # noqa: N818 — nothing failed: the plain path is asked for the reason
    """A compiled rule cannot take the values of a draw; `row` says which of those it was given."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


@dataclass(frozen=True, eq=False)
class Prepared:
    """Normalised values of the regions that have some, as the compiled kernels want them.

    Attributes
    ----------
    regions
        Which regions these are; there are `size` in all.
    matrix
        Indicators × these regions. With an `exponent` it holds values, logarithms or reciprocals,
        and some more columns, so that the processor works on whole groups of numbers.
    exponent
        Of the weighted mean over all indicators that gives the score; None where the score needs
        the hierarchy.
    program
        The hierarchy; one group of all indicators where the method takes them at once.
    gaps
        How gaps hand their weight on, where it does.
    used
        Which indicators play a part: all but the one that was left out.
    cancels
        Whether scores are sums of positive and negative parts.
    """

    regions: Ints
    size: int
    matrix: Floats
    exponent: float | None
    program: Program
    gaps: Gaps
    used: NDArray[np.bool_]
    cancels: bool


def compiled_forms(scheme: Scheme) -> list[CompiledForm | None]:
    """Return the compiled form of each aggregation of a scheme, None for one that has none."""
    return [own_fact(method, "compiled_form") for method in by_level(scheme.aggregate)]


def prepare_values(
    values: pd.DataFrame, scheme: Scheme, framework: Framework, program: Program | None = None
) -> Prepared:
    """Return normalised values as the kernels take them, a gap where one was left out.

    `program` is that of the scheme, for a caller that has it.
    """
    codes = framework.codes
    if list(values.columns) == codes:
        used, x = np.ones(len(codes), np.bool_), values.to_numpy(float)
    else:
        used = np.array([code in values.columns for code in codes])
        x = values.reindex(columns=codes).to_numpy(float)
    known = ~np.isnan(x)
    regions = np.flatnonzero(known.any(axis=1))
    matrix = np.ascontiguousarray(x[regions].T)
    program = program_of(scheme, framework) if program is None else program
    exponent = _shared_exponent(program)
    counted = matrix if used.all() else matrix[used]
    if exponent is not None and not _can_be_flat(counted, exponent):
        exponent = None
    if exponent is not None:
        matrix = _flat_matrix(matrix, used, exponent)
    at_once = all_at_once(scheme.aggregate)
    gaps = _gaps(matrix, used, framework if at_once else None)
    cancels = _shared_exponent(program) == 1.0 and bool((counted < 0).any())
    return Prepared(regions, len(values), matrix, exponent, program, gaps, used, cancels)


def _can_be_flat(matrix: Floats, exponent: float) -> bool:
    """Say whether no value is missing, and all are in the domain of the mean."""
    return not np.isnan(matrix).any() and (exponent == 1.0 or bool((matrix > 0).all()))


def _flat_matrix(matrix: Floats, used: NDArray[np.bool_], exponent: float) -> Floats:
    """Return the values whose weighted sum is the score, with ones in the surplus columns."""
    wide = -(-matrix.shape[1] // _LANES) * _LANES
    padded = np.ones((len(matrix), wide))
    inner = padded[:, : matrix.shape[1]]
    inner[:] = matrix
    inner[~used] = 0.0
    if exponent == 0.0:
        inner[used] = np.log(matrix[used])
    elif exponent == -1.0:
        inner[used] = 1.0 / matrix[used]
    return padded


def program_of(scheme: Scheme, framework: Framework) -> Program:
    """Return the hierarchy of a scheme as the kernels go up it."""
    methods = by_level(scheme.aggregate)
    row = {code: number for number, code in enumerate(framework.codes)}
    # A method that takes all indicators at once needs no sub-score.
    steps = [(framework.codes, 0)]
    if not all_at_once(scheme.aggregate):
        steps = []
        for group in groups_upwards(framework):
            row[group.code] = len(framework.codes) + len(steps)
            steps.append((list(group.children), group.level))
    first, children = [0], list[int]()
    rules, options = list[int](), list[float]()
    for codes, level in steps:
        children += [row[child] for child in codes]
        first.append(len(children))
        form: CompiledForm = own_fact(method_at(methods, level), "compiled_form")
        rules.append(RULES[form.rule])
        options.append(form.option)
    return Program(
        np.array(first, np.int64),
        np.array(children, np.int64),
        np.array(rules, np.int64),
        np.array(options),
    )


def _gaps(matrix: Floats, used: NDArray[np.bool_], framework: Framework | None) -> Gaps:
    """Return how gaps hand their weight on; without a framework, or a gap, no weight is."""
    present = ~np.isnan(matrix.T)
    if framework is None or present[:, used].all():
        everywhere = np.ones((1, len(matrix)), np.bool_)
        nowhere = np.zeros(1, np.int64), np.zeros(0, np.int64)
        return Gaps(np.zeros(matrix.shape[1], np.int64), everywhere, *nowhere)
    patterns, own = np.unique(present, axis=0, return_inverse=True)
    below = nesting_of(framework).columns_among(pd.Index(framework.codes))
    start = np.cumsum([0, *map(len, below)])
    return Gaps(
        own.ravel().astype(np.int64), patterns, start.astype(np.int64), np.concatenate(below)
    )


def _shared_exponent(program: Program) -> float | None:
    """Return the exponent when all levels take the same plain mean."""
    exponent = float(program.options[0])
    same = bool((program.rules == POWER).all() and (program.options == exponent).all())
    return exponent if same and exponent in _PLAIN_MEANS else None


def score_draws(prepared: Prepared, weights: Floats, rows: Ints) -> Floats:
    """Return the scores (draws × regions) under some rows of the weights, rounded.

    NaN where a region has none.

    Raises
    ------
    Refused
        When the values of a draw are outside the domain of an aggregation.
    """
    if not prepared.used.all():
        weights, rows = np.where(prepared.used, weights[rows], 0.0), np.arange(len(rows))
        weights = weights / weights.sum(axis=1, keepdims=True)
    score = _score_by_level if prepared.exponent is None else _score_flat
    weights = np.ascontiguousarray(weights)
    scores = score(prepared, weights, rows)
    if prepared.cancels:
        unsigned = replace(prepared, matrix=np.abs(prepared.matrix))
        among = slice(0, len(prepared.regions))
        scores = round_sums(scores[:, among], score(unsigned, weights, rows)[:, among])
    else:
        scores = _rounded(scores)
    count = len(prepared.regions)
    if count == prepared.size:
        return np.ascontiguousarray(scores[:, :count])
    spread = np.full((len(rows), prepared.size), np.nan)
    spread[:, prepared.regions] = scores[:, :count]
    return spread


def _rounded(scores: Floats) -> Floats:
    if is_small(scores.shape[1]):
        return rounded(scores)
    from hubtiers._rounding_kernel import round_kernel

    round_kernel(scores, scores.view(np.int64), powers_by_exponent())
    return scores


def _score_flat(prepared: Prepared, weights: Floats, rows: Ints) -> Floats:
    if is_small(prepared.matrix.shape[1]):
        scores = weighted_sums(prepared.matrix, weights, rows)
    else:
        from hubtiers.scoring.aggregate.kernels import flat_kernel

        scores = np.empty((len(rows), prepared.matrix.shape[1]))
        flat_kernel(prepared.matrix, weights, rows, scores)
    if prepared.exponent == 0.0:
        np.exp(scores, out=scores)
    elif prepared.exponent == -1.0:
        np.reciprocal(scores, out=scores)
    return scores


def _score_by_level(prepared: Prepared, weights: Floats, rows: Ints) -> Floats:
    from hubtiers.scoring.aggregate.kernels import tree_kernel

    count = len(prepared.regions)
    groups = np.empty((len(prepared.program.rules), count))
    scores = np.empty((len(rows), count))
    refused = tree_kernel(
        np.vstack([prepared.matrix, groups]),
        weights,
        rows,
        prepared.program,
        prepared.gaps,
        scores,
    )
    if refused >= 0:
        raise Refused(refused)
    return scores
