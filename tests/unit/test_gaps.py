"""What gaps did: where weight went, coverage within each function, and how tables, files, report and map say it."""

from __future__ import annotations

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import MeanImpute, RequireCoverage
from hubtiers.scoring.normalise import ZScore
from hubtiers.scoring.weight import FrameworkWeights
from hubtiers.show.gap_text import gap_texts
from hubtiers.show.pages.workbook import save_tables
from hubtiers.show.web.content import map_content
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

FRAMEWORK = Framework(
    (
        Indicator("papers", "论文数", "Papers", parent="research"),
        Indicator("labs", "实验室数", "Laboratories", parent="research"),
        Indicator("gdp", "地区生产总值", "GDP", parent="industry_size"),
        Indicator("zones", "高新区数", "High-tech zones", parent="industry_size"),
        Indicator("gdp_per_head", "人均地区生产总值", "GDP per head", parent="industry_intensity"),
        Indicator("patents", "专利数", "Patents", parent="technology"),
        Indicator("firms", "企业数", "Firms", parent="technology"),
    ),
    (
        Group("research", "科学研究", "Research"),
        Group("technology", "技术创新", "Technology"),
        Group("industry", "产业驱动", "Industry"),
        Group("industry_size", "产业规模", "Industry size", parent="industry", weight=2.0),
        Group("industry_intensity", "产业强度", "Industry intensity", parent="industry"),
    ),
)
SCHEME = Scheme(impute=RequireCoverage(0.7), weight=FrameworkWeights(), tier=NaturalBreaks(3))


def table(rows=12, **gaps):
    """Regions of which some lack indicators: `gaps` name codes by region."""
    rng = np.random.default_rng(4)
    ids = [f"r{i:02}" for i in range(rows)]
    frame = pd.DataFrame(rng.lognormal(size=(rows, 7)), columns=FRAMEWORK.codes, index=ids)
    for region, codes in gaps.items():
        frame.loc[region, codes] = np.nan
    names = pd.DataFrame(
        {"name_zh": [f"{i}号" for i in ids], "name_en": [f"No. {i}" for i in ids]}, index=ids
    )
    made = IndicatorTable.from_frame(frame, framework=FRAMEWORK)
    regions = made.regions.assign(name_zh=names["name_zh"], name_en=names["name_en"])
    return IndicatorTable(made.values, regions, made.framework, made.status, made.year)


def test_weight_of_a_gap_falls_on_the_same_function():
    result = SCHEME.run(table(r01=["gdp", "gdp_per_head"], r02=["papers"], r03=["gdp", "zones"]))
    found = result.gap_effects.set_index(["region_id", "indicator"])
    assert list(found.index) == [
        ("r01", "gdp"),
        ("r01", "gdp_per_head"),
        ("r02", "papers"),
        ("r03", "gdp"),
        ("r03", "zones"),
    ]
    # A third of the score from one indicator, which counts a ninth where nothing is missing.
    third = found.loc["r01"]
    assert third["taken_over_by"].tolist() == third["heaviest"].tolist() == ["zones", "zones"]
    assert third["weight_before"].tolist() == pytest.approx([1 / 9] * 2)
    assert third["weight_now"].tolist() == pytest.approx([1 / 3] * 2)
    assert third["weight"].tolist() == pytest.approx([1 / 9, 1 / 9])
    assert found.loc[("r02", "papers"), "taken_over_by"] == "labs"
    assert found.loc[("r02", "papers"), "weight_now"] == pytest.approx(1 / 3)
    # A group without a value hands its weight to the group beside it.
    assert found.loc["r03"]["taken_over_by"].tolist() == ["gdp_per_head", "gdp_per_head"]
    # What a region weighs is what its score is made of.
    row = result.normalised.loc["r01"]
    score = (row["papers"] + row["labs"] + row["patents"] + row["firms"]) / 6 + row["zones"] / 3
    assert result.scores["r01"] == pytest.approx(score, abs=1e-11)


def test_a_function_without_a_value_hands_its_weight_to_the_others():
    chosen = SCHEME.replace(impute=RequireCoverage(0.5))
    found = chosen.run(table(r05=["patents", "firms"])).gap_effects
    assert found["taken_over_by"].unique().tolist() == ["papers;labs;gdp;zones;gdp_per_head"]
    assert found["heaviest"].unique().tolist() == ["papers"]
    assert found["weight_now"].tolist() == pytest.approx([1 / 4] * 2)


def test_filled_gaps_hand_no_weight_on_and_unscored_regions_have_no_row():
    gappy = table(r01=["gdp", "gdp_per_head"], r02=FRAMEWORK.codes[:5])
    found = SCHEME.replace(impute=MeanImpute(0.5)).run(gappy).gap_effects
    assert found["region_id"].unique().tolist() == ["r01"]
    assert found["filled"].tolist() == [True, True]
    assert found["taken_over_by"].tolist() == ["", ""]
    strict = SCHEME.replace(impute=RequireCoverage(0.75)).run(gappy)
    assert len(strict.gap_effects) == 0
    assert "missing" not in strict.to_frame()
    assert list(ht.gap_effects(strict).columns) == list(found.columns)


def test_the_table_marks_what_is_missing():
    frame = SCHEME.run(table(r01=["gdp", "gdp_per_head"], r02=["papers"])).to_frame()
    assert frame["missing"].dropna().to_dict() == {"r01": "gdp;gdp_per_head", "r02": "papers"}
    assert frame["heaviest_weight"].dropna().to_dict() == pytest.approx(
        {"r01": 1 / 3, "r02": 1 / 3}
    )
    assert frame.loc["r01", "coverage"] == pytest.approx(5 / 7)


GAPPY = {"r01": ["gdp", "gdp_per_head"], "r02": ["papers"], "r03": ["papers", "patents"]}


@pytest.mark.parametrize(
    ("per", "unscored"),
    [
        ("framework", []),
        # Of the functions, industry has a third in r01, research a half in r02 and r03.
        ("function", ["r01", "r02", "r03"]),
        # Industry size has a half, industry intensity nothing; research has no sub-group, and its
        # indicators count with those of technology: 3 of 4 in r02, 2 of 4 in r03.
        ("sub-group", ["r01", "r03"]),
        ("group", ["r01", "r02", "r03"]),
    ],
)
def test_coverage_is_asked_within_each_group(per, unscored):
    chosen = SCHEME.replace(impute=RequireCoverage(0.7, per=per))
    result = chosen.run(table(**GAPPY))
    assert result.no_data == unscored
    lenient = SCHEME.replace(impute=RequireCoverage(0.5, per="function")).run(table(**GAPPY))
    assert lenient.no_data == ["r01"]


def test_no_third_of_a_score_comes_from_one_indicator_because_another_is_missing():
    """Finding: two regions were promoted because their GDP was missing; within their function a count took its weight."""
    gappy = table(40, **{f"r{i:02}": ["gdp", "gdp_per_head"] for i in range(0, 40, 5)})
    loose = SCHEME.run(gappy).gap_effects
    assert loose["weight_now"].max() == pytest.approx(1 / 3)
    strict = SCHEME.replace(impute=RequireCoverage(0.7, per="function")).run(gappy)
    assert len(strict.gap_effects) == 0
    assert len(strict.no_data) == 8


def test_coverage_by_group_runs_in_draws_and_in_a_study():
    chosen = SCHEME.replace(impute=RequireCoverage(0.5, per="function"))
    gappy = table(**GAPPY)
    for variation in (
        Variation(weights=Dirichlet(), leave_one_out=True),
        # The short cut on bare arrays, and the frames.
        Variation(noise=Noise(10)),
        Variation(noise=Noise(10), leave_one_out=True, weights=("equal",)),
    ):
        robust = assess_robustness(chosen, gappy, variation, draws=60, rng=3)
        for draw in range(30):
            plain = robust.replay(draw)
            np.testing.assert_allclose(robust.scores_of([draw]).loc[draw], plain.scores, rtol=1e-10)
            assert "r01" in plain.no_data or variation.leave_one_out
    # What is left out leaves a function smaller: r02 has none of research without the laboratories.
    left_out = robust.choices_of(range(60))["leave_out"]
    shares = {
        "r00": 1.0,
        "r01": left_out.isin(["gdp", "gdp_per_head"]).mean(),
        "r02": 1.0 - (left_out == "labs").mean(),
        "r03": 1.0 - left_out.isin(["labs", "firms"]).mean(),
    }
    assert robust.scored[list(shares)].to_dict() == pytest.approx(shares)
    spec = {"method": "RequireCoverage", "share": 0.5, "per": "function"}
    assert Scheme.from_spec(chosen.to_spec()).impute == chosen.impute
    assert chosen.to_spec()["impute"] == spec


def test_coverage_per_group_is_refused_where_it_says_nothing():
    flat = IndicatorTable.from_frame(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 1.0]}))
    with pytest.raises(
        SpecError, match="finds no such group in the framework, which has no groups"
    ):
        Scheme(impute=RequireCoverage(0.7, per="function"), tier=NaturalBreaks(2)).run(flat)
    two_levels = Framework(FRAMEWORK.indicators[:2], FRAMEWORK.groups[:1])
    values = table().values[["papers", "labs"]]
    with pytest.raises(SpecError, match="which has function. Write per='framework'"):
        RequireCoverage(0.7, per="sub-group").fit(values, framework=two_levels)
    with pytest.raises(SpecError, match="needs the framework that groups"):
        RequireCoverage(0.7, per="function").fit(values)
    with pytest.raises(SpecError, match="needs the framework that groups the indicators"):
        RequireCoverage(0.7, per="function").array_form(
            values.to_numpy(float), np.ones(values.shape[1])
        )
    with pytest.raises(UnknownOptionError, match="Did you mean 'function'"):
        RequireCoverage(0.7, per="functions")
    empty = table().values.assign(papers=np.nan, labs=np.nan)
    with pytest.raises(DataError, match="70% of the 7 indicators within every function; the best"):
        RequireCoverage(0.7, per="function").fit(empty, framework=FRAMEWORK)


def test_the_sentence_names_what_is_missing_and_what_took_over():
    texts = gap_texts(SCHEME.run(table(**GAPPY)))
    assert texts["r01"][0].en == (
        "GDP, GDP per head missing; the weight falls on High-tech zones: 33 % of the score from one "
        "indicator (without the gap 11 %)"
    )
    assert texts["r01"][0].zh == (
        "地区生产总值、人均地区生产总值缺失；其权重由高新区数承担：得分的 33% 出自这一项指标（无缺失时为 11%）"
    )
    assert len(texts["r03"]) == 2
    assert texts["r03"][1].en.startswith("Patents missing; the weight falls on Firms")
    whole = SCHEME.replace(impute=RequireCoverage(0.5)).run(table(r05=["patents", "firms"]))
    assert gap_texts(whole)["r05"][0].en == (
        "Patents, Firms missing; the weight falls on Papers, Laboratories, GDP and 2 more: 25 % of "
        "the score from Papers (without the gap 17 %)"
    )
    filled = SCHEME.replace(impute=MeanImpute(0.5)).run(table(r01=["gdp"]))
    assert gap_texts(filled)["r01"][0].en == "GDP missing and filled"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_report_and_workbook_say_what_gaps_did(language, tmp_path):
    result = SCHEME.run(table(**GAPPY))
    report = ht.build_report(result, language=language)
    assert "missing" in report.to_frame()["section"].tolist()
    said = "3 个计分区域缺少部分指标" if language == "zh" else "3 regions with a score lack some"
    assert said in report.html
    worst = "得分的 33% 出自" if language == "zh" else "33 % of the score comes from one indicator"
    assert worst in report.html
    book = openpyxl.load_workbook(save_tables(result, tmp_path / "t.xlsx", language=language))
    sheet = book["缺失的影响" if language == "zh" else "What gaps did"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    first = next(row for row in rows if isinstance(row[-1], float))
    assert first[-2:] == pytest.approx([1 / 9, 1 / 3]) or first[-2:] == pytest.approx(
        [1 / 6, 1 / 3]
    )
    whole = ht.build_report(SCHEME.run(table()), language=language)
    assert "missing" not in whole.to_frame()["section"].tolist()


def test_the_map_carries_each_sentence_once():
    study = ht.load_study("provinces2022")
    made = study.load_table()
    values = made.values.copy()
    values.loc[["420000", "430000"], made.framework.leaves("industry")[:-1]] = np.nan
    gappy = IndicatorTable(values, made.regions, made.framework, made.status, made.year)
    content = map_content(study.scheme.run(gappy), None, None, None)
    (sentence,) = content["gapTexts"]
    assert "33 % of the score from one indicator" in sentence["en"]
    marked = {row["id"]: row["gaps"] for row in content["regions"] if "gaps" in row}
    assert marked == {"420000": [0], "430000": [0]}
    assert map_content(study.scheme.run(made), None, None, None)["gapTexts"] == []


def test_run_json_holds_gaps_and_doubt(tmp_path):
    study = tmp_path / "own.toml"
    rows = table(**GAPPY)
    FRAMEWORK.to_csv(tmp_path / "framework.csv")
    frame = rows.values.copy()
    frame.index = [
        "110000",
        "120000",
        "130000",
        "140000",
        "150000",
        "210000",
        "220000",
        "230000",
        "310000",
        "320000",
        "330000",
        "340000",
    ]
    frame.rename_axis("region_id").to_csv(tmp_path / "values.csv")
    study.write_text(
        'title_en = "Gaps"\n[data]\nregions = "listed"\nindicators = "values.csv"\n'
        'framework = "framework.csv"\n[method]\n'
        'impute = { method = "RequireCoverage", share = 0.6, per = "framework" }\n'
        'tier = { method = "NaturalBreaks", k = 3 }\n[robustness]\ndraws = 200\n'
        'variation = { weights = { method = "Dirichlet", per = "function" }, normalise = ["MinMax", "ZScore"] }\n'
        "[output]\nfigures = false\nreport = false\ntables = false\nexplorer = false\n",
        encoding="utf-8",
    )
    outcome = ht.load_study(study).run(tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert [row["indicator"] for row in record["gaps"]][:2] == ["gdp", "gdp_per_head"]
    doubt = record["robustness"]
    assert doubt["draws"] == 200
    assert doubt["unseen_below"] == pytest.approx(0.01487, abs=1e-5)
    assert "by_option" not in doubt
    assert [(row["step"], row["option"]) for row in doubt["sizes_by_option"]] == [
        ("normalise", "MinMax(low=0.0, high=1.0)"),
        ("normalise", repr(ZScore())),
    ]
    written = pd.read_csv(tmp_path / "out" / "by_option.csv", dtype={"region_id": str})
    own = ["international", "national", "regional"]
    assert written.columns.tolist()[:6] == [
        "step",
        "option",
        "region_id",
        "name_zh",
        "name_en",
        "draws",
    ]
    assert written.columns.tolist()[6:] == own
    assert len(written) == 2 * len(outcome.result.scores)
    for option in ("MinMax(low=0.0, high=1.0)", repr(ZScore())):
        for region, name in (("110000", "Beijing"), ("340000", "Anhui")):
            row = written[(written["option"] == option) & (written["region_id"] == region)].iloc[0]
            found = outcome.robustness.by_option.query("option == @option and region_id == @region")
            by_tier = found.set_index("tier")["probability"]
            assert row["name_en"] == name
            assert row["draws"] == found["draws"].iloc[0]
            assert row[own].tolist() == pytest.approx(by_tier[own].tolist(), abs=1e-12)
    assert {row["factor"] for row in doubt["drivers"]} == {"weights", "normalise"}
    assert [row["node"] for row in doubt["weights_drawn"]] == ["research", "technology", "industry"]
    gaps = pd.read_csv(tmp_path / "out" / "gaps.csv", dtype={"region_id": str}, index_col=0)
    assert gaps.loc["120000", "indicator"].tolist() == ["gdp", "gdp_per_head"]
    scores = pd.read_csv(tmp_path / "out" / "scores.csv", dtype={"region_id": str}, index_col=0)
    assert "missing" not in scores.columns
