"""Where neighbours resemble each other (局部空间自相关): local Moran's I, Getis and Ord's G."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.autocorrelation import FEWEST_PERMUTATIONS
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.regions.contiguity import Contiguity, contiguity

__all__ = ["general_g", "getis_ord", "local_moran"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CLASSES = ("high-high", "low-high", "low-low", "high-low")
"""Own value against the neighbours' mean: above or below the mean of all."""

NOT_SIGNIFICANT, NO_NEIGHBOUR = "not significant", "no neighbour"
_FEWEST = 4


class _Ground(NamedTuple):
    """Regions with a value, and the places of the neighbours of each."""

    names: list[str]
    values: Floats
    neighbours: list[Ints]

    @property
    def islands(self) -> Flags:
        """Which regions have no neighbour with a value."""
        return np.array([not len(each) for each in self.neighbours])


def local_moran(
    values: pd.Series,
    regions: gpd.GeoDataFrame | Mapping[str, tuple[str, ...]],
    *,
    rule: str = "queen",
    k: int = 4,
    permutations: int = 999,
    rng: int = 42,
    level: float = 0.05,
    correction: str | None = None,
) -> pd.DataFrame:
    """Local Moran's I (局部莫兰指数): where like lies beside like.

    Parameters
    ----------
    values
        Value by region.
    regions, rule, k
        Regions with geometry, or neighbours by region, as for `morans_i`.
    permutations, rng
        How many times the other regions' values are dealt out, at least 99, and the seed.
    level
        Level below which a class is named.
    correction
        None, or ``"fdr"`` for Benjamini and Hochberg's control of false discoveries over all
        regions.

    Returns
    -------
    pandas.DataFrame
        By region with a value: `i`, `p` (pseudo probability, one-sided and folded), `class`:
        high-high, low-low, high-low, low-high, not significant, or no neighbour.

    Raises
    ------
    SpecError, UnknownOptionError
        When an option is wrong.
    DataError
        When fewer than four regions have a value, or all values are equal.

    Notes
    -----
    Iᵢ = (n − 1) zᵢ Σⱼ wᵢⱼ zⱼ / Σ z² with row-standardised weights (Anselin 1995, scaled as in esda;
    others divide by n). p = (r + 1)/(m + 1) of conditional permutations, the smaller side. Islands
    have no I and are a class of their own. **Missing values**: regions without a value play no
    part.

    Examples
    --------
    >>> line = {str(i): tuple(str(j) for j in (i - 1, i + 1) if 0 <= j < 20) for i in range(20)}
    >>> steps = pd.Series(np.r_[np.zeros(10), np.ones(10)], [str(i) for i in range(20)])
    >>> local_moran(steps, line).loc["18", "class"]
    'not significant'
    """
    _require(permutations, level, correction)
    ground = _ground(values, regions, rule, k)
    z = ground.values - ground.values.mean()
    scale = (len(z) - 1) / float((z**2).sum())
    lag = np.array([z[near].mean() if len(near) else np.nan for near in ground.neighbours])
    p = _pseudo(ground, z, lag, permutations, rng)
    places = 1 * (z < 0) + 2 * (lag < 0)
    # In the order of CLASSES: own above (+0) or below (+1), neighbours above (+0) or below (+2).
    kind = np.array(["high-high", "low-high", "high-low", "low-low"], dtype=object)[places]
    kind[~_below(p, level, correction)] = NOT_SIGNIFICANT
    kind[ground.islands] = NO_NEIGHBOUR
    index = pd.Index(ground.names, name="region_id")
    return pd.DataFrame({"i": scale * z * lag, "p": p, "class": kind}, index)


def _pseudo(ground: _Ground, z: Floats, lag: Floats, permutations: int, rng: int) -> Floats:
    """Return pseudo probabilities of conditional permutations, one-sided and folded."""
    n, most = len(z), max(map(len, ground.neighbours), default=0)
    draws = np.random.default_rng(rng)
    # The same draws serve every region: places among the n − 1 others, without one twice.
    dealt = np.argsort(draws.random((permutations, n - 1)), axis=1)[:, :most]
    found = np.full(n, np.nan)
    for place, near in enumerate(ground.neighbours):
        if not len(near):
            continue
        others = dealt[:, : len(near)]
        others = others + (others >= place)
        simulated = z[others].mean(axis=1) * z[place]
        larger = int((simulated >= lag[place] * z[place]).sum())
        found[place] = (min(larger, permutations - larger) + 1) / (permutations + 1)
    return found


def getis_ord(
    values: pd.Series,
    regions: gpd.GeoDataFrame | Mapping[str, tuple[str, ...]],
    *,
    rule: str = "queen",
    k: int = 4,
    star: bool = True,
) -> pd.DataFrame:
    """Getis and Ord's G (热点分析): where high values gather, and where low ones do.

    Parameters
    ----------
    values
        Value by region.
    regions, rule, k
        Regions with geometry, or neighbours by region, as for `morans_i`; weights are binary.
    star
        Whether a region counts among its own neighbours (G*), or not (G).

    Returns
    -------
    pandas.DataFrame
        By region with a value: `z`, and `p` of the normal distribution, two-sided. Islands have
        neither under G.

    Raises
    ------
    DataError
        When fewer than four regions have a value, or all values are equal.

    Notes
    -----
    Ord and Getis (1995, doi:10.1111/j.1538-4632.1995.tb00912.x), with the mean and deviation of the
    other regions for G and of all for G*. **Missing values**: regions without a value play no part.

    Examples
    --------
    >>> line = {str(i): tuple(str(j) for j in (i - 1, i + 1) if 0 <= j < 20) for i in range(20)}
    >>> steps = pd.Series(np.r_[np.zeros(10), np.ones(10)], [str(i) for i in range(20)])
    >>> bool(getis_ord(steps, line).loc["15", "z"] > 1.5)
    True
    """
    from scipy.stats import norm

    ground = _ground(values, regions, rule, k)
    own = _star if star else _without_itself
    z = np.array([own(ground.values, place, near) for place, near in enumerate(ground.neighbours)])
    p = 2.0 * norm.sf(np.abs(z))
    return pd.DataFrame({"z": z, "p": p}, pd.Index(ground.names, name="region_id"))


def _star(x: Floats, place: int, near: Ints) -> float:
    n, count = len(x), len(near) + 1
    total = x[near].sum() + x[place]
    return float((total - x.mean() * count) / (x.std() * np.sqrt(count * (n - count) / (n - 1))))


def _without_itself(x: Floats, place: int, near: Ints) -> float:
    others = np.delete(x, place)
    n, count = len(others), len(near)
    if not 0 < count < n:
        return float("nan")
    spread = others.std() * np.sqrt(count * (n - count) / (n - 1))
    return float((x[near].sum() - others.mean() * count) / spread)


def general_g(
    values: pd.Series,
    regions: gpd.GeoDataFrame | Mapping[str, tuple[str, ...]],
    *,
    rule: str = "queen",
    k: int = 4,
) -> float:
    """Return Getis and Ord's general G: the share of all products of pairs that neighbours have.

    Parameters
    ----------
    values
        Positive value by region.
    regions, rule, k
        As for `getis_ord`.

    Raises
    ------
    DataError
        When a value is negative, or as for `getis_ord`.

    Notes
    -----
    Getis and Ord (1992). **Missing values** as for `getis_ord`.

    Examples
    --------
    >>> square = {"a": ("b",), "b": ("a", "c"), "c": ("b", "d"), "d": ("c",)}
    >>> general_g(pd.Series({"a": 1.0, "b": 1.0, "c": 1.0, "d": 2.0}), square)
    0.4444444444444444
    """
    ground = _ground(values, regions, rule, k)
    x = ground.values
    if (x < 0).any():
        raise DataError(f"general_g() needs values of at least 0, but one is {x.min():g}.")
    near = sum(float(x[place] * x[each].sum()) for place, each in enumerate(ground.neighbours))
    return float(near / (x.sum() ** 2 - (x**2).sum()))


def _ground(
    values: pd.Series,
    regions: gpd.GeoDataFrame | Mapping[str, tuple[str, ...]],
    rule: str,
    k: int,
) -> _Ground:
    known = values.dropna().astype("float64")
    x: Floats = np.asarray(known, dtype=np.float64)
    if len(x) < _FEWEST:
        raise DataError(
            f"Neighbours are compared from four regions with a value on; there are {len(x)}."
        )
    if x.min() == x.max():
        raise DataError("Neighbours cannot be compared: the values are the same in every region.")
    names = [str(region) for region in known.index]
    place = {name: number for number, name in enumerate(names)}
    near: Contiguity = regions if isinstance(regions, Mapping) else contiguity(regions, rule, k=k)
    neighbours = [_places(near.get(name, ()), place) for name in names]
    return _Ground(names, x, neighbours)


def _places(others: tuple[str, ...], place: Mapping[str, int]) -> Ints:
    return np.array([place[other] for other in others if other in place], np.int64)


def _require(permutations: int, level: float, correction: str | None) -> None:
    whole = isinstance(permutations, (int, np.integer)) and not isinstance(permutations, bool)
    if not whole or permutations < FEWEST_PERMUTATIONS:
        raise SpecError(
            f"permutations={permutations!r} must be a whole number of at least 99: with fewer no "
            "probability below .01 can be seen."
        )
    if not 0 < level < 1:
        raise SpecError(f"level={level!r} must lie between 0 and 1.")
    if correction not in (None, "fdr"):
        raise UnknownOptionError("correction", correction, ("fdr",))


def _below(p: Floats, level: float, correction: str | None) -> Flags:
    """Return which probabilities are below the level, after the correction."""
    with np.errstate(invalid="ignore"):
        if correction is None:
            return np.asarray(p <= level)
        known = np.sort(p[~np.isnan(p)])
        bars = level * np.arange(1, len(known) + 1) / max(len(known), 1)
        passed = np.flatnonzero(known <= bars)
        return np.asarray(p <= (known[passed[-1]] if len(passed) else -1.0))
