"""What a hierarchy is for the compiled kernels, apart from them, for numba is slow to import."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "COPELAND",
    "GREY",
    "PENALTY",
    "POWER",
    "RULES",
    "TOPSIS",
    "VIKOR",
    "Gaps",
    "Program",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

POWER, PENALTY, TOPSIS, VIKOR, GREY, COPELAND = 0, 1, 2, 3, 4, 5
"""Rules of aggregation that are compiled."""

RULES = {
    "power": POWER,
    "penalty": PENALTY,
    "topsis": TOPSIS,
    "vikor": VIKOR,
    "grey": GREY,
    "copeland": COPELAND,
}
"""The same by the names that `CompiledForm` has for them."""


class Program(NamedTuple):
    """The groups of a hierarchy, the lowest first.

    `first` says where the children of each group start among `children`, which are rows of the
    matrix of nodes; `rules` and `options` say how each group aggregates.
    """

    first: Ints
    children: Ints
    rules: Ints
    options: Floats


class Gaps(NamedTuple):
    """How gaps hand their weight on, where a method takes all indicators at once.

    `pattern` says of each region which row of `present` (patterns × indicators) is its own; `below`
    are the indicators below each group, the lowest groups first, and `start` says where each group
    begins. Without groups, all regions have the same weights.
    """

    pattern: Ints
    present: Flags
    start: Ints
    below: Ints
