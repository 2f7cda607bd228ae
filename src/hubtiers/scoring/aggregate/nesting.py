"""Weights of a region with gaps, where a method takes all indicators at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import require_choice
from hubtiers._method import About

__all__ = [
    "LEVELS",
    "Nesting",
    "at_once",
    "in_levels",
    "require_levels",
    "weighted_sum",
    "weights_by_row",
    "weights_where",
]

LEVELS = ("all", "each")
"""Over all indicators at once, or at every level of the framework."""


@dataclass(frozen=True)
class Nesting:
    """How indicators stand in groups, so that a gap hands its weight on within its group.

    Attributes
    ----------
    groups
        The indicators below each group, the lowest groups first and the whole last.
    """

    groups: tuple[tuple[str, ...], ...]

    def columns_among(self, codes: pd.Index) -> list[NDArray[np.intp]]:
        """Return the places of the indicators of each group among some columns."""
        places = [codes.get_indexer(pd.Index(group)) for group in self.groups]
        return [found[found >= 0] for found in places]


def weights_where(
    present: NDArray[np.bool_], weights: NDArray[np.float64], groups: list[NDArray[np.intp]]
) -> NDArray[np.float64]:
    """Return the weights of each row when those of its gaps are handed on within their groups.

    Parameters
    ----------
    present
        Rows × indicators.
    weights
        By indicator.
    groups
        Columns of the indicators below each group, the lowest groups first.

    Returns
    -------
    numpy.ndarray
        Rows × indicators, 0 in gaps. What a group counts for stays, as long as it has a value.
    """
    shared = np.where(present, weights, 0.0)
    gappy = ~present.all(axis=1)
    for columns in groups:
        part = shared[np.ix_(gappy, columns)]
        left = part.sum(axis=1, keepdims=True)
        whole = weights[columns].sum()
        factor = np.divide(whole, left, out=np.zeros_like(left), where=left > 0)
        shared[np.ix_(gappy, columns)] = part * factor
    return shared


def weights_by_row(
    x: NDArray[np.float64], weights: pd.Series, nested: Nesting | None
) -> NDArray[np.float64]:
    """Return the weights of a fit, by row where there are gaps and groups that hand them on."""
    given = weights.to_numpy(float)
    present = ~np.isnan(x)
    if nested is None or present.all():
        return given
    return weights_where(present, given, nested.columns_among(weights.index))


def weighted_sum(x: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted sum of each row; the weights are one set, or one for each row."""
    return np.asarray(x @ weights if weights.ndim == 1 else (x * weights).sum(axis=1))


def at_once(said: About) -> About:
    """Return what a method says of itself when it takes all indicators at once."""
    return said.replaced(
        zh=f"{said.zh}（全部指标一次计算）", en=f"{said.en} over all indicators at once"
    )


def in_levels(said: About, levels: str) -> About:
    """Return what a method that is at home with all indicators says of itself with its `levels`."""
    if levels == "all":
        return at_once(said)
    return said.replaced(zh=f"{said.zh}（逐级计算）", en=f"{said.en} at every level")


def require_levels(levels: object, method: str) -> None:
    """Refuse a word that says no levels.

    Raises
    ------
    UnknownOptionError
    """
    require_choice(f"levels of {method}(levels=…)", levels, LEVELS)
