"""How sure tiers and ranks are (稳健性): many draws of what is in doubt, scored and ranked anew."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import dataclass
from threading import Event
from typing import Any
from warnings import warn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._dask import address_of, computed, connected
from hubtiers._overlaps import counted_twice, telling_overlaps
from hubtiers._progress import progress_bar
from hubtiers.errors import DataError, HubtiersError, SpecError
from hubtiers.robustness._counts import MOST_REGIONS, Counts, Reference, make_reference
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plan import BLOCK, Plan, make_plan, seed_of
from hubtiers.robustness.result import Robustness
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["Dask", "Local", "assess_robustness"]

Ints = NDArray[np.int64]

_CELLS = 131_072
"""Draws × regions that are evaluated together: their ranks and tiers then stay in the cache."""


@dataclass(frozen=True)
class Local:
    """Draws on this machine.

    Parameters
    ----------
    block_size
        Draws that one task counts before the progress bar moves, rounded to a multiple of 512. The
        answer does not depend on it.
    """

    block_size: int = 4 * BLOCK

    def __post_init__(self) -> None:
        _require_whole("Local(block_size", self.block_size)


@dataclass(frozen=True)
class Dask:
    """Draws on a cluster of dask.distributed (extra `hubtiers[dask]`).

    Parameters
    ----------
    address
        Where the scheduler listens, such as `"tcp://10.0.0.1:8786"`. None takes the client that is
        in use.
    block_size
        Draws that one task counts, rounded to a multiple of 512. The answer does not depend on it.
    """

    address: str | None = None
    block_size: int = 16 * BLOCK

    def __post_init__(self) -> None:
        _require_whole("Dask(block_size", self.block_size)


@dataclass(frozen=True, eq=False)
class Job:
    """A plan with what is counted: the picklable whole that a worker needs."""

    plan: Plan
    order: Ints
    reference: Reference
    draws: int

    def tasks(self, block_size: int) -> Iterator[tuple[int, int]]:
        """Yield first and last (exclusive) block of each task."""
        blocks = -(-self.draws // BLOCK)
        step = max(1, round(block_size / BLOCK))
        for first in range(0, blocks, step):
            yield first, min(first + step, blocks)

    def count(self, evaluator: DrawEvaluator, counts: Counts, first: int, last: int) -> None:
        """Count the draws of some blocks, as many blocks together as stay in the cache."""
        together = max(1, _CELLS // (BLOCK * len(self.plan.table.values)))
        for start in range(first, last, together):
            draws = self.plan.blocks(start, min(start + together, last)).take(
                slice(0, self.draws - start * BLOCK)
            )
            for drawn in evaluator.evaluate(draws):
                options = self.plan.option_rows(draws.choices[drawn.which[0]])
                counts.add(drawn, order=self.order, reference=self.reference, options=options)

    def empty(self) -> Counts:
        """Return counts of 0 for this job."""
        options = sum(len(factor.options) for factor in self.plan.discrete)
        return Counts.empty(len(self.plan.table.values), len(self.plan.labels), options)


def assess_robustness(  # noqa: PLR0913
    scheme: Scheme,
    table: IndicatorTable,
    variation: Variation,
    *,
    draws: int = 10_000,
    rng: int | np.random.Generator = 0,
    tiers: str = "refit",
    reference: pd.Series | None = None,
    engine: str | Local | Dask = "local",
    workers: int | None = None,
    progress: bool = False,
) -> Robustness:
    """Say how sure each region's tier and rank are (稳健性分析).

    Weights, methods and data can be varied together. Choose it before a tier is published: a tier
    without a probability is an opinion.

    Parameters
    ----------
    scheme, table
        The method that is examined, and what it scores.
    variation
        What is varied; everything else stays as the scheme has it.
    draws
        How many times everything is drawn.
    rng
        Seed of the draws. The same number gives the same answer, byte for byte, whatever engine,
        workers and block size; the first thousand draws are the same for any number of draws.
    tiers
        `"refit"`: the tier rule finds its cut-points in every draw; `"fixed"`: those of the scheme
        stay.
    reference
        Tier by region (a Series or a mapping) that draws are held against; the scheme's own tiers
        when left out.
    engine
        `"local"`; `"dask"` for the dask client in use; the address of a dask scheduler
        (`"tcp://…"`); or `Local(…)` or `Dask(…)` with a block size.
    workers
        Threads of the local engine; as many as there are processors when left out.
    progress
        Show a progress bar on standard error?

    Returns
    -------
    Robustness
        Tier probabilities with standard errors, rank intervals, agreement with the reference, and
        more.

    Raises
    ------
    SpecError, UnknownOptionError
        When a choice is wrong.
    DataError
        When the data do not fit a step, in the scheme itself or in a draw.
    OverlapError
        When a weighting that is varied takes weights from data whose regions overlap.
    MissingDependencyError
        When dask is asked for and not installed.

    Notes
    -----
    Each draw gives the scores, ranks and tiers that `scheme.replace(…).run(table)` gives for its
    choices (`Robustness.replay`). Sums run in a fixed order and scores are rounded to 12 digits
    before they are ranked. What no factor touches is computed once. Weighted means, TOPSIS, VIKOR,
    grey relation, the penalised mean and Copeland's rule are compiled, as are fixed cut-points and
    natural breaks; other tier rules are fitted in Python, draw by draw.

    Ctrl-C returns what was counted until then, with a warning; then `draws` says how much that is.

    **Missing values**: a region without a score in a draw has no tier and no rank in it;
    probabilities are shares of the draws in which the region has a score (`scored`). A region of
    the reference without a score counts as one that differs.

    Examples
    --------
    >>> columns = {"rd": [1.0, 2.0, 4.0], "patents": [10.0, 50.0, 40.0]}
    >>> table = IndicatorTable.from_frame(pd.DataFrame(columns, index=["a", "b", "c"]))
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> scheme = Scheme(tier=NaturalBreaks(2))
    >>> robust = assess_robustness(scheme, table, Variation(weights="dirichlet"), draws=1000)
    >>> robust.rank_interval.loc["a"].tolist()
    [3, 3, 3]
    """
    _require_whole("assess_robustness(draws", draws)
    chosen = _as_engine(engine)
    count = _processors() if workers is None else workers
    _require_whole("assess_robustness(workers", count)
    with telling_overlaps(table, [*counted_twice(variation), "the shares over all regions"]):
        base = scheme.run(table)
        _require_countable(table)
        plan = make_plan(base, variation, tiers=tiers, seed=seed_of(rng))
    expected = base.tier if reference is None else reference
    against = make_reference(expected, table.values.index, plan.labels)
    job = Job(plan, _ranked_places(base.scores), against, draws)
    with progress_bar("Drawing", draws, shown=progress) as advance:
        if isinstance(chosen, Dask):
            counts = _count_on_dask(job, chosen, advance)
        else:
            counts = _count_here(job, chosen, workers=count, advance=advance)
    return Robustness(base=base, plan=plan, counts=counts, against=against)


def _require_countable(table: IndicatorTable) -> None:
    if len(table.values) > MOST_REGIONS:
        raise DataError(
            f"The table has {len(table.values)} regions; counting the ranks of more than "
            f"{MOST_REGIONS} would take too much memory. Analyse a part of them, "
            "IndicatorTable.only(…)."
        )


def _count_here(
    job: Job, engine: Local, *, workers: int, advance: Callable[[float], None]
) -> Counts:
    """Count with threads that take one task after the other.

    The compiled kernels let them run side by side.
    """
    tasks = list(job.tasks(engine.block_size))
    queue, stop, evaluator = iter(tasks), Event(), DrawEvaluator(job.plan)

    def work() -> Counts:
        counts = job.empty()
        # Taking the next item of a list iterator is atomic, so that threads share it without a
        # lock.
        for first, last in queue:
            if stop.is_set():
                break
            before = counts.draws
            job.count(evaluator, counts, first, last)
            advance(counts.draws - before)
        return counts

    with ThreadPoolExecutor(max_workers=min(workers, len(tasks))) as pool:
        futures = [pool.submit(work) for _ in range(min(workers, len(tasks)))]
        try:
            wait(futures, return_when="FIRST_EXCEPTION")
        except KeyboardInterrupt:
            stop.set()
        finally:
            if any(f.done() and f.exception() for f in futures):
                stop.set()
    return _merged((f.result() for f in futures), job)


def _merged(parts: Iterator[Counts], job: Job) -> Counts:
    """Add up the parts; say so when they are not all that was asked for."""
    whole = next(parts, None) or job.empty()
    for part in parts:
        whole.merge(part)
    if whole.draws == 0:
        raise KeyboardInterrupt
    if whole.draws < job.draws:
        warn(
            f"Interrupted: {whole.draws} of {job.draws} draws were counted.",
            RuntimeWarning,
            stacklevel=4,
        )
    return whole


def count_blocks(job: Job, first: int, last: int) -> Counts | str:
    """Count some blocks from nothing: the task that a cluster runs.

    What does not fit comes back as its message.
    """
    counts = job.empty()
    try:
        job.count(_evaluator_of(job), counts, first, last)
    except HubtiersError as error:
        return str(error)
    return counts


_EVALUATORS: dict[str, DrawEvaluator] = {}


def _evaluator_of(job: Job) -> DrawEvaluator:
    """Return the evaluator of a job, kept between the tasks of one worker."""
    key = str((job.plan.seed, id(job.plan)))
    if key not in _EVALUATORS:
        _EVALUATORS.clear()
        _EVALUATORS[key] = DrawEvaluator(job.plan)
    return _EVALUATORS[key]


def _count_on_dask(job: Job, engine: Dask, advance: Callable[[float], None]) -> Counts:
    """Count on a cluster.

    A task is a pure function of the job, so that a lost worker's tasks run again elsewhere.
    """
    parts: list[Counts] = []
    with connected(engine.address) as client:

        def submit(task: tuple[int, int], shared: Any) -> Any:
            return client.submit(count_blocks, shared, *task, pure=False)

        counted = computed(client, job, submit, job.tasks(engine.block_size))
        with suppress(KeyboardInterrupt), closing(counted):
            for part in counted:
                if isinstance(part, str):
                    raise DataError(part)
                advance(part.draws)
                parts = [_joined(parts, part)]
    return _merged(iter(parts), job)


def _joined(parts: list[Counts], part: Counts) -> Counts:
    if parts:
        part.merge(parts[0])
    return part


def _as_engine(engine: str | Local | Dask) -> Local | Dask:
    if isinstance(engine, (Local, Dask)):
        return engine
    return Local() if engine == "local" else Dask(address_of(str(engine)))


def _ranked_places(scores: pd.Series) -> Ints:
    """Return the places of the regions in the order of their ranks, those without a score last."""
    ordered = scores.sort_index().sort_values(ascending=False, kind="stable").index
    return scores.index.get_indexer(ordered).astype(np.int64)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _require_whole(what: str, number: Any) -> None:
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < 1:
        raise SpecError(f"{what}={number!r}) needs a whole number of at least 1.")
