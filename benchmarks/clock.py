"""Seconds of contenders that take turns in one process, and what they ran on."""

from __future__ import annotations

import datetime
import math
import os
import platform
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

SHORTEST = 0.05
"""Seconds that a turn lasts at least, so that the clock can tell it."""
LONG = 2.0
"""Seconds from which the call that warms up is a turn as well: nothing else would take as long."""


class Cost(NamedTuple):
    """What one call took: seconds that passed, and seconds of all processors together."""

    wall: float
    cpu: float

    def rounded(self) -> dict[str, float]:
        """Return both to three significant digits, for the record."""
        return {"seconds": three_digits(self.wall), "cpu": three_digits(self.cpu)}


def three_digits(value: float) -> float:
    """Return a number to three significant digits."""
    return float(f"{value:.3g}")


def cost_of(work: Callable[[], object], calls: int = 1) -> Cost:
    """Return what one of so many calls took."""
    began, began_cpu = perf_counter(), process_time()
    for _ in range(calls):
        work()
    return Cost((perf_counter() - began) / calls, (process_time() - began_cpu) / calls)


def take_turns(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Cost]:
    """Return the least cost of each contender; they take turns, after one call to warm up.

    A slow spell of the machine hits all of them alike. What is short is called several times a
    turn.
    """
    calls: dict[str, int] = {}
    turns: dict[str, list[Cost]] = {}
    for name, work in contenders.items():
        first = cost_of(work)
        turns[name] = [first] if first.wall >= LONG else []
        short = first if turns[name] else cost_of(work)
        calls[name] = max(1, math.ceil(SHORTEST / max(short.wall, 1e-7)))
    for _ in range(rounds):
        for name, work in contenders.items():
            if len(turns[name]) < rounds:
                turns[name].append(cost_of(work, calls[name]))
    return {
        name: Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))
        for name, costs in turns.items()
    }


def processor() -> str:
    """Return the name of the processor."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def surroundings(packages: tuple[str, ...]) -> dict[str, Any]:
    """Return day, machine and versions; a package that is not installed has no version."""
    found = {"hubtiers": version("hubtiers"), "python": platform.python_version()}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            sys.stderr.write(f"{name} is not installed: `pip install --group bench`\n")
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system": platform.system(),
        "versions": found,
    }


def installed(part: Mapping[str, Any], package: str) -> bool:
    """Tell whether a peer has a version among the surroundings of a part."""
    return package in part["versions"]
