"""Lines of a given width: Chinese breaks anywhere but before its punctuation."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["cut_text", "text_width", "wrap_text"]

_NEVER_FIRST = "，。；：、！？）】》”’%…·"
_PIECE = re.compile(r"\s+|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|.", re.DOTALL)


def text_width(text: str) -> int:
    """Return the width of a text in half-width cells: a Chinese character takes two.

    >>> text_width("武汉 A")
    6
    """
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
        if not unicodedata.combining(c)
    )


def cut_text(text: str, width: int) -> str:
    """Return a text of at most `width` half-width cells; one that is cut ends with an ellipsis.

    >>> cut_text("科技创新中心", 12), cut_text("科技创新中心", 7)
    ('科技创新中心', '科技创…')
    """
    if text_width(text) <= width:
        return text
    kept = ""
    for sign in text:
        if text_width(kept + sign) >= width:
            break
        kept += sign
    return f"{kept.rstrip()}…"


def wrap_text(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` half-width cells; a longer word is cut.

    >>> wrap_text("科技创新中心，by tier", 12)
    ['科技创新中', '心，by tier']
    """
    lines, line = [], ""
    for piece in _pieces(text, width):
        if text_width(line + piece.rstrip()) > width and line:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str, width: int) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        if pieces and piece[0] in _NEVER_FIRST:
            pieces[-1] += piece
        else:
            # Half of the width, so that even full-width characters fit.
            pieces += [piece[i : i + width // 2] for i in range(0, len(piece), width // 2)]
    return pieces
