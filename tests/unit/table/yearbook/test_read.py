from __future__ import annotations

import builtins
import importlib.util
import math
import struct
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hubtiers.errors import (
    DataError,
    HubtiersError,
    MissingColumnError,
    MissingDependencyError,
    SpecError,
)
from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.read import ReadLimits, ReadReport, read_indicators

_SPEC = importlib.util.spec_from_file_location(
    "yearbook", Path(__file__).parents[3] / "yearbook.py"
)
yearbook = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(yearbook)

GDP = Framework(
    (
        Indicator("gdp", "地区生产总值", "GDP", unit="亿元"),
        Indicator("pop", "人口", "Population", unit="万人"),
    )
)


def read(folder: Path, text: str, *, name: str = "表.csv", encoding: str = "utf-8", **kwargs):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_indicators(path, **kwargs)


def workbook(
    folder: Path,
    sheets: dict[str, list[list[object]]],
    merges: tuple[str, ...] = (),
    name: str = "年鉴.xlsx",
) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for merge in merges:
            sheet.merge_cells(merge)
    book.save(folder / name)
    return folder / name


def rewrite(path: Path, part: str, old: str, new: str) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {info: archive.read(info) for info in archive.namelist()}
    assert old in parts[part].decode()
    parts[part] = parts[part].decode().replace(old, new).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in parts.items():
            archive.writestr(info, content)
    return path


def triples(file) -> dict[tuple[str, str], float]:
    return {
        (r, i): v
        for r, i, v in file.values[["region", "indicator", "value"]].itertuples(index=False)
    }


def column(folder: Path, cells: list[object], header: str = "人口（万人）") -> list[float]:
    """Read one column of raw texts, one region each."""
    quoted = "\n".join(f'区{n},"{cell}"' for n, cell in enumerate(cells))
    return read(folder, f"地区,{header}\n{quoted}\n").values["value"].tolist()


# --- the ugly yearbook ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["xlsx", "xls", "gb18030", "utf-8-sig", "semicolon", "tab"])
def ugly(request, tmp_path):
    match request.param:
        case "xlsx":
            return yearbook.write_xlsx(tmp_path / "年鉴.xlsx")
        case "xls":
            pytest.importorskip("xlwt")
            return yearbook.write_xls(tmp_path / "年鉴.xls")
        case "semicolon":
            return yearbook.write_csv(tmp_path / "年鉴.csv", delimiter=";")
        case "tab":
            return yearbook.write_csv(tmp_path / "年鉴.txt", delimiter="\t")
        case encoding:
            return yearbook.write_csv(tmp_path / "年鉴.csv", encoding=encoding)


def test_ugly_yearbook_reads_back_to_the_exact_numbers(ugly):
    file = read_indicators(ugly, framework=yearbook.FRAMEWORK)
    keys = file.values[["region", "indicator", "year"]].itertuples(index=False, name=None)
    got = dict(zip(keys, file.values["value"], strict=True))
    assert {k: None if math.isnan(v) else v for k, v in got.items()} == yearbook.EXPECTED
    assert len(file.values) == len(yearbook.EXPECTED)


def test_report_of_the_ugly_yearbook(ugly):
    report = read_indicators(ugly, framework=yearbook.FRAMEWORK).report
    assert report.header_rows == (4, 5, 6)
    assert report.region_column == ("A", "地 区")
    assert report.layout == "wide"
    assert [
        (c.column, c.indicator, c.rule, c.year, c.unit_from, c.factor) for c in report.columns
    ] == [
        ("B", "gdp", "name_zh", 2021, "header", 1e-4),
        ("C", "gdp", "name_zh", 2022, "header", 1e-4),
        ("D", "population", "name_zh", 2021, "header", 1e-4),
        ("E", "population", "name_zh", 2022, "header", 1e-4),
        ("F", "rd_intensity", "alias", 2022, "header", 1.0),
        ("G", "patents", "name_zh", 2022, "header", 1.0),
        ("H", "expenditure", "name_zh", 2022, "title", 1e4),
    ]
    assert [c.indicator for c in report.conversions] == [
        "gdp",
        "gdp",
        "population",
        "population",
        "patents",
        "expenditure",
    ]
    assert report.ignored == (("I", "备注", "not in the framework"),)
    assert list(dict.fromkeys((s.row, s.name) for s in report.set_aside)) == [
        (8, "全国合计"), (9, "东部地区"), (13, "西部地区"), (15, "东北地区"),
    ]  # fmt: skip
    assert [s.value for s in report.set_aside if s.name == "全国合计"][:2] == [114923.7, 120472.4]
    assert dict(report.missing) == {"(blank)": 8, "—": 1, "..": 1, "…": 1, "NA": 1, "×": 1, "空": 1}
    assert [(cell.rpartition("!")[2], value) for cell, _, value in report.footnotes if cell != "H, header"] == [
        ("A11", "天津"), ("C12", "423704000"), ("C14", "231590000"),
        ("D11", "13730000"), ("G10", "202722"), ("G11", "71545"),
    ]  # fmt: skip
    assert [row for row, _ in report.title_rows] == [1, 2, 3]
    assert report.footnote_rows == ((18, "注：①2022年为快报数。"), (19, "资料来源：国家统计局"))
    assert "row 7 numbers the columns and was left out" in report.notes
    assert "not in the file: hospitals" in report.notes


def test_values_of_the_ugly_yearbook_say_where_they_come_from(tmp_path):
    values = read_indicators(
        yearbook.write_xlsx(tmp_path / "a.xlsx"), framework=yearbook.FRAMEWORK
    ).values
    assert list(values.columns) == [
        "region",
        "indicator",
        "value",
        "year",
        "unit",
        "source",
        "status",
        "cell",
    ]
    assert values["year"].dtype == "Int64"
    assert values["value"].dtype == "float64"
    row = values[(values["region"] == "天津") & (values["indicator"] == "patents")].iloc[0]
    assert row.to_list() == ["天津", "patents", 71545.0, 2022, "件", "国家统计局", "", "3-5!G11"]


# --- cells ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0), ("１２．５", 12.5), ("1,234,567", 1234567.0), ("1，234", 1234.0), ("1 234.5", 1234.5),
        ("1\u00a0234", 1234.0), ("−3", -3.0), ("－3", -3.0), ("–3", -3.0), ("+4", 4.0), (".5", 0.5), ("5.", 5.0),
        ("1.2E+05", 120000.0), ("1e-05", 1e-05), ("  7 ", 7.0),
        ("0.1", 0.1), ("123456789012345678", 123456789012345678.0),
    ],
)  # fmt: skip
def test_numbers(tmp_path, text, value):
    assert column(tmp_path, [text]) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("123①", 123.0), ("123*", 123.0), ("123**", 123.0),
        ("123a", 123.0), ("123[1]", 123.0),
        ("123（1）", 123.0), ("123 (注)", 123.0), ("123¹", 123.0), ("12³²", 12.0),
        ("1,234②", 1234.0), ("5†‡", 5.0), ("123①[2]", 123.0), ("5₂", 5.0), ("12#", 12.0),
    ],
)  # fmt: skip
def test_footnote_marks_are_removed_and_recorded(tmp_path, text, value):
    file = read(tmp_path, f'地区,人口\n北京,"{text}"\n上海,7\n')
    assert file.values["value"].tolist() == [value, 7.0]
    assert file.report.footnotes == (("B2", text, f"{value:g}"),)


@pytest.mark.parametrize(
    "mark",
    [
        "—",
        "–",
        "-",
        "…",
        "..",
        ".",
        "空",
        "无",
        "NA",
        "N/A",
        "n.a.",
        "缺",
        "×",
        "",
        "--",
        "……",
        "nan",
        "—①",
    ],
)
def test_missing_marks_are_nan_and_counted(tmp_path, mark):
    file = read(tmp_path, f'地区,人口\n北京,"{mark}"\n上海,7\n')
    assert math.isnan(file.values["value"][0])
    assert file.values["value"][1] == 7.0
    assert sum(count for _, count in file.report.missing) == 1


@pytest.mark.parametrize(
    "text",
    ["约12", "12-15", "(123)", "10⁶", "1.2b", "5k",
     "1.2.3", "12亿", "inf", "1e999", "#DIV/0!", "*", "①", "TRUE",
     "0x1F", "１２３四", "3.0×10⁴", "123(45.6)", "٣", "9" * 400],
)  # fmt: skip
def test_what_is_no_number_is_named_with_its_place(tmp_path, text):
    with pytest.raises(
        DataError, match=r"表\.csv: cell is no number: C3 \(row 3, column C, '人口'\): "
    ) as caught:
        read(tmp_path, f'地区,面积,人口\n北京,1,2\n上海,3,"{text}"\n')
    assert repr(text[:40]) in str(caught.value)


def test_only_five_cells_that_are_no_numbers_are_listed(tmp_path):
    path = workbook(
        tmp_path, {"表1": [["地区", "gdp"], ["北京", 1], *[[f"区{n}", f"约{n}"] for n in range(8)]]}
    )
    with pytest.raises(
        DataError, match=r"sheet '表1': 8 cells are no numbers: 表1!B3 .*'约4' and 3 more"
    ):
        read_indicators(path)


def test_percent_cells(tmp_path):
    file = read(
        tmp_path, "地区,城镇化率,研发强度(%),占比（比例）\n北京,87.5%,6.5%,12.3%\n上海,0,4.4,0.25\n"
    )
    assert triples(file) == {
        ("北京", "城镇化率"): 87.5, ("上海", "城镇化率"): 0.0, ("北京", "研发强度"): 6.5, ("上海", "研发强度"): 4.4,
        ("北京", "占比"): 0.123, ("上海", "占比"): 0.25,
    }  # fmt: skip
    assert [(c.unit, c.unit_from) for c in file.report.columns] == [
        ("%", "cells"),
        ("%", "header"),
        ("比例", "header"),
    ]


def test_percent_cells_among_bare_numbers_are_refused(tmp_path):
    with pytest.raises(
        DataError,
        match=r"column B \('城镇化率'\) has 1 cells with % and 1 without, and no unit. Pass units=",
    ):
        read(tmp_path, "地区,城镇化率\n北京,87.5%\n上海,0.89\n")
    with pytest.raises(DataError, match=r"is in '亿元', but 1 of its cells are marked %"):
        read(tmp_path, "地区,gdp（亿元）\n北京,87.5%\n上海,0.89\n")


def test_percent_format_of_a_workbook_is_read_as_shown(tmp_path):
    path = workbook(
        tmp_path,
        {
            "a": [
                ["地区", "强度(%)", "率", "数"],
                ["北京", 0.0683, 0.57, 0.5],
                ["上海", 4.4, 0.29, 0.25],
            ]
        },
    )
    book = openpyxl.load_workbook(path)
    book["a"]["B2"].number_format = "0.00%"
    book["a"]["C2"].number_format = book["a"]["C3"].number_format = "0%"
    book["a"]["D2"].number_format = '0.0"%"'
    book.save(path)
    assert read_indicators(path).values["value"].tolist() == [6.83, 4.4, 57.0, 29.0, 0.5, 0.25]


# --- headers, units, framework -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "gdp（万元）", "gdp(万元)", "gdp[万元]", "gdp，万元", '"gdp,万元"', "gdp/万元", "GDP (10 000 yuan)",
        '"gdp\n(万元)"',
        '"gdp\n万元"', "地区生产总值（当年价）",
    ],
)  # fmt: skip
def test_units_in_headers(tmp_path, header):
    units = {"地区生产总值（当年价）": "万元"} if "当年价" in header else None
    framework = Framework((Indicator("gdp", "地区生产总值(当年价)", "GDP", unit="亿元"),))
    file = read(tmp_path, f"地区,{header}\n北京,416109000\n", framework=framework, units=units)
    assert triples(file) == {("北京", "gdp"): 41610.9}
    assert (file.report.columns[0].factor, file.report.columns[0].unit, file.values["unit"][0]) == (
        1e-4,
        "亿元",
        "亿元",
    )


@pytest.mark.parametrize(
    ("written", "wanted", "factor"),
    [
        ("亿元", "万元", 1e4), ("千元", "亿元", 1e-5), ("100 million yuan", "亿元", 1.0),
        ("元", "亿元", 1e-8), ("人", "万人", 1e-4),
        ("千人", "万人", 0.1), ("‰", "%", 0.1), ("比例", "%", 100.0),
        ("项", "件", 1.0), ("万件", "个", 1e4), ("公顷", "平方公里", 0.01),
        ("km²", "平方公里", 1.0), ("元/人", "万元/人", 1e-4), ("亿元/万人", "元/人", 1e4), ("百万美元", "亿美元", 0.01),
    ],
)  # fmt: skip
def test_factors_within_a_dimension(tmp_path, written, wanted, factor):
    framework = Framework((Indicator("x", unit=wanted),))
    file = read(tmp_path, f"地区,x（{written}）\n北京,3\n", framework=framework)
    assert file.values["value"][0] == pytest.approx(3 * factor, rel=1e-15)
    assert file.report.columns[0].factor == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize("unit", ["吨", "美元", "万人", "%", "元/人"])
def test_a_unit_of_another_dimension_is_refused(tmp_path, unit):
    with pytest.raises(
        DataError,
        match=r"is in '.*' \(said by the header\), but the framework measures 'gdp' in '亿元', and no factor",
    ):
        read(tmp_path, f"地区,gdp（{unit}）\n北京,3\n", framework=GDP)


def test_an_unknown_bracket_is_refused_or_ignored_beside_the_real_column(tmp_path):
    with pytest.raises(DataError, match="would be 'gdp' but for '刀' in brackets"):
        read(tmp_path, "地区,gdp(刀)\n北京,3\n", framework=GDP)
    file = read(tmp_path, "地区,gdp(亿元),gdp(上年=100)\n北京,3,108\n", framework=GDP)
    assert triples(file) == {("北京", "gdp"): 3.0}
    assert file.report.ignored == (
        (
            "C",
            "gdp(上年=100)",
            "not in the framework, unlike 'gdp', which it is without (上年=100)",
        ),
    )


def test_units_from_title_argument_and_framework(tmp_path):
    text = "单位：万元,,\n地区,gdp,pop（人）\n北京,50000,20000\n"
    file = read(tmp_path, text, framework=GDP)
    assert triples(file) == {("北京", "gdp"): 5.0, ("北京", "pop"): 2.0}
    assert [c.unit_from for c in file.report.columns] == ["title", "header"]
    file = read(tmp_path, text, framework=GDP, units={"gdp": "亿元"})
    assert triples(file)["北京", "gdp"] == 50000.0
    assert file.report.columns[0].unit_from == "argument"
    file = read(tmp_path, "地区,gdp\n北京,5\n", framework=GDP)
    assert (file.values["unit"][0], file.report.columns[0].unit_from) == ("亿元", "framework")
    assert any(
        "column B states no unit; it was taken to be in '亿元'" in note
        for note in file.report.notes
    )
    file = read(tmp_path, "单位：亿元、万人,\n地区,gdp\n北京,5\n")
    assert file.values["unit"][0] in ("", "亿元、万人")


def test_several_units_in_the_titles_are_not_used(tmp_path):
    file = read(tmp_path, "单位：亿元,\n计量单位：万人,\n地区,gdp\n北京,5\n上海,6\n")
    assert file.values["unit"].tolist() == ["", ""]
    assert "the titles state several units, of which none was used: 亿元, 万人" in file.report.notes


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ("gdp", "code"),
        ("地区生产总值", "name_zh"),
        ("GDP", "name_en"),
        ("地区 生产总值", "alias"),
        ("ｇｄｐ", "alias"),
        ("地区生产总值（亿元）①", "name_zh"),
    ],
)
def test_rules_of_matching(tmp_path, header, rule):
    file = read(tmp_path, f"地区,{header},别的\n北京,5,6\n", framework=GDP)
    assert [(c.indicator, c.rule) for c in file.report.columns] == [("gdp", rule)]
    assert file.report.ignored == (("C", "别的", "not in the framework"),)


def test_two_columns_for_one_indicator_are_refused(tmp_path):
    with pytest.raises(
        DataError, match=r"has two columns for 'gdp': B \('gdp'\) and C \('地区生产总值'\)"
    ):
        read(tmp_path, "地区,gdp,地区生产总值\n北京,5,6\n", framework=GDP)
    with pytest.raises(DataError, match=r"has two columns for '人口' in 2020"):
        read(tmp_path, "地区,人口2020,2020年人口\n北京,5,6\n")


def test_a_name_of_two_indicators_is_refused(tmp_path):
    framework = Framework((Indicator("a", "人口"), Indicator("b", "人口")))
    with pytest.raises(
        DataError, match="is called '人口', the name of 2 indicators of the framework: 'a', 'b'"
    ):
        read(tmp_path, "地区,人口\n北京,5\n", framework=framework)


def test_part_of_a_compound_header_is_not_the_indicator(tmp_path):
    text = "地区,农村,,城镇,\n,人口,gdp,人口,gdp\n北京,1,2,3,4\n"
    with pytest.raises(
        DataError, match=r"'人口' .*could be 2 columns: B \('农村 人口'\), D \('城镇 人口'\)"
    ):
        read(tmp_path, text, framework=GDP)
    assert triples(read(tmp_path, text)) == {
        ("北京", "农村 人口"): 1.0, ("北京", "农村 gdp"): 2.0, ("北京", "城镇 人口"): 3.0, ("北京", "城镇 gdp"): 4.0,
    }  # fmt: skip


def test_an_upper_header_over_every_column_is_dropped(tmp_path):
    path = workbook(
        tmp_path,
        {"a": [["地区", "主要指标", None], [None, "gdp", "人口"], ["北京", 1, 2]]},
        ("A1:A2", "B1:C1"),
    )
    file = read_indicators(path, framework=GDP)
    assert triples(file) == {("北京", "gdp"): 1.0, ("北京", "pop"): 2.0}
    assert (
        "the header '主要指标' spans every column and was left out of their names"
        in file.report.notes
    )


def test_bilingual_headers(tmp_path):
    file = read(
        tmp_path,
        '"地 区\nRegion",地区生产总值,人口\n,GDP,Population\n"北京 Beijing",1,2\n',
        framework=GDP,
    )
    assert triples(file) == {("北京", "gdp"): 1.0, ("北京", "pop"): 2.0}


def test_years_above_the_region_header(tmp_path):
    file = read(tmp_path, "各地区,,,\n,2021,,2022\n地区,gdp,pop,gdp\n北京,1,2,3\n", framework=GDP)
    assert file.values[["indicator", "year", "value"]].to_numpy().tolist() == [
        ["gdp", 2021, 1.0],
        ["pop", 2021, 2.0],
        ["gdp", 2022, 3.0],
    ]


def test_columns_of_years_take_the_indicator_from_a_title(tmp_path):
    text = (
        "数据库：分省年度数据,,\n指标：地区生产总值(万元),,\n地区,2022年,2021年\n北京,30000,20000\n"
    )
    file = read(tmp_path, text, framework=GDP)
    assert file.values[["year", "value"]].to_numpy().tolist() == [[2022, 3.0], [2021, 2.0]]
    with pytest.raises(DataError, match="states no indicator, and no title such as"):
        read(tmp_path, "地区,2022年,2021年\n北京,3,2\n")


@pytest.mark.parametrize(
    ("header", "name", "year"),
    [("2022年人口", "人口", 2022), ("人口2022", "人口", 2022),
     ("pop_2022", "pop", 2022), ("人口(2022年)", "人口", 2022),
     ("2010年不变价产值", "2010年不变价产值", pd.NA), ("指数(2010=100)", "指数(2010=100)", pd.NA),
     ("x12022", "x12022", pd.NA)],
)  # fmt: skip
def test_years_in_names(tmp_path, header, name, year):
    file = read(tmp_path, f"地区,{header}\n北京,5\n")
    assert file.values["indicator"][0] == name
    assert file.values["year"][0] is year if year is pd.NA else file.values["year"][0] == year


def test_year_argument_and_title(tmp_path):
    text = "各地区人口（2022年）,\n地区,人口\n北京,5\n上海,6\n"
    assert read(tmp_path, text).values["year"].tolist() == [2022, 2022]
    assert "the year 2022 was taken from the title" in read(tmp_path, text).report.notes
    file = read(tmp_path, text, year=2021)
    assert file.values["year"].tolist() == [2021, 2021]
    assert "year=2021 was passed and outweighs 2022 in the title" in file.report.notes
    assert read(tmp_path, "2023年鉴,\n地区,人口\n北京,5\n").values["year"].isna().all()
    with pytest.raises(DataError, match="states the years 2020, 2021, but year=2022 was passed"):
        read(tmp_path, "地区,人口2020,人口2021\n北京,5,6\n", year=2022)


# --- layouts, rows -------------------------------------------------------------------------------------------------


def test_long_layout(tmp_path):
    text = (
        "城市,指标名称,年份,数值,单位,来源,状态,备注\n"
        "合 肥,地区生产总值,2022年,\"120,130,000\",万元,公报,official,x\n合计,地区生产总值,2022,9,亿元,公报,,\n"
        "合肥,人口,2021,963.4,万人,年鉴,compiled,\n合肥,别的,2021,1,个,,,\n"
    )  # fmt: skip
    file = read(tmp_path, text, framework=GDP)
    assert file.report.layout == "long"
    assert file.values.drop(columns="cell").to_numpy().tolist() == [
        ["合肥", "gdp", 12013.0, 2022, "亿元", "公报", "official"],
        ["合肥", "pop", 963.4, 2021, "万人", "年鉴", "compiled"],
    ]
    assert file.values["cell"].tolist() == ["D2", "D4"]
    assert [(s.name, s.value) for s in file.report.set_aside] == [("合计", 9.0)]
    assert file.report.ignored == (
        ("H", "备注", "not a column of a long table"),
        ("D", "别的", "not in the framework"),
    )


def test_own_tidy_frame_round_trips(tmp_path):
    frame = read_indicators(
        yearbook.write_xlsx(tmp_path / "a.xlsx"), framework=yearbook.FRAMEWORK
    ).to_frame()
    frame.to_csv(tmp_path / "tidy.csv", index=False)
    again = read_indicators(tmp_path / "tidy.csv", framework=yearbook.FRAMEWORK).values
    keys = ["region", "indicator", "year"]
    left, right = (
        f.sort_values(keys).reset_index(drop=True).drop(columns="cell") for f in (frame, again)
    )
    pd.testing.assert_frame_equal(left, right)


def test_wide_layout_with_a_column_of_years(tmp_path):
    file = read(tmp_path, "地区,年份,人口,census_2020\n北京,2021,1,9\n北京,2022,2,9\n")
    assert file.values[["indicator", "year", "value"]].to_numpy().tolist() == [
        ["人口", 2021, 1.0], ["人口", 2022, 2.0], ["census_2020", 2021, 9.0], ["census_2020", 2022, 9.0],
    ]  # fmt: skip


def test_layout_long_needs_its_columns(tmp_path):
    with pytest.raises(
        MissingColumnError,
        match=r"The long table of 表\.csv lacks the columns 'indicator', 'value'",
    ):
        read(tmp_path, "地区,人口\n北京,5\n", layout="long")


def test_layout_wide_can_be_forced(tmp_path):
    file = read(tmp_path, "地区,指标,数值\n北京,1,5\n", layout="wide")
    assert triples(file) == {("北京", "指标"): 1.0, ("北京", "数值"): 5.0}


def test_merged_regions_in_a_long_table(tmp_path):
    rows = [["地区", "指标", "数值"], ["北京", "gdp", 1], [None, "pop", 2], ["上海", "gdp", 3]]
    file = read_indicators(workbook(tmp_path, {"a": rows}, ("A2:A3",)))
    assert triples(file) == {("北京", "gdp"): 1.0, ("北京", "pop"): 2.0, ("上海", "gdp"): 3.0}
    with pytest.raises(DataError, match="has values but no region in the rows 3"):
        read_indicators(workbook(tmp_path, {"a": rows}))


def test_a_value_merged_over_two_regions_is_refused(tmp_path):
    path = workbook(
        tmp_path, {"a": [["地区", "gdp"], ["北京", 1], ["天津", None], ["上海", 3]]}, ("B2:B3",)
    )
    with pytest.raises(
        DataError, match="merged cells that hold one value for several cells: a!B2:B3"
    ):
        read_indicators(path)


def test_macro_regions_are_set_aside_only_among_regions(tmp_path):
    file = read(tmp_path, "地区,人口\n东北,9\n北京,5\n京津冀,8\n")
    assert file.values["region"].tolist() == ["东北", "北京", "京津冀"]
    file = read(tmp_path, "地区,人口\n东北地区,9\n东部地区,7\n北京,5\n")
    assert file.values["region"].tolist() == ["北京"]
    file = read(tmp_path, "地区,人口\n全国,30\n东部,9\n中部,7\n西部,5\n")
    assert file.values["region"].tolist() == ["东部", "中部", "西部"]
    assert (
        "the table holds macro-regions only, which were therefore kept as regions"
        in file.report.notes
    )
    with pytest.raises(
        DataError, match=r"has no row of a region below its header .row 1., only 2 rows of totals"
    ):
        read(tmp_path, "地区,人口\n全国,30\n总 计,9\n")


@pytest.mark.parametrize(
    "name",
    [
        "全国",
        "合计",
        "总 计",
        "全省",
        "全 市",
        "全国总计",
        "平均",
        "广东合计",
        "Total",
        "National",
        "不分地区",
    ],
)
def test_totals_are_set_aside_with_their_values(tmp_path, name):
    file = read(tmp_path, f"地区,人口(人)\n{name},30\n北京,10\n")
    assert triples(file) == {("北京", "人口"): 10.0}
    assert [(s.row, s.value, s.unit) for s in file.report.set_aside] == [(2, 30.0, "人")]


def test_rows_that_are_no_data(tmp_path):
    text = (
        "地区,人口,面积\n一、华北,,\n北京,5,16\n地 区,人口,面积\n台湾,,\nXinjiang Uygur Autonomous Region,2,1\n"
        "注：1.不含军队。,,\n2.按常住口径。,,\nSource: bureau,,\n"
    )
    file = read(tmp_path, text)
    assert file.values["region"].unique().tolist() == [
        "北京",
        "台湾",
        "Xinjiang Uygur Autonomous Region",
    ]
    assert file.values.loc[file.values["region"] == "台湾", "value"].isna().all()
    assert [row for row, _ in file.report.footnote_rows] == [7, 8, 9]
    assert "row 4 repeats the header and was left out" in file.report.notes
    assert "row 2 is a heading and was left out: '一、华北'" in file.report.notes
    file = read(tmp_path, "地区,人口\n北京,5\n地区,面积\n北京,16\n")
    assert triples(file) == {("北京", "人口"): 5.0, ("北京", "面积"): 16.0}
    assert file.report.layouts == (
        "2 parts of the table stand below each other, with names in column A",
    )


def test_duplicates_are_kept_and_noted(tmp_path):
    file = read(tmp_path, "地区,人口\n北京,5\n上海,6\n北 京,7\n")
    assert file.values["value"].tolist() == [5.0, 6.0, 7.0]
    assert (
        "2 values share region, indicator and year and were all kept: 北京 人口"
        in file.report.notes
    )


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("北 京", "北京"),
        ("　北京　", "北京"),
        ("北京①", "北京"),
        ("北京（1）", "北京"),
        ("Xi'an  City", "Xi'an City"),
        ("110000", "110000"),
    ],
)
def test_names_of_regions(tmp_path, raw, name):
    assert read(tmp_path, f"地区,人口\n{raw},5\n").values["region"].tolist() == [name]


def test_numeric_codes_lose_the_decimal_of_workbooks(tmp_path):
    path = workbook(tmp_path, {"a": [["行政区划代码", "人口"], [110000.0, 5], [310000, 6]]})
    assert read_indicators(path).values["region"].tolist() == ["110000", "310000"]


def test_region_column(tmp_path):
    text = "省份,城市,人口\n安徽,合肥,5\n"
    assert triples(read(tmp_path, text)) == {("合肥", "人口"): 5.0}
    assert triples(read(tmp_path, text, region_column="城市")) == {("合肥", "人口"): 5.0}
    assert triples(read(tmp_path, text, region_column="A")) == {("安徽", "人口"): 5.0}
    text = "标题,,\n,2021年,2022年\n,人口,人口\n合肥,5,6\n"
    with pytest.raises(
        DataError,
        match=r"has no header cell called 地区, .*Name the column of regions with region_column=…",
    ):
        read(tmp_path, text)
    file = read(tmp_path, text, region_column="A")
    assert file.values[["region", "year", "value"]].to_numpy().tolist() == [
        ["合肥", 2021, 5.0],
        ["合肥", 2022, 6.0],
    ]
    with pytest.raises(DataError, match="has no header cell called '县'"):
        read(tmp_path, text, region_column="县")


def test_columns_without_framework(tmp_path):
    file = read(tmp_path, "地区,人口,说明,,空列\n北京,5,首都,3,\n上海,6,,4,\n")
    assert file.values["indicator"].unique().tolist() == ["人口", "空列"]
    assert file.report.ignored == (
        ("D", "", "the column has no header"),
        ("C", "说明", "text, no numbers"),
    )
    with pytest.raises(DataError, match="has no column of numbers beside the regions"):
        read(tmp_path, "地区,说明\n北京,首都\n区1,x\n")


# --- files ---------------------------------------------------------------------------------------------------------


def test_sheets(tmp_path):
    table = [["地区", "人口"], ["北京", 5]]
    path = workbook(
        tmp_path, {"一": table, "二": [["地区", "人口"], ["北京", 6]], "说明": [["文字"]]}
    )
    with pytest.raises(
        DataError, match=r"has 2 sheets with data: '一', '二'. Name the one to read with sheet="
    ):
        read_indicators(path)
    file = read_indicators(path, sheet="二")
    assert triples(file) == {("北京", "人口"): 6.0}
    assert file.values["cell"].tolist() == ["二!B2"]
    with pytest.raises(SpecError, match=r"has no sheet '三'. Known: "):
        read_indicators(path, sheet="三")
    with pytest.raises(SpecError, match="is text and has no sheet 'x'"):
        read(tmp_path, "地区,人口\n北京,5\n", sheet="x")


def test_hidden_sheets_are_noted(tmp_path):
    path = workbook(
        tmp_path, {"一": [["地区", "人口"], ["北京", 5]], "旧": [["地区", "人口"], ["北京", 4]]}
    )
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.save(path)
    file = read_indicators(path)
    assert triples(file) == {("北京", "人口"): 5.0}
    assert "hidden sheets were not read: 旧" in file.report.notes
    assert triples(read_indicators(path, sheet="旧")) == {("北京", "人口"): 4.0}


def test_formulas(tmp_path):
    path = workbook(tmp_path, {"a": [["地区", "人口"], ["北京", "=1+4"], ["上海", 6]]})
    with pytest.raises(
        DataError,
        match=r"has a formula without a stored result: a!B2\. Save it from a spreadsheet\.",
    ):
        read_indicators(path)
    # openpyxl writes the empty result in one way with lxml at hand, and in another without.
    with zipfile.ZipFile(path) as archive:
        written = archive.read("xl/worksheets/sheet1.xml").decode()
    empty = next(form for form in ("<v />", "<v/>", "<v></v>") if f"<f>1+4</f>{form}" in written)
    rewrite(path, "xl/worksheets/sheet1.xml", f"<f>1+4</f>{empty}", "<f>1+4</f><v>5</v>")
    assert triples(read_indicators(path)) == {("北京", "人口"): 5.0, ("上海", "人口"): 6.0}


def test_lying_dimension_and_stray_cells(tmp_path):
    path = workbook(tmp_path, {"a": [["地区", "人口"], ["北京", 5]]})
    part = "xl/worksheets/sheet1.xml"
    rewrite(path, part, 'ref="A1:B2"', 'ref="A1:XFD1048576"')
    assert triples(read_indicators(path)) == {("北京", "人口"): 5.0}
    rewrite(path, part, 'ref="A1:XFD1048576"', 'ref="A1"')
    assert triples(read_indicators(path)) == {("北京", "人口"): 5.0}
    rewrite(
        path,
        part,
        "</sheetData>",
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t> </t></is></c></row></sheetData>',
    )
    assert triples(read_indicators(path)) == {("北京", "人口"): 5.0}


@pytest.mark.parametrize(
    ("row", "match"),
    [
        (
            '<row r="99999999"><c r="A99999999"><v>1</v></c></row>',
            "rows out of order or out of range",
        ),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "rows out of order or out of range"),
        ('<row r="3"><c r="ZZZZ3"><v>1</v></c></row>', "cell called 'ZZZZ3', which is no cell"),
        ('<row r="3"><c r="A3" t="s"><v>77</v></c></row>', "is damaged, encrypted or no workbook"),
    ],
)
def test_malformed_sheets(tmp_path, row, match):
    path = workbook(tmp_path, {"a": [["地区", "人口"], ["北京", 5]]})
    rewrite(path, "xl/worksheets/sheet1.xml", "</sheetData>", f"{row}</sheetData>")
    with pytest.raises(DataError, match=match):
        read_indicators(path)


def test_document_type_is_refused(tmp_path):
    path = workbook(tmp_path, {"a": [["地区", "人口"], ["北京", 5]]})
    rewrite(
        path, "xl/worksheets/sheet1.xml", "<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet'
    )
    with pytest.raises(DataError, match="declares a document type"):
        read_indicators(path)


def test_limits(tmp_path):
    path = workbook(tmp_path, {"a": [["地区", "人口"], *[[f"区{n}", 5] for n in range(3000)]]})
    for limit, match in [
        (ReadLimits(max_bytes=100), "has too many bytes .*the limit max_bytes is 100"),
        (
            ReadLimits(max_unzipped_bytes=1000),
            "unzips to too many bytes .*limits=ReadLimits.max_unzipped_bytes=…. with a higher",
        ),
        (ReadLimits(max_ratio=1.5), "unzips to too many times its size"),
        (
            ReadLimits(max_cells=5000),
            "sheet 'a', has too many cells .5,001; the limit max_cells is 5,000",
        ),
    ]:
        with pytest.raises(DataError, match=match):
            read_indicators(path, limits=limit)
    with pytest.raises(DataError, match=r"表\.csv has too many cells"):
        read(tmp_path, "地区,人口\n" + "北京,5\n" * 50, limits=ReadLimits(max_cells=20))
    with pytest.raises(SpecError, match=r"ReadLimits\(max_cells=0\) does not limit anything"):
        ReadLimits(max_cells=0)


def test_a_bomb_is_refused_before_it_is_unzipped(tmp_path):
    path = workbook(tmp_path, {"a": [["地区", "人口"], ["北京", 5]]})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/x.bin", "w") as part,
    ):
        for _ in range(40):
            part.write(bytes(1 << 20))
    with pytest.raises(DataError, match="unzips to too many times its size"):
        read_indicators(path)


@pytest.mark.parametrize(
    "path",
    [
        "http://x.cn/a.csv",
        "https://x.cn/a.xlsx",
        "ftp://x/a.csv",
        "/vsicurl/a.csv",
        "/vsizip/a.zip/a.csv",
        "file:///a.csv",
    ],
)
def test_remote_paths_are_refused(path):
    with pytest.raises(DataError, match=r"is not a local file. Download it first"):
        read_indicators(path)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"PK\x03\x04rest", "is named .csv but holds a zip archive"),
        ("a.csv", b"\xff\xfe\xff\xff\x00\x81", "is neither UTF-8 nor GB18030"),
        ("a.csv", b"a,b\n\x00,1\n", "holds null bytes"),
        ("a.csv", b"hello", "holds no table"),
        ("a.csv", 'region,x\n"北京,5\n'.encode(), "quotation marks or fields are broken"),
        ("a.xlsx", b"region,x\n", "is named .xlsx but holds no workbook: it is text, or damaged"),
        ("a.xlsx", b"PK\x03\x04rest", "is damaged, encrypted or no workbook"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest",
            "is named .xlsx but holds an old .xls or an encrypted workbook",
        ),
        ("a.xls", b"<html><table>", "holds no table"),
        (
            "a.xls",
            b"%PDF-1.7",
            "is named .xls but holds no table: it is a picture, a document or an archive",
        ),
        (
            "a.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "is damaged, encrypted or no workbook",
        ),
        ("a.pdf", b"%PDF", r"ends in '\.pdf'. Save it as one of"),
        ("a", b"x", "ends in 'nothing'"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, match):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=match):
        read_indicators(tmp_path / name)


def test_absent_files_and_folders(tmp_path):
    with pytest.raises(DataError, match=r"^There is no file .*\. Check the path\.$"):
        read_indicators(tmp_path / "none.csv")
    with pytest.raises(DataError, match=r"^There is no file .*\. Check the path\.$"):
        read_indicators(tmp_path)


def test_a_truncated_workbook(tmp_path):
    path = yearbook.write_xlsx(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="is damaged, encrypted or no workbook"):
        read_indicators(path)


def test_an_encrypted_zip(tmp_path):
    path = yearbook.write_xlsx(tmp_path / "a.xlsx")
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + offset : at + offset + 2] = struct.pack("<H", 1)
            at = raw.find(signature, at + 4)
    path.write_bytes(raw)
    with pytest.raises(DataError, match="is damaged, encrypted or no workbook"):
        read_indicators(path)


def test_xls_needs_xlrd(tmp_path, monkeypatch):
    pytest.importorskip("xlwt")
    path = yearbook.write_xls(tmp_path / "a.xls")
    real = builtins.__import__

    def without_xlrd(name, *args, **kwargs):
        if name == "xlrd":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_xlrd)
    with pytest.raises(
        MissingDependencyError,
        match=r"Reading old \.xls workbooks needs the package 'xlrd'.*hubtiers\[xls\]",
    ):
        read_indicators(path)


# --- arguments and report ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        ({"framework": "zhang2022"}, "framework is str. Pass a Framework"),
        ({"layout": "tall"}, "Unknown layout 'tall'"),
        ({"year": 22}, "year is 22. Pass a whole number between 1900 and 2099"),
        ({"year": True}, "year is True"),
        ({"units": {"gdp": 3}}, "Pass a mapping from header or code to unit"),
        ({"units": "亿元"}, "Pass a mapping from header or code to unit"),
        (
            {"units": {"gpd": "亿元"}},
            "units names 'gpd', which is no column read. Did you mean 'gdp'",
        ),
        ({"sheet": 0}, "sheet is 0. Pass a name"),
        ({"region_column": ""}, "region_column is ''. Pass a name"),
    ],
)
def test_wrong_arguments(tmp_path, kwargs, match):
    with pytest.raises(SpecError, match=match):
        read(tmp_path, "地区,gdp\n北京,5\n", **kwargs)


def test_path_must_be_a_path():
    with pytest.raises(SpecError, match="a string or a Path, not int"):
        read_indicators(3)


def test_report_escapes_what_a_file_says(tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    file = read(tmp_path, f"{evil},\n地区,人口,{evil}\n北京,5,{evil}\n注：{evil},,\n")
    html = file._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert isinstance(file.report, ReadReport)


def test_report_as_frame_and_text(tmp_path):
    file = read(tmp_path, '地区,gdp（万元）,别的\n合计,9,1\n北京,"5,000①",—\n', framework=GDP)
    frame = file.report.to_frame()
    assert list(frame.columns) == ["what", "where", "written", "read"]
    found = {(what, written): into for what, _, written, into in frame.itertuples(index=False)}
    assert found["column", "gdp（万元）"] == "gdp (code; 2 values)"
    assert found["unit", "万元 (header)"] == "亿元 × 0.0001"
    assert found["ignored", "别的"] == "not in the framework"
    assert found["set aside", "合计"] == "gdp: 0.0009 亿元"
    assert found["footnote mark", "5,000①"] == "5000"
    assert (
        repr(file) == "<IndicatorFile: 1 indicators × 1 regions, 1 values (0 missing) from 表.csv>"
    )
    assert "B: 'gdp（万元）' → gdp in 亿元 (from 万元, × 0.0001), by code" in repr(file.report)


def test_every_error_is_of_the_tree(tmp_path):
    for text in (
        "x",
        "地区\n",
        "地区,a\n",
        "a,b\n1,2\n",
        ",,,\n,,,\n",
        '"',
        "地区,a,a\n北京,1,1\n",
    ):
        with pytest.raises(HubtiersError):
            read(tmp_path, text)
