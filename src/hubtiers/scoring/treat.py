"""Outliers and skew, before normalisation."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["NoTreatment"]


@dataclass(frozen=True)
class NoTreatment:
    """Leave the values as they are (不处理).

    **Missing values** stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 100.0]})
    >>> NoTreatment().fit(values).apply(values).equals(values)
    True
    """

    def fit(self, values: pd.DataFrame) -> NoTreatment:
        """Learn nothing."""
        del values
        return self

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values unchanged."""
        return values
