"""Plots of how sure tiers and ranks are, from what a robustness analysis gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.errors import DataError, SpecError, printed_as
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.figures.chart_parts import draw_key, finish, quiet_grid, write_note
from hubtiers.show.language import language_with
from hubtiers.show.style import drawn_colours, tier_colours
from hubtiers.show.words import region_names, say, tier_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["rank_interval_figure", "tier_probability_figure"]

_MOST_REGIONS = 40
_NO_TIER = "#2f7fb8"

Places = NDArray[np.int64]


def tier_probability_figure(
    robustness: Robustness,
    *,
    result: Result | None = None,
    most: int = _MOST_REGIONS,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plot how often each region came out in each tier (层级概率图), as stacked bars.

    Choose it to show which tiers are sure and which hang on the choice of method.

    Parameters
    ----------
    robustness
        What `assess_robustness` gave.
    result
        The result it varies: gives names, and the order by rank. Without it, regions stand by their
        probabilities.
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

    language = language_with(result, language)
    scored = robustness.tier_probability.dropna(how="all")
    shares = _ordered(scored, robustness, result, most)
    with drawing(language, ax, size=_size(shares)) as board:
        places = _name_rows(board, shares, result)
        colours = _share_colours([str(label) for label in shares.columns], result)
        _stack_bars(board, shares, places, colours)
        board.axes.set(
            xlim=(0, 1), ylim=(-0.6, len(shares) - 0.4), xlabel=say("probability", language)
        )
        _draw_tier_key(board, colours, patches=True)
        _left_out(board, len(scored) - len(shares))
        finish(board)
        return board.figure


def _share_colours(labels: Sequence[str], result: Result | None) -> dict[str, str]:
    """Return the colours of tiers, greys for those that the result does not have."""
    return drawn_colours(labels, labels if result is None else result.breaks.labels)


def _stack_bars(
    board: Board, shares: pd.DataFrame, places: Places, colours: Mapping[str, str]
) -> None:
    """Draw the shares of each region one behind the other."""
    start = np.zeros(len(shares))
    for label in shares.columns:
        part = shares[label].fillna(0.0).to_numpy(float)
        bars = board.axes.barh(places, part, left=start, height=0.74, color=colours[str(label)])
        for bar in bars:
            bar.set(edgecolor="white", linewidth=0.5, gid=f"tier-{label}")
        start = start + part


def rank_interval_figure(
    robustness: Robustness,
    *,
    result: Result | None = None,
    most: int = _MOST_REGIONS,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plot for each region the interval of 5 to 95 per cent of its rank (位次区间图).

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

    language = language_with(result, language)
    known = robustness.rank_interval.dropna()
    spans = _ordered(known, robustness, result, most)
    with drawing(language, ax, size=_size(spans)) as board:
        places = _name_rows(board, spans, result)
        _draw_spans(board, spans, places, _point_colours(spans.index, result))
        board.axes.set(ylim=(-0.6, len(spans) - 0.4), xlabel=say("rank_5_95", language))
        board.axes.set_xlim(left=min(0.5, float(spans["low"].min()) - 0.5))
        quiet_grid(board.axes)
        if result is not None:
            _draw_tier_key(board, tier_colours(result.breaks.labels))
        _left_out(board, len(known) - len(spans))
        finish(board)
        return board.figure


def _draw_spans(
    board: Board, spans: pd.DataFrame, places: Places, colours: str | list[str]
) -> None:
    """Draw each interval as a line, with a dot at the median."""
    low, high = spans["low"].to_numpy(float), spans["high"].to_numpy(float)
    lines = board.axes.hlines(places, low, high, color="#7b858d", linewidth=1.6, zorder=2)
    lines.set_gid("intervals")
    middle = spans["median"].to_numpy(float)
    marks = board.axes.scatter(middle, places, s=26, color=colours, zorder=3)
    marks.set(edgecolors="#22262a", linewidths=0.5, gid="medians")


def _point_colours(regions: pd.Index, result: Result | None) -> str | list[str]:
    """Return the colour of the tier of each region; one for all where the tiers are not known."""
    if result is None:
        return _NO_TIER
    colours = tier_colours(result.breaks.labels)
    tiers = result.tier.astype("object").reindex(regions)
    return [colours.get(str(tier), _NO_TIER) for tier in tiers]


def _size(frame: pd.DataFrame) -> tuple[float, float]:
    """Return width and height of a plot with a row for each region, in inches."""
    return 6.8, 1.2 + 0.22 * len(frame)


def _name_rows(board: Board, frame: pd.DataFrame, result: Result | None) -> Places:
    """Name the rows of a plot, the first one on top; return where they stand."""
    places = np.arange(len(frame))[::-1]
    names = _names(frame.index, result, board.language)
    board.axes.set_yticks(places, labels=[board.text(name) for name in names])
    return places


def _draw_tier_key(board: Board, colours: Mapping[str, str], *, patches: bool = False) -> None:
    rows = [(colour, tier_name(label, board.language)) for label, colour in colours.items()]
    draw_key(board, rows, loc="lower center", at=(0.5, 1.0), columns=len(rows), patches=patches)


def _ordered(
    frame: pd.DataFrame, robustness: Robustness, result: Result | None, most: int
) -> pd.DataFrame:
    """Return the first rows by rank in the result, or by median rank."""
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise SpecError(f"most={most!r}; it must be a whole number of at least 1.")
    if frame.empty:
        message = "The robustness analysis has no region with a score, so there is nothing to draw."
        raise printed_as(DataError(message), "reason_no_scores")
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
