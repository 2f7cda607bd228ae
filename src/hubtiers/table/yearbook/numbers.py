"""The cells of every series as numbers in the unit that is wanted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import NOT_A_NUMBER, Parsed, without_blanks
from hubtiers.table.yearbook.doubts import ask_about_commas, ask_about_marks
from hubtiers.table.yearbook.matching import Named, Task
from hubtiers.table.yearbook.series import Cells, Series, Slot
from hubtiers.table.yearbook.units import factor_between

__all__ = ["Numbers", "numeric_series", "read_numbers"]


@dataclass(frozen=True)
class Numbers:
    """A named series with its cells read, and the factor to the unit that is wanted."""

    named: Named
    cells: Cells
    factor: Decimal = Decimal(1)

    def __iter__(self) -> Iterator[tuple[Slot, Parsed]]:
        """Return the slots with their cells."""
        return zip(self.named.series.slots, self.cells.parsed, strict=True)

    @property
    def unit(self) -> str:
        """The unit of the values as they are returned."""
        return self.named.wanted or self.named.unit

    def value(self, cell: Parsed) -> float:
        """Return a cell in the unit that is wanted; NaN where it is missing."""
        if cell.value is None:
            return math.nan
        factor = self.factor
        if cell.sign and cell.value and cell.sign != self.named.unit:
            factor *= factor_between(cell.sign, self.named.unit) or Decimal(1)
        # Multiplying decimals, not floats: 12,345.6 万元 are 1.23456 亿元 to the last bit.
        return float(cell.value if factor == 1 else cell.value * factor)

    @property
    def noted(self) -> Iterator[tuple[Slot, Parsed]]:
        """The slots and cells of which there is more to say than a number."""
        slots, parsed = self.named.series.slots, self.cells.parsed
        return ((slots[at], parsed[at]) for at in self.cells.marked)

    def values(self) -> npt.NDArray[np.float64]:
        """Return the cells in the unit that is wanted, NaN where they are missing."""
        if self.factor == 1 and not any(cell.sign for cell in self.cells.noted):
            return self.cells.floats
        return np.array([self.value(cell) for cell in self.cells.parsed], dtype=np.float64)


def numeric_series(task: Task) -> list[Series]:
    """Return the series that hold numbers; a column of words beside the names is none of them."""
    numeric = []
    for series in task.series:
        cells = series.cells.parsed if series.cells.has_words else ()
        bad = sum(cell is NOT_A_NUMBER for cell in cells)
        if bad and bad == sum(not cell.missing for cell in cells):
            task.notes.ignored.append((series.letter, series.text, "text, no numbers"))
        else:
            numeric.append(series)
    if not numeric:
        raise DataError(
            f"{task.where} has no column of numbers beside the regions. "
            "Check the header and the sheet."
        )
    return numeric


def read_numbers(task: Task, named: Sequence[Named]) -> list[Numbers]:
    """Read every cell as a number; those that are none end in one error that names them."""
    read = [Numbers(n, _cells(task, n.series)) for n in named]
    wrong: list[str] = []
    for numbers in (numbers for numbers in read if numbers.cells.has_words):
        bad = [slot for slot, cell in numbers if cell is NOT_A_NUMBER]
        wrong += [_described(slot, numbers.named) for slot in bad]
    if wrong:
        noun = "cell is no number" if len(wrong) == 1 else f"{len(wrong)} cells are no numbers"
        raise DataError(
            f"{task.where}: {noun}: {listing(wrong)}. "
            "Correct them, or write — where there is no value."
        )
    _refuse_unsettled(task, named)
    pairs = [(numbers.named, numbers.cells) for numbers in read]
    ask_about_commas(task, pairs)
    ask_about_marks(task, pairs)
    return [_settle_unit(task, numbers) for numbers in read]


def _cells(task: Task, series: Series) -> Cells:
    """Read the cells of a series; close blanks in numbers with as many decimals as all others."""
    if not series.cells.has_words:
        return series.cells
    grid, slots, cells = series.grid, series.slots, list(series.cells.parsed)
    texts = [grid.text(slot.row, slot.column) for slot in slots]
    pairs = zip(texts, cells, strict=True)
    decimals = {len(text.partition(".")[2]) for text, cell in pairs if cell.value is not None}
    if len(decimals) != 1:
        return series.cells
    only = decimals.pop()
    for number, (slot, text) in enumerate(zip(slots, texts, strict=True)):
        closed = without_blanks(text, only) if cells[number] is NOT_A_NUMBER else NOT_A_NUMBER
        if closed is not NOT_A_NUMBER:
            cells[number] = closed
            task.notes.say(
                f"{grid.place(slot.row, slot.column)} {text!r} was read as {closed.value}, "
                f"like the other cells of its column with {only} decimals"
            )
    return Cells(tuple(cells))


def _described(slot: Slot, n: Named) -> str:
    """Return a cell with its place and what it says."""
    grid, header = n.series.grid, n.header.text or n.indicator
    place = f"row {slot.row}, column {grid.letter(slot.column)}, {header!r}"
    written = grid.text(slot.row, slot.column)[:40]
    return f"{grid.place(slot.row, slot.column)} ({place}): {written!r}"


def _refuse_unsettled(task: Task, named: Sequence[Named]) -> None:
    places = []
    for n in (n for n in named if n.series.grid.sheet.unsettled):
        grid = n.series.grid
        unsettled = [s for s in n.series.slots if (s.row, s.column) in grid.sheet.unsettled]
        places += [grid.place(slot.row, slot.column) for slot in unsettled]
    if places:
        noun = "a formula" if len(places) == 1 else f"{len(places)} formulas"
        raise DataError(
            f"{task.where} has {noun} without a stored result: {listing(places)}. "
            "Save it from a spreadsheet."
        )


def _settle_unit(task: Task, numbers: Numbers) -> Numbers:
    """Find the unit that a series is written in, and the factor to the unit that is wanted."""
    n = numbers.named
    signs = Counter[str]()
    if any(cell.sign for cell in numbers.cells.noted):
        signs.update(cell.sign for cell in numbers.cells.parsed if cell.value)
    if not n.unit:
        n = _unit_from_cells(task, n, signs)
    else:
        _refuse_foreign_signs(task, n, signs)
    if signs["%"] and n.unit_from != "cells":
        count = signs["%"]
        task.notes.say(f"column {n.series.letter}: {count} cells are written or shown with %")
    factor = factor_between(n.unit, n.wanted) if n.wanted else Decimal(1)
    if factor is None:
        raise DataError(
            f"{task.column(n.series)} is in {n.unit!r} (said by the {n.unit_from}), but the "
            f"framework measures {n.indicator!r} in {n.wanted!r}, and no factor leads from one to "
            f"the other. Correct the header, or pass units={{{n.indicator!r}: {n.wanted!r}}} if "
            "that is what the column holds."
        )
    return replace(numbers, named=n, factor=factor)


def _refuse_foreign_signs(task: Task, n: Named, signs: Counter[str]) -> None:
    foreign = {sign for sign in signs if sign and factor_between(sign, n.unit) is None}
    if foreign:
        count = sum(signs[sign] for sign in foreign)
        raise DataError(
            f"{task.column(n.series)} is in {n.unit!r}, but {count} of its cells are marked "
            f"{listing(sorted(foreign))}. Correct the header or the cells, or pass "
            f"units={{{n.indicator!r}: …}}."
        )


def _unit_from_cells(task: Task, n: Named, signs: Counter[str]) -> Named:
    """Take the unit from signs such as %, where all cells have them, else from the framework."""
    marked = [sign for sign in signs if sign]
    if len(marked) == 1 and len(signs) == 1:
        return replace(n, unit=marked[0], unit_from="cells", wanted=n.wanted or marked[0])
    if marked:
        bare = signs[""]
        raise DataError(
            f"{task.column(n.series)} has {signs.total() - bare} cells with {listing(marked)} and "
            f"{bare} without, and no unit. Pass units={{{n.indicator!r}: …}} to say what the "
            "others are in."
        )
    if n.wanted:
        task.notes.say(
            f"column {n.series.letter} states no unit; it was taken to be in {n.wanted!r}, "
            "as the framework has it"
        )
    return replace(n, unit=n.wanted, unit_from="framework" if n.wanted else "")
