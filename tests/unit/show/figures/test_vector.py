import io
import re

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.hatch import get_path
from matplotlib.patches import Rectangle

from hubtiers.show.figures.certainty_fill import MARK_HATCHES
from hubtiers.show.figures.vector import cut_below, lighter, size_of, small_textures


def drawn(hatch):
    figure = Figure(figsize=(2, 1))
    axes = figure.add_subplot()
    box = Rectangle((0, 0), 1, 1, facecolor="none", edgecolor="#123456", linewidth=0.0, hatch=hatch)
    axes.add_patch(box)
    memory = io.BytesIO()
    figure.savefig(memory, format="svg")
    return memory.getvalue().decode()


def test_a_tile_of_five_dots_gives_the_dots_of_matplotlib():
    svg = drawn(MARK_HATCHES["leaning"])
    small = small_textures(svg)
    assert len(svg) - len(small) > 200_000
    (width, height), *_ = re.findall(r'<pattern [^>]*width="([\d.]+)" height="([\d.]+)"', small)
    dots = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/>', small)
    found = np.array(dots, dtype=float)
    # Starts of the circles of the unit square: their centres a tenth of a distance above.
    path = get_path(MARK_HATCHES["leaning"])
    starts = path.vertices[path.codes == 1] * 72
    # Up is down in SVG, which a tile of an even number of rows does not show.
    centres = starts + np.array([0.0, 0.1 * float(width)])
    tile = np.array([float(width), float(height)])

    def places(points):
        return {tuple(point) for point in np.round(points % tile, 3) % tile}

    assert places(found[:, :2]) == places(centres)
    # Half of the line around a dot lies outside it.
    line = float(re.search(r"stroke-width: ([\d.]+)", svg.split("<pattern")[1])[1])
    assert found[:, 2] == pytest.approx(0.1 * float(width) + line / 2)
    assert 'fill="#123456"' in small


@pytest.mark.parametrize("hatch", [MARK_HATCHES["open"], "oo", "..", "xx"])
def test_other_textures_stay(hatch):
    svg = drawn(hatch)
    assert "<pattern" in svg
    assert small_textures(svg) == svg


def test_a_drawing_is_cut_below_the_map_and_loses_its_caption():
    figure = Figure(figsize=(2, 1))
    figure.text(0.5, 0.5, "kept", gid="title")
    figure.text(0.5, 0.1, "first line\nsecond line", gid="caption")
    memory = io.BytesIO()
    with rc_context({"svg.fonttype": "none"}):
        figure.savefig(memory, format="svg")
    svg = memory.getvalue().decode()
    assert "second line</text>" in svg
    assert size_of(svg) == (144.0, 72.0)
    cut = cut_below(svg, 50.5)
    assert size_of(cut) == (144.0, 50.5)
    assert 'viewBox="0 0 144 50.5"' in cut
    assert "kept" in cut
    assert "first line" not in cut
    assert "second line" not in cut


def test_outlines_are_to_a_tenth():
    svg = '<path id="p1" d="M 12.3456 0.25 \nL 3 4.999 \nz\n" style="stroke-width: 0.25"/>'
    assert lighter(svg) == '<path id="p1" d="M12.3 0.2L3 4.9z" style="stroke-width: 0.25"/>'
