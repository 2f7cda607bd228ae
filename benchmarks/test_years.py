"""Moves over the years against the Monte Carlo of one table as long as all years together.

Run with `pytest benchmarks/test_years.py -s`. Each figure is a ratio of processor times of one run: the fastest of
several turns of each counts.
"""

from __future__ import annotations

from time import process_time

import numpy as np
import pandas as pd
import pytest

import hubtiers as ht

YEARS, REGIONS, DRAWS, ROUNDS = 10, 34, 2048, 3
DRAWN = ht.Variation(weights="dirichlet")
SCHEME = ht.Scheme()


def tables() -> dict[int, ht.IndicatorTable]:
    rng = np.random.default_rng(1)
    index = [f"r{n:02}" for n in range(REGIONS)]
    found = {}
    for year in range(2012, 2012 + YEARS):
        values = pd.DataFrame(rng.lognormal(size=(REGIONS, 12)), index).add_prefix("i")
        found[year] = ht.IndicatorTable.from_frame(values)
    return found


def fastest(work) -> float:
    work()
    turns = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        turns.append(process_time() - start)
    return min(turns)


@pytest.mark.parametrize("options", [{}, {"fit_on": "last"}, {"refit": True}])
def test_moves_against_one_long_table(options):
    """At most 20 times what the compiled loop takes for a table of as many rows."""
    years = tables()
    panel = ht.tier_panel(SCHEME, years, **options)
    rows = pd.concat([t.values.add_prefix(f"{year}", axis=0) for year, t in years.items()])
    long = ht.IndicatorTable.from_frame(rows)
    moves = fastest(lambda: ht.assess_moves(panel, DRAWN, draws=DRAWS))
    loop = fastest(lambda: ht.assess_robustness(SCHEME, long, DRAWN, draws=DRAWS, workers=1))
    print(f"\n{options}: {moves / DRAWS * 1e6:.0f} µs a draw, {moves / loop:.2f} times the loop")
    assert moves < 20 * loop
