"""What the command line prints of how sure the tiers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from hubtiers._console import MOST_ROWS, add_row, print_fitting, print_rest, word_of
from hubtiers._language import language
from hubtiers.robustness._shares import share_text

if TYPE_CHECKING:
    from hubtiers.robustness.result import Robustness

__all__ = ["print_robustness"]


def print_robustness(console: Console, robust: Robustness) -> None:
    """Print how sure the tiers are, region by region, and on the whole."""
    print_fitting(console, _certainty_table(robust), lead=4)
    ranked = int(robust.base.scores.notna().sum())
    print_rest(console, ranked, "tier_probability.csv", language())
    for line in robust.summary:
        console.print(line)
    if len(robust.sizes_by_option):
        print_fitting(console, _sizes_table(robust), lead=2)
    print_fitting(console, _drivers_table(robust), lead=2)


def _certainty_table(robust: Robustness) -> Table:
    """Mark, probability of every tier and the interval of ranks, for the first regions."""
    from hubtiers.show.certainty_marks import mark_text

    labels = list(robust.tier_probability.columns)
    table = Table(title="How sure the tiers are", title_justify="left")
    heads = [
        word_of("rank"),
        "90 % of draws",
        word_of("region"),
        word_of("tier"),
        word_of("certainty"),
    ]
    for place, head in enumerate([*heads, *labels]):
        worded = place in (2, 3, 4)
        table.add_column(head, justify="left" if worded else "right", overflow="fold")
    first = robust.to_frame().dropna(subset=["rank"]).head(MOST_ROWS)
    for region, row in zip(first.index, first.to_dict("records"), strict=True):
        told = mark_text(robust.certainty[region], robust.likeliest[region])
        mark = "" if told is None else told.say(language())
        interval = f"{row['rank_low']:.0f}–{row['rank_high']:.0f}"
        name = f"{row['name_en']} {row['name_zh']}"
        scored = max(1, round(robust.draws * row["scored"]))
        shares = [share_text(row[f"probability_{label}"], scored) for label in labels]
        add_row(table, [row["rank"], interval, name, row["tier"], mark, *shares])
    return table


def _sizes_table(robust: Robustness) -> Table:
    """Mean number of regions in each tier under each option."""
    sizes = robust.sizes_by_option
    labels = [str(label) for label in sizes.columns[:-1]]
    table = Table(title="Regions in each tier, on average, by option", title_justify="left")
    for place, head in enumerate(("step", "option", *labels, "draws")):
        table.add_column(head, justify="left" if place < 2 else "right", overflow="fold")
    for row in sizes.reset_index().to_dict("records"):
        numbers = [f"{row[label]:.1f}" for label in labels]
        add_row(table, [row["step"], row["option"], *numbers, int(row["draws"])])
    return table


def _drivers_table(robust: Robustness) -> Table:
    """Sobol indices of every factor, with their intervals."""
    table = Table(title="What moves tiers and ranks: Sobol indices", title_justify="left")
    for place, head in enumerate(("target", "factor", "first (95 %)", "total (95 %)")):
        table.add_column(head, justify="left" if place < 2 else "right")
    for row in robust.drivers.reset_index().to_dict("records"):
        told = []
        for kind in ("first", "total"):
            ends = f"{row[f'{kind}_low']:.2f} to {row[f'{kind}_high']:.2f}"
            told.append(f"{row[kind]:.2f} ({ends})")
        add_row(table, [row["target"], row["factor"], *told])
    return table
