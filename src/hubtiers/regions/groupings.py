"""Groups of regions that a pack declares: divisions such as macro-regions, and memberships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.regions._names import name_key
from hubtiers.regions.pack import Grouping, Pack, Place

__all__ = ["find_group", "find_grouping", "group_spellings", "groups_of_lines"]


def find_grouping(pack: Pack, name: str) -> Grouping:
    """Return a grouping of a pack by its id, its column, its titles or another name of it.

    Raises
    ------
    UnknownOptionError
        When the pack has no such grouping.
    """
    known = list(pack.groupings.values())
    for grouping in known:
        if name_key(name) in map(name_key, grouping.spellings):
            return grouping
    spelt = [spelling for grouping in known for spelling in grouping.spellings]
    raise UnknownOptionError(f"grouping of the pack {pack.id!r}:", name, spelt)


def find_group(pack: Pack, name: str) -> tuple[str, ...]:
    """Return the members of the group that a name means; none where no group has the name.

    A group may be named together with its grouping, as in ``"macro_region:东北"``.

    Raises
    ------
    SpecError
        When groups of several groupings have the name, and other members.
    """
    grouping_name, colon, group_name = name.partition(":")
    if colon:
        for grouping in pack.groupings.values():
            if name_key(grouping_name) in map(name_key, grouping.spellings):
                return _named_in(grouping, group_name.strip())
        return ()
    found = [
        (grouping, place)
        for grouping in pack.groupings.values()
        for place in grouping.groups
        if _is_called(place, name)
    ]
    if len({frozenset(place.members) for _, place in found}) > 1:
        ways = [f"{grouping.id}:{place.id}" for grouping, place in found]
        raise SpecError(
            f"within={name!r} can mean groups of several divisions. Write {' or '.join(ways)}."
        )
    return found[0][1].members if found else ()


def _named_in(grouping: Grouping, name: str) -> tuple[str, ...]:
    for place in grouping.groups:
        if _is_called(place, name):
            return place.members
    spelt = [spelling for place in grouping.groups for spelling in place.spellings]
    raise UnknownOptionError(f"group of {grouping.id!r}:", name, spelt)


def _is_called(place: Place, name: str) -> bool:
    return name_key(name) in map(name_key, place.spellings)


def group_spellings(pack: Pack) -> list[str]:
    """Return every name of every group of a pack."""
    return [spelling for place in pack.groups() for spelling in place.spellings]


def groups_of_lines(grouping: Grouping, rows: Iterable[Sequence[Sequence[str]]]) -> list[str]:
    """Return for every region the group that it lies in; several are joined by semicolons.

    Parameters
    ----------
    grouping
        The division.
    rows
        For every region the lines of its units, or its own one: its id and those of the regions
        above it, nearest first.

    Returns
    -------
    list of str
        Empty for what lies in no group, or in several groups of which none holds all its units.
    """
    owners: dict[str, list[str]] = {}
    for place in grouping.groups:
        for member in place.members:
            owners.setdefault(member, []).append(place.id)
    found = []
    for lines in rows:
        groups = {_owners_of(line, owners) for line in lines}
        found.append(";".join(groups.pop()) if len(groups) == 1 else "")
    return found


def _owners_of(line: Sequence[str], owners: dict[str, list[str]]) -> tuple[str, ...]:
    return next((tuple(owners[region]) for region in line if region in owners), ())
