"""Names to ids: match what a file calls its regions with those that ship."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing
from hubtiers.regions._names import AUTONOMOUS, name_key, read_code, split_hint, without_kind
from hubtiers.regions._tables import Place, city_units, places, provinces, shipped_rows

__all__ = ["MatchReport", "gazetteer", "match_names", "meanings"]

LEVELS = ("province", "city", "consortium", "any")
RULES = ("exact", "alias", "former", "ambiguous", "unmatched")
# Close names cost a comparison with every known name; beyond this many unmatched names the list is
# no help anyway.
_MOST_PROPOSALS = 50
_LONGEST_PROPOSED = 60
_UNKNOWN = "no region has this name"
_COLUMNS = ["name", "region_id", "rule", "candidates", "note", "proposals"]
_LEVEL_NAMES = {"province": "a province", "city": "a city unit", "consortium": "a consortium"}


@dataclass(frozen=True, repr=False)
class MatchReport:
    """What became of every name: the region it means, by which rule, or why none.

    Parameters
    ----------
    frame
        One row per name in the order given, with the columns of `to_frame`.
    level
        The level that was asked for.

    Examples
    --------
    >>> report = match_names(["北京", "襄樊", "吉林"])
    >>> report.to_frame()["rule"].tolist()
    ['exact', 'former', 'ambiguous']
    """

    frame: pd.DataFrame
    level: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row per name.

        Columns: `name` as written, `region_id` (missing when refused), `rule` (exact, alias,
        former, ambiguous, unmatched), `candidates` (ids with names, joined by semicolons), `note`,
        `proposals` (close names, never applied).
        """
        return self.frame.copy()

    def counts(self) -> dict[str, int]:
        """Return how many names each rule decided, in the order of the rules."""
        found = self.frame["rule"].value_counts()
        return {rule: int(found.get(rule, 0)) for rule in RULES}

    def refused(self) -> pd.DataFrame:
        """Return the rows without a region: ambiguous and unmatched names."""
        return self.frame[self.frame["rule"].isin(["ambiguous", "unmatched"])].copy()

    @property
    def is_complete(self) -> bool:
        """Whether every name found its region."""
        return not bool(self.frame["rule"].isin(["ambiguous", "unmatched"]).any())

    def to_text(self, *, most: int = 20) -> str:
        """Return a summary, then a line for each name that was refused or matched with a note."""
        counts = ", ".join(f"{number} {rule}" for rule, number in self.counts().items() if number)
        lines = [f"{len(self.frame)} names at level {self.level!r}: {counts or 'none'}."]
        noted = self.frame[
            (self.frame["rule"] != "exact") & (self.frame["note"] != "")
        ].drop_duplicates("name")
        order = noted["rule"].map({rule: -i for i, rule in enumerate(RULES)})
        noted = noted.loc[order.sort_values(kind="stable").index]
        for name, rule, note, proposals in noted.head(most)[
            ["name", "rule", "note", "proposals"]
        ].to_numpy():
            tail = f" Did you mean {proposals}?" if proposals else ""
            lines.append(f"  {name} · {rule}: {note}{tail}")
        if len(noted) > most:
            lines.append(f"  … and {len(noted) - most} more")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.to_text(most=10)

    def _repr_html_(self) -> str:
        summary, *_ = self.to_text(most=0).splitlines()
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        body = "".join(map(_html_row, self.frame.head(200).to_numpy()))
        more = f"<p>… and {len(self.frame) - 200} more</p>" if len(self.frame) > 200 else ""
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"<p>{html.escape(summary)}</p>{table}{more}"


def match_names(
    names: Iterable[object], *, level: str = "city", within: str | Sequence[object] | None = None
) -> MatchReport:
    """Match names or codes of regions with region ids (地名匹配).

    Use it before a join, to see what each name of a file would mean and which names nothing fits.

    Parameters
    ----------
    names
        Names and codes in any mixture: full and short Chinese names, simplified or traditional;
        English and pinyin; adcodes of 2, 4, 6, 9 or 12 digits as text or number; ISO 3166-2 codes;
        former names.
    level
        ``"province"``, ``"city"``, ``"consortium"`` or ``"any"``.
    within
        Province that the names lie in, by id or name, or one for each name (missing: anywhere). It
        decides between namesakes and refuses names that lie elsewhere.

    Returns
    -------
    MatchReport
        One row per name, in the order given; the same name always gets the same answer.

    Raises
    ------
    UnknownOptionError
        When the level is unknown.
    SpecError
        When `names` is one string.
    DataError
        When `within` names no province, or is not as long as `names`.

    Notes
    -----
    A name that fits several regions is refused with its candidates: 吉林, 海南 and 朝阳 at level
    ``"city"`` are such names, since files also hold provinces and districts; 吉林市, or `within`,
    decides. Close names are proposals, never applied, and are looked up for the first 50 unmatched
    names in the order of their characters. Missing names are unmatched.

    Examples
    --------
    >>> match_names(["北京", "Xi'an", "1301", "襄樊"]).to_frame()["region_id"].tolist()
    ['110000', '610100', '130100', '420600']
    >>> match_names(["朝阳"], within="辽宁").to_frame().loc[0, "region_id"]
    '211300'
    """
    if level not in LEVELS:
        raise UnknownOptionError("level of names", level, LEVELS)
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise SpecError(
            f"match_names() needs a list of names, but got {names!r}. Put it in brackets."
        )
    written = [_as_text(name) for name in names]
    limits = _limits(within, len(written))
    answers = {
        pair: _resolve(pair[0], level, pair[1])
        for pair in dict.fromkeys(zip(written, limits, strict=True))
    }
    unknown = [name for (name, _), answer in answers.items() if answer.note == _UNKNOWN]
    proposals = _proposals(unknown, level)
    rows = [answers[pair] for pair in zip(written, limits, strict=True)]
    pairs = zip(written, rows, strict=True)
    frame = pd.DataFrame(
        {
            "name": written,
            "region_id": [answer.region_id for answer in rows],
            "rule": [answer.rule for answer in rows],
            "candidates": [answer.candidates for answer in rows],
            "note": [answer.note for answer in rows],
            "proposals": [
                proposals.get(name, "") if answer.note == _UNKNOWN else "" for name, answer in pairs
            ],
        },
        columns=_COLUMNS,
    )
    return MatchReport(frame, level)


def meanings(name: str, *, level: str = "any", within: str = "") -> tuple[str, ...]:
    """Return the ids of all regions that a name can mean: none, one, or several rivals.

    Parameters
    ----------
    name
        A name or code, as `match_names` takes it.
    level
        ``"province"``, ``"city"``, ``"consortium"`` or ``"any"``.
    within
        Id of the province that the name lies in; empty for anywhere.

    Examples
    --------
    >>> meanings("北京"), meanings("吉林", level="city")
    (('110000',), ('220200', '220000'))
    >>> meanings("吉林", level="city", within="220000")
    ('220200',)
    """
    answer = _resolve(name, level, within)
    if answer.region_id is not None:
        return (answer.region_id,)
    if answer.rule != "ambiguous":
        return ()
    return tuple(candidate.partition(" ")[0] for candidate in answer.candidates.split(";"))


def gazetteer(level: str = "any") -> pd.DataFrame:
    """Return the shipped gazetteer (地名表): names, codes, label points and seats of every region.

    Parameters
    ----------
    level
        ``"province"``, ``"city"``, ``"consortium"`` or ``"any"``.

    Returns
    -------
    pandas.DataFrame
        One row per region and level; `lon`, `lat`, `seat_lon` and `seat_lat` in degrees (WGS84);
        `aliases` joined by semicolons. Seats of consortia are missing.

    Raises
    ------
    UnknownOptionError
        When the level is unknown.

    Examples
    --------
    >>> gazetteer("province").set_index("region_id").loc["610000", "name_en"]
    'Shaanxi'
    """
    if level not in LEVELS:
        raise UnknownOptionError("level of names", level, LEVELS)
    rows = [place._asdict() | {"aliases": ";".join(place.aliases)} for place in places()]
    frame = pd.DataFrame(rows, columns=list(Place._fields))
    return frame if level == "any" else frame[frame["level"] == level].reset_index(drop=True)


class _Answer(NamedTuple):
    region_id: str | None
    rule: str
    note: str = ""
    candidates: str = ""


class _Entry(NamedTuple):
    """One meaning of a key. `level` is “district” for a namesake that is no region of ours."""

    region_id: str
    level: str
    rule: str
    name_zh: str
    province: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.region_id} {self.name_zh}"


def _as_text(name: object) -> str:
    if isinstance(name, str):
        return name
    if (
        name is None
        or name is pd.NA
        or name is pd.NaT
        or (isinstance(name, float) and np.isnan(name))
    ):
        return ""
    if isinstance(name, (float, np.floating)) and float(name).is_integer():
        return str(int(name))
    return str(name)


def _limits(within: str | Sequence[object] | None, count: int) -> list[str]:
    """Return a province id for each name; empty for anywhere."""
    if within is None:
        return [""] * count
    given = [within] * count if isinstance(within, str) else [_as_text(value) for value in within]
    if len(given) != count:
        raise DataError(
            f"`within` has {len(given)} provinces for {count} names. Give one province, or one for "
            "each name."
        )
    answers = {
        name: _resolve(name, "province", "") for name in dict.fromkeys(given) if name.strip()
    }
    if wrong := [name for name, answer in answers.items() if answer.region_id is None]:
        raise DataError(
            f"`within` names no province: {listing(map(repr, wrong))}. Use a name such as '辽宁' "
            "or '210000'."
        )
    return [str(answers[name].region_id) if name.strip() else "" for name in given]


def _resolve(name: str, level: str, limit: str) -> _Answer:
    key = name_key(name)
    if not key:
        return _Answer(None, "unmatched", "the name is empty")
    if (code := read_code(name)) is not None:
        return _by_code(code, level, limit)
    entries = _index().get(key) or _without_kind(name)
    if entries:
        return _choose(entries, level, limit)
    return _with_hint(name, level, limit) or _Answer(None, "unmatched", _UNKNOWN)


def _without_kind(name: str) -> tuple[_Entry, ...]:
    stripped = without_kind(name)
    if stripped is None:
        return ()
    rest, ending = stripped
    entries = _index().get(name_key(rest), ())
    kept = [entry for entry in entries if entry.level != "district" and _ends(entry, ending)]
    return tuple(entry._replace(rule="alias") if entry.rule == "exact" else entry for entry in kept)


def _ends(entry: _Entry, ending: str) -> bool:
    fits = ending in entry.name_zh if ending == AUTONOMOUS else entry.name_zh.endswith(ending)
    return entry.level != "consortium" and fits


def _with_hint(name: str, level: str, limit: str) -> _Answer | None:
    """Try “base (province)”, “base, province” and “省名+地名”, each read within that province."""
    pairs = [split_hint(name)]
    key = name_key(name)
    candidates = _province_prefixes().get(key[0], ())
    pairs += [
        (key[len(prefix) :], prefix)
        for prefix in candidates
        if key.startswith(prefix) and key != prefix
    ]
    refused = None
    for base, hint in filter(None, pairs):
        province = _resolve(hint, "province", "").region_id if name_key(hint) else None
        if province is None or (limit and limit != province) or read_code(base) is not None:
            continue
        entries = _index().get(name_key(base)) or _without_kind(base)
        answer = (
            _choose(entries_below, level, province) if (entries_below := _below(entries)) else None
        )
        if answer is not None and answer.region_id is not None:
            rule = "alias" if answer.rule == "exact" else answer.rule
            note = answer.note or f"read as {base} in {provinces()[province].name_zh}"
            return answer._replace(rule=rule, note=note)
        refused = refused or answer
    return refused


def _below(entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    # In “吉林吉林” the second part is the city: a province does not lie within itself.
    return tuple(entry for entry in entries if entry.level != "province")


def _choose(entries: tuple[_Entry, ...], level: str, limit: str) -> _Answer:
    """Decide between the meanings of a key at a level, in a province or anywhere."""
    allowed = [e for e in entries if not limit or limit in (e.province, e.region_id)]
    fitting = [e for e in allowed if level in (e.level, "any") and e.level != "district"]
    best = [e for e in fitting if e.rule in ("exact", "alias")] or fitting
    rivals = _rivals(entries, level, limit)
    ids = dict.fromkeys(e.region_id for e in (*best, *rivals))
    if best and len(ids) == 1:
        entry = min(best, key=lambda e: RULES.index(e.rule))
        return _Answer(entry.region_id, entry.rule, entry.note, str(entry))
    if best:
        meanings = {e.region_id: str(e) for e in (*best, *rivals)}
        names = ";".join(meanings.values())
        return _Answer(
            None,
            "ambiguous",
            f"it can mean {listing(meanings.values())}; write the full name",
            names,
        )
    return _Answer(
        None,
        "unmatched",
        _why_not(entries, allowed, level, limit),
        ";".join(dict.fromkeys(map(str, entries))),
    )


def _rivals(entries: tuple[_Entry, ...], level: str, limit: str) -> list[_Entry]:
    # A city table also holds totals of provinces and, for municipalities, districts; a province
    # table holds no cities.
    if limit or level not in ("city", "any"):
        return []
    return [
        e
        for e in entries
        if e.level == "district" or (e.level == "province" and e.rule in ("exact", "alias"))
    ]


def _why_not(entries: tuple[_Entry, ...], allowed: list[_Entry], level: str, limit: str) -> str:
    entry = next(iter(allowed or entries))
    home = provinces()[entry.province].name_zh if entry.province else ""
    if entry.level == "district":
        return (
            f"{entry.name_zh} ({entry.region_id}) is a district in {home}, below the level of "
            "cities"
        )
    if not allowed and limit:
        where = f"lies in {home}" if home else "is no part"
        return f"{entry.name_zh} ({entry.region_id}) {where}, not in {provinces()[limit].name_zh}"
    is_one, asked = _LEVEL_NAMES[entry.level], _LEVEL_NAMES[level]
    return f"level mismatch: {entry.name_zh} ({entry.region_id}) is {is_one}, not {asked}"


def _by_code(code: str, level: str, limit: str) -> _Answer:
    full = code.ljust(6, "0")
    entries = _index().get(full, ())
    if entries:
        answer = _choose(entries, level, limit)
        return answer._replace(rule="alias") if answer.rule == "exact" and code != full else answer
    unit = city_units().get(full[:4] + "00") or provinces().get(full[:2] + "0000")
    if unit is None:
        return _Answer(None, "unmatched", f"no region has the code {code}")
    home = f"{unit.name_zh} ({unit.region_id})"
    note = f"the code of a county or district in {home}, below the level of cities"
    return _Answer(None, "unmatched", note, f"{unit.region_id} {unit.name_zh}")


def _html_row(row: Iterable[object]) -> str:
    # None and NaN alike are empty cells.
    texts = ["" if cell is None or cell != cell else str(cell) for cell in row]  # noqa: PLR0124
    cells = "".join(f"<td>{html.escape(text)}</td>" for text in texts)
    return f"<tr>{cells}</tr>"


@lru_cache(maxsize=1)
def _province_prefixes() -> dict[str, tuple[str, ...]]:
    """Return Chinese names of provinces by their first character, the longest first."""
    names = {
        name_key(name) for place in provinces().values() for name in (place.name_zh, place.short_zh)
    }
    by_first: dict[str, tuple[str, ...]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        by_first[name[0]] = (*by_first.get(name[0], ()), name)
    return by_first


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[_Entry, ...]]:
    """Return every key and what it can mean, exact forms before aliases before former names."""
    pairs: list[tuple[str, _Entry]] = []
    for place in places():
        pairs += [(form, _entry(place, "exact")) for form in _exact_forms(place)]
        pairs += [(form, _entry(place, "alias")) for form in _alias_forms(place)]
    # The latest change comes first, so that 思茅 tells of 普洱市 and not of 思茅市.
    for row in sorted(shipped_rows("former_names.csv"), key=lambda row: -int(row["year"])):
        pairs += _former(row)
    for row in shipped_rows("ambiguous_names.csv"):
        home = provinces()[row["province"]].name_zh
        entry = _Entry(
            row["region_id"], "district", "exact", f"{row['label']} ({home})", row["province"]
        )
        pairs += [
            (form, entry)
            for form in (row["name_zh"], row["name_en"], row["label"], row["region_id"])
        ]
    index: dict[str, dict[tuple[str, str], _Entry]] = {}
    for form, entry in pairs:
        if key := name_key(form):
            index.setdefault(key, {}).setdefault((entry.region_id, entry.level), entry)
    return {key: tuple(meanings.values()) for key, meanings in index.items()}


def _entry(place: Place, rule: str, note: str = "") -> _Entry:
    return _Entry(place.region_id, place.level, rule, place.name_zh, place.province, note)


def _exact_forms(place: Place) -> list[str]:
    return [place.region_id, place.name_zh, place.short_zh, place.name_en, place.iso]


def _alias_forms(place: Place) -> list[str]:
    forms = list(place.aliases)
    if place.iso:
        # CN-11 was the ISO 3166-2 code until 2017; 110100 and 110200 are the districts and counties
        # of Beijing.
        forms += [f"CN{place.region_id[:2]}"]
        if place.name_zh.endswith("市"):
            forms += [
                f"{place.region_id[:2]}0100",
                f"{place.region_id[:2]}0200",
                f"{place.short_zh}市辖区",
            ]
    return forms


def _former(row: dict[str, str]) -> list[tuple[str, _Entry]]:
    place = city_units()[row["region_id"]]
    note = f"a name until {row['year']}: {row['note']}"
    short = re.sub(r"(地区|盟|市|县)$", "", row["name"])
    is_taken = len(short) < 2 or any(short == unit.short_zh for unit in city_units().values())
    forms = [row["name"], row["code"], row["name_en"], "" if is_taken else short]
    return [(form, _entry(place, "former", note)) for form in forms if form]


def _proposals(names: list[str], level: str) -> dict[str, str]:
    known = _known_names(level)
    found = {}
    short = {name for name in names if len(name) <= _LONGEST_PROPOSED}
    for name in sorted(short)[:_MOST_PROPOSALS]:
        close = get_close_matches(name_key(name), list(known), n=3, cutoff=0.6)
        found[name] = ", ".join(dict.fromkeys(known[key] for key in close))
    return found


@cache
def _known_names(level: str) -> dict[str, str]:
    known = {}
    for key, entries in _index().items():
        shown = [
            str(e)
            for e in entries
            if level in (e.level, "any") and e.level != "district" and not key.isdigit()
        ]
        if shown:
            known[key] = shown[0]
    return known
