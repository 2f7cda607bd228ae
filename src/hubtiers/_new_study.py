"""From a spreadsheet to a study.

The files that an analyst then goes through, ready to build as they are.
"""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os.path import relpath
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hubtiers._guesses import english_name, guess, has_chinese, unique_codes
from hubtiers._new_study_text import study_text
from hubtiers._run_folder import run_folder
from hubtiers._storage import cell_text
from hubtiers._study_schema import SCHEMA_FILE, SCHEMA_LINE, schema_text
from hubtiers.errors import DataError, DuplicateRegionError, HubtiersError, SpecError, listing
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.layer_names import match_layer
from hubtiers.regions.read import read_regions
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.yearbook.read import IndicatorFile, read_indicators
from hubtiers.tiers.breaks import NaturalBreaks

__all__ = ["NewStudy", "study_from_tables"]

_COLUMNS = (
    "code",
    "name_zh",
    "name_en",
    "parent",
    "direction",
    "unit",
    "kind",
    "weight",
    "comment",
)
_LEVELS = ("province", "city", "consortium", "country")
# A tier of natural breaks with fewer regions than this on average says little.
_REGIONS_A_TIER = 3
# Tables of a yearbook have numbers, such as 8-21.
_NUMBER = re.compile(r"^[0-9]+\s*[-–—][0-9]+\s*")
# The last one asks for any value at all.
_SHARES = (1.0, 0.8, 0.6, 0.5, 0.25, 1e-6)


@dataclass(frozen=True)
class NewStudy:
    """A study that was made: its files, the command that builds it, and what to look at first."""

    paths: tuple[Path, ...]
    command: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    """A table that the study is made from: its name there, and the indicators found in it."""

    path: Path
    name: str
    file: IndicatorFile
    indicators: tuple[Indicator, ...] = ()

    @property
    def codes(self) -> list[str]:
        return [indicator.code for indicator in self.indicators]


@dataclass(frozen=True)
class _Draft:
    """All that the study file will say."""

    tables: tuple[_Table, ...]
    regions: str
    reading: dict[str, Any]
    year: int | str | None
    unmatched: tuple[tuple[str, str, str], ...]
    left_out: tuple[str, ...] = ()
    share: float = 1.0
    k: int = 4
    merged: str | None = None
    added: tuple[str, ...] = ()

    @property
    def indicators(self) -> list[Indicator]:
        return [indicator for table in self.tables for indicator in table.indicators]

    @property
    def language(self) -> str:
        names = [indicator.name_zh for indicator in self.indicators]
        regions = [
            str(name) for table in self.tables for name in table.file.values["region"].unique()[:20]
        ]
        return "zh" if any(map(has_chinese, (*names, *regions))) else "en"


def study_from_tables(  # noqa: PLR0913 - each is an option of the command
    folder: str | Path,
    files: Sequence[str | Path],
    *,
    level: str | None = None,
    regions: str | Path | None = None,
    id_column: str | None = None,
    name: str | None = None,
    sheet: str | None = None,
    region_column: str | None = None,
    decimal: str | None = None,
    missing: Sequence[float | str] = (),
) -> NewStudy:
    """Make a study folder from tables of indicators, ready to build.

    Parameters
    ----------
    folder
        Folder to make, whole or not at all; the tables are copied into it.
    files
        Tables as `read_indicators` takes them.
    level
        Level of the shipped regions; left out, the one that most names belong to.
    regions
        A file of boundaries, as `read_regions` takes it, instead of a level.
    id_column, name
        Columns of the boundaries with ids and names, where these are not found.
    sheet, region_column, decimal, missing
        How the tables are read, where they leave it open.

    Raises
    ------
    DataError
        When the folder exists, a table cannot be read, or too few regions have values for tiers.
    SpecError
        When `level` and `regions` are both given.
    """
    target = Path(folder)
    if target.exists():
        raise DataError(f"{target} exists already. Give the name of a folder to make.")
    if level is not None and regions is not None:
        raise SpecError(
            "A study has a level or a file of regions, not both. Leave one of them out."
        )
    reading: dict[str, Any] = _given(sheet=sheet, region_column=region_column, decimal=decimal)
    reading |= {"missing": list(missing)} if missing else {}
    columns = _given(id_column=id_column, name=name)
    tables = _read_tables([Path(file) for file in files], reading)
    names = _names_of(tables)
    if regions is not None:
        where, layer = (
            _path_from(target, Path(regions)),
            read_regions(regions, id_column=id_column, name=name),
        )
    else:
        where, layer = _choose_regions(names, level)
    draft = _Draft(
        tables=_describe(tables, reading),
        regions=where,
        reading=reading | columns,
        year=_choose_year(tables),
        unmatched=_unmatched(names, layer),
    )
    return _make(draft, target)


def _make(draft: _Draft, target: Path) -> NewStudy:
    """Write the folder, whole or not at all, once the study is known to build."""
    with run_folder(target) as made:
        for table in draft.tables:
            shutil.copyfile(table.path, made / table.name)
        draft = _fit(draft, made, target)
        _write(draft, made, target)
        (made / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
        written = sorted(path.name for path in made.iterdir())
    written.sort(key=lambda name: name != "study.toml")
    paths = tuple(target / name for name in written)
    return NewStudy(paths, _command(target), _notes(draft, target))


def _given(**options: str | None) -> dict[str, str]:
    """Return the options that were given."""
    return {key: text for key, text in options.items() if text}


def _names_of(tables: Sequence[_Table]) -> list[str]:
    """Return what the tables call their regions, each name once."""
    names: dict[str, None] = {}
    for table in tables:
        names |= dict.fromkeys(table.file.values["region"].astype(str))
    return list(names)


def _command(target: Path) -> str:
    study = str(target / "study.toml")
    study = f"./{study}" if study.startswith("-") else study
    return shlex.join(["hubtiers", "build", study, "--out", f"out/{target.name}"])


def _read_tables(files: Sequence[Path], reading: dict[str, Any]) -> list[_Table]:
    if not files:
        raise SpecError("No table is named. Give at least one file of indicators.")
    tables: list[_Table] = []
    for path in files:
        file = read_indicators(path, **reading)
        taken = [table.name for table in tables] + [
            "study.toml",
            "framework.csv",
            "names.csv",
            SCHEMA_FILE,
        ]
        name, again = path.name, 2
        while name in taken:
            name, again = f"{path.stem}-{again}{path.suffix}", again + 1
        tables.append(_Table(path, name, file))
    return tables


def _choose_regions(names: Sequence[str], level: str | None) -> tuple[str, gpd.GeoDataFrame]:
    """Return the level that is named or that most names belong to, and its regions."""
    if level is not None:
        return level, load_regions(level)
    best, most = ("province", load_regions("province")), -1
    for name in _LEVELS:
        layer = load_regions(name)
        found = int((match_layer(names, layer)["region_id"] != "").sum())
        if found > most:
            best, most = (name, layer), found
        # Higher levels come first: what fits nearly all names is not improved on by the next.
        if most > 0.9 * len(names):
            break
    if most < 1:
        raise DataError(
            f"No name of the tables belongs to a region that ships: {listing(map(repr, names))}. "
            "Name a file of boundaries with regions=… (on the command line --regions FILE)."
        )
    return best


def _path_from(target: Path, path: Path) -> str:
    try:
        return Path(relpath(path.resolve(), target.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


def _unmatched(names: Sequence[str], layer: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    """Return (name, note, candidates) of names that belong to no single region."""
    matches = match_layer(names, layer)
    refused = matches[matches["region_id"] == ""]
    return tuple(
        (str(r["name"]), str(r["note"]), str(r["candidates"])) for r in refused.to_dict("records")
    )


def _choose_year(tables: Sequence[_Table]) -> int | str | None:
    """Return the year of all indicators, else the newest of each; None where none is stated."""
    stated = [
        set(map(int, part["year"].dropna()))
        for table in tables
        for _, part in table.file.values.dropna(subset=["value"]).groupby("indicator", sort=False)
    ]
    newest = {max(years) for years in stated if years}
    if not newest:
        return None
    return newest.pop() if len(newest) == 1 else "latest"


def _describe(tables: Sequence[_Table], reading: dict[str, Any]) -> tuple[_Table, ...]:
    """Return the tables with their indicators described, as far as a framework finds them again."""
    described = [replace(table, indicators=_indicators_of(table)) for table in tables]
    found = [indicator for table in described for indicator in table.indicators]
    codes = iter(unique_codes((i.name_zh, i.name_en) for i in found))
    coded = []
    for table in described:
        renamed = {i.code: replace(i, code=next(codes)) for i in table.indicators}
        coded.append(_as_found(table, renamed, reading))
    return tuple(coded)


def _indicators_of(table: _Table) -> tuple[Indicator, ...]:
    """Return the indicators of a table under its own names, with what these suggest."""
    headers: dict[str, str] = {}
    units: dict[str, str] = {}
    for column in table.file.report.columns:
        headers.setdefault(column.indicator, column.header)
        units.setdefault(column.indicator, column.unit)
    found = []
    for name in dict.fromkeys(table.file.values["indicator"].astype(str)):
        is_zh, unit = has_chinese(name), units.get(name, "")
        about = guess(name, unit)
        indicator = Indicator(
            name,
            name_zh=name if is_zh else "",
            name_en=english_name(headers.get(name, "")) if is_zh else name,
            unit=unit,
            kind=about.kind,
            direction=about.direction,
            source=about.comment,
        )
        found.append(indicator)
    return tuple(_without_twins(found))


def _without_twins(indicators: Sequence[Indicator]) -> list[Indicator]:
    """Return indicators without English names that several of a table share.

    They would fit each other's columns.
    """
    names = [i.name_en.casefold() for i in indicators if i.name_zh]
    return [
        replace(i, name_en="") if i.name_zh and names.count(i.name_en.casefold()) > 1 else i
        for i in indicators
    ]


def _as_found(table: _Table, renamed: dict[str, Indicator], reading: dict[str, Any]) -> _Table:
    """Return the table with the indicators that a framework finds again with their values."""
    found = tuple(renamed.values())
    plain = tuple(replace(i, name_en="") if i.name_zh else i for i in found)
    for tried in (found, plain):
        if _reads_same(table, renamed, tried, reading):
            return replace(table, indicators=tried)
    kept = tuple(i for i in plain if _reads_same(table, renamed, (i,), reading))
    return replace(table, indicators=kept)


def _reads_same(
    table: _Table,
    renamed: dict[str, Indicator],
    tried: Sequence[Indicator],
    reading: dict[str, Any],
) -> bool:
    codes = {i.code for i in tried}
    try:
        again = read_indicators(table.path, framework=Framework(tuple(tried)), **reading).values
    except HubtiersError:
        return False
    first = table.file.values.assign(
        indicator=[renamed[n].code for n in table.file.values["indicator"]]
    )
    first = first[first["indicator"].isin(codes)]
    cell = ["region", "indicator", "year", "value"]
    return first[cell].reset_index(drop=True).equals(
        again[cell].reset_index(drop=True)
    ) or _sorted_equal(first[cell], again[cell])


def _sorted_equal(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    order = ["indicator", "region", "year", "value"]
    one, two = (frame.sort_values(order).reset_index(drop=True) for frame in (first, second))
    return one.equals(two)


def _fit(draft: _Draft, made: Path, target: Path) -> _Draft:
    """Return the draft without what cannot be scored, with as many tiers as regions allow."""
    if not draft.indicators:
        raise DataError(
            f"{listing(table.path.name for table in draft.tables)}: no indicator is found again "
            "by its name. Give the columns names of their own."
        )
    draft, table = _load(draft, made, target)
    values = table.values[table.framework.codes]
    while True:
        share = _share(values)
        scored = values[values.notna().mean(axis=1) >= share]
        constant = [code for code in values.columns if scored[code].nunique() < 2]
        if not constant:
            break
        if len(constant) == len(values.columns):
            raise DataError(
                "The tables give no study: no indicator has different values in the "
                f"{len(scored)} regions of {draft.regions} with values. Check the regions and the "
                "sheet."
            )
        values = values.drop(columns=constant)
    kept = set(values.columns)
    gone = tuple(i.name_zh or i.name_en for i in draft.indicators if i.code not in kept)
    tables = [_keep(table, kept) for table in draft.tables]
    k = _tiers(table.select(list(values.columns)), share, len(scored))
    return replace(
        draft, tables=tuple(t for t in tables if t.indicators), share=share, k=k, left_out=gone
    )


def _keep(table: _Table, codes: set[str]) -> _Table:
    """Return the table with these indicators only."""
    return replace(table, indicators=tuple(i for i in table.indicators if i.code in codes))


def _load(draft: _Draft, made: Path, target: Path) -> tuple[_Draft, IndicatorTable]:
    """Return the joined table; units of a year that are one region today are added up."""
    _write(draft, made, target)
    try:
        return draft, load_study(made / "study.toml").load_table()
    except DuplicateRegionError:
        draft = replace(draft, merged="add")
        _write(draft, made, target)
        table = load_study(made / "study.toml").load_table()
    return replace(draft, added=tuple(map(str, table.report.added))), table


def _share(values: pd.DataFrame) -> float:
    """Return the largest share of indicators that half of the regions with data have."""
    coverage = values.notna().mean(axis=1)
    with_data = int((coverage > 0).sum())
    return next(share for share in _SHARES if (coverage >= share).sum() * 2 >= with_data)


def _tiers(table: IndicatorTable, share: float, scored: int) -> int:
    """Return the number of tiers, at most four, that the scores of the table allow."""
    reason = f"{scored} regions have values"
    for k in (4, 3, 2):
        if scored < _REGIONS_A_TIER * k and k > 2:
            continue
        try:
            Scheme(impute=RequireCoverage(share), tier=NaturalBreaks(k)).run(table)
        except DataError as error:
            reason = str(error)
        else:
            return k
    raise DataError(
        f"The tables give no study: {reason.rstrip('.')}. Tiers need at least two regions with "
        "different values."
    )


def _write(draft: _Draft, made: Path, target: Path) -> None:
    _write_framework(draft, made / "framework.csv")
    if draft.unmatched:
        _write_names(draft, made / "names.csv")
    tables: list[object] = [{"file": t.name, "only": t.codes} for t in draft.tables]
    title = _title(draft.tables, target)
    data = {
        "regions": draft.regions,
        "indicators": tables if len(tables) > 1 else draft.tables[0].name,
        **draft.reading,
        "framework": "framework.csv",
        "names": "names.csv" if draft.unmatched else None,
        "year": draft.year,
        "merged": draft.merged,
    }
    text = study_text(
        title=title,
        data=data,
        share=draft.share,
        k=draft.k,
        language=draft.language,
        command=_command(target),
        left_out=draft.left_out,
    )
    (made / "study.toml").write_text(SCHEMA_LINE + text, encoding="utf-8")


def _title(tables: Sequence[_Table], target: Path) -> str:
    """Return the title of the only table without its number, else the name of the folder."""
    if len(tables) > 1:
        return target.name
    written = next((text for _, text in tables[0].file.report.title_rows), tables[0].path.stem)
    return _NUMBER.sub("", " ".join(written.split())) or target.name


def _write_framework(draft: _Draft, path: Path) -> None:
    rows = [
        (
            *(
                i.code,
                cell_text(i.name_zh),
                cell_text(i.name_en),
                "",
                i.direction,
                cell_text(i.unit),
                i.kind,
                1,
            ),
            cell_text(i.source),
        )
        for i in draft.indicators
    ]
    _write_rows(path, _COLUMNS, rows)


def _write_names(draft: _Draft, path: Path) -> None:
    rows = []
    for name, note, candidates in draft.unmatched:
        why, _, close = note.partition("; did you mean ")
        proposals = close.removesuffix("?") or candidates
        rows.append((cell_text(name), "", cell_text(why), cell_text(proposals)))
    _write_rows(path, ("name", "region_id", "why", "proposals"), rows)


def _write_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    # With a mark of its encoding, which spreadsheets need to show Chinese.
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _notes(draft: _Draft, target: Path) -> tuple[str, ...]:
    found = (
        f"{len(draft.indicators)} indicators, regions {draft.regions}, {draft.k} tiers; kind and "
        f"direction are guesses: go through {target / 'framework.csv'}"
    )
    notes = [found]
    if draft.unmatched:
        names = listing((name for name, _, _ in draft.unmatched), most=8)
        notes.append(
            f"{len(draft.unmatched)} names belong to no single region and are set aside: {names}. "
            "Write the ids of "
            f"those that are regions into {target / 'names.csv'}"
        )
    if draft.added:
        notes.append(f"units that are one region today were added up: {listing(draft.added)}")
    if draft.left_out:
        notes.append(f"left out, because they have one value everywhere: {listing(draft.left_out)}")
    return tuple(notes)
