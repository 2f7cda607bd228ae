"""A pack from any layer: what is set aside and why, levels under levels, nothing half written."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.make_pack import Recipe, make_pack
from hubtiers.regions.pack import load_pack


def states(**columns):
    data = {"GEOID": ["01", "02", "-99"], "NAME": ["Alpha", "Beta", "Disputed"]} | columns
    shapes = data.pop("geometry", [box(0, 10, 1, 11), box(1, 10, 2, 11), box(2, 10, 3, 11)])
    return gpd.GeoDataFrame(data, geometry=shapes, crs=4326)


def test_rows_that_are_no_regions_are_set_aside_with_an_account(tmp_path):
    shapes = [box(0, 10, 1, 11), None, box(2, 10, 3, 11), shapely.Point(0, 0), Polygon()]
    layer = states(GEOID=["01", "02", None, "04", "05"], NAME=list("abcde"), geometry=shapes)
    report = make_pack(
        layer, tmp_path / "p", Recipe(id_column="GEOID", name="NAME", credit="© X", level="state")
    )
    assert report.set_aside == (
        (2, "b", "it has no geometry"),
        (3, "c", "it has no 'GEOID'"),
        (4, "d", "it is a Point, not an area"),
        (5, "e", "it has no geometry"),
    )
    assert report.regions == 1
    assert (tmp_path / "p" / "NOTICE").read_text(encoding="utf-8") == f"{report}\n"
    assert "set aside row 3: c, it has no 'GEOID'" in str(report)


def test_a_pack_is_loaded_as_it_was_made(tmp_path):
    report = make_pack(
        states(), tmp_path / "isles", Recipe(credit='© "X"\n& Y', level="state", terms="free")
    )
    assert [row[1:] for row in report.set_aside] == [("Disputed", "it has no 'GEOID'")]
    pack = load_pack(tmp_path / "isles")
    assert (pack.id, pack.terms, pack.credit["en"]) == ("isles", "free", '© "X"\n& Y')
    regions = load_regions("state", pack=pack)
    assert regions["name_en"].to_dict() == {"01": "Alpha", "02": "Beta"}
    assert regions.attrs["languages"] == ["en"]
    assert regions.attrs["credit"]["zh"] == '© "X"\n& Y'
    # The same layer gives the same bytes.
    make_pack(
        states(),
        tmp_path / "again" / "isles",
        Recipe(credit='© "X"\n& Y', level="state", terms="free"),
    )
    for name in ("pack.toml", "state.geojson", "NOTICE", "aliases.csv"):
        assert (tmp_path / "isles" / name).read_bytes() == (
            tmp_path / "again" / "isles" / name
        ).read_bytes()


def test_a_level_under_another(tmp_path):
    make_pack(states(), tmp_path / "p", Recipe(level="state"))
    counties = states(GEOID=["0101", "0102", "0201"], NAME=["Ash", "Oak", "Ash"])
    make_pack(counties, tmp_path / "p", Recipe(level="county", under="state", parent_digits=2))
    pack = load_pack(tmp_path / "p")
    assert (list(pack.levels), pack.units) == (["state", "county"], "county")
    assert load_regions("county", pack=pack, within="Alpha").index.tolist() == ["0101", "0102"]
    towns = states(GEOID=["a", "b", "c"], of=["0101", "0101", "0201"])
    make_pack(towns, tmp_path / "p", Recipe(level="town", under="county", parent="of"))
    assert load_regions("town", pack=tmp_path / "p", within="Beta").index.tolist() == ["c"]
    assert load_pack(tmp_path / "p").units == "town"
    with pytest.raises(DataError, match=r"lie in none of the level 'state': 9901 \(99\)"):
        make_pack(
            states(GEOID=["9901", "0102", "0103"]),
            tmp_path / "p",
            Recipe(level="x", under="state", parent_digits=2),
        )
    with pytest.raises(DataError, match="has a level 'county' already"):
        make_pack(counties, tmp_path / "p", Recipe(level="county", under="state", parent_digits=2))
    with pytest.raises(UnknownOptionError, match="Unknown level of the pack 'p': 'land'"):
        make_pack(counties, tmp_path / "p", Recipe(level="x", under="land", parent_digits=2))
    assert list(load_pack(tmp_path / "p").levels) == ["state", "county", "town"]


def test_outlines_are_thinned_together_and_no_region_is_lost(tmp_path):
    wave = np.linspace(0, 1, 4000)
    border = np.column_stack([1 + 0.001 * np.sin(80 * wave), 10 + wave])
    west = Polygon([(0, 11), (0, 10), *border.tolist()])
    east = Polygon([(2, 10), (2, 11), *border[::-1].tolist()])
    tiny = box(3, 10, 3.0001, 10.0001)
    layer = gpd.GeoDataFrame(
        {"id": ["w", "e", "t"], "name": ["W", "E", "T"]}, geometry=[west, east, tiny], crs=4326
    )
    report = make_pack(layer, tmp_path / "p", Recipe(simplify=500))
    assert report.vertices[1] < report.vertices[0] / 100
    regions = load_regions("region", pack=tmp_path / "p")
    assert set(regions.index) == {"w", "e", "t"}
    assert (shapely.area(regions.geometry.array) > 0).all()
    shared = shapely.intersection(regions.geometry["w"], regions.geometry["e"])
    assert shared.area == 0
    assert shared.length > 0.9
    assert make_pack(layer, tmp_path / "q", Recipe(simplify=0)).vertices[1] == report.vertices[0]
    left = make_pack(layer, tmp_path / "r").tolerance
    assert left == 0.0


def test_a_seat_lies_in_the_largest_part(tmp_path):
    shape = shapely.MultiPolygon([box(0, 10, 1, 11), box(50, 10, 53, 13)])
    make_pack(states(geometry=[shape, box(1, 10, 2, 11), box(2, 10, 3, 11)]), tmp_path / "p")
    feature = json.loads((tmp_path / "p" / "region.geojson").read_text(encoding="utf-8"))[
        "features"
    ][0]
    assert 50 < feature["properties"]["lon"] < 53


def test_layers_on_both_sides_of_180_degrees(tmp_path):
    layer = states(
        geometry=[box(179, -18, 180, -17), box(-180, -18, -179, -17), box(178, -18, 179, -17)]
    )
    make_pack(layer, tmp_path / "p", Recipe(simplify=100))
    regions = load_regions("region", pack=tmp_path / "p")
    assert regions.total_bounds.tolist() == pytest.approx([-180, -18, 180, -17], abs=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "My level"}, "The level 'My level' must be a word of small letters"),
        ({"simplify": -1}, "simplify=-1 is no tolerance"),
        ({"under": "state"}, "A level under another needs both"),
    ],
)
def test_recipes_are_checked(options, message):
    with pytest.raises(SpecError, match=message):
        Recipe(**options)


def test_what_cannot_be_a_pack_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(DataError, match="there exists already"):
        make_pack(states(), tmp_path / "there")
    with pytest.raises(MissingColumnError, match="The layer lacks the column 'code'"):
        make_pack(states(), tmp_path / "p", Recipe(id_column="code"))
    with pytest.raises(
        MissingColumnError, match=r"needs a column that identifies regions \(--id …\)"
    ):
        make_pack(states().drop(columns="GEOID").assign(x=1), tmp_path / "p")
    with pytest.raises(DataError, match="No row of the layer is a region: it has no 'GEOID'"):
        make_pack(states(GEOID=[None, "", "-99"]), tmp_path / "p", Recipe(id_column="GEOID"))
    with pytest.raises(DataError, match="declares no coordinate reference system"):
        make_pack(states().set_crs(None, allow_override=True), tmp_path / "p")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_parts_of_one_region_are_united_when_asked(tmp_path):
    layer = states(GEOID=["01", "02", "01"])
    with pytest.raises(DataError, match="more than one row for 01. Dissolve their parts"):
        make_pack(layer, tmp_path / "p", Recipe(id_column="GEOID"))
    report = make_pack(layer, tmp_path / "p", Recipe(id_column="GEOID", dissolve=True))
    assert report.notes == ("rows of one id were united: 01",)
    regions = load_regions("region", pack=tmp_path / "p")
    assert shapely.area(regions.geometry.array).tolist() == [2.0, 1.0]
