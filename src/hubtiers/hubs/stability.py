"""How sure a proposed layout is: the same rules on the scores of many draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, HubtiersError, SpecError
from hubtiers.hubs._rounds import Chosen, Ground, choose_hubs
from hubtiers.hubs.layout import HubLayout
from hubtiers.hubs.masses import require_ratios
from hubtiers.hubs.propose import ProposedLayout, propose_layout
from hubtiers.regions.membership import expand_members
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plan import BLOCK, make_plan, seed_of
from hubtiers.robustness.variation import PerLevel, Variation
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["LayoutStability", "assess_layout"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CoreSets = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, repr=False, eq=False)
class LayoutStability:
    """Shares of draws, as `assess_layout` gives them.

    Attributes
    ----------
    proposed
        The layout of the scheme itself.
    draws, failed
        Draws that gave a layout; draws in which the rules could not be met, which are left out.
    lead, core
        By region, the share of draws in which it leads a hub, and in which it leads one or shares
        the lead.
    tier
        Regions × tiers: the share of draws in which it is a core of a hub of the tier.
    pairs
        Two cores of one hub, `first` and `second`, and the `share` of draws.
    layouts
        Different sets of cores of the first choice, most frequent first: `cores` and `share`.
    reference
        By hub of the reference, `hit`: a core of a proposed hub is among its cores; `exact`: the
        same cores. None without a reference.
    hits
        How many hubs of the reference are hit in a draw, and how many exactly: `hubs`, `hit`,
        `exact` as shares of draws.
    """

    proposed: ProposedLayout
    draws: int
    failed: int
    lead: pd.Series
    core: pd.Series
    tier: pd.DataFrame
    pairs: pd.DataFrame
    layouts: pd.DataFrame
    reference: pd.DataFrame | None = None
    hits: pd.DataFrame | None = None

    @property
    def layout_share(self) -> float:
        """Share of draws that give exactly the cores of the proposed layout (first choice)."""
        proposal = self.proposed.proposal
        assert proposal is not None
        own = _key(proposal.chosen, proposal.ground)
        found = self.layouts.loc[self.layouts["cores"] == own, "share"]
        return float(found.sum())

    @property
    def reference_hits(self) -> float:
        """Share of draws that hit every hub of the reference; NaN without one."""
        if self.hits is None:
            return float("nan")
        return float(self.hits.loc[self.hits["hubs"] == self.hits["hubs"].max(), "hit"].iloc[0])

    def standard_error(self, share: float) -> float:
        """Return √(p(1 − p)/n) of a share of draws."""
        return float(np.sqrt(share * (1.0 - share) / self.draws))

    def to_frame(self) -> pd.DataFrame:
        """Return the regions that are ever a core: names, `lead`, `core`, and the tiers."""
        proposal = self.proposed.proposal
        assert proposal is not None
        frame = pd.concat([self.lead, self.core, self.tier], axis=1)
        frame.insert(0, "name_zh", proposal.names["zh"].to_numpy())
        frame.insert(1, "name_en", proposal.names["en"].to_numpy())
        ever = frame[frame["core"] > 0]
        return ever.sort_values(["core", "lead"], ascending=False, kind="stable")

    def _head(self) -> str:
        share, error = self.layout_share, self.standard_error(self.layout_share)
        text = f"{self.draws} draws: these cores in {share:.1%} ± {error:.1%}"
        if self.hits is not None:
            text += f", every hub of the reference hit in {self.reference_hits:.1%}"
        return text + (f"; {self.failed} draws without a layout" if self.failed else "")

    def __repr__(self) -> str:
        return f"<LayoutStability: {self._head()}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._head())}</p>{self.to_frame().to_html(escape=True)}"


def assess_layout(
    scheme: Scheme,
    table: IndicatorTable,
    variation: Variation,
    *,
    draws: int = 1000,
    rng: int | np.random.Generator = 0,
    regions: gpd.GeoDataFrame | None = None,
    reference: HubLayout | None = None,
    **options: Any,
) -> LayoutStability:
    """Say how sure a proposed layout is (布局稳健性): the same rules on the scores of many draws.

    Parameters
    ----------
    scheme, table, variation, draws, rng
        As for `assess_robustness`; the draws are the same.
    regions
        As for `propose_layout`.
    reference
        A layout whose hubs are looked for, those of the tiers chosen first.
    **options
        As for `propose_layout`.

    Returns
    -------
    LayoutStability

    Raises
    ------
    SpecError, DataError
        As `propose_layout` and `assess_robustness`; also when no draw gives a layout, or scores
        serve as masses and the variation draws ranks, z-scores or the like.

    Notes
    -----
    The percentiles by function that `require` asks for are those of the scheme itself in every
    draw. A draw in which the rules cannot be met is counted as `failed` and left out of the shares.
    **Missing values**: a region without a score in a draw leads nothing in it.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("provinces2022").run().result
    >>> scheme, table = result.fitted.scheme, result.table
    >>> rules = {"counts": {"national": 2}, "spacing": 800}
    >>> sure = assess_layout(scheme, table, Variation(weights="dirichlet"), draws=512, **rules)
    >>> sure.lead.nlargest(2).index.tolist()
    ['110000', '440000']
    """
    if isinstance(draws, bool) or not isinstance(draws, (int, np.integer)) or draws < 1:
        raise SpecError(f"assess_layout(draws={draws!r}) needs a whole number of at least 1.")
    if options.get("mass") is None:
        _require_ratios(scheme, variation)
    base = scheme.run(table)
    proposed = propose_layout(base, regions, **options)
    assert proposed.proposal is not None
    ground, rules = proposed.proposal.ground, proposed.proposal.rules
    plan = make_plan(base, variation, tiers="refit", seed=seed_of(rng))
    tally = _Tally(ground, _sought(ground, proposed, reference))
    places = pd.Index(ground.ids).get_indexer(table.values.index.astype("str"))
    evaluator = DrawEvaluator(plan)
    for scores, classes, times in _rows_of(evaluator, draws):
        moved = _moved(ground, scores, classes, places, plan.labels, options)
        try:
            tally.add(choose_hubs(moved, rules), times)
        except HubtiersError:
            tally.failed += times
    return tally.stability(proposed)


def _require_ratios(scheme: Scheme, variation: Variation) -> None:
    """Refuse ranks and the like among the options that are drawn: they are no masses."""
    varied = variation.aggregate
    steps = varied.levels if isinstance(varied, PerLevel) else (varied,)
    for normalise in variation.normalise or (scheme.normalise,):
        require_ratios(scheme.replace(normalise=normalise))
    for step in chain.from_iterable(steps):
        require_ratios(scheme.replace(aggregate=step))


def _rows_of(evaluator: DrawEvaluator, draws: int) -> Iterable[tuple[Floats, Ints, int]]:
    """Yield scores and tiers of the draws, and for how many draws they stand."""
    for start in range(-(-draws // BLOCK)):
        some = slice(0, draws - start * BLOCK)
        block = evaluator.plan.blocks(start, start + 1).take(some)
        for drawn in evaluator.evaluate(block, scores=True):
            assert drawn.scores is not None
            for scores, classes in zip(drawn.scores, drawn.classes, strict=True):
                yield scores, classes, drawn.times


def _moved(
    ground: Ground,
    scores: Floats,
    classes: Ints,
    places: Ints,
    labels: tuple[str, ...],
    options: dict[str, Any],
) -> Ground:
    """Return the ground with the scores and tiers of a draw."""
    spread = np.full(len(ground.ids), np.nan)
    spread[places] = scores
    changed: dict[str, Any] = {"scores": spread}
    if options.get("mass") is None:
        if (scores < 0).any():
            raise DataError(
                "A draw gives scores below 0, which are no masses. Vary normalisations whose "
                "lowest value is at least 0, such as MinMax(), or give mass=."
            )
        changed["mass"] = np.where(spread > 0, spread, np.nan)
    if options.get("counts") == "tiers":
        tiers = [""] * len(ground.ids)
        for place, number in zip(places, classes, strict=True):
            tiers[place] = labels[number] if number >= 0 else ""
        changed["tiers"] = tuple(tiers)
    return replace(ground, **changed)


def _sought(
    ground: Ground, proposed: ProposedLayout, reference: HubLayout | None
) -> dict[str, frozenset[int]]:
    """Return the cores, as places with a score, of the hubs that the first choice can hit."""
    if reference is None:
        return {}
    assert proposed.proposal is not None
    tiers = proposed.proposal.rules.rounds[0].tiers
    place = {region: number for number, region in enumerate(ground.ids)}
    sought = {}
    for hub in reference.hubs:
        if hub.tier not in tiers:
            continue
        units = {unit for core in hub.cores for unit in (core, *expand_members_of(core, place))}
        cores = frozenset(place[unit] for unit in units if unit in place)
        sought[hub.id] = frozenset(p for p in cores if not np.isnan(ground.scores[p]))
    if not any(sought.values()):
        raise DataError(
            "No core of the reference is a region with a score. Give a layout of the same regions."
        )
    return {hub: cores for hub, cores in sought.items() if cores}


def expand_members_of(core: str, place: dict[str, int]) -> tuple[str, ...]:
    """Return the units of a core that is no region itself."""
    return () if core in place else expand_members([core])


@dataclass(eq=False)
class _Tally:
    """Counts over draws."""

    ground: Ground
    sought: dict[str, frozenset[int]]
    draws: int = 0
    failed: int = 0
    leads: Counter[int] = field(default_factory=Counter)
    tiers: Counter[tuple[int, str]] = field(default_factory=Counter)
    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)
    layouts: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    hits: Counter[int] = field(default_factory=Counter)
    exacts: Counter[int] = field(default_factory=Counter)

    def add(self, chosen: Chosen, times: int) -> None:
        """Count a layout that stands for some draws."""
        self.draws += times
        for lead, tier, cores in zip(chosen.leads, chosen.tiers, chosen.cores, strict=True):
            self.leads[lead] += times
            for core in cores:
                self.tiers[core, tier] += times
            ordered = sorted(cores)
            for number, first in enumerate(ordered):
                for second in ordered[number + 1 :]:
                    self.pairs[first, second] += times
        self.layouts[_key(chosen, self.ground)] += times
        self._compare(chosen, times)

    def _compare(self, chosen: Chosen, times: int) -> None:
        sets = [frozenset(cores) for cores in chosen.cores[: chosen.first]]
        found = {core for cores in sets for core in cores}
        hit = [hub for hub, cores in self.sought.items() if cores & found]
        exact = [hub for hub, cores in self.sought.items() if cores in sets]
        for counts, hubs in ((self.hit, hit), (self.exact, exact)):
            for hub in hubs:
                counts[hub] += times
        self.hits[len(hit)] += times
        self.exacts[len(exact)] += times

    def stability(self, proposed: ProposedLayout) -> LayoutStability:
        """Return the shares."""
        if not self.draws:
            raise DataError(
                "No draw gives a layout: the rules cannot be met. Ask for fewer hubs, or a smaller "
                "spacing."
            )
        index = pd.Index(self.ground.ids, name="region_id")
        lead = pd.Series(0.0, index, name="lead")
        for place, times in self.leads.items():
            lead.iloc[place] = times / self.draws
        tier = self._tiers(index, proposed)
        has_reference = bool(self.sought)
        return LayoutStability(
            proposed=proposed,
            draws=self.draws,
            failed=self.failed,
            lead=lead,
            core=tier.sum(axis=1).rename("core"),
            tier=tier,
            pairs=self._pairs(),
            layouts=self._layouts(),
            reference=self._reference() if has_reference else None,
            hits=self._hits() if has_reference else None,
        )

    def _tiers(self, index: pd.Index, proposed: ProposedLayout) -> pd.DataFrame:
        assert proposed.proposal is not None
        rounds = proposed.proposal.rules.rounds
        columns = [tier for each in rounds for tier in each.tiers]
        shares = np.zeros((len(index), len(columns)))
        for (place, tier), times in self.tiers.items():
            shares[place, columns.index(tier)] = times / self.draws
        return pd.DataFrame(shares, index, columns)

    def _pairs(self) -> pd.DataFrame:
        ids = self.ground.ids
        rows = [(ids[a], ids[b], n / self.draws) for (a, b), n in self.pairs.items()]
        frame = pd.DataFrame(rows, columns=["first", "second", "share"])
        return frame.sort_values(["share", "first", "second"], ascending=[False, True, True])

    def _layouts(self) -> pd.DataFrame:
        rows = [(cores, n / self.draws) for cores, n in self.layouts.items()]
        frame = pd.DataFrame(rows, columns=["cores", "share"])
        return frame.sort_values(["share", "cores"], ascending=[False, True], ignore_index=True)

    def _reference(self) -> pd.DataFrame:
        rows = {hub: (self.hit[hub], self.exact[hub]) for hub in self.sought}
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["hit", "exact"])
        return (frame / self.draws).rename_axis("hub")

    def _hits(self) -> pd.DataFrame:
        hubs = range(len(self.sought) + 1)
        shares = [(n, self.hits[n] / self.draws, self.exacts[n] / self.draws) for n in hubs]
        return pd.DataFrame(shares, columns=["hubs", "hit", "exact"])


def _key(chosen: Chosen, ground: Ground) -> str:
    """Return the cores of the first choice as text, whatever their order."""
    names = np.array(ground.ids)
    sets = ["-".join(sorted(names[list(cores)])) for cores in chosen.core_sets(first=True)]
    return " ".join(sorted(sets))
