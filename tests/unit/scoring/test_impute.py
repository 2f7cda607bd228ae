from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    MissingColumnError,
    NotComparableError,
    SpecError,
)
from hubtiers.scoring.impute import (
    GroupMean,
    GroupMedian,
    KNearest,
    LatestYear,
    LinearInTime,
    MeanImpute,
    MedianImpute,
    RequireCoverage,
)

NONE = np.nan
VALUES = pd.DataFrame(
    {
        "a": [1.0, 2.0, 9.0, NONE, NONE],
        "b": [10.0, 20.0, NONE, 40.0, NONE],
        "c": [5.0, 6.0, 7.0, 8.0, 9.0],
    },
    index=list("vwxyz"),
)
REGIONS = pd.DataFrame({"province": ["east", "east", "west", "west", "east"]}, index=VALUES.index)
GROUPS = REGIONS["province"].to_dict()


@pytest.mark.parametrize(
    ("method", "a", "b"),
    [
        (MeanImpute(), [1, 2, 9, 4], [10, 20, 70 / 3, 40]),
        (MedianImpute(), [1, 2, 9, 2], [10, 20, 20, 40]),
        (GroupMean(groups=GROUPS), [1, 2, 9, 9], [10, 20, 40, 40]),
        (GroupMedian(groups=REGIONS["province"]), [1, 2, 9, 9], [10, 20, 40, 40]),
        (KNearest(k=1), [1, 2, 9, 9], [10, 20, 40, 40]),
        (KNearest(k=2), [1, 2, 9, 5.5], [10, 20, 30, 40]),
    ],
    ids=repr,
)
def test_fills_and_marks(method, a, b):
    fitted = method.fit(VALUES)
    filled = fitted.apply(VALUES)
    assert filled["a"].tolist()[:4] == pytest.approx(a)
    assert filled["b"].tolist()[:4] == pytest.approx(b)
    assert filled.loc["z"].isna().all()  # one value of three is less than half
    marked = fitted.mark(VALUES)
    assert marked.stack().loc[lambda cell: cell].index.tolist() == [("x", "b"), ("y", "a")]
    assert fitted.apply(VALUES.loc[["y"]]).loc["y"].tolist() == filled.loc["y"].tolist()


def test_share_of_zero_fills_every_region():
    assert MeanImpute(share=0).fit(VALUES).apply(VALUES).loc["z"].tolist() == pytest.approx(
        [4, 70 / 3, 9]
    )
    fitted = KNearest(share=0, k=1).fit(VALUES)
    assert fitted.apply(VALUES).loc["z"].tolist() == [9, 40, 9]
    assert GroupMean(groups=GROUPS, share=0).fit(VALUES).apply(VALUES).loc["z"].tolist() == [
        1.5,
        15,
        9,
    ]


def test_group_from_a_column_of_the_regions():
    fitted = GroupMean("province").fit(VALUES, regions=REGIONS)
    assert fitted.apply(VALUES).loc["y", "a"] == 9
    later = pd.DataFrame({"a": [NONE], "b": [1.0], "c": [1.0]}, index=["new"])
    moved = pd.DataFrame({"province": ["east"]}, index=["new"])
    assert fitted.apply(later, regions=moved).loc["new", "a"] == 1.5
    assert fitted.mark(later, regions=moved).loc["new"].tolist() == [True, False, False]
    with pytest.raises(NotComparableError, match="was fitted without the groups of new"):
        fitted.apply(later)


def test_group_errors():
    with pytest.raises(
        DataError, match=r"GroupMean\(\) needs the regions' column 'province'. Give regions=…"
    ):
        GroupMean().fit(VALUES)
    with pytest.raises(MissingColumnError, match="lacks the column 'tier'"):
        GroupMean("tier").fit(VALUES, regions=REGIONS)
    with pytest.raises(DataError, match="finds no group for y, z"):
        GroupMedian(groups={"v": "east", "w": "east", "x": "west"}).fit(VALUES)
    with pytest.raises(
        DuplicateRegionError, match=r"GroupMean\(\): regions=… has more than one row for v"
    ):
        GroupMean().fit(VALUES, regions=REGIONS.loc[["v", *VALUES.index]])
    with pytest.raises(
        DataError, match=r"GroupMean\(\) cannot fill 'b' in 'far': the group has no value"
    ):
        GroupMean(groups=GROUPS | {"x": "far"}).fit(VALUES.assign(a=1.0))


def test_group_choices_hash_and_compare():
    assert GroupMean(groups=GROUPS) == GroupMean(groups=tuple(GROUPS.items()))
    assert hash(GroupMean(groups=GROUPS)) == hash(GroupMean(groups=REGIONS["province"]))


def test_group_median_and_mean_differ():
    values = pd.DataFrame({"a": [1.0, 2.0, 9.0, NONE], "b": 1.0}, index=list("vwxy"))
    one = dict.fromkeys("vwxy", "one")
    assert GroupMedian(groups=one).fit(values).apply(values).loc["y", "a"] == 2
    assert GroupMean(groups=one).fit(values).apply(values).loc["y", "a"] == 4


def test_neighbours_do_not_depend_on_the_unit():
    # y is like v in the first indicator and like x in the second, and the second differs more for its spread.
    values = pd.DataFrame(
        {"a": [1.0, 2.0, 3.0, 1.2], "b": [10.0, 30.0, 31.0, 31.0], "c": [7.0, 8.0, 9.0, NONE]}
    )
    for scale in ([1, 1, 1], [1000, 1, 1], [1, 0.001, 50]):
        scaled = values * scale
        assert KNearest(k=1).fit(scaled).apply(scaled).loc[3, "c"] / scale[2] == pytest.approx(8.0)


def test_coverage():
    kept = RequireCoverage(0.6).fit(VALUES).apply(VALUES)
    assert kept.isna().all(axis=1).tolist() == [False, False, False, False, True]
    assert kept.loc["x"].isna().tolist() == [False, True, False]
    assert not RequireCoverage(0.6).fit(VALUES).mark(VALUES).to_numpy().any()
    with pytest.raises(
        DataError, match="No region has values for 100% of the 2 indicators; the best has 50%"
    ):
        RequireCoverage().fit(pd.DataFrame({"a": [1.0, NONE], "b": [NONE, 1.0]}))


PANEL = pd.DataFrame(
    {"a": [1.0, NONE, 4.0, NONE, 7.0, NONE], "b": [NONE, 2.0, 6.0, 5.0, NONE, NONE]},
    index=pd.MultiIndex.from_product([["x", "y"], [2018, 2020, 2023]], names=["region_id", "year"]),
)


def of(year):
    return PANEL.xs(year, level="year")


def test_latest_year_looks_back_only():
    fitted = LatestYear(share=0.5).fit(of(2023), panel=PANEL, year=2023)
    filled = fitted.apply(of(2023))
    assert filled.loc["x"].tolist() == [4.0, 6.0]
    assert filled.loc["y"].tolist() == [7.0, 5.0]
    assert fitted.mark(of(2023)).to_numpy().tolist() == [[False, False], [True, True]]
    back = fitted.apply(of(2018), year=2018)
    assert back.loc["x", "a"] == 1.0
    assert np.isnan(back.loc["x", "b"])
    young = LatestYear(most_age=3, share=0.5).fit(of(2023), panel=PANEL).apply(of(2023), year=2023)
    assert young.loc["y", "a"] == 7.0
    assert np.isnan(young.loc["y", "b"])


def test_linear_in_time_does_not_extend_the_ends():
    fitted = LinearInTime(share=0.5).fit(of(2020), panel=PANEL, year=2020)
    filled = fitted.apply(of(2020))
    assert filled.loc["x"].tolist() == pytest.approx([1 + 3 * 2 / 5, 2.0])
    assert filled.loc["y", "a"] == 7.0
    assert np.isnan(filled.loc["y", "b"])
    strict = LinearInTime().fit(of(2020), panel=PANEL, year=2020).apply(of(2020))
    assert strict.isna().all(axis=1).to_dict() == {"x": False, "y": True}


def test_panel_fills_each_year_from_its_own():
    fitted = LatestYear(share=0.5).fit(PANEL, panel=PANEL)
    filled = fitted.apply(PANEL)
    assert filled["a"].tolist()[:3] == [1.0, 1.0, 4.0]
    assert filled["b"].tolist()[3:] == [5.0, 5.0, 5.0]
    assert filled.index.equals(PANEL.index)


def test_panel_errors():
    with pytest.raises(
        DataError, match=r"LatestYear\(\) fills gaps from other years, but was given one year only"
    ):
        LatestYear().fit(of(2023))
    with pytest.raises(SpecError, match=r"LinearInTime\(\) needs the year of the values it fills"):
        LinearInTime().fit(of(2023), panel=PANEL).apply(of(2023))
    with pytest.raises(DataError, match="needs a panel with an index of region and year"):
        LatestYear().fit(of(2023), panel=of(2023))
    with pytest.raises(
        DataError, match=r"needs one row per region and year, but has more for \('x', 2018\)"
    ):
        LatestYear().fit(of(2023), panel=PANEL.iloc[[0, 0]])
    with pytest.raises(DataError, match="at least one region and year"):
        LatestYear().fit(of(2023), panel=PANEL.iloc[:0])


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: RequireCoverage(0), "needs a share above 0"),
        (lambda: MeanImpute(share=2), r"MeanImpute\(share=2\) needs a share between 0 and 1"),
        (lambda: MedianImpute(share=-1), "needs a share between 0 and 1"),
        (lambda: GroupMean(share=3), "needs a share between 0 and 1"),
        (lambda: GroupMedian(groups=5), "needs names with values"),
        (lambda: KNearest(k=0), r"KNearest\(k=0\) needs a whole number"),
        (lambda: LatestYear(most_age=0), "needs a positive number of years"),
        (lambda: LinearInTime(share=7), "needs a share between 0 and 1"),
    ],
)
def test_options_are_checked_at_construction(make, match):
    with pytest.raises(SpecError, match=match):
        make()


def test_nearest_needs_a_region_with_enough_values():
    with pytest.raises(DataError, match="finds no region with values for 50% of the indicators"):
        KNearest().fit(
            pd.DataFrame({"a": [1.0, NONE, NONE], "b": [NONE, 1.0, NONE], "c": [NONE, NONE, 1.0]})
        )
