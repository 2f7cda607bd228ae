"""The Monte Carlo: counts against a plain loop, errors, engines, interruption, and what the result says."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import (
    ConstantIndicatorError,
    DataError,
    DomainError,
    MissingDependencyError,
    OverlapError,
    OverlapWarning,
    SpecError,
    UnknownOptionError,
)
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness._plain import PlainDraws
from hubtiers.robustness.montecarlo import Dask, Local, assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.impute import MeanImpute, RequireCoverage
from hubtiers.scoring.normalise import MinMax, ZScore
from hubtiers.scoring.treat import LogTransform
from hubtiers.scoring.weight import BenefitOfDoubt, EntropyWeights, EqualWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import HeadTail, NaturalBreaks, Thresholds

FRAMEWORK = Framework(
    (
        Indicator("rd", parent="research"),
        Indicator("papers", parent="research"),
        Indicator("patents", parent="technology"),
        Indicator("smog", parent="technology", direction=-1),
    ),
    (Group("research"), Group("technology")),
)
SCHEME = Scheme(tier=NaturalBreaks(3))
NAMES = ("tiers", "ranks", "duels", "sums", "by_option", "option_draws")


def table(rows=12, seed=3, gaps=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        rng.lognormal(size=(rows, 4)),
        columns=FRAMEWORK.codes,
        index=[f"r{i:02}" for i in range(rows)],
    )
    for place in range(gaps):
        frame.iloc[place, place % 4] = np.nan
    return IndicatorTable.from_frame(frame, framework=FRAMEWORK)


def same_counts(a, b):
    return all(
        getattr(a.counts, name).tobytes() == getattr(b.counts, name).tobytes() for name in NAMES
    )


def test_counts_are_those_of_a_plain_loop():
    variation = Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore()))
    reference = SCHEME.run(table()).tier.astype(object)
    robust = assess_robustness(SCHEME, table(), variation, draws=80, rng=7, reference=reference)
    results = [robust.replay(draw) for draw in range(80)]
    for label in ("international", "national", "regional"):
        share = np.mean([r.tier == label for r in results], axis=0)
        assert robust.tier_probability[label].tolist() == pytest.approx(share.tolist(), abs=1e-12)
    ranks = np.array([r.rank.to_numpy(int) for r in results])
    wanted = np.quantile(ranks, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf").T
    assert robust.rank_interval.to_numpy(int).tolist() == wanted.astype(int).tolist()
    assert robust.mean_rank.tolist() == pytest.approx(ranks.mean(axis=0).tolist())
    agree = np.array([(r.tier.astype(object) == reference).to_numpy() for r in results])
    assert robust.reference_share == pytest.approx(agree.all(axis=1).mean())
    assert robust.reference_agreement == pytest.approx(agree.mean())
    assert robust.reference_agreement_error == pytest.approx(agree.mean(axis=1).std() / np.sqrt(80))
    order = [in_order(r.scores, reference) for r in results]
    assert 0 < np.mean(order) < 1
    assert robust.order_share == pytest.approx(np.mean(order))
    best_first = robust.base.scores.sort_values(ascending=False).index
    scores = pd.DataFrame([r.scores for r in results])
    for region, other in zip(best_first[:-1], best_first[1:], strict=True):
        assert robust.beats_next[region] == pytest.approx((scores[region] > scores[other]).mean())
        assert robust.neighbours.loc[other, "beats_above"] == pytest.approx(
            (scores[other] > scores[region]).mean()
        )
    assert np.isnan(robust.beats_next[best_first[-1]])


def in_order(scores, reference):
    tiers = [
        scores[reference.index[reference == label]]
        for label in ("international", "national", "regional")
    ]
    return all(a.min() > b.max() for i, a in enumerate(tiers) for b in tiers[i + 1 :])


def test_probabilities_sum_to_one_and_carry_their_error():
    robust = assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=3000, rng=1)
    p = robust.tier_probability
    assert list(p.columns) == ["international", "national", "regional"]
    assert list(p.index) == [f"r{i:02}" for i in range(12)]
    np.testing.assert_allclose(p.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(robust.standard_error, np.sqrt(p * (1 - p) / 3000), atol=1e-15)
    own = robust.base.tier.astype(object)
    assert robust.confidence.tolist() == [p.loc[r, own[r]] for r in p.index]
    wanted = [
        r
        for r in robust.base.scores.sort_values(ascending=False).index
        if robust.confidence[r] >= 0.95
    ]
    assert robust.stable_core == wanted
    low, high = robust.rank_interval["low"], robust.rank_interval["high"]
    assert (low <= robust.rank_interval["median"]).all()
    assert (robust.rank_interval["median"] <= high).all()
    assert (low < high).any()


def test_half_the_draws_estimate_the_same_within_their_errors():
    first, second = (
        assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=20_000, rng=seed)
        for seed in (1, 2)
    )
    gap = (first.tier_probability - second.tier_probability).abs()
    assert (gap <= 5 * np.hypot(first.standard_error, second.standard_error) + 1e-12).all().all()
    assert not same_counts(first, second)


def test_the_same_seed_gives_the_same_draws_and_prefixes():
    short = assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=700, rng=9)
    long = assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=2000, rng=9)
    assert short.weights_of([0, 699]).equals(long.weights_of([0, 699]))
    again = assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=700, rng=9)
    assert same_counts(short, again)
    with_noise = assess_robustness(
        SCHEME, table(), Variation(weights="dirichlet", noise=Noise(5)), draws=20, rng=9
    )
    assert with_noise.weights_of([3]).equals(short.weights_of([3]))
    generator = [np.random.default_rng(4) for _ in range(2)]
    pair = [
        assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=50, rng=g)
        for g in generator
    ]
    assert same_counts(*pair)


@pytest.mark.parametrize(("workers", "size"), [(2, 1024), (1, 1024), (1, 100_000), (3, 2048)])
def test_workers_and_blocks_do_not_matter(workers, size):
    variation = Variation(
        weights=UniformAround(30), aggregate=(Arithmetic(), Geometric()), normalise=(MinMax(1, 10),)
    )
    base = assess_robustness(SCHEME, table(), variation, draws=5001, rng=4, workers=1)
    other = assess_robustness(
        SCHEME,
        table(),
        variation,
        draws=5001,
        rng=4,
        workers=workers,
        engine=Local(block_size=size),
    )
    assert same_counts(base, other)


def test_methods_as_options_are_each_scored_once(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "hubtiers.robustness._plain.PlainDraws.result",
        lambda self, draws, number, _plain=PlainDraws.result: (
            calls.append(number),
            _plain(self, draws, number),
        )[1],
    )
    variation = Variation(weights=("equal", "entropy", "critic"), normalise=(MinMax(),))
    robust = assess_robustness(SCHEME, table(), variation, draws=5000, rng=0, workers=1)
    assert len(calls) == 3
    chosen = robust.choices_of(range(300))["weight"]
    assert {type(m).__name__ for m in chosen} == {"EqualWeights", "EntropyWeights", "CriticWeights"}
    assert robust.counts.ranks.sum() == 5000 * 12


def test_fixed_tiers_keep_the_cut_points():
    robust = assess_robustness(
        SCHEME, table(), Variation(weights="dirichlet"), draws=50, rng=3, tiers="fixed"
    )
    cuts = robust.base.breaks
    for draw in range(5):
        scores = robust.scores_of([draw]).loc[draw].astype(float)
        assert robust.tiers_of([draw]).loc[draw].tolist() == cuts.apply(scores).tolist()
    assert robust.replay(1).tier.tolist() == robust.tiers_of([1]).loc[1].tolist()


def test_regions_without_a_score_have_no_probability():
    holes = table(gaps=3)
    robust = assess_robustness(SCHEME, holes, Variation(weights="dirichlet"), draws=200, rng=0)
    unscored = ["r00", "r01", "r02"]
    assert robust.tier_probability.loc[unscored].isna().all().all()
    assert robust.rank_interval.loc[unscored].isna().all().all()
    assert robust.scored.tolist() == [0.0] * 3 + [1.0] * 9
    assert int(robust.rank_interval["high"].max()) <= 9
    assert list(robust.to_frame().index[-3:]) == unscored
    assert not set(robust.stable_core) & set(unscored)


def test_regions_scored_in_some_draws_only():
    holes = table(gaps=2)
    variation = Variation(impute=(RequireCoverage(1.0), MeanImpute(0.5)))
    robust = assess_robustness(SCHEME, holes, variation, draws=2000, rng=0)
    assert 0.4 < robust.scored["r00"] < 0.6
    np.testing.assert_allclose(robust.tier_probability.sum(axis=1), 1.0)


def test_redrawn_gaps_spread_with_the_errors_of_the_filling():
    holes = table(rows=40, gaps=3)
    scheme = SCHEME.replace(impute=MeanImpute(0.5))
    robust = assess_robustness(scheme, holes, Variation(redraw_gaps=True), draws=400, rng=0)
    filled = [robust.replay(d).complete.loc["r00", "rd"] for d in range(200)]
    known = holes.values["rd"].dropna()
    assert len(set(filled)) > 20
    assert np.mean(filled) == pytest.approx(known.mean(), abs=0.3 * known.std())
    assert np.std(filled) == pytest.approx(known.std(), rel=0.35)
    assert robust.replay(0).complete.loc["r10", "rd"] == holes.values.loc["r10", "rd"]
    assert robust.scores_of([5]).loc[5].tolist() == pytest.approx(
        robust.replay(5).scores.tolist(), abs=1e-12
    )


def test_noise_and_data_driven_weights_refit_in_every_draw():
    scheme = SCHEME.replace(weight=EntropyWeights())
    robust = assess_robustness(scheme, table(), Variation(noise=Noise(20)), draws=30, rng=1)
    for draw in (0, 29):
        replayed = robust.replay(draw)
        assert robust.scores_of([draw]).loc[draw].tolist() == pytest.approx(
            replayed.scores.tolist(), abs=1e-11
        )
    assert robust.replay(0).weights.tolist() != robust.replay(1).weights.tolist()


def test_leaving_one_out_drops_its_weight():
    robust = assess_robustness(
        SCHEME, table(), Variation(weights="dirichlet", leave_one_out=True), draws=100, rng=1
    )
    gone = robust.choices_of(range(100))["leave_out"]
    assert set(gone.dropna()) == set(FRAMEWORK.codes)
    draw = int(gone[gone == "papers"].index[0])
    assert list(robust.replay(draw).weights.index) == ["rd", "patents", "smog"]
    assert robust.scores_of([draw]).loc[draw].tolist() == pytest.approx(
        robust.replay(draw).scores.tolist(), abs=1e-12
    )


def test_rules_with_fewer_tiers_share_the_columns():
    variation = Variation(
        weights="dirichlet", tier=(NaturalBreaks(2), NaturalBreaks(4), HeadTail(3))
    )
    robust = assess_robustness(SCHEME, table(), variation, draws=300, rng=1)
    assert list(robust.tier_probability.columns) == [
        "international",
        "national",
        "regional",
        "local",
    ]
    with pytest.raises(SpecError, match="no common order"):
        assess_robustness(
            SCHEME,
            table(),
            Variation(tier=(NaturalBreaks(2), NaturalBreaks(2, labels=("up", "down")))),
            draws=5,
        )


def test_pivotal_finds_the_indicator_that_decides():
    # One region leads in R&D alone: whether it is in the upper tier hangs on that weight.
    frame = pd.DataFrame(
        {
            "rd": [1.0, 0.0, 0.1, 0.0],
            "papers": [0.0, 1.0, 0.0, 0.1],
            "patents": [0.0, 1.0, 0.1, 0.0],
        },
        index=["specialist", "allrounder", "c", "d"],
    )
    scheme = Scheme(tier=Thresholds((0.45,)))
    robust = assess_robustness(
        scheme, IndicatorTable.from_frame(frame), Variation(weights="dirichlet"), draws=2000
    )
    assert robust.base.tier["specialist"] == "national"
    row = robust.pivotal.loc["specialist"]
    assert row["indicator"] == "rd"
    assert row["separation"] > 1
    assert row["weight_changed"] > 0.45 > row["weight_kept"]
    assert row["changed"] == pytest.approx(0.55**2, abs=0.03)
    assert "c" not in robust.pivotal.index
    assert robust.separation.loc["c"].isna().all()
    equal = assess_robustness(
        scheme, IndicatorTable.from_frame(frame), Variation(weights=("equal",)), draws=20
    )
    assert equal.pivotal.empty


def test_weights_of_kept_and_changed_draws_are_their_means():
    """Against a plain loop over the draws, with regions that move, stay, have no tier, and over a block's end."""
    holes = table(gaps=1)
    variation = Variation(weights="dirichlet", normalise=(MinMax(), ZScore()))
    robust = assess_robustness(
        SCHEME.replace(impute=RequireCoverage(1.0)), holes, variation, draws=700, rng=5
    )
    weights, tiers = robust.weights_of(range(700)), robust.tiers_of(range(700))
    own = robust.base.tier.astype(object)
    moving = [r for r in own.dropna().index if 0 < (tiers[r] == own[r]).sum() < 700]
    assert len(moving) > 3
    assert list(robust.pivotal.index) == [r for r in robust._ranked if r in moving]
    for region in moving:
        kept, left = weights[tiers[region] == own[region]], weights[tiers[region] != own[region]]
        wanted = (left.mean() - kept.mean()) / weights.std(ddof=0)
        assert robust.separation.loc[region].tolist() == pytest.approx(wanted.tolist(), abs=1e-10)
        row = robust.pivotal.loc[region]
        code = wanted.abs().idxmax()
        assert row["indicator"] == code
        assert row["separation"] == pytest.approx(wanted[code])
        assert row["weight_kept"] == pytest.approx(kept[code].mean())
        assert row["weight_changed"] == pytest.approx(left[code].mean())
        assert row["changed"] == pytest.approx(len(left) / 700)
    still = robust.separation.index.difference(moving)
    assert "r00" in still
    assert robust.separation.loc[still].isna().all().all()


def test_one_draw_may_be_asked_for_by_its_number():
    robust = assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=10)
    for read in (
        robust.scores_of,
        robust.ranks_of,
        robust.tiers_of,
        robust.weights_of,
        robust.choices_of,
    ):
        pd.testing.assert_frame_equal(read(3), read([3]))
    assert robust.scores_of(3).index.tolist() == [3]


def test_an_indicator_that_the_treatment_names_can_be_left_out():
    scheme = SCHEME.replace(treat=LogTransform(("rd", "papers")))
    robust = assess_robustness(scheme, table(), Variation(leave_one_out=True), draws=60, rng=2)
    gone = robust.choices_of(range(60))["leave_out"]
    draw = int(gone[gone == "rd"].index[0])
    values = table()
    alone = replace(values, framework=FRAMEWORK.without(["rd"]))
    again = SCHEME.replace(treat=LogTransform(("papers",))).run(alone)
    assert robust.replay(draw).scores.tolist() == again.scores.tolist()
    assert robust.scores_of(draw).loc[draw].tolist() == pytest.approx(
        again.scores.tolist(), abs=1e-12
    )


def test_tiers_that_no_draw_can_give_never_match():
    """Zhang's names against labels of one's own: equal places in the two lists are no agreement."""
    scheme = SCHEME.replace(tier=NaturalBreaks(2, labels=("upper", "lower")))
    own = scheme.run(table()).tier.astype(object)
    reference = own.map({"upper": "international", "lower": "national"})
    robust = assess_robustness(
        scheme, table(), Variation(noise=Noise(1e-9)), draws=20, reference=reference
    )
    assert robust.confidence.tolist() == [1.0] * 12
    assert robust.reference_share == 0.0
    assert robust.reference_agreement == 0.0
    # The order of the tiers is that of Zhang's names all the same.
    assert robust.order_share == 1.0
    assert sorted(set(robust.against.wanted.tolist())) == [2, 3]


def test_reference_may_name_other_regions_and_tiers():
    reference = pd.Series({"r01": "local", "elsewhere": "national", "r02": "international"})
    robust = assess_robustness(
        SCHEME, table(), Variation(weights="dirichlet"), draws=100, reference=reference
    )
    assert robust.against.absent == ("elsewhere",)
    assert robust.reference.to_dict() == {"r02": "international", "r01": "local"}
    assert robust.reference_share == 0.0
    assert robust.reference_agreement <= 0.5
    assert "elsewhere" in repr(robust)


def test_frames_and_pages_escape_what_users_wrote():
    values = table()
    values.regions["name_zh"] = "<b>{{7*7}}</b>"
    robust = assess_robustness(SCHEME, values, Variation(weights="dirichlet"), draws=100)
    page = robust._repr_html_()
    assert "<b>{{" not in page
    assert "&lt;b&gt;" in page
    frame = robust.to_frame()
    assert list(frame.columns[:6]) == [
        "name_zh",
        "name_en",
        "rank",
        "rank_low",
        "rank_median",
        "rank_high",
    ]
    assert frame["rank"].tolist() == list(range(1, 13))
    assert "100 draws of weights, evenly over all there are (Dirichlet)" in repr(robust)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"draws": 0}, SpecError, r"draws=0\) needs a whole number"),
        ({"draws": 10.5}, SpecError, "whole number"),
        ({"rng": -1}, SpecError, "The seed is -1"),
        ({"rng": "seven"}, SpecError, "The seed is 'seven'"),
        ({"tiers": "fix"}, UnknownOptionError, "Did you mean 'fixed'"),
        ({"engine": "spark"}, UnknownOptionError, "engine"),
        ({"workers": 0}, SpecError, "workers"),
        ({"reference": {"r00": "galactic"}}, UnknownOptionError, "tier in the reference"),
        ({"reference": {"x": "national"}}, DataError, "none of which is a region"),
        ({"reference": 5}, UnknownOptionError, "tier in the reference: 5"),
    ],
)
def test_wrong_choices_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), **options)


def test_choices_that_do_not_fit_together_are_refused():
    with pytest.raises(SpecError, match="Give one such as"):
        assess_robustness(SCHEME, table(), "dirichlet")
    with pytest.raises(SpecError, match="keeps the cut-points of the scheme"):
        assess_robustness(SCHEME, table(), Variation(tier=(NaturalBreaks(2),)), tiers="fixed")
    with pytest.raises(SpecError, match="the scheme fills none"):
        assess_robustness(SCHEME, table(gaps=2), Variation(redraw_gaps=True))
    one = IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0, 3.0]}, index=list("abc")))
    with pytest.raises(SpecError, match="at least two indicators"):
        assess_robustness(Scheme(tier=NaturalBreaks(2)), one, Variation(leave_one_out=True))
    with pytest.raises(SpecError, match="There is no draw 10"):
        assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=10).replay(10)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_draw_that_fails_raises_what_the_plain_path_raises(workers):
    with pytest.raises(DomainError, match=r"Geometric\(\) needs positive values, but '\w+' is 0.0"):
        assess_robustness(
            SCHEME,
            table(),
            Variation(weights="dirichlet", aggregate=(Geometric(),)),
            draws=2000,
            workers=workers,
        )
    flat = table()
    flat.values["rd"] = 1.0
    with pytest.raises(ConstantIndicatorError, match="'rd'"):
        assess_robustness(
            SCHEME.replace(normalise=MinMax()).replace(tier=NaturalBreaks(2)),
            flat,
            Variation(weights="dirichlet"),
        )


def test_overlapping_regions_forbid_weights_from_data():
    values = table(rows=4)
    members = ["110000;120000", "110000", "310000", "320000"]
    layer = gpd.GeoDataFrame(values.regions.assign(members=members), geometry=[None] * 4, crs=4326)
    values = replace(values, regions=layer)
    with pytest.raises(OverlapError, match="EntropyWeights"):
        assess_robustness(
            Scheme(tier=NaturalBreaks(2)),
            values,
            Variation(weights=(EqualWeights(), EntropyWeights())),
            draws=10,
        )
    variation = Variation(weights="dirichlet")
    with pytest.warns(OverlapWarning, match="r00 with r01"):
        found = assess_robustness(Scheme(tier=NaturalBreaks(2)), values, variation, draws=10)
    assert found.draws == 10


def test_weights_by_region_take_the_plain_path():
    variation = Variation(weights=(EqualWeights(), BenefitOfDoubt(lower=0.1)), noise=Noise(2))
    robust = assess_robustness(SCHEME, table(), variation, draws=6, rng=0)
    for draw in range(6):
        assert robust.scores_of([draw]).loc[draw].tolist() == robust.replay(draw).scores.tolist()


def test_inputs_are_not_changed():
    values = table(gaps=2)
    before = values.values.copy()
    variation = Variation(weights="dirichlet", noise=Noise(5), redraw_gaps=True)
    assess_robustness(SCHEME.replace(impute=MeanImpute(0.5)), values, variation, draws=20)
    pd.testing.assert_frame_equal(values.values, before)


def test_progress_goes_to_standard_error(capfd):
    assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=600, progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "Drawing" in err


@pytest.fixture
def heeds_ctrl_c():
    """A shell lets its background jobs ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_leaves_what_was_done():
    def interrupt():
        time.sleep(0.8)
        os.kill(os.getpid(), signal.SIGINT)

    assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=10)
    threading.Thread(target=interrupt).start()
    with pytest.warns(RuntimeWarning, match="Interrupted: .* of 20000000 draws were counted"):
        robust = assess_robustness(
            SCHEME,
            table(),
            Variation(weights="dirichlet"),
            draws=20_000_000,
            engine=Local(block_size=512),
        )
    assert 0 < robust.draws < 20_000_000
    np.testing.assert_allclose(robust.tier_probability.sum(axis=1), 1.0)
    assert robust.counts.ranks.sum() == robust.draws * 12


def test_dask_missing_is_said(monkeypatch):
    for name in list(sys.modules):
        if name.split(".")[0] in ("dask", "distributed"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'hubtiers\[dask\]'"):
        assess_robustness(SCHEME, table(), Variation(weights="dirichlet"), draws=10, engine="dask")


def test_engines_check_their_options():
    with pytest.raises(SpecError, match="block_size=0"):
        Local(block_size=0)
    with pytest.raises(SpecError, match="block_size=1.5"):
        Dask(block_size=1.5)
