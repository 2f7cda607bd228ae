"""Weightings and tier rules tried over one table: what each gives, and which do not fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hubtiers._method import About, own_fact
from hubtiers._overlaps import telling_overlaps
from hubtiers.compare import Comparison, compare_schemes
from hubtiers.errors import DataError
from hubtiers.scheme import Result, Scheme
from hubtiers.scoring.weight import EqualWeights
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["Choice", "Trials", "equal_weights", "scheme_titles", "try_schemes"]

_LANGUAGES = ("zh", "en")
_EQUAL = {
    "equal": "indicator",
    "equalweights": "indicator",
    "equalperindicator": "indicator",
    "equalperfunction": "function",
}
"""Which unit counts the same, by the name of equal weights without case and punctuation."""

_PER = {
    "indicator": {"zh": "（按指标）", "en": " per indicator"},
    "function": {"zh": "（按功能）", "en": " per function"},
}
_OWN = {"zh": "（本研究）", "en": " (this study)"}
_THEN = {"zh": "，再", "en": ", then "}


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
                "There is no reference to agree with. Give the study a [layout] with compare = "
                'true, or [compare] reference = "groups.csv".'
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
    base: tuple[str, Scheme] | None = None,
    titles: Mapping[str, Mapping[str, str]] | None = None,
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
    base
        Name and scheme of the study itself, which the comparison starts from, whether it is one of
        those that are tried or not.
    titles
        What schemes are called in tables, by the text of their choice and language.

    Raises
    ------
    DataError
        When a scheme does not fit the data; with `tolerant`, when none does.
    """
    choices, called = tuple(schemes), dict(titles or {})
    named = {str(choice): scheme for choice, scheme in schemes.items()}
    if base is not None:
        named = {base[0]: base[1]} | named
    if not tolerant:
        compared = compare_schemes(table, named, reference=reference)
        return Trials(dataclasses.replace(compared, titles=called), choices)
    results: dict[str, Result] = {}
    unfit: dict[Choice, str] = {}
    chosen = {str(choice): choice for choice in choices}
    with telling_overlaps(table, ["the agreement of the schemes over all regions"]):
        for name, scheme in named.items():
            try:
                results[name] = scheme.run(table)
            except DataError as error:
                if name not in chosen:
                    raise
                unfit[chosen[name]] = str(error)
    if not set(results) & set(chosen):
        first, reason = next(iter(unfit.items()))
        raise DataError(f"None of {len(unfit)} schemes fits the data. {first}: {reason}")
    return Trials(Comparison(results, reference, called), choices, unfit)


def equal_weights(name: str) -> EqualWeights | None:
    """Return the kind of equal weights that a name means; None for another weighting.

    >>> equal_weights("equal"), equal_weights("equal-per-function"), equal_weights("entropy")
    (EqualWeights(per='indicator'), EqualWeights(per='function'), None)
    """
    plain = "".join(sign for sign in name.lower() if sign.isalnum())
    return EqualWeights(per=_EQUAL[plain]) if plain in _EQUAL else None


def scheme_titles(scheme: Scheme, *, rule: bool = False, own: bool = False) -> dict[str, str]:
    """Return what a scheme is called by its weighting, by language.

    Parameters
    ----------
    scheme
        The scheme.
    rule
        Whether its tier rule is said as well.
    own
        Whether it is that of the study.

    Examples
    --------
    >>> scheme_titles(Scheme(weight=EqualWeights(per="function")), own=True)["en"]
    'equal weights per function (this study)'
    """
    titles = {}
    for language in _LANGUAGES:
        title = _method_title(scheme.weight, language)
        if rule:
            title = f"{title} · {_method_title(scheme.tier, language)}"
        titles[language] = title + (_OWN[language] if own else "")
    return titles


def _method_title(method: Any, language: str) -> str:
    """Return the name of a method, or of one for each level, in a language."""
    if isinstance(method, tuple):
        return _THEN[language].join(_method_title(member, language) for member in method)
    name = type(method).__name__
    said = own_fact(method, "about", default=About(name, name, "", ""))
    title: str = said.zh if language == "zh" else said.en
    if isinstance(method, EqualWeights) and not title.endswith(_PER[method.per][language]):
        title += _PER[method.per][language]
    return title
