"""The table of what gaps did: which indicators a region lacks, and what took over their weight."""

from __future__ import annotations

from hubtiers.scheme import Result
from hubtiers.show.gap_text import GapEffect, list_gap_effects, names_of
from hubtiers.show.pages.print_table import PrintTable, column, print_table
from hubtiers.show.words import Text, node_text, region_names, word

__all__ = ["gap_effect_table"]


def gap_effect_table(result: Result) -> PrintTable:
    """Return a row by region and way that the weight of its gaps went, the heaviest first."""
    chinese, english = (region_names(result, language).to_dict() for language in ("zh", "en"))
    columns = (
        column("region_zh", of=lambda effect: str(chinese[effect.region]), only="zh"),
        column("region_en", of=lambda effect: str(english[effect.region]), only="en"),
        column("missing_indicators", of=lambda effect: names_of(result, effect.missing)),
        column("taken_over_by", of=lambda effect: _takers(result, effect)),
        column("heaviest", of=lambda effect: _heaviest(result, effect)),
        column("heaviest_own", of=lambda e: e.before if e.heaviest else None, digits=3),
        column("heaviest_share", of=lambda e: e.now if e.heaviest else None, digits=3),
    )
    effects = sorted(list_gap_effects(result), key=lambda effect: -effect.now)
    return print_table("gap_effects", "gap_effect_table", columns, effects, headings=2)


def _takers(result: Result, effect: GapEffect) -> Text:
    return word("gap_filled") if effect.filled else names_of(result, effect.taken_over_by)


def _heaviest(result: Result, effect: GapEffect) -> Text | None:
    return node_text(result, effect.heaviest) if effect.heaviest else None
