"""Which tier: rules that sort scores into tiers, and how far two classifications agree."""

from hubtiers.tiers.breaks import (
    EqualIntervals,
    HeadTail,
    NaturalBreaks,
    Quantiles,
    RelativeTo,
    StandardDeviation,
    Thresholds,
)
from hubtiers.tiers.clusters import GaussianMixture, Hierarchical, KMeans
from hubtiers.tiers.rules import PositionRules

__all__ = [
    "METHODS",
    "EqualIntervals",
    "GaussianMixture",
    "HeadTail",
    "Hierarchical",
    "KMeans",
    "NaturalBreaks",
    "PositionRules",
    "Quantiles",
    "RelativeTo",
    "StandardDeviation",
    "Thresholds",
]

METHODS = (
    NaturalBreaks,
    Quantiles,
    EqualIntervals,
    HeadTail,
    StandardDeviation,
    Thresholds,
    RelativeTo,
    KMeans,
    Hierarchical,
    GaussianMixture,
    PositionRules,
)
"""The methods of this step, in the order in which they are listed."""
