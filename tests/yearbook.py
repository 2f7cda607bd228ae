"""A deliberately ugly yearbook table, written as .xlsx, .xls and text, and the numbers that stand in it."""

from __future__ import annotations

import csv
from pathlib import Path

from hubtiers.framework import Framework, Group, Indicator

FRAMEWORK = Framework(
    (
        Indicator("gdp", "地区生产总值", "Gross regional product", parent="economy", unit="亿元"),
        Indicator("population", "常住人口", "Resident population", parent="economy", unit="万人"),
        Indicator(
            "rd_intensity",
            "R&D经费投入强度",
            "R&D intensity",
            parent="economy",
            unit="%",
            kind="intensive",
        ),
        Indicator("patents", "专利授权量", "Patents granted", parent="economy", unit="件"),
        Indicator("expenditure", "财政支出", "Fiscal expenditure", parent="economy", unit="万元"),
        Indicator("hospitals", "医院数", "Hospitals", parent="economy", unit="个"),
    ),
    (Group("economy", "经济", "Economy"),),
)


class Shown(float):
    """A number that a workbook stores as a fraction and shows as a percentage with two decimals."""

    def text(self) -> str:
        return f"{round(float(self) * 100, 2):g}%"


TITLES = [
    ["3-5  各地区主要经济指标", None, None, None, None, None, None, None, None],
    ["Main indicators by region (2023年鉴)", None, None, None, None, None, None, None, None],
    [None, None, None, None, None, None, None, "单位：亿元", None],
]
HEADER = [
    [
        "地 区",
        "地区生产总值",
        None,
        "常 住 人 口",
        None,
        "Ｒ＆Ｄ经费投入强度（％）",
        "专利授权量",
        "财政支出①",
        "备注",
    ],
    [None, "2021年", "2022年", 2021, "２０２２年", "2022年", "2022", "2022年", None],
    [None, "万元", "（万元）", "人", "[人]", None, "项", None, None],
    ["甲", 1, 2, 3, 4, 5, 6, 7, None],
]
BODY = [
    [
        "全国合计",
        1149237000,
        "1,204,724,000",
        1412600000,
        1411750000,
        Shown(0.0254),
        4323409,
        260552.12,
        None,
    ],
    [
        "东部地区",
        "592,202,000",
        622018000,
        565000000,
        566000000,
        Shown(0.03),
        "2,500,000",
        111111,
        None,
    ],
    [
        "北 京",
        "402,696,000",
        "４１６，１０９，０００",
        21886000,
        "21 843 000",
        Shown(0.0683),
        "202722①",
        "7,469.2",
        "首都",
    ],
    [
        "天　津 ①",
        "156951000.5",
        163113000,
        "13730000*",
        "13,630,000",
        "3.49%",
        "71545[1]",
        "2 746.3",
        None,
    ],
    [
        "河北",
        403913000,
        "423,704,000（2）",
        74480000,
        "…",
        Shown(0.02),
        "１１５３３９",
        "9,336.5",
        None,
    ],
    ["西部地区", "239,710,000", 256985000, 382810000, 382000000, 0, 500000, 66666, None],
    ["内蒙古", "—", "231,590,000¹", "..", 24010000, Shown(0.009), "NA", "空", None],
    ["东北地区", 55699000, 57946000, 97290000, 96440000, Shown(0.015), 180000, 22222, None],
    ["辽宁", 275841000, 289751000, None, 41970000, "2.37%", "×", "−12.5", "含大连"],
    ["台湾", None, None, None, None, None, None, None, None],
]
FOOT = [
    ["注：①2022年为快报数。", None, None, None, None, None, None, None, None],
    ["资料来源：国家统计局", None, None, None, None, None, None, None, None],
]
MERGES = ["A1:I1", "A2:I2", "A4:A6", "B4:C4", "D4:E4"]
ROWS = TITLES + HEADER + BODY + FOOT

_GDP_2021 = {"北京": 40269.6, "天津": 15695.10005, "河北": 40391.3, "内蒙古": None, "辽宁": 27584.1}
_GDP_2022 = {"北京": 41610.9, "天津": 16311.3, "河北": 42370.4, "内蒙古": 23159.0, "辽宁": 28975.1}
_POP_2021 = {"北京": 2188.6, "天津": 1373.0, "河北": 7448.0, "内蒙古": None, "辽宁": None}
_POP_2022 = {"北京": 2184.3, "天津": 1363.0, "河北": None, "内蒙古": 2401.0, "辽宁": 4197.0}
_RD = {"北京": 6.83, "天津": 3.49, "河北": 2.0, "内蒙古": 0.9, "辽宁": 2.37}
_PATENTS = {"北京": 202722.0, "天津": 71545.0, "河北": 115339.0, "内蒙古": None, "辽宁": None}
_SPENT = {
    "北京": 74692000.0,
    "天津": 27463000.0,
    "河北": 93365000.0,
    "内蒙古": None,
    "辽宁": -125000.0,
}

EXPECTED = {
    (region, code, year): value
    for (code, year), column in {
        ("gdp", 2021): _GDP_2021,
        ("gdp", 2022): _GDP_2022,
        ("population", 2021): _POP_2021,
        ("population", 2022): _POP_2022,
        ("rd_intensity", 2022): _RD,
        ("patents", 2022): _PATENTS,
        ("expenditure", 2022): _SPENT,
    }.items()
    for region, value in {**column, "台湾": None}.items()
}
"""Every value of the table in the framework's units; None where the table has a missing mark."""


def write_csv(path: Path, *, encoding: str = "gb18030", delimiter: str = ",") -> Path:
    """Write the table as delimited text; merged cells become blanks, as an export leaves them."""
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerows([v.text() if isinstance(v, Shown) else v for v in row] for row in ROWS)
    return path


def write_xlsx(path: Path) -> Path:
    """Write the table as .xlsx, with a sheet of remarks before it and an empty one behind."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active["A1"] = "本表由各地区统计局提供"
    sheet = book.create_sheet("3-5")
    for r, row in enumerate(ROWS, start=1):
        for c, value in enumerate(row, start=1):
            if value is not None:
                cell = sheet.cell(r, c, float(value) if isinstance(value, Shown) else value)
                cell.number_format = "0.00%" if isinstance(value, Shown) else cell.number_format
    for merge in MERGES:
        sheet.merge_cells(merge)
    book.create_sheet("空表")
    book.save(path)
    return path


def write_xls(path: Path) -> Path:
    """Write the table as an old .xls."""
    import xlwt
    from openpyxl.utils import range_boundaries

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("3-5", cell_overwrite_ok=True)
    percent = xlwt.easyxf(num_format_str="0.00%")
    for r, row in enumerate(ROWS):
        for c, value in enumerate(row):
            if isinstance(value, Shown):
                sheet.write(r, c, float(value), percent)
            elif value is not None:
                sheet.write(r, c, value)
    for merge in MERGES:
        left, top, right, bottom = range_boundaries(merge)
        sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
    book.save(str(path))
    return path
