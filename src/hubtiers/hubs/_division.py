"""Which part of a division each region lies in, however the division is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, UnknownOptionError
from hubtiers.regions.pack import Grouping, load_pack, source_of

__all__ = ["division_of"]

Ints = NDArray[np.int64]


def division_of(regions: pd.DataFrame, balance: str | pd.Series) -> tuple[Ints, tuple[str, ...]]:
    """Return the part that each region lies in (-1: none) and the names of the parts.

    Parameters
    ----------
    regions
        Regions in the order of the answer.
    balance
        Name of a column, id or alias of a grouping of the regions' pack, or a Series by region.

    Raises
    ------
    UnknownOptionError
        When no column and no grouping has the name.
    DataError
        When the division has no part for any region.
    """
    if isinstance(balance, pd.Series):
        parts, what = balance.reindex(regions.index), "The Series given as balance"
    elif balance in regions.columns:
        parts, what = regions[balance], f"The column {balance!r}"
    else:
        parts, what = _of_pack(regions, balance), f"The division {balance!r}"
    texts = [part if isinstance(part, str) and part else None for part in _as_text(parts)]
    names = tuple(dict.fromkeys(sorted(text for text in texts if text)))
    if not names:
        raise DataError(f"{what} has no part for any of the regions.")
    place = {name: number for number, name in enumerate(names)}
    return np.array([place.get(text, -1) if text else -1 for text in texts], np.int64), names


def _as_text(parts: pd.Series) -> list[str | None]:
    return [None if pd.isna(part) else str(part) for part in parts]


def _of_pack(regions: pd.DataFrame, name: str) -> pd.Series:
    grouping = _grouping(regions, name)
    column = grouping.column or grouping.id
    if column in regions.columns:
        return regions[column]
    owner = {member: group.id for group in grouping.groups for member in group.members}
    parents = regions["province"] if "province" in regions.columns else regions.index.to_series()
    own = regions.index.to_series().map(owner)
    return own.where(own.notna(), pd.Series(list(parents.map(owner)), regions.index))


def _grouping(regions: pd.DataFrame, name: str) -> Grouping:
    pack = source_of(regions).pack
    groupings = load_pack(pack).groupings.values() if pack else ()
    for grouping in groupings:
        if name in (grouping.id, *grouping.aliases):
            return grouping
    columns = [str(column) for column in regions.columns if column != "geometry"]
    known = [grouping.id for grouping in groupings]
    raise UnknownOptionError(
        "division in balance=; a column of the regions or a grouping of their pack:",
        name,
        [*known, *columns],
    )
