"""Methods of a user's own: the same answer on every path, or a sentence that says why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import hubtiers as ht
from hubtiers._methods import METHODS, find_method, unregister
from hubtiers.tiers.scale import scale_at

SURE = ht.Variation(noise=ht.Noise(1e-9))
FRAMEWORK = ht.Framework(
    (
        ht.Indicator("rd", parent="f"),
        ht.Indicator("papers", parent="f"),
        ht.Indicator("smog", parent="g", direction=-1),
    ),
    (ht.Group("f"), ht.Group("g")),
)
GAPPY = pd.DataFrame(
    {
        "rd": [1.0, 9, 4, 3, 7, 2, 8, 5, 6, np.nan],
        "papers": [5.0, 1, 7, 9, 2, 8, 3, 6, 4, 5],
        "smog": [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3],
    },
    index=list("abcdefghij"),
)


def table_of(frame: pd.DataFrame = GAPPY, year: int = 2022) -> ht.IndicatorTable:
    made = ht.IndicatorTable.from_frame(frame, framework=FRAMEWORK)
    regions = made.regions.assign(province=["east", "west"] * (len(frame) // 2))
    return replace(
        made, regions=regions, year=pd.DataFrame(year, made.year.index, made.year.columns)
    )


def weights(method, columns, *numbers):
    return ht.FittedWeights(method, pd.Series(numbers, index=columns) / sum(numbers))


@dataclass(frozen=True)
class RegionAware:
    """Weights that turn with what the step is told of the regions."""

    uses_data: ClassVar[bool] = True

    def fit(self, values, *, framework=None, regions=None):
        return weights(self, values.columns, *((3, 1, 1) if regions is not None else (1, 3, 1)))


@dataclass(frozen=True)
class FirstMost:
    """Weights of as many children as there are."""

    def fit(self, values, *, regions=None):
        return weights(
            self, values.columns, 2 if regions is None else 5, *[1] * (len(values.columns) - 1)
        )


@dataclass(frozen=True)
class ToldEverything:
    """Weights that need all that a step may ask for, and turn with it."""

    def fit(self, values, *, framework, regions, year, panel, direction):
        assert panel is None
        assert list(direction.index) == framework.codes
        assert list(regions.index) == list(values.index)
        return weights(
            self, values.columns, year - 2020, direction["smog"] + 3, len(framework.groups)
        )


@dataclass(frozen=True)
class FillByYear:
    """Fills gaps with the last digit of the year, and with one more where the region lies in the east."""

    def fit(self, values, *, year=None, framework=None):
        return FilledByYear(-1.0 if year is None or framework is None else year - 2020.0)


@dataclass(frozen=True)
class FilledByYear:
    fill: float

    def apply(self, values, *, regions=None, year=None):
        east = (
            0.0
            if regions is None or year is None
            else (regions["province"] == "east").astype(float)
        )
        return values.apply(lambda column: column.fillna(self.fill + east))


@dataclass(frozen=True)
class Signed:
    """A normaliser that needs the direction and the framework, and a treatment that needs the regions."""

    def fit(self, values, *, direction, framework):
        return Times(direction * float(len(framework.groups)))


@dataclass(frozen=True)
class Easterly:
    def fit(self, values, *, regions, year):
        return Times(pd.Series((regions["province"] == "east").mean() + year, index=values.columns))


@dataclass(frozen=True, eq=False)
class Times:
    factor: pd.Series

    def apply(self, values):
        return values * self.factor


@dataclass(frozen=True)
class Floor:
    """An aggregation: the worst child, plus a part of the mean that turns with the year."""

    def fit(self, values, *, weights=None, year=None):
        return FittedFloor(0.1 if year is None else 0.3)


@dataclass(frozen=True)
class FittedFloor:
    part: float

    def apply(self, values):
        return values.min(axis=1) + self.part * values.mean(axis=1)


@dataclass(frozen=True)
class Halves:
    """Two tiers with labels of its own, and a field `k` that says nothing of their number."""

    k: int = 7
    labels: tuple[str, ...] = ("front", "back")

    def fit(self, scores):
        return scale_at(scores.dropna().to_numpy(), [float(scores.median())], self.labels, "halves")


@dataclass(frozen=True)
class EastFirst:
    """Tiers that need the regions and the sub-scores."""

    def fit(self, scores, *, regions, features, table, framework):
        assert list(features.columns) == ["f", "g"]
        assert table.framework is framework
        east = scores[regions["province"] == "east"]
        return scale_at(
            scores.dropna().to_numpy(), [float(east.mean())], ("front", "back"), "east first"
        )


FILLED = {"impute": ht.MeanImpute()}


@pytest.mark.parametrize(
    "steps",
    [
        FILLED | {"weight": RegionAware()},
        FILLED | {"weight": ToldEverything()},
        FILLED | {"weight": (FirstMost(), FirstMost())},
        {"impute": FillByYear()},
        FILLED | {"normalise": Signed()},
        FILLED | {"treat": Easterly(), "normalise": ht.ZScore()},
        FILLED | {"aggregate": Floor()},
        FILLED | {"aggregate": (Floor(), ht.Arithmetic())},
        FILLED | {"tier": Halves()},
        FILLED | {"tier": EastFirst()},
    ],
    ids=lambda steps: "-".join(type(method).__name__ for method in steps.values()),
)
def test_the_answer_is_the_same_on_every_path(steps):
    scheme, table = ht.Scheme(**({"tier": ht.NaturalBreaks(2)} | steps)), table_of()
    result = scheme.run(table)
    robust = ht.assess_robustness(scheme, table, SURE, draws=20, rng=1)
    assert robust.confidence.tolist() == [1.0] * 10
    replayed = robust.replay(0)
    np.testing.assert_allclose(robust.scores_of([0]).loc[0], replayed.scores, rtol=1e-11)
    np.testing.assert_allclose(replayed.scores, result.scores, rtol=1e-9)
    assert replayed.tier.tolist() == result.tier.tolist()
    assert scheme.fit(table).score(table).scores.tolist() == result.scores.tolist()


def test_what_a_step_asks_for_is_what_it_gets():
    result = ht.Scheme(weight=ToldEverything(), **FILLED).run(table_of(year=2024))
    assert result.weights.tolist() == [0.5, 0.25, 0.25]
    filled = (
        ht.Scheme(impute=FillByYear()).run(table_of(GAPPY.iloc[::-1], year=2023)).complete["rd"]
    )
    assert filled["j"] == 4.0
    assert ht.Scheme(impute=FillByYear()).run(table_of(year=2023)).complete["rd"]["j"] == 3.0


def test_in_a_panel_a_step_may_ask_for_the_values_by_region_and_year():
    seen = {}

    @dataclass(frozen=True)
    class Remembering:
        uses_data: ClassVar[bool] = True

        def fit(self, values, *, panel=None, year=None):
            seen.update(panel=panel, year=year, rows=len(values))
            return weights(self, values.columns, 1, 1, 1)

    tables = {2020: table_of(year=2020), 2024: table_of(GAPPY.iloc[:8], year=2024)}
    ht.Scheme(weight=Remembering(), **FILLED).fit_panel(tables)
    assert (seen["year"], seen["rows"]) == (None, 18)
    assert seen["panel"].index[[0, -1]].tolist() == [("a", 2020), ("h", 2024)]
    ht.Scheme(weight=Remembering(), **FILLED).run(tables[2024])
    assert (seen["panel"], seen["year"]) == (None, 2024)


def test_a_draw_is_replayed_by_its_number_alone():
    robust = ht.assess_robustness(
        ht.Scheme(tier=ht.NaturalBreaks(2), **FILLED),
        table_of(),
        ht.Variation(weights=ht.Dirichlet()),
        draws=5,
    )
    assert robust.scores_of(3).loc[3].tolist() == robust.scores_of([3]).loc[3].tolist()
    assert robust.ranks_of(3).loc[3].tolist() == robust.replay(3).rank.tolist()
    assert robust.tiers_of(np.int64(3)).shape == (1, 10)
    assert robust.weights_of(3).loc[3].tolist() == robust.replay(3).weights.tolist()
    with pytest.raises(ht.SpecError, match="There is no draw 5; they are numbered 0 to 4"):
        robust.scores_of(5)


def test_weights_by_region_of_ones_own_are_scored_by_the_plain_path():
    @dataclass(frozen=True)
    class Favourite:
        """Every region is judged by its best indicator."""

        uses_data: ClassVar[bool] = True

        def fit(self, values):
            best = (values.eq(values.max(axis=1), axis=0)).astype(float)
            shares = best.div(best.sum(axis=1), axis=0)
            return ht.FittedWeights(self, shares.mean(), shares)

    scheme = ht.Scheme(weight=Favourite(), tier=ht.NaturalBreaks(2), **FILLED)
    robust = ht.assess_robustness(scheme, table_of(), SURE, draws=3)
    assert robust.confidence.tolist() == [1.0] * 10
    np.testing.assert_allclose(
        robust.scores_of([0]).loc[0], scheme.run(table_of()).scores, rtol=1e-9
    )


def test_shapes_of_regions_reach_the_draws_where_a_method_asks_for_them():
    geometry = gpd.GeoSeries.from_wkt(
        [
            f"POLYGON ((0 {n}, {n + 1} {n}, {n + 1} {n + 0.5}, 0 {n + 0.5}, 0 {n}))"
            for n in range(10)
        ],
        index=GAPPY.index,
    )

    @dataclass(frozen=True)
    class ByArea:
        uses_data: ClassVar[bool] = False

        def fit(self, values, *, regions):
            return weights(self, values.columns, regions.geometry.area.sum(), 1, 1)

    plain = table_of()
    table = replace(plain, regions=gpd.GeoDataFrame(plain.regions, geometry=geometry))
    scheme = ht.Scheme(weight=ByArea(), tier=ht.NaturalBreaks(2), **FILLED)
    robust = ht.assess_robustness(scheme, table, SURE, draws=3)
    np.testing.assert_allclose(robust.scores_of([0]).loc[0], scheme.run(table).scores, rtol=1e-9)


class TestWithoutUsesData:
    """A weighting that does not say whether it looks at the data counts as one that does."""

    @dataclass(frozen=True)
    class Silent:
        def fit(self, values):
            return weights(self, values.columns, 1, 2, 1)

    def test_it_works(self):
        scheme = ht.Scheme(weight=self.Silent(), **FILLED)
        assert scheme.uses_data
        assert scheme.run(table_of()).weights.tolist() == [0.25, 0.5, 0.25]
        assert ht.Scheme(weight=(ht.EqualWeights(), self.Silent())).uses_data
        assert not ht.Scheme(weight=ht.EqualWeights()).uses_data

    def test_overlapping_regions_are_refused(self):
        table = table_of()
        table = replace(table, regions=table.regions.assign(members=["x"] * 2 + list("cdefghij")))
        with pytest.raises(ht.OverlapError, match=r"Silent\(\)"):
            ht.Scheme(weight=self.Silent(), **FILLED).run(table)
        mixed = ht.CombinedWeights((ht.EqualWeights(), self.Silent()))
        with pytest.raises(ht.OverlapError, match=r"Silent\(\)"):
            ht.Scheme(weight=mixed, **FILLED).run(table)


class TestTierLabels:
    def test_labels_of_ones_own_reach_the_probabilities(self):
        scheme = ht.Scheme(tier=Halves(), **FILLED)
        robust = ht.assess_robustness(
            scheme, table_of(), ht.Variation(weights=ht.Dirichlet()), draws=50
        )
        assert list(robust.tier_probability.columns) == ["front", "back"]
        assert robust.tier_probability["front"].sum() == pytest.approx(5.0)

    def test_a_rule_whose_tiers_change_says_so_beforehand(self):
        @dataclass(frozen=True)
        class Changing:
            """As many tiers as the highest score has tenths, one at least."""

            def fit(self, scores):
                k = 1 + int(scores.max() * 10) % 3
                cuts = np.linspace(scores.min(), scores.max(), k + 1)[1:-1]
                return scale_at(
                    scores.dropna().to_numpy(), cuts.tolist(), ("x", "y", "z")[:k], "changing"
                )

        @dataclass(frozen=True)
        class Outspoken(Changing):
            possible_tiers: ClassVar[tuple[str, ...]] = ("x", "y", "z")

        drawn = ht.Variation(weights=ht.Dirichlet())
        robust = ht.assess_robustness(
            ht.Scheme(tier=Outspoken(), **FILLED), table_of(), drawn, draws=50
        )
        assert (robust.tier_probability.sum() > 0).all()
        with pytest.raises(
            ht.SpecError,
            match=r"A draw gives the tier '.', but the scheme itself gives .*`possible_",
        ):
            ht.assess_robustness(ht.Scheme(tier=Changing(), **FILLED), table_of(), drawn, draws=50)


class TestNames:
    def test_a_name_stands_for_a_method_without_options(self):
        scheme = ht.Scheme(
            weight="entropy", tier="natural-breaks", normalise="z_score", denominate="Denominate"
        )
        assert scheme.weight == ht.EntropyWeights()
        assert scheme.tier == ht.NaturalBreaks()
        assert (scheme.normalise, scheme.denominate) == (ht.ZScore(), ht.Denominate())
        assert scheme.replace(weight=("equal", "critic")).weight == (
            ht.EqualWeights(),
            ht.CriticWeights(),
        )

    def test_an_unknown_name_is_refused_with_a_guess(self):
        with pytest.raises(
            ht.UnknownOptionError,
            match="Unknown method for the step 'weight': 'entropie'.*EntropyWei",
        ):
            ht.Scheme(weight="entropie")

    def test_a_method_that_needs_options_is_refused(self):
        with pytest.raises(ht.SpecError, match="GivenWeights cannot be made"):
            ht.Scheme(weight="given")


class TestRefusedAtConstruction:
    @pytest.mark.parametrize(
        ("steps", "sentence"),
        [
            (
                {"weight": ht.MinMax()},
                r"MinMax belongs to the step 'normalise'\. Write normalise=…, and give 'weight'",
            ),
            ({"tier": ht.EntropyWeights()}, "EntropyWeights belongs to the step 'weight'"),
            ({"impute": ht.NoTreatment()}, "NoTreatment belongs to the step 'treat'"),
            (
                {"aggregate": (ht.Arithmetic(), ht.Quantiles())},
                "Quantiles belongs to the step 'tier'",
            ),
            ({"weight": ()}, r"Scheme\(weight=\(\)\) is no method object"),
            ({"weight": (None,)}, r"Scheme\(weight=None\) is no method object"),
            (
                {"weight": 3},
                r"Scheme\(weight=3\) is no method object. Give one such as EqualWeights\(\)",
            ),
        ],
    )
    def test_what_is_no_method_of_the_step(self, steps, sentence):
        with pytest.raises(ht.SpecError, match=sentence):
            ht.Scheme(**steps)

    def test_a_fit_that_asks_for_what_no_step_is_given(self):
        @dataclass(frozen=True)
        class Curious:
            def fit(self, values, *, population, regions):
                raise AssertionError

        with pytest.raises(
            ht.SpecError,
            match="its fit asks for population, which the step is not given. It may ask",
        ):
            ht.Scheme(weight=Curious())

    def test_an_aggregation_without_weights(self):
        @dataclass(frozen=True)
        class Blind:
            def fit(self, values):
                raise AssertionError

        with pytest.raises(
            ht.SpecError, match="its fit takes no weights, so that no weighting would count"
        ):
            ht.Scheme(aggregate=Blind())


@dataclass(frozen=True)
class SquareWeights:
    """Weights that rise with the square of the place."""

    power: float = 2.0
    uses_data: ClassVar[bool] = False

    def fit(self, values):
        places = np.arange(1, len(values.columns) + 1.0) ** self.power
        return weights(self, values.columns, *places)


@pytest.fixture
def registered():
    ht.register("weight", SquareWeights)
    yield
    unregister("weight", SquareWeights)


class TestRegister:
    def test_an_unregistered_method_has_no_name_in_a_study_file(self):
        with pytest.raises(
            ht.SpecError,
            match=r"SquareWeights\(power=2.0\) has no name in a study.*hubtiers\.register",
        ):
            ht.Scheme(weight=SquareWeights()).to_spec()
        mixed = ht.CombinedWeights((ht.EqualWeights(), SquareWeights()))
        with pytest.raises(ht.SpecError, match=r"register\('weight', SquareWeights\)"):
            ht.Scheme(weight=mixed).to_spec()

    @pytest.mark.usefixtures("registered")
    def test_a_registered_one_is_written_and_read(self):
        scheme = ht.Scheme(weight=SquareWeights(3.0))
        assert scheme.to_spec()["weight"] == {"method": "SquareWeights", "power": 3.0}
        assert ht.Scheme.from_spec(scheme.to_spec()) == scheme
        assert ht.Scheme(weight="square").weight == SquareWeights()
        assert ht.Variation(weights=("square", "equal")).weights == (
            SquareWeights(),
            ht.EqualWeights(),
        )

    @pytest.mark.usefixtures("registered")
    def test_a_study_file_and_the_command_line_know_it(self, tmp_path):
        from hubtiers.cli import app

        ht.new_study(tmp_path / "mine")
        path = next((tmp_path / "mine").glob("*.toml"))
        text = path.read_text(encoding="utf-8")
        assert ht.load_study(path).scheme.weight != SquareWeights()
        lines = [
            line if not line.startswith("weight =") else 'weight = "square"'
            for line in text.splitlines()
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        assert ht.load_study(path).scheme.weight == SquareWeights()
        shown = CliRunner().invoke(app, ["compare", str(path), "--weights", "equal,square"])
        assert shown.exit_code == 0, shown.output
        assert "square" in shown.output

    def test_as_a_decorator_and_again(self):
        def define():
            @ht.register("tier")
            @dataclass(frozen=True)
            class Again:
                def fit(self, scores):
                    return ht.NaturalBreaks(2).fit(scores)

            return Again

        before = METHODS["tier"]
        first, second = define(), define()
        try:
            assert (find_method("tier", "again"), len(METHODS["tier"])) == (second, len(before) + 1)
            assert ht.register("tier", second) is second
        finally:
            unregister("tier", first)
            unregister("tier", second)
        assert METHODS["tier"] == before

    @pytest.mark.parametrize(
        ("step", "method", "sentence"),
        [
            ("weights", SquareWeights, "Unknown step of a scheme 'weights'. Did you mean 'weight'"),
            (
                "weight",
                SquareWeights(),
                r"register\('weight', SquareWeights.*got an object. Give the class itself",
            ),
            (
                "weight",
                type("Loose", (), {"fit": len}),
                r"register\('weight', Loose\) needs a frozen dataclass",
            ),
            (
                "weight",
                dataclass(type("Melting", (), {"fit": len})),
                "Melting.*needs a frozen dataclass",
            ),
            ("weight", dataclass(frozen=True)(type("Idle", (), {})), "finds no `fit` in the class"),
            (
                "weight",
                dataclass(frozen=True)(
                    type(
                        "Confused",
                        (),
                        {"fit": len, "method": 1, "__annotations__": {"method": int}},
                    )
                ),
                "an option may not be called 'method'",
            ),
            ("tier", ht.EntropyWeights, "it is a method of the step 'weight' already"),
            (
                "weight",
                dataclass(frozen=True)(type("Entropy", (), {"fit": len})),
                "the name 'entropy' is that of EntropyWeights already. Choose another class name",
            ),
            (
                "weight",
                dataclass(frozen=True)(type("Equal_Weights", (), {"fit": len})),
                "the name 'equalweights' is that of EqualWeights already",
            ),
            (
                "weight",
                dataclass(frozen=True)(type("DirichletWeights", (), {"fit": len})),
                "the name 'dirichlet' is a way to draw weights",
            ),
            (
                "weight",
                dataclass(frozen=True)(type("All", (), {"fit": len})),
                "the name 'all' stands for every method",
            ),
        ],
    )
    def test_what_cannot_be_registered_is_refused(self, step, method, sentence):
        before = METHODS.get(step)
        with pytest.raises(ht.SpecError, match=sentence):
            ht.register(step, method)
        assert METHODS.get(step) == before

    def test_report_and_map_name_an_unregistered_method(self):
        from hubtiers.show.web.explorer import Explorer, explorer_content

        @dataclass(frozen=True)
        class Doubled:
            """Everything twice."""

            def fit(self, values):
                return Times(pd.Series(2.0, index=values.columns))

        result = ht.Scheme(treat=Doubled(), **FILLED).run(table_of())
        assert (
            "Doubled() has no name in a study file" in explorer_content(result, Explorer())["toml"]
        )


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (
            (3.0, 1.0, 1.0),
            "gives weights from 1 to 3 that sum to 5. Weights are shares: let them be at least 0",
        ),
        ((1.5, -0.5, 0.0), "gives weights from -0.5 to 1.5 that sum to 1"),
        ((0.5, 0.5, np.nan), "gives 'smog' no weight"),
    ],
)
def test_weights_that_are_no_shares_are_refused(numbers, sentence):
    @dataclass(frozen=True)
    class Loose:
        uses_data: ClassVar[bool] = False

        def fit(self, values):
            return ht.FittedWeights(self, pd.Series(numbers, index=FRAMEWORK.codes))

    with pytest.raises(ht.DataError, match=sentence):
        ht.Scheme(weight=Loose(), **FILLED).run(table_of())


def test_a_combination_hands_on_what_its_methods_ask_for():
    mixed = ht.CombinedWeights((ToldEverything(), ht.EqualWeights()), rule="product")
    assert ht.Scheme(weight=mixed, **FILLED).run(table_of(year=2024)).weights.tolist() == [
        0.5,
        0.25,
        0.25,
    ]


def test_what_a_parent_class_says_of_itself_does_not_count_for_another_computation():
    @dataclass(frozen=True)
    class Lenient(ht.Arithmetic):
        """Means that forget the weights."""

        def fit(self, values, *, weights=None):
            return FittedFloor(1.0)

    @dataclass(frozen=True)
    class Early(ht.NaturalBreaks):
        def fit(self, scores):
            return scale_at(
                scores.dropna().to_numpy(), [float(scores.min())], ("top", "rest"), "early"
            )

    scheme = ht.Scheme(aggregate=Lenient(), tier=Early(), **FILLED)
    robust = ht.assess_robustness(scheme, table_of(), SURE, draws=3)
    assert list(robust.tier_probability.columns) == ["top", "rest"]
    np.testing.assert_allclose(
        robust.scores_of([0]).loc[0], scheme.run(table_of()).scores, rtol=1e-9
    )
