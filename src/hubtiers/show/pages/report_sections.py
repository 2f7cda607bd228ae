"""What stands in each section of the report, in Chinese and English."""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from hubtiers.errors import DataError, HubtiersError
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Result
from hubtiers.show.figures.charts import (
    FEWEST_SPOKES,
    radar_figure,
    rank_size_figure,
)
from hubtiers.show.figures.figure import Printing, draw_tiers, map_caption
from hubtiers.show.figures.hub_marks import hub_layers
from hubtiers.show.methods import describe_aggregation, describe_steps
from hubtiers.show.pages.position_tables import has_positions
from hubtiers.show.pages.report_html import (
    bullets,
    definitions,
    names_text,
    paragraph,
    preformatted,
    step_html,
    steps_html,
)
from hubtiers.show.pages.report_page import FIRST_ROWS, TOP_ROWS, Material, Page, Section
from hubtiers.show.pages.report_tables import (
    empty_slot_table,
    join_table,
    move_table,
    reading_table,
    status_table,
)
from hubtiers.show.pages.sections_cities import position_section
from hubtiers.show.pages.sections_cuts import overlap_note
from hubtiers.show.pages.sections_doubt import write_confidence, write_gap_effects
from hubtiers.show.pages.sections_evidence import (
    number_section,
    outside_part,
    reference_part,
    space_section,
    structure_section,
    top_tier_caveat,
)
from hubtiers.show.pages.sections_hubs import has_hubs, hub_section
from hubtiers.show.pages.sections_plan import plan_section
from hubtiers.show.pages.sections_years import years_section
from hubtiers.show.text import html_text, toml_tables
from hubtiers.show.words import Text, has_chinese, node_name, region_names, tier_name, word

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["write_sections"]

_MOST_PAIRS = 20
_MOST_MIXED = 6
_PACKAGES = ("hubtiers", "numpy", "pandas", "geopandas", "shapely")

Writer = Callable[[Material, Page], str]


def write_sections(material: Material, page: Page) -> list[Section]:
    """Return the sections behind the brief, the result first; those without material are left out.

    The appendix is written last: it holds the tables that others show in part.
    """
    writers: dict[str, tuple[str, Writer]] = {
        "result": ("result_section", _result),
        "confidence": ("confidence_section", write_confidence),
        "comparison": ("comparison_section", _comparison),
        "position": ("position_section", position_section),
        "number": ("number_section", number_section),
        "space": ("space_section", space_section),
        "hubs": ("hub_section", hub_section),
        "plan": ("plan_section", plan_section),
        "years": ("years_section", years_section),
        "data": ("data_section", _data),
        "structure": ("structure_section", structure_section),
        "missing": ("gap_effects", write_gap_effects),
        "gaps": ("gap_section", _gaps),
        "method": ("method_section", _method),
        "rerun": ("rerun_section", _rerun),
        "appendix": ("appendix_section", _appendix),
    }
    if not has_positions(material.result):
        del writers["position"]
    if not has_hubs(material):
        del writers["hubs"]
    if material.robustness is None:
        del writers["confidence"]
    if not len(material.result.gap_effects):
        del writers["missing"]
    if material.reference is None and material.comparison is None:
        del writers["comparison"]
    if material.panel is None:
        del writers["years"]
    sections = []
    for anchor, (heading, write) in writers.items():
        # A section that has nothing to say of this result is left out.
        if body := write(material, page):
            sections.append(Section(anchor, page.word(heading), body))
    return sections


def _own_words(said: Text, page: Page) -> str:
    """Return what a study says of itself: in the language of the page, else in the other one."""
    language = page.language if said.say(page.language) else {"zh": "en", "en": "zh"}[page.language]
    text = said.say(language)
    return f'<p lang="{language}">{html_text(text)}</p>' if text else ""


def _data(material: Material, page: Page) -> str:
    values = material.result.table.values
    present = int(values.notna().to_numpy().sum())
    rows, columns = values.shape
    return "".join(
        [
            page.text(
                f"{rows} 个区域 × {columns} 个指标，共 {rows * columns} 个数值，"
                f"其中 {present} 个有值。"
                "缺失值一律不作为零。",
                f"{rows} regions × {columns} indicators: {rows * columns} values, of which "
                f"{present} are present. A "
                "missing value never counts as zero.",
            ),
            page.table(material.tables["indicators"]),
            page.heading("join_heading"),
            definitions(_join_facts(material.result, page)),
            overlap_note(material, page),
            page.table(join_table(material.result.table.report)),
            _reading(material, page),
            page.later(status_table(material.result)),
            _carried(material, page),
        ]
    )


def _reading(material: Material, page: Page) -> str:
    """Return how the files of the study were read; nothing for data that ship."""
    report = material.result.table.report
    return page.later(reading_table(report)) if report.reading or report.counted else ""


def _carried(material: Material, page: Page) -> str:
    """Return the values that are from other years; nothing where there are none."""
    carried = material.tables.get("carried")
    return "" if carried is None else page.table(carried, most=FIRST_ROWS)


def _join_facts(result: Result, page: Page) -> list[tuple[str, str]]:
    """Return what a reader must know of the join; facts that say nothing are left out."""
    table, report, language = result.table, result.table.report, page.language
    matched = dict.fromkeys(report.matches["region_id"])
    set_aside = [region for region in matched if region and region not in table.values.index]
    named = partial(_named, result, language)
    listed = partial(names_text, language=language)
    facts = {
        "names_in_data": str(len(report.matches)),
        "unmatched_names": listed(report.unmatched["name"].astype("str").tolist()),
        "without_data": named(report.regions_without_data),
        "set_aside": listed(_shipped_names(set_aside, language)),
        "unused_indicators": listed(report.ignored_indicators),
        "mixed_years": _mixed_years(result, language),
        "several_names": named(report.several_names),
        "both_levels": named(report.both_levels),
        "overlapping_regions": _overlapping(result, language),
    }
    return [(page.word(key), said) for key, said in facts.items() if said]


def _named(result: Result, language: str, ids: Iterable[str]) -> str:
    names = region_names(result, language)
    return names_text([str(names.get(region, region)) for region in ids], language)


def _shipped_names(ids: Iterable[str], language: str) -> list[str]:
    """Return the names of bundled regions; other ids as they are."""
    names = []
    for region in ids:
        name = region
        with contextlib.suppress(HubtiersError):
            name = str(load_regions([region])[f"name_{language}"].iloc[0])
        names.append(name)
    return names


def _mixed_years(result: Result, language: str) -> str:
    parts = []
    for code, years in result.table.report.mixed_years.items():
        if code in result.table.framework.node:
            parts.append(f"{node_name(result, code, language)} ({', '.join(map(str, years))})")
    # The table of indicators has the years of each.
    return names_text(parts, language, most=_MOST_MIXED)


def _overlapping(result: Result, language: str) -> str:
    names = region_names(result, language)
    return "; ".join(f"{names[a]} – {names[b]}" for a, b in result.table.overlaps[:_MOST_PAIRS])


def _method(material: Material, page: Page) -> str:
    result = material.result
    directions = {indicator.direction for indicator in result.fitted.framework.indicators}
    described = describe_steps(result.fitted.scheme, page.language, directions=directions)
    steps = [step_html(step, page.language) for step in described]
    how = [text.say(page.language) for text in describe_aggregation(result)]
    tables = [material.tables[name] for name in ("levels", "scaling") if name in material.tables]
    return "".join(
        [
            _own_words(material.description, page),
            page.text(
                "计算按以下步骤进行；标准化之后各指标均为数值越大越好。"
                "x 为原始值（经异常值处理者为 x′，标准化时代替 x），y 为标准化值，"
                "w 为权重，s 为得分，i 为区域，j 为指标，g 为一组指标或综合得分，"
                "k 为 g 之下的各项：指标，或以其得分为 y 的下级组。"
                "(+) 用于正向指标，(−) 用于逆向指标。"
                "计分所用的全部 x 见 tables.xlsx 的“计分所用数值”表。",
                "The steps run in this order; after normalisation higher is better for every "
                "indicator. x are raw values (x′ after treatment, which then take their place), y "
                "normalised values, w weights, s scores, i regions and j indicators; g is a group "
                "or the score, and k are its members: indicators, or groups whose y is their "
                "sub-score. (+) holds where more is better, (−) where less is. Every x that was "
                "scored stands in the sheet “Values that were scored” of tables.xlsx.",
            ),
            steps_html(steps),
            page.heading("aggregation_heading"),
            page.text("".join(how), " ".join(how)),
            *map(page.later, tables),
            page.later(material.tables["weights"]),
            _undrawn(page),
        ]
    )


def _undrawn(page: Page) -> str:
    """Return which pictures there are not, and why."""
    return "".join(map(paragraph, page.undrawn))


def _result(material: Material, page: Page) -> str:
    result, tables = material.result, material.tables
    parts = [
        page.figure(lambda: _map(material, page), _map_caption(material, page)),
        # What gaps did has a section of its own; beside the scores it would break their lines.
        page.table(tables["scores"].without(word("gap_mark")), most=TOP_ROWS),
        page.table(tables["tiers"]),
        definitions(_members(result, page)),
    ]
    ranks = page.figure(
        lambda: rank_size_figure(result, language=page.drawn_language),
        page.say("位序—规模图，两轴均为对数。", "Rank and size, both axes logarithmic."),
    )
    return "".join([*parts, page.pair(ranks, _profiles(result, page))])


def _profiles(result: Result, page: Page) -> str:
    """Return the radar plot of the best regions; nothing where there are too few spokes for one."""
    if len(result.table.framework.filled_children()) < FEWEST_SPOKES:
        return ""
    return page.figure(
        lambda: radar_figure(result, language=page.drawn_language),
        page.say("前五位区域的功能结构。", "Functions of the five best regions."),
    )


def _members(result: Result, page: Page) -> list[tuple[str, str]]:
    """Return the regions of each tier, the best first, then those without a score."""
    names, language = region_names(result, page.language), page.language
    ranked = result.rank.dropna().sort_values(kind="stable").index
    members = []
    for label, count in result.tier_counts.items():
        inside = [str(names[region]) for region in ranked if result.tier[region] == label]
        listed = names_text(inside, language, most=16)
        members.append((f"{tier_name(label, language)} ({count})", listed or "–"))
    if result.no_data:
        listed = _named(result, language, result.no_data)
        members.append((f"{page.word('no_data')} ({len(result.no_data)})", listed))
    return members


def _map(material: Material, page: Page) -> Figure | str:
    if page.map_drawing:
        return page.map_drawing
    layers, title = hub_layers(material.layout), material.title.to_plain()
    printing = Printing(title=title, language=page.drawn_language, caption=False)
    found = material.robustness
    return draw_tiers(material.result, material.scene, layers, printing, robustness=found)


def _map_caption(material: Material, page: Page) -> str:
    title = material.title.to_plain()
    scene = None
    # A result that cannot be drawn has no insets to tell of.
    with contextlib.suppress(DataError):
        scene = material.scene
    caption = map_caption(material.result, material.layout, title, scene).say(page.language)
    if not material.approval:
        return caption
    return f"{caption} {page.word('approval')}{material.approval}"


def _comparison(material: Material, page: Page) -> str:
    parts = [reference_part(material, page)]
    if "comparison" in material.tables:
        parts += [page.heading("other_schemes"), page.table(material.tables["comparison"])]
    if material.schemes is not None:
        parts.append(page.later(move_table(material.schemes)))
    parts.append(outside_part(material, page))
    return "".join(parts)


def _gaps(material: Material, page: Page) -> str:
    result, layout = material.result, material.layout
    body = page.table(empty_slot_table(result.table.framework)) or page.text(
        "指标体系的各功能层均有指标。",
        "Every function of the framework has an indicator.",
    )
    if result.no_data:
        names = region_names(result, page.language)
        listed = names_text([str(names[r]) for r in result.no_data], page.language, most=24)
        body += page.text(
            f"数据不足、未计分的区域：{listed}。",
            f"Regions with too few values for a score: {listed}.",
        )
    caveat = page.text(
        "综合得分取决于所选指标、权重与分级方法；层级断点由方法给出，并非公认标准。"
        "得分反映数据所及，不等于对一地创新能力的全面评价。",
        "The composite depends on the indicators, weights and tier rule that were chosen; the "
        "cut-points come from the "
        "method and are no agreed standard. A score reflects what the data reach, not the whole of "
        "a place's capacity.",
    )
    body += f'<div class="caveat">{caveat}{top_tier_caveat(result, page)}</div>'
    body += bullets(material.notes.get(page.language, ()), language=page.language)
    if layout is not None and (layout.notes or layout.notes_zh):
        is_zh = page.language == "zh" and bool(layout.notes_zh)
        notes = layout.notes_zh if is_zh or not layout.notes else layout.notes
        spoken = "zh" if any(map(has_chinese, notes)) else "en"
        body += page.text("关于布局：", "On the layout:") + bullets(notes, language=spoken)
    return body


def _rerun(material: Material, page: Page) -> str:
    if material.command:
        parts = [
            page.text("安装 hubtiers 后运行：", "With hubtiers installed, run:"),
            preformatted(material.command),
            page.text("研究文件中的方法如下。", "The method of the study file is this."),
        ]
    else:
        parts = [
            page.text(
                "把以下方法写入研究文件，再用 hubtiers build 运行。",
                "Put this method into a study file and run it with hubtiers build.",
            )
        ]
    versions = [("python", platform.python_version())]
    versions += [(name, version(name)) for name in _PACKAGES]
    listed = page.word("comma").join(f"{name} {number}" for name, number in versions)
    parts += [
        preformatted(_method_text(material.result)),
        page.text(f"软件版本：{listed}。", f"Versions: {listed}."),
    ]
    return "".join(parts)


def _method_text(result: Result) -> str:
    """Return the method as a study file has it; as JSON where TOML cannot hold it."""
    spec = result.fitted.scheme.to_spec()
    try:
        return toml_tables({"method": spec})
    except HubtiersError:
        return json.dumps(spec, ensure_ascii=False, indent=1, default=str)


def _appendix(material: Material, page: Page) -> str:
    """Return the tables that the text shows in part, and the ranks under every scheme."""
    body = "".join(map(page.whole_table, page.in_full))
    if "ranks" in material.tables:
        body += page.whole_table(material.tables["ranks"])
    return body or page.text(
        "各表均已在正文中完整列出。",
        "Every table stands in full in the text.",
    )
