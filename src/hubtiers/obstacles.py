"""What holds each region back most from the best there is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hubtiers._checks import share_of
from hubtiers.errors import UnknownOptionError
from hubtiers.framework import Framework
from hubtiers.scheme import Result

__all__ = ["obstacle_degree"]


def obstacle_degree(result: Result, *, by: str = "indicator") -> pd.DataFrame:
    """Obstacle degree (障碍度): what holds each region back most from the best there is.

    Choose it to tell regions where effort would count: a weak indicator with a large weight is a
    large obstacle.

    Parameters
    ----------
    result
        Scored regions.
    by
        `"indicator"`, or `"function"` for the sums below each group that stands directly under the
        score.

    Returns
    -------
    pandas.DataFrame
        Regions × indicators (or functions): shares, each row sums to 1; all 0 for a region that is
        best in everything.

    Raises
    ------
    UnknownOptionError

    Notes
    -----
    O_ij = w_j·D_ij / Σ_j w_j·D_ij with the effective weight w and the deviation D = (best − y) /
    (best − worst), where best and worst are those of the fit on the normalised scale; for min–max
    this is 1 − y. A value better than the best of the fit is no obstacle (D = 0). Many papers print
    the shares in per cent.

    **Missing values** are left out of the sum and stay missing; a region without a score is missing
    throughout.

    Examples
    --------
    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> columns = {"rd": [1.0, 3.0, 5.0], "patents": [10.0, 40.0, 50.0]}
    >>> frame = pd.DataFrame(columns, index=["a", "b", "c"])
    >>> result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    >>> obstacle_degree(result).loc["b"].round(3).to_dict()
    {'rd': 0.667, 'patents': 0.333}
    """
    if by not in ("indicator", "function"):
        raise UnknownOptionError("level of obstacle_degree(by=…)", by, ("indicator", "function"))
    frame = _obstacles(result)
    return frame if by == "indicator" else _by_function(frame, result.fitted.framework)


def _obstacles(result: Result) -> pd.DataFrame:
    worst = result.fitted.scale["lowest"].to_numpy(float)
    best = result.fitted.scale["highest"].to_numpy(float)
    normalised = result.normalised
    deviation = share_of(best - normalised.to_numpy(float), best - worst)
    # A value better than the best of the fit is no obstacle.
    weighted = np.clip(deviation, 0.0, None) * result.weights.to_numpy(float)
    weighted[result.scores.isna().to_numpy()] = np.nan
    shares = share_of(weighted, np.nansum(weighted, axis=1, keepdims=True))
    return pd.DataFrame(shares, normalised.index, normalised.columns)


def _by_function(obstacles: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Return the sums below each node that stands directly under the score."""
    sums = {}
    for node in framework.filled_children():
        below = framework.leaves(node) or [node]
        sums[node] = obstacles[below].sum(axis=1, min_count=1)
    return pd.DataFrame(sums)
