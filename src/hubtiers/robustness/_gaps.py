"""Gaps that are filled anew in every draw.

What the filling gives, and how far it is off where the value is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._steps import Given, fill_gaps, measure
from hubtiers.errors import DataError
from hubtiers.robustness._domain import Domain, domains_of
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["DrawnGaps", "Pool", "complete_values", "filled_cells", "redrawn", "residual_pools"]

Floats = NDArray[np.float64]

_FOLDS = 5


@dataclass(frozen=True, eq=False)
class DrawnGaps:
    """An imputing step that gives values drawn before."""

    complete: pd.DataFrame

    def fit(self, values: pd.DataFrame) -> DrawnGaps:
        """Return itself: nothing is learnt."""
        del values
        return self

    def apply(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the values drawn."""
        del values
        return self.complete


@dataclass(frozen=True, eq=False)
class Pool:
    """Errors of the filling of one indicator, on the scale that keeps its domain."""

    domain: Domain
    errors: Floats


def complete_values(scheme: Scheme, table: IndicatorTable) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return values by size, and the same with gaps filled, as `Scheme.run` makes them."""
    given = Given(table)
    _, measured = measure(scheme, given)
    _, complete = fill_gaps(scheme, measured, given)
    return measured, complete


def filled_cells(measured: pd.DataFrame, complete: pd.DataFrame) -> pd.DataFrame:
    """Return which cells were missing and are filled."""
    return measured.isna() & complete.notna()


def residual_pools(scheme: Scheme, table: IndicatorTable) -> dict[str, Pool]:
    """Return by indicator the errors that the filling makes where the value is known.

    Known values are hidden a fifth at a time and filled by the method fitted on the rest.
    """
    given = Given(table)
    _, measured = measure(scheme, given)
    known = measured.to_numpy(float)
    rows, columns = np.indices(known.shape)
    guessed = np.full(known.shape, np.nan)
    for fold in range(_FOLDS):
        hidden = ~np.isnan(known) & ((rows + 2 * columns) % _FOLDS == fold)
        shown = pd.DataFrame(np.where(hidden, np.nan, known), measured.index, measured.columns)
        try:
            _, filled = fill_gaps(scheme, shown, given)
        except DataError:
            # A group or a column may have no value left; the other folds still tell of the errors.
            continue
        guessed[hidden] = filled.to_numpy(float)[hidden]
    domains = domains_of(measured, table.framework, raw=table.values)
    pools = {}
    for code, domain, own, guess in zip(measured.columns, domains, known.T, guessed.T, strict=True):
        told = ~np.isnan(own) & ~np.isnan(guess)
        pools[str(code)] = Pool(domain, domain.errors(own[told], guess[told]))
    return pools


def redrawn(
    complete: pd.DataFrame, filled: pd.DataFrame, pools: dict[str, Pool], rng: np.random.Generator
) -> pd.DataFrame:
    """Return values whose filled gaps have an error, drawn from those of the indicator."""
    drawn = complete.copy()
    for code in complete.columns[filled.any().to_numpy()]:
        pool = pools[str(code)]
        if not len(pool.errors):
            raise DataError(
                f"redraw_gaps finds no error to draw for {code!r}: too few of its values are "
                "known. Leave redraw_gaps out, or drop the indicator."
            )
        rows = filled[code].to_numpy()
        errors = pool.errors[rng.integers(0, len(pool.errors), int(rows.sum()))]
        drawn.loc[rows, code] = pool.domain.with_errors(drawn.loc[rows, code].to_numpy(), errors)
    return drawn
