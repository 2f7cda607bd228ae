"""Steps of a scheme, and what aggregations do."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "step_aggregate": Text("合成", "Aggregation"),
    "step_denominate": Text("规模处理", "Size"),
    "step_impute": Text("缺失值", "Missing values"),
    "step_normalise": Text("标准化", "Normalisation"),
    "step_tier": Text("分级", "Tiers"),
    "step_treat": Text("异常值处理", "Treatment"),
    "step_weight": Text("赋权", "Weights"),
    "aggregation_heading": Text("从指标到综合得分", "From indicators to the score"),
    "all_at_once": Text(
        "综合得分由全部 {n} 个指标一次算出，此时 k 为指标，w 为其有效权重（向上各级权重之积）。"
        "各组得分是同一方法只用本组指标的结果，不参与综合得分的计算。",
        "The score comes from all {n} indicators at once: k are the indicators and w their "
        "effective weights, the products of the weights on the way up. The sub-score of a group is "
        "the same method over the indicators of the group alone; the score does not use it.",
    ),
    "composite_score": Text("综合得分", "the score"),
    "gaps_handed_on": Text(
        "{all} 个计分区域中有 {n} 个存在缺失值。求和只涉及有值的项："
        "缺失指标的权重由同组其余指标分担，全组缺失时由上一级的其余各组分担。",
        "Values are missing in {n} of {all} scored regions. Sums run over what is present: a "
        "missing indicator hands its weight on to the others of its group, and a group without any "
        "value to the other groups beside it.",
    ),
    "gaps_handed_on_at_once": Text(
        "{all} 个计分区域中有 {n} 个存在缺失值。求和只涉及有值的指标，其有效权重重新计算："
        "缺失指标的权重由同组其余指标分担，全组缺失时由上一级的其余各组分担。",
        "Values are missing in {n} of {all} scored regions. Sums run over the indicators present, "
        "with effective weights made anew: a missing indicator hands its weight on to the others "
        "of its group, and a group without any value to the other groups beside it.",
    ),
    "level_by_level": Text("逐级合成：{levels}。", "Level by level: {levels}."),
    "level_of_aggregation": Text(
        "第 {level} 级以{method}得出{names}", "level {level} gives {names} by {method}"
    ),
    "no_gaps": Text(
        "{all} 个计分区域均无缺失值。", "No value is missing in the {all} scored regions."
    ),
    "one_level": Text(
        "综合得分由 {n} 个指标直接算出。", "The score comes straight from the {n} indicators."
    ),
    "weights_by_level": Text(
        "各项的权重 w 是其在所属组内的权重；各指标的有效权重为自身向上各级权重之积。",
        "The weight w of a member is that within its group; the effective weight of an indicator "
        "is the product of the weights on its way up.",
    ),
    "weights_by_region": Text("各区域的权重不同。", "Every region has weights of its own."),
}
