"""Which places a hub organises: rules for its extent (辐射范围)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError
from hubtiers.hubs.flows import largest_links, square_flows
from hubtiers.hubs.interaction import field_strength, huff_shares

__all__ = [
    "ExtentRule",
    "FieldExtent",
    "HuffExtent",
    "LargestLinkExtent",
    "NoExtent",
    "ProvinceExtent",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NOBODY = -1
LEAST_DISTANCE = 1.0
"""Places nearer than this count as so far apart: a power law has no value at 0."""


class AroundHubs(NamedTuple):
    """What a rule of extents sees.

    Attributes
    ----------
    ids
        Places by id, in order.
    mass
        Mass by hub.
    distance
        Places × hubs, from the nearest core.
    tiers
        Tier by hub.
    leads
        Place of each hub's lead.
    parents
        Region that each place lies in (a province), empty where it is not known.
    weight
        What a province is shared out by: population where it is given, else each place counts one.
    """

    ids: tuple[str, ...]
    mass: Floats
    distance: Floats
    tiers: tuple[str, ...]
    leads: tuple[int, ...]
    parents: tuple[str, ...]
    weight: Floats


class ExtentRule(Protocol):
    """A rule that gives each place to a hub, or to none."""

    def owners(self, around: AroundHubs) -> Ints:
        """Return the hub by place, -1 for none."""
        ...


@dataclass(frozen=True)
class NoExtent:
    """No extent: a hub is its cores (不划范围)."""

    def owners(self, around: AroundHubs) -> Ints:
        """Return -1 everywhere."""
        return np.full(len(around.ids), NOBODY, np.int64)


@dataclass(frozen=True)
class FieldExtent:
    """Extent by field (场强): a place goes to the hub whose field is strongest there, within reach.

    Choose it first: it needs scores and distances only, and extents are disjoint.

    Parameters
    ----------
    decay
        Exponent of distance, at least 0.
    mass_exponent
        Exponent of the mass.
    reach
        Largest distance from the nearest core, in km or the unit of the distances given; or
        one by tier, ``{"international": 300, "national": 150}``, where a tier that is left out has
        no extent.

    Notes
    -----
    Field m^a · d^−b; distances below 1 count as 1. **Missing values**: places without a score are
    left out by `propose_layout` unless `no_data="near"`.

    Examples
    --------
    >>> FieldExtent(decay=1.5)
    FieldExtent(decay=1.5, mass_exponent=1.0, reach=300.0)
    """

    decay: float = 2.0
    mass_exponent: float = 1.0
    reach: float | Mapping[str, float] = 300.0

    def __post_init__(self) -> None:
        _require_decay("FieldExtent", self.decay)
        _require_reach("FieldExtent", self.reach)

    def owners(self, around: AroundHubs) -> Ints:
        """Return the hub with the strongest field, where it lies within reach."""
        strength = field_of(around, self.decay, self.mass_exponent)
        return _within_reach(strength.argmax(axis=1), around, self.reach)


@dataclass(frozen=True)
class HuffExtent:
    """Extent by share (哈夫模型): a place goes to the hub that draws at least `share` of it.

    Choose it when a place that two hubs share evenly should go to neither.

    Parameters
    ----------
    share
        Least share, above 0 and at most 1.
    decay, mass_exponent, reach
        As for `FieldExtent`.

    Notes
    -----
    Shares after Huff (1963) over all hubs, whether within reach or not. **Missing values** as for
    `FieldExtent`.
    """

    share: float = 0.4
    decay: float = 2.0
    mass_exponent: float = 1.0
    reach: float | Mapping[str, float] = 300.0

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise SpecError(f"HuffExtent(share={self.share!r}) must lie above 0 and be at most 1.")
        _require_decay("HuffExtent", self.decay)
        _require_reach("HuffExtent", self.reach)

    def owners(self, around: AroundHubs) -> Ints:
        """Return the hub with the largest share, where that is large enough and within reach."""
        away = np.maximum(around.distance, LEAST_DISTANCE)
        shares = huff_shares(around.mass, away, decay=self.decay, exponent=self.mass_exponent)
        owner = shares.argmax(axis=1)
        owner[shares.max(axis=1) < self.share] = NOBODY
        return _within_reach(owner, around, self.reach)


@dataclass(frozen=True)
class ProvinceExtent:
    """Extent of whole provinces (整省): those that lie at least half in the hub's field.

    Choose it where plans are made by provinces, or any regions that the places lie in.

    Parameters
    ----------
    share
        Least share of a province's population (or places, where none is given) in the hub's field,
        above 0 and at most 1.
    decay, mass_exponent, reach
        Of the field, as for `FieldExtent`.

    Raises
    ------
    DataError
        When the regions do not say which province they lie in.
    """

    share: float = 0.5
    decay: float = 2.0
    mass_exponent: float = 1.0
    reach: float | Mapping[str, float] = 300.0

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise SpecError(
                f"ProvinceExtent(share={self.share!r}) must lie above 0 and be at most 1."
            )
        _require_decay("ProvinceExtent", self.decay)
        _require_reach("ProvinceExtent", self.reach)

    def owners(self, around: AroundHubs) -> Ints:
        """Return for all places of a province the hub that has most of it, if it has enough."""
        if not any(around.parents):
            raise DataError(
                "ProvinceExtent() needs to know which region each place lies in. Give regions of a "
                "pack whose level names its parents, or with a column `parent` or `province`, or "
                "take FieldExtent()."
            )
        field_owner = FieldExtent(self.decay, self.mass_exponent, self.reach).owners(around)
        owner = np.full(len(around.ids), NOBODY, np.int64)
        parents = np.array(around.parents, dtype=object)
        for parent in sorted({p for p in around.parents if p}):
            inside = parents == parent
            held = np.bincount(
                field_owner[inside] + 1, around.weight[inside], len(around.leads) + 1
            )
            if held.sum() > 0 and held[1:].max() >= self.share * held.sum():
                owner[inside] = int(held[1:].argmax())
        return owner


@dataclass(frozen=True, eq=False)
class LargestLinkExtent:
    """Extent by largest links (最大联系流): a place goes to the hub that its links end in.

    Choose it when flows between all places are known.

    Parameters
    ----------
    flows
        As for `largest_links`: square, or long with origin, destination and flow.

    Notes
    -----
    Nystuen and Dacey (1961). A chain that ends in no lead gives the place to no hub. **Missing
    values**: a place that is not in the flows belongs to no hub.
    """

    flows: pd.DataFrame = field(repr=False)

    def owners(self, around: AroundHubs) -> Ints:
        """Follow the largest links of each place until a lead, or an end."""
        flows = square_flows(self.flows)
        links = largest_links(flows)
        onward = links["to"].where(~links["terminal"]).to_dict()
        hub = {around.ids[lead]: number for number, lead in enumerate(around.leads)}
        return np.array([_end(place, onward, hub) for place in around.ids], np.int64)


def _end(place: str, onward: Mapping[Any, object], hub: Mapping[str, int]) -> int:
    at: object = place
    # Each step goes to a larger place, so that a chain cannot come back.
    while isinstance(at, str):
        if at in hub:
            return hub[at]
        at = onward.get(at)
    return NOBODY


def field_of(around: AroundHubs, decay: float, mass_exponent: float) -> Floats:
    """Return the field of every hub at every place; distances below 1 count as 1."""
    away = np.maximum(around.distance, LEAST_DISTANCE)
    return field_strength(around.mass, away, decay=decay, exponent=mass_exponent)


def _within_reach(owner: Ints, around: AroundHubs, reach: float | Mapping[str, float]) -> Ints:
    by_hub = np.array(
        [reach.get(tier, 0.0) if isinstance(reach, Mapping) else reach for tier in around.tiers]
    )
    out = owner.astype(np.int64)
    away = around.distance[np.arange(len(owner)), owner]
    out[away > by_hub[owner]] = NOBODY
    return out


def _require_decay(name: str, decay: float) -> None:
    if not np.isfinite(decay) or decay < 0:
        raise SpecError(f"{name}(decay={decay!r}) must be a number of at least 0.")


def _require_reach(name: str, reach: float | Mapping[str, float]) -> None:
    for value in reach.values() if isinstance(reach, Mapping) else (reach,):
        if not value > 0:
            raise SpecError(f"{name}(reach={reach!r}) must be a distance above 0.")
