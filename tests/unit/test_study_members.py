"""Values of smaller regions brought up in a study without a pack, by any column of parents."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hubtiers.errors import DataError, HubtiersError, JoinError, MissingColumnError, SpecError
from hubtiers.study import load_study

STUDY = """
[data]
regions = "states.geojson"
id_column = "code"
name = "name"
indicators = "values.csv"
roll_up = true
{members}
[method]
tier = {{method = "natural_breaks", k = 2}}
[robustness]
draws = 0
"""
OF_LAYER = (
    'members = {file = "counties.geojson", id_column = "fips", name = "county", parent = "st"}'
)
OF_TABLE = 'members = {file = "counties.csv", id_column = "fips", name = "county", parent = "st"}'
COUNTIES = ["Ash", "Birch", "Cedar", "Dogwood", "Elm", "Fir"]


@pytest.fixture
def folder(tmp_path):
    boxes = [shapely.box(i, 28, i + 1, 29) for i in range(6)]
    counties = gpd.GeoDataFrame(
        {"fips": list("123456"), "county": COUNTIES, "st": ["S1", "S1", "S2", "S2", "S3", "S3"]},
        geometry=boxes,
        crs=4326,
    )
    counties.to_file(tmp_path / "counties.geojson", driver="GeoJSON")
    pd.DataFrame(counties.drop(columns="geometry")).to_csv(tmp_path / "counties.csv", index=False)
    states = gpd.GeoDataFrame(
        {"code": ["S1", "S2", "S3"], "name": ["North", "Middle", "South"]},
        geometry=[shapely.box(2 * i, 28, 2 * i + 2, 29) for i in range(3)],
        crs=4326,
    )
    states.to_file(tmp_path / "states.geojson", driver="GeoJSON")
    values = pd.DataFrame({"region": [*COUNTIES, "Total"], "patents": [1, 2, 4, 8, 16, 32, 63]})
    values.to_csv(tmp_path / "values.csv", index=False)
    return tmp_path


def load(folder, members: str, text: str = STUDY):
    path = folder / "study.toml"
    path.write_text(text.format(members=members))
    return load_study(path)


@pytest.mark.parametrize("members", [OF_LAYER, OF_TABLE])
def test_counties_add_up_to_states(folder, members):
    outcome = load(folder, members).run()
    assert outcome.result.table.values["patents"].to_dict() == {"S1": 3, "S2": 12, "S3": 48}
    assert any("counties" in name for name in outcome.inputs)


def test_a_name_that_is_no_member_is_an_error(folder):
    text = (folder / "values.csv").read_text().replace("Elm", "Oak")
    (folder / "values.csv").write_text(text)
    with pytest.raises(JoinError, match=r"1 names are none of the members in counties.csv: 'Oak'"):
        load(folder, OF_TABLE).run()


def test_wrong_members_are_told(folder):
    with pytest.raises(MissingColumnError, match=r"counties.csv lacks the column 'state'"):
        load(folder, OF_TABLE.replace('"st"', '"state"')).run()
    with pytest.raises(
        MissingColumnError, match=r"layer counties.geojson lacks the column 'state'"
    ):
        load(folder, OF_LAYER.replace('"st"', '"state"')).run()
    with pytest.raises(SpecError, match=r"members = \{ file = …, parent = … \}"):
        load(folder, "").run()
    with pytest.raises(SpecError, match=r"has members, but no roll_up = true"):
        load(folder, OF_TABLE, STUDY.replace("roll_up = true\n", "")).run()
    table = (folder / "counties.csv").read_text()
    (folder / "counties.csv").write_text(table.replace("\n2,", "\n1,"))
    with pytest.raises(DataError, match="counties.csv"):
        load(folder, OF_TABLE).run()
    (folder / "counties.csv").write_text(table.replace("S3", "S9"))
    with pytest.raises(HubtiersError, match=r"parent names regions that the layer does not have"):
        load(folder, OF_TABLE).run()


OF_COLUMNS = """
[data]
regions = "counties.geojson"
id_column = "fips"
name = "county"
indicators = ["rd"]
{members}
[method]
tier = {{method = "natural_breaks", k = 2}}
[robustness]
draws = 0
"""


def test_marks_in_columns_of_the_layer_are_asked_about(folder):
    layer = gpd.read_file(folder / "counties.geojson").assign(rd=[1.0, 2, -999, 8, 16, -999])
    layer.to_file(folder / "counties.geojson", driver="GeoJSON")
    with pytest.raises(
        DataError, match=r"column 'rd' holds -999 in 2 rows.* missing = \[-999\] in"
    ):
        load(folder, "", OF_COLUMNS).run()
    told = load(folder, "missing = [-999]", OF_COLUMNS).load_table()
    assert told.values["rd"].isna().tolist() == [False, False, True, False, False, True]
    kept = load(folder, 'keep = ["rd"]', OF_COLUMNS).load_table()
    assert kept.values["rd"].tolist() == [1, 2, -999, 8, 16, -999]
