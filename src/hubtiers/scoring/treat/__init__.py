"""Outliers and skew, before normalisation.

Every method reports which values it touched, and what it made of them.
"""

from hubtiers.scoring.treat.transform import BoxCox, FittedBoxCox, FittedLogTransform, LogTransform
from hubtiers.scoring.treat.untouched import NoTreatment, touched_values
from hubtiers.scoring.treat.winsorise import FittedWinsorise, Winsorise, kurtosis, skewness

__all__ = [
    "METHODS",
    "BoxCox",
    "FittedBoxCox",
    "FittedLogTransform",
    "FittedWinsorise",
    "LogTransform",
    "NoTreatment",
    "Winsorise",
    "kurtosis",
    "skewness",
    "touched_values",
]

METHODS = (
    NoTreatment,
    Winsorise,
    LogTransform,
    BoxCox,
)
"""The methods of this step, in the order in which they are listed."""
