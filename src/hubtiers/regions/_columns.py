"""Which columns of a layer identify and name its regions, and what stands in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers.errors import DataError, DuplicateRegionError, MissingColumnError, listing

__all__ = ["cell_texts", "find_id_column", "find_name_columns", "region_ids", "usual_id_columns"]

LANGUAGES = ("zh", "en")
_HAN = re.compile("[\u4e00-\u9fff]")
# How columns of ids and names are called where nobody says so, in the order in which they are
# tried.
_ID_COLUMNS = (
    *(
        "region_id",
        "geoid",
        "geo_id",
        "nuts_id",
        "lau_id",
        "gisco_id",
        "adcode",
        "gb",
        "code",
        "id",
        "fips",
        "geocode",
    ),
    *(
        "adm3_pcode",
        "adm2_pcode",
        "adm1_pcode",
        "gid_3",
        "gid_2",
        "gid_1",
        "gid_0",
        "adm1_code",
        "iso_3166_2",
    ),
    *("iso_a3", "iso3", "adm0_a3", "iso_a2", "hasc_1", "shapeiso", "shapeid"),
    *("行政区划代码", "代码", "编码"),
)
_NAME_COLUMNS = (
    *(
        "name",
        "nuts_name",
        "name_latn",
        "namelsad",
        "lau_name",
        "shapename",
        "adm3_en",
        "adm2_en",
        "adm1_en",
    ),
    *(
        "name_3",
        "name_2",
        "name_1",
        "name_0",
        "admin",
        "country",
        "state",
        "county",
        "district",
        "province",
        "region",
    ),
    *("region_name", "名称", "地名", "地区", "区域", "市", "省"),
)


def find_id_column(raw: gpd.GeoDataFrame, id_column: str | None, where: str) -> str:
    """Return the column that identifies a region: the given one, or one of a usual name."""
    columns = [str(c) for c in raw.columns if c != raw.geometry.name]
    if id_column is not None:
        if id_column in columns:
            return id_column
        raise MissingColumnError([id_column], where, columns)
    if "region_id" in columns:
        return "region_id"
    for column in usual_id_columns(raw):
        # A column that is called an id and is none would make a region of every second row.
        if _identifies(raw[column]):
            return column
    raise MissingColumnError(
        ["region_id"], f"{where} needs a column that identifies regions (id_column=…); it", columns
    )


def usual_id_columns(raw: gpd.GeoDataFrame) -> list[str]:
    """Return the columns whose name says that they identify regions, the likeliest first."""
    folded = {str(c).casefold(): str(c) for c in reversed(raw.columns) if c != raw.geometry.name}
    return [folded[usual] for usual in _ID_COLUMNS if usual in folded]


def _identifies(values: pd.Series) -> bool:
    ids = cell_texts(values)
    # World layers write -99 where a place has no code.
    return bool(ids) and all(ids) and "-99" not in ids and len(set(ids)) == len(ids)


def region_ids(values: pd.Series, column: str, where: str) -> list[str]:
    """Return the ids in a column as text; a blank or a second one is an error."""
    if len(values) == 0:
        raise DataError(f"{where} has no regions. Name a file with at least one polygon.")
    ids = cell_texts(values)
    if blank := [row for row, text in enumerate(ids, start=1) if not text]:
        raise DataError(
            f"{where} has no {column!r} in row {listing(blank)}. Give every region an id, or leave "
            f"such rows out with where='{column} is not null'."
        )
    if twice := [text for text, times in Counter(ids).items() if times > 1]:
        raise DuplicateRegionError(
            twice, where, "Dissolve their parts into one region, or give them ids of their own."
        )
    return ids


def cell_texts(values: Iterable[object]) -> list[str]:
    """Return cells as text: whole numbers without decimals, nothing for what is missing."""
    return [_text(value) for value in values]


def _text(value: object) -> str:
    if (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and np.isnan(value))
    ):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def find_name_columns(
    raw: gpd.GeoDataFrame, given: Mapping[str, str | None], id_column: str, where: str
) -> dict[str, str | None]:
    """Return the column of the Chinese and of the English name; None where there is none."""
    columns = [str(c) for c in raw.columns if c != raw.geometry.name]
    asked = [column for column in given.values() if column is not None]
    if absent := [column for column in asked if column not in columns]:
        raise MissingColumnError(absent, where, columns)
    found = {code: given[code] or _own(f"name_{code}", columns) for code in LANGUAGES}
    single = given[""]
    if single is None and not any(found.values()):
        folded = {column.casefold(): column for column in reversed(columns)}
        usual = [folded[name] for name in _NAME_COLUMNS if name in folded]
        single = next((column for column in usual if column != id_column), None)
    if single is not None:
        code = "zh" if _is_chinese(raw[single]) else "en"
        found[code] = found[code] or single
    return found


def _own(column: str, columns: list[str]) -> str | None:
    return column if column in columns else None


def _is_chinese(values: pd.Series) -> bool:
    """Return whether most names are written in Chinese characters."""
    written = [text for text in cell_texts(values) if text]
    chinese = [text for text in written if _HAN.search(text)]
    return 2 * len(chinese) > len(written)
