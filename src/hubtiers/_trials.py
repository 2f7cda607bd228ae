"""Weightings and tier rules tried over one table: what each gives, and which do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from hubtiers.compare import Comparison, compare_schemes
from hubtiers.errors import DataError
from hubtiers.scheme import Result, Scheme
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["Choice", "Trials", "try_schemes"]


@dataclass(frozen=True)
class Choice:
    """A weighting and a tier rule by their names; without a tier rule that of the study."""

    weight: str
    tier: str = ""

    def __str__(self) -> str:
        return f"{self.weight} · {self.tier}" if self.tier else self.weight


@dataclass(frozen=True, repr=False, eq=False)
class Trials:
    """What several weightings and tier rules give over one table.

    Attributes
    ----------
    comparison
        The schemes that fit the data, by the text of their choice.
    choices
        Every choice that was tried.
    unfit
        Why a choice does not fit the data.
    """

    comparison: Comparison
    choices: tuple[Choice, ...]
    unfit: Mapping[Choice, str] = field(default_factory=dict)

    @property
    def has_matrix(self) -> bool:
        """Whether tier rules were tried, and there is a reference to hold them against."""
        return self.comparison.reference is not None and any(c.tier for c in self.choices)

    def by_weight_and_tier(self, measure: str = "matches") -> pd.DataFrame:
        """Return a measure of agreement with the reference, weightings × tier rules.

        Parameters
        ----------
        measure
            A column of `Comparison.with_reference`: `matches`, `share`, `kappa`, `adjusted_rand`.

        Raises
        ------
        DataError
            When there is no reference to agree with.

        Notes
        -----
        **Missing values**: a choice that does not fit the data is missing.
        """
        found = self.comparison.with_reference
        if found is None:
            raise DataError(
                "There is no layout to agree with. Give the study a [layout] with compare = true."
            )
        rows = list(dict.fromkeys(choice.weight for choice in self.choices))
        columns: dict[str, dict[str, float]] = {choice.tier: {} for choice in self.choices}
        values = found[measure].to_dict()
        for choice in self.choices:
            if choice not in self.unfit:
                columns[choice.tier][choice.weight] = float(values[str(choice)])
        return pd.DataFrame(columns).reindex(pd.Index(rows, name="weights"))


def try_schemes(
    table: IndicatorTable,
    schemes: Mapping[Choice, Scheme],
    *,
    reference: pd.Series | None,
    tolerant: bool,
) -> Trials:
    """Run every scheme once and compare those that fit the data.

    Parameters
    ----------
    table
        What is scored.
    schemes
        Scheme by choice.
    reference
        Tier by region to hold the schemes against.
    tolerant
        Whether a scheme that does not fit the data is kept with its reason, or is an error.

    Raises
    ------
    DataError
        When a scheme does not fit the data; with `tolerant`, when none does.
    """
    choices = tuple(schemes)
    if not tolerant:
        named = {str(choice): scheme for choice, scheme in schemes.items()}
        return Trials(compare_schemes(table, named, reference=reference), choices)
    results: dict[str, Result] = {}
    unfit: dict[Choice, str] = {}
    for choice, scheme in schemes.items():
        try:
            results[str(choice)] = scheme.run(table)
        except DataError as error:
            unfit[choice] = str(error)
    if not results:
        first, reason = next(iter(unfit.items()))
        raise DataError(f"None of {len(unfit)} schemes fits the data. {first}: {reason}")
    return Trials(Comparison(results, reference), choices, unfit)
