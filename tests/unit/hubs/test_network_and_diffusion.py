"""Networks of hubs, diffusion, flows and distances of a user's own: behaviour and refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import hubtiers as ht
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError
from hubtiers.hubs.diffusion import CHANNELS, simulate_diffusion, spread
from hubtiers.hubs.flows import (
    core_periphery,
    disparity,
    fit_decay,
    largest_links,
    square_flows,
)
from hubtiers.hubs.inequality import gini, theil
from hubtiers.hubs.interaction import decayed, gravity
from hubtiers.hubs.layout import Hub, HubLayout
from hubtiers.hubs.links import (
    DisparityLinks,
    Gravity,
    Interlocking,
    ModifiedGravity,
    ObservedFlows,
    StrongLinks,
    Within,
)
from hubtiers.hubs.local_space import local_moran
from hubtiers.hubs.network import build_network
from hubtiers.hubs.roles import division_of_labour
from hubtiers.regions.distance import read_distances, seats

NAMES = list("abcdef")


@pytest.fixture(scope="module")
def land() -> tuple[ht.Result, gpd.GeoDataFrame, HubLayout]:
    """Six squares in a row, each 1° wide; two hubs of one tier and one below, with extents."""
    layer = gpd.GeoDataFrame(
        {
            "name_zh": NAMES,
            "name_en": NAMES,
            "x": [10.0, 4.0, 8.0, 2.0, 3.0, 1.0],
            "y": [9.0, 5.0, 8.0, 3.0, 2.0, 1.0],
        },
        geometry=[box(i, 0, i + 1, 1) for i in range(6)],
        index=pd.Index(NAMES, name="region_id"),
        crs="EPSG:4326",
    )
    scheme = ht.Scheme(normalise=ht.AsIs(), tier=ht.Quantiles(3))
    result = ht.score_regions(layer, ["x", "y"], scheme=scheme)
    layout = HubLayout(
        id="own",
        hubs=(
            Hub("A", "international", ("a",), extent=("a", "b")),
            Hub("C", "international", ("c",), extent=("c", "d")),
            Hub("E", "regional", ("e",), extent=("e",)),
        ),
    )
    return result, layer, layout


def test_link_types_come_in_their_order(land: Any) -> None:
    result, layer, layout = land
    network = build_network(layout, Gravity(decay=1.0), result=result, regions=layer)
    kinds = network.links.set_index(["from", "to"])["type"]
    # A and C touch through b and c, but equal tiers are peers; C touches E through d and e.
    assert kinds.to_dict() == {
        ("A", "C"): "peer",
        ("A", "E"): "hierarchical",
        ("C", "E"): "neighbour",
    }
    near = build_network(layout, result=result, regions=layer, near=Within(1000.0))
    assert set(near.links["type"]) == {"peer", "neighbour"}


def test_gravity_of_hubs_by_hand(land: Any) -> None:
    result, layer, layout = land
    network = build_network(layout, Gravity(decay=2.0), result=result, regions=layer)
    links = network.links.set_index(["from", "to"])
    km = links["km"]["A", "C"]
    assert km == pytest.approx(2 * 111.3, abs=0.5)
    expected = 2 * result.scores["a"] * result.scores["c"] / km**2
    assert links["weight"]["A", "C"] == pytest.approx(expected)
    assert network.summary()["reciprocity"] == 1
    degree = network.nodes["weighted_degree"]
    assert degree["A"] == pytest.approx(links["weight"]["A", "C"] + links["weight"]["A", "E"])
    assert degree["E"] == pytest.approx(links["weight"]["A", "E"] + links["weight"]["C", "E"])
    # Every weight counts at both of its ends.
    assert degree.sum() == pytest.approx(2 * links["weight"].sum())


def test_strong_links_leave_no_hub_alone() -> None:
    weights = np.array([[0, 90, 6], [90, 0, 4], [6, 4, 0.0]])
    assert StrongLinks(0.5).strong(weights).tolist() == [
        [False, True, True],
        [True, False, False],
        [True, False, False],
    ]
    assert StrongLinks(0.7, largest=False).strong(weights)[2].tolist() == [False, False, False]
    rng = np.random.default_rng(1)
    many = rng.pareto(1.0, (8, 8))
    many = many + many.T
    np.fill_diagonal(many, 0)
    assert StrongLinks().strong(many).any(axis=1).all()
    assert (DisparityLinks(0.05).strong(many) <= DisparityLinks(0.2).strong(many)).all()


def test_members_hang_on_their_own_hub_only(land: Any) -> None:
    result, layer, layout = land
    network = build_network(layout, result=result, regions=layer, members=True)
    own = network.links[network.links["to"].isin(["b", "d"])]
    assert own[["from", "to"]].to_numpy().tolist() == [["A", "b"], ["C", "d"]]
    assert network.nodes.loc["b", "hub"] == "A"


def test_observed_flows_and_other_models(land: Any) -> None:
    result, layer, layout = land
    flows = pd.DataFrame(
        {"from": ["a", "c", "a", "e"], "to": ["c", "a", "e", "c"], "flow": [6.0, 2.0, 1.0, 3.0]}
    )
    network = build_network(layout, ObservedFlows(flows), result=result, regions=layer)
    weight = network.links.set_index(["from", "to"])["weight"]
    assert weight.to_dict() == {("A", "C"): 8.0, ("A", "E"): 1.0, ("C", "E"): 3.0}
    assert network.summary()["reciprocity"] == pytest.approx((2 + 0 + 0) / (6 + 1 + 3))
    firms = pd.DataFrame({"f": [2, 0, 1, 0, 0, 0], "g": [1, 0, 1, 0, 3, 0]}, index=NAMES)
    linked = build_network(layout, Interlocking(firms), result=result, regions=layer)
    assert linked.links.set_index(["from", "to"])["weight"]["A", "C"] == 2 * (2 + 1)
    sizes = pd.Series(1.0, NAMES)
    richer = pd.Series([3.0, 1, 1, 1, 1, 1], NAMES)
    pull = build_network(
        layout, ModifiedGravity(sizes, richer), result=result, regions=layer
    ).directed
    assert pull.loc["A", "C"] == pytest.approx(3 * pull.loc["C", "A"])
    with pytest.raises(DataError, match="The flows name no place of 'E'"):
        build_network(layout, ObservedFlows(flows[:2]), result=result, regions=layer)
    with pytest.raises(DataError, match="no positive size"):
        build_network(
            layout, ModifiedGravity(sizes.drop("a"), richer), result=result, regions=layer
        )


def test_networks_that_cannot_be_built(land: Any) -> None:
    result, layer, layout = land
    with pytest.raises(SpecError, match="brings no regions"):
        build_network(layout)
    with pytest.raises(SpecError, match="brings no masses"):
        build_network(layout, regions=layer)
    lonely = HubLayout(id="lonely", hubs=layout.hubs[:1])
    with pytest.raises(DataError, match="at least two hubs"):
        build_network(lonely, result=result, regions=layer)
    with pytest.raises(DataError, match="Nothing links the hubs of the layout 'own'"):
        nothing = pd.DataFrame(0.0, NAMES, NAMES)
        build_network(layout, ObservedFlows(nothing), result=result, regions=layer)
    named = HubLayout(
        id="own", hubs=(Hub("b", "national", ("a",), extent=("a", "b")), layout.hubs[1])
    )
    with pytest.raises(SpecError, match="'b' is the id of a hub and of a member of another"):
        build_network(named, result=result, regions=layer, members=True)
    ranked = result.fitted.scheme.replace(normalise=ht.PercentileRank()).run(result.table)
    with pytest.raises(DataError, match=r"those of PercentileRank\(.*twice the score is not"):
        build_network(layout, result=ranked, regions=layer)
    with pytest.raises(DataError, match=r"as much\. Normalise with MinMax\(\)"):
        simulate_diffusion(ranked, layout, sources=["a"], regions=layer)
    with pytest.raises(DataError, match="are not positive"):
        build_network(layout, result=result, regions=layer, mass=-result.scores)
    with pytest.raises(SpecError, match="Gravity"):
        Gravity(decay=-1)
    with pytest.raises(SpecError, match="Within"):
        Within(0)
    with pytest.raises(SpecError, match="StrongLinks"):
        StrongLinks(0)
    with pytest.raises(SpecError, match="DisparityLinks"):
        DisparityLinks(1)


def test_relabelled_regions_give_the_same_network(land: Any) -> None:
    result, layer, layout = land
    network = build_network(layout, result=result, regions=layer)
    swapped = HubLayout(id="own", hubs=layout.hubs[::-1])
    other = build_network(swapped, result=result, regions=layer[::-1])
    pairs = [
        {
            frozenset((row["from"], row["to"])): row["weight"]
            for row in each.links.to_dict("records")
        }
        for each in (network, other)
    ]
    assert pairs[0] == pytest.approx(pairs[1])


def test_diffusion_by_channels(land: Any) -> None:
    result, layer, layout = land
    found = simulate_diffusion(result, layout, sources=["a"], regions=layer)
    assert found.arrival["a"] == 0
    assert found.arrival.notna().all()
    assert found.shares.drop(index="a").sum(axis=1).to_numpy() == pytest.approx(1)
    # Without peers nothing stands above the other hub of the highest tier: never is missing.
    alone = simulate_diffusion(
        result, layout, sources=["a"], regions=layer, channels={"hierarchical": 1, "neighbour": 1}
    )
    assert np.isnan(alone.arrival["c"])
    assert alone.reached == 5
    assert alone.at(0.0) == ["a"]
    assert alone.by_tier.loc["international", ["regions", "reached"]].tolist() == [2, 1]
    many = simulate_diffusion(result, layout, sources=["a"], regions=layer, runs=50, rng=3)
    again = simulate_diffusion(result, layout, sources=["a"], regions=layer, runs=50, rng=3)
    pd.testing.assert_frame_equal(many.intervals, again.intervals)
    assert many.intervals["reached"].tolist() == [1] * 6


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 3.0), st.floats(0.1, 2.0))
def test_more_decay_or_a_lower_rate_is_never_earlier(seed: int, decay: float, more: float) -> None:
    draws = np.random.default_rng(seed)
    n = 7
    away = draws.uniform(1, 20, (n, n))
    kinds = draws.random((3, n, n)) < 0.5
    thresholds = draws.exponential(size=n)

    def arrival(b: float, first: float) -> np.ndarray:
        rates = kinds * decayed(away, b)
        rates = rates * np.array([first, 1.0, 1.0])[:, None, None]
        times = spread(rates, np.array([0]), thresholds).time
        return np.where(np.isnan(times), np.inf, times)

    base = arrival(decay, 1.0)
    with np.errstate(invalid="ignore"):
        assert (arrival(decay + more, 1.0) >= base - 1e-9).all()
        assert (arrival(decay, 1.0 + more) <= base + 1e-9).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"sources": []}, SpecError, "at least one region"),
        ({"sources": "a"}, SpecError, "at least one region"),
        ({"sources": ["nowhere"]}, UnknownOptionError, "source of diffusion: 'nowhere'"),
        ({"channels": {"gossip": 1}}, UnknownOptionError, "channel of diffusion"),
        ({"channels": {"peer": 0}}, SpecError, "All channels are 0"),
        ({"channels": {"peer": -1}}, SpecError, "a rate of at least 0"),
        ({"decay": -1}, SpecError, "decay=-1"),
        ({"nearest": 0}, SpecError, "distance above 0"),
        ({"peers": "friends"}, UnknownOptionError, "Unknown peers"),
        ({"neighbour": "higher"}, UnknownOptionError, "Unknown neighbour"),
        ({"runs": -1}, SpecError, "runs=-1"),
    ],
)
def test_bad_diffusion_gets_a_sentence(
    land: Any, options: dict[str, Any], error: type, message: str
) -> None:
    result, layer, layout = land
    with pytest.raises(error, match=message):
        simulate_diffusion(result, layout, regions=layer, **{"sources": ["a"], **options})
    assert set(CHANNELS) == {"hierarchical", "neighbour", "peer"}


def test_flows_that_cannot_be_read() -> None:
    square = pd.DataFrame([[0, 5.0], [-1, 0]], list("ab"), list("ab"))
    with pytest.raises(DataError, match="from 'b' to 'a' is -1"):
        square_flows(square)
    with pytest.raises(DataError, match="is missing"):
        square_flows(square.where(square >= 0))
    with pytest.raises(DataError, match="names the same places in rows and columns, each once"):
        square_flows(pd.DataFrame({"x": [1], "y": [2]}))
    with pytest.raises(DataError, match="stands twice"):
        square_flows(pd.DataFrame({"from": ["a", "a"], "to": ["b", "b"], "flow": [1, 2]}))
    long = pd.DataFrame(
        {"起点": ["a", "b"], "终点": ["b", "c"], "flow": [2.0, 3.0], "note": ["x", "y"]}
    )
    assert square_flows(long).loc["b", "c"] == 3
    assert square_flows(long).loc["a", "c"] == 0
    # A pair that is listed without a flow is not one that is not listed.
    with pytest.raises(DataError, match="'b' to 'c' has no flow"):
        square_flows(long.assign(flow=[2.0, np.nan]))
    with pytest.raises(DataError, match="from 'a' to 'b' is 'few', which is no number"):
        square_flows(long.assign(flow=["few", 3.0]))
    with pytest.raises(DataError, match="no value for b"):
        largest_links(abs(square), size=pd.Series({"a": 1.0}))
    with pytest.raises(SpecError, match="have a direction"):
        disparity(abs(square))
    with pytest.raises(DataError, match="at least three places"):
        core_periphery(pd.DataFrame([[0, 1.0], [1, 0]], list("ab"), list("ab")))


def test_largest_links_of_a_chain() -> None:
    flows = pd.DataFrame({"from": list("abcd"), "to": list("bcbc"), "flow": [3.0, 5.0, 4.0, 1.0]})
    found = largest_links(flows)
    assert found["to"].to_dict() == {"a": "b", "b": "c", "c": "b", "d": "c"}
    # b takes in 7, c takes in 6: b is an end, c hangs on b.
    assert found.index[found["terminal"]].tolist() == ["b"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"form": "linear"}, UnknownOptionError, "form of the decay"),
        ({"distance": "miles"}, MissingColumnError, "miles"),
        ({"flow": "distance", "distance": "flow"}, DataError, "must be positive"),
    ],
)
def test_decay_that_cannot_be_fitted(change: dict[str, str], error: type, message: str) -> None:
    pairs = pd.DataFrame(
        {
            "origin": [1.0, 2, 3, 4, 5, 6],
            "destination": [2.0, 1, 5, 3, 8, 1],
            "distance": [1.0, 2, 3, 1, 5, 2],
            "flow": [0, 4, 2, 1, 3, 2.0],
        }
    )
    with pytest.raises(error, match=message):
        fit_decay(pairs, **change)
    with pytest.raises(DataError, match="at least five pairs"):
        fit_decay(pairs[:4])
    with pytest.raises(DataError, match="do not tell"):
        fit_decay(pairs.assign(distance=pairs["origin"]))


def test_masses_and_decay_are_checked() -> None:
    with pytest.raises(DataError, match="A mass must be positive, but 0"):
        gravity(0.0, 1.0, 1.0)
    with pytest.raises(DataError, match="has no power law"):
        decayed(0.0, 1.0)
    with pytest.raises(SpecError, match="decay=-1"):
        decayed(1.0, -1.0)
    with pytest.raises(SpecError, match="form='linear'"):
        decayed(1.0, 1.0, form="linear")
    assert decayed(0.0, 1.0, form="exponential") == 1


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ({"from": ["a"], "to": ["b"], "t": [-3]}, {}, "'a' to 'b' is negative"),
        ({"from": ["a", "a"], "to": ["b", "c"], "t": [3, 4]}, {}, "from 'b' to 'c' is missing"),
        ({"from": ["a", "a"], "to": ["b", "b"], "t": [3, 4]}, {}, "'a' to 'b' stands twice"),
        ({"from": ["a"], "to": ["b"], "t": [0]}, {}, "All distances are 0"),
        ({"from": ["a", "b"], "to": ["b", "a"], "t": [3, 4]}, {"symmetric": True}, "the other way"),
        ({"from": ["a"], "to": ["b"], "t": [3], "u": [3]}, {}, "the columns 't', 'u'. Leave one"),
        (
            {"from": ["a"], "to": ["q"], "t": [3]},
            {"regions": True},
            "'q', which is none of the regions",
        ),
        ({"a": [0, 1], "q": [1, 0]}, {}, "names the same places"),
    ],
)
def test_distances_of_a_users_own_are_checked(
    land: Any, rows: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    if options.get("regions"):
        options = {"regions": land[1]}
    with pytest.raises(DataError, match=message):
        read_distances(pd.DataFrame(rows), unit="min", **options)


def test_distances_from_a_file(tmp_path: Path, land: Any) -> None:
    file = tmp_path / "minutes.csv"
    file.write_text("起点,终点,分钟\na,b,30\na,c,70\nb,c,45\n", encoding="utf-8")
    found = read_distances(file, land[1], unit="min")
    assert found.loc["c", "a"] == 70
    assert found.attrs["unit"] == "min"
    (tmp_path / "half.csv").write_text(",a,b,c\na,,3,4\nb,,,5\nc,,,\n", encoding="utf-8")
    assert read_distances(tmp_path / "half.csv", unit="km").loc["c", "a"] == 4
    (tmp_path / "square.csv").write_text(",a,b\na,0,3\nb,5,0\n", encoding="utf-8")
    assert read_distances(tmp_path / "square.csv", unit="km").loc["b", "a"] == 5
    with pytest.raises(DataError, match="There is no file"):
        read_distances(tmp_path / "no.csv", unit="km")
    assert seats(land[1])["kind"].tolist() == ["inside"] * 6


def test_structure_of_sizes() -> None:
    sizes = pd.Series({"a": 1.0, "b": 3.0, "c": 2.0, "d": 4.0})
    groups = {"a": "w", "b": "w", "c": "e", "d": "e"}
    found = theil(sizes, groups)
    assert found.between + found.within == pytest.approx(found.total)
    assert theil(sizes * 9.0, groups).total == pytest.approx(found.total)
    assert gini([0, 0, 4]) == pytest.approx(2 / 3)
    with pytest.raises(DataError, match="nothing lies within"):
        theil(sizes, {name: name for name in sizes.index})
    with pytest.raises(DataError, match="but no group"):
        theil(sizes, {"a": "w"})
    with pytest.raises(DataError, match="positive numbers, but the value of 'a' is 0"):
        theil(sizes.replace(1.0, 0.0))
    with pytest.raises(SpecError, match="permutations=98"):
        local_moran(sizes, {}, permutations=98)
    with pytest.raises(UnknownOptionError, match="correction"):
        local_moran(sizes, {}, correction="bonferroni")
    islands = local_moran(sizes, {"a": ("b",), "b": ("a",), "c": (), "d": ()})
    assert islands.loc[["c", "d"], "class"].tolist() == ["no neighbour"] * 2


def test_roles_inside_a_hub(zhang_outcome: Any) -> None:
    result = zhang_outcome.result
    ids = result.scores.index[:4]
    layout = HubLayout(
        id="own", hubs=(Hub("h", "national", (str(ids[0]),), extent=tuple(map(str, ids))),)
    )
    found = division_of_labour(result, layout)
    shares = found.members.filter(like="share_")
    assert shares.sum().to_numpy() == pytest.approx(1)
    sub = result.sub_scores[["research", "technology", "industry"]].loc[ids]
    whole = sub.sum(axis=1) / sub.to_numpy().sum()
    by_hand = sub["technology"] / sub["technology"].sum() / whole
    table = found.members.set_index("region_id")
    assert table["quotient_technology"].to_dict() == pytest.approx(by_hand.to_dict())
    for role, quotients in zip(
        table["role"], table.filter(like="quotient_").to_numpy(), strict=True
    ):
        assert role == "none" or quotients.max() >= 1.2
    assert 0 <= found.hubs.loc["h", "complementarity"] <= 1
    with pytest.raises(SpecError, match="quotient above 0"):
        division_of_labour(result, layout, quotient=0)
    alone = HubLayout(id="own", hubs=(Hub("h", "national", (str(ids[0]),)),))
    with pytest.raises(DataError, match="has two members"):
        division_of_labour(result, alone)


def test_research_in_one_place_and_conversion_in_another_can_be_seen_or_denied() -> None:
    """A made-up country of six places and two hubs: one divides its work, the other does not."""
    values = pd.DataFrame(
        {
            "papers": [90.0, 10.0, 0.0, 40.0, 40.0, 5.0],
            "firms": [10.0, 80.0, 10.0, 40.0, 40.0, 7.0],
            "museums": [0.0, 0.0, 0.0, 20.0, 20.0, 1.0],
        },
        index=list("abcdef"),
    )
    functions = {"papers": "research", "firms": "industry", "museums": "culture"}
    framework = ht.Framework(
        tuple(ht.Indicator(code, parent=parent) for code, parent in functions.items()),
        tuple(ht.Group(code) for code in functions.values()),
    )
    table = ht.IndicatorTable.from_frame(values, framework=framework)
    result = ht.Scheme(normalise="AsIs", tier="NaturalBreaks").run(table)
    layout = HubLayout(
        id="own",
        hubs=(
            Hub("divided", "national", ("a",), extent=("a", "b", "c")),
            Hub("alike", "national", ("d",), extent=("d", "e")),
            Hub("lonely", "national", ("f",), extent=("f",)),
        ),
    )
    found = division_of_labour(result, layout)
    members = found.members.set_index("region_id")
    assert members["role"].to_dict() == {
        "a": "research",
        "b": "industry",
        "c": "industry",
        "d": "none",
        "e": "none",
    }
    # The hub has 100 of each: a has 90 of research, and half of all.
    assert members.loc["a", "share_research"] == pytest.approx(0.9)
    assert members.loc["a", "quotient_research"] == pytest.approx(0.9 / 0.5)
    assert members.loc["b", "quotient_industry"] == pytest.approx(0.8 / 0.45)
    assert members.loc["d", ["share_culture", "quotient_culture"]].tolist() == [0.5, 1.0]
    # Nobody in this hub has a museum: that is no share of nothing.
    assert members.loc[["a", "b", "c"], ["share_culture", "quotient_culture"]].isna().all(axis=None)
    # Profiles (.9, .1), (1/9, 8/9) and (0, 1): mean of half their absolute differences.
    apart = (0.9 - 1 / 9 + 0.9 + 1 / 9) / 3
    assert found.hubs["complementarity"].to_dict() == pytest.approx(
        {"divided": apart, "alike": 0.0}
    )
    assert found.hubs.loc["divided", ["research", "industry", "culture", "none"]].tolist() == [
        1,
        2,
        0,
        0,
    ]
    assert found.left_out == ("lonely",)
    assert repr(found).endswith("; 1 left out>")
    # A higher bar denies the small place its role, a lower one does not give others another.
    strict = division_of_labour(result, layout, share=0.2).members.set_index("region_id")
    assert strict["role"].to_dict() == members["role"].to_dict() | {"c": "none"}
