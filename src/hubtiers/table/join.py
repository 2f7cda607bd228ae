"""The audited join.

Tidy indicator values to regions, with nothing lost, doubled or guessed in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import geopandas as gpd
import pandas as pd

from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    JoinError,
    MissingColumnError,
    UnknownOptionError,
    listing,
)
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.layer_names import match_layer, pad_zeros
from hubtiers.regions.pack import source_of
from hubtiers.regions.read import read_regions
from hubtiers.table._totals import mark_totals
from hubtiers.table._wide import melt_wide
from hubtiers.table.indicator_table import IndicatorTable, known_overlaps
from hubtiers.table.merged import Added, add_merged
from hubtiers.table.report import JoinReport
from hubtiers.table.yardstick import in_years_of, take_yardstick, values_with

__all__ = [
    "as_regions",
    "join_indicators",
    "join_years",
    "match_regions",
    "unmatched_sentence",
]

_NEEDED = ("region", "indicator", "value")
_UNMATCHED = ("raise", "keep")
_MERGED = ("raise", "add")


class HoldsValues(Protocol):
    """A file object as `read_indicators` returns it."""

    @property
    def values(self) -> pd.DataFrame: ...


def join_indicators(  # noqa: PLR0913 - each is a choice that a message may ask for
    regions: pd.DataFrame,
    values: pd.DataFrame | HoldsValues,
    *,
    framework: Framework | None = None,
    unmatched: str = "raise",
    year: int | str | None = None,
    region_column: str | None = None,
    leading_zeros: bool = False,
    merged: str = "raise",
    yardstick: str | None = None,
) -> IndicatorTable:
    """Join indicator values to regions (数据匹配), and report how.

    Parameters
    ----------
    regions
        Frame of regions with the index `region_id`, as `load_regions` and `read_regions` return it,
        or any GeoDataFrame whose columns of ids and names have a usual name (`read_regions(frame,
        id_column=…, name=…)` takes the others).
    values
        Tidy frame with `region` (id or name), `indicator` and `value`, and where known `year`,
        `unit`, `source`, `status` and `within` (what the region lies in, which tells namesakes
        apart); or a wide frame with a column for each indicator and the regions in its index or a
        column; or the file object of `read_indicators`.
    framework
        Indicators to take, in order. When left out, every indicator of the data counts, more is
        better; of a wide frame these are its columns of numbers.
    unmatched
        What to do with names that fit no region or several: `"raise"` an error that lists them, or
        `"keep"` them in the report and go on without.
    year
        A year, `"latest"` for the newest value of each cell, or nothing when each cell has one
        value only.
    region_column
        Column of a wide frame that names the regions; found by its content when left out.
    leading_zeros
        Whether a number such as 1 may mean the id ``01`` of the layer.
    merged
        What to do with rows of one year that were units of their own and are one region of the
        layer, such as 济南 and 莱芜: `"raise"` an error, or `"add"` their counts (kind extensive)
        and list them in the report.
    yardstick
        Row of the data that is no region but what others are measured by, such as ``"EU28"`` or
        ``"全国"``: by its label, or by another name that the pack of the regions knows. It is
        scored by the fitted scheme (`RelativeTo(yardstick=…)`), and neither ranked nor mapped nor
        used to fit anything; its values are those of the years that the regions have.

    Returns
    -------
    IndicatorTable
        One row for every region of the layer, also for those without data; `table.report` is the
        account, `table.yardstick` the row of the yardstick.

    Raises
    ------
    JoinError
        When names do not match and `unmatched="raise"`; `error.report` holds the account.
    SpecError
        When the yardstick is a region.
    UnknownOptionError
        When a choice is unknown, or the data have no row for the yardstick.
    MissingColumnError, DuplicateRegionError, DataError

    Notes
    -----
    **Totals.** A row that is a whole and no region of the layer is set aside, and stands in
    `table.report.totals`: World, EU27_2020, or the country or larger region (AT, AT1) that regions
    of the layer lie in, once each of these has a row of its own.

    **Missing values.** A region without a row stays in the table with missing values. A value that
    is missing in the data stays missing.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> columns = {"region": ["北京", "Tianjin"], "indicator": "rd", "value": [6.4, 3.4]}
    >>> values = pd.DataFrame(columns)
    >>> table = join_indicators(load_regions("province"), values)
    >>> table.values["rd"].dropna().to_dict()
    {'110000': 6.4, '120000': 3.4}
    >>> wide = pd.DataFrame({"rd": [6.4, 3.4], "patents": [20, 10]}, index=["北京", "Tianjin"])
    >>> join_indicators(load_regions("province"), wide).values.loc["120000"].tolist()
    [3.4, 10.0]
    """
    placed = _placed(
        regions,
        values,
        framework=framework,
        unmatched=unmatched,
        region_column=region_column,
        leading_zeros=leading_zeros,
        merged=merged,
        yardstick=yardstick,
    )
    return placed.table(year)


def join_years(  # noqa: PLR0913 - the choices of join_indicators
    regions: pd.DataFrame,
    values: pd.DataFrame | HoldsValues,
    *,
    years: Iterable[int] | None = None,
    framework: Framework | None = None,
    unmatched: str = "raise",
    region_column: str | None = None,
    leading_zeros: bool = False,
    merged: str = "raise",
    yardstick: str | None = None,
) -> dict[int, IndicatorTable]:
    """Join the values of several years to regions (分年匹配): a table for each year.

    Choose it for `tier_panel`, or to give `LatestYear` and `LinearInTime` the years that they fill
    gaps from.

    Parameters
    ----------
    regions, values, framework, unmatched, region_column, leading_zeros, merged, yardstick
        As for `join_indicators`; the values hold several years.
    years
        The years that are wanted; all that the values state when left out.

    Returns
    -------
    dict of int to IndicatorTable
        The tables by year, ascending.

    Raises
    ------
    DataError
        When the values state no year, or have none for a year that is wanted.
    HubtiersError
        As `join_indicators`.

    Notes
    -----
    **Missing values.** An indicator without a value in a year stays in the table of that year, and
    all of its values are missing. A value that states no year counts in every year.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> columns = {"region": ["北京", "Tianjin"] * 2, "indicator": "rd", "value": [5, 3, 6, 4]}
    >>> values = pd.DataFrame(columns | {"year": [2020, 2020, 2024, 2024]})
    >>> tables = join_years(load_regions("province"), values)
    >>> [float(table.values.loc["110000", "rd"]) for table in tables.values()]
    [5.0, 6.0]
    """
    placed = _placed(
        regions,
        values,
        framework=framework,
        unmatched=unmatched,
        region_column=region_column,
        leading_zeros=leading_zeros,
        merged=merged,
        yardstick=yardstick,
    )
    known = {int(year) for year in placed.cells.dropna(subset=["value"])["year"].dropna()}
    if not known:
        raise DataError(
            "The values state no year. Give them a column 'year', or join one table a year."
        )
    wanted = known if years is None else set(years)
    if absent := sorted(wanted - known):
        raise DataError(
            f"The data have no value for {listing(absent)}; they have "
            f"{listing(sorted(known), most=20)}. Leave these years out."
        )
    return {year: placed.table(year, may_lack=True) for year in sorted(wanted)}


@dataclass(frozen=True, eq=False)
class _Placed:
    """Values whose regions are known, of all years, and what a table is made of beside them."""

    cells: pd.DataFrame
    regions: pd.DataFrame
    framework: Framework
    indicators: tuple[str, ...]
    matches: pd.DataFrame
    added: tuple[Added, ...]
    own: pd.DataFrame | None = None
    labels: pd.DataFrame | None = None

    def table(self, year: int | str | None, *, may_lack: bool = False) -> IndicatorTable:
        """Return the table of a year; with `may_lack` an indicator may have no value in it."""
        cells = _one_value_per_cell(self.cells, year)
        table = _to_table(cells, self, may_lack=may_lack)
        added = self.added
        if isinstance(year, int):
            added = tuple(sum_ for sum_ in added if sum_.year in (None, year))
        table = replace(table, report=replace(table.report, added=added))
        if self.own is None or self.labels is None:
            return table
        row = _one_row(self.own, self.labels, table, year, may_lack=may_lack)
        report = replace(table.report, yardstick=str(self.labels.index[0]))
        return replace(table, yardstick=row, report=report)


def _placed(
    regions: pd.DataFrame,
    values: pd.DataFrame | HoldsValues,
    *,
    framework: Framework | None,
    unmatched: str,
    region_column: str | None,
    leading_zeros: bool,
    merged: str,
    yardstick: str | None,
) -> _Placed:
    _require_choices(unmatched, merged)
    if framework is not None:
        framework.require_indicators()
    regions = as_regions(regions)
    tidy, left = _tidy_values(
        values, regions, framework=framework, region_column=region_column, yardstick=yardstick
    )
    own = labels = None
    if yardstick is not None:
        tidy, own, labels = take_yardstick(tidy, yardstick, regions)
    declared = framework
    framework = framework or _plain_framework(tidy)
    wanted = _wanted_rows(tidy, framework)
    if leading_zeros:
        padded = pad_zeros(wanted["region"].unique(), regions)
        wanted = wanted.assign(region=wanted["region"].replace(padded))
    placed, matches = _place(wanted, regions)
    if unmatched == "raise":
        _require_matched(matches)
    placed = placed[placed["region_id"] != ""]
    added: tuple[Added, ...] = ()
    if merged == "add":
        placed, added = add_merged(placed, matches, declared)
    indicators = (*dict.fromkeys(tidy["indicator"]), *left)
    return _Placed(placed, regions, framework, indicators, matches, added, own, labels)


def _require_choices(unmatched: str, merged: str) -> None:
    if unmatched not in _UNMATCHED:
        raise UnknownOptionError("choice for unmatched=", unmatched, _UNMATCHED)
    if merged not in _MERGED:
        raise UnknownOptionError("choice for merged=", merged, _MERGED)


def _require_matched(matches: pd.DataFrame) -> None:
    report = JoinReport(matches=matches)
    if len(report.unmatched):
        raise JoinError(unmatched_sentence(report.unmatched), report)


def _tidy_values(
    values: pd.DataFrame | HoldsValues,
    regions: pd.DataFrame,
    *,
    framework: Framework | None,
    region_column: str | None,
    yardstick: str | None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return values as a checked tidy frame, and the columns of a wide one that were left out."""
    pack = source_of(regions).load_pack()
    given = values_with(values, yardstick, pack)
    left: tuple[str, ...] = ()
    # A wide frame may call its column of regions "region" too.
    if not {"indicator", "value"} & set(given.columns):
        given, left = melt_wide(given, regions, framework=framework, region_column=region_column)
        given = values_with(given, yardstick, pack)
    return _check_tidy(given), left


def _one_row(
    own: pd.DataFrame,
    labels: pd.DataFrame,
    table: IndicatorTable,
    year: int | str | None,
    *,
    may_lack: bool,
) -> IndicatorTable | None:
    """Return the yardstick as a table of one row, with the indicators and years of the regions.

    With `may_lack` there may be none in the year.
    """
    codes, columns = table.framework.codes, list(table.values.columns)
    try:
        kept = in_years_of(own, table.year, columns)
    except DataError:
        if may_lack:
            return None
        raise
    cells = _one_value_per_cell(kept.assign(region_id=labels.index[0]), year)
    values = _spread(cells, "value", labels.index, columns).astype("float64")
    status = _spread(cells, "status", labels.index, codes).fillna("").astype("str")
    years = _spread(cells, "year", labels.index, codes).astype("Int64")
    return IndicatorTable(values, labels, table.framework, status, years)


def _wanted_rows(tidy: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Return the rows of the framework's indicators and denominators; each indicator has some."""
    wanted = tidy[tidy["indicator"].isin([*framework.codes, *framework.denominators])]
    present = set(wanted["indicator"].unique())
    if absent := [code for code in framework.codes if code not in present]:
        have = listing(sorted(set(tidy["indicator"])), most=12) or "none"
        raise DataError(
            f"The data have no values for {listing(map(repr, absent))}; they have {have}."
        )
    return wanted


def _place(wanted: pd.DataFrame, regions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with the column `region_id`, empty for no single region, and the matches."""
    # A name is matched once for each larger region that it is said to lie in.
    places = wanted[["region", "within"]].drop_duplicates()
    matches = match_layer(places["region"].tolist(), regions, within=places["within"].tolist())
    found = dict(zip(places.itertuples(index=False, name=None), matches["region_id"], strict=True))
    pairs = zip(wanted["region"], wanted["within"], strict=True)
    placed = wanted.assign(region_id=[found[pair] for pair in pairs])
    return placed, mark_totals(matches, regions)


def match_regions(names: list[str], regions: pd.DataFrame) -> pd.DataFrame:
    """Match names by id, by the layer's own names, and by the other names that its pack knows."""
    return match_layer(names, regions)


def as_regions(regions: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of regions with names: as it is, or read as a layer of the user's own.

    Raises
    ------
    DuplicateRegionError
        When a region stands twice.
    MissingColumnError
        When no column names the regions.
    """
    if regions.index.has_duplicates:
        raise DuplicateRegionError(
            regions.index[regions.index.duplicated()], "The layer of regions"
        )
    absent = [name for name in ("name_zh", "name_en") if name not in regions.columns]
    if isinstance(regions, gpd.GeoDataFrame) and (
        absent or isinstance(regions.index, pd.RangeIndex)
    ):
        own: pd.DataFrame = read_regions(regions)
        return own
    if absent:
        raise MissingColumnError(absent, "The layer of regions", map(str, regions.columns))
    return regions


def _check_tidy(tidy: pd.DataFrame) -> pd.DataFrame:
    if absent := [name for name in _NEEDED if name not in tidy.columns]:
        raise MissingColumnError(absent, "The table of indicator values", map(str, tidy.columns))
    try:
        number = pd.to_numeric(tidy["value"]).astype("float64")
    except (ValueError, TypeError) as error:
        raise DataError(
            f"The column 'value' holds something that is not a number: {error}. Read the file with "
            "read_indicators, which knows the marks and units of yearbooks."
        ) from None
    if tidy["region"].isna().any():
        raise DataError(
            f"{int(tidy['region'].isna().sum())} rows of the data name no region. Fill them or "
            "drop them."
        )
    year = tidy["year"] if "year" in tidy else pd.Series(pd.NA, index=tidy.index)
    status = tidy["status"] if "status" in tidy else pd.Series("", index=tidy.index)
    within = tidy["within"] if "within" in tidy else pd.Series("", index=tidy.index)
    return pd.DataFrame(
        {
            "region": tidy["region"].astype(str).str.strip(),
            "indicator": tidy["indicator"].astype(str),
            "value": number,
            "year": pd.to_numeric(year, errors="coerce").astype("Int64"),
            "status": status.fillna("").astype(str),
            "within": within.fillna("").astype(str).str.strip(),
        }
    )


def _plain_framework(tidy: pd.DataFrame) -> Framework:
    codes = dict.fromkeys(tidy["indicator"])
    return Framework(tuple(Indicator(code, name_zh=code, name_en=code) for code in codes))


def unmatched_sentence(unmatched: pd.DataFrame) -> str:
    """Return a sentence on names that belong to no single region, and the way out."""
    named = []
    for row in unmatched.to_dict("records"):
        several = row["rule"] == "ambiguous"
        reason = f"could be {_either(row['candidates'])}" if several else row["note"]
        named.append(f"{row['name']!r} ({reason})" if reason else f"{row['name']!r}")
    noun = "name belongs" if len(unmatched) == 1 else "names belong"
    return (
        f"{len(unmatched)} {noun} to no single region of the layer: {listing(named)}. Correct them "
        "in the data (ids "
        'are never ambiguous), or pass unmatched="keep" to go on without them.'
    )


def _either(candidates: str) -> str:
    given = candidates.split(";")
    return " or ".join(given) if len(given) <= 5 else listing(given)


def _one_value_per_cell(placed: pd.DataFrame, year: int | str | None) -> pd.DataFrame:
    placed = placed.dropna(subset=["value"])
    cell = ["region_id", "indicator"]
    twice = placed[placed.duplicated([*cell, "year"], keep=False)]
    if len(twice):
        names = twice.groupby("region_id", sort=False)["region"].unique()
        shown = [f"{region} ({listing(given)})" for region, given in names.items()]
        way_out = "Keep one value per region, indicator and year."
        if any(len(given) > 1 for given in names):
            way_out += (
                ' Where a unit was merged into another, merged="add" adds up the counts of both.'
            )
        raise DuplicateRegionError(shown, "The table of indicator values", way_out)
    if isinstance(year, int):
        timeless = placed["year"].isna()
        return (
            placed[timeless | (placed["year"] == year)]
            .sort_values("year")
            .drop_duplicates(cell, keep="first")
        )
    if year == "latest":
        return placed.sort_values("year", na_position="first", kind="stable").drop_duplicates(
            cell, keep="last"
        )
    if year is not None:
        raise UnknownOptionError("choice for year=", year, ("latest", "a year such as 2022"))
    several = placed[placed.duplicated(cell, keep=False)]
    if len(several):
        years = sorted(several["year"].dropna().unique())
        raise DataError(
            f"The data hold several years ({listing(years, most=20)}) for "
            f"{listing(several['indicator'].unique())}. "
            'Pass year=… with one of them, or year="latest" for the newest value of each cell.'
        )
    return placed


def _to_table(cells: pd.DataFrame, placed: _Placed, *, may_lack: bool) -> IndicatorTable:
    regions, framework, matches = placed.regions, placed.framework, placed.matches
    codes = framework.codes
    sizes = [code for code in framework.denominators if code in set(cells["indicator"])]
    values = _spread(cells, "value", regions.index, [*codes, *sizes]).astype("float64")
    years = _spread(cells, "year", regions.index, codes).astype("Int64")
    status = _spread(cells, "status", regions.index, codes)
    empty = values.columns[values.isna().all()].tolist()
    if empty and not may_lack:
        raise DataError(
            f"No value of {listing(map(repr, empty))} is left for the year asked. Check `year`."
        )
    report = JoinReport(
        matches=matches,
        regions_without_data=tuple(values.index[values[codes].isna().all(axis=1)]),
        ignored_indicators=tuple(code for code in placed.indicators if code not in values),
        years=_years_in_use(years),
        statuses=pd.crosstab(cells["indicator"], cells["status"]).reindex(codes),
        overlaps=tuple(known_overlaps(regions)),
        several_names=_several_names(matches),
        both_levels=_both_levels(matches, regions),
    )
    # Only now: without a value left, the statuses are no texts.
    texts = status.astype("object").fillna("").astype("str")
    return IndicatorTable(values, regions, framework, texts, years, report)


def _spread(cells: pd.DataFrame, column: str, ids: pd.Index, columns: list[str]) -> pd.DataFrame:
    """Return one column of the cells as regions × indicators, with a row for every region."""
    wide = cells.pivot_table(
        index="region_id", columns="indicator", values=column, aggfunc="first", observed=True
    )
    return wide.reindex(index=ids.rename("region_id"), columns=pd.Index(columns))


def _years_in_use(years: pd.DataFrame) -> dict[str, tuple[int, ...]]:
    found = {}
    for code in years:
        used = sorted(int(year) for year in years[code].dropna().unique())
        found[str(code)] = tuple(used)
    return found


def _several_names(matches: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    placed = matches[matches["region_id"] != ""]
    groups = placed.groupby("region_id", sort=False)["name"].agg(tuple)
    return {str(region): names for region, names in groups.items() if len(names) > 1}


def _both_levels(matches: pd.DataFrame, regions: pd.DataFrame) -> tuple[str, ...]:
    """Return names in a table of units that are regions of the level above as well.

    Such as municipalities.
    """
    source = source_of(regions)
    pack = source.load_pack()
    if pack is None or source.level != pack.units:
        return ()
    parent = pack.level(source.level).parent_column
    if parent not in regions.columns:
        return ()
    return tuple(matches.loc[matches["region_id"].isin(set(regions[parent])), "name"])
