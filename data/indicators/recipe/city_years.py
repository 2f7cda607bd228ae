"""City units over the years 2010 to 2023, as the yearbook of cities prints them: the columns with a clean run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from recipe.common import (
    Row,
    group_nodes,
    indicator_node,
    number,
    read,
    write_framework,
    write_sources,
    write_values,
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
    ("research_size", "科研规模", "Research size", "research", 1),
    ("technology_size", "技术规模", "Technology size", "technology", 1),
    ("technology_intensity", "技术强度", "Technology intensity", "technology", 1),
    ("culture_size", "文化规模", "Culture size", "culture", 1),
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


def build(shared: Path) -> int:
    """Write the data set and return its number of values."""
    rows = list(_measured(shared))
    rows += _shares(rows)
    _require_whole_runs(rows)
    count = write_values(NAME, rows, (*SERIES, SHARE), "values.csv.gz")
    write_framework(NAME, _framework(), groups=group_nodes(GROUPS))
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


def _framework() -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = []
    source = "国家统计局城市社会经济调查司: 中国城市统计年鉴, 2011—2024"
    for said in FRAMEWORK:
        intensive = said[0] == SHARE
        unit = "%" if intensive else SERIES[said[0]].unit
        under = "fiscal_expenditure_total_10k_cny" if intensive else ""
        nodes.append(indicator_node(said, unit, source, under, intensive=intensive))
    return nodes
