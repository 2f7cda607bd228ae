"""What must not change a match: order, repetition, spacing, width, case and the traditional form."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubtiers.errors import DataError
from hubtiers.regions.gazetteer import RULES, gazetteer, match_names

TABLE = gazetteer()
KNOWN = sorted(
    {
        *TABLE["name_zh"],
        *TABLE["short_zh"],
        *TABLE["name_en"],
        *TABLE["region_id"],
        "襄樊",
        "莱芜",
        "思茅",
    }
)
LEVEL = st.sampled_from(["province", "city", "consortium", "any"])
NAMES = st.lists(st.sampled_from(KNOWN) | st.text(max_size=12), max_size=12)
SPACES = ["", " ", "\u3000", "\u200b", "\t"]


def answers(names, level):
    frame = match_names(names, level=level).to_frame()
    return [
        tuple(None if pd.isna(v) else v for v in row)
        for row in frame.drop(columns="name").to_numpy()
    ]


def widen(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@settings(deadline=None, max_examples=60)
@given(names=NAMES, level=LEVEL, data=st.data())
def test_order_and_repetition_do_not_matter(names, level, data):
    expected = dict(zip(names, answers(names, level), strict=True))
    shuffled = data.draw(st.permutations([*names, *names]))
    assert answers(shuffled, level) == [expected[name] for name in shuffled]


@settings(deadline=None, max_examples=100)
@given(
    name=st.sampled_from(KNOWN),
    level=LEVEL,
    spaces=st.lists(st.sampled_from(SPACES), min_size=40, max_size=40),
)
def test_spacing_width_and_case_do_not_matter(name, level, spaces):
    expected = answers([name], level)
    spaced = "".join(
        c + s for c, s in zip(name, (s if not name.isascii() else "" for s in spaces), strict=False)
    )
    written = [f" {name}\u3000", widen(name), name.upper(), unicodedata.normalize("NFD", name)]
    written += [spaced] if len(name) <= len(spaces) else []
    assert answers(written, level) == expected * len(written)


@settings(deadline=None, max_examples=150)
@given(
    names=st.lists(st.none() | st.text(max_size=30) | st.integers() | st.floats(), max_size=8),
    level=LEVEL,
)
def test_any_input_ends_in_a_report(names, level):
    frame = match_names(names, level=level).to_frame()
    assert len(frame) == len(names)
    assert set(frame["rule"]) <= set(RULES)
    resolved = frame["rule"].isin(["exact", "alias", "former"])
    assert (frame["region_id"].notna() == resolved).all()
    assert (frame.loc[~resolved, "note"] != "").all()


@settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(KNOWN),
    province=st.sampled_from(sorted(TABLE.loc[TABLE["level"] == "province", "name_zh"])),
)
def test_within_never_leads_outside(name, province):
    home = TABLE.loc[
        (TABLE["level"] == "province") & (TABLE["name_zh"] == province), "region_id"
    ].item()
    found = match_names([name], level="city", within=province).to_frame()["region_id"].iloc[0]
    assert pd.isna(found) or TABLE.loc[TABLE["region_id"] == found, "province"].eq(home).all()


@settings(deadline=None, max_examples=50)
@given(names=NAMES, within=st.lists(st.text(max_size=4), max_size=4))
def test_a_wrong_province_is_a_sentence(names, within):
    known = match_names(within, level="province").is_complete or not any(w.strip() for w in within)
    if len(names) == len(within) and known:
        assert len(match_names(names, within=within).to_frame()) == len(names)
    elif len(names) != len(within):
        with pytest.raises(DataError, match=r"`within` has \d+ provinces for \d+ names"):
            match_names(names, within=within)
