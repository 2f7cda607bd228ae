"""Numbers that can be read in two ways: decimal commas, and -999 for what is missing."""

from __future__ import annotations

import pytest

from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.table._missing import MISSING_MARKS, is_missing_mark
from hubtiers.table.points.records import MISSING_MARKS as OF_RECORDS
from hubtiers.table.yearbook.cells import CellRules, parse_number
from hubtiers.table.yearbook.choices import choice, in_study, on_command_line
from hubtiers.table.yearbook.read import read_indicators


def read(tmp_path, text: str, **options):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return read_indicators(path, **options)


def values(file) -> list[float]:
    return file.values["value"].fillna(-1).tolist()


@pytest.mark.parametrize(
    ("text", "value", "flags"),
    [
        ("12.3 e", 12.3, "e"),
        ("12.3e", 12.3, "e"),
        ("12.3 (p)", 12.3, "p"),
        ("12.3 bu", 12.3, "bu"),
        ("1,234 r", 1234, "r"),
        ("5 (E)", 5, "E"),
        (": u", None, "u"),
        (":c", None, "c"),
        ("12.3", 12.3, ""),
        ("12.3a", 12.3, ""),
    ],
)
def test_a_flag_is_no_part_of_the_number(text, value, flags):
    parsed = parse_number(text)
    assert (None if parsed.value is None else float(parsed.value), parsed.flags) == (value, flags)
    assert parsed.missing == ("" if value is not None else ":")


@pytest.mark.parametrize("text", ["1.2b", "1.2 m", "3 k", "e", "(E)", "1.2.3 e"])
def test_other_letters_are_no_flags(text):
    parsed = parse_number(text)
    assert parsed.value is None
    assert not parsed.missing


@pytest.mark.parametrize(
    ("text", "value"),
    [("12,5", "12.5"), ("1.234,56", "1234.56"), ("1.234", "1234"), ("1,234", "1.234"),
     ("0,123", "0.123"), ("1 234,5", "1234.5"), ("-3,0 e", "-3.0"), ("7", "7"), ("4,5%", "4.5")],
)  # fmt: skip
def test_decimal_comma_on_request(text, value):
    assert str(parse_number(text, CellRules(decimal=",")).value) == value


@pytest.mark.parametrize("text", ["12.5", "0.123", "1,234.5", "1.23.456"])
def test_a_point_before_decimals_is_no_number_where_a_comma_stands_there(text):
    assert parse_number(text, CellRules(decimal=",")).value is None


def test_a_column_with_decimal_commas_is_read_on_request(tmp_path):
    text = "region;share;people\nA;12,5;1.845.229\nB;9,1;680.130\n"
    with pytest.raises(
        DataError, match=r"'share'\) has numbers with a decimal comma.*'12,5' in B2"
    ):
        read(tmp_path, text)
    assert values(read(tmp_path, text, decimal=",")) == [12.5, 9.1, 1845229, 680130]


def test_three_digits_behind_the_only_comma_are_thousands_unless_something_speaks_against(tmp_path):
    plain = 'region,gdp\nA,"1,845"\nB,"2,130"\n'
    assert values(read(tmp_path, plain)) == [1845, 2130]
    beside = 'region,gdp,share\nA,"1,845","3,5"\nB,"2,130","4,5"\n'
    with pytest.raises(DataError, match=r"'share'\) has numbers with a decimal comma"):
        read(tmp_path, beside)
    assert values(read(tmp_path, beside, decimal=","))[:2] == [1.845, 2.13]


def test_semicolons_put_commas_in_doubt(tmp_path):
    text = "region;gdp\nA;1,845\nB;2,130\n"
    with pytest.raises(DataError, match=r"commas that can stand before decimals or between thous"):
        read(tmp_path, text)
    assert values(read(tmp_path, text, decimal=".")) == [1845, 2130]
    assert values(read(tmp_path, text, decimal=",")) == [1.845, 2.13]
    # Two groups, or decimals behind a point, decide.
    assert values(read(tmp_path, text.replace("2,130", "2,130,000"))) == [1845, 2130000]
    assert values(read(tmp_path, "region;gdp;x\nA;1,845;0.5\nB;2,130;1.5\n"))[:2] == [1845, 2130]


def test_a_zero_before_the_comma_is_never_thousands(tmp_path):
    with pytest.raises(DataError, match=r"decimal comma.*'0,845' in B2"):
        read(tmp_path, 'region,gdp\nA,"0,845"\nB,"2,130"\n')


SENTINELS = "region,rd,staff\nA,1.5,10\nB,-999,12\nC,-999,13\nD,2.5,999999\n"


def test_marks_written_as_numbers_are_asked_about(tmp_path):
    with pytest.raises(DataError) as caught:
        read(tmp_path, SENTINELS)
    assert (
        "column B ('rd') holds -999 in 2 rows, the only negative value, "
        "column C ('staff') holds 999999 in 1 row, far from all others. If that means missing, say "
        "missing=[-999, 999999]" in str(caught.value)
    )
    assert "name the column with keep=['rd', 'staff']" in str(caught.value)


def test_marks_are_missing_or_kept_as_told(tmp_path):
    told = read(tmp_path, SENTINELS, missing=[-999, 999999])
    assert values(told) == [1.5, -1, -1, 2.5, 10, 12, 13, -1]
    assert dict(told.report.missing) == {"-999": 2, "999999": 1}
    kept = read(tmp_path, SENTINELS, keep=["rd", "staff"])
    assert values(kept) == [1.5, -999, -999, 2.5, 10, 12, 13, 999999]


def test_words_can_be_marks(tmp_path):
    file = read(tmp_path, "region,rd\nA,1.5\nB,k.A.\nC,(D)\n", missing=["k.A.", "(D)"])
    assert values(file) == [1.5, -1, -1]


@pytest.mark.parametrize(
    "column",
    [
        [-99, -250, 310],
        [999999, 1500000, 20],
        [99999, 88888, 77777],
        [-99.9, -3.5, -80],
        [99, 12, 13],
        [-5, 3, 2],
    ],
)
def test_numbers_among_their_like_are_numbers(tmp_path, column):
    rows = "".join(f"{name},{value}\n" for name, value in zip("ABC", column, strict=True))
    assert values(read(tmp_path, f"region,x\n{rows}")) == [float(value) for value in column]


@pytest.mark.parametrize("mark", ["-99", "-9999", "1e20", "-666666666", "-999.9", "99999999"])
def test_customary_marks_are_known(tmp_path, mark):
    with pytest.raises(DataError, match=r"If that means missing, say missing=\["):
        read(tmp_path, f"region,x\nA,3\nB,{mark}\nC,5\n")


def test_options_are_checked(tmp_path):
    with pytest.raises(UnknownOptionError, match=r"decimal sign"):
        read(tmp_path, SENTINELS, decimal=";")
    with pytest.raises(SpecError, match=r"missing is '-999'\. Pass a list"):
        read(tmp_path, SENTINELS, missing="-999")


def test_the_way_out_is_told_in_the_words_of_the_place():
    told = f"Settle it with {choice('decimal', ',')}, or {choice('decimal', '.')}."
    assert in_study(told) == ('Settle it with decimal = "," in [data], or decimal = "." in [data].')
    assert on_command_line(told) == "Settle it with --decimal ,, or --decimal .."


def test_headers_with_brackets_are_told_in_the_words_of_the_place(tmp_path):
    text = "region,GDP (bn),R&D [m] of it's own\nAlpha,5,-999\nBeta,-999,3\nGamma,7,4\n"
    with pytest.raises(DataError) as told:
        read(tmp_path, text)
    assert on_command_line(str(told.value)).endswith(
        "missing, say --missing=-999; if these are numbers, name the column with "
        """--keep='GDP (bn)' --keep='R&D [m] of it'"'"'s own'."""
    )
    assert in_study(str(told.value)).endswith(
        "missing, say missing = [-999] in [data]; if these are numbers, name the column with "
        """keep = ['GDP (bn)', "R&D [m] of it's own"] in [data]."""
    )
    sheet = f"Settle it with {choice('sheet', 'Table (2) a=b')}."
    assert on_command_line(sheet) == "Settle it with --sheet 'Table (2) a=b'."


def test_all_readers_share_one_list_of_missing_marks():
    assert OF_RECORDS is MISSING_MARKS
    for mark in ("", ":", "…", "N/A", "n. a.", "无", "不详", "<NA>"):
        assert is_missing_mark(mark)
    for text in ("0", "A", "北京"):
        assert not is_missing_mark(text)


@pytest.mark.parametrize(
    "name",
    ["EU27_2020", "EU28", "EA19", "European Union - 27 countries (from 2020)", "World", "OECD",
     "Total", "Gesamt", "Insgesamt", "High income", "OECD - Total", "Euro area"],
)  # fmt: skip
def test_totals_of_the_world_are_set_aside_and_stay_within_reach(tmp_path, name):
    file = read(tmp_path, f"region,rd\nAlpha,1\nBeta,2\nGamma,4\n{name},7\n")
    assert file.values["region"].tolist() == ["Alpha", "Beta", "Gamma"]
    assert [(s.name, s.value, s.reason) for s in file.report.set_aside] == [
        (name, 7.0, "a total or rest")
    ]


def test_a_title_above_the_first_column_keeps_its_year(tmp_path):
    chinese = (
        "各地区科技指标（2021年）,,\n序号,地区,研发经费（亿元）\n1,北京,10\n2,天津,20\n3,河北,30\n"
    )
    assert set(read(tmp_path, chinese).values["year"]) == {2021}
    english = "Science by region, 2021,,\nNo.,Region,R&D\n1,Alpha,10\n2,Beta,20\n3,Gamma,30\n"
    file = read(tmp_path, english)
    assert file.values[["indicator", "year"]].drop_duplicates().values.tolist() == [["R&D", 2021]]


@pytest.mark.parametrize(
    "title", ["R&D by NUTS 2021", "R&D at prices of 2015-2021", "GDP base 2015"]
)
def test_other_years_in_english_titles_are_none_of_the_data(tmp_path, title):
    file = read(tmp_path, f"{title},\nRegion,R&D\nAlpha,10\nBeta,20\nGamma,30\n")
    assert file.values["year"].isna().all()
