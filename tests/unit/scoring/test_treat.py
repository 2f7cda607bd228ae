from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DomainError, NotComparableError, SpecError, UnknownOptionError
from hubtiers.scoring.treat import BoxCox, LogTransform, NoTreatment, Winsorise, kurtosis, skewness

CALM = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
VALUES = pd.DataFrame(
    {
        "calm": CALM,
        "high": [*CALM[:-1], 500.0],
        "low": [-500.0, *CALM[1:]],
        "gap": [*CALM[:-1], np.nan],
    },
    index=[f"r{n}" for n in range(10)],
)


def test_winsorise_pulls_in_on_the_skewed_side():
    fitted = Winsorise().fit(VALUES)
    assert fitted.details["action"].to_dict() == {
        "calm": "none",
        "high": "winsorised",
        "low": "winsorised",
        "gap": "none",
    }
    treated = fitted.apply(VALUES)
    assert treated["calm"].tolist() == CALM
    assert treated["high"].tolist() == [*CALM[:-1], 9.0]
    assert treated["low"].tolist() == [2.0, *CALM[1:]]
    assert fitted.report(VALUES).to_dict("records") == [
        {
            "region": "r9",
            "indicator": "high",
            "before": 500.0,
            "after": 9.0,
            "action": "winsorised",
        },
        {
            "region": "r0",
            "indicator": "low",
            "before": -500.0,
            "after": 2.0,
            "action": "winsorised",
        },
    ]


def test_winsorise_caps_later_years_as_fitted():
    fitted = Winsorise().fit(VALUES)
    later = pd.DataFrame({"calm": [99.0], "high": [99.0], "low": [-7.0], "gap": [99.0]})
    assert fitted.apply(later).iloc[0].tolist() == [99.0, 9.0, 2.0, 99.0]


def test_winsorise_pulls_in_ties_together():
    values = pd.DataFrame({"a": [*CALM * 2, 300.0, 300.0]})
    fitted = Winsorise(points=1).fit(values)
    assert fitted.apply(values)["a"].tolist() == [*CALM * 2, 10.0, 10.0]


def test_winsorise_falls_back_to_the_logarithm():
    values = pd.DataFrame({"a": [*np.arange(1.0, 31.0), 900.0, 900.5, 901.0]})
    logged = Winsorise(points=2).fit(values)
    assert logged.details.loc["a", "action"] == "log"
    assert logged.apply(values)["a"].tolist() == pytest.approx(
        np.log(values["a"] - 1 + 9.0).tolist()
    )
    kept = Winsorise(points=2, fallback="keep").fit(values)
    assert kept.apply(values)["a"].max() == 900.0
    assert len(logged.report(values)) == 33
    with pytest.raises(
        DomainError, match=r"not far below the fitted range, but 'a' is -20\.0 in 1 region"
    ):
        logged.apply(pd.DataFrame({"a": [-20.0]}))


def test_winsorise_passes_on_either_limit():
    skewed = pd.DataFrame({"a": [0.0] * 7 + [1.0, 1.0, 1.0, 30.0]})
    assert skewness(skewed["a"].to_numpy()) > 2
    assert kurtosis(skewed["a"].to_numpy()) > 3.5
    assert Winsorise(kurtosis_limit=99).fit(skewed).details.loc["a", "action"] == "none"
    assert Winsorise(skew_limit=99).fit(skewed).details.loc["a", "action"] == "none"
    assert Winsorise().fit(skewed).details.loc["a", "action"] == "winsorised"


def test_moments_of_few_or_equal_values_are_undefined():
    assert np.isnan(skewness(np.array([1.0, 2.0])))
    assert np.isnan(kurtosis(np.array([1.0, 2.0, 4.0])))
    assert np.isnan(skewness(np.ones(5)))
    assert skewness(np.array([1.0, 2.0, 4.0]) * 1e90) == pytest.approx(
        skewness(np.array([1.0, 2.0, 4.0]))
    )


def test_logarithm_of_the_chosen():
    treated = LogTransform(("calm",), offset=1).fit(VALUES).apply(VALUES)
    assert treated["calm"].tolist() == pytest.approx(np.log(np.arange(2, 12)).tolist())
    pd.testing.assert_frame_equal(treated.drop(columns="calm"), VALUES.drop(columns="calm"))
    report = LogTransform("gap").fit(VALUES).report(VALUES)
    assert len(report) == 9
    assert report.iloc[1].tolist() == ["r1", "gap", 2.0, np.log(2.0), "log"]


def test_logarithm_errors():
    with pytest.raises(
        DomainError,
        match=r"LogTransform\(offset=0\) needs values above .* 'low' is -500.0 in 1 region",
    ):
        LogTransform().fit(VALUES)
    with pytest.raises(UnknownOptionError, match="Did you mean 'calm'"):
        LogTransform(("clam",)).fit(VALUES)
    fitted = LogTransform(("calm",)).fit(VALUES)
    with pytest.raises(NotComparableError):
        fitted.apply(VALUES[["calm"]])
    with pytest.raises(DomainError):
        fitted.apply(-VALUES)


def test_box_cox_finds_the_power():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(3)
    values = pd.DataFrame({"a": rng.lognormal(1, 0.7, 60), "b": rng.normal(20, 2, 60) ** 2})
    fitted = BoxCox().fit(values)
    for code in values:
        expected, exponent = stats.boxcox(values[code].to_numpy())
        assert fitted.exponents[code] == pytest.approx(exponent, abs=1e-4)
        np.testing.assert_allclose(fitted.apply(values)[code], expected, rtol=1e-3)
    other = BoxCox().fit(values * 1000)
    assert other.exponents.tolist() == pytest.approx(fitted.exponents.tolist(), abs=1e-5)


def test_fits_do_not_depend_on_the_order_of_regions_at_all():
    rng = np.random.default_rng(5)
    values = pd.DataFrame({"a": rng.lognormal(0, 1.5, 40)})
    for _ in range(5):
        mixed = values.sample(frac=1, random_state=rng)
        assert BoxCox().fit(mixed).exponents["a"] == BoxCox().fit(values).exponents["a"]
        pd.testing.assert_frame_equal(
            Winsorise().fit(mixed).details, Winsorise().fit(values).details
        )


def test_box_cox_with_a_given_power():
    values = VALUES[["calm", "gap"]]
    assert BoxCox(exponent=0).fit(values).apply(values)["calm"].tolist() == pytest.approx(
        np.log(CALM).tolist()
    )
    treated = BoxCox(("gap",), exponent=2).fit(values).apply(values)
    assert treated["gap"].tolist()[:3] == pytest.approx([0, 1.5, 4])
    assert treated["calm"].tolist() == CALM
    assert BoxCox(("gap",), exponent=2).fit(values).report(values)["action"].unique() == [
        "Box–Cox, exponent 2"
    ]
    with pytest.raises(DomainError, match=r"BoxCox\(\) needs positive values, but 'low' is -500.0"):
        BoxCox().fit(VALUES)


def test_no_treatment_touches_nothing():
    assert NoTreatment().fit(VALUES).apply(VALUES) is VALUES
    assert NoTreatment().fit(VALUES).report(VALUES).empty


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Winsorise(points=-1), r"Winsorise\(points=-1\) needs a whole number"),
        (lambda: Winsorise(skew_limit=0), "needs a positive limit of skewness"),
        (lambda: Winsorise(fallback="logs"), "Did you mean 'log'"),
        (lambda: LogTransform(offset=-1), "needs an offset of 0"),
        (lambda: LogTransform(()), "needs at least one indicator"),
        (lambda: BoxCox(exponent=9), "needs a number between −5 and 5"),
        (lambda: BoxCox(("a", "a")), "each once, or None"),
    ],
)
def test_options_are_checked_at_construction(make, match):
    with pytest.raises(SpecError, match=match):
        make()
