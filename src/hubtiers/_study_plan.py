"""The section `[plan]` of a study: where values and targets come from, how far they have come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import pandas as pd

    from hubtiers.framework import Framework
    from hubtiers.hubs.plan import Attainment

__all__ = ["PlanSection", "assess_plan", "load_plan"]


class PlanSection(BaseModel):
    """A plan whose attainment is told beside the scores: `attainment` says what it takes.

    `file` is a plan that ships (`beijing_plan`), a table with one row by target, or, with
    `targets`, one of values; `framework` brings names and empty slots.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    year: int
    targets: str | None = None
    framework: str | None = None


def assess_plan(section: PlanSection, folder: Path) -> Attainment:
    """Return how far the plan of a study has come.

    Raises
    ------
    HubtiersError
        When a file, a column, a year or a number does not fit; the message says which.
    """
    from hubtiers.hubs.plan import attainment

    values, targets, framework = load_plan(section.file, section.targets, section.framework, folder)
    return attainment(values, targets, section.year, framework=framework)


def load_plan(
    file: str, targets: str | None, framework: str | None, folder: Path
) -> tuple[pd.DataFrame, pd.DataFrame, Framework | None]:
    """Return values, targets, and the framework that is named or belongs to a plan that ships.

    Paths start in `folder`; a name without a suffix is one that ships.
    """
    from hubtiers.framework import load_framework
    from hubtiers.hubs.plan import load_targets, read_plan, read_rows
    from hubtiers.table.indicators import load_indicators

    ships = "." not in file
    if targets is not None:
        values = load_indicators(file) if ships else read_rows(folder / file)
        wanted = read_rows(folder / targets)
    elif ships:
        values, wanted = load_indicators(file), load_targets(file)
    else:
        values, wanted = read_plan(folder / file)
    named = framework or (file if ships and targets is None else None)
    if named is None:
        return values, wanted, None
    return values, wanted, load_framework(folder / named if "." in named else named)
