"""What a join did, in a form that a reviewer can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from hubtiers.errors import listing
from hubtiers.table.corrections import SET_ASIDE
from hubtiers.table.merged import Added

if TYPE_CHECKING:
    from hubtiers.table.points.point_report import PointReport
from hubtiers.table.yearbook.read_report import ReadReport

__all__ = ["JoinReport"]

_MATCH_COLUMNS = ["name", "region_id", "rule", "candidates", "note"]


@dataclass(frozen=True, repr=False, eq=False)
class JoinReport:
    """Account of a join of indicators to regions.

    Attributes
    ----------
    matches
        One row per name in the data: `name`, `region_id`, `rule` (id, exact, alias, former,
        ambiguous, unmatched, total), `candidates`, `note`.
    regions_without_data
        Regions of the layer for which the data hold no value: they show as “no data”.
    ignored_indicators
        Indicators in the data that the framework does not ask for.
    years
        Years in use by indicator; more than one is worth a look.
    statuses
        Indicators × statuses, counts of the values in use.
    overlaps
        Pairs of regions that share territory.
    several_names
        Regions that the data call by more than one name, with the names (a city before and after
        its renaming).
    both_levels
        Names in a city table that are provinces as well: municipalities, Taiwan, Hong Kong and
        Macao.
    added
        Values that were added up from units that are one region today, with `merged="add"`.
    corrected
        Names that were corrected, with the region that is meant; a dash for those set aside.
    yardstick
        The row that is no region but what others are measured by; empty where there is none.
    reading
        How each file of a study was read, in the order of its tables.
    counted
        How point records were counted, by the indicator of the study that they give.
    """

    matches: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_MATCH_COLUMNS))
    regions_without_data: tuple[str, ...] = ()
    ignored_indicators: tuple[str, ...] = ()
    years: dict[str, tuple[int, ...]] = field(default_factory=dict)
    statuses: pd.DataFrame = field(default_factory=pd.DataFrame)
    overlaps: tuple[tuple[str, str], ...] = ()
    several_names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    both_levels: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()
    corrected: dict[str, str] = field(default_factory=dict)
    yardstick: str = ""
    reading: tuple[ReadReport, ...] = ()
    counted: dict[str, PointReport] = field(default_factory=dict)

    @property
    def unmatched(self) -> pd.DataFrame:
        """Names of the data that belong to no region of the layer, or to more than one."""
        is_open = (self.matches["region_id"] == "") & (self.matches["rule"] != "total")
        return self.matches[is_open]

    @property
    def totals(self) -> tuple[str, ...]:
        """Names of rows that are a whole and no region of the layer: set aside, not lost."""
        return tuple(self.matches.loc[self.matches["rule"] == "total", "name"].astype("str"))

    @property
    def mixed_years(self) -> dict[str, tuple[int, ...]]:
        """Indicators whose values come from more than one year."""
        return {code: years for code, years in self.years.items() if len(years) > 1}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per name in the data, and how it was matched."""
        return self.matches.copy()

    def to_text(self) -> str:
        """Return the account as lines of plain text."""
        rules = self.matches["rule"].value_counts()
        lines = [
            f"{len(self.matches)} names: "
            + (", ".join(f"{n} {rule}" for rule, n in rules.items()) or "none")
        ]
        for row in self.matches.to_dict("records"):
            if row["rule"] in ("former", "ambiguous", "unmatched"):
                found = row["region_id"] or (
                    f"candidates {row['candidates']}" if row["candidates"] else "no region"
                )
                lines.append(
                    f"  {row['name']}: {row['rule']}, "
                    f"{found}{'; ' if row['note'] else ''}{row['note']}"
                )
        if self.regions_without_data:
            lines.append(
                f"no data for {len(self.regions_without_data)} regions: "
                f"{listing(self.regions_without_data)}"
            )
        if self.ignored_indicators:
            lines.append(f"not in the framework: {listing(self.ignored_indicators, most=12)}")
        for code, years in self.mixed_years.items():
            lines.append(f"mixed years in {code}: {listing(years, most=12)}")
        if not self.statuses.empty:
            counts = self.statuses.sum()
            lines.append(
                "statuses: "
                + ", ".join(f"{int(n)} {status or 'not given'}" for status, n in counts.items())
            )
        lines += self._changes()
        for region, names in self.several_names.items():
            lines.append(f"several names for {region}: {listing(names)}")
        if self.both_levels:
            lines.append(f"cities that are provinces as well: {listing(self.both_levels, most=8)}")
        if self.overlaps:
            pairs = [f"{a} with {b}" for a, b in self.overlaps]
            lines.append(f"overlapping regions: {listing(pairs)}")
        return "\n".join(lines)

    def _changes(self) -> list[str]:
        """Return what was set aside, and what was put in place of what the data say."""
        lines = []
        if self.totals:
            lines.append(f"totals, set aside: {listing(self.totals, most=12)}")
        if self.yardstick:
            lines.append(f"yardstick, scored and not ranked: {self.yardstick}")
        if self.added:
            lines.append(f"added up: {listing(self.added)}")
        if self.corrected:
            pairs = (f"{name} → {region}" for name, region in self.corrected.items())
            lines.append(f"corrected names ({SET_ASIDE}: set aside): {listing(pairs, most=12)}")
        for code, counted in self.counted.items():
            first, *rest = counted.to_text().splitlines()
            lines += [f"{code}: {first}", *rest]
        return lines

    def __repr__(self) -> str:
        return f"<JoinReport>\n{self.to_text()}"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.to_text())}</pre>"
