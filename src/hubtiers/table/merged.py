"""Counts of units that were merged later (撤并地区).

Several rows of one year that are one region of the layer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hubtiers.errors import DataError, listing
from hubtiers.framework import Framework

__all__ = ["MERGED", "Added", "add_merged"]

MERGED = "merged"
"""The status of a value that was added up from the units that make up a region of today."""

# How the gazetteer tells of a unit that went into one other; what was split went into several.
_MERGER = r": (?:merged|joined)"
_CELL = ["region_id", "indicator", "year"]


@dataclass(frozen=True, slots=True)
class Added:
    """A value that was added up: where and when, and the value of each unit (missing: NaN)."""

    region_id: str
    indicator: str
    year: int | None
    parts: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        year = "" if self.year is None else f" {self.year}"
        terms = " + ".join(
            f"{name} {'—' if math.isnan(value) else f'{value:g}'}" for name, value in self.parts
        )
        return f"{self.region_id} {self.indicator}{year} = {terms}"


def add_merged(
    placed: pd.DataFrame, matches: pd.DataFrame, framework: Framework | None
) -> tuple[pd.DataFrame, tuple[Added, ...]]:
    """Add up the counts of units that are one region of the layer today.

    Parameters
    ----------
    placed
        Tidy values with `region` as written and `region_id`.
    matches
        One row per name, with `rule` and `note`.
    framework
        Says which indicators are counts (kind extensive).

    Returns
    -------
    tuple of pandas.DataFrame and tuple of Added
        The values with one row where there were several units, and the account.

    Raises
    ------
    DataError
        When no framework says what is a count, or an indicator to add is none.

    Notes
    -----
    Units are added when all but one of them go by a name that was given up in a merger, such as
    济南 and 莱芜; two current names of one region, or an old name beside the new one, stay two
    rows, which the join refuses.

    **Missing values**: a unit without a value adds nothing; the account shows the gap.
    """
    wanted = _are_merged(placed, matches)
    if not wanted.any():
        return placed, ()
    _require_counts(placed[wanted], framework)
    rows, added = [], []
    for _, part in placed[wanted].groupby(_CELL, dropna=False, sort=False):
        row, sum_ = _add(part)
        rows.append(row)
        added.append(sum_)
    summed = pd.DataFrame(rows, columns=placed.columns).astype(placed.dtypes.to_dict())
    return pd.concat([placed[~wanted], summed], ignore_index=True), tuple(added)


def _are_merged(placed: pd.DataFrame, matches: pd.DataFrame) -> pd.Series:
    """Say of each row whether it is one of several units that make up a region of today."""
    is_gone = (matches["rule"] == "former") & matches["note"].str.contains(_MERGER)
    gone = set(matches.loc[is_gone, "name"])
    several = placed.groupby(_CELL, dropna=False)["region"].transform("nunique") > 1
    cell = placed[_CELL].assign(
        current=~placed["region"].isin(gone),
        twice=placed.duplicated([*_CELL, "region"], keep=False),
    )
    counted = cell.groupby(_CELL, dropna=False)[["current", "twice"]].transform("sum")
    found: pd.Series = several & (counted["current"] <= 1) & (counted["twice"] == 0)
    return found


def _add(part: pd.DataFrame) -> tuple[dict[Any, Any], Added]:
    """Return one row for the units of a region and year, and the account of it."""
    whole = part.dropna(subset=["value"])
    row = (whole if len(whole) else part).iloc[0].to_dict()
    # One value alone keeps its row: after a merger, yearbooks print a dash for what is gone.
    if len(whole) > 1:
        row |= {"value": math.fsum(whole["value"]), "status": MERGED}
    pairs = tuple(zip(part["region"].astype(str), part["value"].astype(float), strict=True))
    year = None if pd.isna(row["year"]) else int(row["year"])
    return row, Added(str(row["region_id"]), str(row["indicator"]), year, pairs)


def _require_counts(part: pd.DataFrame, framework: Framework | None) -> None:
    names = listing(dict.fromkeys(part["region"]))
    if framework is None:
        raise DataError(
            f"{names} are one region of the layer, but without a framework it is not said which "
            "indicators are counts "
            "that can be added. Pass a framework whose kind is extensive for counts."
        )
    kinds = {indicator.code: indicator.kind for indicator in framework.indicators}
    wrong = [
        code
        for code in dict.fromkeys(part["indicator"])
        if kinds.get(code, "extensive") != "extensive"
    ]
    if wrong:
        raise DataError(
            f"{names} are one region of the layer, but {listing(map(repr, wrong))} cannot be "
            "added up: it is no count "
            "(kind intensive in the framework). Keep one row for the region, or leave the "
            "indicator out."
        )
