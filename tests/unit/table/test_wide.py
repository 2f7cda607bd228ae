"""A wide frame joins a layer: the column of regions and the numbers are found, and the rest is accounted for."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import hubtiers as ht


@pytest.fixture(scope="module")
def states():
    return gpd.GeoDataFrame(
        {"GEOID": ["01", "02", "04"], "NAME": ["Alabama", "Alaska", "Arizona"]},
        geometry=[box(n, 30, n + 1, 31) for n in range(3)],
        crs=4326,
    )


def wide(**columns):
    return pd.DataFrame({"rd": [1.0, 2.0, 4.0], "patents": [10, 30, 20]} | columns)


RD = {"01": 1.0, "02": 2.0, "04": 4.0}


@pytest.mark.parametrize(
    "frame",
    [
        wide(State=["Alabama", "ALASKA", "Arizona"]),
        wide(State=["Alabama", "Alaska", "State of Arizona"], note=["x", "y", "z"]),
        wide().set_axis(["Alabama", "Alaska", "Arizona"]),
        wide().set_axis(pd.Index(["01", "02", "04"], name="fips")),
        wide(fips=[1, 2, 4], State=["Alabama", "Alaska", "Arizona"]),
        wide(key=["01", "02", "04"], lon=[1.0, 2.0, 3.0], 序号=[1, 2, 3]),
        wide(key=["01", "02", "04"]).assign(year=2023),
    ],
)
def test_every_form_of_a_wide_frame(states, frame):
    table = ht.join_indicators(states, frame)
    assert table.framework.codes == ["rd", "patents"] or tuple(table.framework.codes) == (
        "rd",
        "patents",
    )
    assert table.values["rd"].to_dict() == RD
    assert table.regions["name_en"].to_dict() == {"01": "Alabama", "02": "Alaska", "04": "Arizona"}
    assert isinstance(table.regions, gpd.GeoDataFrame)


def test_what_is_left_out_is_told(states):
    frame = wide(State=["Alabama", "Alaska", "Arizona"], note=["x", "y", "z"], lon=[1.0, 2.0, 3.0])
    assert ht.join_indicators(states, frame).report.ignored_indicators == ("note", "lon")
    framework = ht.Framework((ht.Indicator("rd"),))
    table = ht.join_indicators(states, frame, framework=framework)
    assert table.values.columns.tolist() == ["rd"]
    assert set(table.report.ignored_indicators) == {"patents", "note", "lon"}


def test_leading_zeros_need_a_word(states):
    frame = wide(fips=[1, 2, 4])
    with pytest.raises(
        ht.JoinError,
        match=r"'1' \(the layer has 01: write the leading zeros, or pass leading_zeros=True\)",
    ):
        ht.join_indicators(states, frame)
    assert ht.join_indicators(states, frame, leading_zeros=True).values["rd"].to_dict() == RD


def test_years_of_a_wide_frame(states):
    frame = pd.concat(
        [wide(s=["01", "02", "04"], year=2020), wide(s=["01", "02", "04"], year=2021)]
    )
    with pytest.raises(ht.DataError, match=r"several years \(2020, 2021\)"):
        ht.join_indicators(states, frame)
    assert ht.join_indicators(states, frame, year=2021).year["rd"].tolist() == [2021] * 3


def test_the_polygons_may_carry_the_numbers(states):
    both = states.assign(rd=[1.0, 2.0, 4.0])
    table = ht.join_indicators(both, both[["GEOID", "rd", "geometry"]])
    assert table.values["rd"].to_dict() == RD


def test_frames_that_fit_nothing_are_sentences(states):
    with pytest.raises(
        ht.DataError, match=r"No column of the frame names the regions of the layer \(looked at a\)"
    ):
        ht.join_indicators(states, pd.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]}))
    with pytest.raises(ht.MissingColumnError, match="The frame of values lacks the column 'state'"):
        ht.join_indicators(states, wide(s=["01", "02", "04"]), region_column="state")
    with pytest.raises(ht.DataError, match="No column of the frame holds numbers to score"):
        ht.join_indicators(states, pd.DataFrame({"s": ["01", "02"], "t": ["a", "b"]}))
    with pytest.raises(
        ht.DataError, match="has the column 'R&D', which is the name of the indicator 'rd'"
    ):
        framework = ht.Framework((ht.Indicator("rd", name_en="R&D"),))
        ht.join_indicators(
            states, wide(s=["01", "02", "04"]).rename(columns={"rd": "R&D"}), framework=framework
        )
    with pytest.raises(ht.MissingColumnError, match="needs a column that identifies regions"):
        ht.join_indicators(
            states.drop(columns="GEOID").assign(NAME="a"), wide(s=["01", "02", "04"])
        )


def test_names_of_a_tidy_frame_are_told_apart_by_within(states):
    counties = states.assign(
        NAME=["Washington", "Washington", "Polk"], state=["Oregon", "Ohio", "Ohio"]
    )
    tidy = pd.DataFrame(
        {
            "region": ["Washington", "Washington"],
            "within": ["Ohio", "Oregon"],
            "indicator": "x",
            "value": [1.0, 2.0],
        }
    )
    table = ht.join_indicators(counties, tidy)
    assert table.values["x"].dropna().to_dict() == {"01": 2.0, "02": 1.0}
    with pytest.raises(
        ht.JoinError, match=r"'Washington' \(could be 01 Washington or 02 Washington\)"
    ):
        ht.join_indicators(counties, tidy.drop(columns="within").head(1))


def test_attributes_called_like_columns_of_ours_do_no_harm(states):
    layer = states.assign(level=2, province="x", members="y", short_zh=1)
    table = ht.join_indicators(layer, wide(s=["01", "02", "Arizona"]))
    assert table.values["rd"].to_dict() == RD
    assert table.report.both_levels == ()
    with pytest.raises(ht.JoinError, match="'Nowhere' \\(no region has this name\\)"):
        ht.join_indicators(layer, wide(s=["01", "02", "Nowhere"]))
