"""How far two sortings into tiers agree."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, UnknownOptionError, listing
from hubtiers.framework import TIERS

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True, repr=False, eq=False)
class Agreement:
    """Agreement of tiers with a reference.

    Attributes
    ----------
    n, matches
        Regions compared, and regions in the same tier.
    kappa
        Cohen's kappa with linear weights: 1 is full agreement, 0 what chance would give.
    adjusted_rand
        Adjusted Rand index of the two partitions: the names and order of tiers play no part.
    confusion
        Reference tiers × tiers, counts.
    disagreements
        Regions that differ, with both tiers.
    not_compared
        Regions with a tier on one side only.
    """

    n: int
    matches: int
    kappa: float
    adjusted_rand: float
    confusion: pd.DataFrame
    disagreements: pd.DataFrame
    not_compared: tuple[str, ...]

    @property
    def share(self) -> float:
        """Exact share of regions in the same tier."""
        return self.matches / self.n

    def to_frame(self) -> pd.DataFrame:
        """Return the measures as one row."""
        names = ("n", "matches", "share", "kappa", "adjusted_rand")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def __repr__(self) -> str:
        return (
            f"<Agreement: {self.matches} of {self.n} regions in the same tier, weighted kappa {self.kappa:.3f}, "
            f"adjusted Rand {self.adjusted_rand:.3f}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.confusion.to_html()}"


def agreement(tier: pd.Series, reference: pd.Series) -> Agreement:
    """Compare tiers with a reference (一致性检验), region by region.

    Parameters
    ----------
    tier, reference
        Tier by region; regions are matched by index. Zhang's tier names, or ordered categoricals with the same
        categories.

    Raises
    ------
    DataError
        When no region has a tier on both sides, or an index has a region twice.
    UnknownOptionError
        When a tier name is not known.

    Notes
    -----
    Weighted kappa is 1 − Σ v·O / Σ v·E with O the observed and E the expected table and v = |i − j| (Cohen 1968); the
    adjusted Rand index follows Hubert and Arabie (1985). When both sides put every region into one and the same tier,
    chance agreement is already complete; both are then 1.

    **Missing values**: a region without a tier on either side is not compared and is listed in `not_compared`.

    Examples
    --------
    >>> tier = pd.Series({"a": "international", "b": "national", "c": "national"})
    >>> agreement(tier, pd.Series({"a": "international", "b": "national", "c": "regional"})).matches
    2
    """
    labels = _tier_order(tier, reference)
    for side in (tier, reference):
        if side.index.has_duplicates:
            twice = side.index[side.index.duplicated()].unique()
            raise DataError(f"Tiers are compared by region, but {listing(twice)} stands more than once.")
    mine, theirs = (side.astype("object").dropna() for side in (tier, reference))
    common = [region for region in mine.index if region in theirs.index]
    if not common:
        raise DataError("No region has a tier on both sides. Check that both are indexed by region id.")
    a, b = (np.array([labels.index(t) for t in side.loc[common]]) for side in (theirs, mine))
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(table, (a, b), 1)
    differ = a != b
    return Agreement(
        n=len(common),
        matches=int((~differ).sum()),
        kappa=weighted_kappa(table),
        adjusted_rand=rand_adjusted(table),
        confusion=pd.DataFrame(table, pd.Index(labels, name="reference"), pd.Index(labels, name="tier")),
        disagreements=pd.DataFrame({"tier": mine.loc[common], "reference": theirs.loc[common]})[differ],
        not_compared=tuple(str(r) for r in mine.index.symmetric_difference(theirs.index, sort=False)),
    )


def weighted_kappa(table: NDArray[np.int64]) -> float:
    """Return Cohen's kappa with linear weights for a square table of counts."""
    distance = np.abs(np.subtract.outer(np.arange(len(table)), np.arange(len(table))))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    by_chance = float((distance * expected).sum())
    return 1.0 - float((distance * table).sum()) / by_chance if by_chance > 0 else 1.0


def rand_adjusted(table: NDArray[np.int64]) -> float:
    """Return the adjusted Rand index for a table of counts."""
    pairs, rows, columns = (float((c * (c - 1) / 2).sum()) for c in (table, table.sum(axis=1), table.sum(axis=0)))
    n = int(table.sum())
    expected = rows * columns / (n * (n - 1) / 2) if n > 1 else 0.0
    most = (rows + columns) / 2
    return (pairs - expected) / (most - expected) if most != expected else 1.0


def _tier_order(*sides: pd.Series) -> list[str]:
    """Return the tiers in their order, highest first."""
    known = list(TIERS)
    for side in sides:
        if isinstance(side.dtype, pd.CategoricalDtype) and side.cat.ordered:
            known = list(side.cat.categories)[::-1]
            if set(known) <= set(TIERS):
                known = list(TIERS)
            break
    for name in pd.concat([side.astype("object") for side in sides]).dropna().unique():
        if name not in known:
            raise UnknownOptionError("tier", name, known)
    return known
