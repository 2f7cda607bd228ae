"""Rows that are a whole, and no region of the layer, are set aside by the join."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hubtiers.errors import JoinError
from hubtiers.regions.read import read_regions
from hubtiers.table.join import join_indicators

# Three boxes in Algeria, one of which bears the name of its country's capital.
NAMES = ["Alpha", "Beta", "Gamma"]


@pytest.fixture
def layer():
    boxes = [shapely.box(1 + i, 28, 2 + i, 30) for i in range(3)]
    frame = gpd.GeoDataFrame({"id": ["1", "2", "3"], "name": NAMES}, geometry=boxes, crs=4326)
    return read_regions(frame, id_column="id", name="name")


def values(*names: str) -> pd.DataFrame:
    rows = [(name, float(number)) for number, name in enumerate(names, start=1)]
    return pd.DataFrame(rows, columns=["region", "value"]).assign(indicator="rd")


@pytest.mark.parametrize("total", ["Algeria", "DZA", "World", "EU27_2020", "Total", "阿尔及利亚"])
def test_a_total_is_set_aside_and_reported(layer, total):
    table = join_indicators(layer, values(*NAMES, total))
    assert table.values["rd"].tolist() == [1.0, 2.0, 3.0]
    assert table.report.totals == (total,)
    assert f"totals, set aside: {total}" in table.report.to_text()
    assert len(table.report.unmatched) == 0


def test_the_name_of_the_country_is_open_while_a_region_lacks_its_row(layer):
    with pytest.raises(JoinError, match=r"1 name belongs to no single region .*'Algeria'"):
        join_indicators(layer, values("Alpha", "Beta", "Algeria"))


def test_larger_regions_of_nested_codes_are_set_aside():
    codes = ["AT11", "AT12", "AT21", "DE11"]
    boxes = [shapely.box(10 + i, 46, 11 + i, 47) for i in range(4)]
    frame = gpd.GeoDataFrame(
        {"NUTS_ID": codes, "NAME_LATN": [*NAMES, "D"]}, geometry=boxes, crs=4326
    )
    layer = read_regions(frame)
    table = join_indicators(layer, values("AT", "AT1", "AT11", "AT12", "AT2", "AT21", "DE11"))
    assert table.report.totals == ("AT", "AT1", "AT2")
    assert table.values["rd"].to_dict() == {"AT11": 3, "AT12": 4, "AT21": 6, "DE11": 7}
    with pytest.raises(JoinError, match="'AT1'"):
        join_indicators(layer, values("AT1", "AT11", "DE11"))


@pytest.mark.parametrize("name", ["Tunisia", "Delta"])
def test_other_names_stay_unmatched(layer, name):
    with pytest.raises(JoinError, match=name):
        join_indicators(layer, values(*NAMES, name))
