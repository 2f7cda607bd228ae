"""What the report says."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "contents": Text("目录", "Contents"),
    "figure_number": Text("图 {n}", "Fig. {n}"),
    "names_more": Text("{names}等 {all} 个", "{names} and {rest} more"),
    "report_title": Text("创新中心层级研究报告", "Innovation hubs by tier: report"),
    "table_number": Text("表 {n}", "Table {n}"),
    "in_appendix": Text("{title}见附表。", "{title}: in the appendix."),
    "appendix_section": Text("附表", "Appendix: full tables"),
    "both_levels": Text("兼为省级的城市", "Cities that are provinces as well"),
    "comparison_section": Text("与参照布局及其他方案的比较", "Comparison with the reference"),
    "confidence_section": Text("结果的可靠程度", "Confidence"),
    "data_section": Text("数据", "Data"),
    "reason_no_scores": Text("稳健性分析中没有任何区域有得分。", "No region has a score."),
    "reason_other": Text("数据不满足该方法的条件。", "The data do not meet what the method needs."),
    "reason_radar": Text(
        "雷达图至少需要三个功能层，请在指标体系中分组。",
        "A radar plot needs at least three functions.",
    ),
    "drawing_failed": Text("未绘图：{reason}", "Not drawn: {reason}"),
    "exactly": Text("基准（或参照）层级完全重现", "Base (or reference) tiers exactly"),
    "gap_section": Text("未涵盖的内容", "What is not covered"),
    "join_heading": Text("数据与区域的匹配", "How the data were joined to the regions"),
    "mean_same_tier": Text("平均同级比例", "Regions in their tier, on average"),
    "method_section": Text("方法", "Method"),
    "mixed_years": Text("数据年份不一的指标", "Indicators with mixed years"),
    "names_in_data": Text("数据中的名称", "Names in the data"),
    "order_kept": Text("层级次序得以保持", "Order of the tiers kept"),
    "other_schemes": Text("其他赋权与分级方案", "Other schemes"),
    "outside_variables": Text("外部变量", "Outside variables"),
    "overlap_agreement": Text("各方案之间的一致程度", "the agreement between the schemes"),
    "overlap_note": Text(
        "注意：部分区域相互重叠（{pairs}），重叠部分在以下环节被重复计算：{counted}。"
        "可剔除重叠区域（研究文件中的 exclude）后重新计算。",
        "Note: some regions overlap ({pairs}), and what they share counts twice in {counted}. "
        "Leave such regions out (`exclude` in the study file) to count everything once.",
    ),
    "overlap_shares": Text(
        "对全部区域计算的稳健性比例", "the shares of robustness over all regions"
    ),
    "overlapping_regions": Text("相互重叠的区域", "Overlapping regions"),
    "option_functions": Text("功能个数", "Functions that must meet a rule"),
    "option_international_share": Text("国际级占比（%）", "International: share, %"),
    "option_macro_region_places": Text("国家级：大区位次", "National: places in the macro-region"),
    "option_national_share": Text("国家级占比（%）", "National: share, %"),
    "option_province_places": Text("区域级：省内位次", "Regional: places in the province"),
    "option_regional_share": Text("区域级占比（%）", "Regional: share, %"),
    "position_functions": Text("达到规则的功能", "Functions that meet it"),
    "position_rule": Text("归级规则", "Rule"),
    "hub_section": Text("布局方案", "Proposed layout"),
    "hub_table": Text("提出的科技创新中心", "Proposed hubs"),
    "hub": Text("中心", "Hub"),
    "hub_cores": Text("核心城市", "Cores"),
    "lead_score": Text("主核得分", "Score of the lead"),
    "hub_members": Text("范围内的其他区域", "Other regions in its extent"),
    "hub_window_table": Text(
        "各数值的敏感区间", "How far each number may move before the cores change"
    ),
    "hub_window_note": Text(
        "其余数值不变；按 2% 的步长查找，再二分至万分之一。"
        "破折号表示在四分之一至四倍之间没有变化。",
        "The others held; looked for in steps of 2 % and then halved to one part in ten thousand. "
        "A dash: no change between a quarter and four times the value.",
    ),
    "dial_spacing": Text("主核间距", "spacing of leads"),
    "dial_ratio": Text("次核得分比", "score ratio of further cores"),
    "dial_within": Text("次核距离", "distance of further cores"),
    "dial_decay": Text("距离衰减指数", "decay of the field"),
    "dial_mass_exponent": Text("质量指数", "exponent of the mass"),
    "layout_stability_table": Text(
        "各区域成为核心城市的抽取占比", "Share of draws in which a region is a core"
    ),
    "share_lead": Text("为主核", "leads"),
    "share_core": Text("为核心", "is a core"),
    "layout_comparison_table": Text("与已发布方案对照", "Beside the published layout"),
    "tier_published": Text("已发布层级", "Published tier"),
    "tier_proposed": Text("方案层级", "Proposed tier"),
    "cores_kept": Text("相同核心", "Cores in both"),
    "cores_gained": Text("新增核心", "Cores gained"),
    "cores_lost": Text("缺少核心", "Cores lost"),
    "cores_unscored": Text("无得分", "No score"),
    "jaccard": Text("面积重合度", "Jaccard of area"),
    "link_table": Text("最强的联系", "Strongest links"),
    "link_from": Text("起点", "From"),
    "link_to": Text("终点", "To"),
    "link_type": Text("类型", "Type"),
    "link_strength": Text("强弱", "Strength"),
    "link_weight": Text("强度（最强为 1）", "Weight (strongest 1)"),
    "link_hierarchical": Text("等级", "hierarchical"),
    "link_peer": Text("同级", "peer"),
    "link_neighbour": Text("邻近", "neighbour"),
    "link_strong": Text("强", "strong"),
    "link_weak": Text("弱", "weak"),
    "arrival_table": Text("各层级被触及的先后", "Arrival by tier"),
    "reached": Text("被触及", "Reached"),
    "arrival_first": Text("最早", "First"),
    "arrival_median": Text("中位", "Median"),
    "arrival_last": Text("最晚", "Last"),
    "position_section": Text("位置规则", "Rules of position"),
    "position_table": Text(
        "按位置规则归入最低层级以上的区域", "Regions that a rule of position lifts"
    ),
    "rule_macro_region_places": Text(
        "大区内前 {n} 位", "among the first {n} of its macro-region", "first of its macro-region"
    ),
    "rule_province_places": Text(
        "省内前 {n} 位", "among the first {n} of its province", "first of its province"
    ),
    "rule_share": Text("占总量不低于 {n}%", "at least {n} % of the total"),
    "rule_world": Text("占全球总量不低于 {n}%", "at least {n} % of the world's total"),
    "share_in": Text("{name}占比（%）", "{name}, % of the total"),
    "several_tiers": Text("不同层级", "several tiers"),
    "window_highest": Text("上限", "May rise to"),
    "window_if_higher": Text("超过上限时先变动", "Change first beyond it"),
    "window_if_lower": Text("低于下限时先变动", "Change first below it"),
    "window_lowest": Text("下限", "May fall to"),
    "window_note": Text(
        "占比可降至略高于下限；位次与功能个数为整数。无区域变动时以“–”表示。",
        "A share may fall to just above the bound; places and functions are whole numbers. A dash: "
        "no region would change.",
    ),
    "window_option": Text("规则中的数值", "Number of the rules"),
    "window_table": Text("位置规则的敏感区间", "Windows of sensitivity of the rules of position"),
    "window_value": Text("取值", "Value"),
    "world_share_in": Text("{name}占全球比重（%）", "{name}, % of the world's total"),
    "rerun_section": Text("如何复算", "How to run it again"),
    "result_section": Text("结果", "Result"),
    "set_aside": Text("未纳入的区域", "Set aside"),
    "several_names": Text("一地多名", "Regions with several names"),
    "unmatched_names": Text("未匹配", "Unmatched"),
    "unused_indicators": Text("未采用的指标", "Indicators not used"),
    "varied": Text("变动的内容", "What was varied"),
    "without_data": Text("无任何数据的区域", "Regions without data"),
    "baseline_heading": Text("单项基准", "Baselines"),
    "cut_heading": Text("断点是否落在空档", "Whether the cuts lie in empty stretches"),
    "number_section": Text("为什么分这么多级", "Why so many tiers"),
    "scale_heading": Text("面元大小的影响", "The size of the regions"),
    "space_section": Text("空间", "Space"),
    "structure_section": Text("指标结构", "Structure of the indicators"),
    "yardstick_beside": Text(
        "{name}：得分 {score}，不参与排位", "{name}: score {score}, not ranked"
    ),
    "yardstick_scale": Text(
        "{name} = 100（得分 {score}），界限为 {percent}",
        "{name} = 100 (score {score}), cut-points at {percent}",
    ),
    "yardstick_unscored": Text("{name}：无得分", "{name}: no score"),
    "relative_to": Text("{name} = 100", "{name} = 100"),
}
