"""What one cell says: a number, a missing mark, a footnote mark, a name.

Full-width forms are mapped by a table of our own, not by NFKC, which would turn the footnote in
123¹ into a digit.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal

__all__ = [
    "NOT_A_NUMBER",
    "Parsed",
    "Percent",
    "as_text",
    "clean_name",
    "parse_number",
    "parse_year",
    "strip_marks",
    "without_blanks",
]


class Percent(float):
    """A number that a workbook shows as a percentage: stored 0.123, seen as 12.3%."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A cell read as a number: `value` is None when it is missing, `sign` is %, ‰ or empty."""

    value: Decimal | None
    missing: str = ""
    sign: str = ""
    marks: str = ""
    grouped: bool = False


NOT_A_NUMBER = Parsed(None)
"""Returned, as this very object, for a cell that is neither a number nor a missing mark."""

_WIDTH: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= dict.fromkeys(
    [0x3000, 0xA0, 0x202F, 0x205F, *range(0x2000, 0x200B), 0x09, 0x0A, 0x0D], 0x20
)
_WIDTH |= dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_WIDTH |= dict.fromkeys([0x2212, 0xFE63, 0x2010, 0x2011, 0x2013], 0x2D)
_WIDTH |= {0xFE6A: 0x25, 0xFE50: 0x2C, 0xFE52: 0x2E}

_MISSING_MARKS = """
- -- --- — —— ― ―― ─ … …… ‥ ... ...... .. . · × / \\ 空 空白 空值
无 無 无数据 暂无 暂无数据 缺 缺失 缺测 不详 未知
na n/a n.a. n.a #n/a nan null none
"""
# Less than the least that is printed: <0.01 is no number, and no zero either.
_BELOW = re.compile(r"[<≤] ?0?\.?[0-9]+")
_MISSING = frozenset(["", *_MISSING_MARKS.split()])

_CIRCLED = "①-⑳⑴-⒇❶-❿➀-➉㈠-㈩㊀-㊉"
_RAISED = "¹²³⁰⁴-⁹₀-₉ª"
_GLYPHS = rf"[{_CIRCLED}{_RAISED}*†‡§¶※#]+"
_BRACKETED = rf"[(\[〔【](?:注?[0-9]{{1,2}}|注|[a-z]|\*+|[{_CIRCLED}])[)\]〕】]"
# Letters that could be a multiplier (k, m, b, g, t) or a unit are left out: 1.2b must not become
# 1.2.
_LETTER = r"(?<=[0-9%‰])[acdefpr]"
_NUMBER_MARK = re.compile(rf"\s*(?:{_GLYPHS}|{_BRACKETED}|{_LETTER})$")
_NOTE = rf"[(\[〔【（](?:注?[0-9]{{1,2}}|注|[{_CIRCLED}])[)\]〕】）]"
_NAME_MARK = re.compile(rf"\s*(?:[{_CIRCLED}{_RAISED}*†‡※]+|{_NOTE})$")

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:, ?[0-9]{3})+|(?: [0-9]{3})+|(?:'[0-9]{3})+)(?:\.[0-9]+)?"
)
_SEPARATORS = str.maketrans("", "", ", '")
_LONGEST = 80
_LONGEST_NAME = 200
_CJK = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_INNER_SPACE = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:\.0)? ?年?(?:度|末|底)?")


def as_text(raw: object) -> str:
    """Return what a cell says as text; whole numbers lose the `.0` that workbooks give them.

    >>> as_text(110000.0), as_text(None)
    ('110000', '')
    """
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, Percent):
        return f"{_shown(raw)}%"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return raw.isoformat() if isinstance(raw, dt.date | dt.time) else str(raw)


def parse_number(raw: object) -> Parsed:
    """Read a cell as a number, or return `NOT_A_NUMBER`.

    >>> parse_number("１，２３４．５①").value, parse_number("—").missing
    (Decimal('1234.5'), '—')
    """
    if isinstance(raw, bool):
        return NOT_A_NUMBER
    if isinstance(raw, int | float):
        return _typed(raw)
    if isinstance(raw, str) or raw is None:
        return _written(raw or "")
    return NOT_A_NUMBER


def _typed(raw: float) -> Parsed:
    if isinstance(raw, float) and math.isnan(raw):
        return Parsed(None, missing="nan")
    if not _finite(raw):
        return NOT_A_NUMBER
    if isinstance(raw, Percent):
        return Parsed(_shown(raw), sign="%")
    return Parsed(Decimal(repr(raw)))


def _shown(raw: float) -> Decimal:
    number = float(raw)
    return Decimal(repr(number)).scaleb(2) if math.isfinite(number) else Decimal(0)


def _written(raw: str) -> Parsed:
    if len(raw) <= _LONGEST and _PLAIN.fullmatch(raw) and _finite(raw):
        return Parsed(Decimal(raw))
    text = raw.translate(_WIDTH).strip()
    if _is_missing(text):
        return Parsed(None, missing=raw.strip() or "(blank)")
    if len(text) > _LONGEST:
        return NOT_A_NUMBER
    body, marks = _split_marks(text)
    if marks and body and _is_missing(body):
        return Parsed(None, missing=body, marks=marks)
    sign = body[-1:] if body[-1:] in ("%", "‰") else ""
    digits = body.removesuffix(sign).rstrip() if sign else body
    # 10⁶ may be a power of ten as well as ten with a footnote.
    if digits == "10" and re.search(f"[{_RAISED}]", marks):
        return NOT_A_NUMBER
    value = _decimal(digits)
    return (
        NOT_A_NUMBER
        if value is None
        else Parsed(value, "", sign, marks, grouped=not _PLAIN.fullmatch(digits))
    )


def without_blanks(raw: str, decimals: int) -> Parsed:
    """Read a number that blanks have slipped into, in a column of numbers with so many decimals.

    Only the last of its digits may be decimals, so that two numbers in one cell stay what they are.

    >>> without_blanks("2 5 51.19", 2).value, without_blanks("12 34", 2) is NOT_A_NUMBER
    (Decimal('2551.19'), True)
    """
    text = raw.translate(_WIDTH).strip()
    shape = rf"-?[0-9]{{1,3}}(?: ?[0-9]{{1,3}})* ?\. ?[0-9]{{{decimals}}}"
    closed = text.replace(" ", "")
    if (
        decimals < 1
        or len(text) > _LONGEST
        or not re.fullmatch(shape, text)
        or not _PLAIN.fullmatch(closed)
    ):
        return NOT_A_NUMBER
    return Parsed(Decimal(closed), grouped=True)


def _split_marks(text: str) -> tuple[str, str]:
    body, marks = text, ""
    while not _PLAIN.fullmatch(body) and (found := _NUMBER_MARK.search(body)):
        body, marks = body[: found.start()], found.group().strip() + marks
    return body, marks


def _decimal(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        value = Decimal(text)
    elif _GROUPED.fullmatch(text):
        value = Decimal(text.translate(_SEPARATORS))
    else:
        return None
    return value if _finite(value) else None


def _finite(value: float | Decimal | str) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _is_missing(text: str) -> bool:
    return text.casefold().replace(" ", "") in _MISSING or bool(_BELOW.fullmatch(text))


def strip_marks(text: str) -> tuple[str, str]:
    """Split a name or a header from the footnote marks at its end.

    >>> strip_marks("北京①")
    ('北京', '①')
    """
    body, marks = text.rstrip(), ""
    if len(body) > _LONGEST_NAME:
        return text, ""
    while found := _NAME_MARK.search(body):
        body, marks = body[: found.start()], found.group().strip() + marks
    return (body, marks) if body else (text, "")


def clean_name(raw: object) -> tuple[str, str]:
    """Return a region's name with spaces set right, and the footnote marks glued to it.

    >>> clean_name("北　京 *")
    ('北京', '*')
    """
    text = "".join(c for c in as_text(raw) if c not in "\u200b\u200c\u200d\u2060\ufeff")
    body, marks = strip_marks(" ".join(text.split()))
    return _INNER_SPACE.sub("", body), marks


def parse_year(raw: object) -> int | None:
    """Return the year that a cell states and nothing else, such as ２０２２年, or None.

    >>> parse_year("２０２２年"), parse_year("2022-2023")
    (2022, None)
    """
    if isinstance(raw, bool | Percent):
        return None
    found = _YEAR.fullmatch(as_text(raw).translate(_WIDTH).strip())
    return int(found.group(1)) if found else None
