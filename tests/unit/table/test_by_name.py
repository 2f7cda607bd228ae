from __future__ import annotations

import gzip

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely import box

from hubtiers.errors import (
    DataError,
    DuplicateRegionError,
    JoinError,
    MissingColumnError,
    SpecError,
    UnknownOptionError,
)
from hubtiers.regions.boundaries import load_regions
from hubtiers.table.by_name import MAX_KINDS, count_by_name
from hubtiers.table.name_report import NameReport
from hubtiers.table.yearbook.sheet import ReadLimits

CITY, PROVINCE = load_regions("city"), load_regions("province")

LIST = pd.DataFrame(
    {
        "企业": ["甲", "乙", "丙", "丁", "戊", "己", "庚"],
        "省份": ["北京市", "江苏省", "江苏", "吉林", "辽宁", "青海", "安徽省"],
        "城市": ["北京", "苏州市", "南京", "吉林", "朝阳", "海南", "宿州"],
        "类型": ["企业", "企业", "机构", "企业", "机构", "企业", "企业"],
        "资本": [3, 0.1, 0.2, 4, 5, 6, 7],
    }
)
IDS = ["110000", "320500", "320100", "220200", "211300", "632500", "341300"]


def own_layer(names=("东区", "西区"), **more) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name_zh": list(names), "name_en": ["East", "West"], **more},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        index=pd.Index(["e", "w"], name="region_id"),
        crs="EPSG:4326",
    )


def counted(counts: pd.DataFrame) -> dict[str, dict[str, float]]:
    used = counts[(counts != 0).any(axis=1)]
    return {str(region): row[row != 0].to_dict() for region, row in used.iterrows()}


def test_the_province_decides_between_namesakes():
    counts = count_by_name(LIST, CITY, column="城市", by="类型")
    kinds = dict(zip(IDS, LIST["类型"], strict=True))
    assert counted(counts) == {region: {kind: 1} for region, kind in kinds.items()}
    assert list(counts.columns) == ["企业", "机构"]
    assert counts.index.equals(CITY.index)
    assert counts.dtypes.astype(str).tolist() == ["int64", "int64"]
    report = counts.attrs["report"]
    assert (report.records, report.counted, report.column, report.province_column) == (
        7,
        7,
        "城市",
        "省份",
    )


def test_without_provinces_namesakes_are_refused_with_candidates():
    with pytest.raises(
        JoinError,
        match=r"3 names belong to no single region of the layer: '吉林' \(1 record; could be 220200 吉林市 or 220000 吉林省\)"
        r".*name the column of provinces with province=…",
    ) as raised:
        count_by_name(LIST.drop(columns="省份"), CITY, column="城市")
    assert isinstance(raised.value.report, NameReport)
    assert [p.name for p in raised.value.report.places if p.rule == "ambiguous"] == [
        "吉林",
        "朝阳",
        "海南",
    ]


def test_names_that_match_nothing_can_be_set_aside():
    records = pd.DataFrame({"城市": ["北京", "北京", "北平城", "亚特兰蒂斯", None, "—", "南京"]})
    counts = count_by_name(records, CITY, column="城市", unmatched="keep")
    assert counted(counts) == {"110000": {"count": 2}, "320100": {"count": 1}}
    report = counts.attrs["report"]
    assert (report.records, report.counted, report.unmatched, report.missing_name) == (7, 3, 2, 2)
    assert report.to_frame().set_index("name")["records"].to_dict() == {
        "北京": 2,
        "北平城": 1,
        "亚特兰蒂斯": 1,
        "南京": 1,
    }
    text = report.to_text()
    assert text.startswith("7 records from a DataFrame, by column '城市': 3 counted")
    assert "2 whose name belongs to no single region" in text
    assert "亚特兰蒂斯 (1) · unmatched" in text


def test_a_name_that_lies_in_another_province_is_refused():
    records = pd.DataFrame({"城市": ["南京"], "所在": ["浙江"]})
    with pytest.raises(JoinError, match="lies in 江苏省, not in 浙江省"):
        count_by_name(records, CITY, column="城市", province="所在")
    records = pd.DataFrame({"城市": ["南京市玄武区某路"], "所在": ["浙江"]})
    with pytest.raises(
        JoinError, match="it begins with 江苏省南京市, which lies outside its province"
    ):
        count_by_name(records, CITY, column="城市", province="所在")
    records = pd.DataFrame({"城市": ["南京"], "所在": ["东部"]})
    with pytest.raises(JoinError, match="its province '东部' is none"):
        count_by_name(records, CITY, column="城市", province="所在")


def test_a_column_found_by_its_header_is_no_promise():
    records = pd.DataFrame({"城市": ["南京", "苏州"], "省份": ["东部", ""]})
    assert counted(count_by_name(records, CITY, column="城市")) == {
        "320100": {"count": 1},
        "320500": {"count": 1},
    }


ADDRESSES = {
    "北京市海淀区中关村大街1号": "110000",
    "100084 北京海淀区清华园": "110000",
    "邮编：210000，江苏省 南京市 玄武区": "320100",
    "(518000)广东深圳南山区科技园": "440300",
    "中国浙江省杭州市西湖区": "330100",
    "湖北省襄樊市樊城区": "420600",
    "吉林市船营区北京路": "220200",
    "吉林省吉林市": "220200",
    "海南藏族自治州共和县": "632500",
    "四川省凉山州西昌市": "513400",
    "内蒙古呼和浩特新城区": "150100",
    "苏州工业园区星湖街": "320500",
    "宿州埇桥区": "341300",
    "臺灣臺北市信義區": "710000",
    "河南省济源市沁园街道": "419001",
    "上海南京西路1000号": "310000",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_counts_where_it_begins(address):
    counts = count_by_name(pd.DataFrame({"地址": [address]}), CITY, column="地址")
    assert counted(counts) == {ADDRESSES[address]: {"count": 1}}


@pytest.mark.parametrize(
    "address",
    [
        "南京西路1000号静安区",
        "河北区中山路12号",
        "天津路100号甲楼",
        "朝阳区建国路88号",
        "江苏省昆山市前进路",
        "海淀区中关村",
    ],
)
def test_what_does_not_begin_with_a_city_is_refused(address):
    with pytest.raises(JoinError, match="1 name belongs to no single region"):
        count_by_name(pd.DataFrame({"地址": [address]}), CITY, column="地址")


def test_addresses_of_one_unit_are_one_place():
    records = pd.DataFrame(
        {"地址": [f"江苏省南京市玄武区北京东路{i}号" for i in range(40)] + ["江苏南京鼓楼"] * 2}
    )
    counts = count_by_name(records, PROVINCE, column="地址")
    assert counted(counts) == {"320000": {"count": 42}}
    assert counts.attrs["report"].to_frame().to_numpy().tolist() == [
        ["江苏省南京市", 42, "320000", "address", "", ""]
    ]


def test_codes_of_counties_count_for_their_city():
    codes = pd.DataFrame({"区划代码": [110108, 320102.0, 320500, 659001]})
    assert counted(count_by_name(codes, CITY, column="区划代码")) == {
        "110000": {"count": 1}, "320100": {"count": 1}, "320500": {"count": 1}, "659001": {"count": 1},
    }  # fmt: skip
    assert counted(count_by_name(codes, PROVINCE, column="区划代码")) == {
        "110000": {"count": 1}, "320000": {"count": 2}, "650000": {"count": 1},
    }  # fmt: skip


def test_postal_codes_count_where_their_district_lies_in_one_region():
    # 110000 is Shenyang as a postal code and Beijing as a code of regions; 010010 has lost its zero.
    codes = pd.DataFrame({"邮 编": [110000, 100084, 10010, 215000], "kind": ["a", "a", "b", "b"]})
    assert counted(count_by_name(codes, CITY, column="邮 编", by="kind")) == {
        "110000": {"a": 1}, "150100": {"b": 1},
        "210100": {"a": 1}, "320500": {"b": 1},
    }  # fmt: skip
    counts = count_by_name(codes, PROVINCE, column="邮 编")
    assert counted(counts) == {
        "110000": {"count": 1}, "150000": {"count": 1}, "210000": {"count": 1}, "320000": {"count": 1},
    }  # fmt: skip
    assert set(counts.attrs["report"].to_frame()["rule"]) == {"postal code"}
    told = pd.DataFrame({"postcode": ["110000", "999999"], "省份": ["北京", "北京"]})
    with pytest.raises(JoinError, match=r"'110000' \(1 record; the postal code lies outside"):
        count_by_name(told, CITY, column="postcode")
    kept = count_by_name(
        told, CITY, column="postcode", unmatched="keep", names={"110000": "110000"}
    )
    assert counted(kept) == {"110000": {"count": 1}}
    assert kept.attrs["report"].unmatched == 1
    with pytest.raises(JoinError, match="no region of the layer alone has its postal district"):
        count_by_name(pd.DataFrame({"zip": ["100084"]}), own_layer(), column="zip")


def test_postal_codes_that_are_the_ids_of_a_layer():
    # 110001 tells a unit of the gazetteer, of which this layer has none.
    areas = own_layer().set_axis(pd.Index(["110001", "00501"], name="region_id"))
    records = pd.DataFrame({"zip": ["110001", "00501", "110001", "100084"]})
    counts = count_by_name(records, areas, column="zip", unmatched="keep")
    assert counted(counts) == {"110001": {"count": 2}, "00501": {"count": 1}}
    assert counts.attrs["report"].unmatched == 1


def test_own_layers_count_by_their_names_and_ids():
    records = pd.DataFrame({"区": ["东区", "East", "w", "西区", "某省某市"], "n": [1, 2, 3, 4, 5]})
    counts = count_by_name(records, own_layer(), column="区", weight="n", unmatched="keep")
    assert counts["count"].to_dict() == {"e": 3.0, "w": 7.0}
    assert counts.attrs["report"].unmatched == 1


def test_districts_of_an_own_layer_in_addresses():
    layer = own_layer(("海淀区", "朝阳区"))
    records = pd.DataFrame(
        {"地址": ["北京市海淀区中关村", "北京朝阳区建国路", "北京市朝阳区", "天津市和平区"]}
    )
    counts = count_by_name(records, layer, column="地址", unmatched="keep")
    assert counts["count"].to_dict() == {"e": 1, "w": 2}
    assert counts.attrs["report"].unmatched == 1


def test_an_own_layer_with_two_regions_of_one_name():
    with pytest.raises(
        JoinError, match=r"'东区' \(1 record; could be e East 东区 or w West 东区\)"
    ):
        count_by_name(pd.DataFrame({"区": ["东区"]}), own_layer(("东区", "东区")), column="区")


def test_columns_of_an_own_layer_decide_between_its_namesakes():
    layer = own_layer(("Springfield", "Springfield"), state=["Ohio", "Illinois"])
    layer["name_en"] = "Springfield"
    records = pd.DataFrame({"town": ["Springfield"] * 3, "state": ["Illinois", "Illinois", "Ohio"]})
    counts = count_by_name(records, layer, column="town", province="state")
    assert counts["count"].to_dict() == {"e": 1, "w": 2}
    with pytest.raises(JoinError, match="'Springfield'"):
        count_by_name(records.assign(state="Texas"), layer, column="town", province="state")


def test_weights_are_summed_exactly_in_any_order():
    records = pd.DataFrame({"城市": ["北京"] * 4, "w": [1e16, 1.0, 1.0, 0.0]})
    for order in (records, records.iloc[::-1]):
        assert (
            count_by_name(order, CITY, column="城市", weight="w").loc["110000", "count"] == 1e16 + 2
        )
    text = pd.DataFrame({"城市": ["北京", "北京", "天津"], "w": ["1,000.5", "", "2"]})
    counts = count_by_name(text, CITY, column="城市", weight="w")
    assert counted(counts) == {"110000": {"count": 1000.5}, "120000": {"count": 2.0}}
    assert counts.attrs["report"].missing_weight == 1


def test_kinds_are_columns_and_their_gaps_are_counted():
    records = pd.DataFrame({"城市": ["北京", "北京", "天津"], "kind": ["b", None, "a"]})
    counts = count_by_name(records, CITY, column="城市", by="kind")
    assert counts.loc[["110000", "120000"]].to_dict("list") == {"a": [0, 1], "b": [1, 0]}
    assert counts.attrs["report"].missing_kind == 1
    many = pd.DataFrame({"城市": "北京", "kind": np.arange(MAX_KINDS + 1).astype(str)})
    with pytest.raises(
        DataError, match=r"There are 1,001 kinds in 'kind' \(most: MAX_KINDS, 1,000\)"
    ):
        count_by_name(many, CITY, column="城市", by="kind")


def test_corrections_name_the_region_or_set_the_name_aside(tmp_path):
    records = pd.DataFrame({"城市": ["北京", "苏南某园区", "海外", "合计"]})
    given = {"苏南某园区": "320500", "海外": "-", "合计": ""}
    counts = count_by_name(records, CITY, column="城市", names=given)
    assert counted(counts) == {"110000": {"count": 1}, "320500": {"count": 1}}
    assert counts.attrs["report"].set_aside == 2
    path = tmp_path / "names.csv"
    path.write_text(
        "name,proposals,region_id\n苏南某园区,,320500\n海外,,-\n合计,,\n", encoding="utf-8-sig"
    )
    pd.testing.assert_frame_equal(count_by_name(records, CITY, column="城市", names=path), counts)
    with pytest.raises(
        SpecError, match=r"names names regions that the layer does not have: 海外 → 999999"
    ):
        count_by_name(records, CITY, column="城市", names={"海外": "999999"})
    with pytest.raises(SpecError, match=r"names is \['海外'\]. Pass a mapping"):
        count_by_name(records, CITY, column="城市", names=["海外"])
    with pytest.raises(SpecError, match=r"'海外' → 3 is no pair of texts"):
        count_by_name(records, CITY, column="城市", names={"海外": 3})


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        (
            "name,id\na,b\n",
            MissingColumnError,
            "The list of names names.csv lacks the column 'region_id'",
        ),
        (
            "name,region_id\na,110000\na,120000\n",
            DataError,
            r"names.csv, line 3: 'a' stands twice, with two regions",
        ),
        ("name,region_id\n,110000\n", DataError, "names.csv, line 2: the row has no name"),
        (
            "name,region_id\na,7\n",
            SpecError,
            "The list of names names.csv names regions that the layer does not have",
        ),
    ],
)
def test_lists_of_corrections_that_do_not_fit(tmp_path, text, error, match):
    path = tmp_path / "names.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=match):
        count_by_name(pd.DataFrame({"城市": ["a"]}), CITY, column="城市", names=path)


def _write(path, frame: pd.DataFrame) -> None:
    match "".join(path.suffixes):
        case ".xlsx":
            book = openpyxl.Workbook()
            book.active.append(["附件：名单"])
            for row in [list(frame.columns), *frame.to_numpy().tolist()]:
                book.active.append(row)
            book.save(path)
        case ".parquet":
            frame.to_parquet(path)
        case ".csv.gz":
            path.write_bytes(gzip.compress(frame.to_csv(index=False).encode("gb18030")))
        case ".tsv":
            path.write_text(
                "附件：名单\n\n" + frame.to_csv(index=False, sep="\t"), encoding="utf-16"
            )
        case _:
            path.write_text("附件：名单\n" + frame.to_csv(index=False), encoding="utf-8-sig")


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv", "a.xlsx", "a.parquet"])
def test_lists_in_files(tmp_path, name):
    path = tmp_path / name
    _write(path, LIST)
    counts = count_by_name(path, CITY, column="城市", by="类型", weight="资本")
    expected = {r: {k: float(w)} for r, k, w in zip(IDS, LIST["类型"], LIST["资本"], strict=True)}
    assert counted(counts) == expected
    assert counts.attrs["report"].source == name


def test_counts_can_be_written_to_parquet(tmp_path):
    counts = count_by_name(LIST, CITY, column="城市")
    counts.to_parquet(tmp_path / "counts.parquet")
    assert pd.read_parquet(tmp_path / "counts.parquet")["count"].sum() == 7


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("none.csv", None, "There is no file"),
        ("a.doc", b"x", "a.doc is no list that can be read. Save it as one of .csv"),
        ("a.csv", '城市\n"北京\n'.encode(), "the quotation marks or fields are broken"),
        ("a.csv.gz", b"no gzip", "a.csv.gz is damaged"),
        ("a.parquet", b"PAR1", "a.parquet is damaged or no Parquet file"),
        ("a.xlsx", b"x", "is named .xlsx but holds no workbook"),
    ],
)
def test_lists_that_cannot_be_read(tmp_path, name, content, match):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=match):
        count_by_name(tmp_path / name, CITY, column="城市")


def test_columns_that_are_not_there_or_there_twice():
    with pytest.raises(
        MissingColumnError, match=r"The list lacks the column '市'\. It has 企业, 省份, 城市"
    ):
        count_by_name(LIST, CITY, column="市")
    twice = pd.DataFrame([["北京", "天津"]], columns=["城市", "城市"])
    with pytest.raises(DataError, match="The list has the column '城市' more than once"):
        count_by_name(twice, CITY, column="城市")


def test_headers_may_have_spaces(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("名单,\n城 市,类　型\n北京,甲\n", encoding="utf-8")
    assert counted(count_by_name(path, CITY, column="城市", by="类型")) == {"110000": {"甲": 1}}


@pytest.mark.parametrize(
    ("kwargs", "error", "match"),
    [
        (
            {"column": ""},
            SpecError,
            "column is ''. Give the name of the column that says the region",
        ),
        ({"column": "城市", "by": 3}, SpecError, "by is 3. Give the name of one column, or None"),
        (
            {"column": "城市", "unmatched": "drop"},
            UnknownOptionError,
            r"Unknown choice for unmatched= 'drop'",
        ),
        (
            {"column": "城市", "weight": "企业"},
            DataError,
            r"holds weights that are no numbers: record 1: '甲', record 2",
        ),
    ],
)
def test_wrong_options(kwargs, error, match):
    with pytest.raises(error, match=match):
        count_by_name(LIST, CITY, **kwargs)


def test_wrong_records_and_layers():
    with pytest.raises(
        SpecError, match="The records are a list. Pass the path of a list, or a frame"
    ):
        count_by_name([1], CITY, column="城市")
    with pytest.raises(
        DuplicateRegionError, match="The layer of regions has more than one row for 110000"
    ):
        count_by_name(LIST, pd.concat([CITY.iloc[:1], CITY.iloc[:1]]), column="城市")
    for weight in (-1.0, np.inf):
        with pytest.raises(DataError, match=r"Record 1 has the weight"):
            count_by_name(
                pd.DataFrame({"城市": ["北京"], "w": [weight]}), CITY, column="城市", weight="w"
            )


def test_an_empty_list_counts_nothing():
    counts = count_by_name(pd.DataFrame({"城市": pd.Series([], dtype=object)}), CITY, column="城市")
    assert counts["count"].sum() == 0
    assert counts.attrs["report"].records == 0
    assert "<pre>" in counts.attrs["report"]._repr_html_()


def test_input_is_not_changed():
    before = LIST.copy(deep=True)
    count_by_name(LIST, CITY, column="城市", by="类型", weight="资本")
    pd.testing.assert_frame_equal(LIST, before)


def test_the_sheet_with_the_column_is_the_list(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("名单")
    for row in (["附件"], ["企业", "城市"], ["甲", "北京"], ["乙", "南京市"]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    counts = count_by_name(tmp_path / "a.xlsx", CITY, column="城市")
    assert counted(counts) == {"110000": {"count": 1}, "320100": {"count": 1}}
    with pytest.raises(
        DataError, match="has the column '区' in 2 sheets: 'Sheet', '名单'. Save the list"
    ):
        count_by_name(tmp_path / "a.xlsx", CITY, column="区")
    empty = openpyxl.Workbook()
    empty.save(tmp_path / "b.xlsx")
    with pytest.raises(DataError, match=r"b\.xlsx has no rows"):
        count_by_name(tmp_path / "b.xlsx", CITY, column="城市")


def test_a_workbook_that_is_too_large_for_a_list(tmp_path, monkeypatch):
    _write(tmp_path / "a.xlsx", LIST)
    monkeypatch.setattr("hubtiers.table.records._LIMITS", ReadLimits(max_cells=5))
    with pytest.raises(
        DataError, match=r"a\.xlsx is too large for a list in a workbook\. Save it as CSV"
    ):
        count_by_name(tmp_path / "a.xlsx", CITY, column="城市")
