"""Scores by duels between regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import aligned_weights, calculable, same_columns
from hubtiers._method import About, CompiledForm

__all__ = ["Copeland", "FittedCopeland"]

_CLOSE = 1e-12
"""Weights for and against that differ by less are a draw: sums in another order differ in their
last bits."""


def duel_share(
    x: NDArray[np.float64], field: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return for each row of x the share of the rows of a field that it beats, draws counting half.

    A row beats another when the indicators in which it is better weigh more than those in which it
    is worse; indicators that one of the two lacks do not count.
    """
    margin = np.zeros((len(x), len(field)))
    for column, opponents, weight in zip(x.T, field.T, weights, strict=True):
        better = np.sign(column[:, None] - opponents[None, :])
        margin += weight * np.where(np.isnan(better), 0.0, better)
    outcome = np.where(np.abs(margin) <= _CLOSE, 0.0, np.sign(margin))
    return np.asarray(0.5 + outcome.mean(axis=1) / 2)


@dataclass(frozen=True)
class Copeland:
    """Copeland's rule (Copeland 配对比较).

    How many other regions a region beats in a direct comparison.

    Choose it when nothing may be traded off: only who is ahead counts, not by how much. Scores have
    many ties.

    Notes
    -----
    A region beats another when the weights of the indicators in which it is ahead outweigh those in
    which it is behind. The score is the share of the fitted regions that it beats, draws counting
    half, the comparison with itself among them: Copeland's wins minus losses is n·(2s − 1). A later
    year is compared with the fitted regions, too. One region alone gets 0.5; constant indicators
    are accepted.

    **Missing values**: indicators that one of the two regions lacks do not count in their
    comparison. A region without any value has no score and is nobody's opponent.

    References
    ----------
    Munda and Nardo (2009), doi:10.1080/00036840601019364.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0, 9.0], "b": [2.0, 3.0, 1.0], "c": [1.0, 2.0, 3.0]})
    >>> Copeland().fit(values).apply(values).round(3).tolist()
    [0.167, 0.5, 0.833]
    """

    about: ClassVar[About] = About(
        zh="Copeland 配对比较",
        en="Copeland's rule",
        says_zh="得分为两两比较中胜出的比例，平局计半。",
        says_en="The share of regions beaten in pairs; draws count half.",
    )
    compiled_form: ClassVar[CompiledForm] = CompiledForm("copeland")

    def fit(self, values: pd.DataFrame, *, weights: pd.Series | None = None) -> FittedCopeland:
        """Keep the weights and the field of regions.

        Raises
        ------
        DataError
            When there is no indicator, or the weights do not fit.
        """
        numbers = calculable(values, "Copeland()")
        aligned = aligned_weights(weights, numbers.columns, "Copeland()")
        return FittedCopeland(self, aligned, numbers.dropna(how="all"))


@dataclass(frozen=True, eq=False)
class FittedCopeland:
    """Weights by indicator, and the regions that others are compared with."""

    method: Copeland
    weights: pd.Series
    field: pd.DataFrame

    def apply(self, values: pd.DataFrame) -> pd.Series:
        """Return the share of the fitted regions that each region beats.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        """
        numbers = same_columns(self.weights.index, values, "Copeland()")
        scores = pd.Series(np.nan, index=values.index, name="score")
        some = numbers.notna().any(axis=1)
        if some.any() and len(self.field):
            scores[some] = duel_share(
                numbers[some].to_numpy(), self.field.to_numpy(), self.weights.to_numpy()
            )
        return scores
