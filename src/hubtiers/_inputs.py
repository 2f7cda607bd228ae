"""The files that a study reads, by the names that its record gives them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from hubtiers._storage import data_path
from hubtiers._study_file import StudyFile, is_file_name
from hubtiers._study_points import point_files
from hubtiers.framework import framework_file
from hubtiers.hubs.layout import seat_file
from hubtiers.regions.pack import DEFAULT_PACK, Pack, load_pack, source_of
from hubtiers.regions.shipped_pairs import pair_file
from hubtiers.table.indicators import values_file

__all__ = ["input_files"]


def input_files(content: StudyFile, folder: Path, regions: pd.DataFrame) -> dict[str, Path]:
    """Return every file that the results of a study depend on.

    Parameters
    ----------
    content
        What the study file says.
    folder
        Where relative paths in it start.
    regions
        The regions that are scored, with the columns and attributes of `load_regions`.
    """
    data, layout = content.data, content.layout.name if content.layout else None
    tables = [source.file for source in data.indicators if source.file]
    members = data.members.file if data.members else None
    prices = data.deflate.file if data.deflate else None
    named = [*tables, data.framework, data.regions, data.names, members, prices, layout]
    files = {name: folder / name for name in named if name and is_file_name(name)}
    files |= point_files(data.points or {}, folder)
    files |= _of_pairs(content, folder) | _of_plan(content, folder)
    for name in tables:
        if not is_file_name(name):
            files |= _of_set(name, values_file(data_path("indicators", name)).name, "sources.csv")
    if data.framework and not is_file_name(data.framework):
        files |= _of_set(data.framework, "framework.csv")
    files |= _published(content, folder)
    files |= _of_places(content, regions)
    if layout and is_file_name(layout):
        files |= _seats(folder / layout, folder)
    elif layout:
        files[f"layouts/{layout}"] = data_path("layouts", f"{layout}.toml")
    return files


def _of_pairs(content: StudyFile, folder: Path) -> dict[str, Path]:
    """Return the tables of distances and flows that hubs take."""
    pairs = [content.propose.distances] if content.propose else []
    pairs += [content.network.observed] if content.network else []
    files = {}
    for name in filter(None, pairs):
        if is_file_name(name):
            files[name] = folder / name
        else:
            files[f"pairs/{name}"] = pair_file(name)
    return files


def _of_plan(content: StudyFile, folder: Path) -> dict[str, Path]:
    """Return the files of the plan whose attainment is told."""
    plan = content.plan
    if plan is None:
        return {}
    named = (plan.file, plan.targets, plan.framework)
    files = {name: folder / name for name in named if name and is_file_name(name)}
    if not is_file_name(plan.file):
        own = ("targets.csv", "framework.csv") if plan.targets is None else ()
        values = values_file(data_path("indicators", plan.file)).name
        files |= _of_set(plan.file, values, "sources.csv", *own)
    if plan.framework and not is_file_name(plan.framework):
        files[f"frameworks/{plan.framework}"] = framework_file(plan.framework)
    return files


def _published(content: StudyFile, folder: Path) -> dict[str, Path]:
    """Return the files of groups and rankings that the result is held against."""
    compare = content.compare
    published = [check.file for check in compare.outside]
    if compare.reference is not None:
        published.append(compare.reference.file)
    files = {name: folder / name for name in published if name}
    if any(check.indicator for check in compare.outside):
        files |= _of_set("checks", "values.csv", "sources.csv")
    return files


def _seats(layout: Path, folder: Path) -> dict[str, Path]:
    """Return the table of seats that a layout names, if it names one."""
    found = seat_file(layout)
    if found is None:
        return {}
    name = found.relative_to(folder) if found.is_relative_to(folder) else found.name
    return {str(name): found}


def _of_set(name: str, *files: str) -> dict[str, Path]:
    return {f"{name}/{file}": data_path("indicators", name, file) for file in files}


def _of_places(content: StudyFile, regions: pd.DataFrame) -> dict[str, Path]:
    """Return the files of the packs that regions, layout and roll-up are read from."""
    pack, files = source_of(regions).load_pack(), {}
    if pack is not None:
        files = _of_pack(pack, _levels_of(regions))
    default = load_pack(DEFAULT_PACK)
    if content.layout:
        # The extent of a hub is drawn from the units that it consists of.
        files |= _of_pack(default, {default.units})
    if content.data.roll_up:
        files |= _of_pack(default, ())
    return files


def _levels_of(regions: pd.DataFrame) -> set[str]:
    level = source_of(regions).level
    # A list of regions may mix levels; only then every row says its own.
    return {level} if level or "level" not in regions.columns else set(regions["level"])


def _of_pack(pack: Pack, levels: Collection[str]) -> dict[str, Path]:
    """Return the description of a pack, its tables of names and members, and some outlines."""
    used = [level for level in pack.levels.values() if level.id in levels]
    # A level that is declared by its members is dissolved from the units.
    outlines = [level.file or pack.level(pack.units).file for level in used if not level.package]
    names = pack.names
    tables = [names.gazetteer, names.aliases, names.former, names.ambiguous]
    tables += [level.members for level in pack.levels.values()]
    listed = dict.fromkeys(["pack.toml", *outlines, *tables])
    found = {f"boundaries/{pack.id}/{name}": pack.folder / name for name in listed if name}
    for source in filter(None, (level.package for level in used)):
        folder = source.folder(f"The pack {pack.id!r}")
        found |= {f"{source.name}/{file}": folder / file for file in (source.table, source.shapes)}
    return found
