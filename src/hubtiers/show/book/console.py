"""What the console says when a study is built."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "console_more": Text("另有 {n} 个区域见 {file}", "{n} more in {file}"),
    "stage_check": Text("核对名称", "Matching names"),
    "stage_compare": Text("比较方案", "Comparing the schemes"),
    "stage_count": Text("统计点记录", "Counting records"),
    "stage_diffuse": Text("模拟知识扩散", "Letting knowledge spread"),
    "stage_draws": Text("随机抽样", "Drawing at random"),
    "stage_figures": Text("绘制图件", "Drawing the figures"),
    "stage_layout": Text("拟定布局", "Working out the layout"),
    "stage_map": Text("绘制网页地图", "Drawing the map"),
    "stage_pack": Text("制作区域包", "Making the pack"),
    "stage_read": Text("读取与匹配数据", "Reading and joining"),
    "stage_report": Text("撰写报告", "Writing the report"),
    "stage_score": Text("计分与分级", "Scoring and sorting"),
    "stage_tables": Text("写入表格", "Writing the tables"),
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
