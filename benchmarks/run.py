"""Measure hubtiers against its peers and write results.json: `python benchmarks/run.py [PART…]`.

Parts that are not named keep the figures, versions and day that they have. A peer that is not
installed (`pip install --group bench`) is left out with a line, and page.py says so on the page.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter

import against_breaks
import against_draws
import against_points
import against_scoring
import builds

RESULTS = Path(__file__).parent / "results.json"
PARTS = {
    "points": against_points.measure,
    "breaks": against_breaks.measure,
    "scoring": against_scoring.measure,
    "draws": against_draws.measure,
    "builds": builds.measure_builds,
    "imports": builds.measure_imports,
}


def main() -> None:
    """Measure the parts, and write after each, so that nothing is lost when one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; there are {', '.join(PARTS)}")
    out: Path = given.out
    results = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    for part in given.parts or PARTS:
        began = perf_counter()
        results[part] = PARTS[part]()
        ordered = {name: results[name] for name in PARTS if name in results}
        out.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        sys.stderr.write(f"{part}: {perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
