"""What each method does, in both languages, for a caption, a note and a report."""

from __future__ import annotations

import dataclasses
import html
import inspect
import re
from typing import Any

from hubtiers._hierarchy import by_level
from hubtiers._method import About, own_fact
from hubtiers.scheme import Scheme
from hubtiers.show.words import Text, join_texts, require_language, say

__all__ = [
    "about",
    "describe_steps",
    "formula_html",
    "method_text",
    "options_text",
]

_STEPS = ("denominate", "impute", "treat", "normalise", "weight", "aggregate", "tier")

_MARK = re.compile(r"([_^])\{([^{}]*)\}")


def method_text(method: Any) -> Text:
    """Return the name of a method, or of a tuple of them, in both languages.

    >>> from hubtiers.scoring.weight import EntropyWeights
    >>> method_text(EntropyWeights()).zh
    '熵值法'
    """
    if isinstance(method, tuple):
        return join_texts([method_text(member) for member in method], "then")
    words = about(method)
    return Text(words.zh, words.en)


def about(method: Any) -> About:
    """Return what a method says of itself.

    For one that says nothing, its class name and the head of its docstring.
    """
    name = type(method).__name__
    head = (inspect.getdoc(method) or "").split("\n", 1)[0]
    said: About = own_fact(method, "about", default=About(name, name, head, head))
    return said


def describe_steps(scheme: Scheme, language: str) -> list[tuple[str, str, str, str, str]]:
    """Return each step of a scheme in order.

    Step, method, sentence, formula, and its options as text.
    """
    chinese = require_language(language) == 0
    rows = []
    for step in _STEPS:
        for method in by_level(getattr(scheme, step)):
            words = about(method)
            name, sentence = (words.zh, words.says_zh) if chinese else (words.en, words.says_en)
            heading = say(f"step_{step}", language)
            rows.append((heading, name, sentence, words.formula, options_text(method)))
    return rows


def options_text(method: Any) -> str:
    """Return a method object as it is written in Python; long options are cut."""
    if not dataclasses.is_dataclass(method):
        return type(method).__name__
    options = [(f.name, getattr(method, f.name)) for f in dataclasses.fields(method) if f.init]
    texts = [f"{name}={_cut(repr(value))}" for name, value in options if value is not None]
    return f"{type(method).__name__}({', '.join(texts)})"


def formula_html(formula: str) -> str:
    """Return a formula of this module as HTML, with its sub- and superscripts.

    >>> formula_html("w_{j} < x^{2}")
    'w<sub>j</sub> &lt; x<sup>2</sup>'
    """
    text = html.escape(formula)
    while (plain := _MARK.sub(_script, text)) != text:
        text = plain
    return text


def _script(match: re.Match[str]) -> str:
    tag = "sub" if match.group(1) == "_" else "sup"
    return f"<{tag}>{match.group(2)}</{tag}>"


def _cut(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
