"""Zhang 2022, Table 1: the printed values, what is doubtful about each, and the official figure where one is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from recipe.common import (
    HERE,
    PROVINCES,
    VALUE_COLUMNS,
    read,
    write,
    write_framework,
    write_sources,
)

NAME = "zhang2022"

REGIONS: Mapping[str, str] = {
    "北京": "110000",
    "京津冀": "beijing-tianjin-hebei",
    "上海": "310000",
    "长三角": "yangtze-delta",
    "粤港澳": "greater-bay-area",
    "广东": "440000",
    "湖北": "420000",
    "成渝": "chengdu-chongqing",
    "辽宁": "210000",
    "东北": "northeast",
    "山东": "370000",
    "陕西": "610000",
    "福建": "350000",
    "河南": "410000",
    "甘肃": "620000",
    "山西": "140000",
    "云南": "530000",
    "广西": "450000",
}

MEMBERS: Mapping[str, tuple[str, ...]] = {
    "京津冀": ("北京", "天津", "河北"),
    "长三角": ("上海", "江苏", "浙江", "安徽"),
    "成渝": ("四川", "重庆"),
    "东北": ("辽宁", "吉林", "黑龙江"),
}

BAY_CITIES = (
    "广州市",
    "深圳市",
    "珠海市",
    "佛山市",
    "惠州市",
    "东莞市",
    "中山市",
    "江门市",
    "肇庆市",
)

INDICATORS = (
    (
        "double_first_class_universities",
        "双一流高校数",
        "Double First-Class universities",
        "research",
        "resources",
    ),
    ("national_laboratories", "国家实验室数", "National laboratories", "research", "organisations"),
    (
        "national_key_laboratories",
        "全国重点实验室数",
        "State key laboratories",
        "research",
        "organisations",
    ),
    (
        "research_institution_share_pct",
        "研究机构占比",
        "Research institutions, share",
        "research",
        "organisations",
    ),
    ("rd_intensity_pct", "R&D经费投入强度", "R&D intensity", "research", "input"),
    (
        "pct_application_share_pct",
        "PCT专利申请量占比",
        "PCT applications, share",
        "technology",
        "output",
    ),
    ("patent_grant_share_pct", "专利授权数占比", "Patent grants, share", "technology", "output"),
    (
        "maker_space_share_pct",
        "众创空间占比",
        "Maker spaces, share",
        "industry",
        "industrialisation",
    ),
    (
        "rd_enterprise_share_pct",
        "有研发的企业数占比",
        "Enterprises with R&D, share",
        "industry",
        "industrialisation",
    ),
    (
        "incubatee_share_pct",
        "在孵企业占比",
        "Incubated enterprises, share",
        "industry",
        "industrialisation",
    ),
)

SOURCES = (
    (
        "zhang2022",
        "中国科学院院刊",
        "张文忠. 中国不同层级科技创新中心的布局与政策建议, 2022, 37(12): 1745-1756, 表1",
        "figures cited from a published paper",
        "",
    ),
    (
        "nbs-rd-2020",
        "国家统计局, 科学技术部, 财政部",
        "2020年全国科技经费投入统计公报",
        "official statistics, cite the publisher",
        "GitHub huhuaping/techme (page of the bulletin)",
    ),
    (
        "nbs-rd-2020-sum",
        "国家统计局, 科学技术部, 财政部",
        "2020年全国科技经费投入统计公报; computed from official: sum of R&D / sum of (R&D / intensity) over members",
        "official statistics, cite the publisher",
        "GitHub huhuaping/techme (page of the bulletin)",
    ),
    (
        "moe-dfc-2022",
        "教育部, 财政部, 国家发展改革委",
        "第二轮“双一流”建设高校及建设学科名单, 教研函〔2022〕1号 (147 universities; counted per region)",
        "official list, cite the publisher",
        "GitHub setonlin007/gaokao-zhiyuan-skill",
    ),
    (
        "stats-patents-2020",
        "国家统计局, 科学技术部",
        "中国科技统计年鉴, 国内专利授权数 2020; computed from official: region / national total 3520901",
        "official statistics, cite the publisher",
        "GitHub huhuaping/techme (RDPatentAuthority)",
    ),
)

# A printed patent share this far from the official one is no matter of the denominator, which moves all by 3 %.
PATENT_TOLERANCE = 0.10

YEAR_MISMATCH = "Titled 2020, but equals the official figure of 2021."


def build(shared: Path) -> int:
    """Write the data set and return its number of values."""
    official = _official(shared)
    rows = []
    for line in read(shared, "zhang2022_table1.csv"):
        for code, *_ in INDICATORS:
            rows.append(_cell(line["region"], code, line[code], official))
    columns = (
        *VALUE_COLUMNS,
        "official_value",
        "official_year",
        "official_source",
        "official_status",
        "note",
    )
    write(HERE / NAME / "values.csv", columns, rows)
    write_framework(NAME, _framework())
    write_sources(NAME, SOURCES)
    return len(rows)


def _framework() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for code, zh, en, parent, category in INDICATORS:
        share = code.endswith("_pct")
        kind = "intensive" if code == "rd_intensity_pct" else "extensive"
        row = {
            "code": code,
            "name_zh": zh,
            "name_en": en,
            "parent": parent,
            "category": category,
            "direction": 1,
        }
        rows.append(
            row
            | {
                "unit": "%" if share else "个",
                "kind": kind,
                "weight": 1,
                "source": "Zhang 2022, Table 1",
            }
        )
    return rows


def _cell(
    region: str, code: str, printed: str, official: Mapping[tuple[str, str], tuple[float, str, str]]
) -> dict:
    known = official.get((region, code))
    status, year, note = _doubt(region, code, float(printed), known[0] if known else None)
    row = {"region": REGIONS[region], "indicator": code, "value": printed, "year": year}
    row |= {
        "unit": "%" if code.endswith("_pct") else "个",
        "source": "zhang2022",
        "status": status,
        "note": note,
    }
    if known:
        row |= {
            "official_value": round(known[0], 4),
            "official_source": known[1],
            "official_status": known[2],
        }
        row["official_year"] = 2022 if code == "double_first_class_universities" else 2020
    return row


def _doubt(region: str, code: str, printed: float, official: float | None) -> tuple[str, int, str]:
    """Return the status of a printed cell, the year the figure really belongs to, and why."""
    if (region, code) in NOTES:
        return NOTES[region, code]
    if code == "double_first_class_universities":
        note = "Footnote says Double First-Class; the column counts the universities of the earlier Project 211."
        return "suspected-error", 2020, note
    if code == "rd_intensity_pct" and region not in MEMBERS and region not in {"粤港澳", "广东"}:
        return "suspected-error", 2021, YEAR_MISMATCH
    if (
        code == "patent_grant_share_pct"
        and official
        and abs(printed / official - 1) > PATENT_TOLERANCE
    ):
        note = f"Official share of patent grants in 2020 is {official:.2f}; most other rows lie about 3 % above theirs."
        return "suspected-error", 2020, note
    if code == "rd_enterprise_share_pct":
        return "printed", 2020, "The column adds up to 103.3 % over the fourteen disjoint rows."
    return "printed", 2020, ""


NOTES: Mapping[tuple[str, str], tuple[str, int, str]] = {
    ("成渝", "rd_intensity_pct"): (
        "suspected-error",
        2021,
        "Titled 2020, but equals the aggregate of 2021.",
    ),
    ("长三角", "rd_intensity_pct"): (
        "suspected-error",
        2020,
        "Probably swapped with Guangdong: 3.22 is Guangdong's figure of 2021, 3.01 the delta's of 2020.",
    ),
    ("广东", "rd_intensity_pct"): (
        "suspected-error",
        2020,
        "Probably swapped with the Yangtze delta: 3.01 is the delta's figure of 2020.",
    ),
    ("京津冀", "rd_intensity_pct"): ("printed", 2020, "Agrees with the aggregate of 2020."),
    ("东北", "rd_intensity_pct"): (
        "printed",
        2020,
        "Agrees with the aggregate of 2020 (1.726), cut to two decimals.",
    ),
    ("云南", "pct_application_share_pct"): (
        "substituted",
        2019,
        "Footnote: figure of 2019 in place of 2020.",
    ),
    ("广西", "pct_application_share_pct"): (
        "substituted",
        2021,
        "Footnote: figure of 2021 in place of 2020.",
    ),
    ("京津冀", "pct_application_share_pct"): (
        "substituted",
        2020,
        "Footnote: Tianjin enters with its figure of 2021.",
    ),
    ("山西", "pct_application_share_pct"): (
        "partial-year",
        2019,
        "Footnote: January to October 2019 only.",
    ),
    ("福建", "pct_application_share_pct"): (
        "partial-year",
        2020,
        "Footnote: January to August 2020 only.",
    ),
    ("粤港澳", "rd_enterprise_share_pct"): (
        "substituted",
        2020,
        "Footnote: Guangdong's figure. The column adds up to 103.3 % over the fourteen disjoint rows.",
    ),
    ("粤港澳", "incubatee_share_pct"): ("substituted", 2020, "Footnote: Guangdong's figure."),
    ("辽宁", "maker_space_share_pct"): (
        "suspected-error",
        2020,
        "Larger than the Northeast (2.95), of which Liaoning is a part; perhaps swapped with it.",
    ),
    ("东北", "maker_space_share_pct"): (
        "suspected-error",
        2020,
        "Smaller than Liaoning (4.93), which is a part of it; perhaps swapped with it.",
    ),
    ("河南", "national_key_laboratories"): (
        "printed",
        2020,
        "The ministry's list of 2019 has one academic state key laboratory in Henan, that of 2016 nine of enterprises.",
    ),
    ("广东", "national_key_laboratories"): (
        "printed",
        2020,
        "The same figure as for the Greater Bay Area; the ministry's lists of 2016 to 2020 have 28 in Guangdong.",
    ),
}


def _official(shared: Path) -> dict[tuple[str, str], tuple[float, str, str]]:
    return {**_rd_intensity(shared), **_universities(shared), **_patent_shares(shared)}


def _rd_intensity(shared: Path) -> dict[tuple[str, str], tuple[float, str, str]]:
    code, found = "rd_intensity_pct", {}
    rows = {
        r["province"]: r for r in read(shared, "province_rd_2011_2024.csv") if r["year"] == "2020"
    }
    spent = {name: float(rows[name]["rd_expenditure_100m_cny"]) for name in PROVINCES}
    intensity = {name: float(rows[name][code]) for name in PROVINCES}
    for region in REGIONS:
        if region in PROVINCES:
            found[region, code] = (intensity[region], "nbs-rd-2020", "official")
        elif region in MEMBERS:
            members = MEMBERS[region]
            output = sum(spent[m] / intensity[m] for m in members)
            found[region, code] = (
                round(sum(spent[m] for m in members) / output, 3),
                "nbs-rd-2020-sum",
                "computed",
            )
    return found


def _universities(shared: Path) -> dict[tuple[str, str], tuple[float, str, str]]:
    code, found = "double_first_class_universities", {}
    listed = read(shared, "double_first_class_universities_2022.csv")
    if len(listed) != 147:
        raise SystemExit(f"{NAME}: the list has {len(listed)} universities, expected 147")
    per_province = Counter(
        next(p for p in PROVINCES if r["province"].startswith(p)) for r in listed
    )
    for region in REGIONS:
        if region == "粤港澳":
            count = sum(r["city"] in BAY_CITIES for r in listed)
        else:
            count = sum(per_province[m] for m in MEMBERS.get(region, (region,)))
        found[region, code] = (float(count), "moe-dfc-2022", "official")
    return found


def _patent_shares(shared: Path) -> dict[tuple[str, str], tuple[float, str, str]]:
    grants = {
        r["province"]: float(r["value"])
        for r in read(shared, "province_panel_long.csv")
        if r["indicator"] == "patent_grants_yearbook" and r["year"] == "2020"
    }
    if grants["全国"] != 3520901:
        raise SystemExit(
            f"{NAME}: the national total of patent grants 2020 is {grants['全国']}, expected 3520901"
        )
    found = {}
    for region in REGIONS:
        if region != "粤港澳":
            share = 100 * sum(grants[m] for m in MEMBERS.get(region, (region,))) / grants["全国"]
            found[region, "patent_grant_share_pct"] = (
                round(share, 2),
                "stats-patents-2020",
                "computed",
            )
    return found
