"""The report: what was asked, with which data and method, what came out, how sure it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import replacing
from hubtiers.compare import Comparison
from hubtiers.errors import SpecError
from hubtiers.hubs.layout import HubLayout
from hubtiers.outcome import Outcome
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.language import language_of
from hubtiers.show.pages.report_page import Material, Page, Section
from hubtiers.show.pages.report_sections import write_sections
from hubtiers.show.text import html_text
from hubtiers.show.words import require_language, say, title_texts, word

__all__ = ["Report", "build_report"]

_STYLE = Path(__file__).parent / "assets" / "report.css"
# Nothing on the page may run or load, whatever a name in the data looks like.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True, repr=False)
class Report:
    """A report, ready to be saved or shown.

    Attributes
    ----------
    title, language
        Its title, and the language it is written in.
    sections
        Anchor and heading of each section, in order.
    html
        The whole page: no scripts, no links to other files, figures inside.
    """

    title: str
    language: str
    sections: tuple[tuple[str, str], ...]
    html: str

    def save(self, path: str | Path) -> Path:
        """Write the page as an HTML file in UTF-8; an interrupted run leaves no half file.

        Raises
        ------
        SpecError
            When the path does not end in `.html` or `.htm`.
        """
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise SpecError(
                f"The report is a page, but the path is {target.name!r}. Give one that ends in "
                ".html."
            )
        with replacing(target) as temporary:
            temporary.write_text(self.html, encoding="utf-8")
        return target

    def to_frame(self) -> pd.DataFrame:
        """Return one row per section: its anchor and heading."""
        return pd.DataFrame(self.sections, columns=["section", "heading"])

    def __repr__(self) -> str:
        kilobytes = len(self.html.encode("utf-8")) // 1000
        return f"<Report {self.title!r}: {len(self.sections)} sections, {kilobytes} kB>"

    def _repr_html_(self) -> str:
        # A frame of its own keeps the styles of the page and of the notebook apart.
        page = escape(self.html, quote=True)
        title = escape(self.title)
        return (
            f'<iframe sandbox srcdoc="{page}" title="{title}" width="100%" height="640"></iframe>'
        )


def build_report(
    source: Result | Outcome,
    *,
    layout: HubLayout | None = None,
    reference: pd.Series | None = None,
    robustness: Robustness | None = None,
    comparison: Comparison | pd.DataFrame | None = None,
    title: Mapping[str, str] | str | None = None,
    language: str | None = None,
    approval: str | None = None,
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
    Everything is read from the result; nothing is classified, ranked or rounded anew. A figure that
    cannot be drawn, such as a map of a result without geometry, is replaced by a sentence that says
    why.

    **Missing values** are dashes in tables, and hatched on the map.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> report = build_report(load_study("zhang2022").run(), language="en")
    >>> report.to_frame()["section"].tolist()[:6]
    ['question', 'data', 'method', 'result', 'number', 'structure']
    >>> report.to_frame()["section"].tolist()[6:]
    ['comparison', 'space', 'gaps', 'rerun', 'appendix']
    """
    if language is not None:
        require_language(language)
    if isinstance(source, Result):
        material = Material(source, title_texts(title, word("report_title")))
    elif isinstance(source, Outcome):
        names = title_texts(title or source.title, word("report_title"))
        material = Material.of(source, names)
    else:
        raise SpecError(
            f"A report is made from a Result or an Outcome, but got {type(source).__name__}."
        )
    given: dict[str, Any] = {
        "layout": layout,
        "reference": reference,
        "robustness": robustness,
        "comparison": comparison,
    }
    given = {name: value for name, value in given.items() if value is not None}
    material = dataclasses.replace(material, approval=approval, **given)
    spoken = language_of(material.result, language)
    sections = write_sections(material, Page(spoken))
    heading = material.title.say(spoken)
    anchors = tuple((section.anchor, section.heading) for section in sections)
    return Report(heading, spoken, anchors, _assemble(heading, spoken, sections))


def _assemble(title: str, language: str, sections: Sequence[Section]) -> str:
    """Return the whole page: no scripts, no links to other files."""
    tag = "zh-CN" if language == "zh" else "en"
    said, style = html_text(title), _STYLE.read_text(encoding="utf-8")
    links = "".join(map(_link_html, sections))
    body = "".join(_section_html(n, section) for n, section in enumerate(sections, start=1))
    return (
        f'<!DOCTYPE html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{said}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{said}</h1></header>\n"
        f'<nav aria-label="{say("contents", language)}"><ol>{links}</ol></nav>\n'
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _link_html(section: Section) -> str:
    return f'<li><a href="#{section.anchor}">{html_text(section.heading)}</a></li>'


def _section_html(number: int, section: Section) -> str:
    anchor = section.anchor
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-heading">'
        f'<h2 id="{anchor}-heading">{number}  {html_text(section.heading)}</h2>'
        f"{section.body}</section>"
    )
