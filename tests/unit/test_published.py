"""Published groups and rankings from files: columns, names, order of groups, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest

import hubtiers as ht
from hubtiers._published import PublishedFiles, is_rank
from hubtiers.errors import DataError, HubtiersError, JoinError, SpecError

STUDY = """\
title_en = "Provinces"
[data]
regions = "province"
indicators = "values.csv"
exclude = ["天津"]
{data}
[method]
{tier}
[robustness]
draws = {draws}
[compare]
{compare}
"""
NAMES = ["北京", "天津", "河北", "山西", "辽宁", "吉林"]
RD = [6.4, 3.4, 2.0, 1.0, 2.2, 1.3]
TIER = 'tier = { method = "Thresholds", breaks = [0.1, 0.2, 0.5] }'


@pytest.fixture
def folder(tmp_path):
    values = pd.DataFrame({"地区": NAMES, "rd": RD})
    values.to_csv(tmp_path / "values.csv", index=False)
    groups = ["Leader", "Strong", "Strong", "Modest", "Strong", "Moderate"]
    # Bracketed kinds, pinyin, former spellings: whatever the data may have.
    regions = ["Beijing", "天津市", "Hebei Province", "山西", "辽宁", "Jilin"]
    ranks = ["1", "2", "4", "6", "3", "5"]
    published = pd.DataFrame({"place": regions, "class": groups, "rank": ranks, "note": "x"})
    published.to_csv(tmp_path / "groups.csv", index=False)
    return tmp_path


def run(folder, compare, *, data="", tier=TIER, draws=0):
    text = STUDY.format(data=data, tier=tier, compare=compare, draws=draws)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return ht.load_study(folder / "study.toml").run()


ORDER = 'reference = "groups.csv"\ngroups = ["Leader", "Strong", "Moderate", "Modest"]\n'


def test_groups_in_order(folder):
    outcome = run(folder, ORDER)
    # Min–max without 天津 between 1.0 and 6.4: .185 for 河北, .222 for 辽宁, .056 for 吉林.
    assert outcome.result.tier.dropna().to_dict() == {
        "110000": "international",
        "130000": "regional",
        "140000": "local",
        "210000": "national",
        "220000": "local",
    }
    assert outcome.reference.to_dict()["130000"] == "national"
    found = outcome.agreement
    # 天津 has a group but is not in the study.
    assert (found.n, found.matches, found.not_compared) == (5, 3, ("120000",))
    apart = {"130000": "national", "220000": "regional"}
    assert found.disagreements["reference"].to_dict() == apart
    assert outcome.reference_name.startswith("groups.csv (Leader = international, Strong = nat")


def test_groups_by_what_they_stand_for(folder):
    table = 'Leader = "top"\nStrong = "rest"\nModerate = "rest"\nModest = "rest"\n'
    tier = 'tier = { method = "Quantiles", k = 2, labels = ["top", "rest"] }'
    outcome = run(folder, f'reference = "groups.csv"\n[compare.groups]\n{table}', tier=tier)
    assert outcome.agreement.disagreements.index.tolist() == ["130000", "210000"]
    assert outcome.agreement.n == 5


def test_everything_downstream_knows_them(folder):
    outcome = run(folder, ORDER + 'weights = ["equal"]\noutside = "groups.csv"\n', draws=64)
    assert outcome.comparison.with_reference["matches"].tolist() == [3]
    assert outcome.robustness.reference.to_dict()["220000"] == "regional"
    # The column of numbers is called rank, so that the first is the best.
    row = outcome.outside.iloc[0]
    assert row["outside"] == "groups.csv: rank"
    assert row["spearman"] == pytest.approx(1.0)
    assert sorted(outcome.inputs)[0:2] == [
        "boundaries/china/aliases.csv",
        "boundaries/china/ambiguous_names.csv",
    ]
    assert outcome.inputs["groups.csv"] == folder / "groups.csv"
    outcome.save(folder / "out")
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "groups.csv (Leader = international" in page
    record = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["agreement"]["matches"] == 3
    assert record["content"]["compare"]["groups"] == ["Leader", "Strong", "Moderate", "Modest"]
    # What is recorded is a study again.
    from hubtiers._study_file import StudyFile

    assert StudyFile.model_validate(record["content"]).compare.reference.file == "groups.csv"


@pytest.mark.parametrize(
    ("said", "smaller", "spearman"),
    [
        ('outside = { file = "o.csv", column = "score" }', None, -1.0),
        ('outside = [{ file = "o.csv", column = "score", smaller_is_better = true }]', True, 1.0),
        ('outside = { file = "o.csv", column = "排名", region_column = "城" }', None, 1.0),
        ('outside = { file = "o.csv", column = "排名", smaller_is_better = false }', False, -1.0),
    ],
)
def test_which_end_of_a_ranking_is_best(folder, said, smaller, spearman):
    order = [1, 2, 4, 6, 3, 5]
    frame = pd.DataFrame({"城": NAMES, "score": order, "排名": order})
    frame.to_csv(folder / "o.csv", index=False)
    outcome = run(folder, said)
    assert outcome.outside["spearman"].tolist() == pytest.approx([spearman])
    assert outcome.content.compare.outside[0].smaller_is_better is smaller


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("GII rank (2023)", True),
        ("rank_2023", True),
        ("Ranking of 2020", True),
        ("位次（2020年）", True),
        ("Frank 2023", False),
        ("rank change 2023", False),
    ],
)
def test_a_year_behind_a_rank_changes_nothing(column, expected):
    assert is_rank(column) is expected


def test_numbers_of_a_ranking_are_read_as_those_of_a_table(tmp_path):
    regions = pd.DataFrame(
        {"name_en": ["Northland", "Midland", "Southland"], "name_zh": ["Nord", "Mitte", "Süd"]},
        index=pd.Index(["N", "M", "S"], name="region_id"),
    )
    files = PublishedFiles(tmp_path, regions)
    rows = "state;score\nNorthland;1,234.5\nMidland;12 p\nSouthland;–\n"
    (tmp_path / "r.csv").write_text(rows, encoding="utf-8")
    values, column = files.ranking("r.csv")
    assert (values.to_dict(), column) == ({"N": 1234.5, "M": 12.0}, "score")
    commas = "state;score\nNorthland;0,47\nMidland;12,5\nSouthland;3\n"
    (tmp_path / "r.csv").write_text(commas, encoding="utf-8")
    with pytest.raises(DataError, match="'score' has numbers with a decimal comma.*'0,47', '12,5'"):
        files.ranking("r.csv", column="score")
    with pytest.raises(DataError, match="'score' has numbers with a decimal comma"):
        files.ranking("r.csv")


def test_the_command_line_tells_the_reference(folder):
    run(folder, ORDER)
    command = [sys.executable, "-m", "hubtiers"]
    told = subprocess.run(
        [*command, "build", str(folder / "study.toml"), "--out", str(folder / "o")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "与 groups.csv (Leader = international" in told.stdout
    assert "3 个同级" in " ".join(told.stdout.split())
    compared = subprocess.run(
        [*command, "compare", str(folder / "study.toml"), "--weights", "equal", "--out", "c"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    assert "equal differs from the reference in Hebei, Jilin" in compared.stdout


@pytest.mark.parametrize(
    ("change", "compare", "message"),
    [
        (
            {"Jilin": "Jilim"},
            ORDER,
            "groups.csv: 1 name belongs to no single region .*'Jilim'.*did you mean 220000 吉林",
        ),
        ({"Modest": "Modust"}, ORDER, "No column of groups.csv holds the tiers of the study"),
        (
            {"Modest": "Modust"},
            ORDER.replace('"groups.csv"', '{ file = "groups.csv", column = "class" }'),
            "Unknown group of the reference: 'Modust'. Did you mean 'Modest'",
        ),
        ({}, 'reference = "groups.csv"', r'what its groups are called .* groups = \["…"\]'),
        ({}, ORDER.replace(', "Modest"', ""), "has 3 groups .* and the result 4 tiers"),
        ({}, ORDER.replace("groups.csv", "absent.csv"), "There is no file .*absent.csv"),
        ({"山西": "Hebei", "Modest": "Leader"}, ORDER, "has 130000 in more than one group"),
        (
            {},
            ORDER.replace('"groups.csv"', '{ file = "groups.csv", column = "klass" }'),
            "groups.csv lacks the column 'klass'. It has place, class, rank, note",
        ),
        (
            {},
            ORDER.replace('"groups.csv"', '{ file = "groups.csv", region_column = "note" }'),
            "6 names belong|1 name belongs",
        ),
        (
            {},
            'outside = { file = "groups.csv", column = "class" }',
            "holds what is no number: 'Lead",
        ),
        ({"note": "x2"}, 'outside = "values.csv"', None),
    ],
    ids=lambda given: str(given)[:30],
)
def test_what_is_refused(folder, change, compare, message):
    text = (folder / "groups.csv").read_text(encoding="utf-8")
    for old, new in change.items():
        text = text.replace(old, new)
    (folder / "groups.csv").write_text(text, encoding="utf-8")
    if message is None:
        assert run(folder, compare).outside["n"].tolist() == [5]
        return
    with pytest.raises(HubtiersError, match=message):
        run(folder, compare)


def test_unmatched_names_may_be_kept_aside(folder):
    path = folder / "groups.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Jilin", "Jilim"), encoding="utf-8")
    outcome = run(folder, ORDER, data='unmatched = "keep"')
    assert (outcome.agreement.n, outcome.agreement.matches) == (4, 3)
    # It is said; nothing goes in silence.
    assert outcome.left_out == {"groups.csv": ("Jilim",)}
    assert outcome.notes == [
        "groups.csv: names that belong to no region and are left out: Jilim.",
        "values.csv: no year is stated",
    ]


def test_corrections_of_names_hold_for_published_files(folder):
    path = folder / "groups.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Jilin", "J."), encoding="utf-8")
    values = folder / "values.csv"
    values.write_text(values.read_text(encoding="utf-8").replace("吉林", "J."), encoding="utf-8")
    (folder / "names.csv").write_text("name,region_id\nJ.,220000\n", encoding="utf-8")
    outcome = run(folder, ORDER, data='names = "names.csv"')
    assert outcome.agreement.n == 5


@pytest.mark.parametrize(
    ("compare", "message"),
    [
        ('groups = ["a"]', "says what groups a file has, but there is no reference"),
        ("outside = [{ column = 'x' }]", "needs either file = … or indicator = …"),
        ("outside = [{ indicator = 'x' }]", "the indicator x needs its year"),
        ("reference = { fil = 'x' }", "unknown key 'compare.reference.fil'. Did you mean 'file'"),
    ],
)
def test_sections_that_are_not_valid(folder, compare, message):
    with pytest.raises(SpecError, match=message):
        run(folder, compare)


def test_two_references(folder):
    text = STUDY.format(data="", tier=TIER, compare=ORDER, draws=0)
    text += '[layout]\nname = "zhang2022"\ncompare = true\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(
        SpecError, match="two references, the layout 'zhang2022' .* and 'groups.csv'"
    ):
        ht.load_study(folder / "study.toml")


class TestFiles:
    """What a file may look like."""

    @pytest.fixture
    def files(self, folder):
        return PublishedFiles(folder, ht.load_regions("province"), aside=("全国",))

    def test_a_title_above_a_named_column(self, folder, files):
        (folder / "t.csv").write_text(
            "Ranking 2024,\nregion,place\n北京,2\n天津,1\n全国,0\n", "utf-8"
        )
        values, column = files.ranking("t.csv", column="place")
        assert values.to_dict() == {"110000": 2.0, "120000": 1.0}
        assert column == "place"

    def test_a_workbook_with_blanks_and_thousands(self, folder, files):
        frame = pd.DataFrame({"a": NAMES[:4], "b": ["1,200", "—", "", "3"]})
        frame.to_excel(folder / "t.xlsx", index=False)
        assert files.ranking("t.xlsx")[0].to_dict() == {"110000": 1200.0, "140000": 3.0}

    @pytest.mark.parametrize(
        ("text", "error", "message"),
        [
            ("a,b\nx,1\ny,2\n", DataError, "No column of t.csv names the regions of the study"),
            ("a,b,c\n北京,1,2\n", DataError, "t.csv has several columns of numbers: 'b', 'c'"),
            ("a,b\n北京,x\n", DataError, "t.csv has no column of numbers: 'b'"),
            ("a,b\n北京,1\nBeijing,2\n", DataError, "t.csv has 110000 more than once"),
            ("a,b\n北京,1\nBejjing,2\n", JoinError, "t.csv: 1 name belongs to no single region"),
            ("a,b\n北京,\n", DataError, "t.csv has no column of numbers"),
        ],
    )
    def test_rankings_that_do_not_fit(self, folder, files, text, error, message):
        (folder / "t.csv").write_text(text, "utf-8")
        with pytest.raises(error, match=message):
            files.ranking("t.csv")

    def test_several_columns_of_groups(self, folder, files):
        (folder / "t.csv").write_text("a,b,c\n北京,local,local\n", "utf-8")
        with pytest.raises(DataError, match="several columns of groups, 'b', 'c'"):
            files.tiers("t.csv", ht.TIERS)
        assert files.tiers("t.csv", ht.TIERS, column="c").to_dict() == {"110000": "local"}

    def test_nothing_of_the_study(self, folder, files):
        (folder / "t.csv").write_text("a,b\n北京,\n", "utf-8")
        with pytest.raises(DataError, match="says nothing of the regions of the study in 'b'"):
            files.tiers("t.csv", ht.TIERS, column="b")
