"""Groups that somebody else published, in terms of the tiers of a result (他人分组的对应)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.framework import TIER_NAMES_ZH
from hubtiers.regions._names import name_key

__all__ = [
    "Groups",
    "group_key",
    "in_tiers",
    "is_called_otherwise",
    "require_one_group",
    "tier_by_group",
]

Groups = Sequence[str] | Mapping[str, str] | None
"""The groups of a reference: highest first, or the tier that each stands for."""

# Signs that tell groups apart, as in “Strong +”, “Strong” and “Strong -”, or “<75” and “≥75”.
_SIGNS = re.compile(r"[<>≤≥+*]|-(?=[\s-]*$)")
_MINUS = str.maketrans("−–", "--")


def group_key(group: str) -> str:
    """Return what groups are compared by: the key of a name, and the signs that it leaves out.

    >>> group_key("Strong −") == group_key("strong-"), group_key("A") == group_key("A+")
    (True, False)
    """
    text = unicodedata.normalize("NFKC", group).translate(_MINUS)
    return name_key(text) + "".join(_SIGNS.findall(text))


def in_tiers(reference: pd.Series, labels: Sequence[str], groups: Groups = None) -> pd.Series:
    """Return published groups as tiers, region by region.

    Parameters
    ----------
    reference
        Group by region.
    labels
        The tiers, highest first.
    groups
        The groups from the highest to the lowest, as many as there are tiers; or the tier that each
        group stands for. Left out, groups are called as the tiers are, or stand in the order of an
        ordered categorical.

    Raises
    ------
    SpecError
        When there are more groups than tiers, or fewer, and nothing says what each stands for.
    UnknownOptionError
        When a group or a tier is not known.

    Notes
    -----
    **Missing values**: a region without a group has no tier.

    Examples
    --------
    >>> reference = pd.Series({"a": "Leader", "b": "Modest"})
    >>> in_tiers(reference, ("national", "local"), ("Leader", "Modest")).to_dict()
    {'a': 'national', 'b': 'local'}
    """
    if groups is None:
        groups = _own_order(reference, labels)
    stands_for = tier_by_group(labels, groups)
    known = {group_key(group): tier for group, tier in stands_for.items()}
    given: pd.Series = reference.astype("object").dropna()
    for group in given.unique():
        if group_key(str(group)) not in known:
            raise UnknownOptionError("group of the reference:", group, stands_for)
    return given.map(lambda group: known[group_key(str(group))]).astype("object")


def tier_by_group(labels: Sequence[str], groups: Groups) -> dict[str, str]:
    """Return the tier that each group stands for."""
    if isinstance(groups, Mapping):
        for tier in groups.values():
            if tier not in labels:
                raise UnknownOptionError("tier that a group stands for:", tier, labels)
        _require_different(groups)
        return dict(groups)
    if groups is None:
        stands_for = {tier: tier for tier in labels}
        for tier in labels:
            if tier in TIER_NAMES_ZH:
                name = TIER_NAMES_ZH[tier]
                stands_for |= {name: tier, f"{name}级": tier}
        return stands_for
    order = _checked(groups)
    if len(order) != len(labels):
        raise SpecError(
            f"The reference has {len(order)} groups ({listing(order, most=12)}) and the result "
            f"{len(labels)} tiers ({listing(labels, most=12)}), so that neither the regions in the "
            "same tier nor kappa are defined. Say which tier each group stands for, such as "
            f"groups={{{order[0]!r}: {labels[0]!r}, …}}; several may stand for one."
        )
    return dict(zip(order, labels, strict=True))


def _checked(groups: Any) -> list[str]:
    if isinstance(groups, str) or len(set(groups)) != len(tuple(groups)):
        raise SpecError(
            f"groups={groups!r} is no list of different groups. Give them from the highest to the "
            "lowest."
        )
    order = [str(group) for group in groups]
    _require_different({group: str(place) for place, group in enumerate(order)})
    return order


def _require_different(groups: Mapping[str, str]) -> None:
    """Raise when groups that stand for different things differ by nothing but case and the like."""
    first: dict[str, str] = {}
    for group in groups:
        other = first.setdefault(group_key(group), group)
        if groups[other] != groups[group]:
            raise SpecError(
                f"The groups {other!r} and {group!r} cannot be told apart: case, blanks and "
                "punctuation do not count. Rename one of them, there and in the reference."
            )


def _own_order(reference: pd.Series, labels: Sequence[str]) -> Groups:
    """Return the order of an ordered categorical whose groups are not called as the tiers are."""
    if not is_called_otherwise(reference, labels):
        return None
    return [str(group) for group in reference.cat.categories[::-1]]


def is_called_otherwise(reference: pd.Series, labels: Sequence[str]) -> bool:
    """Say whether a reference is an ordered categorical, no group of which is called as a tier."""
    if not isinstance(reference.dtype, pd.CategoricalDtype) or not reference.cat.ordered:
        return False
    known = {group_key(group) for group in tier_by_group(labels, None)}
    return not any(group_key(str(group)) in known for group in reference.cat.categories)


def require_one_group(reference: pd.Series, where: str) -> pd.Series:
    """Return one group for each region, blank ones left out.

    Raises
    ------
    DataError
        When a region stands in two groups.
    """
    known = reference[reference.notna() & (reference.astype("object") != "")]
    different = known.groupby(level=0).nunique()
    if (different > 1).any():
        twice = different.index[different > 1]
        raise DataError(f"{where} has {listing(twice)} in more than one group. Keep one row each.")
    return known[~known.index.duplicated()]
