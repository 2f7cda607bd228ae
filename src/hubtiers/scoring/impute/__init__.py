"""What happens to missing values before anything is computed.

Missing is never a value: there is no default fill.

Every method says by `mark` which cells it fills, so that a filled value can be told from a measured
one to the end.
"""

from hubtiers.scoring.impute.coverage import RequireCoverage, indicator_coverage
from hubtiers.scoring.impute.neighbours import FittedKNearest, KNearest
from hubtiers.scoring.impute.statistics import (
    FittedFill,
    FittedGroupFill,
    GroupMean,
    GroupMedian,
    MeanImpute,
    MedianImpute,
)
from hubtiers.scoring.impute.years import FittedYears, LatestYear, LinearInTime, takes_years

__all__ = [
    "METHODS",
    "FittedFill",
    "FittedGroupFill",
    "FittedKNearest",
    "FittedYears",
    "GroupMean",
    "GroupMedian",
    "KNearest",
    "LatestYear",
    "LinearInTime",
    "MeanImpute",
    "MedianImpute",
    "RequireCoverage",
    "indicator_coverage",
    "takes_years",
]

METHODS = (
    RequireCoverage,
    MeanImpute,
    MedianImpute,
    GroupMean,
    GroupMedian,
    LatestYear,
    LinearInTime,
    KNearest,
)
"""The methods of this step, in the order in which they are listed."""
