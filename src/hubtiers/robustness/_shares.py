"""Shares of draws in words: a share that no draw has shown is not nought, but below a bound."""

from __future__ import annotations

import math

__all__ = ["percent_text", "share_text", "unseen_bound"]


def unseen_bound(draws: int) -> float:
    """Return the upper 95 % bound of a share that none of some draws has shown.

    A share p is missed by all n draws with the probability (1 − p)^n, which is 5 % for the bound;
    it is about 3 / n.

    >>> round(unseen_bound(1000), 5)
    0.00299
    """
    return float(1.0 - 0.05 ** (1.0 / draws))


def share_text(share: float, draws: int, digits: int = 3) -> str:
    """Return a share for a table: a bound where no draw, or every draw, has shown it.

    >>> share_text(0.25, 1000), share_text(0.0, 1000), share_text(1.0, 1000)
    ('0.250', '< 0.003', '> 0.997')
    """
    if math.isnan(share):
        return "–"
    if share in (0.0, 1.0):
        bound = _rounded_up(unseen_bound(draws))
        places = _places(bound)
        return f"< {bound:.{places}f}" if share == 0.0 else f"> {1.0 - bound:.{places}f}"
    # A share that was seen must not be printed as one that was not.
    smallest = 0.1**digits
    if share < smallest / 2:
        return f"< {smallest:.{digits}f}"
    if share >= 1.0 - smallest / 2:
        return f"> {1.0 - smallest:.{digits}f}"
    return f"{share:.{digits}f}"


def percent_text(share: float, error: float, draws: int) -> str:
    """Return a share in per cent with its standard error, or the bound that stands for both.

    >>> percent_text(0.0488, 0.0007, 100_000), percent_text(0.0, 0.0, 1000)
    ('4.88 % ± 0.07 %', '< 0.3 %')
    """
    if share in (0.0, 1.0):
        bound = 100.0 * _rounded_up(unseen_bound(draws))
        places = _places(bound)
        return f"< {bound:.{places}f} %" if share == 0.0 else f"> {100.0 - bound:.{places}f} %"
    places = max(1, _places(100.0 * error)) if error > 0 else 1
    return f"{share * 100.0:.{places}f} % ± {error * 100.0:.{places}f} %"


def _rounded_up(bound: float) -> float:
    """Return a bound rounded up to its first digit, so that it stays a bound."""
    unit = 10.0 ** math.floor(math.log10(bound))
    # 0.003 / 0.001 is a little above 3, which must not become 4.
    return min(1.0, math.ceil(round(bound / unit, 9)) * unit)


def _places(number: float) -> int:
    """Return how many places after the point show the first digit of a number."""
    # A bound of 0.3 that was computed as 0.29999 has its first digit in the same place.
    return max(0, -math.floor(math.log10(number * (1.0 + 1e-9))))
