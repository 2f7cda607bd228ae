"""Where the header of a table is: its rows, the column of the regions, what the other columns are for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import NOT_A_NUMBER, as_text, parse_number, parse_year, strip_marks
from hubtiers.table.yearbook.headers import name_key
from hubtiers.table.yearbook.sheet import Book, Sheet, column_letter, first_rows
from hubtiers.table.yearbook.units import find_unit

__all__ = ["REGION_NAMES", "ROLES", "Head", "Notes", "find_head", "header_keys", "is_unit_cell", "where"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The first group with a hit decides: names before codes.
REGION_NAMES = (
    _words("""
        地区 城市 省份 省 市 区域 省市 省区市 地市 市州 地级市 省、自治区、直辖市 省(区、市) 省(自治区、直辖市)
        地区名称 城市名称 省份名称 行政区 行政区划 行政区域
        region city province prefecture regions cities provinces regionname cityname provincename
    """),
    _words("名称 中文名 name namezh nameen"),
    _words("行政区划代码 区划代码 地区代码 城市代码 adcode regionid regioncode citycode"),
)
ROLES = {
    "indicator": _words("指标 指标名称 项目 indicator indicatorname variable"),
    "value": _words("数值 值 数据 指标值 value"),
    "year": _words("年份 年 年度 时间 year"),
    "unit": _words("单位 计量单位 unit units"),
    "source": _words("来源 资料来源 数据来源 source"),
    "status": _words("状态 数据状态 status"),
}
_HEADER_WITHIN = 80
_MOST_HEADER_ROWS = 6
_TITLE_UNIT = re.compile(r"(?:计量)?单位\s*[:：]|\bunits?\s*:", re.IGNORECASE)


@dataclass
class Notes:
    """What is gathered while a sheet is read, for the report."""

    texts: list[str] = field(default_factory=list)
    marks: list[tuple[str, str, str]] = field(default_factory=list)
    footnote_rows: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Head:
    """The header rows, the column of the regions, and the texts and roles of the other columns."""

    rows: tuple[int, ...]
    region: int
    parts: dict[int, tuple[str, ...]]
    roles: dict[str, list[int]]
    columns: tuple[int, ...]

    def texts(self, column: int) -> str:
        """Return the whole header of a column."""
        return " ".join(self.parts.get(column, ()))


def where(book: Book, sheet: Sheet) -> str:
    """Return the file and the sheet, for messages."""
    return f"{book.where}, sheet {sheet.name!r}," if sheet.name else book.where


def find_head(book: Book, sheet: Sheet, wanted: str | None, notes: Notes) -> Head:
    """Find the header by the name of the column of regions, or by the letter that was passed."""
    rows = sorted(sheet.rows)
    columns = sorted({c for cells in sheet.rows.values() for c in cells})
    texts = _texts(sheet, rows[:_HEADER_WITHIN], columns)
    named = _named_head(book, sheet, wanted, texts)
    if named is None and wanted is not None and re.fullmatch(r"[A-Z]{1,3}", wanted):
        named = _lettered_head(book, sheet, wanted, texts)
    if named is None:
        looked = f"called {wanted!r}" if wanted else "called 地区, 城市, 省份, region, city, province or the like"
        raise DataError(
            f"{where(book, sheet)} has no header cell {looked} in its first {_HEADER_WITHIN} rows. It begins with "
            f"{first_rows(sheet)}. Name the column of regions with region_column=…, by its header or by its letter."
        )
    header_rows, region = named
    header_rows = _grow(texts, header_rows, region, wanted)
    stacked = {r: texts[r] for r in header_rows}
    if not any(first in header_rows or last in header_rows for first, _, last, _ in sheet.merges):
        _fill_right(sheet, stacked, columns, notes)
    parts = {c: _distinct(stacked[r].get(c, "") for r in header_rows) for c in columns}
    others = tuple(c for c in columns if c != region)
    roles = {role: [c for c in others if _has_role(parts[c], known)] for role, known in ROLES.items()}
    return Head(tuple(header_rows), region, parts, roles, others)


def _texts(sheet: Sheet, rows: Sequence[int], columns: Sequence[int]) -> dict[int, dict[int, str]]:
    texts: dict[int, dict[int, str]] = {r: {} for r in rows}
    for (r, c), value in sheet.spread(rows, columns).items():
        texts[r][c] = as_text(value).strip()
    return texts


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


@lru_cache(maxsize=1 << 14)
def header_keys(text: str) -> frozenset[str]:
    """Return the keys by which a header may be known: whole, by line, by half of a diagonal, by language."""
    halves = re.split(r"[\n/\\|]", text[:200])
    for half in tuple(halves):
        if found := re.fullmatch(r"\s*([^\x00-\x7f][^a-zA-Z]*?)\s*([A-Za-z][A-Za-z ]*)\s*", half):
            halves += found.groups()
    return frozenset(name_key(strip_marks(part.strip())[0]) for part in (text, *halves)) - {""}


def _has_role(parts: tuple[str, ...], known: frozenset[str]) -> bool:
    return any(not known.isdisjoint(header_keys(re.sub(r"[(（\[].*[)）\]]$", "", part))) for part in parts)


def _named_head(
    book: Book, sheet: Sheet, wanted: str | None, texts: dict[int, dict[int, str]]
) -> tuple[list[int], int] | None:
    groups = (frozenset([name_key(wanted)]),) if wanted else REGION_NAMES
    for row, cells in texts.items():
        if len(set(cells.values())) < 2:
            continue
        keys = {c: header_keys(text) for c, text in cells.items()}
        hits = next(filter(None, ([c for c in keys if not group.isdisjoint(keys[c])] for group in groups)), [])
        if len(hits) > 1:
            seen = listing(f"{column_letter(c)} ({cells[c]!r})" for c in sorted(hits))
            differ = len({cells[c] for c in hits}) == len(hits)
            raise DataError(
                f"{where(book, sheet)} has {len(hits)} columns that could hold the regions, in row {row}: {seen}. "
                f"Settle it with region_column={cells[hits[0]] if differ else column_letter(hits[0])!r}."
            )
        if hits:
            return [row], hits[0]
    return None


def _lettered_head(
    book: Book, sheet: Sheet, wanted: str, texts: dict[int, dict[int, str]]
) -> tuple[list[int], int] | None:
    """Find the rows above the first row that has something in the wanted column and a number elsewhere."""
    region = next((c for cells in texts.values() for c in cells if column_letter(c) == wanted), None)
    above: list[int] = []
    for row, cells in texts.items():
        others = [text for c, text in cells.items() if c != region]
        if region in cells and any(_is_number(text) for text in others):
            if region is not None and above:
                return above, region
            break
        is_header = others and (region not in cells or len(set(others)) > 1) and not _is_unit_note(cells.values())
        above = [*above, row] if is_header else []
    raise DataError(
        f"{where(book, sheet)} has no header above the first row with something in column {wanted} and a number "
        "elsewhere. Check the letter in region_column=…."
    )


def _is_number(text: str) -> bool:
    return parse_number(text) is not NOT_A_NUMBER and parse_year(text) is None


def _is_unit_note(texts: Iterable[str]) -> bool:
    return any(_TITLE_UNIT.search(text) for text in texts)


def _grow(texts: dict[int, dict[int, str]], found: list[int], region: int, wanted: str | None) -> list[int]:
    """Add the header rows above and below those that were found."""
    rows = list(texts)
    names = frozenset().union(*REGION_NAMES, [name_key(wanted)] if wanted else [])
    grown = list(found)
    for row in rows[rows.index(found[-1]) + 1 :]:
        cells = texts[row]
        mine, others = cells.get(region, ""), [t for c, t in cells.items() if c != region]
        below = (not mine and others) or not names.isdisjoint(header_keys(mine))
        if not below or len(grown) >= _MOST_HEADER_ROWS or any(map(_is_number, others)):
            break
        grown.append(row)
    for row in reversed(rows[: rows.index(found[0])]):
        cells = texts[row]
        if region in cells or _is_unit_note(cells.values()) or len(grown) >= _MOST_HEADER_ROWS:
            break
        if len(cells) < 2 and not any(parse_year(t) is not None for t in cells.values()):
            break
        grown.insert(0, row)
    return grown


def _fill_right(sheet: Sheet, stacked: dict[int, dict[int, str]], columns: Sequence[int], notes: Notes) -> None:
    """Carry upper header cells to the right over blanks, as an export without merged cells leaves them."""
    rows = list(stacked)
    for depth, row in enumerate(rows[:-1]):
        last, filled = "", []
        for c in columns:
            text = stacked[row].get(c, "")
            below = [stacked[r][c] for r in rows[depth + 1 :] if stacked[r].get(c)]
            if text:
                last = text
            elif last and below and not is_unit_cell(below[0]):
                stacked[row][c] = last
                filled.append(sheet.place(row, c))
        if filled:
            notes.texts.append(f"blank header cells took the text to their left: {listing(filled, most=12)}")


def is_unit_cell(text: str) -> bool:
    """Return whether a header cell holds a unit and nothing else."""
    return find_unit(text) is not None
