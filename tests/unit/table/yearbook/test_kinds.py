"""Each kind of fault that was met in the field, in several made-up variants: what is read is right, or it is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubtiers.errors import DataError, SpecError
from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.read import read_indicators

CITIES = ("南京", "无锡", "徐州", "常州", "苏州", "南通", "连云港", "淮安")


def csv(folder: Path, *lines: str, name: str = "表.csv", **options):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_indicators(path, **options)


def book(folder: Path, rows: list[list[object]], *merges: str, name: str = "表.xlsx", **options):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for merge in merges:
        workbook.active.merge_cells(merge)
    workbook.save(folder / name)
    return read_indicators(folder / name, **options)


def values(file) -> dict[tuple[str, str], float]:
    return {
        (r.region, r.indicator): r.value for r in file.values.dropna(subset=["value"]).itertuples()
    }


def years(file) -> dict[str, set[int | None]]:
    found: dict[str, set[int | None]] = {}
    for row in file.values.itertuples():
        found.setdefault(row.indicator, set()).add(None if pd.isna(row.year) else int(row.year))
    return found


def reasons(file) -> dict[str, str]:
    return {header: reason for _, header, reason in file.report.ignored}


# --- names in two languages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["zh en", "en zh", "zh values en"])
@pytest.mark.parametrize(
    "headers", [("地 区", "Region"), ("地区", ""), ("", "Region"), ("省份", "Province")]
)
def test_names_in_two_languages(tmp_path, order, headers):
    if headers[0] == "" and order != "zh en":
        pytest.skip("the first column has to be headed, or to stand first")
    cells = [
        (*headers, "发明(件)"),
        ("全国", "National Total", 90),
        ("陕西", "Shaanxi", 5),
        ("山西", "Shanxi", 6),
    ]
    place = {"zh en": (0, 1, 2), "en zh": (1, 0, 2), "zh values en": (0, 2, 1)}[order]
    file = book(tmp_path, [[row[n] or None for n in place] for row in cells])
    assert values(file) == {("陕西", "发明"): 5.0, ("山西", "发明"): 6.0}
    assert {s.name for s in file.report.set_aside} == {"全国"}


def test_columns_of_names_that_disagree_are_a_question(tmp_path):
    rows = [
        ["来源城市", "目的城市", "人次"],
        ["南京", "上海", 5],
        ["无锡", "南京", 6],
        ["苏州", "无锡", 7],
    ]
    with pytest.raises(
        DataError, match=r"has 2 columns that could hold the regions: A .*their rows do not agree"
    ):
        book(tmp_path, rows)
    with pytest.raises(
        DataError,
        match=r"in a study file region_column = \"A\", on the command line --region-column A",
    ):
        book(tmp_path, rows)
    assert values(book(tmp_path, rows, region_column="B")) == {
        ("上海", "人次"): 5.0, ("南京", "人次"): 6.0, ("无锡", "人次"): 7.0,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["北京Beijing", "北京 Beijing", "北京\nBeijing", "北 京  Beijing"])
def test_names_in_two_languages_in_one_cell(tmp_path, name):
    file = book(
        tmp_path, [["地区Region", "户(个)"], ["全国National", 9], [name, 5], ["云南Y unnan", 4]]
    )
    assert values(file) == {("北京", "户"): 5.0, ("云南", "户"): 4.0}


# --- the title names the indicator, the headers are years ----------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("1-8 各地区研发经费投入强度", "研发经费投入强度"),
        ("表3 分地区研发经费投入强度情况", "研发经费投入强度"),
        ("中国历年各地区研发经费投入强度统计(2017-2018)", "研发经费投入强度"),
        ("1-8 各地区研究与试验发展(R&D)经费投入强度", "R&D经费投入强度"),
        ("8-36 技术市场技术流向地域(合同数)", "技术市场技术流向地域(合同数)"),
        ("指标：研发经费投入强度(%)", "研发经费投入强度"),
    ],
)
@pytest.mark.parametrize("dated", [("2017", "2018"), (2017, 2018), ("2017年", "2018 年")])
def test_the_title_names_the_indicator(tmp_path, title, name, dated):
    rows = [[title], ["单位:%"], ["地区", *dated], ["北京", 5.6, 6.2], ["天津", 2.5, 2.6]]
    framework = Framework((Indicator("rd", name_zh=name, unit="%"),))
    file = book(tmp_path, rows, framework=framework)
    assert file.values[["region", "indicator", "year", "value"]].to_numpy().tolist() == [
        ["北京", "rd", 2017, 5.6], ["天津", "rd", 2017, 2.5], ["北京", "rd", 2018, 6.2], ["天津", "rd", 2018, 2.6],
    ]  # fmt: skip
    assert "the title names the indicator, and the headers are years" in file.report.layouts
    assert file.report.columns[0].rule == "title"


# --- what is no indicator ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cells", "reason"),
    [
        ("城市代码", ("320100", "320200", "320300"), "a code"),
        ("city_code", ("320100", "320200", "320300"), "a code"),
        ("某列", ("320100", "320200", "320300"), "a code"),
        ("邮编", ("210000", "214000", "221000"), "a postal code"),
        ("电话区号", ("025", "0510", "0516"), "a telephone code"),
        ("经度", ("118.8", "120.3", "117.2"), "a coordinate"),
        ("lat", ("32.1", "31.5", "34.2"), "a coordinate"),
        ("序号", ("1", "2", "7"), "a serial number"),
        ("index", ("3", "12", "31"), "a serial number"),
        ("批次", ("1", "1", "1"), "a serial number"),
        ("位次", ("1", "3", "2"), "a rank"),
        ("GDP排名", ("1", "3", "2"), "a rank"),
        ("rank", ("1", "3", "2"), "a rank"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_indicator_is_set_aside_with_a_reason(tmp_path, header, cells, reason, first):
    pairs = [("城市", header), *zip(CITIES, cells, strict=False)]
    lines = [
        f"{key},{name},{5 + n}" if first else f"{name},{key},{5 + n}"
        for n, (name, key) in enumerate(pairs)
    ]
    lines[0] = lines[0].replace(",5", ",人口")
    file = csv(tmp_path, *lines)
    assert values(file) == {("南京", "人口"): 6.0, ("无锡", "人口"): 7.0, ("徐州", "人口"): 8.0}
    assert reasons(file)[header].startswith(reason)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from(CITIES), min_size=5, max_size=8, unique=True), st.sampled_from([0, 1])
)
def test_a_run_of_numbers_in_the_order_of_the_rows_is_no_indicator(tmp_path_factory, names, start):
    lines = ["某列,城市,产值", *(f"{start + n},{name},{7 * n}.5" for n, name in enumerate(names))]
    file = csv(tmp_path_factory.mktemp("run"), *lines)
    assert values(file) == {(name, "产值"): 7 * n + 0.5 for n, name in enumerate(names)}


def test_an_index_with_decimals_is_an_indicator(tmp_path):
    assert values(csv(tmp_path, "城市,index,lat", "南京,0.5,1000", "无锡,0.7,2000.5")) == {
        ("南京", "index"): 0.5, ("无锡", "index"): 0.7, ("南京", "lat"): 1000.0, ("无锡", "lat"): 2000.5,
    }  # fmt: skip


def test_a_rank_is_read_when_a_framework_names_it(tmp_path):
    framework = Framework((Indicator("rank", name_zh="位次", direction=-1),))
    assert values(csv(tmp_path, "城市,位次", "南京,2", "无锡,1", framework=framework)) == {
        ("南京", "rank"): 2.0, ("无锡", "rank"): 1.0,
    }  # fmt: skip


@pytest.mark.parametrize("keep", [["位次"], ["B"], ["人口", " 位 次 "]])
def test_a_column_is_kept_when_it_is_asked_for(tmp_path, keep):
    lines = ("城市,位次,人口", "南京,2,5", "无锡,1,6")
    assert values(csv(tmp_path, *lines, keep=keep)) == {
        ("南京", "位次"): 2.0, ("无锡", "位次"): 1.0, ("南京", "人口"): 5.0, ("无锡", "人口"): 6.0,
    }  # fmt: skip
    with pytest.raises(
        SpecError, match="keep is '位次'. Pass a list of headers or letters of columns"
    ):
        csv(tmp_path, *lines, keep="位次")
    with pytest.raises(
        SpecError,
        match="keep names '位序', which is no column with numbers. Known: B, C, 人口, 位次",
    ):
        csv(tmp_path, *lines, keep=["人口", "位序"])


def test_a_list_without_numbers_of_its_own_is_refused(tmp_path):
    with pytest.raises(
        DataError, match=r"has no column of an indicator; its other columns are '类型', '序号'"
    ):
        csv(tmp_path, "序号,省份,类型", "1,北京,旱区", "2,天津,旱区", "3,河北,非旱区")


# --- province and city ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heads", [("省份", "城市"), ("province", "city"), ("所属省份", "地级市"), ("省", "市")]
)
@pytest.mark.parametrize("filled", [True, False])
def test_the_province_decides_what_a_city_is(tmp_path, heads, filled):
    pairs = [
        ("吉林", "长春"),
        ("吉林", "吉林"),
        ("辽宁", "朝阳"),
        ("青海", "海南"),
        ("江苏", "苏州"),
        ("安徽", "宿州"),
    ]
    lines, last = [f"{heads[0]},{heads[1]},GDP"], ""
    for n, (province, city) in enumerate(pairs):
        lines.append(f"{'' if province == last and not filled else province},{city},{n}.5")
        last = province
    file = csv(tmp_path, *lines)
    assert values(file) == {
        ("长春", "GDP"): 0.5, ("吉林市", "GDP"): 1.5, ("朝阳市", "GDP"): 2.5, ("海南藏族自治州", "GDP"): 3.5,
        ("苏州", "GDP"): 4.5, ("宿州", "GDP"): 5.5,
    }  # fmt: skip
    assert (
        "the province beside them decided 3 names: 吉林 is 吉林市, 朝阳 is 朝阳市, 海南 is 海南藏族自治州"
        in file.report.notes
    )


def test_a_city_beside_a_province_that_it_does_not_lie_in_is_refused(tmp_path):
    lines = ("省份,城市,GDP", "江苏,南京,5", "安徽,苏州,6")
    with pytest.raises(
        DataError,
        match=r"has 1 names that the province beside them contradicts: 苏州 \(row 3: 安徽省\)",
    ):
        csv(tmp_path, *lines)
    file = csv(tmp_path, *lines, region_column="城市")
    assert values(file) == {("南京", "GDP"): 5.0, ("苏州", "GDP"): 6.0}


def test_codes_decide_and_contradict(tmp_path):
    file = csv(tmp_path, "城市,代码,GDP", "吉林,220200,5", "长春,220100,6")
    assert values(file) == {("吉林市", "GDP"): 5.0, ("长春", "GDP"): 6.0}
    with pytest.raises(
        DataError,
        match=r"has 1 names that the code beside them contradicts: 大理 \(row 3: 临沧市\)",
    ):
        csv(tmp_path, "城市,代码,GDP", "昆明,530100,5", "大理,530900,6")
    file = csv(tmp_path, "城市,代码,GDP", "昆明,530100,5", "大理,530900,6", region_column="城市")
    assert values(file) == {("昆明", "GDP"): 5.0, ("大理", "GDP"): 6.0}
    assert any("contradicts 1 names, which were kept: 大理" in note for note in file.report.notes)


# --- lines below, rows that are nothing ----------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.sampled_from(
            ["摘编自《某某统计年鉴2021》", "（续下页）", "制表：某某", "资料来源：公报", "根据各省公报整理", "注：略",
             "1.本表为快报数。", "Source: yearbook", "数据来源：国家统计局", "本表由某某提供", "完", "整理人：李四", "(接下页)"]
        ),
        min_size=1, max_size=4, unique=True,
    ),
    st.booleans(),
)  # fmt: skip
def test_lines_below_are_no_regions(tmp_path_factory, lines, blank):
    rows = [
        ["地区", "教育支出（亿元）"],
        ["北京", 1100],
        ["天津", 440],
        ["台湾", None],
        *([[]] if blank else []),
    ]
    file = book(tmp_path_factory.mktemp("below"), [*rows, *([line] for line in lines)])
    assert file.values["region"].tolist() == ["北京", "天津", "台湾"]
    assert [text for _, text in file.report.footnote_rows] == lines


def test_rows_of_zeros_without_a_name_are_nothing(tmp_path):
    rows = [["地区", "数"], ["北京", 5], [None, 0], ["天津", 6], [None, "0"]]
    assert values(book(tmp_path, rows)) == {("北京", "数"): 5.0, ("天津", "数"): 6.0}
    with pytest.raises(DataError, match="has values but no region in the rows 3"):
        book(tmp_path, [["地区", "数"], ["北京", 5], [None, 7], ["天津", 6]])


@pytest.mark.parametrize(
    "rest",
    ["其他", "其 它", "国内", "国 外", "港澳台", "Others", "Abroad", "新疆建设兵团", "地方合计"],
)
def test_rests_are_set_aside(tmp_path, rest):
    file = book(tmp_path, [["地区", "数"], [rest, 9], ["北京", 5], ["新疆", 6]])
    assert values(file) == {("北京", "数"): 5.0, ("新疆", "数"): 6.0}
    assert [(s.name, s.reason) for s in file.report.set_aside] == [
        ("".join(rest.split()), "a total or rest")
    ]


def test_foreign_countries_stand_below_their_line(tmp_path):
    rows = [
        ["项目", "申请"],
        ["总计", 9],
        ["北京", 5],
        ["上海", 4],
        ["国外", 7],
        ["荷兰", 3],
        ["日本", 4],
    ]
    file = book(tmp_path, rows)
    assert values(file) == {("北京", "申请"): 5.0, ("上海", "申请"): 4.0}
    assert file.report.set_aside[-1].reason == "below the line of foreign countries"


# --- years ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "name", "year"),
    [
        ("2015年底有效注册量（件）", "有效注册量", 2015),
        ("截至2015年底有效注册量", "有效注册量", 2015),
        ("有效注册量(2015年)", "有效注册量", 2015),
        ("1991-2015年核准注册商标", "1991-2015年核准注册商标", 2015),
        ("有效注册量\nRegistrations by the\nend of 2014", "有效注册量", 2016),
        ("2010年不变价产值", "2010年不变价产值", 2016),
        ("机构数(个)\nInstitutions at the end of\nyear", "机构数", 2016),
        ("人员\nPersons in\nYear", "人员", 2016),
        ("业绩\nValue", "业绩", 2016),
        ("投入\nSource", "投入", 2016),
    ],
)
def test_a_dated_header_takes_the_year_of_the_title_from_no_other(tmp_path, header, name, year):
    file = book(
        tmp_path,
        [
            ["各地区商标（2016年）"],
            ["地区", "申请数（件）", header],
            ["北京", 1999, 100],
            ["上海", 2010, 200],
        ],
    )
    assert years(file) == {"申请数": {2016}, name: {year}}
    assert values(file)["上海", "申请数"] == 2010.0


def test_a_year_that_is_passed_is_that_of_the_undated_columns(tmp_path):
    rows = [["地区", "申请数", "2015年底有效量"], ["北京", 10, 100]]
    assert years(book(tmp_path, rows, year=2016)) == {"申请数": {2016}, "有效量": {2015}}


@pytest.mark.parametrize(
    ("title", "name", "year", "origin"),
    [
        ("各地区人口（2020年）", "a_2019.xlsx", 2020, "title"),
        ("各地区人口", "a_2019.xlsx", 2019, "file"),
        ("各地区人口", "某年鉴2019.xlsx", None, ""),
        ("各地区人口", "a_2018_2019.xlsx", None, ""),
        ("各地区人口 摘编自《统计年鉴2021年》", "a.xlsx", None, ""),
        ("各地区人口（2018年）与就业（2019年）", "a_2017.xlsx", None, ""),
    ],
)
def test_where_a_year_comes_from(tmp_path, title, name, year, origin):
    file = book(tmp_path, [[title], ["地区", "人口"], ["北京", 5]], name=name)
    assert years(file) == {"人口": {year}}
    assert file.report.columns[0].year_from == origin


def test_the_year_of_a_sheet(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "2021"
    for row in (["地区", "人口"], ["北京", 5]):
        workbook.active.append(row)
    workbook.save(tmp_path / "a_2019.xlsx")
    assert read_indicators(tmp_path / "a_2019.xlsx").values["year"].tolist() == [2021]


def test_values_that_look_like_years_beside_the_first_name(tmp_path):
    assert values(csv(tmp_path, "地区,人口", "甲镇,2000", "乙镇,2010")) == {
        ("甲镇", "人口"): 2000.0,
        ("乙镇", "人口"): 2010.0,
    }


# --- units ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["单位：个，亿元", "单位:个.亿元", "单位：个、亿元 (unit,100 million yuan)"]
)
def test_a_unit_for_each_kind_of_column(tmp_path, line):
    rows = [[line], ["地区", "企业数(个)", "营业收入", "利润"], ["北京", 4, 5, 6]]
    file = book(tmp_path, rows)
    assert [(c.indicator, c.unit) for c in file.report.columns] == [
        ("企业数", "个"),
        ("营业收入", "亿元"),
        ("利润", "亿元"),
    ]
    framework = Framework(
        (Indicator("r", "营业收入", unit="万元"), Indicator("p", "利润", unit="亿元"))
    )
    assert values(book(tmp_path, rows, framework=framework)) == {
        ("北京", "r"): 50000.0,
        ("北京", "p"): 6.0,
    }


def test_units_that_no_column_can_be_told_to_have_are_a_question(tmp_path):
    rows = [["单位：个,人,万元"], ["地区", "企业数", "从业人员"], ["北京", 4, 5]]
    assert [c.unit for c in book(tmp_path, rows).report.columns] == ["", ""]
    framework = Framework((Indicator("firms", "企业数", unit="吨"),))
    with pytest.raises(
        DataError,
        match=r"states no unit, and the title states 个, 人, 万元. Say which it is with units=",
    ):
        book(tmp_path, rows, framework=framework)
    file = book(tmp_path, rows, framework=framework, units={"firms": "吨"})
    assert values(file) == {("北京", "firms"): 4.0}


# --- long tables and tables of one region --------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["指标", "variable", "variables", "变量"])
def test_a_long_table_has_one_indicator_for_each_variable(tmp_path, head):
    file = csv(
        tmp_path, f"province,year,chn_block,value,units,{head}", "北京,2018,氮肥,3,万吨,v1", "北京,2018,磷肥,4,万吨,v2",
        "天津,2018,氮肥,5,万吨,v1", "天津,2018,磷肥,6,万吨,v2",
    )  # fmt: skip
    assert values(file) == {
        ("北京", "氮肥"): 3.0, ("北京", "磷肥"): 4.0, ("天津", "氮肥"): 5.0, ("天津", "磷肥"): 6.0,
    }  # fmt: skip
    assert "column C names the indicators that column F has as codes" in file.report.layouts


@pytest.mark.parametrize("heads", ["地区,指标,单位", "Country Name,Indicator Name,Unit"])
def test_rows_name_the_indicators_and_columns_are_years(tmp_path, heads):
    file = csv(
        tmp_path, f"{heads},2018年,2019", "甲国,GDP,亿元,5,6", "甲国,人口,万人,7,—", "乙国,GDP,亿元,8,9",
    )  # fmt: skip
    found = file.values.dropna(subset=["value"])
    assert found[["region", "indicator", "value", "year", "unit", "cell"]].to_numpy().tolist() == [
        ["甲国", "GDP", 5.0, 2018, "亿元", "D2"], ["乙国", "GDP", 8.0, 2018, "亿元", "D4"],
        ["甲国", "GDP", 6.0, 2019, "亿元", "E2"], ["乙国", "GDP", 9.0, 2019, "亿元", "E4"],
        ["甲国", "人口", 7.0, 2018, "万人", "D3"],
    ]  # fmt: skip
    assert "the rows name the indicators, and the columns are years" in file.report.layouts


def test_a_table_of_one_region(tmp_path):
    rows = [["数据库：年度数据"], ["地区：广州"], ["指标", "2018年", "2017年"], ["生产总值(亿元)", 5, 4], ["人口(万人)", None, 3],
            ["数据来源：国家统计局"]]  # fmt: skip
    file = book(tmp_path, rows)
    assert file.values.dropna()[["region", "indicator", "value", "year", "unit"]].to_numpy().tolist() == [
        ["广州", "生产总值", 5.0, 2018, "亿元"], ["广州", "生产总值", 4.0, 2017, "亿元"], ["广州", "人口", 3.0, 2017, "万人"],
    ]  # fmt: skip
    assert file.report.layout == "one region"
    framework = Framework((Indicator("pop", "人口", unit="人"),))
    assert values(book(tmp_path, rows, framework=framework)) == {("广州", "pop"): 30000.0}


def test_rows_of_one_region_that_name_no_indicator(tmp_path):
    with pytest.raises(
        DataError, match="Sheet names no indicator in the rows 3. Write one into each row"
    ):
        book(tmp_path, [["地区：广州"], ["指标", "2018年"], [None, 5], ["人口", 3]])


def test_a_column_of_regions_without_a_header(tmp_path):
    with pytest.raises(
        DataError, match="has no header above the first row with something in column B"
    ):
        book(tmp_path, [["数", "甲", "x"], [5, None, "y"], [6, None, "z"]], region_column="B")


def test_regions_in_several_rows_without_a_year_are_refused(tmp_path):
    with pytest.raises(
        DataError,
        match=r"has several values of 2 regions for one indicator and year, such as 北京 in C2, C3",
    ):
        csv(tmp_path, "地区,月份,数", "北京,一月,5", "北京,二月,6", "天津,一月,7", "天津,二月,8")


# --- names of a framework ------------------------------------------------------------------------------------------


def test_last_lines_are_names_when_unique(tmp_path):
    rows = [
        ["地区", "专利", None, "论文"],
        [None, "发明\nInvention", "#外观设计", None],
        ["北京", 1, 2, 3],
    ]
    for name, value in (("发明", 1.0), ("外观设计", 2.0), ("专利发明", 1.0), ("论文", 3.0)):
        file = book(
            tmp_path,
            rows,
            "A1:A2",
            "B1:C1",
            "D1:D2",
            framework=Framework((Indicator("x", name_zh=name),)),
        )
        assert values(file) == {("北京", "x"): value}, name
    english = Framework((Indicator("x", name_en="Invention"),))
    assert values(book(tmp_path, rows, "A1:A2", "B1:C1", "D1:D2", framework=english)) == {
        ("北京", "x"): 1.0
    }


def test_a_name_above_a_general_last_line(tmp_path):
    rows = [
        ["地区", "2.拖拉机\n驾驶员\nDrivers", "3.修理工"],
        [None, "年末人数(人)", "年末人数(人)"],
        ["北京", 1, 2],
    ]
    file = book(tmp_path, rows, framework=Framework((Indicator("x", name_zh="拖拉机驾驶员"),)))
    assert values(file) == {("北京", "x"): 1.0}
    assert file.report.columns[0].rule == "lines"


def test_ambiguous_names_are_refused_with_their_candidates(tmp_path):
    rows = [
        ["地区", "城镇", None, "农村", None],
        [None, "人口", "户数", "人口", "户数"],
        ["北京", 1, 2, 3, 4],
    ]
    with pytest.raises(
        DataError, match=r"'人口' \('x' of the framework\) could be 2 columns: B .* D .*whole name"
    ):
        book(tmp_path, rows, framework=Framework((Indicator("x", name_zh="人口"),)))


@pytest.mark.parametrize(
    "header",
    ["有研发机构_x000D_\n的企业数（个）", "有研发机构_x000d_\n的企业数", "有研发机构\r\n的企业数①"],
)
def test_escapes_of_spreadsheets(tmp_path, header):
    assert values(book(tmp_path, [["地区", header], ["北京", 8]])) == {
        ("北京", "有研发机构的企业数"): 8.0
    }


# --- headers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kinds",
    [("副省级市", "地级市", "地级市"), ("地级市", "地级市", "副省级市"), ("城市", "城市", "城市")],
)
@pytest.mark.parametrize("head", ["城市名", "地名", "名字"])
def test_a_kind_of_place_in_a_cell_is_no_header(tmp_path, kinds, head):
    lines = [
        f"{name},{kind},{n}.5" for n, (name, kind) in enumerate(zip(CITIES, kinds, strict=False))
    ]
    assert values(csv(tmp_path, f"{head},级别,GDP", *lines)) == {
        ("南京", "GDP"): 0.5, ("无锡", "GDP"): 1.5, ("徐州", "GDP"): 2.5,
    }  # fmt: skip


def test_the_column_of_regions_by_the_cell_above_it(tmp_path):
    rows = [["说明"], ["镇", "人口"], ["东镇", 5], ["西镇", 6]]
    with pytest.raises(DataError, match="has no header cell called 地区"):
        book(tmp_path, rows)
    assert values(book(tmp_path, rows, region_column="A2")) == {
        ("东镇", "人口"): 5.0,
        ("西镇", "人口"): 6.0,
    }


def test_a_panel_keeps_its_own_names_whatever_column_is_asked_for(tmp_path):
    rows = [
        ["某表", None, None, "（续）", None],
        [None, None, None, "地区", "其他投入"],
        ["地区", "总投入", None, "全国", 310],
        ["全国", 1000, None, "北京", 49],
        ["北京", 490, None, "天津", 0],
        ["天津", 546, None, "河北", 20],
        ["河北", 439, None, None, None],
    ]
    other = {("北京", "其他投入"): 49.0, ("天津", "其他投入"): 0.0, ("河北", "其他投入"): 20.0}
    whole = {
        ("北京", "总投入"): 490.0,
        ("天津", "总投入"): 546.0,
        ("河北", "总投入"): 439.0,
        **other,
    }
    assert values(book(tmp_path, rows)) == whole
    assert values(book(tmp_path, rows, region_column="A")) == whole
    assert values(book(tmp_path, rows, region_column="D")) == other


def test_several_sheets_of_one_table(tmp_path):
    workbook = openpyxl.Workbook()
    first, second = workbook.active, workbook.create_sheet("续")
    for row in (["3-6 各地区机械（2019年）"], ["单位：万台"], ["地区", "拖拉机"], ["北京", 5]):
        first.append(row)
    for row in (["3-6 续表"], ["地区", "水泵"], ["北京", 6]):
        second.append(row)
    workbook.save(tmp_path / "a.xlsx")
    file = read_indicators(tmp_path / "a.xlsx")
    assert file.values[["indicator", "value", "year", "unit", "cell"]].to_numpy().tolist() == [
        ["拖拉机", 5.0, 2019, "万台", "Sheet!B4"], ["水泵", 6.0, 2019, "万台", "续!B3"],
    ]  # fmt: skip
    assert "2 sheets of one table were joined: 'Sheet', '续'" in file.report.layouts


# --- numbers -------------------------------------------------------------------------------------------------------


def test_blanks_within_a_number(tmp_path):
    rows = [
        ["地区", "投入"],
        ["北京", "1 912.59"],
        ["天津", "2 5 51.19"],
        ["河北", "0. 10"],
        ["山西", "<0.01"],
    ]
    file = book(tmp_path, rows)
    assert values(file) == {
        ("北京", "投入"): 1912.59,
        ("天津", "投入"): 2551.19,
        ("河北", "投入"): 0.1,
    }
    assert any("'2 5 51.19' was read as 2551.19" in note for note in file.report.notes)
    with pytest.raises(DataError, match=r"Sheet!B3 .*'25 51'"):
        book(tmp_path, [["地区", "投入"], ["北京", "1912"], ["天津", "25 51"]])


def test_the_preview_shows_the_table_as_it_was_understood(tmp_path):
    rows = [["各地区专利（2020年）"], ["地区", "专利（件）", None, "位次"], [None, "发明", "外观", None], ["全国", 9, 9, None],
            ["北京", 5, 6, 1], ["天津", 4, "—", 2], ["注：略"]]  # fmt: skip
    report = book(tmp_path, rows, "A2:A3", "B2:C2", "D2:D3").report
    assert report.preview().splitlines() == [
        "表.xlsx, sheet 'Sheet': wide",
        "  各地区专利（2020年）",
        "2 regions in column A ('地区'), header in rows 2, 3: 北京, 天津",
        "      B  专利（件） › 发明 → 专利 发明 · 2020 (title) · 件 (header) · 3 values",
        "      C  专利（件） › 外观 → 专利 外观 · 2020 (title) · 件 (header) · 2 values",
        "set aside:",
        "      D  位次: a rank, of which less is more: keep=… reads it, and a framework with direction = -1",
        "   rows  全国: a total or rest",
        "below the table:",
        "      7  注：略",
        "missing: '—' 1×",
        "note: the year 2020 was taken from the title",
    ]
    assert report.to_text().splitlines()[0] == "表.xlsx, sheet 'Sheet', wide"
    assert repr(report) == f"<ReadReport: {report.to_text()}>"
