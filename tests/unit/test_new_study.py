from __future__ import annotations

import csv

import geopandas as gpd
import openpyxl
import pytest
from shapely import box

from hubtiers._guesses import english_name, guess, unique_codes
from hubtiers._new_study import study_from_tables
from hubtiers.errors import DataError, SpecError
from hubtiers.framework import load_framework
from hubtiers.study import load_study

_NAMES = "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西"
PROVINCES = _NAMES.split()


def write_yearbook(path):
    """A table as a yearbook prints it: two languages, a spanning header, a total, a rate, a dash."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["各地区科技活动（2022年）"])
    sheet.append(
        ["地 区", "R&D人员\nR&D Personnel\n（人）", "失业率（%）\nUnemployment rate", "备用"]
    )
    sheet.append(["全国", 1000, 5.0, 3])
    for number, name in enumerate(PROVINCES, start=1):
        sheet.append([name, 100 * number, 8 - number / 4 if number != 3 else "—", 3])
    sheet.append(["兵团某地", 5, 5, 3])
    book.save(path)
    return path


@pytest.fixture
def yearbook(tmp_path):
    return write_yearbook(tmp_path / "年鉴.xlsx")


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_study_from_a_yearbook_builds_at_once(tmp_path, yearbook):
    made = study_from_tables(tmp_path / "mine", [yearbook])
    assert sorted(path.name for path in made.paths) == [
        "framework.csv",
        "names.csv",
        "study.schema.json",
        "study.toml",
        "年鉴.xlsx",
    ]
    assert made.paths[0].read_text(encoding="utf-8").startswith("#:schema ./study.schema.json\n#")
    assert made.command.endswith("mine/study.toml --out out/mine")
    table = load_study(str(made.paths[0])).load_table()
    assert table.values.loc["110000"].tolist() == [100, 7.75]
    assert table.values.loc["360000"].tolist() == [1400, 4.5]
    result = load_study(str(made.paths[0])).run().result
    # 河北 lacks one of two indicators; 14 others of 34 provinces are scored in at most four tiers.
    assert result.scores.notna().sum() == 13
    assert result.tier.dropna().nunique() == 4
    assert result.scores.idxmax() == "360000"


def test_the_framework_says_what_was_guessed_and_why(tmp_path, yearbook):
    made = study_from_tables(tmp_path / "mine", [yearbook])
    rows = {row["code"]: row for row in rows_of(tmp_path / "mine" / "framework.csv")}
    assert list(rows) == ["r_d_personnel", "unemployment_rate"]
    people, jobless = rows["r_d_personnel"], rows["unemployment_rate"]
    assert (people["name_zh"], people["name_en"], people["unit"]) == (
        "R&D人员",
        "R&D Personnel",
        "人",
    )
    assert (people["kind"], people["direction"], people["parent"]) == ("extensive", "1", "")
    assert (jobless["kind"], jobless["direction"], jobless["unit"]) == ("intensive", "-1", "%")
    assert "含“失业”" in jobless["comment"]
    assert any(
        "left out, because they have one value everywhere: 备用" in note for note in made.notes
    )
    assert len(load_framework(tmp_path / "mine" / "framework.csv").indicators) == 2


def test_names_that_match_nothing_wait_in_a_list(tmp_path, yearbook):
    made = study_from_tables(tmp_path / "mine", [yearbook])
    (row,) = rows_of(tmp_path / "mine" / "names.csv")
    assert (row["name"], row["region_id"]) == ("兵团某地", "")
    assert any("兵团某地" in note for note in made.notes)
    names = tmp_path / "mine" / "names.csv"
    names.write_text("name,region_id\n兵团某地,650000\n", encoding="utf-8")
    assert load_study(str(made.paths[0])).load_table().values.loc["650000"].tolist() == [5, 5]


def test_a_name_that_starts_a_formula_waits_as_text(tmp_path):
    table = tmp_path / "t.csv"
    rows = "北京市,5,1\n上海市,3,2\n江苏省,8,3\n浙江省,2,5\n=Foo(),2,5\n"
    table.write_text(f"地区,=专利（件）,论文（篇）\n{rows}", encoding="utf-8")
    made = study_from_tables(tmp_path / "mine", [table])
    assert [row["name"] for row in rows_of(tmp_path / "mine" / "names.csv")] == ["'=Foo()"]
    found = load_study(str(made.paths[0])).load_table()
    assert sorted(found.values.iloc[:, 0].dropna()) == [2, 3, 5, 8]


def test_several_tables_become_one_study(tmp_path, yearbook):
    other = tmp_path / "论文.csv"
    lines = [
        f"{name}市,{number},{number * 2}" for number, name in enumerate(PROVINCES[:4], start=3)
    ]
    other.write_text(
        "地区,R&D人员,合计\n"
        + "\n".join(lines).replace("河北市", "河北").replace("山西市", "山西"),
        encoding="gb18030",
    )
    made = study_from_tables(tmp_path / "mine", [yearbook, other])
    codes = [row["code"] for row in rows_of(tmp_path / "mine" / "framework.csv")]
    assert codes == ["r_d_personnel", "unemployment_rate", "x04", "x05"]
    table = load_study(str(made.paths[0])).load_table()
    assert table.values.loc["120000"].tolist() == [200, 7.5, 4, 8]
    assert load_study(str(made.paths[0])).run().result.scores.notna().sum() >= 4


def test_files_of_one_name_are_kept_apart(tmp_path):
    folders = [tmp_path / "2021", tmp_path / "2022"]
    for number, folder in enumerate(folders, start=1):
        folder.mkdir()
        rows = [f"{name},{number * i * i}" for i, name in enumerate(PROVINCES)]
        (folder / "a.csv").write_text(f"地区,指标{number}\n" + "\n".join(rows), encoding="utf-8")
    made = study_from_tables(tmp_path / "mine", [folder / "a.csv" for folder in folders])
    written = {path.name for path in made.paths}
    assert written == {"a.csv", "a-2.csv", "framework.csv", "study.schema.json", "study.toml"}
    table = load_study(str(made.paths[0])).load_table()
    assert table.values.loc["130000"].tolist() == [4, 8]


def test_the_level_is_the_one_that_most_names_belong_to(tmp_path):
    path = tmp_path / "cities.csv"
    cities = ["Nanjing", "Suzhou, Jiangsu", "Wuxi", "Changzhou", "Xuzhou", "Nantong"]
    rows = [f'"{name}",{number * number}' for number, name in enumerate(cities)]
    path.write_text("city,Patents granted\n" + "\n".join(rows), encoding="utf-8")
    made = study_from_tables(tmp_path / "mine", [path])
    study = load_study(str(made.paths[0]))
    assert study.content.data.regions == "city"
    assert study.content.output.language == "en"
    assert study.content.title_en == "cities"
    assert study.load_table().values["patents_granted"].dropna().to_dict()["320100"] == 0
    assert study.run().result.tier.dropna().nunique() == 2


def test_own_boundaries(tmp_path):
    layer = gpd.GeoDataFrame(
        {"k1": ["a", "b", "c"], "k2": ["东区", "西区", "南区"], "k3": ["z", "z", "z"]},
        geometry=[box(i, 0, i + 1, 1) for i in range(3)],
        crs="EPSG:4326",
    )
    layer.to_file(tmp_path / "layer.geojson", driver="GeoJSON")
    (tmp_path / "t.csv").write_text("区,企业数\n东区,1\n西区,2\n南区,5\n", encoding="utf-8")
    made = study_from_tables(
        tmp_path / "deep" / "mine",
        [tmp_path / "t.csv"],
        regions=tmp_path / "layer.geojson",
        id_column="k1",
        name="k2",
        region_column="区",
    )
    study = load_study(str(made.paths[0]))
    assert study.content.data.regions == "../../layer.geojson"
    assert study.content.data.region_column == "区"
    assert study.load_table().values["x01"].to_dict() == {"a": 1, "b": 2, "c": 5}


def test_units_that_were_merged_are_added_and_said(tmp_path):
    rows = ["济南,10", "莱芜,3", "青岛,5", "烟台,2"]
    (tmp_path / "t.csv").write_text("城市,企业数\n" + "\n".join(rows), encoding="utf-8")
    made = study_from_tables(tmp_path / "mine", [tmp_path / "t.csv"])
    study = load_study(str(made.paths[0]))
    assert study.content.data.merged == "add"
    assert study.load_table().values["x01"].dropna().to_dict() == {
        "370100": 13,
        "370200": 5,
        "370600": 2,
    }
    assert any("added up: 370100 x01 = 济南 10 + 莱芜 3" in note for note in made.notes)


@pytest.mark.parametrize(
    ("text", "kwargs", "error", "match"),
    [
        (
            "地区,n\n北京,1\n天津,1\n",
            {},
            DataError,
            "no indicator has different values in the 2 regions",
        ),
        (
            "地区,n\n甲乙,1\n丙丁,2\n",
            {},
            DataError,
            "No name of the tables belongs to a region that ships",
        ),
        (
            "地区,n\n北京,1\n",
            {"level": "city", "regions": "x.gpkg"},
            SpecError,
            "a level or a file of regions, not both",
        ),
        ("地区,n\n北京,1\n", {"level": "citty"}, SpecError, "Unknown level of regions 'citty'"),
        ("x", {}, DataError, "holds no table"),
    ],
)
def test_tables_that_give_no_study(tmp_path, text, kwargs, error, match):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(error, match=match):
        study_from_tables(tmp_path / "mine", [tmp_path / "t.csv"], **kwargs)
    assert not (tmp_path / "mine").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_no_folder_is_overwritten_and_no_table_forgotten(tmp_path, yearbook):
    (tmp_path / "mine").mkdir()
    with pytest.raises(DataError, match="mine exists already"):
        study_from_tables(tmp_path / "mine", [yearbook])
    with pytest.raises(SpecError, match="No table is named"):
        study_from_tables(tmp_path / "other", [])


@pytest.mark.parametrize(
    ("name", "unit", "kind", "direction"),
    [
        ("研究人员", "人", "extensive", 1),
        ("人均生产总值", "元", "intensive", 1),
        ("能耗强度", "吨标准煤/万元", "intensive", -1),
        ("死亡人数", "人", "extensive", -1),
        ("占比", "‰", "intensive", 1),
        ("Gini index", "", "intensive", -1),
        ("Carbon emissions", "t", "extensive", -1),
    ],
)
def test_guesses(name, unit, kind, direction):
    found = guess(name, unit)
    assert (found.kind, found.direction) == (kind, direction)


def test_codes_are_ascii_short_and_unique():
    names = [
        ("甲", "Full-time equivalent of R&D personnel in higher education"),
        ("乙", ""),
        ("", "2020 firms"),
        ("", "é"),
    ]
    codes = unique_codes(names * 2)
    assert codes[:4] == ["full_time_equivalent_of_r_d_personnel_in", "x02", "x_2020_firms", "x04"]
    assert len(set(codes)) == 8
    assert all(
        code.isascii() and code.replace("_", "a").isalnum() and len(code) <= 44 for code in codes
    )
    assert english_name("合计 Total") == english_name("销售收入") == ""
