"""What ships with hubtiers: boundaries, indicator sets, layouts and studies, and a study to start from."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pandas as pd

from hubtiers._storage import data_path
from hubtiers.errors import DataError
from hubtiers.framework import Framework, load_framework
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.pack import DEFAULT_PACK, load_pack, pack_names
from hubtiers.table.indicators import load_indicators

__all__ = ["list_datasets", "new_study"]


def list_datasets() -> pd.DataFrame:
    """Return what ships: one row per set with its kind, name, titles in two languages, and terms of use.

    Examples
    --------
    >>> list_datasets().query("kind == 'study'")["name"].tolist()[-2:]
    ['zhang2022', 'zhang2022-official']
    """
    packs = [
        load_pack(DEFAULT_PACK),
        *(load_pack(name) for name in pack_names() if name != DEFAULT_PACK),
    ]
    rows = [
        ("regions", level.id, level.title_zh, level.summary or level.title_en, pack.terms)
        for pack in packs
        for level in pack.levels.values()
    ]
    for path in sorted(data_path("indicators").glob("*/dataset.toml")):
        about = tomllib.loads(path.read_text(encoding="utf-8"))
        rows.append(
            (
                "indicators",
                path.parent.name,
                about["title_zh"],
                about["title_en"],
                about.get("terms", ""),
            )
        )
    for kind, folder in (("layout", "layouts"), ("study", "studies")):
        for path in sorted(data_path(folder).glob("*.toml"), key=lambda p: p.stem):
            about = tomllib.loads(path.read_text(encoding="utf-8"))
            rows.append(
                (
                    kind,
                    path.stem,
                    about.get("title_zh", ""),
                    about.get("title_en", ""),
                    about.get("source", ""),
                )
            )
    return pd.DataFrame(rows, columns=["kind", "name", "title_zh", "title_en", "terms"])


_NEW_STUDY = """\
# A study to start from: put your own table in place of values.csv, and describe its columns in framework.csv.
# Build it with: hubtiers build {folder}/study.toml
title_zh = "我的研究"
title_en = "My study"

[data]
regions = "province"          # province, city, consortium, or a file of boundaries of your own
indicators = "values.csv"     # .csv, .xlsx or .xls, as a yearbook prints it
framework = "framework.csv"
year = 2022
unmatched = "raise"           # or "keep": go on without names that match nothing

[method]
impute = {{ method = "RequireCoverage", share = 1.0 }}
normalise = "MinMax"
weight = "EqualWeights"
aggregate = "Arithmetic"
tier = {{ method = "NaturalBreaks", k = 4 }}

[compare]
weights = ["equal", "entropy", "critic"]
"""

_NEW_INDICATORS = ("rd_intensity_pct", "invention_grants", "hightech_mfg_revenue_100m_cny")


def new_study(folder: str | Path) -> list[Path]:
    """Make a study folder that builds as it is: three indicators of the 31 mainland provinces in 2022.

    Raises
    ------
    DataError
        When the folder exists.
    """
    target = Path(folder)
    if target.exists():
        raise DataError(f"{target} exists already. Give the name of a folder to make.")
    framework = load_framework("provinces").select(_NEW_INDICATORS)
    functions = tuple(dataclasses.replace(g, parent="") for g in framework.groups if g.parent == "")
    tops = {code: framework.ancestors(code)[-2] for code in framework.codes}
    own = Framework(
        tuple(dataclasses.replace(i, parent=tops[i.code]) for i in framework.indicators), functions
    )
    values = load_indicators("provinces").query("year == 2022")
    wide = values.pivot_table(index="region", columns="indicator", values="value")[framework.codes]
    names = load_regions("province")["name_zh"]
    wide.insert(0, "地区", names.reindex(wide.index))
    header = {i.code: f"{i.name_zh}（{i.unit}）" for i in framework.indicators}
    target.mkdir(parents=True)
    own.to_csv(target / "framework.csv")
    wide.rename(columns=header).to_csv(
        target / "values.csv", index=False, encoding="utf-8-sig", lineterminator="\n"
    )
    (target / "study.toml").write_text(_NEW_STUDY.format(folder=target.name), encoding="utf-8")
    return [target / name for name in ("study.toml", "values.csv", "framework.csv")]
