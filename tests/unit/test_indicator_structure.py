"""How many things indicators measure, against the definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.diagnose import cronbach_alpha
from hubtiers.errors import DataError, SpecError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.indicator_structure import describe_indicators, effective_of, participation_of
from hubtiers.scheme import Scheme
from hubtiers.scoring.weight import GivenWeights
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

FRAMEWORK = Framework(
    (
        Indicator("papers", parent="research"),
        Indicator("jobs", parent="industry"),
        Indicator("labs", parent="research"),
        Indicator("rate", parent="industry", kind="intensive"),
        Indicator("same", parent="industry"),
    ),
    (Group("research"), Group("industry")),
)
RNG = np.random.default_rng(6)
SIZE = RNG.normal(size=30)
VALUES = pd.DataFrame(
    {
        "papers": SIZE,
        "jobs": SIZE + 0.1 * RNG.normal(size=30),
        "labs": SIZE + RNG.normal(size=30),
        "rate": RNG.normal(size=30),
        "same": 1.0,
    },
    index=[f"r{n}" for n in range(30)],
)


class Passing:
    """A normaliser that takes values as they are, a constant column, too."""

    def fit(self, values, *, direction=None):
        return self

    def apply(self, values):
        return values


@pytest.fixture(scope="module")
def found():
    weights = GivenWeights({"papers": 4, "jobs": 3, "labs": 2, "rate": 1, "same": 0})
    table = IndicatorTable.from_frame(VALUES, framework=FRAMEWORK)
    return describe_indicators(
        Scheme(normalise=Passing(), weight=weights, tier=NaturalBreaks(3)).run(table)
    )


def test_numbers_by_their_definitions(found) -> None:
    codes = ["papers", "labs", "jobs", "rate"]
    r = np.corrcoef(VALUES[codes].to_numpy(), rowvar=False)
    eigenvalues = np.linalg.eigvalsh(r)[::-1]
    w = np.array([0.4, 0.2, 0.3, 0.1])
    assert found.correlation.index.tolist() == codes, "function by function"
    np.testing.assert_allclose(found.correlation, r)
    assert found.participation == pytest.approx(eigenvalues.sum() ** 2 / (eigenvalues**2).sum())
    assert found.effective == pytest.approx(1 / (w**2).sum())
    slow = sum(w[i] * w[j] * r[i, j] ** 2 for i in range(4) for j in range(4))
    assert found.effective_correlated == pytest.approx(1 / slow)
    assert found.first_share == pytest.approx(eigenvalues[0] / 4)
    assert found.alpha == pytest.approx(cronbach_alpha(VALUES[codes]).alpha)
    assert found.constant == ("same",)
    assert found.n == 30


def test_flags_say_whether_a_pair_crosses_functions(found) -> None:
    pairs = found.flags[["indicator_a", "indicator_b", "functions"]].values.tolist()
    assert pairs == [["papers", "jobs", "two"]]


def test_size_against_intensity(found) -> None:
    assert found.indicators["role"].to_dict() == {
        "papers": "size",
        "labs": "size",
        "jobs": "size",
        "rate": "intensity",
    }
    assert found.roles["indicators"].to_dict() == {"size": 3, "intensity": 1}
    assert found.roles["weight"].tolist() == pytest.approx([0.9, 0.1])
    sizes = VALUES[["papers", "labs", "jobs"]] @ np.array([4, 2, 3])
    assert found.between_roles == pytest.approx(sizes.corr(VALUES["rate"]))
    first = found.indicators["loading"]
    assert first["papers"] > 0.9 > abs(first["rate"])
    assert (first**2).sum() == pytest.approx(found.components["eigenvalue"].iloc[0])


def test_one_role_has_nothing_to_go_with() -> None:
    table = IndicatorTable.from_frame(VALUES[["papers", "labs"]])
    found = describe_indicators(Scheme(tier=NaturalBreaks(3)).run(table))
    assert np.isnan(found.between_roles)
    assert found.roles.index.tolist() == ["size"]


def test_numbers_of_the_shipped_studies() -> None:
    """Referee's numbers: provinces 17.28 by weight, 2.0 by participation, 67 %, 19 pairs; zhang 74 %."""
    study = load_study("provinces2022")
    found = describe_indicators(study.scheme.run(study.load_table()))
    assert round(found.effective, 2) == 17.28
    assert round(found.participation, 1) == 2.0
    assert round(found.first_share, 2) == 0.67
    assert len(found.flags) == 19
    assert (found.flags["functions"] == "two").sum() == 12
    row = found.to_frame().iloc[0]
    assert (row["flagged"], row["flagged_across"]) == (19, 12)
    assert "19 indicators in 31 regions count as 2.0 (by weight 17.3" in repr(found)


def test_ends_of_both_numbers() -> None:
    assert participation_of(np.eye(5)) == pytest.approx(5)
    assert participation_of(np.ones((5, 5))) == pytest.approx(1)
    assert effective_of(np.full(5, 0.2), np.eye(5)) == pytest.approx(5)


def test_what_has_no_structure_is_refused() -> None:
    table = IndicatorTable.from_frame(VALUES[["papers", "labs"]])
    result = Scheme(tier=NaturalBreaks(3)).run(table)
    with pytest.raises(SpecError, match="needs a size above 0 and at most 1"):
        describe_indicators(result, threshold=2)
    alone = Scheme(tier=NaturalBreaks(3)).run(table.select(["papers"]))
    with pytest.raises(DataError, match="needs two indicators that differ, in three regions"):
        describe_indicators(alone)
