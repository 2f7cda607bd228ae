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
    HubtiersWarning,
    JoinError,
    MissingColumnError,
    MissingDependencyError,
    NotComparableError,
    OverlapError,
    OverlapWarning,
    SpecError,
    UnknownOptionError,
)
from .explain import Explanation
from .framework import (
    CATEGORIES,
    FUNCTIONS,
    TIERS,
    Framework,
    Group,
    Indicator,
    load_framework,
    location_factors,
)
from .gaps import gap_effects
from .hubs.compare_layouts import LayoutComparison, compare_layouts
from .hubs.cores import CoCores, LargestGap, SingleCore
from .hubs.describe import describe_structure
from .hubs.diffusion import Diffusion, simulate_diffusion
from .hubs.ellipse import Ellipse, deviation_ellipse, mean_centre
from .hubs.extents import FieldExtent, HuffExtent, LargestLinkExtent, NoExtent, ProvinceExtent
from .hubs.flows import (
    FittedDecay,
    core_periphery,
    disparity,
    fit_decay,
    interlocking_links,
    largest_links,
)
from .hubs.inequality import Theil, gini, primacy, theil
from .hubs.interaction import breakpoint_distance, field_strength, gravity, huff_shares
from .hubs.layout import Corridor, Hub, HubLayout, load_layout
from .hubs.links import (
    Contiguous,
    DisparityLinks,
    Gravity,
    Interlocking,
    ModifiedGravity,
    ObservedFlows,
    StrongLinks,
    Within,
)
from .hubs.local_space import general_g, getis_ord, local_moran
from .hubs.network import HubNetwork, build_network
from .hubs.plan import Attainment, attainment, load_targets, read_plan
from .hubs.proposal import Proposal
from .hubs.propose import ProposedLayout, propose_layout
from .hubs.reach import Accessibility, accessibility, p_median
from .hubs.roles import DivisionOfLabour, division_of_labour
from .hubs.stability import LayoutStability, assess_layout
from .hubs.structure import RankSize, rank_size
from .indicator_structure import IndicatorStructure, describe_indicators
from .obstacles import obstacle_degree
from .outcome import Outcome
from .regions.boundaries import load_context, load_regions
from .regions.contiguity import contiguity
from .regions.crs import gcj02_suspicion, gcj02_to_wgs84, wgs84_to_gcj02
from .regions.distance import distances, read_distances
from .regions.gazetteer import MatchReport, gazetteer, match_names
from .regions.membership import expand_members, overlaps
from .regions.pack import Pack, load_pack
from .regions.read import read_regions
from .regions.shipped_pairs import load_distances, load_flows
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
from .show.figures.diffusion import diffusion_figure
from .show.figures.evidence import correlation_figure, tier_number_figure
from .show.figures.figure import save_figure, tier_figure
from .show.figures.years import years_figure
from .show.language import set_language
from .show.pages.brief import build_brief
from .show.pages.markup import to_latex, to_markdown
from .show.pages.report import build_report
from .show.pages.workbook import save_tables
from .show.web.explorer import Explorer
from .show.web.webmap import tier_map
from .study import Study, load_study
from .table.by_name import count_by_name
from .table.concentration import effective_number, herfindahl, shannon_diversity
from .table.deflate import PriceIndex
from .table.indicator_table import IndicatorTable
from .table.indicators import compare_editions, load_indicators
from .table.join import join_indicators, join_years
from .table.name_report import NameReport
from .table.points.count import MeanOf, PointFiles, count_points
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
from .years.centre import CentrePath, centre_path
from .years.moves import TierMoves, assess_moves
from .years.panel import TierPanel, tier_panel
from .years.spatial import SpatialTransitions, spatial_transitions
from .years.transitions import TierTransitions, tier_transitions

__version__: str

__all__ = [
    "CATEGORIES",
    "FUNCTIONS",
    "TIERS",
    "Accessibility",
    "Agreement",
    "AhpWeights",
    "Arithmetic",
    "AsIs",
    "Attainment",
    "BenefitOfDoubt",
    "BestOfMany",
    "BoxCox",
    "BudgetAllocation",
    "CRSError",
    "CentrePath",
    "CentredGoalposts",
    "CoCores",
    "CombinedWeights",
    "Comparison",
    "ConstantIndicatorError",
    "Contiguous",
    "Copeland",
    "Corridor",
    "CriticWeights",
    "DataError",
    "Denominate",
    "Diffusion",
    "Dirichlet",
    "DisparityLinks",
    "DistanceToReference",
    "DivisionOfLabour",
    "DomainError",
    "DuplicateRegionError",
    "Ellipse",
    "EntropyWeights",
    "EqualIntervals",
    "EqualWeights",
    "Explanation",
    "Explorer",
    "FieldExtent",
    "FittedDecay",
    "FittedScheme",
    "FittedWeights",
    "Framework",
    "FrameworkWeights",
    "GaussianMixture",
    "Geometric",
    "GivenWeights",
    "Goalposts",
    "Gravity",
    "GreyRelation",
    "Group",
    "GroupMean",
    "GroupMedian",
    "Harmonic",
    "HeadTail",
    "Hierarchical",
    "Hub",
    "HubLayout",
    "HubNetwork",
    "HubtiersError",
    "HubtiersWarning",
    "HuffExtent",
    "Indicator",
    "IndicatorFile",
    "IndicatorStructure",
    "IndicatorTable",
    "Interlocking",
    "JoinError",
    "JoinReport",
    "KMeans",
    "KNearest",
    "LargestGap",
    "LargestLinkExtent",
    "LatestYear",
    "LayoutComparison",
    "LayoutStability",
    "LinearInTime",
    "LogMinMax",
    "LogTransform",
    "MatchReport",
    "MazziottaPareto",
    "MeanImpute",
    "MeanOf",
    "MedianImpute",
    "MinMax",
    "MissingColumnError",
    "MissingDependencyError",
    "ModifiedGravity",
    "MoransI",
    "NameReport",
    "NaturalBreaks",
    "NoDenominate",
    "NoExtent",
    "NoTreatment",
    "Noise",
    "NotComparableError",
    "ObservedFlows",
    "Outcome",
    "OverlapError",
    "OverlapWarning",
    "Pack",
    "PcaWeights",
    "PercentileRank",
    "PointFiles",
    "PositionRules",
    "PowerMean",
    "PriceIndex",
    "Proposal",
    "ProposedLayout",
    "ProvinceExtent",
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
    "SingleCore",
    "SpatialTransitions",
    "SpecError",
    "StandardDeviation",
    "StrongLinks",
    "Study",
    "Theil",
    "Thresholds",
    "TierMoves",
    "TierPanel",
    "TierScale",
    "TierTransitions",
    "Topsis",
    "UniformAround",
    "UnknownOptionError",
    "Variation",
    "VariationWeights",
    "VectorNorm",
    "Vikor",
    "Winsorise",
    "Within",
    "ZScore",
    "accessibility",
    "agreement",
    "assess_layout",
    "assess_moves",
    "assess_robustness",
    "attainment",
    "breakpoint_distance",
    "build_brief",
    "build_network",
    "build_report",
    "centre_path",
    "choose_k",
    "compare_baselines",
    "compare_editions",
    "compare_layouts",
    "compare_levels",
    "compare_scales",
    "compare_schemes",
    "contiguity",
    "core_periphery",
    "correlate_with",
    "correlation_figure",
    "correlation_flags",
    "count_by_name",
    "count_points",
    "coupling_coordination",
    "cronbach_alpha",
    "cut_gaps",
    "describe_indicators",
    "describe_structure",
    "deviation_ellipse",
    "diffusion_figure",
    "disparity",
    "distances",
    "division_of_labour",
    "effective_number",
    "expand_members",
    "field_strength",
    "fit_decay",
    "function_shares",
    "gap_effects",
    "gazetteer",
    "gcj02_suspicion",
    "gcj02_to_wgs84",
    "general_g",
    "getis_ord",
    "gini",
    "gravity",
    "herfindahl",
    "huff_shares",
    "interlocking_links",
    "join_indicators",
    "join_years",
    "largest_links",
    "leave_one_out",
    "list_datasets",
    "load_context",
    "load_distances",
    "load_flows",
    "load_framework",
    "load_indicators",
    "load_layout",
    "load_pack",
    "load_regions",
    "load_study",
    "load_targets",
    "local_moran",
    "location_factors",
    "macro_regions",
    "match_names",
    "mean_centre",
    "morans_i",
    "new_study",
    "obstacle_degree",
    "overlaps",
    "p_median",
    "pca_diagnostics",
    "preferred_k",
    "primacy",
    "propose_layout",
    "radar_figure",
    "rank_interval_figure",
    "rank_size",
    "rank_size_figure",
    "read_distances",
    "read_indicators",
    "read_plan",
    "read_regions",
    "register",
    "roll_up",
    "save_figure",
    "save_tables",
    "score_regions",
    "score_residuals",
    "sensitivity",
    "set_language",
    "shannon_diversity",
    "simulate_diffusion",
    "sobol_indices",
    "spatial_transitions",
    "theil",
    "tier_figure",
    "tier_map",
    "tier_number_figure",
    "tier_panel",
    "tier_probability_figure",
    "tier_transitions",
    "tiers_from_ranking",
    "to_latex",
    "to_markdown",
    "weight_figure",
    "weights_to_rise",
    "wgs84_to_gcj02",
    "years_figure",
]
