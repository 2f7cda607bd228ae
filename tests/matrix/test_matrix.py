"""Every method × every awkward input: a finite result or the documented error, never a warning.

A new method joins by a row in `tests/instances.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from instances import ALWAYS, ROWS, Row

from hubtiers import scheme
from hubtiers._method import asked_for
from hubtiers.errors import DataError
from hubtiers.framework import Framework, Group, Indicator
from hubtiers.table.indicator_table import IndicatorTable

STEPS = ("impute", "treat", "normalise", "weight", "aggregate")
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
PROVINCES = pd.DataFrame({"province": ["110000"] * 4 + ["420000"] * 4}, index=REGIONS)


def rows_of(*steps: str) -> list[Any]:
    return [
        pytest.param(step, row, id=type(row.made(CODES)[0]).__name__)
        for step in steps
        for row in ROWS[step]
    ]


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


PANEL = pd.DataFrame(
    np.repeat(CLEAN.to_numpy(), 2, axis=0),
    index=pd.MultiIndex.from_product([REGIONS, [2020, 2022]], names=["region_id", "year"]),
    columns=CLEAN.columns,
)


def run(step: str, method: Any, values: pd.DataFrame) -> Any:
    known = {
        "framework": FRAMEWORK,
        "regions": PROVINCES.reindex(values.index),
        "panel": PANEL,
        "year": 2021,
    }
    fitted = method.fit(
        values, **{name: known[name] for name in asked_for(method.fit) if name in known}
    )
    return fitted if step == "weight" else fitted.apply(values)


def outcome(step: str, method: Any, values: pd.DataFrame) -> str:
    """Return "finite", or the name of the documented error; anything else fails here."""
    before = values.copy(deep=True)
    try:
        result = run(step, method, values)
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


def test_every_method_has_a_row() -> None:
    for step, methods in scheme.METHODS.items():
        assert {type(row.made(CODES)[0]) for row in ROWS[step]} == set(methods), step


@pytest.mark.parametrize("given", INPUTS)
@pytest.mark.parametrize(("step", "row"), rows_of(*STEPS))
def test_finite_or_documented(step: str, row: Row, given: str) -> None:
    expected = (ALWAYS | row.outcomes).get(given, "finite")
    assert outcome(step, row.made(CODES)[0], INPUTS[given]) == expected


SCORES = pd.Series([0.1, 0.25, 0.35, 0.4, 0.55, 0.6, 0.7, 0.95], index=REGIONS)
SCORE_INPUTS: dict[str, pd.Series] = {
    "clean": SCORES,
    "nan_cell": SCORES.mask(SCORES == 0.35),
    "constant": SCORES * 0.0 + 0.5,
    "one_region": SCORES.iloc[:1],
    "two_equal_regions": SCORES.iloc[[0, 1]] * 0.0 + 0.5,
    "zero": SCORES.where(SCORES > 0.2, 0.0),
    "negative": -SCORES,
    "ties": pd.Series([0.1, 0.1, 0.1, 0.4, 0.4, 0.9, 0.9, 0.9], index=REGIONS),
    "huge": SCORES * 1e90,
    "tiny": SCORES * 1e-90,
    "infinite": SCORES.where(SCORES < 0.9, np.inf),
    "text": SCORES.astype(object).where(SCORES < 0.9, "high"),
    "nan_column": SCORES * np.nan,
    "empty": SCORES.iloc[:0],
}
NO_SCORES = dict.fromkeys(("infinite", "text", "nan_column", "empty"), "DataError")


def tier_outcome(rule: Any, scores: pd.Series) -> str:
    """Return "finite", or the name of the documented error; anything else fails here."""
    before = scores.copy(deep=True)
    table = IndicatorTable.from_frame(CLEAN, framework=FRAMEWORK)
    regions = table.regions.assign(province=PROVINCES["province"])
    table = IndicatorTable(table.values, regions, FRAMEWORK, table.status, table.year).only(
        list(scores.index)
    )
    known = {"table": table, "features": pd.DataFrame({"score": scores})}
    try:
        scale = rule.fit(
            scores, **{name: known[name] for name in asked_for(rule.fit) if name in known}
        )
        tier = scale.apply(
            scores, **{name: known[name] for name in asked_for(scale.apply) if name in known}
        )
    except DataError as error:
        return type(error).__name__ if str(error).endswith((".", ")")) else f"no sentence: {error}"
    finally:
        pd.testing.assert_series_equal(scores, before)
    check_tiers(rule, scale, tier, scores)
    return "finite"


def check_tiers(rule: Any, scale: Any, tier: pd.Series, scores: pd.Series) -> None:
    pd.testing.assert_index_equal(tier.index, scores.index)
    assert tier.notna().tolist() == scores.notna().tolist()
    assert tuple(tier.cat.categories[::-1]) == scale.labels
    assert tier.cat.ordered
    assert set(scale.labels) <= set(rule.possible_tiers)
    assert [int((tier == label).sum()) for label in scale.labels] == list(scale.counts)
    assert -1e-9 <= scale.gvf <= 1 + 1e-9
    if len(scale.breaks) == len(scale.labels) - 1:
        by_score = (
            pd.DataFrame({"score": scores, "tier": tier.cat.codes}).dropna().sort_values("score")
        )
        assert by_score["tier"].is_monotonic_increasing
        assert (by_score.groupby("score")["tier"].nunique() == 1).all()


@pytest.mark.parametrize("given", SCORE_INPUTS)
@pytest.mark.parametrize(("step", "row"), rows_of("tier"))
def test_tiers_or_documented(step: str, row: Row, given: str) -> None:
    expected = (NO_SCORES | row.outcomes).get(given, "finite")
    assert tier_outcome(row.made(CODES)[0], SCORE_INPUTS[given]) == expected
