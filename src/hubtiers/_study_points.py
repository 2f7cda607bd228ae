"""Point records of a study: what a section `[data.points.CODE]` says, and the values counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from hubtiers.errors import DataError, HubtiersError, listing

if TYPE_CHECKING:
    import geopandas as gpd

    from hubtiers.table.points.point_report import PointReport

__all__ = ["PointsSection", "counted_values", "point_files"]


def _as_kinds(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class PointsSection(BaseModel):
    """Point records that are counted in the regions of a study, for an indicator of its own.

    `file` is a file or a folder of files, as `count_points` takes it. Of the kinds in the column
    `by` those count that are called as `kind` says. `weight` is the column whose sum is the value,
    with `mean` its mean; `record_id` the column of ids, of which each counts once. `year` is that
    of all records, `year_column` the column in which each states its own; without both it is the
    year of the study. `unit` is printed beside the values.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    by: str | None = None
    kind: Annotated[tuple[str, ...], BeforeValidator(_as_kinds)] = ()
    weight: str | None = None
    mean: bool = False
    record_id: str | None = None
    year: int | None = None
    year_column: str | None = None
    border: Literal["first", "last"] = "first"
    unit: str = ""

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        if bool(self.by) != bool(self.kind):
            raise ValueError(
                "by = … is the column of kinds and kind = … says which of them count: write both, "
                "or neither for all records"
            )
        if self.mean and self.weight is None:
            raise ValueError("mean = true needs weight = …, the column whose mean is meant")
        if self.mean and len(self.kind) > 1:
            raise ValueError("mean = true takes one kind: the means of several have no sum")
        if self.year is not None and self.year_column is not None:
            raise ValueError("year = … is that of all records; leave it or year_column = … out")
        return self


def point_files(sections: Mapping[str, PointsSection], folder: Path) -> dict[str, Path]:
    """Return every file of point records, by the name that the record of a run gives it."""
    from hubtiers.table.points.pieces import pieces_of

    files = {}
    for section in sections.values():
        place = folder / section.file
        for piece in pieces_of(place):
            within = f"{section.file}/{piece.name}" if place.is_dir() else section.file
            files[within] = Path(piece.path)
    return files


def counted_values(
    sections: Mapping[str, PointsSection],
    regions: gpd.GeoDataFrame,
    folder: Path,
    year: int | None,
) -> tuple[pd.DataFrame, dict[str, PointReport]]:
    """Count the records of every section in regions, as tidy values with an account of each.

    `year` is that of counts whose section states none.

    Raises
    ------
    HubtiersError
        As `count_points` does, or when no record is of a kind or states a year; the section is
        named.
    """
    parts: list[pd.DataFrame] = []
    reports: dict[str, PointReport] = {}
    for code, section in sections.items():
        try:
            values, reports[code] = _counted(section, regions, folder, year)
        except HubtiersError as error:
            error.args = (f"[data.points.{code}]: {error}", *error.args[1:])
            raise
        parts.append(values.assign(indicator=code))
    return pd.concat(parts, ignore_index=True), reports


def _counted(
    section: PointsSection, regions: gpd.GeoDataFrame, folder: Path, year: int | None
) -> tuple[pd.DataFrame, PointReport]:
    from hubtiers.table.points.count import MeanOf, count_points

    by = [name for name in (section.by, section.year_column) if name is not None]
    weight = section.weight
    counts = count_points(
        folder / section.file,
        regions,
        by=by,
        weight=MeanOf(weight) if section.mean and weight is not None else weight,
        record_id=section.record_id,
        border=section.border,
    )
    by_year = _by_year(counts, section)
    stated = section.year or year
    values = [
        pd.DataFrame(
            {"region": by_year.index, "value": by_year[label], "year": label or stated}
        ).reset_index(drop=True)
        for label in by_year.columns
    ]
    told = pd.concat(values, ignore_index=True).astype({"value": "float64", "year": "Int64"})
    told = told.assign(unit=section.unit, source=section.file, status="", cell="")
    return told, counts.attrs["report"]


def _by_year(counts: pd.DataFrame, section: PointsSection) -> pd.DataFrame:
    """Return a column for each year, called 0 where records state none, of the kinds that count."""
    if not section.by and not section.year_column:
        return counts.set_axis([0], axis="columns")
    told: list[Any] = list(counts.columns)
    labels = pd.MultiIndex.from_tuples(
        [label if isinstance(label, tuple) else (label,) for label in told]
    )
    kinds = labels.get_level_values(0) if section.by else None
    if kinds is not None and (absent := sorted(set(section.kind) - set(kinds))):
        raise DataError(
            f"{section.file} has no record of the kind {listing(map(repr, absent))} in its column "
            f"{section.by!r}; it has {listing(map(repr, dict.fromkeys(kinds)), most=12)}."
        )
    years = [0] * len(labels)
    if section.year_column:
        years = [_year(label, section) for label in labels.get_level_values(-1)]
    if not years:
        raise DataError(f"{section.file} has no record with a year in {section.year_column!r}.")
    is_meant = np.ones(len(labels), bool) if kinds is None else kinds.isin(section.kind)
    # A year without a record of the kinds has none: 0, but no mean.
    nothing = np.nan if section.mean else 0
    found = {}
    for year in sorted(set(years)):
        columns = [at for at in np.flatnonzero(is_meant).tolist() if years[at] == year]
        part = counts.iloc[:, columns]
        found[year] = part.sum(axis=1, min_count=1) if columns else nothing
    return pd.DataFrame(found, index=counts.index)


def _year(label: str, section: PointsSection) -> int:
    if not (label.isascii() and label.isdigit() and 1900 <= int(label) <= 2099):
        raise DataError(
            f"{section.file} holds {label!r} in its column {section.year_column!r}, which is no "
            "year between 1900 and 2099."
        )
    return int(label)
