"""Units of measurement in yearbooks, and the factors between those of one dimension."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

__all__ = ["Unit", "factor_between", "find_unit", "is_plain_unit", "same_unit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A dimension, such as money in yuan, and the size of the unit in it."""

    dimension: str
    size: Decimal


_BASES: dict[str, dict[str, str]] = {
    "yuan": dict.fromkeys(
        ["元", "人民币元", "元人民币", "yuan", "rmb", "cny", "rmbyuan", "yuanrmb"], "1"
    ),
    "dollars": dict.fromkeys(["美元", "usd", "us$", "usdollar", "usdollars", "dollars"], "1"),
    "persons": dict.fromkeys(["人", "口人", "person", "persons", "people", "inhabitants"], "1"),
    "person-times": dict.fromkeys(["人次", "person-times", "visits"], "1"),
    "person-years": dict.fromkeys(
        ["人年", "人·年", "man-year", "man-years", "person-years", "fte"], "1"
    ),
    "households": dict.fromkeys(["户", "households"], "1"),
    "items": dict.fromkeys([*"项件个個家所篇座处种宗笔张条本份枚例", "人·次"], "1")
    | dict.fromkeys(
        ["item", "items", "piece", "pieces", "unit", "units", "count", "number", "pcs", "cases"],
        "1",
    ),
    "sets": dict.fromkeys(
        ["台", "套", "台套", "部", "辆", "艘", "架", "set", "sets", "vehicles"], "1"
    ),
    "set-times": dict.fromkeys(["台次", "架次", "辆次", "艘次"], "1"),
    "animals": dict.fromkeys(["头", "只", "匹", "羽", "箱", "群", "head"], "1"),
    "volumes": dict.fromkeys(["册", "copies", "volumes"], "1"),
    "ratio": dict.fromkeys(["%", "percent", "percentage", "pct", "百分比", "百分数"], "0.01")
    | dict.fromkeys(["‰", "permille", "permil", "千分比", "千分数"], "0.001")
    | dict.fromkeys(["比例", "比率", "比值", "小数", "ratio", "fraction"], "1"),
    "percentage points": dict.fromkeys(
        ["百分点", "个百分点", "percentagepoint", "percentagepoints"], "1"
    ),
    "square metres": dict.fromkeys(
        ["平方米", "平米", "m2", "sqm", "squaremetres", "squaremeters"], "1"
    )
    | dict.fromkeys(
        ["平方公里", "平方千米", "km2", "sqkm", "squarekm", "squarekilometres", "squarekilometers"],
        "1e6",
    )
    | dict.fromkeys(["公顷", "ha", "hectare", "hectares"], "1e4"),
    "metres": dict.fromkeys(["米", "metres", "meters"], "1")
    | dict.fromkeys(["公里", "千米", "km"], "1000"),
    "cubic metres": dict.fromkeys(["立方米", "m3", "cubicmetres", "cubicmeters"], "1"),
    "tonnes": dict.fromkeys(["吨", "tonne", "tonnes", "tons"], "1")
    | dict.fromkeys(["千克", "公斤", "kg"], "0.001"),
    "tonnes of standard coal": dict.fromkeys(["吨标准煤", "吨标煤", "tce"], "1"),
    "kilowatt hours": dict.fromkeys(["千瓦时", "度", "kwh"], "1"),
    "kilowatts": dict.fromkeys(["千瓦", "kw"], "1"),
}
_PREFIXES = {
    "百": "1e2", "千": "1e3", "万": "1e4", "萬": "1e4", "十万": "1e5", "百万": "1e6", "千万": "1e7",
    "亿": "1e8", "億": "1e8", "十亿": "1e9", "百亿": "1e10", "千亿": "1e11", "万亿": "1e12",
    "thousand": "1e3", "1000": "1e3",
    "10000": "1e4", "10thousand": "1e4", "tenthousand": "1e4",
    "million": "1e6", "1000000": "1e6", "10million": "1e7",
    "100million": "1e8", "100000000": "1e8", "billion": "1e9", "trillion": "1e12",
}  # fmt: skip
_UNITS = {
    name: Unit(dimension, Decimal(size))
    for dimension, names in _BASES.items()
    for name, size in names.items()
}
_LONGEST_FIRST = sorted(_PREFIXES, key=len, reverse=True)
_WORDS = frozenset(
    [
        "比例",
        "比率",
        "比值",
        "小数",
        "ratio",
        "fraction",
        "count",
        "number",
        "people",
        "度",
        "种",
        "处",
    ]
)
_BRACKETS = {"(": ")", "[": "]", "【": "】", "〔": "〕", "<": ">"}


@lru_cache(maxsize=4096)
def find_unit(text: str) -> Unit | None:
    """Return the unit that a text names, or None when it is none of the table's.

    >>> find_unit("亿元")
    Unit(dimension='yuan', size=Decimal('1E+8'))
    >>> find_unit("元/人").dimension
    'yuan per persons'
    """
    key = _key(text)
    if key.count("/") == 1:
        above, below = (_single(part.removeprefix("每")) for part in key.split("/"))
        if above is None or below is None:
            return None
        return Unit(f"{above.dimension} per {below.dimension}", above.size / below.size)
    return _single(key)


def _single(key: str) -> Unit | None:
    if key in _UNITS:
        return _UNITS[key]
    for prefix in _LONGEST_FIRST:
        rest = key.removeprefix(prefix)
        if rest != key and rest in _UNITS:
            # 千% or 万比例 are not units.
            base = _UNITS[rest]
            return (
                None
                if base.dimension == "ratio"
                else Unit(base.dimension, base.size * Decimal(_PREFIXES[prefix]))
            )
    return None


def is_plain_unit(text: str) -> bool:
    """Return whether a text without brackets can only be a unit, not the name of a column."""
    return find_unit(text) is not None and _key(text) not in _WORDS


def same_unit(one: str, other: str) -> bool:
    """Return whether two texts write the same unit, known or not."""
    return _key(one) == _key(other)


def factor_between(written: str, wanted: str) -> Decimal | None:
    """Return what leads from the unit `written` to `wanted`, or None.

    >>> factor_between("万元", "亿元")
    Decimal('0.0001')
    >>> factor_between("万元", "万人") is None
    True
    """
    if same_unit(written, wanted):
        return Decimal(1)
    one, other = find_unit(written), find_unit(wanted)
    if one is None or other is None or one.dimension != other.dimension:
        return None
    return one.size / other.size


def _key(text: str) -> str:
    key = "".join(unicodedata.normalize("NFKC", text).casefold().split()).replace(",", "")
    while len(key) > 2 and _BRACKETS.get(key[0]) == key[-1]:
        key = key[1:-1]
    return key
