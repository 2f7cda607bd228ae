"""Schemes side by side: ranks, tiers, moves, agreement, and files that are safe to open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy import stats

from hubtiers.compare import Comparison, compare_schemes
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.framework import Framework, Indicator
from hubtiers.scheme import Scheme
from hubtiers.scoring.impute import RequireCoverage
from hubtiers.scoring.normalise import ZScore
from hubtiers.scoring.weight import EntropyWeights, GivenWeights
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.breaks import NaturalBreaks, Thresholds

VALUES = pd.DataFrame(
    {"rd": [0.0, 2.0, 4.0, 10.0, 7.0], "jobs": [10.0, 1.0, 6.0, 4.0, 0.0]},
    index=["a", "b", "c", "d", "e"],
)
CUTS = Thresholds(breaks=(0.3, 0.6), labels=("high", "middle", "low"))
PLAIN = Scheme(tier=CUTS)
SCHEMES = {"equal": PLAIN, "rd": PLAIN.replace(weight=GivenWeights({"rd": 1, "jobs": 0}))}


def table(values=VALUES) -> IndicatorTable:
    return IndicatorTable.from_frame(values)


@pytest.fixture
def comparison():
    return compare_schemes(table(), SCHEMES)


class TestSideBySide:
    def test_each_column_is_what_the_scheme_gives_alone(self, comparison):
        for name, scheme in SCHEMES.items():
            alone = scheme.run(table())
            pd.testing.assert_series_equal(comparison.scores[name], alone.scores, check_names=False)
            pd.testing.assert_series_equal(comparison.ranks[name], alone.rank, check_names=False)
            pd.testing.assert_series_equal(comparison.tiers[name], alone.tier, check_names=False)

    def test_frame(self, comparison):
        frame = comparison.to_frame()
        assert frame.columns.tolist() == [
            "name_zh",
            "name_en",
            "equal_rank",
            "equal_score",
            "equal_tier",
            "rd_rank",
            "rd_score",
            "rd_tier",
        ]
        assert frame.index.tolist() == ["d", "a", "c", "e", "b"]
        assert frame["rd_rank"].tolist() == [1, 5, 3, 2, 4]
        assert frame["equal_score"].tolist() == pytest.approx([0.7, 0.5, 0.5, 0.35, 0.15])
        assert frame["rd_tier"].tolist() == ["high", "low", "middle", "high", "low"]

    def test_matrices(self, comparison):
        equal, rd = comparison.scores["equal"], comparison.scores["rd"]
        assert comparison.kendall.loc["equal", "rd"] == pytest.approx(
            stats.kendalltau(equal, rd)[0]
        )
        assert comparison.spearman.loc["rd", "equal"] == pytest.approx(
            stats.spearmanr(equal, rd)[0]
        )
        # middle → low for a, middle → high for e; d, c and b stay
        assert comparison.same_tier.loc["equal", "rd"] == pytest.approx(0.6)
        for matrix in (comparison.kendall, comparison.spearman, comparison.same_tier):
            np.testing.assert_allclose(np.diag(matrix), 1.0)
            np.testing.assert_allclose(matrix, matrix.T)

    def test_moves(self, comparison):
        moves = comparison.moves()
        assert moves["region_id"].tolist() == ["a", "e", "b", "c"]
        a = moves.iloc[0]
        assert (a["rank_before"], a["rank_after"], a["rank_change"]) == (2, 5, -3)
        assert (a["tier_before"], a["tier_after"], a["new_tier"]) == ("middle", "low", True)
        assert moves["new_tier"].tolist() == [True, True, False, False]
        back = comparison.moves("rd").set_index("region_id")
        assert back.loc["a", "rank_change"] == 3
        assert set(back["scheme"]) == {"equal"}

    def test_moves_name_regions_that_only_one_scheme_scores(self):
        values = VALUES.copy()
        values.loc["a", "jobs"] = np.nan
        schemes = {"strict": PLAIN, "lax": PLAIN.replace(impute=RequireCoverage(0.5))}
        moves = compare_schemes(table(values), schemes).moves().set_index("region_id")
        assert moves.loc["a", ["rank_before", "rank_change"]].isna().all()
        assert moves.loc["a", "rank_after"] == 5
        assert moves.loc["a", "new_tier"]

    def test_one_scheme_has_no_moves(self):
        assert len(compare_schemes(table(), {"only": PLAIN}).moves()) == 0

    def test_reference(self):
        reference = pd.Series({"a": "middle", "b": "low", "c": "middle", "d": "high", "e": "high"})
        order = pd.CategoricalDtype(["low", "middle", "high"], ordered=True)
        found = compare_schemes(table(), SCHEMES, reference=reference.astype(order))
        assert found.with_reference["matches"].to_dict() == {"equal": 4, "rd": 4}
        assert found.with_reference["n"].tolist() == [5, 5]
        assert found.to_frame().loc["e", "reference"] == "high"
        assert found.summary()["reference_matches"].tolist() == [4, 4]

    def test_without_reference(self, comparison):
        assert comparison.with_reference is None
        assert "reference" not in comparison.to_frame()

    def test_summary(self, comparison):
        summary = comparison.summary()
        assert summary.index.tolist() == ["equal", "rd"]
        assert summary["effective_indicators"].tolist() == pytest.approx([2.0, 1.0])
        assert summary.loc["rd", "same_tier"] == pytest.approx(0.6)

    def test_text(self, comparison):
        text = repr(comparison)
        assert text.startswith("<Comparison: 2 schemes over 5 regions>")
        assert "equal_rank" in text

    def test_html_escapes(self):
        made = table(VALUES.rename(index={"a": "<script>"}))
        html = compare_schemes(made, {"<b>": PLAIN})._repr_html_()
        assert "<script>" not in html
        assert "<b>" not in html


class TestErrors:
    def test_no_scheme(self):
        with pytest.raises(SpecError, match="no scheme to compare"):
            compare_schemes(table(), {})

    def test_something_else(self):
        with pytest.raises(SpecError, match="'equal' is str, not a Scheme"):
            compare_schemes(table(), {"equal": "equal"})

    def test_the_scheme_at_fault_is_named(self):
        bad = PLAIN.replace(normalise=ZScore(), weight=EntropyWeights())
        with pytest.raises(
            DataError,
            match=r"Scheme 'entropy': EntropyWeights\(\) needs values that are not negative",
        ):
            compare_schemes(table(), {"equal": PLAIN, "entropy": bad})

    def test_unknown_base(self, comparison):
        with pytest.raises(UnknownOptionError, match="Did you mean 'equal'"):
            comparison.moves("equals")


class TestFiles:
    @pytest.fixture
    def hostile(self):
        made = table(VALUES.rename(index={"a": "=1+1"}))
        names = made.regions.assign(name_en=["=cmd()", "+1", "bell\x07", "@x", "plain"])
        schemes = {
            "=evil": PLAIN,
            "entropy": PLAIN.replace(weight=EntropyWeights(), tier=NaturalBreaks(2)),
        }
        return compare_schemes(replace(made, regions=names), schemes)

    def test_csv(self, hostile, tmp_path):
        path = hostile.save_csv(tmp_path / "c.csv")
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        frame = pd.read_csv(path, index_col=0)
        assert "'=1+1" in frame.index
        assert "'=evil_rank" in frame.columns
        assert frame.loc["'=1+1", "name_en"] == "'=cmd()"
        scores = hostile.scores["=evil"]
        assert frame["'=evil_score"].tolist() == pytest.approx(
            scores.sort_values(ascending=False).tolist()
        )
        assert frame.loc["d", "'=evil_tier"] == "high"

    def test_xlsx(self, hostile, tmp_path):
        book = openpyxl.load_workbook(hostile.save_xlsx(tmp_path / "c.xlsx"))
        assert book.sheetnames == [
            "regions",
            "summary",
            "moves",
            "kendall",
            "spearman",
            "same_tier",
        ]
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert all(cell.data_type != "f" for cell in cells)
        assert "bell\ufffd" in {cell.value for cell in cells}
        header = [cell.value for cell in book["regions"][1]]
        column = header.index("'=evil_rank")
        assert [row[column].value for row in book["regions"].iter_rows(min_row=2)] == [
            1,
            2,
            2,
            4,
            5,
        ]

    def test_no_half_file(self, comparison, tmp_path, monkeypatch):
        monkeypatch.setattr(
            pd.DataFrame, "to_csv", lambda *a, **k: (_ for _ in ()).throw(OSError("disk full"))
        )
        with pytest.raises(
            DataError, match=r"c\.csv cannot be written: disk full\. Check the path"
        ):
            comparison.save_csv(tmp_path / "c.csv")
        assert list(tmp_path.iterdir()) == []


def test_indicator_names_do_not_matter():
    framework = Framework((Indicator("rd"), Indicator("jobs")))
    mine = compare_schemes(IndicatorTable.from_frame(VALUES, framework=framework), SCHEMES)
    assert mine.scores.equals(compare_schemes(table(), SCHEMES).scores)


class TestBestOfMany:
    TIERS = pd.DataFrame(
        {
            "one": ["high", "high", "low", "low", "low", "low"],
            "two": ["high", "low", "high", "low", "low", "low"],
            "three": ["low", "low", "high", "high", "low", None],
        },
        index=list("abcdef"),
    )

    def comparison(self, reference):
        class Tiered:
            def __init__(self, tier):
                self.tier = tier.astype(pd.CategoricalDtype(["low", "high"], ordered=True))

        return Comparison({name: Tiered(self.TIERS[name]) for name in self.TIERS}, reference)

    def test_the_best_of_all_orders_of_the_reference(self):
        """Every one of the 15 ways to deal two high tiers to six regions, the best of three schemes each."""
        from itertools import combinations

        reference = pd.Series(
            ["high", "high", "low", "low", "low", "low"], index=list("abcdef")
        ).astype(pd.CategoricalDtype(["low", "high"], ordered=True))
        found = self.comparison(reference).best_of_many(draws=20_000)
        assert (found.tried, found.best, found.n, found.names) == (3, 6, 6, ("one",))
        assert found.lowest == 1
        best = []
        for high in combinations("abcdef", 2):
            dealt = pd.Series(["high" if r in high else "low" for r in "abcdef"], list("abcdef"))
            best.append(max(int((self.TIERS[name] == dealt).sum()) for name in self.TIERS))
        assert found.chance_mean == pytest.approx(np.mean(best), abs=0.02)
        assert found.p_value == pytest.approx(np.mean(np.array(best) >= 6), abs=0.01)
        assert found.chance_high == np.quantile(best, 0.95)
        assert (
            self.comparison(reference).best_of_many() == self.comparison(reference).best_of_many()
        )

    def test_without_a_reference_there_is_no_best(self):
        with pytest.raises(DataError, match="There is no reference to agree with"):
            self.comparison(None).best_of_many()


def test_titles_stand_in_for_names_and_leave_them_as_they_are(comparison):
    titled = replace(comparison, titles={"rd": {"zh": "研发", "en": "only R&D"}})
    assert (titled.title("rd", "zh"), titled.title("rd"), titled.title("equal")) == (
        "研发",
        "only R&D",
        "equal",
    )
    assert titled.names == comparison.names
    assert titled.summary().index.tolist() == ["equal", "rd"]


def test_effective_number_counts_correlation(comparison):
    """Weights ½ and ½ with r between both: 1 / (½ + ½ r²)."""
    r = np.corrcoef(VALUES["rd"], VALUES["jobs"])[0, 1]
    summary = comparison.summary()
    assert summary.loc["equal", "effective_correlated"] == pytest.approx(1 / (0.5 + 0.5 * r**2))
    assert summary.loc["rd", "effective_correlated"] == pytest.approx(1.0)
