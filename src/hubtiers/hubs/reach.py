"""What a layout reaches: distances of people to centres, beside the best that so many could do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hubtiers.errors import DataError, SpecError
from hubtiers.hubs.layout import HubLayout, layout_members
from hubtiers.regions.distance import distances as geodesic_distances

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

__all__ = ["Accessibility", "accessibility", "p_median"]

Floats = NDArray[np.float64]

_WITHIN = (100.0, 200.0, 300.0)
_CANDIDATES = 60


@dataclass(frozen=True, repr=False, eq=False)
class Accessibility:
    """How near places are to the centres of a layout, as `accessibility` gives it.

    Attributes
    ----------
    nearest
        By region: `centre`, the nearest core; `distance`; `weight`.
    table
        Rows ``"layout"`` and, where it was asked for, ``"best"``: `centres`, `mean`, `largest`, and
        the share of weight `within_100` and so on.
    best
        Ids of the centres of the p-median optimum; empty where it was not asked for.
    known, regions
        How many regions have a weight, of how many.
    unit
        Unit of distances.
    """

    nearest: pd.DataFrame
    table: pd.DataFrame
    best: tuple[str, ...]
    known: int
    regions: int
    unit: str

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def _head(self) -> str:
        mean = float(self.table["mean"].iloc[0])
        text = f"mean {mean:.0f} {self.unit} to the nearest of {self.table['centres'].iloc[0]:.0f}"
        if "best" in self.table.index:
            text += (
                f" centres; the best so many could give {float(self.table['mean'].loc['best']):.0f}"
            )
        return f"{text}; weight known for {self.known} of {self.regions} regions"

    def __repr__(self) -> str:
        return f"<Accessibility: {self._head()}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._head())}</p>{self.table.to_html(escape=True)}"


def accessibility(
    layout: HubLayout,
    regions: gpd.GeoDataFrame,
    *,
    weight: pd.Series | None = None,
    tiers: Sequence[str] | None = None,
    leads: bool = False,
    within: Sequence[float] = _WITHIN,
    best: bool = True,
    distances: pd.DataFrame | None = None,
) -> Accessibility:
    """Say how near people are to the centres of a layout (可达性).

    Parameters
    ----------
    layout
        Any layout with cores among the regions.
    regions
        All regions.
    weight
        Population or another weight by region; each region counts one when left out.
    tiers
        Hubs of these tiers only; all when left out.
    leads
        Whether only the first core of each hub counts as a centre.
    within
        Distances whose share of weight is given.
    best
        Whether to find the optimum of as many centres (p-median) beside it.
    distances
        Square frame by region in place of kilometres.

    Returns
    -------
    Accessibility

    Raises
    ------
    DataError
        When no core lies among the regions, or no region has a weight.

    Notes
    -----
    Mean weighted distance to the nearest centre is the objective of the p-median problem, the share
    within a distance that of maximal cover, the largest distance that of the p-centre. They are
    yardsticks: what is best reached need not be best. The optimum is exact over the layout's own
    centres and the 60 regions of the largest weight. **Missing values**: regions without a weight
    are left out of means and shares, and `known` counts the others.

    Examples
    --------
    >>> from hubtiers.hubs.layout import load_layout
    >>> from hubtiers.regions.boundaries import load_regions
    >>> cities = load_regions("city")
    >>> found = accessibility(load_layout("zhang2022"), cities, tiers=["international"], best=False)
    >>> found.nearest.loc["120000", "centre"]
    '110000'
    """
    centres = _centres(layout, regions, tiers, leads=leads)
    sizes = _weights(weight, regions.index)
    away = geodesic_distances(regions, centres) if distances is None else distances
    away = away.loc[regions.index, centres]
    rows = {"layout": _row(away, sizes, within)}
    optimum: tuple[str, ...] = ()
    if best:
        optimum = _optimum(regions, centres, sizes, distances)
        to_best = geodesic_distances(regions, list(optimum)) if distances is None else distances
        rows["best"] = _row(to_best.loc[regions.index, list(optimum)], sizes, within)
    nearest = pd.DataFrame(
        {"centre": away.idxmin(axis=1), "distance": away.min(axis=1), "weight": sizes}
    )
    return Accessibility(
        nearest=nearest,
        table=pd.DataFrame.from_dict(rows, orient="index"),
        best=optimum,
        known=int(sizes.notna().sum()),
        regions=len(regions),
        unit="km" if distances is None else str(distances.attrs.get("unit", "")),
    )


def _centres(
    layout: HubLayout, regions: gpd.GeoDataFrame, tiers: Sequence[str] | None, *, leads: bool
) -> list[str]:
    """Return the cores, or leads, of the hubs of some tiers that lie among the regions."""
    known, centres = set(regions.index), dict[str, None]()
    for hub in layout.hubs:
        if tiers is None or hub.tier in tiers:
            cores = layout_members(hub.cores, known)[: 1 if leads else None]
            centres |= dict.fromkeys(core for core in cores if core in known)
    if not centres:
        raise DataError(
            f"No centre of the layout {layout.id!r} lies among these regions, so that nothing is "
            "near to one."
        )
    return list(centres)


def _weights(weight: pd.Series | None, index: pd.Index) -> pd.Series:
    if weight is None:
        return pd.Series(1.0, index)
    sizes = pd.to_numeric(weight, errors="coerce").reindex(index).astype("float64")
    if (sizes < 0).any():
        raise DataError(f"A weight is {sizes.min():g}, but it cannot be negative.")
    if not sizes.sum() > 0:
        raise DataError("No region has a weight above 0. Give weights by region id.")
    return sizes


def _row(away: pd.DataFrame, sizes: pd.Series, within: Sequence[float]) -> dict[str, float]:
    least, counted = away.min(axis=1), sizes.fillna(0.0)
    total = counted.sum()
    row = {
        "centres": float(away.shape[1]),
        "mean": float((least * counted).sum() / total),
        "largest": float(least[counted > 0].max()),
    }
    for limit in within:
        row[f"within_{limit:g}"] = float(counted[least <= limit].sum() / total)
    return row


def _optimum(
    regions: gpd.GeoDataFrame,
    centres: list[str],
    sizes: pd.Series,
    distances: pd.DataFrame | None,
) -> tuple[str, ...]:
    """Return the best centres among the layout's own and the largest regions."""
    largest = sizes.sort_values(ascending=False, kind="stable").index[:_CANDIDATES]
    candidates = list(dict.fromkeys([*centres, *map(str, largest)]))
    demand = regions[sizes.fillna(0.0) > 0]
    if distances is None:
        away = geodesic_distances(regions, candidates).loc[demand.index]
    else:
        away = distances.loc[demand.index, candidates]
    chosen, _ = p_median(away.to_numpy(), len(centres), weights=sizes[demand.index].to_numpy())
    return tuple(candidates[place] for place in chosen)


def p_median(
    distances: ArrayLike, p: int, *, weights: ArrayLike | None = None
) -> tuple[tuple[int, ...], float]:
    """Return the p centres with the least weighted distance to all places, and that distance.

    Parameters
    ----------
    distances
        Places × candidates.
    p
        How many centres.
    weights
        Weight by place; 1 each when left out.

    Returns
    -------
    tuple
        Columns of the centres in order, and Σ weight × distance to the nearest.

    Raises
    ------
    SpecError
        When `p` is below 1 or above the number of candidates.

    Notes
    -----
    Exact, by mixed-integer programming (HiGHS); ReVelle and Swain (1970). **Missing values** are
    not allowed.

    Examples
    --------
    >>> p_median([[0, 4, 9], [4, 0, 5], [9, 5, 0]], 1)
    ((1,), 9.0)
    """
    from scipy.optimize import Bounds, milp

    away = np.asarray(distances, dtype=np.float64)
    n, m = away.shape
    if not 1 <= p <= m:
        raise SpecError(f"p_median(p={p!r}) must lie between 1 and the {m} candidates.")
    sizes = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    # Variables: share of each place that goes to each candidate, then whether it is a centre.
    found = milp(
        np.r_[(sizes[:, None] * away).ravel(), np.zeros(m)],
        integrality=np.r_[np.zeros(n * m), np.ones(m)],
        bounds=Bounds(0, 1),
        constraints=_p_median_rules(n, m, p),
    )
    centres = np.flatnonzero(found.x[n * m :] > 0.5)
    return tuple(map(int, centres)), float((sizes * away[:, centres].min(axis=1)).sum())


def _p_median_rules(n: int, m: int, p: int) -> list[LinearConstraint]:
    """Return that each place is served once, by centres only, and that there are p of them."""
    from scipy.optimize import LinearConstraint
    from scipy.sparse import coo_array

    place, candidate = (grid.ravel() for grid in np.indices((n, m)))
    shares, ones = np.arange(n * m), np.ones(n * m)
    once = coo_array((ones, (place, shares)), shape=(n, n * m + m))
    rows, columns = np.r_[shares, shares], np.r_[shares, n * m + candidate]
    opened = coo_array((np.r_[ones, -ones], (rows, columns)), shape=(n * m, n * m + m))
    count = np.r_[np.zeros(n * m), np.ones(m)][None, :]
    return [
        LinearConstraint(once.tocsr(), 1, 1),
        LinearConstraint(opened.tocsr(), -np.inf, 0),
        LinearConstraint(count, p, p),
    ]
