"""What stands in the printed tables, once for every format: columns in two languages, rows, and notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.framework import CATEGORIES, Indicator
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.methods import method_text
from hubtiers.show.words import Text, join_texts, node_text, number_text, tier_text, word

__all__ = ["Cell", "Column", "PrintTable", "list_tables"]

TABLE_LANGUAGES = ("zh", "en", "both")


Cell = Text | str | float | int | None


@dataclass(frozen=True)
class Column:
    """A column: its heading, the digits of its numbers (None for text), and the language it is kept for."""

    heading: Text
    digits: int | None = None
    only: str = ""

    def serves(self, language: str) -> bool:
        """Return whether the column belongs into a table in this language."""
        return not self.only or language in (self.only, "both")


@dataclass(frozen=True, eq=False)
class PrintTable:
    """A table for print.

    Attributes
    ----------
    name
        Short name, such as `scores`.
    title
        Its caption.
    columns, rows
        Headings and cells; None is a missing value.
    notes
        What stands below it: method, sources, what is missing.
    headings
        How many columns, from the left, name the row.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Text, ...] = ()
    headings: int = 1

    def shown(self, language: str) -> tuple[list[Column], list[list[Cell]]]:
        """Return the columns and rows in a language; texts in both where `"both"` is asked for."""
        if language not in TABLE_LANGUAGES:
            raise UnknownOptionError("language of a table", language, TABLE_LANGUAGES)
        kept = [place for place, column in enumerate(self.columns) if column.serves(language)]
        rows: list[list[Cell]] = []
        for row in self.rows:
            cells = (row[place] for place in kept)
            rows.append([cell.say(language) if isinstance(cell, Text) else cell for cell in cells])
        return [self.columns[place] for place in kept], rows

    def texts(self, language: str) -> list[list[str]]:
        """Return the rows as text, numbers with the digits of their column."""
        columns, rows = self.shown(language)
        return [[cell_words(cell, column) for cell, column in zip(row, columns, strict=True)] for row in rows]

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a frame with English headings."""
        columns, rows = self.shown("en")
        return pd.DataFrame(rows, columns=[column.heading.en for column in columns])


def cell_words(cell: Cell, column: Column) -> str:
    """Return a cell as text, a dash for what is missing."""
    if cell is None:
        return "–"
    if isinstance(cell, (int, float)):
        return number_text(cell, column.digits or 0)
    return cell.say("both") if isinstance(cell, Text) else cell


def list_tables(
    result: Result,
    *,
    robustness: Robustness | None = None,
    comparison: Comparison | pd.DataFrame | None = None,
) -> dict[str, PrintTable]:
    """Return the tables of a result by name: indicators, scores, tiers, weights, and what else is given."""
    tables = [indicator_system(result), scores_and_ranks(result), tiers_and_breaks(result)]
    tables.append(weights_by_scheme(_with_own(result, comparison)))
    if isinstance(comparison, Comparison):
        tables += [schemes_compared(comparison), ranks_by_scheme(comparison)]
    elif isinstance(comparison, pd.DataFrame):
        if len(comparison):
            tables.append(frame_compared(comparison))
    elif comparison is not None:
        raise SpecError(
            f"comparison is {type(comparison).__name__}. Give what compare_schemes returned, or a frame with a row for "
            "each scheme."
        )
    if robustness is not None:
        tables.append(certainty_by_region(result, robustness))
    return {table.name: table for table in tables}


def _with_own(result: Result, comparison: Comparison | pd.DataFrame | None) -> dict[str, Result]:
    """Return the results whose weights are shown: the compared ones, and the own one where it is none of them."""
    others = dict(comparison.results) if isinstance(comparison, Comparison) else {}
    own = any(other.weights.equals(result.weights) for other in others.values())
    return others if own else {"": result, **others}


def indicator_system(result: Result) -> PrintTable:
    """Return the indicator system (指标体系): groups, indicators, units, directions, weights, years, sources."""
    framework, weights = result.table.framework, result.weights
    deepest = max((framework.depth(code) for code in framework.codes), default=1)
    levels = [word("function_level"), word("sub_group")]
    heads = [Column(levels[k] if k < 2 else word("level_number").fill(n=k + 1)) for k in range(deepest - 1)]
    columns = (
        *heads,
        Column(word("indicator_zh"), only="zh"),
        Column(word("indicator_en"), only="en"),
        Column(word("category")),
        Column(word("unit")),
        Column(word("direction")),
        Column(word("weight"), 4),
        Column(word("valued_regions"), 0),
        Column(word("data_year")),
        Column(word("source")),
    )
    rows: list[tuple[Cell, ...]] = []
    for node in framework.indicators:
        groups = [node_text(result, code) for code in framework.ancestors(node.code)[-2::-1]]
        groups += [Text("", "")] * (deepest - 1 - len(groups))
        values = result.table.values[node.code]
        rows.append(
            (*groups, *_names(node), _category(node), node.unit,
             word("positive") if node.direction > 0 else word("negative"), float(weights[node.code]),
             int(values.notna().sum()), _years(result.table.year[node.code]), node.source)
        )  # fmt: skip
    notes = (_weight_note(result), *_status_notes(result))
    return PrintTable("indicators", word("indicator_table"), columns, tuple(rows), notes, deepest)


def scores_and_ranks(result: Result) -> PrintTable:
    """Return names, score, rank, tier, sub-scores and coverage, best first: the frame of the result."""
    frame = result.to_frame()
    subs = list(result.sub_scores.columns)
    columns = (
        Column(word("region_id")),
        Column(word("region_zh"), only="zh"),
        Column(word("region_en"), only="en"),
        Column(word("score"), 4),
        Column(word("rank"), 0),
        Column(word("tier")),
        *(Column(node_text(result, code), 4) for code in subs),
        Column(word("coverage"), 2),
    )
    rows = tuple(
        (str(region), str(row["name_zh"]), str(row["name_en"]), _number(row["score"]), whole_cell(row["rank"]),
         tier_cell(row["tier"]), *(_number(row[code]) for code in subs), _number(row["coverage"]))
        for region, row in zip(frame.index, frame.to_dict("records"), strict=True)
    )  # fmt: skip
    notes = [_method_note(result)]
    if result.no_data:
        n = len(result.no_data)
        notes.append(word("no_score_note").fill(n=n))
    return PrintTable("scores", word("score_table"), columns, rows, tuple(notes), 3)


def tiers_and_breaks(result: Result) -> PrintTable:
    """Return the range of scores and the number of regions of each tier."""
    counts = result.tier.value_counts()
    columns = (
        Column(word("tier")),
        Column(word("score_from"), 4),
        Column(word("score_to"), 4),
        Column(word("count"), 0),
    )
    rows = tuple(
        (tier_cell(row["tier"]), _number(row["lower"]), _number(row["upper"]), int(counts.get(row["tier"], 0)))
        for row in result.breaks.to_frame().to_dict("records")
    )
    note = word("tier_note").fill(method=method_text(result.fitted.scheme.tier), gvf=number_text(result.breaks.gvf, 4))
    return PrintTable("tiers", word("tier_table"), columns, rows, (note,))


def weights_by_scheme(results: Mapping[str, Result]) -> PrintTable:
    """Return the effective weight of every indicator under each scheme."""
    first = next(iter(results.values()))
    framework = first.table.framework
    if any(result.table.framework.codes != framework.codes for result in results.values()):
        raise DataError("The results do not have the same indicators, so that their weights cannot be compared.")
    heads = []
    for name, result in results.items():
        heads.append(Column(Text.same(name) if name else method_text(result.fitted.scheme.weight), 4))
    columns = (
        Column(word("indicator_zh"), only="zh"),
        Column(word("indicator_en"), only="en"),
        *heads,
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (*_names(node), *(float(r.weights[node.code]) for r in results.values())) for node in framework.indicators
    )
    numbers = []
    for column, result in zip(heads, results.values(), strict=True):
        number = number_text(result.effective_indicators, 2)
        numbers.append(Text(f"{column.heading.zh} {number}", f"{column.heading.en} {number}"))
    note = word("effective_note").fill(list=join_texts(numbers))
    return PrintTable("weights", word("weight_table"), columns, rows, (note,), 2)


def schemes_compared(comparison: Comparison) -> PrintTable:
    """Return one row per scheme: agreement with the first, fit, and agreement with the reference."""
    return frame_compared(comparison.summary().rename_axis("scheme").reset_index())


# Columns of a comparison that have words of their own: which word, and the digits of the numbers.
_COMPARED: Mapping[str, tuple[str, int | None]] = {
    "weights": ("weighting", None),
    "scheme": ("scheme", None),
    "outside": ("outside_variable", None),
    "n": ("comparable", 0),
    "pearson": ("pearson", 3),
    "kendall": ("kendall", 3),
    "spearman": ("spearman", 3),
    "same_tier": ("same_tier", 3),
    "in_same_tier": ("in_same_tier", 0),
    "gvf": ("gvf", 4),
    "effective_indicators": ("effective_indicators", 2),
    "matches": ("reference_matches", 0),
    "reference_matches": ("reference_matches", 0),
    "compared": ("comparable", 0),
    "reference_n": ("comparable", 0),
    "kappa": ("kappa", 3),
    "different": ("different", None),
}


def frame_compared(frame: pd.DataFrame) -> PrintTable:
    """Return a frame with one row per scheme as a table; headings that are known appear in both languages."""
    columns = []
    for name in map(str, frame.columns):
        if name in _COMPARED:
            key, digits = _COMPARED[name]
            columns.append(Column(word(key), digits))
        else:
            columns.append(Column(tier_text(name), _digits_of(frame[name])))
    rows = tuple(
        tuple(_any_cell(value, column.digits) for value, column in zip(row, columns, strict=True))
        for row in frame.itertuples(index=False, name=None)
    )
    title = word("comparison_table")
    return PrintTable("comparison", title, tuple(columns), rows)


def _digits_of(column: pd.Series) -> int | None:
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return None
    return 0 if pd.api.types.is_integer_dtype(column.dtype) else 3


def ranks_by_scheme(comparison: Comparison) -> PrintTable:
    """Return rank and tier of every region under each scheme."""
    frame = comparison.to_frame()
    columns = [Column(word("region_id"))]
    columns += [Column(word("region_zh"), only="zh"), Column(word("region_en"), only="en")]
    for name in comparison.names:
        columns += [Column(word("rank_of").fill(name=name), 0), Column(word("tier_of").fill(name=name))]
    if comparison.reference is not None:
        columns.append(Column(word("reference")))
    rows: list[tuple[Cell, ...]] = []
    for region, row in zip(frame.index, frame.to_dict("records"), strict=True):
        cells: list[Cell] = [str(region), str(row["name_zh"]), str(row["name_en"])]
        for name in comparison.names:
            cells += [whole_cell(row[f"{name}_rank"]), tier_cell(row[f"{name}_tier"])]
        rows.append((*cells, *([tier_cell(row["reference"])] if comparison.reference is not None else [])))
    return PrintTable("ranks", word("rank_table"), tuple(columns), tuple(rows), (), 3)


def certainty_by_region(result: Result, robustness: Robustness) -> PrintTable:
    """Return the probability of each tier and the interval of the rank, best region first."""
    shares, spans = robustness.tier_probability, robustness.rank_interval
    frame = result.to_frame()
    columns = (
        Column(word("region_id")),
        Column(word("region_zh"), only="zh"),
        Column(word("region_en"), only="en"),
        Column(word("tier")),
        *(Column(tier_text(label), 3) for label in shares.columns),
        Column(word("rank_low"), 1),
        Column(word("rank_median"), 1),
        Column(word("rank_high"), 1),
    )
    chance, reach = shares.reindex(frame.index), spans.reindex(frame.index)
    rows = tuple(
        (str(region), str(row["name_zh"]), str(row["name_en"]), tier_cell(row["tier"]),
         *(_number(chance.loc[region, label]) for label in shares.columns),
         *(_number(reach.loc[region, side]) for side in ("low", "median", "high")))
        for region, row in zip(frame.index, frame.to_dict("records"), strict=True)
    )  # fmt: skip
    note = word("certainty_note")
    title = word("certainty_table")
    return PrintTable("certainty", title, columns, rows, (note,), 3)


def _names(node: Indicator) -> tuple[str, str]:
    return node.name_zh or node.name_en or node.code, node.name_en or node.name_zh or node.code


def _category(node: Indicator) -> Text:
    return Text(CATEGORIES.get(node.category, node.category), node.category.replace("_", " "))


def _years(years: pd.Series) -> str:
    known = sorted({int(year) for year in years.dropna()})
    return "" if not known else str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"


def _weight_note(result: Result) -> Text:
    return word("weight_note").fill(method=method_text(result.fitted.scheme.weight))


def _status_notes(result: Result) -> Iterator[Text]:
    counts = _status_counts(result)
    if counts:
        counted = [word("status_count").fill(status=status_text(status), n=n) for status, n in counts.items()]
        yield word("status_note").fill(list=join_texts(counted))


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


def status_text(status: str) -> Text:
    """Return the word for a status; a status of the data's own as it is."""
    return word(f"status_{status or 'unknown'}") if status in STATUSES else Text.same(status)


def _status_counts(result: Result) -> dict[str, int]:
    present = result.table.values.notna().to_numpy()
    cells = result.table.status.astype("object").to_numpy()[present]
    counts = pd.Series(cells, dtype="object").fillna("").astype("str").value_counts()
    return {} if set(counts.index) <= {""} else {str(k): int(n) for k, n in counts.items()}


def _method_note(result: Result) -> Text:
    scheme = result.fitted.scheme
    steps = [method_text(m) for m in (scheme.normalise, scheme.weight, scheme.aggregate, scheme.tier)]
    return word("method_note").fill(steps=join_texts(steps))


def tier_cell(label: object) -> Cell:
    """Return the name of a tier in both languages; None where there is none."""
    return None if _is_missing(label) else tier_text(label)


def _number(value: object) -> Cell:
    return None if _is_missing(value) else float(str(value))


def whole_cell(value: object) -> Cell:
    """Return a whole number; None where it is missing."""
    return None if _is_missing(value) else int(float(str(value)))


def _any_cell(value: object, digits: int | None) -> Cell:
    if _is_missing(value):
        return None
    return str(value) if digits is None else int(float(str(value))) if digits == 0 else float(str(value))


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
