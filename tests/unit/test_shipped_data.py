"""The shipped indicator sets: complete rows, known regions, sums that meet the published totals, figures on record."""

from __future__ import annotations

import itertools
import tomllib

import numpy as np
import pandas as pd
import pytest

from hubtiers._storage import data_path
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.framework import CATEGORIES, FUNCTIONS, load_framework
from hubtiers.table.indicators import STATUSES, compare_editions, load_indicators

SETS = (
    "zhang2022",
    "provinces",
    "cities",
    "cities-lists",
    "checks",
    "beijing_cooperation",
    "beijing_plan",
)
SCORED = ("zhang2022", "provinces", "cities", "cities-lists")
CLUSTERS = {"shenzhen-hong-kong-guangzhou", "shanghai-suzhou"}
OUTSIDE = {"710000", "810000", "820000"}

# Totals of patents hold Hong Kong, Macao and Taiwan; those of contracts hold parties outside every province.
WIDER_TOTALS = {
    "invention_grants_yearbook": 0.92,
    "invention_in_force": 0.86,
    "patent_grants_yearbook": 0.97,
    "tech_contract_output_10k_cny": 0.90,
    "tech_contract_absorbed_10k_cny": 0.77,
    # One province is missing in 2013.
    "ei_papers": 0.99,
    "rd_personnel_fte": 0.98,
}

COMPLETE_LISTS = {
    "double_first_class_universities": 147,
    "universities": 2868,
    "undergraduate_universities": 1308,
    "national_hightech_zones": 173,
}


def gazetteer() -> pd.DataFrame:
    return pd.read_csv(
        data_path("boundaries", "china", "gazetteer.csv"), dtype="str", keep_default_na=False
    )


def wide(name: str, year: int | None = None) -> pd.DataFrame:
    values = load_indicators(name)
    if year is not None:
        values = values[values["year"] == year]
    return values.pivot(index="region", columns="indicator", values="value")


def cell(name: str, region: str, indicator: str, year: int) -> float:
    values = load_indicators(name).set_index(["region", "indicator", "year"])["value"]
    return float(values[region, indicator, year])


@pytest.mark.parametrize("name", SETS)
def test_every_value_has_year_unit_source_and_a_known_status(name: str) -> None:
    values = load_indicators(name)
    assert list(values.columns) == [
        "region",
        "indicator",
        "value",
        "year",
        "unit",
        "source",
        "status",
    ]
    assert not values.isna().any(axis=None)
    assert np.isfinite(values["value"]).all()
    assert values["value"].min() >= 0
    assert values["year"].between(2010, 2025).all()
    assert (values[["region", "indicator", "unit", "source"]] != "").all(axis=None)
    assert set(values["status"]) <= set(STATUSES)
    assert not values.duplicated(["region", "indicator", "year"]).any()


@pytest.mark.parametrize("name", SETS)
def test_percentages_lie_between_0_and_100(name: str) -> None:
    values = load_indicators(name)
    shares = values.loc[values["unit"] == "%", "value"]
    assert shares.between(0, 100).all()


@pytest.mark.parametrize("name", SETS)
def test_no_orphan_ids(name: str) -> None:
    regions = set(load_indicators(name)["region"])
    known = set(gazetteer()["region_id"])
    assert regions - known == (CLUSTERS if name == "checks" else set())


@pytest.mark.parametrize("name", SETS)
def test_one_unit_per_indicator(name: str) -> None:
    units = load_indicators(name).groupby("indicator")["unit"].nunique()
    assert units[units != 1].empty


@pytest.mark.parametrize("name", SETS)
def test_sources_are_described_and_used(name: str) -> None:
    sources = pd.read_csv(
        data_path("indicators", name, "sources.csv"), dtype="str", keep_default_na=False
    )
    raw = pd.read_csv(data_path("indicators", name, "values.csv"), dtype="str")
    columns = raw.columns.intersection(["source", "official_source"])
    used = set(itertools.chain.from_iterable(raw[c].dropna() for c in columns))
    targets = data_path("indicators", name, "targets.csv")
    used |= set(pd.read_csv(targets)["source"]) if targets.is_file() else set()
    assert used == set(sources["source_id"])
    assert (sources[["publisher", "title"]] != "").all(axis=None)


@pytest.mark.parametrize("name", SETS)
def test_dataset_description_agrees_with_the_values(name: str) -> None:
    with data_path("indicators", name, "dataset.toml").open("rb") as handle:
        described = tomllib.load(handle)
    assert described["name"] == name
    years = set(load_indicators(name)["year"])
    if name == "zhang2022":
        years |= set(compare_editions(name)["official_year"].dropna())
    assert described["years"] == sorted(years)
    assert described["level"] in {"province", "city", "mixed"}
    assert {"title_zh", "title_en", "description", "terms", "citation"} <= set(described)
    assert f"## {name}\n" in data_path("indicators", "DATA.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCORED)
def test_framework_fits_the_values(name: str) -> None:
    framework, values = load_framework(name), load_indicators(name)
    units = values.drop_duplicates("indicator").set_index("indicator")["unit"]
    assert [g.code for g in framework.groups if not g.parent] == list(FUNCTIONS)
    assert bool(framework.leaves("culture")) == (name == "cities")
    for indicator in framework.indicators:
        assert units[indicator.code] == indicator.unit
        assert indicator.category in CATEGORIES
        assert indicator.name_zh
        assert indicator.name_en
        assert not indicator.denominator or indicator.denominator in units.index
        if indicator.parent.endswith(("_size", "_intensity")):
            assert (indicator.kind == "intensive") == indicator.parent.endswith("_intensity")
            assert bool(indicator.denominator) == (indicator.kind == "intensive")


class TestZhang:
    NESTED = ("110000", "310000", "440000", "210000")
    TIERS = (
        {"beijing-tianjin-hebei", "yangtze-delta", "greater-bay-area"},
        {"370000", "northeast", "chengdu-chongqing", "420000", "610000"},
        {"350000", "410000", "620000", "140000", "530000", "450000"},
    )

    def test_printed_columns_add_up_to_the_paper(self) -> None:
        # A slip in any of the 180 figures moves a sum.
        sums = wide("zhang2022")[load_framework("zhang2022").codes].sum().round(2).tolist()
        assert sums == [149.0, 29.0, 464.0, 137.95, 45.74, 157.19, 118.0, 108.69, 137.35, 117.78]

    def test_statuses_as_counted_in_the_notes(self) -> None:
        counts = load_indicators("zhang2022")["status"].value_counts().to_dict()
        assert counts == {
            "printed": 134,
            "suspected-error": 39,
            "substituted": 5,
            "partial-year": 2,
        }

    def test_year_is_the_year_the_figure_belongs_to(self) -> None:
        values = load_indicators("zhang2022").set_index(["region", "indicator"])
        assert values.loc[("530000", "pct_application_share_pct"), ["year", "status"]].tolist() == [
            2019,
            "substituted",
        ]
        assert values.loc[("110000", "rd_intensity_pct"), ["year", "status"]].tolist() == [
            2021,
            "suspected-error",
        ]
        assert values.loc[("northeast", "rd_intensity_pct"), ["year", "status"]].tolist() == [
            2020,
            "printed",
        ]

    def test_printed_intensities_of_single_provinces_are_those_of_2021(self) -> None:
        cells = compare_editions().query(
            "indicator == 'rd_intensity_pct' and status == 'suspected-error'"
        )
        cells = cells[cells["note"].str.startswith("Titled 2020, but equals the official")]
        assert len(cells) == 12
        for row in cells.itertuples():
            assert cell("provinces", row.region, "rd_intensity_pct", 2021) == row.printed
            assert cell("provinces", row.region, "rd_intensity_pct", 2020) == row.official

    def test_a_part_never_exceeds_its_whole_unless_marked(self) -> None:
        values = load_indicators("zhang2022").set_index(["region", "indicator"])
        for part, whole in (
            ("110000", "beijing-tianjin-hebei"),
            ("310000", "yangtze-delta"),
            ("210000", "northeast"),
        ):
            for code in load_framework("zhang2022").without(["rd_intensity_pct"]).codes:
                marked = "suspected-error" in {
                    values.loc[(r, code), "status"] for r in (part, whole)
                }
                assert (
                    marked
                    or values.loc[(part, code), "value"] <= values.loc[(whole, code), "value"]
                )

    def test_official_edition_replaces_suspect_cells_and_only_those(self) -> None:
        printed, official = (
            load_indicators("zhang2022"),
            load_indicators("zhang2022", edition="official"),
        )
        cells = compare_editions()
        assert int(cells["replaced"].sum()) == 37
        kept = ~cells["replaced"]
        pd.testing.assert_frame_equal(printed[kept], official[kept], check_dtype=False)
        assert official.loc[~kept, "value"].tolist() == cells.loc[~kept, "official"].tolist()
        assert set(official.loc[~kept, "status"]) == {"official", "computed"}
        left = official[official["status"] == "suspected-error"]
        assert set(left["region"]) == {"210000", "northeast"}
        assert set(left["indicator"]) == {"maker_space_share_pct"}

    @pytest.mark.parametrize(
        ("region", "indicator", "value"),
        [
            ("110000", "double_first_class_universities", 34),
            ("beijing-tianjin-hebei", "double_first_class_universities", 40),
            ("yangtze-delta", "double_first_class_universities", 37),
            ("greater-bay-area", "double_first_class_universities", 8),
            ("chengdu-chongqing", "double_first_class_universities", 10),
            ("440000", "rd_intensity_pct", 3.14),
            ("yangtze-delta", "rd_intensity_pct", 3.01),
            ("chengdu-chongqing", "rd_intensity_pct", 2.15),
            ("450000", "patent_grant_share_pct", 0.98),
        ],
    )
    def test_official_values(self, region: str, indicator: str, value: float) -> None:
        official = load_indicators("zhang2022", edition="official").set_index(
            ["region", "indicator"]
        )["value"]
        assert official[region, indicator] == pytest.approx(value)

    @pytest.mark.parametrize("edition", ["printed", "official"])
    def test_min_max_equal_weights_and_natural_breaks_give_table_2(self, edition: str) -> None:
        values = load_indicators("zhang2022", edition=edition)
        table = values.pivot(index="region", columns="indicator", values="value").drop(
            list(self.NESTED)
        )
        score = (
            ((table - table.min()) / (table.max() - table.min()))
            .mean(axis=1)
            .sort_values(ascending=False)
        )
        splits = itertools.combinations(range(1, len(score)), 2)
        groups = min(
            (np.split(score.to_numpy(), split) for split in splits),
            key=lambda parts: sum(float(((p - p.mean()) ** 2).sum()) for p in parts),
        )
        ends = np.cumsum([0, *map(len, groups)])
        tiers = tuple(set(score.index[a:b]) for a, b in itertools.pairwise(ends))
        assert tiers == self.TIERS

    def test_slots_without_data_are_known(self) -> None:
        slots = load_framework("zhang2022").empty_slots()["code"].tolist()
        assert slots == ["culture", "talent", "radiation", "value_chain"]


class TestProvinces:
    def test_31_regions_and_none_of_hong_kong_macao_taiwan(self) -> None:
        regions = set(load_indicators("provinces")["region"])
        provinces = gazetteer().query("level == 'province'")["region_id"]
        assert regions == set(provinces) - OUTSIDE

    def test_sums_meet_the_national_totals(self) -> None:
        totals = pd.read_csv(
            data_path("indicators", "provinces", "totals.csv"), dtype={"region": "str"}
        )
        sums = load_indicators("provinces").groupby(["indicator", "year"])["value"].sum()
        totals = totals[totals["indicator"] != "rd_intensity_pct"]
        assert totals["indicator"].nunique() == 24
        for row in totals.itertuples():
            ratio = sums[row.indicator, row.year] / row.value
            assert WIDER_TOTALS.get(row.indicator, 0.999) <= ratio <= 1.001, (
                row.indicator,
                row.year,
                ratio,
            )

    def test_framework_is_complete_for_2022(self) -> None:
        table = wide("provinces", 2022)[load_framework("provinces").codes]
        assert table.shape == (31, 19)
        assert not table.isna().any(axis=None)
        assert (table > 0).any().all()
        assert table.nunique().min() > 5

    def test_size_and_intensity_stand_under_each_function(self) -> None:
        framework = load_framework("provinces")
        for function in ("research", "technology", "industry"):
            assert framework.children(function) == [f"{function}_size", f"{function}_intensity"]
            assert all(framework.leaves(child) for child in framework.children(function))
        assert framework.empty_slots()["code"].tolist() == ["culture", "value_chain"]

    @pytest.mark.parametrize(
        ("region", "indicator", "year", "value"),
        [
            ("110000", "rd_intensity_pct", 2022, 6.83),
            ("440000", "rd_expenditure_100m_cny", 2022, 4411.9),
            ("310000", "population", 2020, 24870895),
            ("110000", "double_first_class_universities", 2022, 34),
            ("610000", "double_first_class_universities", 2022, 8),
            ("110000", "state_key_labs_academic", 2019, 79),
            ("540000", "state_key_labs_academic", 2019, 0),
        ],
    )
    def test_figures_on_record(self, region: str, indicator: str, year: int, value: float) -> None:
        assert cell("provinces", region, indicator, year) == value

    def test_lists_count_every_entry_once(self) -> None:
        values = load_indicators("provinces")
        sums = values.groupby("indicator")["value"].sum()
        assert sums["double_first_class_universities"] == 147
        assert sums["state_key_labs_academic"] == 253
        assert sums["state_key_labs_enterprise"] == 177
        assert sums["state_key_labs_joint"] == 48

    @pytest.mark.parametrize(
        ("ratio", "over", "under", "factor"),
        [
            ("basic_research_per_gdp_pct", "rd_basic_10k_cny", "gdp_100m_cny", 0.01),
            (
                "hightech_mfg_revenue_per_gdp_pct",
                "hightech_mfg_revenue_100m_cny",
                "gdp_100m_cny",
                100,
            ),
            (
                "fiscal_st_share_pct",
                "fiscal_st_expenditure_100m_cny",
                "fiscal_expenditure_100m_cny",
                100,
            ),
            (
                "tech_contract_output_per_gdp_pct",
                "tech_contract_output_10k_cny",
                "gdp_100m_cny",
                0.01,
            ),
        ],
    )
    def test_ratios_are_what_their_names_say(
        self, ratio: str, over: str, under: str, factor: float
    ) -> None:
        table = wide("provinces", 2022)
        np.testing.assert_allclose(table[ratio], factor * table[over] / table[under], rtol=1e-3)

    def test_ratios_per_head_stay_near_the_census(self) -> None:
        values = load_indicators("provinces")
        years = values.loc[values["indicator"] == "rd_personnel_per_10k", "year"]
        assert (years.min(), years.max()) == (2020, 2023)
        people = values[values["indicator"] == "population"].set_index("region")["value"]
        table = wide("provinces", 2022)
        expected = 10_000 * table["rd_personnel_fte"] / people
        np.testing.assert_allclose(
            table["rd_personnel_per_10k"], expected.loc[table.index], rtol=1e-3
        )

    def test_only_2024_research_expenditure_comes_from_one_source(self) -> None:
        single = load_indicators("provinces").query("status == 'single-source'")
        assert set(single["year"]) == {2024}
        assert set(single["indicator"]) == {"rd_expenditure_100m_cny", "rd_intensity_pct"}


YEARBOOK = 296
CITY_LISTS = {
    "double_first_class_universities": 147,
    # 253 laboratories, some with hosts in two cities.
    "state_key_labs_academic": 272,
    "state_key_labs_enterprise": 177,
    "national_hightech_zones": 173,
}


class TestCities:
    def test_296_cities_of_the_yearbook(self) -> None:
        values = load_indicators("cities")
        printed = set(values.loc[values["indicator"] == "museums", "region"])
        assert len(printed) == YEARBOOK
        cities = gazetteer().query("level == 'city'")["region_id"]
        assert set(values["region"]) == set(cities) - OUTSIDE
        # 40 prefectures and 33 units below a province are on the lists only.
        assert len(set(values["region"]) - printed) == 73

    def test_one_value_per_cell_each_with_year_unit_and_source(self) -> None:
        values = load_indicators("cities")
        assert len(values) == 7699
        assert not values.duplicated(["region", "indicator"]).any()
        assert not (values[["unit", "source", "status"]] == "").any().any()
        assert set(values["year"]) == {2016, *range(2017, 2025)}

    @pytest.mark.parametrize(("indicator", "total"), CITY_LISTS.items())
    def test_lists_are_complete_so_that_zero_is_zero(self, indicator: str, total: int) -> None:
        counted = wide("cities")[indicator]
        assert counted.sum() == total
        assert counted.notna().all()
        assert (counted == 0).any()

    def test_nothing_else_is_zero(self) -> None:
        values = load_indicators("cities")
        assert set(values.loc[values["value"] == 0, "indicator"]) == set(CITY_LISTS)

    @pytest.mark.parametrize(
        ("region", "indicator", "year", "value"),
        [
            ("110000", "rd_expenditure_100m_cny", 2019, 2233.587),
            ("320500", "rd_expenditure_100m_cny", 2021, 888.7),
            ("310000", "invention_grants", 2023, 44345),
            ("110000", "technology_contracts_10k_cny", 2023, 85369393),
            ("310000", "hightech_firms", 2023, 24000),
            ("440300", "hightech_firms", 2023, 24700),
            ("110000", "hightech_firms", 2023, 28330),
            ("110000", "state_key_labs_academic", 2019, 85),
            ("440300", "patent_applicants", 2024, 48109),
            ("230400", "fiscal_science_share_pct", 2022, 0.3173),
            # Edition 2024 prints -164 for Huludao.
            ("211400", "fiscal_science_expenditure_10k_cny", 2022, 2899),
            ("210100", "resident_population_10k", 2020, 907),
        ],
    )
    def test_figures_on_record(self, region: str, indicator: str, year: int, value: float) -> None:
        assert cell("cities", region, indicator, year) == value

    def test_ratios_are_made_of_the_values_beside_them(self) -> None:
        table = wide("cities")
        people = table["resident_population_10k"]
        for ratio, above in {
            "invention_grants_per_10k": "invention_grants",
            "hightech_firms_per_10k": "hightech_firms",
            "science_employees_per_10k": "science_employees",
        }.items():
            expected = (table[above] / people).dropna()
            found = table[ratio].dropna()
            assert found.index.equals(expected.index)
            np.testing.assert_allclose(found, expected, atol=1e-4)
        share = (
            100
            * table["fiscal_science_expenditure_10k_cny"]
            / table["fiscal_expenditure_total_10k_cny"]
        )
        # The science spending of two cities is of 2022, and so is what it is divided by.
        apart = (table["fiscal_science_share_pct"] - share).abs() > 1e-4
        assert apart.index[apart].tolist() == ["211400", "230400"]

    def test_what_is_doubtful_above_the_line_is_doubtful_as_a_ratio(self) -> None:
        statuses = load_indicators("cities").set_index(["indicator", "region"])["status"]
        for ratio, above in {
            "invention_grants_per_10k": "invention_grants",
            "hightech_firms_per_10k": "hightech_firms",
            "rd_intensity_pct": "rd_expenditure_100m_cny",
        }.items():
            own = statuses[ratio]
            expected = statuses[above].reindex(own.index).replace({"official": "computed"})
            assert own.to_dict() == expected.to_dict()

    def test_statuses_keep_the_faults(self) -> None:
        counted = load_indicators("cities").groupby("indicator")["status"].value_counts().to_dict()
        assert counted["technology_contracts_10k_cny", "single-source"] == 100
        assert counted["technology_contracts_10k_cny", "official"] == 190
        assert counted["patent_applicants", "single-source"] == 337
        assert counted["invention_grants", "single-source"] == 10
        assert counted["rd_expenditure_100m_cny", "official"] == 200
        assert counted["rd_expenditure_100m_cny", "substituted"] == 89
        assert counted["rd_expenditure_100m_cny", "single-source"] == 4

    def test_inventions_of_cities_add_up_to_their_province(self) -> None:
        found = wide("cities")["invention_grants"].dropna()
        ratio = (
            found.groupby(found.index.str[:2] + "0000").sum()
            / wide("provinces", 2023)["invention_grants_yearbook"]
        )
        # Doubtful where the status says so; provinces with prefectures stay below theirs.
        covered = ratio[["110000", "120000", "310000", "320000", "330000", "370000", "440000"]]
        assert covered.between(0.99, 1.01).all()

    def test_the_framework_weighs_functions_and_size_as_it_says(self) -> None:
        framework = load_framework("cities")
        weight = {node.code: node.weight for node in framework.nodes}
        assert [weight[f] for f in ("research", "technology", "industry", "culture")] == [
            1,
            1,
            1,
            0.5,
        ]
        for function in ("research", "technology", "industry"):
            assert weight[f"{function}_size"] == 2 * weight[f"{function}_intensity"]
        assert len(framework.codes) == 21
        assert not {"gdp_100m_cny", "gdp_per_capita_cny"} & set(framework.codes)
        assert framework.empty_slots().empty

    def test_every_count_has_a_unit_in_both_languages(self) -> None:
        for indicator in load_framework("cities").indicators:
            assert indicator.unit
            assert indicator.unit_en or indicator.unit == "%"


class TestCitiesFromLists:
    def test_units_are_cities_of_the_mainland(self) -> None:
        regions = set(load_indicators("cities-lists")["region"])
        cities = gazetteer().query("level == 'city'")["region_id"]
        assert regions == set(cities) - OUTSIDE
        assert len(regions) == 369

    def test_one_year_per_cell(self) -> None:
        assert not load_indicators("cities-lists").duplicated(["region", "indicator"]).any()

    def test_332_have_output_and_293_are_complete(self) -> None:
        table = wide("cities-lists")[load_framework("cities-lists").codes]
        assert int(table["gdp_100m_cny"].notna().sum()) == 332
        assert int(table.notna().all(axis=1).sum()) == 293

    @pytest.mark.parametrize(("indicator", "total"), COMPLETE_LISTS.items())
    def test_lists_are_complete_so_that_zero_is_zero(self, indicator: str, total: int) -> None:
        counted = wide("cities-lists")[indicator]
        assert counted.sum() == total
        assert counted.notna().all()
        assert (counted == 0).any()

    def test_nothing_else_is_zero(self) -> None:
        values = load_indicators("cities-lists")
        zero = set(values.loc[values["value"] == 0, "indicator"])
        assert zero == {*COMPLETE_LISTS, "double_first_class_disciplines"}

    @pytest.mark.parametrize(
        ("region", "indicator", "year", "value"),
        [
            ("110000", "double_first_class_universities", 2022, 34),
            ("610100", "double_first_class_universities", 2022, 7),
            ("659001", "double_first_class_universities", 2022, 1),
            ("320500", "universities", 2024, 26),
            ("370100", "national_hightech_zones", 2022, 2),
            ("130600", "national_hightech_zones", 2022, 1),
            ("440300", "patent_publications", 2024, 427667),
            ("653000", "patent_applicants", 2024, 64),
            ("310000", "gdp_100m_cny", 2023, 47218.66),
            ("460400", "gdp_100m_cny", 2023, 1002.84),
            ("230100", "population_10k", 2020, 1000.9854),
        ],
    )
    def test_figures_on_record(self, region: str, indicator: str, year: int, value: float) -> None:
        assert cell("cities-lists", region, indicator, year) == value

    def test_universities_of_cities_add_up_to_their_province(self) -> None:
        cities = wide("cities-lists")["double_first_class_universities"]
        summed = cities.groupby(cities.index.str[:2] + "0000").sum()
        assert (
            summed.to_dict() == wide("provinces", 2022)["double_first_class_universities"].to_dict()
        )

    def test_output_of_cities_is_near_that_of_their_province(self) -> None:
        cities = wide("cities-lists")["gdp_100m_cny"].dropna()
        ratio = (
            cities.groupby(cities.index.str[:2] + "0000").sum()
            / wide("provinces", 2023)["gdp_100m_cny"]
        )
        # Hainan, Tibet and Shaanxi have units without a figure; the provinces were revised upwards after the census.
        assert ratio.drop(["460000", "540000", "610000"]).between(0.91, 1.03).all()

    def test_compiled_output_agrees_with_the_communiques(self) -> None:
        checks = load_indicators("checks").query("indicator == 'gdp_100m_cny' and year == 2023")
        ratio = (
            wide("cities-lists")["gdp_100m_cny"] / checks.set_index("region")["value"]
        ).dropna()
        assert len(ratio) == 11
        assert ratio.between(0.98, 1.02).all()

    def test_ratios_per_head(self) -> None:
        table = wide("cities-lists").dropna(subset=["gdp_per_capita_cny"])
        expected = 10_000 * table["gdp_100m_cny"] / table["population_10k"]
        np.testing.assert_allclose(table["gdp_per_capita_cny"], expected, rtol=1e-6)
        expected = table["patent_publications"] / table["population_10k"]
        np.testing.assert_allclose(table["patent_publications_per_10k"], expected, atol=1e-4)

    def test_sansha_has_no_ratios(self) -> None:
        sansha = wide("cities-lists").loc["460300"]
        assert sansha["population_10k"] == 0.22
        assert np.isnan(sansha["patent_publications_per_10k"])

    def test_statuses_follow_the_source(self) -> None:
        statuses = load_indicators("cities-lists").groupby("indicator")["status"].agg(set).to_dict()
        assert statuses["universities"] == {"official"}
        assert statuses["patent_publications"] == {"single-source"}
        assert statuses["gdp_100m_cny"] == {"compiled"}
        assert statuses["population_10k"] == {"compiled", "substituted"}
        assert statuses["double_first_class_disciplines"] == {"official", "substituted"}

    def test_partial_lists_are_not_scored(self) -> None:
        codes = load_framework("cities-lists").codes
        assert "national_innovative_city" not in codes
        assert "double_first_class_disciplines" not in codes


class TestChecks:
    def test_figures_on_record(self) -> None:
        assert cell("checks", "440300", "innovative_city_capability_score", 2019) == 83.8
        assert cell("checks", "110000", "fortune_global_500", 2022) == 54
        assert cell("checks", "shenzhen-hong-kong-guangzhou", "gii_cluster_rank", 2025) == 1

    def test_innovative_cities_are_members_or_unknown(self) -> None:
        listed = load_indicators("checks").query("indicator == 'national_innovative_city'")
        assert set(listed["value"]) == {1.0}
        assert listed["year"].value_counts().to_dict() == {2016: 61, 2018: 17, 2022: 4}


class TestBeijingCooperation:
    def shares(self, dimension: str) -> pd.Series:
        values = load_indicators("beijing_cooperation")
        return values[values["indicator"].str.startswith(f"{dimension}_")].set_index("indicator")[
            "value"
        ]

    @pytest.mark.parametrize("dimension", ["carrier", "partner"])
    def test_full_dimensions_add_up_to_100(self, dimension: str) -> None:
        assert self.shares(dimension).sum() == pytest.approx(100)

    def test_figures_on_record(self) -> None:
        values = load_indicators("beijing_cooperation").set_index(["indicator", "year"])["value"]
        assert [values["cooperating_entities", y] for y in (2012, 2013, 2014, 2018)] == [
            28,
            43,
            261,
            365,
        ]
        assert self.shares("continent").tolist() == [43, 26, 24]
        assert self.shares("district").tolist() == [45, 14.3]


class TestLoading:
    def test_unknown_set(self) -> None:
        with pytest.raises(
            UnknownOptionError, match=r"Unknown indicator set 'province'\. Did you mean 'provinces'"
        ):
            load_indicators("province")

    def test_unknown_edition(self) -> None:
        with pytest.raises(
            UnknownOptionError, match=r"Unknown edition 'officiall'\. Did you mean 'official'"
        ):
            load_indicators("zhang2022", edition="officiall")

    @pytest.mark.parametrize("name", ["provinces", "cities", "cities-lists"])
    def test_sets_with_one_edition(self, name: str) -> None:
        with pytest.raises(SpecError, match=f"'{name}' has only one edition"):
            load_indicators(name, edition="official")
        with pytest.raises(SpecError, match=f"'{name}' has only one edition"):
            compare_editions(name)

    def test_two_loads_share_nothing(self) -> None:
        first = load_indicators("zhang2022")
        first["value"] = 0.0
        assert load_indicators("zhang2022")["value"].sum() > 0
