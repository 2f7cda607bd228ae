"""Which cells of a sheet hold values: the rows of regions, of totals, of footnotes; wide and long tables."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubtiers.errors import DataError, MissingColumnError, listing
from hubtiers.table.yearbook.cells import as_text, clean_name, parse_number, parse_year
from hubtiers.table.yearbook.head import REGION_NAMES, ROLES, Head, Notes, find_head, header_keys, is_unit_cell, where
from hubtiers.table.yearbook.headers import name_key
from hubtiers.table.yearbook.sheet import Book, Sheet, column_letter

__all__ = ["Layout", "Series", "Slot", "lay_out"]
_FOOTNOTE = re.compile(
    r"(?:附?注\s*[:：0-9①-⑳.、(（]|资料来源|数据来源|来源\s*[:：]|数据?说明\s*[:：]|备注\s*[:：]|(?:notes?|sources?|remarks?)\b)|"
    r"[*※①-⑳].{6}",
    re.IGNORECASE | re.DOTALL,
)
_HEADING = re.compile(r"[一二三四五六七八九十]+\s*[、.．]")
_TOTAL = re.compile(
    r"(?:全国|全省|全市|全区|全自治区|地区|各省|各市|各地区)?(?:总计|合计|小计|总和|平均|平均值|平均数)|"
    r"全国|全省|全市|全区|全自治区|不分地区|.+(?:合计|总计|小计)|"
    r"(?:grand|national|china)?total|national|nationwide|national(?:average|mean)|average|mean|sum|allregions"
)
_PART = re.compile(r"(?:东部|中部|西部)(?:地区|省份)?|(?:eastern|central|western)(?:regions?|china)?")
_OTHER_PART = re.compile(
    r"(?:东北部?|华北|华东|华中|华南|西南|西北|沿海|内陆)(?:地区|省份)?|north-?east(?:ern)?(?:regions?|china)?"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of a value, with what its row says of it. `aside` marks totals and macro-regions."""

    row: int
    column: int
    region: str
    raw: object
    year: int | None = None
    source: str = ""
    status: str = ""
    aside: bool = False


@dataclass(frozen=True)
class Series:
    """Cells of one indicator in one unit: a column of a wide table, or the rows of an indicator in a long one."""

    column: int
    parts: tuple[str, ...]
    slots: tuple[Slot, ...]
    unit: str = ""

    @property
    def letter(self) -> str:
        """The letter of the column of values."""
        return column_letter(self.column)


@dataclass(frozen=True)
class Layout:
    """Everything that was found on a sheet before a single value was read."""

    kind: str
    titles: tuple[tuple[int, str], ...]
    header_rows: tuple[int, ...]
    region_column: int
    region_header: str
    series: tuple[Series, ...]
    has_years: bool
    notes: Notes


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    region: str
    aside: bool = False


def lay_out(book: Book, sheet: Sheet, *, region_column: str | None, layout: str) -> Layout:
    """Find the header, the regions and the cells of values of a sheet."""
    notes = Notes(list(book.notes))
    head = find_head(book, sheet, region_column, notes)
    rows = _mark_aside(_read_body(book, sheet, head, notes), notes)
    if not any(not row.aside for row in rows):
        raise DataError(
            f"{where(book, sheet)} has no row of a region below its header (row {head.rows[-1]}), only {len(rows)} "
            "rows of totals. Check the header, or name the column of regions with region_column=…."
        )
    is_long = layout == "long" or (layout == "auto" and bool(head.roles["indicator"] and head.roles["value"]))
    build = _long_series if is_long else _wide_series
    series = build(book, sheet, head, rows, notes)
    _refuse_merged_values(book, sheet, series)
    titles = [(r, _row_text(cells)) for r, cells in sheet.rows.items() if r < head.rows[0]]
    kind = "long" if is_long else "wide"
    return Layout(
        kind,
        tuple(titles),
        head.rows,
        head.region,
        head.texts(head.region),
        tuple(series),
        bool(head.roles["year"]),
        notes,
    )


def _row_text(cells: dict[int, object]) -> str:
    return " ".join(dict.fromkeys(" ".join(as_text(v).split()) for v in cells.values()))


def _read_body(book: Book, sheet: Sheet, head: Head, notes: Notes) -> list[_Row]:
    numbers = [r for r in sorted(sheet.rows) if r > head.rows[-1]]
    regions = sheet.spread(numbers, [head.region])
    header = {name_key(t) for c in head.columns for t in head.parts.get(c, ())}
    rows: list[_Row] = []
    orphans: list[str] = []
    for number in numbers:
        cells = sheet.rows[number]
        others = [v for c, v in cells.items() if c != head.region]
        name, marks = clean_name(regions.get((number, head.region)))
        has_number = any(parse_number(v).value is not None for v in others)
        if not has_number and _is_footnote(cells, bool(notes.footnote_rows), name):
            notes.footnote_rows.append((number, _row_text(cells)))
        elif not name or parse_number(name).missing:
            orphans += [str(number)] if has_number else []
            text = f"row {number} names no region and holds no number: {_row_text(cells)!r}"
            notes.texts += [] if has_number else [text]
        elif not rows and name in ("甲", "乙") and _counts_up(others):
            notes.texts.append(f"row {number} numbers the columns and was left out")
        elif _repeats_header(name, others, header, has_number=has_number):
            _check_repeat(book, sheet, head, number)
            notes.texts.append(f"row {number} repeats the header and was left out")
        elif _HEADING.match(name) and not others:
            notes.texts.append(f"row {number} is a heading and was left out: {name!r}")
        else:
            rows.append(_Row(number, name))
            if marks:
                place = sheet.place(number, head.region)
                notes.marks.append((place, as_text(regions[number, head.region]), name))
    if orphans:
        raise DataError(
            f"{where(book, sheet)} has values but no region in the rows {listing(orphans)}. Write the name into each "
            "row, or name another column with region_column=…."
        )
    return rows


def _is_footnote(cells: dict[int, object], after_footnote: bool, name: str) -> bool:  # noqa: FBT001 - private
    text = as_text(next(iter(cells.values()))).strip()
    if _FOOTNOTE.match(text):
        return True
    long = len(text) > (60 if text.isascii() else 25)
    return len(cells) == 1 and (after_footnote or long or not name)


def _counts_up(values: list[object]) -> bool:
    seen = [parse_number(v).value for v in values]
    return bool(seen) and all(v is not None and v == n for n, v in enumerate(seen, start=int(seen[0] or 0)))


def _repeats_header(name: str, others: list[object], header: set[str], *, has_number: bool) -> bool:
    is_name = any(not known.isdisjoint(header_keys(name)) for known in REGION_NAMES)
    return is_name and bool(others) and (not has_number or {name_key(as_text(v)) for v in others} <= header)


def _check_repeat(book: Book, sheet: Sheet, head: Head, row: int) -> None:
    for column, value in sheet.rows[row].items():
        if column != head.region and name_key(as_text(value)) not in {name_key(t) for t in head.parts.get(column, ())}:
            raise DataError(
                f"{where(book, sheet)} has a second header in row {row}, with {as_text(value)!r} in column "
                f"{column_letter(column)}. Put the second table on a sheet or in a file of its own."
            )


def _mark_aside(rows: list[_Row], notes: Notes) -> list[_Row]:
    """Mark totals, and macro-regions where they stand among other regions."""
    keys = [name_key(row.region) for row in rows]
    total = [bool(_TOTAL.fullmatch(key)) for key in keys]
    part = [bool(_PART.fullmatch(key)) for key in keys]
    other = [bool(_OTHER_PART.fullmatch(key)) for key in keys]
    macro = [a or (b and (any(part) or sum(other) > 2)) for a, b in zip(part, other, strict=True)]
    if any(macro) and all(a or b for a, b in zip(total, macro, strict=True)):
        notes.texts.append("the table holds macro-regions only, which were therefore kept as regions")
        macro = [False] * len(rows)
    return [replace(row, aside=a or b) for row, a, b in zip(rows, total, macro, strict=True)]


def _one(book: Book, sheet: Sheet, head: Head, role: str) -> int | None:
    columns = head.roles[role]
    if len(columns) > 1:
        seen = listing(f"{column_letter(c)} ({head.texts(c)!r})" for c in columns)
        raise DataError(f"{where(book, sheet)} has more than one column of the {role}: {seen}. Rename or remove one.")
    return columns[0] if columns else None


def _years(book: Book, sheet: Sheet, column: int | None, rows: list[_Row]) -> dict[int, int | None]:
    if column is None:
        return {}
    cells = sheet.spread([row.number for row in rows], [column])
    years: dict[int, int | None] = {}
    wrong = []
    for row in rows:
        raw = cells.get((row.number, column))
        years[row.number] = parse_year(raw)
        if years[row.number] is None and not parse_number(raw).missing:
            wrong.append(f"{sheet.place(row.number, column)} {as_text(raw)[:40]!r}")
    if wrong:
        raise DataError(
            f"{where(book, sheet)} has {len(wrong)} cells in its column of years that are no year between 1900 and "
            f"2099: {listing(wrong)}. Write four digits, such as 2022."
        )
    return years


def _wide_series(book: Book, sheet: Sheet, head: Head, rows: list[_Row], notes: Notes) -> list[Series]:
    year_column = _one(book, sheet, head, "year")
    years = _years(book, sheet, year_column, rows)
    numbers = {row.number for row in rows}
    filled = {c for r in numbers for c in sheet.rows[r]}
    series = []
    for column in head.columns:
        if column == year_column or (column not in filled and not head.parts[column]):
            continue
        if not head.parts[column]:
            notes.ignored.append((column_letter(column), "", "the column has no header"))
            continue
        slots = tuple(
            Slot(
                row.number,
                column,
                row.region,
                sheet.rows[row.number].get(column),
                years.get(row.number),
                aside=row.aside,
            )
            for row in rows
        )
        series.append(Series(column, head.parts[column], slots))
    return _drop_common_part(series, notes)


def _drop_common_part(series: list[Series], notes: Notes) -> list[Series]:
    """Leave out an upper header that spans every column, since it tells none from another."""
    first = {s.parts[0] for s in series}
    bare = any(len([p for p in s.parts if parse_year(p) is None and not is_unit_cell(p)]) < 2 for s in series)
    if len(series) < 2 or len(first) > 1 or bare:
        return series
    notes.texts.append(f"the header {first.pop()!r} spans every column and was left out of their names")
    return [replace(s, parts=s.parts[1:]) for s in series]


def _long_series(book: Book, sheet: Sheet, head: Head, rows: list[_Row], notes: Notes) -> list[Series]:
    columns = {role: _one(book, sheet, head, role) for role in ROLES}
    if absent := [role for role in ("indicator", "value") if columns[role] is None]:
        raise MissingColumnError(
            absent, f"The long table of {where(book, sheet)}", [head.texts(c) for c in head.columns if head.parts[c]]
        )
    value = columns["value"] or 0
    years = _years(book, sheet, columns["year"], rows)
    numbers = [row.number for row in rows]
    labels = {
        role: sheet.spread(numbers, [columns[role] or 0])
        for role in ("indicator", "unit", "source", "status")
        if columns[role]
    }

    def label(role: str, number: int) -> str:
        return " ".join(as_text(labels.get(role, {}).get((number, columns[role] or 0))).split())

    groups: dict[tuple[str, str], list[Slot]] = {}
    for row in rows:
        raw = sheet.rows[row.number].get(value)
        source, status = label("source", row.number), label("status", row.number)
        slot = Slot(row.number, value, row.region, raw, years.get(row.number), source, status, row.aside)
        groups.setdefault((label("indicator", row.number), label("unit", row.number)), []).append(slot)
    if unnamed := [str(slot.row) for (name, _), slots in groups.items() if not name for slot in slots]:
        raise DataError(
            f"{where(book, sheet)} names no indicator in the rows {listing(unnamed)}. Write one into each row."
        )
    for c in head.columns:
        if c not in columns.values() and head.parts[c]:
            notes.ignored.append((column_letter(c), head.texts(c), "not a column of a long table"))
    return [Series(value, (name,), tuple(slots), unit) for (name, unit), slots in groups.items()]


def _refuse_merged_values(book: Book, sheet: Sheet, series: Sequence[Series]) -> None:
    """Raise when one merged cell holds the value of several regions or indicators: whose it is cannot be told."""
    rows = sorted({slot.row for s in series for slot in s.slots})
    columns = sorted({s.column for s in series})
    shared = []
    for top, left, bottom, right in sheet.merges:
        height = bisect_right(rows, bottom) - bisect_left(rows, top)
        width = bisect_right(columns, right) - bisect_left(columns, left)
        value = sheet.rows.get(top, {}).get(left)
        if height * width > 1 and parse_number(value).value is not None:
            shared.append(f"{sheet.place(top, left)}:{column_letter(right)}{bottom}")
    if shared:
        raise DataError(
            f"{where(book, sheet)} has merged cells that hold one value for several cells: {listing(shared)}. Unmerge "
            "them and say whose the value is."
        )
