"""The path of a column through its header, from the widest span to its own last line.

A header is a tree drawn in cells. A merged cell says how wide a branch is; without merges, a blank
says it: it stands to the right of the cell whose branch it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hubtiers.table.yearbook.cells import parse_year
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.headers import chinese, is_unit_cell

__all__ = ["Level", "header_paths"]


@dataclass(frozen=True, slots=True)
class Level:
    """Cells that together are one node of a header: the lines of a name, in one language or two.

    `span` are the columns below it; a level of one column is the column's own.
    """

    texts: tuple[str, ...]
    span: tuple[int, ...]

    @property
    def text(self) -> str:
        """The level as one line."""
        return " ".join(" ".join(self.texts).split())


@dataclass(frozen=True, slots=True)
class _Cell:
    row: int
    column: int
    text: str
    is_wide: bool = False


def header_paths(
    grid: Grid, rows: Sequence[int], columns: Sequence[int]
) -> dict[int, tuple[Level, ...]]:
    """Return the levels above every column, the widest first; none where there is no header."""
    cells = {c: _cells_of(grid, rows, c) for c in columns}
    complete = _last_row_names_all(rows, cells)
    paths: dict[int, list[_Cell]] = {}
    left: list[_Cell] = []
    for column in columns:
        is_alone = complete and sum(bool(cell.text) for cell in cells[column]) == 1
        left = paths[column] = _path(rows, cells[column], [] if is_alone else left)
    spans = _spans(paths)
    return {c: _group(c, path, spans) for c, path in paths.items()}


def _cells_of(grid: Grid, rows: Sequence[int], column: int) -> list[_Cell]:
    return [_at(grid, row, column) for row in rows]


def _path(rows: Sequence[int], cells: Sequence[_Cell], left: Sequence[_Cell]) -> list[_Cell]:
    """Go down a column: a blank above a text is in the branch on its left, while that lasts."""
    path: list[_Cell] = []
    is_in_branch = True
    for number, (row, cell) in enumerate(zip(rows, cells, strict=True)):
        if cell.text:
            path += [cell] if cell not in path else []
            is_in_branch = is_in_branch and cell in left
        elif is_in_branch and any(below.text for below in cells[number + 1 :]):
            path += [other for other in left if other.row == row]
    return path


def _at(grid: Grid, row: int, column: int) -> _Cell:
    first = grid.merged_from.get((row, column), (row, column))
    is_wide = any(
        grid.merged_from.get((first[0], c)) == first for c in (first[1] + 1, first[1] + 2)
    )
    return _Cell(*first, grid.text(*first), is_wide)


def _last_row_names_all(rows: Sequence[int], cells: dict[int, list[_Cell]]) -> bool:
    """Return whether the last row alone gives every column a name of its own."""
    last = [column[-1] for column in cells.values() if column]
    if len(rows) < 2 or len({cell.text for cell in last}) < len(last):
        return False
    is_own = all(
        cell.row == rows[-1] and chinese(cell.text) and parse_year(cell.text) is None
        for cell in last
    )
    return is_own and not any(cell.text.startswith(("#", "＃", "其中")) for cell in last)


def _spans(paths: dict[int, list[_Cell]]) -> dict[_Cell, tuple[int, ...]]:
    spans: dict[_Cell, list[int]] = {}
    for column, cells in paths.items():
        for cell in cells:
            spans.setdefault(cell, []).append(column)
    return {cell: tuple(columns) for cell, columns in spans.items()}


def _group(
    column: int, cells: Sequence[_Cell], spans: dict[_Cell, tuple[int, ...]]
) -> tuple[Level, ...]:
    """Join the cells of one node: words that wrap from row to row, their unit and English."""
    levels: list[Level] = []
    for number, cell in enumerate(cells):
        span = spans[cell]
        above = cells[number - 1] if number else cell
        is_gloss = (
            not chinese(cell.text) and above.column == cell.column == column and not above.is_wide
        )
        is_one = bool(levels) and (levels[-1].span == span or is_gloss)
        if is_one and not _begins_name(levels[-1], cell.text):
            levels[-1] = Level((*levels[-1].texts, cell.text), span)
        else:
            levels.append(Level((cell.text,), span))
    return tuple(levels)


def _begins_name(level: Level, text: str) -> bool:
    """Return whether a text is a new name: Chinese after a unit or a gloss, or a sub-item."""
    if text.startswith(("#", "＃", "其中")):
        return True
    lines = [line for cell in level.texts for line in cell.splitlines()]
    is_glossed = any(not chinese(line) and re.search("[A-Za-z]", line) for line in lines)
    is_ended = is_glossed or bool(re.search(r"[)）]$", lines[-1].strip()))
    return bool(chinese(text)) and is_ended and bool(chinese(level.text)) and not is_unit_cell(text)
