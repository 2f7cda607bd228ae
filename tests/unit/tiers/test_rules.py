"""Rules of position."""

from __future__ import annotations

import dataclasses
import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hubtiers._methods import make_step, to_plain
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.show.text import toml_tables
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.join import join_indicators
from hubtiers.tiers.rules import MACRO_REGIONS, PositionRules, function_shares, macro_regions

FRAMEWORK = Framework(
    (
        Indicator("papers", parent="research"),
        Indicator("labs", parent="research"),
        Indicator("intensity", parent="research", kind="intensive"),
        Indicator("patents", parent="technology"),
        Indicator("waste", parent="technology", direction=-1),
        Indicator("firms_pct", parent="industry", unit="%"),
    ),
    (Group("research"), Group("technology"), Group("industry"), Group("culture")),
)
#        papers  labs  intensity  patents  waste  firms_pct
ROWS = {
    "110000": (50, 40, 6.0, 40, 1, 10.0),  # Beijing: far above in two functions
    "420100": (15, 20, 3.0, 10, 9, 2.0),  # Wuhan: national by share in two
    "420200": (1, 0, 1.0, 1, 3, 0.5),  # Huangshi: second in its province
    "210100": (4, 5, 2.0, 3, 2, 0.9),  # Shenyang: leads the northeast
    "210200": (3, 5, 2.0, 2, 2, 1.2),  # Dalian: leads it in industry only
    "530100": (2, 0, 1.0, 2, 2, 0.2),  # Kunming: leads Yunnan
    "530300": (1, 0, 1.0, 1, 2, 0.1),  # Qujing
    "510100": (4, 4, 2.0, 4, 2, 1.5),  # Chengdu: leads the west, and has no rival in its province
    "440300": (14, None, 5.0, 37, 1, 20.0),  # Shenzhen: far above in two, though without labs
    "810000": (6, 26, 4.0, 0, 1, None),  # Hong Kong: one strong function
}
RULES = PositionRules(
    international_share=20,
    national_share=10,
    regional_share=6,
    macro_region_places=1,
    province_places=1,
    functions=2,
)


@pytest.fixture
def table() -> IndicatorTable:
    values = pd.DataFrame.from_dict(ROWS, orient="index", columns=FRAMEWORK.codes)
    made = IndicatorTable.from_frame(values, framework=FRAMEWORK)
    regions = made.regions.assign(province=[region[:2] + "0000" for region in made.regions.index])
    return IndicatorTable(made.values, regions, FRAMEWORK, made.status, made.year)


@pytest.fixture
def scores(table: IndicatorTable) -> pd.Series:
    return table.values["patents"]


def test_shares_of_the_total(table: IndicatorTable) -> None:
    shares = function_shares(table)
    assert shares.columns.tolist() == ["research", "technology", "industry"]
    assert shares["research"].to_dict() == pytest.approx(
        {
            "110000": 45.0,
            "420100": 17.5,
            "420200": 0.5,
            "210100": 4.5,
            "210200": 4.0,
            "530100": 1.0,
            "530300": 0.5,
            "510100": 4.0,
            "440300": 14.0,  # of papers alone: there is no value for labs
            "810000": 16.0,
        }
    )
    assert shares.loc["110000", "technology"] == pytest.approx(40.0)
    assert shares.loc["440300", "industry"] == 20.0
    assert np.isnan(shares.loc["810000", "industry"])


def test_every_region_says_which_rule_placed_it(table: IndicatorTable, scores: pd.Series) -> None:
    found = RULES.fit(scores, table=table).placements
    assert found["tier"].to_dict() == {
        "110000": "international",
        "420100": "national",
        "420200": "local",
        "210100": "national",
        "210200": "local",
        "530100": "regional",
        "530300": "local",
        "510100": "national",
        "440300": "international",
        "810000": "local",
    }
    assert found["rule"].to_dict() == {
        "110000": "at least 20 % of the total",
        "420100": "at least 10 % of the total",
        "420200": "none of the rules",
        "210100": "first of its macro-region",
        "210200": "none of the rules",
        "530100": "first of its province",
        "530300": "none of the rules",
        "510100": "first of its macro-region",
        "440300": "at least 20 % of the total",
        "810000": "none of the rules",
    }
    assert found["functions"].to_dict() == {
        "110000": "research, technology",
        "420100": "research, technology",
        "420200": "",
        "210100": "research, technology",
        "210200": "",
        "530100": "research, technology, industry",
        "530300": "",
        "510100": "research, technology, industry",
        "440300": "technology, industry",
        "810000": "",
    }
    assert found.loc["440300", "share_industry"] == 20.0


def test_tiers_are_not_nested_in_function(table: IndicatorTable, scores: pd.Series) -> None:
    found = RULES.fit(scores, table=table).placements
    # Shenzhen is international by technology and industry; Wuhan, national, stands above it in research.
    assert found["tier"].cat.codes["440300"] > found["tier"].cat.codes["420100"]
    assert found.loc["440300", "share_research"] < found.loc["420100", "share_research"]


def test_number_of_functions_and_places(table: IndicatorTable, scores: pd.Series) -> None:
    def tiers(rules: PositionRules) -> dict[str, str]:
        return rules.fit(scores, table=table).placements["tier"].to_dict()

    def changed(rules: PositionRules) -> dict[str, str]:
        before = tiers(RULES)
        return {region: tier for region, tier in tiers(rules).items() if tier != before[region]}

    bars = {"international_share": 20, "national_share": 10, "regional_share": 6}
    # One function is enough for Dalian, first of the northeast in industry, and for Hong Kong with its research.
    one = PositionRules(**bars, macro_region_places=1, functions=1)
    assert changed(one) == {"210200": "national", "810000": "national"}
    assert changed(PositionRules(**bars, macro_region_places=0)) == {
        "210100": "regional",
        "510100": "local",
    }
    assert changed(PositionRules(**bars, macro_region_places=1, province_places=0)) == {
        "530100": "local"
    }
    two = PositionRules(**bars, macro_region_places=2)
    assert changed(two) == {"420200": "national", "210200": "national", "530100": "national"}
    assert (
        two.fit(scores, table=table).placed_by["530100"] == "among the first 2 of its macro-region"
    )


def test_fitted_scale(table: IndicatorTable, scores: pd.Series) -> None:
    scale = RULES.fit(scores, table=table)
    assert scale.labels == ("international", "national", "regional", "local")
    assert scale.counts == (2, 3, 1, 4)
    assert scale.breaks == ()
    assert scale.ranges[0] == (37.0, 40.0)
    assert scale.placed_by.equals(scale.placements["rule"])
    assert scale.apply(scores, table=table).equals(scale.placements["tier"])
    assert repr(scale).startswith("<PositionTiers: rules of position on 2 functions, GVF 0.")
    assert "first of its province" in scale._repr_html_()


def test_a_region_without_a_score_has_no_tier(table: IndicatorTable, scores: pd.Series) -> None:
    holed = scores.where(scores.index != "110000")
    scale = RULES.fit(holed, table=table)
    assert "110000" not in scale.placements.index
    tier = scale.apply(holed, table=table)
    assert tier.index.equals(scores.index)
    assert tier.isna().to_dict() == {region: region == "110000" for region in scores.index}
    # Its values still count in the total.
    assert scale.placements.loc["420100", "share_research"] == 17.5


def test_own_labels(table: IndicatorTable, scores: pd.Series) -> None:
    rules = PositionRules(20, 10, 6, macro_region_places=1, labels=["I", "II", "III", "IV"])
    assert rules.fit(scores, table=table).placements.loc["420100", "tier"] == "II"


def test_division_of_2011() -> None:
    assert {name: len(provinces) for name, provinces in MACRO_REGIONS.items()} == {
        "东部": 10,
        "中部": 6,
        "西部": 12,
        "东北": 3,
    }
    everything = [p for provinces in MACRO_REGIONS.values() for p in provinces]
    assert len(set(everything)) == 31
    from hubtiers.regions.boundaries import load_regions

    known = load_regions("province")
    found = macro_regions(known)
    assert set(found.index[found.isna()]) == {"710000", "810000", "820000"}
    assert found[["370000", "410000", "450000", "150000", "230000", "460000"]].tolist() == [
        *("东部", "中部", "西部", "西部", "东北", "东部")
    ]


def test_macro_regions_of_consortia_and_of_ones_own() -> None:
    from hubtiers.regions.boundaries import load_regions

    assert macro_regions(
        load_regions(["chengdu-chongqing", "yangtze-delta", "420100"])
    ).tolist() == [
        "西部",
        None,
        "中部",
    ]
    own = pd.DataFrame({"macro_region": ["north", "", None]})
    assert macro_regions(own).tolist() == ["north", None, None]
    with pytest.raises(
        MissingColumnError, match="The frame of regions lacks the column 'province'"
    ):
        macro_regions(pd.DataFrame({"name_zh": ["x"]}))


def test_data_that_do_not_fit(table: IndicatorTable, scores: pd.Series) -> None:
    with pytest.raises(
        DataError, match=r"reads shares and provinces from the indicator table\. Give `table`"
    ):
        RULES.fit(scores)
    with pytest.raises(DataError, match="with the same regions"):
        RULES.fit(scores.iloc[:3], table=table)
    with pytest.raises(DataError, match="found no region with a score"):
        RULES.fit(scores * np.nan, table=table)
    with pytest.raises(
        DataError,
        match=r"asks for more functions than have a share: research, technology, industry",
    ):
        PositionRules(functions=4).fit(scores, table=table)
    with pytest.raises(MissingColumnError, match="lacks the column 'province'"):
        RULES.fit(scores, table=IndicatorTable.from_frame(table.values, framework=FRAMEWORK))
    with pytest.raises(DataError, match="No function has an extensive indicator"):
        function_shares(table.select(["intensity", "waste"]))
    for code, value, message in (
        ("papers", -1.0, "it is negative for 110000 110000"),
        ("labs", 0.0, "sums to 0 over"),
    ):
        values = table.values.copy()
        values[code] = value if value == 0 else values[code].where(values.index != "110000", value)
        with pytest.raises(DataError, match=message):
            function_shares(IndicatorTable.from_frame(values, framework=FRAMEWORK))


def test_overlapping_regions_have_no_shares() -> None:
    from hubtiers.regions.boundaries import load_regions

    made = IndicatorTable.from_frame(
        pd.DataFrame({"x": [1.0, 2.0]}, index=["110000", "beijing-tianjin-hebei"])
    )
    regions = load_regions(["110000", "beijing-tianjin-hebei"])
    table = IndicatorTable(made.values, regions, made.framework, made.status, made.year)
    with pytest.raises(
        DataError,
        match="these overlap and would count twice: Beijing 北京市 with Beijing–Tianjin–Hebei",
    ):
        function_shares(table)


def test_wrong_choices() -> None:
    with pytest.raises(
        SpecError,
        match=r"the shares are \(4\.0, 5, 1\.0\)\. They must be per cent above 0, falling",
    ):
        PositionRules(national_share=5)
    with pytest.raises(SpecError, match="They must be per cent"):
        PositionRules(regional_share=0)
    with pytest.raises(
        SpecError, match=r"PositionRules\(functions=0\) must be a whole number of at least 1"
    ):
        PositionRules(functions=0)
    with pytest.raises(SpecError, match=r"PositionRules\(province_places=1\.5\)"):
        PositionRules(province_places=1.5)
    with pytest.raises(SpecError, match="4 tiers need 4 different labels"):
        PositionRules(labels=("a",))


def test_rules_of_position_for_any_layer():
    boxes = [shapely.box(n, 50, n + 1, 51) for n in range(4)]
    layer = gpd.GeoDataFrame(
        {"id": list("abcd"), "name": list("ABCD"), "state": list("NNSS")}, geometry=boxes, crs=4326
    )
    frame = pd.DataFrame(
        {"papers": [60.0, 30, 9, 1], "patents": [70.0, 15, 5, 10]}, index=list("abcd")
    )
    table = join_indicators(layer.rename(columns={"state": "province"}), frame)
    scores = frame.mean(axis=1).rename_axis("region_id")
    with pytest.raises(
        DataError,
        match=r"by macro-region, but no region of the layer has one.*macro_region_places=0",
    ):
        PositionRules().fit(scores, table=table)
    rules = PositionRules(
        macro_region_places=0, international_share=50, national_share=20, regional_share=19
    )
    placed = rules.fit(scores, table=table).placed_by
    assert placed["a"] == "at least 50 % of the total"
    assert placed["c"] == "none of the rules"
    with pytest.raises(MissingColumnError, match="'province'"):
        rules.fit(scores, table=join_indicators(layer, frame))
    own = join_indicators(layer.assign(macro_region=list("xxyy"), province=list("NNSS")), frame)
    assert PositionRules().fit(scores, table=own).placements["tier"].notna().all()


COUNTED = PositionRules(20, 10, 6, macro_region_places=1, counting=("research", "technology"))


def tiers_of(rules: PositionRules, table: IndicatorTable, scores: pd.Series) -> dict[str, str]:
    return rules.fit(scores, table=table).placements["tier"].to_dict()


def test_only_functions_that_count_make_a_level(table: IndicatorTable, scores: pd.Series) -> None:
    before, found = tiers_of(RULES, table, scores), tiers_of(COUNTED, table, scores)
    changed = {region: tier for region, tier in found.items() if tier != before[region]}
    # Shenzhen is international by technology and industry; research and technology make it national.
    assert changed == {"440300": "national"}
    placed = COUNTED.fit(scores, table=table).placements
    assert placed.loc["440300", "functions"] == "research, technology"
    assert placed.loc["110000", "functions"] == "research, technology"
    assert placed.loc["530100", ["rule", "option"]].tolist() == [
        "first of its province",
        "province_places",
    ]
    assert placed.loc["420200", "option"] == ""
    # The share of a function that does not count is still told.
    assert placed.loc["440300", "share_industry"] == 20.0


def test_functions_that_cannot_count(table: IndicatorTable, scores: pd.Series) -> None:
    with pytest.raises(UnknownOptionError, match=r"function that counts.*'reserch'.*'research'"):
        PositionRules(counting=("reserch", "industry")).fit(scores, table=table)
    intensive = table.select(["papers", "intensity", "patents", "firms_pct", "waste"])
    framework = Framework(
        tuple(i for i in intensive.framework.indicators if i.code != "papers"), FRAMEWORK.groups
    )
    bare = IndicatorTable(table.values, table.regions, framework, table.status, table.year)
    with pytest.raises(DataError, match=r"names research, which has no extensive indicator"):
        PositionRules(counting=("research", "technology")).fit(scores, table=bare)
    with pytest.raises(DataError, match=r"more functions than have a share: technology\. Ask"):
        PositionRules(counting=("technology",)).fit(scores, table=table)
    for wrong in ((), "research", ("a", "a"), ("a", 1)):
        with pytest.raises(SpecError, match="must be a list of different names, at least one"):
            PositionRules(counting=wrong)


WORLD = {"papers": 1000.0, "patents": 400.0}


def test_shares_of_the_world(table: IndicatorTable, scores: pd.Series) -> None:
    rules = PositionRules(
        4,
        10,
        6,
        macro_region_places=1,
        counting=("research", "technology"),
        totals={"world": WORLD},
    )
    placed = rules.fit(scores, table=table).placements
    # 50 of 1,000 papers and 40 of 400 patents; laboratories have no total and do not count.
    assert placed.loc["110000", ["world_share_research", "world_share_technology"]].tolist() == [
        5.0,
        10.0,
    ]
    assert placed["rule"]["110000"] == "at least 4 % of the world's total"
    international = placed.index[placed["tier"] == "international"].tolist()
    assert international == ["110000"]
    # Shenzhen has 1.4 % of the papers, and is national by its share of the nation.
    assert placed.loc["440300", "world_share_research"] == 1.4
    assert placed.loc["440300", "tier"] == "national"
    assert placed.loc["110000", "share_research"] == 45.0
    # A smaller share of the world may stand above a larger one of the nation.
    assert rules.international_share < rules.national_share


def test_shares_of_a_nation_that_is_larger_than_the_table(
    table: IndicatorTable, scores: pd.Series
) -> None:
    nation = {"papers": 200.0, "patents": 200.0}
    rules = PositionRules(
        20,
        7,
        6,
        macro_region_places=0,
        province_places=0,
        counting=("research", "technology"),
        totals={"nation": nation},
    )
    placed = rules.fit(scores, table=table).placements
    assert placed.loc["110000", ["share_research", "share_technology"]].tolist() == [25.0, 20.0]
    assert placed.loc["440300", ["share_research", "tier"]].tolist() == [7.0, "national"]
    assert placed.loc["420100", "tier"] == "local"


def test_totals_that_do_not_fit(table: IndicatorTable, scores: pd.Series) -> None:
    def fit(totals, counting=("research", "technology")):
        return PositionRules(counting=counting, totals=totals).fit(scores, table=table)

    with pytest.raises(
        DataError, match=r"gives no total of the world for any indicator of technology, so that"
    ):
        fit({"world": {"papers": 1000.0}})
    with pytest.raises(UnknownOptionError, match=r"totals of the world .*'paper'.*'papers'"):
        fit({"world": {"paper": 1000.0}})
    with pytest.raises(UnknownOptionError, match=r"totals of the nation .*'intensity'"):
        fit({"nation": {"intensity": 1000.0}})
    with pytest.raises(DataError, match=r"'papers' sums to 100 over .* more than the total of 99"):
        fit({"world": WORLD | {"papers": 99.0}})
    with pytest.raises(DataError, match=r"a total for firms_pct, which is in per cent"):
        fit({"world": {"firms_pct": 100.0, "patents": 400.0}}, ("technology", "industry"))
    with pytest.raises(UnknownOptionError, match=r"field in PositionRules\(totals=…\): 'wolrd'"):
        PositionRules(totals={"wolrd": WORLD})
    with pytest.raises(SpecError, match=r"must give a total by indicator, such as"):
        PositionRules(totals={"world": {}})
    for wrong in (0, -1.0, float("nan"), True, "many"):
        with pytest.raises(SpecError, match=r"total of 'papers' in the world is .* above 0"):
            PositionRules(totals={"world": {"papers": wrong}})


def test_fields_of_ones_own(table: IndicatorTable, scores: pd.Series) -> None:
    regions = table.regions.assign(basin=["north"] * 5 + ["", *["south"] * 4])
    own = IndicatorTable(table.values, regions, FRAMEWORK, table.status, table.year)
    rules = PositionRules(
        20, 10, 6, macro_region_places=1, province_places=0, within=("basin", "province")
    )
    found = rules.fit(scores, table=own).placements
    # Beijing leads the north and Shenzhen the south in every function but research.
    assert found.loc["210100", "tier"] == "local"
    assert found.loc["530100", "tier"] == "local"
    found = PositionRules(20, 10, 6, macro_region_places=0, within=("macro_region", "basin")).fit(
        scores, table=own
    )
    assert found.placed_by["440300"] == "at least 20 % of the total"
    with pytest.raises(MissingColumnError, match="lacks the column 'bassin'"):
        PositionRules(within=("bassin", "province")).fit(scores, table=own)
    with pytest.raises(SpecError, match=r"within='basin'\) must be a list of two different names"):
        PositionRules(within="basin")


def test_windows_of_the_small_table(table: IndicatorTable, scores: pd.Series) -> None:
    windows = RULES.fit(scores, table=table).windows.set_index("option")
    assert windows["value"].to_dict() == {
        "international_share": 20.0,
        "national_share": 10.0,
        "macro_region_places": 1.0,
        "regional_share": 6.0,
        "province_places": 1.0,
        "functions": 2.0,
    }
    # The second largest share of Beijing is 40 %, of Shenzhen 20 %; that of Wuhan is 10 %.
    international = windows.loc["international_share"]
    assert international[["lowest", "highest"]].tolist() == [10.0, 20.0]
    assert international[["if_lower", "tier_if_lower"]].tolist() == ["420100", "international"]
    assert international[["if_higher", "tier_if_higher"]].tolist() == ["440300", "national"]
    assert windows.loc["macro_region_places", ["lowest", "highest"]].tolist() == [1, 1]
    # More places let Huangshi in, the second of the centre, with Dalian and Kunming.
    assert windows.loc["macro_region_places", "if_higher"] == "420200;210200;530100"


@pytest.mark.parametrize("seed", range(6))
def test_windows_are_where_tiers_change(seed: int) -> None:
    """Just inside a window nothing changes; just beyond it, the regions that are named change."""
    rng = np.random.default_rng(seed)
    codes = ["a", "b", "c"]
    frame = pd.DataFrame(rng.lognormal(0, 1.5, (40, 3)), columns=codes)
    frame = frame.mask(rng.random(frame.shape) < 0.05)
    frame.index = pd.Index([f"r{i:02}" for i in range(40)])
    made = IndicatorTable.from_frame(frame)
    provinces = [f"p{i}" for i in rng.integers(0, 9, 40)]
    places = [f"m{p[1:]}"[:2] if p != "p0" else "m1" for p in provinces]
    regions = made.regions.assign(province=provinces, macro_region=places)
    table = IndicatorTable(made.values, regions, made.framework, made.status, made.year)
    scores = frame.mean(axis=1).rename_axis("region_id")
    scores[scores.index[3]] = np.nan
    rules = PositionRules(9, 5, 3, macro_region_places=1, province_places=2)
    before = rules.fit(scores, table=table)
    for window in before.windows.to_dict("records"):
        option = window["option"]
        step = 1e-7 if option.endswith("_share") else 1
        inside = {window["lowest"] + (step if step < 1 else 0), window["highest"]}
        for value in inside:
            if np.isfinite(value) and in_order(rules, option, value):
                again = dataclasses.replace(rules, **{option: typed(option, value)})
                assert tiers_of(again, table, scores) == before.placements["tier"].to_dict()
        beyond = {
            "lower": window["lowest"] - (0 if step < 1 else 1),
            "higher": window["highest"] + step,
        }
        for side, value in beyond.items():
            named = [region for region in window[f"if_{side}"].split(";") if region]
            if not named or not in_order(rules, option, value):
                continue
            again = dataclasses.replace(rules, **{option: typed(option, value)})
            now, then = tiers_of(again, table, scores), before.placements["tier"].to_dict()
            assert {r: t for r, t in now.items() if t != then[r]} == dict(
                zip(named, window[f"tier_if_{side}"].split(";"), strict=True)
            )


def typed(option: str, value: float) -> float:
    return value if option.endswith("_share") else int(value)


def in_order(rules: PositionRules, option: str, value: float) -> bool:
    """Say whether the bars still fall: a window may reach beyond its neighbour."""
    if not option.endswith("_share"):
        return value >= (1 if option == "functions" else 0)
    bars = [rules.international_share, rules.national_share, rules.regional_share]
    bars[["international_share", "national_share", "regional_share"].index(option)] = value
    return bars[0] > bars[1] > bars[2] > 0


def test_the_words_of_rules_are_those_that_differ() -> None:
    assert repr(PositionRules()) == "PositionRules()"
    rules = PositionRules(national_share=1.5, counting=["a", "b"])
    assert repr(rules) == "PositionRules(national_share=1.5, counting=('a', 'b'))"
    assert eval(repr(rules)) == rules


def test_rules_of_a_study_file() -> None:
    spec = {
        "method": "PositionRules",
        "counting": ["research", "technology"],
        "totals": {"world": {"papers": 1000}},
        "within": ["basin", "province"],
    }
    rules = make_step("tier", spec)
    assert rules.counting == ("research", "technology")
    assert rules.within == ("basin", "province")
    assert make_step("tier", to_plain(rules)) == rules
    assert (
        make_step("tier", tomllib.loads(toml_tables({"x": {"y": to_plain(rules)}}))["x"]["y"])
        == rules
    )
