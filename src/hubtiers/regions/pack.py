"""A pack: a folder that knows one place on earth, its levels, names, credit line and printed map.

What hubtiers says or draws of a country stands in the `pack.toml` of that country's folder and
nowhere else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd

from hubtiers._storage import data_path, read_text, read_toml
from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.regions._packaged import PackagedLayer
from hubtiers.regions._seats import seats_of_table
from hubtiers.regions._shapes import read_shapes

__all__ = [
    "DEFAULT_PACK",
    "WORLD_PACK",
    "Grouping",
    "Inset",
    "LayerSource",
    "MapLine",
    "Pack",
    "PackLevel",
    "PackNames",
    "Place",
    "load_pack",
    "pack_names",
    "source_of",
]

DEFAULT_PACK = "china"
"""The pack of `load_regions("city")` and of every study that names no other."""

WORLD_PACK = "world"
"""The pack whose countries lie around the regions of a map when their own pack has no context."""

LANGUAGES = ("zh", "en")
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PackLevel:
    """One level of a pack, such as its provinces.

    Attributes
    ----------
    id, title_zh, title_en, summary
        Name of the level as it is asked for, titles, and a line for a list of what ships.
    file, layer, id_column, name_zh, name_en
        Where the polygons lie, and which columns identify and name them; `region_id`, `name_zh` and
        `name_en` when left out.
    parent, parent_column
        The level above, and the column that holds the id of the region above.
    members
        For a level that is dissolved from units: a table `region_id,name_zh,name_en,members`.
    package
        For a level that another installed package holds: where.
    """

    id: str
    title_zh: str = ""
    title_en: str = ""
    summary: str = ""
    file: str = ""
    layer: str = ""
    id_column: str = ""
    name_zh: str = ""
    name_en: str = ""
    parent: str = ""
    parent_column: str = ""
    members: str = ""
    package: PackagedLayer | None = None

    def __post_init__(self) -> None:
        if sum(map(bool, (self.file, self.members, self.package))) != 1:
            raise SpecError(
                f"The level {self.id!r} of a pack needs `file`, `members` to dissolve it from, or "
                "`package`: one."
            )


@dataclass(frozen=True)
class Place:
    """A name with its other names: a group of regions, or a yardstick row of the data."""

    id: str
    name_zh: str = ""
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name that it goes by."""
        return tuple(
            filter(None, dict.fromkeys((self.id, self.name_zh, self.name_en, *self.aliases)))
        )


@dataclass(frozen=True)
class Grouping:
    """A division of the regions of a level into groups, such as macro-regions.

    Attributes
    ----------
    id, of
        Its id, and the level whose regions are grouped; a level may have several groupings.
    column
        The column of `load_regions` that holds the group of each region; `id` when left out.
    title_zh, title_en, aliases
        Its names.
    source
        Who drew it, or how far it is agreed.
    groups
        The groups, with their members.
    """

    id: str
    of: str
    column: str = ""
    title_zh: str = ""
    title_en: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""
    groups: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", self.id)
        ids = [place.id for place in self.groups]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise SpecError(
                f"The grouping {self.id!r} of a pack has the groups {listing(twice)} twice. Give "
                "each an id of its own."
            )

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name that it goes by."""
        names = (self.id, self.column, self.title_zh, self.title_en, *self.aliases)
        return tuple(filter(None, dict.fromkeys(names)))


@dataclass(frozen=True)
class Inset:
    """A part of the printed map on axes of its own.

    `window` is left, bottom, right and top on the map's projection, or on `projection` where it has
    its own; `box` the same in degrees for an inset that is framed by what lies in it. `width` is a
    share of the map's width.
    """

    id: str
    title_zh: str = ""
    title_en: str = ""
    window: Box | None = None
    box: Box | None = None
    projection: str = ""
    width: float = 0.15
    corner: str = "lower right"

    def __post_init__(self) -> None:
        if (self.window is None) == (self.box is None):
            raise SpecError(
                f"The inset {self.id!r} of a pack needs `window` in metres or `box` in degrees: "
                "one."
            )


@dataclass(frozen=True)
class MapLine:
    """Lines that belong on every map of the place."""

    id: str
    file: str
    title_zh: str = ""
    title_en: str = ""


@dataclass(frozen=True)
class PackNames:
    """Names: the column of the short name, and the tables of other names.

    `aliases` and `former` are tables `region_id,alias[,level]`; `gazetteer`, `former` and
    `ambiguous` of a pack with a gazetteer have the columns that `match_names` reads. `seats` is a
    table `region_id,lon,lat` of the places where hubs are marked.
    """

    short: str = ""
    gazetteer: str = ""
    aliases: str = ""
    former: str = ""
    ambiguous: str = ""
    seats: str = ""


@dataclass(frozen=True, repr=False, eq=False)
class Pack:
    """All that is known of one place: `load_pack` reads it from its folder.

    Attributes
    ----------
    id, title_zh, title_en, folder, version
        Identity; the folder that holds `pack.toml` and the layers.
    levels, units
        Levels by id, and the one of which all others consist.
    names
        Tables of other names.
    codes
        Pattern of an id, as a regular expression; empty when anything goes.
    credit, attribution, terms
        The credit line by language, its shortest form for the corner of a map, and the terms of
        use.
    approval, coordinates
        Remarks by language for those who publish a map, or lay it over a map service; mostly empty.
    groupings
        Divisions such as macro-regions, by id.
    totals, yardsticks
        Names of rows that are no region of a level, and those of them that others are measured by.
    projection, window, around, graticule, borders, insets, lines
        The printed map: reference system; frame on it; box in degrees of the context that can be
        seen; box of the graticule; level whose outlines lie over the regions; insets; lines.
    context_file, context_credit
        What lies around, where the pack has its own: otherwise the countries of the pack `world`.
    set_aside
        Rows of the layers that are no region, each with `id` or `name` and `reason`.
    """

    id: str
    folder: Path
    title_zh: str = ""
    title_en: str = ""
    version: str = ""
    levels: Mapping[str, PackLevel] = field(default_factory=dict)
    units: str = ""
    names: PackNames = field(default_factory=PackNames)
    codes: str = ""
    credit: Mapping[str, str] = field(default_factory=dict)
    attribution: str = ""
    terms: str = ""
    approval: Mapping[str, str] = field(default_factory=dict)
    coordinates: Mapping[str, str] = field(default_factory=dict)
    groupings: Mapping[str, Grouping] = field(default_factory=dict)
    totals: tuple[str, ...] = ()
    yardsticks: tuple[Place, ...] = ()
    projection: str = ""
    window: Box | None = None
    around: Box | None = None
    graticule: Box | None = None
    borders: str = ""
    insets: tuple[Inset, ...] = ()
    lines: tuple[MapLine, ...] = ()
    context_file: str = ""
    context_credit: str = ""
    set_aside: tuple[Mapping[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What `load_pack` finds the pack by: its id when it ships, its folder otherwise."""
        return self.id if self.is_shipped else str(self.folder)

    @property
    def is_shipped(self) -> bool:
        """Whether the pack comes with hubtiers."""
        return self.folder.parent == data_path("boundaries")

    def level(self, name: str) -> PackLevel:
        """Return a level by its id."""
        if name not in self.levels:
            raise UnknownOptionError(f"level of the pack {self.id!r}:", name, self.levels)
        return self.levels[name]

    def table(self, name: str) -> list[dict[str, str]]:
        """Return the rows of one of the pack's tables; none when it has no such table."""
        if not name:
            return []
        text, _ = read_text(self.folder / name)
        return list(csv.DictReader(io.StringIO(text)))

    def aliases(self) -> dict[str, tuple[str, ...]]:
        """Return other and former names by region id."""
        found: dict[str, list[str]] = {}
        for table in (self.names.aliases, self.names.former):
            for row in self.table(table):
                name = row.get("alias") or row.get("name") or ""
                found.setdefault(row["region_id"], []).append(name)
        return {
            region: tuple(dict.fromkeys(filter(None, names))) for region, names in found.items()
        }

    def seats(self) -> dict[str, tuple[float, float]]:
        """Return longitude and latitude of the seats that the pack's table names.

        Raises
        ------
        MissingColumnError, DataError
            When the table lacks a column, or a seat is no pair of degrees.
        """
        name = self.names.seats
        return seats_of_table(self.table(name), name) if name else {}

    def groups(self) -> tuple[Place, ...]:
        """Return the groups of all groupings."""
        return tuple(group for grouping in self.groupings.values() for group in grouping.groups)

    def line_shapes(self, line: MapLine | str) -> gpd.GeoDataFrame:
        """Return the shapes of one of the pack's lines."""
        known = {item.id: item for item in self.lines}
        key = line if isinstance(line, str) else line.id
        if key not in known:
            raise UnknownOptionError(f"line of the pack {self.id!r}:", key, known)
        return read_shapes(self.folder / known[key].file).copy()

    def __repr__(self) -> str:
        inside = listing(self.levels, most=9)
        return f"<Pack {self.id}: {self.title_en or self.title_zh or self.id}; levels {inside}>"

    def _repr_html_(self) -> str:
        credit = " · ".join(dict.fromkeys(filter(None, self.credit.values())))
        rows = "".join(
            f"<tr><td>{escape(level.id)}</td><td>{escape(level.title_zh)}</td><td>{escape(level.title_en)}</td><td>{escape(level.parent)}</td></tr>"
            for level in self.levels.values()
        )
        head = "<tr><th>level</th><th>中文</th><th>English</th><th>parent</th></tr>"
        return (
            f"<p>{escape(repr(self)[1:-1])}</p><p>{escape(credit)}</p><table>{head}{rows}</table>"
        )


@dataclass(frozen=True)
class LayerSource:
    """Where the regions of a table come from: what a map of them may draw, and must say.

    Attributes
    ----------
    pack, level
        Name of the pack and its level; empty for a layer of the user's own.
    credit_zh, credit_en
        The credit line: that of the pack, or what the user says; empty when unknown.
    languages
        Languages in which the regions have names of their own.
    """

    pack: str = ""
    level: str = ""
    credit_zh: str = ""
    credit_en: str = ""
    languages: tuple[str, ...] = LANGUAGES

    def credit(self, language: str) -> str:
        """Return the credit line in a language, else in the other one."""
        texts = {"zh": self.credit_zh, "en": self.credit_en}
        return texts[language] or self.credit_en or self.credit_zh

    @property
    def in_gazetteer(self) -> bool:
        """Whether the gazetteer knows the regions, by their many names."""
        if self.pack != DEFAULT_PACK:
            return False
        level = load_pack(self.pack).levels.get(self.level)
        return level is None or level.package is None

    def load_pack(self) -> Pack | None:
        """Return the pack; None for a layer of the user's own."""
        return load_pack(self.pack) if self.pack else None

    def to_attrs(self) -> dict[str, Any]:
        """Return the source as the plain values that a frame carries in its `attrs`."""
        credit = {"zh": self.credit_zh, "en": self.credit_en}
        return {
            "pack": self.pack,
            "level": self.level,
            "credit": credit,
            "languages": list(self.languages),
        }


def source_of(regions: Any) -> LayerSource:
    """Return the source of a frame of regions.

    A frame that lost its attributes in some step of pandas is known by its members, which only
    shipped regions have.
    """
    attrs = regions.attrs
    if "credit" in attrs or "pack" in attrs:
        credit = attrs.get("credit") or {}
        credit = dict.fromkeys(LANGUAGES, credit) if isinstance(credit, str) else credit
        return LayerSource(
            pack=attrs.get("pack", ""),
            level=attrs.get("level", ""),
            credit_zh=credit.get("zh", ""),
            credit_en=credit.get("en", ""),
            languages=tuple(attrs.get("languages", LANGUAGES)),
        )
    if "members" in regions.columns and "level" in regions.columns:
        levels = set(regions["level"])
        pack = load_pack(DEFAULT_PACK)
        if levels and levels <= set(pack.levels):
            return pack_source(pack, levels.pop() if len(levels) == 1 else "")
    return LayerSource(languages=languages_of(regions))


def pack_source(pack: Pack, level: str, languages: tuple[str, ...] = LANGUAGES) -> LayerSource:
    """Return the source of regions of a pack."""
    return LayerSource(
        pack.name, level, pack.credit.get("zh", ""), pack.credit.get("en", ""), languages
    )


def languages_of(regions: Any) -> tuple[str, ...]:
    """Return the languages in which a frame has names of its own."""
    if not {"name_zh", "name_en"} <= set(regions.columns):
        return LANGUAGES
    chinese, english, ids = (
        list(map(str, x)) for x in (regions["name_zh"], regions["name_en"], regions.index)
    )
    if chinese == english:
        is_chinese = any("\u4e00" <= sign <= "\u9fff" for name in chinese for sign in name)
        return ("zh",) if is_chinese else ("en",)
    return tuple(code for code, names in (("zh", chinese), ("en", english)) if names != ids)


def load_pack(source: str | Path | Pack) -> Pack:
    """Load a pack of boundaries (区域包): one that ships, by name, or your own, by its folder.

    Use it to see what a pack offers; `load_regions(level, pack=…)` gives its regions.

    Parameters
    ----------
    source
        ``"china"``, ``"world"``, or the path of a folder with a file ``pack.toml``, as ``hubtiers
        pack`` makes one.

    Returns
    -------
    Pack

    Raises
    ------
    UnknownOptionError
        When no such pack ships and there is no such folder.
    SpecError
        When the file ``pack.toml`` is not valid.
    DataError
        When the folder lacks the file, or a file that it names.

    Examples
    --------
    >>> load_pack("china")
    <Pack china: China; levels province, city, county, consortium>
    >>> load_pack("world").credit["en"]
    'Natural Earth (public domain)'
    """
    if isinstance(source, Pack):
        return source
    folder = Path(source)
    shipped = pack_names()
    if str(source) in shipped:
        return _shipped(str(source))
    if not folder.is_dir():
        raise UnknownOptionError("pack (nor is it a folder)", str(source), shipped)
    return _read_pack(folder)


def pack_names() -> list[str]:
    """Return the names of the packs that ship."""
    return sorted(path.parent.name for path in data_path("boundaries").glob("*/pack.toml"))


@lru_cache(maxsize=8)
def _shipped(name: str) -> Pack:
    return _read_pack(data_path("boundaries", name))


def _read_pack(folder: Path) -> Pack:
    file = folder / "pack.toml"
    if not file.is_file():
        raise DataError(
            f"{folder} has no file pack.toml. Make a pack with: hubtiers pack FILE --id … --out "
            f"{folder}"
        )
    content = read_toml(file, str(file))
    pack = parse_pack(content, folder, f"the pack file {file}")
    for level in pack.levels.values():
        name = level.file or level.members
        if name and not (folder / name).is_file():
            raise DataError(
                f"{file} names the file {name}, which does not exist. Put it beside pack.toml."
            )
    return pack


_SECTIONS = ("level", "names", "grouping", "totals", "yardstick", "map", "context", "set_aside")
_BY_LANGUAGE = ("credit", "approval", "coordinates")
_PLAIN = ("id", "title_zh", "title_en", "version", "units", "codes", "attribution", "terms")
_MAP = ("projection", "window", "around", "graticule", "borders")


def parse_pack(content: Mapping[str, Any], folder: Path, where: str) -> Pack:
    """Make a pack from the content of its file; an unknown key is an error."""
    texts = [f"{key}_{code}" for key in _BY_LANGUAGE for code in LANGUAGES]
    _refuse_unknown(content, (*_PLAIN, *_SECTIONS, *texts), where)
    if not content.get("id") or not content.get("level"):
        raise SpecError(f"{where[0].upper()}{where[1:]} needs an `id` and at least one [[level]].")
    about: dict[str, Any] = {key: content[key] for key in _PLAIN if key in content}
    about |= {key: _texts(content, key) for key in _BY_LANGUAGE}
    levels = tuple(_level(row, where) for row in content["level"])
    about["levels"] = {level.id: level for level in levels}
    about["units"] = content.get("units", levels[-1].id)
    about["names"] = _make(PackNames, content.get("names", {}), where)
    about["yardsticks"] = _made(Place, content.get("yardstick", []), where)
    groupings = _groupings(content.get("grouping", []), where)
    about["groupings"] = {grouping.id: grouping for grouping in groupings}
    about |= _map_of(content.get("map", {}), where) | _around(content, where)
    pack = Pack(folder=folder, **about)
    _check_levels(pack, where)
    return pack


def _level(row: Mapping[str, Any], where: str) -> Any:
    content = dict(row)
    if "package" in content:
        content["package"] = _make(PackagedLayer, content["package"], where)
    return _make(PackLevel, content, where)


def _map_of(section: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return what a pack says of its printed map."""
    drawn = dict(section)
    parts = {
        "insets": _made(Inset, drawn.pop("inset", []), where),
        "lines": _made(MapLine, drawn.pop("line", []), where),
    }
    _refuse_unknown(drawn, _MAP, f"[map] of {where}")
    return parts | {k: tuple(v) if isinstance(v, list) else v for k, v in drawn.items()}


def _around(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return what a pack says of its context, of rows that are totals, and of rows set aside."""
    context, totals = content.get("context", {}), content.get("totals", {})
    _refuse_unknown(context, ("file", "credit"), f"[context] of {where}")
    _refuse_unknown(totals, ("names",), f"[totals] of {where}")
    return {
        "context_file": context.get("file", ""),
        "context_credit": context.get("credit", ""),
        "totals": tuple(totals.get("names", ())),
        "set_aside": tuple(content.get("set_aside", [])),
    }


def _texts(content: Mapping[str, Any], key: str) -> dict[str, str]:
    return {code: str(content.get(f"{key}_{code}", "")) for code in LANGUAGES}


def _check_levels(pack: Pack, where: str) -> None:
    wanted = [pack.units, pack.borders, *(level.parent for level in pack.levels.values())]
    for name in filter(None, (*wanted, *(grouping.of for grouping in pack.groupings.values()))):
        if name not in pack.levels:
            raise UnknownOptionError(f"level in {where}:", name, pack.levels)


def _groupings(rows: Sequence[Mapping[str, Any]], where: str) -> list[Grouping]:
    found = []
    for row in rows:
        content = dict(row)
        groups = tuple(_make(Place, group, where) for group in content.pop("group", []))
        found.append(_make(Grouping, {**content, "groups": groups}, where))
    for key in ("id", "column"):
        names = [getattr(grouping, key) for grouping in found]
        if twice := [name for name in names if names.count(name) > 1]:
            raise SpecError(
                f"{where[0].upper()}{where[1:]} has two groupings with the {key} {twice[0]!r}. "
                "Each needs its own, or one would stand for the other."
            )
    return found


def _refuse_unknown(content: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in content:
        if key not in known:
            raise UnknownOptionError(f"key in {where}:", key, known)


def _made(kind: type[Any], rows: Sequence[Mapping[str, Any]], where: str) -> tuple[Any, ...]:
    return tuple(_make(kind, row, where) for row in rows)


def _make(kind: type[Any], content: Mapping[str, Any], where: str) -> Any:
    _refuse_unknown(content, list(kind.__dataclass_fields__), f"a {kind.__name__} of {where}")
    try:
        return kind(
            **{
                key: tuple(value) if isinstance(value, list) else value
                for key, value in content.items()
            }
        )
    except TypeError as error:
        raise SpecError(f"A {kind.__name__} of {where} is incomplete: {error}.") from None
