"""Numbers of the literature on spatial association; the source stands in the docstring of each test."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hubtiers.autocorrelation import morans_i

DATA = Path(__file__).parent / "data"


def test_moran_of_sudden_infant_deaths_in_north_carolina() -> None:
    """Cressie and Chan (1989): 100 counties, rate of 1974; .248 in the documentation of esda.Moran 2.8."""
    table = pd.read_csv(DATA / "sids1974_nc.csv", dtype=str).set_index("county_no")
    neighbours = {county: tuple(text.split()) for county, text in table["neighbours"].items()}
    found = morans_i(table["sidr74"].astype(float), neighbours)
    assert found.i == pytest.approx(0.247725, abs=5e-7)
    assert found.expected == pytest.approx(-0.010101, abs=5e-7)
    assert found.p_value == 0.001
    assert found.z > 3
