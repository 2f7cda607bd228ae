"""Sections of the report on doubt: how sure the tiers are, and what gaps did to the scores."""

from __future__ import annotations

from collections.abc import Iterator

from hubtiers.errors import HubtiersError
from hubtiers.robustness._by_option import SizeEffect
from hubtiers.robustness._shares import percent_text
from hubtiers.robustness.result import FIRST_DRAWS, Robustness
from hubtiers.robustness.variation import PerLevel, Variation
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import marks_note
from hubtiers.show.figures.certainty import rank_interval_figure, tier_probability_figure
from hubtiers.show.gap_text import list_gap_effects, percent
from hubtiers.show.methods import method_text
from hubtiers.show.pages.certainty_tables import (
    driver_table,
    factor_text,
    option_texts,
    weights_drawn_table,
)
from hubtiers.show.pages.report_html import definitions
from hubtiers.show.pages.report_page import FIRST_ROWS, TOP_ROWS, Material, Page
from hubtiers.show.words import Text, node_text, region_names, tier_text

__all__ = ["size_effect_text", "write_confidence", "write_gap_effects"]

_DOMINANT = 0.4
_MOST_DRAWN = 25
"""Regions in the figures, which stand side by side: each has a row."""


def write_confidence(material: Material, page: Page) -> str:
    """Return the section on how sure tiers and ranks are."""
    robustness = material.robustness
    assert robustness is not None
    return "".join(
        [
            _what_a_probability_is(robustness, page),
            _marks(robustness, page),
            definitions(_shares(robustness, page)),
            _figures(material.result, robustness, page),
            page.table(material.tables["certainty"], most=TOP_ROWS),
            _weights_drawn(material.result, robustness, page),
            _options(material, robustness, page),
            _drivers(robustness, page),
        ]
    )


def _what_a_probability_is(robustness: Robustness, page: Page) -> str:
    draws = robustness.draws
    return page.text(
        f"在 {draws} 次随机变动方法选择的计算中，各区域落入各层级的比例与位次区间如下。"
        "这里的“概率”就是这一比例：每次计算从所声明的选项中等可能地任取一种。"
        "它不是后验概率，换一组选项便会不同。",
        f"Shares of {draws} draws, in which choices of method were varied at random: how often "
        "each region came out in each tier, and the interval of its rank. A “probability” here is "
        "this share: each draw takes one of the declared options, all equally likely. It is no "
        "posterior probability, and other options would give another one.",
    )


def _marks(robustness: Robustness, page: Page) -> str:
    """Return what settled, leaning and open mean; how many of each there are says the brief."""
    said = marks_note(robustness)
    return page.text(said.zh, said.en)


def _figures(result: Result, robustness: Robustness, page: Page) -> str:
    language = page.drawn_language
    shares = page.figure(
        lambda: tier_probability_figure(
            robustness, result=result, language=language, most=_MOST_DRAWN
        ),
        page.say("各区域落入各层级的概率。", "Probability of each tier."),
    )
    ranks = page.figure(
        lambda: rank_interval_figure(
            robustness, result=result, language=language, most=_MOST_DRAWN
        ),
        page.say(
            "位次的 5%–95% 区间与中位数。", "Interval of 5 to 95 % of the rank, and its median."
        ),
    )
    return page.pair(shares, ranks)


def _shares(robustness: Robustness, page: Page) -> list[tuple[str, str]]:
    """Return what was varied, and how often draws agree with the reference, with its error."""
    shares = {
        "exactly": (robustness.reference_share, robustness.reference_share_error),
        "order_kept": (robustness.order_share, robustness.order_share_error),
        "mean_same_tier": (robustness.reference_agreement, robustness.reference_agreement_error),
    }
    varied = _varied_zh(robustness.variation) if page.language == "zh" else None
    facts = [(page.word("varied"), "；".join(varied) if varied else _varied_en(robustness))]
    for key, (share, error) in shares.items():
        facts.append((page.word(key), percent_text(share, error, robustness.draws)))
    return facts


def _varied_en(robustness: Robustness) -> str:
    return "; ".join(robustness.variation.words)


def _varied_zh(variation: Variation) -> list[str]:
    """Return what is varied, in Chinese, one clause each."""
    parts = []
    if isinstance(variation.weights, tuple):
        parts.append(_either_zh("weight", variation.weights))
    elif variation.weights is not None:
        parts.append(getattr(variation.weights, "words_zh", str(variation.weights)))
    varied = [step for step in ("normalise", "treat", "tier", "impute") if getattr(variation, step)]
    parts += [_either_zh(step, getattr(variation, step)) for step in varied]
    if isinstance(variation.aggregate, PerLevel):
        for number, level in enumerate(variation.aggregate.levels, start=1):
            parts.append(_either_zh(f"aggregate, level {number}", level))
    elif variation.aggregate:
        parts.append(_either_zh("aggregate", variation.aggregate))
    parts += ["填补值按填补误差重新抽取"] if variation.redraw_gaps else []
    parts += [variation.noise.words_zh] if variation.noise is not None else []
    parts += ["剔除一个指标，或不剔除"] if variation.leave_one_out else []
    return parts


def _either_zh(step: str, options: tuple[object, ...]) -> str:
    # Options of one name differ in their parameters; the table of options tells them apart.
    names = dict.fromkeys(method_text(option).zh for option in options)
    return f"{factor_text(step).zh}：{'或'.join(names)}"


def _weights_drawn(result: Result, robustness: Robustness, page: Page) -> str:
    """Return what the weights drawn imply; nothing where no weights are drawn."""
    if not len(robustness.weights_drawn):
        return ""
    number, chance = len(result.weights), robustness.dominated(_DOMINANT)
    counted = min(robustness.draws, FIRST_DRAWS)
    told = percent_text(chance, (chance * (1.0 - chance) / counted) ** 0.5, counted)
    text = page.text(
        f"抽取的权重平均如何分给各功能，见下表；{number} 个指标中有一个权重超过 {_DOMINANT:g} "
        f"的抽取占 {told}。",
        "The table says how the weights drawn are shared out among functions on average; one of "
        f"the {number} indicators weighs more than {_DOMINANT:g} in {told} of the draws.",
    )
    return text + page.table(weights_drawn_table(result, robustness))


def _options(material: Material, robustness: Robustness, page: Page) -> str:
    """Return the results by option, with a caution where one makes a tier ten times as large."""
    tables = material.tables
    body = page.heading("by_option")
    if "sizes_by_option" not in tables:
        return body + page.text(
            "除权重或数据外没有变动其他选项，因此没有可分列的结果。",
            "Nothing but weights or data was varied, so that there are no options to tell apart.",
        )
    for effect in robustness.size_effects:
        told = size_effect_text(robustness, effect)
        body += f'<div class="caveat">{page.text(told.zh, told.en)}</div>'
    body += page.table(tables["sizes_by_option"])
    if "by_option" in tables:
        body += page.later(tables["by_option"])
    return body


def size_effect_text(robustness: Robustness, effect: SizeEffect) -> Text:
    """Return which option makes a tier ten times as large as another one does."""
    named, step, tier = option_texts(robustness), factor_text(effect.step), tier_text(effect.tier)
    most, least = named[effect.step, effect.most], named[effect.step, effect.least]
    return Text(
        f"注意：{step.zh}取“{most.zh}”时{tier.zh}平均有 {effect.size_most:.1f} 个区域，"
        f"取“{least.zh}”时为 {effect.size_least:.1f} 个，相差十倍以上。"
        "该层级的概率主要反映抽中该选项的次数，应按选项阅读，或去掉该选项。",
        f"Caution: under {most.en} ({step.en.lower()}) the tier {tier.en} holds "
        f"{effect.size_most:.1f} regions on average, under {least.en} {effect.size_least:.1f}: ten "
        "times as many. Its probabilities say mostly how often that option was drawn. Read them by "
        "option, or leave the option out.",
    )


def _drivers(robustness: Robustness, page: Page) -> str:
    """Return the Sobol indices, or why there are none."""
    body = page.heading("drivers")
    if len(robustness.plan.factors) == 1:
        only = factor_text(robustness.plan.factors[0].name)
        return body + page.text(
            f"只变动了一项（{only.zh}），层级与位次的全部方差都出自它："
            "其一阶与总索博尔指数均为 1。",
            f"Only one thing was varied ({only.en.lower()}), so that all of the variance of tiers "
            "and ranks is its: both of its Sobol indices, first-order and total, are 1.",
        )
    try:
        return body + page.table(driver_table(robustness))
    except HubtiersError as error:
        return body + page.text(f"无法计算：{error}", f"They cannot be computed: {error}")


def write_gap_effects(material: Material, page: Page) -> str:
    """Return the section on what missing values did to the scores."""
    sentences = list(_gap_sentences(material.result, page))
    return "".join([*sentences, page.table(material.tables["gap_effects"], most=FIRST_ROWS)])


def _gap_sentences(result: Result, page: Page) -> Iterator[str]:
    effects = list_gap_effects(result)
    number = len({effect.region for effect in effects})
    yield page.text(
        f"{number} 个计分区域缺少部分指标。缺失指标的权重由同一组内有值的指标承担；"
        "整组缺失时由其他组承担。",
        f"{number} regions with a score lack some indicators. The weight of a gap falls on what is "
        "present in the same group, and that of an empty group on the groups beside it.",
    )
    told = [effect for effect in effects if effect.heaviest]
    if not told:
        return
    worst = max(told, key=lambda effect: effect.now)
    assert worst.heaviest is not None
    name = region_names(result, page.language)[worst.region]
    heaviest, now, before = node_text(result, worst.heaviest), percent(worst.now), worst.before
    yield page.text(
        f"影响最大的是{name}：得分的 {now.zh} 出自{heaviest.zh}一项"
        f"（无缺失时为 {percent(before).zh}）。",
        f"It goes furthest in {name}: {now.en} of the score comes from one indicator, "
        f"{heaviest.en} (without the gap {percent(before).en}).",
    )
