"""What the page needs for circles sized by score, and for where tiers differ from a reference."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hubtiers.errors import NotComparableError, listing
from hubtiers.hubs.layout import HubLayout
from hubtiers.scheme import Result

__all__ = ["sight_content"]


def sight_content(
    result: Result, layout: HubLayout | None, reference: pd.Series | None
) -> dict[str, Any]:
    """Return whether scores have a zero, and the tier of each region in the reference.

    Parameters
    ----------
    result, layout
        What is drawn.
    reference
        Tiers by region id; those of the cores of the layout when left out.

    Raises
    ------
    NotComparableError
        When a tier of the reference is none of the result's.

    Notes
    -----
    **Missing values**: a region without a tier in the reference has -1.
    """
    has_zero = bool(getattr(result.fitted.scheme.normalise, "keeps_ratios", True))
    return {"hasZero": has_zero, "reference": _places(result, layout, reference)}


def _places(
    result: Result, layout: HubLayout | None, reference: pd.Series | None
) -> list[int] | None:
    labels = list(result.breaks.labels)
    given = reference
    if given is None:
        if layout is None or not set(layout.tiers) <= set(labels):
            return None
        given = layout.reference_tiers(result.table.members())
    tiers = given.reindex(result.table.regions.index).astype("object")
    known = tiers.dropna()
    if odd := sorted(set(known) - set(labels), key=str):
        raise NotComparableError(
            f"tier_map(reference=…) has {listing(map(repr, odd))}, none of the tiers of the result "
            f"({listing(labels, most=9)}). Give the reference the labels of the result."
        )
    if known.empty:
        return None
    return [labels.index(tier) if isinstance(tier, str) else -1 for tier in tiers]
