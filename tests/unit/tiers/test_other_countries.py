"""Rules of position and comparison of levels for a made-up country of two levels."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from isles import isles_text, write_isles

import hubtiers as ht

PACK = isles_text("""\
[[grouping]]
id = "macro_region"
of = "state"
[[grouping.group]]
id = "upper"
members = ["N", "M"]
[[grouping.group]]
id = "lower"
members = ["S"]
""")
STUDY = """\
title_en = "Isles"
[data]
pack = "isles"
regions = "county"
indicators = "values.csv"
[method]
tier = {{ method = "PositionRules", international_share = 25, national_share = 15, regional_share = 5{more} }}
[robustness]
draws = 0
"""
IDS = [f"{state}{number}" for state in "NMS" for number in range(4)]
VALUES = pd.DataFrame(
    {
        "papers": [50.0, 5, 3, 2, 20, 4, 1, 1, 6, 5, 2, 1],
        "patents": [40.0, 6, 2, 2, 30, 3, 2, 1, 8, 3, 2, 1],
    },
    index=pd.Index(IDS, name="county"),
)


@pytest.fixture
def isles(tmp_path):
    states = {"N": "Northland", "M": "Midland", "S": "Southland"}
    counties = {code: (f"C{code}", code[0]) for code in IDS}
    folder = write_isles(tmp_path / "isles", states, counties, PACK)
    VALUES.to_csv(tmp_path / "values.csv")
    return folder


@pytest.mark.parametrize(
    ("more", "placed"),
    [
        # Shares of 150 papers and 100 patents; S0 and S1 lead the lower half, which has no rival.
        (
            "",
            {
                "N0": "international",
                "N1": "regional",
                "M0": "national",
                "S0": "national",
                "S1": "national",
            },
        ),
        (
            ", macro_region_places = 0",
            {"N0": "international", "N1": "regional", "M0": "national", "S0": "regional"},
        ),
        (
            ", macro_region_places = 0, regional_share = 9",
            {"N0": "international", "M0": "national", "S0": "regional"},
        ),
    ],
)
def test_rules_of_position_by_a_study_file(isles, more, placed):
    text = STUDY.format(more=more)
    if "regional_share = 9" in more:
        # The first of its state still stands above the lowest tier.
        text = text.replace("regional_share = 5, ", "").replace("regional_share = 5", "")
    (isles.parent / "study.toml").write_text(text, encoding="utf-8")
    result = ht.load_study(isles.parent / "study.toml").run().result
    above = result.tier[result.tier != "local"].astype("str").to_dict()
    assert above == placed


def test_counties_beside_their_states(isles):
    counties = ht.load_regions("county", pack=isles)
    states = ht.load_regions("state", pack=isles)
    labels = ("Leader", "Strong", "Modest")
    rule = ht.Scheme(tier=ht.Thresholds((0.2, 0.6), labels=labels))
    below = rule.run(ht.join_indicators(counties, VALUES))
    # Northland has 60 papers and 50 patents, Midland 26 and 36, Southland 14 and 14.
    sums = VALUES.groupby(lambda county: county[0]).sum()
    above = rule.run(ht.join_indicators(states, sums))
    assert above.tier.to_dict() == {"N": "Leader", "M": "Strong", "S": "Modest"}
    found = ht.compare_levels(below.tier, above.tier, counties["state"])
    steps = found.table["steps"].to_dict()
    expected = {"N0": 0, "N1": -2, "N2": -2, "N3": -2, "M0": 0, "M1": -1, "M2": -1, "M3": -1}
    assert steps == expected | dict.fromkeys(("S0", "S1", "S2", "S3"), 0)
    assert found.disagreements["steps"].tolist() == [-1, -1, -1, -2, -2, -2]
    assert found.not_compared == ()


def test_a_layer_with_a_parent_column(isles):
    frame = gpd.read_file(isles / "county.geojson").rename(columns={"state": "province"})
    layer = ht.read_regions(frame, id_column="code", name="title")
    table = ht.join_indicators(layer, VALUES)
    rules = ht.PositionRules(25, 15, 9, macro_region_places=0)
    placements = ht.Scheme(tier=rules).run(table).fitted.tier.placements
    assert placements.loc["S0", ["tier", "rule"]].tolist() == ["regional", "first of its province"]
    states = ht.load_regions("state", pack=isles)
    sums = ht.join_indicators(states, VALUES.groupby(lambda county: county[0]).sum())
    tiers = ht.Scheme(tier=ht.Quantiles(3)).run(sums).tier
    own = ht.Scheme(tier=ht.Quantiles(3)).run(table).tier
    assert len(ht.compare_levels(own, tiers, layer["province"]).table) == 12


def test_the_highest_level_lies_in_nothing(isles):
    states = ht.load_regions("state", pack=isles)
    table = ht.join_indicators(states, VALUES.groupby(lambda county: county[0]).sum())
    with pytest.raises(ht.DataError, match=r"by province, but no region .* with province_places=0"):
        ht.Scheme(tier=ht.PositionRules(45, 30, 5)).run(table)
    rules = ht.PositionRules(45, 30, 5, macro_region_places=0, province_places=0)
    tiers = ht.Scheme(tier=rules).run(table).tier
    assert tiers.to_dict() == {"N": "international", "M": "regional", "S": "regional"}
