import pytest

from hubtiers.framework import TIERS
from hubtiers.show.style import HUB_SHAPES, SCORE_RAMP, contrast, hub_colours, tier_colours


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


def test_contrast():
    assert contrast("#ffffff", "#ffffff") == 1.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert contrast("#0b3c6f", "#ffffff") == contrast("#ffffff", "#0b3c6f")
