"""Draws that run again in the page, in headless Chromium: certainty is Python's, draw by draw."""

from __future__ import annotations

import base64
import hashlib
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import MinMax
from hubtiers.scoring.weight import GivenWeights
from hubtiers.show.web.webmap import tier_map
from hubtiers.show.web.ziggurat import exponential_widths, normal_widths
from hubtiers.study import load_study
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import HeadTail, NaturalBreaks, Quantiles

pytestmark = pytest.mark.browser

ENDED = "drawn.live && ['done', 'not'].includes(drawn.live.status)"
EVEN = Variation(weights=Dirichlet())


def weights_of(result, seed):
    """Weights far from even, by indicator."""
    return np.random.default_rng(seed).dirichlet(np.full(len(result.weights), 0.7))


def open_live(visit, result, variation, *, draws=400, rng=42, tiers="refit", language="en"):
    scheme, table = result.fitted.scheme, result.table
    robust = assess_robustness(scheme, table, variation, draws=draws, rng=rng, tiers=tiers)
    return visit(tier_map(result, robustness=robust, explorer=True, language=language))


def live_under(page, weights, **choices):
    """Set the sliders and wait; return what the page then holds to be certain."""
    page.evaluate("choices => hubtiers.explore(drawn, choices)", {"weights": weights, **choices})
    page.wait_for_function(ENDED)
    return page.evaluate("drawn.live")


def assert_python_says_the_same(live, result, robust):
    index = result.table.regions.index
    missing = [[None] * len(result.breaks.labels), [None] * 3]
    shares = [row or missing[0] for row in live["probability"]]
    expected = robust.tier_probability.loc[index].to_numpy()
    np.testing.assert_allclose(np.array(shares, float), expected, rtol=0, atol=1e-12)
    ranks = [row or missing[1] for row in live["interval"]]
    interval = robust.rank_interval.loc[index].to_numpy(float, na_value=np.nan)
    np.testing.assert_array_equal(np.array(ranks, float), interval)


def again(result, weights, variation, **options):
    """What Python says of the scheme with these weights."""
    steps = {name: options.pop(name) for name in ("tier", "aggregate") if name in options}
    given = GivenWeights(dict(zip(result.normalised.columns, map(float, weights), strict=True)))
    scheme = result.fitted.scheme.replace(weight=given, **steps)
    return assess_robustness(scheme, result.table, variation, **options)


@pytest.fixture(scope="module")
def cities():
    """The cities of 2023 in four natural classes of the score."""
    study = load_study("cities2023").run().result
    return study.fitted.scheme.replace(tier=NaturalBreaks(4)).run(study.table)


@pytest.fixture(scope="module")
def country():
    """Sixty squares, values of few digits with gaps: equal scores, and one region without any."""
    framework = Framework(
        (
            Indicator("a", name_en="A", parent="f"),
            Indicator("b", name_en="B", parent="f"),
            Indicator("c", name_en="C", parent="g"),
            Indicator("d", name_en="D"),
        ),
        (Group("f", name_en="F"), Group("g", name_en="G")),
    )
    names = [f"county {n}" for n in range(60)]
    shapes = [box(n % 10, n // 10, n % 10 + 1, n // 10 + 1) for n in range(60)]
    columns = {"name_zh": names, "name_en": names}
    index = pd.Index([f"c{n}" for n in range(60)], name="region_id")
    regions = gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=4326)
    rng = np.random.default_rng(3)
    values = pd.DataFrame(rng.integers(1, 6, (60, 4)), index, list("abcd"), dtype=float)
    values = values.mask(rng.random((60, 4)) < 0.15)
    values.iloc[7] = np.nan
    long = values.reset_index().melt("region_id", var_name="indicator").dropna()
    long = long.rename(columns={"region_id": "region"})
    return join_indicators(regions, long, framework=framework)


KINDS = {
    "even": Dirichlet(),
    "near": Dirichlet(50),
    "far": Dirichlet(2),
    "level": Dirichlet(per="function"),
    "near-level": Dirichlet(20, per="function"),
    "nodes": UniformAround(40),
    "indicators": UniformAround(60, of="indicator"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_drawn_as_python_draws_them(visit, zhang_outcome, kind):
    result, variation = zhang_outcome.result, Variation(weights=KINDS[kind])
    seen = open_live(visit, result, variation, draws=700)
    weights = weights_of(result, 1)
    live = live_under(seen.page, weights.tolist())
    python = again(result, weights, variation, draws=700, rng=42)
    assert_python_says_the_same(live, result, python)
    # The draws do matter, and follow the weights where they are drawn around them.
    assert ((python.tier_probability > 0.1) & (python.tier_probability < 0.9)).to_numpy().any()
    assert live["likeliest"] == python.tier_probability.to_numpy().argmax(axis=1).tolist()
    assert live["tier"] == seen.page.evaluate("drawn.now.tiers")
    assert seen.trouble == []


@pytest.mark.parametrize("seed", [0, 42, 2**40 + 5])
def test_cities_under_natural_breaks(visit, cities, seed):
    variation = Variation(weights=Dirichlet(30))
    seen = open_live(visit, cities, variation, draws=1000, rng=seed)
    weights = weights_of(cities, seed)
    live = live_under(seen.page, weights.tolist())
    python = again(cities, weights, variation, draws=1000, rng=seed)
    assert_python_says_the_same(live, cities, python)
    assert python.confidence.between(0.1, 0.9).sum() > 20
    assert seen.trouble == []


def test_one_visit_follows_rules_and_weights(visit, cities):
    """Even weights, then quantiles, then cut-points that stay, in one page."""
    seen = open_live(visit, cities, EVEN, draws=200)
    weights = weights_of(cities, 4)
    live = live_under(seen.page, weights.tolist())
    python = again(cities, weights, EVEN, draws=200, rng=42)
    assert_python_says_the_same(live, cities, python)
    ids = seen.page.evaluate("drawn.data.explorer.rules.map(rule => rule.id)")
    live = live_under(seen.page, weights.tolist(), rule=ids.index("quantiles"))
    other = again(cities, weights, EVEN, draws=200, rng=42, tier=Quantiles(4))
    assert_python_says_the_same(live, cities, other)
    assert not other.tier_probability.equals(python.tier_probability)
    assert seen.trouble == []


def test_cut_points_that_stay_are_those_of_the_sliders(visit, zhang_outcome):
    result, variation = zhang_outcome.result, Variation(weights=UniformAround(50))
    seen = open_live(visit, result, variation, draws=300, rng=0, tiers="fixed")
    weights = weights_of(result, 2)
    live = live_under(seen.page, weights.tolist())
    python = again(result, weights, variation, draws=300, rng=0, tiers="fixed")
    assert_python_says_the_same(live, result, python)


@pytest.mark.parametrize(
    ("aggregate", "tier"),
    [
        (Arithmetic(), NaturalBreaks(3)),
        ((Arithmetic(), Geometric()), NaturalBreaks(4, scale="log")),
        (Geometric(), Quantiles(3)),
    ],
    ids=["arithmetic", "ladder", "geometric"],
)
@pytest.mark.parametrize("seed", [0, 42])
def test_ties_and_gaps_of_a_made_up_country(visit, country, aggregate, tier, seed):
    impute = RequireCoverage(0.5)
    scheme = Scheme(impute=impute, normalise=MinMax(1, 100), aggregate=aggregate, tier=tier)
    result = scheme.run(country)
    assert result.scores.isna().any()
    assert result.scores.dropna().duplicated().any()
    variation = Variation(weights=Dirichlet(12, per="function"))
    seen = open_live(visit, result, variation, draws=600, rng=seed)
    weights = weights_of(result, 9)
    live = live_under(seen.page, weights.tolist())
    python = again(result, weights, variation, draws=600, rng=seed)
    assert_python_says_the_same(live, result, python)
    assert live["probability"].count(None) == result.scores.isna().sum()
    assert seen.trouble == []


def test_options_of_normalisation_are_drawn_as_well(visit, zhang_outcome):
    result = zhang_outcome.result
    variation = Variation(weights=Dirichlet(9), normalise=("ZScore", "MinMax", "PercentileRank"))
    seen = open_live(visit, result, variation, draws=1000)
    weights = weights_of(result, 3)
    live = live_under(seen.page, weights.tolist())
    assert_python_says_the_same(live, result, again(result, weights, variation, draws=1000, rng=42))
    # A geometric mean of z-scores has no answer, here as in Python.
    kinds = seen.page.evaluate("drawn.data.explorer.aggregations.map(a => a.kinds.join())")
    live = live_under(seen.page, weights.tolist(), aggregation=kinds.index("Geometric"))
    assert live == {"status": "not", "reason": "live_positive"}


NUMBERS = """([kind, seed, key, n, shape, widths]) => {
  const raw = Uint8Array.from(atob(widths), c => c.charCodeAt(0));
  const [e, w] = [0, 256].map(from => new Float64Array(raw.buffer).slice(from, from + 256));
  const tables = { exponential: hubtiers.draws.exponentialLayers(e), normal: hubtiers.draws.normalLayers(w) };
  const stream = hubtiers.draws.stream(seed, key);
  const next = {
    exponential: () => stream.exponential(tables.exponential), normal: () => stream.normal(tables.normal),
    uniform: () => stream.uniform(), gamma: () => stream.gamma(shape, tables) }[kind];
  const numbers = Float64Array.from({ length: n }, next);
  return crypto.subtle ? crypto.subtle.digest('SHA-256', numbers).then(
    d => Array.from(new Uint8Array(d), b => b.toString(16).padStart(2, '0')).join('')) : Array.from(numbers);
}"""


@pytest.mark.parametrize(
    ("kind", "seed", "key", "n", "shape"),
    [
        ("exponential", [42], [0, 1], 3_000_000, None),
        ("exponential", [0], [7, 1], 1001, None),
        ("exponential", [5, 2**31, 0, 99, 2**32 - 1], [3, 1], 777, None),
        ("uniform", [2**32 - 1, 1], [0, 0], 100_000, None),
        ("normal", [42], [1, 2], 1_000_000, None),
        ("gamma", [1], [0, 1], 200_000, 2.5),
        ("gamma", [1], [2, 1], 50_000, 1.0),
    ],
)
def test_random_numbers_are_numpys_to_the_last_bit(visit, zhang_outcome, kind, seed, key, n, shape):
    page = visit(tier_map(zhang_outcome.result, language="en")).page
    sent = np.concatenate([exponential_widths(), normal_widths()])
    widths = base64.b64encode(sent.tobytes()).decode()
    sequence = np.random.SeedSequence(seed, spawn_key=key)
    rng = np.random.Generator(np.random.PCG64(sequence))
    draw = {
        "exponential": rng.standard_exponential,
        "normal": rng.standard_normal,
        "uniform": rng.random,
        "gamma": lambda size: rng.standard_gamma(shape, size),
    }[kind]
    expected = hashlib.sha256(draw(n).tobytes()).hexdigest()
    assert page.evaluate(NUMBERS, [kind, seed, key, n, shape, widths]) == expected


def test_small_gamma_numbers_agree_to_the_last_digits(visit, zhang_outcome):
    """A power is not the same to the last bit everywhere; scores are rounded before it shows."""
    page = visit(tier_map(zhang_outcome.result)).page
    sent = np.concatenate([exponential_widths(), normal_widths()])
    widths = base64.b64encode(sent.tobytes()).decode()
    script = NUMBERS.replace("crypto.subtle ?", "false ?")
    sequence = np.random.SeedSequence(8, spawn_key=(0, 1))
    rng = np.random.Generator(np.random.PCG64(sequence))
    shown = page.evaluate(script, ["gamma", [8], [0, 1], 20_000, 0.3, widths])
    np.testing.assert_allclose(shown, rng.standard_gamma(0.3, 20_000), rtol=1e-14)


MOVED_ON = """([first, second]) => new Promise((ended, failed) => {
  // Moves on in the very turn in which the page first shows progress: a slow test cannot miss it.
  const box = document.querySelector(".hubtiers-live");
  const watch = new MutationObserver(() => {
    const live = drawn.live;
    if (live && live.status === "not") failed(new Error(live.reason));
    const bar = box.querySelector("progress").value;
    if (!live || live.status !== "draws" || !bar) return;
    watch.disconnect();
    const [worker, heard] = [drawn.explorer.worker, []];
    const hear = worker.onmessage;
    worker.onmessage = event => { heard.push(event.data.number); hear(event); };
    const seen = { done: live.done, bar: bar,
                   text: box.querySelector("[aria-live=polite]").innerText, heard: heard };
    hubtiers.explore(drawn, { weights: second });
    ended(Object.assign(seen, { after: drawn.live.status }));
    window.heard = heard;
  });
  watch.observe(box, { subtree: true, childList: true, characterData: true, attributes: true });
  hubtiers.explore(drawn, { weights: first });
})"""


def test_moving_on_ends_the_draws_before(visit, zhang_outcome):
    """The second weights are those that count; nothing of the first comes through."""
    result, variation = zhang_outcome.result, Variation(weights=Dirichlet(20))
    seen = open_live(visit, result, variation, draws=20_000)
    page = seen.page
    page.click(".hubtiers-open-weights")
    first, second = weights_of(result, 5), weights_of(result, 6)
    under_way = page.evaluate(MOVED_ON, [first.tolist(), second.tolist()])
    assert 0 < under_way["done"] < 20_000
    assert under_way["bar"] > 0
    assert under_way["text"].startswith("Drawing")
    assert under_way["after"] == "waits"
    page.wait_for_function(ENDED)
    live = page.evaluate("drawn.live")
    # What the first still sent had left the worker before it heard of the second.
    heard = page.evaluate("heard")
    assert heard == sorted(heard)
    assert heard.count(heard[0]) <= 2 or heard[0] == heard[-1]
    python = again(result, second, variation, draws=20_000, rng=42)
    assert_python_says_the_same(live, result, python)
    page.click(".hubtiers-reset")
    assert page.evaluate("drawn.live") is None
    assert page.locator(".hubtiers-live").is_hidden()
    assert seen.trouble == []


def test_no_frame_waits_for_the_draws(visit, cities):
    seen = open_live(visit, cities, EVEN, draws=3000)
    longest, all_of_it, ended = seen.page.evaluate(
        """async weights => {
          hubtiers.explore(drawn, { weights: weights });
          let longest = 0;
          // The frame that recolours the map is not one of the draws.
          await new Promise(requestAnimationFrame);
          const start = performance.now();
          let before = start;
          while (!["done", "not"].includes(drawn.live.status)) {
            await new Promise(done => setTimeout(done, 0));
            longest = Math.max(longest, performance.now() - before);
            before = performance.now();
          }
          return [longest, performance.now() - start, drawn.live.status];
        }""",
        weights_of(cities, 1).tolist(),
    )
    assert ended == "done"
    # A page that drew in its own thread would wait once, for nearly all of it.
    assert longest < all_of_it / 2


def test_layer_legend_and_popup_follow(visit, zhang_outcome):
    result, variation = zhang_outcome.result, Variation(weights=Dirichlet(20))
    seen = open_live(visit, result, variation, draws=300)
    page = seen.page
    page.click(".hubtiers-open-weights")
    page.evaluate("hubtiers.setFill(drawn, 'tier_and_certainty')")
    weights = weights_of(result, 8)
    live = live_under(page, weights.tolist())
    python = again(result, weights, variation, draws=300, rng=42)
    marks = page.evaluate("drawn.data.regions.map((_, n) => hubtiers.markOf(drawn, n))")
    own = [row[tier] for row, tier in zip(live["probability"], live["tier"], strict=True)]
    regions = result.table.regions.index
    codes = python.certainty.loc[regions].cat.codes.tolist()
    assert marks == codes
    np.testing.assert_allclose(own, python.confidence.loc[result.table.regions.index])
    legend = re.sub(r"\s+", " ", page.inner_text(".hubtiers-legend-fill")).lower()
    assert (
        f"settled ({codes.count(0)}) leaning ({codes.count(1)}) open ({codes.count(2)})" in legend
    )
    text = page.inner_text(".hubtiers-live p")
    assert text == (
        "Certainty follows the choices: 300 draws (seed 42), weights near those of the scheme "
        "(Dirichlet, concentration 20); Exact natural breaks (Fisher–Jenks)."
    )
    page.evaluate("hubtiers.openRegion(drawn, 0)")
    low, _, high = live["interval"][0]
    popup = page.inner_text(".hubtiers-popup")
    assert f"5–95 % interval {low}–{high}" in popup
    bar = page.get_attribute(".hubtiers-popup svg.hubtiers-bar", "aria-label")
    for label, share in zip(
        ("International", "National", "Regional"), live["probability"][0], strict=True
    ):
        if 0.005 <= share <= 0.995:
            assert f"{label} {round(share * 100)} %" in bar
    # Sliders move: until the draws are done, the popup says whose probabilities it shows.
    page.evaluate(
        "weights => { hubtiers.explore(drawn, { weights: weights }); }", weights[::-1].tolist()
    )
    popup = page.inner_text(".hubtiers-popup")
    assert "PROBABILITY OF EACH TIER, UNDER THE STUDY'S OWN WEIGHTS" in popup.upper()
    assert "interval" not in popup
    page.evaluate("hubtiers.speak(drawn, 'zh')")
    page.wait_for_function(ENDED)
    assert page.inner_text(".hubtiers-live p").startswith(
        "置信度已按当前选择重算：300 次抽取（种子 42）"
    )
    assert seen.trouble == []


@pytest.mark.parametrize(
    ("variation", "reason"),
    [
        (
            Variation(weights=Dirichlet(9), noise={"percent": 5}, leave_one_out=True),
            "the study also varies what the page cannot draw: Errors of measurement, Indicator left out.",
        ),
        (
            Variation(weights=Dirichlet(9), aggregate=("Arithmetic", "Geometric")),
            "the study also varies what the page cannot draw: Aggregation.",
        ),
        (
            Variation(weights=UniformAround(9), tier=(NaturalBreaks(3), Quantiles(3))),
            "the study also varies what the page cannot draw: Tiers.",
        ),
    ],
    ids=["noise", "aggregate", "tier"],
)
def test_what_is_not_live_says_why(visit, zhang_outcome, variation, reason):
    result = zhang_outcome.result
    scheme = result.fitted.scheme.replace(normalise=MinMax(1, 100))
    seen = open_live(visit, scheme.run(result.table), variation, draws=20)
    page = seen.page
    page.click(".hubtiers-open-weights")
    assert live_under(page, weights_of(result, 1).tolist())["status"] == "not"
    text = page.inner_text(".hubtiers-live p")
    assert (
        text
        == f"Certainty does not follow the sliders: {reason} What was found holds for the study's own weights."
    )
    assert not page.locator(".hubtiers-live progress").is_visible()
    page.evaluate("hubtiers.setFill(drawn, 'tier_and_certainty')")
    assert reason in page.inner_text(".hubtiers-legend-fill")
    page.evaluate("hubtiers.openRegion(drawn, 0)")
    assert "STUDY'S OWN WEIGHTS" in page.inner_text(".hubtiers-popup").upper()
    page.evaluate("hubtiers.speak(drawn, 'zh')")
    assert page.inner_text(".hubtiers-live p").startswith("置信度不随滑块变动：原研究还变动")
    assert seen.trouble == []


def test_draws_that_no_weights_move_hold_under_any(visit):
    """Weights drawn evenly do not depend on the study's own: noise or not, certainty holds."""
    outcome = load_study("cities2023").run()
    result, robust = outcome.result, outcome.robustness
    seen = visit(tier_map(result, robustness=robust, explorer=True, language="en"))
    page, weights = seen.page, weights_of(result, 2)
    page.click(".hubtiers-open-weights")
    live = live_under(page, weights.tolist())
    assert live["holds"]
    python = again(result, weights, robust.variation, draws=robust.draws, rng=42)
    assert_python_says_the_same(live, result, python)
    text = "Weights are drawn whatever the sliders say: certainty stays as it was found."
    assert page.inner_text(".hubtiers-live p") == text
    # Under another rule it is not what was found.
    assert live_under(page, weights.tolist(), rule=1)["status"] == "not"
    assert seen.trouble == []


def test_a_rule_that_the_page_does_not_know_claims_nothing(visit, country):
    """Its cut-points stand in for it, and what was found of the rule does not hold for these."""
    scheme = Scheme(impute=RequireCoverage(0.5), tier=HeadTail())
    result = scheme.run(country)
    noisy = Variation(weights=Dirichlet(), noise={"percent": 1})
    seen = open_live(visit, result, noisy, draws=10)
    assert live_under(seen.page, weights_of(result, 1).tolist())["status"] == "not"


def test_certainty_of_another_scheme_is_not_redrawn(visit, zhang_outcome):
    result = zhang_outcome.result
    other = result.fitted.scheme.replace(tier=Quantiles(3))
    robust = assess_robustness(other, result.table, EVEN, draws=20)
    page = visit(tier_map(result, robustness=robust, explorer=True, language="en")).page
    assert live_under(page, weights_of(result, 1).tolist())["status"] == "not"
    assert "another scheme" in page.evaluate("hubtiers.liveText(drawn)")


def test_a_browser_without_workers_says_so(visit, zhang_outcome):
    seen = open_live(visit, zhang_outcome.result, EVEN, draws=20)
    seen.page.evaluate("window.Worker = function () { throw new Error('not here'); }; void 0")
    live = live_under(seen.page, weights_of(zhang_outcome.result, 1).tolist())
    assert live == {"status": "not", "reason": "live_no_worker"}
    assert "computes nothing behind" in seen.page.evaluate("hubtiers.liveText(drawn)")


def test_a_page_without_draws_has_no_box(visit, zhang_outcome):
    seen = visit(tier_map(zhang_outcome.result, explorer=True, language="en"))
    seen.page.click(".hubtiers-open-weights")
    weights = weights_of(zhang_outcome.result, 1).tolist()
    seen.page.evaluate("weights => { hubtiers.explore(drawn, { weights: weights }); }", weights)
    assert seen.page.locator(".hubtiers-live").count() == 0
    assert not seen.page.evaluate("Boolean(drawn.live)")
    assert seen.trouble == []


def test_tiers_that_only_draws_have_are_shown_by_name(visit):
    """A third of the draws has a fourth tier: popup, mark and chance count it where it stands."""
    ids = [f"c{number:02}" for number in range(8)]
    layer = gpd.GeoDataFrame(
        {"name_en": ids, "name_zh": ""},
        index=pd.Index(ids, name="region_id"),
        geometry=[box(number, 50, number + 1, 51) for number in range(8)],
        crs=4326,
    )
    values = pd.DataFrame({"region": ids, "indicator": "rd", "value": np.arange(8.0)})
    own, other = (Quantiles(k, labels=("one", "two", "three", "four")[:k]) for k in (2, 4))
    scheme, table = Scheme(tier=own), join_indicators(layer, values)
    varied = Variation(tier=(own, other, other, other))
    robust = assess_robustness(scheme, table, varied, draws=512, rng=1)
    page = visit(tier_map(robust.base, robustness=robust, language="en"), locale="en-GB").page
    shares = robust.tier_probability.loc["c00"]
    assert shares["four"] > shares["two"] > 0
    number = page.evaluate("drawn.data.regions.findIndex(region => region.id === 'c00')")
    assert page.evaluate("i => hubtiers.markText(drawn, i)", number) == "open, more often four"
    assert page.evaluate("hubtiers.chanceTiers(drawn).map(tier => tier.names.en)") == ["one", "two"]
    least = page.evaluate("drawn.atLeast = 1, hubtiers.chances(drawn)")
    upper = robust.tier_probability[["one", "two"]].sum(axis=1)
    ranked = page.evaluate("drawn.data.regions.map(region => region.id)")
    assert least == pytest.approx(upper[ranked].tolist())
    page.evaluate("i => hubtiers.openRegion(drawn, i)", number)
    told = page.locator(".leaflet-popup .hubtiers-bar").first.get_attribute("aria-label")
    assert told == f"two {round(100 * shares['two'])} %, four {round(100 * shares['four'])} %"


def test_draws_that_end_leave_the_reader_of_the_table_where_they_are(visit, zhang_outcome):
    result, variation = zhang_outcome.result, Variation(weights=Dirichlet(20))
    page = open_live(visit, result, variation, draws=300).page
    page.click(".hubtiers-open-table")
    page.focus("[data-key=row5]")
    page.evaluate("document.activeElement.first = true")
    live_under(page, weights_of(result, 8).tolist())
    # The rows are new, and the one of the same region has the focus.
    assert page.evaluate("[document.activeElement.dataset.key, document.activeElement.first]") == [
        "row5",
        None,
    ]
