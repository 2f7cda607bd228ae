"""Exploring the map in headless Chromium: one class alone, two regions, other values, movers, search."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import NotComparableError
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric, Topsis
from hubtiers.scoring.denominate import Denominate
from hubtiers.scoring.impute import MedianImpute, RequireCoverage
from hubtiers.scoring.normalise import (
    Goalposts,
    LogMinMax,
    MinMax,
    PercentileRank,
    RobustScale,
    ZScore,
)
from hubtiers.scoring.treat import BoxCox, LogTransform, Winsorise
from hubtiers.scoring.weight import GivenWeights
from hubtiers.show.style import contrast
from hubtiers.show.web.webmap import tier_map
from hubtiers.study import load_study
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks, Thresholds
from tests.browser.test_map import (
    CORPUS,
    READABLE,
    SMALL,
    doubt,
    fills,
    hostile_result,
    overlapping,
)

pytestmark = pytest.mark.browser

SIZES = [(1400, 900), (1024, 700), (390, 844)]


@pytest.fixture(scope="module")
def cities():
    """Cities of the yearbook by natural breaks, so that the page can cut tiers anew."""
    study = load_study("cities2023")
    scheme = study.scheme.replace(tier=NaturalBreaks(4))
    return scheme.run(study.load_table()), study.load_layout()


@pytest.fixture(scope="module")
def city_map(cities):
    result, layout = cities
    return tier_map(result, layout=layout, robustness=doubt(result), explorer=True)


def number_of(result, region):
    return list(result.table.regions.index).index(region)


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_class_of_the_legend_is_left_alone(visit, cities, city_map, language):
    result, _ = cities
    seen = visit(city_map, locale="zh-CN" if language == "zh" else "en-GB")
    page = seen.page
    before = fills(page)
    plain = page.evaluate("drawn.paint.plain")
    national = page.locator(".hubtiers-class").nth(1)
    assert national.get_attribute("aria-pressed") == "false"
    national.focus()
    page.keyboard.press("Enter")
    assert national.get_attribute("aria-pressed") == "true"
    alone = fills(page)
    for tier, colour, was in zip(result.tier, alone, before, strict=True):
        assert colour == (was if tier == "national" else [plain, 1])
    said = page.inner_text("[role=status]")
    assert said == ("仅显示：国家级" if language == "zh" else "Only: National")
    page.keyboard.press("Escape")
    assert fills(page) == before
    assert page.locator("[aria-pressed=true].hubtiers-class").count() == 0
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    assert fills(page) == before
    # The hubs are a legend of their own.
    hubs = page.locator("[data-class='hub:0']").last
    hubs.click()
    faint = page.evaluate("drawn.marks.map(m => [m.tier, m.sign.getElement().style.opacity])")
    assert {tier for tier, opacity in faint if opacity == "1"} == {0}
    assert fills(page) == before
    # A class that the next fill does not have is released.
    page.locator(".hubtiers-class").nth(0).click()
    page.check(".hubtiers-layers input[value=score]")
    assert page.evaluate("drawn.isolated") is None
    assert seen.trouble == []


def test_two_regions_differ_by_what_sums_to_their_scores(visit, cities, city_map):
    result, _ = cities
    seen = visit(city_map, locale="en-GB")
    page = seen.page
    a, b = (number_of(result, region) for region in ("320500", "330100"))
    page.evaluate("n => hubtiers.openRegion(drawn, n)", a)
    page.click(".hubtiers-compare")
    page.evaluate("n => hubtiers.openRegion(drawn, n)", b)
    page.click(".hubtiers-compare")
    assert page.evaluate("drawn.pair") == [a, b]
    found = page.evaluate("([a, b]) => hubtiers.differences(drawn, a, b)", [a, b])
    parts = numbers(found["parts"])
    gap = result.scores["320500"] - result.scores["330100"]
    assert np.nansum(parts) == pytest.approx(gap, abs=1e-11)
    explained = [result.explain(region).contributions for region in ("320500", "330100")]
    expected = explained[0].fillna(0) - explained[1].fillna(0)
    np.testing.assert_allclose(parts, expected, atol=1e-12)
    assert page.inner_text(".hubtiers-total b") == f"{gap:+.3f}".replace("-", "−")
    rows = page.locator(".hubtiers-mirror li")
    assert rows.count() == result.normalised.shape[1]
    first = int(np.nanargmax(np.abs(parts)))
    indicator = result.table.framework.indicators[first]
    told = rows.first.inner_text()
    assert indicator.name_en in told
    assert f"{abs(parts[first]):.3f}" in told
    widths = rows.first.locator(".half > span").evaluate_all(
        "ns => ns.map(n => parseFloat(n.style.width))"
    )
    values = result.normalised.loc[["320500", "330100"], indicator.code]
    assert widths == pytest.approx(list(100 * values), abs=0.06)
    assert "Differences by indicator sum" in page.inner_text(".hubtiers-compared")
    page.select_option("[data-key=pair1]", str(number_of(result, "310000")))
    assert page.inner_text(".hubtiers-pair > :last-child b") == "Shanghai"
    assert seen.trouble == []


def test_the_second_region_is_picked_from_the_table(visit, zhang_outcome):
    result = zhang_outcome.result
    seen = visit(tier_map(result, explorer=True, language="en"))
    page = seen.page
    page.evaluate("hubtiers.compareWith(drawn, 0); void 0")
    page.click(".hubtiers-open-table")
    last = page.locator(".hubtiers-ranking tbody tr").last
    last.locator(".hubtiers-pick").focus()
    page.keyboard.press("Enter")
    name = result.to_frame()["name_en"].iloc[-1]
    assert page.inner_text(".hubtiers-pair > :last-child b") == name
    assert (
        page.inner_text(".hubtiers-pair > :first-child b")
        == result.table.regions["name_en"].iloc[0]
    )
    # Both panels stay open, and no popup hides the map.
    assert page.locator(".hubtiers-panel").count() == 2
    assert page.locator(".hubtiers-popup").count() == 0
    assert seen.trouble == []


@pytest.fixture(scope="module")
def small_table():
    """Twenty provinces, three positive indicators with two gaps, one of them better when less."""
    from hubtiers.framework import Framework, Group, Indicator

    framework = Framework(
        (
            Indicator("rd", "研发强度", "R&D intensity", parent="f", unit="%", kind="intensive"),
            Indicator("firms", "企业", "Firms", parent="f", unit="家", unit_en="firms"),
            Indicator("waste", "能耗", "Energy use", direction=-1, kind="intensive"),
        ),
        (Group("f", "功能", "Function"),),
    )
    provinces = load_regions("province").head(20)
    rng = np.random.default_rng(9)
    wide = pd.DataFrame(
        {
            "rd": rng.uniform(0.4, 6.5, 20).round(2),
            "firms": rng.integers(20, 9000, 20).astype(float),
            "waste": rng.lognormal(1, 1, 20).round(3),
        },
        index=provinces.index,
    )
    wide.iloc[3, 1] = wide.iloc[7, 2] = np.nan
    values = wide.reset_index().melt("region_id", var_name="indicator").dropna()
    return join_indicators(
        provinces, values.rename(columns={"region_id": "region"}), framework=framework
    )


SCHEMES = {
    "min-max": {"normalise": MinMax(1, 100)},
    "z": {"normalise": ZScore(100, 10, "population")},
    "robust": {"normalise": RobustScale()},
    "log": {"normalise": LogMinMax(offset=1)},
    "plain-log": {"normalise": LogMinMax()},
    "rank": {"normalise": PercentileRank()},
    "rank-turned": {"normalise": PercentileRank(ties="turned")},
    "goalposts": {"normalise": Goalposts({"rd": (0.5, 4), "firms": (0, 5000), "waste": (0, 5)})},
    "winsorised": {"treat": Winsorise(points=1, skew_limit=0.2, kurtosis_limit=0.2)},
    "logged": {"treat": LogTransform(("firms", "waste"), offset=1)},
    "box-cox": {"treat": BoxCox()},
    "geometric": {"normalise": MinMax(1, 100), "aggregate": Geometric()},
    "ladder": {"normalise": MinMax(1, 100), "aggregate": (Arithmetic(), Geometric())},
}


def changed_table(table, region, changes):
    values = table.values.copy()
    for code, value in changes.items():
        values.loc[region, code] = value
    return dataclasses.replace(table, values=values)


@pytest.mark.parametrize("name", SCHEMES)
def test_another_value_scores_as_in_python(visit, small_table, name):
    scheme = Scheme(
        impute=RequireCoverage(0.5),
        weight=GivenWeights({"rd": 0.5, "firms": 0.2, "waste": 0.3}),
        tier=NaturalBreaks(3),
    ).replace(**SCHEMES[name])
    result = scheme.run(small_table)
    fitted = scheme.fit(small_table)
    page = visit(tier_map(result, explorer=True)).page
    raw = page.evaluate(
        "drawn.data.regions.map((_, i) => drawn.data.indicators.map((_, j) => hubtiers.rawOf(drawn, i, j)))"
    )
    expected = small_table.values.to_numpy(float)
    np.testing.assert_allclose(np.array(raw, float), expected, rtol=1e-8)
    codes = list(small_table.values.columns)
    rng = np.random.default_rng(3)
    for place in (0, 3, 7, 11, 19):
        region = small_table.values.index[place]
        changes = {
            "rd": round(float(rng.uniform(0.4, 6.5)), 3),
            "firms": float(rng.integers(30, 8000)),
            "waste": round(float(rng.uniform(0.8, 6)), 4),
        }
        for chosen in (["rd"], ["firms"], codes):
            tried = {code: changes[code] for code in chosen}
            again = fitted.score(changed_table(small_table, region, tried))
            shown = page.evaluate(
                "([n, entries]) => hubtiers.scoreWith(drawn, n, new Map(entries))",
                [place, [[codes.index(code), value] for code, value in tried.items()]],
            )
            assert shown["score"] == pytest.approx(again.scores[region], rel=1e-12, abs=1e-12)
            assert shown["rank"] == again.rank[region]
            assert result.breaks.labels[shown["tier"]] == again.tier[region]


def test_a_cut_point_is_held_as_its_rule_closes_it(visit, small_table):
    scheme = Scheme(impute=RequireCoverage(0.5), tier=Thresholds((0.3, 0.6), closed="below"))
    result = scheme.run(small_table)
    page = visit(tier_map(result, explorer=True)).page
    shown = page.evaluate("hubtiers.scoreWith(drawn, 0, new Map([[0, 6.4]]))")
    again = scheme.fit(small_table).score(
        changed_table(small_table, small_table.values.index[0], {"rd": 6.4})
    )
    assert shown["score"] == pytest.approx(again.scores.iloc[0], abs=1e-12)
    assert result.breaks.labels[shown["tier"]] == again.tier.iloc[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_value_is_entered_dragged_bounded_and_reset(visit, small_table, language):
    result = Scheme(impute=RequireCoverage(0.5), tier=NaturalBreaks(3)).run(small_table)
    seen = visit(tier_map(result, explorer=True, language=language))
    page = seen.page
    page.evaluate("hubtiers.openRegion(drawn, 0)")
    page.locator(".hubtiers-try").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    outcome = page.locator(".hubtiers-outcome dd")
    same = outcome.all_inner_texts()
    assert same[0::2] == same[1::2]
    field = page.locator("[data-key=number0]")
    assert float(field.input_value()) == small_table.values.iloc[0, 0]
    field.fill("6.2")
    field.press("Enter")
    region = small_table.values.index[0]
    again = result.fitted.score(changed_table(small_table, region, {"rd": 6.2}))
    told = outcome.all_inner_texts()
    assert told[1] == f"{again.scores[region]:.3f}"
    assert told[3] == str(again.rank[region])
    assert told[0::2] == same[0::2]
    # A share ends at 100 %, and a count is a whole number of at least 0.
    field.fill("140")
    field.press("Enter")
    assert field.input_value() == "100"
    count = page.locator("[data-key=number1]")
    count.fill("-3.6")
    count.press("Enter")
    assert count.input_value() == "0"
    slider = page.locator("[data-key=range1]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert float(count.input_value()) == float(slider.input_value()) == 1
    page.click(".hubtiers-values-reset")
    assert outcome.all_inner_texts() == same
    assert float(page.locator("[data-key=number0]").input_value()) == small_table.values.iloc[0, 0]
    assert page.evaluate("document.activeElement.dataset.key") == "values-reset"
    assert seen.trouble == []


def test_where_the_page_cannot_try_values_it_says_why(visit, small_table):
    whys = {
        "no means": (Scheme(aggregate=Topsis(), impute=RequireCoverage(0.5)), "weighted means"),
        "filled": (Scheme(impute=MedianImpute()), "Gaps are filled"),
    }
    for scheme, words in whys.values():
        result = scheme.replace(tier=NaturalBreaks(3)).run(small_table)
        page = visit(tier_map(result, language="en")).page
        page.evaluate("hubtiers.tryValues(drawn, 0)")
        assert words in page.inner_text(".hubtiers-panel-whatif")
        assert page.locator(".hubtiers-values").count() == 0
    # The comparison of such a scheme has normalised values alone, and says so.
    scheme = whys["no means"][0].replace(tier=NaturalBreaks(3))
    result = scheme.run(small_table)
    page = visit(tier_map(result, language="en")).page
    page.evaluate("hubtiers.compareWith(drawn, 0); void 0")
    assert "no sums over indicators" in page.inner_text(".hubtiers-compared")
    parts = page.evaluate("hubtiers.differences(drawn, 0, 1).parts")
    gap = result.normalised.iloc[0] - result.normalised.iloc[1]
    np.testing.assert_allclose(numbers(parts), gap, atol=1e-12)


def test_totals_that_are_divided_are_not_tried(visit, small_table):
    framework = small_table.framework
    indicators = tuple(
        dataclasses.replace(i, denominator="waste") if i.code == "firms" else i
        for i in framework.indicators
    )
    table = dataclasses.replace(
        small_table, framework=dataclasses.replace(framework, indicators=indicators)
    )
    scheme = Scheme(denominate=Denominate(), impute=RequireCoverage(0.5), tier=NaturalBreaks(3))
    page = visit(tier_map(scheme.run(table), explorer=True, language="en")).page
    page.evaluate("hubtiers.tryValues(drawn, 0)")
    assert page.locator(".hubtiers-values input[type=number]").count() == 1
    assert page.inner_text(".hubtiers-values").count("Divided by size") == 2
    raw = page.evaluate("hubtiers.rawOf(drawn, 0, 1)")
    assert raw == table.values.iloc[0, 1]


def test_tiers_read_from_the_table_are_not_tried(visit):
    study = load_study("cities2023")
    result = study.scheme.run(study.load_table())
    page = visit(tier_map(result, explorer=True, language="en")).page
    page.evaluate("n => hubtiers.tryValues(drawn, n)", number_of(result, "320500"))
    assert "Tiers are read from the table" in page.inner_text(".hubtiers-tried")
    page.locator("[data-key=number0]").fill("30")
    page.locator("[data-key=number0]").press("Enter")
    assert page.locator(".hubtiers-outcome dd").all_inner_texts()[5] == "–"


def test_movers_are_listed_and_marked_in_the_table(visit, zhang_outcome):
    result = zhang_outcome.result
    seen = visit(tier_map(result, explorer=True, language="en"))
    page = seen.page
    page.click(".hubtiers-open-table")
    page.click(".hubtiers-open-weights")
    weights = np.eye(result.normalised.shape[1])[4]
    page.evaluate("weights => { hubtiers.explore(drawn, { weights }); }", weights.tolist())
    given = GivenWeights(dict(zip(result.normalised.columns, map(float, weights), strict=True)))
    again = result.fitted.scheme.replace(weight=given).run(result.table)
    places = (result.rank - again.rank).astype(int)
    moved = places[(places != 0) | (again.tier.astype(str) != result.tier.astype(str))]
    page.wait_for_selector(".hubtiers-movers")
    assert page.inner_text(".hubtiers-movers summary") == f"{len(moved)} regions moved"
    page.click(".hubtiers-movers summary")
    names = result.table.regions["name_en"]
    rows = page.locator(".hubtiers-movers li").all_inner_texts()
    told = {re.split(r"\n", row)[1 if row[0] in "▲▼" else 0]: row for row in rows}
    for region, gained in moved.items():
        row = told[names[region]]
        if gained:
            assert row.startswith(f"{'▲' if gained > 0 else '▼'}{abs(gained)}")
        if again.tier[region] != result.tier[region]:
            before, after = (r.tier[region].capitalize() for r in (result, again))
            assert f"{before} → {after}" in row
    page.wait_for_function(
        "document.querySelectorAll('.hubtiers-ranking .hubtiers-move').length > 0"
    )
    marks = page.locator(".hubtiers-ranking .hubtiers-move").count()
    assert marks == int((places != 0).sum())
    page.click(".hubtiers-reset")
    page.wait_for_selector(".hubtiers-movers", state="detached")
    assert seen.trouble == []


def test_layer_of_differences_from_the_reference(visit, cities):
    result, layout = cities
    reference = layout.reference_tiers(result.table.members())
    seen = visit(tier_map(result, layout=layout, language="en"))
    page = seen.page
    page.check(".hubtiers-layers input[value=differs]")
    labels = list(result.breaks.labels)
    expected = {"higher": 0, "lower": 0, "same": 0, "unknown": 0}
    for region, tier in result.tier.dropna().items():
        known = reference[region]
        if pd.isna(known):
            expected["unknown"] += 1
            continue
        step = labels.index(known) - labels.index(tier)
        expected["higher" if step > 0 else "lower" if step < 0 else "same"] += 1
    assert expected["higher"] + expected["lower"] > 0
    rows = page.locator(".hubtiers-legend-fill li")
    told = dict(
        zip(
            rows.evaluate_all("ns => ns.map(n => n.dataset.class.slice(8))"),
            [int(re.search(r"\((\d+)\)", text)[1]) for text in rows.all_inner_texts()],
            strict=True,
        )
    )
    assert told == {key: n for key, n in expected.items() if n}
    page.click("[data-class='differs:lower'] button, button[data-class='differs:lower']")
    plain = page.evaluate("drawn.paint.plain")
    shown = [colour for colour, _ in fills(page)]
    assert len(shown) - shown.count(plain) == expected["lower"]
    given = pd.Series({"110000": "regional"}, name="published")
    page = visit(tier_map(result, reference=given, language="en")).page
    assert page.evaluate("drawn.data.reference.filter(x => x >= 0)") == [labels.index("regional")]
    assert seen.trouble == []


def test_a_reference_with_other_tiers_is_refused(cities):
    result, _ = cities
    with pytest.raises(NotComparableError, match="'leader', none of the tiers of the result"):
        tier_map(result, reference=pd.Series({"110000": "leader"}))


def test_circles_have_the_area_of_the_score(visit, cities):
    result, _ = cities
    seen = visit(tier_map(result, language="en"))
    page = seen.page
    page.check(".hubtiers-layers input[value=symbols]")
    radii = numbers(page.evaluate("drawn.sizes"))
    scores = result.scores.fillna(0).to_numpy()
    np.testing.assert_allclose(radii**2 / radii.max() ** 2, scores / scores.max(), atol=1e-9)
    drawn = page.evaluate(
        "drawn.circles.filter(c => drawn.map.hasLayer(c.circle)).map(c => [c.number, c.circle.getRadius()])"
    )
    assert len(drawn) == int(result.scores.notna().sum())
    assert all(r == pytest.approx(radii[n]) for n, r in drawn)
    assert "Areas are in proportion to the score" in page.inner_text(".hubtiers-legend")
    page.check(".hubtiers-layers input[value=tier]")
    assert page.evaluate("drawn.circles.some(c => drawn.map.hasLayer(c.circle))") is False
    by_z = result.fitted.scheme.replace(normalise=ZScore()).run(result.table)
    page = visit(tier_map(by_z, language="en")).page
    page.check(".hubtiers-layers input[value=symbols]")
    assert "areas follow the rank" in page.inner_text(".hubtiers-legend")
    radii = numbers(page.evaluate("drawn.sizes"))
    n = int(by_z.scores.notna().sum())
    shares = ((n + 1 - by_z.rank) / n).astype(float).fillna(0)
    np.testing.assert_allclose(radii**2 / radii.max() ** 2, shares, atol=1e-9)
    assert seen.trouble == []


def test_table_sorts_by_any_column_and_filters(visit, cities, city_map):
    result, _ = cities
    seen = visit(city_map, locale="en-GB")
    page = seen.page
    page.click(".hubtiers-open-table")
    frame = result.to_frame()
    names = page.locator(".hubtiers-ranking tbody th")

    def shown():
        return names.all_inner_texts()

    scored = frame[frame["rank"].notna()]
    assert shown()[:3] == list(scored["name_en"][:3])
    page.locator("[data-key=sortrank]").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute(".hubtiers-ranking thead th:first-child", "aria-sort") == "descending"
    assert shown()[0] == scored["name_en"].iloc[-1]
    # Regions without a score stay last.
    assert shown()[-1] in set(frame[frame["rank"].isna()]["name_en"])
    page.click("[data-key=sortregion]")
    page.wait_for_function("document.activeElement.dataset.key === 'sortregion'")
    assert shown()[0] == min(scored["name_en"], key=str.lower)
    page.click("[data-key=sortscore]")
    assert shown()[0] == scored["name_en"].iloc[0]
    page.click("[data-key=sorttier]")
    assert shown()[0] == scored["name_en"].iloc[0]
    page.click(".hubtiers-filter summary")
    page.select_option("[data-key=filter-tier]", label="National")
    assert sorted(shown()) == sorted(scored[scored["tier"] == "national"]["name_en"])
    # Of every region seven draws in ten keep its tier.
    page.select_option("[data-key=filter-mark]", "0")
    assert shown() == []
    page.select_option("[data-key=filter-mark]", "1")
    assert sorted(shown()) == sorted(scored[scored["tier"] == "national"]["name_en"])
    page.select_option("[data-key=filter-mark]", "")
    page.select_option("[data-key=filter-tier]", "")
    page.fill("[data-key=filter-text]", "guangdong")
    regions = result.table.regions
    of_guangdong = regions.index[regions["province"] == "440000"]
    assert sorted(shown()) == sorted(regions.loc[of_guangdong, "name_en"])
    assert page.inner_text("[role=status]") == f"{len(of_guangdong)} results"
    assert seen.trouble == []


def hits(page, text):
    page.fill(".hubtiers-search input", text)
    return page.locator("[role=option] > span:first-child").all_inner_texts()


def test_search_by_initials_slips_and_parents(visit, cities, city_map):
    result, _ = cities
    seen = visit(city_map, locale="en-GB")
    page = seen.page
    # Suzhou and Shenzhen, by tier and then by rank, before Suihua.
    first = hits(page, "sz")
    assert first[0] == "Shenzhen"
    assert first[1] == "Suzhou (Jiangsu)"
    assert "Hangzhou" in hits(page, "hz")[:2]
    assert hits(page, "su")[0] == "Suzhou (Jiangsu)"
    assert hits(page, "Hangzou")[0] == "Hangzhou"
    assert hits(page, "杭洲")[0] == "Hangzhou"
    assert hits(page, "Shenzehn")[0] == "Shenzhen"
    assert hits(page, "xa")[0] == "Xi'an"
    regions = result.table.regions
    for typed in ("广东", "guangdong"):
        listed = hits(page, typed)
        of_guangdong = regions.index[regions["province"] == "440000"]
        assert set(regions.loc[of_guangdong, "name_en"]) <= set(listed)
        assert listed[:3] == ["Shenzhen", "Guangzhou", "Dongguan"]
    ranks = result.rank[of_guangdong].dropna().sort_values()
    assert [n for n in listed if n in set(regions.loc[ranks.index, "name_en"])] == list(
        regions.loc[ranks.index, "name_en"]
    )
    assert hits(page, "Atlantis") == []
    assert seen.trouble == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_what_the_search_asks_for_is_read_whole(visit, city_map, size, locale):
    page = visit(city_map, size=size, locale=locale).page
    needed, room = page.locator(".hubtiers-search input").evaluate(
        """n => {
          const style = getComputedStyle(n), pen = document.createElement("canvas").getContext("2d");
          pen.font = style.font;
          const edges = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
          return [pen.measureText(n.placeholder).width, n.clientWidth - edges];
        }"""
    )
    assert 20 < needed <= room


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_panels_keep_to_the_screen(visit, cities, city_map, size, language):
    result, _ = cities
    seen = visit(city_map, size=size, locale="zh-CN" if language == "zh" else "en-GB")
    page = seen.page
    page.evaluate("n => { hubtiers.compareWith(drawn, n); }", number_of(result, "320500"))
    page.evaluate("n => hubtiers.tryValues(drawn, n)", number_of(result, "320500"))
    wanted = 1 if size[0] < 700 else 2
    assert page.locator(".hubtiers-panel").count() == wanted
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    wide = page.locator(".hubtiers-aside *").evaluate_all(
        "(ns, w) => ns.filter(n => n.getBoundingClientRect().right > w + 1).length", size[0]
    )
    assert wide == 0
    shown = (".hubtiers-title", ".hubtiers-tools", ".hubtiers-legend", ".hubtiers-aside")
    assert overlapping([page.locator(s).bounding_box() for s in shown]) == []
    # Three panels are too many: the first makes way.
    page.click(".hubtiers-open-table")
    assert page.locator(".hubtiers-panel").count() == wanted
    assert page.locator(".hubtiers-panel-table").count() == 1
    page.locator(".hubtiers-panel-table [data-key=close-table]").click()
    assert page.locator(".hubtiers-panel-table").count() == 0
    assert seen.trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_new_text_has_contrast(visit, cities, city_map, scheme):
    result, _ = cities
    page = visit(city_map, color_scheme=scheme, locale="en-GB").page
    page.click(".hubtiers-open-weights")
    weights = np.eye(result.normalised.shape[1])[2]
    page.evaluate("weights => { hubtiers.explore(drawn, { weights }); }", weights.tolist())
    page.wait_for_selector(".hubtiers-movers")
    page.click(".hubtiers-movers summary")
    page.evaluate("hubtiers.compareWith(drawn, 0); void 0")
    texts = page.evaluate(READABLE)
    page.evaluate("hubtiers.tryValues(drawn, 0)")
    page.locator("[data-key=number0]").fill("1")
    page.locator("[data-key=number0]").press("Enter")
    texts += page.evaluate(READABLE)
    page.click(".hubtiers-open-table")
    page.click(".hubtiers-filter summary")
    page.locator(".hubtiers-class").first.click()
    texts += page.evaluate(READABLE)
    poor = {(t, ink, ground) for t, ink, ground in texts if contrast(ink, ground) < 4.5}
    assert poor == set()


@pytest.mark.parametrize("text", CORPUS)
def test_no_string_of_a_user_is_run_in_the_new_places(visit, text):
    result, layout = hostile_result(text)
    seen = visit(tier_map(result, layout=layout, explorer=True, language="en"))
    page = seen.page
    assert text in page.inner_text(".leaflet-hubtiers-names-pane")
    page.click(".hubtiers-open-weights")
    page.evaluate("hubtiers.explore(drawn, { weights: [0, 1] }); void 0")
    page.wait_for_timeout(200)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.evaluate("hubtiers.compareWith(drawn, 0); void 0")
    assert page.inner_text(".hubtiers-pair b") == text
    assert text in page.inner_text(".hubtiers-mirror")
    page.evaluate("hubtiers.tryValues(drawn, 0)")
    assert text in page.inner_text(".hubtiers-values")
    assert text in page.text_content("[data-key=tried]")
    page.click(".hubtiers-open-table")
    page.click(".hubtiers-filter summary")
    page.fill("[data-key=filter-text]", text)
    assert page.locator(".hubtiers-ranking tbody tr").count() == 1
    page.fill(".hubtiers-search input", text[:6] + "zz")
    page.fill(".hubtiers-search input", text[:6])
    page.locator(".hubtiers-class").first.click()
    assert text[:6] in page.inner_text("[role=status]")
    page.evaluate("hubtiers.speak(drawn, drawn.lang)")
    page.wait_for_timeout(600)
    assert page.locator("img, svg[onload], [onerror], [onmouseover]").count() == 0
    assert len(SMALL) == 6
    assert seen.trouble == []
