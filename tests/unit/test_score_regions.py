"""One frame of polygons and numbers, scored in one call."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import hubtiers as ht


def frame(**columns):
    data = {
        "GEOID": ["01", "02", "04"],
        "NAME": ["Alpha", "Beta", "Gamma"],
        "rd": [1.0, 2.0, 4.0],
        "pollution": [9.0, 3.0, 0.0],
    } | columns
    return gpd.GeoDataFrame(data, geometry=[box(n, 50, n + 1, 51) for n in range(3)], crs=4326)


TWO = ht.Scheme(tier=ht.NaturalBreaks(2))


def test_scores_names_and_credit():
    result = ht.score_regions(
        frame(),
        ["rd", "pollution"],
        id="GEOID",
        name="NAME",
        direction={"pollution": -1},
        scheme=TWO,
        credit="© X",
    )
    assert result.scores.round(4).to_dict() == {"01": 0.0, "02": 0.5, "04": 1.0}
    assert result.to_frame()["name_en"].to_dict() == {"04": "Gamma", "02": "Beta", "01": "Alpha"}
    assert result.table.source.credit("en") == "© X"
    assert result.table.regions.geometry.notna().all()
    # Without a direction more is better, and ids and names are found.
    plain = ht.score_regions(frame(), ["rd", "pollution"], scheme=TWO)
    assert plain.scores.round(4).to_dict() == {"01": 0.5, "02": 0.3333, "04": 0.5}


def test_a_shipped_layer_keeps_its_pack():
    provinces = ht.load_regions("province", within=["长三角"])
    provinces["rd"] = [4.0, 3.0, 2.0, 1.0]
    result = ht.score_regions(provinces, "rd", scheme=TWO)
    assert result.table.source.pack == "china"
    assert result.scores.idxmax() == "310000"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"indicators": []}, ht.SpecError, "needs at least one indicator"),
        ({"indicators": ["rd", "rd"]}, ht.SpecError, "name 'rd' twice"),
        ({"indicators": ["rnd"]}, ht.MissingColumnError, "The GeoDataFrame lacks the column 'rnd'"),
        (
            {"indicators": ["NAME"]},
            ht.DataError,
            "The column 'NAME' holds something that is not a number",
        ),
        (
            {"indicators": ["rd"], "direction": {"rnd": -1}},
            ht.UnknownOptionError,
            "indicator in direction= 'rnd'. Did you mean 'rd'",
        ),
        (
            {"indicators": ["rd"], "direction": {"rd": 0}},
            ht.SpecError,
            "is no direction: 1 for more is better",
        ),
        ({"indicators": ["rd"], "id": "code"}, ht.MissingColumnError, "lacks the column 'code'"),
    ],
)
def test_wrong_choices_are_sentences(arguments, error, message):
    with pytest.raises(error, match=message):
        ht.score_regions(frame(), **arguments)
    with pytest.raises(ht.SpecError, match="takes a GeoDataFrame, but this is DataFrame"):
        ht.score_regions(frame().drop(columns="geometry"), ["rd"])


def test_a_result_shows_itself():
    result = ht.score_regions(frame(), ["rd", "pollution"], scheme=TWO)
    assert result.language == "en"
    page = result.map(title={"en": "My map"}).get_root().render()
    assert "My map" in page
    assert "Alpha" in page
    figure = result.figure(title="A figure")
    assert (
        any(
            "A figure" in text.get_text()
            for axes in figure.axes
            for text in (axes.title, *axes.texts)
        )
        or figure.texts
    )
    assert "Gamma" in str(result.report().html)
    # In a notebook the map stands where a table would be.
    assert "<iframe" in result._repr_html_()
    numbers = ht.IndicatorTable.from_frame(frame().drop(columns=["geometry", "GEOID", "NAME"]))
    assert "<table" in TWO.run(numbers)._repr_html_()
    assert "zh" in TWO.run(ht.join_indicators(ht.load_regions("province"), _provinces())).language


def _provinces():
    names = ["北京", "上海", "天津"]
    return pd.DataFrame({"region": names, "indicator": "x", "value": [3.0, 2.0, 1.0]})


def test_a_region_is_explained_by_its_name():
    result = ht.score_regions(
        frame(NAME=["Alpha", "Beta", "Béta"]), ["rd", "pollution"], scheme=TWO
    )
    assert result.explain("alpha").region == "01"
    assert result.explain("04").region == "04"
    assert result.explain("Beta").region == "02"
    with pytest.raises(
        ht.SpecError, match="'BETA' can mean several regions: 02 Beta, 04 Béta. Give the id"
    ):
        result.explain("BETA")
    with pytest.raises(ht.UnknownOptionError, match="Unknown region 'Alfa'. Did you mean 'Alpha'"):
        result.explain("Alfa")
    chinese = TWO.run(ht.join_indicators(ht.load_regions("province"), _provinces()))
    assert chinese.explain("上海").region == "310000"


def test_a_frame_where_a_table_or_a_result_is_needed_is_a_sentence():
    plain = pd.DataFrame(frame().drop(columns="geometry"))
    with pytest.raises(
        ht.SpecError,
        match=r"Scheme.run\(\) takes an IndicatorTable, but this is DataFrame. Make one",
    ):
        TWO.run(plain)
    with pytest.raises(
        ht.SpecError,
        match=r"this is GeoDataFrame. Score a frame of polygons and numbers with score_regions",
    ):
        TWO.run(frame())
    fitted = ht.score_regions(frame(), ["rd"], scheme=TWO).fitted
    with pytest.raises(
        ht.SpecError, match=r"FittedScheme.score\(\) takes an IndicatorTable, but this is DataFrame"
    ):
        fitted.score(plain)
    for draw in (ht.tier_map, ht.tier_figure):
        with pytest.raises(
            ht.SpecError, match=r"draws a Result, but this is GeoDataFrame. Score it first"
        ):
            draw(frame())
