"""What has a place on a printed map: frame, regions, land around them, insets and lines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from hubtiers.errors import CRSError, SpecError, UnknownOptionError, listing
from hubtiers.hubs.layout import HubLayout, layout_members
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.membership import expand_members
from hubtiers.regions.pack import DEFAULT_PACK, Inset, Pack, load_pack
from hubtiers.scheme import Result
from hubtiers.show.framing import (
    Framing,
    around_frame,
    choose_projection,
    degrees_in,
    frame_shapes,
    outlying,
    padded,
    projected,
    require_extent,
    transformer,
    without_twins,
)
from hubtiers.show.part_titles import part_title
from hubtiers.show.study_area import MOST_OF_A_MAP, StudyArea, fills_map, study_area

__all__ = ["Frame", "Scene", "SideMap", "cut_to", "degrees_around", "make_scene", "thinned"]

Box = tuple[float, float, float, float]

_Made = TypeVar("_Made")

_STEPS_ACROSS = 4500
"""The finest step of an outline as a share of a map's width: 0.05 mm on a sheet of 9 inches."""

_MARGIN = 0.04
# Height of the frame as a share of its width.
_SHAPE = (0.5, 1.1)
_INSET_WIDTHS = (0.1, 0.24)
_LOCATOR_WIDTH = 0.19


@dataclass(frozen=True)
class Frame:
    """A window on a projection."""

    crs: str
    window: Box

    @property
    def shape(self) -> float:
        """Height as a share of the width."""
        left, bottom, right, top = self.window
        return (top - bottom) / (right - left)


@dataclass(frozen=True, eq=False)
class SideMap:
    """A map beside the main one: a far part of the study, or a place of the pack's own.

    Attributes
    ----------
    id, frame
        By which its axes are found; what it shows.
    title
        Its names in Chinese and English; empty for none.
    width
        Share of the width of the main map.
    corners
        Where it would rather stand, best first.
    """

    id: str
    frame: Frame
    title: tuple[str, str]
    width: float
    corners: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Scene:
    """What a printed map shows, before it has been given room.

    Attributes
    ----------
    area
        Regions of the study and those around them, in degrees.
    frame
        Projection and window of the main map.
    pack
        The pack that the regions are from; None for a layer of the user's own.
    is_whole
        Whether the frame is the printed map of the whole pack.
    insets
        Maps beside the main one.
    locator
        Where the frame lies in the pack or the layer, when the study is a part of it.
    left_out
        Regions that lie in no frame.
    """

    area: StudyArea
    frame: Frame
    pack: Pack | None
    is_whole: bool = False
    insets: tuple[SideMap, ...] = ()
    locator: Frame | None = None
    left_out: tuple[str, ...] = ()
    # What has been made once serves every map of the scene.
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def members(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the units that ids of a layout stand for; one's own layer has no others."""
        return expand_members(ids) if self.has_units else layout_members(ids, self.area.layer.index)

    @property
    def has_units(self) -> bool:
        """Whether there is a pack whose smallest units lie under the regions."""
        return self.pack is not None and self.pack.is_shipped and bool(self.pack.borders)

    @property
    def border_level(self) -> str:
        """The level whose outlines lie over the regions: as the pack says, else the one above."""
        if self.pack is None:
            return ""
        own = self.pack.levels.get(self.area.source.level)
        return self.pack.borders or (own.parent if own is not None else "")

    def regions(self, frame: Frame) -> gpd.GeoSeries:
        """Return the regions of the study on a projection, the largest first."""
        return self.once(("regions", frame.crs), lambda: self._regions(frame.crs))

    def _regions(self, crs: str) -> gpd.GeoSeries:
        shapes = _onto(self.area.study, crs, self.pack)
        return _largest_first(shapes[~shapes.is_empty])

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what is made by a function, and the same when it is asked for again."""
        if key not in self._made:
            self._made[key] = make()
        made: _Made = self._made[key]
        return made

    def placed(self, shapes: gpd.GeoSeries, frame: Frame) -> gpd.GeoSeries:
        """Return further shapes in degrees on the projection of a frame."""
        return _onto(shapes, frame.crs, self.pack)

    def seen_regions(self, frame: Frame) -> gpd.GeoSeries:
        """Return the regions of which a frame shows something, as finely as print does."""
        return self.once(("seen", frame), lambda: _seen(self.regions(frame), frame))

    def seen_borders(self, frame: Frame) -> gpd.GeoSeries:
        """Return the outlines over the regions of which a frame shows something."""
        level = self.border_level
        return self.once(("borders", frame), lambda: _seen(self.level(level, frame), frame))

    def rest(self, frame: Frame) -> gpd.GeoSeries:
        """Return the regions of the layer that are not of the study."""
        shapes = projected(self.area.rest, frame.crs)
        return shapes[~shapes.is_empty]

    def level(self, name: str, frame: Frame) -> gpd.GeoSeries:
        """Return a level of the pack on a projection."""
        assert self.pack is not None
        return _level_on(self.pack.name, name, frame.crs)

    def units(self, frame: Frame) -> gpd.GeoSeries:
        """Return what a layout is made of: the smallest units of the pack, else the regions."""
        if self.has_units and self.pack is not None:
            return self.level(self.pack.units, frame)
        return projected(self.area.layer, frame.crs)

    def lines(self, frame: Frame) -> gpd.GeoSeries:
        """Return the lines that belong on every map of the pack."""
        found = (
            [self.pack.line_shapes(line).geometry for line in self.pack.lines] if self.pack else []
        )
        if not found:
            return gpd.GeoSeries([], crs=frame.crs)
        shapes = np.concatenate([np.asarray(series.array, dtype=object) for series in found])
        return _onto(gpd.GeoSeries(shapes, crs=4326), frame.crs, self.pack)

    def context(self, frame: Frame) -> gpd.GeoSeries:
        """Return the land around, cut to a frame."""
        return self.once(("context", frame), lambda: thinned(self._context(frame), frame))

    def _context(self, frame: Frame) -> gpd.GeoSeries:
        if self.is_whole and self.pack is not None and self.pack.around is not None:
            around = load_context("world", pack=self.pack).geometry
            shapes = around.clip_by_rect(*self.pack.around)
            return cut_to(shapes[~shapes.is_empty].to_crs(frame.crs), frame.window)
        bounds = degrees_around(frame)
        if self.pack is not None and self.pack.context_file and self.pack.borders:
            land = around_frame(load_context("world", pack=self.pack).geometry, bounds)
        else:
            land = around_frame(load_context("world", pack="world").geometry, bounds)
            land = without_twins(land, self.area.outline(bounds))
        return cut_to(projected(land, frame.crs), frame.window)


def make_scene(
    result: Result,
    layout: HubLayout | None = None,
    *,
    extent: Box | None = None,
    crs: str | None = None,
) -> Scene:
    """Return the places of a result, framed.

    Raises
    ------
    DataError
        When the result has no geometry, or a region no area.
    SpecError
        When the extent is no box in degrees, or the layout has cores that the regions do not know.
    CRSError
        When the reference system is not known, or is one in degrees.
    """
    area = study_area(result)
    pack = _pack_of(area, layout)
    scene = Scene(area, Frame("", (0, 0, 1, 1)), pack)
    if layout is not None:
        require_members(scene, layout)
    if crs is not None:
        _require_metres(crs)
    if extent is not None:
        return _said(scene, extent, crs)
    shapes = _with_layout(scene, layout)
    if pack is not None and pack.window and crs is None and fills_map(shapes, pack):
        whole = Frame(pack.projection, pack.window)
        return replace(scene, frame=whole, is_whole=True, insets=_declared(scene, pack, whole))
    return _framed(scene, shapes, crs, result)


def _pack_of(area: StudyArea, layout: HubLayout | None) -> Pack | None:
    """Return the pack that regions come from; None for a layer of the user's own.

    Hubs tell the place of such a layer: a layout of units of the default pack, on its land.
    """
    pack = area.source.load_pack()
    if pack is not None or layout is None:
        return pack
    default = load_pack(DEFAULT_PACK)
    units = load_regions(default.units, pack=default).geometry
    try:
        layout_units(layout, expand_members)
    except UnknownOptionError:
        return None
    place = shapely.box(*area.layer.total_bounds)
    return default if units.intersects(place).any() else None


def _said(scene: Scene, extent: Box, crs: str | None) -> Scene:
    """Return a scene with the extent that somebody who knows better has given."""
    require_extent(extent)
    chosen = crs or choose_projection(extent)
    window = _window(gpd.GeoSeries([shapely.box(*extent)], crs=4326), chosen)
    return replace(scene, frame=Frame(chosen, padded(window, 0.0, (0.2, 2.0))))


def _framed(scene: Scene, shapes: gpd.GeoSeries, crs: str | None, result: Result) -> Scene:
    """Return a scene framed by the study itself."""
    pack = scene.pack
    boxed = [inset for inset in pack.insets if inset.box] if pack is not None else []
    main, insets = shapes, []
    for declared in boxed:
        side = _side_map(declared, shapes, "")
        if side is not None:
            insets.append(side)
            main = main.difference(shapely.box(*_box_of(declared)))
    main = main[~main.is_empty]
    framing = frame_shapes(main.array)
    chosen = crs or _pack_projection(scene, framing) or choose_projection(framing.bounds)
    window = _window(around_frame(main, framing.bounds), chosen)
    frame = Frame(chosen, padded(window, _MARGIN, _SHAPE))
    insets += _automatic(main, framing, frame, result)
    return replace(
        scene,
        frame=frame,
        insets=tuple(insets),
        locator=_locator(scene, frame),
        left_out=tuple(str(main.index[number]) for number in framing.left_out),
    )


def _pack_projection(scene: Scene, framing: Framing) -> str:
    """Return the pack's projection for a study that takes up most of its layer; else none.

    A small part of a place lies askew on the projection of the whole.
    """
    pack = scene.pack
    if pack is None or pack.window or not pack.projection:
        return ""
    west, south, east, north = frame_shapes(scene.area.layer.array).bounds
    own = framing.bounds
    share = max((own[2] - own[0]) / (east - west), (own[3] - own[1]) / (north - south))
    return pack.projection if share >= MOST_OF_A_MAP else ""


def _side_map(inset: Inset, shapes: gpd.GeoSeries, crs: str) -> SideMap | None:
    """Return an inset that a pack declares as a box; None when nothing of the study lies in it."""
    inside = shapes.clip_by_rect(*_box_of(inset))
    kept = inside[~inside.is_empty]
    if not len(kept):
        return None
    chosen = inset.projection or crs or choose_projection(tuple(kept.total_bounds.tolist()))
    titles = inset.title_zh, inset.title_en
    return SideMap(inset.id, _own_frame(kept, chosen), titles, inset.width, (inset.corner,))


def _box_of(inset: Inset) -> Box:
    assert inset.box is not None
    return inset.box


def _automatic(
    main: gpd.GeoSeries, framing: Framing, frame: Frame, result: Result
) -> list[SideMap]:
    """Return small parts far away, each framed on its own."""
    found = []
    width = frame.window[2] - frame.window[0]
    places = zip(framing.insets, outlying(main, framing), strict=True)
    for number, (bounds, ids) in enumerate(places):
        # A frame that is wider than its study may show the part anyway.
        if _shows(frame, around_frame(main, bounds)):
            continue
        inset = _own_frame(around_frame(main, bounds), choose_projection(bounds))
        sides = inset.window[2] - inset.window[0], inset.window[3] - inset.window[1]
        long = float(np.clip(max(sides) / width, *_INSET_WIDTHS))
        title = part_title(result, ids)
        corners = ("lower left", "lower right", "upper right", "upper left")
        share = long * sides[0] / max(sides)
        found.append(SideMap(f"inset-{number + 1}", inset, (title.zh, title.en), share, corners))
    return found


def _shows(frame: Frame, shapes: gpd.GeoSeries) -> bool:
    """Return whether all of some shapes lie inside a frame."""
    placed = projected(shapes, frame.crs)
    left, bottom, right, top = placed.total_bounds
    return bool(shapely.box(*frame.window).contains(shapely.box(left, bottom, right, top)))


def _own_frame(shapes: gpd.GeoSeries, crs: str) -> Frame:
    return Frame(crs, padded(_window(shapes, crs), 0.08, (0.6, 1.4)))


def _declared(scene: Scene, pack: Pack, whole: Frame) -> tuple[SideMap, ...]:
    """Return the insets of a pack's own printed map."""
    found = []
    for inset in pack.insets:
        if inset.window is None:
            side = _side_map(inset, scene.area.study, whole.crs)
            found += [side] if side is not None else []
        else:
            frame = Frame(inset.projection or whole.crs, inset.window)
            titles = inset.title_zh, inset.title_en
            found.append(SideMap(inset.id, frame, titles, inset.width, (inset.corner,)))
    return tuple(found)


def _locator(scene: Scene, frame: Frame) -> Frame | None:
    """Return the frame of the map that shows where the study lies in its pack or layer."""
    if scene.has_units and scene.pack is not None:
        whole = Frame(scene.pack.projection or frame.crs, (0, 0, 1, 1))
        parts = [scene.level(scene.pack.borders, whole), scene.lines(whole)]
    elif len(scene.area.rest):
        whole = Frame(choose_projection(frame_shapes(scene.area.layer.array).bounds), (0, 0, 1, 1))
        parts = [projected(scene.area.layer, whole.crs)]
    else:
        return None
    edges = np.array([part.total_bounds for part in parts if len(part)])
    box = (*edges[:, :2].min(axis=0).tolist(), *edges[:, 2:].max(axis=0).tolist())
    return replace(whole, window=padded(box, 0.03, (0.7, 1.2)))


def _window(shapes: gpd.GeoSeries, crs: str) -> Box:
    left, bottom, right, top = projected(shapes, crs).total_bounds.tolist()
    return left, bottom, right, top


def degrees_around(frame: Frame) -> Box:
    """Return a box in degrees that holds a frame: the whole globe where the frame leaves it."""
    lon, lat = degrees_in(frame.crs, frame.window)
    middle = _middle_lon(frame)
    if np.isnan(lon).any():
        return middle - 180.0, -90.0, middle + 180.0, 90.0
    turned = (lon - middle + 180.0) % 360.0 - 180.0
    if np.ptp(turned) > 300:
        return (
            middle - 180.0,
            float(lat.min()) - 5,
            middle + 180.0,
            90.0 if lat.max() > 0 else float(lat.max()) + 5,
        )
    margin = 0.1 * float(np.ptp(turned)) + 0.2
    south, north = max(float(lat.min()) - margin, -90.0), min(float(lat.max()) + margin, 90.0)
    return (
        middle + float(turned.min()) - margin,
        south,
        middle + float(turned.max()) + margin,
        north,
    )


def _middle_lon(frame: Frame) -> float:
    left, bottom, right, top = frame.window
    middle = transformer(frame.crs).transform(
        (left + right) / 2, (bottom + top) / 2, direction="INVERSE"
    )
    return float(middle[0]) if np.isfinite(middle[0]) else 0.0


def cut_to(shapes: gpd.GeoSeries, window: Box) -> gpd.GeoSeries:
    """Return shapes cut a little outside a window, so that the cut is not seen."""
    left, bottom, right, top = window
    margin = 0.01 * (right - left)
    sound = shapes[np.isfinite(shapes.bounds).all(axis=1)]
    cut = sound.clip_by_rect(left - margin, bottom - margin, right + margin, top + margin)
    return cut[~cut.is_empty]


def thinned(shapes: gpd.GeoSeries, frame: Frame) -> gpd.GeoSeries:
    """Return shapes without the points that no print of a frame shows.

    Outlines move by less than a line on paper is wide; no shape is lost.
    """
    left, _, right, _ = frame.window
    coarser = shapes.simplify((right - left) / _STEPS_ACROSS, preserve_topology=False)
    return coarser.where(~coarser.is_empty, shapes)


def _seen(shapes: gpd.GeoSeries, frame: Frame) -> gpd.GeoSeries:
    """Return the shapes of which something is seen, whole: the others would only swell the file."""
    return thinned(shapes[shapes.intersects(shapely.box(*frame.window))], frame)


def _largest_first(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    return shapes.loc[shapes.area.sort_values(ascending=False, kind="stable").index]


@lru_cache(maxsize=12)
def _level_on(pack: str, level: str, crs: str) -> gpd.GeoSeries:
    found = load_pack(pack)
    shapes = load_regions(level, pack=found).geometry
    return _onto(shapes, crs, found)


def _onto(shapes: gpd.GeoSeries, crs: str, pack: Pack | None) -> gpd.GeoSeries:
    """Return shapes on a projection; on a pack's own, no edge bends or leaves the globe."""
    if pack is not None and crs == pack.projection and pack.window:
        return shapes.to_crs(crs)
    return projected(shapes, crs)


def layout_units(layout: HubLayout, expand: Callable[[Iterable[str]], Iterable[str]]) -> list[str]:
    """Return the ids of the units that a layout draws: cores, extents and corridors."""
    named: list[str] = []
    for hub in layout.hubs:
        named += [*hub.cores, *hub.extent]
    for corridor in layout.corridors:
        named += corridor.members
    return list(dict.fromkeys(expand(named)))


def require_members(scene: Scene, layout: HubLayout) -> None:
    """Refuse a layout of places that the map does not know."""
    if scene.has_units:
        return
    known = set(scene.area.layer.index)
    cores = chain.from_iterable(hub.cores for hub in layout.hubs)
    absent = [core for core in cores if core not in known]
    if absent:
        raise SpecError(
            f"The hubs of the layout {layout.id!r} have cores that are no region of the layer: "
            f"{listing(absent)}. Leave the layout out, or name regions of the layer."
        )


def _with_layout(scene: Scene, layout: HubLayout | None) -> gpd.GeoSeries:
    """Return what the frame must hold, in degrees: the study, and the units of the hubs."""
    if layout is None:
        return scene.area.study
    units = layout_units(layout, scene.members)
    pool = (
        load_regions(scene.pack.units, pack=scene.pack).geometry
        if scene.has_units and scene.pack is not None
        else scene.area.layer
    )
    hubs = pool.loc[[unit for unit in units if unit in pool.index]]
    shapes = np.concatenate([np.asarray(s.array, dtype=object) for s in (scene.area.study, hubs)])
    index = [*scene.area.study.index, *hubs.index]
    return gpd.GeoSeries(shapes, index=index, crs=4326)


def _require_metres(crs: str) -> None:
    try:
        found = pyproj.CRS(crs)
    except pyproj.exceptions.CRSError:
        raise CRSError(
            f"crs={crs!r} is no reference system that PROJ knows. Give one such as 'EPSG:3035', or "
            "'+proj=laea …'."
        ) from None
    if not found.is_projected:
        raise CRSError(
            f"crs={crs!r} is one in degrees. A printed map needs one in metres, such as "
            "'EPSG:3035'."
        )
