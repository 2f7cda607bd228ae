"""What figures say, and the credits below them."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
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
    "boundary_note": Text(
        "界线来源：{credit}；邻国：{context}。", "Boundaries: {credit}; others: {context}."
    ),
    "context_note": Text("周边：{context}。", "Around: {context}."),
    "links_note": Text(
        "{boundaries}联系与距离：{sources}。", "{boundaries} Links and distances: {sources}."
    ),
    "credit_note": Text("界线来源：{credit}。", "Boundaries: {credit}."),
}
