"""Natural breaks against mapclassify, jenkspy, ckmeans and kmeans1d, in one thread.

All of them promise the least sum of squares within classes. What one of them misses is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from clock import installed, surroundings, take_turns, three_digits
from numpy.typing import NDArray

from hubtiers.tiers._partition import compiled_classes
from hubtiers.tiers.breaks import NaturalBreaks

K = 4
SIZES = {31: 7, 300: 7, 3_000: 5, 30_000: 2}
"""Values, and rounds of turns."""
ROUNDING = 1e-9
PACKAGES = ("numpy", "pandas", "numba", "mapclassify", "jenkspy", "ckmeans", "kmeans1d")

Values = NDArray[np.float64]
Breaker = Callable[[], list[float]]
"""Returns the largest value of each class but the last."""


def of_hubtiers(scores: pd.Series) -> Breaker:
    """Return the fit as users have it, with its checks and the quality of the classes."""
    return lambda: list(NaturalBreaks(K).fit(scores).breaks)


def of_mapclassify(values: Values) -> Breaker:
    """Return Fisher–Jenks, which mapclassify compiles with numba."""
    import mapclassify

    return lambda: mapclassify.FisherJenks(values, k=K).bins[:-1].tolist()


def of_jenkspy(values: Values) -> Breaker:
    """Return its breaks, less the least and the largest value."""
    import jenkspy

    return lambda: list(jenkspy.jenks_breaks(values, n_classes=K)[1:-1])


def of_ckmeans(values: Values) -> Breaker:
    """Return the largest values of its classes."""
    import ckmeans

    return lambda: [float(max(group)) for group in ckmeans.ckmeans(values, K)[:-1]]


def of_kmeans1d(values: Values) -> Breaker:
    """Return the largest values of its clusters."""
    import kmeans1d

    def breaks() -> list[float]:
        clusters = np.asarray(kmeans1d.cluster(values, K).clusters)
        return sorted(values[clusters == cluster].max() for cluster in range(K))[:-1]

    return breaks


def of_partition(values: Values) -> Breaker:
    """Return the compiled partition that draws use, sorting included, with nothing around it."""

    def breaks() -> list[float]:
        ordered = np.sort(values)
        starts = compiled_classes(ordered, np.ones(len(ordered)), K)
        return ordered[starts[1:] - 1].tolist()

    return breaks


PEERS = {
    "mapclassify": of_mapclassify,
    "jenkspy": of_jenkspy,
    "ckmeans": of_ckmeans,
    "kmeans1d": of_kmeans1d,
}


def squares(values: Values, breaks: list[float]) -> float:
    """Return the sum of squares within the classes closed above at these breaks."""
    ordered = np.sort(values)
    groups = np.split(ordered, np.searchsorted(ordered, breaks, side="right"))
    return float(sum(((group - group.mean()) ** 2).sum() for group in groups))


def measure() -> dict[str, Any]:
    """Return what each took for each number of values; all have the least sum of squares."""
    part = surroundings(PACKAGES)
    rows, missed = {}, {}
    for size, rounds in SIZES.items():
        values = np.random.default_rng(size).lognormal(size=size)
        contenders = {"hubtiers": of_hubtiers(pd.Series(values))}
        contenders["partition"] = of_partition(values)
        contenders |= {name: make(values) for name, make in PEERS.items() if installed(part, name)}
        missed |= {
            f"{name} at {size:,} values": miss for name, miss in above_least(values, contenders)
        }
        costs = take_turns(contenders, rounds)
        rows[str(size)] = {name: cost.rounded() for name, cost in costs.items()}
    return part | {"k": K, "rows": rows, "missed": missed}


def above_least(values: Values, contenders: dict[str, Breaker]) -> Iterator[tuple[str, float]]:
    """Yield who misses the least sum of squares by more than rounding, and by which share.

    hubtiers must have the least, and nobody may be far from it.
    """
    least = squares(values, contenders["hubtiers"]())
    for name, breaks in contenders.items():
        above = squares(values, breaks()) / least - 1
        assert -ROUNDING < above < 1e-4, f"{name} has {above:.2e} more than hubtiers"
        if above > ROUNDING:
            yield name, three_digits(above)
