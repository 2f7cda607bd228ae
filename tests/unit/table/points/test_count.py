from __future__ import annotations

import gzip
import math
import pickle
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from hubtiers.errors import (
    CRSError,
    DataError,
    DuplicateRegionError,
    MissingColumnError,
    MissingDependencyError,
    SpecError,
    UnknownOptionError,
)
from hubtiers.table.points import counter
from hubtiers.table.points import records as record_files
from hubtiers.table.points.count import PointReport, assign, build_index, count_points


def layer(**shapes) -> gpd.GeoDataFrame:
    index = pd.Index(list(shapes), name="region_id")
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=index, crs=4326)


@pytest.fixture
def regions():
    """Two neighbours, written with the later id first; `a` has a hole that `c` fills, and an island."""
    west = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 4, 4)
    return layer(
        b=shapely.box(10, 0, 20, 10), a=west | shapely.box(0, 20, 1, 21), c=shapely.box(2, 2, 4, 4)
    )


@pytest.fixture
def records():
    rows = [
        (5, 5, "lab", 2.0),
        (15, 5, "lab", 0.5),
        (10, 5, "firm", 1.0),
        (3, 3, "firm", 4.0),
        (2, 3, "lab", 1.0),
        (0.5, 20.5, "lab", 8.0),
        (30, 5, "fair", 1.0),
    ]
    return pd.DataFrame(rows, columns=["lon", "lat", "kind", "worth"])


EXPECTED = {
    "fair": {"b": 0, "a": 0, "c": 0},
    "firm": {"b": 0, "a": 1, "c": 1},
    "lab": {"b": 1, "a": 3, "c": 0},
}


def test_counts_by_kind_in_the_order_of_the_regions(regions, records):
    before = records.copy()
    counts = count_points(records, regions, by="kind")
    assert counts.to_dict() == EXPECTED
    assert counts.index.tolist() == ["b", "a", "c"]
    assert counts.index.name == "region_id"
    assert counts.columns.tolist() == ["fair", "firm", "lab"]
    assert (counts.dtypes == np.int64).all()
    pd.testing.assert_frame_equal(records, before)


def test_counts_without_a_kind(regions, records):
    assert count_points(records, regions)["count"].to_dict() == {"b": 1, "a": 4, "c": 1}


def test_weights_are_summed(regions, records):
    counts = count_points(records, regions, weight="worth")
    assert counts["count"].to_dict() == {"b": 0.5, "a": 12.0, "c": 4.0}
    assert counts["count"].dtype == np.float64


def test_sums_are_rounded_once():
    worth = [1e30, 0.1, 1e-30, 0.2, 1e16] * 3
    frame = pd.DataFrame({"lon": 1.0, "lat": 1.0, "worth": worth})
    assert count_points(frame, layer(a=shapely.box(0, 0, 2, 2)), weight="worth").loc[
        "a", "count"
    ] == math.fsum(worth)


@pytest.mark.parametrize(("border", "owner"), [("first", "a"), ("last", "b")])
def test_a_point_on_a_shared_border_goes_to_one_region_by_id(regions, border, owner):
    counts = count_points(pd.DataFrame({"lon": [10.0], "lat": [5.0]}), regions, border=border)
    assert counts["count"].to_dict() == {"b": 0, "a": 0, "c": 0} | {owner: 1}
    report = counts.attrs["report"]
    assert (report.border, report.shared_border, report.rule) == (1, 1, border)


def test_points_beside_a_border_by_the_smallest_step_are_told_apart():
    # The edge from (0, 0) to (3, 1) passes through no double near (1, 1/3): each side has its own points.
    low = shapely.Polygon([(0, 0), (3, 1), (3, 0)])
    high = shapely.Polygon([(0, 0), (3, 1), (0, 1)])
    third = 1 / 3
    number = assign(
        [1.0, 1.0, 1.5],
        [third, np.nextafter(third, 1), 0.5],
        build_index(layer(low=low, high=high)),
    )
    assert number.tolist() == [0, 1, 1]


def test_coordinates_next_to_nothing_count_as_zero(regions):
    assert assign([-1e-300, -1e-99], [5.0, 5.0], build_index(regions)).tolist() == [1, -1]


def test_the_report_puts_every_record_into_one_figure(regions):
    frame = pd.DataFrame(
        {
            "lon": [5.0, 15.0, np.nan, np.inf, 5.0, 5.0, 30.0, 5.0, 1e6, 0.0],
            "lat": [5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 15.0, 1e6, 5.0],
            "kind": ["x", "x", "x", "x", None, "x", "x", "x", "x", "x"],
            "worth": [1.0, 1.0, 1.0, 1.0, 1.0, np.nan, 1.0, 1.0, 1.0, 1.0],
        }
    )
    report = count_points(frame, regions, by="kind", weight="worth", chunk_size=4).attrs["report"]
    assert report == PointReport(
        records=10,
        counted=3,
        outside=3,
        missing_coordinates=1,
        unreadable_coordinates=1,
        missing_kind=1,
        missing_weight=1,
        repeated=0,
        border=1,
        shared_border=0,
        overlap=0,
        swapped=1,
        impossible=1,
        without_id=0,
        chunks=3,
        rule="first",
        source="a DataFrame",
        encoding="",
        examples=("record 4: inf, 5.0",),
    )
    assert report.to_frame().set_index("figure").loc["outside"].tolist() == [3, 0.3]
    assert "1 of these would lie inside with longitude and latitude swapped" in repr(report)


def test_the_report_escapes_what_users_wrote(regions):
    frame = pd.DataFrame({"lon": ["<img src=x>"], "lat": [1]})
    report = count_points(frame, regions).attrs["report"]
    assert report.unreadable_coordinates == 1
    assert "<img" not in report._repr_html_()
    assert "&lt;img src=x&gt;" in report._repr_html_()


def test_counts_can_be_copied_and_written_with_their_report(regions, records, tmp_path):
    pytest.importorskip("pyarrow")
    counts = count_points(records, regions, by="kind")
    counts.to_parquet(tmp_path / "counts.parquet")
    back = pd.read_parquet(tmp_path / "counts.parquet")
    pd.testing.assert_frame_equal(back, counts)
    assert PointReport(*back.attrs["report"]).counted == 6
    assert counts.copy().attrs["report"] == counts.attrs["report"]
    assert pickle.loads(pickle.dumps(counts)).attrs["report"] == counts.attrs["report"]
    assert regions.join(counts).loc["a", "lab"] == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_csv_files_in_both_encodings(regions, records, tmp_path, encoding, ending):
    named = records.set_axis(["经度", "纬度", "类型", "worth"], axis=1).replace(
        {"类型": {"lab": "实验室"}}
    )
    path = tmp_path / f"points{ending}"
    named.to_csv(path, index=False, encoding=encoding)
    counts = count_points(path, regions, by="类型", chunk_size=2)
    assert counts.rename(columns={"实验室": "lab"}).to_dict() == EXPECTED
    report = counts.attrs["report"]
    assert (report.encoding, report.source) == (
        "gb18030" if encoding == "gb18030" else "utf-8-sig",
        path.name,
    )


def test_an_encoding_that_shows_late_does_not_count_twice(regions, tmp_path):
    rows = ["lon,lat,kind"] + ["5,5,a"] * 400_000 + ["15,5,企业"]
    path = tmp_path / "late.csv"
    path.write_bytes("\n".join(rows).encode("gb18030"))
    counts = count_points(path, regions, by="kind", chunk_size=1000)
    assert counts.to_dict() == {
        "a": {"b": 0, "a": 400_000, "c": 0},
        "企业": {"b": 1, "a": 0, "c": 0},
    }


def test_labels_of_a_csv_stay_as_written(regions, tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(
        "lon,lat,kind\n5,5,01\n5,5,NA\n5,5,\n１５,5,01\n—,5,01\neast,5,01\n", encoding="utf-8"
    )
    counts = count_points(path, regions, by="kind")
    assert counts.loc[["a", "b"]].to_dict() == {"01": {"a": 1, "b": 1}, "NA": {"a": 1, "b": 0}}
    report = counts.attrs["report"]
    assert (report.missing_kind, report.missing_coordinates, report.unreadable_coordinates) == (
        1,
        1,
        1,
    )
    assert report.examples == ("record 6: east, 5",)


def test_whole_numbers_as_labels_are_the_same_from_every_source(regions):
    frame = pd.DataFrame({"lon": [5, 5, 5], "lat": [5, 5, 5], "kind": [35.0, np.nan, 35.0]})
    assert count_points(frame, regions, by="kind").loc["a"].to_dict() == {"35": 2}
    assert count_points(
        frame.head(1).astype({"kind": int}), regions, by="kind"
    ).columns.tolist() == ["35"]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_kinds_stay_text_whatever_the_chunk(regions, tmp_path, size):
    kinds = ["01", "1", "001", "1.0", "01", " 1", "1e0"]
    frame = pd.DataFrame({"lon": 5.0, "lat": 5.0, "kind": kinds})
    path = tmp_path / "p.csv"
    frame.to_csv(path, index=False)
    expected = {"001": 1, "01": 2, "1": 2, "1.0": 1, "1e0": 1}
    for source in (path, frame):
        counts = count_points(source, regions, by="kind", chunk_size=size)
        assert counts.loc["a"].to_dict() == expected


@pytest.mark.parametrize("kinds", [[1, 2, 2], [1.0, None, 2.0], [True, False, True], list("aba")])
def test_columns_of_parquet_that_are_no_text_are_kinds_as_in_a_frame(regions, tmp_path, kinds):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"lon": [5.0, 5, 15], "lat": 5.0, "kind": kinds})
    frame.to_parquet(tmp_path / "p.parquet")
    counts = count_points(tmp_path / "p.parquet", regions, by="kind")
    pd.testing.assert_frame_equal(counts, count_points(frame, regions, by="kind"))
    assert counts.to_numpy().sum() == frame["kind"].count()


def test_columns_of_parquet_that_are_no_labels(regions, tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"lon": [5.0], "lat": [5.0], "kind": [[1, 2]]})
    frame.to_parquet(tmp_path / "p.parquet")
    with pytest.raises(DataError, match="'kind' holds values that are no labels, such as lists"):
        count_points(tmp_path / "p.parquet", regions, by="kind")
    with pytest.raises(MissingColumnError, match=r"p.parquet lacks the column 'Kind'\. It has lon"):
        count_points(tmp_path / "p.parquet", regions, by="Kind")


def test_coordinates_of_a_csv_are_read_to_the_last_bit(tmp_path):
    x = np.random.default_rng(0).uniform(0, 9, 500)
    pd.DataFrame({"lon": x, "lat": 0.5}).to_csv(tmp_path / "points.csv", index=False)
    found = next(
        record_files.read_records(
            tmp_path / "points.csv", record_files.Request((), None, 500), encoding="utf-8"
        )
    )
    assert found.x.tolist() == x.tolist()


def test_parquet_by_row_groups(regions, records, tmp_path):
    pytest.importorskip("pyarrow")
    records.to_parquet(tmp_path / "points.parquet", row_group_size=2)
    counts = count_points(tmp_path / "points.parquet", regions, by="kind", chunk_size=3)
    assert counts.to_dict() == EXPECTED


@pytest.mark.parametrize("crs", [4326, 4490, 3857, "OGC:CRS84"])
@pytest.mark.parametrize("ending", ["parquet", "geoparquet"])
def test_geoparquet_and_geometry_are_converted_to_degrees(regions, records, tmp_path, crs, ending):
    pytest.importorskip("pyarrow")
    shapes = gpd.points_from_xy(records["lon"] + 0.25, records["lat"] + 0.25, crs=4326)
    frame = gpd.GeoDataFrame(records[["kind"]], geometry=shapes).to_crs(crs)
    expected = {"b": 2, "a": 2, "c": 2}
    assert count_points(frame, regions)["count"].to_dict() == expected
    for encoding in ("WKB", "geoarrow"):
        frame.to_parquet(tmp_path / f"points.{ending}", geometry_encoding=encoding)
        counts = count_points(tmp_path / f"points.{ending}", regions, by="kind")
        assert counts.sum(axis=1).to_dict() == expected


def test_regions_in_another_reference_system(regions, records):
    shifted = records.assign(lon=records["lon"] + 0.25, lat=records["lat"] + 0.25)
    assert count_points(shifted, regions.to_crs(3857))["count"].to_dict() == {
        "b": 2,
        "a": 2,
        "c": 2,
    }


def test_geometry_in_a_plain_frame_is_degrees(regions):
    frame = pd.DataFrame({"geometry": [shapely.Point(5, 5), None, shapely.Point()]})
    counts = count_points(frame, regions)
    assert counts["count"].to_dict() == {"b": 0, "a": 1, "c": 0}
    assert counts.attrs["report"].missing_coordinates == 2


@pytest.mark.parametrize("by", [None, "kind"])
@pytest.mark.parametrize("weight", [None, "worth"])
def test_no_records_give_zeros(regions, records, by, weight, tmp_path):
    records.head(0).to_csv(tmp_path / "empty.csv", index=False)
    for source in (records.head(0), tmp_path / "empty.csv"):
        counts = count_points(source, regions, by=by, weight=weight)
        assert counts.shape == (3, 0 if by else 1)
        assert counts.to_numpy().sum() == 0
        assert counts.attrs["report"].records == 0


def test_assign_gives_the_same_from_a_pickled_index_and_from_threads(regions):
    rng = np.random.default_rng(5)
    x, y = rng.integers(-4, 50, (2, 40_000)) / 2
    index = build_index(regions)
    number = assign(x, y, index)
    hits = shapely.intersects(np.array(regions.geometry.array)[:, None], shapely.points(x, y))
    ranked = [1, 0, 2]
    expected = [next((k for k in ranked if hits[k, i]), -1) for i in range(len(x))]
    assert number.tolist() == expected
    assert assign(x, y, pickle.loads(pickle.dumps(index))).tolist() == expected
    with ThreadPoolExecutor(4) as pool:
        parts = pool.map(
            lambda part: assign(x[part], y[part], index), np.array_split(np.arange(len(x)), 7)
        )
        assert np.concatenate(list(parts)).tolist() == expected
    assert repr(index).startswith("<RegionIndex: 3 regions, ")


def test_slivers_are_given_out_by_the_rule_and_reported():
    regions = layer(b=shapely.box(9.99, 0, 20, 10), a=shapely.box(0, 0, 10, 10))
    counts = count_points(pd.DataFrame({"lon": [9.995, 5], "lat": [5, 5]}), regions)
    assert counts["count"].to_dict() == {"b": 0, "a": 2}
    assert counts.attrs["report"].overlap == 1


def test_the_bar_goes_to_standard_error(regions, records, capsys):
    count_points(records, regions, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Counting points" in err
    assert "100%" in err


SQUARE = shapely.box(0, 0, 1, 1)


@pytest.mark.parametrize(
    ("shapes", "error", "words"),
    [
        ({"a": SQUARE, "b": shapely.box(0.5, 0, 1.5, 1)}, DataError, "overlap.* a with b"),
        ({"a": SQUARE, "b": SQUARE}, DataError, "overlap.* a with b"),
        (
            {f"r{i:04}": shapely.box(0, 0, 90, 80) for i in range(3000)},
            DataError,
            "overlap.*and .* more",
        ),
        (
            {"a": shapely.box(0, 0, 90, 80), "b": shapely.box(3, 3, 3.001, 3.001)},
            DataError,
            "a with b",
        ),
        ({"a": SQUARE, "b": None}, DataError, "no geometry: b"),
        ({"a": SQUARE, "b": shapely.Polygon()}, DataError, "no geometry: b"),
        ({"a": SQUARE, "b": shapely.Point(1, 1)}, DataError, "no polygons: b"),
        (
            {"a": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])},
            DataError,
            "invalid geometry.*: a",
        ),
        ({"a": shapely.box(0, 0, 500_000, 1)}, CRSError, "beyond 360° or 90°.*: a"),
        ({}, DataError, "is empty"),
    ],
)
def test_regions_that_do_not_fit(shapes, error, words):
    frame = gpd.GeoDataFrame(
        geometry=list(shapes.values()), index=pd.Index(list(shapes), dtype=object), crs=4326
    )
    with pytest.raises(error, match=words):
        build_index(frame)


def test_region_ids_and_reference_system_are_checked(regions, records):
    with pytest.raises(CRSError, match="no coordinate reference system"):
        count_points(records, regions.set_crs(None, allow_override=True))
    with pytest.raises(DuplicateRegionError, match="more than one row for a"):
        count_points(records, regions.rename(index={"b": "a"}))
    with pytest.raises(DataError, match="index of the regions starts with 0"):
        count_points(records, regions.reset_index())
    with pytest.raises(DataError, match="no GeoDataFrame"):
        count_points(records, pd.DataFrame(regions))


def test_options_are_checked(regions, records):
    with pytest.raises(
        UnknownOptionError, match=r"Unknown engine 'spark'\. Known: dask, local, tcp://…"
    ):
        count_points(records, regions, engine="spark")
    with pytest.raises(
        UnknownOptionError, match=r"Unknown border rule 'firts'\. Did you mean 'first'"
    ):
        count_points(records, regions, border="firts")
    for size in (0, 2.5, True):
        with pytest.raises(SpecError, match="chunk_size is"):
            count_points(records, regions, chunk_size=size)
    with pytest.raises(SpecError, match="by is 5"):
        count_points(records, regions, by=5)
    with pytest.raises(SpecError, match="got list"):
        count_points([(1, 2)], regions)


def test_columns_are_checked(regions, records, tmp_path):
    with pytest.raises(
        MissingColumnError, match=r"lacks the column 'sort'\. It has lon, lat, kind, worth"
    ):
        count_points(records, regions, by="sort")
    with pytest.raises(MissingColumnError, match="lacks the columns 'lon', 'lat'"):
        count_points(records[["kind"]], regions)
    with pytest.raises(DataError, match="more than one column for the longitude: 'lon', '经度'"):
        count_points(records.assign(经度=1), regions)
    with pytest.raises(DataError, match="more than one column 'kind'"):
        count_points(pd.concat([records, records[["kind"]]], axis=1), regions, by="kind")
    records.to_csv(tmp_path / "points.csv", index=False)
    with pytest.raises(SpecError, match="one column cannot be two"):
        count_points(tmp_path / "points.csv", regions, weight="lon")
    with pytest.raises(DataError, match="values that are no labels"):
        count_points(records.assign(kind=[[1]] * 7), regions, by="kind")


@pytest.mark.parametrize("suffix", ["frame", "parquet"])
def test_a_system_that_lies_nowhere_on_earth_is_told(regions, tmp_path, suffix):
    plan = pyproj.CRS('LOCAL_CS["drawing",UNIT["metre",1]]')
    points = gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)], crs=plan)
    source = points
    if suffix == "parquet":
        source = tmp_path / "points.parquet"
        points.to_parquet(source)
    with pytest.raises(CRSError, match="points are in 'drawing', which lies nowhere on earth"):
        count_points(source, regions)
    drawn = regions.set_crs(plan, allow_override=True)
    with pytest.raises(CRSError, match="regions are in 'drawing', which lies nowhere on earth"):
        count_points(points.set_crs(4326, allow_override=True), drawn)


def test_geometry_is_checked(regions):
    shapes = gpd.GeoDataFrame(geometry=[shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)])])
    with pytest.raises(CRSError, match="without a coordinate reference system"):
        count_points(shapes, regions)
    with pytest.raises(DataError, match="Record 2 is a LineString"):
        count_points(shapes.set_crs(4326), regions)
    with pytest.raises(DataError, match="cells are no geometries"):
        count_points(pd.DataFrame({"geometry": ["POINT (1 1)"]}), regions)


@pytest.mark.parametrize("worth", [-1.0, 1e31, 1e-31])
def test_weights_are_checked(regions, records, worth):
    records.loc[3, "worth"] = worth
    with pytest.raises(DataError, match=re.escape(f"Record 4 has the weight {worth}.")):
        count_points(records, regions, weight="worth", chunk_size=2)


def test_files_are_checked(regions, tmp_path):
    for name, words in [
        ("https://example.org/points.csv", "no file on this machine"),
        ("/vsicurl/points.csv", "no file on this machine"),
        ("points.xlsx", "no ending that tells its format"),
    ]:
        with pytest.raises(SpecError, match=words):
            count_points(name, regions)
    with pytest.raises(DataError, match="There is no point file"):
        count_points(tmp_path / "none.csv", regions)
    for name, content, words in [
        (
            "long.csv",
            b"lon,lat\n5,5\n5,5,5,5\n5,5\n",
            "record 2 has more cells than the header, which has 2",
        ),
        ("quote.csv", b'lon,lat\n5,"5\n5,5\n', "no regular CSV table"),
        ("latin.csv", b"lon,lat,kind\n5,5,\xff\xff\n", "neither UTF-8 nor GB18030"),
        ("plain.csv.gz", b"lon,lat\n5,5\n", "damaged or no gzip"),
        ("cut.csv.gz", gzip.compress(b"lon,lat\n" + b"5,5\n" * 99)[:-12], "damaged or no gzip"),
        ("text.parquet", b"lon,lat\n5,5\n", "cannot be read as Parquet"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=words):
            count_points(tmp_path / name, regions)


def test_limits_are_named(regions, tmp_path, monkeypatch):
    frame = pd.DataFrame({"lon": 5.0, "lat": 5.0, "kind": [f"k{i}" for i in range(40)]})
    for ending in ("csv", "parquet"):
        getattr(frame, f"to_{ending}")(tmp_path / f"points.{ending}", index=False)
    sources = (frame, tmp_path / "points.csv", tmp_path / "points.parquet")
    monkeypatch.setattr(counter, "MAX_KINDS", 39)
    for source in sources:
        with pytest.raises(DataError, match=r"more than 39 kinds \(MAX_KINDS\)"):
            count_points(source, regions, by="kind", chunk_size=7)
    monkeypatch.setattr(record_files, "MAX_ROWS", 39)
    for source in sources:
        with pytest.raises(
            DataError, match=r"has 40 records or more, above the limit of 39 \(MAX_ROWS\)"
        ):
            count_points(source, regions, chunk_size=8)
    monkeypatch.setattr(record_files, "MAX_ROWS", 40)
    monkeypatch.setattr(record_files, "MAX_BYTES", 100)
    for source in sources[1:]:
        with pytest.raises(DataError, match=r"100 (bytes )?\(MAX_BYTES\)"):
            count_points(source, regions)


def test_a_small_file_that_explodes_is_refused_before_it_is_in_memory(regions, tmp_path):
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"lon,lat\n" + b"1" * 50_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(DataError, match="MAX_LINE_BYTES"):
        count_points(path, regions)


def test_parquet_needs_pyarrow(regions, tmp_path, monkeypatch):
    (tmp_path / "points.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'hubtiers\[parquet\]'"):
        count_points(tmp_path / "points.parquet", regions)
