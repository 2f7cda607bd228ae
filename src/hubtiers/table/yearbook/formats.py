"""Which reader a file needs.

Told by its first bytes, since what is called .xls is often something else.
"""

from __future__ import annotations

import os
import re

from hubtiers._storage import decode_text
from hubtiers.errors import DataError, SpecError
from hubtiers.table.yearbook.old_workbook import decrypted, is_encrypted_package, read_xls
from hubtiers.table.yearbook.sheet import Book, ReadLimits, read_delimited
from hubtiers.table.yearbook.source import Source, checked_source
from hubtiers.table.yearbook.web_page import read_archive_page, read_page
from hubtiers.table.yearbook.workbook import read_xlsx
from hubtiers.table.yearbook.xml_workbook import read_xml_workbook

__all__ = ["open_book"]

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_ZIP_SUFFIXES = (".xlsx", ".xlsm")
_PAGE_SUFFIXES = (".htm", ".html")
_SUFFIXES = (*_TEXT_SUFFIXES, *_ZIP_SUFFIXES, ".xls", *_PAGE_SUFFIXES)
# What a file with a suffix may hold. An .xls may be anything that a spreadsheet opens under this
# name.
_ALLOWED: dict[str, tuple[str, ...]] = dict.fromkeys(_TEXT_SUFFIXES, ("text",))
_ALLOWED |= dict.fromkeys(_ZIP_SUFFIXES, ("zip", "package"))
_ALLOWED |= {".xls": ("ole", "package", "zip", "page", "archive page", "xml", "text")}
_ALLOWED |= dict.fromkeys(_PAGE_SUFFIXES, ("page",))
_HOLDS = {
    "zip": "a zip archive such as an .xlsx",
    "ole": "an old .xls or an encrypted workbook",
    "package": "an old .xls or an encrypted workbook",
    "page": "a web page",
    "archive page": "a web page with its parts",
    "xml": "a workbook as XML",
    "text": "no workbook: it is text, or damaged",
    "other": "no table: it is a picture, a document or an archive",
}

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The first record of a workbook from before there were containers, versions 2 to 5 and later.
_BARE_WORKBOOK = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")
_OTHER = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)
_MIME = re.compile(r"(?:mime-version|content-type|from|subject|date|x-[a-z-]+)\s*:", re.IGNORECASE)
_XML_WORKBOOK = "urn:schemas-microsoft-com:office:spreadsheet"
_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|table|meta|div|center|style)\b", re.IGNORECASE
)


def open_book(path: str | os.PathLike[str], limits: ReadLimits, wanted: str | None) -> Book:
    """Read the sheets of a file, or only the one that is wanted, by what the file holds."""
    source = checked_source(path, limits)
    suffix = source.path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise DataError(
            f"{source.name} ends in {suffix or 'nothing'!r}. Save it as one of "
            f"{', '.join(_SUFFIXES)}."
        )
    kind = _kind(source)
    if kind not in _ALLOWED[suffix]:
        raise DataError(
            f"{source.name} is named {suffix} but holds {_HOLDS[kind]}. Open it in a spreadsheet, "
            "without a "
            "password, and save it as .xlsx or as CSV UTF-8."
        )
    if kind == "package":
        source, kind = decrypted(source), "zip"
    if suffix == ".xls" and kind != "ole":
        what = "text" if kind == "text" else _HOLDS[kind]
        source = source.with_note(f"named .xls, but holds {what}")
    return _read(kind, source, limits, wanted)


def _kind(source: Source) -> str:
    head = source.head
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(_OLE):
        return "package" if is_encrypted_package(source) else "ole"
    if _BARE_WORKBOOK.match(head):
        return "ole"
    return "other" if head.startswith(_OTHER) else _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    text = _decoded_head(head).lstrip("\ufeff \t\r\n")
    if _MIME.match(text) and "multipart/related" in text.lower():
        return "archive page"
    if _XML_WORKBOOK in text:
        return "xml"
    return "page" if text.startswith("<") and _PAGE.search(text) else "text"


def _decoded_head(head: bytes) -> str:
    """Return the beginning as text, whatever its encoding.

    All that is looked for in it is ASCII.
    """
    is_wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    return head.decode("utf-16" if is_wide else "latin-1", "ignore").removeprefix("ï»¿")


def _read(kind: str, source: Source, limits: ReadLimits, wanted: str | None) -> Book:
    match kind:
        case "zip":
            return read_xlsx(source, limits, wanted)
        case "ole":
            return read_xls(source, limits, wanted)
        case "archive page":
            return read_archive_page(source, limits, wanted)
        case "xml":
            return read_xml_workbook(source, limits, wanted)
    if wanted is not None:
        what = "text" if kind == "text" else "a web page"
        raise SpecError(f"{source.name} is {what} and has no sheet {wanted!r}. Leave out sheet=….")
    if kind == "page":
        return read_page(source, limits)
    return read_delimited(
        source.path, decode_text(source.read(), source.name), limits, source.notes
    )
