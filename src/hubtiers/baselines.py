"""What a single indicator would give: the baseline that a composite must be held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hubtiers._method import asked_for
from hubtiers.errors import DataError, DuplicateRegionError, listing
from hubtiers.scheme import Result
from hubtiers.tiers.agreement import agreement
from hubtiers.tiers.breaks import NaturalBreaks

__all__ = [
    "best_baseline",
    "compare_baselines",
    "nearest_baseline",
    "rule_for_one",
    "score_residuals",
    "tiers_by_one",
]

_FEWEST = 3


def compare_baselines(
    result: Result, reference: pd.Series, *, others: Mapping[str, pd.Series] | None = None
) -> pd.DataFrame:
    """Hold single indicators against a reference, beside the score (单指标基准对照).

    Choose it before an agreement with a published layout is taken for evidence: where population
    alone agrees as well, the composite has shown nothing.

    Parameters
    ----------
    result
        What is examined: its tiers, and each of its indicators.
    reference
        Published tier by region.
    others
        Further baselines by name, each a value by region of which more is better, such as
        population.

    Returns
    -------
    pandas.DataFrame
        One row per baseline, index `baseline`: the score first, then `others` as given, then the
        indicators, those that agree best first. Columns `kind` (`"score"`, `"other"`,
        `"indicator"`), then what `Agreement.to_frame` gives; `rule`, what the tiers are cut by.

    Raises
    ------
    DataError
        When no region has a tier and a reference, or another baseline has no region in common.
    DuplicateRegionError
        When another baseline has a region twice.

    Notes
    -----
    Each baseline is cut by the tier rule of the result, into as many tiers, over the regions that
    have a score; where that rule is not made from one score and a number of tiers (declared
    cut-points, rules of position), by natural breaks. An indicator is taken as normalised, so that
    its direction counts. The best of many indicators is chosen after the fact, which flatters it.

    **Missing values**: a region without a value has no tier. An indicator with fewer different
    values than tiers has no row.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> outcome = load_study("zhang2022").run()
    >>> found = compare_baselines(outcome.result, outcome.reference)
    >>> found["matches"].head(2).to_dict()
    {'score': 14, 'rd_intensity_pct': 12}
    """
    rule, told = rule_for_one(result)
    tiers = {"score": ("score", result.tier)}
    for name, values in (others or {}).items():
        tiers[name] = ("other", _cut(rule, _scored(result, values, name)))
    for code in result.table.framework.codes:
        own = result.normalised[code][result.scores.notna()]
        if own.nunique() >= len(result.breaks.labels):
            tiers[code] = ("indicator", _cut(rule, own))
    rows = []
    for name, (kind, tier) in tiers.items():
        row = agreement(tier, reference).to_frame()
        row.insert(0, "baseline", name)
        row.insert(1, "kind", kind)
        rows.append(row.assign(rule="" if kind == "score" else told))
    frame = pd.concat(rows, ignore_index=True).set_index("baseline")
    return _best_first(frame)


def _best_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the indicators sorted, and what stands before them as it is."""
    own = frame[frame["kind"] == "indicator"]
    own = own.sort_values(["share", "kappa"], ascending=False, kind="stable")
    return pd.concat([frame[frame["kind"] != "indicator"], own])


def best_baseline(compared: pd.DataFrame) -> str | None:
    """Return the single indicator that agrees best, of what `compare_baselines` gave."""
    own = compared.index[compared["kind"] == "indicator"]
    return str(own[0]) if len(own) else None


def rule_for_one(result: Result) -> tuple[Any, str]:
    """Return the rule that cuts one column as the result is cut, and its name."""
    own, labels = result.fitted.scheme.tier, result.breaks.labels
    needs_more = getattr(own, "uses_geometry", False) or "table" in asked_for(own.fit)
    if getattr(own, "k", None) == len(labels) and not needs_more:
        return own, type(own).__name__
    return NaturalBreaks(len(labels), labels=labels), "NaturalBreaks"


def tiers_by_one(result: Result, values: pd.Series) -> pd.Series:
    """Return the tiers that one column gives by the rule of a result, more being better."""
    return _cut(rule_for_one(result)[0], _scored(result, values, str(values.name)))


def _cut(rule: Any, values: pd.Series) -> pd.Series:
    tier: pd.Series = rule.fit(values).apply(values)
    return tier


def _scored(result: Result, values: pd.Series, name: str) -> pd.Series:
    """Return a baseline over the scored regions of a result."""
    if values.index.has_duplicates:
        twice = values.index[values.index.duplicated()]
        raise DuplicateRegionError(twice, f"The baseline {name!r}")
    own = values.astype("float64").reindex(result.scores.index)[result.scores.notna()]
    k = len(result.breaks.labels)
    if own.nunique() < k:
        raise DataError(
            f"The baseline {name!r} has {own.nunique()} different values in the regions with a "
            f"score, but {k} tiers need at least {k}. Check that it has the ids of these regions "
            f"({listing(result.scores.index, most=3)})."
        )
    return own


def nearest_baseline(result: Result, others: Mapping[str, pd.Series] | None = None) -> pd.Series:
    """Return the column that goes best with the score: one of `others` where there are any.

    Its name is that of the baseline, its values are the indicator's as normalised.
    """
    columns = dict(others or {})
    if not columns:
        columns = {code: result.normalised[code] for code in result.table.framework.codes}
    found = {}
    for name, values in columns.items():
        both = pd.concat([result.scores, values.astype("float64")], axis=1, join="inner").dropna()
        if len(both) >= _FEWEST and both.nunique().min() > 1:
            found[name] = abs(float(both.iloc[:, 0].corr(both.iloc[:, 1])))
    if not found:
        raise DataError(
            "No baseline has values that differ in at least three regions with a score. Name one "
            "with other values."
        )
    best = max(found, key=lambda name: found[name])
    return columns[best].rename(best)


def score_residuals(result: Result, baseline: pd.Series) -> pd.Series:
    """Return what a baseline leaves over of the score (残差): score less its straight line.

    Parameters
    ----------
    result
        The scores.
    baseline
        Value by region, such as population or one indicator.

    Returns
    -------
    pandas.Series
        Residual by region, of the least-squares line score = a + b · baseline.

    Raises
    ------
    DataError
        When fewer than three regions have both, or the baseline is the same everywhere.

    Notes
    -----
    **Missing values**: missing where either side is.

    Examples
    --------
    >>> from hubtiers.study import load_study
    >>> result = load_study("zhang2022").run().result
    >>> left = score_residuals(result, result.normalised["double_first_class_universities"])
    >>> left.nlargest(1).index[0], abs(left.sum()) < 1e-10
    ('greater-bay-area', np.True_)
    """
    both = pd.concat([result.scores, baseline.astype("float64")], axis=1, join="inner").dropna()
    if len(both) < _FEWEST or both.iloc[:, 1].nunique() < 2:
        raise DataError(
            f"A line through scores needs three regions with a baseline that differs, but "
            f"{len(both)} have both score and baseline."
        )
    score, x = both.iloc[:, 0].to_numpy(float), both.iloc[:, 1].to_numpy(float)
    # Shifted and scaled, so that millions of people do not drown the constant.
    x = (x - x.mean()) / x.std()
    slope = float((x * score).mean())
    left = pd.Series(score - score.mean() - slope * x, index=both.index)
    return left.reindex(result.scores.index).rename("residual")
