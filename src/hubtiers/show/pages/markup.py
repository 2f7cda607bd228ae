"""Text for Markdown and LaTeX that is shown as it was written."""

from __future__ import annotations

import re

__all__ = ["latex_text", "markdown_text"]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SHORTCODE = re.compile(r":(?=[\w+-]+:)")
_SPACE = re.compile(r"[\t\r\n]+")

# Entities, not backslashes, for what page generators read as templates, formulas or code.
_ENTITIES = {ord(c): f"&#{ord(c)};" for c in "&<>|${}`\\"}
_BACKSLASHED = {ord(c): f"\\{c}" for c in "*_[]#~^"}

_LATEX = {
    ord(c): text
    for c, text in {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": r"\textasciigrave{}",
        "'": r"\textquotesingle{}",
        '"': r"\textquotedbl{}",
        # After the end of a row these would be read as its options.
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
    }.items()
}


def markdown_text(text: object) -> str:
    r"""Return text for a cell or a line of Markdown.

    >>> markdown_text("a|b {{7*7}}")
    'a&#124;b &#123;&#123;7\\*7&#125;&#125;'
    """
    return _SHORTCODE.sub("&#58;", _one_line(text).translate(_ENTITIES | _BACKSLASHED))


def latex_text(text: object) -> str:
    r"""Return text for LaTeX.

    >>> latex_text("R&D_1")
    'R\\&D\\_1'
    """
    # Two hyphens in a row would become a dash.
    return re.sub("-(?=-)", "-{}", _one_line(text).translate(_LATEX))


def _one_line(text: object) -> str:
    return _CONTROL.sub("\ufffd", _SPACE.sub(" ", str(text)))
