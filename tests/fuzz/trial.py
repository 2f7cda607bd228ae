"""What the fuzzers share: an input that its seed and number make again, a limit of time, and what counts as a fault."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import tempfile
import time
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hubtiers.errors import HubtiersError, HubtiersWarning

SECONDS = 20.0
"""Processor time that one input may take."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What stands in a message only where an exception of Python was passed on.
RAW = re.compile(
    r"Traceback|object at 0x|<class '|NoneType|numpy\.|np\.\w+\(|pydantic|errno", re.IGNORECASE
)


class FaultError(AssertionError):
    """An input that ended in a traceback, without a sentence or in a wrong value."""


class HangError(BaseException):
    """An input that took longer than its limit; no `except Exception` catches it."""


@dataclass
class Tally:
    """What became of the inputs of one fuzzer.

    `right` were read and equal what the generator knows, `read` were read where it knows nothing,
    `refused` ended in a sentence. `faults` holds number and traceback of all others.
    """

    kind: str
    seed: int
    inputs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)
    slowest: float = 0.0

    def to_text(self) -> str:
        """Return one line, and how to make each fault again."""
        ends = ", ".join(f"{count} {end}" for end, count in sorted(self.ends.items()))
        lines = [f"{self.kind}, seed {self.seed}: {self.inputs} inputs, {ends}"]
        for number, trace in self.faults[:10]:
            again = f"python tests/fuzz/run.py {self.kind} --seed {self.seed} --only {number}"
            lines.append(f"{again}\n{trace}")
        return "\n".join(lines)


def require(holds: object, said: object) -> None:
    """Raise a fault where something does not hold."""
    if not holds:
        raise FaultError(str(said))


def told(function: Callable[[], Any], *names: str) -> tuple[Any, str]:
    """Return what a function answers and "", or None and the sentence that it refuses with.

    The sentence must be one, and hold one of the names where some are given: the file, or the
    region, key or column in it.
    """
    try:
        return function(), ""
    except HubtiersError as error:
        text = str(error)
    require(len(text.split()) >= 4 or len(text) >= 12, f"no sentence: {text!r}")
    require(text.rstrip()[-1] in ".?!。:)”\"'" or "\n" in text, f"no end: {text!r}")
    require(not CONTROL.search(text), f"control characters: {text!r}")
    require(not RAW.search(text), f"an exception passed on: {text!r}")
    require(not names or any(name in text for name in names), f"no place: {text!r}")
    return None, text


def generator(kind: str, seed: int, number: int) -> np.random.Generator:
    """Return the random numbers of one input."""
    return np.random.default_rng([seed, number, zlib.crc32(kind.encode())])


def _stop(_signal: int, _frame: object) -> None:
    raise HangError


@contextlib.contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise `HangError` after so many seconds of this process's own time."""
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def run_one(tally: Tally, trial: Callable[..., str], number: int) -> None:
    """Try one input and note how it ended."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    began = time.process_time()
    tally.inputs += 1
    try:
        with limited(), warnings.catch_warnings():
            # A warning of another library is one that nobody was told about.
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", HubtiersWarning)
            tally.ends[trial(generator(tally.kind, tally.seed, number), folder)] += 1
    except (Exception, HangError):
        tally.ends["fault"] += 1
        tally.faults.append((number, traceback.format_exc()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tally.slowest = max(tally.slowest, time.process_time() - began)


def pick(rng: np.random.Generator, items: Any) -> Any:
    """Return one of the items."""
    items = list(items)
    return items[int(rng.integers(len(items)))]


def chance(rng: np.random.Generator, share: float) -> bool:
    """Return True with this probability."""
    return bool(rng.random() < share)


def damaged(rng: np.random.Generator, content: bytes) -> bytes:
    """Return bytes with one to four of them lost, doubled, changed or cut off."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(len(data) + 1))
        length = int(rng.integers(1, 9))
        match int(rng.integers(5)):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = data[at : at + length]
            case 2:
                data[at : at + 1] = rng.integers(0, 256, 1, dtype=np.uint8).tobytes()
            case 3:
                data[at:at] = pick(rng, (b'"', b",", b"\r", b"\n", b"\x00", b"\xef\xbb\xbf", b";"))
            case _:
                del data[max(at, len(data) // 2) :]
    return bytes(data)
