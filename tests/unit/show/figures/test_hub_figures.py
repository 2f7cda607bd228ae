"""Hubs, links, shares of draws and diffusion on printed maps: what is drawn is what was computed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text
from shapely import box

import hubtiers as ht
from hubtiers.errors import NotComparableError, SpecError
from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.show.figures.basemap import OTHER_HATCH
from hubtiers.show.figures.diffusion import arrival_classes
from hubtiers.show.figures.hub_marks import ring_outline
from hubtiers.show.style import LINK_COLOURS, arrival_colours, hub_colours, tier_colours

HOSTILE = "<img src=x onerror=alert(1)> $x_2$"


@pytest.fixture(scope="module")
def land():
    """Twelve squares of no country with their scores."""
    names = [f"Place {letter}" for letter in "ABCDEFGHIJKL"]
    names[8] = HOSTILE
    layer = gpd.GeoDataFrame(
        {
            "name_zh": names,
            "name_en": names,
            "rd": [90.0, 20, 30, 85, 10, 20, 40, 10, 60, 15, 5, 25],
            "patents": [80.0, 30, 20, 80, 15, 10, 50, 5, 55, 10, 8, 20],
        },
        geometry=[box(i % 6, i // 6, i % 6 + 1, i // 6 + 1) for i in range(12)],
        index=pd.Index([f"p{i:02d}" for i in range(12)], name="region_id"),
        crs="EPSG:4326",
    )
    scheme = ht.Scheme(tier=ht.NaturalBreaks(3))
    return ht.score_regions(layer, ["rd", "patents"], scheme=scheme)


@pytest.fixture(scope="module")
def layout():
    return HubLayout(
        id="plan",
        hubs=(
            Hub("a", "international", ("p00", "p01"), name_en="A", extent=("p00", "p01", "p06")),
            Hub("d", "international", ("p03",), name_en="D"),
            Hub("i", "national", ("p08",), name_en=HOSTILE, extent=("p08", "p09")),
        ),
        corridors=(Corridor("c", ("p00", "p03")),),
    )


@pytest.fixture(scope="module")
def network(land, layout):
    return ht.build_network(layout, ht.Gravity(decay=1.0), result=land)


def stability_of(layout, shares):
    """Shares of draws as `assess_layout` gives them, by region."""
    nothing = pd.DataFrame()
    core = pd.Series(shares, name="core")
    return ht.LayoutStability(layout, 200, 0, core, core, nothing, nothing, nothing)


def drawn(figure):
    return {c.get_gid(): c for c in figure.axes[0].collections if c.get_gid()}


def legends(figure):
    found = [c for c in figure.axes[0].get_children() if type(c).__name__ == "Legend"]
    return {each.get_title().get_text(): [t.get_text() for t in each.get_texts()] for each in found}


def test_the_lead_has_a_star_inside_and_further_cores_are_smaller_and_joined(land):
    proposed = ht.propose_layout(
        land,
        counts={"international": 2, "national": 1},
        spacing=200,
        cores=ht.CoCores(ratio=0.4, within=150),
    )
    assert [hub.cores for hub in proposed.hubs] == [("p00", "p06"), ("p03",), ("p11",)]
    figure = ht.tier_figure(land, layout=proposed, language="en")
    marks = drawn(figure)
    upper = marks["hubs-international"]
    lead, further, other = upper.get_sizes()
    assert lead == other > further
    (joint,) = marks["cocores-international"].get_segments()
    np.testing.assert_allclose(joint, upper.get_offsets()[:2])
    stars = marks["leads-international"]
    np.testing.assert_allclose(stars.get_offsets(), upper.get_offsets()[[0, 2]])
    # A star of five points has ten corners.
    assert len(stars.get_paths()[0].vertices) == 11
    assert to_hex(stars.get_facecolor()[0]) == "#ffffff"
    assert len(marks["leads-national"].get_offsets()) == 1
    assert {"Lead, with a white star", "Cores of one hub, joined"} <= set(
        legends(figure)["Innovation hubs"]
    )


def test_a_published_layout_names_cores_in_any_order(land, layout):
    figure = ht.tier_figure(land, layout=layout, language="en")
    marks = drawn(figure)
    assert len(set(marks["hubs-international"].get_sizes())) == 1
    assert "leads-international" not in marks
    assert "cocores-national" not in marks
    (joint,) = marks["cocores-international"].get_segments()
    np.testing.assert_allclose(joint, marks["hubs-international"].get_offsets()[:2])
    assert "Lead, with a white star" not in legends(figure)["Innovation hubs"]


def test_extents_are_pale_and_outlined(land, layout):
    marks = drawn(ht.tier_figure(land, layout=layout, language="en"))
    for tier in ("international", "national"):
        areas = marks[f"extent-{tier}"]
        assert to_hex(areas.get_edgecolor()[0]) == hub_colours(layout.tiers)[tier]
        assert 0 < areas.get_facecolor()[0][3] < 0.1
        assert len(areas.get_paths()) == 1


def test_links_have_colour_by_type_width_by_weight_and_dashes_when_weak(land, layout, network):
    figure = ht.tier_figure(land, layout=layout, network=network, language="en")
    marks = drawn(figure)
    links = network.links.copy()
    links["weight"] /= links["weight"].max()
    seen = 0
    for (strength, kind), group in links.groupby(["strength", "type"], sort=False):
        lines = marks[f"links-{strength}-{kind}"]
        assert len(lines.get_segments()) == len(group)
        assert to_hex(lines.get_color()[0]) == LINK_COLOURS[kind]
        expected = 0.5 + 2.3 * np.sqrt(group["weight"])
        assert list(lines.get_linewidths()) == pytest.approx(list(expected))
        dashes = lines.get_linestyle()[0][1]
        assert (dashes is not None) == (strength == "weak")
        seen += len(group)
    assert seen == len(links) == 3
    at = {
        hub: marks[f"hubs-{tier}"].get_offsets()[n]
        for hub, tier, n in (
            ("a", "international", 0),
            ("d", "international", 2),
            ("i", "national", 0),
        )
    }
    peers = marks["links-strong-peer"].get_segments()[0]
    np.testing.assert_allclose(peers, [at["a"], at["d"]])
    counts = network.links["type"].value_counts()
    rows = legends(figure)["Links"]
    assert f"peer  ({counts['peer']})" in rows
    assert "Strong (solid)" in rows
    caption = next(t.get_text() for t in figure.axes[0].texts if t.get_gid() == "caption")
    assert "Gravity(decay=1.0, mass_exponent=1.0)" in caption.replace("\n", " ")


def test_links_of_members_end_at_their_own_places(land, layout):
    network = ht.build_network(layout, result=land, members=True)
    marks = drawn(ht.tier_figure(land, layout=layout, network=network, language="en"))
    segments = np.concatenate(
        [np.array(marks[name].get_segments()) for name in marks if name.startswith("links-")]
    )
    assert len(segments) == len(network.links) == 5


def test_rings_show_shares_of_draws(land, layout):
    shares = {"p00": 1.0, "p01": 0.25, "p03": 0.5}
    figure = ht.tier_figure(
        land, layout=layout, stability=stability_of(layout, shares), language="en"
    )
    rings = drawn(figure)["rings-international"]
    ends = [path.vertices[-1] for path in rings.get_paths()]
    np.testing.assert_allclose(ends, [(0, 0.5), (0.5, 0), (0, -0.5)], atol=1e-9)
    # Without a share there is no ring.
    assert "rings-national" not in drawn(figure)
    assert "Share of draws as a core" in legends(figure)["Innovation hubs"]
    assert ring_outline(0.0).vertices == pytest.approx(np.tile([0, 0.5], (64, 1)))


def test_legends_are_in_chinese_too():
    outcome = ht.load_study("provinces2022").run().result
    layout = ht.propose_layout(outcome, counts={"international": 1, "national": 2}, spacing=600)
    figure = ht.tier_figure(outcome, layout=layout, network=ht.build_network(layout))
    rows = legends(figure)
    assert list(rows) == ["层级（得分区间，区域数）", "科技创新中心", "联系"]
    assert "强联系（实线）" in rows["联系"]
    assert "中心范围" in rows["科技创新中心"]
    said = next(t.get_text() for t in figure.axes[0].texts if t.get_gid() == "caption")
    assert "线宽随强度的平方根增加" in said.replace("\n", "")


def test_a_hostile_name_is_text(land, layout):
    figure = ht.tier_figure(land, layout=layout, language="en")
    texts = [t.get_text() for t in figure.findobj(Text)]
    assert HOSTILE in texts


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"layout": "zhang2022"}, "layout is str, not HubLayout. Give what load_layout"),
        ({"network": 3}, "network is int, not HubNetwork. Give what build_network"),
        ({"stability": {}}, "stability is dict, not LayoutStability. Give what assess_layout"),
    ],
)
def test_other_things_are_refused(land, given, message):
    with pytest.raises(SpecError, match=message.replace("(", r"\(")):
        ht.tier_figure(land, **given)


def test_links_need_their_own_layout(land, layout, network):
    with pytest.raises(SpecError, match="network can be drawn over a layout only. Give layout="):
        ht.tier_figure(land, network=network)
    other = HubLayout("other", layout.hubs[:2])
    with pytest.raises(NotComparableError, match="other' *: they differ in the hubs 'i'"):
        ht.tier_figure(land, layout=other, network=network)


def test_arrivals_have_one_scale_and_what_is_never_reached_is_hatched(land, layout):
    spread = ht.simulate_diffusion(
        land, layout, sources=["p00"], channels={"hierarchical": 1, "neighbour": 1}
    )
    never = spread.arrival.index[spread.arrival.isna()]
    assert list(never) == ["p01", "p03"]
    figure = ht.diffusion_figure(land, spread, language="en")
    marks = drawn(figure)
    place, spans = arrival_classes(spread.arrival)
    colours = arrival_colours(len(spans))
    faces = [to_hex(colour) for colour in marks["regions"].get_facecolor()]
    assert sorted(faces) == sorted(colours[int(k)] for k in place.dropna())
    assert faces.count(colours[0]) == (place == 0).sum()
    assert len(marks["hatched"].get_paths()) == 2
    assert marks["hatched"].get_hatch() == OTHER_HATCH
    assert len(marks["sources"].get_offsets()) == 1
    rows = legends(figure)["Time of arrival (relative)"]
    assert "Not reached  (2)" in rows
    caption = next(t.get_text() for t in figure.axes[0].texts if t.get_gid() == "caption")
    said = caption.replace("\n", " ")
    for part in (
        "Diffusion from Place A: 10 of 12",
        "decay 1",
        "hierarchical 1, neighbour 1, peer 0",
        "relative time, never years",
    ):
        assert part in said
    chinese = ht.diffusion_figure(land, spread, layout=layout, language="zh")
    assert "未被触及  (2)" in legends(chinese)["到达时间（相对）"]
    assert chinese.axes[0].get_title() == "创新扩散的先后"


def test_classes_of_arrival_hold_equally_many_and_equal_times_stay_together():
    times = pd.Series([0.0, *range(1, 12)], dtype="float64")
    place, spans = arrival_classes(times)
    assert [count for _, _, count in spans] == [2] * 6
    assert place.is_monotonic_increasing
    tied, spans = arrival_classes(pd.Series([0.0, 5, 5, 5, np.nan]))
    assert tied.iloc[1:4].nunique() == 1
    assert np.isnan(tied.iloc[4])
    assert spans == [(0.0, 0.0, 1), (5.0, 5.0, 3)]


def test_another_hue_than_tiers_and_darkest_first():
    shades = arrival_colours(6)
    light = [sum(int(shade[place : place + 2], 16) for place in (1, 3, 5)) for shade in shades]
    assert light == sorted(light)
    assert not set(shades) & set(tier_colours(list("abcd")).values())


def test_diffusions_that_cannot_be_drawn(land, layout):
    with pytest.raises(SpecError, match="diffusion is int, not Diffusion"):
        ht.diffusion_figure(land, 3)
    other = ht.load_study("provinces2022").run().result
    far = ht.propose_layout(other, counts={"national": 2}, spacing=600)
    spread = ht.simulate_diffusion(other, far, sources=["110000"])
    with pytest.raises(SpecError, match="regions that the result does not have: 110000"):
        ht.diffusion_figure(land, spread)
