"""Each error says what is wrong, with its value, and the way out."""

import pytest

from hubtiers import errors


def test_listing_names_five_and_counts_the_rest():
    assert errors.listing(range(7)) == "0, 1, 2, 3, 4 and 2 more"
    assert errors.listing(range(5)) == "0, 1, 2, 3, 4"
    assert errors.listing([]) == ""


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.UnknownOptionError("tier", "nationl", ["national"]), ValueError),
        (errors.MissingColumnError(["value"], "The table"), KeyError),
        (errors.DuplicateRegionError(["a"], "The table"), ValueError),
        (errors.ConstantIndicatorError(["rd"], "MinMax()"), ValueError),
        (
            errors.DomainError(
                "Geometric()", "positive values", "rd", 0.0, ["a"], "Use Arithmetic()."
            ),
            ValueError,
        ),
        (errors.OverlapError([("a", "b")], "EntropyWeights()"), ValueError),
        (errors.JoinError("No."), ValueError),
        (errors.CRSError("No."), ValueError),
        (errors.NotComparableError("No."), ValueError),
        (errors.MissingDependencyError("xlrd", "xls", "Reading .xls"), ImportError),
    ],
)
def test_every_error_is_ours_and_the_builtin_that_fits(error, builtin):
    assert isinstance(error, errors.HubtiersError)
    assert isinstance(error, builtin)
    assert not str(error).startswith(("'", '"')), (
        "a KeyError must not print the repr of its sentence"
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            errors.UnknownOptionError("tier", "nationl", ["national", "local"]),
            "Unknown tier 'nationl'. Did you mean 'national'?",
        ),
        (errors.UnknownOptionError("tier", "zzz", ["b", "a"]), "Unknown tier 'zzz'. Known: a, b."),
        (errors.UnknownOptionError("tier", "zzz", []), "Unknown tier 'zzz'. There are none."),
        (
            errors.MissingColumnError(["value", "region"], "The table", ["a", "b"]),
            "The table lacks the columns 'value', 'region'. It has a, b.",
        ),
        (
            errors.DuplicateRegionError(["a", "a", "b"], "The layer"),
            "The layer has more than one row for a, b. Keep one row per region, or give the rows ids of their own.",
        ),
        (
            errors.ConstantIndicatorError(["rd"], "MinMax()"),
            "MinMax() needs values that differ, but the indicator 'rd' has the same value in every region. Drop the "
            "indicator from the framework, or add regions where the values differ.",
        ),
        (
            errors.DomainError(
                "Geometric()", "positive values", "rd", 0.0, list("abcd"), "Use Arithmetic()."
            ),
            "Geometric() needs positive values, but 'rd' is 0.0 in 4 regions (a, b, c and 1 more). Use Arithmetic().",
        ),
        (
            errors.MissingDependencyError("xlrd", "xls", "Reading .xls"),
            "Reading .xls needs the package 'xlrd', which is not installed. Install it with: pip install 'hubtiers[xls]'",
        ),
    ],
)
def test_wording(error, sentence):
    assert str(error) == sentence


def test_overlap_error_names_the_pairs():
    error = errors.OverlapError([("Beijing", "Jing-Jin-Ji")], "EntropyWeights()")
    assert error.pairs == [("Beijing", "Jing-Jin-Ji")]
    assert "these regions overlap and would count twice: Beijing with Jing-Jin-Ji." in str(error)
