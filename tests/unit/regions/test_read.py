"""A user's own boundaries: what is read, what is repaired, and what is refused with which sentence."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from hubtiers.errors import (
    CRSError,
    DataError,
    DuplicateRegionError,
    HubtiersError,
    MissingColumnError,
    SpecError,
    UnknownOptionError,
)
from hubtiers.regions.membership import overlaps
from hubtiers.regions.read import ReadLimits, read_regions
from hubtiers.table.points.count import count_points

BOW_TIE = Polygon([(100, 30), (102, 32), (102, 30), (100, 31)])


def layer(*, crs="EPSG:4326", **columns):
    data = {"code": ["a", "b"], "name": ["甲区", "乙区"], "value": [1, 2]} | columns
    shapes = data.pop("geometry", [box(100, 30, 101, 31), box(101, 30, 102, 31)])
    return gpd.GeoDataFrame(data, geometry=shapes, crs=crs)


def write(frame, path, **options):
    frame.to_file(path, engine="pyogrio", **options)
    return path


def geojson(path, coordinates, *, text=None, **extra):
    feature = {"type": "Feature", "properties": {"region_id": "x"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": [coordinates]}
    path.write_text(
        text or json.dumps({"type": "FeatureCollection", "features": [feature]} | extra),
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".json", ".shp", ".gpkg", ".fgb", ".parquet"])
def test_every_format_gives_the_same_regions(tmp_path, suffix):
    path = tmp_path / f"own{suffix}"
    if suffix == ".parquet":
        layer().to_parquet(path)
    else:
        write(layer(), path, **({"driver": "GeoJSON"} if suffix == ".json" else {}))
    regions = read_regions(path, id_column="code", name_zh="name")
    # FlatGeobuf orders features along a curve.
    regions = regions.sort_index()
    assert regions.index.tolist() == ["a", "b"]
    assert regions.index.name == "region_id"
    assert regions.columns.tolist() == [
        "name_zh",
        "name_en",
        "lon",
        "lat",
        "geometry",
        "name",
        "value",
    ]
    assert regions["name_zh"].tolist() == ["甲区", "乙区"]
    # A name that is missing in one language is that of the other.
    assert regions["name_en"].tolist() == ["甲区", "乙区"]
    assert regions.attrs["languages"] == ["zh"]
    assert regions["value"].tolist() == [1, 2]
    assert regions[["lon", "lat"]].to_numpy().tolist() == [[100.5, 30.5], [101.5, 30.5]]
    assert regions.geometry.geom_equals(
        gpd.GeoSeries(layer().geometry.array, index=["a", "b"], crs=4326)
    ).all()
    assert regions.crs.to_epsg() == 4326
    report = regions.attrs["report"]
    assert (report.regions, report.id_column, report.name_column, report.repaired) == (
        2,
        "code",
        "name",
        (),
    )


def test_gb18030_shapefiles_are_read(tmp_path):
    path = write(layer(), tmp_path / "旧.shp", encoding="gb18030")
    (tmp_path / "旧.cpg").unlink()
    regions = read_regions(path, id_column="code", name_zh="name")
    assert regions["name_zh"].tolist() == ["甲区", "乙区"]
    assert regions.attrs["report"].encoding == "gb18030"


def test_cgcs2000_is_taken_as_wgs84_and_projected_layers_are_converted(tmp_path):
    chinese = read_regions(write(layer(crs="EPSG:4490"), tmp_path / "a.gpkg"), id_column="code")
    assert shapely.get_coordinates(chinese.geometry.iloc[0]).max() == 101.0
    assert chinese.attrs["report"].notes == (
        "CGCS2000 (EPSG:4490) taken as WGS84; they differ by centimetres",
    )
    projected = read_regions(
        write(layer().to_crs("EPSG:4547"), tmp_path / "b.gpkg"), id_column="code"
    )
    assert projected.crs.to_epsg() == 4326
    np.testing.assert_allclose(projected.total_bounds, [100, 30, 102, 31], atol=1e-8)
    assert projected.attrs["report"].crs_of_file == "EPSG:4547"


def test_ids_are_text_without_decimals(tmp_path):
    path = write(layer(code=[110101.0, 110102.0]), tmp_path / "own.gpkg")
    assert read_regions(path, id_column="code").index.tolist() == ["110101", "110102"]
    renamed = layer().rename(columns={"code": "region_id"}).assign(members=["x", "y"])
    regions = read_regions(write(renamed, tmp_path / "named.gpkg"))
    assert regions.index.tolist() == ["a", "b"]
    # Without declared members the geometry decides on overlap.
    assert "members" not in regions.columns
    assert overlaps(regions) == []


def test_invalid_outlines_are_repaired_and_reported(tmp_path):
    path = write(layer(geometry=[BOW_TIE, box(103, 30, 104, 31)]), tmp_path / "own.gpkg")
    regions = read_regions(path, id_column="code")
    assert regions.is_valid.all()
    assert set(regions.geom_type) == {"MultiPolygon", "Polygon"}
    report = regions.attrs["report"]
    assert [(r, fault) for r, fault, _ in report.repaired] == [("a", "Self-intersection")]
    assert report.to_frame()["region_id"].tolist() == ["a"]
    assert "repaired a: Self-intersection" in repr(report)
    assert "own.gpkg (GPKG): 2 regions" in report._repr_html_()


@pytest.mark.parametrize(
    ("geometry", "error", "match"),
    [
        ([box(0, 0, 1, 1), None], DataError, "own.gpkg has no geometry for b. Draw these regions"),
        ([Polygon(), box(0, 0, 1, 1)], DataError, "own.gpkg has no geometry for a"),
        (
            [shapely.Point(0, 0), box(0, 0, 1, 1)],
            DataError,
            r"no polygons: a \(Point\). Regions are areas",
        ),
        (
            [Polygon([(0, 0), (1, 1), (0, 0), (0, 0)]), box(0, 0, 1, 1)],
            DataError,
            "an outline without area for a",
        ),
    ],
)
def test_geometry_that_is_no_area_is_refused_by_name(tmp_path, geometry, error, match):
    with pytest.raises(error, match=match):
        read_regions(write(layer(geometry=geometry), tmp_path / "own.gpkg"), id_column="code")


def test_ids_are_checked(tmp_path):
    twice = write(layer(code=["a", "a"]), tmp_path / "twice.gpkg")
    with pytest.raises(
        DuplicateRegionError, match=r"twice.gpkg has more than one row for a. Dissolve their parts"
    ):
        read_regions(twice, id_column="code")
    with pytest.raises(
        MissingColumnError, match=r"twice.gpkg needs a column that identifies regions.*'region_id'"
    ):
        read_regions(twice)
    with pytest.raises(
        MissingColumnError, match=r"twice.gpkg lacks the column 'kode'. It has code, name, value"
    ):
        read_regions(twice, id_column="kode")
    with pytest.raises(MissingColumnError, match="lacks the column 'nom'"):
        read_regions(write(layer(), tmp_path / "own.gpkg"), id_column="code", name_zh="nom")
    with pytest.raises(
        DataError, match=r"blank.gpkg has no 'code' in row 2. Give every region an id"
    ):
        read_regions(write(layer(code=["a", None]), tmp_path / "blank.gpkg"), id_column="code")
    with pytest.raises(DataError, match=r"none.gpkg has no regions"):
        read_regions(write(layer().iloc[:0], tmp_path / "none.gpkg"), id_column="code")


def test_a_reference_system_is_required_and_not_contradicted(tmp_path):
    bare = write(layer(), tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    with pytest.raises(
        CRSError, match=r"bare.shp declares no coordinate reference system. Say which one"
    ):
        read_regions(bare, id_column="code")
    assert (
        read_regions(bare, id_column="code", crs="EPSG:4490").attrs["report"].crs_of_file
        == "EPSG:4490"
    )
    with pytest.raises(CRSError, match="crs='EPSG:1' is no coordinate reference system"):
        read_regions(bare, id_column="code", crs="EPSG:1")
    with pytest.raises(CRSError, match="declares EPSG:4326, but crs='EPSG:3857' was given"):
        read_regions(write(layer(), tmp_path / "own.gpkg"), id_column="code", crs="EPSG:3857")


def test_coordinates_that_contradict_degrees_are_refused(tmp_path):
    swapped = [(30, 100), (31, 100), (31, 101), (30, 100)]
    with pytest.raises(
        CRSError, match=r"latitude and longitude look swapped. Write longitude first"
    ):
        read_regions(geojson(tmp_path / "swapped.geojson", swapped))
    metric = [(500000, 3400000), (501000, 3400000), (501000, 3401000), (500000, 3400000)]
    path = geojson(tmp_path / "metric.geojson", metric)
    with pytest.raises(CRSError, match="which are no degrees: the coordinates look projected"):
        read_regions(path)
    # GeoJSON that does not name its system may be told it.
    assert read_regions(path, crs="EPSG:4547")["lon"].iloc[0] == pytest.approx(114.0, abs=0.02)
    doubtful = [(30, 80), (31, 80), (31, 81), (30, 80)]
    notes = read_regions(geojson(tmp_path / "north.geojson", doubtful)).attrs["report"].notes
    assert notes[0].endswith("if this should be China, latitude and longitude are swapped")


def test_files_are_opened_by_the_driver_that_their_name_promises(tmp_path):
    secret = geojson(tmp_path / "secret.geojson", [(0, 0), (1, 0), (1, 1), (0, 0)])
    source = f"<OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
    for name, driver in (
        ("evil.geojson", "GeoJSON"),
        ("evil.gpkg", "GPKG"),
        ("evil.shp", "ESRI Shapefile"),
    ):
        path = tmp_path / name
        path.write_text(f"<OGRVRTDataSource>{source}</OGRVRTDataSource>")
        with pytest.raises(
            DataError, match=rf"{name} is not a {driver} file, although its name says so"
        ):
            read_regions(path)


@pytest.mark.parametrize(
    "path", ["https://example.org/a.geojson", "/vsicurl/a.geojson", "/vsizip/a.zip/a.shp"]
)
def test_remote_paths_are_refused(path):
    with pytest.raises(SpecError, match=r"is a URL or a virtual path. Download the file first"):
        read_regions(path)


def test_a_reference_system_on_the_web_is_refused(tmp_path):
    crs = {"type": "link", "properties": {"href": "http://example.org/crs", "type": "proj4"}}
    with pytest.raises(CRSError, match=r"link.geojson refers to a reference system on the web"):
        read_regions(geojson(tmp_path / "link.geojson", [(0, 0), (1, 0), (1, 1), (0, 0)], crs=crs))


def test_limits_are_checked_before_parsing(tmp_path):
    path = write(layer(), tmp_path / "own.gpkg")
    with pytest.raises(
        DataError, match=r"own.gpkg has 0 MB; the limit is 0 MB.*ReadLimits\(megabytes=…\)"
    ):
        read_regions(path, id_column="code", limits=ReadLimits(megabytes=0.001))
    with pytest.raises(
        DataError, match=r"own.gpkg has 2 features; the limit is 1.*ReadLimits\(features=…\)"
    ):
        read_regions(path, id_column="code", limits=ReadLimits(features=1))
    with pytest.raises(SpecError, match="allows nothing"):
        ReadLimits(features=0)


def test_paths_that_lead_nowhere_are_sentences(tmp_path):
    with pytest.raises(DataError, match=r"There is no file .*missing.geojson. Check the path"):
        read_regions(tmp_path / "missing.geojson")
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(
        DataError, match=r"a.zip is an archive, but cannot be opened as one. Unpack the archive"
    ):
        read_regions(tmp_path / "a.zip")
    (tmp_path / "a.kml").write_text("<kml/>")
    with pytest.raises(
        UnknownOptionError, match=r"Unknown kind of boundary file in 'a.kml': '.kml'"
    ):
        read_regions(tmp_path / "a.kml")
    (tmp_path / "b.geojson").write_text('{"type": "FeatureColl')
    with pytest.raises(DataError, match=r"b.geojson cannot be read: "):
        read_regions(tmp_path / "b.geojson")


def test_layers_of_a_geopackage_are_named(tmp_path):
    path = write(layer(), tmp_path / "two.gpkg", layer="first")
    write(layer(code=["c", "d"]), path, layer="second", mode="a")
    with pytest.raises(
        SpecError, match=r"two.gpkg has the layers 'first', 'second'. Name one with layer="
    ):
        read_regions(path, id_column="code")
    with pytest.raises(
        UnknownOptionError, match=r"Unknown layer of two.gpkg 'seconds'. Did you mean 'second'\?"
    ):
        read_regions(path, id_column="code", layer="seconds")
    assert read_regions(path, id_column="code", layer="second").index.tolist() == ["c", "d"]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=200),
    suffix=st.sampled_from([".geojson", ".shp", ".gpkg", ".fgb", ".parquet"]),
)
def test_any_bytes_end_in_a_sentence(tmp_path, body, suffix):
    magic = {
        ".geojson": b"{",
        ".shp": b"\x00\x00\x27\x0a",
        ".gpkg": b"SQLite format 3\x00",
        ".fgb": b"fgb\x03fgb\x00",
    }
    for content in (body, magic.get(suffix, b"PAR1") + body):
        path = tmp_path / f"fuzz{suffix}"
        path.write_bytes(content)
        with pytest.raises(HubtiersError):
            read_regions(path)


def named_layer(**columns):
    data = {
        "GEOID": ["01", "02"],
        "NAME": ["Ålesund", "Bergen"],
        "land": ["NO", "SE"],
        "members": ["x", "y"],
    } | columns
    return gpd.GeoDataFrame(data, geometry=[box(0, 50, 1, 51), box(1, 50, 2, 51)], crs=4326)


def test_a_frame_in_memory_finds_its_ids_and_names():
    regions = read_regions(named_layer(), credit="© Somebody")
    assert regions.index.tolist() == ["01", "02"]
    assert regions["name_en"].tolist() == regions["name_zh"].tolist() == ["Ålesund", "Bergen"]
    assert regions.attrs["credit"] == {"zh": "© Somebody", "en": "© Somebody"}
    assert (regions.attrs["pack"], regions.attrs["languages"]) == ("", ["en"])
    report = regions.attrs["report"]
    assert (report.id_column, report.name_column, report.driver) == ("GEOID", "NAME", "in memory")
    # A named index is the identity, and the caller's frame stays as it is.
    own = named_layer().set_index("NAME")
    assert read_regions(own, id_column="NAME", name="GEOID")["name_en"].tolist() == ["01", "02"]
    assert own.columns.tolist() == ["GEOID", "land", "members", "geometry"]
    assert read_regions(named_layer().to_crs(3035)).total_bounds == pytest.approx(
        [0, 50, 2, 51], abs=1e-6
    )
    with pytest.raises(SpecError, match="path of a file or a GeoDataFrame, but this is DataFrame"):
        read_regions(named_layer().drop(columns="geometry"))
    with pytest.raises(DataError, match="no active geometry"):
        read_regions(gpd.GeoDataFrame({"id": ["a"]}))
    with pytest.raises(SpecError, match="credit=7 is no credit line"):
        read_regions(named_layer(), credit=7)


def test_a_column_that_is_called_an_id_and_is_none_is_passed_over():
    layer = named_layer(id=["same", "same"])
    assert read_regions(layer).index.tolist() == ["01", "02"]
    assert read_regions(layer, id_column="land").index.tolist() == ["NO", "SE"]


def test_rows_are_chosen_by_a_condition():
    regions = read_regions(named_layer(), where="land in ('NO', 'FI')")
    assert regions.index.tolist() == ["01"]
    assert "1 rows left out by the condition" in str(regions.attrs["report"])
    # What has no id may be left out by the same way.
    assert (
        read_regions(
            named_layer(GEOID=["01", None]), id_column="GEOID", where="GEOID is not null"
        ).shape[0]
        == 1
    )
    with pytest.raises(DataError, match="The GeoDataFrame has no row where land == 'XX'"):
        read_regions(named_layer(), where="land == 'XX'")


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("land = 'NO'", ["01"]),
        ("land <> 'NO'", ["02"]),
        ("LAND2 is null", ["01"]),
        ("not (n >= 2)", ["01"]),
        ("n in (2, 3) OR land == 'NO'", ["01", "02"]),
        ("n = '2'", ["02"]),
        ("n > -1 and n < 2", ["01"]),
        ("land not in ('NO')", ["02"]),
    ],
)
def test_conditions(condition, kept):
    layer = named_layer(n=[1, 2], LAND2=["", "x"])
    assert read_regions(layer, where=condition).index.tolist() == kept


@pytest.mark.parametrize(
    "condition", ["n.sum()", "n ==", "__import__('os')", "n < m", "n", "n == f(2)", "n == @x"]
)
def test_a_condition_can_run_nothing(condition):
    with pytest.raises(SpecError, match="is no condition.*Write such as: CNTR_CODE in"):
        read_regions(named_layer(n=[1, 2]), where=condition)
    with pytest.raises(MissingColumnError, match="lacks the column 'm'"):
        read_regions(named_layer(n=[1, 2]), where="m == 1")


def topology(path, **extra):
    arcs = [
        [[0, 0], [10, 0], [0, 10], [-10, 0], [0, -10]],
        [[10, 0], [10, 0], [0, 10], [-10, 0], [0, -10]],
    ]
    geometries = [
        {"type": "Polygon", "id": f"0{n}", "properties": {"name": name}, "arcs": [[n - 1]]}
        for n, name in ((1, "West"), (2, "East"))
    ]
    content = {
        "type": "Topology",
        "transform": {"scale": [0.1, 0.1], "translate": [10, 50]},
        "objects": {"parts": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": arcs,
    }
    path.write_text(json.dumps(content | extra), encoding="utf-8")
    return path


def test_topojson_is_read_whatever_its_ending(tmp_path):
    for name in ("own.json", "own.topojson"):
        regions = read_regions(topology(tmp_path / name))
        assert regions["name_en"].to_dict() == {"01": "West", "02": "East"}
        assert regions.total_bounds.tolist() == [10, 50, 12, 51]
        assert regions.attrs["report"].driver == "TopoJSON"


def test_archives_are_opened(tmp_path):
    write(layer(), tmp_path / "a.shp")
    write(layer(code=["c", "d"]), tmp_path / "b.gpkg")
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as packed:
        for part in sorted(tmp_path.glob("a.*")):
            packed.write(part, f"folder/{part.name}")
    assert read_regions(tmp_path / "one.zip", id_column="code").index.tolist() == ["a", "b"]
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as packed:
        packed.write(tmp_path / "b.gpkg", "../b.gpkg")
        for part in sorted(tmp_path.glob("a.*")):
            packed.write(part, part.name)
    with pytest.raises(SpecError, match=r"two.zip holds the files .*Name one with layer=…"):
        read_regions(tmp_path / "two.zip", id_column="code")
    assert read_regions(tmp_path / "two.zip", id_column="code", layer="b.gpkg").index.tolist() == [
        "c",
        "d",
    ]
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as packed:
        packed.writestr("read.me", "nothing")
    with pytest.raises(DataError, match=r"none.zip holds no boundary file \(it holds read.me\)"):
        read_regions(tmp_path / "none.zip")
    with pytest.raises(DataError, match=r"one.zip unpacks to more than 0 MB"):
        read_regions(tmp_path / "one.zip", id_column="code", limits=ReadLimits(megabytes=0.0001))


@pytest.mark.parametrize(
    "crs",
    [
        {"properties": {"href": "http://127.0.0.1:1/crs", "type": "proj4"}, "type": "link"},
        {"type": "url", "properties": {"url": "http://127.0.0.1:1/crs"}},
        {"type": "name", "properties": {"href": "http://127.0.0.1:1/crs"}},
    ],
)
def test_no_spelling_of_a_link_is_followed(tmp_path, crs):
    text = json.dumps({"type": "FeatureCollection", "features": [], "crs": crs}).replace(
        '"link"', '"l\\u0069nk"'
    )
    with pytest.raises(CRSError, match="refers to a reference system on the web"):
        read_regions(geojson(tmp_path / "link.geojson", [], text=text))


def test_a_declared_system_must_be_known_and_fit(tmp_path):
    square = [(100, 30), (101, 30), (101, 31), (100, 30)]
    unknown = {"type": "name", "properties": {"name": "EPSG:999999"}}
    with pytest.raises(
        CRSError, match="declares the reference system 'EPSG:999999', which is not known"
    ):
        read_regions(geojson(tmp_path / "a.geojson", square, crs=unknown))
    lying = {"type": "name", "properties": {"name": "EPSG:3857"}}
    with pytest.raises(
        CRSError, match=r"declares EPSG:3857, but its coordinates look like degrees"
    ):
        read_regions(geojson(tmp_path / "b.geojson", square, crs=lying))
    (tmp_path / "c.shp").unlink(missing_ok=True)
    write(layer(), tmp_path / "c.shp")
    local = 'LOCAL_CS["Undefined",LOCAL_DATUM["x",0],UNIT["m",1],AXIS["a",EAST],AXIS["b",NORTH]]'
    (tmp_path / "c.prj").write_text(local)
    with pytest.raises(CRSError, match="a system of its own that lies nowhere on earth"):
        read_regions(tmp_path / "c.shp", id_column="code")
    assert read_regions(
        tmp_path / "c.shp", id_column="code", crs="EPSG:4326"
    ).total_bounds.tolist() == [
        100,
        30,
        102,
        31,
    ]


def test_a_ring_across_180_degrees_is_cut_there(tmp_path):
    ring = [[178, 64], [-175, 64], [-175, 66], [178, 66], [178, 64]]
    shape = read_regions(geojson(tmp_path / "own.geojson", ring)).geometry.iloc[0]
    assert shape.area == pytest.approx(14)
    assert shape.contains(shapely.Point(-179, 65))
    assert shape.contains(shapely.Point(179, 65))
    assert not shape.contains(shapely.Point(20, 65))


@pytest.mark.parametrize(
    ("west", "east", "counted"),
    [(178, 182, 3), (181, 185, 1), (-183, -179, 4), (355, 360, 0), (-180.0000001, -176.5, 1)],
)
def test_a_shape_beyond_180_degrees_meets_the_points_of_the_other_side(west, east, counted):
    square = shapely.box(west, 0, east, 1)
    source = gpd.GeoDataFrame({"region_id": ["a"]}, geometry=[square], crs=4326)
    regions = read_regions(source)
    shape = regions.geometry.iloc[0]
    assert shape.area == pytest.approx(east - west)
    points = pd.DataFrame({"lon": [179.5, -179.5, 177.5, 178.5, -176], "lat": [0.5] * 5})
    assert count_points(points, regions)["count"].tolist() == [counted]
    # A coordinate that is rounded over the edge is no second piece.
    assert shape.geom_type == ("MultiPolygon" if counted in (3, 4) else "Polygon")


def test_a_table_without_geometry_is_no_layer(tmp_path):
    path = write(layer(), tmp_path / "styled.gpkg", layer="districts")
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("create table layer_styles (id integer primary key, style text)")
        base.execute(
            "insert into gpkg_contents(table_name, data_type, identifier) values ('layer_styles', 'attributes', 's')"
        )
        base.commit()
    assert read_regions(path, id_column="code").index.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("columns", "id_column", "name_column"),
    [
        # Natural Earth, GADM, GISCO, geoBoundaries and DataV, as they name their columns.
        (
            {"ISO_A3": ["-99", "FRA"], "ADM0_A3": ["NOR", "FRA"], "NAME": ["Norway", "France"]},
            "ADM0_A3",
            "NAME",
        ),
        (
            {"GID_0": ["FRA", "FRA"], "GID_1": ["FRA.1_1", "FRA.2_1"], "NAME_1": ["A", "B"]},
            "GID_1",
            "NAME_1",
        ),
        (
            {"NUTS_ID": ["DE1", "DE2"], "LEVL_CODE": [1, 1], "NAME_LATN": ["A", "B"]},
            "NUTS_ID",
            "NAME_LATN",
        ),
        (
            {"shapeName": ["A", "B"], "shapeISO": ["", ""], "shapeID": ["1x", "2x"]},
            "shapeID",
            "shapeName",
        ),
        (
            {"adcode": [110101, 110102], "name": ["东城区", "西城区"], "level": ["district"] * 2},
            "adcode",
            "name",
        ),
    ],
)
def test_columns_of_the_usual_sources_are_found(columns, id_column, name_column):
    frame = gpd.GeoDataFrame(columns, geometry=[box(0, 50, 1, 51), box(1, 50, 2, 51)], crs=4326)
    report = read_regions(frame).attrs["report"]
    assert (report.id_column, report.name_column) == (id_column, name_column)
