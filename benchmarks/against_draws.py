"""The draws of a robustness analysis beside bare products with sorting, and COINr's published time.

COINr is a package of R and does not run here: its figure was taken on another machine of two cores.
"""

from __future__ import annotations

from typing import Any

from clock import surroundings, three_digits
from test_robustness import CASES, bare, counting, fastest, job_of, table
from threadpoolctl import threadpool_limits

from hubtiers.robustness.montecarlo import assess_robustness

PACKAGES = ("numpy", "pandas", "numba")
COINR = {"version": "1.1.14", "draws": 1_000, "least": 108, "most": 121}
"""Processor seconds of its Monte Carlo of normalisation × weights × aggregation, 51 × 49."""
DRAWS = 20_480
LIKE_COINR = "51 x 49, three factors"


def measure() -> dict[str, Any]:
    """Return what a draw takes beside bare products with sorting, and the whole call of COINr's."""
    part = surroundings(PACKAGES)
    rows = {}
    with threadpool_limits(1):
        for name, (scheme, regions, columns, levels, variation, _, tiers, _) in CASES.items():
            values = table(regions, columns, levels=levels)
            work = counting(job_of(scheme, values, variation, DRAWS, tiers))
            mine, theirs = fastest(work, bare(regions, columns, DRAWS), rounds=5)
            rows[name.replace(" x ", " × ")] = {
                "draws": DRAWS,
                "us_a_draw": three_digits(1e6 * mine / DRAWS),
                "times_bare": three_digits(mine / theirs),
            }
        whole = whole_call(COINR["draws"])
    return part | {"coinr": COINR, "whole_call": three_digits(whole), "rows": rows}


def whole_call(draws: int) -> float:
    """Return processor seconds of `assess_robustness` in the design of COINr's example."""
    scheme, regions, columns, levels, variation, _, tiers, _ = CASES[LIKE_COINR]
    values = table(regions, columns, levels=levels)
    options = {"draws": draws, "rng": 1, "tiers": tiers, "workers": 1}
    (taken,) = fastest(lambda: assess_robustness(scheme, values, variation, **options), rounds=3)
    return taken
