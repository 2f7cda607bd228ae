"""Who does what inside a hub (分工): shares, location quotients and roles of the members."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError
from hubtiers.hubs.layout import Hub, HubLayout, layout_members
from hubtiers.hubs.masses import NORMALISE, require_ratios
from hubtiers.scheme import Result

__all__ = ["DivisionOfLabour", "division_of_labour"]

Floats = NDArray[np.float64]

NO_ROLE = "none"


@dataclass(frozen=True, repr=False, eq=False)
class DivisionOfLabour:
    """Roles of the members of hubs, as `division_of_labour` gives them.

    Attributes
    ----------
    members
        One row by hub and member: `hub`, `region_id`, names, `role`, and by function `share_…` (of
        the hub's sum) and `quotient_…` (location quotient).
    hubs
        By hub: `members`, `complementarity` (0: all members have the same profile, 1: each does
        something else; NaN with one member), and how many members have each role.
    quotient, share
        The bars of the rule.
    left_out
        Ids of the hubs with fewer than two members that have a score: nothing is divided there.
    """

    members: pd.DataFrame
    hubs: pd.DataFrame
    quotient: float
    share: float
    left_out: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the members."""
        return self.members.copy()

    def __repr__(self) -> str:
        with_role = int((self.members["role"] != NO_ROLE).sum())
        return (
            f"<DivisionOfLabour: {with_role} of {len(self.members)} members of {len(self.hubs)} "
            f"hubs have a role (quotient ≥ {self.quotient:g}, share ≥ {self.share:g}); "
            f"{len(self.left_out)} left out>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.hubs.to_html(escape=True)}"


def division_of_labour(
    result: Result, layout: HubLayout, *, quotient: float = 1.2, share: float = 0.1
) -> DivisionOfLabour:
    """Say which function each member of a hub's extent leads in (区位商与分工).

    Choose it to see, or to deny, a plan such as “research in the core, conversion around it”.

    Parameters
    ----------
    result
        Sub-scores by function, directly under the score.
    layout
        Hubs with extents.
    quotient
        Least location quotient for a role, above 0.
    share
        Least share of the hub's sum in the function for a role, between 0 and 1, so that a small
        place with one strength is no pillar.

    Returns
    -------
    DivisionOfLabour

    Raises
    ------
    SpecError
        When a bar is out of range.
    DataError
        When the framework has fewer than two functions, sub-scores are ranks or z-scores or one is
        negative, or no hub has two members with a score.

    Notes
    -----
    Location quotient of member i in function f: its share of the hub's sum of sub-scores in f over
    its share of the hub's sum in all functions. The role is the function with the largest quotient
    among those that meet both bars. Complementarity: mean over pairs of members of half the sum of
    absolute differences between their profiles (Krugman 1991). Sub-scores are no amounts: the
    figures compare standings. They compare members of one hub with each other, not with the
    country. **Missing values**: members without a score are left out; a function in which no member
    of a hub has anything has neither shares nor quotients there.

    Examples
    --------
    >>> from hubtiers.hubs.layout import load_layout
    >>> from hubtiers.study import load_study
    >>> result = load_study("cities2023-lists").run().result
    >>> found = division_of_labour(result, load_layout("zhang2022"))
    >>> found.members.query("hub == 'beijing' and region_id == '110000'")["role"].item()
    'research'
    """
    if not quotient > 0 or not 0 <= share <= 1:
        raise SpecError(
            f"division_of_labour(quotient={quotient!r}, share={share!r}) needs a quotient above 0 "
            "and a share between 0 and 1."
        )
    require_ratios(
        result.fitted.scheme,
        what="Sub-scores are to serve as sizes",
        way_out=NORMALISE,
    )
    functions = _functions(result)
    parts, rows = [], {}
    for hub in layout.hubs:
        inside = _inside(hub, functions)
        if len(inside) >= 2:
            members = _members(inside, quotient, share)
            rows[hub.id] = _summary(inside, members)
            members.insert(0, "hub", hub.id)
            parts.append(members)
    if not parts:
        raise DataError(
            f"No hub of the layout {layout.id!r} has two members with a score, so that nothing is "
            "divided. Give hubs an extent over the regions that are scored."
        )
    table = pd.concat(parts).rename_axis("region_id").reset_index()
    names = result.table.regions[["name_zh", "name_en"]]
    table = table.join(names, on="region_id")
    front = ["hub", "region_id", "name_zh", "name_en", "role"]
    return DivisionOfLabour(
        members=table[[*front, *(c for c in table.columns if c not in front)]],
        hubs=pd.DataFrame.from_dict(rows, orient="index").rename_axis("hub"),
        quotient=quotient,
        share=share,
        left_out=tuple(hub.id for hub in layout.hubs if hub.id not in rows),
    )


def _inside(hub: Hub, functions: pd.DataFrame) -> pd.DataFrame:
    """Return the sub-scores of the members of a hub that have some."""
    known = set(functions.index)
    units = layout_members((*hub.extent, *hub.cores), known)
    return functions.loc[[unit for unit in units if unit in known]]


def _summary(inside: pd.DataFrame, members: pd.DataFrame) -> dict[str, object]:
    counts = members["role"].value_counts()
    return {
        "members": len(inside),
        "complementarity": _complementarity(inside.to_numpy(np.float64)),
        **{name: int(counts.get(name, 0)) for name in (*inside.columns, NO_ROLE)},
    }


def _functions(result: Result) -> pd.DataFrame:
    below = result.table.framework.children("")
    table = result.sub_scores[[c for c in result.sub_scores.columns if c in below]]
    table = table[result.scores.notna()].fillna(0.0)
    if table.shape[1] < 2:
        raise DataError(
            "A division of labour needs at least two functions with indicators directly under the "
            f"score; the framework has {table.shape[1]}."
        )
    if (table < 0).any(axis=None):
        raise DataError(
            f"Sub-scores serve as sizes, but one is {float(table.to_numpy().min()):.3g}. "
            "Normalise with MinMax(), so that 0 means nothing."
        )
    return table


def _members(inside: pd.DataFrame, quotient: float, share: float) -> pd.DataFrame:
    sums = inside.sum()
    shares = inside / sums.where(sums > 0)
    # Where nobody has anything of anything, there are no shares of the whole either.
    whole = inside.sum(axis=1) / max(float(sums.sum()), np.finfo(np.float64).tiny)
    quotients = shares.div(whole.where(whole > 0), axis=0)
    strong = quotients.where((quotients >= quotient) & (shares >= share), -np.inf)
    role = strong.idxmax(axis=1).where(strong.max(axis=1) > -np.inf, NO_ROLE)
    return pd.concat(
        [role.rename("role"), shares.add_prefix("share_"), quotients.add_prefix("quotient_")],
        axis=1,
    )


def _complementarity(sizes: Floats) -> float:
    """Return how much the profiles of the members differ, mean over pairs."""
    sums = sizes.sum(axis=1, keepdims=True)
    profiles = (sizes / np.where(sums > 0, sums, 1.0))[sums[:, 0] > 0]
    first, second = np.triu_indices(len(profiles), 1)
    if not len(first):
        return float("nan")
    return float(np.abs(profiles[first] - profiles[second]).sum(axis=1).mean() / 2.0)
