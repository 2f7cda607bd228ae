"""Tables that only the report has: statuses, the join, agreement, moves, gaps."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.framework import Framework, Indicator
from hubtiers.scheme import Result
from hubtiers.show.pages.print_table import (
    REGION,
    PrintTable,
    column,
    print_table,
    text_at,
    tier_at,
    whole_at,
)
from hubtiers.show.pages.result_tables import (
    INDICATOR,
    STATUSES,
    frame_compared,
    scheme_text,
    status_text,
)
from hubtiers.show.words import Text, tier_text, word
from hubtiers.table.report import JoinReport
from hubtiers.tiers.agreement import Agreement

__all__ = [
    "confusion_table",
    "disagreement_table",
    "empty_slot_table",
    "join_table",
    "move_table",
    "outside_table",
    "reading_table",
    "status_table",
]

_RULES = ("id", "exact", "alias", "former", "ambiguous", "unmatched", "total")
_DECISIONS = {
    "column": "read_column",
    "file": "read_file",
    "flag": "read_flag",
    "footnote mark": "read_footnote_mark",
    "footnote row": "read_footnote_row",
    "ignored": "read_ignored",
    "layout": "read_layout",
    "missing": "read_missing",
    "note": "read_note",
    "region column": "read_region_column",
    "set aside": "read_set_aside",
    "title row": "read_title_row",
    "unit": "unit",
}


def join_table(report: JoinReport) -> PrintTable:
    """Return how many names of the data were matched by which rule."""
    columns = (
        column("matched_by", of=lambda row: _rule_text(str(row[0]))),
        column("name_count", of=lambda row: int(row[1]), digits=0),
    )
    return print_table("join", "join_table", columns, report.matches["rule"].value_counts().items())


def _rule_text(rule: str) -> Text:
    return word(f"rule_{rule}") if rule in _RULES else Text.same(rule)


def reading_table(report: JoinReport) -> PrintTable:
    """Return every decision that was taken when the files of a study were read.

    A total has one row, however many indicators it has a value of.
    """
    rows: list[dict[Any, Any]] = []
    for read in report.reading:
        taken = read.to_frame()
        again = (taken["what"] == "set aside") & taken.duplicated(["what", "where", "written"])
        rows += [{**row, "file": read.file} for row in taken[~again].to_dict("records")]
    for code, counted in report.counted.items():
        for line in counted.to_text().splitlines():
            told = {"what": "note", "where": "", "written": code, "read": line.strip()}
            rows.append({"file": counted.source, **told})
    columns = (
        column("read_file", of=text_at("file")),
        column("read_what", of=lambda row: word(_DECISIONS[row["what"]])),
        column("read_where", of=text_at("where")),
        column("read_written", of=text_at("written")),
        column("read_as", of=text_at("read")),
    )
    return print_table("reading", "reading_table", columns, rows, headings=2)


def status_table(result: Result) -> PrintTable:
    """Return indicators × statuses: how many values of each are in use; empty for none."""
    present = result.table.values[result.table.framework.codes].notna()
    statuses = result.table.status.astype("object").where(present).fillna("").astype("str")
    # A missing value has no status; the mark keeps it apart from a value without one.
    counts = statuses.where(present, None).apply(pd.Series.value_counts).fillna(0)
    found = [str(status) for status in counts.index]
    order = [status for status in STATUSES if status in found]
    order += sorted(set(found) - set(STATUSES))
    gaps = (~present).sum()
    columns = (
        *INDICATOR,
        *(column(status_text(s), of=partial(_count, counts, s), digits=0) for s in order),
        column("missing", of=lambda node: int(gaps[node.code]), digits=0),
    )
    told = [] if order in ([], [""]) else result.table.framework.indicators
    return print_table("statuses", "status_table", columns, told, headings=2)


def _count(counts: pd.DataFrame, status: str, node: Indicator) -> int:
    return int(counts[node.code][status])


def confusion_table(found: Agreement) -> PrintTable:
    """Return reference tiers × tiers, counts."""
    columns = [column("reference_by_tier", of=lambda row: tier_text(row[0]))]
    for place, label in enumerate(found.confusion.columns, start=1):
        columns.append(column(tier_text(label), of=whole_at(place), digits=0))
    return print_table("confusion", "confusion_table", columns, found.confusion.itertuples())


def disagreement_table(result: Result, found: Agreement) -> PrintTable:
    """Return the regions whose tier is not that of the reference."""
    names = result.table.regions[["name_zh", "name_en"]]
    columns = (
        *REGION,
        column("tier", of=tier_at("tier")),
        column("reference", of=tier_at("reference")),
    )
    apart = found.disagreements[["tier", "reference"]].join(names)
    return print_table(
        "disagreements",
        "disagreement_table",
        columns,
        apart.to_dict("records"),
        headings=2,
    )


def move_table(comparison: Comparison) -> PrintTable:
    """Return the regions that another scheme places in another tier."""
    moves = comparison.moves()
    base = scheme_text(comparison, comparison.names[0])
    columns = (
        column("scheme", of=lambda row: scheme_text(comparison, str(row["scheme"]))),
        *REGION,
        column(word("tier_in").fill(name=base), of=tier_at("tier_before")),
        column("tier_this", of=tier_at("tier_after")),
        column("rank_change", of=whole_at("rank_change"), digits=0),
    )
    return print_table(
        "moves",
        "move_table",
        columns,
        moves[moves["new_tier"]].to_dict("records"),
        notes=[word("move_note")],
        headings=3,
    )


def outside_table(frame: pd.DataFrame) -> PrintTable:
    """Return how the score goes with outside variables."""
    # Here it is a number of regions; between schemes it is a share.
    counted = frame.rename(columns={"same_tier": "in_same_tier"})
    return frame_compared(counted, name="outside", title="outside_table")


def empty_slot_table(framework: Framework) -> PrintTable:
    """Return the functions and categories of the framework that no indicator fills."""
    kinds = {
        "slot": word("slot_slot"),
        "group": word("slot_group"),
        "category": word("slot_category"),
    }
    columns = (
        column("kind", of=lambda slot: kinds[slot["slot"]]),
        column("without_indicator", of=lambda slot: Text(slot["name_zh"], slot["name_en"])),
    )
    slots = framework.empty_slots().to_dict("records")
    return print_table("gaps", "gap_table", columns, slots, headings=2)
