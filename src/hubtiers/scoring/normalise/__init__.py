"""Bring indicators to one scale.

Direction is applied here and nowhere else: afterwards, higher is better.

Every normaliser learns its bounds from the frame it is fitted on and applies them to any other, so
that a later year is measured by the same rule. To put several years on one scale (面板统一标准化),
fit on all of them, one on top of the other.
"""

from hubtiers.scoring.normalise.linear import (
    AsIs,
    FittedLinear,
    FittedMinMax,
    MinMax,
    RobustScale,
    VectorNorm,
    ZScore,
)
from hubtiers.scoring.normalise.shape import (
    FittedLogMinMax,
    FittedPercentileRank,
    LogMinMax,
    PercentileRank,
)
from hubtiers.scoring.normalise.targets import CentredGoalposts, DistanceToReference, Goalposts

__all__ = [
    "METHODS",
    "AsIs",
    "CentredGoalposts",
    "DistanceToReference",
    "FittedLinear",
    "FittedLogMinMax",
    "FittedMinMax",
    "FittedPercentileRank",
    "Goalposts",
    "LogMinMax",
    "MinMax",
    "PercentileRank",
    "RobustScale",
    "VectorNorm",
    "ZScore",
]

METHODS = (
    MinMax,
    ZScore,
    PercentileRank,
    Goalposts,
    CentredGoalposts,
    DistanceToReference,
    LogMinMax,
    VectorNorm,
    RobustScale,
    AsIs,
)
"""The methods of this step, in the order in which they are listed."""
