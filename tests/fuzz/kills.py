"""Kill builds that replace an older folder, and look at what is left: `python tests/fuzz/kills.py --kills 200`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from fuzz import studies
from fuzz.toml import text_of

from hubtiers import _run_folder
from hubtiers._run_folder import check_run, digest
from hubtiers.study import load_study

Hashes = dict[str, str]
Prepare = Callable[[], None]


class Builds:
    """Two results of one study, which differ in every score, and the folder that they replace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        studies.write_inputs(folder, list(range(len(studies.REGIONS))))
        self.outcomes = {name: self._outcome(weight) for name, weight in METHODS.items()}
        self.whole: dict[str, Hashes] = {}
        for name in (*METHODS, "first"):
            self._save(name)
            self.whole[name] = hashes(self.out)
        self.there = "first"

    def _outcome(self, weight: str) -> Any:
        content = studies.made(np.random.default_rng(0))
        content["method"]["weight"] = weight
        content["output"] = {"figures": False, "report": False, "brief": False}
        path = self.folder / "study.toml"
        path.write_text(text_of(content), encoding="utf-8")
        return load_study(path).run()

    def _save(self, name: str) -> None:
        self.outcomes[name].save(self.out)

    def killed(self, wait: float | None, prepare: Prepare = lambda: None) -> bool:
        """Build the other result in a process of its own, and say whether it was killed.

        With a time to wait it is killed from here, else it does so itself.
        """
        other = next(name for name in METHODS if name != self.there)
        child = os.fork()
        if child == 0:
            # No clean-up of the parent's may run here, whatever happens.
            try:
                prepare()
                self._save(other)
            finally:
                os._exit(0)
        if wait is not None:
            time.sleep(wait)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)

    def state(self) -> str:
        """Say what the folder is now, and raise where it is a mixture.

        Where files are moved one by one, a killed run leaves some of one result and a mark, by
        which `check_run` and the next run know it.
        """
        found = hashes(self.out)
        for name, whole in self.whole.items():
            if found == whole and check_run(self.out).holds:
                self.there = name
                return "whole"
        check = check_run(self.out)
        known = [name for name, whole in self.whole.items() if found.items() <= whole.items()]
        if check.interrupted and known:
            return "interrupted"
        raise AssertionError(f"a mixed folder: {sorted(found)}\n{check.to_text()}")

    def again(self) -> None:
        """Build once more, and require that nothing of a killed run is left."""
        other = next(name for name in METHODS if name != self.there)
        self._save(other)
        assert self.state() == "whole", "the next run did not end what a killed one began"
        assert self.there == other, f"{self.there} is there after a run of {other}"
        left = [path.name for path in (*self.folder.iterdir(), *self.out.iterdir())]
        assert not [name for name in left if name.startswith(".")], f"left over: {left}"


METHODS = {"first": "equal", "second": "FrameworkWeights"}


def hashes(folder: Path) -> Hashes:
    """Return the hash of every visible file."""
    files = [path for path in folder.iterdir() if path.is_file()]
    return {path.name: digest(path) for path in sorted(files)}


def _stop(*_arguments: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _at_open(name: str) -> Prepare:
    """Kill when a file with this in its name is opened to be written."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and name in Path(str(arguments[0])).name and "w" in str(arguments[1]):
            _stop()

    return lambda: sys.addaudithook(hook)


def _at_call(name: str, *, is_after: bool = False, moves: bool = False) -> Prepare:
    """Kill before or after a step of putting files in place."""

    def prepare() -> None:
        step = getattr(_run_folder, name)

        def wrapped(*arguments: Any) -> None:
            if is_after:
                step(*arguments)
            _stop()

        setattr(_run_folder, name, wrapped)
        if moves:
            _move_files()

    return prepare


def _move_files() -> None:
    """Let files be moved one after the other, as on a disk of their own."""
    vars(_run_folder)["_can_exchange"] = lambda _target: False


def _half_way() -> None:
    """Kill when the second of the new files is moved in."""
    moved: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename" and ".hubtiers-complete" in Path(str(arguments[0])).parent.name:
            moved.append(str(arguments[0]))
            if len(moved) == 2:
                _stop()

    _move_files()
    sys.addaudithook(hook)


CHOSEN: dict[str, Prepare] = {
    "while scores.csv is written": _at_open("scores-"),
    "while run.json is written": _at_open("run.json"),
    "before the folders are exchanged": _at_call("_put_in_place"),
    "after the folders are exchanged": _at_call("_exchanged", is_after=True),
    "the old files aside, the new ones not yet in": _at_call(
        "_set_aside", is_after=True, moves=True
    ),
    "half of the new files in": _half_way,
}
"""The six moments, and how a process is prepared to die there."""


def at_chosen(builds: Builds) -> dict[str, str]:
    """Kill at each chosen moment, and return what the folder was then."""
    states = {}
    for moment, prepare in CHOSEN.items():
        before = builds.there
        assert builds.killed(None, prepare), f"not killed {moment}"
        states[moment] = builds.state()
        if states[moment] == "whole":
            states[moment] = "the old one" if builds.there == before else "the new one"
        builds.again()
    return states


def at_random(builds: Builds, kills: int, rng: np.random.Generator) -> Counter[str]:
    """Kill at random moments; half of them fall into the last tenth of a build."""
    began = time.monotonic()
    builds.killed(None)
    seconds = time.monotonic() - began
    assert builds.state() == "whole"
    ends: Counter[str] = Counter()
    while sum(ends.values()) < kills:
        share = rng.uniform(0.9, 1.05) if rng.random() < 0.5 else rng.uniform(0, 1)
        before = builds.there
        was_killed = builds.killed(seconds * share)
        state = builds.state()
        if was_killed:
            same = "the old one" if builds.there == before else "the new one"
            ends[same if state == "whole" else state] += 1
        if rng.random() < 0.1:
            builds.again()
    return ends


def main() -> None:
    """Read the words of the command line, and kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        builds = Builds(Path(name))
        chosen = at_chosen(builds)
        ends = at_random(builds, words.kills, np.random.default_rng(words.seed))
        builds.again()
    found = {"seed": words.seed, "kills": words.kills, "left": dict(ends), "chosen": chosen}
    text = json.dumps(found, indent=1)
    print(text)  # noqa: T201 - what the script is for
    if words.out:
        words.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
