"""What happens to missing values before anything is computed. Missing is never a value: there is no default fill.

Every method says by `mark` which cells it fills, so that a filled value can be told from a measured one to the end.
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
from hubtiers.scoring.impute.years import FittedYears, LatestYear, LinearInTime

__all__ = [
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
]
