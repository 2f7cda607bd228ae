"""TOPSIS, VIKOR and the others over all indicators at once, against pymcdm on the shipped frameworks.

pymcdm 1.4, Kizielewicz, Shekhovtsov, Sałabun (2023), doi:10.1016/j.softx.2023.101368.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pymcdm import methods, normalizations, weights

from hubtiers._storage import data_path
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Copeland, GreyRelation, MazziottaPareto, Topsis, Vikor
from hubtiers.scoring.normalise import MinMax, VectorNorm
from hubtiers.scoring.weight import EntropyWeights
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.agreement import agreement
from hubtiers.tiers.breaks import NaturalBreaks

TWO = NaturalBreaks(2)
NORMALISERS = {
    "min-max": (MinMax(), normalizations.minmax_normalization),
    "vector": (VectorNorm(), normalizations.vector_normalization),
}


CITIES = sorted(path.stem for path in data_path("studies").glob("cities2023*.toml"))


@pytest.fixture(scope="module", params=["zhang2022", "provinces2022", *CITIES])
def table(request) -> IndicatorTable:
    """The complete rows of a shipped study."""
    whole = load_study(request.param).run().result.table
    values = whole.values[whole.framework.codes]
    return whole.without(list(values.index[values.isna().any(axis=1)]))


@pytest.fixture(params=list(NORMALISERS))
def normaliser(request):
    return NORMALISERS[request.param]


def raw(table: IndicatorTable) -> np.ndarray:
    values = table.values[table.framework.codes].to_numpy(float)
    assert len(values) >= 14
    return values


def types(table: IndicatorTable) -> np.ndarray:
    """Return 1 for benefits and -1 for costs, as pymcdm has them."""
    return np.array([indicator.direction for indicator in table.framework.indicators])


def test_entropy_weighted_topsis_by_name(table, normaliser) -> None:
    own, theirs = normaliser
    result = Scheme(weight="entropy", aggregate="topsis", normalise=own, tier=TWO).run(table)
    x = raw(table)
    # pymcdm refuses zeros: 0·ln 0 = 0 by hand.
    share = result.normalised.to_numpy() / result.normalised.to_numpy().sum(axis=0)
    entropy = -np.where(share > 0, share * np.log(np.where(share > 0, share, 1.0)), 0.0).sum(axis=0)
    spread = 1 - entropy / np.log(len(x))
    entropy_weights = spread / spread.sum()
    np.testing.assert_allclose(result.weights, entropy_weights, atol=1e-12)
    scores = methods.TOPSIS(theirs)(x, entropy_weights, types(table))
    np.testing.assert_allclose(result.scores, scores, rtol=0, atol=1e-9)


def test_entropy_weighted_topsis_wholly_by_pymcdm(table, normaliser) -> None:
    own, theirs = normaliser
    shifted = EntropyWeights(shift=0.01)
    result = Scheme(weight=shifted, aggregate="topsis", normalise=own, tier=TWO).run(table)
    entropy_weights = weights.entropy_weights(result.normalised.to_numpy() + 0.01)
    x = raw(table)
    scores = methods.TOPSIS(theirs)(x, entropy_weights, types(table))
    np.testing.assert_allclose(result.scores, scores, rtol=0, atol=1e-9)


def test_vikor_by_name(table) -> None:
    result = Scheme(weight="entropy", aggregate="vikor", tier=TWO).run(table)
    x = raw(table)
    published = methods.VIKOR()(x, result.weights.to_numpy(), types(table))
    np.testing.assert_allclose(result.scores, 1 - published, rtol=0, atol=1e-9)


def test_grey_relation_and_copeland_by_name(table) -> None:
    grey = Scheme(weight="entropy", aggregate="greyrelation", tier=TWO).run(table)
    gap, weight = 1 - grey.normalised.to_numpy(), grey.weights.to_numpy()
    np.testing.assert_allclose(grey.scores, 0.5 / (gap + 0.5) @ weight, rtol=0, atol=1e-9)
    copeland = Scheme(weight="entropy", aggregate="copeland", tier=TWO).run(table)
    y = copeland.normalised.to_numpy()
    ahead = np.sign(y[:, None, :] - y[None, :, :]) @ weight
    np.testing.assert_allclose(
        copeland.scores, 0.5 + np.sign(np.round(ahead, 12)).mean(axis=1) / 2, rtol=0, atol=1e-9
    )


@pytest.mark.parametrize(
    "method", [Topsis(), Vikor(), GreyRelation(), Copeland(), MazziottaPareto(levels="all")]
)
def test_sub_scores_are_the_method_over_the_indicators_of_the_group(method) -> None:
    table = load_study("provinces2022").run().result.table
    result = Scheme(weight="critic", normalise=MinMax(1, 2), aggregate=method, tier=TWO).run(table)
    framework = table.framework
    for group in framework.filled_children(""):
        codes = framework.leaves(group)
        part, share = result.normalised[codes], result.weights[codes]
        alone = method.fit(part, weights=share).apply(part)
        np.testing.assert_allclose(result.sub_scores[group], alone, atol=1e-11)
    everything = method.fit(result.normalised, weights=result.weights).apply(result.normalised)
    pd.testing.assert_series_equal(result.scores, everything, rtol=1e-11)


def test_all_at_once_and_nested_give_other_tiers_for_zhang() -> None:
    """Entropy-weighted TOPSIS: 13 of 14 regions in the tier of Table 2 at once, 8 of 14 when nested."""
    study = load_study("zhang2022").run()
    found = {}
    for levels in ("all", "each"):
        scheme = Scheme(weight="entropy", aggregate=Topsis(levels=levels), tier=NaturalBreaks(3))
        found[levels] = agreement(scheme.run(study.result.table).tier, study.reference).matches
    assert found == {"all": 13, "each": 8}
