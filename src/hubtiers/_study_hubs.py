"""What the sections `[propose]`, `[network]` and `[diffusion]` of a study may hold and ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from hubtiers._methods import make_named
from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing

if TYPE_CHECKING:
    from hubtiers.hubs.compare_layouts import LayoutComparison
    from hubtiers.hubs.diffusion import Diffusion
    from hubtiers.hubs.layout import HubLayout
    from hubtiers.hubs.network import HubNetwork
    from hubtiers.hubs.plan import Attainment
    from hubtiers.hubs.propose import ProposedLayout
    from hubtiers.hubs.roles import DivisionOfLabour
    from hubtiers.hubs.stability import LayoutStability
    from hubtiers.scheme import Result

__all__ = [
    "DiffusionSection",
    "HubFindings",
    "NetworkSection",
    "ProposeSection",
    "find_hubs",
]

Spec = str | dict[str, Any]
_OBSERVED = "ObservedFlows"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProposeSection(_Section):
    """How a layout is proposed: the keys are those of `propose_layout`.

    `cores` and `extent` are a method with its options, `{ method = "FieldExtent", decay = 2.0 }`;
    `mass` and `weight` name an indicator of the table, `distances` a file with `unit`, or a table
    that ships, where `change` is the minutes of a change of trains; with `no_distance = "exclude"`
    regions that it lacks are left out. `draws` says how many draws the stability takes (0 leaves it
    out).
    """

    counts: dict[str, int] | Literal["tiers"] | None = None
    spacing: float | dict[str, float] | None = None
    balance: str | None = None
    cores: Spec | None = None
    extent: Spec | None = None
    require: float | None = 0.5
    mass: str | None = None
    weight: str | None = None
    pinned: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    no_data: str = "leave"
    distances: str | None = None
    unit: str = "km"
    change: float | None = None
    no_distance: Literal["refuse", "exclude"] = "refuse"
    solve: str = "best-first"
    draws: int = Field(default=200, ge=0, le=1_000_000)


class NetworkSection(_Section):
    """How hubs are linked: a model, what is near and what is strong, each with its options.

    `model` is a model of gravity or `{ method = "ObservedFlows", flows = … }`, a file or a table
    that ships; `flows` alone says the same.
    """

    model: Spec = "Gravity"
    flows: str | None = None
    near: Spec = "Contiguous"
    strong: Spec = "StrongLinks"
    members: bool = False

    @property
    def observed(self) -> str | None:
        """The flows that are observed, a file or a name; None for another model."""
        model = self.model if isinstance(self.model, dict) else {"method": self.model}
        if self.flows is None and model.get("method") == _OBSERVED:
            return str(model.get("flows", ""))
        return self.flows


class DiffusionSection(_Section):
    """From where knowledge spreads, and how: the keys are those of `simulate_diffusion`."""

    sources: tuple[str, ...]
    channels: dict[str, float] | None = None
    decay: float = 1.0
    emissive: float = 1.0
    receptive: float = 1.0
    nearest: float = 50.0
    peers: str = "hubs"
    neighbour: str = "lower"
    runs: int = Field(default=0, ge=0, le=100_000)
    seed: int = Field(default=42, ge=0)


@dataclass(frozen=True, eq=False)
class HubFindings:
    """What the sections about hubs gave; None for what no section asks for.

    Attributes
    ----------
    proposed, stability
        The proposed layout, and how it depends on what varies.
    comparison
        The layout of the study against the proposed one.
    network, diffusion, labour
        Of the proposed layout, or of that of the study where none is proposed; `labour` is the
        division of labour inside its hubs, None where no hub has two members with a score.
    plan
        How far the plan has come that the section `[plan]` names.
    """

    proposed: ProposedLayout | None = None
    stability: LayoutStability | None = None
    comparison: LayoutComparison | None = None
    network: HubNetwork | None = None
    diffusion: Diffusion | None = None
    labour: DivisionOfLabour | None = None
    plan: Attainment | None = None


def propose_options(
    section: ProposeSection, result: Result, regions: gpd.GeoDataFrame, folder: Path
) -> dict[str, Any]:
    """Return what `propose_layout` takes, from what a study file says."""
    from hubtiers.hubs.cores import CoCores, LargestGap, SingleCore
    from hubtiers.hubs.extents import FieldExtent, HuffExtent, NoExtent, ProvinceExtent

    extents = (FieldExtent, HuffExtent, ProvinceExtent, NoExtent)
    options: dict[str, Any] = {
        name: getattr(section, name)
        for name in ("counts", "spacing", "balance", "require", "pinned", "exclude", "no_data")
    }
    options["solve"] = section.solve
    if section.cores is not None:
        options["cores"] = make_named(section.cores, (CoCores, LargestGap, SingleCore), "cores")
    if section.extent is not None:
        options["extent"] = make_named(section.extent, extents, "extent")
    for name in ("mass", "weight"):
        if (code := getattr(section, name)) is not None:
            options[name] = _column(result, code, name)
    if section.distances is not None:
        found = _distances(section, regions, folder)
        options["distances"] = found
        if section.no_distance == "exclude":
            absent = regions.index.difference(found.index.intersection(found.columns))
            options["exclude"] = (*options["exclude"], *absent)
    return options


def _distances(section: ProposeSection, regions: gpd.GeoDataFrame, folder: Path) -> pd.DataFrame:
    """Return the distances of a file, or those that ship."""
    from hubtiers.regions.distance import read_distances
    from hubtiers.regions.shipped_pairs import load_distances, pair_names

    name = section.distances
    assert name is not None
    if "." in name:
        if section.change is not None:
            raise SpecError(
                "[propose] change = … is for distances that ship "
                f"({listing(pair_names('distance'))}); a file of your own has its times as they "
                "are. Leave it out."
            )
        return read_distances(folder / name, regions, unit=section.unit)
    found = load_distances(name, change=section.change)
    if section.unit not in ("km", found.attrs["unit"]):
        raise SpecError(
            f"[propose] unit = {section.unit!r}, but {name!r} is in {found.attrs['unit']!r}. Leave "
            "the unit out."
        )
    return found


def _column(result: Result, code: str, name: str) -> pd.Series:
    values = result.table.values
    if code not in values.columns:
        raise UnknownOptionError(f"indicator in [propose] {name} =", code, values.columns)
    return values[code]


def find_hubs(
    result: Result,
    layout: HubLayout | None,
    *,
    propose: ProposeSection | None,
    network: NetworkSection | None,
    diffusion: DiffusionSection | None,
    folder: Path,
    assess: Callable[..., Any] | None = None,
) -> HubFindings:
    """Return what the sections about hubs ask for.

    `assess` takes what `propose_layout` takes and the number of draws, and says how sure the layout
    is.
    """
    regions = gpd.GeoDataFrame(result.table.regions)
    proposed = stability = comparison = None
    if propose is not None:
        from hubtiers.hubs.compare_layouts import compare_layouts
        from hubtiers.hubs.propose import propose_layout

        options = propose_options(propose, result, regions, folder)
        proposed = propose_layout(result, regions, **options)
        if propose.draws and assess is not None:
            stability = assess(propose.draws, reference=layout, **options)
        if layout is not None:
            comparison = compare_layouts(layout, proposed, regions)
    basis = proposed or layout
    if basis is None and (network is not None or diffusion is not None):
        raise SpecError(
            "[network] and [diffusion] need a layout. Add a section [propose], or [layout] with "
            "name = …."
        )
    return HubFindings(
        proposed=proposed,
        stability=stability,
        comparison=comparison,
        network=_network(network, basis, result, regions, folder),
        diffusion=_diffusion(diffusion, basis, result, regions),
        labour=_labour(basis, result) if any((propose, network, diffusion)) else None,
    )


def _labour(layout: HubLayout | None, result: Result) -> DivisionOfLabour | None:
    """Return who does what inside the hubs; None where the data do not tell."""
    from hubtiers.hubs.roles import division_of_labour

    try:
        return None if layout is None else division_of_labour(result, layout)
    except DataError:
        return None


def _network(
    section: NetworkSection | None,
    layout: HubLayout | None,
    result: Result,
    regions: gpd.GeoDataFrame,
    folder: Path,
) -> HubNetwork | None:
    if section is None or layout is None:
        return None
    from hubtiers.hubs.links import Contiguous, DisparityLinks, Gravity, StrongLinks, Within
    from hubtiers.hubs.network import build_network

    if section.observed is not None:
        model: Any = _observed(section, folder)
    else:
        model = make_named(section.model, (Gravity,), "[network] model")
    return build_network(
        layout,
        model,
        result=result,
        regions=regions,
        near=make_named(section.near, (Contiguous, Within), "[network] near"),
        strong=make_named(section.strong, (StrongLinks, DisparityLinks), "[network] strong"),
        members=section.members,
    )


def _observed(section: NetworkSection, folder: Path) -> Any:
    from hubtiers.hubs.links import ObservedFlows
    from hubtiers.regions.pairs import read_pairs
    from hubtiers.regions.shipped_pairs import load_flows, pair_names

    name = section.observed
    if not name or (isinstance(section.model, dict) and set(section.model) > {"method", "flows"}):
        raise SpecError(
            '[network] model = { method = "ObservedFlows" } takes flows = …, a file or a table '
            f"that ships ({listing(pair_names('flow'))}), and nothing else."
        )
    return ObservedFlows(read_pairs(folder / name) if "." in name else load_flows(name))


def _diffusion(
    section: DiffusionSection | None,
    layout: HubLayout | None,
    result: Result,
    regions: gpd.GeoDataFrame,
) -> Diffusion | None:
    if section is None or layout is None:
        return None
    from hubtiers.hubs.diffusion import simulate_diffusion

    options = section.model_dump(exclude={"seed", "sources"})
    return simulate_diffusion(
        result,
        layout,
        sources=list(section.sources),
        regions=regions,
        rng=section.seed,
        **options,
    )
