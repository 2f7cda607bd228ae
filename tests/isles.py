"""A made-up country of two levels as a pack of one's own: states above each other, counties side by side in each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
from shapely import box

_HEAD = """\
id = "isles"
units = "county"
"""
_LEVELS = """\
[[level]]
id = "state"
file = "state.geojson"
id_column = "code"
name_en = "title"
[[level]]
id = "county"
file = "county.geojson"
id_column = "code"
name_en = "title"
parent = "state"
parent_column = "state"
"""


def isles_text(more: str = "", head: str = "") -> str:
    """Return the file of the pack; `head` stands above its levels and `more` below."""
    return _HEAD + head + _LEVELS + more


def write_isles(
    folder: Path,
    states: Mapping[str, str],
    counties: Mapping[str, tuple[str, str]],
    text: str,
    *,
    south: int = 50,
    width: int = 4,
) -> Path:
    """Write a pack: states as id and title from north to south, counties as id, title and state.

    Counties of a state are equally wide.
    """
    folder.mkdir(exist_ok=True)
    land, parts = [], []
    for place, (state, title) in enumerate(reversed(states.items())):
        bottom = south + place
        land.append({"code": state, "title": title, "geometry": box(0, bottom, width, bottom + 1)})
        inside = [(code, name) for code, (name, above) in counties.items() if above == state]
        step = width / len(inside)
        for number, (code, name) in enumerate(inside):
            shape = box(number * step, bottom, (number + 1) * step, bottom + 1)
            parts.append({"code": code, "title": name, "state": state, "geometry": shape})
    order = list(counties)
    land.reverse()
    parts.sort(key=lambda part: order.index(str(part["code"])))
    for level, rows in (("state", land), ("county", parts)):
        gpd.GeoDataFrame(rows, crs=4326).to_file(folder / f"{level}.geojson", driver="GeoJSON")
    (folder / "pack.toml").write_text(text, encoding="utf-8")
    return folder
