"""What the gazetteer knows of a name in a table: evidence for the reader, never a condition."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

from hubtiers.regions._names import name_key
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.gazetteer import gazetteer, meanings
from hubtiers.regions.pack import WORLD_PACK, load_pack
from hubtiers.table.yearbook.words import chinese_part, why_no_region

__all__ = [
    "can_be_same",
    "countries_among",
    "is_code",
    "is_place",
    "known_as",
    "level_of",
    "official_name",
    "place_of",
]

_LONGEST = 60


@lru_cache(maxsize=1 << 16)
def known_as(name: str, level: str = "any", within: str = "") -> tuple[str, ...]:
    """Return the ids of the regions that a name can mean; consortia and longer texts are none."""
    if not name or len(name) > _LONGEST:
        return ()
    found = meanings(name, level=level, within=within)
    if not found and (part := chinese_part(name)) != name:
        found = meanings(part, level=level, within=within)
    return tuple(region for region in found if region.isdigit())


def is_place(name: str) -> bool:
    """Return whether a name is that of a known region, by word and not by code."""
    return not name.replace(".", "").isdigit() and not why_no_region(name) and bool(known_as(name))


def is_code(text: str) -> bool:
    """Return whether a text is the six-digit code of a known region."""
    return len(text) == 6 and text.isdigit() and known_as(text) == (text,)


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """Return the keys of all names of countries."""
    names = load_regions("country")[["name_zh", "name_en"]]
    aliases = load_pack(WORLD_PACK).aliases().values()
    spelt = [*names["name_zh"], *names["name_en"], *itertools.chain.from_iterable(aliases)]
    return frozenset(map(name_key, spelt))


def countries_among(names: Sequence[str]) -> list[bool]:
    """Return which names are countries, where most of what is known of them are: else none is.

    >>> countries_among(["中国", "日本", "合计"]), countries_among(["中国", "北京", "天津"])
    ([True, True, False], [False, False, False])
    """
    found = [name_key(name) in _countries() for name in names]
    places = [bool(known_as(name)) for name in names]
    return found if sum(found) > sum(places) + 1 else [False] * len(names)


def place_of(name: str, level: str = "any", within: str = "") -> str:
    """Return the id of the one region that a name means, or nothing."""
    found = known_as(name, level, within)
    return found[0] if len(found) == 1 else ""


def can_be_same(one: str, other: str) -> bool | None:
    """Return whether two names can mean one region; None where either is unknown.

    >>> can_be_same("陕西", "Shaanxi"), can_be_same("陕西", "Henan"), can_be_same("某区", "Henan")
    (True, False, None)
    """
    reasons = why_no_region(one), why_no_region(other)
    if any(reasons):
        # 国内 is “Domestic” here and “National” there; what matters is that neither names a region.
        return True if all(reasons) else None
    first, second = known_as(one), known_as(other)
    return bool(set(first) & set(second)) if first and second else None


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, frozenset[str]]]:
    frame = gazetteer()
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for region, name, level in zip(
        frame["region_id"], frame["name_zh"], frame["level"], strict=True
    ):
        _, levels = found.get(str(region), ("", frozenset()))
        found[str(region)] = (str(name), levels | {str(level)})
    return found


def official_name(region: str) -> str:
    """Return the full name of a region of the gazetteer."""
    return _names()[region][0]


def level_of(name: str) -> str:
    """Return province or city where a name can be only that; 北京 and 吉林 can be both."""
    levels = {level for region in known_as(name) for level in _names().get(region, ("", ()))[1]}
    return levels.pop() if len(levels) == 1 else ""
