"""What lies over the tiers of a web map: which parts were given, and that they fit together."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from hubtiers.errors import NotComparableError, SpecError, listing
from hubtiers.hubs.layout import HubLayout, require_same_hubs
from hubtiers.scheme import Result
from hubtiers.show.web.roles_content import require_division
from hubtiers.show.words import Text, word

if TYPE_CHECKING:
    from hubtiers.hubs.diffusion import Diffusion
    from hubtiers.hubs.network import HubNetwork
    from hubtiers.hubs.roles import DivisionOfLabour
    from hubtiers.hubs.stability import LayoutStability

__all__ = ["Overlay", "layout_names", "require_overlay"]

_FEWEST = 2


@dataclass(frozen=True, eq=False)
class Overlay:
    """Hubs and what belongs to them, as `tier_map` takes them; None for what was not given."""

    layout: HubLayout | None = None
    other_layout: HubLayout | None = None
    network: HubNetwork | None = None
    diffusion: Diffusion | None = None
    stability: LayoutStability | None = None
    division: DivisionOfLabour | None = None


def require_overlay(overlay: Overlay, result: Result) -> None:
    """Refuse parts of another kind, and those that belong to another layout or other regions.

    Raises
    ------
    SpecError
        When a part is of another kind, stands without its layout, or links fewer than two hubs.
    NotComparableError
        When a part belongs to another layout or to other regions.
    """
    _require_kinds(overlay)
    layout, needing = overlay.layout, ("network", "stability", "other_layout", "division")
    if layout is None:
        if alone := [name for name in needing if getattr(overlay, name) is not None]:
            raise SpecError(
                f"tier_map({alone[0]}=…) belongs to a layout. Give tier_map(layout=…) as well."
            )
    elif overlay.network is not None:
        _require_network(overlay.network, layout, result)
    if layout is not None and overlay.stability is not None:
        way_out = "Assess the rules of the layout that is drawn, assess_layout(…, **same_options)."
        require_same_hubs(layout, overlay.stability.proposed, "The stability", way_out)
    if layout is not None and overlay.division is not None:
        require_division(overlay.division, layout, result)
    if overlay.diffusion is not None:
        _require_diffusion(overlay.diffusion, layout, result)


def _require_kinds(overlay: Overlay) -> None:
    from hubtiers.hubs.diffusion import Diffusion
    from hubtiers.hubs.network import HubNetwork
    from hubtiers.hubs.roles import DivisionOfLabour
    from hubtiers.hubs.stability import LayoutStability

    kinds: dict[str, tuple[type, str]] = {
        "layout": (HubLayout, "propose_layout(result) or load_layout(…)"),
        "other_layout": (HubLayout, "propose_layout(result) or load_layout(…)"),
        "network": (HubNetwork, "build_network(layout, result=result)"),
        "diffusion": (Diffusion, "simulate_diffusion(result, layout, sources=[…])"),
        "stability": (LayoutStability, "assess_layout(scheme, table, variation)"),
        "division": (DivisionOfLabour, "division_of_labour(result, layout)"),
    }
    for name, (kind, maker) in kinds.items():
        given = getattr(overlay, name)
        if given is not None and not isinstance(given, kind):
            raise SpecError(
                f"tier_map({name}=…) draws a {kind.__name__}, but this is {type(given).__name__}. "
                f"Make one with {maker}."
            )


def _require_network(network: HubNetwork, layout: HubLayout, result: Result) -> None:
    if len(network.nodes) < _FEWEST or network.links.empty:
        raise SpecError(
            f"tier_map(network=…) has {len(network.nodes)} nodes and {len(network.links)} links, "
            "so that there is nothing to draw. Leave it out, or build it from a layout of two hubs "
            "or more."
        )
    way_out = "Build it with build_network(layout, …) from the layout that is drawn."
    require_same_hubs(layout, network.layout, "The network", way_out)
    rows: list[dict[Hashable, Any]] = network.nodes.reset_index().to_dict("records")
    regions = set(result.table.regions.index.astype("str"))
    members = [str(row["node"]) for row in rows if row["node"] != row["hub"]]
    if foreign := [member for member in members if member not in regions]:
        raise NotComparableError(
            f"The network is of other regions: the result has no {listing(map(repr, foreign))}. "
            "Build it with build_network(layout, result=result) of the result that is drawn."
        )


def _require_diffusion(diffusion: Diffusion, layout: HubLayout | None, result: Result) -> None:
    if layout is not None:
        way_out = "Simulate it over the layout that is drawn."
        require_same_hubs(layout, diffusion.layout, "The diffusion", way_out)
    regions = pd.Index(result.table.regions.index.astype("str"))
    reached = pd.Index(diffusion.arrival.index.astype("str"))
    if len(foreign := reached.difference(regions)):
        raise NotComparableError(
            f"The diffusion is of other regions: the result has no {listing(map(repr, foreign))}. "
            "Simulate it with the result that is drawn."
        )
    scored = pd.Index(result.scores.dropna().index.astype("str"))
    if len(absent := scored.difference(reached)):
        raise NotComparableError(
            f"The diffusion is of other regions: it lacks {listing(map(repr, absent))}, which the "
            "result scores. Simulate it with the result that is drawn."
        )


def layout_names(overlay: Overlay) -> list[dict[str, str]]:
    """Return what each layout is called, in both languages; numbered where they say the same."""
    given = [each for each in (overlay.layout, overlay.other_layout) if each is not None]
    names = [
        Text(each.title_zh or each.title_en or each.id, each.title_en or each.title_zh or each.id)
        for each in given
    ]
    if len(set(names)) < len(names):
        names = [word("numbered").fill(name=name, n=n) for n, name in enumerate(names, 1)]
    return [name.to_plain() for name in names]
