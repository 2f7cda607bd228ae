"""What every weighting gives, and how weights of nodes become weights of indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import same_columns
from hubtiers.errors import SpecError, listing
from hubtiers.framework import Framework

__all__ = ["FittedWeights", "WeightMethod", "as_weights", "nested_weights", "scaled"]


@dataclass(frozen=True, eq=False)
class FittedWeights:
    """Weights by indicator (at least 0, sum 1) and the method that gave them.

    Attributes
    ----------
    method
        The method object.
    weights
        Series by indicator.
    by_region
        Regions × indicators where each region has weights of its own (benefit of the doubt), else
        None.
    """

    method: object
    weights: pd.Series
    by_region: pd.DataFrame | None = None

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the weighted values, region by region.

        Their sum along a complete row is the weighted mean.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.weights.index, values, f"{type(self.method).__name__}()")
        return numbers * self.weights

    def to_frame(self) -> pd.DataFrame:
        """Return one row per indicator, largest weight first."""
        return (
            self.weights.rename("weight")
            .to_frame()
            .sort_values("weight", ascending=False, kind="stable")
        )


class WeightMethod(Protocol):
    """What a weighting method offers."""

    @property
    def uses_data(self) -> bool:
        """Whether the weights depend on the values."""

    def fit(self, values: pd.DataFrame, *, framework: Framework | None = None) -> FittedWeights:
        """Return the weights of the columns."""


def scaled(importance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale to sum 1; NaN throughout when there is nothing to scale."""
    total = importance.sum()
    return importance / total if total > 0 else np.full_like(importance, np.nan)


def as_weights(weights: NDArray[np.float64], columns: pd.Index) -> pd.Series:
    """Return weights as a Series by indicator."""
    return pd.Series(weights, index=columns, name="weight")


def nested_weights(
    stated: Mapping[str, float], columns: pd.Index, framework: Framework | None, *, method: str
) -> pd.Series:
    """Return weights of the columns from importances of indicators or groups of a framework.

    When all columns are named and none of the groups above them, the importances are shares of the
    whole. Otherwise they count among siblings, level by level, and siblings of which none is named
    share equally.

    Raises
    ------
    SpecError
        When a column is not named and no framework says where it belongs, when some siblings are
        named and some not, or when siblings all have 0.
    """
    above: set[str] = set()
    if framework is not None:
        above.update(*(framework.ancestors(code) for code in columns))
    unnamed = [code for code in columns if code not in stated]
    if not unnamed and not above & set(stated):
        return as_weights(_positive([stated[code] for code in columns], method), columns)
    if framework is None or not (above | set(columns)) & set(stated):
        raise SpecError(
            f"{method} has no entry for {listing(map(repr, unnamed))}; it names {listing(stated)}. "
            "Name every indicator, or name groups and give the framework that holds them."
        )
    shares = []
    for code in columns:
        way_up = _path(code, framework)
        among = [_share_among_siblings(stated, node, framework, method) for node in way_up]
        shares.append(np.prod(among))
    return as_weights(scaled(np.array(shares, dtype=float)), columns)


def _path(code: str, framework: Framework) -> list[str]:
    return [code, *(up for up in framework.ancestors(code) if up)]


def _share_among_siblings(
    stated: Mapping[str, float], node: str, framework: Framework, method: str
) -> float:
    siblings = framework.filled_children(framework[node].parent)
    named = [code for code in siblings if code in stated]
    if not named:
        return 1.0 / len(siblings)
    if len(named) < len(siblings):
        rest = [code for code in siblings if code not in stated]
        raise SpecError(
            f"{method} names {listing(named)} but not {listing(rest)} beside them. Name all nodes "
            f"under {framework[node].parent or 'the score'!r}, or none."
        )
    return float(_positive([stated[code] for code in siblings], method)[siblings.index(node)])


def _positive(values: list[float], method: str) -> NDArray[np.float64]:
    shares = scaled(np.array(values, dtype=float))
    if not np.isfinite(shares).all():
        raise SpecError(
            f"{method} gives all of these nodes the weight 0: nothing would count. Give one a "
            "positive one."
        )
    return shares
