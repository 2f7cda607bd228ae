"""What the header of a column says: a name, a unit, a year; and which indicator of a framework it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hubtiers.errors import DataError, listing
from hubtiers.framework import Framework
from hubtiers.table.yearbook.cells import parse_year, strip_marks
from hubtiers.table.yearbook.units import factor_between, find_unit, is_plain_unit, same_unit

__all__ = ["Header", "Names", "name_key", "parse_header", "parse_titles", "split_year"]

_BRACKET_END = re.compile(r"\s*[(（\[【〔]([^()（）\[\]【】〔〕]*)[)）\]】〕]$")
_LEADING_YEAR = re.compile(r"((?:19|20)[0-9]{2}) ?年(?:度|末|底)?(?!不变|可比|价|版|鉴|以|[-—~至])(?=\S)")
_TRAILING_YEAR = re.compile(
    r"(?<![0-9=＝.\-])[\s_(（\[]*(?<![0-9=＝])((?:19|20)[0-9]{2})(?: ?年(?:度|末|底)?)?[)）\]]?$"
)


# No header is so long, but a paragraph in the wrong cell may be.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Header:
    """A header taken apart. `text` is the whole as written, `pieces` are the names in it, highest row first."""

    text: str
    pieces: tuple[str, ...]
    unit: str = ""
    year: int | None = None
    marks: str = ""

    @property
    def name(self) -> str:
        """The name without unit and year."""
        return " ".join(self.pieces)


_DROPPED = str.maketrans("", "", "'\"’‘“”_\u200b\ufeff")


@lru_cache(maxsize=1 << 16)
def name_key(text: str) -> str:
    """Return a name in the form in which names are compared: full-width and case folded, spaces and quotes removed.

    >>> name_key("Ｒ＆Ｄ 经费") == name_key("r&d经费")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(folded.split()).translate(_DROPPED)


def parse_header(parts: Sequence[str], *, where: str, known: Iterable[str] = ()) -> Header:
    """Take the stacked parts of a header apart; `known` are further units, those of the framework."""
    extra = tuple(known)
    names: list[str] = []
    units: list[str] = []
    years: list[int] = []
    marks = ""
    lines = [" ".join(line.split()) for part in parts for line in part.splitlines()]
    if sum(map(len, lines)) > _LONGEST:
        return Header(" ".join(lines), tuple(lines))
    for line in filter(None, lines):
        if (year := parse_year(line)) is not None:
            years.append(year)
        elif (unit := _whole_unit(line, extra)) and (names or years or _BRACKET_END.fullmatch(line)):
            units.append(unit)
        else:
            name, unit, more = _split(line, extra)
            units += [unit] if unit else []
            names += [name] if name not in names else []
            marks += more
    _check_units(units, where)
    if len(set(years)) > 1:
        raise DataError(f"{where} states more than one year: {listing(sorted(set(years)))}. Leave one of them.")
    return Header(
        " ".join(filter(None, lines)), tuple(names), units[0] if units else "", min(years, default=None), marks
    )


def _check_units(units: list[str], where: str) -> None:
    for other in units[1:]:
        if factor_between(other, units[0]) != 1:
            raise DataError(f"{where} states two units, {units[0]!r} and {other!r}. Leave one of them.")


def _whole_unit(line: str, extra: tuple[str, ...]) -> str:
    found = _BRACKET_END.fullmatch(line)
    inner = found.group(1).strip() if found else line
    known = find_unit(inner) is not None if found else is_plain_unit(inner)
    return inner if known or any(same_unit(inner, unit) for unit in extra if unit) else ""


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
        name, found_separator, tail = (
            body.rpartition(separator) if separator not in "/／" else body.partition(separator)
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
    return (before.strip(), last.strip()) if before and _whole_unit(f"({last})", extra) else ("", "")


def split_year(name: str) -> tuple[str, int | None]:
    """Split a year at the start or the end off a name.

    >>> split_year("2022年生产总值"), split_year("gdp_2022")
    (('生产总值', 2022), ('gdp', 2022))
    """
    plain = unicodedata.normalize("NFKC", name[:_LONGEST])
    if found := _LEADING_YEAR.match(plain):
        return plain[found.end() :].strip(), int(found.group(1))
    found = _TRAILING_YEAR.search(plain)
    if found and plain[: found.start()].strip():
        return plain[: found.start()].strip(), int(found.group(1))
    return name, None


_TITLE_UNIT = re.compile(r"(?:计量)?单位\s*[:：]|\bunits?\s*[:：]", re.IGNORECASE)
_TITLE_NAME = re.compile(r"(?:指标|\bindicator)\s*[:：]\s*(\S.*)", re.IGNORECASE)
# 2023年鉴 is the edition, and 2020—2022年 a span.
_TITLE_YEAR = re.compile(r"(?<![0-9—–~至\-])((?:19|20)[0-9]{2}) ?年(?!鉴|版|以来|不变|可比|[-—–~至])")


def parse_titles(titles: Sequence[tuple[int, str]]) -> tuple[str, str, int | None, list[str]]:
    """Return the unit, the indicator and the year that the rows above a table state, and notes for the report."""
    units = [unit for _, text in titles for unit in _title_units(text)]
    names = [found.group(1) for _, text in titles if (found := _TITLE_NAME.search(text))]
    folded = [unicodedata.normalize("NFKC", text) for _, text in titles]
    years = {int(found) for text in folded for found in _TITLE_YEAR.findall(text)}
    notes = []
    if units and any(factor_between(unit, units[0]) != 1 for unit in units):
        notes.append(f"the titles state several units, of which none was used: {listing(units)}")
        units = []
    if len(years) > 1:
        notes.append(f"the titles state several years, of which none was used: {listing(sorted(years))}")
    return (
        units[0] if units else "",
        names[0] if len(names) == 1 else "",
        years.pop() if len(years) == 1 else None,
        notes,
    )


def _title_units(text: str) -> list[str]:
    tails = [tail.strip(" )）(（[]【】;；。") for tail in _TITLE_UNIT.split(text)[1:]]
    return [tail if find_unit(tail) else re.split(r"[\s)）\]】]", tail)[0] for tail in tails if tail]


class Names:
    """The names by which a framework's indicators may be called in a header."""

    def __init__(self, framework: Framework) -> None:
        self._exact: dict[str, dict[str, str]] = {}
        self._folded: dict[str, dict[str, str]] = {}
        for indicator in framework.indicators:
            for rule in ("code", "name_zh", "name_en"):
                if text := getattr(indicator, rule).strip():
                    self._exact.setdefault(text, {}).setdefault(indicator.code, rule)
                    self._folded.setdefault(name_key(text), {}).setdefault(indicator.code, "alias")
                    bare = _split(text, (indicator.unit,))[0]
                    self._folded.setdefault(name_key(bare), {}).setdefault(indicator.code, "alias")

    def find(self, header: Header, where: str) -> tuple[str, str] | None:
        """Return the code and the rule for a header: its whole text, its name, or all its pieces in agreement."""
        for text in (header.text, header.name):
            if hit := self._one(text, where):
                return hit
        hits = [self._one(piece, where) for piece in header.pieces]
        codes = {hit[0] if hit else "" for hit in hits}
        return hits[0] if len(codes) == 1 else None

    def _one(self, text: str, where: str) -> tuple[str, str] | None:
        hits = self._exact.get(text.strip()) or self._folded.get(name_key(text)) or {}
        if len(hits) > 1:
            raise DataError(
                f"{where} is called {text!r}, the name of {len(hits)} indicators of the framework: "
                f"{listing(map(repr, hits))}. Write the code of the one that is meant into the header."
            )
        return next(iter(hits.items()), None)

    def stem(self, header: Header, where: str) -> tuple[str, str] | None:
        """Return the code that a header would have without its last bracket, and what the bracket says."""
        found = _BRACKET_END.search(header.name)
        hit = self._one(header.name[: found.start()], where) if found and header.name[: found.start()].strip() else None
        return (hit[0], found.group(1)) if hit and found else None
