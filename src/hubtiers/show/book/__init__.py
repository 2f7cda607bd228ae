"""The book of words: every term once, in Chinese and English, by theme.

Braces are places that `Text.fill` puts values into.
"""

from __future__ import annotations

from collections.abc import Mapping

from hubtiers.show.bilingual import Text
from hubtiers.show.book import (
    brief,
    certainty,
    console,
    figures,
    headline,
    marks,
    methods,
    report,
    tables,
    terms,
    web,
    years,
)

__all__ = ["BOOK", "BROWSER", "THEMES"]

THEMES = (
    terms.WORDS,
    web.WORDS,
    web.FILLED,
    figures.WORDS,
    tables.WORDS,
    methods.WORDS,
    report.WORDS,
    years.WORDS,
    certainty.WORDS,
    console.WORDS,
    marks.WORDS,
    brief.WORDS,
    headline.WORDS,
)

BOOK: Mapping[str, Text] = {key: said for theme in THEMES for key, said in theme.items()}

# What the web map says itself.
BROWSER: Mapping[str, Text] = {**terms.WORDS, **web.WORDS}
