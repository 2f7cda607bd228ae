"""Whatever a file holds, reading ends in values or in an error of the tree; plain numbers survive to the last bit."""

from __future__ import annotations

import csv
import importlib.util
import io
import math
import os
import re
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from hubtiers.errors import HubtiersError
from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.read import IndicatorFile, ReadLimits, read_indicators

_SPEC = importlib.util.spec_from_file_location(
    "old_files", Path(__file__).parents[1] / "old_files.py"
)
old_files = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(old_files)

_FRAMEWORK = Framework(
    (
        Indicator("gdp", "生产总值", "GDP", unit="亿元"),
        Indicator("pop", "人口", "Population", unit="万人"),
    )
)
_LIMITS = ReadLimits(max_bytes=1 << 20, max_unzipped_bytes=1 << 22, max_cells=20_000)

_WORDS = """
地区 城市 region 指标 数值 年份 单位 gdp 生产总值（万元） 人口(万人) 人口 2021年 2022 亿元 北京 上\u3000海 全国 东部地区
东北 合计 注：略 资料来源：局 单位：亿元 指标：人口 甲 一、甲 — … 空 12① 1,234 １２ 12.5% 3‰ 约5 (3) 123a 10⁶ =1+1
#N/A ② （） 2022年人口 / \\ ( ％
"""
_words = st.sampled_from(_WORDS.split(" ") + _WORDS.split())
_cells = st.one_of(
    _words,
    st.text(max_size=8),
    st.integers(-(10**6), 10**20),
    st.floats(),
    st.booleans(),
    st.none(),
)
_grids = st.lists(st.lists(_cells, max_size=6), max_size=8)
_tables = st.builds(
    lambda body, header, names: [
        ["地区", *header],
        *([n, *row] for n, row in zip(names, body, strict=False)),
    ],
    st.lists(st.lists(_cells, max_size=4), min_size=1, max_size=6),
    st.lists(_words, min_size=1, max_size=4),
    st.lists(_words, min_size=6, max_size=6),
)


def attempt(name: str, content: bytes) -> list[IndicatorFile]:
    """Read content in several ways; any exception but those of the tree fails the test."""
    files, messages = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        for framework, column, layout in (
            (None, None, "auto"),
            (_FRAMEWORK, None, "auto"),
            (None, "A", "wide"),
            (None, None, "long"),
        ):
            try:
                files.append(
                    read_indicators(
                        path,
                        framework=framework,
                        region_column=column,
                        layout=layout,
                        limits=_LIMITS,
                    )
                )
            except HubtiersError as error:
                messages.append(str(error))
    assert [text for text in messages if not text.endswith((".", "?"))] == []
    return files


def check(files: list[IndicatorFile]) -> None:
    for file in files:
        assert (file.values["region"] != "").all()
        assert not file.values["value"].map(math.isinf).any()
        assert file.values["year"].dropna().between(1900, 2099).all()
        assert file.values["cell"].is_unique
        assert len(file.report.to_frame()) > 1
        assert file.report._repr_html_().count("<tr>") == len(file.report.to_frame()) + 1
        repr(file), repr(file.report)


def as_csv(grid: list[list[object]], delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(grid)
    return out.getvalue().encode("utf-8", "replace")


def storable(value: object) -> object:
    """Return what a workbook can hold: no control characters, no infinity."""
    if isinstance(value, str):
        return "".join(ch for ch in value if ch.isprintable())
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def as_xlsx(grid: list[list[object]], merges: list[tuple[int, int, int, int]]) -> bytes:
    book = openpyxl.Workbook()
    for r, row in enumerate(grid, start=1):
        for c, value in enumerate(row, start=1):
            book.active.cell(r, c).value = storable(value)
    for top, left, height, width in merges:
        book.active.merge_cells(
            start_row=top, start_column=left, end_row=top + height, end_column=left + width
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@settings(deadline=None, max_examples=80)
@given(
    st.binary(max_size=400),
    st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a.txt"]),
    st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"<html><table><tr>",
            b"\x09\0\x04\0",
        ]
    ),
)
def test_random_bytes(content, name, head):
    check(attempt(name, head + content))


@settings(deadline=None, max_examples=80)
@given(st.one_of(_grids, _tables), st.sampled_from([",", ";", "\t"]))
def test_random_grids_as_text(grid, delimiter):
    check(attempt("a.csv", as_csv(grid, delimiter)))


@settings(deadline=None, max_examples=30)
@given(
    st.one_of(_grids, _tables),
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2), st.integers(0, 2)),
        max_size=3,
    ),
)
def test_random_grids_as_workbook(grid, merges):
    check(attempt("a.xlsx", as_xlsx(grid, merges)))


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_damaged_workbooks(data):
    content = as_xlsx([["地区", "人口（人）"], ["北京", 5], ["上海", "1,234①"]], [(1, 2, 0, 1)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(parts[name]) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "double"])):
            case "flip":
                parts[name][at] = data.draw(st.integers(0, 255))
            case "cut":
                del parts[name][at : at + data.draw(st.integers(1, 40))]
            case "double":
                parts[name][at:at] = parts[name][max(0, at - 40) : at]
        if not parts[name]:
            break
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, bytes(text))
    check(attempt("a.xlsx", out.getvalue()))


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_damaged_old_workbooks(data):
    import pytest

    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for r, row in enumerate([["region", "gdp"], ["Beijing", 5], ["Shanghai", "1,234"]]):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    out = io.BytesIO()
    book.save(out)
    content = bytearray(out.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    check(attempt("a.xls", bytes(content)))


# Small tables of our own in the layouts of the trade, to be shuffled.
_PUBLISHED = (
    [["3-5 各地区某某(2016年)"], ["单位：个，亿元"], ["地 区", "Region", "企业数\n(个)", "收入", None],
     [None, None, None, "#主营", "其他"], ["全 国", "National", 90, 50, 40], ["北 京", "Beijing", 41, 21, 19],
     ["天 津", "Tianjin", 42, 22, 18], ["其 他", "Others", 7, 7, 3], ["资料来源：局"]],
    [["某表", None, None, "（续）", None], [None, None, None, "地区", "投入"], ["地区", "总数", None, "全国", 310],
     ["全国", 1000, None, "北京", 49], ["北京", 490, None, "天津", 7], ["天津", 546, None, "河北", 20],
     ["河北", 439, None, None, None]],
    [["地区", "申请", "授权", "地区", "申请", "授权"], ["南京", 17, 1, "苏州", 24, 2], ["无锡", 15, 3, "徐州", 8, 4]],
    [["省份", "城市", "代码", "年份", "GDP", "位次"], ["吉林", "长春", 220100, 2020, 61, 1],
     ["吉林", "吉林", 220200, 2020, 14, 2], ["辽宁", "朝阳", 211300, 2020, 8, 3]],
    [["1-8 各地区强度"], ["单位:%"], ["地区", 2017, 2018], ["北京", 5.6, 6.2], ["天津", 2.5, 2.6], ["3-6 续表"],
     ["地区", 2019, 2020], ["北京", 6.3, 6.4], ["天津", 2.7, 2.8], ["摘编自《年鉴2021》"]],
    [["province", "year", "name", "value", "variables"], ["北京", 2018, "氮肥", 3, "v1"], ["天津", 2018, "氮肥", 5, "v1"],
     ["北京", 2018, "磷肥", 4, "v2"], ["天津", 2018, "磷肥", 6, "v2"]],
    [["数据库：年度数据"], ["地区：广州"], ["指标", "2018年", "2017年"], ["生产总值(亿元)", 5, 4], ["人口(万人)", 2, 3]],
)  # fmt: skip
_INSERTED = st.sampled_from(
    [
        None,
        "",
        "地区",
        "Region",
        "北京",
        "全国",
        "2016年",
        2016,
        "续表",
        "单位：亿元",
        "合计",
        "#",
        0,
        7,
    ]
)


@st.composite
def shuffled(draw):
    """Draw a published table with some of its cells exchanged, lost, doubled or overwritten."""
    grid = [list(row) for row in draw(st.sampled_from(_PUBLISHED))]
    width = max(map(len, grid))
    grid = [row + [None] * (width - len(row)) for row in grid]
    rows, columns = st.integers(0, len(grid) - 1), st.integers(0, width - 1)
    for _ in range(draw(st.integers(0, 4))):
        a, b, c, d = draw(rows), draw(columns), draw(rows), draw(columns)
        match draw(st.sampled_from(["swap", "lose", "write", "row", "column"])):
            case "swap":
                grid[a][b], grid[c][d] = grid[c][d], grid[a][b]
            case "lose":
                grid[a][b] = None
            case "write":
                grid[a][b] = draw(_INSERTED)
            case "row":
                grid[a], grid[c] = grid[c], grid[a]
            case "column":
                for row in grid:
                    row[b], row[d] = row[d], row[b]
    return grid


def unaccounted(grid: list[list[object]], file: IndicatorFile) -> list[str]:
    """Return the numbers of a sheet that are in no value and of which the report does not speak."""
    report = file.report
    told = {cell.rpartition("!")[2] for cell in file.values["cell"]}
    rows = {s.row for s in report.set_aside}
    rows |= {row for row, _ in (*report.title_rows, *report.footnote_rows)}
    rows |= {int(n) for note in report.notes for n in re.findall(r"\brow (\d+)", note)}
    columns = {column for column, _, _ in report.ignored} | {report.region_column[0]}
    columns |= set(re.findall(r"column ([A-Z])\b", " ".join(report.layouts)))
    # A number may stand where a region or an indicator is named: the join will not know it.
    named = {*file.values["indicator"], *file.values["region"]}
    lost = []
    for r, row in enumerate(grid, start=1):
        for c, value in enumerate(row):
            address = f"{chr(65 + c)}{r}"
            is_number = isinstance(value, int | float) and not 1900 <= value <= 2099
            is_number = is_number and str(value) not in named
            if is_number and address not in told and r not in rows and chr(65 + c) not in columns:
                lost.append(address)
    return lost


@settings(deadline=None, max_examples=int(os.environ.get("HUBTIERS_FUZZ", "80")))
@given(shuffled(), st.sampled_from([None, "A", "地区", "城市", "D"]))
def test_shuffled_tables_lose_no_number_in_silence(grid, column):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        path.write_bytes(as_xlsx(grid, []))
        try:
            file = read_indicators(path, region_column=column)
        except HubtiersError:
            return
    check([file])
    assert unaccounted(grid, file) == []


_numbers = st.one_of(st.floats(-1e300, 1e300), st.integers(-(2**60), 2**60))


@st.composite
def numeric_tables(draw):
    width = draw(st.integers(1, 4))
    rows = draw(
        st.lists(
            st.lists(st.one_of(_numbers, st.none()), min_size=width, max_size=width),
            min_size=1,
            max_size=6,
        )
    )
    return rows if any(v is not None for row in rows for v in row) else [[1.0] * width]


@settings(deadline=None, max_examples=50)
@given(numeric_tables(), st.sampled_from(["a.csv", "b.csv", "a.xlsx"]))
def test_numbers_survive_exactly(rows, name):
    grid = [
        ["地区", *(f"指数{'甲乙丙丁'[n]}" for n in range(len(rows[0])))],
        *([f"市{'子丑寅卯辰巳'[n]}", *row] for n, row in enumerate(rows)),
    ]
    if name.endswith("xlsx"):  # workbooks keep 15 digits
        grid = [
            [float(f"{v:.15g}") if isinstance(v, int | float) else v for v in row] for row in grid
        ]
    content = (
        as_xlsx(grid, [])
        if name.endswith("xlsx")
        else as_csv(grid, ";" if name == "b.csv" else ",")
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        values = read_indicators(path, keep=grid[0][1:]).values
    got = {
        (r, i): v for r, i, v in values[["region", "indicator", "value"]].itertuples(index=False)
    }
    for row in grid[1:]:
        for header, value in zip(grid[0][1:], row[1:], strict=True):
            read = got[row[0], header]
            assert math.isnan(read) if value is None else read == float(value)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.decimals(-(10**6), 10**9, places=3), min_size=1, max_size=6),
    st.sampled_from([("万元", 4), ("元", 8), ("千元", 5), ("亿元", 0)]),
)
def test_conversions_are_exact_in_decimals(numbers, unit):
    name, shift = unit
    lines = "\n".join(f"市{n},{number}" for n, number in enumerate(numbers))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        path.write_text(f"地区,gdp（{name}）\n{lines}\n", encoding="utf-8")
        values = read_indicators(path, framework=_FRAMEWORK, keep=["gdp"]).values
    assert values["value"].tolist() == [float(number.scaleb(-shift)) for number in numbers]


_TAGS = """<table> </table> <tr> </tr> <td> </td> <td|colspan=2> <td|rowspan=3> <td|x:num='1.5'> <br> <sup> </sup>
<div> </div> <script> </script> <td|colspan=99999> &lt; &nbsp;"""
_tags = st.sampled_from([tag.replace("|", " ") for tag in _TAGS.split()])


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(_tags, _words, st.text(max_size=4)), max_size=60))
def test_random_pages(pieces):
    check(attempt("a.xls", ("<table>" + "".join(pieces)).encode("utf-8", "replace")))


_BROKEN = (old_files.encrypted(old_files.TABLE), old_files.in_broken_container(old_files.TABLE))


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(_BROKEN),
    st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), max_size=6),
)
def test_old_workbooks_with_wrong_bytes(content, changes):
    changed = bytearray(content)
    for place, byte in changes:
        changed[place % len(changed)] = byte
    check(attempt("a.xls", bytes(changed)))
