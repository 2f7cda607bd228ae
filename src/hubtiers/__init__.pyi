from ._methods import register
from .autocorrelation import MoransI, morans_i
from .baselines import compare_baselines, score_residuals
from .compare import BestOfMany, Comparison, compare_schemes
from .coupling import coupling_coordination
from .datasets import list_datasets, new_study
from .diagnose import correlate_with, correlation_flags, cronbach_alpha, pca_diagnostics
from .errors import (
    ConstantIndicatorError,
    CRSError,
    DataError,
    DomainError,
    DuplicateRegionError,
    HubtiersError,
    JoinError,
    MissingColumnError,
    MissingDependencyError,
    NotComparableError,
    OverlapError,
    SpecError,
    UnknownOptionError,
)
from .explain import Explanation
from .framework import CATEGORIES, FUNCTIONS, TIERS, Framework, Group, Indicator, load_framework
from .gaps import gap_effects
from .hubs.layout import Corridor, Hub, HubLayout, load_layout
from .hubs.structure import RankSize, rank_size
from .indicator_structure import IndicatorStructure, describe_indicators
from .obstacles import obstacle_degree
from .outcome import Outcome
from .regions.boundaries import load_context, load_regions
from .regions.contiguity import contiguity
from .regions.crs import gcj02_suspicion, gcj02_to_wgs84, wgs84_to_gcj02
from .regions.gazetteer import MatchReport, gazetteer, match_names
from .regions.membership import expand_members, overlaps
from .regions.pack import Pack, load_pack
from .regions.read import read_regions
from .robustness.montecarlo import assess_robustness
from .robustness.result import Robustness
from .robustness.sensitivity import leave_one_out, sensitivity, sobol_indices
from .robustness.variation import Dirichlet, Noise, UniformAround, Variation
from .robustness.weight_space import weights_to_rise
from .scales import ScaleComparison, compare_scales
from .scheme import FittedScheme, Result, Scheme
from .score_regions import score_regions
from .scoring.aggregate import (
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
from .scoring.denominate import Denominate, NoDenominate
from .scoring.impute import (
    GroupMean,
    GroupMedian,
    KNearest,
    LatestYear,
    LinearInTime,
    MeanImpute,
    MedianImpute,
    RequireCoverage,
)
from .scoring.normalise import (
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
from .scoring.treat import BoxCox, LogTransform, NoTreatment, Winsorise
from .scoring.weight import (
    AhpWeights,
    BenefitOfDoubt,
    BudgetAllocation,
    CombinedWeights,
    CriticWeights,
    EntropyWeights,
    EqualWeights,
    FittedWeights,
    FrameworkWeights,
    GivenWeights,
    PcaWeights,
    VariationWeights,
)
from .show.figures.certainty import rank_interval_figure, tier_probability_figure
from .show.figures.charts import radar_figure, rank_size_figure, weight_figure
from .show.figures.evidence import correlation_figure, tier_number_figure
from .show.figures.figure import save_figure, tier_figure
from .show.pages.markup import to_latex, to_markdown
from .show.pages.report import build_report
from .show.pages.workbook import save_tables
from .show.web.explorer import Explorer
from .show.web.webmap import tier_map
from .study import Study, load_study
from .table.by_name import count_by_name
from .table.concentration import effective_number, herfindahl, shannon_diversity
from .table.indicator_table import IndicatorTable
from .table.indicators import compare_editions, load_indicators
from .table.join import join_indicators
from .table.name_report import NameReport
from .table.points.count import count_points
from .table.report import JoinReport
from .table.roll_up import roll_up
from .table.yearbook.read import IndicatorFile, ReadLimits, ReadReport, read_indicators
from .tiers.agreement import Agreement, agreement, compare_levels, tiers_from_ranking
from .tiers.breaks import (
    EqualIntervals,
    HeadTail,
    NaturalBreaks,
    Quantiles,
    RelativeTo,
    StandardDeviation,
    Thresholds,
    TierScale,
)
from .tiers.clusters import GaussianMixture, Hierarchical, KMeans
from .tiers.number import choose_k, cut_gaps, preferred_k
from .tiers.rules import PositionRules, function_shares, macro_regions

__version__: str

__all__ = [
    "CATEGORIES",
    "FUNCTIONS",
    "TIERS",
    "Agreement",
    "AhpWeights",
    "Arithmetic",
    "AsIs",
    "BenefitOfDoubt",
    "BestOfMany",
    "BoxCox",
    "BudgetAllocation",
    "CRSError",
    "CentredGoalposts",
    "CombinedWeights",
    "Comparison",
    "ConstantIndicatorError",
    "Copeland",
    "Corridor",
    "CriticWeights",
    "DataError",
    "Denominate",
    "Dirichlet",
    "DistanceToReference",
    "DomainError",
    "DuplicateRegionError",
    "EntropyWeights",
    "EqualIntervals",
    "EqualWeights",
    "Explanation",
    "Explorer",
    "FittedScheme",
    "FittedWeights",
    "Framework",
    "FrameworkWeights",
    "GaussianMixture",
    "Geometric",
    "GivenWeights",
    "Goalposts",
    "GreyRelation",
    "Group",
    "GroupMean",
    "GroupMedian",
    "Harmonic",
    "HeadTail",
    "Hierarchical",
    "Hub",
    "HubLayout",
    "HubtiersError",
    "Indicator",
    "IndicatorFile",
    "IndicatorStructure",
    "IndicatorTable",
    "JoinError",
    "JoinReport",
    "KMeans",
    "KNearest",
    "LatestYear",
    "LinearInTime",
    "LogMinMax",
    "LogTransform",
    "MatchReport",
    "MazziottaPareto",
    "MeanImpute",
    "MedianImpute",
    "MinMax",
    "MissingColumnError",
    "MissingDependencyError",
    "MoransI",
    "NameReport",
    "NaturalBreaks",
    "NoDenominate",
    "NoTreatment",
    "Noise",
    "NotComparableError",
    "Outcome",
    "OverlapError",
    "Pack",
    "PcaWeights",
    "PercentileRank",
    "PositionRules",
    "PowerMean",
    "Quantiles",
    "RankSize",
    "ReadLimits",
    "ReadReport",
    "RelativeTo",
    "RequireCoverage",
    "Result",
    "RobustScale",
    "Robustness",
    "ScaleComparison",
    "Scheme",
    "SpecError",
    "StandardDeviation",
    "Study",
    "Thresholds",
    "TierScale",
    "Topsis",
    "UniformAround",
    "UnknownOptionError",
    "Variation",
    "VariationWeights",
    "VectorNorm",
    "Vikor",
    "Winsorise",
    "ZScore",
    "agreement",
    "assess_robustness",
    "build_report",
    "choose_k",
    "compare_baselines",
    "compare_editions",
    "compare_levels",
    "compare_scales",
    "compare_schemes",
    "contiguity",
    "correlate_with",
    "correlation_figure",
    "correlation_flags",
    "count_by_name",
    "count_points",
    "coupling_coordination",
    "cronbach_alpha",
    "cut_gaps",
    "describe_indicators",
    "effective_number",
    "expand_members",
    "function_shares",
    "gap_effects",
    "gazetteer",
    "gcj02_suspicion",
    "gcj02_to_wgs84",
    "herfindahl",
    "join_indicators",
    "leave_one_out",
    "list_datasets",
    "load_context",
    "load_framework",
    "load_indicators",
    "load_layout",
    "load_pack",
    "load_regions",
    "load_study",
    "macro_regions",
    "match_names",
    "morans_i",
    "new_study",
    "obstacle_degree",
    "overlaps",
    "pca_diagnostics",
    "preferred_k",
    "radar_figure",
    "rank_interval_figure",
    "rank_size",
    "rank_size_figure",
    "read_indicators",
    "read_regions",
    "register",
    "roll_up",
    "save_figure",
    "save_tables",
    "score_regions",
    "score_residuals",
    "sensitivity",
    "shannon_diversity",
    "sobol_indices",
    "tier_figure",
    "tier_map",
    "tier_number_figure",
    "tier_probability_figure",
    "tiers_from_ranking",
    "to_latex",
    "to_markdown",
    "weight_figure",
    "weights_to_rise",
    "wgs84_to_gcj02",
]
