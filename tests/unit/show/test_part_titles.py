"""What a far part is called: few regions by their names, many by what they lie in."""

from __future__ import annotations

import pandas as pd
import pytest
from isles import isles_text, write_isles

import hubtiers as ht
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.show.credits import attribution
from hubtiers.show.part_titles import part_title
from hubtiers.tiers.breaks import Quantiles

STATES = {"N": "North", "S": "South"}
COUNTIES = {f"{state}{n}": (f"{state} {n}", state) for state in "NS" for n in range(5)}
SCHEME = Scheme(tier=Quantiles(2))
CREDIT = 'credit_en = "Isles Survey"\n'


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = write_isles(
        tmp_path_factory.mktemp("isles"), STATES, COUNTIES, isles_text(head=CREDIT)
    )
    regions = load_regions("county", pack=folder)
    values = pd.Series(range(10), index=regions.index, dtype=float)
    return ht.score_regions(regions.assign(firms=values), ["firms"], scheme=SCHEME)


@pytest.mark.parametrize(
    ("regions", "title"),
    [
        (["N1"], "N 1"),
        (["N3", "S0", "N3", "gone"], "N 3, S 0"),
        (["N0", "N1", "N2", "N3"], "North"),
        (["S0", "N1", "N2", "N3"], "South, North"),
    ],
)
def test_a_part_by_its_regions_or_by_what_they_lie_in(result, regions, title):
    assert part_title(result, regions).en == title


def test_many_regions_in_nothing_are_some_of_many(result):
    bare = result.table.regions.drop(columns="state")
    alone = ht.score_regions(bare, ["firms"], scheme=SCHEME)
    found = part_title(alone, list(bare.index)[:5])
    assert found.en == "N 0, N 1, N 2 and 2 more"
    assert found.zh == "N 0、N 1、N 2等 5 个"


def test_the_corner_credits_a_pack_that_has_no_shorter_form(result):
    assert attribution(result.table.regions) == "hubtiers · Isles Survey · Natural Earth"
