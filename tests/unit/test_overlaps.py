"""Regions that lie in other regions: what counts them twice is told, once a run."""

from __future__ import annotations

import dataclasses
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import hubtiers as ht
from hubtiers._method import counts_regions
from hubtiers._methods import METHODS, make_step
from hubtiers._overlaps import counted_twice
from hubtiers.errors import HubtiersWarning, OverlapError, OverlapWarning
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.sensitivity import leave_one_out, sensitivity
from hubtiers.robustness.variation import PerLevel, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Copeland
from hubtiers.scoring.impute import KNearest, MeanImpute, RequireCoverage
from hubtiers.scoring.normalise import DistanceToReference, MinMax, ZScore
from hubtiers.scoring.weight import EntropyWeights
from hubtiers.show.pages.report import build_report
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import EqualIntervals, NaturalBreaks, RelativeTo, Thresholds
from hubtiers.tiers.clusters import KMeans

SCHEME = Scheme(tier=NaturalBreaks(3))
NEED_MORE = ("GroupMean", "GroupMedian", "LatestYear", "LinearInTime", "Goalposts")
"""Methods that want regions, years or bounds besides the values."""

STUDY = """
title_zh = "表1全部十八行"
title_en = "All rows of Table 1"
[data]
regions = "listed"
indicators = "zhang2022"
edition = "printed"
framework = "zhang2022"
[method]
normalise = "ZScore"
tier = { method = "NaturalBreaks", k = 3 }
[layout]
name = "zhang2022"
compare = true
[compare]
weights = ["equal", "framework"]
[robustness]
draws = 20
[output]
figures = false
"""


@pytest.fixture(scope="module")
def rows() -> IndicatorTable:
    """The eighteen rows of Table 1, four of which lie in others."""
    values = ht.load_indicators("zhang2022")
    regions = ht.load_regions(values["region"].unique())
    return ht.join_indicators(regions, values, framework=ht.load_framework("zhang2022"))


def told(run):
    """Return the warnings of a run, and check that they point at the line that asked for it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    assert all(warning.filename == __file__ for warning in caught)
    return [warning.message for warning in caught]


class TestRun:
    """The referee's seventeenth finding: overlaps were refused for weights only."""

    def test_pairs_and_methods_are_named_with_the_way_out(self, rows):
        (warning,) = told(lambda: SCHEME.run(rows))
        assert isinstance(warning, OverlapWarning)
        assert isinstance(warning, HubtiersWarning)
        assert len(warning.pairs) == 4
        assert warning.pairs[0] == ("Beijing 北京市", "Beijing–Tianjin–Hebei 京津冀")
        assert warning.counted == ("NaturalBreaks(k=3, labels=None, scale='linear')",)
        with pytest.warns(OverlapWarning, match=r"^These regions overlap: Beijing 北京市 with Bei"):
            SCHEME.run(rows)
        with pytest.warns(OverlapWarning, match=r"Keep disjoint regions \(IndicatorTable.without,"):
            SCHEME.fit(rows)

    def test_every_step_that_counts_is_named(self, rows):
        scheme = SCHEME.replace(
            impute="MeanImpute",
            treat="Winsorise",
            normalise="ZScore",
            aggregate=("Arithmetic", "Copeland"),
        )
        (warning,) = told(lambda: scheme.run(rows))
        steps = ["MeanImpute", "Winsorise", "ZScore", "Copeland", "NaturalBreaks"]
        assert [name.split("(")[0] for name in warning.counted] == steps

    def test_nothing_is_told_where_nothing_counts_twice(self, rows):
        for rule in (Thresholds((0.3, 0.5)), EqualIntervals(3), RelativeTo((50,), value=0.4)):
            assert told(lambda rule=rule: SCHEME.replace(tier=rule).run(rows)) == []
        disjoint = rows.without(["110000", "310000", "440000", "210000"])
        assert told(lambda: SCHEME.run(disjoint)) == []

    def test_weights_from_the_data_stay_refused(self, rows):
        with pytest.raises(OverlapError, match="takes its weights from the data"):
            SCHEME.replace(weight=EntropyWeights()).run(rows)

    def test_at_most_five_pairs(self):
        pairs = [(f"a{i}", f"b{i}") for i in range(8)]
        warning = OverlapWarning(pairs, ["ZScore()"])
        assert "a4 with b4 and 3 more. What they share counts twice in ZScore()." in str(warning)
        assert "a5" not in str(warning)

    def test_a_later_table_is_scored_in_silence(self, rows):
        with pytest.warns(OverlapWarning):
            fitted = SCHEME.fit(rows)
        assert told(lambda: fitted.score(rows)) == []

    def test_panel(self, rows):
        (warning,) = told(lambda: SCHEME.fit_panel({2020: rows, 2021: rows}))
        assert len(warning.pairs) == 4

    def test_shapes_without_a_reference_system_are_no_error(self, rows):
        frame = pd.DataFrame({"rd": [1.0, 2.0]}, index=["a", "b"])
        table = IndicatorTable.from_frame(frame)
        layer = gpd.GeoDataFrame(table.regions, geometry=[box(0, 0, 2, 2)] * 2)
        table = dataclasses.replace(table, regions=layer)
        assert Scheme(tier=NaturalBreaks(2)).run(table).rank.tolist() == [2, 1]
        measured = dataclasses.replace(table, regions=table.regions.set_crs(4326))
        with pytest.warns(OverlapWarning, match="^These regions overlap: a a with b b."):
            Scheme(tier=NaturalBreaks(2)).run(measured)

    def test_a_failed_run_tells_nothing(self, rows):
        # A warning would be an error here, of another class.
        with pytest.raises(ht.DataError, match="at least 19 different scores"):
            SCHEME.replace(tier=NaturalBreaks(19, labels=tuple("abcdefghijklmnopqrs"))).run(rows)


class TestOnce:
    def test_robustness_tells_once_of_all_that_it_varies(self, rows):
        variation = Variation(
            weights="dirichlet", normalise=("MinMax", "ZScore"), tier=(NaturalBreaks(3), KMeans(3))
        )
        robust = None

        def run():
            nonlocal robust
            robust = assess_robustness(SCHEME, rows, variation, draws=12, workers=2)

        (warning,) = told(run)
        names = [name.split("(")[0] for name in warning.counted]
        assert names == ["ZScore", "NaturalBreaks", "KMeans", "the shares over all regions"]
        assert told(lambda: robust.replay(3)) == []

    def test_sensitivity_and_leaving_one_out(self, rows):
        variation = Variation(normalise=("MinMax", "ZScore"))
        (warning,) = told(lambda: sensitivity(SCHEME, rows, variation, samples=4))
        assert "the sums over all regions" in warning.counted
        (warning,) = told(lambda: leave_one_out(SCHEME, rows))
        assert warning.counted[0] == "the shifts over all regions"

    def test_comparison(self, rows):
        schemes = {"a": SCHEME, "b": SCHEME.replace(normalise="ZScore")}
        (warning,) = told(lambda: ht.compare_schemes(rows, schemes))
        assert warning.counted[0] == "the agreement of the schemes over all regions"
        assert [name.split("(")[0] for name in warning.counted[1:]] == ["NaturalBreaks", "ZScore"]

    def test_a_study_tells_once_and_its_report_says_so(self, tmp_path, hubtiers):
        path = tmp_path / "rows.toml"
        path.write_text(STUDY, encoding="utf-8")
        study = load_study(path)
        outcome = None

        def run():
            nonlocal outcome
            outcome = study.run()

        (warning,) = told(run)
        assert {"the shares over all regions", "the agreement of the schemes over all regions"} < {
            *warning.counted
        }
        assert len(told(lambda: study.try_out(["equal"], tolerant=True))) == 1
        report = build_report(outcome, language="en").html
        assert "Note: some regions overlap (Beijing – Beijing–Tianjin–Hebei, " in report
        assert "counts twice in z-score" in report
        assert "注意：部分区域相互重叠" in build_report(outcome, language="zh").html
        done = hubtiers("build", path, "--out", "out", cwd=tmp_path)
        assert done.returncode == 0
        lines = [line for line in done.stderr.splitlines() if "overlap" in line]
        assert len(lines) == 1
        assert lines[0].startswith("hubtiers: These regions overlap: Beijing 北京市 with ")
        assert "Warning" not in done.stderr


class TestFacts:
    def test_options_of_a_variation(self):
        variation = Variation(
            aggregate=PerLevel(((Arithmetic(),), (Copeland(),))), impute=("KNearest", MeanImpute())
        )
        names = [name.split("(")[0] for name in counted_twice(variation)]
        assert names == ["KNearest", "MeanImpute", "Copeland"]

    def test_methods_of_one_s_own_count_unless_they_say_otherwise(self):
        mine = type("Mine", (MinMax,), {})()
        assert counts_regions(mine)
        assert not counts_regions(type("Other", (ZScore,), {"counts_regions": False})())
        assert counts_regions(DistanceToReference("mean"))
        assert not counts_regions(DistanceToReference("mean", region="a"))
        assert counts_regions(KNearest(2))
        assert not counts_regions(RequireCoverage())

    @pytest.mark.parametrize("step", ["impute", "treat", "normalise", "aggregate"])
    def test_a_region_twice_changes_what_counts_regions_and_nothing_else(self, step):
        for made in METHODS[step]:
            if made.__name__ in NEED_MORE:
                continue
            method = make_step(step, made.__name__)
            changed = [doubling_changes(step, method, seed) for seed in range(8)]
            assert any(changed) == counts_regions(method, default=step != "aggregate"), method

    def test_a_score_twice_changes_what_counts_regions_and_nothing_else(self):
        for made in METHODS["tier"]:
            if made.__name__ == "PositionRules":
                continue
            options = {"breaks": (2.0, 4.0)} if made is Thresholds else {}
            method = made(**options)
            changed = False
            for seed in range(12):
                scores = pd.Series(np.random.default_rng(seed).lognormal(size=14))
                again = pd.Series([scores.iloc[seed]] * 9, index=range(90, 99))
                doubled = pd.concat([scores, again])
                once, twice = (method.fit(x).apply(scores).astype(str) for x in (scores, doubled))
                changed |= once.tolist() != twice.tolist()
            assert changed == counts_regions(method), method


def doubling_changes(step, method, seed):
    """Return whether a method gives the regions other values when one of them stands there twice."""
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.lognormal(sigma=1.5, size=(12, 3)), columns=list("abc"))
    if step == "impute":
        values.iloc[3, 1] = np.nan
        nearest = (values - values.iloc[3]).abs().sum(axis=1).drop(3).idxmin()
    else:
        nearest = int(values["a"].idxmax())
    twice = pd.concat([values, values.loc[[nearest]].rename({nearest: 99})])
    once, doubled = (apply_to(method.fit(x), values, x, step) for x in (values, twice))
    return not np.allclose(once, doubled, equal_nan=True, rtol=1e-9)


def apply_to(fitted, values, known, step):
    # Wins are counted among the regions at hand.
    given = known if step == "aggregate" else values
    return np.asarray(fitted.apply(given).loc[values.index], float)
