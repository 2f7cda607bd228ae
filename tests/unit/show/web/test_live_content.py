"""What travels with the page so that it can draw again, and what is refused."""

import json
import math
from urllib.parse import unquote

import numpy as np
import pytest

from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, UniformAround, Variation
from hubtiers.show.web import live
from hubtiers.show.web.live import live_content
from hubtiers.show.web.webmap import _ASSETS, _SCRIPTS, TierMap
from hubtiers.show.web.ziggurat import exponential_widths, normal_widths


@pytest.fixture(scope="module")
def result(request):
    return request.getfixturevalue("zhang_outcome").result


def content_of(result, variation, **options):
    scheme, table = result.fitted.scheme, result.table
    return live_content(
        result, assess_robustness(scheme, table, variation, draws=4, rng=7, **options)
    )


def test_what_is_sent_for_even_weights_is_small(result):
    sent = content_of(result, Variation(weights=Dirichlet()))
    assert sent["spread"] == {"concentration": None, "around": None, "tree": None}
    assert (sent["draws"], sent["seed"], sent["matrices"], sent["options"]) == (4, [7], [""], [])
    assert sent["normal"] == ""
    assert len(json.dumps(sent)) < 4000


def test_a_long_seed_is_sent_in_words_of_32_bits(result):
    scheme, table, variation = (
        result.fitted.scheme,
        result.table,
        Variation(weights=UniformAround(5)),
    )
    robust = assess_robustness(scheme, table, variation, draws=2, rng=5 * 2**64 + 3 * 2**32 + 1)
    assert live_content(result, robust)["seed"] == [1, 3, 5]
    assert live_content(result, assess_robustness(scheme, table, variation, draws=2, rng=0))[
        "seed"
    ] == [0]


def test_weights_to_draw_around_are_sent_by_indicator(result):
    codes = result.table.framework.codes
    around = {code: 1.0 + place for place, code in enumerate(codes)}
    sent = content_of(result, Variation(weights=Dirichlet(9, around=around)))
    total = sum(around.values())
    assert sent["spread"]["around"] == pytest.approx([around[code] / total for code in codes])


@pytest.mark.parametrize(
    ("weights", "holds"),
    [
        (Dirichlet(), True),
        (Dirichlet(per="function"), True),
        (Dirichlet(9), False),
        (UniformAround(9), False),
        (("equal", "entropy"), True),
    ],
)
def test_draws_hold_under_any_weights_where_they_do_not_depend_on_them(result, weights, holds):
    varied = Variation(weights=weights, noise={"percent": 1})
    assert content_of(result, varied)["holds"] is holds
    assert content_of(result, varied, tiers="fixed")["holds"] is False


def test_too_many_numbers_are_refused(result, monkeypatch):
    monkeypatch.setattr(live, "_MOST_NUMBERS", 10)
    sent = content_of(result, Variation(weights=Dirichlet(), normalise=("MinMax", "ZScore")))
    assert sent["reason"]["en"] == "there are too many regions or options to draw here."
    monkeypatch.undo()
    monkeypatch.setattr(live, "_MOST_REGIONS", 3)
    assert "too many regions" in content_of(result, Variation(weights=Dirichlet()))["reason"]["en"]


def test_without_draws_nothing_is_sent(result):
    assert live_content(result, None) is None


def test_layers_have_equal_areas():
    """Each layer below the curve has the area of the lowest one with its tail."""
    for widths, bits, curve, tail in (
        (exponential_widths(), 53, lambda x: math.exp(-x), lambda x: math.exp(-x)),
        (
            normal_widths(),
            52,
            lambda x: math.exp(-0.5 * x * x),
            lambda x: math.sqrt(math.pi / 2) * math.erfc(x / math.sqrt(2)),
        ),
    ):
        reach = widths * 2.0**bits
        end = reach[255]
        area = end * curve(end) + tail(end)
        heights = [curve(x) for x in reach[1:]]
        inner = [
            x * (upper - own)
            for x, upper, own in zip(reach[2:], heights[:-1], heights[1:], strict=True)
        ]
        np.testing.assert_allclose(inner, area, rtol=1e-11)
        assert reach[0] * curve(end) == pytest.approx(area, rel=1e-12)


def test_scripts_travel_without_comments_and_with_all_their_words():
    addresses = dict(TierMap().default_js)
    for name in _SCRIPTS:
        sent = unquote(addresses[f"hubtiers_{name}"].split(",", 1)[1])
        source = (_ASSETS / f"{name}.js").read_text(encoding="utf-8")
        lines = [line.strip() for line in source.splitlines()]
        assert sent.splitlines() == [line for line in lines if line and line[:2] != "//"]
        # No text goes over a line, where its indent would count.
        assert "\\\n" not in source
        # One that does opens in one line and closes in another.
        assert sum(line.count("`") % 2 for line in lines) < 2
