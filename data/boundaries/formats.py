"""Read TopoJSON and write compact GeoJSON: the plumbing of the recipes."""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, Polygon

DECIMALS = 4
WORLD = "world-atlas@2.0.2"


def fetch_topology(archive: Path | None, name: str) -> dict[str, Any]:
    """Return a TopoJSON file of the npm package world-atlas, from its archive or fetched with npm."""
    with tempfile.TemporaryDirectory() as folder:
        if archive is None:
            subprocess.run(
                ["npm", "pack", WORLD, "--silent"], cwd=folder, check=True, capture_output=True
            )
            archive = next(Path(folder).glob("*.tgz"))
        with tarfile.open(archive) as tar:
            member = tar.extractfile(f"package/{name}")
            if member is None:
                raise SystemExit(f"{archive} has no package/{name}. Give the archive of {WORLD}.")
            topology: dict[str, Any] = json.load(member)
    return topology


def read_topology(topology: Mapping[str, Any], name: str) -> list[tuple[str, str, Geometry]]:
    """Decode one object of a TopoJSON file into (id, name, geometry), cut at the antimeridian."""
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]
    features = []
    for item in topology["objects"][name]["geometries"]:
        parts = item["arcs"] if item["type"] == "MultiPolygon" else [item["arcs"]]
        polygons = [p for part in parts for p in _cut([_ring(arcs, ring) for ring in part])]
        features.append(
            (item.get("id", ""), item["properties"]["name"], shapely.union_all(polygons))
        )
    return features


def _ring(arcs: list[NDArray[np.float64]], numbers: Iterable[int]) -> NDArray[np.float64]:
    # A negative number n means arc ~n backwards; consecutive arcs share an end point.
    pieces = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _cut(rings: list[NDArray[np.float64]]) -> list[Geometry]:
    """Split a polygon that runs over ±180° into planar parts; a ring round the pole is closed along it."""
    # At the finest scale the lattice leaves islets of two points.
    shell, rings = rings[0], [ring for ring in rings if len(ring) >= 4]
    if len(shell) < 4:
        return []
    if not any((np.abs(np.diff(ring[:, 0])) > 180).any() for ring in rings):
        return [shapely.make_valid(Polygon(rings[0], rings[1:]))]
    unrolled = []
    for ring in rings:
        x = np.unwrap(ring[:, 0], period=360)
        points = np.column_stack([x, ring[:, 1]])
        if abs(x[-1] - x[0]) > 180:
            points = np.vstack([points, [x[-1], -90.0], [x[0], -90.0], points[0]])
        unrolled.append(points)
    whole = shapely.make_valid(Polygon(unrolled[0], unrolled[1:]))
    parts = []
    for turn in (-360, 0, 360):
        part = shapely.intersection(whole, shapely.box(-180 + turn, -90, 180 + turn, 90))
        parts += [shapely.transform(p, lambda c, t=turn: c - (t, 0)) for p in polygons_of(part)]
    return parts


def polygons_of(geometry: Geometry) -> list[Polygon]:
    """Return the polygons of a geometry; lines and points that an operation left over are no area."""
    return [
        p
        for p in shapely.get_parts(shapely.get_parts(geometry))
        if p.geom_type == "Polygon" and not p.is_empty
    ]


def write_geojson(path: Path, features: Iterable[tuple[Mapping[str, Any], Geometry]]) -> int:
    """Write features one a line, without spaces, and return the size in bytes."""
    lines = []
    for properties, geometry in features:
        if geometry.geom_type.endswith("Polygon"):
            geometry = shapely.orient_polygons(geometry)  # noqa: PLW2901 - RFC 7946: outer rings run anticlockwise
        shape = json.loads(shapely.to_geojson(geometry))
        shape["coordinates"] = _round(shape["coordinates"])
        feature = {"type": "Feature", "properties": dict(properties), "geometry": shape}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return len(text.encode())


def _round(values: Any) -> Any:
    if isinstance(values, list):
        return [_round(v) for v in values]
    number = round(values, DECIMALS)
    return int(number) if number == int(number) else number
