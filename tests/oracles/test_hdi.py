"""The Human Development Index by a study file: countries by name, goalposts, logarithm, geometric mean.

Published values of 2010 and 2021, with three digits: UNDP, Human Development Report 2023/24, composite indices (free with
attribution). Method: technical note 1 of the report.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import hubtiers as ht

DATA = Path(__file__).parent / "data" / "hdi_2010_2021.csv"
FRAMEWORK = """\
code,name_en,parent,direction,kind,weight
health,Health,,,,1
education,Education,,,,1
income,Income,,,,1
life_expectancy,Life expectancy,health,1,intensive,1
expected_schooling,Expected years of schooling,education,1,intensive,1
mean_schooling,Mean years of schooling,education,1,intensive,1
gni_per_capita,Gross national income per head,income,1,intensive,1
"""
STUDY = """\
title_en = "Human Development Index"
[data]
regions = "country"
indicators = "values.csv"
region_column = "country"
framework = "framework.csv"
year = {year}
[method]
treat = {{ method = "LogTransform", indicators = ["gni_per_capita"] }}
weight = "FrameworkWeights"
aggregate = ["Arithmetic", "Geometric"]
[method.tier]
method = "Thresholds"
breaks = [0.55, 0.7, 0.8]
closed = "below"
digits = 3
labels = ["very high", "high", "medium", "low"]
[method.normalise]
method = "Goalposts"
[method.normalise.bounds]
life_expectancy = [20, 85]
expected_schooling = [0, 18]
mean_schooling = [0, 15]
gni_per_capita = [4.605170185988092, 11.225243392518447]   # logarithms of 100 and 75,000
[robustness]
draws = 0
"""


@pytest.fixture(scope="module")
def published():
    return pd.read_csv(DATA)


@pytest.mark.parametrize(("year", "number"), [(2010, 191), (2021, 192)])
def test_published_values_are_met_to_the_printed_digit(tmp_path, published, year, number):
    rows = published[published["year"] == year]
    rows.drop(columns="hdi").to_csv(tmp_path / "values.csv", index=False)
    (tmp_path / "framework.csv").write_text(FRAMEWORK, encoding="utf-8")
    (tmp_path / "hdi.toml").write_text(STUDY.format(year=year), encoding="utf-8")
    table = ht.load_study(tmp_path / "hdi.toml").load_table()
    # Every name of the report is a country of the pack: none is unmatched, none was left out.
    assert table.report.unmatched.empty
    result = ht.load_study(tmp_path / "hdi.toml").scheme.run(table)
    ids = table.report.matches.set_index("name")["region_id"]
    index = rows.dropna(subset=["hdi"]).set_index("country")["hdi"].rename(index=ids)
    scores = result.scores.dropna()
    assert len(scores) == len(index) == number
    assert (scores.round(3) - index).abs().max() == 0
    # Groups of the printed index: their lower bound belongs to them.
    bounds, labels = [0, 0.55, 0.7, 0.8, 1], ["low", "medium", "high", "very high"]
    groups = pd.cut(index, bounds, labels=labels, right=False)
    assert (result.tier[index.index].astype(str) == groups.astype(str)).all()
    assert result.table.source.credit("en") == "Natural Earth (public domain)"
