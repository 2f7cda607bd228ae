import itertools
import math

import numpy as np
import pytest
from colour import VISIONS, difference, lab, linear, luminance, seen

from hubtiers.framework import TIERS
from hubtiers.show.style import (
    HUB_SHAPES,
    PROBABILITY_RAMP,
    SCORE_RAMP,
    TEXTURE,
    contrast,
    hub_colours,
    texture_colour,
    tier_colours,
)


def lightness(colour):
    """CIE L* of an sRGB colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


@pytest.mark.parametrize(("ramp", "step"), [(tier_colours, 14), (hub_colours, 10)])
def test_tiers_differ_in_lightness_not_only_in_hue(ramp, step):
    steps = [lightness(colour) for colour in ramp(TIERS).values()]
    assert all(b - a > step for a, b in zip(steps[:-1], steps[1:], strict=True)), steps


def test_more_tiers_than_colours_are_spread_along_the_ramp():
    colours = tier_colours([f"tier {i}" for i in range(7)])
    assert list(colours.values())[0] == "#0b3c6f"
    assert list(colours.values())[-1] == "#cfe6dc"
    assert len(set(colours.values())) == 7


def test_on_a_dark_ground_the_highest_tier_is_the_lightest():
    steps = [lightness(colour) for colour in tier_colours(TIERS, dark=True).values()]
    assert all(a - b > 14 for a, b in zip(steps[:-1], steps[1:], strict=True)), steps


def test_score_ramp_darkens_in_even_steps():
    steps = [lightness(colour) for colour in SCORE_RAMP]
    assert all(8 < a - b < 26 for a, b in zip(steps[:-1], steps[1:], strict=True)), steps


def test_every_tier_of_hubs_has_a_shape_of_its_own():
    assert len(set(HUB_SHAPES)) == len(TIERS)


def looks_of(dark):
    """Every tier with every mark: tier, mark, the light of its colour, the light of a region too small to show a texture."""
    pixels = TEXTURE["tile"] ** 2
    cover = {
        "settled": 0.0,
        "leaning": 2 * math.pi * TEXTURE["dot"] ** 2 / pixels,
        "open": TEXTURE["stripe"] * TEXTURE["tile"] * math.sqrt(2) / pixels,
    }
    for tier, ground in tier_colours(TIERS, dark=dark).items():
        own, line = linear(ground), linear(texture_colour(ground))
        for mark, share in cover.items():
            yield tier, mark, own, own * (1 - share) + line * share


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_tier_with_every_mark_looks_another(dark, vision):
    """Tiers by their colour, marks by a texture that stands out; over the land, and without a score, still others."""
    looks = list(looks_of(dark))
    for (tier, mark, ground, blend), (other, its, theirs, mixed) in itertools.combinations(
        looks, 2
    ):
        if tier == other:
            # The same colour: only the texture differs, which the next test looks at.
            assert mark != its
            continue
        assert difference(lab(seen(ground, vision)), lab(seen(theirs, vision))) > 10
        # Too small for its texture, a region is still not taken for another tier. The layer before
        # had 4.9 and 3.5 here, by opacity, in normal vision alone.
        assert difference(lab(seen(blend, vision)), lab(seen(mixed, vision))) > 5.5, (
            tier,
            mark,
            other,
            its,
        )
    for around in ("#171d22", "#0f151a", "#20272d") if dark else ("#f4f1ea", "#e9f0f4", "#f7f6f3"):
        land = lab(seen(linear(around), vision))
        for tier, mark, _, blend in looks:
            # The lowest tier is the palest; its borders help.
            assert difference(lab(seen(blend, vision)), land) > 2.5, (tier, mark, around)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("dark", [False, True])
def test_textures_stand_out_from_their_tier(dark, vision):
    for ground in tier_colours([f"tier {n}" for n in range(7)], dark=dark).values():
        light, line = (luminance(seen(linear(c), vision)) for c in (ground, texture_colour(ground)))
        low, high = sorted((light, line))
        assert (high + 0.05) / (low + 0.05) >= 3


def test_probabilities_have_a_ramp_of_their_own():
    steps = [lightness(colour) for colour in PROBABILITY_RAMP]
    assert all(8 < a - b < 26 for a, b in zip(steps[:-1], steps[1:], strict=True)), steps
    middle = [lab(linear(ramp[2])) for ramp in (PROBABILITY_RAMP, SCORE_RAMP)]
    assert difference(*middle) > 25


def test_the_measure_of_colours_is_that_of_its_publication():
    """Pairs 1, 7, 17 and 25 of Sharma, Wu and Dalal (2005), Table 1."""
    pairs = [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ]
    for one, other, expected in pairs:
        assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=5e-5)


def test_contrast():
    assert contrast("#ffffff", "#ffffff") == 1.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert contrast("#0b3c6f", "#ffffff") == contrast("#ffffff", "#0b3c6f")
