"""Which part of a division each region lies in, however the division is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, UnknownOptionError
from hubtiers.regions.groupings import grouping_named, groups_in_column, groups_of
from hubtiers.regions.pack import Grouping, source_of

__all__ = ["division_of"]

Ints = NDArray[np.int64]


def division_of(regions: pd.DataFrame, balance: str | pd.Series) -> tuple[Ints, tuple[str, ...]]:
    """Return the part that each region lies in (-1: none, or several) and the names of the parts.

    Parameters
    ----------
    regions
        Regions in the order of the answer.
    balance
        Name of a column, any name of a grouping of the regions' pack, or a Series by region.

    Raises
    ------
    UnknownOptionError
        When no column and no grouping has the name.
    DataError
        When the division has no part for any region.
    """
    if isinstance(balance, pd.Series):
        frame = balance.reindex(regions.index).to_frame("part")
        parts, what = groups_in_column(frame, "part"), "The Series given as balance"
    elif balance in regions.columns:
        parts, what = groups_in_column(regions, balance), f"The column {balance!r}"
    else:
        parts, what = groups_of(regions, _grouping(regions, balance)), f"The division {balance!r}"
    texts = parts.tolist()
    names = tuple(dict.fromkeys(sorted(text for text in texts if text)))
    if not names:
        raise DataError(f"{what} has no part for any of the regions.")
    place = {name: number for number, name in enumerate(names)}
    return np.array([place.get(text, -1) if text else -1 for text in texts], np.int64), names


def _grouping(regions: pd.DataFrame, name: str) -> Grouping:
    pack = source_of(regions).load_pack()
    found = grouping_named(pack, name) if pack is not None else None
    if found is not None:
        return found
    columns = [str(column) for column in regions.columns if column != "geometry"]
    known = list(pack.groupings) if pack is not None else []
    raise UnknownOptionError(
        "division in balance=; a column of the regions or a grouping of their pack:",
        name,
        [*known, *columns],
    )
