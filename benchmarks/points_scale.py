"""What a point costs as points grow from 1e5 to 1e8, in time and memory, here and on two workers.

Run with `python benchmarks/points_scale.py [1e5 1e6 …] [--ending csv] [--workers 2]`. Each size is a
folder of files of up to a million points, counted by kind in a process of its own; a warm count of
one point comes before it, whose time is what a count costs without points. Files beyond the first
ten are links to those, so that 1e8 points need no 2 GB of disk.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time

from test_points import coverage, write_points

from hubtiers.table.points.count import count_points

FILE_POINTS = 1_000_000
DISTINCT = 10


def write_folder(top: Path, points: int, ending: str) -> Path:
    """Return a folder with so many points in files of the ending."""
    folder = top / f"{points}.{ending}"
    folder.mkdir()
    size = min(points, FILE_POINTS)
    for number in range(points // size):
        place = folder / f"{number:05}.{ending}"
        if number < DISTINCT:
            write_points(place, size, seed=number)
        else:
            os.link(folder / f"{number % DISTINCT:05}.{ending}", place)
    return folder


def peak_mb() -> float:
    """Return the highest resident memory of this process so far."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@contextlib.contextmanager
def engine(workers: int):
    """Yield the engine: this process, or the scheduler of so many worker processes."""
    if not workers:
        yield "local"
        return
    from dask.distributed import LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def measure(folder: Path, workers: int) -> dict[str, float]:
    """Count a folder, and tell seconds with and without the points."""
    regions = coverage()
    with tempfile.TemporaryDirectory() as name, engine(workers) as where:
        one = write_points(Path(name) / f"one{folder.suffix}", 1)
        count_points(one, regions, by="kind", engine=where)
        fixed, fixed_cpu, _ = timed(one, regions, where)
        whole, cpu, report = timed(folder, regions, where)
    figures = {
        "points": report.records,
        "counted": report.counted,
        "seconds": round(whole, 2),
        "fixed": round(fixed, 2),
        "ns_a_point": round((whole - fixed) / report.records * 1e9),
        "peak_mb": round(peak_mb()),
    }
    if not workers:
        # Of this process alone: what others do on the machine is not in it.
        figures["cpu_ns_a_point"] = round((cpu - fixed_cpu) / report.records * 1e9)
    return figures


def timed(points: Path, regions, where: str):
    """Return the seconds and the processor seconds of a count, and its report."""
    began, began_cpu = perf_counter(), process_time()
    counts = count_points(points, regions, by="kind", engine=where)
    return perf_counter() - began, process_time() - began_cpu, counts.attrs["report"]


def main() -> None:
    """Measure each size in a process of its own, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=float, default=[1e5, 1e6, 1e7])
    parser.add_argument("--ending", default="parquet", choices=["parquet", "csv"])
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder is not None:
        sys.stdout.write(json.dumps(measure(given.folder, given.workers)) + "\n")
        return
    packages = ("numpy", "pandas", "numba", "pyarrow", "distributed")
    said = ", ".join(f"{name} {version(name)}" for name in packages)
    sys.stdout.write(f"Python {platform.python_version()}, {said}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as name:
        for size in given.sizes:
            folder = write_folder(Path(name), int(size), given.ending)
            command = [sys.executable, __file__, "--folder", folder]
            command += ["--workers", str(given.workers)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
