"""What a user writes, as type checkers see it: each line that ends in `# refused` must be an error, and no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_type

import geopandas as gpd
import pandas as pd

import hubtiers as ht


@dataclass(frozen=True)
class HalfAndHalf:
    """A weighting of one's own."""

    uses_data: bool = False

    def fit(
        self, values: pd.DataFrame, *, framework: ht.Framework | None = None
    ) -> ht.FittedWeights:
        return ht.FittedWeights(self, pd.Series(1.0 / len(values.columns), index=values.columns))


regions = ht.load_regions("city")
assert_type(regions, gpd.GeoDataFrame)
assert_type(ht.__version__, str)
assert_type(ht.load_layout("zhang2022"), ht.HubLayout)

values = ht.load_indicators("zhang2022")
table = ht.join_indicators(regions, values, framework=ht.load_framework("zhang2022"))
assert_type(table, ht.IndicatorTable)

scheme = ht.Scheme(
    impute=ht.RequireCoverage(0.7),
    normalise=ht.MinMax(low=1, high=100),
    weight=(ht.EqualWeights(), ht.EntropyWeights()),
    aggregate=ht.Geometric(),
    tier=ht.NaturalBreaks(4),
)
assert_type(scheme.run(table), ht.Result)
assert_type(scheme.fit(table), ht.FittedScheme)
assert_type(scheme.run(table).breaks, ht.TierScale)
assert_type(ht.assess_robustness(scheme, table, ht.Variation(), draws=10), ht.Robustness)

ht.Scheme(weight=HalfAndHalf())
ht.Scheme(weight=ht.MinMax())  # refused
ht.Scheme(normalise=ht.EntropyWeights())  # refused
ht.Scheme(aggregate=ht.NaturalBreaks())  # refused
ht.Scheme(tier=ht.EntropyWeights())  # refused
ht.load_regions(3.5)  # refused
ht.no_such_name  # refused
