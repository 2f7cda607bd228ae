"""Sheets of a workbook with which a result can be computed again: values, method, sources."""

from __future__ import annotations

from importlib.metadata import version

import pandas as pd

from hubtiers.framework import Indicator
from hubtiers.scheme import Result
from hubtiers.show.credits import boundary_note
from hubtiers.show.methods import method_text
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
from hubtiers.show.words import Text, node_text, number_text, unit_text, word

__all__ = ["method_table", "normalised_values", "raw_values", "source_table"]

_STEPS = (
    ("denominate", "step_denominate"),
    ("impute", "step_impute"),
    ("treat", "step_treat"),
    ("normalise", "step_normalise"),
    ("weight", "step_weight"),
    ("aggregate", "step_aggregate"),
    ("tier", "step_tier"),
)
_FIGURES = 8


def raw_values(result: Result) -> PrintTable:
    """Return the values as they were read, indicators and denominators, with their units."""
    return _values(result, result.table.values, "raw", "raw_table", "raw_note", units=True)


def normalised_values(result: Result) -> PrintTable:
    """Return the values that the weights are applied to."""
    return _values(
        result, result.normalised, "normalised", "normalised_table", "normalised_note", units=False
    )


def _values(
    result: Result, values: pd.DataFrame, name: str, title: str, note: str, *, units: bool
) -> PrintTable:
    order = result.to_frame()[["name_zh", "name_en"]]
    columns: list[Column] = [REGION_ID, *REGION]
    for code in values.columns:
        heading = _heading(result, code, units=units)
        columns.append(column(heading, of=number_at(code), significant=_FIGURES))
    records = records_of(order.join(values))
    return print_table(name, title, columns, records, notes=[word(note)], headings=3)


def _heading(result: Result, code: str, *, units: bool) -> Text:
    framework = result.table.framework
    node = framework.node.get(code)
    if not isinstance(node, Indicator):
        return Text.same(code)
    name, unit = node_text(result, code), unit_text(node)
    if not units or not unit.en:
        return name
    return Text(f"{name.zh}（{unit.zh}）", f"{name.en} ({unit.en})")


def method_table(result: Result) -> PrintTable:
    """Return each step with its method, and what the tiers were cut at."""
    scheme, scale = result.fitted.scheme, result.breaks
    rows: list[tuple[Text, Text]] = []
    for step, key in _STEPS:
        rows.append((word(key), method_text(getattr(scheme, step))))
    cuts = ", ".join(number_text(cut, 6) for cut in scale.breaks) or "–"
    counts = int(result.scores.notna().sum()), int(result.scores.isna().sum())
    rows += [
        (word("cut_points"), Text.same(cuts)),
        (word("gvf"), Text.same(number_text(scale.gvf, 4))),
        (word("regions_scored"), Text.same(str(counts[0]))),
        (word("no_data"), Text.same(str(counts[1]))),
        (word("made_with"), Text.same(f"hubtiers {version('hubtiers')}")),
    ]
    columns = (
        column("step_column", of=lambda row: row[0]),
        column("method_column", of=lambda row: row[1]),
    )
    return print_table("method", "method_table", columns, rows, notes=[word("steps_note")])


def source_table(result: Result) -> PrintTable:
    """Return where the values of each indicator and the boundaries are from, and of which years."""
    table = result.table
    rows: list[tuple[Text, Text | None, str | None, int | None]] = []
    for node in table.framework.indicators:
        years = table.year[node.code].dropna()
        known = sorted({int(year) for year in years})
        span = "" if not known else f"{known[0]}" if len(known) == 1 else f"{known[0]}–{known[-1]}"
        source = Text.same(node.source) if node.source else None
        count = int(table.values[node.code].notna().sum())
        rows.append((node_text(result, node.code), source, span or None, count))
    rows.append((word("boundaries"), boundary_note(table.regions), None, None))
    columns = (
        column("indicator_both", of=lambda row: row[0]),
        column("source", of=lambda row: row[1]),
        column("data_year", of=lambda row: row[2]),
        column("valued_regions", of=lambda row: row[3], digits=0),
    )
    return print_table("sources", "source_table", columns, rows)
