import numpy as np
import pandas as pd
import pytest

from hubtiers.errors import DataError, DuplicateRegionError, MissingColumnError, UnknownOptionError
from hubtiers.framework import Framework, Indicator
from hubtiers.table.indicator_table import IndicatorTable


@pytest.fixture
def table():
    frame = pd.DataFrame({"rd": [1.0, 2.0, np.nan], "patents": [3, 4, 5]}, index=["a", "b", "c"])
    return IndicatorTable.from_frame(frame)


def test_from_frame(table):
    assert table.values.dtypes.tolist() == [np.dtype("float64")] * 2
    assert table.framework.codes == ["rd", "patents"]
    assert table.overlaps == []
    assert repr(table) == "<IndicatorTable: 3 regions × 2 indicators, 5 of 6 values present>"
    assert table.label("a") == "a a"


def test_only_without_select(table):
    assert table.only(["c", "a"]).values["patents"].tolist() == [5.0, 3.0]
    assert table.without(["b"]).values.index.tolist() == ["a", "c"]
    assert table.select(["patents"]).values.columns.tolist() == ["patents"]
    with pytest.raises(UnknownOptionError, match="Unknown region 'z'"):
        table.only(["z"])
    with pytest.raises(UnknownOptionError, match="Unknown region 'z'"):
        table.without(["z"])


def test_wrong_frames_are_refused():
    with pytest.raises(DuplicateRegionError, match="indicator table has more than one row for a"):
        IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0]}, index=["a", "a"]))
    with pytest.raises(DataError, match="infinite: rd of b"):
        IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, np.inf]}, index=["a", "b"]))
    with pytest.raises(MissingColumnError, match="frame of values lacks the column 'gdp'"):
        IndicatorTable.from_frame(
            pd.DataFrame({"rd": [1.0]}), framework=Framework((Indicator("gdp"),))
        )
    with pytest.raises(DataError, match="something that is not a number"):
        IndicatorTable.from_frame(pd.DataFrame({"rd": ["much"]}))
