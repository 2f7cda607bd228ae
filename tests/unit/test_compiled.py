"""What is kept of compiled kernels only spares time: damaged, full or absent, the answer is the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

KERNEL = """
import sys, warnings
import numpy as np
from hubtiers._compiled import compiled

@compiled
def doubled(x):
    return 2.0 * x

@compiled
def summed(values):
    total = 0.0
    for value in values:
        total += doubled(value)
    return total

if "small" in sys.argv:
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
for _ in range(2):
    print(summed(np.array([1.0, 2.5])), sum(summed.stats.cache_hits.values()))
print(summed(np.array([1, 2])))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "kernel.py").write_text(KERNEL, encoding="utf-8")

    def run(kept, *arguments):
        surroundings = os.environ | {"NUMBA_CACHE_DIR": str(kept)}
        command = [sys.executable, "-W", "always", "kernel.py", *arguments]
        said = subprocess.run(
            command, cwd=folder, env=surroundings, capture_output=True, text=True, check=True
        )
        return said.stdout.split(), said.stderr

    return run


@pytest.fixture(scope="module")
def kept(run, tmp_path_factory):
    """A folder that a run has filled, to be copied."""
    folder = tmp_path_factory.mktemp("kept")
    assert run(folder) == (FRESH, "")
    return folder


FRESH, KEPT = ["7.0", "0", "7.0", "0", "6.0"], ["7.0", "1", "7.0", "1", "6.0"]
DAMAGE = {
    "empty": ("nbc", lambda raw: b""),
    "one bit": ("nbc", lambda raw: raw[:-500] + bytes([raw[-500] ^ 1]) + raw[-499:]),
    "no pickle of ours": ("nbc", lambda raw: b"\x80\x05K\x01." * 20),
    "half an index": ("nbi", lambda raw: raw[: len(raw) // 2]),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_made_anew_and_told_once(run, kept, tmp_path, damage):
    shutil.copytree(kept, tmp_path / "kept")
    kind, damaged = DAMAGE[damage]
    for path in (tmp_path / "kept").rglob(f"*.{kind}"):
        path.write_bytes(damaged(path.read_bytes()))
    printed, told = run(tmp_path / "kept")
    assert printed == FRESH
    assert told.count("is damaged, and is made anew.") == 1
    # What was made anew is kept.
    assert run(tmp_path / "kept") == (KEPT, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
def test_a_full_disk_is_told_once(run, tmp_path):
    printed, told = run(tmp_path, "small")
    assert printed == FRESH
    assert told.count("Compiled code cannot be kept in ") == 1
    assert "(File too large), so that every run compiles anew. Free space there" in told
    # Nothing that was cut off stays.
    assert run(tmp_path) == (FRESH, "")


def test_no_folder_at_all_is_told_once(monkeypatch):
    from numba.core.caching import CompileResultCacheImpl

    from hubtiers import _compiled
    from hubtiers.errors import HubtiersWarning

    monkeypatch.setattr(CompileResultCacheImpl, "_locator_classes", [])
    monkeypatch.setattr(_compiled, "_told", set())
    with pytest.warns(HubtiersWarning, match="no folder that compiled code can be kept in") as told:
        kernels = [_compiled.compiled(lambda x: x + 1), _compiled.compiled(lambda x: x + 2)]
    assert [kernel(1) for kernel in kernels] == [2, 3]
    assert len(told) == 1
