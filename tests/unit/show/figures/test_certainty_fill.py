"""A printed map shows how sure each tier is: textures by mark, or the probability of at least a tier."""

from __future__ import annotations

import pytest

from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.show.certainty_marks import marks_note
from hubtiers.show.figures.certainty_fill import MARK_HATCHES
from hubtiers.show.figures.figure import map_caption, tier_figure
from hubtiers.show.headline import headline
from hubtiers.show.style import PROBABILITY_RAMP, texture_colour, tier_colours


def collections(figure, name):
    """What is drawn under a name on the main map."""
    return [found for found in figure.axes[0].collections if found.get_gid() == name]


def colour_of(collection):
    from matplotlib.colors import to_hex

    return to_hex(collection.get_edgecolor()[0])


def legends_of(figure):
    from matplotlib.legend import Legend

    return [child for child in figure.axes[0].get_children() if isinstance(child, Legend)]


def legend_of(figure):
    return [text.get_text() for legend in legends_of(figure) for text in legend.get_texts()]


@pytest.fixture(scope="module")
def parts(zhang_outcome):
    return zhang_outcome.result, zhang_outcome.robustness


def test_textures_lie_over_the_tiers_by_mark(parts):
    result, robust = parts
    figure = tier_figure(result, robustness=robust, language="en")
    colours = tier_colours(result.breaks.labels)
    for mark, hatch in MARK_HATCHES.items():
        drawn = {colour_of(found): found for found in collections(figure, mark)}
        expected = {}
        for label, colour in colours.items():
            count = int(((robust.certainty == mark) & (result.tier == label)).sum())
            if count:
                expected[texture_colour(colour)] = count
        assert {line: len(found.get_paths()) for line, found in drawn.items()} == expected
        assert {found.get_hatch() for found in drawn.values()} == {hatch}
    plain = tier_figure(result, language="en")
    assert not collections(plain, "leaning") + collections(plain, "open")


def test_the_legend_counts_the_marks(parts):
    result, robust = parts
    rows = legend_of(tier_figure(result, robustness=robust, language="en"))
    assert rows[-4:] == ["How sure", "settled  (6)", "leaning  (2)", "open  (6)"]
    assert "How sure" not in legend_of(tier_figure(result, language="en"))
    rows = legend_of(tier_figure(result, robustness=robust, language="zh"))
    assert rows[-4:] == ["层级确定性", "稳固  (6)", "倾向  (2)", "未定  (6)"]


def test_a_heading_within_the_legend_begins_where_symbols_do(parts):
    result, robust = parts
    figure = tier_figure(result, robustness=robust, language="en")
    figure.canvas.draw()
    (legend,) = legends_of(figure)
    lefts = {text.get_text(): text.get_window_extent().x0 for text in legend.get_texts()}
    symbol = legend.get_patches()[0].get_window_extent().x0
    assert lefts["How sure"] == pytest.approx(symbol, abs=1)
    assert lefts["settled  (6)"] > symbol + 10


def test_the_probability_of_at_least_a_tier(parts):
    from matplotlib.colors import to_hex

    result, robust = parts
    figure = tier_figure(result, robustness=robust, at_least="national", language="en")
    upper = robust.tier_probability[["international", "national"]].sum(axis=1)
    rows = legend_of(figure)
    assert rows[0] == f"80–100 %  ({(upper >= 0.8).sum()})"
    assert rows[2] == f"40–60 %  ({((upper >= 0.4) & (upper < 0.6)).sum()})"
    assert rows[4] == f"0–20 %  ({(upper < 0.2).sum()})"
    faces = collections(figure, "regions")[0].get_facecolor()
    counts = [sum(to_hex(face) == colour for face in faces) for colour in PROBABILITY_RAMP]
    assert counts == [((upper * 5).astype(int).clip(upper=4) == n).sum() for n in range(5)]


def test_what_cannot_be_shown_is_refused(parts):
    result, robust = parts
    with pytest.raises(
        SpecError, match=r"at_least='national'\) shows a probability, which needs draws"
    ):
        tier_figure(result, at_least="national")
    with pytest.raises(UnknownOptionError, match="tier of at_least: 'natoinal'.*'national'"):
        tier_figure(result, robustness=robust, at_least="natoinal")
    with pytest.raises(SpecError, match="at_least='regional' is the lowest tier"):
        tier_figure(result, robustness=robust, at_least="regional")


def test_the_caption_says_what_the_headline_says(parts):
    result, robust = parts
    said = headline(result, robustness=robust)[:2]
    figure = tier_figure(result, robustness=robust, language="en")
    caption = next(text for text in figure.axes[0].texts if text.get_gid() == "caption")
    told = caption.get_text().replace("\n", " ")
    assert f"{said[0].en} {said[1].en} {marks_note(robust).en}" in told
    own = map_caption(result, None, "Own", None, said[:1])
    assert own.zh.startswith(f"Own。{said[0].zh}14 个区域")
    none = tier_figure(result, robustness=robust, headline=[], language="en")
    caption = next(text for text in none.axes[0].texts if text.get_gid() == "caption")
    assert said[0].en not in caption.get_text().replace("\n", " ")
