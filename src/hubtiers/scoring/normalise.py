"""Bring indicators to one scale. Direction is applied here and nowhere else: afterwards, higher is better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hubtiers.errors import ConstantIndicatorError, DataError, NotComparableError, SpecError, listing

__all__ = ["FittedMinMax", "MinMax"]


@dataclass(frozen=True)
class MinMax:
    """Min–max scaling (极差标准化): the worst region gets `low`, the best gets `high`.

    Choose it when scores should be easy to read and no single outlier rules an indicator; use a normaliser with fixed
    goalposts when the range itself must not depend on the regions at hand.

    Parameters
    ----------
    low, high
        The scale after normalisation, without unit.

    Notes
    -----
    With direction +1, y = low + (high − low)·(x − min) / (max − min); with direction −1, max − x replaces x − min.
    The formula is step 5 of the OECD/JRC Handbook on Constructing Composite Indicators (2008), “re-scaling”.
    Values of a later year outside the fitted range fall outside [low, high]; nothing is clipped.

    **Missing values** are ignored when the bounds are fitted and stay missing.

    Examples
    --------
    >>> values = pd.DataFrame({"patents": [1.0, 3.0, 5.0]}, index=["a", "b", "c"])
    >>> MinMax().fit(values).apply(values)["patents"].tolist()
    [0.0, 0.5, 1.0]
    >>> MinMax().fit(values, direction=pd.Series({"patents": -1})).apply(values)["patents"].tolist()
    [1.0, 0.5, 0.0]
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise SpecError(f"MinMax(low={self.low}, high={self.high}) needs a finite low below a finite high.")

    def fit(self, values: pd.DataFrame, *, direction: pd.Series | None = None) -> FittedMinMax:
        """Learn the bounds of each indicator.

        Parameters
        ----------
        values
            Regions × indicators, in the indicators' own units.
        direction
            +1 or −1 by indicator; +1 throughout when left out.

        Raises
        ------
        DataError
            When an indicator has no value at all.
        ConstantIndicatorError
            When an indicator has the same value in every region.
        """
        if empty := values.columns[values.isna().all()].tolist():
            raise DataError(
                f"MinMax() found no value for {listing(map(repr, empty))}. Drop what is empty from the framework."
            )
        lowest, highest = values.min(), values.max()
        if constant := values.columns[lowest == highest].tolist():
            raise ConstantIndicatorError(constant, "MinMax()")
        if direction is None:
            direction = pd.Series(1, index=values.columns)
        return FittedMinMax(self, lowest, highest, direction.reindex(values.columns))


@dataclass(frozen=True, eq=False)
class FittedMinMax:
    """Bounds and directions learnt by `MinMax`, each a Series by indicator."""

    method: MinMax
    lowest: pd.Series
    highest: pd.Series
    direction: pd.Series

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values on the fitted scale, higher is better.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        if list(values.columns) != list(self.lowest.index):
            raise NotComparableError(
                f"MinMax() was fitted on {listing(self.lowest.index)} but is applied to {listing(values.columns)}. "
                "Use a table with the same framework, or fit again."
            )
        worst = self.lowest.where(self.direction > 0, self.highest)
        share = (values - worst) * self.direction / (self.highest - self.lowest)
        return self.method.low + (self.method.high - self.method.low) * share
