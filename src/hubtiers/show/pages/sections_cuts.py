"""What a report says of regions that lie inside others, and of what counts them twice."""

from __future__ import annotations

from hubtiers._overlaps import counting_methods
from hubtiers.show.methods import method_text
from hubtiers.show.pages.report_html import names_text
from hubtiers.show.pages.report_page import Material, Page
from hubtiers.show.words import LANGUAGES, Text, join_texts, region_names, word

__all__ = ["overlap_note"]

_MOST_PAIRS = 5


def overlap_note(material: Material, page: Page) -> str:
    """Return which regions overlap and what counts them twice; empty where nothing does."""
    pairs = material.result.table.overlaps
    counted = _counted(material) if pairs else []
    if not counted:
        return ""
    shown = _pairs(material, pairs)
    told = word("overlap_note").fill(pairs=shown, counted=join_texts(counted))
    return page.text(told.zh, told.en)


def _counted(material: Material) -> list[Text]:
    """Return what counts every region: methods of the scheme and of its variation, and shares."""
    robust = material.robustness
    methods = counting_methods(material.result.fitted.scheme)
    if robust is not None:
        methods += counting_methods(robust.plan.variation)
    counted = list(dict.fromkeys(map(method_text, methods)))
    if robust is not None:
        counted.append(word("overlap_shares"))
    if material.schemes is not None:
        counted.append(word("overlap_agreement"))
    return counted


def _pairs(material: Material, pairs: list[tuple[str, str]]) -> Text:
    """Return the pairs in both languages, at most five of them, and how many more there are."""
    listed = []
    for language in LANGUAGES:
        names = region_names(material.result, language)
        texts = [f"{names[a]} – {names[b]}" for a, b in pairs]
        listed.append(names_text(texts, language, most=_MOST_PAIRS))
    return Text(*listed)
