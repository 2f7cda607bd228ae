"""The sentences of the headline hold no number that the tables do not."""

from __future__ import annotations

import dataclasses
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from hubtiers.compare import compare_schemes
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.weight import EntropyWeights
from hubtiers.show.headline import headline, headline_of
from hubtiers.show.words import LANGUAGES, Text, tier_text
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import Quantiles, Thresholds

STUDIES = ("zhang2022", "provinces2022", "cities2023", "cities2023-lists", "made-up")
ZERO = {"none": 0, "None": 0, "没有": 0, "无一": 0}


def made_up():
    """A country that is nobody's: tiers with names of its own, and everything else that a headline tells of."""
    values = {"rd": [9, 7, 6, 5, 4, 3, 2, 1], "cranes": [1.0, 8, 2, 9, 3, 7, 4, 6]}
    frame = pd.DataFrame(values, index=[f"R{n}" for n in range(8)], dtype=float)
    table = IndicatorTable.from_frame(frame)
    scheme = Scheme(tier=Quantiles(3, labels=("Core {0}", "Ring", "Rim")))
    robust = assess_robustness(scheme, table, Variation(weights="dirichlet"), draws=512, rng=1)
    entropy = scheme.replace(weight=EntropyWeights())
    return SimpleNamespace(
        result=scheme.run(table),
        robustness=robust,
        comparison=compare_schemes(table, {"own": scheme, "entropy": entropy}),
        baseline_agreement=None,
        reference=None,
        reference_name="",
        layout=None,
        baseline_titles={},
    )


@pytest.fixture(scope="module", params=STUDIES)
def outcome(request):
    return made_up() if request.param == "made-up" else load_study(request.param).run()


def said_of(outcome, language, pattern):
    """The only sentence with a pattern, as its match."""
    lines = [text.say(language) for text in headline_of(outcome)]
    found = [match for line in lines if (match := re.search(pattern, line))]
    assert len(found) == 1, (pattern, lines)
    return found[0]


def highest(result):
    labels = list(result.breaks.labels)
    return labels[: 2 if len(labels) > 2 else 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tiers_are_those_of_the_result(outcome, language):
    result = outcome.result
    first = headline_of(outcome)[0].say(language)
    # Names of regions may hold figures.
    bare = re.sub(r"[(（].*?[)）]", "", first)
    for label in highest(result):
        name = re.escape(tier_text(label).say(language))
        pattern = rf"(\d+|none) (?:is|are) {name}" if language == "en" else rf"{name} (\d+) 个"
        assert int(ZERO.get(n := re.search(pattern, bare)[1], n)) == result.tier_counts[label]
    assert str(int(result.scores.notna().sum())) in re.findall(r"\d+", bare)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_many_keep_their_tier(outcome, language):
    result, robust = outcome.result, outcome.robustness
    p = robust.tier_probability
    own = pd.Series({r: p.loc[r, t] for r, t in result.tier.dropna().astype(object).items()})
    high = own[result.tier.reindex(own.index).isin(highest(result))]
    pattern = {
        "en": r"Of these (\d+), (\d+) keeps? (?:its|their) tier in at least nine draws of ten",
        "zh": r"这 (\d+) 个中有 (\d+) 个在至少九成的抽取中保持其层级",
    }[language]
    found = said_of(outcome, language, pattern)
    assert (int(found[1]), int(found[2])) == (len(high), int((high >= 0.9).sum()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_are_counted_as_they_are_given(outcome, language):
    marks = outcome.robustness.certainty.value_counts()
    pattern = {
        "en": r"Tiers of the (\d+) regions: (\d+) settled \(.*?\), (\d+) leaning(?:, (\d+) open \(another tier comes up more often\))?",
        "zh": r"全部 (\d+) 个计分区域中，层级稳固的 (\d+) 个（.*?），倾向的 (\d+) 个(?:，未定的 (\d+) 个（另一层级更常出现）)?",
    }[language]
    found = said_of(outcome, language, pattern)
    counts = [int(number or 0) for number in found.groups()]
    assert counts == [marks.sum(), *(marks[mark] for mark in ("settled", "leaning", "open"))]


def test_the_open_ones_are_named_with_the_tier_that_they_have_more_often(outcome):
    result, robust = outcome.result, outcome.robustness
    lines = [text.en for text in headline_of(outcome)]
    high = result.tier.isin(highest(result)) & (robust.certainty == "open")
    told = [line for line in lines if line.startswith("Open among")]
    assert bool(told) == bool(high.any())
    if told:
        best = result.rank[high].idxmin()
        name = result.table.regions.loc[best, "name_en"]
        tier = tier_text(robust.tier_probability.loc[best].idxmax()).en
        assert told[0].startswith(f"Open among the highest tiers: {name} (more often {tier})")


@pytest.mark.parametrize("language", LANGUAGES)
def test_movers_are_those_of_the_comparison(outcome, language):
    lines = " ".join(text.say(language) for text in headline_of(outcome))
    found = re.findall(
        r"(\d+) regions? changes? tier" if language == "en" else r"(\d+) 个区域改变层级", lines
    )
    own = outcome.result
    counts = []
    by_position = "PositionRules" in type(own.fitted.scheme.tier).__name__
    for other in list(outcome.comparison.results.values())[1:]:
        scheme = other.fitted.scheme
        same_weight = scheme.weight == own.fitted.scheme.weight
        same_rule = scheme.tier == own.fitted.scheme.tier
        if (same_weight != same_rule) and not (by_position and same_rule):
            both = own.tier.notna() & other.tier.notna()
            counts.append(int((own.tier.astype(object) != other.tier.astype(object))[both].sum()))
    assert [int(n) for n in found] == list(dict.fromkeys(counts))


def test_rules_of_position_are_said_not_to_follow_the_weights(outcome):
    told = [text.en for text in headline_of(outcome) if "rules of position" in text.en]
    results = list(outcome.comparison.results.values())
    if type(results[0].breaks).__name__ == "PositionTiers":
        assert told == ["The tiers follow rules of position, which the weights do not touch."]
        for other in results:
            if other.fitted.scheme.tier == results[0].fitted.scheme.tier:
                assert other.tier.equals(results[0].tier)
    else:
        assert told == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_agreement_stands_beside_the_best_baseline(outcome, language):
    compared = outcome.baseline_agreement
    if compared is None:
        lines = " ".join(text.say(language) for text in headline_of(outcome))
        assert not re.search("agree|同级", lines)
        return
    pattern = {
        "en": r"for (\d+) of (\d+) regions; .* has (\d+) of (\d+)(: it agrees (?:better|as well))?\.",
        "zh": r"可比的 (?P<n>\d+) 个区域中，(?P<m>\d+) 个同级；.*为 (\d+)/(\d+)(，.*)?。",
    }[language]
    found = said_of(outcome, language, pattern)
    matches, n, theirs, of, verdict = found.groups()
    if language == "zh":
        matches, n = n, matches
    own = compared.loc["score"]
    best = compared[compared["kind"] != "score"].sort_values(["share", "kappa"]).iloc[-1]
    assert (int(matches), int(n)) == (own["matches"], own["n"])
    assert (int(theirs), int(of)) == (best["matches"], best["n"])
    words = {
        "en": (": it agrees better", ": it agrees as well"),
        "zh": ("，比本研究更一致", "，与本研究相当"),
    }
    better, equal = words[language]
    expected = (
        better if best["share"] > own["share"] else equal if best["share"] == own["share"] else None
    )
    assert verdict == expected


@pytest.fixture
def plain():
    return made_up()


def test_nothing_is_said_without_numbers_for_it(plain):
    said = headline(plain.result)
    assert [text.en for text in said] == [
        "Of 8 regions scored, 2 are Core {0} (R1, R3) and 3 are Ring."
    ]
    words = " ".join(text.say(language) for text in said for language in LANGUAGES)
    assert not re.search("draw|settled|open|agree|weights|抽取|稳固|同级|权重", words)


def _probabilities(result, rows):
    shares = pd.DataFrame(rows, index=result.scores.index, columns=list(result.breaks.labels))
    return SimpleNamespace(tier_probability=shares)


def test_all_are_open(plain):
    tiers = {"Core {0}": [0.0, 1.0, 0.0], "Ring": [0.6, 0.4, 0.0], "Rim": [0.5, 0.5, 0.0]}
    result = plain.result
    robust = _probabilities(result, [tiers[tier] for tier in result.tier])
    said = [text.en for text in headline(result, robustness=robust)]
    assert said[1] == "None of these 5 keeps its tier in at least nine draws of ten."
    assert said[2].startswith(
        "Tiers of the 8 regions: 0 settled (at least nine draws of ten), 0 leaning, 8 open"
    )
    assert said[3] == (
        "Open among the highest tiers: R1 (more often Ring), R3 (more often Ring), "
        "R0 (more often Core {0}) and 2 more."
    )


def test_all_keep_their_tier(plain):
    result = plain.result
    robust = _probabilities(
        result, pd.get_dummies(result.tier)[list(result.breaks.labels)].to_numpy(float)
    )
    said = [text.say("zh") for text in headline(result, robustness=robust)]
    assert said[1:] == [
        "这 5 个全部在至少九成的抽取中保持其层级。",
        "全部 8 个计分区域中，层级稳固的 8 个（至少九成的抽取），倾向的 0 个；没有区域更常落入另一层级。",
    ]


def test_another_threshold_is_said(plain):
    robust = dataclasses.replace(plain.robustness, settled_from=0.75)
    said = [text.en for text in headline(plain.result, robustness=robust)]
    kept = (robust.confidence >= 0.75) & plain.result.tier.isin(["Core {0}", "Ring"])
    assert said[1].startswith(f"Of these 5, {kept.sum()} keep")
    assert "in at least 75 % of the draws" in said[1]


@pytest.mark.parametrize(
    ("scores", "cuts", "expected"),
    [
        ([0.9], (0.5,), "The only region scored is A: high."),
        ([0.1, 0.2], (0.5,), "Of 2 regions scored, none is high."),
        ([0.9, 0.2], (0.5,), "Of 2 regions scored, 1 is high (A)."),
    ],
)
def test_unusual_results(scores, cuts, expected):
    frame = pd.DataFrame({"x": scores}, index=list("AB")[: len(scores)])
    labels = ("high", "low")[: len(cuts) + 1]
    scheme = Scheme(normalise="as-is", tier=Thresholds(cuts, labels=labels))
    result = scheme.run(IndicatorTable.from_frame(frame))
    assert headline(result)[0].en == expected


def test_one_tier():
    frame = pd.DataFrame({"x": [0.2, 0.9]}, index=list("AB"))
    result = Scheme(tier=Quantiles(1, labels=("all",))).run(IndicatorTable.from_frame(frame))
    assert headline(result)[0].en == "Of 2 regions scored, 2 are all (B, A)."


def test_many_schemes_are_told_by_fewest_and_most(plain):
    table, own = plain.result.table, plain.result.fitted.scheme
    rules = {
        f"q{k}": own.replace(tier=Quantiles(k, labels=tuple("ABCDEF"[:k]))) for k in (2, 4, 5, 6)
    }
    comparison = compare_schemes(table, {"own": own, **rules})
    said = headline(plain.result, comparison=comparison)[1].en
    assert said.startswith("Under 4 other schemes 8 to 8 regions change tier; most do with ")


def test_sentences_are_texts_in_both_languages(outcome):
    said = headline_of(outcome)
    assert all(isinstance(text, Text) for text in said)
    assert all(text.en.endswith(".") and text.zh.endswith("。") for text in said)
