"""Scores to twelve digits, so that ranks, ties and tiers are the same on every processor.

Sums and products differ in their last bits between processors and block sizes; rounded scores do
not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIGNIFICANT_DIGITS", "powers_by_exponent", "round_significant", "round_sums"]

Floats = NDArray[np.float64]

SIGNIFICANT_DIGITS = 12
"""Scores are rounded to this many digits before they are ranked."""

_LARGEST = 290
_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(-_LARGEST, _LARGEST + 1)])


def round_significant(x: Floats) -> Floats:
    """Round to at least `SIGNIFICANT_DIGITS` digits by steps that are exact everywhere."""
    power = _power_for(np.frexp(x)[1].astype(np.int64))
    return np.asarray(np.rint(x * power) / power)


def round_sums(x: Floats, sizes: Floats) -> Floats:
    """Round sums of positive and negative parts, so that what is left of rounding is no difference.

    Parameters
    ----------
    x
        Sums: rows × regions. Where parts cancel, their sum has fewer true digits than it shows.
    sizes
        The same sums of the parts without their signs.

    Returns
    -------
    numpy.ndarray
        Each number rounded as by `round_significant`, but no finer than a number of the row's
        usual size (the lower median) is: equal sums of unlike parts stay equal.

    Examples
    --------
    >>> round_sums(np.array([[-1e-16, 2e-16, 0.5]]), np.array([[1.0, 1.0, 0.5]])).tolist()
    [[0.0, 0.0, 0.5]]
    """
    known = (~np.isnan(sizes)).sum(axis=1)
    middle = np.maximum(known - 1, 0) // 2
    # Missing sizes stand last.
    usual = np.sort(sizes, axis=1)[np.arange(len(sizes)), middle]
    coarse = _power_for(np.frexp(round_significant(np.nan_to_num(usual)))[1].astype(np.int64))
    power = np.minimum(_power_for(np.frexp(x)[1].astype(np.int64)), coarse[:, None])
    # Adding 0 takes the sign off a zero.
    return np.asarray(np.rint(x * power) / power + 0.0)


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
