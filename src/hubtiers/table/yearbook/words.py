"""The words of the trade: what stands above names and keys, and in place of a region."""

from __future__ import annotations

import re
from functools import lru_cache

from hubtiers.regions.pack import DEFAULT_PACK, WORLD_PACK, load_pack
from hubtiers.table.yearbook.cells import strip_marks
from hubtiers.table.yearbook.headers import chinese, name_key

__all__ = [
    "KEYS",
    "REGION_WORDS",
    "ROLES",
    "header_keys",
    "is_below_abroad",
    "is_closing_line",
    "is_continuation",
    "is_unit_note",
    "region_word",
    "role_of",
    "why_no_region",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What is above a column of regions, by the level that it promises. The first group of `_GROUPS`
# with a hit decides.
REGION_WORDS = {
    "province": _words("""
        省份 省 省名 省市 省区市 省市区 省级行政区 省、自治区、直辖市 省(区、市) 省(自治区、直辖市)
        省份名称 所在省 所属省
        所在省份 所属省份 province provinces provincename prov
    """),
    "city": _words("""
        城市 市 地市 市州 州市 盟市 地州市 地级市 设区市 城市名 城市名称 地市名称
        主要城市 所在城市 所属城市 所在市
        city cities cityname prefecture prefectures
    """),
    "county": _words("""
        县 区县 县区 县市区 县(市、区) 县(区) 县名 旗县 县级单位 区县名称
        county counties countyname district districts
    """),
    "region": _words("""
        地区 区域 地名 地区名 地区名称 各地区 行政区 行政区划 行政区域 行政区名称 区划名称
        region regions regionname areaname country countries countryname state states
        statename territory metro msa
    """),
    "name": _words("名称 名字 中文名 name namezh nameen"),
    # These stand above much else: they count only where known regions stand below them.
    "anything": _words("项目 单位 单位名称 指标 item items unit"),
    "code": _words("""
        行政区划代码 区划代码 地区代码 城市代码 adcode regionid regioncode citycode
        geo geoid fips fipscode nutsid nutscode iso3 isoa3 iso3code countrycode statecode
        countycode laucode
    """),
}
ROLES = {
    "indicator": _words(
        "指标 指标名称 项目 变量 变量名 indicator indicatorname indicators variable variables"
    ),
    "value": _words("数值 值 数据 指标值 value values"),
    "year": _words("年份 年 年度 时间 year years"),
    "unit": _words("单位 计量单位 unit units"),
    "source": _words("来源 资料来源 数据来源 source"),
    "status": _words("状态 数据状态 status"),
}
KEYS = {
    "a code": re.compile(
        r".*(?:代码|编码|区划码)|(?:.*[a-z_])?code|adcode|geoid|fips|.*_id|iso\d?"
    ),
    "a postal code": re.compile(r"邮编|邮政编码|post(?:al)?code|zip(?:code)?"),
    "a telephone code": re.compile(r"(?:电话|长途)?区号|(?:tele)?phone.*|.*电话(?:号码)?"),
    "a coordinate": re.compile(
        r"(?:中心)?[经纬]度|lon|lat|lng|longitude|latitude|[xy]坐标|[xy]coord"
    ),
    "a serial number": re.compile(
        r"序号|编号|序|行号|批次|no\.?|nr\.?|index|id|objectid|fid|batch|seq"
    ),
    "a rank": re.compile(
        r".{0,20}(?:位次|排名|名次|排位|位序)(?:[a-z-]{1,8})?|(?:.*[a-z_])?rank(?:ing)?|precedence"
    ),
}
"""Keys and ranks by what is written above them; the values have to look like it as well."""

_TOTAL = re.compile(
    r"(?:全国|全省|全市|全区|全自治区|地区|地方|各省|各市|各地区)?(?:总计|合计|小计|总和|总数|平均|平均值|平均数)|"
    r"全国|全省|全市|全区|全自治区|全国平均|全国总数|不分地区|国内|.+(?:合计|总计|小计)|"
    r"(?:grand|national|nation|china|domestic|sub)?-?total|national|nation|nationwide|"
    r"national(?:average|mean)|"
    r"average|mean|sum|allregions|totalofallregions|domestic|(?:all)?china|wholecountry"
)
# Totals of other languages, and groups of countries by how they are written: EU27_2020, EU-28,
# EA19, European Union – 27 countries (from 2020).
_TOTAL_ABROAD = re.compile(
    r"(?:eu|ea)-?\d{2}(?:\d{4})?|(?:europeanunion|euroarea)[-–(].*|oecd-?(?:total|average)|"
    r"(?:ins|zus)gesamt|gesamt|ensemble|total[ei]?s?|totaux"
)
_OTHERS = re.compile(
    r"其他|其它|其他地区|其他省份|不详|未知|国外|境外|海外|港澳台|港澳台地区|others?|abroad|overseas|unknown|"
    r"(?:hongkong,?)(?:macaos?|macau)(?:&|and)?taiwan|"
    r".*(?:建设|生产建设|农垦)?兵团(?:[a-z-]+)?|.*construc-?tion-?corps"
)
_PART = re.compile(
    r"(?:东部|中部|西部)(?:地区|省份)?|(?:eastern|central|middle|western)(?:regions?|china)?"
)
_OTHER_PART = re.compile(
    r"(?:东北部?|华北|华东|华中|华南|西南|西北|沿海|内陆)(?:地区|省份)?|north-?east(?:ern)?(?:regions?|china)?"
)
_ABROAD = re.compile(r"国外|境外|海外|abroad|overseas|foreign(?:countries)?")
_CLOSING = re.compile(
    r"(?:附?注\s*\d*[:：0-9①-⑳.、(（\]］]|(?:资料|数据)?来源|(?:数据|指标)?说明\s*[:：]|备注\s*[:：]|"
    r"(?:notes?|sources?|remarks?|data)\b\s*[:：.]?|本表|本年鉴)|[*※①-⑳].{6}",
    re.IGNORECASE | re.DOTALL,
)
_CLOSING_ANYWHERE = re.compile(
    r"[(（]?(?:摘编自|摘自|引自|转引|整理自|根据.*(?:整理|计算|编制)|[续接]下页|续上页|接上页|转下页|"
    r"(?:制表|填表|填报|编制|审核|录入|制图|整理|联系)人?\s*[:：]|完$|以上数据)"
)
_CONTINUED = re.compile(
    r"续表|[(（\[]\s*续\s*[一二三四五六七八九十\d]*\s*[)）\]]|^续\s*\d*$|\bcont(?:inued|'d|\.)",
    re.IGNORECASE,
)
# Province S is a name, and not the word provinces.
_LETTERED = re.compile(r"[A-Za-z]\s+[A-Za-z]\s*$")
_UNIT_NOTE = re.compile(r"(?:计量)?单位\s*[:：]|\bunits?\s*[:：]", re.IGNORECASE)


@lru_cache(maxsize=1 << 14)
def header_keys(text: str) -> frozenset[str]:
    """Return the keys by which a header may be known: whole, by half of a diagonal, by language.

    A line of its own counts where it is Chinese: “年份 / Year”, but not the last word of an English
    gloss.
    """
    parts = [text, *re.split(r"[/\\|]", text)] if len(text) <= 200 else []
    lines = text.splitlines() if len(text) <= 200 else []
    joined = "".join(line.strip() for line in lines if chinese(line))
    parts += [line for line in lines if chinese(line)] + [joined]
    for part in tuple(parts):
        if found := re.fullmatch(r"\s*([^\x00-\x7f][^a-zA-Z]*?)\s*([A-Za-z][A-Za-z ]*)\s*", part):
            parts += found.groups()
    return frozenset(name_key(strip_marks(part.strip())[0]) for part in parts) - {""}


@lru_cache(maxsize=1 << 14)
def region_word(text: str) -> str:
    """Return the level that a header promises for the names below it, or nothing.

    >>> region_word("地 区"), region_word("城市名"), region_word("机构数")
    ('region', 'city', '')
    """
    if _LETTERED.search(text):
        return ""
    keys = header_keys(text)
    return next((level for level, known in REGION_WORDS.items() if not known.isdisjoint(keys)), "")


@lru_cache(maxsize=1 << 14)
def role_of(text: str) -> str:
    """Return what a column of a long table holds by its header, as `ROLES` calls it."""
    keys = header_keys(re.sub(r"[(（\[].*[)）\]]$", "", text))
    return next((role for role, known in ROLES.items() if not known.isdisjoint(keys)), "")


@lru_cache(maxsize=1 << 14)
def why_no_region(name: str) -> str:
    """Return why a name is none of a region: total, rest, part, other part, or nothing.

    A *part* is a macro-region by name; an *other part* can be one (东北, 华北).
    """
    whole = name_key(name)
    keys = {whole, name_key(chinese_part(name))} - {""}
    for reason, known in (
        ("total", _TOTAL),
        ("total", _TOTAL_ABROAD),
        ("rest", _OTHERS),
        ("part", _PART),
        ("other part", _OTHER_PART),
    ):
        if any(known.fullmatch(key) for key in keys):
            return reason
    return "total" if keys & _totals_of_packs() else ""


@lru_cache(maxsize=1)
def _totals_of_packs() -> frozenset[str]:
    """Return the keys of the rows that the shipped packs know as totals: World, OECD …."""
    packs = load_pack(DEFAULT_PACK), load_pack(WORLD_PACK)
    return frozenset(name_key(name) for pack in packs for name in pack.totals)


def chinese_part(name: str) -> str:
    """Return what precedes the English half of a bilingual name.

    >>> chinese_part("全国National"), chinese_part("北京")
    ('全国', '北京')
    """
    found = re.fullmatch(r"\s*([^\x00-\x7f][^A-Za-z]*?)\s*[A-Z][A-Za-z .,'’&-]+", name)
    return found.group(1) if found else name


def is_below_abroad(name: str) -> bool:
    """Return whether a row opens the part of foreign countries."""
    return any(_ABROAD.fullmatch(name_key(part)) for part in (name, chinese_part(name)))


def is_closing_line(text: str) -> bool:
    """Return whether a line tells of the source, notes, maker or next page of a table."""
    return bool(_CLOSING.match(text) or _CLOSING_ANYWHERE.match(text) or is_continuation(text))


def is_continuation(text: str) -> bool:
    """Return whether a title says that a table goes on: 续表, （续）, continued."""
    return len(text) <= 40 and bool(_CONTINUED.search(text))


def is_unit_note(text: str) -> bool:
    """Return whether a line states the unit of a table."""
    return bool(_UNIT_NOTE.search(text))
