"""One row for every method: an object to test it with, and what it makes of awkward inputs.

The matrix of methods and inputs, the draws of the Monte Carlo and the properties of tier rules read these rows; a new
method is one row here. Inputs that a row does not name must give a finite result, but for those in `ALWAYS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hubtiers.scoring.aggregate import (
    Arithmetic,
    Copeland,
    Geometric,
    GreyRelation,
    Harmonic,
    MazziottaPareto,
    PowerMean,
    Topsis,
    Vikor,
)
from hubtiers.scoring.denominate import Denominate, NoDenominate
from hubtiers.scoring.impute import (
    GroupMean,
    GroupMedian,
    KNearest,
    LatestYear,
    LinearInTime,
    MeanImpute,
    MedianImpute,
    RequireCoverage,
)
from hubtiers.scoring.normalise import (
    AsIs,
    CentredGoalposts,
    DistanceToReference,
    Goalposts,
    LogMinMax,
    MinMax,
    PercentileRank,
    RobustScale,
    VectorNorm,
    ZScore,
)
from hubtiers.scoring.treat import BoxCox, LogTransform, NoTreatment, Winsorise
from hubtiers.scoring.weight import (
    AhpWeights,
    BenefitOfDoubt,
    BudgetAllocation,
    CombinedWeights,
    CriticWeights,
    EntropyWeights,
    EqualWeights,
    FrameworkWeights,
    GivenWeights,
    PcaWeights,
    VariationWeights,
)
from hubtiers.tiers import (
    EqualIntervals,
    GaussianMixture,
    HeadTail,
    Hierarchical,
    KMeans,
    NaturalBreaks,
    PositionRules,
    Quantiles,
    RelativeTo,
    StandardDeviation,
    Thresholds,
)


@dataclass(frozen=True)
class Row:
    """One method.

    Attributes
    ----------
    method
        An object of it, or a function that makes one for some codes of indicators.
    outcomes
        By input of the matrix, the error that it gives.
    more
        Further objects, with other options, that draws choose from.
    of_several_years
        Whether it needs more than a table of one year can feed.
    """

    method: Any
    outcomes: Mapping[str, str] = field(default_factory=dict)
    more: tuple[Any, ...] = ()
    of_several_years: bool = False

    def made(self, codes: Sequence[str]) -> tuple[Any, ...]:
        """Return all objects of the row for some indicators."""
        return tuple(_made(method, codes) for method in (self.method, *self.more))


def _made(method: Any, codes: Sequence[str]) -> Any:
    return method if hasattr(method, "fit") else method(codes)


def options(step: str, codes: Sequence[str]) -> tuple[Any, ...]:
    """Return every object of a step that a table of one year can feed."""
    rows = [row for row in ROWS[step] if not row.of_several_years]
    return tuple(method for row in rows for method in row.made(codes))


def points(codes: Sequence[str]) -> dict[str, float]:
    return {code: (5.0, 3.0, 2.0, 2.0, 4.0)[number % 5] for number, code in enumerate(codes)}


def pairs(codes: Sequence[str]) -> list[list[float]]:
    given = points(codes)
    return [[given[a] / given[b] for b in codes] for a in codes]


def bounds(low: float, high: float) -> Callable[[Sequence[str]], dict[str, tuple[float, float]]]:
    return lambda codes: dict.fromkeys(codes, (low, high))


ALWAYS = {
    "immense": "DataError",
    "infinite": "DataError",
    "text": "DataError",
    "no_region": "DataError",
    "no_indicator": "DataError",
    "empty": "DataError",
}
CONSTANT = "ConstantIndicatorError"
NOTHING_VARIES = {"all_constant": CONSTANT, "one_region": CONSTANT, "two_equal_regions": CONSTANT}
SPREAD = NOTHING_VARIES | {"nan_column": "DataError", "constant": CONSTANT, "zero_column": CONSTANT}
ALL_THE_SAME = dict.fromkeys(NOTHING_VARIES, "DataError")
POSITIVE = {"zero": "DomainError", "zero_column": "DomainError", "negative": "DomainError"}
GAP = {"nan_column": "DataError"}
STATED = {"no_region": "finite"}
FEW_SCORES = {"constant": "DataError", "one_region": "DataError", "two_equal_regions": "DataError"}

ROWS: dict[str, tuple[Row, ...]] = {
    "denominate": (Row(NoDenominate()), Row(Denominate())),
    "impute": (
        Row(RequireCoverage(0.6), more=(RequireCoverage(0.5, per="function"),)),
        Row(MeanImpute(), GAP),
        Row(MedianImpute(), GAP),
        Row(GroupMean(), GAP),
        Row(GroupMedian(share=0.2), GAP),
        Row(KNearest(3), GAP),
        Row(LatestYear(), STATED, of_several_years=True),
        Row(LinearInTime(), STATED, of_several_years=True),
    ),
    "treat": (
        Row(NoTreatment(), STATED),
        Row(Winsorise(points=1), more=(Winsorise(),)),
        Row(LogTransform(), POSITIVE),
        Row(BoxCox(), SPREAD | POSITIVE | {"tiny": "DataError"}),
    ),
    "normalise": (
        Row(MinMax(), SPREAD, more=(MinMax(1, 100),)),
        Row(ZScore(), SPREAD, more=(ZScore(100, 10, spread="population"),)),
        Row(RobustScale(), SPREAD),
        Row(LogMinMax(1, 2), SPREAD | POSITIVE),
        Row(VectorNorm(), GAP | {"zero_column": CONSTANT}),
        Row(
            PercentileRank(),
            GAP,
            more=(PercentileRank(ties="lowest"), PercentileRank(ties="turned")),
        ),
        Row(AsIs(), GAP),
        Row(
            lambda codes: Goalposts(bounds(0.125, 10.0)(codes)),
            GAP,
            more=(
                lambda codes: Goalposts(bounds(2.0, 6.0)(codes), clip=False, low=1.0, high=100.0),
            ),
        ),
        Row(
            CentredGoalposts(),
            SPREAD,
            more=(lambda codes: CentredGoalposts(dict.fromkeys(codes, 4.0), 1.0, 9.0),),
        ),
        Row(DistanceToReference("mean"), GAP | {"zero_column": "DataError"}),
    ),
    "weight": (
        Row(EqualWeights(), STATED),
        Row(FrameworkWeights(), STATED),
        Row(lambda codes: GivenWeights(points(codes)), STATED),
        Row(lambda codes: AhpWeights(pairs(codes), codes=codes), STATED),
        Row(
            lambda codes: BudgetAllocation(
                {"first": points(codes), "second": dict.fromkeys(codes, 1)}
            ),
            STATED,
        ),
        Row(
            EntropyWeights(),
            NOTHING_VARIES
            | GAP
            | {"one_region": "DataError", "zero_column": "DataError", "negative": "DomainError"},
        ),
        Row(CriticWeights(), SPREAD | {"tiny": CONSTANT}),
        Row(VariationWeights(), SPREAD | {"tiny": CONSTANT, "negative": "DomainError"}),
        Row(
            PcaWeights(),
            SPREAD
            | {"one_region": "DataError", "two_equal_regions": "DataError", "tiny": CONSTANT},
        ),
        Row(BenefitOfDoubt(), GAP | {"nan_cell": "DataError", "negative": "DomainError"}),
        Row(
            CombinedWeights((EqualWeights(), CriticWeights())),
            SPREAD | {"tiny": CONSTANT},
            more=(CombinedWeights((EqualWeights(), EntropyWeights())),),
        ),
    ),
    "aggregate": (
        Row(Arithmetic()),
        Row(Geometric(), POSITIVE),
        Row(Harmonic(), POSITIVE),
        Row(PowerMean(0.5), {"negative": "DomainError"}, more=(PowerMean(-3), PowerMean(1.0))),
        Row(MazziottaPareto(), more=(MazziottaPareto(levels="all"),)),
        Row(Topsis(), ALL_THE_SAME, more=(Topsis(levels="each"),)),
        Row(Vikor(), ALL_THE_SAME, more=(Vikor(levels="each"), Vikor(0.2))),
        Row(GreyRelation(), ALL_THE_SAME, more=(GreyRelation(levels="each"),)),
        Row(Copeland(), more=(Copeland(levels="each"),)),
    ),
    "tier": (
        Row(NaturalBreaks(3), FEW_SCORES, more=(NaturalBreaks(2), NaturalBreaks(4))),
        Row(
            NaturalBreaks(3, scale="log"),
            FEW_SCORES | {"zero": "DomainError", "negative": "DomainError"},
        ),
        Row(Quantiles(3), FEW_SCORES),
        Row(EqualIntervals(3), FEW_SCORES),
        Row(HeadTail(4), FEW_SCORES),
        Row(StandardDeviation(), FEW_SCORES),
        Row(
            Thresholds((0.4, 50.0)),
            more=(
                Thresholds((0.4, 50.0), closed="below"),
                Thresholds((0.4, 50.0), closed="below", digits=1),
                Thresholds((0.44, 50.0), digits=2),
            ),
        ),
        Row(RelativeTo((80.0, 120.0)), {"negative": "DataError"}),
        Row(KMeans(3), FEW_SCORES),
        Row(Hierarchical(3), FEW_SCORES),
        Row(GaussianMixture(2, starts=1), FEW_SCORES),
        Row(PositionRules(9.0, 6.0, 3.0)),
    ),
}
