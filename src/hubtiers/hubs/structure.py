"""How the sizes of regions are distributed: the rank–size rule."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, DuplicateRegionError, SpecError
from hubtiers.scheme import Result

__all__ = ["RankSize", "rank_size", "zeta_of"]

Floats = NDArray[np.float64]

_FEWEST = 3
_SHIFT = 0.5
"""Taken from a rank before its logarithm, so that the exponent of few sizes is not biased."""


@dataclass(frozen=True, repr=False, eq=False)
class RankSize:
    """How sizes fall off with rank, as `rank_size` gives it.

    Attributes
    ----------
    table
        By region, largest first: `size` and `rank` (1 is the largest; equal sizes share the better
        one).
    zeta, standard_error
        Exponent ζ of the distribution of sizes, and its standard error.
    q, constant
        The line ln size = constant − q · ln rank, which is what is drawn.
    r_squared
        Share of the variance of ln size that the line explains.
    cut_off
        The smallest size that is counted; the exponents depend on it.
    left_out
        Regions with a size of 0 or below, which has no logarithm.
    """

    table: pd.DataFrame
    zeta: float
    standard_error: float
    q: float
    constant: float
    r_squared: float
    cut_off: float
    left_out: int

    @property
    def n(self) -> int:
        """How many regions are counted."""
        return len(self.table)

    def to_frame(self) -> pd.DataFrame:
        """Return sizes and ranks, with the size that the line gives each rank."""
        fitted = np.exp(self.constant) * self.table["rank"] ** -self.q
        return self.table.assign(fitted=fitted)

    def _head(self) -> str:
        zeta = f"ζ {self.zeta:.3f} ± {self.standard_error:.3f}"
        line = f"q {self.q:.3f}, R² {self.r_squared:.3f}"
        out = f"; {self.left_out} of 0 or below left out" if self.left_out else ""
        return f"{self.n} sizes from {self.cut_off:.4g} up, {zeta}; {line}{out}"

    def __repr__(self) -> str:
        return f"<RankSize: {self._head()}>"

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(escape=True, float_format="{:.4g}".format)
        return f"<p>{escape(self._head())}</p>{table}"


def rank_size(source: Result | pd.Series, *, largest: int | None = None) -> RankSize:
    """Rank–size rule (位序—规模法则): how fast sizes fall off with rank.

    Choose it to tell whether a few regions tower above the others, and to compare that between
    years or variables. The exponent is that of the sizes counted: state how many they are.

    Parameters
    ----------
    source
        A result (its scores), or one size per region.
    largest
        How many of the largest to count; all with a positive size when left out. Sizes equal to the
        last of them are counted, too.

    Returns
    -------
    RankSize

    Raises
    ------
    DataError
        When fewer than three regions have a positive size, all of these are the same, or a size is
        infinite or no number.
    DuplicateRegionError
        When a region stands twice.
    SpecError
        When `largest` is no whole number of at least 3.

    Notes
    -----
    ln(rank − ½) = c − ζ · ln size, by least squares; the shift by ½ takes away most of the bias of
    few sizes, and the standard error is ζ·√(2/n), which is larger than that of the regression
    (Gabaix and Ibragimov 2011, doi:10.1198/jbes.2009.06157). Zipf's law is ζ = 1.

    The other direction, ln size = C − q · ln rank, is the line of the usual plot. q is not 1/ζ:
    without the shift, the product of both exponents is R².

    **Missing values** are left out. So are sizes of 0 and below; `left_out` counts those.

    Examples
    --------
    >>> sizes = pd.Series([100.0, 52.0, 31.0, 26.0, 20.0], index=["a", "b", "c", "d", "e"])
    >>> rank_size(sizes)
    <RankSize: 5 sizes from 20 up, ζ 1.354 ± 0.856; q 1.002, R² 0.995>
    """
    _require_count(largest)
    known = _sizes_of(source)
    positive = known[known > 0]
    ranks = positive.rank(method="min", ascending=False).astype("int64")
    table = pd.DataFrame({"size": positive, "rank": ranks})
    if largest is not None:
        table = table[table["rank"] <= largest]
    sizes = table["size"]
    _require_spread(sizes, "scores" if isinstance(source, Result) else "sizes")
    log_rank, log_size = np.log(table["rank"].to_numpy(float)), np.log(sizes.to_numpy(float))
    slope, constant = np.polyfit(log_rank, log_size, 1)
    zeta = zeta_of(sizes.to_numpy(float))
    return RankSize(
        table=table.sort_values("rank", kind="stable"),
        zeta=zeta,
        standard_error=float(zeta * np.sqrt(2.0 / len(sizes))),
        q=-float(slope),
        constant=float(constant),
        r_squared=float(np.corrcoef(log_rank, log_size)[0, 1] ** 2),
        cut_off=float(sizes.min()),
        left_out=int((known <= 0).sum()),
    )


def zeta_of(sizes: Floats) -> float:
    """Return ζ of ln(rank − ½) = c − ζ · ln size; `sizes` are positive and not all the same.

    Equal sizes take neighbouring ranks, in either order: the sums are the same.
    """
    log_size = np.log(np.sort(sizes)[::-1])
    log_rank = np.log(np.arange(1, len(sizes) + 1) - _SHIFT)
    away = log_size - log_size.mean()
    return -float((away @ log_rank) / (away @ away))


def _sizes_of(source: Result | pd.Series) -> pd.Series:
    """Return the sizes that are known, each region once."""
    given = source.scores if isinstance(source, Result) else source
    try:
        known = given.astype("float64").dropna()
    except (TypeError, ValueError) as error:
        raise DataError(f"rank_size() needs sizes that are numbers, but got: {error}.") from None
    if known.index.has_duplicates:
        raise DuplicateRegionError(known.index[known.index.duplicated()], "The series of sizes")
    if np.isinf(known).any():
        raise DataError("rank_size() needs finite sizes, but some are infinite. Correct them.")
    return known


def _require_count(largest: int | None) -> None:
    if largest is None:
        return
    whole = isinstance(largest, (int, np.integer)) and not isinstance(largest, bool)
    if not whole or largest < _FEWEST:
        raise SpecError(
            f"rank_size(largest={largest!r}) needs a whole number of at least {_FEWEST}, or None."
        )


def _require_spread(sizes: pd.Series, what: str) -> None:
    """Refuse sizes that no line can be laid through; `what` they are called."""
    if len(sizes) < _FEWEST:
        raise DataError(
            f"The rank–size rule needs at least three positive {what}, but there are {len(sizes)}: "
            "only they have a logarithm. Use a normalisation that gives positive scores, such as "
            "MinMax(low=1, high=100), or sizes above 0."
        )
    if sizes.min() == sizes.max():
        raise DataError(
            f"The rank–size rule needs {what} that differ, but all {len(sizes)} are "
            f"{sizes.iloc[0]:.4g}. Take a variable that tells the regions apart."
        )
