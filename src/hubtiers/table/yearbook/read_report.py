"""The account of how a file was read: every decision, its place and what it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

import pandas as pd

from hubtiers.errors import listing
from hubtiers.table.yearbook.units import same_unit

__all__ = ["ColumnRead", "ReadReport", "SetAside"]


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A column of a wide table, or an indicator of a long one, and what became of it.

    `path` are the levels of its header, the widest first. `rule` says how the indicator was found:
    *code*, *name_zh*, *name_en* (the header is exactly that), *alias* (it is once spaces, case,
    width, language, unit and year are set aside), *lines* (some lines of it are, and of no other
    column), *title* (the title is), or *header* without a framework. `unit_from` says where the
    unit was written: *argument*, *header*, *unit column*, *title*, *cells*, or *framework* when it
    stood nowhere; `year_from` likewise: *header*, *rows*, *argument*, *title*, *sheet*, *file*.
    """

    column: str
    header: str
    indicator: str
    rule: str
    year: int | None
    unit_written: str
    unit_from: str
    unit: str
    factor: float
    cells: int
    path: tuple[str, ...] = ()
    year_from: str = ""

    @property
    def is_converted(self) -> bool:
        """Whether the values were multiplied, or renamed to another unit of the same size."""
        return bool(self.unit_written) and (
            self.factor != 1 or not same_unit(self.unit_written, self.unit)
        )


@dataclass(frozen=True, slots=True)
class SetAside:
    """A value of a row that is no region: a total or a macro-region, as `reason` says."""

    row: int
    name: str
    indicator: str
    year: int | None
    value: float
    unit: str
    reason: str = ""


@dataclass(frozen=True, repr=False)
class ReadReport:
    """What `read_indicators` decided, for a reviewer to read.

    Attributes
    ----------
    file, kind, encoding, delimiter, sheet, layout
        What was read: the name of the file; csv, xlsx, xls, html or xml by what it holds, whatever
        its name; how the text was decoded and split; and wide, long or one region.
    title_rows, footnote_rows
        Rows above and below the table, as (row, text).
    header_rows, region_column
        The rows of the first header, and the column of its regions as (letter, header).
    columns
        One `ColumnRead` for each column, or indicator of a long table, that was read.
    ignored
        Columns or indicators that were not read, as (column, header, reason).
    set_aside
        Values of totals and macro-regions.
    missing
        How many cells were missing, as (mark, count).
    flags
        How many cells had a flag such as e or p behind their number, as (flag, count); it stands in
        the column `status` of the values.
    footnotes
        Cells from which a footnote mark was removed, as (cell, as written, as read).
    notes
        Everything else, as sentences.
    layouts
        The layouts of the trade that were recognised, as sentences.
    regions
        The names of the regions, in the order of the rows.
    """

    file: str
    kind: str
    encoding: str
    delimiter: str
    sheet: str
    layout: str
    title_rows: tuple[tuple[int, str], ...]
    header_rows: tuple[int, ...]
    region_column: tuple[str, str]
    columns: tuple[ColumnRead, ...]
    ignored: tuple[tuple[str, str, str], ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    missing: tuple[tuple[str, int], ...] = ()
    flags: tuple[tuple[str, int], ...] = ()
    footnotes: tuple[tuple[str, str, str], ...] = ()
    footnote_rows: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def conversions(self) -> tuple[ColumnRead, ...]:
        """The columns whose unit was converted."""
        return tuple(c for c in self.columns if c.is_converted)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per decision: `what`, `where`, as `written` and as `read`."""
        return pd.DataFrame(list(self._lines()), columns=["what", "where", "written", "read"])

    def _lines(self) -> Iterator[tuple[str, str, str, str]]:
        yield (
            "file",
            self.file,
            self.encoding or self.kind,
            f"delimiter {self.delimiter!r}" if self.delimiter else "",
        )
        yield "layout", self.sheet, f"header rows {listing(self.header_rows, most=9)}", self.layout
        for layout in self.layouts:
            yield "layout", self.sheet, "", layout
        yield "region column", *self.region_column, ""
        for row, text in self.title_rows:
            yield "title row", str(row), text, ""
        yield from self._lines_of_columns()
        for s in self.set_aside:
            year = "" if s.year is None else f", {s.year}"
            yield (
                "set aside",
                f"row {s.row}",
                s.name,
                f"{s.indicator}{year}: {s.value} {s.unit}".rstrip(),
            )
        for mark, count in self.missing:
            yield "missing", f"{count} cells", mark, ""
        for flag, count in self.flags:
            yield "flag", f"{count} cells", flag, "status"
        for cell, raw, value in self.footnotes:
            yield "footnote mark", cell, raw, value
        for row, text in self.footnote_rows:
            yield "footnote row", str(row), text, ""
        for note in self.notes:
            yield "note", "", note, ""

    def _lines_of_columns(self) -> Iterator[tuple[str, str, str, str]]:
        for c in self.columns:
            year = "" if c.year is None else f", {c.year}"
            yield "column", c.column, c.header, f"{c.indicator}{year} ({c.rule}; {c.cells} values)"
            unit = f"{c.unit} × {c.factor:g}" if c.is_converted else c.unit
            yield (
                "unit",
                c.column,
                f"{c.unit_written} ({c.unit_from})" if c.unit_written else c.unit_from,
                unit,
            )
        for column, header, reason in self.ignored:
            yield "ignored", column, header, reason

    def to_text(self) -> str:
        """Return the account as lines of plain text."""
        place = f", sheet {self.sheet!r}" if self.sheet else f", {self.encoding}"
        rows = listing(self.header_rows, most=9)
        lines = [f"{self.file}{place}, {self.layout}"]
        lines.append(f"  header in row {rows}, regions in column {self.region_column[0]}")
        lines += [f"  layout: {layout}" for layout in self.layouts]
        lines += [f"  {c.column}: {c.header!r} → {_target(c)}" for c in self.columns]
        dropped, noted = self._dropped(), [f"note: {note}" for note in self.notes]
        counted = []
        if self.missing:
            counted.append(f"missing: {_counts(self.missing)}")
        if self.flags:
            counted.append(f"flags, kept as status: {_counts(self.flags)}")
        return "\n".join([*lines, *(f"  {line}" for line in [*dropped, *counted, *noted])])

    def _dropped(self) -> list[str]:
        """Return what of the file is not among the values."""
        lines = []
        if self.ignored:
            ignored = [header or column for column, header, _ in self.ignored]
            lines.append(f"ignored: {listing(ignored, most=12)}")
        if aside := dict.fromkeys(s.name for s in self.set_aside):
            lines.append(f"set aside: {listing(aside, most=12)}")
        if self.footnotes:
            lines.append(f"footnote marks removed: {len(self.footnotes)}")
        return lines

    def decisions(self) -> list[str]:
        """Return what was dropped, converted or guessed, a line each.

        What is not as the file says it, and whoever builds on the values should hear of.
        """
        changed = [f"converted: {c.header!r} → {_target(c)}" for c in self.conversions]
        return [*self._dropped(), *changed, *self.notes]

    def preview(self) -> str:
        """Return the table as it was understood: paths, regions, years, units, what was set aside.

        For a look before a study is built on it; on the command line ``hubtiers check FILE
        --show``.
        """
        place = f", sheet {self.sheet!r}" if self.sheet else ""
        lines = [f"{self.file}{place}: {self.layout}"]
        lines += [f"  {_short(text)}" for _, text in self.title_rows]
        lines += [f"layout: {layout}" for layout in self.layouts]
        lines.append(self._preview_of_regions())
        lines += [
            f"  {c.column:>5}  {' › '.join(c.path) or c.header} → {_understood(c)}"
            for c in self.columns
        ]
        lines += self._preview_of_rest()
        return "\n".join(lines)

    def _preview_of_regions(self) -> str:
        letter, header = self.region_column
        where = f"in column {letter}" if letter else "in a line above the table"
        headed = f" ({' '.join(header.split())!r})" if header else ""
        rows = f", header in rows {listing(self.header_rows, most=9)}" if self.header_rows else ""
        return f"{len(self.regions)} regions {where}{headed}{rows}: {listing(self.regions, most=6)}"

    def _preview_of_rest(self) -> list[str]:
        reasons = dict.fromkeys((s.name, s.reason) for s in self.set_aside)
        lines = ["set aside:"] if self.ignored or reasons else []
        for column, header, reason in self.ignored:
            told = f"{_short(header)}: {reason}" if header else reason
            lines.append(f"  {column:>5}  {told}")
        lines += [f"   rows  {name}: {reason}" for name, reason in reasons]
        lines += ["below the table:"] if self.footnote_rows else []
        lines += [f"  {row:>5}  {_short(text)}" for row, text in self.footnote_rows]
        if self.missing:
            lines.append(f"missing: {_counts(self.missing)}")
        if self.flags:
            lines.append(f"flags, kept as status: {_counts(self.flags)}")
        return lines + [f"note: {note}" for note in self.notes]

    def __repr__(self) -> str:
        return f"<ReadReport: {self.to_text()}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in ("what", "where", "written", "read"))
        body = ""
        for line in self._lines():
            cells = "".join(f"<td>{escape(text)}</td>" for text in line)
            body += f"<tr>{cells}</tr>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    return listing((f"{mark!r} {count}×" for mark, count in pairs), most=12)


def _target(column: ColumnRead) -> str:
    year = "" if column.year is None else f" {column.year}"
    unit = f" in {column.unit}" if column.unit else ""
    converted = f" (from {column.unit_written}, × {column.factor:g})" if column.is_converted else ""
    return f"{column.indicator}{year}{unit}{converted}, by {column.rule}"


def _understood(column: ColumnRead) -> str:
    """Return indicator, year and unit of a column, each with its origin."""
    year = (
        f"{column.year} ({column.year_from})"
        if column.year is not None
        else column.year_from or "no year"
    )
    unit = f"{column.unit_written} ({column.unit_from})" if column.unit_written else "no unit"
    converted = f" → {column.unit}" if column.is_converted else ""
    return f"{column.indicator} · {year} · {unit}{converted} · {column.cells} values"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else f"{line[:69]}…"
