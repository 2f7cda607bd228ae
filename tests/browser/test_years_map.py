"""The years of a panel on the map: slider, step, play, movers, legend, table and address."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import NotComparableError, SpecError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.show.web.webmap import tier_map
from hubtiers.show.web.years import years_content
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import HeadTail, NaturalBreaks
from hubtiers.years.panel import tier_panel

pytestmark = pytest.mark.browser

IDS = ["110000", "120000", "130000", "310000", "320000", "330000"]
FRAMEWORK = Framework(
    (
        Indicator("rd", parent="one", name_zh="经费", name_en="Expenditure"),
        Indicator("jobs", parent="two", name_zh="岗位", name_en="Jobs"),
    ),
    (Group("one", name_zh="甲", name_en="First"), Group("two", name_zh="乙", name_en="Second")),
)
VALUES = {
    2005: [1.0, 1.2, 1.1, 9.0, 1.3, 1.4],
    2010: [9.0, 2.0, 1.0, 5.0, np.nan, 4.0],
    2015: [9.0, 2.0, 1.0, 9.5, 5.0, 4.5],
    2020: [9.5, 5.0, 1.0, 9.9, 5.5, 1.5],
}


def table(year, ids=IDS):
    regions = load_regions("province").loc[ids]
    frame = pd.DataFrame({"region": ids, "rd": VALUES[year][: len(ids)]})
    frame["jobs"] = frame["rd"] ** 2
    return join_indicators(regions, frame.melt("region", var_name="indicator"), framework=FRAMEWORK)


@pytest.fixture(scope="module")
def panel():
    tables = {year: table(year) for year in (2015, 2020)}
    # The last of them is no region of the first year.
    return tier_panel(
        Scheme(tier=NaturalBreaks(3)), {2010: table(2010, IDS[:5]), **tables}, fit_on="last"
    )


@pytest.fixture(scope="module")
def web(panel):
    return tier_map(panel.results[2020], panel=panel, explorer=True)


def counts(page):
    return page.locator(".hubtiers-legend-fill li .range").all_inner_texts()


def moved(page):
    found = page.evaluate("hubtiers.yearMovers(drawn)")
    return {way: [IDS[i] for i in found[way]] for way in ("up", "down")}


def expected(panel, first, last):
    frame = panel.moved(first, last)
    up = frame.loc[frame["tier_change"] > 0].sort_values("rank_after", kind="stable")
    down = frame.loc[frame["tier_change"] < 0].sort_values("rank_after", kind="stable")
    return {"up": up["region_id"].tolist(), "down": down["region_id"].tolist()}


def test_every_year_is_that_of_the_panel(visit, web, panel):
    page = visit(web).page
    labels = list(panel.results[2020].breaks.labels)
    for at, year in enumerate(panel.years):
        page.evaluate("at => hubtiers.goToYear(drawn, at)", at)
        now = page.evaluate(
            "({ tiers: drawn.now.tiers, ranks: drawn.now.ranks, scored: drawn.now.scored,"
            " scores: Array.from(drawn.now.scores, x => Number.isNaN(x) ? null : x),"
            " one: Array.from(drawn.now.functions[0], x => Number.isNaN(x) ? null : x) })"
        )
        scores = panel.scores[year].reindex(IDS)
        assert now["scores"] == [None if np.isnan(x) else x for x in scores]
        assert now["scored"] == int(scores.notna().sum())
        tiers = panel.tiers[year].reindex(IDS)
        assert now["tiers"] == [-1 if pd.isna(t) else labels.index(t) for t in tiers]
        ranks = panel.ranks[year].reindex(IDS)
        assert now["ranks"] == [None if pd.isna(r) else int(r) for r in ranks]
        ones = panel.results[year].sub_scores["one"].reindex(IDS)
        assert now["one"] == [None if np.isnan(x) else x for x in ones]
    assert page.evaluate("drawn.modified") is False


def test_slider_legend_movers_and_words(visit, web, panel):
    seen = visit(web, size=(1400, 900))
    page = seen.page
    assert page.inner_text(".hubtiers-years output") == "2020"
    assert page.inner_text(".hubtiers-year") == "2020 年（2020 年的尺度）"
    page.focus('[data-key="year"]')
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".hubtiers-years output") == "2015"
    assert page.inner_text(".hubtiers-year") == "2015 年（2020 年的尺度）"
    assert moved(page) == expected(panel, 2010, 2015) == {"up": ["310000"], "down": []}
    assert page.inner_text(".hubtiers-year-count") == "2010–2015：1 个上升，0 个下降"
    assert page.inner_text(".hubtiers-year-moves") == "上海市"
    assert page.locator(".hubtiers-mover").count() == 1
    tiers = panel.results[2015].tier_counts
    assert [text.split("(")[-1] for text in counts(page)[:3]] == [f"{n})" for n in tiers.values()]
    page.keyboard.press("End")
    assert moved(page) == expected(panel, 2015, 2020)
    page.select_option('[data-key="year-against"]', "year_first")
    assert moved(page) == expected(panel, 2010, 2020)
    assert moved(page)["up"] == ["310000", "120000"]
    assert "较 2010 年上升" in page.inner_text(".hubtiers-year-movers")
    assert page.inner_text(".hubtiers-status").startswith("2010–2020：")
    page.keyboard.press("Tab")
    page.focus('[data-key="year"]')
    page.keyboard.press("Home")
    assert page.inner_text(".hubtiers-year-count") == "2010 年为起点，无可对比"
    assert page.locator(".hubtiers-mover").count() == 0
    assert page.is_disabled('[data-key="year-previous"]')
    assert seen.trouble == []


def test_what_is_told_of_the_study_year_is_not_told_of_another(visit, web):
    page = visit(web, locale="en-GB").page
    page.evaluate("hubtiers.openRegion(drawn, 0)")
    assert "Coverage" in page.locator(".hubtiers-popup").last.inner_text()
    page.click('[data-key="year-previous"]')
    text = page.locator(".hubtiers-popup").last.inner_text()
    assert "2015 (on the scale of 2020)" in text
    assert "Coverage" not in text
    assert "Sources" not in text
    page.evaluate("hubtiers.goToYear(drawn, 0); hubtiers.openRegion(drawn, 5)")
    assert "Not a region then" in page.locator(".hubtiers-popup").last.inner_text()
    page.evaluate("hubtiers.openRegion(drawn, 4)")
    assert "No data" in page.locator(".hubtiers-popup").last.inner_text()


def test_chances_are_told_of_the_year_that_was_drawn(visit, everything):
    page = visit(everything, locale="en-GB").page
    page.evaluate("hubtiers.setFill(drawn, 'chance')")
    assert "50 %" in page.inner_text(".hubtiers-legend")
    page.click('[data-key="year-previous"]')
    legend = page.inner_text(".hubtiers-legend")
    assert "No draws were made for this year" in legend
    assert "50 %" not in legend
    assert legend.count("2018 (on the scale of 2020)") == 1


def test_weights_are_for_the_year_of_the_study(visit, web):
    page = visit(web).page
    page.evaluate("hubtiers.goToYear(drawn, 0)")
    page.evaluate(
        "hubtiers.explore(drawn, { preset: 'own', weights: [0.9, 0.1], aggregation: 0, rule: 0 })"
    )
    page.wait_for_function(
        "document.querySelector('.hubtiers-years output').textContent === '2020'"
    )
    assert "改动的权重只用于 2020 年" in page.inner_text(".hubtiers-legend")
    page.click('[data-key="year-previous"]')
    assert page.evaluate("[drawn.explorer.preset, drawn.explorer.weights]") == ["study", [0.5, 0.5]]
    page.click('[data-key="year-next"]')
    assert page.evaluate("drawn.modified") is False


def test_one_ramp_for_all_years(visit, web, panel):
    page = visit(web).page
    page.evaluate("hubtiers.setFill(drawn, 'score')")
    for at in range(3):
        page.evaluate("at => hubtiers.goToYear(drawn, at)", at)
        low, _, high = page.locator(".hubtiers-ends span").all_inner_texts()
        ends = panel.scores.min().min(), panel.scores.max().max()
        assert (low, high) == tuple(f"{end:.3f}" for end in ends)


@pytest.mark.parametrize("size", [(1024, 768), (390, 800)])
def test_play_goes_to_the_end_and_stops(visit, web, size):
    page = visit(web, size=size, locale="en-GB", color_scheme="dark").page
    page.click('[data-key="year-play"]')
    assert page.inner_text(".hubtiers-years output") == "2010"
    assert page.get_attribute('[data-key="year-play"]', "aria-label") == "Pause"
    page.wait_for_function("drawn.years.at === 2 && !drawn.years.timer", timeout=8000)
    assert page.get_attribute('[data-key="year-play"]', "aria-label") == "Play"
    box = page.locator(".hubtiers-years").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]


def test_who_wants_no_motion_steps(visit, web):
    page = visit(web, reduced_motion="reduce").page
    assert page.locator('[data-key="year-play"]').count() == 0
    page.click('[data-key="year-previous"]')
    assert page.inner_text(".hubtiers-years output") == "2015"


def test_a_year_is_in_address_and_table(visit, web, panel):
    page = visit(web, fragment="#year=2015").page
    assert page.inner_text(".hubtiers-years output") == "2015"
    text = page.evaluate("hubtiers.tableText(drawn)").removeprefix("\ufeff")
    head, *rows = csv.reader(io.StringIO(text))
    assert head[0] == "年份"
    assert {row[0] for row in rows} == {"2015"}
    assert {row[2]: float(row[5]) for row in rows} == panel.scores[2015].to_dict()
    page.click('[data-key="year-previous"]')
    page.wait_for_function("location.hash.includes('year=2010')")
    page.evaluate("location.hash = '#lang=zh'")
    page.wait_for_function("drawn.modified === false")
    assert page.inner_text(".hubtiers-years output") == "2020"
    other = visit(web, fragment="#year=1999").page
    assert "year=1999" in other.inner_text(".hubtiers-refused")


def test_a_map_on_its_own_scale_says_so(visit):
    tables = {year: table(year) for year in (2015, 2020)}
    scheme = Scheme(tier=NaturalBreaks(3))
    panel = tier_panel(scheme, tables, fit_on="first")
    result = scheme.run(tables[2020])
    page = visit(tier_map(result, panel=panel, explorer=True)).page
    assert page.evaluate("Array.from(drawn.now.scores)") == result.scores.tolist()
    page.click('[data-key="year-previous"]')
    page.click('[data-key="year-next"]')
    assert page.evaluate("Array.from(drawn.now.scores)") == panel.scores[2020].tolist()
    assert page.inner_text(".hubtiers-year") == "2020 年（2015 年的尺度）"
    assert result.scores.tolist() != panel.scores[2020].tolist()


def test_a_year_may_have_more_tiers_than_the_one_that_is_shown(visit):
    tables = {2005: table(2005), 2010: table(2010)}
    panel = tier_panel(Scheme(tier=HeadTail()), tables, refit=True)
    few, many = panel.results[2005], panel.results[2010]
    assert few.breaks.labels == many.breaks.labels[:2]
    page = visit(tier_map(few, panel=panel, explorer=True), locale="en-GB").page
    names = page.locator('.hubtiers-legend-fill li[data-class^="tier:"] .label')
    alone = ["International", "National"]
    assert names.all_inner_texts() == alone
    page.click('[data-key="year-next"]')
    assert names.all_inner_texts() == [*alone, "Regional"]
    assert page.evaluate("drawn.now.tiers") == [
        -1 if pd.isna(tier) else many.breaks.labels.index(tier)
        for tier in many.tier.reindex(few.scores.index)
    ]
    page.click('[data-key="year-previous"]')
    page.evaluate("hubtiers.explore(drawn, { preset: 'own', weights: [0.9, 0.1] })")
    assert names.all_inner_texts() == alone


def test_refusals(panel):
    other = Scheme(tier=NaturalBreaks(2, labels=("high", "low"))).run(table(2015))
    with pytest.raises(NotComparableError, match=r"has the tiers .*'regional', and the result"):
        years_content(other, panel)
    stranger = Scheme(tier=NaturalBreaks(3)).run(table(2020).without([IDS[0]]))
    with pytest.raises(NotComparableError, match="values of no year of the panel"):
        years_content(stranger, panel)
    with pytest.raises(SpecError, match=r"tier_map\(panel=…\) is dict"):
        tier_map(panel.results[2020], panel={})
