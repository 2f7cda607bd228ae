"""Where shipped data lie, and how files are written whole or not at all."""

from __future__ import annotations

import codecs
import contextlib
import os
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from hubtiers.errors import DataError

_PACKAGE = Path(__file__).resolve().parent


def data_path(*parts: str) -> Path:
    """Return the path of a shipped file or folder.

    A wheel carries the repository's `data/` inside the package; a checkout keeps it at the top
    level.
    """
    inside = _PACKAGE / "data"
    root = inside if inside.is_dir() else _PACKAGE.parents[1] / "data"
    return root.joinpath(*parts)


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, renamed to it on success and removed on failure."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes the file private; the result gets the permissions of any new file.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def filling(folder: str | Path) -> Iterator[Path]:
    """Yield an empty folder whose files move into `folder` on success and go on failure.

    Other files in `folder` stay, and of parent folders made on the way none is left behind by a
    failure.
    """
    target = Path(folder)
    made = [parent for parent in target.parents if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield staging
        target.mkdir(exist_ok=True)
        for path in sorted(staging.iterdir()):
            path.replace(target / path.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for parent in made:
            # A folder that now holds something stays; one made for a run that failed goes again.
            with contextlib.suppress(OSError):
                parent.rmdir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_text(path: str | Path) -> tuple[str, str]:
    """Return the text of a file and its encoding: strict UTF-8 (or with BOM), else GB18030.

    The order matters: nearly every UTF-8 file is also valid GB18030, as other characters.
    """
    return decode_text(Path(path).read_bytes(), path)


def decode_text(raw: bytes, name: object) -> tuple[str, str]:
    """Return bytes as text, and their encoding, as `read_text` does.

    `name` is what the message calls them.

    UTF-16 is read where a byte order mark says so: spreadsheets call it “Unicode text”.
    """
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        with contextlib.suppress(UnicodeDecodeError):
            text = raw.decode("utf-16")
            # No text holds this one, which chance bytes after a mark soon do.
            if "\uffff" not in text:
                return text, "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding), encoding
    raise DataError(f"{name} is neither UTF-8 nor GB18030 text. Save it as CSV UTF-8.")


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell_text(text: str) -> str:
    """Return text that a spreadsheet shows as text: an apostrophe leads what starts a formula.

    >>> cell_text("=1+1"), cell_text("Wuhan")
    ("'=1+1", 'Wuhan')
    """
    # Full-width signs start a formula too in East Asian editions of spreadsheets.
    first = unicodedata.normalize("NFKC", text[:1])
    return f"'{text}" if first.startswith(_FORMULA_STARTS) else text
