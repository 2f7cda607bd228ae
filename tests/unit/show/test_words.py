import ast
import re
from pathlib import Path

import pandas as pd
import pytest

import hubtiers.show
from hubtiers.errors import DataError, SpecError, UnknownOptionError, printed_as
from hubtiers.show.book import BOOK, THEMES
from hubtiers.show.figures.figure import map_caption, tier_figure
from hubtiers.show.methods import method_text
from hubtiers.show.pages.report import build_report
from hubtiers.show.pages.result_tables import list_tables
from hubtiers.show.web.content import map_content
from hubtiers.show.web.explorer import Explorer, explorer_content
from hubtiers.show.words import (
    Text,
    break_texts,
    browser_words,
    join_texts,
    number_text,
    reason_text,
    say,
    tier_text,
    title_texts,
    word,
)
from hubtiers.study import load_study
from hubtiers.tiers.breaks import NaturalBreaks

ROOM = Path(hubtiers.show.__file__).parent
SCRIPTS = sorted(ROOM.glob("web/assets/*.js"))
# Files that may hold whole sentences in both languages, beside the book.
SENTENCES = {
    "words.py",
    "wrapping.py",
    "report_sections.py",
    *(path.name for path in ROOM.glob("pages/sections_*.py")),
    *(path.name for path in ROOM.glob("book/*.py")),
}
CHINESE = re.compile("[\u4e00-\u9fff]")
# Texts that are about the other language.
MIXED = {"other_language", "other_short", "search"}


@pytest.fixture(scope="module")
def outcome():
    return load_study("zhang2022").run()


def literals(path):
    """Strings of a module, but for docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    strings = [
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    return [node.value for node in strings if node not in said]


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: path.name)
def test_chinese_stands_in_the_book_only(path):
    if path.name not in SENTENCES:
        assert [text for text in literals(path) if CHINESE.search(text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_hold_no_words_in_chinese(path):
    assert CHINESE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("key", sorted(BOOK))
def test_every_word_stands_in_both_languages_with_the_same_places(key):
    said = word(key)
    places = re.compile(r"{(\w+)}")
    assert said.zh
    assert said.en
    if key not in ("names_more", "tier_name"):
        assert sorted(places.findall(said.zh)) == sorted(places.findall(said.en))
    # The singular is said of 1 only, which it may put into words.
    assert set(places.findall(said.one)) <= set(places.findall(said.en))
    assert key in MIXED or not CHINESE.search(said.en + said.one)


def test_no_word_stands_twice():
    pairs = [(said.zh, said.en) for said in BOOK.values()]
    assert len(pairs) == len(set(pairs))
    assert sum(map(len, THEMES)) == len(pairs)


def used_in(text, key):
    """Whether a source says a word: by its key as a string, as a property, or as the key of an object."""
    return re.search(
        rf"""["']{re.escape(key)}["']|\.{re.escape(key)}\b|\b{re.escape(key)}:""", text
    )


def test_every_word_is_said_somewhere():
    printing = [ROOM.parent / "_console.py", *ROOM.parent.glob("_print_*.py")]
    sources = [
        path.read_text(encoding="utf-8")
        for path in [*ROOM.rglob("*.py"), *SCRIPTS, *printing]
        if path.parent.name != "book"
    ]
    text = "\n".join(sources)
    # A status, a rule of matching, a step and a number of a rule are looked up by what data,
    # scheme and rules hold.
    house = ROOM.parent
    rules = [house / "tiers" / "rules.py", *(house / "hubs").glob("*.py")]
    text += "\n".join(path.read_text(encoding="utf-8") for path in rules)
    # A part of the work is begun by its name.
    for path in house.glob("*.py"):
        text += " ".join(re.findall(r'stage\("\w+"\)', path.read_text(encoding="utf-8")))
    kinds = ("status_", "rule_", "step_", "option_", "dial_", "link_", "slot_", "stage_")
    listed = {key: key.split("_", 1)[1] for key in BOOK if key.startswith(kinds)}
    unused = [
        key for key in BOOK if not used_in(text, key) and not used_in(text, listed.get(key, key))
    ]
    assert [key for key in unused if key != "status_unknown"] == []


def test_every_word_that_a_script_says_travels_with_the_map():
    sent = browser_words()
    assert sent["zh"].keys() == sent["en"].keys()
    for path in SCRIPTS:
        asked = re.findall(r"(?:\bwords|words\(state\))\.(\w+)", path.read_text(encoding="utf-8"))
        assert set(asked) <= sent["zh"].keys(), path.name


def test_say():
    assert say("rank", "zh") == "位次"
    assert say("found", "en", n=1) == "1 result"
    assert say("found", "en", n=0) == "0 results"
    assert say("found", "zh", n=1) == "1 个结果"
    with pytest.raises(UnknownOptionError, match="Unknown language 'de'"):
        say("rank", "de")


def test_a_value_that_is_a_text_is_said_in_its_language():
    filled = word("shown").fill(what=Text("得分 {n}", "Score {n}"))
    assert filled == Text("填色：得分 {n}", "Filled by: Score {n}")
    assert join_texts([Text("甲", "A"), Text("乙", "B")]) == Text("甲，乙", "A, B")
    assert Text("甲", "A").say("both") == "甲 A"
    assert Text.same("k").say("both") == "k"


def test_titles():
    default = Text("甲", "A")
    assert title_texts(None, default) == default
    assert title_texts("", default) == default
    assert title_texts({"zh": "乙"}, default) == Text("乙", "乙")
    assert title_texts({"en": "B"}, default) == Text("B", "B")
    with pytest.raises(SpecError, match="The title is 3"):
        title_texts(3, default)
    with pytest.raises(UnknownOptionError, match="Unknown language 'fr'"):
        title_texts({"fr": "C"}, default)


def test_names_and_numbers():
    assert tier_text("regional") == Text("区域级", "Regional")
    assert tier_text("own") == Text("own", "own")
    assert number_text(-1.0, 1) == "−1.0"
    close = NaturalBreaks(3).fit(pd.Series([0.10001, 0.10002, 0.10003]))
    assert break_texts(close, "en") == ["0.10003–0.10003", "0.10002–0.10002", "0.10001–0.10001"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_map_figure_tables_and_report_say_the_same_word_for_the_same_thing(outcome, language):
    result = outcome.result
    content = map_content(result, outcome.layout, None, {})
    page = content["words"][language]
    figure = tier_figure(result, layout=outcome.layout, language=language)
    drawn = []
    for legend in (a for a in figure.axes[0].get_children() if type(a).__name__ == "Legend"):
        drawn += [legend.get_title().get_text(), *(t.get_text() for t in legend.get_texts())]
    tables = list_tables(result)
    heads = [column.heading.say(language) for column in tables["scores"].columns]
    report = build_report(outcome, language=language).html
    for term in ("hubs", "corridors", "extents", "tier_score"):
        assert page[term] in drawn, term
    for term in ("rank", "score", "tier", "coverage"):
        assert page[term] in heads, term
        assert page[term] in report, term
    assert content["note"][language] in map_caption(result, outcome.layout, None).say(language)
    assert content["note"][language] in report
    aggregation = method_text(result.fitted.scheme.aggregate).say(language)
    offered = explorer_content(result, Explorer())["aggregations"][0]["names"][language]
    assert offered.lower() == aggregation.lower()
    assert aggregation in tables["scores"].notes[0].say(language)
    assert aggregation in report


def test_reasons_are_told_in_the_language_of_the_page():
    error = printed_as(DataError("A radar plot needs three."), "reason_radar")
    assert reason_text(error).en == "A radar plot needs three."
    assert reason_text(error).zh == "雷达图至少需要三个功能层，请在指标体系中分组。"
    assert reason_text(DataError("Odd.")).zh == "数据不满足该方法的条件。"
