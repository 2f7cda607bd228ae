"""What a report is made from, and the page that its sections are written on."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from hubtiers._storage import data_path
from hubtiers._study_file import is_file_name
from hubtiers._study_hubs import HubFindings
from hubtiers.baselines import compare_baselines
from hubtiers.compare import Comparison
from hubtiers.errors import DataError, HubtiersError
from hubtiers.hubs.layout import HubLayout
from hubtiers.outcome import Outcome
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.show.figures.scene import Scene, make_scene
from hubtiers.show.fonts import drawable_language
from hubtiers.show.headline import reference_text
from hubtiers.show.pages.print_table import PrintTable
from hubtiers.show.pages.report_html import figure_html, heading, paragraph, table_html
from hubtiers.show.pages.result_tables import list_tables
from hubtiers.show.text import html_text
from hubtiers.show.words import Text, reason_text, say
from hubtiers.years.moves import TierMoves
from hubtiers.years.panel import TierPanel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FIRST_ROWS", "TOP_ROWS", "Material", "Page", "Section"]

TOP_ROWS = 15
"""Regions that the text shows of the ranking; the appendix has them all."""

FIRST_ROWS = 8
"""Rows that the text shows of any other table that stands in full in the appendix."""

_MOST_ROWS = 24
"""A table with more rows than this stands in full only in the appendix."""


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that a report is made from."""

    result: Result
    title: Text
    command: str = ""
    description: Text = field(default_factory=lambda: Text("", ""))
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layout: HubLayout | None = None
    reference: pd.Series | None = None
    reference_name: str = ""
    robustness: Robustness | None = None
    comparison: Comparison | pd.DataFrame | None = None
    outside: pd.DataFrame | None = None
    baselines: Mapping[str, pd.Series] = field(default_factory=dict)
    baseline_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    panel: TierPanel | None = None
    moves: TierMoves | None = None
    approval: str | None = None
    author: str = ""
    date: str = ""
    sources: tuple[str, ...] = ()
    run: str = ""
    reference_title: Text | None = None
    hubs: HubFindings = field(default_factory=HubFindings)
    outcome: Outcome | None = None

    @classmethod
    def of(cls, outcome: Outcome, title: Text) -> Material:
        """Return what an outcome brings along."""
        return cls(
            outcome.result,
            title,
            author=outcome.content.output.author,
            date=outcome.content.output.date,
            sources=_sources(outcome),
            robustness=outcome.robustness,
            reference_title=reference_text(outcome),
            command=outcome.command,
            description=Text(outcome.content.description_zh, outcome.content.description),
            notes={"zh": outcome.content.notes_zh, "en": outcome.content.notes_en},
            layout=outcome.layout,
            reference=outcome.reference,
            reference_name=outcome.reference_name,
            comparison=outcome.comparison,
            outside=outcome.outside,
            hubs=outcome.hubs,
            baselines=outcome.baselines,
            baseline_titles=outcome.baseline_titles,
            panel=outcome.panel,
            moves=outcome.moves,
            outcome=outcome,
        )

    @cached_property
    def scene(self) -> Scene:
        """What a printed map of the result shows; a DataError where it cannot be drawn."""
        return make_scene(self.result, self.layout)

    @cached_property
    def listed(self) -> dict[str, PrintTable]:
        """Return the tables of the result, which the workbook has as well."""
        return list_tables(self.result, robustness=self.robustness, comparison=self.comparison)

    @cached_property
    def tables(self) -> dict[str, PrintTable]:
        """Return the printed tables of the result."""
        tables = self.listed
        if self.panel is None:
            return tables
        # The section stands on the page, and so above this module.
        from hubtiers.show.pages.sections_years import years_tables

        return tables | years_tables(self.panel, self.moves)

    @cached_property
    def baselines_compared(self) -> pd.DataFrame | HubtiersError | None:
        """Agreement of the score and of every baseline with the reference.

        None without a reference; where nothing can be compared, the error that says why.
        """
        if self.reference is None:
            return None
        known = self.outcome
        try:
            if known is not None and self.reference is known.reference:
                return known.baseline_agreement
            return compare_baselines(self.result, self.reference, others=self.baselines)
        except HubtiersError as error:
            return error

    @property
    def schemes(self) -> Comparison | None:
        """The compared schemes, unless the comparison is a frame that somebody else made."""
        return self.comparison if isinstance(self.comparison, Comparison) else None


def _sources(outcome: Outcome) -> tuple[str, ...]:
    """Return what the data of a study are cited as: a set that ships by its citations."""
    cited: list[str] = []
    for source in outcome.content.data.indicators:
        path = data_path("indicators", source.file, "dataset.toml")
        if source.file and not is_file_name(source.file) and path.exists():
            cited += tomllib.loads(path.read_text(encoding="utf-8")).get("citation", [])
    return tuple(dict.fromkeys(cited))


@dataclass(frozen=True)
class Section:
    """A section: its anchor, heading and body."""

    anchor: str
    heading: str
    body: str


@dataclass(eq=False)
class Page:
    """Numbers tables and figures in the order in which they appear.

    Attributes
    ----------
    language
        The language it is written in.
    counts
        How many tables and figures there are so far.
    in_full
        Tables of which the text shows the first rows alone: the appendix has them whole.
    undrawn
        Why figures could not be drawn, each reason once.
    map_drawing
        The map as SVG without its caption, where it has been drawn for a file already.
    """

    language: str
    counts: dict[str, int] = field(default_factory=lambda: {"table": 0, "figure": 0})
    in_full: list[PrintTable] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)
    map_drawing: str = ""

    @property
    def drawn_language(self) -> str:
        """Language of the figures: English where no font for Chinese is installed."""
        return drawable_language(self.language)

    def word(self, key: str) -> str:
        """Return a word of the book in the language of the page."""
        return say(key, self.language)

    def say(self, zh: str, en: str) -> str:
        """Return the text in the language of the page."""
        return zh if self.language == "zh" else en

    def text(self, zh: str, en: str) -> str:
        """Return a paragraph in the language of the page."""
        return paragraph(self.say(zh, en))

    def heading(self, key: str) -> str:
        """Return a heading inside a section."""
        return heading(self.word(key))

    def table(self, table: PrintTable, *, most: int | None = None) -> str:
        """Return a numbered table; nothing when it has no rows.

        A long one is cut to `most` rows, or the first eight, and goes into the appendix whole.
        """
        if not table.rows:
            return ""
        if most is None and len(table.rows) > _MOST_ROWS:
            most = FIRST_ROWS
        if most is not None and len(table.rows) > most:
            self.in_full.append(table)
        return self.whole_table(table, most=most)

    def later(self, table: PrintTable) -> str:
        """Return a short table; of a longer one only where it stands, which is the appendix."""
        if len(table.rows) <= FIRST_ROWS:
            return self.table(table)
        self.in_full.append(table)
        pointer = say("in_appendix", self.language, title=table.title.say(self.language))
        return f'<p class="notes">{html_text(pointer)}</p>'

    def whole_table(self, table: PrintTable, *, most: int | None = None) -> str:
        """Return a numbered table however long it is."""
        self.counts["table"] += 1
        return table_html(table, self.counts["table"], self.language, most=most)

    def figure(self, draw: Callable[[], Figure | str], caption: str) -> str:
        """Return a numbered figure, also one that is SVG already.

        Nothing where it cannot be drawn, and the method says why.
        """
        try:
            drawn = draw()
        except DataError as error:
            reason = say("drawing_failed", self.language, reason=reason_text(error))
            if reason not in self.undrawn:
                self.undrawn.append(reason)
            return ""
        self.counts["figure"] += 1
        if not isinstance(drawn, str):
            from hubtiers.show.figures.canvas import svg_text

            drawn = svg_text(drawn)
        return figure_html(drawn, self.counts["figure"], caption, self.language)

    def pair(self, *figures: str) -> str:
        """Return figures side by side where there is room; nothing for none."""
        drawn = "".join(figures)
        return f'<div class="two">{drawn}</div>' if drawn else ""
