"""Which indicator a column or a group of rows holds, and in which unit it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hubtiers.errors import DataError, SpecError, did_you_mean, listing
from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.headers import Header, Names, name_key, parse_header, split_year
from hubtiers.table.yearbook.layout import Layout, Series
from hubtiers.table.yearbook.sheet import Book, Sheet
from hubtiers.table.yearbook.units import factor_between

__all__ = ["Named", "Task", "name_series", "refuse_twins"]


@dataclass(frozen=True)
class Task:
    """The file, the choices and what the titles say: what every step of reading needs."""

    book: Book
    sheet: Sheet
    framework: Framework | None
    units: Mapping[str, str]
    year: int | None
    layout: Layout
    title_unit: str
    title_name: str
    title_year: int | None

    @property
    def where(self) -> str:
        """Name the file, and the sheet where it has a name."""
        return f"{self.book.where}, sheet {self.sheet.name!r}" if self.sheet.name else self.book.where

    def column(self, series: Series) -> str:
        """Name a column with the words above it."""
        return f"{self.where}: column {series.letter} ({' '.join(series.parts)!r})"


@dataclass(frozen=True)
class Named:
    """A series with the indicator that it holds, and the unit it is written in."""

    series: Series
    header: Header
    indicator: str
    rule: str
    unit: str
    unit_from: str
    wanted: str


def name_series(task: Task) -> list[Named]:
    """Give every series its indicator and unit; what the framework does not know is noted as ignored."""
    names = Names(task.framework) if task.framework else None
    known = [i.unit for i in task.framework.indicators] if task.framework else []
    named: list[Named] = []
    stems: list[tuple[Series, str, str]] = []
    used: set[str] = set()
    for series in task.layout.series:
        header = parse_header(series.parts, where=task.column(series), known=known)
        if header.marks:
            task.layout.notes.marks.append((f"{series.letter}, header", header.text, header.name))
        header, hit = _identify(task, series, header, names)
        if hit is None:
            stem = names.stem(header, task.column(series)) if names else None
            stems += [(series, *stem)] if stem else []
            task.layout.notes.ignored.append((series.letter, header.text, _why_ignored(stem)))
            continue
        unit, unit_from = _unit_of(task, series, header, hit[0], used)
        wanted = _indicator(task, hit[0]).unit if task.framework else unit
        named.append(Named(series, header, *hit, unit, unit_from, wanted))
    _check_named(task, named, stems)
    if unused := [key for key in task.units if key not in used]:
        keys = dict.fromkeys(text for n in named for text in (n.header.text, n.indicator))
        raise SpecError(
            f"units names {listing(map(repr, unused))}, which is no column read. {did_you_mean(unused[0], keys)}"
        )
    return named


def _indicator(task: Task, code: str) -> Indicator:
    assert task.framework is not None
    node = task.framework[code]
    assert isinstance(node, Indicator)
    return node


def _identify(task: Task, series: Series, header: Header, names: Names | None) -> tuple[Header, tuple[str, str] | None]:
    """Find the indicator of a header, first as it stands and then without a year in its name."""
    if not header.pieces:
        if not task.title_name:
            raise DataError(
                f"{task.column(series)} states no indicator, and no title such as “指标：生产总值（亿元）” does. Write "
                "the indicator into the header or into a row above it."
            )
        title = parse_header([task.title_name], where=f"{task.where}: the title", known=[])
        header = replace(header, pieces=title.pieces, unit=header.unit or title.unit)
    hit = names.find(header, task.column(series)) if names else None
    # In a table with a column of years, a year in a header is part of the name: census_2020 by year.
    if hit is None and header.year is None and not task.layout.has_years:
        stem, year = split_year(header.name)
        if year is not None:
            header = replace(header, text=header.text, pieces=(stem,), year=year)
            hit = names.find(header, task.column(series)) if names else None
    return header, hit if names else (header.name, "header")


def _why_ignored(stem: tuple[str, str] | None) -> str:
    if stem:
        return f"not in the framework, unlike {stem[0]!r}, which it is without ({stem[1]})"
    return "not in the framework"


def _unit_of(task: Task, series: Series, header: Header, code: str, used: set[str]) -> tuple[str, str]:
    """Return the unit that a series is written in, and where that was said."""
    mine = {name_key(text) for text in (header.text, header.name, " ".join(series.parts), code)}
    if given := [key for key in task.units if name_key(key) in mine]:
        used.update(given)
        return task.units[given[0]].strip(), "argument"
    if header.unit and series.unit and factor_between(series.unit, header.unit) != 1:
        raise DataError(
            f"{task.column(series)} is in {header.unit!r} by its name but in {series.unit!r} by the column of units. "
            f"Correct one, or pass units={{{code!r}: …}}."
        )
    for unit, where in ((header.unit, "header"), (series.unit, "unit column"), (task.title_unit, "title")):
        if unit:
            return unit, where
    return "", ""


def _check_named(task: Task, named: list[Named], stems: list[tuple[Series, str, str]]) -> None:
    found = {n.indicator for n in named}
    if lost := [(s, code, bracket) for s, code, bracket in stems if code not in found]:
        series, code, bracket = lost[0]
        raise DataError(
            f"{task.column(series)} would be {code!r} but for {bracket!r} in brackets, which is neither a known unit "
            f"nor part of the name. Rename the header, or take {code!r} out of the framework for this file."
        )
    if not named:
        headers = listing((repr(h or c) for c, h, _ in task.layout.notes.ignored), most=8)
        wanted = f" It looked for {listing(task.framework.codes, most=8)}." if task.framework else ""
        raise DataError(
            f"{task.where} has no column of an indicator; its other columns are {headers or 'none'}.{wanted} Use a "
            "code or a name of the framework as header, or read without a framework."
        )


def refuse_twins(task: Task, named: list[Named]) -> None:
    """Raise when two columns of a wide table hold the same indicator in the same year."""
    if task.layout.kind == "long":
        return
    seen: dict[tuple[str, int | None], Named] = {}
    for n in named:
        key = (n.indicator, n.header.year)
        if key in seen:
            other = seen[key].series
            raise DataError(
                f"{task.where} has two columns for {n.indicator!r}{f' in {key[1]}' if key[1] else ''}: {other.letter} "
                f"({' '.join(other.parts)!r}) and {n.series.letter} ({' '.join(n.series.parts)!r}). Rename one."
            )
        seen[key] = n
