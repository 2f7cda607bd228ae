import hashlib
import html
import json

import numpy as np
import pandas as pd
import pytest

from hubtiers._inputs import input_files
from hubtiers._output import write_scores
from hubtiers.errors import (
    DataError,
    HubtiersError,
    OverlapError,
    OverlapWarning,
    SpecError,
    UnknownOptionError,
)
from hubtiers.scheme import Scheme
from hubtiers.scoring.weight import CriticWeights, EntropyWeights
from hubtiers.show.pages.report import build_report
from hubtiers.study import load_study
from hubtiers.tiers.agreement import agreement

FILES = [
    "brief.html",
    "map.html",
    "map.png",
    "map.svg",
    "report.html",
    "run.json",
    "scores.csv",
    "tables.xlsx",
    "tiers.geojson",
]
SHIPPED = ["zhang2022", "zhang2022-official"]


def test_zhang2022_gives_table_2(zhang_outcome):
    """Zhang 2022: min–max, equal weights and exact natural breaks in three classes give Table 2 in 14 of 14 regions."""
    assert (zhang_outcome.agreement.matches, zhang_outcome.agreement.n) == (14, 14)
    tiers = zhang_outcome.result.tier
    assert tiers.index[tiers == "international"].tolist() == [
        "beijing-tianjin-hebei",
        "yangtze-delta",
        "greater-bay-area",
    ]
    assert set(tiers.index[tiers == "national"]) == {
        "420000",
        "chengdu-chongqing",
        "northeast",
        "370000",
        "610000",
    }


def test_zhang2022_under_other_weights(zhang_outcome):
    found = zhang_outcome.comparison.with_reference
    assert found["matches"].to_dict() == {"equal": 14, "entropy": 7, "critic": 13}
    critic = zhang_outcome.comparison.tiers["critic"]
    assert critic.index[
        critic.astype("object") != zhang_outcome.reference.astype("object")
    ].tolist() == ["350000"]


def test_zhang2022_official_differs_and_agrees():
    printed, official = (load_study(name).run() for name in SHIPPED)
    assert official.agreement.matches == 14
    assert not np.allclose(printed.result.scores, official.result.scores)


def test_scores_by_hand(zhang_outcome):
    """One score computed from Table 1 without the library: 山东 = mean over columns of (x − min) / (max − min)."""
    table = pd.read_csv(
        load_study("zhang2022").folder.parent / "indicators" / "zhang2022" / "values.csv"
    )
    wide = table.pivot_table(index="region", columns="indicator", values="value")
    wide = wide.drop(["110000", "310000", "440000", "210000"])
    share = (wide - wide.min()) / (wide.max() - wide.min())
    assert zhang_outcome.result.scores["370000"] == pytest.approx(
        share.loc["370000"].mean(), abs=1e-12
    )


@pytest.mark.parametrize("weight", [EntropyWeights(), CriticWeights()])
def test_weights_from_data_over_nested_rows_are_refused(weight):
    study = load_study("zhang2022")
    everything = study.load_table().report
    assert len(everything.overlaps) == 4
    whole = load_study("zhang2022").content.model_copy(
        update={"data": study.content.data.model_copy(update={"exclude": ()})}
    )
    table = type(study)(study.name, study.folder, whole, study.scheme).load_table()
    assert len(table.values) == 18
    with pytest.raises(
        OverlapError, match="would count twice: Beijing 北京市 with Beijing–Tianjin–Hebei 京津冀"
    ) as caught:
        Scheme(weight=weight).run(table)
    assert caught.value.pairs == [
        ("Beijing 北京市", "Beijing–Tianjin–Hebei 京津冀"),
        ("Shanghai 上海市", "Yangtze River Delta 长三角"),
        ("Guangdong–Hong Kong–Macao Greater Bay Area 粤港澳大湾区", "Guangdong 广东省"),
        ("Liaoning 辽宁省", "Northeast China 东北"),
    ]
    with pytest.warns(OverlapWarning, match="Beijing 北京市 with Beijing–Tianjin–Hebei 京津冀, "):
        assert Scheme().run(table).scores.notna().all()


def test_own_study(study_folder):
    outcome = load_study(study_folder / "own.toml").run(study_folder / "out")
    scores = pd.read_csv(
        study_folder / "out" / "scores.csv", dtype={"region_id": str}, index_col="region_id"
    )
    assert scores.columns.tolist()[:5] == ["name_zh", "name_en", "score", "rank", "tier"]
    # 江苏: (3.1 − 0.3) / (6.8 − 0.3) and (560 − 2) / (560 − 2), halved.
    assert scores.loc["320000", "score"] == pytest.approx((2.8 / 6.5 + 1) / 2, abs=1e-12)
    assert scores["rank"].dropna().tolist() == [1, 2, 3, 4, 5]
    assert scores["score"].isna().sum() == 29
    assert outcome.agreement is None
    assert outcome.comparison is None


def test_files_are_complete_and_the_same_twice(built, tmp_path):
    first = built("zhang2022").folder
    load_study("zhang2022").run(tmp_path)
    assert sorted(p.name for p in first.iterdir()) == FILES
    assert sorted(p.name for p in tmp_path.iterdir()) == FILES
    for name in FILES:
        assert (first / name).read_bytes() == (tmp_path / name).read_bytes(), name
    record = json.loads((first / "run.json").read_text(encoding="utf-8"))
    found = record["agreement"]
    assert (found["n"], found["matches"], found["kappa"], found["adjusted_rand"]) == (
        14,
        14,
        1.0,
        1.0,
    )
    assert record["empty_slots"] == ["culture", "talent", "radiation", "value_chain"]
    assert all(len(digest) == 64 for digest in record["inputs"].values())
    assert "zhang2022/values.csv" in record["inputs"]
    features = json.loads((first / "tiers.geojson").read_text(encoding="utf-8"))["features"]
    assert {f["properties"]["region_id"]: f["properties"]["tier"] for f in features}[
        "350000"
    ] == "regional"


def test_the_record_runs_again(built, zhang_outcome):
    """What run.json holds is enough to write the study file that gives the same scores."""
    record = zhang_outcome.result
    text = (built("zhang2022").folder / "run.json").read_text(encoding="utf-8")
    spec = json.loads(text)["content"]["method"]
    again = Scheme.from_spec(spec).run(record.table)
    pd.testing.assert_series_equal(again.scores, record.scores)


def test_other_files_in_the_folder_are_left_alone(study_folder):
    out = study_folder / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    load_study(study_folder / "own.toml").run(out)
    assert (out / "notes.txt").read_text() == "mine"


def test_a_failing_run_leaves_no_folder(study_folder, monkeypatch):
    import hubtiers.show.web.webmap

    def fail(*args, **kwargs):
        raise DataError("The map cannot be drawn.")

    monkeypatch.setattr(hubtiers.show.web.webmap, "tier_map", fail)
    with pytest.raises(DataError, match="cannot be drawn"):
        load_study(study_folder / "own.toml").run(study_folder / "out")
    assert sorted(p.name for p in study_folder.iterdir()) == [
        "framework.csv",
        "own.toml",
        "values.csv",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"equal"',
            '"equals"',
            "own.toml is not valid: Unknown method for the step 'weight': 'equals'. Known: .*EqualWeights",
        ),
        ("k = 3", "kk = 3", "Unknown option of NaturalBreaks: 'kk'. Did you mean 'k'"),
        ("k = 3", "k = 0", "number of tiers is 0; it must be a whole number of at least 1"),
        ("k = 3", 'k = "three"', "number of tiers is 'three'"),
        ("k = 3", "k = 9", "has 4 tiers; for 9 give labels"),
        ("[method]", "[metod]", "unknown key 'metod'. Did you mean 'method'"),
        ('indicators = "values.csv"', "", "the key 'data.indicators' is missing"),
        (
            'framework = "framework.csv"',
            'framework = "framewrk.csv"',
            "There is no framework file .*framewrk.csv",
        ),
        ('indicators = "values.csv"', 'indicators = "vals.csv"', "There is no .*file .*vals.csv"),
        ('regions = "province"', 'regions = "provinz"', "provinz"),
        ('regions = "province"', "regions = 3", "'data.regions' is 3"),
        (
            'indicators = "values.csv"',
            'indicator = "values.csv"',
            "unknown key 'data.indicator'. Did you mean 'indicators'",
        ),
        (
            "[method]",
            "[[compare.outside]]\nyaer = 3\n[method]",
            "'compare.outside.0.yaer'. Did you mean 'year'",
        ),
        ("[data]", "[data", "own.toml is not valid TOML"),
        (
            "k = 3",
            "k = 6, labels = ['a', 'b', 'c', 'd', 'e', 'f']",
            "needs at least 6 different scores, but there are 5",
        ),
    ],
)
def test_wrong_studies_are_one_sentence(study_folder, old, new, message):
    path = study_folder / "own.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(HubtiersError, match=message) as caught:
        load_study(path).run(study_folder / "out")
    assert "\n" not in str(caught.value)
    assert not (study_folder / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("北京,rd,6.8,2022", "亚特兰蒂斯,rd,6.8,2022", "'亚特兰蒂斯'"),
        (
            "北京,patents,200,2022\n",
            "北京,patents,200,2022\nBeijing,patents,201,2022\n",
            "more than one row for 110000",
        ),
        ("patents", "patent", "no values for 'patents'"),
    ],
)
def test_wrong_data_are_one_sentence(study_folder, old, new, message):
    path = study_folder / "values.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(HubtiersError, match=message):
        load_study(study_folder / "own.toml").run(study_folder / "out")
    assert not (study_folder / "out").exists()


def test_a_constant_indicator_is_named(study_folder):
    path = study_folder / "values.csv"
    frame = pd.read_csv(path, dtype=str)
    frame.loc[frame["indicator"] == "rd", "value"] = "2.5"
    frame.to_csv(path, index=False)
    with pytest.raises(DataError, match="the indicator 'rd' has the same value in every region"):
        load_study(study_folder / "own.toml").run()


def test_unknown_study():
    with pytest.raises(
        UnknownOptionError, match="Unknown study 'zhang202'. Did you mean 'zhang2022'"
    ):
        load_study("zhang202")
    with pytest.raises(DataError, match="There is no study file nowhere.toml"):
        load_study("nowhere.toml")


def test_out_may_not_be_a_file(study_folder):
    (study_folder / "out").write_text("x")
    with pytest.raises(DataError, match="out is a file; the results need a folder"):
        load_study(study_folder / "own.toml").run(study_folder / "out")
    assert isinstance(SpecError("x"), ValueError)


def test_cities_against_outside_rankings():
    """The 2019 innovative-city ranking and the Nature Index: nothing of them enters the score."""
    outcome = load_study("cities2023-lists").run()
    outside = outcome.outside.set_index("outside")
    assert outside["n"].tolist() == [45, 10]
    ranking = outside.loc["innovative_city_capability_score 2019"]
    assert 0.85 < ranking["spearman"] < 0.89
    assert (outcome.agreement.n, outcome.agreement.matches) == (20, 13)
    missing = {"710000", "810000", "820000"}
    assert missing <= set(outcome.result.no_data)
    assert len(outcome.result.tier) == 372


CITIES = {
    "international": "北京市 上海市 深圳市",
    "national": "杭州市 苏州市 广州市 南京市 西安市 成都市 武汉市 天津市 沈阳市 大连市",
    "regional": "合肥市 重庆市 济南市 青岛市 东莞市 宁波市 无锡市 长沙市 佛山市 郑州市 厦门市 石家庄市 太原市 长春市 哈尔滨市 "
    "南昌市 昆明市 兰州市 贵阳市 南宁市 呼和浩特市 海口市 乌鲁木齐市 银川市 西宁市 拉萨市",
}


@pytest.fixture(scope="module")
def cities():
    return load_study("cities2023").run()


def in_tier(result, tier):
    """Return the names of the regions in a tier, the best first."""
    frame = result.to_frame()
    return " ".join(frame["name_zh"][frame["tier"] == tier])


class TestCities2023:
    def test_tiers_by_rules_of_position(self, cities):
        assert cities.result.tier_counts == {
            "international": 3,
            "national": 10,
            "regional": 26,
            "local": 257,
        }
        for tier, names in CITIES.items():
            assert in_tier(cities.result, tier) == names
        # Karamay and Ordos, which output per head had made national centres.
        assert cities.result.tier[["650200", "150600"]].tolist() == ["local", "local"]

    def test_what_the_yearbook_lacks_is_no_data(self, cities):
        result = cities.result
        assert result.scores.notna().sum() == 296
        assert len(result.no_data) == 76
        assert {"222400", "513200", "710000", "810000", "820000"} <= set(result.no_data)

    def test_agreement_with_the_cores(self, cities):
        assert (cities.agreement.n, cities.agreement.matches) == (20, 15)
        assert round(cities.agreement.kappa, 3) == 0.706
        assert cities.agreement.disagreements.index.tolist() == [
            "350100",
            "370100",
            "370200",
            "440100",
            "500000",
        ]

    def test_natural_breaks_stand_beside_the_rules(self, cities):
        assert cities.comparison.names == [
            "framework · PositionRules",
            "framework · NaturalBreaks",
            "entropy · PositionRules",
            "entropy · NaturalBreaks",
            "critic · PositionRules",
            "critic · NaturalBreaks",
        ]
        counts = {n: tuple(r.tier_counts.values()) for n, r in cities.comparison.results.items()}
        assert counts["framework · NaturalBreaks"] == (3, 20, 54, 219)
        assert counts["entropy · NaturalBreaks"] == (1, 9, 35, 251)
        assert counts["critic · NaturalBreaks"] == (4, 22, 97, 173)
        # Rules of position do not depend on weights.
        assert {counts[f"{w} · PositionRules"] for w in ("framework", "entropy", "critic")} == {
            (3, 10, 26, 257)
        }
        matches = cities.comparison.with_reference["matches"]
        assert matches["framework · NaturalBreaks"] == 15
        kappa = cities.comparison.with_reference["kappa"]
        assert round(kappa["framework · NaturalBreaks"], 3) == 0.675

    def test_culture_would_make_two_more_national_centres(self, cities):
        """With all four functions the tiers are those of the first proposal, with its agreement."""
        from hubtiers.tiers.rules import PositionRules

        rules = PositionRules()
        result = cities.result.fitted.scheme.replace(tier=rules).run(cities.result.table)
        assert tuple(result.tier_counts.values()) == (3, 12, 25, 256)
        assert in_tier(result, "national") == (
            "杭州市 苏州市 广州市 南京市 西安市 成都市 武汉市 天津市 郑州市 沈阳市 大连市 哈尔滨市"
        )
        moved = result.tier.cat.codes != cities.result.tier.cat.codes
        assert moved.index[moved].tolist() == ["230100", "350100", "410100"]
        found = agreement(result.tier, cities.reference)
        assert (found.matches, round(found.kappa, 3)) == (15, 0.684)

    def test_windows_name_who_changes_first(self, cities):
        windows = cities.result.breaks.windows.set_index("option")
        bars = windows.loc[["international_share", "national_share", "regional_share"]]
        assert bars[["lowest", "highest"]].round(3).to_numpy().tolist() == [
            [3.856, 5.084],
            [1.752, 2.119],
            [0.801, 1.046],
        ]
        assert bars["if_lower"].tolist() == ["440100", "500000", "320400"]
        assert bars["if_higher"].tolist() == ["440300", "120000", "440600"]

    def test_certainty_varies_shares_and_values(self, cities):
        probability = cities.robustness.tier_probability
        assert probability.loc["110000", "international"] == 1.0
        # A quarter less of a bar and five per cent of noise: Shenzhen sometimes falls, Guangzhou sometimes rises.
        assert 0.8 < probability.loc["440300", "international"] < 0.98
        assert 0.25 < probability.loc["440100", "international"] < 0.45
        assert probability.loc[["650200", "150600"], "local"].tolist() == [1.0, 1.0]

    def test_it_says_in_both_languages_what_it_does_not_say(self, cities):
        content = cities.content
        assert len(content.notes_zh) == len(content.notes_en) == 7
        assert "40 个自治州" in content.notes_zh[1]
        assert "40 autonomous prefectures" in content.notes_en[1]
        for language, words in (("zh", content.notes_zh), ("en", content.notes_en)):
            text = html.unescape(build_report(cities, language=language).html)
            assert all(note in text for note in words)
        assert content.description in text
        assert content.description_zh not in text


def test_comparison_knows_its_tier_rules(study_folder):
    path = study_folder / "own.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text + '[compare]\nweights = ["equal"]\ntiers = ["NaturalBraeks"]\n', encoding="utf-8"
    )
    with pytest.raises(SpecError, match=r"own.toml is not valid.*'NaturalBraeks'.*'NaturalBreaks'"):
        load_study(path)


def test_the_study_of_lists_gives_the_same_scores_byte_for_byte(tmp_path):
    """Its data and its method are those that were published with version 0.1.0."""
    outcome = load_study("cities2023-lists").run()
    write_scores(outcome.result, tmp_path / "scores.csv", robustness=outcome.robustness)
    lines = (tmp_path / "scores.csv").read_bytes().splitlines(keepends=True)
    assert lines[0].endswith(b",certainty,likeliest_tier\n")
    # The columns of that version, which the marks follow.
    published = b"".join([line.rsplit(b",", 2)[0] + b"\n" for line in lines])
    found = hashlib.sha256(published).hexdigest()
    assert found == "c1e7e36ce32ba4eea4e4cbaee6cea51b9b770af84d3a841ac005127161c82fe7"


def test_provinces_show_the_three_without_data():
    result = load_study("provinces2022").run().result
    assert result.no_data == ["710000", "810000", "820000"]
    assert result.to_frame().index[0] == "110000"


def test_equal_weights_per_function_keep_one_international_region(zhang_outcome):
    from hubtiers.scoring.weight import EqualWeights

    scheme = load_study("zhang2022").scheme.replace(weight=EqualWeights(per="function"))
    tier = scheme.run(zhang_outcome.result.table).tier
    assert tier.index[tier == "international"].tolist() == ["yangtze-delta"]


def test_own_boundaries(study_folder):
    import geopandas as gpd
    from shapely import box

    cells = gpd.GeoDataFrame(
        {"code": ["a", "b", "c"], "name": ["甲", "乙", "丙"]},
        geometry=[box(100, 30, 101, 31), box(101, 30, 102, 31), box(102, 30, 103, 31)],
        crs="EPSG:4326",
    )
    cells.to_file(study_folder / "own.geojson")
    (study_folder / "values.csv").write_text(
        "区域,研发强度（%）,专利（项）\n甲,1,10\n乙,2,20\n丙,4,90\n", encoding="gb18030"
    )
    path = study_folder / "own.toml"
    text = path.read_text(encoding="utf-8").replace(
        '"province"', '"own.geojson"\nid_column = "code"\nname_zh = "name"'
    )
    path.write_text(text, encoding="utf-8")
    outcome = load_study(path).run(study_folder / "out")
    assert outcome.result.scores.round(4).to_dict() == {"a": 0.0, "b": 0.2292, "c": 1.0}
    assert (study_folder / "out" / "map.html").is_file()
    # Nothing that ships was read.
    record = json.loads((study_folder / "out" / "run.json").read_text(encoding="utf-8"))
    assert list(record["inputs"]) == ["values.csv", "framework.csv", "own.geojson"]


CHINA = ["gazetteer.csv", "aliases.csv", "former_names.csv", "ambiguous_names.csv", "consortia.csv"]


def inputs_of(study):
    """Return the names of what a study reads, those of a pack without their folder."""
    files = input_files(study.content, study.folder, study.load_table().regions)
    assert all(path.is_file() for path in files.values())
    return [name.removeprefix("boundaries/china/") for name in files]


@pytest.mark.parametrize(
    ("name", "outlines"),
    [("zhang2022", ["province.geojson", "city.geojson"]), ("cities2023-lists", ["city.geojson"])],
)
def test_the_record_lists_what_was_read(name, outlines):
    found = inputs_of(load_study(name))
    own = {"zhang2022": "zhang2022", "cities2023-lists": "cities-lists"}[name]
    sets = [f"{own}/values.csv", f"{own}/sources.csv", f"{own}/framework.csv"]
    checks = ["checks/values.csv", "checks/sources.csv"] if name == "cities2023-lists" else []
    assert found == [*sets, *checks, "pack.toml", *outlines, *CHINA, "layouts/zhang2022"]


def test_a_study_reads_only_the_outlines_of_its_level(study_folder):
    path = study_folder / "own.toml"
    own = ["values.csv", "framework.csv"]
    assert inputs_of(load_study(path)) == [*own, "pack.toml", "province.geojson", *CHINA]
    text = path.read_text(encoding="utf-8")
    path.write_text(text + '[layout]\nname = "zhang2022"\n', encoding="utf-8")
    read = [*own, "pack.toml", "province.geojson", *CHINA, "city.geojson", "layouts/zhang2022"]
    assert inputs_of(load_study(path)) == read


def test_roll_up_in_a_study(study_folder):
    path = study_folder / "own.toml"
    text = path.read_text(encoding="utf-8").replace(
        'regions = "province"', 'regions = "consortium"\nroll_up = true\npartial = true'
    )
    (study_folder / "framework.csv").write_text(
        "code,parent,direction,kind\npatents,,1,extensive\n", encoding="utf-8"
    )
    rows = [("110000", 1.0), ("310000", 4.0), ("320000", 5.0), ("510000", 2.0), ("210000", 7.0)]
    (study_folder / "values.csv").write_text(
        "region,indicator,value,year\n" + "".join(f"{r},patents,{v},2022\n" for r, v in rows),
        encoding="utf-8",
    )
    path.write_text(text, encoding="utf-8")
    table = load_study(path).load_table()
    values = table.values["patents"].dropna().to_dict()
    assert values["yangtze-delta"] == 9.0
    assert values["northeast"] == 7.0
    assert set(table.status["patents"]) == {"partial-members", ""}


def test_confidence_is_written(tmp_path, zhang_outcome):
    """Tier probability and rank interval stand in scores.csv as the robustness object has them."""
    path = tmp_path / "scores.csv"
    write_scores(zhang_outcome.result, path, robustness=zhang_outcome.robustness)
    scores = pd.read_csv(path, dtype={"region_id": str}, index_col="region_id")
    expected = zhang_outcome.robustness.confidence[scores.index]
    np.testing.assert_allclose(scores["tier_probability"], expected)
    assert (scores["rank_low"] <= scores["rank"]).all()
    assert (scores["rank"] <= scores["rank_high"]).all()
    assert zhang_outcome.robustness.draws == 1000
    probability = zhang_outcome.robustness.tier_probability.loc[scores.index]
    assert scores["likeliest_tier"].tolist() == probability.idxmax(axis=1).tolist()
    kept = scores["likeliest_tier"] == scores["tier"]
    marks = np.where(
        scores["tier_probability"] >= 0.9, "settled", np.where(kept, "leaning", "open")
    )
    assert scores["certainty"].tolist() == marks.tolist()
    assert scores["certainty"].value_counts().to_dict() == {"settled": 6, "open": 6, "leaning": 2}


def test_outputs_can_be_left_out(study_folder):
    path = study_folder / "own.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text
        + "[robustness]\ndraws = 0\n[output]\nfigures = false\ntables = false\nreport = false\n"
        "brief = false\n",
        encoding="utf-8",
    )
    load_study(path).run(study_folder / "out")
    names = sorted(p.name for p in (study_folder / "out").iterdir())
    assert names == ["map.html", "run.json", "scores.csv", "tiers.geojson"]
    assert "tier_probability" not in (study_folder / "out" / "scores.csv").read_text(
        encoding="utf-8-sig"
    )


def test_a_machine_without_chinese_fonts_builds_in_english(tmp_path, monkeypatch):
    from hubtiers.show import fonts

    monkeypatch.setattr(fonts, "CJK_FONTS", ("No Such Font",))
    outcome = load_study("zhang2022").run(tmp_path / "out")
    assert "figures are in English" in outcome.notes[0]
    drawing = (tmp_path / "out" / "map.svg").read_text(encoding="utf-8")
    assert "Beijing" in drawing
    assert "张文忠" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_failing_run_leaves_no_parent_folder(study_folder, monkeypatch):
    import hubtiers.show.web.webmap

    def fail(*args, **kwargs):
        raise DataError("The map cannot be drawn.")

    monkeypatch.setattr(hubtiers.show.web.webmap, "tier_map", fail)
    with pytest.raises(DataError, match="cannot be drawn"):
        load_study(study_folder / "own.toml").run(study_folder / "a" / "b" / "out")
    assert not (study_folder / "a").exists()


def test_a_baseline_is_a_column_of_the_data_that_nobody_scores():
    outcome = load_study("provinces2022").run()
    people = outcome.baselines["population"]
    assert list(outcome.baselines) == ["population"]
    assert people["110000"] == 21_893_095
    assert people.index.equals(outcome.result.scores.index)
    assert outcome.baseline_titles["population"]["en"] == "Resident population (census of 2020)"


BASELINES = """
title_en = "Four regions"

[data]
regions = "province"
indicators = "values.csv"
framework = "framework.csv"
{data}

[method]
tier = {{ method = "NaturalBreaks", k = 2 }}

[compare]
baseline = {baseline}
"""


@pytest.fixture
def four(tmp_path):
    rows = ["region,indicator,value,year"]
    for number, region in enumerate(["110000", "310000", "420000", "620000"], start=1):
        rows += [f"{region},rd,{10 - number},2022", f"{region},people,{number},2020"]
        rows += [f"{region},people,{10 * number},2021", f"{region},money,{number**2},2022"]
    (tmp_path / "values.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "framework.csv").write_text("code,parent,direction\nrd,,1\n", encoding="utf-8")

    def study(baseline, data="year = 2022"):
        text = BASELINES.format(baseline=baseline, data=data)
        (tmp_path / "four.toml").write_text(text, encoding="utf-8")
        return load_study(tmp_path / "four.toml")

    return study


def test_baselines_by_code_or_with_a_year(four):
    study = four('["people", { indicator = "money", name_zh = "钱" }]')
    found = study.load_baselines(study.load_table())
    assert found["people"].dropna().tolist() == [10, 20, 30, 40], "the newest year"
    assert found["money"].dropna().tolist() == [1, 4, 9, 16]
    titles = [one.title for one in study.content.compare.baseline]
    assert titles == [{"zh": "people", "en": "people"}, {"zh": "钱", "en": "钱"}]
    earlier = four('{ indicator = "people", year = 2020 }')
    found = earlier.load_baselines(earlier.load_table())
    assert found["people"].dropna().tolist() == [1, 2, 3, 4]
    scored = four('"rd"')
    assert scored.load_baselines(scored.load_table())["rd"].dropna().tolist() == [9, 8, 7, 6]


def test_an_unknown_baseline_is_told(four):
    from hubtiers._study_data import StudyData
    from hubtiers._study_file import BaselineSection

    with pytest.raises(DataError, match="other columns are 'rd', 'people', 'money'. It looked for"):
        four('"peple"').run()
    shipped = load_study("provinces2022")
    data = StudyData(shipped.content.data, shipped.folder)
    with pytest.raises(UnknownOptionError, match="baseline 'populaton'. Did you mean 'population'"):
        data.load_column(BaselineSection(indicator="populaton"), shipped.load_table())
    with pytest.raises(SpecError, match="'compare.baseline.0.indicator' is missing"):
        four("{ name_en = 'people' }")
