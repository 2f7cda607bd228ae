"""Tables as offices publish them: ugly headers and numbers, encodings, merged cells, totals and footnotes, and damage."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fuzz.trial import chance, damaged, pick, require, told

from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.read import IndicatorFile, ReadLimits, read_indicators

KIND = "tables"
REGIONS = (
    "北京",
    "上海",
    "江苏省",
    "Alba",
    "São Miguel",
    "Zürich",
    "North Isle",
    "Ǫrland",
    "Ωmega",
)
FRAMEWORK = Framework(
    (
        Indicator("gdp", "生产总值", "Gross product", unit="亿元"),
        Indicator("labs", "实验室数", "Laboratories", unit="个"),
        Indicator("rate", "就业率", "Rate of employment", unit="", kind="intensive"),
    )
)
HEADERS = {
    "gdp": (
        "gdp",
        "生产总值",
        "Gross product",
        "生产总值（亿元）",
        "生产总值\n（亿元）",
        "生 产 总 值",
    ),
    "labs": ("labs", "实验室数", "Laboratories", "实验室数(个)", " 实验室数 "),
    "rate": ("rate", "就业率", "Rate of employment", "就业率①"),
}
TEN_THOUSAND = "生产总值（万元）"
MISSING = ("", "—", "…", "NA", "n.a.", "..", "-")
TOTALS = ("全国", "合计", "总计", "东部地区")
FOOTNOTES = (
    "注：本表为初步数。",
    "资料来源：统计局。",
    "Source: office of statistics.",
    "注：①为估计数。",
)
LIMITS = ReadLimits(max_bytes=1 << 20, max_unzipped_bytes=1 << 22, max_cells=20_000)
Grid = list[list[Any]]


@dataclass
class Table:
    """A table with what stands in it: value by region, indicator and year."""

    grid: Grid
    truth: dict[tuple[str, str, int | None], float]
    merged: list[tuple[int, int, int, int]]


def number(rng: np.random.Generator) -> tuple[float, str]:
    """Return a number and one way to print it."""
    whole = int(rng.integers(0, 10 ** int(rng.integers(1, 8))))
    places = int(rng.integers(0, 4))
    text = f"{whole}.{int(rng.integers(10**places)):0{places}d}" if places else str(whole)
    value = float(text)
    match int(rng.integers(7)):
        case 0 if whole >= 1000:
            return value, f"{whole:,}" + text[len(str(whole)) :]
        case 1:
            return value, text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
        case 2:
            return value, f" {text} "
        case 3:
            return value, f"{text}①"
        case 4 if whole:
            return -value, f"-{text}"
        case _:
            return value, text


def made(rng: np.random.Generator) -> Table:
    """Return a table of some regions and indicators, with what offices put around it."""
    regions = [str(name) for name in rng.permutation(REGIONS)[: int(rng.integers(2, 9))]]
    codes = [str(code) for code in rng.permutation(list(HEADERS))[: int(rng.integers(1, 4))]]
    years = [2019, 2020, 2021][: int(rng.integers(2, 4))] if chance(rng, 0.3) else [None]
    heads, factors = {}, {}
    for code in codes:
        is_converted = code == "gdp" and chance(rng, 0.3)
        heads[code] = TEN_THOUSAND if is_converted else pick(rng, HEADERS[code])
        factors[code] = 1e-4 if is_converted else 1.0
    columns = [(code, year) for code in codes for year in years]
    table = Table([], {}, [])
    for row, region in enumerate(regions):
        cells = [region + pick(rng, ("", "", "", "①", " ", "　"))]
        for code, year in columns:
            value, text = number(rng) if chance(rng, 0.93) else (math.nan, pick(rng, MISSING))
            # A column without a number is none of numbers.
            if row == 0 and math.isnan(value):
                value, text = number(rng)
            table.truth[region, code, year] = value * factors[code]
            cells.append(text)
        table.grid.append(cells)
    _surround(rng, table, columns, heads)
    return table


def _surround(rng: np.random.Generator, table: Table, columns: list[Any], heads: Any) -> None:
    """Put header, titles, totals and footnotes around the rows."""
    width = len(columns) + 1
    corner = pick(rng, ("地区", "region", "城市", "Region"))
    if columns[0][1] is None:
        header = [[corner, *(heads[code] for code, _ in columns)]]
    elif chance(rng, 0.5):
        header = [[corner, *(f"{heads[code]} {year}" for code, year in columns)]]
    else:
        header = [
            [corner, *(heads[code] for code, _ in columns)],
            ["", *(str(year) for _, year in columns)],
        ]
    if chance(rng, 0.3):
        totals = [pick(rng, TOTALS), *("1" for _ in columns)]
        table.grid.insert(int(rng.integers(2)) * len(table.grid), totals)
    titles = [["3-5  各地区主要指标"], []][: int(rng.integers(3))] if chance(rng, 0.4) else []
    feet = [[pick(rng, FOOTNOTES)]] if chance(rng, 0.4) else []
    if chance(rng, 0.2):
        table.grid.insert(int(rng.integers(1, len(table.grid) + 1)), [])
    if len(header) == 2 and chance(rng, 0.7):
        _merge_years(table, header, columns, len(titles))
    rows = [*titles, *header, *table.grid, *feet]
    table.grid = [[*row, *[""] * (width - len(row))] for row in rows]


def _merge_years(table: Table, header: Grid, columns: list[Any], top: int) -> None:
    """Let the name of an indicator stand once, above its years."""
    years = len({year for _, year in columns})
    for first in range(1, len(columns) + 1, years):
        header[0][first + 1 : first + years] = [""] * (years - 1)
        table.merged.append((top + 1, first + 1, top + 1, first + years))
    table.merged.append((top + 1, 1, top + 2, 1))


def written(rng: np.random.Generator, table: Table, folder: Path) -> Path:
    """Write the table in one of the formats."""
    match int(rng.integers(6)):
        case 0:
            return _workbook(rng, table, folder)
        case 1:
            return _old_workbook(table, folder)
        case _:
            return _text(rng, table, folder)


def _text(rng: np.random.Generator, table: Table, folder: Path) -> Path:
    delimiter, suffix = pick(rng, ((",", "csv"), (";", "csv"), ("\t", "tsv"), ("\t", "txt")))
    stream = io.StringIO()
    end = pick(rng, ("\n", "\r\n", "\r"))
    # Python quotes a text with a line break only where the break is the end of its own lines.
    quoting = csv.QUOTE_ALL if end == "\r" else pick(rng, (csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows(table.grid)
    path = folder / f"table.{suffix}"
    path.write_bytes(stream.getvalue().encode(pick(rng, ("utf-8", "utf-8-sig", "gb18030"))))
    return path


def _stored(rng: np.random.Generator, text: str) -> Any:
    """Return a plain number as a workbook stores it, half the time."""
    is_plain = text.replace(".", "", 1).removeprefix("-").isascii() and chance(rng, 0.5)
    try:
        return float(text) if is_plain and text.strip() == text else text
    except ValueError:
        return text


def _workbook(rng: np.random.Generator, table: Table, folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in table.grid:
        sheet.append([row[0], *(_stored(rng, text) for text in row[1:])])
    for top, left, bottom, right in table.merged:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    path = folder / "table.xlsx"
    book.save(path)
    return path


def _old_workbook(table: Table, folder: Path) -> Path:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row, cells in enumerate(table.grid):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    path = folder / "table.xls"
    book.save(str(path))
    return path


def compared(table: Table, file: IndicatorFile) -> None:
    """Require that what was read stands in the table: each value once, none dropped in silence."""
    found: dict[tuple[str, str, int | None], float] = {}
    for row in file.values.itertuples():
        year = None if _has_no_year(table) else int(row.year)
        key = (str(row.region), str(row.indicator), year)
        require(key not in found, f"{key} stands twice")
        found[key] = float(row.value)
    read = {code for _, code, _ in found}
    # A header may not be recognised, as long as the report says so; then none of its values is read.
    lacking = {code for _, code, _ in table.truth} - read
    require(lacking <= set(_said_lacking(file)), f"{lacking} lost in silence")
    truth = {key: value for key, value in table.truth.items() if key[1] in read}
    require(found.keys() == truth.keys(), sorted(map(str, found.keys() ^ truth.keys())))
    for key, value in truth.items():
        both_missing = math.isnan(value) and math.isnan(found[key])
        is_same = both_missing or math.isclose(found[key], value, rel_tol=1e-12, abs_tol=0)
        require(is_same, f"{key} is {found[key]!r} and not {value!r}")


def _said_lacking(file: IndicatorFile) -> list[str]:
    text = repr(file.report).removesuffix(">")
    said = [line for line in text.splitlines() if "not in the file: " in line]
    return [code for line in said for code in line.split(": ")[-1].split(", ")]


def _has_no_year(table: Table) -> bool:
    return next(iter(table.truth))[2] is None


def trial(rng: np.random.Generator, folder: Path) -> str:
    """Write one table, damaged or not, and read it."""
    table = made(rng)
    path = written(rng, table, folder)
    is_damaged = chance(rng, 0.4)
    if is_damaged:
        path.write_bytes(damaged(rng, path.read_bytes()))
        if chance(rng, 0.1):
            path = path.rename(path.with_suffix(pick(rng, (".csv", ".xls", ".xlsx", ".txt"))))
    # A damaged table is also read without knowing its indicators, where anything may be one.
    framework = None if is_damaged and chance(rng, 0.3) else FRAMEWORK
    file, said = told(lambda: read_indicators(path, framework=framework, limits=LIMITS), path.name)
    if said:
        return "refused"
    account = repr(file.report)
    if is_damaged:
        keys = file.values[["region", "indicator", "year"]]
        is_told = "share region, indicator and year" in account
        require(
            is_told or not keys.duplicated().any(), "a value stands twice, which nobody is told"
        )
        return "read"
    compared(table, file)
    return "right"
