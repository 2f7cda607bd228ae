"""How sure tiers are, and what varied choices and gaps do to them."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "by_option": Text("按选项分列的结果", "Results by option"),
    "by_option_table": Text(
        "各选项下落入本研究层级的比例", "Share of draws in the study's own tier, by option"
    ),
    "draws": Text("抽取次数", "Draws"),
    "drivers": Text("哪项选择影响最大", "Which choice moves the tiers"),
    "driver_table": Text("索博尔指数（95% 区间）", "Sobol indices (95 % intervals)"),
    "driver_note": Text(
        "一阶指数：该项选择单独解释的方差份额；总指数：连同与其他选择的交互。"
        "区间为自助法 95% 区间，可略超出 0 至 1。",
        "First-order index: the part of the variance that the choice explains alone; total index: "
        "with its interactions. Intervals are bootstrap intervals of 95 % and may pass 0 and 1.",
    ),
    "factor": Text("变动的选择", "Choice"),
    "factor_gaps": Text("填补值的重新抽取", "Filled gaps"),
    "factor_leave_out": Text("剔除的指标", "Indicator left out"),
    "factor_level": Text("合成（第{n}层）", "Aggregation, level {n}"),
    "factor_noise": Text("测量误差", "Errors of measurement"),
    "first_index": Text("一阶指数", "First-order"),
    "function_node": Text("功能层或指标", "Function or indicator"),
    "high_share": Text("95%", "95 %"),
    "low_share": Text("5%", "5 %"),
    "mean_share": Text("抽取的平均份额", "Mean share drawn"),
    "marks_note": Text(
        "稳固：至少{often}得到该层级；倾向：该层级最常出现，但不足此数；未定：另一层级更常出现。",
        "Settled: the tier in at least {often}; leaning: the most frequent tier, in fewer; open: "
        "another tier comes up more often.",
    ),
    "nine_of_ten": Text("九成的抽取", "nine draws of ten"),
    "none_left_out": Text("不剔除", "none"),
    "only_drawn": Text(
        "只在抽取中出现、而本研究结果没有的层级：{tiers}。",
        "Tiers that come up in draws only, and that the result does not have: {tiers}.",
    ),
    "option": Text("选项", "Option"),
    "own_share": Text("本研究的份额", "Share in the study"),
    "own_tier_share": Text("全部", "All draws"),
    "share_of_draws": Text("{percent}% 的抽取", "{percent} % of the draws"),
    "share_note": Text(
        "从未出现的份额以其 95% 置信上限表示（n 次抽取时为 1 − 0.05^(1/n)）。",
        "A share that no draw has shown is given as its upper 95 % bound, 1 − 0.05^(1/n) for n "
        "draws.",
    ),
    "size_table": Text("各选项下各层级的平均区域数", "Mean number of regions by tier and option"),
    "target": Text("对象", "Target"),
    "target_rank_shift": Text("位次变动", "Shift of ranks"),
    "target_tier_flips": Text("层级变动的区域数", "Regions that change tier"),
    "total_index": Text("总指数", "Total"),
    "weights_drawn_table": Text("抽取的权重在各功能上的分布", "What the weights drawn imply"),
    "gap_cell": Text(
        "{missing}缺失；其权重由{to}承担，其中{heaviest}一项占得分的 {share}（无缺失时为 {own}）",
        "{missing} missing; the weight falls on {to}: {share} of the score from {heaviest} "
        "(without the gap {own})",
    ),
    "gap_cell_one": Text(
        "{missing}缺失；其权重由{to}承担：得分的 {share} 出自这一项指标（无缺失时为 {own}）",
        "{missing} missing; the weight falls on {to}: {share} of the score from one indicator "
        "(without the gap {own})",
    ),
    "gap_cell_alone": Text("{missing}缺失", "{missing} missing"),
    "gap_cell_filled": Text("{missing}缺失，已填补", "{missing} missing and filled"),
    "gap_effect_table": Text(
        "缺失指标及其权重的去向", "Missing indicators and where their weight went"
    ),
    "gap_effects": Text("缺失值的影响", "What the gaps did"),
    "gap_filled": Text("已填补", "filled"),
    "gap_mark": Text("缺失与权重去向", "Gaps"),
    "heaviest": Text("权重最大的承担指标", "Heaviest that takes over"),
    "heaviest_own": Text("原权重", "Weight without the gap"),
    "heaviest_share": Text("现权重", "Weight now"),
    "missing_indicators": Text("缺失指标", "Missing"),
    "taken_over_by": Text("承担其权重的指标", "Takes over its weight"),
}
