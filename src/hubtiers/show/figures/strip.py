"""The strip of all scores with the cut-points between tiers, and the rank intervals of the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers.robustness.certainty import MARKS
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import certainty_frame
from hubtiers.show.figures.chart_parts import name_points, quiet_grid
from hubtiers.show.language import language_of
from hubtiers.show.style import contrast, tier_colours
from hubtiers.show.words import number_text, region_names, say, tier_name
from hubtiers.show.wrapping import cut_text, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from hubtiers.show.figures.canvas import Board

__all__ = ["draw_marks", "score_strip_figure", "swarm_rows"]

_WIDTH, _HEIGHT = 7.25, 1.72
_INTERVALS = 12
"""Regions whose rank intervals are drawn, the best first."""

_NAMED = 8
_NEAR = 9.0
"""How far from its dot a name may stand, in points."""

_NAME_WIDTH = 22
_EDGE = "#3a4045"
_PALE = 2.5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def swarm_rows(x: Floats, width: float) -> Ints:
    """Return the row of each point of a strip, 0 the middle one, so that no two points overlap.

    Points stand at their own place along the strip; each takes the row nearest to the middle in
    which the point before it is at least a width away.

    >>> swarm_rows(np.array([0.0, 0.1, 0.2, 5.0]), 1.0).tolist()
    [0, 1, -1, 0]
    """
    rows = np.zeros(len(x), dtype=np.int64)
    last: list[float] = []
    for point in np.argsort(x, kind="stable"):
        free = next((n for n, place in enumerate(last) if x[point] - place >= width), len(last))
        if free == len(last):
            last.append(0.0)
        last[free] = float(x[point])
        # 0, 1, −1, 2, −2, …
        rows[point] = (free + 1) // 2 * (1 if free % 2 else -1)
    return rows


def score_strip_figure(
    result: Result, robustness: Robustness | None = None, *, language: str | None = None
) -> Figure:
    """Draw all scores along one axis, with cut-points, and the rank intervals of the best regions.

    Parameters
    ----------
    result
        Scored regions.
    robustness
        What `assess_robustness` gave; without it there are no intervals and no marks.
    language
        `"zh"` or `"en"`.

    Notes
    -----
    **Missing values**: regions without a score are left out.
    """
    from hubtiers.show.figures.canvas import drawing

    spoken = language_of(result, language)
    with drawing(spoken, None, size=(_WIDTH, _HEIGHT)) as board:
        share = 0.985 if robustness is None else 0.6
        board.axes.set_position((0.012, 0.205, share - 0.012, 0.72))
        _draw_scores(board, result, robustness)
        if robustness is not None:
            beside = board.figure.add_axes((0.735, 0.205, 0.255, 0.765))
            _draw_intervals(board, beside, result, robustness)
        return board.figure


def _draw_scores(board: Board, result: Result, robustness: Robustness | None) -> None:
    scores = result.scores.dropna().sort_values(ascending=False, kind="stable")
    axes = board.axes
    low, high = float(scores.min()), float(scores.max())
    pad = 0.04 * (high - low) or 0.5
    axes.set_xlim(low - pad, high + pad)
    inches = _WIDTH * axes.get_position().width
    size = _dot_inches(len(scores))
    along = (high - low + 2 * pad) / inches
    rows = swarm_rows(scores.to_numpy(float), 1.04 * size * along)
    reach = max(int(np.abs(rows).max()), 1) + 1.0
    # A swarm that is higher than the strip is pressed together.
    tall = max(reach * size * 1.04, 0.5 * _HEIGHT * axes.get_position().height)
    heights = pd.Series(rows * size * 1.04 / tall, index=scores.index)
    axes.set_ylim(-1.25, 1.25)
    _draw_cuts(board, result)
    _draw_dots(axes, scores, heights, result, robustness, 72 * size)
    _name_dots(board, result, scores, heights)
    _name_tiers(board, result)
    axes.set_yticks([])
    _quiet_frame(board, axes, "score")


def _name_dots(board: Board, result: Result, scores: pd.Series, heights: pd.Series) -> None:
    """Name the best regions, those whose names find a place right beside their dot."""
    names = region_names(result, board.language)
    best = names[scores.index[:_NAMED]].map(lambda name: cut_text(str(name), _NAME_WIDTH))
    for label in name_points(board, best, scores, heights):
        across, up = label.get_position()
        box = label.get_window_extent()
        half_width, half_height = (side * 36 / board.figure.dpi for side in (box.width, box.height))
        if abs(across) > half_width + _NEAR or abs(up) > half_height + _NEAR:
            label.remove()


def _name_tiers(board: Board, result: Result) -> None:
    """Write the name of each tier between its cut-points, where it fits."""
    axes = board.axes
    left, right = axes.get_xlim()
    edges = [left, *sorted(result.breaks.breaks), right]
    inches = _WIDTH * axes.get_position().width / (right - left)
    if len(edges) != len(result.breaks.labels) + 1:
        # Tiers that are not cut from the score.
        return
    labels = result.breaks.labels[::-1]
    for label, low, high in zip(labels, edges[:-1], edges[1:], strict=True):
        name = board.text(tier_name(label, board.language))
        if text_width(name) * 0.055 < (high - low) * inches:
            axes.text(
                (low + high) / 2, -1.18, name, ha="center", va="bottom", fontsize=7,
                color="#566069", gid="tier-name",
            )  # fmt: skip


def _dot_inches(number: int) -> float:
    """Return the width of a dot: the more regions, the smaller."""
    return 0.115 if number <= 40 else 0.075 if number <= 150 else 0.052


def _draw_cuts(board: Board, result: Result) -> None:
    """Draw the cut-points of the score; nothing where the tiers are not cut from it."""
    left, right = board.axes.get_xlim()
    before = -np.inf
    for cut in sorted(result.breaks.breaks):
        board.axes.axvline(cut, color="#8c1515", linewidth=0.8, zorder=1, gid="cut")
        if (cut - before) / (right - left) > 0.06:
            board.axes.text(
                cut, 1.28, number_text(float(cut), 3), ha="center", va="bottom", fontsize=6.5,
                color="#8c1515", gid="cut-label", clip_on=False,
            )  # fmt: skip
            before = cut


def _draw_dots(
    axes: Axes,
    scores: pd.Series,
    heights: pd.Series,
    result: Result,
    robustness: Robustness | None,
    points: float,
) -> None:
    """Draw a dot for each region in the colour of its tier, with the mark of its certainty."""
    colours = tier_colours(result.breaks.labels)
    marks, tiers = _marks(result, robustness), result.tier.astype("object")
    for mark in ("", *MARKS):
        for tier, colour in colours.items():
            chosen = scores.index[(marks[scores.index] == mark) & (tiers[scores.index] == tier)]
            places = (scores[chosen].to_numpy(float), heights[chosen].to_numpy(float))
            draw_marks(axes, *places, colour=colour, mark=mark, points=points)


def _marks(result: Result, robustness: Robustness | None) -> pd.Series:
    """Return the mark of each region; an empty one where nothing is known."""
    if robustness is None:
        return pd.Series("", index=result.scores.index)
    found = certainty_frame(result, robustness)["certainty"].astype("object")
    return found.reindex(result.scores.index).fillna("")


def draw_marks(axes: Axes, x: Floats, y: Floats, *, colour: str, mark: str, points: float) -> None:
    """Draw dots of a tier: full where settled, with a white heart where leaning, rings where open.

    The three differ in form, so that they can be told apart without colour.
    """
    if not len(x):
        return
    area = (0.94 * points) ** 2
    dots = axes.scatter(x, y, s=area, color=colour, edgecolors=_EDGE, linewidths=0.5, zorder=3)
    dots.set_gid(f"dots-{mark or 'plain'}")
    if mark in ("leaning", "open"):
        heart = 0.14 if mark == "leaning" else 0.5
        # On a pale dot a white heart would not be seen.
        is_dark = mark == "leaning" and contrast(colour, "#ffffff") < _PALE
        paper = _EDGE if is_dark else "white"
        hollow = axes.scatter(x, y, s=heart * area, color=paper, linewidths=0, zorder=4)
        hollow.set_gid(f"hollow-{mark}")


def _draw_intervals(board: Board, axes: Any, result: Result, robustness: Robustness) -> None:
    """Draw for the best regions the 5 to 95 per cent interval of the rank, a row each."""
    spans = robustness.rank_interval.dropna()
    ranked = result.rank.dropna().astype(float).sort_values(kind="stable").index
    shown = [region for region in ranked if region in spans.index][:_INTERVALS]
    spans, rows = spans.loc[shown], np.arange(len(shown))[::-1]
    low, high = spans["low"].to_numpy(float), spans["high"].to_numpy(float)
    axes.hlines(rows, low, high, color="#7b858d", linewidth=1.3, zorder=2).set_gid("intervals")
    colours, marks = tier_colours(result.breaks.labels), _marks(result, robustness)
    for region, row in zip(shown, rows, strict=True):
        place = np.array([float(result.rank[region])])
        colour = colours[str(result.tier[region])]
        draw_marks(axes, place, np.array([row]), colour=colour, mark=marks[region], points=5.5)
    names = region_names(result, board.language)
    labels = [board.text(cut_text(str(names[region]), _NAME_WIDTH)) for region in shown]
    axes.set_yticks(rows, labels=labels, fontsize=6.6)
    axes.set_ylim(-0.7, max(len(shown), 4) - 0.3)
    axes.set_xlim(0.4, float(np.nanmax(high)) + 0.6)
    quiet_grid(axes)
    _count_ranks(axes)
    _quiet_frame(board, axes, "rank_span")


def _count_ranks(axes: Any) -> None:
    """Put ticks at whole ranks, few enough to be read."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def _quiet_frame(board: Board, axes: Any, key: str) -> None:
    """Leave of a frame the lower side alone, with small numbers and its name."""
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="x", labelsize=7, length=2.5)
    axes.set_xlabel(board.text(say(key, board.language)), fontsize=7.5, labelpad=2)
