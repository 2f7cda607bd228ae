"""Tables, figures and lists of the report as HTML; strings from outside are escaped here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from hubtiers.show.figures.vector import lighter, size_of
from hubtiers.show.methods import formula_html
from hubtiers.show.pages.print_table import Column, PrintTable
from hubtiers.show.text import html_text
from hubtiers.show.words import say
from hubtiers.show.wrapping import text_width

__all__ = [
    "bullets",
    "definitions",
    "figure_html",
    "heading",
    "image_html",
    "names_text",
    "paragraph",
    "preformatted",
    "scroller",
    "step_html",
    "steps_html",
    "table_html",
]

_BROAD, _VAST = 8, 12
_SHORT = 26
_ROW, _BROAD_ROW, _PADDING = 128, 158, 3
"""Half-width cells that fit a printed line, also in smaller type, and those between two columns."""

_BRIEF = 15
_WIDE = 700
_PIXELS_A_POINT = 96 / 72


def paragraph(text: str) -> str:
    """Return a text as one paragraph."""
    return f"<p>{html_text(text)}</p>"


def heading(text: str) -> str:
    """Return a heading inside a section."""
    return f"<h3>{html_text(text)}</h3>"


def preformatted(text: str) -> str:
    """Return a text that keeps its lines, such as a command."""
    return f"<pre>{html_text(text)}</pre>"


def bullets(texts: Iterable[str], *, language: str) -> str:
    """Return a list of texts that are in a language of their own."""
    items = "".join(f"<li>{html_text(text)}</li>" for text in texts)
    return f'<ul lang="{language}">{items}</ul>'


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Return terms and what they stand for; nothing for no terms."""
    rows = "".join(f"<dt>{html_text(term)}</dt><dd>{html_text(text)}</dd>" for term, text in pairs)
    return f"<dl>{rows}</dl>" if rows else ""


def steps_html(steps: Iterable[str]) -> str:
    """Return the steps of a method, numbered."""
    return f"<ol>{''.join(steps)}</ol>"


def step_html(step: tuple[str, str, str, str, str], language: str) -> str:
    """Return one step of a method: its name, what it does, formula and options."""
    name, method, sentence, formula, options = step
    lines = formula.split("\n") if formula else []
    shown = "".join(f'<span class="formula">{formula_html(line)}</span>' for line in lines) or " "
    colon, stop = say("colon", language), say("sentence_end", language)
    return (
        f'<li class="step"><strong>{html_text(name)}</strong>{colon}{html_text(method)}{stop}'
        f"{html_text(sentence)}{shown}<code>{html_text(options)}</code></li>"
    )


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
    columns, _ = table.shown(language)
    rows = table.texts(language)
    # The last of the columns that name the row is the heading of the row.
    named = sum(column.serves(language) for column in table.columns[: table.headings]) - 1
    kept = [k for k in range(len(columns)) if k <= named or _says_something(rows, k)]
    columns = [columns[k] for k in kept]
    rows = [[row[k] for k in kept] for row in rows]
    shown = rows[:most]
    widths = _widths(columns, shown)
    needed = _row_width(columns, widths, language)
    kinds = _kinds(columns, widths, fits=needed <= _BROAD_ROW)
    label = say("table_number", language, n=number)
    caption = f"{label}  {html_text(table.title.say(language))}"
    body = "".join(_row_html(row, kinds, named) for row in shown)
    notes = [note.say(language) for note in table.notes]
    if len(shown) < len(rows):
        notes.append(say("rows_left_out", language, most=most, n=len(rows) - len(shown)))
    looks = _looks(columns, shown, needed)
    return (
        f'{scroller(label)}<table class="{looks}"><caption>{caption}</caption>'
        f"<thead><tr>{_head_html(columns, kinds, language)}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{_notes_html(notes)}"
    )


def _says_something(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Say whether a column has a cell that is not empty."""
    return any(row[place] not in ("", "–") for row in rows)


def _looks(columns: Sequence[Column], rows: Sequence[Sequence[str]], needed: int) -> str:
    """Return the classes of a table: smaller type for broad ones, one page for brief ones."""
    looks = ["broad"] if len(columns) > _BROAD or _ROW < needed <= _BROAD_ROW else []
    if len(columns) > _VAST:
        looks.append("vast")
    if len(rows) <= _BRIEF:
        looks.append("brief")
    return " ".join(looks)


def _head_html(columns: Sequence[Column], kinds: Sequence[str], language: str) -> str:
    cells = []
    for column, kind in zip(columns, kinds, strict=True):
        said = html_text(column.heading.say(language))
        cells.append(f'<th scope="col" class="{kind}">{said}</th>')
    return "".join(cells)


def _row_html(row: Sequence[str], kinds: Sequence[str], named: int) -> str:
    cells = [_cell(text, kinds[k], named=k == named) for k, text in enumerate(row)]
    return f"<tr>{''.join(cells)}</tr>"


def _notes_html(notes: Sequence[str]) -> str:
    return f'<p class="notes">{html_text(" ".join(notes))}</p>' if notes else ""


def scroller(label: str) -> str:
    """Return the start of a box that scrolls sideways, by keyboard too."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{html_text(label)}">'


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide the widest cell of each column is."""
    widths = [0] * len(columns)
    for row in rows:
        widths = list(map(max, widths, map(text_width, row)))
    return widths


def _row_width(columns: Sequence[Column], widths: Sequence[int], language: str) -> int:
    """Return how wide a row is where no cell is broken; a heading is broken between its words."""
    needed = 0
    for column, width in zip(columns, widths, strict=True):
        words = column.heading.say(language).split()
        needed += max(width, *map(len, words), 0) + _PADDING
    return needed


def _kinds(columns: Sequence[Column], widths: Sequence[int], *, fits: bool) -> list[str]:
    """Return the class of each column: numbers, texts that stay on one line, or long ones.

    Where a whole row fits a line of the page, none of its texts is broken.
    """
    kinds = []
    for column, width in zip(columns, widths, strict=True):
        is_short = fits or width <= _SHORT
        kinds.append("number" if column.holds_numbers else "short" if is_short else "long")
    return kinds


def _cell(text: str, kind: str, *, named: bool) -> str:
    if named:
        return f'<th scope="row" class="{kind}">{html_text(text)}</th>'
    return f'<td class="{kind}">{html_text(text)}</td>'


def figure_html(svg: str, number: int, caption: str, language: str) -> str:
    """Return a drawing with number and caption, which is also for those who cannot see it."""
    label, said = say("figure_number", language, n=number), html_text(caption)
    image = image_html(svg, caption)
    return (
        f"<figure>{scroller(label)}{image}</div><figcaption>{label}  {said}</figcaption></figure>"
    )


def image_html(svg: str, alt: str) -> str:
    """Return a drawing as a picture inside the page, with what it says to who cannot see it."""
    width, height = (round(side * _PIXELS_A_POINT) for side in size_of(svg))
    picture = base64.b64encode(lighter(svg).encode()).decode()
    return (
        f'<img class="{_shape(width, height)}" width="{width}" height="{height}" '
        f'alt="{html_text(alt)}" src="data:image/svg+xml;base64,{picture}">'
    )


def _shape(width: int, height: int) -> str:
    """Return the class of a picture by its size in pixels."""
    if width > _WIDE:
        return "wide"
    return "tall" if height > width else "small"
