from .errors import ConstantIndicatorError, CRSError, DataError, DomainError, DuplicateRegionError, HubtiersError, JoinError, MissingColumnError, MissingDependencyError, NotComparableError, OverlapError, SpecError, UnknownOptionError
from .framework import CATEGORIES, FUNCTIONS, TIERS, Framework, Indicator, load_framework
from .hubs.layout import HubLayout, load_layout
from .regions.boundaries import load_regions
from .scheme import FittedScheme, Result, Scheme
from .scoring.aggregate import Arithmetic
from .scoring.impute import RequireCoverage
from .scoring.normalise import MinMax
from .scoring.treat import NoTreatment
from .scoring.weight import CriticWeights, EntropyWeights, EqualWeights
from .show.webmap import tier_map
from .study import Study, load_study
from .table.indicator_table import IndicatorTable
from .table.indicators import load_indicators
from .table.join import join_indicators
from .tiers.agreement import agreement
from .tiers.breaks import NaturalBreaks, TierScale
