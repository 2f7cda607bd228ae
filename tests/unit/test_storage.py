import os

import pandas as pd
import pytest

from hubtiers import _storage
from hubtiers._storage import (
    cell_text,
    data_path,
    plain_text,
    read_text,
    replacing,
    write_csv,
)
from hubtiers.errors import DataError, SpecError


def test_data_path_finds_what_ships():
    assert data_path("layouts", "zhang2022.toml").is_file()


def test_replacing_writes_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "scores.csv"
    with replacing(target) as temporary:
        temporary.write_text("one")
        assert not target.exists()
    assert target.read_text() == "one"
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "one"
    assert [p.name for p in target.parent.iterdir()] == ["scores.csv"]
    assert target.stat().st_mode & 0o077 == 0o666 & ~_umask() & 0o077


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_read_text_knows_the_encodings_of_yearbooks(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_text("地区,数值\n北京,1", encoding=encoding)
    assert read_text(path)[0] == "地区,数值\n北京,1"


def test_read_text_refuses_what_is_no_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xff\xff\x00\x80")
    with pytest.raises(DataError, match="neither UTF-8 nor GB18030"):
        read_text(path)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "－2", "＠x"]
)
def test_cell_text_defuses_formulas(text):
    assert cell_text(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Wuhan", "武汉", "110000", "a=1"])
def test_cell_text_leaves_plain_text(text):
    assert cell_text(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+a", "@x", "-", "＝1", "武汉", "", "'", "''", "x'"])
def test_plain_text_is_what_went_into_the_cell(text):
    assert plain_text(cell_text(text)) == text


def test_headers_and_their_names_are_defused(tmp_path):
    columns = pd.Index(["=A()", "b"], name="@c")
    frame = pd.DataFrame([[1, "+2"]], columns=columns, index=pd.Index(["-a"], name="=i"))
    written = write_csv(frame, tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    assert written == "'=i,'=A(),b\n'-a,1,'+2\n"


def test_a_table_for_spreadsheets(tmp_path):
    """Texts are neutralised wherever they stand; numbers keep 13 digits and their sign."""
    tiers = pd.Categorical(["=top", None], ["=top", "low"], ordered=True)
    frame = pd.DataFrame({"@score": [-1 / 3, 2.0], "tier": tiers, "n": pd.array([-1, None])})
    frame["mixed"] = pd.array([-5, "-5"], dtype="object")
    frame.index = pd.MultiIndex.from_tuples([("+a", -1), ("武汉", 2)], names=["id", "year"])
    before = frame.copy(deep=True)
    path = write_csv(frame, tmp_path / "new" / "table.csv")
    assert path.read_bytes().decode("utf-8").split("\n") == [
        "\ufeffid,year,'@score,tier,n,mixed",
        "'+a,-1,-0.3333333333333,'=top,-1,-5",
        "武汉,2,2,,,'-5",
        "",
    ]
    pd.testing.assert_frame_equal(frame, before)
    plain = write_csv(pd.DataFrame({"x\x01": [1]}, index=["=b"]), tmp_path / "plain.csv")
    assert plain.read_text(encoding="utf-8-sig") == ",x\ufffd\n'=b,1\n"
    bare = write_csv(pd.DataFrame({"a": ["-"]}), tmp_path / "bare.csv", index=False)
    assert bare.read_text(encoding="utf-8-sig") == "a\n'-\n"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("title = “我的研究”", r"column 9\)\. Write \" in place of “\.$"),
        ("a = 1\ntitle ＝ 'x'", r"line 2, column 7\)\. Write = in place of ＝\.$"),
        ("a = [1，2]", r"Write , in place of ，\.$"),
        ("units = { 经费 = '亿元' }", r"letters such as 经 in quotation marks\.$"),
        ("title = 研究", r"letters such as 研 in quotation marks\.$"),
        ("a = b", r"column 5\)\.$"),
        ("a = [", r"not valid TOML: .*\.$"),
    ],
)
def test_signs_that_look_like_those_of_toml_are_told(text, advice):
    with pytest.raises(SpecError, match=advice):
        _storage.parse_toml(text, "the study own.toml")


def test_toml_beyond_all_use_is_told(tmp_path, monkeypatch):
    file = tmp_path / "s.toml"
    for text in ("x = " + "[" * 5000 + "]" * 5000, "x = " + "9" * 5000, "x = ["):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SpecError, match=r"^The study s\.toml is not valid TOML: "):
            _storage.read_toml(file, "the study s.toml")
    monkeypatch.setattr(_storage, "_LARGEST_TOML", 10)
    with pytest.raises(SpecError, match=r"has 13 characters, above the limit of 10\. Put tables"):
        _storage.parse_toml("x = 123456789", "the study s.toml")
    file.write_bytes(b"x = '\xff\xff'")
    with pytest.raises(
        DataError, match=r"s\.toml is neither UTF-8 nor GB18030 text\. Save it as UTF-8\."
    ):
        _storage.read_toml(file, "the study s.toml")
