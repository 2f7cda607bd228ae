"""Sentences of the code in another language: found by their templates in the catalogue of `messages/`.

The code says what is wrong in English. Where a reader wants Chinese, the sentence is recognised by the template that
made it, what had been filled in is taken over, and the template of the other language is filled with it. What the
catalogue lacks stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import NamedTuple

__all__ = ["catalogue", "translated"]

# A sentence ends; another begins, maybe with what is filled in.
_BETWEEN = re.compile(r"(?<=[.?!]) (?=\S)")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DEEPEST = 5


class _Template(NamedTuple):
    """A template: its fixed parts, how many letters these have, and the same in Chinese."""

    parts: tuple[str, ...]
    letters: int
    said: str

    def match(self, text: str) -> tuple[str, ...] | None:
        """Return what is filled in where the text is of this template."""
        # Most templates fail on a fixed part, which is faster than to compile them.
        if not all(part in text for part in self.parts):
            return None
        pattern = "(.+?)".join(map(re.escape, self.parts))
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found is None or any(map(self._runs_on, found.groups(), self.parts[1:])):
            return None
        return found.groups()

    @staticmethod
    def _runs_on(value: str, after: str) -> bool:
        """Say whether what is filled in holds the end of its sentence and more."""
        return after[:1] in ".?!" and bool(after and _BETWEEN.search(_QUOTED.sub("", value)))


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return templates in English and in another language; empty for English itself.

    Fields are `{}`; the other language numbers them where it says them in another order. Braces
    that are said are doubled.
    """
    folder = files("hubtiers") / "messages" / language
    found: dict[str, str] = {}
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return found


@cache
def _templates(language: str) -> tuple[_Template, ...]:
    """Return the templates that say most first, so that a bare one takes nothing from them."""
    made = [_template(english, said) for english, said in catalogue(language).items()]
    return tuple(sorted(made, key=lambda one: -one.letters))


def _template(english: str, said: str) -> _Template:
    parts = [""]
    for fixed, field, _, _ in Formatter().parse(english):
        parts[-1] += fixed
        if field is not None:
            parts.append("")
    return _Template(tuple(parts), sum(map(len, parts)), said)


def translated(text: str, language: str) -> str:
    """Return a text in a language as far as the catalogue has it.

    >>> translated("Unknown level 'town'. Did you mean 'county'?", "en")
    "Unknown level 'town'. Did you mean 'county'?"
    """
    if not catalogue(language):
        return text
    return _whole(text, language, 0) or _by_sentence(text, language)


def _whole(text: str, language: str, depth: int) -> str | None:
    """Return a text that one template made; nothing where none did."""
    for template in _templates(language):
        filled = template.match(text)
        if filled is not None:
            return template.said.format(*_filled(filled, language, depth + 1))
    return None


def _filled(values: tuple[str, ...], language: str, depth: int) -> Iterator[str]:
    """Yield what is filled in; texts of the code among it are translated as well."""
    for value in values:
        # A word is one of the code's where it is the whole of a template.
        is_text = depth < _DEEPEST and " " in value
        known = _whole(value, language, depth) if is_text else catalogue(language).get(value)
        yield value if known is None else known


def _by_sentence(text: str, language: str) -> str:
    """Translate as many sentences at a time as one template made."""
    sentences = _BETWEEN.split(text)
    said, start = "", 0
    while start < len(sentences):
        for stop in range(len(sentences), start, -1):
            piece = " ".join(sentences[start:stop])
            known = _whole(piece, language, 1)
            if known is not None:
                break
        # Chinese has no blank between sentences.
        said += ("" if known is not None or not said else " ") + (known or piece)
        start = stop
    return said
