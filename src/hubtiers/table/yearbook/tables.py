"""From the sheets of a file to series of cells: which sheets, tables, columns and rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.blocks import Block, find_blocks
from hubtiers.table.yearbook.cells import CellRules
from hubtiers.table.yearbook.choices import choice
from hubtiers.table.yearbook.exports import Export, find_export
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.panels import Panel, find_panels
from hubtiers.table.yearbook.places import is_place
from hubtiers.table.yearbook.roles import Roles, find_roles
from hubtiers.table.yearbook.series import (
    Series,
    dated_series,
    has_dated_columns,
    is_long,
    long_series,
    one_region_series,
    wide_series,
)
from hubtiers.table.yearbook.settle import settle_names
from hubtiers.table.yearbook.sheet import Book, Sheet, first_rows
from hubtiers.table.yearbook.titles import Titles, read_titles

__all__ = ["Found", "find_tables"]


@dataclass(frozen=True)
class Found:
    """All series of a file, and the blocks they stand in, in the order of the sheets."""

    where: str
    kind: str
    blocks: tuple[Block, ...]
    series: tuple[Series, ...]
    titles: tuple[Titles, ...]
    export: Export | None = None


@dataclass(frozen=True)
class _Page:
    """A sheet with its tables, and their titles."""

    grid: Grid
    where: str
    blocks: tuple[Block, ...]
    titles: tuple[Titles, ...]
    series: tuple[Series, ...] = ()
    export: Export | None = None

    @property
    def kind(self) -> str:
        """The layout of a sheet that was read as a whole; empty for one with blocks."""
        if self.export is not None:
            return self.export.kind
        return "one region" if self.series else ""


def find_tables(
    book: Book,
    sheet: str | None,
    region_column: str | None,
    layout: str,
    rules: CellRules,
    notes: Notes,
) -> Found:
    """Find the tables of a file: those of one sheet, or of several that continue each other."""
    sheets = _sheets(book, sheet)
    grids = [Grid(s, rules) for s in sheets]
    pages = [_read_page(book, grid, region_column, notes) for grid in grids]
    pages = _joined(book, pages, notes)
    series: list[Series] = []
    blocks: list[Block] = []
    all_titles: list[Titles] = []
    kind = "wide"
    for page in pages:
        series += page.series
        kind = page.kind or kind
        for written, stated in zip(page.blocks, page.titles, strict=True):
            titles = stated.after(all_titles[0]) if all_titles else stated
            roles = find_roles(written)
            block = settle_names(
                written, roles.code, page.where, notes, is_chosen=region_column is not None
            )
            build = _builder(roles, layout)
            kind = kind if build is wide_series else "long"
            found = build(replace(roles, block=block), titles, page.where, notes)
            _refuse_merged_values(page, found)
            series += found
            blocks.append(block)
            all_titles.append(titles)
    _say_layouts(blocks, pages, notes)
    parts = tuple(blocks), tuple(series), tuple(all_titles), pages[0].export
    return Found(pages[0].where, kind, *parts)


def _builder(roles: Roles, layout: str) -> Callable[..., list[Series]]:
    """Return how the cells of a table become series: by column, by row, or by both."""
    if is_long(roles, layout):
        return long_series
    return dated_series if has_dated_columns(roles, layout) else wide_series


def _sheets(book: Book, wanted: str | None) -> list[Sheet]:
    """Return the sheets that hold tables, or the one that was asked for."""
    names = [s.name for s in book.sheets]
    if wanted is not None:
        return [next(s for s in book.sheets if s.name == wanted)]
    tables = [s for s in book.sheets if s.has_table]
    if not tables:
        shown = f" (sheets: {listing(map(repr, names), most=12)})" if any(names) else ""
        raise DataError(
            f"{book.where} holds no table{shown}: no two rows with two filled cells or more and a "
            "number among them. "
            "Check that it is the file you mean."
        )
    return tables


def _read_page(book: Book, grid: Grid, region_column: str | None, notes: Notes) -> _Page:
    name = grid.sheet.name
    where = f"{book.where}, sheet {name!r}," if name else book.where
    export = find_export(grid, where, book.path.stem, region_column, notes)
    if export is not None:
        return _Page(grid, where, (), (), export.series, export)
    panels = find_panels(grid, where, region_column)
    blocks = [block for panel in panels for block in find_blocks(grid, panel, where, notes)]
    _note_beside(grid, panels, notes)
    if blocks:
        titles = [read_titles(block.titles) for block in blocks]
        for title in titles:
            for note in title.notes:
                notes.say(note)
        page = _Page(grid, where, tuple(blocks), tuple(titles))
        _refuse_totals_only(page)
        return page
    alone = _one_region_page(grid, where, notes) if region_column is None else None
    if alone is None:
        raise _no_names(grid, where, region_column, has_column=bool(panels))
    return alone


def _note_beside(grid: Grid, panels: Sequence[Panel], notes: Notes) -> None:
    """Note the columns that hold no values: names once more, and what stands under other names."""
    governed: set[int] = set()
    for panel in panels:
        governed |= {panel.region, *panel.columns}
        for column in panel.glosses:
            reason = "says where they lie" if column == panel.province else "names them once more"
            notes.ignored.append((grid.letter(column), "", f"beside the regions, {reason}"))
            governed.add(column)
    for column in grid.columns if panels else ():
        if column not in governed:
            reason = "stands under other names than those asked for"
            notes.ignored.append((grid.letter(column), "", reason))


def _refuse_totals_only(page: _Page) -> None:
    rows = [row for block in page.blocks for row in block.rows]
    if all(row.aside for row in rows):
        header = max((r for block in page.blocks for r in block.header_rows), default=0)
        raise DataError(
            f"{page.where} has no row of a region below its header (row {header}), only "
            f"{len(rows)} rows of totals. "
            f"Check the header, or name the column of regions with {choice('region_column')}."
        )


def _one_region_page(grid: Grid, where: str, notes: Notes) -> _Page | None:
    """Read a sheet without names as the table of one region, where a line above names it."""
    lines = [(r, grid.row_text(r)) for r in grid.rows[:20] if len(grid.sheet.rows[r]) == 1]
    titles = read_titles(lines)
    region = titles.region or (grid.sheet.name if is_place(grid.sheet.name) else "")
    series = one_region_series(grid, titles, region, notes) if region else []
    return _Page(grid, where, (), (), tuple(series)) if series else None


def _no_names(grid: Grid, where: str, wanted: str | None, *, has_column: bool) -> DataError:
    """Return the error for a sheet on which nothing names regions."""
    if has_column and wanted:
        return DataError(
            f"{where} has no header above the first row with something in column {wanted} and a "
            "number elsewhere. Check the letter in region_column=…."
        )
    looked = "地区, 城市, 省份, region, city, province or the like"
    return DataError(
        f"{where} has no header cell called {repr(wanted) if wanted else looked} in its first 80 "
        f"rows. It begins with {first_rows(grid.sheet)}. Name the column of regions with "
        f"{choice('region_column')}, by its header or by its letter."
    )


def _joined(book: Book, pages: list[_Page], notes: Notes) -> list[_Page]:
    """Return the pages of one table; sheets that do not continue another are a choice."""
    if len(pages) == 1:
        return pages
    fresh = [page for page in pages if not _is_continuation(page)]
    if len(fresh) > 1:
        names = listing((repr(page.grid.sheet.name) for page in pages), most=12)
        raise DataError(
            f"{book.where} has {len(pages)} sheets with data: {names}. Name the one to read with "
            f"{choice('sheet')}."
        )
    names = listing((repr(page.grid.sheet.name) for page in pages), most=12)
    notes.layouts[f"{len(pages)} sheets of one table were joined: {names}"] = None
    return [*fresh, *(page for page in pages if page not in fresh)]


def _is_continuation(page: _Page) -> bool:
    return bool(page.titles) and page.titles[0].is_continued


def _refuse_merged_values(page: _Page, series: Sequence[Series]) -> None:
    """Raise when one merged cell holds the value of several regions or indicators."""
    grid = page.grid
    if not grid.merged_from:
        return
    places: set[tuple[int, int]] = set()
    for one in series:
        places |= {(slot.row, slot.column) for slot in one.slots}
    shared: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place in places & set(grid.merged_from):
        shared.setdefault(grid.merged_from[place], []).append(place)
    wrong = []
    for first, cells in sorted(shared.items()):
        if len(cells) > 1 and grid.is_number(*first):
            rows, columns = zip(*cells, strict=True)
            wrong.append(f"{grid.place(*first)}:{grid.letter(max(columns))}{max(rows)}")
    if wrong:
        raise DataError(
            f"{page.where} has merged cells that hold one value for several cells: "
            f"{listing(wrong)}. Unmerge them and say whose the value is."
        )


def _say_layouts(blocks: Sequence[Block], pages: Sequence[_Page], notes: Notes) -> None:
    """Note which layouts of the trade were recognised."""
    for block in blocks:
        notes.layouts.update(dict.fromkeys(block.panel.layouts))
        if not block.region_header:
            letter = block.grid.letter(block.panel.region)
            notes.layouts[
                f"no word stands above the names in column {letter}; they were known as regions"
            ] = None
    by_panel: dict[tuple[str, int], int] = {}
    for block in blocks:
        key = (block.grid.sheet.name, block.panel.region)
        by_panel[key] = by_panel.get(key, 0) + 1
    for (_, column), count in by_panel.items():
        if count > 1:
            letter = blocks[0].grid.letter(column)
            notes.layouts[
                f"{count} parts of the table stand below each other, with names in column {letter}"
            ] = None
    if any(page.series and not page.export for page in pages):
        notes.layouts["the table is of one region: its rows are indicators"] = None
