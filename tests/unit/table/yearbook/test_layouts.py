"""Tables as they are published: whatever of the trade's layouts come together, every number finds its region."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from hubtiers.errors import HubtiersError
from hubtiers.framework import Framework, Indicator
from hubtiers.table.yearbook.read import read_indicators

PROVINCES = {
    "北京": "Beijing", "天津": "Tianjin", "河北": "Hebei", "内蒙古": "Inner Mongolia", "吉林": "Jilin",
    "黑龙江": "Heilongjiang", "江苏": "Jiangsu", "海南": "Hainan", "陕西": "Shaanxi", "新疆": "Xinjiang",
}  # fmt: skip
# Each in the parts that a narrow column wraps it into, with its English and its unit.
INDICATORS = (
    (("R&D人员", "全时当量"), ("Full-time", "Equivalent"), "人年"),
    (("有研发机构", "的企业数"), ("Number of", "Enterprises"), "个"),
    (("主营业", "务收入"), ("Revenue from", "Business"), "亿元"),
    (("仪器和设备原价",), ("Equipment",), "万元"),
    (("专利申请数",), ("Patent", "Applications"), "件"),
    (("在校学生",), ("Students at the end of", "year"), "人"),
)
BELOW = (
    "资料来源：国家统计局",
    "摘编自《某某统计年鉴2021》",
    "（续下页）",
    "制表：某某",
    "注：本表不含军队。",
    "Source: bureau",
)


@dataclass
class Page:
    """Cells by row and column, and merges, as they are put together."""

    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def put(self, row: int, column: int, value: object) -> None:
        if value is not None:
            assert (row, column) not in self.cells
            self.cells[row, column] = value

    def save(self, path: Path) -> Path:
        book = openpyxl.Workbook()
        for (row, column), value in self.cells.items():
            book.active.cell(row, column).value = value
        for top, left, bottom, right in self.merges:
            book.active.merge_cells(
                start_row=top, start_column=left, end_row=bottom, end_column=right
            )
        book.save(path)
        return path


@dataclass(frozen=True)
class Style:
    """How a table is printed."""

    two_columns: bool
    word: str
    in_rows: bool
    merged: bool
    years: tuple[int, ...]
    totals: bool
    spaced: bool
    gaps: bool
    codes: bool
    serial: bool


styles = st.builds(
    Style,
    two_columns=st.booleans(),
    word=st.sampled_from(["地区", "地 区", "地　区", "省份", "地区\nRegion", "Region", ""]),
    in_rows=st.booleans(),
    merged=st.booleans(),
    years=st.sampled_from([(), (2019, 2020), (2018, 2019, 2020)]),
    totals=st.booleans(),
    spaced=st.booleans(),
    gaps=st.booleans(),
    codes=st.just(False),
    serial=st.booleans(),
)


def spaced(name: str) -> str:
    return f"{name[0]}　{name[1:]}" if len(name) == 2 else name


def header_cells(indicator, style: Style) -> list[str]:
    """Return the texts above a column from top to bottom: one cell with line breaks, or one row a line."""
    zh, en, unit = indicator
    lines = [*zh, f"({unit})", *en]
    return lines if style.in_rows else ["\n".join(lines)]


def lay(page: Page, top: int, left: int, names, columns, style: Style) -> tuple[int, int]:
    """Write a header and rows at a place; return the first row and column that are free again."""
    height = max(len(header_cells(indicator, style)) for indicator, _ in columns)
    width = max(1, len(style.years))
    start = left + 1 + style.two_columns
    depth = height + bool(style.years)
    page.put(top, left, style.word or None)
    if style.two_columns:
        page.put(top, left + 1, "Region" if style.word not in ("", "Region") else None)
    for number, (indicator, _) in enumerate(columns):
        column = start + number * width
        for line, text in enumerate(header_cells(indicator, style)):
            page.put(top + line, column, text)
        for step, year in enumerate(style.years):
            page.put(top + height, column + step, f"{year}年")
        if style.merged and width > 1 and not style.in_rows:
            page.merges.append((top, column, top, column + width - 1))
    row = top + depth
    for name in names:
        page.put(row, left, spaced(name) if style.spaced else name)
        if style.two_columns:
            page.put(row, left + 1, PROVINCES.get(name, "National Total"))
        for number, (_, values) in enumerate(columns):
            for step in range(width):
                page.put(
                    row,
                    start + number * width + step,
                    values[name, style.years[step] if style.years else None],
                )
        row += 2 if style.gaps else 1
    return row, start + len(columns) * width


@st.composite
def tables(draw):
    """Draw names, columns of unique values, and a style."""
    style = draw(styles)
    names = draw(st.lists(st.sampled_from(sorted(PROVINCES)), min_size=5, max_size=8, unique=True))
    chosen = draw(st.lists(st.sampled_from(INDICATORS), min_size=2, max_size=4, unique=True))
    rows = ["全国", *names] if style.totals else names
    columns, number = [], 2100
    for indicator in chosen:
        values = {}
        for name in rows:
            for year in style.years or (None,):
                number += draw(st.integers(1, 50))
                values[name, year] = number + 0.5
        columns.append((indicator, values))
    return style, rows, columns


def truth(style: Style, columns) -> dict[str, set[tuple[str, int, float]]]:
    """Return the values that regions have, by the name of their indicator; without years, the title's 2016 counts."""
    return {
        "".join(indicator[0]): {
            (name, year or 2016, value) for (name, year), value in values.items() if name != "全国"
        }
        for indicator, values in columns
    }


def written(page: Page, framework: Framework | None = None):
    with tempfile.TemporaryDirectory() as folder:
        return read_indicators(page.save(Path(folder, "表.xlsx")), framework=framework)


def got(file) -> dict[str, set[tuple[str, int, float]]]:
    found: dict[str, set[tuple[str, int, float]]] = {}
    for row in file.values.dropna(subset=["value"]).itertuples():
        found.setdefault(row.indicator.replace(" ", ""), set()).add(
            (row.region, int(row.year), row.value)
        )
    return found


def titled(page: Page, left: int = 1) -> int:
    page.put(1, left, "3-5 各地区某某情况(2016年)")
    page.put(2, left, "Something by Region (2015)")
    return 4


@settings(deadline=None, max_examples=40)
@given(tables(), st.lists(st.sampled_from(BELOW), max_size=3, unique=True), st.integers(1, 3))
def test_one_table_in_any_style(table, below, left):
    style, names, columns = table
    page = Page()
    top = titled(page, left)
    row, _ = lay(page, top, left + style.serial, names, columns, style)
    if style.serial:
        page.put(top, left, "序号")
        height = top + max(len(header_cells(c[0], style)) for c in columns) + bool(style.years)
        for number in range(len(names)):
            page.put(height + number * (2 if style.gaps else 1), left, number + 1)
    for number, line in enumerate(below):
        page.put(row + number, left + style.serial, line)
    assert got(written(page)) == truth(style, columns)


@settings(deadline=None, max_examples=40)
@given(tables(), st.integers(-1, 2), st.integers(0, 2), st.randoms(use_true_random=False))
def test_a_table_that_goes_on_to_the_right(table, lower, gap, random):
    """The second panel begins higher or lower, and its names may stand in another order."""
    style, names, columns = table
    page = Page()
    top = titled(page) + 1
    _, free = lay(page, top, 1, names, columns[:1], style)
    others = (
        [*names[:1], *random.sample(names[1:], len(names) - 1)]
        if style.totals
        else random.sample(names, len(names))
    )
    lay(page, top + lower, free + gap, others, columns[1:], style)
    try:
        file = written(page)
    except HubtiersError:
        # Names in another order at once beside the first ones may be anybody's: to ask is right.
        assert not style.word
        return
    assert got(file) == truth(style, columns)
    assert any("a panel of its own names" in layout for layout in file.report.layouts)


@settings(deadline=None, max_examples=40)
@given(tables(), st.sampled_from(["3-5 续表", "(续)", "3-5 续表 1 continued"]), st.booleans())
def test_a_table_that_goes_on_below(table, title, note):
    style, names, columns = table
    page = Page()
    row, _ = lay(page, titled(page), 1, names, columns[:1], style)
    if note:
        page.put(row, 1, "注:统计口径自2018年起有所调整,与以前年度不可比,详见说明。")
        row += 2
    page.put(row, 1, title)
    lay(page, row + 1, 1, names, columns[1:], style)
    assert got(written(page)) == truth(style, columns)


@settings(deadline=None, max_examples=40)
@given(tables(), st.integers(2, 4))
def test_one_table_in_two_halves(table, cut):
    style, names, columns = table
    page = Page()
    _, free = lay(page, titled(page), 1, names[:cut], columns, style)
    lay(page, 4, free, names[cut:], columns, style)
    try:
        file = written(page)
    except HubtiersError:
        assert not style.word or cut == 2
        return
    assert got(file) == truth(style, columns)


@settings(deadline=None, max_examples=40)
@given(tables(), st.randoms(use_true_random=False))
def test_names_of_a_framework_find_their_columns(table, random):
    """Names without gloss, unit and wraps, in any order, and one of each column in English only."""
    style, names, columns = table
    page = Page()
    lay(page, titled(page), 1, names, columns, style)
    asked = [indicator for indicator, _ in columns]
    random.shuffle(asked)
    framework = Framework(
        tuple(
            Indicator(
                f"i{n}", name_zh="" if n == 0 else "".join(zh), name_en=" ".join(en), unit=unit
            )
            for n, (zh, en, unit) in enumerate(asked)
        )
    )
    found = got(written(page, framework))
    wanted = truth(style, columns)
    assert found == {f"i{n}": wanted["".join(zh)] for n, (zh, _, _) in enumerate(asked)}
