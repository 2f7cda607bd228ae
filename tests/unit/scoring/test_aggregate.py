from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, DomainError, NotComparableError, SpecError
from hubtiers.scoring.aggregate import (
    Arithmetic,
    Copeland,
    Geometric,
    GreyRelation,
    Harmonic,
    MazziottaPareto,
    PowerMean,
    Topsis,
    Vikor,
)

VALUES = pd.DataFrame(
    {"rd": [1.0, 4.0, 2.0], "patents": [4.0, 1.0, np.nan], "transit": [2.0, 2.0, 8.0]},
    index=["04", "30", "73"],
)
WEIGHTS = pd.Series({"transit": 0.5, "rd": 0.25, "patents": 0.25})


@pytest.mark.parametrize(
    ("method", "scores"),
    [
        (Arithmetic(), [2.25, 2.25, 6.0]),
        (Geometric(), [2.0, 2.0, 5.0397]),
        (Harmonic(), [1.7778, 1.7778, 4.0]),
        (PowerMean(2), [2.5, 2.5, 6.6332]),
        (PowerMean(0), [2.0, 2.0, 5.0397]),
        (PowerMean(1), [2.25, 2.25, 6.0]),
        (MazziottaPareto(), [1.7222, 1.7222, 4.6667]),
        (MazziottaPareto(sign="+"), [2.7778, 2.7778, 7.3333]),
    ],
    ids=repr,
)
def test_means_give_the_weight_of_gaps_to_what_is_present(method, scores):
    assert method.fit(VALUES, weights=WEIGHTS).apply(VALUES).round(4).tolist() == scores


@pytest.mark.parametrize(
    ("method", "scores"),
    [
        # Ideal (4, 4, 8), worst (1, 1, 2). Region 73 lacks patents: d⁺ = .25·2, d⁻ = √((.25·1)² + (.5·6)²).
        (Topsis(), [0.1952, 0.1952, 0.8576]),
        # S = (.75, .75, 2/9), R = (.5, .5, 2/9): gaps of 73 are 2/3 and 0 with the weights 1/3 and 2/3.
        (Vikor(), [0.0, 0.0, 1.0]),
        # Largest gap 6, so that a gap d has 3 / (d + 3).
        (GreyRelation(), [0.5417, 0.5417, 0.8667]),
        # 04 and 30 draw; 73 beats both by transit.
        (Copeland(), [1 / 3, 1 / 3, 5 / 6]),
    ],
    ids=repr,
)
def test_comparisons_with_the_field(method, scores):
    assert method.fit(VALUES, weights=WEIGHTS).apply(VALUES).tolist() == pytest.approx(
        scores, abs=5e-5
    )


@pytest.mark.parametrize(
    "method",
    [
        Arithmetic(),
        Geometric(),
        Harmonic(),
        PowerMean(),
        MazziottaPareto(),
        Topsis(),
        Vikor(),
        GreyRelation(),
        Copeland(),
    ],
    ids=repr,
)
def test_region_without_values_has_no_score_and_no_say(method):
    values = VALUES.reindex(["04", "30", "73", "none"])
    scores = method.fit(values).apply(values)
    assert scores.index.tolist() == ["04", "30", "73", "none"]
    assert scores.isna().tolist() == [False, False, False, True]
    alone = method.fit(VALUES).apply(VALUES)
    assert scores.dropna().tolist() == pytest.approx(alone.tolist())


@pytest.mark.parametrize("method", [Topsis(), Vikor(), GreyRelation(), Copeland()], ids=repr)
def test_later_year_is_measured_against_the_fit(method):
    complete = VALUES.fillna(4.0)
    fitted = method.fit(complete)
    assert (
        fitted.apply(complete.loc[["30"]]).tolist() == fitted.apply(complete).loc[["30"]].tolist()
    )
    best = pd.DataFrame([[9.0, 9.0, 9.0]], columns=VALUES.columns, index=["new"])
    worst = best * 0
    assert fitted.apply(best)["new"] > fitted.apply(complete).max()
    assert fitted.apply(worst)["new"] <= fitted.apply(complete).min()


def test_geometric_names_what_is_not_positive():
    values = VALUES.assign(transit=0.0)
    message = (
        r"^Geometric\(\) needs positive values, but 'transit' is 0\.0 in 3 regions \(04, 30, 73\)\. Normalise to a "
        r"positive range, for example MinMax\(low=1, high=100\), or use Arithmetic\(\)\.$"
    )
    with pytest.raises(DomainError, match=message):
        Geometric().fit(values)
    fitted = Geometric().fit(VALUES)
    with pytest.raises(DomainError, match=message):
        fitted.apply(values)


def test_domains_of_powers():
    with pytest.raises(DomainError, match=r"Harmonic\(\) needs positive values"):
        Harmonic().fit(VALUES - 1)
    with pytest.raises(
        DomainError,
        match=r"PowerMean\(\) needs values that are not negative, but 'rd' is -1.0 in 1 reg",
    ):
        PowerMean(2).fit(VALUES - 2)
    assert PowerMean(2).fit(VALUES - 1).apply(VALUES - 1)["73"] == pytest.approx(5.0)
    assert PowerMean(1).fit(VALUES - 2).apply(VALUES - 2)["73"] == pytest.approx(3.0)


def test_penalised_mean_needs_a_positive_mean_only():
    z = pd.DataFrame({"a": [-5.0, 100.0], "b": [105.0, 100.0]}, index=["x", "y"])
    # M = 50, S² = 55², so that 50 − 3025 / 50 is -10.5.
    assert MazziottaPareto().fit(z).apply(z).tolist() == [-10.5, 100.0]
    message = (
        r"^MazziottaPareto\(\) needs regions whose mean is above 0, since it divides by it, but 'mean' is between -5 "
        r"and 0 in 2 regions \(x, y\)\. Normalise to a scale that stays above 0, such as MinMax\(low=70, high=130\), "
        r"or use Arithmetic\(\)\.$"
    )
    low = pd.DataFrame({"a": [-15.0, 0.0], "b": [5.0, 0.0]}, index=["x", "y"])
    with pytest.raises(DomainError, match=message):
        MazziottaPareto().fit(low)
    with pytest.raises(DomainError, match="but 'mean' is -5 in 1 region"):
        MazziottaPareto().fit(z).apply(low.loc[["x"]])


@pytest.mark.parametrize("method", [Topsis, Vikor, GreyRelation, Copeland, MazziottaPareto])
def test_levels_are_all_or_each(method):
    with pytest.raises(SpecError, match=rf"Unknown levels of {method.__name__}\(levels=…\) 'flat'"):
        method(levels="flat")


def test_weight_zero_does_not_count():
    weights = pd.Series({"rd": 0.5, "patents": 0.5, "transit": 0.0})
    values = VALUES.assign(transit=0.0)
    assert Geometric().fit(values, weights=weights).apply(values).tolist() == [2.0, 2.0, 2.0]
    empty = VALUES.assign(transit=np.nan)
    assert Topsis().fit(empty, weights=weights).apply(empty).tolist() == [
        0.5,
        0.5,
        pytest.approx(1 / 3),
    ]


def test_powers_of_extreme_values_stay_finite():
    values = pd.DataFrame({"a": [1e90, 1e-90], "b": [2e90, 3e-90]})
    for exponent in (-100, -1, 0, 0.001, 100):
        scores = PowerMean(exponent).fit(values).apply(values)
        assert 1e90 <= scores[0] <= 2e90
        assert 1e-90 <= scores[1] <= 3e-90


@pytest.mark.parametrize("method", [Topsis(), Vikor(), GreyRelation()], ids=repr)
def test_regions_that_are_all_the_same(method):
    values = pd.DataFrame({"a": [1.0, 1.0], "b": [2.0, 2.0]})
    with pytest.raises(DataError, match="all regions are the same in every indicator that counts"):
        method.fit(values)


def test_errors_of_weights_and_columns():
    with pytest.raises(DataError, match=r"Arithmetic\(\) was given no weight for 'transit'"):
        Arithmetic().fit(VALUES, weights=WEIGHTS.drop("transit"))
    with pytest.raises(DataError, match="needs weights that are not negative and not all 0"):
        Topsis().fit(VALUES, weights=-WEIGHTS)
    with pytest.raises(
        NotComparableError, match=r"Copeland\(\) was fitted on rd, patents, transit"
    ):
        Copeland().fit(VALUES).apply(VALUES[["rd"]])
    with pytest.raises(DataError, match=r"Arithmetic\(\) has no indicator"):
        Arithmetic().fit(VALUES[[]])


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: PowerMean(np.inf), r"PowerMean\(exponent=inf\) needs 0, or a size between"),
        (lambda: Vikor(majority=2), r"Vikor\(majority=2\) needs a weight of 0 to 1"),
        (lambda: GreyRelation(distinction=0), "needs a number above 0 and at most 1"),
        (
            lambda: MazziottaPareto(sign="minus"),
            r"Unknown sign of MazziottaPareto\(sign=…\) 'minus'",
        ),
    ],
)
def test_options_are_checked_at_construction(make, match):
    with pytest.raises(SpecError, match=match):
        make()


def test_a_constant_indicator_has_no_part_in_vikor_however_much_it_weighs():
    values = pd.DataFrame(
        {"a": [0.0, 0.5, 1.0, 0.2], "b": [0.0, 1.0, 0.3, 0.9]}, index=list("wxyz")
    )
    weights = pd.Series({"a": 0.1, "b": 0.1, "same": 0.8})
    both = Vikor().fit(values.assign(same=7.0), weights=weights).apply(values.assign(same=7.0))
    alone = Vikor().fit(values, weights=pd.Series({"a": 0.5, "b": 0.5})).apply(values)
    assert both.round(12).tolist() == alone.round(12).tolist()
    assert both.rank().tolist() == [1.0, 4.0, 3.0, 2.0]
