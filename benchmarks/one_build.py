"""Build one study in this process and print what each stage took: `python one_build.py STUDY OUT`.

In a file of its own, so that the process imports what a build imports and nothing else.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise
from pathlib import Path

import hubtiers as ht
from hubtiers._progress import hearing_stages


def plain_map(result, path: Path) -> None:
    """Draw the tiers as geopandas does by itself, on a sheet of the size that the build has."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 8.3))
    regions = result.table.regions.assign(tier=result.tier.astype("object"))
    regions.plot("tier", ax=figure.add_subplot(), legend=True, missing_kwds={"color": "#ccc"})
    figure.savefig(path, dpi=200)


def cpu_of(act):
    """Return the processor seconds of a call, and what it gave."""
    before = time.process_time()
    given = act()
    return time.process_time() - before, given


def peak_mb() -> float | None:
    """Return the highest resident memory of this process so far, where the system tells it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = status.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def build(study: str, out: Path) -> dict[str, object]:
    """Return processor seconds by stage, from the start of the process to the last file."""
    moments = [("start", 0.0)]
    with hearing_stages(lambda stage: moments.append((stage, time.process_time()))):
        outcome = ht.load_study(study).run()
        moments.append(("save", time.process_time()))
        outcome.save(out)
    moments.append(("end", time.process_time()))
    stages: dict[str, float] = {}
    for (stage, start), (_, end) in pairwise(moments):
        stages[stage] = stages.get(stage, 0.0) + end - start
    peak = peak_mb()
    plain_map(outcome.result, out.parent / "warm.png")
    plain, _ = cpu_of(lambda: plain_map(outcome.result, out.parent / "plain.png"))
    return {
        "regions": int(outcome.result.scores.notna().sum()),
        "indicators": len(outcome.result.weights),
        "stages": stages,
        "plain_map": plain,
        "peak_mb": peak,
        "map_mb": (out / "map.html").stat().st_size / 1e6,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build(sys.argv[1], Path(sys.argv[2]))) + "\n")
