"""How places act on each other over distance: formulas on arrays, each standing once.

Masses are positive and of a ratio scale (twice as much means twice as much); distances are in one
unit, whichever it is. Every function broadcasts as numpy does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubtiers.errors import DataError, SpecError

__all__ = [
    "breakpoint_distance",
    "decayed",
    "field_strength",
    "gravity",
    "huff_shares",
]

Floats = NDArray[np.float64]

FORMS = ("power", "exponential")


def decayed(distance: ArrayLike, decay: float = 1.0, *, form: str = "power") -> Floats:
    """Return how much of an effect is left at a distance (距离衰减).

    Parameters
    ----------
    distance
        Positive distances, of any shape and in any one unit.
    decay
        Exponent b of d^−b, or rate b of e^(−b·d), which is then per unit of distance. 0 means that
        distance does not matter.
    form
        ``"power"`` or ``"exponential"``.

    Returns
    -------
    numpy.ndarray
        Of the shape of `distance`.

    Raises
    ------
    SpecError
        When `decay` is negative or no number, or the form is unknown.
    DataError
        When a distance is zero or negative under the power form, where it has no value.

    Notes
    -----
    **Missing values** stay missing.

    Examples
    --------
    >>> decayed([1.0, 10.0], 2.0).tolist()
    [1.0, 0.01]
    """
    if not np.isfinite(decay) or decay < 0:
        raise SpecError(
            f"decay={decay!r} must be a number of at least 0: no effect grows with distance."
        )
    if form not in FORMS:
        raise SpecError(f"form={form!r} is unknown; choose 'power' or 'exponential'.")
    away = np.asarray(distance, dtype=np.float64)
    if form == "exponential":
        return np.asarray(np.exp(-decay * away))
    if (away <= 0).any():
        raise DataError(
            f"A distance of {away[away <= 0].flat[0]:g} has no power law. Give positive distances, "
            "or form='exponential'."
        )
    return np.asarray(away**-decay)


def gravity(
    origin: ArrayLike,
    destination: ArrayLike,
    distance: ArrayLike,
    *,
    decay: float = 2.0,
    exponents: tuple[float, float] = (1.0, 1.0),
    form: str = "power",
) -> Floats:
    """Gravity model (引力模型): m_i^a · m_j^c · f(d_ij).

    Parameters
    ----------
    origin, destination
        Masses; for all pairs of n places give ``m[:, None]`` and ``m[None, :]``.
    distance
        Distances of the pairs.
    decay, form
        As in `decayed`.
    exponents
        a and c.

    Returns
    -------
    numpy.ndarray
        Strength of every pair, in no unit: only ratios mean something.

    Raises
    ------
    DataError
        When a mass is zero or negative, or a distance has no power law.
    SpecError
        When `decay` is negative or the form unknown.

    Notes
    -----
    **Missing values** give missing strengths.

    Examples
    --------
    >>> float(gravity(8.0, 2.0, 4.0, decay=2.0))
    1.0
    """
    first, second = (_mass(m, e) for m, e in zip((origin, destination), exponents, strict=True))
    return np.asarray(first * second * decayed(distance, decay, form=form))


def breakpoint_distance(
    first: ArrayLike, second: ArrayLike, distance: ArrayLike, *, decay: float = 2.0
) -> Floats:
    """Breakpoint (断裂点): how far from the first place both act with equal strength.

    Parameters
    ----------
    first, second
        Masses of the two places.
    distance
        Distance between them.
    decay
        Exponent of distance, above 0; 2 is that of the textbook.

    Returns
    -------
    numpy.ndarray
        Distance from the first place, in the unit of `distance`.

    Raises
    ------
    DataError
        When a mass is zero or negative.
    SpecError
        When `decay` is 0 or negative: without decay there is no such point.

    Notes
    -----
    D / (1 + (m₂/m₁)^(1/b)), after Reilly (1931) and Converse (1949). **Missing values** stay
    missing.

    Examples
    --------
    >>> float(breakpoint_distance(90_000, 10_000, 20.0))
    15.0
    """
    if not np.isfinite(decay) or decay <= 0:
        raise SpecError(f"decay={decay!r} must be above 0; without decay nothing breaks.")
    ratio = _mass(second, 1.0) / _mass(first, 1.0)
    return np.asarray(np.asarray(distance, dtype=np.float64) / (1.0 + ratio ** (1.0 / decay)))


def field_strength(
    masses: ArrayLike, distances: ArrayLike, *, decay: float = 2.0, exponent: float = 1.0
) -> Floats:
    """Field of each centre at each place (场强): m_j^a · d_ij^−b.

    Parameters
    ----------
    masses
        One mass by centre, length m.
    distances
        Places × centres, n × m.
    decay, exponent
        b and a.

    Returns
    -------
    numpy.ndarray
        Places × centres.

    Raises
    ------
    DataError
        When a mass is zero or negative, or a distance is.
    SpecError
        When `decay` is negative.

    Notes
    -----
    The place belongs to the centre with the largest field. For two centres its border runs through
    `breakpoint_distance`, and for all of them it is the multiplicatively weighted Voronoi cell: one
    rule with three names. **Missing values** stay missing.

    Examples
    --------
    >>> field_strength([300.0, 100.0], [[10.0, 5.0]]).tolist()
    [[3.0, 4.0]]
    """
    return np.asarray(_mass(masses, exponent) * decayed(distances, decay))


def huff_shares(
    masses: ArrayLike, distances: ArrayLike, *, decay: float = 2.0, exponent: float = 1.0
) -> Floats:
    """Huff model: which share of each place turns to each centre; rows sum to 1.

    Parameters
    ----------
    masses
        One mass by centre, length m.
    distances
        Places × centres, n × m.
    decay, exponent
        b and a of the field m_j^a · d_ij^−b.

    Returns
    -------
    numpy.ndarray
        Places × centres.

    Raises
    ------
    DataError
        When a mass is zero or negative, or a distance is.
    SpecError
        When `decay` is negative.

    Notes
    -----
    Huff (1963). **Missing values**: a place with a missing distance has no shares.

    Examples
    --------
    >>> huff_shares([300.0, 100.0], [[10.0, 5.0]]).round(6).tolist()
    [[0.428571, 0.571429]]
    """
    field = field_strength(masses, distances, decay=decay, exponent=exponent)
    return np.asarray(field / field.sum(axis=-1, keepdims=True))


def _mass(mass: ArrayLike, exponent: float) -> Any:
    """Return masses to a power; what is not positive is no mass."""
    given = np.asarray(mass, dtype=np.float64)
    if (given <= 0).any():
        raise DataError(
            f"A mass must be positive, but {given[given <= 0].flat[0]:g} is among them. "
            "Scores from z-scores are no masses; give a size such as population or GDP."
        )
    return given if exponent == 1.0 else given**exponent
