"""Legends, notes, ticks and names that several plots share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hubtiers.show.figures.labels import Box, place_labels

if TYPE_CHECKING:
    from hubtiers.show.figures.canvas import Board

__all__ = [
    "dots_around",
    "draw_key",
    "finish",
    "name_points",
    "plain_ticks",
    "quiet_grid",
    "sizes_of",
    "write_note",
]


def draw_key(
    board: Board,
    rows: Sequence[tuple[str, str]],
    *,
    loc: str,
    at: tuple[float, float] | None = None,
    shapes: Sequence[str] = "o" * 8,
    columns: int = 1,
    patches: bool = False,
) -> None:
    """Draw a legend of these colours and texts."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shapes = [*shapes, *"o" * len(rows)]
    handles: list[Any] = []
    for (colour, _), shape in zip(rows, shapes, strict=False):
        if patches:
            handles.append(Patch(facecolor=colour, edgecolor="#b9bdc1", linewidth=0.4))
        else:
            mark = Line2D([], [], linestyle="none", marker=shape, color=colour, markersize=6)
            mark.set(markeredgecolor="#44505a", markeredgewidth=0.4)
            handles.append(mark)
    options = {} if at is None else {"bbox_to_anchor": at}
    legend = board.axes.legend(
        handles,
        ["x"] * len(rows),
        loc=loc,
        ncols=min(columns, 5),
        fontsize=8.5,
        frameon=False,
        handletextpad=0.4,
        columnspacing=1.2,
        **options,
    )
    # matplotlib leaves out labels that start with an underscore, so that texts are set afterwards.
    for slot, (_, text) in zip(legend.get_texts(), rows, strict=True):
        slot.set_text(board.text(text))


def plain_ticks(axes: Any) -> None:
    """Write numbers on logarithmic axes as numbers, few enough to be read."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, which="major", color="#e6eaec", linewidth=0.6)
    axes.set_axisbelow(True)


def quiet_grid(axes: Any) -> None:
    """Draw upright lines only, behind the data."""
    axes.grid(visible=True, axis="x", color="#e6eaec", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)


def write_note(board: Board, text: str, *, below: bool = False) -> None:
    """Write a small text into the lower left corner, or below the axes at the right."""
    corner, shift, across = ((1, 0), (0, -38), "right") if below else ((0, 0), (6, 6), "left")
    board.axes.annotate(
        board.text(text),
        xy=corner,
        xycoords="axes fraction",
        xytext=shift,
        textcoords="offset points",
        ha=across,
        va="bottom", fontsize=8, color="#3a4045", gid="note",
    )  # fmt: skip


def name_points(board: Board, names: pd.Series, x: pd.Series, y: pd.Series) -> list[Any]:
    """Name points, the first ones first, where there is room; return the names as drawn."""
    axes = board.axes
    board.settle()
    anchors = _pixels(board, x[names.index], y[names.index])
    texts = [board.text(name) for name in names]
    frame, dot = axes.get_window_extent(), board.figure.dpi / 72 * 3
    centres = place_labels(
        anchors,
        sizes_of(board, texts, 7.5),
        bounds=Box(frame.x0, frame.y0, frame.x1, frame.y1),
        gap=1.3 * dot,
        obstacles=dots_around(_pixels(board, x[y.index], y), dot),
    )
    drawn = []
    for text, anchor, centre, region in zip(texts, anchors, centres, names.index, strict=True):
        shift = np.subtract(centre, anchor) * 72 / board.figure.dpi
        label = axes.annotate(
            text,
            xy=(x[region], y[region]),
            xytext=tuple(shift),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=7.5,
            gid="label",
        )
        drawn.append(label)
    return drawn


def _pixels(board: Board, x: pd.Series, y: pd.Series) -> list[tuple[float, float]]:
    """Return where points are drawn."""
    return [tuple(board.axes.transData.transform(point)) for point in zip(x, y, strict=True)]


def sizes_of(board: Board, texts: Sequence[str], font_size: float) -> list[tuple[float, float]]:
    """Return width and height that each text needs, in pixels."""
    sizes = []
    for text in texts:
        probe = board.axes.text(0, 0, text, fontsize=font_size)
        extent = probe.get_window_extent()
        sizes.append((extent.width + 4, extent.height + 2))
        probe.remove()
    return sizes


def dots_around(points: Sequence[tuple[float, float]], radius: float) -> list[Box]:
    """Return the boxes that marks of a radius cover."""
    return [Box(x - radius, y - radius, x + radius, y + radius) for x, y in points]


def finish(board: Board) -> None:
    """Take away the frame at the top and the right, and use the whole sheet where it is ours."""
    if board.own:
        for side in ("top", "right"):
            if side in board.axes.spines:
                board.axes.spines[side].set_visible(False)
        # For the whole sheet, which matplotlib would measure twice if it were called a rectangle.
        board.figure.set_layout_engine("tight", pad=1.2, rect=None)
