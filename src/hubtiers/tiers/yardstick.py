"""The score of a yardstick (标杆): a row of the data that is no region, scored like one."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hubtiers.errors import DataError, SpecError

__all__ = ["ScoredYardstick", "score_of_yardstick"]


@dataclass(frozen=True, repr=False, eq=False)
class ScoredYardstick:
    """What the fitted scheme says of the yardstick of a table.

    Attributes
    ----------
    name, name_zh, name_en
        What the study calls it, and its names.
    nodes
        Score of every group of the framework; that of the whole under the empty name.
    normalised, complete
        By indicator, as in a `Result`.
    problem
        Why it has no score; empty where it has one.
    """

    name: str
    name_zh: str
    name_en: str
    nodes: pd.Series
    normalised: pd.Series
    complete: pd.Series
    problem: str = ""

    @property
    def score(self) -> float:
        """The composite score; NaN where there is none."""
        return float(self.nodes.get("", float("nan")))

    def relative(self, scores: pd.Series) -> pd.Series:
        """Return scores in per cent of that of the yardstick (标杆 = 100)."""
        return (scores / self.score * 100).rename("relative")

    def __repr__(self) -> str:
        told = self.problem or f"score {self.score:.6g}"
        return f"<Yardstick {self.name}: {told}>"


def score_of_yardstick(name: str, found: ScoredYardstick | None) -> float:
    """Return the score of the yardstick that a tier rule names.

    Raises
    ------
    SpecError
        When the table has no yardstick, or another one.
    DataError
        When it has no score.
    """
    if found is None:
        raise SpecError(
            f"RelativeTo(yardstick={name!r}) measures by a row of the table that is no region, but "
            f'the table has none. Pass yardstick="{name}" where the indicators are joined; where '
            "several years are fitted at once, give its score as RelativeTo(value=…)."
        )
    if found.name != name:
        raise SpecError(
            f"RelativeTo(yardstick={name!r}) measures by another row than the yardstick of the "
            f"table, which is {found.name!r}. Name the same one."
        )
    if found.problem:
        raise DataError(f"The yardstick {name!r} cannot be scored: {found.problem}.")
    return found.score
