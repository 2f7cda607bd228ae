"""The three marks: what is settled, leaning and open, at the threshold, with ties and without a score."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import SpecError
from hubtiers.robustness.certainty import MARKS, likeliest_tiers, mark_certainty, own_shares
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import Quantiles

NAN = float("nan")


def shares(*rows):
    return pd.DataFrame(
        rows, columns=["high", "middle", "low"], index=list("abcdefgh")[: len(rows)]
    )


@pytest.mark.parametrize(
    ("row", "tier", "mark", "likeliest"),
    [
        ((0.9, 0.1, 0.0), "high", "settled", "high"),
        ((900 / 1000, 100 / 1000, 0.0), "high", "settled", "high"),
        ((0.899, 0.101, 0.0), "high", "leaning", "high"),
        ((0.4, 0.3, 0.3), "high", "leaning", "high"),
        ((0.4, 0.6, 0.0), "high", "open", "middle"),
        # Ties: the region's own tier comes first, else the highest of the likeliest.
        ((0.5, 0.5, 0.0), "middle", "leaning", "middle"),
        ((0.4, 0.4, 0.2), "low", "open", "high"),
        ((0.0, 0.0, 1.0), "high", "open", "low"),
    ],
)
def test_mark_and_likeliest_tier(row, tier, mark, likeliest):
    given = pd.Series([tier], index=["a"])
    assert mark_certainty(shares(row), given).tolist() == [mark]
    assert likeliest_tiers(shares(row), given).tolist() == [likeliest]


def test_regions_without_score_or_draws_have_no_mark():
    probability = shares((0.1, 0.9, 0.0), (NAN, NAN, NAN), (0.0, 1.0, 0.0))
    tier = pd.Categorical(
        [None, "high", "high"], categories=["low", "middle", "high"], ordered=True
    )
    given = pd.Series(tier, index=list("abc"))
    marks = mark_certainty(probability, given)
    assert marks.isna().tolist() == [True, True, False]
    assert marks["c"] == "open"
    assert likeliest_tiers(probability, given).tolist() == [None, None, "middle"]
    assert np.array_equal(own_shares(probability, given), [NAN, NAN, 0.0], equal_nan=True)


def test_tiers_are_taken_by_region_not_by_place():
    probability = shares((1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    given = pd.Series(["low", "high"], index=["b", "a"])
    assert mark_certainty(probability, given).tolist() == ["settled", "settled"]


def test_another_threshold():
    probability = shares((0.8, 0.2, 0.0))
    given = pd.Series(["high"], index=["a"])
    assert mark_certainty(probability, given, 0.8).tolist() == ["settled"]
    assert mark_certainty(probability, given, 0.81).tolist() == ["leaning"]


@pytest.mark.parametrize("share", [0.5, 0.0, 1.1, -1.0, NAN])
def test_thresholds_that_say_nothing_are_refused(share):
    message = rf"settled_from is {share}, .* Give a number above 0\.5 and at most 1"
    with pytest.raises(SpecError, match=message):
        mark_certainty(shares((1.0, 0.0, 0.0)), pd.Series(["high"], index=["a"]), share)


def test_robustness_marks_its_regions():
    frame = pd.DataFrame(
        {"rd": [9.0, 7, 6, 5, 4, np.nan], "arts": [1.0, 8, 2, 9, 3, np.nan]}, index=list("abcdef")
    )
    table = IndicatorTable.from_frame(frame)
    scheme = Scheme(impute=RequireCoverage(1.0), tier=Quantiles(2, labels=("high", "low")))
    robust = assess_robustness(scheme, table, Variation(weights="dirichlet"), draws=256, rng=3)
    own = robust.confidence
    for region in "abcde":
        best = robust.tier_probability.loc[region].max()
        expected = "settled" if own[region] >= 0.9 else "leaning" if own[region] == best else "open"
        assert robust.certainty[region] == expected
        assert robust.tier_probability.loc[region, robust.likeliest[region]] == best
    assert pd.isna(robust.certainty["f"])
    assert robust.likeliest["f"] is None
    assert list(robust.certainty.cat.categories) == list(MARKS)
    assert (robust.certainty.name, robust.likeliest.name) == ("certainty", "likeliest")
    with pytest.raises(SpecError, match="settled_from is 0.4"):
        dataclasses.replace(robust, settled_from=0.4)


def test_a_study_file_sets_the_threshold(study_folder):
    path = study_folder / "own.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}[robustness]\ndraws = 64\nsettled_from = 0.6\n", encoding="utf-8")
    robust = load_study(path).run().robustness
    assert robust.settled_from == 0.6
    assert set(robust.certainty[robust.confidence >= 0.6]) == {"settled"}
    path.write_text(f"{text}[robustness]\nsettled_from = 0.5\n", encoding="utf-8")
    with pytest.raises(SpecError, match="settled_from.*greater than 0.5"):
        load_study(path)
