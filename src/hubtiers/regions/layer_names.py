"""Names of own layers: as forgiving as those that ship, and as strict about rivals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import pandas as pd

from hubtiers.errors import UnknownOptionError, listing
from hubtiers.regions._names import clean, name_key, split_hint
from hubtiers.regions._tables import city_units, provinces
from hubtiers.regions.boundaries import lineage, load_regions
from hubtiers.regions.gazetteer import MatchReport, match_names, meanings
from hubtiers.regions.pack import LayerSource, source_of

__all__ = ["inside", "match_layer", "match_report", "pad_zeros"]

_COLUMNS = ["name", "region_id", "rule", "candidates", "note"]
_SEVERAL = "more than one region of the layer has this name"
_UNKNOWN = "no region has this name"
_MOST_PROPOSALS = 50
# Words that say what kind of place a name is, in the languages of national statistics, and words
# without weight.
_KINDS = frozenset(
    {
        "state",
        "province",
        "county",
        "region",
        "district",
        "department",
        "prefecture",
        "municipality",
        "city",
        "republic",
    }
    | {
        "territory",
        "oblast",
        "krai",
        "canton",
        "parish",
        "borough",
        "governorate",
        "land",
        "division",
        "commune",
    }
    | {
        "departement",
        "departamento",
        "provincia",
        "provincie",
        "estado",
        "regione",
        "distrito",
        "municipio",
        "comune",
    }
    | {
        "voivodeship",
        "wojewodztwo",
        "raion",
        "rayon",
        "emirate",
        "wilaya",
        "ken",
        "fu",
        "do",
        "si",
        "gun",
        "lan",
        "fylke",
    }
    | {
        "kreis",
        "landkreis",
        "stadt",
        "maakunta",
        "megye",
        "zupanija",
        "sheng",
        "shi",
        "xian",
        "autonomous",
        "special",
    }
    | {
        "administrative",
        "metropolitan",
        "capital",
        "federal",
        "union",
        "national",
        "self",
        "governing",
    }
)
# Columns of other names and codes, as GADM, Natural Earth and OpenStreetMap call them.
_OTHER_NAMES = re.compile(
    r"(?:VARNAME|NL_NAME|HASC|ISO)_\d|name_(?:alt|local)|alt_names?|old_name|iso_3166_2|postal",
    re.IGNORECASE,
)
_NO_NAME = ("", "NA", "-99", "-1")
_SMALL_WORDS = frozenset(
    {
        "the",
        "of",
        "and",
        "de",
        "du",
        "des",
        "del",
        "della",
        "di",
        "da",
        "do",
        "la",
        "le",
        "les",
        "el",
    }
)
_HAN_KINDS = re.compile(
    "(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|新区|地区|省|市|区|县|盟|旗|州|道|都|府)$"
)


# A mark that points to a note below the table from which a name was taken.
_FOOTNOTE = re.compile(r"\s*[(\[]\d{1,2}[)\]]$")


@dataclass(frozen=True, eq=False)
class _Index:
    """Keys of a layer, from the strictest to the loosest, with the ids that each can mean."""

    ids: frozenset[str]
    folded_ids: Mapping[str, tuple[str, ...]]
    exact: Mapping[str, tuple[str, ...]]
    folded: Mapping[str, tuple[str, ...]]
    other: Mapping[str, tuple[str, ...]]
    bare: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, tuple[tuple[str, frozenset[str]], ...]]
    shown: Mapping[str, str]
    above: Mapping[str, frozenset[str]]


def match_layer(
    names: Sequence[str],
    regions: pd.DataFrame,
    *,
    within: Sequence[str] | None = None,
    source: LayerSource | None = None,
) -> pd.DataFrame:
    """Match names with the regions of a layer.

    Parameters
    ----------
    names
        Names or ids, each once.
    regions
        Layer with the index `region_id` and the columns `name_zh` and `name_en`.
    within
        For each name what it lies in, by name or id; empty for anywhere.
    source
        Where the layer comes from; read from the frame when left out.

    Returns
    -------
    pandas.DataFrame
        One row per name: `name`, `region_id` (empty when refused), `rule` (id, exact, alias,
        former, ambiguous, unmatched), `candidates`, `note`.
    """
    source = source_of(regions) if source is None else source
    limits = list(within) if within is not None else [""] * len(names)
    if source.in_gazetteer:
        return _match_shipped(list(names), limits, regions)
    ids = set(map(str, regions.index))
    if all(name in ids for name in names):
        # Nothing to look up: tables of codes need no index of names.
        rows = [(name, name, "id", "", "") for name in names]
        return pd.DataFrame(rows, columns=_COLUMNS, dtype="str")
    index = _index_of(regions, source)
    has_codes = _has_codes(index.ids)
    rows = []
    for name, limit in zip(names, limits, strict=True):
        rows.append((name, *_match_one(name, limit, index, has_codes=has_codes)))
    frame = pd.DataFrame(rows, columns=_COLUMNS, dtype="str")
    return _with_proposals(frame, index)


def _match_shipped(names: list[str], limits: list[str], regions: pd.DataFrame) -> pd.DataFrame:
    """Match by id, then by the layer's names, then by the gazetteer's many others."""
    known = _by_text(regions, lambda text: text)
    rows: list[tuple[str, str, str, str, str] | None] = []
    for name, limit in zip(names, limits, strict=True):
        found = (name,) if name in regions.index else () if limit else known.get(name, ())
        if len(found) == 1:
            rows.append((name, found[0], "id" if name in regions.index else "exact", "", ""))
        elif found:
            rows.append((name, "", "ambiguous", ";".join(found), _SEVERAL))
        else:
            rows.append(None)
    rest = [place for place, row in enumerate(rows) if row is None]
    if rest:
        asked = _match_gazetteer(
            [names[place] for place in rest], [limits[place] for place in rest], regions
        )
        for place, row in zip(rest, asked, strict=True):
            rows[place] = row
    return pd.DataFrame([row for row in rows if row is not None], columns=_COLUMNS, dtype="str")


def _match_gazetteer(
    names: list[str], limits: list[str], regions: pd.DataFrame
) -> list[tuple[str, str, str, str, str]]:
    levels = set(regions["level"]) if "level" in regions.columns else set()
    level = levels.pop() if len(levels) == 1 else "any"
    frame = match_names(names, level=level, within=limits if any(limits) else None).frame
    rows = []
    for row in frame.to_dict("records"):
        region = row["region_id"] if isinstance(row["region_id"], str) else ""
        rule, note = row["rule"], row["note"]
        if region and region not in regions.index:
            region, rule, note = (
                "",
                "unmatched",
                f"known as {region}, which the layer does not have",
            )
        elif row["proposals"]:
            note = f"{note}; did you mean {row['proposals']}?"
        rows.append((row["name"], region, rule, row["candidates"], note))
    return rows


def _by_text(regions: pd.DataFrame, key: object) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for column in ("name_zh", "name_en"):
        for region, name in regions[column].items():
            text = key(str(name)) if callable(key) else str(name)
            if name and text and region not in found.setdefault(text, []):
                found[text].append(str(region))
    return {text: tuple(ids) for text, ids in found.items()}


def _index_of(regions: pd.DataFrame, source: LayerSource) -> _Index:
    ids = [str(region) for region in regions.index]
    named = zip(
        ids, regions["name_zh"].astype("str"), regions["name_en"].astype("str"), strict=True
    )
    names = {region: (zh, en) for region, zh, en in named}
    pack = source.load_pack()
    aliases = pack.aliases() if pack is not None else {}
    told = _other_names(regions)
    return _Index(
        ids=frozenset(ids),
        folded_ids=_by_key({region: (region,) for region in ids}),
        exact=_by_text(regions, str),
        folded=_by_text(regions, name_key),
        other=_by_key({region: (*aliases.get(region, ()), *told[region]) for region in ids}),
        bare=_by_text(regions, _bare),
        kinds={region: (_parted(zh), _parted(en)) for region, (zh, en) in names.items()},
        shown={region: zh if zh == en else f"{en} {zh}" for region, (zh, en) in names.items()},
        above=_above(regions, source),
    )


def _other_names(regions: pd.DataFrame) -> dict[str, list[str]]:
    """Return the other names that columns of a layer tell of each region, as GADM's VARNAME_1."""
    told: dict[str, list[str]] = {str(region): [] for region in regions.index}
    for column in regions.columns:
        if not _OTHER_NAMES.fullmatch(str(column)):
            continue
        for region, text in regions[column].items():
            if isinstance(text, str) and text not in _NO_NAME:
                told[str(region)] += re.split(r"\s*[|;]\s*", text)
    return told


def _by_key(texts: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the ids by the keys of their texts."""
    found: dict[str, list[str]] = {}
    for region, spellings in texts.items():
        for key in dict.fromkeys(map(name_key, spellings)):
            if key:
                found.setdefault(key, []).append(region)
    return {key: tuple(ids) for key, ids in found.items()}


def _above(regions: pd.DataFrame, source: LayerSource) -> dict[str, frozenset[str]]:
    """Return for every region what may say where it lies: other columns, names above it."""
    skipped = {"name_zh", "name_en", "short_zh", "lon", "lat", "members"}
    columns = [
        c
        for c in regions.columns
        if c not in skipped and str(regions[c].dtype) in ("str", "object", "string")
    ]
    texts: dict[str, set[str]] = {str(region): set() for region in regions.index}
    for column in columns:
        for region, value in regions[column].items():
            if isinstance(value, str):
                texts[str(region)] |= {name_key(value), _bare(value)}
    for region, names in _names_above(regions, source).items():
        texts[region] |= {key for name in names for key in (name_key(name), _bare(name))}
    return {region: frozenset(found - {""}) for region, found in texts.items()}


def _names_above(regions: pd.DataFrame, source: LayerSource) -> dict[str, list[str]]:
    """Return ids and names of the regions of the pack that each region lies in."""
    pack = source.load_pack()
    if pack is None or source.level not in pack.levels or not pack.level(source.level).parent:
        return {}
    names: dict[str, list[str]] = {}
    for level in pack.levels:
        if level != source.level:
            layer = load_regions(level, pack=pack)
            for region, zh, en in zip(layer.index, layer["name_zh"], layer["name_en"], strict=True):
                names.setdefault(str(region), [str(region)]).extend((str(zh), str(en)))
    lines = lineage(regions, pack, source.level)
    above: dict[str, list[str]] = {}
    for region, *higher in lines:
        above[region] = [name for parent in higher for name in names.get(parent, ())]
    return above


def _bare(name: str) -> str:
    """Return a name without what kind of place it is.

    >>> _bare("Ohio State"), _bare("the State of Ohio"), _bare("Île-de-France"), _bare("吉林省")
    ('ohio', 'ohio', 'ilefrance', '吉林')
    """
    return _parted(name)[0]


@lru_cache(maxsize=100_000)
def _parted(name: str) -> tuple[str, frozenset[str]]:
    """Return a name without its kind, and the words that say the kind: “Ohio State”, “吉林省”."""
    text = _FOOTNOTE.sub("", clean(name))
    if not text.isascii() and re.search("[\u4e00-\u9fff]", text):
        found = _HAN_KINDS.search(text)
        if found is None or found.start() < 2:
            return name_key(text), frozenset()
        return name_key(text[: found.start()]), frozenset({found[0]})
    words = [name_key(word) for word in re.split(r"[\s\-–—/&,.()\[\]]+", text)]
    kept = [word for word in words if word and word not in _SMALL_WORDS]
    kinds = set()
    while len(kept) > 1 and kept[-1] in _KINDS:
        kinds.add(kept.pop())
    while len(kept) > 1 and kept[0] in _KINDS:
        kinds.add(kept.pop(0))
    return "".join(kept), frozenset(kinds)


def _of_one_kind(name: str, found: Iterable[str], index: _Index) -> tuple[str, ...]:
    """Return the regions whose name says no other kind than is asked for: 朝阳县 is not 朝阳区."""
    bare, kinds = _parted(name)

    def agrees(region: str) -> bool:
        return any(own == bare and (not k or k & kinds) for own, k in index.kinds[region])

    return tuple(region for region in found if not kinds or agrees(region))


def _match_one(
    name: str, limit: str, index: _Index, *, has_codes: bool
) -> tuple[str, str, str, str]:
    """Return region, rule, candidates and note of one name."""
    if name in index.ids:
        return name, "id", "", ""
    forms = _forms(name, index)
    for rule, found in forms:
        if kept := _inside(found, limit, index):
            return _one_of(kept, rule, index)
    if has_codes and (found := tuple(i for i in meanings(name) if i in index.ids)):
        return _one_of(_inside(found, limit, index) or found, "alias", index)
    if not limit and (parts := split_hint(name)):
        region, rule, candidates, note = _match_one(*parts, index, has_codes=has_codes)
        if region or rule == "ambiguous":
            told = note or f"read as {parts[0]} in {parts[1]}"
            return region, "alias" if region else rule, candidates, told
    return _refused(name, limit, index, next((found for _, found in forms if found), ()))


def _forms(name: str, index: _Index) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what each form of a name means, the strictest first."""
    key = name_key(name)
    return (
        ("exact", index.exact.get(name, ())),
        ("alias", index.folded.get(key, ())),
        ("alias", index.folded_ids.get(key, ())),
        ("alias", index.other.get(key, ())),
        ("alias", _of_one_kind(name, index.bare.get(_bare(name), ()), index)),
    )


def _refused(
    name: str, limit: str, index: _Index, elsewhere: tuple[str, ...]
) -> tuple[str, str, str, str]:
    if zeros := _padded(name, index.ids):
        note = f"the layer has {zeros}: write the leading zeros, or pass leading_zeros=True"
        return "", "unmatched", f"{zeros} {index.shown[zeros]}", note
    is_elsewhere = bool(limit and elsewhere)
    note = f"no region of this name lies in {limit}" if is_elsewhere else _UNKNOWN
    return "", "unmatched", _listed(elsewhere, index), note


def _inside(found: Iterable[str], limit: str, index: _Index) -> tuple[str, ...]:
    if not limit:
        return tuple(found)
    wanted = {name_key(limit), _bare(limit)}
    return tuple(region for region in found if wanted & index.above[region])


def _one_of(found: tuple[str, ...], rule: str, index: _Index) -> tuple[str, str, str, str]:
    if len(found) == 1:
        return found[0], rule, "", ""
    return "", "ambiguous", _listed(found, index), _SEVERAL


def _listed(found: Iterable[str], index: _Index) -> str:
    return ";".join(f"{region} {index.shown[region]}" for region in found)


def _padded(name: str, ids: frozenset[str]) -> str:
    """Return the id that a number would be with leading zeros; empty when there is none."""
    text = re.sub(r"\.0+$", "", name.strip())
    if not text.isascii() or not text.isdigit():
        return ""
    widths = {len(region) for region in ids if region.isdigit()}
    found = [
        padded
        for width in sorted(widths)
        if width > len(text) and (padded := text.zfill(width)) in ids
    ]
    return found[0] if len(found) == 1 else ""


def match_report(
    names: Sequence[str], regions: pd.DataFrame, *, within: str = "", title: str = "layer"
) -> MatchReport:
    """Return what became of every name, as `match_names` tells it of the regions that ship."""
    written = list(dict.fromkeys(names))
    frame = match_layer(written, regions, within=[within] * len(written))
    rule = frame["rule"].where(frame["rule"] != "id", "exact")
    found = frame["region_id"].where(frame["region_id"] != "", None)
    told = frame.assign(region_id=found, rule=rule, proposals="")
    # An ambiguous name is told with what it can mean.
    several = told["rule"] == "ambiguous"
    for row in told.index[several]:
        told.loc[row, "note"] = f"it can mean {listing(told.loc[row, 'candidates'].split(';'))}"
    return MatchReport(told.set_index("name").loc[list(names)].reset_index(), title)


def inside(regions: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the ids of the regions that are called so, or whose columns say that they lie there.

    Raises
    ------
    UnknownOptionError
        When a name is in no column of the layer.
    """
    source = source_of(regions)
    index, above = _index_of(regions, source), _above(regions, source)
    found: set[str] = set()
    for name in names:
        wanted = {name_key(name), _bare(name)}
        here = {region for region, texts in above.items() if wanted & texts}
        here |= set(index.folded.get(name_key(name), ())) | ({name} & index.ids)
        if not here:
            texts = [text for column in regions.columns for text in _texts_of(regions[column])]
            raise UnknownOptionError("region or group in within=:", name, texts)
        found |= here
    return [str(region) for region in regions.index if str(region) in found]


def _texts_of(values: pd.Series) -> list[str]:
    return [value for value in values.unique() if isinstance(value, str)][:500]


def pad_zeros(names: Iterable[str], regions: pd.DataFrame) -> dict[str, str]:
    """Return for each name that is a number the id that it is with leading zeros."""
    ids = frozenset(map(str, regions.index))
    found = {name: _padded(name, ids) for name in names if name not in ids}
    return {name: region for name, region in found.items() if region}


def _has_codes(ids: frozenset[str]) -> bool:
    """Return whether most ids are codes that the gazetteer knows, whose other names then hold."""
    known = sum(region in provinces() or region in city_units() for region in ids)
    return 2 * known > len(ids)


def _with_proposals(frame: pd.DataFrame, index: _Index) -> pd.DataFrame:
    """Add close names to the notes of what was not found; they are never applied."""
    known: dict[str, str] = {}
    for key, ids in (*index.folded.items(), *index.other.items()):
        known.setdefault(key, ids[0])
    unknown = frame["note"] == _UNKNOWN
    for place in frame.index[unknown][:_MOST_PROPOSALS]:
        close = get_close_matches(name_key(frame.loc[place, "name"]), list(known), n=3, cutoff=0.75)
        if close:
            proposals = listing(
                dict.fromkeys(f"{known[key]} {index.shown[known[key]]}" for key in close)
            )
            frame.loc[place, "note"] = f"no region has this name; did you mean {proposals}?"
    return frame
