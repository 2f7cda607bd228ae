"""Sizes of printed figures, kinds of files, and small maps of several years."""

from __future__ import annotations

import dataclasses

import matplotlib.image as images
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import hubtiers as ht
from hubtiers._output import _material, _write_figures
from hubtiers._study_file import FigureSection, StudyFile
from hubtiers.errors import SpecError, UnknownOptionError
from hubtiers.show.figures.sheet import Sheet, sheet_of
from hubtiers.show.figures.years import CLIMBED, FELL

IDS = ["110000", "120000", "130000", "310000", "320000", "330000"]
VALUES = {2010: [9.0, 2, 1, 5, 3, 4], 2020: [9.5, 5, 1, 9.9, 5.5, 1.5]}


def table(year):
    regions = ht.load_regions("province").loc[IDS]
    frame = pd.DataFrame({"region": IDS, "indicator": "rd", "value": VALUES[year]})
    return ht.join_indicators(regions, frame)


@pytest.fixture(scope="module")
def panel():
    return ht.tier_panel(
        ht.Scheme(tier=ht.NaturalBreaks(3)), {2010: table(2010), 2020: table(2020)}
    )


@pytest.fixture(scope="module")
def result(panel):
    return panel.results[2020]


def texts(figure):
    return [text.get_text() for text in figure.findobj(match=lambda a: hasattr(a, "get_fontsize"))]


def test_sizes():
    assert sheet_of(None, None) == Sheet(9.0, 1.0)
    assert sheet_of("column", None) == Sheet(85 / 25.4, 6.5 / 8)
    assert sheet_of(254, 12) == Sheet(10.0, 1.5)
    assert (sheet_of("column", None).is_narrow, sheet_of("page", None).is_narrow) == (True, False)
    with pytest.raises(UnknownOptionError, match="Unknown width of a figure 'colum'"):
        sheet_of("colum", None)
    with pytest.raises(SpecError, match="width of a figure is 20 mm. Give 50 to 1200"):
        sheet_of(20, None)
    with pytest.raises(SpecError, match="font size of a figure is 2 points. Give 4 to 30"):
        sheet_of(None, 2)


def test_a_column_has_its_legend_below_the_map(result):
    wide = ht.tier_figure(result, language="en", width="page")
    narrow = ht.tier_figure(result, language="en", width="column", font_size=6)
    assert wide.get_size_inches()[0] == pytest.approx(175 / 25.4)
    assert narrow.get_size_inches()[0] == pytest.approx(85 / 25.4)
    for figure, is_below in ((wide, False), (narrow, True)):
        axes = figure.axes[0]
        [legend] = [a for a in axes.get_children() if type(a).__name__ == "Legend"]
        frame, box = axes.get_window_extent(), legend.get_window_extent()
        assert bool(box.y1 <= frame.y0) is is_below
        assert box.y0 >= 0
    sizes = {text.get_fontsize() for text in legend.get_texts()}
    assert sizes == {6.0}
    caption = next(text for text in axes.texts if text.get_gid() == "caption")
    assert caption.get_window_extent().y1 <= box.y0
    assert caption.get_window_extent().y0 >= 0


def test_without_a_caption(result):
    figure = ht.tier_figure(result, language="en", caption=False)
    assert not any("Boundaries" in text for text in texts(figure))


def test_files_of_a_study(result, tmp_path):
    content = StudyFile.model_validate(
        {
            "data": {"indicators": "cities"},
            "output": {
                "language": "en",
                "figure": {
                    "width": 127,
                    "formats": ["pdf", "tiff", "png"],
                    "caption": False,
                    "dpi": 100,
                },
            },
        }
    )
    outcome = dataclasses.replace(ht.load_study("zhang2022").run(), content=content, result=result)
    outcome = dataclasses.replace(outcome, layout=None)
    _write_figures(_material(outcome, ""), outcome, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.pdf", "map.png", "map.tiff"]
    assert images.imread(tmp_path / "map.png").shape[1] == 500
    assert images.imread(tmp_path / "map.tiff").shape[1] == 500
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF")


def test_what_a_study_file_may_say_of_figures():
    assert FigureSection().formats == ("png", "svg")
    with pytest.raises(ValueError, match="formats"):
        FigureSection(formats=("bmp",))
    with pytest.raises(UnknownOptionError, match="format of a figure 'bmp'"):
        ht.save_figure(None, "map.bmp")


def test_years_show_tiers_and_movers_of_the_panel(panel):
    figure = ht.years_figure(panel, language="en", caption=True, title="Study")
    maps = {axes.get_gid(): axes for axes in figure.axes if str(axes.get_gid()).startswith("year-")}
    assert list(maps) == ["year-2010", "year-2020"]
    moved = panel.moved(2010, 2020)
    counts = (moved["tier_change"] > 0).sum(), (moved["tier_change"] < 0).sum()
    assert counts == (3, 1)
    assert maps["year-2020"].get_title(loc="right") == "▲3 ▼1"
    assert maps["year-2010"].get_title(loc="right") == ""
    outlines = [c for c in maps["year-2020"].collections if c.get_gid() == "moved"]
    assert [(to_hex(c.get_edgecolor()[0]), len(c.get_paths())) for c in outlines] == [
        (CLIMBED, 3),
        (FELL, 1),
    ]
    for year in (2010, 2020):
        [regions] = [c for c in maps[f"year-{year}"].collections if c.get_gid() == "regions"]
        faces = pd.Series([to_hex(face) for face in regions.get_facecolor()]).value_counts()
        assert sorted(faces) == sorted(panel.tiers[year].value_counts())
    said = " ".join(texts(figure))
    assert "one scale from all years" in said
    assert "Boundaries: Tianditu" in said


def test_years_show_which_regions_there_were(panel):
    """A region is never missing from its year, and one that was none is no region without data."""
    gone, new = "330000", "310000"
    frame = pd.DataFrame({"region": IDS[:-1], "indicator": "rd", "value": [9.5, None, 1, 9.9, 5.5]})
    late = ht.join_indicators(ht.load_regions("province").loc[IDS[:-1]], frame)
    kept = [region for region in IDS if region != new]
    values = [VALUES[2010][IDS.index(region)] for region in kept]
    frame = pd.DataFrame({"region": kept, "indicator": "rd", "value": values})
    early = ht.join_indicators(ht.load_regions("province").loc[kept], frame)
    changed = ht.tier_panel(ht.Scheme(tier=ht.NaturalBreaks(3)), {2010: early, 2020: late})
    figure = ht.years_figure(changed, language="en", caption=False)
    drawn = {}
    for axes in figure.axes:
        for areas in axes.collections:
            if areas.get_gid() in ("regions", "no-data", "absent"):
                drawn[axes.get_gid(), areas.get_gid()] = len(areas.get_paths())
    assert drawn == {
        ("year-2010", "regions"): 5,
        ("year-2010", "absent"): 1,
        ("year-2020", "regions"): 4,
        ("year-2020", "no-data"): 1,
    }
    assert gone in changed.presence.index[changed.presence[2020] == "absent"]
    assert {"No data", "Not a region then"} <= set(texts(figure))
    # The legend says what the maps show, not what other years would.
    before = ht.years_figure(changed, years=[2010], language="en", caption=False)
    assert not {"No data", "Not a region then"} & set(texts(before))
    assert not {"No data", "Not a region then"} & set(texts(ht.years_figure(panel)))


def test_years_in_chinese_and_with_sizes(panel):
    figure = ht.years_figure(panel, years=[2020], language="zh", width="column", caption=False)
    assert figure.get_size_inches()[0] == pytest.approx(85 / 25.4)
    assert [axes.get_gid() for axes in figure.axes][0] == "year-2020"
    assert "国际级" in " ".join(texts(figure))


@pytest.mark.parametrize("width", [None, "page", "column"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_legend_of_years_is_no_wider_than_the_sheet(panel, language, width):
    figure = ht.years_figure(panel, language=language, width=width, caption=False)
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
    maps = [axes.get_window_extent().y0 for axes in figure.axes]
    assert 0 <= box.y0 < box.y1 <= min(maps)


def test_refusals_of_years(panel, result):
    with pytest.raises(SpecError, match=r"years_figure\(\) draws a panel, but this is Result"):
        ht.years_figure(result)
    with pytest.raises(SpecError, match="1999 is no year of the panel, which has 2010, 2020"):
        ht.years_figure(panel, years=[1999])
    with pytest.raises(SpecError, match=r"years=\[\] shows nothing"):
        ht.years_figure(panel, years=[])
