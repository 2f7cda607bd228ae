"""The report: what was asked, with which data and method, what came out, how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hubtiers.compare import Comparison
from hubtiers.hubs.layout import HubLayout
from hubtiers.outcome import Outcome
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.language import language_of
from hubtiers.show.pages.brief import brief_section
from hubtiers.show.pages.paper import Report, assemble, gather
from hubtiers.show.pages.report_page import Material, Page, Section
from hubtiers.show.pages.report_sections import write_sections
from hubtiers.show.words import word

__all__ = ["Report", "build_pages", "build_report", "material_of"]


def build_report(  # noqa: PLR0913 -- what a report is made from, one of them for the record
    source: Result | Outcome,
    *,
    layout: HubLayout | None = None,
    reference: pd.Series | None = None,
    robustness: Robustness | None = None,
    comparison: Comparison | pd.DataFrame | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str | None = None,
    approval: str | None = None,
    run: str = "",
) -> Report:
    """Write a report on a result (研究报告): data, method, result, confidence, gaps, how to rerun.

    Choose it to hand a result to somebody who was not there when it was computed.

    Parameters
    ----------
    source
        A `Result`, or the `Outcome` of a study, which brings its layout, reference, comparison and
        title along.
    layout
        Hubs that are drawn on the map.
    reference
        Published tier by region, to hold the tiers against.
    robustness
        What `assess_robustness` gave.
    comparison
        What `compare_schemes` gave, or a frame with one row per scheme.
    title
        Title as a text, or as `{"zh": …, "en": …}`.
    language
        `"zh"` or `"en"`: the language of the whole report. Left out, that of the names of the
        study.
    approval
        Number of the map's approval (审图号), printed only when given.
    run
        What tells this run from others, such as the start of the SHA-256 of `run.json`.

    Returns
    -------
    Report
        `save("report.html")` writes one file that opens offline and prints on A4.

    Raises
    ------
    SpecError
        When the source is neither a result nor an outcome.
    UnknownOptionError
        When the language is not known.
    HubtiersError
        When the report is to be in Chinese and no font with Chinese characters is installed for its
        figures.

    Notes
    -----
    The first page is the brief (`build_brief`); the result comes next, then how sure it is, what it
    was held against, the data, the method. Tables of all regions stand at the end. Everything is
    read from the result; nothing is classified, ranked or rounded anew. Where a figure cannot be
    drawn, such as a map of a result without geometry, the method says why.

    **Missing values** are dashes in tables, and hatched on the map.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> report = build_report(load_study("zhang2022").run(), language="en")
    >>> report.to_frame()["section"].tolist()[:6]
    ['brief', 'result', 'confidence', 'comparison', 'number', 'space']
    >>> report.to_frame()["section"].tolist()[6:]
    ['data', 'structure', 'gaps', 'method', 'rerun', 'appendix']
    """
    given = {
        "layout": layout,
        "reference": reference,
        "robustness": robustness,
        "comparison": comparison,
        "approval": approval,
        "run": run or None,
    }
    material = gather(source, title, language, given, default=word("report_title"))
    spoken = language_of(material.result, language)
    return build_pages(material, spoken)[1]


def material_of(outcome: Outcome, *, language: str, run: str) -> Material:
    """Return what the pages and tables of a study are made from, so that it is made once."""
    given = {"approval": outcome.content.output.approval, "run": run}
    return gather(outcome, None, language, given, default=word("report_title"))


def build_pages(
    material: Material, language: str, *, map_drawing: str = ""
) -> tuple[Report, Report]:
    """Return brief and report: the brief is the first page of both, and drawn once.

    `map_drawing` is the map as the report shows it, where it has been drawn already.
    """
    page, title = Page(language, map_drawing=map_drawing), material.title.say(language)
    sections = [brief_section(material, page), *write_sections(material, page)]
    brief, report = (_finished(title, language, part) for part in (sections[:1], sections))
    return brief, report


def _finished(title: str, language: str, sections: Sequence[Section]) -> Report:
    anchors = tuple((section.anchor, section.heading) for section in sections)
    html = assemble(title, language, sections, styles=("report.css", "brief.css"))
    return Report(title, language, anchors, html)
