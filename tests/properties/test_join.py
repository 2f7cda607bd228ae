"""The join neither loses nor doubles a value, however the rows are ordered, repeated or renamed."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubtiers.errors import DuplicateRegionError, JoinError
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.gazetteer import gazetteer
from hubtiers.table.join import join_indicators

CITIES = load_regions("city")
BOOK = gazetteer("city").set_index("region_id")
# Names that mean one region and no other; the rest is refused, and tested elsewhere.
SPELLINGS = {
    region: [
        str(region),
        row["name_zh"],
        row["name_en"],
        f"{row['name_zh'][0]} {row['name_zh'][1:]}",
    ]
    for region, row in BOOK.loc[CITIES.index].iterrows()
}


@st.composite
def tables(draw):
    """Rows in any order, each region under any of its spellings, with known values."""
    regions = draw(
        st.lists(st.sampled_from(list(CITIES.index)), min_size=1, max_size=25, unique=True)
    )
    values = draw(st.lists(st.floats(-1e9, 1e9), min_size=len(regions), max_size=len(regions)))
    names = [draw(st.sampled_from(SPELLINGS[region])) for region in regions]
    order = draw(st.permutations(range(len(regions))))
    rows = [(names[i], "rd", values[i]) for i in order]
    return pd.DataFrame(rows, columns=["region", "indicator", "value"]), dict(
        zip(regions, values, strict=True)
    )


@settings(deadline=None, max_examples=60)
@given(tables())
def test_every_value_arrives_once(drawn):
    frame, expected = drawn
    joined = join_indicators(CITIES, frame).values["rd"].dropna().to_dict()
    assert joined == expected


@settings(deadline=None, max_examples=30)
@given(tables(), st.data())
def test_a_row_given_twice_is_refused_whatever_it_is_called(drawn, data):
    frame, expected = drawn
    region = data.draw(st.sampled_from(list(expected)))
    again = pd.DataFrame(
        [(data.draw(st.sampled_from(SPELLINGS[region])), "rd", 1.0)], columns=frame.columns
    )
    place = data.draw(st.integers(0, len(frame)))
    twice = pd.concat([frame.iloc[:place], again, frame.iloc[place:]], ignore_index=True)
    with pytest.raises(DuplicateRegionError, match=region):
        join_indicators(CITIES, twice)


@settings(deadline=None, max_examples=30)
@given(tables(), st.text(alphabet="甲乙丙丁戊", min_size=2, max_size=6))
def test_a_name_that_means_nothing_is_kept_in_the_report(drawn, nonsense):
    frame, expected = drawn
    more = pd.concat([frame, pd.DataFrame([(nonsense, "rd", 5.0)], columns=frame.columns)])
    with pytest.raises(JoinError, match=nonsense):
        join_indicators(CITIES, more)
    table = join_indicators(CITIES, more, unmatched="keep")
    assert table.report.unmatched["name"].tolist() == [nonsense]
    assert table.values["rd"].dropna().to_dict() == expected
