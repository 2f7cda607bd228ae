"""The brief: what a study found, on one page, for those who read no second one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.hubs.layout import HubLayout
from hubtiers.outcome import Outcome
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.headline import headline
from hubtiers.show.language import language_of
from hubtiers.show.pages.brief_figures import map_picture, strip_picture
from hubtiers.show.pages.brief_parts import (
    citation_part,
    gap_part,
    lift_part,
    member_part,
    method_part,
    mover_part,
)
from hubtiers.show.pages.paper import Report, assemble, gather
from hubtiers.show.pages.report_page import Material, Page, Section
from hubtiers.show.text import html_text
from hubtiers.show.words import Text, word
from hubtiers.show.wrapping import cut_text, text_width

__all__ = ["brief_section", "build_brief"]

_TITLE, _SENTENCE, _FINDINGS = 150, 300, 760
"""Most half-width cells of a title, of a sentence, and of all sentences below the first."""


def build_brief(  # noqa: PLR0913 -- as many as build_report has, one of them for the record
    source: Result | Outcome,
    *,
    layout: HubLayout | None = None,
    reference: pd.Series | None = None,
    robustness: Robustness | None = None,
    comparison: Comparison | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str | None = None,
    approval: str | None = None,
    run: str = "",
) -> Report:
    """Write what a result says on one page (一页简报): findings, map, scores, doubts, sources.

    Choose it for a reader who has a minute; `build_report` is for one who wants to check.

    Parameters
    ----------
    source
        A `Result`, or the `Outcome` of a study, which brings everything else along.
    layout
        Hubs that are drawn on the map.
    reference
        Published tier by region, to hold the tiers against.
    robustness
        What `assess_robustness` gave.
    comparison
        What `compare_schemes` gave.
    title
        Title as a text, or as `{"zh": …, "en": …}`.
    language
        `"zh"` or `"en"`: the language of the page. Left out, that of the names of the study.
    approval
        Number of the map's approval (审图号), printed only when given.
    run
        What tells this run from others, such as the value of `run` in `run.json`.

    Returns
    -------
    Report
        `save("brief.html")` writes one file that opens offline and prints on one page of A4.

    Raises
    ------
    SpecError
        When the source is neither a result nor an outcome.
    UnknownOptionError
        When the language is not known.
    HubtiersError
        When the brief is to be in Chinese and no font with Chinese characters is installed.

    Notes
    -----
    Of many names the first are printed, and how many more there are. “What would lift the next
    five” is about the five best regions below the highest tier: the smallest change of a single
    value that suffices, in whole numbers where all values of an indicator are whole. Where tiers
    follow rules of position it is the share that the rule of the next tier asks for.

    **Missing values** are counted among the gaps; a region without a score is hatched on the map.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> brief = build_brief(load_study("zhang2022").run(), language="en")
    >>> brief.title
    'Zhang (2022): does Table 1 give the layout of Table 2?'
    >>> brief.to_frame()["section"].tolist()
    ['brief']
    """
    given = {
        "layout": layout,
        "reference": reference,
        "robustness": robustness,
        "comparison": comparison,
        "approval": approval,
        "run": run or None,
    }
    material = gather(source, title, language, given, default=word("brief_title"))
    spoken = language_of(material.result, language)
    section = brief_section(material, Page(spoken))
    heading = material.title.say(spoken)
    html = assemble(heading, spoken, [section], styles=("report.css", "brief.css"))
    return Report(heading, spoken, ((section.anchor, section.heading),), html)


def brief_section(material: Material, page: Page) -> Section:
    """Return the one page as a section, which the report begins with."""
    first, *rest = [text.say(page.language) for text in _headline(material)]
    items = "".join(f"<li>{html_text(sentence)}</li>" for sentence in _fitting(rest))
    title = cut_text(material.title.say(page.language), _TITLE)
    said = f'<p class="headline">{html_text(cut_text(first, _SENTENCE))}</p>'
    head = f"<h1>{html_text(title)}</h1>{_byline(material, page)}{said}"
    parts = [
        f'<header>{head}<ul class="findings">{items}</ul></header>',
        f'<div class="shown">{map_picture(material, page)}{member_part(material, page)}</div>',
        strip_picture(material, page),
        f'<div class="pair">{mover_part(material, page)}{lift_part(material, page)}</div>',
        f'<div class="pair">{gap_part(material, page)}{method_part(material, page)}</div>',
        citation_part(material, page),
    ]
    return Section("brief", page.word("brief_section"), "".join(parts))


def _fitting(sentences: Sequence[str]) -> list[str]:
    """Return the sentences that there is room for; the most important come first."""
    shown: list[str] = []
    room = _FINDINGS
    for sentence in sentences:
        cut = cut_text(sentence, _SENTENCE)
        room -= text_width(cut)
        if room < 0:
            break
        shown.append(cut)
    return shown


def _byline(material: Material, page: Page) -> str:
    """Return who wrote it and when, as far as that is said, and the years of the data."""
    told = [material.author, material.date, years_text(material.result).say(page.language)]
    listed = " · ".join(filter(None, told))
    return f'<p class="byline">{html_text(listed)}</p>' if listed else ""


def years_text(result: Result) -> Text:
    """Return the years that the values are of; nothing where the data do not say."""
    known = pd.Series(result.table.year.to_numpy().ravel()).dropna()
    if known.empty:
        return Text("", "")
    first, last = int(known.min()), int(known.max())
    years = str(first) if first == last else f"{first}–{last}"
    return word("data_of").fill(years=years)


def _headline(material: Material) -> Sequence[Text]:
    # Who moves under other schemes has a block of its own.
    given: dict[str, Any] = {}
    compared = material.baselines_compared
    if material.reference_title is not None and isinstance(compared, pd.DataFrame):
        given = {"compared": compared, "reference": material.reference_title}
    return headline(
        material.result,
        robustness=material.robustness,
        titles=material.baseline_titles,
        **given,
    )
