"""International cooperation of 365 entities in Beijing: their number by year, and shares by several dimensions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from recipe.common import HERE, write, write_sources

NAME = "beijing_cooperation"
BEIJING = "110000"

# Sections 3.1 to 3.4 and Table 1 of the paper. The shares describe the 365 entities, which is the count of 2018.
SHARES = (
    ("district", "haidian", "海淀区", "Haidian", 45.0, ""),
    ("district", "chaoyang", "朝阳区", "Chaoyang", 14.3, ""),
    ("carrier", "firms", "企业", "Firms", 40.0, ""),
    ("carrier", "universities", "高等院校", "Universities", 32.0, ""),
    ("carrier", "institutes", "科研院所", "Research institutes", 18.0, ""),
    ("carrier", "intermediaries", "科技中介组织", "Intermediaries", 7.0, ""),
    ("carrier", "parks", "科技园区", "Science parks", 3.0, ""),
    ("field", "health", "医药健康", "Medicine and health", 31.0, ""),
    ("field", "environment", "节能环保", "Energy saving and environment", 20.0, ""),
    ("mode", "several", "两种以上", "Two or more modes", 58.0, ""),
    ("mode", "market", "市场合作", "Market", 7.0, ""),
    ("mode", "talent", "人才引进与交流", "Talent", 5.0, ""),
    ("mode", "standards", "标准制定", "Standards", 1.0, ""),
    ("partner", "several", "两种以上", "Two or more kinds", 66.5, ""),
    ("partner", "firms", "企业", "Firms", 16.1, ""),
    ("partner", "universities", "大学", "Universities", 12.4, ""),
    ("partner", "institutes", "研究机构", "Research institutes", 1.9, ""),
    ("partner", "government", "政府", "Government", 0.9, ""),
    ("partner", "international", "国际组织", "International organisations", 0.3, ""),
    ("partner", "industry_bodies", "行业组织等", "Industry bodies and others", 1.9, ""),
    ("continent", "europe", "欧洲", "Europe", 43.0, "about"),
    ("continent", "north_america", "北美洲", "North America", 26.0, "about"),
    ("continent", "asia", "亚洲", "Asia", 24.0, "about"),
    ("country", "usa", "美国", "United States", 20.0, ""),
    ("north_america", "usa", "美国", "United States", 79.0, "share within North America"),
    ("north_america", "canada", "加拿大", "Canada", 17.0, "share within North America"),
)

ENTITIES = ((2012, 28), (2013, 43), (2014, 261), (2018, 365))

SOURCES = (
    (
        "ping2023",
        "中国科技资源导刊",
        "平宇栋, 王旖琪, 方艺润, 杨柳. 全球经济衰退背景下北京市国际科技合作面临的问题与对策研究, 2023(6)",
        "figures cited from a published paper",
        "",
    ),
)


def build(shared: Path) -> int:  # noqa: ARG001 - the figures stand above, copied from the paper
    """Write the data set and return its number of values."""
    rows = []
    for dimension, part, zh, en, share, note in SHARES:
        row = {
            "region": BEIJING,
            "indicator": f"{dimension}_{part}_share_pct",
            "value": share,
            "year": 2018,
        }
        row |= {"unit": "%", "source": "ping2023", "status": "printed", "dimension": dimension}
        rows.append(row | {"name_zh": zh, "name_en": en, "note": note})
    for year, count in ENTITIES:
        row = {"region": BEIJING, "indicator": "cooperating_entities", "value": count, "year": year}
        row |= {"unit": "个", "source": "ping2023", "status": "printed"}
        rows.append(row | {"name_zh": "合作主体数", "name_en": "Entities"})
    totals: Counter[str] = Counter()
    for dimension, *_, share, _note in SHARES:
        totals[dimension] += share
    if over := {d: t for d, t in totals.items() if t > 100.0 + 1e-9}:
        raise SystemExit(f"{NAME}: shares add up to more than 100: {over}")
    columns = ("region", "indicator", "value", "year", "unit", "source", "status")
    write(HERE / NAME / "values.csv", (*columns, "dimension", "name_zh", "name_en", "note"), rows)
    write_sources(NAME, SOURCES)
    return len(rows)
