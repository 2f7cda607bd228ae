"""Tables of how sure tiers are: by region, by option, and what moves them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd

from hubtiers.robustness._by_option import option_name
from hubtiers.robustness._plan import Factor
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import certainty_frame, mark_text, marks_note
from hubtiers.show.methods import method_text, options_text
from hubtiers.show.pages.print_table import (
    REGION,
    REGION_ID,
    Column,
    PrintTable,
    column,
    number_at,
    print_table,
    records_of,
    tier_at,
)
from hubtiers.show.words import Text, join_texts, node_text, tier_text, word

__all__ = [
    "certainty_tables",
    "driver_table",
    "factor_text",
    "option_text",
    "option_texts",
    "weights_drawn_table",
]

_MOST_OPTIONS = 8
"""More options than this, as of indicators that are left out, have no columns of their own."""

_RANK_FIGURES = 5

_FACTORS = {
    "weights": "step_weight",
    "gaps": "factor_gaps",
    "noise": "factor_noise",
    "leave_out": "factor_leave_out",
}
_TARGETS = {"tier_flips": "target_tier_flips", "rank_shift": "target_rank_shift"}
_INDICES = {"first": "first_index", "total": "total_index"}


def certainty_tables(result: Result, robustness: Robustness) -> list[PrintTable]:
    """Return the tables by region, and those by option where there are options."""
    tables = [certainty_by_region(result, robustness)]
    # Whoever hands in probabilities alone has no draws to split by option.
    sizes = getattr(robustness, "sizes_by_option", None)
    if sizes is not None and len(sizes):
        tables.append(size_table(robustness))
        by_region = certainty_by_option(result, robustness)
        tables += [by_region] if by_region is not None else []
    return tables


def certainty_by_region(result: Result, robustness: Robustness) -> PrintTable:
    """Return the probability of each tier and the interval of the rank, best region first."""
    shares = robustness.tier_probability.add_prefix("probability_")
    ranks = robustness.rank_interval.add_prefix("rank_")
    frame = result.to_frame()[["name_zh", "name_en", "tier"]].join([shares, ranks])
    marks = certainty_frame(result, robustness)
    frame = frame.join(marks[["certainty", "likeliest"]].astype("object"))
    draws = fewest_draws(robustness)
    columns = [REGION_ID, *REGION, column("tier", of=tier_at("tier"))]
    columns.append(column("certainty", of=_mark_of))
    for label in robustness.tier_probability.columns:
        share = number_at(f"probability_{label}")
        columns.append(column(tier_text(label), of=share, digits=3, draws=draws))
    sides = ("rank_low", "rank_median", "rank_high")
    columns += [_rank_column(side) for side in sides]
    notes = [word("certainty_note"), marks_note(robustness)]
    own = result.breaks.labels
    others = [tier_text(tier) for tier in robustness.tier_probability.columns if tier not in own]
    if others:
        notes.append(word("only_drawn").fill(tiers=join_texts(others, "enumeration")))
    notes += [word("share_note")] if draws else []
    records = records_of(frame)
    return print_table("certainty", "certainty_table", columns, records, notes=notes, headings=3)


def _rank_column(side: str) -> Column:
    # A rank is a whole number, but for a median between two.
    return column(side, of=number_at(side), digits=1, significant=_RANK_FIGURES)


def _mark_of(row: Mapping[str, Any]) -> Text | None:
    """Return the mark of a region; None for one without a score."""
    return mark_text(row["certainty"], row["likeliest"])


def fewest_draws(robustness: Robustness) -> int:
    """Return in how many draws each region has a score at least; 0 where that is not known."""
    scored = getattr(robustness, "scored", None)
    if scored is None or not (scored > 0).any():
        return 0
    return round(robustness.draws * float(scored[scored > 0].min()))


def size_table(robustness: Robustness) -> PrintTable:
    """Return the mean number of regions in each tier under each option."""
    sizes, named = robustness.sizes_by_option, option_texts(robustness)
    columns = [
        column("factor", of=lambda row: factor_text(row["step"])),
        column("option", of=lambda row: named[row["step"], row["option"]]),
    ]
    columns += [
        column(tier_text(label), of=number_at(str(label)), digits=1) for label in sizes.columns[:-1]
    ]
    columns.append(column("draws", of=number_at("draws"), digits=0))
    records = sizes.reset_index().to_dict("records")
    return print_table("sizes_by_option", "size_table", columns, records, headings=2)


def certainty_by_option(result: Result, robustness: Robustness) -> PrintTable | None:
    """Return by region the share of draws in its own tier, all of them and under each option."""
    wide = _own_tier_shares(result, robustness)
    if wide is None:
        return None
    frame = result.to_frame()[["name_zh", "name_en", "tier"]].join(robustness.confidence)
    frame = frame.join(wide)
    named = option_texts(robustness)
    draws = robustness.sizes_by_option["draws"].to_dict()
    columns: list[Column] = [REGION_ID, *REGION, column("tier", of=tier_at("tier"))]
    everything = fewest_draws(robustness)
    columns.append(column("own_tier_share", of=number_at("confidence"), digits=3, draws=everything))
    for key in wide.columns:
        step, option = str(key).split("\n", 1)
        heading = _with_step(factor_text(step), named[step, option])
        columns.append(
            column(heading, of=number_at(str(key)), digits=3, draws=int(draws[step, option]))
        )
    records = records_of(frame)
    note = [word("share_note")]
    return print_table("by_option", "by_option_table", columns, records, notes=note, headings=3)


def _own_tier_shares(result: Result, robustness: Robustness) -> pd.DataFrame | None:
    """Return regions × options (step and option in one name), None where there are too many."""
    sizes = robustness.sizes_by_option
    counted = sizes.groupby(level="step", sort=False).size()
    steps = [str(step) for step in counted.index[counted <= _MOST_OPTIONS]]
    found = robustness.by_option
    found = found[found["step"].isin(steps) & (found["draws"] > 0)]
    own = result.tier.astype(object)
    found = found[found["tier"] == found["region_id"].map(own)]
    if found.empty:
        return None
    keys = found["step"] + "\n" + found["option"]
    order = keys.drop_duplicates().tolist()
    wide = found.assign(key=keys).pivot_table(
        index="region_id", columns="key", values="probability"
    )
    return wide[order] if len(order) <= _MOST_OPTIONS else None


def _with_step(step: Text, option: Text) -> Text:
    return Text(f"{step.zh}：{option.zh}", f"{step.en}: {option.en}")


def driver_table(robustness: Robustness) -> PrintTable:
    """Return the Sobol indices of every factor with their intervals."""
    columns = [
        column("target", of=lambda row: word(_TARGETS[row["target"]])),
        column("factor", of=lambda row: factor_text(row["factor"])),
    ]
    columns += [
        column(heading, of=partial(_with_interval, kind)) for kind, heading in _INDICES.items()
    ]
    records = robustness.drivers.reset_index().to_dict("records")
    note = [word("driver_note")]
    return print_table("drivers", "driver_table", columns, records, notes=note, headings=2)


def _with_interval(kind: str, row: Mapping[str, Any]) -> str:
    low, high = (f"{row[f'{kind}_{side}']:.2f}" for side in ("low", "high"))
    return f"{row[kind]:.2f} [{low}, {high}]".replace("-", "−")


def weights_drawn_table(result: Result, robustness: Robustness) -> PrintTable:
    """Return what the weights drawn imply for each function."""
    shares = {"own_share": "own", "mean_share": "mean", "low_share": "low", "high_share": "high"}
    columns = [column("function_node", of=lambda row: node_text(result, row["node"]))]
    columns += [column(head, of=number_at(key), digits=3) for head, key in shares.items()]
    records = robustness.weights_drawn.reset_index().to_dict("records")
    return print_table("weights_drawn", "weights_drawn_table", columns, records)


def factor_text(name: str) -> Text:
    """Return what is varied, in both languages."""
    if name.startswith("aggregate, level "):
        return word("factor_level").fill(n=name.rsplit(" ", 1)[1])
    return word(_FACTORS.get(name, f"step_{name}"))


def option_texts(robustness: Robustness) -> dict[tuple[str, str], Text]:
    """Return every option in both languages, by step and the name that `by_option` has."""
    return dict(_option_texts(robustness))


def _option_texts(robustness: Robustness) -> Iterator[tuple[tuple[str, str], Text]]:
    for factor in robustness.plan.discrete:
        for option in factor.options:
            text = option_text(robustness.base, factor, option)
            yield (factor.name, option_name(factor, option)), text


def option_text(result: Result, factor: Factor, option: Any) -> Text:
    """Return an option in both languages; with its parameters where another has the same name."""
    if factor.name == "leave_out":
        return word("none_left_out") if option is None else node_text(result, option)
    text = method_text(option)
    alike = [other for other in factor.options if method_text(other) == text]
    if len(alike) == 1 or isinstance(option, tuple):
        return text
    told = _what_differs(option, alike)
    return Text(f"{text.zh}（{told}）", f"{text.en} ({told})")


def _what_differs(option: Any, alike: list[Any]) -> str:
    """Return the parameters in which an option differs from others of its name."""
    if len({type(other) for other in alike}) > 1 or not dataclasses.is_dataclass(option):
        return options_text(option)
    names = [field.name for field in dataclasses.fields(option) if _differs(field.name, alike)]
    return ", ".join([f"{name}={getattr(option, name)!r}" for name in names])


def _differs(name: str, methods: list[Any]) -> bool:
    """Say whether methods differ in an option."""
    first = getattr(methods[0], name)
    return any(getattr(method, name) != first for method in methods)
