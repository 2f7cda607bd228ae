"""Plots of the evidence for a result: how many tiers, and what the indicators have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hubtiers.errors import DataError
from hubtiers.indicator_structure import IndicatorStructure, describe_indicators
from hubtiers.scheme import Result
from hubtiers.show.figures.chart_parts import finish
from hubtiers.show.language import language_of
from hubtiers.show.style import tier_colours
from hubtiers.show.words import node_name, number_text, say
from hubtiers.tiers.number import choose_k, cut_gaps, preferred_k

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["correlation_figure", "tier_number_figure"]

# The word for each measure of `choose_k`.
_MEASURES = {
    "gvf": "gvf",
    "silhouette": "measure_silhouette",
    "bic": "measure_bic",
    "gap": "measure_gap",
}
_LINE, _CHOSEN, _PREFERRED = "#44505a", "#b9bdc1", "#8c1515"
_MOST_INDICATORS = 80


def tier_number_figure(
    result: Result, *, table: pd.DataFrame | None = None, language: str | None = None
) -> Figure:
    """Plot what speaks for each number of tiers, and where the cuts lie (层级数的依据).

    Choose it to show whether the number of tiers is in the scores or was brought to them.

    Parameters
    ----------
    result
        Scored regions.
    table
        What `choose_k` gave for its scores; left out, it is made.
    language
        `"zh"` or `"en"`.

    Returns
    -------
    matplotlib.figure.Figure
        Above, GVF, silhouette, BIC and gap statistic by number of natural breaks: a red ring marks
        what a measure prefers, an upright line the number that was chosen. Below, every score, and
        the cuts with the width of their gap as a multiple of the median gap.

    Raises
    ------
    DataError
        When all scores are equal or missing.

    Notes
    -----
    **Missing values**: regions without a score are left out.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> figure = tier_number_figure(load_study("zhang2022").run().result, language="en")
    >>> [axes.get_title() for axes in figure.axes][:2]
    ['GVF', 'Silhouette']
    """
    from hubtiers.show.figures.canvas import drawing

    language = language_of(result, language)
    found = choose_k(result.scores) if table is None else table
    chosen, preferred = len(result.breaks.labels), preferred_k(found)
    with drawing(language, None, size=(8.4, 4.2)) as board:
        board.axes.remove()
        grid = board.figure.add_gridspec(2, 4, height_ratios=(2.1, 1.0))
        for place, (measure, key) in enumerate(_MEASURES.items()):
            axes = board.figure.add_subplot(grid[0, place])
            _draw_measure(axes, found, measure, chosen)
            _ring(axes, found, measure, preferred.get(measure))
            axes.set_title(board.text(say(key, language)), fontsize=9)
        strip = board.figure.add_subplot(grid[1, :])
        _draw_strip(board, strip, result)
        board.figure.set_layout_engine("tight", pad=1.0, h_pad=1.6, rect=None)
        return board.figure


def _draw_measure(axes: Axes, table: pd.DataFrame, measure: str, chosen: int) -> None:
    """Draw one measure by number of tiers, and the number that was chosen."""
    axes.axvline(chosen, color=_CHOSEN, linewidth=5, alpha=0.55, zorder=1, gid="chosen")
    if measure in table.columns:
        values = table[measure].to_numpy(float)
        axes.plot(table.index, values, color=_LINE, marker="o", markersize=3.2, linewidth=1.1)
        if measure == "gap":
            error = table["gap_error"].to_numpy(float)
            axes.errorbar(table.index, values, yerr=error, fmt="none", ecolor=_LINE, elinewidth=0.7)
    axes.set_xticks(list(table.index))
    axes.tick_params(labelsize=7.5)
    axes.grid(visible=True, axis="y", color="#e6eaec", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _ring(axes: Axes, table: pd.DataFrame, measure: str, k: int | None) -> None:
    if k is not None:
        height = float(table[measure].to_dict()[k])
        ring = axes.plot([k], [height], marker="o", markersize=9, linestyle="none")
        ring[0].set(markerfacecolor="none", markeredgecolor=_PREFERRED, zorder=4, gid="preferred")


def _draw_strip(board: Board, axes: Axes, result: Result) -> None:
    """Draw every score on one line in the colour of its tier, and the gaps at the cuts."""
    scores = result.scores.dropna()
    colours = tier_colours(result.breaks.labels)
    for label in result.breaks.labels:
        own = scores[result.tier[scores.index] == label]
        marks = axes.scatter(own, np.zeros(len(own)), s=22, color=colours[label], zorder=3)
        marks.set(edgecolors="#44505a", linewidths=0.4, gid=f"tier-{label}")
    for number, gap in enumerate(cut_gaps(result.scores, result.tier).to_dict("records")):
        if gap["width"] <= 0:
            continue
        axes.axvspan(gap["highest_below"], gap["lowest_above"], color="#f0d9c8", zorder=1)
        middle = (gap["highest_below"] + gap["lowest_above"]) / 2
        # Neighbouring cuts may lie close, so that their numbers stand at two heights.
        height = 0.62 if number % 2 == 0 else 1.05
        text = say("times", board.language, n=number_text(float(gap["times_median"]), 1))
        axes.annotate(board.text(text), (middle, height), ha="center", fontsize=7.5, gid="gap")
    axes.set(ylim=(-0.5, 1.5), yticks=[])
    axes.set_xlabel(board.text(say("strip_label", board.language)))
    axes.tick_params(labelsize=7.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def correlation_figure(
    result: Result,
    *,
    structure: IndicatorStructure | None = None,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plot the correlations of all indicators, function by function (指标相关热图).

    Choose it to show which indicators say the same, within a function and across functions.

    Parameters
    ----------
    result
        Scored regions.
    structure
        What `describe_indicators` gave; left out, it is made.
    language
        `"zh"` or `"en"`.
    ax
        Axes to draw on; left out, a figure is made.

    Returns
    -------
    matplotlib.figure.Figure
        Red where two indicators rise together, blue where one falls as the other rises; numbers
        where `|r|` is flagged, in hundredths. Lines part the functions.

    Raises
    ------
    DataError
        When fewer than two indicators differ, or more than 80 would have to be read.

    Notes
    -----
    **Missing values**: a pair without a correlation is grey.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> figure = correlation_figure(load_study("zhang2022").run().result, language="en")
    >>> figure.axes[0].get_yticklabels()[4].get_text()
    'R&D intensity  5'
    """
    from hubtiers.show.figures.canvas import drawing

    language = language_of(result, language)
    found = structure or describe_indicators(result)
    codes = [str(code) for code in found.correlation.index]
    if len(codes) > _MOST_INDICATORS:
        raise DataError(
            f"A figure of {len(codes)} indicators cannot be read; {_MOST_INDICATORS} can. Select "
            "some with IndicatorTable.select, or read the flags of describe_indicators."
        )
    side = 0.27 * len(codes)
    with drawing(language, ax, size=(4.2 + side, 1.7 + side)) as board:
        picture = board.axes.imshow(
            np.ma.masked_invalid(found.correlation.to_numpy(float)),
            cmap=_colours(),
            vmin=-1,
            vmax=1,
        )
        _name_both_sides(board, [node_name(result, code, language) for code in codes])
        _mark_flags(board, found, codes)
        _part_functions(board, result, found, language)
        bar = board.figure.colorbar(
            picture, ax=board.axes, orientation="horizontal", fraction=0.03, pad=0.08, shrink=0.6
        )
        bar.set_label(board.text(say("correlation_r", language)), fontsize=8)
        bar.ax.tick_params(labelsize=7.5)
        finish(board)
        return board.figure


def _colours() -> Any:
    from matplotlib import colormaps

    return colormaps["RdBu_r"].with_extremes(bad="#d5dadd")


def _name_both_sides(board: Board, names: Sequence[str]) -> None:
    """Name the rows, and number them and the columns: rotated names would take half the sheet."""
    places = np.arange(len(names))
    rows = [f"{name}  {number}" for number, name in enumerate(names, start=1)]
    board.axes.set_yticks(places, labels=[board.text(row) for row in rows])
    board.axes.set_xticks(places, labels=[str(number) for number in places + 1])
    board.axes.tick_params(length=0, labelsize=7.5)


def _mark_flags(board: Board, found: IndicatorStructure, codes: Sequence[str]) -> None:
    place = {code: number for number, code in enumerate(codes)}
    for row in found.flags.to_dict("records"):
        a, b = place[row["indicator_a"]], place[row["indicator_b"]]
        for x, y in ((a, b), (b, a)):
            text = number_text(100 * float(row["correlation"]), 0)
            board.axes.text(x, y, text, ha="center", va="center", fontsize=6, color="white")


def _part_functions(board: Board, result: Result, found: IndicatorStructure, language: str) -> None:
    """Draw lines between functions, and name each at the right."""
    functions = found.indicators["function"].tolist()
    for function in dict.fromkeys(functions):
        first = functions.index(function)
        last = first + functions.count(function) - 1
        for edge in (first - 0.5, last + 0.5):
            board.axes.axhline(edge, color="white", linewidth=1.6)
            board.axes.axvline(edge, color="white", linewidth=1.6)
        # An indicator that stands under the score itself is named at the left already.
        if function in found.indicators.index:
            continue
        board.axes.text(
            len(functions) - 0.3,
            (first + last) / 2,
            board.text(node_name(result, function, language)),
            va="center", fontsize=8, gid="function",
        )  # fmt: skip
