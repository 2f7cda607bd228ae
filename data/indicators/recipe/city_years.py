"""City units over the years 2010 to 2023, as the yearbook of cities prints them: the columns with a clean run."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from recipe.common import (
    FRAMEWORK_COLUMNS,
    FUNCTION_ROWS,
    HERE,
    VALUE_COLUMNS,
    Row,
    number,
    read,
    write,
    write_sources,
)

NAME = "city-years"
TABLES = ("research", "technology", "industry", "culture")


class Series(NamedTuple):
    """An indicator: its unit, and the years that are taken."""

    unit: str
    years: tuple[int, int] = (2010, 2023)


# Left out: what stops before 2023 but for teachers, what has one year only, and what the yearbook muddles.
SERIES: Mapping[str, Series] = {
    "gdp_100m_cny": Series("亿元"),
    "resident_population_10k": Series("万人"),
    "fiscal_expenditure_total_10k_cny": Series("万元"),
    "fiscal_science_expenditure_10k_cny": Series("万元"),
    "higher_education_students": Series("人"),
    "higher_education_teachers": Series("人"),
    "patent_grants": Series("件"),
    "invention_grants": Series("件"),
    "library_holdings_10k": Series("万册"),
    "museums": Series("个"),
}
SHARE = "fiscal_science_share_pct"
SHARE_SOURCE = "computed-fiscal"
FAULTY = "suspected-error"
FEWEST = 270
"""Cities with a value in every year of an indicator, at the least."""

GROUPS = (
    ("research_size", "科研规模", "Research size", "research"),
    ("technology_size", "技术规模", "Technology size", "technology"),
    ("technology_intensity", "技术强度", "Technology intensity", "technology"),
    ("culture_size", "文化规模", "Culture size", "culture"),
)
# Complete for 2017 to 2023.
FRAMEWORK = (
    (
        "higher_education_students",
        "高校在校学生数",
        "Students in higher education",
        "research_size",
        "talent",
    ),
    (
        "fiscal_science_expenditure_10k_cny",
        "财政科技支出",
        "Public spending on S&T",
        "technology_size",
        "input",
    ),
    ("patent_grants", "专利授权数", "Patents granted", "technology_size", "output"),
    (SHARE, "财政科技支出占比", "S&T share of public spending", "technology_intensity", "input"),
    (
        "library_holdings_10k",
        "公共图书馆藏书",
        "Public library holdings",
        "culture_size",
        "resources",
    ),
    ("museums", "博物馆数", "Museums", "culture_size", "organisations"),
)
UNITS_EN = {
    "higher_education_students": "students",
    "fiscal_science_expenditure_10k_cny": "10,000 yuan",
    "patent_grants": "patents",
    "library_holdings_10k": "10,000 volumes",
    "museums": "museums",
}


def build(shared: Path) -> int:
    """Write the data set and return its number of values."""
    rows = list(_measured(shared))
    rows += _shares(rows)
    _require_whole_runs(rows)
    count = _write_values(rows)
    columns = dict.fromkeys((*FRAMEWORK_COLUMNS, "unit_en"))
    nodes = [*FUNCTION_ROWS, *_groups(), *_framework()]
    write(HERE / NAME / "framework.csv", list(columns), nodes)
    sources = [tuple(line.values()) for line in read(shared, "city_yearbook_sources.csv")]
    computed = "computed from this set: spending on science and technology over all public spending of the year"
    write_sources(NAME, [*sources, (SHARE_SOURCE, "hubtiers", computed, "", "")])
    return count


def _measured(shared: Path) -> Iterator[Row]:
    for table in TABLES:
        for line in read(shared, f"city_yearbook_panel_{table}.csv"):
            series = SERIES.get(line["indicator"])
            year = int(line["year"])
            if series is None or not series.years[0] <= year <= series.years[1]:
                continue
            # An amount spent cannot be negative: one cell is, and says that the row is corrupt there.
            if line["status"] == FAULTY or float(line["value"]) < 0:
                continue
            if line["unit"] != series.unit:
                raise SystemExit(
                    f"{NAME}: {line['indicator']} is in {line['unit']}, expected {series.unit}"
                )
            yield Row(
                line["region"],
                line["indicator"],
                float(line["value"]),
                year,
                series.unit,
                line["source"],
                line["status"],
            )


def _shares(rows: Iterable[Row]) -> list[Row]:
    known = {(r.region, r.indicator, r.year): r.value for r in rows}
    shares = []
    for (region, indicator, year), value in sorted(known.items()):
        whole = known.get((region, "fiscal_expenditure_total_10k_cny", year))
        if indicator == "fiscal_science_expenditure_10k_cny" and whole:
            share = float(number(round(100.0 * value / whole, 6)))
            shares.append(Row(region, SHARE, share, year, "%", SHARE_SOURCE, "computed"))
    return shares


def _require_whole_runs(rows: Iterable[Row]) -> None:
    present = Counter((r.indicator, r.year) for r in rows)
    for code, *_ in FRAMEWORK:
        for year in range(2017, 2024):
            if present[code, year] < FEWEST:
                raise SystemExit(
                    f"{NAME}: {code} has {present[code, year]} cities in {year}, expected {FEWEST}"
                )


def _write_values(rows: Iterable[Row]) -> int:
    """Write `values.csv.gz`, sorted; the same rows give the same bytes."""
    place = {code: position for position, code in enumerate((*SERIES, SHARE))}
    listed = sorted(rows, key=lambda r: (place[r.indicator], r.year, r.region))
    if len({(r.region, r.indicator, r.year) for r in listed}) != len(listed):
        raise SystemExit(f"{NAME}: a region has an indicator twice in one year")
    text = io.StringIO()
    writer = csv.DictWriter(text, VALUE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in listed:
        writer.writerow(
            {key: number(v) if isinstance(v, float) else v for key, v in vars(row).items()}
        )
    path = HERE / NAME / "values.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0))
    return len(listed)


def _groups() -> list[dict[str, object]]:
    keys = ("code", "name_zh", "name_en", "parent")
    return [dict(zip(keys, group, strict=True)) | {"weight": 1} for group in GROUPS]


def _framework() -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = []
    for code, zh, en, parent, category in FRAMEWORK:
        intensive = code == SHARE
        nodes.append(
            {
                "code": code,
                "name_zh": zh,
                "name_en": en,
                "parent": parent,
                "category": category,
                "direction": 1,
                "unit": "%" if intensive else SERIES[code].unit,
                "kind": "intensive" if intensive else "extensive",
                "weight": 1,
                "denominator": "fiscal_expenditure_total_10k_cny" if intensive else "",
                "source": "国家统计局城市社会经济调查司: 中国城市统计年鉴, 2011—2024",
                "unit_en": UNITS_EN.get(code, ""),
            }
        )
    return nodes
