"""Published classifications of the 58 counties of California (`calemp` of PySAL), and a published kappa."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hubtiers.tiers.agreement import kappa_error, weighted_kappa
from hubtiers.tiers.breaks import EqualIntervals, HeadTail, NaturalBreaks, StandardDeviation
from hubtiers.tiers.scale import TierScale

FIVE = tuple("ABCDE")


@pytest.fixture(scope="module")
def counties() -> pd.Series:
    frame = pd.read_csv(
        Path(__file__).parent / "data" / "calemp.csv", comment="#", index_col="county"
    )
    return frame["employees_per_km2"]


def upward(scale: TierScale) -> tuple[int, ...]:
    return scale.counts[::-1]


def test_fisher_jenks_as_in_the_readme_of_mapclassify(counties: pd.Series) -> None:
    scale = NaturalBreaks(5, labels=FIVE).fit(counties)
    # mapclassify prints the highest value of each class.
    assert scale.to_frame()["upper"].tolist()[::-1] == [75.29, 192.05, 370.5, 722.85, 4111.45]
    assert upward(scale) == (49, 3, 4, 1, 1)


def test_equal_intervals_as_in_the_docstring_of_mapclassify(counties: pd.Series) -> None:
    scale = EqualIntervals(5, labels=FIVE).fit(counties)
    assert scale.breaks == pytest.approx((822.394, 1644.658, 2466.922, 3289.186), abs=1e-9)
    assert upward(scale) == (57, 0, 0, 0, 1)


def test_head_tail_as_in_the_docstring_of_mapclassify(counties: pd.Series) -> None:
    scale = HeadTail(8, labels=tuple("ABCDEFGH")).fit(counties)
    assert scale.breaks == pytest.approx((125.92810345, 811.26), abs=1e-8)
    assert upward(scale) == (50, 7, 1)
    assert scale.labels == ("A", "B", "C")


def test_standard_deviation_as_in_the_docstring_of_mapclassify(counties: pd.Series) -> None:
    scale = StandardDeviation(at=(-2, -1, 1, 2), labels=FIVE).fit(counties)
    assert scale.breaks == pytest.approx(
        (-967.36235382, -420.71712519, 672.57333208, 1219.21856072), abs=1e-7
    )
    assert upward(scale) == (0, 0, 56, 1, 1)


def test_kappa_of_two_dermatologists() -> None:
    # SAS/STAT User's Guide, The FREQ Procedure, "Agreement Study": simple kappa .3449 with standard error .0724,
    # linearly weighted kappa .5082 with standard error .0655.
    table = np.array([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]])
    assert weighted_kappa(table) == pytest.approx(0.5082, abs=5e-5)
    assert kappa_error(table) == pytest.approx(0.0655, abs=5e-5)
