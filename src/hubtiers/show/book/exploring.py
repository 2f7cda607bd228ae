"""What the page says where regions are compared, tried out, sorted and looked for."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["FILLED", "WORDS"]

WORDS: Mapping[str, Text] = {
    "all_classes": Text("显示全部类别", "All classes shown"),
    "all_tiers": Text("全部层级", "All tiers"),
    "one_class": Text("仅显示：{what}", "Only: {what}"),
    "area_is_rank": Text(
        "得分没有零点，圆面积按位次：第一名最大。",
        "The scores have no zero: areas follow the rank, the first has the largest.",
    ),
    "area_is_score": Text(
        "圆面积与得分成正比，从零起算。", "Areas are in proportion to the score."
    ),
    "compare": Text("两区比较", "Side by side"),
    "compare_this": Text("比较", "Compare"),
    "differs": Text("与参照的差异", "Against the reference"),
    "differs_note": Text(
        "参照为已公布的分组，或布局中核心城市的层级。",
        "The reference is published groups, or the tiers of the layout's cores.",
    ),
    "filter": Text("筛选", "Filter"),
    "filter_text": Text("名称或上级区域", "Name, or region above"),
    "first_region": Text("左", "Left"),
    "isolate": Text("只看这一类（再按或 Esc 恢复）", "Show this class alone (again or Esc: all)"),
    "movers": Text("{n} 个区域位次有变", "{n} regions moved", one="{n} region moved"),
    "movers_more": Text("另有 {n} 个，见位次表", "{n} more in the ranking"),
    "parts_normalised": Text(
        "此方法的得分不能按指标相加；差值为归一化值之差，较大者在前。",
        "Scores of this method are no sums over indicators. Differences are of normalised values, "
        "the largest first.",
    ),
    "parts_sum": Text(
        "各指标差值之和即得分之差，较大者在前；条形为归一化值。",
        "Differences by indicator sum to that of the scores, the largest first. Bars are "
        "normalised values.",
    ),
    "places_down": Text("下降 {n} 位", "{n} places down", one="{n} place down"),
    "places_up": Text("上升 {n} 位", "{n} places up", one="{n} place up"),
    "rank_is": Text("第 {n} 名", "rank {n}"),
    "reference_higher": Text("高于参照", "Higher than the reference"),
    "reference_lower": Text("低于参照", "Lower than the reference"),
    "reference_same": Text("与参照相同", "As in the reference"),
    "reference_unknown": Text("参照中没有", "Not in the reference"),
    "score_difference": Text("得分之差（左减右）", "Difference in score, left minus right"),
    "second_region": Text("右", "Right"),
    "sort": Text("按此列排序", "Sort by this column"),
    "symbols": Text("圆：面积示得分", "Circles by score"),
    "values_reset": Text("恢复原值", "Back to the data"),
    "whatif": Text("假如数值不同", "With other values"),
    "whatif_divided": Text("与规模变量相除，此处不能试算", "Divided by size: cannot be tried here"),
    "whatif_impossible": Text(
        "该数值超出此方法的定义域，无法计分。", "The method cannot score such a value."
    ),
    "whatif_no_tier": Text(
        "层级由原表读出，不由得分断点划定，此处不试算。",
        "Tiers are read from the table, not cut from the score: they are not tried here.",
    ),
    "whatif_note": Text(
        "归一化参数、权重和断点不变，其他区域不变。",
        "Scale, weights and cut-points are held, and so are the other regions.",
    ),
    "whatif_this": Text("假如…", "What if …"),
}

# Why no other value can be tried: written into the page where it is so.
FILLED: Mapping[str, Text] = {
    "whatif_filled": Text(
        "有缺失值由其他数值填补，改动一个数值会牵动填补值，网页不能试算。",
        "Gaps are filled from other values, which a new value would move: the page cannot try it.",
    ),
    "whatif_no_means": Text(
        "网页只能计算各区域权重相同的加权平均，此方法不是。",
        "The page computes weighted means with the same weights for all regions, and this scheme "
        "is none.",
    ),
    "whatif_scale": Text(
        "网页不能计算此研究的标准化或异常值处理。",
        "The page cannot compute the normalisation, or the treatment, of this study.",
    ),
}
