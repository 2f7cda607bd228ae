"""Records into regions by the name of their region.

Lists of firms and laboratories without coordinates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    JoinError,
    SpecError,
    UnknownOptionError,
    listing,
)
from hubtiers.regions._names import name_key
from hubtiers.table._missing import is_missing_mark
from hubtiers.table._places import read_places, read_postal_codes
from hubtiers.table.corrections import check_corrections, read_corrections
from hubtiers.table.name_report import NameReport, PlaceRead
from hubtiers.table.records import read_list

__all__ = ["MAX_KINDS", "count_by_name"]

MAX_KINDS = 1000
"""Most columns of a result; more are a sign that `by` names a column of ids or texts."""

_UNMATCHED = ("raise", "keep")
# Codes in place of a position among the regions.
_UNKNOWN = -2
_NO_REGION = {"missing": -1, "set aside": -3}
_PROVINCE_COLUMNS = (
    "省份",
    "省",
    "省市",
    "省区市",
    "省市区",
    "所在省",
    "所在省份",
    "所属省份",
    "province",
    "Province",
)
_POSTAL_COLUMNS = ("邮编", "邮政编码", "邮码", "postcode", "postalcode", "zip", "zipcode")
# What an address begins with, also behind a postal code, without the number of the house, by which
# millions differ.
_HEAD = r"^((?:[^0-9]{0,5}[0-9]{6})?[^0-9]{1,24})"
_CHINESE = r"[\u4e00-\u9fff].{6}"


def count_by_name(
    records: str | Path | pd.DataFrame,
    regions: pd.DataFrame,
    *,
    column: str,
    by: str | None = None,
    weight: str | None = None,
    province: str | None = None,
    names: Mapping[str, str] | str | Path | None = None,
    unmatched: str = "raise",
) -> pd.DataFrame:
    """Count records per region by the name of their region (按地名计数).

    Use it for lists of firms, laboratories or zones without coordinates; where there are some,
    `count_points` is exact on borders.

    Parameters
    ----------
    records
        Path of a .csv, .csv.gz, .parquet, .xlsx or .xls list, or a frame; one row per record.
    regions
        Frame of regions with the index `region_id`, as `load_regions` or `read_regions` returns it.
    column
        Column with the name, the id, the code or the address of each record. Addresses count by
        the province and the city that they begin with, also behind a postal code (100084
        北京市海淀区…, 江苏省南京市…, 广东深圳南山…). A column called 邮编, postcode or the like
        holds postal codes; they count where all districts with the same four digits lie in one
        region.
    by
        Column with the kind of each record; the result has one column per kind, in alphabetical
        order.
    weight
        Column with a weight from 0 up; the result sums weights instead of counting records.
    province
        Column with the province of each record, which decides between namesakes and refuses names
        that lie elsewhere. Left out, a column called 省份, province or the like is used where
        there is one.
    names
        Corrections: region ids by name (empty or a dash: set aside), or a CSV file with columns
        `name`, `region_id`.
    unmatched
        What to do with names that fit no region or several: ``"raise"`` an error that lists them,
        or ``"keep"`` them in the report and count the others.

    Returns
    -------
    pandas.DataFrame
        Index `region_id` in the order of `regions`; one column per kind, or the column `count`
        without `by`; int64, or float64 with `weight`. `attrs["report"]` is a `NameReport`. Regions
        without records have 0.

    Raises
    ------
    JoinError
        When names do not match and ``unmatched="raise"``; `error.report` is the `NameReport`.
    MissingColumnError, DuplicateRegionError, DataError, SpecError
        When a column is not there, the layer has an id twice, the list cannot be read, or an
        option is wrong.

    Notes
    -----
    Each distinct text is matched once, by the rules of `match_names` and, for layers of your own,
    by the layer's ids and names. A short name of a city counts only with its province, or with a
    district behind it: 南京西路 is a street of Shanghai. A code of a county or district counts for
    the unit that it lies in. Weights are summed exactly and rounded once, so that sums do not
    depend on the order. **Missing values**: records without a name, kind or weight are not
    counted; the report says how many, and each record is in exactly one figure.

    Examples
    --------
    >>> from hubtiers.regions.boundaries import load_regions
    >>> firms = pd.DataFrame(
    ...     {
    ...         "省份": ["北京", "江苏", "江苏", "吉林"],
    ...         "城市": ["北京", "南京市", "江苏省南京市玄武区", "吉林"],
    ...     }
    ... )
    >>> counts = count_by_name(firms, load_regions("city"), column="城市")
    >>> counts.loc[["110000", "220200", "320100"], "count"].tolist()
    [1, 1, 2]
    >>> counts.attrs["report"].counted
    4
    """
    _check_options(column, by, weight, province, unmatched)
    if regions.index.has_duplicates:
        raise DuplicateRegionError(
            regions.index[regions.index.duplicated()], "The layer of regions"
        )
    wanted = [name for name in (column, by, weight, province) if name is not None]
    table, source = read_list(records, wanted, (*_PROVINCE_COLUMNS,))
    is_postal = name_key(column) in _POSTAL_COLUMNS
    given = _corrections(names, regions)
    written = _texts(table[column])
    home_column = province if province is not None else _province_column(table, column)
    homes = (
        _texts(table[home_column])
        if home_column
        else pd.Series("", index=table.index, dtype="object")
    )
    number, pairs = _distinct(written, homes, given)
    if is_postal:
        places = read_postal_codes(pairs, regions, given)
    else:
        places = read_places(pairs, regions, given, is_told=province is not None)
    return _count(
        table, regions, number, places, _Request(by, weight, unmatched, source, column, home_column)
    )


class _Request(NamedTuple):
    by: str | None
    weight: str | None
    unmatched: str
    source: str
    column: str
    province_column: str


def _check_options(
    column: object, by: object, weight: object, province: object, unmatched: str
) -> None:
    if not isinstance(column, str) or not column.strip():
        raise SpecError(f"column is {column!r}. Give the name of the column that says the region.")
    for option, name in (("by", by), ("weight", weight), ("province", province)):
        if name is not None and not isinstance(name, str):
            raise SpecError(f"{option} is {name!r}. Give the name of one column, or None.")
    if unmatched not in _UNMATCHED:
        raise UnknownOptionError("choice for unmatched=", unmatched, _UNMATCHED)


def _corrections(
    names: Mapping[str, str] | str | Path | None, regions: pd.DataFrame
) -> dict[str, str]:
    if names is None:
        return {}
    if isinstance(names, str | Path):
        return check_corrections(
            read_corrections(names), regions.index, f"The list of names {Path(names).name}"
        )
    if not isinstance(names, Mapping):
        raise SpecError(
            f"names is {names!r}. Pass a mapping from name to region id, or the path of a CSV file."
        )
    return check_corrections(names, regions.index, "names")


def _province_column(table: pd.DataFrame, column: str) -> str:
    keys = {name_key(name) for name in _PROVINCE_COLUMNS}
    found = [str(name) for name in table.columns if name_key(str(name)) in keys and name != column]
    return found[0] if len(found) == 1 else ""


def _texts(column: pd.Series) -> pd.Series:
    """Return cells as text without spaces around; empty for missing ones.

    Codes stored as numbers lose their .0.
    """
    if pd.api.types.is_numeric_dtype(column):
        texts = column.map(
            lambda value: "" if pd.isna(value) else f"{value:.0f}" if value % 1 == 0 else str(value)
        )
    else:
        texts = column.astype("object").where(column.notna(), "").astype(str).str.strip()
    return texts.where(~texts.map(is_missing_mark), "")


def _distinct(
    written: pd.Series, homes: pd.Series, given: Mapping[str, str]
) -> tuple[np.ndarray[Any, Any], list[tuple[str, str]]]:
    """Return the distinct pairs of text and province, and the number of the pair of each record."""
    codes, known = pd.factorize(written)
    texts = pd.Series(known, dtype="object")
    is_address = texts.str.contains(_CHINESE, regex=True).astype(bool) & ~texts.isin(list(given))
    cut = texts.where(~is_address, texts.str.extract(_HEAD, expand=False).fillna(texts))
    head_codes, heads = pd.factorize(cut)
    home_codes, provinces = pd.factorize(homes)
    joint, pairs = pd.factorize(
        head_codes[codes].astype("int64") * max(len(provinces), 1) + home_codes
    )
    parts = [divmod(int(pair), len(provinces)) for pair in pairs]
    return joint, [(str(heads[text]), str(provinces[home])) for text, home in parts]


def _count(
    table: pd.DataFrame,
    regions: pd.DataFrame,
    number: np.ndarray[Any, Any],
    places: Sequence[PlaceRead],
    request: _Request,
) -> pd.DataFrame:
    """Return the counts with their report, or refuse what belongs to no region."""
    region = _positions(regions, places)[number] if len(number) else np.zeros(0, np.int64)
    kinds, labels = _kinds(table, request.by)
    weights, is_weighed = _weights(table, request.weight)
    report = _report(region, kinds, is_weighed, _with_records(places, number), request)
    if report.unmatched and request.unmatched == "raise":
        raise JoinError(_unmatched_sentence(report), report)
    counted = (region >= 0) & (kinds >= 0) & is_weighed
    place = region[counted] * len(labels) + kinds[counted]
    summed = None if request.weight is None else weights[counted]
    totals = _totals(place, len(regions) * len(labels), summed)
    index = pd.Index([str(i) for i in regions.index], name="region_id")
    by_region = totals.reshape(len(regions), len(labels))
    frame = pd.DataFrame(by_region, index=index, columns=pd.Index(labels))
    frame.attrs["report"] = report
    return frame


def _positions(regions: pd.DataFrame, places: Sequence[PlaceRead]) -> np.ndarray[Any, Any]:
    """Return the position of the region of each place; a negative code where there is none."""
    position = {str(region): i for i, region in enumerate(regions.index)}
    found = [position.get(p.region_id, _NO_REGION.get(p.rule, _UNKNOWN)) for p in places]
    return np.array(found, dtype=np.int64)


def _report(
    region: np.ndarray[Any, Any],
    kinds: np.ndarray[Any, Any],
    is_weighed: np.ndarray[Any, Any],
    places: tuple[PlaceRead, ...],
    request: _Request,
) -> NameReport:
    """Put every record into one figure: by its name first, then by its kind, then by its weight."""
    in_region = region >= 0
    with_kind = in_region & (kinds >= 0)
    return NameReport(
        records=len(region),
        counted=int((with_kind & is_weighed).sum()),
        missing_name=int((region == _NO_REGION["missing"]).sum()),
        unmatched=int((region == _UNKNOWN).sum()),
        set_aside=int((region == _NO_REGION["set aside"]).sum()),
        missing_kind=int((in_region & ~with_kind).sum()),
        missing_weight=int((with_kind & ~is_weighed).sum()),
        places=places,
        source=request.source,
        column=request.column,
        province_column=request.province_column,
    )


def _kinds(table: pd.DataFrame, by: str | None) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Return the number of each record's kind (-1: none), and the kinds in alphabetical order."""
    if by is None:
        return np.zeros(len(table), np.int64), ["count"]
    texts = _texts(table[by])
    codes, labels = pd.factorize(texts.where(texts != ""), sort=True)
    if len(labels) > MAX_KINDS:
        raise DataError(
            f"There are {len(labels):,} kinds in {by!r} (most: MAX_KINDS, {MAX_KINDS:,}), such as "
            f"{listing(labels)}. "
            "Take `by` from a column with few different labels."
        )
    return codes.astype(np.int64), [str(label) for label in labels]


def _weights(
    table: pd.DataFrame, weight: str | None
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the weight of each record, and whether it has one; refuse impossible weights."""
    if weight is None:
        return np.ones(len(table)), np.ones(len(table), bool)
    column = table[weight]
    if not pd.api.types.is_numeric_dtype(column):
        plain = _texts(column).str.replace(",", "", regex=False).str.replace("，", "", regex=False)
        column = pd.to_numeric(plain.where(plain != ""), errors="coerce")
        wrong = np.flatnonzero(column.isna() & (plain != ""))
        if len(wrong):
            shown = [f"record {i + 1}: {table[weight].iloc[i]!r}" for i in wrong[:6]]
            raise DataError(
                f"The column {weight!r} holds weights that are no numbers: {listing(shown)}. "
                "Correct them."
            )
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero((values < 0) | np.isinf(values))
    if len(wrong):
        raise DataError(
            f"Record {wrong[0] + 1} has the weight {values[wrong[0]]}. Weights are 0 or more and "
            "finite; correct it."
        )
    return values, ~np.isnan(values)


def _totals(
    place: np.ndarray[Any, Any], places: int, weights: np.ndarray[Any, Any] | None
) -> np.ndarray[Any, Any]:
    if weights is None:
        return np.bincount(place, minlength=places).astype(np.int64)
    order = np.argsort(place, kind="stable")
    groups, starts = np.unique(place[order], return_index=True)
    totals = np.zeros(places)
    for group, part in zip(groups, np.split(weights[order], starts[1:]), strict=True):
        totals[group] = math.fsum(part)
    return totals


def _with_records(
    places: Sequence[PlaceRead], number: np.ndarray[Any, Any]
) -> tuple[PlaceRead, ...]:
    """Return the places with their numbers of records; what was understood alike is one place."""
    sizes = np.bincount(number, minlength=len(places))
    found: dict[PlaceRead, int] = {}
    for place, size in zip(places, sizes, strict=True):
        if place.rule != "missing":
            found[place] = found.get(place, 0) + int(size)
    return tuple(place._replace(records=size) for place, size in found.items())


def _unmatched_sentence(report: NameReport) -> str:
    refused = [p for p in report.places if p.rule in ("unmatched", "ambiguous")]
    shown = []
    for p in refused:
        reason = (
            f"could be {p.candidates.replace(';', ' or ')}" if p.rule == "ambiguous" else p.note
        )
        noun = "record" if p.records == 1 else "records"
        shown.append(f"{p.name!r} ({p.records:,} {noun}{'; ' * bool(reason)}{reason})")
    noun = "name belongs" if len(refused) == 1 else "names belong"
    way_out = "" if report.province_column else "name the column of provinces with province=…, "
    return (
        f"{len(refused)} {noun} to no single region of the layer: {listing(shown)}. Correct them "
        "in the list or with "
        f'names={{name: region id}}, {way_out}or pass unmatched="keep" to count the others.'
    )
