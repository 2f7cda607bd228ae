"""Numbers that can be read in two ways: commas, and numbers that may stand for missing values."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import CellRules
from hubtiers.table.yearbook.choices import choice, choice_of_several
from hubtiers.table.yearbook.headers import name_key
from hubtiers.table.yearbook.matching import Named, Task
from hubtiers.table.yearbook.series import Cells, Series, Slot

__all__ = ["ask_about_commas", "ask_about_marks", "without_marks"]

_SHOWN = 5
# Three digits behind the only comma can be decimals as well as what follows the thousands.
_OPEN = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
# Two commas, or a comma and a point, stand in numbers whose decimals follow a point.
_GROUPS = re.compile(r".*,[0-9]{3}[,.].*")
_POINT = re.compile(r"[+-]?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})")
_NINES = re.compile(r"9{2,}")
_FEWEST_DIGITS_ABOVE = 5
_CENSUS = frozenset(Decimal(-111_111_111 * digit) for digit in range(2, 10)) | {Decimal(-666666666)}
_CENSUS_SIZES = np.array(sorted(_CENSUS), dtype=np.float64)
# Powers of ten, the largest float, and the fill value of gridded data.
_HUGE = Decimal("1e20")
_FILLS = (Decimal("1.7976931348623157E+308"), Decimal("9.969209968386869E+36"))
_APART = 10

Floats = npt.NDArray[np.float64]
Read = Sequence[tuple[Named, Cells]]
"""Series with their cells, in the order of their slots."""


def ask_about_commas(task: Task, read: Read) -> None:
    """Raise when a comma may stand before decimals as well as between thousands.

    Raises
    ------
    DataError
        When cells can only be read with a decimal comma, and nobody said so; or when such cells
        stand elsewhere in the table, or semicolons between its cells, and groups of three digits
        behind a comma can therefore be either.
    """
    if task.rules.decimal:
        return
    for named, cells in read:
        slots = named.series.slots
        if seen := [slots[at] for at in cells.marked if cells.parsed[at].european]:
            raise DataError(
                f"{task.column(named.series)} has numbers with a decimal comma, or with points "
                f"between thousands: {_shown(named.series, seen)}. If that is what they are, say "
                f"{choice('decimal', ',')}; if not, correct them."
            )
    if not _is_in_doubt(task):
        return
    for named, _ in read:
        grid = named.series.grid
        texts = [(slot, grid.text(slot.row, slot.column)) for slot in named.series.slots]
        is_grouped = any(_GROUPS.fullmatch(text) for _, text in texts)
        seen = [slot for slot, text in texts if _OPEN.fullmatch(text) and not is_grouped]
        if seen:
            raise DataError(
                f"{task.column(named.series)} has commas that can stand before decimals or "
                f"between thousands: {_shown(named.series, seen)}; the rest of the file does not "
                f"decide. Say {choice('decimal', ',')}, or {choice('decimal', '.')}."
            )


def _is_in_doubt(task: Task) -> bool:
    """Return whether something in a file speaks for decimal commas, and nothing against them."""
    texts: set[str] = set()
    is_asked = task.book.delimiter == ";"
    for series in task.series:
        if any(cell.european for cell in series.cells.noted):
            return True
        if is_asked:
            texts.update(series.grid.text(slot.row, slot.column) for slot in series.slots)
    if not is_asked:
        return False
    return not any(_GROUPS.fullmatch(text) or _POINT.fullmatch(text) for text in texts)


def _shown(series: Series, slots: Sequence[Slot]) -> str:
    grid = series.grid
    places = (f"{grid.text(s.row, s.column)!r} in {grid.place(s.row, s.column)}" for s in slots)
    return listing(places, most=_SHOWN)


def ask_about_marks(task: Task, read: Read) -> None:
    """Raise when numbers such as -999 may stand for missing values, and nobody said so.

    A column that `keep` names is taken as it stands.

    Raises
    ------
    DataError
        With the numbers, how often they occur, and what settles it.
    """
    kept = {name_key(text) for text in task.keep}
    found: list[_Doubt] = []
    for named, cells in read:
        header = named.header.text or named.indicator
        if kept & {name_key(text) for text in (header, named.indicator, named.series.letter)}:
            continue
        column = f"{named.series.letter} ({header!r})"
        found += _doubts(column, header, cells.floats, [cell.value for cell in cells.parsed])
    _refuse(task.where, found)


def without_marks(
    values: Sequence[float], name: str, where: str, rules: CellRules, keep: Sequence[str]
) -> list[float]:
    """Return the numbers of a column with NaN for what stands for missing values.

    Raises
    ------
    DataError
        As `ask_about_marks`, for columns that are no cells of a file.
    """
    parsed = [None if math.isnan(value) else Decimal(repr(float(value))) for value in values]
    numbers = [None if rules.is_missing(number) else number for number in parsed]
    if name not in keep:
        _refuse(where, _doubts(repr(name), name, np.array(values, dtype=np.float64), numbers))
    return [math.nan if number is None else float(number) for number in numbers]


class _Doubt(NamedTuple):
    """A number that may stand for missing values in a column, as a clause that says why."""

    header: str
    mark: str
    clause: str


def _doubts(
    column: str, header: str, floats: Floats, numbers: Sequence[Decimal | None]
) -> list[_Doubt]:
    found = []
    for mark, count, why in _marks(floats, numbers):
        noun = "row" if count == 1 else "rows"
        found.append(_Doubt(header, mark, f"column {column} holds {mark} in {count} {noun}{why}"))
    return found


def _refuse(where: str, found: Sequence[_Doubt]) -> None:
    if not found:
        return
    marks = list(dict.fromkeys(doubt.mark for doubt in found))
    columns = list(dict.fromkeys(doubt.header for doubt in found))
    raise DataError(
        f"{where}: {listing((doubt.clause for doubt in found), most=_SHOWN)}. If that means "
        f"missing, say {choice_of_several('missing', marks, are_texts=False)}; if these are "
        f"numbers, name the column with {choice_of_several('keep', columns)}."
    )


def _marks(floats: Floats, numbers: Sequence[Decimal | None]) -> Iterator[tuple[str, int, str]]:
    """Return the numbers that look like marks of missing values, how often, and why.

    Numbers come as floats, by which nearly all are known to be none, and exact.
    """
    likely = [numbers[at] for at in _nines_and_fills(floats)]
    suspects = {number for number in likely if number is not None and _is_suspect(number)}
    if not suspects:
        return
    counts = Counter(numbers)
    rest = [number for number in numbers if number is not None and number not in suspects]
    for number in sorted(suspects):
        why = _why(number, rest, suspects)
        if why is not None:
            yield _written(number), counts[number], why


def _nines_and_fills(values: Floats) -> npt.NDArray[np.intp]:
    """Return the places of numbers whose size allows that they are marks: few of a column.

    All digits of a mark are nines, or it is a fill value; 9.89 leaves room for the rounding.
    """
    wide = np.flatnonzero((values < -89) | (values > 99_998))
    size = np.abs(values[wide])
    first_digits = size / 10 ** np.floor(np.log10(size))
    can_be = (first_digits > 9.89) | (size > 9e19) | np.isin(values[wide], _CENSUS_SIZES)
    places: npt.NDArray[np.intp] = wide[can_be]
    return places


def _is_suspect(number: Decimal) -> bool:
    """Return whether a number is one of those that stand for missing values by custom."""
    if _is_fill(number):
        return True
    # -999.9 and -99.99 are written like -999.
    digits = str(abs(number)).replace(".", "").rstrip("0") or "0"
    if number != number.to_integral_value():
        return number < 0 and bool(_NINES.fullmatch(digits)) and abs(number) > 90
    whole = str(abs(int(number)))
    least = 2 if number < 0 else _FEWEST_DIGITS_ABOVE
    return bool(_NINES.fullmatch(whole)) and len(whole) >= least


def _is_fill(number: Decimal) -> bool:
    """Return whether a number is nothing but a mark: 1e20, -666666666."""
    if number in _CENSUS or abs(number) in _FILLS:
        return True
    return abs(number) >= _HUGE and abs(number).normalize().as_tuple().digits == (1,)


def _why(number: Decimal, rest: Sequence[Decimal], suspects: Collection[Decimal]) -> str | None:
    """Return what speaks for a mark, or None where it can well be a number like the others."""
    if _is_fill(number):
        return ""
    if number < 0 and not any(other < 0 for other in rest):
        others = [other for other in suspects if other < 0]
        return ", the only negative value" + ("s" if len(others) > 1 else "")
    largest = max((abs(other) for other in rest), default=Decimal(0))
    return ", far from all others" if abs(number) > _APART * largest else None


def _written(number: Decimal) -> str:
    if number == number.to_integral_value() and abs(number) < _HUGE:
        return str(int(number))
    return f"{float(number):g}"
