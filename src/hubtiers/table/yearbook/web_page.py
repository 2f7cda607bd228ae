"""Web pages become sheets of cells: databases export them under the name .xls."""

from __future__ import annotations

import email
import email.message
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from hubtiers._storage import decode_text
from hubtiers.errors import DataError, MissingDependencyError
from hubtiers.table.yearbook.cells import Percent
from hubtiers.table.yearbook.sheet import Book, ReadLimits, Sheet
from hubtiers.table.yearbook.source import SAVE_ANEW, Source, faults_of, select_sheets

__all__ = ["read_archive_page", "read_page"]

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_-]{2,30})""", re.IGNORECASE)
_ROW_OR_CELL = re.compile(rb"<t[rdh][\s/>]", re.IGNORECASE)
_SKIPPED = frozenset(
    ["head", "noscript", "script", "select", "style", "template", "textarea", "title", "xml"]
)
_BLOCK_TAGS = """
address article blockquote body br caption center dd div dl dt footer form h1 h2 h3 h4 h5 h6 header
hr li main ol p pre section table ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LAST_COLUMN = 16_384
_BLOCK_BYTES = 1 << 20


def read_page(source: Source, limits: ReadLimits) -> Book:
    """Read the tables of a web page.

    With the lines beside them, one below the other in one sheet.
    """
    with faults_of(source):
        text, encoding = _decode(source.read(), source.name)
        sheet = _read_sheet(text, "", source.name, limits)
    return Book(source.path, "html", (sheet,), encoding, notes=source.notes)


def read_archive_page(source: Source, limits: ReadLimits, wanted: str | None) -> Book:
    """Read the pages of a web archive that hold tables, each as a sheet."""
    with faults_of(source):
        pages = _pages(email.message_from_bytes(source.read()), source.name)
        shown = select_sheets(source.name, [(name, "visible") for name in pages], wanted)
        sheets, encodings = [], {}
        for name in shown:
            text, encodings[name] = _decode(pages[name], source.name)
            sheets.append(_read_sheet(text, name if len(pages) > 1 else "", source.name, limits))
    return Book(
        source.path, "html", tuple(sheets), next(iter(encodings.values()), ""), notes=source.notes
    )


def _pages(message: email.message.Message, file: str) -> dict[str, bytes]:
    pages: dict[str, bytes] = {}
    for number, part in enumerate(message.walk(), start=1):
        content = part.get_payload(decode=True)
        if (
            part.get_content_type() == "text/html"
            and isinstance(content, bytes)
            and b"<t" in content.lower()
        ):
            place = str(part.get("Content-Location", "")).replace("\\", "/")
            name = PurePosixPath(place).stem or f"part {number}"
            pages[name if name not in pages else f"{name} ({number})"] = content
    if not pages:
        raise DataError(f"{file} is a web archive without a page that holds a table. {SAVE_ANEW}")
    return pages


def _decode(raw: bytes, name: str) -> tuple[str, str]:
    """Return a page as text: by its bytes where they leave no doubt.

    Else by the encoding that it declares.
    """
    declared = _CHARSET.search(raw[:_BLOCK_BYTES])
    try:
        return raw.decode("utf-8-sig"), "utf-8-sig"
    except UnicodeDecodeError:
        pass
    # Pages that declare gb2312 or gbk use characters of the larger GB18030, which `decode_text`
    # tries.
    if declared and not declared.group(1).lower().startswith((b"gb", b"utf")):
        try:
            return raw.decode(declared.group(1).decode()), declared.group(1).decode().lower()
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(raw, name)


def _read_sheet(text: str, name: str, file: str, limits: ReadLimits) -> Sheet:
    try:
        from lxml import etree
    except ImportError:
        raise MissingDependencyError("lxml", "xls", "Reading web pages called .xls") from None
    if "\0" in text:
        raise DataError(f"{file} holds null bytes and is no web page. {SAVE_ANEW}")
    content = text.encode("utf-8", "replace")
    limits.check(
        "max_cells",
        sum(1 for _ in _ROW_OR_CELL.finditer(content)),
        file,
        "has too many rows and cells",
    )
    page = _Page(file, limits)
    # Depth and length of texts are bounded by the size of the file; the parser's own bounds would
    # cut a table short.
    parser = etree.HTMLParser(
        target=page, encoding="utf-8", recover=True, no_network=True, huge_tree=True
    )
    for start in range(0, len(content), _BLOCK_BYTES):
        parser.feed(content[start : start + _BLOCK_BYTES])
    parser.close()
    return Sheet(name, page.rows, tuple(page.merges))


@dataclass
class _Cell:
    """A cell of a table while it is read: its text, its stated number, and how far it spans."""

    width: int
    height: int
    number: str | None
    text: list[str] = field(default_factory=list)

    def value(self) -> object:
        lines = [" ".join(filter(None, line.split(" "))) for line in "".join(self.text).split("\n")]
        shown = "\n".join(filter(None, lines))
        if self.number is None:
            return shown
        number = float(self.number)
        return Percent(number) if shown.endswith("%") else number


@dataclass
class _Table:
    """A table while it is read: its finished rows, the row and the cell that are open."""

    rows: list[list[_Cell]] = field(default_factory=list)
    row: list[_Cell] | None = None
    cell: _Cell | None = None

    def end_cell(self) -> None:
        if self.cell is not None and self.row is not None:
            self.row.append(self.cell)
        self.cell = None

    def end_row(self) -> None:
        self.end_cell()
        if self.row:
            self.rows.append(self.row)
        self.row = None


class _Page:
    """Takes the tags of a page one by one and keeps the rows of its tables and the text between.

    A table inside a table is data within a layout: what stood before it comes before it.
    """

    def __init__(self, file: str, limits: ReadLimits) -> None:
        self.file, self.limits = file, limits
        self.rows: dict[int, dict[int, object]] = {}
        self.merges: list[tuple[int, int, int, int]] = []
        self._next, self._cells = 1, 0
        self._line: list[str] = []
        self._tables: list[_Table] = []
        self._skipping: list[str] = []
        self._script: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipping or tag in _SKIPPED:
            self._skipping.append(tag)
            return
        if tag in ("sup", "sub"):
            self._script.append(tag)
        elif tag == "table":
            self._end_line()
            if self._tables:
                self._emit(self._tables[-1])
            self._tables.append(_Table())
        elif tag == "tr" and self._tables:
            self._tables[-1].end_row()
            self._tables[-1].row = []
        elif tag in ("td", "th") and self._tables:
            self._start_cell(self._tables[-1], attributes)
        elif tag in _BLOCKS:
            self._break()

    def end(self, tag: str) -> None:
        if self._skipping:
            if tag in self._skipping:
                del self._skipping[len(self._skipping) - 1 - self._skipping[::-1].index(tag) :]
        elif tag in ("sup", "sub"):
            if self._script:
                self._script.pop()
        elif tag == "table":
            if self._tables:
                self._emit(self._tables.pop())
        elif tag == "tr" and self._tables:
            self._tables[-1].end_row()
        elif tag in ("td", "th") and self._tables:
            self._tables[-1].end_cell()
        elif tag in _BLOCKS:
            self._break()

    def data(self, text: str) -> None:
        if self._skipping:
            return
        plain = re.sub(r"[ \t\r\n\f]+", " ", text)
        if self._script:
            # A raised 1 is a footnote; as a plain digit it would become part of the number.
            plain = plain.translate(_RAISED if self._script[-1] == "sup" else _LOWERED)
        cell = self._tables[-1].cell if self._tables else None
        (self._line if cell is None else cell.text).append(plain)

    def close(self) -> None:
        self._end_line()
        while self._tables:
            self._emit(self._tables.pop())

    def _start_cell(self, table: _Table, attributes: Mapping[str, str]) -> None:
        table.end_cell()
        if table.row is None:
            table.row = []
        self._count(1)
        number = attributes.get("x:num")
        table.cell = _Cell(
            width=self._span(attributes.get("colspan"), "columns"),
            height=self._span(attributes.get("rowspan"), "rows"),
            number=number if _is_number(number) else None,
        )

    def _span(self, text: str | None, what: str) -> int:
        digits = (text or "").strip()
        span = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 1
        most = _LAST_COLUMN if what == "columns" else 1_048_576
        if span > most or len(digits) >= 10:
            raise DataError(
                f"{self.file} has a cell that spans {digits[:20]} {what}, which no table does. "
                f"{SAVE_ANEW}"
            )
        return max(span, 1)

    def _break(self) -> None:
        cell = self._tables[-1].cell if self._tables else None
        if cell is None:
            self._end_line()
        else:
            cell.text.append("\n")

    def _end_line(self) -> None:
        text = " ".join(filter(None, "".join(self._line).split(" "))).strip()
        self._line.clear()
        if text:
            self._count(1)
            self.rows[self._next] = {1: text}
            self._next += 1

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > self.limits.max_cells:
            self.limits.check("max_cells", self._cells, self.file, "has too many cells")

    def _emit(self, table: _Table) -> None:
        """Place the finished rows of a table below what there is, and forget them."""
        self._end_line()
        table.end_row()
        rows, table.rows = table.rows, []
        spans: list[tuple[int, int, int]] = []
        for row in rows:
            spans = self._place(row, [span for span in spans if span[2] >= self._next])
            self._next += 1

    def _place(
        self, row: list[_Cell], above: list[tuple[int, int, int]]
    ) -> list[tuple[int, int, int]]:
        """Place the cells of a row beside those that come down from above.

        As (first, last column, last row).
        """
        self._count(len(above))
        values: dict[int, object] = {}
        spans, taken, column = list(above), sorted(above), 1
        for cell in row:
            # Columns into which a cell reaches from above are taken.
            while taken and taken[0][0] <= column:
                column = max(column, taken.pop(0)[1] + 1)
            last, bottom = column + cell.width - 1, self._next + cell.height - 1
            if last > _LAST_COLUMN:
                raise DataError(
                    f"{self.file} has a row of more than {_LAST_COLUMN:,} columns. {SAVE_ANEW}"
                )
            value = cell.value()
            if value != "":
                values[column] = value
            if cell.height > 1:
                spans.append((column, last, bottom))
            if (cell.height > 1 or cell.width > 1) and value != "":
                self.merges.append((self._next, column, bottom, last))
            column = last + 1
        if values:
            self.rows[self._next] = values
        return spans


def _is_number(text: str | None) -> bool:
    try:
        return text is not None and abs(float(text)) < float("inf")
    except ValueError:
        return False
