"""Figures as data: what is drawn is what the result says; and as files: text stays text, the same bytes twice."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from hubtiers.compare import compare_schemes
from hubtiers.errors import CRSError, DataError, HubtiersError, SpecError, UnknownOptionError
from hubtiers.framework import TIERS, Framework, Indicator
from hubtiers.hubs.layout import Corridor, Hub, HubLayout
from hubtiers.regions.boundaries import load_context, load_regions
from hubtiers.regions.pack import load_pack
from hubtiers.scheme import Scheme
from hubtiers.scoring.normalise import ZScore
from hubtiers.scoring.weight import CriticWeights, EntropyWeights
from hubtiers.show import fonts
from hubtiers.show.figures.canvas import blank_sheet
from hubtiers.show.figures.certainty import rank_interval_figure, tier_probability_figure
from hubtiers.show.figures.charts import radar_figure, rank_size_figure, weight_figure
from hubtiers.show.figures.figure import save_figure, tier_figure
from hubtiers.show.figures.labels import Box, place_labels
from hubtiers.show.figures.scene import make_scene
from hubtiers.show.fonts import Lettering, find_lettering
from hubtiers.show.style import NO_DATA_COLOUR, hub_colours, tier_colours
from hubtiers.show.wrapping import text_width, wrap_text
from hubtiers.study import load_study
from hubtiers.table.indicator_table import IndicatorTable
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import EqualIntervals, NaturalBreaks

ALBERS = load_pack("china").projection
HOSTILE = (
    "{{7*7}}",
    "{% for %}",
    "{# note #}",
    "${1} $x_2$ $\\frac{",
    "`whoami`",
    "<script>alert(1)</script>",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "\"quotes\" 'single' &amp;",
    "=1+1",
    "_nolegend_",
    "\\textbf{x} ^ ~ % #",
    "tab\tnew\nline\x07",
    "emoji 😀",
)


@pytest.fixture(scope="module")
def zhang():
    return load_study("zhang2022").run()


@pytest.fixture(scope="module")
def zhang_figure(zhang):
    return tier_figure(zhang.result, layout=zhang.layout, title={"zh": "标题", "en": "Title"})


@pytest.fixture(scope="module")
def certainty(zhang):
    """A stand-in for a robustness analysis whose numbers all differ."""
    index, labels = zhang.result.scores.index, list(zhang.result.breaks.labels)
    shares = np.random.default_rng(1).dirichlet([3, 2, 1], len(index))
    ranks = zhang.result.rank.astype("float64")
    spans = pd.DataFrame({"low": ranks - 0.5, "median": ranks, "high": ranks + 1.5}).astype(
        "Float64"
    )
    return SimpleNamespace(
        tier_probability=pd.DataFrame(shares, index, labels), rank_interval=spans
    )


def collection(axes, name):
    (found,) = [c for c in axes.collections if c.get_gid() == name]
    return found


def texts(figure):
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def colour_at(areas, point):
    """Return the colour of the last area drawn that holds a point."""
    inside = [
        k for k, path in enumerate(areas.get_paths()) if path.contains_point((point.x, point.y))
    ]
    return to_hex(areas.get_facecolor()[inside[-1]])


def test_polygons_have_the_colours_of_their_tiers(zhang, zhang_figure):
    areas = collection(zhang_figure.axes[0], "regions")
    colours = tier_colours(zhang.result.breaks.labels)
    points = zhang.result.table.regions.to_crs(ALBERS).representative_point()
    drawn = {region: colour_at(areas, point) for region, point in points.items()}
    assert drawn == {region: colours[tier] for region, tier in zhang.result.tier.items()}
    assert len(areas.get_paths()) == 14


def test_smaller_region_lies_above_where_regions_overlap():
    ids = ["beijing-tianjin-hebei", "110000", "370000"]
    values = pd.DataFrame({"region": ids, "indicator": "rd", "value": [1.0, 9.0, 2.0]})
    result = Scheme(tier=EqualIntervals(2)).run(join_indicators(load_regions(ids), values))
    areas = collection(tier_figure(result, language="en").axes[0], "regions")
    crs = make_scene(result).frame.crs
    beijing = load_regions(["110000"]).to_crs(crs).representative_point().iloc[0]
    assert colour_at(areas, beijing) == tier_colours(result.breaks.labels)[result.tier["110000"]]
    assert result.tier["110000"] != result.tier["beijing-tianjin-hebei"]


def projected(lon: float, lat: float) -> tuple[float, float]:
    return pyproj.Transformer.from_crs(4326, ALBERS, always_xy=True).transform(lon, lat)


def test_inset_stands_on_axes_of_its_own_in_the_lower_right_corner(zhang_figure):
    main, inset = zhang_figure.axes
    outer, inner = main.get_window_extent(), inset.get_window_extent()
    assert outer.x0 + 0.8 * outer.width < inner.x0 < inner.x1 < outer.x1
    assert outer.y0 < inner.y0 < inner.y1 < outer.y0 + 0.3 * outer.height
    x, y = projected(112.3, 16.8)
    (left, right), (bottom, top) = inset.get_xlim(), inset.get_ylim()
    assert left < x < right
    assert bottom < y < top
    assert inset.get_aspect() == 1.0
    scale = inner.width / (right - left)
    assert 0.3 < scale / (outer.width / np.ptp(main.get_xlim())) < 0.6


def test_ten_dashes_are_drawn_where_they_are(zhang_figure):
    main, inset = zhang_figure.axes
    expected = load_context("south_china_sea").to_crs(ALBERS).geometry
    for axes in (main, inset):
        drawn = [np.asarray(path.vertices) for path in collection(axes, "dashes").get_paths()]
        assert len(drawn) == 10
        for line, points in zip(expected, drawn, strict=True):
            np.testing.assert_allclose(points, shapely.get_coordinates(line))
    middles = [line.interpolate(0.5, normalized=True) for line in expected]
    (left, right), (bottom, top) = inset.get_xlim(), inset.get_ylim()
    assert sum(left < p.x < right and bottom < p.y < top for p in middles) >= 8


def test_legend_says_what_the_result_says(zhang, zhang_figure):
    legend, hubs = [c for c in zhang_figure.axes[0].get_children() if type(c).__name__ == "Legend"]
    rows = [t.get_text() for t in legend.get_texts()]
    frame = zhang.result.breaks.to_frame()
    for row, (_, tier) in zip(rows, frame.iterrows(), strict=False):
        assert row.endswith(f"({(zhang.result.tier == tier['tier']).sum()})")
        assert f"{tier['lower']:.3f}–{tier['upper']:.3f}" in row
    assert rows[-1] == "不在研究范围"
    colours = tier_colours(zhang.result.breaks.labels)
    assert [to_hex(p.get_facecolor()) for p in legend.get_patches()][:3] == list(colours.values())
    assert [t.get_text() for t in hubs.get_texts()][:3] == [
        "国际级  (3)",
        "国家级  (5)",
        "区域级  (8)",
    ]


def test_every_core_is_marked_at_its_seat_and_named(zhang, zhang_figure):
    axes = zhang_figure.axes[0]
    marked = {tier: len(collection(axes, f"hubs-{tier}").get_offsets()) for tier in TIERS[:3]}
    assert marked == {
        t: sum(len(h.cores) for h in zhang.layout.hubs if h.tier == t) for t in TIERS[:3]
    }
    wuhan = projected(114.3, 30.59)
    nearest = np.hypot(*(collection(axes, "hubs-national").get_offsets() - wuhan).T).min()
    assert nearest < 30_000
    colour = to_hex(collection(axes, "hubs-national").get_facecolor()[0])
    assert colour == hub_colours(TIERS)["national"]
    named = {t.get_text() for t in axes.texts if t.get_gid() == "label"}
    assert {"武汉", "香港", "深圳", "大连"} < named
    assert len(named) == 22


@pytest.mark.parametrize("language", ["zh", "en"])
def test_labels_do_not_hide_each_other_nor_the_legend(zhang, language):
    figure = tier_figure(zhang.result, layout=zhang.layout, language=language)
    axes = figure.axes[0]
    boxes = [Text.get_window_extent(t) for t in axes.texts if t.get_gid() == "label"]
    boxes += [c.get_window_extent() for c in axes.get_children() if type(c).__name__ == "Legend"]
    boxes.append(figure.axes[1].get_window_extent())
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert (
                not a.overlaps(b)
                or min(a.x1, b.x1) - max(a.x0, b.x0) < 1
                or min(a.y1, b.y1) - max(a.y0, b.y0) < 1
            )


def test_no_data_is_hatched_and_counted():
    provinces = load_regions("province")
    values = pd.DataFrame(
        {"region": provinces.index[:31], "indicator": "rd", "value": np.arange(31.0)}
    )
    result = Scheme(tier=NaturalBreaks(3)).run(join_indicators(provinces, values))
    figure = tier_figure(result, language="en")
    missing = collection(figure.axes[0], "no-data")
    assert missing.get_hatch()
    assert to_hex(missing.get_facecolor()[0]) == NO_DATA_COLOUR
    assert len(missing.get_paths()) == 3
    assert len(collection(figure.axes[0], "regions").get_paths()) == 31
    assert "No data  (3)" in texts(figure)
    assert "Not in the study" not in texts(figure)


def test_approval_number_is_printed_only_when_given(zhang):
    assert not any("审图号" in t for t in texts(tier_figure(zhang.result)))
    assert any(
        "审图号：GS(2024)0650号" in t
        for t in texts(tier_figure(zhang.result, approval="GS(2024)0650号"))
    )


def test_caption_is_bilingual_in_chinese_and_english_alone_in_english(zhang):
    (chinese,) = [t for t in texts(tier_figure(zhang.result, title="T")) if t.startswith("图  T。")]
    assert "\nFig.  T." in chinese
    assert "GVF = 0.941" in chinese.replace("\n", " ")
    (english,) = [
        t
        for t in texts(tier_figure(zhang.result, title="T", language="en"))
        if t.startswith("Fig.  T.")
    ]
    assert not re.search("[\u4e00-\u9fff]", english)
    assert not any(
        t.startswith("Fig.") for t in texts(tier_figure(zhang.result, language="en", caption=False))
    )


def test_north_arrow_follows_the_meridian(zhang_figure):
    (arrow,) = [t for t in zhang_figure.axes[0].texts if t.get_gid() == "north"]
    foot, tip = np.array(arrow.xyann), np.array(arrow.xy)
    ends = gpd.GeoSeries([shapely.Point(foot), shapely.Point(tip)], crs=ALBERS).to_crs(4326)
    assert ends.iloc[1].y > ends.iloc[0].y + 1
    assert abs(ends.iloc[1].x - ends.iloc[0].x) < 0.2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_legend_covers_the_north_arrow_on_a_crowded_map(zhang, language):
    """Of the brief's map land leaves no room free: the legend lies over land, not over the arrow."""
    axes = blank_sheet((6.6, 5.2), language)
    tier_figure(zhang.result, layout=zhang.layout, language=language, caption=False, ax=axes)
    legends = [c for c in axes.get_children() if type(c).__name__ == "Legend"]
    assert len(legends) == 2
    (arrow,) = [t for t in axes.texts if t.get_gid() == "north"]
    letter = {"zh": "北", "en": "N"}[language]
    (said,) = [t for t in axes.texts if t.get_text() == letter]
    for legend in legends:
        for piece in (arrow, said):
            assert not legend.get_window_extent().overlaps(piece.get_window_extent())


def test_names_of_regions_stand_upon_them_where_no_mark_does():
    squares = [shapely.box(10 + 2 * k, 45, 12 + 2 * k, 47) for k in range(4)]
    figure = tier_figure(own_result(squares, name_en=["A", "B", "C", "D"]), language="en")
    axes = figure.axes[0]
    labels = {t.get_text(): t for t in axes.texts if t.get_gid() == "label"}
    assert sorted(labels) == ["A", "B", "C", "D"]
    for text in labels.values():
        assert text.get_position() == pytest.approx((0, 0), abs=1e-6)
    # A name that would cover much of its region stands beside it.
    long = tier_figure(own_result(squares, name_en=["A" * 30, "B", "C", "D"]), language="en")
    (beside,) = [t for t in long.axes[0].texts if t.get_text() == "A" * 30]
    assert np.hypot(*beside.get_position()) > 10


def test_scale_bar_is_as_long_as_it_says(zhang_figure):
    bars = [p for p in zhang_figure.axes[0].patches if type(p).__name__ == "Rectangle"]
    assert [p.get_width() for p in bars] == [250_000, 250_000]
    assert {"0", "250", "500 千米"} <= set(texts(zhang_figure))


def test_draws_on_axes_of_the_caller_and_leaves_settings_alone(zhang):
    before = dict(mpl.rcParams)
    figure = Figure(figsize=(12, 6))
    left, right = figure.subplots(1, 2)
    assert tier_figure(zhang.result, ax=right) is figure
    assert rank_size_figure(zhang.result, ax=left) is figure
    assert len(figure.axes) == 3
    assert left.get_xlabel() == "位次（对数）"
    assert dict(mpl.rcParams) == before
    with pytest.raises(SpecError, match="ax is str, not matplotlib Axes"):
        rank_size_figure(zhang.result, ax="axes")


def test_layer_elsewhere_is_drawn_in_its_own_place():
    squares = [shapely.box(10 + k, 45, 11 + k, 46) for k in range(4)]
    own = gpd.GeoDataFrame(
        {"name_zh": list("甲乙丙丁"), "name_en": list("ABCD")},
        geometry=squares,
        crs=4326,
        index=list("abcd"),
    ).rename_axis("region_id")
    values = pd.DataFrame(
        {"region": list("abcd"), "indicator": "rd", "value": [1.0, 2.0, 8.0, 9.0]}
    )
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(own, values))
    figure = tier_figure(result, language="en")
    assert len(figure.axes) == 1
    assert {"A", "B", "C", "D"} <= set(texts(figure))
    left, right = figure.axes[0].get_xlim()
    assert right - left < 500_000
    widths = [np.ptp(p.vertices[:, 0]) for p in collection(figure.axes[0], "regions").get_paths()]
    assert 70_000 < min(widths) <= max(widths) < 85_000


def test_hubs_with_cores_elsewhere_are_refused():
    own = gpd.GeoDataFrame(
        {"name_zh": ["甲", "乙"], "name_en": ["A", "B"]},
        geometry=[shapely.box(10, 45, 11, 46), shapely.box(11, 45, 12, 46)],
        crs=4326,
        index=["a", "b"],
    ).rename_axis("region_id")
    values = pd.DataFrame({"region": ["a", "b"], "indicator": "rd", "value": [1.0, 2.0]})
    result = Scheme(tier=NaturalBreaks(2)).run(join_indicators(own, values))
    hubs = HubLayout("x", (Hub("h", "local", ("110000",)),))
    with pytest.raises(
        SpecError, match="hubs of the layout 'x' have cores that are no region of the layer: 110000"
    ):
        tier_figure(result, layout=hubs)


def own_result(shapes, **columns):
    ids = [chr(97 + number) for number in range(len(shapes))]
    layer = gpd.GeoDataFrame(
        {"name_zh": ids, "name_en": ids, **columns}, geometry=shapes, crs=4326, index=ids
    ).rename_axis("region_id")
    values = pd.DataFrame({"region": ids, "indicator": "rd", "value": np.arange(1.0, len(ids) + 1)})
    return Scheme(tier=NaturalBreaks(2)).run(join_indicators(layer, values))


def test_hubs_of_a_layer_of_ones_own_are_marked_in_it():
    result = own_result([shapely.box(10 + k, 45, 11 + k, 46) for k in range(3)])
    hubs = HubLayout("x", (Hub("h", "local", ("b",), extent=("b", "c")),))
    axes = tier_figure(result, layout=hubs).axes[0]
    ((x, y),) = collection(axes, "hubs-local").get_offsets()
    middle = make_scene(result).regions(make_scene(result).frame)["b"]
    assert middle.contains(shapely.Point(x, y))
    assert [t.get_text() for t in axes.texts if t.get_gid() == "label"] == ["b"]


def test_hubs_of_china_lie_on_a_layer_of_ones_own_in_china():
    result = own_result([shapely.box(113 + k, 38, 114 + k, 41) for k in range(6)])
    hubs = HubLayout("x", (Hub("h", "local", ("110000",)),))
    scene = make_scene(result, hubs)
    assert scene.pack is not None
    figure = tier_figure(result, layout=hubs)
    ((x, y),) = collection(figure.axes[0], "hubs-local").get_offsets()
    lon, lat = pyproj.Transformer.from_crs(scene.frame.crs, 4326, always_xy=True).transform(x, y)
    assert (lon, lat) == pytest.approx((116.4, 39.9), abs=0.1)


def test_extent_and_projection_of_those_who_know_better():
    result = own_result([shapely.box(10 + k, 45, 11 + k, 46) for k in range(3)])
    axes = tier_figure(result, extent=(0, 40, 20, 50), crs="EPSG:3035").axes[0]
    to_grid = pyproj.Transformer.from_crs(4326, 3035, always_xy=True)
    west = to_grid.transform([0, 0], [40, 50])[0]
    assert axes.get_xlim()[0] == pytest.approx(min(west), rel=1e-3)
    (areas,) = [c for c in axes.collections if c.get_gid() == "regions"]
    assert areas.get_paths()[0].vertices[:, 0].min() > 4.2e6
    with pytest.raises(SpecError, match="is not a box"):
        tier_figure(result, extent=(20, 40, 0, 50))
    with pytest.raises(CRSError, match="is no reference system that PROJ knows"):
        tier_figure(result, crs="EPSG:0")
    with pytest.raises(CRSError, match="is one in degrees"):
        tier_figure(result, crs="EPSG:4326")


def test_north_arrow_and_scale_bar_only_where_they_tell_the_truth():
    def furniture(shapes):
        texts = tier_figure(own_result(shapes), language="en").axes[0].texts
        return {t.get_gid() for t in texts} & {"north", "scale"}

    assert furniture([shapely.box(10 + k, 45, 11 + k, 46) for k in range(3)]) == {"north", "scale"}
    # On a wide map north turns; on one of the world lengths differ, too.
    assert furniture([shapely.box(-110 + 12 * k, 30, -98 + 12 * k, 48) for k in range(3)]) == {
        "scale"
    }
    assert furniture([shapely.box(-170 + 85 * k, -50, -90 + 85 * k, 70) for k in range(4)]) == set()


def test_labels_of_the_scale_bar_never_touch():
    for size in (0.02, 0.3, 4.0, 20.0):
        figure = tier_figure(
            own_result(
                [shapely.box(10 + k * size, 40, 10 + (k + 1) * size, 40 + size) for k in range(3)]
            )
        )
        figure.draw_without_rendering()
        boxes = [t.get_window_extent() for t in figure.axes[0].texts if t.get_gid() == "scale"]
        assert all(a.x1 < b.x0 for a, b in zip(boxes, boxes[1:], strict=False)), size


def test_part_of_a_layer_is_framed_and_located():
    shapes = [shapely.box(k % 8, 40 + k // 8, k % 8 + 1, 41 + k // 8) for k in range(48)]
    layer = gpd.GeoDataFrame(
        {"name_zh": ["x"] * 48, "name_en": ["x"] * 48}, geometry=shapes, crs=4326
    )
    layer.index = [f"r{k:02}" for k in range(48)]
    ids = ["r00", "r01", "r08", "r09"]
    values = pd.DataFrame({"region": ids, "indicator": "rd", "value": [1.0, 2.0, 8.0, 9.0]})
    result = Scheme(tier=NaturalBreaks(2)).run(
        join_indicators(layer.rename_axis("region_id"), values)
    )
    figure = tier_figure(result, language="en")
    assert [a.get_gid() for a in figure.axes[1:]] == ["locator"]
    assert np.ptp(figure.axes[0].get_xlim()) < 400_000
    assert not [c for c in figure.axes[0].collections if c.get_gid() == "no-data"]
    assert {"Not in the study"} <= set(texts(figure))
    assert not any(text.startswith("No data") for text in texts(figure))


def test_insets_of_a_pack_of_ones_own(tmp_path):
    shapes = [shapely.box(k, 40, k + 1, 41) for k in range(4)] + [shapely.box(60, 10, 61, 11)]
    layer = gpd.GeoDataFrame(
        {"region_id": list("abcde"), "name_en": list("ABCDE")}, geometry=shapes, crs=4326
    )
    layer.to_file(tmp_path / "states.geojson")
    (tmp_path / "pack.toml").write_text(
        'id = "realm"\ncredit_en = "Survey"\n[[level]]\nid = "state"\nfile = "states.geojson"\n'
        'name_en = "name_en"\n[map]\nprojection = "+proj=aea +lat_1=40 +lat_2=41 +lon_0=2 +units=m"\n'
        '[[map.inset]]\nid = "far"\ntitle_en = "Far away"\nbox = [59, 9, 62, 12]\nwidth = 0.2\n'
        'projection = "+proj=laea +lat_0=10 +lon_0=60 +units=m"\n'
    )
    regions = load_regions("state", pack=tmp_path)
    values = pd.DataFrame(
        {"region": list("abcde"), "indicator": "rd", "value": [1.0, 2.0, 7.0, 8.0, 9.0]}
    )
    figure = tier_figure(Scheme(tier=NaturalBreaks(2)).run(join_indicators(regions, values)))
    main, inset = figure.axes
    assert inset.get_gid() == "far"
    assert np.ptp(main.get_xlim()) < 600_000
    (areas,) = [c for c in inset.collections if c.get_gid() == "regions"]
    assert len(areas.get_paths()) == 1
    assert inset.get_window_extent().width == pytest.approx(
        0.2 * main.get_window_extent().width, rel=0.02
    )
    assert "Far away" in texts(figure)
    assert any("Boundaries: Survey" in text for text in texts(figure))


def test_picture_is_painted_in_proportion_to_area(zhang):
    """A picture, not only its artists: the share of the pixels of each tier is that of its area."""
    memory = io.BytesIO()
    figure = tier_figure(zhang.result, language="en", caption=False)
    figure.savefig(memory, format="rgba", dpi=100)
    width, height = (round(side * 100) for side in figure.get_size_inches())
    pixels = np.frombuffer(memory.getvalue(), np.uint8).reshape(height, width, 4)[..., :3]
    areas = zhang.result.table.regions.to_crs(ALBERS).area
    scale = figure.axes[0].get_window_extent().width / 150 * 100 / np.ptp(figure.axes[0].get_xlim())
    for label, colour in tier_colours(zhang.result.breaks.labels).items():
        rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        painted = (pixels == rgb).all(axis=-1).sum()
        expected = areas[zhang.result.tier == label].sum() * scale**2
        # Labels, borders and antialiased edges take some away.
        assert 0.72 * expected < painted < 1.06 * expected, label


def test_result_without_geometry_is_refused():
    table = IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0, 9.0]}, index=list("abc")))
    result = Scheme(tier=NaturalBreaks(2)).run(table)
    with pytest.raises(DataError, match="no geometry to draw"):
        tier_figure(result)
    with pytest.raises(UnknownOptionError, match="language 'fr'"):
        rank_size_figure(result, language="fr")


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_same_input_gives_the_same_bytes(zhang, tmp_path, kind):
    files = []
    for number in range(2):
        figure = tier_figure(zhang.result, layout=zhang.layout)
        files.append(save_figure(figure, tmp_path / f"{number}.{kind}", dpi=60).read_bytes())
        memory = io.BytesIO()
        figure.savefig(memory, format=kind, dpi=60)
        files.append(memory.getvalue())
    assert len(set(files)) == 1
    assert not list(tmp_path.glob(".*"))


def test_text_stays_text_in_svg_and_pdf(zhang, zhang_figure, tmp_path):
    svg = save_figure(zhang_figure, tmp_path / "map.svg").read_text(encoding="utf-8")
    written = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert {"武汉", "南海诸岛", "标题"} <= set(written)
    pdf = save_figure(zhang_figure, tmp_path / "map.pdf").read_bytes()
    assert b"/ToUnicode" in pdf
    with pytest.raises(UnknownOptionError, match="format of a figure 'gif'"):
        save_figure(zhang_figure, tmp_path / "map.gif")


def test_axes_that_were_taken_from_their_figure_are_refused(zhang):
    axes = Figure().add_subplot()
    axes.remove()
    with pytest.raises(SpecError, match="ax belongs to no figure any more"):
        weight_figure(zhang.result, language="en", ax=axes)


def test_chinese_glyphs_are_really_there(zhang_figure):
    lettering = zhang_figure.lettering
    assert lettering.families[0] in fonts.CJK_FONTS
    assert lettering.text("武汉都市圈、粤港澳") == "武汉都市圈、粤港澳"
    inked = []
    for character in "武汉":
        figure = Figure(figsize=(1, 1), dpi=50)
        figure.text(0.1, 0.2, character, fontfamily=list(lettering.families), fontsize=40)
        memory = io.BytesIO()
        figure.savefig(memory, format="raw")
        inked.append(np.frombuffer(memory.getvalue(), np.uint8).reshape(50, 50, 4)[..., 0] < 128)
    assert all(50 < picture.sum() < 1500 for picture in inked)
    # A missing glyph would be the same empty box for both.
    assert (inked[0] != inked[1]).sum() > 100


def test_without_a_chinese_font_the_message_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(fonts, "_installed", lambda: frozenset({"DejaVu Sans"}))
    with pytest.raises(
        HubtiersError, match=r"Noto Sans CJK \(Debian and Ubuntu: apt-get install fonts-noto-cjk"
    ):
        find_lettering("zh")
    english = find_lettering("en")
    assert english.families == ("DejaVu Sans",)
    assert english.text("A武\x07") == "A[U+6B66][U+0007]"


def test_pdf_fonts_are_truetype_only_where_they_are():
    latin = Lettering(("DejaVu Sans",))
    assert latin.is_truetype(["abc"])
    chinese = find_lettering("zh")
    if chinese.families[0].startswith("Noto Sans CJK"):
        assert not chinese.is_truetype(["武汉"])


@pytest.fixture(scope="module")
def hostile():
    """A result, a layout and a comparison in which every string of a user's is hostile."""
    provinces = load_regions("province").head(len(HOSTILE))
    provinces["name_zh"] = provinces["name_en"] = provinces["short_zh"] = list(HOSTILE)
    indicators = tuple(
        Indicator(f"i{k}", name_zh=text, name_en=text, unit=text, source=text)
        for k, text in enumerate(HOSTILE[:4])
    )
    rng = np.random.default_rng(0)
    values = pd.DataFrame(
        [(region, i.code, rng.random()) for region in provinces.index for i in indicators],
        columns=["region", "indicator", "value"],
    )
    table = join_indicators(provinces, values, framework=Framework(indicators))
    scheme = Scheme(tier=NaturalBreaks(2, labels=HOSTILE[:2]))
    hubs = tuple(
        Hub(f"h{k}", "national", (unit,), name_zh=text, name_en=text)
        for k, (text, unit) in enumerate(zip(HOSTILE, ["110000", "120000", "130100"], strict=False))
    )
    layout = HubLayout(
        "x",
        hubs,
        (Corridor("c", ("110000", "130100"), HOSTILE[0], HOSTILE[1]),),
        HOSTILE[5],
        HOSTILE[6],
        HOSTILE[7],
    )
    schemes = {
        HOSTILE[k]: scheme.replace(weight=w)
        for k, w in ((3, EntropyWeights()), (10, CriticWeights()))
    }
    return SimpleNamespace(
        result=scheme.run(table), layout=layout, comparison=compare_schemes(table, schemes)
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_strings_are_drawn_as_written(hostile, language, tmp_path):
    result = hostile.result
    figures = [
        tier_figure(
            result, layout=hostile.layout, title=HOSTILE[3], approval=HOSTILE[5], language=language
        ),
        tier_figure(result, title=HOSTILE[7] + "\ud800", language=language),
        rank_size_figure(result, language=language),
        radar_figure(result, regions=result.scores.index[:8].tolist(), language=language),
        weight_figure(hostile.comparison, language=language),
    ]
    for number, figure in enumerate(figures):
        for kind in ("svg", "pdf") if language == "zh" else ("svg", "png"):
            save_figure(figure, tmp_path / f"{number}.{kind}", dpi=50)
    drawn = "\n".join(t for figure in figures for t in texts(figure))
    for text in (
        "{{7*7}}",
        "${1} $x_2$ $\\frac{",
        "<script>alert(1)</script>",
        "_nolegend_",
        "`whoami`",
    ):
        assert text in drawn
    radar = texts(figures[3])
    assert "${1} $x_2$ $\\frac{" in radar
    svg = (tmp_path / "3.svg").read_text(encoding="utf-8")
    assert "<script" not in svg
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in svg


def test_rank_size_plot_shows_every_score_at_its_rank(zhang):
    figure = rank_size_figure(zhang.result, language="en")
    axes = figure.axes[0]
    for label in zhang.result.breaks.labels:
        inside = zhang.result.tier == label
        marks = collection(axes, f"tier-{label}")
        expected = np.column_stack(
            [zhang.result.rank[inside].astype(float), zhang.result.scores[inside]]
        )
        np.testing.assert_allclose(np.asarray(marks.get_offsets()), expected)
        assert to_hex(marks.get_facecolor()[0]) == tier_colours(zhang.result.breaks.labels)[label]
    (line,) = [found for found in axes.lines if found.get_gid() == "fit"]
    (x0, x1), (y0, y1) = np.log(line.get_data())
    slope = np.polyfit(np.log(zhang.result.rank.astype(float)), np.log(zhang.result.scores), 1)[0]
    assert (y1 - y0) / (x1 - x0) == pytest.approx(slope)
    assert f"q = {-slope:.3f}" in "".join(texts(figure))


def test_rank_size_plot_says_what_has_no_logarithm(zhang):
    scored = zhang.result.fitted.scheme.replace(normalise=ZScore()).run(zhang.result.table)
    hidden = int((scored.scores <= 0).sum())
    assert hidden > 0
    assert f"{hidden} scores of 0 or below not drawn" in "".join(
        texts(rank_size_figure(scored, language="en"))
    )
    table = IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0, 9.0]}, index=list("abc")))
    with pytest.raises(DataError, match="at least three positive scores, but there are 2"):
        rank_size_figure(Scheme(tier=NaturalBreaks(2)).run(table))


def test_radar_shows_the_sub_scores(zhang):
    chosen = ["420000", "greater-bay-area"]
    figure = radar_figure(zhang.result, regions=chosen, language="zh")
    axes = figure.axes[0]
    for number, region in enumerate(chosen):
        (line,) = [found for found in axes.lines if found.get_gid() == f"region-{number}"]
        np.testing.assert_allclose(line.get_ydata()[:-1], zhang.result.sub_scores.loc[region])
    assert [t.get_text() for t in axes.get_xticklabels()] == ["科学研究", "技术创新", "产业驱动"]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["湖北", "粤港澳大湾区"]


def test_radar_refuses_what_it_cannot_show(zhang):
    with pytest.raises(UnknownOptionError, match="Unknown region 'atlantis'"):
        radar_figure(zhang.result, regions=["atlantis"])
    with pytest.raises(SpecError, match="one to 8 regions, but 0 were given"):
        radar_figure(zhang.result, regions=[])
    with pytest.raises(SpecError, match="needs polar axes"):
        radar_figure(zhang.result, ax=Figure().subplots())
    table = IndicatorTable.from_frame(pd.DataFrame({"rd": [1.0, 2.0, 9.0]}, index=list("abc")))
    with pytest.raises(DataError, match="at least three functions, but rd stands"):
        radar_figure(Scheme(tier=NaturalBreaks(2)).run(table))


def test_weights_are_those_of_the_results(zhang):
    figure = weight_figure(zhang.comparison, language="en")
    axes = figure.axes[0]
    for number, result in enumerate(zhang.comparison.results.values()):
        offsets = np.asarray(collection(axes, f"weights-{number}").get_offsets())
        np.testing.assert_allclose(offsets[:, 0], result.weights)
        np.testing.assert_allclose(offsets[:, 1], np.arange(10)[::-1])
    assert [t.get_text() for t in axes.get_legend().get_texts()] == [
        "equal weights per indicator (this study)",
        "entropy weights",
        "CRITIC weights",
    ]
    assert axes.get_yticklabels()[0].get_text() == "Double First-Class universities"
    with pytest.raises(SpecError, match="takes results by name, but got int"):
        weight_figure(3)
    other = Scheme(tier=NaturalBreaks(2)).run(zhang.result.table.select(["rd_intensity_pct"]))
    with pytest.raises(DataError, match="do not have the same indicators"):
        weight_figure({"a": zhang.result, "b": other})


def test_probabilities_are_stacked_in_the_order_of_the_tiers(zhang, certainty):
    figure = tier_probability_figure(certainty, result=zhang.result, most=10, language="en")
    axes = figure.axes[0]
    order = zhang.result.rank.astype(float).sort_values(kind="stable").index[:10]
    start = np.zeros(10)
    for label, colour in tier_colours(zhang.result.breaks.labels).items():
        bars = [p for p in axes.patches if p.get_gid() == f"tier-{label}"]
        np.testing.assert_allclose(
            [b.get_width() for b in bars], certainty.tier_probability.loc[order, label]
        )
        np.testing.assert_allclose([b.get_x() for b in bars], start)
        assert {to_hex(b.get_facecolor()) for b in bars} == {colour}
        start = start + [b.get_width() for b in bars]
    assert axes.get_yticklabels()[0].get_text() == "Yangtze River Delta"
    assert "4 more regions not drawn" in texts(figure)
    with pytest.raises(SpecError, match="most=0"):
        tier_probability_figure(certainty, most=0)


def test_intervals_reach_from_low_to_high(zhang, certainty):
    axes = rank_interval_figure(certainty, result=zhang.result, language="en").axes[0]
    order = zhang.result.rank.astype(float).sort_values(kind="stable").index
    spans = certainty.rank_interval.loc[order].astype(float)
    drawn = [path.vertices[:, 0] for path in collection(axes, "intervals").get_paths()]
    np.testing.assert_allclose(np.array(drawn), spans[["low", "high"]])
    np.testing.assert_allclose(
        np.asarray(collection(axes, "medians").get_offsets())[:, 0], spans["median"]
    )
    ids = rank_interval_figure(certainty).axes[0].get_yticklabels()
    assert ids[0].get_text() == "yangtze-delta"
    empty = SimpleNamespace(
        tier_probability=certainty.tier_probability, rank_interval=certainty.rank_interval * pd.NA
    )
    with pytest.raises(DataError, match="no region with a score"):
        rank_interval_figure(empty)


def test_labels_keep_apart_and_inside():
    anchors = [(50.0, 50.0)] * 8 + [(5.0, 5.0)]
    sizes = [(30.0, 10.0)] * 9
    centres = place_labels(
        anchors, sizes, bounds=Box(0, 0, 300, 300), obstacles=[Box(60, 40, 110, 60)]
    )
    boxes = [Box(x - 15, y - 5, x + 15, y + 5) for x, y in centres]
    for i, box in enumerate(boxes):
        assert box.outside(Box(0, 0, 300, 300)) == 0
        assert box.shared_area(Box(60, 40, 110, 60)) == 0
        assert all(box.shared_area(other) == 0 for other in boxes[i + 1 :])
    upon = place_labels([(50.0, 50.0)] * 2, sizes[:2], bounds=Box(0, 0, 99, 99), upon=[True] * 2)
    assert upon[0] == (50.0, 50.0)
    assert abs(upon[1][0] - 50.0) >= 30.0 or abs(upon[1][1] - 50.0) >= 10.0
    crowded = place_labels([(5.0, 5.0)] * 3, [(30.0, 10.0)] * 3, bounds=Box(0, 0, 31, 11))
    assert len(crowded) == 3


def test_lines_are_no_wider_than_asked():
    text = "张文忠（2022）按综合得分分为三级，see the long-word " + "x" * 50
    lines = wrap_text(text, 20)
    assert all(text_width(line) <= 21 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith(("，", "）")) for line in lines)
    assert wrap_text("", 10) == [""]
