"""Colours and symbols that every picture shares."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ARRIVAL_RAMP",
    "HUB_SHAPES",
    "LINK_COLOURS",
    "NO_DATA_COLOUR",
    "PROBABILITY_RAMP",
    "SCORE_RAMP",
    "TEXTURE",
    "arrival_colours",
    "contrast",
    "drawn_colours",
    "hub_colours",
    "hub_shapes",
    "texture_colour",
    "tier_colours",
]

# One ramp from dark to light, so that the order of tiers survives greyscale and every colour
# vision; a test measures the steps in lightness. On a dark ground the highest tier is the lightest:
# what matters most stands out most.
_TIER_RAMP = ("#0b3c6f", "#2f7fb8", "#7fbfd0", "#cfe6dc")
_TIER_RAMP_ON_DARK = ("#dcf2e6", "#86c5d6", "#3f8cc0", "#27598c")
_DRAWN_RAMP = ("#5d646a", "#a3abb1")
_HUB_RAMP = ("#8c1515", "#d1491b", "#e8891c", "#f0bc5e")
NO_DATA_COLOUR = "#e4e2dd"

LINK_COLOURS = {"hierarchical": "#b5179e", "peer": "#00796b", "neighbour": "#8d6e00"}
"""Colour of a link by its type: apart from the blues of tiers and the reds of hubs."""

ARRIVAL_RAMP = ("#4a1486", "#8566b2", "#b7aed3", "#ece7f4")
"""Colours of a time of arrival from first to last: another hue than tiers and scores."""

SCORE_RAMP = ("#eef6e4", "#bfe0ae", "#78bb7f", "#31875a", "#0a4c39")
"""Colours of a score from lowest to highest.

Another hue than tiers, so that the two are not taken for each other.
"""

PROBABILITY_RAMP = ("#f6f0f8", "#d8c3e3", "#ab86c4", "#74489b", "#3c1662")
"""Colours of a probability from 0 to 1: a hue that neither tiers nor scores have."""

TEXTURE = {"tile": 9.0, "dot": 1.0, "stripe": 1.0}
"""Texture over the colour of a tier that is not settled, in pixels.

A square of `tile` that repeats has two dots of the radius `dot` where the tier is leaning, and is
crossed by a stripe of the width `stripe` where it is open.
"""

_TEXTURE_CONTRAST = 3.5

HUB_SHAPES = ("star", "diamond", "square", "circle")
"""Symbol of a core by the tier of its hub, highest first.

Shape tells tiers apart where colour does not.
"""


def tier_colours(labels: Sequence[str], *, dark: bool = False) -> dict[str, str]:
    """Return a fill colour for each tier, highest first, darkest first; lightest first with `dark`.

    >>> tier_colours(["international", "national"])
    {'international': '#0b3c6f', 'national': '#2f7fb8'}
    """
    ramp = _TIER_RAMP_ON_DARK if dark else _TIER_RAMP
    return dict(zip(labels, _ramp(ramp, len(labels)), strict=True))


def drawn_colours(
    labels: Sequence[str], own: Sequence[str], *, dark: bool = False
) -> dict[str, str]:
    """Return a colour for each tier that draws may have: greys for those that no region has.

    Parameters
    ----------
    labels
        Tiers of the draws, highest first.
    own
        Tiers of the result, in the colours of its map.

    Examples
    --------
    >>> drawn_colours(["international", "national"], ["international"])
    {'international': '#0b3c6f', 'national': '#5d646a'}
    """
    known = tier_colours(own, dark=dark)
    others = [label for label in labels if label not in known]
    known |= dict(zip(others, _ramp(_DRAWN_RAMP, len(others)), strict=True))
    return {label: known[label] for label in labels}


def hub_colours(labels: Sequence[str]) -> dict[str, str]:
    """Return a line and symbol colour for each tier of hubs, highest first."""
    return dict(zip(labels, _ramp(_HUB_RAMP, len(labels)), strict=True))


def arrival_colours(n: int) -> list[str]:
    """Return a fill colour for each of n classes of arrival, the earliest first and darkest."""
    return _ramp(ARRIVAL_RAMP, n)


def hub_shapes(labels: Sequence[str]) -> dict[str, str]:
    """Return the symbol of each tier of hubs, highest first; all from the fourth on are circles.

    >>> hub_shapes(["core", "other"])
    {'core': 'star', 'other': 'diamond'}
    """
    last = len(HUB_SHAPES) - 1
    return {label: HUB_SHAPES[min(place, last)] for place, label in enumerate(labels)}


def texture_colour(ground: str) -> str:
    """Return the grey of a texture on a colour: no stronger than needed to be seen there.

    White on a dark tier and black on a light one would be stronger, but regions of few pixels would
    then blend into the tier between the two. Darker than the ground where that is possible.

    >>> texture_colour("#cfe6dc")
    '#757575'
    """
    bright = contrast(ground, "#000000")
    greys = [f"#{part:02x}{part:02x}{part:02x}" for part in range(256)]
    seen = [grey for grey in greys if contrast(grey, ground) >= _TEXTURE_CONTRAST]
    darker = [grey for grey in seen if contrast(grey, "#000000") < bright]
    return darker[-1] if darker else seen[0]


def contrast(colour: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it: from 1 to 21; text needs 4.5.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    light, dark = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    """Return the light that a part of an sRGB colour stands for."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> list[int]:
    """Return red, green and blue, from 0 to 255."""
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _ramp(colours: Sequence[str], n: int) -> list[str]:
    """Take the first n colours, or spread them evenly when there are more tiers than colours."""
    if n <= len(colours):
        return list(colours[:n])
    last = len(colours) - 1
    mixed = []
    for step in range(n):
        place = step * last / (n - 1)
        low = min(int(place), last - 1)
        mixed.append(_mix(colours[low], colours[low + 1], place - low))
    return mixed


def _mix(low: str, high: str, share: float) -> str:
    """Return the colour at a share of the way from one to another."""
    pairs = zip(_parts(low), _parts(high), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
