"""City units of the mainland: lists (official), output and people (compiled), patents (one source)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from recipe.common import (
    COMPUTED_FROM_POPULATION,
    Row,
    counted,
    describe_source,
    group_nodes,
    indicator_node,
    number,
    read,
    write_framework,
    write_sources,
    write_values,
)

NAME = "cities-lists"

# Drawn as units of their own in one boundary source; they belong to the prefectures around them.
NOT_UNITS = {"629700", "629800", "629900"}
OUTSIDE = {"710000": "台湾", "810000": "香港", "820000": "澳门"}

# County-level places and short forms in the working tables, and the city unit that holds them.
PLACES: Mapping[str, str] = {
    "昆山市": "320500",
    "西昌市": "513400",
    "临夏州": "622900",
    "克孜勒苏": "653000",
    "海南(青海)": "632500",
    "延边": "222400",
}


class Series(NamedTuple):
    """An indicator: unit, source, status and year of its values."""

    unit: str
    source: str
    status: str
    year: int


SERIES: Mapping[str, Series] = {
    "population_10k": Series("万人", "yearbook-population", "compiled", 2023),
    "double_first_class_universities": Series("个", "moe-dfc-2022", "official", 2022),
    "double_first_class_disciplines": Series("个", "moe-dfc-2022", "official", 2022),
    "universities": Series("个", "moe-hei-2024", "official", 2024),
    "undergraduate_universities": Series("个", "moe-hei-2024", "official", 2024),
    "patent_publications": Series("件", "cnipa-2024", "single-source", 2024),
    "patent_applicants": Series("个", "cnipa-2024", "single-source", 2024),
    "patent_publications_per_10k": Series("件/万人", "computed-population", "computed", 2024),
    "gdp_100m_cny": Series("亿元", "yearbook-gdp", "compiled", 2023),
    "secondary_va_100m_cny": Series("亿元", "yearbook-gdp", "compiled", 2023),
    "tertiary_va_100m_cny": Series("亿元", "yearbook-gdp", "compiled", 2023),
    "gdp_per_capita_cny": Series("元", "computed-population", "computed", 2023),
    "national_hightech_zones": Series("个", "zones-2022", "compiled", 2022),
}

SOURCES = (
    (
        "yearbook-population",
        "各省、市统计局",
        "统计年鉴与统计公报, 常住人口",
        "compilation of official statistics, cite the publishers",
        "vendor's compilation in GitHub biechouwo-coder/G-P",
    ),
    (
        "census-2020",
        "国家统计局",
        "第七次全国人口普查, 常住人口",
        "official statistics, cite the publisher",
        "lists in GitHub sd2536888/ChinaCityPopulation and Ethan-H147/china_interactive_map",
    ),
    (
        "yearbook-gdp",
        "各省、市统计局",
        "统计年鉴与统计公报, 地区生产总值 (before revision by the fifth economic census)",
        "compilation of official statistics, cite the publishers",
        "vendor's compilation in GitHub biechouwo-coder/G-P",
    ),
    (
        "moe-dfc-2022",
        "教育部, 财政部, 国家发展改革委",
        "第二轮“双一流”建设高校及建设学科名单, 教研函〔2022〕1号 (147 universities; counted per city)",
        "official list, cite the publisher",
        "GitHub setonlin007/gaokao-zhiyuan-skill",
    ),
    (
        "moe-hei-2024",
        "教育部",
        "全国普通高等学校名单, 2024-06-20 (2868 institutions; counted per city)",
        "official list, cite the publisher",
        "GitHub setonlin007/gaokao-zhiyuan-skill",
    ),
    (
        "cnipa-2024",
        "国家知识产权局",
        "publications and grants of 2024 by city of the applicant (an application and its grant both count)",
        "one secondary count, not checked against a second; use for relative size only",
        "GitHub axcelchan583-hash/T10ababaababab",
    ),
    (
        "zones-2022",
        "国务院, 科学技术部",
        "国家高新技术产业开发区名单, 2022-06 (173 zones; counted per city)",
        "official designations; the list is CC BY-SA",
        "zh.wikipedia 国家高新技术产业开发区",
    ),
    COMPUTED_FROM_POPULATION,
    (
        "computed-census",
        "hubtiers",
        "computed from this set: over the resident population of the 2020 census",
        "",
        "",
    ),
)

# The 174th row of the working table was designated in 2026; without it the list is the one of June 2022.
LATER_ZONES = {"河北雄安"}

# Sansha has 2,200 inhabitants: any ratio over them would be the largest of the country and mean nothing.
FEWEST_INHABITANTS_10K = 1.0

FRAMEWORK = (
    (
        "double_first_class_universities",
        "双一流高校数",
        "Double First-Class universities",
        "research_size",
        "resources",
    ),
    (
        "undergraduate_universities",
        "本科院校数",
        "Undergraduate universities",
        "research_size",
        "organisations",
    ),
    ("patent_publications", "专利公开与授权量", "Patent publications", "technology_size", "output"),
    (
        "patent_applicants",
        "专利申请主体数",
        "Patent applicants",
        "technology_size",
        "organisations",
    ),
    (
        "patent_publications_per_10k",
        "万人专利量",
        "Patents per 10,000",
        "technology_intensity",
        "output",
    ),
    (
        "gdp_100m_cny",
        "地区生产总值",
        "Gross domestic product",
        "industry_size",
        "industrialisation",
    ),
    (
        "national_hightech_zones",
        "国家高新区数",
        "National high-tech zones",
        "industry_size",
        "industrialisation",
    ),
    (
        "gdp_per_capita_cny",
        "人均地区生产总值",
        "GDP per head",
        "industry_intensity",
        "industrialisation",
    ),
)

GROUPS = (
    ("research_size", "科研规模", "Research size", "research", 1),
    ("research_intensity", "科研强度", "Research intensity", "research", 1),
    ("technology_size", "技术规模", "Technology size", "technology", 2),
    ("technology_intensity", "技术强度", "Technology intensity", "technology", 1),
    ("industry_size", "产业规模", "Industry size", "industry", 2),
    ("industry_intensity", "产业强度", "Industry intensity", "industry", 1),
)


class Register:
    """City units by full name, short name and the places inside them."""

    def __init__(self, shared: Path) -> None:
        rows = [r for r in read(shared, "prefecture_register.csv") if r["adcode"] not in NOT_UNITS]
        self.units = [r["adcode"] for r in rows if r["adcode"] not in OUTSIDE]
        self._ids: dict[str, str] = dict(PLACES)
        for row in rows:
            for name in (row["city_name"], row["short_name"]):
                if self._ids.setdefault(name, row["adcode"]) != row["adcode"]:
                    raise SystemExit(f"{NAME}: {name} names {self._ids[name]} and {row['adcode']}")

    def __getitem__(self, name: str) -> str:
        if name not in self._ids:
            raise SystemExit(
                f"{NAME}: {name!r} is no known city unit; add it to PLACES with the unit that holds it"
            )
        return self._ids[name]


def build(shared: Path) -> int:
    """Write the data set and return its number of values."""
    register = Register(shared)
    rows = [*_lists(shared, register), *_patents(shared, register), *_output(shared, register)]
    rows += _population(shared, register)
    rows += _per_head(rows)
    count = write_values(NAME, rows, list(SERIES))
    write_framework(NAME, _framework(), groups=group_nodes(GROUPS))
    write_sources(NAME, SOURCES)
    return count


def _row(region: str, indicator: str, value: float, status: str = "") -> Row:
    series = SERIES[indicator]
    return Row(
        region, indicator, value, series.year, series.unit, series.source, status or series.status
    )


def _counted(register: Register, counts: Mapping[str, int], code: str, total: int) -> Iterator[Row]:
    for unit, count in counted(register.units, counts, total, f"{NAME}: {code}"):
        yield _row(unit, code, count)


def count_universities(shared: Path, register: Register) -> Counter[str]:
    """Return how many double first-class universities each unit has."""
    listed = read(shared, "double_first_class_universities_2022.csv")
    return Counter(register[line["city"]] for line in listed)


def count_zones(shared: Path, register: Register) -> Counter[str]:
    """Return how many national high-tech zones of June 2022 each unit has."""
    listed = read(shared, "national_hightech_zones_by_city.csv")
    return Counter(register[line["city"]] for line in listed if line["zone"] not in LATER_ZONES)


def _lists(shared: Path, register: Register) -> Iterator[Row]:
    universities = count_universities(shared, register)
    yield from _counted(register, universities, "double_first_class_universities", 147)
    disciplines: Counter[str] = Counter()
    for line in read(shared, "double_first_class_universities_2022.csv"):
        disciplines[register[line["city"]]] += int(line["disciplines"])
    for row in _counted(register, disciplines, "double_first_class_disciplines", 435):
        # Two universities in Beijing choose their disciplines themselves; the list names none, and 1 stands for each.
        yield (
            row
            if row.region != "110000"
            else _row(row.region, row.indicator, row.value, "substituted")
        )
    institutions, undergraduate = Counter[str](), Counter[str]()
    for line in read(shared, "higher_education_institutions_by_city_2024.csv"):
        institutions[register[line["city"]]] += int(line["hei"])
        undergraduate[register[line["city"]]] += int(line["undergraduate"])
    yield from _counted(register, institutions, "universities", 2868)
    yield from _counted(register, undergraduate, "undergraduate_universities", 1308)
    zones = count_zones(shared, register)
    yield from _counted(register, zones, "national_hightech_zones", 173)


def _patents(shared: Path, register: Register) -> Iterator[Row]:
    for line in read(shared, "city_patent_publications_2024.csv"):
        # Hong Kong and Macao are in this count alone; they stay without data, as in every other source here.
        if (unit := register[line["city"]]) not in OUTSIDE:
            yield _row(unit, "patent_publications", float(line["patent_publications"]))
            yield _row(unit, "patent_applicants", float(line["active_applicants"]))


def _output(shared: Path, register: Register) -> Iterator[Row]:
    columns = {
        "gdp_100m_cny": "gdp_100m_cny",
        "secondary_va": "secondary_va_100m_cny",
        "tertiary_va": "tertiary_va_100m_cny",
    }
    for line in read(shared, "city_gdp_2015_2023.csv"):
        if line["year"] != "2023":
            continue
        for column, code in columns.items():
            doubtful = line["flag"] == "sectors_do_not_sum" and code != "gdp_100m_cny"
            if line[column]:
                # The source keeps float32; two decimals are what was published.
                value = round(float(line[column]), 2)
                yield _row(
                    register[line["city"]], code, value, "suspected-error" if doubtful else ""
                )


def _population(shared: Path, register: Register) -> Iterator[Row]:
    census = {register[r["city"]]: r for r in read(shared, "city_population_census_2020.csv")}
    for line in read(shared, "city_population_2015_2024.csv"):
        if float(line["year"]) != 2023:
            continue
        unit = register[line["city"]]
        if line["resident_pop_10k"]:
            yield _row(unit, "population_10k", float(line["resident_pop_10k"]))
        elif unit in census:
            # The vendor interpolates here; the census is three years older, but it was counted.
            value = int(census[unit]["population_2020"]) / 10_000
            yield Row(unit, "population_10k", value, 2020, "万人", "census-2020", "substituted")


def _per_head(rows: list[Row]) -> Iterator[Row]:
    known = {(r.region, r.indicator): r for r in rows}
    ratios = (
        ("patent_publications_per_10k", "patent_publications", 1.0),
        ("gdp_per_capita_cny", "gdp_100m_cny", 1e4),
    )
    for code, over, factor in ratios:
        for (region, indicator), row in known.items():
            people = known.get((region, "population_10k"))
            if indicator == over and people and people.value >= FEWEST_INHABITANTS_10K:
                value = float(number(round(factor * row.value / people.value, 4)))
                source = (
                    "computed-census" if people.status == "substituted" else "computed-population"
                )
                yield Row(region, code, value, row.year, SERIES[code].unit, source, "computed")


def _framework() -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = []
    for said in FRAMEWORK:
        code, *_, parent, _ = said
        series = SERIES[code]
        intensive = parent.endswith("intensity")
        under = "population_10k" if intensive else ""
        source = describe_source(SOURCES, series.source)
        nodes.append(indicator_node(said, series.unit, source, under, intensive=intensive))
    return nodes
