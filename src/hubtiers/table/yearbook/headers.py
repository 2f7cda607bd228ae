"""What the header of a column says: its names in one language or two, a unit, a year."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import parse_year, strip_marks
from hubtiers.table.yearbook.units import factor_between, find_unit, is_plain_unit, same_unit

__all__ = [
    "Header",
    "Name",
    "chinese",
    "is_unit_cell",
    "name_key",
    "parse_header",
    "split_name",
    "split_year",
]

_BRACKET_END = re.compile(r"\s*[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]$")
_LEADING_YEAR = re.compile(
    r"(?:截至|截止到?|至|到)?((?:19|20)[0-9]{2}) ?年(?:度|末|底)?"
    r"(?!不变|可比|价|版|鉴|以|[-—~至])(?=\S)"
)
_LEADING_SPAN = re.compile(
    r"(?:19|20)[0-9]{2} ?年?[-—–~～至]((?:19|20)[0-9]{2}) ?年(?:累计)?(?=\S|$)"
)
_TRAILING_YEAR = re.compile(
    r"(?<![0-9=＝.\-—–~至])[\s_(（\[]*"
    r"(?<![0-9=＝\-—–~至])((?:19|20)[0-9]{2})(?: ?年(?:度|末|底)?)?[)）\]]?$"
)
_NUMBERING = re.compile(
    r"(?:[#＃*]+|其中\s*[:：]?|(?:in|of) which\s*[:：]?|[一二三四五六七八九十]{1,3}\s*[、.．]|"
    r"[(（][一二三四五六七八九十\d]{1,2}[)）]|\d{1,2}\s*[.．、](?!\d)|[①-⑳])\s*",
    re.IGNORECASE,
)
_GLOSSED = re.compile(
    r"(?P<zh>.*[\u4e00-\u9fff)）])\s*(?P<en>[A-Z][a-z]{2,}[^\u4e00-\u9fff]*)", re.DOTALL
)
_INNER_SPACE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
# No header is so long, but a paragraph in the wrong cell may be.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Name:
    """One level of a header, in Chinese and in English; either may be empty."""

    zh: str = ""
    en: str = ""

    @property
    def text(self) -> str:
        """The Chinese name, or the English one where there is no other."""
        return self.zh or self.en

    @property
    def full(self) -> str:
        """Both names."""
        return " ".join(filter(None, (self.zh, self.en)))


@dataclass(frozen=True, slots=True)
class Header:
    """A header taken apart: `text` is the whole, `names` are its levels, the widest first."""

    text: str
    names: tuple[Name, ...]
    unit: str = ""
    year: int | None = None
    marks: str = ""

    @property
    def name(self) -> str:
        """The names of all levels, without unit, year and gloss."""
        return " ".join(name.text.lstrip("#＃ ") or name.text for name in self.names)

    @property
    def full_name(self) -> str:
        """The names of all levels in both languages, without unit and year."""
        return " ".join(name.full for name in self.names)


_DROPPED = str.maketrans("", "", "'\"’‘“”_\u200b\ufeff")


@lru_cache(maxsize=1 << 16)
def name_key(text: str) -> str:
    """Return a name as names are compared: width and case folded, without spaces and quotes.

    >>> name_key("Ｒ＆Ｄ 经费") == name_key("r&d经费")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(folded.split()).translate(_DROPPED)


@lru_cache(maxsize=1 << 14)
def chinese(text: str) -> str:
    """Return the Chinese characters of a text.

    >>> chinese("R&D人员 Total")
    '人员'
    """
    return "".join(re.findall(r"[\u3400-\u9fff]", text))


def is_unit_cell(text: str) -> bool:
    """Return whether a header cell holds a unit and nothing else."""
    return find_unit(text) is not None


def plain_name(name: str) -> str:
    """Return a name without the mark of a sub-item and without its number.

    >>> plain_name("#研究人员"), plain_name("(1)其中：拖拉机"), plain_name("四、财政资金")
    ('研究人员', '拖拉机', '财政资金')
    """
    while (found := _NUMBERING.match(name)) and found.end() < len(name):
        name = name[found.end() :]
    return name


class _Reading:
    """What has been found in the lines of a header so far."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self.known = known
        self.units: list[str] = []
        self.glossed_units: list[str] = []
        self.years: list[int] = []
        self.glossed_years: list[int] = []
        self.marks = ""

    def read(self, texts: Sequence[str]) -> Name:
        """Take the cells of one level apart."""
        zh: list[str] = []
        en: list[str] = []
        for line in _lines(texts):
            is_gloss = bool(zh or en) and not chinese(line)
            if (year := parse_year(line)) is not None:
                self.years.append(year)
            elif (unit := _whole_unit(line, self.known)) and self._is_unit(
                line, is_gloss=is_gloss, is_first=not zh
            ):
                (self.glossed_units if is_gloss and self.units else self.units).append(unit)
            else:
                name, unit, marks = _split(line, self.known)
                (zh if chinese(name) or (not zh and not en) else en).append(name)
                (self.glossed_units if is_gloss else self.units).extend([unit] if unit else [])
                self.marks += marks
        return _named(zh, en)

    def _is_unit(self, line: str, *, is_gloss: bool, is_first: bool) -> bool:
        """Return whether a line that reads like a unit is one, and no name or word of a gloss."""
        if _BRACKET_END.fullmatch(line):
            return True
        return (not is_first or bool(self.years)) and not (
            is_gloss and line.isascii() and line.isalpha()
        )


def _lines(texts: Iterable[str]) -> list[str]:
    """Return the lines of a level, those of two languages apart."""
    lines = []
    for line in (line for text in texts for line in text.splitlines()):
        found = _GLOSSED.fullmatch(line)
        parts = (found["zh"], found["en"]) if found and chinese(found["zh"]) else (line,)
        lines += [" ".join(part.split()) for part in parts]
    return [line for line in lines if line]


def _named(zh: list[str], en: list[str]) -> Name:
    """Join the lines of a name: Chinese without spaces, English with them and no hyphens."""
    joined = ""
    for part in (_INNER_SPACE.sub("", line) for line in zh):
        gap = (
            " "
            if joined and joined[-1:].isascii() and part[:1].isascii() and part[:1] not in "(（["
            else ""
        )
        joined += gap + part
    if not chinese(joined) and en:
        return Name("", " ".join([*zh, *en]))
    return Name(joined, re.sub(r"(?<=[a-z])- (?=[a-z])", "", " ".join(en)))


def parse_header(
    levels: Sequence[Sequence[str]], *, where: str, known: Iterable[str] = ()
) -> Header:
    """Take the levels of a header apart; `known` are further units, those of the framework.

    The unit nearest to the values counts, and the Chinese before the English one.
    """
    text = " ".join(" ".join(part.split()) for level in levels for part in level)
    if len(text) > _LONGEST:
        return Header(text, (Name(zh=text),))
    names: list[Name] = []
    unit, years, marks = "", [], ""
    for level in levels:
        reading = _Reading(tuple(known))
        name = reading.read(level)
        units = reading.units or reading.glossed_units
        _check_units(units, where)
        unit = units[0] if units else unit
        years += reading.years
        marks += reading.marks
        if name.text and name not in names:
            names.append(name)
    if len(set(years)) > 1:
        raise DataError(
            f"{where} states more than one year: {listing(sorted(set(years)))}. Leave one of them."
        )
    return Header(text, tuple(names), unit, min(years, default=None), marks)


def _check_units(units: Sequence[str], where: str) -> None:
    for other in units[1:]:
        if factor_between(other, units[0]) != 1:
            raise DataError(
                f"{where} states two units, {units[0]!r} and {other!r}. Leave one of them."
            )


def _whole_unit(line: str, extra: tuple[str, ...]) -> str:
    found = _BRACKET_END.fullmatch(line)
    inner = found.group(1).strip() if found else line
    known = find_unit(inner) is not None if found else is_plain_unit(inner)
    return inner if known or any(same_unit(inner, unit) for unit in extra if unit) else ""


def split_name(text: str, unit: str) -> str:
    """Return a name without a unit at its end; `unit` is one more that is known."""
    return _split(text, (unit,))[0]


def _split(line: str, extra: tuple[str, ...]) -> tuple[str, str, str]:
    """Return name, unit and footnote marks of one line."""
    body, marks = strip_marks(line)
    if found := _BRACKET_END.search(body):
        qualifier, unit = _unit_in_bracket(found.group(1), extra)
        if unit:
            name, more = strip_marks(body[: found.start()].rstrip())
            return (f"{name}({qualifier})" if qualifier else name), unit, more + marks
        return body, "", marks
    for separator in ("，", ",", "、", "/", "／"):
        is_slash = separator in "/／"
        name, found_separator, tail = (
            body.partition(separator) if is_slash else body.rpartition(separator)
        )
        if found_separator and name.strip() and (unit := _whole_unit(tail.strip(), extra)):
            return name.strip(), unit, marks
    return body, "", marks


def _unit_in_bracket(inner: str, extra: tuple[str, ...]) -> tuple[str, str]:
    """Return what a bracket says besides the unit, and the unit: (当年价，亿元) gives both."""
    inner = re.sub(r"^(?:计量)?单位[:：]", "", inner.strip())
    if _whole_unit(f"({inner})", extra):
        return "", inner
    before, _, last = inner.replace("，", ",").replace("；", ",").replace(";", ",").rpartition(",")
    return (
        (before.strip(), last.strip()) if before and _whole_unit(f"({last})", extra) else ("", "")
    )


def split_year(name: str) -> tuple[str, int | None]:
    """Split a year off a name; a span of years stays in it and gives its last year.

    >>> split_year("2022年生产总值"), split_year("gdp_2022"), split_year("1991-2015年核准商标")
    (('生产总值', 2022), ('gdp', 2022), ('1991-2015年核准商标', 2015))
    """
    plain = unicodedata.normalize("NFKC", name[:_LONGEST])
    if found := _LEADING_SPAN.match(plain):
        return name, int(found.group(1))
    if found := _LEADING_YEAR.match(plain):
        return plain[found.end() :].strip(), int(found.group(1))
    found = _TRAILING_YEAR.search(plain)
    if found and plain[: found.start()].strip():
        return plain[: found.start()].strip(), int(found.group(1))
    return name, None


def without_year(header: Header) -> Header:
    """Take the year out of the names of a header, the nearest to the values first."""
    for place in range(len(header.names) - 1, -1, -1):
        name = header.names[place]
        stem, year = split_year(name.zh or name.en)
        if year is not None:
            names = list(header.names)
            names[place] = replace(name, zh=stem) if name.zh else replace(name, en=stem)
            return replace(header, names=tuple(names), year=year)
    return header
