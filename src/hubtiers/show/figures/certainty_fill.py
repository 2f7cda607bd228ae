"""How sure the tiers of a printed map are: textures over their colours, or a fill of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.robustness.certainty import MARKS
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.certainty_marks import certainty_frame
from hubtiers.show.figures.basemap import draw_fills, draw_regions, draw_textures
from hubtiers.show.figures.map_legend import Rows, other_rows, tier_legend
from hubtiers.show.figures.scene import Frame, Scene
from hubtiers.show.style import PROBABILITY_RAMP, texture_colour, tier_colours
from hubtiers.show.words import say, tier_text, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "MARK_HATCHES",
    "chance_legend",
    "chances",
    "draw_chances",
    "draw_marked",
    "marked_legend",
]

MARK_HATCHES = {"leaning": "....", "open": "\\\\\\\\"}
"""Texture of a mark: dots, or stripes against the slant of what has no data."""

_EDGE = "#b9bdc1"


def draw_marked(
    axes: Axes, scene: Scene, frame: Frame, result: Result, robustness: Robustness
) -> None:
    """Draw the regions in the colours of their tiers, with a texture where one is not settled."""
    draw_regions(axes, scene, result, frame)
    marks = certainty_frame(result, robustness)["certainty"]
    colours = tier_colours(result.breaks.labels)
    for mark, hatch in MARK_HATCHES.items():
        for label, colour in colours.items():
            chosen = marks.index[(marks == mark) & (result.tier.reindex(marks.index) == label)]
            line = texture_colour(colour)
            draw_textures(axes, scene, frame, chosen, line=line, hatch=hatch, name=mark)


def marked_legend(
    result: Result, scene: Scene, robustness: Robustness, language: str
) -> tuple[Rows, str, str]:
    """Return the legend of tiers, and below it that of the marks."""
    rows, title, name = tier_legend(result, scene, language)
    marks = certainty_frame(result, robustness)["certainty"]
    rows = [*rows, (None, say("certainty", language))]
    # Shown on the colour of the second tier, as on the web map.
    ground = list(tier_colours(result.breaks.labels).values())[:2][-1]
    for mark in MARKS:
        hatch = MARK_HATCHES.get(mark)
        count = int((marks == mark).sum())
        rows.append((_patch(ground, hatch), f"{say(mark, language)}  ({count})"))
    return rows, title, name


def _patch(ground: str, hatch: str | None) -> Any:
    from matplotlib.patches import Patch

    if hatch is None:
        return Patch(facecolor=ground, edgecolor=_EDGE, linewidth=0.4)
    # Hatching has the colour of the edge; with no width there is none but the hatching.
    return Patch(facecolor=ground, edgecolor=texture_colour(ground), linewidth=0.0, hatch=hatch)


def chances(result: Result, robustness: Robustness, at_least: str) -> pd.Series:
    """Return by region the probability of a tier or a higher one; missing without a tier.

    Raises
    ------
    UnknownOptionError
        When there is no such tier.
    SpecError
        When it is the lowest, which every region has at least.
    """
    labels = [str(label) for label in result.breaks.labels]
    if at_least not in labels:
        raise UnknownOptionError("tier of at_least:", at_least, labels)
    # Draws may have tiers that the result has not: above this one, they count as well.
    drawn = [str(label) for label in robustness.tier_probability.columns]
    if at_least == drawn[-1]:
        raise SpecError(
            f"at_least={at_least!r} is the lowest tier, which every region has at least. Name a "
            f"higher one, such as {labels[0]!r}."
        )
    upper = robustness.tier_probability.iloc[:, : drawn.index(at_least) + 1]
    known = result.tier.reindex(upper.index).notna()
    return upper.sum(axis=1, skipna=False).where(known)


def draw_chances(axes: Axes, scene: Scene, frame: Frame, shares: pd.Series) -> None:
    """Draw the regions by a probability, in five classes of the same width."""
    classes = _classes(shares)
    fills = classes.map(dict(enumerate(PROBABILITY_RAMP)))
    draw_fills(axes, scene, frame, fills.reindex(shares.index))


def _classes(shares: pd.Series) -> pd.Series:
    """Return the class of each probability, 0 for the lowest; none of what is missing."""
    last = len(PROBABILITY_RAMP) - 1
    return (shares.dropna() * len(PROBABILITY_RAMP)).astype(int).clip(upper=last)


def chance_legend(
    result: Result, scene: Scene, shares: pd.Series, at_least: str, language: str
) -> tuple[Rows, str, str]:
    """Return the legend of a probability: its classes, the highest first, with their counts."""
    step, counts = 100 // len(PROBABILITY_RAMP), _classes(shares).value_counts()
    rows: Rows = []
    for number in reversed(range(len(PROBABILITY_RAMP))):
        span = f"{number * step}–{(number + 1) * step} %"
        rows.append((_patch(PROBABILITY_RAMP[number], None), f"{span}  ({counts.get(number, 0)})"))
    title = word("at_least").fill(tier=tier_text(at_least)).say(language)
    return rows + other_rows(result, scene, language), title, "legend"
