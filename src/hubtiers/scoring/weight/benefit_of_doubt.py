"""Benefit of the doubt: each region is judged by the weights that are best for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._checks import calculable, require_domain, require_every_column, same_columns
from hubtiers._method import About
from hubtiers.errors import DataError, SpecError, listing
from hubtiers.framework import Framework
from hubtiers.scoring.weight.fitted import FittedWeights, as_weights

__all__ = ["BenefitOfDoubt", "FittedBenefitOfDoubt"]

_TOLERANCE = 1e-12
"""By how much a region may exceed 1 under another's multipliers, and what counts as no gain."""

_MOST_PIVOTS = 100


def best_multipliers(
    own: NDArray[np.float64], field: NDArray[np.float64], *, lower: float, upper: float
) -> NDArray[np.float64]:
    """Return the w ≥ 0 that make w·own largest while no row of the field gets more than 1.

    Each w_j lies between `lower` and `upper` times Σ w. NaN when the linear programme has no
    solution. The solver's tolerances are absolute, so that it is given values between 0 and 1.
    """
    from scipy.optimize import linprog

    m, size = len(own), field.max()
    limits = np.vstack(
        [field / size, lower * np.ones((m, m)) - np.eye(m), np.eye(m) - upper * np.ones((m, m))]
    )
    ceilings = np.concatenate([np.ones(len(field)), np.zeros(2 * m)])
    solved = linprog(-own / size, A_ub=limits, b_ub=ceilings, bounds=(0, None), method="highs")
    if solved.status != 0:
        return np.full(m, np.nan)
    sides, ends = np.vstack([limits, -np.eye(m)]), np.concatenate([ceilings, np.zeros(m)])
    best = _at_the_corner(solved.x, own / size, sides, ends)
    return np.asarray(np.clip(best, 0.0, None) / size)


def _at_the_corner(
    near: NDArray[np.float64],
    gain: NDArray[np.float64],
    sides: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the w of largest gain·w with sides·w ≤ ends, from an answer that is nearly there.

    A solver is content with 1e-7, and with another of two corners when asked in another way. Scores
    have twelve digits, and those of a region must not depend on what else is asked.
    """
    active = _independent(sides, np.argsort(ends - sides @ near, kind="stable"))
    for _ in range(_MOST_PIVOTS):
        inverse = np.linalg.inv(sides[active])
        corner = inverse @ ends[active]
        room, price = ends - sides @ corner, gain @ inverse
        if room.min() < -_TOLERANCE:
            # Outside: the side most overstepped comes in, for the one whose price it can best bear.
            entering = int(room.argmin())
            leaving = _least(np.maximum(price, 0.0), sides[entering] @ inverse)
        else:
            # Inside: away from the side that costs most, as far as the next one.
            leaving = int(price.argmin())
            if price[leaving] >= -_TOLERANCE * np.abs(price).max():
                return corner
            rate = sides @ -inverse[:, leaving]
            rate[active] = 0.0
            entering = _least(np.maximum(room, 0.0), rate)
        if min(leaving, entering) < 0:
            break
        active[leaving] = entering
    return near


def _least(amounts: NDArray[np.float64], rates: NDArray[np.float64]) -> int:
    """Return the place of the least amount per rate, among rates above 0; -1 when there is none."""
    ahead = rates > _TOLERANCE
    ratios = np.divide(amounts, rates, out=np.full(len(rates), np.inf), where=ahead)
    return int(ratios.argmin()) if ahead.any() else -1


def _independent(sides: NDArray[np.float64], order: NDArray[np.int64]) -> list[int]:
    """Return the first rows that do not follow from those before, as many as columns."""
    chosen, base = list[int](), np.empty((0, sides.shape[1]))
    for row in order:
        rest = sides[row] - base.T @ (base @ sides[row])
        length = float(np.linalg.norm(rest))
        if length > 1e-7 * np.linalg.norm(sides[row]):
            chosen.append(int(row))
            base = np.vstack([base, rest / length])
        if len(chosen) == sides.shape[1]:
            break
    return chosen


def multipliers_of_all(
    regions: NDArray[np.float64], field: NDArray[np.float64], *, lower: float, upper: float
) -> NDArray[np.float64]:
    """Return `best_multipliers` of each row; NaN for rows with gaps.

    Few rows of the field ever bind. The programme is solved with those known to, and again with the
    row that its answer violates most, until there is none.
    """
    solved = np.full(regions.shape, np.nan)
    binding = sorted({int(row) for row in field.argmax(axis=0)} | {int(field.sum(axis=1).argmax())})
    for position in np.flatnonzero(~np.isnan(regions).any(axis=1)):
        while True:
            answer = best_multipliers(regions[position], field[binding], lower=lower, upper=upper)
            worst = int((field @ answer).argmax())
            if (
                np.isnan(answer).any()
                or worst in binding
                or field[worst] @ answer <= 1.0 + _TOLERANCE
            ):
                break
            binding.append(worst)
        solved[position] = answer
    return solved


def undominated(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows that no other row equals or exceeds in every column.

    Only they can bind the programme.
    """
    kept: list[NDArray[np.float64]] = []
    for row in np.unique(field, axis=0)[::-1]:
        if not any((other >= row).all() for other in kept):
            kept.append(row)
    return np.array(kept)


@dataclass(frozen=True)
class BenefitOfDoubt:
    """Benefit of the doubt (疑点利益法, BoD).

    Every region gets the weights under which it looks best.

    Choose it when regions may rightly pursue different aims and nobody can say what counts more;
    bounds keep a region from living on one strength.

    Parameters
    ----------
    lower, upper
        Least and most that one indicator's weight may be of the sum of the weights, 0 to 1.

    Notes
    -----
    For each region c a linear programme: maximise Σ_j w_j y_cj subject to Σ_j w_j y_kj ≤ 1 for all
    regions k and lower·Σw ≤ w_j ≤ upper·Σw. The score Σ_j w_j y_cj is 1 for regions that nobody
    beats under their own weights. `by_region` holds these multipliers as they are, so that their
    product with the normalised values gives the score; `weights` is the mean over the regions of
    the multipliers scaled to sum 1. A constant indicator is accepted.

    **Missing values**: a region without any value gets no weights; a region with some values
    missing is refused, because no bound could be kept.

    References
    ----------
    Cherchye et al. (2007), doi:10.1007/s11205-006-9029-7; OECD/JRC (2008), Handbook, step 6.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 0.0, 0.5], "b": [0.0, 1.0, 0.25]}, index=["x", "y", "z"])
    >>> fitted = BenefitOfDoubt(lower=0.25, upper=0.75).fit(values)
    >>> (fitted.by_region * values).sum(axis=1).round(3).tolist()
    [1.0, 1.0, 0.75]
    """

    lower: float = 0.0
    upper: float = 1.0
    uses_data: ClassVar[bool] = True
    by_region: ClassVar[bool] = True
    about: ClassVar[About] = About(
        zh="疑点利益法",
        en="benefit of the doubt",
        says_zh="每个区域取对自身最有利的权重（线性规划）。",
        says_en="Every region gets the weights under which it looks best (linear programming).",
        formula="max Σ_{j} w_{j} y_{cj}  subject to  Σ_{j} w_{j} y_{kj} ≤ 1",
    )

    def __post_init__(self) -> None:
        if not 0 <= self.lower <= self.upper <= 1:
            raise SpecError(
                f"BenefitOfDoubt(lower={self.lower}, upper={self.upper}) needs 0 ≤ lower ≤ upper ≤ "
                "1."
            )

    def fit(
        self, values: pd.DataFrame, *, framework: Framework | None = None
    ) -> FittedBenefitOfDoubt:
        """Solve the programme of each region from normalised values (regions × indicators).

        Raises
        ------
        DomainError
            When a value is negative.
        DataError
            When a region lacks some values, or all values are 0.
        SpecError
            When the bounds cannot add up to 1 with this number of indicators.
        """
        del framework
        numbers = calculable(values, "BenefitOfDoubt()")
        require_every_column(numbers, "BenefitOfDoubt()")
        m = numbers.shape[1]
        if self.lower * m > 1 + 1e-12 or self.upper * m < 1 - 1e-12:
            raise SpecError(
                f"BenefitOfDoubt(lower={self.lower}, upper={self.upper}) cannot share out 1 among "
                f"{m} indicators. Keep lower at most and upper at least {1 / m:.3g}."
            )
        field = undominated(_complete_rows(numbers).to_numpy())
        if (field == 0).all():
            raise DataError(
                "BenefitOfDoubt() found only zeros, so that no weights are best. Normalise with "
                "MinMax()."
            )
        multipliers = _multipliers(numbers, field, self)
        shares = multipliers.div(multipliers.sum(axis=1), axis=0)
        mean = as_weights(shares.mean().to_numpy(), numbers.columns)
        return FittedBenefitOfDoubt(self, mean / mean.sum(), multipliers, field)


@dataclass(frozen=True, eq=False)
class FittedBenefitOfDoubt(FittedWeights):
    """Multipliers by region, their mean shares, and the regions that set the limit (`field`)."""

    field: NDArray[np.float64] | None = None

    def for_regions(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the best multipliers of other regions or years, measured against the fitted field.

        Parameters
        ----------
        values
            Normalised values, regions × indicators of the fit. Scores above 1 are possible.

        Raises
        ------
        NotComparableError
            When the columns are not those of the fit.
        DomainError, DataError
        """
        numbers = same_columns(self.weights.index, values, "BenefitOfDoubt()")
        _complete_rows(numbers)
        assert self.field is not None
        assert isinstance(self.method, BenefitOfDoubt)
        return _multipliers(numbers, self.field, self.method)


def _complete_rows(numbers: pd.DataFrame) -> pd.DataFrame:
    require_domain(
        numbers,
        numbers.to_numpy() >= 0,
        method="BenefitOfDoubt()",
        needs="values that are not negative",
        way_out="Normalise with MinMax().",
    )
    some = numbers.dropna(how="all")
    if gaps := some.index[some.isna().any(axis=1)].tolist():
        raise DataError(
            f"BenefitOfDoubt() needs every indicator of a region, but {listing(gaps)} lack some. "
            "Impute the gaps, or use RequireCoverage(1)."
        )
    return some


def _multipliers(
    numbers: pd.DataFrame, field: NDArray[np.float64], method: BenefitOfDoubt
) -> pd.DataFrame:
    x = numbers.to_numpy()
    solved = multipliers_of_all(x, field, lower=method.lower, upper=method.upper)
    unlimited = np.isnan(solved).any(axis=1) & ~np.isnan(x).any(axis=1)
    if unlimited.any():
        raise DataError(
            f"BenefitOfDoubt() has no largest score for {listing(numbers.index[unlimited])}: an "
            "indicator that is 0 in every region of the fit leaves its weight unlimited. Drop it, "
            "or set upper below 1."
        )
    return pd.DataFrame(solved, index=numbers.index, columns=numbers.columns)
