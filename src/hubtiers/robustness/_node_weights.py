"""Weights of indicators from weights of nodes, compiled.

From the top of the framework down, in every draw.

Import this module only inside the functions that use it, because numba is slow to import.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled

__all__ = ["nested_kernel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SIDE = 8
"""Draws that go side by side, so that the processor works on whole groups of numbers."""


@compiled
def nested_kernel(
    u: Floats,
    reach: float,
    mass: Floats,
    order: Ints,
    edges: Ints,
    above: Ints,
    leaves: Ints,
    out: Floats,
) -> None:
    """Write effective weights (draws × indicators) when every node is up or down by `reach`.

    `u` are numbers between 0 and 1 by node; `order` brings siblings side by side, from the top
    down, and `edges` says where they start; `above` is the place of their parent in that order, one
    past the last for the whole; `leaves` are the places of the indicators.
    """
    # Draws go side by side, a fixed number of them, so that the processor works on whole groups of
    # numbers.
    weight = np.ones((len(order) + 1, _SIDE))
    for start in range(0, len(u), _SIDE):
        size = min(_SIDE, len(u) - start)
        for d in range(_SIDE):
            for i in range(len(order)):
                weight[i, d] = u[start + min(d, size - 1), order[i]]
        for g in range(len(above)):
            _share_out(weight, reach, mass, edges[g], edges[g + 1], above[g])
        for d in range(size):
            for j in range(len(leaves)):
                out[start + d, j] = weight[leaves[j], d]


@compiled
def _share_out(
    weight: Floats, reach: float, mass: Floats, first: int, end: int, above: int
) -> None:
    """Turn the random numbers of siblings into their parts of the weight of the node above."""
    total = np.zeros(_SIDE)
    for i in range(first, end):
        for d in range(_SIDE):
            weight[i, d] = mass[i] * (1.0 + (2.0 * weight[i, d] - 1.0) * reach)
            total[d] += weight[i, d]
    for d in range(_SIDE):
        total[d] = weight[above, d] / total[d] if total[d] > 0.0 else 0.0
    for i in range(first, end):
        for d in range(_SIDE):
            weight[i, d] *= total[d]
