"""A page for print that is one file: what it is made from, how it is put together and saved."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from hubtiers._storage import replacing
from hubtiers.errors import SpecError
from hubtiers.outcome import Outcome
from hubtiers.scheme import Result
from hubtiers.show.pages.report_page import Material, Section
from hubtiers.show.text import html_text
from hubtiers.show.words import Text, require_language, say, title_texts

__all__ = ["Report", "assemble", "gather"]

_ASSETS = Path(__file__).parent / "assets"
# Nothing on the page may run or load, whatever a name in the data looks like.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True, repr=False)
class Report:
    """A report or a brief, ready to be saved or shown.

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
        kilobytes, n = len(self.html.encode("utf-8")) // 1000, len(self.sections)
        return f"<Report {self.title!r}: {n} section{'' if n == 1 else 's'}, {kilobytes} kB>"

    def _repr_html_(self) -> str:
        # A frame of its own keeps the styles of the page and of the notebook apart.
        page = escape(self.html, quote=True)
        title = escape(self.title)
        return (
            f'<iframe sandbox srcdoc="{page}" title="{title}" width="100%" height="640"></iframe>'
        )


def gather(
    source: Result | Outcome,
    title: Mapping[str, str] | str | None,
    language: str | None,
    given: Mapping[str, Any],
    *,
    default: Text,
) -> Material:
    """Return what a page is made from: what an outcome brings along, and what is given beside it.

    Raises
    ------
    SpecError
        When the source is neither a result nor an outcome.
    UnknownOptionError
        When the language is not known.
    """
    if language is not None:
        require_language(language)
    if isinstance(source, Result):
        material = Material(source, title_texts(title, default))
    elif isinstance(source, Outcome):
        material = Material.of(source, title_texts(title or source.title, default))
    else:
        raise SpecError(
            f"A report is made from a Result or an Outcome, but got {type(source).__name__}."
        )
    known = {name: value for name, value in given.items() if value is not None}
    return dataclasses.replace(material, **known)


def assemble(
    title: str, language: str, sections: Sequence[Section], *, styles: Sequence[str]
) -> str:
    """Return the whole page: no scripts, no links to other files.

    The brief comes first; what is behind it has a table of contents.
    """
    said = html_text(title)
    style = "".join((_ASSETS / name).read_text(encoding="utf-8") for name in styles)
    tag = "zh-CN" if language == "zh" else "en"
    first, *rest = sections
    behind = _behind(rest, language) if rest else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{said}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<main>\n<section id="{first.anchor}" class="onepage" '
        f'aria-label="{html_text(first.heading)}">{first.body}</section>\n'
        f"{behind}</main>\n</body>\n</html>\n"
    )


def _behind(sections: Sequence[Section], language: str) -> str:
    """Return what stands behind the brief: a table of contents, and the sections by number."""
    links = "".join(f"<li>{_link_html(section)}</li>" for section in sections)
    body = "".join(_section_html(n, section) for n, section in enumerate(sections, start=1))
    label = say("contents", language)
    heading = f'<h2 id="contents-heading">{label}</h2>'
    start = '<nav id="contents" aria-labelledby="contents-heading">'
    return f"{start}{heading}<ol>{links}</ol></nav>\n{body}\n"


def _link_html(section: Section) -> str:
    return f'<a href="#{section.anchor}">{html_text(section.heading)}</a>'


def _section_html(number: int, section: Section) -> str:
    anchor = section.anchor
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-heading">'
        f'<h2 id="{anchor}-heading">{number}  {html_text(section.heading)}</h2>'
        f"{section.body}</section>"
    )
