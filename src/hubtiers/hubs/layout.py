"""A hub layout: hubs with tier, cores and extent, and corridors. A set, never a tree."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import data_path, read_text
from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.framework import TIERS
from hubtiers.regions.membership import expand_members

__all__ = ["Corridor", "Hub", "HubLayout", "load_layout"]


@dataclass(frozen=True)
class Hub:
    """One innovation centre.

    Attributes
    ----------
    id, name_zh, name_en
        Identity and names.
    tier
        One of `TIERS`.
    cores
        Region ids of the core cities; several are possible (成都-重庆).
    extent
        Region ids, cities or provinces, of the territory it organises; empty when the source leaves
        it open.
    focus_zh, focus_en
        What the source wants built there.
    note
        Where the extent comes from, or what is uncertain.
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

    def __post_init__(self) -> None:
        if self.tier not in TIERS:
            raise UnknownOptionError(f"tier of the hub {self.id!r}:", self.tier, TIERS)
        if not self.cores:
            raise SpecError(
                f"The hub {self.id!r} has no core. Name at least one city by its region id."
            )

    @property
    def units(self) -> tuple[str, ...]:
        """City units of the extent; those of the cores when no extent is given."""
        return expand_members(self.extent or self.cores)


@dataclass(frozen=True)
class Corridor:
    """A line of cities that a plan develops together."""

    id: str
    members: tuple[str, ...]
    name_zh: str = ""
    name_en: str = ""
    note: str = ""


@dataclass(frozen=True, repr=False)
class HubLayout:
    """Hubs and corridors of one source.

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

    def __post_init__(self) -> None:
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
            found = [h.tier for h in self.hubs if inside & set(_units(h.cores, known))]
            tiers[region] = min(found, key=TIERS.index) if found else None
        dtype = pd.CategoricalDtype(list(TIERS[::-1]), ordered=True)
        return pd.Series(tiers, dtype=dtype, name="reference").rename_axis("region_id")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per hub, highest tier first."""
        ordered = sorted(self.hubs, key=lambda hub: TIERS.index(hub.tier))
        return pd.DataFrame([_hub_row(hub) for hub in ordered])

    def __repr__(self) -> str:
        counts = Counter(hub.tier for hub in self.hubs)
        text = ", ".join(f"{counts[tier]} {tier}" for tier in TIERS if counts[tier])
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


def _units(ids: Iterable[str], known: set[str]) -> tuple[str, ...]:
    """Return the units of regions: one of the layer at hand is its own, others are expanded."""
    return tuple(unit for i in ids for unit in ((i,) if i in known else expand_members([i])))


def load_layout(source: str | Path) -> HubLayout:
    """Load a layout that ships, by name, or one of your own, by the path of a TOML file.

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
        return _parse_layout(tomllib.loads(text), path.stem)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"The layout {path.name} is not valid TOML: {error}.") from None


def _parse_layout(content: dict[str, Any], layout_id: str) -> HubLayout:
    where = f"the layout {layout_id!r}"
    # Tables of hubs and corridors are called by their singular; the plural would be lost in
    # silence.
    known = {"hub", "corridor", *HubLayout.__dataclass_fields__} - {"hubs", "corridors"}
    for key in content:
        if key not in known:
            raise UnknownOptionError(f"key of {where}:", key, sorted(known))
    hubs = tuple(_make(Hub, hub, where) for hub in content.pop("hub", []))
    corridors = tuple(_make(Corridor, corridor, where) for corridor in content.pop("corridor", []))
    layout: HubLayout = _make(
        HubLayout, {"id": layout_id, **content, "hubs": hubs, "corridors": corridors}, where
    )
    return layout


def _make(kind: type[Any], content: Mapping[str, Any], where: str) -> Any:
    known = list(kind.__dataclass_fields__)
    for key in content:
        if key not in known:
            raise UnknownOptionError(f"key of a {kind.__name__} in {where}:", key, known)
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in content.items()})
    except TypeError as error:
        raise SpecError(f"A {kind.__name__} in {where} is incomplete: {error}.") from None
