"""Beijing's hub plan, as far as a paper tells of it: figures with their year, and the targets that it gives."""

from __future__ import annotations

import csv
from pathlib import Path

from recipe.common import FRAMEWORK_COLUMNS, HERE, VALUE_COLUMNS, write, write_sources

NAME = "beijing_plan"
BEIJING = "110000"

# Section 2 of the paper. A figure without a year (30 % of national prizes, accumulated) and bounds ("nearly 30 %",
# "over 40 %") are no values and are left out.
STATED = (
    (
        "rd_intensity_pct",
        "研发经费投入强度",
        "R&D intensity",
        "%",
        "intensive",
        ((2022, 6.0, "zhuang2024", "about; said of 2019 to 2022 together"),),
    ),
    (
        "basic_research_share_pct",
        "基础研究投入占比",
        "Basic research in R&D, share",
        "%",
        "intensive",
        ((2014, 12.6, "zhuang2024-statistics", ""), (2022, 16.6, "zhuang2024-statistics", "")),
    ),
    (
        "patent_grants",
        "专利授权量",
        "Patents granted",
        "件",
        "extensive",
        ((2022, 203_000.0, "zhuang2024-database", "printed as 20.3万"),),
    ),
    (
        "patent_grants_growth_pct",
        "专利授权量增长率",
        "Patents granted, growth over the year before",
        "%",
        "intensive",
        ((2022, 1.98, "zhuang2024-database", ""),),
    ),
    (
        "technology_contracts_100m_cny",
        "技术合同成交总额",
        "Technology contracts",
        "亿元",
        "extensive",
        ((2023, 8536.9, "zhuang2024-statistics", ""),),
    ),
    (
        "technology_contracts_share_pct",
        "技术合同成交额占全国比重",
        "Technology contracts, share of the country",
        "%",
        "extensive",
        ((2023, 13.9, "zhuang2024-statistics", ""),),
    ),
    (
        "digital_economy_100m_cny",
        "数字经济增加值",
        "Value added of the digital economy",
        "亿元",
        "extensive",
        ((2022, 17_330.2, "zhuang2024-database", ""),),
    ),
    (
        "top_100_innovators",
        "全球百强创新机构（科睿唯安）",
        "Top 100 global innovators (Clarivate)",
        "家",
        "extensive",
        ((2024, 1.0, "zhuang2024-clarivate", ""),),
    ),
    (
        "little_giants_national",
        "国家级专精特新“小巨人”企业",
        "Little giants, national",
        "家",
        "extensive",
        (),
    ),
    (
        "little_giants_municipal",
        "市级专精特新“小巨人”企业",
        "Little giants, municipal",
        "家",
        "extensive",
        (),
    ),
    (
        "specialised_firms_municipal",
        "市级专精特新中小企业",
        "Specialised small and medium firms, municipal",
        "家",
        "extensive",
        (),
    ),
)

# "By the end of the 14th five-year plan", from the plans for industry; the paper does not say that they are among the
# fourteen of the hub plan, and gives neither base nor present number.
TARGETS = (
    ("little_giants_national", 500.0),
    ("little_giants_municipal", 1000.0),
    ("specialised_firms_municipal", 5000.0),
)
END_OF_PLAN = 2025

UNITS_EN = {"件": "patents", "亿元": "100 million yuan", "家": "firms"}

_TITLE = "科技自立自强视角下国际科技创新中心建设研究, 2024(7): 32-37"
_TERMS = "figures cited from a published paper"
SOURCES = (
    ("zhuang2024", "庄芹芹, 吴沁沁, 谭畅", _TITLE, _TERMS, ""),
    ("zhuang2024-clarivate", "科睿唯安", "2024年度全球百强创新机构", _TERMS, f"庄芹芹等, {_TITLE}"),
    ("zhuang2024-database", "中经网统计数据库", "北京市数据", _TERMS, f"庄芹芹等, {_TITLE}"),
    ("zhuang2024-statistics", "北京市统计局", "北京市数据", _TERMS, f"庄芹芹等, {_TITLE}"),
    ("zhuang2024-targets", "北京市", "“十四五”高精尖产业发展规划等", _TERMS, f"庄芹芹等, {_TITLE}"),
)


def build(shared: Path) -> int:  # noqa: ARG001 - the figures stand above, copied from the paper
    """Write values, targets and framework, and return the number of values."""
    rows = []
    units = {}
    for code, zh, en, unit, _, values in STATED:
        units[code] = unit
        for year, value, source, note in values:
            row = {"region": BEIJING, "indicator": code, "value": value, "year": year}
            row |= {"unit": unit, "source": source, "status": "printed"}
            rows.append(row | {"name_zh": zh, "name_en": en, "note": note})
    write(HERE / NAME / "values.csv", (*VALUE_COLUMNS, "name_zh", "name_en", "note"), rows)
    columns = ("region", "indicator", "target", "target_year", "unit", "source")
    wanted = []
    for code, number in TARGETS:
        row = {"region": BEIJING, "indicator": code, "target": number, "target_year": END_OF_PLAN}
        wanted.append(row | {"unit": units[code], "source": "zhuang2024-targets"})
    write(HERE / NAME / "targets.csv", columns, wanted)
    write(HERE / NAME / "framework.csv", FRAMEWORK_COLUMNS, _nodes())
    write_sources(NAME, SOURCES)
    return len(rows)


def _nodes() -> list[dict[str, object]]:
    """Return the template with the indicators that the paper gives figures of, below no dimension: it says none."""
    path = HERE.parent / "frameworks" / "hub-plan.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        nodes: list[dict[str, object]] = [dict(row) for row in csv.DictReader(handle)]
    for code, zh, en, unit, kind, _ in STATED:
        row: dict[str, object] = dict.fromkeys(FRAMEWORK_COLUMNS, "")
        row |= {"code": code, "name_zh": zh, "name_en": en, "direction": 1, "unit": unit}
        row |= {"kind": kind, "weight": 1, "unit_en": UNITS_EN.get(unit, "")}
        nodes.append(row | {"source": f"庄芹芹等, {_TITLE}"})
    return nodes
