"""When scores may stand for the size of a place."""

from __future__ import annotations

import pandas as pd

from hubtiers._methods import describe
from hubtiers.errors import DataError
from hubtiers.scheme import Result, Scheme

__all__ = ["NORMALISE", "require_ratios", "scores_as_masses"]

NORMALISE = "Normalise with MinMax() and aggregate with a mean."
_WAY_OUT = f"Give mass=, a size such as population, or n{NORMALISE[1:]}"


def scores_as_masses(result: Result, *, way_out: str = _WAY_OUT) -> pd.Series:
    """Return the scores of a result, which are to serve as masses.

    `way_out` is what a message proposes to do instead.

    Raises
    ------
    DataError
        When normalisation or aggregation leave no zero that means nothing, as ranks and z-scores
        do, so that twice the score is not twice as much; or a score is negative.

    Notes
    -----
    A score of 0 is no mass; who uses the scores decides what that means. **Missing values** stay.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> float(scores_as_masses(load_study("zhang2022").run().result).max().round(3))
    0.785
    """
    require_ratios(result.fitted.scheme, way_out=way_out)
    if (result.scores < 0).any():
        raise DataError(
            f"Scores serve as masses, but the lowest is {result.scores.min():.3g}. {way_out}"
        )
    return result.scores


def require_ratios(
    scheme: Scheme, *, what: str = "Scores are to serve as masses", way_out: str = _WAY_OUT
) -> None:
    """Refuse a scheme whose scores have no zero that means nothing, as ranks and z-scores do.

    Parameters
    ----------
    scheme
        Normalisation and aggregation are looked at.
    what, way_out
        What the scores are to serve as, and what to do instead, as the message says it.

    Raises
    ------
    DataError
        When its normalisation or an aggregation gives such numbers.

    Examples
    --------
    >>> require_ratios(Scheme(normalise="MinMax", tier="NaturalBreaks"))
    """
    steps = scheme.aggregate if isinstance(scheme.aggregate, tuple) else (scheme.aggregate,)
    for step in (scheme.normalise, *steps):
        # What a class inherits counts here: a kind of ranks is refused unless it says otherwise.
        if not getattr(step, "keeps_ratios", True):
            raise DataError(
                f"{what}, but those of {describe(step)} have no zero that means nothing: twice the "
                f"score is not twice as much. {way_out}"
            )
