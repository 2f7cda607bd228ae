"""The path of a column through its header: what stands above it, from the widest span to its own last line.

A header is a tree drawn in cells. A merged cell says how wide a branch is; without merges, a blank says it: it stands
to the right of the cell whose branch it belongs to.
"""

from __future__ import annotations

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


def header_paths(grid: Grid, rows: Sequence[int], columns: Sequence[int]) -> dict[int, tuple[Level, ...]]:
    """Return the levels above every column, the widest first; nothing for a column without a header."""
    own = {c: [_at(grid, r, c) for r in rows if _at(grid, r, c).text] for c in columns}
    complete = _last_row_names_all(grid, rows, own)
    paths: dict[int, list[_Cell]] = {}
    for number, column in enumerate(columns):
        cells = list(dict.fromkeys(own[column]))
        left = paths[columns[number - 1]] if number else []
        first = min((r for r in rows if _at(grid, r, column).text), default=None)
        if first is None:
            paths[column] = []
            continue
        # A blank above the first text belongs to the branch on its left, as one of its parts.
        inherited = [cell for cell in left if cell.row < first and not is_unit_cell(cell.text)]
        alone = complete and first == rows[-1]
        paths[column] = cells if alone else [*inherited, *cells]
    return {c: _group(cells, _spans(paths)) for c, cells in paths.items()}


def _at(grid: Grid, row: int, column: int) -> _Cell:
    first = grid.merged_from.get((row, column), (row, column))
    return _Cell(*first, grid.text(*first))


def _last_row_names_all(grid: Grid, rows: Sequence[int], own: dict[int, list[_Cell]]) -> bool:
    """Return whether the last row alone gives every column a name of its own, so that no blank has to be filled."""
    last = [cells[-1] for cells in own.values() if cells]
    names = {cell.text for cell in last}
    if len(names) < len(last) or len(rows) < 2:
        return False
    is_own = all(cell.row == rows[-1] and chinese(cell.text) and parse_year(cell.text) is None for cell in last)
    return is_own and not any(cell.text.startswith(("#", "＃", "其中")) for cell in last)


def _spans(paths: dict[int, list[_Cell]]) -> dict[_Cell, tuple[int, ...]]:
    spans: dict[_Cell, list[int]] = {}
    for column, cells in paths.items():
        for cell in cells:
            spans.setdefault(cell, []).append(column)
    return {cell: tuple(columns) for cell, columns in spans.items()}


def _group(cells: Sequence[_Cell], spans: dict[_Cell, tuple[int, ...]]) -> tuple[Level, ...]:
    """Join the cells of one node: words that wrap from row to row, then their English."""
    levels: list[Level] = []
    for cell in cells:
        span = spans[cell]
        if levels and levels[-1].span == span and not _begins_name(levels[-1], cell.text):
            levels[-1] = Level((*levels[-1].texts, cell.text), span)
        else:
            levels.append(Level((cell.text,), span))
    return tuple(levels)


def _begins_name(level: Level, text: str) -> bool:
    """Return whether a text is a new name: Chinese after an English gloss, or a sub-item."""
    if text.startswith(("#", "＃", "其中")):
        return True
    has_gloss = any(not chinese(line) and any(c.isalpha() for c in line) for line in level.texts)
    return bool(chinese(text)) and has_gloss and bool(chinese(level.text)) and not is_unit_cell(text)
