"""Links between hubs and shares of draws as plain values for the page of a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hubtiers.hubs.layout import HubLayout
from hubtiers.scheme import Result
from hubtiers.show.hub_seats import seats_of
from hubtiers.show.style import LINK_COLOURS
from hubtiers.show.web.ground import Ground
from hubtiers.show.web.hub_content import placed_cores, seat_in
from hubtiers.show.words import word

if TYPE_CHECKING:
    from hubtiers.hubs.network import HubNetwork
    from hubtiers.hubs.stability import LayoutStability

__all__ = ["draws_content", "network_content"]

_DARK = {"hierarchical": "#ff4fc8", "peer": "#63f2a8", "neighbour": "#e8b23a"}
"""The colours of links on a dark ground."""

_FIGURES = 4


def network_content(
    network: HubNetwork, layout: HubLayout, result: Result, ground: Ground
) -> dict[str, Any]:
    """Return nodes and links of a network.

    Returns
    -------
    dict
        `nodes`: latitude, longitude, number of the hub, and number of the region of a member of an
        extent (−1 for a hub itself). `links`: both nodes, number of the type, 1 for strong, weight,
        km; heaviest first. `types`: id and colours. `unit`: of the distances.
        `note`: model and rules.
    """
    place = {str(node): number for number, node in enumerate(network.nodes.index)}
    rows = network.to_frame()
    types = [kind for kind in LINK_COLOURS if kind in set(rows["type"])]
    is_strong = (rows["strength"] == "strong").astype(int)
    columns = [
        rows["from"].map(place).tolist(),
        rows["to"].map(place).tolist(),
        rows["type"].map(types.index).tolist(),
        is_strong.tolist(),
        rows["weight"].map(_short).tolist(),
        rows["km"].round().astype(int).tolist(),
    ]
    note = word("network_note").fill(
        model=repr(network.model), near=repr(network.near), strong=repr(network.strong)
    )
    return {
        "nodes": _nodes(network, layout, result, ground),
        "links": list(map(list, zip(*columns, strict=True))),
        "types": [{"id": t, "color": LINK_COLOURS[t], "dark": _DARK[t]} for t in types],
        "unit": network.unit,
        "note": note.to_plain(),
    }


def _nodes(
    network: HubNetwork, layout: HubLayout, result: Result, ground: Ground
) -> list[list[float]]:
    seats = seats_of(layout, ground.pack)
    number = {hub.id: place for place, hub in enumerate(layout.hubs)}
    leads = _leads(layout, result, ground)
    found = []
    for node, hub in zip(network.nodes.index, network.nodes["hub"], strict=True):
        lat, lon = seat_in(leads[hub] if node == hub else str(node), ground, seats)
        region = -1 if node == hub else ground.place[str(node)]
        found.append([round(lat, 3), round(lon, 3), number[hub], region])
    return found


def _leads(layout: HubLayout, result: Result, ground: Ground) -> Mapping[str, str]:
    """Return where each hub is linked: its first core with a score, else the first on the map."""
    scored = set(result.scores.dropna().index)
    leads = {}
    for hub in layout.hubs:
        drawn = [core for core in placed_cores(hub, ground) if ground.units_in(core)]
        leads[hub.id] = next((core for core in drawn if core in scored), drawn[0] if drawn else "")
    return leads


def draws_content(stability: LayoutStability) -> dict[str, Any]:
    """Return how many draws there were, and by region that is ever a core its shares of them.

    The shares are those of the draws in which it leads, and in which it leads or shares the lead.
    """
    ever = stability.core > 0
    leads, cores = (part[ever].round(_FIGURES) for part in (stability.lead, stability.core))
    pairs = zip(leads.tolist(), cores.tolist(), strict=True)
    return {
        "n": stability.draws,
        "shares": dict(zip(cores.index.astype("str"), pairs, strict=True)),
    }


def _short(value: float) -> float:
    return float(f"{value:.{_FIGURES}g}")
