"""Tables of rules of position: who was placed by which rule, and how firm its numbers are."""

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
from hubtiers.show.words import Text, node_text, number_text, region_names, tier_text, word
from hubtiers.tiers.rules import PositionRules, PositionTiers

__all__ = ["counted_functions", "has_positions", "position_table", "rule_text", "window_table"]

_MOST_NAMES = 5


def has_positions(result: Result) -> bool:
    """Say whether the tiers of a result were given by rules of position."""
    return isinstance(result.breaks, PositionTiers)


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
    key = "rule_share" if option.endswith("_share") else f"rule_{option}"
    if has_world and option == "international_share":
        key = "rule_world"
    number = getattr(rules, option)
    return word(key).fill(n=number if option.endswith("_places") else f"{number:g}")


def _functions_text(result: Result, codes: str) -> Text:
    texts = [node_text(result, code) for code in codes.split(", ") if code]
    chinese = "、".join(text.zh for text in texts)
    return Text(chinese, ", ".join(text.en for text in texts))


def counted_functions(result: Result) -> list[str]:
    """Return the functions that count: those that are named, else all with a share."""
    scale = _tiers_of(result)
    if scale.rules.counting:
        return list(scale.rules.counting)
    names = [name for name in _share_names(scale) if name.startswith("share_")]
    return [name.removeprefix("share_") for name in names]


def _tiers_of(result: Result) -> PositionTiers:
    assert isinstance(result.breaks, PositionTiers)
    return result.breaks
