"""A wide frame as a tidy one: which column names the regions, and which are indicators."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from hubtiers.errors import DataError, MissingColumnError, listing
from hubtiers.framework import Framework
from hubtiers.regions.layer_names import match_layer, pad_zeros

__all__ = ["melt_wide"]

_YEARS = ("year", "years", "年份", "年度", "年")
_STATED = ("unit", "source", "status")
# Numbers by which rows are told apart or found; they measure nothing.
_KEYS = frozenset(
    {
        "lon",
        "lat",
        "longitude",
        "latitude",
        "x",
        "y",
        "fid",
        "objectid",
        "index",
        "id",
        "no",
        "rank",
        "code",
        "gid",
    }
    | {
        "geoid",
        "fips",
        "statefp",
        "countyfp",
        "adcode",
        "经度",
        "纬度",
        "序号",
        "编号",
        "代码",
        "排名",
        "位次",
        "unnamed: 0",
    }
)
_FEWEST, _LOOKED_AT = 0.5, 100


def melt_wide(
    wide: pd.DataFrame,
    regions: pd.DataFrame,
    *,
    framework: Framework | None = None,
    region_column: str | None = None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return a wide frame as a tidy one, and the columns that were left out.

    Parameters
    ----------
    wide
        One row per region, or per region and year with a column of years.
    regions
        The layer, by which the column of regions is known.
    framework
        Indicators to take; the columns of numbers when left out.
    region_column
        Column of regions; the index or the column most of whose cells are ids or names of the layer
        when left out.

    Raises
    ------
    MissingColumnError
        When the frame lacks `region_column`.
    DataError
        When no column names the regions, or none holds numbers.
    """
    frame = pd.DataFrame(wide.drop(columns=wide.geometry.name) if _has_geometry(wide) else wide)
    if isinstance(frame.index, pd.MultiIndex):
        frame = frame.reset_index()
    names = _region_names(frame, regions, region_column)
    year = next(
        (c for c in frame.columns if str(c).strip().casefold() in _YEARS and _is_years(frame[c])),
        None,
    )
    taken = _indicators(frame, framework, skipped={names.name, year, *_STATED})
    parts = [
        pd.DataFrame(
            {
                "region": names.to_numpy(),
                "indicator": str(column),
                "value": frame[column].to_numpy(),
                "year": pd.NA if year is None else frame[year].to_numpy(),
            }
        )
        for column in taken
    ]
    tidy = pd.concat(parts, ignore_index=True)
    left = tuple(str(c) for c in frame.columns if c not in {*taken, names.name, year})
    return tidy[tidy["region"] != ""], left


def _has_geometry(frame: pd.DataFrame) -> bool:
    return isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None


def _region_names(
    frame: pd.DataFrame, regions: pd.DataFrame, region_column: str | None
) -> pd.Series:
    """Return the texts that name the regions."""
    if region_column is not None:
        if region_column in frame.columns:
            return _texts(frame[region_column])
        if region_column == frame.index.name:
            return _texts(frame.index.to_series())
        raise MissingColumnError([region_column], "The frame of values", map(str, frame.columns))
    columns = [c for c in frame.columns if not pd.api.types.is_float_dtype(frame[c])]
    candidates = [_texts(frame[c]) for c in columns]
    if not isinstance(frame.index, pd.RangeIndex):
        candidates.insert(0, _texts(frame.index.to_series()))
    shares = [_share_known(texts, regions) for texts in candidates]
    best = max(shares, default=0.0)
    if best < _FEWEST:
        looked = (
            ["the index", *map(str, columns)]
            if len(candidates) > len(columns)
            else list(map(str, columns))
        )
        raise DataError(
            "No column of the frame names the regions of the layer (looked at "
            f"{listing(looked, most=12) or 'none'}). Name it with region_column=…, or give a tidy "
            "frame with region, indicator and value."
        )
    return candidates[shares.index(best)]


def _texts(values: pd.Series) -> pd.Series:
    texts: pd.Series
    if pd.api.types.is_float_dtype(values):
        values = values.astype("Int64") if (values.dropna() % 1 == 0).all() else values
    texts = values.astype("object").where(values.notna(), "").astype("str").str.strip()
    texts.name = values.name
    return texts


def _share_known(texts: pd.Series, regions: pd.DataFrame) -> float:
    """Return which share of the first names of a column the layer knows."""
    names = [text for text in texts.unique() if text][:_LOOKED_AT]
    if not names:
        return 0.0
    found = match_layer(names, regions)["rule"].isin(
        ["id", "exact", "alias", "former", "ambiguous"]
    )
    # Numbers that lack their zeros name regions too, but only when nothing names them better.
    return max(float(found.mean()), 0.99 * len(pad_zeros(names, regions)) / len(names))


def _is_years(values: pd.Series) -> bool:
    numbers = pd.to_numeric(values, errors="coerce")
    return bool(numbers.notna().all() and numbers.between(1000, 2999).all())


def _indicators(
    frame: pd.DataFrame, framework: Framework | None, *, skipped: set[object]
) -> list[object]:
    if framework is not None:
        wanted = [*framework.codes, *framework.denominators]
        have = {str(c): c for c in frame.columns}
        for node in framework.indicators:
            # A column may carry the name of its indicator instead of its code.
            spelt = [
                c
                for text, c in have.items()
                if text in (node.name_zh, node.name_en) and text not in wanted
            ]
            if node.code not in have and len(spelt) == 1:
                raise DataError(
                    f"The frame has the column {spelt[0]!r}, which is the name of the indicator "
                    f"{node.code!r}. Rename it: frame.rename(columns={{{spelt[0]!r}: "
                    f"{node.code!r}}})."
                )
        return [have[code] for code in dict.fromkeys(wanted) if code in have] or _numbers(
            frame, skipped
        )
    return _numbers(frame, skipped)


def _numbers(frame: pd.DataFrame, skipped: set[object]) -> list[object]:
    numeric = [
        c for c in frame.columns if c not in skipped and pd.api.types.is_numeric_dtype(frame[c])
    ]
    found: list[object] = [c for c in numeric if str(c).strip().casefold() not in _KEYS]
    if not found:
        raise DataError(
            "No column of the frame holds numbers to score; it has "
            f"{listing(map(str, frame.columns), most=12)}. Read figures that are text with "
            "read_indicators, which knows the marks of yearbooks."
        )
    return found
