"""The one region that a name or an id means, where a person names it."""

from __future__ import annotations

import pandas as pd

from hubtiers.errors import SpecError, UnknownOptionError, listing
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.pack import LayerSource

__all__ = ["find_region"]


def find_region(
    name: str, regions: pd.DataFrame, what: str = "region", *, source: LayerSource | None = None
) -> str:
    """Return the id of the region of a layer that a name or an id means.

    Parameters
    ----------
    name
        A name in either language, another name that the pack knows, or an id.
    regions
        The layer.
    what
        What the name stands for, in the words of the message, such as ``"place in pinned:"``.
    source
        Where the layer comes from, as for `match_layer`.

    Raises
    ------
    UnknownOptionError
        When no region of the layer has the name.
    SpecError
        When several have it; the message lists them.
    """
    if name in regions.index:
        return str(name)
    row = match_layer([str(name)], regions, source=source).iloc[0]
    if row["region_id"]:
        return str(row["region_id"])
    if row["rule"] == "ambiguous":
        either = listing(row["candidates"].split(";"))
        raise SpecError(f"{name!r} can mean several regions: {either}. Give the id.")
    names = [text for column in ("name_zh", "name_en") for text in regions.get(column, ())]
    raise UnknownOptionError(what, name, map(str, [*regions.index, *names]))
