"""Tables, figures and lists of the report as HTML; every string that is not this module's own is escaped here."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hubtiers.show.pages.print_tables import Column, PrintTable, cell_words
from hubtiers.show.text import html_text
from hubtiers.show.words import say
from hubtiers.show.wrapping import text_width

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["definitions", "figure_html", "names_text", "paragraph", "table_html"]

_BROAD = 8
_SHORT = 26
_BRIEF = 24
_PATH = re.compile(r'(<path\b[^>]*? d=")([^"]*)(")')
_NUMBER = re.compile(r"-?\d+\.\d+")


def paragraph(text: str) -> str:
    """Return a text as one paragraph."""
    return f"<p>{html_text(text)}</p>"


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Return terms and what they stand for."""
    rows = "".join(f"<dt>{html_text(term)}</dt><dd>{html_text(text)}</dd>" for term, text in pairs)
    return f"<dl>{rows}</dl>" if rows else ""


def names_text(names: Sequence[str], language: str, *, most: int = 12) -> str:
    """Return names in a row, at most so many, and how many more there are.

    >>> names_text(["甲", "乙", "丙"], "zh", most=2), names_text(["A", "B", "C"], "en", most=2)
    ('甲、乙等 3 个', 'A, B and 1 more')
    """
    shown = list(names[:most])
    rest = len(names) - len(shown)
    listed = say("enumeration", language).join(shown)
    return say("names_more", language, names=listed, all=len(names), rest=rest) if rest else listed


def table_html(table: PrintTable, number: int, language: str, *, most: int | None = None) -> str:
    """Return a table with caption, headings with their scope, and notes; at most `most` rows."""
    columns, rows = table.shown(language)
    left_out = len(rows) - most if most is not None and len(rows) > most else 0
    named = sum(column.serves(language) for column in table.columns[: table.headings]) - 1
    texts = [
        [cell_words(cell, column) for cell, column in zip(row, columns, strict=True)]
        for row in rows[:most]
    ]
    kinds = [_kind(column, [row[place] for row in texts]) for place, column in enumerate(columns)]
    head = "".join(
        f'<th scope="col" class="{kind}">{html_text(column.heading.say(language))}</th>'
        for column, kind in zip(columns, kinds, strict=True)
    )
    body = [
        "<tr>"
        + "".join(_cell(text, kinds[k], named=k == named) for k, text in enumerate(row))
        + "</tr>"
        for row in texts
    ]
    label = say("table_number", language, n=number)
    notes = [note.say(language) for note in table.notes]
    if left_out:
        notes.append(say("rows_left_out", language, most=most, n=left_out))
    looks = " ".join(["broad"] * (len(columns) > _BROAD) + ["brief"] * (len(texts) <= _BRIEF))
    return (
        f'{_scroller(label)}<table class="{looks}"><caption>{label}  {html_text(table.title.say(language))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        + (f'<p class="notes">{html_text(" ".join(notes))}</p>' if notes else "")
    )


def _scroller(label: str) -> str:
    """Return the start of a box that scrolls sideways, by keyboard too, when what it holds is wider than the screen."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{label}">'


def _kind(column: Column, texts: Sequence[str]) -> str:
    """Return the class of a column: numbers, short texts that stay on one line, or long ones."""
    if column.digits is not None:
        return "number"
    return "short" if max(map(text_width, texts), default=0) <= _SHORT else "long"


def _cell(text: str, kind: str, *, named: bool) -> str:
    return (
        f'<th scope="row" class="{kind}">{html_text(text)}</th>'
        if named
        else f'<td class="{kind}">{html_text(text)}</td>'
    )


def figure_html(figure: Figure, number: int, caption: str, language: str) -> str:
    """Return a figure as an SVG picture inside the page, with its caption as the text for those who cannot see it."""
    from hubtiers.show.figures.canvas import svg_text

    width, height = (round(float(side) * 96) for side in figure.get_size_inches())
    picture = base64.b64encode(_lighter(svg_text(figure)).encode()).decode()
    label = say("figure_number", language, n=number)
    shape = "wide" if width > 700 else "tall" if height > width else "small"
    return (
        f'<figure>{_scroller(label)}<img class="{shape}" width="{width}" height="{height}" alt="{html_text(caption)}" '
        f'src="data:image/svg+xml;base64,{picture}"></div>'
        f"<figcaption>{label}  {html_text(caption)}</figcaption></figure>"
    )


def _lighter(svg: str) -> str:
    """Return a drawing with its outlines to a twentieth of a point, finer than any printer: half of the size."""
    return _PATH.sub(lambda m: m[1] + _NUMBER.sub(lambda n: f"{float(n[0]):.1f}", m[2]) + m[3], svg)
