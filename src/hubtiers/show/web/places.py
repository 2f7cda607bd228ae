"""Short names of the regions of a map, and the regions above them: for labels and the search."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hubtiers.regions.groupings import parent_column
from hubtiers.scheme import Result
from hubtiers.show.part_titles import names_above

__all__ = ["place_content"]


def place_content(result: Result) -> dict[str, Any]:
    """Return short Chinese names by region, the regions above them, and which is whose.

    A short name is told by how many characters are cut off at the end; 0 for none. A region without
    one above it has -1.
    """
    regions = result.table.regions
    above = names_above(regions)
    codes = [-1] * len(regions)
    if above is not None:
        number = {parent: place for place, parent in enumerate(above.index)}
        own = regions[parent_column(regions)].astype("str")
        # A region that stands above itself has nothing above it.
        codes = [
            -1 if parent == region else number.get(parent, -1) for region, parent in own.items()
        ]
    rows = [] if above is None else above.reset_index().to_dict("records")
    return {"shorts": _shorts(regions), "parents": rows, "parentOf": codes}


def _shorts(regions: pd.DataFrame) -> list[int | str]:
    if "short_zh" not in regions.columns:
        return []
    pairs = zip(regions["name_zh"], regions["short_zh"], strict=True)
    return [_cut(str(name), short) for name, short in pairs]


def _cut(name: str, short: Any) -> int | str:
    if not isinstance(short, str) or not short or short == name:
        return 0
    return len(name) - len(short) if name.startswith(short) else short
