"""What more than one of map, figures, tables and report says."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

# A reader who goes from one to the other must meet the same word for the same thing.
WORDS: Mapping[str, Text] = {
    "at_least": Text("至少为{tier}的概率", "Probability of at least {tier}"),
    "aggregation": Text("合成方法", "Aggregation"),
    "certainty": Text("层级确定性", "How sure"),
    "core": Text("核心城市", "Core city"),
    "corridors": Text("创新走廊", "Innovation corridors"),
    "count": Text("区域数", "Regions"),
    "coverage": Text("指标覆盖率", "Coverage"),
    "extents": Text("中心范围", "Hub extents"),
    "leaning": Text("倾向", "leaning"),
    "likeliest": Text("最常出现的层级", "Most frequent tier"),
    "hubs": Text("科技创新中心", "Innovation hubs"),
    "no_data": Text("无数据", "No data"),
    "not_in_study": Text("不在研究范围", "Not in the study"),
    "open": Text("未定", "open"),
    "open_rather": Text("未定，更常为{tier}", "open, more often {tier}"),
    "rank": Text("位次", "Rank"),
    "region": Text("区域", "Region"),
    "score": Text("综合得分", "Score"),
    "settled": Text("稳固", "settled"),
    "source": Text("来源", "Source"),
    "tier": Text("层级", "Tier"),
    "tier_name": Text("{zh}级", "{en}"),
    "tier_rule": Text("分级方法", "Tier rule"),
    "tier_score": Text("层级（得分区间，区域数）", "Tier (score range, regions)"),
    "tier_title": Text("创新中心层级", "Innovation hubs by tier"),
}
