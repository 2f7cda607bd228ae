"""The tables of a result: indicator system, scores, tiers, weights, and what is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.errors import DataError, SpecError
from hubtiers.framework import CATEGORIES, Framework, Indicator
from hubtiers.indicator_structure import effective_correlated
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.gap_text import gap_marks
from hubtiers.show.methods import method_text
from hubtiers.show.pages.certainty_tables import certainty_tables
from hubtiers.show.pages.formula_tables import (
    scaling_parameters,
    values_scored,
    weights_by_level,
)
from hubtiers.show.pages.gap_tables import gap_effect_table
from hubtiers.show.pages.position_tables import has_positions, position_table, window_table
from hubtiers.show.pages.print_table import (
    REGION,
    REGION_ID,
    Column,
    PrintTable,
    cell_at,
    column,
    number_at,
    print_table,
    records_of,
    text_at,
    tier_at,
    whole_at,
)
from hubtiers.show.words import (
    Text,
    join_texts,
    node_text,
    number_text,
    tier_text,
    unit_text,
    word,
    yardstick_text,
)

__all__ = [
    "INDICATOR",
    "STATUSES",
    "frame_compared",
    "list_tables",
    "scheme_text",
    "status_text",
    "weight_titles",
]

STATUSES = (
    "official",
    "compiled",
    "single-source",
    "substituted",
    "partial-year",
    "suspected-error",
    "printed",
    "computed",
    "",
)
"""Statuses of values that have words of their own, in the order in which they are told."""

# Columns of a comparison that have words of their own: which word, and the digits of the numbers.
_COMPARED: Mapping[str, tuple[str, int | None]] = {
    "weights": ("weighting", None),
    "scheme": ("scheme", None),
    "outside": ("outside_variable", None),
    "n": ("comparable", 0),
    "pearson": ("pearson", 3),
    "pearson_interval": ("pearson_interval", None),
    "spearman_interval": ("spearman_interval", None),
    "kendall": ("kendall", 3),
    "spearman": ("spearman", 3),
    "same_tier": ("same_tier", 3),
    "in_same_tier": ("in_same_tier", 0),
    "gvf": ("gvf", 4),
    "effective_indicators": ("effective_indicators", 2),
    "effective_correlated": ("effective_correlated", 2),
    "matches": ("reference_matches", 0),
    "reference_matches": ("reference_matches", 0),
    "compared": ("comparable", 0),
    "reference_n": ("comparable", 0),
    "kappa": ("kappa", 3),
    "different": ("different", None),
}


def _name_of(node: Indicator, language: str) -> str:
    names = (node.name_zh, node.name_en) if language == "zh" else (node.name_en, node.name_zh)
    return names[0] or names[1] or node.code


INDICATOR = (
    column("indicator_zh", of=lambda node: _name_of(node, "zh"), only="zh"),
    column("indicator_en", of=lambda node: _name_of(node, "en"), only="en"),
)
"""The name of an indicator, in the language of the table or in both."""


def list_tables(
    result: Result,
    *,
    robustness: Robustness | None = None,
    comparison: Comparison | pd.DataFrame | None = None,
) -> dict[str, PrintTable]:
    """Return the tables of a result by name: indicators, scores, tiers, weights, and others."""
    tables = [indicator_system(result), scores_and_ranks(result), tiers_and_breaks(result)]
    if has_positions(result):
        tables += [position_table(result), window_table(result)]
    titles = weight_titles(comparison) if isinstance(comparison, Comparison) else {}
    tables.append(weights_by_scheme(_with_own(result, comparison), titles))
    formula = [weights_by_level(result), scaling_parameters(result), values_scored(result)]
    tables += [table for table in formula if table.rows]
    if isinstance(comparison, Comparison):
        tables += [schemes_compared(comparison), ranks_by_scheme(comparison)]
    elif isinstance(comparison, pd.DataFrame):
        if len(comparison):
            tables.append(frame_compared(comparison))
    elif comparison is not None:
        raise SpecError(
            f"comparison is {type(comparison).__name__}. Give what compare_schemes returned, or a "
            "frame with a row for "
            "each scheme."
        )
    if len(result.carried):
        tables.append(carried_values(result))
    if robustness is not None:
        tables += certainty_tables(result, robustness)
    if len(result.gap_effects):
        tables.append(gap_effect_table(result))
    return {table.name: table for table in tables}


def _with_own(result: Result, comparison: Comparison | pd.DataFrame | None) -> Mapping[str, Result]:
    """Return whose weights are shown: the compared results, and the own one if it is none."""
    if not isinstance(comparison, Comparison):
        return {"": result}
    others = by_weighting(comparison.results)
    own = any(other.weights.equals(result.weights) for other in others.values())
    return others if own else {"": result, **others}


def by_weighting(results: Mapping[str, Result]) -> Mapping[str, Result]:
    """Return one result for each weighting, where several tier rules were tried with it.

    A scheme is then called by its weighting and its tier rule, with a dot between them.
    """
    weightings = {name: name.split(" · ")[0] for name in results}
    if len(set(weightings.values())) == len(results):
        return results
    first: dict[str, Result] = {}
    for name, result in results.items():
        first.setdefault(weightings[name], result)
    return first


def weight_titles(comparison: Comparison) -> dict[str, Text]:
    """Return what schemes are called, and weightings where several tier rules were tried."""
    titles = _titles(comparison)
    for name, said in list(titles.items()):
        weighting = Text(said.zh.split(" · ")[0], said.en.split(" · ")[0])
        titles.setdefault(name.split(" · ")[0], weighting)
    return titles


def indicator_system(result: Result) -> PrintTable:
    """Return the indicator system (指标体系): groups, units, directions, weights, sources."""
    framework, table = result.table.framework, result.table
    groups = _group_columns(result)
    present = table.values.notna().sum()
    columns = (
        *groups,
        *INDICATOR,
        column("category", of=_category),
        column("unit", of=unit_text),
        column("direction", of=_direction),
        column("weight", of=partial(_weight, result), digits=4),
        column("valued_regions", of=lambda node: int(present[node.code]), digits=0),
        column("data_year", of=lambda node: _years(table.year[node.code])),
        column("source", of=lambda node: node.source),
    )
    weighting = method_text(result.fitted.scheme.weight)
    notes = (word("weight_note").fill(method=weighting), *_status_notes(result))
    return print_table(
        "indicators",
        "indicator_table",
        columns,
        framework.indicators,
        notes=notes,
        headings=len(groups) + 1,
    )


def _group_columns(result: Result) -> list[Column]:
    """Return a column for each level above the indicators, the highest first."""
    framework = result.table.framework
    deepest = max((framework.depth(code) for code in framework.codes), default=1)
    columns = []
    for level in range(deepest - 1):
        heading = word("level_number").fill(n=level + 1)
        if level < 2:
            heading = word(("function_level", "sub_group")[level])
        columns.append(column(heading, of=partial(_group_at, result, level)))
    return columns


def _group_at(result: Result, level: int, node: Indicator) -> Text:
    """Return the name of the group of an indicator at a level below the score, if it has one."""
    above = result.table.framework.ancestors(node.code)
    # The ancestors end with the score, which is no group.
    groups = above[-2::-1]
    return node_text(result, groups[level]) if level < len(groups) else Text("", "")


def _category(node: Indicator) -> Text:
    return Text(CATEGORIES.get(node.category, node.category), node.category.replace("_", " "))


def _direction(node: Indicator) -> Text:
    return word("positive") if node.direction > 0 else word("negative")


def _weight(result: Result, node: Indicator) -> float:
    return float(result.weights[node.code])


def _years(years: pd.Series) -> str:
    known = sorted({int(year) for year in years.dropna()})
    if not known:
        return ""
    return str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"


def _status_notes(result: Result) -> Iterator[Text]:
    present = result.table.values.notna().to_numpy()
    cells = result.table.status.astype("object").to_numpy()[present]
    counts = pd.Series(cells, dtype="object").fillna("").astype("str").value_counts()
    if set(counts.index) <= {""}:
        return
    said = [
        word("status_count").fill(status=status_text(str(status)), n=int(n))
        for status, n in counts.items()
    ]
    yield word("status_note").fill(list=join_texts(said))


def status_text(status: str) -> Text:
    """Return the word for a status; a status of the data's own as it is."""
    return word(f"status_{status or 'unknown'}") if status in STATUSES else Text.same(status)


def scores_and_ranks(result: Result) -> PrintTable:
    """Return names, score, rank, tier, sub-scores and coverage, the best region first."""
    subs, marks = result.sub_scores.columns, gap_marks(result)
    gaps = [column("gap_mark", of=lambda row: marks.get(row["region_id"], ""))] if marks else []
    columns = (
        REGION_ID,
        *REGION,
        column("score", of=number_at("score"), digits=4),
        column("rank", of=whole_at("rank"), digits=0),
        column("tier", of=tier_at("tier")),
        *_relative_column(result),
        *(column(node_text(result, code), of=number_at(code), digits=4) for code in subs),
        column("coverage", of=number_at("coverage"), digits=2),
        *gaps,
    )
    notes = [_method_note(result), *_yardstick_notes(result)]
    if result.no_data:
        notes.append(word("no_score_note").fill(n=len(result.no_data)))
    frame = result.to_frame()
    if _relative_column(result) and result.yardstick is not None:
        frame["relative"] = result.yardstick.relative(frame["score"])
    return print_table(
        "scores",
        "score_table",
        columns,
        records_of(frame),
        notes=notes,
        headings=3,
    )


def _relative_column(result: Result) -> list[Column]:
    """Return the column of scores in per cent of the yardstick, where there is a positive one."""
    found = result.yardstick
    if found is None or not found.score > 0:
        return []
    name = Text(found.name_zh, found.name_en)
    return [column(word("relative_to").fill(name=name), of=number_at("relative"), digits=1)]


def _yardstick_notes(result: Result) -> list[Text]:
    said = yardstick_text(result)
    return [] if said is None else [Text(f"{said.zh}。", f"{said.en}.")]


def _method_note(result: Result) -> Text:
    scheme = result.fitted.scheme
    steps = (scheme.normalise, scheme.weight, scheme.aggregate, scheme.tier)
    return word("method_note").fill(steps=join_texts([method_text(step) for step in steps]))


def tiers_and_breaks(result: Result) -> PrintTable:
    """Return the range of scores and the number of regions of each tier."""
    counts = result.tier_counts
    columns = (
        column("tier", of=tier_at("tier")),
        column("score_from", of=number_at("lower"), digits=4),
        column("score_to", of=number_at("upper"), digits=4),
        column("count", of=lambda row: counts[row["tier"]], digits=0),
    )
    note = word("tier_note").fill(
        method=method_text(result.fitted.scheme.tier),
        gvf=number_text(result.breaks.gvf, 4),
    )
    notes = [note]
    if result.breaks.shows_ranges and result.breaks.breaks:
        cuts = " · ".join(number_text(cut, 4) for cut in result.breaks.breaks)
        notes.append(word("tier_cuts").fill(cuts=cuts))
    tiers = result.breaks.to_frame().to_dict("records")
    notes += _yardstick_notes(result)
    return print_table("tiers", "tier_table", columns, tiers, notes=notes)


def _counted(heading: Text, number: float) -> Text:
    said = number_text(number, 2)
    return Text(f"{heading.zh} {said}", f"{heading.en} {said}")


def weights_by_scheme(
    results: Mapping[str, Result], titles: Mapping[str, Text] | None = None
) -> PrintTable:
    """Return the effective weight of every indicator under each scheme."""
    titles = titles or {}
    framework = _same_framework(list(results.values()))
    columns = list(INDICATOR)
    numbers, correlated = [], []
    for name, result in results.items():
        heading = titles.get(name) or method_text(result.fitted.scheme.weight)
        columns.append(column(heading, of=partial(_weight, result), digits=4))
        numbers.append(_counted(heading, result.effective_indicators))
        correlated.append(_counted(heading, effective_correlated(result)))
    note = word("effective_note").fill(list=join_texts(numbers), correlated=join_texts(correlated))
    return print_table(
        "weights",
        "weight_table",
        columns,
        framework.indicators,
        notes=[note],
        headings=2,
    )


def _same_framework(results: list[Result]) -> Framework:
    framework = results[0].table.framework
    if any(result.table.framework.codes != framework.codes for result in results):
        raise DataError(
            "The results do not have the same indicators, so that their weights cannot be compared."
        )
    return framework


def carried_values(result: Result) -> PrintTable:
    """Return the values that were taken from other years, with the years, one a row."""
    frame = result.carried.join(result.table.regions[["name_zh", "name_en"]], on="region_id")
    node = {node.code: node for node in result.table.framework.indicators}
    columns = (
        *REGION,
        column("indicator_zh", of=lambda row: _name_of(node[row["indicator"]], "zh"), only="zh"),
        column("indicator_en", of=lambda row: _name_of(node[row["indicator"]], "en"), only="en"),
        column("value", of=number_at("value"), digits=3),
        column("carried_from", of=text_at("years")),
    )
    return print_table("carried", "carried_table", columns, frame.to_dict("records"), headings=4)


def schemes_compared(comparison: Comparison) -> PrintTable:
    """Return one row per scheme: agreement with the first and the reference, and fit."""
    frame = comparison.summary().rename_axis("scheme").reset_index()
    return frame_compared(frame, titles=_titles(comparison))


def scheme_text(comparison: Comparison, name: str) -> Text:
    """Return what a scheme is called in both languages."""
    return Text(comparison.title(name, "zh"), comparison.title(name, "en"))


def _titles(comparison: Comparison) -> dict[str, Text]:
    return {name: scheme_text(comparison, name) for name in comparison.names}


def frame_compared(
    frame: pd.DataFrame,
    *,
    name: str = "comparison",
    title: str = "comparison_table",
    titles: Mapping[str, Text] | None = None,
) -> PrintTable:
    """Return a frame with one row per scheme as a table; known headings in both languages.

    `titles` says what the schemes of the first column are called.
    """
    columns = []
    for place, label in enumerate(map(str, frame.columns)):
        heading, digits = tier_text(label), _digits_of(frame.iloc[:, place])
        if label in _COMPARED:
            key, digits = _COMPARED[label]
            heading = word(key)
        reader = cell_at(place, digits)
        if titles and place == 0:
            reader = partial(_titled, titles)
        columns.append(column(heading, of=reader, digits=digits))
    return print_table(name, title, columns, frame.itertuples(index=False, name=None))


def _titled(titles: Mapping[str, Text], row: tuple[Any, ...]) -> Text:
    return titles.get(str(row[0])) or Text.same(row[0])


def _digits_of(values: pd.Series) -> int | None:
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return None
    return 0 if pd.api.types.is_integer_dtype(values.dtype) else 3


def ranks_by_scheme(comparison: Comparison) -> PrintTable:
    """Return rank and tier of every region under each scheme."""
    columns = [REGION_ID, *REGION]
    for name in comparison.names:
        said = scheme_text(comparison, name)
        rank, tier = word("rank_of").fill(name=said), word("tier_of").fill(name=said)
        columns.append(column(rank, of=whole_at(f"{name}_rank"), digits=0))
        columns.append(column(tier, of=tier_at(f"{name}_tier")))
    if comparison.reference is not None:
        columns.append(column("reference", of=tier_at("reference")))
    records = records_of(comparison.to_frame())
    return print_table("ranks", "rank_table", columns, records, headings=3)
