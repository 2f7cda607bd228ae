from .datasets import list_datasets, new_study
from .errors import ConstantIndicatorError, CRSError, DataError, DomainError, DuplicateRegionError, HubtiersError
from .errors import JoinError, MissingColumnError, MissingDependencyError, NotComparableError, OverlapError
from .errors import SpecError, UnknownOptionError
from .framework import CATEGORIES, FUNCTIONS, TIERS, Framework, Group, Indicator, load_framework
from .hubs.layout import Corridor, Hub, HubLayout, load_layout
from .regions.boundaries import load_regions
from .regions.crs import gcj02_suspicion, gcj02_to_wgs84, wgs84_to_gcj02
from .regions.gazetteer import MatchReport, gazetteer, match_names
from .regions.membership import expand_members, overlaps
from .regions.read import read_regions
from .scheme import FittedScheme, Result, Scheme
from .scoring.aggregate import Arithmetic
from .scoring.impute import RequireCoverage
from .scoring.normalise import MinMax
from .scoring.treat import NoTreatment
from .scoring.weight import CriticWeights, EntropyWeights, EqualWeights, FrameworkWeights
from .show.webmap import tier_map
from .study import Outcome, Study, load_study
from .table.concentration import effective_number, herfindahl, shannon_diversity
from .table.indicator_table import IndicatorTable
from .table.indicators import compare_editions, load_indicators
from .table.join import join_indicators
from .table.points import count_points
from .table.read import IndicatorFile, ReadLimits, ReadReport, read_indicators
from .table.report import JoinReport
from .table.roll_up import roll_up
from .tiers.agreement import Agreement, agreement
from .tiers.breaks import NaturalBreaks, TierScale
