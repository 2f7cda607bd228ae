"""Plots of how sure tiers and ranks are, from what a robustness analysis gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hubtiers.errors import DataError, SpecError
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.figures.chart_parts import draw_key, finish, quiet_grid, write_note
from hubtiers.show.style import tier_colours
from hubtiers.show.words import region_names, require_language, say, tier_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["rank_interval_figure", "tier_probability_figure"]

_MOST_REGIONS = 40


def tier_probability_figure(
    robustness: Robustness,
    *,
    result: Result | None = None,
    most: int = _MOST_REGIONS,
    language: str = "zh",
    ax: Axes | None = None,
) -> Figure:
    """Plot how often each region came out in each tier (层级概率图), as stacked bars.

    Choose it to show which tiers are sure and which hang on the choice of method.

    Parameters
    ----------
    robustness
        What `assess_robustness` gave.
    result
        The result it varies: gives names, and the order by rank. Without it, regions stand by their probabilities.
    most
        How many regions are drawn, the best first.
    language
        `"zh"` or `"en"`.
    ax
        Axes to draw on; left out, a figure is made.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecError
        When `most` is below 1.
    DataError
        When no region has a probability.

    Notes
    -----
    **Missing values**: regions without a score are left out.
    """
    from hubtiers.show.figures.canvas import drawing

    require_language(language)
    shares = _ordered(robustness.tier_probability.dropna(how="all"), robustness, result, most)
    with drawing(language, ax, size=(6.8, 1.2 + 0.22 * len(shares))) as board:
        axes, colours = board.axes, tier_colours([str(c) for c in shares.columns])
        places, start = np.arange(len(shares))[::-1], np.zeros(len(shares))
        for label in shares.columns:
            part = shares[label].fillna(0.0).to_numpy(float)
            bars = axes.barh(places, part, left=start, height=0.74, color=colours[str(label)])
            for bar in bars:
                bar.set(edgecolor="white", linewidth=0.5, gid=f"tier-{label}")
            start = start + part
        axes.set_yticks(places, labels=[board.text(name) for name in _names(shares.index, result, language)])
        axes.set(xlim=(0, 1), ylim=(-0.6, len(shares) - 0.4), xlabel=say("probability", language))
        rows = [(colours[str(label)], tier_name(label, language)) for label in shares.columns]
        draw_key(board, rows, loc="lower center", at=(0.5, 1.0), columns=len(rows), patches=True)
        _left_out(board, len(robustness.tier_probability.dropna(how="all")) - len(shares))
        finish(board)
        return board.figure


def rank_interval_figure(
    robustness: Robustness,
    *,
    result: Result | None = None,
    most: int = _MOST_REGIONS,
    language: str = "zh",
    ax: Axes | None = None,
) -> Figure:
    """Plot the interval of 5 to 95 per cent of the rank of each region (位次区间图), with the median.

    Choose it to show how far a ranking can be trusted, region by region.

    Parameters
    ----------
    robustness
        What `assess_robustness` gave.
    result
        The result it varies: gives names, colours by tier, and the order by rank.
    most
        How many regions are drawn, the best first.
    language
        `"zh"` or `"en"`.
    ax
        Axes to draw on; left out, a figure is made.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecError
        When `most` is below 1.
    DataError
        When no region has an interval.

    Notes
    -----
    **Missing values**: regions without a score are left out.
    """
    from hubtiers.show.figures.canvas import drawing

    require_language(language)
    known = robustness.rank_interval.dropna()
    spans = _ordered(known, robustness, result, most)
    with drawing(language, ax, size=(6.8, 1.2 + 0.22 * len(spans))) as board:
        axes, places = board.axes, np.arange(len(spans))[::-1]
        low, middle, high = (spans[column].to_numpy(float) for column in ("low", "median", "high"))
        colours: Any = "#2f7fb8"
        if result is not None:
            by_tier = tier_colours(result.breaks.labels)
            colours = [by_tier.get(str(tier), "#2f7fb8") for tier in result.tier.astype("object").reindex(spans.index)]
        axes.hlines(places, low, high, color="#7b858d", linewidth=1.6, zorder=2).set_gid("intervals")
        marks = axes.scatter(middle, places, s=26, color=colours, zorder=3)
        marks.set(edgecolors="#22262a", linewidths=0.5, gid="medians")
        axes.set_yticks(places, labels=[board.text(name) for name in _names(spans.index, result, language)])
        axes.set(ylim=(-0.6, len(spans) - 0.4), xlabel=say("rank_5_95", language))
        axes.set_xlim(left=min(0.5, float(low.min()) - 0.5))
        quiet_grid(axes)
        if result is not None:
            rows = [(by_tier[k], tier_name(k, language)) for k in result.breaks.labels]
            draw_key(board, rows, loc="lower center", at=(0.5, 1.0), columns=len(rows))
        _left_out(board, len(known) - len(spans))
        finish(board)
        return board.figure


def _ordered(frame: pd.DataFrame, robustness: Robustness, result: Result | None, most: int) -> pd.DataFrame:
    """Return the first rows by rank in the result, or by median rank."""
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise SpecError(f"most={most!r}; it must be a whole number of at least 1.")
    if frame.empty:
        raise DataError("The robustness analysis has no region with a score, so there is nothing to draw.")
    place = result.rank if result is not None else robustness.rank_interval["median"]
    order = place.reindex(frame.index).astype("float64").sort_values(kind="stable").index
    return frame.loc[order[:most]]


def _names(ids: Iterable[object], result: Result | None, language: str) -> list[str]:
    if result is None:
        return [str(region) for region in ids]
    names = region_names(result, language)
    return [str(names.get(region, region)) for region in ids]


def _left_out(board: Board, number: int) -> None:
    if number > 0:
        write_note(board, say("not_drawn", board.language, n=number), below=True)
