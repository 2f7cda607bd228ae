from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import (
    ConstantIndicatorError,
    DataError,
    DomainError,
    MissingColumnError,
    NotComparableError,
    SpecError,
    UnknownOptionError,
)
from hubtiers.scoring.normalise import (
    CentredGoalposts,
    DistanceToReference,
    Goalposts,
    LogMinMax,
    MinMax,
    PercentileRank,
    RobustScale,
    VectorNorm,
    ZScore,
)

VALUES = pd.DataFrame(
    {"good": [1.0, 2.0, 4.0, np.nan], "bad": [10.0, 40.0, 20.0, 10.0]}, index=list("wxyz")
)
DIRECTION = pd.Series({"good": 1, "bad": -1})


def both(method, values=VALUES):
    frame = method.fit(values, direction=DIRECTION).apply(values)
    return frame["good"].dropna().round(4).tolist(), frame["bad"].round(4).tolist()


@pytest.mark.parametrize(
    ("method", "good", "bad"),
    [
        (MinMax(), [0, 0.3333, 1], [1, 0, 0.6667, 1]),
        (MinMax(low=1, high=100), [1, 34, 100], [100, 1, 67, 100]),
        (ZScore(), [-0.8729, -0.2182, 1.0911], [0.7071, -1.4142, 0, 0.7071]),
        (
            ZScore(mean=100, deviation=10),
            [91.2713, 97.8178, 110.9109],
            [107.0711, 85.8579, 100, 107.0711],
        ),
        (PercentileRank(), [0, 0.5, 1], [0.8333, 0, 0.3333, 0.8333]),
        (DistanceToReference(), [0.25, 0.5, 1], [1, -2, 0, 1]),
        (DistanceToReference("median"), [0.5, 1, 2], [1.3333, -0.6667, 0.6667, 1.3333]),
        (DistanceToReference("mean"), [0.4286, 0.8571, 1.7143], [1.5, 0, 1, 1.5]),
        (DistanceToReference(region="x"), [0.5, 1, 2], [1.75, 1, 1.5, 1.75]),
        (LogMinMax(), [0, 0.5, 1], [1, 0, 0.5, 1]),
        (VectorNorm(), [0.2182, 0.4364, 0.8729], [-0.2132, -0.8528, -0.4264, -0.2132]),
        (RobustScale(), [-0.6667, 0, 1.3333], [0.3333, -1.6667, -0.3333, 0.3333]),
        (Goalposts({"good": (2, 3), "bad": (0, 50)}), [0, 0, 1], [0.8, 0.2, 0.6, 0.8]),
        (Goalposts({"good": (2, 3), "bad": (0, 50)}, clip=False), [-1, 0, 2], [0.8, 0.2, 0.6, 0.8]),
    ],
    ids=repr,
)
def test_values(method, good, bad):
    assert both(method) == (good, bad)


def test_negative_reference_keeps_the_order():
    values = pd.DataFrame({"balance": [-4.0, -2.0, -1.0]})
    assert DistanceToReference().fit(values).apply(values)["balance"].tolist() == [-2.0, 0.0, 1.0]


def test_log_with_offset_takes_zero():
    values = pd.DataFrame({"n": [0.0, 1.0, 3.0]})
    assert LogMinMax(offset=1).fit(values).apply(values)["n"].tolist() == pytest.approx([0, 0.5, 1])


def test_later_year_keeps_the_fitted_bounds():
    fitted = MinMax().fit(VALUES, direction=DIRECTION)
    later = pd.DataFrame({"good": [7.0], "bad": [70.0]}, index=["new"])
    assert fitted.apply(later).loc["new"].tolist() == [2.0, -1.0]
    assert (fitted.lowest.to_dict(), fitted.highest.to_dict()) == (
        {"good": 1, "bad": 10},
        {"good": 4, "bad": 40},
    )


def test_later_year_between_ranks():
    fitted = PercentileRank().fit(VALUES[["good"]])
    later = pd.DataFrame({"good": [0.0, 1.5, 4.0, 9.0, np.nan]})
    assert fitted.apply(later)["good"].tolist()[:4] == [0.0, 0.25, 1.0, 1.0]
    assert fitted.apply(later)["good"].isna().tolist() == [False] * 4 + [True]


def test_one_scale_for_all_years():
    panel = pd.concat({2020: VALUES, 2024: VALUES * 2}, names=["year", "region_id"])
    fitted = MinMax().fit(panel, direction=DIRECTION)
    assert fitted.apply(VALUES)["good"].dropna().round(4).tolist() == [0, 0.1429, 0.4286]


def test_other_columns_are_not_comparable():
    fitted = ZScore().fit(VALUES)
    with pytest.raises(
        NotComparableError, match=r"ZScore\(\) was fitted on good, bad but is applied to bad, good"
    ):
        fitted.apply(VALUES[["bad", "good"]])


@pytest.mark.parametrize("method", [MinMax(), ZScore(), RobustScale(), LogMinMax()], ids=repr)
def test_constant_indicator_is_named(method):
    with pytest.raises(
        ConstantIndicatorError,
        match="needs values that differ, but the indicator 'bad' has the same",
    ):
        method.fit(VALUES.assign(bad=3.0))


@pytest.mark.parametrize(
    ("method", "constant"),
    [(PercentileRank(), 0.5), (DistanceToReference(), 1.0), (VectorNorm(), 0.5)],
    ids=repr,
)
def test_constant_indicator_is_accepted(method, constant):
    values = VALUES.assign(bad=3.0)
    assert method.fit(values).apply(values)["bad"].tolist() == [constant] * 4


def test_domain_of_logarithm():
    with pytest.raises(
        DomainError,
        match=r"LogMinMax\(\) needs values other than 0 .* 'good' is 0.0 in 1 region \(w\)",
    ):
        LogMinMax().fit(VALUES.replace(1.0, 0.0))
    fitted = LogMinMax().fit(VALUES)
    with pytest.raises(
        DomainError, match=r"'bad' is between -40.0 and -10.0 in 4 regions \(w, x, y and 1 more\)"
    ):
        fitted.apply(VALUES.assign(bad=-VALUES["bad"]))


def test_quartiles_that_do_not_differ():
    values = pd.DataFrame({"n": [1.0, 1.0, 1.0, 1.0, 9.0]})
    with pytest.raises(DataError, match="half of the regions or more share one value of 'n'"):
        RobustScale().fit(values)


def test_reference_errors():
    with pytest.raises(DataError, match="the reference of 'good' is 0"):
        DistanceToReference().fit(VALUES - 4)
    with pytest.raises(
        UnknownOptionError, match=r"Unknown region in DistanceToReference\(region=…\) 'q'"
    ):
        DistanceToReference(region="q").fit(VALUES)
    with pytest.raises(DataError, match="has no value for good"):
        DistanceToReference(region="z").fit(VALUES)


def test_goalposts_are_frozen_pairs():
    method = Goalposts({"good": (0, 4), "bad": [0, 40]})
    assert method.bounds == (("good", 0.0, 4.0), ("bad", 0.0, 40.0))
    assert Goalposts((("good", 0, 4), ["bad", 0, 40])) == method
    assert hash(Goalposts(method.bounds)) == hash(method)


def test_goalposts_errors():
    with pytest.raises(MissingColumnError, match=r"Goalposts\(bounds=…\) lacks the column 'bad'"):
        Goalposts({"good": (0, 4)}).fit(VALUES)
    with pytest.raises(
        SpecError, match="needs a finite lower bound below the upper one, but 'good' has"
    ):
        Goalposts({"good": (4, 0)})
    with pytest.raises(SpecError, match="needs two numbers for 'good'"):
        Goalposts({"good": (4,)})
    with pytest.raises(SpecError, match="needs at least one name"):
        Goalposts({})
    with pytest.raises(SpecError, match="needs names with values"):
        Goalposts(3)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: MinMax(low=1, high=1), r"MinMax\(low=1, high=1\) needs a finite low"),
        (lambda: ZScore(deviation=0), "needs a positive deviation"),
        (lambda: LogMinMax(offset=-1), "needs an offset of 0 or a positive"),
        (lambda: MinMax(low="x"), r"MinMax\(low='x', high=1\.0\) needs a finite low"),
        (lambda: LogMinMax(low=2), "needs a finite low below"),
        (lambda: Goalposts({"a": (0, 1)}, low=2), "needs a finite low below"),
        (lambda: DistanceToReference("bset"), "Did you mean 'best'"),
    ],
)
def test_options_are_checked_at_construction(make, match):
    with pytest.raises(SpecError, match=match):
        make()


def test_values_are_checked():
    with pytest.raises(
        DataError, match="needs a frame of regions × indicators, but was given a list"
    ):
        MinMax().fit([1, 2])
    with pytest.raises(DataError, match="the column 'a' more than once"):
        MinMax().fit(pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]))
    with pytest.raises(DataError, match=r"needs finite values .* but got 'good' of w \(inf\)"):
        MinMax().fit(VALUES.replace(1.0, np.inf))
    with pytest.raises(
        DataError, match=r"needs the direction \+1 or −1 for every indicator, but 'bad' has neither"
    ):
        MinMax().fit(VALUES, direction=pd.Series({"good": 1}))
    with pytest.raises(DataError, match="found no value for 'bad'"):
        MinMax().fit(VALUES.assign(bad=np.nan))


def test_reference_of_centred_goalposts():
    method = CentredGoalposts({"good": 2, "bad": 10})
    assert hash(method) == hash(CentredGoalposts((("good", 2.0), ("bad", 10.0))))
    with pytest.raises(
        MissingColumnError, match=r"CentredGoalposts\(reference=…\) lacks the column 'bad'"
    ):
        CentredGoalposts({"good": 2}).fit(VALUES)
    with pytest.raises(SpecError, match="needs a finite number as the reference of 'good', but"):
        CentredGoalposts({"good": "mean"})
    with pytest.raises(SpecError, match="as the reference of 'good', but got True"):
        CentredGoalposts({"good": True})
    # A row of a table of counts holds whole numbers of NumPy.
    row = pd.DataFrame({"good": [2], "bad": [10]}, index=["EU27"]).loc["EU27"]
    assert CentredGoalposts(dict(row)) == method
    with pytest.raises(SpecError, match=r"CentredGoalposts\(low=130, high=70\) needs a finite low"):
        CentredGoalposts(low=130, high=70)


def test_spread_of_a_population():
    values = pd.DataFrame({"x": [1.0, 3.0, 5.0, np.nan]})
    method = ZScore(spread="population")
    expected = [-np.sqrt(1.5), 0.0, np.sqrt(1.5)]
    assert method.fit(values).apply(values)["x"].dropna().tolist() == pytest.approx(expected)
    bare = method.array_form(values.to_numpy(), np.array([-1.0]))
    assert bare[:3, 0].tolist() == pytest.approx(expected[::-1])
    with pytest.raises(UnknownOptionError, match=r"Unknown spread of ZScore\(spread=…\) 'all'"):
        ZScore(spread="all")
