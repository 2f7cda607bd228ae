"""What is drawn is what was computed: map, table, report, figure and CSV of one build give the same tiers and breaks."""

from __future__ import annotations

import html
import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from hubtiers.show.headline import headline_of
from hubtiers.study import load_study

NAMES = {"international": "国际级", "national": "国家级", "regional": "区域级", "local": "地方级"}


@pytest.fixture(scope="module", params=["zhang2022", "provinces2022"])
def pair(request, built):
    """What a study gives in Python, and the folder that the command line built of it."""
    return load_study(request.param).run(), built(request.param).folder


@pytest.fixture(scope="module")
def tiers(pair):
    """Tier by region id as scores.csv has it; None for no data."""
    scores = pd.read_csv(pair[1] / "scores.csv", dtype={"region_id": str}, index_col="region_id")
    return {
        region: tier if isinstance(tier, str) else None for region, tier in scores["tier"].items()
    }


def test_scores_are_those_of_the_result(pair, tiers):
    expected = pair[0].result.tier.astype("object")
    assert tiers == {
        region: tier if isinstance(tier, str) else None for region, tier in expected.items()
    }
    assert len(set(tiers.values())) >= 3


def test_map(pair, tiers):
    outcome, folder = pair
    page = (folder / "map.html").read_text(encoding="utf-8")
    content = json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    )
    labels = [tier["id"] for tier in content["tiers"]]
    drawn = {
        region["id"]: None if region["tier"] is None else labels[region["tier"]]
        for region in content["regions"]
    }
    assert drawn == tiers
    frame = outcome.result.breaks.to_frame()
    for end in ("lower", "upper"):
        assert [tier[end] for tier in content["tiers"]] == frame[end].tolist()
    assert [tier["count"] for tier in content["tiers"]] == list(outcome.result.breaks.counts)


def test_workbook(pair, tiers):
    outcome, folder = pair
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    rows = [
        row for row in book["综合得分、位次与层级"].iter_rows(values_only=True) if row[0] in tiers
    ]
    header = next(
        r for r in book["综合得分、位次与层级"].iter_rows(values_only=True) if r[0] == "代码"
    )
    place = header.index("层级")
    written = {row[0]: row[place] for row in rows}
    for region, tier in tiers.items():
        if tier is None:
            assert not any(name in str(written[region]) for name in NAMES.values())
        else:
            assert NAMES[tier] in written[region]
    frame = outcome.result.breaks.to_frame()
    printed = [row[1:3] for row in book["层级与断点"].iter_rows(min_row=3, values_only=True)]
    ranges = [pair for pair in printed if all(isinstance(end, float) for end in pair)]
    assert np.array(ranges) == pytest.approx(frame[["lower", "upper"]].to_numpy(), abs=1e-12)


def test_report(pair, tiers):
    outcome, folder = pair
    page = (folder / "report.html").read_text(encoding="utf-8")
    # A long table stands in full at the end of the report.
    table = [
        t for t in re.findall(r"<table.*?</table>", page, re.DOTALL) if "综合得分、位次与层级" in t
    ][-1]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    names = outcome.result.table.regions["name_zh"]
    for region, tier in tiers.items():
        row = next(r for r in rows if f">{names[region]}<" in r)
        assert (NAMES[tier] in row) if tier else not any(name in row for name in NAMES.values())


def test_figure_legend(pair):
    from hubtiers.show.figures.figure import tier_figure

    result = pair[0].result
    figure = tier_figure(result, language="en")
    legend = "\n".join(
        text.get_text()
        for axes in figure.axes
        for part in axes.get_children()
        for text in _texts(part)
    )
    for row in result.breaks.to_frame().to_dict("records"):
        assert f"{row['lower']:.3f}–{row['upper']:.3f}  ({row['count']})" in legend


def test_geojson(pair, tiers):
    features = json.loads((pair[1] / "tiers.geojson").read_text(encoding="utf-8"))["features"]
    assert {f["properties"]["region_id"]: f["properties"]["tier"] for f in features} == tiers


MARKS = {"settled": "稳固", "leaning": "倾向", "open": "未定"}


@pytest.fixture(scope="module")
def marks(pair):
    """Mark, likeliest tier and probability by region as scores.csv has them."""
    path = pair[1] / "scores.csv"
    scores = pd.read_csv(path, dtype={"region_id": str}, index_col="region_id")
    return scores[["certainty", "likeliest_tier", "tier_probability"]].astype("object")


def test_marks_are_those_of_the_robustness(pair, marks):
    robust = pair[0].robustness
    expected = robust.certainty.astype("object").reindex(marks.index)
    assert marks["certainty"].fillna("").tolist() == expected.fillna("").tolist()
    likeliest = robust.likeliest.reindex(marks.index)
    assert marks["likeliest_tier"].fillna("").tolist() == likeliest.fillna("").tolist()
    assert set(marks["certainty"].dropna()) == set(MARKS)
    # Without a score there is no mark, and never an open one.
    unscored = pair[0].result.scores.isna().reindex(marks.index)
    assert marks["certainty"][unscored].isna().all()
    assert marks["certainty"][~unscored].notna().all()


def told(row):
    """A mark as people read it."""
    said = MARKS[row["certainty"]]
    return f"{said}，更常为{NAMES[row['likeliest_tier']]}" if row["certainty"] == "open" else said


def test_marks_in_the_workbook_and_in_the_report(pair, marks):
    folder = pair[1]
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    sheet = next(s for s in book.worksheets if s.title.startswith("层级概率"))
    rows = list(sheet.iter_rows(values_only=True))
    header = next(row for row in rows if row[0] == "代码")
    place = header.index("层级确定性")
    written = {row[0]: row[place] for row in rows if row[0] in marks.index}
    page = (folder / "report.html").read_text(encoding="utf-8")
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    printed = next(t for t in reversed(tables) if "层级概率与位次区间" in t)
    lines = re.findall(r"<tr>(.*?)</tr>", printed, re.DOTALL)
    names = pair[0].result.table.regions["name_zh"]
    for region, row in marks.dropna(subset=["certainty"]).iterrows():
        assert written[region] == told(row)
        assert f">{told(row)}<" in next(line for line in lines if f">{names[region]}<" in line)


def test_marks_and_headline_on_the_console(pair, marks, built):
    outcome = pair[0]
    output = built(outcome.name).run.stdout
    first = [line for line in output.splitlines() if line.strip()]
    said = headline_of(outcome)
    assert (
        "".join(first)
        .replace(" ", "")
        .startswith("".join(text.zh for text in said).replace(" ", ""))
    )
    rows = {cells[2]: cells for line in output.splitlines() if len(cells := line.split("│")) == 8}
    assert len(rows) >= len(marks.dropna(subset=["certainty"]))
    from hubtiers.show.words import region_names

    names = region_names(outcome.result, "zh")
    cells = {cell.strip(): [part.strip() for part in row] for cell, row in rows.items()}
    for region, row in marks.dropna(subset=["certainty"]).iterrows():
        line = cells[names[region]]
        assert line[6] == told(row)
        if 0 < row["tier_probability"] < 1:
            assert line[5] == f"{row['tier_probability']:.3f}"


def test_the_headline_is_one_and_the_same(pair):
    outcome, folder = pair
    said = headline_of(outcome)
    page = (folder / "map.html").read_text(encoding="utf-8")
    content = json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    )
    assert content["headline"] == [text.to_plain() for text in said]
    svg = (folder / "map.svg").read_text(encoding="utf-8")
    drawn = html.unescape("".join(re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)))
    for text in said[:2]:
        assert text.zh.replace(" ", "") in drawn.replace(" ", "")
    report = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    # Its section on certainty says how sure the tiers are, in the words of the headline.
    assert all(text.zh in report for text in said[1:3])


def _texts(artist):
    from matplotlib.legend import Legend

    return artist.get_texts() if isinstance(artist, Legend) else []
