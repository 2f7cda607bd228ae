"""Sentences of the code in another language, by their templates in the catalogue of `messages/`.

The code says what is wrong in English. Where a reader wants Chinese, the sentence is recognised by
the template that made it, what had been filled in is taken over, and the template of the other
language is filled with it. What the catalogue lacks stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import NamedTuple

__all__ = ["catalogue", "says_enough", "translated"]

# A sentence ends; another begins, maybe with what is filled in.
_BETWEEN = re.compile(r"(?<=[.?!]) (?=\S)")
# A value as Python writes it, which is mostly a text in quotes.
_VALUE = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"|[^\s'"]*[\[({<].*?[\])}>]|[^\s'"]+?)"""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DEEPEST = 5
_MOST_SENTENCES = 6
"""How many sentences a template may make."""


class _Template(NamedTuple):
    """A template: its fixed parts, what lies between them, and the same in another language.

    `values` says of each field whether it is a value as Python writes it.
    """

    parts: tuple[str, ...]
    values: tuple[bool, ...]
    said: str

    def match(self, text: str) -> tuple[str, ...] | None:
        """Return what is filled in where the text is of this template."""
        # Most templates fail on a fixed part.
        if not (text.startswith(self.parts[0]) and text.endswith(self.parts[-1])):
            return None
        if not all(part in text for part in self.parts):
            return None
        found = self._fill(text, 0, len(self.parts[0]))
        if found is None or any(map(self._runs_on, found, self.parts[1:])):
            return None
        return found

    def _fill(self, text: str, place: int, start: int) -> tuple[str, ...] | None:
        """Return the fields from a place on, each as short as can be.

        What follows a field is looked for from where the field starts, so that the work grows with
        the text and not with a power of it: a field of any text takes in more where another would
        have to begin later, and only before a value is the next place tried.
        """
        if place == len(self.values):
            return () if start == len(text) else None
        for stop in self._stops(text, place, start):
            rest = self._fill(text, place + 1, stop + len(self.parts[place + 1]))
            if rest is not None:
                return text[start:stop], *rest
        return None

    def _stops(self, text: str, place: int, start: int) -> Iterator[int]:
        """Yield where a field that starts here may end."""
        part, is_last = self.parts[place + 1], place + 1 == len(self.values)
        if self.values[place]:
            found = re.compile(_VALUE + re.escape(part), re.DOTALL).match(text, start)
            if found is not None:
                yield found.end(1)
        elif is_last:
            stop = len(text) - len(part)
            if stop >= start:
                yield stop
        else:
            stop = text.find(part, start)
            while stop >= 0:
                yield stop
                stop = text.find(part, stop + 1) if self.values[place + 1] else -1

    def is_word(self, place: int) -> bool:
        """Say whether a field stands between blanks, and so may hold a word of the code."""
        before, after = self.parts[place][-1:], self.parts[place + 1][:1]
        return before in ("", " ") and after in ("", " ", ".", ",", ":", ";")

    @staticmethod
    def _runs_on(value: str, after: str) -> bool:
        """Say whether what is filled in holds the end of its sentence and more."""
        return after[:1] in ".?!" and bool(after and _BETWEEN.search(_QUOTED.sub("", value)))


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return templates in English and in another language; empty for English itself.

    Fields are `{}`, or `{!r}` for a value as Python writes it; the other language numbers them
    where it says them in another order. Braces that are said are doubled.
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
    telling = [one for one in made if says_enough(" ".join(one.parts))]
    return tuple(sorted(telling, key=lambda one: -sum(map(len, one.parts))))


def _template(english: str, said: str) -> _Template:
    parts, values = [""], []
    for fixed, field, _, conversion in Formatter().parse(english):
        parts[-1] += fixed
        if field is not None:
            parts.append("")
            values.append(conversion == "r")
    return _Template(tuple(parts), tuple(values), said)


def says_enough(fixed: str) -> bool:
    """Say whether the fixed parts of a template tell it from any text: “and” alone does not."""
    letters = sum(map(str.isalpha, fixed))
    return letters >= 5 or (letters >= 3 and fixed.rstrip()[-1:] in (".", "?"))


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
    known = catalogue(language).get(text)
    if known is not None:
        return known
    for template in _templates(language):
        values = template.match(text)
        if values is not None:
            return template.said.format(*_filled(template, values, language, depth + 1))
    return None


def _filled(
    template: _Template, values: tuple[str, ...], language: str, depth: int
) -> Iterator[str]:
    """Yield what is filled in; texts of the code among it are translated as well."""
    words = catalogue(language)
    for place, value in enumerate(values):
        known = words.get(value) if template.is_word(place) else None
        if known is None and " " in value and depth < _DEEPEST:
            known = _whole(value, language, depth)
        yield value if known is None else known


def _by_sentence(text: str, language: str) -> str:
    """Translate as many sentences at a time as one template made."""
    sentences = _BETWEEN.split(text)
    said, start = "", 0
    while start < len(sentences):
        for stop in range(min(len(sentences), start + _MOST_SENTENCES), start, -1):
            piece = " ".join(sentences[start:stop])
            known = _whole(piece, language, 1)
            if known is not None:
                break
        # Chinese has no blank between sentences.
        said += ("" if known is not None or not said else " ") + (known or piece)
        start = stop
    return said
