"""The rounding of `hubtiers._rounding` compiled, for the scores of many draws.

A property test holds the two together.

Import this module only inside the functions that use it, because numba is slow to import.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubtiers._compiled import compiled

__all__ = ["round_kernel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@compiled
def round_kernel(scores: Floats, bits: Ints, powers: Floats) -> None:
    """Round scores in place, as `round_significant` does.

    `bits` is the same memory seen as whole numbers, and `powers` are those of `powers_by_exponent`.
    """
    for d in range(scores.shape[0]):
        for r in range(scores.shape[1]):
            power = powers[(bits[d, r] >> 52) & 2047]
            scores[d, r] = np.rint(scores[d, r] * power) / power
