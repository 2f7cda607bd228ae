"""Two layouts side by side (方案比较): which hubs are the same, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers.errors import DataError
from hubtiers.hubs.layout import Hub, HubLayout, layout_members
from hubtiers.hubs.propose import ProposedLayout
from hubtiers.regions.distance import distances as geodesic_distances

__all__ = ["LayoutComparison", "compare_layouts"]

_EQUAL_AREA = "+proj=cea +datum=WGS84 +units=m"


@dataclass(frozen=True, repr=False, eq=False)
class LayoutComparison:
    """Two layouts side by side, as `compare_layouts` gives it.

    Attributes
    ----------
    hubs
        One row by hub of either layout: `hub_a`, `hub_b` (empty where it has no counterpart),
        `names`, `matched_by` (cores, extent, or empty), `tier_a`, `tier_b`, `kept`, `gained`,
        `lost` and `not_scored` (cores, by id), `jaccard_area`, `jaccard_weight` of the extents.
    cities
        Regions that are a core in one layout at least and whose tier differs: `tier_a`, `tier_b`.
    coverage
        By layout: share of area and of weight inside an extent.
    distance
        By layout and tier: mean weighted distance in km to the nearest core of a hub of the tier or
        better.
    known, regions
        How many regions have a weight, of how many.
    """

    hubs: pd.DataFrame
    cities: pd.DataFrame
    coverage: pd.DataFrame
    distance: pd.DataFrame
    known: int
    regions: int

    def to_frame(self) -> pd.DataFrame:
        """Return the hubs."""
        return self.hubs.copy()

    def summary(self) -> dict[str, float]:
        """Return figures of the whole.

        Returns
        -------
        dict
            `hubs_a`, `hubs_b`; `by_cores` and `by_extent`, matched hubs; `same_cores`, hubs with
            exactly the same cores, those aside that could not be scored; `same_tier`;
            `jaccard_area` and `jaccard_weight`, means over the matched hubs that have extents in
            both.
        """
        frame = self.hubs
        matched = frame[frame["matched_by"] != ""]
        unchanged = (matched["gained"] == "") & (matched["lost"] == "") & (matched["kept"] != "")
        return {
            "hubs_a": float((frame["hub_a"] != "").sum()),
            "hubs_b": float((frame["hub_b"] != "").sum()),
            "by_cores": float((frame["matched_by"] == "cores").sum()),
            "by_extent": float((frame["matched_by"] == "extent").sum()),
            "same_cores": float(unchanged.sum()),
            "same_tier": float((matched["tier_a"] == matched["tier_b"]).sum()),
            "jaccard_area": float(matched["jaccard_area"].mean()),
            "jaccard_weight": float(matched["jaccard_weight"].mean()),
        }

    def _head(self) -> str:
        figures = self.summary()
        return (
            f"{figures['by_cores']:.0f} hubs share cores ({figures['same_cores']:.0f} have the "
            f"same), {figures['by_extent']:.0f} share an extent, of {figures['hubs_a']:.0f} and "
            f"{figures['hubs_b']:.0f}"
        )

    def __repr__(self) -> str:
        return f"<LayoutComparison: {self._head()}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._head())}</p>{self.hubs.to_html(escape=True, index=False)}"


def compare_layouts(
    a: HubLayout,
    b: HubLayout,
    regions: gpd.GeoDataFrame,
    *,
    weight: pd.Series | None = None,
) -> LayoutComparison:
    """Hold two layouts side by side (比较两个布局方案).

    Parameters
    ----------
    a, b
        Layouts of the same regions, such as a published one and a proposed one.
    regions
        All regions, with outlines.
    weight
        Population or another weight by region; each region counts one when left out.

    Returns
    -------
    LayoutComparison

    Raises
    ------
    DataError
        When no core of one of the layouts lies among the regions.

    Notes
    -----
    A hub of `a` goes with the hub of `b` that shares most cores with it; what is left goes together
    by the largest overlap of extents in area. Extents hold cores, too. Cores that a proposed layout
    could not choose because they have no score are `not_scored`, and neither lost nor gained.
    Jaccard: shared over joint area (or weight) of two extents; missing where a layout gives none.
    **Missing values**: regions without a weight count in area only.

    Examples
    --------
    >>> from hubtiers.hubs.layout import load_layout
    >>> from hubtiers.regions.boundaries import load_regions
    >>> layout = load_layout("zhang2022")
    >>> compare_layouts(layout, layout, load_regions("city"))
    <LayoutComparison: 16 hubs share cores (16 have the same), 0 share an extent, of 16 and 16>
    """
    sides = [_Side(layout, regions) for layout in (a, b)]
    sizes = pd.Series(1.0, regions.index) if weight is None else weight.reindex(regions.index)
    measures = pd.DataFrame(
        {"area": regions.geometry.to_crs(_EQUAL_AREA).area, "weight": sizes.astype("float64")}
    )
    unscored = sides[0].unscored | sides[1].unscored
    pairs = _matched(sides[0], sides[1], measures)
    rows = [_row(sides, (hub_a, hub_b), how, measures, unscored) for hub_a, hub_b, how in pairs]
    covered = {name: side.coverage(measures) for name, side in zip("ab", sides, strict=True)}
    near = {name: side.distances(measures) for name, side in zip("ab", sides, strict=True)}
    return LayoutComparison(
        hubs=pd.DataFrame(rows),
        cities=_changed(sides, unscored),
        coverage=pd.DataFrame(covered).T,
        distance=pd.DataFrame(near).T,
        known=int(sizes.notna().sum()),
        regions=len(regions),
    )


class _Side:
    """One layout in terms of the regions."""

    def __init__(self, layout: HubLayout, regions: gpd.GeoDataFrame) -> None:
        self.regions = regions
        known, self.tiers = set(regions.index), layout.tiers
        self.hubs = {hub.id: hub for hub in layout.hubs}
        self.cores = {hub.id: _inside(hub.cores, known) for hub in layout.hubs}
        self.extents = {
            hub.id: _inside((*hub.extent, *hub.cores), known) if hub.extent else frozenset[str]()
            for hub in layout.hubs
        }
        if not any(self.cores.values()):
            raise DataError(
                f"No core of the layout {layout.id!r} lies among these regions. Compare layouts "
                "over the regions that they are made of."
            )
        proposal = layout.proposal if isinstance(layout, ProposedLayout) else None
        ids, scores = (proposal.ground.ids, proposal.ground.scores) if proposal else ((), ())
        self.unscored = {i for i, score in zip(ids, scores, strict=True) if np.isnan(score)}

    @property
    def tier(self) -> dict[str, str]:
        """Tier by core; the highest where it is the core of several hubs."""
        found: dict[str, str] = {}
        for hub in sorted(self.hubs.values(), key=lambda each: self.tiers.index(each.tier)):
            for core in self.cores[hub.id]:
                found.setdefault(core, hub.tier)
        return found

    def coverage(self, measures: pd.DataFrame) -> pd.Series:
        """Return the share of area and weight inside an extent."""
        inside = {unit for units in self.extents.values() for unit in units}
        covered = measures[measures.index.isin(inside)].sum()
        return covered / measures.sum()

    def distances(self, measures: pd.DataFrame) -> pd.Series:
        """Return the mean weighted distance to a core of each tier or better."""
        weight, found = measures["weight"].fillna(0.0), {}
        for place, tier in enumerate(self.tiers):
            upper = self.tiers[: place + 1]
            cores = sorted(core for core, own in self.tier.items() if own in upper)
            if cores and tier in self.tier.values():
                least = geodesic_distances(self.regions, cores).min(axis=1)
                found[tier] = float((least * weight).sum() / weight.sum())
        return pd.Series(found, dtype="float64")


def _inside(ids: tuple[str, ...], known: set[str]) -> frozenset[str]:
    return frozenset(unit for unit in layout_members(ids, known) if unit in known)


def _matched(a: _Side, b: _Side, measures: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return the pairs of hubs, first those with common cores, and hubs without counterpart."""
    free_a, free_b, pairs = dict.fromkeys(a.hubs), dict.fromkeys(b.hubs), []
    by_core = {(i, j): float(len(a.cores[i] & b.cores[j])) for i in a.hubs for j in b.hubs}
    area = measures["area"]
    by_extent = {(i, j): _jaccard(a.extents[i], b.extents[j], area) for i in a.hubs for j in b.hubs}
    for how, likeness in (("cores", by_core), ("extent", by_extent)):
        # Equal likeness is settled by the larger extent in common, then by the order of hubs.
        order = sorted(likeness, key=lambda pair: (-likeness[pair], -by_extent[pair]))
        for i, j in order:
            if likeness[i, j] > 0 and i in free_a and j in free_b:
                pairs.append((i, j, how))
                del free_a[i], free_b[j]
    pairs.sort(key=lambda pair: list(a.hubs).index(pair[0]))
    pairs += [(i, "", "") for i in free_a]
    pairs += [("", j, "") for j in free_b]
    return pairs


def _jaccard(first: frozenset[str], second: frozenset[str], measure: pd.Series) -> float:
    """Return what two sets share of what they hold together; 0 where one is empty."""
    if not first or not second:
        return 0.0
    together = measure.loc[sorted(first | second)].sum()
    return float(measure.loc[sorted(first & second)].sum() / together) if together > 0 else 0.0


def _row(
    sides: list[_Side],
    pair: tuple[str, str],
    how: str,
    measures: pd.DataFrame,
    unscored: set[str],
) -> dict[str, object]:
    """Return what two hubs have in common, or what one without a counterpart is."""
    both = list(zip(sides, pair, strict=True))
    hubs = [side.hubs.get(hub) for side, hub in both]
    cores_a, cores_b = (side.cores.get(hub, frozenset()) for side, hub in both)
    extents = [side.extents.get(hub, frozenset()) for side, hub in both]
    named = hubs[0] or hubs[1]
    row: dict[str, object] = {"hub_a": pair[0], "hub_b": pair[1]}
    row |= {key: getattr(named, key) for key in ("name_zh", "name_en")}
    row |= {"matched_by": how, "tier_a": _tier(hubs[0]), "tier_b": _tier(hubs[1])}
    row["kept"] = _joined(cores_a & cores_b)
    row["gained"] = _joined((cores_b - cores_a) - unscored)
    row["lost"] = _joined((cores_a - cores_b) - unscored)
    row["not_scored"] = _joined((cores_a ^ cores_b) & unscored)
    for name in ("area", "weight"):
        likeness = _jaccard(extents[0], extents[1], measures[name])
        row[f"jaccard_{name}"] = likeness if all(extents) else np.nan
    return row


def _tier(hub: Hub | None) -> str:
    return "" if hub is None else hub.tier


def _joined(units: frozenset[str] | set[str]) -> str:
    return ";".join(sorted(units))


def _changed(sides: list[_Side], unscored: set[str]) -> pd.DataFrame:
    """Return the cores whose tier differs; those without a score are left to `not_scored`."""
    before, after = (side.tier for side in sides)
    rows = {
        core: (before.get(core, ""), after.get(core, ""))
        for core in sorted((set(before) | set(after)) - unscored)
        if before.get(core) != after.get(core)
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["tier_a", "tier_b"])
    return frame.rename_axis("region_id")
