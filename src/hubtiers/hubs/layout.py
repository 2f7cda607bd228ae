"""A hub layout: hubs with tier, cores and extent, and corridors. A set, never a tree."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from html import escape
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from hubtiers._storage import data_path, parse_toml, read_text, read_toml
from hubtiers.errors import (
    DataError,
    NotComparableError,
    SpecError,
    UnknownOptionError,
    listing,
)
from hubtiers.framework import TIERS
from hubtiers.regions._seats import as_seat, seats_of_table
from hubtiers.regions.membership import expand_members, has_member_units

__all__ = [
    "Corridor",
    "Hub",
    "HubLayout",
    "Link",
    "layout_members",
    "load_layout",
    "require_same_hubs",
    "seat_file",
]

HUB_KINDS = ("city", "park")
LEADERS = ("university", "government", "firm")
LINK_TYPES = ("hierarchical", "peer", "neighbour")
STRENGTHS = ("strong", "weak")

_FEWEST_ALONG = 2
_CHECKED_LISTS = ("cores", "extent", "members", "tiers")


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
    functions
        Which functions it leads in, such as research.
    kind
        ``"city"``, ``"park"``, or empty where the source does not say.
    led_by
        Who leads it: ``"university"``, ``"government"``, ``"firm"``, or empty. No data tell; it is
        what the source says.
    certainty
        How sure the source is, in its words.
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
    functions: tuple[str, ...] = ()
    kind: str = ""
    led_by: str = ""
    certainty: str = ""

    def __post_init__(self) -> None:
        for name in ("cores", "extent"):
            _require_ids(getattr(self, name), f"{name} of the hub {self.id!r}")
            _require_once(getattr(self, name), f"{name} of the hub {self.id!r}")
        for name, options in (("kind", HUB_KINDS), ("led_by", LEADERS)):
            if getattr(self, name) not in ("", *options):
                what = f"{name} of the hub {self.id!r}:"
                raise UnknownOptionError(what, getattr(self, name), options)
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
    source: str = ""

    def __post_init__(self) -> None:
        _require_ids(self.members, f"members of the corridor {self.id!r}")
        if len(set(self.members)) < _FEWEST_ALONG:
            raise SpecError(
                f"The corridor {self.id!r} has fewer than two units. Name those that it connects, "
                "in their order along it."
            )


@dataclass(frozen=True)
class Link:
    """A declared link between two hubs, in either direction.

    Attributes
    ----------
    hubs
        Ids of both.
    type, strength
        ``"hierarchical"``, ``"peer"`` or ``"neighbour"``; ``"strong"`` or ``"weak"``; empty where
        the source does not say.
    note, note_zh
        What the source says of it.
    """

    hubs: tuple[str, ...]
    type: str = ""
    strength: str = ""
    note: str = ""
    note_zh: str = ""

    def __post_init__(self) -> None:
        _require_ids(self.hubs, "hubs of a link")
        if len(set(self.hubs)) != _FEWEST_ALONG or len(self.hubs) != _FEWEST_ALONG:
            raise SpecError(f"A link joins two hubs, but this one has {self.hubs!r}.")
        for name, options in (("type", LINK_TYPES), ("strength", STRENGTHS)):
            if getattr(self, name) not in ("", *options):
                what = f"{name} of the link between {' and '.join(self.hubs)}:"
                raise UnknownOptionError(what, getattr(self, name), options)


@dataclass(frozen=True, repr=False)
class HubLayout:
    """Hubs and corridors of one source.

    Attributes
    ----------
    id, title_zh, title_en, source
        Identity, titles, and where it was published.
    hubs, corridors, links
        What is drawn. A core belongs to one hub and lies in its extent, where it has one; extents
        may overlap.
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
    links: tuple[Link, ...] = ()

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
        _require_own_cores(self.hubs)
        known = [hub.id for hub in self.hubs]
        for end in (end for link in self.links for end in link.hubs):
            if end not in known:
                raise UnknownOptionError(f"hub of a link of the layout {self.id!r}:", end, known)

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

    def to_geodataframe(self, regions: gpd.GeoDataFrame, what: str = "hubs") -> gpd.GeoDataFrame:
        """Return the shapes of the layout over regions; see `layout_shapes.shapes_of`.

        `what` is ``"hubs"``, ``"cores"``, ``"extents"`` or ``"corridors"``.
        """
        from hubtiers.hubs.layout_shapes import shapes_of

        return shapes_of(self, regions, what)

    def overlaps(self, regions: gpd.GeoDataFrame) -> pd.DataFrame:
        """Return which extents share regions; that is allowed, and to be known."""
        from hubtiers.hubs.layout_shapes import overlapping_extents

        return overlapping_extents(self, regions)

    def coverage(self, population: pd.Series) -> tuple[float, int, int]:
        """Return the share of a population inside an extent, of how many regions, of how many."""
        from hubtiers.hubs.layout_shapes import coverage

        return coverage(self, population)

    def without(self, *parts: str) -> HubLayout:
        """Return the layout without some hubs or corridors, by their ids.

        Raises
        ------
        UnknownOptionError
            When an id is none of the layout's.
        """
        known = [hub.id for hub in self.hubs]
        known += [corridor.id for corridor in self.corridors]
        for part in parts:
            if part not in known:
                raise UnknownOptionError("hub or corridor", part, known)
        hubs = tuple(hub for hub in self.hubs if hub.id not in parts)
        corridors = tuple(each for each in self.corridors if each.id not in parts)
        return replace(self, hubs=hubs, corridors=corridors)

    def save(self, path: str | Path, regions: gpd.GeoDataFrame | None = None) -> Path:
        """Write the layout as .toml, or with its shapes over regions as .gpkg."""
        from hubtiers.hubs.layout_files import save_layout

        return save_layout(self, path, regions)

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


def require_same_hubs(layout: HubLayout, other: HubLayout, what: str, way_out: str) -> None:
    """Refuse what belongs to another layout: one with other hubs, or hubs of other tier or cores.

    Raises
    ------
    NotComparableError
        With the ids of the hubs in which they differ; `what` is called so, and `way_out` ends the
        message.
    """

    def hubs(of: HubLayout) -> set[tuple[str, str, frozenset[str]]]:
        return {(hub.id, hub.tier, frozenset(hub.cores)) for hub in of.hubs}

    odd = sorted({hub for hub, *_ in hubs(layout) ^ hubs(other)})
    if odd:
        raise NotComparableError(
            f"{what} is of another layout than {layout.id!r}: they differ in the hubs "
            f"{listing(map(repr, odd))}. {way_out}"
        )


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
    if not any(has_member_units(i) for i in others):
        return tuple(dict.fromkeys(ids))
    units = (unit for i in ids for unit in ((i,) if i in known else expand_members([i])))
    return tuple(dict.fromkeys(units))


def _require_ids(ids: object, what: str) -> None:
    given = list(ids) if isinstance(ids, Sequence) and not isinstance(ids, str) else [None]
    if not all(isinstance(i, str) and i for i in given):
        raise SpecError(f"The {what} are {ids!r}. Give a list of region ids, each in quotes.")


def _require_once(ids: Sequence[str], what: str) -> None:
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise SpecError(f"The {what} name {listing(map(repr, twice))} twice. Name each once.")


def _require_own_cores(hubs: Sequence[Hub]) -> None:
    """Refuse a core outside the extent of its hub, and one of two hubs."""
    owner: dict[str, str] = {}
    for hub in hubs:
        inside = {*layout_members(hub.extent), *hub.extent}
        for core in hub.cores:
            if hub.extent and not {core, *layout_members([core])} & inside:
                raise SpecError(
                    f"The core {core!r} of the hub {hub.id!r} lies outside its extent. Add it to "
                    "the extent, or leave the extent out."
                )
            if core in owner:
                raise SpecError(
                    f"{core!r} is a core of the hubs {owner[core]!r} and {hub.id!r}. A core "
                    "belongs to one hub; extents may overlap."
                )
            owner[core] = hub.id


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
    if path.suffix == ".gpkg":
        return _from_geopackage(path, tiers)
    if path.suffix != ".toml":
        path = data_path("layouts", f"{source}.toml")
        if not path.is_file():
            raise UnknownOptionError(
                "layout", str(source), [p.stem for p in data_path("layouts").glob("*.toml")]
            )
    if not path.is_file():
        raise DataError(f"There is no layout file {path}. Check the path.")
    content = read_toml(path, f"the layout {path.name}")
    if isinstance(content.get("seats"), str):
        content["seats"] = _read_seats(path.parent / content["seats"])
    if tiers is not None:
        content.setdefault("tiers", list(tiers))
    return _parse_layout(content, path.stem)


def _from_geopackage(path: Path, tiers: Sequence[str] | None) -> HubLayout:
    from hubtiers.hubs.layout_files import read_layout_text

    if not path.is_file():
        raise DataError(f"There is no layout file {path}. Check the path.")
    layout_id, text = read_layout_text(path)
    content = parse_toml(text, f"the layout in {path.name}")
    if tiers is not None:
        content.setdefault("tiers", list(tiers))
    return _parse_layout(content, layout_id)


def seat_file(layout: Path) -> Path | None:
    """Return the table of seats that the file of a layout names; None for none."""
    if layout.suffix != ".toml":
        return None
    named = read_toml(layout, f"the layout {layout.name}").get("seats")
    return layout.parent / named if isinstance(named, str) else None


def _read_seats(path: Path) -> dict[str, tuple[float, float]]:
    """Return longitude and latitude of seats by region id."""
    if not path.is_file():
        raise DataError(f"There is no table of seats {path}. Check the key `seats` of the layout.")
    text, _ = read_text(path)
    rows = list(csv.DictReader(io.StringIO(text)))
    return seats_of_table(rows, path.name)


def _parse_layout(content: dict[str, Any], layout_id: str) -> HubLayout:
    where = f"the layout {layout_id!r}"
    # Tables of hubs and corridors are called by their singular; the plural would be lost in
    # silence.
    known = {"hub", "corridor", "link", *HubLayout.__dataclass_fields__}
    known -= {"hubs", "corridors", "links"}
    _require_no_parent(content, f"The file of {where}")
    for key in content:
        if key not in known:
            raise UnknownOptionError(f"key of {where}:", key, sorted(known))
    hubs = tuple(_make(Hub, hub, where) for hub in _tables(content, "hub", where))
    corridors = tuple(_make(Corridor, part, where) for part in _tables(content, "corridor", where))
    links = tuple(_make(Link, part, where) for part in _tables(content, "link", where))
    if not hubs and not corridors:
        raise SpecError(
            f"The layout {layout_id!r} has no hub and no corridor. Write [[hub]] with id, tier and "
            "cores for each hub."
        )
    parts = {"hubs": hubs, "corridors": corridors, "links": links}
    if isinstance(seats := content.get("seats"), Mapping):
        content["seats"] = {str(core): as_seat(core, at) for core, at in seats.items()}
    layout: HubLayout = _make(HubLayout, {"id": layout_id, **content, **parts}, where)
    return layout


def _tables(content: dict[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    """Take the tables [[hub]] or [[corridor]] out of the content of a file."""
    found = content.pop(name, [])
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise SpecError(
            f"{name!r} of {where} is no list of tables. Write [[{name}]] above each of them."
        )
    return found


def _require_texts(kind: type[Any], content: Mapping[str, Any], where: str) -> None:
    """Refuse what a file has in the place of a text, such as a date or a number."""
    called = f"{kind.__name__} {content['id']!r}" if content.get("id") else kind.__name__
    for each in fields(kind):
        value = content.get(each.name, "")
        if each.type == "str" and not isinstance(value, str):
            raise SpecError(
                f"{each.name!r} of the {called} in {where} is {value!r}. Write a text in quotes."
            )
        # Lists of regions and tiers are checked, however they were given, where the part is made.
        is_list = each.type == "tuple[str, ...]" and each.name not in _CHECKED_LISTS
        if is_list and not _are_texts(value):
            raise SpecError(
                f"{each.name!r} of the {called} in {where} is {value!r}. Give a list of texts, "
                "each in quotes."
            )


def _are_texts(value: object) -> bool:
    is_list = isinstance(value, (list, tuple)) or value == ""
    return is_list and all(isinstance(text, str) for text in cast("Iterable[object]", value))


def _require_no_parent(content: Mapping[str, Any], what: str) -> None:
    """Refuse a key that would make one hub subordinate to another."""
    if "parent" in content:
        raise SpecError(
            f"{what} has the key 'parent', but tiers are not subordinate to each other "
            "(不存在隶属关系). Leave it out; a link says that two hubs are connected."
        )


def _make(kind: type[Any], content: Mapping[str, Any], where: str) -> Any:
    known = list(kind.__dataclass_fields__)
    _require_no_parent(content, f"A {kind.__name__} in {where}")
    for key in content:
        if key not in known:
            raise UnknownOptionError(f"key of a {kind.__name__} in {where}:", key, known)
    _require_texts(kind, content, where)
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in content.items()})
    except TypeError as error:
        raise SpecError(f"A {kind.__name__} in {where} is incomplete: {error}.") from None
