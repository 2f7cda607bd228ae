"""Reliability, correlations and principal components against published numbers and plain formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hubtiers.diagnose import correlate_with, correlation_flags, cronbach_alpha, pca_diagnostics
from hubtiers.errors import (
    ConstantIndicatorError,
    DataError,
    MissingColumnError,
    SpecError,
    UnknownOptionError,
)
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

ORACLES = Path(__file__).resolve().parents[1] / "oracles" / "data"


@pytest.fixture(scope="module")
def tai() -> pd.DataFrame:
    """Technology Achievement Index: OECD/JRC Handbook (2008), Table A.2."""
    return pd.read_csv(ORACLES / "tai_indicators.csv", index_col="country")


@pytest.fixture(scope="module")
def noise() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    common = rng.normal(size=(40, 1))
    return pd.DataFrame(
        common + rng.normal(size=(40, 4)), columns=list("abcd"), index=[f"r{n}" for n in range(40)]
    )


def result_of(values: pd.DataFrame, framework: Framework | None = None):
    return Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(values, framework=framework))


class TestAlpha:
    def test_handbook_table_11(self, tai):
        found = cronbach_alpha(tai)
        assert found.alpha == pytest.approx(0.70, abs=0.005)
        printed = [0.704, 0.645, 0.636, 0.774, 0.603, 0.624, 0.662, 0.706]
        np.testing.assert_allclose(found.without.round(3), printed, atol=0.00101)
        assert found.without.index.tolist() == tai.columns.tolist()
        assert found.n == 23

    def test_raw_alpha_by_the_formula(self, noise):
        k = noise.shape[1]
        expected = k / (k - 1) * (1 - noise.var().sum() / noise.sum(axis=1).var())
        found = cronbach_alpha(noise, standardised=False)
        assert found.alpha == pytest.approx(expected)
        rest = noise[["b", "c", "d"]]
        assert found.without["a"] == pytest.approx(
            1.5 * (1 - rest.var().sum() / rest.sum(axis=1).var())
        )

    def test_standardised_alpha_ignores_units(self, noise):
        assert cronbach_alpha(noise * [1, 1000, 0.01, 5]).alpha == pytest.approx(
            cronbach_alpha(noise).alpha
        )

    def test_a_result_brings_oriented_indicators(self, noise):
        framework = Framework(tuple(Indicator(c, direction=-1 if c == "b" else 1) for c in noise))
        flipped = noise.assign(b=-noise["b"])
        assert cronbach_alpha(result_of(flipped, framework)).alpha == pytest.approx(
            cronbach_alpha(noise).alpha
        )
        assert cronbach_alpha(flipped).alpha < 0.5

    def test_two_indicators_leave_nothing_to_delete(self, noise):
        assert cronbach_alpha(noise[["a", "b"]]).without.isna().all()

    def test_only_complete_regions_count(self, noise):
        gaps = noise.copy()
        gaps.iloc[:10, 0] = np.nan
        assert cronbach_alpha(gaps).n == 30
        assert cronbach_alpha(gaps).alpha == pytest.approx(cronbach_alpha(noise.iloc[10:]).alpha)

    def test_report(self, tai):
        found = cronbach_alpha(tai)
        assert repr(found).startswith(
            "<Reliability: standardised alpha 0.704 over 8 indicators in 23 regions>"
        )
        assert found.to_frame()["difference"].idxmax() == "exports"
        assert "&lt;" in cronbach_alpha(tai.rename(columns={"exports": "<i>"}))._repr_html_()

    @pytest.mark.parametrize(
        ("values", "error", "message"),
        [
            ({"a": [1, 2, 3, 4]}, DataError, "At least two indicators"),
            ({}, DataError, "but there is none"),
            (
                {"a": [1, 2, 3], "b": [1, 2, np.nan]},
                DataError,
                "three regions with all values, but there are 2 of 3",
            ),
            ({"a": [1, 2, 3], "b": [1, 1, 1]}, ConstantIndicatorError, "'b'"),
            ({"a": [1, 2, 3], "b": ["x", "y", "z"]}, DataError, "must be numbers"),
            ({"a": [1, 2, 3], "b": [1, 2, np.inf]}, DataError, "finite, but 'b'"),
        ],
    )
    def test_data_that_do_not_fit(self, values, error, message):
        with pytest.raises(error, match=message):
            cronbach_alpha(pd.DataFrame(values))


class TestFlags:
    frame = pd.DataFrame(
        {"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 9], "c": [9.0, 6, 4, 2], "d": [1.0, -1, 1, -1]},
        index=list("wxyz"),
    )
    framework = Framework(
        (
            Indicator("a", parent="f"),
            Indicator("b", parent="f"),
            Indicator("c", parent="g"),
            Indicator("d"),
        ),
        (Group("f"), Group("g")),
    )

    def test_pairs_within_and_between_groups(self):
        found = correlation_flags(self.frame, framework=self.framework)
        pairs = {(r.indicator_a, r.indicator_b): (r.relation, r.group) for r in found.itertuples()}
        assert pairs == {
            ("a", "b"): ("within", "f"),
            ("a", "c"): ("between", ""),
            ("b", "c"): ("between", ""),
        }
        size = dict(zip(pairs, found["correlation"], strict=True))
        assert size["a", "c"] == pytest.approx(np.corrcoef(self.frame["a"], self.frame["c"])[0, 1])
        assert found["correlation"].abs().is_monotonic_decreasing

    def test_threshold(self):
        assert len(correlation_flags(self.frame, threshold=0.3)) == 6
        assert len(correlation_flags(self.frame, threshold=0.999)) == 0

    def test_rank_correlation(self):
        found = correlation_flags(self.frame, method="spearman", threshold=1.0)
        assert found["correlation"].tolist() == pytest.approx([1, -1, -1])

    def test_a_result_brings_its_framework_and_direction(self):
        down = Framework(
            tuple(Indicator(c, parent="f", direction=-1 if c == "c" else 1) for c in "abcd"),
            (Group("f"),),
        )
        found = correlation_flags(result_of(self.frame, down))
        assert (found["correlation"] > 0).all()
        assert set(found["group"]) == {"f"}

    def test_n_counts_regions_with_both(self):
        gaps = self.frame.copy()
        gaps.loc["w", "a"] = np.nan
        found = correlation_flags(gaps).set_index(["indicator_a", "indicator_b"])["n"]
        assert (found["a", "b"], found["b", "c"]) == (3, 4)

    def test_constant_indicators_have_no_correlation(self):
        assert len(correlation_flags(self.frame.assign(b=1.0, c=1.0), threshold=0.1)) == 1

    def test_wrong_choices(self):
        with pytest.raises(SpecError, match="above 0 and at most 1"):
            correlation_flags(self.frame, threshold=90)
        with pytest.raises(UnknownOptionError, match="Did you mean 'spearman'"):
            correlation_flags(self.frame, method="spearmen")
        with pytest.raises(MissingColumnError, match="framework lacks"):
            correlation_flags(self.frame, framework=self.framework.without(["a"]))


class TestPca:
    def test_handbook_table_7(self, tai):
        found = pca_diagnostics(tai)
        # The Handbook prints one digit, and 3.3 for 3.35; two digits are those of an independent computation.
        np.testing.assert_allclose(
            found.eigenvalues, [3.3, 1.7, 1.0, 0.9, 0.5, 0.3, 0.2, 0.1], atol=0.06
        )
        np.testing.assert_allclose(
            found.eigenvalues, [3.35, 1.75, 0.98, 0.89, 0.47, 0.30, 0.17, 0.08], atol=0.0051
        )
        assert found.components["explained"].sum() == pytest.approx(1.0)
        assert found.components["cumulative"].iloc[1] == pytest.approx(
            found.eigenvalues.iloc[:2].sum() / 8
        )

    def test_kmo_from_partial_correlations_by_regression(self, noise):
        found = pca_diagnostics(noise)
        z = (noise - noise.mean()) / noise.std()
        simple = partial = 0.0
        single = {}
        for a in noise:
            own_simple = own_partial = 0.0
            for b in noise.columns.drop(a):
                rest = z.drop(columns=[a, b]).to_numpy()
                residual = [
                    z[c] - rest @ np.linalg.lstsq(rest, z[c], rcond=None)[0] for c in (a, b)
                ]
                own_partial += np.corrcoef(*residual)[0, 1] ** 2
                own_simple += np.corrcoef(z[a], z[b])[0, 1] ** 2
            single[a] = own_simple / (own_simple + own_partial)
            simple, partial = simple + own_simple, partial + own_partial
        assert found.kmo == pytest.approx(simple / (simple + partial))
        assert found.kmo_by_indicator.to_dict() == pytest.approx(single)

    def test_bartlett(self, noise):
        found = pca_diagnostics(noise)
        statistic = -(40 - 1 - (2 * 4 + 5) / 6) * np.log(np.linalg.det(noise.corr()))
        assert found.bartlett == pytest.approx(statistic)
        assert found.degrees_of_freedom == 6
        assert found.p_value == pytest.approx(stats.chi2.sf(statistic, 6))

    def test_report(self, tai):
        found = pca_diagnostics(tai)
        assert "8 indicators in 23 regions" in repr(found)
        assert "2 eigenvalues above 1" in repr(found)
        assert "<table" in found._repr_html_()
        assert found.to_frame().shape == (8, 3)

    def test_an_indicator_that_follows_from_others(self, noise):
        with pytest.raises(
            DataError, match="no indicator that follows from others.*40 regions and 5 indicators"
        ):
            pca_diagnostics(noise.assign(e=noise["a"] + noise["b"]))

    def test_too_few_regions(self, noise):
        with pytest.raises(DataError, match="4 regions and 4 indicators"):
            pca_diagnostics(noise.head(4))


class TestOutside:
    def test_each_score_against_the_outside(self, noise):
        framework = Framework(
            tuple(Indicator(c, parent="f" if c < "c" else "g") for c in "abcd"),
            (Group("f"), Group("g")),
        )
        result = result_of(noise, framework)
        outside = pd.Series(np.arange(40.0)[::-1], index=noise.index).drop("r0")
        found = correlate_with(result, outside)
        assert found.index.tolist() == ["score", "f", "g"]
        assert (found["n"] == 39).all()
        for name, series in (("score", result.scores), ("f", result.sub_scores["f"])):
            side = series.drop("r0")
            assert found.loc[name, "pearson"] == pytest.approx(stats.pearsonr(side, outside)[0])
            assert found.loc[name, "spearman"] == pytest.approx(stats.spearmanr(side, outside)[0])
            assert found.loc[name, "kendall"] == pytest.approx(stats.kendalltau(side, outside)[0])

    def test_regions_are_matched_by_index(self):
        scores = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0, "d": np.nan})
        outside = pd.Series({"d": 9.0, "c": 30.0, "b": 20.0, "a": 10.0, "z": 0.0})
        found = correlate_with(scores, outside).loc["score"]
        measures = ["pearson", "spearman", "kendall", "n"]
        assert found[measures].tolist() == pytest.approx([1, 1, 1, 3])
        assert found.drop(measures).isna().all()

    def test_intervals_are_those_of_fisher_and_of_bonett_and_wright(self):
        """scipy gives Fisher's; Bonett and Wright (2000) widen it for ranks by √(1 + ρ²/2)."""
        rng = np.random.default_rng(8)
        scores = pd.Series(rng.normal(size=25))
        outside = scores + rng.normal(size=25)
        found = correlate_with(scores, outside).loc["score"]
        fisher = stats.pearsonr(scores, outside).confidence_interval()
        assert [found["pearson_low"], found["pearson_high"]] == pytest.approx(list(fisher))
        rho = found["spearman"]
        reach = 1.959964 * np.sqrt((1 + rho**2 / 2) / 22)
        ends = np.tanh([np.arctanh(rho) - reach, np.arctanh(rho) + reach])
        assert [found["spearman_low"], found["spearman_high"]] == pytest.approx(ends, abs=1e-6)

    def test_a_constant_side_has_no_correlation(self):
        scores = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0})
        assert correlate_with(scores, scores * 0).loc["score", ["pearson", "kendall"]].isna().all()

    @pytest.mark.parametrize(
        ("outside", "message"),
        [
            (pd.Series({"x": 1.0}), "Only 0 regions have both 'score'"),
            (
                pd.Series([1.0, 2.0], index=["a", "a"]),
                "outside variable must have one value per region, but a",
            ),
            (pd.Series({"a": "x", "b": "y", "c": "z"}), "must be numbers"),
        ],
    )
    def test_data_that_do_not_fit(self, outside, message):
        with pytest.raises(DataError, match=message):
            correlate_with(pd.Series({"a": 1.0, "b": 2.0, "c": 3.0}), outside)


def test_a_table_is_diagnosed_by_its_values():
    frame = pd.DataFrame({"a": [1.0, 2, 3, 5], "b": [2.0, 3, 5, 8], "c": [4.0, 1, 2, 9]})
    table = IndicatorTable.from_frame(frame)
    assert (
        pca_diagnostics(table).eigenvalues.tolist() == pca_diagnostics(frame).eigenvalues.tolist()
    )
    assert cronbach_alpha(table).alpha == cronbach_alpha(frame).alpha
    assert correlation_flags(table).equals(correlation_flags(frame))
