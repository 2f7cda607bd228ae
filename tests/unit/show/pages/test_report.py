"""The report read back from its HTML: the numbers of the result, both languages, and nothing that runs."""

from __future__ import annotations

import base64
import re
import tomllib
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from hubtiers._study_file import DataSection, StudyFile
from hubtiers.compare import compare_schemes
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.hubs.layout import Hub, HubLayout
from hubtiers.outcome import Outcome
from hubtiers.regions.boundaries import load_regions
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, Variation
from hubtiers.scheme import Scheme, make_step
from hubtiers.scoring.weight import EntropyWeights, GivenWeights
from hubtiers.show.fonts import drawable_language
from hubtiers.show.pages.report import build_report
from hubtiers.show.pages.report_html import figure_html, names_text
from hubtiers.show.words import tier_name
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks

HOSTILE = (
    "{{7*7}}",
    "{% for %}",
    "{# note #}",
    "${1} $x_2$",
    "`whoami`",
    "<script>alert(1)</script>",
    "</script></style></title>",
    "<img src=x onerror=alert(1)>",
    "\"quotes\" onload='x' &amp;",
    "=1+1",
)
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects what a reader of the page would see, and what a browser would do."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.open, self.tables, self.text = [], [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data
        if "style" not in self.open:
            self.text.append(data)

    def table(self, *heading):
        """Return the rows of the first table that has these columns, as mappings."""
        for head, *rows in self.tables:
            if set(heading) <= set(head):
                return [dict(zip(head, row, strict=True)) for row in rows]
        raise AssertionError(heading)


@pytest.fixture(scope="module")
def zhang():
    return load_study("zhang2022").run()


@pytest.fixture(scope="module", params=["zh", "en"])
def report(request, zhang):
    return build_report(zhang, language=request.param)


def certainty_of(result):
    return assess_robustness(
        result.fitted.scheme, result.table, Variation(weights=Dirichlet()), draws=300, rng=2
    )


def test_report_is_one_page_that_loads_and_runs_nothing(report):
    page = Reader(report.html)
    assert page.open == []
    assert not {"script", "iframe", "object", "link", "form", "base"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    for tag, name, value in page.attributes:
        if name in ("src", "href"):
            assert value.startswith("#" if tag == "a" else "data:image/svg+xml;base64,")
    assert (
        "meta",
        "content",
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    ) in page.attributes
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert ("html", "lang", "zh-CN" if report.language == "zh" else "en") in page.attributes
    # The brief is the first page; the table of contents leads to what stands behind it.
    assert [value[1:] for tag, _, value in page.attributes if tag == "a"] == [
        anchor for anchor, _ in report.sections
    ][1:]


def test_scores_in_the_report_are_those_of_the_result(zhang, report):
    zh = report.language == "zh"
    score, rank, tier = ("综合得分", "位次", "层级") if zh else ("Score", "Rank", "Tier")
    rows = Reader(report.html).table(score, rank, tier)
    frame = zhang.result.to_frame()
    assert [row[score] for row in rows] == [f"{value:.4f}" for value in frame["score"]]
    assert [int(row[rank]) for row in rows] == frame["rank"].tolist()
    assert [row[tier] for row in rows] == [tier_name(t, report.language) for t in frame["tier"]]
    assert [row["区域" if zh else "Region"] for row in rows] == frame[
        "name_zh" if zh else "name_en"
    ].tolist()


def test_breaks_and_counts_in_the_report_are_those_of_the_result(zhang, report):
    zh = report.language == "zh"
    low, high, count = (
        ("得分下限", "得分上限", "区域数") if zh else ("Score from", "Score to", "Regions")
    )
    rows = Reader(report.html).table(low, high, count)
    frame = zhang.result.breaks.to_frame()
    assert [row[low] for row in rows] == [f"{value:.4f}" for value in frame["lower"]]
    assert [row[high] for row in rows] == [f"{value:.4f}" for value in frame["upper"]]
    assert [int(row[count]) for row in rows] == list(zhang.result.breaks.counts)


def test_agreement_and_gaps_are_told(report):
    page = Reader(report.html)
    text = "".join(page.text)
    if report.language == "zh":
        assert (
            "可比的 14 个区域中，14 个与参照同级（同级比例的精确 95% 区间 0.807 至 1.000）" in text
        )
        assert "全部一致时，公式与自助法给出的 κ 区间都退化为一点" in text
        gaps = page.table("类型", "无指标的部分")
        assert [row["无指标的部分"] for row in gaps] == [
            "文化引领",
            "科技人才",
            "创新辐射力",
            "创新价值链",
        ]
        assert "安装 hubtiers 后运行" in text
    else:
        assert (
            "Of 14 regions that can be compared, 14 are in the same tier (exact 95 % interval of "
            "the share 0.807 to 1.000); weighted kappa 1.000 (p of permutations 0.0002)"
        ) in text
        assert "with n = 14 one can say with 95 % that the share is at least 0.807" in text
        gaps = page.table("Kind", "Without an indicator")
        assert [row["Without an indicator"] for row in gaps] == [
            "Culture",
            "talent",
            "radiation",
            "value chain",
        ]
    assert "hubtiers build zhang2022 --out out/zhang2022" in text
    assert 'aggregate = { method = "Arithmetic" }' in text


def test_english_report_is_english_and_chinese_one_chinese(zhang):
    english = Reader(build_report(zhang, language="en").html)
    headings = english.table("Scheme", "Kendall's tau")
    assert [row["Same as reference"] for row in headings] == ["14", "7", "13"]
    own = [t for t in english.text if re.search("[\u4e00-\u9fff]", t)]
    # What is left in Chinese is the source of the layout and of the data, which are cited as they are.
    assert all("中国科学院院刊" in t or "郑州" in t or len(t) < 3 for t in own), own
    chinese = Reader(build_report(zhang, language="zh").html)
    assert [row["与参照同级"] for row in chinese.table("方案", "肯德尔 τ")] == ["14", "7", "13"]


def test_statuses_are_counted_by_indicator(zhang):
    page = Reader(build_report(zhang, language="en").html)
    rows = {row["Indicator"]: row for row in page.table("Indicator", "suspected-error", "missing")}
    status = zhang.result.table.status
    assert (
        int(rows["R&D intensity"]["suspected-error"])
        == (status["rd_intensity_pct"] == "suspected-error").sum()
        > 0
    )
    assert (
        int(rows["PCT applications, share"]["printed"])
        == (status["pct_application_share_pct"] == "printed").sum()
    )
    assert "Beijing, Shanghai, Guangdong, Liaoning" in "".join(page.text)


def test_figures_are_inside_with_a_caption_for_everybody(report):
    pictures = re.findall(
        r'<img[^>]*alt="([^"]+)"[^>]*src="data:image/svg\+xml;base64,([^"]+)"', report.html
    )
    # Map and strip of the brief; map, rank and size, functions, tiers, ranks, number, correlation,
    # weights.
    assert len(pictures) == 10
    drawn = [base64.b64decode(data).decode() for _, data in pictures]
    assert all(svg.lstrip().startswith("<?xml") for svg in drawn)
    # Figures are in English where no font has Chinese characters.
    for place in (0, 2):
        assert ("武汉" if drawable_language(report.language) == "zh" else "Wuhan") in drawn[place]
    assert "0.941" in pictures[2][0]


def test_confidence_is_told_when_given(zhang):
    result = zhang.result
    certainty = certainty_of(result)
    report = build_report(result, robustness=certainty, language="en")
    assert "confidence" in report.to_frame()["section"].tolist()
    page = Reader(report.html)
    rows = page.table("Region id", "International", "Rank, median")
    order = result.to_frame().index
    expected = certainty.tier_probability.loc[order, "international"]
    # A share that none of 300 draws has shown lies below 1 − 0.05^(1/300) = 0.00994, rounded up.
    printed = ["< 0.01" if value == 0.0 else f"{value:.3f}" for value in expected]
    assert [row["International"] for row in rows] == printed
    assert "< 0.01" in printed
    assert [row["Rank, median"] for row in rows] == [
        f"{value:g}" for value in certainty.rank_interval.loc[order]["median"]
    ]
    text = "".join(page.text)
    shares = (certainty.reference_share, certainty.order_share, certainty.reference_agreement)
    errors = (
        certainty.reference_share_error,
        certainty.order_share_error,
        certainty.reference_agreement_error,
    )
    pairs = zip(shares, errors, strict=True)
    written = [f"{100 * share:.1f} % ± {100 * error:.1f} %" for share, error in pairs]
    assert len(set(written)) == 3
    assert all(share in text for share in written)
    assert "Shares of 300 draws" in text
    assert "confidence" not in build_report(result, language="en").to_frame()["section"].tolist()


def test_disagreements_name_the_regions():
    outcome = load_study("cities2023-lists").run()
    page = Reader(build_report(outcome, language="en").html)
    found = outcome.agreement.disagreements
    names = outcome.result.table.regions.loc[found.index, "name_en"].tolist()
    rows = page.table("Region", "Tier", "Reference")
    assert [row["Region"] for row in rows] == names
    assert "Taiwan" in "".join(page.text)
    assert "357 more in the appendix" in "".join(page.text)
    full = max(page.tables, key=len)
    assert len(full) == 373


def test_result_without_geometry_gets_a_report_without_a_map():
    frame = pd.DataFrame(
        {"rd": [1.0, 2.0, 9.0, 4.0], "patents": [3.0, 1.0, 2.0, 8.0]}, index=list("abcd")
    )
    result = Scheme(weight=GivenWeights({"rd": 2.0, "patents": 1.0}), tier=NaturalBreaks(2)).run(
        IndicatorTable.from_frame(frame)
    )
    page = Reader(build_report(result, title="Own", language="en").html)
    text = "".join(page.text)
    assert text.count("Not drawn: The result has no geometry to draw.") == 1
    assert "Put this method into a study file" in text
    written = next(line for line in text.splitlines() if line.startswith("weight = "))
    assert make_step("weight", tomllib.loads(written)["weight"]) == result.fitted.scheme.weight
    assert "".join(page.text).lstrip().startswith("Own")


def test_reference_and_approval_are_used(zhang):
    reference = pd.Series({"350000": "national", "410000": "regional"})
    report = build_report(zhang.result, reference=reference, approval="GS(2024)1号", language="en")
    text = "".join(Reader(report.html).text)
    assert "Of 2 regions that can be compared, 1 are in the same tier" in text
    assert "Map approval number: GS(2024)1号" in text
    elsewhere = build_report(
        zhang.result, reference=pd.Series({"atlantis": "national"}), language="en"
    )
    assert "They cannot be compared:" in elsewhere.html


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_strings_are_shown_as_written(language):
    provinces = load_regions("province").head(len(HOSTILE))
    provinces["name_zh"] = provinces["name_en"] = provinces["short_zh"] = list(HOSTILE)
    indicators = tuple(
        Indicator(f"i{k}", name_zh=t, name_en=t, parent=f"g{k % 3}", unit=t, source=t)
        for k, t in enumerate(HOSTILE)
    )
    groups = tuple(Group(f"g{k}", HOSTILE[k], HOSTILE[k + 4]) for k in range(3))
    rng = np.random.default_rng(3)
    rows = [
        (region, i.code, rng.random(), 2020, t)
        for region in provinces.index
        for i, t in zip(indicators, HOSTILE, strict=True)
    ]
    values = pd.DataFrame(rows, columns=["region", "indicator", "value", "year", "status"])
    table = join_indicators(provinces, values, framework=Framework(indicators, groups))
    scheme = Scheme(tier=NaturalBreaks(2, labels=(HOSTILE[5], HOSTILE[8])))
    layout = HubLayout(
        "x",
        (Hub("h", "local", ("110000",), HOSTILE[0], HOSTILE[1]),),
        (),
        *HOSTILE[5:8],
        notes=HOSTILE,
    )
    content = StudyFile(
        data=DataSection(indicators="x.csv", framework="x.csv"),
        title_zh=HOSTILE[6],
        title_en=HOSTILE[6],
        description=HOSTILE[5],
    )
    source = Outcome(HOSTILE[7], f"hubtiers build {HOSTILE[7]}", content, scheme.run(table))
    comparison = compare_schemes(
        table, {HOSTILE[4]: scheme, HOSTILE[7]: scheme.replace(weight=EntropyWeights())}
    )
    report = build_report(
        source,
        layout=layout,
        robustness=certainty_of(source.result),
        comparison=comparison,
        language=language,
    )
    page = Reader(report.html)
    assert page.open == []
    assert not {"script"} & set(page.tags)
    assert all(
        value.startswith("data:")
        for tag, name, value in page.attributes
        if tag == "img" and name == "src"
    )
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    seen = "".join(page.text)
    assert all(text in seen for text in HOSTILE)
    assert "49" not in re.findall(r"\{\{|\b49\b", seen.replace("{{7*7}}", ""))
    assert page.text[0].strip() == "" or page.text[0].strip() == HOSTILE[6]
    for svg in re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', report.html):
        assert "<script" not in base64.b64decode(svg).decode()


def test_report_is_the_same_twice_and_saved_whole(zhang, tmp_path):
    first, second = (build_report(zhang, language="en") for _ in range(2))
    assert first.html == second.html
    path = first.save(tmp_path / "deep" / "report.html")
    assert path.read_text(encoding="utf-8") == first.html
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    assert repr(first).startswith(
        "<Report 'Zhang (2022): does Table 1 give the layout of Table 2?': 12 sections, "
    )
    assert first._repr_html_().startswith("<iframe sandbox srcdoc=")
    with pytest.raises(SpecError, match=r"the path is 'report\.pdf'"):
        first.save(tmp_path / "report.pdf")


def test_report_refuses_what_is_no_result():
    with pytest.raises(SpecError, match="made from a Result or an Outcome, but got str"):
        build_report("zhang2022")
    with pytest.raises(UnknownOptionError, match="Unknown language 'de'"):
        build_report("zhang2022", language="de")


def test_outlines_are_shortened_but_texts_are_not(zhang):
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import svg_text

    figure = Figure(figsize=(2, 2))
    figure.add_subplot().plot([0, 1 / 3], [0, 1])
    figure.text(0.1, 0.1, '<path d="0.123456"')
    html = figure_html(svg_text(figure), 1, "c", "en")
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).decode()
    assert '&lt;path d="0.123456"' in svg
    assert not re.search(r'<path [^>]*d="[^"]*\d\.\d{2,}', svg)
    assert names_text(["A"], "en") == "A"
