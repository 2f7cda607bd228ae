"""Which end of a tier is closed, and tiers of a printed score."""

from __future__ import annotations

import math
from decimal import ROUND_FLOOR, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubtiers._rounding import round_significant
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.show.words import break_note, break_texts
from hubtiers.tiers.breaks import RelativeTo, Thresholds

LABELS = ("very high", "high", "low")


def printed(score: float, digits: int) -> Decimal:
    """Return a score as it is printed, halves upwards."""
    steps = Decimal(repr(score)).scaleb(digits) + Decimal("0.5")
    return steps.to_integral_value(ROUND_FLOOR).scaleb(-digits)


@given(
    st.lists(
        st.floats(-2, 2).map(lambda x: float(round_significant(np.array([x]))[0])), min_size=1
    ),
    st.lists(st.integers(-1500, 1500), min_size=1, max_size=3, unique=True),
    st.integers(0, 4),
    st.sampled_from(["above", "below"]),
)
def test_tiers_are_those_of_the_printed_score(scores, cuts, digits, closed):
    cuts = sorted(cut / 1000 for cut in cuts)
    rule = Thresholds(
        tuple(cuts), labels=tuple("abcd"[: len(cuts) + 1]), closed=closed, digits=digits
    )
    found = rule.fit(pd.Series(scores)).apply(pd.Series(scores)).cat.codes
    bounds = [Decimal(repr(cut)) for cut in cuts]
    for score, code in zip(scores, found, strict=True):
        shown = printed(score, digits)
        passed = [shown > bound if closed == "above" else shown >= bound for bound in bounds]
        assert code == sum(passed), (score, shown)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(-1e6, 1e6))
def test_closed_below_takes_what_reaches_the_threshold(scores, cut):
    values = pd.Series([*scores, cut])
    rule = Thresholds((cut,), labels=("up", "down"), closed="below")
    assert (rule.fit(values).apply(values) == "up").tolist() == [x >= cut for x in values]


def test_bounds_are_printed_as_they_were_declared():
    scores = pd.Series([0.2, 0.55, 0.7])
    scale = Thresholds((0.55, 0.8), labels=LABELS, closed="below", digits=3).fit(scores)
    frame = scale.to_frame()
    assert frame["lower"].tolist() == [0.8, 0.55, 0.2]
    assert math.isnan(frame["upper"][0])
    assert frame["upper"].tolist()[1:] == [0.8, 0.55]
    assert frame["count"].tolist() == [0, 2, 1]
    assert break_texts(scale, "en") == ["0.800 and above", "0.550–0.800", "0.200–0.550"]
    assert break_texts(scale, "zh")[0] == "0.800 及以上"
    assert break_note(scale).en == " (each tier includes its lower bound)"
    assert scale.recount(pd.Series([0.9])).to_frame()["upper"][0] == 0.9


def test_an_empty_lowest_tier_has_no_lower_end():
    scale = Thresholds((49.5, 99.5), labels=LABELS).fit(pd.Series([60.0, 70.0]))
    assert break_texts(scale, "en") == ["above 99.500", "49.500–99.500", "up to 49.500"]
    assert break_texts(scale, "zh") == ["高于 99.500", "49.500–99.500", "不高于 49.500"]
    below = Thresholds((49.5,), labels=("a", "b"), closed="below").fit(pd.Series([60.0]))
    assert break_texts(below, "en") == ["49.500–60.000", "below 49.500"]


def test_relative_to_a_value():
    scores = pd.Series([52.0, 52.4, 94.3, 125.6], index=list("abcd"))
    tiers = RelativeTo((50, 90, 120), value=104.7).fit(scores).apply(scores)
    assert tiers.to_dict() == {"a": "local", "b": "regional", "c": "national", "d": "national"}
    # 120 % of 104 is 124.8, which 125 as printed reaches.
    whole = RelativeTo((120,), value=104.0, closed="below", digits=0).fit(scores).apply(scores)
    assert whole.tolist() == ["national", "national", "national", "international"]


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"closed": "left"}, UnknownOptionError, r"Thresholds\(closed=…\)"),
        ({"digits": 2.5}, SpecError, r"digits=2.5\) is no whole number from 0 to 12"),
        ({"digits": True}, SpecError, r"digits=True\) is no whole number"),
        ({"digits": -1}, SpecError, r"digits=-1\) is no whole number"),
    ],
)
def test_ends_are_checked(options, error, says):
    with pytest.raises(error, match=says):
        Thresholds((1.0,), **options)


def test_a_value_is_checked():
    for value in (0, -1.0, math.nan, True, "100"):
        with pytest.raises(SpecError, match="is no positive number"):
            RelativeTo((50,), value=value)
    with pytest.raises(SpecError, match="names two yardsticks"):
        RelativeTo((50,), value=100.0, region="a")
