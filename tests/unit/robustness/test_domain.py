"""Draws that stay possible: the domain of an indicator under redrawn gaps and noise, and errors that say what was drawn."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.errors import DataError, DomainError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness._domain import Domain, Ends, domains_of
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plan import make_plan
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Noise, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import KNearest, MeanImpute, MedianImpute
from hubtiers.scoring.treat import LogTransform
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks
from hubtiers.tiers.rules import PositionRules

FRAMEWORK = Framework(
    (
        Indicator("labs", parent="research", unit="个"),
        Indicator("rd_share", parent="research", unit="%"),
        Indicator("growth", parent="industry", unit="%"),
        Indicator("fraction", parent="industry"),
        Indicator("money", parent="industry", unit="亿元"),
    ),
    (Group("research"), Group("industry")),
)


@pytest.fixture(scope="module")
def provinces():
    """The provinces of 2022 with 15 % of their values hidden."""
    study = ht.load_study("provinces2022")
    table = study.load_table()
    hidden = np.random.default_rng(14).random(table.values.shape) < 0.15
    values = table.values.mask(hidden)
    return study.scheme, dataclasses.replace(table, values=values)


def table(rows=40, seed=1):
    rng = np.random.default_rng(seed)
    columns = {
        "labs": rng.poisson(2.0, rows).astype(float),
        "rd_share": 100.0 * rng.beta(8.0, 1.0, rows),
        "growth": rng.normal(2.0, 4.0, rows),
        "fraction": rng.beta(5.0, 1.0, rows),
        "money": rng.lognormal(0.0, 2.0, rows),
    }
    frame = pd.DataFrame(columns, index=[f"r{i:02}" for i in range(rows)])
    return IndicatorTable.from_frame(frame, framework=FRAMEWORK)


def test_the_domain_is_read_from_values_and_unit():
    values = table().values
    found = dict(zip(values, domains_of(values, FRAMEWORK, raw=values), strict=True))
    assert found == {
        "labs": Domain(positive=True, whole=True),
        "rd_share": Domain(positive=True, top=100.0),
        "growth": Domain(),
        "fraction": Domain(positive=True, top=1.0),
        "money": Domain(positive=True),
    }
    # What was divided by size has another unit than the framework says.
    divided = values.assign(rd_share=values["rd_share"] / 2.0)
    assert domains_of(divided, FRAMEWORK, raw=values)[1] == Domain(positive=True)
    above = values.assign(rd_share=values["rd_share"] + 60.0)
    assert domains_of(above, FRAMEWORK, raw=above)[1] == Domain(positive=True)


@pytest.mark.parametrize(
    ("domain", "known", "filled", "errors", "start", "drawn"),
    [
        (Domain(), [-1.0, 5.0], [1.0, 3.0], [-2.0, 2.0], [10.0, 0.0], [8.0, 2.0]),
        (Domain(positive=True), [0.0, 6.0], [1.0, 3.0], [0.0, 2.0], [10.0, 4.0], [0.0, 8.0]),
        # Odds 1 and 3 against odds 1: ratios 1 and 3; a share of .75 with odds 3 becomes .9.
        (Domain(True, 1.0), [0.5, 0.75], [0.5, 0.5], [1.0, 3.0], [0.2, 0.75], [0.2, 0.9]),
        (Domain(True, 100.0), [100.0, 0.0], [50.0, 50.0], [np.inf, 0.0], [3.0, 3.0], [100.0, 0.0]),
        (Domain(True, whole=True), [3.0, 1.0], [2.0, 4.0], [1.5, 0.25], [3.0, 3.0], [4.0, 1.0]),
    ],
)
def test_errors_are_drawn_on_a_scale_that_keeps_the_domain(
    domain, known, filled, errors, start, drawn
):
    found = domain.errors(np.array(known), np.array(filled))
    assert found.tolist() == pytest.approx(errors)
    assert domain.with_errors(np.array(start), found).tolist() == pytest.approx(drawn)


def test_an_end_of_the_scale_tells_of_no_ratio_and_stays():
    assert Domain(positive=True).errors(np.array([2.0, 2.0]), np.array([0.0, 1.0])).tolist() == [2]
    assert Domain(True, 1.0).with_errors(np.array([0.0, 1.0]), np.array([3.0, 0.0])).tolist() == [
        0.0,
        1.0,
    ]


def test_noise_is_mirrored_at_the_ends_and_counts_stay_whole():
    domains = [Domain(), Domain(True), Domain(True, 100.0), Domain(True, whole=True)]
    x = np.array([[-1.5, -1.5, 103.0, 2.6], [1.5, 1.5, -3.0, -0.7], [0.0, np.nan, 250.0, np.nan]])
    wanted = [[-1.5, 1.5, 97.0, 3.0], [1.5, 1.5, 3.0, 1.0], [0.0, np.nan, 0.0, np.nan]]
    np.testing.assert_array_equal(Ends(domains).brought_back(x), wanted)


@pytest.mark.parametrize("impute", [MeanImpute(), MedianImpute(), KNearest(3)])
def test_no_impossible_value_is_drawn_for_provinces_with_gaps(provinces, impute):
    scheme, gappy = provinces
    scheme = scheme.replace(impute=impute)
    plan = make_plan(scheme.run(gappy), Variation(redraw_gaps=True), tiers="refit", seed=(3,))
    evaluator, block = DrawEvaluator(plan), plan.block(0)
    whole = [c for c in gappy.values if (gappy.values[c].dropna() % 1 == 0).all()]
    shares = [i.code for i in gappy.framework.indicators if i.unit == "%"]
    assert whole
    assert shares
    gaps = gappy.values.isna()[scheme.run(gappy).complete.columns]
    varied = 0
    for number in range(25):
        drawn = evaluator.result(block, number).complete
        assert (drawn.min() >= 0).all()
        assert (drawn[shares].max() <= 100.0).all()
        assert (drawn[whole].dropna() % 1 == 0).all().all()
        varied += drawn[gaps].nunique().sum()
    assert varied > 1000


def test_a_logarithm_goes_through_when_gaps_are_redrawn(provinces):
    scheme, gappy = provinces
    logged = scheme.replace(impute=MeanImpute(), treat=LogTransform(offset=1))
    robust = assess_robustness(logged, gappy, Variation(redraw_gaps=True), draws=40, rng=1)
    assert robust.draws == 40
    plain = robust.replay(5).tier.dropna()
    assert robust.tiers_of([5]).loc[5].dropna().tolist() == plain.tolist()


@pytest.mark.parametrize("noise", [Noise(60, of="spread"), Noise(60, of="value")])
def test_noise_keeps_the_domain_on_both_paths(noise):
    values = table()
    scheme = Scheme(tier=NaturalBreaks(3))
    robust = assess_robustness(scheme, values, Variation(noise=noise), draws=60, rng=2)
    for draw in range(20):
        drawn = robust.replay(draw)
        noisy = drawn.table.values
        assert (noisy[["labs", "rd_share", "fraction", "money"]] >= 0).all().all()
        assert noisy["rd_share"].max() <= 100.0
        assert noisy["fraction"].max() <= 1.0
        assert (noisy["labs"] % 1 == 0).all()
        assert not noisy.equals(values.values)
        np.testing.assert_allclose(robust.scores_of([draw]).loc[draw], drawn.scores, rtol=1e-11)
    assert (robust.replay(3).table.values["growth"] < 0).any()


def test_an_error_in_drawn_values_says_that_they_were_drawn():
    shifted = table().values
    # Positive as it stands, with a gap whose fill can be drawn below 0: `growth` has a domain of all numbers.
    lowest = shifted["growth"].min()
    shifted.iloc[0, 2] = np.nan
    gappy = IndicatorTable.from_frame(shifted, framework=FRAMEWORK)
    scheme = Scheme(
        impute=MeanImpute(),
        treat=LogTransform(("growth",), offset=-lowest + 0.01),
        tier=NaturalBreaks(3),
    )
    with pytest.raises(DomainError, match=r"noise of 100 % of each standard deviation\): LogTr"):
        assess_robustness(scheme, gappy, Variation(noise=Noise(100, of="spread")), draws=50, rng=1)
    with pytest.raises(DataError, match="A draw, in which values are not those of the data"):
        assess_robustness(
            scheme,
            gappy,
            Variation(redraw_gaps=True, noise=Noise(100, of="spread")),
            draws=50,
            rng=1,
        )


def test_a_total_that_drawn_values_exceed_says_that_they_were_drawn():
    frame = pd.DataFrame(
        {"papers": [60.0, 30, 9, 1, 2.5], "patents": [70.0, 15, 5, 10, 1.5]}, index=list("abcde")
    )
    # The sums of the table are just below the totals.
    totals = {"nation": {"papers": 102.6, "patents": 101.6}}
    rules = PositionRules(50, 14, 5, macro_region_places=0, province_places=0, totals=totals)
    scheme, own = Scheme(tier=rules), IndicatorTable.from_frame(frame)
    assert scheme.run(own).tier["a"] == "international"
    match = r"^A draw, .* \(noise of 5 % of each value\): .* more than the total of 10[12]\.6"
    with pytest.raises(DataError, match=match):
        assess_robustness(scheme, own, Variation(noise=Noise(5)), draws=50, rng=1)
