"""Corrections of names (地名订正): what a table calls a region, and which one is meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from hubtiers._storage import plain_text, read_text
from hubtiers.errors import DataError, MissingColumnError, SpecError, listing

__all__ = ["SET_ASIDE", "check_corrections", "correct_names", "read_corrections"]

SET_ASIDE = "-"
"""What stands in place of a region id where a name is no region on purpose."""

_NEEDED = ("name", "region_id")


def read_corrections(path: str | Path) -> dict[str, str]:
    """Read a CSV file with the columns `name` and `region_id` as a mapping.

    An empty id, or a dash, sets the name aside; other columns are for the reader.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    DataError
        When a row has no name, or a name stands twice with different ids.
    """
    text, _ = read_text(path)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    where = Path(path).name
    if absent := [name for name in _NEEDED if name not in (rows.fieldnames or ())]:
        raise MissingColumnError(absent, f"The list of names {where}", rows.fieldnames or ())
    found: dict[str, str] = {}
    for row in rows:
        name, region = (plain_text((row[column] or "").strip()) for column in _NEEDED)
        if not name and any(str(cell).strip() for cell in row.values() if cell):
            raise DataError(
                f"{where}, line {rows.line_num}: the row has no name. Fill it, or delete the row."
            )
        region = region or SET_ASIDE
        if found.get(name, region) != region:
            raise DataError(
                f"{where}, line {rows.line_num}: {name!r} stands twice, with two regions. Keep one."
            )
        if name:
            found[name] = region
    return found


def check_corrections(
    names: Mapping[str, str], regions: Iterable[object], where: str
) -> dict[str, str]:
    """Return corrections once every id is one of the layer, with a dash for what is set aside.

    Raises
    ------
    SpecError
        When a correction is no pair of texts, or its id is none of the layer.
    """
    known = {str(region) for region in regions}
    checked = {}
    for name, region in names.items():
        if not (isinstance(name, str) and isinstance(region, str)):
            raise SpecError(
                f"{where}: {name!r} → {region!r} is no pair of texts. Give each name the id of "
                "its region."
            )
        checked[name.strip()] = region.strip() or SET_ASIDE
    wrong = [
        f"{name} → {region}"
        for name, region in checked.items()
        if region not in known | {SET_ASIDE}
    ]
    if wrong:
        raise SpecError(
            f"{where} names regions that the layer does not have: {listing(wrong)}. Use ids of "
            "the layer, such as "
            f"{min(known, default='')!r}, or leave the id empty to set the name aside."
        )
    return checked


def correct_names(
    values: pd.DataFrame, names: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Put the regions that are meant in place of names, and leave out the rows of those set aside.

    Returns the values, and the corrections that were used: a list may hold names of other tables.
    """
    written = values["region"].astype(str).str.strip()
    used = {name: region for name, region in names.items() if name in set(written)}
    if not used:
        return values, {}
    meant = written.map(lambda name: used.get(name, name))
    kept = meant != SET_ASIDE
    return values.assign(region=meant)[kept].reset_index(drop=True), used
