"""Plans of hubs: templates to fill, shares of the way to a target, and what cannot be said."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import box

import hubtiers as ht
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, Group, Indicator, location_factors
from hubtiers.hubs.plan import attainment, load_targets, read_plan, read_rows

VALUES = pd.DataFrame(
    [
        ("rd", 2020, 2.0),
        ("rd", 2021, 2.2),
        ("rd", 2023, 2.9),
        ("energy", 2020, 50.0),
        ("energy", 2023, 46.0),
        ("firms", 2019, 100.0),
        ("firms", 2023, 220.0),
        ("papers", 2020, 10.0),
        ("papers", 2023, 8.0),
        ("talent", 2023, 7.0),
    ],
    columns=["indicator", "year", "value"],
)
TARGETS = pd.DataFrame(
    [
        ("rd", 3.0, 2025, 2020.0),
        ("energy", 40.0, 2025, None),
        ("firms", 200.0, 2025, None),
        ("papers", 20.0, 2025, None),
        ("talent", 9.0, 2025, None),
        ("museums", 30.0, 2025, None),
    ],
    columns=["indicator", "target", "target_year", "base_year"],
)


def with_cell(frame: pd.DataFrame, row: int, column: str, cell: object) -> pd.DataFrame:
    changed = frame.astype({column: "object"})
    changed.loc[row, column] = cell
    return changed


def test_share_of_the_way_up_and_down() -> None:
    found = attainment(VALUES, TARGETS, 2023)
    table = found.to_frame().set_index("indicator")
    assert table["share"].drop(["talent", "museums"]).to_dict() == pytest.approx(
        {"rd": 0.9, "energy": 0.4, "firms": 1.2, "papers": -0.2}
    )
    assert table["pace"].drop(["talent", "museums"]).to_dict() == pytest.approx(
        {"rd": 0.6, "energy": 0.6, "firms": 4 / 6, "papers": 0.6}
    )
    assert table["expected"].drop(["talent", "museums"]).to_dict() == pytest.approx(
        {"rd": 2.6, "energy": 44.0, "firms": 100 + 400 / 6, "papers": 16.0}
    )
    assert table["status"].to_dict() == {
        "rd": "on course",
        "energy": "behind",
        "firms": "reached",
        "papers": "behind",
        "talent": "no base",
        "museums": "no value",
    }
    assert table["on_course"].fillna(value=False).tolist() == [True, False, True] + [False] * 3
    assert table["on_course"].isna().sum() == 2
    assert found.missing[["code", "reason"]].to_numpy().tolist() == [
        ["talent", "no base"],
        ["museums", "no value"],
    ]
    assert repr(found) == (
        "<Attainment 2023: 6 targets, 1 reached, 1 on course, 2 behind; 2 missing>"
    )
    assert "<td>no base</td>" in found._repr_html_()


def test_on_the_line_is_on_course_and_a_year_without_a_value_is_missing() -> None:
    values = pd.DataFrame({"indicator": "x", "year": [2020, 2022], "value": [0.1, 0.3]})
    targets = pd.DataFrame({"indicator": ["x"], "target": [0.6], "target_year": [2025]})
    assert attainment(values, targets, 2022).table["status"].tolist() == ["on course"]
    found = attainment(values, targets, 2021)
    assert found.table["status"].tolist() == ["no value"]
    assert found.table["expected"].tolist() == pytest.approx([0.2])
    assert found.missing["reason"].tolist() == ["no value"]


def test_each_region_has_its_own_way() -> None:
    values = pd.concat([VALUES.assign(region="a"), VALUES.assign(region="b", value=2.0)])
    values.loc[(values["region"] == "b") & (values["year"] == 2023), "value"] = 4.0
    wanted = pd.DataFrame(
        {"region": ["a", "b"], "indicator": "rd", "target": [3.0, 8.0], "target_year": 2025}
    )
    table = attainment(values, wanted, 2023).table.set_index("region")
    assert table["share"].to_dict() == pytest.approx({"a": 0.9, "b": 1 / 3})
    with pytest.raises(DataError, match=r"several regions \(a, b\), but the targets name none"):
        attainment(values, wanted[:1].drop(columns="region"), 2023)
    with pytest.raises(DataError, match="targets name regions, but the values do not"):
        attainment(VALUES, wanted, 2023)


@pytest.mark.parametrize(
    ("values", "targets", "year", "message"),
    [
        (
            VALUES,
            with_cell(TARGETS, 0, "base_year", 2019),
            2023,
            "no 'rd' of its base year 2019; they have 2020, 2021, 2023",
        ),
        (
            VALUES,
            with_cell(with_cell(TARGETS, 0, "base_year", 2021), 0, "target_year", 2021),
            2021,
            "target of 'rd' is for 2021, which is not after its base year 2021",
        ),
        (VALUES, with_cell(TARGETS, 0, "target", 2.0), 2023, "is 2, which is its base in 2020"),
        (VALUES, TARGETS, 2026, "2026 lies outside the plan of 'rd'.*after 2020 and up to 2025"),
        (VALUES, TARGETS, 2020, "2020 lies outside the plan of 'rd'"),
        (pd.concat([VALUES, VALUES[:1]]), TARGETS, 2023, "row of the values is of rd 2020"),
        (VALUES, pd.concat([TARGETS, TARGETS[:1]]), 2023, "row of the targets is of rd"),
        (
            with_cell(VALUES, 0, "value", float("inf")),
            TARGETS,
            2023,
            "'value' of the values holds no finite number for 'rd'",
        ),
        (
            VALUES,
            with_cell(TARGETS, 1, "target", "many"),
            2023,
            "'target' of the targets holds no finite number for 'energy'",
        ),
        (with_cell(VALUES, 0, "year", 2020.5), TARGETS, 2023, "holds no whole year for 'rd'"),
    ],
)
def test_bad_plans_get_a_sentence(values, targets, year, message) -> None:
    with pytest.raises(DataError, match=message):
        attainment(values, targets, year)


def test_columns_are_named_when_they_lack() -> None:
    with pytest.raises(MissingColumnError, match="The values lacks the column 'year'"):
        attainment(VALUES.drop(columns="year"), TARGETS, 2023)
    with pytest.raises(MissingColumnError, match="The plan lacks the columns 'base_year', 'base'"):
        read_plan(TARGETS.drop(columns="base_year"))


def test_beijings_plan_as_the_paper_tells_it() -> None:
    values, targets = ht.load_indicators("beijing_plan"), load_targets("beijing_plan")
    stated = values.set_index(["indicator", "year"])["value"]
    assert stated["basic_research_share_pct", 2014] == 12.6
    assert stated["basic_research_share_pct", 2022] == 16.6
    assert stated["technology_contracts_100m_cny", 2023] == 8536.9
    assert stated["digital_economy_100m_cny", 2022] == 17330.2
    assert set(values["status"]) == {"printed"}
    assert dict(zip(targets["indicator"], targets["target"], strict=True)) == {
        "little_giants_national": 500,
        "little_giants_municipal": 1000,
        "specialised_firms_municipal": 5000,
    }
    framework = ht.load_framework("beijing_plan")
    found = attainment(values, targets, 2023, framework=framework)
    assert found.table["status"].tolist() == ["no value"] * 3
    assert found.table["name_zh"].iloc[0] == "国家级专精特新“小巨人”企业"
    # Eight indicators without target, three targets without value, three dimensions and fourteen slots.
    assert found.missing["reason"].value_counts().to_dict() == {
        "empty slot": 17,
        "no target": 8,
        "no value": 3,
    }
    with pytest.raises(UnknownOptionError, match="Unknown plan 'beijing'. Did you mean"):
        load_targets("beijing")


def test_templates_have_slots_and_are_filled(tmp_path: Path) -> None:
    plan = ht.load_framework("hub-plan")
    dimensions = ["science_centre", "innovation_highland", "innovation_ecology"]
    assert [group.code for group in plan.groups if not group.slot] == dimensions
    assert plan.empty_slots()["slot"].value_counts().to_dict() == {"slot": 14, "group": 3}
    assert plan.codes == []
    assert repr(plan).endswith("innovation_ecology (0); 14 slots to fill>")
    factors = location_factors()
    slots = {level: len(factors.children(level)) for level in factors.children()}
    assert slots == {"macro": 6, "meso": 4, "micro": 4}
    below = factors.fill([Indicator("flights", parent="flows_and_hubs")])
    assert below.children("flows_and_hubs") == ["flights"]
    filled = below.fill({"market": Indicator("retail"), "peers": Indicator("firms", parent="meso")})
    assert filled.children("meso") == [
        "flows_and_hubs",
        "diverse_industry",
        "liveability",
        "retail",
        "firms",
    ]
    empty = filled.empty_slots()
    assert empty.loc[empty["slot"] == "group", "code"].tolist() == ["macro", "micro"]
    assert (empty["slot"] == "slot").sum() == 11
    for framework in (plan, factors, filled):
        framework.to_csv(tmp_path / "f.csv")
        assert Framework.from_csv(tmp_path / "f.csv") == framework
    with pytest.raises(SpecError, match="the code 'macro' more than once"):
        factors.fill([Indicator("macro")])
    with pytest.raises(UnknownOptionError, match="Unknown empty slot 'flows_and_hubs'"):
        below.fill({"flows_and_hubs": Indicator("trains")})


def test_a_filled_template_scores_and_says_what_it_leaves_open() -> None:
    factors = location_factors().fill(
        [
            Indicator("rd_intensity_pct", parent="talent"),
            Indicator("invention_grants", parent="market"),
        ]
    )
    values = ht.load_indicators("provinces").query("year == 2022")
    table = ht.join_indicators(
        ht.load_regions("province"), values, framework=factors, unmatched="keep"
    )
    result = ht.Scheme(tier=ht.NaturalBreaks(3)).run(table)
    assert result.scores["110000"] == pytest.approx(
        result.sub_scores.loc["110000", ["macro", "meso"]].mean()
    )
    assert result.table.framework.empty_slots()["code"].tolist() == [
        "micro",
        "economy",
        "culture",
        "services",
        "openness",
        "government",
        "flows_and_hubs",
        "diverse_industry",
        "liveability",
        "pleasant_setting",
        "face_to_face",
        "peers",
        "identity",
    ]


def test_what_ships_is_listed() -> None:
    sets = ht.list_datasets()
    kinds = sets.groupby("kind")["name"].agg(list)
    assert kinds["framework"] == ["hub-plan", "location-factors"]
    assert kinds["flows"] == ["china-rail-2016", "china-travel-2023"]
    assert kinds["distances"] == ["china-rail-2016"]
    ours = sets[sets["kind"].isin(["framework", "flows", "distances"])]
    assert (ours[["title_zh", "title_en", "terms"]] != "").all(axis=None)


def test_an_unfilled_template_scores_nothing(tmp_path: Path) -> None:
    table = pd.DataFrame({"rd": [1.0, 2.0]}, index=["110000", "120000"])
    message = "a template: 14 slots and no indicator. Write it with to_csv"
    with pytest.raises(SpecError, match=message):
        ht.IndicatorTable.from_frame(table, framework=location_factors())
    with pytest.raises(SpecError, match=message):
        ht.join_indicators(ht.load_regions("province"), table, framework=location_factors())
    study = tmp_path / "s.toml"
    study.write_text(
        '[data]\nindicators = "zhang2022"\nframework = "hub-plan"\n[method]\ntier = "NaturalBreaks"\n',
        encoding="utf-8",
    )
    with pytest.raises(SpecError, match=message):
        ht.load_study(study).run()
    with pytest.raises(SpecError, match="The framework has no indicator"):
        Framework((), (Group("macro"),))
    (tmp_path / "f.csv").write_text("code,parent,direction,kind\nrd,,1,slot\n", encoding="utf-8")
    with pytest.raises(SpecError, match="line 2: 'rd' has a direction.*of the kind 'slot'"):
        Framework.from_csv(tmp_path / "f.csv")
    with pytest.raises(UnknownOptionError, match="Did you mean 'location-factors'"):
        ht.load_framework("location-factor")


def test_plans_at_the_command_line(hubtiers, tmp_path: Path) -> None:
    VALUES.to_csv(tmp_path / "values.csv", index=False)
    TARGETS.to_csv(tmp_path / "targets.csv", index=False)
    run = hubtiers(
        "attain", "values.csv", "--targets", "targets.csv", "--year", "2023", "--out", "a.csv",
        cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "1 reached, 1 on course, 2 behind; 2 missing" in run.stdout
    written = pd.read_csv(tmp_path / "a.csv").set_index("indicator")
    assert written.loc["rd", "share"] == pytest.approx(0.9)
    (tmp_path / "plan.csv").write_text(
        "indicator,base_year,base,year,value,target_year,target\n"
        "rd,2020,2,2021,2.2,2025,3\nrd,2020,2,2023,2.9,2025,3\nenergy,2020,50,2023,,2025,40\n",
        encoding="utf-8",
    )
    run = hubtiers("attain", "plan.csv", "--year", "2023", cwd=tmp_path)
    assert "2 targets, 0 reached, 1 on course, 0 behind; 1 missing" in run.stdout
    assert hubtiers("attain", "beijing_plan", "--year", "2023", cwd=tmp_path).returncode == 0
    for words, sentence in (
        (("attain", "plan.csv", "--year", "2030"), "2030 lies outside the plan of 'rd'"),
        (("attain", "none.csv", "--year", "2023"), "none.csv is no CSV file"),
        (("framework", "hub-plans"), "Did you mean 'hub-plan'"),
    ):
        bad = hubtiers(*words, cwd=tmp_path)
        assert bad.returncode == 1
        assert sentence in bad.stderr
        assert "Traceback" not in bad.stderr
    shown = hubtiers("framework", "location-factors", "--out", "f.csv", cwd=tmp_path)
    assert "14 slots to fill" in shown.stdout
    assert Framework.from_csv(tmp_path / "f.csv") == location_factors()


STUDY = """
title_en = "Three places and a plan"
[data]
indicators = "data.csv"
regions = "layer.geojson"
id_column = "code"
name = "name"
[method]
tier = { method = "NaturalBreaks", k = 2 }
[robustness]
draws = 0
[output]
explorer = false
figures = false
[plan]
file = "values.csv"
targets = "targets.csv"
framework = "framework.csv"
year = 2023
"""


def test_a_study_tells_of_its_plan(hubtiers, tmp_path: Path) -> None:
    """In files, report and workbook, of a country that is none."""
    shapes = [box(number, 0, number + 1, 1) for number in range(3)]
    places = {"code": ["a", "b", "c"], "name": ["Ayton", "Beeham", "Ceeby"]}
    gpd.GeoDataFrame(places, geometry=shapes, crs=4326).to_file(tmp_path / "layer.geojson")
    (tmp_path / "data.csv").write_text("name,rd\nAyton,1\nBeeham,2\nCeeby,9\n", encoding="utf-8")
    VALUES.to_csv(tmp_path / "values.csv", index=False)
    TARGETS.to_csv(tmp_path / "targets.csv", index=False)
    named = Indicator("rd", name_zh="研发", name_en="R&D <b>", parent="science_centre")
    plan = ht.load_framework("hub-plan").fill({"target_01": named})
    plan.to_csv(tmp_path / "framework.csv")
    study = tmp_path / "study.toml"
    study.write_text(STUDY, encoding="utf-8")
    run = hubtiers("build", "study.toml", "--out", "out", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    table = pd.read_csv(tmp_path / "out" / "plan.csv", index_col="indicator")
    assert table.loc["rd", ["share", "status"]].tolist() == [pytest.approx(0.9), "on course"]
    missing = pd.read_csv(tmp_path / "out" / "plan_missing.csv", index_col="code")
    assert missing["reason"].value_counts().to_dict() == {
        "empty slot": 15,
        "no base": 1,
        "no value": 1,
    }
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    section = report[report.index('id="plan"') :]
    assert "Targets reached in 2023: 1 of 6; on course: 1; behind: 2." in section
    assert "R&amp;D &lt;b&gt;" in section
    assert "<b>" not in section.split("</section>")[0]
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in section.split("<footer")[0])
    book = openpyxl.load_workbook(tmp_path / "out" / "tables.xlsx")
    sheet = next(sheet for sheet in book if sheet.title.startswith("Targets of the plan"))
    assert "R&D <b>" in [cell.value for cell in sheet["A"]]
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert {"values.csv", "targets.csv", "framework.csv"} <= set(record["inputs"])
    ships = STUDY.replace('"values.csv"\ntargets = "targets.csv"', '"beijing_plan"')
    study.write_text(ships.replace('"framework.csv"', '"hub-plan"'), encoding="utf-8")
    outcome = ht.load_study(study).run()
    assert outcome.hubs.plan.table["status"].tolist() == ["no value"] * 3
    told = {"beijing_plan/targets.csv", "beijing_plan/values.csv", "frameworks/hub-plan"}
    assert told <= set(outcome.inputs)
    assert all(path.is_file() for path in outcome.inputs.values())
    for old, new, sentence in (
        ("year = 2023", "year = 2031", "2031 lies outside the plan"),
        ("year = 2023", "yaer = 2023", "unknown key 'plan.yaer'. Did you mean 'year'"),
        ('"targets.csv"', '"none.csv"', "none.csv is no CSV file"),
    ):
        study.write_text(STUDY.replace(old, new), encoding="utf-8")
        bad = hubtiers("build", "study.toml", "--out", "bad", cwd=tmp_path)
        assert bad.returncode == 1
        assert sentence in bad.stderr
        assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no table with a header .* No columns to parse"),
        (b"\r\n\r\n", "no table with a header"),
        (b'indicator,value\n"a,1\n', "no table with a header .* EOF inside string"),
        (b"indicator,value\na,1\nb,1,2\n", "Expected 2 fields in line 3, saw 3"),
        (b"indicator,value\na,1,2\n", r"more cells than its header, 'indicator', 'value'\. Give"),
        (b"indicator,value\n\x80\xff\xff,1\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_broken_table_is_a_sentence(tmp_path, content, match):
    path = tmp_path / "values.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=match):
        read_rows(path)


def test_a_table_in_gb18030_is_read(tmp_path):
    path = tmp_path / "values.csv"
    path.write_bytes("region,indicator,value\n北京,01,3\n".encode("gb18030"))
    assert read_rows(path).to_dict("records") == [{"region": "北京", "indicator": "01", "value": 3}]
