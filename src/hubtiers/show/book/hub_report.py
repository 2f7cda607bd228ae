"""What the report and the workbook say of division of labour, network and structure."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "betweenness": Text("中介中心性", "Betweenness"),
    "closeness": Text("接近中心性（最高为 1）", "Closeness (highest 1)"),
    "complementarity": Text("中心内互补度", "Complementarity of the hub"),
    "labour_note": Text(
        "区位商：成员在中心内某功能的份额，与其在全部功能中的份额之比；不低于 {quotient} "
        "且份额不低于 {share} 者中最大的为其分工，破折号表示没有。得分不是数量，只比较相对位置。"
        "互补度：0 为各成员结构相同，1 为各做不同的事。",
        "Location quotient: the share of a member in a function of its hub over its share in all "
        "functions; the largest of those of at least {quotient} with a share of at least {share} "
        "is its role, a dash where there is none. Sub-scores are no amounts: standings are "
        "compared. Complementarity: 0 where all members have one profile, 1 where each does "
        "something else.",
    ),
    "labour_role": Text("分工", "Role"),
    "labour_table": Text("中心内的区位商与分工", "Location quotients and roles inside the hubs"),
    "measure": Text("指标项", "Measure"),
    "network_communities": Text(
        "社区划分对种子的稳定性（平均 ARI）", "Communities: agreement of seeds (mean ARI)"
    ),
    "network_core": Text("核心—边缘：核心节点数", "Core–periphery: nodes in the core"),
    "network_core_fit": Text(
        "核心—边缘：与理想型的相关", "Core–periphery: correlation with the ideal"
    ),
    "network_density": Text("密度", "Density"),
    "network_figures_note": Text(
        "互惠度：对向流量中较小者之和与较大者之和的比，无方向的模型为 1。"
        "社区：Louvain，20 个种子（0–19）。",
        "Reciprocity: sum of the smaller over sum of the larger of opposite flows; 1 for models "
        "without direction. Communities: Louvain, 20 seeds (0–19).",
    ),
    "network_reciprocity": Text("互惠度", "Reciprocity"),
    "network_strong_share": Text("强联系占比", "Share of strong links"),
    "network_table": Text("网络整体", "The network as a whole"),
    "node": Text("节点", "Node"),
    "node_note": Text(
        "中介与接近中心性以强度的倒数为长度。", "Betweenness and closeness on lengths 1/weight."
    ),
    "node_table": Text("节点在网络中的位置", "Place of each node in the network"),
    "size_angle": Text("标准差椭圆：长轴自北顺时针角度", "Ellipse: long axis, ° clockwise from N"),
    "size_centre_lat": Text("重心纬度", "Centre of gravity, latitude"),
    "size_centre_lon": Text("重心经度", "Centre of gravity, longitude"),
    "size_gini": Text("基尼系数", "Gini coefficient"),
    "size_high_high": Text("局部莫兰：高—高区域数", "Local Moran: high–high regions"),
    "size_high_low": Text("局部莫兰：高—低区域数", "Local Moran: high–low regions"),
    "size_long_axis": Text("标准差椭圆：长半轴 σ（千米）", "Ellipse: long half-axis σ, km"),
    "size_low_high": Text("局部莫兰：低—高区域数", "Local Moran: low–high regions"),
    "size_low_low": Text("局部莫兰：低—低区域数", "Local Moran: low–low regions"),
    "size_moran": Text("全局莫兰 I", "Moran's I, global"),
    "size_moran_p": Text("全局莫兰 I 的置换 p 值", "Moran's I: p by permutation"),
    "size_note": Text(
        "取自 {n} 个有得分的区域。位序—规模与泰尔指数取 {positive} 个为正的得分（不低于 {cut}），"
        "ζ 随截断而变；q 为另一方向的斜率，不等于 1/ζ。空间：行标准化邻接，置换 999 次，种子 42；"
        "局部莫兰控制错误发现率，无邻接者单列。椭圆为 σ，未乘 √2。",
        "Over {n} regions with a score. Rank–size and Theil take the {positive} scores above 0 "
        "(from {cut} up), and ζ is that of the cut-off; q is the slope of the other direction, not "
        "1/ζ. Space: contiguity, row-standardised, 999 permutations, seed 42; local Moran with "
        "control of false discoveries, regions without a neighbour apart. The ellipse is σ, not "
        "times √2.",
    ),
    "size_primacy_eleven": Text("首位度 S₁₁", "Primacy S₁₁"),
    "size_primacy_four": Text("首位度 S₄", "Primacy S₄"),
    "size_primacy_two": Text("首位度 S₂", "Primacy S₂"),
    "size_q": Text("位序—规模 q", "Rank–size q"),
    "size_short_axis": Text("标准差椭圆：短半轴 σ（千米）", "Ellipse: short half-axis σ, km"),
    "scores_structure_table": Text(
        "得分的层级、差异与空间结构", "Hierarchy, inequality and space of scores"
    ),
    "size_theil": Text("泰尔指数", "Theil"),
    "size_theil_between": Text("泰尔指数：区间", "Theil, between parts"),
    "size_theil_within": Text("泰尔指数：区内", "Theil, within parts"),
    "size_variation": Text("变异系数", "Coefficient of variation"),
    "size_zeta": Text("位序—规模 ζ", "Rank–size ζ"),
    "size_zeta_error": Text("ζ 的标准误", "Standard error of ζ"),
    "weighted_degree": Text("加权度（最高为 1）", "Weighted degree (highest 1)"),
}
