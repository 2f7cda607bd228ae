"""City units of the mainland: the China City Statistical Yearbook, official lists, one count of patents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from recipe.cities_lists import OUTSIDE, Register, count_universities, count_zones
from recipe.cities_lists import SOURCES as SOURCES_OF_LISTS
from recipe.common import (
    COMPUTED_FROM_POPULATION,
    Row,
    counted,
    group_nodes,
    indicator_node,
    number,
    read,
    write_framework,
    write_sources,
    write_values,
)

NAME = "cities"
YEARBOOK_CITIES = 296

# Of 三沙 (2,200 inhabitants) the yearbook prints patents alone.
SANSHA = "460300"

UNITS: Mapping[str, str] = {
    "double_first_class_universities": "个",
    "state_key_labs_academic": "个",
    "rd_expenditure_100m_cny": "亿元",
    "science_employees": "人",
    "higher_education_teachers": "人",
    "rd_intensity_pct": "%",
    "science_employees_per_10k": "人/万人",
    "invention_grants": "件",
    "technology_contracts_10k_cny": "万元",
    "patent_applicants": "个",
    "invention_grants_per_10k": "件/万人",
    "fiscal_science_share_pct": "%",
    "hightech_firms": "个",
    "state_key_labs_enterprise": "个",
    "national_hightech_zones": "个",
    "ict_employees": "人",
    "goods_exports_10k_cny": "万元",
    "hightech_firms_per_10k": "个/万人",
    "library_holdings_10k": "万册",
    "museums": "个",
    "culture_employees": "人",
    "resident_population_10k": "万人",
    "gdp_100m_cny": "亿元",
    "fiscal_science_expenditure_10k_cny": "万元",
    "fiscal_expenditure_total_10k_cny": "万元",
}
"""Every column in its order: the 21 of the framework, then what their ratios are made of."""

YEARBOOK = (
    "rd_expenditure_100m_cny",
    "science_employees",
    "higher_education_teachers",
    "invention_grants",
    "technology_contracts_10k_cny",
    "hightech_firms",
    "ict_employees",
    "goods_exports_10k_cny",
    "library_holdings_10k",
    "museums",
    "culture_employees",
    "resident_population_10k",
    "gdp_100m_cny",
    "fiscal_science_expenditure_10k_cny",
    "fiscal_expenditure_total_10k_cny",
)

# 葫芦岛: edition 2024 prints a science expenditure of -164; no share can be made of it, and the figure of 2022 stands.
NEGATIVE = ("211400", "fiscal_science_expenditure_10k_cny", 2022)

# How the working table names a source that is no edition of the yearbook, and its id here.
NAMED_SOURCES: Mapping[str, str] = {
    "2019 Guangdong": "guangdong-rd-2019",
    "江苏省统计局": "jiangsu-rd-2021",
    "2023上海科技进步报告": "shanghai-hightech-2023",
    "深圳市科技创新委员会": "shenzhen-hightech-2023",
}

_PRESS = "figure cited from a report; cite the publisher"
SOURCES = (
    (
        "most-labs-2019",
        "科学技术部",
        "国家重点实验室名单 (学科, 2019; 253 laboratories, counted by the seat of the host, once in each city of several)",
        "official list, cite the publisher",
        "GitHub huhuaping/techme; the city of each host was assigned for this set",
    ),
    (
        "most-labs-2016",
        "科学技术部",
        "企业国家重点实验室名单 (2016; 177 laboratories, counted by the seat of the host)",
        "official list, cite the publisher",
        "GitHub huhuaping/techme; the city of each host was assigned for this set",
    ),
    (
        "guangdong-rd-2019",
        "广东省统计局",
        "2019年广东省科技经费投入公报",
        "official statistics, cite the publisher",
        "a reprint (中商情报网)",
    ),
    (
        "jiangsu-rd-2021",
        "江苏省统计局",
        "2021年全省R&D经费, 分设区市 (the 13 cities add up to the province)",
        "official statistics, cite the publisher",
        "a reprint (hegsty.fun, 2022-12-22)",
    ),
    (
        "shanghai-hightech-2023",
        "上海市科学技术委员会",
        "2023上海科技进步报告: 有效期内高新技术企业2.4万家 (rounded)",
        _PRESS,
        "中国科学报, 2024-01-24",
    ),
    (
        "shenzhen-hightech-2023",
        "深圳市科技创新委员会",
        "国家高新技术企业2.47万家, 2023 (rounded)",
        _PRESS,
        "a news report (shenkexin.com)",
    ),
    (
        "computed-gdp",
        "hubtiers",
        "computed: R&D expenditure over the GDP of the same year",
        "",
        "",
    ),
    COMPUTED_FROM_POPULATION,
    (
        "computed-fiscal",
        "hubtiers",
        "computed: science over all general public budget expenditure of the same year",
        "",
        "",
    ),
)


class Lab(NamedTuple):
    """A list of laboratories: its type in the working table, year, source, and how many it has."""

    kind: str
    year: int
    source: str
    count: int


LABS: Mapping[str, Lab] = {
    "state_key_labs_academic": Lab("SKL", 2019, "most-labs-2019", 253),
    "state_key_labs_enterprise": Lab("FSKL", 2016, "most-labs-2016", 177),
}

RATIOS = (
    ("science_employees_per_10k", "science_employees"),
    ("invention_grants_per_10k", "invention_grants"),
    ("hightech_firms_per_10k", "hightech_firms"),
)
"""Ratios over the resident population, and what stands above the line."""

# What is doubtful above the line is doubtful as a ratio.
DOUBTFUL = {"single-source", "substituted", "suspected-error"}

FRAMEWORK = (
    (
        "double_first_class_universities",
        "双一流高校数",
        "Double First-Class universities",
        "research_size",
        "resources",
    ),
    (
        "state_key_labs_academic",
        "学科国家重点实验室数",
        "State key laboratories (academic)",
        "research_size",
        "resources",
    ),
    ("rd_expenditure_100m_cny", "R&D经费", "R&D expenditure", "research_size", "input"),
    (
        "science_employees",
        "科学研究和技术服务业从业人员",
        "Employees in research and technical services",
        "research_size",
        "talent",
    ),
    (
        "higher_education_teachers",
        "高校专任教师",
        "Full-time teachers in higher education",
        "research_size",
        "talent",
    ),
    ("rd_intensity_pct", "R&D投入强度", "R&D intensity", "research_intensity", "input"),
    (
        "science_employees_per_10k",
        "万人科研技术服务从业人员",
        "Research employees per 10,000",
        "research_intensity",
        "talent",
    ),
    (
        "invention_grants",
        "发明专利授权量",
        "Invention patents granted",
        "technology_size",
        "output",
    ),
    (
        "technology_contracts_10k_cny",
        "技术合同成交额",
        "Technology contracts",
        "technology_size",
        "radiation",
    ),
    (
        "patent_applicants",
        "专利申请主体数",
        "Patent applicants",
        "technology_size",
        "organisations",
    ),
    (
        "invention_grants_per_10k",
        "万人发明专利授权量",
        "Inventions granted per 10,000",
        "technology_intensity",
        "output",
    ),
    (
        "fiscal_science_share_pct",
        "财政科技支出占比",
        "Science in fiscal expenditure",
        "technology_intensity",
        "input",
    ),
    ("hightech_firms", "高新技术企业数", "High-tech firms", "industry_size", "industrialisation"),
    (
        "state_key_labs_enterprise",
        "企业国家重点实验室数",
        "State key laboratories (firms)",
        "industry_size",
        "organisations",
    ),
    (
        "national_hightech_zones",
        "国家高新区数",
        "National high-tech zones",
        "industry_size",
        "industrialisation",
    ),
    (
        "ict_employees",
        "信息传输、软件业从业人员",
        "Employees in information and software",
        "industry_size",
        "value_chain",
    ),
    ("goods_exports_10k_cny", "货物出口额", "Exports of goods", "industry_size", "value_chain"),
    (
        "hightech_firms_per_10k",
        "万人高新技术企业数",
        "High-tech firms per 10,000",
        "industry_intensity",
        "industrialisation",
    ),
    (
        "library_holdings_10k",
        "公共图书馆藏书",
        "Public library holdings",
        "culture_size",
        "resources",
    ),
    ("museums", "博物馆数", "Museums", "culture_size", "organisations"),
    (
        "culture_employees",
        "文化体育娱乐业从业人员",
        "Employees in culture, sports and entertainment",
        "culture_size",
        "talent",
    ),
)

DENOMINATORS: Mapping[str, str] = {
    "rd_intensity_pct": "gdp_100m_cny",
    "fiscal_science_share_pct": "fiscal_expenditure_total_10k_cny",
    **{ratio: "resident_population_10k" for ratio, _ in RATIOS},
}

# Culture is one of Zhang's functions, but not one of his three criteria of level.
FUNCTION_WEIGHTS: Mapping[str, float] = {
    "research": 1,
    "technology": 1,
    "industry": 1,
    "culture": 0.5,
}

GROUPS = (
    ("research_size", "科研规模", "Research size", "research", 2),
    ("research_intensity", "科研强度", "Research intensity", "research", 1),
    ("technology_size", "技术规模", "Technology size", "technology", 2),
    ("technology_intensity", "技术强度", "Technology intensity", "technology", 1),
    ("industry_size", "产业规模", "Industry size", "industry", 2),
    ("industry_intensity", "产业强度", "Industry intensity", "industry", 1),
    ("culture_size", "文化规模", "Culture size", "culture", 2),
)


def build(shared: Path) -> int:
    """Write the data set and return its number of values."""
    register = Register(shared)
    rows = [*_lists(shared, register), *_laboratories(shared, register)]
    rows += [*_applicants(shared, register), *_yearbook(shared)]
    _require_cities(rows)
    rows += [*_per_head(rows), *_intensity(shared, rows), *_fiscal_share(shared, rows)]
    count = write_values(NAME, rows, list(UNITS))
    write_framework(NAME, _framework(), groups=group_nodes(GROUPS), functions=FUNCTION_WEIGHTS)
    write_sources(NAME, _sources(shared, {row.source for row in rows}))
    return count


def _row(region: str, indicator: str, value: float, year: int, source: str, status: str) -> Row:
    return Row(region, indicator, value, year, UNITS[indicator], source, status)


def _lists(shared: Path, register: Register) -> Iterator[Row]:
    """Count what stands on a complete list: who is not on it has zero."""
    counts = count_universities(shared, register)
    yield from _counted(
        register, counts, "double_first_class_universities", 2022, "moe-dfc-2022", "official", 147
    )
    counts = count_zones(shared, register)
    yield from _counted(
        register, counts, "national_hightech_zones", 2022, "zones-2022", "compiled", 173
    )


def _laboratories(shared: Path, register: Register) -> Iterator[Row]:
    hosts = read(shared, "state_key_lab_hosts.csv")
    for code, lab in LABS.items():
        # A laboratory with several hosts counts once in each of their cities.
        seats = {(line["index"], line["region"]) for line in hosts if line["type"] == lab.kind}
        labs = {index for index, _ in seats}
        if len(labs) != lab.count:
            raise SystemExit(f"{NAME}: {code} lists {len(labs)}, expected {lab.count}")
        counts = Counter(region for _, region in seats)
        yield from _counted(register, counts, code, lab.year, lab.source, "official", len(seats))


def _counted(
    register: Register,
    counts: Mapping[str, int],
    code: str,
    year: int,
    source: str,
    status: str,
    total: int,
) -> Iterator[Row]:
    for unit, count in counted(register.units, counts, total, f"{NAME}: {code}"):
        yield _row(unit, code, count, year, source, status)


def _applicants(shared: Path, register: Register) -> Iterator[Row]:
    for line in read(shared, "city_patent_publications_2024.csv"):
        # Hong Kong and Macao are in this count alone; every other source lacks them.
        if (unit := register[line["city"]]) not in OUTSIDE:
            value = float(line["active_applicants"])
            yield _row(unit, "patent_applicants", value, 2024, "cnipa-2024", "single-source")


def _yearbook(shared: Path) -> Iterator[Row]:
    """Take the newest sound value of each city, as the working table chose it."""
    for chosen in read(shared, "city_indicators_2023.csv"):
        code = chosen["indicator"]
        if code not in YEARBOOK:
            continue
        line = chosen if float(chosen["value"]) >= 0 else _year_before(shared, chosen)
        if line["unit"] != UNITS[code]:
            raise SystemExit(f"{NAME}: {code} has the unit {line['unit']}, not {UNITS[code]}")
        value, year = float(line["value"]), int(line["year"])
        yield _row(line["region"], code, value, year, _source_id(line["source"]), line["status"])


def _year_before(shared: Path, negative: Mapping[str, str]) -> dict[str, str]:
    """Return the value that stands for a negative one; stop for one that is not known."""
    region, code, year = NEGATIVE
    if (negative["region"], negative["indicator"]) != (region, code):
        raise SystemExit(f"{NAME}: {negative['indicator']} of {negative['region']} is negative")
    for line in read(shared, "city_yearbook_panel_technology.csv"):
        if (line["region"], line["indicator"], line["year"]) == (region, code, str(year)):
            return line | {"status": "substituted"}
    raise SystemExit(f"{NAME}: no {code} of {region} in {year}")


def _source_id(source: str) -> str:
    if source.startswith("CCSY-"):
        return source.lower()
    for start, known in NAMED_SOURCES.items():
        if source.startswith(start):
            return known
    raise SystemExit(f"{NAME}: unknown source {source!r}; add it to NAMED_SOURCES and SOURCES")


def _require_cities(rows: list[Row]) -> None:
    """Stop when the yearbook has other cities than are known."""
    cities = {row.region for row in rows if row.indicator == "fiscal_expenditure_total_10k_cny"}
    others = {row.region for row in rows if row.indicator in YEARBOOK} - cities - {SANSHA}
    if len(cities) != YEARBOOK_CITIES or others:
        raise SystemExit(
            f"{NAME}: the yearbook has {len(cities)} cities, expected {YEARBOOK_CITIES}; beside "
            f"them {sorted(others)}"
        )


def _per_head(rows: list[Row]) -> Iterator[Row]:
    people = {row.region: row.value for row in rows if row.indicator == "resident_population_10k"}
    for code, over in RATIOS:
        for row in rows:
            if row.indicator == over and row.region in people:
                value = row.value / people[row.region]
                yield _ratio(code, row, value, "computed-population")


def _intensity(shared: Path, rows: list[Row]) -> Iterator[Row]:
    """Take R&D over the GDP of its own year, which is not that of the GDP in this set."""
    given = {
        line["region"]: line
        for line in read(shared, "city_indicators_2023.csv")
        if line["indicator"] == "rd_intensity_pct"
    }
    for row in rows:
        if row.indicator == "rd_expenditure_100m_cny":
            line = given[row.region]
            if int(line["year"]) != row.year:
                raise SystemExit(f"{NAME}: R&D of {row.region} and its intensity differ in year")
            yield _ratio("rd_intensity_pct", row, float(line["value"]), "computed-gdp")


def _fiscal_share(shared: Path, rows: list[Row]) -> Iterator[Row]:
    spent = {
        (line["region"], int(line["year"])): float(line["value"])
        for line in read(shared, "city_yearbook_panel_technology.csv")
        if line["indicator"] == "fiscal_expenditure_total_10k_cny"
    }
    for row in rows:
        if row.indicator == "fiscal_science_expenditure_10k_cny":
            value = 100 * row.value / spent[row.region, row.year]
            yield _ratio("fiscal_science_share_pct", row, value, "computed-fiscal")


def _ratio(code: str, above: Row, value: float, source: str) -> Row:
    """Return a ratio; its doubts are those of what stands above the line."""
    status = above.status if above.status in DOUBTFUL else "computed"
    rounded = float(number(round(value, 4)))
    return _row(above.region, code, rounded, above.year, source, status)


def _sources(shared: Path, used: set[str]) -> list[tuple[str, ...]]:
    """Return the sources that values name, the editions of the yearbook among them."""
    known = {source[0]: source for source in (*SOURCES, *SOURCES_OF_LISTS)}
    known |= {source[0]: source for source in SOURCES}
    for line in read(shared, "city_yearbook_sources.csv"):
        # The folder inside the copy says nothing that the edition does not.
        copy = line["intermediate"].split(":")[0]
        row = (line["source_id"].lower(), line["publisher"], line["title"], line["terms"], copy)
        known.setdefault(row[0], row)
    if missing := used - set(known):
        raise SystemExit(f"{NAME}: no source is described for {sorted(missing)}")
    return [known[source] for source in used]


ORIGINS: Mapping[str, str] = {
    "double_first_class_universities": "教育部等 教研函〔2022〕1号 (147)",
    "state_key_labs_academic": "科学技术部 国家重点实验室名单 2019 (253), by seat of the host",
    "rd_expenditure_100m_cny": "中国城市统计年鉴2018—2020; 江苏省统计局 2021; 广东省统计局 2019",
    "science_employees": "中国城市统计年鉴2020",
    "higher_education_teachers": "中国城市统计年鉴2023",
    "rd_intensity_pct": "computed: R&D over GDP of the same year",
    "science_employees_per_10k": "computed: over the resident population",
    "invention_grants": "中国城市统计年鉴2024",
    "technology_contracts_10k_cny": "中国城市统计年鉴2024",
    "patent_applicants": "国家知识产权局 2024, one secondary count",
    "invention_grants_per_10k": "computed: over the resident population",
    "fiscal_science_share_pct": "computed: science over all fiscal expenditure, 中国城市统计年鉴2024",
    "hightech_firms": "中国城市统计年鉴2024; 上海 and 深圳 from their own announcements",
    "state_key_labs_enterprise": "科学技术部 企业国家重点实验室名单 2016 (177), by seat of the host",
    "national_hightech_zones": "国务院 国家高新区名单 2022-06 (173)",
    "ict_employees": "中国城市统计年鉴2020",
    "goods_exports_10k_cny": "中国城市统计年鉴2024",
    "hightech_firms_per_10k": "computed: over the resident population",
    "library_holdings_10k": "中国城市统计年鉴2024",
    "museums": "中国城市统计年鉴2024",
    "culture_employees": "中国城市统计年鉴2020",
}


def _framework() -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = []
    for said in FRAMEWORK:
        code = said[0]
        under = DENOMINATORS.get(code, "")
        nodes.append(indicator_node(said, UNITS[code], ORIGINS[code], under, intensive=bool(under)))
    return nodes
