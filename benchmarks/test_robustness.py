"""The Monte Carlo against bare matrix products and sorting, against the plain path, and with two threads.

Run with `pytest benchmarks/test_robustness.py -s`. Each figure is a ratio of processor times of one run: the contenders
take turns, and the fastest turn of each counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pandas as pd
import pytest

from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness._counts import make_reference
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plan import BLOCK, make_plan
from hubtiers.robustness.montecarlo import Job, _ranked_places, assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.normalise import MinMax
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.rules import PositionRules

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ROUNDS = 5


def table(rows: int, columns: int, *, levels: bool = False) -> IndicatorTable:
    """Return lognormal values, in eight groups under two where levels are wanted."""
    rng = np.random.default_rng(1)
    groups: tuple[Group, ...] = ()
    if levels:
        groups = (Group("x"), Group("y"), *(Group(f"g{i}", parent="xy"[i // 4]) for i in range(8)))
    framework = Framework(
        tuple(Indicator(f"i{j}", parent=f"g{j % 8}" if levels else "") for j in range(columns)),
        groups,
    )
    index = [f"r{i:04}" for i in range(rows)]
    frame = pd.DataFrame(rng.lognormal(size=(rows, columns)), columns=framework.codes, index=index)
    return IndicatorTable.from_frame(frame, framework=framework)


def job_of(
    scheme: Scheme, values: IndicatorTable, variation: Variation, draws: int, tiers: str
) -> Job:
    base = scheme.run(values)
    plan = make_plan(base, variation, tiers=tiers, seed=(1,))
    reference = make_reference(base.tier, values.values.index, plan.labels)
    return Job(plan, _ranked_places(base.scores), reference, draws)


def counting(job: Job):
    """Return the work of one thread: draw, score, rank, sort into tiers, count."""
    evaluator, counts = DrawEvaluator(job.plan), job.empty()
    blocks = -(-job.draws // BLOCK)
    return lambda: job.count(evaluator, counts, 0, blocks)


def bare(rows: int, columns: int, draws: int):
    """Return bare matrix products, a few draws at a time, with one argsort for every draw."""
    rng = np.random.default_rng(0)
    values, weights = rng.random((columns, rows)), rng.dirichlet(np.ones(columns), draws)
    step = max(16, 65_536 // rows)

    def work():
        for start in range(0, draws, step):
            np.argsort(weights[start : start + step] @ values, axis=1)

    return work


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def fastest(*contenders, clock=process_time, rounds=ROUNDS) -> list[float]:
    """Return the shortest time of each contender; they take turns."""
    times = [[] for _ in contenders]
    for contender in contenders:
        contender()
    for _ in range(rounds):
        for number, contender in enumerate(contenders):
            start = clock()
            contender()
            times[number].append(clock() - start)
    return [min(turns) for turns in times]


@pytest.fixture(autouse=True)
def one_thread():
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


COINR = Variation(
    weights=UniformAround(25),
    # Two options in one unit, so that cut-points may stay; a draw takes as long under any other.
    normalise=(MinMax(1, 100), MinMax(1, 100)),
    aggregate=(Arithmetic(), Geometric()),
)
CASES = {
    "51 x 49, three factors": (
        Scheme(normalise=MinMax(1, 100)),
        51,
        49,
        True,
        COINR,
        10_000,
        "fixed",
        5.0,
    ),
    "3,000 x 50, fixed breaks": (
        Scheme(),
        3000,
        50,
        False,
        Variation(weights=Dirichlet()),
        100_000,
        "fixed",
        2.0,
    ),
    "333 x 20, natural breaks": (
        Scheme(),
        333,
        20,
        False,
        Variation(weights=Dirichlet()),
        100_000,
        "refit",
        8.0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_against_bare_products_and_sorting(benchmark, name):
    scheme, rows, columns, levels, variation, draws, tiers, most = CASES[name]
    work = counting(job_of(scheme, table(rows, columns, levels=levels), variation, draws, tiers))
    mine, theirs = fastest(work, bare(rows, columns, draws), rounds=ROUNDS if rows < 1000 else 2)
    benchmark.pedantic(work, rounds=1)
    benchmark.extra_info |= {"ratio": mine / theirs, "allowed": most}
    say(
        f"\n{name}: {1e6 * mine / draws:.2f} us a draw, {mine / theirs:.2f} times bare (allowed {most:g})"
    )
    assert mine <= most * theirs


def test_against_the_plain_path(benchmark):
    scheme, values, draws = Scheme(normalise=MinMax(1, 100)), table(51, 49, levels=True), 10_000
    robust = assess_robustness(scheme, values, COINR, draws=600, rng=1, tiers="fixed", workers=1)
    few = 20

    def plain():
        for draw in range(few):
            robust.replay(draw)

    def whole():
        assess_robustness(scheme, values, COINR, draws=draws, rng=1, tiers="fixed", workers=1)

    work = counting(job_of(scheme, values, COINR, draws, "fixed"))
    mine, everything, theirs = fastest(work, whole, plain)
    benchmark.pedantic(whole, rounds=1)
    ratio, with_setup = (theirs / few) / (mine / draws), (theirs / few) / (everything / draws)
    benchmark.extra_info |= {"ratio": ratio, "ratio with set-up": with_setup}
    say(
        f"\nplain path {1e3 * theirs / few:.2f} ms a draw: {ratio:.0f} times as long, {with_setup:.0f} with set-up"
    )
    assert ratio >= 300


def test_two_threads(benchmark):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor")
    values, variation = table(333, 20), Variation(weights=Dirichlet())

    def work(threads):
        return lambda: assess_robustness(
            Scheme(), values, variation, draws=40_960, rng=1, workers=threads
        )

    one, two = fastest(work(1), work(2), clock=perf_counter)
    benchmark.pedantic(work(2), rounds=1)
    began, began_cpu = perf_counter(), process_time()
    work(2)()
    had = (process_time() - began_cpu) / (perf_counter() - began)
    if had < 1.6:
        pytest.skip(f"two threads had {had:.1f} processors: other work holds the rest")
    benchmark.extra_info["ratio"] = one / two
    say(f"\ntwo threads: {one / two:.2f} times as fast as one")
    assert one / two >= 1.6


MEMORY = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from test_robustness import Dirichlet, Scheme, Variation, assess_robustness, table

def megabytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

values = table({rows}, {columns})
assess_robustness(Scheme(), values, Variation(weights=Dirichlet()), draws=10, tiers={tiers!r}, workers=1)
# The peak of compiling is forgotten, so that only that of the draws is seen.
Path("/proc/self/clear_refs").write_text("5")
before = megabytes("VmRSS")
assess_robustness(Scheme(), values, Variation(weights=Dirichlet()), draws={draws}, tiers={tiers!r}, workers={workers})
print(megabytes("VmHWM") - before)
"""


@pytest.mark.parametrize(
    ("rows", "columns", "tiers", "draws"),
    [(333, 20, "refit", 100_000), (3000, 50, "fixed", 100_000)],
)
def test_memory_above_start(benchmark, rows, columns, tiers, draws):
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("needs Linux")
    folder = str(Path(__file__).parent)
    code = MEMORY.format(
        folder=folder, rows=rows, columns=columns, tiers=tiers, draws=draws, workers=2
    )
    environment = os.environ | dict.fromkeys(THREADS, "1")

    def run():
        return subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )

    used = float(benchmark.pedantic(run, rounds=1).stdout)
    benchmark.extra_info["MB above start"] = used
    say(f"\n{rows} x {columns} x {draws}: {used:.0f} MB above start, two threads")
    assert used <= 500


def placed_table(rows: int, columns: int) -> IndicatorTable:
    """Return the values of `table` in three functions, with provinces and macro-regions."""
    plain = table(rows, columns)
    groups = tuple(Group(name) for name in ("research", "technology", "industry"))
    indicators = tuple(
        Indicator(code, parent=groups[place % 3].code)
        for place, code in enumerate(plain.framework.codes)
    )
    framework = Framework(indicators, groups)
    regions = plain.regions.assign(
        province=[f"p{i % 31}" for i in range(rows)],
        macro_region=[f"m{i % 31 % 4}" for i in range(rows)],
    )
    return IndicatorTable(plain.values, regions, framework, plain.status, plain.year)


@pytest.mark.parametrize("noise", [None, Noise(5)], ids=["values as they are", "noise"])
def test_rules_of_position_against_natural_breaks(benchmark, noise):
    """The bound of twenty times is that of the compiled loop with natural breaks, without noise."""
    values = placed_table(333, 20)
    draws = 10_000 if noise is None else 512
    variation = Variation(weights=Dirichlet(), noise=noise)
    rules = PositionRules(1.0, 0.6, 0.4)
    placed = counting(job_of(Scheme(tier=rules), values, variation, draws, "refit"))
    cut = counting(job_of(Scheme(), values, variation, draws, "refit"))
    compiled = counting(job_of(Scheme(), values, Variation(weights=Dirichlet()), draws, "refit"))
    mine, alike, loop = fastest(placed, cut, compiled, rounds=3)
    benchmark.pedantic(placed, rounds=1)
    benchmark.extra_info |= {"ratio": mine / loop, "to natural breaks of the same": mine / alike}
    say(
        f"\nrules of position: {1e6 * mine / draws:.1f} us a draw, {mine / alike:.2f} times natural breaks "
        f"of the same draws, {mine / loop:.1f} times the compiled loop"
    )
    assert mine <= 20 * loop if noise is None else mine <= 2 * alike
