"""What the command line says of a table: how it is read, and which names it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import read_text
from hubtiers._study_values import read_limits
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.regions.gazetteer import MatchReport, match_names
from hubtiers.regions.layer_names import match_report
from hubtiers.regions.pack import DEFAULT_PACK, load_pack, source_of
from hubtiers.table.corrections import correct_names, read_corrections
from hubtiers.table.yardstick import labels_of
from hubtiers.table.yearbook.read import read_indicators
from hubtiers.table.yearbook.read_report import ReadReport

__all__ = [
    "match_written",
    "names_of",
    "numbers_of",
    "pairs_of",
    "reading_of",
    "without_yardstick",
]


def names_of(
    file: Path, reading: Mapping[str, Any], names: Path | None
) -> tuple[list[str], ReadReport | None]:
    """Return the names of regions in a file, and how it was read.

    Parameters
    ----------
    file
        A table of indicators, or a .txt with one name a line.
    reading
        Arguments of `read_indicators`, with limits by name.
    names
        A list of corrections, as a study has it: names that it sets aside are left out.

    Raises
    ------
    HubtiersError
        When the file cannot be read, or not in one way only.
    """
    if not file.is_file():
        raise DataError(f"There is no file {file}. Check the path.")
    report = None
    if file.suffix.lower() == ".txt" and not reading:
        lines = [line.strip() for line in read_text(file)[0].splitlines()]
        written = pd.DataFrame({"region": [line for line in lines if line]}, dtype="object")
    else:
        options = dict(reading)
        if "limits" in options:
            options["limits"] = read_limits(options["limits"])
        table = read_indicators(file, **options)
        written, report = table.values, table.report
    if names is not None:
        written, _ = correct_names(written, read_corrections(names))
    return list(dict.fromkeys(written["region"].astype(str))), report


def reading_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `read_indicators` from options as they are written; none for blanks.

    Raises
    ------
    SpecError
        When a text is no pair of a name and a value.
    """
    reading = {name: tuple(v) if isinstance(v, list) else v for name, v in options.items()}
    reading["units"] = pairs_of(options.get("units") or (), "--units")
    reading["limits"] = numbers_of(options.get("limits") or (), "--limits")
    if options.get("layout") == "auto":
        del reading["layout"]
    return {name: value for name, value in reading.items() if value}


def without_yardstick(
    names: Sequence[str], account: ReadReport | None, yardstick: str, own: pd.DataFrame | None
) -> list[str]:
    """Return the names of regions, of which the yardstick is none.

    The pack of the user's layer, or else the default one, knows its other names.

    Raises
    ------
    UnknownOptionError
        When the file has no such row, also not among those that were set aside.
    """
    aside = [row.name for row in account.set_aside] if account is not None else []
    pack = load_pack(DEFAULT_PACK) if own is None else source_of(own).load_pack()
    labels = labels_of(yardstick, (*names, *aside), pack)
    if not labels:
        raise UnknownOptionError("row for the yardstick:", yardstick, (*names, *aside))
    return [name for name in names if name not in labels]


def match_written(
    names: list[str],
    own: pd.DataFrame | None,
    *,
    level: str,
    within: str | None,
    title: str,
) -> MatchReport:
    """Return which region each name means: in a layer of the user's, called `title`, or a level."""
    if own is None:
        return match_names(names, level=level, within=within)
    return match_report(names, own, within=within or "", title=title)


def pairs_of(texts: Sequence[str], option: str) -> dict[str, str]:
    """Return what a command line says as NAME=VALUE, several times.

    Raises
    ------
    SpecError
        When a text is no such pair.

    Examples
    --------
    >>> pairs_of(["gdp=亿元", "a=b=人"], "--units")
    {'gdp': '亿元', 'a=b': '人'}
    """
    pairs = {}
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not (equals and name.strip() and value.strip()):
            raise SpecError(
                f"{option} {text!r} is no pair. Write it as NAME=VALUE, such as gdp=亿元."
            )
        pairs[name.strip()] = value.strip()
    return pairs


def numbers_of(texts: Sequence[str], option: str) -> dict[str, float]:
    """Return what a command line says as NAME=NUMBER, several times.

    Raises
    ------
    SpecError
        When a text is no such pair.
    """
    numbers = {}
    for name, value in pairs_of(texts, option).items():
        try:
            numbers[name] = float(value)
        except ValueError:
            raise SpecError(
                f"{option} {name}={value} is no number. Write it as NAME=NUMBER."
            ) from None
    return numbers
