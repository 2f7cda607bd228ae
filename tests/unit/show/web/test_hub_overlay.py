"""What the web map says of links, shares of draws, diffusion and a second layout, and what it refuses."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.errors import NotComparableError, SpecError
from hubtiers.hubs.diffusion import simulate_diffusion
from hubtiers.hubs.network import build_network
from hubtiers.hubs.propose import propose_layout
from hubtiers.hubs.stability import assess_layout
from hubtiers.robustness.variation import Variation
from hubtiers.show.figures.figure import map_caption
from hubtiers.show.figures.hub_marks import hub_layers
from hubtiers.show.style import ARRIVAL_RAMP, LINK_COLOURS, tier_colours
from hubtiers.show.web.content import map_content
from hubtiers.show.web.network_content import _DARK
from hubtiers.show.web.overlay import Overlay
from hubtiers.show.web.webmap import tier_map
from hubtiers.study import load_study

RULES = {"counts": {"national": 3, "regional": 2}, "spacing": 600}


@pytest.fixture(scope="module")
def result():
    return load_study("provinces2022").run().result


@pytest.fixture(scope="module")
def layout(result):
    return propose_layout(result, **RULES)


@pytest.fixture(scope="module")
def network(layout):
    return build_network(layout)


@pytest.fixture(scope="module")
def diffusion(result, layout):
    return simulate_diffusion(result, layout, sources=["110000"], runs=5)


@pytest.fixture(scope="module")
def stability(result):
    scheme, table = result.fitted.scheme, result.table
    return assess_layout(scheme, table, Variation(weights="dirichlet"), draws=64, **RULES)


def content_of(result, layout, **parts):
    return map_content(result, layout, None, {}, over=Overlay(**parts))


def test_links_are_those_of_the_network_heaviest_first(result, layout, network):
    content = content_of(result, layout, network=network)
    said, rows = content["network"], network.to_frame().to_dict("records")
    types, hubs = [each["id"] for each in said["types"]], content["hubs"]
    ids = [hubs[hub]["id"] for _, _, hub, _ in said["nodes"]]
    assert len(said["links"]) == len(rows) == 10
    for (a, b, kind, strong, weight, km), row in zip(said["links"], rows, strict=True):
        assert [ids[a], ids[b], types[kind]] == [row["from"], row["to"], row["type"]]
        assert ("weak", "strong")[strong] == row["strength"]
        assert weight == pytest.approx(row["weight"], rel=1e-3)
        assert km == round(row["km"])
    weights = [link[4] for link in said["links"]]
    assert weights == sorted(weights, reverse=True)
    assert repr(network.model) in said["note"]["en"]
    assert repr(network.strong) in said["note"]["zh"]


def test_distances_keep_their_unit(result, layout, network):
    minutes = ht.distances(result.table.regions) / 4
    minutes.attrs["unit"] = "min"
    timed = build_network(layout, distances=minutes)
    said = content_of(result, layout, network=timed)["network"]
    assert said["unit"] == "min"
    assert said["links"][0][5] == round(timed.to_frame()["km"].iloc[0])
    assert content_of(result, layout, network=network)["network"]["unit"] == "km"


def test_a_hub_is_linked_where_its_lead_is_marked(result, layout, network):
    content = content_of(result, layout, network=network)
    for lat, lon, hub, region in content["network"]["nodes"]:
        # A region that leads is marked once, not city by city.
        assert len(content["hubs"][hub]["cores"]) == len(layout.hubs[hub].cores)
        lead = content["hubs"][hub]["cores"][0]
        assert [lat, lon] == pytest.approx([lead["lat"], lead["lon"]], abs=1e-3)
        assert region == -1


def test_members_are_nodes_at_their_own_place(result, layout):
    content = content_of(result, layout, network=build_network(layout, members=True))
    nodes, ids = content["network"]["nodes"], [row["id"] for row in content["regions"]]
    members = [(ids[region], layout.hubs[hub]) for _, _, hub, region in nodes if region >= 0]
    assert len(members) > 5
    for region, hub in members:
        assert region in hub.extent
        assert region not in hub.cores


def test_members_that_the_result_lacks_are_refused(result, layout):
    network = build_network(layout, members=True)
    foreign = network.nodes.rename(index={"320000": "CN-JS"})
    assert "CN-JS" in foreign.index
    with pytest.raises(NotComparableError, match="network is of other regions.* no 'CN-JS'"):
        tier_map(result, layout=layout, network=dataclasses.replace(network, nodes=foreign))


def test_a_hub_is_linked_at_its_first_core_with_a_score():
    cities = load_study("hubs2023")
    result = cities.scheme.run(cities.load_table())
    zhang = ht.load_layout("zhang2022")
    network = build_network(zhang, result=result)
    content = content_of(result, zhang, network=network)
    place = [hub["id"] for hub in content["hubs"]].index("greater-bay-area")
    node = next(node for node in content["network"]["nodes"] if node[2] == place)
    scored = [c for c in content["hubs"][place]["cores"] if not np.isnan(result.scores[c["id"]])]
    assert node[:2] == pytest.approx([scored[0]["lat"], scored[0]["lon"]], abs=1e-3)


def test_shares_of_draws_are_those_of_the_stability(result, layout, stability):
    said = content_of(result, layout, stability=stability)["draws"]
    assert said["n"] == 64
    ever = stability.core[stability.core > 0]
    assert set(said["shares"]) == set(ever.index)
    for region, (lead, core) in said["shares"].items():
        assert lead == pytest.approx(stability.lead[region], abs=1e-4)
        assert core == pytest.approx(ever[region], abs=1e-4)
    assert len({core for _, core in said["shares"].values()}) > 2


def test_arrival_shares_and_runs_are_those_of_the_diffusion(result, layout, diffusion):
    content = content_of(result, layout, diffusion=diffusion)
    said = content["diffusion"]
    ids = [row["id"] for row in content["regions"]]
    assert said["channels"] == list(diffusion.shares.columns)
    told = dict(zip(ids, said["arrival"], strict=True))
    for region, time in told.items():
        if region in diffusion.arrival.index:
            assert time == pytest.approx(diffusion.arrival[region], rel=1e-4)
        else:
            assert time == -1
            assert math.isnan(result.scores[region])
    assert told["110000"] == 0
    shares = dict(zip(ids, said["shares"], strict=True))
    assert shares["110000"] is None
    expected = (100 * diffusion.shares.loc["130000"]).round().astype(int)
    assert shares["130000"] == expected.tolist()
    runs = dict(zip(ids, said["intervals"], strict=True))["130000"]
    given = diffusion.intervals.loc["130000"]
    assert runs == pytest.approx(given.tolist(), rel=1e-4)
    assert said["ramp"] == list(ARRIVAL_RAMP)


def test_never_reached_is_nothing_not_zero(result, layout):
    only = simulate_diffusion(result, layout, sources=["110000"], channels={"neighbour": 1})
    content = content_of(result, layout, diffusion=only)
    told = {
        row["id"]: time
        for row, time in zip(content["regions"], content["diffusion"]["arrival"], strict=True)
    }
    never = {region for region, time in told.items() if time is None}
    assert never == set(only.arrival.index[only.arrival.isna()])
    assert never
    assert content["diffusion"]["intervals"] is None


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        (
            "en",
            (
                "From Beijing",
                "neighbour 0.5",
                "Decay 1.5",
                "from 40 on",
                "any tier",
                "all places",
                "5 random runs",
            ),
        ),
        (
            "zh",
            (
                "起点：北京",
                "邻近联系 0.5",
                "距离衰减 1.5",
                "40 以内",
                "任意层级",
                "同层级的所有区域",
                "随机运行 5 次",
            ),
        ),
    ],
)
def test_caption_repeats_every_choice(result, layout, language, facts):
    found = simulate_diffusion(
        result,
        layout,
        sources=["北京"],
        channels={"hierarchical": 1, "neighbour": 0.5},
        decay=1.5,
        nearest=40,
        peers="all",
        neighbour="any",
        runs=5,
    )
    caption = content_of(result, layout, diffusion=found)["diffusion"]["caption"][language]
    for fact in facts:
        assert fact in caption, fact


def test_only_a_computed_layout_has_leads_and_the_second_travels_beside(result, layout):
    zhang = ht.load_layout("zhang2022")
    content = content_of(result, layout, other_layout=zhang)
    assert content["hasLeads"] is True
    assert content["other"]["hasLeads"] is False
    assert [hub["id"] for hub in content["other"]["hubs"]] == [hub.id for hub in zhang.hubs]
    assert content["layoutNames"] == [
        {"zh": layout.title_zh, "en": "Proposed layout"},
        {"zh": zhang.title_zh, "en": zhang.title_en},
    ]
    assert content_of(result, None)["layoutNames"] == []


def test_layouts_of_one_name_are_numbered(result, layout):
    again = propose_layout(result, counts={"national": 2}, spacing=800)
    names = content_of(result, layout, other_layout=again)["layoutNames"]
    assert [name["en"] for name in names] == ["Proposed layout (1)", "Proposed layout (2)"]


def test_a_map_without_them_says_nothing_of_them(result):
    content = content_of(result, None)
    assert [content[key] for key in ("network", "diffusion", "draws", "other")] == [None] * 4


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("layout", "HubLayout"),
        ("network", "HubNetwork"),
        ("diffusion", "Diffusion"),
        ("stability", "LayoutStability"),
        ("other_layout", "HubLayout"),
    ],
)
def test_another_kind_is_refused(result, layout, name, kind):
    given = {"layout": layout} | {name: pd.DataFrame()}
    with pytest.raises(SpecError, match=rf"tier_map\({name}=…\) draws a {kind}, but this is Data"):
        tier_map(result, **given)


def test_parts_without_their_layout_are_refused(result, layout, network, stability):
    for name, part in (("network", network), ("stability", stability), ("other_layout", layout)):
        with pytest.raises(SpecError, match=rf"tier_map\({name}=…\) belongs to a layout"):
            tier_map(result, **{name: part})


def test_parts_of_another_layout_are_refused(result, layout, network, stability):
    other = propose_layout(result, counts={"national": 2}, spacing=1500)
    with pytest.raises(
        NotComparableError, match="network is of another layout.*differ in the hubs"
    ):
        tier_map(result, layout=other, network=network)
    with pytest.raises(
        NotComparableError, match="stability is of another layout.*differ in the hubs"
    ):
        tier_map(result, layout=other, stability=stability)


def test_the_same_hubs_with_other_cores_are_another_layout(result, layout, network, diffusion):
    """Links and times of other cores under the same names would be drawn as if they were these."""
    first = dataclasses.replace(layout.hubs[0], cores=(*layout.hubs[0].cores, "650000"), extent=())
    other = dataclasses.replace(layout, hubs=(first, *layout.hubs[1:]))
    said = rf"is of another layout than .*: they differ in the hubs '{first.id}'\."
    with pytest.raises(NotComparableError, match=f"The network {said} Build it with"):
        tier_map(result, layout=other, network=network)
    with pytest.raises(NotComparableError, match=f"The diffusion {said} Simulate it over"):
        tier_map(result, layout=other, diffusion=diffusion)
    with pytest.raises(NotComparableError, match=f"The network {said}"):
        ht.tier_figure(result, layout=other, network=network)
    with pytest.raises(NotComparableError, match=f"The diffusion {said}"):
        ht.diffusion_figure(result, diffusion, layout=other)
    # Without a layout nothing is said of hubs, and the order of cores is no difference.
    assert tier_map(result, diffusion=diffusion)


def test_roles_are_those_of_the_division_of_labour(result, layout):
    division = ht.division_of_labour(result, layout, quotient=1.02)
    said = content_of(result, layout, division=division)["roles"]
    members = division.members[division.members["role"] != "none"]
    assert 3 < len(members) < len(division.members)
    assert set(said) == set(members["region_id"])
    names = {hub.id: hub.name_en for hub in layout.hubs}
    framework = result.table.framework
    for region, hub, role in members[["region_id", "hub", "role"]].to_numpy():
        quotient = division.members.set_index(["hub", "region_id"]).loc[(hub, region)]
        expected = (
            f"Within the hub {names[hub]} it stands out in {framework.node[role].name_en} "
            f"(location quotient {quotient['quotient_' + role]:.2f})"
        )
        assert expected in [text["en"] for text in said[region]]
    assert content_of(result, layout)["roles"] == {}


def test_flows_and_distances_are_credited(result, layout, network):
    """On the page, below the printed map, and nowhere where the frames say nothing of themselves."""
    ids = [core for hub in layout.hubs for core in hub.cores]
    flows = pd.DataFrame(np.arange(len(ids) ** 2, dtype=float).reshape(len(ids), -1), ids, ids)
    minutes = pd.DataFrame(60.0, ids, ids)
    flows.attrs["source"], minutes.attrs["source"] = "Survey of rails", "Book of hours"
    observed = build_network(layout, ht.ObservedFlows(flows), distances=minutes)
    assert observed.sources == ("Survey of rails", "Book of hours")
    note = content_of(result, layout, network=observed)["note"]
    assert note["en"].endswith("Links and distances: Survey of rails; Book of hours.")
    assert note["zh"].endswith("联系与距离：Survey of rails; Book of hours。")
    assert network.sources == ()
    assert "Links and distances" not in content_of(result, layout, network=network)["note"]["en"]
    caption = map_caption(result, hub_layers(layout, observed), None).en
    assert caption.endswith("Links and distances: Survey of rails; Book of hours.")


def test_roles_of_another_layout_are_refused(result, layout):
    division = ht.division_of_labour(result, layout)
    fewer = dataclasses.replace(layout, hubs=layout.hubs[:2])
    with pytest.raises(NotComparableError, match="division of labour is of another layout"):
        tier_map(result, layout=fewer, division=division)
    renamed = division.members.replace({"region_id": {"110000": "CN-BJ"}})
    with pytest.raises(NotComparableError, match="of other regions: there is no 'CN-BJ'"):
        tier_map(result, layout=layout, division=dataclasses.replace(division, members=renamed))
    with pytest.raises(SpecError, match="division=…. draws a DivisionOfLabour, but this is Data"):
        tier_map(result, layout=layout, division=division.members)


def test_a_network_of_one_node_is_refused(result, layout, network):
    alone = dataclasses.replace(network, nodes=network.nodes.head(1), links=network.links.head(0))
    with pytest.raises(
        SpecError, match="has 1 nodes and 0 links, so that there is nothing to draw"
    ):
        tier_map(result, layout=layout, network=alone)


def test_a_diffusion_of_other_regions_is_refused(result, layout, diffusion):
    renamed = diffusion.arrival.rename(index={"310000": "CN-SH"})
    foreign = dataclasses.replace(diffusion, arrival=renamed)
    with pytest.raises(NotComparableError, match="of other regions: the result has no 'CN-SH'"):
        tier_map(result, layout=layout, diffusion=foreign)
    fewer = dataclasses.replace(diffusion, arrival=diffusion.arrival.drop("310000"))
    with pytest.raises(NotComparableError, match="of other regions: it lacks '310000'"):
        tier_map(result, layout=layout, diffusion=fewer)


def test_a_result_draws_them_itself(result, layout, network, diffusion, stability):
    web = result.map(layout=layout, network=network, diffusion=diffusion, stability=stability)
    page = web.get_root().render()
    assert "https://" not in page
    assert page.count("hubtiers.start(") == 1


# Machado, Oliveira and Fernandes 2009, severity 1.
_VISION = {
    "usual": np.eye(3),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def seen(colour, vision):
    """CIE L*a*b* of a colour as somebody sees it."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    light = _XYZ @ np.clip(_VISION[vision] @ linear, 0, 1) / np.array([0.9505, 1, 1.089])
    x, y, z = np.where(light > 0.008856, np.cbrt(light), 7.787 * light + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", sorted(_VISION))
@pytest.mark.parametrize("colours", [LINK_COLOURS, _DARK], ids=["light", "dark"])
def test_types_of_links_can_be_told_apart_by_everybody(colours, vision):
    for one, other in itertools.combinations(colours.values(), 2):
        assert np.linalg.norm(seen(one, vision) - seen(other, vision)) > 20


def test_links_are_unlike_the_tiers_they_lie_on():
    for dark, colours in ((False, LINK_COLOURS), (True, _DARK)):
        tiers = tier_colours(["a", "b", "c", "d"], dark=dark).values()
        for link, tier in itertools.product(colours.values(), tiers):
            assert np.linalg.norm(seen(link, "usual") - seen(tier, "usual")) > 20
