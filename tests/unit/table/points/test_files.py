"""Folders of point files: counted piece by piece, resumed, and the same however they are cut."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box
from typer.testing import CliRunner

from hubtiers.cli import app
from hubtiers.errors import DataError, MissingColumnError, SpecError
from hubtiers.table.points import pieces
from hubtiers.table.points.count import MeanOf, PointFiles, count_points

pytest.importorskip("pyarrow")


@pytest.fixture
def regions():
    shapes = [box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"{i:02}" for i in range(16)], crs=4326)


@pytest.fixture
def records():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {"lon": rng.integers(-2, 10, 900) / 2, "lat": rng.integers(-2, 10, 900) / 2}
    )
    frame["kind"] = rng.choice(["01", "1", "实验室"], 900)
    frame["year"] = rng.choice(["2020", "2021"], 900)
    frame["worth"] = rng.random(900) * 10.0 ** rng.integers(-9, 9, 900)
    return frame


@pytest.fixture
def folder(tmp_path, records):
    """The records as five files: CSV in two encodings, packed, Parquet and GeoParquet, in folders."""
    top = tmp_path / "points"
    (top / "more").mkdir(parents=True)
    parts = [records.iloc[start : start + 180] for start in range(0, 900, 180)]
    parts[0].to_csv(top / "a.csv", index=False)
    parts[1].to_csv(top / "b.csv", index=False, encoding="gb18030")
    parts[2].to_csv(top / "c.csv.gz", index=False)
    parts[3].to_parquet(top / "more" / "d.parquet", row_group_size=50)
    places = gpd.points_from_xy(parts[4]["lon"], parts[4]["lat"])
    others = parts[4].drop(columns=["lon", "lat"])
    gpd.GeoDataFrame(others, geometry=places, crs=4326).to_parquet(top / "more" / "e.geoparquet")
    (top / "_SUCCESS").write_text("")
    (top / ".a.csv.crc").write_bytes(b"\0")
    return top


@pytest.mark.parametrize(
    "options",
    [{}, {"by": "kind"}, {"by": ["kind", "year"], "weight": "worth"}, {"weight": MeanOf("worth")}],
)
@pytest.mark.parametrize("size", [37, 500_000])
def test_a_folder_gives_the_counts_of_its_records(folder, records, regions, options, size):
    expected = count_points(records, regions, **options)
    found = count_points(folder, regions, chunk_size=size, **options)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    report = found.attrs["report"]
    assert (report.records, report.counted) == (900, expected.attrs["report"].counted)
    assert (report.source, report.encoding) == ("points", "gb18030 and utf-8-sig")


def test_pieces_of_a_file_add_up_to_it(tmp_path, records, regions, monkeypatch):
    path = tmp_path / "points.parquet"
    records.to_parquet(path, row_group_size=100)
    whole = count_points(path, regions, by="kind")
    monkeypatch.setattr(pieces, "PIECE_RECORDS", 250)
    assert [piece.groups for piece in pieces.pieces_of(path)] == [(0, 1, 2), (3, 4, 5), (6, 7, 8)]
    found = count_points(path, regions, by="kind")
    pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_records_are_numbered_within_their_file(tmp_path, records, regions, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_RECORDS", 250)
    records.loc[612, "worth"] = -1.0
    records.to_parquet(tmp_path / "points.parquet", row_group_size=100)
    with pytest.raises(DataError, match=r"^Record 613 has the weight -1\.0"):
        count_points(tmp_path / "points.parquet", regions, weight="worth")
    records.iloc[:2].to_csv(tmp_path / "others.csv", index=False)
    with pytest.raises(DataError, match=r"^points\.parquet: Record 613 has the weight -1\.0"):
        count_points(tmp_path, regions, weight="worth")


def test_kind_and_year_make_a_column_each(regions):
    frame = pd.DataFrame(
        {
            "lon": 0.5,
            "lat": 0.5,
            "kind": ["b", "a", "b", None, "a"],
            "year": [2021, 2020, 2021, 2020, None],
        }
    )
    counts = count_points(frame, regions, by=["kind", "year"])
    assert counts.columns.names == ["kind", "year"]
    assert counts.loc["00"].to_dict() == {("a", "2020"): 1, ("b", "2021"): 2}
    assert counts.attrs["report"].missing_kind == 2


def test_means_are_exact_and_missing_without_records(regions):
    worth = [1e16, 1.0, 3.0, 0.1]
    frame = pd.DataFrame({"lon": 0.5, "lat": 0.5, "worth": worth})
    means = count_points(frame, regions, weight=MeanOf("worth"))["count"]
    assert means["00"] == 2500000000000001.0
    assert np.isnan(means["01"])


def test_an_interrupted_count_goes_on_where_it_stopped(folder, regions, tmp_path, monkeypatch):
    expected = count_points(folder, regions, by="kind", weight="worth")
    files = PointFiles(folder, partials=tmp_path / "kept")
    plain, read = pieces.read_records, []

    def interrupted(path, *rest, **options):
        read.append(path.name)
        if path.name == "d.parquet":
            raise KeyboardInterrupt
        return plain(path, *rest, **options)

    monkeypatch.setattr(pieces, "read_records", interrupted)
    with pytest.raises(KeyboardInterrupt):
        count_points(files, regions, by="kind", weight="worth")
    assert set(read) == {"a.csv", "b.csv", "c.csv.gz", "d.parquet"}

    def noted(path, *rest, **options):
        read.append(path.name)
        return plain(path, *rest, **options)

    monkeypatch.setattr(pieces, "read_records", noted)

    def again(*args, **options):
        read.clear()
        found = count_points(*args, **options)
        return found, set(read)

    found, files_read = again(files, regions, by="kind", weight="worth")
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["report"] == expected.attrs["report"]
    assert files_read == {"d.parquet", "e.geoparquet"}
    # All is kept now; other bytes, options and regions are counted anew.
    assert again(files, regions, by="kind", weight="worth")[1] == set()
    assert len(again(files, regions, by="year")[1]) == 5
    assert len(again(files, regions, by="kind", weight="worth", border="last")[1]) == 5
    assert len(again(files, regions.iloc[:15], by="kind", weight="worth")[1]) == 5
    (folder / "a.csv").write_text("lon,lat,kind,worth\n0.5,0.5,01,2\n", encoding="utf-8")
    found, files_read = again(files, regions, by="kind", weight="worth")
    assert files_read == {"a.csv"}
    assert found.attrs["report"].records == 721


def test_a_partial_count_that_was_cut_off_is_not_taken(folder, regions, tmp_path):
    files = PointFiles(folder, partials=tmp_path / "kept")
    expected = count_points(files, regions, by="kind")
    for place in (tmp_path / "kept").iterdir():
        place.write_bytes(place.read_bytes()[:-40])
    pd.testing.assert_frame_equal(count_points(files, regions, by="kind"), expected)


def test_what_a_folder_may_hold_is_said(folder, regions, tmp_path):
    (folder / "more" / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match=r"no point records: more.notes\.txt\. Move them away"):
        count_points(folder, regions)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty holds no point records\. Known endings: \.csv"):
        count_points(tmp_path / "empty", regions)
    (folder / "more" / "notes.txt").unlink()
    (folder / "z.csv").write_text("lon,lat,sort\n1,1,lab\n")
    with pytest.raises((DataError, MissingColumnError), match=r"z\.csv.*'?kind'?.*sort"):
        count_points(folder, regions, by="kind")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": 5}, "by is 5. Give the name of one column, a list of names, or None"),
        ({"by": ["kind", "kind"]}, "by names a column twice: kind, kind. Name each once."),
        ({"weight": MeanOf(5)}, "weight is 5. Give the name of one column"),
    ],
)
def test_wrong_options_are_said(records, regions, options, words):
    with pytest.raises(SpecError, match=words):
        count_points(records, regions, **options)


def test_a_file_that_changes_or_goes_while_it_is_counted(tmp_path, records, regions):
    path = tmp_path / "points.csv"
    records.to_csv(path, index=False)
    piece = pieces.pieces_of(path)[0]
    path.write_text("lon,lat\n1,1\n")
    with pytest.raises(DataError, match="has 12 bytes, but had .* when the count began"):
        pieces.count_piece(piece, None, None, None)
    path.unlink()
    with pytest.raises(DataError, match=r"A worker does not see .*points\.csv"):
        pieces.count_piece(piece, None, None, None)


def test_the_command_line_counts_a_folder_by_kind_and_year(tmp_path):
    points = tmp_path / "points"
    points.mkdir()
    lines = ["lon,lat,kind,year,staff", "116.4,39.9,lab,2020,4", "116.4,39.9,lab,2020,7"]
    (points / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    (points / "b.csv").write_text(f"{lines[0]}\n121.5,31.2,lab,2021,1\n", encoding="utf-8")

    def run(*more, out=tmp_path / "counts.csv"):
        words = ["count", str(points), "--level", "province", "--out", str(out), *more]
        return CliRunner().invoke(app, words)

    for _ in range(2):
        done = run("--by", "kind", "--by", "year", "--resume")
        assert done.exit_code == 0, done.output
        assert len(list((tmp_path / "counts.csv.partials").iterdir())) == 2
        table = pd.read_csv(tmp_path / "counts.csv", dtype={"region_id": str})
        found = table.set_index("region_id")[["lab | 2020", "lab | 2021"]]
        assert found.loc["110000"].tolist() == [2, 0]
        assert found.loc["310000"].tolist() == [0, 1]
    assert run("--weight", "staff", "--mean").exit_code == 0
    means = pd.read_csv(tmp_path / "counts.csv", dtype={"region_id": str}).set_index("region_id")
    assert means.loc["110000", "count"] == 5.5
    done = run("--mean")
    assert done.exit_code == 2
    assert "--mean goes with --weight COLUMN" in " ".join(done.output.split())
    done = run(out=points / "counts.csv")
    assert done.exit_code == 1
    assert "whose files are all counted. Name a file elsewhere." in str(done.exception)
    done = run("--by-name", "kind", "--resume")
    assert done.exit_code == 2
