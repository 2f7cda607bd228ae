"""Tables that only the report has: statuses, the join, agreement, moves, gaps."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.framework import Framework
from hubtiers.scheme import Result
from hubtiers.show.pages.print_tables import (
    STATUS_WORDS,
    Cell,
    Column,
    Pair,
    PrintTable,
    frame_compared,
    tier_cell,
    whole_cell,
)
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

_RULES: Mapping[str, tuple[str, str]] = {
    "id": ("代码", "region id"),
    "exact": ("名称一致", "exact name"),
    "alias": ("别名", "alias"),
    "former": ("曾用名", "former name"),
    "ambiguous": ("有歧义", "ambiguous"),
    "unmatched": ("未匹配", "unmatched"),
}
_REGION = (Column(Pair("区域", "Region (Chinese)"), only="zh"), Column(Pair("区域（英文）", "Region"), only="en"))


def join_table(report: JoinReport) -> PrintTable:
    """Return how many names of the data were matched by which rule."""
    counts = report.matches["rule"].value_counts()
    rows = tuple((Pair(*_RULES.get(str(rule), (str(rule), str(rule)))), int(n)) for rule, n in counts.items())
    columns = (Column(Pair("匹配方式", "Matched by")), Column(Pair("名称数", "Names"), 0))
    return PrintTable("join", Pair("名称匹配", "Names matched"), columns, rows)


def status_table(result: Result) -> PrintTable:
    """Return indicators × statuses: how many values of each status are in use."""
    table = result.table
    present = table.values.notna()
    texts = table.status.astype("object").where(present).fillna("").astype("str")
    found = sorted({str(s) for s in pd.unique(texts.where(present).to_numpy().ravel()) if isinstance(s, str)})
    order = [s for s in STATUS_WORDS if s in found] + [s for s in found if s not in STATUS_WORDS]
    columns = (
        Column(Pair("指标", "Indicator (Chinese)"), only="zh"),
        Column(Pair("指标（英文）", "Indicator"), only="en"),
        *(Column(Pair(*STATUS_WORDS.get(status, (status, status))), 0) for status in order),
        Column(Pair("缺失", "missing"), 0),
    )
    rows: list[tuple[Cell, ...]] = []
    for node in table.framework.indicators:
        here = present[node.code]
        counts = texts[node.code][here].value_counts()
        names = (node.name_zh or node.name_en or node.code, node.name_en or node.name_zh or node.code)
        rows.append((*names, *(int(counts.get(status, 0)) for status in order), int((~here).sum())))
    title = Pair("各指标数据的状态（数值个数）", "Status of the values, by indicator")
    return PrintTable("statuses", title, columns, tuple(rows) if order != [""] else (), (), 2)


def confusion_table(found: Agreement) -> PrintTable:
    """Return reference tiers × tiers, counts."""
    columns = [Column(Pair("参照层级 \\ 层级", "Reference \\ tier"))]
    columns += [Column(_pair(tier_cell(label)), 0) for label in found.confusion.columns]
    rows = tuple(
        (tier_cell(label), *(int(n) for n in row))
        for label, row in zip(found.confusion.index, found.confusion.to_numpy(), strict=True)
    )
    title = Pair("层级与参照层级的交叉表", "Tiers against reference tiers")
    return PrintTable("confusion", title, tuple(columns), rows)


def disagreement_table(result: Result, found: Agreement) -> PrintTable:
    """Return the regions whose tier is not that of the reference."""
    regions = result.table.regions
    columns = (*_REGION, Column(Pair("层级", "Tier")), Column(Pair("参照层级", "Reference")))
    rows = tuple(
        (str(regions.loc[region, "name_zh"]), str(regions.loc[region, "name_en"]), tier_cell(row["tier"]),
         tier_cell(row["reference"]))
        for region, row in zip(found.disagreements.index, found.disagreements.to_dict("records"), strict=True)
    )  # fmt: skip
    title = Pair("与参照层级不同的区域", "Regions with another tier than the reference")
    return PrintTable("disagreements", title, columns, rows, (), 2)


def move_table(comparison: Comparison) -> PrintTable:
    """Return the regions that another scheme places in another tier."""
    moves = comparison.moves()
    moves = moves[moves["new_tier"]]
    base = comparison.names[0]
    columns = (
        Column(Pair("方案", "Scheme")),
        *_REGION,
        Column(Pair(f"{base} 层级", f"Tier, {base}")),
        Column(Pair("该方案层级", "Tier, this scheme")),
        Column(Pair("位次变动", "Rank change"), 0),
    )
    rows = tuple(
        (str(row["scheme"]), str(row["name_zh"]), str(row["name_en"]), tier_cell(row["tier_before"]),
         tier_cell(row["tier_after"]), whole_cell(row["rank_change"]))
        for row in moves.to_dict("records")
    )  # fmt: skip
    note = Pair("位次变动为正表示上升。", "A positive change of rank is a gain.")
    title = Pair("换用其他方案后层级变动的区域", "Regions that change tier under another scheme")
    return PrintTable("moves", title, columns, rows, (note,), 3)


def outside_table(frame: pd.DataFrame) -> PrintTable:
    """Return how the score goes with outside variables."""
    # Here it is a number of regions; between schemes it is a share.
    table = frame_compared(frame.rename(columns={"same_tier": "in_same_tier"}))
    title = Pair("与外部变量的一致程度", "How the score goes with outside variables")
    return PrintTable("outside", title, table.columns, table.rows)


def empty_slot_table(framework: Framework) -> PrintTable:
    """Return the functions and categories of the framework that no indicator fills."""
    words = {"group": Pair("功能层", "group"), "category": Pair("指标类别", "category")}
    slots = framework.empty_slots()
    rows = tuple((words[row["slot"]], Pair(row["name_zh"], row["name_en"])) for row in slots.to_dict("records"))
    columns = (Column(Pair("类型", "Kind")), Column(Pair("无指标的部分", "Without an indicator")))
    title = Pair("指标体系中没有数据的部分", "Slots of the framework that hold no data")
    return PrintTable("gaps", title, columns, rows, (), 2)


def _pair(cell: Cell) -> Pair:
    return cell if isinstance(cell, Pair) else Pair(str(cell), str(cell))
