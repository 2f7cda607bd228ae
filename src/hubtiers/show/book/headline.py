"""What the numbers of a study say in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "headline_unscored": Text("没有区域有得分。", "No region has a score."),
    "headline_only": Text(
        "唯一计分的区域是{name}：{tier}。", "The only region scored is {name}: {tier}."
    ),
    "headline_tiers": Text("{n} 个计分区域中，{parts}。", "Of {n} regions scored, {parts}."),
    "headline_tier": Text(
        "{tier} {n} 个{names}", "{n} are {tier}{names}", one="1 is {tier}{names}"
    ),
    "headline_no_tier": Text("没有{tier}", "none is {tier}"),
    "headline_names": Text("（{names}）", " ({names})"),
    "headline_and": Text("，", " and "),
    "headline_keep": Text(
        "这 {all} 个中有 {n} 个在至少{often}中保持其层级。",
        "Of these {all}, {n} keep their tier in at least {often}.",
        one="Of these {all}, 1 keeps its tier in at least {often}.",
    ),
    "headline_keep_all": Text(
        "这 {n} 个全部在至少{often}中保持其层级。",
        "All {n} keep their tier in at least {often}.",
        one="It keeps its tier in at least {often}.",
    ),
    "headline_keep_none": Text(
        "这 {n} 个无一在至少{often}中保持其层级。",
        "None of these {n} keeps its tier in at least {often}.",
        one="It does not keep its tier in {often}.",
    ),
    "headline_marks": Text(
        "全部 {n} 个计分区域中，层级稳固的 {settled} 个（至少{often}），倾向的 {leaning} 个，"
        "未定的 {open} 个（另一层级更常出现）。",
        "Tiers of the {n} regions: {settled} settled (at least {often}), {leaning} leaning, {open} "
        "open (another tier comes up more often).",
    ),
    "headline_marks_closed": Text(
        "全部 {n} 个计分区域中，层级稳固的 {settled} 个（至少{often}），倾向的 {leaning} 个；"
        "没有区域更常落入另一层级。",
        "Tiers of the {n} regions: {settled} settled (at least {often}), {leaning} leaning; in "
        "none does another tier come up more often.",
    ),
    "headline_open": Text("高层级中未定的有：{names}。", "Open among the highest tiers: {names}."),
    "headline_rather": Text("{name}（更常为{tier}）", "{name} (more often {tier})"),
    "headline_to": Text("{name}改为{tier}", "{name} to {tier}"),
    "headline_moves": Text(
        "改用{what}，{n} 个区域改变层级：{names}",
        "with {what} {n} regions change tier: {names}",
        one="with {what} 1 region changes tier: {names}",
    ),
    "headline_moves_none": Text("改用{what}，无一改变层级", "with {what} no region changes tier"),
    "headline_moves_range": Text(
        "在其他 {tried} 种方案下，{low} 至 {high} 个区域改变层级；最多的是{what}：{names}",
        "under {tried} other schemes {low} to {high} regions change tier; most do with {what}: "
        "{names}",
    ),
    "headline_position": Text(
        "层级由位置规则确定，不随权重改变。",
        "The tiers follow rules of position, which the weights do not touch.",
    ),
    "headline_agreement": Text(
        "与{reference}可比的 {n} 个区域中，{matches} 个同级{baseline}。",
        "The tiers agree with {reference} for {matches} of {n} regions{baseline}.",
        one="The tiers agree with {reference} for {matches} of 1 region{baseline}.",
    ),
    "headline_layout": Text("《{title}》", '"{title}"'),
    "headline_better": Text(
        "；{name}为 {matches}/{n}，比本研究更一致",
        "; {name} has {matches} of {n}: it agrees better",
    ),
    "headline_equal": Text(
        "；{name}为 {matches}/{n}，与本研究相当", "; {name} has {matches} of {n}: it agrees as well"
    ),
    "headline_worse": Text("；{name}为 {matches}/{n}", "; {name} has {matches} of {n}"),
}
