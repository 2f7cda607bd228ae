"""Which indicators a share can be taken of, by function, and whether their values allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hubtiers.errors import DataError, UnknownOptionError, listing
from hubtiers.framework import Framework, Indicator
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers._position import Columns

__all__ = ["columns_of", "only_functions", "require_countable", "require_disjoint"]

Floats = NDArray[np.float64]

_SLACK = 1 + 1e-9
"""What a sum may exceed a given total by: the last digits of its terms."""


def require_disjoint(table: IndicatorTable) -> None:
    """Raise where regions overlap: shares of a total would count them twice."""
    if table.overlaps:
        pairs = listing(f"{table.label(a)} with {table.label(b)}" for a, b in table.overlaps)
        raise DataError(
            "Shares of a total need regions apart from each other, but these overlap and would "
            f"count twice: {pairs}. Keep disjoint regions (IndicatorTable.without, or `exclude` in "
            "a study file)."
        )


def columns_of(table: IndicatorTable, given: Mapping[str, float] | None, *, field: str) -> Columns:
    """Return the indicators that a share can be taken of, by function; those with a given total."""
    by_function = {
        function: _countable(table.framework, function)
        for function in table.framework.filled_children()
    }
    countable = [code for codes in by_function.values() for code in codes]
    if not countable:
        raise DataError(
            "No function has an extensive indicator where more is better, so that there is no "
            "share of a total. Mark counts and sums as extensive in the framework."
        )
    for code in given or ():
        if code not in countable:
            raise UnknownOptionError(
                f"indicator in the totals of the {field} (PositionRules):", code, countable
            )
    return _columns_with(table, by_function, given)


def only_functions(columns: Columns, functions: Sequence[str]) -> Columns:
    """Return the columns of some functions, in their order."""
    wanted = [columns.functions.index(function) for function in functions]
    order = [place for number in wanted for place in np.flatnonzero(columns.owner == number)]
    owner = np.array([wanted.index(number) for number in columns.owner[order]], np.int64)
    codes = tuple(columns.codes[place] for place in order)
    return Columns(codes, owner, tuple(functions), columns.totals[order], columns.are_shares[order])


def require_countable(values: Floats, columns: Columns, table: IndicatorTable) -> None:
    """Raise where an indicator has a negative value, sums to 0, or to more than its total."""
    sums = np.nansum(values, axis=0)
    negative = np.asarray((values < 0).any(axis=0))
    empty = ~columns.are_shares & ~(sums > 0)
    # A total that is not given is no number, and nothing is larger than it.
    beyond = sums > columns.totals * _SLACK
    wrong = np.flatnonzero(negative | empty | beyond)
    if not len(wrong):
        return
    number = int(wrong[0])
    code = columns.codes[number]
    if negative[number]:
        odd = table.values.index[values[:, number] < 0]
        raise DataError(
            f"A share of {code!r} needs values of at least 0, but it is negative for "
            f"{listing(table.label(region) for region in odd)}."
        )
    if empty[number]:
        raise DataError(
            f"{code!r} sums to 0 over the regions of the table, so that nobody has a share of it. "
            "Drop it."
        )
    raise DataError(
        f"PositionRules(totals=…): {code!r} sums to {sums[number]:g} over the regions of the "
        f"table, more than the total of {columns.totals[number]:g} that is given. Look at its unit "
        "and year."
    )


def _columns_with(
    table: IndicatorTable,
    by_function: Mapping[str, Sequence[str]],
    given: Mapping[str, float] | None,
) -> Columns:
    """Return the indicators of each function; only those with a given total where some are."""
    codes: list[str] = []
    owner: list[int] = []
    functions: list[str] = []
    for function, members in by_function.items():
        if taken := [code for code in members if given is None or code in given]:
            codes += taken
            owner += [len(functions)] * len(taken)
            functions.append(function)
    totals = [float("nan") if given is None else float(given[code]) for code in codes]
    are_shares = [_is_share(table.framework, code) for code in codes]
    if given is not None and any(are_shares):
        odd = listing(code for code, is_share in zip(codes, are_shares, strict=True) if is_share)
        raise DataError(
            f"PositionRules(totals=…) gives a total for {odd}, which is in per cent: a share of a "
            "total already. Leave it out of the totals."
        )
    return Columns(
        tuple(codes),
        np.array(owner, np.int64),
        tuple(functions),
        np.array(totals),
        np.array(are_shares, np.bool_),
    )


def _countable(framework: Framework, function: str) -> list[str]:
    node = framework[function]
    below = (
        [node]
        if isinstance(node, Indicator)
        else [framework[code] for code in framework.leaves(function)]
    )
    return [
        i.code
        for i in below
        if isinstance(i, Indicator) and i.kind == "extensive" and i.direction == 1
    ]


def _is_share(framework: Framework, code: str) -> bool:
    node = framework[code]
    return isinstance(node, Indicator) and node.unit in ("%", "％", "percent")
