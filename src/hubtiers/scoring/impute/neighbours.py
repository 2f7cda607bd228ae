"""Fill gaps from the regions that are most alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from hubtiers._checks import calculable, require_every_column, same_columns
from hubtiers._method import About
from hubtiers.errors import DataError, SpecError
from hubtiers.scoring.impute.coverage import blank_below, indicator_coverage, require_share

__all__ = ["FittedKNearest", "KNearest"]


@dataclass(frozen=True)
class KNearest:
    """Fill gaps with the mean of the nearest regions (K 近邻填补).

    Choose it when indicators hang together, so that a region's other values say something about the
    missing one.

    Parameters
    ----------
    k
        Number of neighbours, at least 1. Where fewer regions have a value, all of them are used.
    share
        Least share of the indicators, 0 to 1, that a region must have for its gaps to be filled.

    Notes
    -----
    Indicators are standardised (n − 1) to find neighbours, so that units do not matter; constant
    ones have no say. The distance uses the indicators that both regions have, scaled up to their
    number (scikit-learn's `nan_euclidean`). A gap of a region that shares no indicator with any
    other becomes the mean of the indicator.

    **Missing values** of a region that has at least `share` of the indicators are filled and
    marked. A region with less is blanked and has no score.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0, 9.0, None], "b": [1.0, 2.0, 9.0, 1.9]})
    >>> KNearest(k=1).fit(values).apply(values)["a"].tolist()
    [1.0, 2.0, 9.0, 2.0]
    """

    k: int = 5
    share: float = 0.5
    about: ClassVar[About] = About(
        zh="K 近邻填补",
        en="nearest neighbours",
        says_zh="缺失值以指标最相近的 k 个区域的均值填补并标记。",
        says_en="Gaps become the mean of the k most similar regions, and are marked.",
    )

    def __post_init__(self) -> None:
        if isinstance(self.k, bool) or not isinstance(self.k, int) or self.k < 1:
            raise SpecError(
                f"KNearest(k={self.k!r}) needs a whole number of at least 1, such as 5."
            )
        require_share(self.share, "KNearest")

    def fit(self, values: pd.DataFrame) -> FittedKNearest:
        """Keep the regions as possible neighbours.

        Raises
        ------
        DataError
            When an indicator has no value at all, or no region has enough values.
        """
        from sklearn.impute import KNNImputer

        numbers = calculable(values, "KNearest()")
        require_every_column(numbers, "KNearest()")
        if not (indicator_coverage(numbers) >= self.share).any():
            raise DataError(
                f"KNearest() finds no region with values for {self.share:.0%} of the indicators. "
                "Lower share."
            )
        centre, spread = numbers.mean(), numbers.std(ddof=1)
        spread = spread.where(spread > 0, 1.0)
        donors = ((numbers - centre) / spread).dropna(how="all")
        imputer = KNNImputer(n_neighbors=self.k).fit(donors.to_numpy())
        return FittedKNearest(self, centre, spread, imputer)


@dataclass(frozen=True, eq=False)
class FittedKNearest:
    """Possible neighbours, standardised, with the mean and the spread of each indicator."""

    method: KNearest
    centre: pd.Series
    spread: pd.Series
    imputer: Any

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values with gaps filled, and regions with too few values blanked.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.centre.index, values, "KNearest()")
        enough = (
            (indicator_coverage(numbers) >= self.method.share) & numbers.notna().any(axis=1)
        ).to_numpy()
        filled = numbers.to_numpy(copy=True)
        if enough.any():
            centre, spread = self.centre.to_numpy(), self.spread.to_numpy()
            estimate = self.imputer.transform((filled[enough] - centre) / spread) * spread + centre
            filled[enough] = np.where(np.isnan(filled[enough]), estimate, filled[enough])
        complete = pd.DataFrame(filled, index=numbers.index, columns=numbers.columns)
        return blank_below(complete, self.method.share, judged_by=numbers)

    def mark(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return True for every cell that `apply` fills."""
        return values.isna() & self.apply(values).notna()
