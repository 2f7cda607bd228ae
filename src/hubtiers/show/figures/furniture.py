"""Scale bar, north arrow and insets of a printed map; each tells the box that labels must keep out of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from hubtiers.regions.pack import Inset, Pack
from hubtiers.scheme import Result
from hubtiers.show.figures.basemap import draw_ground, draw_lines, draw_regions, prepare
from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.scene import Scene, Window
from hubtiers.show.words import Text, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hubtiers.show.figures.canvas import Board

__all__ = ["box_of", "draw_furniture", "draw_insets"]

_INK = "#22262a"
_FRAME = "#8c1515"
_LOCATOR = 0.16
_NORTH_SPREAD = 30.0
"""Degrees by which north may turn from one corner of a map to another."""


def draw_furniture(board: Board, scene: Scene) -> list[Box]:
    """Draw scale bar and north arrow, each only where it holds for the whole map."""
    boxes = []
    if scene.has_scale:
        boxes.append(_draw_scale_bar(board, scene.window))
    if scene.pack is not None or (scene.has_scale and _is_straight(scene)):
        boxes.append(_draw_north(board, scene))
    return boxes


def _is_straight(scene: Scene) -> bool:
    """Return whether north is nearly the same direction in all corners of a map."""
    left, bottom, right, top = scene.window
    corners = np.array([(left, bottom), (left, top), (right, bottom), (right, top)])
    directions = np.array([_northwards(scene.crs, corner) for corner in corners])
    return bool((directions @ directions.T).min() > np.cos(np.radians(_NORTH_SPREAD)))


def _draw_scale_bar(board: Board, window: Window) -> Box:
    """Draw a bar of two round lengths that takes about an eighth of the width."""
    from matplotlib.patches import Rectangle

    axes, span = board.axes, window[2] - window[0]
    half = _round_length(span / 16)
    left, bottom, height = window[0] + 0.455 * span, window[1] + 0.022 * span, 0.006 * span
    drawn = []
    for place, face in enumerate((_INK, "white")):
        corner = (left + place * half, bottom)
        bar = Rectangle(corner, half, height, facecolor=face, edgecolor=_INK, lw=0.6, zorder=9)
        drawn.append(axes.add_patch(bar))
    unit = f" {say('kilometres', board.language)}"
    for place, end in enumerate(("", "", unit)):
        length = f"{place * half / 1000:g}{end}"
        at = (left + place * half, bottom + 1.6 * height)
        drawn.append(axes.text(*at, length, ha="center", fontsize=7, zorder=9))
    _drop_middle(drawn)
    return _around(drawn)


def _drop_middle(drawn: list[Any]) -> None:
    """Leave out the length at the middle of the bar where it would touch the one at the end."""
    middle, last = drawn[-2:]
    if middle.get_window_extent().x1 + 2 > last.get_window_extent().x0:
        middle.remove()
        drawn.remove(middle)


def _round_length(longest: float) -> float:
    """Return the greatest of 1, 2.5, 5, 10, 25 … metres that is not longer; one metre at least."""
    lengths = [digit * 10**power for power, digit in product(range(7), (1, 2.5, 5))]
    return max((length for length in lengths if length <= longest), default=1)


def _draw_north(board: Board, scene: Scene) -> Box:
    """Draw an arrow along the meridian through its foot: on a cone north is not straight up everywhere."""
    left, bottom, right, top = scene.window
    foot = np.array([left + 0.06 * (right - left), top - 0.14 * (top - bottom)])
    along = _northwards(scene.crs, foot) * 0.065 * (top - bottom)
    look = {"arrowstyle": "-|>,head_width=0.35,head_length=0.8", "color": _INK, "linewidth": 1.2}
    tip, start = tuple(foot + along), tuple(foot)
    arrow = board.axes.annotate("", xy=tip, xytext=start, zorder=9, arrowprops=look)
    arrow.set_gid("north")
    letter = board.axes.text(
        *(foot + 1.35 * along),
        say("north", board.language),
        ha="center",
        va="center",
        fontsize=9,
        zorder=9,
    )
    return _around([letter, arrow])


def _northwards(crs: str, foot: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Return the direction of north at a point, of length 1."""
    # Numbers rather than a layer of one point, of which older numpy warns.
    degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    lon, lat = degrees.transform(*foot.tolist())
    along = np.array(degrees.transform(lon, lat + 0.5, direction="INVERSE")) - foot
    return along / np.hypot(*along)


def draw_insets(board: Board, scene: Scene, result: Result) -> list[Box]:
    """Draw the parts of the map that have axes of their own."""
    # An inset framed in degrees, or on a projection of its own, is not drawn yet.
    insets = [inset for inset in scene.insets if inset.window and not inset.projection]
    boxes = [_draw_inset(board, scene, result, inset) for inset in insets]
    if scene.pack is not None and scene.is_part:
        boxes.append(_draw_locator(board, scene, scene.pack))
    return boxes


def _draw_locator(board: Board, scene: Scene, pack: Pack) -> Box:
    """Draw where in the place the map lies: the whole of it, small, with the frame of the map."""
    from matplotlib.patches import Rectangle

    window = _whole(pack)
    axes = board.figure.add_axes((0, 0, 1, 1), label="locator", zorder=10)
    axes.set_axes_locator(_corner(board.axes, scene.window, _LOCATOR, window))
    prepare(axes, window)
    draw_ground(axes, scene)
    draw_lines(axes, scene)
    left, bottom, right, top = scene.window
    frame = Rectangle((left, bottom), right - left, top - bottom, fill=False, edgecolor=_FRAME)
    frame.set(linewidth=1.2, zorder=9, gid="frame")
    axes.add_patch(frame)
    board.figure.draw_without_rendering()
    return box_of(axes)


def _whole(pack: Pack) -> Window:
    """Return the frame of a pack's map, with what its insets show."""
    windows = [window for window in (pack.window, *(i.window for i in pack.insets)) if window]
    edges = np.array(windows)
    low, high = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _draw_inset(board: Board, scene: Scene, result: Result, inset: Inset) -> Box:
    window = inset.window or scene.window
    axes = board.figure.add_axes((0, 0, 1, 1), label=inset.id, zorder=10)
    axes.set_axes_locator(_corner(board.axes, scene.window, inset.width, window))
    prepare(axes, window)
    draw_ground(axes, scene)
    draw_regions(axes, scene, result)
    draw_lines(axes, scene)
    for side in axes.spines.values():
        side.set_linewidth(0.7)
    title = Text(inset.title_zh, inset.title_en).say(board.language)
    axes.text(0.97, 0.025, title, transform=axes.transAxes, ha="right", fontsize=6.5, zorder=9)
    board.figure.draw_without_rendering()
    return box_of(axes)


def _corner(main: Axes, window: Window, width: float, inset: Window) -> Callable[[Any, Any], Any]:
    """Return where an inset stands: in the lower right corner of the map, wherever that is drawn."""
    from matplotlib.transforms import Bbox

    shape = (inset[3] - inset[1]) / (inset[2] - inset[0])
    stretch = (window[2] - window[0]) / (window[3] - window[1])

    def locate(_axes: Any, _renderer: Any) -> Any:
        place = main.get_position()
        across, up = width * place.width, width * shape * stretch * place.height
        gap = 0.006 * place.width
        return Bbox.from_bounds(place.x1 - across - gap, place.y0 + gap * stretch, across, up)

    return locate


def box_of(artist: Any) -> Box:
    """Return where an artist stands, in pixels."""
    return _around([artist])


def _around(artists: Iterable[Any]) -> Box:
    extents = np.array([artist.get_window_extent().extents for artist in artists])
    left, bottom = extents[:, :2].min(axis=0)
    right, top = extents[:, 2:].max(axis=0)
    return Box(float(left), float(bottom), float(right), float(top))
