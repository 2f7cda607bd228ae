"""Propose a layout (布局方案): centres from scores, apart and balanced over space."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, DuplicateRegionError, SpecError, UnknownOptionError, listing
from hubtiers.framework import TIERS
from hubtiers.hubs._division import division_of
from hubtiers.hubs._rounds import Ground, Round, Rows, Rules, choose_hubs
from hubtiers.hubs.cores import CoCores, CoreRule
from hubtiers.hubs.extents import ExtentRule, FieldExtent
from hubtiers.hubs.layout import Hub, HubLayout
from hubtiers.hubs.masses import scores_as_masses
from hubtiers.hubs.proposal import Proposal
from hubtiers.regions.distance import seats
from hubtiers.regions.find_region import find_region
from hubtiers.regions.groupings import parent_column
from hubtiers.scheme import Result

__all__ = ["COUNTS", "SPACING", "ProposedLayout", "propose_layout"]

Floats = NDArray[np.float64]

COUNTS = (3, 5, 8)
"""Hubs of each tier, the highest first, unless others are asked for: those of Zhang (2022, Table 2
and section 4.3)."""

SPACING = (300.0, 300.0, 150.0)
"""Least distance between leads of each tier in km unless another is asked for; this library's own
choice."""


@dataclass(frozen=True, repr=False)
class ProposedLayout(HubLayout):
    """A layout that was computed; `proposal` says why each place is what it is.

    Attributes
    ----------
    proposal
        Roles and reasons, the cost of balance, and how far each number may move.
    """

    proposal: Proposal | None = None


def propose_layout(  # noqa: PLR0913 - each is a free choice that the layout repeats
    result: Result,
    regions: gpd.GeoDataFrame | None = None,
    *,
    counts: Mapping[str, int] | str | None = None,
    spacing: Mapping[str, float] | float | None = None,
    balance: str | pd.Series | None = None,
    cores: CoreRule | None = None,
    extent: ExtentRule | None = None,
    require: float | None = 0.5,
    mass: pd.Series | None = None,
    weight: pd.Series | None = None,
    pinned: Sequence[str] = (),
    exclude: Sequence[str] = (),
    no_data: str = "leave",
    distances: pd.DataFrame | None = None,
    solve: str = "best-first",
) -> ProposedLayout:
    """Propose a layout of hubs from scores (多极支撑、相对均衡的布局方案).

    The best place leads a hub, then the best that keeps the spacing, and so on; the last places go
    to parts of the country that have none yet, where a balance is asked for. Places of nearly the
    same score share the lead, and each hub gets an extent.

    Parameters
    ----------
    result
        Scores and tiers.
    regions
        All regions, scored or not; those of the result when left out. Seats are taken from the
        columns `seat_lon` and `seat_lat`, else a point inside stands for them.
    counts
        Hubs by tier, highest first; 3, 5 and 8 when left out. ``"tiers"`` gives every lead the tier
        of its own score, without a count.
    spacing
        Least distance between leads, one number or by tier; a tier that is left out takes that of
        the tier below. Tiers with the same spacing are chosen together. 300 km, and 150 for
        regional hubs, when left out.
    balance
        A division of the regions: the name of a column, of a grouping of the pack (``"four"``,
        ``"seven"``), or a Series. Every part gets a hub of the tiers chosen first, and cores lie in
        the lead's part. None: no balance.
    cores
        Which places share the lead: `CoCores` (default), `LargestGap`, `SingleCore`; for the hubs
        chosen first only.
    extent
        Which places a hub organises: `FieldExtent` (default: reaching as far as hubs of the tier
        stand apart), `HuffExtent`, `ProvinceExtent`,
        `LargestLinkExtent`, `NoExtent`.
    require
        Least percentile, between 0 and 1, in every function, for hubs after the first choice, which
        also lie outside the extents of the first. None asks for nothing.
    mass
        Size by region for fields; the scores when left out.
    weight
        What provinces are shared out by, such as population.
    pinned, exclude
        Names or ids of places that lead in any case, and of those that do not lead.
    no_data
        ``"leave"``: places without a score belong to no hub; ``"near"``: they may.
    distances
        Square frame in place of kilometres (`read_distances`, `load_distances`), of all regions but
        those in `exclude`, which then join no hub either; spacing, reach and `within` are then
        in its unit.
    solve
        ``"best-first"``, or ``"exact"`` for the greatest sum of scores of the first choice.

    Returns
    -------
    ProposedLayout
        A `HubLayout` with `proposal`: the same input gives the same layout, whatever the order of
        rows; ties go to the smaller id.

    Raises
    ------
    SpecError, UnknownOptionError
        When a choice is wrong, or a name is unknown.
    DataError
        When fewer hubs fit than asked for, a part of the division can have none, a pinned place has
        no score, distances have gaps, or a score that serves as mass is not positive.

    Notes
    -----
    The rule is greedy on purpose: a lead is the best within its spacing. Every number is a choice;
    `layout.proposal.windows` says how far each may move before the cores change, and
    `assess_layout` how they depend on weights. The tier of a hub says nothing about who is
    subordinate to whom. **Missing values**: a region without a score neither leads nor, unless
    `no_data="near"`, belongs to a hub.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("provinces2022").run().result
    >>> layout = propose_layout(result, counts={"national": 3}, spacing=800)
    >>> [hub.name_en for hub in layout.hubs]
    ['Beijing', 'Guangdong', 'Jiangsu']
    """
    frame = _all_regions(result, regions)
    unit = "km" if distances is None else str(distances.attrs.get("unit", ""))
    _require_meant(unit, spacing, cores, extent)
    if counts == "tiers" and solve == "exact":
        raise SpecError(
            'counts="tiers" has no number of hubs, so that no sum is the greatest. Give counts by '
            'tier, or solve="best-first".'
        )
    rounds = _rounds(result, counts, spacing)
    rules = Rules(
        rounds=rounds,
        cores=CoCores() if cores is None else cores,
        extent=_default_extent(rounds) if extent is None else extent,
        require=_percentile(require),
        balanced=balance is not None,
        solve=_one_of("solve", solve, ("best-first", "exact")),
        no_data=_one_of("no_data", no_data, ("leave", "near")),
    )
    ground = _ground(
        result,
        frame,
        balance=balance,
        mass=mass,
        weight=weight,
        pinned=_ids(pinned, frame, "pinned"),
        exclude=_ids(exclude, frame, "exclude"),
        distances=distances,
    )
    return _layout_of(result, frame, ground, rules, unit)


def _layout_of(
    result: Result, frame: pd.DataFrame, ground: Ground, rules: Rules, unit: str
) -> ProposedLayout:
    """Choose the hubs, and return them as a layout."""
    proposal = Proposal(
        ground=ground,
        rules=rules,
        chosen=choose_hubs(ground, rules),
        names=_names(frame),
        functions=tuple(_functions(result).columns),
        unit=unit,
        regions=gpd.GeoDataFrame(frame),
    )
    names = {spoken: proposal.names[spoken].tolist() for spoken in ("zh", "en")}
    return ProposedLayout(
        id="proposed",
        hubs=tuple(_hub(proposal, hub, names) for hub in range(len(proposal.chosen.leads))),
        title_zh="提出的布局方案",
        title_en="Proposed layout",
        source="hubtiers",
        notes=tuple(proposal.statements("en")),
        notes_zh=tuple(proposal.statements("zh")),
        tiers=_order(result),
        proposal=proposal,
    )


def _require_meant(
    unit: str,
    spacing: Mapping[str, float] | float | None,
    cores: CoreRule | None,
    extent: ExtentRule | None,
) -> None:
    """Refuse numbers that are meant in kilometres where distances are in another unit."""
    if unit == "km":
        return
    given = {"spacing": spacing, "cores": cores, "extent": extent}
    if left_out := [name for name, value in given.items() if value is None]:
        raise SpecError(
            f"The distances are in {unit or 'no unit that is said'}, but the defaults of "
            f"{listing(left_out)} are kilometres. Give them in the unit of the distances, or read "
            'these with unit="km".'
        )


def _default_extent(rounds: tuple[Round, ...]) -> FieldExtent:
    """Return a field that reaches as far as hubs of the tier stand apart."""
    reach = {tier: each.spacing for each in rounds for tier in each.tiers if each.spacing > 0}
    return FieldExtent(reach=reach or np.inf)


def _all_regions(result: Result, regions: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return all regions in the order of their ids; those of the result must be among them."""
    frame: pd.DataFrame = result.table.regions if regions is None else regions
    if frame.index.has_duplicates:
        raise DuplicateRegionError(frame.index[frame.index.duplicated()], "The regions")
    absent = result.scores.index.difference(frame.index)
    if len(absent):
        raise DataError(
            f"The result scores {listing(map(repr, absent))}, which `regions` does not have. Give "
            "the regions that were scored, or more of the same level."
        )
    if result.table.overlaps:
        raise DataError(
            "Some regions of the result overlap, so that a place would count twice in a layout. "
            "Propose a layout from disjoint regions, for example table.without([…])."
        )
    return frame.sort_index()


def _rounds(
    result: Result,
    counts: Mapping[str, int] | str | None,
    spacing: Mapping[str, float] | float | None,
) -> tuple[Round, ...]:
    by_tier = _counts(result, counts)
    apart = {tier: _spacing_of(tier, _order(result), spacing) for tier in by_tier}
    rounds = []
    for distance, tiers in groupby(by_tier, key=apart.__getitem__):
        chosen = tuple(tiers)
        own = {} if counts == "tiers" else {tier: by_tier[tier] for tier in chosen}
        rounds.append(Round(chosen, own, distance))
    return tuple(rounds)


def _counts(result: Result, counts: Mapping[str, int] | str | None) -> dict[str, int]:
    """Return hubs by tier, the highest tier first."""
    order = _order(result)
    if isinstance(counts, str):
        _one_of("counts", counts, ("tiers",))
        # Local centres are not named: the lowest tier has none.
        return dict.fromkeys(result.breaks.labels[:-1], 0)
    given = dict(zip(order[:-1], COUNTS, strict=False) if counts is None else counts)
    for tier, count in given.items():
        if tier not in order:
            raise UnknownOptionError("tier in counts:", tier, order)
        if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 0:
            raise SpecError(f"counts has {count!r} for {tier!r}; give a whole number of hubs.")
    kept = {tier: int(given[tier]) for tier in order if given.get(tier)}
    if not kept:
        raise SpecError("counts asks for no hub. Ask for at least one.")
    return kept


def _order(result: Result) -> tuple[str, ...]:
    """Return the tiers that hubs can have, highest first: Zhang's, or those of the result."""
    labels = result.breaks.labels
    return TIERS if set(labels) <= set(TIERS) else labels


def _spacing_of(
    tier: str, order: tuple[str, ...], spacing: Mapping[str, float] | float | None
) -> float:
    """Return the spacing of a tier: its own, or that of the next tier below, or else above."""
    given = dict(zip(order, SPACING, strict=False)) if spacing is None else spacing
    if not isinstance(given, Mapping):
        given = dict.fromkeys(order, given)
    for name in given:
        if name not in order:
            raise UnknownOptionError("tier in spacing:", name, order)
    place = order.index(tier)
    line = [*order[place:], *order[:place][::-1]]
    found = next((given[name] for name in line if name in given), None)
    if found is None or not np.isfinite(found) or found < 0:
        raise SpecError(f"spacing={spacing!r} must give distances of at least 0.")
    return float(found)


def _ground(
    result: Result,
    frame: pd.DataFrame,
    *,
    balance: str | pd.Series | None,
    mass: pd.Series | None,
    weight: pd.Series | None,
    pinned: list[str],
    exclude: list[str],
    distances: pd.DataFrame | None,
) -> Ground:
    ids = frame.index
    scores = result.scores.reindex(ids)
    if unscored := [place for place in pinned if np.isnan(scores[place])]:
        raise DataError(
            f"The pinned places {listing(unscored)} have no score, so that they cannot lead a hub. "
            "Give them data, or leave them out of `pinned`."
        )
    groups, names = (None, ()) if balance is None else division_of(frame, balance)
    return Ground(
        ids=tuple(map(str, ids)),
        scores=scores.to_numpy(np.float64),
        mass=_mass(result, mass, ids),
        row=_rows(frame, distances, exclude),
        percentiles=_functions(result).reindex(ids).rank(pct=True).to_numpy(np.float64),
        tiers=tuple(result.tier.reindex(ids).astype(object).fillna("")),
        groups=groups,
        group_names=names,
        parents=_parents(frame),
        weight=_sizes(weight, ids),
        allowed=~ids.isin(exclude),
        pinned=tuple(int(place) for place in ids.get_indexer(pd.Index(pinned, dtype=ids.dtype))),
    )


def _mass(result: Result, mass: pd.Series | None, ids: pd.Index) -> Floats:
    """Return the masses: those given, or the scores; a score of 0 pulls nobody and is none."""
    scores = result.scores.reindex(ids)
    if mass is None:
        known = scores_as_masses(result).reindex(ids)
        return known.where(known > 0).to_numpy(np.float64)
    own = pd.to_numeric(mass, errors="coerce").reindex(ids)
    if own[scores.notna()].isna().any():
        absent = ids[scores.notna() & own.isna()]
        raise DataError(f"mass has no value for {listing(absent)}, which have a score.")
    if (own <= 0).any():
        raise DataError(f"mass holds {own.min():g}, but a mass must be positive.")
    return own.to_numpy(np.float64)


def _rows(frame: pd.DataFrame, distances: pd.DataFrame | None, exclude: Collection[str]) -> Rows:
    if distances is None:
        points = seats(gpd.GeoDataFrame(frame))
        return Rows(points["lon"].to_numpy(np.float64), points["lat"].to_numpy(np.float64))
    ids = frame.index
    if not distances.index.is_unique or not distances.columns.is_unique:
        raise DataError("The distances name a place twice. Name each once; see read_distances().")
    row, column = distances.index.get_indexer(ids), distances.columns.get_indexer(ids)
    known = (row >= 0) & (column >= 0)
    absent = ids[~known & ~ids.isin(list(exclude))]
    if len(absent):
        raise DataError(
            f"The distances lack {listing(map(repr, absent))}. Give distances between all regions, "
            'or leave these out (exclude=…; in a study no_distance = "exclude").'
        )
    inside = distances.to_numpy(np.float64)[np.ix_(row[known], column[known])]
    if np.isnan(inside).any() or (inside < 0).any():
        raise DataError("The distances have gaps or negative values; see read_distances().")
    # What is left out and has no distance is out of everybody's reach: it joins no hub.
    matrix = np.full((len(ids), len(ids)), np.inf)
    matrix[np.ix_(known, known)] = inside
    np.fill_diagonal(matrix, 0.0)
    return Rows(np.empty(0), np.empty(0), matrix)


def _functions(result: Result) -> pd.DataFrame:
    """Return the sub-scores directly under the score."""
    below = result.table.framework.children("")
    scores = result.sub_scores
    return scores[[code for code in scores.columns if code in below]]


def _parents(frame: pd.DataFrame) -> tuple[str, ...]:
    named = (parent_column(frame), "province", "parent")
    column = next((name for name in named if name in frame.columns), None)
    if column is None:
        return ("",) * len(frame)
    return tuple(frame[column].fillna("").astype("str"))


def _sizes(weight: pd.Series | None, ids: pd.Index) -> Floats:
    if weight is None:
        return np.ones(len(ids))
    return pd.to_numeric(weight, errors="coerce").reindex(ids).fillna(0.0).to_numpy(np.float64)


def _ids(names: Sequence[str], frame: pd.DataFrame, what: str) -> list[str]:
    """Return the ids of places that are named, each once."""
    if isinstance(names, str):
        raise SpecError(f"{what}={names!r} is one text; give a list, such as {what}=[{names!r}].")
    found = [find_region(name, frame, f"place in {what}:") for name in map(str, names)]
    return list(dict.fromkeys(found))


def _names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a short name by language; a missing one falls back to the other, then to the id."""
    ids = list(map(str, frame.index))
    wanted = {"zh": ("short_zh", "name_zh", "name_en"), "en": ("name_en", "name_zh")}
    texts = {
        name: ["" if pd.isna(text) else str(text) for text in frame[name].tolist()]
        for name in ("short_zh", "name_zh", "name_en")
        if name in frame.columns
    }
    columns = {}
    for language, names in wanted.items():
        rows = zip(*(texts[name] for name in names if name in texts), ids, strict=True)
        columns[language] = [next(filter(None, row)) for row in rows]
    return pd.DataFrame(columns, frame.index, dtype="str")


def _hub(proposal: Proposal, hub: int, names: Mapping[str, list[str]]) -> Hub:
    chosen, ids = proposal.chosen, proposal.ground.ids
    cores = chosen.cores[hub]
    members = np.flatnonzero(chosen.owner == hub)
    extent = tuple(ids[place] for place in members) if len(members) > len(cores) else ()
    return Hub(
        id=ids[cores[0]],
        tier=chosen.tiers[hub],
        cores=tuple(ids[place] for place in cores),
        name_zh="-".join(names["zh"][place] for place in cores),
        name_en="–".join(names["en"][place] for place in cores),
        extent=extent,
    )


def _percentile(require: float | None) -> float | None:
    if require is not None and not 0 <= require <= 1:
        raise SpecError(f"require={require!r} must be a percentile between 0 and 1, or None.")
    return require


def _one_of(what: str, value: Any, options: tuple[str, ...]) -> str:
    if value not in options:
        raise UnknownOptionError(what, value, options)
    return str(value)
