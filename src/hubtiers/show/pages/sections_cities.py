"""The section on rules of position: who was placed by which rule, and how firm its numbers are."""

from __future__ import annotations

from hubtiers.show.pages.position_tables import (
    counted_functions,
    position_table,
    window_table,
)
from hubtiers.show.pages.report_page import FIRST_ROWS, Material, Page
from hubtiers.show.words import node_text
from hubtiers.tiers.rules import PositionTiers

__all__ = ["position_section"]


def position_section(material: Material, page: Page) -> str:
    """Return what the rules ask for, who they placed, and how far each number may move."""
    result = material.result
    assert isinstance(result.breaks, PositionTiers)
    rules = result.breaks.rules
    counted = [node_text(result, code) for code in counted_functions(result)]
    chinese = "、".join(text.zh for text in counted)
    english = ", ".join(text.en for text in counted)
    within = page.text(
        f"归级按以下功能在各尺度上的地位：{chinese}；至少 {rules.functions} 个功能达到同一条规则。"
        "“国际级”指所比较区域中的最高一级；除非给出全球总量，占比均以表内区域之和为分母。",
        f"Tiers follow the standing of these functions: {english}; at least {rules.functions} of "
        "them must meet one rule. “International” is the top class of the regions compared; unless "
        "totals of the world are given, shares are of the sum over the regions of the table.",
    )
    window = page.text(
        "敏感区间：其余数值不变时，各数值可移动而不改变任何区域层级的范围。"
        "占比 b 的区间为 max{m < b} < b ≤ min{m ≥ b}，"
        "m 为受该规则提升的区域在所要求个数的功能上达到的占比；位次同理。",
        "Window of sensitivity: how far a number may move, the others staying, before any region "
        "changes its tier. That of a share b is max {m < b} < b ≤ min {m ≥ b}, where m is the "
        "share that a region which this rule lifts reaches in as many functions as are asked for; "
        "places alike.",
    )
    placed = page.table(position_table(result), most=FIRST_ROWS)
    return within + placed + window + page.table(window_table(result))
