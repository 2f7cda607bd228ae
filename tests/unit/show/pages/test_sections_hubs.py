"""The section on hubs of a report: proposal beside the published layout, links, diffusion, structure."""

from __future__ import annotations

import re

import geopandas as gpd
import pytest
from shapely import box

import hubtiers as ht
from hubtiers._study_hubs import HubFindings
from hubtiers.show.pages.sections_hubs import hub_tables

STUDY = """\
title_en = "Hubs of nowhere"
[data]
regions = "layer.geojson"
id_column = "code"
name = "name"
indicators = ["rd", "patents"]
[method]
tier = { method = "NaturalBreaks", k = 3 }
[layout]
name = "layout.toml"
[propose]
counts = { international = 1, national = 2 }
spacing = 150
balance = "part"
draws = 40
[network]
model = { method = "Gravity", decay = 1.5 }
[diffusion]
sources = ["Place A"]
receptive = 0.5
"""
LAYOUT = """\
title_en = "Plan"
[[hub]]
id = "a"
tier = "international"
name_en = "A"
cores = ["p00"]
extent = ["p00", "p01"]
[[hub]]
id = "g"
tier = "national"
name_en = "<img src=x onerror=alert(1)>"
cores = ["p06"]
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hubs")
    names = [f"Place {letter}" for letter in "ABCDEFGHIJKL"]
    layer = gpd.GeoDataFrame(
        {
            "code": [f"p{i:02d}" for i in range(12)],
            "name": names,
            "part": ["west"] * 6 + ["east"] * 6,
            "rd": [90, 20, 30, 85, 10, 20, 40, 10, 60, 15, 5, 25],
            "patents": [80, 30, 20, 80, 15, 10, 50, 5, 55, 10, 8, 20],
        },
        geometry=[box(i % 6, i // 6, i % 6 + 1, i // 6 + 1) for i in range(12)],
        crs="EPSG:4326",
    )
    layer.to_file(folder / "layer.geojson", driver="GeoJSON")
    (folder / "layout.toml").write_text(LAYOUT, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return ht.load_study(folder / "study.toml").run()


def section(outcome, language):
    html = ht.build_report(outcome, language=language).html
    return re.search(r'<section id="hubs".*?</section>', html, re.DOTALL).group()


ENGLISH = (
    "balanced over: east, west",
    "Balance ",
    "How far each number may move",
    "standard error",
    "Beside the published layout",
    "model: Gravity(decay=1.5, mass_exponent=1.0)",
    "near: Contiguous()",
    "strong: StrongLinks(share=0.1, largest=True)",
    "Place of each node in the network",
    "The network as a whole",
    "Diffusion from Place A: 12 of 12",
    "receptive exponent 0.5",
    "relative time, never years",
    "Hierarchy, inequality and space of scores",
    "Theil, between parts",
)
CHINESE = (
    "均衡所依据的分区：east, west",
    "各数值的敏感区间",
    "与已发布方案对照",
    "强联系规则：StrongLinks(share=0.1, largest=True)",
    "节点在网络中的位置",
    "接受指数 0.5",
    "不是年份",
    "得分的层级、差异与空间结构",
)


@pytest.mark.parametrize(("language", "parts"), [("en", ENGLISH), ("zh", CHINESE)])
def test_everything_that_the_study_asked_for_is_told(outcome, language, parts):
    html = section(outcome, language)
    for part in parts:
        assert part in html, part
    # The proposal with its links, the published layout, and the diffusion: a map each.
    assert html.count("<figure") == 3
    assert "<img src=x" not in html


def test_the_sheets_have_the_numbers_of_the_findings(outcome):
    tables = {table.name: table for table in hub_tables(outcome.result, outcome.hubs)}
    assert set(tables) == {
        "hubs", "hub_windows", "layout_stability", "layout_comparison",
        "links", "nodes", "network", "arrivals", "size_structure",
    }  # fmt: skip
    nodes = tables["nodes"].to_frame()
    network = outcome.hubs.network
    best = network.nodes["weighted_degree"].idxmax()
    assert nodes.iloc[0, 0] == network.nodes.loc[best, "name_en"]
    assert nodes.iloc[0, 2] == 1.0
    figures = tables["network"].to_frame().set_index("Measure")["Value"]
    assert figures["Share of strong links"] == network.summary()["strong_share"]
    measures = tables["size_structure"].to_frame().set_index("Measure")["Value"]
    scores = outcome.result.scores.sort_values(ascending=False)
    assert measures["Primacy S₂"] == pytest.approx(scores.iloc[0] / scores.iloc[1])
    between, within = measures["Theil, between parts"], measures["Theil, within parts"]
    assert between + within == pytest.approx(measures["Theil"])


def test_roles_are_told_where_there_are_functions():
    result = ht.load_study("cities2023-lists").run().result
    layout = ht.propose_layout(result, balance="four")
    found = {table.name: table for table in hub_tables(result, HubFindings(proposed=layout))}
    roles = found["division_of_labour"].to_frame()
    beijing = roles[roles["Region"] == "Beijing"].iloc[0]
    labour = ht.division_of_labour(result, layout).members.set_index("region_id")
    assert labour.loc["110000", "role"] == "research"
    assert beijing["Role"] == "Research"
    assert beijing["Research"] == labour.loc["110000", "quotient_research"]
    windows = found["hub_windows"]
    assert windows.texts("en")[0][4] == "+Nanjing −Jinan −Qingdao"
    assert windows.texts("en")[0][5] == "−Jinan"
    assert windows.texts("zh")[0][5] == "−济南"
    assert "balanced over: Northeast, East, Centre, West" in layout.proposal.statements("en")
