"""Whether neighbours resemble each other: Moran's I."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, DuplicateRegionError, SpecError
from hubtiers.regions.contiguity import Contiguity, contiguity, neighbour_pairs
from hubtiers.scheme import Result

__all__ = ["FEWEST_PERMUTATIONS", "MoransI", "moran_of", "morans_i"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_PERMUTATIONS = 99
_FEWEST = 4
_BLOCK = 2_000_000
"""Most permuted values that are held at once."""


@dataclass(frozen=True, repr=False)
class MoransI:
    """Moran's I, as `morans_i` gives it.

    Attributes
    ----------
    i
        Moran's I: above `expected` neighbours resemble each other, below it they differ.
    expected
        What values that are strewn at random would give: −1 / (n − 1).
    z
        How many standard deviations of the permutations `i` lies above their mean.
    p_value
        Share of permutations whose I lies at least as far from their mean, on either side; never 0.
    permutations
        How many there were.
    n
        Regions with a value.
    mean_neighbours
        Neighbours with a value that a region has, on average.
    islands
        Regions with a value, but without a neighbour that has one.
    rule
        Who counts as a neighbour.
    standardise
        Whether the weights of the neighbours of a region sum to 1.
    """

    i: float
    expected: float
    z: float
    p_value: float
    permutations: int
    n: int
    mean_neighbours: float
    islands: tuple[str, ...]
    rule: str
    standardise: bool = True

    def to_frame(self) -> pd.DataFrame:
        """Return the measures as one row."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        row["islands"] = len(self.islands)
        return pd.DataFrame([row])

    def __repr__(self) -> str:
        return (
            f"<MoransI: I {self.i:.3f} over {self.n} regions ({self.expected:.3f} at random), "
            f"z {self.z:.2f}, p {self.p_value:.3g} of {self.permutations} permutations; "
            f"neighbours: {self.rule}, {self.mean_neighbours:.1f} each, {len(self.islands)} "
            f"without one{'' if self.standardise else ', binary weights'}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>"


def morans_i(
    values: pd.Series | Result,
    regions: gpd.GeoDataFrame | Mapping[str, tuple[str, ...]],
    *,
    rule: str = "queen",
    k: int = 4,
    standardise: bool = True,
    permutations: int = 999,
    rng: int = 42,
) -> MoransI:
    """Moran's I (莫兰指数): do neighbouring regions have similar values.

    Choose it on scores to see whether tiers are a pattern of the map, and on residuals to see
    whether what a baseline leaves over still is one: regions are then no independent witnesses, and
    intervals that take them for such are too narrow.

    Parameters
    ----------
    values
        Value by region, or a result, whose scores are taken.
    regions
        Regions with geometry, of which `contiguity` tells the neighbours, or neighbours by region.
    rule, k
        What `contiguity` takes: `"queen"`, `"rook"`, or `"nearest"` with the `k` nearest.
    standardise
        Whether the weights of the neighbours of a region sum to 1, or are 1 each.
    permutations
        How many times the values are dealt out anew, at least 99.
    rng
        Seed of these permutations.

    Returns
    -------
    MoransI

    Raises
    ------
    DataError
        When fewer than four regions have a value, all values are equal, no region with a value has
        a neighbour with one, or the regions have no geometry.
    DuplicateRegionError
        When a region stands twice.
    SpecError, UnknownOptionError
        When an option is wrong.

    Notes
    -----
    I = (n / S₀) · Σᵢ Σⱼ wᵢⱼ zᵢ zⱼ / Σᵢ zᵢ² with deviations z from the mean, and weights w that are
    equal for the neighbours of a region and sum to 1 (row-standardised) or are 1 each (binary,
    which gives another number); S₀ is their sum. Islands
    count in n and in the mean and have no weights. The probability is that of permutations (Cliff
    and Ord 1981), on both sides: (1 + number at least as far) / (1 + permutations).

    **Missing values**: regions without a value play no part, neither as neighbours.

    Examples
    --------
    >>> ring = {"a": ("b",), "b": ("a", "c"), "c": ("b", "d"), "d": ("c",)}
    >>> round(morans_i(pd.Series({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}), ring).i, 3)
    0.4
    """
    whole = isinstance(permutations, int) and not isinstance(permutations, bool)
    if not whole or permutations < FEWEST_PERMUTATIONS:
        raise SpecError(
            f"morans_i(permutations={permutations!r}) must be a whole number of at least 99: with "
            "fewer no probability below .01 can be seen."
        )
    series = values.scores if isinstance(values, Result) else values
    known = series.dropna().astype("float64")
    if known.index.has_duplicates:
        raise DuplicateRegionError(known.index[known.index.duplicated()], "The values")
    neighbours, told = _neighbours(regions, rule, k)
    names = [str(region) for region in known.index]
    first, second = neighbour_pairs(neighbours, names)
    deviations = _deviations(known, len(first))
    degree = np.bincount(first, minlength=len(names))
    weights = 1.0 / degree[first] if standardise else np.ones(len(first))
    i = moran_of(deviations, first, second, weights)
    drawn = _permuted(deviations, (first, second, weights), permutations, rng)
    mean, spread = float(drawn.mean()), float(drawn.std())
    # Rounding must not decide whether a permutation that gives the same I lies as far.
    as_far = np.abs(drawn - mean) >= abs(i - mean) * (1 - 1e-12)
    return MoransI(
        i=i,
        expected=-1.0 / (len(names) - 1),
        z=(i - mean) / spread if spread > 0 else float("nan"),
        p_value=(1 + int(as_far.sum())) / (1 + permutations),
        permutations=permutations,
        n=len(names),
        mean_neighbours=float(degree.mean()),
        islands=tuple(name for name, others in zip(names, degree, strict=True) if not others),
        rule=told,
        standardise=standardise,
    )


def moran_of(deviations: Floats, first: Ints, second: Ints, weights: Floats) -> float:
    """Return Moran's I of deviations from their mean, given pairs of neighbours and their weights.

    >>> moran_of(np.array([1.0, -1.0]), np.array([0, 1]), np.array([1, 0]), np.ones(2))
    -1.0
    """
    shared = float((weights * deviations[first] * deviations[second]).sum())
    return len(deviations) / float(weights.sum()) * shared / float((deviations**2).sum())


def _neighbours(
    regions: gpd.GeoDataFrame | Mapping[str, tuple[str, ...]], rule: str, k: int
) -> tuple[Contiguity, str]:
    """Return the neighbours by region, and the word for who counts as one."""
    if isinstance(regions, Mapping):
        return regions, "as given"
    told = f"{k} nearest" if rule == "nearest" else rule
    return contiguity(regions, rule, k=k), told


def _deviations(known: pd.Series, pairs: int) -> Floats:
    """Return deviations from the mean, or refuse values that have no Moran's I."""
    values = known.to_numpy(np.float64)
    if len(values) < _FEWEST:
        raise DataError(
            f"morans_i() needs at least {_FEWEST} regions with a value, but there are "
            f"{len(values)}. Score more regions."
        )
    if not np.isfinite(values).all():
        raise DataError("morans_i() needs finite values, but some are infinite. Correct them.")
    if values.min() == values.max():
        raise DataError(
            "morans_i() needs values that differ, but they are the same in every region."
        )
    if not pairs:
        raise DataError(
            "No region with a value has a neighbour with one. Check that values and neighbours "
            'have the same ids, or take the nearest regions: rule="nearest".'
        )
    return np.asarray(values - values.mean())


def _permuted(
    deviations: Floats, pairs: tuple[Ints, Ints, Floats], permutations: int, rng: int
) -> Floats:
    """Return Moran's I of the values dealt out to the regions at random."""
    from scipy.sparse import csr_array

    n = len(deviations)
    first, second, weights = pairs
    matrix = csr_array((weights, (first, second)), shape=(n, n))
    scale = n / float(weights.sum()) / float((deviations**2).sum())
    draws, found = np.random.default_rng(rng), np.empty(permutations)
    step = max(1, _BLOCK // n)
    for start in range(0, permutations, step):
        count = min(step, permutations - start)
        dealt = draws.permuted(np.tile(deviations[:, None], count), axis=0)
        found[start : start + count] = scale * (dealt * (matrix @ dealt)).sum(axis=0)
    return found
