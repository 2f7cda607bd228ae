"""Scores by duels between regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import aligned_weights, calculable, same_columns
from hubtiers._method import About, CompiledForm
from hubtiers.errors import DataError
from hubtiers.scoring.aggregate.nesting import (
    Nesting,
    in_levels,
    require_levels,
    weights_where,
)

__all__ = ["Copeland", "FittedCopeland"]

_CLOSE = 1e-12
"""Weights for and against that differ by less are a draw: sums in another order differ in their
last bits."""


MOST_DUELS = 2_000_000_000
"""Comparisons of two regions in one indicator, at most: about a minute of work."""

_MARGINS_AT_ONCE = 1_000_000


def _require_few_pairs(values: pd.DataFrame) -> None:
    regions, indicators = values.shape
    if regions * regions * indicators > MOST_DUELS:
        most = int((MOST_DUELS / indicators) ** 0.5)
        raise DataError(
            f"Copeland() compares each region with all others: {regions} regions in {indicators} "
            f"indicators are too many. Score {most} at most, or take a mean, such as Arithmetic()."
        )


def duel_margin(
    x: NDArray[np.float64], field: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return by row of x and row of a field what speaks for x: weights ahead minus weights behind.

    Indicators that one of the two lacks do not count.
    """
    margin = np.zeros((len(x), len(field)))
    for column, opponents, weight in zip(x.T, field.T, weights, strict=True):
        better = np.sign(column[:, None] - opponents[None, :])
        margin += weight * np.where(np.isnan(better), 0.0, better)
    return margin


def nested_margin(
    x: NDArray[np.float64],
    field: NDArray[np.float64],
    weights: NDArray[np.float64],
    groups: list[NDArray[np.intp]],
) -> NDArray[np.float64]:
    """Return the margins when an indicator that one of the two lacks hands its weight on.

    It does so within its group, so that a pair is compared with weights of its own.
    """
    mine, of_mine = np.unique(~np.isnan(x), axis=0, return_inverse=True)
    theirs, of_theirs = np.unique(~np.isnan(field), axis=0, return_inverse=True)
    margin = np.zeros((len(x), len(field)))
    for number, present in enumerate(mine):
        rows = np.flatnonzero(of_mine.ravel() == number)
        shared = weights_where(present & theirs, weights, groups)
        for other, own in enumerate(shared):
            columns = np.flatnonzero(of_theirs.ravel() == other)
            margin[np.ix_(rows, columns)] = duel_margin(x[rows], field[columns], own)
    return margin


def duel_share(margin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each row of margins the share of opponents that it beats, draws counting half."""
    outcome = np.where(np.abs(margin) <= _CLOSE, 0.0, np.sign(margin))
    return np.asarray(0.5 + outcome.mean(axis=1) / 2)


@dataclass(frozen=True)
class Copeland:
    """Copeland's rule (Copeland 配对比较).

    How many other regions a region beats in a direct comparison.

    Choose it when nothing may be traded off: only who is ahead counts, not by how much. Scores have
    many ties.

    Parameters
    ----------
    levels
        As in `Topsis`.

    Notes
    -----
    A region beats another when the weights of the indicators in which it is ahead outweigh those in
    which it is behind. The score is the share of the fitted regions that it beats, draws counting
    half, the comparison with itself among them: Copeland's wins minus losses is n·(2s − 1). A later
    year is compared with the fitted regions, too. One region alone gets 0.5; constant indicators
    are accepted.

    **Missing values**: indicators that one of the two regions lacks do not count in their
    comparison; with `levels="all"` their weight goes to the others of their group, level by level,
    as under the means. A region without any value has no score and is nobody's opponent.

    References
    ----------
    Copeland (1951), A reasonable social welfare function, seminar on applications of mathematics to
    the social sciences, University of Michigan; Saari and Merlin (1996), The Copeland method,
    Economic Theory 8, 51–76. The weighted pairs are those of the outranking matrix of Munda and
    Nardo (2009), doi:10.1080/00036840601019364, who rank by Kemeny's rule instead: by the order
    that agrees with most pairs, not by wins.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 2.0, 9.0], "b": [2.0, 3.0, 1.0], "c": [1.0, 2.0, 3.0]})
    >>> Copeland().fit(values).apply(values).round(3).tolist()
    [0.167, 0.5, 0.833]
    """

    levels: str = "all"
    about: ClassVar[About] = About(
        zh="Copeland 配对比较",
        en="Copeland's rule",
        says_zh="得分为两两比较中胜出的比例，平局计半。",
        says_en="The share of regions beaten in pairs; draws count half.",
        formula=("s_{g} = 1/2 + Σ_{l} sgn(Σ_{k} w_{k} sgn(y_{k} − y_{kl})) / 2n,  l = 1 … n"),
    )
    counts_regions: ClassVar[bool] = True
    keeps_ratios: ClassVar[bool] = False

    @property
    def stated(self) -> About:
        """What it says of itself with these options."""
        return in_levels(self.about, self.levels)

    compiled_form: ClassVar[CompiledForm] = CompiledForm("copeland")

    def __post_init__(self) -> None:
        require_levels(self.levels, "Copeland")

    def fit(
        self,
        values: pd.DataFrame,
        *,
        weights: pd.Series | None = None,
        nested: Nesting | None = None,
    ) -> FittedCopeland:
        """Keep the weights and the field of regions.

        Raises
        ------
        DataError
            When there is no indicator, the weights do not fit, or there are too many pairs.
        """
        numbers = calculable(values, "Copeland()")
        _require_few_pairs(numbers)
        aligned = aligned_weights(weights, numbers.columns, "Copeland()")
        return FittedCopeland(self, aligned, numbers.dropna(how="all"), nested)


@dataclass(frozen=True, eq=False)
class FittedCopeland:
    """Weights by indicator, and the regions that others are compared with."""

    method: Copeland
    weights: pd.Series
    field: pd.DataFrame
    nested: Nesting | None = None

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
            x = numbers[some].to_numpy()
            step = max(1, _MARGINS_AT_ONCE // len(self.field))
            # Margins of all pairs at once would take n × n numbers.
            shares = np.empty(len(x))
            for start in range(0, len(x), step):
                part = slice(start, start + step)
                shares[part] = duel_share(self._margin(x[part]))
            scores[some] = shares
        return scores

    def _margin(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        field, weights = self.field.to_numpy(), self.weights.to_numpy()
        if self.nested is None or not (np.isnan(x).any() or np.isnan(field).any()):
            return duel_margin(x, field, weights)
        groups = self.nested.columns_among(self.weights.index)
        return nested_margin(x, field, weights, groups)
