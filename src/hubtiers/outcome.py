"""What a study gave, as plain data: everything that files, pages and maps are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hubtiers._study_file import StudyFile
from hubtiers._study_hubs import HubFindings
from hubtiers.baselines import compare_baselines
from hubtiers.compare import Comparison
from hubtiers.hubs.layout import HubLayout
from hubtiers.robustness.result import Robustness
from hubtiers.scheme import Result
from hubtiers.tiers.agreement import Agreement, agreement
from hubtiers.years.moves import TierMoves
from hubtiers.years.panel import TierPanel

if TYPE_CHECKING:
    from hubtiers.show.pages.paper import Report

__all__ = ["Outcome"]


@dataclass(frozen=True, repr=False, eq=False)
class Outcome:
    """What a study gave.

    Attributes
    ----------
    name
        Name of the study.
    origin
        What tells the study from others of its name: its folder and name, or what ships.
    command
        The words that build it again at a command line; empty where no file holds the study.
    content
        What the study file says.
    result
        Scores, ranks and tiers.
    layout, reference
        The layout, and the tier for each region that the result is held against: that of the
        layout, or of published groups; None where the study names none.
    reference_name
        The file of the published groups, and what these stand for; empty where the reference is
        the layout.
    comparison
        The study under each weighting that it names; None where it names none.
    robustness
        How sure the tiers are; None where the study asks for no draws.
    outside
        One row per outside variable that the study names: correlation with the score, agreement of
        tiers.
    baselines
        Columns of the data, such as population, that the study names to be held against: value by
        region, by the code of the column.
    panel
        The study year by year; None where it names no years.
    moves
        How often each change of tier happens; None where the study asks for no draws.
    inputs
        Every file that was read, by the name it has in the record.
    left_out
        By file of published groups and rankings the names that belong to no region and were passed
        over.
    hubs
        What the sections `[propose]`, `[network]` and `[diffusion]` gave.
    """

    name: str
    command: str
    content: StudyFile
    result: Result
    layout: HubLayout | None = None
    reference: pd.Series | None = None
    reference_name: str = ""
    comparison: Comparison | None = None
    robustness: Robustness | None = None
    outside: pd.DataFrame = field(default_factory=pd.DataFrame)
    baselines: Mapping[str, pd.Series] = field(default_factory=dict)
    panel: TierPanel | None = None
    moves: TierMoves | None = None
    inputs: Mapping[str, Path] = field(default_factory=dict)
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hubs: HubFindings = field(default_factory=HubFindings)
    origin: str = ""

    @property
    def title(self) -> dict[str, str]:
        """Title of the study in both languages, as far as it has them."""
        zh, en = self.content.title_zh, self.content.title_en
        return {"zh": zh or en, "en": en or zh}

    @property
    def agreement(self) -> Agreement | None:
        """Agreement of the tiers with the reference."""
        if self.reference is None:
            return None
        return agreement(self.result.tier, self.reference)

    @cached_property
    def baseline_agreement(self) -> pd.DataFrame | None:
        """Agreement of the score, the baselines and every single indicator with the layout."""
        if self.reference is None:
            return None
        return compare_baselines(self.result, self.reference, others=self.baselines)

    @property
    def baseline_titles(self) -> dict[str, dict[str, str]]:
        """What each baseline is called, by code and language."""
        return {one.indicator: one.title for one in self.content.compare.baseline}

    @property
    def notes(self) -> list[str]:
        """What a reader of the files should know.

        Figures that no installed font can draw; published names that belong to no region.
        """
        from hubtiers._output import notes_of

        return notes_of(self)

    def brief(self) -> Report:
        """Return what the study found on one page, as `brief.html` has it (一页简报)."""
        from hubtiers._output import brief_of

        return brief_of(self)

    def save(self, out: str | Path) -> list[Path]:
        """Write all files into a folder, or none.

        Parameters
        ----------
        out
            Folder to write into; it is made where it does not exist, and other files in it stay.

        Returns
        -------
        list of pathlib.Path
            What was written, by name.

        Raises
        ------
        DataError
            When `out` is a file.
        """
        from hubtiers._output import save_outcome

        return save_outcome(self, Path(out))

    def __repr__(self) -> str:
        head, *rest = repr(self.result).splitlines()
        return "\n".join([f"<Outcome {self.name}: {head.removeprefix('<Result: ')}", *rest])

    def _repr_html_(self) -> str:
        title = escape(self.title["en"] or self.name)
        return f"<h4>{title}</h4>{self.result._repr_html_()}"
