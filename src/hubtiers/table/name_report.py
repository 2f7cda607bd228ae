"""The account of a count by name: every distinct name, the region it means, and by which rule."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import pandas as pd

__all__ = ["NameReport", "PlaceRead"]


class PlaceRead(NamedTuple):
    """What a list calls a region, how many records do so, and the region by which rule.

    `rule` is one of match_names (exact, alias, former, ambiguous, unmatched), *id*, *code* (of a
    county or district within the region), *postal code*, *address* (it begins with the region),
    *corrected* or *set aside*.
    """

    name: str
    records: int
    region_id: str
    rule: str
    candidates: str
    note: str


class NameReport(NamedTuple):
    """Account of a count by name: each record is in one of the six figures after `records`.

    Stored in the `attrs` of the counts. A named tuple, because pandas writes `attrs` to Parquet as
    JSON.

    Attributes
    ----------
    records
        All records read.
    counted
        Records counted in a region.
    missing_name
        Records whose cell of the name is empty.
    unmatched
        Records whose name belongs to no single region of the layer; only with ``unmatched="keep"``.
    set_aside
        Records set aside by a correction.
    missing_kind, missing_weight
        Records in a region but without a label in `by`; with both but without a number in `weight`.
    places
        One `PlaceRead` for each distinct name; addresses of one unit are one place.
    source, column, province_column
        What was read, and from which columns; `province_column` is empty where none was used.
    """

    records: int
    counted: int
    missing_name: int
    unmatched: int
    set_aside: int
    missing_kind: int
    missing_weight: int
    places: tuple[PlaceRead, ...]
    source: str
    column: str
    province_column: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row per place, in the order of the list."""
        return pd.DataFrame(list(self.places), columns=list(PlaceRead._fields))

    def to_text(self, *, most: int = 20) -> str:
        """Return the account as lines of plain text.

        Figures that are not 0, then names that need a look.
        """
        place = f"column {self.column!r}" + (
            f" in {self.province_column!r}" if self.province_column else ""
        )
        lines = [
            f"{self.records:,} records from {self.source}, by {place}: {self.counted:,} counted"
        ]
        notes = (
            (self.unmatched, "whose name belongs to no single region"),
            (self.missing_name, "without a name"),
            (self.set_aside, "set aside by a correction"),
            (self.missing_kind, "without a kind"),
            (self.missing_weight, "without a weight"),
        )
        lines += [f"  {number:,} {note}" for number, note in notes if number]
        rules: dict[str, int] = {}
        for read in self.places:
            rules[read.rule] = rules.get(read.rule, 0) + 1
        lines.append(
            "  names: "
            + (", ".join(f"{number} {rule}" for rule, number in rules.items()) or "none")
        )
        noted = [
            p for p in self.places if p.rule in ("unmatched", "ambiguous", "former", "set aside")
        ]
        lines += [
            f"  {p.name} ({p.records:,}) · {p.rule}{': ' * bool(p.note)}{p.note}"
            for p in noted[:most]
        ]
        return "\n".join(lines + [f"  … and {len(noted) - most} more"] * (len(noted) > most))

    def __repr__(self) -> str:
        return f"<NameReport: {self.to_text(most=10)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.to_text())}</pre>"
