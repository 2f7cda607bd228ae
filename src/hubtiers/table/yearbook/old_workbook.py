"""Old workbooks become sheets of cells through xlrd, also with the default encryption."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import Any

from hubtiers.errors import DataError, MissingDependencyError
from hubtiers.table.yearbook.cells import Percent
from hubtiers.table.yearbook.sheet import Book, ReadLimits, Sheet
from hubtiers.table.yearbook.source import Source, faults_of, hidden_note, select_sheets
from hubtiers.table.yearbook.workbook import is_percentage

__all__ = ["decrypted", "is_encrypted_package", "read_xls"]

# The key of workbooks that are only protected against writing: spreadsheets open them without a
# question.
_DEFAULT_KEY = "VelvetSweatshop"
_DECRYPTED = "encrypted with the default key of spreadsheets, which asks for no password"
_UNPACKED = "its container is damaged; the workbook inside was complete and was read"
_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_PACKAGE_KEY = "EncryptionInfo".encode("utf-16-le")
# Deriving a key costs this many hashes; spreadsheets use 100,000, and a file could ask for hours.
_MOST_SPINS = 1_000_000
_BEGIN, _END, _SHEET = 0x809, 0x0A, 0x85


def read_xls(source: Source, limits: ReadLimits, wanted: str | None) -> Book:
    """Read the sheets of an old .xls, or only the one that is wanted."""
    try:
        import xlrd  # noqa: F401 - to say what is missing before the file is looked at
    except ImportError:
        raise MissingDependencyError("xlrd", "xls", "Reading old .xls workbooks") from None
    with faults_of(source):
        book, source = _opened(source)
        with book:
            states, loaded = _load_sheets(book, source, limits, wanted)
    return Book(
        source.path, "xls", tuple(loaded), notes=(*source.notes, *hidden_note(states, wanted))
    )


def _opened(source: Source) -> tuple[Any, Source]:
    """Open a workbook; where it is encrypted or its container broken, what can be had of it."""
    import xlrd

    # Both can be true of one file; a third fault of another kind there is not.
    for _ in range(2):
        try:
            return _open_plain(source), source
        except xlrd.compdoc.CompDocError:
            source = source.with_content(_workbook_stream(source), _UNPACKED)
        except xlrd.XLRDError as error:
            if "encrypted" not in str(error):
                raise
            source = decrypted(source)
    return _open_plain(source), source


def _open_plain(source: Source) -> Any:
    import xlrd

    # Without ragged rows, one cell far to the right would fill all rows up to it before any limit
    # is looked at.
    return xlrd.open_workbook(
        file_contents=source.read(),
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
        logfile=io.StringIO(),
    )


def _load_sheets(
    book: Any, source: Source, limits: ReadLimits, wanted: str | None
) -> tuple[list[tuple[str, str]], list[Sheet]]:
    """Return (name, visibility) of every sheet as far as looked at, and the sheets to read."""
    states = dict.fromkeys(book.sheet_names(), "visible")
    loaded, cells = [], 0
    for name in select_sheets(source.name, list(states.items()), wanted):
        sheet = book.sheet_by_name(name)
        cells += sum(sheet.row_len(r) for r in range(sheet.nrows))
        limits.check("max_cells", cells, source.name, "has too many cells")
        if sheet.visibility == 0 or wanted is not None:
            loaded.append(_to_sheet(book, sheet))
        states[name] = "visible" if sheet.visibility == 0 else "hidden"
        book.unload_sheet(name)
    return list(states.items()), loaded


def _to_sheet(book: Any, sheet: Any) -> Sheet:
    rows: dict[int, dict[int, object]] = {}
    for r in range(sheet.nrows):
        cells: dict[int, object] = {}
        for c, cell in enumerate(sheet.row(r), start=1):
            value = _value(book, cell)
            if value is not None and not (isinstance(value, str) and not value.strip()):
                cells[c] = value
        if cells:
            rows[r + 1] = cells
    merges = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    return Sheet(sheet.name, rows, tuple(merges))


def _value(book: Any, cell: Any) -> object:
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return str(cell.value)
        case xlrd.XL_CELL_NUMBER:
            return (
                Percent(cell.value)
                if is_percentage(_number_format(book, cell))
                else float(cell.value)
            )
        case xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#ERROR!")
    return None


def _number_format(book: Any, cell: Any) -> str | None:
    # Tools that write the oldest versions leave out the formats that cells refer to.
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return None
    known = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return None if known is None else str(known.format_str)


def is_encrypted_package(source: Source) -> bool:
    """Tell whether a container holds an encrypted .xlsx."""
    content = source.read()
    return _PACKAGE in content and _PACKAGE_KEY in content


def decrypted(source: Source) -> Source:
    """Return the workbook decrypted with the key that spreadsheets try by themselves.

    Raises
    ------
    DataError
        When it needs a password.
    MissingDependencyError
        When msoffcrypto-tool is not installed.
    """
    try:
        import msoffcrypto
    except ImportError:
        raise MissingDependencyError(
            "msoffcrypto-tool", "xls", "Reading encrypted workbooks"
        ) from None
    plain = io.BytesIO()
    with faults_of(source):
        _refuse_endless_key(source)
        office = msoffcrypto.OfficeFile(io.BytesIO(source.read()))
        try:
            # Packages check the key when asked to, old workbooks always.
            checks = {"verify_password": True} if is_encrypted_package(source) else {}
            office.load_key(password=_DEFAULT_KEY, **checks)
        except (msoffcrypto.exceptions.InvalidKeyError, msoffcrypto.exceptions.DecryptionError):
            raise DataError(
                f"{source.name} is protected with a password, so that its cells cannot be read. "
                "Open it in a "
                "spreadsheet with the password, and save it without one as .xlsx or as CSV UTF-8."
            ) from None
        office.decrypt(plain)
    return source.with_content(plain.getvalue(), _DECRYPTED)


def _refuse_endless_key(source: Source) -> None:
    spins = [int(number) for number in re.findall(rb'spinCount="(\d{1,12})"', source.read())]
    if max(spins, default=0) > _MOST_SPINS:
        raise DataError(
            f"{source.name} asks for {max(spins):,} steps to make its key, far more than "
            "spreadsheets use. Open it in "
            "a spreadsheet, and save it without a password."
        )


def _workbook_stream(source: Source) -> bytes:
    """Return the workbook out of a damaged container, once every sheet is known to be whole.

    Containers written by old tools claim blocks twice or state wrong sizes, which spreadsheets do
    not mind.
    """
    try:
        import olefile
    except ImportError:
        raise MissingDependencyError(
            "olefile", "xls", "Reading workbooks in damaged containers"
        ) from None
    with olefile.OleFileIO(io.BytesIO(source.read())) as container:
        name = next((n for n in ("Workbook", "Book") if container.exists(n)), None)
        if name is None:
            raise DataError(
                f"{source.name} is a container without a workbook. Check that it is the file you "
                "mean."
            )
        stream: bytes = container.openstream(name).read()
    _require_whole(stream)
    return stream


def _require_whole(stream: bytes) -> None:
    """Raise when the records of the workbook or of a sheet do not go on up to an end."""
    starts = [0]
    for kind, body in _records(stream, 0):
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", body)[0])
    for start in starts[1:]:
        for _ in _records(stream, start):
            pass


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of the workbook or of a sheet, up to its end, nested charts included."""
    at, depth = start, 0
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        if at == start and kind != _BEGIN:
            raise ValueError("a sheet does not begin where the workbook says")
        depth += (kind == _BEGIN) - (kind == _END)
        body = stream[at + 4 : at + 4 + size]
        if len(body) < size:
            raise ValueError("a record goes on beyond the end")
        yield kind, body
        if depth == 0:
            return
        at += 4 + size
