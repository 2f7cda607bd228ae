"""Keys that names are compared by."""

from __future__ import annotations

import pytest

from hubtiers.regions._names import name_key, read_code, split_hint, without_kind
from hubtiers.regions._tables import places


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("　北　京 ", "北京"),
        ("ＸＩ＇ＡＮ", "xian"),
        ("Garzê", "garze"),
        ("Lüliang", "luliang"),
        ("Beijing–Tianjin–Hebei", "beijingtianjinhebei"),
        ("瀋陽", "沈阳"),
        ("克孜勒蘇柯爾克孜自治州", "克孜勒苏柯尔克孜自治州"),
        ("北\u200b京", "北京"),
        ("", ""),
        ("——", ""),
    ],
)
def test_name_key(written, key):
    assert name_key(written) == key


def test_simplified_names_pass_unchanged():
    for place in places():
        assert name_key(place.short_zh) == "".join(c for c in place.short_zh.casefold() if c.isalnum())


@pytest.mark.parametrize(
    ("written", "code"),
    [("110000", "110000"), ("11", "11"), ("130100000", "130100"), ("130102001", None), ("123", None), ("1.5", None)],
)
def test_read_code(written, code):
    assert read_code(written) == code


def test_hints_and_kinds():
    assert split_hint("朝阳市[辽宁]") == ("朝阳市", "辽宁")
    assert split_hint("()") is None
    assert split_hint(",") is None
    assert without_kind("Tibet Autonomous Region") == ("tibet", "")
    assert without_kind("Shi") is None
    assert without_kind("Xi'an City") == ("xi'an", "市")
