"""Draws with other tiers than the result: all consumers go through, and nothing of a share is lost."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from hubtiers.errors import DataError, SpecError
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import PowerMean
from hubtiers.show.figures.certainty import tier_probability_figure
from hubtiers.show.figures.certainty_fill import chances
from hubtiers.show.pages.certainty_tables import certainty_by_region
from hubtiers.show.style import drawn_colours, tier_colours
from hubtiers.show.web.content import map_content
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import HeadTail, NaturalBreaks, Quantiles

LABELS = ("top", "upper", "lower", "bottom")


def table_of(n=12):
    """Counties side by side, the first the best, with no name of a real place."""
    ids = [f"c{number:02}" for number in range(n)]
    shapes = [box(number, 50, number + 1, 51) for number in range(n)]
    layer = gpd.GeoDataFrame(
        {"name_en": [f"County {one}" for one in ids], "name_zh": ""},
        index=pd.Index(ids, name="region_id"),
        geometry=shapes,
        crs=4326,
    )
    steps = np.arange(n, dtype=float)
    parts = []
    for code, values in (("rd", 60.0 / (1.0 + steps)), ("patents", 40.0 - 3.0 * steps)):
        parts.append(pd.DataFrame({"region": ids, "indicator": code, "value": values}))
    return join_indicators(layer, pd.concat(parts, ignore_index=True))


def quantiles(k):
    return Quantiles(k, labels=LABELS[:k])


CASES = {
    "more": (quantiles(2), (quantiles(2), quantiles(4)), ("lower", "bottom")),
    "fewer": (quantiles(4), (quantiles(2),), ()),
    "head": (HeadTail(labels=LABELS), (HeadTail(labels=LABELS), quantiles(4)), None),
    "natural": (NaturalBreaks(3), (NaturalBreaks(3), NaturalBreaks(4)), ("local",)),
}


@pytest.mark.parametrize("case", CASES)
def test_shares_are_whole_whatever_tiers_draws_have(case):
    own, options, expected = CASES[case]
    table = table_of()
    scheme = Scheme(tier=own)
    robust = assess_robustness(scheme, table, Variation(tier=options), draws=200, rng=5)
    result = robust.base
    if expected is not None:
        assert robust.only_drawn == expected
    columns = list(robust.tier_probability.columns)
    assert set(result.breaks.labels) <= set(columns)
    assert robust.tier_probability.sum(axis=1).tolist() == pytest.approx([1.0] * 12)
    replayed = [robust.replay(draw).tier.astype(object) for draw in range(40)]
    seen = {label for tiers in replayed for label in tiers}
    assert seen <= set(columns)
    content = map_content(result, None, robust, {})
    order = [*result.breaks.labels, *robust.only_drawn]
    assert [tier["names"]["en"] for tier in content["drawnTiers"]] == [
        label.capitalize() if label == "local" else label for label in robust.only_drawn
    ]
    for row in content["regions"]:
        wanted = robust.tier_probability.loc[row["id"], order].tolist()
        assert row["probability"] == wanted
        assert sum(row["probability"]) == pytest.approx(1.0)
    said = [note.en for note in certainty_by_region(result, robust).notes]
    named = [note for note in said if "draws only" in note]
    assert len(named) == bool(robust.only_drawn)
    assert ("tiers in draws only" in repr(robust)) == bool(robust.only_drawn)


def test_a_tier_that_no_draw_gives_has_the_share_0():
    robust = assess_robustness(
        Scheme(tier=quantiles(4)), table_of(), Variation(tier=quantiles(2)), draws=60, rng=5
    )
    assert robust.tier_probability["bottom"].tolist() == [0.0] * 12
    lowest = robust.base.tier == "bottom"
    assert robust.certainty[lowest].tolist() == ["open"] * 3
    assert robust.likeliest[lowest].tolist() == ["upper"] * 3
    assert robust.confidence[lowest].tolist() == [0.0] * 3


def between(result):
    """Shares with a tier between those of the result, and one below all."""
    row = {"top": 0.1, "middle": 0.2, "upper": 0.3, "least": 0.4}
    scored = result.scores.index
    shares = pd.DataFrame([row] * len(scored), index=scored)
    ranks = pd.DataFrame({"low": 1, "median": 2, "high": 3}, index=scored)
    return SimpleNamespace(tier_probability=shares, rank_interval=ranks)


def test_tiers_of_draws_between_and_below_those_of_the_result():
    result = Scheme(tier=quantiles(2)).run(table_of())
    robust = between(result)
    content = map_content(result, None, robust, {})
    assert content["regions"][0]["probability"] == [0.1, 0.3, 0.2, 0.4]
    assert [tier["above"] for tier in content["drawnTiers"]] == [1, 2]
    assert chances(result, robust, "top").tolist() == [0.1] * 12
    # What is at least "upper" may also be in the tier between.
    assert chances(result, robust, "upper").tolist() == pytest.approx([0.6] * 12)
    robust.tier_probability = robust.tier_probability.drop(columns="least")
    with pytest.raises(SpecError, match="'upper' is the lowest tier"):
        chances(result, robust, "upper")


def test_the_result_keeps_the_colours_of_its_map():
    own = ("a", "b", "c", "d")
    colours = drawn_colours(("a", "x", "b", "c", "d", "y"), own)
    assert {label: colours[label] for label in own} == tier_colours(own)
    assert len(set(colours.values())) == 6
    result = Scheme(tier=quantiles(2)).run(table_of())
    figure = tier_probability_figure(between(result), result=result, language="en")
    key = figure.axes[0].get_legend()
    assert [text.get_text() for text in key.get_texts()] == ["top", "middle", "upper", "least"]


def test_an_error_of_a_variation_says_which_draw_and_option_it_comes_from():
    scheme = Scheme(aggregate=PowerMean(), tier=quantiles(2))
    varied = Variation(weights="dirichlet", normalise=("MinMax", "ZScore"))
    match = (
        r"^In draw \d+ of the robustness analysis \(normalise: ZScore\(.*PowerMean\(\) needs "
        r".* out of the variation"
    )
    with pytest.raises(DataError, match=match) as caught:
        assess_robustness(scheme, table_of(), varied, draws=600, rng=5)
    number = int(str(caught.value).split()[2])
    plan = assess_robustness(Scheme(tier=quantiles(2)), table_of(), varied, draws=600, rng=5)
    assert plan.choices_of(number)["normalise"].map(type).iloc[0].__name__ == "ZScore"
    assert str(caught.value).count("robustness analysis") == 1
