"""The file a table is read from, checked before anything is parsed.

And what all readers of workbooks share.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from hubtiers.errors import DataError, HubtiersError, SpecError, did_you_mean
from hubtiers.table.yearbook.sheet import ReadLimits

__all__ = ["SAVE_ANEW", "Source", "checked_source", "faults_of", "hidden_note", "select_sheets"]

SAVE_ANEW = (
    "Open it in a spreadsheet, without a password, and save it anew as .xlsx or as CSV UTF-8."
)
_REMOTE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]+:/|[/\\]vsi)")
_HEAD = 4096


@dataclass(frozen=True)
class Source:
    """A file whose size was checked.

    `content` holds its bytes once they are no longer those on the disk.
    """

    path: Path
    size: int
    head: bytes
    content: bytes | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name

    def open(self) -> BinaryIO:
        """Open the file for reading."""
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)

    def read(self) -> bytes:
        """Return all bytes."""
        return self.path.read_bytes() if self.content is None else self.content

    def with_content(self, content: bytes, note: str) -> Source:
        """Return the source with other bytes in place of those on the disk.

        And a note that says why.
        """
        return replace(
            self,
            content=content,
            size=len(content),
            head=content[:_HEAD],
            notes=(*self.notes, note),
        )

    def with_note(self, note: str) -> Source:
        """Return the source with one more note for the report."""
        return replace(self, notes=(*self.notes, note))


def checked_source(path: str | os.PathLike[str], limits: ReadLimits) -> Source:
    """Return the file once it is known to be local, readable, not empty and not too large."""
    if not isinstance(path, str | os.PathLike):
        raise SpecError(
            f"The path of a file is a string or a Path, not {type(path).__name__}. A frame needs "
            "no reading: join_indicators(regions, frame) takes it as it is."
        )
    if _REMOTE.match(os.fspath(path)):
        raise DataError(
            f"{path} is not a local file. Download it first, look at it, and pass the path of the "
            "copy."
        )
    file = Path(path)
    try:
        size, head = _size_and_head(file)
    except DataError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"{path} cannot be read: {reason}. Check the path and the permissions."
        ) from None
    if not size:
        raise DataError(f"{file.name} is empty. Export it again.")
    limits.check("max_bytes", size, file.name, "has too many bytes")
    return Source(file, size, head)


def _size_and_head(file: Path) -> tuple[int, bytes]:
    if not file.is_file():
        raise DataError(f"There is no file {file}. Check the path.")
    with file.open("rb") as handle:
        return file.stat().st_size, handle.read(_HEAD)


@contextlib.contextmanager
def faults_of(source: Source) -> Iterator[None]:
    """Turn whatever a parser raises into one sentence.

    The file is the user's, so that its fault is the file's.
    """
    try:
        yield
    except HubtiersError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise DataError(
            f"{source.name} is damaged, encrypted or no workbook ({reason}). {SAVE_ANEW}"
        ) from None


def select_sheets(file: str, states: list[tuple[str, str]], wanted: str | None) -> list[str]:
    """Return the names of the visible sheets, or the one that is wanted.

    Of (name, visibility) of all.
    """
    names = [name for name, _ in states]
    if wanted is None:
        return [name for name, state in states if state == "visible"]
    if wanted not in names:
        raise SpecError(f"{file} has no sheet {wanted!r}. {did_you_mean(wanted, names)}")
    return [wanted]


def hidden_note(states: list[tuple[str, str]], wanted: str | None) -> tuple[str, ...]:
    """Return the note about hidden sheets, if there are any and none was asked for."""
    hidden = [name for name, state in states if state != "visible"]
    return (
        (f"hidden sheets were not read: {', '.join(hidden)}",) if hidden and wanted is None else ()
    )
