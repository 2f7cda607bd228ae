"""Tables as the databases of statistical offices export them, known by their header alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hubtiers.errors import DataError, listing
from hubtiers.table.yearbook.cells import NOT_A_NUMBER, as_text, parse_year
from hubtiers.table.yearbook.grid import Grid
from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.rows import Row, mark_aside
from hubtiers.table.yearbook.series import Series, Slot
from hubtiers.table.yearbook.titles import Titles
from hubtiers.table.yearbook.words import why_no_region

__all__ = ["Export", "find_export"]

_LOOKED_AT = 12
# Columns by their header without case, blanks and marks.
_REGIONS = ("refarea", "geo", "location", "regid")
_LABELS = {
    "refarea": ("referencearea",),
    "location": ("country",),
    "geo": ("geopoliticalentityreporting", "geolabel"),
}
_TIMES = ("timeperiod", "time")
_FLAGS = ("obsstatus", "obsflag", "flagcodes")
_UNITS = ("unitmeasure", "unitcode", "unit")
_POWERS = ("unitmult", "powercodecode")
_SUBJECTS = ("indicator", "variable", "var", "measure")
_FLOWS = ("dataflow", "structureid")
# What says nothing of an indicator, or says in words what another column has in code.
_ABOUT = frozenset(
    [
        *("structure", "structureid", "structurename", "action", "dataflow", "lastupdate"),
        *("confstatus", "confidentialitystatusflag", "decimals", "unitmultiplier", "powercode"),
        *("referenceperiod", "referenceperiodcode", "observationvalue"),
        *("flags", "observationstatus", "observationstatusflag"),
    ]
)
_COMPOUND = re.compile(r"(?:[\w,]+,)?geo\\(?:time|time_period)", re.IGNORECASE)
_DATABANK_YEAR = re.compile(r"((?:19|20)\d\d) \[YR\1\]")
_PERCENT = re.compile(r"(?:PC|PT)(?:_.*)?")
# The status A is that of a value without remarks.
_NORMAL = "A"
_GEO_ID = re.compile(r"\d{3}[\dA-Z]{4}US(\w*)")


@dataclass(frozen=True)
class Export:
    """The series of an export, and where their header and their regions stand."""

    kind: str
    header_row: int
    region: tuple[str, str]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class _Head:
    """A row of headers: the columns by their keys, and the column of regions asked for."""

    grid: Grid
    row: int
    columns: Mapping[str, int]
    wanted: str | None
    where: str

    def first(self, keys: Iterable[str]) -> int | None:
        """Return the first of the columns that there is."""
        return next((self.columns[key] for key in keys if key in self.columns), None)

    def region(self, keys: Iterable[str]) -> int | None:
        """Return the column of regions: the one asked for, or the first of these."""
        if self.wanted is None:
            return self.first(keys)
        letters = {self.grid.letter(column): column for column in self.columns.values()}
        return self.columns.get(_key(self.wanted), letters.get(self.wanted))

    def text(self, column: int) -> str:
        """Return what stands above a column."""
        return self.grid.text(self.row, column)

    def below(self, column: int) -> list[int]:
        """Return the rows below that hold something in a column."""
        rows = self.grid.rows
        return [row for row in rows if row > self.row and self.grid.text(row, column)]

    def export(self, kind: str, region: int, series: Iterable[Series]) -> Export:
        """Return what was read under this header."""
        return Export(kind, self.row, (self.grid.letter(region), self.text(region)), tuple(series))


@dataclass
class _Groups:
    """Cells by the texts that tell indicators apart, with the unit of each."""

    slots: dict[tuple[str, ...], list[Slot]] = field(default_factory=dict)
    units: dict[tuple[str, ...], str] = field(default_factory=dict)

    def add(self, key: tuple[str, ...], slots: Iterable[Slot], unit: str = "") -> None:
        """Add the cells of a row."""
        self.slots.setdefault(key, []).extend(slots)
        self.units.setdefault(key, unit)

    def series(
        self, head: _Head, column: int, names: Mapping[tuple[str, ...], str]
    ) -> list[Series]:
        """Return a series for each group, called as `names` says."""
        return [
            Series(
                head.grid,
                Titles(),
                column,
                ((names[key],),),
                tuple(slots),
                self.units[key],
                others=tuple(filter(None, (" ".join(key), *key))),
            )
            for key, slots in self.slots.items()
        ]


def find_export(
    grid: Grid, where: str, stem: str, region_column: str | None, notes: Notes
) -> Export | None:
    """Return the series of an export of Eurostat, the OECD, the World Bank or the US census.

    None for any other sheet. `stem` is the name of the file: for Eurostat's it says what they hold.

    Raises
    ------
    DataError
        When periods are no years, or the keys of a row do not fit the header.
    """
    for row in grid.rows[:_LOOKED_AT]:
        head = _Head(grid, row, _keys(grid, row), region_column, where)
        for read in (_observations, _world_bank, _census):
            if found := read(head, notes):
                return found
        if found := _compound(head, stem, notes):
            return found
    return None


def _key(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _keys(grid: Grid, row: int) -> dict[str, int]:
    keys: dict[str, int] = {}
    for column in grid.sheet.rows[row]:
        keys.setdefault(_key(grid.text(row, column)), column)
    return keys


def _observations(head: _Head, notes: Notes) -> Export | None:
    """Read one value a row, with its place, its time and its keys (SDMX as csv)."""
    is_sdmx = "obsvalue" in head.columns or {"indicator", "measure"} & set(head.columns)
    value = head.first(("obsvalue", "value"))
    time, region = head.first(_TIMES), head.region(_REGIONS)
    if not is_sdmx or value is None or region is None or time is None:
        return None
    rows = head.below(region)
    _note_others(head, rows, notes)
    dimensions = _dimensions(head, rows, {value, region, time})
    groups = _observed(head, rows, dimensions, (value, region, time), notes)
    first = _subject(head, rows, dimensions)
    names = {key: " ".join([*first, *filter(None, key)]) for key in groups.slots}
    _say_keys(head, rows, dimensions, {value, region, time}, notes)
    return head.export("long", region, groups.series(head, value, names))


def _observed(
    head: _Head,
    rows: Sequence[int],
    dimensions: Sequence[int],
    places: tuple[int, int, int],
    notes: Notes,
) -> _Groups:
    """Return the values by the keys that tell indicators apart."""
    value, region, time = places
    label = head.first(_LABELS.get(_key(head.text(region)), ()))
    asides = _asides(head.grid, rows, (label, region), notes)
    groups, units = _Groups(), dict[tuple[str, ...], dict[str, int]]()
    for row in rows:
        key = tuple(head.grid.text(row, column) for column in dimensions)
        if head.grid.text(row, value):
            units.setdefault(key, {}).setdefault(_unit(head, row), row)
        called = _name(head.grid, row, region, label, asides)
        year, status = _year(head, row, time), _status(head, row)
        slot = Slot(row, value, called, year, status=status, aside=asides.get(row, ""))
        groups.add(key, [slot], _unit(head, row))
    _require_one_unit(head, value, units.values())
    return groups


def _require_one_unit(head: _Head, value: int, units: Iterable[Mapping[str, int]]) -> None:
    """Raise when values of one indicator are in several units, given with the first row of each."""
    for rows in units:
        if len(rows) > 1:
            said = [f"{unit!r} in {head.grid.place(row, value)}" for unit, row in rows.items()]
            raise DataError(
                f"{head.where} has values of one indicator in several units: {listing(said)}. "
                "Write them in one unit, and say it in every row."
            )


def _dimensions(head: _Head, rows: Sequence[int], taken: set[int]) -> list[int]:
    """Return the columns whose keys tell indicators apart, without those that repeat another."""
    roles = {*_REGIONS, *_TIMES, *_FLAGS, *_POWERS, *_ABOUT}
    for labels in _LABELS.values():
        roles.update(labels)
    found: list[int] = []
    texts: dict[int, list[str]] = {}
    for key, column in head.columns.items():
        if key in roles or column in taken or not key:
            continue
        texts[column] = [head.grid.text(row, column) for row in rows]
        is_copy = any(_go_together(texts[other], texts[column]) for other in found)
        if len(set(texts[column])) > 1 and not is_copy:
            found.append(column)
    return found


def _go_together(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two columns say the same in other words: one to one."""
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


def _subject(head: _Head, rows: Sequence[int], dimensions: Sequence[int]) -> list[str]:
    """Return what all indicators of an export are of: its subject, or its data set."""
    subject = head.first(_SUBJECTS)
    if subject in dimensions:
        return []
    if subject is not None and rows:
        return [head.grid.text(rows[0], subject)]
    flow = head.first(_FLOWS)
    if flow is None or not rows:
        return [] if dimensions else [head.text(head.first(("obsvalue", "value")) or 0)]
    # ESTAT:RD_E_GERDREG(1.0) is the data set RD_E_GERDREG.
    return [re.sub(r"^.*:|\(.*\)$", "", head.grid.text(rows[0], flow))]


def _status(head: _Head, row: int) -> str:
    column = head.first(_FLAGS)
    text = "" if column is None else head.grid.text(row, column)
    return "" if text == _NORMAL else text


def _unit(head: _Head, row: int) -> str:
    """Return the unit of a value; codes such as PC_GDP are percentages."""
    column, power = head.first(_UNITS), head.first(_POWERS)
    unit = "" if column is None else _plain_unit(head.grid.text(row, column))
    times = "" if power is None else head.grid.text(row, power)
    return f"10^{times} {unit}".rstrip() if times not in ("", "0") else unit


def _plain_unit(code: str) -> str:
    return "%" if _PERCENT.fullmatch(code) else code


def _say_keys(
    head: _Head, rows: Sequence[int], dimensions: Sequence[int], taken: set[int], notes: Notes
) -> None:
    """Note the keys that tell indicators apart, and those that are the same for every value."""
    said = []
    for key, column in head.columns.items():
        texts = {head.grid.text(row, column) for row in rows}
        if column not in taken and key not in _ABOUT and len(texts) == 1 and texts != {""}:
            said.append(f"{head.text(column)} {texts.pop()}")
    if said:
        notes.say(f"the same for all values: {listing(said, most=12)}")
    varying = listing((head.text(column) for column in dimensions), most=9)
    told = f"; {varying} tell the indicators apart" if dimensions else ", of one indicator"
    notes.recognise(f"an export with one value a row{told}")


def _world_bank(head: _Head, notes: Notes) -> Export | None:
    """Read rows of a country and an indicator, with a column for each year."""
    code, name = head.first(("countrycode",)), head.first(("countryname",))
    title, region = head.first(("indicatorname", "seriesname")), head.region(("countrycode",))
    if code is None or name is None or title is None or region is None:
        return None
    years, rows = _years_of_header(head), head.below(code)
    if not years:
        return None
    _note_others(head, rows, notes)
    asides = _asides(head.grid, rows, (name, code), notes)
    symbol = head.first(("indicatorcode", "seriescode")) or title
    groups, names = _Groups(), dict[tuple[str, ...], str]()
    for row in rows:
        key = (head.grid.text(row, symbol),)
        called = _name(head.grid, row, region, name, asides)
        groups.add(key, _slots_of_years(row, called, years, asides))
        names[key] = head.grid.text(row, title)
    notes.recognise("an export with a row for each country and indicator, and columns of years")
    return head.export("long", region, groups.series(head, next(iter(years)), names))


def _note_others(head: _Head, rows: Sequence[int], notes: Notes) -> None:
    """Note the lines below the header that name no region: notes, or values that belong nowhere."""
    known = {*rows, *(row for row in head.grid.rows if row <= head.row)}
    for row in head.grid.rows:
        if row not in known:
            notes.footnote_rows.append((row, head.grid.row_text(row)))


def _slots_of_years(
    row: int, region: str, years: Mapping[int, int], asides: Mapping[int, str]
) -> list[Slot]:
    aside = asides.get(row, "")
    return [Slot(row, column, region, year, aside=aside) for column, year in years.items()]


def _years_of_header(head: _Head) -> dict[int, int]:
    """Return the columns of years: 2019, or 2019 [YR2019]."""
    years: dict[int, int] = {}
    for column in head.grid.sheet.rows[head.row]:
        text = head.text(column)
        found = _DATABANK_YEAR.fullmatch(text)
        year = int(found[1]) if found else parse_year(text)
        if year is not None:
            years[column] = year
    return years


def _census(head: _Head, notes: Notes) -> Export | None:
    """Read a table of the US census: codes above, words in the row below, ids like 0400000US01."""
    ids, name = head.first(("geoid",)), head.first(("name",))
    region = head.region(("geoid",))
    if ids is None or region is None:
        return None
    rows = [row for row in head.below(ids) if _GEO_ID.fullmatch(head.grid.text(row, ids))]
    if not rows:
        return None
    asides = _asides(head.grid, rows, (name, ids), notes)
    asides |= {row: "a total or rest" for row in rows if not _own_id(head.grid.text(row, ids))}
    names = {row: _name(head.grid, row, region, name, asides) for row in rows}
    series = []
    for column in head.grid.sheet.rows[head.row]:
        if column not in (ids, name):
            slots = [Slot(r, column, _own_id(names[r]), aside=asides.get(r, "")) for r in rows]
            series += _census_series(head, column, slots, notes)
    notes.recognise("an export whose ids are made of a level and a code: 0400000US01 is 01")
    return head.export("wide", region, series) if series else None


def _own_id(text: str) -> str:
    """Return the code of a region from its GEO_ID; any other name as it is."""
    found = _GEO_ID.fullmatch(text)
    return found[1] if found else text


def _census_series(head: _Head, column: int, slots: list[Slot], notes: Notes) -> list[Series]:
    """Return a column as a series, if it holds numbers; its label stands in the row below."""
    code, above = head.text(column), slots[0].row - 1
    label = head.grid.text(above, column).replace("!!", " ") if above > head.row else ""
    cells = [head.grid.parsed(slot.row, column) for slot in slots]
    if all(cell is NOT_A_NUMBER or cell.missing for cell in cells):
        notes.ignored.append((head.grid.letter(column), code, "text, no numbers"))
        return []
    if label:
        notes.say(f"{code} is {label!r}")
    others = (label,) if label else ()
    return [Series(head.grid, Titles(), column, ((code,),), tuple(slots), others=others)]


def _compound(head: _Head, stem: str, notes: Notes) -> Export | None:
    r"""Read Eurostat's bulk files, whose first column holds all keys: unit,geo\TIME_PERIOD."""
    column = next((c for c in head.grid.sheet.rows[head.row] if _heads_keys(head, c)), None)
    years = _years_of_header(head)
    if column is None or not years or head.region(()) not in (None, column):
        return None
    keys = head.text(column).partition("\\")[0].split(",")[:-1]
    parts = _parts(head, column, len(keys) + 1)
    _note_others(head, list(parts), notes)
    varying = [i for i in range(len(keys)) if len({part[i] for part in parts.values()}) > 1]
    groups = _by_keys(parts, keys, varying, years, notes)
    name = re.sub(r"^estat_|_linear$", "", stem.casefold())
    _say_compound([keys[i] for i in varying], name, notes)
    names = {key: " ".join([name, *key]) for key in groups.slots}
    return head.export("long", column, groups.series(head, next(iter(years)), names))


def _by_keys(
    parts: Mapping[int, Sequence[str]],
    keys: Sequence[str],
    varying: Sequence[int],
    years: Mapping[int, int],
    notes: Notes,
) -> _Groups:
    """Return the cells of rows by those of their keys that tell indicators apart."""
    asides = _marked([(row, part[-1]) for row, part in parts.items()], notes)
    units = keys.index("unit") if "unit" in keys else None
    groups = _Groups()
    for row, part in parts.items():
        unit = "" if units is None else _plain_unit(part[units])
        slots = _slots_of_years(row, part[-1], years, asides)
        groups.add(tuple(part[i] for i in varying), slots, unit)
    return groups


def _heads_keys(head: _Head, column: int) -> bool:
    return bool(_COMPOUND.fullmatch(head.text(column)))


def _parts(head: _Head, column: int, width: int) -> dict[int, list[str]]:
    """Return the keys of every row, which its first cell holds one behind the other."""
    parts = {row: head.grid.text(row, column).split(",") for row in head.below(column)}
    if wrong := [head.grid.place(row, column) for row in parts if len(parts[row]) != width]:
        raise DataError(
            f"{head.where} has rows whose first cell does not hold {width} keys, as the header "
            f"{head.text(column)!r} says: {listing(wrong)}. Get the file again."
        )
    return parts


def _say_compound(varying: Sequence[str], name: str, notes: Notes) -> None:
    told = f"; {listing(varying, most=9)} tell the indicators apart" if varying else ""
    notes.recognise(f"an export of Eurostat, whose first column holds the keys of a row{told}")
    notes.say(f"the name of the file names the indicator: {name}")


def _asides(
    grid: Grid, rows: Sequence[int], columns: Sequence[int | None], notes: Notes
) -> dict[int, str]:
    """Return why rows are no regions, by their name or else by their code."""
    shown: list[tuple[int, str]] = []
    for row in rows:
        texts = [grid.text(row, column) for column in columns if column is not None]
        named = [text for text in texts if text]
        told = next((text for text in named if why_no_region(text)), named[0] if named else "")
        shown.append((row, told))
    return _marked(shown, notes)


def _marked(names: Sequence[tuple[int, str]], notes: Notes) -> dict[int, str]:
    """Return the rows that are set aside, with the reason."""
    distinct = list(dict.fromkeys(name for _, name in names))
    marked = mark_aside([Row(number, name) for number, name in enumerate(distinct)], notes)
    reasons = {row.region: row.aside for row in marked if row.aside}
    return {row: reasons[name] for row, name in names if name in reasons}


def _name(grid: Grid, row: int, region: int, label: int | None, asides: Mapping[int, str]) -> str:
    """Return what a row is called: its code, or in words where it is no region."""
    if row in asides and label is not None and grid.text(row, label):
        return grid.name(row, label)[0]
    return grid.name(row, region)[0]


def _year(head: _Head, row: int, column: int) -> int:
    year = parse_year(head.grid.raw(row, column))
    if year is None:
        raise DataError(
            f"{head.where} has {as_text(head.grid.raw(row, column))!r} in "
            f"{head.grid.place(row, column)}, which is no year between 1900 and 2099. Keep the "
            "rows of whole years."
        )
    return year
