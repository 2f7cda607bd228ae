"""What a yearbook suggests about its indicators: codes, names, kind and direction.

Every guess comes with the reason, for the analyst who looks through the framework.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from hubtiers.table.yearbook.units import find_unit

__all__ = ["Guess", "english_name", "guess", "has_chinese", "unique_codes"]

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&'’/().,%-]*")
_BRACKETED = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")
_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST_CODE = 40
# Words that name nothing without what stands above them, in the glosses of yearbooks.
_VAGUE = frozenset(
    [
        "total",
        "subtotal",
        "sub-total",
        "number",
        "of which",
        "others",
        "other",
        "value",
        "year",
        "unit",
    ]
)
_RATES_ZH = (
    *("人均", "户均", "每万", "每百", "每千", "率", "比重", "占比", "比例", "强度", "密度"),
    *("指数", "增速", "平均", "均价", "得分"),
)
_RATES_EN = re.compile(
    r"\b(per|rate|share|ratio|intensity|density|index|average|mean|growth|percentage|score)\b"
)
_BURDENS_ZH = (
    *(
        "失业",
        "能耗",
        "排放",
        "污染",
        "死亡",
        "事故",
        "贫困",
        "恩格尔",
        "负债",
        "赤字",
        "犯罪",
        "流失",
    ),
    *("差距", "基尼", "位次", "排名", "废水", "废气", "粉尘", "空置", "逾期"),
)
_BURDENS_EN = re.compile(
    r"\b(unemploy\w*|emission\w*|pollut\w*|mortality|deaths?|accidents?|poverty|crime|debt|deficit|gini|"
    r"inequalit\w*|waste\w*|rank\w*)\b"
)


class Guess(NamedTuple):
    """Kind and direction of an indicator, and why."""

    kind: str
    direction: int
    comment: str


def has_chinese(text: str) -> bool:
    """Tell whether a text has Chinese characters."""
    return _CHINESE.search(text) is not None


def guess(name: str, unit: str) -> Guess:
    """Guess whether an indicator is a count or a rate, and whether more is better.

    >>> guess("失业率", "%")
    Guess(kind='intensive', direction=-1, comment='单位是%，作比率；含“失业”，作越小越好')
    >>> guess("Patents granted", "").kind, guess("GDP per capita", "yuan").kind
    ('extensive', 'intensive')
    """
    words = name.casefold()
    rate = next((word for word in _RATES_ZH if word in name), "") or _found(_RATES_EN, words)
    burden = next((word for word in _BURDENS_ZH if word in name), "") or _found(_BURDENS_EN, words)
    known = find_unit(unit) if unit else None
    by_unit = "/" in unit or (
        known is not None and known.dimension in ("ratio", "percentage points")
    )
    kind = "intensive" if by_unit or rate else "extensive"
    explain = _comment_zh if has_chinese(name) else _comment_en
    comment = explain(rate, burden, unit, by_unit=by_unit)
    return Guess(kind, -1 if burden else 1, comment)


def _found(pattern: re.Pattern[str], words: str) -> str:
    hit = pattern.search(words)
    return hit.group() if hit else ""


def _comment_zh(rate: str, burden: str, unit: str, *, by_unit: bool) -> str:
    kind = (
        f"单位是{unit}，作比率" if by_unit else f"含“{rate}”，作比率" if rate else "作总量，可相加"
    )
    return f"{kind}；{f'含“{burden}”，作越小越好' if burden else '作越大越好'}"


def _comment_en(rate: str, burden: str, unit: str, *, by_unit: bool) -> str:
    kind = (
        f"a rate by its unit {unit}"
        if by_unit
        else f"a rate by {rate!r}"
        if rate
        else "a count that adds up"
    )
    return f"{kind}; {f'less is better by {burden!r}' if burden else 'more is better'}"


def english_name(header: str) -> str:
    """Return the English gloss of a Chinese header's last level; empty where it says little.

    >>> english_name("人员 Total #研究人员 Researchers"), english_name("合计 Total")
    ('Researchers', '')
    """
    # Units and notes stand in brackets, in whatever language.
    bare = _BRACKETED.sub(" ", header)
    if not has_chinese(bare):
        return ""
    last = max(found.end() for found in _CHINESE.finditer(bare))
    words = _LATIN.findall(bare[last:])
    name = " ".join(words).strip(" .,-/")
    return "" if len(name) < 3 or name.casefold() in _VAGUE else name


def unique_codes(names: Iterable[tuple[str, str]]) -> list[str]:
    """Return an ASCII code for each pair of names: from the English words, else by number.

    >>> unique_codes([("人员", "Staff"), ("人员", "Staff"), ("合计", ""), ("", "R&D intensity")])
    ['staff', 'staff_2', 'x03', 'r_d_intensity']
    """
    codes: list[str] = []
    for number, (zh, en) in enumerate(names, start=1):
        slug = _slug(en or ("" if has_chinese(zh) else zh)) or f"x{number:02d}"
        code, again = slug, 2
        while code in codes:
            code, again = f"{slug}_{again}", again + 1
        codes.append(code)
    return codes


def _slug(name: str) -> str:
    slug = _SLUG.sub("_", name.casefold()).strip("_")
    if len(slug) > _LONGEST_CODE:
        slug = slug[: _LONGEST_CODE + 1].rpartition("_")[0] or slug[:_LONGEST_CODE]
    # A code that begins with a digit reads like a number in a spreadsheet.
    return f"x_{slug}" if slug[:1].isdigit() else slug
