"""Sections of the report that weigh the evidence: number of tiers, structure, baselines, space."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from hubtiers._method import asked_for
from hubtiers.autocorrelation import MoransI, morans_i
from hubtiers.baselines import nearest_baseline, score_residuals
from hubtiers.errors import DataError, HubtiersError
from hubtiers.framework import TIERS
from hubtiers.indicator_structure import IndicatorStructure, describe_indicators
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.contiguity import Contiguity, contiguity
from hubtiers.scales import ScaleComparison, compare_scales, grouping_of
from hubtiers.scheme import Result
from hubtiers.show.figures.charts import weight_figure
from hubtiers.show.figures.evidence import correlation_figure, tier_number_figure
from hubtiers.show.pages.evidence_tables import (
    baseline_table,
    baseline_text,
    cut_table,
    flag_table,
    moran_table,
    number_table,
    outside_intervals,
    role_table,
    scale_table,
)
from hubtiers.show.pages.report_html import names_text
from hubtiers.show.pages.report_page import FIRST_ROWS, Material, Page
from hubtiers.show.pages.report_tables import confusion_table, disagreement_table, outside_table
from hubtiers.show.pages.result_tables import by_weighting, weight_titles
from hubtiers.show.words import (
    Text,
    node_name,
    number_text,
    reason_text,
    region_names,
    tier_name,
    word,
)
from hubtiers.tiers.agreement import Agreement, agreement
from hubtiers.tiers.number import choose_k, cut_gaps, preferred_k
from hubtiers.tiers.scale import GroupedTiers

__all__ = [
    "number_section",
    "outside_part",
    "reference_part",
    "space_section",
    "structure_section",
    "top_tier_caveat",
]

_FEW_REGIONS = 20
_MOST_SCHEMES_DRAWN = 8
_LIKELY = 0.05
_MOST_WITHOUT = 1 / 3
"""Where more regions than this have no neighbour, the nearest ones are taken."""
_NEAREST = 4
_NARROW = 2.0
"""A gap that is less than this many times the median one parts regions that hardly differ."""


def caveat(text: str) -> str:
    """Return paragraphs that a reader must not overlook."""
    return f'<div class="caveat">{text}</div>' if text else ""


def number_section(material: Material, page: Page) -> str:
    """Return what speaks for the number of tiers, and where the cuts lie; nothing where nothing."""
    result = material.result
    try:
        found = choose_k(result.scores)
    except DataError:
        return ""
    chosen = len(result.breaks.labels)
    gaps = cut_gaps(result.scores, result.tier)
    parts = [_not_cut(result, page), _preferences(found, chosen, page)]
    parts.append(_given_number(material, page))
    parts.append(page.table(number_table(found, chosen)))
    parts.append(
        page.figure(
            lambda: tier_number_figure(result, table=found, language=page.drawn_language),
            page.say(
                "各层级数下的拟合优度、轮廓系数、BIC（越小越好）与间隔统计量（灰条为本研究的层级数，"
                "红圈为各指标偏好的层级数），以及各区域得分与断点处的间隔。",
                "GVF, silhouette, BIC (less is better) and gap statistic by number of tiers (grey: "
                "the number of this study, red ring: what a measure prefers), and all scores with "
                "the gaps at the cuts.",
            ),
        )
    )
    parts += [page.heading("cut_heading"), page.table(cut_table(gaps)), _narrow_cuts(gaps, page)]
    return "".join(parts)


def _not_cut(result: Result, page: Page) -> str:
    """Return what the measures are taken of where the tiers are not cut from the score."""
    if not isinstance(result.breaks, GroupedTiers):
        return ""
    return page.text(
        "本研究的层级并非由得分切分；以下各指标说的是同一得分按自然断点法分级的情形。",
        "The tiers of this study are not cut from the score; the measures below are those of "
        "natural breaks of the same score.",
    )


def _preferences(found: pd.DataFrame, chosen: int, page: Page) -> str:
    """Return which number each measure prefers, and whether one of them is the chosen one."""
    preferred = preferred_k(found)
    named = {key: page.word(f"measure_{key}") for key in preferred}
    told = [f"{named[key]} {k if k is not None else '–'}" for key, k in preferred.items()]
    comma = page.word("comma")
    body = page.text(
        f"各指标偏好的层级数：{comma.join(told)}。",
        f"Number of tiers that each measure prefers: {comma.join(told)}.",
    )
    support = [named[key] for key, k in preferred.items() if k == chosen]
    if support:
        listed = comma.join(support)
        return body + page.text(
            f"本研究分 {chosen} 级，得到以下指标支持：{listed}。",
            f"This study has {chosen} tiers, which is supported by: {listed}.",
        )
    return body + caveat(
        page.text(
            f"本研究分 {chosen} 级，上述指标均不支持：得分本身并不呈现 {chosen} 个分明的层级。",
            f"This study has {chosen} tiers, which none of these measures supports: the scores "
            f"themselves do not fall into {chosen} distinct tiers.",
        )
    )


def _given_number(material: Material, page: Page) -> str:
    """Return what fixed the number of tiers, where it was not the data."""
    labels, said = material.result.breaks.labels, ""
    names = page.word("enumeration").join(tier_name(label, page.language) for label in labels)
    if tuple(labels) == TIERS:
        said += page.text(
            f"层级的名称与数目（{names}）取自创新中心的理论框架，而非由数据得出。",
            f"Names and number of the tiers ({names}) come from the framework of innovation hubs, "
            "not from the data.",
        )
    elif set(labels) <= set(TIERS):
        said += page.text(
            f"层级的名称（{names}）取自创新中心的理论框架，该框架有 {len(TIERS)} 级。",
            f"The names of the tiers ({names}) come from the framework of innovation hubs, which "
            f"has {len(TIERS)}.",
        )
    reference = material.reference
    if reference is not None and reference.dropna().nunique() == len(labels):
        said += page.text(
            f"参照布局同为 {len(labels)} 级；层级数取自参照，与参照的一致程度因而偏高。",
            f"The reference has {len(labels)} tiers as well: a number taken from the reference "
            "raises the agreement with it.",
        )
    return caveat(said)


def _narrow_cuts(gaps: pd.DataFrame, page: Page) -> str:
    """Return which cuts part regions that hardly differ."""
    narrow = gaps[(gaps["times_median"] < _NARROW) & (gaps["width"] > 0)]
    if gaps.empty:
        return ""
    if (gaps["width"] <= 0).any():
        return page.text(
            "间隔为负：层级并非按得分切分，得分区间相互重叠。",
            "A negative gap: the tiers are not cut from the score, and their ranges overlap.",
        )
    if narrow.empty:
        return page.text(
            f"各断点处的间隔均不小于中位间隔的 {_NARROW:g} 倍。",
            f"Every cut lies in a gap of at least {_NARROW:g} times the median one.",
        )
    pairs = []
    for row in narrow.to_dict("records"):
        above, below = (
            tier_name(row[f"tier_{side}"], page.language) for side in ("above", "below")
        )
        times = number_text(float(row["times_median"]), 1)
        pairs.append(
            page.say(f"{above}与{below}（{times} 倍）", f"{above} and {below} ({times} ×)")
        )
    listed = page.word("enumeration").join(pairs)
    return caveat(
        page.text(
            f"以下层级之间的间隔与区域间通常的间隔相差无几，两侧区域几乎没有差别：{listed}。",
            "Between these tiers the gap is hardly wider than between any two regions, so that "
            f"those on both sides hardly differ: {listed}.",
        )
    )


def top_tier_caveat(result: Result, page: Page) -> str:
    """Return that the highest tier is that of the regions compared; nothing where rules differ."""
    rule = result.fitted.scheme.tier
    # Rules that see the table or a yardstick may hold a region against places outside.
    if "table" in asked_for(rule.fit) or getattr(rule, "yardstick", None):
        return ""
    top, n = tier_name(result.breaks.labels[0], page.language), int(result.scores.notna().sum())
    return page.text(
        f"“{top}”指所比较的 {n} 个区域中的最高一级：没有指标把它们与范围以外的地方相比。",
        f"“{top}” means the highest class of the {n} regions compared: no indicator compares them "
        "with places outside.",
    )


def structure_section(material: Material, page: Page) -> str:
    """Return what the indicators have in common; nothing where they are too few."""
    result = material.result
    try:
        found = describe_indicators(result)
    except DataError:
        return ""
    return "".join(
        [
            _effective_numbers(found, page),
            _sizes(result, found, page),
            page.table(role_table(found)) if len(found.roles) > 1 else "",
            page.pair(_correlations(result, found, page), _weights(material, page)),
            page.table(flag_table(result, found), most=FIRST_ROWS),
        ]
    )


def _correlations(result: Result, found: IndicatorStructure, page: Page) -> str:
    return page.figure(
        lambda: correlation_figure(result, structure=found, language=page.drawn_language),
        page.say(
            "指标间的相关，按功能排列；数字为 |r| ≥ 0.9 的相关系数（百分之一）。",
            "Correlations of the indicators, by function; numbers are those of at least .9, in "
            "hundredths.",
        ),
    )


def _weights(material: Material, page: Page) -> str:
    return page.figure(
        lambda: weight_figure(_weighted(material, page), language=page.drawn_language),
        page.say("各指标的有效权重。", "Effective weights of the indicators."),
    )


def _weighted(material: Material, page: Page) -> Result | Mapping[str, Result]:
    """Return the results whose weights are drawn: all weightings, unless they are too many."""
    schemes = material.schemes
    if schemes is None:
        return material.result
    weightings = by_weighting(schemes.results)
    if len(weightings) > _MOST_SCHEMES_DRAWN:
        return material.result
    titles = weight_titles(schemes)
    return {titles[name].say(page.drawn_language): one for name, one in weightings.items()}


def _effective_numbers(found: IndicatorStructure, page: Page) -> str:
    """Return how many indicators there are, by weight, and with correlation counted."""
    m, n = len(found.correlation), found.n
    across = int((found.flags["functions"] == "two").sum())
    effective, correlated, ratio, alpha = (
        number_text(value, 2)
        for value in (found.effective, found.effective_correlated, found.participation, found.alpha)
    )
    return page.text(
        f"{m} 个指标、{n} 个区域。只计权重、不计指标间相关，有效指标数为 {effective}（1/Σw²）；"
        f"计入相关，仅为 {correlated}（1/ΣΣwwr²）；相关矩阵的参与比 (Σλ)²/Σλ² 为 {ratio}。"
        f"第一主成分解释 {found.first_share:.0%} 的方差，克朗巴哈系数 α = {alpha}。"
        f"|r| ≥ 0.9 的指标对有 {len(found.flags)} 对，其中 {across} 对跨功能。",
        f"{m} indicators in {n} regions. By weight alone, their correlation not counted, they are "
        f"effectively {effective} (1/Σw²); with correlation counted only {correlated} "
        f"(1/ΣΣwwr²); the participation ratio (Σλ)²/Σλ² of their correlations is {ratio}. The "
        f"first component explains {found.first_share:.0%} of the variance; Cronbach's alpha is "
        f"{alpha}. {len(found.flags)} pairs have a correlation of at least .9, {across} of them "
        "across functions.",
    ) + page.text(
        "α 高只说明各指标衡量的是同一事物，并不说明该事物就是创新能力。",
        "A high alpha says that the indicators measure one thing, not which.",
    )


def _sizes(result: Result, found: IndicatorStructure, page: Page) -> str:
    """Return size against intensity, or what the first component is where there is one role."""
    if len(found.roles) < 2:
        strongest = found.indicators["loading"].sort_values(ascending=False).index[:3]
        named = [node_name(result, str(code), page.language) for code in strongest]
        listed = page.word("enumeration").join(named)
        return page.text(
            f"指标体系未区分规模与强度；第一主成分载荷最高的指标：{listed}。",
            "The framework does not part size from intensity; the first component loads most on "
            f"{listed}.",
        )
    size, rate = (found.roles.loc[role] for role in ("size", "intensity"))
    between = number_text(found.between_roles, 2)
    return page.text(
        f"规模指标占权重的 {size['weight']:.0%}，强度指标占 {rate['weight']:.0%}；"
        f"第一主成分的平均载荷分别为 {size['loading']:.2f} 与 {rate['loading']:.2f}；"
        f"两类指标加权平均值的相关系数为 {between}。",
        f"Size has {size['weight']:.0%} of the weight and intensity {rate['weight']:.0%}; the "
        f"first component loads {size['loading']:.2f} and {rate['loading']:.2f} on them on "
        f"average, and their weighted means correlate at {between}.",
    )


def reference_part(material: Material, page: Page) -> str:
    """Return how far tiers and baselines agree with the reference; nothing where there is none."""
    if material.reference is None:
        return ""
    source = "" if material.layout is None else material.layout.source
    if material.reference_name:
        groups = material.reference_name
        body = page.text(f"参照分组：{groups}", f"Published groups: {groups}")
    else:
        body = page.text(f"参照布局：{source}", f"Reference layout: {source}") if source else ""
    compared = material.baselines_compared
    try:
        found = agreement(material.result.tier, material.reference)
        if isinstance(compared, HubtiersError):
            raise compared
    except HubtiersError as error:
        reason = reason_text(error)
        return body + page.text(f"无法比较：{reason.zh}", f"They cannot be compared: {reason.en}")
    assert compared is not None
    table = baseline_table(material.result, compared, material.baseline_titles)
    parts = [body, _agreement_text(found, page), _one_sided(material.result, found, page)]
    parts += [page.table(confusion_table(found))]
    parts += [page.table(disagreement_table(material.result, found))]
    parts += [page.heading("baseline_heading"), page.table(table)]
    parts += [_against_baselines(compared, page), _many_tried(material, page)]
    return "".join(parts)


def _agreement_text(found: Agreement, page: Page) -> str:
    """Return how far tiers agree, with intervals that mean something."""
    low, high = (number_text(end) for end in found.share_interval)
    kappa, rand = number_text(found.kappa), number_text(found.adjusted_rand)
    p = number_text(found.p_value, 4)
    body = page.text(
        f"可比的 {found.n} 个区域中，{found.matches} 个与参照同级"
        f"（同级比例的精确 95% 区间 {low} 至 {high}）；加权 κ = {kappa}"
        f"（置换检验 p = {p}），调整兰德指数 {rand}。",
        f"Of {found.n} regions that can be compared, {found.matches} are in the same tier (exact "
        f"95 % interval of the share {low} to {high}); weighted kappa {kappa} (p of permutations "
        f"{p}), adjusted Rand index {rand}.",
    )
    if found.matches == found.n:
        return body + caveat(
            page.text(
                f"全部一致时，公式与自助法给出的 κ 区间都退化为一点，不说明可靠程度；n = {found.n} "
                f"只能以 95% 的把握说同级比例不低于 {low}（0.05^(1/n)）。",
                "Where all agree, formula and bootstrap shrink to a point and say nothing of how "
                f"sure kappa is: with n = {found.n} one can say with 95 % that the share is at "
                f"least {low} (.05^(1/n)).",
            )
        )
    low, high = (number_text(end) for end in found.bootstrap_interval)
    few = found.n < _FEW_REGIONS
    return body + page.text(
        f"κ 的自助法 95% 区间为 {low} 至 {high}{'；可比区域少，区间只是约数' if few else ''}。",
        f"Bootstrap 95 % interval of kappa: {low} to {high}"
        f"{'; with so few regions it is a guide only' if few else ''}.",
    )


def _one_sided(result: Result, found: Agreement, page: Page) -> str:
    """Return the regions that rank high without being named by the reference."""
    high = found.unnamed_high
    if high.empty:
        return ""
    names = region_names(result, page.language)
    ordered = sorted(high.index, key=lambda region: float(result.rank[region]))
    listed = names_text([str(names[region]) for region in ordered], page.language, most=40)
    ranked = int(result.tier.isin(found.high_tiers).sum())
    tiers = page.word("or").join(tier_name(t, page.language) for t in found.high_tiers)
    return caveat(
        page.text(
            f"以上只比较参照列出的区域。本研究列为{tiers}的 {ranked} 个区域中，"
            f"参照没有列出的有 {len(high)} 个，不计入任何一致性指标：{listed}。",
            f"Only regions that the reference names are compared. Of {ranked} regions that are "
            f"{tiers} here, the reference does not name {len(high)}, which costs nothing in these "
            f"measures: {listed}.",
        )
    )


def _against_baselines(compared: pd.DataFrame, page: Page) -> str:
    """Return whether the score agrees better than what it is made of."""
    own, others = compared.iloc[0], compared.iloc[1:]
    if others.empty:
        return ""
    # A baseline with gaps is compared over fewer regions: shares tell, and how many there are.
    best = others.sort_values("share", ascending=False, kind="stable").iloc[0]
    mine, theirs = (
        word("matches_of").fill(matches=row["matches"], n=row["n"]) for row in (own, best)
    )
    if own["share"] > best["share"]:
        return page.text(
            f"综合得分与参照同级的：{mine.zh}；最好的单项基准：{theirs.zh}。"
            "差别是否可信，看各自的区间。",
            f"The score has {mine.en} in the tier of the reference, the best baseline {theirs.en}; "
            "their intervals say how much that difference is worth.",
        )
    return caveat(
        page.text(
            f"综合得分与参照同级的：{mine.zh}，比例并不高于最好的单项基准（{theirs.zh}）："
            "这一一致程度不能作为综合得分的证据。",
            f"The score has {mine.en} in the tier of the reference, no larger a share than the "
            f"best baseline ({theirs.en}): this agreement is no evidence for the composite.",
        )
    )


def _many_tried(material: Material, page: Page) -> str:
    """Return what the best of many schemes is worth; nothing where one was tried."""
    schemes = material.schemes
    if schemes is None or schemes.reference is None or len(schemes.results) < 2:
        return ""
    many = schemes.best_of_many()
    mean, p = number_text(many.chance_mean, 1), number_text(many.p_value, 4)
    return caveat(
        page.text(
            f"共试 {many.tried} 种方案，可比的 {many.n} 个区域中，与参照同级的有 {many.lowest} 至 "
            f"{many.best} 个。"
            f"把参照随机分给各区域时，其中最好的平均为 {mean} 个，达到 {many.best} 个的占 {p}。"
            "事后挑选最好的一种会夸大一致程度。",
            f"{many.tried} schemes were tried, with {many.lowest} to {many.best} of {many.n} in "
            f"the tier of the reference. With the reference dealt out at random the best of them "
            f"has {mean} on average, and {many.best} or more with probability {p}. Picking the "
            "best of many afterwards overstates agreement.",
        )
    )


def outside_part(material: Material, page: Page) -> str:
    """Return correlations with outside variables, with intervals; nothing where there are none."""
    if material.outside is None or not len(material.outside):
        return ""
    shown = outside_intervals(material.outside)
    return "".join(
        [
            page.heading("outside_variables"),
            page.table(outside_table(shown)),
            page.text(
                "区间为 95%（Fisher z；斯皮尔曼按 Bonett 与 Wright），并假定各区域相互独立。"
                "外部变量若本身由同类指标构成，相关即非独立的佐证。",
                "Intervals are of 95 % (Fisher's z; Bonett and Wright for Spearman) and take "
                "regions for independent. A variable that is itself made from such indicators is "
                "no independent witness.",
            ),
        ]
    )


def space_section(material: Material, page: Page) -> str:
    """Return Moran's I of scores and residuals, and members against groups; nothing without map."""
    result = material.result
    moran = _moran(material, page)
    scales = _scales(result, page)
    return moran + scales


def _moran(material: Material, page: Page) -> str:
    result, regions = material.result, material.result.table.regions
    if not isinstance(regions, gpd.GeoDataFrame):
        return ""
    try:
        neighbours, rule = _neighbours(regions, result)
        baseline = nearest_baseline(result, material.baselines)
        found = morans_i(result.scores, neighbours)
        left = morans_i(score_residuals(result, baseline), neighbours)
    except HubtiersError as error:
        reason = reason_text(error)
        return page.text(f"未计算空间自相关：{reason.zh}", f"No spatial association: {reason.en}")
    named = baseline_text(result, str(baseline.name), material.baseline_titles)
    residual = Text(f"扣除{named.zh}后的残差", f"Residual from {named.en}")
    table = moran_table([(word("score"), found), (residual, left)])
    return "".join(
        [
            page.text(
                f"邻区：{rule.zh}；行标准化；p 为 {found.permutations} 次置换的双侧概率。",
                f"Neighbours: {rule.en}; row-standardised; p is two-sided, of "
                f"{found.permutations} permutations.",
            ),
            page.table(table),
            _reading(found, page, of=Text("得分", "Scores")),
            _reading(left, page, of=residual),
        ]
    )


def _neighbours(regions: gpd.GeoDataFrame, result: Result) -> tuple[Contiguity, Text]:
    """Return the neighbours of each region, touching ones unless too many would have none."""
    scored = set(result.scores.dropna().index)
    touching = contiguity(regions)
    alone = [region for region in scored if not scored & set(touching.get(str(region), ()))]
    if len(alone) <= _MOST_WITHOUT * len(scored):
        return touching, Text("相邻（含仅在一点相接）", "regions that touch, if only in a corner")
    k = min(_NEAREST, len(scored) - 1)
    inside = regions.loc[[region for region in regions.index if region in scored]]
    return contiguity(inside, "nearest", k=k), Text(
        f"最近的 {k} 个区域", f"the {k} nearest regions"
    )


def _reading(found: MoransI, page: Page, *, of: Text) -> str:
    """Return in words what Moran's I says of a column."""
    likely, alike = found.p_value <= _LIKELY, found.i > found.expected
    if not likely:
        return page.text(
            f"{of.zh}：看不出空间格局。", f"{of.en}: no pattern on the map can be told from chance."
        )
    if not alike:
        return page.text(
            f"{of.zh}：相邻区域差异大于随机，高低相间。",
            f"{of.en}: neighbours differ more than chance would have it; high stand beside low.",
        )
    return page.text(
        f"{of.zh}：相邻区域彼此相似，不是相互独立的样本；把它们当作独立样本的区间与检验都过于乐观。",
        f"{of.en}: neighbours resemble each other and are no independent witnesses; intervals and "
        "tests that take them for such are too narrow.",
    )


def _scales(result: Result, page: Page) -> str:
    """Return the regions against the groups they lie in; nothing where the pack knows none."""
    grouping = grouping_of(result)
    if grouping is None:
        return ""
    groups, titles = grouping
    try:
        found = compare_scales(result, groups)
    except DataError:
        return ""
    above = titles[page.language]
    body = page.heading("scale_heading") + page.text(
        f"各区域按“{above}”归并为 {len(found.table)} 组：得分方差的 {found.between:.0%} 在组间，"
        f"其余 {1 - found.between:.0%} 在组内，分组的地图无法显示。",
        f"By “{above}” the regions form {len(found.table)} groups: {found.between:.0%} of the "
        f"variance of scores lies between groups, and a map of groups cannot show the other "
        f"{1 - found.between:.0%}.",
    )
    if not found.has_tiers:
        return body
    table = scale_table(found, _group_names(result))
    return body + _scale_reading(found, page) + page.table(table)


def _scale_reading(found: ScaleComparison, page: Page) -> str:
    mean, best, moved = found.same_tier(), found.same_tier("best"), len(found.moved)
    return page.text(
        f"以成员平均分给组分级，{mean:.0%} 的区域与所在组同级；以成员最高分分级，为 {best:.0%}；"
        f"两种做法下 {moved} 组的层级不同。层级因此不能在两种尺度之间直接转用。",
        f"With groups sorted by the mean of their members, {mean:.0%} of the regions are in the "
        f"tier of their group; by the best member, {best:.0%}; {moved} groups change tier between "
        "the two. A tier of one scale must not be said of the other.",
    )


def _group_names(result: Result) -> Mapping[str, Text]:
    """Return what groups are called: the regions above, or the groups of the pack."""
    pack = result.table.pack
    assert pack is not None
    names = {group.id: Text(group.name_zh, group.name_en) for group in pack.groups()}
    parent = pack.levels[result.table.source.level].parent
    if parent:
        above = load_regions(parent, pack=pack)
        for region, row in above[["name_zh", "name_en"]].iterrows():
            names[str(region)] = Text(str(row["name_zh"]), str(row["name_en"]))
    return names
