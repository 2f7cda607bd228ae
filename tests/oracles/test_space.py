"""Numbers of the literature on spatial association; the source stands in the docstring of each test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hubtiers.autocorrelation import morans_i
from hubtiers.hubs.local_space import general_g, getis_ord, local_moran

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
    binary = morans_i(table["sidr74"].astype(float), neighbours, standardise=False)
    assert binary.i == pytest.approx(0.233698, abs=5e-7)
    assert "binary weights" in repr(binary)


def test_moran_and_g_star_are_those_of_esda() -> None:
    """esda called directly on the same neighbours: I, local I, G and G* of the infant deaths."""
    libpysal, esda = pytest.importorskip("libpysal"), pytest.importorskip("esda")
    table = pd.read_csv(DATA / "sids1974_nc.csv", dtype=str).set_index("county_no")
    neighbours = {county: tuple(text.split()) for county, text in table["neighbours"].items()}
    values = table["sidr74"].astype(float)
    near = {county: list(others) for county, others in neighbours.items()}

    def weights(kind: str) -> Any:
        made = libpysal.weights.W(near, id_order=list(values.index), silence_warnings=True)
        made.transform = kind
        return made

    array = values.to_numpy()
    for kind, standardise in (("r", True), ("b", False)):
        theirs = esda.Moran(array, weights(kind), transformation=kind, permutations=0)
        ours = morans_i(values, neighbours, standardise=standardise)
        assert ours.i == pytest.approx(theirs.I, rel=1e-12)
        assert ours.expected == pytest.approx(theirs.EI, rel=1e-12)
    local = esda.Moran_Local(array, weights("r"), permutations=0, transformation="r")
    assert local_moran(values, neighbours)["i"].to_numpy() == pytest.approx(local.Is, rel=1e-10)
    for star in (False, True):
        theirs = esda.G_Local(array, weights("b"), transform="B", star=star, permutations=0)
        found = getis_ord(values, neighbours, star=star)["z"].to_numpy()
        assert found == pytest.approx(theirs.Zs, rel=1e-9)
    assert general_g(values, neighbours) == pytest.approx(
        esda.G(array, weights("b"), permutations=0).G, rel=1e-12
    )
