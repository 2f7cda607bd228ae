from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubtiers.errors import DataError, SpecError
from hubtiers.table.concentration import (
    effective_number,
    herfindahl,
    herfindahl_bounds,
    shannon_diversity,
)
from hubtiers.table.indicators import load_indicators

PARTS = st.lists(st.floats(min_value=1e-3, max_value=1e6), min_size=1, max_size=12)
MEASURES = (herfindahl, shannon_diversity, effective_number)


def shares(dimension: str) -> np.ndarray:
    values = load_indicators("beijing_cooperation")
    return values.loc[values["indicator"].str.startswith(f"{dimension}_"), "value"].to_numpy()


def test_by_hand() -> None:
    # Halves and quarters: 1/4 + 1/16 + 1/16 = 3/8; entropy 1.5 bits.
    assert herfindahl([2, 1, 1]) == pytest.approx(0.375)
    assert shannon_diversity([2, 1, 1]) == pytest.approx(1.5 * math.log(2))
    assert effective_number([2, 1, 1]) == pytest.approx(2**1.5)
    assert effective_number([2, 1, 1], order=0) == pytest.approx(3)
    assert effective_number([2, 1, 1], order=2) == pytest.approx(8 / 3)
    assert effective_number([2, 1, 1], order=np.float64(1000)) == pytest.approx(2, rel=0.01)


def test_beijing() -> None:
    assert herfindahl(shares("carrier")) == pytest.approx(0.3006, abs=1e-4)
    assert herfindahl(shares("partner")) == pytest.approx(0.484334, abs=1e-6)
    low, high = herfindahl_bounds(shares("district"), total=100)
    assert (low, high) == (pytest.approx(0.22295, abs=1e-5), pytest.approx(0.38860, abs=1e-5))


@given(PARTS)
def test_bounds_hold(parts: list[float]) -> None:
    n = len(parts)
    assert 1 / n - 1e-9 <= herfindahl(parts) <= 1 + 1e-9
    assert 0 <= shannon_diversity(parts) <= math.log(n) + 1e-9
    assert (
        1 - 1e-9 <= effective_number(parts, order=2) <= effective_number(parts) + 1e-9 <= n + 1e-6
    )


@given(PARTS, st.floats(min_value=1e-3, max_value=1e3), st.randoms())
def test_unit_and_order_of_parts_do_not_matter(parts: list[float], factor: float, random) -> None:
    moved = [p * factor for p in parts]
    random.shuffle(moved)
    for measure in MEASURES:
        assert measure(moved) == pytest.approx(measure(parts), rel=1e-9, abs=1e-12)


@given(PARTS)
def test_an_empty_part_changes_nothing(parts: list[float]) -> None:
    for measure in MEASURES:
        assert measure([*parts, 0.0]) == pytest.approx(measure(parts), rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_equal_parts(n: int) -> None:
    assert herfindahl([3] * n) == pytest.approx(1 / n)
    for order in (0, 0.5, 1, 2, 5):
        assert effective_number([3] * n, order=order) == pytest.approx(n)


def test_huge_counts_do_not_overflow() -> None:
    assert herfindahl([1e308, 1e308]) == pytest.approx(0.5)


@pytest.mark.parametrize("measure", MEASURES)
def test_missing_in_missing_out(measure) -> None:
    assert math.isnan(measure([1.0, math.nan]))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "no part is larger than zero"),
        ([0, 0], "no part is larger than zero"),
        ([1, -2], r"finite and not negative, but these are not: -2\."),
        ([1, math.inf], r"but these are not: inf\."),
        (["a"], "Shares must be numbers"),
    ],
)
def test_refused(measure, parts: list, message: str) -> None:
    with pytest.raises(DataError, match=message):
        measure(parts)


def test_bounds_refuse_what_cannot_be() -> None:
    with pytest.raises(DataError, match="add up to 110, more than the total of 100"):
        herfindahl_bounds([60, 50], total=100)
    with pytest.raises(DataError, match="A share is missing"):
        herfindahl_bounds([60, math.nan], total=100)
    with pytest.raises(SpecError, match=r"The total is 0\."):
        herfindahl_bounds([1], total=0)


@pytest.mark.parametrize("order", [-1, math.inf, math.nan])
def test_order_must_be_a_number(order: float) -> None:
    with pytest.raises(SpecError, match="The order is"):
        effective_number([1, 2], order=order)
