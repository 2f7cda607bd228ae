"""The network of a layout (创新网络): hubs linked by type and strength, never as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError, listing
from hubtiers.hubs.flows import core_periphery
from hubtiers.hubs.layout import Hub, HubLayout, layout_members
from hubtiers.hubs.links import Contiguous, Gravity, LinkModel, Nodes, StrongLinks
from hubtiers.hubs.masses import scores_as_masses
from hubtiers.hubs.propose import ProposedLayout
from hubtiers.regions.distance import distances as geodesic_distances
from hubtiers.scheme import Result

if TYPE_CHECKING:
    import networkx

__all__ = ["HubNetwork", "build_network"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LINK_TYPES = ("hierarchical", "peer", "neighbour")
_FEWEST = 2


class NearRule(Protocol):
    """A rule that says which nodes are near."""

    def near(self, nodes: Nodes) -> Flags:
        """Return which pairs are near."""
        ...


class StrongRule(Protocol):
    """A rule that says which links are strong."""

    def strong(self, weights: Floats) -> Flags:
        """Return which links are strong."""
        ...


@dataclass(frozen=True, repr=False, eq=False)
class HubNetwork:
    """Hubs and the links between them, as `build_network` gives them.

    Attributes
    ----------
    links
        One row by link: `from`, `to`, `type` (hierarchical, peer, neighbour), `strength` (strong,
        weak), `weight` (both directions added), `km`.
    nodes
        By node: names, `tier`, `hub`, `weighted_degree`, `betweenness` and `closeness` on lengths
        1 / weight.
    model, near, strong
        The rules that were used.
    directed
        Nodes × nodes, weights from row to column.
    layout
        The layout whose hubs are linked.
    unit
        Unit of the distances in `km`: that of the square frame where one was given, else km.
    sources
        Whose flows and distances were used, where their frames say so in `attrs["source"]`.
    """

    links: pd.DataFrame
    nodes: pd.DataFrame
    model: LinkModel
    near: NearRule
    strong: StrongRule
    directed: pd.DataFrame
    layout: HubLayout
    unit: str = "km"
    sources: tuple[str, ...] = ()

    @cached_property
    def graph(self) -> networkx.Graph[str]:
        """The network for networkx: undirected, `weight` is strength and `length` 1 / weight."""
        import networkx as nx

        graph: networkx.Graph[str] = nx.Graph()
        known = self.nodes[["name_zh", "name_en", "tier"]]
        facts: Any = known.to_dict("records")
        graph.add_nodes_from(zip(map(str, known.index), facts, strict=True))
        for link in self.links.to_dict("records"):
            extra = {key: link[key] for key in ("type", "strength", "weight", "km")}
            graph.add_edge(link["from"], link["to"], length=1.0 / link["weight"], **extra)
        return graph

    def summary(self) -> dict[str, float]:
        """Return figures of the whole.

        Returns
        -------
        dict
            `nodes`, `links`, `density` (share of pairs linked); `strong_share`, and by type
            `strong_hierarchical` and so on (NaN where there is no link of the type); `reciprocity`
            (Σ of the smaller direction / Σ of the larger; 1 for models without direction); `core`
            and `core_fit`, size of the core and its correlation with the ideal pattern (NaN for
            fewer than three nodes or equal links).
        """
        n, links = len(self.nodes), self.links
        strong = links["strength"] == "strong"
        figures = {
            "nodes": float(n),
            "links": float(len(links)),
            "density": len(links) / (n * (n - 1) / 2),
            "strong_share": float(strong.mean()),
        }
        for kind in LINK_TYPES:
            figures[f"strong_{kind}"] = float(strong[links["type"] == kind].mean())
        square = self.directed.to_numpy()
        smaller, larger = np.minimum(square, square.T).sum(), np.maximum(square, square.T).sum()
        figures["reciprocity"] = float(smaller / larger)
        try:
            core, fit = core_periphery(self.directed + self.directed.T)
            figures |= {"core": float(len(core)), "core_fit": fit}
        except DataError:
            figures |= {"core": np.nan, "core_fit": np.nan}
        return figures

    def communities(self, seed: int = 0, *, seeds: int = 20) -> tuple[pd.Series, float]:
        """Return communities (Louvain) and how stable they are.

        Parameters
        ----------
        seed
            First of the seeds.
        seeds
            How many runs; the one with the highest modularity counts.

        Returns
        -------
        tuple
            Community by node, numbered by size; and the mean adjusted Rand index of all pairs of
            runs: 1 when every seed gives the same.
        """
        import networkx as nx
        from sklearn.metrics import adjusted_rand_score

        runs = [
            nx.community.louvain_communities(self.graph, weight="weight", seed=seed + number)
            for number in range(seeds)
        ]
        values = [nx.community.modularity(self.graph, parts, weight="weight") for parts in runs]
        labels = [self._labels(parts) for parts in runs]
        agreement = [
            adjusted_rand_score(labels[a], labels[b]) for a in range(seeds) for b in range(a)
        ]
        best = labels[int(np.argmax(values))]
        return best, float(np.mean(agreement)) if agreement else 1.0

    def _labels(self, parts: list[set[str]]) -> pd.Series:
        order = sorted(parts, key=lambda part: (-len(part), min(part)))
        number = {node: place for place, part in enumerate(order, 1) for node in part}
        return self.nodes.index.to_series().map(number).rename("community")

    def to_frame(self) -> pd.DataFrame:
        """Return the links, strongest first."""
        return self.links.sort_values("weight", ascending=False, kind="stable", ignore_index=True)

    def _head(self) -> str:
        kinds = self.links["type"].value_counts()
        text = ", ".join(f"{kinds[kind]} {kind}" for kind in LINK_TYPES if kind in kinds)
        strong = int((self.links["strength"] == "strong").sum())
        return f"{len(self.nodes)} nodes, {len(self.links)} links ({text}), {strong} strong"

    def __repr__(self) -> str:
        return f"<HubNetwork: {self._head()}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._head())}</p>{self.to_frame().head(30).to_html(escape=True)}"


def build_network(  # noqa: PLR0913
    layout: HubLayout,
    model: LinkModel | None = None,
    *,
    result: Result | None = None,
    regions: gpd.GeoDataFrame | None = None,
    near: NearRule | None = None,
    strong: StrongRule | None = None,
    members: bool = False,
    mass: pd.Series | None = None,
    distances: pd.DataFrame | None = None,
) -> HubNetwork:
    """Build the network of a layout (构建创新网络).

    Parameters
    ----------
    layout
        A proposed layout, which brings scores and distances; or another, with `result`.
    model
        `Gravity` (default), `ModifiedGravity`, `ObservedFlows`, `Interlocking`.
    result, regions
        Scores as masses, and regions for seats and borders, where the layout does not bring them.
    near
        What makes two hubs of different tiers neighbours: `Contiguous` (default), `Within`.
    strong
        What makes a link strong: `StrongLinks` (default), `DisparityLinks`.
    members
        Whether the other members of an extent are nodes too, each linked to its own hub only.
    mass
        Size by region in place of the scores.
    distances
        Square frame by region in place of kilometres.

    Returns
    -------
    HubNetwork

    Raises
    ------
    SpecError
        When a layout without scores comes without `result` and `mass`.
    DataError
        When fewer than two hubs have a core among the regions, or a core has no mass.

    Notes
    -----
    A hub is one node: the masses of its cores are added, and its lead stands for it in distances. A
    link is *peer* between equal tiers; else *neighbour* where the two are near; else
    *hierarchical*: a step between tiers, which says nothing about who is subordinate. **Missing
    values**: cores without a score or outside the regions take no part; a hub of which none is left
    is not a node.

    Examples
    --------
    >>> from hubtiers.hubs.propose import propose_layout
    >>> from hubtiers.study import load_study
    >>> result = load_study("provinces2022").run().result
    >>> layout = propose_layout(result, counts={"national": 3}, spacing=800)
    >>> build_network(layout, Gravity(decay=2.0))
    <HubNetwork: 3 nodes, 3 links (3 peer), 3 strong>
    """
    frame, masses = _basis(layout, result, regions, mass)
    hubs = _hubs(layout, frame, masses)
    nodes = _nodes(hubs, frame, masses, distances, members=members)
    chosen = Gravity() if model is None else model
    near_rule = Contiguous() if near is None else near
    strong_rule = StrongLinks() if strong is None else strong
    weights = chosen.weights(nodes)
    if not weights[: len(hubs), : len(hubs)].any():
        raise DataError(
            f"Nothing links the hubs of the layout {layout.id!r} under {chosen!r}. Give flows "
            "between their cores, or another model."
        )
    table = _links(hubs, nodes, weights, near_rule, strong_rule)
    known = {} if distances is None else distances.attrs
    told = (getattr(chosen, "source", ""), str(known.get("source", "")))
    network = HubNetwork(
        links=table,
        nodes=_node_table(hubs, nodes, frame),
        model=chosen,
        near=near_rule,
        strong=strong_rule,
        directed=pd.DataFrame(weights, list(nodes.ids), list(nodes.ids)),
        layout=layout,
        unit="km" if distances is None else str(known.get("unit", "")),
        sources=tuple(dict.fromkeys(filter(None, told))),
    )
    network.nodes[["weighted_degree", "betweenness", "closeness"]] = _centralities(network)
    return network


def _basis(
    layout: HubLayout,
    result: Result | None,
    regions: gpd.GeoDataFrame | None,
    mass: pd.Series | None,
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return regions and masses: as given, or as the layout brings them."""
    proposal = layout.proposal if isinstance(layout, ProposedLayout) else None
    if regions is None and proposal is not None:
        regions = proposal.regions
    if regions is None and result is not None:
        regions = gpd.GeoDataFrame(result.table.regions)
    if regions is None:
        raise SpecError(
            f"The layout {layout.id!r} brings no regions. Give build_network(regions=…) and "
            "result=… or mass=…."
        )
    if mass is None and result is not None:
        mass = scores_as_masses(result)
    if mass is None and proposal is not None:
        mass = pd.Series(proposal.ground.mass, list(proposal.ground.ids))
    if mass is None:
        raise SpecError(
            f"The layout {layout.id!r} brings no masses. Give build_network(result=…) to take its "
            "scores, or mass=…."
        )
    return regions, pd.to_numeric(mass, errors="coerce")


class _Placed:
    """A hub with those of its cores and members that count."""

    def __init__(self, hub: Hub, cores: list[str], inside: list[str]) -> None:
        self.hub, self.cores, self.inside = hub, cores, inside


def _between(leads: list[str], distances: pd.DataFrame) -> pd.DataFrame:
    """Return the distances between the leads, which must be there."""
    known = distances.index.intersection(distances.columns)
    if absent := [lead for lead in leads if lead not in known]:
        raise DataError(
            f"The distances lack {listing(map(repr, absent))}, which lead hubs. Give distances "
            "between all leads, or a layout without these hubs."
        )
    away = distances.loc[leads, leads]
    if not (away >= 0).all(axis=None):
        row, column = np.argwhere(~(away >= 0).to_numpy())[0]
        raise DataError(
            f"The distance from {leads[row]!r} to {leads[column]!r} is missing or negative. Give "
            "every pair of leads a distance; load_distances(…, change=…) fills those by train."
        )
    return away


def _hubs(layout: HubLayout, frame: pd.DataFrame, masses: pd.Series) -> list[_Placed]:
    """Return the hubs with a core that has a mass."""
    known, counted = set(frame.index), set(masses.index[masses.notna()])
    placed = []
    for hub in layout.hubs:
        cores = [unit for unit in layout_members(hub.cores, known) if unit in counted]
        if cores:
            inside = [unit for unit in layout_members(hub.extent, known) if unit in known]
            placed.append(_Placed(hub, cores, list(dict.fromkeys([*cores, *inside]))))
    if len(placed) < _FEWEST:
        raise DataError(
            f"A network needs at least two hubs with a core that has a score, but the layout "
            f"{layout.id!r} has {len(placed)} among these regions."
        )
    bad = [unit for each in placed for unit in each.cores if masses[unit] <= 0]
    if bad:
        raise DataError(
            f"The masses of {listing(bad)} are not positive. Give mass=, a size such as population."
        )
    return placed


def _nodes(
    hubs: list[_Placed],
    frame: gpd.GeoDataFrame,
    masses: pd.Series,
    distances: pd.DataFrame | None,
    *,
    members: bool,
) -> Nodes:
    units = [tuple(each.cores) for each in hubs]
    ids = [each.hub.id for each in hubs]
    inside = [tuple(each.inside) for each in hubs]
    if members:
        rest = [unit for each in hubs for unit in each.inside if unit not in each.cores]
        # A place in two extents is a node once.
        rest = [unit for unit in dict.fromkeys(rest) if not np.isnan(masses.get(unit, np.nan))]
        alone = [(unit,) for unit in rest]
        if twice := sorted(set(ids) & set(rest)):
            raise SpecError(
                f"{listing(map(repr, twice))} is the id of a hub and of a member of another. "
                "Give hubs ids of their own to have members as nodes."
            )
        units, ids, inside = [*units, *alone], [*ids, *rest], [*inside, *alone]
    leads = [each[0] for each in units]
    away = _between(leads, distances) if distances is not None else None
    if away is None:
        away = geodesic_distances(frame.loc[leads])
    sums = np.array([float(masses[list(each)].sum()) for each in units])
    return Nodes(tuple(ids), tuple(units), tuple(inside), sums, away.to_numpy(np.float64), frame)


def _links(
    hubs: list[_Placed], nodes: Nodes, weights: Floats, near: NearRule, strong: StrongRule
) -> pd.DataFrame:
    """Return one row by link; members are linked to their own hub only."""
    both = weights + weights.T
    between = both[: len(hubs), : len(hubs)]
    is_strong, is_near = strong.strong(between), near.near(nodes)
    rows: list[dict[str, Any]] = []
    for a in range(len(hubs)):
        for b in range(a + 1, len(hubs)):
            if between[a, b] > 0:
                kind = _kind(hubs[a].hub.tier, hubs[b].hub.tier, near=bool(is_near[a, b]))
                rows.append(_row(nodes, a, b, kind, both[a, b], strong=bool(is_strong[a, b])))
    for node in range(len(hubs), len(nodes.ids)):
        for hub, each in enumerate(hubs):
            if nodes.ids[node] in each.inside and both[hub, node] > 0:
                rows.append(_row(nodes, hub, node, "neighbour", both[hub, node], strong=False))
    return pd.DataFrame(rows, columns=["from", "to", "type", "strength", "weight", "km"])


def _kind(first: str, second: str, *, near: bool) -> str:
    if first == second:
        return "peer"
    return "neighbour" if near else "hierarchical"


def _row(nodes: Nodes, a: int, b: int, kind: str, weight: float, *, strong: bool) -> dict[str, Any]:
    return {
        "from": nodes.ids[a],
        "to": nodes.ids[b],
        "type": kind,
        "strength": "strong" if strong else "weak",
        "weight": float(weight),
        "km": float(nodes.distance[a, b]),
    }


def _node_table(hubs: list[_Placed], nodes: Nodes, frame: pd.DataFrame) -> pd.DataFrame:
    rows: dict[str, dict[str, object]] = {}
    for each in hubs:
        hub = each.hub
        rows[hub.id] = {
            "name_zh": hub.name_zh,
            "name_en": hub.name_en,
            "tier": hub.tier,
            "hub": hub.id,
        }
    for node in nodes.ids[len(hubs) :]:
        owner = next(each.hub.id for each in hubs if node in each.inside)
        names = {name: str(frame[name].loc[node]) for name in ("name_zh", "name_en")}
        rows[node] = {**names, "tier": "", "hub": owner}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("node")


def _centralities(network: HubNetwork) -> pd.DataFrame:
    import networkx as nx

    graph = network.graph
    degree = dict(graph.degree(weight="weight"))
    # networkx takes a weight for a length: what is strong must be short.
    between = nx.betweenness_centrality(graph, weight="length")
    close = nx.closeness_centrality(graph, distance="length")
    columns = {"weighted_degree": degree, "betweenness": between, "closeness": close}
    return pd.DataFrame(columns).reindex(network.nodes.index)
