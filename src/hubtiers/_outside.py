"""A result held against variables from outside the score (Handbook, step 9)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import pandas as pd

from hubtiers._published import PublishedFiles, is_rank
from hubtiers._study_file import OutsideCheck
from hubtiers.diagnose import correlate_with
from hubtiers.errors import UnknownOptionError
from hubtiers.scheme import Result
from hubtiers.table.indicators import load_indicators
from hubtiers.tiers.agreement import agreement, tiers_from_ranking

__all__ = ["against_outside"]


def against_outside(
    result: Result, checks: Iterable[OutsideCheck], files: PublishedFiles
) -> pd.DataFrame:
    """Return one row per outside variable: correlation with the score, agreement of tiers.

    The shipped variables are partial lists of leading cities, so the correlation is among those;
    the tiers of a ranking are as large as those of the result among the regions that both cover.
    `files` reads those of the user's own.
    """
    return pd.DataFrame([_outside_row(result, check, files) for check in checks])


def _outside_row(
    result: Result, check: OutsideCheck, files: PublishedFiles
) -> Mapping[Hashable, object]:
    smaller = bool(check.smaller_is_better)
    if check.file:
        values, column = files.ranking(
            check.file, column=check.column, region_column=check.region_column
        )
        name = f"{check.file}: {column}"
        if check.smaller_is_better is None:
            smaller = is_rank(column)
    else:
        values, name = _shipped(check), f"{check.indicator} {check.year}"
    sign = -1.0 if smaller else 1.0
    correlated = correlate_with(result.scores, sign * values).iloc[0].to_dict()
    theirs = tiers_from_ranking(result.tier, values, smaller_is_better=smaller)
    same = agreement(result.tier, theirs)
    return {"outside": name, **correlated, "same_tier": same.matches}


def _shipped(check: OutsideCheck) -> pd.Series:
    """Return a variable of the set `checks` by region."""
    shipped = load_indicators("checks")
    found = shipped[(shipped["indicator"] == check.indicator) & (shipped["year"] == check.year)]
    if found.empty:
        known = shipped["indicator"].unique()
        raise UnknownOptionError("outside variable", check.indicator, known)
    return found.drop_duplicates("region").set_index("region")["value"]
