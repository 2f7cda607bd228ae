"""Groups of other names as a reference: by order, by what each stands for, or refused."""

from __future__ import annotations

import pandas as pd
import pytest

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.tiers.agreement import agreement
from hubtiers.tiers.groups import in_tiers, require_one_group

TIERS = ("international", "national", "regional", "local")
TIER = pd.Series(dict(zip("abcd", TIERS, strict=True)))
ORDER = ("Leader", "Strong", "Moderate", "Modest")
SUBGROUPS = ("Strong +", "Strong", "Strong -", "Modest")


def groups(*names):
    return pd.Series(dict(zip("abcd", names, strict=True)))


def test_by_order():
    found = agreement(TIER, groups("Leader", "Strong", "Modest", "Moderate"), groups=ORDER)
    assert (found.n, found.matches) == (4, 2)
    assert found.confusion.loc["local", "regional"] == 1
    assert found.confusion.loc["regional", "local"] == 1
    # Case and spaces are as forgiving as in names; the other way round is another order.
    turned = agreement(TIER, groups("leader", "STRONG", "modest", "moderate"), groups=ORDER[::-1])
    assert turned.matches == 0


def test_by_what_each_stands_for():
    thirds = {"Leader +": "international", "Leader": "international", "Strong": "national"}
    thirds |= {"Modest": "local"}
    found = agreement(TIER, groups("Leader +", "Leader", "Strong", "Modest"), groups=thirds)
    assert found.matches == 2
    assert found.confusion.loc["international"].tolist() == [1, 1, 0, 0]
    assert found.disagreements["reference"].to_dict() == {"b": "international", "c": "national"}


def test_signs_tell_groups_apart():
    found = in_tiers(groups("strong+", "Strong", "Strong −", "Modest"), TIERS, SUBGROUPS)
    assert found.tolist() == list(TIERS)
    bounds = in_tiers(groups("≥75", "<75", "<50", "<25"), TIERS, ("≥75", "<75", "<50", "<25"))
    assert bounds.tolist() == list(TIERS)
    with pytest.raises(UnknownOptionError, match=r"group of the reference: 'Modest \+'"):
        in_tiers(groups("Modest +", *SUBGROUPS[1:]), TIERS, SUBGROUPS)
    kind = pd.CategoricalDtype(list(SUBGROUPS[::-1]), ordered=True)
    assert agreement(TIER, groups(*SUBGROUPS).astype(kind)).matches == 4


@pytest.mark.parametrize("given", [(*ORDER[:3], "strong"), {"A b": "local", "a B": "national"}])
def test_groups_that_differ_by_nothing_that_counts(given):
    with pytest.raises(SpecError, match="cannot be told apart: case, blanks and punctuation"):
        in_tiers(groups(*ORDER), TIERS, given)
    same = {"A b": "local", "a B": "local"}
    assert in_tiers(groups(*same, "AB", "ab"), TIERS, same).tolist() == ["local"] * 4


def test_an_ordered_categorical_says_its_own_order():
    kind = pd.CategoricalDtype(["D", "C", "B", "A"], ordered=True)
    found = agreement(TIER, groups("A", "B", "C", "C").astype(kind))
    assert found.matches == 3
    fewer = pd.CategoricalDtype(["B", "A"], ordered=True)
    with pytest.raises(SpecError, match=r"has 2 groups \(A, B\) and the result 4 tiers .* kappa"):
        agreement(TIER, groups("A", "B", "B", "B").astype(fewer))


def test_chinese_names_of_tiers_are_tiers():
    found = in_tiers(groups("国际级", "国家级", "区域级", "地方级"), TIERS)
    assert found.tolist() == list(TIERS)


def test_what_is_refused():
    with pytest.raises(
        UnknownOptionError, match="group of the reference: 'Leeder'. Did you mean 'L"
    ):
        agreement(TIER, groups("Leeder", "Strong", "Modest", "Modest"), groups=ORDER)
    with pytest.raises(UnknownOptionError, match="tier that a group stands for: 'top'"):
        in_tiers(groups(*ORDER), TIERS, {"Leader": "top"})
    with pytest.raises(SpecError, match="is no list of different groups"):
        in_tiers(groups(*ORDER), TIERS, ("Leader", "Leader", "Strong", "Modest"))
    with pytest.raises(UnknownOptionError, match="Unknown tier 'Leader'"):
        agreement(TIER, groups(*ORDER))


def test_a_region_in_two_groups():
    twice = pd.Series(["A", "B", "A", "A"], index=["x", "x", "y", "y"])
    with pytest.raises(DataError, match="groups.csv has x in more than one group"):
        require_one_group(twice, "groups.csv")
    assert require_one_group(twice.loc[["y"]], "groups.csv").to_dict() == {"y": "A"}
