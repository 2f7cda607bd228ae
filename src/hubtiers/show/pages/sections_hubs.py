"""The section on the proposed layout: hubs, why, how sure, beside the published one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from hubtiers._study_hubs import HubFindings
from hubtiers.errors import DataError
from hubtiers.hubs.proposal import Proposal
from hubtiers.scheme import Result
from hubtiers.show.pages.print_table import (
    Cell,
    PrintTable,
    column,
    number_at,
    print_table,
    tier_at,
    whole_at,
)
from hubtiers.show.pages.report_html import bullets, names_text
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.pages.sections_links import (
    arrival_table,
    labour_part,
    labour_table,
    layout_map,
    link_table,
    links_part,
    network_table,
    node_table,
    sizes_part,
    spread_part,
    structure_table,
)
from hubtiers.show.words import Text, number_text, word

__all__ = ["has_hubs", "hub_section", "hub_tables"]

_MOST_MEMBERS = 8
MOST_STABLE = 20


def has_hubs(material: Material) -> bool:
    """Say whether the study asked for anything about hubs."""
    found = material.hubs
    return any((found.proposed, found.network, found.diffusion))


def hub_section(material: Material, page: Page) -> str:
    """Return the proposed layout beside the published one, its doubt, links and diffusion."""
    found = material.hubs
    parts = [_proposal(material, page), _sure(found, page), _beside(material, page)]
    parts += [labour_part(material, page), links_part(material, page)]
    return "".join([*parts, spread_part(material, page), sizes_part(material, page)])


def hub_tables(result: Result, found: HubFindings) -> list[PrintTable]:
    """Return every table of the section that there is material for."""
    makers: list[tuple[object, Callable[[HubFindings], PrintTable]]] = [
        (found.proposed, _hub_table),
        (found.proposed, _window_table),
        (found.stability, _stability_table),
        (found.comparison, _comparison_table),
        (found.network, link_table),
        (found.network, node_table),
        (found.network, network_table),
        (found.diffusion, arrival_table),
    ]
    tables = [make(found) for given, make in makers if given is not None]
    if found.proposed is not None:
        labour = labour_table(result, found.proposed)
        tables += [labour] if labour is not None else []
        # Scores that have no structure, such as those below 0, leave no sheet.
        with contextlib.suppress(DataError):
            tables.append(structure_table(result, found.proposed))
    return tables


def _proposal(material: Material, page: Page) -> str:
    found = material.hubs
    if found.proposed is None or found.proposed.proposal is None:
        return ""
    proposal = found.proposed.proposal
    lead = page.text(
        "方案由得分推出：得分最高者先为主核，其后依次选取与已有主核保持间距的最高者；"
        "要求均衡时，最后的名额留给尚无中心的大区。层级之间不存在隶属关系。"
        "每个数值都是本研究的选择，列示如下；敏感区间说明各数值单独移动多少，核心城市不变。",
        "The layout follows from the scores: the best place leads, then the best that keeps the "
        "spacing; where balance is asked for, the last places go to parts without a hub. No tier "
        "is subordinate to another. Every number is a choice of this study and is printed below; "
        "the windows say how far each may move alone before the cores change.",
    )
    choices = bullets(proposal.statements(page.language), language=page.language)
    drawn = layout_map(material, found.proposed, page, found.network, found.stability)
    return (
        lead
        + choices
        + _cost(proposal, page)
        + drawn
        + page.table(_hub_table(found))
        + page.table(_window_table(found))
    )


def _cost(proposal: Proposal, page: Page) -> str:
    if proposal.ground.groups is None:
        return ""
    changes = proposal.balance_changes
    cost = number_text(100 * proposal.balance_cost, 2)
    by_kind = changes.groupby("change")[f"name_{page.language}"].agg(list)
    come, go = (names_text(by_kind.get(kind, []), page.language) for kind in ("gained", "lost"))
    if not len(changes):
        return page.text(
            f"均衡不改变主核，代价为 {cost}%。", f"Balance changes no lead; it costs {cost} %."
        )
    return page.text(
        f"均衡的代价：主核得分之和减少 {cost}%；因均衡而入选的为{come}，落选的为{go}。",
        f"Balance costs {cost} % of the summed score of the leads; it brings {come} in place of "
        f"{go}.",
    )


def _hub_table(found: HubFindings) -> PrintTable:
    assert found.proposed is not None
    assert found.proposed.proposal is not None
    proposal = found.proposed.proposal
    rows = [
        {
            "name": Text(hub.name_zh, hub.name_en),
            "tier": hub.tier,
            "score": proposal.ground.scores[proposal.ground.ids.index(hub.cores[0])],
            "number": len(hub.extent or hub.cores),
            "members": _names_of(proposal, [unit for unit in hub.extent if unit not in hub.cores]),
        }
        for hub in found.proposed.hubs
    ]
    columns = (
        column("hub_cores", of=lambda row: row["name"]),
        column("tier", of=tier_at("tier")),
        column("lead_score", of=number_at("score"), digits=3),
        column("count", of=whole_at("number"), digits=0),
        column("hub_members", of=lambda row: row["members"]),
    )
    return print_table("hubs", "hub_table", columns, rows)


def _names_of(proposal: Proposal, ids: list[str]) -> Text | None:
    """Return the names of regions; None where there are none."""
    names = proposal.names.loc[ids]
    if not ids:
        return None
    zh = names_text(list(names["zh"]), "zh", most=_MOST_MEMBERS)
    return Text(zh, names_text(list(names["en"]), "en", most=_MOST_MEMBERS))


def _window_table(found: HubFindings) -> PrintTable:
    assert found.proposed is not None
    assert found.proposed.proposal is not None
    windows = found.proposed.proposal.windows.reset_index()
    columns = (
        column("window_option", of=lambda row: word(f"dial_{row['number']}")),
        column("window_value", of=number_at("value"), significant=4),
        column("window_lowest", of=number_at("low"), significant=4),
        column("window_highest", of=number_at("high"), significant=4),
        column("window_if_lower", of=_change_at("low")),
        column("window_if_higher", of=_change_at("high")),
    )
    records = windows.to_dict("records")
    return print_table(
        "hub_windows", "hub_window_table", columns, records, notes=[word("hub_window_note")]
    )


def _change_at(edge: str) -> Callable[[Any], Cell]:
    """Return what comes and goes beyond an end of a window; None where nothing changes."""

    def said(row: Any) -> Cell:
        chinese, english = row[f"at_{edge}"], row[f"at_{edge}_en"]
        return Text(chinese, english) if english else None

    return said


def _sure(found: HubFindings, page: Page) -> str:
    sure = found.stability
    if sure is None:
        return ""
    own = number_text(100 * sure.layout_share, 1)
    error = number_text(100 * sure.standard_error(sure.layout_share), 1)
    text = page.text(
        f"在 {sure.draws} 次抽取权重中，{own}%（标准误 {error}）给出完全相同的核心城市；"
        f"共出现 {len(sure.layouts)} 种不同的核心组合。主核通常稳定，次核常因比例阈值而变。",
        f"Of {sure.draws} draws of the weights, {own} % (standard error {error}) give exactly "
        f"these cores; {len(sure.layouts)} different sets of cores occur. Leads are mostly stable, "
        "second cores hang on the ratio.",
    )
    if sure.hits is not None:
        hit = number_text(100 * sure.reference_hits, 1)
        text += page.text(
            f"已发布方案的每一个上层中心都被命中的占 {hit}%。",
            f"Every upper hub of the published layout is hit in {hit} % of the draws.",
        )
    return text + page.table(_stability_table(found), most=MOST_STABLE)


def _stability_table(found: HubFindings) -> PrintTable:
    sure = found.stability
    assert sure is not None
    columns = [
        column("region", of=lambda row: Text(str(row["name_zh"]), str(row["name_en"]))),
        column("share_lead", of=number_at("lead"), digits=3),
        column("share_core", of=number_at("core"), digits=3),
    ]
    columns += [
        column(_tier_heading(tier), of=number_at(tier), digits=3) for tier in sure.tier.columns
    ]
    records = sure.to_frame().to_dict("records")
    return print_table("layout_stability", "layout_stability_table", columns, records)


def _tier_heading(tier: Any) -> Text:
    from hubtiers.show.words import tier_text

    return tier_text(str(tier))


def _beside(material: Material, page: Page) -> str:
    found = material.hubs.comparison
    if found is None or material.layout is None:
        return ""
    figures = found.summary()
    text = page.text(
        f"与已发布方案相比：{figures['by_cores']:.0f} 个中心有共同的核心城市，其中 "
        f"{figures['same_cores']:.0f} 个核心完全相同（无得分的城市另列）；另有 "
        f"{figures['by_extent']:.0f} 个仅范围相交。范围的面积重合度（Jaccard）平均为 "
        f"{number_text(figures['jaccard_area'], 2)}。",
        f"Beside the published layout: {figures['by_cores']:.0f} hubs share cores, of which "
        f"{figures['same_cores']:.0f} have the same ones (cities without a score aside); "
        f"{figures['by_extent']:.0f} more share an extent only. The extents overlap by "
        f"{number_text(figures['jaccard_area'], 2)} of their joint area (Jaccard, mean).",
    )
    drawn = layout_map(material, material.layout, page)
    return text + drawn + page.table(_comparison_table(material.hubs))


def _comparison_table(found: HubFindings) -> PrintTable:
    assert found.comparison is not None
    assert found.proposed is not None
    assert found.proposed.proposal is not None
    proposal = found.proposed.proposal

    def named(key: str) -> Callable[[Any], Cell]:
        def said(row: Any) -> Cell:
            ids = [unit for unit in str(row[key]).split(";") if unit in proposal.names.index]
            return _names_of(proposal, ids)

        return said

    columns = (
        column("hub", of=lambda row: Text(str(row["name_zh"]), str(row["name_en"]))),
        column("tier_published", of=_tier_or_none("tier_a")),
        column("tier_proposed", of=_tier_or_none("tier_b")),
        column("cores_kept", of=named("kept")),
        column("cores_gained", of=named("gained")),
        column("cores_lost", of=named("lost")),
        column("cores_unscored", of=named("not_scored")),
        column("jaccard", of=number_at("jaccard_area"), digits=2),
    )
    records = found.comparison.hubs.to_dict("records")
    return print_table("layout_comparison", "layout_comparison_table", columns, records)


def _tier_or_none(key: str) -> Callable[[Any], Cell]:
    return lambda row: tier_at(key)(row) if row[key] else None
