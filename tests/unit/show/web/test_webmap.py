import base64
import collections
import dataclasses
import json
import re
import tomllib
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hubtiers.errors import (
    DataError,
    MissingColumnError,
    NotComparableError,
    OverlapWarning,
    SpecError,
    UnknownOptionError,
)
from hubtiers.framework import TIERS, Framework, Group, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.scoring.aggregate import Arithmetic, Geometric, Harmonic
from hubtiers.scoring.normalise import MinMax
from hubtiers.scoring.weight import BenefitOfDoubt, GivenWeights
from hubtiers.show.headline import headline
from hubtiers.show.web.content import map_content
from hubtiers.show.web.explorer import Explorer, explorer_content
from hubtiers.show.web.webmap import _ASSETS, _SCRIPTS, tier_map
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import EqualIntervals, NaturalBreaks, Quantiles


def doubt(result, *, share=0.6, drop=(), columns=None):
    labels = list(columns or result.breaks.labels)
    scored = result.scores.dropna().index.drop(list(drop))
    rest = (1 - share) / (len(result.breaks.labels) - 1)
    rows = [[share if t == label else rest for label in labels] for t in result.tier[scored]]
    rank = result.rank[scored].astype(int)
    return SimpleNamespace(
        tier_probability=pd.DataFrame(rows, index=scored, columns=labels),
        rank_interval=pd.DataFrame({"low": rank - 1, "median": rank, "high": rank + 1}).astype(
            "Int64"
        ),
    )


def content_of(result, **options):
    return map_content(
        result, options.get("layout"), options.get("robustness"), options.get("title", {})
    )


def test_regions_say_score_rank_tier_and_years_of_the_result(zhang_outcome):
    result = zhang_outcome.result
    content = content_of(result)
    labels = [tier["id"] for tier in content["tiers"]]
    assert labels == list(result.breaks.labels)
    for row in content["regions"]:
        assert row["score"] == result.scores[row["id"]]
        assert row["rank"] == result.rank[row["id"]]
        assert labels[row["tier"]] == result.tier[row["id"]]
        years = result.table.year.loc[row["id"]].dropna()
        assert row["years"] == [years.min(), years.max()]
        shown = {f["id"]: x for f, x in zip(content["functions"], row["functions"], strict=True)}
        assert shown == result.sub_scores.loc[row["id"]].to_dict()


def test_strengths_and_weaknesses_are_those_of_the_explanation():
    result = load_study("provinces2022").run().result
    codes = result.table.framework.codes
    for row in content_of(result)["regions"]:
        if row["score"] is None:
            assert "strengths" not in row
            continue
        explained = result.explain(row["id"])
        for key, found in (
            ("strengths", explained.strengths),
            ("weaknesses", explained.weaknesses),
        ):
            assert [codes[at] for at, _, _ in row[key]] == list(found.index)
            assert [d for _, d, _ in row[key]] == pytest.approx(list(found))
            assert [v for _, _, v in row[key]] == list(
                result.table.values.loc[row["id"], list(found.index)]
            )


def test_overlapped_regions_name_their_units():
    """Units that are painted with a smaller region on top still belong to the larger one, and only there."""
    layer = load_regions(["beijing-tianjin-hebei", "110000", "310000"])
    values = pd.DataFrame({"region": layer.index, "indicator": "rd", "value": [1.0, 5.0, 9.0]})
    content = content_of(Scheme(tier=EqualIntervals(2)).run(join_indicators(layer, values)))
    ids = [unit["id"] for unit in content["units"]]
    named = {
        row["id"]: [ids[unit] for unit in row["units"]]
        for row in content["regions"]
        if "units" in row
    }
    assert list(named) == ["beijing-tianjin-hebei"]
    assert sorted(named["beijing-tianjin-hebei"]) == sorted(
        layer.loc["beijing-tianjin-hebei", "members"].split(";")
    )
    assert content["regionOf"][ids.index("110000")] == list(layer.index).index("110000")


def test_functions_stand_below_their_parents():
    result = load_study("provinces2022").run().result
    shown = [(f["id"], f["depth"]) for f in content_of(result)["functions"]]
    assert shown[:4] == [
        ("research", 1),
        ("research_size", 2),
        ("research_intensity", 2),
        ("technology", 1),
    ]
    assert {code for code, _ in shown} == set(result.sub_scores.columns)


def test_doubt_travels_as_given(zhang_outcome):
    result = zhang_outcome.result
    robustness = doubt(result)
    for row in content_of(result, robustness=robustness)["regions"]:
        assert row["probability"] == robustness.tier_probability.loc[row["id"]].tolist()
        assert row["interval"] == robustness.rank_interval.loc[row["id"]].tolist()


def test_region_without_draws_is_shown_without_doubt(zhang_outcome):
    result = zhang_outcome.result
    robustness = doubt(result)
    robustness.tier_probability.loc["yangtze-delta"] = np.nan
    robustness.rank_interval.loc["yangtze-delta"] = pd.NA
    rows = {row["id"]: row for row in content_of(result, robustness=robustness)["regions"]}
    assert "probability" not in rows["yangtze-delta"]
    assert len([row for row in rows.values() if "probability" in row]) == 13


def test_doubt_of_other_regions_or_tiers_is_refused(zhang_outcome):
    result = zhang_outcome.result
    with pytest.raises(NotComparableError, match="no row for yangtze-delta"):
        tier_map(result, robustness=doubt(result, drop=["yangtze-delta"]))
    with pytest.raises(MissingColumnError, match="national"):
        tier_map(result, robustness=doubt(result, columns=["international", "own", "regional"]))
    wrong = doubt(result)
    wrong.tier_probability.loc["350000"] = [0.5, 0.5, 0.5]
    with pytest.raises(DataError, match=r"sum to 1, but here are others: 350000 \(1.5\)"):
        tier_map(result, robustness=wrong)


def test_options_that_are_not_known(zhang_outcome):
    result = zhang_outcome.result
    with pytest.raises(UnknownOptionError, match="language"):
        tier_map(result, language="fr")
    with pytest.raises(SpecError, match="GCJ-02, shifted"):
        tier_map(result, basemap="gaode")
    with pytest.raises(SpecError, match="knows no weighting 'swing'"):
        Explorer(presets=("equal", "swing"))


def test_result_without_geometry_is_refused():
    frame = pd.DataFrame({"rd": [1.0, 2.0, 4.0]}, index=["a", "b", "c"])
    with pytest.raises(DataError, match="no geometry to draw"):
        tier_map(Scheme(tier=NaturalBreaks(2)).run(IndicatorTable.from_frame(frame)))


def test_own_layer_without_label_points_can_be_drawn():
    own = load_regions("province").head(5)[["name_zh", "name_en", "geometry"]].to_crs(3857)
    values = pd.DataFrame({"region": own.index, "indicator": "rd", "value": [1.0, 2, 3, 5, 8]})
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(own, values))
    content = content_of(result)
    assert content["regionOf"] == [0, 1, 2, 3, 4]
    assert content["provinceOf"] is None
    beijing = load_regions("province").geometry.iloc[0]
    lat, lon = content["regions"][0]["at"]
    assert beijing.buffer(0.05).contains(shapely.Point(lon, lat))


def test_page_says_its_title_and_holds_no_address_of_a_host(zhang_outcome):
    web = tier_map(zhang_outcome.result, title={"en": "{{7*7}} <b>"}, language="en")
    page = web.get_root().render()
    assert "<title>&#123;&#123;7*7&#125;&#125; &lt;b&gt;</title>" in page
    assert not re.findall(r"""(?:src|href)=["']https?://""", page)


def test_lone_half_of_a_character_can_be_written(zhang_outcome, tmp_path):
    tier_map(zhang_outcome.result, title={"zh": "half \ud800"}).save(str(tmp_path / "map.html"))
    assert "half \ufffd" in (tmp_path / "map.html").read_text(encoding="utf-8")


def small_result(**steps):
    framework = Framework(
        (Indicator("a", parent="f"), Indicator("b", parent="f"), Indicator("c")), (Group("f"),)
    )
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.random((9, 3)), index=[f"r{i}" for i in range(9)], columns=list("abc"))
    return Scheme(**({"tier": NaturalBreaks(3)} | steps)).run(
        IndicatorTable.from_frame(frame, framework=framework)
    )


def test_explorer_ships_matrix_groups_and_weights():
    result = small_result(weight=GivenWeights({"a": 3, "b": 1, "c": 4}))
    content = explorer_content(result, Explorer())
    matrix = np.frombuffer(base64.b64decode(content["matrix"]), "<f8").reshape(9, 3)
    np.testing.assert_array_equal(matrix, result.normalised)
    assert [(g["id"], g["children"], g["leaves"], g["height"]) for g in content["groups"]] == [
        ("f", [0, 1], [[0], [1]], 0),
        ("", [~0, 2], [[0, 1], [2]], 1),
    ]
    assert content["weights"] == [0.375, 0.125, 0.5]
    assert [p["id"] for p in content["presets"]][:2] == ["equal", "function"]
    assert content["presets"][1]["weights"] == [0.25, 0.25, 0.5]


@pytest.mark.parametrize(
    ("tier", "ids"),
    [
        (NaturalBreaks(3), ["natural", "quantiles", "fixed"]),
        (Quantiles(3), ["quantiles", "natural", "fixed"]),
    ],
)
def test_rules_start_with_that_of_the_scheme_and_can_be_read_back(tier, ids):
    result = small_result(tier=tier)
    rules = explorer_content(result, Explorer())["rules"]
    assert [rule["id"] for rule in rules] == ids
    read = [
        Scheme.from_spec({"tier": tomllib.loads(f"tier = {rule['toml']}")["tier"]}).tier
        for rule in rules
    ]
    assert read[0] == tier
    assert read[-1].breaks == result.breaks.breaks
    assert result.breaks.labels == TIERS[:3]


def test_own_labels_travel_with_every_rule():
    labels = ('a "b"', "{{c}}")
    rules = explorer_content(small_result(tier=NaturalBreaks(2, labels=labels)), Explorer())[
        "rules"
    ]
    for rule in rules:
        spec = tomllib.loads(f"tier = {rule['toml']}")["tier"]
        assert Scheme.from_spec({"tier": spec}).tier.labels == labels


def test_cut_points_of_another_table_stay_fixed():
    result = small_result()
    frame = result.table.values * 0.5
    later = result.fitted.score(IndicatorTable.from_frame(frame, framework=result.table.framework))
    assert explorer_content(later, Explorer())["rules"][0]["id"] == "fixed"


def test_explorer_refuses_what_the_browser_cannot_compute():
    harmonic = small_result(aggregate=Harmonic(), normalise=MinMax(low=1, high=2))
    with pytest.raises(SpecError, match=r"aggregates with Harmonic\(\)"):
        explorer_content(harmonic, Explorer())
    with pytest.raises(SpecError, match="gives every region its own"):
        explorer_content(small_result(weight=BenefitOfDoubt()), Explorer())


def test_aggregations_that_need_positive_values_are_marked():
    zero = explorer_content(small_result(), Explorer())["aggregations"]
    assert [(a["kinds"], a["possible"]) for a in zero] == [
        (["Arithmetic"], True),
        (["Geometric"], False),
    ]
    ladder = small_result(aggregate=(Arithmetic(), Geometric()), normalise=MinMax(low=1, high=2))
    kinds = explorer_content(ladder, Explorer())["aggregations"]
    assert [(a["kinds"], a["possible"]) for a in kinds] == [
        (["Arithmetic", "Geometric"], True),
        (["Arithmetic"], True),
        (["Geometric"], True),
    ]


def test_weighting_that_fails_is_named_with_its_reason():
    whole = load_study("zhang2022")
    content = whole.content.model_copy(
        update={"data": whole.content.data.model_copy(update={"exclude": ()})}
    )
    overlapping = dataclasses.replace(whole, content=content).load_table()
    with pytest.warns(OverlapWarning):
        result = whole.scheme.run(overlapping)
    found = explorer_content(result, Explorer())
    assert [p["id"] for p in found["presets"]] == ["equal", "function", "framework"]
    assert {p["names"]["en"] for p in found["unavailable"]} == {
        "Entropy weights",
        "CRITIC weights",
        "Weights by coefficient of variation",
        "Weights from principal components",
    }
    assert all(
        "overlap" in p["reason"]["en"] and "重叠" in p["reason"]["zh"] for p in found["unavailable"]
    )


def test_study_comes_before_the_method():
    options = Explorer(
        study={"title_en": 'A "b"\n', "data": {"regions": "city", "year": None}, "method": {"x": 1}}
    )
    text = explorer_content(small_result(), options)["toml"]
    read = tomllib.loads(text)
    assert read["title_en"] == 'A "b"\n'
    assert read["data"] == {"regions": "city"}
    assert set(read["method"]) == {"denominate", "impute", "treat", "normalise"}


def test_payload_is_json(zhang_outcome):
    web = tier_map(
        zhang_outcome.result,
        layout=zhang_outcome.layout,
        explorer=True,
        robustness=doubt(zhang_outcome.result),
    )
    page = web.get_root().render()
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    content = json.loads(found)
    assert len(content["hubs"]) == 16
    assert content["network"] is None
    assert content["certainty"]["en"].startswith("Settled: the tier in at least nine draws of ten;")


def test_the_threshold_travels_with_the_map(zhang_outcome):
    result, robust = zhang_outcome.result, zhang_outcome.robustness
    content = map_content(result, None, robust, {})
    assert content["settledFrom"] == 0.9
    other = dataclasses.replace(robust, settled_from=0.75)
    content = map_content(result, None, other, {})
    assert content["settledFrom"] == 0.75
    assert "75 % of the draws" in content["certainty"]["en"]
    assert map_content(result, None, None, {})["certainty"] is None


def test_the_headline_is_that_of_the_result_unless_another_is_given(zhang_outcome):
    result = zhang_outcome.result
    page = tier_map(result, robustness=zhang_outcome.robustness).get_root().render()
    content = json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    )
    told = headline(result, robustness=zhang_outcome.robustness)
    assert content["headline"] == [text.to_plain() for text in told]
    page = tier_map(result, headline=[]).get_root().render()
    assert '"headline":[]' in page


def test_counts_are_those_of_the_regions_that_are_shown(zhang_outcome):
    """A later year has the cut-points of the first and counts of its own."""
    table = zhang_outcome.result.table
    later = zhang_outcome.result.fitted.score(table.only(table.values.index[:5]))
    counts = [row["count"] for row in map_content(later, None, None, {})["tiers"]]
    assert counts == [int((later.tier == label).sum()) for label in later.breaks.labels]
    assert sum(counts) == 5


def own_result(shapes):
    ids = [chr(97 + number) for number in range(len(shapes))]
    layer = gpd.GeoDataFrame(
        {"name_zh": ids, "name_en": ids}, geometry=shapes, crs=4326, index=ids
    ).rename_axis("region_id")
    values = pd.DataFrame({"region": ids, "indicator": "rd", "value": np.arange(1.0, len(ids) + 1)})
    return Scheme(tier=NaturalBreaks(2)).run(join_indicators(layer, values))


def test_extent_of_those_who_know_better():
    result = own_result([shapely.box(10 + k, 45, 11 + k, 46) for k in range(3)])
    assert map_content(result, None, None, None)["bounds"] == [[45, 10], [46, 13]]
    given = map_content(result, None, None, None, (170, -20, 190, -10))
    assert given["bounds"] == [[-20, 170], [-10, 190]]
    with pytest.raises(SpecError, match="is not a box"):
        tier_map(result, extent=(190, -20, 170, -10))


def test_layer_on_both_sides_of_180_degrees_is_one_piece():
    shapes = [shapely.box(178, -18, 180, -16), shapely.box(-180, -18, -178, -16)]
    content = map_content(own_result(shapes), None, None, None)
    assert content["bounds"] == [[-18, 178], [-16, 182]]
    assert [region["at"][1] for region in content["regions"]] == [179, 181]
    lines = [np.cumsum(np.reshape(arc, (-1, 2)), axis=0) / 1e4 for arc in content["shapes"]["arcs"]]
    longitudes = np.concatenate(lines)[:, 0]
    assert (longitudes.min(), longitudes.max()) == (178, 182)


def test_parts_far_away_can_be_gone_to():
    mainland = [shapely.box(x, y, x + 1, y + 1) for x in range(6) for y in range(40, 44)]
    content = map_content(own_result([*mainland, shapely.box(60, 0, 61, 1)]), None, None, None)
    assert content["bounds"] == [[40, 0], [44, 6]]
    assert content["parts"] == [{"name_zh": "y", "name_en": "y", "bounds": [[0, 60], [1, 61]]}]


def test_remark_on_coordinates_belongs_to_the_pack_that_makes_it(zhang_outcome):
    with pytest.warns(UserWarning, match="what those tiles show of borders is not ours") as seen:
        own = tier_map(
            own_result([shapely.box(10, 45, 11, 46), shapely.box(11, 45, 12, 46)]), basemap="osm"
        )
    assert "GCJ" not in str(seen[0].message) + own.get_root().render()
    with pytest.warns(UserWarning, match="GCJ-02"):
        tier_map(zhang_outcome.result, basemap="osm")


def test_regions_of_a_layer_without_any_value_are_not_of_the_study():
    regions = load_regions("city")
    ids = load_regions("city", within="长三角").index
    values = pd.DataFrame({"region": ids, "indicator": "rd", "value": np.arange(1.0, len(ids) + 1)})
    values.loc[0, "value"] = np.nan
    table = join_indicators(regions, values)
    content = map_content(Scheme(tier=NaturalBreaks(3)).run(table), None, None, "长三角")
    outside = {region["id"] for region in content["regions"] if region.get("outside")}
    assert outside == set(regions.index) - set(ids[1:])
    painted = {unit for unit, region in enumerate(content["regionOf"]) if region >= 0}
    assert {content["units"][unit]["id"] for unit in painted} == set(ids[1:])
    (south, west), (north, east) = content["bounds"]
    edges = regions.loc[ids[1:]].total_bounds
    assert (west, south, east, north) == pytest.approx(edges, abs=1e-6)
    assert content["title"] == {"zh": "长三角", "en": "长三角"}


def test_no_two_scripts_give_one_name_to_two_things():
    given = collections.Counter()
    for name in _SCRIPTS:
        text = (_ASSETS / f"{name}.js").read_text(encoding="utf-8")
        names = re.findall(r"^\s*h\.(\w+) = (?!h\.)", text, re.MULTILINE)
        for whole in re.findall(r"Object\.assign\(h, \{(.*?)\}\)", text, re.DOTALL):
            names += re.findall(r"(\w+):", whole)
        given.update(set(names))
    assert len(given) > 100
    assert [name for name, times in given.items() if times > 1] == []


def test_no_class_has_its_look_from_two_stylesheets():
    """What a class alone is painted as stands in one sheet; others may say it of a place."""
    painted = collections.Counter()
    for path in sorted(_ASSETS.glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        # Rules within @media lie one brace deeper; they vary a look and give none.
        outer = re.sub(r"@[^{};]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
        selectors = ",".join(re.findall(r"([^{}]+)\{", outer)).split(",")
        alone = [re.fullmatch(r"\s*(?:\.hubtiers-page )?(\.[\w-]+)\s*", one) for one in selectors]
        painted.update({found[1] for found in alone if found})
    assert len(painted) > 50
    assert [name for name, sheets in painted.items() if sheets > 1] == []
