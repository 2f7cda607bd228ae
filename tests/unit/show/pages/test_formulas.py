"""The report's formulas, run: scores computed from what is printed, and from nothing else.

A small interpreter reads the formulas of the page as a reader would, takes values, parameters and weights from the
tables, and must come to the printed scores. It knows the notation (sums over k, fractions, roots) and no method.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
import pytest

from hubtiers._storage import data_path
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import (
    Arithmetic,
    Geometric,
    GreyRelation,
    Harmonic,
    MazziottaPareto,
    PowerMean,
    Topsis,
    Vikor,
)
from hubtiers.scoring.impute import MeanImpute, RequireCoverage
from hubtiers.scoring.normalise import (
    AsIs,
    CentredGoalposts,
    DistanceToReference,
    Goalposts,
    LogMinMax,
    MinMax,
    PercentileRank,
    RobustScale,
    VectorNorm,
    ZScore,
)
from hubtiers.scoring.treat import BoxCox, LogTransform
from hubtiers.scoring.weight import EntropyWeights, EqualWeights, FrameworkWeights, GivenWeights
from hubtiers.show.methods import describe_aggregation, describe_steps
from hubtiers.show.pages.report import build_report
from hubtiers.show.pages.report_page import Page
from hubtiers.show.pages.workbook import save_tables
from hubtiers.show.words import say
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

STUDIES = sorted(path.stem for path in data_path("studies").glob("*.toml"))


class Method(HTMLParser):
    """The formulas of the steps, in the notation that a reader sees: `_{…}` low and `^{…}` high."""

    def __init__(self, html):
        super().__init__()
        self.steps, self.inside, self.bar, self.text = [], False, False, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "li" and ("class", "step") in attrs:
            self.steps.append([])
        if tag == "span" and ("class", "formula") in attrs:
            self.inside = True
            self.steps[-1].append("")
        if self.inside and tag in ("sub", "sup"):
            self.steps[-1][-1] += "_{" if tag == "sub" else "^{"
        self.bar = ("class", "bar") in attrs

    def handle_endtag(self, tag):
        if self.inside and tag in ("sub", "sup"):
            self.steps[-1][-1] += "}"
        self.inside &= tag != "span"

    def handle_data(self, data):
        self.text.append(data)
        if self.inside:
            self.steps[-1][-1] += f"{data}\u0304" if self.bar else data
            self.bar = False

    def about(self, symbol):
        """Return the formulas of the step that says what a symbol is."""
        for formulas in self.steps:
            said = statements(formulas)
            if (symbol, 1) in said or (symbol, -1) in said:
                return said
        return {}


def statements(formulas):
    """Return what each symbol is, by direction: `{("y_{ij}", 1): "(x_{ij} − …"}`."""
    found = {}
    for formula in formulas:
        signs = {"(+)": (1,), "(−)": (-1,)}.get(formula[:3], (1, -1))
        line = formula[3:] if len(signs) == 1 else formula
        for part in re.split(r",  |;  ", line.strip()):
            symbol, _, meaning = part.partition(" = ")
            for sign in signs:
                found.setdefault((symbol.strip(), sign), meaning.strip())
    return found


def evaluate(meaning, known):
    """Return what a formula gives; symbols are numbers, or arrays over k."""
    code, names = translated(meaning, tuple(sorted(known)))
    values = {name: known[symbol] for name, symbol in names.items()}
    return eval(code, {"__builtins__": {}}, FUNCTIONS | values)


@lru_cache
def translated(meaning, symbols):
    """Return a formula as Python, and which symbol each of its names stands for."""
    names = {}

    def named(match):
        name = f"v{len(names)}_"
        names[name] = match[0]
        return f" {name} "

    text = re.sub(r"√\(", " sqrt(", meaning)
    for symbol, mark in OVER_K.items():
        text = text.replace(symbol, f" {mark} ")
    longest_first = sorted(symbols, key=len, reverse=True)
    text = re.sub("|".join(map(re.escape, longest_first)), named, text)
    text = re.sub(r"\^\{", "**(", text).replace("}", ")").replace("−", "-").replace("·", "*")
    return compile(grouped(text).strip(), meaning, "eval"), names


# Marks of their own for what runs over k, since letters are symbols.
OVER_K = {"Σ_{k}": "\x01", "Π_{k}": "\x02", "max_{k}": "\x03"}
FUNCTIONS = {
    "sqrt": np.sqrt,
    "ln": np.log,
    "abs": np.abs,
    "total": np.sum,
    "product": np.prod,
    "largest": np.max,
}


def grouped(text):
    """Return Python: a sum takes the product that follows it, up to the next sign outside brackets."""
    text = re.sub(r"\|\s*(v\d+_)\s*\|", r"abs(\1)", text)
    # Products by standing side by side.
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"(v\d+_|\d|\))\s+(v\d+_|\()", r"\1 * \2", text)
        text = re.sub(r"(v\d+_)\s+(\d)", r"\1 * \2", text)
    for mark, function in zip(OVER_K.values(), ("total", "product", "largest"), strict=True):
        while mark in text:
            # The last one first: a sum may stand inside the product of another.
            start = text.rindex(mark)
            end = end_of_product(text, start + len(mark))
            text = f"{text[:start]}{function}({text[start + len(mark) : end]}){text[end:]}"
    return text


def end_of_product(text, start):
    depth = 0
    for place in range(start, len(text)):
        if text[place] in "([":
            depth += 1
        elif text[place] in ")]":
            depth -= 1
            if depth < 0:
                return place
        elif depth == 0 and (text[place : place + 3] in (" / ", " + ", " - ")):
            return place
    return len(text)


def sheet_of(book, title):
    """Return a sheet as a frame: the heading is the second line, and notes stand below the last row."""
    rows = [[cell.value for cell in row] for row in book[title[:31]].iter_rows(min_row=2)]
    heading, *body = rows
    whole = [row for row in body if any(cell is not None for cell in row[1:])]
    return pd.DataFrame(whole, columns=heading)


class Printed:
    """What is printed of a result in one language."""

    def __init__(self, result, folder, language, page):
        path = save_tables(result, folder / f"{language}.xlsx", language=language)
        book = openpyxl.load_workbook(path)
        self.language, self.page = language, page
        self.values = sheet_of(book, say("value_table", language)).set_index(self.word("region_id"))
        self.scores = sheet_of(book, say("score_table", language)).set_index(self.word("region_id"))
        self.levels = sheet_of(book, say("level_table", language))
        system = sheet_of(book, say("indicator_table", language))
        names = system[self.word(f"indicator_{language}")]
        self.direction = dict(zip(names, system[self.word("direction")], strict=True))
        titles = book.sheetnames
        self.scaling = None
        title = say("normalisation_table", language)[:31]
        if title in titles:
            table = sheet_of(book, title)
            self.scaling = table.set_index(table.columns[0])

    def word(self, key):
        return say(key, self.language)


def normalised(printed, indicators):
    """Return y from x, parameters and formulas."""
    treated, scaled = printed.page.about("x′_{ij}"), printed.page.about("y_{ij}")
    columns = {}
    for name in indicators:
        x = printed.values[name].astype(float).to_numpy()
        row = {} if printed.scaling is None else printed.scaling.loc[name].to_dict()
        sign = -1 if printed.direction[name] == printed.word("negative") else 1
        known = {f"{key}_{{j}}": value for key, value in row.items() if value is not None}
        known["x_{ij}"] = x
        if treated:
            known["x_{ij}"] = evaluate(treated["x′_{ij}", sign], known)
        if re.search("count as the bound|按该界限计", "".join(printed.page.text)):
            known["x_{ij}"] = np.clip(known["x_{ij}"], known["a_{j}"], known["b_{j}"])
        meaning = scaled["y_{ij}", sign]
        if ("L(x)", 1) in scaled:
            inside = scaled["L(x)", 1].replace("ln x", "ln(x)").replace("x", "x_{ij}")
            meaning = meaning.replace("L(x_{ij})", inside)
        columns[name] = evaluate(meaning, known)
    return pd.DataFrame(columns, index=printed.values.index)


def at_once(printed, text):
    return ("over all indicators at once" in text) or ("一次算出" in text)


def recomputed(printed, text):
    """Return every score and sub-score from what is printed."""
    levels = printed.levels
    group, member, share = (printed.word(key) for key in ("group", "member", "weight_in_group"))
    groups = list(dict.fromkeys(levels[group]))
    inside = {name: levels[levels[group] == name] for name in groups}
    indicators = [name for name in levels[member] if name not in groups]
    board = normalised(printed, indicators)
    below = {}
    for name in groups:
        rows = inside[name]
        leaves = [below.get(child, [child]) for child in rows[member]]
        below[name] = [leaf for part in leaves for leaf in part]
        children = list(rows[member])
        weights = np.tile(rows[share].to_numpy(float), (len(board), 1))
        if at_once(printed, text):
            children = below[name]
            weights = leaf_weights(board, name, inside, groups, printed)[children].to_numpy()
        board[name] = scores_of(printed, board[children], weights)
    return board[groups]


def leaf_weights(board, name, inside, groups, printed):
    """Return effective weights by region: shares among what is present, multiplied on the way down."""
    member, share = printed.word("member"), printed.word("weight_in_group")
    known = {}

    def present(node):
        if node not in known:
            if node in groups:
                known[node] = np.any([present(child) for child in inside[node][member]], axis=0)
            else:
                known[node] = board[node].notna().to_numpy()
        return known[node]

    weights = {name: np.ones(len(board))}
    for node in reversed(groups):
        if node not in weights:
            continue
        rows = inside[node]
        stated = np.array([present(c) for c in rows[member]]).T * rows[share].to_numpy(float)
        total = stated.sum(axis=1, keepdims=True)
        shares = np.divide(stated, total, out=np.zeros_like(stated), where=total > 0)
        for place, child in enumerate(rows[member]):
            weights[child] = weights[node] * shares[:, place]
    return pd.DataFrame(weights, index=board.index)


def scores_of(printed, y, weights):
    """Return the score of a group, region by region, from its members that are present."""
    said = printed.page.about("s_{g}")
    x = y.to_numpy(float)
    column = {"best_{k}": np.nanmax(x, axis=0), "worst_{k}": np.nanmin(x, axis=0)}
    column["Δ_{max}"] = np.nanmax(column["best_{k}"] - x)
    rows = []
    for row, own in zip(x, weights, strict=True):
        there = ~np.isnan(row)
        known = {key: part[there] if np.ndim(part) else part for key, part in column.items()}
        known |= {"y_{k}": row[there], "w_{k}": own[there]}
        rows.append(known if there.any() else None)
    waiting = [key for key, sign in said if sign == 1 and key != "s_{g}"]
    while waiting:
        symbol = next(key for key in waiting if is_ready(said[key, 1], rows))
        waiting.remove(symbol)
        for known in rows:
            if known is not None:
                known[symbol] = evaluate(said[symbol, 1], known)
        extremes(symbol, rows)
    return [np.nan if known is None else evaluate(said["s_{g}", 1], known) for known in rows]


def is_ready(meaning, rows):
    """Return whether all symbols of a formula are known."""
    try:
        evaluate(meaning, next(known for known in rows if known is not None))
    except (NameError, SyntaxError):  # symbols that are not known yet stay as they are written
        return False
    return True


def extremes(symbol, rows):
    """Give every row the least and the largest of a symbol over the regions, as VIKOR has them."""
    found = [known[symbol] for known in rows if known is not None and symbol in known]
    if not found or np.ndim(found[0]):
        return
    for known in rows:
        if known is not None:
            known[f"{symbol}^{{*}}"], known[f"{symbol}^{{−}}"] = min(found), max(found)


def assert_recomputed(result, folder, language, html):
    page = Method(html)
    printed = Printed(result, folder, language, page)
    found = recomputed(printed, "".join(page.text))
    assert (printed.scores.index == printed.values.index).all()
    whole = printed.scores[printed.word("score")].astype(float)
    np.testing.assert_allclose(found[printed.word("score")], whole, rtol=1e-9, atol=1e-10)
    for name in found.columns[:-1]:
        np.testing.assert_allclose(
            found[name], printed.scores[name].astype(float), rtol=1e-9, atol=1e-10
        )
    return found


@pytest.fixture(autouse=True)
def no_figures(monkeypatch):
    """Figures take time, and say nothing of formulas."""
    monkeypatch.setattr(Page, "figure", lambda *_: "")


@cache
def outcome_of(study):
    return load_study(study).run()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("study", STUDIES)
def test_every_shipped_score_comes_out_of_the_printed_formulas(study, language, tmp_path):
    outcome = outcome_of(study)
    html = build_report(outcome, language=language).html
    assert_recomputed(outcome.result, tmp_path, language, html)


FRAMEWORK = Framework(
    (
        Indicator("rd", "研发", "R&D", parent="research", weight=2.0),
        Indicator("papers", "论文", "papers", parent="research"),
        Indicator("patents", "专利", "patents", parent="industry"),
        Indicator("smog", "雾霾", "smog", parent="industry", direction=-1, weight=3.0),
        Indicator("firms", "企业", "firms", parent="industry"),
    ),
    (Group("research", "研究", "Research"), Group("industry", "产业", "Industry", weight=3.0)),
)
VALUES = pd.DataFrame(
    {
        "rd": [1.0, 9, 4, 3, 7, np.nan, 8, 5, 6],
        "papers": [5.0, 1, 7, 9, 2, 8, 3, 6, 4],
        "patents": [3.0, 11, 4, 1, np.nan, 9, 2, 6, 5],
        "smog": [2.0, 7, 1, 8, 2, 8, 1, 8, 2.5],
        "firms": [1.5, 6, 2, 4, 9, 8, np.nan, 2, 7],
    },
    index=list("abcdefghi"),
)
POSTS = dict.fromkeys(VALUES, (2.0, 7.0))
POSITIVE = MinMax(1, 100)
SCHEMES = {
    "goalposts": {"normalise": Goalposts(POSTS, low=1, high=5)},
    "wide goalposts": {"normalise": Goalposts(POSTS, clip=False)},
    "z": {"normalise": ZScore(5, 2)},
    "z of a population": {"normalise": ZScore(100, 10, spread="population")},
    "centred": {"normalise": CentredGoalposts(), "aggregate": MazziottaPareto()},
    "reference": {"normalise": DistanceToReference("median")},
    "vector": {"normalise": VectorNorm(), "weight": FrameworkWeights()},
    "robust": {"normalise": RobustScale()},
    "logarithms": {"normalise": LogMinMax(1, 2)},
    "logarithms of more": {"normalise": LogMinMax(offset=1.5)},
    "as they are": {"normalise": AsIs()},
    "treated": {"treat": LogTransform(offset=2.0)},
    "powers": {"treat": BoxCox(exponent=0.5)},
    "given": {"weight": GivenWeights({code: n + 1.0 for n, code in enumerate(VALUES)})},
    "by level": {"weight": (EntropyWeights(), EqualWeights())},
    "filled": {"impute": MeanImpute()},
    "geometric": {"normalise": POSITIVE, "aggregate": Geometric()},
    "harmonic": {"normalise": POSITIVE, "aggregate": Harmonic()},
    "power": {"normalise": POSITIVE, "aggregate": PowerMean(-0.5)},
    "penalty": {"normalise": POSITIVE, "aggregate": MazziottaPareto(sign="+", levels="all")},
    "topsis": {"aggregate": Topsis()},
    "topsis at each level": {"aggregate": Topsis(levels="each")},
    "vikor": {"aggregate": Vikor(0.3)},
    "vikor at each level": {"aggregate": Vikor(levels="each")},
    "grey": {"aggregate": GreyRelation(0.4)},
    "grey at each level": {"aggregate": GreyRelation(levels="each")},
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", SCHEMES)
def test_scores_of_every_method_come_out_of_the_printed_formulas(name, language, tmp_path):
    table = IndicatorTable.from_frame(VALUES, framework=FRAMEWORK)
    scheme = Scheme(
        **{
            "impute": RequireCoverage(0.5),
            "weight": EqualWeights(per="function"),
            "aggregate": Arithmetic(),
            "tier": NaturalBreaks(2),
            **SCHEMES[name],
        }
    )
    result = scheme.run(table)
    found = assert_recomputed(
        result, tmp_path, language, build_report(result, language=language).html
    )
    assert found.iloc[:, -1].nunique() > 4


def test_the_hierarchy_is_told_as_it_ran():
    table = IndicatorTable.from_frame(VALUES, framework=FRAMEWORK)
    half = RequireCoverage(0.5)
    scheme = Scheme(impute=half, aggregate=(Arithmetic(), Topsis()), tier=NaturalBreaks(2))
    by_level = scheme.run(table)
    first, *_, gaps = describe_aggregation(by_level)
    assert first.en == (
        "Level by level: level 1 gives Research, Industry by weighted arithmetic mean; level 2 gives the score by TOPSIS."
    )
    assert (
        first.zh
        == "逐级合成：第 1 级以加权算术平均得出研究、产业；第 2 级以TOPSIS 法得出综合得分。"
    )
    assert gaps.en.startswith("Values are missing in 3 of 9 scored regions. Sums run over what is")
    at_once = Scheme(aggregate="topsis", tier=NaturalBreaks(2)).run(table)
    assert describe_aggregation(at_once)[0].en.startswith(
        "The score comes from all 5 indicators at once: k are the indicators and w their effective"
    )
    alone = Scheme(tier=NaturalBreaks(2)).run(
        IndicatorTable.from_frame(VALUES.drop(columns="smog").dropna())
    )
    assert [text.en for text in describe_aggregation(alone)] == [
        "The score comes straight from the 4 indicators.",
        "No value is missing in the 6 scored regions.",
    ]


def test_methods_say_their_own_options():
    def said(**steps):
        rows = describe_steps(Scheme(tier=NaturalBreaks(2), **steps), "en")
        return {row[0]: (row[1], row[3]) for row in rows}

    assert said(weight=EqualWeights(per="function"))["Weights"] == (
        "equal weights per function",
        "w_{k} = 1 / m_{g},  w_{j} = Π_{g∋j} 1 / m_{g}",
    )
    assert said(weight=EqualWeights())["Weights"] == ("equal weights", "w_{j} = 1 / m")
    assert said(normalise=MinMax(1, 100))["Normalisation"][1] == (
        "(+)  y_{ij} = 1 + 99 · (x_{ij} − min_{j}) / (max_{j} − min_{j})\n"
        "(−)  y_{ij} = 1 + 99 · (max_{j} − x_{ij}) / (max_{j} − min_{j})"
    )
    clipped, wide = (Goalposts(POSTS, clip=clip) for clip in (True, False))
    assert clipped.stated.says_en.endswith("values outside them count as the bound.")
    assert wide.stated.says_zh.endswith("超出界限的值可超出该范围。")
    assert "L(x) = ln(1 + x / 2)" in LogMinMax(offset=2).stated.formula
    ties = {
        "mean": ("the mean of their ranks.", "平均位次。"),
        "lowest": ("the lowest of their ranks.", "最低位次。"),
        "turned": (
            "the lowest of their ranks, or the highest where less is better.",
            "最低位次（逆向指标取最高位次）。",
        ),
    }
    for option, (english, chinese) in ties.items():
        ranks = PercentileRank(ties=option).stated
        assert ranks.says_en.endswith(f"share {english}")
        assert ranks.says_zh.endswith(f"取{chinese}")
    assert said(aggregate="topsis")["Aggregation"][0] == "TOPSIS over all indicators at once"
    assert said(aggregate=Topsis(levels="each"))["Aggregation"][0] == "TOPSIS at every level"
    assert said(aggregate=(Topsis(),))["Aggregation"][0] == "TOPSIS"
