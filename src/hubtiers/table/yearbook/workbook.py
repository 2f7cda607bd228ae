"""Workbooks of today become sheets of cells: .xlsx through openpyxl."""

from __future__ import annotations

import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.parsers import expat

from hubtiers.errors import DataError
from hubtiers.table.yearbook.cells import Percent
from hubtiers.table.yearbook.sheet import Book, ReadLimits, Sheet
from hubtiers.table.yearbook.source import SAVE_ANEW, Source, faults_of, hidden_note, select_sheets

__all__ = ["is_percentage", "local_name", "read_xlsx", "strict_parser"]

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
# Styles, names and relations are parsed whole by openpyxl; no honest table needs this much of them.
_MOST_MARKUP = 16 * 2**20


def read_xlsx(source: Source, limits: ReadLimits, wanted: str | None) -> Book:
    """Read the sheets of an .xlsx, or only the one that is wanted, after its parts were counted."""
    with faults_of(source), source.open() as handle, zipfile.ZipFile(handle) as archive:
        _check_archive(archive, source, limits)
        parts, is_stale = _sheet_parts(archive)
        states = [(name, state) for name, _, state in parts]
        shown = select_sheets(source.name, states, wanted)
        wanted_parts = {name: part for name, part, _ in parts if name in shown}
        scans = _scan_sheets(archive, wanted_parts, source.name, limits)
        handle.seek(0)
        sheets = _load_sheets(handle, scans, source.name, limits)
    formulas = sum(scan.formulas for scan in scans.values())
    notes = hidden_note(states, wanted) + (_stale_note(formulas) if is_stale else ())
    return Book(source.path, "xlsx", tuple(sheets), notes=(*source.notes, *notes))


def _stale_note(formulas: int) -> tuple[str, ...]:
    if not formulas:
        return ()
    noun = "formula is" if formulas == 1 else "formulas are"
    note = (
        f"{formulas} {noun} read by the result that was stored, although the workbook asks to be "
        "calculated anew "
        "when it is opened; save it from a spreadsheet to be sure"
    )
    return (note,)


def _check_archive(archive: zipfile.ZipFile, source: Source, limits: ReadLimits) -> None:
    unzipped = sum(info.file_size for info in archive.infolist())
    limits.check("max_unzipped_bytes", unzipped, source.name, "unzips to too many bytes")
    limits.check(
        "max_ratio", unzipped / source.size, source.name, "unzips to too many times its size"
    )
    for info in archive.infolist():
        large = "/worksheets/" in info.filename or info.filename.endswith("sharedStrings.xml")
        if (
            not large
            and info.filename.endswith((".xml", ".rels"))
            and info.file_size > _MOST_MARKUP
        ):
            raise DataError(
                f"{source.name} has {info.file_size:,} bytes of {info.filename}, more than any "
                "table needs. Copy the "
                "table into a new workbook, or save it as CSV UTF-8."
            )


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the tags of an XML part with their attributes, without namespace prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = strict_parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((local_name(tag), attributes))
    with archive.open(part) as source:
        while block := source.read(1 << 20):
            parser.Parse(block)
            yield from found
            found.clear()
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords


def strict_parser() -> expat.XMLParserType:
    """Return an XML parser that takes no document type.

    No entities that grow, none from elsewhere.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise DataError(
            f"The workbook declares a document type, as no spreadsheet does. {SAVE_ANEW}"
        )

    parser.StartDoctypeDeclHandler = refuse
    return parser


def local_name(name: str) -> str:
    """Return the name of a tag or attribute without its prefix."""
    return name.rpartition(":")[2]


def _sheet_parts(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str, str]], bool]:
    """Return (name, part, visibility) of every worksheet in the order of the tabs.

    And whether results may be stale.
    """
    root = next(
        (
            a["Target"]
            for t, a in _elements(archive, "_rels/.rels")
            if _is_target(t, a, "/officeDocument")
        ),
        "",
    )
    book = root.lstrip("/") or "xl/workbook.xml"
    folder, name = posixpath.split(book)
    relations = f"{folder}/_rels/{name}.rels".lstrip("/")
    parts = {
        a.get("Id", ""): posixpath.normpath(
            posixpath.join("/", folder, a.get("Target", ""))
        ).lstrip("/")
        for t, a in _elements(archive, relations)
        if _is_target(t, a, "/worksheet")
    }
    sheets, is_stale = [], False
    for tag, attributes in _elements(archive, book):
        if tag == "calcPr":
            is_stale = attributes.get("fullCalcOnLoad") in ("1", "true")
        if tag == "sheet":
            local = {local_name(k): v for k, v in attributes.items()}
            if part := parts.get(local.get("id", "")):
                sheets.append((local.get("name", ""), part, local.get("state", "visible")))
    return sheets, is_stale


def _is_target(tag: str, attributes: dict[str, str], kind: str) -> bool:
    return (
        tag == "Relationship"
        and attributes.get("Type", "").endswith(kind)
        and "Target" in attributes
    )


class _Scan:
    """What is read of a worksheet before openpyxl.

    How many cells, which are merged, which formulas lack a value.
    """

    def __init__(self, where: str, limits: ReadLimits, cells: int) -> None:
        self.where, self.limits, self.cells, self.formulas = where, limits, cells, 0
        self.merges: list[tuple[int, int, int, int]] = []
        self.unsettled: set[tuple[int, int]] = set()
        self._row = self._column = 0
        self._formula = self._value = False
        self._text = ""

    def run(self, archive: zipfile.ZipFile, part: str) -> None:
        parser = strict_parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        with archive.open(part) as source:
            while block := source.read(1 << 20):
                parser.Parse(block)
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords

    def _count(self) -> None:
        self.cells += 1
        if self.cells > self.limits.max_cells:
            self.limits.check("max_cells", self.cells, self.where, "has too many cells")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match local_name(tag):
            case "c":
                self._count()
                self._column = (
                    self._place(attributes["r"])[1] if "r" in attributes else self._column + 1
                )
                self._formula, self._text = False, "text" if attributes.get("t") == "str" else ""
            case "row":
                self._start_row(attributes)
            case "f":
                self._formula = True
                self.formulas += 1
            case "v":
                self._value = True
            case "mergeCell":
                self._count()
                first, _, last = attributes.get("ref", "").partition(":")
                self.merges.append((*self._place(first), *self._place(last or first)))

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._count()
        row = int(float(attributes["r"])) if "r" in attributes else self._row + 1
        if not self._row < row <= _LAST_ROW:
            raise DataError(
                f"{self.where} has rows out of order or out of range (row {row}). {SAVE_ANEW}"
            )
        self._row, self._column = row, 0

    def _characters(self, text: str) -> None:
        if self._value:
            self._text += text[:1]

    def _end(self, tag: str) -> None:
        match local_name(tag):
            case "v":
                self._value = False
            case "c" if self._formula and not self._text.strip():
                self.unsettled.add((self._row, self._column))

    def _place(self, reference: str) -> tuple[int, int]:
        found = _REFERENCE.fullmatch(reference)
        column = 0
        for letter in found.group(1) if found else "":
            column = 26 * column + ord(letter) - 64
        if found is None or column > _LAST_COLUMN or not 0 < int(found.group(2)) <= _LAST_ROW:
            raise DataError(
                f"{self.where} has a cell called {reference[:20]!r}, which is no cell. {SAVE_ANEW}"
            )
        return int(found.group(2)), column


def _scan_sheets(
    archive: zipfile.ZipFile, parts: dict[str, str], file: str, limits: ReadLimits
) -> dict[str, _Scan]:
    cells, scans = 0, {}
    for name, part in parts.items():
        scan = _Scan(f"{file}, sheet {name!r},", limits, cells)
        scan.run(archive, part)
        cells, scans[name] = scan.cells, scan
    if "xl/sharedStrings.xml" in archive.namelist():
        for strings, (tag, _) in enumerate(_elements(archive, "xl/sharedStrings.xml")):
            if tag == "si":
                limits.check("max_cells", strings, file, "stores too many texts")
    return scans


def _load_sheets(
    handle: Any, scans: dict[str, _Scan], file: str, limits: ReadLimits
) -> list[Sheet]:
    import openpyxl

    # openpyxl warns of parts that it leaves out, none of which are cells.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(handle, read_only=True, data_only=True, keep_links=False)
        sheets, width = [], 0
        for name, scan in scans.items():
            source, rows = book[name], {}
            source.reset_dimensions()
            for number, row in enumerate(source.iter_rows(), start=1):
                # Gaps are filled by openpyxl: a few cells far to the right of many rows would cost
                # minutes.
                width += len(row)
                limits.check(
                    "max_cells",
                    width,
                    f"{file}, sheet {name!r},",
                    "has too many cells, with the gaps between",
                )
                if cells := _row_values(row):
                    rows[number] = cells
            sheets.append(Sheet(name, rows, tuple(scan.merges), frozenset(scan.unsettled)))
    return sheets


def _row_values(row: tuple[Any, ...]) -> dict[int, object]:
    cells: dict[int, object] = {}
    for column, cell in enumerate(row, start=1):
        value = cell.value
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and is_percentage(cell.number_format)
        ):
            value = Percent(value)
        cells[column] = value
    return cells


@lru_cache(maxsize=1024)
def is_percentage(number_format: str | None) -> bool:
    """Tell whether a number format shows a number as a percentage."""
    return "%" in _NOT_FORMAT.sub("", number_format or "")
