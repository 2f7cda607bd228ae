"""Cells of a workbook as the text of its parts: a long table is written many times faster."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from hubtiers._storage import without_clock

__all__ = ["Cells", "Look", "Sheet", "plain_text"]

_FONT = "Times New Roman"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EMPTY = re.compile(rb"<sheetData\s*/>|<sheetData>\s*</sheetData>")
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"')
_RETURN = {"\r": "&#13;"}


class Look(NamedTuple):
    """How a cell is set; `top` and `bottom` are the styles of the rules above and below it."""

    size: float = 10.5
    bold: bool = False
    across: str = ""
    wrap: bool = False
    format: str = ""
    top: str = ""
    bottom: str = ""


@dataclass(eq=False)
class Sheet:
    """The rows of a sheet of openpyxl, which itself holds everything but cells."""

    sheet: Any
    rows: list[str] = field(default_factory=list)
    width: int = 1


@dataclass(eq=False)
class Cells:
    """The cells of a workbook of openpyxl.

    Attributes
    ----------
    book
        The workbook: its styles, and sheets without cells.
    sheets
        The rows of each sheet.
    styles
        The number of each look; to make a style takes long.
    """

    book: Any
    sheets: list[Sheet] = field(default_factory=list)
    styles: dict[Look, int] = field(default_factory=dict)

    def new_sheet(self, title: str) -> Sheet:
        """Return a further sheet."""
        self.sheets.append(Sheet(self.book.create_sheet(title)))
        return self.sheets[-1]

    def write_row(self, sheet: Sheet, values: Iterable[tuple[str | float | None, Look]]) -> None:
        """Write the next row: texts, numbers and empty cells from the left, with their looks."""
        line = len(sheet.rows) + 1
        cells = [
            self._cell(f"{_letters(place)}{line}", value, self._style(look))
            for place, (value, look) in enumerate(values, start=1)
        ]
        sheet.width = max(sheet.width, len(cells))
        sheet.rows.append(f'<row r="{line}">{"".join(cells)}</row>')

    def _cell(self, at: str, value: str | float | None, style: int) -> str:
        if isinstance(value, str) and value:
            text = f'<t xml:space="preserve">{escape(value, _RETURN)}</t>'
            return f'<c r="{at}" s="{style}" t="inlineStr"><is>{text}</is></c>'
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            return f'<c r="{at}" s="{style}"/>'
        # The number itself, whatever type of NumPy it is.
        plain = float(value) if isinstance(value, float) else int(value)
        return f'<c r="{at}" s="{style}"><v>{plain!r}</v></c>'

    def _style(self, look: Look) -> int:
        known = self.styles.get(look)
        if known is None:
            known = self.styles[look] = _new_style(self.book, look)
        return known

    def save(self, path: Path) -> None:
        """Write the workbook."""
        memory = BytesIO()
        self.book.save(memory)
        written = {
            f"xl/worksheets/sheet{number}.xml": sheet
            for number, sheet in enumerate(self.sheets, start=1)
        }
        with zipfile.ZipFile(memory) as bare, zipfile.ZipFile(path, "w") as whole:
            for name in bare.namelist():
                part = bare.read(name)
                if name in written:
                    part = _filled(part, written[name])
                whole.writestr(name, part)
        without_clock(path)


def plain_text(text: str) -> str:
    """Return a text without the characters that a workbook cannot hold."""
    return _CONTROL.sub("\ufffd", text)


def _filled(part: bytes, sheet: Sheet) -> bytes:
    """Return the part of a sheet with its rows."""
    rows = f"<sheetData>{''.join(sheet.rows)}</sheetData>".encode()
    last = f"{_letters(sheet.width)}{max(len(sheet.rows), 1)}"
    sized = _DIMENSION.sub(f'<dimension ref="A1:{last}"'.encode(), part, count=1)
    filled, found = _EMPTY.subn(lambda _: rows, sized, count=1)
    assert found == 1, "openpyxl has written cells into a sheet that has none"
    return filled


@cache
def _letters(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place))


def _new_style(book: Any, look: Look) -> int:
    """Return the number under which a workbook keeps a look."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, Side

    # A cell of no sheet: the workbook keeps its style all the same.
    cell = WriteOnlyCell(book.worksheets[0])
    cell.font = Font(name=_FONT, size=look.size, bold=look.bold)
    if look.across:
        cell.alignment = Alignment(look.across, vertical="center", wrap_text=look.wrap)
    if look.format:
        cell.number_format = look.format
    if look.top or look.bottom:
        # Its names of styles are a closed list to type checkers.
        styles: list[Any] = [side or None for side in (look.top, look.bottom)]
        top, bottom = (Side(style=style) for style in styles)
        cell.border = Border(left=Side(), right=Side(), top=top, bottom=bottom)
    return int(cell.style_id)
