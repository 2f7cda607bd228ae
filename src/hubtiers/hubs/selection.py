"""Which places lead hubs: best score first, apart from each other, balanced over a division.

Pure functions on arrays. Places come in the order of their ids, so that ties fall the same way
whatever the order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubtiers.errors import DataError

__all__ = ["Choice", "as_choice", "best_first", "exact_choice"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rows = Callable[[int], Floats]

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Choice:
    """Leads, best first, and why the others do not lead.

    Attributes
    ----------
    leads
        Places that lead.
    kept_out_by
        By place, the lead that is nearer than the spacing; -1 where none is.
    reserved
        By place, whether it was passed over because the places left were kept for other groups.
    """

    leads: tuple[int, ...]
    kept_out_by: Ints
    reserved: Flags


def best_first(
    scores: Floats,
    row: Rows,
    *,
    count: int,
    spacing: float,
    allowed: Flags | None = None,
    groups: Ints | None = None,
    first: tuple[int, ...] = (),
) -> Choice:
    """Take the best place, then the best that keeps the spacing, until `count` are taken.

    Parameters
    ----------
    scores
        Score by place; NaN takes no part.
    row
        Gives the distances from one place to all.
    count
        How many leads.
    spacing
        Least distance between two of them.
    allowed
        Which places may lead.
    groups
        Group by place, -1 for none. The last places then go to groups that still have no lead: a
        place is taken when its group has none yet, or when more places are left than groups without
        one.
    first
        Places that lead in any case. They count, and may stand nearer to each other.

    Returns
    -------
    Choice
        Fewer leads than `count` where no more fit.

    Notes
    -----
    The anti-covering problem (Moon and Chaudhry 1984) solved lexicographically: a lead is the best
    within its spacing of those that balance allows.
    """
    n = len(scores)
    open_to = ~np.isnan(scores) if allowed is None else allowed & ~np.isnan(scores)
    kept_out_by, reserved = np.full(n, NOBODY, np.int64), np.zeros(n, np.bool_)
    leads: list[int] = []
    missing = _groups_of(groups, open_to)

    def take(place: int) -> None:
        leads.append(place)
        near = (row(place) < spacing) & (kept_out_by == NOBODY)
        near[place] = False
        kept_out_by[near] = place
        if groups is not None:
            missing.discard(int(groups[place]))

    for place in first:
        take(place)
    for place in map(int, np.lexsort((np.arange(n), -np.where(open_to, scores, -np.inf)))):
        if len(leads) >= count or not open_to[place]:
            break
        if kept_out_by[place] != NOBODY or place in leads:
            continue
        needed = groups is None or int(groups[place]) in missing
        if not needed and count - len(leads) <= len(missing):
            reserved[place] = True
            continue
        take(place)
    return Choice(tuple(leads), kept_out_by, reserved)


def _groups_of(groups: Ints | None, open_to: Flags) -> set[int]:
    """Return the groups that have a place which may lead."""
    if groups is None:
        return set()
    return set(map(int, groups[open_to])) - {NOBODY}


def exact_choice(
    scores: Floats,
    row: Rows,
    *,
    count: int,
    spacing: float,
    allowed: Flags | None = None,
    groups: Ints | None = None,
    first: tuple[int, ...] = (),
) -> Choice:
    """Return the leads with the greatest sum of scores, best first.

    Parameters are those of `best_first`; places that lead in any case keep the spacing here, too.
    The exact optimum may take a weaker place because it
    leaves room for a third; it is a check and the price tag of taking the best first.

    Raises
    ------
    DataError
        When so many do not fit.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    open_to = ~np.isnan(scores) if allowed is None else allowed & ~np.isnan(scores)
    open_to[list(first)] = True
    places = np.flatnonzero(open_to)
    near = np.array([row(int(p))[places] < spacing for p in places])
    rules = [LinearConstraint(np.ones((1, len(places))), count, count)]
    if len(pairs := _covering_cliques(near)):
        rules.append(LinearConstraint(pairs, 0, 1))
    if groups is not None:
        each = [groups[places] == group for group in sorted(_groups_of(groups, open_to))]
        rules.append(LinearConstraint(np.array(each, dtype=np.float64), 1, np.inf))
    pinned = np.isin(places, first).astype(np.float64)
    found = milp(
        -scores[places],
        integrality=np.ones(len(places)),
        bounds=Bounds(pinned, 1),
        constraints=rules,
    )
    if found.x is None:
        raise DataError(
            f"{count} leads at least {spacing:g} apart do not exist. Ask for fewer, or a smaller "
            "spacing."
        )
    taken = places[found.x > 0.5]
    leads = tuple(map(int, taken[np.lexsort((taken, -scores[taken]))]))
    return as_choice(row, leads, len(scores), spacing)


def as_choice(row: Rows, leads: tuple[int, ...], n: int, spacing: float) -> Choice:
    """Return leads with whom each keeps out; nobody is passed over for a group."""
    kept_out_by = np.full(n, NOBODY, np.int64)
    for lead in leads:
        near = (row(lead) < spacing) & (kept_out_by == NOBODY)
        near[lead] = False
        kept_out_by[near] = lead
    return Choice(leads, kept_out_by, np.zeros(n, np.bool_))


def _covering_cliques(near: Flags) -> Floats:
    """Return sets of places that are all nearer than the spacing, which together hold every pair.

    At most one place of each may lead. Cliques bind the relaxation more tightly than pairs do.
    """
    left = np.triu(near, 1)
    rows = []
    for i, j in np.argwhere(left):
        if not left[i, j]:
            continue
        clique = [int(i), int(j)]
        for k in np.flatnonzero(near[i] & near[j]):
            if k not in clique and near[k, clique].all():
                clique.append(int(k))
        inside = np.zeros(len(near))
        inside[clique] = 1.0
        rows.append(inside)
        members = np.ix_(clique, clique)
        left[members] = False
    return np.array(rows)
