"""What methods assume and what they survive: the tables of the pages on choosing, each figure by running the method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

import hubtiers as ht
from hubtiers.errors import HubtiersError

__all__ = ["aggregation_rows", "normalisation_rows", "tier_rows", "weighting_rows"]

K = 4


@lru_cache(maxsize=1)
def values() -> pd.DataFrame:
    """Return the indicators of 31 provinces in 2022, more being better in all of them."""
    table = ht.load_study("provinces2022").load_table()
    assert {indicator.direction for indicator in table.framework.indicators} == {1}
    return table.values[table.framework.codes].dropna()


@lru_cache(maxsize=1)
def scaled() -> pd.DataFrame:
    """Return the same on the scale 0.01 to 1, which every mean can take."""
    frame = values()
    return ht.MinMax(low=0.01, high=1.0).fit(frame).apply(frame)


def works(function: Callable[[], Any]) -> bool:
    """Say whether a method takes what it is given."""
    try:
        function()
    except HubtiersError:
        return False
    return True


def agreement_of_orders(one: pd.Series, other: pd.Series) -> float:
    """Return Kendall's tau-b of two scores of the same regions."""
    return float(one.corr(other.reindex(one.index), method="kendall"))


def shaken(score: Callable[[pd.DataFrame], pd.Series], frame: pd.DataFrame) -> int:
    """Return after how many of all departures of one region the others stand in another order."""
    before = score(frame)
    times = 0
    for region in frame.index:
        after = score(frame.drop(index=region)).round(12)
        rest = before.drop(index=region).round(12)
        times += not after.rank().equals(rest.rank())
    return times


def normalisers() -> dict[str, Any]:
    """Return one object of each normaliser."""
    frame = values()
    posts = {code: (0.0, float(2 * frame[code].max())) for code in frame}
    methods = (ht.MinMax(), ht.ZScore(), ht.RobustScale(), ht.PercentileRank(), ht.VectorNorm())
    methods += (ht.LogMinMax(offset=1.0), ht.DistanceToReference(), ht.Goalposts(posts))
    methods += (ht.CentredGoalposts(), ht.AsIs())
    return {type(method).__name__: method for method in methods}


def normalisation_rows() -> list[tuple[str, ...]]:
    """Return by normaliser: range, order against min–max, departures, outlier."""
    frame = values()

    def score_by(method: Any) -> Callable[[pd.DataFrame], pd.Series]:
        return lambda part: method.fit(part).apply(part).mean(axis=1)

    base = score_by(ht.MinMax())(frame)
    rows = []
    for name, method in normalisers().items():
        score = score_by(method)
        tau = agreement_of_orders(base, score(frame))
        given = method.fit(frame).apply(frame).to_numpy()
        span = f"{given.min():.3g} … {given.max():.3g}".replace("-", "−")
        left = outlier_leaves(method, frame)
        rows.append((name, span, f"{tau:.2f}", f"{shaken(score, frame)}", f"{left:.0%}"))
    return rows


def outlier_leaves(method: Any, frame: pd.DataFrame) -> float:
    """Return how much of the spread of the others is left when the largest value grows tenfold."""
    code = frame.columns[0]
    first = frame[code].idxmax()
    grown = frame.copy()
    grown[code] = grown[code].astype(float)
    grown.loc[first, code] *= 10.0
    before = method.fit(frame).apply(frame)[code].drop(index=first)
    after = method.fit(grown).apply(grown)[code].drop(index=first)
    return float(after.std() / before.std())


def said(*, yes: bool) -> str:
    """Return a mark that both languages read."""
    return "✓" if yes else "–"


def aggregators() -> dict[str, Any]:
    """Return one object of each aggregation."""
    methods = (ht.Arithmetic(), ht.Geometric(), ht.Harmonic(), ht.PowerMean(0.5))
    methods += (ht.MazziottaPareto(), ht.Topsis(), ht.Vikor(), ht.GreyRelation(), ht.Copeland())
    return {type(method).__name__: method for method in methods}


def aggregation_rows() -> list[tuple[str, ...]]:
    """Return by aggregation: order against the mean, departures, lopsided for even, zeros."""
    frame = scaled()
    field = pd.DataFrame(
        {"a": [0.9, 0.5, 0.05, 1.0], "b": [0.1, 0.5, 0.05, 1.0]},
        index=["lopsided", "even", "low", "high"],
    )
    base = frame.mean(axis=1)
    rows = []
    for name, method in aggregators().items():

        def score(part: pd.DataFrame, method: Any = method) -> pd.Series:
            return method.fit(part).apply(part)

        tau = agreement_of_orders(base, score(frame))
        ends = score(field)
        lopsided = float(ends["lopsided"] / ends["even"])
        zeros = works(lambda score=score: score(field - 0.05))
        rows.append(
            (name, f"{tau:.2f}", f"{shaken(score, frame)}", f"{lopsided:.0%}", said(yes=zeros))
        )
    return rows


def weightings() -> dict[str, Any]:
    """Return one object of each weighting that gives all regions the same weights from data."""
    methods = (ht.EqualWeights(), ht.EntropyWeights(), ht.CriticWeights(), ht.VariationWeights())
    methods += (ht.PcaWeights(),)
    return {type(method).__name__: method for method in methods}


def weighting_rows() -> list[tuple[str, ...]]:
    """Return by weighting: order against equal weights, extremes, a column twice, departures."""
    frame = scaled()
    base = frame.mean(axis=1)
    first = frame.columns[0]
    twice = frame.assign(again=frame[first])
    rows = []
    for name, method in weightings().items():
        weights = method.fit(frame).weights
        tau = agreement_of_orders(base, (frame * weights).sum(axis=1))
        doubled = method.fit(twice).weights
        pair = float((doubled[first] + doubled["again"]) / weights[first])
        moved = most_moved(method, frame)
        span = f"{weights.min():.1%}–{weights.max():.1%}"
        rows.append((name, f"{tau:.2f}", span, f"{pair:.2f}", f"{moved:.1f}"))
    return rows


def most_moved(method: Any, frame: pd.DataFrame) -> float:
    """Return by how many points of a hundred a weight moves at most when one region departs."""
    before = method.fit(frame).weights
    moved = [
        float((method.fit(frame.drop(index=region)).weights - before).abs().max())
        for region in frame.index
    ]
    return 100.0 * max(moved)


def tier_rules() -> dict[str, Any]:
    """Return one object of each rule that cuts a score, with its defaults and as many tiers."""
    methods = (ht.NaturalBreaks(K), ht.Quantiles(K), ht.EqualIntervals(K), ht.HeadTail(K))
    methods += (ht.StandardDeviation(), ht.KMeans(K), ht.Hierarchical(K), ht.GaussianMixture(K))
    methods += (ht.Thresholds((0.2, 0.4, 0.6)), ht.RelativeTo())
    return {type(method).__name__: method for method in methods}


def tier_rows() -> list[tuple[str, ...]]:
    """Return by tier rule: sizes, departures, an outlier, the same after a square root."""
    scores = scaled().mean(axis=1)
    rows = []
    for name, method in tier_rules().items():
        before = tiers(method, scores)
        sizes = before.value_counts(sort=False).reindex(method.possible_tiers, fill_value=0)
        grown = scores.copy()
        grown[scores.idxmax()] *= 3.0
        kept = [
            kept_share(before, tiers(method, scores.drop(index=region))) for region in scores.index
        ]
        outlier = kept_share(before, tiers(method, grown))
        same = kept_share(before, tiers(method, np.sqrt(scores))) == 1.0
        row = (
            name,
            " · ".join(map(str, sizes)),
            f"{min(kept):.0%}",
            f"{outlier:.0%}",
            said(yes=same),
        )
        rows.append(row)
    return rows


def tiers(method: Any, scores: pd.Series) -> pd.Series:
    """Return the tier of each region."""
    return method.fit(scores).apply(scores).astype(object)


def kept_share(before: pd.Series, after: pd.Series) -> float:
    """Return the share of the regions in both that keep their tier."""
    return float((before.reindex(after.index) == after).mean())


ROWS: Mapping[str, Callable[[], list[tuple[str, ...]]]] = {
    "normalise": normalisation_rows,
    "weight": weighting_rows,
    "aggregate": aggregation_rows,
    "tier": tier_rows,
}
