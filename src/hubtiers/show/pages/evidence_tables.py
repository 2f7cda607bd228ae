"""Tables of the evidence: number of tiers, cuts, structure, baselines, space."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from hubtiers.autocorrelation import MoransI
from hubtiers.baselines import best_baseline
from hubtiers.indicator_structure import IndicatorStructure
from hubtiers.scales import ScaleComparison
from hubtiers.scheme import Result
from hubtiers.show.pages.print_table import (
    PrintTable,
    column,
    number_at,
    print_table,
    records_of,
    tier_at,
    whole_at,
)
from hubtiers.show.words import Text, node_text, number_text, word

__all__ = [
    "baseline_table",
    "baseline_text",
    "cut_table",
    "flag_table",
    "interval_text",
    "moran_table",
    "number_table",
    "outside_intervals",
    "role_table",
    "scale_table",
    "single_text",
]


def interval_text(low: float, high: float) -> Text:
    """Return an interval of 95 % in brackets; a dash where there is none."""
    if math.isnan(low):
        return Text.same("–")
    return Text.same(f"[{number_text(low)}, {number_text(high)}]")


def number_table(found: pd.DataFrame, chosen: int) -> PrintTable:
    """Return what speaks for each number of tiers."""
    columns = (
        column("number_of_tiers", of=lambda row: _number_text(int(row["k"]), chosen)),
        column("gvf", of=number_at("gvf"), digits=4),
        column("gvf_gain", of=number_at("gvf_gain"), digits=4),
        column("measure_silhouette", of=number_at("silhouette"), digits=3),
        column("measure_bic", of=number_at("bic"), digits=1),
        column("measure_gap", of=number_at("gap"), digits=3),
        column("gap_error", of=number_at("gap_error"), digits=3),
        column("smallest_tier", of=whole_at("smallest"), digits=0),
    )
    rows = found.rename_axis("k").reset_index().to_dict("records")
    note = [word("number_note")]
    return print_table("tier-number", "number_table", columns, rows, notes=note)


def _number_text(k: int, chosen: int) -> Text:
    return word("number_here").fill(k=k) if k == chosen else Text.same(k)


def cut_table(gaps: pd.DataFrame) -> PrintTable:
    """Return how wide the gap is at each cut."""
    columns = (
        column("tier_above", of=tier_at("tier_above")),
        column("tier_below", of=tier_at("tier_below")),
        column("lowest_above", of=number_at("lowest_above"), digits=4),
        column("highest_below", of=number_at("highest_below"), digits=4),
        column("gap_width", of=number_at("width"), digits=4),
        column("times_median", of=number_at("times_median"), digits=1),
        column("gap_place", of=whole_at("place"), digits=0),
    )
    rows = gaps.to_dict("records")
    return print_table("cuts", "cut_table", columns, rows, headings=2)


def flag_table(result: Result, found: IndicatorStructure) -> PrintTable:
    """Return the pairs of indicators that say nearly the same."""
    across = {"one": word("same_function"), "two": word("two_functions")}
    columns = (
        column("indicator_a", of=lambda row: node_text(result, str(row["indicator_a"]))),
        column("indicator_b", of=lambda row: node_text(result, str(row["indicator_b"]))),
        column("functions_of_pair", of=lambda row: across[row["functions"]]),
        column("pearson", of=number_at("correlation"), digits=3),
        column("comparable", of=whole_at("n"), digits=0),
    )
    rows = found.flags.to_dict("records")
    return print_table("flags", "flag_table", columns, rows, headings=2)


def role_table(found: IndicatorStructure) -> PrintTable:
    """Return size against intensity: how many indicators, weight and loading."""
    called = {"size": word("role_size"), "intensity": word("role_intensity")}
    columns = (
        column("role", of=lambda row: called[row["role"]]),
        column("indicator_count", of=whole_at("indicators"), digits=0),
        column("weight", of=number_at("weight"), digits=3),
        column("mean_loading", of=number_at("loading"), digits=3),
    )
    rows = found.roles.reset_index().to_dict("records")
    return print_table("roles", "role_table", columns, rows)


def baseline_text(result: Result, name: str, titles: Mapping[str, Mapping[str, str]]) -> Text:
    """Return what a baseline is called in both languages."""
    if name in titles:
        return Text(titles[name]["zh"], titles[name]["en"])
    return node_text(result, name) if name in result.table.framework.node else Text.same(name)


def baseline_table(
    result: Result, compared: pd.DataFrame, titles: Mapping[str, Mapping[str, str]]
) -> PrintTable:
    """Return how far score, named baselines and the best indicator agree with the reference."""
    best = best_baseline(compared)
    shown = compared[(compared["kind"] != "indicator") | (compared.index == best)]
    tried = int((compared["kind"] == "indicator").sum())
    rows = shown.rename_axis("name").reset_index().to_dict("records")
    columns = (
        column("what_is_compared", of=partial(_baseline_cell, result, titles, tried)),
        column("reference_matches", of=whole_at("matches"), digits=0),
        column("comparable", of=whole_at("n"), digits=0),
        column("share_interval", of=_ends("share")),
        column("kappa", of=number_at("kappa"), digits=3),
        column("kappa_interval", of=_ends("bootstrap")),
        column("p_permutation", of=number_at("p_value"), digits=4),
        column("unnamed_high", of=whole_at("unnamed_high"), digits=0),
    )
    notes = [word("baseline_note")]
    return print_table("baselines", "baseline_table", columns, rows, notes=notes)


def _baseline_cell(
    result: Result, titles: Mapping[str, Mapping[str, str]], tried: int, row: Mapping[str, Any]
) -> Text:
    if row["kind"] == "score":
        return word("composite_here")
    return single_text(result, str(row["name"]), row["kind"], titles, tried)


def single_text(
    result: Result, name: str, kind: str, titles: Mapping[str, Mapping[str, str]], tried: int
) -> Text:
    """Return that a baseline stands alone; of an indicator, that it is the best of so many."""
    key = "alone" if kind == "other" else "best_alone"
    return word(key).fill(name=baseline_text(result, name, titles), n=tried)


def _ends(measure: str) -> Any:
    return lambda row: interval_text(row[f"{measure}_low"], row[f"{measure}_high"])


def outside_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of outside variables with each interval in one cell, behind its measure."""
    shown = frame.copy()
    for measure in ("pearson", "spearman"):
        ends = [f"{measure}_low", f"{measure}_high"]
        if not set(ends) <= set(shown.columns):
            continue
        cells = [interval_text(*pair).en for pair in shown[ends].itertuples(index=False)]
        place = shown.columns.tolist().index(measure) + 1
        shown.insert(place, f"{measure}_interval", cells)
        shown = shown.drop(columns=ends)
    return shown


def moran_table(rows: Sequence[tuple[Text, MoransI]]) -> PrintTable:
    """Return Moran's I of several columns."""
    columns = (
        column("what_is_compared", of=lambda row: row[0]),
        column("morans_i", of=lambda row: row[1].i, digits=3),
        column("expected_i", of=lambda row: row[1].expected, digits=3),
        column("z_value", of=lambda row: row[1].z, digits=2),
        column("p_permutation", of=lambda row: row[1].p_value, digits=3),
        column("comparable", of=lambda row: row[1].n, digits=0),
        column("mean_neighbours", of=lambda row: row[1].mean_neighbours, digits=1),
        column("without_neighbour", of=lambda row: len(row[1].islands), digits=0),
    )
    return print_table("moran", "moran_table", columns, rows)


def scale_table(found: ScaleComparison, names: Mapping[str, Text]) -> PrintTable:
    """Return the groups whose tier depends on whether mean or best member speaks for them."""
    columns = (
        column("group", of=lambda row: names.get(str(row["region_id"])) or str(row["region_id"])),
        column("scored_members", of=whole_at("members"), digits=0),
        column("mean_score", of=number_at("mean"), digits=4),
        column("best_score", of=number_at("best"), digits=4),
        column("tier_by_mean", of=tier_at("tier_mean")),
        column("tier_by_best", of=tier_at("tier_best")),
        column("highest_member", of=tier_at("highest_tier")),
        column("lowest_member", of=tier_at("lowest_tier")),
    )
    return print_table("scales", "scale_table", columns, records_of(found.moved))
