"""Every scoring method × every awkward input: a finite result or the documented error, never a warning.

A new method joins by being in the `__all__` of its step; if it cannot be made without options, by a line in `MADE`.
"""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hubtiers import scheme
from hubtiers.errors import DataError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.scoring import aggregate, impute, normalise, treat, weight

STEPS: dict[str, ModuleType] = {
    "impute": impute,
    "treat": treat,
    "normalise": normalise,
    "weight": weight,
    "aggregate": aggregate,
}
METHODS: list[tuple[str, type]] = [
    (step, thing)
    for step, module in STEPS.items()
    for name in module.__all__
    if inspect.isclass(thing := getattr(module, name)) and hasattr(thing, "fit")
]

CODES = ("a", "b", "c")
REGIONS = [f"r{n}" for n in range(8)]
FRAMEWORK = Framework(
    (
        Indicator("a", parent="g"),
        Indicator("b", parent="g", weight=2.0),
        Indicator("c", parent="h"),
    ),
    (Group("g"), Group("h", weight=3.0)),
)
MADE: dict[str, dict[str, Any]] = {
    "RequireCoverage": {"share": 0.5},
    "GroupMean": {
        "groups": {region: "east" if n < 4 else "west" for n, region in enumerate(REGIONS)}
    },
    "GroupMedian": {
        "groups": {region: "east" if n < 4 else "west" for n, region in enumerate(REGIONS)}
    },
    "Goalposts": {"bounds": dict.fromkeys(CODES, (0.0, 10.0))},
    "GivenWeights": {"weights": {"a": 1.0, "b": 2.0, "c": 3.0}},
    "AhpWeights": {"matrix": [[1, 2, 4], ["1/2", 1, 2], ["1/4", "1/2", 1]], "codes": CODES},
    "BudgetAllocation": {
        "points": {"Li": dict.fromkeys(CODES, 1.0), "Wang": {"a": 5, "b": 3, "c": 2}}
    },
    "CombinedWeights": {"methods": (weight.EqualWeights(), weight.CriticWeights())},
    "Winsorise": {"points": 1},
}

CLEAN = pd.DataFrame(
    {
        "a": [1.0, 2.0, 3.5, 4.0, 5.5, 6.0, 7.0, 9.5],
        "b": [5.0, 3.0, 8.0, 1.0, 9.0, 2.0, 7.0, 4.0],
        "c": [2.0, 2.5, 9.0, 1.5, 3.0, 2.0, 2.2, 6.0],
    },
    index=REGIONS,
)


def changed(**columns: list[float] | float) -> pd.DataFrame:
    return CLEAN.assign(**columns)  # type: ignore[arg-type]


INPUTS: dict[str, pd.DataFrame] = {
    "clean": CLEAN,
    "nan_column": changed(b=np.nan),
    "nan_cell": CLEAN.mask(np.eye(8, 3, k=-1, dtype=bool)),
    "nan_row": CLEAN.drop("r2").reindex(REGIONS),
    "constant": changed(b=3.0),
    "all_constant": changed(a=1.0, b=3.0, c=2.0),
    "one_region": CLEAN.iloc[:1],
    "two_equal_regions": CLEAN.iloc[[0, 1]].set_axis(REGIONS[:2]).assign(a=1.0, b=2.0, c=3.0),
    "zero": changed(a=[0.0, 2.0, 3.5, 4.0, 5.5, 6.0, 7.0, 9.5]),
    "zero_column": changed(a=0.0),
    "negative": changed(a=[-4.0, 2.0, 3.5, -1.0, 5.5, 6.0, 7.0, 9.5]),
    "huge": CLEAN * 1e90,
    "tiny": CLEAN * 1e-300,
    "immense": CLEAN * 1e307,
    "infinite": changed(b=[np.inf, 3.0, 8.0, 1.0, 9.0, 2.0, 7.0, -np.inf]),
    "text": CLEAN.astype(object).replace(9.0, "nine"),
    "no_region": CLEAN.iloc[:0],
    "no_indicator": CLEAN[[]],
    "empty": pd.DataFrame(),
}


def make(method: type) -> Any:
    return method(**MADE.get(method.__name__, {}))


def run(step: str, method: Any, values: pd.DataFrame) -> Any:
    if step == "weight":
        return method.fit(values, framework=FRAMEWORK)
    if "panel" in inspect.signature(method.fit).parameters:
        index = pd.MultiIndex.from_product([REGIONS, [2020, 2022]], names=["region_id", "year"])
        both = pd.DataFrame(
            np.repeat(CLEAN.to_numpy(), 2, axis=0), index=index, columns=CLEAN.columns
        )
        return method.fit(values, panel=both, year=2021).apply(values)
    return method.fit(values).apply(values)


def outcome(step: str, method: type, values: pd.DataFrame) -> str:
    """Return "finite", or the name of the documented error; anything else fails here."""
    before = values.copy(deep=True)
    try:
        result = run(step, make(method), values)
    except DataError as error:
        return type(error).__name__ if str(error).endswith((".", ")")) else f"no sentence: {error}"
    finally:
        pd.testing.assert_frame_equal(values, before)
    check(step, result, values)
    return "finite"


def check(step: str, result: Any, values: pd.DataFrame) -> None:
    if step == "weight":
        weights = result.weights
        assert list(weights.index) == list(values.columns)
        assert np.isfinite(weights.to_numpy()).all()
        assert (weights >= 0).all()
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        return
    pd.testing.assert_index_equal(result.index, values.index)
    if step == "aggregate":
        assert result.notna().tolist() == values.notna().any(axis=1).tolist()
        assert np.isfinite(result.dropna()).all()
        return
    assert list(result.columns) == list(values.columns)
    assert not np.isinf(result.to_numpy(float)).any()
    if step in ("normalise", "treat"):
        assert (result.notna() == values.notna()).to_numpy().all()
    if step == "impute":
        kept = values.notna() & result.notna().any(axis=1).to_numpy()[:, None]
        assert (result.where(kept) - values.where(kept)).abs().max().max() in (
            0.0,
            np.nan,
        ) or not kept.any().any()


def test_every_method_is_registered() -> None:
    registered = {method for step in STEPS for method in scheme.METHODS[step]}
    assert {method for _, method in METHODS} == registered


ALWAYS = {
    "immense": "DataError",
    "infinite": "DataError",
    "text": "DataError",
    "no_region": "DataError",
    "no_indicator": "DataError",
    "empty": "DataError",
}
CONSTANT = "ConstantIndicatorError"
NOTHING_VARIES = {"all_constant": CONSTANT, "one_region": CONSTANT, "two_equal_regions": CONSTANT}
SPREAD = NOTHING_VARIES | {"nan_column": "DataError", "constant": CONSTANT, "zero_column": CONSTANT}
ALL_THE_SAME = dict.fromkeys(NOTHING_VARIES, "DataError")
POSITIVE = {"zero": "DomainError", "zero_column": "DomainError", "negative": "DomainError"}
GAP = {"nan_column": "DataError"}
STATED = {"no_region": "finite"}

EXPECTED: dict[str, dict[str, str]] = {
    "RequireCoverage": {},
    "MeanImpute": GAP,
    "MedianImpute": GAP,
    "GroupMean": GAP,
    "GroupMedian": GAP,
    "KNearest": GAP,
    "LatestYear": STATED,
    "LinearInTime": STATED,
    "NoTreatment": STATED,
    "Winsorise": {},
    "LogTransform": POSITIVE,
    "BoxCox": SPREAD | POSITIVE | {"tiny": "DataError"},
    "MinMax": SPREAD,
    "ZScore": SPREAD,
    "RobustScale": SPREAD,
    "LogMinMax": SPREAD | POSITIVE,
    "VectorNorm": GAP | {"zero_column": CONSTANT},
    "PercentileRank": GAP,
    "Goalposts": GAP,
    "DistanceToReference": GAP | {"zero_column": "DataError"},
    "EqualWeights": STATED,
    "FrameworkWeights": STATED,
    "GivenWeights": STATED,
    "AhpWeights": STATED,
    "BudgetAllocation": STATED,
    "EntropyWeights": NOTHING_VARIES
    | {
        "nan_column": "DataError",
        "one_region": "DataError",
        "zero_column": "DataError",
        "negative": "DomainError",
    },
    "CriticWeights": SPREAD | {"tiny": CONSTANT},
    "VariationWeights": SPREAD | {"tiny": CONSTANT, "negative": "DomainError"},
    "PcaWeights": SPREAD
    | {"one_region": "DataError", "two_equal_regions": "DataError", "tiny": CONSTANT},
    "BenefitOfDoubt": {
        "nan_column": "DataError",
        "nan_cell": "DataError",
        "negative": "DomainError",
    },
    "CombinedWeights": SPREAD | {"tiny": CONSTANT},
    "Arithmetic": {},
    "Geometric": POSITIVE,
    "Harmonic": POSITIVE,
    "PowerMean": {"negative": "DomainError"},
    "MazziottaPareto": POSITIVE,
    "Topsis": ALL_THE_SAME,
    "Vikor": ALL_THE_SAME,
    "GreyRelation": ALL_THE_SAME,
    "Copeland": {},
}


@pytest.mark.parametrize("given", INPUTS)
@pytest.mark.parametrize(
    ("step", "method"), METHODS, ids=[method.__name__ for _, method in METHODS]
)
def test_finite_or_documented(step: str, method: type, given: str) -> None:
    expected = (ALWAYS | EXPECTED[method.__name__]).get(given, "finite")
    assert outcome(step, method, INPUTS[given]) == expected
