"""The tables that formulas are computed from: values, what scaling learnt, weights by level."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from hubtiers._hierarchy import groups_upwards
from hubtiers.framework import Indicator
from hubtiers.scheme import Result
from hubtiers.show.pages.print_table import (
    REGION,
    REGION_ID,
    Column,
    PrintTable,
    column,
    number_at,
    print_table,
    records_of,
)
from hubtiers.show.words import Text, node_text, word

__all__ = ["scaling_parameters", "values_scored", "weights_by_level"]

_FIGURES = 8
"""Significant figures with which scores can be computed again to the digits that are printed."""


class Child(NamedTuple):
    """A node with the group that it stands in."""

    level: int
    group: Text
    node: Text
    share: float
    reach: float


def values_scored(result: Result) -> PrintTable:
    """Return the value of every indicator that was scored, in the order of the score table."""
    order = result.to_frame()[["name_zh", "name_en"]]
    frame = order.join(result.complete)
    columns: list[Column] = [REGION_ID, *REGION]
    for code in result.complete.columns:
        heading = node_text(result, code)
        columns.append(column(heading, of=number_at(code), significant=_FIGURES))
    return print_table(
        "values", "value_table", columns, records_of(frame), notes=[word("value_note")], headings=3
    )


def scaling_parameters(result: Result) -> PrintTable:
    """Return what treatment and normalisation learnt of each indicator, by symbol."""
    fitted = result.fitted
    learnt: dict[str, pd.Series] = {}
    for step in (fitted.treat, fitted.normalise):
        learnt |= getattr(step, "parameters", {})
    columns = [
        column("indicator_zh", of=partial(_name, result), only="zh"),
        column("indicator_en", of=partial(_name, result), only="en"),
        column("direction", of=_direction),
    ]
    for symbol, values in learnt.items():
        heading = Text.same(_plain(symbol))
        columns.append(column(heading, of=partial(_parameter, values), significant=_FIGURES))
    return print_table(
        "scaling",
        "normalisation_table",
        columns,
        fitted.framework.indicators if learnt else (),
        notes=[word("normalisation_note")],
        headings=2,
    )


def _name(result: Result, node: Indicator) -> Text:
    return node_text(result, node.code)


def _direction(node: Indicator) -> Text:
    return word("positive") if node.direction > 0 else word("negative")


def _plain(symbol: str) -> str:
    """Return a symbol of a formula for a heading: `min` of `min_{j}`."""
    return symbol.removesuffix("_{j}")


def _parameter(values: pd.Series, node: Indicator) -> float | None:
    value = float(values[node.code])
    return None if pd.isna(value) else value


def weights_by_level(result: Result) -> PrintTable:
    """Return what every node counts for in its group and in the score, the lowest groups first."""
    columns = (
        column("level_of_group", of=lambda child: child.level + 1, digits=0),
        column("group", of=lambda child: child.group),
        column("member", of=lambda child: child.node),
        column("weight_in_group", of=lambda child: child.share, significant=_FIGURES),
        column("effective_weight", of=lambda child: child.reach, significant=_FIGURES),
    )
    rows: list[Any] = [] if result.fitted.hierarchy.by_region else _children(result)
    return print_table(
        "levels", "level_table", columns, rows, notes=[word("level_note")], headings=3
    )


def _children(result: Result) -> list[Child]:
    shares, reach = result.node_weights, result.fitted.hierarchy.reach()
    rows = []
    for group in groups_upwards(result.fitted.framework):
        name = node_text(result, group.code) if group.code else word("score")
        for code in group.children:
            share, whole = float(shares[code]), float(reach[code])
            rows.append(Child(group.level, name, node_text(result, code), share, whole))
    return rows
