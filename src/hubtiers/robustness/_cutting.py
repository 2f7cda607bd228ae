"""Ranks and tiers of many draws, compiled where a tier rule says how its cut-points are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubtiers._method import asked_for, own_fact
from hubtiers.errors import SpecError, listing
from hubtiers.robustness._scoring import Refused
from hubtiers.robustness._small import FIXED, GIVEN, NATURAL, cut_rows, is_small
from hubtiers.table.indicator_table import IndicatorTable

__all__ = ["TierRule", "columns_of", "cut_draws", "tier_rule"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Small = NDArray[np.int16]
TableForm = Callable[[IndicatorTable], Callable[[Floats], Ints]]


@dataclass(frozen=True, eq=False)
class TierRule:
    """How a tier rule is applied.

    Attributes
    ----------
    code
        Of `place_kernel`.
    breaks
        Cut-points, where they are fixed.
    columns
        Column of each class, lowest first.
    method
        The rule itself.
    is_asked
        Whether the rule is not compiled, and itself says the tiers of every draw.
    table_form
        For a rule that reads the table and not the scores: from a table to a function of its values
        that gives the tier of each region, 0 the lowest; None for every other rule.
    """

    code: int
    breaks: Floats
    columns: Ints
    method: Any
    is_asked: bool
    table_form: TableForm | None = None


def tier_rule(
    method: Any, labels: tuple[str, ...], *, with_yardstick: bool = False
) -> TierRule | None:
    """Return how a rule gives tiers from scores alone, in columns of these labels.

    Or from the values of the table alone. None when it needs more; the score of a yardstick is no
    more where the caller has it.
    """
    if (form := own_fact(method, "table_form")) is not None:
        columns = np.array([labels.index(label) for label in method.possible_tiers[::-1]], np.int64)
        first = np.zeros(1, np.int64)
        # Ranks come from the scores; the tiers that stand in the columns are exchanged later.
        return TierRule(
            GIVEN,
            np.empty(0),
            first,
            method,
            is_asked=False,
            table_form=_in_columns(form, columns),
        )
    if not own_fact(method, "uses_only_scores", default=not asked_for(method.fit)):
        if with_yardstick and asked_for(method.fit) == ("yardstick",):
            return TierRule(GIVEN, np.empty(0), np.zeros(1, np.int64), method, is_asked=True)
        return None
    cuts = own_fact(method, "cuts")
    if cuts is None:
        return TierRule(GIVEN, np.empty(0), np.zeros(1, np.int64), method, is_asked=True)
    columns = np.array([labels.index(label) for label in method.possible_tiers[::-1]], np.int64)
    if cuts == "fixed":
        return TierRule(FIXED, np.array(method.cut_points, float), columns, method, is_asked=False)
    return TierRule(NATURAL, np.empty(0), columns, method, is_asked=False)


def _in_columns(form: TableForm, columns: Ints) -> TableForm:
    """Return the form with the columns of the labels in place of its own tiers."""

    def placed(table: IndicatorTable) -> Callable[[Floats], Ints]:
        tiers = form(table)
        return lambda values: columns[tiers(values)]

    return placed


def columns_of(tier: pd.Series, labels: tuple[str, ...]) -> Small:
    """Return the column of each tier among the labels, -1 for none.

    Raises
    ------
    SpecError
        When a tier is none of them.
    """
    if unknown := [label for label in tier.cat.categories if label not in labels]:
        raise SpecError(
            f"A draw gives the tier {listing(map(repr, unknown))}, but the scheme itself gives "
            f"{listing(labels)}. Let the tier rule say all that it may give, in a property "
            "`possible_tiers` of the class, the highest first."
        )
    column = [labels.index(label) for label in tier.cat.categories]
    return np.asarray(np.array([*column, -1], np.int16)[tier.cat.codes.to_numpy()], np.int16)


def cut_draws(scores: Floats, rule: TierRule, ranks: Small, classes: Small) -> None:
    """Write rank and tier of every score, but for the tiers of a rule that is not compiled.

    Raises
    ------
    Refused
        When the scores of a draw cannot be cut.
    """
    if is_small(scores.shape[1]):
        refused = cut_rows(scores, rule.code, rule.breaks, rule.columns, ranks, classes)
        if refused >= 0:
            raise Refused(refused)
        return
    from hubtiers.robustness._kernel import key_kernel, place_kernel, quick_kernel

    keys, careful = np.empty(scores.shape, np.int64), np.ones(len(scores), np.bool_)
    key_kernel(scores, scores.view(np.int64), keys)
    keys.sort(axis=1)
    if rule.code != NATURAL:
        quick_kernel(scores, keys, rule.breaks, rule.columns, ranks, classes, careful)
    if careful.any():
        refused = place_kernel(
            scores, keys, rule.code, rule.breaks, rule.columns, ranks, classes, careful
        )
        if refused >= 0:
            raise Refused(refused)
