"""The joined table: indicator values by region, with names, geometry and status of every cell."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    MissingColumnError,
    SpecError,
    UnknownOptionError,
    listing,
)
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.find_region import find_region
from hubtiers.regions.membership import overlaps
from hubtiers.regions.pack import LayerSource, Pack, source_of
from hubtiers.table.report import JoinReport

__all__ = ["IndicatorTable"]


def require_table(table: object, method: str) -> None:
    """Raise a sentence when something else is given where a table is needed, such as a frame."""
    if isinstance(table, IndicatorTable):
        return
    has_shapes = isinstance(table, gpd.GeoDataFrame)
    way_out = (
        'Score a frame of polygons and numbers with score_regions(frame, ["…"]).'
        if has_shapes
        else "Make one of a frame with join_indicators(regions, frame), or without geometry with "
        "IndicatorTable.from_frame(frame)."
    )
    raise SpecError(
        f"{method} takes an IndicatorTable, but this is {type(table).__name__}. {way_out}"
    )


def known_overlaps(regions: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the pairs of regions that share territory; none without members or geometry."""
    known = "members" in regions.columns or isinstance(regions, gpd.GeoDataFrame)
    return overlaps(regions) if known else []


@dataclass(frozen=True, repr=False, eq=False)
class IndicatorTable:
    """Regions × indicators, ready to be scored.

    Usually made by `join_indicators`; `from_frame` makes one from any frame of numbers.

    Attributes
    ----------
    values
        float64, one row per region (index `region_id`), one column per indicator of the framework,
        in its order; after them the denominators of the framework that are no indicators, where the
        data hold them. These are not scored.
    regions
        Frame with the same index: `name_zh`, `name_en`, memberships, and geometry where there is
        one.
    framework
        What the columns mean.
    status, year
        Frames like `values`: the status and the year of every cell; empty where there is no value.
    report
        How the join went.
    source
        Where the regions come from: pack, level, credit line and languages; read from `regions`
        when left out.
    yardstick
        A row that others are measured by and that is no region, such as EU27 or 全国: a table of
        one row, called as it was asked for, with the same indicators. None where there is none.

    Notes
    -----
    **Missing values** are NaN and stay so. Infinite values are refused.
    """

    values: pd.DataFrame
    regions: pd.DataFrame
    framework: Framework
    status: pd.DataFrame
    year: pd.DataFrame
    report: JoinReport = field(default_factory=JoinReport)
    source: LayerSource = field(default_factory=LayerSource)
    yardstick: IndicatorTable | None = None

    def __post_init__(self) -> None:
        if self.source == LayerSource():
            object.__setattr__(self, "source", source_of(self.regions))
        if self.values.index.has_duplicates:
            raise DuplicateRegionError(
                self.values.index[self.values.index.duplicated()], "The indicator table"
            )
        infinite = ~np.isfinite(self.values.to_numpy(float)) & self.values.notna().to_numpy()
        if infinite.any():
            cells = [
                f"{self.values.columns[c]} of {self.values.index[r]}"
                for r, c in np.argwhere(infinite)
            ]
            raise DataError(
                f"Values must be finite, but these are infinite: {listing(cells)}. Correct or "
                "blank them."
            )

    @classmethod
    def from_frame(
        cls,
        values: pd.DataFrame,
        *,
        framework: Framework | None = None,
        yardstick: str | None = None,
    ) -> IndicatorTable:
        """Make a table from numbers alone, without geometry.

        Parameters
        ----------
        values
            One row per region, one numeric column per indicator. The index gives the region ids.
        framework
            Meaning of the columns; when left out, every column counts as an indicator where more is
            better.
        yardstick
            Row that is no region but what others are measured by.

        Raises
        ------
        MissingColumnError, DuplicateRegionError, DataError
        UnknownOptionError
            When there is no row for the yardstick.

        Examples
        --------
        >>> IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0]}, index=["a", "b"]))
        <IndicatorTable: 2 regions × 1 indicators, 2 of 2 values present>
        """
        framework = framework or Framework(
            tuple(Indicator(str(c), name_zh=str(c), name_en=str(c)) for c in values)
        )
        framework.require_indicators()
        if absent := [code for code in framework.codes if code not in values.columns]:
            raise MissingColumnError(absent, "The frame of values", map(str, values.columns))
        try:
            sizes = [code for code in framework.denominators if code in values.columns]
            numbers = values[[*framework.codes, *sizes]].astype("float64")
        except (ValueError, TypeError) as error:
            raise DataError(
                f"The frame of values holds something that is not a number: {error}."
            ) from None
        numbers.index = pd.Index(values.index.astype(str), name="region_id")
        names = pd.DataFrame(
            {"name_zh": numbers.index, "name_en": numbers.index}, index=numbers.index
        )
        blank = pd.DataFrame("", index=numbers.index, columns=pd.Index(framework.codes))
        years = pd.DataFrame(index=blank.index, columns=blank.columns, dtype="Int64")
        table = cls(numbers, names, framework, blank, years)
        return table if yardstick is None else table._measured_by(yardstick)

    def _measured_by(self, row: str) -> IndicatorTable:
        """Return the table with one of its rows as the yardstick, which is no region then."""
        if row not in self.values.index:
            raise UnknownOptionError("row for the yardstick:", row, self.values.index)
        return dataclasses.replace(self.without([row]), yardstick=self.only([row]))

    @property
    def pack(self) -> Pack | None:
        """The pack that the regions are from; None for a layer of one's own."""
        return self.source.load_pack()

    @cached_property
    def overlaps(self) -> list[tuple[str, str]]:
        """Pairs of regions that share territory, by members or geometry; none without either."""
        return known_overlaps(self.regions)

    def members(self) -> dict[str, tuple[str, ...]]:
        """Return the city units of each region; a region of your own layer is its own only unit."""
        if "members" not in self.regions.columns:
            return {str(region): (str(region),) for region in self.regions.index}
        return {
            str(region): tuple(units.split(";"))
            for region, units in self.regions["members"].items()
        }

    def only(self, regions: Iterable[str]) -> IndicatorTable:
        """Return the table with only these regions, in the order given."""
        ids = list(regions)
        for region in ids:
            if region not in self.values.index:
                raise UnknownOptionError("region", region, self.values.index)
        frames = (frame.loc[ids] for frame in (self.values, self.regions))
        values, names = frames
        return dataclasses.replace(
            self, values=values, regions=names, status=self.status.loc[ids], year=self.year.loc[ids]
        )

    def without(self, regions: Iterable[str]) -> IndicatorTable:
        """Return the table without these regions."""
        gone = list(regions)
        for region in gone:
            if region not in self.values.index:
                raise UnknownOptionError("region", region, self.values.index)
        return self.only(r for r in self.values.index if r not in set(gone))

    def select(self, indicators: Iterable[str]) -> IndicatorTable:
        """Return the table with only these indicators."""
        framework = self.framework.select(indicators)
        columns = framework.codes
        sizes = [code for code in framework.denominators if code in self.values.columns]
        values = self.values[[*columns, *sizes]]
        return dataclasses.replace(
            self,
            values=values,
            framework=framework,
            status=self.status[columns],
            year=self.year[columns],
            yardstick=None if self.yardstick is None else self.yardstick.select(columns),
        )

    def find(self, name: str) -> str:
        """Return the id of the region that a name or an id means.

        Raises
        ------
        UnknownOptionError
            When no region of the table has the name.
        SpecError
            When several have it; the message lists them.
        """
        return find_region(name, self.regions, source=self.source)

    def label(self, region: str) -> str:
        """Return the name of a region for a message: English and Chinese."""
        row = self.regions.loc[region]
        return f"{row['name_en']} {row['name_zh']}".strip()

    def to_frame(self) -> pd.DataFrame:
        """Return names and values side by side."""
        return self.regions[["name_zh", "name_en"]].join(self.values)

    def __repr__(self) -> str:
        rows, columns = len(self.values), len(self.framework.codes)
        present = int(self.values[self.framework.codes].notna().to_numpy().sum())
        beside = f", {len(self.overlaps)} overlapping pairs" if self.overlaps else ""
        if self.yardstick is not None:
            beside += f", yardstick {self.yardstick.values.index[0]}"
        return (
            f"<IndicatorTable: {rows} regions × {columns} indicators, {present} of "
            f"{rows * columns} values present{beside}>"
        )

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(escape=True, na_rep="–"))
