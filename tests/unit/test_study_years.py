"""Years in a study file: what is read, what is written, what the report says, and refusals."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import hubtiers as ht
from hubtiers.show.words import has_chinese

STUDY = """\
title_zh = "三省"
title_en = "Three provinces"

[data]
regions = "province"
only = ["北京", "天津", "河北", "山西"]
indicators = "values.csv"
framework = "framework.csv"
years = [2012, 2017, 2022]

[method]
tier = { method = "NaturalBreaks", k = 2 }

[robustness]
draws = 200

[output]
figures = false
tables = false
explorer = false
"""
FRAMEWORK = """\
code,name_zh,name_en,parent,category,direction,unit,kind,weight,denominator,source,unit_en
all,全部,All,,,,,,,,,
rd,经费,Expenditure,all,,1,亿元,extensive,1,,,
papers,论文,Papers,all,,1,篇,extensive,1,,,
"""
RD = {2012: (10, 3, 2, 1), 2017: (20, 9, 3, 1), 2022: (30, 25, 4, 2)}
PAPERS = {2012: (9, 2, 2, 1), 2017: (10, 8, 2, 1), 2022: (12, 11, 3, 1)}
NAMES = ("北京", "天津", "河北", "山西")


@pytest.fixture
def folder(tmp_path):
    rows = ["region,indicator,value,year"]
    for code, by_year in (("rd", RD), ("papers", PAPERS)):
        for year, values in by_year.items():
            rows += [f"{n},{code},{v},{year}" for n, v in zip(NAMES, values, strict=True)]
    (tmp_path / "values.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "framework.csv").write_text(FRAMEWORK, encoding="utf-8")
    (tmp_path / "own.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def change(folder, old, new, name="own.toml"):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder / "own.toml"


def test_panel_and_map_share_the_scale_of_the_last_year(folder):
    outcome = ht.load_study(folder / "own.toml").run(folder / "out")
    panel = outcome.panel
    assert panel.years == (2012, 2017, 2022)
    assert panel.fit_on == 2022
    pd.testing.assert_series_equal(
        panel.scores[2022], outcome.result.scores, check_names=False, check_exact=True
    )
    # Beijing 2012: (10 − 2) / (30 − 2) and (9 − 1) / (12 − 1), halved.
    assert panel.scores.loc["110000", 2012] == pytest.approx((8 / 28 + 8 / 11) / 2)
    written = pd.read_csv(folder / "out" / "panel.csv", dtype={"region_id": str})
    assert written.columns.tolist()[:7] == [
        "region_id",
        "name_zh",
        "name_en",
        "year",
        "score",
        "rank",
        "tier",
    ]
    assert len(written) == 12
    cells = written.set_index(["region_id", "year"])
    assert cells.loc[("110000", 2012), "score"] == pytest.approx(panel.scores.loc["110000", 2012])
    moved = [(r["region_id"], r["tier_change"]) for r in panel.moved().to_dict("records")]
    assert ("120000", 1) in moved
    assert outcome.moves.draws == 200
    assert outcome.moves.moved["probability"].between(0, 1).all()


def test_tiers_that_would_start_a_formula(folder):
    study = change(folder, "k = 2", 'k = 2, labels = ["=top", "-"]')
    ht.load_study(study).run(folder / "out")
    for name in ("panel.csv", "scores.csv"):
        tiers = pd.read_csv(folder / "out" / name)["tier"]
        assert set(tiers) == {"'=top", "'-"}


@pytest.mark.parametrize(
    ("key", "fit_on"),
    [('fit_on = "all"', "all"), ('fit_on = "first"', 2012), ("fit_on = 2017", 2017)],
)
def test_other_scales(folder, key, fit_on):
    study = change(folder, "[method]", f"[panel]\n{key}\ndraws = 0\n\n[method]")
    outcome = ht.load_study(study).run()
    assert outcome.panel.fit_on == fit_on
    assert outcome.moves is None
    # The map stands on its own scale whatever the panel has.
    assert outcome.result.scores["110000"] == pytest.approx(1.0)


def test_refit_and_a_year_of_the_map(folder):
    change(folder, "years = [2012, 2017, 2022]", "years = [2022, 2012, 2017]\nyear = 2017")
    study = change(folder, "[method]", "[panel]\nrefit = true\n\n[method]")
    outcome = ht.load_study(study).run()
    assert outcome.panel.is_refit
    assert outcome.panel.years == (2012, 2017, 2022)
    assert outcome.result.year == 2017
    assert outcome.panel.scores[2017].tolist() == outcome.result.scores.tolist()


def test_prices(folder):
    prices = "year,index\n2012,100\n2017,110\n2022,125\n"
    (folder / "prices.csv").write_text(prices, encoding="utf-8")
    study = change(folder, "years = [", 'deflate = "prices.csv"\nyears = [')
    outcome = ht.load_study(study).run(folder / "out")
    assert outcome.panel.deflated.base == 2012
    assert outcome.panel.values("rd").loc["110000"].tolist() == pytest.approx([10, 20 / 1.1, 24])
    assert outcome.result.table.values.loc["110000", "rd"] == pytest.approx(24)
    assert "prices.csv" in outcome.inputs
    report = ht.build_report(outcome, language="en").html
    assert "At prices of 2012, by the price index prices.csv: Expenditure." in report
    assert "not deflated" not in report
    base = change(folder, '"prices.csv"', '{ file = "prices.csv", base = 2022 }')
    assert ht.load_study(base).run().panel.deflated.base == 2022
    (folder / "prices.csv").write_text("year,index\n2012,98\n2022,125\n", encoding="utf-8")
    study = change(folder, '{ file = "prices.csv", base = 2022 }', '"prices.csv"')
    with pytest.raises(
        ht.SpecError, match=r"no year has the index 100. Name it: base = … in deflate"
    ):
        ht.load_study(study).run()


class TestPricesOfRatios:
    """R&D over GDP, both at the prices of their year: deflating one of them makes no ratio."""

    @pytest.fixture
    def study(self, folder):
        head = "".join(FRAMEWORK.splitlines(keepends=True)[:2])
        ratio = "rd_expenditure_100m_cny,经费,Expenditure,all,,1,亿元,extensive,1,gdp_100m_cny,,"
        (folder / "framework.csv").write_text(head + ratio, encoding="utf-8")
        (folder / "prices.csv").write_text("year,index\n2012,100\n2022,150\n", encoding="utf-8")
        change(folder, '"values.csv"', '"provinces"')
        change(folder, "[2012, 2017, 2022]", '[2012, 2022]\ndeflate = { file = "prices.csv" }')
        return change(folder, "[method]", '[panel]\ndraws = 0\n[method]\ndenominate = "Denominate"')

    def test_one_side_is_refused(self, study):
        message = r"divided by 'gdp_100m_cny', and .* too, with indicators = \[…\] in deflate"
        with pytest.raises(ht.SpecError, match=message):
            ht.load_study(study).run()

    def test_both_sides_give_the_ratio(self, folder, study):
        plain = change(folder, '\ndeflate = { file = "prices.csv" }', "")
        expected = ht.load_study(plain).run().panel.scores
        codes = '["rd_expenditure_100m_cny", "gdp_100m_cny"]'
        deflated = f'[2012, 2022]\ndeflate = {{ file = "prices.csv", indicators = {codes} }}'
        found = ht.load_study(change(folder, "[2012, 2022]", deflated)).run().panel
        pd.testing.assert_frame_equal(found.scores, expected)
        assert found.values("rd_expenditure_100m_cny").loc["110000", 2022] < 2000

    def test_nothing_is_money(self, folder, study):
        change(folder, "亿元", "项", name="framework.csv")
        with pytest.raises(ht.SpecError, match=r"indicators with indicators = \[…\] in deflate"):
            ht.load_study(study).run()


class TestOtherYears:
    def test_one_year_with_the_latest_values(self, folder):
        text = (folder / "values.csv").read_text(encoding="utf-8")
        (folder / "values.csv").write_text(text.replace("山西,papers,1,2022", ""), encoding="utf-8")
        change(folder, "years = [2012, 2017, 2022]", "year = 2022")
        study = change(folder, "[method]", '[method]\nimpute = "LatestYear"')
        outcome = ht.load_study(study).run(folder / "out")
        assert outcome.panel is None
        assert outcome.result.carried.to_numpy().tolist() == [["140000", "papers", 1.0, "2017"]]
        assert not (folder / "out" / "panel.csv").exists()
        report = ht.build_report(outcome, language="zh").html
        assert "取自其他年份的数值" in report
        assert re.search(r"山西省?</t[hd]>.*论文.*1\.000.*2017", report)
        # Draws fill the gap likewise.
        assert outcome.robustness.scored.min() == 1.0

    def test_a_panel_with_a_gap(self, folder):
        text = (folder / "values.csv").read_text(encoding="utf-8")
        (folder / "values.csv").write_text(text.replace("山西,papers,1,2017", ""), encoding="utf-8")
        study = change(folder, "[method]", '[method]\nimpute = "LinearInTime"')
        outcome = ht.load_study(study).run(folder / "out")
        assert outcome.panel.carried["years"].tolist() == ["2012–2022"]
        written = pd.read_csv(folder / "out" / "panel.csv").set_index(["name_en", "year"])
        assert written.loc[("Shanxi", 2017), "carried"] == "papers (2012–2022)"
        report = ht.build_report(outcome, language="en").html
        assert "2012–2022" in report

    def test_the_year_must_be_named(self, folder):
        change(folder, "years = [2012, 2017, 2022]", 'year = "latest"')
        study = change(folder, "[method]", '[method]\nimpute = "LatestYear"')
        with pytest.raises(
            ht.SpecError, match=r"fills gaps of one year from others. Name the year in"
        ):
            ht.load_study(study).run()

    def test_a_year_that_the_data_lack(self, folder):
        change(folder, "years = [2012, 2017, 2022]", "year = 2020")
        study = change(folder, "[method]", '[method]\nimpute = "LatestYear"')
        with pytest.raises(ht.DataError, match="The data have no value for 2020; they have 2012"):
            ht.load_study(study).run()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[2012, 2017, 2022]", "[2012]", "data: years = .* needs at least two years, each once"),
        ("[2012, 2017, 2022]", "[2012, 2012]", "needs at least two years, each once"),
        ("[2012, 2017, 2022]", "[2012, 2022]\nyear = 2017", "year = 2017 is none of the years"),
        ("[2012, 2017, 2022]", '[2012, 2022]\nyear = "latest"', "year = 'latest' is none of the"),
        ("years = [2012, 2017, 2022]", 'deflate = "p.csv"', "deflate = .* needs years"),
        ("years = [2012, 2017, 2022]", "[panel]\nrefit = true", r"\[panel\] needs years = "),
        (
            "[method]",
            "[panel]\nrefitt = true\n[method]",
            "unknown key 'panel.refitt'. Did you mean",
        ),
    ],
)
def test_what_a_file_may_not_say(folder, old, new, message):
    with pytest.raises(ht.SpecError, match=message):
        ht.load_study(change(folder, old, new))


def test_years_that_the_data_lack(folder):
    study = change(folder, "[2012, 2017, 2022]", "[2012, 2015]")
    with pytest.raises(ht.DataError, match="have no value for 2015; they have 2012, 2017, 2022"):
        ht.load_study(study).run()


def test_command_line(folder, hubtiers):
    run = hubtiers("build", "own.toml", "--out", "out", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert "各年各层级的区域数" in run.stdout
    assert "panel.csv" in run.stdout
    assert hubtiers("check", "values.csv", "--level", "province", cwd=folder).returncode == 0
    again = hubtiers("robustness", "own.toml", "--draws", "50", "--out", "out", cwd=folder)
    assert again.returncode == 0, again.stderr
    change(folder, "[2012, 2017, 2022]", "[2012, 2015]")
    failed = hubtiers("build", "own.toml", "--out", "other", cwd=folder)
    assert failed.returncode == 1
    assert "Leave these years out" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.fixture(scope="module")
def outcome():
    return ht.load_study("provinces-years").run()


class TestShipped:
    def test_every_year_has_every_indicator(self, outcome):
        panel = outcome.panel
        assert panel.years == tuple(range(2012, 2023))
        assert (panel.presence == "scored").sum().tolist() == [31] * 11
        # High-tech manufacturing was not published for 2017, R&D personnel of 西藏 not for 2013.
        counts = panel.carried.groupby(["indicator", "year"]).size()
        assert counts.to_dict() == {
            ("hightech_mfg_revenue_100m_cny", 2017): 31,
            ("hightech_mfg_revenue_per_gdp_pct", 2017): 31,
            ("rd_personnel_fte", 2013): 1,
        }

    def test_money_is_nominal_and_the_report_says_so(self, outcome):
        assert len(outcome.panel.nominal_money) == 4
        zh, en = (ht.build_report(outcome, language=one).html for one in ("zh", "en"))
        assert "以下指标为当年价的货币值，未扣除价格变动：基础研究经费、" in zh
        assert "Money at the prices of each year, not deflated: Basic research expenditure" in en
        section = re.search(r'<section id="years".*?</section>', en, flags=re.DOTALL)[0]
        assert not has_chinese(section)
        section = re.search(r'<section id="years".*?</section>', zh, flags=re.DOTALL)[0]
        words = re.sub(r"<[^>]+>", " ", section)
        assert not re.search(r"[A-Za-z]{3,} [a-z]{3,}", words), words

    def test_changes_over_ten_years(self, outcome):
        moved = outcome.moves.moved
        assert (moved["tier_change"] > 0).all()
        assert moved.set_index("name_en").loc["Guangdong", "probability"] > 0.9
        path = ht.centre_path(
            outcome.panel.values("rd_expenditure_100m_cny"), ht.load_regions("province")
        )
        # R&D moved south, towards the delta of the Pearl River.
        assert 100 < path.km < 200
        assert 180 < path.bearing < 225
