"""What travels to the page so that scores can be taken apart, and which raw values have to."""

from __future__ import annotations

import base64
import dataclasses

import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import NotComparableError
from hubtiers.framework import Framework, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Topsis
from hubtiers.scoring.impute import MedianImpute, RequireCoverage
from hubtiers.scoring.normalise import Goalposts, MinMax, PercentileRank
from hubtiers.scoring.normalise.linear import FittedLinear
from hubtiers.scoring.treat import Winsorise
from hubtiers.show.web.places import place_content
from hubtiers.show.web.profile import profile_content
from hubtiers.show.web.sights import sight_content
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks


@pytest.fixture
def table():
    framework = Framework((Indicator("rd", unit="%", kind="intensive"), Indicator("firms")))
    frame = pd.DataFrame(
        {"rd": [2.3, 0.5, 6.0, np.nan], "firms": [10.0, 20.0, 400.0, 35.0]}, index=list("abcd")
    )
    return IndicatorTable.from_frame(frame, framework=framework)


def run(table, **steps):
    return Scheme(impute=RequireCoverage(0.5), tier=NaturalBreaks(2)).replace(**steps).run(table)


def test_raw_values_that_the_scale_gives_back_do_not_travel(table):
    content = profile_content(run(table), explored=True)
    assert content["raw"] == [None, None]
    assert "matrix" not in content
    assert content["why"] is None
    line = content["lines"][0]
    assert (line["origin"], line["spread"], line["direction"]) == (0.5, 5.5, 1.0)
    assert (line["low"], line["high"], line["whole"]) == (0.0, 100.0, False)
    assert (content["lines"][1]["high"], content["lines"][1]["whole"]) == (None, True)


def test_what_is_cut_off_or_filled_travels_alone(table):
    posts = Goalposts({"rd": (0, 4), "firms": (0, 1000)})
    content = profile_content(run(table, normalise=posts), explored=True)
    assert content["raw"] == [{2: 6}, None]
    filled = profile_content(run(table, impute=MedianImpute()), explored=True)
    assert filled["raw"] == [{3: None}, None]
    assert filled["why"]["en"].startswith("Gaps are filled")
    caps = Winsorise(points=1, skew_limit=0.1, kurtosis_limit=0.1, fallback="keep")
    capped = run(table, treat=caps)
    kinds = [line["steps"] for line in profile_content(capped, explored=True)["lines"]]
    upper = float(capped.fitted.treat.details.loc["firms", "upper"])
    assert kinds[1][0][0] == "clip"
    assert kinds[1][0][2] == upper


def test_ranks_cannot_be_turned_back(table):
    content = profile_content(run(table, normalise=PercentileRank()), explored=True)
    assert content["raw"] == [[2.3, 0.5, 6, None], [10, 20, 400, 35]]
    assert content["scale"] == {"kind": "rank", "ties": 0.5, "start": 0.0, "span": 1.0}


def test_without_an_explorer_values_and_weights_travel_here(table):
    result = run(table)
    content = profile_content(result, explored=False)
    matrix = np.frombuffer(base64.b64decode(content["matrix"])).reshape(4, 2)
    np.testing.assert_array_equal(matrix, result.normalised)
    assert content["weights"] == [0.5, 0.5]
    assert content["kinds"] == ["Arithmetic"]
    other = profile_content(run(table, aggregate=Topsis()), explored=False)
    assert other["groups"] is None
    assert other["why"]["en"].startswith("The page computes weighted means")


@dataclasses.dataclass(frozen=True)
class Halved:
    """A normaliser of a user's own, of which the page knows nothing."""

    def fit(self, values, *, direction=None):
        @dataclasses.dataclass(frozen=True, eq=False)
        class Own(FittedLinear):
            pass

        line = MinMax().fit(values, direction=direction)
        given = {f.name: getattr(line, f.name) for f in dataclasses.fields(FittedLinear)}
        return Own(**{**given, "span": 0.5})


def test_a_scale_of_ones_own_is_not_computed(table):
    content = profile_content(run(table, normalise=Halved()), explored=True)
    assert content["scale"] == {"kind": "other"}
    assert content["lines"] == [None, None]
    assert content["raw"][1] == [10, 20, 400, 35]
    assert content["why"]["en"].startswith("The page cannot compute the normalisation")


def test_names_above_and_short_names():
    cities = load_regions("city").loc[["320500", "110000", "330100"]]
    values = pd.DataFrame({"region": cities.index, "indicator": "rd", "value": [1.0, 2.0, 4.0]})
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(cities, values))
    content = place_content(result)
    assert content["shorts"] == [1, 1, 1]
    above = [content["parents"][place]["name_en"] for place in content["parentOf"] if place >= 0]
    assert above == ["Jiangsu", "Zhejiang"]
    # Beijing lies in itself.
    assert content["parentOf"][1] == -1


def test_a_reference_is_told_by_the_places_of_its_tiers(table):
    result = run(table)
    labels = list(result.breaks.labels)
    given = pd.Series({"a": labels[1], "c": labels[0]})
    content = sight_content(result, None, given)
    assert content == {"hasZero": True, "reference": [1, -1, 0, -1]}
    assert sight_content(result, None, None)["reference"] is None
    assert sight_content(run(table, normalise=PercentileRank()), None, None)["hasZero"] is False
    with pytest.raises(NotComparableError, match="'first', none of the tiers of the result"):
        sight_content(result, None, pd.Series({"a": "first"}))
