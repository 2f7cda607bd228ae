"""A study of several tables: how each is read, what they may not say twice, and which names are corrected."""

from __future__ import annotations

import inspect
import json

import pytest

from hubtiers._study_file import DataSection, SourceSection
from hubtiers.errors import DataError, HubtiersError, SpecError
from hubtiers.study import load_study
from hubtiers.table.yearbook.read import read_indicators

FRAMEWORK = """\
code,name_zh,parent,direction,unit
rd,研发经费,,1,亿元
firms,企业数,,1,个
grants,授权量,,1,件
"""
STUDY = """\
[data]
regions = "province"
indicators = {indicators}
framework = "framework.csv"
{more}

[method]
tier = {{ method = "NaturalBreaks", k = 2 }}
"""


@pytest.fixture
def folder(tmp_path):
    files = {
        "framework.csv": FRAMEWORK,
        "a.csv": "地区,研发经费（亿元）\n北京,10\n天津,4\n河北,6\n",
        "b.csv": "大区,市,企业数（个）\n华北,北京市,3\n华北,天津,2\n华北,冀,1\n",
        "c.csv": "地区,授权量（千件）,企业数\n北京,1,3\n天津,2,2\n河北,3,1\n",
        "d.csv": "地区,授权量,企业数\n北京,9,3\n天津,9,7\n河北,9,1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def table_of(folder, indicators: str, more: str = ""):
    text = STUDY.format(indicators=indicators, more=more)
    (folder / "s.toml").write_text(text, encoding="utf-8")
    return load_study(str(folder / "s.toml")).load_table()


NAMES = 'names = "names.csv"'


def test_tables_are_joined_each_read_in_its_own_way(folder):
    (folder / "names.csv").write_text("name,region_id\n冀,130000\n", encoding="utf-8")
    table = table_of(
        folder,
        '["a.csv", { file = "b.csv", region_column = "市", year = 2020 }, { file = "c.csv", only = ["grants"] }]',
        NAMES,
    )
    assert table.values.dropna().to_dict("index") == {
        "110000": {"rd": 10, "firms": 3, "grants": 1000},
        "120000": {"rd": 4, "firms": 2, "grants": 2000},
        "130000": {"rd": 6, "firms": 1, "grants": 3000},
    }
    assert table.report.corrected == {"冀": "130000"}
    assert table.year.loc["110000", "firms"] == 2020


def test_a_value_told_twice_alike_is_one_value(folder):
    table = table_of(folder, '["a.csv", "c.csv", { file = "c.csv", only = ["firms"] }]')
    assert table.values["firms"].dropna().to_dict() == {"110000": 3, "120000": 2, "130000": 1}


def test_tables_that_differ_are_refused_with_both_values(folder):
    with pytest.raises(
        DataError,
        match=r"The tables of the study differ in 'firms' for 天津: 2 in c\.csv, 7 in d\.csv\. Say from which table",
    ):
        table_of(folder, '["a.csv", { file = "c.csv" }, { file = "d.csv", only = ["firms"] }]')


def test_names_of_one_region_meet_across_tables(folder):
    (folder / "e.csv").write_text("地区,企业数\n北京市,4\n天津市,2\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"differ in 'firms' for 北京: 3 in c\.csv, 4 in e\.csv"):
        table_of(folder, '["a.csv", "c.csv", "e.csv"]')


def test_a_missing_value_gives_way_to_the_next_table(folder):
    (folder / "e.csv").write_text("地区,企业数\n北京,—\n天津,2\n河北,5\n", encoding="utf-8")
    (folder / "f.csv").write_text("地区,企业数\n北京,8\n天津,—\n", encoding="utf-8")
    table = table_of(folder, '["a.csv", { file = "c.csv", only = ["grants"] }, "e.csv", "f.csv"]')
    assert table.values["firms"].dropna().to_dict() == {"110000": 8, "120000": 2, "130000": 5}


def test_only_names_what_a_table_gives(folder):
    with pytest.raises(DataError, match=r"c\.csv has no column of an indicator.*It looked for rd"):
        table_of(folder, '["a.csv", { file = "c.csv", only = ["rd"] }]')
    with pytest.raises(
        DataError, match="provinces has no values for 'rd', which its key 'only' names"
    ):
        table_of(folder, '["a.csv", { file = "provinces", only = ["rd"] }]')


def test_the_year_of_a_table_and_of_the_study(folder):
    (folder / "y.csv").write_text(
        "地区,企业数,企业数,授权量\n,2019年,2020年,2020年\n北京,1,5,7\n天津,2,6,8\n",
        encoding="utf-8",
    )
    tables = '[{ file = "a.csv", year = 2020 }, "y.csv"]'
    table = table_of(folder, tables, "year = 2020")
    assert table.values.loc["120000"].tolist() == [4, 6, 8]
    assert table.year.loc["120000"].tolist() == [2020, 2020, 2020]


def test_corrections_set_aside_on_purpose(folder):
    (folder / "b.csv").write_text(
        "市,企业数\n北京,3\n天津,2\n海外某地,9\n河北,1\n", encoding="utf-8"
    )
    (folder / "names.csv").write_text("name,region_id,why\n海外某地,,no region\n", encoding="utf-8")
    tables = '["a.csv", "b.csv", { file = "c.csv", only = ["grants"] }]'
    table = table_of(folder, tables, NAMES)
    assert table.report.corrected == {"海外某地": "-"}
    assert "海外某地 → -" in table.report.to_text()
    assert len(table.values["firms"].dropna()) == 3


def test_corrections_that_fit_nothing(folder):
    (folder / "names.csv").write_text("name,region_id\n北京,999999\n", encoding="utf-8")
    with pytest.raises(HubtiersError, match="999999"):
        table_of(folder, '["a.csv", "c.csv"]', NAMES)
    (folder / "names.csv").write_text("name,region_id\n南京,110000\n", encoding="utf-8")
    with pytest.raises(DataError, match="corrects names that the data do not have: '南京'"):
        table_of(folder, '["a.csv", "c.csv"]', NAMES)


def test_every_keyword_of_the_reader_is_a_key_of_a_study():
    keywords = set(inspect.signature(read_indicators).parameters) - {"path", "framework"}
    assert keywords <= set(SourceSection.model_fields)
    assert keywords - {"year"} <= set(DataSection.model_fields)


def test_keys_for_all_tables_and_for_one(folder):
    (folder / "c.csv").write_text(
        "甲,乙,授权量\n北京,天津,1\n天津,北京,2\n河北,河北,3\n", encoding="utf-8"
    )
    (folder / "b.csv").write_text("甲,企业数\n北京,3\n天津,2\n河北,1\n", encoding="utf-8")
    tables = '[{ file = "a.csv", region_column = "地区" }, "b.csv", { file = "c.csv", region_column = "乙" }]'
    table = table_of(folder, tables, 'region_column = "甲"')
    assert table.values.loc["110000"].tolist() == [10, 3, 2]
    with pytest.raises(DataError, match="limit max_cells is 3"):
        table_of(folder, '[{ file = "a.csv", limits = { max_cells = 3 } }, "c.csv"]')
    with pytest.raises(
        SpecError, match=r"'max_cell' is no limit of a file\. Did you mean 'max_cells'"
    ):
        table_of(folder, '"a.csv"', "limits = { max_cell = 3 }")


@pytest.mark.parametrize(
    ("indicators", "match"),
    [
        ("[]", "'data.indicators' is"),
        ("5", "'data.indicators"),
        (
            '[{ file = "a.csv", sheeet = "1" }]',
            r"unknown key 'data.indicators.0.sheeet'. Did you mean 'sheet'",
        ),
        ("[{ year = 2020 }]", "needs either file = … or column = …"),
        ('[{ file = "a.csv", column = "x" }]', "needs either file = … or column = …"),
    ],
)
def test_lists_of_tables_that_are_wrong(folder, indicators, match):
    with pytest.raises(SpecError, match=match):
        table_of(folder, indicators)


@pytest.mark.parametrize(
    "written",
    [
        "cities",
        "a.csv",
        ["rd", "firms"],
        ["a.csv", "b.csv"],
        ["a.csv", {"file": "b.csv", "region_column": "市"}],
        [{"file": "cities", "only": ["rd"]}],
    ],
)
def test_what_a_study_says_is_kept_as_it_was_written(written):
    section = DataSection.model_validate({"indicators": written})
    dumped = section.model_dump(mode="json")
    assert dumped["indicators"] == written
    assert DataSection.model_validate(json.loads(json.dumps(dumped))) == section


def test_counts_of_merged_units_in_a_study(folder):
    (folder / "m.csv").write_text("城市,企业数\n济南,5\n莱芜,2\n青岛,4\n", encoding="utf-8")
    (folder / "framework.csv").write_text(
        "code,name_zh,parent,direction\nfirms,企业数,,1\n", encoding="utf-8"
    )
    text = STUDY.replace('"province"', '"city"')
    (folder / "s.toml").write_text(
        text.format(indicators='"m.csv"', more='merged = "add"'), encoding="utf-8"
    )
    table = load_study(str(folder / "s.toml")).load_table()
    assert table.values["firms"].dropna().to_dict() == {"370100": 7, "370200": 4}
    (folder / "s.toml").write_text(text.format(indicators='"m.csv"', more=""), encoding="utf-8")
    with pytest.raises(DataError, match=r'370100 \(济南, 莱芜\).*merged = "add" in \[data\]'):
        load_study(str(folder / "s.toml")).load_table()


TITLED = "主要科技指标（2015年）,\n地区,研发经费（万元）\n全国,200000\n北京①,100000\n天津,40000\n河北,60000\n"


def write_titled(folder, *codes):
    """Write the table with a title, and the framework of some of its indicators."""
    (folder / "t.csv").write_text(TITLED, encoding="utf-8")
    head, *rows = FRAMEWORK.splitlines()
    kept = [head, *(row for row in rows if row.split(",")[0] in codes)]
    (folder / "framework.csv").write_text("\n".join(kept), encoding="utf-8")


@pytest.mark.parametrize("year", [2022, 2014])
def test_a_year_in_the_title_against_that_of_the_study_is_refused_until_one_is_chosen(folder, year):
    write_titled(folder, "rd")
    said = (
        rf"t\.csv says 2015 in its title, but the study year = {year}\. .* year = 2015 in \[data\]"
    )
    with pytest.raises(DataError, match=said):
        table_of(folder, '["t.csv"]', f"year = {year}")
    assert set(table_of(folder, '["t.csv"]', "year = 2015").year["rd"].dropna()) == {2015}
    chosen = f'[{{ file = "t.csv", year = {year} }}]'
    assert set(table_of(folder, chosen, f"year = {year}").year["rd"].dropna()) == {year}


def test_how_files_were_read_reaches_record_report_and_notes(folder, tmp_path):
    write_titled(folder, "rd", "firms")
    text = STUDY.format(indicators='["t.csv", "b2.csv"]', more="")
    (folder / "b2.csv").write_text(
        "序号,地区,企业数\n1,北京,3\n2,天津,2\n3,河北,1\n", encoding="utf-8"
    )
    more = "[robustness]\ndraws = 0\n[output]\nfigures = false\ntables = false\nbrief = false\n"
    (folder / "s.toml").write_text(text + more, encoding="utf-8")
    outcome = load_study(str(folder / "s.toml")).run()
    said = "\n".join(outcome.notes)
    assert "t.csv: set aside: 全国" in said
    assert "t.csv: footnote marks removed: 1" in said
    assert "t.csv: converted: '研发经费（万元）' → rd 2015 in 亿元 (from 万元, × 0.0001)" in said
    assert "t.csv: the year 2015 was taken from the title" in said
    assert "b2.csv: ignored: 序号" in said
    outcome.save(tmp_path / "out")
    record = json.loads((tmp_path / "out/run.json").read_text(encoding="utf-8"))
    assert [lines[0].split(",")[0] for lines in record["reading"]] == ["t.csv", "b2.csv"]
    assert "  set aside: 全国" in record["reading"][0]
    report = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    for told in ("主要科技指标（2015年）", "北京①", "taken from the title"):
        assert told in report


def test_names_that_are_kept_out_are_told(folder):
    write_titled(folder, "rd")
    (folder / "e.csv").write_text(
        "地区,研发经费（亿元）\n北京,10\n天津,4\n安乐乡,6\n", encoding="utf-8"
    )
    text = STUDY.format(indicators='["e.csv"]', more='unmatched = "keep"')
    (folder / "s.toml").write_text(text + "[robustness]\ndraws = 0\n", encoding="utf-8")
    notes = load_study(str(folder / "s.toml")).run().notes
    assert "names of the data that belong to no region and are left out: '安乐乡'." in notes
