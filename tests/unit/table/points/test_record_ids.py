"""Records told twice are counted once, wherever they stand and however the files are cut."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box
from typer.testing import CliRunner

from hubtiers.cli import app
from hubtiers.errors import DataError, MissingColumnError, SpecError
from hubtiers.table.points import pieces, record_ids
from hubtiers.table.points.count import MeanOf, PointFiles, count_points
from hubtiers.table.points.record_ids import hashes_of, repeated_among

pytest.importorskip("pyarrow")


@pytest.fixture
def regions():
    shapes = [box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"{i:02}" for i in range(16)], crs=4326)


@pytest.fixture
def records():
    """900 records of about 500 ids, which move and change their kind from one to the next."""
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {"lon": rng.integers(-2, 10, 900) / 2, "lat": rng.integers(-2, 10, 900) / 2}
    )
    frame["kind"] = rng.choice(["01", "1"], 900)
    frame["worth"] = rng.random(900) * 10.0 ** rng.integers(-9, 9, 900)
    frame["code"] = [f"{number:07}" for number in rng.integers(0, 700, 900)]
    frame.loc[[5, 450, 899], "code"] = None
    frame.loc[[7, 300], "lat"] = np.nan
    return frame


@pytest.fixture
def folder(tmp_path, records):
    """The records as four files of three kinds, in folders."""
    top = tmp_path / "points"
    (top / "more").mkdir(parents=True)
    parts = [records.iloc[start : start + 225] for start in range(0, 900, 225)]
    parts[0].to_csv(top / "a.csv", index=False)
    parts[1].replace({"kind": {"01": "实验室"}}).to_csv(
        top / "b.csv", index=False, encoding="gb18030"
    )
    parts[2].to_csv(top / "c.csv.gz", index=False)
    parts[3].to_parquet(top / "more" / "d.parquet", row_group_size=50)
    return top


def first_of_each(records):
    """Return the records that count, by the plain rule."""
    return records[records["code"].isna() | ~records["code"].duplicated()]


@pytest.mark.parametrize(
    "options", [{}, {"by": "kind", "weight": "worth"}, {"weight": MeanOf("worth")}]
)
def test_the_first_record_of_an_id_counts(records, regions, options):
    expected = count_points(first_of_each(records), regions, **options)
    plain = count_points(records, regions, **options)
    assert not plain.equals(expected)
    for size in (37, 500_000):
        found = count_points(records, regions, record_id="code", chunk_size=size, **options)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    report, alone = found.attrs["report"], expected.attrs["report"]
    assert report.repeated == 900 - len(first_of_each(records)) > 200
    assert (report.records, report.counted, report.without_id) == (900, alone.counted, 3)
    figures = report[1 : report._fields.index("border")]
    assert sum(figures) == 900
    text = report.to_text()
    assert f"{report.repeated:,} with the id of an earlier record, not counted again" in text
    assert "3 without an id, each taken for a record of its own" in text


@pytest.mark.parametrize("compared", [2_000_000, 100])
def test_files_are_compared_with_each_other(folder, records, regions, monkeypatch, compared):
    monkeypatch.setattr(record_ids, "COMPARED", compared)
    monkeypatch.setattr(record_ids, "_SLICE", 64)
    monkeypatch.setattr(pieces, "PIECE_RECORDS", 100)
    records.loc[225:449, "kind"] = records.loc[225:449, "kind"].replace("01", "实验室")
    expected = count_points(records, regions, by="kind", record_id="code")
    found = count_points(folder, regions, by="kind", record_id="code", chunk_size=41)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    for name in ("counted", "repeated", "without_id", "outside", "missing_coordinates"):
        assert getattr(found.attrs["report"], name) == getattr(expected.attrs["report"], name)


def test_an_interrupted_count_keeps_ids_and_counts(folder, regions, tmp_path, monkeypatch):
    files = PointFiles(folder, partials=tmp_path / "kept")
    expected = count_points(folder, regions, record_id="code")
    plain, read, last = pieces.read_records, [], [6]

    def noted(path, request, **options):
        read.append((path.name, request.record_id is not None))
        if len(read) in last:
            raise KeyboardInterrupt
        return plain(path, request, **options)

    monkeypatch.setattr(pieces, "read_records", noted)
    with pytest.raises(KeyboardInterrupt):
        count_points(files, regions, record_id="code")
    assert [name for name, _ in read] == [
        "a.csv",
        "b.csv",
        "b.csv",
        "c.csv.gz",
        "d.parquet",
        "a.csv",
    ]
    read.clear()
    last.clear()
    found = count_points(files, regions, record_id="code")
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["report"] == expected.attrs["report"]
    # The ids of all files had been read, and none is read for them again.
    assert not any(is_for_ids for _, is_for_ids in read)
    read.clear()
    count_points(files, regions, record_id="code")
    assert read == []
    # Without ids, and by another column of ids, all files are counted anew.
    assert count_points(files, regions)["count"].sum() > expected["count"].sum()
    # An id that goes leaves its next record to count, in another file.
    text = (folder / "a.csv").read_text(encoding="utf-8").splitlines()
    (folder / "a.csv").write_text("\n".join(text[:2]) + "\n", encoding="utf-8")
    read.clear()
    again = count_points(files, regions, record_id="code")
    pd.testing.assert_frame_equal(again, count_points(folder, regions, record_id="code"))
    assert ("a.csv", True) in read


def test_ids_that_were_cut_off_are_read_again(folder, regions, tmp_path):
    files = PointFiles(folder, partials=tmp_path / "kept")
    expected = count_points(files, regions, record_id="code")
    for place in (tmp_path / "kept").glob("*.ids"):
        data = bytearray(place.read_bytes())
        data[3] ^= 1
        place.write_bytes(data)
    for place in (tmp_path / "kept").iterdir():
        if place.suffix != ".ids":
            place.unlink()
    pd.testing.assert_frame_equal(count_points(files, regions, record_id="code"), expected)


def test_ids_are_texts_whatever_the_file_makes_of_them(tmp_path, regions):
    place = {"lon": [0.5] * 4, "lat": [0.5] * 4}
    top = tmp_path / "points"
    top.mkdir()
    # Beside a gap, pandas would take these whole numbers for floats, and both for the same one.
    large = pd.array([2**53, 2**53 + 1, None, 7], dtype="Int64")
    pd.DataFrame(place | {"code": large}).to_parquet(top / "a.parquet")
    lines = ["lon,lat,code", f"0.5,0.5,{2**53 + 1}", "0.5,0.5,07", "0.5,0.5, 7 ", "0.5,0.5,—"]
    (top / "b.csv").write_text("\n".join(lines), encoding="utf-8")
    report = count_points(top, regions, record_id="code").attrs["report"]
    assert (report.records, report.counted, report.repeated, report.without_id) == (8, 6, 2, 2)
    frame = pd.DataFrame(place | {"code": [1, 1.0, "1", None]}, dtype=object)
    assert count_points(frame, regions, record_id="code").loc["00", "count"] == 2


def test_hashes_tell_apart_what_differs():
    texts = pd.Series([f"CN{number}" for number in range(50_000)])
    hashes = hashes_of(texts)
    assert len(set(hashes.tolist())) == 50_000
    assert hashes_of(pd.Series(["CN7", None, "n/a", " "])).tolist() == [hashes[7], 0, 0, 0]


def test_no_ids_at_all():
    empty = np.empty(0, np.uint64)
    assert [places.tolist() for places in repeated_among([empty, empty], None)] == [[], []]


def test_what_is_no_id_is_said(records, regions, tmp_path, folder):
    with pytest.raises(SpecError, match=r"record_id is 5\. Give the name of one column, or None"):
        count_points(records, regions, record_id=5)
    with pytest.raises(MissingColumnError, match="'?number'?"):
        count_points(folder, regions, record_id="number")
    records["code"] = np.arange(900) + 2.0**60
    with pytest.raises(DataError, match="'code' holds ids as floating-point numbers above 9,007"):
        count_points(records, regions, record_id="code")
    frame = pd.DataFrame({"lon": [1.0], "lat": [1.0], "code": [[1, 2]]})
    frame.to_parquet(tmp_path / "lists.parquet")
    with pytest.raises(DataError, match=r"'code' of lists\.parquet holds list.*no ids can be made"):
        count_points(tmp_path / "lists.parquet", regions, record_id="code")
    with pytest.raises(SpecError, match=r"needs a folder for the ids that all workers see"):
        count_points(folder, regions, record_id="code", engine="tcp://127.0.0.1:1")


def test_the_command_line_counts_an_id_once(tmp_path):
    points, out = tmp_path / "points.csv", tmp_path / "counts.csv"
    lines = ["lon,lat,code", "116.4,39.9,a", "121.5,31.2,a", "121.5,31.2,b"]
    points.write_text("\n".join(lines), encoding="utf-8")

    def run(*more):
        words = ["count", str(points), "--level", "province", "--out", str(out), *more]
        return CliRunner().invoke(app, words)

    done = run("--record-id", "code")
    assert done.exit_code == 0, done.output
    assert "1 with the id of an earlier record, not counted again" in done.output
    table = pd.read_csv(out, dtype={"region_id": str}).set_index("region_id")["count"]
    assert (table["110000"], table["310000"], table.sum()) == (1, 1, 2)
    done = run("--record-id", "code", "--engine", "tcp://127.0.0.1:1")
    assert done.exit_code == 1
    assert "--record-id on a cluster needs a folder" in str(done.exception)
    assert "Name one with --resume, or count" in str(done.exception)
    done = run("--record-id", "code", "--by-name", "code")
    assert done.exit_code == 2
    assert "--record-id goes with coordinates" in " ".join(done.output.split())
