"""The structure of scores in one frame: hierarchy, inequality, space."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from hubtiers.autocorrelation import morans_i
from hubtiers.errors import DataError
from hubtiers.hubs._division import division_of
from hubtiers.hubs.ellipse import deviation_ellipse
from hubtiers.hubs.inequality import gini, primacy, theil
from hubtiers.hubs.local_space import local_moran
from hubtiers.hubs.structure import rank_size
from hubtiers.scheme import Result

__all__ = ["describe_structure"]


def describe_structure(
    result: Result,
    regions: gpd.GeoDataFrame | None = None,
    *,
    division: str | pd.Series | None = None,
    largest: int | None = None,
    permutations: int = 999,
    rng: int = 42,
) -> pd.DataFrame:
    """Describe the structure of the scores (空间结构): hierarchy, inequality, space.

    Parameters
    ----------
    result
        Scores by region; none may be negative.
    regions
        Regions with outlines; those of the result when left out.
    division
        A division of the regions, as `propose_layout(balance=…)` takes it, for the parts of Theil's
        index; left out without it.
    largest
        How many of the largest scores the rank–size rule counts; all that are positive when left
        out. The exponent is that of the cut-off.
    permutations, rng
        Of Moran's I, global and local.

    Returns
    -------
    pandas.DataFrame
        By `measure`: `value` and `of`, what it is taken over. Measures that the data do not give
        are missing, with the reason in `of`.

    Raises
    ------
    DataError
        When a score is negative, or fewer than three are positive.

    Notes
    -----
    Theil's index leaves out scores of 0, which have no logarithm; `of` counts them. **Missing
    values**: regions without a score are left out everywhere.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("provinces2022").run().result
    >>> describe_structure(result).loc["primacy, two", "value"].round(2)
    np.float64(1.25)
    """
    scores = result.scores.dropna()
    if (scores < 0).any():
        raise DataError(
            f"Structure is described of scores of at least 0, but one is {scores.min():.3g}. "
            "Normalise with MinMax()."
        )
    frame = gpd.GeoDataFrame(result.table.regions if regions is None else regions)
    frame = frame.loc[scores.index]
    rows: dict[str, tuple[float, str]] = {}
    everyone = f"{len(scores)} regions"
    for name, value in primacy(scores.to_numpy()).items():
        rows[f"primacy, {name}"] = (value, everyone)
    rows["Gini"] = (gini(scores.to_numpy()), everyone)
    rows["coefficient of variation"] = (float(scores.std(ddof=0) / scores.mean()), everyone)
    _add_rank_size(rows, scores, largest)
    _add_theil(rows, scores, frame, division)
    _add_space(rows, scores, frame, permutations, rng)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "of"])
    return table.rename_axis("measure")


def _add_rank_size(
    rows: dict[str, tuple[float, str]], scores: pd.Series, largest: int | None
) -> None:
    found = rank_size(scores, largest=largest)
    counted = f"{found.n} scores from {found.cut_off:.3g} up"
    rows["rank–size ζ"] = (found.zeta, counted)
    rows["standard error of ζ"] = (found.standard_error, counted)
    rows["rank–size q"] = (found.q, counted)


def _add_theil(
    rows: dict[str, tuple[float, str]],
    scores: pd.Series,
    frame: pd.DataFrame,
    division: str | pd.Series | None,
) -> None:
    positive = scores[scores > 0]
    counted = f"{len(positive)} scores above 0"
    if division is None:
        rows["Theil"] = (theil(positive).total, counted)
        return
    place, names = division_of(frame, division)
    groups = pd.Series([names[p] if p >= 0 else None for p in place], frame.index)
    known = positive[groups.reindex(positive.index).notna()]
    found = theil(known, groups.reindex(known.index))
    counted = f"{len(known)} scores above 0 in {len(found.groups)} parts"
    rows["Theil"] = (found.total, counted)
    rows["Theil, between parts"] = (found.between, counted)
    rows["Theil, within parts"] = (found.within, counted)


def _add_space(
    rows: dict[str, tuple[float, str]],
    scores: pd.Series,
    frame: gpd.GeoDataFrame,
    permutations: int,
    rng: int,
) -> None:
    try:
        moran = morans_i(scores, frame, permutations=permutations, rng=rng)
    except DataError as error:
        rows["Moran's I"] = (np.nan, str(error))
        return
    told = f"{moran.n} regions, {moran.rule} neighbours, {len(moran.islands)} without one"
    rows["Moran's I"] = (moran.i, told)
    rows["p of Moran's I"] = (moran.p_value, f"{moran.permutations} permutations")
    local = local_moran(scores, frame, permutations=permutations, rng=rng, correction="fdr")
    for kind in ("high-high", "low-low", "high-low", "low-high"):
        count = int((local["class"] == kind).sum())
        rows[f"local Moran, {kind}"] = (float(count), "regions, false discoveries controlled")
    ellipse = deviation_ellipse(scores, frame)
    counted = f"{ellipse.regions} regions"
    rows["mean centre, longitude"] = (ellipse.lon, counted)
    rows["mean centre, latitude"] = (ellipse.lat, counted)
    rows["ellipse, long axis km"] = (ellipse.long_axis, counted)
    rows["ellipse, short axis km"] = (ellipse.short_axis, counted)
    rows["ellipse, degrees from north"] = (ellipse.angle, counted)
