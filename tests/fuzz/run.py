"""Try many inputs: `python tests/fuzz/run.py` for all fuzzers, or one of them with `--only` for one input."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.trial import Tally, generator, run_one

KINDS = {
    "tables": 4_500,
    "studies": 2_500,
    "layers": 3_500,
    "frameworks": 5_000,
    "layouts": 4_500,
    "points": 3_000,
}
"""How many inputs each fuzzer tries."""


def tried(kind: str, seed: int, first: int, stop: int) -> Tally:
    """Try the inputs from one number to before another."""
    module = importlib.import_module(f"fuzz.{kind}")
    tally = Tally(kind, seed)
    for number in range(first, stop):
        run_one(tally, module.trial, number)
    return tally


def joined(parts: list[Tally]) -> Tally:
    """Add up the tallies of one fuzzer."""
    total = Tally(parts[0].kind, parts[0].seed)
    for part in parts:
        total.inputs += part.inputs
        total.ends += part.ends
        total.faults += part.faults
        total.slowest = max(total.slowest, part.slowest)
    return total


def all_tried(kinds: list[str], seed: int, share: float, processes: int) -> list[Tally]:
    """Try all inputs of some fuzzers, in several processes."""
    tallies = []
    with ProcessPoolExecutor(processes) as pool:
        for kind in kinds:
            total = max(1, round(KINDS[kind] * share))
            starts = range(0, total, 100)
            jobs = [pool.submit(tried, kind, seed, at, min(at + 100, total)) for at in starts]
            tallies.append(joined([job.result() for job in jobs]))
            print(tallies[-1].to_text(), flush=True)  # noqa: T201 - what the script is for
    return tallies


def record(tallies: list[Tally], seconds: float, processes: int) -> dict[str, Any]:
    """Return what is kept of a run."""
    rows = {
        tally.kind: {"inputs": tally.inputs, "slowest": round(tally.slowest, 2), **tally.ends}
        for tally in tallies
    }
    told = {"seed": tallies[0].seed, "seconds": round(seconds), "processes": processes}
    return {**told, "fuzzers": rows}


def main() -> None:
    """Read the words of the command line, and try."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", nargs="?", choices=KINDS, help="one fuzzer; all when left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="number of one input")
    parser.add_argument("--share", type=float, default=1.0, help="of the inputs")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    words = parser.parse_args()
    kinds = [words.kind] if words.kind else list(KINDS)
    if words.only is not None:
        # Without the net of `run_one`, so that a debugger stops where the fault is.
        folder = Path("fuzz-input")
        folder.mkdir(exist_ok=True)
        trial = importlib.import_module(f"fuzz.{kinds[0]}").trial
        end = trial(generator(kinds[0], words.seed, words.only), folder)
        print(f"{end}; the input lies in {folder}")  # noqa: T201
        return
    began = time.monotonic()
    tallies = all_tried(kinds, words.seed, words.share, words.processes)
    if words.out:
        content = record(tallies, time.monotonic() - began, words.processes)
        words.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(tally.faults for tally in tallies))


if __name__ == "__main__":
    main()
