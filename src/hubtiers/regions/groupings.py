"""Groups of regions that a pack declares: divisions such as macro-regions, and memberships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from hubtiers.errors import MissingColumnError, SpecError, UnknownOptionError
from hubtiers.regions._names import name_key
from hubtiers.regions.pack import Grouping, Pack, PackLevel, Place, source_of

__all__ = [
    "find_group",
    "find_grouping",
    "group_spellings",
    "grouping_named",
    "groups_in_column",
    "groups_of",
    "groups_of_lines",
    "parent_column",
    "parents_of",
]


def grouping_named(pack: Pack, name: str) -> Grouping | None:
    """Return a grouping of a pack by its id, its column, its titles or another name of it."""
    key = name_key(name)
    for grouping in pack.groupings.values():
        if key in map(name_key, grouping.spellings):
            return grouping
    return None


def find_grouping(pack: Pack, name: str) -> Grouping:
    """Return a grouping of a pack by its id, its column, its titles or another name of it.

    Raises
    ------
    UnknownOptionError
        When the pack has no such grouping.
    """
    if found := grouping_named(pack, name):
        return found
    known = pack.groupings.values()
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
        named = grouping_named(pack, grouping_name)
        return _named_in(named, group_name.strip()) if named else ()
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


def groups_of(regions: pd.DataFrame, grouping: Grouping) -> pd.Series:
    """Return the group of a division that each region lies in; None for none, or for several.

    Parameters
    ----------
    regions
        Regions with the column of the grouping, or such that say what they lie in; see
        `parents_of`.
    grouping
        The division.

    Raises
    ------
    MissingColumnError
        When the regions have none of these columns.
    """
    if grouping.column in regions.columns:
        return groups_in_column(regions, grouping.column)
    members = {member for place in grouping.groups for member in place.members}
    if members.issuperset(map(str, regions.index)):
        above = [{str(region)} for region in regions.index]
    else:
        above = parents_of(regions)
    lines = [_lines_of(inside) for inside in above]
    frame = pd.DataFrame({grouping.column: groups_of_lines(grouping, lines)}, regions.index)
    frame.attrs.update(regions.attrs)
    return groups_in_column(frame, grouping.column)


def _lines_of(regions: set[str]) -> list[tuple[str, ...]]:
    return [(region,) for region in sorted(regions)]


def groups_in_column(regions: pd.DataFrame, column: str) -> pd.Series:
    """Return what a column of regions says as texts; None for blanks.

    None as well for a region that lies in several groups of a grouping of the pack.
    """
    pack = source_of(regions).load_pack()
    known = pack.groupings.values() if pack is not None else ()
    ids = {place.id for one in known if one.column == column for place in one.groups}
    found: list[str | None] = []
    for cell in regions[column]:
        text = "" if pd.isna(cell) else str(cell)
        is_several = ";" in text and ids.issuperset(text.split(";"))
        found.append(None if is_several or not text else text)
    return pd.Series(found, regions.index, dtype="object", name=column)


def parents_of(regions: pd.DataFrame) -> list[set[str]]:
    """Return the regions of the level above that each region lies in.

    Regions of a pack's highest level lie in none. The column is that of the pack's level, else
    `province`; where it is blank, the units of the column `members` tell.

    Raises
    ------
    MissingColumnError
        When there is no such column.
    """
    level, column = _level_of(regions), parent_column(regions)
    if not {column, "members"} & set(regions.columns):
        if level is not None and not level.parent:
            return [set() for _ in regions.index]
        raise MissingColumnError([column], "The frame of regions", map(str, regions.columns))
    inside = []
    cells = regions.reindex(columns=[column, "members"])
    for parent, members in zip(cells[column], cells["members"], strict=True):
        units: Sequence[str] = members.split(";") if isinstance(members, str) and members else ()
        own = {parent} if isinstance(parent, str) and parent else set()
        inside.append(own or {unit[:2] + "0000" for unit in units})
    return inside


def parent_column(regions: pd.DataFrame) -> str:
    """Return the column that says what each region lies in: that of the pack's level.

    `province` for regions of no pack, and for levels that name none.
    """
    level = _level_of(regions)
    return (level.parent_column if level is not None else "") or "province"


def _level_of(regions: pd.DataFrame) -> PackLevel | None:
    source = source_of(regions)
    pack = source.load_pack()
    return pack.levels.get(source.level) if pack is not None else None
