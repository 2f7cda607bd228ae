"""The files that a study reads, by the names that its record gives them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hubtiers._storage import data_path
from hubtiers._study_file import StudyFile, is_file_name

__all__ = ["input_files"]

_OUTLINES = {
    "province": "province.geojson",
    "city": "city.geojson",
    # The outline of a consortium is that of its cities, dissolved.
    "consortium": "city.geojson",
}
_NAMES = ("gazetteer.csv", "consortia.csv")


def input_files(content: StudyFile, folder: Path, levels: Collection[str]) -> dict[str, Path]:
    """Return every file that the results of a study depend on.

    Parameters
    ----------
    content
        What the study file says.
    folder
        Where relative paths in it start.
    levels
        Levels of the shipped regions that are scored; none for a layer of the user's own.
    """
    data, layout = content.data, content.layout.name if content.layout else None
    tables = [source.file for source in data.indicators]
    named = [name for name in (*tables, data.framework, data.regions, data.names, layout) if name]
    files = {name: folder / name for name in named if is_file_name(name)}
    for name in tables:
        if not is_file_name(name):
            files |= _of_set(name, "values.csv", "sources.csv")
    if not is_file_name(data.framework):
        files |= _of_set(data.framework, "framework.csv")
    if content.compare.outside:
        files |= _of_set("checks", "values.csv", "sources.csv")
    files |= {
        f"boundaries/{name}": data_path("boundaries", "china", name)
        for name in _places(content, levels)
    }
    if layout and not is_file_name(layout):
        files[f"layouts/{layout}"] = data_path("layouts", f"{layout}.toml")
    return files


def _of_set(name: str, *files: str) -> dict[str, Path]:
    return {f"{name}/{file}": data_path("indicators", name, file) for file in files}


def _places(content: StudyFile, levels: Collection[str]) -> list[str]:
    """Return the shipped files about places: outlines by level, then names and memberships where any are asked for."""
    outlines = {_OUTLINES[level] for level in levels}
    if content.layout:
        # The extent of a hub is drawn from its cities.
        outlines.add(_OUTLINES["city"])
    asked = bool(outlines) or content.data.roll_up
    return [*sorted(outlines), *(_NAMES if asked else ())]
