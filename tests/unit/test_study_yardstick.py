"""A yardstick in a study file: said once, found in every kind of table, told in every product."""

from __future__ import annotations

import json

import openpyxl
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.errors import HubtiersError, SpecError
from hubtiers.show.words import yardstick_text

STUDY = """\
title_en = "Provinces"
[data]
regions = "{regions}"
indicators = {indicators}
{data}
[method.tier]
method = "RelativeTo"
percent = [50, 90, 120]
{rule}
[robustness]
draws = {draws}
[output]
language = "{language}"
"""
NATION = "主要指标（2022年）,,\n地 区,研发（亿元）,专利/件\n全 国,25,40\n"
ROWS = "北京,10,10\n天津,20,30\n河北,30,20\n山西,40,50\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "年鉴.csv").write_text(NATION + ROWS, encoding="utf-8")
    return tmp_path


def study(folder, **said):
    given = {
        "regions": "province",
        "indicators": '"年鉴.csv"',
        "data": "",
        "rule": 'yardstick = "全国"',
        "draws": 0,
        "language": "en",
    }
    text = STUDY.format(**given | said)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return ht.load_study(folder / "study.toml")


# (25 − 10) / 30 and (40 − 10) / 40: the mean is 0.625.
TIERS = {"110000": "local", "120000": "regional", "130000": "regional", "140000": "international"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"data": 'yardstick = "全国"'},
        {"rule": 'yardstick = "China"'},
        {"regions": "listed"},
        {"data": 'within = ["北京", "天津", "河北", "山西"]'},
        {"data": "year = 2022"},
    ],
    ids=str,
)
def test_the_total_that_the_reader_sets_aside(folder, said):
    result = study(folder, **said).run().result
    assert result.yardstick.score == pytest.approx(0.625)
    assert result.tier.dropna().to_dict() == TIERS


def test_in_a_table_of_its_own_and_in_several(folder):
    (folder / "regions.csv").write_text(NATION.replace("全 国,25,40\n", "") + ROWS, "utf-8")
    (folder / "nation.csv").write_text(
        "region,indicator,value,year\nPRC,研发,25,2022\nPRC,专利,40,2022\n", "utf-8"
    )
    both = '["regions.csv", "nation.csv"]'
    result = study(folder, indicators=both, rule='yardstick = "PRC"').run().result
    assert result.tier.dropna().to_dict() == TIERS
    assert result.table.report.unmatched.empty


def test_values_that_are_rolled_up(folder):
    counts = "city,实验室,企业\n440100,4,40\n440300,6,20\n330100,2,60\n330200,1,60\n全国,30,150\n"
    (folder / "labs.csv").write_text(counts, encoding="utf-8")
    data = 'roll_up = true\npartial = true\nregion_column = "city"'
    own = study(folder, indicators='"labs.csv"', data=data)
    result = own.run().result
    assert result.table.values.dropna().to_dict("index") == {
        "330000": {"实验室": 3.0, "企业": 120.0},
        "440000": {"实验室": 10.0, "企业": 60.0},
    }
    # (30 − 3) / 7 and (150 − 60) / 60: it lies beyond the regions.
    assert result.yardstick.score == pytest.approx((27 / 7 + 1.5) / 2)


def test_without_a_rule_that_needs_it(folder):
    outcome = study(folder, rule="", data='yardstick = "全国"').run()
    # The mean of the regions stays the measure: (0 + 5/12 + 11/24 + 1) / 4.
    assert outcome.result.breaks.method == "per cent of the mean in 4 tiers"
    assert yardstick_text(outcome.result).en == "China: score 0.625, not ranked"
    assert yardstick_text(outcome.result).zh == "全国：得分 0.625，不参与排位"


def test_every_product_tells_it(folder):
    out = folder / "out"
    study(folder, language="zh", draws=64).run(out)
    said = "全国 = 100（得分 0.625），界限为 50、90、120"
    for name in ("report.html", "map.html", "map.svg"):
        assert said in (out / name).read_text(encoding="utf-8"), name
    book = openpyxl.load_workbook(out / "tables.xlsx")
    cells = [[cell.value for cell in row] for row in book["综合得分、位次与层级"].iter_rows()]
    heads = cells[1]
    place = heads.index("全国 = 100")
    assert [row[place] for row in cells[2:6]] == pytest.approx([160, 220 / 3, 200 / 3, 0])
    assert f"{said}。" in [row[0] for row in cells]
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["yardstick"] == {
        "name": "全国",
        "score": pytest.approx(0.625),
        "values": {"研发": 25.0, "专利": 40.0},
    }
    scores = pd.read_csv(out / "scores.csv", encoding="utf-8-sig", dtype={"region_id": str})
    assert len(scores) == 34
    assert "全国" not in set(scores["name_zh"])


def test_robustness_and_comparison_by_the_study(folder):
    own = study(folder, draws=64)
    robust = own.assess_robustness(draws=64)
    # 河北 has 4/3 of the yardstick in one indicator, a third in the other; 天津 two thirds in both.
    assert 0 < robust.tier_probability.loc["130000", "local"] < 0.5
    assert 0 < robust.tier_probability.loc["130000", "international"] < 0.5
    assert robust.tier_probability.loc["120000", "regional"] == 1
    compared = own.compare(["equal", "entropy"])
    assert compared.results["entropy"].yardstick.score != compared.results["equal"].yardstick.score


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"rule": 'yardstick = "EU28"'}, "Unknown row for the yardstick: 'EU28'"),
        ({"rule": 'yardstick = "北京"'}, "'北京' is a region of the layer"),
        (
            {"data": "year = 2021", "indicators": '{ file = "年鉴.csv", year = 2022 }'},
            "No value of '研发', '专利' is left for the year asked",
        ),
    ],
)
def test_what_is_refused_when_it_runs(folder, said, message):
    with pytest.raises(HubtiersError, match=message):
        study(folder, **said).run()


def test_two_names_for_it(folder):
    with pytest.raises(SpecError, match="yardstick = 'World', and its tier rule '全国'. Name one"):
        study(folder, data='yardstick = "World"')
