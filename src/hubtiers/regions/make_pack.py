"""Making a pack from any layer: rows set aside with an account, outlines mended and thinned out."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from hubtiers._run_folder import run_folder
from hubtiers._storage import read_text
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError, listing
from hubtiers.regions._columns import usual_id_columns
from hubtiers.regions._open import ReadLimits, open_layer
from hubtiers.regions._simplify import rounded, simplify_coverage
from hubtiers.regions._where import rows_where
from hubtiers.regions.distance import largest_part
from hubtiers.regions.pack import Pack, load_pack
from hubtiers.regions.read import read_regions

__all__ = ["PackReport", "Recipe", "make_pack"]

_DECIMALS = 5
_WORLD = "EPSG:6933"
# Outlines of more vertices than this are thinned out when nobody says how much; a screen shows no
# more.
_MOST_VERTICES = 60_000
_STEPS_ACROSS = 6_000
_NO_CODES = frozenset({"", "-99", "-1", "nan", "none", "null", "na", "n/a"})
_SLUG = re.compile(r"^[a-z0-9][a-z0-9_-]*$")

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Recipe:
    """How a layer becomes a level of a pack.

    Attributes
    ----------
    id_column, name
        Columns that identify and name a region; found by their usual names when left out.
    credit, terms
        The credit line and the terms of use that maps and lists repeat.
    level
        Name of the level, such as `state`.
    layer, where
        Layer of the file, and rows to take.
    under, parent, parent_digits
        Level of the same pack that lies above; the column with the id of the region above, or how
        many first signs of an id are that id.
    simplify
        Tolerance in metres; thinned out as far as a screen shows when left out, not at all when 0.
    dissolve
        Whether rows with the same id are parts of one region.
    """

    id_column: str | None = None
    name: str | None = None
    credit: str = ""
    terms: str = ""
    level: str = "region"
    layer: str | None = None
    where: str | None = None
    under: str = ""
    parent: str = ""
    parent_digits: int = 0
    simplify: float | None = None
    dissolve: bool = False

    def __post_init__(self) -> None:
        if not _SLUG.match(self.level):
            raise SpecError(
                f"The level {self.level!r} must be a word of small letters, digits, - and _, such "
                "as 'state'."
            )
        if self.simplify is not None and not (np.isfinite(self.simplify) and self.simplify >= 0):
            raise SpecError(f"simplify={self.simplify!r} is no tolerance. Give metres, 0 for none.")
        if bool(self.under) != bool(self.parent or self.parent_digits):
            raise SpecError(
                "A level under another needs both: the level above (under) and how to find the "
                "region above (parent, or parent_digits)."
            )


@dataclass(frozen=True)
class PackReport:
    """What became of a layer; `set_aside` holds (row, its name, why) of what is no region."""

    pack: str
    level: str
    regions: int
    vertices: tuple[int, int]
    tolerance: float
    repaired: tuple[str, ...]
    set_aside: tuple[tuple[int, str, str], ...]
    notes: tuple[str, ...] = ()

    def to_text(self) -> str:
        """Return the account as lines of text."""
        before, after = self.vertices
        thinned = (
            f", {before} vertices → {after} at {self.tolerance:.0f} m"
            if self.tolerance
            else f", {after} vertices"
        )
        lines = [f"{self.pack}: level {self.level!r} with {self.regions} regions{thinned}"]
        lines += [
            f"  set aside row {row}: {called or 'without a name'}, {reason}"
            for row, called, reason in self.set_aside
        ]
        if self.repaired:
            lines.append(f"  repaired {len(self.repaired)}: {listing(self.repaired)}")
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.to_text()


def make_pack(
    source: str | Path | gpd.GeoDataFrame, out: str | Path, recipe: Recipe | None = None
) -> PackReport:
    """Make a pack from a layer, or add the layer to a pack as a level under another.

    Parameters
    ----------
    source
        What `read_regions` takes.
    out
        Folder to make; or the folder of a pack, when the recipe says under which of its levels the
        layer lies.
    recipe
        Columns, credit line and the rest.

    Returns
    -------
    PackReport

    Raises
    ------
    DataError
        When the folder exists, or no row is left, or a parent is no region of the level above.
    HubtiersError
        What `read_regions` raises.

    Examples
    --------
    >>> import tempfile
    >>> from shapely import box
    >>> layer = gpd.GeoDataFrame(
    ...     {"code": ["a", None], "name": ["Aland", "Nowhere"]},
    ...     geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    ...     crs=4326,
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(make_pack(layer, Path(folder, "isles"), Recipe(credit="© me", level="isle")))
    isles: level 'isle' with 1 regions, 5 vertices
      set aside row 2: Nowhere, it has no 'code'
    """
    recipe = recipe or Recipe()
    target = Path(out)
    base = _base_pack(target, recipe)
    raw, notes = _rows(source, recipe)
    kept, aside = _set_aside(raw, recipe)
    if recipe.dissolve:
        kept, united = _dissolved(kept, recipe)
        notes = (*notes, *united)
    regions = read_regions(kept, id_column=recipe.id_column, name=recipe.name, credit=recipe.credit)
    if base is not None:
        regions["parent"] = _parents(regions, recipe)
        _check_parents(regions, base, recipe)
    before = np.asarray(regions.geometry.array)
    after, tolerance, remarks = _thin_out(before, recipe.simplify)
    regions = regions.set_geometry(gpd.GeoSeries(after, index=regions.index, crs=4326))
    read = regions.attrs["report"]
    account = PackReport(
        pack=target.name,
        level=recipe.level,
        regions=len(regions),
        vertices=(_count_vertices(before), _count_vertices(after)),
        tolerance=tolerance,
        repaired=tuple(region for region, _, _ in read.repaired),
        set_aside=tuple(aside),
        notes=(*notes, *read.notes, *remarks),
    )
    _write(target, base, regions, recipe, account)
    return account


def _count_vertices(shapes: Geometries) -> int:
    return int(shapely.get_num_coordinates(shapes).sum())


def _base_pack(target: Path, recipe: Recipe) -> Pack | None:
    """Return the pack that a level is added to; None for a new one."""
    if recipe.under:
        base = load_pack(target)
        if recipe.under not in base.levels:
            raise UnknownOptionError(f"level of the pack {base.id!r}:", recipe.under, base.levels)
        if recipe.level in base.levels:
            raise DataError(
                f"The pack {target} has a level {recipe.level!r} already. Give the new one another "
                "name."
            )
        return base
    if target.exists():
        raise DataError(f"{target} exists already. Give the name of a folder to make.")
    return None


def _rows(
    source: str | Path | gpd.GeoDataFrame, recipe: Recipe
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the rows of the layer that the recipe asks for, with row numbers as index."""
    notes: tuple[str, ...]
    if isinstance(source, gpd.GeoDataFrame):
        where, notes = "The frame", ()
        frame = source.reset_index(drop=isinstance(source.index, pd.RangeIndex))
    else:
        opened = open_layer(source, recipe.layer, ReadLimits(), allow_remote=False)
        frame, where, notes = opened.frame, Path(source).name, opened.notes
    frame.index = frame.index + 1
    if recipe.where is not None:
        frame = frame[rows_where(frame, recipe.where, where)]
    if frame.crs is None:
        raise DataError(
            f"{where} declares no coordinate reference system. Set one, or export it with one."
        )
    return frame, notes


def _set_aside(
    raw: gpd.GeoDataFrame, recipe: Recipe
) -> tuple[gpd.GeoDataFrame, list[tuple[int, str, str]]]:
    """Return the rows that are regions, and of the others which they are and why."""
    column = recipe.id_column or _likeliest_id(raw)
    if column not in raw.columns:
        raise MissingColumnError([column], "The layer", map(str, raw.columns))
    name = recipe.name or next(
        (c for c in raw.columns if str(c).casefold() in ("name", "name_en", "admin")), ""
    )
    aside = []
    for row, code, shape in zip(raw.index, raw[column], raw.geometry, strict=True):
        reason = ""
        if str(code).strip().casefold() in _NO_CODES:
            reason = f"it has no {column!r}"
        elif shape is None or shape.is_empty:
            reason = "it has no geometry"
        elif not shape.geom_type.endswith("Polygon"):
            reason = f"it is a {shape.geom_type}, not an area"
        if reason:
            aside.append((int(row), str(raw.loc[row, name]) if name else str(code), reason))
    kept = raw.drop(index=[row for row, _, _ in aside])
    if not len(kept):
        raise DataError(
            f"No row of the layer is a region: {aside[0][2] if aside else 'there is none'}. Check "
            "the column of ids."
        )
    return kept.reset_index(drop=True), aside


def _dissolved(kept: gpd.GeoDataFrame, recipe: Recipe) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return one row for each id, with the attributes of its first, and what was united."""
    column = recipe.id_column or _likeliest_id(kept)
    parts = kept.groupby(kept[column].astype("str"), sort=False)
    shapes = [shapely.union_all(np.asarray(rows.geometry.array)) for _, rows in parts]
    whole = kept.drop_duplicates(column).reset_index(drop=True)
    several = [str(name) for name, rows in parts if len(rows) > 1]
    note = (f"rows of one id were united: {listing(several)}",) if several else ()
    return whole.set_geometry(gpd.GeoSeries(shapes, crs=kept.crs)), note


def _likeliest_id(raw: gpd.GeoDataFrame) -> str:
    """Return the column of ids, which `read_regions` finds once rows without one are gone."""
    best, fewest = "", len(raw) + 1
    for column in usual_id_columns(raw):
        texts = [str(value).strip() for value in raw[column]]
        codes = [text for text in texts if text.casefold() not in _NO_CODES]
        if codes and len(set(codes)) == len(codes) and len(texts) - len(codes) < fewest:
            best, fewest = column, len(texts) - len(codes)
    if not best:
        have = [str(c) for c in raw.columns if c != raw.geometry.name]
        raise MissingColumnError(
            ["region_id"], "The layer needs a column that identifies regions (--id …); it", have
        )
    return best


def _parents(regions: gpd.GeoDataFrame, recipe: Recipe) -> list[str]:
    if recipe.parent:
        if recipe.parent not in regions.columns:
            raise MissingColumnError([recipe.parent], "The layer", map(str, regions.columns))
        return [str(value) for value in regions[recipe.parent]]
    return [str(region)[: recipe.parent_digits] for region in regions.index]


def _check_parents(regions: gpd.GeoDataFrame, base: Pack, recipe: Recipe) -> None:
    from hubtiers.regions.boundaries import load_regions

    above = set(load_regions(recipe.under, pack=base).index)
    if odd := [
        f"{region} ({parent})"
        for region, parent in regions["parent"].items()
        if parent not in above
    ]:
        raise DataError(
            f"These regions lie in none of the level {recipe.under!r}: {listing(odd)}. Leave them "
            "out with --where, or add what they lie in."
        )


def _thin_out(shapes: Geometries, tolerance: float | None) -> tuple[Geometries, float, list[str]]:
    """Simplify all outlines at once: neighbours keep one border. Also tolerance and remarks."""
    system = _metric_system(shapes)
    layer = gpd.GeoSeries(shapes, crs=4326).to_crs(system)
    metres = np.asarray(layer.array)
    if tolerance is None:
        west, south, east, north = layer.total_bounds
        many = int(shapely.get_num_coordinates(metres).sum()) > _MOST_VERTICES
        tolerance = max(east - west, north - south) / _STEPS_ACROSS if many else 0.0
    remarks = []
    if not bool(shapely.coverage_is_valid(metres)):
        remarks.append(
            "neighbours do not share their borders exactly, so that slivers between them are "
            "possible"
        )
    if tolerance == 0:
        return rounded(shapes, _DECIMALS), 0.0, remarks
    simple = simplify_coverage(shapes, system, tolerance, decimals=_DECIMALS)
    return simple, float(tolerance), remarks


def _metric_system(shapes: Geometries) -> str:
    """Return an equal-area system around the middle of the place, away from its widest gap."""
    west, _, east, _ = shapely.bounds(shapes).T
    lons = np.unique(np.concatenate([west, east]))
    gaps = np.diff(np.append(lons, lons[0] + 360))
    widest = int(gaps.argmax())
    if gaps[widest] < 120:
        return _WORLD
    start, end = lons[(widest + 1) % len(lons)], lons[widest]
    middle = (start + ((end - start) % 360) / 2 + 180) % 360 - 180
    _, south, _, north = shapely.total_bounds(shapes)
    return f"+proj=laea +lat_0={(south + north) / 2:.4f} +lon_0={middle:.4f} +datum=WGS84 +units=m"


def _write(
    target: Path, base: Pack | None, regions: gpd.GeoDataFrame, recipe: Recipe, account: PackReport
) -> None:
    """Write all files of the pack, or those of the level that is added, at once."""
    with run_folder(target) as staging:
        _write_layer(staging / f"{recipe.level}.geojson", regions)
        told, earlier = account.to_text() + "\n", ""
        if base is None:
            text = _pack_text(target.name, recipe)
            with (staging / "aliases.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerow(("region_id", "alias"))
        else:
            text = _with_level(read_text(target / "pack.toml")[0], recipe)
            notice = target / "NOTICE"
            earlier = read_text(notice)[0] if notice.is_file() else ""
        (staging / "NOTICE").write_text(earlier + told, encoding="utf-8")
        (staging / "pack.toml").write_text(text, encoding="utf-8")


def _write_layer(path: Path, regions: gpd.GeoDataFrame) -> None:
    columns = [
        c
        for c in regions.columns
        if c not in ("name_zh", "name_en", "lon", "lat", regions.geometry.name)
    ]
    lines = []
    seats = shapely.point_on_surface([largest_part(shape) for shape in regions.geometry])
    for place, (region, row) in enumerate(
        zip(regions.index, regions.to_dict("records"), strict=True)
    ):
        properties: dict[str, Any] = {
            "region_id": str(region),
            **_names(row, regions.attrs["languages"]),
        }
        properties |= {column: _plain(row[column]) for column in columns}
        properties |= {
            "lon": round(float(seats[place].x), 4),
            "lat": round(float(seats[place].y), 4),
        }
        shape = json.loads(shapely.to_geojson(shapely.orient_polygons(row[regions.geometry.name])))
        feature = {"type": "Feature", "properties": properties, "geometry": shape}
        lines.append(
            json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        )
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _names(row: Mapping[Any, Any], languages: Sequence[str]) -> dict[str, str]:
    """Return the names of the languages that the layer has."""
    return {f"name_{code}": str(row[f"name_{code}"]) for code in languages}


def _plain(value: object) -> Any:
    """Return a value as JSON has it: what is no number becomes text, what is missing null."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)) or value is pd.NA:
        return None
    if isinstance(value, np.generic):
        return _plain(value.item())
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _text(value: str) -> str:
    # A string of JSON is a basic string of TOML, which also forbids the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _pack_text(pack_id: str, recipe: Recipe) -> str:
    lines = (
        "# A pack of boundaries, made by `hubtiers pack`. Edit titles, credit line, aliases.csv.",
        f"id = {_text(pack_id)}",
        f"title_en = {_text(pack_id)}",
        f"credit_zh = {_text(recipe.credit)}",
        f"credit_en = {_text(recipe.credit)}",
        f"terms = {_text(recipe.terms)}",
        "",
        "[names]",
        'aliases = "aliases.csv"          # other names: region_id,alias',
        "",
        *_level_lines(recipe),
    )
    return "\n".join(lines) + "\n"


def _level_lines(recipe: Recipe) -> list[str]:
    title = recipe.level.replace("_", " ").replace("-", " ").capitalize()
    lines = [
        "[[level]]",
        f"id = {_text(recipe.level)}",
        f"title_en = {_text(title)}",
        f"file = {_text(recipe.level + '.geojson')}",
    ]
    if recipe.under:
        lines += [f"parent = {_text(recipe.under)}", 'parent_column = "parent"']
    return lines


def _with_level(before: str, recipe: Recipe) -> str:
    """Return the text of a pack with one level more, and that level as its units."""
    lines = [line for line in before.rstrip("\n").split("\n") if not line.startswith("units =")]
    place = next((number for number, line in enumerate(lines) if line.startswith("id =")), -1) + 1
    return (
        "\n".join(
            [
                *lines[:place],
                f"units = {_text(recipe.level)}",
                *lines[place:],
                "",
                *_level_lines(recipe),
            ]
        )
        + "\n"
    )
