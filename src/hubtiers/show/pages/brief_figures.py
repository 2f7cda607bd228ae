"""The pictures of the brief: a map drawn for its part of the page, and the strip of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubtiers.errors import DataError
from hubtiers.show.certainty_marks import often_text
from hubtiers.show.credits import boundary_note
from hubtiers.show.figures.figure import Printing, draw_tiers
from hubtiers.show.figures.hub_marks import hub_layers
from hubtiers.show.figures.strip import score_strip_figure
from hubtiers.show.pages.report_html import image_html, scroller
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.text import html_text
from hubtiers.show.words import Text, word

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["map_picture", "strip_picture"]

_MAP_INCHES = (6.6, 5.2)


def map_picture(material: Material, page: Page) -> str:
    """Return the map of the tiers; nothing for a result without geometry."""
    from hubtiers.show.figures.canvas import svg_text

    try:
        drawn = _draw_map(material, page)
    except DataError:
        return ""
    alt = page.word("brief_map")
    note = boundary_note(material.result.table.regions).say(page.language).strip()
    if material.approval:
        note = f"{note} {page.word('approval')}{material.approval}".strip()
    caption = f"<figcaption>{html_text(note)}</figcaption>" if note else ""
    image = image_html(svg_text(drawn), alt)
    return f'<figure class="map"><div class="sheet">{image}</div>{caption}</figure>'


def _draw_map(material: Material, page: Page) -> Figure:
    from hubtiers.show.figures.canvas import blank_sheet

    # On axes of our own the words keep their size, which a drawing for a whole sheet would lose.
    axes = blank_sheet(_MAP_INCHES, page.drawn_language)
    layers = hub_layers(material.layout)
    printing = Printing(language=page.drawn_language, caption=False, ax=axes)
    found = material.robustness
    figure = draw_tiers(material.result, material.scene, layers, printing, robustness=found)
    axes.set_title("")
    return figure


def strip_picture(material: Material, page: Page) -> str:
    """Return the strip of scores with what its marks mean."""
    from hubtiers.show.figures.canvas import svg_text

    drawn = score_strip_figure(material.result, material.robustness, language=page.drawn_language)
    alt = page.word("brief_strip")
    robust = material.robustness
    is_cut = bool(material.result.breaks.breaks)
    cuts = word("strip_cuts") if is_cut else Text.same("")
    note = word("strip_note").fill(cuts=cuts)
    if robust is not None:
        note = word("strip_marks").fill(often=often_text(robust), cuts=cuts)
    said = note.say(page.language)
    if not is_cut:
        said = f"{said} {page.word('strip_uncut')}"
    return (
        f'<figure class="strip">{scroller(alt)}{image_html(svg_text(drawn), alt)}</div>'
        f"<figcaption>{html_text(said)}</figcaption></figure>"
    )
