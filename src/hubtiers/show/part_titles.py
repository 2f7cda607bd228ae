"""What a small part of a study far away is called: by its regions, or by what they lie in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.groupings import parent_column
from hubtiers.regions.pack import source_of
from hubtiers.scheme import Result
from hubtiers.show.words import Text, join_texts, region_text, word

__all__ = ["names_above", "part_title"]

_MOST_NAMES = 3


def part_title(result: Result, regions: Sequence[str]) -> Text:
    """Return the names of a few regions in a row; of many, what they lie in, or the first of them.

    Regions that the result does not have are passed over.
    """
    held = set(result.table.regions.index)
    known = [region for region in dict.fromkeys(regions) if region in held]
    if len(known) <= _MOST_NAMES:
        return region_text(result, known)
    above = _above(result.table.regions, known)
    if above and len(above) <= _MOST_NAMES:
        return join_texts(above, "enumeration")
    first = region_text(result, known[:_MOST_NAMES])
    return word("names_more").fill(names=first, all=len(known), rest=len(known) - _MOST_NAMES)


def _above(regions: pd.DataFrame, known: list[str]) -> list[Text]:
    """Return the names of what regions lie in; none where one lies in nothing that has a name."""
    names = names_above(regions)
    if names is None:
        return []
    parents = regions.loc[known, parent_column(regions)].astype("str").unique()
    if not set(parents) <= set(names.index):
        return []
    return [Text(*names.loc[parent, ["name_zh", "name_en"]]) for parent in parents]


def names_above(regions: pd.DataFrame) -> pd.DataFrame | None:
    """Return id and names of the regions above, in the order of their ids; None where unknown."""
    column = parent_column(regions)
    source = source_of(regions)
    pack = source.load_pack()
    if pack is None or column not in regions.columns or source.level not in pack.levels:
        return None
    level = pack.level(source.level).parent
    if not level:
        return None
    layer = load_regions(level, pack=pack)
    held = layer.index.intersection(pd.unique(regions[column].astype("str")))
    names = pd.DataFrame(layer.loc[held, ["name_zh", "name_en"]])
    names.index.name = "id"
    return names.sort_index()
