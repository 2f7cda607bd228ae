"""Members against their groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError
from hubtiers.scales import compare_scales, grouping_of
from hubtiers.scheme import Scheme
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

SCORES = {"a1": 1.0, "a2": 0.0, "b1": 0.55, "b2": 0.5, "c1": 0.2, "c2": 0.1, "d1": 0.05, "x": 0.3}
OWNER = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c1": "C", "c2": "C", "d1": "D", "x": ""}


@pytest.fixture(scope="module")
def result():
    table = IndicatorTable.from_frame(pd.DataFrame({"rd": SCORES}))
    return Scheme(tier=NaturalBreaks(2, labels=("high", "low"))).run(table)


def test_groups_by_mean_and_by_best_member(result) -> None:
    found = compare_scales(result, OWNER)
    assert found.table.index.tolist() == ["B", "A", "C", "D"]
    assert found.table["members"].to_dict() == {"B": 2, "A": 2, "C": 2, "D": 1}
    assert found.table["mean"].tolist() == pytest.approx([0.525, 0.5, 0.15, 0.05])
    assert found.table["best"].tolist() == pytest.approx([0.55, 1.0, 0.2, 0.05])
    assert found.table["lowest"].tolist() == pytest.approx([0.5, 0.0, 0.1, 0.05])
    # Means .525 .5 | .15 .05; bests 1.0 .55 | .2 .05.
    assert found.table["tier_mean"].tolist() == ["high", "high", "low", "low"]
    assert found.table["tier_best"].tolist() == ["high", "high", "low", "low"]
    assert found.table.loc["A", ["highest_tier", "lowest_tier"]].tolist() == ["high", "low"]
    assert found.members["tier"].to_dict()["a2"] == "low"
    assert found.same_tier() == pytest.approx(6 / 7)
    assert found.moved.empty
    assert found.ungrouped == ("x",)


def test_share_of_variance_between_groups(result) -> None:
    scores = pd.Series({r: s for r, s in SCORES.items() if OWNER[r]})
    means = scores.groupby(OWNER).transform("mean")
    expected = ((means - scores.mean()) ** 2).sum() / ((scores - scores.mean()) ** 2).sum()
    assert compare_scales(result, pd.Series(OWNER)).between == pytest.approx(expected)


def test_a_tier_may_depend_on_who_speaks_for_the_group(result) -> None:
    scores = {**SCORES, "a2": 0.0, "a3": 0.0, "a4": 0.0}
    owner = {**OWNER, "a3": "A", "a4": "A"}
    table = IndicatorTable.from_frame(pd.DataFrame({"rd": scores}))
    found = compare_scales(result.fitted.scheme.run(table), owner)
    assert found.moved.index.tolist() == ["A"]
    assert found.moved[["tier_mean", "tier_best"]].values.tolist() == [["low", "high"]]
    assert "1 groups change tier between the two" in repr(found)
    assert found.same_tier("best") < found.same_tier("mean")


def test_too_few_groups_have_no_tiers(result) -> None:
    found = compare_scales(result, {"a1": "A", "a2": "A", "b1": "B"})
    assert not found.has_tiers
    assert np.isnan(found.same_tier())
    assert found.moved.empty
    assert "regions have the tier" not in repr(found)
    with pytest.raises(DataError, match="needs two groups with scored regions, but there are 1"):
        compare_scales(result, {"a1": "A", "a2": "A"})
    with pytest.raises(DataError, match="A region stands in two groups"):
        compare_scales(result, pd.Series(["A", "B"], index=["a1", "a1"]))


def test_groups_are_those_of_the_pack(result) -> None:
    study = load_study("provinces2022")
    provinces = study.scheme.run(study.load_table())
    groups, titles = grouping_of(provinces)
    assert groups["310000"] == groups["110000"] != groups["620000"]
    assert titles["en"]
    assert compare_scales(provinces, groups).between == pytest.approx(0.45, abs=0.01)
    assert grouping_of(result) is None
