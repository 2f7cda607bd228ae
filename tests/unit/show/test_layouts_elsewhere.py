"""Layouts of a made-up country: on the map, in the figure and in a study."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hubtiers.errors import SpecError
from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.regions.read import read_regions
from hubtiers.scheme import Scheme
from hubtiers.show.figures.figure import map_caption, tier_figure
from hubtiers.show.web.content import map_content
from hubtiers.study import load_study
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks

TIERS = ("Capital", "Pole", "Outpost")
WEST, SOUTH = -130, -22
STUDY = """
title_en = "Atolia"
[data]
regions = "land.geojson"
id_column = "code"
name = "name"
indicators = "values.csv"
[method]
tier = {{method = "natural_breaks", k = 3, labels = ["{0}", "Pole", "Outpost"]}}
[layout]
name = "plan.toml"
compare = true
[robustness]
draws = 0
"""
PLAN = """
[[hub]]
id = "a"
tier = "Capital"
cores = ["P03"]
[[hub]]
id = "b"
tier = "Outpost"
cores = ["P04"]
"""


@pytest.fixture(scope="module")
def land():
    boxes = [
        shapely.box(WEST + c, SOUTH + r, WEST + c + 1, SOUTH + r + 1)
        for r in (0, 1)
        for c in range(4)
    ]
    frame = {"code": [f"P{i:02d}" for i in range(8)], "name": [f"Isle {c}" for c in "ABCDEFGH"]}
    return gpd.GeoDataFrame(frame, geometry=boxes, crs=4326)


@pytest.fixture(scope="module")
def result(land):
    regions = read_regions(land, id_column="code", name="name")
    values = pd.DataFrame({"region": regions.index, "rd": [1.0, 2, 4, 9, 3, 8, 2.5, 5]})
    return Scheme(tier=NaturalBreaks(3, labels=TIERS)).run(join_indicators(regions, values))


LAYOUT = HubLayout(
    "plan",
    (
        Hub("a", "Capital", ("P03",), name_en="Harbour", extent=("P02", "P03")),
        Hub("b", "Outpost", ("P04", "P05"), name_en="Twins"),
    ),
    (Corridor("x", ("P03", "P05"), name_en="Lagoon"),),
    title_en="Plan 2035",
    tiers=TIERS,
    seats={"P03": (-126.9, -21.8)},
)


def test_the_map_has_the_hubs_at_their_seats_and_says_where_others_are_marked(result):
    content = map_content(result, LAYOUT, None, None, None)
    assert [look["names"]["en"] for look in content["hubTiers"]] == list(TIERS)
    assert [look["shape"] for look in content["hubTiers"]] == ["star", "diamond", "square"]
    assert [hub["tier"] for hub in content["hubs"]] == [0, 2]
    harbour, twins = (hub["cores"] for hub in content["hubs"])
    assert [(core["lon"], core["lat"]) for core in harbour] == [(-126.9, -21.8)]
    assert [(core["lon"], core["lat"]) for core in twins] == [(-129.5, -20.5), (-128.5, -20.5)]
    assert content["hubRemark"]["en"].startswith("Cores whose seats are not known")
    assert len(content["corridors"][0]["line"]) == 2


def test_the_figure_draws_them_too(result):
    figure = tier_figure(result, layout=LAYOUT)
    marks = {c.get_gid(): c for c in figure.axes[0].collections if c.get_gid()}
    assert len(marks["hubs-Capital"].get_offsets()) == 1
    assert len(marks["hubs-Outpost"].get_offsets()) == 2
    assert "hubs-Pole" not in marks
    legends = [c for c in figure.axes[0].get_children() if type(c).__name__ == "Legend"]
    texts = [text.get_text() for legend in legends for text in legend.get_texts()]
    assert {"Capital  (1)", "Outpost  (1)", "Hub extents", "Innovation corridors"} <= set(texts)
    caption = map_caption(result, LAYOUT, "Atolia").en
    assert "Innovation hubs: Plan 2035. Cores whose seats are not known are marked" in caption


def test_nothing_is_said_of_seats_that_are_all_known(result):
    seats = {"P03": (-126.9, -21.8), "P04": (-129.4, -20.4), "P05": (-128.4, -20.4)}
    layout = HubLayout("plan", LAYOUT.hubs, tiers=TIERS, seats=seats)
    assert map_content(result, layout, None, None, None)["hubRemark"] == {"zh": "", "en": ""}


def test_a_layout_of_other_places_is_refused_by_the_map(result):
    other = HubLayout("us", (Hub("c", "national", ("06", "48")),))
    with pytest.raises(SpecError, match=r"cores that are no region of the layer: 06, 48\. Leave"):
        map_content(result, other, None, None, None)


def test_a_far_part_has_its_hub_in_its_inset():
    boxes = [shapely.box(0 + 3 * i, 43, 3 + 3 * i, 50) for i in range(5)]
    boxes.append(shapely.box(55, -21, 56, -20))
    frame = gpd.GeoDataFrame(
        {"code": list("abcdef"), "name": list("ABCDEF")}, geometry=boxes, crs=4326
    )
    regions = read_regions(frame, id_column="code", name="name")
    values = pd.DataFrame({"region": regions.index, "rd": [1.0, 2, 4, 9, 3, 8]})
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(regions, values))
    layout = HubLayout("l", (Hub("m", "national", ("b",)), Hub("f", "regional", ("f",))))
    figure = tier_figure(result, layout=layout, title="Far")
    inset = next(axes for axes in figure.axes if axes.get_gid() == "inset-1")
    marks = next(c for c in inset.collections if c.get_gid() == "hubs-regional")
    (x, y), *others = marks.get_offsets()
    left, right = inset.get_xlim()
    low, high = inset.get_ylim()
    assert not others
    assert left < x < right
    assert low < y < high
    assert [text.get_text() for text in inset.texts] == ["F"]


def written(tmp_path, land, label="Capital"):
    land.to_file(tmp_path / "land.geojson", driver="GeoJSON")
    rd = np.array([1.0, 2, 4, 9, 3, 8, 2.5, 5])
    pd.DataFrame({"region": land["name"], "rd": rd}).to_csv(tmp_path / "values.csv", index=False)
    (tmp_path / "plan.toml").write_text(PLAN)
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(label))
    return load_study(path)


def test_a_study_holds_its_tiers_against_a_layout_without_tiers_of_its_own(tmp_path, land):
    outcome = written(tmp_path, land).run()
    assert outcome.layout.tiers == TIERS
    assert outcome.reference.dropna().to_dict() == {"P03": "Capital", "P04": "Outpost"}
    # 9 is the largest value; 3 is among the low ones.
    assert (outcome.agreement.matches, outcome.agreement.n) == (2, 2)


def test_a_study_whose_tiers_are_called_otherwise_says_so(tmp_path, land):
    (tmp_path / "x").mkdir()
    study = written(tmp_path, land, "Capital")
    (tmp_path / "plan.toml").write_text(
        'tiers = ["Hub", "Outpost"]\n' + PLAN.replace("Capital", "Hub")
    )
    with pytest.raises(SpecError, match=r"'Hub' is none of the study's \(Capital, Pole, Outpost\)"):
        study.run()
