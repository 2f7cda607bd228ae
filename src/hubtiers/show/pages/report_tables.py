"""Tables that only the report has: statuses, the join, agreement, moves, gaps."""

from __future__ import annotations

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.framework import Framework
from hubtiers.scheme import Result
from hubtiers.show.pages.print_tables import (
    STATUSES,
    Cell,
    Column,
    PrintTable,
    frame_compared,
    status_text,
    tier_cell,
    whole_cell,
)
from hubtiers.show.words import Text, word
from hubtiers.table.report import JoinReport
from hubtiers.tiers.agreement import Agreement

__all__ = [
    "confusion_table",
    "disagreement_table",
    "empty_slot_table",
    "join_table",
    "move_table",
    "outside_table",
    "status_table",
]

_RULES = ("id", "exact", "alias", "former", "ambiguous", "unmatched")
_REGION = (Column(word("region_zh"), only="zh"), Column(word("region_en"), only="en"))


def join_table(report: JoinReport) -> PrintTable:
    """Return how many names of the data were matched by which rule."""
    counts = report.matches["rule"].value_counts()
    rows = tuple((_rule_text(str(rule)), int(n)) for rule, n in counts.items())
    columns = (Column(word("matched_by")), Column(word("name_count"), 0))
    return PrintTable("join", word("join_table"), columns, rows)


def _rule_text(rule: str) -> Text:
    return word(f"rule_{rule}") if rule in _RULES else Text.same(rule)


def status_table(result: Result) -> PrintTable:
    """Return indicators × statuses: how many values of each status are in use."""
    table = result.table
    present = table.values.notna()
    texts = table.status.astype("object").where(present).fillna("").astype("str")
    found = sorted(
        {str(s) for s in pd.unique(texts.where(present).to_numpy().ravel()) if isinstance(s, str)}
    )
    order = [s for s in STATUSES if s in found] + [s for s in found if s not in STATUSES]
    columns = (
        Column(word("indicator_zh"), only="zh"),
        Column(word("indicator_en"), only="en"),
        *(Column(status_text(status), 0) for status in order),
        Column(word("missing"), 0),
    )
    rows: list[tuple[Cell, ...]] = []
    for node in table.framework.indicators:
        here = present[node.code]
        counts = texts[node.code][here].value_counts()
        names = (
            node.name_zh or node.name_en or node.code,
            node.name_en or node.name_zh or node.code,
        )
        rows.append((*names, *(int(counts.get(status, 0)) for status in order), int((~here).sum())))
    title = word("status_table")
    return PrintTable("statuses", title, columns, tuple(rows) if order != [""] else (), (), 2)


def confusion_table(found: Agreement) -> PrintTable:
    """Return reference tiers × tiers, counts."""
    columns = [Column(word("reference_by_tier"))]
    columns += [Column(_pair(tier_cell(label)), 0) for label in found.confusion.columns]
    rows = tuple(
        (tier_cell(label), *(int(n) for n in row))
        for label, row in zip(found.confusion.index, found.confusion.to_numpy(), strict=True)
    )
    title = word("confusion_table")
    return PrintTable("confusion", title, tuple(columns), rows)


def disagreement_table(result: Result, found: Agreement) -> PrintTable:
    """Return the regions whose tier is not that of the reference."""
    regions = result.table.regions
    columns = (*_REGION, Column(word("tier")), Column(word("reference")))
    rows = tuple(
        (str(regions.loc[region, "name_zh"]), str(regions.loc[region, "name_en"]), tier_cell(row["tier"]),
         tier_cell(row["reference"]))
        for region, row in zip(found.disagreements.index, found.disagreements.to_dict("records"), strict=True)
    )  # fmt: skip
    title = word("disagreement_table")
    return PrintTable("disagreements", title, columns, rows, (), 2)


def move_table(comparison: Comparison) -> PrintTable:
    """Return the regions that another scheme places in another tier."""
    moves = comparison.moves()
    moves = moves[moves["new_tier"]]
    base = comparison.names[0]
    columns = (
        Column(word("scheme")),
        *_REGION,
        Column(word("tier_in").fill(name=base)),
        Column(word("tier_this")),
        Column(word("rank_change"), 0),
    )
    rows = tuple(
        (str(row["scheme"]), str(row["name_zh"]), str(row["name_en"]), tier_cell(row["tier_before"]),
         tier_cell(row["tier_after"]), whole_cell(row["rank_change"]))
        for row in moves.to_dict("records")
    )  # fmt: skip
    note = word("move_note")
    title = word("move_table")
    return PrintTable("moves", title, columns, rows, (note,), 3)


def outside_table(frame: pd.DataFrame) -> PrintTable:
    """Return how the score goes with outside variables."""
    # Here it is a number of regions; between schemes it is a share.
    table = frame_compared(frame.rename(columns={"same_tier": "in_same_tier"}))
    title = word("outside_table")
    return PrintTable("outside", title, table.columns, table.rows)


def empty_slot_table(framework: Framework) -> PrintTable:
    """Return the functions and categories of the framework that no indicator fills."""
    words = {"group": word("slot_group"), "category": word("slot_category")}
    slots = framework.empty_slots()
    rows = tuple(
        (words[row["slot"]], Text(row["name_zh"], row["name_en"]))
        for row in slots.to_dict("records")
    )
    columns = (Column(word("kind")), Column(word("without_indicator")))
    title = word("gap_table")
    return PrintTable("gaps", title, columns, rows, (), 2)


def _pair(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else Text.same(cell)
