"""Moran's I against published numbers, esda, and its definition."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from hubtiers.autocorrelation import morans_i
from hubtiers.errors import DataError, DuplicateRegionError, SpecError, UnknownOptionError
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.contiguity import contiguity
from hubtiers.study import load_study

CHAIN = {"a": ("b",), "b": ("a", "c"), "c": ("b", "d"), "d": ("c", "e"), "e": ("d",)}


def test_moran_by_its_definition_with_an_island() -> None:
    """An island counts in n and in the mean; the weights of a row sum to 1 otherwise."""
    values = pd.Series({"a": 2.0, "b": 3.0, "c": 7.0, "d": 1.0, "e": 4.0, "f": 9.0, "g": np.nan})
    found = morans_i(values, {**CHAIN, "f": (), "g": ("a",), "a": ("b", "g")})
    z = (values - values.mean()).to_dict()
    shared = sum(z[r] * np.mean([z[o] for o in others]) for r, others in CHAIN.items())
    expected = 6 / 5 * shared / sum(z[r] ** 2 for r in "abcdef")
    assert found.i == pytest.approx(expected, abs=1e-14)
    assert found.expected == pytest.approx(-1 / 5)
    assert found.islands == ("f",)
    assert found.n == 6
    assert found.mean_neighbours == pytest.approx(8 / 6)
    assert found.rule == "as given"


def test_p_is_the_share_of_all_orders_at_least_as_far() -> None:
    """With every one of 5! orders at hand, permutations find their share."""
    from itertools import permutations

    values = pd.Series({"a": 1.0, "b": 2.0, "c": 4.0, "d": 8.0, "e": 16.0})
    every = [
        morans_i(pd.Series(order, index=list("abcde")), CHAIN, permutations=99).i
        for order in permutations(values)
    ]
    found = morans_i(values, CHAIN, permutations=20_000)
    away = np.abs(np.array(every) - np.mean(every)) >= abs(found.i - np.mean(every)) - 1e-9
    assert found.p_value == pytest.approx(away.mean(), abs=0.015)
    assert found.z == pytest.approx((found.i - np.mean(every)) / np.std(every), abs=0.03)
    assert np.mean(every) == pytest.approx(found.expected)


def test_neighbours_that_differ_and_neighbours_that_agree() -> None:
    cells = [box(x, y, x + 1, y + 1) for y in range(6) for x in range(6)]
    layer = gpd.GeoDataFrame(geometry=cells, index=[f"{n}" for n in range(36)], crs="EPSG:4326")
    checks = pd.Series([float((n // 6 + n % 6) % 2) for n in range(36)], index=layer.index)
    slope = pd.Series([float(n // 6) for n in range(36)], index=layer.index)
    assert morans_i(checks, layer, rule="rook").i == pytest.approx(-1.0)
    assert morans_i(checks, layer, rule="rook").p_value == 1 / 1000
    assert morans_i(slope, layer).i > 0.7
    assert morans_i(slope, layer).p_value == 1 / 1000


def test_scores_of_a_result_are_taken() -> None:
    """The value is that of esda 2.9 on the same neighbours, islands kept, row-standardised."""
    study = load_study("provinces2022")
    result = study.scheme.run(study.load_table())
    regions = load_regions("province")
    found = morans_i(result, regions)
    assert (found.n, found.islands) == (31, ("460000",))
    assert found.i == pytest.approx(0.3140658350, abs=1e-9)
    assert found == replace(morans_i(result.scores, contiguity(regions)), rule="queen")
    assert morans_i(result, regions, rule="nearest", k=3).rule == "3 nearest"
    assert morans_i(result, regions, rule="nearest", k=3).mean_neighbours < 3


def test_same_seed_same_answer() -> None:
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 4.0, "d": 8.0, "e": 16.0})
    assert morans_i(values, CHAIN) == morans_i(values, CHAIN)
    assert morans_i(values, CHAIN, rng=1).z != morans_i(values, CHAIN).z
    frame = morans_i(values, CHAIN).to_frame()
    assert frame.loc[0, "n"] == 5
    assert "I 0.433 over 5 regions (-0.250 at random)" in repr(morans_i(values, CHAIN))


def test_what_has_no_moran_is_refused() -> None:
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 4.0, "d": 8.0, "e": 16.0})
    with pytest.raises(DataError, match="needs at least 4 regions with a value, but there are 3"):
        morans_i(values.iloc[:3], CHAIN)
    with pytest.raises(DataError, match="the same in every region"):
        morans_i(values * 0, CHAIN)
    with pytest.raises(DataError, match="needs finite values"):
        morans_i(values.replace(16.0, np.inf), CHAIN)
    with pytest.raises(DataError, match="No region with a value has a neighbour with one"):
        morans_i(values, {"x": ("y",)})
    with pytest.raises(SpecError, match=r"morans_i\(permutations=98\) must be a whole number"):
        morans_i(values, CHAIN, permutations=98)
    with pytest.raises(DuplicateRegionError, match="The values has more than one row for a"):
        morans_i(pd.concat([values, values.iloc[:1]]), CHAIN)
    with pytest.raises(UnknownOptionError, match="Unknown rule of contiguity"):
        morans_i(values, load_regions("province"), rule="bishop")
