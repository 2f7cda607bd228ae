"""Reliability, correlations and principal components against published numbers and plain formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hubtiers.diagnose import correlate_with, correlation_flags, cronbach_alpha, pca_diagnostics
from hubtiers.errors import ConstantIndicatorError, DataError, MissingColumnError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

# Technology Achievement Index, OECD/JRC Handbook (2008), Table A.2; telephones and electricity are log10.
TAI = pd.DataFrame(
    [
        [187, 125.6, 200.2, 50.7, 3.08, 4.15, 10, 27.4],
    ],
    columns=["patents", "royalties", "internet", "exports", "telephones", "electricity", "schooling", "university"],
)
