"""What one cell says: a number, a missing mark, a footnote mark, a name.

Full-width forms are mapped by a table of our own, not by NFKC, which would turn the footnote in
123¹ into a digit.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.table._missing import is_missing_mark

__all__ = [
    "NOT_A_NUMBER",
    "NO_RULES",
    "CellRules",
    "Parsed",
    "Percent",
    "as_text",
    "cell_rules",
    "clean_name",
    "is_flag",
    "parse_number",
    "parse_year",
    "strip_marks",
    "without_blanks",
]


class Percent(float):
    """A number that a workbook shows as a percentage: stored 0.123, seen as 12.3%."""

    __slots__ = ()


class Parsed(NamedTuple):
    """A cell read as a number: `value` is None when it is missing, `sign` is %, ‰ or empty.

    `marks` are those of footnotes, `flags` letters that say how sure the value is. `european` says
    that the cell can only be read with a decimal comma, which nobody asked for.

    A named tuple, because one is made for every cell of a table.
    """

    value: Decimal | None
    missing: str = ""
    sign: str = ""
    marks: str = ""
    grouped: bool = False
    flags: str = ""
    european: bool = False


NOT_A_NUMBER = Parsed(None)
"""Returned, as this very object, for a cell that is neither a number nor a missing mark."""

_DECIMALS = (".", ",")
_WIDTH: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= dict.fromkeys(
    [0x3000, 0xA0, 0x202F, 0x205F, *range(0x2000, 0x200B), 0x09, 0x0A, 0x0D], 0x20
)
_WIDTH |= dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_WIDTH |= dict.fromkeys([0x2212, 0xFE63, 0x2010, 0x2011, 0x2013], 0x2D)
_WIDTH |= {0xFE6A: 0x25, 0xFE50: 0x2C, 0xFE52: 0x2E}

# Less than the least that is printed: <0.01 is no number, and no zero either.
_BELOW = re.compile(r"[<≤] ?0?\.?[0-9]+")

_CIRCLED = "①-⑳⑴-⒇❶-❿➀-➉㈠-㈩㊀-㊉"
_RAISED = "¹²³⁰⁴-⁹₀-₉ª"
_GLYPHS = rf"[{_CIRCLED}{_RAISED}*†‡§¶※#]+"
_BRACKETED = rf"[(\[〔【](?:注?[0-9]{{1,2}}|注|[a-z]|\*+|[{_CIRCLED}])[)\]〕】]"
# Letters that could be a multiplier (k, m, b, g, t) or a unit are left out: 1.2b must not become
# 1.2.
_LETTER = r"(?<=[0-9%‰])a"
# Flags of the statistical offices: b break, c confidential, d definition differs, e estimated,
# f forecast, n not significant, p provisional, r revised, s by the office, u unreliable, z none.
# Those glued to a number are fewer, for the same reason.
_FLAG = (
    r"(?:(?<=[0-9%‰:])[cdefpr]|(?<=:)[bnsuz]|(?<=[0-9%‰:])\s+[bcdefinprsuz]{1,3}|"
    r"\s*[(\[](?:[bcdefinprsuz]{1,3}|[BCDEFINPRSUZ]{1,2})[)\]])$"
)
_FLAGGED = re.compile(_FLAG)
_FLAG_CELL = re.compile(r"[(\[]?[a-zA-Z]{1,3}[)\]]?")
_NUMBER_MARK = re.compile(rf"\s*(?:{_GLYPHS}|{_BRACKETED}|{_LETTER})$")
_NOTE = rf"[(\[〔【（](?:注?[0-9]{{1,2}}|注|[{_CIRCLED}])[)\]〕】）]"
_NAME_MARK = re.compile(rf"\s*(?:[{_CIRCLED}{_RAISED}*†‡※]+|{_NOTE})$")

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# So few digits are finite whatever they are, and nearly every cell of a table is of this form.
_SIMPLE = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:, ?[0-9]{3})+|(?: [0-9]{3})+|(?:'[0-9]{3})+)(?:\.[0-9]+)?"
)
_FROM_COMMA = str.maketrans(",", ".", ". '")
_SEPARATORS = str.maketrans("", "", ", '")
# 1.234,56 and 12,5, and whole numbers between whose thousands points stand.
_COMMA = re.compile(
    r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+|(?:'[0-9]{3})+))"
    r"(?:,[0-9]+(?:[eE][+-]?[0-9]{1,3})?)?"
)
_ZERO_AND_COMMA = re.compile(r"[+-]?0+,[0-9]+")
_LONGEST = 80
_LONGEST_NAME = 200
_CJK = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_INNER_SPACE = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:\.0)? ?年?(?:度|末|底)?")


class CellRules(NamedTuple):
    """What a reader was told of the cells of a file.

    `decimal` is the sign before decimals: a point, a comma, or empty where nothing was said.
    `numbers` and `texts` stand for missing values.
    """

    decimal: str = ""
    numbers: frozenset[Decimal] = frozenset()
    texts: frozenset[str] = frozenset()

    def is_missing(self, value: Decimal | None) -> bool:
        """Return whether a number stands for a missing value."""
        return value is not None and value in self.numbers


NO_RULES = CellRules()
"""Nothing was said of the cells of a file."""


def as_text(raw: object) -> str:
    """Return what a cell says as text; whole numbers lose the `.0` that workbooks give them.

    >>> as_text(110000.0), as_text(None)
    ('110000', '')
    """
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, Percent):
        return f"{_shown(raw)}%"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return raw.isoformat() if isinstance(raw, dt.date | dt.time) else str(raw)


def parse_number(raw: object, rules: CellRules = NO_RULES) -> Parsed:
    """Read a cell as a number, or return `NOT_A_NUMBER`.

    >>> parse_number("１，２３４．５①").value, parse_number("—").missing
    (Decimal('1234.5'), '—')
    >>> parse_number("12.3 bp").flags, parse_number(": u").flags
    ('bp', 'u')
    >>> parse_number("1.234,5", CellRules(decimal=",")).value
    Decimal('1234.5')
    """
    if isinstance(raw, bool):
        return NOT_A_NUMBER
    if isinstance(raw, (int, float)):
        parsed = _typed(raw)
    elif isinstance(raw, str) or raw is None:
        parsed = _written(raw or "", rules)
    else:
        return NOT_A_NUMBER
    if rules.numbers and rules.is_missing(parsed.value):
        return parsed._replace(value=None, missing=as_text(raw).strip())
    return parsed


def cell_rules(decimal: object = None, missing: object = ()) -> CellRules:
    """Return what was told of the cells of a file, checked.

    Raises
    ------
    UnknownOptionError, SpecError
        When the decimal sign is neither a point nor a comma, or `missing` no list of marks.
    """
    if decimal not in (None, *_DECIMALS):
        raise UnknownOptionError("decimal sign", decimal, _DECIMALS)
    marks = missing if isinstance(missing, Sequence) and not isinstance(missing, str) else [None]
    if any(isinstance(mark, bool) or not isinstance(mark, int | float | str) for mark in marks):
        raise SpecError(
            f"missing is {missing!r}. Pass a list of numbers and texts, such as [-999, 'k.A.']."
        )
    numbers: set[Decimal] = set()
    texts: set[str] = set()
    for mark in marks:
        parsed = parse_number(mark)
        if parsed.value is not None:
            numbers.add(parsed.value)
        texts.add(str(mark).strip())
    return CellRules(str(decimal or ""), frozenset(numbers), frozenset(texts))


def is_flag(text: str) -> bool:
    """Return whether a cell holds a flag and nothing else: letters such as e, p or bu."""
    return bool(_FLAG_CELL.fullmatch(text))


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


def _written(raw: str, rules: CellRules) -> Parsed:
    if rules.decimal != ",":
        if _SIMPLE.fullmatch(raw):
            return Parsed(Decimal(raw))
        if len(raw) <= _LONGEST and _PLAIN.fullmatch(raw) and _finite(raw):
            return Parsed(Decimal(raw))
    return _of_words(raw, rules) if len(raw) <= _LONGEST else _of_text(raw, rules)


@lru_cache(maxsize=1 << 14)
def _of_words(raw: str, rules: CellRules) -> Parsed:
    """Read a short text once: names and marks stand in many cells."""
    return _of_text(raw, rules)


def _of_text(raw: str, rules: CellRules) -> Parsed:
    text = raw.translate(_WIDTH).strip()
    if _is_missing(text) or text in rules.texts:
        return Parsed(None, missing=raw.strip() or "(blank)")
    return NOT_A_NUMBER if len(text) > _LONGEST else _without_marks(text, rules)


def _without_marks(text: str, rules: CellRules) -> Parsed:
    """Read a cell with flags or footnote marks behind its number, or behind a missing mark."""
    body, flags = _split_flags(text)
    body, marks = (body, "") if _is_missing(body) else _split_marks(body)
    if body and _is_missing(body):
        return Parsed(None, missing=body, marks=marks, flags=flags)
    # 10⁶ may be a power of ten as well as ten with a footnote.
    is_open = body == "10" and bool(re.search(f"[{_RAISED}]", marks))
    parsed = NOT_A_NUMBER if is_open else _digits(body, rules)
    if parsed is NOT_A_NUMBER or not (marks or flags):
        return parsed
    return parsed._replace(marks=marks, flags=flags)


def _digits(body: str, rules: CellRules) -> Parsed:
    """Read what is left of a cell without its marks: digits, separators and a sign."""
    sign = body[-1:] if body[-1:] in ("%", "‰") else ""
    digits = body.removesuffix(sign).rstrip() if sign else body
    is_grouped = not _PLAIN.fullmatch(digits)
    value = None if rules.decimal == "," else _decimal(digits)
    if value is not None:
        return Parsed(value, "", sign, grouped=is_grouped)
    value = None if rules.decimal == "." else _with_comma(digits)
    if value is None:
        return NOT_A_NUMBER
    is_grouped = any(mark in digits for mark in ". '")
    return Parsed(value, "", sign, grouped=is_grouped, european=not rules.decimal)


def _split_flags(text: str) -> tuple[str, str]:
    """Split the flags behind a number or behind the mark of a missing one."""
    found = None if _PLAIN.fullmatch(text) else _FLAGGED.search(text)
    if found is None or not found.start():
        return text, ""
    return text[: found.start()].rstrip(), found.group().strip(" ()[]")


def _with_comma(text: str) -> Decimal | None:
    """Read a number whose decimals stand behind a comma."""
    if not _COMMA.fullmatch(text):
        return None
    plain = text.translate(_FROM_COMMA)
    return Decimal(plain) if _finite(plain) else None


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
    elif _GROUPED.fullmatch(text) and not _ZERO_AND_COMMA.fullmatch(text):
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
    return is_missing_mark(text) or bool(_BELOW.fullmatch(text))


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
