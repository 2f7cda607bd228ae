"""The official panel of 31 provinces, 2010 to 2024, and the totals for the whole country that the data tests use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from recipe.common import (
    HERE,
    PROVINCES,
    VALUE_COLUMNS,
    Row,
    counted,
    describe_source,
    indicator_node,
    number,
    read,
    write,
    write_framework,
    write_sources,
    write_values,
)

NAME = "provinces"
FIRST_YEAR = 2010
CHINA = "100000"
NATION = "全国"


class Series(NamedTuple):
    """An indicator of the panel: its unit, its source and, for a derived one, numerator, denominator and factor."""

    unit: str
    source: str
    derived: tuple[str, str, float] | None = None
    years: tuple[int, int] = (FIRST_YEAR, 2024)


YEARBOOK = "stats-st-yearbook"
NBS = "nbs-online"

PANEL: Mapping[str, Series] = {
    "population": Series("人", "nbs-census-2020"),
    "gdp_100m_cny": Series("亿元", "nbs-gdp"),
    "fiscal_expenditure_100m_cny": Series("亿元", NBS),
    "fiscal_st_expenditure_100m_cny": Series("亿元", NBS),
    "rd_expenditure_100m_cny": Series("亿元", "nbs-rd-bulletin"),
    "rd_intensity_pct": Series("%", "nbs-rd-bulletin"),
    "rd_basic_10k_cny": Series("万元", YEARBOOK),
    "rd_applied_10k_cny": Series("万元", YEARBOOK),
    "rd_experimental_10k_cny": Series("万元", YEARBOOK),
    "rd_personnel_fte": Series("人年", YEARBOOK),
    "sci_papers": Series("篇", YEARBOOK),
    "ei_papers": Series("篇", YEARBOOK),
    "cpcis_papers": Series("篇", YEARBOOK),
    "double_first_class_universities": Series("个", "moe-dfc-2022"),
    "state_key_labs_academic": Series("个", "most-labs"),
    "state_key_labs_enterprise": Series("个", "most-labs"),
    "state_key_labs_joint": Series("个", "most-labs"),
    "patent_applications": Series("件", NBS),
    "patent_grants": Series("件", NBS),
    "patent_grants_yearbook": Series("件", YEARBOOK),
    "invention_applications": Series("件", NBS),
    "invention_grants": Series("件", NBS),
    "invention_grants_yearbook": Series("件", YEARBOOK),
    "invention_in_force": Series("件", YEARBOOK),
    "tech_contract_output_10k_cny": Series("万元", YEARBOOK),
    "tech_contract_absorbed_10k_cny": Series("万元", YEARBOOK),
    "tech_contract_value_100m_cny": Series("亿元", NBS),
    "hightech_mfg_firms": Series("个", YEARBOOK),
    "hightech_mfg_revenue_100m_cny": Series("亿元", YEARBOOK),
    "hitech_firms_recognised_in_year": Series("个", "torch-notices"),
    "industrial_firms_with_rd_activity": Series("个", YEARBOOK),
    "industrial_firms_with_rd_institution": Series("个", YEARBOOK),
    "incubators": Series("个", YEARBOOK),
    "incubatee_firms": Series("个", YEARBOOK),
    "maker_spaces": Series("个", YEARBOOK),
    "basic_research_per_gdp_pct": Series(
        "%", "computed-gdp", ("rd_basic_10k_cny", "gdp_100m_cny", 0.01)
    ),
    "tech_contract_output_per_gdp_pct": Series(
        "%", "computed-gdp", ("tech_contract_output_10k_cny", "gdp_100m_cny", 0.01)
    ),
    "hightech_mfg_revenue_per_gdp_pct": Series(
        "%", "computed-gdp", ("hightech_mfg_revenue_100m_cny", "gdp_100m_cny", 100.0)
    ),
    "fiscal_st_share_pct": Series(
        "%",
        "computed-fiscal",
        ("fiscal_st_expenditure_100m_cny", "fiscal_expenditure_100m_cny", 100.0),
    ),
    # One census stands under all years, so these are given only for the years close to it.
    "rd_personnel_per_10k": Series(
        "人年/万人", "computed-census", ("rd_personnel_fte", "population", 10_000.0), (2020, 2023)
    ),
    "invention_in_force_per_10k": Series(
        "件/万人", "computed-census", ("invention_in_force", "population", 10_000.0), (2020, 2023)
    ),
    "incubatee_firms_per_10k": Series(
        "个/万人", "computed-census", ("incubatee_firms", "population", 10_000.0), (2020, 2023)
    ),
}

LABS = {
    "SKL": ("state_key_labs_academic", 2019),
    "FSKL": ("state_key_labs_enterprise", 2016),
    "PSKL": ("state_key_labs_joint", 2020),
}

_SIZE = "size"
_INTENSITY = "intensity"

FRAMEWORK = (
    (
        "double_first_class_universities",
        "双一流高校数",
        "Double First-Class universities",
        "research_size",
        "resources",
    ),
    ("rd_basic_10k_cny", "基础研究经费", "Basic research expenditure", "research_size", "input"),
    ("sci_papers", "SCI论文数", "SCI papers", "research_size", "output"),
    (
        "basic_research_per_gdp_pct",
        "基础研究强度",
        "Basic research per GDP",
        "research_intensity",
        "input",
    ),
    (
        "rd_personnel_per_10k",
        "万人R&D人员",
        "R&D personnel per 10,000",
        "research_intensity",
        "talent",
    ),
    ("rd_expenditure_100m_cny", "R&D经费", "R&D expenditure", "technology_size", "input"),
    ("rd_personnel_fte", "R&D人员全时当量", "R&D personnel", "technology_size", "talent"),
    (
        "invention_grants",
        "发明专利授权数",
        "Invention patents granted",
        "technology_size",
        "output",
    ),
    (
        "tech_contract_output_10k_cny",
        "技术合同输出额",
        "Technology contracts sold",
        "technology_size",
        "radiation",
    ),
    ("rd_intensity_pct", "R&D经费投入强度", "R&D intensity", "technology_intensity", "input"),
    (
        "invention_in_force_per_10k",
        "万人有效发明专利",
        "Inventions in force per 10,000",
        "technology_intensity",
        "output",
    ),
    (
        "tech_contract_output_per_gdp_pct",
        "技术合同输出强度",
        "Technology contracts per GDP",
        "technology_intensity",
        "radiation",
    ),
    (
        "fiscal_st_share_pct",
        "科技支出占财政支出",
        "S&T share of public spending",
        "technology_intensity",
        "input",
    ),
    (
        "hightech_mfg_revenue_100m_cny",
        "高技术制造业营收",
        "High-tech manufacturing revenue",
        "industry_size",
        "industrialisation",
    ),
    (
        "industrial_firms_with_rd_institution",
        "有研发机构的工业企业数",
        "Industrial firms with an R&D unit",
        "industry_size",
        "organisations",
    ),
    (
        "incubatee_firms",
        "在孵企业数",
        "Incubated enterprises",
        "industry_size",
        "industrialisation",
    ),
    ("maker_spaces", "众创空间数", "Maker spaces", "industry_size", "industrialisation"),
    (
        "hightech_mfg_revenue_per_gdp_pct",
        "高技术制造业营收强度",
        "High-tech revenue per GDP",
        "industry_intensity",
        "industrialisation",
    ),
    (
        "incubatee_firms_per_10k",
        "万人在孵企业",
        "Incubated enterprises per 10,000",
        "industry_intensity",
        "industrialisation",
    ),
)

DENOMINATORS = {"rd_intensity_pct": "gdp_100m_cny"}

_OFFICIAL = "official statistics, cite the publisher"
_TECHME = "GitHub huhuaping/techme"
SOURCES = (
    (
        "nbs-census-2020",
        "国家统计局",
        "第七次全国人口普查公报（第三号）, 表3-1",
        _OFFICIAL,
        "GitHub Ethan-H147/china_interactive_map",
    ),
    (
        "nbs-gdp",
        "国家统计局",
        "国家数据, 地区生产总值 (series revised after the fifth economic census)",
        _OFFICIAL,
        "GitHub RenJiyi163/panel_data_analysis_for_thesis",
    ),
    (NBS, "国家统计局", "国家数据, 分省年度数据", _OFFICIAL, "GitHub 1376524890/tec_expenditure"),
    (
        "nbs-rd-bulletin",
        "国家统计局, 科学技术部, 财政部",
        "全国科技经费投入统计公报, 各年",
        _OFFICIAL,
        _TECHME,
    ),
    (
        "nbs-rd-bulletin-2024",
        "国家统计局, 科学技术部, 财政部",
        "2024年全国科技经费投入统计公报 (one transcription, not checked against a second)",
        _OFFICIAL,
        "GitHub 1376524890/tec_expenditure",
    ),
    (YEARBOOK, "国家统计局, 科学技术部", "中国科技统计年鉴, 各年", _OFFICIAL, _TECHME),
    (
        "most-labs",
        "科学技术部",
        "国家重点实验室名单 (企业 2016, 学科 2019, 省部共建 2020)",
        _OFFICIAL,
        _TECHME,
    ),
    (
        "torch-notices",
        "科学技术部火炬高技术产业开发中心",
        "高新技术企业认定公示, 各年 (newly recognised in the year, not the stock)",
        _OFFICIAL,
        _TECHME,
    ),
    (
        "moe-dfc-2022",
        "教育部, 财政部, 国家发展改革委",
        "第二轮“双一流”建设高校及建设学科名单, 教研函〔2022〕1号 (147 universities; counted per region)",
        "official list, cite the publisher",
        "GitHub setonlin007/gaokao-zhiyuan-skill",
    ),
    (
        "computed-gdp",
        "hubtiers",
        "computed from this panel: over regional GDP (revised series) of the year",
        "",
        "",
    ),
    (
        "computed-fiscal",
        "hubtiers",
        "computed from this panel: over general public expenditure of the year",
        "",
        "",
    ),
    (
        "computed-census",
        "hubtiers",
        "computed from this panel: over the resident population of the 2020 census",
        "",
        "",
    ),
)

STATUS_OF_SOURCE = {
    "nbs-rd-bulletin-2024": "single-source",
    "torch-notices": "compiled",
    "computed-gdp": "computed",
    "computed-fiscal": "computed",
    "computed-census": "computed",
}


def build(shared: Path) -> int:
    """Write the data set and return its number of values."""
    rows = [
        *_measured(shared),
        *_population(shared),
        *_universities(shared),
        *_laboratories(shared),
    ]
    rows += _derived(rows)
    country = sorted(
        (r for r in rows if r.region == CHINA),
        key=lambda r: (list(PANEL).index(r.indicator), r.year),
    )
    regions = [r for r in rows if r.region != CHINA]
    count = write_values(NAME, regions, list(PANEL))
    measured = (r for r in country if r.status != "computed")
    write(HERE / NAME / "totals.csv", VALUE_COLUMNS, (vars(r) for r in measured))
    write_framework(NAME, _framework(regions), groups=_groups())
    write_sources(NAME, SOURCES)
    return count


def _row(region: str, indicator: str, value: float, year: int, source: str = "") -> Row:
    source = source or PANEL[indicator].source
    status = STATUS_OF_SOURCE.get(source, "official")
    return Row(region, indicator, value, year, PANEL[indicator].unit, source, status)


def _region(name: str) -> str:
    return CHINA if name == NATION else PROVINCES[name]


def _measured(shared: Path) -> Iterator[Row]:
    for line in read(shared, "province_panel_long.csv"):
        year = int(line["year"])
        if year >= FIRST_YEAR:
            yield _row(_region(line["province"]), line["indicator"], float(line["value"]), year)
    for line in read(shared, "province_rd_2011_2024.csv"):
        year = int(line["year"])
        source = "nbs-rd-bulletin-2024" if year == 2024 else ""
        for code in ("rd_expenditure_100m_cny", "rd_intensity_pct"):
            yield _row(_region(line["province"]), code, float(line[code]), year, source)


def _population(shared: Path) -> Iterator[Row]:
    for line in read(shared, "province_population_census.csv"):
        if line["province"] in PROVINCES:
            yield _row(
                PROVINCES[line["province"]],
                "population",
                float(line["population"]),
                int(line["census_year"]),
            )


def _counts(counts: Mapping[str, int], code: str, year: int, total: int) -> Iterator[Row]:
    for name, count in counted(PROVINCES, counts, total, f"{NAME}: {code}"):
        yield _row(PROVINCES[name], code, count, year)
    yield _row(CHINA, code, float(total), year)


def _universities(shared: Path) -> Iterator[Row]:
    listed = read(shared, "double_first_class_universities_2022.csv")
    counts = Counter(
        next(p for p in PROVINCES if line["province"].startswith(p)) for line in listed
    )
    yield from _counts(counts, "double_first_class_universities", 2022, 147)


def _laboratories(shared: Path) -> Iterator[Row]:
    # A joint laboratory has one row per partner; it counts once, in the province that the list gives it.
    lead: dict[str, dict[str, str]] = defaultdict(dict)
    for line in read(shared, "state_key_labs_2016_2020.csv"):
        lead[line["type"]].setdefault(line["name"], line["province"])
    for kind, total in (("SKL", 253), ("FSKL", 177), ("PSKL", 48)):
        code, year = LABS[kind]
        yield from _counts(Counter(lead[kind].values()), code, year, total)


def _derived(rows: Iterable[Row]) -> list[Row]:
    known = {(r.region, r.indicator, r.year): r.value for r in rows}
    derived = []
    for code, series in PANEL.items():
        if series.derived is None:
            continue
        over, under, factor = series.derived
        for (region, indicator, year), value in sorted(known.items()):
            base = known.get((region, under, 2020 if under == "population" else year))
            if (
                indicator == over
                and base
                and region != CHINA
                and series.years[0] <= year <= series.years[1]
            ):
                derived.append(
                    _row(region, code, float(number(round(factor * value / base, 6))), year)
                )
    return derived


def _groups() -> list[dict[str, object]]:
    names = {
        "research": ("科研", "Research"),
        "technology": ("技术", "Technology"),
        "industry": ("产业", "Industry"),
    }
    groups: list[dict[str, object]] = []
    for parent, (zh, en) in names.items():
        for aspect, aspect_zh in ((_SIZE, "规模"), (_INTENSITY, "强度")):
            row = {
                "code": f"{parent}_{aspect}",
                "name_zh": f"{zh}{aspect_zh}",
                "name_en": f"{en} {aspect}",
            }
            groups.append(row | {"parent": parent, "weight": 1})
    return groups


def _framework(rows: Iterable[Row]) -> list[dict[str, object]]:
    present = Counter(r.indicator for r in rows if r.year == 2022)
    nodes: list[dict[str, object]] = []
    for said in FRAMEWORK:
        code, *_, parent, _ = said
        if present[code] != len(PROVINCES):
            raise SystemExit(
                f"{NAME}: {code} has {present[code]} provinces in 2022, expected {len(PROVINCES)}"
            )
        series = PANEL[code]
        intensive = parent.endswith(_INTENSITY)
        under = series.derived[1] if series.derived else DENOMINATORS.get(code, "")
        source = describe_source(SOURCES, series.source)
        nodes.append(indicator_node(said, series.unit, source, under, intensive=intensive))
    return nodes
