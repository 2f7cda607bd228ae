"""Every product speaks one language: no English sentence in Chinese, no Chinese sign in English."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib.text
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from rich.console import Console

from hubtiers._print_outcome import print_outcome
from hubtiers.show.figures.figure import tier_figure
from hubtiers.show.fonts import drawable_language
from hubtiers.study import load_study

# Four English words in a row are a sentence; names of methods, people and journals are shorter.
SENTENCE = re.compile(r"(?:[A-Za-z][A-Za-z'’-]*[ ,;:]+){3,}[A-Za-z]+")
CHINESE = re.compile(r"[\u3400-\u9fff]")
OTHER = {"zh": "en", "en": "zh"}
# What is the same in both languages: names of organisations.
PROPER = ("Natural Earth", "Joint Research Centre")
# Keys of the page that no reader sees: they are written into a study file.
CODE = ("toml", "study", "id", "kinds")


class Visible(HTMLParser):
    """The texts that a reader of a page sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style", "svg", "math", "pre", "code")
        self.texts += [v for k, v in attrs if v and k in ("title", "alt", "aria-label")]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "svg", "math", "pre", "code")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.texts.append(" ".join(data.split()))


def of_report(path: Path) -> list[str]:
    page = Visible()
    page.feed(path.read_text(encoding="utf-8"))
    return page.texts


def of_workbook(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path)
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    return [*book.sheetnames, *(text for text in cells if isinstance(text, str))]


def of_map(path: Path, language: str) -> list[str]:
    payload = re.search(
        r'<script type="application/json" id="[^"]*">(.*?)</script>', path.read_text(), re.DOTALL
    )
    return list(_said(json.loads(payload[1]), language))


def _said(content: Any, language: str) -> Iterator[str]:
    other = OTHER[language]
    if isinstance(content, dict):
        for key, value in content.items():
            if key not in (other, *CODE) and not key.endswith(f"_{other}"):
                yield from _said(value, language)
    elif isinstance(content, list):
        for value in content:
            yield from _said(value, language)
    elif isinstance(content, str):
        yield content


def of_console(outcome) -> list[str]:
    written = io.StringIO()
    print_outcome(Console(file=written, width=200), outcome)
    return written.getvalue().splitlines()


def of_figure(outcome, language: str) -> list[str]:
    figure = tier_figure(
        outcome.result, layout=outcome.layout, title=outcome.title, language=language, caption=False
    )
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text)]


def foreign(texts: list[str], language: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """Return the texts that are in the other language."""
    wrong = SENTENCE if language == "zh" else CHINESE
    found = []
    for text in dict.fromkeys(texts):
        rest = text
        for name in (*PROPER, *allowed):
            rest = rest.replace(name, "")
        if wrong.search(rest):
            found.append(text)
    return found


PLACES = ("zhang2022", "provinces2022", "atolia", "algeria")


def shapes(place: str) -> list[shapely.Polygon]:
    west, south = (-130.0, -22.0) if place == "atolia" else (0.0, 26.0)
    return [
        shapely.box(west + c, south + r, west + c + 1, south + r + 1)
        for r in (0, 1)
        for c in range(5)
    ]


def write_study(folder: Path, place: str) -> Path:
    """Write a study that is in English throughout, with a layout."""
    names = [f"Province {letter}" for letter in "ABCDEFGHIJ"]
    frame = gpd.GeoDataFrame(
        {"code": [f"P{i}" for i in range(10)], "name": names}, geometry=shapes(place), crs=4326
    )
    frame.to_file(folder / "land.geojson", driver="GeoJSON")
    rng = np.random.default_rng(7)
    values = {"region": names, "rd": rng.gamma(2, 10, 10).round(1), "staff": rng.gamma(2, 9, 10)}
    pd.DataFrame(values).round(2).to_csv(folder / "values.csv", index=False)
    (folder / "plan.toml").write_text(
        'title_en = "Plan"\nnotes = ["A plan."]\n'
        '[[hub]]\nid = "h"\ntier = "national"\ncores = ["P2"]\nextent = ["P2", "P3"]\n'
        'name_en = "Harbour"\nnote = "By decree."\n'
    )
    path = folder / "study.toml"
    path.write_text(
        'title_en = "Science of the isles"\ndescription = "Made up."\n'
        '[data]\nregions = "land.geojson"\nid_column = "code"\nname = "name"\n'
        'credit = "Survey"\nindicators = "values.csv"\n'
        '[method]\ntier = {method = "natural_breaks", k = 3}\n'
        '[layout]\nname = "plan.toml"\ncompare = true\n'
        '[compare]\nweights = ["equal", "entropy"]\n[robustness]\ndraws = 50\n'
    )
    return path


@pytest.fixture(scope="module", params=PLACES)
def built(request, tmp_path_factory):
    """Build a study and return its outcome, folder and language."""
    folder = tmp_path_factory.mktemp(request.param)
    is_shipped = request.param.endswith("2022")
    study = load_study(request.param if is_shipped else write_study(folder, request.param))
    outcome = study.run()
    outcome.save(folder / "out")
    return outcome, folder / "out", "zh" if is_shipped else "en"


def allowed_of(outcome) -> tuple[str, ...]:
    """Return what stands in its own language in both: citations, and the study file to copy."""
    sources = [node.source for node in outcome.result.table.framework.indicators]
    sources += [outcome.layout.source] if outcome.layout else []
    return tuple(filter(None, sources))


def test_report(built):
    outcome, folder, language = built
    assert foreign(of_report(folder / "report.html"), language, allowed_of(outcome)) == []


def test_workbook(built):
    outcome, folder, language = built
    assert foreign(of_workbook(folder / "tables.xlsx"), language, allowed_of(outcome)) == []


def test_map(built):
    outcome, folder, language = built
    texts = of_map(folder / "map.html", language)
    copied = [text for text in texts if "[data]" in text or "[method]" in text]
    shown = [text for text in texts if text not in copied]
    assert len(shown) > 100
    assert foreign(shown, language, allowed_of(outcome)) == []


def test_figure(built):
    outcome, _, language = built
    if drawable_language(language) != language:
        pytest.skip("no Chinese font on this machine: apt-get install fonts-noto-cjk")
    assert foreign(of_figure(outcome, language), language) == []


def test_console(built):
    outcome, _, language = built
    lines = of_console(outcome)
    assert foreign(lines, language) == []
    said = "与布局" if language == "zh" else "Agreement with the layout"
    if outcome.reference is not None:
        assert any(said in line for line in lines)


def test_the_check_finds_what_is_foreign():
    assert foreign(["区域 named in section four"], "zh") == ["区域 named in section four"]
    assert foreign(["Natural Earth", "Fisher–Jenks 精确解", "GVF = 0.9"], "zh") == []
    assert foreign(["Rank", "层级"], "en") == ["层级"]
