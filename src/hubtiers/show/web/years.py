"""Several years on one map: scores, ranks and tiers of each, on the scale of the panel."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd

from hubtiers.errors import NotComparableError, SpecError, listing
from hubtiers.scheme import Result
from hubtiers.show.web.content import function_codes, tier_ranges
from hubtiers.show.year_text import scale_text
from hubtiers.years.panel import TierPanel

__all__ = ["year_of", "years_content"]


def years_content(result: Result, panel: TierPanel) -> dict[str, Any]:
    """Return what the page needs to show the years of a panel, in the order of the regions.

    `matrix` holds, for each region, the score and those of the functions year after year; `own`
    says whether the panel gives the year of the map the scores and tiers that the map has.

    Raises
    ------
    SpecError
        When `panel` is something else.
    NotComparableError
        When the result is of none of the years, or its tiers are not the highest of the panel's.
    """
    if not isinstance(panel, TierPanel):
        raise SpecError(
            f"tier_map(panel=…) is {type(panel).__name__}. Give what tier_panel() returned, or "
            "Outcome.panel."
        )
    shown, labels, own = year_of(result, panel), panel.labels, result.breaks.labels
    # A year may have fewer tiers than another, and then lacks the lowest.
    if labels[: len(own)] != own:
        raise NotComparableError(
            f"The panel has the tiers {listing(map(repr, labels))}, and the result "
            f"{listing(map(repr, own))}. Draw the result of one of its years: panel.results[…]."
        )
    regions = result.table.regions.index
    tiers = panel.tiers.reindex(regions).astype("object")
    codes = {label: place for place, label in enumerate(labels)}
    return {
        "years": list(panel.years),
        "shown": panel.years.index(shown),
        "own": _is_same(result, panel.results[shown]),
        "scale": scale_text(panel).to_plain(),
        "matrix": _matrix(result, panel),
        "tiers": [_tier_codes(tiers[year], codes, panel, year) for year in panel.years],
        "rows": [tier_ranges(panel.results[year], labels) for year in panel.years],
        "breaks": [list(panel.results[year].breaks.breaks) for year in panel.years],
    }


def year_of(result: Result, panel: TierPanel) -> int:
    """Return the year of the panel that the result is of.

    Raises
    ------
    NotComparableError
        When it has the values of none of them.
    """
    values = result.table.values
    for year, found in panel.results.items():
        if found is result or found.table.values.equals(values):
            return year
    raise NotComparableError(
        f"The result has the values of no year of the panel ({listing(panel.years)}). Draw that of "
        "one of its years: panel.results[…]."
    )


def _is_same(result: Result, found: Result) -> bool:
    return bool(
        result.scores.equals(found.scores) and (result.tier.dropna() == found.tier.dropna()).all()
    )


def _matrix(result: Result, panel: TierPanel) -> str:
    """Return scores and function scores of all years as one matrix of 64-bit numbers."""
    regions, codes = result.table.regions.index, function_codes(result)
    parts = []
    for found in panel.results.values():
        parts.append(found.scores.reindex(regions).to_numpy(float)[:, None])
        parts.append(found.sub_scores.reindex(index=regions, columns=codes).to_numpy(float))
    whole = np.concatenate(parts, axis=1)
    return base64.b64encode(whole.astype("<f8").tobytes()).decode()


def _tier_codes(tiers: pd.Series, codes: dict[str, int], panel: TierPanel, year: int) -> list[int]:
    """Return tiers as numbers, 0 the highest; -1 without a score, -2 for no region of the year."""
    presence = panel.presence[year].reindex(tiers.index)
    absent = presence.isna() | (presence == "absent")
    found = tiers.map(codes).fillna(-1).astype("int64")
    numbers: list[int] = found.mask(absent & (found < 0), -2).tolist()
    return numbers
