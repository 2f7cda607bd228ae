"""Natural breaks against other packages, in one run and one thread: `pytest benchmarks/test_breaks.py`.

Each of them is held to the same sum of squares within classes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.tiers._partition import SMALL, compiled_classes, matrix_classes
from hubtiers.tiers.breaks import NaturalBreaks

K = 4
SCORES = pd.Series(np.random.default_rng(20).lognormal(size=3000))
ORDERED = np.sort(SCORES.to_numpy())


def squares(breaks: list[float]) -> float:
    """Return the sum of squares within the classes closed above at these breaks."""
    groups = np.split(ORDERED, np.searchsorted(ORDERED, breaks, side="right"))
    return float(sum(((group - group.mean()) ** 2).sum() for group in groups))


@pytest.fixture(scope="module")
def least() -> float:
    return squares(list(NaturalBreaks(K).fit(SCORES).breaks))


@pytest.mark.benchmark(group="natural breaks, n = 3000, k = 4")
def test_hubtiers_whole_fit(benchmark) -> None:
    scale = benchmark(NaturalBreaks(K).fit, SCORES)
    assert sum(scale.counts) == 3000


@pytest.mark.benchmark(group="natural breaks, n = 3000, k = 4")
def test_hubtiers_partition_of_sorted_values(benchmark, least: float) -> None:
    starts = benchmark(compiled_classes, ORDERED, np.ones(3000), K)
    assert squares(ORDERED[starts[1:] - 1].tolist()) == pytest.approx(least, rel=1e-12)


@pytest.mark.benchmark(group="natural breaks, n = 3000, k = 4")
def test_mapclassify(benchmark, least: float) -> None:
    mapclassify = pytest.importorskip("mapclassify")
    mapclassify.FisherJenks(SCORES, k=K)
    theirs = squares(benchmark(mapclassify.FisherJenks, SCORES, k=K).bins[:-1].tolist())
    assert theirs == pytest.approx(least, rel=1e-9)
    assert theirs >= least * (1 - 1e-12)


@pytest.mark.benchmark(group="natural breaks, n = 3000, k = 4")
def test_ckmeans(benchmark, least: float) -> None:
    ckmeans = pytest.importorskip("ckmeans")
    groups = benchmark(ckmeans.ckmeans, SCORES.to_numpy(), K)
    assert squares([float(max(group)) for group in groups[:-1]]) == pytest.approx(least, rel=1e-9)


@pytest.mark.benchmark(group="natural breaks, small n, k = 4")
@pytest.mark.parametrize("size", [14, 333, SMALL])
@pytest.mark.parametrize("engine", [matrix_classes, compiled_classes])
def test_engines_for_small_tables(benchmark, engine, size: int) -> None:
    values = np.sort(np.random.default_rng(size).lognormal(size=size))
    starts = benchmark(engine, values, np.ones(size), K)
    assert starts.tolist() == compiled_classes(values, np.ones(size), K).tolist()
