"""Rows of names: which are regions, and which are totals, rests and parts of the country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubtiers.table.yearbook.notes import Notes
from hubtiers.table.yearbook.places import countries_among, known_as
from hubtiers.table.yearbook.words import is_below_abroad, why_no_region

__all__ = ["Row", "mark_aside"]

# One or two names such as 东北 may be what the table is about; three are its macro-regions.
_MOST_OTHER_PARTS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A row with a name. `aside` says why it is no region, and is empty for a region."""

    number: int
    region: str
    aside: str = ""


def _reasons(names: Sequence[str]) -> list[str]:
    """Return why each name is none of a region; among countries, a country is a region."""
    reasons = [why_no_region(name) for name in names]
    if "total" not in reasons:
        return reasons
    pairs = zip(reasons, countries_among(names), strict=True)
    return ["" if is_country else reason for reason, is_country in pairs]


def mark_aside(rows: Sequence[Row], notes: Notes) -> list[Row]:
    """Mark totals and rests, and macro-regions where they stand among other regions."""
    reasons = _reasons([row.region for row in rows])
    is_split = "part" in reasons or reasons.count("other part") > _MOST_OTHER_PARTS
    macro = {"part", "other part"} if is_split else set()
    if macro & set(reasons) and all(reasons):
        notes.say("the table holds macro-regions only, which were therefore kept as regions")
        macro = set()
    marked, is_abroad = [], False
    for row, why in zip(rows, reasons, strict=True):
        is_abroad = is_abroad or is_below_abroad(row.region)
        reason = ""
        if why in ("total", "rest"):
            reason = "a total or rest"
        elif why in macro:
            reason = "a macro-region"
        elif is_abroad and not known_as(row.region):
            reason = "below the line of foreign countries"
        marked.append(row if row.aside == reason else replace(row, aside=reason))
    return marked
