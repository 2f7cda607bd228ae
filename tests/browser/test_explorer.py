"""The weights explorer in headless Chromium: the browser's scores, ranks and tiers are Python's."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest

from hubtiers._rounding import round_significant
from hubtiers._study_file import StudyFile
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.normalise import MinMax
from hubtiers.scoring.weight import GivenWeights
from hubtiers.show.web.explorer import Explorer
from hubtiers.show.web.webmap import tier_map
from hubtiers.study import load_study
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import HeadTail, NaturalBreaks, Quantiles, Thresholds
from hubtiers.tiers.clusters import KMeans

pytestmark = pytest.mark.browser

STATE = """{
  scores: Array.from(drawn.now.scores, x => isNaN(x) ? null : x), tiers: drawn.now.tiers, ranks: drawn.now.ranks,
  breaks: drawn.now.breaks, counts: drawn.now.rows.map(r => r.count), ranges: drawn.now.rows.map(r => [r.lower, r.upper]), modified: drawn.modified,
  functions: drawn.now.functions.map(f => Array.from(f, x => isNaN(x) ? null : x)), toml: hubtiers.studyText(drawn) }"""


def explore(page, **choices):
    """Score in the browser with these choices, and return what it shows then."""
    return page.evaluate(
        f"choices => {{ hubtiers.explore(drawn, choices); return {STATE}; }}", choices
    )


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def assert_same(shown, result):
    """Compare what the browser shows with a result: scores, ranks, tiers, breaks, counts and sub-scores."""
    index = result.table.regions.index
    np.testing.assert_allclose(numbers(shown["scores"]), result.scores, rtol=0, atol=1e-9)
    labels = [result.breaks.labels[t] if t >= 0 else None for t in shown["tiers"]]
    tiers = result.tier.astype(object).where(result.tier.notna(), None)
    assert dict(zip(index, labels, strict=True)) == tiers.to_dict()
    ranks = pd.Series(shown["ranks"], index=index, dtype="Int64")
    pd.testing.assert_series_equal(ranks, result.rank, check_names=False)
    np.testing.assert_allclose(shown["breaks"], result.breaks.breaks, rtol=0, atol=1e-9)
    assert shown["counts"] == list(result.breaks.counts)
    ranges = result.breaks.to_frame()[["lower", "upper"]]
    np.testing.assert_allclose(np.array(shown["ranges"], float), ranges, rtol=0, atol=1e-9)
    for code, values in zip(result.sub_scores.columns, shown["functions"], strict=True):
        np.testing.assert_allclose(numbers(values), result.sub_scores[code], rtol=0, atol=1e-9)


def random_weights(n, seed):
    """Return weights from even to nearly one-sided, some of them 0."""
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(n, rng.choice([0.3, 1.0, 5.0])))
    if rng.random() < 0.4:
        weights[rng.choice(n, size=n // 3, replace=False)] = 0.0
    return weights / weights.sum()


def by_code(result, weights):
    return GivenWeights(dict(zip(result.normalised.columns, map(float, weights), strict=True)))


@pytest.mark.parametrize(
    ("study", "draws"), [("zhang2022", 15), ("provinces2022", 15), ("cities2023-lists", 20)]
)
def test_fifty_random_weightings_are_those_of_python(visit, study, draws):
    result = load_study(study).run().result
    order = result.sub_scores.columns
    seen = visit(tier_map(result, explorer=True))
    page = seen.page
    codes = page.evaluate("drawn.data.functions.map(f => f.id)")
    for seed in range(draws):
        weights = random_weights(result.normalised.shape[1], seed)
        rule = seed % 3
        shown = explore(page, weights=weights.tolist(), rule=rule)
        shown["functions"] = [shown["functions"][codes.index(code)] for code in order]
        k = len(result.breaks.labels)
        tier = (NaturalBreaks(k), Quantiles(k), Thresholds(result.breaks.breaks))[rule]
        again = result.fitted.scheme.replace(weight=by_code(result, weights), tier=tier).run(
            result.table
        )
        assert_same(shown, again)
        assert shown["modified"]
    assert seen.trouble == []


def test_copied_study_gives_the_same_scores(visit, zhang_outcome):
    result, content = zhang_outcome.result, zhang_outcome.content
    study = content.model_dump(mode="json", exclude_none=True, exclude={"method"})
    seen = visit(tier_map(result, explorer=Explorer(study=study), language="en"))
    page = seen.page
    page.click(".hubtiers-open-weights")
    page.select_option("[data-key=preset]", "critic")
    page.select_option("[data-key=rule]", label="Quantiles")
    page.locator(".hubtiers-slider input").first.fill("90")
    page.wait_for_function("drawn.explorer.preset === 'own' && !drawn.explorer.frame")
    page.click(".hubtiers-copy")
    page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('Cop')")
    copied = tomllib.loads(page.input_value(".hubtiers-panel textarea"))
    assert StudyFile.model_validate(copied).data == content.data
    scheme = Scheme.from_spec(copied["method"])
    assert scheme.tier == Quantiles(3)
    again = scheme.run(result.table)
    shown = page.evaluate(f"(() => ({STATE}))()")
    assert_same(shown, again)
    assert not np.allclose(again.scores, result.scores)
    assert seen.trouble == []


def test_presets_are_the_weights_of_python(visit, zhang_outcome):
    result = zhang_outcome.result
    page = visit(tier_map(result, explorer=True)).page
    page.click(".hubtiers-open-weights")
    for name in ("entropy", "critic", "pca", "function", "framework", "variation"):
        page.select_option("[data-key=preset]", name)
        spec = {"method": "equal", "per": "function"} if name == "function" else name
        again = Scheme.from_spec(result.fitted.scheme.to_spec() | {"weight": spec}).run(
            result.table
        )
        np.testing.assert_allclose(
            page.evaluate("drawn.explorer.weights"), again.weights, rtol=0, atol=1e-12
        )
        assert_same(page.evaluate(f"(() => ({STATE}))()"), again)


def test_sliders_share_out_weights_level_by_level(visit, zhang_outcome):
    result = zhang_outcome.result
    seen = visit(tier_map(result, explorer=True, language="en"))
    page = seen.page
    page.click(".hubtiers-open-weights")
    page.select_option("[data-key=preset]", "function")
    research = page.locator(".hubtiers-tree > li").nth(0).locator("input").first
    research.fill("0")
    page.wait_for_function("drawn.explorer.weights[0] === 0")
    weights = dict(
        zip(result.normalised.columns, page.evaluate("drawn.explorer.weights"), strict=True)
    )
    parents = {i.code: i.parent for i in result.table.framework.indicators}
    expected = {
        c: 0.0 if parents[c] == "research" else 0.5 / list(parents.values()).count(parents[c])
        for c in weights
    }
    assert weights == pytest.approx(expected)
    worth = page.locator(".hubtiers-tree > li > .hubtiers-slider output").all_inner_texts()
    assert worth == ["0.0 %", "50.0 %", "50.0 %"]
    again = result.fitted.scheme.replace(weight=GivenWeights(weights)).run(result.table)
    assert "research" not in again.sub_scores or again.sub_scores["research"].isna().all()
    np.testing.assert_allclose(
        numbers(page.evaluate("Array.from(drawn.now.scores)")), again.scores, atol=1e-9
    )
    assert seen.trouble == []


def test_map_legend_and_table_follow_the_weights(visit, zhang_outcome):
    result = zhang_outcome.result
    seen = visit(tier_map(result, explorer=True, language="en"))
    page = seen.page
    page.click(".hubtiers-open-table")
    page.click(".hubtiers-open-weights")
    weights = np.eye(result.normalised.shape[1])[4]
    explore(page, weights=weights.tolist())
    again = result.fitted.scheme.replace(weight=by_code(result, weights)).run(result.table)
    assert (again.tier != result.tier).sum() > 1
    colours = page.evaluate(
        "drawn.data.regions.map((_, n) => drawn.shapes[drawn.data.regionOf.indexOf(n)].options.fillColor)"
    )
    ramp = {"international": "#0b3c6f", "national": "#2f7fb8", "regional": "#7fbfd0"}
    assert colours == [ramp[t] for t in again.tier]
    legend = page.inner_text(".hubtiers-legend-fill")
    assert "Weights as set in the explorer" in legend
    for row in again.breaks.to_frame().to_dict("records"):
        assert f"{row['lower']:.3f}–{row['upper']:.3f} ({row['count']})" in legend
    page.wait_for_function(
        "name => document.querySelector('.hubtiers-ranking tbody th').textContent === name",
        arg=again.to_frame()["name_en"].iloc[0],
    )
    moved = int((again.tier != result.tier).sum())
    assert page.inner_text(".hubtiers-summary").startswith(f"{moved} regions change tier")
    page.click(".hubtiers-reset")
    assert not page.evaluate("drawn.modified")
    assert_same(page.evaluate(f"(() => ({STATE}))()"), result)
    assert seen.trouble == []


def test_what_cannot_be_scored_says_why_and_changes_nothing(visit, zhang_outcome):
    result = zhang_outcome.result
    page = visit(tier_map(result, explorer=True, language="en")).page
    page.click(".hubtiers-open-weights")
    explore(page, weights=np.zeros(result.normalised.shape[1]).tolist())
    assert "Too few different scores" in page.inner_text(".hubtiers-summary")
    assert_same(page.evaluate(f"(() => ({STATE}))()"), result)
    *others, last = page.locator(".hubtiers-tree > li > .hubtiers-slider input").all()
    for slider in others:
        slider.fill("0")
    page.wait_for_function("!drawn.explorer.frame && drawn.explorer.message === ''")
    before = page.evaluate(f"(() => ({STATE}))()")
    last.fill("0")
    page.wait_for_function(
        "document.querySelector('.hubtiers-summary').textContent.startsWith('All weights are 0')"
    )
    assert page.evaluate(f"(() => ({STATE}))()") == before


@pytest.fixture
def gappy_table():
    """Thirty provinces, four indicators of positive values with gaps, in one group and alone."""
    from hubtiers.framework import Framework, Group, Indicator

    framework = Framework(
        (
            Indicator("a", parent="f"),
            Indicator("b", parent="f"),
            Indicator("c", parent="g"),
            Indicator("d"),
        ),
        (Group("f"), Group("g")),
    )
    provinces = load_regions("province").head(30)
    rng = np.random.default_rng(5)
    wide = pd.DataFrame(rng.lognormal(size=(30, 4)), provinces.index, list("abcd")).mask(
        rng.random((30, 4)) < 0.25
    )
    values = (
        wide.reset_index()
        .melt("region_id", var_name="indicator")
        .dropna()
        .rename(columns={"region_id": "region"})
    )
    return join_indicators(provinces, values, framework=framework)


@pytest.mark.parametrize(
    "aggregate",
    [Geometric(), (Arithmetic(), Geometric()), Arithmetic()],
    ids=["geometric", "ladder", "arithmetic"],
)
def test_gaps_and_geometric_means_are_those_of_python(visit, gappy_table, aggregate):
    from hubtiers.scoring.impute import RequireCoverage

    scheme = Scheme(
        impute=RequireCoverage(0.4),
        normalise=MinMax(low=1, high=100),
        aggregate=aggregate,
        tier=NaturalBreaks(4, scale="log"),
    )
    result = scheme.run(gappy_table)
    page = visit(tier_map(result, explorer=True)).page
    order = page.evaluate("drawn.data.functions.map(f => f.id)")
    assert order == list(result.sub_scores.columns)
    for seed in range(8):
        weights = random_weights(4, seed)
        shown = explore(page, weights=weights.tolist(), aggregation=0, rule=0)
        assert_same(shown, scheme.replace(weight=by_code(result, weights)).run(gappy_table))
    kinds = page.evaluate("drawn.data.explorer.aggregations.map(a => a.kinds.join())")
    shown = explore(page, weights=weights.tolist(), aggregation=kinds.index("Geometric"))
    other = scheme.replace(weight=by_code(result, weights), aggregate=Geometric())
    assert_same(shown, other.run(gappy_table))
    spec = tomllib.loads(shown["toml"])["method"]
    np.testing.assert_allclose(
        Scheme.from_spec(spec).run(gappy_table).scores, other.run(gappy_table).scores, atol=1e-9
    )


@pytest.mark.parametrize("tier", [HeadTail(), KMeans(3)], ids=["head-tail", "clusters"])
def test_other_tier_rules_start_from_the_result(visit, gappy_table, tier):
    result = Scheme(tier=tier).run(gappy_table)
    page = visit(tier_map(result, explorer=True)).page
    assert not page.evaluate("drawn.modified")
    rule = page.evaluate("drawn.data.explorer.rules[0].id")
    assert rule == ("fixed" if result.breaks.breaks else "natural")
    shown = explore(page, weights=result.weights.tolist(), rule=0)
    if rule == "fixed":
        assert_same(shown, result)
    else:
        assert shown["modified"]
        assert_same(shown, Scheme(tier=NaturalBreaks(3)).run(gappy_table))
    explore(
        page,
        preset="study",
        weights=page.evaluate("drawn.data.explorer.weights"),
        aggregation=0,
        rule=0,
    )
    assert not page.evaluate("drawn.modified")


def test_rules_of_position_keep_their_tiers_under_any_weights(visit):
    """Their tiers are read from the table: other weights change scores and ranks, and no tier."""
    result = load_study("cities2023").run().result
    seen = visit(tier_map(result, explorer=True))
    page = seen.page
    assert not page.evaluate("drawn.modified")
    assert page.evaluate("drawn.data.explorer.rules.map(rule => rule.id)") == [
        "kept",
        "natural",
        "quantiles",
    ]
    order = page.evaluate("drawn.data.functions.map(f => f.id)")
    for seed in range(4):
        weights = random_weights(result.normalised.shape[1], seed)
        shown = explore(page, weights=weights.tolist(), rule=0)
        shown["functions"] = [
            shown["functions"][order.index(code)] for code in result.sub_scores.columns
        ]
        again = result.fitted.scheme.replace(weight=by_code(result, weights)).run(result.table)
        assert_same(shown, again)
        assert shown["modified"]
    # Lowest and highest score of each tier are those of the scores as they are now.
    rows = page.evaluate("drawn.now.rows.map(row => [row.lower, row.upper])")
    np.testing.assert_allclose(rows, again.breaks.ranges, atol=1e-9)
    method = tomllib.loads(shown["toml"])["method"]
    assert Scheme.from_spec(method).tier == result.fitted.scheme.tier
    assert seen.trouble == []


def test_partitions_that_are_nearly_equal_are_cut_as_in_python(visit, zhang_outcome):
    """Of partitions equal to one part in 10¹⁰ both take the one with the lowest starts, even if another is less."""
    page = visit(tier_map(zhang_outcome.result)).page
    script = "([s, k]) => hubtiers.scoring.breaksFor(Float64Array.from(s), { id: 'natural', log: false }, k)"
    # Cut below 2 the sum of squares is less by four parts in 10¹²; cut above 0 the starts are lower.
    lone = [0.0, 1.0 - 1e-12, 2.0]
    assert page.evaluate(script, [lone, 2]) == [lone[1] / 2]
    rng = np.random.default_rng(12)
    for _ in range(60):
        k = int(rng.integers(2, 5))
        half = np.round(rng.uniform(0, 1, int(rng.integers(k, 7))), 2)
        # Values that mirror each other have partitions that do, and twelve digits keep them just apart.
        scores = np.concatenate([half, 2.0 - half]) + rng.integers(-2, 3, 2 * len(half)) * 1e-12
        scores = round_significant(scores)
        if len(np.unique(scores)) >= k:
            breaks = NaturalBreaks(k).fit(pd.Series(scores)).breaks
            assert page.evaluate(script, [scores.tolist(), k]) == list(breaks)


def test_rounding_and_breaks_are_those_of_python(visit, zhang_outcome):
    page = visit(tier_map(zhang_outcome.result)).page
    rng = np.random.default_rng(3)
    spread = rng.normal(size=300) * 10.0 ** rng.integers(-30, 30, 300)
    x = np.concatenate([spread, [0.0, 1e-200, 0.5, 2.5, 1e15 + 0.5]])
    rounded = page.evaluate("x => x.map(hubtiers.scoring.roundSignificant)", x.tolist())
    assert list(map(float, rounded)) == round_significant(x).tolist()
    script = "([s, k]) => hubtiers.scoring.breaksFor(Float64Array.from(s), { id: 'natural', log: false }, k)"
    for n, k, digits in [
        (9, 2, 1),
        (60, 5, 1),
        (400, 4, 12),
        (401, 7, 12),
        (900, 4, 2),
        (30, 1, 2),
        (6, 6, 12),
    ]:
        scores = pd.Series(np.round(rng.gamma(2.0, size=n), digits))
        if scores.nunique() < k:
            continue
        labels = tuple(f"t{i}" for i in range(k))
        assert page.evaluate(script, [scores.tolist(), k]) == list(
            NaturalBreaks(k, labels=labels).fit(scores).breaks
        )
