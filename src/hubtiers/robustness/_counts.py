"""Counts over draws: whole numbers only, so that the order in which they are added never shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.framework import TIERS
from hubtiers.robustness._evaluate import Evaluated
from hubtiers.robustness._small import add_counts, add_matches, is_small

__all__ = ["MOST_REGIONS", "Counts", "Reference", "make_reference"]

Ints = NDArray[np.int64]

MOST_REGIONS = 16_000
"""Most regions of an analysis: the ranks of all take n × n counts, 2 GB for so many."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Tiers to hold draws against.

    Attributes
    ----------
    tier
        Tier by region of the table.
    members
        Place of these regions in the table, those of the highest tier first.
    wanted
        Column of the tier of every region of the table, -2 for those that are not in the reference.
    absent
        Regions of the reference that the table does not have.
    """

    tier: pd.Series
    members: Ints
    wanted: NDArray[np.int16]
    absent: tuple[str, ...]


def make_reference(tiers: Any, index: pd.Index, labels: tuple[str, ...]) -> Reference:
    """Return a reference in terms of the regions of a table and the tiers of a plan."""
    known = _tier_by_region(tiers)
    order = _order_of_tiers(known, labels)
    present = known[known.index.isin(index)]
    if present.empty:
        raise DataError(
            f"The reference names {listing(known.index)}, none of which is a region of the table."
        )
    absent = tuple(str(region) for region in known.index if region not in index)
    place = present.map({label: number for number, label in enumerate(order)})
    present = present.loc[place.sort_values(kind="stable").index]
    members = index.get_indexer(present.index).astype(np.int64)
    wanted = np.full(len(index), -2, np.int16)
    wanted[members] = present.map(_column_by_tier(order, labels)).to_numpy(np.int16)
    return Reference(present.rename("reference"), members, wanted, absent)


def _tier_by_region(tiers: Any) -> pd.Series:
    """Return the tiers that a reference gives, each region once."""
    if not isinstance(tiers, pd.Series):
        try:
            tiers = pd.Series(tiers, dtype=object)
        except (TypeError, ValueError):
            raise SpecError(
                f"The reference {tiers!r} is no tier by region. Give a Series or a mapping."
            ) from None
    known: pd.Series = tiers.astype(object).dropna()
    if known.index.has_duplicates:
        twice = known.index[known.index.duplicated()]
        raise DataError(
            f"The reference has more than one tier for {listing(twice)}. Give each region one."
        )
    return known


def _order_of_tiers(known: pd.Series, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tiers that a reference speaks of, highest first: those of the plan, or Zhang's."""
    order = labels if known.isin(labels).all() else TIERS
    for label in known.unique():
        if label not in order:
            raise UnknownOptionError(
                "tier in the reference:", label, dict.fromkeys((*labels, *TIERS))
            )
    return order


def _column_by_tier(order: tuple[str, ...], labels: tuple[str, ...]) -> dict[str, int]:
    """Return the column of each tier of a reference among those of the draws."""
    column = {}
    for number, label in enumerate(order):
        # A tier that no draw can give gets a column of its own, which never matches.
        column[label] = labels.index(label) if label in labels else len(labels) + number
    return column


def _counters(regions: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return what counts draws, and what holds them against a reference: compiled, or numpy."""
    if is_small(regions):
        return add_counts, add_matches
    from hubtiers.robustness._kernel import count_kernel, match_kernel

    return count_kernel, match_kernel


@dataclass(eq=False)
class Counts:
    """What has been counted so far.

    Attributes
    ----------
    draws
        Draws counted.
    tiers, ranks
        Regions × tiers and regions × ranks: in how many draws.
    duels
        Draws in which a region stands before the next one (first row) and behind it (second), in
        the order of ranks.
    sums
        Draws that give the reference exactly, that keep its order, sum of regions in their tier,
        and of its square.
    by_option
        Options of all factors, one factor after the other × regions × tiers: in how many draws.
    option_draws
        Draws that chose each of these options.
    """

    draws: int
    tiers: Ints
    ranks: Ints
    duels: Ints
    sums: Ints
    by_option: Ints
    option_draws: Ints

    @classmethod
    def empty(cls, regions: int, tiers: int, options: int = 0) -> Counts:
        """Return counts of 0."""
        by_region = ((regions, tiers), (regions, regions), (2, regions), (4,))
        shapes = (*by_region, (options, regions, tiers), (options,))
        return cls(0, *(np.zeros(shape, np.int64) for shape in shapes))

    def add(
        self, drawn: Evaluated, *, order: Ints, reference: Reference, options: Ints | None = None
    ) -> None:
        """Count some draws that share their choices.

        `order` are the places of all regions, as the scheme ranks them; `options` are the rows of
        `by_option` that stand for the choices.
        """
        count, match = _counters(len(order))
        tiers = np.zeros_like(self.tiers)
        count(drawn.ranks, drawn.classes, drawn.times, order, tiers, self.ranks, self.duels)
        self.tiers += tiers
        for option in () if options is None else options:
            self.by_option[option] += tiers
            self.option_draws[option] += len(drawn.which)
        match(
            drawn.ranks,
            drawn.classes,
            drawn.times,
            reference.members,
            reference.wanted,
            self.sums,
        )
        self.draws += len(drawn.which)

    def merge(self, other: Counts) -> None:
        """Add the counts of another part of the draws."""
        self.draws += other.draws
        self.tiers += other.tiers
        self.ranks += other.ranks
        self.duels += other.duels
        self.sums += other.sums
        self.by_option += other.by_option
        self.option_draws += other.option_draws
