"""Results by option, options that make a tier ten times as large, shares never seen, and what drawn weights imply."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness._shares import percent_text, share_text, unseen_bound
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.normalise import MinMax, PercentileRank, ZScore
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import HeadTail, NaturalBreaks, Quantiles

SCHEME = Scheme(tier=NaturalBreaks(3))
FRAMEWORK = Framework(
    (
        Indicator("rd", parent="research"),
        Indicator("papers", parent="research"),
        Indicator("labs", parent="research"),
        Indicator("firms", parent="industry"),
    ),
    (Group("research"), Group("industry")),
)


def table(rows=12, seed=3, sigma=1.0):
    rng = np.random.default_rng(seed)
    values = rng.lognormal(sigma=sigma, size=(rows, 4))
    index = [f"r{i:03}" for i in range(rows)]
    frame = pd.DataFrame(values, columns=FRAMEWORK.codes, index=index)
    return IndicatorTable.from_frame(frame, framework=FRAMEWORK)


@pytest.mark.parametrize(
    "variation",
    [
        Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore(), PercentileRank())),
        # Methods as options only: draws that give the same share their only row.
        Variation(weights=("equal", "entropy"), normalise=(MinMax(1, 10), PercentileRank())),
        # A rule that is not compiled, values of their own, and one indicator left out.
        Variation(weights=UniformAround(60), tier=(HeadTail(3), Quantiles(3))),
        Variation(
            noise=Noise(30), aggregate=(Arithmetic(), Geometric()), normalise=(MinMax(1, 9),)
        ),
        Variation(weights=Dirichlet(), leave_one_out=True),
    ],
)
def test_results_by_option_are_those_of_the_draws_that_chose_it(variation):
    robust = assess_robustness(SCHEME, table(), variation, draws=90, rng=5)
    choices = robust.choices_of(range(90))
    tiers = [robust.replay(draw).tier.astype(object) for draw in range(90)]
    found = robust.by_option.set_index(["step", "option", "region_id", "tier"])
    seen = 0
    for factor in robust.plan.discrete:
        for option in factor.options:
            chosen = [d for d in range(90) if same(choices.loc[d, factor.name], option)]
            name = str(option or "none") if factor.name == "leave_out" else repr(option)
            for region in ("r000", "r004", "r011"):
                for tier in robust.plan.labels:
                    row = found.loc[(factor.name, name, region, tier)]
                    times = [tiers[draw][region] == tier for draw in chosen]
                    assert row["draws"] == len(chosen)
                    if chosen:
                        assert row["probability"] == pytest.approx(np.mean(times), abs=1e-12)
                        seen += 0 < row["probability"] < 1
    assert seen > 0 or isinstance(variation.weights, tuple)
    sizes = robust.sizes_by_option
    assert (sizes[list(robust.plan.labels)].sum(axis=1).dropna().round(9) == 12).all()
    assert sizes["draws"].sum() == 90 * len(robust.plan.discrete)


def same(chosen, option):
    # A frame holds None, where no indicator is left out, as a missing value.
    return chosen == option or (option is None and pd.isna(chosen))


def test_options_together_give_the_probability():
    varied = Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore(), PercentileRank()))
    robust = assess_robustness(SCHEME, table(), varied, draws=3000, rng=1)
    by_option = robust.by_option
    counted = (by_option["probability"] * by_option["draws"]).groupby(
        [by_option["region_id"], by_option["tier"]]
    )
    together = counted.sum().div(3000)
    for region, row in robust.tier_probability.iterrows():
        for tier, share in row.items():
            assert together[region, tier] == pytest.approx(share, abs=1e-12)


def test_without_options_there_are_no_rows():
    robust = assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=20)
    assert list(robust.by_option.columns) == [
        "step",
        "option",
        "region_id",
        "tier",
        "probability",
        "draws",
    ]
    assert len(robust.by_option) == len(robust.sizes_by_option) == 0
    assert robust.size_effects == ()


def test_an_option_that_makes_a_tier_ten_times_as_large_is_named():
    """Percentile ranks of a skewed field are even, and natural breaks cut an even field into equal parts."""
    skewed = table(rows=120, seed=2, sigma=2.0)
    varied = Variation(weights=Dirichlet(), normalise=(MinMax(), PercentileRank()))
    robust = assess_robustness(SCHEME, skewed, varied, draws=300, rng=1)
    (effect,) = robust.size_effects
    assert (effect.step, effect.tier) == ("normalise", "international")
    assert effect.most == "PercentileRank(ties='mean')"
    assert effect.least == "MinMax(low=0.0, high=1.0)"
    own = robust.sizes_by_option["international"].droplevel("step")
    assert effect.size_most == own[effect.most] > 10 * own[effect.least] > 0
    assert robust.summary[-1].startswith("Caution: normalise: the tier 'international' holds ")
    assert "by_option" in robust.summary[-1]
    assert "Caution" in repr(robust)
    mild = Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore()))
    assert assess_robustness(SCHEME, skewed, mild, draws=300, rng=1).size_effects == ()


def test_the_shipped_provinces_do_not_vary_percentile_ranks():
    """They made the tiers of the mix: seven international provinces where the others find two or three."""
    study = ht.load_study("provinces2022")
    assert study.content.robustness.variation["normalise"] == ["MinMax", "ZScore"]
    robust = study.assess_robustness(draws=2000)
    sizes = robust.sizes_by_option["international"]
    assert sizes.between(2.2, 2.9).all()
    assert robust.size_effects == ()
    assert robust.reference_agreement > 0.85
    varied = Variation(weights="dirichlet", normalise=("MinMax", "ZScore", "PercentileRank"))
    mixed = assess_robustness(study.scheme, study.load_table(), varied, draws=2000)
    assert mixed.sizes_by_option["international"].iloc[2] > 6
    assert mixed.reference_agreement < 0.75
    first = mixed.drivers.loc[("tier_flips", "normalise"), "first"]
    assert first > 0.75 > 0.2 > mixed.drivers.loc[("tier_flips", "weights"), "first"]


def test_the_order_of_tiers_holds_more_often_than_the_order_of_regions():
    outcome = ht.load_study("zhang2022").run()
    result = outcome.result
    robust = assess_robustness(
        result.fitted.scheme,
        result.table,
        Variation(weights="dirichlet"),
        draws=5000,
        rng=1,
        reference=outcome.reference,
    )
    ranks = robust.ranks_of(range(5000))
    whole = (ranks == result.rank).all(axis=1).mean()
    assert 0.72 < robust.order_share < 0.78
    assert 0.015 < whole < 0.035


@pytest.mark.parametrize(
    ("share", "draws", "text"),
    [
        (0.0, 1000, "< 0.003"),
        (1.0, 1000, "> 0.997"),
        (0.0, 100, "< 0.03"),
        (0.0, 100_000, "< 0.00003"),
        (1.0, 20, "> 0.8"),
        (0.0004, 100_000, "< 0.001"),
        (0.9997, 100_000, "> 0.999"),
        (0.25, 1000, "0.250"),
        (float("nan"), 1000, "–"),
    ],
)
def test_a_share_never_seen_is_a_bound(share, draws, text):
    assert share_text(share, draws) == text


@pytest.mark.parametrize("draws", [1, 2, 19, 500, 1000, 7777, 10**6])
def test_the_printed_bound_holds(draws):
    assert (1.0 - unseen_bound(draws)) ** draws == pytest.approx(0.05)
    printed = float(share_text(0.0, draws).split()[1])
    assert unseen_bound(draws) <= printed <= 2.1 * unseen_bound(draws)


@pytest.mark.parametrize(
    ("share", "error", "draws", "text"),
    [
        (0.0, 0.0, 1000, "< 0.3 %"),
        (1.0, 0.0, 1000, "> 99.7 %"),
        (0.0, 0.0, 10_000, "< 0.03 %"),
        (0.0488, 0.00068, 100_000, "4.88 % ± 0.07 %"),
        (0.63, 0.0153, 1000, "63.0 % ± 1.5 %"),
        (1e-5, 1e-5, 100_000, "0.001 % ± 0.001 %"),
    ],
)
def test_shares_in_per_cent(share, error, draws, text):
    assert percent_text(share, error, draws) == text


def test_no_line_of_a_summary_says_nought_without_an_error():
    reference = {f"r{i:03}": "international" for i in range(12)}
    robust = assess_robustness(
        SCHEME, table(), Variation(weights="dirichlet"), draws=1000, reference=reference
    )
    assert robust.reference_share == 0.0
    assert "the reference exactly: < 0.3 % of draws" in robust.summary
    assert not any("0.0 % ±" in line for line in robust.summary)


def test_weights_over_indicators_favour_functions_with_many():
    study = ht.load_study("provinces2022")
    values = study.load_table()

    def drawn(how):
        robust = assess_robustness(study.scheme, values, Variation(weights=how), draws=4000, rng=1)
        return robust.weights_drawn, robust.dominated(0.4)

    flat, never = drawn(Dirichlet())
    assert flat["own"].round(4).tolist() == [0.3333] * 3
    assert flat["mean"].tolist() == pytest.approx([5 / 19, 8 / 19, 6 / 19], abs=0.01)
    assert never == pytest.approx(19 * 0.6**18, abs=0.003)
    nested, often = drawn(Dirichlet(per="function"))
    assert nested["mean"].tolist() == pytest.approx([1 / 3] * 3, abs=0.02)
    assert often > 0.1
    near, _ = drawn(Dirichlet(50))
    assert near["mean"].tolist() == pytest.approx([1 / 3] * 3, abs=0.01)
    assert (near["high"] - near["low"] < flat["high"] - flat["low"]).all()


def test_no_weights_drawn_imply_nothing():
    robust = assess_robustness(SCHEME, table(), Variation(weights=("equal",)), draws=5)
    assert len(robust.weights_drawn) == 0
    assert np.isnan(robust.dominated())


def test_drivers_of_slow_draws_take_fewer_samples(monkeypatch):
    from hubtiers.robustness import result

    asked = []
    real = result.sensitivity_of

    def spy(plan, base, **options):
        asked.append(options["samples"])
        return real(plan, base, **options)

    monkeypatch.setattr(result, "sensitivity_of", spy)
    quick = assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=50)
    slow = assess_robustness(SCHEME, table(), Variation(noise=Noise(5)), draws=50)
    assert quick.drivers["total"].notna().all()
    assert slow.drivers["total"].notna().all()
    assert asked == [512, 64]
