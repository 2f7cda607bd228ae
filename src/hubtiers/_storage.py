"""Where shipped data lie, and how files are written whole or not at all."""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import re
import tempfile
import tomllib
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubtiers.errors import DataError, SpecError

if TYPE_CHECKING:
    import pandas as pd

# A study, layout or pack is written by hand.
_LARGEST_TOML = 20_000_000
_TOML_PLACE = re.compile(r"at line (\d+), column (\d+)")
_WIDE_SIGNS = dict(zip("“”‘’＂＝，［］【】｛｝", '""\'\'"=,[][]{}', strict=True))
"""Signs of a Chinese keyboard that stand where TOML has its own."""

_PACKAGE = Path(__file__).resolve().parent


def data_path(*parts: str) -> Path:
    """Return the path of a shipped file or folder.

    A wheel carries the repository's `data/` inside the package; a checkout keeps it at the top
    level.
    """
    inside = _PACKAGE / "data"
    root = inside if inside.is_dir() else _PACKAGE.parents[1] / "data"
    return root.joinpath(*parts)


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def telling_path(given: str | Path, target: Path, hidden: str) -> Iterator[None]:
    """Tell what the system refuses by the path that was given, not by that of a hidden file.

    Parameters
    ----------
    given
        The path as the user wrote it.
    target
        Where it leads.
    hidden
        What names of files that are not yet in place have in them.
    """
    try:
        yield
    except OSError as error:
        # A full disk names no file.
        place = target if error.filename is None else Path(os.fsdecode(error.filename))
        related = target.is_relative_to(place) or place.is_relative_to(target)
        if not related and hidden not in str(place):
            raise
        reason = error.strerror or str(error)
        way_out = "Free space there" if error.errno in _FULL else "Check the path and its rights"
        raise DataError(
            f"{given} cannot be written: {reason}. {way_out}, or choose another place."
        ) from None


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, renamed to it on success and removed on failure."""
    # A link goes on to lead to the file.
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "a device and no file"
        raise DataError(f"{path} is {kind}. Name a file to write to.")
    prefix = f".{target.stem}-"
    with telling_path(path, target, prefix):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=prefix, suffix=target.suffix)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            # mkstemp makes the file private; the result gets the permissions of any new file.
            temporary.chmod(0o666 & ~umask())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def umask() -> int:
    """Return which rights new files do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_text(path: str | Path) -> tuple[str, str]:
    """Return the text of a file and its encoding: strict UTF-8 (or with BOM), else GB18030.

    The order matters: nearly every UTF-8 file is also valid GB18030, as other characters.
    """
    return decode_text(Path(path).read_bytes(), path)


def read_toml(path: str | Path, what: str) -> dict[str, Any]:
    """Return the content of a TOML file.

    `what` is what the message calls it, such as “the study own.toml”.

    Raises
    ------
    SpecError
        When it is no TOML, or is nested or large beyond all use.
    """
    return parse_toml(read_text(path)[0], what)


def parse_toml(text: str, what: str) -> dict[str, Any]:
    """Return the content of a text in TOML, as `read_toml` does that of a file."""
    said = f"{what[0].upper()}{what[1:]}"
    if len(text) > _LARGEST_TOML:
        raise SpecError(
            f"{said} has {len(text):,} characters, above the limit of {_LARGEST_TOML:,}. Put "
            "tables of values into files of their own."
        )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SpecError(f"{said} is not valid TOML: its values are nested too deep.") from None
    except ValueError as error:
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise SpecError(
                f"{said} is not valid TOML: it has a whole number of thousands of digits. Put a "
                "text in quotation marks."
            ) from None
        raise SpecError(f"{said} is not valid TOML: {error}.{_toml_advice(text, error)}") from None


def _toml_advice(text: str, error: tomllib.TOMLDecodeError) -> str:
    """Return what to write where a sign stopped the reading that only looks like one of TOML."""
    place = _TOML_PLACE.search(str(error))
    if place is None:
        return ""
    # Lines of TOML end with a line feed only.
    line = text.split("\n")[int(place[1]) - 1]
    sign = line[int(place[2]) - 1 :][:1]
    if sign in _WIDE_SIGNS:
        return f" Write {_WIDE_SIGNS[sign]} in place of {sign}."
    if sign.isalnum() and not sign.isascii():
        return f" Put keys and texts with letters such as {sign} in quotation marks."
    return ""


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
    kind = "" if str(name).endswith(".toml") else "CSV "
    raise DataError(f"{name} is neither UTF-8 nor GB18030 text. Save it as {kind}UTF-8.")


def require_other(out: str | Path, inputs: Iterable[str | Path]) -> None:
    """Raise where a file that is to be written is one of those that are read."""
    for path in inputs:
        if os.path.realpath(path) == os.path.realpath(out):
            raise DataError(
                f"{out} is read and would be replaced by the results. Name another file."
            )


def without_clock(workbook: Path) -> None:
    """Take the time of writing out of a workbook, so that the same tables give the same bytes."""
    with zipfile.ZipFile(workbook) as book:
        parts = [(name, book.read(name)) for name in book.namelist()]
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts:
            is_about = name == "docProps/core.xml"
            kept = _MOMENT.sub(b"2000-01-01T00:00:00Z", content) if is_about else content
            # Entries that are named without a time bear that of the first day of 1980.
            book.writestr(zipfile.ZipInfo(name), kept, zipfile.ZIP_DEFLATED)


_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell_text(text: str) -> str:
    """Return text that a spreadsheet shows as text: an apostrophe leads what starts a formula.

    >>> cell_text("=1+1"), cell_text("Wuhan")
    ("'=1+1", 'Wuhan')
    """
    # Full-width signs start a formula too in East Asian editions of spreadsheets.
    first = unicodedata.normalize("NFKC", text[:1])
    return f"'{text}" if first.startswith(_FORMULA_STARTS) else text


def plain_text(text: str) -> str:
    """Return text as it was before `cell_text`, which files that are read again have gone through.

    >>> plain_text("'=1+1"), plain_text("'Aiea")
    ('=1+1', "'Aiea")
    """
    return text[1:] if text[:1] == "'" and cell_text(text[1:]) == text else text


def write_csv(table: pd.DataFrame, path: str | Path, *, index: bool = True) -> Path:
    """Write a table for spreadsheets, whole or not at all.

    UTF-8 with a byte order mark, which spreadsheets need to show Chinese; 13 digits, so that the
    last bits of different machines do not show; text that starts a formula is neutralised.
    """
    with replacing(path) as temporary:
        as_texts(table).to_csv(
            temporary,
            encoding="utf-8-sig",
            float_format="%.13g",
            lineterminator="\n",
            index=index,
        )
    return Path(path)


def as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts, in cells and labels, a spreadsheet shows as texts."""
    import pandas as pd

    safe = table.copy()
    for place, dtype in enumerate(table.dtypes):
        if dtype.kind == "O":
            cells = [_safe(cell) for cell in table.iloc[:, place].astype("object")]
            safe.isetitem(place, pd.array(cells, dtype="object"))
    safe.columns, safe.index = _safe_labels(table.columns), _safe_labels(table.index)
    return safe


def _safe_labels(labels: pd.Index) -> pd.Index:
    import pandas as pd

    levels = [labels.get_level_values(level).map(_safe) for level in range(labels.nlevels)]
    names = [_safe(name) for name in labels.names]
    if labels.nlevels == 1:
        return levels[0].rename(names[0])
    return pd.MultiIndex.from_arrays(levels, names=names)


def _safe(cell: object) -> object:
    # A workbook cannot hold control characters; the replacement character shows that one was there.
    return cell_text(_CONTROL.sub("\ufffd", cell)) if isinstance(cell, str) else cell
