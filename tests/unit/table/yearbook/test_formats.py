from __future__ import annotations

import builtins
import importlib.util
import io
import re
import struct
import sys
from pathlib import Path

import openpyxl
import pytest

from hubtiers.errors import DataError, MissingDependencyError, SpecError
from hubtiers.table.yearbook.read import ReadLimits, read_indicators

_SPEC = importlib.util.spec_from_file_location(
    "old_files", Path(__file__).parents[3] / "old_files.py"
)
old_files = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(old_files)

TABLE, EXPECTED = old_files.TABLE, old_files.EXPECTED
HEAD = "<table><tr><td>地区<td>人口（万人）"


def values(file) -> dict[tuple[str, str], float]:
    return {
        (r, i): v
        for r, i, v in file.values[["region", "indicator", "value"]].itertuples(index=False)
    }


def read(folder: Path, content: bytes | str, name: str = "年鉴.xls", **kwargs):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_indicators(path, **kwargs)


def modern(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


KINDS = {
    "encrypted": (lambda: old_files.encrypted(TABLE), "xls", "encrypted with the default key"),
    "version 2": (lambda: old_files.bare(TABLE, 2), "xls", None),
    "version 3": (lambda: old_files.bare(TABLE, 3), "xls", None),
    "version 4": (lambda: old_files.bare(TABLE, 4), "xls", None),
    "broken container": (
        lambda: old_files.in_broken_container(TABLE),
        "xls",
        "its container is damaged",
    ),
    "page": (lambda: old_files.page(TABLE), "html", "named .xls, but holds a web page"),
    "page in GB2312": (
        lambda: old_files.page(TABLE, encoding="gb2312"),
        "html",
        "named .xls, but holds a web page",
    ),
    "xlsx": (lambda: modern(TABLE), "xlsx", "named .xls, but holds a zip archive such as an .xlsx"),
    "encrypted xlsx": (
        lambda: old_files.protected_xlsx(modern(TABLE), "VelvetSweatshop"),
        "xlsx",
        "encrypted with the default key",
    ),
    "text": (lambda: text().encode("gbk"), "csv", "named .xls, but holds text"),
    "text in UTF-16": (lambda: text().encode("utf-16"), "csv", "named .xls, but holds text"),
    "XML workbook": (
        lambda: xml_workbook(TABLE).encode(),
        "xml",
        "named .xls, but holds a workbook as XML",
    ),
    "web archive": (
        lambda: web_archive(old_files.page(TABLE)),
        "html",
        "named .xls, but holds a web page with",
    ),
}


def text() -> str:
    return "\r\n".join("\t".join("" if v is None else str(v) for v in row) for row in TABLE)


def xml_workbook(rows, *, extra: str = "", encoding: str = "UTF-8") -> str:
    def cell(value) -> str:
        kind = "String" if isinstance(value, str) else "Number"
        return "<Cell/>" if value is None else f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'

    body = "".join("<Row>" + "".join(map(cell, row)) + "</Row>" for row in rows)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<Styles><Style ss:ID="p"><NumberFormat ss:Format="0.00%"/></Style></Styles>'
        f'<Worksheet ss:Name="表1"><Table>{body}{extra}</Table></Worksheet></Workbook>'
    )


def web_archive(*pages: bytes) -> bytes:
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=_x"\r\n\r\n'
    parts = b""
    for number, page in enumerate(pages, start=1):
        parts += b"--=_x\r\nContent-Location: file:///C:/a.files/sheet%03d.htm\r\n" % number
        parts += (
            b"Content-Transfer-Encoding: 8bit\r\nContent-Type: text/html\r\n\r\n" + page + b"\r\n"
        )
    return head + parts + b"--=_x--\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_called_xls_is_read(tmp_path, kind):
    make, name, note = KINDS[kind]
    file = read(tmp_path, make())
    assert values(file) == EXPECTED
    assert file.report.kind == name
    assert {s.name for s in file.report.set_aside} == {"全国"}
    assert set(file.values["year"]) == {2022}
    assert note is None or any(text.startswith(note) for text in file.report.notes)


def test_an_encrypted_xlsx_keeps_its_own_suffix(tmp_path):
    content = old_files.protected_xlsx(modern(TABLE), "VelvetSweatshop")
    assert values(read(tmp_path, content, "年鉴.xlsx")) == EXPECTED


@pytest.mark.parametrize("name", ["年鉴.xls", "年鉴.xlsx"])
def test_a_password_is_asked_of_nobody(tmp_path, name):
    make = {"年鉴.xls": lambda: old_files.encrypted(TABLE, "秘密")}
    content = make.get(name, lambda: old_files.protected_xlsx(modern(TABLE), "秘密"))()
    with pytest.raises(
        DataError, match=rf"{name} is protected with a password.*save it without one as \.xlsx"
    ):
        read(tmp_path, content, name)


def test_a_key_that_would_take_hours_is_refused(tmp_path):
    content = old_files.protected_xlsx(modern(TABLE), "VelvetSweatshop").replace(
        b'Count="100000"', b'Count="999999999"'
    )
    with pytest.raises(DataError, match=r"asks for 999,999,999 steps to make its key"):
        read(tmp_path, content)


def test_half_a_download_is_no_workbook(tmp_path):
    content = old_files.in_broken_container(
        [["地区", "人口"], *([f"区{i}", i] for i in range(2000))]
    )
    with pytest.raises(DataError, match="is damaged, encrypted or no workbook"):
        read(tmp_path, content[: len(content) // 2] + content[-2048:])


def test_a_container_without_a_workbook(tmp_path):
    content = old_files.in_broken_container(TABLE).replace(
        "Workbook".encode("utf-16-le"), "Notebook".encode("utf-16-le")
    )
    with pytest.raises(DataError, match="no workbook"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("package", "content", "purpose"),
    [
        (
            "msoffcrypto",
            lambda: old_files.encrypted(TABLE),
            "Reading encrypted workbooks needs the package 'msoffcrypto-tool'",
        ),
        (
            "olefile",
            lambda: old_files.in_broken_container(TABLE),
            "Reading workbooks in damaged containers needs",
        ),
        (
            "lxml",
            lambda: old_files.page(TABLE),
            r"Reading web pages called \.xls needs the package 'lxml'",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_extra(tmp_path, monkeypatch, package, content, purpose):
    made, real = content(), builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match=rf"{purpose}.*hubtiers\[xls\]"):
        read(tmp_path, made)


# --- web pages ------------------------------------------------------------------------------------------------------


def test_title_and_unit_beside_the_table_are_read(tmp_path):
    page = "<html><body><div>2020年各地区人口</div><table><tr><td>单位：万人</table>"
    page += "<table><tr><td>地区<td>人口"
    file = read(
        tmp_path, page + "<tr><td>北京<td>5<tr><td>天津<td>6</table><p>资料来源：某局</body></html>"
    )
    assert file.values[
        ["region", "value", "year", "unit", "source", "cell"]
    ].to_numpy().tolist() == [
        ["北京", 5.0, 2020, "万人", "某局", "B4"],
        ["天津", 6.0, 2020, "万人", "某局", "B5"],
    ]


def test_cells_span_rows_and_columns(tmp_path):
    page = (
        "<table><tr><th rowspan=2>地区<th colspan=2>人口（万人）<th rowspan=2>面积"
        "<tr><th>2019年<th>2020年<tr><td>北京<td>1<td>2<td>9<tr><td>天津<td>3<td>4<td>8</table>"
    )
    found = read(tmp_path, page).values
    assert {(r, i, None if y is None else int(y)): v for r, i, v, y in zip(
        found["region"], found["indicator"], found["value"], found["year"].astype(object).where(found["year"].notna(), None),
        strict=True,
    )} == {
        ("北京", "人口", 2019): 1, ("北京", "人口", 2020): 2, ("北京", "面积", None): 9,
        ("天津", "人口", 2019): 3, ("天津", "人口", 2020): 4, ("天津", "面积", None): 8,
    }  # fmt: skip


def test_a_raised_digit_is_a_footnote_and_not_the_end_of_a_number(tmp_path):
    file = read(
        tmp_path, HEAD + "<tr><td>北京<sup>1</sup><td>12<sup>3</sup><tr><td>天津<td>6</table>"
    )
    assert values(file) == {("北京", "人口"): 12, ("天津", "人口"): 6}
    assert ("B2", "12³", "12") in file.report.footnotes


def test_the_number_behind_what_is_shown_is_read(tmp_path):
    page = HEAD + '<td>占比<tr><td>北京<td x:num="12.3456">12.3<td x:num="0.125">12.5%</table>'
    assert values(
        read(tmp_path, page.replace("<tr><td>北京", "<tr><td>天津<td>1<td>2%<tr><td>北京"))
    ) == {
        ("天津", "人口"): 1,
        ("天津", "占比"): 2,
        ("北京", "人口"): 12.3456,
        ("北京", "占比"): 12.5,
    }


def test_scripts_and_choices_are_no_text(tmp_path):
    page = (
        "<html><script>var 地区 = '<td>1'</script><select><option>2019年<option>2021年</select>"
        + HEAD
    )
    file = read(tmp_path, page + "<tr><td>北京<td>5<br><tr><td>天津<td><b>6</b></table>")
    assert values(file) == {("北京", "人口"): 5, ("天津", "人口"): 6}
    assert file.values["year"].isna().all()


def test_a_table_in_a_layout_is_read_after_what_stands_above_it(tmp_path):
    inner = HEAD + "<tr><td>北京<td>5<tr><td>天津<td>6</table>"
    page = f"<table><tr><td>2020年人口</td></tr><tr><td>{inner}</td></tr><tr><td>资料来源：某局</td></tr></table>"
    file = read(tmp_path, page)
    assert values(file) == {("北京", "人口"): 5, ("天津", "人口"): 6}
    assert file.report.title_rows == ((1, "2020年人口"),)
    assert set(file.values["source"]) == {"某局"}


@pytest.mark.parametrize(
    ("page", "match"),
    [
        (
            HEAD + "<td colspan=1000000>",
            r"has a cell that spans 1000000 columns, which no table does",
        ),
        (HEAD + "<td rowspan=99999999999>", r"has a cell that spans 99999999999 rows"),
        ("<table><tr>" + "<td colspan=16384>地区" * 2, r"has a row of more than 16,384 columns"),
        (
            "<table>" + "<tr><td>地区" * 600,
            r"has too many rows and cells \(1,200; the limit max_cells is 1,000\)",
        ),
        (
            "<table>" + "<tr><td rowspan=900>地" * 90,
            r"has too many cells \(1,\d\d\d; the limit max_cells is 1,000\)",
        ),
        ("<html><table>\0", "holds null bytes and is no web page"),
        ("<html>" + "<p>地区" * 1001, "has too many cells"),
        ("<html><p>地区", "holds no table"),
    ],
)
def test_pages_that_ask_for_too_much(tmp_path, page, match):
    with pytest.raises(DataError, match=match):
        read(tmp_path, page, limits=ReadLimits(max_cells=1000))


def test_pages_have_one_sheet(tmp_path):
    with pytest.raises(SpecError, match=r"年鉴\.xls is a web page and has no sheet '1'"):
        read(tmp_path, old_files.page(TABLE), sheet="1")
    with pytest.raises(SpecError, match=r"年鉴\.xls is text and has no sheet '1'"):
        read(tmp_path, text(), sheet="1")


def test_a_page_in_big5_is_read_by_what_it_declares(tmp_path):
    page = (
        '<meta charset="big5"><table><tr><td>城市<td>人口<tr><td>臺北<td>5<tr><td>高雄<td>6</table>'
    )
    found = read(tmp_path, page.encode("big5"))
    assert list(found.values["region"]) == ["臺北", "高雄"]
    assert found.report.encoding == "big5"


def test_several_pages_of_a_web_archive_are_sheets(tmp_path):
    other = [["地区", "面积"], ["北京", 3], ["天津", 4]]
    content = web_archive(old_files.page(TABLE), old_files.page(other))
    with pytest.raises(DataError, match=r"has 2 sheets with data: 'sheet001', 'sheet002'"):
        read(tmp_path, content)
    assert values(read(tmp_path, content, sheet="sheet002")) == {
        ("北京", "面积"): 3,
        ("天津", "面积"): 4,
    }
    with pytest.raises(DataError, match="is a web archive without a page that holds a table"):
        read(tmp_path, web_archive(b"<p>"))


# --- workbooks as XML -----------------------------------------------------------------------------------------------


def test_an_xml_workbook_with_places_spans_and_percentages(tmp_path):
    rows = (
        '<Row ss:Index="3"><Cell ss:MergeDown="1"><Data ss:Type="String">地区</Data></Cell>'
        '<Cell ss:MergeAcross="1"><Data ss:Type="String">人口</Data></Cell>'
        '<Cell><Data ss:Type="String">占比</Data></Cell></Row>'
        '<Row><Cell ss:Index="2"><Data ss:Type="String">2019年</Data></Cell>'
        '<Cell><Data ss:Type="String">2020年</Data></Cell></Row>'
        '<Row><Cell><Data ss:Type="String">北京</Data></Cell><Cell><Data ss:Type="Number">5</Data></Cell>'
        '<Cell><Data ss:Type="Number">6</Data></Cell>'
        '<Cell ss:StyleID="p"><Data ss:Type="Number">0.125</Data></Cell></Row>'
    )
    found = read(tmp_path, xml_workbook([], extra=rows)).values
    assert found[["indicator", "value", "unit", "cell"]].to_numpy().tolist() == [
        ["人口", 5.0, "", "表1!B5"],
        ["人口", 6.0, "", "表1!C5"],
        ["占比", 12.5, "%", "表1!D5"],
    ]


def test_a_hidden_sheet_of_an_xml_workbook(tmp_path):
    options = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    second = f'<Worksheet ss:Name="旧"><Table/>{options}</Worksheet></Workbook>'
    file = read(tmp_path, xml_workbook(TABLE).replace("</Workbook>", second))
    assert values(file) == EXPECTED
    assert "hidden sheets were not read: 旧" in file.report.notes
    with pytest.raises(SpecError, match="has no sheet '新'"):
        read(tmp_path, xml_workbook(TABLE), sheet="新")


@pytest.mark.parametrize(
    ("extra", "match"),
    [
        ('<Row ss:Index="2"/>', r"has rows out of order or out of range \(row 2\)"),
        (
            '<Row><Cell ss:Index="3"/><Cell ss:Index="2"/></Row>',
            "has cells out of order or out of range",
        ),
        ('<Row><Cell ss:MergeAcross="20000"/></Row>', "has cells out of order or out of range"),
        ('<Row><Cell ss:Index="-1"/></Row>', "has a cell or row with Index='-1'"),
        (
            '<Row><Cell><Data ss:Type="Number">x</Data></Cell></Row>',
            "is damaged, encrypted or no workbook",
        ),
        ("<Row><Cell>", "is damaged, encrypted or no workbook"),
        ("<Row/>" * 100, r"has too many cells \(101; the limit max_cells is 100\)"),
        (
            '<Row><Cell><Data ss:Type="String">河北</Data></Cell><Cell ss:Formula="=1+1"/></Row>',
            "has a formula without a stored result: 表1!B6",
        ),
    ],
)
def test_xml_workbooks_that_cannot_be_read(tmp_path, extra, match):
    with pytest.raises(DataError, match=match):
        read(tmp_path, xml_workbook(TABLE, extra=extra), limits=ReadLimits(max_cells=100))


def test_an_xml_workbook_declares_no_entities(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><Workbook '
    with pytest.raises(DataError, match="The workbook declares a document type"):
        read(tmp_path, xml_workbook(TABLE).replace("<Workbook ", bomb))


# --- stored results -------------------------------------------------------------------------------------------------


def with_formula(folder: Path, *, stale: bool) -> Path:
    import zipfile

    path = folder / "公式.xlsx"
    path.write_bytes(modern([["地区", "人口"], ["北京", 5], ["天津", 6]]))
    with zipfile.ZipFile(path) as archive:
        parts = {info: archive.read(info) for info in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = re.sub(
        rb'(<c r="B2"[^>]*>)<v>5</v>', rb"\1<f>2+3</f><v>5</v>", sheet
    )
    if not stale:
        parts["xl/workbook.xml"] = re.sub(rb"<calcPr[^>]*/>", b"", parts["xl/workbook.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in parts.items():
            archive.writestr(info, content)
    return path


@pytest.mark.parametrize("stale", [True, False])
def test_results_that_may_be_stale_are_read_and_said(tmp_path, stale):
    file = read_indicators(with_formula(tmp_path, stale=stale))
    assert values(file) == {("北京", "人口"): 5, ("天津", "人口"): 6}
    said = [
        text
        for text in file.report.notes
        if "1 formula is read by the result that was stored" in text
    ]
    assert len(said) == stale


def test_one_cell_far_to_the_right_does_not_fill_all_rows(tmp_path):
    rows = [["地区", "人口"], *([f"区{i}", i] for i in range(1, 900))]
    rows.append(["末", 1, *[None] * 250, 9])
    file = read(tmp_path, old_files.workbook(rows), limits=ReadLimits(max_cells=2500))
    assert len(file.values) == 900


@pytest.mark.skipif(sys.platform == "win32", reason="packs little-endian sizes by hand")
def test_a_sheet_that_does_not_begin_where_the_workbook_says(tmp_path):
    content = bytearray(old_files.in_broken_container(TABLE))
    place = content.index(struct.pack("<H", 0x85), 512)
    content[place + 4 : place + 8] = struct.pack("<I", 12)
    with pytest.raises(
        DataError, match=r"is damaged, encrypted or no workbook \(a sheet does not begin"
    ):
        read(tmp_path, bytes(content))
