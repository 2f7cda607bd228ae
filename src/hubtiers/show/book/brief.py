"""What the brief says."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "brief_title": Text("创新中心层级简报", "Innovation hubs by tier: brief"),
    "brief_section": Text("一页简报", "Brief"),
    "brief_map": Text("各区域的层级地图", "Map of the tiers"),
    "brief_strip": Text("各区域的综合得分", "Scores of all regions"),
    "data_of": Text("数据年份 {years}", "data of {years}"),
    "rank_span": Text("位次与 5%–95% 区间", "Rank and its 5 to 95 % interval"),
    "strip_note": Text(
        "每点一个区域，按综合得分排列{cuts}。", "A dot for each region along its score{cuts}."
    ),
    "strip_marks": Text(
        "左：各区域的综合得分{cuts}；右：居前者的位次及其 5%–95% 区间。"
        "● 稳固（在至少{often}中居此层级）　◐ 倾向（图中带心点，此层级最常见）　"
        "○ 未定（另一层级更常见）",
        "Left: scores of all regions{cuts}. Right: ranks of the first, with the "
        "interval of 5 to 95 % of the draws. ● settled, in its tier in at least {often}; "
        "◐ (a dot with a heart) leaning, in its tier most often; ○ open, in another more often.",
    ),
    "strip_cuts": Text("，竖线为断点", ", lines are cut-points"),
    "strip_uncut": Text(
        "层级不由得分切分，因此没有断点。", "Tiers are not cut from the score: no cut-points."
    ),
    "members_heading": Text("谁居于哪一层级", "Who is in which tier"),
    "movers_heading": Text("改用其他方案，谁会变动", "Who moves under other schemes"),
    "no_schemes": Text("未试其他权重或分级方案。", "No other weights or tier rules were tried."),
    "none_open": Text(
        "在抽取中，没有区域更常居于另一层级。",
        "In the draws no region is in another tier more often.",
    ),
    "open_regions": Text(
        "在抽取中，{n} 个区域更常居于另一层级：{names}。",
        "In the draws {n} regions are in another tier more often: {names}.",
        one="In the draws 1 region is in another tier more often: {names}.",
    ),
    "schemes_more": Text("另有 {n} 种方案，见报告。", "{n} more schemes stand in the report."),
    "schemes_still": Text("无一变动：{names}。", "Nobody moves: {names}."),
    "scheme_moves": Text("{scheme}：{n} 个变动；{told}。", "{scheme}: {n} move; {told}."),
    "moves_up": Text("升级 {names}", "up {names}"),
    "moves_down": Text("降级 {names}", "down {names}"),
    "lift_heading": Text("后五位怎样才能升级", "What would lift the next five"),
    "lift_none_left": Text("所有区域均在最高层级。", "Every region is in the highest tier."),
    "lift_undefined": Text(
        "本研究的层级不由得分或位置切分，没有可言的单项变动。",
        "These tiers are cut neither from the score nor by position, so that no single change is "
        "defined.",
    ),
    "lift_goal": Text("目标：{tier}。", "To become {tier}. "),
    "lift_note": Text(
        "使其升级的最小单项变动，其余不变；计数指标取整数。",
        "The smallest change of one value that lifts it, all else equal; counts in whole numbers.",
    ),
    "lift_by_position": Text(
        "现有占比与规则要求的占比；所需功能中差得最少的一项。",
        "The share there is and the share that the rule asks for, in the function that lacks "
        "least.",
    ),
    "no_single_value": Text(
        "任何单项指标都不足以使以下区域升级：{names}。", "No single value lifts {names}."
    ),
    "share_of": Text("{name}占比", "{name}, share"),
    "share_lacking": Text("{now}% → {bar}%", "{now} → {bar} %"),
    "gaps_heading": Text("数据缺口", "Gaps in the data"),
    "no_gaps_at_all": Text("没有缺失值，也没有存疑的数值。", "No value is missing or doubtful."),
    "unscored_regions": Text(
        "{n} 个区域数据不足、未计分：{names}。",
        "{n} regions have too few values for a score: {names}.",
        one="1 region has too few values for a score: {names}.",
    ),
    "values_missing": Text(
        "{whole} 个数值中缺 {n} 个（{share}）。", "{n} of {whole} values are missing ({share})."
    ),
    "values_filled": Text("{n} 个数值由估算填补。", "{n} values are filled by estimates."),
    "doubtful_values": Text("存疑的数值：{list}。", "Values to be read with care: {list}."),
    "mixed_years_in": Text(
        "{all} 个指标中有 {n} 个的年份不一。", "{n} of {all} indicators mix years."
    ),
    "without_indicators": Text("没有指标的部分：{names}。", "Without any indicator: {names}."),
    "method_heading": Text("方法三句", "Method in three lines"),
    "method_measured": Text(
        "{regions} 个区域，{functions} 个功能，{n} 个指标。",
        "{regions} regions by {n} indicators of {functions} functions.",
    ),
    "method_ungrouped": Text(
        "{regions} 个区域，{n} 个指标。", "{regions} regions by {n} indicators."
    ),
    "method_steps": Text("依次为{steps}。", "In this order: {steps}."),
    "method_untried": Text(
        "没有随机变动方法的选择，因此不知层级有多可靠。",
        "No choice of method was varied at random, so that nobody knows how sure the tiers are.",
    ),
    "method_tried": Text(
        "随机变动方法的选择 {n} 次，看层级与位次是否改变。",
        "Choices of method were varied at random {n} times, to see whether tiers and ranks hold.",
    ),
    "cite": Text("引用", "Cite as"),
    "rebuild": Text("复算", "Build again"),
    "no_command": Text("方法见报告。", "The report states the method."),
    "rebuilt_run": Text(
        "{command}（run.json 中的 run 为 {run}）",
        "{command} (run {run} in run.json)",
    ),
}
