"""Parts of the section on hubs: division of labour, links, diffusion, structure, and their maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from hubtiers._study_hubs import HubFindings
from hubtiers.errors import DataError
from hubtiers.hubs.describe import describe_structure
from hubtiers.hubs.layout import HubLayout
from hubtiers.hubs.network import LINK_TYPES, HubNetwork
from hubtiers.hubs.propose import ProposedLayout
from hubtiers.hubs.roles import NO_ROLE, division_of_labour
from hubtiers.hubs.stability import LayoutStability
from hubtiers.scheme import Result
from hubtiers.show.figures.diffusion import diffusion_caption, diffusion_figure
from hubtiers.show.figures.figure import map_caption, tier_figure
from hubtiers.show.figures.hub_marks import hub_layers
from hubtiers.show.figures.scene import make_scene
from hubtiers.show.pages.print_table import (
    Cell,
    PrintTable,
    column,
    number_at,
    print_table,
    tier_at,
    whole_at,
)
from hubtiers.show.pages.report_html import bullets, names_text, paragraph
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.words import Text, node_text, number_text, reason_text, word

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "MOST_LINKS",
    "MOST_MEMBERS",
    "MOST_NODES",
    "arrival_table",
    "labour_part",
    "labour_table",
    "layout_map",
    "link_table",
    "links_part",
    "network_table",
    "node_table",
    "sizes_part",
    "spread_part",
    "structure_table",
]

MOST_LINKS = 20
MOST_MEMBERS = 40
MOST_NODES = 30
_NETWORK_FIGURES = {
    "density": "network_density",
    "strong_share": "network_strong_share",
    "reciprocity": "network_reciprocity",
    "core": "network_core",
    "core_fit": "network_core_fit",
}
_SIZE_MEASURES = {
    "primacy, two": "size_primacy_two",
    "primacy, four": "size_primacy_four",
    "primacy, eleven": "size_primacy_eleven",
    "Gini": "size_gini",
    "coefficient of variation": "size_variation",
    "rank–size ζ": "size_zeta",
    "standard error of ζ": "size_zeta_error",
    "rank–size q": "size_q",
    "Theil": "size_theil",
    "Theil, between parts": "size_theil_between",
    "Theil, within parts": "size_theil_within",
    "Moran's I": "size_moran",
    "p of Moran's I": "size_moran_p",
    "local Moran, high-high": "size_high_high",
    "local Moran, low-low": "size_low_low",
    "local Moran, high-low": "size_high_low",
    "local Moran, low-high": "size_low_high",
    "mean centre, longitude": "size_centre_lon",
    "mean centre, latitude": "size_centre_lat",
    "ellipse, long axis km": "size_long_axis",
    "ellipse, short axis km": "size_short_axis",
    "ellipse, degrees from north": "size_angle",
}
"""What each measure of `describe_structure` is called in the book."""


def layout_map(
    material: Material,
    layout: HubLayout,
    page: Page,
    network: HubNetwork | None = None,
    stability: LayoutStability | None = None,
) -> str:
    """Return the map of the tiers under a layout, with its links and shares where given."""
    result, spoken = material.result, page.language
    scene = make_scene(result, layout)
    layers = hub_layers(layout, network, stability)
    caption = map_caption(result, layers, material.title.say(spoken), scene).say(spoken)

    def draw() -> Figure:
        return tier_figure(
            result,
            layout=layout,
            network=network,
            stability=stability,
            title={"zh": layout.title_zh, "en": layout.title_en},
            caption=False,
            language=page.drawn_language,
            approval=material.approval,
        )

    return page.figure(draw, caption)


def labour_part(material: Material, page: Page) -> str:
    """Return which function each member of a hub leads in; nothing without extents."""
    proposed = material.hubs.proposed
    table = None if proposed is None else labour_table(material.result, proposed)
    return "" if table is None else page.table(table, most=MOST_MEMBERS)


def labour_table(result: Result, layout: HubLayout) -> PrintTable | None:
    """Return the location quotients and roles of the members of hubs; None where none has any."""
    try:
        found = division_of_labour(result, layout)
    except DataError:
        return None
    functions = [
        str(name).removeprefix("quotient_") for name in found.members if "quotient_" in str(name)
    ]
    hubs = {hub.id: Text(hub.name_zh, hub.name_en) for hub in layout.hubs}
    apart = found.hubs["complementarity"].to_dict()

    def role(row: Any) -> Cell:
        return None if row["role"] == NO_ROLE else node_text(result, row["role"])

    columns = [
        column("hub", of=lambda row: hubs[row["hub"]]),
        column("region", of=lambda row: Text(str(row["name_zh"]), str(row["name_en"]))),
        column("labour_role", of=role),
    ]
    columns += [
        column(node_text(result, name), of=number_at(f"quotient_{name}"), digits=2)
        for name in functions
    ]
    columns.append(
        column("complementarity", of=lambda row: float(apart[row["hub"]]), digits=2),
    )
    note = word("labour_note").fill(quotient=f"{found.quotient:g}", share=f"{found.share:g}")
    records = found.members.to_dict("records")
    return print_table("division_of_labour", "labour_table", columns, records, notes=[note])


def links_part(material: Material, page: Page) -> str:
    """Return the network in words and tables, and its map where no proposal has been drawn."""
    found = material.hubs
    network = found.network
    if network is None:
        return ""
    kinds = {kind: word(f"link_{kind}") for kind in LINK_TYPES}
    figures = network.summary()
    shares = [
        f"{text.say(page.language)} {number_text(100 * figures[f'strong_{kind}'], 0)}%"
        for kind, text in kinds.items()
        if figures[f"strong_{kind}"] == figures[f"strong_{kind}"]
    ]
    listed = page.word("enumeration").join(shares)
    text = page.text(
        f"联系网络：{figures['nodes']:.0f} 个节点，{figures['links']:.0f} 条联系；"
        f"各类型中强联系的占比：{listed}。图中实线为强联系，虚线为弱联系。",
        f"Network: {figures['nodes']:.0f} nodes, {figures['links']:.0f} links. Strong links by "
        f"type: {listed}. On the map strong links are solid, weak ones dashed.",
    )
    rules = [
        page.say(f"模型：{network.model!r}", f"model: {network.model!r}"),
        page.say(f"邻近规则：{network.near!r}", f"near: {network.near!r}"),
        page.say(f"强联系规则：{network.strong!r}", f"strong: {network.strong!r}"),
        *(page.say(f"来源：{source}", f"source: {source}") for source in network.sources),
    ]
    drawn = ""
    if found.proposed is None and material.layout is not None:
        drawn = layout_map(material, material.layout, page, network)
    return (
        text
        + bullets(rules, language=page.language)
        + drawn
        + page.table(link_table(found), most=MOST_LINKS)
        + page.table(node_table(found), most=MOST_NODES)
        + page.table(network_table(found))
    )


def link_table(found: HubFindings) -> PrintTable:
    """Return the links, strongest first."""
    network = found.network
    assert network is not None
    names = {
        str(node): Text(str(row["name_zh"]), str(row["name_en"]))
        for node, row in network.nodes.to_dict("index").items()
    }
    columns = (
        column("link_from", of=lambda row: names[row["from"]]),
        column("link_to", of=lambda row: names[row["to"]]),
        column("link_type", of=lambda row: word(f"link_{row['type']}")),
        column("link_strength", of=lambda row: word(f"link_{row['strength']}")),
        column("link_weight", of=number_at("weight"), digits=3),
        column("kilometres", of=number_at("km"), digits=0),
    )
    table = network.to_frame()
    table["weight"] /= table["weight"].max()
    return print_table("links", "link_table", columns, table.to_dict("records"))


def node_table(found: HubFindings) -> PrintTable:
    """Return the place of each node in the network, the best linked first."""
    assert found.network is not None
    nodes = found.network.nodes.sort_values("weighted_degree", ascending=False, kind="stable")
    nodes = nodes.assign(
        degree=nodes["weighted_degree"] / nodes["weighted_degree"].max(),
        closeness=nodes["closeness"] / nodes["closeness"].max(),
    )
    columns = (
        column("node", of=lambda row: Text(str(row["name_zh"]), str(row["name_en"]))),
        column("tier", of=lambda row: tier_at("tier")(row) if row["tier"] else None),
        column("weighted_degree", of=number_at("degree"), digits=3),
        column("betweenness", of=number_at("betweenness"), digits=3),
        column("closeness", of=number_at("closeness"), digits=3),
    )
    records = nodes.to_dict("records")
    return print_table("nodes", "node_table", columns, records, notes=[word("node_note")])


def network_table(found: HubFindings) -> PrintTable:
    """Return the figures of the whole network."""
    assert found.network is not None
    figures = found.network.summary()
    _, agreement = found.network.communities()
    rows: list[Mapping[str, Any]] = [
        {"measure": word(said), "value": figures[name]} for name, said in _NETWORK_FIGURES.items()
    ]
    rows.append({"measure": word("network_communities"), "value": agreement})
    columns = (
        column("measure", of=lambda row: row["measure"]),
        column("window_value", of=number_at("value"), significant=3),
    )
    return print_table(
        "network", "network_table", columns, rows, notes=[word("network_figures_note")]
    )


def spread_part(material: Material, page: Page) -> str:
    """Return the diffusion: from where, its map, and the arrivals by tier."""
    spread = material.hubs.diffusion
    if spread is None:
        return ""
    chosen: Mapping[str, Any] = spread.parameters
    names = spread.names.loc[list(chosen["sources"])]
    zh, en = (names_text(list(names[f"name_{spoken}"]), spoken) for spoken in ("zh", "en"))
    carried = [
        f"{page.word(f'link_{name}')} {number_text(100 * share, 0)}%"
        for name, share in spread.channel_shares.items()
    ]
    shares = page.word("enumeration").join(carried)
    text = page.text(
        f"扩散模拟：自{zh}起，{len(spread.arrival)} 个区域中 {spread.reached} 个被触及；"
        f"到达时各通道的平均份额：{shares}。时间只有先后与相对长短，不是年份。",
        f"Diffusion from {en}: {spread.reached} of {len(spread.arrival)} regions are reached; mean "
        f"share of the channels at arrival: {shares}. Time has order and proportion only; it is "
        "not years.",
    )
    layout = material.hubs.proposed or material.layout

    def draw() -> Figure:
        return diffusion_figure(
            material.result,
            spread,
            layout=layout,
            caption=False,
            language=page.drawn_language,
            approval=material.approval,
        )

    drawn = page.figure(draw, diffusion_caption(material.result, spread).say(page.language))
    return text + drawn + page.table(arrival_table(material.hubs))


def arrival_table(found: HubFindings) -> PrintTable:
    """Return how many regions of each tier are reached, and when."""
    assert found.diffusion is not None
    table: pd.DataFrame = found.diffusion.by_tier.reset_index()
    columns = (
        column("tier", of=tier_at("tier")),
        column("count", of=whole_at("regions"), digits=0),
        column("reached", of=whole_at("reached"), digits=0),
        column("arrival_first", of=number_at("first"), significant=3),
        column("arrival_median", of=number_at("median"), significant=3),
        column("arrival_last", of=number_at("last"), significant=3),
    )
    return print_table("arrivals", "arrival_table", columns, table.to_dict("records"))


def sizes_part(material: Material, page: Page) -> str:
    """Return the structure of the scores, or the sentence that says why it has none."""
    proposed = material.hubs.proposed
    if proposed is None:
        return ""
    try:
        return page.table(structure_table(material.result, proposed))
    except DataError as error:
        return paragraph(reason_text(error).say(page.language))


def structure_table(result: Result, layout: ProposedLayout) -> PrintTable:
    """Return hierarchy, inequality and space of the scores, by the division of the proposal."""
    division, ground = None, layout.proposal.ground if layout.proposal is not None else None
    if ground is not None and ground.groups is not None:
        named = [ground.group_names[place] if place >= 0 else None for place in ground.groups]
        division = pd.Series(named, list(ground.ids))
    found = describe_structure(result, division=division)
    rows = [
        {"measure": word(_SIZE_MEASURES[str(name)]), "value": row["value"]}
        for name, row in found.to_dict("index").items()
    ]
    columns = (
        column("measure", of=lambda row: row["measure"]),
        column("window_value", of=number_at("value"), significant=4),
    )
    known = result.scores.dropna()
    note = word("size_note").fill(
        n=len(known), positive=int((known > 0).sum()), cut=f"{known[known > 0].min():.3g}"
    )
    return print_table("size_structure", "scores_structure_table", columns, rows, notes=[note])
