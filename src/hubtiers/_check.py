"""What a file of indicators or of names would give: how it is read, and which regions are meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import read_text
from hubtiers._study_values import read_limits
from hubtiers.errors import DataError, SpecError
from hubtiers.regions.gazetteer import match_names
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.read import read_regions
from hubtiers.table.corrections import check_corrections, correct_names, read_corrections
from hubtiers.table.report import JoinReport
from hubtiers.table.yearbook.read import read_indicators
from hubtiers.table.yearbook.read_report import ReadReport

__all__ = ["Check", "check_file", "numbers_of", "pairs_of"]


@dataclass(frozen=True)
class Check:
    """What became of the names of a file: an account, whether all found a region, how it was read."""

    account: str
    is_complete: bool
    reading: ReadReport | None


def check_file(
    file: Path,
    *,
    level: str = "city",
    within: str | None = None,
    regions: Path | None = None,
    names: Path | None = None,
    reading: Mapping[str, Any] | None = None,
) -> Check:
    """Read a file and match its names.

    Parameters
    ----------
    file
        A table of indicators, or a .txt with one name a line.
    level, within
        Where the names are looked for: a level that ships, and what they lie in.
    regions
        A file of boundaries instead of a level.
    names
        A list of corrections, as a study has it.
    reading
        Arguments of `read_indicators`, with limits by name.

    Raises
    ------
    HubtiersError
        When the file cannot be read, or not in one way only.
    """
    written, report = _names_of(file, dict(reading or {}))
    if names is not None:
        table, corrected = correct_names(pd.DataFrame({"region": written}), read_corrections(names))
        if regions is not None:
            layer = read_regions(regions)
            check_corrections(corrected, layer.index, f"The list of names {names.name}")
        written = list(dict.fromkeys(table["region"]))
    if regions is not None:
        limits = [within] * len(written) if within else None
        matches = match_layer(written, read_regions(regions), within=limits)
        joined = JoinReport(matches=matches)
        return Check(joined.to_text(), joined.unmatched.empty, report)
    matched = match_names(written, level=level, within=within)
    return Check(matched.to_text(most=1_000), matched.is_complete, report)


def _names_of(file: Path, reading: dict[str, Any]) -> tuple[list[str], ReadReport | None]:
    if not file.is_file():
        raise DataError(f"There is no file {file}. Check the path.")
    if file.suffix.lower() == ".txt" and not reading:
        lines = map(str.strip, read_text(file)[0].splitlines())
        return list(dict.fromkeys(filter(None, lines))), None
    if "limits" in reading:
        reading["limits"] = read_limits(reading["limits"])
    table = read_indicators(file, **reading)
    return list(dict.fromkeys(table.values["region"].astype(str))), table.report


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
