"""Tables of 1.6 million cells through `read_indicators`; `pytest -s benchmarks/test_reading.py`."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from hubtiers.table.yearbook.read import read_indicators

SLOWEST = 15.0


def wide_table(path: Path) -> None:
    """Write 8,000 regions by 200 indicators."""
    numbers = np.random.default_rng(1).uniform(0, 1e4, (8_000, 200)).round(2)
    with path.open("w", encoding="utf-8") as file:
        file.write("地区," + ",".join(f"指标{at}（亿元）" for at in range(200)) + "\n")
        for at, row in enumerate(numbers.tolist()):
            file.write(f"r{at:05d}," + ",".join(map(str, row)) + "\n")


def long_table(path: Path) -> None:
    """Write 400,000 values in rows of four cells: region, indicator, value and year."""
    numbers = np.random.default_rng(1).uniform(0, 1e4, (100, 4_000)).round(2)
    with path.open("w", encoding="utf-8") as file:
        file.write("地区,指标,数值,年份\n")
        for at, values in enumerate(numbers.tolist()):
            told = f"指标{at // 10}", 2013 + at % 10
            for region, value in enumerate(values):
                file.write(f"r{region:05d},{told[0]},{value},{told[1]}\n")


@pytest.mark.parametrize("write", [wide_table, long_table])
def test_cells(write, tmp_path):
    path = tmp_path / "table.csv"
    write(path)
    started = time.process_time()
    file = read_indicators(path)
    taken = time.process_time() - started
    print(f"\n{write.__name__}: 1.6 M cells in {taken:.1f} s of processor; {file!r}")
    assert taken < SLOWEST
