"""The text of an SVG file: textures of a few points, outlines without what nobody sees."""

from __future__ import annotations

import re

__all__ = ["cut_below", "lighter", "size_of", "small_textures"]

_PATH = re.compile(r'(<path\b[^>]*? d=")([^"]*)(")')
_BEYOND_A_TENTH = re.compile(r"(?<=\.\d)\d+")
_CAPTION = re.compile(r'<g id="caption">(?:\s*<text\b[^>]*>[^<]*</text>)+\s*</g>\s*')
_HEAD = re.compile(r'(width="([\d.]+)pt" height=")([\d.]+)(pt" viewBox="0 0 [\d.]+ )([\d.]+)')
_TILE = re.compile(
    r'width="72" height="72">\s*<rect [^>]*fill="([^"]*)"/>\s*'
    r'<path d="([^"]*)" style="fill: ([^;"]*);[^"]*?stroke-width: ([\d.]+);[^"]*"/>'
)
_ROWS = 24
"""Rows of dots in a tile of matplotlib's texture `....`, every second of them shifted."""

_DOTS = (_ROWS // 2 + 1) * (_ROWS + 1) + _ROWS // 2 * _ROWS
_DOT_SIZE = 0.1
"""Radius of a dot, in distances between two of them."""


def small_textures(svg: str) -> str:
    """Return a drawing whose dotted textures repeat a tile of five dots in place of 613.

    matplotlib writes every dot of a square inch as a path of its own, a quarter of a megabyte for
    each colour. Other textures stay as they are.
    """
    return _TILE.sub(_small_tile, svg)


def _small_tile(tile: re.Match[str]) -> str:
    ground, outline, colour, width = tile.groups()
    step = 72 / _ROWS
    # A circle starts at its lowest point; the first one stands in the lower left corner.
    start = f"M 0 {72 + _DOT_SIZE * step:g} "
    if outline.count("M") != _DOTS or not outline.startswith(start):
        return tile[0]
    radius = _DOT_SIZE * step + float(width) / 2
    places = [(0, 0), (1, 0), (0.5, 1), (0, 2), (1, 2)]
    dots = [f'<circle cx="{x * step:g}" cy="{y * step:g}" r="{radius:g}"/>' for x, y in places]
    return (
        f'width="{step:g}" height="{2 * step:g}">'
        f'<rect width="{step + 1:g}" height="{2 * step + 1:g}" fill="{ground}"/>'
        f'<g fill="{colour}">{"".join(dots)}</g>'
    )


def lighter(svg: str) -> str:
    """Return a drawing with its outlines to a tenth of a point: less than half of the size."""
    return _PATH.sub(lambda path: path[1] + _shortened(path[2]) + path[3], svg)


def _shortened(outline: str) -> str:
    short = _BEYOND_A_TENTH.sub("", outline.strip().replace(" \n", "").replace("\n", ""))
    for command in "MLCQ":
        short = short.replace(f"{command} ", command)
    return short


def size_of(svg: str) -> tuple[float, float]:
    """Return width and height of a drawing, in points."""
    found = _HEAD.search(svg)
    assert found is not None
    return float(found[2]), float(found[3])


def cut_below(svg: str, height: float) -> str:
    """Return a drawing without its caption and what else is below a height in points."""
    return _HEAD.sub(rf"\g<1>{height:g}\g<4>{height:g}", _CAPTION.sub("", svg), count=1)
