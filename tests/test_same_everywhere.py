"""What is drawn is what was computed: map, table, report, figure and CSV of one build give the same tiers and breaks."""

from __future__ import annotations

import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

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
    html = (folder / "report.html").read_text(encoding="utf-8")
    # A long table stands in full at the end of the report.
    table = [
        t for t in re.findall(r"<table.*?</table>", html, re.DOTALL) if "综合得分、位次与层级" in t
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


def _texts(artist):
    from matplotlib.legend import Legend

    return artist.get_texts() if isinstance(artist, Legend) else []
