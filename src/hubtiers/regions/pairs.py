"""Tables of pairs of places, long or square, as files and frames have them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from hubtiers._storage import read_text
from hubtiers.errors import DataError, listing

__all__ = ["read_pairs", "square_pairs"]

_FROM = ("from", "origin", "起点", "出发地", "出发")
_TO = ("to", "destination", "终点", "目的地", "到达")
_LONG = 3


def read_pairs(source: str | Path) -> pd.DataFrame:
    """Return a CSV file of pairs, long or square, whose places are texts.

    Raises
    ------
    DataError
        When there is no such file.
    """
    path = Path(source)
    if not path.is_file():
        raise DataError(f"There is no file {path} with distances or flows. Check the path.")
    text, _ = read_text(path)
    head = pd.read_csv(io.StringIO(text), dtype="str", nrows=0).columns
    ends = _ends(head)
    if all(ends):
        return pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(ends, "str"))
    return pd.read_csv(io.StringIO(text), dtype={head[0]: "str"}).set_index(head[0])


def square_pairs(raw: pd.DataFrame, what: str) -> tuple[pd.DataFrame, bool]:
    """Return a table of pairs as a square of numbers, and whether it was long.

    Parameters
    ----------
    raw
        Square (index or first column, and the header, name the same places), or one row by pair
        with origin, destination and one column of numbers: three columns in this order, or called
        `from` and `to` (origin and destination, 起点 and 终点).
    what
        What the numbers are, such as ``"distance"`` or ``"flow"``: it names the column among
        several, and stands in messages.

    Returns
    -------
    tuple
        Places × places as texts, in the order in which they come; 0 on the diagonal, NaN where a
        pair is not listed or its cell is empty.

    Raises
    ------
    DataError
        When the table is neither, a pair or place stands twice, a cell holds no number, or a pair
        is listed without one.

    Examples
    --------
    >>> long = pd.DataFrame({"from": ["a", "b"], "to": ["b", "c"], "km": [3.0, 1.0]})
    >>> square_pairs(long, "distance")[0].loc["a"].tolist()
    [0.0, 3.0, nan]
    """
    if _is_square(raw):
        return _with_diagonal(_named(raw, what), what), False
    origin, target = _ends(raw.columns)
    if origin is None or target is None:
        if len(raw.columns) == _LONG and not _looks_square(raw):
            origin, target = raw.columns[:2]
        else:
            return _with_diagonal(_named(raw, what), what), False
    return _with_diagonal(_from_long(raw, origin, target, what), what), True


def _is_square(raw: pd.DataFrame) -> bool:
    return set(map(str, raw.index)) == set(map(str, raw.columns))


def _looks_square(raw: pd.DataFrame) -> bool:
    """Say whether the first column names places of the header."""
    return bool(set(map(str, raw.iloc[:, 0])) & set(map(str, raw.columns)))


def _ends(columns: pd.Index) -> tuple[str | None, str | None]:
    """Return the columns of origin and destination, None where there is none."""
    names = {str(column).strip().casefold(): str(column) for column in columns}
    origin = next((names[word] for word in _FROM if word in names), None)
    return origin, next((names[word] for word in _TO if word in names), None)


def _named(raw: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return a square whose rows are in the order of its columns' places."""
    if isinstance(raw.index, pd.RangeIndex) and not _is_square(raw) and len(raw.columns) > 1:
        raw = raw.set_index(raw.columns[0])
    named = raw.set_axis(raw.index.astype("str")).set_axis(raw.columns.astype("str"), axis=1)
    odd = sorted(set(named.index) ^ set(named.columns))
    if odd or named.index.has_duplicates or named.columns.has_duplicates:
        raise DataError(
            f"A square table of {what}s names the same places in rows and columns, each once, but "
            f"{listing(map(repr, odd)) or 'a place that stands twice'} does not fit. Or give one "
            "row by pair with the columns 'from' and 'to'."
        )
    return named[named.index].rename_axis(index=None, columns=None)


def _from_long(raw: pd.DataFrame, origin: object, target: object, what: str) -> pd.DataFrame:
    others = [column for column in raw.columns if column not in (origin, target)]
    if what in others:
        others = [what]
    if len(others) != 1:
        raise DataError(
            f"Beside origin and destination there are the columns {listing(map(repr, others))}. "
            f"Leave one, or call the one with the numbers {what!r}."
        )
    long = pd.DataFrame({"a": raw[origin].astype("str"), "b": raw[target].astype("str")})
    long["n"] = raw[others[0]]
    for wrong, said in (
        (long.duplicated(["a", "b"]), "stands twice. Leave one row"),
        (long["n"].isna(), f"has no {what}. Write it, or leave the row out"),
    ):
        if wrong.any():
            first = long[wrong].iloc[0]
            raise DataError(f"The pair {first['a']!r} to {first['b']!r} {said}.")
    places = list(dict.fromkeys([*long["a"], *long["b"]]))
    wide = long.pivot_table("n", "a", "b", aggfunc="first", dropna=False)
    return wide.reindex(index=places, columns=places).rename_axis(index=None, columns=None)


def _with_diagonal(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return the table as numbers with zeros on the diagonal; text that is no number is refused."""
    numbers = table.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64, copy=True)
    lost = np.isnan(numbers) & table.notna().to_numpy()
    np.fill_diagonal(lost, 0)
    if lost.any():
        row, column = (int(i) for i in np.argwhere(lost)[0])
        raise DataError(
            f"The {what} from {table.index[row]!r} to {table.columns[column]!r} is "
            f"{table.iloc[row, column]!r}, which is no number."
        )
    np.fill_diagonal(numbers, 0.0)
    return pd.DataFrame(numbers, table.index, table.columns)
