"""What a cell costs: what can be asked of a column at once is not asked of each of its cells."""

import sys
from pathlib import Path

import numpy as np

from hubtiers.table.yearbook.read import read_indicators


def calls_and_values(path: Path) -> tuple[int, np.ndarray]:
    """Return how many Python functions are called while a file is read again, and the values."""
    read_indicators(path)
    calls = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        file = read_indicators(path)
    finally:
        sys.setprofile(None)
    return calls, file.values["value"].to_numpy()


def test_a_cell_of_a_wide_table_costs_few_calls(tmp_path):
    numbers = np.random.default_rng(3).uniform(1, 1e6, (400, 40)).round(2)
    lines = ["地区," + ",".join(f"指标{at}（亿元）" for at in range(numbers.shape[1]))]
    for at, row in enumerate(numbers.tolist()):
        lines.append(f"区{at}," + ",".join(map(str, row)))
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    calls, values = calls_and_values(path)
    assert values.tolist() == numbers.T.ravel().tolist()
    # 29, half of them in the first 400 rows, where headers are looked for; once it was 69.
    assert calls / numbers.size < 40


def test_a_row_of_a_long_table_costs_few_calls(tmp_path):
    rows = [(f"区{at % 400}", f"指标{at // 400}", at / 8) for at in range(4_000)]
    lines = ["地区,指标,数值", *(f"{name},{label},{value}" for name, label, value in rows)]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    calls, values = calls_and_values(path)
    assert values.tolist() == [value for _, _, value in rows]
    # 97; once it was 143.
    assert calls / len(rows) < 120
