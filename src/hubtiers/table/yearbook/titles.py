"""What the lines above a table say of all its values: a title, a unit, a year, a region."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubtiers.errors import listing
from hubtiers.table.yearbook.headers import chinese
from hubtiers.table.yearbook.units import factor_between, find_unit
from hubtiers.table.yearbook.words import is_continuation, is_unit_note

__all__ = ["Titles", "read_titles", "title_names", "year_in_name"]

_UNIT = re.compile(r"(?:计量)?单位\s*[:：]|\bunits?\s*[:：]", re.IGNORECASE)
_INDICATOR = re.compile(r"(?:指标|\bindicator)\s*[:：]\s*(\S.*)", re.IGNORECASE)
_REGION = re.compile(
    r"(?:地区|城市|省份|\bregion|\bcity|\bprovince)\s*[:：]\s*(\S.*)", re.IGNORECASE
)
_FACT = re.compile(r"\S{1,10}\s*[:：]")
_CHAPTER = re.compile(r"[一二三四五六七八九十]+\s*[、.．]")
# 2023年鉴 is the edition, and 2020—2022年 a span.
_YEAR = re.compile(r"(?<![0-9—–~至\-])((?:19|20)[0-9]{2}) ?年(?!鉴|版|以来|不变|可比|[-—–~至])")
# A title in English has its year at its end: “R&D by region, 2021”, but not “by NUTS 2021”.
_LAST_YEAR = re.compile(r"([A-Za-z]+)?[^A-Za-z0-9]*(?<![0-9–—~/-])((?:19|20)[0-9]{2})\)?\s*$")
_NO_YEAR_OF_DATA = frozenset(
    [
        *("nuts", "version", "edition", "from", "since", "to", "until"),
        *("prices", "price", "base", "updated", "update", "census"),
    ]
)
_EDITION = re.compile(r"年鉴|摘编自|yearbook", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(?:续?表\s*)?\d{0,3}(?:[-－—–.]\d+)*[.、]?\s*")
_YEARS = re.compile(
    r"[(（]?\s*(?:19|20)\d\d ?年?(?:\s*[-—–~～至]\s*(?:19|20)\d\d ?年?)?(?:度|末|底)?\s*[)）]?"
)
_BEFORE = re.compile(
    r"^(?:中国|全国|历年|主要年份|各地区|分地区|按地区分|各省市?|各市|各城市|分省市?)+"
)
_AFTER = re.compile(r"(?:统计|情况|一览表?)$")
_ABBREVIATED = re.compile(r"[^()（）]*[(（]([A-Za-z&]+)[)）](.*)")


@dataclass(frozen=True)
class Titles:
    """What the titles of a table state; `units` are several where one line states several."""

    lines: tuple[tuple[int, str], ...] = ()
    units: tuple[str, ...] = ()
    indicator: str = ""
    title: str = ""
    year: int | None = None
    region: str = ""
    notes: tuple[str, ...] = ()
    is_continued: bool = False
    has_several_years: bool = False

    @property
    def unit(self) -> str:
        """The one unit of all columns, if there is one."""
        return self.units[0] if len(self.units) == 1 else ""

    def after(self, first: Titles) -> Titles:
        """Return the titles of a part of another table: what it leaves out is said there."""
        return replace(
            self,
            units=self.units or first.units,
            indicator=self.indicator or first.indicator,
            title=first.title if self.is_continued or not self.title else self.title,
            year=self.year or first.year,
            region=self.region or first.region,
        )


def read_titles(lines: Sequence[tuple[int, str]]) -> Titles:
    """Read the lines above a table."""
    texts = [unicodedata.normalize("NFKC", text) for _, text in lines]
    named = [found.group(1).strip() for text in texts if (found := _INDICATOR.search(text))]
    regions = [found.group(1).strip() for text in texts if (found := _REGION.match(text.strip()))]
    units, notes = _units([text for _, text in lines])
    years = sorted(_years_of_titles([text for text in texts if not _EDITION.search(text)]))
    if len(years) > 1:
        notes.append(f"the titles state several years, of which none was used: {listing(years)}")
    return Titles(
        tuple(lines),
        tuple(units),
        named[0] if len(named) == 1 else "",
        _main_title(texts),
        years[0] if len(years) == 1 else None,
        regions[0] if len(regions) == 1 else "",
        tuple(notes),
        any(is_continuation(text) for text in texts),
        len(years) > 1,
    )


def _years_of_titles(texts: Sequence[str]) -> set[int]:
    """Return the years of the data that titles state: 2021年, else at the end of an English title.

    Where both languages state one, the Chinese counts: the other is often that of an older edition.
    """
    years: set[int] = set()
    for text in texts:
        years.update(int(year) for year in _YEAR.findall(text))
    if years or any(chinese(text) for text in texts):
        return years
    for text in texts:
        found = _LAST_YEAR.search(text)
        if found and (found[1] or "").casefold() not in _NO_YEAR_OF_DATA:
            years.add(int(found[2]))
    return years


def _units(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    tails = [tail for text in texts for tail in _UNIT.split(text)[1:]]
    units: list[str] = []
    for tail in tails:
        for unit in _split_units(tail):
            if not any(factor_between(unit, other) == 1 for other in units):
                units.append(unit)
    if len(units) > 1:
        return units, [f"the titles state several units, of which none was used: {listing(units)}"]
    return units, []


def _split_units(tail: str) -> list[str]:
    """Split 个，亿元 but not 元/人; what is no unit of ours stays as it is written."""
    whole = tail.strip(" )）(（[]【】;；。\n")
    if not whole:
        return []
    if find_unit(whole):
        return [whole]
    first = re.split(r"[)）\]】]|\s{2,}|\n|\s(?=[(（])", whole)[0].strip()
    parts = [part.strip() for part in re.split(r"[,，、.．;；]|\s+", first) if part.strip()]
    return parts if len(parts) > 1 and all(find_unit(part) for part in parts) else [first]


def _main_title(texts: Sequence[str]) -> str:
    """Return the title: the first Chinese line that is no chapter, unit or continuation."""
    kept = [
        " ".join(text.split())
        for text in texts
        if not is_unit_note(text) and not is_continuation(text)
    ]
    kept = [
        text for text in kept if not _FACT.match(text) and not re.fullmatch(r"[(（].*[)）]", text)
    ]
    kept = [text for text in kept if not _CHAPTER.match(text) and not _EDITION.search(text)]
    return next((text for text in kept if chinese(text)), kept[0] if kept else "")


def title_names(title: str) -> list[str]:
    """Return what the title of a table calls its one indicator: without number, years and 各地区.

    >>> title_names("1-8 各地区研究与试验发展(R&D)经费投入强度(2018年)")
    ['研究与试验发展(R&D)经费投入强度', '研究与试验发展经费投入强度', 'R&D经费投入强度']
    """
    text = _YEARS.sub("", _NUMBER.sub("", unicodedata.normalize("NFKC", title)))
    text = _BEFORE.sub("", text.strip())
    names = [text.strip()]
    if found := _ABBREVIATED.fullmatch(text):
        names += [re.sub(r"\([A-Za-z&]+\)", "", text, count=1), found.group(1) + found.group(2)]
    # 地域统计(合同数) is 地域(合同数): the bracket says which indicator it is.
    names += [re.sub(r"(?:统计|情况)(?=\()", "", name) for name in names]
    names += [_AFTER.sub("", name) for name in names]
    return [name for name in dict.fromkeys(names) if name]


def year_in_name(name: str) -> int | None:
    """Return the one year in the name of a sheet or file; the number of a yearbook is none.

    >>> year_in_name("rd_staff_2010"), year_in_name("年鉴2021"), year_in_name("gdp_1999_2018")
    (2010, None, None)
    """
    plain = unicodedata.normalize("NFKC", name)
    if _EDITION.search(plain):
        return None
    years = {int(y) for y in re.findall(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])", plain)}
    return years.pop() if len(years) == 1 else None
