"""The years of undated values: those of an argument, a title, a sheet, a file."""

from __future__ import annotations

from collections.abc import Sequence

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.matching import Named, Task
from hubtiers.table.yearbook.titles import year_in_name

__all__ = ["Years"]


class Years:
    """Which year a value has: that of its header or row, else what is said of the whole table."""

    def __init__(self, task: Task, named: Sequence[Named]) -> None:
        self._task = task
        of_rows = frozenset[int | None]().union(*(n.series.years for n in named))
        by_row = of_rows - {None}
        by_header = {n.header.year for n in named} - {None}
        if by_row and by_header and task.kind != "one region":
            raise DataError(
                f"{task.where} has a column of years as well as years in its headers. "
                "Remove one of them."
            )
        # Among rows with and without a year, a title would only guess.
        self._is_by_row = bool(by_row)
        is_open = any(n.header.year is None and None in n.series.years for n in named)
        stated = sorted(year for year in by_row | by_header if year is not None)
        self._check_argument(stated, is_open=is_open)
        if is_open and not stated and not any(self._found(n)[0] for n in named):
            task.notes.say("no year is stated")

    def _check_argument(self, stated: Sequence[int], *, is_open: bool) -> None:
        year = self._task.year
        if year is not None and not is_open and stated != [year]:
            raise DataError(
                f"{self._task.where} states the years {listing(stated, most=12)}, but year={year} "
                "was passed. Leave it out: it is for tables that state none."
            )

    def of(self, n: Named) -> int | None:
        """Return the year of the values of a series whose header and rows state none."""
        if n.header.year is not None:
            return n.header.year
        if self._is_by_row and self._task.year is None:
            return None
        year, where = self._found(n)
        if year is not None:
            self._say(n, year, where)
        return year

    def origin(self, n: Named) -> str:
        """Return where the year of a series was said."""
        if n.header.year is not None:
            return "header"
        return "rows" if n.series.years - {None} else self._found(n)[1]

    def _say(self, n: Named, year: int, where: str) -> None:
        if where != "argument":
            place = "the title" if where == "title" else f"the name of the {where}"
            self._task.notes.say(f"the year {year} was taken from {place}")
            return
        title = n.series.titles.year
        other = f" and outweighs {title} in the title" if title not in (None, year) else ""
        self._task.notes.say(f"year={year} was passed{other}")

    def _found(self, n: Named) -> tuple[int | None, str]:
        task, titles = self._task, n.series.titles
        if task.year is not None:
            return task.year, "argument"
        if titles.year is not None:
            return titles.year, "title"
        if titles.has_several_years:
            return None, ""
        for name, where in ((n.series.grid.sheet.name, "sheet"), (task.book.path.stem, "file")):
            if (year := year_in_name(name)) is not None:
                return year, where
        return None, ""
