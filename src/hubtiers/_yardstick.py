"""How the yardstick of a table is scored: by the fitted steps, as one more region would be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from hubtiers._hierarchy import Hierarchy
from hubtiers._method import own_fact
from hubtiers._methods import describe
from hubtiers._steps import Given, Steps, complete_values, rescale
from hubtiers.errors import DataError, HubtiersError, listing
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.yardstick import ScoredYardstick

__all__ = ["named_score", "normalised_yardstick", "score_yardstick"]


def score_yardstick(
    steps: Steps, hierarchy: Hierarchy, reach: pd.DataFrame, given: Given
) -> ScoredYardstick | None:
    """Return what fitted steps make of the yardstick of a table; None where it has none.

    Parameters
    ----------
    steps, hierarchy
        What was learnt from the regions; the yardstick takes no part in it.
    reach
        Lowest and highest value of every indicator at the fit.
    given
        The table that is scored.

    Notes
    -----
    What cannot be scored has no score and says why: too few values for the rule of gaps, or an
    aggregation whose scores depend on who else is scored. Where several years are fitted at once
    there is none: each of them has its own.
    """
    table = given.table.yardstick
    if table is None or given.years is not None:
        return None
    name, codes = str(table.values.index[0]), pd.Index(given.table.framework.codes)
    nodes = pd.Series(dtype="float64")
    normalised = complete = pd.DataFrame(np.nan, index=[name], columns=codes)
    try:
        complete = _complete(steps, given)
        problem = _why_empty(steps, given, complete)
        if not problem:
            normalised = rescale(steps, complete)
            nodes = _nodes(hierarchy, normalised).iloc[0]
            problem = _why_not_alone(steps, hierarchy, reach, complete, nodes)
    except HubtiersError as error:
        problem = str(error).rstrip(".")
    if problem:
        nodes = pd.Series(dtype="float64")
    labels = table.regions.loc[name]
    return ScoredYardstick(
        name=name,
        name_zh=str(labels["name_zh"]),
        name_en=str(labels["name_en"]),
        nodes=nodes,
        normalised=normalised.iloc[0],
        complete=complete.iloc[0],
        problem=problem,
    )


def normalised_yardstick(steps: Steps, given: Given) -> pd.DataFrame:
    """Return the normalised values of the yardstick of a table, one row.

    All are missing where the rule of gaps leaves it without a score.
    """
    return rescale(steps, _complete(steps, given))


def named_score(table: IndicatorTable, score: float) -> ScoredYardstick:
    """Return the yardstick of a table (one row) with a score that was computed elsewhere."""
    name, codes = str(table.values.index[0]), pd.Index(table.framework.codes)
    unknown = pd.Series(np.nan, index=codes)
    nodes = pd.Series({"": score})
    problem = "it has too few values" if np.isnan(score) else ""
    return ScoredYardstick(name, name, name, nodes, unknown, unknown, problem)


def _complete(steps: Steps, given: Given) -> pd.DataFrame:
    """Return the values of the yardstick by size and with gaps filled, one row."""
    assert given.table.yardstick is not None
    # What is left out of the framework of the table is left out here as well.
    row = dataclasses.replace(given.table.yardstick, framework=given.table.framework)
    measured: pd.DataFrame = steps.denominate.apply(row.values)
    if not measured.isna().to_numpy().any():
        # Where nothing is missing, no rule for gaps needs to know the groups that a region is in.
        return measured
    filled = complete_values(steps, Given(row, only_year=given.only_year))
    if not filled.index.equals(measured.index):
        raise DataError(
            "it lacks values, and gaps that are drawn anew are those of regions; leave redraw_gaps "
            "out, or give the yardstick all its values"
        )
    return filled


def _why_empty(steps: Steps, given: Given, complete: pd.DataFrame) -> str:
    """Return why the rule of gaps leaves nothing to score; empty where something is left."""
    if complete.notna().to_numpy().any():
        return ""
    assert given.table.yardstick is not None
    measured = steps.denominate.apply(given.table.yardstick.values).iloc[0]
    absent = measured.index[measured.isna()]
    return (
        f"it lacks {listing(map(repr, absent))}, {len(absent)} of {len(measured)} values, which is "
        "more than the scheme's rule for gaps allows"
    )


def _nodes(hierarchy: Hierarchy, normalised: pd.DataFrame) -> pd.DataFrame:
    return hierarchy.rounded(hierarchy.scores(normalised), normalised)


def _why_not_alone(
    steps: Steps,
    hierarchy: Hierarchy,
    reach: pd.DataFrame,
    complete: pd.DataFrame,
    nodes: pd.Series,
) -> str:
    """Return why a score has no meaning by itself; empty where it has one."""
    if np.isnan(nodes[""]):
        return "the aggregation gives it no score"
    methods = {node.method for node in hierarchy.nodes}
    forms = [own_fact(method, "compiled_form") for method in methods]
    if all(form is not None and form.rule == "power" for form in forms):
        # Weighted means look at one row at a time.
        return ""
    ends = reach.T[complete.columns]
    # A count of wins may by chance be the same beside one of the ends, but not beside each.
    for end in ends.index:
        beside = _nodes(hierarchy, rescale(steps, pd.concat([complete, ends.loc[[end]]])))
        if not np.isclose(beside[""].iloc[0], nodes[""], rtol=1e-9, atol=1e-12):
            break
    else:
        return ""
    chosen = tuple(dict.fromkeys(node.method for node in hierarchy.nodes))
    return (
        f"under {describe(chosen if len(chosen) > 1 else chosen[0])} a score depends on the other "
        "regions that are scored"
    )
