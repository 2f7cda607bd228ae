"""The account of a count of point records."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import pandas as pd

from hubtiers.errors import listing

__all__ = ["PointReport"]


class PointReport(NamedTuple):
    """Account of a count of point records.

    Every record is in exactly one of the first seven figures after `records`.

    Stored in the `attrs` of the counts. A named tuple, because pandas writes `attrs` to Parquet as
    JSON.

    Attributes
    ----------
    records
        All point records read.
    counted
        Records counted in a region.
    outside
        Records in no region; of these `swapped` lie in one with longitude and latitude exchanged,
        and `impossible` are beyond 180° or 90° (projected coordinates, for example).
    missing_coordinates, unreadable_coordinates
        Records with an empty coordinate; with one that is no finite number. `examples` shows the
        first of the latter.
    missing_kind, missing_weight
        Records with coordinates but no label in `by`; with both but no finite number in `weight`.
    repeated
        Records whose id an earlier record has (`record_id`), whatever else they lack.
    border, shared_border
        Counted records exactly on a border; those of them on the border of several regions, where
        `rule` decided.
    overlap
        Counted records inside more than one region, where slivers overlap; `rule` decided.
    without_id
        Records without an id, where ids were asked for: each counts as a record of its own.
    """

    records: int
    counted: int
    outside: int
    missing_coordinates: int
    unreadable_coordinates: int
    missing_kind: int
    missing_weight: int
    repeated: int
    border: int
    shared_border: int
    overlap: int
    swapped: int
    impossible: int
    without_id: int
    chunks: int
    rule: str
    source: str
    encoding: str
    examples: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per figure.

        Its name, the number of records, and their share of all records.
        """
        names = self._fields[: self._fields.index("chunks")]
        figures = [getattr(self, name) for name in names]
        return pd.DataFrame(
            {
                "figure": names,
                "records": figures,
                "share": [n / max(self.records, 1) for n in figures],
            }
        )

    def to_text(self) -> str:
        """Return the account as lines of plain text; figures that are 0 are left out."""
        lines = [f"{self.records:,} point records from {self.source}: {self.counted:,} counted"]
        notes = (
            (self.outside, "outside all regions"),
            (
                self.swapped,
                "of these would lie inside with longitude and latitude swapped: check the columns",
            ),
            (self.impossible, "of these beyond 180° or 90°: check the coordinate reference system"),
            (self.missing_coordinates, "without coordinates"),
            (
                self.unreadable_coordinates,
                f"with unreadable coordinates ({listing(self.examples)})",
            ),
            (self.missing_kind, "without a kind"),
            (self.missing_weight, "without a weight"),
            (self.repeated, "with the id of an earlier record, not counted again"),
            (self.without_id, "without an id, each taken for a record of its own"),
            (
                self.border,
                f"on a border, {self.shared_border:,} of them on a shared one ({self._rule()})",
            ),
            (self.overlap, f"inside more than one region ({self._rule()})"),
        )
        return "\n".join(lines + [f"  {number:,} {note}" for number, note in notes if number])

    def _rule(self) -> str:
        return f"each counted once, in the {self.rule} region by region_id"

    def __repr__(self) -> str:
        return f"<PointReport: {self.to_text()}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.to_text())}</pre>"
