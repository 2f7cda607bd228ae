"""Layouts as files: TOML, and GeoPackage with shapes; both read back without loss."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hubtiers._storage import replacing
from hubtiers.errors import SpecError
from hubtiers.hubs.layout import HubLayout
from hubtiers.hubs.layout_shapes import WHAT, shapes_of

__all__ = ["layout_text", "read_layout_text", "save_layout"]

_TABLE = "layout"
_SECTIONS = {"hubs": "hub", "corridors": "corridor", "links": "link"}


def save_layout(
    layout: HubLayout, path: str | Path, regions: gpd.GeoDataFrame | None = None
) -> Path:
    """Write a layout, whole or not at all.

    Parameters
    ----------
    layout
        Any layout.
    path
        Ends in ``.toml``, or in ``.gpkg`` for shapes in four layers (hubs, cores, extents,
        corridors) beside the layout itself.
    regions
        Regions for the shapes of a GeoPackage.

    Raises
    ------
    SpecError
        When the ending is another, or a GeoPackage is asked for without regions.
    DataError
        When no core lies among the regions.

    Notes
    -----
    `load_layout` reads both back without loss.

    Examples
    --------
    >>> import tempfile
    >>> from hubtiers.hubs.layout import load_layout
    >>> layout = load_layout("zhang2022")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load_layout(save_layout(layout, f"{folder}/zhang2022.toml")) == layout
    True
    """
    target = Path(path)
    if target.suffix == ".toml":
        with replacing(target) as temporary:
            temporary.write_text(layout_text(layout), encoding="utf-8")
        return target
    if target.suffix != ".gpkg":
        raise SpecError(f"A layout is saved as .toml or .gpkg, but the path is {target.name!r}.")
    if regions is None:
        raise SpecError("A GeoPackage holds shapes. Give save(path, regions=…), or save as .toml.")
    with replacing(target) as temporary, _without_clock():
        temporary.unlink()
        for what in WHAT:
            shapes = shapes_of(layout, regions, what)
            if len(shapes):
                shapes.to_file(temporary, layer=what, driver="GPKG")
        _write_table(layout, temporary)
    return target


@contextlib.contextmanager
def _without_clock() -> Iterator[None]:
    """Keep the time of writing out of the file, so that the same layout gives the same bytes."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_table(layout: HubLayout, path: Path) -> None:
    import pyogrio

    table = pd.DataFrame({"id": [layout.id], "toml": [layout_text(layout)]})
    pyogrio.write_dataframe(table, path, layer=_TABLE, driver="GPKG")


def read_layout_text(path: Path) -> tuple[str, str]:
    """Return id and text of the layout that a GeoPackage holds.

    Raises
    ------
    SpecError
        When it holds none.
    """
    import pyogrio

    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    if _TABLE not in layers:
        raise SpecError(
            f"{path.name} holds no layout, only {', '.join(layers)}. Save a layout with "
            "layout.save(path, regions), or give a .toml file."
        )
    table = pyogrio.read_dataframe(path, layer=_TABLE, read_geometry=False)
    return str(table["id"].iloc[0]), str(table["toml"].iloc[0])


def layout_text(layout: HubLayout) -> str:
    """Return a layout as TOML."""
    lines = _lines(layout, HubLayout, leave=tuple(_SECTIONS))
    if layout.seats:
        lines += ["", "[seats]"]
        lines += [f"{_text(core)} = {list(at)}" for core, at in layout.seats.items()]
    for name, section in _SECTIONS.items():
        for part in getattr(layout, name):
            lines += ["", f"[[{section}]]", *_lines(part, type(part), leave=())]
    return "\n".join(lines) + "\n"


def _lines(part: object, kind: type[Any], leave: tuple[str, ...]) -> list[str]:
    """Return a line for every attribute that is not its default."""
    lines = []
    for each in fields(kind):
        value = getattr(part, each.name)
        is_written = isinstance(value, (str, tuple)) and each.name not in leave
        if is_written and value != each.default:
            lines.append(f"{each.name} = {_value(value)}")
    return lines


def _value(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return _text(value)
    return f"[{', '.join(map(_text, value))}]"


def _text(text: str) -> str:
    # A string of JSON is one of TOML but for the one control character that JSON lets stand.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
