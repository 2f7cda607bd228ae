"""How unequal sizes are (区域差异): primacy, Gini, Theil with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hubtiers.errors import DataError, DuplicateRegionError, listing

__all__ = ["Theil", "gini", "primacy", "theil"]

Floats = NDArray[np.float64]

_FOUR, _ELEVEN = 4, 11


def primacy(sizes: ArrayLike) -> dict[str, float]:
    """Primacy (首位度): how far the largest stands above those that follow.

    Parameters
    ----------
    sizes
        Positive sizes, in any order.

    Returns
    -------
    dict
        ``two`` = P₁/P₂; ``four`` = P₁/(P₂+P₃+P₄); ``eleven`` = 2·P₁/(P₂+…+P₁₁). NaN where there are
        too few sizes.

    Raises
    ------
    DataError
        When a size is negative, or fewer than two are above 0.

    Notes
    -----
    Jefferson (1939) for two; the longer ones are those of Chinese urban geography. Under the
    rank–size rule two is 2, the others are 1. **Missing values** are left out.

    Examples
    --------
    >>> primacy([100, 50, 30, 20])["four"]
    1.0
    """
    known = _known(sizes, "primacy")
    ordered = np.sort(known)[::-1]
    if len(ordered) < 2 or ordered[1] <= 0:
        raise DataError("primacy() needs at least two sizes above 0.")
    enough = {"four": len(ordered) >= _FOUR, "eleven": len(ordered) >= _ELEVEN}
    four = ordered[0] / ordered[1:_FOUR].sum() if enough["four"] else np.nan
    eleven = 2.0 * ordered[0] / ordered[1:_ELEVEN].sum() if enough["eleven"] else np.nan
    return {"two": float(ordered[0] / ordered[1]), "four": float(four), "eleven": float(eleven)}


def gini(sizes: ArrayLike) -> float:
    """Gini coefficient (基尼系数): 0 when all are equal, (n − 1)/n when one has everything.

    Parameters
    ----------
    sizes
        Sizes of at least 0, each counting one.

    Returns
    -------
    float

    Raises
    ------
    DataError
        When a size is negative, or all are 0.

    Notes
    -----
    Σᵢ (2i − n − 1) xᵢ / (n Σ xᵢ) over sizes in ascending order, without the correction for few
    sizes. **Missing values** are left out.

    Examples
    --------
    >>> gini([1, 1, 1]), gini([0, 0, 0, 1])
    (0.0, 0.75)
    """
    ordered = np.sort(_known(sizes, "gini"))
    if not ordered.sum() > 0:
        raise DataError("gini() needs at least one size above 0.")
    n = len(ordered)
    return float(((2.0 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * ordered.sum()))


@dataclass(frozen=True, repr=False)
class Theil:
    """Theil's index and its parts, as `theil` gives it.

    Attributes
    ----------
    total, between, within
        The index, and what lies between and within groups; they add up. Parts are NaN without
        groups.
    groups
        By group: `regions`, `share` of the whole, `index` within it, and `contribution` to
        `within`.
    """

    total: float
    between: float
    within: float
    groups: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the groups."""
        return self.groups.copy()

    def __repr__(self) -> str:
        parts = (
            f", between {self.between:.4f}, within {self.within:.4f}" if len(self.groups) else ""
        )
        return f"<Theil: {self.total:.4f}{parts}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.groups.to_html(escape=True)}"


def theil(
    values: pd.Series,
    groups: pd.Series | Mapping[str, str] | None = None,
    *,
    weights: pd.Series | None = None,
) -> Theil:
    """Theil index (泰尔指数), parted into between and within groups.

    Choose it to say how much of the difference between places is one between larger regions.

    Parameters
    ----------
    values
        Positive values by region; amounts by head where `weights` are people.
    groups
        Group by region; the parts are left out without it.
    weights
        Weight by region, such as population; each region counts one when left out.

    Returns
    -------
    Theil

    Raises
    ------
    DataError
        When a value or weight is not positive, fewer than two regions have a value, a region has no
        group, or every group has one region: then nothing lies within.
    DuplicateRegionError
        When a region stands twice.

    Notes
    -----
    T = Σ sᵢ ln(xᵢ/μ) with sᵢ the share of region i in Σ wx and μ the weighted mean (Theil 1967);
    between: the same over the groups' means; within: Σ s_g T_g. **Missing values**: a region
    without value or weight is left out.

    Examples
    --------
    >>> sizes = pd.Series({"a": 1.0, "b": 3.0, "c": 2.0, "d": 2.0})
    >>> found = theil(sizes, {"a": "west", "b": "west", "c": "east", "d": "east"})
    >>> round(found.total, 4), round(found.between, 4)
    (0.0654, 0.0)
    """
    table = _theil_table(values, weights)
    mean = float((table["w"] * table["x"]).sum() / table["w"].sum())
    share = table["w"] * table["x"] / (table["w"] * table["x"]).sum()
    total = float((share * np.log(table["x"] / mean)).sum())
    if groups is None:
        columns = ["regions", "share", "index", "contribution"]
        return Theil(total, np.nan, np.nan, pd.DataFrame(columns=columns))
    return _parted(table, share, total, _groups(groups, table.index))


def _parted(table: pd.DataFrame, share: pd.Series, total: float, group: pd.Series) -> Theil:
    """Return the index with what lies between and within groups."""
    mean = float((table["w"] * table["x"]).sum() / table["w"].sum())
    frame = table.assign(group=group, share=share, sum=table["w"] * table["x"])
    sums = frame.groupby("group")[["sum", "w", "share"]].sum()
    means = sums["sum"] / sums["w"]
    between = float((sums["share"] * np.log(means / mean)).sum())
    inside = frame["share"] * np.log(frame["x"] / frame["group"].map(means))
    contribution = inside.groupby(frame["group"]).sum()
    return Theil(
        total=total,
        between=between,
        within=float(contribution.sum()),
        groups=pd.DataFrame(
            {
                "regions": frame.groupby("group").size(),
                "share": sums["share"],
                "index": contribution / sums["share"],
                "contribution": contribution,
            }
        ),
    )


def _theil_table(values: pd.Series, weights: pd.Series | None) -> pd.DataFrame:
    if values.index.has_duplicates:
        raise DuplicateRegionError(values.index[values.index.duplicated()], "The values")
    ones = pd.Series(1.0, values.index)
    table = pd.DataFrame({"x": values, "w": ones if weights is None else weights}, values.index)
    table = table.astype("float64").dropna()
    for column, what in (("x", "value"), ("w", "weight")):
        if (bad := table.index[~(table[column] > 0)]).size:
            raise DataError(
                f"theil() needs positive numbers, but the {what} of {listing(map(repr, bad))} is "
                f"{float(table[column].loc[bad[0]]):g}. Leave such regions out, or take gini()."
            )
    if len(table) < 2:
        raise DataError(f"theil() needs at least two regions with a value, got {len(table)}.")
    return table


def _groups(groups: pd.Series | Mapping[str, str], index: pd.Index) -> pd.Series:
    given = pd.Series(groups, dtype=object) if not isinstance(groups, pd.Series) else groups
    found = given.reindex(index)
    if found.isna().any():
        raise DataError(
            f"{listing(map(repr, index[found.isna()]))} have a value, but no group. Give each a "
            "group, or leave them out."
        )
    if found.nunique() == len(found):
        raise DataError("Every group has one region, so that nothing lies within groups.")
    return found


def _known(sizes: ArrayLike, what: str) -> Floats:
    numbers = np.asarray(sizes, dtype=np.float64).ravel()
    known = numbers[~np.isnan(numbers)]
    if (known < 0).any() or np.isinf(known).any():
        raise DataError(f"{what}() needs finite sizes of at least 0, got {known.min():g}.")
    return known
