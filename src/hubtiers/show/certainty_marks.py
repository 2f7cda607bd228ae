"""Settled, leaning, open: how sure the tier of each region is, in words and as a texture."""

from __future__ import annotations

import pandas as pd

from hubtiers.robustness.certainty import (
    MARKS,
    SETTLED_FROM,
    likeliest_tiers,
    mark_certainty,
    own_shares,
)
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.words import Text, tier_text, word

__all__ = ["certainty_frame", "mark_text", "marks_note", "often_text", "settled_from"]


def certainty_frame(result: Result, robustness: Robustness) -> pd.DataFrame:
    """Return by region `certainty`, `likeliest` and `probability`, that of the region's own tier.

    Whoever hands in tier probabilities alone gets marks as well.
    """
    shares = robustness.tier_probability
    tier = result.tier.reindex(shares.index)
    return pd.DataFrame(
        {
            "certainty": mark_certainty(shares, tier, settled_from(robustness)),
            "likeliest": likeliest_tiers(shares, tier),
            "probability": own_shares(shares, tier),
        }
    )


def settled_from(robustness: Robustness) -> float:
    """Return the share of the draws from which a tier is settled."""
    return float(getattr(robustness, "settled_from", SETTLED_FROM))


def mark_text(mark: object, likeliest: object) -> Text | None:
    """Return a mark in words; of an open tier also the one that comes up more often.

    >>> mark_text("open", "national").en
    'open, more often National'
    """
    if mark not in MARKS:
        return None
    if mark == "open":
        return word("open_rather").fill(tier=tier_text(likeliest))
    return word(str(mark))


def often_text(robustness: Robustness) -> Text:
    """Return in how many draws a tier is settled at least, in words."""
    share = settled_from(robustness)
    if share == SETTLED_FROM:
        return word("nine_of_ten")
    return word("share_of_draws").fill(percent=f"{100 * share:g}")


def marks_note(robustness: Robustness) -> Text:
    """Return what the three marks mean."""
    return word("marks_note").fill(often=often_text(robustness))
