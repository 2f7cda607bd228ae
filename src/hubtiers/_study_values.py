"""The values of a study: one table or several, each read as it says, nothing told twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hubtiers._study_file import DataSection, SourceSection, is_file_name
from hubtiers.errors import DataError, SpecError, did_you_mean, listing
from hubtiers.framework import Framework
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.pack import Pack
from hubtiers.table.indicators import load_indicators
from hubtiers.table.yardstick import values_with
from hubtiers.table.yearbook.read import (
    IndicatorFile,
    ReadLimits,
    ReadReport,
    read_indicators,
)

__all__ = ["ORIGIN", "join_tables", "read_limits", "read_tables", "reader_options"]

_READING = ("sheet", "region_column", "units", "layout", "keep", "decimal", "missing", "limits")
ORIGIN = "table"
"""The column that says which table of the study a value comes from."""


def read_tables(
    sources: Sequence[SourceSection],
    data: DataSection,
    framework: Framework | None,
    folder: Path,
    pack: Pack | None = None,
) -> tuple[pd.DataFrame, tuple[ReadReport, ...]]:
    """Read tables that a study names, one below the other.

    The row of the yardstick is called as the study calls it; `pack` knows its other names.

    Returns
    -------
    tuple
        Tidy values as `read_indicators` gives them, with the column `table`, and how each file was
        read.

    Raises
    ------
    HubtiersError
        When a table cannot be read, or lacks an indicator that it is to give.
    """
    parts: list[pd.DataFrame] = []
    reports: list[ReadReport] = []
    for source in sources:
        if is_file_name(source.file):
            file = _read_file(source, data, framework, folder)
            reports.append(file.report)
            part = values_with(file, data.yardstick, pack)
        else:
            part = load_indicators(source.file, edition=data.edition)
            part = values_with(part, data.yardstick, pack)
        earlier = sum(other.file == source.file for other in sources[: len(parts)])
        # The same file may stand twice, read in two ways.
        origin = source.file if not earlier else f"{source.file} ({earlier + 1})"
        parts.append(_only(part, source).assign(**{ORIGIN: origin}))
    if not parts:
        columns = ("region", "indicator", "value", "year", ORIGIN)
        return pd.DataFrame({name: [] for name in columns}), ()
    values = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    return values, tuple(reports)


def _read_file(
    source: SourceSection, data: DataSection, framework: Framework | None, folder: Path
) -> IndicatorFile:
    options = reader_options(source, data)
    wanted = _wanted(source, framework)

    def read(year: int | None) -> IndicatorFile:
        return read_indicators(folder / source.file, framework=wanted, year=year, **options)

    if source.year is not None or data.years or not isinstance(data.year, int):
        return read(source.year)
    file = read(None)
    stated = set(file.values["year"].dropna())
    # A table of several years states them itself; the year of the study chooses among them.
    if len(stated) > 1 or stated == {data.year}:
        return file
    _require_no_other_title(file, source, data.year)
    return read(data.year)


def _require_no_other_title(file: IndicatorFile, source: SourceSection, year: int) -> None:
    """Refuse a table whose title says another year than the study, until one is chosen."""
    titled = {c.year for c in file.report.columns if c.year_from == "title"}
    if other := sorted(stated for stated in titled - {year} if stated is not None):
        raise DataError(
            f"{source.file} says {other[0]} in its title, but the study year = {year}. Write the "
            f"year of its values: year = {other[0]} in [data], or, where the title is wrong or of "
            f'another year than the values, {{ file = "{source.file}", year = {year} }} in '
            "indicators = […]."
        )


def reader_options(source: SourceSection, data: DataSection) -> dict[str, Any]:
    """Return how a table is read: as it says itself, else as `[data]` says."""
    options = {}
    for name in _READING:
        given = source if name in source.model_fields_set else data
        options[name] = getattr(given, name)
    return options | {"limits": read_limits(options["limits"])}


def read_limits(given: Mapping[str, float]) -> ReadLimits:
    """Return limits by name.

    Raises
    ------
    SpecError
        When a name is no limit.
    """
    known = list(ReadLimits.__dataclass_fields__)
    if unknown := [name for name in given if name not in known]:
        raise SpecError(f"{unknown[0]!r} is no limit of a file. {did_you_mean(unknown[0], known)}")
    return ReadLimits(**given)  # type: ignore[arg-type]


def _wanted(source: SourceSection, framework: Framework | None) -> Framework | None:
    """Return the part of the framework that a table is to give.

    What divides totals is no part of it.
    """
    if framework is None:
        return None
    known = [code for code in source.only if code in framework.codes]
    return framework.select(known) if known and len(known) == len(source.only) else framework


def _only(part: pd.DataFrame, source: SourceSection) -> pd.DataFrame:
    if not source.only:
        return part
    have = set(part["indicator"])
    if absent := [code for code in source.only if code not in have]:
        raise DataError(
            f"{source.file} has no values for {listing(map(repr, absent))}, which its key 'only' "
            f"names; it has {listing(sorted(have), most=12) or 'none'}."
        )
    return part[part["indicator"].isin(source.only)]


def join_tables(values: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Return values of several tables with each told once, and without the column `table`.

    Raises
    ------
    DataError
        When two tables give different values for an indicator, region and year.
    """
    plain = values.drop(columns=ORIGIN)
    if values[ORIGIN].nunique() < 2:
        return plain
    places = values.assign(place=_places(values, regions))
    cell = ["place", "indicator", "year"]
    told = places.dropna(subset=["value"])
    for _, part in told[told.duplicated(cell, keep=False)].groupby(cell, dropna=False, sort=False):
        _require_agreement(part)
    # Two rows of one table are for the join to judge; between tables the first with a value is
    # kept.
    tables = list(dict.fromkeys(values[ORIGIN]))
    order = places[ORIGIN].map(tables.index) + places["value"].isna() * len(tables)
    first = order.groupby([places[name] for name in cell], dropna=False).transform("min")
    return plain[order == first].reset_index(drop=True)


def _places(values: pd.DataFrame, regions: pd.DataFrame) -> pd.Series:
    """Return the region of each row by id; by its own words where it belongs to none."""
    within = (
        values["within"].fillna("") if "within" in values else pd.Series("", index=values.index)
    )
    names = pd.DataFrame(
        {"name": values["region"].astype(str).str.strip(), "within": within.astype(str)}
    )
    distinct = names.drop_duplicates()
    found = match_layer(distinct["name"].tolist(), regions, within=distinct["within"].tolist())
    ids = [region or name for region, name in zip(found["region_id"], found["name"], strict=True)]
    by_pair = dict(zip(distinct.itertuples(index=False, name=None), ids, strict=True))
    pairs = names.itertuples(index=False, name=None)
    return pd.Series([by_pair[pair] for pair in pairs], index=values.index)


def _require_agreement(part: pd.DataFrame) -> None:
    """Raise when the values that several tables give for one cell differ."""
    values, tables = part["value"].to_numpy(), part[ORIGIN].tolist()
    if len(set(tables)) == 1 or np.allclose(values, values[0], rtol=1e-12, atol=0):
        return
    first = part.iloc[0]
    year = "" if pd.isna(first["year"]) else f" in {int(first['year'])}"
    said = [f"{value:g} in {table}" for value, table in zip(values, tables, strict=True)]
    raise DataError(
        f"The tables of the study differ in {first['indicator']!r} for {first['region']}{year}: "
        f"{listing(said)}. Say from which table each indicator is taken, with only = [codes] "
        "beside its file."
    )
