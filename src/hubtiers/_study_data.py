"""What `[data]` of a study file says, read and joined: values, names, regions, and which count."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pydantic import BaseModel

from hubtiers._published import PublishedFiles
from hubtiers._study_file import (
    BaselineSection,
    DataSection,
    DeflateSection,
    MembersSection,
    PanelSection,
    is_file_name,
)
from hubtiers._study_points import counted_values
from hubtiers._study_values import ORIGIN, join_tables, read_tables
from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    HubtiersError,
    JoinError,
    MissingColumnError,
    SpecError,
    UnknownOptionError,
    did_you_mean,
    listing,
)
from hubtiers.framework import Framework, Indicator, load_framework
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.gazetteer import match_names
from hubtiers.regions.layer_names import inside, match_layer
from hubtiers.regions.pack import DEFAULT_PACK, Pack, load_pack, pack_names
from hubtiers.regions.read import read_regions
from hubtiers.table._totals import mark_totals
from hubtiers.table.corrections import correct_names, read_corrections
from hubtiers.table.deflate import PriceIndex, deflate_table
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.join import join_indicators, join_years
from hubtiers.table.points.point_report import PointReport
from hubtiers.table.report import JoinReport
from hubtiers.table.roll_up import roll_up
from hubtiers.table.yearbook.cells import cell_rules
from hubtiers.table.yearbook.choices import in_study
from hubtiers.table.yearbook.doubts import without_marks
from hubtiers.table.yearbook.read_report import ReadReport

__all__ = ["StudyData", "in_words_of_a_study", "told_as_keys"]

_OPTION = re.compile(
    r'(?P<verb>[Pp]ass |[Ww]ith |or )?(?P<key>[a-z_]+)=(?P<value>…|\(…\)|True|"[^"]*"|\'[^\']*\')'
)


@dataclass(frozen=True)
class _Account:
    """What was done to values on the way in.

    Names that were corrected, how files were read, and how points were counted.
    """

    corrected: dict[str, str]
    reading: tuple[ReadReport, ...]
    counted: dict[str, PointReport] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyData:
    """The data of a study: its section `[data]`, and the folder where relative paths start."""

    section: DataSection
    folder: Path

    def load(self) -> IndicatorTable:
        """Read, join and choose.

        Raises
        ------
        HubtiersError
            When a name, a file or a column does not fit; the way out is told as keys of the study
            file.
        """
        with told_as_keys():
            if self.section.years:
                year = self.section.shown_year
                return self._load_years([year])[year]  # type: ignore[list-item,index]
            return self._load()

    def load_years(self, *, others: bool = False) -> dict[int, IndicatorTable]:
        """Read, join and choose, a table for each of `years`, money at the prices of one.

        With `others` also for every other year that the values state, which gaps can be filled
        from.

        Raises
        ------
        HubtiersError
            As `load`.
        """
        with told_as_keys():
            tables = self._load_years(None if others else self.section.years)
            if absent := sorted(set(self.section.years) - set(tables)):
                raise DataError(
                    f"The data have no value for {listing(absent)}; they have "
                    f"{listing(tables, most=20)}. Leave these out of years = […]."
                )
            return tables

    @cached_property
    def published(self) -> PublishedFiles:
        """The reader of what others published of the regions, named as in the data."""
        data = self.section
        corrections = read_corrections(self.path(data.names)) if data.names else {}
        _, regions, _, _ = self._joinable()
        return PublishedFiles(
            folder=self.folder,
            regions=regions,
            names=corrections,
            aside=(data.yardstick,) if data.yardstick else (),
            keeps_unmatched=data.unmatched == "keep",
            leading_zeros=data.leading_zeros,
        )

    def prices(self) -> PriceIndex | None:
        """Read the price index, if the study names one."""
        named = self.section.deflate
        if named is None:
            return None
        return PriceIndex.read(
            self.path(named.file), base=named.base, form=named.form, indicators=named.indicators
        )

    def _load(self) -> IndicatorTable:
        values, regions, framework, account = self._joinable()
        table = join_indicators(
            regions, values, framework=framework, year=self.section.year, **self._join_options()
        )
        return self._only(table, self._kept(table), account)

    def _load_years(self, years: Iterable[int] | None) -> dict[int, IndicatorTable]:
        values, regions, framework, account = self._joinable()
        tables = join_years(
            regions, values, framework=framework, years=years, **self._join_options()
        )
        prices = self.prices()
        if prices is not None:
            tables = {year: deflate_table(t, prices, year=year) for year, t in tables.items()}
        # All years have the same regions.
        kept = self._kept(next(iter(tables.values())))
        return {year: self._only(table, kept, account) for year, table in tables.items()}

    def _join_options(self) -> dict[str, Any]:
        names = ("unmatched", "leading_zeros", "merged", "yardstick")
        return {name: getattr(self.section, name) for name in names}

    def _joinable(self) -> tuple[pd.DataFrame, gpd.GeoDataFrame, Framework, _Account]:
        """Return values and regions that fit each other, framework and what was done to them."""
        data = self.section
        framework = load_framework(self.path(data.framework)) if data.framework else None
        if framework is not None:
            framework.require_indicators()
        values, regions, account = self._values_and_regions(framework)
        counted, reports = self._points(values, regions, framework)
        account = dataclasses.replace(account, counted=reports)
        every = pd.concat([values, counted], ignore_index=True) if reports else values
        framework = framework or _plain_framework(every, data.direction)
        if data.roll_up:
            # The yardstick consists of no smaller regions.
            own = values["region"].astype("str") == data.yardstick
            smaller, parent = self._placed(values[~own], regions)
            rolled = roll_up(
                smaller, regions, framework=framework, partial=data.partial, parent=parent
            )
            values = pd.concat([rolled, values[own]], ignore_index=True) if own.any() else rolled
            # Points were counted in the larger regions themselves.
            values = pd.concat([values, counted], ignore_index=True) if reports else values
        elif data.members is not None:
            raise SpecError("[data] has members, but no roll_up = true to bring them up with.")
        else:
            values = every
        return values, regions, framework, account

    def _points(
        self, values: pd.DataFrame, regions: gpd.GeoDataFrame, framework: Framework | None
    ) -> tuple[pd.DataFrame, dict[str, PointReport]]:
        """Return what is counted from point records, with an account of each indicator."""
        sections = self.section.points
        if not sections:
            return values.iloc[:0], {}
        told = set(values["indicator"])
        if twice := [code for code in sections if code in told]:
            raise SpecError(
                f"{listing(map(repr, twice))} is counted from points, and has values in a table as "
                "well. Rename the section [data.points.…], or take others from the table with "
                "only = [codes] beside its file."
            )
        known = sections if framework is None else framework.codes
        if absent := [code for code in sections if code not in known]:
            raise SpecError(
                f"[data.points.{absent[0]}] counts what {self.section.framework} does not have. "
                f"{did_you_mean(absent[0], known)}"
            )
        year = self.section.shown_year
        return counted_values(
            sections, regions, self.folder, year if isinstance(year, int) else None
        )

    def load_column(self, baseline: BaselineSection, table: IndicatorTable) -> pd.Series:
        """Return one column of the data over the regions of the table, scored or not.

        Raises
        ------
        HubtiersError
            When the data have no such column, or no value of it for these regions.
        """
        code = baseline.indicator
        if code in table.values.columns and baseline.year is None:
            return table.values[code].rename(code)
        framework = Framework((Indicator(code),))
        values, regions, _ = self._values_and_regions(framework)
        is_counted = code in (self.section.points or {})
        if is_counted:
            values, _ = self._points(values, regions, None)
        found = values[values["indicator"] == code]
        if found.empty:
            raise UnknownOptionError("baseline", code, map(str, values["indicator"].unique()))
        if self.section.roll_up and not is_counted:
            parent, partial = self._parent(regions), self.section.partial
            found = roll_up(found, regions, framework=framework, partial=partial, parent=parent)
        year = baseline.year or self.section.year
        if baseline.year is None and year not in set(found["year"].dropna()):
            year = "latest"
        joined = join_indicators(
            regions,
            found,
            framework=framework,
            unmatched="keep",
            year=year,
            leading_zeros=self.section.leading_zeros,
            merged=self.section.merged,
        )
        return joined.values[code].reindex(table.values.index)

    def _values_and_regions(
        self, framework: Framework | None
    ) -> tuple[pd.DataFrame, gpd.GeoDataFrame, _Account]:
        """Return the values, the whole layer, and what was done to the values."""
        columns = [source.column for source in self.section.indicators if source.column]
        files = [source for source in self.section.indicators if source.file]
        pack = self._pack_of_level()
        values, reading = read_tables(files, self.section, framework, self.folder, pack)
        values, corrected = self._corrected(values)
        names = values["region"].astype(str)
        regions = self._regions(names[names != self.section.yardstick])
        if columns:
            values = pd.concat([values, self._own_columns(columns, regions)], ignore_index=True)
        return join_tables(values, regions), regions, _Account(corrected, reading)

    def _own_columns(self, columns: list[str], regions: gpd.GeoDataFrame) -> pd.DataFrame:
        """Return columns of the layer itself as values."""
        layer = self.section.regions
        if absent := [code for code in columns if code not in regions.columns]:
            raise MissingColumnError(absent, f"The layer {layer}", map(str, regions.columns))
        rules = cell_rules(self.section.decimal, self.section.missing)
        parts = []
        for code in columns:
            values = regions[code]
            if pd.api.types.is_numeric_dtype(values):
                numbers = values.astype("float64").tolist()
                values = without_marks(numbers, code, layer, rules, self.section.keep)
            part = {"region": regions.index, "indicator": code, "value": values}
            parts.append(pd.DataFrame(part).reset_index(drop=True))
        return pd.concat(parts, ignore_index=True).assign(**{ORIGIN: layer})

    def _corrected(self, values: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
        """Return values whose regions are called as the list of names says, and what it said.

        What the list sets aside is left out.
        """
        if self.section.names is None:
            return values, {}
        names = read_corrections(self.path(self.section.names))
        values, used = correct_names(values, names)
        if unused := [name for name in names if name not in used]:
            raise DataError(
                f"{self.section.names} corrects names that the data do not have: "
                f"{listing(map(repr, unused))}. Write them as the data do, or delete the rows."
            )
        return values, used

    def _pack(self) -> Pack | None:
        name = self.section.pack
        if name is None:
            return None
        folder = self.folder / name
        return load_pack(folder if folder.is_dir() else name)

    def _pack_of_level(self) -> Pack | None:
        """Return the pack of the regions; None for a layer of the user's own."""
        data, pack = self.section, self._pack()
        if pack is not None or is_file_name(data.regions):
            return pack
        shipped = map(load_pack, pack_names())
        found = next((one for one in shipped if data.regions in one.levels), None)
        return found or load_pack(DEFAULT_PACK)

    def _regions(self, names: Iterable[str]) -> gpd.GeoDataFrame:
        data, pack = self.section, self._pack()
        if data.regions == "listed":
            return self._listed(list(dict.fromkeys(names)), pack)
        if not is_file_name(data.regions):
            return load_regions(data.regions, pack=pack)
        return read_regions(
            self.path(data.regions),
            id_column=data.id_column,
            name=data.name,
            name_zh=data.name_zh,
            name_en=data.name_en,
            layer=data.layer,
            where=data.where,
            credit=data.credit,
            crs=data.crs,
        )

    def _listed(self, names: list[str], pack: Pack | None) -> gpd.GeoDataFrame:
        """Return the regions that the values name, at the level of the study or the likeliest."""
        if not names:
            raise SpecError(
                'regions = "listed" takes the regions from the values, and there are none. Name a '
                "level or a file."
            )
        chosen = pack or load_pack(DEFAULT_PACK)
        known = [level.id for level in chosen.levels.values() if level.package is None]
        levels = [self.section.level] if self.section.level else [chosen.units, *known]
        if chosen.id != DEFAULT_PACK or levels[0] not in known:
            return load_regions(levels[0], pack=chosen)
        if self.section.level is None and _are_ids(names):
            return load_regions(names)
        found = {
            level: match_names(names, level=level) for level in dict.fromkeys([*levels, "any"])
        }
        best = max(found.values(), key=lambda report: int(report.frame["region_id"].notna().sum()))
        ids = best.frame["region_id"].dropna().drop_duplicates().tolist()
        if not ids:
            raise DataError(
                f"None of the names of the values is known: {listing(map(repr, names))}. Name a "
                "level or a file of regions."
            )
        return load_regions(ids)

    def _placed(
        self, values: pd.DataFrame, regions: gpd.GeoDataFrame
    ) -> tuple[pd.DataFrame, pd.Series | None]:
        """Return values by the ids of smaller regions, and what each of these lies in."""
        members = self.section.members
        if members is None:
            return values, self._parent(regions)
        smaller = read_members(self.path(members.file), members)
        matches = match_layer(values["region"].astype(str).unique().tolist(), smaller)
        matches = mark_totals(matches, regions)
        if len(refused := JoinReport(matches=matches).unmatched):
            raise JoinError(
                f"{len(refused)} names are none of the members in {members.file}: "
                f"{listing(refused['name'].map(repr))}. Correct them in the data, or with names = "
                '"names.csv" in [data].',
                JoinReport(matches=matches),
            )
        ids = dict(zip(matches["name"], matches["region_id"], strict=True))
        placed = values.assign(region=values["region"].astype(str).map(ids))
        return placed[placed["region"] != ""], smaller["parent"]

    def _parent(self, regions: gpd.GeoDataFrame) -> pd.Series | None:
        """Return what the smaller regions of the pack lie in; None where members are listed."""
        if "members" in regions.columns:
            return None
        pack, level = self._pack(), self.section.regions
        below = [about for about in pack.levels.values() if about.parent == level] if pack else []
        if pack is None or not below:
            raise SpecError(
                "roll_up = true needs regions that say what they consist of, but "
                f"{self.section.regions!r} does not. Use a level of a pack that has a level below "
                "it, or name the smaller regions: members = { file = …, parent = … }."
            )
        parents: pd.Series = load_regions(below[0].id, pack=pack)[below[0].parent_column]
        return parents

    def _kept(self, table: IndicatorTable) -> list[str]:
        """Return the regions of a table that lie within, are named, and are not left out."""
        data = self.section
        kept = list(table.values.index)
        if data.within:
            wanted = set(self._inside(table, data.within))
            kept = [region for region in kept if region in wanted]
        if data.only:
            named = {table.find(name) for name in data.only}
            if gone := sorted(named - set(kept)):
                raise SpecError(f"only = … names regions that do not lie within: {listing(gone)}.")
            kept = [region for region in kept if region in named]
        out = {table.find(name) for name in data.exclude}
        kept = [region for region in kept if region not in out]
        if not kept:
            raise DataError("No region is left: within, only and exclude leave none over.")
        return kept

    def _only(self, table: IndicatorTable, kept: list[str], account: _Account) -> IndicatorTable:
        """Return the table of the regions that are kept, with what was done to its values."""
        report = dataclasses.replace(
            table.report,
            corrected=account.corrected,
            reading=account.reading,
            counted=account.counted,
        )
        table = dataclasses.replace(table, report=report)
        if len(kept) == len(table.values):
            return table
        part = table.only(kept)
        report = dataclasses.replace(
            part.report,
            regions_without_data=tuple(
                r for r in part.report.regions_without_data if r in set(kept)
            ),
        )
        return dataclasses.replace(part, report=report)

    def _inside(self, table: IndicatorTable, names: tuple[str, ...]) -> list[str]:
        """Return the regions of the table that lie in what is named."""
        pack, level = table.pack, table.source.level
        if pack is not None and level:
            return list(load_regions(level, pack=pack, within=names).index)
        if pack is not None:
            units = set(load_regions(pack.units, pack=pack, within=names).index)
            return [region for region, members in table.members().items() if set(members) <= units]
        return inside(table.regions, names)

    def path(self, name: str) -> str:
        """Return a path relative to the study file; the name of what ships stays as it is."""
        return str(self.folder / name) if is_file_name(name) else name


def read_members(path: str, members: MembersSection) -> pd.DataFrame:
    """Return smaller regions with their names and the column `parent`, from a layer or a table.

    Raises
    ------
    MissingColumnError, DuplicateRegionError
        When the file lacks a column, or tells a region twice.
    """
    if not path.lower().endswith(".csv"):
        layer = read_regions(path, id_column=members.id_column, name=members.name)
        if members.parent not in layer.columns:
            columns = map(str, layer.columns)
            raise MissingColumnError([members.parent], f"The layer {members.file}", columns)
        return pd.DataFrame(layer.assign(parent=layer[members.parent].astype(str)))
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    id_column = members.id_column or str(table.columns[0])
    wanted = [id_column, members.parent, *([members.name] if members.name else [])]
    if absent := [column for column in wanted if column not in table.columns]:
        raise MissingColumnError(absent, f"The table {members.file}", map(str, table.columns))
    if (twice := table[id_column].duplicated()).any():
        raise DuplicateRegionError(table.loc[twice, id_column], f"The table {members.file}")
    called = table[members.name or id_column].to_numpy()
    names = {"name_zh": called, "name_en": called, "parent": table[members.parent].to_numpy()}
    return pd.DataFrame(names, index=pd.Index(table[id_column], name="region_id"))


def _are_ids(names: list[str]) -> bool:
    try:
        load_regions(names)
    except HubtiersError:
        return False
    return True


def _plain_framework(values: pd.DataFrame, direction: Mapping[str, int]) -> Framework:
    """Return a framework of all indicators; more is better unless the study says less."""
    codes = [str(code) for code in dict.fromkeys(values["indicator"])]
    if unknown := [code for code in direction if code not in codes]:
        raise SpecError(
            f"direction = … names {listing(map(repr, unknown))}, but the indicators are "
            f"{listing(codes, most=12)}."
        )
    return Framework(
        tuple(
            Indicator(code, name_zh=code, name_en=code, direction=direction.get(code, 1))
            for code in codes
        )
    )


@contextlib.contextmanager
def told_as_keys() -> Iterator[None]:
    """Tell the way out of an error as keys of a study file."""
    try:
        yield
    except HubtiersError as error:
        error.args = (in_words_of_a_study(str(error)), *error.args[1:])
        raise


def in_words_of_a_study(message: str) -> str:
    """Return a message whose way out is an argument of Python as a key of a study file.

    >>> in_words_of_a_study('Correct them, or pass unmatched="keep" to go on without them.')
    'Correct them, or write unmatched = "keep" in [data] to go on without them.'
    >>> in_words_of_a_study("Name one with layer=….")
    'Name one with layer = … in [data].'
    """
    sections: dict[str, type[BaseModel]] = {
        "deflate": DeflateSection,
        "[panel]": PanelSection,
        "[data]": DataSection,
    }
    known = {key: place for place, kind in sections.items() for key in kind.model_fields}

    def told(match: re.Match[str]) -> str:
        if match["key"] not in known:
            return match[0]
        place, value = known[match["key"]], match["value"]
        verb = "write " if (match["verb"] or "").lower() == "pass " else match["verb"] or ""
        if value == "(…)" and match["key"] in DeflateSection.model_fields:
            # `indicators` of a price index are codes, those of [data] are files.
            place = "deflate"
        value = {"True": "true", "(…)": "[…]"}.get(value, value)
        return f"{verb}{match['key']} = {value} in {place}"

    return _OPTION.sub(told, in_study(message))
