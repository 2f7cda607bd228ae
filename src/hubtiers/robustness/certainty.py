"""How sure a tier is in one word: settled, leaning or open."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import SpecError

__all__ = [
    "MARKS",
    "SETTLED_FROM",
    "likeliest_tiers",
    "mark_certainty",
    "own_shares",
    "require_settled_from",
]

MARKS = ("settled", "leaning", "open")
"""The three marks, the surest first."""

SETTLED_FROM = 0.9
"""A tier that a region has in at least this share of the draws is settled."""


def require_settled_from(share: float) -> None:
    """Refuse a threshold below which two tiers could be settled, or that no share can reach.

    Raises
    ------
    SpecError
        When the share is not above 0.5 and at most 1.
    """
    if not (math.isfinite(share) and 0.5 < share <= 1.0):
        raise SpecError(
            f"settled_from is {share}, the share of the draws from which a tier is settled. Give a "
            "number above 0.5 and at most 1, such as 0.9."
        )


def mark_certainty(
    probability: pd.DataFrame, tier: pd.Series, settled_from: float = SETTLED_FROM
) -> pd.Series:
    """Return how sure the tier of each region is, in one word.

    Parameters
    ----------
    probability
        Regions × tiers, highest first: share of the draws in which a region has each tier.
    tier
        The tier that each region is given.
    settled_from
        A tier with at least this share of the draws is settled.

    Returns
    -------
    pandas.Series
        By region, an ordered categorical: `"settled"`; `"leaning"` where no other tier is likelier,
        but the share is less; `"open"` where another tier is likelier.

    Raises
    ------
    SpecError
        When the threshold is not above 0.5 and at most 1.

    Notes
    -----
    **Ties**: where another tier is as likely as the region's own, its own is the likeliest, and the
    region leaning. **Missing values**: a region without a tier, or without a score in every draw,
    has no mark; it is never open.

    Examples
    --------
    >>> shares = pd.DataFrame({"core": [0.9, 0.5, 0.4], "other": [0.1, 0.5, 0.6]})
    >>> mark_certainty(shares, pd.Series(["core", "other", "core"])).tolist()
    ['settled', 'leaning', 'open']
    """
    require_settled_from(settled_from)
    own = own_shares(probability, tier).to_numpy()
    highest = _highest_shares(probability)
    known = ~np.isnan(own)
    marks = np.full(len(own), -1)
    marks[known & (own < highest)] = MARKS.index("open")
    marks[known & (own >= highest)] = MARKS.index("leaning")
    marks[known & (own >= settled_from)] = MARKS.index("settled")
    found = pd.Categorical.from_codes(marks, categories=pd.Index(MARKS), ordered=True)
    return pd.Series(found, index=probability.index, name="certainty")


def likeliest_tiers(probability: pd.DataFrame, tier: pd.Series) -> pd.Series:
    """Return the tier that each region has in most draws.

    Its own where that is one of several, else the highest of them; missing for a region without a
    mark.

    Examples
    --------
    >>> shares = pd.DataFrame({"core": [0.5, 0.4], "other": [0.5, 0.6]})
    >>> likeliest_tiers(shares, pd.Series(["other", "core"])).tolist()
    ['other', 'other']
    """
    own = own_shares(probability, tier).to_numpy()
    highest = _highest_shares(probability)
    known = ~np.isnan(own)
    found = np.full(len(own), None, dtype=object)
    labels = np.asarray(probability.columns, dtype=object)
    first = np.argmax(probability.to_numpy(float) == highest[:, None], axis=1)
    found[known] = labels[first[known]]
    keeps = known & (own >= highest)
    found[keeps] = tier.reindex(probability.index).astype(object).to_numpy()[keeps]
    return pd.Series(found, index=probability.index, name="likeliest", dtype=object)


def own_shares(probability: pd.DataFrame, tier: pd.Series) -> pd.Series:
    """Return the share of the draws in which each region has its tier; missing without either."""
    columns = {label: number for number, label in enumerate(probability.columns)}
    own = tier.reindex(probability.index).astype(object).map(columns)
    column = own.fillna(-1).to_numpy(int)
    known = column >= 0
    found = np.full(len(column), np.nan)
    found[known] = probability.to_numpy(float)[known, column[known]]
    return pd.Series(found, index=probability.index, name="probability")


def _highest_shares(probability: pd.DataFrame) -> NDArray[np.float64]:
    # The maximum of a row that is missing throughout is missing as well.
    found: NDArray[np.float64] = probability.max(axis=1).to_numpy(float)
    return found
