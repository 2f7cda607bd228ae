"""Scores to twelve digits, so that ranks, ties and tiers are the same on every processor.

Sums and products differ in their last bits between processors and block sizes; rounded scores do
not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIGNIFICANT_DIGITS", "powers_by_exponent", "round_significant"]

Floats = NDArray[np.float64]

SIGNIFICANT_DIGITS = 12
"""Scores are rounded to this many digits before they are ranked."""

_LARGEST = 290
_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(-_LARGEST, _LARGEST + 1)])


def round_significant(x: Floats) -> Floats:
    """Round to at least `SIGNIFICANT_DIGITS` digits by steps that are exact everywhere."""
    power = _power_for(np.frexp(x)[1].astype(np.int64))
    return np.asarray(np.rint(x * power) / power)


def _power_for(exponent: NDArray[np.int64]) -> Floats:
    """Return the power of ten by which numbers of a binary exponent are multiplied."""
    # The binary exponent bounds the decimal one in whole numbers; a logarithm could round either
    # way at a power of ten.
    decimal = exponent * 30103 // 100_000
    wanted = np.clip(SIGNIFICANT_DIGITS - decimal, -_LARGEST, _LARGEST)
    return np.asarray(_POWERS_OF_TEN[wanted + _LARGEST])


def powers_by_exponent() -> Floats:
    """Return that power for every binary exponent as it is stored (0 to 2047)."""
    powers = _power_for(np.arange(2048) - 1022)
    # Zero and the smallest numbers are stored without an exponent of their own.
    powers[0] = _POWERS_OF_TEN[-1]
    return np.ascontiguousarray(powers)
