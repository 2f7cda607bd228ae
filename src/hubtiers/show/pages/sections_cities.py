"""The section on rules of position: who was placed by which rule, and how firm its numbers are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubtiers.scheme import Result
from hubtiers.show.pages.print_table import (
    REGION,
    Cell,
    Column,
    PrintTable,
    column,
    number_at,
    print_table,
    records_of,
    tier_at,
)
from hubtiers.show.pages.report_html import names_text
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.words import Text, node_text, number_text, region_names, tier_text, word
from hubtiers.tiers.rules import PositionRules, PositionTiers

__all__ = ["has_positions", "position_section", "position_table", "rule_text", "window_table"]

_MOST_NAMES = 5
_MOST_ROWS = 40


def has_positions(result: Result) -> bool:
    """Say whether the tiers of a result were given by rules of position."""
    return isinstance(result.breaks, PositionTiers)


def position_section(material: Material, page: Page) -> str:
    """Return what the rules ask for, who they placed, and how far each number may move."""
    result = material.result
    rules = _tiers_of(result).rules
    counted = [node_text(result, code) for code in _counted(result)]
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
    placed = page.table(position_table(result), most=_MOST_ROWS)
    return within + placed + window + page.table(window_table(result))


def position_table(result: Result) -> PrintTable:
    """Return the regions above the lowest tier: rule, functions that met it, shares."""
    scale = _tiers_of(result)
    placed = scale.placements[scale.placements["option"] != ""]
    names = result.table.regions[["name_zh", "name_en"]]
    frame = placed.join(names).join(result.rank.rename("rank")).sort_values("rank", kind="stable")
    columns = [
        *REGION,
        column("tier", of=tier_at("tier")),
        column("position_rule", of=lambda row: rule_text(scale.rules, row["option"])),
        column("position_functions", of=lambda row: _functions_text(result, row["functions"])),
        *(_share_column(result, name) for name in _share_names(scale)),
    ]
    return print_table("positions", "position_table", columns, records_of(frame), headings=2)


def _share_names(scale: PositionTiers) -> list[str]:
    """Return the columns of the placements that hold shares."""
    names = map(str, scale.placements.columns)
    return [name for name in names if name.startswith(("share_", "world_share_"))]


def _share_column(result: Result, name: str) -> Column:
    scale, function = name.split("share_", 1)
    key = "world_share_in" if scale else "share_in"
    heading = word(key).fill(name=node_text(result, function))
    return column(heading, of=number_at(name), digits=2)


def window_table(result: Result) -> PrintTable:
    """Return how far each number of the rules may move, and who changes first beyond it."""
    columns = (
        column("window_option", of=lambda row: word(f"option_{row['option']}")),
        column("window_value", of=_as_counted("value")),
        column("window_lowest", of=_as_counted("lowest")),
        column("window_highest", of=_as_counted("highest")),
        column("window_if_lower", of=_changed(result, "if_lower")),
        column("window_if_higher", of=_changed(result, "if_higher")),
    )
    rows = _tiers_of(result).windows.to_dict("records")
    return print_table("windows", "window_table", columns, rows, notes=[word("window_note")])


def _as_counted(key: str) -> Callable[[Any], Cell]:
    """Return what takes a number as its option counts: shares in per cent, the rest whole."""
    return lambda row: number_text(row[key], 2 if row["option"].endswith("_share") else 0)


def _changed(result: Result, key: str) -> Callable[[Any], Cell]:
    """Return what takes the regions that change first, and the tier of the first of them."""
    chinese, english = region_names(result, "zh"), region_names(result, "en")

    def said(row: Any) -> Cell:
        regions = row[key].split(";") if row[key] else []
        if not regions:
            return None
        tiers = row[f"tier_{key}"].split(";")
        tier = tier_text(tiers[0]) if len(set(tiers)) == 1 else word("several_tiers")
        zh = names_text([str(chinese[r]) for r in regions], "zh", most=_MOST_NAMES)
        en = names_text([str(english[r]) for r in regions], "en", most=_MOST_NAMES)
        return Text(f"{zh} → {tier.zh}", f"{en} → {tier.en}")

    return said


def rule_text(rules: PositionRules, option: str) -> Text:
    """Return in words the rule that an option holds the number of; a dash for none."""
    if not option:
        return Text.same("–")
    has_world = bool(rules.totals and "world" in rules.totals)
    key = f"rule_{option}" if not (has_world and option == "international_share") else "rule_world"
    number = getattr(rules, option)
    return word(key).fill(n=number if option.endswith("_places") else f"{number:g}")


def _functions_text(result: Result, codes: str) -> Text:
    texts = [node_text(result, code) for code in codes.split(", ") if code]
    chinese = "、".join(text.zh for text in texts)
    return Text(chinese, ", ".join(text.en for text in texts))


def _counted(result: Result) -> list[str]:
    """Return the functions that count: those that are named, else all with a share."""
    scale = _tiers_of(result)
    if scale.rules.counting:
        return list(scale.rules.counting)
    names = [name for name in _share_names(scale) if name.startswith("share_")]
    return [name.removeprefix("share_") for name in names]


def _tiers_of(result: Result) -> PositionTiers:
    assert isinstance(result.breaks, PositionTiers)
    return result.breaks
