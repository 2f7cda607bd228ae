"""Methods that take all indicators at once: gaps, weights by level, tuples, and where they are written."""

from __future__ import annotations

import dataclasses
import tomllib

import numpy as np
import pandas as pd
import pytest

from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness._scoring import prepare_values, score_draws
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import (
    Arithmetic,
    Copeland,
    GreyRelation,
    MazziottaPareto,
    Topsis,
    Vikor,
)
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import AsIs, MinMax, VectorNorm
from hubtiers.scoring.weight import EqualWeights, GivenWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

FRAMEWORK = Framework(
    (
        Indicator("rd", parent="research"),
        Indicator("papers", parent="research"),
        Indicator("patents", parent="industry"),
        Indicator("firms", parent="industry"),
    ),
    (Group("research"), Group("industry")),
)
VALUES = pd.DataFrame(
    {
        "rd": [1.0, 5.0, 9.0, np.nan, 3.0],
        "papers": [2.0, 2.0, 8.0, 6.0, 1.0],
        "patents": [7.0, 1.0, 9.0, 5.0, np.nan],
        "firms": [4.0, 3.0, 8.0, 9.0, 2.0],
    },
    index=list("abcde"),
)
WEIGHTS = GivenWeights({"rd": 3, "papers": 1, "patents": 1, "firms": 1})
SCHEME = Scheme(
    impute=RequireCoverage(0.5), normalise=AsIs(), weight=WEIGHTS, tier=NaturalBreaks(2)
)
METHODS = [Topsis(), Vikor(), GreyRelation(), Copeland(), MazziottaPareto(levels="all")]


def table(values: pd.DataFrame = VALUES) -> IndicatorTable:
    return IndicatorTable.from_frame(values, framework=FRAMEWORK)


# d lacks rd, whose half goes to papers; e lacks patents, whose sixth goes to firms.
SHARED = np.array(
    [
        [3 / 6, 1 / 6, 1 / 6, 1 / 6],
        [3 / 6, 1 / 6, 1 / 6, 1 / 6],
        [3 / 6, 1 / 6, 1 / 6, 1 / 6],
        [0, 4 / 6, 1 / 6, 1 / 6],
        [3 / 6, 1 / 6, 0, 2 / 6],
    ]
)


def gaps_to_best() -> np.ndarray:
    return ((VALUES.max() - VALUES) / (VALUES.max() - VALUES.min())).fillna(0).to_numpy()


def test_topsis_hands_the_weight_of_gaps_on_within_their_group():
    scores = SCHEME.replace(aggregate=Topsis()).run(table()).scores
    away = (SHARED * (VALUES.max() - VALUES).fillna(0)) ** 2
    above = (SHARED * (VALUES - VALUES.min()).fillna(0)) ** 2
    d, a = np.sqrt(away.sum(axis=1)), np.sqrt(above.sum(axis=1))
    np.testing.assert_allclose(scores, a / (d + a), atol=1e-11)


def test_vikor_hands_the_weight_of_gaps_on_within_their_group():
    scores = SCHEME.replace(aggregate=Vikor(0.3)).run(table()).scores
    weighted = SHARED * gaps_to_best()
    utility, regret = weighted.sum(axis=1), weighted.max(axis=1)
    by_sum, by_worst = ((x - x.min()) / (x.max() - x.min()) for x in (utility, regret))
    np.testing.assert_allclose(scores, 1 - 0.3 * by_sum - 0.7 * by_worst, atol=1e-11)


def test_grey_relation_hands_the_weight_of_gaps_on_within_their_group():
    scores = SCHEME.replace(aggregate=GreyRelation(0.4)).run(table()).scores
    gap = (VALUES.max() - VALUES).fillna(0).to_numpy()
    most = np.nanmax((VALUES.max() - VALUES).to_numpy())
    np.testing.assert_allclose(scores, (SHARED * 0.4 * most / (gap + 0.4 * most)).sum(axis=1))


def test_penalised_mean_hands_the_weight_of_gaps_on_within_their_group():
    scores = SCHEME.replace(aggregate=MazziottaPareto(levels="all")).run(table()).scores
    x = VALUES.fillna(0).to_numpy()
    mean = (SHARED * x).sum(axis=1)
    variance = (SHARED * (x - mean[:, None]) ** 2).sum(axis=1)
    np.testing.assert_allclose(scores, mean - variance / mean)


def test_copeland_compares_two_regions_with_weights_of_their_own():
    """Of a and e, which lacks patents: rd 3/6 speaks for e, papers and firms 1/6 + 2/6 for a, a draw.

    With the weight of patents over all others, e would win by 3/5 to 2/5.
    """
    scores = SCHEME.replace(aggregate=Copeland()).run(table()).scores
    assert scores.round(12).to_dict() == {"a": 0.2, "b": 0.5, "c": 0.9, "d": 0.7, "e": 0.2}


def test_a_gap_leaves_the_weight_of_its_group_alone():
    """Over all indicators, d would lose to a what counts in research if papers were to count for a sixth only."""
    result = SCHEME.replace(aggregate=GreyRelation()).run(table())
    weight = result.explain("d").indicators["weight"]
    assert weight.round(12).to_dict() == {
        "rd": 0.0,
        "papers": round(4 / 6, 12),
        "patents": round(1 / 6, 12),
        "firms": round(1 / 6, 12),
    }


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_each_level_differs_and_is_what_a_tuple_gives(method):
    each = dataclasses.replace(method, levels="each")
    at_once = SCHEME.replace(aggregate=method).run(table())
    by_level = SCHEME.replace(aggregate=each).run(table())
    in_tuple = SCHEME.replace(aggregate=(method,)).run(table())
    pd.testing.assert_frame_equal(by_level.nodes, in_tuple.nodes)
    assert (at_once.scores - by_level.scores).abs().max() > 0.01
    top = Arithmetic(), method
    sub = SCHEME.replace(aggregate=top).run(table())
    expected = method.fit(sub.sub_scores, weights=pd.Series({"research": 4, "industry": 2}))
    np.testing.assert_allclose(sub.scores, expected.apply(sub.sub_scores), atol=1e-11)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_fit_and_score_give_the_same_and_a_later_year_is_held_against_the_fit(method):
    scheme = SCHEME.replace(aggregate=method)
    whole = scheme.run(table())
    fitted = scheme.fit(table())
    pd.testing.assert_frame_equal(fitted.score(table()).nodes, whole.nodes)
    alone = fitted.score(table(VALUES.loc[["d", "e"]]))
    pd.testing.assert_frame_equal(alone.nodes, whole.nodes.loc[["d", "e"]])


def test_weights_by_level_are_multiplied_on_the_way_down():
    """Functions equal and indicators 3 : 1 and 1 : 1 within them, so that rd counts for 3/8."""
    inner = GivenWeights({"rd": 3, "papers": 1, "patents": 1, "firms": 1})
    complete = VALUES.fillna(4.0)
    levels = SCHEME.replace(weight=(inner, EqualWeights()), aggregate=Topsis()).run(table(complete))
    shares = {"rd": 3 / 8, "papers": 1 / 8, "patents": 1 / 4, "firms": 1 / 4}
    flat = SCHEME.replace(weight=GivenWeights(shares), aggregate=Topsis()).run(table(complete))
    assert levels.weights.to_dict() == shares
    np.testing.assert_allclose(levels.scores, flat.scores, atol=1e-11)
    assert levels.node_weights.to_dict() == {
        "research": 0.5,
        "industry": 0.5,
        "rd": 0.75,
        "papers": 0.25,
        "patents": 0.5,
        "firms": 0.5,
    }


def test_a_group_in_which_all_regions_are_the_same_has_no_sub_score():
    values = VALUES.assign(patents=3.0, firms=3.0)
    scheme = SCHEME.replace(normalise=VectorNorm(), aggregate=Topsis())
    result = scheme.run(table(values))
    assert result.sub_scores["industry"].isna().all()
    assert result.scores.notna().all()
    assert result.explain("a").indicators["weight"].round(3).tolist() == [0.5, 0.167, 0.167, 0.167]


def test_study_files_say_the_levels():
    text = 'aggregate = {method = "topsis", levels = "each"}'
    scheme = Scheme.from_spec(tomllib.loads(text))
    assert scheme.aggregate == Topsis(levels="each")
    spec = Scheme(weight="entropy", aggregate="topsis").to_spec()
    assert spec["aggregate"] == {"method": "Topsis", "levels": "all"}
    assert Scheme.from_spec(spec).aggregate == Topsis()


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_the_compiled_loop_hands_on_the_same(method):
    """Gaps of other kinds in other regions, one indicator of weight 0, and a group that is missing."""
    rng = np.random.default_rng(4)
    values = pd.DataFrame(
        rng.integers(1, 40, (12, 4)) / 4, index=list("abcdefghijkl"), columns=VALUES.columns
    )
    values = values.mask(rng.random(values.shape) < 0.3)
    values.loc["a", ["rd", "papers"]] = np.nan
    scheme = SCHEME.replace(aggregate=method, impute=RequireCoverage(0.1))
    prepared = prepare_values(
        scheme.run(table(values)).normalised.reindex(columns=FRAMEWORK.codes), scheme, FRAMEWORK
    )
    weights = rng.dirichlet(np.ones(4), 6)
    weights[0] = [0.5, 0.0, 0.2, 0.3]
    compiled = score_draws(prepared, weights, np.arange(6))
    assert len(prepared.gaps.present) > 4
    for own, scores in zip(weights, compiled, strict=True):
        given = GivenWeights(dict(zip(FRAMEWORK.codes, own, strict=True)))
        plain = scheme.replace(weight=given).run(table(values)).scores
        np.testing.assert_allclose(scores, plain, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_indicators_of_a_group_need_not_stand_side_by_side(method):
    """x1 and x3 belong together; wherever they stand among the others, each keeps its weight and every score its value."""
    groups = (Group("A"), Group("B"), Group("s1", parent="A"), Group("s2", parent="A"))
    parents = {"x1": "s1", "x2": "s2", "x3": "s1", "y": "B"}
    weights = {"x1": 1.0, "x2": 1.0, "x3": 8.0, "y": 1.0}
    values = pd.DataFrame(np.random.default_rng(1).lognormal(size=(9, 4)), columns=list(parents))
    values.index = [f"r{row}" for row in values.index]
    scheme = Scheme(
        weight="framework", aggregate=method, tier=NaturalBreaks(2), normalise=MinMax(5, 6)
    )
    scores = {}
    for order in (["x1", "x3", "x2", "y"], ["x1", "x2", "x3", "y"], ["x2", "x3", "y", "x1"]):
        nodes = tuple(Indicator(code, parent=parents[code], weight=weights[code]) for code in order)
        framework = Framework(nodes, groups)
        result = scheme.run(IndicatorTable.from_frame(values[order], framework=framework))
        counted = result.fitted.hierarchy.nodes[-1].inputs.share
        assert counted[["x1", "x2", "x3", "y"]].tolist() == pytest.approx(
            [1 / 36, 1 / 4, 2 / 9, 1 / 2]
        )
        scores[" ".join(order)] = result.scores
    first, *others = scores.values()
    assert first.nunique() > 4
    for other in others:
        pd.testing.assert_series_equal(other, first)
