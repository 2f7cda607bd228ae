"""A build by stage, as CPU time on one core; `pytest -s benchmarks/test_build.py`.

Beside each stage stands how many plain maps of geopandas the time would draw. Kernels are compiled
before; what the first run on a machine takes longer is measured apart.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from builds import STUDIES
from one_build import cpu_of, plain_map

from hubtiers._progress import hearing_stages
from hubtiers.study import load_study

STAGES = {"read", "score", "draws", "save", "map", "figures", "tables", "report"}


@pytest.mark.parametrize("name", STUDIES)
def test_stages(name, tmp_path):
    load_study(name).run()
    moments = []
    with hearing_stages(lambda stage: moments.append((stage, time.process_time()))):
        outcome = load_study(name).run()
        moments.append(("save", time.process_time()))
        outcome.save(tmp_path / "first")
    moments.append(("end", time.process_time()))
    plain_map(outcome.result, tmp_path / "warm.png")
    plain, _ = cpu_of(lambda: plain_map(outcome.result, tmp_path / "plain.png"))
    again, _ = cpu_of(lambda: outcome.save(tmp_path / "again"))
    scored = int(outcome.result.scores.notna().sum())
    print(f"\n{name}: {scored} regions; a plain map takes {plain:.2f} s")
    taken: dict[str, float] = {}
    for (stage, start), (_, end) in pairwise(moments):
        taken[stage] = taken.get(stage, 0.0) + end - start
    for stage, seconds in taken.items():
        print(f"  {stage:9s}{seconds:7.2f} s {seconds / plain:7.1f} plain maps")
    print(f"  files again, with everything imported: {again:.2f} s, {again / plain:.1f} plain maps")
    assert scored == STUDIES[name]
    assert taken.keys() >= STAGES


def test_first_run(tmp_path):
    """What a machine that never compiled takes longer, beside every run after it."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    command = [sys.executable, "-m", "hubtiers.cli", "build", "zhang2022"]
    taken = []
    for number in range(2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = str(tmp_path / f"out{number}")
        subprocess.run([*command, "--out", out], env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(sum(after[:2]) - sum(before[:2]))
    first, later = taken
    print(
        f"\nbuild of zhang2022: {first:.2f} s at first, {later:.2f} s later, {first / later:.1f} ×"
    )
    assert (tmp_path / "out1" / "scores.csv").read_bytes() == (
        tmp_path / "out0" / "scores.csv"
    ).read_bytes()
