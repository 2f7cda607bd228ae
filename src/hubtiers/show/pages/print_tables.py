"""What stands in the printed tables, once for every format: columns in two languages, rows, and notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.framework import CATEGORIES, Indicator
from hubtiers.scheme import Result
from hubtiers.show.figures.certainty import Certainty
from hubtiers.show.methods import short_method
from hubtiers.show.style import tier_names
from hubtiers.show.words import number_text

__all__ = ["Cell", "Column", "Pair", "PrintTable", "list_tables"]

TABLE_LANGUAGES = ("zh", "en", "both")


@dataclass(frozen=True)
class Pair:
    """A text in both languages."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """Return the text in one language, or both beside each other where they differ."""
        if language == "both":
            return self.zh if self.zh == self.en else f"{self.zh} {self.en}".strip()
        return self.zh if language == "zh" else self.en


Cell = Pair | str | float | int | None


@dataclass(frozen=True)
class Column:
    """A column: its heading, the digits of its numbers (None for text), and the language it is kept for."""

    heading: Pair
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
    title: Pair
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Pair, ...] = ()
    headings: int = 1

    def shown(self, language: str) -> tuple[list[Column], list[list[Cell]]]:
        """Return the columns and rows in a language; texts in both where `"both"` is asked for."""
        if language not in TABLE_LANGUAGES:
            raise UnknownOptionError("language of a table", language, TABLE_LANGUAGES)
        kept = [place for place, column in enumerate(self.columns) if column.serves(language)]
        rows: list[list[Cell]] = []
        for row in self.rows:
            cells = (row[place] for place in kept)
            rows.append([cell.say(language) if isinstance(cell, Pair) else cell for cell in cells])
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
    return cell.say("both") if isinstance(cell, Pair) else cell


def list_tables(
    result: Result,
    *,
    robustness: Certainty | None = None,
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
    levels = [Pair("功能层", "Function"), Pair("子系统", "Sub-group")]
    heads = [Column(levels[k] if k < 2 else Pair(f"第{k + 1}层", f"Level {k + 1}")) for k in range(deepest - 1)]
    columns = (
        *heads,
        Column(Pair("指标", "Indicator (Chinese)"), only="zh"),
        Column(Pair("指标（英文）", "Indicator"), only="en"),
        Column(Pair("类别", "Category")),
        Column(Pair("单位", "Unit")),
        Column(Pair("方向", "Direction")),
        Column(Pair("权重", "Weight"), 4),
        Column(Pair("有值区域数", "Regions with a value"), 0),
        Column(Pair("数据年份", "Year")),
        Column(Pair("来源", "Source")),
    )
    rows: list[tuple[Cell, ...]] = []
    for node in framework.indicators:
        groups = [_node_pair(result, code) for code in framework.ancestors(node.code)[-2::-1]]
        groups += [Pair("", "")] * (deepest - 1 - len(groups))
        values = result.table.values[node.code]
        rows.append(
            (*groups, *_names(node), _category(node), node.unit,
             Pair("正向", "positive") if node.direction > 0 else Pair("逆向", "negative"), float(weights[node.code]),
             int(values.notna().sum()), _years(result.table.year[node.code]), node.source)
        )  # fmt: skip
    notes = (_weight_note(result), *_status_notes(result))
    return PrintTable("indicators", Pair("指标体系", "Indicator system"), columns, tuple(rows), notes, deepest)


def scores_and_ranks(result: Result) -> PrintTable:
    """Return names, score, rank, tier, sub-scores and coverage, best first: the frame of the result."""
    frame = result.to_frame()
    subs = list(result.sub_scores.columns)
    columns = (
        Column(Pair("代码", "Region id")),
        Column(Pair("区域", "Region (Chinese)"), only="zh"),
        Column(Pair("区域（英文）", "Region"), only="en"),
        Column(Pair("综合得分", "Score"), 4),
        Column(Pair("位次", "Rank"), 0),
        Column(Pair("层级", "Tier")),
        *(Column(_node_pair(result, code), 4) for code in subs),
        Column(Pair("覆盖率", "Coverage"), 2),
    )
    rows = tuple(
        (str(region), str(row["name_zh"]), str(row["name_en"]), _number(row["score"]), whole_cell(row["rank"]),
         tier_cell(row["tier"]), *(_number(row[code]) for code in subs), _number(row["coverage"]))
        for region, row in zip(frame.index, frame.to_dict("records"), strict=True)
    )  # fmt: skip
    notes = [_method_note(result)]
    if result.no_data:
        n = len(result.no_data)
        notes.append(Pair(f"{n} 个区域数据不足，不计分。", f"{n} regions have too few values for a score."))
    return PrintTable("scores", Pair("综合得分、位次与层级", "Scores, ranks and tiers"), columns, rows, tuple(notes), 3)


def tiers_and_breaks(result: Result) -> PrintTable:
    """Return the range of scores and the number of regions of each tier."""
    counts = result.tier.value_counts()
    columns = (
        Column(Pair("层级", "Tier")),
        Column(Pair("得分下限", "Score from"), 4),
        Column(Pair("得分上限", "Score to"), 4),
        Column(Pair("区域数", "Regions"), 0),
    )
    rows = tuple(
        (tier_cell(row["tier"]), _number(row["lower"]), _number(row["upper"]), int(counts.get(row["tier"], 0)))
        for row in result.breaks.to_frame().to_dict("records")
    )
    method = short_method(result.fitted.scheme.tier)
    fit = number_text(result.breaks.gvf, 4)
    note = Pair(
        f"分级方法：{method['zh']}；方差拟合优度 GVF = {fit}。",
        f"Tiers: {method['en']}; goodness of variance fit {fit}.",
    )
    return PrintTable("tiers", Pair("层级与分界", "Tiers and cut-points"), columns, rows, (note,))


def weights_by_scheme(results: Mapping[str, Result]) -> PrintTable:
    """Return the effective weight of every indicator under each scheme."""
    first = next(iter(results.values()))
    framework = first.table.framework
    if any(result.table.framework.codes != framework.codes for result in results.values()):
        raise DataError("The results do not have the same indicators, so that their weights cannot be compared.")
    methods = {name: short_method(result.fitted.scheme.weight) for name, result in results.items()}
    heads = [Column(Pair(name or m["zh"], name or m["en"]), 4) for name, m in methods.items()]
    columns = (
        Column(Pair("指标", "Indicator (Chinese)"), only="zh"),
        Column(Pair("指标（英文）", "Indicator"), only="en"),
        *heads,
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (*_names(node), *(float(r.weights[node.code]) for r in results.values())) for node in framework.indicators
    )
    numbers = [
        (column.heading, number_text(result.effective_indicators, 2))
        for column, result in zip(heads, results.values(), strict=True)
    ]
    note = Pair(
        "有效指标数 1/Σw²：" + "，".join(f"{head.zh} {n}" for head, n in numbers) + "。",
        "Effective number of indicators 1/Σw²: " + ", ".join(f"{head.en} {n}" for head, n in numbers) + ".",
    )
    return PrintTable("weights", Pair("指标权重", "Weights of the indicators"), columns, rows, (note,), 2)


def schemes_compared(comparison: Comparison) -> PrintTable:
    """Return one row per scheme: agreement with the first, fit, and agreement with the reference."""
    return frame_compared(comparison.summary().rename_axis("scheme").reset_index())


_COMPARED: Mapping[str, tuple[str, str, int | None]] = {
    "weights": ("赋权方法", "Weights", None),
    "scheme": ("方案", "Scheme", None),
    "outside": ("外部变量", "Outside variable", None),
    "n": ("可比区域", "Compared", 0),
    "pearson": ("皮尔逊 r", "Pearson's r", 3),
    "kendall": ("肯德尔 τ", "Kendall's tau", 3),
    "spearman": ("斯皮尔曼 ρ", "Spearman's rho", 3),
    "same_tier": ("同级比例", "Same tier", 3),
    "in_same_tier": ("同级区域数", "In the same tier", 0),
    "gvf": ("拟合优度 GVF", "GVF", 4),
    "effective_indicators": ("有效指标数", "Effective indicators", 2),
    "matches": ("与参照同级", "Same as reference", 0),
    "reference_matches": ("与参照同级", "Same as reference", 0),
    "compared": ("可比区域", "Compared", 0),
    "reference_n": ("可比区域", "Compared", 0),
    "kappa": ("加权 κ", "Weighted kappa", 3),
    "different": ("不一致区域", "Different", None),
}


def frame_compared(frame: pd.DataFrame) -> PrintTable:
    """Return a frame with one row per scheme as a table; headings that are known appear in both languages."""
    columns = []
    for name in map(str, frame.columns):
        zh, en, digits = _COMPARED.get(name, (tier_names(name)["zh"], tier_names(name)["en"], -1))
        if digits == -1:
            numeric = pd.api.types.is_numeric_dtype(frame[name].dtype)
            digits = None if not numeric else 0 if pd.api.types.is_integer_dtype(frame[name].dtype) else 3
        columns.append(Column(Pair(zh, en), digits))
    rows = tuple(
        tuple(_any_cell(value, column.digits) for value, column in zip(row, columns, strict=True))
        for row in frame.itertuples(index=False, name=None)
    )
    title = Pair("不同方案的比较", "Schemes compared")
    return PrintTable("comparison", title, tuple(columns), rows)


def ranks_by_scheme(comparison: Comparison) -> PrintTable:
    """Return rank and tier of every region under each scheme."""
    frame = comparison.to_frame()
    columns = [Column(Pair("代码", "Region id"))]
    columns += [Column(Pair("区域", "Region (Chinese)"), only="zh"), Column(Pair("区域（英文）", "Region"), only="en")]
    for name in comparison.names:
        columns += [Column(Pair(f"{name} 位次", f"{name} rank"), 0), Column(Pair(f"{name} 层级", f"{name} tier"))]
    if comparison.reference is not None:
        columns.append(Column(Pair("参照层级", "Reference")))
    rows: list[tuple[Cell, ...]] = []
    for region, row in zip(frame.index, frame.to_dict("records"), strict=True):
        cells: list[Cell] = [str(region), str(row["name_zh"]), str(row["name_en"])]
        for name in comparison.names:
            cells += [whole_cell(row[f"{name}_rank"]), tier_cell(row[f"{name}_tier"])]
        rows.append((*cells, *([tier_cell(row["reference"])] if comparison.reference is not None else [])))
    return PrintTable(
        "ranks", Pair("各方案位次与层级", "Ranks and tiers by scheme"), tuple(columns), tuple(rows), (), 3
    )


def certainty_by_region(result: Result, robustness: Certainty) -> PrintTable:
    """Return the probability of each tier and the interval of the rank, best region first."""
    shares, spans = robustness.tier_probability, robustness.rank_interval
    frame = result.to_frame()
    columns = (
        Column(Pair("代码", "Region id")),
        Column(Pair("区域", "Region (Chinese)"), only="zh"),
        Column(Pair("区域（英文）", "Region"), only="en"),
        Column(Pair("层级", "Tier")),
        *(Column(Pair(*tier_names(str(label)).values()), 3) for label in shares.columns),
        Column(Pair("位次 5%", "Rank 5 %"), 1),
        Column(Pair("位次中位数", "Rank, median"), 1),
        Column(Pair("位次 95%", "Rank 95 %"), 1),
    )
    chance, reach = shares.reindex(frame.index), spans.reindex(frame.index)
    rows = tuple(
        (str(region), str(row["name_zh"]), str(row["name_en"]), tier_cell(row["tier"]),
         *(_number(chance.loc[region, label]) for label in shares.columns),
         *(_number(reach.loc[region, side]) for side in ("low", "median", "high")))
        for region, row in zip(frame.index, frame.to_dict("records"), strict=True)
    )  # fmt: skip
    note = Pair("概率与区间来自方法选择的随机变动。", "Probabilities and intervals come from random choices of method.")
    title = Pair("层级概率与位次区间", "Tier probabilities and rank intervals")
    return PrintTable("certainty", title, columns, rows, (note,), 3)


def _node_pair(result: Result, code: str) -> Pair:
    node = result.table.framework[code]
    return Pair(node.name_zh or node.name_en or code, node.name_en or node.name_zh or code)


def _names(node: Indicator) -> tuple[str, str]:
    return node.name_zh or node.name_en or node.code, node.name_en or node.name_zh or node.code


def _category(node: Indicator) -> Pair:
    return Pair(CATEGORIES.get(node.category, node.category), node.category.replace("_", " "))


def _years(years: pd.Series) -> str:
    known = sorted({int(year) for year in years.dropna()})
    return "" if not known else str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"


def _weight_note(result: Result) -> Pair:
    method = short_method(result.fitted.scheme.weight)
    return Pair(
        f"权重为各指标在综合得分中的有效权重（{method['zh']}），合计为 1。",
        f"Weights are effective weights in the composite score ({method['en']}); they sum to 1.",
    )


def _status_notes(result: Result) -> Iterator[Pair]:
    counts = _status_counts(result)
    if counts:
        words = [(STATUS_WORDS.get(status, (status, status)), n) for status, n in counts.items()]
        yield Pair(
            "数据状态：" + "，".join(f"{names[0]} {n} 个" for names, n in words) + "。",
            "Status of the values: " + ", ".join(f"{n} {names[1]}" for names, n in words) + ".",
        )


STATUS_WORDS: Mapping[str, tuple[str, str]] = {
    "official": ("官方", "official"),
    "compiled": ("汇编", "compiled"),
    "single-source": ("单一来源", "single-source"),
    "substituted": ("替代", "substituted"),
    "partial-year": ("部分年份", "partial-year"),
    "suspected-error": ("疑误", "suspected-error"),
    "printed": ("原文", "printed"),
    "computed": ("计算", "computed"),
    "": ("未注明", "not given"),
}


def _status_counts(result: Result) -> dict[str, int]:
    present = result.table.values.notna().to_numpy()
    cells = result.table.status.astype("object").to_numpy()[present]
    counts = pd.Series(cells, dtype="object").fillna("").astype("str").value_counts()
    return {} if set(counts.index) <= {""} else {str(k): int(n) for k, n in counts.items()}


def _method_note(result: Result) -> Pair:
    scheme = result.fitted.scheme
    steps = [short_method(m) for m in (scheme.normalise, scheme.weight, scheme.aggregate, scheme.tier)]
    return Pair(
        "方法：" + "，".join(step["zh"] for step in steps) + "。",
        "Method: " + ", ".join(step["en"] for step in steps) + ".",
    )


def tier_cell(label: object) -> Cell:
    """Return the name of a tier in both languages; None where there is none."""
    return None if _is_missing(label) else Pair(*tier_names(str(label)).values())


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
