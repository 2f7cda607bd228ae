"""How strongly hubs are linked: models of the weight, and rules for near and strong."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError, listing
from hubtiers.hubs.extents import LEAST_DISTANCE
from hubtiers.hubs.flows import disparity, interlocking_links, square_flows
from hubtiers.hubs.interaction import gravity
from hubtiers.regions.contiguity import contiguity

__all__ = [
    "Contiguous",
    "DisparityLinks",
    "Gravity",
    "Interlocking",
    "LinkModel",
    "ModifiedGravity",
    "Nodes",
    "ObservedFlows",
    "StrongLinks",
    "Within",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Nodes(NamedTuple):
    """What the models and rules see of the nodes of a network.

    Attributes
    ----------
    ids
        Id by node.
    units
        Places of each node: the cores of a hub, or one place.
    inside
        Places that each node organises, its own among them.
    mass
        Mass by node.
    distance
        Nodes × nodes, 0 on the diagonal.
    regions
        All regions, for borders.
    """

    ids: tuple[str, ...]
    units: tuple[tuple[str, ...], ...]
    inside: tuple[tuple[str, ...], ...]
    mass: Floats
    distance: Floats
    regions: gpd.GeoDataFrame | None


class LinkModel(Protocol):
    """A model that gives every pair of nodes a weight."""

    def weights(self, nodes: Nodes) -> Floats:
        """Return nodes × nodes, from row to column, 0 on the diagonal."""
        ...


@dataclass(frozen=True)
class Gravity:
    """Gravity model (引力模型) between hubs: m_i · m_j · d^−b.

    Parameters
    ----------
    decay
        Exponent of distance, at least 0. The larger it is, the more the nearest pairs outweigh all
        others; between hubs 1 or less keeps the leading centres in front.
    mass_exponent
        Exponent of both masses.

    Notes
    -----
    Distances below 1 count as 1. **Missing values**: a node without a mass is refused.
    """

    decay: float = 1.0
    mass_exponent: float = 1.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.decay) or self.decay < 0:
            raise SpecError(f"Gravity(decay={self.decay!r}) must be a number of at least 0.")

    def weights(self, nodes: Nodes) -> Floats:
        """Return the gravity of every pair."""
        away = np.maximum(nodes.distance, LEAST_DISTANCE)
        mass, exponents = nodes.mass, (self.mass_exponent, self.mass_exponent)
        found = gravity(mass[:, None], mass[None, :], away, decay=self.decay, exponents=exponents)
        np.fill_diagonal(found, 0.0)
        return found


@dataclass(frozen=True, eq=False)
class ModifiedGravity:
    """Modified gravity (修正引力模型): √(P·G)_i · √(P·G)_j · d^−b · G_i / (G_i + G_j), directed.

    Choose it where population and output are to count together, and the richer end to pull more.

    Parameters
    ----------
    population, output
        Two sizes by region, all positive, such as population and GDP; summed over the cores of a
        hub.
    decay
        Exponent of distance.

    Raises
    ------
    DataError
        When a core has no size.
    """

    population: pd.Series = field(repr=False)
    output: pd.Series = field(repr=False)
    decay: float = 2.0

    def weights(self, nodes: Nodes) -> Floats:
        """Return the pull of every pair, from row to column."""
        people, output = (_summed(each, nodes) for each in (self.population, self.output))
        mass = np.sqrt(people * output)
        away = np.maximum(nodes.distance, LEAST_DISTANCE)
        pull = gravity(mass[:, None], mass[None, :], away, decay=self.decay)
        pull = pull * (output[:, None] / (output[:, None] + output[None, :]))
        np.fill_diagonal(pull, 0.0)
        return np.asarray(pull)


def _summed(sizes: pd.Series, nodes: Nodes) -> Floats:
    known = sizes.set_axis(sizes.index.astype("str"))
    known = known[known > 0]
    everywhere = chain.from_iterable(nodes.units)
    if absent := [unit for unit in everywhere if unit not in known.index]:
        raise DataError(f"{listing(absent)} have no positive size, so that they have no gravity.")
    return np.array([float(known[list(units)].sum()) for units in nodes.units])


@dataclass(frozen=True, eq=False)
class ObservedFlows:
    """Flows that were observed (实测流): co-patents, transfers, travellers, trains.

    Choose it wherever such a table can be had; a gravity model is a stand-in for it.

    Parameters
    ----------
    flows
        Square, or long with origin, destination and flow by region, as for `largest_links`.

    Notes
    -----
    Flows between the cores of two hubs are added up, each direction for itself. **Missing values**:
    a core that the table does not name has no flows; a hub of which no core is named is refused.
    """

    flows: pd.DataFrame = field(repr=False)

    @property
    def source(self) -> str:
        """Whose flows these are, as their frame says in `attrs["source"]`; empty when unknown."""
        return str(self.flows.attrs.get("source", ""))

    def weights(self, nodes: Nodes) -> Floats:
        """Return the sum of flows between the places of every pair, from row to column."""
        square = square_flows(self.flows)
        absent = [
            node
            for node, units in zip(nodes.ids, nodes.units, strict=True)
            if not set(units) & set(square.index)
        ]
        if absent:
            raise DataError(
                f"The flows name no place of {listing(map(repr, absent))}. Write places by their "
                "region id, or leave these hubs out."
            )
        belongs = np.array([square.index.isin(units) for units in nodes.units])
        found = belongs @ square.to_numpy() @ belongs.T
        np.fill_diagonal(found, 0.0)
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Interlocking:
    """Interlocking network (互锁网络): hubs linked through the firms that sit in both.

    Parameters
    ----------
    values
        Regions × firms, service values; added up over the cores of a hub.

    Notes
    -----
    See `interlocking_links`. **Missing values** count as “not there”.
    """

    values: pd.DataFrame = field(repr=False)

    def weights(self, nodes: Nodes) -> Floats:
        """Return Σ over firms of the product of both service values."""
        known = self.values.fillna(0.0)
        rows = [known.reindex(list(units)).fillna(0.0).sum() for units in nodes.units]
        summed = pd.DataFrame(rows, index=list(nodes.ids))
        return interlocking_links(summed).to_numpy(np.float64)


@dataclass(frozen=True)
class Contiguous:
    """Near (邻近): extents that share a border, or a place of one that lies in the other."""

    def near(self, nodes: Nodes) -> Flags:
        """Return which pairs are near."""
        if nodes.regions is None:
            raise DataError(
                "Contiguous() needs the outlines of the regions. Give `regions`, or near=Within(…)."
            )
        touching = contiguity(nodes.regions)
        n = len(nodes.inside)
        found = np.zeros((n, n), np.bool_)
        for row, inside in enumerate(nodes.inside):
            around = _with_neighbours(inside, touching)
            found[row] = [not around.isdisjoint(other) for other in nodes.inside]
        np.fill_diagonal(found, 0)
        return np.asarray(found | found.T, dtype=np.bool_)


def _with_neighbours(places: tuple[str, ...], touching: dict[str, tuple[str, ...]]) -> set[str]:
    near = set(places)
    for place in places:
        near.update(touching.get(place, ()))
    return near


@dataclass(frozen=True)
class Within:
    """Near (邻近): seats at most so far apart, in km or the unit of the distances given."""

    distance: float = 200.0

    def __post_init__(self) -> None:
        if not self.distance > 0:
            raise SpecError(f"Within(distance={self.distance!r}) must be above 0.")

    def near(self, nodes: Nodes) -> Flags:
        """Return which pairs are near."""
        found = nodes.distance <= self.distance
        np.fill_diagonal(found, 0)
        return np.asarray(found)


@dataclass(frozen=True)
class StrongLinks:
    """Strong (强联系): a link that carries at least `share` of what either end has in all.

    Parameters
    ----------
    share
        Least share of the weighted degree of either end, above 0 and at most 1.
    largest
        Whether the largest link of each node is strong in any case, so that none stands alone.

    Notes
    -----
    Zhang (2022) draws strong and weak links without a rule; this one is the library's own.
    """

    share: float = 0.1
    largest: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise SpecError(f"StrongLinks(share={self.share!r}) must lie above 0 and be at most 1.")

    def strong(self, weights: Floats) -> Flags:
        """Return which links are strong; `weights` are symmetric."""
        total = weights.sum(axis=1, keepdims=True)
        share = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
        found = np.maximum(share, share.T) >= self.share
        if self.largest:
            rows = np.flatnonzero(weights.max(axis=1) > 0)
            best = weights[rows].argmax(axis=1)
            found[rows, best] = found[best, rows] = True
        return np.asarray(found & (weights > 0))


@dataclass(frozen=True)
class DisparityLinks:
    """Strong (强联系) by the disparity filter: α below a level, at the end where it is smaller.

    Parameters
    ----------
    alpha
        Level, above 0 and below 1. Nodes may be left without a strong link.
    """

    alpha: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise SpecError(f"DisparityLinks(alpha={self.alpha!r}) must lie between 0 and 1.")

    def strong(self, weights: Floats) -> Flags:
        """Return which links are strong; `weights` are symmetric."""
        names = [str(number) for number in range(len(weights))]
        found = disparity(pd.DataFrame(weights, names, names)).to_numpy()
        return np.asarray(np.nan_to_num(found, nan=1.0) < self.alpha)
