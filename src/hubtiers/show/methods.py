"""What each method does, said in both languages for a caption, a note under a table, and a report."""

from __future__ import annotations

import dataclasses
import html
import inspect
import re
from collections.abc import Mapping
from typing import Any

from hubtiers.scheme import Scheme
from hubtiers.show.words import Text, require_language

__all__ = ["STATEMENTS", "STEPS", "describe_steps", "formula_html", "method_text", "options_text", "short_method"]

STEPS: Mapping[str, tuple[str, str]] = {
    "denominate": ("规模处理", "Size"),
    "impute": ("缺失值", "Missing values"),
    "treat": ("异常值处理", "Treatment"),
    "normalise": ("标准化", "Normalisation"),
    "weight": ("赋权", "Weights"),
    "aggregate": ("合成", "Aggregation"),
    "tier": ("分级", "Tiers"),
}

STATEMENTS: Mapping[str, tuple[str, str, str, str, str]] = {
    # name: Chinese name, English name, Chinese sentence, English sentence, formula
    "NoDenominate": (
        "不除以规模", "values as they stand",
        "指标按原值计分，不除以区域规模。", "Values are scored as they stand, not divided by size.", "",
    ),
    "Denominate": (
        "除以规模变量", "divided by size",
        "指标体系中列出分母的指标除以该分母。", "Indicators with a denominator in the framework are divided by it.",
        "x′ = x / d",
    ),
    "RequireCoverage": (
        "覆盖率门槛", "coverage threshold",
        "不填补缺失值；指标覆盖率低于门槛的区域不计分，标为“无数据”。",
        "Nothing is filled; a region with less than the required share of values has no score and shows as no data.",
        "",
    ),
    "MeanImpute": (
        "均值填补", "mean imputation",
        "缺失值以该指标全部区域的均值填补并标记。",
        "Gaps become the mean of the indicator over all regions, and are marked.",
        "",
    ),
    "MedianImpute": (
        "中位数填补", "median imputation",
        "缺失值以该指标全部区域的中位数填补并标记。",
        "Gaps become the median of the indicator over all regions, and are marked.", "",
    ),
    "GroupMean": (
        "分组均值填补", "group mean", "缺失值以同组区域的均值填补并标记。",
        "Gaps become the mean of the region's group, and are marked.", "",
    ),
    "GroupMedian": (
        "分组中位数填补", "group median", "缺失值以同组区域的中位数填补并标记。",
        "Gaps become the median of the region's group, and are marked.", "",
    ),
    "LatestYear": (
        "最近年份填补", "latest earlier year", "缺失值以该区域最近的较早年份之值填补并标记。",
        "Gaps become the region's latest earlier value, and are marked.", "",
    ),
    "LinearInTime": (
        "线性插值填补", "interpolation in time", "前后年份均有值的缺失值按直线插值并标记。",
        "Gaps between two known years are interpolated on a straight line, and are marked.", "",
    ),
    "KNearest": (
        "K 近邻填补", "nearest neighbours", "缺失值以指标最相近的 k 个区域的均值填补并标记。",
        "Gaps become the mean of the k most similar regions, and are marked.", "",
    ),
    "NoTreatment": ("不处理", "no treatment", "数值不作变换。", "Values are left as they are.", ""),
    "Winsorise": (
        "缩尾处理", "winsorising",
        "偏度和峰度同时超限的指标逐个把极端值改为次极端值；仍不足时取对数。",
        "Where skewness and kurtosis are too large, extremes are set to the next value, or the fallback is used.",
        "",
    ),
    "LogTransform": (
        "对数变换", "logarithm", "数值取自然对数。", "Values become natural logarithms.", "y = ln(x + offset)",
    ),
    "BoxCox": (
        "Box–Cox 变换", "Box–Cox transformation", "以使指标最接近正态的幂次变换。",
        "The power that makes an indicator most nearly normal.", "y = (x^{λ} − 1) / λ;  λ = 0: y = ln x",
    ),
    "MinMax": (
        "极差标准化", "min–max scaling", "最差区域取下限，最好区域取上限；逆向指标反向计算。",
        "The worst region gets the lower end, the best the upper one; where less is better the scale is reversed.",
        "y_{ij} = low + (high − low) · (x_{ij} − min_{i} x_{ij}) / (max_{i} x_{ij} − min_{i} x_{ij})",
    ),
    "ZScore": (
        "Z 值标准化", "z-scores", "以高于均值多少个标准差计量；逆向指标反号。",
        "How many standard deviations a region lies above the mean; the sign turns where less is better.",
        "y_{ij} = m + d · (x_{ij} − x̄_{j}) / s_{j}",
    ),
    "PercentileRank": (
        "百分位排名", "percentile rank", "取值为所超过的其他区域的比例，同值取平均位次。",
        "The share of the other regions that a region is ahead of; ties share the mean rank.",
        "y_{ij} = (r_{ij} − 1) / (n_{j} − 1)",
    ),
    "Goalposts": (
        "目标值标准化", "goalposts", "每个指标在预先给定的上下限之间线性换算。",
        "Each indicator lies between two bounds set in advance.",
        "y_{ij} = low + (high − low) · (x_{ij} − a_{j}) / (b_{j} − a_{j})",
    ),
    "DistanceToReference": (
        "与标杆的距离", "distance to a reference", "以相对标杆值的差距计量，标杆为 1。",
        "How far a region is above or below the reference, which gets 1.",
        "y_{ij} = 1 ± (x_{ij} − r_{j}) / |r_{j}|",
    ),
    "LogMinMax": (
        "对数极差标准化", "min–max scaling of logarithms", "取对数后作极差标准化，比较的是倍数。",
        "Logarithms are scaled between worst and best, so that ratios count.",
        "y_{ij} = low + (high − low) · (ln x_{ij} − ln min_{j}) / (ln max_{j} − ln min_{j})",
    ),
    "VectorNorm": (
        "向量归一化", "vector normalisation", "除以该指标的向量长度；逆向指标反号。",
        "Each indicator is divided by its length; the sign turns where less is better.",
        "y_{ij} = ± x_{ij} / √(Σ_{i} x_{ij}^{2})",
    ),
    "RobustScale": (
        "稳健标准化", "median and interquartile range", "以中位数和四分位距代替均值和标准差。",
        "Median and interquartile range in place of mean and standard deviation.",
        "y_{ij} = ± (x_{ij} − median_{j}) / (Q3_{j} − Q1_{j})",
    ),
    "EqualWeights": (
        "等权", "equal weights", "指标（或各功能）权重相等。", "Every indicator (or every function) counts the same.",
        "w_{j} = 1 / m",
    ),
    "FrameworkWeights": (
        "指标体系权重", "weights of the framework", "各级权重取自指标体系，在同级内归一。",
        "Weights stand in the framework, and are shares among siblings at every level.",
        "w_{j} = Π_{levels} share",
    ),
    "GivenWeights": ("主观赋权", "given weights", "权重由研究者给定。", "Weights are given by hand.", ""),
    "EntropyWeights": (
        "熵值法", "entropy weights", "指标在区域间分布越不均，权重越大。",
        "The more unevenly an indicator is spread over the regions, the more it counts.",
        "d_{j} = 1 + (1 / ln n) Σ_{i} p_{ij} ln p_{ij},  w_{j} = d_{j} / Σ_{k} d_{k}",
    ),
    "CriticWeights": (
        "CRITIC 权重法", "CRITIC weights", "指标变异越大、与其他指标重复越少，权重越大。",
        "The more an indicator varies and the less it repeats others, the more it counts.",
        "w_{j} ∝ σ_{j} Σ_{k} (1 − r_{jk})",
    ),
    "VariationWeights": (
        "变异系数法", "weights by coefficient of variation", "权重与变异系数成正比。",
        "Weights are proportional to the coefficient of variation.", "w_{j} ∝ s_{j} / ȳ_{j}",
    ),
    "PcaWeights": (
        "主成分分析法", "weights from principal components", "由旋转后因子载荷的平方导出权重。",
        "Weights come from squared rotated loadings.", "",
    ),
    "AhpWeights": (
        "层次分析法", "analytic hierarchy process", "权重为判断矩阵的主特征向量，一致性比率不超过上限。",
        "Weights are the principal eigenvector of judgements of pairs, whose consistency ratio is bounded.",
        "A w = λ_{max} w",
    ),
    "BenefitOfDoubt": (
        "疑点利益法", "benefit of the doubt", "每个区域取对自身最有利的权重（线性规划）。",
        "Every region gets the weights under which it looks best (linear programming).",
        "max Σ_{j} w_{j} y_{cj}  subject to  Σ_{j} w_{j} y_{kj} ≤ 1",
    ),
    "CombinedWeights": (
        "组合赋权", "combined weights", "把几组权重合成一组。", "Several sets of weights are combined into one.", "",
    ),
    "BudgetAllocation": (
        "预算分配法", "budget allocation", "权重为各专家分配份额的均值。",
        "The weight is the mean share of the points that experts hand out.", "",
    ),
    "Arithmetic": (
        "加权算术平均", "weighted arithmetic mean", "短板可由长处完全弥补；缺失指标的权重由其余指标分担。",
        "A weakness is made up for by a strength; a missing value hands its weight on.",
        "s_{i} = Σ_{j} w_{j} y_{ij} / Σ_{j} w_{j}",
    ),
    "Geometric": (
        "加权几何平均", "weighted geometric mean", "短板只能部分弥补。",
        "A weakness is made up for only in part.", "s_{i} = Π_{j} y_{ij}^{w_{j} / Σ w}",
    ),
    "Harmonic": (
        "加权调和平均", "weighted harmonic mean", "最弱指标起主导作用。", "The weakest indicator rules.",
        "s_{i} = Σ_{j} w_{j} / Σ_{j} (w_{j} / y_{ij})",
    ),
    "PowerMean": (
        "加权幂平均", "weighted power mean", "以幂次 p 控制可弥补程度的加权平均。",
        "The exponent p says how far a weakness can be made up for.",
        "s_{i} = (Σ_{j} w_{j} y_{ij}^{p} / Σ_{j} w_{j})^{1/p}",
    ),
    "Topsis": (
        "TOPSIS 法", "TOPSIS", "按与正、负理想解的距离计算贴近度。",
        "Closeness to the best and distance from the worst in everything.",
        "s_{i} = d_{i}^{−} / (d_{i}^{+} + d_{i}^{−})",
    ),
    "Vikor": (
        "VIKOR 法", "VIKOR", "在群体效益与最大个体遗憾之间折中，得分取 1 − Q。",
        "A compromise between the good of most indicators and the least regret; the score is 1 − Q.",
        "Q = v (S − S*) / (S^{−} − S*) + (1 − v)(R − R*) / (R^{−} − R*)",
    ),
    "GreyRelation": (
        "灰色关联度", "grey relational degree", "与最优参考序列的加权关联系数。",
        "How closely a region follows the best profile.",
        "ξ = (Δ_{min} + ρ Δ_{max}) / (Δ + ρ Δ_{max}),  s_{i} = Σ_{j} w_{j} ξ_{ij} / Σ_{j} w_{j}",
    ),
    "MazziottaPareto": (
        "Mazziotta–Pareto 惩罚均值", "mean with a penalty for imbalance", "均值减去（或加上）与失衡程度相应的惩罚项。",
        "The mean, less (or plus) a penalty for imbalance.", "s_{i} = M_{i} ± S_{i}^{2} / M_{i}",
    ),
    "Copeland": (
        "Copeland 配对比较", "Copeland's rule", "得分为两两比较中胜出的比例，平局计半。",
        "The share of regions beaten in pairs; draws count half.", "",
    ),
    "NaturalBreaks": (
        "自然断点法（Fisher–Jenks 精确解）", "exact natural breaks (Fisher–Jenks)",
        "使各级内得分离差平方和最小的精确划分；各级含上限，同分同级。",
        "The exact partition with the least squares within tiers; tiers are closed above and ties stay together.",
        "GVF = 1 − Σ_{c} Σ_{i∈c} (s_{i} − s̄_{c})^{2} / Σ_{i} (s_{i} − s̄)^{2}",
    ),
    "Quantiles": (
        "分位数法", "quantiles", "各级区域数尽量相等。", "Tiers hold as equal numbers of regions as ties allow.", "",
    ),
    "EqualIntervals": (
        "等间距法", "equal intervals", "各级得分区间等宽。", "Tiers span equal ranges of the score.", "",
    ),
    "HeadTail": (
        "头尾分割法", "head/tail breaks", "以均值切分，再对高于均值者重复。",
        "The cut is at the mean, then at the mean of what lies above, and so on.", "",
    ),
    "StandardDeviation": (
        "均值—标准差法", "mean and standard deviation", "以均值加若干倍标准差为界。",
        "Cut-points lie at the mean plus multiples of the standard deviation.", "b = s̄ + a · σ",
    ),
    "Thresholds": ("手工阈值", "fixed cut-points", "阈值由研究者给定。", "Cut-points are set by hand.", ""),
    "RelativeTo": (
        "均值倍数法", "per cent of a yardstick", "以均值（或指定区域得分）的百分比为界。",
        "Cut-points are per cent of the mean, or of a named region's score.", "",
    ),
    "KMeans": (
        "K 均值聚类", "k-means", "按各功能得分聚类，层级按类内平均得分排序。",
        "Regions with similar functions form a tier; tiers are ordered by mean score.", "",
    ),
    "Hierarchical": (
        "系统聚类（Ward 法）", "hierarchical clustering (Ward)", "逐步合并使组内离差平方和增量最小的两组。",
        "The two groups that add least to the sum of squares are merged, step by step.", "",
    ),
    "GaussianMixture": (
        "高斯混合模型", "Gaussian mixture", "以期望最大化估计混合分布，按最可能的类归级。",
        "A mixture is fitted by expectation maximisation; a region takes its most probable tier.", "",
    ),
    "PositionRules": (
        "位置规则", "rules of position", "按各功能在全国、大区和省内的地位归级。",
        "Tiers follow from how a region's functions stand in the nation, macro-region and province.", "",
    ),
}  # fmt: skip

_MARK = re.compile(r"([_^])\{([^{}]*)\}")


def short_method(method: Any) -> dict[str, str]:
    """Return the name of a method, or of a tuple of them, in both languages.

    >>> from hubtiers.scoring.weight import EntropyWeights
    >>> short_method(EntropyWeights())
    {'zh': '熵值法', 'en': 'entropy weights'}
    """
    if isinstance(method, tuple):
        parts = [short_method(member) for member in method]
        return {"zh": "，再".join(p["zh"] for p in parts), "en": ", then ".join(p["en"] for p in parts)}
    name = type(method).__name__
    zh, en, *_ = STATEMENTS.get(name, (name, name))
    return {"zh": zh, "en": en}


def method_text(method: Any) -> Text:
    """Return the name of a method, or of a tuple of them, as a text."""
    return Text(**short_method(method))


def describe_steps(scheme: Scheme, language: str) -> list[tuple[str, str, str, str, str]]:
    """Return each step of a scheme in order: step, method, sentence, formula, and its options as text."""
    place = require_language(language)
    rows = []
    for step, names in STEPS.items():
        chosen = getattr(scheme, step)
        for method in chosen if isinstance(chosen, tuple) else (chosen,):
            words = STATEMENTS.get(type(method).__name__)
            name = words[place] if words else type(method).__name__
            # A method of a user's own says in its docstring what it does.
            sentence = words[2 + place] if words else (inspect.getdoc(method) or "").split("\n", 1)[0]
            rows.append((names[place], name, sentence, words[4] if words else "", options_text(method)))
    return rows


def options_text(method: Any) -> str:
    """Return a method object as it is written in Python; long options are cut."""
    if not dataclasses.is_dataclass(method):
        return type(method).__name__
    options = [(f.name, getattr(method, f.name)) for f in dataclasses.fields(method) if f.init]
    texts = [f"{name}={_cut(repr(value))}" for name, value in options if value is not None]
    return f"{type(method).__name__}({', '.join(texts)})"


def formula_html(formula: str) -> str:
    """Return a formula of this module as HTML, with its sub- and superscripts.

    >>> formula_html("w_{j} < x^{2}")
    'w<sub>j</sub> &lt; x<sup>2</sup>'
    """
    text = html.escape(formula)
    while (plain := _MARK.sub(_script, text)) != text:
        text = plain
    return text


def _script(match: re.Match[str]) -> str:
    tag = "sub" if match.group(1) == "_" else "sup"
    return f"<{tag}>{match.group(2)}</{tag}>"


def _cut(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
