import pandas as pd
import pytest

from hubtiers.errors import DataError, MissingColumnError
from hubtiers.framework import Framework, Indicator, load_framework
from hubtiers.regions.boundaries import load_regions
from hubtiers.table.indicators import load_indicators
from hubtiers.table.roll_up import roll_up

FRAMEWORK = Framework(
    (
        Indicator("patents"),
        Indicator("gdp"),
        Indicator("intensity", kind="intensive", denominator="gdp"),
    )
)
NORTH = load_regions(["northeast", "beijing-tianjin-hebei"])


def tidy(rows):
    return pd.DataFrame(rows, columns=["region", "indicator", "value"])


def test_counts_are_summed_and_ratios_weighted():
    values = tidy(
        [
            *[(r, "patents", v) for r, v in [("210000", 1.0), ("220000", 2.0), ("230000", 4.0)]],
            *[(r, "gdp", v) for r, v in [("210000", 10.0), ("220000", 20.0), ("230000", 70.0)]],
            *[(r, "intensity", v) for r, v in [("210000", 2.0), ("220000", 1.0), ("230000", 3.0)]],
        ]
    )
    up = roll_up(values, NORTH, framework=FRAMEWORK).set_index("indicator")
    assert up["region"].unique().tolist() == ["northeast"]
    assert up["value"].to_dict() == {"patents": 7.0, "gdp": 100.0, "intensity": pytest.approx(2.5)}
    assert set(up["status"]) == {"computed"}


def test_a_gap_leaves_no_sum_unless_asked():
    values = tidy([("210000", "patents", 1.0), ("220000", "patents", 2.0)])
    assert roll_up(values, NORTH, framework=FRAMEWORK).empty
    part = roll_up(values, NORTH, framework=FRAMEWORK, partial=True)
    assert part[["region", "value", "status"]].to_numpy().tolist() == [
        ["northeast", 3.0, "partial-members"]
    ]


def test_rows_say_unit_year_source_and_status():
    values = tidy(
        [("210000", "patents", 1.0), ("220000", "patents", 2.0), ("230000", "patents", 4.0)]
    )
    framework = Framework((Indicator("patents", unit="件"),))
    # The data say their unit, or the framework does.
    own = roll_up(values.assign(unit="项", year=2021), NORTH, framework=framework)
    assert own.to_dict("records") == [
        {
            "region": "northeast",
            "indicator": "patents",
            "value": 7.0,
            "year": 2021,
            "unit": "项",
            "source": "hubtiers: from 3 members",
            "status": "computed",
        }
    ]
    bare = roll_up(values, NORTH, framework=framework)
    assert bare["unit"].tolist() == ["件"]
    assert bare["year"].isna().all()


def test_the_denominator_is_that_of_the_year_or_the_only_one():
    members = ("210000", "220000", "230000")
    cells = [
        (r, "intensity", v, y)
        for y in (2020, 2021)
        for r, v in zip(members, (2.0, 1.0, 3.0), strict=True)
    ]
    sizes = [(r, "gdp", v, 2020) for r, v in zip(members, (10.0, 20.0, 70.0), strict=True)]
    later = [(r, "gdp", v, 2021) for r, v in zip(members, (70.0, 20.0, 10.0), strict=True)]
    columns = ["region", "indicator", "value", "year"]
    framework = FRAMEWORK.select(["intensity"])
    both = roll_up(
        pd.DataFrame([*cells, *sizes, *later], columns=columns), NORTH, framework=framework
    )
    assert both.set_index("year")["value"].to_dict() == {
        2020: pytest.approx(2.5),
        2021: pytest.approx(1.9),
    }
    only = roll_up(pd.DataFrame([*cells, *sizes], columns=columns), NORTH, framework=framework)
    assert only.set_index("year")["value"].to_dict() == {
        2020: pytest.approx(2.5),
        2021: pytest.approx(2.5),
    }


def test_cities_make_up_a_province():
    cities = load_regions("city").query("province == '460000'").index
    values = tidy([(city, "patents", 1.0) for city in cities])
    up = roll_up(values, load_regions(["460000"]), framework=FRAMEWORK)
    assert up["value"].tolist() == [len(cities)]


@pytest.mark.parametrize(
    ("values", "framework", "message"),
    [
        (
            [("210000", "intensity", 1.0)],
            Framework((Indicator("intensity", kind="intensive"),)),
            "'intensity' cannot be brought up from members.*denominator",
        ),
        (
            [("210000", "intensity", 1.0)],
            FRAMEWORK,
            "no values of 'gdp', by which ratios are weighted",
        ),
        (
            [("210000", "patents", 1.0), ("210000", "patents", 2.0)],
            FRAMEWORK,
            "more than one value for 210000",
        ),
        (
            [("210000", "patents", 1.0), ("210100", "patents", 2.0)],
            FRAMEWORK,
            "both a region and one of its members",
        ),
    ],
)
def test_what_cannot_be_brought_up_is_refused(values, framework, message):
    with pytest.raises(DataError, match=message):
        roll_up(tidy(values), NORTH, framework=framework)


def test_columns_are_needed():
    with pytest.raises(MissingColumnError, match="lacks the column 'value'"):
        roll_up(tidy([]).drop(columns="value"), NORTH, framework=FRAMEWORK)
    with pytest.raises(MissingColumnError, match="lacks the column 'members'"):
        roll_up(tidy([]), NORTH.drop(columns="members"), framework=FRAMEWORK)


def test_official_intensity_of_the_northeast():
    """R&D over output of the three provinces together, from the shipped panel: Σ R&D / Σ (R&D / intensity)."""
    values = load_indicators("provinces").query("year == 2022")
    framework = load_framework("provinces").select(["rd_expenditure_100m_cny"])
    up = roll_up(values, NORTH, framework=framework).set_index("region")["value"]
    rd = values.query("indicator == 'rd_expenditure_100m_cny'").set_index("region")["value"]
    assert up["northeast"] == pytest.approx(rd[["210000", "220000", "230000"]].sum())
    assert up["beijing-tianjin-hebei"] == pytest.approx(rd[["110000", "120000", "130000"]].sum())


def test_any_layer_with_a_parent_is_brought_up():
    states = pd.DataFrame({"name_zh": ["A", "B"], "name_en": ["A", "B"]}, index=["01", "02"])
    owner = pd.Series({"0101": "01", "0102": "01", "0201": "02"})
    values = tidy([("0101", "patents", 1.0), ("0102", "patents", 2.0), ("0201", "patents", 4.0)])
    up = roll_up(values, states, framework=FRAMEWORK, parent=owner)
    assert up.set_index("region")["value"].to_dict() == {"01": 3.0, "02": 4.0}
    # A gap leaves no sum here either.
    assert roll_up(values.tail(2), states, framework=FRAMEWORK, parent=owner)[
        "region"
    ].tolist() == ["02"]
    with pytest.raises(DataError, match="parent names regions that the layer does not have: 09"):
        roll_up(values, states, framework=FRAMEWORK, parent=owner.replace("02", "09"))
    with pytest.raises(
        DataError, match="parent says of these regions of the data not where they lie: 0201"
    ):
        roll_up(values, states, framework=FRAMEWORK, parent=owner.head(2))
    with pytest.raises(MissingColumnError, match=r"\(give parent=…"):
        roll_up(values, states, framework=FRAMEWORK)
