"""What ships: boundaries, indicator sets, layouts and studies, and a study to start from."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pandas as pd

from hubtiers._run_folder import run_folder
from hubtiers._storage import data_path
from hubtiers._study_schema import SCHEMA_FILE, SCHEMA_LINE, schema_text
from hubtiers.errors import DataError
from hubtiers.framework import Framework, load_framework
from hubtiers.regions.boundaries import load_regions
from hubtiers.regions.pack import DEFAULT_PACK, Pack, load_pack, pack_names
from hubtiers.regions.shipped_pairs import pair_names
from hubtiers.table.indicators import load_indicators

__all__ = ["list_datasets", "new_study"]


def list_datasets() -> pd.DataFrame:
    """Return what ships: one row per set with its kind, name, titles in two languages, and terms.

    Examples
    --------
    >>> list_datasets().query("kind == 'study'")["name"].tolist()[-2:]
    ['zhang2022', 'zhang2022-official']
    """
    rows = []
    for name in (DEFAULT_PACK, *(name for name in pack_names() if name != DEFAULT_PACK)):
        rows += _level_rows(load_pack(name))
    sets = sorted(data_path("indicators").glob("*/dataset.toml"))
    rows += [_row("indicators", path.parent.name, path, terms="terms") for path in sets]
    for path in sorted(data_path("frameworks").glob("*.toml"), key=lambda path: path.stem):
        rows.append(_row("framework", path.stem, path, terms="terms"))
    for kind, use in (("flows", "flow"), ("distances", "distance")):
        paths = [data_path("pairs", f"{name}.toml") for name in pair_names(use)]
        rows += [_row(kind, path.stem, path, terms="terms") for path in paths]
    for kind, folder in (("layout", "layouts"), ("study", "studies")):
        paths = sorted(data_path(folder).glob("*.toml"), key=lambda path: path.stem)
        rows += [_row(kind, path.stem, path, terms="source") for path in paths]
    return pd.DataFrame(rows, columns=["kind", "name", "title_zh", "title_en", "terms"])


def _level_rows(pack: Pack) -> list[tuple[str, str, str, str, str]]:
    """Return the levels of regions in a pack."""
    rows = []
    for level in pack.levels.values():
        english = level.summary or level.title_en
        rows.append(("regions", level.id, level.title_zh, english, pack.terms))
    return rows


def _row(kind: str, name: str, path: Path, *, terms: str) -> tuple[str, str, str, str, str]:
    """Return what a TOML file says of a set; its terms of use stand under the key `terms`."""
    about = tomllib.loads(path.read_text(encoding="utf-8"))
    said = [str(about.get(key, "")) for key in ("title_zh", "title_en", terms)]
    return (kind, name, said[0], said[1], said[2])


_NEW_STUDY = """\
# A study to start from: put your own table in place of values.csv, and describe its columns in
# framework.csv.
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
    """Make a study folder that builds as it is: three indicators of the provinces in 2022.

    Parameters
    ----------
    folder
        Folder to make, whole or not at all.

    Returns
    -------
    list of pathlib.Path
        The study file, the table of values, the framework, and the schema by which an editor
        completes and checks the study file.

    Raises
    ------
    DataError
        When the folder exists.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     [path.name for path in new_study(f"{home}/mine")]
    ['study.toml', 'values.csv', 'framework.csv', 'study.schema.json']
    """
    target = Path(folder)
    if target.exists():
        raise DataError(f"{target} exists already. Give the name of a folder to make.")
    framework = _functions_only(load_framework("provinces").select(_NEW_INDICATORS))
    values = _as_yearbook(framework)
    with run_folder(target) as made:
        framework.to_csv(made / "framework.csv")
        values.to_csv(
            made / "values.csv",
            index=False,
            encoding="utf-8-sig",
            lineterminator="\n",
        )
        study = SCHEMA_LINE + _NEW_STUDY.format(folder=target.name)
        (made / "study.toml").write_text(study, encoding="utf-8")
        (made / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
    return [target / name for name in ("study.toml", "values.csv", "framework.csv", SCHEMA_FILE)]


def _functions_only(framework: Framework) -> Framework:
    """Return the framework with every indicator directly below its function."""
    tops = [group for group in framework.groups if group.parent == ""]
    indicators = []
    for indicator in framework.indicators:
        # The last ancestor is the score, the one before it the function.
        function = framework.ancestors(indicator.code)[-2]
        indicators.append(dataclasses.replace(indicator, parent=function))
    return Framework(tuple(indicators), tuple(tops))


def _as_yearbook(framework: Framework) -> pd.DataFrame:
    """Return the values of 2022 as a yearbook prints them: a row per region, units above."""
    values = load_indicators("provinces").query("year == 2022")
    wide = values.pivot_table(index="region", columns="indicator", values="value")
    wide = wide[framework.codes]
    names = load_regions("province")["name_zh"].reindex(wide.index)
    header = {node.code: f"{node.name_zh}（{node.unit}）" for node in framework.indicators}
    table = wide.rename(columns=header)
    table.insert(0, "地区", names)
    return table
