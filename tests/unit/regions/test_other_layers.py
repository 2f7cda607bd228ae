"""Layers as GADM, Natural Earth and GISCO make them; shapes and some names are made up."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.make_pack import Recipe, make_pack
from hubtiers.regions.pack import load_pack
from hubtiers.regions.read import read_regions


def layer(columns: dict[str, list[str]], west: float = 105, south: float = 10):
    count = len(next(iter(columns.values())))
    boxes = [shapely.box(west + i, south, west + i + 1, south + 1) for i in range(count)]
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=4326)


GADM = {
    "GID_0": ["VNM"] * 3,
    "NAME_0": ["Vietnam"] * 3,
    "GID_1": ["VNM.1_1", "VNM.2_1", "VNM.3_1"],
    "NAME_1": ["An Giang", "Bắc Giang", "Hồ Chí Minh"],
    "VARNAME_1": ["An Giang|AnGiang", "NA", "Ho Chi Minh City|TP. Ho Chi Minh"],
    "NL_NAME_1": ["NA"] * 3,
    "TYPE_1": ["Tỉnh"] * 3,
}
NATURAL_EARTH = {
    "adm1_code": ["KOR-3273", "KOR-3274", "KOR-3275"],
    "iso_3166_2": ["KR-49", "KR-45", "KR-11"],
    "name": ["Jeju", "Jeollabuk-do", "Seoul"],
    "name_alt": ["Cheju|Quelpart", "Chŏllabuk-do", "Sŏul"],
    "name_local": ["제주특별자치도", "전라북도", "서울특별시"],
    "admin": ["South Korea"] * 3,
}
STATES = {
    "STATEFP": ["01", "02", "36"],
    "GEOID": ["01", "02", "36"],
    "NAME": ["Ash", "Birch", "New Elm"],
}
OWN = {"kod": ["a1", "a2", "a3"], "nazev": ["Jižní", "Severní Čechy", "Östra Göta"]}
UPPER = {"ID": ["1", "2", "3"], "NAMN": ["SKÅNE LÄN", "GOTLANDS LÄN", "ÖREBRO LÄN"]}


@pytest.mark.parametrize(
    ("columns", "options", "names", "ids"),
    [
        (
            GADM,
            {},
            ["Bac Giang", "Ho Chi Minh City", "TP. Ho Chi Minh", "AnGiang", "An Giang Province"],
            ["VNM.2_1", "VNM.3_1", "VNM.3_1", "VNM.1_1", "VNM.1_1"],
        ),
        (
            NATURAL_EARTH,
            {},
            ["Cheju", "Soul", "KR-45", "서울특별시", "JEJU"],
            ["KOR-3273", "KOR-3275", "KOR-3274", "KOR-3275", "KOR-3273"],
        ),
        (STATES, {}, ["State of Ash", "birch", "NEW-ELM", "36"], ["01", "02", "36", "36"]),
        (
            OWN,
            {"id_column": "kod", "name": "nazev"},
            ["Jizni", "SEVERNI CECHY", "Ostra Gota", "A3"],
            ["a1", "a2", "a3", "a3"],
        ),
        (
            UPPER,
            {"id_column": "ID", "name": "NAMN"},
            ["Skåne län", "gotlands lan", "Örebro län"],
            ["1", "2", "3"],
        ),
    ],
)
def test_names_of_other_layers_are_met(columns, options, names, ids):
    matches = match_layer(names, read_regions(layer(columns), **options))
    assert matches["region_id"].tolist() == ids


def test_a_name_that_two_regions_bear_stays_open():
    columns = GADM | {"VARNAME_1": ["South", "South", "NA"]}
    matches = match_layer(["South"], read_regions(layer(columns)))
    assert matches["rule"].tolist() == ["ambiguous"]


GISCO = {
    "NUTS_ID": ["AT", "AT1", "AT11", "AT12", "DE", "DE1", "DE11", "DE12"],
    "LEVL_CODE": [0, 1, 2, 2, 0, 1, 2, 2],
    "CNTR_CODE": ["AT"] * 4 + ["DE"] * 4,
    "NAME_LATN": ["Land A", "Ost A", "Burg", "Nieder-Ö", "Land D", "Süd D", "Stutt", "Karls"],
    "NUTS_NAME": ["Land A", "Ost A", "Burg", "Nieder-Ö", "Land D", "Süd D", "Stutt", "Karls"],
    "MOUNT_TYPE": [0] * 8,
}


def test_one_level_of_a_file_of_gisco_is_taken(tmp_path):
    path = tmp_path / "NUTS_RG_03M_2021_4326.geojson"
    layer(GISCO, 9, 46).to_file(path, driver="GeoJSON")
    regions = read_regions(path, where="LEVL_CODE == 2")
    assert regions.index.tolist() == ["AT11", "AT12", "DE11", "DE12"]
    assert regions["name_en"].tolist() == ["Burg", "Nieder-Ö", "Stutt", "Karls"]


def test_the_recipe_for_the_regions_of_the_union_makes_a_pack(tmp_path):
    path = tmp_path / "NUTS_RG_03M_2021_4326.geojson"
    layer(GISCO, 9, 46).to_file(path, driver="GeoJSON")
    common = {"id_column": "NUTS_ID", "name": "NAME_LATN", "credit": "© EuroGeographics"}
    make_pack(path, tmp_path / "nuts", Recipe(where="LEVL_CODE = 1", level="nuts1", **common))
    lower = Recipe(where="LEVL_CODE = 2", level="nuts2", under="nuts1", parent_digits=3, **common)
    make_pack(path, tmp_path / "nuts", lower)
    pack = load_pack(tmp_path / "nuts")
    assert load_regions("nuts1", pack=pack).index.tolist() == ["AT1", "DE1"]
    inside = load_regions("nuts2", pack=pack, within=["Ost A"])
    assert inside.index.tolist() == ["AT11", "AT12"]
    assert pack.credit["en"] == "© EuroGeographics"
