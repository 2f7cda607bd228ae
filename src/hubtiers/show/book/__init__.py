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
    exploring,
    figures,
    headline,
    hub_figures,
    hub_report,
    live,
    marks,
    methods,
    plan,
    reading,
    report,
    sheets,
    tables,
    takeaway,
    terms,
    web,
    web_hubs,
    year_map,
    years,
)

__all__ = ["BOOK", "BROWSER", "THEMES"]

THEMES = (
    terms.WORDS,
    web.WORDS,
    web.FILLED,
    web_hubs.WORDS,
    web_hubs.FILLED,
    live.WORDS,
    live.FILLED,
    figures.WORDS,
    hub_figures.WORDS,
    hub_report.WORDS,
    tables.WORDS,
    methods.WORDS,
    report.WORDS,
    plan.WORDS,
    reading.WORDS,
    years.WORDS,
    certainty.WORDS,
    console.WORDS,
    marks.WORDS,
    takeaway.WORDS,
    year_map.WORDS,
    year_map.FILLED,
    sheets.WORDS,
    brief.WORDS,
    headline.WORDS,
    exploring.WORDS,
    exploring.FILLED,
)

BOOK: Mapping[str, Text] = {key: said for theme in THEMES for key, said in theme.items()}

_LINK_WORDS = ("hierarchical", "peer", "neighbour", "strong", "weak", "type")

# What the web map says itself.
_COLUMNS = ("rank_low", "rank_high", "region_id")
BROWSER: Mapping[str, Text] = {
    **terms.WORDS,
    **web.WORDS,
    **web_hubs.WORDS,
    **live.WORDS,
    **exploring.WORDS,
    **{f"link_{kind}": report.WORDS[f"link_{kind}"] for kind in _LINK_WORDS},
    **takeaway.WORDS,
    **year_map.WORDS,
    "absent": years.WORDS["absent"],
    "year": years.WORDS["year"],
    **{key: tables.WORDS[key] for key in _COLUMNS},
    "probability": figures.WORDS["probability"],
}
