"""What holds for layouts, links and sizes whatever the numbers: scale, names, parts of a whole."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import Point, box

import hubtiers as ht
from hubtiers.hubs.inequality import theil
from hubtiers.hubs.layout import Hub, HubLayout

SIZES = st.lists(st.floats(0.1, 1e4), min_size=6, max_size=14)
HOSTILE = "<img src=x onerror=alert(1)>"


@settings(max_examples=60, deadline=None)
@given(SIZES, st.integers(0, 1000))
def test_parts_of_theil_sum_to_the_whole(sizes: list[float], seed: int) -> None:
    groups = np.random.default_rng(seed).integers(0, 2, len(sizes))
    assume(min((groups == 0).sum(), (groups == 1).sum()) >= 2)
    ids = [f"p{i}" for i in range(len(sizes))]
    found = theil(pd.Series(sizes, ids), pd.Series(groups.astype(str), ids))
    assert found.between + found.within == pytest.approx(found.total, abs=1e-9)
    assert found.between >= -1e-12
    scaled = theil(pd.Series(sizes, ids) * 7.0, pd.Series(groups.astype(str), ids))
    assert scaled.total == pytest.approx(found.total, abs=1e-9)


def line(scores: list[float], ids: list[str]) -> tuple[ht.Result, gpd.GeoDataFrame]:
    """Points in a row, 100 km apart, with these scores."""
    layer = gpd.GeoDataFrame(
        {"name_zh": ids, "name_en": ids, "a": scores, "b": scores},
        geometry=[Point(i * 0.9, 0).buffer(0.2) for i in range(len(scores))],
        index=pd.Index(ids, name="region_id"),
        crs="EPSG:4326",
    )
    scheme = ht.Scheme(normalise=ht.AsIs(), tier=ht.Quantiles(2))
    return ht.score_regions(layer, ["a", "b"], scheme=scheme), layer


WHOLE = st.lists(st.integers(1, 500), min_size=6, max_size=12, unique=True)
RULES = {"counts": {"national": 2}, "spacing": 150.0}


@settings(max_examples=25, deadline=None)
@given(WHOLE, st.sampled_from([0.5, 3.0, 1000.0]))
def test_scores_times_a_constant_give_the_same_layout(scores: list[int], factor: float) -> None:
    ids = [f"p{i:02d}" for i in range(len(scores))]
    first, layer = line([float(score) for score in scores], ids)
    second, other = line([score * factor for score in scores], ids)
    mine, theirs = (
        ht.propose_layout(first, layer, **RULES),
        ht.propose_layout(second, other, **RULES),
    )
    assert mine.hubs == theirs.hubs


@settings(max_examples=25, deadline=None)
@given(WHOLE, st.randoms(use_true_random=False))
def test_relabelled_regions_give_the_same_network(scores: list[int], random) -> None:
    ids = [f"p{i:02d}" for i in range(len(scores))]
    names = list(ids)
    random.shuffle(names)
    renamed = dict(zip(ids, names, strict=True))

    def weights(labels: list[str]) -> dict[frozenset[str], float]:
        result, layer = line([float(score) for score in scores], labels)
        hubs = tuple(Hub(labels[place], "national", (labels[place],)) for place in (0, 2, 5))
        network = ht.build_network(HubLayout("own", hubs), result=result, regions=layer)
        rows = network.links.to_dict("records")
        return {frozenset((row["from"], row["to"])): row["weight"] for row in rows}

    mine = {frozenset(renamed[end] for end in pair): w for pair, w in weights(ids).items()}
    assert mine == pytest.approx(weights(names))


def test_a_hostile_name_stays_text_in_files(tmp_path) -> None:
    ids = [f"p{i}" for i in range(6)]
    layer = gpd.GeoDataFrame(
        {"name_zh": [HOSTILE, *ids[1:]], "name_en": [HOSTILE, *ids[1:]], "a": [9.0, 1, 8, 2, 3, 1]},
        geometry=[box(i, 0, i + 1, 1) for i in range(6)],
        index=pd.Index(ids, name="region_id"),
        crs="EPSG:4326",
    )
    result = ht.score_regions(layer, ["a"], scheme=ht.Scheme(tier=ht.NaturalBreaks(2)))
    proposed = ht.propose_layout(result, counts={"national": 2}, spacing=150)
    assert proposed.hubs[0].name_en == HOSTILE
    path = proposed.save(tmp_path / "hubs.gpkg", layer)
    assert gpd.read_file(path, layer="cores")["name_en"].iloc[0] == HOSTILE
    assert ht.load_layout(path).hubs == proposed.hubs
    from hubtiers._study_hubs import HubFindings

    book = tmp_path / "tables.xlsx"
    ht.save_tables(result, book, hubs=HubFindings(proposed=proposed), language="en")
    cells = [
        cell
        for sheet in openpyxl.load_workbook(book)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and HOSTILE in cell.value
    ]
    assert cells
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
