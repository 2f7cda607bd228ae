"""The sections that weigh the evidence say what the functions behind them say."""

from __future__ import annotations

import re
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from hubtiers.outcome import Outcome
from hubtiers.scheme import Scheme
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.pages.sections_evidence import (
    number_section,
    outside_part,
    reference_part,
    space_section,
    structure_section,
    top_tier_caveat,
)
from hubtiers.show.words import Text
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks
from hubtiers.tiers.clusters import KMeans

TITLE = Text("研究", "Study")


class Beyond(NaturalBreaks):
    """A rule that holds regions against a place outside."""

    yardstick: ClassVar[str] = "elsewhere"


def plain(html: str) -> str:
    """Text of a page without its tags and pictures."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


@pytest.fixture(scope="module")
def zhang() -> Material:
    return Material.of(load_study("zhang2022").run(), TITLE)


def grid_material(seed: int = 3, reference: pd.Series | None = None) -> Material:
    """Twenty-five squares, scored by a slope and some noise, and two other columns."""
    rng = np.random.default_rng(seed)
    cells = [box(n % 5, n // 5, n % 5 + 1, n // 5 + 1) for n in range(25)]
    layer = gpd.GeoDataFrame(
        {"name_zh": [f"格{n}" for n in range(25)], "name_en": [f"Cell {n}" for n in range(25)]},
        geometry=cells,
        index=pd.Index([f"c{n}" for n in range(25)], name="region_id"),
        crs="EPSG:4326",
    )
    slope = np.arange(25) // 5 + rng.random(25)
    values = pd.DataFrame({"rd": slope, "jobs": rng.random(25)}, index=layer.index)
    result = Scheme(tier=NaturalBreaks(4)).run(join_indicators(layer, values))
    people = pd.Series(rng.random(25), index=layer.index)
    titles = {"people": {"zh": "人口", "en": "people"}}
    return Material(
        result, TITLE, reference=reference, baselines={"people": people}, baseline_titles=titles
    )


def test_the_number_of_tiers_is_told_with_what_speaks_against_it(zhang) -> None:
    text = plain(number_section(zhang, Page("en")))
    assert "each measure prefers: Silhouette 2, BIC 6, Gap statistic 2" in text
    assert "3 tiers, which none of these measures supports" in text
    assert "which has 4" in text
    assert "The reference has 3 tiers as well" in text
    assert "hardly differ: National and Regional (1.0 ×)" in text
    chinese = plain(number_section(zhang, Page("zh")))
    assert "本研究分 3 级，上述指标均不支持" in chinese
    assert "国家级与区域级（1.0 倍）" in chinese


def test_a_supported_number_of_tiers_is_told_as_such() -> None:
    scores = pd.DataFrame({"rd": [0.0, 0.01, 0.02, 0.5, 0.51, 0.52, 0.98, 0.99, 1.0]})
    labels = ("top", "middle", "low")
    result = Scheme(tier=NaturalBreaks(3, labels=labels)).run(
        IndicatorTable.from_frame(scores.set_axis(list("abcdefghi")))
    )
    text = plain(number_section(Material(result, TITLE), Page("en")))
    assert "3 tiers, which is supported by: Silhouette, BIC" in text
    assert "framework of innovation hubs" not in text
    assert "Every cut lies in a gap of at least 2 times the median one" in text


def test_structure_prints_both_effective_numbers(zhang) -> None:
    text = plain(structure_section(zhang, Page("en")))
    assert "their correlation not counted, they are effectively 10.00" in text
    assert "with correlation counted only 1.71" in text
    assert "The first component explains 74% of the variance" in text
    assert "8 pairs have a correlation of at least .9, 3 of them across functions" in text
    assert "Size has 90% of the weight and intensity 10%" in text
    one_role = plain(structure_section(grid_material(), Page("en")))
    assert "The framework does not part size from intensity" in one_role
    alone = IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0, 3.0]}, index=list("abc")))
    result = Scheme(tier=NaturalBreaks(2)).run(alone)
    assert structure_section(Material(result, TITLE), Page("en")) == ""


def test_pairs_that_the_section_leaves_out_stand_in_the_appendix() -> None:
    rng = np.random.default_rng(2)
    size = rng.random(30)
    columns = {f"i{n}": size + 0.01 * rng.random(30) for n in range(8)}
    table = IndicatorTable.from_frame(pd.DataFrame(columns, [f"r{n}" for n in range(30)]))
    result = Scheme(tier=NaturalBreaks(2)).run(table)
    page = Page("en")
    said = plain(structure_section(Material(result, TITLE), page))
    assert "The first 8 rows; 20 more in the appendix" in said
    assert [len(whole.rows) for whole in page.in_full] == [28]
    page = Page("en")
    structure_section(grid_material(), page)
    assert page.in_full == []


def test_tiers_that_are_not_cut_from_the_score_are_told_as_such() -> None:
    material = grid_material()
    clustered = Scheme(tier=KMeans(4)).run(material.result.table)
    text = plain(number_section(Material(clustered, TITLE), Page("en")))
    assert "The tiers of this study are not cut from the score" in text
    assert "not cut from the score" not in plain(number_section(material, Page("en")))


def test_full_agreement_has_a_bound_and_a_caveat_and_no_interval_of_kappa(zhang) -> None:
    text = plain(reference_part(zhang, Page("en")))
    assert "1.000 to 1.000" not in text
    assert "with n = 14 one can say with 95 % that the share is at least 0.807" in text
    assert "R&amp;D intensity alone (best of 10 indicators) 12 14 [0.572, 0.982] 0.823" in text
    assert "3 schemes were tried, with 7 to 14 of 14 in the tier of the reference" in text
    assert "The score has 14 of 14 in the tier of the reference, the best baseline 12 of 14" in text


def test_a_baseline_that_does_as_well_is_told_and_so_are_regions_not_named() -> None:
    rd = grid_material().result.normalised["rd"]
    by_rd = NaturalBreaks(4).fit(rd).apply(rd)
    material = grid_material(reference=by_rd.iloc[:12])
    text = plain(reference_part(material, Page("en")))
    assert "this agreement is no evidence for the composite" in text
    high = material.result.tier.iloc[12:].isin(["international", "national"])
    ranked = material.result.tier.isin(["international", "national"]).sum()
    assert f"Of {ranked} regions that are International or National here" in text
    assert f"the reference does not name {high.sum()}" in text
    assert "people alone" in text
    assert "with so few regions it is a guide only" in text
    assert reference_part(grid_material(), Page("en")) == ""


def test_space_reads_scores_and_what_a_baseline_leaves() -> None:
    text = plain(space_section(grid_material(), Page("en")))
    assert "Neighbours: regions that touch, if only in a corner" in text
    assert "Residual from people" in text
    assert "Scores: neighbours resemble each other and are no independent witnesses" in text
    chinese = plain(space_section(grid_material(), Page("zh")))
    assert "扣除人口后的残差" in chinese
    assert "得分：相邻区域彼此相似，不是相互独立的样本" in chinese


def test_scattered_regions_are_compared_with_the_nearest() -> None:
    material = grid_material()
    apart = material.result.table.regions.copy()
    apart["geometry"] = apart.geometry.scale(0.5, 0.5)
    values = material.result.table.values
    result = Scheme(tier=NaturalBreaks(4)).run(join_indicators(apart, values))
    text = plain(space_section(Material(result, TITLE), Page("en")))
    assert "Neighbours: the 4 nearest regions" in text


def test_space_needs_a_map() -> None:
    table = IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0, 3.0]}, index=list("abc")))
    result = Scheme(tier=NaturalBreaks(2)).run(table)
    assert space_section(Material(result, TITLE), Page("en")) == ""


def test_provinces_against_their_groups() -> None:
    study = load_study("provinces2022")
    result = study.scheme.run(study.load_table())
    text = plain(space_section(Material(result, TITLE), Page("en")))
    assert "the regions form 4 groups: 45% of the variance of scores lies between groups" in text


def test_the_top_tier_is_that_of_the_regions_compared() -> None:
    result = grid_material().result
    told = plain(top_tier_caveat(result, Page("en")))
    assert "“International” means the highest class of the 25 regions compared" in told
    assert "“国际级”指所比较的 25 个区域中的最高一级" in plain(top_tier_caveat(result, Page("zh")))
    outside = Scheme(tier=Beyond(3)).run(result.table)
    assert top_tier_caveat(outside, Page("en")) == ""


def test_correlations_with_outside_variables_have_intervals() -> None:
    row = {"outside": "ranking", "pearson": 0.69, "spearman": 0.6, "kendall": 0.5, "n": 10}
    row |= {"pearson_low": 0.11, "pearson_high": 0.92, "spearman_low": -0.1, "spearman_high": 0.9}
    material = Material(
        grid_material().result, TITLE, outside=pd.DataFrame([row | {"same_tier": 6}])
    )
    text = plain(outside_part(material, Page("en")))
    assert "ranking 0.690 [0.110, 0.920] 0.600 [−0.100, 0.900] 0.500 10 6" in text
    assert "no independent witness" in text
    assert outside_part(grid_material(), Page("en")) == ""


def test_outcome_without_a_reference_has_no_baselines_to_agree() -> None:
    outcome = load_study("provinces2022").run()
    assert isinstance(outcome, Outcome)
    assert outcome.baseline_agreement is None
