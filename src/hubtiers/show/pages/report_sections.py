"""What stands in each section of the report, in Chinese and English."""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.errors import DataError, HubtiersError
from hubtiers.hubs.layout import HubLayout
from hubtiers.outcome import Outcome
from hubtiers.regions.boundaries import load_regions
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.figures.certainty import rank_interval_figure, tier_probability_figure
from hubtiers.show.figures.charts import radar_figure, rank_size_figure, weight_figure
from hubtiers.show.figures.figure import map_caption, tier_figure
from hubtiers.show.figures.fonts import drawable_language
from hubtiers.show.methods import describe_steps, formula_html
from hubtiers.show.pages.print_tables import PrintTable, list_tables
from hubtiers.show.pages.report_html import (
    definitions,
    figure_html,
    names_text,
    paragraph,
    table_html,
)
from hubtiers.show.pages.report_tables import (
    confusion_table,
    disagreement_table,
    empty_slot_table,
    join_table,
    move_table,
    outside_table,
    status_table,
)
from hubtiers.show.text import html_text, toml_tables
from hubtiers.show.words import Text, node_name, number_text, region_names, say, tier_name
from hubtiers.tiers.agreement import agreement

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Material", "Page", "Section", "write_sections"]

_FIRST_ROWS = 20
_PACKAGES = ("hubtiers", "numpy", "pandas", "geopandas", "shapely")


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that a report is made from."""

    result: Result
    title: Text
    command: str = ""
    description: str = ""
    layout: HubLayout | None = None
    reference: pd.Series | None = None
    robustness: Robustness | None = None
    comparison: Comparison | pd.DataFrame | None = None
    outside: pd.DataFrame | None = None
    approval: str | None = None

    @classmethod
    def of(cls, outcome: Outcome, title: Text) -> Material:
        """Return what the outcome of a study brings along; its robustness is printed where it is given."""
        return cls(
            outcome.result,
            title,
            command=outcome.command,
            description=outcome.content.description,
            layout=outcome.layout,
            reference=outcome.reference,
            comparison=outcome.comparison,
            outside=outcome.outside,
        )

    @cached_property
    def tables(self) -> dict[str, PrintTable]:
        """Return the printed tables of the result."""
        return list_tables(self.result, robustness=self.robustness, comparison=self.comparison)


@dataclass(frozen=True)
class Section:
    """A section: its anchor, heading and body."""

    anchor: str
    heading: str
    body: str


@dataclass(eq=False)
class Page:
    """Numbers tables and figures in the order in which they appear."""

    language: str
    counts: dict[str, int] = field(default_factory=lambda: {"table": 0, "figure": 0})

    @property
    def drawn_language(self) -> str:
        """Language of the figures: English where no font for Chinese is installed."""
        return drawable_language(self.language)

    def say(self, zh: str, en: str) -> str:
        """Return the text in the language of the page."""
        return zh if self.language == "zh" else en

    def text(self, zh: str, en: str) -> str:
        """Return a paragraph in the language of the page."""
        return paragraph(self.say(zh, en))

    def table(self, table: PrintTable, *, most: int | None = None) -> str:
        """Return a numbered table; nothing when it has no rows."""
        if not table.rows:
            return ""
        self.counts["table"] += 1
        return table_html(table, self.counts["table"], self.language, most=most)

    def figure(self, draw: Callable[[], Figure], caption: str) -> str:
        """Return a numbered figure, or the sentence that says why it cannot be drawn."""
        try:
            drawn = draw()
        except DataError as error:
            return self.text(f"未绘图：{error}", f"Not drawn: {error}")
        self.counts["figure"] += 1
        return figure_html(drawn, self.counts["figure"], caption, self.language)


def write_sections(material: Material, page: Page) -> list[Section]:
    """Return the sections of a report, those left out for which there is no material."""
    parts: list[tuple[str, str, str, Callable[[Material, Page], str]]] = [
        ("question", "研究问题", "Question", _question),
        ("data", "数据", "Data", _data),
        ("method", "方法", "Method", _method),
        ("result", "结果", "Result", _result),
    ]
    if material.robustness is not None:
        parts.append(("confidence", "结果的可靠程度", "Confidence", _confidence))
    if material.reference is not None or material.comparison is not None:
        parts.append(
            (
                "comparison",
                "与参照布局及其他方案的比较",
                "Comparison with the reference",
                _comparison,
            )
        )
    parts += [
        ("gaps", "未涵盖的内容", "What is not covered", _gaps),
        ("rerun", "如何复算", "How to run it again", _rerun),
        ("appendix", "附表", "Appendix: full tables", _appendix),
    ]
    return [
        Section(anchor, page.say(zh, en), write(material, page)) for anchor, zh, en, write in parts
    ]


def _question(material: Material, page: Page) -> str:
    result = material.result
    scored, tiers = int(result.scores.notna().sum()), len(result.breaks.labels)
    number = len(result.table.framework.indicators)
    body = page.text(
        f"哪些区域居于哪一层级？本报告按 {number} 个指标的综合得分把 {scored} 个区域分为 {tiers} 级，"
        "并说明所用数据与方法、结果、结果的可靠程度以及尚未涵盖的内容。",
        f"Which region stands in which tier? This report sorts {scored} regions into {tiers} tiers by a composite of "
        f"{number} indicators. It states the data and the method, the result and how sure it is, and what is not "
        "covered.",
    )
    if material.description:
        body += f'<p lang="en">{html_text(material.description)}</p>'
    return body


def _data(material: Material, page: Page) -> str:
    table = material.result.table
    present = int(table.values.notna().to_numpy().sum())
    rows, columns = table.values.shape
    body = page.text(
        f"{rows} 个区域 × {columns} 个指标，共 {rows * columns} 个数值，其中 {present} 个有值。缺失值一律不作为零。",
        f"{rows} regions × {columns} indicators: {rows * columns} values, of which {present} are present. A missing "
        "value never counts as zero.",
    )
    body += page.table(material.tables["indicators"])
    body += f"<h3>{page.say('数据与区域的匹配', 'How the data were joined to the regions')}</h3>"
    return body + _join(material, page) + page.table(status_table(material.result))


def _join(material: Material, page: Page) -> str:
    table, language = material.result.table, page.language
    report, names = table.report, region_names(material.result, language)

    def named(ids: object) -> str:
        listed = [str(names.get(region, region)) for region in ids]  # type: ignore[attr-defined]
        return names_text(listed, language)

    set_aside = [
        r for r in dict.fromkeys(report.matches["region_id"]) if r and r not in table.values.index
    ]
    facts = {
        page.say("数据中的名称", "Names in the data"): str(len(report.matches)),
        page.say("未匹配", "Unmatched"): names_text(
            report.unmatched["name"].astype("str").tolist(), language
        ),
        page.say("无任何数据的区域", "Regions without data"): named(report.regions_without_data),
        page.say("未纳入的区域", "Set aside"): names_text(_names_of(set_aside, language), language),
        page.say("未采用的指标", "Indicators not used"): names_text(
            report.ignored_indicators, language
        ),
        page.say("数据年份不一的指标", "Indicators with mixed years"): "; ".join(
            f"{node_name(material.result, code, language)} ({', '.join(map(str, years))})"
            for code, years in report.mixed_years.items()
            if code in table.framework.node
        ),
        page.say("一地多名", "Regions with several names"): named(report.several_names),
        page.say("兼为省级的城市", "Cities that are provinces as well"): named(report.both_levels),
        page.say("相互重叠的区域", "Overlapping regions"): "; ".join(
            f"{names[a]} – {names[b]}" for a, b in table.overlaps[:_FIRST_ROWS]
        ),
    }
    return definitions((term, text) for term, text in facts.items() if text) + page.table(
        join_table(report)
    )


def _names_of(ids: Sequence[str], language: str) -> list[str]:
    """Return the names of bundled regions; other ids as they are."""
    known = {}
    for region in ids:
        with contextlib.suppress(HubtiersError):
            known[region] = str(load_regions([region])[f"name_{language}"].iloc[0])
    return [known.get(region, region) for region in ids]


def _method(material: Material, page: Page) -> str:
    scheme = material.result.fitted.scheme
    body = page.text(
        "计算按以下步骤进行；标准化之后各指标均为数值越大越好。"
        "x 为原始值，y 为标准化值，w 为权重，s 为得分，i 为区域，j 为指标。",
        "The steps run in this order; after normalisation higher is better for every indicator. x are raw and y "
        "normalised values, w weights, s scores, i regions and j indicators.",
    )
    rows = []
    for step, name, sentence, formula, options in describe_steps(scheme, page.language):
        shown = f'<span class="formula">{formula_html(formula)}</span>' if formula else " "
        rows.append(
            f'<li class="step"><strong>{html_text(step)}</strong>{page.say("：", ": ")}{html_text(name)}'
            f"{page.say('。', '. ')}{html_text(sentence)}{shown}<code>{html_text(options)}</code></li>"
        )
    body += f"<ol>{''.join(rows)}</ol>"
    return (
        body
        + page.table(material.tables["weights"])
        + page.figure(
            lambda: weight_figure(_weighted(material), language=page.drawn_language),
            page.say("各指标的有效权重。", "Effective weights of the indicators."),
        )
    )


def _weighted(material: Material) -> Result | Mapping[str, Result]:
    if not isinstance(material.comparison, Comparison) or len(material.comparison.results) > 8:
        return material.result
    return material.comparison.results


def _result(material: Material, page: Page) -> str:
    result, language = material.result, page.language
    tables = material.tables
    names, best = (
        region_names(result, language),
        result.rank.dropna().sort_values(kind="stable").index,
    )
    members = []
    for label in result.breaks.labels:
        inside = [str(names[region]) for region in best if result.tier[region] == label]
        listed = names_text(inside, language, most=16)
        members.append((f"{tier_name(label, language)} ({len(inside)})", listed or "–"))
    if result.no_data:
        listed = names_text([str(names[r]) for r in result.no_data], language)
        members.append((f"{say('no_data', language)} ({len(result.no_data)})", listed))
    caption = map_caption(result, material.layout, material.title.to_plain()).say(language)
    if material.approval:
        caption += f" {say('approval', language)}{material.approval}"
    return (
        definitions(members)
        + page.table(tables["tiers"])
        + page.figure(lambda: _map(material, page.drawn_language), caption)
        + page.table(tables["scores"], most=_FIRST_ROWS)
        + page.figure(
            lambda: rank_size_figure(result, language=page.drawn_language),
            page.say("位序—规模图，两轴均为对数。", "Rank and size, both axes logarithmic."),
        )
        + page.figure(
            lambda: radar_figure(result, language=page.drawn_language),
            page.say("前五位区域的功能结构。", "Functions of the five best regions."),
        )
    )


def _map(material: Material, language: str) -> Figure:
    return tier_figure(
        material.result,
        layout=material.layout,
        title=material.title.to_plain(),
        language=language,
        caption=False,
    )


def _confidence(material: Material, page: Page) -> str:
    robustness = material.robustness
    assert robustness is not None
    result = material.result
    draws = getattr(robustness, "draws", None)
    body = page.text(
        f"在{f' {draws} 次' if draws else '多次'}随机变动方法选择的计算中，各区域落入各层级的比例与位次区间如下。",
        f"Shares of {f'{draws} ' if draws else ''}draws, in which choices of method were varied at random: how often "
        "each region came out in each tier, and the interval of its rank.",
    )
    varied = getattr(getattr(robustness, "variation", None), "words", None)
    facts = {
        page.say("变动的内容", "What was varied"): "; ".join(map(str, varied or ())),
        page.say("基准（或参照）层级完全重现", "Base (or reference) tiers exactly"): _share(
            robustness, "reference_share"
        ),
        page.say("层级次序得以保持", "Order of the tiers kept"): _share(robustness, "order_share"),
        page.say("平均同级比例", "Regions in their tier, on average"): _share(
            robustness, "reference_agreement"
        ),
    }
    body += definitions((term, text) for term, text in facts.items() if text)
    body += page.figure(
        lambda: tier_probability_figure(robustness, result=result, language=page.drawn_language),
        page.say("各区域落入各层级的概率。", "Probability of each tier."),
    )
    body += page.figure(
        lambda: rank_interval_figure(robustness, result=result, language=page.drawn_language),
        page.say(
            "位次的 5%–95% 区间与中位数。", "Interval of 5 to 95 % of the rank, and its median."
        ),
    )
    return body + page.table(material.tables["certainty"], most=_FIRST_ROWS)


def _share(robustness: Robustness, name: str) -> str:
    share = getattr(robustness, name, None)
    if not isinstance(share, float):
        return ""
    error = getattr(robustness, f"{name}_error", None)
    return f"{share:.1%}" + (f" ± {error:.1%}" if isinstance(error, float) else "")


def _comparison(material: Material, page: Page) -> str:
    body = _reference(material, page) if material.reference is not None else ""
    tables = material.tables
    if "comparison" in tables:
        body += f"<h3>{page.say('其他赋权与分级方案', 'Other schemes')}</h3>" + page.table(
            tables["comparison"]
        )
    if isinstance(material.comparison, Comparison):
        body += page.table(move_table(material.comparison), most=_FIRST_ROWS)
    if isinstance(material.outside, pd.DataFrame) and len(material.outside):
        body += f"<h3>{page.say('外部变量', 'Outside variables')}</h3>" + page.table(
            outside_table(material.outside)
        )
    return body


def _reference(material: Material, page: Page) -> str:
    assert material.reference is not None
    source = "" if material.layout is None else material.layout.source
    body = page.text(f"参照布局：{source}", f"Reference layout: {source}") if source else ""
    try:
        found = agreement(material.result.tier, material.reference)
    except HubtiersError as error:
        return body + page.text(f"无法比较：{error}", f"They cannot be compared: {error}")
    low, high = found.kappa_interval
    figures = [number_text(value) for value in (found.kappa, low, high, found.adjusted_rand)]
    body += page.text(
        f"可比的 {found.n} 个区域中，{found.matches} 个与参照同级；"
        f"加权 κ = {figures[0]}（95% 区间 {figures[1]} 至 {figures[2]}），"
        f"调整兰德指数 {figures[3]}。",
        f"Of {found.n} regions that can be compared, {found.matches} are in the same tier; weighted kappa {figures[0]} "
        f"(95 % interval {figures[1]} to {figures[2]}), adjusted Rand index {figures[3]}.",
    )
    return (
        body
        + page.table(confusion_table(found))
        + page.table(disagreement_table(material.result, found))
    )


def _gaps(material: Material, page: Page) -> str:
    result, names = material.result, region_names(material.result, page.language)
    body = page.table(empty_slot_table(result.table.framework)) or page.text(
        "指标体系的各功能层均有指标。", "Every function of the framework has an indicator."
    )
    if result.no_data:
        listed = names_text([str(names[r]) for r in result.no_data], page.language, most=24)
        body += page.text(
            f"数据不足、未计分的区域：{listed}。",
            f"Regions with too few values for a score: {listed}.",
        )
    body += (
        '<div class="caveat">'
        + page.text(
            "综合得分取决于所选指标、权重与分级方法；层级分界由方法给出，并非公认标准。得分反映数据所及，不等于对一地创新能力的全面评价。",
            "The composite depends on the indicators, weights and tier rule that were chosen; the cut-points come from "
            "the method and are no agreed standard. A score reflects what the data reach, not the whole of a place's "
            "capacity.",
        )
        + "</div>"
    )
    if material.layout is not None and material.layout.notes:
        items = "".join(f"<li>{html_text(note)}</li>" for note in material.layout.notes)
        body += page.text("关于布局：", "On the layout:") + f'<ul lang="en">{items}</ul>'
    return body


def _rerun(material: Material, page: Page) -> str:
    if material.command:
        body = page.text("安装 hubtiers 后运行：", "With hubtiers installed, run:")
        body += f"<pre>{html_text(material.command)}</pre>"
        body += page.text("研究文件中的方法如下。", "The method of the study file is this.")
    else:
        body = page.text(
            "把以下方法写入研究文件，再用 hubtiers build 运行。",
            "Put this method into a study file and run it with hubtiers build.",
        )
    spec = material.result.fitted.scheme.to_spec()
    try:
        method = toml_tables({"method": spec})
    except HubtiersError:
        method = json.dumps(spec, ensure_ascii=False, indent=1, default=str)
    body += f"<pre>{html_text(method)}</pre>"
    versions = [
        ("python", platform.python_version()),
        *((name, version(name)) for name in _PACKAGES),
    ]
    return body + page.text("软件版本：", "Versions:") + definitions(versions)


def _appendix(material: Material, page: Page) -> str:
    tables = material.tables
    full = [tables[name] for name in ("scores", "certainty") if name in tables]
    full += [move_table(material.comparison)] if isinstance(material.comparison, Comparison) else []
    # What stands whole in the text is not printed twice.
    body = "".join(page.table(table) for table in full if len(table.rows) > _FIRST_ROWS)
    body += page.table(tables["ranks"]) if "ranks" in tables else ""
    return body or page.text(
        "各表均已在正文中完整列出。", "Every table stands in full in the text."
    )
