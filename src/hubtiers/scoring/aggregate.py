"""Bring weighted indicators together, one level of the hierarchy at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError

__all__ = ["Arithmetic", "FittedArithmetic"]


def weighted_mean(x: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean of each row, the weights shared out anew over the values present; NaN for empty rows."""
    present = ~np.isnan(x)
    total = present @ weights
    summed = np.where(present, x, 0.0) @ weights
    return np.divide(summed, total, out=np.full(len(x), np.nan), where=total > 0)


@dataclass(frozen=True)
class Arithmetic:
    """Weighted arithmetic mean (线性加权): a weakness is made up for, fully, by a strength elsewhere.

    Choose it for transparency, and when full compensation between indicators is acceptable.

    Notes
    -----
    s = Σ w·y / Σ w over the indicators present.

    **Missing values** give their weight to the values that are present; a region without any value has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, None]}, index=["x", "y"])
    >>> Arithmetic().fit(values).apply(values).tolist()
    [0.5, 1.0]
    """

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> FittedArithmetic:
        """Keep the weights; equal ones when none are given.

        Raises
        ------
        DataError
            When there is no indicator to aggregate.
        """
        if values.shape[1] == 0:
            raise DataError("Arithmetic() has no indicator to aggregate. Give the framework at least one.")
        if weights is None:
            weights = pd.Series(1.0 / values.shape[1], index=values.columns)
        return FittedArithmetic(self, weights.reindex(values.columns))


@dataclass(frozen=True, eq=False)
class FittedArithmetic:
    """Weights by indicator that `Arithmetic` was given."""

    method: Arithmetic
    weights: pd.Series

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return one score per region."""
        scores = weighted_mean(values.to_numpy(float), self.weights.reindex(values.columns).to_numpy(float))
        return pd.Series(scores, index=values.index, name="score")
