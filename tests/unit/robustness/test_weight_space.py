"""What weights it would take: the linear programme against a search, and the plain path with the weights found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness.weight_space import nearest_weights, weights_to_rise
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric, Harmonic, PowerMean, Topsis
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import MinMax
from hubtiers.scoring.weight import BenefitOfDoubt
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, Thresholds
from hubtiers.tiers.clusters import KMeans

GROUPED = Framework(
    (Indicator("a", parent="f"), Indicator("b", parent="f"), Indicator("c", parent="g")),
    (Group("f"), Group("g")),
)


def table(rows=10, seed=3, framework=None):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        rng.lognormal(size=(rows, 3)), columns=list("abc"), index=[f"r{i}" for i in range(rows)]
    )
    return IndicatorTable.from_frame(frame, framework=framework)


@pytest.mark.parametrize(
    "aggregate", [Arithmetic(), Geometric(), Harmonic(), PowerMean(0.5), PowerMean(-2)]
)
@pytest.mark.parametrize("framework", [None, GROUPED])
def test_the_weights_found_lift_the_region_and_a_little_less_does_not(aggregate, framework):
    scheme = Scheme(normalise=MinMax(1, 100), aggregate=aggregate, tier=NaturalBreaks(3))
    result = scheme.run(table(framework=framework))
    lifted = 0
    for region in result.scores.index[result.tier != "international"]:
        found = weights_to_rise(result, region)
        if not found.possible:
            assert "none of its indicators" in found.note
            continue
        lifted += 1
        held = scheme.replace(tier=Thresholds(result.breaks.breaks, labels=result.breaks.labels))
        again = held.replace(weight=found.weights).run(result.table)
        assert again.tier[region] == found.target
        assert again.scores[region] == pytest.approx(found.score, rel=1e-9)
        less = found.table["weight"] + 0.99 * found.table["change"]
        short = held.replace(weight=type(found.weights)(less.to_dict())).run(result.table)
        assert short.tier[region] == found.tier
        assert found.moved == pytest.approx(found.table["change"].abs().sum() / 2)
        assert found.table["needed"].sum() == pytest.approx(1.0)
        assert (found.table["needed"] >= 0).all()
    assert lifted >= 2


def test_no_other_weights_are_nearer():
    rng = np.random.default_rng(0)
    base = np.array([0.2, 0.3, 0.5])
    for _ in range(20):
        gains = rng.normal(size=3) - 0.4
        found = nearest_weights(base, gains)
        tried = rng.dirichlet(np.ones(3), 20_000)
        lifting = tried[tried @ gains > 0]
        if found is None:
            assert gains.max() <= 0
            continue
        assert found @ gains > 0
        if len(lifting):
            assert np.abs(found - base).sum() <= np.abs(lifting - base).sum(axis=1).min() + 1e-7


def test_weight_moves_from_the_worst_to_the_best_indicator():
    frame = pd.DataFrame(
        {"a": [0.0, 2.0, 4.0], "b": [0.0, 4.0, 4.0], "c": [0.0, 3.0, 4.0]}, index=list("xyz")
    )
    result = Scheme(tier=Thresholds((0.8, 0.9), labels=("top", "middle", "low"))).run(
        IndicatorTable.from_frame(frame)
    )
    found = weights_to_rise(result, "y")
    # Score .75; each unit moved from a (.5) to b (1) adds half a unit.
    assert found.table["change"].round(6).tolist() == [-0.1, 0.1, 0.0]
    assert found.moved == pytest.approx(0.1, abs=1e-6)
    assert (found.tier, found.target) == ("low", "middle")
    far = weights_to_rise(result, "y", tier="top")
    assert far.moved == pytest.approx(0.3, abs=1e-6)
    assert str(far).startswith("y y y, low: top when 30.0% of the weight moves")
    assert far.to_frame().equals(far.table)
    assert "<table" in far._repr_html_()
    assert weights_to_rise(result, "z").note == "it is in the highest tier"
    assert "none of its indicators" in weights_to_rise(result, "x").note


@pytest.mark.parametrize(
    ("steps", "note"),
    [
        ({"aggregate": Topsis()}, "not linear in the weights"),
        ({"aggregate": (Arithmetic(), Geometric())}, "not linear in the weights"),
        ({"weight": BenefitOfDoubt(lower=0.1)}, "weights of its own"),
        ({"tier": KMeans(3)}, "not cut from the score"),
    ],
)
def test_what_is_not_linear_is_said(steps, note):
    result = (
        Scheme(normalise=MinMax(1, 100), tier=NaturalBreaks(3))
        .replace(**steps)
        .run(table(framework=GROUPED))
    )
    lowest = result.scores.idxmin()
    found = weights_to_rise(result, lowest)
    assert note in found.note
    assert not found.possible
    assert found.weights is None
    assert note in repr(found)


def test_gaps_are_linear_without_groups_only():
    values = table(framework=GROUPED)
    values.values.loc["r0", "a"] = np.nan
    flat = IndicatorTable.from_frame(values.values)
    scheme = Scheme(impute=RequireCoverage(0.5), tier=NaturalBreaks(3))
    grouped, plain = (scheme.run(t) for t in (values, flat))
    if grouped.tier["r0"] != "international":
        assert "lacks values" in weights_to_rise(grouped, "r0").note
    found = weights_to_rise(plain, "r0")
    assert (
        plain.tier["r0"] == "international"
        or found.possible
        or "none of its indicators" in found.note
    )
    if found.possible:
        held = scheme.replace(
            tier=Thresholds(plain.breaks.breaks, labels=plain.breaks.labels), weight=found.weights
        )
        assert held.run(flat).tier["r0"] == found.target


def test_wrong_calls_are_refused():
    result = Scheme(tier=NaturalBreaks(3)).run(table())
    with pytest.raises(UnknownOptionError, match="region"):
        weights_to_rise(result, "elsewhere")
    lowest, highest = result.scores.idxmin(), result.scores.idxmax()
    with pytest.raises(UnknownOptionError, match="tier"):
        weights_to_rise(result, lowest, tier="galactic")
    with pytest.raises(DataError, match="is not above"):
        weights_to_rise(result, highest, tier="national")
    holes = table()
    holes.values.loc["r0", "a"] = np.nan
    with pytest.raises(DataError, match="no score"):
        weights_to_rise(Scheme(tier=NaturalBreaks(3)).run(holes), "r0")
