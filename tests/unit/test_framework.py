import pandas as pd
import pytest

from hubtiers._output import write_scores
from hubtiers._result_columns import RESERVED
from hubtiers.errors import DataError, MissingColumnError, SpecError, UnknownOptionError
from hubtiers.framework import (
    CATEGORIES,
    FUNCTIONS,
    TIERS,
    Framework,
    Group,
    Indicator,
    load_framework,
)
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks


def small(**changes):
    indicators = (
        Indicator("rd", parent="research"),
        Indicator("patents", parent="technology", direction=-1),
    )
    groups = (
        Group("research"),
        Group("technology", parent="science"),
        Group("science"),
        Group("culture"),
    )
    return Framework(**({"indicators": indicators, "groups": groups} | changes))


def test_zhang_has_four_tiers_four_functions_eight_categories():
    assert TIERS == ("international", "national", "regional", "local")
    assert list(FUNCTIONS) == ["research", "technology", "industry", "culture"]
    assert len(CATEGORIES) == 8


def test_zhang2022_knows_its_empty_slots():
    framework = load_framework("zhang2022")
    assert {code: len(framework.leaves(code)) for code in FUNCTIONS} == {
        "research": 5,
        "technology": 2,
        "industry": 3,
        "culture": 0,
    }
    slots = framework.empty_slots()
    assert slots.query("slot == 'group'")["code"].tolist() == ["culture"]
    assert set(slots.query("slot == 'category'")["code"]) == {"talent", "radiation", "value_chain"}


def test_hierarchy():
    framework = small()
    assert framework.codes == ["rd", "patents"]
    assert framework.ancestors("patents") == ["technology", "science", ""]
    assert framework.depth("patents") == 3
    assert framework.leaves() == ["rd", "patents"]
    assert framework.leaves("science") == ["patents"]
    assert framework.levels() == [["technology"], ["research", "science"], [""]]
    assert framework.filled_children() == ["research", "science"]
    assert framework["rd"].direction == 1


def test_select_and_without_keep_groups():
    framework = small()
    assert framework.select(["patents"]).codes == ["patents"]
    assert framework.without(["patents"]).codes == ["rd"]
    assert framework.without(["patents"]).groups == framework.groups
    with pytest.raises(
        UnknownOptionError, match="Unknown indicator 'patent'. Did you mean 'patents'"
    ):
        framework.select(["patent"])
    with pytest.raises(UnknownOptionError, match="Unknown indicator 'x'"):
        framework.without(["x"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"indicators": ()}, "has no indicator"),
        ({"indicators": (Indicator("rd"), Indicator("rd"))}, "the code 'rd' more than once"),
        ({"indicators": (Indicator("rd", weight=0.0),)}, "weight of 'rd' is 0.0"),
        ({"indicators": (Indicator("rd", direction=2),)}, "direction of 'rd' is 2"),
        (
            {"indicators": (Indicator("rd", parent="reserch"),)},
            "Unknown parent of 'rd'.*Did you mean 'research'",
        ),
        (
            {
                "groups": (
                    Group("research", parent="technology"),
                    Group("technology", parent="research"),
                )
            },
            "cycle through",
        ),
    ],
)
def test_wrong_frameworks_are_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        small(**changes)


def test_a_framework_for_spreadsheets_comes_back_as_it_was(tmp_path):
    kind = {"kind": "intensive", "weight": 1 / 3, "direction": -1}
    leaf = Indicator("a", "=名()", "+cmd", "=g", unit="@u", source="'kept", **kind)
    framework = Framework((leaf,), (Group("=g", "-组"),))
    framework.to_csv(tmp_path / "f.csv")
    raw = (tmp_path / "f.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfcode,")
    assert b"\n'=g,'-" in raw
    assert b",-1,'@u,intensive,0.3333333333333333," in raw
    assert Framework.from_csv(tmp_path / "f.csv") == framework


def test_csv_round_trip(tmp_path):
    framework = load_framework("zhang2022")
    framework.to_csv(tmp_path / "f.csv")
    assert Framework.from_csv(tmp_path / "f.csv") == framework
    assert load_framework(tmp_path / "f.csv") == framework


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            "code,parent\nrd,\n",
            MissingColumnError,
            "framework f.csv lacks the column 'direction'. It has code, parent",
        ),
        ("code,parent,direction\n,,1\n", SpecError, "line 2: the row has no code"),
        ("code,parent,direction\nrd,,up\n", SpecError, "line 2: the direction of 'rd' is 'up'"),
        ("code,parent,direction,weight\nrd,,1,heavy\n", SpecError, "line 2: the weight is 'heavy'"),
        (
            "code,parent,direction,kind\nrd,,1,extensiv\n",
            UnknownOptionError,
            "Did you mean 'extensive'",
        ),
    ],
)
def test_wrong_files_are_refused_with_their_line(tmp_path, text, error, message):
    path = tmp_path / "f.csv"
    path.write_text(text)
    with pytest.raises(error, match=message):
        Framework.from_csv(path)


@pytest.mark.parametrize(
    ("written", "direction"), [("1", 1), ("+", 1), ("正", 1), ("-1", -1), ("−", -1), ("负向", -1)]
)
def test_directions_in_both_languages(tmp_path, written, direction):
    path = tmp_path / "f.csv"
    path.write_text(f"code,parent,direction\nrd,,{written}\n", encoding="gb18030")
    assert Framework.from_csv(path).indicators[0].direction == direction


def test_load_framework_by_a_wrong_name():
    with pytest.raises(
        UnknownOptionError, match="Unknown framework 'zang2022'. Did you mean 'zhang2022'"
    ):
        load_framework("zang2022")
    with pytest.raises(DataError, match="no framework file nowhere.csv"):
        load_framework("nowhere.csv")


def test_frame_has_one_row_per_node():
    frame = small().to_frame()
    assert frame["code"].tolist() == [
        "research",
        "technology",
        "science",
        "culture",
        "rd",
        "patents",
    ]
    assert frame.set_index("code").loc["patents", "direction"] == -1
    assert isinstance(frame, pd.DataFrame)


HEADER = "code,name_zh,name_en,parent,direction,kind,weight,source"
ROWS = """technology,技术,Technology,,,,5,
rd,研发,R&D,technology,1,intensive,1,"Yearbook, table 3"
patents,专利,Patents,,1,extensive,2,Office
"""


def written(tmp_path, text):
    file = tmp_path / "own.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return file


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_any_ends_of_lines_and_separators_of_spreadsheets(tmp_path, ends, mark):
    text = f"{HEADER}\n{ROWS}".replace("Yearbook, table", "Yearbook. table").replace(",", mark)
    framework = Framework.from_csv(written(tmp_path, text.replace("\n", ends)))
    assert framework.codes == ["rd", "patents"]
    assert [node.weight for node in framework.nodes] == [5, 1, 2]
    assert framework["rd"].kind == "intensive"


@pytest.mark.parametrize(
    ("name", "typo", "near"),
    [
        ("weight", "weights", "weight"),
        ("weight", "Weight", "weight"),
        ("kind", "knid", "kind"),
        ("direction", "direktion", ""),
    ],
)
def test_a_column_that_is_not_known_is_an_error(tmp_path, name, typo, near):
    file = written(tmp_path, f"{HEADER.replace(name, typo)}\n{ROWS}")
    error = UnknownOptionError if near else MissingColumnError
    match = f"{typo}'. Did you mean '{near}'" if near else "lacks the column 'direction'"
    with pytest.raises(error, match=match):
        Framework.from_csv(file)


def test_two_columns_of_one_name_are_an_error(tmp_path):
    text = f"{HEADER},weight\n{ROWS}".replace("Office", "Office,9")
    with pytest.raises(SpecError, match="column 'weight' more than once"):
        Framework.from_csv(written(tmp_path, text))


@pytest.mark.parametrize("lost", range(2))
def test_a_lost_quotation_mark_drops_no_indicator(tmp_path, lost):
    place = [i for i, sign in enumerate(ROWS) if sign == '"'][lost]
    rows = ROWS[:place] + ROWS[place + 1 :]
    match = ["line 3: the row has 9 cells, but the header 8", "a quotation mark is lost"][lost]
    with pytest.raises(SpecError, match=match):
        Framework.from_csv(written(tmp_path, f"{HEADER}\n{rows}"))


@pytest.mark.parametrize("cut", [1, 2, 7])
def test_a_row_that_is_cut_off_takes_no_defaults(tmp_path, cut):
    # The last row loses cells from the right, as the last one of a file that is not whole.
    first, last = ROWS.strip().rsplit("\n", 1)
    short = ",".join(last.split(",")[:-cut])
    match = rf"the row has {8 - cut} cells, but the header 8\. Check that the file is whole"
    with pytest.raises(SpecError, match=match):
        Framework.from_csv(written(tmp_path, f"{HEADER}\n{first}\n{short}"))


def test_a_code_holds_no_quotation_mark(tmp_path):
    # Where the mark before a cell is lost, the one behind it becomes part of the text.
    code = ROWS.split(",", 1)[0].strip()
    rows = ROWS.replace(code, f'{code}"', 1)
    with pytest.raises(SpecError, match=rf"the code '{code}\"' holds a quotation mark"):
        Framework.from_csv(written(tmp_path, f"{HEADER}\n{rows}"))


def test_cells_without_a_header(tmp_path):
    text = f"{HEADER},\n{ROWS}"
    assert len(Framework.from_csv(written(tmp_path, text)).codes) == 2
    with pytest.raises(SpecError, match="line 4: 'see 2' stands in a column without a header"):
        Framework.from_csv(written(tmp_path, text.replace("Office", "Office,see 2")))


@pytest.mark.parametrize("code", RESERVED)
def test_groups_do_not_take_the_columns_of_results(tmp_path, code):
    text = f"{HEADER}\n{ROWS}".replace("technology", code)
    with pytest.raises(SpecError, match=f"group with the code '{code}', but the results have"):
        Framework.from_csv(written(tmp_path, text))


def test_all_columns_of_results_are_reserved(tmp_path):
    """Those of a study that draws, of its layer, and of a table with gaps."""
    outcome = load_study("zhang2022").run()
    result = outcome.result
    varied = Variation(weights="dirichlet")
    robust = assess_robustness(result.fitted.scheme, result.table, varied, draws=64)
    written = tmp_path / "scores.csv"
    write_scores(result, written, robustness=robust)
    head = written.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    frame = result.to_geodataframe()
    values = pd.DataFrame(
        {"a": [1.0, 2.0, 4.0, 9.0], "b": [3.0, None, 1.0, 7.0]}, index=list("wxyz")
    )
    lenient = Scheme(impute=RequireCoverage(0.5), tier=NaturalBreaks(2))
    gappy = lenient.run(IndicatorTable.from_frame(values)).to_frame()
    groups = {group.code for group in result.table.framework.groups}
    columns = {*frame.columns, frame.index.name, *head, *gappy.columns}
    assert columns - groups == set(RESERVED)
