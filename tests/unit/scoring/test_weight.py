from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import (
    ConstantIndicatorError,
    DataError,
    DomainError,
    NotComparableError,
    SpecError,
    UnknownOptionError,
)
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.scoring.weight import (
    AhpWeights,
    BenefitOfDoubt,
    BudgetAllocation,
    CombinedWeights,
    CriticWeights,
    EntropyWeights,
    EqualWeights,
    FrameworkWeights,
    GivenWeights,
    PcaWeights,
    VariationWeights,
)
from hubtiers.scoring.weight.components import varimax_rotation

CODES = ["papers", "labs", "firms"]
FRAMEWORK = Framework(
    (
        Indicator("papers", parent="research", weight=3.0),
        Indicator("labs", parent="research"),
        Indicator("firms", parent="industry"),
    ),
    (Group("research"), Group("industry", weight=4.0), Group("culture")),
)
VALUES = pd.DataFrame(
    {"papers": [0.0, 0.5, 1.0, 0.25], "labs": [1.0, 0.0, 0.75, 0.5], "firms": [0.2, 1.0, 0.4, 0.0]},
    index=list("wxyz"),
)


def weights(method, framework=FRAMEWORK):
    fitted = method.fit(VALUES, framework=framework)
    assert fitted.weights.index.tolist() == CODES
    assert fitted.weights.sum() == pytest.approx(1)
    return fitted.weights.tolist()


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (EqualWeights(), [1 / 3, 1 / 3, 1 / 3]),
        (EqualWeights(per="function"), [0.25, 0.25, 0.5]),
        (FrameworkWeights(), [0.15, 0.05, 0.8]),
        (GivenWeights({"firms": 2, "papers": 1, "labs": 1}), [0.25, 0.25, 0.5]),
        (GivenWeights({"firms": 0, "papers": 1, "labs": 3}), [0.25, 0.75, 0]),
        (GivenWeights({"research": 0.6, "industry": 0.4}), [0.3, 0.3, 0.4]),
        (
            GivenWeights({"research": 3, "industry": 1, "papers": 1, "labs": 2, "firms": 9}),
            [0.25, 0.5, 0.25],
        ),
        (AhpWeights([[1, 3], ["1/3", 1]], codes=("research", "industry")), [0.375, 0.375, 0.25]),
        (
            AhpWeights(
                [[1, 3], ["1/3", 1]],
                codes=("research", "industry"),
                below=((("papers", "labs"), ((1, 4), (0.25, 1))),),
            ),
            [0.6, 0.15, 0.25],
        ),
        (AhpWeights.from_upper([[2, 4], [2]]), [4 / 7, 2 / 7, 1 / 7]),
        (
            BudgetAllocation(
                {"Li": {"research": 30, "industry": 70}, "Wu": {"research": 1, "industry": 1}}
            ),
            [0.2, 0.2, 0.6],
        ),
        (
            BudgetAllocation(
                pd.DataFrame([[1, 1, 2], [2, 1, 1]], index=["Li", "Wu"], columns=CODES)
            ),
            [0.375, 0.25, 0.375],
        ),
    ],
    ids=repr,
)
def test_stated_weights(method, expected):
    assert not method.uses_data
    assert weights(method) == pytest.approx(expected)


def test_levels_can_be_weighted_one_by_one():
    groups = pd.DataFrame(np.ones((2, 2)), columns=["research", "industry"])
    assert FrameworkWeights().fit(groups, framework=FRAMEWORK).weights.tolist() == [0.2, 0.8]
    assert EqualWeights(per="function").fit(groups, framework=FRAMEWORK).weights.tolist() == [
        0.5,
        0.5,
    ]
    children = VALUES[["papers", "labs"]]
    assert FrameworkWeights().fit(children, framework=FRAMEWORK).weights.tolist() == pytest.approx(
        [0.75, 0.25]
    )
    given = GivenWeights({"research": 3, "industry": 1, "papers": 1, "labs": 2, "firms": 9})
    assert given.fit(children, framework=FRAMEWORK).weights.tolist() == pytest.approx(
        [1 / 3, 2 / 3]
    )
    assert given.fit(groups, framework=FRAMEWORK).weights.tolist() == pytest.approx([0.75, 0.25])


def test_entropy_by_hand_and_with_shift():
    values = pd.DataFrame({"a": [1.0, 1.0, 0.0], "b": [1.0, 0.0, 0.0], "c": [2.0, 2.0, 2.0]})
    divergence = np.array([1 - np.log(2) / np.log(3), 1.0, 0.0])
    assert EntropyWeights().fit(values).weights.tolist() == pytest.approx(
        divergence / divergence.sum(), abs=1e-12
    )
    shifted = EntropyWeights(shift=1).fit(values).weights
    by_hand = EntropyWeights().fit(values + 1).weights
    assert shifted.tolist() == by_hand.tolist()
    assert shifted["a"] != pytest.approx(EntropyWeights().fit(values).weights["a"], abs=0.01)


def test_entropy_counts_the_values_present():
    values = pd.DataFrame({"a": [1.0, 1.0, np.nan], "b": [3.0, 1.0, np.nan]})
    assert EntropyWeights().fit(values).weights.tolist() == pytest.approx([0, 1], abs=1e-12)


def test_critic_by_hand():
    values = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.0, 0.5, 1.0], "c": [0.4, 0.0, 0.4]})
    spread = np.array([0.5, 0.5, 0.4 / np.sqrt(3)])
    contrast = spread * np.array(
        [1.0, 1.0, 2.0]
    )  # a and b are the same; c is uncorrelated with both
    assert CriticWeights().fit(values).weights.tolist() == pytest.approx(contrast / contrast.sum())
    assert CriticWeights().fit(values[["c"]]).weights.tolist() == [1.0]
    with pytest.raises(DataError, match="all indicators are perfectly correlated"):
        CriticWeights().fit(values[["a", "b"]])


def test_data_driven_weights_name_what_does_not_fit():
    with pytest.raises(
        DomainError, match=r"VariationWeights\(\) needs values that are not negative, but 'papers'"
    ):
        VariationWeights().fit(VALUES - 0.1)
    with pytest.raises(ConstantIndicatorError, match=r"PcaWeights\(\) .* 'labs'"):
        PcaWeights().fit(VALUES.assign(labs=1.0))
    with pytest.raises(
        DataError,
        match=r"PcaWeights\(\) needs at least three regions with every indicator, but there are 2",
    ):
        PcaWeights().fit(VALUES.mask(np.eye(4, 3, k=-2, dtype=bool)))
    with pytest.raises(
        DataError, match=r"CriticWeights\(\) needs at least three regions where any two"
    ):
        CriticWeights().fit(VALUES.mask(np.eye(4, 3, dtype=bool)))


def test_pca_keeps_components_by_the_rule():
    rule = PcaWeights()
    assert rule.kept(np.array([6.0, 2.5, 1.0, 0.5])) == 3  # 10 % each
    assert PcaWeights(least_share=0.5).kept(np.array([4.0, 3.5, 2.0, 0.5])) == 2  # 60 % together
    assert rule.kept(np.array([3.0, 0.0, 0.0])) == 1
    with pytest.raises(SpecError, match="asks for more components than the 3 indicators have"):
        PcaWeights(components=4).fit(VALUES)
    assert PcaWeights(components=3).fit(
        VALUES[CODES].assign(labs=VALUES["papers"] * 2)
    ).weights.sum() == pytest.approx(1)


def test_varimax_finds_simple_structure():
    simple = np.array([[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.0, 0.6]])
    angle = 0.6
    turned = simple @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    found = np.abs(varimax_rotation(turned))
    order = np.argsort(-found[0])
    assert found[:, order] == pytest.approx(simple, abs=1e-6)


def test_pca_weights_are_not_signed():
    values = pd.DataFrame(
        {"a": [1.0, 2.0, 3.0, 4.5], "b": [-1.0, -2.0, -3.0, -4.0], "c": [1.0, -1.0, -1.0, 1.2]}
    )
    straight, turned = (
        PcaWeights().fit(values).weights,
        PcaWeights().fit(values * [1, -1, 1]).weights,
    )
    assert straight.tolist() == pytest.approx(turned.tolist())
    assert (straight > 0.2).all()


def test_benefit_of_doubt_by_hand():
    values = pd.DataFrame(
        {"a": [1.0, 0.0, 0.5, np.nan], "b": [0.0, 1.0, 0.25, np.nan]}, index=list("wxyz")
    )
    fitted = BenefitOfDoubt().fit(values)
    scores = (fitted.by_region * values).sum(axis=1, skipna=False)
    # y may count both with 1: no region then exceeds 1.
    assert scores.tolist()[:3] == pytest.approx([1, 1, 0.75])
    assert scores.isna().tolist() == [False, False, False, True]
    tied = BenefitOfDoubt(lower=0.5, upper=0.5).fit(values)
    assert (tied.by_region * values).sum(axis=1).tolist()[:3] == pytest.approx([1, 1, 0.75])
    assert tied.weights.tolist() == pytest.approx([0.5, 0.5])
    later = pd.DataFrame({"a": [2.0], "b": [0.0]}, index=["new"])
    assert (fitted.for_regions(later) * later).sum(axis=1).tolist() == pytest.approx([2.0])


def test_benefit_of_doubt_errors():
    with pytest.raises(
        SpecError,
        match=r"cannot share out 1 among 3 indicators\. Keep lower at most and upper at least 0.333",
    ):
        BenefitOfDoubt(upper=0.3).fit(VALUES)
    with pytest.raises(DataError, match="needs every indicator of a region, but x lack some"):
        BenefitOfDoubt().fit(VALUES.mask((VALUES.index == "x")[:, None] & (VALUES == 0.5)))
    with pytest.raises(DataError, match="found only zeros"):
        BenefitOfDoubt().fit(VALUES * 0)
    with pytest.raises(DataError, match="has no largest score for w"):
        BenefitOfDoubt().fit(VALUES.assign(firms=0.0)).for_regions(VALUES)
    with pytest.raises(SpecError, match="needs 0 ≤ lower ≤ upper ≤ 1"):
        BenefitOfDoubt(lower=0.5, upper=0.4)


def test_combined_weights():
    sets = (
        GivenWeights({"papers": 1, "labs": 2, "firms": 1}),
        GivenWeights({"papers": 2, "labs": 1, "firms": 0}),
    )
    assert weights(CombinedWeights(sets)) == pytest.approx([0.5, 0.5, 0])
    assert weights(CombinedWeights(sets, rule="minimum_relative_entropy")) == pytest.approx(
        [0.5, 0.5, 0]
    )
    mixture = weights(CombinedWeights(sets, rule="game_theory"))
    # [6/16 4/12; 4/12 5/9] a = [6/16 5/9]
    shares = np.linalg.solve([[6 / 16, 4 / 12], [4 / 12, 5 / 9]], [6 / 16, 5 / 9])
    shares = np.abs(shares) / np.abs(shares).sum()
    assert mixture == pytest.approx(shares @ np.array([[0.25, 0.5, 0.25], [2 / 3, 1 / 3, 0]]))
    assert not CombinedWeights(sets).uses_data
    assert CombinedWeights((sets[0], EntropyWeights())).uses_data
    opposite = (
        GivenWeights({"papers": 1, "labs": 0, "firms": 0}),
        GivenWeights({"papers": 0, "labs": 1, "firms": 1}),
    )
    with pytest.raises(DataError, match="no indicator that has a weight above 0 in all"):
        CombinedWeights(opposite).fit(VALUES)


def test_inconsistent_judgements_are_refused_unless_told():
    cyclic = [[1, 5, "1/5"], ["1/5", 1, 5], [5, "1/5", 1]]
    with pytest.raises(
        SpecError, match=r"consistency ratio of 2\.\d+, above 0\.1: the judgements contradict"
    ):
        AhpWeights(cyclic)
    assert AhpWeights(cyclic, max_ratio=3).priorities.tolist() == pytest.approx(
        [1 / 3, 1 / 3, 1 / 3]
    )
    mild = AhpWeights.from_upper([[2, 4], [3]])
    # λ of a 3×3 judgement matrix is 1 + r^(1/3) + r^(-1/3) with r = a·c/b.
    assert mild.eigenvalue == pytest.approx(1 + 1.5 ** (1 / 3) + 1.5 ** (-1 / 3))
    assert mild.consistency_ratio == pytest.approx((mild.eigenvalue - 3) / 2 / 0.58)


def test_methods_hash_and_compare():
    upper = [[2, 4], [2]]
    same = (AhpWeights.from_upper(upper, codes=CODES), AhpWeights.from_upper(upper, codes=CODES))
    assert same[0] == same[1]
    assert hash(same[0]) == hash(same[1])
    points = {"Li": {"papers": 1, "labs": 2, "firms": 1}}
    assert BudgetAllocation(points) == BudgetAllocation(BudgetAllocation(points).points)
    assert hash(CombinedWeights((EqualWeights(), EntropyWeights()))) == hash(
        CombinedWeights([EqualWeights(), EntropyWeights()])
    )
    assert GivenWeights({"a": 1}).weights == (("a", 1.0),)
    frame = pd.DataFrame([[1, 2], [0.5, 1]], index=["p", "q"], columns=["p", "q"])
    assert AhpWeights(frame).codes == ("p", "q")


def test_opinions_show_each_expert():
    points = {"Li": {"papers": 1, "labs": 3}, "Wu": {"papers": 30, "labs": 10}}
    opinions = BudgetAllocation(points).opinions
    assert opinions.loc["Li"].tolist() == [0.25, 0.75]
    assert opinions.loc["Wu"].tolist() == [0.75, 0.25]


def test_fitted_weights_apply_and_list():
    fitted = GivenWeights({"papers": 1, "labs": 2, "firms": 1}).fit(VALUES)
    assert fitted.apply(VALUES).loc["w"].tolist() == pytest.approx([0, 0.5, 0.05])
    assert fitted.to_frame().index.tolist() == ["labs", "papers", "firms"]
    with pytest.raises(NotComparableError):
        fitted.apply(VALUES[["labs"]])


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: EqualWeights(per="tier"), r"Unknown unit of EqualWeights\(per=…\) 'tier'"),
        (lambda: GivenWeights({"a": -1}), "needs numbers of 0 or more, but 'a' has -1"),
        (lambda: GivenWeights({}), "needs at least one name"),
        (lambda: EntropyWeights(shift=-1), "needs a shift of 0"),
        (lambda: PcaWeights(components=0), "needs a whole number of at least 1"),
        (lambda: PcaWeights(least_share=2), "needs shares of 0 to 1"),
        (lambda: CombinedWeights((EqualWeights(),)), "needs at least two"),
        (lambda: CombinedWeights((EqualWeights, EqualWeights())), "is no weighting method"),
        (
            lambda: CombinedWeights((EqualWeights(), EqualWeights()), rule="sum"),
            "Unknown rule of CombinedWeights",
        ),
        (lambda: AhpWeights([[1, 2]]), "needs a square matrix, but its 1 rows have"),
        (lambda: AhpWeights([[1, 2], [2, 1]]), "row 1, column 2 is 2 and row 2, column 1 is 2"),
        (lambda: AhpWeights([[1, "x"], [2, 1]]), "has the judgement 'x'"),
        (lambda: AhpWeights([[1, 2], [0.5, 1]], codes=("a",)), "needs one code for each of 2 rows"),
        (lambda: AhpWeights(7), "needs a square matrix of judgements"),
        (lambda: AhpWeights(np.ones((16, 16))), "compares at most 15 things"),
        (
            lambda: AhpWeights.from_upper([[2], [2]]),
            "An upper triangle has rows of 2 to 1 judgements",
        ),
        (lambda: AhpWeights([[1]], max_ratio=-1), "needs a number of 0 or more"),
        (
            lambda: BudgetAllocation({"Li": {"a": 1}, "Wu": {"b": 1}}),
            "'Li' and 'Wu' differ in a, b",
        ),
        (lambda: BudgetAllocation({"Li": {"a": -1}}), "'Li' gives 'a' -1"),
        (lambda: BudgetAllocation({"Li": {"a": 0}}), "an expert who hands out no points: 'Li'"),
    ],
)
def test_options_are_checked_at_construction(make, match):
    with pytest.raises(SpecError, match=match):
        make()


@pytest.mark.parametrize(
    ("method", "framework", "match"),
    [
        (EqualWeights(per="function"), None, "needs the framework that groups"),
        (FrameworkWeights(), None, "needs the framework that holds the weights"),
        (
            GivenWeights({"papers": 1, "labs": 1}),
            None,
            "has no entry for 'firms'; it names papers, labs",
        ),
        (
            GivenWeights({"research1": 1, "industry1": 1}),
            FRAMEWORK,
            "has no entry for 'papers', 'labs', 'firms'",
        ),
        (
            GivenWeights({"research": 1, "industry1": 1}),
            FRAMEWORK,
            "names research but not industry beside them",
        ),
        (
            GivenWeights({"research": 0, "industry": 0}),
            FRAMEWORK,
            "gives all of these nodes the weight 0",
        ),
        (
            AhpWeights([[1, 2], [0.5, 1]]),
            None,
            "has a matrix of 2 rows for the 3 indicators papers, labs, firms",
        ),
    ],
)
def test_choices_that_do_not_fit_the_framework(method, framework, match):
    with pytest.raises(SpecError, match=match):
        method.fit(VALUES, framework=framework)


def test_misspelt_unit_is_an_unknown_option():
    with pytest.raises(UnknownOptionError, match="Did you mean 'function'"):
        EqualWeights(per="functions")
