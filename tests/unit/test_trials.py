import pytest

from hubtiers._trials import Choice
from hubtiers.errors import DataError
from hubtiers.study import load_study


@pytest.fixture(scope="module")
def study():
    return load_study("zhang2022")


def test_a_choice_is_told_by_its_names():
    assert [str(Choice("equal")), str(Choice("equal", "quantiles"))] == [
        "equal",
        "equal · quantiles",
    ]


def test_matches_by_weight_and_tier(study):
    trials = study.try_out(["equal", "entropy"], tiers=["naturalbreaks", "quantiles"])
    matrix = trials.by_weight_and_tier()
    assert matrix.to_dict() == {
        "naturalbreaks": {"equal": 14, "entropy": 7},
        "quantiles": {"equal": 11, "entropy": 11},
    }
    assert matrix.index.name == "weights"
    assert trials.has_matrix
    assert trials.comparison.names[1] == "equal · quantiles"
    kappa = trials.by_weight_and_tier("kappa")
    assert kappa.loc["equal", "naturalbreaks"] == 1.0


def test_what_does_not_fit_is_kept_with_its_reason(study, monkeypatch):
    """Benefit of the doubt leaves gaps in the functions, which k-means cannot take; every scheme runs once."""
    from hubtiers.scheme import Scheme

    runs, plain = [], Scheme.run
    monkeypatch.setattr(Scheme, "run", lambda self, table: runs.append(self) or plain(self, table))
    rules = ["naturalbreaks", "kmeans"]
    trials = study.try_out(["equal", "benefitofdoubt"], tiers=rules, tolerant=True)
    assert len(runs) == 4
    assert list(trials.unfit) == [Choice("benefitofdoubt", "kmeans")]
    assert "needs every feature" in trials.unfit[Choice("benefitofdoubt", "kmeans")]
    matrix = trials.by_weight_and_tier()
    assert matrix["naturalbreaks"].tolist() == [14, 12]
    assert matrix["kmeans"].isna().tolist() == [False, True]
    with pytest.raises(
        DataError, match="Scheme 'benefitofdoubt · kmeans': KMeans.* needs every feature"
    ):
        study.try_out(["benefitofdoubt"], tiers=rules)


def test_a_weighting_that_never_fits_keeps_its_row(study):
    trials = study.try_out(["benefitofdoubt", "equal"], tiers=["kmeans"], tolerant=True)
    assert trials.by_weight_and_tier()["kmeans"].isna().to_dict() == {
        "benefitofdoubt": True,
        "equal": False,
    }
    with pytest.raises(
        DataError, match="None of 1 schemes fits the data. benefitofdoubt · kmeans: KMeans"
    ):
        study.try_out(["benefitofdoubt"], tiers=["kmeans"], tolerant=True)


def test_without_a_layout_there_is_nothing_to_agree_with():
    trials = load_study("provinces2022").try_out(["equal"], tiers=["quantiles"])
    assert not trials.has_matrix
    with pytest.raises(DataError, match=r"no reference to agree with. Give the study a \[layout\]"):
        trials.by_weight_and_tier()


def test_a_comparison_starts_from_the_scheme_of_the_study():
    """The study's equal weights are per function; "equal" is per indicator, and both stand side by side."""
    study = load_study("provinces2022")
    own = "equal weights per function (this study)"
    found = study.compare(["entropy", "equal"])
    assert found.names == [own, "entropy", "equal"]
    assert found.results[own].scores.equals(study.scheme.run(study.load_table()).scores)
    assert found.results["equal"].weights.nunique() == 1
    assert found.results[own].weights.nunique() > 1
    assert set(found.moves()["scheme"]) == {"entropy", "equal"}
    both = study.compare(["equal-per-indicator", "equal-per-function"])
    assert both.names == ["equal-per-function", "equal-per-indicator"]
    assert both.title("equal-per-function") == own
    assert both.title("equal-per-function", "zh") == "等权（按功能）（本研究）"
    assert both.title("equal-per-indicator") == "equal weights per indicator"


def test_the_scheme_of_the_study_comes_first_however_it_is_named(study):
    assert study.compare(["entropy", "equal"]).names == ["equal", "entropy"]
    tried = study.try_out(["entropy"], tiers=["quantiles"])
    own = "equal weights per indicator · exact natural breaks (Fisher–Jenks) (this study)"
    assert tried.comparison.names[0] == own
    assert tried.by_weight_and_tier().to_dict() == {"quantiles": {"entropy": 11}}
    named = study.try_out(["entropy", "equal"], tiers=["quantiles", "naturalbreaks"])
    assert named.comparison.names[0] == "equal · naturalbreaks"
    assert named.comparison.title("entropy · quantiles") == "entropy weights · quantiles"


def test_a_weighting_by_level_is_called_by_both(study):
    from hubtiers._trials import scheme_titles
    from hubtiers.scheme import Scheme
    from hubtiers.scoring.weight import EntropyWeights, EqualWeights

    by_level = Scheme(weight=(EntropyWeights(), EqualWeights()))
    assert scheme_titles(by_level) == {
        "zh": "熵值法，再等权（按指标）",
        "en": "entropy weights, then equal weights per indicator",
    }
