"""Columns, cells and titles of tables."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "category": Text("类别", "Category"),
    "comparable": Text("可比区域", "Compared"),
    "data_year": Text("数据年份", "Year"),
    "different": Text("不一致区域", "Different"),
    "direction": Text("方向", "Direction"),
    "effective_correlated": Text("有效指标数（计相关）", "Effective, correlation counted"),
    "effective_indicators": Text("有效指标数（不计相关）", "Effective, correlation not counted"),
    "function_level": Text("功能层", "Function"),
    "gvf": Text("拟合优度 GVF", "GVF"),
    "in_same_tier": Text("同级区域数", "In the same tier"),
    "indicator_en": Text("指标（英文）", "Indicator"),
    "indicator_zh": Text("指标", "Indicator (Chinese)"),
    "kappa": Text("加权 κ", "Weighted kappa"),
    "kendall": Text("肯德尔 τ", "Kendall's tau"),
    "kind": Text("类型", "Kind"),
    "level_number": Text("第{n}层", "Level {n}"),
    "matched_by": Text("匹配方式", "Matched by"),
    "missing": Text("缺失", "missing"),
    "name_count": Text("名称数", "Names"),
    "outside_variable": Text("外部变量", "Outside variable"),
    "pearson": Text("皮尔逊 r", "Pearson's r"),
    "rank_change": Text("位次变动", "Rank change"),
    "rank_high": Text("位次 95%", "Rank 95 %"),
    "rank_low": Text("位次 5%", "Rank 5 %"),
    "rank_median": Text("位次中位数", "Rank, median"),
    "rank_of": Text("{name} 位次", "{name} rank"),
    "reference": Text("参照层级", "Reference"),
    "reference_by_tier": Text("参照层级 \\ 层级", "Reference \\ tier"),
    "reference_matches": Text("与参照同级", "Same as reference"),
    "region_en": Text("区域（英文）", "Region"),
    "region_id": Text("代码", "Region id"),
    "region_zh": Text("区域", "Region (Chinese)"),
    "same_tier": Text("同级比例", "Same tier"),
    "scheme": Text("方案", "Scheme"),
    "score_from": Text("得分下限", "Score from"),
    "score_to": Text("得分上限", "Score to"),
    "spearman": Text("斯皮尔曼 ρ", "Spearman's rho"),
    "sub_group": Text("子系统", "Sub-group"),
    "tier_in": Text("{name} 层级", "Tier, {name}"),
    "tier_of": Text("{name} 层级", "{name} tier"),
    "tier_this": Text("该方案层级", "Tier, this scheme"),
    "unit": Text("单位", "Unit"),
    "valued_regions": Text("有值区域数", "Regions with a value"),
    "weighting": Text("赋权方法", "Weights"),
    "without_indicator": Text("无指标的部分", "Without an indicator"),
    "alone": Text("单独的{name}", "{name} alone"),
    "best_alone": Text(
        "单独的{name}（{n} 个指标中最好的）", "{name} alone (best of {n} indicators)"
    ),
    "best_score": Text("成员最高得分", "Best member"),
    "composite_here": Text("综合得分（本研究）", "The score (this study)"),
    "expected_i": Text("随机期望", "At random"),
    "functions_of_pair": Text("功能", "Functions"),
    "gap_error": Text("间隔误差", "Error of the gap"),
    "gap_place": Text("宽度名次", "Place by width"),
    "gap_width": Text("间隔宽度", "Width of the gap"),
    "gvf_gain": Text("GVF 增量", "Gain of GVF"),
    "highest_below": Text("下级最高分", "Highest below"),
    "highest_member": Text("成员最高层级", "Highest tier of members"),
    "indicator_a": Text("指标甲", "Indicator"),
    "indicator_b": Text("指标乙", "goes with"),
    "indicator_count": Text("指标数", "Indicators"),
    "kappa_interval": Text("κ 的 95% 区间", "95 % of kappa"),
    "lowest_above": Text("上级最低分", "Lowest above"),
    "lowest_member": Text("成员最低层级", "Lowest tier of members"),
    "mean_loading": Text("第一主成分平均载荷", "Mean loading, first component"),
    "mean_neighbours": Text("平均邻区数", "Neighbours each"),
    "mean_score": Text("成员平均得分", "Mean of members"),
    "morans_i": Text("莫兰 I", "Moran's I"),
    "number_of_tiers": Text("层级数 k", "Tiers k"),
    "p_permutation": Text("置换检验 p", "p (permutations)"),
    "pearson_interval": Text("r 的 95% 区间", "95 % of r"),
    "role": Text("性质", "Role"),
    "scored_members": Text("成员数", "Members"),
    "share_interval": Text("同级比例的 95% 区间", "95 % of the share"),
    "smallest_tier": Text("最小层级的区域数", "Smallest tier"),
    "spearman_interval": Text("ρ 的 95% 区间", "95 % of rho"),
    "tier_above": Text("上级", "Tier above"),
    "tier_below": Text("下级", "Tier below"),
    "tier_by_best": Text("按最高分的层级", "Tier by the best"),
    "tier_by_mean": Text("按平均分的层级", "Tier by the mean"),
    "times_median": Text("相当于中位间隔的倍数", "Times the median gap"),
    "unnamed_high": Text("参照未列的高层级区域", "High, not named"),
    "what_is_compared": Text("依据", "By"),
    "without_neighbour": Text("无邻区", "Without neighbours"),
    "z_value": Text("z", "z"),
    "matches_of": Text("{n} 个中 {matches} 个", "{matches} of {n}"),
    "negative": Text("逆向", "negative"),
    "positive": Text("正向", "positive"),
    "rule_alias": Text("别名", "alias"),
    "rule_ambiguous": Text("有歧义", "ambiguous"),
    "rule_exact": Text("名称一致", "exact name"),
    "rule_former": Text("曾用名", "former name"),
    "rule_id": Text("代码", "region id"),
    "rule_total": Text("合计，未纳入", "a total, set aside"),
    "rule_unmatched": Text("未匹配", "unmatched"),
    "slot_category": Text("指标类别", "category"),
    "slot_group": Text("功能层", "group"),
    "slot_slot": Text("待填写", "slot"),
    "status_compiled": Text("汇编", "compiled"),
    "status_computed": Text("计算", "computed"),
    "status_official": Text("官方", "official"),
    "status_partial-year": Text("部分年份", "partial-year"),
    "status_printed": Text("原文", "printed"),
    "status_single-source": Text("单一来源", "single-source"),
    "status_substituted": Text("替代", "substituted"),
    "status_suspected-error": Text("疑误", "suspected-error"),
    "status_unknown": Text("未注明", "not given"),
    "number_here": Text("{k}（本研究）", "{k} (this study)"),
    "role_intensity": Text("强度（比率）", "intensity (shares and rates)"),
    "role_size": Text("规模（总量）", "size (amounts)"),
    "same_function": Text("同一功能", "one function"),
    "two_functions": Text("跨功能", "two functions"),
    "certainty_note": Text(
        "概率与区间来自方法选择的随机变动。",
        "Probabilities and intervals come from random choices of method.",
    ),
    "certainty_table": Text("层级概率与位次区间", "Tier probabilities and rank intervals"),
    "comparison_table": Text("不同方案的比较", "Schemes compared"),
    "confusion_table": Text("层级与参照层级的交叉表", "Tiers against reference tiers"),
    "disagreement_table": Text(
        "与参照层级不同的区域", "Regions with another tier than the reference"
    ),
    "effective_note": Text(
        "有效指标数，只计权重、不计指标间相关（1/Σw²）：{list}；计入相关（1/ΣΣwwr²）：{correlated}。",
        "Effective number of indicators by weight alone, their correlation not counted (1/Σw²): "
        "{list}; with correlation counted (1/ΣΣwwr²): {correlated}.",
    ),
    "gap_table": Text("指标体系中没有数据的部分", "Slots of the framework that hold no data"),
    "indicator_table": Text("指标体系", "Indicator system"),
    "join_table": Text("名称匹配", "Names matched"),
    "level_note": Text(
        "组内权重合计为 1；有效权重为自身向上各级权重之积。",
        "Weights within a group sum to 1; the effective weight is the product of the weights on "
        "the way up.",
    ),
    "level_table": Text("各级权重", "Weights by level"),
    "method_note": Text("方法：{steps}。", "Method: {steps}."),
    "move_note": Text("位次变动为正表示上升。", "A positive change of rank is a gain."),
    "move_table": Text(
        "换用其他方案后层级变动的区域", "Regions that change tier under another scheme"
    ),
    "normalisation_note": Text(
        "各参数取自参与计分的区域，按处理缺失值与异常值之后的数值计算；符号含义见方法公式。",
        "Taken over the regions that are scored, from values after gaps and treatment; the symbols "
        "are those of the formulas.",
    ),
    "normalisation_table": Text("标准化所用参数", "What treatment and scaling use"),
    "no_score_note": Text(
        "{n} 个区域数据不足，不计分。", "{n} regions have too few values for a score."
    ),
    "outside_table": Text("与外部变量的一致程度", "How the score goes with outside variables"),
    "rank_table": Text("各方案位次与层级", "Ranks and tiers by scheme"),
    "rows_left_out": Text(
        "此处列前 {most} 行，其余 {n} 行见附表。",
        "The first {most} rows; {n} more in the appendix.",
    ),
    "score_table": Text("综合得分、位次与层级", "Scores, ranks and tiers"),
    "status_count": Text("{status} {n} 个", "{n} {status}"),
    "status_note": Text("数据状态：{list}。", "Status of the values: {list}."),
    "status_table": Text("各指标数据的状态（数值个数）", "Status of the values, by indicator"),
    "tier_cuts": Text(
        "断点（高于断点者归上一级，用于其他年份、升级差距与固定断点）：{cuts}。",
        "Cut-points, which a score must exceed, for other years, the way to the next tier and held "
        "tiers: {cuts}.",
    ),
    "tier_note": Text(
        "分级方法：{method}；方差拟合优度 GVF = {gvf}。",
        "Tiers: {method}; goodness of variance fit {gvf}.",
    ),
    "tier_table": Text("层级与断点", "Tiers and cut-points"),
    "value_note": Text(
        "计分所用的原始值 x：已除以规模变量（如有）并填补缺失值（如方法规定），"
        "未作异常值处理与标准化。",
        "The values x that were scored: divided by size and with gaps filled where the method says "
        "so, before treatment and scaling.",
    ),
    "value_table": Text("计分所用数值", "Values that were scored"),
    "weight_note": Text(
        "权重为各指标在综合得分中的有效权重（{method}），合计为 1。",
        "Weights are effective weights in the composite score ({method}); they sum to 1.",
    ),
    "weight_table": Text("指标权重", "Weights of the indicators"),
    "baseline_note": Text(
        "各单项按同一分级方法、同样的层级数分级。同级比例为精确区间（Clopper–Pearson；全部一致时为单侧下限），"
        "κ 为自助法区间；全部一致时自助法没有区间。最好的单项是事后挑选的，因而偏高。"
        "“参照未列的高层级区域”不计入任何一致性指标。",
        "Each is cut by the same tier rule into as many tiers. Shares have exact intervals "
        "(Clopper–Pearson; one-sided where all agree), kappa those of the bootstrap, which has "
        "none where all agree. The best indicator was picked afterwards, which flatters it. "
        "Regions that rank high without being named count in none of these measures.",
    ),
    "baseline_table": Text(
        "与参照的一致程度：综合得分与单项基准", "Agreement with the reference: score and baselines"
    ),
    "cut_table": Text("断点处的间隔", "The gaps at the cuts"),
    "flag_table": Text("几乎同义的指标对", "Pairs of indicators that say nearly the same"),
    "moran_table": Text("空间自相关（莫兰 I）", "Spatial association (Moran's I)"),
    "number_note": Text(
        "自然断点法按各层级数分级。GVF 随层级数必然上升，本身不支持任何层级数。",
        "Natural breaks into each number of tiers. GVF rises with every tier and speaks for none.",
    ),
    "number_table": Text("层级数的依据", "What speaks for each number of tiers"),
    "role_table": Text("规模与强度", "Size and intensity"),
    "scale_table": Text(
        "平均值与最高值给出不同层级的上级区域",
        "Groups whose tier by the mean is not that by the best member",
    ),
}
