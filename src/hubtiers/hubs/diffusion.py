"""How knowledge would spread over a layout (创新扩散): by rank, to neighbours, between equals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.hubs.interaction import decayed
from hubtiers.hubs.layout import HubLayout, layout_members
from hubtiers.hubs.masses import NORMALISE, scores_as_masses
from hubtiers.regions.contiguity import contiguity
from hubtiers.regions.distance import distances as geodesic_distances
from hubtiers.regions.find_region import find_region
from hubtiers.scheme import Result

__all__ = ["CHANNELS", "Diffusion", "simulate_diffusion", "spread"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

CHANNELS = ("hierarchical", "neighbour", "peer")
_QUANTILES = (0.05, 0.5, 0.95)


class Arrivals(NamedTuple):
    """Time of arrival by place (NaN: never), and exposure at arrival by channel (rows)."""

    time: Floats
    exposure: Floats


def spread(rates: Floats, sources: Ints, thresholds: Floats) -> Arrivals:
    """Spread from sources by exposure and threshold (暴露—阈值扩散).

    Parameters
    ----------
    rates
        Channels × places × places: exposure by unit of time that the row place gives to the column
        place once it is reached.
    sources
        Places that are reached at time 0.
    thresholds
        Exposure at which a place is reached: 1 for the deterministic case, drawn from Exp(1) for
        the stochastic one, which is then the SI process (Sellke 1983, doi:10.2307/3213811).

    Returns
    -------
    Arrivals
        Times, NaN for places that are never reached, and exposure by channel at arrival (0 for
        sources).

    Examples
    --------
    >>> chain = np.zeros((1, 3, 3))
    >>> chain[0, 0, 1], chain[0, 1, 2] = 2.0, 1.0
    >>> spread(chain, np.array([0]), np.ones(3)).time.tolist()
    [0.0, 0.5, 1.5]
    """
    channels, n, _ = rates.shape
    time, exposure = np.full(n, np.nan), np.zeros((channels, n))
    now, rate, waiting = 0.0, np.zeros((channels, n)), np.ones(n)
    arrived = np.asarray(sources)
    while len(arrived):
        time[arrived], waiting[arrived] = now, 0.0
        rate += rates[:, arrived, :].sum(axis=1)
        # What is reached gathers no more, and so has no rate of its own.
        total = rate.sum(axis=0) * waiting
        if not total.any():
            break
        left = np.maximum(thresholds - exposure.sum(axis=0), 0.0)
        wait = np.divide(left, total, out=np.full(n, np.inf), where=total > 0)
        step = float(wait.min())
        now += step
        exposure += rate * (waiting * step)
        arrived = np.flatnonzero(wait <= step * (1.0 + 1e-12))
    return Arrivals(time, exposure)


@dataclass(frozen=True, repr=False, eq=False)
class Diffusion:
    """When each place would be reached, as `simulate_diffusion` gives it.

    Attributes
    ----------
    arrival
        Time of arrival by region; missing where it is never reached. The unit is the model's own:
        order and relative time mean something, years do not.
    shares
        Regions × channels: share of the exposure at arrival; missing for sources and for regions
        that are never reached.
    tier
        Tier by region that the model worked with.
    tiers
        All tiers, highest first.
    layout
        The layout that it spreads over.
    parameters
        Every free choice.
    intervals
        Regions × 5, 50 and 95 % of the arrivals over the runs, and `reached`, the share of runs
        that reach the region; None without runs. Quantiles count runs that do not reach it as later
        than any, and are missing where they fall among those.
    names
        Names by region.
    """

    arrival: pd.Series
    shares: pd.DataFrame
    tier: pd.Series
    tiers: tuple[str, ...]
    layout: HubLayout
    parameters: Mapping[str, object]
    names: pd.DataFrame
    intervals: pd.DataFrame | None = None

    @property
    def reached(self) -> int:
        """How many regions are reached, the sources among them."""
        return int(self.arrival.notna().sum())

    @property
    def by_tier(self) -> pd.DataFrame:
        """By tier: `regions`, `reached`, and the `first`, `median` and `last` arrival."""
        order = [tier for tier in self.tiers if tier in set(self.tier)]
        groups = self.arrival.groupby(self.tier.astype("str"))
        table = pd.DataFrame(
            {
                "regions": groups.size(),
                "reached": groups.count(),
                "first": groups.min(),
                "median": groups.median(),
                "last": groups.max(),
            }
        )
        return table.loc[order].rename_axis("tier")

    @property
    def channel_shares(self) -> pd.Series:
        """Mean share of each channel over the regions that are reached, sources apart."""
        return self.shares.mean()

    def at(self, time: float) -> list[str]:
        """Return the regions that are reached by a time, in the order of arrival."""
        known = self.arrival[self.arrival <= time]
        return [str(region) for region in known.sort_values(kind="stable").index]

    def to_frame(self) -> pd.DataFrame:
        """Return names, tier, arrival, shares and intervals by region, in the order of arrival."""
        parts = [self.names, self.tier, self.arrival, self.shares.add_prefix("share_")]
        if self.intervals is not None:
            parts.append(self.intervals)
        frame = pd.concat(parts, axis=1)
        return frame.sort_values("arrival", kind="stable", na_position="last")

    def _head(self) -> str:
        carried = ", ".join(f"{name} {share:.0%}" for name, share in self.channel_shares.items())
        return f"{self.reached} of {len(self.arrival)} regions reached; carried by {carried}"

    def __repr__(self) -> str:
        return f"<Diffusion: {self._head()}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._head())}</p>{self.to_frame().head(30).to_html(escape=True)}"


def simulate_diffusion(  # noqa: PLR0913 - each is a free choice that the outputs repeat
    result: Result,
    layout: HubLayout,
    *,
    sources: Sequence[str],
    regions: gpd.GeoDataFrame | None = None,
    channels: Mapping[str, float] | None = None,
    decay: float = 1.0,
    emissive: float = 1.0,
    receptive: float = 1.0,
    nearest: float = 50.0,
    peers: str = "hubs",
    neighbour: str = "lower",
    runs: int = 0,
    rng: int | np.random.Generator = 0,
    distances: pd.DataFrame | None = None,
) -> Diffusion:
    """Let knowledge spread over a layout from its sources (模拟创新扩散).

    A place that is reached exposes others: those of lower tiers (hierarchical), those that touch it
    (neighbour), and those of its tier (peer). A place is reached once its exposure adds up to a
    threshold.

    Parameters
    ----------
    result
        Scores as masses, and the tier of places that are no core of a hub.
    layout
        Hubs: a core has the tier of its hub; other places have their own, but below that of the
        lowest hubs.
    sources
        Names or ids of the regions that have it at time 0.
    regions
        Regions for seats and borders; those of the result when left out.
    channels
        Rate of each channel, at least 0, not all 0; 1 each when left out.
    decay
        Exponent of distance, at least 0. Stronger decay never brings an earlier arrival.
    emissive, receptive
        Exponents of the mass of the place that gives and of the one that takes. `receptive` decides
        what is simulated: at 0 the order is that of distance, at 1 that of rank.
    nearest
        Distances below this count as this, in km or the unit of `distances`; without it, places
        nearer would gain from stronger decay.
    peers
        ``"hubs"``: only cores of hubs are peers of each other; ``"all"``: all places of a tier.
    neighbour
        ``"lower"``: neighbours of lower tiers only; ``"any"``: whatever their tier.
    runs, rng
        Runs with thresholds drawn from Exp(1), and their seed; 0 leaves the intervals out.
    distances
        Square frame by region in place of kilometres.

    Returns
    -------
    Diffusion

    Raises
    ------
    SpecError, UnknownOptionError
        When a choice is wrong or a source is unknown.
    DataError
        When a source has no score, or a score is negative.

    Notes
    -----
    Rate from i to j: κ · (m_i / m_max)^a · (m_j / m_max)^c · max(d_ij / d₀, 1)^−b, after
    Hägerstrand's channels and Hudson's hierarchy. Places of score 0 neither give nor, for c > 0,
    take. Time has no unit: the model says order and relative time, never years. **Missing values**:
    regions without a score take no part and are missing in the answer.

    Examples
    --------
    >>> from hubtiers.hubs.propose import propose_layout
    >>> from hubtiers.study import load_study
    >>> result = load_study("provinces2022").run().result
    >>> layout = propose_layout(result, counts={"national": 3}, spacing=800)
    >>> simulate_diffusion(result, layout, sources=["110000"]).at(0.0)
    ['110000']
    """
    options: dict[str, Any] = {
        "sources": sources if isinstance(sources, str) else tuple(sources),
        "channels": _rates_by_channel(channels),
        "decay": decay,
        "emissive": emissive,
        "receptive": receptive,
        "nearest": nearest,
        "peers": peers,
        "neighbour": neighbour,
        "runs": runs,
    }
    _require_options(options)
    frame = gpd.GeoDataFrame(result.table.regions if regions is None else regions)
    return _simulated(result, layout, frame, distances, options, rng)


def _simulated(
    result: Result,
    layout: HubLayout,
    regions: gpd.GeoDataFrame,
    distances: pd.DataFrame | None,
    options: dict[str, Any],
    rng: int | np.random.Generator,
) -> Diffusion:
    """Let it spread once with thresholds of 1, and as often as asked for with drawn ones."""
    scores = _masses(result)
    frame = regions.loc[scores.index]
    options["sources"] = tuple(_sources(options["sources"], frame, result))
    tier, is_core = _tiers(result, layout, scores.index)
    order = _all_tiers(result, layout)
    height = np.array([order.index(each) for each in tier], np.int64)
    kinds = _kinds(frame, height, is_core, peers=options["peers"], neighbour=options["neighbour"])
    rates = _rates(scores, _distances(frame, distances), kinds, options)
    places = scores.index.get_indexer(pd.Index(options["sources"])).astype(np.int64)
    once = spread(rates, places, np.ones(len(scores)))
    runs = options["runs"]
    return Diffusion(
        arrival=pd.Series(once.time, scores.index, name="arrival"),
        shares=_shares(once, scores.index),
        tier=tier,
        tiers=order,
        layout=layout,
        parameters=options,
        names=pd.DataFrame(frame[["name_zh", "name_en"]]),
        intervals=_intervals(rates, places, scores.index, runs, rng) if runs else None,
    )


def _masses(result: Result) -> pd.Series:
    """Return the scores that are known, by id; they serve as masses."""
    scores = scores_as_masses(result, way_out=NORMALISE).dropna().sort_index()
    if not scores.max() > 0:
        raise DataError("All scores are 0, so that nothing can spread from anywhere.")
    return scores


def _rates(
    scores: pd.Series, away: Floats, kinds: Mapping[str, Flags], options: Mapping[str, Any]
) -> Floats:
    """Return channels × places × places: exposure by unit of time."""
    mass = (scores / scores.max()).to_numpy(np.float64)
    strength = (mass ** options["emissive"])[:, None] * (mass ** options["receptive"])[None, :]
    away = np.maximum(away / options["nearest"], 1.0)
    strength = strength * decayed(away, options["decay"])
    return np.stack([options["channels"][name] * strength * kinds[name] for name in CHANNELS])


def _rates_by_channel(channels: Mapping[str, float] | None) -> dict[str, float]:
    given = dict.fromkeys(CHANNELS, 1.0) if channels is None else dict(channels)
    for name, rate in given.items():
        if name not in CHANNELS:
            raise UnknownOptionError("channel of diffusion:", name, CHANNELS)
        if not np.isfinite(rate) or rate < 0:
            raise SpecError(f"channels has {rate!r} for {name!r}; give a rate of at least 0.")
    if not any(given.values()):
        raise SpecError("All channels are 0, so that nothing spreads. Give one a rate above 0.")
    return {name: float(given.get(name, 0.0)) for name in CHANNELS}


def _require_options(options: Mapping[str, Any]) -> None:
    """Refuse numbers out of range and names that are not known."""
    for name in ("decay", "emissive", "receptive"):
        if not np.isfinite(options[name]) or options[name] < 0:
            raise SpecError(f"{name}={options[name]!r} must be a number of at least 0.")
    nearest, runs = options["nearest"], options["runs"]
    if not np.isfinite(nearest) or nearest <= 0:
        raise SpecError(f"nearest={nearest!r} must be a distance above 0.")
    for name, known in (("peers", ("hubs", "all")), ("neighbour", ("lower", "any"))):
        if options[name] not in known:
            raise UnknownOptionError(name, options[name], known)
    if isinstance(runs, bool) or not isinstance(runs, (int, np.integer)) or runs < 0:
        raise SpecError(f"runs={runs!r} must be a whole number of at least 0.")


def _sources(sources: Sequence[str], frame: pd.DataFrame, result: Result) -> list[str]:
    """Return the ids of the sources, which must have a score."""
    if isinstance(sources, str) or not sources:
        raise SpecError(f"sources={sources!r} must be a list of at least one region.")
    found = []
    for name in map(str, sources):
        region = find_region(name, result.table.regions, "source of diffusion:")
        if region not in frame.index:
            raise DataError(
                f"The source {name!r} has no score, so that it cannot start anything. Choose a "
                "region with a score."
            )
        found.append(region)
    return list(dict.fromkeys(found))


def _all_tiers(result: Result, layout: HubLayout) -> tuple[str, ...]:
    """Return the tiers of the layout, and those of the result that it does not have, below."""
    return tuple(dict.fromkeys((*layout.tiers, *result.breaks.labels)))


def _tiers(result: Result, layout: HubLayout, index: pd.Index) -> tuple[pd.Series, Flags]:
    """Return the tier by region, and which regions are cores of a hub.

    A place that is no core stands below the lowest hubs of its own tier or better.
    """
    order = _all_tiers(result, layout)
    known = set(index)
    of_core = {unit: hub.tier for hub in layout.hubs for unit in layout_members(hub.cores, known)}
    below = [order.index(tier) for tier in of_core.values()]
    lowest = min(max(below, default=0) + 1, len(order) - 1)
    own = result.tier.reindex(index).astype("str")
    tiers = [
        of_core[region] if region in of_core else order[max(order.index(tier), lowest)]
        for region, tier in own.items()
    ]
    is_core = np.array([region in of_core for region in index], np.bool_)
    return pd.Series(tiers, index, name="tier"), is_core


def _distances(frame: gpd.GeoDataFrame, distances: pd.DataFrame | None) -> Floats:
    if distances is None:
        return geodesic_distances(frame).to_numpy(np.float64)
    absent = frame.index.difference(distances.index.intersection(distances.columns))
    if len(absent):
        raise DataError(f"The distances lack {listing(map(repr, absent))}.")
    return np.asarray(distances.loc[frame.index, frame.index], dtype=np.float64)


def _kinds(
    frame: gpd.GeoDataFrame,
    height: Ints,
    is_core: Flags,
    *,
    peers: str,
    neighbour: str,
) -> dict[str, Flags]:
    """Return which pairs each channel joins, from row to column."""
    down, level = height[:, None] < height[None, :], height[:, None] == height[None, :]
    np.fill_diagonal(level, 0)
    touching = _touching(frame)
    near = touching if neighbour == "any" else touching & down
    both = is_core[:, None] & is_core[None, :]
    equal = level & both if peers == "hubs" else level
    return {"hierarchical": down & ~near, "neighbour": near & ~equal, "peer": equal}


def _touching(frame: gpd.GeoDataFrame) -> Flags:
    place = {region: number for number, region in enumerate(map(str, frame.index))}
    found = np.zeros((len(place), len(place)), np.bool_)
    for region, others in contiguity(frame).items():
        found[place[region], [place[other] for other in others]] = True
    return found


def _shares(arrivals: Arrivals, index: pd.Index) -> pd.DataFrame:
    total = arrivals.exposure.sum(axis=0)
    reached = (total > 0) & ~np.isnan(arrivals.time)
    shares = np.full(arrivals.exposure.shape, np.nan)
    shares[:, reached] = arrivals.exposure[:, reached] / total[reached]
    return pd.DataFrame(shares.T, index, list(CHANNELS))


def _intervals(
    rates: Floats, places: Ints, index: pd.Index, runs: int, rng: int | np.random.Generator
) -> pd.DataFrame:
    """Return quantiles of the arrivals; a run that does not reach a place counts as the latest."""
    draws = np.random.default_rng(rng)
    found = np.array(
        [spread(rates, places, draws.exponential(size=len(index))).time for _ in range(runs)]
    )
    reached = ~np.isnan(found)
    late = np.where(reached, found, np.inf)
    quantiles = np.quantile(late, _QUANTILES, axis=0, method="inverted_cdf")
    quantiles[np.isinf(quantiles)] = np.nan
    frame = pd.DataFrame(quantiles.T, index, [f"arrival_{q:.0%}" for q in _QUANTILES])
    return frame.assign(reached=reached.mean(axis=0))
