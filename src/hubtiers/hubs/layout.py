"""A hub layout: hubs with tier, cores and extent, and corridors. A set, never a tree."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import data_path, read_text
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError, listing
from hubtiers.framework import TIERS
from hubtiers.regions.membership import expand_members, member_units

__all__ = ["Corridor", "Hub", "HubLayout", "layout_members", "load_layout", "seat_file"]


@dataclass(frozen=True)
class Hub:
    """One innovation centre.

    Attributes
    ----------
    id, name_zh, name_en
        Identity and names.
    tier
        One of the tiers of the layout; these are `TIERS` unless it declares others.
    cores
        Region ids of the core cities; several are possible (成都-重庆).
    extent
        Region ids, cities or provinces, of the territory it organises; empty when the source leaves
        it open.
    focus_zh, focus_en
        What the source wants built there.
    note, note_zh
        Where the extent comes from, or what is uncertain; in Chinese where it is told apart.
    """

    id: str
    tier: str
    cores: tuple[str, ...]
    name_zh: str = ""
    name_en: str = ""
    extent: tuple[str, ...] = ()
    focus_zh: tuple[str, ...] = ()
    focus_en: tuple[str, ...] = ()
    note: str = ""
    note_zh: str = ""

    def __post_init__(self) -> None:
        for name in ("cores", "extent"):
            _require_ids(getattr(self, name), f"{name} of the hub {self.id!r}")
        if not self.cores:
            raise SpecError(
                f"The hub {self.id!r} has no core. Name at least one city by its region id."
            )

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the extent; those of the cores when no extent is given."""
        return layout_members(self.extent or self.cores)


@dataclass(frozen=True)
class Corridor:
    """A line of cities that a plan develops together."""

    id: str
    members: tuple[str, ...]
    name_zh: str = ""
    name_en: str = ""
    note: str = ""
    note_zh: str = ""

    def __post_init__(self) -> None:
        _require_ids(self.members, f"members of the corridor {self.id!r}")


@dataclass(frozen=True, repr=False)
class HubLayout:
    """Hubs and corridors of one source.

    Attributes
    ----------
    id, title_zh, title_en, source
        Identity, titles, and where it was published.
    hubs, corridors
        What is drawn.
    tiers
        The tiers of hubs, highest first; Zhang's when left out.
    seats
        Longitude and latitude of cores that are marked there, and not inside their region.
    notes, notes_zh
        Remarks, in English or the only language, and in Chinese.

    Examples
    --------
    >>> layout = load_layout("zhang2022")
    >>> layout.hub("wuhan").cores
    ('420100',)
    """

    id: str
    hubs: tuple[Hub, ...]
    corridors: tuple[Corridor, ...] = ()
    title_zh: str = ""
    title_en: str = ""
    source: str = ""
    notes: tuple[str, ...] = field(default=())
    notes_zh: tuple[str, ...] = field(default=())
    tiers: tuple[str, ...] = TIERS
    seats: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_tiers(self.tiers, self.id)
        for hub in self.hubs:
            if hub.tier not in self.tiers:
                raise UnknownOptionError(
                    f"tier of the hub {hub.id!r} (the layout declares its own with tiers = […], "
                    "highest first):",
                    hub.tier,
                    self.tiers,
                )
        parts: list[Hub | Corridor] = [*self.hubs, *self.corridors]
        ids = [part.id for part in parts]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise SpecError(
                f"The layout {self.id!r} has {listing(map(repr, twice))} more than once. Ids must "
                "be unique."
            )

    def hub(self, hub_id: str) -> Hub:
        """Return one hub by its id."""
        for hub in self.hubs:
            if hub.id == hub_id:
                return hub
        raise UnknownOptionError("hub", hub_id, [h.id for h in self.hubs])

    def reference_tiers(self, members: Mapping[str, Iterable[str]]) -> pd.Series:
        """Return the published tier of each region: the highest of a hub with a core inside it.

        Parameters
        ----------
        members
            City units by region id.

        Returns
        -------
        pandas.Series
            Ordered categorical by region id, lowest tier first in its order; missing where no core
            lies.
        """
        tiers: dict[str, str | None] = {}
        known = {unit for units in members.values() for unit in units}
        for region, units in members.items():
            inside = set(units)
            found = [h.tier for h in self.hubs if inside & set(layout_members(h.cores, known))]
            tiers[region] = min(found, key=self.tiers.index) if found else None
        dtype = pd.CategoricalDtype(list(self.tiers[::-1]), ordered=True)
        return pd.Series(tiers, dtype=dtype, name="reference").rename_axis("region_id")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per hub, highest tier first."""
        ordered = sorted(self.hubs, key=lambda hub: self.tiers.index(hub.tier))
        return pd.DataFrame([_hub_row(hub) for hub in ordered])

    def __repr__(self) -> str:
        counts = Counter(hub.tier for hub in self.hubs)
        text = ", ".join(f"{counts[tier]} {tier}" for tier in self.tiers if counts[tier])
        return f"<HubLayout {self.id}: {text} hubs, {len(self.corridors)} corridors>"

    def _repr_html_(self) -> str:
        return (
            f"<p>{escape(repr(self)[1:-1])}</p>{self.to_frame().to_html(index=False, escape=True)}"
        )


def _hub_row(hub: Hub) -> dict[str, str]:
    return {
        "hub": hub.id,
        "name_zh": hub.name_zh,
        "name_en": hub.name_en,
        "tier": hub.tier,
        "cores": ";".join(hub.cores),
        "extent": ";".join(hub.extent),
        "focus_zh": "；".join(hub.focus_zh),
        "focus_en": "; ".join(hub.focus_en),
    }


def layout_members(ids: Iterable[str], known: Container[str] = ()) -> tuple[str, ...]:
    """Return the units that ids of a layout stand for, each once.

    An id of the layer at hand is its own unit, and so are ids of which the default pack knows none;
    of others the provinces, cities and consortia of that pack are taken.

    Raises
    ------
    UnknownOptionError
        When the default pack knows some of the ids, and another is unknown.
    """
    others = [i for i in ids if i not in known]
    if not any(_is_shipped(i) for i in others):
        return tuple(dict.fromkeys(ids))
    units = (unit for i in ids for unit in ((i,) if i in known else expand_members([i])))
    return tuple(dict.fromkeys(units))


def _is_shipped(region: str) -> bool:
    try:
        return bool(member_units(region))
    except UnknownOptionError:
        return False


def _require_ids(ids: object, what: str) -> None:
    given = list(ids) if isinstance(ids, Sequence) and not isinstance(ids, str) else [None]
    if not all(isinstance(i, str) and i for i in given):
        raise SpecError(f"The {what} are {ids!r}. Give a list of region ids, each in quotes.")


def _require_tiers(tiers: Sequence[str], layout_id: str) -> None:
    names = [] if isinstance(tiers, str) else list(tiers)
    if not names or len(set(names)) < len(names) or not all(isinstance(n, str) for n in names):
        raise SpecError(
            f"The tiers of the layout {layout_id!r} are {tiers!r}. Give their names, highest "
            "first, each once."
        )


def load_layout(source: str | Path, *, tiers: Sequence[str] | None = None) -> HubLayout:
    """Load a layout that ships, by name, or one of your own, by the path of a TOML file.

    Parameters
    ----------
    source
        Name of a layout that ships, or a path. The file may name a table of seats (`seats =
        "seats.csv"` with `region_id`, `lon`, `lat`): where the cores are marked.
    tiers
        The tiers of hubs, highest first, of a file that declares none; Zhang's when left out.

    Raises
    ------
    UnknownOptionError
        When no layout of that name ships.
    SpecError
        When the file is no valid layout.
    """
    path = Path(source)
    if path.suffix != ".toml":
        path = data_path("layouts", f"{source}.toml")
        if not path.is_file():
            raise UnknownOptionError(
                "layout", str(source), [p.stem for p in data_path("layouts").glob("*.toml")]
            )
    if not path.is_file():
        raise DataError(f"There is no layout file {path}. Check the path.")
    text, _ = read_text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"The layout {path.name} is not valid TOML: {error}.") from None
    if isinstance(content.get("seats"), str):
        content["seats"] = _read_seats(path.parent / content["seats"])
    if tiers is not None:
        content.setdefault("tiers", list(tiers))
    return _parse_layout(content, path.stem)


def seat_file(layout: Path) -> Path | None:
    """Return the table of seats that the file of a layout names; None for none."""
    named = tomllib.loads(read_text(layout)[0]).get("seats")
    return layout.parent / named if isinstance(named, str) else None


def _read_seats(path: Path) -> dict[str, tuple[float, float]]:
    """Return longitude and latitude of seats by region id."""
    if not path.is_file():
        raise DataError(f"There is no table of seats {path}. Check the key `seats` of the layout.")
    text, _ = read_text(path)
    rows = list(csv.DictReader(io.StringIO(text)))
    needed = ("region_id", "lon", "lat")
    if absent := [name for name in needed if not rows or name not in rows[0]]:
        raise MissingColumnError(absent, f"The table of seats {path.name}", rows[0] if rows else ())
    seats: dict[str, tuple[float, float]] = {}
    for row in rows:
        try:
            lon, lat = float(row["lon"]), float(row["lat"])
        except ValueError:
            lon, lat = math.nan, math.nan
        if not (abs(lon) <= 360 and abs(lat) <= 90):
            raise DataError(
                f"The seat of {row['region_id']} in {path.name} lies at {row['lon']!r}, "
                f"{row['lat']!r}. Give longitude and latitude in degrees."
            )
        seats[row["region_id"]] = lon, lat
    return seats


def _parse_layout(content: dict[str, Any], layout_id: str) -> HubLayout:
    where = f"the layout {layout_id!r}"
    # Tables of hubs and corridors are called by their singular; the plural would be lost in
    # silence.
    known = {"hub", "corridor", *HubLayout.__dataclass_fields__} - {"hubs", "corridors"}
    for key in content:
        if key not in known:
            raise UnknownOptionError(f"key of {where}:", key, sorted(known))
    hubs = tuple(_make(Hub, hub, where) for hub in _tables(content, "hub", where))
    corridors = tuple(_make(Corridor, part, where) for part in _tables(content, "corridor", where))
    layout: HubLayout = _make(
        HubLayout, {"id": layout_id, **content, "hubs": hubs, "corridors": corridors}, where
    )
    return layout


def _tables(content: dict[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    """Take the tables [[hub]] or [[corridor]] out of the content of a file."""
    found = content.pop(name, [])
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise SpecError(
            f"{name!r} of {where} is no list of tables. Write [[{name}]] above each of them."
        )
    return found


def _make(kind: type[Any], content: Mapping[str, Any], where: str) -> Any:
    known = list(kind.__dataclass_fields__)
    for key in content:
        if key not in known:
            raise UnknownOptionError(f"key of a {kind.__name__} in {where}:", key, known)
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in content.items()})
    except TypeError as error:
        raise SpecError(f"A {kind.__name__} in {where} is incomplete: {error}.") from None
