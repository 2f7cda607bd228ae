from .compare import Comparison, compare_schemes
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
from .hubs.layout import Corridor, Hub, HubLayout, load_layout
from .hubs.structure import RankSize, rank_size
from .obstacles import obstacle_degree
from .regions.boundaries import load_regions
from .regions.crs import gcj02_suspicion, gcj02_to_wgs84, wgs84_to_gcj02
from .regions.gazetteer import MatchReport, gazetteer, match_names
from .regions.membership import expand_members, overlaps
from .regions.read import read_regions
from .robustness.montecarlo import assess_robustness
from .robustness.result import Robustness
from .robustness.sensitivity import leave_one_out, sensitivity, sobol_indices
from .robustness.variation import Dirichlet, Noise, UniformAround, Variation
from .robustness.weight_space import weights_to_rise
from .scheme import FittedScheme, Result, Scheme
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
    FrameworkWeights,
    GivenWeights,
    PcaWeights,
    VariationWeights,
)
from .show.figures.certainty import rank_interval_figure, tier_probability_figure
from .show.figures.charts import radar_figure, rank_size_figure, weight_figure
from .show.figures.figure import save_figure, tier_figure
from .show.pages.report import build_report
from .show.pages.tables import save_tables, to_latex, to_markdown
from .show.web.explorer import Explorer
from .show.web.webmap import tier_map
from .study import Outcome, Study, load_study
from .table.concentration import effective_number, herfindahl, shannon_diversity
from .table.indicator_table import IndicatorTable
from .table.indicators import compare_editions, load_indicators
from .table.join import join_indicators
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
from .tiers.number import choose_k
from .tiers.rules import PositionRules, function_shares, macro_regions
