"""What the web map says."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["FILLED", "WORDS"]

WORDS: Mapping[str, Text] = {
    "at_least_choose": Text("至少为", "At least"),
    "basemap": Text("底图（需联网）", "Basemap (needs a network)"),
    "basemap_note": Text("底图瓦片需联网。", "Tiles come from the network."),
    "breaks_at": Text("层级断点", "Cut-points of the tiers"),
    "range_above": Text("高于 {n}", "above {n}"),
    "range_from": Text("{n} 及以上", "{n} and above"),
    "range_up_to": Text("不高于 {n}", "up to {n}"),
    "range_below": Text("低于 {n}", "below {n}"),
    "chance": Text("达到某级的概率", "Reaching a tier"),
    "changed": Text("当前为改动后的权重", "Weights as set in the explorer"),
    "close": Text("关闭", "Close"),
    "context": Text("周边国家", "Other countries"),
    "copied": Text("已复制到剪贴板", "Copied to the clipboard"),
    "copy": Text("复制为研究文件", "Copy as study"),
    "copy_by_hand": Text("请从文本框中复制", "Copy it from the text box"),
    "cores": Text("核心城市", "Hub cores"),
    "counted": Text("{n} 个区域", "{n} regions", one="{n} region"),
    "explorer_hint": Text(
        "拖动滑块即可重新计分、分级与填色。数字为占综合得分的有效权重。",
        "Move a slider: scores, tiers and map follow. Numbers are effective weights in the score.",
    ),
    "few": Text("不同得分太少，无法分级。", "Too few different scores for the tiers."),
    "far_parts": Text("远处部分", "Far parts"),
    "fill": Text("填色", "Fill"),
    "find": Text("查找区域", "Find a region"),
    "focus": Text("建设重点", "Focus"),
    "found": Text("{n} 个结果", "{n} results", one="{n} result"),
    "full": Text("全屏", "Full screen"),
    "headline_more": Text("更多要点", "More findings"),
    "headline_own_weights": Text(
        "以上各句说的是研究自身的权重，不是滑块所设的权重。",
        "These sentences describe the study's own weights, not those of the sliders.",
    ),
    "home": Text("复位", "Reset the view"),
    "interval": Text("5%–95% 区间 {low}–{high}", "5–95 % interval {low}–{high}"),
    "layers": Text("图层", "Layers"),
    "legend": Text("图例", "Legend"),
    "map_hint": Text("地图：方向键平移，加减号缩放", "Map: arrow keys move, plus and minus zoom"),
    "moved": Text("{n} 个区域改变层级", "{n} regions change tier", one="{n} region changes tier"),
    "moved_none": Text("没有区域改变层级", "No region changes tier"),
    "no_peers": Text("同层级没有其他区域可比", "No other region of the tier to compare with"),
    "none": Text("不填色", "No fill"),
    "not_positive": Text("需要全部为正的归一化值", "needs normalised values above 0"),
    "nothing": Text("没有匹配的区域", "No region matches"),
    "other_language": Text("English", "中文"),
    "other_short": Text("EN", "中"),
    "overlays": Text("叠加", "On top"),
    "own": Text("自定", "Own"),
    "part_of": Text("属于", "part of"),
    "preset": Text("预设权重", "Preset"),
    "profile": Text("功能得分", "Scores by function"),
    "provinces": Text("省级界", "Province borders"),
    "reset": Text("恢复原权重", "Back to the study"),
    "search": Text("查找区域（中文、拼音、英文）", "Find (English, pinyin)"),
    "shown": Text("填色：{what}", "Filled by: {what}"),
    "skip": Text("跳到位次表", "Skip to the ranking"),
    "sources_years": Text("数据来源与年份", "Sources and years"),
    "strengths": Text("强项（高于同层级中位数）", "Strengths (above the tier's median)"),
    "study": Text("原研究", "The study's own"),
    "table": Text("位次表", "Ranking"),
    "theme": Text("深色或浅色", "Dark or light"),
    "tier_and_certainty": Text("层级与确定性", "Tier, and how sure"),
    "tier_probabilities": Text("属于各层级的概率", "Probability of each tier"),
    "toml": Text("研究文件（TOML）", "Study file (TOML)"),
    "tools": Text("工具", "Tools"),
    "top": Text("第一名", "First"),
    "unavailable": Text("不可用", "not available"),
    "weaknesses": Text("弱项（低于同层级中位数）", "Weaknesses (below the tier's median)"),
    "weights": Text("权重实验", "Weights"),
    "zero": Text("所有权重为 0，无法计分。", "All weights are 0: nothing to score."),
    "zoom_to": Text("定位到", "Go to"),
}

# Filled here, before the browser gets them.
FILLED: Mapping[str, Text] = {
    "equal_indicators": Text("指标等权", "Equal for indicators"),
    "equal_functions": Text("功能等权", "Equal for functions"),
    "fixed_breaks": Text("固定断点（原结果）", "Fixed cut-points of the result"),
    "overlapping": Text(
        "区域相互重叠，由数据得出的权重会重复计算部分区域。",
        "The regions overlap, so weights from data count some twice.",
    ),
    "subtitle": Text(
        "{n} 个区域，{k} 个层级，方差拟合优度 {gvf}{missing}",
        "{n} regions in {k} tiers, goodness of variance fit {gvf}{missing}",
    ),
    "subtitle_missing": Text("；{n} 个区域无数据", "; {n} without data"),
}
