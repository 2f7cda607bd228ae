"""The brief read back: its sentences are the numbers of the result, in both languages."""

from __future__ import annotations

import json
import re
from html import unescape

import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.errors import SpecError
from hubtiers.framework import Framework, Indicator
from hubtiers.show.figures.strip import score_strip_figure, swarm_rows
from hubtiers.show.headline import headline
from hubtiers.show.pages.brief import build_brief
from hubtiers.show.pages.brief_parts import fitting_names, rounded_up


@pytest.fixture(scope="module")
def texts(zhang_outcome):
    """What a reader sees of the brief, by language."""
    return {
        language: seen(build_brief(zhang_outcome, language=language, run="0123456789ab"))
        for language in ("zh", "en")
    }


def seen(brief):
    body = brief.html[brief.html.index("<main>") :]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).replace("\xa0", " ")


def block(brief, heading):
    """The text below a heading of the brief."""
    start = brief.html.index(f"<h2>{heading}</h2>")
    part = re.split(r"<h2>|<footer>", brief.html[start + 4 :])[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", part)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_headline_is_that_of_the_numbers(zhang_outcome, texts, language):
    said = headline(zhang_outcome.result, robustness=zhang_outcome.robustness)
    for sentence in said[:3]:
        assert sentence.say(language) in texts[language]


def test_who_moves_is_what_the_comparison_says(zhang_outcome):
    brief = build_brief(zhang_outcome, language="zh")
    said = block(brief, "改用其他方案，谁会变动")
    moves = zhang_outcome.comparison.moves()
    moves = moves[moves["new_tier"]]
    counts = moves.groupby("scheme").size().to_dict()
    assert counts == {"critic": 1, "entropy": 7}
    assert "熵值法：7 个变动；降级 京津冀、" in said
    assert "CRITIC 权重法：1 个变动；升级 福建。" in said
    assert "升级 福建" not in said.split("CRITIC")[0]


def test_what_lifts_is_what_the_explanation_says(zhang_outcome):
    result = zhang_outcome.result
    said = block(build_brief(zhang_outcome, language="en"), "What would lift the next five")
    below = result.rank[result.tier != "international"].sort_values().index
    lifted = [region for region in below if result.explain(region).whole_step is not None][:5]
    names = result.table.regions["name_en"]
    found = re.findall(r"(\w+) Research institutions, share ([\d.]+) → ([\d.]+) %", said)
    assert [name for name, _, _ in found] == names[lifted].tolist()
    for region, (_, now, needed) in zip(lifted, found, strict=True):
        step = result.explain(region).whole_step
        assert float(now) == pytest.approx(step.value, abs=0.005)
        # What is printed suffices: it is rounded away from what there is.
        assert step.needed <= float(needed) < step.needed + 0.11
    assert "No single value lifts Shandong, Northeast China" in said


def test_counts_are_lifted_by_whole_numbers():
    values = pd.DataFrame({"firms": [2.0, 5.0, 30.0, 40.0]}, index=list("abcd"))
    framework = Framework((Indicator("firms", name_en="Firms", unit="个", unit_en="firms"),))
    table = ht.IndicatorTable.from_frame(values, framework=framework)
    result = ht.Scheme(tier=ht.Thresholds((0.4,), labels=("high", "low"))).run(table)
    said = block(build_brief(result, language="en"), "What would lift the next five")
    # The cut-point lies at 2 + 0.4 · 38 = 17.2 firms.
    assert "b Firms 5 → 18 firms" in said
    assert "a Firms 2 → 18 firms" in said
    assert "To become high." in said


def test_positions_are_told_by_their_shares():
    numbers = {"papers": [60.0, 30, 9, 1], "patents": [70.0, 15, 5, 10]}
    rules = ht.PositionRules(50, 15, 5, macro_region_places=0, province_places=0)
    table = ht.IndicatorTable.from_frame(pd.DataFrame(numbers, index=list("abcd")))
    brief = build_brief(ht.Scheme(tier=rules).run(table), language="en")
    # What is not there is not explained.
    assert "A dot for each region along its score. Tiers are not cut" in seen(brief)
    assert "lines are cut-points" not in seen(brief)
    cut = ht.Scheme(tier=ht.NaturalBreaks(2)).run(table)
    assert "along its score, lines are cut-points." in seen(build_brief(cut, language="en"))
    said = block(brief, "What would lift the next five")
    assert "b patents, share 15.0 → 50 % → International" in said
    assert "c patents, share 5.0 → 15 % → National" in said
    assert "d papers, share 1.0 → 5 % → Regional" in said


def test_gaps_are_counted():
    values = pd.DataFrame(
        {"rd": [1.0, 2.0, None, 4.0], "firms": [3.0, None, None, 9.0]}, index=list("abcd")
    )
    scheme = ht.Scheme(impute=ht.RequireCoverage(0.5), tier=ht.NaturalBreaks(2))
    said = block(
        build_brief(scheme.run(ht.IndicatorTable.from_frame(values)), language="en"),
        "Gaps in the data",
    )
    assert "1 region has too few values for a score: c." in said
    assert "3 of 8 values are missing (38 %)." in said


def test_how_to_cite_and_to_build_again(texts, zhang_outcome):
    assert "Cite as Zhang (2022): does Table 1 give the layout of Table 2? hubtiers " in texts["en"]
    assert ("hubtiers build zhang2022 --out out/zhang2022 (run 0123456789ab in run.json)") in texts[
        "en"
    ]
    assert "复算 hubtiers build zhang2022 --out out/zhang2022" in texts["zh"]
    assert "中国科学院院刊" in texts["zh"]


def test_author_and_date_of_the_study_file(study_folder):
    path = study_folder / "own.toml"
    more = (
        '[robustness]\ndraws = 0\n[output]\nauthor = "A. Nan"\ndate = "28 November 2026"\n'
        'figures = false\ntables = false\nreport = false\nlanguage = "en"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    outcome = ht.load_study(path).run(study_folder / "out")
    page = (study_folder / "out" / "brief.html").read_text(encoding="utf-8")
    assert page == outcome.brief().html
    record = json.loads((study_folder / "out" / "run.json").read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{12}", record["run"])
    assert f"(run {record['run']} in run.json)" in page
    assert "A. Nan. Own study. 28 November 2026. hubtiers " in page
    assert "A. Nan · 28 November 2026 · data of 2022" in page


def test_names_that_fit():
    names = ["Wuhan", "Xi'an", "Dalian"]
    assert fitting_names(names, "en", width=40) == "Wuhan, Xi'an, Dalian"
    assert fitting_names(names, "en", width=1) == "Wuhan and 2 more"
    assert fitting_names(["x" * 60], "zh", width=1) == "x" * 29 + "…"
    assert rounded_up(0.0412, 0.0401, 3) == "0.0412"
    assert rounded_up(-2.3412, -2.1, 3) == "−2.35"


def test_no_two_dots_of_the_strip_overlap():
    x = pd.Series([0.1, 0.15, 0.12, 0.9, 0.11, 0.5, 0.13]).to_numpy()
    rows = swarm_rows(x, 0.04)
    for a in range(len(x)):
        for b in range(a):
            assert rows[a] != rows[b] or abs(x[a] - x[b]) >= 0.04
    assert rows[3] == rows[5] == 0


def test_strip_has_a_dot_for_each_region_and_its_mark(zhang_outcome):
    result, robust = zhang_outcome.result, zhang_outcome.robustness
    figure = score_strip_figure(result, robust, language="en")
    strip = figure.axes[0]
    dots = [d for d in strip.collections if str(d.get_gid()).startswith("dots-")]
    placed = sorted(float(x) for d in dots for x in d.get_offsets()[:, 0])
    assert placed == pytest.approx(sorted(result.scores.dropna()))
    by_mark = robust.certainty.value_counts()
    for mark in ("settled", "leaning", "open"):
        drawn = sum(len(d.get_offsets()) for d in dots if d.get_gid() == f"dots-{mark}")
        assert drawn == by_mark[mark]
    cuts = [line.get_xdata()[0] for line in strip.lines if line.get_gid() == "cut"]
    assert cuts == pytest.approx(list(result.breaks.breaks))


def test_brief_refuses_what_is_no_result():
    with pytest.raises(SpecError, match="made from a Result or an Outcome, but got str"):
        build_brief("zhang2022")
