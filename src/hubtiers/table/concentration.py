"""How concentrated or how diverse a set of shares is: partners, fields or markets of a centre.

Zhang's category of radiation (创新辐射力) and a sub-index of external connectivity ask not only how
much a centre cooperates, but with how many kinds of partners. These pure functions answer that from
shares or counts.
"""

from __future__ import annotations

from math import isinf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubtiers.errors import DataError, SpecError, listing

__all__ = ["effective_number", "herfindahl", "herfindahl_bounds", "shannon_diversity"]


def herfindahl(shares: ArrayLike) -> float:
    """Return the Herfindahl–Hirschman index of concentration (赫芬达尔指数).

    Choose it when large parts should count most.

    Parameters
    ----------
    shares
        One number per part, counts or shares in any unit, none negative. They are divided by their
        sum.

    Returns
    -------
    float
        Between 1/n (n equal parts) and 1 (one part holds everything).

    Raises
    ------
    DataError
        When a number is negative or infinite, or all are zero, or there is none.

    Notes
    -----
    H = Σ pᵢ², with pᵢ the share of part i in the sum.

    **Missing values**: one missing part makes the result missing (NaN). Where a table prints only
    the largest parts, use `herfindahl_bounds`.

    Examples
    --------
    >>> herfindahl([1, 1, 1, 1])
    0.25
    >>> round(herfindahl([40, 32, 18, 7, 3]), 4)
    0.3006
    """
    p = _proportions(shares)
    return float(np.sum(p**2))


def herfindahl_bounds(shares: ArrayLike, *, total: float) -> tuple[float, float]:
    """Return the lowest and the highest Herfindahl index that a partly printed table allows.

    Parameters
    ----------
    shares
        The parts that are known, in the unit of `total`.
    total
        What all parts add up to, for example 100 for percentages.

    Returns
    -------
    tuple of float
        Lowest: the rest is spread over ever more parts. Highest: the rest is one part.

    Raises
    ------
    DataError
        When the known parts add up to more than the total, or are negative, infinite or missing.

    Notes
    -----
    With R the rest as a share of the total: Σ pᵢ² ≤ H ≤ Σ pᵢ² + R².

    **Missing values** are refused: leave an unknown part out, and it belongs to the rest.

    Examples
    --------
    >>> low, high = herfindahl_bounds([43, 26, 24], total=100)
    >>> round(low, 4), round(high, 4)
    (0.3101, 0.315)
    """
    if not 0 < total < float("inf"):
        raise SpecError(
            f"The total is {total}. Give what all parts add up to, a positive number such as 100."
        )
    parts = _checked(shares)
    if np.isnan(parts).any():
        raise DataError(
            "A share is missing. Leave the unknown part out: it is then counted in the rest."
        )
    rest = 1.0 - float(parts.sum()) / total
    if rest < -1e-9:
        raise DataError(
            f"The shares add up to {parts.sum():g}, more than the total of {total:g}. Check their "
            "unit."
        )
    low = float(np.sum((parts / total) ** 2))
    return low, low + max(rest, 0.0) ** 2


def shannon_diversity(shares: ArrayLike) -> float:
    """Return the Shannon index of diversity (香农多样性指数), in nats.

    Choose it when small parts should count too.

    Parameters
    ----------
    shares
        One number per part, counts or shares in any unit, none negative. They are divided by their
        sum.

    Returns
    -------
    float
        Between 0 (one part holds everything) and ln n (n equal parts).

    Raises
    ------
    DataError
        When a number is negative or infinite, or all are zero, or there is none.

    Notes
    -----
    D = −Σ pᵢ ln pᵢ; a part of zero adds nothing.

    **Missing values**: one missing part makes the result missing (NaN).

    Examples
    --------
    >>> round(shannon_diversity([1, 1, 1, 1]), 4)
    1.3863
    >>> shannon_diversity([5, 0])
    0.0
    """
    p = _proportions(shares)
    present = p[p != 0]
    return abs(float(np.sum(present * np.log(present))))


def effective_number(shares: ArrayLike, *, order: float = 1.0) -> float:
    """Return the effective number of parts (有效种类数): how many equal parts would be as diverse.

    Choose it to report diversity in a unit that readers know: a number of partners, fields or
    indicators.

    Parameters
    ----------
    shares
        One number per part, counts or shares in any unit, none negative. They are divided by their
        sum.
    order
        0 counts the parts that are not empty, 1 follows Shannon, 2 follows Herfindahl; the higher,
        the less do small parts count.

    Returns
    -------
    float
        Between 1 (one part holds everything) and n (n equal parts).

    Raises
    ------
    DataError
        When a number is negative or infinite, or all are zero, or there is none.
    SpecError
        When the order is negative or not finite.

    Notes
    -----
    Hill number N = (Σ pᵢ^q)^(1/(1−q)) of order q; for q = 1 its limit exp(−Σ pᵢ ln pᵢ); for q = 2
    it is 1/H.

    **Missing values**: one missing part makes the result missing (NaN).

    References
    ----------
    M. O. Hill (1973), Diversity and evenness, Ecology 54(2), 427–432.

    Examples
    --------
    >>> round(effective_number([40, 32, 18, 7, 3], order=2), 2)
    3.33
    >>> round(effective_number([1, 1, 1]), 6)
    3.0
    """
    if not order >= 0 or isinf(order):
        raise SpecError(
            f"The order is {order}. Use 0, 1, 2 or another number that is not negative."
        )
    if abs(order - 1.0) < 1e-9:
        return float(np.exp(shannon_diversity(shares)))
    p = _proportions(shares)
    powers = order * np.log(p[p != 0])
    # The largest power is taken out of the sum, which would otherwise vanish at high orders.
    largest = powers.max()
    return float(np.exp((largest + np.log(np.sum(np.exp(powers - largest)))) / (1.0 - order)))


def _checked(shares: ArrayLike) -> NDArray[np.float64]:
    try:
        parts = np.asarray(shares, dtype=np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise DataError(f"Shares must be numbers: {error}. Give one number per part.") from None
    if bad := [f"{v:g}" for v in parts if v < 0 or isinf(v)]:
        raise DataError(
            f"Shares must be finite and not negative, but these are not: {listing(bad)}. Correct "
            "them."
        )
    return parts


def _proportions(shares: ArrayLike) -> NDArray[np.float64]:
    parts = _checked(shares)
    if not parts.size or parts.max() == 0:
        raise DataError(
            "There is nothing to share out: no part is larger than zero. Give at least one "
            "positive share."
        )
    # Dividing by the largest first keeps the sum of huge counts finite.
    scaled: NDArray[np.float64] = parts / parts.max()
    scaled /= scaled.sum()
    return scaled
