"""Flows and travel times that ship: what the tables hold, how the cut biases a decay, and where they serve."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.regions.shipped_pairs import load_distances, load_flows


@pytest.fixture(scope="module")
def cities() -> gpd.GeoDataFrame:
    return ht.load_regions("city")


@pytest.fixture(scope="module")
def pairs(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Every ordered pair of cities with a population: both populations, kilometres, and the flow where it is listed."""
    people = (
        ht.load_indicators("cities-lists")
        .query("indicator == 'population_10k'")
        .set_index("region")["value"]
    )
    away = ht.distances(cities.loc[people.index]).rename_axis("origin")
    long = away.melt(ignore_index=False, var_name="destination", value_name="distance")
    long = long.reset_index().query("origin != destination")
    long = long.merge(load_flows("china-travel-2023"), on=["origin", "destination"], how="left")
    return long.assign(here=long["origin"].map(people), there=long["destination"].map(people))


def test_flows_are_those_of_the_source(cities: gpd.GeoDataFrame) -> None:
    flows = load_flows("china-travel-2023")
    assert len(flows) == 16_470
    assert flows["flow"].min() == 0.0006
    units = set(flows["origin"]) | set(flows["destination"])
    assert len(units) == 366
    assert units <= set(cities.index)
    by_pair = flows.set_index(["origin", "destination"])["flow"]
    assert by_pair["110000", "120000"] == 0.63948
    assert by_pair.idxmax() == ("440100", "440600")
    assert flows.attrs["unit"] == "largest flow = 1"
    assert "without a licence" in flows.attrs["terms"]
    trains = load_flows("china-rail-2016")
    assert trains.set_index(["origin", "destination"])["flow"]["110000", "120000"] == 146
    assert trains.attrs["unit"] == "trains"


def test_the_cut_makes_a_decay_too_small(pairs: pd.DataFrame) -> None:
    """Least squares of logarithms: 1.56 here, 2.30 on the full table, which does not ship."""
    listed = pairs.dropna(subset="flow")
    logs = np.log(listed[["here", "there", "distance", "flow"]].to_numpy())
    design = np.column_stack([np.ones(len(logs)), logs[:, :3]])
    slopes = np.linalg.lstsq(design, logs[:, 3], rcond=None)[0]
    assert -slopes[3] == pytest.approx(1.56, abs=0.01)
    names = {"origin": "here", "destination": "there"}
    poisson = ht.fit_decay(listed, **names)
    assert (poisson.n, round(poisson.decay, 2)) == (14_769, 1.54)
    everywhere = ht.fit_decay(pairs.fillna({"flow": 0.0}), **names)
    assert (everywhere.n, round(everywhere.decay, 2)) == (298 * 297, 1.79)


def test_no_train_is_no_distance(cities: gpd.GeoDataFrame) -> None:
    minutes = load_distances("china-rail-2016")
    assert minutes.loc["110000", ["310000", "120000"]].tolist() == [288, 33]
    assert minutes.loc["440100", "440300"] == 25
    assert np.isnan(minutes.loc["110000", "460100"])
    assert np.diag(minutes).tolist() == [0.0] * 205
    assert minutes.attrs["left_out"] == []
    whole = load_distances("china-rail-2016", change=30)
    assert whole.shape == (180, 180)
    assert not whole.isna().any(axis=None)
    assert whole.attrs["unit"] == "min"
    names = set(cities.loc[whole.attrs["left_out"], "name_zh"])
    assert len(names) == 25
    assert names >= {"兰州市", "乌鲁木齐市", "海口市", "呼和浩特市"}
    # A change costs what is said, and the quickest chain counts.
    quick = load_distances("china-rail-2016", change=0)
    assert (quick <= whole).all(axis=None)
    direct = minutes.loc[whole.index, whole.index]
    assert (whole <= direct)[direct.notna()].stack().all()
    end = str(direct.columns[direct.loc["210100"].isna()][0])
    legs = (whole.loc["210100"] + 30 + direct[end]).drop(end)
    assert whole.loc["210100", end] == pytest.approx(legs.min())


def test_names_and_changes_get_a_sentence() -> None:
    with pytest.raises(UnknownOptionError, match="Unknown table of flows 'china-travel'"):
        load_flows("china-travel")
    with pytest.raises(UnknownOptionError, match="Unknown table of distances 'china-travel-2023'"):
        load_distances("china-travel-2023")
    with pytest.raises(SpecError, match=r"change=-1\) must be a number of minutes"):
        load_distances("china-rail-2016", change=-1)


def test_they_serve_proposals_and_networks(
    study_lists: ht.Result, cities: gpd.GeoDataFrame
) -> None:
    layout = ht.load_layout("zhang2022")
    flows = ht.ObservedFlows(load_flows("china-travel-2023"))
    network = ht.build_network(layout, flows, result=study_lists, regions=cities)
    table = network.to_frame().set_index(["from", "to"])["weight"]
    # Both directions of every pair of cores, Chengdu and Chongqing against Xi'an.
    by_pair = load_flows("china-travel-2023").set_index(["origin", "destination"])["flow"]
    ends = [("510100", "610100"), ("500000", "610100")]
    both = [pair for end in ends for pair in (end, end[::-1])]
    assert table["chengdu-chongqing", "xian"] in (
        pytest.approx(sum(by_pair[pair] for pair in both)),
        pytest.approx(sum(by_pair[pair] for pair in both) / 2),
    )
    minutes = load_distances("china-rail-2016", change=30)
    absent = cities.index.difference(minutes.index)
    options = {
        "counts": {"national": 6},
        "spacing": 120,
        "cores": ht.SingleCore(),
        "extent": ht.FieldExtent(reach=120),
        "distances": minutes,
    }
    proposed = ht.propose_layout(study_lists, cities, exclude=list(absent), **options)
    leads = [hub.cores[0] for hub in proposed.hubs]
    assert leads[0] == "110000"
    between = minutes.loc[leads, leads].to_numpy()
    assert between[~np.eye(6, dtype=bool)].min() >= 120
    members = {unit for hub in proposed.hubs for unit in hub.extent}
    assert not members & set(absent)
    reasons = proposed.proposal.to_frame().loc[absent, "reason"]
    assert set(reasons) == {"excluded", "no score"}
    with pytest.raises(DataError, match=r"The distances lack .* leave these out \(exclude="):
        ht.propose_layout(study_lists, cities, **options)
    gaps = load_distances("china-rail-2016")
    with pytest.raises(DataError, match=r"is missing or negative.*change=…\)"):
        ht.build_network(proposed, ht.Gravity(), distances=gaps)
    with pytest.raises(DataError, match="which lead hubs. Give distances between all leads"):
        ht.build_network(proposed, ht.Gravity(), distances=gaps.drop(columns="110000"))
    by_train = ht.build_network(proposed, ht.Gravity(decay=1.0), distances=minutes)
    assert by_train.to_frame()["km"].min() >= 120


@pytest.fixture(scope="module")
def study_lists() -> ht.Result:
    return ht.load_study("cities2023-lists").run().result


def test_a_study_names_them(tmp_path: Path) -> None:
    text = """
[data]
regions = "city"
indicators = "cities-lists"
framework = "cities-lists"
year = "latest"
unmatched = "keep"
[method]
impute = { method = "RequireCoverage", share = 0.7 }
tier = { method = "NaturalBreaks", k = 4 }
[robustness]
draws = 0
[propose]
counts = { national = 4 }
spacing = 120
cores = "SingleCore"
extent = "NoExtent"
distances = "china-rail-2016"
change = 30
no_distance = "exclude"
draws = 0
[network]
model = { method = "ObservedFlows", flows = "china-travel-2023" }
"""
    study = tmp_path / "s.toml"
    study.write_text(text, encoding="utf-8")
    outcome = ht.load_study(study).run()
    found = outcome.hubs
    leads = [hub.cores[0] for hub in found.proposed.hubs]
    minutes = load_distances("china-rail-2016", change=30)
    assert minutes.loc[leads, leads].to_numpy()[~np.eye(4, dtype=bool)].min() >= 120
    assert isinstance(found.network.model, ht.ObservedFlows)
    assert {"pairs/china-rail-2016", "pairs/china-travel-2023"} <= set(outcome.inputs)
    for old, new, sentence in (
        ('no_distance = "exclude"\n', "", 'no_distance = "exclude"'),
        (', flows = "china-travel-2023"', "", "takes flows = …, a file or a table that ships"),
        ("change = 30", 'change = 30\nunit = "h"', "is in 'min'. Leave the unit out"),
        ('"china-rail-2016"', '"minutes.csv"', "a file of your own has its times as they are"),
        ('"china-rail-2016"', '"china-rail"', "Unknown table of distances 'china-rail'"),
    ):
        study.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(ht.HubtiersError, match=sentence):
            ht.load_study(study).run()
