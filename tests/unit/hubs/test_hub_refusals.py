"""Bad input about hubs at the command line: one sentence, exit status 1, no traceback, no folder."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from hubtiers.autocorrelation import morans_i
from hubtiers.cli import main
from hubtiers.errors import DataError, SpecError
from hubtiers.hubs.inequality import theil
from hubtiers.hubs.layout import Hub, HubLayout
from hubtiers.hubs.local_space import local_moran
from hubtiers.years.transitions import tier_transitions

PLACES = [f"p{i:02d}" for i in range(12)]
HEAD = """\
title_en = "Hubs of nowhere"
[data]
regions = "layer.geojson"
id_column = "code"
name = "name"
indicators = ["rd", "patents"]
[method]
{method}tier = {{ method = "NaturalBreaks", k = 3 }}
[output]
report = true
tables = true
figures = true
"""
PROPOSE = "[propose]\ncounts = { international = 1, national = 2 }\nspacing = 150\ndraws = 0\n"
HUB = '[[hub]]\nid = "{}"\ntier = "national"\ncores = [{}]\n{}\n'


def hub(hub_id: str, *cores: str, more: str = "") -> str:
    return HUB.format(hub_id, ", ".join(f'"{core}"' for core in cores), more)


@pytest.fixture
def land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up country: twelve squares in three parts, the last of which has no value."""
    layer = gpd.GeoDataFrame(
        {
            "code": PLACES,
            "name": [f"Place {letter}" for letter in "ABCDEFGHIJKL"],
            "part": ["west"] * 6 + ["east"] * 5 + ["isle"],
            "rd": [90, 20, 30, 85, 10, 20, 40, 10, 60, 15, 5, None],
            "patents": [80, 30, 20, 80, 15, 10, 50, 5, 55, 10, 8, None],
        },
        geometry=[box(i % 6, i // 6, i % 6 + 1, i // 6 + 1) for i in range(12)],
        crs="EPSG:4326",
    )
    layer.to_file(tmp_path / "layer.geojson", driver="GeoJSON")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the sentence that a command ends with."""
    before, given = set(Path.cwd().iterdir()), sys.argv
    sys.argv = ["hubtiers", *words]
    try:
        with pytest.raises(SystemExit) as end:
            main()
    finally:
        sys.argv = given
    said = capsys.readouterr().err.strip()
    assert end.value.code == 1, said
    assert len(said.splitlines()) == 1, said
    assert said.startswith("hubtiers: ")
    assert "Traceback" not in said
    assert "a fault of hubtiers" not in said
    # Neither a folder nor half of one.
    assert set(Path.cwd().iterdir()) == before
    return said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            hub("a", "p00", more='extent = ["p01"]'),
            "The core 'p00' of the hub 'a' lies outside its extent",
        ),
        (hub("a", "p00") + hub("b", "p00"), "'p00' is a core of the hubs 'a' and 'b'"),
        (hub("a", "p0"), "unit of the hub 'a': 'p0'. Did you mean"),
        (hub("a", "p00", "p00"), "name 'p00' twice"),
        (hub("a", "p00", more='extent = ["p00", "p01", "p01"]'), "name 'p01' twice"),
        (
            hub("a", "p00", more='parent = "b"'),
            "tiers are not subordinate to each other (不存在隶属关系)",
        ),
        ('parent = "b"\n' + hub("a", "p00"), "tiers are not subordinate to each other"),
        (
            hub("a", "p00") + '[[corridor]]\nid = "c"\nmembers = ["p00"]\n',
            "corridor 'c' has fewer than two units",
        ),
        (
            hub("a", "p00") + '[[corridor]]\nid = "c"\nmembers = ["p00", "q"]\n',
            "unit of the corridor 'c': 'q'",
        ),
        ("", "has no hub and no corridor"),
        (hub("a"), "The hub 'a' has no core"),
        (hub("a", "p00").replace('["p00"]', '"p00"'), "cores of the hub 'a'"),
        (hub("a", "p00").replace("national", "worldly"), "tier of the hub 'a'"),
    ],
)
def test_layouts(land: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str) -> None:
    (land / "bad.toml").write_text(text, encoding="utf-8")
    assert sentence in refused(["layout", "bad.toml", "--regions", "layer.geojson"], capsys)


def matrix(values: pd.DataFrame) -> str:
    return values.to_csv()


def square() -> pd.DataFrame:
    """Distances of twelve places in a row, 100 apart."""
    away = [[100.0 * abs(a - b) for b in range(12)] for a in range(12)]
    return pd.DataFrame(away, PLACES, PLACES)


def changed(value: float | None, row: str = "p01", column: str = "p02") -> str:
    """The distances with another value in one pair, both ways."""
    values = square()
    values.loc[row, column] = values.loc[column, row] = value
    return matrix(values)


MINUTES = (
    PROPOSE + 'distances = "own.csv"\nunit = "min"\ncores = "SingleCore"\nextent = "NoExtent"\n'
)


@pytest.mark.parametrize(
    ("method", "sections", "sentence"),
    [
        ('normalise = { method = "MinMax", low = -1, high = 1 }\n', PROPOSE, "the lowest is -"),
        ('normalise = "ZScore"\n', PROPOSE, "no zero that means nothing"),
        ('normalise = "PercentileRank"\n', PROPOSE, "twice the score is not"),
        (
            "",
            PROPOSE.replace("spacing = 150", "spacing = 600"),
            "at least 600 apart fit, but 3 are asked for",
        ),
        ("", PROPOSE + 'balance = "part"\n', "isle"),
        ("", PROPOSE + 'balance = "parts"\n', "division in balance="),
        ("", PROPOSE + 'pinned = ["nowhere"]\n', "place in pinned: 'nowhere'"),
        ("", PROPOSE + 'pinned = ["p11"]\n', "have no score"),
        ("", PROPOSE + 'mass = "people"\n', "indicator in [propose] mass ="),
        ("", PROPOSE + "spacings = 3\n", "unknown key 'propose.spacings'"),
        ("", PROPOSE + 'extent = { method = "FieldExtent", decay = -1 }\n', "decay=-1"),
        ("", PROPOSE + '[network]\nmodel = { method = "Gravity", decay = -1 }\n', "decay=-1"),
        ("", PROPOSE + "[diffusion]\nsources = []\n", "at least one region"),
        ("", PROPOSE + '[diffusion]\nsources = ["Nowhere"]\n', "source of diffusion: 'Nowhere'"),
        ("", PROPOSE + '[diffusion]\nsources = ["Place L"]\n', "'Place L' has no score"),
        ("", PROPOSE + '[diffusion]\nsources = ["Place A"]\ndecay = -1\n', "decay=-1"),
        (
            "",
            PROPOSE
            + '[diffusion]\nsources = ["Place A"]\nchannels = { hierarchical = 0, peer = 0 }\n',
            "All channels are 0",
        ),
        ("", "[network]\n", "[network] and [diffusion] need a layout"),
        (
            "",
            "[propose]\ncounts = { national = 1 }\ndraws = 0\n[network]\n",
            "at least two hubs",
        ),
        ("", PROPOSE.replace("draws = 0", "draws = -1"), "propose.draws"),
        ("", PROPOSE + '[network]\nflows = "none.csv"\n', "There is no file"),
    ],
)
def test_studies(
    land: Path, capsys: pytest.CaptureFixture[str], method: str, sections: str, sentence: str
) -> None:
    (land / "study.toml").write_text(HEAD.format(method=method) + sections, encoding="utf-8")
    assert sentence in refused(["build", "study.toml", "--out", "out"], capsys)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed(None), "from 'p01' to 'p02' is missing"),
        (changed(-3.0), "'p01' to 'p02' is negative"),
        (matrix(square() * 0), "All distances are 0"),
        (matrix(square().rename(index={"p03": "x"}, columns={"p03": "x"})), "'x', which is none"),
        (matrix(square().iloc[:11, :11]), "p11"),
        (matrix(square().iloc[:, :11]), "names the same places"),
        ("from,to,km\np00,p01,far\n", "which is no number"),
    ],
)
def test_distances(
    land: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    (land / "own.csv").write_text(text, encoding="utf-8")
    (land / "study.toml").write_text(HEAD.format(method="") + MINUTES, encoding="utf-8")
    assert sentence in refused(["build", "study.toml", "--out", "out"], capsys)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["propose", "study.toml", "--spacing", "600", "--out", "out"], "600 apart fit, but 3"),
        (["propose", "study.toml", "--spacing", "-1", "--out", "out"], "at least 0"),
        (["propose", "study.toml", "--balance", "part", "--out", "out"], "isle"),
        (["diffuse", "study.toml", "--from", "Place L", "--out", "out"], "has no score"),
        (["diffuse", "study.toml", "--from", "X", "--out", "out"], "source of diffusion: 'X'"),
        (
            ["diffuse", "study.toml", "--from", "Place A", "--decay", "-1", "--out", "out"],
            "decay=-1",
        ),
        (["layouts", "one.toml", "none", "--regions", "layer.geojson"], "'none'"),
        (["layouts", "one.toml", "one.toml", "--regions", "none.geojson"], "none.geojson"),
        (["layout", "one.toml", "--level", "moon"], "'moon'"),
    ],
)
def test_commands(
    land: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    (land / "study.toml").write_text(HEAD.format(method="") + PROPOSE, encoding="utf-8")
    (land / "one.toml").write_text(hub("a", "p00"), encoding="utf-8")
    assert sentence in refused(words, capsys)


def test_what_only_python_asks() -> None:
    """Coverage without extents, groups of one, few permutations, years of other regions."""
    alone = HubLayout("plan", (Hub("a", "national", ("p00",)),))
    with pytest.raises(DataError, match="has an extent, so that it covers nothing"):
        alone.coverage(pd.Series({"p00": 1.0}))
    sizes = pd.Series([1.0, 2.0, 4.0, 8.0], PLACES[:4])
    with pytest.raises(DataError, match="nothing lies within"):
        theil(sizes, pd.Series(PLACES[:4], PLACES[:4]))
    near = {"p00": ("p01",), "p01": ("p00",)}
    for measure in (morans_i, local_moran):
        with pytest.raises(SpecError, match=r"permutations=98\)? must be a whole number of at"):
            measure(sizes, near, permutations=98)
    now = pd.DataFrame({2012: [0.0, 1], 2022: [1.0, 1]}, ["a", "b"])
    apart = pd.DataFrame({2012: [0.0, 1, None, None], 2022: [None, None, 1.0, 0]}, list("abcd"))
    assert tier_transitions(now).counts.to_numpy().sum() == 2
    with pytest.raises(DataError, match="No region has a class in two successive years"):
        tier_transitions(apart)
