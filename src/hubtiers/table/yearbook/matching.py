"""Which indicator a series of cells holds, and in which unit it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from hubtiers.errors import DataError, SpecError, did_you_mean, listing
from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.cells import CellRules
from hubtiers.table.yearbook.framework_names import Names, refuse_ambiguous
from hubtiers.table.yearbook.headers import Header, name_key, parse_header, without_year
from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.roles import why_aside
from hubtiers.table.yearbook.series import Series
from hubtiers.table.yearbook.sheet import Book
from hubtiers.table.yearbook.titles import title_names
from hubtiers.table.yearbook.units import factor_between, find_unit

__all__ = ["Named", "Task", "name_series", "refuse_twins"]


@dataclass(frozen=True)
class Task:
    """The file, the choices and what was found: what every step of naming and reading needs."""

    book: Book
    where: str
    kind: str
    framework: Framework | None
    units: Mapping[str, str]
    year: int | None
    keep: Sequence[str]
    rules: CellRules
    series: Sequence[Series]
    notes: Notes

    @cached_property
    def has_years(self) -> bool:
        """Whether the rows state years of their own."""
        return any(s.years - {None} for s in self.series)

    def column(self, series: Series) -> str:
        """Name a column with the words above it."""
        noun = "column " if series.row is None else ""
        return f"{self.where}: {noun}{series.letter} ({series.text!r})"

    def indicator(self, code: str) -> Indicator:
        """Return an indicator of the framework."""
        assert self.framework is not None
        node = self.framework[code]
        assert isinstance(node, Indicator)
        return node


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
    """Give every series its indicator and unit, and note what is none."""
    whole = [(s, _header(task, s)) for s in task.series]
    headers = _drop_common(task, whole)
    hits = _by_framework(task, headers, whole) if task.framework else _by_header(task, headers)
    named = []
    used: set[str] = set()
    for number, (series, header) in enumerate(headers):
        if number not in hits:
            continue
        code, rule = hits[number]
        unit, unit_from = _unit_of(task, series, header, code, used)
        wanted = task.indicator(code).unit if task.framework else unit
        named.append(Named(series, _dated(task, header), code, rule, unit, unit_from, wanted))
    if not named:
        raise _nothing_named(task)
    _check_keep(task, whole, named)
    named = [_unit_of_title(task, n, named) for n in named]
    if unused := [key for key in task.units if key not in used]:
        keys = dict.fromkeys(text for n in named for text in (n.header.text, n.indicator))
        raise SpecError(
            f"units names {listing(map(repr, unused))}, which is no column read. "
            f"{did_you_mean(unused[0], keys)}"
        )
    return named


def _header(task: Task, series: Series) -> Header:
    known = [i.unit for i in task.framework.indicators] if task.framework else []
    header = parse_header(series.levels, where=task.column(series), known=known)
    if header.marks:
        task.notes.marks.append((f"{series.letter}, header", header.text, header.name))
    return header


def _dated(task: Task, header: Header) -> Header:
    # In a table with a column of years, a year in a header is part of the name: census_2020 by
    # year.
    return header if header.year is not None or task.has_years else without_year(header)


def _drop_common(task: Task, headers: list[tuple[Series, Header]]) -> list[tuple[Series, Header]]:
    """Leave out an upper name that spans every column and tells none apart; its unit stays."""
    first = {header.names[0] for _, header in headers if header.names}
    bare = any(len(header.names) < 2 or not s.is_spanned for s, header in headers)
    if len(headers) < 2 or len(first) != 1 or bare:
        return headers
    task.notes.say(
        f"the header {first.pop().text!r} spans every column and was left out of their names"
    )
    return [(s, replace(header, names=header.names[1:])) for s, header in headers]


def _keys(series: Series, header: Header) -> list[str]:
    """Return what a column may be called: its header, as written or as read, or its letter."""
    return [header.text, header.name, series.text, series.letter]


def _check_keep(
    task: Task, headers: Sequence[tuple[Series, Header]], named: Sequence[Named]
) -> None:
    """Raise when `keep` names no column: what was meant would stay as it is."""
    keys = dict.fromkeys(key for series, header in headers for key in _keys(series, header))
    keys |= dict.fromkeys(one.indicator for one in named)
    known = {name_key(key) for key in keys}
    if unknown := [text for text in task.keep if name_key(text) not in known]:
        raise SpecError(
            f"keep names {listing(map(repr, unknown))}, which is no column with numbers. "
            f"{did_you_mean(unknown[0], keys)}"
        )


def _is_aside(task: Task, series: Series, header: Header) -> bool:
    """Return whether a column is a key or a rank that was not asked for."""
    mine = {name_key(text) for text in _keys(series, header)}
    return bool(series.key) and not any(name_key(text) in mine for text in task.keep)


def _by_header(task: Task, headers: Sequence[tuple[Series, Header]]) -> dict[int, tuple[str, str]]:
    """Call every series as its header says, in both languages where one is not enough."""
    labels: dict[int, str] = {}
    rules: dict[int, str] = {}
    for number, (series, header) in enumerate(headers):
        if _is_aside(task, series, header):
            task.notes.ignored.append((series.letter, header.text, why_aside(series.key)))
            continue
        rules[number] = "header" if header.names else "title"
        labels[number] = _dated(task, header).name if header.names else _title(task, series)
    twice = _told_twice(task, headers, labels)
    for number in twice:
        labels[number] = _dated(task, headers[number][1]).full_name or labels[number]
    return {number: (label, rules[number]) for number, label in labels.items()}


def _told_twice(
    task: Task, headers: Sequence[tuple[Series, Header]], labels: Mapping[int, str]
) -> list[int]:
    """Return the series that share name, year and region: halves of a table share none."""
    seen: dict[tuple[str, int | None], list[int]] = {}
    twice: dict[int, None] = {}
    for number, label in labels.items():
        alike = seen.setdefault((label, _dated(task, headers[number][1]).year), [])
        for other in alike:
            if headers[number][0].regions & headers[other][0].regions:
                twice |= {number: None, other: None}
        alike.append(number)
    return list(twice)


def _title(task: Task, series: Series) -> str:
    """Return the indicator that the titles state, for columns that state years only."""
    titles = series.titles
    if titles.indicator:
        task.notes.layouts["the title names the indicator, and the headers are years"] = None
        return parse_header([[titles.indicator]], where=f"{task.where}: the title").name
    names = title_names(titles.title)
    if not names:
        raise DataError(
            f"{task.column(series)} states no indicator, and no title such as "
            "“指标：生产总值（亿元）” does. "
            "Write "
            "the indicator into the header or into a row above it."
        )
    task.notes.layouts["the title names the indicator, and the headers are years"] = None
    return names[0]


def _by_framework(
    task: Task, headers: Sequence[tuple[Series, Header]], undropped: Sequence[tuple[Series, Header]]
) -> dict[int, tuple[str, str]]:
    """Find the indicators of the framework: whole names first, then last lines that are unique."""
    assert task.framework is not None
    names = Names(task.framework)
    hits: dict[int, tuple[str, str]] = {}
    for number, (series, header) in enumerate(headers):
        where = task.column(series)
        if header.names:
            hit = names.whole(header, series.others, where) or names.whole(
                undropped[number][1], (), where
            )
        else:
            hit = names.titled(series.titles.indicator or series.titles.title, where)
            _title(task, series)
        if hit:
            hits[number] = hit
    hits |= _by_lines(task, names.last_lines, headers, hits)
    hits |= _by_lines(task, names.any_line, headers, hits)
    stems = _note_rest(task, names, headers, hits)
    found = {code for code, _ in hits.values()}
    if lost := [(s, code, bracket) for s, code, bracket in stems if code not in found]:
        series, code, bracket = lost[0]
        raise DataError(
            f"{task.column(series)} would be {code!r} but for {bracket!r} in brackets, which is "
            "neither a known unit "
            f"nor part of the name. Rename the header, or take {code!r} out of the framework for "
            "this file."
        )
    return hits


def _by_lines(
    task: Task,
    codes_of: Callable[[Header], list[str]],
    headers: Sequence[tuple[Series, Header]],
    hits: Mapping[int, tuple[str, str]],
) -> dict[int, tuple[str, str]]:
    """Return what some lines of headers name, for indicators not found by more of them."""
    found = {code for code, _ in hits.values()}
    candidates: dict[str, list[int]] = {}
    for number, (series, header) in enumerate(headers):
        if number in hits or _is_aside(task, series, header):
            continue
        for code in codes_of(header):
            if code not in found:
                candidates.setdefault(code, []).append(number)
    more: dict[int, tuple[str, str]] = {}
    for code, numbers in candidates.items():
        labels = {_dated(task, headers[n][1]).full_name for n in numbers}
        if len(labels) > 1:
            seen = [f"{headers[n][0].letter} ({headers[n][0].text!r})" for n in numbers]
            raise refuse_ambiguous(code, task.indicator(code).name_zh or code, seen)
        more |= dict.fromkeys(numbers, (code, "lines"))
    return more


def _note_rest(
    task: Task,
    names: Names,
    headers: Sequence[tuple[Series, Header]],
    hits: Mapping[int, tuple[str, str]],
) -> list[tuple[Series, str, str]]:
    """Note columns that are not asked for; return those that a word in brackets keeps out."""
    stems: list[tuple[Series, str, str]] = []
    for number, (series, header) in enumerate(headers):
        if number in hits:
            continue
        stem = names.stem(header, task.column(series)) if header.names else None
        reason = "not in the framework"
        if stem:
            stems.append((series, *stem))
            reason += f", unlike {stem[0]!r}, which it is without ({stem[1]})"
        elif series.key:
            reason = why_aside(series.key)
        task.notes.ignored.append((series.letter, header.text, reason))
    return stems


def _nothing_named(task: Task) -> DataError:
    headers = listing((repr(h or c) for c, h, _ in task.notes.ignored), most=8)
    wanted = f" It looked for {listing(task.framework.codes, most=8)}." if task.framework else ""
    return DataError(
        f"{task.where} has no column of an indicator; its other columns are "
        f"{headers or 'none'}.{wanted} Use a "
        "code or a name of the framework as header, or read without a framework."
    )


def _unit_of(
    task: Task, series: Series, header: Header, code: str, used: set[str]
) -> tuple[str, str]:
    """Return the unit that a series is written in, and where that was said."""
    mine = {name_key(text) for text in (header.text, header.name, series.text, code)}
    if given := [key for key in task.units if name_key(key) in mine]:
        used.update(given)
        return task.units[given[0]].strip(), "argument"
    if header.unit and series.unit and factor_between(series.unit, header.unit) != 1:
        raise DataError(
            f"{task.column(series)} is in {header.unit!r} by its name but in {series.unit!r} by "
            "the column of units. "
            f"Correct one, or pass units={{{code!r}: …}}."
        )
    titled = (
        parse_header([[series.titles.indicator]], where=task.where).unit if not header.names else ""
    )
    for unit, where in ((header.unit, "header"), (series.unit, "unit column"), (titled, "title")):
        if unit:
            return unit, where
    return series.titles.unit, "title" if series.titles.unit else ""


def _unit_of_title(task: Task, n: Named, named: Sequence[Named]) -> Named:
    """Choose among the units of 单位：个，亿元 the one that no header has, or that is wanted."""
    units = n.series.titles.units
    if n.unit or len(units) < 2:
        return n
    stated = [o.header.unit for o in named if o.header.unit]
    rest = [unit for unit in units if not _is_stated(unit, stated)]
    if n.wanted and find_unit(n.wanted):
        rest = [unit for unit in units if factor_between(unit, n.wanted) is not None]
    if len(rest) == 1 and (stated or n.wanted):
        task.notes.say(
            f"column {n.series.letter} was taken to be in {rest[0]!r}, of {listing(units)} in the "
            "title"
        )
        return replace(n, unit=rest[0], unit_from="title", wanted=n.wanted or rest[0])
    if n.wanted:
        raise DataError(
            f"{task.column(n.series)} states no unit, and the title states {listing(units)}. Say "
            "which it is with "
            f"units={{{n.indicator!r}: …}} (in a study file units = {{ {n.indicator} = … }})."
        )
    return n


def _is_stated(unit: str, stated: Sequence[str]) -> bool:
    """Return whether a unit is of the dimension of one that a header states."""
    return any(factor_between(unit, other) is not None for other in stated)


def refuse_twins(task: Task, named: Sequence[Named]) -> None:
    """Raise when two columns hold the same indicator of the same regions in the same year."""
    if task.kind == "long":
        return
    seen: dict[tuple[str, int | None], list[Named]] = {}
    for n in named:
        key = (n.indicator, n.header.year)
        for other in seen.get(key, []):
            if n.series.regions & other.series.regions:
                raise DataError(
                    f"{task.where} has two columns for "
                    f"{n.indicator!r}{f' in {key[1]}' if key[1] else ''}: "
                    f"{other.series.letter} ({other.series.text!r}) and {n.series.letter} "
                    f"({n.series.text!r}). "
                    "Rename one."
                )
        seen.setdefault(key, []).append(n)
