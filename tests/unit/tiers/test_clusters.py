"""Clusters as tiers."""

from __future__ import annotations

import sys
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sklearn.metrics import silhouette_score

from hubtiers.errors import DataError, MissingDependencyError, SpecError, UnknownOptionError
from hubtiers.robustness.montecarlo import assess_robustness
from hubtiers.robustness.variation import Noise, Variation
from hubtiers.scheme import Scheme
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.tiers.clusters import ClusterTiers, GaussianMixture, Hierarchical, KMeans

METHODS = (KMeans(3), Hierarchical(3), GaussianMixture(3), GaussianMixture(3, by_bic=True))
TOP, MIDDLE, LOW = "international", "national", "regional"


@pytest.fixture
def functions() -> pd.DataFrame:
    """Three clear groups of different size: the one strong in both is the smallest."""
    rng = np.random.default_rng(11)
    centres = {"t": (0.9, 0.8, 5), "m": (0.6, 0.1, 9), "l": (0.1, 0.15, 20)}
    rows = {
        f"{name}{i}": (a + 0.03 * rng.normal(), b + 0.03 * rng.normal())
        for name, (a, b, n) in centres.items()
        for i in range(n)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["research", "industry"]).sample(
        frac=1, random_state=1
    )


@pytest.fixture
def scores(functions: pd.DataFrame) -> pd.Series:
    return functions.mean(axis=1)


def expected(index: pd.Index) -> list[str]:
    return [{"t": TOP, "m": MIDDLE, "l": LOW}[region[0]] for region in index]


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_clear_groups_become_tiers_by_mean_score(
    method: Any, functions: pd.DataFrame, scores: pd.Series
) -> None:
    scale = method.fit(scores, features=functions)
    tier = scale.apply(scores, features=functions)
    assert tier.tolist() == expected(functions.index)
    assert tier.cat.categories.tolist() == [LOW, MIDDLE, TOP]
    assert (scale.labels, scale.counts, scale.breaks) == ((TOP, MIDDLE, LOW), (5, 9, 20), ())
    assert scale.centres.loc[MIDDLE].tolist() == pytest.approx(
        functions.filter(like="m", axis=0).mean().tolist()
    )
    assert scale.silhouette == pytest.approx(silhouette_score(functions, tier.cat.codes))
    in_top = scores[tier == TOP]
    assert scale.ranges[0] == (in_top.min(), in_top.max())
    assert f"silhouette {scale.silhouette:.3f}" in repr(scale)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_order_of_regions_plays_no_part(
    method: Any, functions: pd.DataFrame, scores: pd.Series
) -> None:
    noisy = functions + np.random.default_rng(4).normal(0, 0.25, functions.shape)
    scores = noisy.mean(axis=1)
    first = method.fit(scores, features=noisy).apply(scores, features=noisy)
    other = noisy.sample(frac=1, random_state=3)
    second = method.fit(scores[other.index], features=other).apply(scores, features=noisy)
    assert first.tolist() == second.tolist()
    assert (
        first.tolist() == method.fit(scores, features=noisy).apply(scores, features=noisy).tolist()
    )


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_score_alone_and_missing_scores(method: Any) -> None:
    scores = pd.Series([0.1, 0.11, 0.5, None, 0.52, 0.9, 0.93], index=list("abcdefg"))
    tier = method.fit(scores).apply(scores)
    assert tier.tolist() == [LOW, LOW, MIDDLE, np.nan, MIDDLE, TOP, TOP]


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_new_regions_join_the_nearest_tier(
    method: Any, functions: pd.DataFrame, scores: pd.Series
) -> None:
    scale = method.fit(scores, features=functions)
    new = pd.DataFrame(
        {"industry": [0.79, 0.1, 0.1], "research": [0.92, 0.61, 0.12]}, index=["x", "y", "l0"]
    )
    assert scale.apply(new.mean(axis=1), features=new).tolist() == [TOP, MIDDLE, LOW]
    nobody = pd.Series({"x": np.nan})
    assert scale.apply(nobody, features=new).isna().all()


def test_a_region_of_the_fit_keeps_its_tier_though_another_centre_is_nearer() -> None:
    # Ward puts 4 to the wide group on its left, although the centre of the pair on its right is nearer.
    scores = pd.Series([0.0, 1.0, 2.0, 3.0, 4.2, 6.0, 6.1], index=list("abcdefg"))
    scale = Hierarchical(2).fit(scores)
    fitted = scale.tier[scores.index]
    assert scale.apply(scores).tolist() == fitted.tolist()
    distance = (scores["e"] - scale.centres["score"]).abs()
    assert fitted["e"] == "national"
    assert distance.idxmin() == "international"
    # Neither does a small change move it, nor another name: the cut is midway from 4.2 to 6.
    later = pd.Series({"e": 4.2001, "new": 4.2, "below": 5.09, "above": 5.11})
    assert scale.apply(later).tolist() == ["national"] * 3 + ["international"]


def test_mixture_gives_probabilities(functions: pd.DataFrame, scores: pd.Series) -> None:
    between = functions.copy()
    between.loc["l0"] = [0.35, 0.13]
    scale = GaussianMixture(3, shape="spherical").fit(scores, features=functions)
    chance = scale.membership(scores, features=between)
    assert chance.columns.tolist() == [TOP, MIDDLE, LOW]
    assert chance.sum(axis=1).tolist() == pytest.approx([1.0] * len(chance))
    assert chance.drop("l0").idxmax(axis=1).tolist() == expected(chance.index.drop("l0"))
    assert scale.membership(pd.Series({"q": np.nan}), features=between).isna().to_numpy().all()
    assert scale.apply(scores, features=between)["l0"] == chance.loc["l0"].idxmax()


def test_mixture_chooses_the_number_by_bic(functions: pd.DataFrame, scores: pd.Series) -> None:
    scale = GaussianMixture(6, labels=tuple("ABCDEF"), by_bic=True).fit(scores, features=functions)
    assert scale.bic.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert scale.bic.idxmin() == 3
    assert scale.labels == ("A", "B", "C")
    alike = GaussianMixture(4, by_bic=True).fit(pd.Series([1.0, 1.0]))
    assert (alike.labels, alike.counts, alike.bic.index.tolist()) == ((TOP,), (2,), [1])
    assert np.isnan(alike.silhouette)
    with pytest.raises(DataError, match="needs at least 2 regions with a score, but there is 1"):
        GaussianMixture(4, by_bic=True).fit(pd.Series([1.0, None]))


def chain(values: list[float]) -> IndicatorTable:
    """Squares in a row, each touching the next, with an island at the end."""
    boxes = [shapely.box(i, 0, i + 1, 1) for i in range(len(values) - 1)] + [
        shapely.box(90, 0, 91, 1)
    ]
    index = pd.Index([f"r{i}" for i in range(len(values))], name="region_id")
    regions = gpd.GeoDataFrame(
        {"name_zh": index, "name_en": index}, index=index, geometry=boxes, crs="EPSG:4326"
    )
    table = IndicatorTable.from_frame(pd.DataFrame({"x": values}, index=index))
    return IndicatorTable(table.values, regions, table.framework, table.status, table.year)


def test_contiguity_keeps_tiers_connected() -> None:
    table = chain([1.0, 1.1, 9.0, 1.2, 1.05, 8.9])
    scores = table.values["x"]
    free = Hierarchical(2).fit(scores).apply(scores)
    assert free.tolist() == [MIDDLE, MIDDLE, TOP, MIDDLE, MIDDLE, TOP]
    method = Hierarchical(3, contiguity=True)
    tier = method.fit(scores, table=table).apply(scores)
    # The island is tied to the peak, its nearest in the score; the low squares right of the peak cannot join the left.
    assert tier.tolist() == [LOW, LOW, TOP, MIDDLE, MIDDLE, TOP]
    assert (method.uses_geometry, Hierarchical(3).uses_geometry) == (True, False)


def test_contiguity_holds_in_every_draw() -> None:
    scheme = Scheme(tier=Hierarchical(3, contiguity=True))
    sure = Variation(noise=Noise(1e-9))
    robust = assess_robustness(scheme, chain([1.0, 1.1, 9.0, 1.2, 1.05, 8.9]), sure, draws=3)
    assert robust.confidence.tolist() == [1.0] * 6


def test_contiguity_needs_geometry_and_libpysal(monkeypatch: pytest.MonkeyPatch) -> None:
    table = chain([1.0, 2.0, 3.0])
    scores = table.values["x"]
    method = Hierarchical(2, contiguity=True)
    for without in (None, IndicatorTable.from_frame(table.values)):
        with pytest.raises(DataError, match="needs regions with geometry"):
            method.fit(scores, table=without)
    monkeypatch.setitem(sys.modules, "libpysal.graph", None)
    with pytest.raises(
        MissingDependencyError, match=r"needs the package 'libpysal'.*hubtiers\[space\]"
    ):
        method.fit(scores, table=table)


@pytest.mark.parametrize("method", METHODS[:3], ids=repr)
def test_too_few_different_regions(method: Any) -> None:
    with pytest.raises(
        DataError,
        match=r"\(3\) needs at least 3 different regions, but in their features there are 2",
    ):
        method.fit(pd.Series([1.0, 1.0, 2.0, None]))
    with pytest.raises(DataError, match="found no region with a score"):
        method.fit(pd.Series([None, None], dtype=float))


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_features_that_do_not_fit(method: Any, functions: pd.DataFrame, scores: pd.Series) -> None:
    holed = functions.copy()
    holed.loc["t1", "industry"] = np.nan
    with pytest.raises(DataError, match="missing or too large: industry of t1"):
        method.fit(scores, features=holed)
    assert method.fit(scores.drop("t1"), features=holed).counts == (4, 9, 20)
    with pytest.raises(DataError, match="has no features for t1"):
        method.fit(scores, features=functions.drop("t1"))
    with pytest.raises(DataError, match="one row per region, but t1 has several"):
        method.fit(scores, features=pd.concat([functions, functions.loc[["t1"]]]))
    with pytest.raises(
        DataError, match="takes numbers, but some of the features research, industry are not"
    ):
        method.fit(scores, features=functions.astype(object).replace(functions.iloc[0, 0], "x"))
    with pytest.raises(DataError, match="features without a column"):
        method.fit(scores, features=functions[[]])
    with pytest.raises(
        DataError, match="knows the features research, industry of the fit, but got research"
    ):
        method.fit(scores, features=functions).apply(scores, features=functions[["research"]])


def test_wrong_choices() -> None:
    with pytest.raises(SpecError, match=r"KMeans\(rng=-1\) must be a whole number of at least 0"):
        KMeans(rng=-1)
    with pytest.raises(SpecError, match=r"KMeans\(starts=0\)"):
        KMeans(starts=0)
    with pytest.raises(UnknownOptionError, match="Unknown shape of GaussianMixture: 'round'"):
        GaussianMixture(shape="round")
    with pytest.raises(SpecError, match="3 tiers need 3 different labels"):
        Hierarchical(3, labels=("a", "b"))
    assert KMeans(2, labels=["a", "b"]).labels == ("a", "b")


def test_k_means_on_the_score_alone_cannot_beat_natural_breaks() -> None:
    from hubtiers.tiers.breaks import NaturalBreaks

    scores = pd.Series(np.random.default_rng(8).lognormal(size=80))
    assert KMeans(4).fit(scores).gvf <= NaturalBreaks(4).fit(scores).gvf + 1e-12


def test_inputs_stay_as_they_are(functions: pd.DataFrame, scores: pd.Series) -> None:
    before = functions.copy(), scores.copy()
    scale: ClusterTiers = KMeans(3).fit(scores, features=functions)
    scale.apply(scores, features=functions)
    pd.testing.assert_frame_equal(functions, before[0])
    pd.testing.assert_series_equal(scores, before[1])
