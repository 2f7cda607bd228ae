"""Workbooks as one XML file (“XML Spreadsheet 2003”) become sheets of cells.

Databases call them .xls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hubtiers._storage import decode_text
from hubtiers.errors import DataError
from hubtiers.table.yearbook.cells import Percent
from hubtiers.table.yearbook.sheet import Book, ReadLimits, Sheet
from hubtiers.table.yearbook.source import SAVE_ANEW, Source, faults_of, hidden_note, select_sheets
from hubtiers.table.yearbook.workbook import is_percentage, local_name, strict_parser

__all__ = ["read_xml_workbook"]

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_BLOCK = 1 << 20


def read_xml_workbook(source: Source, limits: ReadLimits, wanted: str | None) -> Book:
    """Read the sheets of a workbook as XML, or only the one that is wanted."""
    with faults_of(source):
        text, encoding = decode_text(source.read(), source.name)
        scan = _Scan(source.name, limits)
        for block in _without_declaration(text):
            scan.parser.Parse(block)
        scan.parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    states = [(sheet.name, sheet.state) for sheet in scan.sheets]
    shown = select_sheets(source.name, states, wanted)
    sheets = [sheet.to_sheet() for sheet in scan.sheets if sheet.name in shown]
    return Book(
        source.path,
        "xml",
        tuple(sheets),
        encoding,
        notes=(*source.notes, *hidden_note(states, wanted)),
    )


def _without_declaration(text: str) -> Iterator[bytes]:
    """Yield the text as UTF-8 without its declaration, whose encoding the parser may not know."""
    body = text.lstrip("\ufeff \t\r\n")
    if body.startswith("<?xml"):
        body = body.partition("?>")[2]
    for start in range(0, len(body), _BLOCK):
        yield body[start : start + _BLOCK].encode("utf-8")


@dataclass
class _OpenSheet:
    """A sheet while it is read."""

    name: str
    state: str = "visible"
    rows: dict[int, dict[int, object]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    unsettled: set[tuple[int, int]] = field(default_factory=set)
    row: int = 0
    column: int = 0

    def to_sheet(self) -> Sheet:
        return Sheet(self.name, self.rows, tuple(self.merges), frozenset(self.unsettled))


class _Scan:
    """Takes the tags of the workbook one by one and keeps the cells that hold something."""

    def __init__(self, file: str, limits: ReadLimits) -> None:
        self.file, self.limits = file, limits
        self.sheets: list[_OpenSheet] = []
        self.parser = strict_parser()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._characters
        self._cells, self._place = 0, (0, 0)
        self._percent: set[str] = {"Percent"}
        self._style = self._cell_style = self._type = ""
        self._has_formula = self._has_data = False
        self._text: list[str] | None = None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        given = {local_name(key): value for key, value in attributes.items()}
        match local_name(tag):
            case "Style":
                self._style = given.get("ID", "")
            case "NumberFormat" if _shows_percent(given.get("Format", "")):
                self._percent.add(self._style)
            case "Worksheet":
                self.sheets.append(_OpenSheet(given.get("Name", f"{len(self.sheets) + 1}")))
            case "Row" if self.sheets:
                self._start_row(self.sheets[-1], given)
            case "Cell" if self.sheets:
                self._start_cell(self.sheets[-1], given)
            case "Data":
                self._type, self._text, self._has_data = given.get("Type", "String"), [], True
            case "Visible":
                self._text = []

    def _start_row(self, sheet: _OpenSheet, given: dict[str, str]) -> None:
        self._count()
        row = self._number(given, "Index", sheet.row + 1)
        if not sheet.row < row <= _LAST_ROW:
            raise DataError(
                f"{self.file} has rows out of order or out of range (row {row}). {SAVE_ANEW}"
            )
        sheet.row, sheet.column = row, 0

    def _start_cell(self, sheet: _OpenSheet, given: dict[str, str]) -> None:
        self._count()
        column = self._number(given, "Index", sheet.column + 1)
        right = column + self._number(given, "MergeAcross", 0)
        bottom = sheet.row + self._number(given, "MergeDown", 0)
        if not sheet.column < column <= right <= _LAST_COLUMN or bottom > _LAST_ROW:
            raise DataError(
                f"{self.file} has cells out of order or out of range (row {sheet.row}). {SAVE_ANEW}"
            )
        if (right, bottom) != (column, sheet.row):
            sheet.merges.append((sheet.row, column, bottom, right))
        # The next cell without an index stands right of all that this one covers.
        sheet.column = right
        self._place = (sheet.row, column)
        self._cell_style = given.get("StyleID", "")
        self._has_formula, self._has_data = "Formula" in given, False

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        match local_name(tag):
            case "Data" if self.sheets:
                self._keep("".join(self._text or []))
                self._text = None
            case "Cell" if self.sheets and self._has_formula and not self._has_data:
                self.sheets[-1].unsettled.add(self._place)
            case "Visible" if self.sheets:
                shown = "".join(self._text or []).strip()
                self.sheets[-1].state = (
                    "hidden" if shown in ("SheetHidden", "SheetVeryHidden") else "visible"
                )
                self._text = None

    def _keep(self, text: str) -> None:
        if not text.strip():
            return
        value: object = text
        if self._type == "Number":
            number = float(text)
            value = Percent(number) if self._cell_style in self._percent else number
        elif self._type == "Boolean":
            value = text.strip() == "1"
        row, column = self._place
        self.sheets[-1].rows.setdefault(row, {})[column] = value

    def _number(self, given: dict[str, str], name: str, default: int) -> int:
        text = given.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise DataError(f"{self.file} has a cell or row with {name}={text[:20]!r}. {SAVE_ANEW}")
        return int(text)

    def _count(self) -> None:
        self._cells += 1
        if self._cells > self.limits.max_cells:
            self.limits.check("max_cells", self._cells, self.file, "has too many cells")


def _shows_percent(number_format: str) -> bool:
    return number_format == "Percent" or is_percentage(number_format)
