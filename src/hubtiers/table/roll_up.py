"""Values of members brought up to their region: counts summed, ratios weighted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from hubtiers.errors import DataError, MissingColumnError, listing
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.membership import expand_members

__all__ = ["roll_up"]


def roll_up(
    values: pd.DataFrame,
    regions: pd.DataFrame,
    *,
    framework: Framework,
    partial: bool = False,
    parent: pd.Series | Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Bring values of cities or provinces up to consortia or provinces (指标汇总).

    Use it when the study's regions are larger than those of the data: an urban agglomeration from
    its cities.

    Parameters
    ----------
    values
        Tidy frame with `region` (id of a city or province), `indicator`, `value`, and where known
        `year`, `unit`.
    regions
        Frame of target regions: with the column `members`, as `load_regions("consortium")` returns
        it, or any layer when `parent` is given.
    framework
        Says of every indicator whether it is extensive (summed) or intensive (the mean weighted by
        its denominator, which must be an indicator of `values`).
    partial
        Whether a region is also given a value when some of its members have none; its status says
        so.
    parent
        For each smaller region the id of the one that it lies in, such as the column `state` of a
        layer of counties. All of them together make up the larger regions.

    Returns
    -------
    pandas.DataFrame
        Tidy frame with `region`, `indicator`, `value`, `year`, `unit`, `source`, `status`: one row
        for each region, indicator and year that could be brought up. Status `computed`, or
        `partial-members`.

    Raises
    ------
    DataError
        When an intensive indicator has no denominator, or none in the data; when the data hold a
        region twice, or both a region and one of its members.
    MissingColumnError

    Notes
    -----
    Extensive: Σ x. Intensive: Σ x·d / Σ d over the members, with d the denominator of the same
    year, or its only value.

    **Missing values.** Without `partial`, a region with a member that has no value gets no row: a
    sum with a gap is not the sum.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> cities = pd.DataFrame({"region": ["510000", "500000"], "value": [130.0, 70.0]})
    >>> cities["indicator"] = "patents"
    >>> framework = Framework((Indicator("patents"),))
    >>> roll_up(cities, load_regions(["chengdu-chongqing"]), framework=framework)["value"].tolist()
    [200.0]
    """
    if absent := [name for name in ("region", "indicator", "value") if name not in values.columns]:
        raise MissingColumnError(absent, "The table of indicator values", map(str, values.columns))
    inside = _members(regions, parent)
    known = values.dropna(subset=["value"]).assign(region=lambda frame: frame["region"].astype(str))
    known["year"] = known.get("year", pd.NA)
    if known.duplicated(["region", "indicator", "year"]).any():
        twice = known.loc[known.duplicated(["region", "indicator", "year"]), "region"].unique()
        raise DataError(
            f"The data hold more than one value for {listing(twice)}. Keep one per indicator and "
            "year."
        )
    parts = _parts(known["region"].unique(), inside, is_own=parent is not None)
    wanted = [i for i in framework.indicators if i.code in set(known["indicator"])]
    _require_denominators(wanted, set(known["indicator"]))
    rows = [
        row
        for indicator in wanted
        for _, cells in known[known["indicator"] == indicator.code].groupby(
            "year", dropna=False, sort=True
        )
        for region, members in inside.items()
        if (row := _bring_up(indicator, cells, region, members, parts, known))
        and (partial or row["status"] == "computed")
    ]
    return pd.DataFrame(
        rows, columns=["region", "indicator", "value", "year", "unit", "source", "status"]
    )


def _members(
    regions: pd.DataFrame, parent: pd.Series | Mapping[str, str] | None
) -> dict[str, set[str]]:
    """Return the units of each target region, by its members or by what lies in it."""
    if parent is None:
        if "members" in regions.columns:
            return {
                str(region): set(units.split(";")) for region, units in regions["members"].items()
            }
        raise MissingColumnError(
            ["members"],
            "The layer of regions (give parent=…, for each smaller region the one it lies in)",
            map(str, regions.columns),
        )
    inside: dict[str, set[str]] = {str(region): set() for region in regions.index}
    owners = {str(unit): str(owner) for unit, owner in parent.items()}
    if odd := [owner for owner in dict.fromkeys(owners.values()) if owner not in inside]:
        raise DataError(
            f"parent names regions that the layer does not have: {listing(odd)}. It must hold "
            "their ids."
        )
    for unit, owner in owners.items():
        inside[owner].add(unit)
    return inside


def _parts(
    named: Iterable[str], inside: Mapping[str, set[str]], *, is_own: bool
) -> dict[str, set[str]]:
    """Return the units of each region of the data."""
    if not is_own:
        return {region: set(expand_members([region])) for region in named}
    known = {unit for units in inside.values() for unit in units}
    if odd := [region for region in named if region not in known]:
        raise DataError(
            f"parent says of these regions of the data not where they lie: {listing(odd)}."
        )
    return {region: {region} for region in named}


def _require_denominators(indicators: list[Indicator], present: set[str]) -> None:
    bare = [i.code for i in indicators if i.kind == "intensive" and not i.denominator]
    if bare:
        raise DataError(
            f"{listing(map(repr, bare))} cannot be brought up from members: a ratio needs the "
            "quantity it is taken of. Name it in the column `denominator` of the framework, or "
            "leave the indicator out."
        )
    absent = {i.denominator for i in indicators if i.kind == "intensive"} - present
    if absent:
        raise DataError(
            f"The data have no values of {listing(sorted(map(repr, absent)))}, by which ratios are "
            "weighted. Add them, or leave those ratios out."
        )


def _bring_up(
    indicator: Indicator,
    cells: pd.DataFrame,
    region: str,
    members: set[str],
    parts: Mapping[str, set[str]],
    known: pd.DataFrame,
) -> dict[str, object] | None:
    inside = cells[[parts[r] <= members for r in cells["region"]]]
    weights = _weights(indicator, inside, known)
    inside, weights = inside[weights.notna().to_numpy()], weights.dropna()
    covered = [unit for r in inside["region"] for unit in parts[r]]
    if len(covered) != len(set(covered)):
        raise DataError(
            f"The data hold both a region and one of its members for {indicator.code!r} inside "
            f"{region}, which would count twice. Keep one level."
        )
    complete = set(covered) == members
    if not len(inside):
        return None
    value = inside["value"].to_numpy(float)
    total = (
        value.sum()
        if indicator.kind == "extensive"
        else np.average(value, weights=weights.to_numpy(float))
    )
    return {
        "region": region,
        "indicator": indicator.code,
        "value": float(total),
        "year": inside["year"].iloc[0],
        "unit": inside["unit"].iloc[0] if "unit" in inside else indicator.unit,
        "source": f"hubtiers: from {len(inside)} members",
        "status": "computed" if complete else "partial-members",
    }


def _weights(indicator: Indicator, cells: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Return the denominator of each row: that of its year, or the only one there is."""
    if indicator.kind == "extensive":
        return pd.Series(1.0, index=cells.index)
    denominator = known[known["indicator"] == indicator.denominator]
    same_year = denominator.set_index(["region", "year"])["value"]
    alone = denominator.drop_duplicates("region", keep=False).set_index("region")["value"]
    pairs = zip(cells["region"], cells["year"], strict=True)
    found = [same_year.get(pair, alone.get(pair[0], np.nan)) for pair in pairs]
    return pd.Series(found, index=cells.index, dtype="float64")
