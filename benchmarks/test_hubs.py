"""Proposal, its stability, diffusion and local Moran against what others take for the same.

Run with `pytest benchmarks/test_hubs.py -s`. Peers run in the same process on one core: the exact
optimum of scipy, the plain path draw by draw, a loop over a graph of networkx, esda. Processor
times of the fastest turn; the sentences say them, and the bounds hold with room to spare.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import process_time

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import box
from threadpoolctl import threadpool_limits

import hubtiers as ht
from hubtiers.hubs.diffusion import spread
from hubtiers.hubs.local_space import local_moran

ROUNDS = 7
DRAWN = ht.Variation(weights="dirichlet")


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def fastest(work, rounds: int = ROUNDS) -> float:
    """Return the shortest processor time of several turns, in seconds, after one to warm up."""
    work()
    turns = []
    for _ in range(rounds):
        start = process_time()
        work()
        turns.append(process_time() - start)
    return min(turns)


def say(sentence: str) -> None:
    sys.stdout.write(f"\n{sentence}\n")


@pytest.fixture(scope="module")
def cities():
    """The 372 city units, their scores and distances."""
    regions = ht.load_regions("city")
    result = ht.load_study("cities2023-lists").run().result
    return regions, result, ht.distances(regions)


def grid(rows: int = 50, columns: int = 60) -> ht.Result:
    """Return scores of 3,000 squares of half a degree, no country's."""
    rng = np.random.default_rng(3)
    n = rows * columns
    shapes = [
        box(k % columns / 2, k // columns / 2, k % columns / 2 + 0.5, k // columns / 2 + 0.5)
        for k in range(n)
    ]
    values = rng.lognormal(size=(n, 12))
    frame = gpd.GeoDataFrame(
        {f"i{k:02d}": values[:, k] for k in range(12)},
        geometry=shapes,
        index=pd.Index([f"r{k:04d}" for k in range(n)], name="region_id"),
        crs="EPSG:4326",
    )
    names = list(frame.index)
    return ht.score_regions(
        frame.assign(name_zh=names, name_en=names),
        [f"i{k:02d}" for k in range(12)],
        scheme=ht.Scheme(),
    )


def test_proposal_of_372_units_against_the_exact_optimum(cities):
    regions, result, km = cities
    options = {"balance": "four", "distances": km}
    options |= {"cores": ht.CoCores(within=400), "extent": ht.FieldExtent(reach=300)}
    options |= {"spacing": {"national": 300, "regional": 150}}
    first = fastest(lambda: ht.propose_layout(result, regions, **options))
    exact = fastest(lambda: ht.propose_layout(result, regions, solve="exact", **options))
    say(f"proposal: {1e3 * first:.1f} ms, {exact / first:.1f} times as fast as the exact optimum")
    assert first <= 0.010
    assert exact > first


def test_stability_of_372_units_against_the_plain_path(cities):
    regions, result, _ = cities
    scheme, table = result.fitted.scheme, result.table
    draws, few = 1000, 5
    rng = np.random.default_rng(1)
    weights = rng.dirichlet(np.ones(table.values.shape[1]), few)

    def whole():
        ht.assess_layout(scheme, table, DRAWN, draws=draws, rng=42, regions=regions, balance="four")

    def plain():
        for row in weights:
            given = ht.GivenWeights(dict(zip(table.values.columns, row, strict=True)))
            ht.propose_layout(scheme.replace(weight=given).run(table), regions, balance="four")

    mine, theirs = fastest(whole, 1), fastest(plain, 1)
    ratio = (theirs / few) / (mine / draws)
    say(f"1,000 draws: {mine:.2f} s, {ratio:.0f} times as fast as one run after another")
    assert mine <= 5
    assert ratio > 10


def rates_of(n: int, seed: int = 0) -> np.ndarray:
    """Return rates of three channels between n places."""
    rng = np.random.default_rng(seed)
    away = np.maximum(rng.uniform(1, 40, (n, n)), 1.0)
    kinds = rng.integers(0, 3, (n, n))
    return np.stack([(kinds == kind) / away for kind in range(3)])


def looped(graph: nx.DiGraph, source: int) -> dict[int, float]:
    """Spread by exposure and threshold 1, place by place over a graph of networkx."""
    time, now = {source: 0.0}, 0.0
    rate = dict.fromkeys(graph, 0.0)
    exposure = dict.fromkeys(graph, 0.0)
    arrived = [source]
    while arrived:
        for place in arrived:
            for other, link in graph.adj[place].items():
                rate[other] += link["rate"]
        waits = {
            place: max(1.0 - exposure[place], 0.0) / rate[place]
            for place in graph
            if place not in time and rate[place] > 0
        }
        if not waits:
            break
        step = min(waits.values())
        now += step
        for place in graph:
            exposure[place] += rate[place] * step
        arrived = [place for place, wait in waits.items() if wait <= step * (1 + 1e-12)]
        time |= dict.fromkeys(arrived, now)
    return time


def test_diffusion_of_372_units_against_a_loop_over_a_graph(cities):
    rates = rates_of(372)
    graph = nx.DiGraph()
    total = rates.sum(axis=0)
    for row in range(len(total)):
        graph.add_weighted_edges_from(
            ((row, column, total[row, column]) for column in range(len(total)) if column != row),
            weight="rate",
        )
    source, thresholds = np.array([0]), np.ones(len(total))
    mine = fastest(lambda: spread(rates, source, thresholds))
    theirs = fastest(lambda: looped(graph, 0), 1)
    found = spread(rates, source, thresholds).time
    np.testing.assert_allclose(found, [looped(graph, 0)[k] for k in range(len(total))])
    regions, result, km = cities
    layout = ht.propose_layout(result, regions, balance="four")
    whole = fastest(
        lambda: ht.simulate_diffusion(
            result, layout, sources=["110000"], regions=regions, distances=km
        )
    )
    say(
        f"diffusion: {1e3 * mine:.1f} ms, {theirs / mine:.0f} times as fast as the loop; with "
        f"neighbours and rates of the cities {1e3 * whole:.0f} ms"
    )
    assert mine <= 0.010
    assert theirs > 5 * mine


# esda announces another alternative, and divides by the neighbours of islands.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_local_moran_against_esda(cities):
    esda, libpysal = pytest.importorskip("esda"), pytest.importorskip("libpysal")
    regions, result, _ = cities
    scores = result.scores.dropna()
    known = set(scores.index)
    near = {
        region: tuple(other for other in others if other in known)
        for region, others in ht.contiguity(regions.loc[scores.index]).items()
    }
    weights = libpysal.weights.W(
        {region: list(others) for region, others in near.items()},
        id_order=list(scores.index),
        silence_warnings=True,
    )
    mine = fastest(lambda: local_moran(scores, near, permutations=999))
    start = process_time()
    esda.Moran_Local(scores.to_numpy(), weights, permutations=999, seed=1)
    first = process_time() - start
    theirs = fastest(lambda: esda.Moran_Local(scores.to_numpy(), weights, permutations=999, seed=1))
    say(
        f"local Moran, 999 permutations: {1e3 * mine:.0f} ms; esda {1e3 * theirs:.0f} ms, its "
        f"first call {first:.1f} s"
    )
    assert mine <= 0.1
    assert mine < first


def test_proposal_of_3000_units():
    result = grid()
    mine = fastest(lambda: ht.propose_layout(result, balance=None))
    say(f"3,000 units: proposal with its distances {mine:.2f} s")
    assert mine <= 0.5


def test_stability_of_3000_units():
    result = grid()
    start = process_time()
    ht.assess_layout(result.fitted.scheme, result.table, DRAWN, draws=500, rng=1)
    mine = process_time() - start
    say(f"3,000 units: 500 draws {mine:.1f} s")
    assert mine <= 60


def test_diffusion_of_3000_units():
    rates = rates_of(3000)
    mine = fastest(lambda: spread(rates, np.array([0]), np.ones(3000)), 1)
    say(f"3,000 units: diffusion {mine:.2f} s")
    assert mine <= 1


MEMORY = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from test_hubs import DRAWN, grid, ht
result = grid()
layout = ht.propose_layout(result)
ht.assess_layout(result.fitted.scheme, result.table, DRAWN, draws=50, rng=1)
ht.simulate_diffusion(result, layout, sources=[layout.hubs[0].cores[0]])
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")))
"""


def test_memory_of_3000_units():
    if not Path("/proc/self/status").exists():
        pytest.skip("needs Linux")
    code = MEMORY.format(folder=str(Path(__file__).parent))
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    used = float(run.stdout)
    say(f"3,000 units: proposal, draws and diffusion within {used:.0f} MB in all")
    assert used <= 1024
