"""A result held against variables from outside the score (Handbook, step 9)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import pandas as pd

from hubtiers._study_file import OutsideCheck
from hubtiers.diagnose import correlate_with
from hubtiers.errors import UnknownOptionError
from hubtiers.scheme import Result
from hubtiers.table.indicators import load_indicators
from hubtiers.tiers.agreement import agreement, tiers_from_ranking

__all__ = ["against_outside"]


def against_outside(result: Result, checks: Iterable[OutsideCheck]) -> pd.DataFrame:
    """Return one row per outside variable: correlation with the score, agreement of tiers.

    The variables are partial lists of leading cities, so the correlation is among those; the tiers
    of a ranking are as large as those of the result among the regions that both cover.
    """
    shipped = load_indicators("checks")
    return pd.DataFrame([_outside_row(result, check, shipped) for check in checks])


def _outside_row(
    result: Result, check: OutsideCheck, shipped: pd.DataFrame
) -> Mapping[Hashable, object]:
    found = shipped[(shipped["indicator"] == check.indicator) & (shipped["year"] == check.year)]
    if found.empty:
        known = shipped["indicator"].unique()
        raise UnknownOptionError("outside variable", check.indicator, known)
    values = found.drop_duplicates("region").set_index("region")["value"]
    sign = -1.0 if check.smaller_is_better else 1.0
    correlated = correlate_with(result.scores, sign * values).iloc[0].to_dict()
    theirs = tiers_from_ranking(result.tier, values, smaller_is_better=check.smaller_is_better)
    same = agreement(result.tier, theirs)
    return {
        "outside": f"{check.indicator} {check.year}",
        **correlated,
        "same_tier": same.matches,
    }
