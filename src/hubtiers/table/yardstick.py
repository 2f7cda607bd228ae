"""Rows that are no region but what others are measured by (标杆): EU27, United States, 全国."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.regions._names import name_key
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.pack import Pack, Place, source_of

__all__ = ["in_years_of", "labels_of", "take_yardstick", "values_with", "yardstick_names"]


def values_with(values: Any, yardstick: str | None, pack: Pack | None) -> pd.DataFrame:
    """Return the values of a frame or a file, in which the yardstick is called as it is asked for.

    The reader of yearbooks sets totals such as 全国 aside; that of the yardstick comes back.

    Parameters
    ----------
    values
        Tidy or wide frame, or a file object as `read_indicators` returns it.
    yardstick
        What the yardstick is called; None leaves everything as it is.
    pack
        The pack of the regions, which knows other names of its yardsticks.
    """
    if isinstance(values, pd.DataFrame) or yardstick is None:
        frame: pd.DataFrame = values if isinstance(values, pd.DataFrame) else values.values
        return frame if yardstick is None else _renamed(frame, yardstick, pack)
    frame = values.values
    report = getattr(values, "report", None)
    aside = [row for row in getattr(report, "set_aside", ()) if not pd.isna(row.value)]
    labels = [*frame["region"].unique(), *(row.name for row in aside)]
    found = set(labels_of(yardstick, labels, pack))
    rows = [
        {
            "region": row.name,
            "indicator": row.indicator,
            "value": row.value,
            "year": row.year,
            "unit": row.unit,
        }
        for row in aside
        if row.name in found
    ]
    if rows:
        own = pd.DataFrame(rows).astype({"value": "float64", "year": "Int64"})
        frame = pd.concat([frame, own], ignore_index=True)
    return _renamed(frame, yardstick, pack)


def _renamed(frame: pd.DataFrame, yardstick: str, pack: Pack | None) -> pd.DataFrame:
    if "region" not in frame.columns:
        return frame
    written = frame["region"].astype("str").str.strip()
    found = labels_of(yardstick, written.unique(), pack)
    if not set(found) - {yardstick}:
        return frame
    return frame.assign(region=written.where(~written.isin(found), yardstick))


def labels_of(name: str, labels: Iterable[str], pack: Pack | None) -> list[str]:
    """Return the labels that mean the yardstick: its own name, or else another one of it."""
    by_key: dict[str, list[str]] = {}
    for label in dict.fromkeys(map(str, labels)):
        by_key.setdefault(name_key(label), []).append(label)
    for spelling in yardstick_names(name, pack):
        if own := by_key.get(name_key(spelling)):
            return own
    return []


def yardstick_names(name: str, pack: Pack | None) -> tuple[str, ...]:
    """Return the names that a yardstick may have in the data, its own first."""
    place = _place_of(name, pack)
    return (name,) if place is None else tuple(dict.fromkeys((name, *place.spellings)))


def _place_of(name: str, pack: Pack | None) -> Place | None:
    known = pack.yardsticks if pack is not None else ()
    key = name_key(name)
    return next((one for one in known if key in map(name_key, one.spellings)), None)


def take_yardstick(
    tidy: pd.DataFrame, yardstick: str, regions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Part tidy values into those of regions and those of the yardstick.

    Returns
    -------
    tuple of pandas.DataFrame
        Values of the regions, values of the yardstick, and its names, one row.

    Raises
    ------
    SpecError
        When the name is that of a region.
    UnknownOptionError
        When the data have no such row.
    """
    if not isinstance(yardstick, str) or not yardstick.strip():
        raise SpecError(f"yardstick={yardstick!r} is no name. Give that of a row, such as 'EU27'.")
    match = match_layer([yardstick], regions).iloc[0]
    if match["region_id"]:
        raise SpecError(
            f"The yardstick {yardstick!r} is a region of the layer ({match['region_id']}), which "
            "is ranked like any other. To measure by a region, leave yardstick out and let "
            f"RelativeTo name it as its region, {match['region_id']!r}."
        )
    is_own = tidy["region"] == yardstick
    if not is_own.any():
        names = tidy["region"].unique().tolist()
        found = match_layer(names, regions)
        raise UnknownOptionError(
            "row for the yardstick:", yardstick, found.loc[found["region_id"] == "", "name"]
        )
    place = _place_of(yardstick, source_of(regions).load_pack())
    names_of = (place.name_zh, place.name_en) if place is not None else ("", "")
    labels = pd.DataFrame(
        [[names_of[0] or yardstick, names_of[1] or yardstick]],
        index=pd.Index([yardstick], name="region_id"),
        columns=["name_zh", "name_en"],
    )
    return tidy[~is_own], tidy[is_own], labels


def in_years_of(own: pd.DataFrame, years: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """Return the values of the yardstick in the years from which the regions have theirs.

    Parameters
    ----------
    own
        Tidy values of the yardstick.
    years
        Regions × indicators: the year of every cell in use.
    codes
        Indicators and denominators of the table.

    Raises
    ------
    DataError
        When nothing is left.
    """
    kept = own[own["indicator"].isin(codes)]
    used = {code: set(years[code].dropna()) for code in years}
    every = set().union(*used.values()) if used else set()
    fits = []
    for indicator, year in zip(kept["indicator"], kept["year"], strict=True):
        # What divides totals has no years of its own in the table; any year in use will do.
        wanted = used.get(indicator, every)
        fits.append(pd.isna(year) or not wanted or year in wanted)
    kept = kept[pd.Series(fits, index=kept.index, dtype=bool)]
    if kept["value"].isna().all():
        name = own["region"].iloc[0]
        stated = sorted(int(year) for year in own["year"].dropna().unique())
        told = f"; its values are of {', '.join(map(str, stated))}" if stated else ""
        raise DataError(
            f"The yardstick {name!r} has no value for the indicators of the table in the years "
            f"that the regions have{told}. Give its row of the same year, or leave yardstick out."
        )
    return kept
