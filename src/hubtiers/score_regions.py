"""From one frame of polygons and numbers to scores and tiers in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import geopandas as gpd
import pandas as pd

from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError, listing
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.pack import source_of
from hubtiers.regions.read import read_regions
from hubtiers.scheme import Result, Scheme
from hubtiers.table.join import join_indicators

__all__ = ["score_regions"]


def score_regions(
    regions: gpd.GeoDataFrame,
    indicators: Iterable[str],
    *,
    id: str | None = None,  # noqa: A002 - the word that users of frames expect
    name: str | None = None,
    direction: Mapping[str, int] | None = None,
    scheme: Scheme | None = None,
    credit: str | Mapping[str, str] | None = None,
    yardstick: str | None = None,
) -> Result:
    """Score a wide GeoDataFrame and sort its regions into tiers (一步评分), in one line.

    Use it when polygons and numbers stand in one frame, of whatever place on earth; `result.map()`
    draws them.

    Parameters
    ----------
    regions
        One row per region: polygons in a known reference system, and a column of numbers for each
        indicator.
    indicators
        Columns to score.
    id, name
        Columns that identify and name a region; found by their usual names when left out (see
        `read_regions`).
    direction
        By indicator 1 where more is better and -1 where less is better; 1 for those left out.
    scheme
        The method; `Scheme()` when left out.
    credit
        Whom a map of these boundaries must name, such as ``"© EuroGeographics"``.
    yardstick
        Row that is no region but what others are measured by, by its id or name; it may lack a
        polygon. See `RelativeTo`.

    Returns
    -------
    Result
        Scores, ranks and tiers, with the geometry.

    Raises
    ------
    SpecError
        When no indicator is named, one is named twice, or a direction is neither 1 nor -1.
    UnknownOptionError
        When the frame has no row for the yardstick.
    MissingColumnError, DuplicateRegionError, CRSError, DataError
        When the frame does not fit; the message says which column or region.

    Notes
    -----
    **Missing values** stay missing; a region with gaps has no score unless the scheme fills them.

    Examples
    --------
    >>> import shapely
    >>> frame = gpd.GeoDataFrame(
    ...     {
    ...         "GEOID": ["01", "02"],
    ...         "NAME": ["Alabama", "Alaska"],
    ...         "rd": [1.0, 3.0],
    ...         "pollution": [9.0, 2.0],
    ...     },
    ...     geometry=[shapely.box(-88, 31, -85, 35), shapely.box(-160, 60, -145, 70)],
    ...     crs="EPSG:4326",
    ... )
    >>> from hubtiers.tiers.breaks import NaturalBreaks
    >>> scheme = Scheme(tier=NaturalBreaks(2))
    >>> less = {"pollution": -1}
    >>> result = score_regions(frame, ["rd", "pollution"], direction=less, scheme=scheme)
    >>> result.scores.tolist()
    [0.0, 1.0]
    """
    columns = [indicators] if isinstance(indicators, str) else [str(code) for code in indicators]
    directions = dict(direction or {})
    _check_choices(columns, directions)
    if not isinstance(regions, gpd.GeoDataFrame):
        raise SpecError(
            f"score_regions() takes a GeoDataFrame, but this is {type(regions).__name__}. Numbers "
            "without geometry go into join_indicators(load_regions(…), frame)."
        )
    if absent := [code for code in columns if code not in regions.columns]:
        raise MissingColumnError(absent, "The GeoDataFrame", map(str, regions.columns))
    regions, own = _without_yardstick(regions, columns, yardstick)
    is_packed = bool(source_of(regions).pack) and (id, name, credit) == (None, None, None)
    layer = regions if is_packed else read_regions(regions, id_column=id, name=name, credit=credit)
    values = pd.concat([_tidy(regions, layer.index, columns), *own], ignore_index=True)
    framework = _framework(columns, directions)
    table = join_indicators(layer, values, framework=framework, yardstick=yardstick)
    return (scheme or Scheme()).run(table)


def _without_yardstick(
    regions: gpd.GeoDataFrame, columns: list[str], yardstick: str | None
) -> tuple[gpd.GeoDataFrame, list[pd.DataFrame]]:
    """Return the frame without the row of the yardstick, and the values of that row, if any."""
    if yardstick is None:
        return regions, []
    texts = [c for c in regions.columns if str(regions[c].dtype) in ("str", "object", "string")]
    is_own = pd.Series(regions.index.astype(str) == yardstick, index=regions.index)
    for column in texts:
        is_own |= (regions[column] == yardstick).fillna(value=False).astype(bool)
    if is_own.sum() != 1:
        labels = [*regions.index, *(text for column in texts for text in regions[column])]
        if not is_own.any():
            known = (label for label in labels if isinstance(label, str))
            raise UnknownOptionError("row for the yardstick:", yardstick, known)
        raise SpecError(
            f"{int(is_own.sum())} rows of the frame are called {yardstick!r}. Keep one of them as "
            "the yardstick."
        )
    row = regions[is_own]
    return regions[~is_own], [_tidy(row, pd.Index([yardstick]), columns)]


def _tidy(regions: gpd.GeoDataFrame, ids: pd.Index, columns: list[str]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"region": ids, "indicator": code, "value": _numbers(regions[code], code)})
        for code in columns
    ]
    return pd.concat(parts, ignore_index=True)


def _framework(columns: list[str], directions: Mapping[str, int]) -> Framework:
    indicators = [
        Indicator(code, name_zh=code, name_en=code, direction=directions.get(code, 1))
        for code in columns
    ]
    return Framework(tuple(indicators))


def _check_choices(columns: list[str], directions: Mapping[str, int]) -> None:
    if not columns:
        raise SpecError('score_regions() needs at least one indicator, such as ["rd", "patents"].')
    if twice := sorted({code for code in columns if columns.count(code) > 1}):
        raise SpecError(f"The indicators name {listing(map(repr, twice))} twice. Name each once.")
    for code, sign in directions.items():
        if code not in columns:
            raise UnknownOptionError("indicator in direction=", code, columns)
        if sign not in (1, -1):
            raise SpecError(
                f"direction={{{code!r}: {sign!r}}} is no direction: 1 for more is better, -1 for "
                "less."
            )


def _numbers(values: pd.Series, code: str) -> list[float]:
    try:
        return [float(value) for value in pd.to_numeric(values).astype("float64")]
    except (ValueError, TypeError) as error:
        raise DataError(
            f"The column {code!r} holds something that is not a number: {error}."
        ) from None
