"""From scores and distances to hubs: rounds of leads, their cores and their extents, on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubtiers.errors import DataError, listing
from hubtiers.hubs.cores import AroundLead, CoCores, CoreRule
from hubtiers.hubs.extents import AroundHubs, ExtentRule, FieldExtent, field_of
from hubtiers.hubs.selection import NOBODY, Choice, as_choice, best_first, exact_choice

__all__ = ["Chosen", "Ground", "Round", "Rules", "choose_hubs"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_UNLIMITED = 10**9


class Rows:
    """Distances from one place to all others, looked up once each."""

    def __init__(self, lon: Floats, lat: Floats, matrix: Floats | None = None) -> None:
        self._lon, self._lat, self._matrix = lon, lat, matrix
        self._kept: dict[int, Floats] = {}

    def __call__(self, place: int) -> Floats:
        """Return the distances from a place."""
        if self._matrix is not None:
            return np.asarray(self._matrix[place])
        if place not in self._kept:
            self._kept[place] = self._geodesic(place)
        return self._kept[place]

    def _geodesic(self, place: int) -> Floats:
        from hubtiers.regions.distance import geodesic_km

        return geodesic_km(self._lon[place], self._lat[place], self._lon, self._lat)


@dataclass(frozen=True, eq=False)
class Ground:
    """What hubs are chosen from; places are in the order of their ids.

    Attributes
    ----------
    ids
        Id by place.
    scores, mass
        Score and mass by place; NaN for none.
    row
        Distances from one place to all.
    percentiles
        Places × functions: share of the scored places that are not better.
    tiers
        Tier by place, "" for none.
    groups, group_names
        Group of the division by place, -1 for none; None without one.
    parents
        Region that each place lies in, "" where it is not known.
    weight
        What provinces are shared out by.
    allowed
        Which places may lead or be a core.
    pinned
        Places that lead in any case.
    """

    ids: tuple[str, ...]
    scores: Floats
    mass: Floats
    row: Any
    percentiles: Floats
    tiers: tuple[str, ...]
    groups: Ints | None
    group_names: tuple[str, ...]
    parents: tuple[str, ...]
    weight: Floats
    allowed: Flags
    pinned: tuple[int, ...] = ()


class Round(NamedTuple):
    """Hubs that are chosen together: those of tiers with one spacing, the highest first.

    `counts` is by tier; empty where each lead has the tier of its own score.
    """

    tiers: tuple[str, ...]
    counts: Mapping[str, int]
    spacing: float

    @property
    def wanted(self) -> int:
        """How many hubs."""
        return sum(self.counts.values()) if self.counts else _UNLIMITED


@dataclass(frozen=True)
class Rules:
    """Every free choice of a proposal.

    Attributes
    ----------
    rounds
        Which hubs are chosen together, and how far apart.
    cores, extent
        Who shares the lead, and what a hub organises.
    require
        Least percentile in every function for hubs after the first round; None asks for nothing.
    balanced
        Whether the first round is balanced over the division.
    solve
        ``"best-first"`` or ``"exact"``.
    no_data
        ``"leave"`` keeps places without a score out of extents, ``"near"`` lets them join.
    """

    rounds: tuple[Round, ...]
    cores: CoreRule = field(default_factory=CoCores)
    extent: ExtentRule = field(default_factory=FieldExtent)
    require: float | None = 0.5
    balanced: bool = True
    solve: str = "best-first"
    no_data: str = "leave"

    @property
    def field(self) -> tuple[float, float]:
        """Decay and exponent of the field that cores must lie in: that of the extent, if any."""
        rule = self.extent
        return float(getattr(rule, "decay", 2.0)), float(getattr(rule, "mass_exponent", 1.0))


@dataclass(frozen=True, eq=False)
class Chosen:
    """Hubs on arrays.

    Attributes
    ----------
    leads, tiers, cores
        By hub: the place that leads, its tier, and all its cores, the lead first.
    owner
        Hub by place, cores and members; -1 for none.
    kept_out_by, reserved, lacking
        Why a place does not lead: the lead that is too near (-1: none), a place kept for a group
        without hub, and the function (its column) that is too weak for a later round (-1: none).
    first
        How many hubs come from the first round.
    """

    leads: tuple[int, ...]
    tiers: tuple[str, ...]
    cores: tuple[tuple[int, ...], ...]
    owner: Ints
    kept_out_by: Ints
    reserved: Flags
    lacking: Ints
    first: int

    def core_sets(self, *, first: bool = False) -> frozenset[tuple[int, ...]]:
        """Return the cores of every hub, of the first round only where asked for."""
        cores = self.cores[: self.first] if first else self.cores
        return frozenset(tuple(sorted(each)) for each in cores)


def choose_hubs(ground: Ground, rules: Rules) -> Chosen:
    """Return the hubs that the rules give.

    Raises
    ------
    DataError
        When fewer hubs fit than asked for, or a group of the division can have none.
    """
    upper = rules.rounds[0]
    choice = _first_round(ground, rules, upper)
    tiers = _tiers_of(ground, upper, choice.leads)
    cores = _cores(ground, rules, choice.leads)
    owner = _owners(ground, rules, tiers, cores)
    hubs = _Hubs(list(choice.leads), list(tiers), list(cores), owner, choice)
    lacking = np.full(len(ground.ids), NOBODY, np.int64)
    for later in rules.rounds[1:]:
        lacking = _later_round(ground, rules, later, hubs)
    return Chosen(
        leads=tuple(hubs.leads),
        tiers=tuple(hubs.tiers),
        cores=tuple(hubs.cores),
        owner=hubs.owner,
        kept_out_by=hubs.choice.kept_out_by,
        reserved=choice.reserved,
        lacking=lacking,
        first=len(choice.leads),
    )


@dataclass
class _Hubs:
    """Hubs of the rounds so far."""

    leads: list[int]
    tiers: list[str]
    cores: list[tuple[int, ...]]
    owner: Ints
    choice: Choice


def _first_round(ground: Ground, rules: Rules, upper: Round) -> Choice:
    allowed = _may_lead(ground, upper)
    groups = ground.groups if rules.balanced else None
    if len(ground.pinned) > upper.wanted:
        raise DataError(
            f"{len(ground.pinned)} places are pinned, but {upper.wanted} hubs are chosen first "
            f"({_counted(upper.counts)}). Pin fewer, or ask for more."
        )
    choose = exact_choice if rules.solve == "exact" else best_first
    choice = choose(
        ground.scores,
        ground.row,
        count=upper.wanted,
        spacing=upper.spacing,
        allowed=allowed,
        groups=groups,
        first=ground.pinned,
    )
    if not upper.counts and groups is not None:
        choice = _with_best_of_each(ground, choice, groups, upper.spacing)
    _require_all(ground, rules, upper, choice)
    _require_masses(ground, choice.leads)
    return choice


def _may_lead(ground: Ground, these: Round) -> Flags:
    """Return the places that may lead: where tiers decide, those of a tier of the round."""
    if these.counts:
        return ground.allowed
    of_tier = np.array([tier in these.tiers for tier in ground.tiers], dtype=np.bool_)
    return np.asarray(ground.allowed & of_tier)


def _with_best_of_each(ground: Ground, choice: Choice, groups: Ints, spacing: float) -> Choice:
    """Add the best place that keeps the spacing of every group that the tiers left without."""
    leads = list(choice.leads)
    known = ground.allowed & ~np.isnan(ground.scores)
    for group in sorted(set(map(int, groups[known])) - {NOBODY}):
        if any(groups[lead] == group for lead in leads):
            continue
        free = known & (groups == group) & (choice.kept_out_by == NOBODY)
        if free.any():
            leads.append(int(np.flatnonzero(free)[np.argmax(ground.scores[free])]))
            choice = as_choice(ground.row, tuple(leads), len(ground.ids), spacing)
    ordered = sorted(leads, key=lambda place: (-ground.scores[place], place))
    return replace(choice, leads=tuple(ordered))


def _require_all(ground: Ground, rules: Rules, upper: Round, choice: Choice) -> None:
    """Refuse a first round with too few hubs, or a group that could have none."""
    if upper.counts and len(choice.leads) < upper.wanted:
        raise DataError(
            f"Only {len(choice.leads)} hubs at least {upper.spacing:g} apart fit, but "
            f"{upper.wanted} are asked for ({_counted(upper.counts)}). Ask for fewer, or a smaller "
            "spacing."
        )
    if not rules.balanced or ground.groups is None:
        return
    led = {int(ground.groups[lead]) for lead in choice.leads}
    for group, name in enumerate(ground.group_names):
        inside = ground.groups == group
        if group not in led and (inside & ~np.isnan(ground.scores)).any():
            raise DataError(
                f"The part {name!r} of the division is left without a hub: {upper.wanted} hubs at "
                f"least {upper.spacing:g} apart do not reach every part. Ask for more hubs, a "
                "smaller spacing, or no balance."
            )
        if group not in led:
            raise DataError(
                f"The part {name!r} of the division has no region with a score, so that no hub can "
                "balance it. Leave it out of the division, or give it data."
            )


def _require_masses(ground: Ground, leads: Sequence[int]) -> None:
    """Refuse a lead without a mass: it has no field, and would have no extent."""
    bare = [ground.ids[lead] for lead in leads if np.isnan(ground.mass[lead])]
    if bare:
        raise DataError(
            f"{listing(bare)} would lead with a score of 0, which is no mass. Ask for fewer hubs, "
            "or give mass=, a size such as population."
        )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {tier}" for tier, n in counts.items())


def _tiers_of(ground: Ground, these: Round, leads: tuple[int, ...]) -> list[str]:
    """Return the tier of each lead: the best ones have the highest, or each its own."""
    if not these.counts:
        lowest = these.tiers[-1]
        return [ground.tiers[p] if ground.tiers[p] in these.tiers else lowest for p in leads]
    line = [tier for tier, count in these.counts.items() for _ in range(count)]
    order = sorted(range(len(leads)), key=lambda hub: (-ground.scores[leads[hub]], leads[hub]))
    given = dict(zip(order, line, strict=False))
    return [given[hub] for hub in range(len(leads))]


def _cores(ground: Ground, rules: Rules, leads: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the cores of the hubs of the first round, the lead first."""
    around = _around(ground, [(lead,) for lead in leads], ("",) * len(leads))
    strongest = field_of(around, *rules.field).argmax(axis=1)
    led = np.zeros(len(ground.ids), np.bool_)
    led[list(leads)] = True
    found = []
    for hub, lead in enumerate(leads):
        beside = (strongest == hub) & ground.allowed & ~led
        if ground.groups is not None:
            beside &= ground.groups == ground.groups[lead]
        # A second core is never better than the lead.
        beside &= ground.scores <= ground.scores[lead]
        around_lead = AroundLead(lead, ground.scores, ground.row(lead), beside)
        found.append((lead, *rules.cores.second_cores(around_lead)))
    return found


def _around(ground: Ground, cores: Sequence[tuple[int, ...]], tiers: tuple[str, ...]) -> AroundHubs:
    """Return what a rule of extents sees; a hub is as near as its nearest core."""
    leads = tuple(each[0] for each in cores)
    away = [np.min(list(map(ground.row, each)), axis=0) for each in cores]
    return AroundHubs(
        ids=ground.ids,
        mass=ground.mass[list(leads)],
        distance=np.column_stack(away),
        tiers=tiers,
        leads=leads,
        parents=ground.parents,
        weight=ground.weight,
    )


def _owners(ground: Ground, rules: Rules, tiers: list[str], cores: list[tuple[int, ...]]) -> Ints:
    """Return the hub of each place; cores belong to their own, and nobody outscores the lead."""
    owner = rules.extent.owners(_around(ground, cores, tuple(tiers)))
    scores = ground.scores
    best = np.array([scores[each[0]] for each in cores])
    known = ~np.isnan(scores)
    if rules.no_data == "leave":
        owner[~known] = NOBODY
    owner[known & (scores > best[owner]) & (owner != NOBODY)] = NOBODY
    for hub, members in enumerate(cores):
        owner[list(members)] = hub
    return owner


def _later_round(ground: Ground, rules: Rules, later: Round, hubs: _Hubs) -> Ints:
    """Add the hubs of a later round: outside the extents so far, and strong in every function.

    Returns the function that each place lacks, -1 for none.
    """
    outside = hubs.owner == NOBODY
    lacking = _lacking(ground, rules.require)
    open_to = _may_lead(ground, later) & outside & (lacking == NOBODY)
    blocked = np.zeros(len(ground.ids), np.bool_)
    kept_out_by = hubs.choice.kept_out_by.copy()
    for lead in hubs.leads:
        near = ground.row(lead) < later.spacing
        blocked |= near
        kept_out_by[near & (kept_out_by == NOBODY)] = lead
    choice = best_first(
        ground.scores,
        ground.row,
        count=later.wanted,
        spacing=later.spacing,
        allowed=open_to & ~blocked,
    )
    hubs.choice = replace(
        choice, kept_out_by=np.where(kept_out_by == NOBODY, choice.kept_out_by, kept_out_by)
    )
    if choice.leads:
        _require_masses(ground, choice.leads)
        _append(ground, rules, later, hubs, choice.leads)
    return lacking


def _append(
    ground: Ground, rules: Rules, later: Round, hubs: _Hubs, leads: tuple[int, ...]
) -> None:
    tiers = _tiers_of(ground, later, leads)
    cores: list[tuple[int, ...]] = [(lead,) for lead in leads]
    owner = _owners(ground, rules, tiers, cores)
    free = (hubs.owner == NOBODY) & (owner != NOBODY)
    hubs.owner = np.where(free, owner + len(hubs.leads), hubs.owner)
    hubs.leads += leads
    hubs.tiers += tiers
    hubs.cores += cores


def _lacking(ground: Ground, require: float | None) -> Ints:
    """Return the weakest function of each place, where it is below the least percentile."""
    if require is None or not ground.percentiles.shape[1]:
        return np.full(len(ground.ids), NOBODY, np.int64)
    filled = np.where(np.isnan(ground.percentiles), -1.0, ground.percentiles)
    weakest = filled.argmin(axis=1)
    return np.where(filled.min(axis=1) < require, weakest, NOBODY)
