"""The figures of the evidence show the numbers they are made from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError
from hubtiers.indicator_structure import describe_indicators
from hubtiers.scheme import Scheme
from hubtiers.show.figures.evidence import correlation_figure, tier_number_figure
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks
from hubtiers.tiers.number import choose_k


@pytest.fixture(scope="module")
def result():
    study = load_study("zhang2022")
    return study.scheme.run(study.load_table())


def artists(axes, gid):
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def test_number_of_tiers_as_choose_k_has_it(result) -> None:
    table = choose_k(result.scores)
    figure = tier_number_figure(result, table=table, language="en")
    *panels, strip = figure.axes
    assert [axes.get_title() for axes in panels] == ["GVF", "Silhouette", "BIC", "Gap statistic"]
    for axes, measure in zip(panels, ("gvf", "silhouette", "bic", "gap"), strict=True):
        line = axes.lines[1]
        np.testing.assert_allclose(line.get_xdata(), range(1, 9))
        np.testing.assert_allclose(line.get_ydata(), table[measure])
        assert artists(axes, "chosen")[0].get_xdata()[0] == 3
    rings = [artists(axes, "preferred") for axes in panels]
    assert [int(found[0].get_xdata()[0]) if found else None for found in rings] == [None, 2, 6, 2]
    assert [text.get_text() for text in artists(strip, "gap")] == ["16.5 ×", "1.0 ×"]
    drawn = sum(len(artists(strip, f"tier-{t}")[0].get_offsets()) for t in result.breaks.labels)
    assert drawn == 14


def test_correlations_by_function(result) -> None:
    found = describe_indicators(result)
    figure = correlation_figure(result, structure=found, language="en")
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), found.correlation)
    texts = [text for text in axes.texts if text.get_gid() != "function"]
    assert len(texts) == 2 * len(found.flags)
    expected = {f"{100 * r:.0f}" for r in found.flags["correlation"]}
    assert {text.get_text() for text in texts} == expected
    functions = [text.get_text() for text in axes.texts if text.get_gid() == "function"]
    assert functions == ["Research", "Technology", "Industry"]


def test_too_many_indicators_are_refused() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.random((5, 81)), list("abcde"), [f"i{n}" for n in range(81)])
    result = Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame))
    with pytest.raises(DataError, match="A figure of 81 indicators cannot be read; 80 can"):
        correlation_figure(result, language="en")
