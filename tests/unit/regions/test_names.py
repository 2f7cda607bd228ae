"""Keys that names are compared by."""

from __future__ import annotations

import pytest

from hubtiers.regions._names import name_key, read_code, split_hint, without_kind
from hubtiers.regions._tables import places
from hubtiers.regions.gazetteer import match_names


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
        assert name_key(place.short_zh) == "".join(
            c for c in place.short_zh.casefold() if c.isalnum()
        )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("110000", "110000"),
        ("11", "11"),
        ("130100000", "130100"),
        ("130102001", None),
        ("123", None),
        ("1.5", None),
    ],
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


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("Ngawa Tibetan and Qiang", "513200"),
        ("Garzê Tibetan", "513300"),
        ("Bayin'gholin Mongol", "652800"),
        ("Bortala Mongol", "652700"),
        ("Kizilsu Kirghiz", "653000"),
        ("Changji Hui", "652300"),
        ("Ili Kazakh", "654000"),
        ("Hainan Tibetan", "632500"),
        ("Dêqên Tibetan", "533400"),
        ("Xiangxi Tujia and Miao", "433100"),
        ("Yanbian Chosenzu Zizhizhou", "222400"),
        ("Enshi Tujiazu Miaozu Zizhizhou", "422800"),
        ("Haixi Mongolzu Zangzu Zizhizhou", "632800"),
        ("Dehong Daizu Jingpozu Zizhizhou", "533100"),
        ("Xilin Gol Meng", "152500"),
        ("Ulaan Chab", "150900"),
    ],
)
def test_prefectures_by_their_peoples_and_in_the_spelling_of_the_code_list(name, region):
    assert match_names([name]).frame.loc[0, "region_id"] == region


def test_a_people_stands_for_an_autonomous_unit_only():
    # Without its people the name is a province's, a city's, or nobody's.
    found = match_names(["Nei Mongol Zizhiqu", "Ningxia Hui", "Sichuan Yi"], level="province").frame
    assert found["region_id"].tolist()[:2] == ["150000", "640000"]
    assert found.loc[2, "rule"] == "unmatched"
