"""The book of words.

Every term once, in Chinese and English, for map, figures, tables, report and console.

Words of one theme stand together; `say` and `word` look one up by its key, whatever its theme.
Braces are places that `fill` puts values into. The browser gets its part of the book with the map
(`browser_words`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.framework import TIER_NAMES_ZH, Indicator
from hubtiers.scheme import Result
from hubtiers.tiers.scale import GroupedTiers, TierScale

__all__ = [
    "LANGUAGES",
    "Text",
    "break_note",
    "break_texts",
    "browser_words",
    "direction_text",
    "figures_text",
    "has_chinese",
    "in_languages",
    "join_texts",
    "node_name",
    "node_text",
    "number_text",
    "reason_text",
    "region_names",
    "region_text",
    "require_language",
    "say",
    "tier_name",
    "tier_text",
    "title_texts",
    "unit_text",
    "word",
    "yardstick_text",
]

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """A text in both languages.

    Attributes
    ----------
    zh, en
        The text in Chinese and in English.
    one
        English in the singular, for the value 1 of `{n}`; Chinese has one form for both.
    """

    zh: str
    en: str
    one: str = ""

    @classmethod
    def same(cls, string: object) -> Text:
        """Return a text that is the same in both languages, such as a code."""
        return cls(str(string), str(string))

    def say(self, language: str) -> str:
        """Return the text in one language; with `"both"`, both beside each other where they differ.

        >>> Text("位次", "Rank").say("both")
        '位次 Rank'
        """
        if language == "both":
            return self.zh if self.zh == self.en else f"{self.zh} {self.en}".strip()
        require_language(language)
        return self.zh if language == "zh" else self.en

    def fill(self, **values: object) -> Text:
        """Return the text with values in the places of its braces.

        A value that is a text stands there in its own language.

        >>> word("found").fill(n=1).en, word("found").fill(n=2).en
        ('1 result', '2 results')
        """
        english = self.one if self.one and values.get("n") == 1 else self.en
        return Text(_filled(self.zh, values, "zh"), _filled(english, values, "en"))

    def to_plain(self) -> dict[str, str]:
        """Return the text as the browser reads names: by language."""
        return {"zh": self.zh, "en": self.en}


def _filled(template: str, values: Mapping[str, object], language: str) -> str:
    said = {}
    for name, value in values.items():
        said[name] = value.say(language) if isinstance(value, Text) else value
    return template.format(**said)


# What more than one of map, figures, tables and report says. A reader who goes from one to the
# other must meet the same word for the same thing.
_TERMS: Mapping[str, Text] = {
    "aggregation": Text("合成方法", "Aggregation"),
    "core": Text("核心城市", "Core city"),
    "corridors": Text("创新走廊", "Innovation corridors"),
    "count": Text("区域数", "Regions"),
    "coverage": Text("指标覆盖率", "Coverage"),
    "extents": Text("中心范围", "Hub extents"),
    "hubs": Text("科技创新中心", "Innovation hubs"),
    "no_data": Text("无数据", "No data"),
    "not_in_study": Text("不在研究范围", "Not in the study"),
    "rank": Text("位次", "Rank"),
    "region": Text("区域", "Region"),
    "score": Text("综合得分", "Score"),
    "source": Text("来源", "Source"),
    "tier": Text("层级", "Tier"),
    "tier_name": Text("{zh}级", "{en}"),
    "tier_probability": Text("层级概率", "Probability of the tier"),
    "tier_rule": Text("分级方法", "Tier rule"),
    "tier_score": Text("层级（得分区间，区域数）", "Tier (score range, regions)"),
    "tier_title": Text("创新中心层级", "Innovation hubs by tier"),
}

_MAP: Mapping[str, Text] = {
    "basemap": Text("底图（需联网）", "Basemap (needs a network)"),
    "basemap_note": Text("底图瓦片需联网。", "Tiles come from the network."),
    "breaks_at": Text("层级断点", "Cut-points of the tiers"),
    "range_above": Text("高于 {n}", "above {n}"),
    "range_from": Text("{n} 及以上", "{n} and above"),
    "range_up_to": Text("不高于 {n}", "up to {n}"),
    "range_below": Text("低于 {n}", "below {n}"),
    "changed": Text("当前为改动后的权重", "Weights as set in the explorer"),
    "close": Text("关闭", "Close"),
    "confidence": Text("层级置信度", "Confidence in the tier"),
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
    "home": Text("复位", "Reset the view"),
    "interval": Text("5%–95% 区间 {low}–{high}", "5–95 % interval {low}–{high}"),
    "layers": Text("图层", "Layers"),
    "legend": Text("图例", "Legend"),
    "map_hint": Text("地图：方向键平移，加减号缩放", "Map: arrow keys move, plus and minus zoom"),
    "mean": Text("平均", "mean"),
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

# Words of the map that Python has filled in before they travel.
_MAP_FILLED: Mapping[str, Text] = {
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

_CREDITS: Mapping[str, Text] = {
    "boundary_note": Text(
        "界线来源：{credit}；邻国：{context}。", "Boundaries: {credit}; others: {context}."
    ),
    "context_note": Text("周边：{context}。", "Around: {context}."),
    "credit_note": Text("界线来源：{credit}。", "Boundaries: {credit}."),
}

_YARDSTICK: Mapping[str, Text] = {
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

_FIGURES: Mapping[str, Text] = {
    "approval": Text("审图号：", "Map approval number: "),
    "break": Text("（各级含上限）", " (each tier includes its upper bound)"),
    "break_below": Text("（各级含下限）", " (each tier includes its lower bound)"),
    "break_ranges": Text(
        "（所示为各级的最低与最高得分）", " (ranges are the lowest and highest score of each tier)"
    ),
    "caption": Text(
        "{title}{n} 个区域按综合得分分为 {k} 级：{method}，"
        "方差拟合优度 GVF = {gvf}{ends}。{hubs}{insets}{source}",
        "{title} {n} regions in {k} tiers by composite score: {method}, goodness of "
        "variance fit {gvf}{ends}.{hubs} {insets}{source}",
    ),
    "caption_insets": Text(
        "插图（比例尺各异）：{places}。", "Insets, each at its own scale: {places}. "
    ),
    "caption_left_out": Text("未绘：{places}。", "Not shown: {places}. "),
    "cores_inside": Text(
        "中心城市驻地位置未知者，标在其区域内一点。",
        " Cores whose seats are not known are marked at a point inside their region.",
    ),
    "caption_hubs": Text("科技创新中心：{title}。", " Innovation hubs: {title}."),
    "correlation_r": Text(
        "皮尔逊相关系数 r（标准化后，数值越大越好）", "Pearson's r, of normalised values"
    ),
    "figure": Text("图", "Fig."),
    "full_stop": Text("。", "."),
    "kilometres": Text("千米", "km"),
    "measure_bic": Text("BIC", "BIC"),
    "measure_gap": Text("间隔统计量", "Gap statistic"),
    "measure_silhouette": Text("轮廓系数", "Silhouette"),
    "north": Text("北", "N"),
    "not_drawn": Text(
        "另有 {n} 个区域未绘", "{n} more regions not drawn", one="{n} more region not drawn"
    ),
    "not_positive_scores": Text(
        "；未绘 {n} 个非正得分",
        "; {n} scores of 0 or below not drawn",
        one="; {n} score of 0 or below not drawn",
    ),
    "probability": Text("概率", "Probability"),
    "rank_5_95": Text(
        "位次（5%–95% 区间，点为中位数）", "Rank (5 to 95 % interval, dot at the median)"
    ),
    "rank_log": Text("位次（对数）", "Rank (log scale)"),
    "score_log": Text("综合得分（对数）", "Score (log scale)"),
    "effective_weight": Text("有效权重", "Effective weight"),
    "group": Text("所属组", "Group"),
    "level_of_group": Text("级次", "Level"),
    "member": Text("组内项", "Member"),
    "strip_label": Text(
        "综合得分；带状为断点处的间隔，数字为其相当于中位间隔的倍数",
        "Score; bands are the gaps at the cuts, numbers their multiple of the median gap",
    ),
    "times": Text("{n} 倍", "{n} ×"),
    "weight": Text("权重", "Weight"),
    "weight_in_group": Text("组内权重", "Weight within the group"),
}

_COLUMNS: Mapping[str, Text] = {
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
}

_CELLS: Mapping[str, Text] = {
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
}

_TABLES: Mapping[str, Text] = {
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

_STEPS: Mapping[str, Text] = {
    "step_aggregate": Text("合成", "Aggregation"),
    "step_denominate": Text("规模处理", "Size"),
    "step_impute": Text("缺失值", "Missing values"),
    "step_normalise": Text("标准化", "Normalisation"),
    "step_tier": Text("分级", "Tiers"),
    "step_treat": Text("异常值处理", "Treatment"),
    "step_weight": Text("赋权", "Weights"),
}

_AGGREGATION: Mapping[str, Text] = {
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

_REPORT: Mapping[str, Text] = {
    "contents": Text("目录", "Contents"),
    "figure_number": Text("图 {n}", "Fig. {n}"),
    "names_more": Text("{names}等 {all} 个", "{names} and {rest} more"),
    "report_title": Text("创新中心层级研究报告", "Innovation hubs by tier: report"),
    "table_number": Text("表 {n}", "Table {n}"),
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
    "question_section": Text("研究问题", "Question"),
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
}

_YEARS: Mapping[str, Text] = {
    "absent": Text("当年无此区域", "Not a region then"),
    "carried_from": Text("取自年份", "From"),
    "carried_table": Text("取自其他年份的数值", "Values taken from other years"),
    "centre_heading": Text("重心迁移", "Where the centre of weight moved"),
    "centre_note": Text(
        "经纬度为 WGS84，单位为度；距离为椭球面最短线长度。重心为各区域所在点（有驻地者取驻地）"
        "单位向量的加权平均；某年无值的区域各年均不计。",
        "Degrees of WGS84; kilometres along the shortest line on the ellipsoid. The centre is the "
        "weighted mean of unit vectors of the regions' seats, or of points inside them; a region "
        "without a value in some year counts in none.",
    ),
    "centre_table": Text("各指标重心的迁移", "Centre of weight, by indicator"),
    "filled_table": Text("取自其他年份的数值个数", "Values taken from other years, by indicator"),
    "indicator_both": Text("指标", "Indicator"),
    "km_moved": Text("移动距离（公里）", "Moved, km"),
    "lat_in": Text("{year} 年北纬", "Latitude {year}"),
    "lon_in": Text("{year} 年东经", "Longitude {year}"),
    "move_probability": Text("同向变动概率", "Probability"),
    "moved_table": Text(
        "{first} 与 {last} 年层级不同的区域", "Regions with another tier in {last} than in {first}"
    ),
    "mover_heading": Text("层级变动的区域", "Regions that changed tier"),
    "movers_table": Text("历年层级变动", "Changes of tier from year to year"),
    "passages": Text("转移次数", "Passages"),
    "rank_after": Text("后期位次", "Rank after"),
    "rank_before": Text("前期位次", "Rank before"),
    "tier_after": Text("后期层级", "Tier after"),
    "tier_before": Text("前期层级", "Tier before"),
    "tier_from_to": Text("前一年 \\ 后一年", "From \\ to"),
    "tiers_by_year_table": Text("各年各层级的区域数", "Regions in each tier, by year"),
    "towards": Text("方向", "Towards"),
    "transition_heading": Text("层级转移", "Passages between tiers"),
    "transition_table": Text(
        "层级转移矩阵：次数（概率）", "Transition matrix: passages (probability)"
    ),
    "value": Text("数值", "Value"),
    "year": Text("年份", "Year"),
    "years": Text("年份", "Years"),
    "years_section": Text("历年变化", "Change over the years"),
}

# The sixteen winds, clockwise from north.
_WINDS = tuple(
    Text(zh, en)
    for zh, en in (
        ("北", "N"),
        ("东北偏北", "NNE"),
        ("东北", "NE"),
        ("东北偏东", "ENE"),
        ("东", "E"),
        ("东南偏东", "ESE"),
        ("东南", "SE"),
        ("东南偏南", "SSE"),
        ("南", "S"),
        ("西南偏南", "SSW"),
        ("西南", "SW"),
        ("西南偏西", "WSW"),
        ("西", "W"),
        ("西北偏西", "WNW"),
        ("西北", "NW"),
        ("西北偏北", "NNW"),
    )
)
# How sure tiers are, and what varied choices and gaps do to them.
_CERTAINTY: Mapping[str, Text] = {
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
    "none_left_out": Text("不剔除", "none"),
    "option": Text("选项", "Option"),
    "own_share": Text("本研究的份额", "Share in the study"),
    "own_tier_share": Text("全部", "All draws"),
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
}

_GAP_EFFECTS: Mapping[str, Text] = {
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

# What the console says when a study is built.
_CONSOLE: Mapping[str, Text] = {
    "console_agreement": Text(
        "与布局 {layout} 比较：{told}。", "Agreement with the layout {layout}: {told}."
    ),
    "console_all_agree": Text(
        "全部同级：95% 置信下同级比例不低于 {low}", "all agree: a share of at least {low} with 95 %"
    ),
    "console_interval": Text("95% 区间 {low} 至 {high}", "95 % {low} to {high}"),
    "console_reference": Text("与 {layout} 比较：{told}。", "Agreement with {layout}: {told}."),
    "console_told": Text(
        "可比的 {n} 个区域中 {matches} 个同级，加权 κ = {kappa}（{sure}；置换检验 p = {p}）",
        "{matches} of {n} regions in the same tier, weighted kappa {kappa} ({sure}; permutations "
        "p {p})",
    ),
    "console_baseline": Text("基准，{name}：{told}。", "Baseline, {name}: {told}."),
    "console_differs": Text(
        "{scheme} 与参照不同级的区域：{names}。", "{scheme} differs from the reference in {names}."
    ),
    "console_no_interval": Text("{r}（无区间）", "{r} (no interval)"),
    "console_of": Text("{matches}/{n}", "{matches} of {n}"),
    "console_outside": Text(
        "与外部变量 {name} 比较：皮尔逊 r = {pearson}，斯皮尔曼 ρ = {spearman}，"
        "肯德尔 τ = {kendall}，共 {regions} 个区域；按其排名分级，{same} 个同级。",
        "Against {name}: Pearson {pearson}, Spearman {spearman}, Kendall {kendall} over {regions} "
        "regions; {same} in the tier that this ranking would give.",
    ),
    "console_unnamed": Text(
        "此处列为{tiers}、而参照没有列出的区域有 {n} 个，以上数目不含它们：{names}。",
        "The reference does not name {n} regions that are {tiers} here, and the counts above do "
        "not see them: {names}.",
        one="The reference does not name {n} region that is {tiers} here, and the counts above do "
        "not see it: {names}.",
    ),
    "console_weights": Text("同一研究在其他赋权方法下的结果", "The same study under other weights"),
    "console_with_interval": Text("{r}（95% 区间 {low} 至 {high}）", "{r} (95 % {low} to {high})"),
}

# Marks between the members of a row.
_MARKS: Mapping[str, Text] = {
    "colon": Text("：", ": "),
    "comma": Text("，", ", "),
    "enumeration": Text("、", ", "),
    "or": Text("或", " or "),
    "sentence_end": Text("。", ". "),
    "semicolon": Text("；", "; "),
    "then": Text("，再", ", then "),
}

_BOOK: Mapping[str, Text] = {
    **_TERMS,
    **_MAP,
    **_MAP_FILLED,
    **_CREDITS,
    **_YARDSTICK,
    **_FIGURES,
    **_COLUMNS,
    **_CELLS,
    **_TABLES,
    **_STEPS,
    **_AGGREGATION,
    **_REPORT,
    **_YEARS,
    **_CERTAINTY,
    **_GAP_EFFECTS,
    **_CONSOLE,
    **_MARKS,
}


def word(key: str) -> Text:
    """Return a word of the book in both languages."""
    return _BOOK[key]


def say(key: str, language: str, **values: object) -> str:
    """Return a word of the book in one of the two languages, with values in its places.

    >>> say("rank", "zh"), say("counted", "en", n=3)
    ('位次', '3 regions')
    """
    require_language(language)
    found = word(key)
    return (found.fill(**values) if values else found).say(language)


def has_chinese(text: str) -> bool:
    """Return whether a text has a Chinese character.

    >>> has_chinese("武汉 (Wuhan)"), has_chinese("Wuhan")
    (True, False)
    """
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


def require_language(language: str) -> int:
    """Return the place of a language in columns of names: 0 for `"zh"`, 1 for `"en"`."""
    if language not in LANGUAGES:
        raise UnknownOptionError("language", language, LANGUAGES)
    return LANGUAGES.index(language)


def browser_words() -> dict[str, dict[str, Any]]:
    """Return the part of the book that the web map says, by language.

    A word with a singular as both its forms.
    """
    part = {**_TERMS, **_MAP}
    chinese = {key: said.zh for key, said in part.items()}
    english = {key: _forms(said) for key, said in part.items()}
    return {"zh": chinese, "en": english}


def in_languages(content: Any, languages: Sequence[str]) -> Any:
    """Return plain values without what is said in a language that is not shown.

    >>> names = {"id": "BY", "name_zh": "巴伐利亚", "name_en": "Bavaria", "title": {"zh": "州"}}
    >>> in_languages(names, ["en"])
    {'id': 'BY', 'name_en': 'Bavaria', 'title': {}}
    """
    dropped = tuple(code for code in LANGUAGES if code not in languages)
    return _without(content, dropped) if dropped else content


def _without(content: Any, dropped: Sequence[str]) -> Any:
    if isinstance(content, Mapping):
        endings = tuple(f"_{code}" for code in dropped)
        kept = {key: value for key, value in content.items() if not str(key).endswith(endings)}
        return {key: _without(value, dropped) for key, value in kept.items() if key not in dropped}
    if isinstance(content, list):
        return [_without(value, dropped) for value in content if not _is_foreign(value, dropped)]
    return content


def _is_foreign(value: Any, dropped: Sequence[str]) -> bool:
    """Return whether one of several names is in Chinese, which is not shown."""
    return "zh" in dropped and isinstance(value, str) and has_chinese(value)


def _forms(said: Text) -> str | dict[str, str]:
    return {"one": said.one, "other": said.en} if said.one else said.en


def join_texts(parts: Sequence[Text], mark: str = "comma") -> Text:
    """Return texts in a row, with the mark of each language between them.

    >>> join_texts([Text("熵值法", "entropy weights"), Text("等权", "equal weights")]).zh
    '熵值法，等权'
    """
    between = word(mark)
    chinese = between.zh.join([part.zh for part in parts])
    english = between.en.join([part.en for part in parts])
    return Text(chinese, english)


def title_texts(title: Mapping[str, str] | str | None, default: Text) -> Text:
    """Return a title in both languages.

    As given, one language standing in for the other, or the default.
    """
    if isinstance(title, str):
        return Text.same(title) if title else default
    if title is None:
        return default
    if not isinstance(title, Mapping):
        raise SpecError(f'The title is {title!r}. Give a text, or {{"zh": "…", "en": "…"}}.')
    for key in title:
        require_language(key)
    zh, en = title.get("zh") or "", title.get("en") or ""
    return Text(zh or en or default.zh, en or zh or default.en)


def tier_text(label: object) -> Text:
    """Return the name of a tier as people read it.

    Zhang's tiers in both languages, any other as it is.

    >>> tier_text("national")
    Text(zh='国家级', en='National', one='')
    """
    name = str(label)
    if name not in TIER_NAMES_ZH:
        return Text.same(name)
    return word("tier_name").fill(zh=TIER_NAMES_ZH[name], en=name.capitalize())


def reason_text(error: Exception) -> Text:
    """Return why something is not shown: the sentence of an error, in Chinese by the book."""
    reasons = {
        "reason_radar": word("reason_radar"),
        "reason_no_scores": word("reason_no_scores"),
    }
    told = reasons.get(getattr(error, "key", ""), word("reason_other"))
    return Text(told.zh, str(error))


def tier_name(label: object, language: str) -> str:
    """Return the name of a tier in one language."""
    return tier_text(label).say(language)


def node_text(result: Result, code: str) -> Text:
    """Return the name of an indicator or a group, or its code where it has none."""
    node = result.table.framework[code]
    return Text(node.name_zh or node.name_en or code, node.name_en or node.name_zh or code)


def unit_text(node: Indicator) -> Text:
    """Return the unit of an indicator; the one that is given stands in for the other."""
    return Text(node.unit or node.unit_en, node.unit_en or node.unit)


def node_name(result: Result, code: str, language: str) -> str:
    """Return the name of an indicator or a group in one language."""
    return node_text(result, code).say(language)


def region_names(result: Result, language: str) -> pd.Series:
    """Return the name of every region: the short one in Chinese, where it has one."""
    regions = result.table.regions
    short = language == "zh" and "short_zh" in regions.columns
    column = "short_zh" if short else ("name_zh", "name_en")[require_language(language)]
    return regions[column].astype("str").rename("name")


def region_text(result: Result, regions: Sequence[str]) -> Text:
    """Return the names of regions in a row, in both languages."""
    chinese, english = (region_names(result, language).to_dict() for language in LANGUAGES)
    return Text("、".join(chinese[r] for r in regions), ", ".join(english[r] for r in regions))


def number_text(value: object, digits: int = 3) -> str:
    """Return a number for print, with a true minus and a dash for what is missing.

    >>> number_text(-0.5), number_text(float("nan")), number_text(12, 0)
    ('−0.500', '–', '12')
    """
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}".replace("-", "−")


def figures_text(value: object, figures: int) -> str:
    """Return a number with so many significant figures, without an exponent.

    >>> figures_text(123456.789, 8), figures_text(-0.00123, 8), figures_text(2.0, 8)
    ('123456.79', '−0.00123', '2')
    """
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return "–"
    size = math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:.{max(figures - 1 - size, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def direction_text(bearing: float) -> Text | None:
    """Return the wind that is nearest to a bearing in degrees, with the degrees; None for none.

    >>> direction_text(202.8)
    Text(zh='西南偏南（203°）', en='SSW (203°)', one='')
    """
    if not math.isfinite(bearing):
        return None
    wind, degrees = _WINDS[round(bearing / 22.5) % 16], round(bearing) % 360
    return Text(f"{wind.zh}（{degrees}°）", f"{wind.en} ({degrees}°)")


def break_texts(scale: TierScale, language: str) -> list[str]:
    """Return the range of scores of each tier, highest first.

    With as many digits as tell the ends apart; an outermost tier without a region has one end only.

    >>> from hubtiers.tiers.breaks import NaturalBreaks, Thresholds
    >>> scores = pd.Series([0.1, 0.2, 0.8, 0.9])
    >>> break_texts(NaturalBreaks(2).fit(scores), "en")
    ['0.800–0.900', '0.100–0.200']
    >>> break_texts(Thresholds((0.5, 0.95), closed="below").fit(scores), "en")
    ['0.950 and above', '0.500–0.950', '0.100–0.500']
    """
    frame = scale.to_frame()
    digits = _digits([*frame["lower"], *frame["upper"]])
    above, up_to = ("range_above", "range_up_to")
    if scale.closed == "below":
        above, up_to = ("range_from", "range_below")
    texts = []
    for lower, upper in zip(frame["lower"], frame["upper"], strict=True):
        low, high = number_text(float(lower), digits), number_text(float(upper), digits)
        if low == high == "–":
            texts.append("–")
        elif high == "–":
            texts.append(say(above, language, n=low))
        elif low == "–":
            texts.append(say(up_to, language, n=high))
        else:
            texts.append(f"{low}–{high}")
    return texts


def break_note(scale: TierScale) -> Text:
    """Return what a reader must know of the ranges: what they are, or which end is closed."""
    if isinstance(scale, GroupedTiers):
        return Text("", "")
    if scale.shows_ranges:
        return word("break_ranges")
    return word("break_below" if scale.closed == "below" else "break")


def yardstick_text(result: Result) -> Text | None:
    """Return what a reader must know of the yardstick; None where there is none.

    Its score as 100 with the cut-points in per cent of it where the tiers are relative to it, and
    otherwise its score.

    >>> from hubtiers.scheme import Scheme
    >>> from hubtiers.table.indicator_table import IndicatorTable
    >>> from hubtiers.tiers.breaks import RelativeTo
    >>> frame = pd.DataFrame({"rd": [0.0, 3.0, 4.0, 2.0]}, index=["a", "b", "c", "EU"])
    >>> table = IndicatorTable.from_frame(frame, yardstick="EU")
    >>> yardstick_text(Scheme(tier=RelativeTo((50, 120), yardstick="EU")).run(table)).en
    'EU = 100 (score 0.500), cut-points at 50, 120'
    """
    rule = result.fitted.scheme.tier
    is_measure = getattr(rule, "yardstick", None) is not None
    # Cut-points stay those of the fit, whose yardstick may be that of another year.
    found = result.fitted.yardstick if is_measure else result.yardstick
    if found is None:
        return None
    name = Text(found.name_zh, found.name_en)
    if found.problem:
        return word("yardstick_unscored").fill(name=name)
    frame = result.breaks.to_frame()
    score = number_text(found.score, _digits([*frame["lower"], *frame["upper"]]))
    if not is_measure:
        return word("yardstick_beside").fill(name=name, score=score)
    percent = [f"{cut:g}" for cut in getattr(rule, "percent", ())]
    told = Text("、".join(percent), ", ".join(percent))
    return word("yardstick_scale").fill(name=name, score=score, percent=told)


def _digits(values: Sequence[float]) -> int:
    distinct = {value for value in values if math.isfinite(value)}
    for digits in range(3, 12):
        if len({f"{value:.{digits}f}" for value in distinct}) == len(distinct):
            return digits
    return 3
