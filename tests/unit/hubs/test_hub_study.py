"""Hubs through a study file and the command line: what is written, and what is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import hubtiers as ht
from hubtiers.errors import DataError, SpecError, UnknownOptionError
from hubtiers.hubs.layout import Corridor, Hub, HubLayout, Link

FILES = {
    "cities_by_hub.csv",
    "diffusion.csv",
    "hubs.gpkg",
    "layout.toml",
    "layout_comparison.csv",
    "layout_stability.csv",
    "layout_windows.csv",
    "links.csv",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    """A made-up country of twelve squares in two parts, its study and a layout of its own."""
    folder = tmp_path_factory.mktemp("own")
    names = [f"Place {letter}" for letter in "ABCDEFGHIJKL"]
    layer = gpd.GeoDataFrame(
        {
            "code": [f"p{i:02d}" for i in range(12)],
            "name": names,
            "part": ["west"] * 6 + ["east"] * 6,
            "rd": [90, 20, 30, 85, 10, 20, 40, 10, 60, 15, 5, 25],
            "patents": [80, 30, 20, 80, 15, 10, 50, 5, 55, 10, 8, 20],
        },
        geometry=[box(i % 6, i // 6, i % 6 + 1, i // 6 + 1) for i in range(12)],
        crs="EPSG:4326",
    )
    layer.to_file(folder / "layer.geojson", driver="GeoJSON")
    (folder / "layout.toml").write_text(
        'title_en = "Plan"\n[[hub]]\nid = "a"\ntier = "international"\nname_en = "A"\ncores = ["p00"]\n'
        '[[hub]]\nid = "g"\ntier = "national"\nname_en = "<img src=x onerror=alert(1)>"\ncores = ["p06"]\n',
        encoding="utf-8",
    )
    (folder / "study.toml").write_text(
        'title_en = "Hubs of nowhere"\n'
        '[data]\nregions = "layer.geojson"\nid_column = "code"\nname = "name"\nindicators = ["rd", "patents"]\n'
        '[method]\ntier = { method = "NaturalBreaks", k = 3 }\n'
        '[layout]\nname = "layout.toml"\n'
        "[robustness]\ndraws = 50\n"
        '[propose]\ncounts = { international = 1, national = 2 }\nspacing = 150\nbalance = "part"\ndraws = 60\n'
        '[network]\nmodel = { method = "Gravity", decay = 1.5 }\n'
        '[diffusion]\nsources = ["Place A"]\n'
        "[output]\ntables = true\nfigures = true\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def folder(own: Path, hubtiers) -> Path:
    run = hubtiers("build", "study.toml", "--out", "out", cwd=own)
    assert run.returncode == 0, run.stderr
    return own / "out"


def test_a_study_of_no_country_writes_everything(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} >= FILES
    hubs = ht.load_layout(folder / "layout.toml")
    assert [hub.cores[0] for hub in hubs.hubs] == ["p00", "p03", "p08"]
    assert hubs.hubs[0].tier == "international"
    table = pd.read_csv(folder / "cities_by_hub.csv", index_col="region_id")
    assert set(table.loc[["p00", "p08"], "role"]) == {"lead"}
    assert table.loc["p00", ["reason_zh", "reason_en"]].tolist() == [
        "得分最高且满足间距",
        "best score that keeps the spacing",
    ]
    assert "主核间距" in hubs.notes_zh[0]
    cores = gpd.read_file(folder / "hubs.gpkg", layer="cores")
    assert cores.crs.to_epsg() == 4326
    assert set(cores["core"]) >= {"p00", "p03", "p08"}
    assert ht.load_layout(folder / "hubs.gpkg") == hubs
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["content"]["propose"]["balance"] == "part"


def test_pages_are_in_english_and_names_stay_inert(folder: Path) -> None:
    report = (folder / "report.html").read_text(encoding="utf-8")
    section = report[report.index('id="hubs"') : report.index('id="rerun"')]
    assert "Proposed hubs" in section
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in section)
    assert "<img src=x" not in report
    assert "<img src=x" not in (folder / "map.html").read_text(encoding="utf-8")


def test_the_same_study_gives_the_same_bytes(own: Path, folder: Path, hubtiers) -> None:
    again = hubtiers("build", "study.toml", "--out", "again", cwd=own)
    assert again.returncode == 0, again.stderr
    for name in sorted(FILES):
        assert (own / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_commands_about_layouts(own: Path, hubtiers) -> None:
    made = hubtiers(
        "propose", "study.toml", "--spacing", "120", "--draws", "0", "--out", "p", cwd=own
    )
    assert made.returncode == 0, made.stderr
    assert "Proposed layout" in made.stdout
    assert (own / "p" / "layout.toml").is_file()
    found = hubtiers(
        "layouts", "layout.toml", "p/layout.toml", "--regions", "layer.geojson", cwd=own
    )
    assert found.returncode == 0, found.stderr
    assert "hubs share cores" in found.stdout
    checked = hubtiers("layout", "layout.toml", "--regions", "layer.geojson", cwd=own)
    assert checked.returncode == 0, checked.stderr
    spread = hubtiers("diffuse", "study.toml", "--from", "Place D", "--out", "d", cwd=own)
    assert spread.returncode == 0, spread.stderr
    assert "regions reached" in spread.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("propose", "study.toml", "--spacing", "2000"), "Ask for fewer, or a smaller spacing"),
        (("propose", "study.toml", "--balance", "parts"), "division in balance="),
        (("diffuse", "study.toml", "--from", "Nowhere"), "source of diffusion: 'Nowhere'"),
        (("layout", "bad.toml"), "is a core of the hubs 'a' and 'b'"),
        (("layout", "parent.toml"), "tiers are not subordinate to each other"),
        (("layout", "unknown.toml"), "unit of the hub 'a': '110001'"),
    ],
)
def test_bad_input_ends_with_one_sentence(
    own: Path, hubtiers, words: tuple[str, ...], sentence: str
) -> None:
    hub = '[[hub]]\nid = "{}"\ntier = "national"\ncores = ["{}"]\n{}'
    (own / "bad.toml").write_text(hub.format("a", "110000", "") + hub.format("b", "110000", ""))
    (own / "parent.toml").write_text(hub.format("a", "110000", 'parent = "b"\n'))
    (own / "unknown.toml").write_text(hub.format("a", "110001", ""))
    run = (
        hubtiers(*words, "--out", "bad", cwd=own)
        if words[0] != "layout"
        else hubtiers(*words, cwd=own)
    )
    assert run.returncode == 1
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert not (own / "bad").exists()


def test_sections_are_checked(own: Path) -> None:
    def study(sections: str) -> ht.Study:
        text = (own / "study.toml").read_text(encoding="utf-8")
        head = text[: text.index("[propose]")]
        path = own / "other.toml"
        path.write_text(head + sections, encoding="utf-8")
        return ht.load_study(path)

    with pytest.raises(SpecError, match=r"unknown key 'propose.spacings'"):
        study("[propose]\nspacings = 3\n")
    with pytest.raises(UnknownOptionError, match="method for extent: 'Fields'"):
        study('[propose]\nextent = "Fields"\n').run()
    with pytest.raises(UnknownOptionError, match="option of CoCores: 'ration'"):
        study('[propose]\ncores = { method = "CoCores", ration = 1 }\n').run()
    with pytest.raises(UnknownOptionError, match=r"indicator in \[propose\] mass ="):
        study('[propose]\nmass = "population"\n').run()
    with pytest.raises(DataError, match="There is no file"):
        study('[propose]\ndistances = "km.csv"\n').run()


def test_layouts_that_contradict_themselves() -> None:
    a = Hub("a", "national", ("x",), extent=("x", "y"))
    with pytest.raises(SpecError, match="lies outside its extent"):
        HubLayout(id="l", hubs=(Hub("a", "national", ("z",), extent=("x",)),))
    with pytest.raises(SpecError, match="name 'x' twice"):
        Hub("a", "national", ("x", "x"))
    with pytest.raises(SpecError, match="fewer than two units"):
        Corridor("c", ("x",))
    with pytest.raises(UnknownOptionError, match="kind of the hub 'a'"):
        Hub("a", "national", ("x",), kind="village")
    with pytest.raises(UnknownOptionError, match="led_by of the hub 'a'"):
        Hub("a", "national", ("x",), led_by="chance")
    with pytest.raises(SpecError, match="A link joins two hubs"):
        Link(("a",))
    with pytest.raises(UnknownOptionError, match="type of the link between a and b"):
        Link(("a", "b"), type="vertical")
    with pytest.raises(UnknownOptionError, match="hub of a link of the layout 'l': 'b'"):
        HubLayout(id="l", hubs=(a,), links=(Link(("a", "b")),))
    with pytest.raises(UnknownOptionError, match="hub or corridor 'b'"):
        HubLayout(id="l", hubs=(a,)).without("b")


def test_a_layout_comes_back_as_it_was(tmp_path: Path) -> None:
    regions = ht.load_regions("city")
    layout = HubLayout(
        id="mine",
        hubs=(
            Hub(
                "a",
                "national",
                ("110000",),
                name_zh="北京\x7f",
                functions=("research",),
                kind="city",
                led_by="firm",
            ),
            Hub("b", "regional", ("120000",), extent=("120000", "130000"), certainty="doubtful"),
        ),
        corridors=(Corridor("c", ("110000", "120000"), source="plan"),),
        links=(Link(("a", "b"), type="hierarchical", strength="weak"),),
        notes=('a "quoted" note', "back\\slash"),
        seats={"110000": (116.5, 39.5)},
    )
    assert ht.load_layout(layout.save(tmp_path / "other.toml")) == layout
    assert ht.load_layout(layout.save(tmp_path / "other.gpkg", regions)) == layout
    points = layout.to_geodataframe(regions, "cores")
    assert (points.geometry.iloc[0].x, points.geometry.iloc[0].y) == (116.5, 39.5)
    assert len(layout.to_geodataframe(regions, "extents")) == 1
    assert layout.to_geodataframe(regions, "corridors").geometry.iloc[0].length > 0.5
    assert layout.without("c").corridors == ()
    share, known, of = layout.coverage(pd.Series({"120000": 1.0, "110000": 3.0, "x": float("nan")}))
    assert (share, known, of) == (0.25, 2, 3)
    with pytest.raises(SpecError, match="saved as .toml or .gpkg"):
        layout.save(tmp_path / "other.json")
    with pytest.raises(SpecError, match="Give save"):
        layout.save(tmp_path / "other.gpkg")
    with pytest.raises(UnknownOptionError, match="part of a layout"):
        layout.to_geodataframe(regions, "roads")
    with pytest.raises(DataError, match="has an extent, so that it covers nothing"):
        HubLayout(id="x", hubs=layout.hubs[:1]).coverage(pd.Series({"110000": 1.0}))
    overlapping = HubLayout(
        id="x",
        hubs=(
            Hub("a", "national", ("p",), extent=("p", "q")),
            Hub("b", "national", ("r",), extent=("r", "q")),
        ),
    )
    frame = gpd.GeoDataFrame(
        index=["p", "q", "r"], geometry=[box(i, 0, i + 1, 1) for i in range(3)], crs=4326
    )
    assert overlapping.overlaps(frame).to_dict("records") == [
        {"hub_a": "a", "hub_b": "b", "shared": "q"}
    ]
