"""Cut-points that are held: in the middle of the gap, and in the unit in which they were found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers._method import score_unit
from hubtiers._methods import METHODS, make_step
from hubtiers.errors import SpecError
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.sensitivity import sensitivity
from hubtiers.robustness.variation import Noise, PerLevel, UniformAround, Variation
from hubtiers.robustness.weight_space import weights_to_rise
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import (
    Arithmetic,
    Geometric,
    Harmonic,
    MazziottaPareto,
    PowerMean,
    Topsis,
)
from hubtiers.scoring.normalise import MinMax, PercentileRank, ZScore
from hubtiers.scoring.treat import LogTransform, NoTreatment, Winsorise
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import HeadTail, NaturalBreaks, Quantiles, RelativeTo, Thresholds
from hubtiers.tiers.clusters import Hierarchical

SHIPPED = ("zhang2022", "provinces2022")


@pytest.fixture(scope="module", params=SHIPPED)
def shipped(request):
    """Scheme and table of a study, as it ships."""
    study = load_study(request.param)
    return study.scheme, study.load_table()


def field_of(seed: int) -> IndicatorTable:
    """Sixty regions with a long upper tail."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(sigma=1.0, size=(60, 1))
    frame = pd.DataFrame(size * rng.lognormal(sigma=0.5, size=(60, 6)), columns=list("abcdef"))
    return IndicatorTable.from_frame(frame.set_axis([f"r{i:03}" for i in range(60)]))


def expected_moves(scheme, table, *, draws=2000):
    """Return how many regions rise and how many fall in a draw with one per cent of noise."""
    found = assess_robustness(
        scheme, table, Variation(noise=Noise(1)), draws=draws, rng=1, tiers="fixed"
    )
    chances, own = found.tier_probability, found.base.tier
    height = np.arange(len(found.base.breaks.labels))[::-1]
    known = own.dropna().index
    assert list(chances.columns) == list(found.base.breaks.labels)
    above = height > own[known].cat.codes.to_numpy()[:, None]
    below = height < own[known].cat.codes.to_numpy()[:, None]
    numbers = chances.loc[known].to_numpy()
    return numbers[above].sum(), numbers[below].sum()


class TestInTheMiddle:
    """The referee's second finding: a held cut-point that lies on a region is one-sided."""

    def test_moves_up_and_down_balance_in_the_shipped_studies(self, shipped):
        up, down = expected_moves(*shipped)
        # On the score of the region below, one region or two rose in every draw and none ever fell.
        assert up < 0.05
        assert down < 0.05

    @pytest.mark.parametrize("rule", [NaturalBreaks(4), Quantiles(4)])
    def test_moves_up_and_down_balance_over_many_fields(self, rule):
        middle, on_the_score = [], []
        for seed in range(6):
            scheme, table = Scheme(tier=rule), field_of(seed)
            up, down = expected_moves(scheme, table, draws=200)
            middle.append(up - down)
            highest_below = scheme.run(table).breaks.to_frame()["upper"].tolist()[:0:-1]
            held = scheme.replace(tier=Thresholds(tuple(highest_below)))
            up, down = expected_moves(held, table, draws=200)
            on_the_score.append(up - down)
        assert abs(np.mean(middle)) < 0.2
        # What this is about: three cut-points, each crossed upwards in every other draw.
        assert np.mean(on_the_score) > 1.2

    def test_no_region_of_a_fit_stands_on_its_cut_point(self, shipped):
        scheme, table = shipped
        for rule in (NaturalBreaks(3), NaturalBreaks(4), Quantiles(4), HeadTail(4)):
            result = scheme.replace(tier=rule).run(table)
            ordered = np.sort(result.scores.dropna().unique())
            for cut in result.breaks.breaks:
                place = np.searchsorted(ordered, cut)
                assert ordered[place - 1] < cut < ordered[place]
                if not isinstance(rule, HeadTail):
                    middle = (ordered[place - 1] + ordered[place]) / 2
                    assert cut == pytest.approx(middle, rel=1e-12)

    def test_a_gain_that_is_next_to_nothing_lifts_nobody(self, shipped):
        scheme, table = shipped
        result = scheme.run(table)
        for factor in (1 + 1e-6, 1 - 1e-6):
            later = IndicatorTable.from_frame(table.values * factor, framework=table.framework)
            change = result.fitted.score(later).change(result.fitted.score(table))
            assert (change["tier_change"].dropna() == 0).all()

    def test_the_way_up_is_half_the_gap(self):
        study = load_study("zhang2022")
        result = study.scheme.run(study.load_table())
        shandong, bay = result.scores["370000"], result.scores["greater-bay-area"]
        explained = result.explain("370000")
        assert explained.next_tier == "international"
        assert explained.gap == pytest.approx((bay - shandong) / 2, rel=1e-12)
        assert "the cut-point itself" not in repr(explained)
        assert weights_to_rise(result, "370000").moved == pytest.approx(0.411, abs=5e-4)
        # Fujian is the highest region of its tier too; nothing at all used to lift it.
        assert weights_to_rise(result, "350000").moved == pytest.approx(0.027, abs=5e-4)

    def test_on_a_declared_cut_point_any_gain_lifts(self):
        frame = pd.DataFrame({"rd": [0.0, 2.0, 4.0], "papers": [0.0, 20.0, 40.0]}, list("abc"))
        result = Scheme(tier=Thresholds((0.5,))).run(IndicatorTable.from_frame(frame))
        assert result.explain("b").gap == 0
        assert "the score is the cut-point itself, and any gain lifts it" in repr(
            result.explain("b")
        )

    def test_ward_s_tiers_stay_where_nothing_changes(self, shipped):
        scheme, table = shipped
        up, down = expected_moves(scheme.replace(tier=Hierarchical(3)), table, draws=50)
        assert (up, down) == (0, 0)


FRAME = pd.DataFrame(
    np.random.default_rng(0).lognormal(size=(12, 4)), columns=list("abcd")
).set_axis([f"r{i:02}" for i in range(12)])
TABLE = IndicatorTable.from_frame(FRAME)
SCHEME = Scheme(normalise=MinMax(1, 100), tier=NaturalBreaks(3))
HELD = Thresholds((30.0, 60.0))


class TestUnit:
    """The referee's first finding: cut-points held while the scores change their unit."""

    @pytest.mark.parametrize(
        ("step", "options", "says"),
        [
            (
                "normalise",
                (MinMax(1, 100), MinMax(0, 100)),
                r"offers for `normalise` MinMax\(low=0, high=100\) in place of MinMax\(low=1, ",
            ),
            ("normalise", ("ZScore",), r"ZScore\(mean=0.0, .*\) in place of MinMax"),
            ("aggregate", ("Arithmetic", "Topsis"), r"`aggregate` Topsis\(.*\) in place of Arith"),
            ("aggregate", (("Topsis", "Arithmetic"),), r"Topsis\(.*\) then Arithmetic\(\) in pl"),
            (
                "aggregate",
                PerLevel(((Arithmetic(), Geometric()), (Topsis(), Arithmetic()))),
                r"`aggregate` Topsis\(",
            ),
            ("treat", ("NoTreatment", "LogTransform"), r"`treat` LogTransform\(.*in place of NoT"),
            ("treat", ("Winsorise",), r"`treat` Winsorise\(.*fallback='log'\) in place of NoT"),
        ],
    )
    def test_another_unit_is_refused(self, step, options, says):
        variation = Variation(**{step: options})
        ways_out = {
            "fixed": r".*tiers='refit' \(in a study file, tiers = \"refit\" under \[robustness\]\)",
            "refit": r".*Take a tier rule that finds its cut-points in the scores",
        }
        for tiers, way_out in ways_out.items():
            scheme = SCHEME if tiers == "fixed" else SCHEME.replace(tier=HELD)
            leave = rf".*leave `{step}` out of the Variation \(in a study file, out of \[robustn"
            with pytest.raises(SpecError, match=says + way_out + leave):
                assess_robustness(scheme, TABLE, variation, draws=10, tiers=tiers)

    def test_what_is_held_is_named(self):
        variation = Variation(normalise=("ZScore",), treat=("LogTransform",))
        with pytest.raises(
            SpecError, match="^tiers='fixed' keeps the cut-points of the scheme, wh"
        ):
            assess_robustness(SCHEME, TABLE, variation, tiers="fixed")
        with pytest.raises(SpecError, match=r"^Thresholds\(breaks=\(30.0, 60.0\).*declares cut-p"):
            assess_robustness(SCHEME.replace(tier=HELD), TABLE, variation)
        with pytest.raises(SpecError, match="leave `treat` and `normalise` out of the Variation"):
            sensitivity(SCHEME, TABLE, variation, samples=8, tiers="fixed")
        both = Variation(tier=(NaturalBreaks(3), HELD), normalise=("ZScore",))
        with pytest.raises(SpecError, match=r"^Thresholds\(.*declares cut-points"):
            assess_robustness(SCHEME, TABLE, both)
        known = Variation(normalise=(MinMax(0, 100),), tier=(RelativeTo((50, 90), value=40.0),))
        with pytest.raises(SpecError, match=r"^RelativeTo\(.*declares cut-points"):
            assess_robustness(SCHEME, TABLE, known)

    @pytest.mark.parametrize(
        "variation",
        [
            Variation(aggregate=("Arithmetic", "Geometric", "Harmonic", PowerMean(0.5))),
            Variation(aggregate=(("Geometric", "Arithmetic"), "Arithmetic")),
            Variation(aggregate=PerLevel(((Arithmetic(), Geometric()), (Harmonic(),)))),
            Variation(treat=("NoTreatment", Winsorise(fallback="keep"))),
            Variation(normalise=(MinMax(1, 100), MinMax(1.0, 100.0))),
            Variation(weights=UniformAround(25), noise=Noise(5), leave_one_out=True),
        ],
    )
    def test_what_keeps_the_unit_may_vary(self, variation):
        for scheme, tiers in ((SCHEME, "fixed"), (SCHEME.replace(tier=HELD), "refit")):
            found = assess_robustness(scheme, TABLE, variation, draws=20, tiers=tiers)
            assert found.draws == 20
            for draw in (0, 7):
                assert found.replay(draw).breaks.breaks == found.base.breaks.breaks

    def test_cut_points_that_are_found_anew_may_meet_any_unit(self):
        variation = Variation(normalise=("MinMax", "ZScore"), tier=(NaturalBreaks(3), Quantiles(3)))
        assert assess_robustness(SCHEME, TABLE, variation, draws=20).draws == 20
        share = Variation(normalise=(MinMax(0, 1),), tier=(RelativeTo((50, 90)),))
        assert assess_robustness(SCHEME, TABLE, share, draws=5).draws == 5

    def test_families(self):
        means = {score_unit(method) for method in (Arithmetic(), Geometric(), PowerMean(3))}
        assert len(means) == 1
        assert score_unit(MazziottaPareto()) == MazziottaPareto()
        assert score_unit(PercentileRank()) == score_unit(PercentileRank(ties="lowest"))
        assert score_unit(MinMax()) == score_unit(MinMax(0.0, 1.0)) != score_unit(MinMax(0, 100))
        assert score_unit(NoTreatment()) == score_unit(Winsorise(fallback="keep"))
        assert score_unit(LogTransform()) != score_unit(Winsorise()) != score_unit(NoTreatment())
        assert score_unit(ZScore()) != score_unit(MinMax())

    def test_a_subclass_does_not_share_the_unit_of_its_parent(self):
        mine = type("Mine", (Arithmetic,), {})()
        assert score_unit(mine) is mine
        with pytest.raises(SpecError, match="scores are in another unit"):
            assess_robustness(SCHEME, TABLE, Variation(aggregate=(mine,)), tiers="fixed")

    def test_a_mean_of_all_values_that_are_equal_is_that_value(self):
        """What makes the means one family."""
        same = pd.DataFrame({"a": [3.0, 7.0], "b": [3.0, 7.0]})
        family = score_unit(Arithmetic())
        for made in METHODS["aggregate"]:
            method = make_step("aggregate", made.__name__)
            if score_unit(method) == family:
                assert method.fit(same).apply(same).tolist() == pytest.approx([3.0, 7.0])


def test_the_study_file_is_told_its_own_way_out(tmp_path, hubtiers):
    text = (
        'title_zh = "甲"\ntitle_en = "A"\n[data]\nregions = "listed"\nindicators = "zhang2022"\n'
        'edition = "printed"\nframework = "zhang2022"\n'
        'exclude = ["110000", "310000", "440000", "210000"]\n'
        '[method]\nnormalise = "MinMax"\ntier = { method = "NaturalBreaks", k = 3 }\n'
        '[robustness]\ndraws = 10\ntiers = "fixed"\nvariation = { normalise = ["ZScore"] }\n'
    )
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    done = hubtiers("robustness", path, "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert 'tiers = "refit" under [robustness]' in done.stderr
    assert "Traceback" not in done.stderr
