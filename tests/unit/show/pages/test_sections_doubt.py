"""The section on certainty: what a probability is, results by option, what moves the tiers, shares never seen."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import openpyxl
import pandas as pd
import pytest

from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Dirichlet, Noise, PerLevel, UniformAround, Variation
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric
from hubtiers.scoring.normalise import MinMax, PercentileRank, ZScore
from hubtiers.show.pages.report import build_report
from hubtiers.show.pages.workbook import save_tables
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SCHEME = Scheme(tier=NaturalBreaks(3))


def table(rows=60, sigma=2.0):
    values = np.random.default_rng(2).lognormal(sigma=sigma, size=(rows, 4))
    index = [f"r{i:02}" for i in range(rows)]
    return IndicatorTable.from_frame(pd.DataFrame(values, index, ["a", "b", "c", "d"]))


def page_of(robust, language):
    """Return the section on certainty as HTML without its figures."""
    html = build_report(robust.base, robustness=robust, language=language).html
    start = html.index('<section id="confidence"')
    return re.sub(r"<img[^>]*>", "", html[start : html.index("</section>", start)])


def read(page):
    """Return what a reader of the section sees."""
    return unescape(re.sub(r"<[^>]+>", "|", page))


def section(robust, language):
    return read(page_of(robust, language))


def rows(page):
    """Return the cells of all rows of the section's tables."""
    found = re.findall(r"<tr>(.*?)</tr>", page)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in found]
    return [[unescape(cell) for cell in row] for row in cells]


def of(variation, draws=200, **size):
    return assess_robustness(SCHEME, table(**size), variation, draws=draws, rng=1)


@LANGUAGES
def test_the_section_says_what_a_probability_is_and_what_moves_it(language):
    robust = of(Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore())))
    page = page_of(robust, language)
    text, told = read(page), rows(page)
    assert ("它不是后验概率" if language == "zh" else "It is no posterior probability") in text
    assert ("按选项分列的结果" if language == "zh" else "Results by option") in text
    row = robust.drivers.loc[("tier_flips", "weights")]
    interval = f"{row['first']:.2f} [{row['first_low']:.2f}, {row['first_high']:.2f}]"
    assert interval.replace("-", "−") in text
    sizes = robust.sizes_by_option.loc[("normalise", repr(ZScore()))]
    named = "Z 值标准化" if language == "zh" else "z-scores"
    wanted = [named, *(f"{sizes[label]:.1f}" for label in robust.plan.labels)]
    assert wanted in [row[1:-1] for row in told]
    shares = robust.by_option.query("tier == 'international' and option.str.startswith('Z')")
    best = robust.base.rank.idxmin()
    share = float(shares.set_index("region_id").loc[best, "probability"])
    assert 0 < share < 1
    # The text shows the first regions, the appendix all.
    whole = rows(build_report(robust.base, robustness=robust, language=language).html)
    assert f"{share:.3f}" in [row[-1] for row in whole if row[0] == best]
    if language == "zh":
        varied = "权重：在全部可能的权重中均匀抽取（狄利克雷分布）；标准化：极差标准化或Z 值标准化"
        assert varied in text
        assert "weights, evenly" not in text


@LANGUAGES
def test_a_tenfold_tier_is_a_caution(language):
    tenfold = Variation(weights=Dirichlet(), normalise=(MinMax(), PercentileRank()))
    robust = of(tenfold, rows=120)
    (effect,) = robust.size_effects
    text = section(robust, language)
    sizes = f"{effect.size_most:.1f}", f"{effect.size_least:.1f}"
    if language == "zh":
        assert f"注意：标准化取“百分位排名”时国际级平均有 {sizes[0]} 个区域" in text
    else:
        assert (
            f"Caution: under percentile rank (normalisation) the tier International holds {sizes[0]}"
            in text
        )
    assert sizes[1] in text
    assert ("注意：" if language == "zh" else "Caution") not in section(
        of(Variation(weights=Dirichlet(), normalise=(MinMax(), ZScore()))), language
    )


@LANGUAGES
def test_a_share_never_seen_is_no_nought(language, tmp_path):
    robust = of(Variation(weights=Dirichlet()), draws=1000, rows=16)
    text = section(robust, language)
    assert "< 0.003" in text
    assert "> 0.997" in text
    assert not re.search(r"\|(0\.000|1\.000)\||0\.0 ?% ±", text)
    book = openpyxl.load_workbook(
        save_tables(robust.base, tmp_path / "t.xlsx", language=language, robustness=robust)
    )
    sheet = next(s for s in book if s.title.startswith(("层级概率", "Tier probabilities")))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == 0]
    assert cells
    assert {cell.number_format for cell in cells} == {'[=0]"< 0.003";[=1]"> 0.997";0.000'}


@LANGUAGES
def test_one_thing_varied_explains_all(language):
    text = section(of(Variation(weights=UniformAround(30))), language)
    assert ("总索博尔指数均为 1" if language == "zh" else "first-order and total, are 1") in text
    assert ("没有可分列的结果" if language == "zh" else "no options to tell apart") in text


def test_every_kind_of_variation_is_said_in_chinese():
    varied = Variation(
        weights=Dirichlet(50, per="function"),
        normalise=(MinMax(1, 9), MinMax(1, 20)),
        aggregate=PerLevel(((Arithmetic(), Geometric()),)),
        noise=Noise(3),
        leave_one_out=True,
    )
    text = section(of(varied, draws=30, rows=12, sigma=1.0), "zh")
    said = (
        "权重：逐层围绕本研究权重抽取（狄利克雷分布，集中度 50）；标准化：极差标准化；"
        "合成（第1层）：加权算术平均或加权几何平均；测量误差：各数值的 3%；剔除一个指标，或不剔除"
    )
    assert said in text
    # Two options of one name are told apart by their parameters.
    assert "极差标准化（high=20）" in text
    assert "不剔除" in text
