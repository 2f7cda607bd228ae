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
# What is filled in: any text, or a value as Python writes it, which is mostly a text in quotes.
_TEXT = "(.*?)"
_VALUE = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"|[^\s'"]*[\[({<].*?[\])}>]|[^\s'"]+?)"""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DEEPEST = 5


class _Template(NamedTuple):
    """A template: its fixed parts, what lies between them, and the same in another language."""

    parts: tuple[str, ...]
    fields: tuple[str, ...]
    said: str

    def match(self, text: str) -> tuple[str, ...] | None:
        """Return what is filled in where the text is of this template."""
        # Most templates fail on a fixed part, which is faster than to compile them.
        if not all(part in text for part in self.parts):
            return None
        pieces = [re.escape(self.parts[0])]
        for field, part in zip(self.fields, self.parts[1:], strict=True):
            pieces += [field, re.escape(part)]
        found = re.fullmatch("".join(pieces), text, re.DOTALL)
        if found is None or any(map(self._runs_on, found.groups(), self.parts[1:])):
            return None
        return found.groups()

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
    parts, fields = [""], []
    for fixed, field, _, conversion in Formatter().parse(english):
        parts[-1] += fixed
        if field is not None:
            parts.append("")
            fields.append(_VALUE if conversion == "r" else _TEXT)
    return _Template(tuple(parts), tuple(fields), said)


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
        for stop in range(len(sentences), start, -1):
            piece = " ".join(sentences[start:stop])
            known = _whole(piece, language, 1)
            if known is not None:
                break
        # Chinese has no blank between sentences.
        said += ("" if known is not None or not said else " ") + (known or piece)
        start = stop
    return said
