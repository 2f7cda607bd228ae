"""The pages on choosing a method, in both languages: what each assumes, in words, beside what it survives, in figures."""

from __future__ import annotations

from collections.abc import Mapping

from choosing_tables import ROWS

from hubtiers._methods import METHODS

__all__ = ["pages"]

ENGLISH, CHINESE = 0, 1

HEADS = (
    """\
# Choosing a method

There is no best method; there are assumptions, and a reviewer asks for them. The tables say what each method assumes and, in figures,
what it survives. The figures are of one case, 19 indicators of 31 provinces of China in 2022 (`provinces2022`), all weights equal where the
table is not about weights, and `make docs` computes them anew; run the same on your own data with `hubtiers compare` before you cite
them. [Methods](methods.md) has formulas and sources, [weights and tier rules](weights-and-tiers.md) every combination against a published
layout. [中文](zh/choosing.md)

Three questions decide most of it:

1. **May strength in one thing buy weakness in another?** If it may, `Arithmetic`; if only in part, `Geometric` or `MazziottaPareto`.
2. **Will other regions or years be compared with these?** Then bounds must not come from the regions at hand: `Goalposts`, or one fit that
   scores them all (`scheme.fit(table).score(later)`), and tiers by `Thresholds` or `RelativeTo`.
3. **Who answers for the weights?** Data can say what varies and what goes together, not what matters. Weights that matter are
   argued (`FrameworkWeights`, `AhpWeights`, `BudgetAllocation`), and varied (`ht.assess_robustness`).
""",
    """\
# 选择方法

没有最好的方法，只有各自的假设，而审稿人会问到它们。下列各表说明每种方法假设什么，并用数字说明它经得起什么。数字来自同一个例子：2022 年 31 个省级行政区的 19 个指标（`provinces2022`），除比较权重的表之外均为等权，由 `make docs` 重新计算；引用之前，请用 `hubtiers compare` 在自己的数据上再算一遍。公式与出处见[方法参考](../methods.md)，各种组合与已发表布局的对照见[权重与分级规则](../weights-and-tiers.md)（英文）。[English](../choosing.md)

多数选择取决于三个问题：

1. **一项之长能否弥补另一项之短？** 能则用 `Arithmetic`（加权算术平均）；只能部分弥补则用 `Geometric`（几何平均）或 `MazziottaPareto`（惩罚均值）。
2. **是否要与其他区域或年份比较？** 若要，上下界就不能取自手头这些区域：用 `Goalposts`（目标值标准化），或一次拟合、全部套用（`scheme.fit(table).score(later)`），分级用 `Thresholds`（手工阈值）或 `RelativeTo`（均值倍数法）。
3. **权重由谁负责？** 数据只能说明什么差异大、什么相关，不能说明什么重要。重要性要靠论证（`FrameworkWeights` 指标体系权重、`AhpWeights` 层次分析法、`BudgetAllocation` 预算分配法），并检验其变动（`ht.assess_robustness`）。
""",
)

TITLES: Mapping[str, tuple[str, str]] = {
    "normalise": ("Normalisation", "标准化"),
    "weight": ("Weights", "赋权"),
    "aggregate": ("Aggregation", "合成"),
    "tier": ("Tier rules", "分级"),
}

HEADINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "normalise": (
        ("method", "values", "order", "departures", "outlier", "assumes"),
        ("方法", "取值", "次序", "退出", "异常值", "假设"),
    ),
    "weight": (
        ("method", "order", "weights", "twice", "departure", "assumes"),
        ("方法", "次序", "权重", "重复", "退出", "假设"),
    ),
    "aggregate": (
        ("method", "order", "departures", "lopsided", "zero", "assumes"),
        ("方法", "次序", "退出", "偏科", "零值", "假设"),
    ),
    "tier": (
        ("rule", "sizes", "departure", "outlier", "square root", "assumes"),
        ("规则", "各级数目", "退出", "异常值", "开平方", "假设"),
    ),
}

READINGS: Mapping[str, tuple[str, str]] = {
    "normalise": (
        (
            "*values*: smallest and largest that came out; means other than the arithmetic need them above 0. *order*: Kendall's τ of the "
            "scores with those of min–max. *departures*: of the 31 regions, how many change the order of the others by leaving; 0 means that the "
            "comparison of two regions is theirs alone. *outlier*: the spread that is left to the other regions on an indicator when its largest value "
            "grows tenfold."
        ),
        "取值：得到的最小值与最大值；算术平均以外的均值要求大于 0。次序：综合得分与极差标准化的 Kendall τ。退出：31 个区域中，有多少个退出后会改变其余区域的次序；0 表示两个区域孰先孰后只取决于它们自己。异常值：某指标的最大值增至十倍后，其余区域在该指标上还剩多少离散程度。",
    ),
    "weight": (
        (
            "*order*: τ of the scores with those of equal weights. *weights*: smallest and largest of 19. *twice*: how much more a column counts "
            "when it stands in the table twice; no method notices. *departure*: by how many points of 100 a weight moves at most when one region "
            "leaves."
        ),
        "次序：得分与等权得分的 τ。权重：19 个权重中的最小与最大。重复：同一列出现两次时其合计权重是原来的多少倍；没有一种方法能识别重复。退出：一个区域退出时，某一权重最多变动多少个百分点。",
    ),
    "aggregate": (
        (
            "*order*: τ of the scores with the arithmetic mean, on values from 0.01 to 1. *departures*: as above. *lopsided*: what a region with "
            "0.9 and 0.1 gets, in per cent of one with 0.5 and 0.5. *zero*: whether a value of 0 can be taken."
        ),
        "次序：得分与算术平均的 τ（数值在 0.01 至 1 之间）。退出：同上。偏科：两项为 0.9 与 0.1 的区域，其得分相当于两项均为 0.5 者的百分之几。零值：能否处理 0。",
    ),
    "tier": (
        (
            "*sizes*: regions by tier, highest first. *departure*: the least share of the other regions that keep their tier when one leaves, their "
            "scores unchanged. *outlier*: the share that keeps its tier when the highest score is tripled. *square root*: whether the tiers stay when "
            "scores are replaced by their roots, which leaves their order as it is."
        ),
        "各级数目：由高到低。退出：一个区域退出而其余得分不变时，其余区域保持层级的最低比例。异常值：最高得分增至三倍时保持层级的比例。开平方：得分换成平方根（次序不变）后层级是否不变。",
    ),
}

ASSUMES: Mapping[str, tuple[str, str]] = {
    "MinMax": (
        "The best and the worst region at hand are the ends of the scale; differences count.",
        "手头最好与最差的区域就是量尺的两端；差值有意义。",
    ),
    "ZScore": (
        "Mean and spread describe the indicator; a spread of one indicator is worth one of another.",
        "均值与离散程度足以描述指标；各指标一个标准差等值。",
    ),
    "RobustScale": (
        "The middle half describes the indicator; extremes may lie as far out as they do.",
        "中间一半足以描述指标；极端值可以很远。",
    ),
    "PercentileRank": (
        "Only the order counts; how far apart two regions lie does not.",
        "只看次序，不看差距大小。",
    ),
    "VectorNorm": (
        "Zero is a true zero; ratios count. As TOPSIS was published.",
        "零点有意义，比值有意义；TOPSIS 原文所用。",
    ),
    "LogMinMax": (
        "Ratios count: from 1 to 2 is as far as from 10 to 20.",
        "比值有意义：由 1 到 2 与由 10 到 20 等距。",
    ),
    "DistanceToReference": (
        "One region or value is the mark; the rest is told in parts of it.",
        "以某一区域或数值为标杆，其余以其比例表示。",
    ),
    "Goalposts": (
        "Somebody can say what is the least and the most; here 0 and twice the maximum.",
        "有人能说明最低与最高应是多少；此处取 0 与最大值的两倍。",
    ),
    "CentredGoalposts": (
        "A reference gets 100, and half a range to either side is the scale; years compare.",
        "参照值得 100，两侧各半个极差；年份可比。",
    ),
    "AsIs": (
        "The values share a unit already. Here they do not, and the largest numbers decide.",
        "各指标本已同一单位。此例并非如此，于是大数说了算。",
    ),
    "EqualWeights": (
        "Nobody knows better; how many indicators a function has decides what it counts.",
        "没有更好的依据；一项功能的指标数决定它的分量。",
    ),
    "EntropyWeights": (
        "What is spread unevenly says more. Skew and single outliers raise a weight.",
        "分布越不均匀信息越多；偏态与个别异常值会抬高权重。",
    ),
    "CriticWeights": (
        "What varies and goes with nothing else says more.",
        "变异大且与他者不相关者信息多。",
    ),
    "VariationWeights": (
        "What varies in proportion to its mean says more; zero is a true zero.",
        "相对均值变异大者信息多；零点有意义。",
    ),
    "PcaWeights": (
        "What indicators share is what is to be measured; what stands apart counts less.",
        "各指标共有的成分就是要测量的；特立者分量小。",
    ),
    "Arithmetic": (
        "Full compensation: a point is a point, wherever it is won.",
        "完全可补偿：一分就是一分，无论得自何处。",
    ),
    "Geometric": (
        "Partial compensation; growth in per cent counts, most where one is weak.",
        "部分可补偿；看百分比增长，弱项提升最有价值。",
    ),
    "Harmonic": (
        "Little compensation: the weakest decides most.",
        "很少可补偿：最弱者影响最大。",
    ),
    "PowerMean": (
        "Compensation by an exponent, here 0.5, that somebody chose.",
        "补偿程度由指数决定（此处 0.5），须有人选定。",
    ),
    "MazziottaPareto": (
        "Imbalance costs, by the variance between indicators.",
        "不均衡要扣分，按指标间的方差计。",
    ),
    "Topsis": (
        "The best and worst of the field, taken together, are points to be near to and far from.",
        "以全体最优与最劣为正负理想点，近者优、远者劣。",
    ),
    "Vikor": (
        "A compromise between the whole and the worst single gap, half and half.",
        "在整体差距与最大单项差距之间折中，各占一半。",
    ),
    "GreyRelation": (
        "Nearness to the best counts; the last steps to it count most.",
        "看与最优序列的接近程度，越接近越加分。",
    ),
    "Copeland": (
        "Only who beats whom counts, indicator by indicator; by how much does not.",
        "只看逐项两两胜负，不看相差多少。",
    ),
    "NaturalBreaks": (
        "The regions fall into clumps; tiers are as alike within as can be.",
        "区域自然成团；级内差异最小。",
    ),
    "Quantiles": (
        "Tiers are equally large, whatever the scores are.",
        "各级数目相等，与得分无关。",
    ),
    "EqualIntervals": (
        "The range is the scale: each tier spans as much of it.",
        "全距等分，各级跨度相同。",
    ),
    "HeadTail": (
        "A heavy tail: few large, many small, again and again.",
        "重尾分布：大者少、小者多，层层如此。",
    ),
    "StandardDeviation": (
        "A distribution about a mean; tiers are distances from it.",
        "围绕均值分布，以离均值多少个标准差分级。",
    ),
    "KMeans": (
        "As natural breaks, found by steps from random starts.",
        "同自然断点，由随机起点迭代求得。",
    ),
    "Hierarchical": (
        "Regions join by likeness, pair by pair; a join is never undone.",
        "按相似程度逐对合并，合并后不再拆分。",
    ),
    "GaussianMixture": (
        "The scores come from as many normal distributions.",
        "得分来自若干个正态分布。",
    ),
    "Thresholds": (
        "Somebody can defend the numbers; here 0.2, 0.4 and 0.6.",
        "有人能为阈值辩护；此处为 0.2、0.4、0.6。",
    ),
    "RelativeTo": (
        "A yardstick, here the mean, is what matters; tiers are per cent of it.",
        "以某一基准（此处为均值）的百分比分级。",
    ),
    "FrameworkWeights": (
        "Whoever wrote the weights into the framework can defend them.",
        "写入指标体系的权重有人能为之辩护。",
    ),
    "GivenWeights": ("The same, in the study.", "同上，写在研究中。"),
    "AhpWeights": (
        "Pairs can be compared by experts, and consistently: the ratio is checked.",
        "专家能两两比较且前后一致（检验一致性比率）。",
    ),
    "BudgetAllocation": (
        "Experts can share out 100 points; their mean is taken.",
        "专家能分配 100 分，取其平均。",
    ),
    "CombinedWeights": (
        "Two opinions are better than one; product or mean.",
        "两种赋权胜于一种；取乘积或平均。",
    ),
    "BenefitOfDoubt": (
        "Each region may be seen in the light that suits it best; scores draw together and orders are weak.",
        "每个区域取对自己最有利的权重；得分趋近，次序的说服力弱。",
    ),
    "PositionRules": (
        "A level is standing in the nation, the macro-region and the province, function by function; no score is cut.",
        "层级取决于各功能在全国、大区与省内的地位，不对得分设断点。",
    ),
}

WITHOUT_FIGURES = (
    "Methods without figures here rest on judgement, give every region weights of its own, or do not cut one score:",
    "以下方法或依赖判断，或为每个区域各取权重，或不对单一得分分级，此处没有数字：",
)

FINDINGS: Mapping[str, tuple[str, str]] = {
    "normalise": (
        (
            "One outlier takes nine tenths of the scale from all others under `MinMax`, and nothing under ranks or quartiles; these in turn let "
            "regions that leave reorder the rest. Treat outliers first (`Winsorise`), or state why the extreme is real."
        ),
        "在 `MinMax` 下，一个异常值就夺走其余区域九成的量尺；位次与四分位法不受其影响，但区域的进出更易改变其余次序。请先处理异常值（`Winsorise`），或说明极端值为何真实。",
    ),
    "weight": (
        (
            "The order hardly depends on the weighting here, and a column that stands twice counts almost twice under all of them: what "
            "is put into the framework weighs more than how it is weighted."
        ),
        "此例中次序几乎不取决于赋权方法，而重复的一列在各种方法下都几乎算两次：放进指标体系的内容，比如何赋权更要紧。",
    ),
    "aggregate": (
        "Methods that compare with the field (`Topsis`, `Vikor`, `GreyRelation`, `Copeland`) let third regions decide between two; means do not.",
        "与全体相比的方法（`Topsis`、`Vikor`、`GreyRelation`、`Copeland`）会让第三者影响两者的先后；均值不会。",
    ),
    "tier": (
        (
            "Cut-points that come from the data move with the data. Declared ones do not, and need a reason. Of `HeadTail` one departure "
            "can change nearly every tier: it stops at one level more or less."
        ),
        "由数据得出的断点随数据而动；手工阈值不动，但需要理由。`HeadTail` 会因一个区域退出而几乎全盘改变：它多分或少分了一级。",
    ),
}


def pages() -> dict[str, str]:
    """Return both pages by their file names."""
    rows = {step: make() for step, make in ROWS.items()}
    return {"choosing.md": _page(rows, ENGLISH), "zh/choosing.md": _page(rows, CHINESE)}


def _page(rows: Mapping[str, list[tuple[str, ...]]], language: int) -> str:
    parts = [HEADS[language]]
    for step, found in rows.items():
        parts.append(f"## {TITLES[step][language]}\n")
        parts.append(_table(step, found, language))
        parts.append(READINGS[step][language] + "\n")
        parts.append(f"**{FINDINGS[step][language]}**\n")
        shown = {row[0] for row in found}
        rest = [kind for kind in METHODS[step] if kind.__name__ not in shown]
        if rest:
            parts.append(WITHOUT_FIGURES[language] + "\n")
            parts += [_without_figures(kind, language) for kind in rest]
            parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _table(step: str, rows: list[tuple[str, ...]], language: int) -> str:
    headings = HEADINGS[step][language]
    lines = [headings, ("---", *["--:"] * (len(headings) - 2), "---")]
    kinds = {kind.__name__: kind for kind in METHODS[step]}
    for name, *figures in rows:
        lines.append((_name(kinds[name], language), *figures, ASSUMES[name][language]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _name(kind: type, language: int) -> str:
    about = kind.about  # type: ignore[attr-defined]
    return f"`{kind.__name__}`" + (f" {about.zh}" if language == CHINESE else "")


def _without_figures(kind: type, language: int) -> str:
    mark = ": " if language == ENGLISH else "："
    return f"* {_name(kind, language)}{mark}{ASSUMES[kind.__name__][language]}"
