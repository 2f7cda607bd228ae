"""Points counted by the workers of a cluster: the same counts and the same account as in this process."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box
from typer.testing import CliRunner

from hubtiers import _dask
from hubtiers.cli import app
from hubtiers.errors import DataError, SpecError
from hubtiers.table.points import count, pieces
from hubtiers.table.points.count import MeanOf, PointFiles, count_points

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as running:
        yield running


@pytest.fixture
def regions():
    shapes = [box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"{i:02}" for i in range(16)], crs=4326)


@pytest.fixture
def records():
    """Points inside, outside and on corners, with kinds that only some chunks have, and gaps."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {"lon": rng.integers(-2, 10, 3000) / 2, "lat": rng.integers(-2, 10, 3000) / 2}
    )
    frame["kind"] = np.where(frame.index < 1000, "lab", rng.choice(["firm", "patent"], 3000))
    frame["worth"] = rng.random(3000) * 10.0 ** rng.integers(-9, 9, 3000)
    frame.loc[frame.index % 97 == 0, "lat"] = np.nan
    # Each record of the second half has the id of one of the first.
    frame["code"] = frame.index % 1500
    return frame


@pytest.mark.parametrize("options", [{}, {"by": "kind"}, {"by": "kind", "weight": "worth"}])
def test_the_cluster_gives_the_local_counts(cluster, regions, records, options):
    expected = count_points(records, regions, chunk_size=100, **options)
    found = count_points(
        records, regions, chunk_size=100, engine=cluster.scheduler_address, **options
    )
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["report"] == expected.attrs["report"]
    assert found.attrs["report"].chunks == 30


def test_the_client_in_use_and_files_in_other_encodings(cluster, regions, records, tmp_path):
    path = tmp_path / "points.csv"
    records.replace({"kind": {"lab": "实验室"}}).to_csv(path, index=False, encoding="gb18030")
    with distributed.Client(cluster):
        found = count_points(path, regions, by="kind", chunk_size=200, engine="dask")
    expected = count_points(path, regions, by="kind")
    assert expected["实验室"].sum() > 0
    pd.testing.assert_frame_equal(found, expected)


def test_what_a_worker_finds_wrong_is_said(cluster, regions, records):
    records.loc[1234, "worth"] = -1.0
    with pytest.raises(DataError, match=r"Record 1235 has the weight -1\.0"):
        count_points(
            records, regions, weight="worth", chunk_size=100, engine=cluster.scheduler_address
        )
    records["kind"] = records.index.astype(str)
    with pytest.raises(DataError, match="more than 1,000 kinds"):
        count_points(records, regions, by="kind", chunk_size=100, engine=cluster.scheduler_address)


def test_no_client_and_no_scheduler(regions, records, monkeypatch):
    monkeypatch.setattr("hubtiers._dask._PATIENCE", "500ms")
    with pytest.raises(SpecError, match="found no client in use"):
        count_points(records, regions, engine="dask")
    with pytest.raises(SpecError, match="no dask scheduler at 'tcp://127.0.0.1:9'"):
        count_points(records, regions, engine="tcp://127.0.0.1:9")


def test_the_command_line_takes_an_address(cluster, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("lon,lat\n116.4,39.9\n121.5,31.2\n", encoding="utf-8")
    out = tmp_path / "counts.csv"
    address = cluster.scheduler_address
    done = CliRunner().invoke(
        app, ["count", str(points), "--level", "province", "--out", str(out), "--engine", address]
    )
    assert done.exit_code == 0, done.output
    counts = pd.read_csv(out, dtype={"region_id": str}).set_index("region_id")["count"]
    assert counts[counts > 0].to_dict() == {"110000": 1, "310000": 1}
    tables = tmp_path / "robust"
    done = CliRunner().invoke(
        app,
        ["robustness", "zhang2022", "--draws", "1000", "--out", str(tables), "--engine", address],
    )
    assert done.exit_code == 0, done.output
    assert (tables / "tier_probability.csv").exists()


@pytest.fixture
def folder(records, tmp_path):
    """Thirty files, so that pieces are left when a worker is killed."""
    top = tmp_path / "points"
    top.mkdir()
    for number, start in enumerate(range(0, 3000, 100)):
        part = records.iloc[start : start + 100]
        if number % 2:
            part.to_csv(top / f"{number:02}.csv", index=False)
        else:
            part.to_parquet(top / f"{number:02}.parquet", row_group_size=30)
    return top


@pytest.fixture
def few_pieces(monkeypatch):
    """Small blocks and trees of two, so that small data go through all that large data do."""
    monkeypatch.setattr(count, "_BLOCK", 3)
    monkeypatch.setattr(count, "_FAN", 2)


OPTIONS = [{}, {"by": ["kind"], "weight": "worth"}, {"weight": MeanOf("worth")}]


@pytest.mark.usefixtures("few_pieces")
@pytest.mark.parametrize("options", OPTIONS)
def test_workers_read_the_files_themselves(cluster, regions, folder, options, monkeypatch):
    expected = count_points(folder, regions, **options)
    # What this process would read here it cannot: patches do not reach the workers.
    monkeypatch.setattr(pieces, "read_records", None)
    found = count_points(folder, regions, engine=cluster.scheduler_address, **options)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["report"] == expected.attrs["report"]


@pytest.mark.usefixtures("few_pieces")
def test_workers_compare_ids_over_all_files(cluster, regions, records, folder, tmp_path):
    expected = count_points(folder, regions, record_id="code", by="kind")
    assert expected.attrs["report"].repeated == 1500
    files = PointFiles(folder, partials=tmp_path / "kept")
    address = cluster.scheduler_address
    for _ in range(2):
        found = count_points(files, regions, record_id="code", by="kind", engine=address)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
        assert found.attrs["report"] == expected.attrs["report"]
    found = count_points(records, regions, record_id="code", by="kind", engine=address)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@contextmanager
def running(workers):
    import dask

    settings = {"distributed.logging.distributed": "critical"}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster


def killing(cluster, number, monkeypatch):
    """Kill some workers once a block has come back; return the list of those killed."""
    killed = []

    def computed(client, thing, submit, items):
        for result in _dask.computed(client, thing, submit, items):
            if not killed:
                killed.extend([worker.pid for worker in cluster.workers.values()][:number])
                for victim in killed:
                    os.kill(victim, signal.SIGKILL)
            yield result

    monkeypatch.setattr(count, "computed", computed)
    return killed


@pytest.mark.usefixtures("few_pieces")
@pytest.mark.parametrize(
    ("workers", "lost", "record_id"), [(1, 0, None), (2, 1, None), (2, 2, None), (2, 1, "code")]
)
def test_workers_lost_half_way_change_nothing(
    regions, folder, monkeypatch, tmp_path, workers, lost, record_id
):
    options = {"by": "kind", "weight": "worth", "record_id": record_id}
    expected = count_points(folder, regions, **options)
    files = folder if record_id is None else PointFiles(folder, partials=tmp_path / "kept")
    with running(workers) as cluster:
        killed = killing(cluster, lost, monkeypatch)
        address = cluster.scheduler_address
        found = count_points(files, regions, engine=address, **options)
    assert len(killed) == lost
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["report"] == expected.attrs["report"]


@pytest.mark.usefixtures("few_pieces")
@pytest.mark.parametrize("as_frame", [False, True])
def test_no_worker_left_is_a_sentence_and_what_was_counted_is_kept(
    regions, folder, records, monkeypatch, tmp_path, as_frame
):
    monkeypatch.setattr(_dask, "_WORKER_PATIENCE", 1.0)
    files = PointFiles(folder, partials=tmp_path / "kept")

    def computed(client, thing, submit, items):
        for number, result in enumerate(_dask.computed(client, thing, submit, items)):
            if number == 0:
                cluster.scale(0)
            yield result

    monkeypatch.setattr(count, "computed", computed)
    with (
        running(2) as cluster,
        pytest.raises(DataError, match=r"No worker of dask is left, and no"),
    ):
        count_points(
            records if as_frame else files,
            regions,
            chunk_size=50,
            engine=cluster.scheduler_address,
        )
    if not as_frame:
        assert len(list((tmp_path / "kept").iterdir())) >= 3
        expected = count_points(folder, regions, chunk_size=50)
        found = count_points(files, regions, chunk_size=50)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_what_a_worker_finds_wrong_in_a_file_names_it(cluster, regions, folder):
    (folder / "17.csv").write_text("lon,lat,kind\n1,1,lab\n")
    with pytest.raises(DataError, match=r"17\.csv lacks the column 'worth'"):
        count_points(folder, regions, weight="worth", engine=cluster.scheduler_address)
