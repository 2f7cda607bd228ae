"""The map of a diffusion for print: when each region is reached, in classes of one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from hubtiers._drawing import require_result
from hubtiers.errors import SpecError, listing
from hubtiers.hubs.diffusion import Diffusion
from hubtiers.hubs.layout import HubLayout, require_same_hubs
from hubtiers.scheme import Result
from hubtiers.show.credits import boundary_note
from hubtiers.show.figures.basemap import OTHER_HATCH, draw_fills
from hubtiers.show.figures.figure import SHEET_INCHES, Picture, captions_in, draw_sheet
from hubtiers.show.figures.hub_marks import hub_layers
from hubtiers.show.figures.map_labels import Named, label_points
from hubtiers.show.figures.map_legend import Rows, hub_legends, other_rows
from hubtiers.show.figures.scene import Frame, Scene, make_scene
from hubtiers.show.language import language_of
from hubtiers.show.style import arrival_colours
from hubtiers.show.words import Text, region_names, region_text, say, title_texts, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["arrival_classes", "diffusion_caption", "diffusion_figure"]

_MOST_CLASSES = 6
_MOST_NAMED = 12
_SOURCE_COLOUR = "#d1491b"
_PEERS = {"hubs": "channel_of_hubs", "all": "channel_of_all"}
_NEIGHBOURS = {"lower": "channel_downwards", "any": "channel_anywhere"}


def diffusion_figure(  # noqa: PLR0913 -- a map has these choices, each of them simple
    result: Result,
    diffusion: Diffusion,
    *,
    layout: HubLayout | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str | None = None,
    ax: Axes | None = None,
    approval: str | None = None,
    caption: bool = True,
    extent: tuple[float, float, float, float] | None = None,
    crs: str | None = None,
) -> Figure:
    """Draw when each region is reached as a map for print (扩散图).

    Parameters
    ----------
    result
        What was scored; its table must have geometry.
    diffusion
        As `simulate_diffusion` gives it for the same result.
    layout
        Hubs that are drawn over it; without one, the sources and the first regions are named.
    title, language, ax, approval, caption, extent, crs
        As those of `tier_figure`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        When the result has no geometry.
    SpecError
        When something else than a diffusion is given, or one of other regions.
    NotComparableError
        When it is over another layout than `layout`.

    Notes
    -----
    One sequential scale: up to six classes of equally many regions, the earliest darkest; equal
    times stand in one class. The caption has every parameter. Time is relative, never years.
    **Missing values.** Regions that are never reached are hatched one way, those without a score
    the other.

    Examples
    --------
    >>> from hubtiers.hubs.diffusion import simulate_diffusion
    >>> from hubtiers.hubs.propose import propose_layout
    >>> from hubtiers.study import load_study
    >>> result = load_study("provinces2022").run().result
    >>> layout = propose_layout(result, counts={"national": 3}, spacing=800)
    >>> spread = simulate_diffusion(result, layout, sources=["110000"])
    >>> figure = diffusion_figure(result, spread, layout=layout, language="en")
    >>> figure.axes[0].get_title()
    'Order of diffusion'
    """
    require_result(result, "diffusion_figure()")
    _require_diffusion(result, diffusion)
    from hubtiers.show.figures.canvas import drawing

    layers = hub_layers(layout)
    if layout is not None:
        way_out = "Simulate it over the layout that is drawn."
        require_same_hubs(layout, diffusion.layout, "The diffusion", way_out)
    scene = make_scene(result, layout, extent=extent, crs=crs)
    spoken = language_of(result, language)
    place, spans = arrival_classes(diffusion.arrival)
    colours = arrival_colours(len(spans))
    fills = place.map(dict(enumerate(colours)))
    picture = Picture(
        scene=scene,
        fill=lambda axes, frame: _fill(axes, scene, frame, fills, diffusion),
        legends=(
            _legend(result, diffusion, scene, spans, spoken),
            *hub_legends(layers, spoken),
        ),
        title=title_texts(title, word("diffusion_figure_title")).say(spoken),
        captions=captions_in(result, diffusion_caption(result, diffusion), spoken)
        if caption
        else [],
        layers=layers,
        points=lambda settled: _points(settled, result, diffusion, layout, spoken),
    )
    with drawing(spoken, ax, size=(SHEET_INCHES, 8.3)) as board:
        draw_sheet(board, picture, approval)
        return board.figure


def _fill(axes: Axes, scene: Scene, frame: Frame, fills: pd.Series, diffusion: Diffusion) -> None:
    """Draw the regions by arrival, and where it started."""
    draw_fills(axes, scene, frame, fills, hatched=diffusion.arrival.isna())
    started = [_point(scene, frame, region) for region in _sources(diffusion)]
    x, y = zip(*started, strict=True)
    drawn = axes.scatter(
        x, y, marker="P", s=70, color=_SOURCE_COLOUR, edgecolors="white", linewidths=0.8, zorder=7.5
    )
    drawn.set_gid("sources")


def _sources(diffusion: Diffusion) -> list[str]:
    return list(diffusion.arrival.index[diffusion.arrival == 0])


def _point(scene: Scene, frame: Frame, region: str) -> tuple[float, float]:
    point = scene.regions(frame).loc[region].representative_point()
    return float(point.x), float(point.y)


def _require_diffusion(result: Result, diffusion: Diffusion) -> None:
    if not isinstance(diffusion, Diffusion):
        raise SpecError(
            f"diffusion is {type(diffusion).__name__}, not Diffusion. Give what "
            "simulate_diffusion() returns."
        )
    if strange := sorted(set(diffusion.arrival.index) - set(result.scores.index)):
        raise SpecError(
            f"The diffusion reaches regions that the result does not have: {listing(strange)}. "
            "Give the result that it was simulated with."
        )


def arrival_classes(arrival: pd.Series) -> tuple[pd.Series, list[tuple[float, float, int]]]:
    """Return the class of each region that is reached, and first, last and number of each class.

    Classes hold equally many regions as far as equal times allow, the earliest first.

    >>> place, spans = arrival_classes(pd.Series([0.0, 1, 1, 2, float("nan"), 3]))
    >>> place.tolist(), spans[0]
    ([0.0, 1.0, 1.0, 2.0, nan, 3.0], (0.0, 0.0, 1))
    """
    known = arrival.dropna().sort_values(kind="stable")
    codes = known.rank(method="dense").astype("int64")
    if known.nunique() > _MOST_CLASSES:
        shares = known.rank(method="min").sub(1) / len(known)
        codes = (shares * _MOST_CLASSES).astype("int64")
    # Ties can leave a class without a region; those that are left are numbered in their order.
    order = {code: number for number, code in enumerate(sorted(set(codes)))}
    place = codes.map(order)
    groups = known.groupby(place)
    spans = [(float(times.min()), float(times.max()), len(times)) for _, times in groups]
    return place.reindex(arrival.index).astype("float64"), spans


def _legend(
    result: Result,
    diffusion: Diffusion,
    scene: Scene,
    spans: list[tuple[float, float, int]],
    language: str,
) -> tuple[Rows, str, str]:
    """Return the classes of arrival with their times and numbers, and what has none."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    source = Line2D([], [], linestyle="none", marker="P", markersize=7, color=_SOURCE_COLOUR)
    source.set_markeredgecolor("white")
    rows: Rows = [(source, say("diffusion_source_mark", language))]
    for colour, (first, last, number) in zip(arrival_colours(len(spans)), spans, strict=True):
        span = _time(first) if first == last else f"{_time(first)}–{_time(last)}"
        patch = Patch(facecolor=colour, edgecolor="#b9bdc1", linewidth=0.4)
        rows.append((patch, f"{span}  ({number})"))
    never = int(diffusion.arrival.isna().sum())
    if never:
        hatched = Patch(facecolor="white", edgecolor="#8566b2", hatch=OTHER_HATCH, linewidth=0.4)
        rows.append((hatched, f"{say('time_never_reached', language)}  ({never})"))
    rows += other_rows(result, scene, language)
    return rows, say("diffusion_time_legend", language), "legend"


def _time(time: float) -> str:
    """Return a time with three digits, or as a whole number where it has more.

    >>> _time(0.1234), _time(45.67), _time(2841.2)
    ('0.123', '45.7', '2,841')
    """
    return f"{time:,.0f}" if time >= 1000 else f"{time:.3g}"


def _points(
    scene: Scene, result: Result, diffusion: Diffusion, layout: HubLayout | None, language: str
) -> list[Named]:
    """Return what is named: the cores of the hubs, else the sources and the first regions."""
    if layout is not None:
        return label_points(scene, result, layout, language)
    names = region_names(result, language)
    first = diffusion.at(float("inf"))[:_MOST_NAMED]
    shown = set(scene.regions(scene.frame).index)
    return [
        Named(str(names[region]), _point(scene, scene.frame, region))
        for region in first
        if region in shown
    ]


def diffusion_caption(result: Result, diffusion: Diffusion) -> Text:
    """Return what stands below the map of a diffusion: where from, how far, every parameter."""
    chosen: Mapping[str, Any] = diffusion.parameters
    channels = [(word(f"link_{name}"), rate) for name, rate in chosen["channels"].items()]
    rates = Text(
        "、".join(f"{name.zh} {rate:g}" for name, rate in channels),
        ", ".join(f"{name.en} {rate:g}" for name, rate in channels),
    )
    numbers = {name: f"{chosen[name]:g}" for name in ("decay", "emissive", "receptive", "nearest")}
    return word("diffusion_caption").fill(
        sources=region_text(result, chosen["sources"]),
        reached=diffusion.reached,
        n=len(diffusion.arrival),
        channels=rates,
        peers=word(_PEERS[chosen["peers"]]),
        neighbour=word(_NEIGHBOURS[chosen["neighbour"]]),
        source=boundary_note(result.table.regions),
        **numbers,
    )
