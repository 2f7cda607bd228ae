"""Rules of position under the Monte Carlo: every draw gives what its scheme gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import HubtiersError, SpecError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness._evaluate import DrawEvaluator
from hubtiers.robustness._plan import make_plan
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import MinMax, ZScore
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks
from hubtiers.tiers.rules import PositionRules

FRAMEWORK = Framework(
    (
        Indicator("papers", parent="research"),
        Indicator("labs", parent="research"),
        Indicator("intensity", parent="research", kind="intensive"),
        Indicator("patents", parent="technology"),
        Indicator("inventions", parent="technology"),
        Indicator("firms", parent="industry"),
        Indicator("exports", parent="industry"),
        Indicator("books", parent="culture"),
    ),
    (Group("research"), Group("technology"), Group("industry"), Group("culture")),
)
RULES = PositionRules(9, 5, 3, counting=("research", "technology", "industry"))
SCHEME = Scheme(impute=RequireCoverage(0.6), tier=RULES)
VARY = {
    "method": "PositionRules",
    "counting": ["research", "technology", "industry"],
    "vary": {"international_share": [7, 9], "national_share": [4, 5, 6]},
}


@pytest.fixture(scope="module")
def table() -> IndicatorTable:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.lognormal(0, 1.2, (36, 8)), columns=FRAMEWORK.codes)
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    # Two regions lack a score.
    frame.iloc[4:6, :5] = np.nan
    frame.index = pd.Index([f"{(44, 13, 42, 51)[i % 4]}{i + 1:02}00" for i in range(36)])
    made = IndicatorTable.from_frame(frame, framework=FRAMEWORK)
    regions = made.regions.assign(province=[f"{region[:2]}0000" for region in frame.index])
    return IndicatorTable(made.values, regions, FRAMEWORK, made.status, made.year)


@pytest.mark.parametrize("tiers", ["refit", "fixed"])
@pytest.mark.parametrize(
    "variation",
    [
        Variation(weights=Dirichlet()),
        Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore()), leave_one_out=True),
        Variation(noise=Noise(8)),
        Variation(weights=Dirichlet(), noise=Noise(8), leave_one_out=True),
        Variation(weights=Dirichlet(), noise=Noise(20), tier=VARY),
        Variation(weights=Dirichlet(), tier=(RULES, PositionRules(8, 4, 2, functions=1))),
        Variation(weights=Dirichlet(), tier=(RULES, NaturalBreaks(4))),
    ],
    ids=str,
)
def test_draws_equal_the_plain_path(table, variation, tiers):
    if tiers == "fixed" and variation.tier:
        pytest.skip("fixed tiers do not vary")
    plan = make_plan(SCHEME.run(table), variation, tiers=tiers, seed=(1,))
    evaluator = DrawEvaluator(plan)
    block = plan.block(0)
    seen = set()
    for number in range(12):
        expected = evaluator.result(block, number)
        (drawn,) = evaluator.evaluate(block.take([number]))
        labels = [plan.labels[c] if c >= 0 else None for c in drawn.classes[0]]
        wanted = expected.tier.astype(object).where(expected.tier.notna(), None)
        assert labels == wanted.tolist()
        seen.add(tuple(labels))
    varies = variation.noise is not None or variation.leave_one_out or variation.tier
    assert len(seen) > 1 if varies else len(seen) == 1


def test_rules_read_from_the_table_are_compiled(table):
    for scheme in (SCHEME, SCHEME.replace(tier=PositionRules(9, 5, 3, functions=1))):
        plan = make_plan(scheme.run(table), Variation(noise=Noise(5)), tiers="refit", seed=(1,))
        evaluator = DrawEvaluator(plan)
        assert evaluator._choice(plan.block(0).choices[0]).rule is not None


def test_weights_move_ranks_and_no_tier(table):
    robust = assess_robustness(SCHEME, table, Variation(weights=Dirichlet()), draws=300, rng=1)
    probability = robust.tier_probability.dropna()
    assert set(np.unique(probability)) == {0.0, 1.0}
    assert (robust.rank_interval["low"] < robust.rank_interval["high"]).any()


def test_shares_that_vary_leave_a_window(table):
    """A region whose share no option of the variation passes keeps its tier in every draw."""
    variation = Variation(tier=VARY)
    robust = assess_robustness(SCHEME, table, variation, draws=600, rng=1)
    tiers = [SCHEME.replace(tier=rule).run(table).tier for rule in variation.tier]
    changes = pd.concat(tiers, axis=1).nunique(axis=1) > 1
    assert changes.any()
    settled = robust.tier_probability.dropna().max(axis=1) == 1.0
    assert settled.index[~settled].tolist() == changes.index[changes].tolist()


def test_vary_stands_for_every_combination():
    variation = Variation(tier=VARY)
    shares = [(rule.international_share, rule.national_share) for rule in variation.tier]
    assert shares == [(7, 4), (7, 5), (7, 6), (9, 4), (9, 5), (9, 6)]
    assert {rule.counting for rule in variation.tier} == {("research", "technology", "industry")}
    again = Variation.from_spec(variation.to_spec())
    assert again == variation
    assert variation.words == (
        "tier: PositionRules with international_share 7 or 9; national_share 4, 5 or 6",
    )
    breaks = Variation(tier=[{"method": "NaturalBreaks", "vary": {"k": [3, 4]}}, "HeadTail"])
    assert [type(rule).__name__ for rule in breaks.tier] == ["NaturalBreaks"] * 2 + ["HeadTail"]


@pytest.mark.parametrize("wrong", [{}, {"k": 3}, {"k": []}, [3, 4]])
def test_vary_needs_lists_of_values(wrong):
    with pytest.raises(SpecError, match=r"got vary=.* for 'tier'\. Give a list of values for each"):
        Variation(tier={"method": "NaturalBreaks", "vary": wrong})


def test_bars_that_do_not_fall_are_refused_when_they_vary():
    with pytest.raises(SpecError, match=r"the shares are \(4, 5, 1\.0\)\. They must be per cent"):
        Variation(
            tier={
                "method": "PositionRules",
                "vary": {"international_share": [4], "national_share": [5]},
            }
        )


def test_an_error_of_the_rules_is_that_of_the_plain_path(table):
    with pytest.raises(HubtiersError, match="more functions than have a share"):
        assess_robustness(
            SCHEME,
            table,
            Variation(weights=Dirichlet(), tier=(PositionRules(functions=5),)),
            draws=20,
            rng=1,
        )
