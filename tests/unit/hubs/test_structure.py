"""The rank–size rule: exact laws, ties, cut-offs, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, DuplicateRegionError, SpecError
from hubtiers.hubs.structure import rank_size
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks


def sizes(values):
    return pd.Series(values, index=[f"r{n}" for n in range(len(values))])


def test_an_exact_law_gives_its_exponents():
    ranks = np.arange(1, 41)
    shifted = rank_size(sizes((ranks - 0.5) ** (-1 / 1.7)))
    assert shifted.zeta == pytest.approx(1.7)
    assert shifted.standard_error == pytest.approx(1.7 * np.sqrt(2 / 40))
    plain = rank_size(sizes(9.0 * ranks**-0.8))
    assert plain.q == pytest.approx(0.8)
    assert np.exp(plain.constant) == pytest.approx(9.0)
    assert plain.r_squared == pytest.approx(1.0)
    assert plain.to_frame()["fitted"].tolist() == pytest.approx(plain.table["size"].tolist())


def test_exponents_are_those_of_a_regression():
    found = rank_size(sizes([7.0, 100.0, 31.0, 52.0, 0.0, 26.0, -4.0, np.nan, 20.0]))
    ordered = np.array([100.0, 52.0, 31.0, 26.0, 20.0, 7.0])
    ranks = np.arange(1, 7)
    slope, _ = np.polyfit(np.log(ordered), np.log(ranks - 0.5), 1)
    assert found.zeta == pytest.approx(-slope)
    slope, constant = np.polyfit(np.log(ranks), np.log(ordered), 1)
    assert (found.q, found.constant) == (pytest.approx(-slope), pytest.approx(constant))
    assert found.r_squared == pytest.approx(np.corrcoef(np.log(ranks), np.log(ordered))[0, 1] ** 2)
    assert list(found.table.index) == ["r1", "r3", "r2", "r5", "r8", "r0"]
    assert found.table["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert (found.n, found.cut_off, found.left_out) == (6, 7.0, 2)


def test_equal_sizes_share_the_better_rank():
    found = rank_size(sizes([8.0, 4.0, 4.0, 2.0]))
    assert found.table["rank"].tolist() == [1, 2, 2, 4]
    assert rank_size(sizes([4.0, 2.0, 8.0, 4.0])).zeta == pytest.approx(found.zeta)


def test_only_the_largest():
    ranks = np.arange(1, 31)
    values = sizes(np.where(ranks <= 10, ranks**-1.0, ranks**-3.0))
    top = rank_size(values, largest=10)
    assert top.n == 10
    assert top.q == pytest.approx(1.0)
    assert rank_size(values).q > 1.5
    assert rank_size(sizes([9.0, 5.0, 3.0, 3.0, 1.0]), largest=3).n == 4


def test_scores_of_a_result_are_sizes():
    frame = pd.DataFrame({"rd": [0.0, 1.0, 4.0, 9.0, np.nan]}, index=list("abcde"))
    result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    found = rank_size(result)
    assert found.table["size"].to_dict() == {r: result.scores[r] for r in "dcb"}
    assert found.table["rank"].tolist() == result.rank[list("dcb")].tolist()
    assert found.left_out == 1


def test_it_says_what_it_found():
    found = rank_size(sizes([8.0, 4.0, 2.0, 0.0]).rename(index={"r0": "<b>x</b>"}))
    assert "3 sizes from 2 up" in repr(found)
    assert f"ζ {found.zeta:.3f} ± {found.standard_error:.3f}; q {found.q:.3f}" in repr(found)
    assert "1 of 0 or below left out" in repr(found)
    page = found._repr_html_()
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        ([3.0, 1.0, 0.0], {}, DataError, "at least three positive sizes, but there are 2"),
        ([3.0, 3.0, 3.0], {}, DataError, "sizes that differ, but all 3 are 3"),
        ([3.0, np.inf, 1.0], {}, DataError, "finite sizes"),
        (["many", 2.0, 1.0], {}, DataError, "sizes that are numbers"),
        (
            [3.0, 2.0, 1.0],
            {"largest": 2},
            SpecError,
            r"largest=2\) needs a whole number of at least 3",
        ),
        ([3.0, 2.0, 1.0], {"largest": 3.5}, SpecError, r"largest=3.5\)"),
        ([3.0, 2.0, 1.0], {"largest": True}, SpecError, r"largest=True\)"),
    ],
)
def test_what_has_no_exponent_is_refused(values, options, error, message):
    with pytest.raises(error, match=message):
        rank_size(sizes(values), **options)


def test_regions_stand_once():
    twice = pd.Series([3.0, 2.0, 1.0], index=["a", "b", "a"])
    with pytest.raises(DuplicateRegionError, match="series of sizes has more than one row for a"):
        rank_size(twice)
