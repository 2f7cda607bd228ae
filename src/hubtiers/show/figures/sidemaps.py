"""Maps beside the main one: parts far away, places of the pack's own, where the frame lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from hubtiers.show.figures.basemap import draw_locator, prepare
from hubtiers.show.figures.furniture import Furniture
from hubtiers.show.figures.labels import Box
from hubtiers.show.figures.outlines import box_of, take_place
from hubtiers.show.figures.room import Piece
from hubtiers.show.figures.scene import Frame, Scene, SideMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hubtiers.show.figures.canvas import Board

__all__ = ["inset_items", "locator_item"]

_LOCATOR_WIDTH = 0.17


class Draw(Protocol):
    """Draws what lies on the ground of a frame, with or without hubs."""

    def __call__(self, axes: Axes, scene: Scene, frame: Frame, *, hubs: bool = True) -> None:
        """Draw it."""
        ...


def inset_items(board: Board, scene: Scene, draw: Draw) -> list[Furniture]:
    """Return the insets as pieces that find their place on the main map."""
    return [_inset(board, scene, inset, draw) for inset in scene.insets]


def _inset(board: Board, scene: Scene, inset: SideMap, draw_on: Draw) -> Furniture:
    def piece(_frame: Frame, width: float) -> Piece:
        own = inset.width * width
        return Piece(inset.id, own, own * inset.frame.shape, inset.corners)

    def draw(_frame: Frame, place: Box) -> Box:
        axes = _axes(board, inset.id, place)
        prepare(axes, inset.frame.window)
        take_place(axes)
        # A map that a pack declares is printed as it says.
        draw_on(axes, scene, inset.frame, hubs=not scene.is_whole)
        _write_title(board, axes, inset)
        return box_of(axes)

    # What a pack declares stands where the pack says, on its own map.
    return Furniture(piece, draw, is_fixed=scene.is_whole)


def locator_item(board: Board, scene: Scene) -> Furniture | None:
    """Return the map that shows where the frame lies, for a study within a larger place."""
    whole = scene.locator
    if whole is None:
        return None

    def piece(_frame: Frame, width: float) -> Piece:
        own = _LOCATOR_WIDTH * width
        return Piece(
            "locator",
            own,
            own * whole.shape,
            ("upper right", "upper left", "lower right", "lower left"),
        )

    def draw(frame: Frame, place: Box) -> Box:
        axes = _axes(board, "locator", place)
        prepare(axes, whole.window)
        take_place(axes)
        draw_locator(axes, scene, whole, frame)
        return box_of(axes)

    return Furniture(piece, draw)


def _axes(board: Board, name: str, place: Box) -> Axes:
    """Return axes in a place of the main map, wherever that is drawn."""
    axes = board.figure.add_axes((0, 0, 1, 1), label=name, zorder=10)
    axes.set_axes_locator(_locate(board.axes, place))
    axes.set_gid(name)
    for side in axes.spines.values():
        side.set_linewidth(0.7)
    return axes


def _locate(main: Axes, place: Box) -> Callable[[Any, Any], Any]:
    from matplotlib.transforms import Bbox

    inside = main.get_window_extent()
    left, bottom = place.left / inside.width, place.bottom / inside.height
    width, height = (
        (place.right - place.left) / inside.width,
        (place.top - place.bottom) / inside.height,
    )

    def locate(_axes: Any, _renderer: Any) -> Any:
        now = main.get_position()
        return Bbox.from_bounds(
            now.x0 + left * now.width,
            now.y0 + bottom * now.height,
            width * now.width,
            height * now.height,
        )

    return locate


def _write_title(board: Board, axes: Axes, inset: SideMap) -> None:
    """Write the name of an inset in its lower right corner, when it fits."""
    chinese, english = inset.title
    text = board.text((chinese or english) if board.language == "zh" else (english or chinese))
    title = axes.text(
        0.97,
        0.025,
        text,
        transform=axes.transAxes,
        ha="right",
        fontsize=board.sheet.points(6.5),
        zorder=9,
    )
    if title.get_window_extent().width > 0.95 * axes.get_window_extent().width:
        title.remove()
