"""Checks that the scoring methods share.

Each raises one of hubtiers' own errors, or returns what it checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import (
    ConstantIndicatorError,
    DataError,
    DomainError,
    NotComparableError,
    SpecError,
    UnknownOptionError,
    listing,
)

__all__ = [
    "LARGEST_VALUE",
    "aligned_weights",
    "calculable",
    "chosen_columns",
    "named_pairs",
    "oriented",
    "require_choice",
    "require_domain",
    "require_every_column",
    "require_varied",
    "same_columns",
    "share_of",
]

LARGEST_VALUE = 1e100
"""Values above this size are refused.

Their squares and sums would leave the range of floating-point numbers.
"""


def calculable(values: pd.DataFrame, method: str, *, rows: bool = True) -> pd.DataFrame:
    """Return the values as float64; refuse a frame one cannot compute with.

    Parameters
    ----------
    values
        Regions × indicators.
    method
        How the caller is written in messages, such as `"MinMax()"`.
    rows
        Whether at least one region is needed.

    Raises
    ------
    DataError
        When this is no frame, has no column or no row, holds text, twice the same column, or values
        that are infinite or larger than `LARGEST_VALUE`.
    """
    if not isinstance(values, pd.DataFrame):
        raise DataError(
            f"{method} needs a frame of regions × indicators, but was given a "
            f"{type(values).__name__}."
        )
    if values.shape[1] == 0:
        raise DataError(f"{method} has no indicator to work on. Give the framework at least one.")
    if rows and len(values) == 0:
        raise DataError(
            f"{method} has no region to work on. Give a table with at least one region."
        )
    if values.columns.has_duplicates:
        twice = values.columns[values.columns.duplicated()].unique()
        raise DataError(
            f"{method} was given the column {listing(map(repr, twice))} more than once. Keep one "
            "of each."
        )
    try:
        numbers = values.astype("float64")
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{method} needs numbers, but the frame holds something else: {error}."
        ) from None
    _refuse_immense(numbers, method)
    return numbers


def _refuse_immense(numbers: pd.DataFrame, method: str) -> None:
    x = numbers.to_numpy()
    immense = np.argwhere(np.abs(x) > LARGEST_VALUE)
    if len(immense):
        rows, columns = list(numbers.index), list(numbers.columns)
        cells = [f"{columns[c]!r} of {rows[r]} ({x[r, c]:g})" for r, c in immense]
        raise DataError(
            f"{method} needs finite values of at most {LARGEST_VALUE:g} in size, but got "
            f"{listing(cells)}. Correct them, or give the indicator in a larger unit."
        )


def same_columns(columns: pd.Index, values: pd.DataFrame, method: str) -> pd.DataFrame:
    """Return the values as float64, after checking that their columns are those of the fit.

    Raises
    ------
    NotComparableError
        When the columns are others, or in another order.
    DataError
        When a value is infinite or too large, or not a number.
    """
    numbers = calculable(values, method, rows=False)
    if list(numbers.columns) != list(columns):
        raise NotComparableError(
            f"{method} was fitted on {listing(columns)} but is applied to "
            f"{listing(numbers.columns)}. Use a table with the same framework, or fit again."
        )
    return numbers


def require_every_column(values: pd.DataFrame, method: str) -> None:
    """Refuse indicators without a single value.

    Raises
    ------
    DataError
    """
    if empty := values.columns[values.isna().all()].tolist():
        raise DataError(
            f"{method} found no value for {listing(map(repr, empty))}. Drop what is empty from the "
            "framework."
        )


def require_varied(values: pd.DataFrame, method: str, *, spread: pd.Series | None = None) -> None:
    """Refuse indicators that are the same everywhere, or whose spread is too small to divide by.

    Raises
    ------
    ConstantIndicatorError
    """
    constant = values.min() == values.max()
    if spread is not None:
        constant |= ~(spread > 0)
    if constant.any():
        raise ConstantIndicatorError(values.columns[constant].tolist(), method)


def require_domain(
    values: pd.DataFrame, allowed: NDArray[np.bool_], *, method: str, needs: str, way_out: str
) -> None:
    """Refuse values outside what a formula can take; missing values are always allowed.

    Raises
    ------
    DomainError
        Names the first indicator with such values, the values and the regions.
    """
    x = values.to_numpy(float)
    outside = ~allowed & ~np.isnan(x)
    for position, code in enumerate(values.columns):
        if not (rows := outside[:, position]).any():
            continue
        low, high = float(x[rows, position].min()), float(x[rows, position].max())
        value = f"{_short(low)}" if low == high else f"between {_short(low)} and {_short(high)}"
        raise DomainError(method, needs, code, value, list(values.index[rows]), way_out)


def _short(number: float) -> str:
    return repr(float(f"{number:.4g}"))


def oriented(direction: pd.Series | None, columns: pd.Index, method: str) -> pd.Series:
    """Return +1 or −1 for every column; +1 throughout when no direction is given.

    Raises
    ------
    DataError
        When a column has no direction, or one that is neither +1 nor −1.
    """
    if direction is None:
        return pd.Series(1.0, index=columns)
    known = pd.Series(direction).reindex(columns)
    odd = [repr(code) for code in columns if known[code] not in (1, -1)]
    if odd:
        raise DataError(
            f"{method} needs the direction +1 or −1 for every indicator, but {listing(odd)} has "
            "neither."
        )
    return known.astype("float64")


def aligned_weights(weights: pd.Series | None, columns: pd.Index, method: str) -> pd.Series:
    """Return the weights in the order of the columns, scaled to sum 1.

    Equal ones when none are given.

    Raises
    ------
    DataError
        When a column has no weight, a weight is negative or not finite, or all are 0.
    """
    if weights is None:
        return pd.Series(1.0 / len(columns), index=columns)
    known = pd.Series(weights).reindex(columns).astype("float64")
    if absent := known.index[known.isna()].tolist():
        raise DataError(
            f"{method} was given no weight for {listing(map(repr, absent))}. Give one for every "
            "column."
        )
    if (known < 0).any() or not np.isfinite(known).all() or known.sum() <= 0:
        raise DataError(
            f"{method} needs weights that are not negative and not all 0, but was given "
            f"{known.to_dict()}."
        )
    total = known.sum()
    return known if total == 1.0 else known / total


def chosen_columns(indicators: Sequence[str] | None, columns: pd.Index, method: str) -> list[Any]:
    """Return the columns an option names, or all of them when it names none.

    Raises
    ------
    UnknownOptionError
    """
    if indicators is None:
        return list(columns)
    for code in indicators:
        if code not in columns:
            raise UnknownOptionError(f"indicator in {method}:", code, map(str, columns))
    return list(indicators)


def share_of(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part / whole: 0 where the whole is not positive, missing where the part is."""
    nothing = np.where(np.isnan(part), np.nan, 0.0)
    return np.asarray(np.divide(part, whole, out=nothing, where=whole > 0))


def require_choice(what: str, value: object, options: Sequence[str]) -> None:
    """Refuse an option that is none of the known words.

    Raises
    ------
    UnknownOptionError
    """
    if value not in options:
        raise UnknownOptionError(what, value, options)


def named_pairs(
    entries: Mapping[str, Any] | Iterable[Any], what: str
) -> tuple[tuple[str, Any], ...]:
    """Return a mapping, a Series or pairs as a tuple of (name, value).

    It can be hashed and written down.

    Raises
    ------
    SpecError
        When this is neither, is empty, or names something twice.
    """
    try:
        items: Iterable[Any] = (
            entries.items() if isinstance(entries, (Mapping, pd.Series)) else entries
        )
        pairs = tuple((str(name), value) for name, value in items)
    except (TypeError, ValueError):
        raise SpecError(
            f"{what} needs names with values, such as {{'patents': 2}}, but was given {entries!r}."
        ) from None
    names = [name for name, _ in pairs]
    if not pairs or len(set(names)) < len(names):
        raise SpecError(
            f"{what} needs at least one name, each once, but was given {listing(names) or 'none'}."
        )
    return pairs
