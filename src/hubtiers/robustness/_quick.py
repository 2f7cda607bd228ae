"""The usual steps on bare arrays: what noise changes in every draw, without the cost of frames.

The frames stay the rule, and this is a short cut for it: where it does not hold, or values look odd, the answer is None
and the steps themselves are asked. A property test holds the two together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubtiers._checks import LARGEST_VALUE
from hubtiers.scheme import Scheme
from hubtiers.scoring.denominate import NoDenominate
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import MinMax, ZScore
from hubtiers.scoring.normalise.linear import linear_scale
from hubtiers.scoring.treat import NoTreatment

__all__ = ["has_short_cut", "quick_values"]

Floats = NDArray[np.float64]

_SMALLEST_SPREAD = 1e-100


def has_short_cut(scheme: Scheme) -> bool:
    """Whether the steps up to normalisation are those that `quick_values` knows."""
    kinds = (type(scheme.denominate), type(scheme.impute), type(scheme.treat))
    return kinds == (NoDenominate, RequireCoverage, NoTreatment) and type(scheme.normalise) in (MinMax, ZScore)


def quick_values(scheme: Scheme, x: Floats, direction: Floats) -> Floats | None:
    """Return normalised values (regions × indicators), or None where the steps themselves must be asked."""
    assert isinstance(scheme.impute, RequireCoverage)
    known = ~np.isnan(x)
    x = np.where((known.mean(axis=1) >= scheme.impute.share)[:, None], x, np.nan)
    known = ~np.isnan(x)
    count = known.sum(axis=0)
    if (count < 2).any() or np.abs(x[known]).max() > LARGEST_VALUE:
        return None
    low, high = np.where(known, x, np.inf).min(axis=0), np.where(known, x, -np.inf).max(axis=0)
    extent = high - low
    if not (extent > _SMALLEST_SPREAD).all():
        return None
    if isinstance(scheme.normalise, MinMax):
        origin, spread = np.where(direction > 0, low, high), extent
        start, span = scheme.normalise.low, scheme.normalise.high - scheme.normalise.low
    else:
        assert isinstance(scheme.normalise, ZScore)
        origin = np.where(known, x, 0.0).sum(axis=0) / count
        away = np.where(known, (x - origin) / extent, 0.0)
        spread = extent * np.sqrt((away**2).sum(axis=0) / (count - 1))
        start, span = scheme.normalise.mean, scheme.normalise.deviation
    return linear_scale(x, origin=origin, spread=spread, direction=direction, start=start, span=span)
