"""What varies: checks at construction, words, the way to a study file and back, and the distributions."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.robustness.variation import Dirichlet, Noise, PerLevel, UniformAround, Variation
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.normalise import MinMax, ZScore
from hubtiers.scoring.weight import CriticWeights, EqualWeights, GivenWeights
from hubtiers.tiers.breaks import NaturalBreaks, Quantiles

NESTED = Framework(
    (
        Indicator("rd", parent="research"),
        Indicator("papers", parent="research"),
        Indicator("jobs", parent="industry"),
    ),
    (Group("research"), Group("industry"), Group("culture")),
)
BASE = pd.Series({"rd": 0.4, "papers": 0.2, "jobs": 0.4})


def drawn(how, size=20_000, base=BASE):
    return how.draw(np.random.default_rng(5), size, base=base, framework=NESTED)


def test_dirichlet_is_even_over_the_simplex():
    weights = drawn(Dirichlet())
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(weights.mean(axis=0), 1 / 3, atol=0.01)
    # Each weight has the distribution function 1 − (1 − w)².
    assert np.mean(weights[:, 0] < 0.5) == pytest.approx(0.75, abs=0.01)


def test_dirichlet_around_the_scheme_has_its_mean_and_spread():
    weights = drawn(Dirichlet(50))
    np.testing.assert_allclose(weights.mean(axis=0), BASE, atol=0.005)
    np.testing.assert_allclose(weights.std(axis=0), np.sqrt(BASE * (1 - BASE) / 51), rtol=0.03)
    given = drawn(Dirichlet(50, around={"rd": 1, "papers": 1, "jobs": 2}))
    np.testing.assert_allclose(given.mean(axis=0), [0.25, 0.25, 0.5], atol=0.005)


def test_both_ways_to_draw_have_the_same_distribution():
    ways = (Dirichlet(), Dirichlet(8), Dirichlet(per="function"), Dirichlet(8, per="function"))
    for how in ways:
        u = np.random.default_rng(1).random((80_000, how.width(NESTED)))
        other = how.from_uniform(u, base=BASE, framework=NESTED)
        for share in (0.1, 0.5, 0.9):
            quantile = np.quantile(drawn(how, 80_000), share, axis=0)
            np.testing.assert_allclose(np.quantile(other, share, axis=0), quantile, atol=0.012)


def test_dirichlet_by_function_shares_out_level_by_level():
    weights = drawn(Dirichlet(per="function"))
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-12)
    # Two functions share evenly, and so do the two indicators of research, whatever the scheme says.
    np.testing.assert_allclose(weights.mean(axis=0), [0.25, 0.25, 0.5], atol=0.01)
    research = weights[:, 0] + weights[:, 1]
    assert np.mean(research < 0.3) == pytest.approx(0.3, abs=0.01)
    within = weights[:, 0] / research
    assert np.mean(within < 0.3) == pytest.approx(0.3, abs=0.01)
    assert abs(np.corrcoef(research, within)[0, 1]) < 0.03
    near = drawn(Dirichlet(50, per="function"))
    np.testing.assert_allclose(near.mean(axis=0), BASE, atol=0.005)
    research = near[:, 0] + near[:, 1]
    assert research.std() == pytest.approx(np.sqrt(0.6 * 0.4 / 51), rel=0.03)
    assert (near[:, 0] / research).std() == pytest.approx(np.sqrt(2 / 3 / 3 / 51), rel=0.03)


def test_a_weight_of_nothing_stays_nothing():
    base = pd.Series({"rd": 0.0, "papers": 0.5, "jobs": 0.5})
    for how in (Dirichlet(20), Dirichlet(20, per="function")):
        u = np.random.default_rng(1).random((50, how.width(NESTED)))
        for weights in (drawn(how, 50, base), how.from_uniform(u, base=base, framework=NESTED)):
            assert (weights[:, 0] == 0.0).all()
            np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-12)


def test_uniform_around_varies_every_level():
    how = UniformAround(20)
    assert how.width(NESTED) == 5
    u = np.full((1, 5), 0.5)
    np.testing.assert_allclose(
        how.from_uniform(u, base=BASE, framework=NESTED)[0], BASE, atol=1e-15
    )
    u[0, 3] = 1.0  # research as a group counts 20 % more; its members keep their proportion
    weights = how.from_uniform(u, base=BASE, framework=NESTED)[0]
    np.testing.assert_allclose(weights, np.array([0.48, 0.24, 0.4]) / 1.12, atol=1e-15)
    u = np.full((1, 5), 0.5)
    u[0, 0] = 0.0  # within research, R&D counts 20 % less; the group keeps its weight
    weights = how.from_uniform(u, base=BASE, framework=NESTED)[0]
    np.testing.assert_allclose(weights, [0.6 * 0.32 / 0.52, 0.6 * 0.2 / 0.52, 0.4], atol=1e-15)


def test_uniform_around_the_indicators_only():
    weights = drawn(UniformAround(10, of="indicator"))
    ratio = weights / BASE.to_numpy()
    # Within one draw, two weights move apart by at most 1.1 / 0.9.
    assert (ratio.max(axis=1) / ratio.min(axis=1)).max() <= 1.1 / 0.9 + 1e-12
    assert (ratio.max(axis=1) / ratio.min(axis=1)).max() > 1.15


def test_noise_is_relative_to_value_or_spread():
    values = pd.DataFrame(
        {"a": np.full(50_000, 4.0), "b": np.tile([1.0, 3.0], 25_000), "c": np.nan}
    )
    rng = np.random.default_rng(2)
    of_value = pd.DataFrame(Noise(10).apply(values.to_numpy(), rng), columns=values.columns)
    assert np.log(of_value["a"] / 4.0).std() == pytest.approx(0.1, rel=0.02)
    of_spread = pd.DataFrame(
        Noise(10, of="spread").apply(values.to_numpy(), rng), columns=values.columns
    )
    assert of_spread["a"].tolist() == values["a"].tolist()
    assert (of_spread["b"] - values["b"]).std() == pytest.approx(0.1, rel=0.02)
    assert of_value["c"].isna().all()


def test_words_say_what_varies():
    variation = Variation(
        weights=("equal", CriticWeights()),
        normalise=(MinMax(), "ZScore"),
        aggregate=PerLevel(((Arithmetic(), Geometric()), (Arithmetic(),))),
        noise=Noise(3),
        leave_one_out=True,
    )
    assert variation.weights == (EqualWeights(), CriticWeights())
    assert variation.normalise == (MinMax(), ZScore())
    assert variation.words == (
        "weights: EqualWeights(per='indicator') or CriticWeights()",
        f"normalise: MinMax(low=0.0, high=1.0) or {ZScore()!r}",
        "aggregate: level 1: Arithmetic() or Geometric(); level 2: Arithmetic()",
        "noise of 3 % of each value",
        "one indicator left out, or none",
    )


@pytest.mark.parametrize(
    "variation",
    [
        Variation(weights="dirichlet"),
        Variation(weights=Dirichlet(30, around={"rd": 1.0, "papers": 2.0}), redraw_gaps=True),
        Variation(weights=Dirichlet(50, per="function")),
        Variation(weights=UniformAround(25, of="indicator"), noise=Noise(2, of="spread")),
        Variation(
            weights=(EqualWeights(), GivenWeights({"rd": 1.0})),
            tier=(NaturalBreaks(3), Quantiles(3)),
        ),
        Variation(aggregate=(Arithmetic(), (Arithmetic(), Geometric()))),
        Variation(aggregate=PerLevel(((Arithmetic(), Geometric()), (Arithmetic(),)))),
        Variation(normalise="MinMax", leave_one_out=True),
    ],
)
def test_study_files_hold_variations(variation):
    spec = json.loads(json.dumps(variation.to_spec()))
    assert Variation.from_spec(spec) == variation


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (Variation, SpecError, "varies nothing"),
        (lambda: Variation(normalise=("MinMaxx",)), UnknownOptionError, "Did you mean 'MinMax'"),
        (lambda: Variation(normalise=(MinMax,)), SpecError, "which is no method"),
        (lambda: Variation(normalise=(3,)), SpecError, "which is no method"),
        (lambda: Variation(noise=5), SpecError, "is no Noise"),
        (lambda: Variation(noise={"percentt": 5}), UnknownOptionError, "Did you mean 'percent'"),
        (lambda: Variation(weights=()), SpecError, "no option for 'weight'"),
        (
            lambda: Variation(weights={"method": "Dirichlet", "c": 5}),
            UnknownOptionError,
            "option of Dirichlet",
        ),
        (
            lambda: Variation.from_spec({"weight": "dirichlet"}),
            UnknownOptionError,
            "Did you mean 'weights'",
        ),
        (lambda: Dirichlet(0), SpecError, "positive number"),
        (lambda: Dirichlet(around={"rd": 1}), SpecError, "needs a concentration"),
        (lambda: Dirichlet(per="level"), UnknownOptionError, "unit of Dirichlet"),
        (lambda: UniformAround(0), SpecError, "above 0"),
        (lambda: UniformAround(5, of="group"), UnknownOptionError, "UniformAround"),
        (lambda: Noise(101), SpecError, "at most 100"),
        (lambda: Noise(5, of="range"), UnknownOptionError, "Noise"),
        (lambda: PerLevel(()), SpecError, "options of each level"),
        (
            lambda: PerLevel(((Arithmetic(), (Arithmetic(), Geometric())),)),
            SpecError,
            "single methods",
        ),
    ],
)
def test_wrong_choices_are_refused_at_construction(make, error, message):
    with pytest.raises(error, match=message):
        make()
