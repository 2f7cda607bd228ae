"""Tables read back: the same numbers as the result, three rules, and every string as it was written."""

from __future__ import annotations

import html
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from hubtiers.compare import compare_schemes
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.scheme import METHODS, Scheme
from hubtiers.scoring.weight import EntropyWeights
from hubtiers.show.methods import describe_steps, formula_html, method_text
from hubtiers.show.pages.markup import latex_text, markdown_text, to_latex, to_markdown
from hubtiers.show.pages.print_table import (
    PrintTable,
    cell_at,
    column,
    number_at,
    print_table,
    text_at,
)
from hubtiers.show.pages.report_tables import status_table
from hubtiers.show.pages.result_tables import list_tables
from hubtiers.show.pages.workbook import save_tables, sheet_titles
from hubtiers.show.words import Text, tier_name, tier_text
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, Thresholds

HOSTILE = (
    "{{7*7}}",
    "{% for %}",
    "{# note #}",
    "${1} $x_2$",
    "`whoami`",
    "<script>alert(1)</script>",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "\"quotes\" 'single' &amp;",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "#N/A",
    "\\textbf{x} ^ ~ % # --- [a](b) *b* | c",
    "tab\tnew\nline\x07",
)


@pytest.fixture(scope="module")
def zhang():
    return load_study("zhang2022").run()


@pytest.fixture(scope="module")
def cities():
    return load_study("cities2023-lists").run()


@pytest.fixture(scope="module")
def hostile():
    """A result in which every string of a user's is hostile."""
    groups = (Group("g", name_zh=HOSTILE[0], name_en=HOSTILE[5]),)
    indicators = tuple(
        Indicator(
            f"i{k}", name_zh=text, name_en=text, parent="g" if k % 2 else "", unit=text, source=text
        )
        for k, text in enumerate(HOSTILE)
    )
    values = np.random.default_rng(0).random((len(HOSTILE), len(HOSTILE)))
    ids = [f"r{k}" for k in range(len(HOSTILE))]
    frame = pd.DataFrame(values, ids, [i.code for i in indicators])
    table = IndicatorTable.from_frame(frame, framework=Framework(indicators, groups))
    table.regions["name_zh"] = table.regions["name_en"] = list(HOSTILE)
    table.status.loc[:, "i0"] = list(HOSTILE)
    scheme = Scheme(tier=NaturalBreaks(2, labels=(HOSTILE[3], HOSTILE[9])))
    schemes = {HOSTILE[9]: scheme, HOSTILE[7]: scheme.replace(weight=EntropyWeights())}
    return scheme.run(table), compare_schemes(table, schemes)


def cells(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def body(sheet):
    """Return heading and rows between the rule below the heading and the last rule."""
    ruled = [k for k, row in enumerate(sheet.iter_rows()) if row[0].border.bottom.style]
    rows = cells(sheet)
    return rows[ruled[0]], rows[ruled[0] + 1 : ruled[1] + 1]


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_scores_read_back_equal_the_result(cities, tmp_path, language):
    path = save_tables(cities.result, tmp_path / "t.xlsx", language=language)
    book = openpyxl.load_workbook(path)
    heading, rows = body(book.worksheets[1])
    frame = cities.result.to_frame()
    read = pd.DataFrame(rows, columns=heading).set_index(heading[0])
    assert read.index.tolist() == frame.index.tolist()
    english = language != "zh"
    score, rank = ("Score", "Rank") if english else ("综合得分", "位次")
    # Decimal fractions of up to 17 digits survive; the last bit of what the file holds may not.
    np.testing.assert_allclose(read[score].astype(float), frame["score"], rtol=1e-15)
    assert read[rank].dropna().astype(int).tolist() == frame["rank"].dropna().tolist()
    tiers = [None if pd.isna(t) else tier_text(t) for t in frame["tier"]]
    shown = [t and (t.zh if language == "zh" else t.en) for t in tiers]
    heads = {"zh": "层级", "en": "Tier", "both": "Tier (English)"}
    assert read[heads[language]].where(read.iloc[:, 1].notna(), None).tolist()[:336] == shown[:336]
    assert read[score].isna().sum() == len(cities.result.no_data) == 36
    sub = "Research" if english else "科学研究"
    np.testing.assert_allclose(read[sub].astype(float), frame["research"], rtol=1e-15)


def test_breaks_and_counts_read_back(zhang, tmp_path):
    book = openpyxl.load_workbook(save_tables(zhang.result, tmp_path / "t.xlsx", language="en"))
    heading, rows = body(book["Tiers and cut-points"])
    frame = zhang.result.breaks.to_frame()
    assert heading == ["Tier", "Score from", "Score to", "Regions"]
    assert [row[3] for row in rows] == list(zhang.result.breaks.counts)
    np.testing.assert_allclose([row[1:3] for row in rows], frame[["lower", "upper"]], rtol=1e-15)


def test_indicator_system_lists_groups_units_weights_years_and_sources(cities, tmp_path):
    book = openpyxl.load_workbook(save_tables(cities.result, tmp_path / "t.xlsx", language="zh"))
    heading, rows = body(book["指标体系"])
    row = next(r for r in rows if r[2] == "万人专利量")
    assert dict(zip(heading, row, strict=True)) == {
        "功能层": "技术创新",
        "子系统": "技术强度",
        "指标": "万人专利量",
        "类别": "创新产出与效率",
        "单位": "件/万人",
        "方向": "正向",
        "权重": pytest.approx(1 / 9),
        "有值区域数": 297,
        "数据年份": "2024",
        "来源": "hubtiers: computed from this set: over the resident population",
    }
    assert sum(r[heading.index("权重")] for r in rows) == pytest.approx(1.0)


def test_three_rules_and_no_upright_ones(zhang, tmp_path):
    book = openpyxl.load_workbook(
        save_tables(zhang.result, tmp_path / "t.xlsx", language="both", comparison=zhang.comparison)
    )
    assert book.sheetnames == [
        "指标体系 Indicator system",
        "Scores, ranks and tiers",
        "层级与断点 Tiers and cut-points",
        "指标权重 Weights of the indicators",
        "各级权重 Weights by level",
        "What treatment and scaling use",
        "计分所用数值 Values that were scored",
        "不同方案的比较 Schemes compared",
        "Ranks and tiers by scheme",
        "原始数值 Raw values",
        "标准化数值 Normalised values",
        "方法说明 Method",
        "数据来源 Sources",
    ]
    for sheet in book:
        borders = [[cell.border for cell in row] for row in sheet.iter_rows()]
        rules = {
            (number, side, border.top.style if side == "top" else border.bottom.style)
            for number, row in enumerate(borders)
            for border in row
            for side in ("top", "bottom")
            if (border.top.style if side == "top" else border.bottom.style)
        }
        (top,) = [n for n, side, style in rules if (side, style) == ("top", "medium")]
        (head,) = [n for n, side, style in rules if (side, style) == ("bottom", "thin")]
        (end,) = [n for n, side, style in rules if (side, style) == ("bottom", "medium")]
        assert len(rules) == 3
        assert top == 2
        assert head == 3
        assert end > head
        assert all(b.left.style is None and b.right.style is None for row in borders for b in row)
        assert sheet.freeze_panes.endswith("5")
        assert not sheet.sheet_view.showGridLines
    scores = book["Scores, ranks and tiers"]
    assert scores["D5"].data_type == "n"
    assert scores["D5"].number_format == "0.0000"
    assert scores["E5"].number_format == "0"
    assert cells(scores)[-2][0].startswith("方法：极差标准化，等权，加权算术平均，自然断点法")


def test_weights_of_every_scheme(zhang, tmp_path):
    book = openpyxl.load_workbook(
        save_tables(zhang.result, tmp_path / "t.xlsx", language="en", comparison=zhang.comparison)
    )
    heading, rows = body(book["Weights of the indicators"])
    own = "equal weights per indicator (this study)"
    assert heading == ["Indicator", own, "entropy weights", "CRITIC weights"]
    for place, result in enumerate(zhang.comparison.results.values(), start=1):
        np.testing.assert_allclose([row[place] for row in rows], result.weights, rtol=1e-15)
    heading, rows = body(book["Schemes compared"])
    assert [row[heading.index("Same as reference")] for row in rows] == [14, 7, 13]


def test_own_weights_are_shown_where_no_scheme_has_them(cities):
    table = list_tables(cities.result, comparison=cities.comparison)["weights"]
    assert [c.heading.en for c in table.columns][2:] == [
        "weights of the framework (this study)",
        "equal weights per indicator",
        "entropy weights",
        "CRITIC weights",
    ]
    np.testing.assert_allclose([row[2] for row in table.rows], cities.result.weights)


def test_robustness_sheet(zhang, tmp_path):
    index, labels = zhang.result.scores.index, list(zhang.result.breaks.labels)

    class Certainty:
        tier_probability = pd.DataFrame(
            np.random.default_rng(0).dirichlet([1, 2, 3], 14), index, labels
        )
        rank_interval = pd.DataFrame(
            {"low": range(1, 15), "median": range(2, 16), "high": range(3, 17)}, index
        )

    book = openpyxl.load_workbook(
        save_tables(zhang.result, tmp_path / "t.xlsx", language="en", robustness=Certainty())
    )
    heading, rows = body(book["Tier probabilities and ranks"])
    first = heading.index("International")
    assert heading[first : first + 3] == ["International", "National", "Regional"]
    order = [row[0] for row in rows]
    assert order == zhang.result.to_frame().index.tolist()
    np.testing.assert_allclose(
        [row[first : first + 3] for row in rows], Certainty.tier_probability.loc[order], rtol=1e-14
    )
    median = heading.index("Rank, median")
    assert [row[median] for row in rows] == Certainty.rank_interval.loc[order, "median"].tolist()


def test_hostile_strings_are_neutral_in_the_workbook(hostile, tmp_path):
    result, comparison = hostile
    book = openpyxl.load_workbook(save_tables(result, tmp_path / "t.xlsx", comparison=comparison))
    written = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in written} == {"s", "n"}
    texts = {cell.value for cell in written if cell.data_type == "s"}
    assert not [t for t in texts if t.startswith(("=", "+", "-", "@", "\t", "＝"))]
    for text in HOSTILE:
        plain = text.replace("\x07", "\ufffd")
        assert plain in texts or f"'{plain}" in texts, text


def test_workbook_refuses_other_paths_and_comparisons(zhang, tmp_path):
    with pytest.raises(SpecError, match=r"the path is 't\.csv'\. Give one that ends in \.xlsx"):
        save_tables(zhang.result, tmp_path / "t.csv")
    with pytest.raises(UnknownOptionError, match="language of a table 'fr'"):
        save_tables(zhang.result, tmp_path / "t.xlsx", language="fr")
    with pytest.raises(SpecError, match="comparison is int"):
        save_tables(zhang.result, tmp_path / "t.xlsx", comparison=3)
    assert not list(tmp_path.iterdir())


def read_markdown(text):
    """Return the cells of a Markdown table as a reader sees them."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [
        [html.unescape(re.sub(r"\\([*_\[\]#~^])", r"\1", cell)) for cell in row] for row in rows
    ]


def test_markdown_reads_back(zhang):
    heading, ruler, *rows = read_markdown(to_markdown(zhang.result, language="en"))
    frame = zhang.result.to_frame()
    assert heading[:5] == ["Region id", "Region", "Score", "Rank", "Tier"]
    assert ruler[:4] == ["---", "---", "---:", "---:"]
    assert [row[0] for row in rows] == frame.index.tolist()
    assert [row[2] for row in rows] == [f"{score:.4f}" for score in frame["score"]]
    assert [row[4] for row in rows] == [tier_name(t, "en") for t in frame["tier"]]
    with pytest.raises(UnknownOptionError, match="Unknown table 'score'. Did you mean 'scores'"):
        to_markdown(zhang.result, table="score")


def test_markdown_shows_hostile_strings_as_written(hostile):
    result, comparison = hostile
    text = to_markdown(result, table="scores", language="zh")
    _, _, *rows = read_markdown(text)
    order = result.to_frame()["name_zh"].tolist()
    assert [row[1] for row in rows] == [
        re.sub(r"\s", " ", name).replace("\x07", "\ufffd") for name in order
    ]
    everything = text + to_markdown(result, table="ranks", comparison=comparison, language="both")
    everything += to_markdown(result, table="indicators", language="both")
    assert not re.search(r"[<>${}`]", everything)


def test_latex_reads_back_and_shows_hostile_strings(zhang, hostile):
    rows = [
        line for line in to_latex(zhang.result, language="en").splitlines() if line.endswith(r"\\")
    ][1:]
    frame = zhang.result.to_frame()
    assert [row.split(" & ")[2] for row in rows] == [f"{score:.4f}" for score in frame["score"]]
    result, _ = hostile
    text = to_latex(result, language="en")
    assert r"\textbackslash{}textbf\{x\} \textasciicircum{} \textasciitilde{} \% \#" in text
    assert r"-{}-{}- {[}a{]}(b)" in text
    assert r"\textless{}script\textgreater{}alert(1)" in text
    assert r"\$\{1\} \$x\_2\$" in text
    bare = re.sub(r"\\[a-z]+|\\[{}$&#%_]|\\\\", "", text)
    assert "\\" not in bare
    assert bare.count("{") == bare.count("}")


def test_long_latex_tables_run_over_pages(cities):
    text = to_latex(cities.result, language="zh")
    assert r"\begin{longtable}{llrrlrrrrrrrrrl}" in text
    assert text.count("\n") > 372


@pytest.mark.parametrize("text", HOSTILE)
def test_escapes_are_undone_by_a_reader(text):
    seen = html.unescape(re.sub(r"\\([*_\[\]#~^])", r"\1", markdown_text(text)))
    assert seen == re.sub(r"[\t\n]+", " ", text).replace("\x07", "\ufffd")
    assert latex_text("a--b") == "a-{}-b"


def test_every_method_is_described_in_both_languages():
    for methods in METHODS.values():
        for method in methods:
            said = method.about
            assert all((said.zh, said.en, said.says_zh, said.says_en)), method
            assert re.search("[\u4e00-\u9fff]", said.says_zh)
            assert not re.search("[\u4e00-\u9fff]", said.en + said.says_en + said.formula)
    assert (
        method_text((EntropyWeights(), NaturalBreaks(2))).en
        == "entropy weights, then exact natural breaks (Fisher–Jenks)"
    )


def test_steps_are_described_in_order():
    steps = describe_steps(Scheme(tier=Thresholds((0.5,), labels=("a", "b"))), "en")
    assert [step[0] for step in steps] == [
        "Size",
        "Missing values",
        "Treatment",
        "Normalisation",
        "Weights",
        "Aggregation",
        "Tiers",
    ]
    assert steps[-1][4] == "Thresholds(breaks=(0.5,), labels=('a', 'b'), closed='above')"
    assert steps[3][3].splitlines() == [
        "(+)  y_{ij} = (x_{ij} − min_{j}) / (max_{j} − min_{j})",
        "(−)  y_{ij} = (max_{j} − x_{ij}) / (max_{j} − min_{j})",
    ]


def test_formulas_become_html():
    assert formula_html("x^{w_{j} / Σ w}") == (
        "<i>x</i><sup><i>w</i><sub><i>j</i></sub> / Σ <i>w</i></sup>"
    )
    assert formula_html("min_{j} < x̄_{ij}") == (
        'min<sub><i>j</i></sub> &lt; <i class="bar">x</i><sub><i>ij</i></sub>'
    )


def test_tables_of_results_that_do_not_match_are_refused(zhang):
    other = Scheme(tier=NaturalBreaks(2)).run(zhang.result.table.select(["rd_intensity_pct"]))
    with pytest.raises(DataError, match="do not have the same indicators"):
        list_tables(other, comparison=zhang.comparison)


def test_print_table_keeps_columns_of_its_language():
    columns = (
        column(Text("名", "Chinese"), of=text_at("zh"), only="zh"),
        column(Text("英", "Name"), of=text_at("en"), only="en"),
        column("weight", of=number_at("n"), digits=1),
    )
    records = [{"n": 1.25, "zh": "甲", "en": "A"}, {"n": None, "zh": "乙", "en": "B"}]
    table = print_table("t", "weight_table", columns, records)
    assert table.texts("zh") == [["甲", "1.2"], ["乙", "–"]]
    assert table.texts("both") == [["甲", "A", "1.2"], ["乙", "B", "–"]]
    assert table.to_frame().fillna(0).to_dict("list") == {"Name": ["A", "B"], "Weight": [1.25, 0]}


def test_cells_are_read_as_the_digits_say():
    row = (3.0, 3.0, 3.0, pd.NA, float("nan"), None)
    assert [cell_at(0, None)(row), cell_at(1, 0)(row), cell_at(2, 2)(row)] == ["3.0", 3, 3.0]
    assert [cell_at(place, digits)(row) for place, digits in ((3, 0), (4, 2), (5, None))] == [
        None
    ] * 3


def test_counts_of_a_later_year_are_its_own(zhang):
    """The cut-points come from the first year, the number of regions from the year that is shown."""
    table = zhang.result.table
    later = zhang.result.fitted.score(table.only(table.values.index[:5]))
    assert later.breaks.counts == zhang.result.breaks.counts
    shown = [row[3] for row in list_tables(later)["tiers"].rows]
    assert shown == [int((later.tier == label).sum()) for label in later.breaks.labels]
    assert sum(shown) == 5
    assert list(later.tier_counts.values()) == shown


def test_statuses_are_counted_apart():
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0, 4.0], "b": [1.0, 2.0, 3.0, np.nan]}, list("wxyz"))
    table = IndicatorTable.from_frame(frame)
    assert status_table(Scheme(tier=NaturalBreaks(2)).run(table)).rows == ()
    table.status["a"] = ["official", "official", "mine", "official"]
    rows = status_table(Scheme(tier=NaturalBreaks(2)).run(table)).to_frame()
    # The status of a value that is missing is not counted.
    assert rows.columns.tolist() == ["Indicator", "official", "not given", "mine", "missing"]
    assert rows.to_numpy().tolist() == [["a", 2, 0, 1, 1], ["b", 0, 3, 0, 1]]


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_values_method_and_sources(zhang, tmp_path, language):
    result = zhang.result
    book = openpyxl.load_workbook(save_tables(result, tmp_path / "t.xlsx", language=language))
    raw, normalised, method, sources = book.worksheets[-4:]
    order = result.to_frame().index
    for sheet, frame in ((raw, result.table.values), (normalised, result.normalised)):
        heading, rows = body(sheet)
        read = pd.DataFrame(rows, columns=range(len(heading))).set_index(0)
        assert read.index.tolist() == order.tolist()
        names = 2 if language == "both" else 1
        np.testing.assert_allclose(read.iloc[:, names:].astype(float), frame.loc[order], rtol=1e-15)
    _, rows = body(method)
    steps = {row[0]: row[-1] for row in rows}
    assert ("加权算术平均" if language == "zh" else "weighted arithmetic mean") in steps.values()
    assert "14" in steps.values()
    _, rows = body(sources)
    assert len(rows) == len(result.table.framework.indicators) + 1
    assert "Tianditu" in str(rows[-1]) or "天地图" in str(rows[-1])
    for sheet in book:
        head = int(re.search(r"\d+", sheet.freeze_panes)[0]) - 1
        assert sheet.auto_filter.ref.startswith(f"A{head}:")
        assert len(sheet.title) <= 31


def test_no_cell_of_a_bilingual_table_holds_two_languages(zhang, tmp_path):
    book = openpyxl.load_workbook(
        save_tables(zhang.result, tmp_path / "t.xlsx", language="both", comparison=zhang.comparison)
    )
    tiers = {"国际级", "国家级", "区域级"}
    heading, rows = body(book.worksheets[1])
    place = heading.index("Tier (Chinese)")
    assert heading[place + 1] == "Tier (English)"
    assert {row[place] for row in rows} == tiers
    assert {row[place + 1] for row in rows} == {"International", "National", "Regional"}


def test_names_of_sheets_are_whole_words():
    long = PrintTable("x", Text("甲", "Regions whose tier differs from that before"), (), ())
    same = PrintTable("y", Text("甲", "Regions whose tier differs from that after"), (), ())
    assert sheet_titles([long, same], "en") == [
        "Regions whose tier differs from",
        "Regions whose tier differs (2)",
    ]
    assert sheet_titles([long], "zh") == ["甲"]
    certainty = PrintTable("certainty", Text("甲", "Tier probabilities and rank intervals"), (), ())
    assert sheet_titles([certainty], "en") == ["Tier probabilities and ranks"]
