"""Outside variables to compare a score with. Each is partial: an absent region is unknown, never zero."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from recipe.cities_lists import OUTSIDE, Register
from recipe.common import PROVINCES, Row, read, write_sources, write_values

NAME = "checks"

ORDER = (
    "innovative_city_capability_score",
    "nature_index_rank",
    "gii_cluster_rank",
    "national_innovative_city",
    "fortune_global_500",
    "industrial_market_value_top2000",
    "rd_expenditure_100m_cny",
    "rd_intensity_pct",
    "hightech_firms",
    "gdp_100m_cny",
    "gdp_per_capita_cny",
    "population",
    "tertiary_va_100m_cny",
    "tertiary_share_pct",
    "disposable_income_cny",
    "science_technology_expenditure_100m_cny",
    "housing_sales_area_10k_m2",
)

ENGLISH = {
    "Beijing": "110000",
    "Changsha": "430100",
    "Chengdu": "510100",
    "Chongqing": "500000",
    "Guangzhou": "440100",
    "Hangzhou": "330100",
    "Harbin": "230100",
    "Hefei": "340100",
    "Kunming": "530100",
    "Nanchang": "360100",
    "Nanjing": "320100",
    "Qingdao": "370200",
    "Shanghai": "310000",
    "Shenyang": "210100",
    "Shenzhen": "440300",
    "Suzhou": "320500",
    "Wuhan": "420100",
    "Xi'an": "610100",
}

CLUSTERS = {"深圳-香港-广州": "shenzhen-hong-kong-guangzhou", "上海-苏州": "shanghai-suzhou"}

# Districts and county-level cities on the list of innovative cities, and the city unit that holds them.
DISTRICTS = {
    "海淀区(北京)": "110000",
    "滨海新区(天津)": "120000",
    "杨浦区(上海)": "310000",
    "沙坪坝区(重庆)": "500000",
    "昌吉市": "652300",
}

OBSERVED = {
    "gdp_total": ("gdp_100m_cny", "亿元"),
    "gdp_per_capita": ("gdp_per_capita_cny", "元"),
    "population": ("population", "人"),
    "tertiary_value": ("tertiary_va_100m_cny", "亿元"),
    "tertiary_ratio": ("tertiary_share_pct", "%"),
    "disposable_income": ("disposable_income_cny", "元"),
    "science_technology_expenditure": ("science_technology_expenditure_100m_cny", "亿元"),
    "housing_sales_area": ("housing_sales_area_10k_m2", "万平方米"),
}

_PRESS = "figures cited from news reports"
_YOUTH = "GitHub emiliazyy26/youth-economic-opportunity-index"
SOURCES = (
    (
        "capability-2019",
        "中国科学技术信息研究所",
        "国家创新型城市创新能力评价 2019, first 45 of 72",
        _PRESS,
        "a reprint of the ranking, two city names corrected",
    ),
    (
        "nature-index",
        "Nature Index",
        "Science Cities, ranks of the cities that reports name",
        _PRESS,
        "news reports",
    ),
    (
        "wipo-gii",
        "WIPO",
        "Global Innovation Index, ranks of the clusters that reports name",
        _PRESS,
        "news reports",
    ),
    (
        "most-innovative-cities",
        "科学技术部",
        "创新型城市名单 2016 and 2018 (78 places, districts counted for their city)",
        "official list, cite the publisher",
        "GitHub axcelchan583-hash/T10ababaababab",
    ),
    (
        "innovative-cities-2022",
        "科学技术部",
        "创新型城市 2022, the few of 25 that reports name",
        _PRESS,
        "news reports",
    ),
    (
        "zhang2022",
        "中国科学院院刊",
        "张文忠. 中国不同层级科技创新中心的布局与政策建议, 2022, 37(12): 1745-1756, section 3",
        "figures cited from a published paper",
        "",
    ),
    (
        "jiangxi-rd-2022",
        "江西省统计局",
        "2022年全省科技经费投入统计公报",
        "official statistics",
        _YOUTH,
    ),
    (
        "guangdong-rd-2019",
        "广东省统计局",
        "2019年广东省科技经费投入公报",
        "official statistics",
        "a reprint",
    ),
    (
        "city-rd",
        "各市统计局",
        "科技经费投入公报 and news reports",
        "official statistics and reports",
        "reprints",
    ),
    (
        "hightech-firms",
        "各市科技局",
        "number of high-tech enterprises, as reports give it",
        _PRESS,
        _YOUTH,
    ),
    (
        "communiques",
        "各市统计局",
        "国民经济和社会发展统计公报, 各年",
        "official statistics, cite the publisher",
        _YOUTH,
    ),
)


def build(shared: Path) -> int:
    """Write the data set and return its number of values."""
    register = Register(shared)
    rows = [
        *_rankings(shared, register),
        *_from_zhang(shared, register),
        *_research(shared, register),
    ]
    rows += [*_innovative_cities(shared, register), *_communiques(shared)]
    write_sources(NAME, SOURCES)
    return write_values(NAME, rows, ORDER)


def _rankings(shared: Path, register: Register) -> Iterator[Row]:
    for line in read(shared, "innovative_city_capability_ranking_2019_top45.csv"):
        value, year = float(line["score"]), int(line["edition"])
        yield Row(
            register[line["city"]], ORDER[0], value, year, "分", "capability-2019", "single-source"
        )
    for line in read(shared, "nature_index_science_cities_partial.csv"):
        value, year = float(line["rank"]), int(line["output_year"])
        yield Row(
            register[line["city"]],
            "nature_index_rank",
            value,
            year,
            "位",
            "nature-index",
            "single-source",
        )
    for line in read(shared, "wipo_gii_clusters_partial.csv"):
        region = CLUSTERS.get(line["cluster"]) or register[line["cluster"]]
        value, year = float(line["rank"]), int(line["gii_year"])
        yield Row(region, "gii_cluster_rank", value, year, "位", "wipo-gii", "single-source")


def _from_zhang(shared: Path, register: Register) -> Iterator[Row]:
    for line in read(shared, "fortune_global500_by_city_2022.csv"):
        value = float(line["fortune_global_500_2022"])
        yield Row(
            register[line["city"]], "fortune_global_500", value, 2022, "个", "zhang2022", "printed"
        )
    provinces = {**PROVINCES, **{name: code for code, name in OUTSIDE.items()}}
    for line in read(shared, "industrial_marketvalue_top2000_2022.csv"):
        value = float(line["industrial_market_value_top2000_2022"])
        region = provinces[line["region"]]
        yield Row(
            region, "industrial_market_value_top2000", value, 2022, "个", "zhang2022", "printed"
        )


def _research(shared: Path, register: Register) -> Iterator[Row]:
    for line in read(shared, "city_rd_partial.csv"):
        if line["city"] == "全省":
            continue
        source = {"江西": "jiangxi-rd-2022", "广东": "guangdong-rd-2019"}.get(
            _province_of(line["source"]), "city-rd"
        )
        status = "official" if source == "jiangxi-rd-2022" else "single-source"
        for code, unit in (("rd_expenditure_100m_cny", "亿元"), ("rd_intensity_pct", "%")):
            if line[code]:
                yield Row(
                    register[line["city"]],
                    code,
                    float(line[code]),
                    int(line["year"]),
                    unit,
                    source,
                    status,
                )
    for line in read(shared, "city_hightech_firms_partial.csv"):
        value, year = float(line["high_tech_company_count"]), int(line["year"])
        yield Row(
            ENGLISH[line["city"]],
            "hightech_firms",
            value,
            year,
            "个",
            "hightech-firms",
            "single-source",
        )


def _province_of(source: str) -> str:
    if "江西省统计局" in source:
        return "江西"
    return "广东" if "广东省科技经费投入公报" in source else ""


def _innovative_cities(shared: Path, register: Register) -> Iterator[Row]:
    seen = set()
    for line in read(shared, "national_innovative_cities_partial.csv"):
        year = int(line["batch_year"])
        source = "innovative-cities-2022" if year == 2022 else "most-innovative-cities"
        status = "single-source" if year == 2022 else "official"
        region = DISTRICTS.get(line["city"]) or register[line["city"]]
        if region in seen:
            raise SystemExit(
                f"{NAME}: {line['city']} stands twice on the list of innovative cities"
            )
        seen.add(region)
        yield Row(region, "national_innovative_city", 1.0, year, "是", source, status)


def _communiques(shared: Path) -> Iterator[Row]:
    for line in read(shared, "city_official_observations.csv"):
        code, unit = OBSERVED[line["metric"]]
        value, year = float(line["value"]), int(line["year"])
        yield Row(ENGLISH[line["city"]], code, value, year, unit, "communiques", "official")
