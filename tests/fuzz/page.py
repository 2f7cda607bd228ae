"""Write the figures of the last run of all fuzzers and kills into docs/reliability.md: the end of `make fuzz`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reliability.md"
FUZZ, KILLS = HERE / "fuzz.json", HERE / "kills.json"
MARKS = ("<!-- inputs -->\n", "<!-- kills -->\n", "<!-- end -->\n")
ENDS = ("right", "read", "refused", "fault")
SAID = {"interrupted": "told as interrupted by `hubtiers check`, ended by the next run"}


def inputs_table(found: dict[str, Any]) -> str:
    """Return what became of the inputs, a line for each fuzzer."""
    heads = "| Files | Inputs | Read, equal to what was written | Read, damaged | Refused with a sentence | Faults, hangs, wrong values |"
    lines = [heads, "|---|--:|--:|--:|--:|--:|"]
    totals = dict.fromkeys(("inputs", *ENDS), 0)
    for kind, row in found["fuzzers"].items():
        counts = {name: row.get(name, 0) for name in totals}
        totals = {name: totals[name] + counts[name] for name in totals}
        lines.append(_line(kind, counts))
    lines.append(_line("all", totals))
    slowest = max(row["slowest"] for row in found["fuzzers"].values())
    told = (
        f"Seed {found['seed']}; the slowest input took {slowest:.1f} s of one processor, and all "
        f"of them {found['seconds']} s on {found['processes']} processors."
    )
    return "\n".join([*lines, "", told, ""])


def _line(name: str, counts: dict[str, int]) -> str:
    return f"| {name} | " + " | ".join(f"{count:,}" for count in counts.values()) + " |"


def kills_table(found: dict[str, Any]) -> str:
    """Return what killed builds left."""
    left = found["left"]
    lines = [
        f"Killed at {found['kills']} random moments (seed {found['seed']}): {left.get('the old one', 0)} left the old folder "
        f"whole, {left.get('the new one', 0)} the new one, {left.get('interrupted', 0)} one that is marked as interrupted, "
        "none a mixture.",
        "",
        "| Killed | What was left |",
        "|---|---|",
    ]
    for moment, state in found["chosen"].items():
        lines.append(f"| {moment} | {SAID.get(state, state + ', whole')} |")
    return "\n".join([*lines, ""])


def filled(text: str, fuzz: dict[str, Any], kills: dict[str, Any]) -> str:
    """Return the page with its figures."""
    first, second, end = MARKS
    head, rest = text.split(first)
    between, rest = rest.split(end, 1)[1].split(second)
    tail = rest.split(end, 1)[1]
    inputs, killed = inputs_table(fuzz), kills_table(kills)
    return f"{head}{first}{inputs}{end}{between}{second}{killed}{end}{tail}"


def written() -> str:
    """Return the page as the records of the last runs have it."""
    fuzz, kills = (json.loads(path.read_text(encoding="utf-8")) for path in (FUZZ, KILLS))
    return filled(PAGE.read_text(encoding="utf-8"), fuzz, kills)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
