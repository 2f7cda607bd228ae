"""Which columns name the regions, and which columns stand under whose names.

A table of two languages names every region twice. A table that was too wide goes on to the right,
under names of its own, a row higher or lower. A panel of cities names province and city. All of
these have several columns of names; what they are is told by how their rows agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import parse_year
from hubtiers.table.yearbook.choices import choice
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.headers import chinese, name_key
from hubtiers.table.yearbook.places import can_be_same, is_code, is_place, level_of
from hubtiers.table.yearbook.words import KEYS, header_keys, region_word, role_of, why_no_region

__all__ = ["Panel", "find_panels"]

# Names and headers are looked for in the first rows; a long list repeats itself below.
_LOOKED_AT = 400
_STRONG = ("province", "city", "county", "region")
_BY_WORD = (*_STRONG, "name", "code")
# Of a hundred English names in yearbooks a few are misprinted; of names of another order nearly all
# differ.
_MOST_MISPRINTS = 0.1


@dataclass(frozen=True)
class Panel:
    """A part of a sheet under names of its own: their column, and the columns it governs."""

    region: int
    columns: tuple[int, ...] = ()
    glosses: tuple[int, ...] = ()
    province: int | None = None
    layouts: tuple[str, ...] = ()
    head: int | None = None


@dataclass(frozen=True)
class _Names:
    """A column that could name the regions: its header, and its names by row."""

    column: int
    header: str
    word: str
    rows: dict[int, str]

    @property
    def places(self) -> list[str]:
        return [name for name in self.rows.values() if is_place(name)]

    @property
    def level(self) -> str:
        """The level of the names, by the word above them, else by what they can mean."""
        if self.word in ("province", "city", "county"):
            return self.word
        levels = Counter(level_of(name) for name in self.places)
        return levels.most_common(1)[0][0] if levels else ""

    @property
    def is_repeated(self) -> bool:
        named = [name for name in self.rows.values() if not why_no_region(name)]
        return len(set(named)) < len(named)

    @property
    def is_kind(self) -> bool:
        """Whether the column says what kind of place a row is (地级市, 西部), and not which."""
        return not self.places and len(set(self.rows.values())) * 2 <= len(self.rows)


def find_panels(grid: Grid, where: str, wanted: str | None) -> list[Panel]:
    """Return the panels of a sheet from left to right; none when no column names regions."""
    found = [names for column in grid.columns if (names := _names_in(grid, column))]
    if wanted is not None:
        chosen, head = _wanted(grid, wanted)
        panels = _lay_beside(grid, where, _keep_wanted(grid, found, chosen), chosen)
        return [replace(panel, head=head) for panel in panels]
    return _lay_beside(grid, where, _candidates(found), [])


def _names_in(grid: Grid, column: int) -> _Names | None:
    """Read a column as one of names, from its header down, if anything speaks for it."""
    names = _read_names(grid, column, numbers=False)
    if not names.rows and names.word in _BY_WORD:
        # A column that is headed as one of regions and holds nothing but numbers holds their ids.
        names = _read_names(grid, column, numbers=True)
    if not names.rows:
        return None
    return names if names.word in _BY_WORD or _holds_places(grid, names) else None


def _read_names(grid: Grid, column: int, *, numbers: bool) -> _Names:
    """Return the names of a column and the word above them; with numbers where these are ids."""
    header, word = "", ""
    rows: dict[int, str] = {}
    for row in grid.rows[:_LOOKED_AT]:
        text = grid.text(row, column)
        found = "" if grid.is_number(row, column) else region_word(text)
        if found and _is_header(grid, row, column):
            if not word:
                # What stands above the first word is a title.
                header, word, rows = text, found, {}
        elif _can_be_name(
            grid, row, column, is_code_column=word == "code" or (numbers and bool(word))
        ):
            name = grid.name(row, column)[0]
            rows |= {} if region_word(name) else {row: name}
    return _Names(column, header, word, rows)


def _can_be_name(grid: Grid, row: int, column: int, *, is_code_column: bool) -> bool:
    """Return whether a cell can name a region: words, or a code where codes are expected."""
    text = grid.text(row, column)
    if not text:
        return (row, column) in grid.filled
    return is_code_column or grid.is_text(row, column) or is_code(text)


def _is_header(grid: Grid, row: int, column: int) -> bool:
    """Return whether a word stands above names, and is no cell beside numbers (地级市 | 360)."""
    beside = sorted(c for c in grid.sheet.rows[row] if c != column)
    right = [c for c in beside if c > column]
    nearest = right[:1] or beside[-1:]
    return not any(grid.is_plain_number(row, c) for c in nearest)


def _holds_places(grid: Grid, names: _Names) -> bool:
    """Return whether known regions are at least half of the names that stand beside something."""
    beside = [n for r, n in names.rows.items() if len(grid.sheet.rows.get(r, {})) > 1]
    others = [name for name in beside if not is_place(name) and not why_no_region(name)]
    return len(names.places) >= 2 and len(names.places) >= len(others)


def _candidates(found: Sequence[_Names]) -> list[_Names]:
    """Return the columns of names that count: 地区 or known places, then 名称, then codes."""
    has_places = any(names.places for names in found if names.word != "code")
    sure = []
    for names in found:
        is_named = names.word in _STRONG and not (has_places and names.is_kind)
        sure += [names] if is_named or _is_by_content(names) else []
    for word in ("name", "code"):
        sure = sure or [names for names in found if names.word == word]
    return sure


def _is_by_content(names: _Names) -> bool:
    named = [name for name in names.rows.values() if not why_no_region(name)]
    return names.word != "code" and len(names.places) >= 2 and len(names.places) * 2 >= len(named)


def _wanted(grid: Grid, wanted: str) -> tuple[list[int], int | None]:
    """Return the columns asked for: by header, by letter, or by the cell above the names."""
    columns = [c for c in grid.columns if _is_called(grid, c, name_key(wanted))]
    found = re.fullmatch(r"([A-Z]{1,3})([1-9][0-9]{0,6})?", wanted)
    if columns or not found:
        return columns, None
    columns = [c for c in grid.columns if grid.letter(c) == found[1]]
    return columns, int(found[2]) if found[2] else None


def _is_called(grid: Grid, column: int, key: str) -> bool:
    return any(key in header_keys(grid.text(row, column)) for row in grid.rows[:_LOOKED_AT])


def _keep_wanted(grid: Grid, found: list[_Names], chosen: list[int]) -> list[_Names]:
    """Return the chosen columns, with those that gloss them or begin a panel further right."""
    known = {names.column: names for names in found}
    kept = [known.get(c) or _read_as_names(grid, c) for c in chosen]
    for names in _candidates(found):
        is_right = bool(kept) and names.column > min(chosen) and names.column not in chosen
        if is_right and (_is_gloss(kept[0], names) or _begins_panel(grid, kept[0], names)):
            kept.append(names)
    return sorted(kept, key=lambda names: names.column)


def _read_as_names(grid: Grid, column: int) -> _Names:
    rows = {r: grid.name(r, column)[0] for r in grid.rows if grid.text(r, column)}
    return _Names(column, "", "", rows)


def _lay_beside(grid: Grid, where: str, found: list[_Names], chosen: list[int]) -> list[Panel]:
    """Tell glosses, provinces and panels apart, from left to right."""
    panels: list[tuple[_Names, Panel]] = []
    for names in found:
        if not panels:
            panels.append((names, Panel(names.column)))
            continue
        last, panel = panels[-1]
        if _is_gloss(last, names) and not _values_between(grid, last, names):
            panels[-1] = _with_gloss(panel, last, names)
        elif not chosen and _is_within(grid, last, names):
            panels[-1] = names, _with_province(panel, last, names)
        elif _is_trailing_gloss(grid, last, names):
            panels[-1] = last, replace(panel, glosses=(*panel.glosses, names.column))
        elif _begins_panel(grid, last, names):
            panels.append((names, Panel(names.column)))
        elif names.column not in chosen or len(chosen) > 1:
            if chosen:
                continue
            raise _ask(grid, where, found)
    return _with_columns(grid, [panel for _, panel in panels], chosen)


def _ask(grid: Grid, where: str, found: list[_Names]) -> DataError:
    shown = [names.header or next(iter(names.rows.values())) for names in found]
    letters = [grid.letter(names.column) for names in found]
    seen = listing(f"{letter} ({text!r})" for letter, text in zip(letters, shown, strict=True))
    headers = {names.header for names in found} - {""}
    first = found[0].header if len(headers) == len(found) else letters[0]
    return DataError(
        f"{where} has {len(found)} columns that could hold the regions: {seen}; their rows do not "
        f"agree. Settle it with {choice('region_column', ' '.join(first.split()))}."
    )


def _with_gloss(panel: Panel, last: _Names, names: _Names) -> tuple[_Names, Panel]:
    """Let the Chinese names count, whichever stands first."""
    said = "the names stand in two languages, side by side; the Chinese ones were taken"
    if not _is_chinese(last) and _is_chinese(names):
        glosses = (*panel.glosses, last.column)
        return names, replace(
            panel, region=names.column, glosses=glosses, layouts=(*panel.layouts, said)
        )
    said = (
        said
        if _is_chinese(last)
        else "the names stand in two languages or spellings; the first were taken"
    )
    return last, replace(
        panel, glosses=(*panel.glosses, names.column), layouts=(*panel.layouts, said)
    )


def _with_province(panel: Panel, last: _Names, names: _Names) -> Panel:
    first = last.header or "the first column"
    said = f"the names below {first!r} say where those below {names.header!r} lie"
    province = last.column if last.level == "province" else panel.province
    glosses = (*panel.glosses, last.column)
    return replace(
        panel,
        region=names.column,
        province=province,
        glosses=glosses,
        layouts=(*panel.layouts, said),
    )


def _is_chinese(names: _Names) -> bool:
    written = [name for name in names.rows.values() if name]
    return sum(bool(chinese(name)) for name in written) * 2 > len(written)


def _is_gloss(one: _Names, other: _Names) -> bool:
    """Return whether one column names the other row by row: in another language, or in full."""
    common = [row for row in one.rows if row in other.rows]
    if len(common) * 2 < max(len(one.rows), len(other.rows)):
        return False
    verdicts = [can_be_same(one.rows[row], other.rows[row]) for row in common]
    judged = [verdict for verdict in verdicts if verdict is not None]
    if judged:
        return judged.count(False) <= _MOST_MISPRINTS * len(judged)
    scripts = [bool(chinese(one.rows[row])) != bool(chinese(other.rows[row])) for row in common]
    return len(common) >= 2 and all(scripts)


def _is_within(grid: Grid, one: _Names, other: _Names) -> bool:
    order = ("province", "city", "county")
    if one.level not in order or other.level not in order or _values_between(grid, one, other):
        return False
    return order.index(one.level) < order.index(other.level)


def _is_trailing_gloss(grid: Grid, one: _Names, other: _Names) -> bool:
    """Return whether the English names stand at the right edge of the table."""
    return _is_gloss(one, other) and not _value_columns(
        grid, other, other.column, grid.columns[-1] + 1
    )


def _begins_panel(grid: Grid, one: _Names, other: _Names) -> bool:
    """Return whether a column names the rows of the columns to its right, in its own panel."""
    right = [c for c in grid.columns if c > other.column and _holds_numbers(grid, other, c)]
    if not right or not _values_between(grid, one, other):
        return False
    if other.is_repeated and not one.is_repeated:
        return False
    is_headed = other.word in _STRONG or other.word == one.word or not _text_above(grid, other)
    levels = {one.level, other.level} - {""}
    return is_headed and len(levels) < 2


def _text_above(grid: Grid, names: _Names) -> str:
    """Return the last text above the names of a column: what heads them, if anything does."""
    like_names = [r for r, name in names.rows.items() if why_no_region(name) or is_place(name)]
    first = min(like_names or names.rows)
    texts = [grid.text(row, names.column) for row in grid.rows if row < first]
    return texts[-1] if texts else ""


def _values_between(grid: Grid, one: _Names, other: _Names) -> list[int]:
    return _value_columns(grid, one, one.column, other.column)


def _value_columns(grid: Grid, names: _Names, left: int, right: int) -> list[int]:
    """Return the columns between two that hold values: numbers, and no keys or years."""
    return [c for c in grid.columns if left < c < right and _holds_values(grid, names, c)]


def _holds_numbers(grid: Grid, names: _Names, column: int) -> bool:
    """Return whether at least half of what stands beside the names is numbers."""
    beside = [row for row in names.rows if grid.text(row, column)]
    numbers = [row for row in beside if grid.is_number(row, column)]
    return bool(numbers) and len(numbers) * 2 >= len(beside)


def _holds_values(grid: Grid, names: _Names, column: int) -> bool:
    """Return whether a column holds numbers that are neither keys nor years, by its header."""
    if not _holds_numbers(grid, names, column):
        return False
    numbers = [row for row in names.rows if grid.is_number(row, column)]
    above = [grid.text(row, column) for row in grid.rows if row < min(numbers)]
    header = next((text for text in reversed(above) if text), "")
    if role_of(header) == "year" and all(parse_year(grid.raw(row, column)) for row in numbers):
        return False
    keys = header_keys(header)
    return not any(known.fullmatch(key) for known in KEYS.values() for key in keys)


def _with_columns(grid: Grid, panels: list[Panel], chosen: list[int]) -> list[Panel]:
    """Give every panel the columns that it governs, and the first also those to its left."""
    starts = [min((panel.region, *panel.glosses)) for panel in panels]
    ends = [*starts[1:], grid.columns[-1] + 1] if panels else []
    laid = []
    for number, (panel, start, end) in enumerate(zip(panels, starts, ends, strict=True)):
        first = start if number else _left_edge(grid, panel, chosen)
        taken = {panel.region, *panel.glosses}
        columns = tuple(c for c in grid.columns if first <= c < end and c not in taken)
        said = (
            (f"a panel of its own names stands at column {grid.letter(panel.region)}",)
            if number
            else ()
        )
        laid.append(replace(panel, columns=columns, layouts=(*panel.layouts, *said)))
    return laid


def _left_edge(grid: Grid, panel: Panel, chosen: list[int]) -> int:
    """Return where the first panel begins: left of a chosen column others may have names."""
    if not chosen:
        return 0
    for column in grid.columns:
        names = _names_in(grid, column) if column < panel.region else None
        if names and _is_by_content(names) and _value_columns(grid, names, column, panel.region):
            return panel.region
    return 0
