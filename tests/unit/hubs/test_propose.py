"""Proposed layouts: what they hold to, what they refuse, and the numbers they were built against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hubtiers as ht
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.hubs.compare_layouts import compare_layouts
from hubtiers.hubs.cores import CoCores, LargestGap, SingleCore
from hubtiers.hubs.extents import (
    FieldExtent,
    HuffExtent,
    LargestLinkExtent,
    NoExtent,
    ProvinceExtent,
)
from hubtiers.hubs.masses import require_ratios
from hubtiers.hubs.propose import propose_layout
from hubtiers.hubs.reach import accessibility
from hubtiers.hubs.stability import assess_layout
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.distance import distances
from hubtiers.robustness.variation import Variation

UPPER = ("international", "national")
SEVEN = {
    **dict.fromkeys(["11", "12", "13", "14", "15"], "华北"),
    **dict.fromkeys(["21", "22", "23"], "东北"),
    **dict.fromkeys(["31", "32", "33", "34", "35", "36", "37"], "华东"),
    **dict.fromkeys(["41", "42", "43"], "华中"),
    **dict.fromkeys(["44", "45", "46"], "华南"),
    **dict.fromkeys(["50", "51", "52", "53", "54"], "西南"),
    **dict.fromkeys(["61", "62", "63", "64", "65"], "西北"),
}


@pytest.fixture(scope="module")
def cities() -> gpd.GeoDataFrame:
    return ht.load_regions("city")


@pytest.fixture(scope="module")
def lists() -> ht.Result:
    """The eight-indicator study of city units, on which the reference of these numbers was made."""
    return ht.load_study("cities2023-lists").run().result


@pytest.fixture(scope="module")
def seven(cities: gpd.GeoDataFrame) -> pd.Series:
    return pd.Series([SEVEN.get(code[:2]) for code in cities.index], cities.index)


@pytest.fixture(scope="module")
def proposed(lists: ht.Result, cities: gpd.GeoDataFrame, seven: pd.Series) -> Any:
    return propose_layout(lists, cities, balance=seven)


def _upper(layout: Any) -> list[str]:
    return [hub.name_zh for hub in layout.hubs if hub.tier in UPPER]


def test_seven_of_zhangs_eight_hubs(
    proposed: Any, lists: ht.Result, cities: gpd.GeoDataFrame
) -> None:
    expected = ["北京", "上海", "深圳-广州", "武汉", "重庆-成都", "西安", "济南-青岛", "长春-沈阳"]
    assert _upper(proposed) == expected
    assert _upper(propose_layout(lists, cities, balance="four")) == expected
    named = propose_layout(lists, cities, balance="seven")
    assert named.hubs == proposed.hubs
    unbalanced = propose_layout(lists, cities)
    assert _upper(unbalanced) == [*expected[:-1], "合肥"]
    assert proposed.proposal.balance_cost == pytest.approx(0.0172, abs=5e-5)
    assert unbalanced.proposal.balance_cost == 0
    changes = proposed.proposal.balance_changes
    assert changes["name_zh"].tolist() == ["长春", "合肥"]
    assert changes["change"].tolist() == ["gained", "lost"]


def test_windows_say_how_far_each_number_may_move(proposed: Any) -> None:
    windows = proposed.proposal.windows
    assert windows.loc["spacing", ["low", "high"]].tolist() == pytest.approx([271, 363], abs=1)
    assert windows.loc["ratio", ["low", "high"]].tolist() == pytest.approx([0.827, 0.861], abs=1e-3)
    assert windows.loc["within", "low"] == pytest.approx(311, abs=1)
    assert windows.loc["mass_exponent", "high"] == pytest.approx(1.11, abs=0.01)
    assert "南京" in windows.loc["spacing", "at_low"]
    assert windows.loc["spacing", "at_high"] == "−济南"


def test_distances_are_those_of_seats(cities: gpd.GeoDataFrame) -> None:
    km = distances(cities, ["510100", "370100", "310000"])
    assert km.loc["500000", "510100"] == pytest.approx(270, abs=1)
    assert km.loc["370200", "370100"] == pytest.approx(311, abs=1)
    assert km.loc["320100", "310000"] == pytest.approx(271, abs=1)
    bare = cities[["name_zh", "geometry"]]
    first, second = (distances(each, ["510100"]) for each in (bare, bare.to_crs("ESRI:102025")))
    assert np.abs(first - second).max(axis=None) < 1e-6
    assert len(first.attrs["inside"]) == len(cities)


def test_reasons_name_who_kept_a_place_out(proposed: Any) -> None:
    frame = proposed.proposal.to_frame("zh")
    assert frame.loc["320100", "reason"] == "与上海的距离为 271 km，近于间距"
    assert frame.loc["320100", ["role", "hub"]].tolist() == ["member", "310000"]
    assert frame.loc["440100", "role"] == "core"
    english = proposed.proposal.to_frame("en")
    assert english.loc["320100", "reason"] == "kept out by Shanghai, 271 km"
    assert english["reason"].str.contains("lacks research").any()
    assert english.loc["810000", "reason"] == "no score"


def test_invariants_of_the_proposal(proposed: Any, seven: pd.Series) -> None:
    ground, chosen = proposed.proposal.ground, proposed.proposal.chosen
    for number, lead in enumerate(chosen.leads):
        away = ground.row(lead)[list(chosen.leads)]
        least = 300.0 if number < chosen.first else 150.0
        assert (np.delete(away, number) >= min(least, 150.0)).all()
        members = np.flatnonzero(chosen.owner == number)
        assert ground.scores[members].max() == ground.scores[lead]
    upper = [
        ground.row(lead)[list(chosen.leads[: chosen.first])]
        for lead in chosen.leads[: chosen.first]
    ]
    assert (np.array(upper) + 1e9 * np.eye(chosen.first) >= 300).all()
    for hub in proposed.hubs[: chosen.first]:
        assert len({seven[core] for core in hub.cores}) == 1
    assert set(seven[[hub.cores[0] for hub in proposed.hubs[: chosen.first]]]) == set(
        seven.dropna()
    )
    extents = [unit for hub in proposed.hubs for unit in (hub.extent or hub.cores)]
    assert len(extents) == len(set(extents))
    unscored = {i for i, score in zip(ground.ids, ground.scores, strict=True) if np.isnan(score)}
    assert not unscored & set(extents)


def test_order_of_rows_and_scale_of_scores_do_not_matter(
    lists: ht.Result, cities: gpd.GeoDataFrame, seven: pd.Series, proposed: Any
) -> None:
    shuffled = propose_layout(lists, cities.sample(frac=1, random_state=3), balance=seven)
    assert shuffled.hubs == proposed.hubs
    mass = lists.scores * 7.0
    assert (
        propose_layout(lists, cities, balance=seven, mass=mass.where(mass > 0, 1e-9)).hubs
        == proposed.hubs
    )


def test_the_exact_optimum_is_no_worse(
    lists: ht.Result, cities: gpd.GeoDataFrame, seven: pd.Series, proposed: Any
) -> None:
    exact = propose_layout(lists, cities, balance=seven, solve="exact")
    assert _upper(exact) == _upper(proposed)


def test_comparison_with_zhang(proposed: Any, cities: gpd.GeoDataFrame) -> None:
    found = compare_layouts(ht.load_layout("zhang2022"), proposed, cities)
    upper = found.hubs[found.hubs["tier_a"].isin(UPPER)]
    same = upper[(upper["gained"] == "") & (upper["lost"] == "")]
    assert len(upper) == 8
    assert len(same) == 7
    assert upper.loc[upper["hub_a"] == "greater-bay-area", "not_scored"].item() == "810000;820000"
    assert upper.loc[upper["hub_a"] == "shenyang-dalian", "gained"].item() == "220100"
    assert upper["jaccard_area"].mean() == pytest.approx(0.46, abs=0.02)


def test_whole_provinces_meet_zhangs_extents(
    lists: ht.Result, cities: gpd.GeoDataFrame, seven: pd.Series
) -> None:
    values = ht.load_indicators("cities-lists")
    people = values[values["indicator"] == "population_10k"].set_index("region")["value"]
    layout = propose_layout(lists, cities, balance=seven, extent=ProvinceExtent(), weight=people)
    found = compare_layouts(ht.load_layout("zhang2022"), layout, cities, weight=people)
    figures = found.summary()
    assert figures["jaccard_area"] == pytest.approx(0.61, abs=0.02)
    assert figures["jaccard_weight"] == pytest.approx(0.78, abs=0.02)
    assert found.known == 298
    exact = found.hubs.set_index("hub_a").loc[["beijing", "chengdu-chongqing", "jinan-qingdao"]]
    assert exact["jaccard_area"].tolist() == pytest.approx([1, 1, 1])
    reach = accessibility(
        ht.load_layout("zhang2022"), cities, weight=people, tiers=UPPER, leads=True
    )
    assert reach.table.loc["layout", "mean"] == pytest.approx(274, abs=3)
    assert reach.table.loc["best", "mean"] <= 260


@pytest.mark.slow
def test_stability_under_any_weights(
    lists: ht.Result, cities: gpd.GeoDataFrame, seven: pd.Series
) -> None:
    scheme, table = lists.fitted.scheme, lists.table
    options = {
        "draws": 1000,
        "rng": 42,
        "regions": cities,
        "reference": ht.load_layout("zhang2022"),
    }
    weights = Variation(weights="dirichlet")
    sure = assess_layout(scheme, table, weights, balance=seven, **options)
    assert sure.reference_hits == pytest.approx(0.43, abs=0.04)
    assert sure.lead[["110000", "420100"]].tolist() == pytest.approx([1, 1], abs=0.005)
    assert sure.hits.set_index("hubs").loc[8, "exact"] <= 0.005
    loose = assess_layout(scheme, table, weights, **options)
    assert loose.reference_hits < 0.02
    again = assess_layout(
        scheme, table, weights, balance=seven, **{**options, "regions": cities[::-1], "draws": 200}
    )
    once = assess_layout(scheme, table, weights, balance=seven, **{**options, "draws": 200})
    pd.testing.assert_series_equal(again.lead, once.lead)


def test_tiers_of_the_result_in_place_of_counts(
    lists: ht.Result, cities: gpd.GeoDataFrame, seven: pd.Series
) -> None:
    layout = propose_layout(lists, cities, counts="tiers", balance=seven)
    tiers = lists.tier.astype(str)
    for hub in layout.hubs:
        assert hub.tier == tiers[hub.cores[0]]


def _tiny(scores: list[float], **columns: object) -> tuple[ht.Result, gpd.GeoDataFrame]:
    """Points on a line, 100 km apart, with these scores."""
    from shapely import Point

    names = [f"p{i:02d}" for i in range(len(scores))]
    layer = gpd.GeoDataFrame(
        {"name_zh": names, "name_en": names, "a": scores, "b": scores, **columns},
        geometry=[Point(i * 0.9, 0).buffer(0.2) for i in range(len(scores))],
        index=pd.Index(names, name="region_id"),
        crs="EPSG:4326",
    )
    scheme = ht.Scheme(normalise=ht.AsIs(), tier=ht.Quantiles(2))
    return ht.score_regions(layer, ["a", "b"], scheme=scheme), layer


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 50), min_size=6, max_size=14), st.sampled_from([150.0, 250.0, 350.0])
)
def test_leads_keep_their_distance_and_outscore_their_members(
    scores: list[int], spacing: float
) -> None:
    assume(len(set(scores)) > 1)
    result, layer = _tiny([float(s) for s in scores])
    best = int(np.argmax(scores))
    reach = max(best, len(scores) - 1 - best) * 100
    assume(reach >= spacing)
    layout = propose_layout(result, layer, counts={"national": 2}, spacing=spacing)
    ground, chosen = layout.proposal.ground, layout.proposal.chosen
    assert ground.row(chosen.leads[0])[chosen.leads[1]] >= spacing
    assert ground.scores[chosen.leads[0]] == max(scores)
    for hub in range(2):
        assert ground.scores[chosen.owner == hub].max() == ground.scores[chosen.leads[hub]]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"counts": {"worldly": 1}}, UnknownOptionError, "tier in counts: 'worldly'"),
        ({"counts": {"national": 1.5}}, SpecError, "whole number of hubs"),
        ({"counts": {"national": 0}}, SpecError, "asks for no hub"),
        (
            {"counts": {"national": 5}, "spacing": 300},
            DataError,
            "Only 3 hubs at least 300 apart fit, but 5",
        ),
        ({"spacing": {"national": -1}}, SpecError, "distances of at least 0"),
        ({"balance": "no column"}, UnknownOptionError, "division in balance="),
        ({"balance": "empty"}, DataError, "has no part for any"),
        ({"balance": "part", "counts": {"national": 1}}, DataError, "left without a hub"),
        ({"pinned": ["nowhere"]}, UnknownOptionError, "place in pinned: 'nowhere'"),
        ({"pinned": "p01"}, SpecError, "give a list"),
        ({"pinned": ["p08"]}, DataError, "have no score"),
        ({"solve": "quickly"}, UnknownOptionError, "Unknown solve"),
        ({"no_data": "drop"}, UnknownOptionError, "Unknown no_data"),
        ({"require": 2.0}, SpecError, "percentile between 0 and 1"),
        ({"mass": pd.Series({"p00": 1.0})}, DataError, "mass has no value for p01"),
        (
            {
                "distances": pd.DataFrame({"p00": [0.0]}, ["p00"]),
                "cores": SingleCore(),
                "extent": NoExtent(),
            },
            DataError,
            "The distances lack 'p01'",
        ),
        (
            {
                "distances": pd.DataFrame(1.0, ["p00", "p00"], ["p00", "p01"]),
                "cores": SingleCore(),
                "extent": NoExtent(),
            },
            DataError,
            "name a place twice",
        ),
        (
            {"distances": pd.DataFrame()},
            SpecError,
            "in no unit that is said, but the defaults of cores",
        ),
        ({"counts": "tiers", "solve": "exact"}, SpecError, "has no number of hubs"),
        ({"pinned": ["p00", "p03", "p05"]}, DataError, "3 places are pinned, but 2 hubs"),
    ],
)
def test_bad_choices_get_a_sentence(options: dict[str, Any], error: type, message: str) -> None:
    scores = [9.0, 2.0, 3.0, 8.0, 1.0, 5.0, 7.0, 4.0]
    parts = ["x"] * 4 + ["y"] * 4
    result, layer = _tiny(scores, part=parts, empty=[""] * 8)
    beyond = layer.iloc[[0]].rename(index={"p00": "p08"})
    everywhere = pd.concat([layer, beyond])
    with pytest.raises(error, match=message):
        propose_layout(result, everywhere, **{"counts": {"national": 2}, "spacing": 200, **options})


@pytest.mark.parametrize(
    "changes",
    [
        {"normalise": ht.ZScore()},
        {"normalise": ht.ZScore(mean=100.0, deviation=10.0)},
        {"normalise": ht.PercentileRank()},
        {"normalise": ht.PercentileRank(ties="lowest")},
        {"normalise": ht.CentredGoalposts()},
        {"aggregate": ht.Copeland()},
    ],
    ids=repr,
)
def test_ranks_and_z_scores_are_no_masses(
    lists: ht.Result, cities: gpd.GeoDataFrame, changes: dict[str, Any]
) -> None:
    scored = lists.fitted.scheme.replace(**changes).run(lists.table)
    message = "have no zero that means nothing.*Give mass=, a size such as population"
    layout = ht.load_layout("zhang2022")
    with pytest.raises(DataError, match=message):
        propose_layout(scored, cities)
    with pytest.raises(DataError, match=message):
        ht.build_network(layout, result=scored, regions=cities)
    with pytest.raises(DataError, match=r"as much\. Normalise with MinMax\(\)"):
        ht.simulate_diffusion(scored, layout, sources=["110000"], regions=cities)
    with pytest.raises(DataError, match="Sub-scores are to serve as sizes, but those of"):
        ht.division_of_labour(scored, layout)
    varied = Variation(**{step: (option,) for step, option in changes.items()})
    with pytest.raises(DataError, match=message):
        assess_layout(lists.fitted.scheme, lists.table, varied, draws=4, regions=cities)
    # With a size of their own, ranks may choose who leads.
    size = pd.Series(1.0, cities.index)
    assert propose_layout(scored, cities, mass=size).hubs[0].cores[0] == scored.scores.idxmax()


def test_a_kind_of_ranks_of_ones_own_is_refused_too(lists: ht.Result) -> None:
    class Halves(ht.PercentileRank):
        """Ranks in a class of its own."""

    with pytest.raises(DataError, match="have no zero that means nothing"):
        require_ratios(lists.fitted.scheme.replace(normalise=Halves()))
    with pytest.raises(DataError, match=r"those of RobustScale\(\) have no zero"):
        require_ratios(lists.fitted.scheme.replace(normalise=ht.RobustScale()))
    require_ratios(lists.fitted.scheme)


def test_scores_below_zero_are_no_masses(lists: ht.Result, cities: gpd.GeoDataFrame) -> None:
    below = lists.fitted.scheme.replace(normalise=ht.MinMax(-1, 1)).run(lists.table)
    with pytest.raises(DataError, match="Scores serve as masses, but the lowest is -"):
        propose_layout(below, cities)
    with pytest.raises(DataError, match="A draw gives scores below 0"):
        assess_layout(
            lists.fitted.scheme,
            lists.table,
            Variation(normalise=(ht.MinMax(-1, 1),)),
            draws=4,
            regions=cities,
        )


def test_a_users_minutes_replace_kilometres() -> None:
    result, layer = _tiny([9.0, 2.0, 3.0, 8.0, 1.0, 5.0, 7.0, 4.0])
    km = propose_layout(result, layer, counts={"national": 2}, spacing=350)
    assert [hub.id for hub in km.hubs] == ["p00", "p06"]
    minutes = distances(layer) * 0.01
    minutes.loc["p00", "p03"] = minutes.loc["p03", "p00"] = 500.0
    minutes.attrs["unit"] = "min"
    own = propose_layout(
        result,
        layer,
        counts={"national": 2},
        spacing=350,
        distances=minutes,
        extent=NoExtent(),
        cores=SingleCore(),
    )
    assert [hub.id for hub in own.hubs] == ["p00", "p03"]
    assert own.proposal.unit == "min"


def test_other_rules_of_cores_and_extents() -> None:
    result, layer = _tiny([9.0, 8.0, 3.0, 2.0, 1.0, 5.0, 7.0, 4.0], province=list("aaabbbbb"))
    options = {"counts": {"national": 2}, "spacing": 350}
    single = propose_layout(result, layer, cores=SingleCore(), **options)
    assert [hub.cores for hub in single.hubs] == [("p00",), ("p06",)]
    level = propose_layout(result, layer, cores=CoCores(ratio=0.85), **options)
    assert [hub.cores for hub in level.hubs] == [("p00", "p01"), ("p06",)]
    gap = propose_layout(result, layer, cores=LargestGap(), **options)
    assert gap.hubs[0].cores == ("p00", "p01")
    whole = propose_layout(result, layer, extent=ProvinceExtent(reach=1000), **options)
    assert whole.hubs[1].extent == ("p03", "p04", "p05", "p06", "p07")
    huff = propose_layout(result, layer, extent=HuffExtent(share=0.9, reach=1000), **options)
    assert set(huff.hubs[1].extent) < {"p04", "p05", "p06", "p07"} | {"p03"}
    flows = pd.DataFrame(0.0, layer.index, layer.index)
    flows.loc["p02", "p06"] = flows.loc["p06", "p00"] = 5.0
    linked = propose_layout(
        result, layer, extent=LargestLinkExtent(flows), cores=SingleCore(), **options
    )
    assert "p02" in linked.hubs[1].extent
    near = propose_layout(result, layer, extent=FieldExtent(reach={"national": 150}), **options)
    assert "p03" not in {unit for hub in near.hubs for unit in hub.extent}


@pytest.mark.parametrize("solve", ["best-first", "exact"])
def test_pinned_places_lead_however_it_is_solved(solve: str) -> None:
    result, layer = _tiny([9.0, 2.0, 3.0, 8.0, 1.0, 5.0, 7.0, 4.0])
    options = {"counts": {"national": 2}, "spacing": 250, "solve": solve}
    free = propose_layout(result, layer, **options)
    assert {hub.id for hub in free.hubs} == {"p00", "p03"}
    pinned = propose_layout(result, layer, pinned=["p04"], **options)
    assert {hub.id for hub in pinned.hubs} == {"p00", "p04"}


def test_the_exact_sum_is_never_smaller() -> None:
    """Best first takes the middle and leaves room for one; the sum of the two beside it is greater."""
    result, layer = _tiny([1.0, 8.0, 9.0, 8.0, 1.0, 1.0])
    options = {"counts": {"national": 2}, "spacing": 150, "require": None}
    first = propose_layout(result, layer, **options)
    exact = propose_layout(result, layer, solve="exact", **options)
    assert [hub.id for hub in first.hubs] == ["p02", "p00"]
    assert [hub.id for hub in exact.hubs] == ["p01", "p03"]
    scores = result.scores
    assert scores[["p01", "p03"]].sum() > scores[["p02", "p00"]].sum()


def test_a_lead_without_a_mass_is_refused() -> None:
    result, layer = _tiny([9.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    with pytest.raises(DataError, match="p03 would lead with a score of 0, which is no mass"):
        propose_layout(result, layer, counts={"national": 2}, spacing=250)


@pytest.mark.slow
def test_one_indicator_puts_hefei_in_the_place_of_qingdao() -> None:
    """The page on hubs says so: no other single indicator decides it."""
    study = ht.load_study("hubs2023")
    table = study.load_table()
    codes = table.framework.codes
    leads = {}
    for left_out in codes:
        rest = table.select([code for code in codes if code != left_out])
        layout = propose_layout(study.scheme.run(rest), balance="four")
        leads[left_out] = {hub.cores[0] for hub in layout.hubs if hub.tier in UPPER}
    without = [code for code, found in leads.items() if "340100" not in found]
    assert without == ["fiscal_science_share_pct"]
    assert {"370200", "210200"} <= leads["fiscal_science_share_pct"]


def test_provinces_are_the_parents_that_the_pack_names(tmp_path: Path) -> None:
    result, layer = _tiny([9.0, 8.0, 3.0, 2.0, 1.0, 5.0, 7.0, 4.0], land=list("aaabbbbb"))
    text = (
        'id = "strip"\nunits = "place"\n[[level]]\nid = "place"\nfile = "places.geojson"\n'
        'id_column = "code"\nname_en = "title"\nparent = "land"\nparent_column = "land"\n'
        '[[level]]\nid = "land"\nfile = "lands.geojson"\nid_column = "code"\nname_en = "title"\n'
    )
    (tmp_path / "pack.toml").write_text(text, encoding="utf-8")
    places = layer.rename_axis("code").reset_index()[["code", "land", "geometry"]]
    places.assign(title=places["code"].str.upper()).to_file(tmp_path / "places.geojson")
    lands = places.dissolve("land").reset_index()[["land", "geometry"]]
    lands = lands.rename(columns={"land": "code"})
    lands.assign(title=lands["code"].str.upper()).to_file(tmp_path / "lands.geojson")
    regions = load_regions("place", pack=str(tmp_path))
    options = {"counts": {"national": 2}, "spacing": 350, "extent": ProvinceExtent(reach=1000)}
    whole = propose_layout(result, regions, **options)
    assert whole.hubs[1].extent == ("p03", "p04", "p05", "p06", "p07")


def test_fewer_hubs_than_asked_for_are_said() -> None:
    result, layer = _tiny([9.0, 2.0, 3.0, 8.0, 1.0, 5.0, 7.0, 4.0])
    options = {"spacing": {"national": 250, "regional": 150}, "require": 0.9}
    counts = {"national": 1, "regional": 6}
    proposal = propose_layout(result, layer, counts=counts, **options).proposal
    fit = len(proposal.chosen.leads) - 1
    assert 0 < fit < 6
    assert proposal.shortfall == {"regional": (6, fit)}
    assert f"{fit} of 6 regional" in repr(proposal)
    assert proposal.statements("en")[-1] == f"regional: 6 asked for, only {fit} fit"
    assert proposal.statements("zh")[-1] == f"区域级：要求 6 个，符合条件的只有 {fit} 个"
    with pytest.raises(UnknownOptionError, match="language 'fr'"):
        proposal.to_frame("fr")
