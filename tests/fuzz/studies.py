"""Studies as TOML: keys misspelt, values of other types and ranges, tables nested wrongly, methods of other steps, damage."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fuzz.toml import spoilt, text_of
from fuzz.trial import chance, damaged, pick, require, told

from hubtiers.study import load_study

KIND = "studies"
REGIONS = ("北京", "上海", "江苏", "浙江", "广东", "四川")
VALUES = {"rd": (6.8, 4.4, 3.1, 3.1, 3.4, 2.2), "patents": (200, 180, 560, 440, 830, 140)}
FRAMEWORK = (
    "code,name_zh,name_en,parent,category,direction,unit,kind,weight\n"
    "research,科学研究,Research,,,,,,\n"
    "rd,研发强度,R&D intensity,research,input,1,%,intensive,2\n"
    "patents,专利,Patents,research,output,1,项,extensive,1\n"
)
METHODS = {
    "normalise": ("MinMax", "ZScore", "PercentileRank", "Goalposts", "AsIs", "Nothing"),
    "weight": ("equal", "entropy", "critic", "FrameworkWeights", "pca", "MinMax"),
    "aggregate": ("Arithmetic", "Geometric", "PowerMean", "Topsis", "Copeland", "Vikor"),
    "tier": (
        "Quantiles",
        "HeadTail",
        "EqualIntervals",
        "StandardDeviation",
        {"method": "NaturalBreaks", "k": 2},
    ),
}


def made(rng: np.random.Generator) -> dict[str, Any]:
    """Return the content of a study."""
    content: dict[str, Any] = {
        "title_en": "A study",
        "data": {"regions": "province", "indicators": "values.csv", "framework": "framework.csv"},
        "method": {
            "normalise": "MinMax",
            "weight": "FrameworkWeights",
            "aggregate": "Arithmetic",
            "tier": {"method": "NaturalBreaks", "k": 3},
        },
    }
    content["data"]["year"] = 2022
    if chance(rng, 0.3):
        content["compare"] = {"weights": ["equal", "entropy"], "tiers": ["Quantiles"]}
    if chance(rng, 0.3):
        content["robustness"] = {"draws": int(rng.integers(0, 30)), "seed": 1}
    if chance(rng, 0.3):
        content["output"] = {"figures": False, "report": False, "tables": False}
    return content


def write_inputs(folder: Path, order: list[int]) -> None:
    """Write framework and values, rows in this order."""
    (folder / "framework.csv").write_text(FRAMEWORK, encoding="utf-8")
    rows = [f"{REGIONS[at]},{VALUES['rd'][at]},{VALUES['patents'][at]}" for at in order]
    (folder / "values.csv").write_text(
        "\n".join(["region,rd,patents", *rows, ""]), encoding="utf-8"
    )


@functools.cache
def expected() -> pd.DataFrame:
    """Return scores and tiers of the study as it is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, list(range(len(REGIONS))))
        (folder / "study.toml").write_text(text_of(made(np.random.default_rng(0))))
        frame = load_study(folder / "study.toml").run().result.to_frame()
    return frame[["score", "rank", "tier"]]


def harmless(rng: np.random.Generator, content: dict[str, Any]) -> None:
    """Change what no score depends on."""
    content["title_en"] = pick(rng, ("Other", "=1+1", "", "x" * 500, "北京"))
    content["description"] = pick(rng, ("", "Told", "<b>bold</b>"))


def trial(rng: np.random.Generator, folder: Path) -> str:
    """Write one study, spoilt in one way or not at all, and run it."""
    content = made(rng)
    way = pick(rng, ("whole", "spoilt", "spoilt", "spoilt", "method", "unknown", "bytes"))
    order = [int(at) for at in rng.permutation(len(REGIONS))]
    write_inputs(folder, order)
    if way == "whole":
        harmless(rng, content)
    if way == "spoilt":
        content = spoilt(rng, content)
    if way == "method":
        step = pick(rng, METHODS)
        content["method"][step] = pick(rng, METHODS[step])
    if way == "unknown":
        section = pick(rng, (content, content["data"], content["method"]))
        section[pick(rng, ("wieght", "titel", "Data", "regoins"))] = pick(rng, ("a", 1, ["a"]))
    data = text_of(content).encode()
    path = folder / "study.toml"
    path.write_bytes(damaged(rng, data) if way == "bytes" else data)
    outcome, said = told(lambda: load_study(path).run())
    if said:
        require(way != "whole", said)
        return "refused"
    require(way != "unknown", "an unknown key was passed over")
    frame = outcome.result.to_frame()
    require(frame.index.is_unique, "a region is doubled")
    scored = frame.dropna(subset=["score"])
    require(len(scored) <= len(REGIONS) and np.isfinite(scored["score"]).all(), scored["score"])
    if way == "whole":
        found = frame[["score", "rank", "tier"]]
        pd.testing.assert_frame_equal(found.loc[expected().index], expected())
        require(len(scored) == len(REGIONS), f"{len(scored)} regions scored")
        return "right"
    return "read"
