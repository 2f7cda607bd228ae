"""Plots beside the map: size by rank, profiles of functions, weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.compare import Comparison
from hubtiers.errors import DataError, SpecError, UnknownOptionError, listing, printed_as
from hubtiers.hubs.structure import rank_size
from hubtiers.scheme import Result
from hubtiers.show.figures.chart_parts import (
    draw_key,
    finish,
    name_points,
    plain_ticks,
    quiet_grid,
    write_note,
)
from hubtiers.show.language import language_of
from hubtiers.show.style import tier_colours
from hubtiers.show.words import (
    node_name,
    number_text,
    region_names,
    say,
    tier_name,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = [
    "FEWEST_SPOKES",
    "radar_figure",
    "rank_size_figure",
    "weight_figure",
]

_NAMED = 6
"""How many points of the rank–size plot are named."""

_LINES = ("#0b3c6f", "#d1491b", "#2e8b57", "#8a5a9e", "#b8860b", "#4a5157", "#c2185b", "#00838f")
FEWEST_SPOKES = 3
"""A radar plot of fewer functions has no area."""

_SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*")


def rank_size_figure(
    result: Result, *, language: str | None = None, ax: Axes | None = None
) -> Figure:
    """Plot score against rank on logarithmic axes (位序—规模图), by tier, with the fitted line.

    Choose it to see whether scores fall off by a rule, and where they break.

    Parameters
    ----------
    result
        Scored regions.
    language
        `"zh"` or `"en"`.
    ax
        Axes to draw on; left out, a figure is made.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        When fewer than three regions have a positive score, or all have the same.

    Notes
    -----
    The line is that of `rank_size`: the least-squares fit of ln score = ln C − q · ln rank, with
    ranks as the result gives them.

    **Missing values**: regions without a score are left out. So are scores of zero and below, which
    have no logarithm; the plot says how many.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> figure = rank_size_figure(load_study("zhang2022").run().result, language="en")
    >>> figure.axes[0].get_xlabel()
    'Rank (log scale)'
    """
    from hubtiers.show.figures.canvas import drawing

    language = language_of(result, language)
    found = rank_size(result)
    scores = result.scores[result.scores > 0]
    ranks = found.table["rank"].reindex(scores.index).astype("float64")
    with drawing(language, ax, size=(6.4, 4.6)) as board:
        axes = board.axes
        axes.set_xscale("log")
        axes.set_yscale("log")
        _draw_by_tier(board, result, ranks, scores)
        ends = np.array([ranks.min(), ranks.max()])
        line = np.exp(found.constant) * ends**-found.q
        axes.plot(ends, line, color="#8c1515", linewidth=1, zorder=2, gid="fit")
        plain_ticks(axes)
        axes.set(xlabel=say("rank_log", language), ylabel=say("score_log", language))
        write_note(board, _fit_note(found.q, found.r_squared, found.left_out, language))
        finish(board)
        best = scores.nlargest(_NAMED).index
        name_points(board, region_names(result, language)[best], ranks, scores)
        return board.figure


def _draw_by_tier(board: Board, result: Result, ranks: pd.Series, scores: pd.Series) -> None:
    """Draw a point for each region in the colour of its tier, and what the colours mean."""
    labels, colours = result.breaks.labels, tier_colours(result.breaks.labels)
    for label in labels:
        inside = result.tier[scores.index] == label
        marks = board.axes.scatter(
            ranks[inside], scores[inside], s=26, color=colours[label], zorder=3
        )
        marks.set(edgecolors="#44505a", linewidths=0.4, gid=f"tier-{label}")
    rows = [(colours[label], tier_name(label, board.language)) for label in labels]
    draw_key(board, rows, loc="upper right")


def _fit_note(exponent: float, fit: float, left_out: int, language: str) -> str:
    note = f"q = {number_text(exponent)},  R² = {number_text(fit)}"
    if left_out:
        note += say("not_positive_scores", language, n=left_out)
    return note


def radar_figure(
    result: Result,
    *,
    regions: Sequence[str] | None = None,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plot the profile of regions by function (雷达图).

    Choose it to show in which functions a few regions are strong or weak; for many regions use a
    table.

    Parameters
    ----------
    result
        Scored regions.
    regions
        Ids of at most eight regions; the best five when left out.
    language
        `"zh"` or `"en"`.
    ax
        Polar axes to draw on; left out, a figure is made.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        When there are fewer than three functions.
    SpecError
        When the axes are not polar, or there are no regions or more than eight.
    UnknownOptionError
        When a region is not in the result.

    Notes
    -----
    The spokes are the groups (or indicators) that stand directly under the score.

    **Missing values**: a line is broken at a function for which the region has no score.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("zhang2022").run().result
    >>> figure = radar_figure(result, regions=["yangtze-delta"], language="en")
    >>> figure.axes[0].lines[0].get_ydata().round(2).tolist()
    [0.65, 0.81, 1.0, 0.65]
    """
    from hubtiers.show.figures.canvas import drawing

    language = language_of(result, language)
    chosen = _chosen_regions(result, regions)
    profile = _profile(result).loc[chosen]
    if ax is not None and ax.name != "polar":
        raise SpecError(
            "A radar plot needs polar axes. Make them with "
            'subplots(subplot_kw={"projection": "polar"}).'
        )
    with drawing(language, ax, size=(6.4, 5.4), projection="polar") as board:
        names = region_names(result, language)
        _draw_spokes(board, [node_name(result, code, language) for code in profile.columns])
        for number, region in enumerate(chosen):
            _draw_profile(board, profile.loc[region].to_numpy(float), number)
        low, high = float(np.nanmin(profile)), float(np.nanmax(profile))
        board.axes.set_ylim(min(0.0, low), high * 1.05 if high > 0 else 1.0)
        rows = [(_LINES[number], names[region]) for number, region in enumerate(chosen)]
        draw_key(board, rows, loc="upper left", at=(1.08, 1.05), shapes=_SHAPES)
        finish(board)
        return board.figure


def _draw_spokes(board: Board, names: Sequence[str]) -> None:
    """Draw a spoke for each function, clockwise from the top."""
    axes = board.axes
    axes.set_theta_offset(np.pi / 2)
    axes.set_theta_direction(-1)
    axes.set_xticks(_angles(len(names)), labels=[board.text(name) for name in names])
    axes.tick_params(axis="x", pad=8)
    # Half-way between two spokes, where no line runs along the numbers.
    axes.set_rlabel_position(180 / len(names))
    axes.grid(visible=True, color="#d5dadd", linewidth=0.6)
    axes.spines["polar"].set_color("#c9cdd1")


def _draw_profile(board: Board, values: NDArray[np.float64], number: int) -> None:
    """Draw the closed line of one region, and a shade inside it."""
    angles, colour = _angles(len(values)), _LINES[number]
    around, closed = np.append(angles, angles[0]), np.append(values, values[0])
    line = board.axes.plot(around, closed, color=colour, marker=_SHAPES[number], markersize=4)[0]
    line.set(linewidth=1.4, gid=f"region-{number}")
    board.axes.fill(angles, np.nan_to_num(values), color=colour, alpha=0.06)


def _angles(spokes: int) -> NDArray[np.float64]:
    return np.linspace(0, 2 * np.pi, spokes, endpoint=False)


def _profile(result: Result) -> pd.DataFrame:
    framework = result.table.framework
    tops = framework.filled_children()
    scored = set(result.nodes.columns)
    columns = {top: (result.nodes if top in scored else result.normalised)[top] for top in tops}
    if len(columns) < FEWEST_SPOKES:
        message = (
            f"A radar plot needs at least three functions, but {listing(columns) or 'nothing'} "
            "stands under the score. Group the indicators in the framework, or show a table."
        )
        raise printed_as(DataError(message), "reason_radar")
    return pd.DataFrame(columns)


def _chosen_regions(result: Result, regions: Sequence[str] | None) -> list[str]:
    if regions is None:
        return [str(r) for r in result.rank.dropna().sort_values(kind="stable").index[:5]]
    chosen = [str(region) for region in regions]
    for region in chosen:
        if region not in result.scores.index:
            raise UnknownOptionError("region", region, result.scores.index)
    if not 0 < len(chosen) <= len(_LINES):
        raise SpecError(
            f"A radar plot shows one to {len(_LINES)} regions, but {len(chosen)} were given."
        )
    return chosen


def weight_figure(
    results: Result | Comparison | Mapping[str, Result],
    *,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plot the effective weight of every indicator, under one scheme or several (权重比较).

    Choose it to show how far methods of weighting differ before tiers are compared.

    Parameters
    ----------
    results
        A result, what `compare_schemes` gave, or results by name, all with the same indicators.
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
        When there is no result, or more than eight.
    DataError
        When the results do not have the same indicators.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> figure = weight_figure(load_study("zhang2022").run().result, language="en")
    >>> figure.axes[0].collections[0].get_offsets()[:, 0].round(3).tolist()[:2]
    [0.1, 0.1]
    """
    from hubtiers.show.figures.canvas import drawing

    by_name = _results_by_name(results)
    first = next(iter(by_name.values()))
    language = language_of(first, language)
    codes = first.table.framework.codes
    places = np.arange(len(codes))[::-1]
    with drawing(language, ax, size=(6.8, 1.3 + 0.26 * len(codes))) as board:
        axes = board.axes
        for number, result in enumerate(by_name.values()):
            weights = result.weights[codes].to_numpy(float)
            marks = axes.scatter(
                weights, places, s=30, marker=_SHAPES[number], color=_LINES[number], zorder=3
            )
            marks.set(edgecolors="white", linewidths=0.5, gid=f"weights-{number}")
        axes.set_yticks(
            places, labels=[board.text(node_name(first, code, language)) for code in codes]
        )
        axes.set_xlim(left=0)
        axes.set_xlabel(say("weight", language))
        quiet_grid(axes)
        names = list(by_name)
        if isinstance(results, Comparison):
            names = [results.title(name, board.language) for name in names]
        _draw_result_key(board, names)
        finish(board)
        return board.figure


def _draw_result_key(board: Board, names: Sequence[str]) -> None:
    """Draw what the marks of each result look like; nothing for one alone."""
    if len(names) > 1:
        rows = list(zip(_LINES, names, strict=False))
        draw_key(board, rows, loc="lower center", at=(0.5, 1.0), shapes=_SHAPES, columns=len(rows))


def _results_by_name(results: Result | Comparison | Mapping[str, Result]) -> dict[str, Result]:
    if isinstance(results, Result):
        return {"": results}
    found = results.results if isinstance(results, Comparison) else results
    if not isinstance(found, Mapping) or not all(isinstance(r, Result) for r in found.values()):
        raise SpecError(f"weight_figure takes results by name, but got {type(results).__name__}.")
    if not 0 < len(found) <= len(_LINES):
        raise SpecError(
            f"weight_figure compares one to {len(_LINES)} results, but {len(found)} were given."
        )
    codes = {tuple(result.table.framework.codes) for result in found.values()}
    if len(codes) > 1:
        raise DataError(
            "The results do not have the same indicators, so that their weights cannot be compared."
        )
    return dict(found)
