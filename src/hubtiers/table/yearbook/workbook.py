"""Workbooks become sheets of cells: .xlsx through openpyxl, old .xls through xlrd."""

from __future__ import annotations

import io
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from hubtiers.errors import DataError, HubtiersError, MissingDependencyError, SpecError, did_you_mean
from hubtiers.table.yearbook.cells import Percent
from hubtiers.table.yearbook.sheet import Book, ReadLimits, Sheet

__all__ = ["read_xls", "read_xlsx"]

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
# Styles, names and relations are parsed whole by openpyxl; no honest table needs this much of them.
_MOST_MARKUP = 16 * 2**20
_DAMAGED = "is damaged, encrypted or no workbook"
_SAVE_ANEW = "Open it in a spreadsheet, without a password, and save it anew as .xlsx or as CSV UTF-8."


def read_xlsx(file: Path, limits: ReadLimits, wanted: str | None) -> Book:
    """Read the sheets of an .xlsx, or only the one that is wanted, after its parts were counted."""
    try:
        with file.open("rb") as handle, zipfile.ZipFile(handle) as archive:
            _check_archive(archive, file, limits)
            parts = _sheet_parts(archive)
            shown = _select(file.name, [(name, state) for name, _, state in parts], wanted)
            scans = _scan_sheets(archive, {name: part for name, part, _ in parts if name in shown}, file, limits)
            handle.seek(0)
            sheets = _load_sheets(handle, scans, file.name, limits)
    except HubtiersError:
        raise
    except Exception as error:  # the archive is the user's, so that any error of the parsers is a fault of the file
        raise DataError(f"{file.name} {_DAMAGED} ({_reason(error)}). {_SAVE_ANEW}") from None
    return Book(file, "xlsx", tuple(sheets), notes=_hidden_note([(n, s) for n, _, s in parts], wanted))


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _select(file: str, states: list[tuple[str, str]], wanted: str | None) -> list[str]:
    names = [name for name, _ in states]
    if wanted is None:
        return [name for name, state in states if state == "visible"]
    if wanted not in names:
        raise SpecError(f"{file} has no sheet {wanted!r}. {did_you_mean(wanted, names)}")
    return [wanted]


def _hidden_note(states: list[tuple[str, str]], wanted: str | None) -> tuple[str, ...]:
    hidden = [name for name, state in states if state != "visible"]
    return (f"hidden sheets were not read: {', '.join(hidden)}",) if hidden and wanted is None else ()


def _check_archive(archive: zipfile.ZipFile, file: Path, limits: ReadLimits) -> None:
    unzipped = sum(info.file_size for info in archive.infolist())
    limits.check("max_unzipped_bytes", unzipped, file.name, "unzips to too many bytes")
    limits.check("max_ratio", unzipped / file.stat().st_size, file.name, "unzips to too many times its size")
    for info in archive.infolist():
        large = "/worksheets/" in info.filename or info.filename.endswith("sharedStrings.xml")
        if not large and info.filename.endswith((".xml", ".rels")) and info.file_size > _MOST_MARKUP:
            raise DataError(
                f"{file.name} has {info.file_size:,} bytes of {info.filename}, more than any table needs. Copy the "
                "table into a new workbook, or save it as CSV UTF-8."
            )


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the tags of an XML part with their attributes, without namespace prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((_local(tag), attributes))
    with archive.open(part) as source:
        while block := source.read(1 << 20):
            parser.Parse(block)
            yield from found
            found.clear()
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise DataError(f"The workbook declares a document type, as no spreadsheet does. {_SAVE_ANEW}")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str, str]]:
    """Return (name, part, visibility) of every worksheet, in the order of the tabs."""
    root = next((a["Target"] for t, a in _elements(archive, "_rels/.rels") if _is_target(t, a, "/officeDocument")), "")
    book = root.lstrip("/") or "xl/workbook.xml"
    folder, name = posixpath.split(book)
    relations = f"{folder}/_rels/{name}.rels".lstrip("/")
    parts = {
        a.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, a.get("Target", ""))).lstrip("/")
        for t, a in _elements(archive, relations)
        if _is_target(t, a, "/worksheet")
    }
    sheets = []
    for tag, attributes in _elements(archive, book):
        if tag == "sheet":
            local = {_local(k): v for k, v in attributes.items()}
            if part := parts.get(local.get("id", "")):
                sheets.append((local.get("name", ""), part, local.get("state", "visible")))
    return sheets


def _is_target(tag: str, attributes: dict[str, str], kind: str) -> bool:
    return tag == "Relationship" and attributes.get("Type", "").endswith(kind) and "Target" in attributes


class _Scan:
    """What is read of a worksheet before openpyxl: how many cells, which are merged, which formulas lack a value."""

    def __init__(self, where: str, limits: ReadLimits, cells: int) -> None:
        self.where, self.limits, self.cells = where, limits, cells
        self.merges: list[tuple[int, int, int, int]] = []
        self.unsettled: set[tuple[int, int]] = set()
        self._row = self._column = 0
        self._formula = self._value = False
        self._text = ""

    def run(self, archive: zipfile.ZipFile, part: str) -> None:
        parser = _parser()
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
        match _local(tag):
            case "c":
                self._count()
                self._column = self._place(attributes["r"])[1] if "r" in attributes else self._column + 1
                self._formula, self._text = False, "text" if attributes.get("t") == "str" else ""
            case "row":
                self._start_row(attributes)
            case "f":
                self._formula = True
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
            raise DataError(f"{self.where} has rows out of order or out of range (row {row}). {_SAVE_ANEW}")
        self._row, self._column = row, 0

    def _characters(self, text: str) -> None:
        if self._value:
            self._text += text[:1]

    def _end(self, tag: str) -> None:
        match _local(tag):
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
            raise DataError(f"{self.where} has a cell called {reference[:20]!r}, which is no cell. {_SAVE_ANEW}")
        return int(found.group(2)), column


def _scan_sheets(archive: zipfile.ZipFile, parts: dict[str, str], file: Path, limits: ReadLimits) -> dict[str, _Scan]:
    cells, scans = 0, {}
    for name, part in parts.items():
        scan = _Scan(f"{file.name}, sheet {name!r},", limits, cells)
        scan.run(archive, part)
        cells, scans[name] = scan.cells, scan
    if "xl/sharedStrings.xml" in archive.namelist():
        for strings, (tag, _) in enumerate(_elements(archive, "xl/sharedStrings.xml")):
            if tag == "si":
                limits.check("max_cells", strings, file.name, "stores too many texts")
    return scans


def _load_sheets(handle: Any, scans: dict[str, _Scan], file: str, limits: ReadLimits) -> list[Sheet]:
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
                # Gaps are filled by openpyxl: a few cells far to the right of many rows would cost minutes.
                width += len(row)
                limits.check(
                    "max_cells", width, f"{file}, sheet {name!r},", "has too many cells, with the gaps between"
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
        if isinstance(value, int | float) and not isinstance(value, bool) and _is_percentage(cell.number_format):
            value = Percent(value)
        cells[column] = value
    return cells


@lru_cache(maxsize=1024)
def _is_percentage(number_format: str | None) -> bool:
    return "%" in _NOT_FORMAT.sub("", number_format or "")


def read_xls(file: Path, limits: ReadLimits, wanted: str | None) -> Book:
    """Read the sheets of an old .xls, or only the one that is wanted."""
    try:
        import xlrd
    except ImportError:
        raise MissingDependencyError("xlrd", "xls", "Reading old .xls workbooks") from None
    try:
        with xlrd.open_workbook(
            file_contents=file.read_bytes(), formatting_info=True, on_demand=True, logfile=io.StringIO()
        ) as book:
            states = [(s, "visible") for s in book.sheet_names()]
            loaded, cells = [], 0
            for name in _select(file.name, states, wanted):
                sheet = book.sheet_by_name(name)
                cells += sum(sheet.row_len(r) for r in range(sheet.nrows))
                limits.check("max_cells", cells, file.name, "has too many cells")
                if sheet.visibility == 0 or wanted is not None:
                    loaded.append(_xls_sheet(book, sheet))
                states[states.index((name, "visible"))] = (name, "visible" if sheet.visibility == 0 else "hidden")
                book.unload_sheet(name)
    except HubtiersError:
        raise
    except Exception as error:  # the workbook is the user's, so that any error of the parser is a fault of the file
        raise DataError(f"{file.name} {_DAMAGED} ({_reason(error)}). {_SAVE_ANEW}") from None
    return Book(file, "xls", tuple(loaded), notes=_hidden_note(states, wanted))


def _xls_sheet(book: Any, sheet: Any) -> Sheet:
    rows: dict[int, dict[int, object]] = {}
    for r in range(sheet.nrows):
        values = ((c, _xls_value(book, cell)) for c, cell in enumerate(sheet.row(r), start=1))
        if cells := {c: v for c, v in values if v is not None and not (isinstance(v, str) and not v.strip())}:
            rows[r + 1] = cells
    merges = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    return Sheet(sheet.name, rows, tuple(merges))


def _xls_value(book: Any, cell: Any) -> object:
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return str(cell.value)
        case xlrd.XL_CELL_NUMBER:
            style = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
            return Percent(cell.value) if _is_percentage(style) else float(cell.value)
        case xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#ERROR!")
    return None
