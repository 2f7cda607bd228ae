"""When scores may stand for the size of a place."""

from __future__ import annotations

import pandas as pd

from hubtiers._method import own_fact
from hubtiers._methods import describe
from hubtiers.errors import DataError
from hubtiers.scheme import Result

__all__ = ["scores_as_masses"]


def scores_as_masses(result: Result) -> pd.Series:
    """Return the scores of a result, which are to serve as masses.

    Raises
    ------
    DataError
        When the normalisation leaves no zero that means nothing, as ranks and z-scores do, so that
        twice the score is not twice as much; or a score is negative.

    Notes
    -----
    A score of 0 is no mass; who uses the scores decides what that means. **Missing values** stay.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> float(scores_as_masses(load_study("zhang2022").run().result).max().round(3))
    0.785
    """
    normalise = result.fitted.scheme.normalise
    way_out = "Give mass=, a size such as population, or normalise with MinMax()."
    if not own_fact(normalise, "keeps_ratios", default=True):
        raise DataError(
            f"Scores are to serve as masses, but those of {describe(normalise)} have no zero that "
            f"means nothing: twice the score is not twice as much. {way_out}"
        )
    if (result.scores < 0).any():
        raise DataError(
            f"Scores serve as masses, but the lowest is {result.scores.min():.3g}. {way_out}"
        )
    return result.scores
