"""The section on rules of position: the numbers of the result, in both languages."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from hubtiers.compare import compare_schemes
from hubtiers.scheme import Scheme
from hubtiers.show.pages.position_tables import position_table, rule_text, window_table
from hubtiers.show.pages.report import build_report
from hubtiers.show.pages.result_tables import by_weighting, list_tables
from hubtiers.show.pages.workbook import save_tables
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.rules import PositionRules

WORLD = {"papers": 1000.0, "patents": 500.0}


def scored(**options):
    frame = pd.DataFrame(
        {"papers": [60.0, 30, 9, 1, 2], "patents": [70.0, 15, 5, 10, 1]}, index=list("abcde")
    )
    made = IndicatorTable.from_frame(frame)
    regions = made.regions.assign(
        name_zh=list("甲乙丙丁戊"), name_en=list("ABCDE"), province=list("NNSSS")
    )
    table = dataclasses.replace(made, regions=regions)
    rules = PositionRules(50, 14, 5, macro_region_places=0, **options)
    return Scheme(tier=rules).run(table)


def test_every_region_that_a_rule_lifts_stands_with_its_shares():
    result = scored()
    frame = position_table(result).to_frame()
    by_region = frame.set_index("Region")
    assert by_region.loc["A", ["Tier", "Rule"]].tolist() == [
        "International",
        "at least 50 % of the total",
    ]
    assert by_region.loc["B", "papers, % of the total"] == pytest.approx(30 / 102 * 100)
    assert by_region.loc["B", "Functions that meet it"] == "papers, patents"
    assert "E" not in by_region.index


def test_many_functions_may_meet_a_rule():
    """In a framework of one level every indicator is a function of its own, and all of them are named."""
    codes = [f"i{number}" for number in range(12)]
    values = pd.DataFrame(1.0, index=list("abcde"), columns=codes)
    values.loc["a", codes[:11]] = 20.0
    rules = PositionRules(50, 30, 25, macro_region_places=0, province_places=0)
    result = Scheme(tier=rules, normalise="AsIs").run(IndicatorTable.from_frame(values))
    assert result.breaks.placements.loc["a", "functions"].split(", ") == codes[:11]
    row = position_table(result).to_frame().iloc[0]
    assert row["Functions that meet it"] == ", ".join(codes[:11])


def test_rules_in_words():
    rules = PositionRules(macro_region_places=2, province_places=1)
    assert rule_text(rules, "macro_region_places").en == "among the first 2 of its macro-region"
    assert rule_text(rules, "province_places").en == "first of its province"
    assert rule_text(rules, "province_places").zh == "省内前 1 位"
    assert rule_text(rules, "").en == "–"


def test_windows_are_those_of_the_tiers():
    result = scored()
    printed = window_table(result)
    zh, en = (printed.texts(language) for language in ("zh", "en"))
    found = result.breaks.windows.set_index("option")
    national = found.loc["national_share"]
    assert en[1][:4] == [
        "National: share, %",
        "14.00",
        f"{national['lowest']:.2f}",
        f"{national['highest']:.2f}",
    ]
    assert en[1][5] == "B → Regional"
    assert zh[1][5] == "乙 → 区域级"
    places = next(row for row in en if row[0].startswith("Regional: places"))
    assert places[1] == "1"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Rules of position", "“International” is the top class of the regions compared")),
        ("zh", ("位置规则", "“国际级”指所比较区域中的最高一级")),
    ],
)
def test_report_says_what_placed_whom(language, words):
    page = build_report(scored(), language=language)
    assert "position" in page.to_frame()["section"].tolist()
    for said in words:
        assert said in page.html
    assert "max &#123;m &lt; b&#125;" in page.html.replace("max&#", "max &#")
    section = re.search(r'<section id="position".*?</section>', page.html, re.DOTALL).group()
    assert section.count("<table") == 2


def test_other_tier_rules_have_no_such_section():
    result = scored()
    cut = result.fitted.scheme.replace(tier="natural-breaks").run(dataclasses.replace(result.table))
    assert "position" not in build_report(cut, language="en").to_frame()["section"].tolist()


def test_shares_of_the_world_are_named_so():
    result = scored(totals={"world": WORLD})
    assert rule_text(result.breaks.rules, "international_share").en == (
        "at least 50 % of the world's total"
    )
    frame = position_table(result).to_frame().set_index("Region")
    assert frame.loc["B", "papers, % of the world's total"] == 3.0
    assert np.isclose(frame.loc["B", "papers, % of the total"], 29.4117647)
    # 60 of 1,000 papers are no half of the world's, so that A is national.
    assert frame.loc["A", "Tier"] == "National"


def test_workbook_holds_both_tables(tmp_path):
    result = scored()
    book = openpyxl.load_workbook(save_tables(result, tmp_path / "t.xlsx", language="en"))
    cells = {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book
    }
    rows = [row for sheet in cells.values() for row in sheet]
    assert any(row[0] == "National: share, %" and row[1] == "14.00" for row in rows)
    assert any("at least 50 % of the total" in map(str, row) for row in rows)


def test_each_weighting_stands_once_beside_several_tier_rules():
    result = scored()
    scheme = result.fitted.scheme
    cut = scheme.replace(tier="natural-breaks")
    schemes = {"equal · PositionRules": scheme, "equal · NaturalBreaks": cut}
    comparison = compare_schemes(result.table, schemes)
    tables = list_tables(result, comparison=comparison)
    assert [c.heading.en for c in tables["weights"].columns][-1] == "equal"
    assert len(tables["weights"].columns) == 3
    assert list(by_weighting({"a": result, "b": result})) == ["a", "b"]
